/* The differential image of two frames, drawn.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/difference_picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "temtensile/report.h"

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
	return (tt_image){.data = pixels,
	                  .stride = d->width * (ptrdiff_t)sizeof *pixels,
	                  .width = d->width,
	                  .height = d->height,
	                  .type = TT_F32};
}

/* The bar with some surroundings, px of the first frame of the pair. */
static tt_rect shown(const tt_findings *a, const tt_difference *d)
{
	const tt_gauge_reading *r = &a->o->track.reading[a->r->look.pair[0]];
	double margin = 1.0 * a->o->gauge.width_px + 0.02 * a->o->gauge.length_px, lo[2], hi[2];
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

static void frame_label(const tt_findings *a, size_t row, char letter, char *text, size_t size)
{
	snprintf(text, size, "(%c) strain %.2f %%, %.1f s", letter, 100 * a->r->curve->strain[row],
	         a->o->track.time_s[row]);
}

static tt_status draw_row(const tt_findings *a, const char *file, tt_error *err)
{
	enum { SHEET = 170 };
	const tt_closeup *k = a->closeup;
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
		if (i == 0) tt_canvas_scale_bar(c, a->r->pixel_size.value, 0, NULL);
		if (i < 2)
			frame_label(a, a->r->look.pair[i], (char)('a' + i), text, sizeof text);
		else
			snprintf(text, sizeof text, "(c) difference (b) − (a)");
		label(c, x, top - 0.7, text);
	}
	tt_canvas_sheet(c);
	tt_canvas_colour_bar(c, SHEET - bar + 2, top + 1, 2.5, height - 2, TT_MAP_DIVERGING, -limit, limit,
	                     "Grey levels");
	tt_status st = tt_canvas_write(c, a->out, file, 300, err);
	tt_canvas_free(c);
	return st;
}

static tt_status draw_contrast(const tt_findings *a, const char *file, tt_error *err)
{
	const tt_closeup *k = a->closeup;
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
	tt_canvas_scale_bar(c, a->r->pixel_size.value, 0, NULL);
	char text[120];
	snprintf(text, sizeof text, "change of contrast, strain %.2f %% to %.2f %%",
	         100 * a->r->curve->strain[a->r->look.pair[0]], 100 * a->r->curve->strain[a->r->look.pair[1]]);
	label(c, 0, top - 0.7, text);
	tt_canvas_sheet(c);
	tt_canvas_colour_bar(c, width + 2, top + 1, 2.5, height - 2, TT_MAP_DIVERGING, -limit, limit, "Grey levels");
	tt_status st = tt_canvas_write(c, a->out, file, 300, err);
	tt_canvas_free(c);
	return st;
}

/* Levels about 32768. */
static tt_status write_tiff(const tt_findings *a, tt_error *err)
{
	const tt_difference *d = &a->closeup->difference;
	size_t n = (size_t)d->width * (size_t)d->height;
	double scale = a->closeup->levels_per_grey;
	uint16_t *level = malloc(n * sizeof *level);
	if (!level) return tt_fail_memory(err, "the difference image");
	for (size_t i = 0; i < n; i++)
		level[i] = isnan(d->plain[i]) ? 0 : (uint16_t)lround(32768 + scale * (double)d->plain[i]);
	char text[160];
	snprintf(text, sizeof text, "grey levels = (value - 32768) / %g; 0: outside the registered frame", scale);
	tt_status st = tt_tiff16_write(a->out, "necking_difference.tif", level, d->width, d->height, text, err);
	free(level);
	return st;
}

/* The row's three pictures side by side without words, for the figure of several films: both frames from darkest to
 * brightest, then the difference on the scale of necking_difference.tif. */
static tt_status write_row_tiff(const tt_findings *a, tt_error *err)
{
	const tt_difference *d = &a->closeup->difference;
	const float *pixels[3] = {d->first, d->second, d->plain};
	tt_rect part = shown(a, d);
	size_t w = (size_t)part.width, width = 3 * w, h = (size_t)part.height;
	double lo = INFINITY, hi = -INFINITY;
	uint16_t *level = calloc(width * h, sizeof *level);
	if (!level) return tt_fail_memory(err, "the row of pictures");
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < w * h; i++) {
			double v =
			    (double)pixels[k][((size_t)part.y + i / w) * (size_t)d->width + (size_t)part.x + i % w];
			if (isfinite(v)) lo = fmin(lo, v), hi = fmax(hi, v);
		}
	double grey = hi > lo ? 65534 / (hi - lo) : 0; /* 0 is kept for what lies outside */
	for (size_t k = 0; k < 3; k++)
		for (size_t i = 0; i < w * h; i++) {
			double v =
			    (double)pixels[k][((size_t)part.y + i / w) * (size_t)d->width + (size_t)part.x + i % w];
			double place = k < 2 ? 1 + (v - lo) * grey : 32768 + a->closeup->levels_per_grey * v;
			level[i / w * width + k * w + i % w] = isfinite(v) ? (uint16_t)lround(place) : 0;
		}
	tt_status st = tt_tiff16_write(a->out, "necking_row.tif", level, (int)width, (int)h,
	                               "first frame, second frame, difference; 0: outside the registered frame", err);
	free(level);
	return st;
}

tt_status tt_write_difference(const tt_findings *a, tt_error *err)
{
	if (!a->closeup->has_difference) return TT_OK;
	bool contrast = a->closeup->difference.field_points > 0;
	tt_status st = draw_row(a, "necking.png", err);
	if (st == TT_OK) st = draw_row(a, "necking.pdf", err);
	if (st == TT_OK && contrast) st = draw_contrast(a, "necking_contrast.png", err);
	if (st == TT_OK && contrast) st = draw_contrast(a, "necking_contrast.pdf", err);
	if (st == TT_OK) st = write_tiff(a, err);
	return st == TT_OK ? write_row_tiff(a, err) : st;
}
