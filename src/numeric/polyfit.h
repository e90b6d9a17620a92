/* Least squares by a low polynomial, without allocation.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_NUMERIC_POLYFIT_H
#define TT_NUMERIC_POLYFIT_H

#include "temtensile/core.h"

enum { TT_POLY_MAX_DEGREE = 3 };

/* y = sum c[k] z^k with z = (x - centre) / scale, |z| <= 1 over the points. */
typedef struct tt_poly {
	int degree;
	double centre, scale;
	double c[TT_POLY_MAX_DEGREE + 1];
	double rss; /* sum of squared residuals */
	size_t n;
} tt_poly;

/* Ordinary least squares over n points (normal equations, Cholesky: harmless at degree <= 3 on the centred, scaled
 * abscissa). TT_ERR_FAILED when the points do not determine the polynomial. */
tt_status tt_poly_fit(const double *x, const double *y, size_t n, int degree, tt_poly *out, tt_error *err);
double tt_poly_at(const tt_poly *p, double x);
double tt_poly_slope(const tt_poly *p, double x);

#endif
