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

double tt_median(double *v, size_t n)
{
	if (!n) return NAN;
	tt_sort(v, n);
	return gsl_stats_median_from_sorted_data(v, 1, n);
}

double tt_high_median(double *v, size_t n)
{
	if (!n) return NAN;
	tt_sort(v, n);
	return v[n / 2];
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

/* The noise from sorted absolute second differences that may lie on whole steps: the median is read inside its step, as
 * of grouped data (0 stands for the half step above it), and no less is said than what rounding itself makes of a
 * moving signal, step/sqrt 12: noise that does not reach the next step leaves no trace. The plain median stays where it
 * is larger: errors of rounding are not white, and who weighs by them had better err that way. */
static double noise_of_sorted(const double *a, size_t n, double median)
{
	const double same = 1e-9 * a[n - 1];
	size_t first = 0, last;
	while (first < n && a[first] < median - same)
		first++;
	for (last = first; last < n && a[last] <= median + same;)
		last++;
	const size_t ties = last - first;
	if ((double)ties < TIES * (double)n) return median / GAIN;
	/* the steps to the values below and above; the smaller one is the rounding's */
	double step = INFINITY;
	if (first > 0) step = median - a[first - 1];
	if (last < n) step = fmin(step, a[last] - median);
	if (!isfinite(step)) return median / GAIN; /* all the same: no noise to be seen */
	const double inside = ((double)n / 2 - (double)first) / (double)ties;
	const double grouped = median <= same ? inside * step / 2 : median + (inside - 0.5) * step;
	return fmax(fmax(grouped, median) / GAIN, step / sqrt(12));
}

double tt_noise_std(const double *y, size_t n)
{
	/* a sample of the rows is enough, and keeps the sort short on long logs */
	enum { MOST = 20000 };
	if (n < 3) return NAN;
	size_t m = n - 2, step = 1 + m / MOST, count = 0;
	double *a = malloc((m / step + 1) * sizeof *a);
	if (!a) return NAN;
	for (size_t i = 0; i < m; i += step)
		a[count++] = fabs(y[i] - 2 * y[i + 1] + y[i + 2]);
	double median = tt_median(a, count);
	double s = noise_of_sorted(a, count, median);
	free(a);
	return s;
}

double tt_noise_inflation(const double *r, size_t n)
{
	if (n < 16) return 1;
	double c0 = 0;
	for (size_t i = 0; i < n; i++)
		c0 += r[i] * r[i];
	if (!(c0 > 0)) return 1;
	/* on long series neighbouring lags tell the same: count in growing steps */
	double f = 1, bound = 2 / sqrt((double)n), last = 1;
	for (size_t lag = 1, step = 1; lag < n / 4; lag += step, step = 1 + lag / 16) {
		double c = 0;
		for (size_t i = lag; i < n; i++)
			c += r[i] * r[i - lag];
		c /= c0;
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
