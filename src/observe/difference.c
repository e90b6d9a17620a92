/* Registered differences of two frames.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/fit.h"
#include "observe/resample.h"
#include "temtensile/dic.h"
#include "temtensile/necking.h"

enum { LEAST_POINTS = 6 };

typedef struct bar {
	double from[2], axis[2], length, width;
	double fixed_s; /* of the fixed end */
} bar;

void tt_difference_clear(tt_difference *d)
{
	free(d->first);
	free(d->second);
	free(d->plain);
	free(d->contrast);
	memset(d, 0, sizeof *d);
}

static void along_across(const bar *b, double x, double y, double *s, double *n)
{
	double dx = x - b->from[0], dy = y - b->from[1];
	*s = dx * b->axis[0] + dy * b->axis[1];
	*n = -dx * b->axis[1] + dy * b->axis[0];
}

static tt_image view(const float *pixels, int width, int height)
{
	return (tt_image){.data = pixels,
	                  .stride = (ptrdiff_t)width * (ptrdiff_t)sizeof *pixels,
	                  .width = width,
	                  .height = height,
	                  .type = TT_F32};
}

/* 255 on the bar between the gauge's ends and a little beyond. */
static uint8_t *bar_mask(const bar *b, int width, int height, double trim)
{
	uint8_t *m = calloc((size_t)width * (size_t)height, 1);
	for (int y = 0; m && y < height; y++)
		for (int x = 0; x < width; x++) {
			double s, n;
			along_across(b, x, y, &s, &n);
			if (fabs(n) <= b->width / 2 - trim && s >= -0.5 * b->width && s <= b->length + 0.5 * b->width)
				m[(size_t)y * (size_t)width + (size_t)x] = 255;
		}
	return m;
}

/* Least squares with points beyond 4 robust standard deviations left out; false: too few. */
static bool robust(const double (*row)[4], const double *y, size_t n, int unknowns, double *work, double *x, double *u,
                   size_t *used)
{
	double limit = INFINITY, q[TT_LSQ_MAX], sum;
	for (int pass = 0; pass < 6; pass++) {
		tt_lsq l;
		tt_lsq_start(&l, unknowns);
		for (size_t i = 0; i < n; i++) {
			double r = y[i];
			for (int k = 0; k < unknowns; k++)
				r -= isfinite(limit) ? x[k] * row[i][k] : 0;
			if (!isfinite(limit) || fabs(r) <= limit) tt_lsq_add(&l, row[i], y[i], 1);
		}
		if (l.n < LEAST_POINTS || !tt_lsq_fit(&l, x, q, &sum)) return false;
		*used = l.n;
		*u = sqrt(sum / (double)(l.n - (size_t)unknowns) * q[0]);
		for (size_t i = 0; i < n; i++) {
			double r = y[i];
			for (int k = 0; k < unknowns; k++)
				r -= x[k] * row[i][k];
			work[i] = fabs(r);
		}
		limit = fmax(0.02, 4 * TT_SD_OF_MAD * tt_median(work, n));
	}
	return true;
}

/* Rotation from the lateral motion along the whole bar, shift from the points near the fixed end. */
static tt_status rigid(const bar *b, const tt_dic_point *p, size_t n, tt_difference *d, tt_error *err)
{
	double(*row)[4] = malloc((n + 1) * sizeof *row), *y = malloc(2 * (n + 1) * sizeof *y), *work = y + n + 1;
	double lateral[3], axial[3], u[2];
	size_t m = 0, used[2] = {0, 0};
	if (!row || !y) {
		free(row);
		free(y);
		return tt_fail_memory(err, "the registration");
	}
	/* Lateral: shift, rotation, contraction. */
	for (size_t i = 0; i < n; i++) {
		double s, a;
		along_across(b, p[i].x, p[i].y, &s, &a);
		if (p[i].flag != TT_DIC_OK) continue;
		const double r[4] = {1, s - b->fixed_s, a, 0};
		memcpy(row[m], r, sizeof r);
		y[m++] = -p[i].u * b->axis[1] + p[i].v * b->axis[0];
	}
	bool ok = robust((const double(*)[4])row, y, m, 3, work, lateral, &u[0], &used[0]);
	/* Axial: shift and strain near the end; the rotation is known. */
	m = 0;
	for (size_t i = 0; ok && i < n; i++) {
		double s, a;
		along_across(b, p[i].x, p[i].y, &s, &a);
		if (p[i].flag != TT_DIC_OK || fabs(s - b->fixed_s) > 0.3 * b->length) continue;
		const double r[4] = {1, s - b->fixed_s, 0, 0};
		memcpy(row[m], r, sizeof r);
		y[m++] = p[i].u * b->axis[0] + p[i].v * b->axis[1] + lateral[1] * a;
	}
	ok = ok && robust((const double(*)[4])row, y, m, 2, work, axial, &u[1], &used[1]);
	free(row);
	free(y);
	if (!ok)
		return tt_fail(err, TT_ERR_FAILED,
		               "difference image: too few subsets of the specimen's fixed part were found again");
	d->shift[0] = axial[0] * b->axis[0] - lateral[0] * b->axis[1];
	d->shift[1] = axial[0] * b->axis[1] + lateral[0] * b->axis[0];
	d->turn_deg = lateral[1] * 180 / acos(-1);
	d->u_shift_px = hypot(u[0], u[1]);
	d->points = used[1];
	return TT_OK;
}

/* Correlates a grid over the bar, from the given rigid start on. */
static tt_status correlate(const tt_image *first, const tt_image *second, const uint8_t *mask,
                           const tt_difference_guide *g, const tt_job *job, int step, tt_dic_point **points, size_t *n,
                           tt_error *err)
{
	tt_dic_options o = tt_dic_defaults();
	o.subset_px = g->subset_px;
	o.interpolation = TT_BSPLINE_CUBIC;
	const tt_image roi = {
	    .data = mask, .stride = first->width, .width = first->width, .height = first->height, .type = TT_U8};
	tt_status st = tt_dic_grid(first->width, first->height, (tt_rect){0, 0, 0, 0}, &roi, step, &o, points, n, err);
	if (st != TT_OK) return st;
	return tt_dic_field(first, second, &roi, &o, job, *points, *n, err);
}

/* Brings `second` (as read) onto the first frame. */
static void warp_rigid(const tt_difference_guide *g, const tt_resample *r, tt_difference *d, float *out)
{
	double turn = d->turn_deg * acos(-1) / 180, c = cos(turn), s = sin(turn);
	const double *end = g->fixed ? g->to : g->from;
	for (int y = 0; y < d->height; y++)
		for (int x = 0; x < d->width; x++) {
			double dx = x - end[0], dy = y - end[1];
			out[(size_t)y * (size_t)d->width + (size_t)x] = (float)tt_resample_at(
			    r, end[0] + d->shift[0] + c * dx - s * dy, end[1] + d->shift[1] + s * dx + c * dy);
		}
}

/* b = gain a + offset by the reduced major axis; clipped at 3 robust standard deviations. */
static void match(const float *a, const float *b, size_t n, double *gain, double *offset)
{
	size_t step = n / 200000 + 1;
	double *work = malloc((n / step + 1) * sizeof *work), limit = INFINITY;
	*gain = 1, *offset = 0;
	for (int pass = 0; work && pass < 8; pass++) {
		double sa = 0, sb = 0, aa = 0, bb = 0, count = 0;
		size_t m = 0;
		for (size_t i = 0; i < n; i += step) {
			double x = (double)a[i], y = (double)b[i], r = fabs(y - *gain * x - *offset);
			if (isnan(x + y)) continue;
			work[m++] = r;
			if (r > limit) continue;
			sa += x, sb += y, aa += x * x, bb += y * y, count++;
		}
		double va = aa / count - sa * sa / count / count, vb = bb / count - sb * sb / count / count;
		if (!(count > 100) || !(va > 0) || !(vb > 0)) break;
		*gain = sqrt(vb / va);
		*offset = (sb - *gain * sa) / count;
		limit = fmax(1e-6, 3 * TT_SD_OF_MAD * tt_median(work, m));
	}
	free(work);
}

/* Mean share of the noise's variance that interpolation at these fractions leaves: a coarse grid of places. */
static double kept_variance(const tt_difference_guide *g, const tt_difference *d)
{
	double turn = d->turn_deg * acos(-1) / 180, c = cos(turn), s = sin(turn), sum = 0, count = 0;
	const double *end = g->fixed ? g->to : g->from;
	for (int y = 0; y < d->height; y += d->height / 24 + 1)
		for (int x = 0; x < d->width; x += d->width / 24 + 1) {
			double dx = x - end[0], dy = y - end[1];
			sum += tt_resample_variance(end[0] + d->shift[0] + c * dx - s * dy) *
			       tt_resample_variance(end[1] + d->shift[1] + s * dx + c * dy);
			count++;
		}
	return sum / count;
}

/* Displacement of a pixel: affine motions of the trusted points around it, weighted by a tent two steps wide. */
static bool field_at(const tt_dic_point *p, const int *grid, int columns, int rows, int step, int x, int y, double *u,
                     double *v)
{
	int gx = x / step, gy = y / step;
	double sum = 0, su = 0, sv = 0;
	for (int j = gy - 2; j <= gy + 2; j++)
		for (int i = gx - 2; i <= gx + 2; i++) {
			int k = i < 0 || j < 0 || i >= columns || j >= rows ? -1 : grid[j * columns + i];
			if (k < 0) continue;
			double dx = x - p[k].x, dy = y - p[k].y;
			double w = fmax(0, 1 - fabs(dx) / (2 * step)) * fmax(0, 1 - fabs(dy) / (2 * step));
			sum += w;
			su += w * (p[k].p[0] + p[k].p[1] * dx + p[k].p[2] * dy);
			sv += w * (p[k].p[3] + p[k].p[4] * dx + p[k].p[5] * dy);
		}
	if (!(sum > 0.25)) return false;
	*u = su / sum, *v = sv / sum;
	return true;
}

/* What is left when every place of the bar is followed by its own motion. */
static tt_status follow_material(const tt_dic_point *p, size_t n, int step, const uint8_t *mask, const tt_resample *r,
                                 tt_difference *d, tt_error *err)
{
	int columns = d->width / step + 1, rows = d->height / step + 1;
	int *grid = malloc((size_t)columns * (size_t)rows * sizeof *grid);
	if (!grid) return tt_fail_memory(err, "the second difference");
	for (int i = 0; i < columns * rows; i++)
		grid[i] = -1;
	for (size_t i = 0; i < n; i++) {
		if (p[i].flag != TT_DIC_OK) continue;
		grid[(int)(p[i].y / step) * columns + (int)(p[i].x / step)] = (int)i;
		d->field_points++;
	}
	for (int y = 0; y < d->height; y++)
		for (int x = 0; x < d->width; x++) {
			size_t at = (size_t)y * (size_t)d->width + (size_t)x;
			double u, v;
			d->contrast[at] = NAN;
			if (!mask[at] || !field_at(p, grid, columns, rows, step, x, y, &u, &v)) continue;
			double grey = (tt_resample_at(r, x + u, y + v) - d->offset) / d->gain;
			d->contrast[at] = (float)(grey - (double)d->first[at]);
		}
	free(grid);
	return TT_OK;
}

static tt_status prepare(const tt_image *first, const tt_image *second, tt_difference *d, float **raw, tt_error *err)
{
	if (first->width != second->width || first->height != second->height || first->width < 32 || first->height < 32)
		return tt_fail(err, TT_ERR_USAGE,
		               "difference image: frames of %d x %d and %d x %d px; both must be alike", first->width,
		               first->height, second->width, second->height);
	size_t n = (size_t)first->width * (size_t)first->height;
	d->width = first->width;
	d->height = first->height;
	d->first = malloc(n * sizeof(float));
	d->second = malloc(n * sizeof(float));
	d->plain = malloc(n * sizeof(float));
	d->contrast = malloc(n * sizeof(float));
	*raw = malloc(n * sizeof(float));
	if (!d->first || !d->second || !d->plain || !d->contrast || !*raw)
		return tt_fail_memory(err, "the difference image");
	for (int y = 0; y < d->height; y++)
		for (int x = 0; x < d->width; x++) {
			size_t at = (size_t)y * (size_t)d->width + (size_t)x;
			d->first[at] = (float)tt_image_at(first, x, y);
			(*raw)[at] = (float)tt_image_at(second, x, y);
		}
	return TT_OK;
}

tt_status tt_difference_make(const tt_image *first, const tt_image *second, const tt_difference_guide *g,
                             const tt_job *job, tt_difference *d, tt_error *err)
{
	memset(d, 0, sizeof *d);
	float *raw = NULL;
	tt_dic_point *p = NULL;
	size_t n = 0, pixels = (size_t)first->width * (size_t)first->height;
	uint8_t *mask = NULL;
	tt_resample r = {0};
	bar b = {.from = {g->from[0], g->from[1]},
	         .length = hypot(g->to[0] - g->from[0], g->to[1] - g->from[1]),
	         .width = g->width_px};
	b.axis[0] = (g->to[0] - g->from[0]) / b.length;
	b.axis[1] = (g->to[1] - g->from[1]) / b.length;
	b.fixed_s = g->fixed ? b.length : 0;
	int step = g->subset_px / 4 > 4 ? g->subset_px / 4 : 4;
	tt_status st = prepare(first, second, d, &raw, err);
	if (st == TT_OK && !(mask = bar_mask(&b, d->width, d->height, 1)))
		st = tt_fail_memory(err, "the difference image");
	if (st == TT_OK) {
		tt_image a = view(d->first, d->width, d->height), c = view(raw, d->width, d->height);
		d->noise[0] = tt_image_noise(&a, NULL);
		d->noise[1] = tt_image_noise(&c, NULL);
		st = correlate(&a, &c, mask, g, job, step, &p, &n, err);
	}
	if (st == TT_OK) st = rigid(&b, p, n, d, err);
	if (st == TT_OK) st = tt_resample_new(raw, d->width, d->height, &r, err);
	if (st == TT_OK) {
		warp_rigid(g, &r, d, d->second);
		match(d->first, d->second, pixels, &d->gain, &d->offset);
		for (size_t i = 0; i < pixels; i++) {
			d->second[i] = (float)(((double)d->second[i] - d->offset) / d->gain);
			d->plain[i] = d->second[i] - d->first[i];
		}
		double other = d->noise[1] / d->gain;
		d->expected = sqrt(d->noise[0] * d->noise[0] + kept_variance(g, d) * other * other);
		st = follow_material(p, n, step, mask, &r, d, err);
	}
	tt_resample_free(&r);
	free(p);
	free(mask);
	free(raw);
	if (st != TT_OK) tt_difference_clear(d);
	return st;
}
