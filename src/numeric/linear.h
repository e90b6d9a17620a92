/* Linear least squares of any size, by orthogonal decomposition: thin over GSL.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_NUMERIC_LINEAR_H
#define TT_NUMERIC_LINEAR_H

#include "temtensile/core.h"

/* x: n × p, row by row; w: n weights, or NULL. c: p coefficients; covariance: p × p, from the residuals (w NULL: times
 * their variance), or NULL; rss: weighted residual sum of squares, or NULL. By singular values of the balanced matrix:
 * NIST's Longley and Filip hold (tests/numeric). TT_ERR_FAILED when n < p or the columns are dependent. */
tt_status tt_linear_fit(const double *x, size_t n, size_t p, const double *y, const double *w, double *c,
                        double *covariance, double *rss, tt_error *err);

/* A line y = offset + slope x that single points do not move: bisquare weights (Holland and Welsch 1977). */
typedef struct tt_robust_line {
	double offset, slope, u_offset, u_slope;
	double rms; /* scatter about it, by MAD */
} tt_robust_line;

/* false when the points do not determine it. */
bool tt_robust_line_fit(const double *x, const double *y, size_t n, tt_robust_line *out);

#endif
