/* (observation, log, description) → result.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "core/text.h"
#include "evaluate/codec_lag.h"
#include "evaluate/evaluation.h"
#include "evaluate/optics.h"
#include "evaluate/seen.h"

tt_evaluate_options tt_evaluate_defaults(void)
{
	return (tt_evaluate_options){.draws = -1};
}

void tt_result_free(tt_result *r)
{
	if (!r) return;
	tt_mechanics_free(r->mechanics);
	tt_sync_result_free(&r->sync);
	free(r->flag);
	tt_curve_free(r->curve);
	tt_properties_clear(&r->properties);
	tt_uncertainty_clear(&r->uncertainty);
	tt_necking_clear(&r->necking);
	tt_look_clear(&r->look);
	tt_measurements_clear(&r->measurements);
	tt_strings_free(&r->warnings);
	free(r);
}

static void pass_on(tt_evaluation *a, const tt_strings *list, const char *before)
{
	for (size_t i = 0; list && i < list->n; i++)
		tt_warn(&a->r->warnings, "%s%s", before, list->item[i]);
}

static double or_else(double given, double otherwise)
{
	return isnan(given) ? otherwise : given;
}

/* The expert keys, or what stands for them. */
static void set_thresholds(tt_evaluation *a)
{
	const tt_test *t = a->test;
	const bool quintic = a->o->dic.interpolation == TT_BSPLINE_QUINTIC;
	a->r->thresholds = (tt_thresholds){
	    .interpolation_bias_px =
	        or_else(t->dic.interpolation_bias_px, quintic ? TT_BIAS_QUINTIC_PX : TT_BIAS_CUBIC_PX),
	    .codec_lag_frames = or_else(t->video.codec_lag, tt_codec_lag_frames(a->o->recording.lossy_prediction)),
	    .test_level = t->force.test_level,
	    .spring_least_travel = t->force.least_travel,
	    .spring_residual = t->fracture.spring_residual,
	    .least_gap_px = or_else(t->fracture.least_gap_px, tt_separation_least(&a->o->gauge)),
	    .cost_broken = t->sync.cost_broken,
	    .cost_beyond = t->sync.cost_beyond,
	    .outlier = t->properties.outlier,
	    .proportional_offset = t->properties.proportional_offset,
	    .drop_fraction = t->properties.drop_fraction};
}

static tt_status set_pixel_size(tt_evaluation *a, tt_error *err)
{
	const tt_test *t = a->test;
	const tt_source_info *info = &a->o->recording;
	const char *source;
	tt_status st = tt_pixel_size_of(t, info, &a->r->pixel_size, &source, err);
	if (st != TT_OK) return st;
	snprintf(a->r->pixel_size_source, sizeof a->r->pixel_size_source, "%.120s", source);
	if (!isnan(t->video.pixel_size.value) && info->pixel_size_m > 0 &&
	    fabs(info->pixel_size_m / a->r->pixel_size.value - 1) > 0.01)
		tt_warn(&a->r->warnings,
		        "the description says %.4g nm per pixel, the file %s says %.4g nm (%s); the description's "
		        "value is used",
		        a->r->pixel_size.value * 1e9, t->video.file, info->pixel_size_m * 1e9,
		        info->calibration_source);
	return TT_OK;
}

/* The width seen against the description's mean over the gauge: beyond 3 % or 2 u something is wrong. */
static void compare_width(tt_evaluation *a)
{
	double described = 0, u = 0;
	const tt_quantity given = a->test->gauge.width_px;
	double px = isnan(given.value) ? a->o->choice.width_px : given.value,
	       u_px = isnan(given.value) ? a->o->choice.u_width_px : given.u;
	if (!(px > 0)) return;
	for (int i = 0; i <= 10; i++) {
		tt_quantity w = tt_profile_at(&a->test->specimen.width, i / 10.0);
		described += w.value / 11;
		u += w.u / 11;
	}
	double seen = px * a->r->pixel_size.value, u_seen = u_px * a->r->pixel_size.value;
	double off = fabs(seen - described);
	if (off <= 0.03 * described && off <= 2 * hypot(u, u_seen)) return;
	if (off <= 2 * hypot(u, fmax(u_seen, 0.005 * seen))) return;
	tt_warn(&a->r->warnings,
	        "the images show a width of %s, the description says %s (%s %s): check "
	        "pixel size and "
	        "specimen.width",
	        TT_VALUE(seen * 1e9, u_seen * 1e9, "nm"), TT_VALUE(described * 1e9, u * 1e9, "nm"),
	        TT_DIGITS(100 * off / described, 2, "%"), seen < described ? "less" : "more");
}

/* What the two records and the search of the gauge had to say for themselves comes first. */
static tt_status begin(tt_evaluation *a, tt_error *err)
{
	size_t n = a->o->track.n;
	a->r->frames = n;
	a->r->fracture = a->r->fracture_by_log = -1;
	a->r->log_turned = a->log->turned;
	a->r->flag = malloc((n + 1) * sizeof *a->r->flag);
	if (!a->r->flag) return tt_fail_memory(err, "the frames' flags");
	memcpy(a->r->flag, a->o->flag, n * sizeof *a->r->flag);
	set_thresholds(a);
	pass_on(a, &a->log->warnings, "");
	if (a->empty_run) pass_on(a, &a->empty_run->warnings, "");
	tt_status st = set_pixel_size(a, err);
	if (st != TT_OK) return st;
	pass_on(a, &a->o->choice.notes, "gauge: ");
	compare_width(a);
	tt_evaluate_gauge_given(a);
	pass_on(a, &a->o->warnings, "");
	return tt_evaluate_frames(a, err);
}

static tt_status build_curve(tt_evaluation *a, tt_error *err)
{
	const tt_track *k = &a->o->track;
	/* without a force nothing tells which frames are unloaded: the first one stands for them */
	const double first[2] = {k->n ? (double)k->number[0] : 0, k->n ? (double)k->number[0] : 0};
	tt_evaluate_section(a);
	tt_curve_input in = {
	    .n = k->n,
	    .number = k->number,
	    .time_s = k->time_s,
	    .flag = a->r->flag,
	    .reading = k->reading,
	    .mechanics = a->r->mechanics,
	    .clock = a->r->clock,
	    .u_pixel_size = a->r->pixel_size.value > 0 ? a->r->pixel_size.u / a->r->pixel_size.value : 0,
	    .width = a->r->width,
	    .thickness = a->r->thickness,
	    .zero = a->test->gauge.zero,
	    .zero_given = a->test->gauge.zero_given,
	    .reference_frames = !isnan(a->test->gauge.reference_frames[0]) ? a->test->gauge.reference_frames
	                        : a->test->force.none                      ? first
	                                                                   : NULL,
	    .u_lag_frames = a->r->thresholds.codec_lag_frames,
	    .bias_px = fmax(a->r->thresholds.interpolation_bias_px, 1e-12)};
	return tt_curve_build(&in, &a->r->curve, &a->r->zero, &a->r->warnings, err);
}

/* What has no ± makes every u smaller than it is. */
static void name_exact(tt_evaluation *a)
{
	char list[512] = "";
	const tt_strings *exact = &a->test->not_stated;
	for (size_t i = 0, used = 0; i < exact->n && used < sizeof list; i++)
		used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", exact->item[i]);
	if (exact->n)
		tt_warn(&a->r->warnings, "taken as exact, for no ± is stated: %s; the uncertainties hold nothing of %s",
		        list, exact->n == 1 ? "it" : "them");
}

static tt_status evaluate(tt_evaluation *a, tt_error *err)
{
	tt_status st = begin(a, err);
	if (st == TT_OK) name_exact(a);
	if (st == TT_OK) st = tt_evaluate_clock(a, err);
	if (st == TT_OK) st = build_curve(a, err);
	if (st == TT_OK) st = tt_unsteady_check(a, err);
	if (st == TT_OK) st = tt_codec_lag_check(a, err);
	if (st == TT_OK) tt_lens_check(a);
	if (st == TT_OK && a->options->curve_only) tt_evaluate_overrides(a);
	if (st != TT_OK || a->options->curve_only) return st;
	st = tt_evaluate_properties(a, err);
	if (st == TT_OK) st = tt_evaluate_necking(a, err);
	if (st == TT_OK) tt_evaluate_overrides(a);
	if (st == TT_OK) st = tt_evaluate_look(a, err);
	return st == TT_OK ? tt_evaluate_measurements(a, err) : st;
}

tt_status tt_evaluate(const tt_observation *observation, const tt_force_log *log, const tt_force_log *empty_run,
                      const tt_test *test, const tt_evaluate_options *options, const tt_job *job, tt_result **out,
                      tt_error *err)
{
	const tt_evaluate_options defaults = tt_evaluate_defaults();
	tt_evaluation e = {
	    .log = log, .empty_run = empty_run, .test = test, .options = options ? options : &defaults, .job = job};
	*out = NULL;
	e.r = calloc(1, sizeof *e.r);
	if (!e.r) return tt_fail_memory(err, "the result");
	unsigned long refusals = tt_memory_refusals();
	tt_seen seen;
	tt_status st = tt_seen_make(observation, test, &seen, &e.r->warnings, err);
	e.o = &seen.o;
	e.u_optics = seen.u_strain;
	if (st == TT_OK) {
		st = evaluate(&e, err);
		tt_seen_clear(&seen);
	}
	st = tt_memory_check(refusals, st, err);
	if (st == TT_OK)
		*out = e.r;
	else
		tt_result_free(e.r);
	return st;
}
