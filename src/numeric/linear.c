/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/linear.h"

#include <gsl/gsl_multifit.h>
#include <math.h>

#include "numeric/gslguard.h"

tt_status tt_linear_fit(const double *x, size_t n, size_t p, const double *y, const double *w, double *c,
                        double *covariance, double *rss, tt_error *err)
{
	if (p == 0 || n < p)
		return tt_fail(err, TT_ERR_FAILED, "a linear fit: %zu rows cannot determine %zu coefficients", n, p);
	tt_gsl_enter();
	gsl_multifit_linear_workspace *work = gsl_multifit_linear_alloc(n, p);
	gsl_matrix *cov = gsl_matrix_alloc(p, p);
	tt_status st = work && cov ? TT_OK : tt_fail_memory(err, "a linear fit");
	if (st == TT_OK) {
		gsl_matrix_const_view a = gsl_matrix_const_view_array(x, n, p);
		gsl_vector_const_view b = gsl_vector_const_view_array(y, n);
		gsl_vector_view theta = gsl_vector_view_array(c, p);
		double chi2;
		size_t rank = 0;
		/* singular values below this share of the largest are rounding only */
		const double least = 2.2204460492503131e-16 * (double)n;
		int status;
		if (w) {
			gsl_vector_const_view weight = gsl_vector_const_view_array(w, n);
			status = gsl_multifit_wlinear_tsvd(&a.matrix, &weight.vector, &b.vector, least, &theta.vector,
			                                   cov, &chi2, &rank, work);
		} else {
			status = gsl_multifit_linear_tsvd(&a.matrix, &b.vector, least, &theta.vector, cov, &chi2, &rank,
			                                  work);
		}
		st = tt_gsl_check(status, "a linear fit", err);
		if (st == TT_OK && rank < p)
			st = tt_fail(err, TT_ERR_FAILED, "a linear fit: its columns are dependent (rank %zu of %zu)",
			             rank, p);
		if (st == TT_OK && !isfinite(chi2))
			st = tt_fail(err, TT_ERR_FAILED, "a linear fit: a value is not finite");
		for (size_t i = 0; st == TT_OK && covariance && i < p; i++)
			for (size_t j = 0; j < p; j++)
				covariance[i * p + j] = gsl_matrix_get(cov, i, j);
		if (rss) *rss = chi2;
	}
	if (work) gsl_multifit_linear_free(work);
	gsl_matrix_free(cov);
	tt_gsl_leave();
	return st;
}

bool tt_robust_line_fit(const double *x, const double *y, size_t n, tt_robust_line *out)
{
	if (n < 3) return false;
	tt_gsl_enter();
	gsl_matrix *a = gsl_matrix_alloc(n, 2), *cov = gsl_matrix_alloc(2, 2);
	gsl_vector *b = gsl_vector_alloc(2);
	gsl_multifit_robust_workspace *w = gsl_multifit_robust_alloc(gsl_multifit_robust_bisquare, n, 2);
	bool good = a && cov && b && w;
	for (size_t i = 0; good && i < n; i++) {
		gsl_matrix_set(a, i, 0, 1);
		gsl_matrix_set(a, i, 1, x[i]);
	}
	if (good) {
		gsl_vector_const_view v = gsl_vector_const_view_array(y, n);
		int status = gsl_multifit_robust(a, &v.vector, b, cov, w);
		good = status == GSL_SUCCESS || status == GSL_EMAXITER;
	}
	if (good) {
		gsl_multifit_robust_stats st = gsl_multifit_robust_statistics(w);
		*out = (tt_robust_line){.offset = gsl_vector_get(b, 0),
		                        .slope = gsl_vector_get(b, 1),
		                        .u_offset = sqrt(gsl_matrix_get(cov, 0, 0)),
		                        .u_slope = sqrt(gsl_matrix_get(cov, 1, 1)),
		                        .rms = st.sigma_mad > 0 ? st.sigma_mad : st.rmse};
		good = isfinite(out->offset + out->slope + out->u_slope + out->rms);
	}
	if (w) gsl_multifit_robust_free(w);
	gsl_vector_free(b);
	gsl_matrix_free(cov);
	gsl_matrix_free(a);
	tt_gsl_leave();
	return good;
}
