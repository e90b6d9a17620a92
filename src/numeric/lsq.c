/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/lsq.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

#include "numeric/gslguard.h"

void tt_lsq_start(tt_lsq *l, int p)
{
	memset(l, 0, sizeof *l);
	l->p = p;
}

void tt_lsq_add_instrument(tt_lsq *l, const double *psi, const double *phi, double y, double w)
{
	for (int i = 0; i < l->p; i++) {
		for (int j = 0; j < l->p; j++)
			l->a[i][j] += w * psi[i] * phi[j];
		l->b[i] += w * psi[i] * y;
	}
	l->yy += w * y * y;
	l->n += 1;
}

void tt_lsq_add(tt_lsq *l, const double *phi, double y, double w)
{
	tt_lsq_add_instrument(l, phi, phi, y, w);
}

static bool solve(const tt_lsq *l, double *theta, double inverse[TT_LSQ_MAX][TT_LSQ_MAX])
{
	/* LU of the matrix scaled to a unit diagonal: an instrument leaves it unsymmetric */
	const size_t p = (size_t)l->p;
	double m[TT_LSQ_MAX * TT_LSQ_MAX], inv[TT_LSQ_MAX * TT_LSQ_MAX], s[TT_LSQ_MAX];
	size_t order[TT_LSQ_MAX];
	for (size_t i = 0; i < p; i++) {
		if (!(l->a[i][i] > 0) || !isfinite(l->a[i][i])) return false;
		s[i] = 1 / sqrt(l->a[i][i]);
		order[i] = i;
	}
	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j < p; j++)
			m[i * p + j] = l->a[i][j] * s[i] * s[j];
	gsl_matrix_view a = gsl_matrix_view_array(m, p, p), x = gsl_matrix_view_array(inv, p, p);
	gsl_permutation swaps = {.size = p, .data = order};
	int sign;
	if (gsl_linalg_LU_decomp(&a.matrix, &swaps, &sign) != GSL_SUCCESS) return false;
	for (size_t i = 0; i < p; i++)
		if (!(fabs(m[i * p + i]) > 1e-12)) return false;
	if (gsl_linalg_LU_invert(&a.matrix, &swaps, &x.matrix) != GSL_SUCCESS) return false;
	for (size_t i = 0; i < p; i++) {
		theta[i] = 0;
		for (size_t j = 0; j < p; j++) {
			double v = inv[i * p + j] * s[i] * s[j];
			if (inverse) inverse[i][j] = v;
			theta[i] += v * l->b[j];
		}
		if (!isfinite(theta[i])) return false;
	}
	return true;
}

bool tt_lsq_solve(const tt_lsq *l, double *theta, double inverse[TT_LSQ_MAX][TT_LSQ_MAX])
{
	tt_gsl_enter();
	const bool solved = solve(l, theta, inverse);
	tt_gsl_leave();
	return solved;
}

bool tt_lsq_fit(const tt_lsq *l, double *theta, double *cofactor, double *rss)
{
	double inverse[TT_LSQ_MAX][TT_LSQ_MAX];
	if (!tt_lsq_solve(l, theta, inverse)) return false;
	if (rss) *rss = l->yy;
	for (int i = 0; i < l->p; i++) {
		if (cofactor) cofactor[i] = inverse[i][i];
		if (rss) *rss -= theta[i] * l->b[i];
	}
	if (rss && *rss < 0) *rss = 0;
	return true;
}
