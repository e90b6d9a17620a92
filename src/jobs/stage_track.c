/* Chooses the gauge on the first frame and follows it through the recording.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "jobs/analysis.h"
#include "jobs/image_displacement.h"

static const double TARGET_NOISE_PX = 0.02; /* of one subset */

/* Frames before the first sound picture. */
typedef struct early {
	tt_frame *frame;
	size_t n, room;
} early;

/* The first frame that has a picture; those before it keep their numbers. */
static tt_status first_picture(tt_analysis *a, tt_frame *first, early *before, tt_error *err)
{
	for (;;) {
		tt_status st = tt_source_next(a->source, first, err);
		if (st == TT_END)
			return tt_fail(err, TT_ERR_INPUT, "%s: no frame in it can be decoded", a->test->video.file);
		if (st != TT_OK) return st;
		if (first->image.data && !(first->flags & (TT_FRAME_UNDECODED | TT_FRAME_DAMAGED))) return TT_OK;
		tt_frame *grown = tt_grow(before->frame, &before->room, before->n + 1, sizeof *grown);
		if (!grown) return tt_fail_memory(err, "the frames before the first picture");
		before->frame = grown;
		before->frame[before->n++] = *first;
	}
}

/* Width of the specimen in px as the description has it: the narrowest section. */
static double described_width_px(const tt_analysis *a)
{
	const tt_profile *w = &a->test->specimen.width;
	double least = w->value[0].value;
	for (size_t i = 1; i < w->n; i++)
		least = fmin(least, w->value[i].value);
	return least / a->pixel_size.value;
}

static int fit_subset(double width_px, double length_px)
{
	int side = (int)fmin(0.45 * width_px, 0.12 * length_px) | 1;
	return side < 15 ? 15 : side > 81 ? 81 : side;
}

static tt_status choose_subset(tt_analysis *a, const tt_image *image, const tt_gauge *rough, tt_error *err)
{
	uint8_t *mask = NULL;
	tt_status st = tt_gauge_mask(rough, 0, image->width, image->height, &mask, err);
	if (st != TT_OK) return st;
	tt_image roi = {.data = mask, .stride = image->width, .width = image->width, .height = image->height, .type = TT_U8};
	a->noise_grey = tt_image_noise(image, &roi);
	a->dic.noise_grey = a->noise_grey;
	int limit = fit_subset(rough->width_px, rough->length_px);
	if (a->test->dic.subset_px) {
		a->dic.subset_px = a->test->dic.subset_px;
	} else {
		int wanted = tt_dic_choose_subset(image, &roi, (tt_rect){0, 0, image->width, image->height}, a->noise_grey,
		                                  TARGET_NOISE_PX);
		/* At least 21 px: smaller subsets see too few grains to be unique. */
		a->dic.subset_px = wanted > limit ? limit : wanted < 21 ? (limit < 21 ? limit : 21) : wanted;
	}
	free(mask);
	return TT_OK;
}

static void dic_options(tt_analysis *a)
{
	const tt_test *t = a->test;
	a->dic = tt_dic_defaults();
	a->dic.order = t->dic.order;
	/* Each step shrinks the increment about tenfold: what the last one leaves is far below the noise of a subset. */
	a->dic.max_increment_px = TARGET_NOISE_PX / 5;
	/* Cubic: its bias (at most 1e-3 px, tests/dic) is far below the noise of a gauge's end, at half the time of quintic. */
	a->dic.interpolation = t->dic.interpolation ? t->dic.interpolation : TT_BSPLINE_CUBIC;
	a->dic.prefilter_sigma_px = t->dic.prefilter_sigma_px;
	if (!isnan(t->dic.min_zncc)) a->dic.min_zncc = t->dic.min_zncc;
}

/* Finds the specimen; with a given gauge only to compare, so that failing is no error then. */
static tt_status find_specimen(tt_analysis *a, const tt_image *image, double width, tt_error *err)
{
	bool automatic = a->test->gauge.automatic;
	if (!automatic && a->options->only_curve && !a->test->force.image_displacement) return TT_OK;
	tt_find_gauge_options options = tt_find_gauge_defaults();
	options.width_px = width;
	tt_error own;
	tt_status st = tt_find_gauge(image, &options, &a->choice, automatic ? err : &own);
	if (st != TT_OK && !automatic) {
		tt_find_gauge_clear(&a->choice);
		memset(&a->choice, 0, sizeof a->choice);
		return TT_OK;
	}
	if (st != TT_OK) return tt_fail_within(err, "%s: gauge: auto", a->test->video.file);
	for (size_t i = 0; automatic && i < a->choice.notes.n; i++)
		tt_warn(&a->report->warnings, "gauge: %s", a->choice.notes.item[i]);
	return TT_OK;
}

/* The width seen against the description's mean over the gauge: beyond 3 % or 2 u something is wrong. */
static void compare_width(tt_analysis *a)
{
	double described = 0, u = 0;
	if (!(a->choice.width_px > 0)) return;
	for (int i = 0; i <= 10; i++) {
		tt_quantity w = tt_profile_at(&a->test->specimen.width, i / 10.0);
		described += w.value / 11;
		u += w.u / 11;
	}
	double seen = a->choice.width_px * a->pixel_size.value, u_seen = a->choice.u_width_px * a->pixel_size.value;
	double off = fabs(seen - described);
	if (off <= 0.03 * described && off <= 2 * hypot(u, u_seen)) return;
	if (off <= 2 * hypot(u, fmax(u_seen, 0.005 * seen))) return;
	tt_warn(&a->report->warnings,
	        "the images show a width of %.1f ± %.1f nm, the description says %.1f ± %.1f nm (%+.1f %%): check pixel size and "
	        "specimen.width",
	        seen * 1e9, u_seen * 1e9, described * 1e9, u * 1e9, 100 * (seen / described - 1));
}

static tt_status lay_gauge(tt_analysis *a, const tt_image *image, tt_error *err)
{
	const tt_test *t = a->test;
	double from[2], to[2], width = described_width_px(a);
	tt_gauge rough;
	tt_status st = find_specimen(a, image, width, err);
	if (st != TT_OK) return st;
	compare_width(a);
	memcpy(from, t->gauge.automatic ? a->choice.from : t->gauge.from, sizeof from);
	memcpy(to, t->gauge.automatic ? a->choice.to : t->gauge.to, sizeof to);
	if (t->gauge.automatic) width = a->choice.width_px;
	st = tt_gauge_lay(from, to, width, 21, image->width, image->height, &rough, err);
	if (st != TT_OK) return st;
	st = choose_subset(a, image, &rough, err);
	tt_gauge_clear(&rough);
	if (st != TT_OK) return st;
	return tt_gauge_lay(from, to, width, a->dic.subset_px, image->width, image->height, &a->gauge, err);
}

static tt_status follow_all(tt_analysis *a, early *before, tt_error *err)
{
	tt_frame first;
	tt_status st = first_picture(a, &first, before, err);
	if (st != TT_OK) return st;
	dic_options(a);
	st = lay_gauge(a, &first.image, err);
	if (st == TT_OK && !a->options->only_curve) st = tt_write_gauge_picture(a, &first.image, err);
	if (st != TT_OK) return st;
	tt_track_plan plan = {.source = a->source,
	                      .gauge = &a->gauge,
	                      .dic = a->dic,
	                      .update_below_zncc = a->test->dic.update_below_zncc,
	                      .before = before->frame,
	                      .n_before = before->n};
	double grips[4];
	if (a->test->force.image_displacement) {
		st = tt_image_points(a, &first.image, grips, err);
		if (st != TT_OK) return st;
		plan.extra_xy = grips;
		plan.n_extra = 2;
		plan.extra_subset_px = TT_IMAGE_SUBSET_PX;
	}
	a->light_watch.gauge = a->width_watch.gauge = &a->gauge;
	const tt_observer watch[] = {{.ctx = &a->light_watch, .frame = tt_light_watch_frame},
	                             {.ctx = &a->width_watch, .frame = tt_width_watch_frame}};
	plan.observer = watch;
	plan.n_observers = a->options->only_curve ? 1 : 2;
	return tt_track_run(&plan, &first, a->job, &a->track, err);
}

tt_status tt_stage_track(tt_analysis *a, tt_error *err)
{
	early before = {0};
	tt_status st = follow_all(a, &before, err);
	free(before.frame);
	if (st != TT_OK) return st;
	const tt_strings *w = tt_source_warnings(a->source);
	for (size_t i = 0; i < w->n; i++)
		tt_warn(&a->report->warnings, "%s", w->item[i]);
	a->flag = calloc(a->track.n, sizeof *a->flag);
	bool *usable = calloc(a->track.n, sizeof *usable);
	if (!a->flag || !usable) {
		free(usable);
		return tt_fail_memory(err, "the frames' flags");
	}
	tt_judge_frames(a->track.source_flag, a->track.reading, a->track.n, a->flag);
	for (size_t i = 0; i < a->track.n; i++)
		usable[i] = !(a->flag[i] & (TT_ROW_DAMAGED | TT_ROW_DUPLICATE));
	tt_separation_find(&a->gauge, a->track.reading, a->track.station_px, usable, a->track.n, &a->separation);
	free(usable);
	return TT_OK;
}
