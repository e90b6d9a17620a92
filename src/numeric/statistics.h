/* Location, scatter and noise of numbers: the only median, MAD and noise estimator of the program.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_NUMERIC_STATISTICS_H
#define TT_NUMERIC_STATISTICS_H

#include <stddef.h>

/* Ascending; NaN is not allowed. */
void tt_sort(double *v, size_t n);
/* Median, the mean of the middle two when n is even; reorders v, in time proportional to n; NaN for n = 0. NaN is not
 * allowed in v. */
double tt_median(double *v, size_t n);
/* The higher of the middle two when n is even, so always a value that occurs; reorders v. */
double tt_high_median(double *v, size_t n);
/* The k-th smallest, counted from 0, k < n; reorders v. */
double tt_kth_smallest(double *v, size_t n, size_t k);
/* The same of floats. */
float tt_nth_smallest(float *v, size_t n, size_t k);
/* Of v[0] … v[4], which stay in place. */
double tt_median_of_five(const double *v);
/* Standard deviation of normal scatter over its median absolute deviation, to five digits. */
#define TT_SD_OF_MAD 1.4826
/* Standard deviation by the median absolute deviation from `centre`, for normal scatter: 1.4826 median |v - centre|.
 * v is overwritten (by the deviations). NaN for n = 0. */
double tt_mad(double *v, size_t n, double centre);
/* Mean; standard deviation with n - 1 (two passes); correlation of neighbours. NaN where n is too small. */
double tt_mean(const double *v, size_t n);
double tt_sd(const double *v, size_t n);
double tt_lag1(const double *v, size_t n);

/* Standard deviation of white noise on a smooth signal, from its second differences: median |y(i-1) - 2 y(i) + y(i+1)|
 * / (0.6745 sqrt 6). Values rounded to a step that is not small against the noise repeat each other: the median is then
 * read inside its step, as of grouped data; the noise of the rounding itself (step/sqrt 12) is in the result, which is
 * never below it and up to a quarter too large where the step is about the noise. Jumps and drift do not count. NaN for
 * n < 3. */
double tt_noise_std(const double *y, size_t n);
/* Variance inflation 1 + 2 sum rho_j of residuals in order, up to the first lag that is not significant; 1 … n/8. */
double tt_noise_inflation(const double *residual, size_t n);

/* Two-sided p of t with nu degrees of freedom, and upper p of F; NaN for senseless arguments. */
double tt_t_test(double t, double nu);
double tt_f_test(double f, double nu1, double nu2);

#endif
