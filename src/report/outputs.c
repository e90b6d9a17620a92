/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/outputs.h"

#include <stdlib.h>
#include <string.h>

#include "core/former.h"
#include "core/text.h"
#include "report/curve_outputs.h"
#include "report/difference_picture.h"
#include "report/gauge_picture.h"
#include "report/kept_frames.h"
#include "report/kept_observation.h"
#include "report/methods.h"
#include "report/necking_figures.h"
#include "report/results_mat.h"
#include "report/run_log.h"
#include "report/signal_figures.h"
#include "report/summary.h"

static bool no_movie(const tt_findings *f)
{
	return f->no_movie || f->test->output.no_movie;
}

static bool no_page(const tt_findings *f)
{
	return f->no_page || f->test->output.no_report;
}

static bool no_log(const tt_findings *f)
{
	return f->test->force.none || f->test->force.image_gauge;
}

/* Nothing to draw beside the frames, no property drawn from. */
static bool no_force(const tt_findings *f)
{
	return f->test->force.none;
}

static bool no_curve_movie(const tt_findings *f)
{
	return no_movie(f) || no_force(f);
}

enum {
	CURVE = TT_NEEDS_CURVE,
	WHOLE = TT_NEEDS_PROPERTIES,
	CLOSE = TT_NEEDS_PROPERTIES | TT_NEEDS_CLOSEUP,
	FRAMES = TT_NEEDS_PROPERTIES | TT_NEEDS_FRAMES,
	IMAGES = TT_SHOWS_IMAGES,
	LINE = TT_SHOWS_CURVE,
	LOOK = TT_SHOWS_LOOK
};

const tt_output tt_outputs[] = {
    {"movie", "movie.mp4", FRAMES, IMAGES | LINE, no_curve_movie, tt_movie_watch, tt_movie_end, NULL},
    {"curve", "curve.csv", CURVE, 0, NULL, NULL, NULL, tt_write_curve},
    {"curve_tables", "curve.tsv curve.xlsx", WHOLE, 0, NULL, NULL, NULL, tt_write_curve_tables},
    {"stress_strain", "stress_strain.*", CURVE, 0, NULL, NULL, NULL, tt_write_stress_strain},
    {"summary", "summary.json", CURVE, 0, NULL, NULL, NULL, tt_write_summary},
    {"gauge", "gauge.png gauge.pdf", CLOSE, IMAGES, NULL, NULL, NULL, tt_write_gauge_picture},
    {"spring", "spring.* spring_residual.*", WHOLE, 0, no_log, NULL, NULL, tt_figure_spring},
    {"sync", "sync.* sync.panels.gp", WHOLE, 0, no_log, NULL, NULL, tt_figure_sync},
    {"uncertainty", "uncertainty.csv uncertainty.*", WHOLE, 0, no_force, NULL, NULL, tt_write_budget},
    {"width", "width.csv width_map.*", WHOLE, 0, NULL, NULL, NULL, tt_write_width},
    {"strain_map", "strain_map.csv strain_map.*", WHOLE, 0, NULL, NULL, NULL, tt_write_strain_map},
    {"fracture", "fracture.png fracture.pdf", CLOSE, IMAGES | LOOK, NULL, NULL, NULL, tt_write_fracture_picture},
    {"necking",
     "necking.png necking.pdf necking_contrast.png necking_contrast.pdf necking_difference.tif necking_row.tif", CLOSE,
     IMAGES | LOOK, NULL, NULL, NULL, tt_write_difference},
    {"results", "results.mat", WHOLE, 0, NULL, NULL, NULL, tt_write_results_mat},
    {"run", "run.log", WHOLE, 0, NULL, NULL, NULL, tt_write_run_log},
    {"methods", "methods.txt", WHOLE, 0, NULL, NULL, NULL, tt_write_methods},
    {"observation", "observation.ttobs", CURVE, 0, NULL, NULL, NULL, tt_write_observation},
    {"frames", "frames.ttobs", CLOSE, 0, NULL, NULL, NULL, tt_write_kept_frames},
    {"page", "report.html", FRAMES, 0, no_page, tt_shots_watch, tt_shots_end, tt_write_page},
};
const size_t tt_n_outputs = sizeof tt_outputs / sizeof *tt_outputs;
_Static_assert(sizeof tt_outputs / sizeof *tt_outputs <= TT_MOST_OUTPUTS, "more outputs than jobs keep account of");

bool tt_output_wanted(const tt_output *o, const tt_findings *f)
{
	return (!f->only_curve || o->needs == CURVE) && !(o->off && o->off(f));
}

tt_status tt_output_claim(const tt_output *o, tt_outdir *out, tt_error *err)
{
	static const char *const endings[] = {"gp", "dat", "pdf", "svg", "png"};
	tt_status st = TT_OK;
	for (const char *p = o->files; *p && st == TT_OK;) {
		size_t n = strcspn(p, " ");
		bool figure = n > 2 && p[n - 1] == '*';
		for (size_t i = 0; i < (figure ? sizeof endings / sizeof *endings : 1) && st == TT_OK; i++) {
			char *name = tt_format("%.*s%s", (int)(figure ? n - 1 : n), p, figure ? endings[i] : "");
			const char *const names[] = {name};
			st = name ? tt_outdir_claim(out, names, 1, err) : tt_fail_memory(err, o->name);
			free(name);
		}
		p += n + strspn(p + n, " ");
	}
	return st;
}

/* ---- what an output shows ---- */

static void put_values(FILE *f, const double *v, size_t n)
{
	fwrite(v, sizeof *v, n, f);
}

static void put_shown(FILE *k, const tt_output *o, const tt_findings *f)
{
	const tt_curve *c = f->r->curve;
	const tt_look *l = &f->r->look;
	tt_fprintf(k, "%s\n%s\n", o->name, tt_software_build());
	if (o->shows & TT_SHOWS_IMAGES)
		tt_fprintf(k, "%s\n%s\n%.17g %d %.17g\n", tt_observation_key_of(f->o), f->test->name,
		           f->r->pixel_size.value, f->test->gauge.automatic, f->test->output.figure_width_mm);
	if (o->shows & TT_SHOWS_CURVE) {
		tt_fprintf(k, "%.17g %zu\n", f->test->output.movie_speed, c->n);
		put_values(k, c->time_s, c->n);
		put_values(k, c->strain, c->n);
		put_values(k, c->stress_Pa, c->n);
		fwrite(c->flag, sizeof *c->flag, c->n, k);
		fwrite(f->r->flag, sizeof *f->r->flag, f->r->frames, k);
	}
	if (!(o->shows & TT_SHOWS_LOOK)) return;
	tt_fprintf(k, "%lld %lld %d %s\n", (long long)l->fracture, (long long)l->last_known, l->average,
	           l->pair_reason);
	fwrite(l->sound, sizeof *l->sound, l->frames, k);
	for (int i = 0; i < 2 && l->has_pair; i++)
		tt_fprintf(k, "%zu %.17g %.17g\n", l->pair[i], c->strain[l->pair[i]], c->time_s[l->pair[i]]);
}

tt_status tt_output_note(const tt_output *o, const tt_findings *f, char note[128], tt_error *err)
{
	char *text = NULL, hash[65];
	size_t size = 0;
	FILE *k = open_memstream(&text, &size);
	if (!k) return tt_fail_memory(err, "the record of a folder");
	put_shown(k, o, f);
	bool bad = ferror(k) != 0;
	bad = fclose(k) != 0 || bad || !text;
	if (!bad) tt_sha256_bytes(text, size, hash);
	free(text);
	if (bad) return tt_fail_memory(err, "the record of a folder");
	tt_snprintf(note, 128, "made %s %s", hash, o->name);
	return TT_OK;
}

tt_status tt_output_take(const tt_output *o, const tt_findings *f, bool *taken, tt_error *err)
{
	char note[128];
	*taken = false;
	if (!o->shows || !tt_observation_key_of(f->o)[0]) return TT_OK;
	tt_status st = tt_output_note(o, f, note, err);
	if (st != TT_OK || !tt_former_has_note(f->out, note)) return st;
	/* that there was no movie has a reason, which is to be said again */
	if (o->watch && !tt_former_left(f->out, o->files)) return TT_OK;
	return tt_former_take(f->out, o->files, taken, err);
}

/* ---- writing ---- */

tt_status tt_outputs_write(const tt_findings *f, const bool *taken, const tt_job *job, tt_error *err)
{
	tt_status st = TT_OK;
	for (size_t i = 0; i < tt_n_outputs && st == TT_OK; i++) {
		const tt_output *o = &tt_outputs[i];
		if (o->write && !taken[i] && tt_output_wanted(o, f)) st = o->write(f, err);
		if (st == TT_OK) st = tt_job_check(job, err);
	}
	return st;
}
