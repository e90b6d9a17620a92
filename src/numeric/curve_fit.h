/* Non-linear least squares (Levenberg–Marquardt), thin over GSL.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_NUMERIC_CURVE_FIT_H
#define TT_NUMERIC_CURVE_FIT_H

#include "temtensile/core.h"

typedef struct tt_curve_model {
	size_t points, parameters; /* 1 <= parameters <= points */
	/* residual[i] = (model − y_i) / sigma_i, any number of times, at any parameters */
	void (*residuals)(const void *user, const double *parameter, double *residual);
	/* points × parameters, row by row; NULL: by finite differences of the parameters' scale */
	void (*jacobian)(const void *user, const double *parameter, double *jacobian);
	const void *user;
	int most_steps;   /* 0: 200 */
	double tolerance; /* relative step at which it has converged; 0: 1e-11 */
	const char *what; /* for messages: "the fit of the first peak" */
} tt_curve_model;

typedef struct tt_curve_result {
	double chi2;    /* sum of squared residuals */
	double freedom; /* points − parameters */
	int steps;
} tt_curve_result;

/* parameter: the start, then the answer. covariance: (JᵀJ)⁻¹, parameters², not scaled by chi2 (the residuals are in
 * units of sigma); NULL: not wanted. TT_ERR_FAILED when it does not converge or a residual is no number; parameter then
 * is where it stopped. */
tt_status tt_curve_fit(const tt_curve_model *model, double *parameter, double *covariance, tt_curve_result *result,
                       tt_error *err);

#endif
