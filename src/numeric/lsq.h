/* Weighted linear least squares of few parameters, row by row, without allocation.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_NUMERIC_LSQ_H
#define TT_NUMERIC_LSQ_H

#include <stdbool.h>
#include <stddef.h>

enum { TT_LSQ_MAX = 6 };

/* Normal equations of a linear model with up to six parameters: half the digits of a double are lost by squaring, which
 * is harmless where the columns are of order 1 (scale them) and not nearly dependent. For the rest: linear.h. */
typedef struct tt_lsq {
	int p;
	double a[TT_LSQ_MAX][TT_LSQ_MAX], b[TT_LSQ_MAX];
	double yy; /* sum w y² */
	double n;  /* observations */
} tt_lsq;

void tt_lsq_start(tt_lsq *l, int p);
/* phi: p regressors, w: weight (1 / variance). */
void tt_lsq_add(tt_lsq *l, const double *phi, double y, double w);
/* The same with an instrument psi in place of phi on the left: sum w psi (y - phi theta) = 0. */
void tt_lsq_add_instrument(tt_lsq *l, const double *psi, const double *phi, double y, double w);
/* theta: p values; inverse: of the normal matrix (covariance when the weights are 1 / variance), or NULL.
 * false when the matrix is singular. */
bool tt_lsq_solve(const tt_lsq *l, double *theta, double inverse[TT_LSQ_MAX][TT_LSQ_MAX]);
/* The same; cofactor (p values, or NULL): the inverse's diagonal; rss (or NULL): weighted sum of squared residuals. */
bool tt_lsq_fit(const tt_lsq *l, double *theta, double *cofactor, double *rss);

#endif
