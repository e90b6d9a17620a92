/* Elongated places in the second difference that stand out.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/fit.h"
#include "temtensile/necking.h"
#include "observe/vision.h"

static const double BLUR_PX = 2, THRESHOLD = 3.5;

static double robust_sd(const float *v, const float *where, size_t n, double *work)
{
	size_t m = 0;
	for (size_t i = 0; i < n; i++)
		if (!isnan(where[i])) work[m++] = fabs((double)v[i]);
	return TT_SD_OF_MAD * tt_median(work, m);
}

static void describe(const tt_difference *d, const tt_region *r, const int32_t *label, const double axis[2],
                     double noise, tt_candidate *c)
{
	double sum = 0, count = 0, turn = acos(-1) / 180;
	for (int y = r->box.y; y < r->box.y + r->box.height; y++)
		for (int x = r->box.x; x < r->box.x + r->box.width; x++) {
			size_t i = (size_t)y * (size_t)d->width + (size_t)x;
			if (label[i] != r->label || isnan(d->contrast[i])) continue;
			sum += (double)d->contrast[i];
			count++;
		}
	*c = (tt_candidate){
	    .at = {r->cx, r->cy}, .length_px = r->length, .width_px = r->width, .contrast = sum / fmax(1, count)};
	double along = fabs(cos(r->axis_deg * turn) * axis[0] + sin(r->axis_deg * turn) * axis[1]);
	c->angle_deg = acos(fmin(1, along)) / turn;
	c->contrast_to_noise = fabs(c->contrast) / noise;
}

static int longer_first(const void *a, const void *b)
{
	double p = ((const tt_candidate *)a)->length_px, q = ((const tt_candidate *)b)->length_px;
	return (p < q) - (p > q);
}

/* Regions of one sign, added to the list. */
static tt_status add_regions(const tt_difference *d, const tt_vimage *smooth, double limit, int sign, double noise,
                             const double axis[2], double width_px, tt_candidate *out, size_t most, size_t *n,
                             tt_error *err)
{
	size_t pixels = (size_t)d->width * (size_t)d->height, found = 0;
	uint8_t *mask = calloc(pixels, 1);
	int32_t *label = malloc(pixels * sizeof *label);
	tt_region *region = NULL;
	tt_status st = mask && label ? TT_OK : tt_fail_memory(err, "the candidates of bands");
	for (size_t i = 0; st == TT_OK && i < pixels; i++)
		mask[i] = !isnan(d->contrast[i]) && sign * (double)smooth->data[i] > limit ? 255 : 0;
	if (st == TT_OK) st = tt_vision_regions(mask, d->width, d->height, label, &region, &found, err);
	for (size_t i = 0; st == TT_OK && i < found && *n < most; i++)
		if (region[i].length >= 0.2 * width_px && region[i].length >= 2 * region[i].width)
			describe(d, &region[i], label, axis, noise, &out[(*n)++]);
	free(region);
	free(label);
	free(mask);
	return st;
}

tt_status tt_candidates_find(const tt_difference *d, const double axis[2], double width_px, tt_candidate *out,
                             size_t most, size_t *n, tt_error *err)
{
	size_t pixels = (size_t)d->width * (size_t)d->height;
	tt_vimage smooth = {0};
	float *flat = malloc(pixels * sizeof *flat);
	double *work = malloc(pixels * sizeof *work);
	*n = 0;
	tt_status st = flat && work ? TT_OK : tt_fail_memory(err, "the candidates of bands");
	for (size_t i = 0; st == TT_OK && i < pixels; i++)
		flat[i] = isnan(d->contrast[i]) ? 0 : d->contrast[i];
	const tt_image im = {.data = flat,
	                     .stride = (ptrdiff_t)d->width * (ptrdiff_t)sizeof *flat,
	                     .width = d->width,
	                     .height = d->height,
	                     .type = TT_F32};
	if (st == TT_OK) st = tt_vision_blur(&im, BLUR_PX, &smooth, err);
	if (st == TT_OK) {
		double noise = robust_sd(flat, d->contrast, pixels, work);
		double limit = THRESHOLD * robust_sd(smooth.data, d->contrast, pixels, work);
		for (int sign = -1; sign <= 1 && st == TT_OK && limit > 0; sign += 2)
			st = add_regions(d, &smooth, limit, sign, noise, axis, width_px, out, most, n, err);
		qsort(out, *n, sizeof *out, longer_first);
	}
	tt_vimage_free(&smooth);
	free(flat);
	free(work);
	return st;
}
