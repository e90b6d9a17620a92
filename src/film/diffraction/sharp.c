/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/diffraction/sharp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/curve_fit.h"
#include "numeric/statistics.h"

static const double STANDS_OUT = 6; /* noises; a scan of 10⁴ points passes it by chance once in 10⁵ */
enum { MOST_WINDOW = 4000 };

typedef struct local {
	const double *x, *y, *sigma;
	size_t first, n;
	double at;
} local;

/* Level and slope of the line, height, position, log width, share. */
enum { PARAMETERS = 6 };

static void residuals(const void *user, const double *b, double *r)
{
	const local *l = user;
	for (size_t i = 0; i < l->n; i++) {
		const double x = l->x[l->first + i];
		const double v = b[0] + b[1] * (x - l->at) + b[2] * tt_pseudo_voigt(x, b[3], exp(b[4]), b[5]);
		r[i] = (v - l->y[l->first + i]) / l->sigma[l->first + i];
	}
	r[l->n] = (b[5] - 0.5) / 0.4;
}

/* Running median over `half` points to each side. */
static tt_status running_median(const double *y, size_t n, size_t half, double *out, tt_error *err)
{
	double *w = malloc((2 * half + 1) * sizeof *w);
	if (!w) return tt_fail_memory(err, "a running median");
	for (size_t i = 0; i < n; i++) {
		const size_t a = i > half ? i - half : 0, b = i + half < n ? i + half : n - 1;
		memcpy(w, y + a, (b - a + 1) * sizeof *w);
		out[i] = tt_median(w, b - a + 1);
	}
	free(w);
	return TT_OK;
}

/* The half-height points on both sides of a maximum, in steps of the data. */
static double width_at_half(const double *x, const double *y, const double *base, size_t n, size_t at)
{
	const double half = (y[at] - base[at]) / 2;
	size_t lo = at, hi = at;
	while (lo > 0 && y[lo] - base[lo] > half)
		lo--;
	while (hi + 1 < n && y[hi] - base[hi] > half)
		hi++;
	return x[hi] - x[lo];
}

static bool fit_peak(const double *x, const double *y, const double *sigma, const double *base, size_t n, size_t at,
                     double width, tt_sharp_peak *out)
{
	const double step = (x[n - 1] - x[0]) / (double)(n - 1), reach = fmax(2.5 * width, 4 * step);
	local l = {.x = x, .y = y, .sigma = sigma, .first = at, .at = x[at]};
	size_t last = at;
	while (l.first > 0 && x[at] - x[l.first - 1] <= reach)
		l.first--;
	while (last + 1 < n && x[last + 1] - x[at] <= reach)
		last++;
	l.n = last - l.first + 1;
	double b[PARAMETERS] = {base[at], 0, y[at] - base[at], x[at], log(fmax(width, step)), 0.5},
	       c[PARAMETERS * PARAMETERS];
	tt_curve_result r;
	const tt_curve_model m = {.points = l.n + 1,
	                          .parameters = PARAMETERS,
	                          .residuals = residuals,
	                          .user = &l,
	                          .tolerance = 1e-6,
	                          .what = "a sharp peak"};
	if (tt_curve_fit(&m, b, c, &r, NULL) != TT_OK) return false;
	const double inflate = sqrt(fmax(r.chi2 / fmax(r.freedom, 1), 1)), w = exp(b[4]);
	out->height = (tt_hump_value){b[2], sqrt(c[2 * PARAMETERS + 2]) * inflate};
	out->position = (tt_hump_value){b[3], sqrt(c[3 * PARAMETERS + 3]) * inflate};
	out->fwhm = (tt_hump_value){w, w * sqrt(c[4 * PARAMETERS + 4]) * inflate};
	return fabs(b[3] - x[at]) <= reach && b[2] > 3 * out->height.u && w < 3 * fmax(width, step);
}

/* Masks what belongs to the peak; returns where it ends. */
static size_t mask_peak(const double *x, size_t n, size_t at, double width, bool *masked)
{
	size_t hi = at;
	for (size_t i = at + 1; i-- > 0 && x[at] - x[i] <= 1.5 * width;)
		masked[i] = true;
	while (hi + 1 < n && x[hi + 1] - x[at] <= 1.5 * width)
		masked[++hi] = true;
	return hi;
}

static tt_status find(const double *x, const double *y, const double *sigma, const double *base, size_t n,
                      double widest, bool *masked, tt_sharp_peak **peaks, size_t *count, tt_error *err)
{
	for (size_t i = 0; i < n; i++) {
		if (masked[i] || !(y[i] - base[i] > STANDS_OUT * sigma[i])) continue;
		size_t top = i;
		while (i + 1 < n && y[i + 1] - base[i + 1] > STANDS_OUT / 2 * sigma[i + 1])
			if (y[++i] > y[top]) top = i;
		const double width = width_at_half(x, y, base, n, top);
		tt_sharp_peak p;
		if (width > widest || top < 2 || top + 2 >= n || !fit_peak(x, y, sigma, base, n, top, width, &p))
			continue;
		const size_t end = mask_peak(x, n, top, fmax(width, p.fwhm.value), masked);
		if (end > i) i = end;
		if (p.fwhm.value > widest) continue;
		tt_sharp_peak *more = realloc(*peaks, (*count + 1) * sizeof *more);
		if (!more) return tt_fail_memory(err, "the list of peaks");
		*peaks = more;
		(*peaks)[(*count)++] = p;
	}
	return TT_OK;
}

tt_status tt_sharp_find(const double *x, const double *y, const double *sigma, size_t n, double widest, bool *masked,
                        tt_sharp_peak **peaks, size_t *count, tt_error *err)
{
	*peaks = NULL;
	*count = 0;
	if (n < 8) return TT_OK;
	const double step = (x[n - 1] - x[0]) / (double)(n - 1);
	size_t half = (size_t)(1.5 * widest / step) + 1;
	if (half > MOST_WINDOW) half = MOST_WINDOW;
	double *base = malloc(n * sizeof *base);
	if (!base) return tt_fail_memory(err, "the list of peaks");
	tt_status st = running_median(y, n, half, base, err);
	if (st == TT_OK) st = find(x, y, sigma, base, n, widest, masked, peaks, count, err);
	free(base);
	if (st != TT_OK) {
		free(*peaks);
		*peaks = NULL;
		*count = 0;
	}
	return st;
}
