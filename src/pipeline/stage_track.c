/* Chooses the gauge on the first frame and follows it through the recording.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/analysis.h"

static const double TARGET_NOISE_PX = 0.01; /* of one subset */

/* The first frame that has a picture; those before it keep their numbers. */
static tt_status first_picture(tt_analysis *a, tt_frame *first, tt_error *err)
{
	for (;;) {
		tt_status st = tt_source_next(a->source, first, err);
		if (st == TT_END)
			return tt_fail(err, TT_ERR_INPUT, "%s: no frame in it can be decoded", a->test->video.file);
		if (st != TT_OK) return st;
		if (first->image.data && !(first->flags & (TT_FRAME_UNDECODED | TT_FRAME_DAMAGED))) return TT_OK;
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
	if (t->dic.interpolation) a->dic.interpolation = t->dic.interpolation;
	a->dic.prefilter_sigma_px = t->dic.prefilter_sigma_px;
	if (!isnan(t->dic.min_zncc)) a->dic.min_zncc = t->dic.min_zncc;
}

static tt_status lay_gauge(tt_analysis *a, const tt_image *image, tt_error *err)
{
	const tt_test *t = a->test;
	double from[2], to[2], width = described_width_px(a);
	tt_gauge rough;
	memcpy(from, t->gauge.from, sizeof from);
	memcpy(to, t->gauge.to, sizeof to);
	if (t->gauge.automatic) {
		tt_find_gauge_options options = tt_find_gauge_defaults();
		options.width_px = width;
		tt_status st = tt_find_gauge(image, &options, &a->choice, err);
		if (st != TT_OK) return tt_fail_within(err, "%s: gauge: auto", t->video.file);
		memcpy(from, a->choice.from, sizeof from);
		memcpy(to, a->choice.to, sizeof to);
	}
	tt_status st = tt_gauge_lay(from, to, width, 21, image->width, image->height, &rough, err);
	if (st != TT_OK) return st;
	st = choose_subset(a, image, &rough, err);
	tt_gauge_clear(&rough);
	if (st != TT_OK) return st;
	return tt_gauge_lay(from, to, width, a->dic.subset_px, image->width, image->height, &a->gauge, err);
}

tt_status tt_stage_track(tt_analysis *a, tt_error *err)
{
	tt_frame first;
	tt_status st = first_picture(a, &first, err);
	if (st != TT_OK) return st;
	dic_options(a);
	st = lay_gauge(a, &first.image, err);
	if (st != TT_OK) return st;
	tt_track_plan plan = {.source = a->source,
	                      .gauge = &a->gauge,
	                      .dic = a->dic,
	                      .update_below_zncc = a->test->dic.update_below_zncc};
	st = tt_track_run(&plan, &first, a->job, &a->track, err);
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
	tt_separation_find(&a->gauge, a->track.reading, usable, a->track.n, &a->separation);
	free(usable);
	return TT_OK;
}
