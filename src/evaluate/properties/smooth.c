/* Local lines of adaptive width.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "numeric/polyfit.h"
#include "evaluate/properties/series.h"

/* Half-widths tried, in rows, and how many standard errors two estimates may differ by. */
static const int half_widths[] = {1, 2, 3, 5, 8, 12, 18, 27, 40};
enum { N_HALF_WIDTHS = sizeof half_widths / sizeof *half_widths };
static const double threshold = 2.0;

/* Sums over rows 0 … i - 1 of 1, x, x², y, x y with x = (t - middle) / span. */
typedef struct sums {
	double middle, span;
	double *x, *xx, *y, *xy;
} sums;

static sums sum_up(const tt_series *s, const double *y)
{
	sums a = {
	    0.5 * (s->t[0] + s->t[s->n - 1]), s->t[s->n - 1] - s->t[0], s->sum[0], s->sum[1], s->sum[2], s->sum[3]};
	if (!(a.span > 0)) a.span = 1;
	a.x[0] = a.xx[0] = a.y[0] = a.xy[0] = 0;
	for (size_t i = 0; i < s->n; i++) {
		double x = (s->t[i] - a.middle) / a.span;
		a.x[i + 1] = a.x[i] + x;
		a.xx[i + 1] = a.xx[i] + x * x;
		a.y[i + 1] = a.y[i] + y[i];
		a.xy[i + 1] = a.xy[i] + x * y[i];
	}
	return a;
}

typedef struct line {
	double value, factor; /* at the point asked for; variance = factor × variance of one row */
} line;

/* The line through rows lo … hi - 1 at x. */
static line local_line(const sums *a, size_t lo, size_t hi, double x)
{
	double n = (double)(hi - lo);
	double mx = (a->x[hi] - a->x[lo]) / n, my = (a->y[hi] - a->y[lo]) / n;
	double sxx = a->xx[hi] - a->xx[lo] - n * mx * mx, sxy = a->xy[hi] - a->xy[lo] - n * mx * my;
	if (!(sxx > 0)) return (line){my, 1 / n};
	double dx = x - mx;
	return (line){my + sxy / sxx * dx, 1 / n + dx * dx / sxx};
}

static void smooth_one(const tt_series *s, const double *y, const double *u, double *out, int *half)
{
	sums a = sum_up(s, y);
	size_t n = s->n;
	for (size_t i = 0; i < n; i++) {
		double x = (s->t[i] - a.middle) / a.span;
		double value = y[i], lo = y[i] - threshold * u[i], hi = y[i] + threshold * u[i];
		half[i] = 0;
		for (int k = 0; k < N_HALF_WIDTHS; k++) {
			size_t h = (size_t)half_widths[k];
			size_t first = i > h ? i - h : 0, end = i + h + 1 < n ? i + h + 1 : n;
			if (end - first < 3) continue;
			line l = local_line(&a, first, end, x);
			double w = threshold * u[i] * sqrt(l.factor);
			lo = l.value - w > lo ? l.value - w : lo;
			hi = l.value + w < hi ? l.value + w : hi;
			if (lo > hi) break;
			value = l.value;
			half[i] = half_widths[k];
			if (first == 0 && end == n) break;
		}
		out[i] = value;
	}
}

void tt_series_smooth(tt_series *s)
{
	if (s->n == 0) return;
	smooth_one(s, s->e, s->ue, s->se, s->he);
	smooth_one(s, s->s, s->us, s->ss, s->hs);
}

size_t tt_series_find(const tt_series *s, double t)
{
	size_t lo = 0, hi = s->n;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;
		if (s->t[mid] <= t)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* A parabola around the nearest row, over half as many rows again as that row's line (which is as wide as it can be
 * with its bias just below its noise, so that the parabola has hardly any). */
static double value_at(const tt_series *s, const double *y, const int *half, double t)
{
	if (s->n == 0) return NAN;
	size_t i = tt_series_find(s, t);
	if (i + 1 < s->n && s->t[i + 1] - t < t - s->t[i]) i++;
	size_t h = half[i] > 1 ? (size_t)half[i] * 3 / 2 : 1;
	size_t first = i > h ? i - h : 0, end = i + h + 1 < s->n ? i + h + 1 : s->n;
	tt_poly p;
	for (int degree = end - first >= 6 ? 2 : 1; degree >= 0; degree--)
		if (tt_poly_fit(s->t + first, y + first, end - first, degree, &p, NULL) == TT_OK)
			return tt_poly_at(&p, t);
	return y[i];
}

double tt_series_strain_at(const tt_series *s, double t)
{
	return value_at(s, s->e, s->he, t);
}

double tt_series_stress_at(const tt_series *s, double t)
{
	return value_at(s, s->s, s->hs, t);
}
