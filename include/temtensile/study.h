/* Several tests compared: groups and statistics. Pure: results in, results out.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_STUDY_H
#define TEMTENSILE_STUDY_H

#include "temtensile/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Mean and spread of n values; NaN where n is too small. */
typedef struct tt_sample {
	size_t n;
	double mean, sd;        /* sd: n - 1 in the denominator; NaN for n < 2 */
	double lo, hi;          /* 95 % interval of the mean by Student's t, n - 1 degrees of freedom; NaN for n < 2 */
	bool weak;              /* n = 2: one degree of freedom */
} tt_sample;

/* NaN among the values is left out. */
tt_sample tt_sample_of(const double *value, size_t n);

/* Two samples with unequal variances (Welch 1947, Biometrika 34, 28; Satterthwaite's degrees of freedom). */
typedef struct tt_welch_test {
	double t, df, p;        /* two-sided; NaN when a sample has fewer than two values or both no spread */
	double difference, lo, hi; /* of the means, a - b, with its 95 % interval */
	double hedges_g;        /* standardised difference by the pooled sd, corrected for small n (Hedges 1981) */
} tt_welch_test;

tt_welch_test tt_welch(const tt_sample *a, const tt_sample *b);

/* One-way analysis of variance over the groups that have at least two values. */
typedef struct tt_anova {
	size_t groups;
	double f, df1, df2, p;                         /* classical (Fisher) */
	double eta2, omega2;                           /* effect sizes: share of variance between groups; the same, unbiased */
	double welch_f, welch_df1, welch_df2, welch_p; /* Welch 1951, Biometrika 38, 330: variances may differ */
} tt_anova;

/* NaN members when fewer than two groups have two values. Needs each group's sample only. */
tt_anova tt_anova_of(const tt_sample *group, size_t n);

/* Holm's step-down correction (Holm 1979, Scand. J. Stat. 6, 65); NaN entries do not count. adjusted may be p. */
tt_status tt_holm(const double *p, size_t n, double *adjusted, tt_error *err);

/* What one test says of one property. */
typedef struct tt_measured {
	double value;           /* NaN: not reached */
	double u;               /* whole standard uncertainty of the measurement */
	double u_shared;        /* its part that repeats have in common (pixel size, device, film thickness) */
} tt_measured;

/* One property in one group: scatter between specimens and uncertainty of measurement kept apart. */
typedef struct tt_group_result {
	tt_sample between;      /* specimens */
	double u_own;           /* of the mean, from each test's own errors: sqrt(sum (u² - u_shared²)) / n */
	double u_shared;        /* of the mean, from errors common to all: does not shrink with n */
	double u;               /* of the mean: sd/sqrt(n) (own errors when n = 1) and u_shared in quadrature */
	double lo, hi;          /* 95 % interval of the mean: Student's t on the scatter (n >= 2), ± 1.96 u_own (n = 1), with
	                           1.96 u_shared in quadrature */
} tt_group_result;

tt_group_result tt_group_of(const tt_measured *tests, size_t n);

/* "2.61 ± 0.04": u to two significant digits (one when they are at least 30), the value to the same place; NaN u: value
 * to 3 digits. value_only and u_only may be NULL. */
void tt_round_to_u(double value, double u, char *value_only, char *u_only, size_t size);

#ifdef __cplusplus
}
#endif
#endif
