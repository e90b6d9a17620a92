/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/statistics.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

void tt_sort(double *v, size_t n)
{
	qsort(v, n, sizeof *v, compare_doubles);
}

/* Short lists are put in order faster than they are parted. */
static void insertion_sort(double *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const double x = v[i];
		size_t at = i;
		for (; at > 0 && v[at - 1] > x; at--)
			v[at] = v[at - 1];
		v[at] = x;
	}
}

/* v[k] is the k-th smallest, what lies before it is no larger, what lies behind no smaller. Parted from both ends about
 * the median of three (Hoare 1961, Comm. ACM 4, 321): expected time proportional to n. */
static void part_at(double *v, size_t n, size_t k)
{
	enum { SHORT = 16 };
	size_t lo = 0, hi = n;
	for (unsigned rounds = 0; hi - lo > SHORT; rounds++) {
		if (rounds > 200) { /* an order that defeats the choice of pivots */
			tt_sort(v + lo, hi - lo);
			return;
		}
		const double a = v[lo], b = v[lo + (hi - lo) / 2], c = v[hi - 1];
		const double low = a < b ? a : b, high = a < b ? b : a;
		const double pivot = c < low ? low : c > high ? high : c;
		size_t i = lo, j = hi;
		for (;;) {
			while (v[i] < pivot)
				i++;
			do
				j--;
			while (v[j] > pivot);
			if (i >= j) break;
			const double swap = v[i];
			v[i++] = v[j];
			v[j] = swap;
		}
		/* [lo, i) <= pivot <= [i, hi) */
		if (k < i)
			hi = i;
		else
			lo = i;
	}
	insertion_sort(v + lo, hi - lo);
}

static double largest(const double *v, size_t n)
{
	double most = v[0];
	for (size_t i = 1; i < n; i++)
		most = v[i] > most ? v[i] : most;
	return most;
}

double tt_median(double *v, size_t n)
{
	if (!n) return NAN;
	part_at(v, n, n / 2);
	if (n % 2) return v[n / 2];
	const double low = largest(v, n / 2), high = v[n / 2];
	return low == high ? low : (low + high) / 2;
}

double tt_high_median(double *v, size_t n)
{
	return n ? tt_kth_smallest(v, n, n / 2) : NAN;
}

double tt_kth_smallest(double *v, size_t n, size_t k)
{
	part_at(v, n, k);
	return v[k];
}

/* Three parts: less, equal, greater than a pivot from the middle. */
float tt_nth_smallest(float *v, size_t n, size_t k)
{
	size_t lo = 0, hi = n;
	for (;;) {
		float pivot = v[lo + (hi - lo) / 2];
		size_t less = lo, at = lo, more = hi;
		while (at < more) {
			float x = v[at];
			if (x < pivot) {
				v[at++] = v[less];
				v[less++] = x;
			} else if (x > pivot) {
				v[at] = v[--more];
				v[more] = x;
			} else {
				at++;
			}
		}
		if (k < less)
			hi = less;
		else if (k < more)
			return pivot;
		else
			lo = more;
	}
}

double tt_median_of_five(const double *v)
{
	double s[5] = {v[0], v[1], v[2], v[3], v[4]};
	return tt_median(s, 5);
}

double tt_mad(double *v, size_t n, double centre)
{
	for (size_t i = 0; i < n; i++)
		v[i] = fabs(v[i] - centre);
	return TT_SD_OF_MAD * tt_median(v, n);
}

double tt_mean(const double *v, size_t n)
{
	return n ? gsl_stats_mean(v, 1, n) : NAN;
}

double tt_sd(const double *v, size_t n)
{
	return n > 1 ? gsl_stats_sd(v, 1, n) : NAN;
}

double tt_lag1(const double *v, size_t n)
{
	return n > 1 ? gsl_stats_lag1_autocorrelation(v, 1, n) : NAN;
}

/* Share of the values that are the median itself from which on they are taken as rounded. */
static const double TIES = 1.0 / 16;

static const double GAIN = 0.6744897501960817 * 2.449489742783178; /* of |second difference|: median / sd */

/* The noise from absolute second differences that may lie on whole steps: the median is read inside its step, as of
 * grouped data (0 stands for the half step above it), and no less is said than what rounding itself makes of a moving
 * signal, step/sqrt 12: noise that does not reach the next step leaves no trace. The plain median stays where it is
 * larger: errors of rounding are not white, and who weighs by them had better err that way. */
static double noise_of_steps(const double *a, size_t n, double median)
{
	const double same = 1e-9 * largest(a, n);
	double below = -INFINITY, above = INFINITY; /* the values next to the median's step */
	size_t first = 0, ties = 0;
	for (size_t i = 0; i < n; i++)
		if (a[i] < median - same) {
			first++;
			below = fmax(below, a[i]);
		} else if (a[i] <= median + same)
			ties++;
		else
			above = fmin(above, a[i]);
	if ((double)ties < TIES * (double)n) return median / GAIN;
	/* the smaller of the steps to them is the rounding's */
	const double step = fmin(median - below, above - median);
	if (!isfinite(step)) return median / GAIN; /* all the same: no noise to be seen */
	const double inside = ((double)n / 2 - (double)first) / (double)ties;
	const double grouped = median <= same ? inside * step / 2 : median + (inside - 0.5) * step;
	return fmax(fmax(grouped, median) / GAIN, step / sqrt(12));
}

double tt_noise_std(const double *y, size_t n)
{
	/* a sample of the rows is enough on long logs */
	enum { MOST = 20000 };
	if (n < 3) return NAN;
	size_t m = n - 2, step = 1 + m / MOST, count = 0;
	double *a = malloc((m / step + 1) * sizeof *a);
	if (!a) return NAN;
	for (size_t i = 0; i < m; i += step)
		a[count++] = fabs(y[i] - 2 * y[i + 1] + y[i + 2]);
	double median = tt_median(a, count);
	double s = noise_of_steps(a, count, median);
	free(a);
	return s;
}

/* Sum of a[i] b[i], in eight sums that need not wait for each other. */
static double product(const double *a, const double *b, size_t n)
{
	enum { AT_ONCE = 8 };
	double sum[AT_ONCE] = {0};
	size_t i = 0;
	for (; i + AT_ONCE <= n; i += AT_ONCE)
		for (size_t k = 0; k < AT_ONCE; k++)
			sum[k] += a[i + k] * b[i + k];
	for (; i < n; i++)
		sum[0] += a[i] * b[i];
	return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

double tt_noise_inflation(const double *r, size_t n)
{
	if (n < 16) return 1;
	const double c0 = product(r, r, n);
	if (!(c0 > 0)) return 1;
	/* on long series neighbouring lags tell the same: count in growing steps */
	double f = 1, bound = 2 / sqrt((double)n), last = 1;
	for (size_t lag = 1, step = 1; lag < n / 4; lag += step, step = 1 + lag / 16) {
		double c = product(r + lag, r, n - lag) / c0;
		if (c < bound) break;
		f += 2 * (step > 1 ? (c + last) / 2 : c) * (double)step;
		last = c;
	}
	double most = (double)n / 8;
	return f < most ? f : most;
}

double tt_t_test(double t, double nu)
{
	if (!isfinite(t) || !(nu > 0)) return NAN;
	return 2 * gsl_cdf_tdist_Q(fabs(t), nu);
}

double tt_f_test(double f, double nu1, double nu2)
{
	if (!isfinite(f) || !(nu1 > 0) || !(nu2 > 0)) return NAN;
	return f <= 0 ? 1 : gsl_cdf_fdist_Q(f, nu1, nu2);
}
