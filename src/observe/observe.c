/* One decoding pass: chooses the gauge on the first sound frame and follows it through the recording.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "dic/texture.h"
#include "observe/judge.h"
#include "observe/observation.h"
#include "observe/width_watch.h"
#include "temtensile/curve.h"

/* The pass while it is made. */
typedef struct looking {
	const tt_test *test;
	const tt_job *job;
	bool no_width, flatten;
	bool bar;                 /* the whole bar is read, whatever the texture */
	tt_texture texture;       /* of the bar in the reference frame */
	double update_below;      /* ZNCC below which the reference is replaced; 0: as the description says */
	const tt_part_plan *part; /* NULL: the whole recording */
	const tt_still *still;    /* taken off every frame; NULL */
	float *clean;             /* the first frame without it */
	bool one_decoder;
	tt_source *source;
	double pixel_size_m;
	tt_observation *o;
	tt_width_watch width;
} looking;

static const double TARGET_NOISE_PX = 0.02; /* of one subset */

/* Frames before the first sound picture. */
typedef struct early {
	tt_frame *frame;
	size_t n, room;
} early;

/* The first frame to use that has a picture; those before it keep their numbers. */
static tt_status first_picture(looking *a, tt_frame *first, early *before, tt_error *err)
{
	const double from = a->test->video.frames[0];
	for (;;) {
		tt_status st = tt_source_next(a->source, first, err);
		if (st == TT_END && !isnan(from))
			return tt_fail(
			    err, TT_ERR_INPUT,
			    "%s: video.frames begins with frame %.0f, but no frame from there on can be used: "
			    "the recording has %zu frames",
			    a->test->video.file, from, before->n);
		if (st == TT_END)
			return tt_fail(err, TT_ERR_INPUT, "%s: no frame in it can be decoded", a->test->video.file);
		if (st != TT_OK) return st;
		if (first->image.data && !(first->flags & (TT_FRAME_UNDECODED | TT_FRAME_DAMAGED)) &&
		    !((double)first->number < from))
			return a->still ? tt_still_clean(a->still, &first->image, &first->image, &a->clean, err)
			                : TT_OK;
		tt_frame *grown = tt_grow(before->frame, &before->room, before->n + 1, sizeof *grown);
		if (!grown) return tt_fail_memory(err, "the frames before the first picture");
		before->frame = grown;
		before->frame[before->n++] = *first;
	}
}

/* Width of the specimen in px as the description has it: the narrowest section. */
static double described_width_px(const looking *a)
{
	const tt_profile *w = &a->test->specimen.width;
	double least = w->value[0].value;
	for (size_t i = 1; i < w->n; i++)
		least = fmin(least, w->value[i].value);
	return least / a->pixel_size_m;
}

static int fit_subset(double width_px, double length_px)
{
	int side = (int)fmin(0.45 * width_px, 0.12 * length_px) | 1;
	return side < 15 ? 15 : side > 81 ? 81 : side;
}

/* Light is slow that changes over more than the grains: for grains like Gaussians of standard deviation s (contrast
 * over slope is √2 s) a filter of 1.8 s leaves three quarters of their power and a tenth of fringes 40 px apart. */
static double highpass_for(const tt_texture *t)
{
	double slope = sqrt(0.5 * (t->xx + t->yy)), s = slope > 0 ? t->contrast_grey / (sqrt(2) * slope) : 2;
	return fmin(fmax(1.8 * s, 3), 8);
}

/* Noise that a codec or a detector correlates looks like texture: what of it the emptier of both surroundings shows,
 * over that noise's own share of slopes, is taken off the bar's. */
static tt_status take_off_false_texture(const tt_image *image, const tt_gauge *g, tt_texture *t, tt_error *err)
{
	static const double MOST = 0.2;
	size_t pixels = (size_t)image->width * (size_t)image->height;
	double least = MOST, near = 0.5 * g->width_px + 5, far = g->width_px + 25;
	uint8_t *mask = malloc(pixels);
	if (!mask) return tt_fail_memory(err, "the bar's surroundings");
	for (int side = -1; side <= 1; side += 2) {
		for (size_t i = 0; i < pixels; i++) {
			double dx = (double)(i % (size_t)image->width) - g->from[0],
			       dy = (double)(i / (size_t)image->width) - g->from[1];
			double along = dx * g->axis[0] + dy * g->axis[1],
			       across = side * (dx * g->normal[0] + dy * g->normal[1]);
			mask[i] = across >= near && across <= far && along >= 0 && along <= g->length_px ? 255 : 0;
		}
		tt_image view = {mask, image->width, image->width, image->height, TT_U8};
		tt_texture beside = tt_image_texture(image, &view);
		if (beside.n && beside.noise_grey > 0)
			least =
			    fmin(least, 0.5 * (beside.xx + beside.yy) / (0.5 * beside.noise_grey * beside.noise_grey));
	}
	free(mask);
	double share = 0.5 * least * t->noise_grey * t->noise_grey;
	t->xx = fmax(0, t->xx - share);
	t->yy = fmax(0, t->yy - share);
	return TT_OK;
}

/* Side of the subset that holds a spot: the smallest of which all larger ones have hardly more of slopes along the axis
 * to follow; 0: there is nothing. */
static int spot_side(const tt_image *image, const tt_gauge *g, const double at[2], uint8_t *mask)
{
	enum { SIDES = 16, LEAST = 11, STEP = 4 };
	static const double MOST = 0.9;
	double all[SIDES], top = 0;
	int widest = (int)fmin(1.5 * g->width_px, 0.5 * g->length_px), n = 0;
	for (; n < SIDES && (n == 0 || LEAST + STEP * n <= widest); n++) {
		int half = (LEAST + STEP * n) / 2;
		size_t pixels = 0;
		for (int y = 0; y < image->height; y++)
			for (int x = 0; x < image->width; x++) {
				bool here = fabs(x - at[0]) <= half && fabs(y - at[1]) <= half;
				mask[(size_t)y * (size_t)image->width + (size_t)x] = here ? 255 : 0;
				pixels += here;
			}
		tt_image view = {mask, image->width, image->width, image->height, TT_U8};
		tt_texture t = tt_image_texture(image, &view);
		double ax = g->axis[0], ay = g->axis[1];
		all[n] = (double)pixels * (ax * ax * t.xx + 2 * ax * ay * t.xy + ay * ay * t.yy);
		top = fmax(top, all[n]);
	}
	for (int i = 0; i < n; i++)
		if (top > 0 && all[i] >= MOST * top) return LEAST + STEP * (i + 1 < n ? i + 1 : i);
	return 0;
}

/* The larger of what the two spots need. */
static tt_status choose_spot_subset(looking *a, const tt_image *image, const tt_gauge *rough, tt_error *err)
{
	if (a->test->dic.subset_px) return TT_OK;
	uint8_t *mask = malloc((size_t)image->width * (size_t)image->height);
	if (!mask) return tt_fail_memory(err, "the gauge's spots");
	const double *at[2] = {rough->from, rough->to};
	tt_status st = TT_OK;
	a->o->dic.subset_px = 0;
	for (int e = 0; st == TT_OK && e < 2; e++) {
		int side = spot_side(image, rough, at[e], mask);
		if (!side)
			st = tt_fail(err, TT_ERR_INPUT, "%s: gauge.%s: no spot stands out of the noise at [%.4g, %.4g]",
			             a->test->video.file, e ? "to" : "from", at[e][0], at[e][1]);
		if (side > a->o->dic.subset_px) a->o->dic.subset_px = side;
	}
	free(mask);
	return st;
}

/* The edges' own places, near those that were given. */
static tt_status find_edges(looking *a, const tt_image *image, const tt_gauge *rough, double from[2], double to[2],
                            tt_error *err)
{
	double *at[2] = {from, to};
	for (int e = 0; e < 2; e++) {
		tt_face *f;
		tt_status st = tt_face_new(image, at[e], rough->axis, TT_FACE_HALF * rough->width_px, a->o->noise_grey,
		                           false, &f, err);
		tt_face_free(f);
		if (st == TT_ERR_FAILED)
			return tt_fail_within(err, "%s: gauge.%s", a->test->video.file, e ? "to" : "from");
		if (st != TT_OK) return st;
	}
	return TT_OK;
}

static tt_status choose_subset(looking *a, const tt_image *image, const tt_gauge *rough, tt_error *err)
{
	uint8_t *mask = NULL;
	tt_status st = tt_gauge_mask(rough, 0, image->width, image->height, &mask, err);
	if (st != TT_OK) return st;
	tt_image roi = {
	    .data = mask, .stride = image->width, .width = image->width, .height = image->height, .type = TT_U8};
	tt_texture texture = a->texture = tt_image_texture(image, &roi);
	a->o->noise_grey = fmin(texture.noise_grey, tt_image_noise(image, &roi));
	a->o->contrast_grey = texture.contrast_grey;
	if (a->flatten) a->o->dic.highpass_sigma_px = highpass_for(&texture);
	a->o->dic.noise_grey = a->o->noise_grey;
	int limit = fit_subset(rough->width_px, rough->length_px);
	if (a->test->dic.subset_px) {
		a->o->dic.subset_px = a->test->dic.subset_px;
	} else {
		int wanted = tt_dic_choose_subset(image, &roi, (tt_rect){0, 0, image->width, image->height},
		                                  a->o->noise_grey, TARGET_NOISE_PX);
		/* At least 21 px: smaller subsets see too few grains to be unique. */
		a->o->dic.subset_px = wanted > limit ? limit : wanted < 21 ? (limit < 21 ? limit : 21) : wanted;
	}
	free(mask);
	return take_off_false_texture(image, rough, &a->texture, err);
}

static void dic_options(looking *a)
{
	const tt_test *t = a->test;
	a->o->dic = tt_dic_defaults();
	a->o->dic.order = t->dic.order;
	/* Each step shrinks the increment about tenfold: what the last one leaves is far below the noise of a subset.
	 */
	a->o->dic.max_increment_px = TARGET_NOISE_PX / 5;
	/* Cubic: its bias (at most 1e-3 px, tests/dic) is far below the noise of a gauge's end, at half the time of
	 * quintic. */
	a->o->dic.interpolation = t->dic.interpolation ? t->dic.interpolation : TT_BSPLINE_CUBIC;
	a->o->dic.prefilter_sigma_px = t->dic.prefilter_sigma_px;
	if (!isnan(t->dic.min_zncc))
		a->o->dic.min_zncc = t->dic.min_zncc;
	else
		a->o->dic.expect_zncc = true; /* noise explains what it explains */
}

/* Finds the specimen; with a given gauge only to compare, so that failing is no error then. */
static tt_status find_specimen(looking *a, const tt_image *image, double width, const uint8_t *region, tt_error *err)
{
	bool automatic = a->test->gauge.automatic;
	tt_find_gauge_options options = tt_find_gauge_defaults();
	options.width_px = width;
	options.any_texture = a->test->gauge.method != TT_GAUGE_ENDS;
	options.region = region;
	tt_error own;
	tt_status st = tt_find_gauge(image, &options, &a->o->choice, automatic ? err : &own);
	if (st != TT_OK && !automatic) {
		tt_find_gauge_clear(&a->o->choice);
		memset(&a->o->choice, 0, sizeof a->o->choice);
		return TT_OK;
	}
	if (st != TT_OK) return tt_fail_within(err, "%s: gauge: auto", a->test->video.file);
	if (!automatic) tt_strings_free(&a->o->choice.notes);
	return TT_OK;
}

/* Whether subsets of the ends would be known too badly to be followed for sure: at a tenth of a pixel their correlation
 * has other peaks as high. */
static bool ends_are_weak(const looking *a)
{
	static const double MOST_PX = 0.12;
	const tt_texture *t = &a->texture;
	const tt_gauge *g = &a->o->gauge;
	double ax = g->axis[0], ay = g->axis[1],
	       energy = fmax(0, ax * ax * t->xx + 2 * ax * ay * t->xy + ay * ay * t->yy);
	return (a->test->gauge.automatic && a->o->choice.weak) ||
	       !(sqrt(2) * t->noise_grey / (g->subset_px * sqrt(energy)) < MOST_PX);
}

/* Ends or the whole bar; an error when not even that would do. */
static tt_status choose_method(looking *a, tt_error *err)
{
	static const double MOST_U =
	    1.5e-3; /* of the strain in a frame, by the bound: the search finds no bar beyond it */
	tt_gauge_method method = a->test->gauge.method;
	if (a->test->gauge.feature != TT_FEATURE_TEXTURE) return TT_OK;
	a->o->whole_bar = method == TT_GAUGE_BAR || a->bar || (method == TT_GAUGE_AUTO && ends_are_weak(a));
	if (!a->o->whole_bar) return TT_OK;
	if (a->part)
		return tt_fail(
		    err, TT_ERR_FAILED,
		    "%s: gauge: the whole bar is read (its texture is weak, or gauge.method asks for it), which goes "
		    "from frame to frame and not in parts: leave --shards away",
		    a->test->video.file);
	tt_bar_options o = tt_whole_bar_options(&a->o->gauge, &a->o->choice, &a->texture);
	double u = tt_whole_bar_expected_u(&o, &a->o->gauge, &a->texture), times = u / MOST_U;
	if (u <= MOST_U) return TT_OK;
	char needed[160] = "";
	if (times < 100 && a->texture.contrast_grey > 0)
		tt_snprintf(needed, sizeof needed,
		            ": about %.1f times its contrast (%.2g grey levels at a noise of %.2g) would be enough",
		            times, a->texture.contrast_grey, a->texture.noise_grey);
	return tt_fail(
	    err, TT_ERR_FAILED,
	    "%s: gauge: the specimen has too little texture to follow: all pixels of the bar together would show the "
	    "strain to ± %.2g %% in a frame, expected %.2g %% or better%s",
	    a->test->video.file, 100 * u, 100 * MOST_U, needed);
}

/* Whether a band about this place would touch what is covered. */
static bool is_covered(const looking *a, const double end[2], const double axis[2], double width_px)
{
	double side = a->o->dic.subset_px, reach = fmax(0, 0.5 * (width_px - side));
	for (int i = -1; i <= 1; i++)
		for (double n = -reach; n <= reach + 0.5; n += fmax(1, fmin(0.5 * side, 2 * reach))) {
			double along = i * 0.5 * side;
			if (tt_still_touches(a->still, end[0] + along * axis[0] - n * axis[1],
			                     end[1] + along * axis[1] + n * axis[0], (int)side))
				return true;
		}
	return false;
}

/* Ends that were found move inwards, by up to a third of the way to the middle, from under what covers them. */
static void leave_what_is_covered(const looking *a, double width_px, double from[2], double to[2])
{
	if (!a->still || !a->still->n_covered || !a->test->gauge.automatic) return;
	double length = hypot(to[0] - from[0], to[1] - from[1]),
	       axis[2] = {(to[0] - from[0]) / length, (to[1] - from[1]) / length};
	for (int e = 0; e < 2; e++) {
		double *end = e ? to : from, sign = e ? -1 : 1;
		for (double in = 0; in <= length / 3; in += 3) {
			double place[2] = {end[0] + sign * in * axis[0], end[1] + sign * in * axis[1]};
			if (is_covered(a, place, axis, width_px)) continue;
			memcpy(end, place, sizeof place);
			break;
		}
	}
}

static tt_status lay_in_region(looking *a, const tt_image *image, const uint8_t *region, tt_error *err)
{
	const tt_test *t = a->test;
	const double given = t->gauge.width_px.value;
	double from[2], to[2], width = isnan(given) ? described_width_px(a) : given;
	tt_gauge rough;
	tt_status st = find_specimen(a, image, described_width_px(a), region, err);
	if (st != TT_OK) return st;
	memcpy(from, t->gauge.automatic ? a->o->choice.from : t->gauge.from, sizeof from);
	memcpy(to, t->gauge.automatic ? a->o->choice.to : t->gauge.to, sizeof to);
	if (t->gauge.automatic && isnan(given)) width = a->o->choice.width_px;
	const tt_gauge_feature feature = t->gauge.feature;
	st = tt_gauge_lay_on(feature, from, to, width, 21, image->width, image->height, region, &rough, err);
	if (st != TT_OK) return st;
	st = choose_subset(a, image, &rough, err);
	if (st == TT_OK && feature == TT_FEATURE_SPOT) st = choose_spot_subset(a, image, &rough, err);
	if (st == TT_OK && feature == TT_FEATURE_EDGE) st = find_edges(a, image, &rough, from, to, err);
	tt_gauge_clear(&rough);
	if (st != TT_OK) return st;
	tt_gauge_clear(&a->o->gauge);
	if (feature == TT_FEATURE_TEXTURE) leave_what_is_covered(a, width, from, to);
	st = tt_gauge_lay_on(feature, from, to, width, a->o->dic.subset_px, image->width, image->height, region,
	                     &a->o->gauge, err);
	return st == TT_OK ? choose_method(a, err) : st;
}

static tt_status lay_gauge(looking *a, const tt_image *image, tt_error *err)
{
	uint8_t *region;
	tt_status st = tt_gauge_region(a->test, image->width, image->height, &region, err);
	if (st == TT_OK) st = lay_in_region(a, image, region, err);
	free(region);
	return st;
}

/* Title cards, black frames, a beam that fades in: where the bar is looked for, the first frame that shows one is the
 * reference; those before it keep their rows without a reading. The error is the first frame's when none does. */
static tt_status first_with_bar(looking *a, tt_frame *first, early *before, tt_error *err)
{
	enum { MOST = 150 };
	tt_status st = first_picture(a, first, before, err);
	if (st != TT_OK) return st;
	st = lay_gauge(a, &first->image, err);
	size_t skipped = 0;
	while (st == TT_ERR_FAILED && a->test->gauge.automatic && skipped < MOST) {
		tt_error other;
		tt_status next = tt_job_check(a->job, &other);
		tt_frame *grown = tt_grow(before->frame, &before->room, before->n + 1, sizeof *grown);
		if (!grown) return tt_fail_memory(err, "the frames before the first picture");
		before->frame = grown;
		before->frame[before->n++] = *first;
		if (next == TT_OK) next = tt_source_next(a->source, first, &other);
		if (next == TT_ERR_INTERRUPTED) *err = other;
		if (next != TT_OK) return next == TT_ERR_INTERRUPTED ? next : st;
		skipped++;
		if (!first->image.data || first->flags & (TT_FRAME_UNDECODED | TT_FRAME_DAMAGED)) continue;
		tt_find_gauge_clear(&a->o->choice);
		memset(&a->o->choice, 0, sizeof a->o->choice);
		if (a->still) next = tt_still_clean(a->still, &first->image, &first->image, &a->clean, &other);
		if (next != TT_OK) {
			*err = other;
			return next;
		}
		if (lay_gauge(a, &first->image, &other) != TT_OK) continue;
		return tt_strings_add(
		    &a->o->warnings, err,
		    "no specimen is seen in the first %zu frames (%s): frame %lld is the reference, the frames "
		    "before it have no strain",
		    skipped, err->message, (long long)first->number);
	}
	return st;
}

/* A part is read from the place that was chosen for it, unless its context reaches back to the reference frame. */
static tt_track_range range_of(const looking *a, int64_t reference)
{
	const tt_part_plan *p = a->part;
	return (tt_track_range){.start = p->start.number > reference ? &p->start : NULL,
	                        .warm = p->from > TT_PART_WARM ? p->from - TT_PART_WARM : 0,
	                        .from = p->from,
	                        .to = p->to,
	                        .stop_at_update = !p->update};
}

/* Widths are taken over the whole parallel section, up to where its shoulders begin, when the gauge lies on it: a neck
 * does not mind where the gauge ends. */
static void reach_of_widths(looking *a)
{
	const tt_gauge *g = &a->o->gauge;
	const tt_gauge_choice *c = &a->o->choice;
	const double inset = 6; /* px: half of what a station averages over, and one */
	a->width.lo = 0;
	a->width.hi = g->length_px;
	if (!(c->length_px > 0)) return;
	double s[2];
	for (int k = 0; k < 2; k++) {
		double d[2] = {c->section[k][0] - g->from[0], c->section[k][1] - g->from[1]};
		s[k] = d[0] * g->axis[0] + d[1] * g->axis[1];
		if (fabs(d[0] * g->normal[0] + d[1] * g->normal[1]) > 0.25 * g->width_px) return;
	}
	a->width.lo = fmin(0, fmin(s[0], s[1]) + inset);
	a->width.hi = fmax(g->length_px, fmax(s[0], s[1]) - inset);
}

static tt_status follow_all(looking *a, early *before, tt_error *err)
{
	tt_frame first;
	dic_options(a);
	tt_status st = first_with_bar(a, &first, before, err);
	if (st != TT_OK) return st;
	tt_track_plan plan = {.source = a->source,
	                      .gauge = &a->o->gauge,
	                      .dic = a->o->dic,
	                      .update_below_zncc =
	                          a->update_below > 0 ? a->update_below : a->test->dic.update_below_zncc,
	                      .still = a->still,
	                      .edges = a->test->gauge.feature == TT_FEATURE_EDGE,
	                      .noise_grey = a->o->noise_grey,
	                      .before = before->frame,
	                      .n_before = before->n};
	tt_bar_options bar;
	if (a->o->whole_bar) {
		bar = tt_whole_bar_options(&a->o->gauge, &a->o->choice, &a->texture);
		plan.bar = &bar;
	}
	double grips[4];
	/* Asked for, or, where they are found, to compare the device's opening with the log. */
	tt_error none;
	tt_grip_faces faces;
	bool asked = a->test->force.image_displacement, found = false, on_faces = false;
	int side = asked ? TT_IMAGE_SUBSET_PX : TT_IMAGE_COMPARE_PX;
	if (a->o->choice.length_px > 0) on_faces = tt_grip_faces_find(a->o, &first.image, &faces);
	if ((asked || a->o->choice.length_px > 0) && !(on_faces && !asked)) {
		st =
		    tt_image_points(a->test, a->o, &first.image, side, a->job, grips, asked && !on_faces ? err : &none);
		if (st != TT_OK && ((asked && !on_faces) || st == TT_ERR_INTERRUPTED)) return st;
		found = st == TT_OK;
		st = TT_OK; /* grips that nobody asked for need not be found */
	}
	if (on_faces && !found) {
		plan.grips = &faces;
		plan.n_extra = 2;
		a->o->by_faces = true;
	}
	if (found) {
		plan.extra_xy = grips;
		plan.n_extra = 2;
		plan.extra_subset_px = side;
	}
	tt_track_range range;
	if (a->part) {
		range = range_of(a, first.number);
		plan.range = &range;
	}
	a->o->light.gauge = a->width.gauge = &a->o->gauge;
	reach_of_widths(a);
	if (!a->no_width) st = tt_width_watch_begin(&a->width, &first, err);
	if (st != TT_OK) return st;
	tt_observer watch[3] = {{.ctx = &a->o->light, .frame = tt_light_watch_frame}};
	plan.observer = watch;
	plan.n_observers = 1;
	if (!a->no_width) watch[plan.n_observers++] = (tt_observer){.ctx = &a->width, .frame = tt_width_watch_frame};
	if (!a->part && !a->still) {
		a->o->pictures.gauge = &a->o->gauge;
		watch[plan.n_observers++] = (tt_observer){.ctx = &a->o->pictures, .frame = tt_still_watch_frame};
	}
	return tt_track_run(&plan, &first, a->job, &a->o->track, err);
}

/* The widths that the watch has seen become the observation's. */
static tt_status keep_widths(looking *a, tt_error *err)
{
	tt_width_watch *w = &a->width;
	tt_width_rows *k = &a->o->width;
	a->o->has_width = !a->no_width;
	memcpy(k->reason, w->reason, sizeof k->reason);
	if (!w->meter) return TT_OK;
	k->stations = tt_width_meter_stations(w->meter);
	k->s = malloc((k->stations + 1) * sizeof *k->s);
	if (!k->s) return tt_fail_memory(err, "the width profiles");
	memcpy(k->s, tt_width_meter_s(w->meter), k->stations * sizeof *k->s);
	k->rows = w->rows;
	k->index = w->index;
	k->width_px = w->width_px;
	w->index = NULL;
	w->width_px = NULL;
	return TT_OK;
}

tt_status tt_observation_judge(tt_observation *o, tt_error *err)
{
	o->flag = calloc(o->track.n + 1, sizeof *o->flag);
	bool *usable = calloc(o->track.n + 1, sizeof *usable);
	if (!o->flag || !usable) {
		free(usable);
		return tt_fail_memory(err, "the frames' flags");
	}
	tt_judge_frames(o->track.source_flag, o->track.reading, o->track.n, o->flag);
	/* a bar that is not found is one thing or none: no sign of damage */
	for (size_t i = 0; o->whole_bar && i < o->track.n; i++)
		if (!o->track.reading[i].ok && o->flag[i] & TT_ROW_DAMAGED &&
		    !(o->track.source_flag[i] & (TT_FRAME_DAMAGED | TT_FRAME_UNDECODED)))
			o->flag[i] = (o->flag[i] & ~(unsigned)TT_ROW_DAMAGED) | TT_ROW_LOST;
	for (size_t i = 0; i < o->track.n; i++)
		usable[i] = !(o->flag[i] & (TT_ROW_DAMAGED | TT_ROW_DUPLICATE));
	tt_observation_part(o, usable, tt_separation_least(&o->gauge), &o->separation);
	free(usable);
	return TT_OK;
}

static tt_status keep_warnings(looking *a, tt_error *err)
{
	const tt_strings *w = tt_source_warnings(a->source);
	tt_status st = TT_OK;
	for (size_t i = 0; i < w->n && st == TT_OK; i++)
		st = tt_strings_add(&a->o->warnings, err, "%s", w->item[i]);
	return st;
}

static tt_status open_recording(looking *a, tt_error *err)
{
	const tt_test *t = a->test;
	/* Two decoders more than cores: one that waits for the frame before it, or for its own to be taken, leaves none
	 * idle. */
	tt_source_options options = {.stream = t->video.stream,
	                             .frame_rate = t->video.frame_rate,
	                             .threads = a->one_decoder ? 1 : tt_job_threads(a->job) + 2,
	                             .max_pixels = (int64_t)t->video.max_pixels,
	                             .cancel = a->job ? a->job->cancel : NULL};
	tt_quantity pixel_size;
	const char *source;
	tt_status st = tt_source_open(t->video.file, &options, &a->source, err);
	if (st != TT_OK) return st;
	const tt_source_info *info = tt_source_info_of(a->source);
	st = tt_pixel_size_of(t, info, &pixel_size, &source, err);
	a->pixel_size_m = pixel_size.value;
	return st == TT_OK ? tt_test_check_points(t, info->width, info->height, err) : st;
}

/* That the whole bar was read, why, and how that compares with its ends. */
static tt_status tell_method(looking *a, tt_error *err)
{
	tt_observation *o = a->o;
	if (!o->whole_bar) return TT_OK;
	size_t n = o->separation.frame >= 0 ? (size_t)o->separation.frame : o->track.n;
	double *u = malloc(2 * (n + 1) * sizeof *u);
	if (!u) return tt_fail_memory(err, "the comparison of bar and ends");
	for (size_t i = 0; i < 2 * n; i++)
		u[i] = o->track.ends_px[2 * (i % n) + i / n];
	tt_bar_against_ends c = tt_whole_bar_compare(&o->gauge, o->track.reading, u, u + n, n);
	free(u);
	tt_status st = TT_OK;
	if (a->bar)
		st = tt_strings_add(&o->warnings, err,
		                    "subsets at the gauge's ends are lost in too many frames: the whole bar is read "
		                    "(gauge.method: bar)");
	else if (a->test->gauge.method == TT_GAUGE_AUTO)
		st = tt_strings_add(
		    &o->warnings, err,
		    "the specimen's texture (contrast %.2g grey levels at a noise of %.2g) is too weak to follow "
		    "subsets at the gauge's ends: the whole bar is read (gauge.method: bar)",
		    a->texture.contrast_grey, a->texture.noise_grey);
	if (st == TT_OK && c.disagree && a->test->gauge.method == TT_GAUGE_BAR)
		st = tt_strings_add(
		    &o->warnings, err,
		    "the strain of the whole bar and that of subsets at its ends differ by %.2g %% (RMS; at most "
		    "%.2g %%) over %zu frames, more than they should: one of them does not follow the specimen",
		    100 * c.rms_strain, 100 * c.worst_strain, c.frames);
	return st;
}

static tt_status check_part(const looking *a, tt_error *err)
{
	const tt_track *k = &a->o->track;
	if (k->n == 0)
		return tt_fail(err, TT_ERR_INPUT, "%s: there is no frame from number %lld on", a->test->video.file,
		               (long long)a->part->from);
	if (a->part->from == 0 && k->reference >= k->n)
		return tt_fail(err, TT_ERR_FAILED,
		               "%s: the first part ends before the first sound picture: fewer parts",
		               a->test->video.file);
	a->o->flag = calloc(k->n + 1, sizeof *a->o->flag); /* judged when the parts are joined */
	return a->o->flag ? TT_OK : tt_fail_memory(err, "the frames' flags");
}

static tt_status look(looking *a, tt_error *err)
{
	early before = {0};
	tt_status st = open_recording(a, err);
	if (st == TT_OK) st = follow_all(a, &before, err);
	free(before.frame);
	if (st == TT_OK) st = keep_warnings(a, err);
	if (st == TT_OK) st = keep_widths(a, err);
	if (st == TT_OK) st = a->part ? check_part(a, err) : tt_observation_judge(a->o, err);
	if (st == TT_OK && !a->part) st = tell_method(a, err);
	/* last: what a source says of itself can change while it is read */
	return st == TT_OK ? tt_recording_copy(tt_source_info_of(a->source), &a->o->recording, err) : st;
}

static tt_status look_once(looking *a, tt_error *err)
{
	a->o = calloc(1, sizeof *a->o);
	unsigned long refusals = tt_memory_refusals();
	tt_status st = a->o ? look(a, err) : tt_fail_memory(err, "the observation");
	st = tt_memory_check(refusals, st, err);
	tt_width_watch_clear(&a->width);
	free(a->clean);
	if (st == TT_OK) return TT_OK;
	tt_source_close(a->source);
	tt_observation_free(a->o);
	return st;
}

bool tt_observation_has_damage(const tt_observation *o)
{
	for (size_t i = 0; i < o->track.n; i++)
		if (o->track.source_flag[i] & (TT_FRAME_DAMAGED | TT_FRAME_UNDECODED)) return true;
	return false;
}

/* What several decoders make of damaged pictures, and of those that are predicted from them, depends on how many they
 * are: such a video is looked at again with one, so that results do not depend on the machine. */
static bool depends_on_decoders(const looking *a)
{
	return !a->one_decoder && tt_source_info_of(a->source)->lossy_prediction && tt_observation_has_damage(a->o);
}

tt_status tt_look_at(const tt_test *test, const tt_look_how *how, const tt_part_plan *part, const tt_job *job,
                     tt_observation **out, tt_source **source, tt_error *err)
{
	looking a = {.test = test,
	             .job = job,
	             .no_width = how->no_width,
	             .flatten = how->flatten,
	             .bar = how->bar,
	             .update_below = how->update_below,
	             .part = part,
	             .still = how->still};
	*out = NULL;
	*source = NULL;
	looking again = a;
	again.one_decoder = true;
	tt_status st = look_once(&a, err);
	if (st == TT_OK && depends_on_decoders(&a)) {
		tt_source_close(a.source);
		tt_observation_free(a.o);
		a = again;
		st = look_once(&a, err);
	}
	if (st != TT_OK) return st;
	a.o->flattened = how->flatten;
	if (part) tt_part_trim(a.o, part->from);
	*out = a.o;
	*source = a.source;
	return TT_OK;
}
