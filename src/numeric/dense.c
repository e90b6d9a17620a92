/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/dense.h"

#include <gsl/gsl_linalg.h>
#include <math.h>

bool tt_lu(double *a, size_t n, size_t *row)
{
	int sign;
	double largest = 0;
	for (size_t i = 0; i < n * n; i++) {
		if (!isfinite(a[i])) return false;
		largest = fmax(largest, fabs(a[i]));
	}
	gsl_matrix_view m = gsl_matrix_view_array(a, n, n);
	gsl_permutation p = {n, row};
	gsl_linalg_LU_decomp(&m.matrix, &p, &sign);
	for (size_t i = 0; i < n; i++)
		if (!(fabs(a[i * n + i]) > 1e-14 * largest)) return false;
	return true;
}

void tt_lu_solve(const double *a, size_t n, const size_t *row, double *x)
{
	gsl_matrix_const_view m = gsl_matrix_const_view_array(a, n, n);
	gsl_vector_view v = gsl_vector_view_array(x, n);
	/* only read */
	gsl_permutation p = {n, (size_t *)(void *)(ptrdiff_t)row};
	gsl_linalg_LU_svx(&m.matrix, &p, &v.vector);
}
