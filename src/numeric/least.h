/* Small linear least squares by normal equations: at most 4 unknowns.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_NUMERIC_LEAST_H
#define TT_NUMERIC_LEAST_H

#include <stdbool.h>
#include <stddef.h>

enum { TT_LEAST_MOST = 4 };

typedef struct tt_least {
	int n;
	double a[TT_LEAST_MOST][TT_LEAST_MOST], b[TT_LEAST_MOST], yy, weight;
	size_t rows;
} tt_least;

void tt_least_begin(tt_least *l, int unknowns);
void tt_least_add(tt_least *l, const double *row, double y, double weight);
/* x; cofactor (may be NULL) receives the inverse normal matrix's diagonal; *sum the weighted residual squares. */
bool tt_least_solve(const tt_least *l, double *x, double *cofactor, double *sum);

/* Median of n values that are sorted in place; NaN of none. */
double tt_least_median(double *v, size_t n);

#endif
