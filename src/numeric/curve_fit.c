/* Non-linear least squares by GSL's trust-region Levenberg–Marquardt (gsl_multifit_nlinear, Moré's scaling, QR).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/curve_fit.h"

#include <gsl/gsl_multifit_nlinear.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/gslguard.h"

typedef struct system_of {
	const tt_curve_model *model;
	double *residual; /* GSL's differences ask for columns of a matrix */
} system_of;

static int residuals(const gsl_vector *at, void *user, gsl_vector *out)
{
	const system_of *s = user;
	s->model->residuals(s->model->user, at->data, s->residual);
	for (size_t i = 0; i < s->model->points; i++) {
		if (!isfinite(s->residual[i])) return GSL_EBADFUNC;
		gsl_vector_set(out, i, s->residual[i]);
	}
	return GSL_SUCCESS;
}

static int jacobian(const gsl_vector *at, void *user, gsl_matrix *out)
{
	const tt_curve_model *m = ((const system_of *)user)->model;
	m->jacobian(m->user, at->data, out->data);
	for (size_t i = 0; i < m->points * m->parameters; i++)
		if (!isfinite(out->data[i])) return GSL_EBADFUNC;
	return GSL_SUCCESS;
}

static tt_status covariance_of(gsl_multifit_nlinear_workspace *w, size_t p, double *covariance, const char *what,
                               tt_error *err)
{
	gsl_matrix_view c = gsl_matrix_view_array(covariance, p, p);
	tt_status st =
	    tt_gsl_check(gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(w), 1e-14, &c.matrix), what, err);
	for (size_t i = 0; st == TT_OK && i < p; i++)
		if (!(covariance[i * p + i] > 0))
			return tt_fail(err, TT_ERR_FAILED, "%s: the data do not determine its parameter %zu", what,
			               i + 1);
	return st;
}

static tt_status fit(const tt_curve_model *m, double *parameter, double *covariance, tt_curve_result *result,
                     tt_error *err)
{
	const char *what = m->what ? m->what : "a non-linear fit";
	if (m->parameters < 1 || m->points < m->parameters)
		return tt_fail(err, TT_ERR_FAILED, "%s: %zu points cannot determine %zu parameters", what, m->points,
		               m->parameters);
	gsl_multifit_nlinear_parameters options = gsl_multifit_nlinear_default_parameters();
	options.fdtype = GSL_MULTIFIT_NLINEAR_CTRDIFF;
	gsl_multifit_nlinear_workspace *w =
	    gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &options, m->points, m->parameters);
	system_of own = {.model = m, .residual = malloc(m->points * sizeof(double))};
	if (!w || !own.residual) {
		gsl_multifit_nlinear_free(w);
		free(own.residual);
		return tt_fail_memory(err, what);
	}
	gsl_multifit_nlinear_fdf system = {
	    .f = residuals, .df = m->jacobian ? jacobian : NULL, .n = m->points, .p = m->parameters, .params = &own};
	gsl_vector_view start = gsl_vector_view_array(parameter, m->parameters);
	int why = 0;
	tt_status st = tt_gsl_check(gsl_multifit_nlinear_init(&start.vector, &system, w), what, err);
	if (st == TT_OK) {
		const int answer =
		    gsl_multifit_nlinear_driver((size_t)(m->most_steps > 0 ? m->most_steps : 200),
		                                m->tolerance > 0 ? m->tolerance : 1e-11, 1e-14, 0, NULL, NULL, &why, w);
		/* no step is better, which at the bottom is rounding */
		const bool bottom = answer == GSL_ENOPROG || (answer == GSL_EMAXITER && why == GSL_ENOPROG);
		if (!bottom) st = tt_gsl_check(answer, what, err);
		memcpy(parameter, gsl_multifit_nlinear_position(w)->data, m->parameters * sizeof *parameter);
	}
	if (st == TT_OK && covariance) st = covariance_of(w, m->parameters, covariance, what, err);
	if (st == TT_OK && result) {
		const gsl_vector *f = gsl_multifit_nlinear_residual(w);
		*result = (tt_curve_result){.freedom = (double)(m->points - m->parameters),
		                            .steps = (int)gsl_multifit_nlinear_niter(w)};
		for (size_t i = 0; i < m->points; i++)
			result->chi2 += f->data[i] * f->data[i];
	}
	gsl_multifit_nlinear_free(w);
	free(own.residual);
	return st;
}

tt_status tt_curve_fit(const tt_curve_model *m, double *parameter, double *covariance, tt_curve_result *result,
                       tt_error *err)
{
	tt_gsl_enter();
	tt_status st = fit(m, parameter, covariance, result, err);
	tt_gsl_leave();
	return st;
}
