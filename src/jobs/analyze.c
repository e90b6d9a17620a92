/* The main job: one test from its description to a folder of results.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "jobs/analysis.h"

void tt_report_clear(tt_report *r)
{
	tt_strings_free(&r->lines);
	tt_strings_free(&r->warnings);
}

void tt_analysis_clear(tt_analysis *a)
{
	tt_present_clear(&a->present);
	tt_necking_clear(&a->necking);
	tt_width_watch_clear(&a->width_watch);
	tt_light_watch_clear(&a->light_watch);
	tt_uncertainty_clear(&a->uncertainty);
	tt_properties_clear(&a->properties);
	tt_curve_free(a->curve);
	tt_sync_result_free(&a->sync);
	tt_track_clear(&a->track);
	tt_gauge_clear(&a->gauge);
	tt_find_gauge_clear(&a->choice);
	free(a->flag);
	tt_source_close(a->source);
	tt_mechanics_free(a->mechanics);
	tt_force_log_free(a->log);
	tt_force_log_free(a->empty_run);
	tt_test_free(a->test);
	tt_outdir_abort(a->out);
}

static tt_status run(tt_analysis *a, const char *test_path, const char *out_dir, tt_error *err)
{
	tt_status st = tt_stage_inputs(a, test_path, err);
	if (st == TT_OK) st = tt_outdir_open(out_dir, &a->out, err);
	if (st == TT_OK) st = tt_stage_track(a, err);
	if (st == TT_OK) st = tt_stage_clock(a, err);
	if (st == TT_OK) st = tt_stage_curve(a, err);
	if (st == TT_OK && !a->options->only_curve) st = tt_stage_properties(a, err);
	if (st == TT_OK && !a->options->only_curve) st = tt_stage_necking(a, err);
	if (st == TT_OK && !a->options->only_curve) st = tt_stage_present(a, err);
	if (st == TT_OK) st = tt_stage_write(a, err);
	if (st == TT_OK) st = tt_stage_report(a, err);
	if (st == TT_OK) st = tt_job_check(a->job, err);
	if (st != TT_OK) return st;
	tt_outdir *out = a->out;
	a->out = NULL;
	return tt_outdir_commit(out, "summary.json", err);
}

tt_status tt_analyze(const char *test_path, const char *out_dir, const tt_analyze_options *options, const tt_job *job,
                     tt_report *report, tt_error *err)
{
	static const tt_analyze_options plain = {0};
	tt_report own = {0};
	tt_analysis a = {.job = job, .options = options ? options : &plain, .report = report ? report : &own};
	tt_status st = run(&a, test_path, out_dir, err);
	tt_analysis_clear(&a);
	tt_report_clear(&own);
	return st;
}
