/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/least.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void tt_least_begin(tt_least *l, int unknowns)
{
	memset(l, 0, sizeof *l);
	l->n = unknowns;
}

void tt_least_add(tt_least *l, const double *row, double y, double weight)
{
	for (int i = 0; i < l->n; i++) {
		for (int j = 0; j <= i; j++)
			l->a[i][j] += weight * row[i] * row[j];
		l->b[i] += weight * row[i] * y;
	}
	l->yy += weight * y * y;
	l->weight += weight;
	l->rows++;
}

/* Cholesky factor in the lower triangle. */
static bool factor(double a[TT_LEAST_MOST][TT_LEAST_MOST], int n)
{
	for (int j = 0; j < n; j++) {
		double whole = a[j][j];
		for (int k = 0; k < j; k++)
			a[j][j] -= a[j][k] * a[j][k];
		if (!(a[j][j] > 1e-12 * whole) || !(whole > 0)) return false;
		a[j][j] = sqrt(a[j][j]);
		for (int i = j + 1; i < n; i++) {
			for (int k = 0; k < j; k++)
				a[i][j] -= a[i][k] * a[j][k];
			a[i][j] /= a[j][j];
		}
	}
	return true;
}

static void substitute(double a[TT_LEAST_MOST][TT_LEAST_MOST], int n, double *x)
{
	for (int i = 0; i < n; i++) {
		for (int k = 0; k < i; k++)
			x[i] -= a[i][k] * x[k];
		x[i] /= a[i][i];
	}
	for (int i = n - 1; i >= 0; i--) {
		for (int k = i + 1; k < n; k++)
			x[i] -= a[k][i] * x[k];
		x[i] /= a[i][i];
	}
}

bool tt_least_solve(const tt_least *l, double *x, double *cofactor, double *sum)
{
	double a[TT_LEAST_MOST][TT_LEAST_MOST];
	memcpy(a, l->a, sizeof a);
	if (!factor(a, l->n)) return false;
	memcpy(x, l->b, (size_t)l->n * sizeof *x);
	substitute(a, l->n, x);
	if (sum) {
		*sum = l->yy;
		for (int i = 0; i < l->n; i++)
			*sum -= x[i] * l->b[i];
		if (*sum < 0) *sum = 0;
	}
	for (int i = 0; cofactor && i < l->n; i++) {
		double e[TT_LEAST_MOST] = {0};
		e[i] = 1;
		substitute(a, l->n, e);
		cofactor[i] = e[i];
	}
	return true;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double tt_least_median(double *v, size_t n)
{
	if (n == 0) return NAN;
	qsort(v, n, sizeof *v, by_value);
	return n % 2 ? v[n / 2] : 0.5 * (v[n / 2 - 1] + v[n / 2]);
}
