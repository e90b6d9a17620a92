/* A scan of diffraction patterns to a folder of results.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/outdir.h"
#include "core/sentence.h"
#include "core/text.h"
#include "film/scan/present.h"
#include "report/film.h"
#include "report/scan.h"
#include "temtensile/jobs.h"
#include "temtensile/report.h"
#include "temtensile/study.h"

static void say_region(const tt_scan_result *r, const tt_scan_region *g, tt_strings *lines)
{
	const bool in_k = r->k_per_px.value > 0;
	const double scale = in_k ? r->k_per_px.value * 1e-9 : 1,
	             u_ring = hypot(g->u_ring_px * scale, in_k ? g->ring_px * r->k_per_px.u * 1e-9 : 0);
	if (g->reason) {
		tt_warn(lines, "%s: %lld positions, %s", g->name, (long long)g->positions, g->reason);
		return;
	}
	tt_warn(lines, "%s: %lld positions, first ring at %s, V_image %s, V_ring %s", g->name, (long long)g->positions,
	        TT_VALUE(g->ring_px * scale, u_ring, in_k ? "1/nm" : "px"),
	        TT_VALUE(g->at_ring.image, g->at_ring.u_image, ""), TT_VALUE(g->at_ring.ring, g->at_ring.u_ring, ""));
}

static void say(const tt_scan_result *r, tt_report *report)
{
	tt_warn(&report->lines,
	        "%s: %lld x %lld positions (rows x columns), patterns of %d x %d px; rows in the file's order",
	        r->format, (long long)r->rows, (long long)r->columns, r->width, r->height);
	if (isfinite(r->u_centre[0]))
		tt_warn(&report->lines, "centre at x = %s, y = %s", TT_VALUE(r->centre[0], r->u_centre[0], "px"),
		        TT_VALUE(r->centre[1], r->u_centre[1], "px"));
	else
		tt_warn(&report->lines, "centre at x = %.3f, y = %.3f px", r->centre[0], r->centre[1]);
	for (size_t i = 0; i < r->n_regions; i++)
		say_region(r, &r->region[i], &report->lines);
	for (size_t i = 0; i < r->notes.n; i++)
		tt_warn(&report->lines, "%s", r->notes.item[i]);
	for (size_t i = 0; i < r->warnings.n; i++)
		tt_warn(&report->warnings, "%s", r->warnings.item[i]);
}

static tt_status write_tables(tt_outdir *dir, const tt_film_result *f, tt_error *err)
{
	tt_status st = TT_OK;
	for (size_t i = 0; st == TT_OK && i < f->n_tables; i++) {
		const tt_film_table *t = &f->table[i];
		tt_column *c = calloc(t->n_columns + 1, sizeof *c);
		if (!c) return tt_fail_memory(err, t->file);
		for (size_t k = 0; k < t->n_columns; k++)
			c[k] = (tt_column){.name = t->column[k].name,
			                   .value = t->column[k].value,
			                   .text = (const char *const *)t->column[k].text};
		st = tt_table_write(dir, t->file, c, t->n_columns, t->rows, err);
		free(c);
	}
	return st;
}

static tt_status write_all(tt_outdir *dir, const tt_scan_result *r, double width_mm, tt_error *err)
{
	tt_strings hash = {0};
	tt_film_result f = {0};
	tt_status st = TT_OK;
	for (size_t i = 0; st == TT_OK && i < r->inputs.n; i++) {
		char hex[65];
		st = tt_outdir_hash_input(dir, r->inputs.item[i], hex, err);
		if (st == TT_OK) st = tt_strings_add(&hash, err, "%s", hex);
	}
	if (st == TT_OK) st = tt_scan_present(r, &f, err);
	if (st == TT_OK) st = write_tables(dir, &f, err);
	if (st == TT_OK) st = tt_film_figures_write(dir, &f, width_mm, err);
	if (st == TT_OK) st = tt_scan_tiffs_write(dir, r, err);
	if (st == TT_OK) st = tt_scan_pictures_write(dir, r, width_mm, err);
	if (st == TT_OK) st = tt_scan_json_write(dir, r, &hash, err);
	tt_film_result_clear(&f);
	tt_strings_free(&hash);
	return st;
}

static bool is_description(const char *path)
{
	const size_t n = strlen(path);
	return (n > 5 && strcasecmp(path + n - 5, ".yaml") == 0) || (n > 4 && strcasecmp(path + n - 4, ".yml") == 0);
}

tt_status tt_scan4d(const char *path, const char *out_dir, const tt_film_options *options, const tt_job *job,
                    tt_report *report, tt_error *err)
{
	static const tt_film_options plain = {0};
	const tt_film_options *o = options ? options : &plain;
	tt_scan_description *d = NULL;
	tt_scan_result *r = NULL;
	tt_outdir *dir = NULL;
	tt_reads *reads = tt_reads_new();
	const tt_outdir_plan plan = {.command = "scan4d", .force = o->force, .reads = reads};
	tt_status st = reads ? tt_reads_add(reads, path, err) : tt_fail_memory(err, path);
	if (st == TT_OK)
		st = is_description(path) ? tt_scan_description_read(path, o->sets, o->n_sets, &d, err)
		                          : tt_scan_description_of_file(path, o->sets, o->n_sets, &d, err);
	if (st == TT_OK) st = tt_outdir_open_as(out_dir, &plan, &dir, err);
	if (st == TT_OK) st = tt_scan_measure(d, job, &r, err);
	if (st == TT_OK && is_description(path)) st = tt_strings_add(&r->inputs, err, "%s", path);
	for (size_t i = 0; st == TT_OK && i < r->inputs.n; i++)
		st = tt_reads_add(reads, r->inputs.item[i], err);
	if (st == TT_OK) st = write_all(dir, r, o->figure_width_mm, err);
	if (st == TT_OK) st = tt_job_check(job, err);
	if (st == TT_OK) {
		tt_outdir *whole = dir;
		dir = NULL;
		st = tt_outdir_commit(whole, "scan.json", err);
	}
	tt_outdir_abort(dir);
	if (st == TT_OK && report) say(r, report);
	tt_scan_result_free(r);
	tt_scan_description_free(d);
	tt_reads_free(reads);
	return st;
}
