/* Small least-squares tools of the force room.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_NUMERIC_FIT_H
#define TT_NUMERIC_FIT_H

#include <stdbool.h>
#include <stddef.h>

enum { TT_LSQ_MAX = 6 };

/* Normal equations of a linear model with up to six parameters. Scale the columns to about 1. */
typedef struct tt_lsq {
	int p;
	double a[TT_LSQ_MAX][TT_LSQ_MAX], b[TT_LSQ_MAX];
	double n; /* observations */
} tt_lsq;

void tt_lsq_start(tt_lsq *l, int p);
/* phi: p regressors, w: weight (1 / variance). */
void tt_lsq_add(tt_lsq *l, const double *phi, double y, double w);
/* The same with an instrument psi in place of phi on the left: sum w psi (y - phi theta) = 0. */
void tt_lsq_add_instrument(tt_lsq *l, const double *psi, const double *phi, double y, double w);
/* theta: p values; inverse: of the normal matrix (covariance when the weights are 1 / variance), or NULL.
 * false when the matrix is singular. */
bool tt_lsq_solve(const tt_lsq *l, double *theta, double inverse[TT_LSQ_MAX][TT_LSQ_MAX]);

/* y = value + slope (x - at), with standard uncertainties from the residuals (inflated by their correlation). */
typedef struct tt_line {
	double at, value, slope;
	double u_value, u_slope;
	double rms;       /* of the residuals, n - 2 degrees of freedom */
	double inflation; /* of the variance by correlation, >= 1 */
	size_t n;
} tt_line;

bool tt_line_fit(const double *x, const double *y, size_t n, double at, tt_line *out);
static inline double tt_line_at(const tt_line *l, double x)
{
	return l->value + l->slope * (x - l->at);
}

/* Standard deviation of white noise on a smooth signal: median absolute second difference / (0.6745 sqrt 6). */
double tt_noise_std(const double *y, size_t n);
/* Variance inflation 1 + 2 sum rho_j of residuals in order, up to the first lag that is not significant; 1 … n/8. */
double tt_noise_inflation(const double *residual, size_t n);
/* Median; sorts y. NaN for n = 0. */
double tt_median(double *y, size_t n);
/* Two-sided p of t with nu degrees of freedom, and upper p of F; NaN for senseless arguments. */
double tt_t_test(double t, double nu);
double tt_f_test(double f, double nu1, double nu2);

/* First row with time >= t, in 0 … n. */
size_t tt_row_at(const double *time, size_t n, double t);

#endif
