/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "jobs/difference_image.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "observe/resample.h"
#include "temtensile/report.h"

static bool intact(const tt_analysis *a, size_t i)
{
	return a->track.reading[i].ok && !(a->flag[i] & (TT_ROW_NO_STRAIN | TT_ROW_DUPLICATE)) && !isnan(a->curve->strain[i]);
}

/* First intact frame at or after a strain; -1. */
static int64_t at_strain(const tt_analysis *a, double strain)
{
	for (size_t i = 0; i < a->track.n; i++)
		if (intact(a, i) && a->curve->strain[i] >= strain) return (int64_t)i;
	return -1;
}

static int64_t numbered(const tt_analysis *a, double number)
{
	for (size_t i = 0; i < a->track.n; i++)
		if ((double)a->track.number[i] == number) return intact(a, i) ? (int64_t)i : -1;
	return -1;
}

/* The 0.2 % offset yield, else the proportional limit; -1: neither is known. */
static int64_t yield_frame(const tt_analysis *a, const char **what)
{
	const tt_properties *p = &a->properties;
	double yield = a->has_properties ? p->value[TT_PROP_YIELD_STRENGTH].value : NAN;
	if (!isnan(yield)) {
		*what = "0.2 % offset yield, last intact";
		return at_strain(a, p->elastic.zero_strain + yield / p->elastic.modulus_Pa + 0.002);
	}
	double limit = a->has_properties ? p->value[TT_PROP_PROPORTIONAL_LIMIT].value : NAN;
	for (size_t i = 0; !isnan(limit) && i < a->track.n; i++)
		if (intact(a, i) && a->curve->stress_Pa[i] >= limit) {
			*what = "proportional limit, last intact";
			return (int64_t)i;
		}
	return -1;
}

static bool choose(tt_analysis *a, const char **what, bool *named)
{
	const tt_test *t = a->test;
	int64_t pair[2] = {-1, -1};
	*named = true;
	if (!isnan(t->necking.frames[0])) {
		*what = "necking.frames";
		for (int k = 0; k < 2; k++)
			pair[k] = numbered(a, t->necking.frames[k]);
	} else if (!isnan(t->necking.strains[0])) {
		*what = "necking.strains";
		for (int k = 0; k < 2; k++)
			pair[k] = at_strain(a, t->necking.strains[k]);
	} else {
		*named = false;
		pair[0] = yield_frame(a, what);
		for (size_t i = 0; i < a->track.n; i++)
			if (intact(a, i)) pair[1] = (int64_t)i;
	}
	if (pair[0] < 0 || pair[1] < 0 || pair[0] == pair[1]) return false;
	for (int k = 0; k < 2; k++)
		a->necking.pair[k] = (size_t)pair[k];
	return true;
}

static tt_status as_floats(const tt_image *im, float **out, tt_error *err)
{
	*out = malloc((size_t)im->width * (size_t)im->height * sizeof **out);
	if (!*out) return tt_fail_memory(err, "a frame");
	for (int y = 0; y < im->height; y++)
		for (int x = 0; x < im->width; x++)
			(*out)[(size_t)y * (size_t)im->width + (size_t)x] = (float)tt_image_at(im, x, y);
	return TT_OK;
}

/* Adds a frame, moved back by (dx, dy): what the fixed part has drifted since the frame in the middle. */
static tt_status add_moved(const float *pixels, int width, int height, double dx, double dy, float *sum, tt_error *err)
{
	tt_resample r;
	tt_status st = tt_resample_new(pixels, width, height, &r, err);
	if (st != TT_OK) return st;
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++) {
			/* the last row or column of a shifted picture is its neighbour's */
			double px = fmin(fmax(x + dx, 0), width - 1), py = fmin(fmax(y + dy, 0), height - 1);
			sum[(size_t)y * (size_t)width + (size_t)x] += (float)tt_resample_at(&r, px, py);
		}
	tt_resample_free(&r);
	return TT_OK;
}

/* Mean of `count` intact frames about row `at`, each registered on the gauge's fixed end. *out: the caller's. */
static tt_status mean_frame(const tt_analysis *a, tt_source *s, size_t at, int count, int fixed, float **out, tt_image *im,
                            tt_error *err)
{
	size_t first = at >= (size_t)((count - 1) / 2) ? at - (size_t)((count - 1) / 2) : 0, last = at + (size_t)(count / 2);
	const double *here = a->track.reading[at].end[fixed];
	tt_frame frame;
	double used = 0;
	while (last > at && (last >= a->track.n || !intact(a, last)))
		last--;
	tt_status st = tt_source_seek(s, a->track.number[first], a->track.time_s[first], err);
	for (size_t i = first; st == TT_OK && i <= last; i++) {
		float *pixels = NULL;
		st = tt_source_next(s, &frame, err);
		if (st != TT_OK || !intact(a, i) || !frame.image.data) continue;
		int w = frame.image.width, h = frame.image.height;
		const double *there = a->track.reading[i].end[fixed];
		*im = (tt_image){.stride = w * (ptrdiff_t)sizeof **out, .width = w, .height = h, .type = TT_F32};
		if (!*out) *out = calloc((size_t)w * (size_t)h, sizeof **out);
		if (!*out) return tt_fail_memory(err, "the mean of frames");
		st = as_floats(&frame.image, &pixels, err);
		if (st == TT_OK && i == at)
			for (size_t k = 0; k < (size_t)w * (size_t)h; k++)
				(*out)[k] += pixels[k];
		else if (st == TT_OK)
			st = add_moved(pixels, w, h, there[0] - here[0], there[1] - here[1], *out, err);
		free(pixels);
		used++;
	}
	if (st == TT_END || (st == TT_OK && used < 1))
		return tt_fail(err, TT_ERR_FAILED, "frame %lld cannot be read again", (long long)a->track.number[at]);
	for (size_t i = 0; st == TT_OK && i < (size_t)im->width * (size_t)im->height; i++)
		(*out)[i] /= (float)used;
	im->data = *out;
	return st;
}

/* ---- pictures ---- */

static double robust_limit(const float *v, size_t n)
{
	double sum = 0, count = 0;
	for (size_t i = 0; i < n; i++)
		if (!isnan(v[i])) sum += (double)v[i] * (double)v[i], count++;
	return count > 0 && sum > 0 ? 4 * sqrt(sum / count) : 1;
}

static tt_image picture(const tt_difference *d, const float *pixels)
{
	return (tt_image){.data = pixels, .stride = d->width * (ptrdiff_t)sizeof *pixels, .width = d->width,
	                  .height = d->height, .type = TT_F32};
}

/* The bar with some surroundings, px of the first frame of the pair. */
static tt_rect shown(const tt_analysis *a, const tt_difference *d)
{
	const tt_gauge_reading *r = &a->track.reading[a->necking.pair[0]];
	double margin = 1.0 * a->gauge.width_px + 0.02 * a->gauge.length_px, lo[2], hi[2];
	for (int k = 0; k < 2; k++) {
		lo[k] = fmax(0, floor(fmin(r->end[0][k], r->end[1][k]) - margin));
		hi[k] = fmin((k ? d->height : d->width) - 1, ceil(fmax(r->end[0][k], r->end[1][k]) + margin));
	}
	return (tt_rect){(int)lo[0], (int)lo[1], (int)(hi[0] - lo[0]) + 1, (int)(hi[1] - lo[1]) + 1};
}

static void label(tt_canvas *c, double x, double y, const char *text)
{
	const tt_words w = {.size_pt = 7.5, .colour = TT_BLACK, .align_x = -1, .align_y = 1};
	tt_canvas_sheet(c);
	tt_canvas_text(c, x, y, &w, text);
}

static void frame_label(const tt_analysis *a, size_t row, char letter, char *text, size_t size)
{
	snprintf(text, size, "(%c) strain %.2f %%, %.1f s", letter, 100 * a->curve->strain[row], a->track.time_s[row]);
}

static tt_status draw_row(const tt_analysis *a, const char *file, tt_error *err)
{
	enum { SHEET = 170 };
	const tt_necking *k = &a->necking;
	const tt_difference *d = &k->difference;
	tt_rect part = shown(a, d);
	const double gap = 2, bar = 20, top = 4.5, width = (SHEET - 2 * gap - bar) / 3.0;
	double height = fmin(110, width * part.height / part.width);
	tt_canvas *c = tt_canvas_new(SHEET, top + height + 1);
	const float *pixels[3] = {d->first, d->second, d->plain};
	size_t n = (size_t)d->width * (size_t)d->height;
	double limit = robust_limit(d->plain, n);
	for (int i = 0; i < 3; i++) {
		double x = i * (width + gap);
		const tt_image im = picture(d, pixels[i]);
		char text[80];
		tt_canvas_panel(c, x, top, width, height, part);
		if (i < 2) {
			tt_canvas_image(c, &im, 0, 0);
		} else {
			tt_canvas_values(c, &im, TT_MAP_DIVERGING, -limit, limit, 1);
		}
		if (i == 0) tt_canvas_scale_bar(c, a->pixel_size.value, 0, NULL);
		if (i < 2)
			frame_label(a, k->pair[i], (char)('a' + i), text, sizeof text);
		else
			snprintf(text, sizeof text, "(c) difference (b) − (a)");
		label(c, x, top - 0.7, text);
	}
	tt_canvas_sheet(c);
	tt_canvas_colour_bar(c, SHEET - bar + 2, top + 1, 2.5, height - 2, TT_MAP_DIVERGING, -limit, limit, "Grey levels");
	tt_status st = tt_canvas_write(c, a->out, file, 300, err);
	tt_canvas_free(c);
	return st;
}

static tt_status draw_contrast(const tt_analysis *a, const char *file, tt_error *err)
{
	const tt_necking *k = &a->necking;
	const tt_difference *d = &k->difference;
	tt_rect part = shown(a, d);
	const double bar = 20, top = 4.5;
	double width = 105, height = width * part.height / part.width;
	if (height > 120) width *= 120 / height, height = 120;
	tt_canvas *c = tt_canvas_new(width + bar, top + height + 1);
	double limit = robust_limit(d->contrast, (size_t)d->width * (size_t)d->height);
	const tt_image im = picture(d, d->contrast), grey = picture(d, d->first);
	tt_canvas_panel(c, 0, top, width, height, part);
	tt_canvas_image(c, &grey, 0, 0);
	tt_canvas_values(c, &im, TT_MAP_DIVERGING, -limit, limit, 1);
	for (size_t i = 0; i < k->n_candidates; i++) {
		const tt_pen pen = {.colour = TT_BLACK, .halo = true};
		tt_canvas_symbol(c, k->candidate[i].at[0], k->candidate[i].at[1], TT_CIRCLE, 3, &pen);
	}
	tt_canvas_scale_bar(c, a->pixel_size.value, 0, NULL);
	char text[120];
	snprintf(text, sizeof text, "change of contrast, strain %.2f %% to %.2f %%", 100 * a->curve->strain[k->pair[0]],
	         100 * a->curve->strain[k->pair[1]]);
	label(c, 0, top - 0.7, text);
	tt_canvas_sheet(c);
	tt_canvas_colour_bar(c, width + 2, top + 1, 2.5, height - 2, TT_MAP_DIVERGING, -limit, limit, "Grey levels");
	tt_status st = tt_canvas_write(c, a->out, file, 300, err);
	tt_canvas_free(c);
	return st;
}

/* Levels about 32768; as fine as the range allows, a power of ten. */
static tt_status write_tiff(tt_analysis *a, tt_error *err)
{
	const tt_difference *d = &a->necking.difference;
	size_t n = (size_t)d->width * (size_t)d->height;
	double most = 0, scale = 100;
	for (size_t i = 0; i < n; i++)
		if (!isnan(d->plain[i])) most = fmax(most, fabs((double)d->plain[i]));
	while (most * scale > 32000)
		scale /= 10;
	/* grey levels of float images have any scale */
	while (most > 0 && most * scale < 320)
		scale *= 10;
	uint16_t *level = malloc(n * sizeof *level);
	if (!level) return tt_fail_memory(err, "the difference image");
	for (size_t i = 0; i < n; i++)
		level[i] = isnan(d->plain[i]) ? 0 : (uint16_t)lround(32768 + scale * (double)d->plain[i]);
	char text[160];
	snprintf(text, sizeof text, "grey levels = (value - 32768) / %g; 0: outside the registered frame", scale);
	a->necking.tiff_per_grey = scale;
	tt_status st = tt_tiff16_write(a->out, "necking_difference.tif", level, d->width, d->height, text, err);
	free(level);
	return st;
}

/* The row's three pictures side by side without words, for the figure of several films: both frames from darkest to
 * brightest, then the difference on the scale of necking_difference.tif. */
static tt_status write_row_tiff(const tt_analysis *a, tt_error *err)
{
	const tt_difference *d = &a->necking.difference;
	const float *pixels[3] = {d->first, d->second, d->plain};
	tt_rect part = shown(a, d);
	size_t w = (size_t)part.width, width = 3 * w, h = (size_t)part.height;
	double lo = INFINITY, hi = -INFINITY;
	uint16_t *level = calloc(width * h, sizeof *level);
	if (!level) return tt_fail_memory(err, "the row of pictures");
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < w * h; i++) {
			double v = (double)pixels[k][((size_t)part.y + i / w) * (size_t)d->width + (size_t)part.x + i % w];
			if (isfinite(v)) lo = fmin(lo, v), hi = fmax(hi, v);
		}
	double grey = hi > lo ? 65534 / (hi - lo) : 0; /* 0 is kept for what lies outside */
	for (size_t k = 0; k < 3; k++)
		for (size_t i = 0; i < w * h; i++) {
			double v = (double)pixels[k][((size_t)part.y + i / w) * (size_t)d->width + (size_t)part.x + i % w];
			double place = k < 2 ? 1 + (v - lo) * grey : 32768 + a->necking.tiff_per_grey * v;
			level[i / w * width + k * w + i % w] = isfinite(v) ? (uint16_t)lround(place) : 0;
		}
	tt_status st = tt_tiff16_write(a->out, "necking_row.tif", level, (int)width, (int)h,
	                               "first frame, second frame, difference; 0: outside the registered frame", err);
	free(level);
	return st;
}

static tt_status draw(tt_analysis *a, tt_error *err)
{
	tt_status st = draw_row(a, "necking.png", err);
	if (st == TT_OK) st = draw_row(a, "necking.pdf", err);
	if (st == TT_OK && a->necking.difference.field_points) st = draw_contrast(a, "necking_contrast.png", err);
	if (st == TT_OK && a->necking.difference.field_points) st = draw_contrast(a, "necking_contrast.pdf", err);
	if (st == TT_OK) st = write_tiff(a, err);
	if (st == TT_OK) st = write_row_tiff(a, err);
	return st;
}

static tt_status subtract(tt_analysis *a, tt_error *err)
{
	tt_necking *n = &a->necking;
	const tt_gauge_reading *r[2] = {&a->track.reading[n->pair[0]], &a->track.reading[n->pair[1]]};
	tt_difference_guide g = {.width_px = a->gauge.width_px, .subset_px = a->gauge.subset_px};
	double moved[2];
	for (int k = 0; k < 2; k++)
		moved[k] = hypot(r[1]->end[k][0] - r[0]->end[k][0], r[1]->end[k][1] - r[0]->end[k][1]);
	g.fixed = moved[1] < moved[0];
	memcpy(g.from, r[0]->end[0], sizeof g.from);
	memcpy(g.to, r[0]->end[1], sizeof g.to);
	tt_status st = TT_OK;
	float *mean[2] = {NULL, NULL};
	tt_image im[2];
	n->averaged = a->test->necking.average > 1 ? a->test->necking.average : 1;
	for (int k = 0; k < 2 && st == TT_OK; k++)
		st = mean_frame(a, a->source, n->pair[k], n->averaged, g.fixed, &mean[k], &im[k], err);
	if (st == TT_OK) st = tt_difference_make(&im[0], &im[1], &g, a->job, &n->difference, err);
	free(mean[0]);
	free(mean[1]);
	const double axis[2] = {(g.to[0] - g.from[0]) / r[0]->length_px, (g.to[1] - g.from[1]) / r[0]->length_px};
	if (st == TT_OK && n->difference.field_points)
		st = tt_candidates_find(&n->difference, axis, g.width_px, n->candidate, sizeof n->candidate / sizeof *n->candidate,
		                        &n->n_candidates, err);
	return st;
}

/* Pictures are large; the figures about them stay. */
static void drop_pictures(tt_difference *d)
{
	tt_difference kept = *d;
	tt_difference_clear(d);
	*d = kept;
	d->first = d->second = d->plain = d->contrast = NULL;
}

tt_status tt_difference_stage(tt_analysis *a, tt_error *err)
{
	tt_necking *n = &a->necking;
	const char *what = "";
	bool named;
	if (!choose(a, &what, &named)) {
		if (named)
			return tt_fail(err, TT_ERR_INPUT, "%s: %s: no two different frames before fracture answer to it", a->test->path, what);
		snprintf(n->difference_reason, sizeof n->difference_reason,
		         "no yield frame: neither the 0.2 %% offset yield nor the proportional limit is known, or it is the last frame");
		return TT_OK;
	}
	snprintf(n->pair_source, sizeof n->pair_source, "%s", what);
	tt_error why = {0};
	tt_status st = subtract(a, &why);
	if (st == TT_ERR_FAILED && !named) {
		snprintf(n->difference_reason, sizeof n->difference_reason, "%.250s", why.message);
		return TT_OK;
	}
	if (st != TT_OK) {
		if (err) *err = why;
		return st;
	}
	n->has_difference = true;
	st = draw(a, err);
	drop_pictures(&n->difference);
	return st;
}
