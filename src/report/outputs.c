/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/outputs.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "report/curve_outputs.h"
#include "report/difference_picture.h"
#include "report/gauge_picture.h"
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

enum {
	CURVE = TT_NEEDS_CURVE,
	WHOLE = TT_NEEDS_PROPERTIES,
	CLOSE = TT_NEEDS_PROPERTIES | TT_NEEDS_CLOSEUP,
	FRAMES = TT_NEEDS_PROPERTIES | TT_NEEDS_FRAMES
};

const tt_output tt_outputs[] = {
    {"movie", "movie.mp4", FRAMES, no_movie, tt_movie_watch, tt_movie_end, NULL},
    {"curve", "curve.csv", CURVE, NULL, NULL, NULL, tt_write_curve},
    {"curve_tables", "curve.tsv curve.xlsx", WHOLE, NULL, NULL, NULL, tt_write_curve_tables},
    {"stress_strain", "stress_strain.*", CURVE, NULL, NULL, NULL, tt_write_stress_strain},
    {"summary", "summary.json", CURVE, NULL, NULL, NULL, tt_write_summary},
    {"gauge", "gauge.png gauge.pdf", CLOSE, NULL, NULL, NULL, tt_write_gauge_picture},
    {"spring", "spring.* spring_residual.*", WHOLE, NULL, NULL, NULL, tt_figure_spring},
    {"sync", "sync.*", WHOLE, NULL, NULL, NULL, tt_figure_sync},
    {"uncertainty", "uncertainty.csv uncertainty.*", WHOLE, NULL, NULL, NULL, tt_write_budget},
    {"width", "width.csv width_map.*", WHOLE, NULL, NULL, NULL, tt_write_width},
    {"strain_map", "strain_map.csv strain_map.*", WHOLE, NULL, NULL, NULL, tt_write_strain_map},
    {"fracture", "fracture.png fracture.pdf", CLOSE, NULL, NULL, NULL, tt_write_fracture_picture},
    {"necking", "necking.png necking.pdf necking_contrast.png necking_contrast.pdf necking_difference.tif necking_row.tif",
     CLOSE, NULL, NULL, NULL, tt_write_difference},
    {"results", "results.mat", WHOLE, NULL, NULL, NULL, tt_write_results_mat},
    {"run", "run.log", WHOLE, NULL, NULL, NULL, tt_write_run_log},
    {"methods", "methods.txt", WHOLE, NULL, NULL, NULL, tt_write_methods},
    {"page", "report.html", FRAMES, no_page, tt_shots_watch, tt_shots_end, tt_write_page},
};
const size_t tt_n_outputs = sizeof tt_outputs / sizeof *tt_outputs;

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

tt_status tt_outputs_write(const tt_findings *f, const tt_job *job, tt_error *err)
{
	tt_status st = TT_OK;
	for (size_t i = 0; i < tt_n_outputs && st == TT_OK; i++) {
		const tt_output *o = &tt_outputs[i];
		if (o->write && tt_output_wanted(o, f)) st = o->write(f, err);
		if (st == TT_OK) st = tt_job_check(job, err);
	}
	return st;
}
