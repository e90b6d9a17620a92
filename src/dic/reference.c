/* The reference image: grey levels and gradients as planes; sums and Hessian of each point.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/reference.h"

#include "dic/gradient.h"
#include "dic/spline.h"
#include "dic/warp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STRIP_ROWS = 32, RIGHT_SLACK = 32 };

tt_status tt_dic_check_options(const tt_dic_options *o, tt_error *err)
{
	if (o->subset_px < 9 || o->subset_px > TT_DIC_MAX_SIDE || o->subset_px % 2 == 0)
		return tt_fail(err, TT_ERR_USAGE,
		               "correlation: the subset is %d px, expected an odd number from 9 to %d", o->subset_px,
		               TT_DIC_MAX_SIDE);
	if (o->order < 0 || o->order > 2)
		return tt_fail(err, TT_ERR_USAGE, "correlation: the shape function's order is %d, expected 0, 1 or 2",
		               o->order);
	if (o->interpolation != TT_BSPLINE_CUBIC && o->interpolation != TT_BSPLINE_QUINTIC)
		return tt_fail(err, TT_ERR_USAGE,
		               "correlation: the interpolating spline is of degree %d, expected 3 or 5",
		               (int)o->interpolation);
	if (!(o->prefilter_sigma_px >= 0 && o->prefilter_sigma_px <= 10))
		return tt_fail(err, TT_ERR_USAGE, "correlation: the prefilter's sigma is %g px, expected 0 to 10",
		               o->prefilter_sigma_px);
	if (!(o->max_increment_px > 0 && o->max_increment_px < 1))
		return tt_fail(err, TT_ERR_USAGE, "correlation: the convergence limit is %g px, expected 0 < limit < 1",
		               o->max_increment_px);
	if (o->max_iterations < 1 || o->max_iterations > 10000)
		return tt_fail(err, TT_ERR_USAGE, "correlation: %d iterations at most, expected 1 to 10000",
		               o->max_iterations);
	if (!(o->min_zncc >= -1 && o->min_zncc <= 1))
		return tt_fail(err, TT_ERR_USAGE, "correlation: the least ZNCC is %g, expected -1 to 1", o->min_zncc);
	if (!(o->min_valid_fraction > 0 && o->min_valid_fraction <= 1))
		return tt_fail(err, TT_ERR_USAGE,
		               "correlation: the least valid fraction is %g, expected 0 < fraction <= 1",
		               o->min_valid_fraction);
	if (!(o->within_px >= 0 && isfinite(o->within_px)))
		return tt_fail(err, TT_ERR_USAGE,
		               "correlation: the largest motion is %g px, expected 0 (not known) or more",
		               o->within_px);
	if (o->noise_grey < 0 || isinf(o->noise_grey))
		return tt_fail(err, TT_ERR_USAGE, "correlation: the image noise is %g grey levels, expected 0 or more",
		               o->noise_grey);
	return TT_OK;
}

tt_status tt_dic_check_image(const tt_image *image, int width, int height, const char *what, tt_error *err)
{
	if (!image || !image->data) return tt_fail(err, TT_ERR_USAGE, "correlation: there is no %s", what);
	if (image->width < 9 || image->height < 9 || image->width > 65536 || image->height > 65536)
		return tt_fail(err, TT_ERR_USAGE, "correlation: the %s has %d × %d pixels, expected 9 to 65536 a side",
		               what, image->width, image->height);
	if (width && (image->width != width || image->height != height))
		return tt_fail(err, TT_ERR_USAGE, "correlation: the %s has %d × %d pixels, expected %d × %d", what,
		               image->width, image->height, width, height);
	return TT_OK;
}

size_t tt_prepared_numbers(int order)
{
	size_t n = 2 * (size_t)tt_warp_terms(order);
	return 2 * n + n * (n + 1) / 2;
}

size_t tt_mask_words(int side)
{
	return (size_t)side * (size_t)((side + TT_DIC_LANES - 1) / TT_DIC_LANES);
}

/* ---- planes ---- */

static int mirrored(int i, int n)
{
	int m = abs(i) % (2 * n - 2);
	return m < n ? m : 2 * n - 2 - m;
}

typedef struct plane_job {
	const tt_dic_reference *r;
	const tt_image *image;
	const float *blur;
	int blur_taps;
	float *scratch;
	size_t scratch_each;
	ptrdiff_t stride; /* of the scratch rows */
} plane_job;

/* One row of the mirrored image, blurred along x when asked. */
static void load_row_x(const plane_job *job, int x0, int y, int w, float *out, float *spare)
{
	const tt_image *im = job->image;
	const tt_kernels *k = job->r->kernels;
	int rb = job->blur_taps / 2, n = w + 2 * rb;
	float *to = job->blur ? spare : out;
	const char *row = (const char *)im->data + (ptrdiff_t)mirrored(y, im->height) * im->stride;
	size_t size = tt_pixel_size(im->type);
	int x = x0 - rb, first = x < 0 ? -x : 0, last = x + n > im->width ? im->width - x : n;
	if (first > n) first = n;
	if (last < first) last = first;
	for (int i = 0; i < first; i++)
		k->load_row(row + size * (size_t)mirrored(x + i, im->width), im->type, 1, job->r->offset, 1, to + i);
	if (last > first)
		k->load_row(row + size * (size_t)(x + first), im->type, last - first, job->r->offset, 1, to + first);
	for (int i = last; i < n; i++)
		k->load_row(row + size * (size_t)mirrored(x + i, im->width), im->type, 1, job->r->offset, 1, to + i);
	if (job->blur) k->fir_row(spare, w, job->blur, job->blur_taps, out);
}

static void fill_strip(const plane_job *job, int y0, int rows, float *scratch)
{
	const tt_planes *q = &job->r->planes;
	const tt_kernels *k = job->r->kernels;
	const tt_gradient *g = tt_gradient_filters();
	enum { R = TT_GRADIENT_RADIUS, TAPS = TT_GRADIENT_TAPS };
	int w = q->width, wide = w + 2 * R, rb = job->blur_taps / 2, tall = rows + 2 * R;
	ptrdiff_t stride = job->stride;
	float *spare = scratch, *a = spare + stride, *b = a + (tall + 2 * rb) * stride, *c = b + tall * stride;
	for (int y = 0; y < tall + 2 * rb; y++)
		load_row_x(job, q->x0 - R, q->y0 + y0 - R - rb + y, wide, a + y * stride, spare);
	if (job->blur)
		for (int y = 0; y < tall; y++) {
			k->fir_column(a + y * stride, stride, wide, job->blur, job->blur_taps, spare);
			memcpy(a + y * stride, spare, sizeof(float) * (size_t)wide);
		}
	for (int y = 0; y < tall; y++) {
		k->fir_row(a + y * stride, w, g->slope, TAPS, b + y * stride);
		k->fir_row(a + y * stride, w, g->smooth, TAPS, c + y * stride);
	}
	for (int y = 0; y < rows; y++) {
		ptrdiff_t at = (y0 + y) * q->stride;
		memcpy(q->f + at, a + (y + R) * stride + R, sizeof(float) * (size_t)w);
		k->fir_column(b + y * stride, stride, w, g->smooth, TAPS, q->wx + at);
		k->fir_column(c + y * stride, stride, w, g->slope, TAPS, q->wy + at);
		/* vectors read beyond the last column: what they find there is multiplied by 0 and must be finite */
		float *const plane[] = {q->f, q->wx, q->wy};
		for (int i = 0; i < 3; i++)
			memset(plane[i] + at + w, 0, sizeof(float) * (size_t)(q->stride - w));
	}
}

static void fill_strips(void *ctx, int worker, size_t first, size_t last)
{
	const plane_job *job = ctx;
	int height = job->r->planes.height;
	for (size_t i = first; i < last; i++) {
		int y0 = (int)i * STRIP_ROWS, rows = height - y0 < STRIP_ROWS ? height - y0 : STRIP_ROWS;
		fill_strip(job, y0, rows, job->scratch + (size_t)worker * job->scratch_each);
	}
}

static float *new_plane(size_t floats)
{
	return aligned_alloc(64, (floats * sizeof(float) + 63) / 64 * 64);
}

static tt_status make_planes(tt_dic_reference *r, const tt_image *image, tt_pool *pool, tt_error *err)
{
	tt_planes *q = &r->planes;
	int half = r->options.subset_px / 2;
	double x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
	for (size_t i = 0; i < r->n; i++) {
		double x = r->xy[2 * i], y = r->xy[2 * i + 1];
		if (!(x >= 0 && y >= 0 && x <= r->width - 1 && y <= r->height - 1)) continue; /* flagged outside */
		x0 = fmin(x0, x);
		y0 = fmin(y0, y);
		x1 = fmax(x1, x);
		y1 = fmax(y1, y);
	}
	if (!(x0 <= x1)) return TT_OK;
	int reach = half + TT_DIC_PLAIN_REACH;
	q->x0 = (int)floor(x0) - reach;
	q->y0 = (int)floor(y0) - reach;
	q->width = (int)ceil(x1) + reach + 1 - q->x0;
	q->height = (int)ceil(y1) + reach + 1 - q->y0;
	size_t stride = ((size_t)q->width + RIGHT_SLACK + 15) / 16 * 16;
	if (stride % 64 == 0) stride += 16;
	q->stride = (ptrdiff_t)stride;
	size_t floats = stride * (size_t)q->height;
	q->f = new_plane(floats);
	q->wx = new_plane(floats);
	q->wy = new_plane(floats);
	if (!q->f || !q->wx || !q->wy) return tt_fail_memory(err, "the reference's gradients");
	plane_job job = {.r = r, .image = image};
	if (r->options.prefilter_sigma_px > 0) {
		float *taps = tt_gauss_taps(r->options.prefilter_sigma_px, &job.blur_taps);
		if (!taps) return tt_fail_memory(err, "the prefilter");
		job.blur = taps;
	}
	int rb = job.blur_taps / 2;
	size_t wide = (size_t)q->width + 2 * TT_GRADIENT_RADIUS + 2 * (size_t)rb;
	job.stride = (ptrdiff_t)((wide + 15) / 16 * 16);
	job.scratch_each = (size_t)job.stride * (3 * (STRIP_ROWS + 2 * TT_GRADIENT_RADIUS) + 2 * (size_t)rb + 1);
	job.scratch = new_plane(job.scratch_each * (size_t)(pool ? tt_pool_size(pool) : 1));
	if (job.scratch) tt_pool_for(pool, ((size_t)q->height + STRIP_ROWS - 1) / STRIP_ROWS, 1, fill_strips, &job);
	free((void *)(uintptr_t)job.blur);
	if (!job.scratch) return tt_fail_memory(err, "the reference's gradients");
	free(job.scratch);
	return TT_OK;
}

/* ---- points ---- */

static void set_bit(uint16_t *mask, int groups, int i, int j)
{
	uint16_t *word = &mask[j * groups + i / TT_DIC_LANES];
	*word = (uint16_t)(*word | 1u << (i % TT_DIC_LANES));
}

static bool in_circle(int i, int j, int side)
{
	int dx = 2 * i - (side - 1), dy = 2 * j - (side - 1);
	return dx * dx + dy * dy <= side * side;
}

/* Which of the subset's pixels are in the circle, the image and the region of interest. Sets p->n, box, mask. */
static void find_valid(const tt_dic_reference *r, tt_prepared *p, uint16_t *mask)
{
	int side = r->options.subset_px, half = side / 2, groups = (side + TT_DIC_LANES - 1) / TT_DIC_LANES;
	int x0 = p->cx - half, y0 = p->cy - half;
	bool whole = x0 >= 0 && y0 >= 0 && x0 + side <= r->width && y0 + side <= r->height;
	if (whole && r->mask)
		for (int j = 0; j < side && whole; j++)
			whole = !memchr(r->mask + (size_t)(y0 + j) * (size_t)r->width + x0, 0, (size_t)side);
	if (whole && !r->circle) {
		p->mask = NULL;
		p->n = side * side;
		p->left = p->top = -half;
		p->right = p->bottom = half;
		return;
	}
	memset(mask, 0, tt_mask_words(side) * sizeof *mask);
	p->mask = mask;
	p->n = 0;
	p->left = p->top = half;
	p->right = p->bottom = -half;
	for (int j = 0; j < side; j++) {
		int y = y0 + j;
		if (y < 0 || y >= r->height) continue;
		for (int i = 0; i < side; i++) {
			int x = x0 + i;
			if (x < 0 || x >= r->width) continue;
			if (r->circle && !in_circle(i, j, side)) continue;
			if (r->mask && !r->mask[(size_t)y * (size_t)r->width + (size_t)x]) continue;
			set_bit(mask, groups, i, j);
			p->n++;
			if (i - half < p->left) p->left = i - half;
			if (i - half > p->right) p->right = i - half;
			if (j - half < p->top) p->top = j - half;
			if (j - half > p->bottom) p->bottom = j - half;
		}
	}
}

/* In place, packed by rows; false when a is not positive definite (relative to its diagonal). */
static bool cholesky(double *a, int n)
{
	double *row = a;
	for (int i = 0; i < n; i++) {
		double diagonal = row[i];
		const double *other = a;
		for (int j = 0; j <= i; j++) {
			double s = row[j];
			for (int k = 0; k < j; k++)
				s -= row[k] * other[k];
			if (j < i) {
				row[j] = s / other[j];
			} else {
				if (!(s > 1e-7 * diagonal)) return false;
				row[i] = sqrt(s);
			}
			other += j + 1;
		}
		row += i + 1;
	}
	return true;
}

/* Element k of the diagonal of (L Lᵀ)⁻¹. */
static double inverse_diagonal(const double *l, int n, int k)
{
	double x[12] = {0}, sum = 0;
	for (int i = k; i < n; i++) {
		const double *row = l + i * (i + 1) / 2;
		double s = i == k;
		for (int j = k; j < i; j++)
			s -= row[j] * x[j];
		x[i] = s / row[i];
		sum += x[i] * x[i];
	}
	return sum;
}

/* Exponents of dx and dy of the shape function's monomials, and the factor of their parameter. */
static const int power_x[6] = {0, 1, 0, 2, 1, 0}, power_y[6] = {0, 0, 1, 0, 1, 2};
static const double half_of[6] = {1, 1, 1, 0.5, 1, 0.5};

static double product_moment(const double m[15], int i, int j)
{
	int a = power_x[i] + power_x[j], b = power_y[i] + power_y[j], degree = a + b;
	return half_of[i] * half_of[j] * m[degree * (degree + 1) / 2 + b];
}

/* The ZNCC of two pictures of one texture of variance S², each with noise of variance s², is S² / (S² + s²); f has
 * both. Unrelated subsets of n independent pixels scatter by 1 / √n about 0. */
static double least_zncc(const tt_dic_reference *r, double variance, int n)
{
	static const double CHANCE = 6, LEAST = 0.05;
	const tt_dic_options *o = &r->options;
	if (!o->expect_zncc || !(r->noise_grey > 0)) return o->min_zncc;
	double noise = r->noise_grey;
	/* white noise behind a Gaussian of standard deviation p keeps 1 / (4 π p²) of its variance */
	if (o->prefilter_sigma_px > 0.4) noise /= 2 * sqrt(3.14159265358979323846) * o->prefilter_sigma_px;
	double expected = fmax(0, 1 - noise * noise / variance);
	return fmin(o->min_zncc, fmax(fmax(LEAST, CHANCE / sqrt(n)), o->min_zncc * expected));
}

void tt_reference_prepare(const tt_dic_reference *r, double x, double y, tt_prepared *p, double *numbers,
                          uint16_t *mask)
{
	int order = r->options.order, terms = tt_warp_terms(order), n = 2 * terms, side = r->options.subset_px;
	memset(p, 0, sizeof *p);
	p->c = numbers;
	p->m = numbers + n;
	p->l = numbers + 2 * n;
	p->u_noise = p->v_noise = NAN;
	p->flag = TT_DIC_OUTSIDE;
	if (!(x >= 0 && y >= 0 && x <= r->width - 1 && y <= r->height - 1)) return;
	p->cx = (int)lrint(x);
	p->cy = (int)lrint(y);
	find_valid(r, p, mask);
	double whole = r->circle ? 0.25 * 3.14159265358979323846 * side * side : (double)side * side;
	if (p->n < r->options.min_valid_fraction * whole || p->n < 4 * n) return;
	p->flag = TT_DIC_NO_TEXTURE;
	tt_subset s = tt_reference_subset(r, p);
	tt_moments k;
	r->kernels->moments(&s, order, &k);
	double mean = k.f / k.n, ff = k.ff - k.f * mean;
	if (!(ff > 1e-7 * k.ff && ff > 0)) return;
	p->mean = (float)mean;
	p->sum = k.f;
	p->norm = sqrt(ff);
	p->min_zncc = least_zncc(r, ff / k.n, p->n);
	for (int i = 0; i < terms; i++) {
		p->m[i] = half_of[i] * k.wx[i] / k.n;
		p->m[terms + i] = half_of[i] * k.wy[i] / k.n;
		p->c[i] = half_of[i] * k.fwx[i] - p->m[i] * k.f;
		p->c[terms + i] = half_of[i] * k.fwy[i] - p->m[terms + i] * k.f;
	}
	double ratio = (k.xx[0] + k.yy[0]) / k.ww; /* Σ w s / Σ w² */
	if (!(ratio > 0)) return;
	double *row = p->l;
	for (int i = 0; i < n; i++) {
		for (int j = 0; j <= i; j++) {
			const double *m = i < terms ? k.xx : j < terms ? k.xy : k.yy;
			row[j] = product_moment(m, i % terms, j % terms) -
			         ratio * (p->m[i] * p->m[j] * k.n + p->c[i] * p->c[j] / ff);
		}
		row += i + 1;
	}
	/* smaller eigenvalue of the mean structure tensor, and what noise alone makes of it */
	double trace = (k.xx[0] + k.yy[0]) / 2, split = hypot((k.xx[0] - k.yy[0]) / 2, k.xy[0]);
	double least = (trace - split) / k.n, noise = r->noise_grey * r->noise_grey * tt_gradient_filters()->noise_gain;
	p->weak = least < 1.5 * noise;
	if (!(least > 1e-4 * trace / k.n) || !cholesky(p->l, n)) return;
	/* The scatter is 2 sigma² W / M² with W = Σ w², M = Σ w s: more than sigma²'s bound by the efficiency of the
	 * smoothed weights. Noise that w and s share adds to M, but the deformed image's gradients share none of it. */
	double clean = fmax(1 - noise * k.n / trace, 0.25);
	double sigma = sqrt(2 / ratio) * r->noise_grey / clean;
	p->u_noise = sigma * sqrt(inverse_diagonal(p->l, n, 0));
	p->v_noise = sigma * sqrt(inverse_diagonal(p->l, n, terms));
	p->flag = TT_DIC_OK;
}

typedef struct prepare_job {
	tt_dic_reference *r;
	size_t words, doubles;
} prepare_job;

static void prepare_points(void *ctx, int worker, size_t first, size_t last)
{
	const prepare_job *job = ctx;
	tt_dic_reference *r = job->r;
	(void)worker;
	for (size_t i = first; i < last; i++)
		tt_reference_prepare(r, r->xy[2 * i], r->xy[2 * i + 1], &r->point[i], r->numbers + i * job->doubles,
		                     r->masks ? r->masks + i * job->words : NULL);
}

/* Do all points have their whole square inside? Then no mask is ever needed. */
static bool needs_masks(const tt_dic_reference *r)
{
	int half = r->options.subset_px / 2;
	if (r->circle || r->mask) return true;
	for (size_t i = 0; i < r->n; i++) {
		double x = rint(r->xy[2 * i]), y = rint(r->xy[2 * i + 1]);
		if (x < half || y < half || x + half > r->width - 1 || y + half > r->height - 1) return true;
	}
	return false;
}

static double mean_level(const tt_image *im)
{
	double sum = 0;
	size_t n = 0;
	int step = 1 + (int)(sqrt((double)im->width * im->height) / 256);
	for (int y = 0; y < im->height; y += step)
		for (int x = 0; x < im->width; x += step) {
			double g = tt_image_at(im, x, y);
			if (!isfinite(g)) continue;
			sum += g;
			n++;
		}
	return n ? rint(sum / (double)n) : 0;
}

static tt_status build(tt_dic_reference *r, const tt_image *image, const tt_image *mask, const double *xy,
                       tt_pool *pool, bool prepare, tt_error *err)
{
	size_t n = r->n ? r->n : 1, pixels = (size_t)r->width * (size_t)r->height;
	r->kernels = tt_kernels_best();
	r->offset = (float)mean_level(image);
	r->noise_grey = isnan(r->options.noise_grey) ? tt_image_noise(image, mask) : r->options.noise_grey;
	if (image->type != TT_F32) r->noise_grey = fmax(r->noise_grey, 1 / sqrt(12)); /* rounding */
	r->xy = malloc(2 * n * sizeof *r->xy);
	if (!r->xy) return tt_fail_memory(err, "the points");
	memcpy(r->xy, xy, 2 * r->n * sizeof *r->xy);
	if (mask) {
		r->mask = malloc(pixels);
		if (!r->mask) return tt_fail_memory(err, "the mask");
		for (int y = 0; y < r->height; y++)
			memcpy(r->mask + (size_t)y * (size_t)r->width, (const char *)mask->data + y * mask->stride,
			       (size_t)r->width);
	}
	int side = r->options.subset_px;
	if (r->options.circular) {
		r->circle = calloc(tt_mask_words(side), sizeof *r->circle);
		if (!r->circle) return tt_fail_memory(err, "the subset");
	}
	tt_status st = make_planes(r, image, pool, err);
	if (st || !prepare) return st;
	prepare_job job = {r, tt_mask_words(side), tt_prepared_numbers(r->options.order)};
	r->point = malloc(n * sizeof *r->point);
	r->numbers = malloc(n * job.doubles * sizeof *r->numbers);
	if (needs_masks(r)) r->masks = malloc(n * job.words * sizeof *r->masks);
	if (!r->point || !r->numbers || (!r->masks && needs_masks(r))) return tt_fail_memory(err, "the points");
	tt_pool_for(pool, r->n, 64, prepare_points, &job);
	return TT_OK;
}

tt_status tt_reference_build(const tt_image *image, const tt_image *mask, const double *xy, size_t n,
                             const tt_dic_options *options, tt_pool *pool, bool prepare, tt_dic_reference **out,
                             tt_error *err)
{
	*out = NULL;
	tt_status st = tt_dic_check_options(options, err);
	if (!st) st = tt_dic_check_image(image, 0, 0, "reference image", err);
	if (!st && mask) st = tt_dic_check_image(mask, image->width, image->height, "mask", err);
	if (st) return st;
	if (mask && mask->type != TT_U8) return tt_fail(err, TT_ERR_USAGE, "correlation: the mask is not of 8 bits");
	tt_dic_reference *r = calloc(1, sizeof *r);
	if (!r) return tt_fail_memory(err, "the reference");
	r->options = *options;
	r->width = image->width;
	r->height = image->height;
	r->n = n;
	st = build(r, image, mask, xy, pool, prepare, err);
	if (st) {
		tt_dic_reference_free(r);
		return st;
	}
	*out = r;
	return TT_OK;
}

tt_status tt_dic_reference_new(const tt_image *image, const tt_image *mask, const double *xy, size_t n,
                               const tt_dic_options *options, const tt_job *job, tt_dic_reference **out, tt_error *err)
{
	tt_pool *pool;
	*out = NULL;
	tt_status st = tt_pool_new(tt_job_threads(job), &pool, err);
	if (st) return st;
	st = tt_reference_build(image, mask, xy, n, options, pool, true, out, err);
	tt_pool_free(pool);
	return st;
}

void tt_dic_reference_free(tt_dic_reference *r)
{
	if (!r) return;
	free(r->planes.f);
	free(r->planes.wx);
	free(r->planes.wy);
	free(r->mask);
	free(r->circle);
	free(r->xy);
	free(r->point);
	free(r->numbers);
	free(r->masks);
	free(r);
}

size_t tt_dic_reference_count(const tt_dic_reference *r)
{
	return r->n;
}
