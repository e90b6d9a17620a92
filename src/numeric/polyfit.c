/* Least squares by a low polynomial, without allocation.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/polyfit.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

#include "numeric/gslguard.h"

enum { TERMS = TT_POLY_MAX_DEGREE + 1 };

static tt_status solve(double *normal, double *right, int m, tt_error *err)
{
	gsl_matrix_view a = gsl_matrix_view_array(normal, (size_t)m, (size_t)m);
	gsl_vector_view b = gsl_vector_view_array(right, (size_t)m);
	/* A pivot that is rounding error only is a singular fit, too. */
	tt_status st = tt_gsl_check(gsl_linalg_cholesky_decomp1(&a.matrix), "polynomial fit", err);
	if (st != TT_OK) return st;
	for (int i = 0; i < m; i++) {
		double pivot = normal[i * m + i];
		if (!(pivot * pivot > 1e-12 * normal[0] * normal[0]))
			return tt_fail(err, TT_ERR_FAILED, "polynomial fit: the points do not determine degree %d",
			               m - 1);
	}
	return tt_gsl_check(gsl_linalg_cholesky_svx(&a.matrix, &b.vector), "polynomial fit", err);
}

tt_status tt_poly_fit(const double *x, const double *y, size_t n, int degree, tt_poly *out, tt_error *err)
{
	tt_gsl_guard();
	memset(out, 0, sizeof *out);
	if (degree < 0 || degree > TT_POLY_MAX_DEGREE)
		return tt_fail(err, TT_ERR_USAGE, "polynomial fit: degree %d, expected 0 to %d", degree,
		               TT_POLY_MAX_DEGREE);
	if (n < (size_t)degree + 1)
		return tt_fail(err, TT_ERR_FAILED, "polynomial fit: %zu points for degree %d", n, degree);
	double lo = x[0], hi = x[0];
	for (size_t i = 1; i < n; i++) {
		lo = fmin(lo, x[i]);
		hi = fmax(hi, x[i]);
	}
	out->degree = degree;
	out->n = n;
	out->centre = 0.5 * (lo + hi);
	out->scale = hi > lo ? 0.5 * (hi - lo) : 1;

	int m = degree + 1;
	double moment[2 * TERMS - 1] = {0}, right[TERMS] = {0}, normal[TERMS * TERMS];
	for (size_t i = 0; i < n; i++) {
		double z = (x[i] - out->centre) / out->scale, p = 1;
		for (int k = 0; k < 2 * m - 1; k++, p *= z) {
			moment[k] += p;
			if (k < m) right[k] += p * y[i];
		}
	}
	for (int i = 0; i < m; i++)
		for (int j = 0; j < m; j++)
			normal[i * m + j] = moment[i + j];
	tt_status st = solve(normal, right, m, err);
	if (st != TT_OK) return st;
	memcpy(out->c, right, (size_t)m * sizeof *right);
	for (size_t i = 0; i < n; i++) {
		double r = y[i] - tt_poly_at(out, x[i]);
		out->rss += r * r;
	}
	if (!isfinite(out->rss)) return tt_fail(err, TT_ERR_FAILED, "polynomial fit: a value is not finite");
	return TT_OK;
}

double tt_poly_at(const tt_poly *p, double x)
{
	double z = (x - p->centre) / p->scale, v = 0;
	for (int k = p->degree; k >= 0; k--)
		v = v * z + p->c[k];
	return v;
}

double tt_poly_slope(const tt_poly *p, double x)
{
	double z = (x - p->centre) / p->scale, v = 0;
	for (int k = p->degree; k >= 1; k--)
		v = v * z + k * p->c[k];
	return v / p->scale;
}
