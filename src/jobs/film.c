/* One film: film.yaml to a folder of results.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "core/outdir.h"
#include "core/text.h"
#include "jobs/freshness.h"
#include "report/film.h"
#include "temtensile/jobs.h"
#include "temtensile/study.h"

static tt_status hash_inputs(const tt_outdir *dir, const tt_film_result *r, tt_strings *hash, tt_error *err)
{
	tt_status st = TT_OK;
	for (size_t i = 0; i < r->inputs.n && st == TT_OK; i++) {
		char hex[65];
		st = tt_outdir_hash_input(dir, r->inputs.item[i], hex, err);
		if (st == TT_OK) st = tt_strings_add(hash, err, "%s", hex);
	}
	return st;
}

static void say(const tt_film_result *r, tt_report *report)
{
	for (size_t i = 0; i < r->measured.n; i++) {
		const tt_measurement *m = &r->measured.item[i];
		char value[40], u[40];
		if (isnan(m->value)) {
			tt_warn(&report->lines, "%s: %s", m->what->name, m->reason ? m->reason : "not measured");
			continue;
		}
		tt_round_to_u(m->value * m->what->shown, m->u * m->what->shown, value, u, sizeof value);
		tt_warn(&report->lines, "%s: %s%s%s%s%s (%s)", m->what->name, value, u[0] ? " ± " : "", u,
		        m->what->shown_unit[0] ? " " : "", m->what->shown_unit, m->method ? m->method : "");
	}
	for (size_t i = 0; i < r->lines.n; i++)
		tt_warn(&report->lines, "%s", r->lines.item[i]);
	for (size_t i = 0; i < r->warnings.n; i++)
		tt_warn(&report->warnings, "%s", r->warnings.item[i]);
}

static tt_status write_all(tt_outdir *dir, const tt_film_description *d, const tt_film_result *r, double width_mm,
                           tt_error *err)
{
	tt_strings hash = {0};
	char *command =
	    tt_format("temtensile film %s -o %s", tt_path_base(d->path), tt_path_base(tt_outdir_target(dir)));
	tt_status st = command ? hash_inputs(dir, r, &hash, err) : tt_fail_memory(err, "film.html");
	if (st == TT_OK) st = tt_film_tables_write(dir, r, err);
	if (st == TT_OK) st = tt_film_figures_write(dir, r, width_mm, err);
	if (st == TT_OK) st = tt_film_methods_write(dir, d, r, err);
	if (st == TT_OK) st = tt_film_page_write(dir, d, r, &hash, command, err);
	if (st == TT_OK) st = tt_film_json_write(dir, d, r, &hash, err);
	tt_strings_free(&hash);
	free(command);
	return st;
}

/* What the folder was made of, so that a study can tell whether it is as it was. */
static tt_status note_record(tt_outdir *dir, const char *film_path, const tt_film_options *o, const tt_film_result *r,
                             tt_error *err)
{
	tt_strings options = {0};
	const char *name = tt_path_base(film_path);
	char *base = name == film_path ? tt_strdup(".") : tt_format("%.*s", (int)(name - film_path), film_path);
	tt_status st = base ? TT_OK : tt_fail_memory(err, film_path);
	for (size_t i = 0; i < o->n_sets && st == TT_OK; i++)
		st = tt_strings_add(&options, err, "%s", o->sets[i]);
	const tt_record_plan plan = {"film", NULL, base, &options};
	if (st == TT_OK) st = tt_record_note(dir, &plan, &r->inputs, NULL, err);
	tt_strings_free(&options);
	free(base);
	return st;
}

tt_status tt_film(const char *film_path, const char *out_dir, const tt_film_options *options, const tt_job *job,
                  tt_report *report, tt_error *err)
{
	static const tt_film_options plain = {0};
	const tt_film_options *o = options ? options : &plain;
	tt_film_description *d = NULL;
	tt_film_result r = {0};
	tt_outdir *dir = NULL;
	tt_reads *reads = tt_reads_new();
	const tt_outdir_plan plan = {.command = "film", .force = o->force, .reads = reads};
	tt_status st = reads ? tt_reads_add(reads, film_path, err) : tt_fail_memory(err, film_path);
	if (st == TT_OK) st = tt_film_description_read(film_path, o->sets, o->n_sets, &d, err);
	if (st == TT_OK) st = tt_outdir_open_as(out_dir, &plan, &dir, err);
	if (st == TT_OK) st = tt_strings_add(&r.inputs, err, "%s", film_path);
	if (st == TT_OK) st = tt_film_measure(d, &r, job, err);
	if (st == TT_OK && !r.measured.n)
		st = tt_fail(err, TT_ERR_INPUT,
		             "%s: nothing to measure; expected at least one of indentation, brillouin, density, "
		             "diffraction, layers",
		             film_path);
	for (size_t i = 0; i < r.inputs.n && st == TT_OK; i++)
		st = tt_reads_add(reads, r.inputs.item[i], err);
	if (st == TT_OK) st = write_all(dir, d, &r, o->figure_width_mm, err);
	if (st == TT_OK) st = note_record(dir, film_path, o, &r, err);
	if (st == TT_OK) st = tt_job_check(job, err);
	if (st == TT_OK) {
		tt_outdir *whole = dir;
		dir = NULL;
		st = tt_outdir_commit(whole, "film.json", err);
	}
	tt_outdir_abort(dir);
	if (st == TT_OK && report) say(&r, report);
	tt_film_result_clear(&r);
	tt_film_description_free(d);
	tt_reads_free(reads);
	return st;
}
