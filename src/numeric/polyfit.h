/* Least squares by a polynomial, without allocation.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_NUMERIC_POLYFIT_H
#define TT_NUMERIC_POLYFIT_H

#include "temtensile/core.h"

enum { TT_POLY_MAX_DEGREE = 10 };

/* y = sum c[k] z^k with z = (x - centre) / scale, |z| <= 1 over the points. */
typedef struct tt_poly {
	int degree;
	double centre, scale;
	double c[TT_POLY_MAX_DEGREE + 1];
	double rss; /* sum of squared residuals */
	size_t n;
} tt_poly;

/* Ordinary least squares over n points, through the polynomials that are orthogonal on them (Forsythe 1957, J. SIAM 5,
 * 74), so that no normal matrix loses digits. TT_ERR_FAILED when the points do not determine the polynomial. */
tt_status tt_poly_fit(const double *x, const double *y, size_t n, int degree, tt_poly *out, tt_error *err);
double tt_poly_at(const tt_poly *p, double x);
double tt_poly_slope(const tt_poly *p, double x);
/* Coefficients of powers of x itself: degree + 1 values. */
void tt_poly_powers(const tt_poly *p, double *c);

#endif
