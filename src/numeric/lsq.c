/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/lsq.h"

#include <math.h>
#include <string.h>

void tt_lsq_start(tt_lsq *l, int p)
{
	memset(l, 0, sizeof *l);
	l->p = p;
}

static inline void add_row(tt_lsq *l, const double *psi, const double *phi, double y, double w, const int p)
{
	for (int i = 0; i < p; i++) {
		for (int j = 0; j < p; j++)
			l->a[i][j] += w * psi[i] * phi[j];
		l->b[i] += w * psi[i] * y;
	}
}

void tt_lsq_add_instrument(tt_lsq *l, const double *psi, const double *phi, double y, double w)
{
	switch (
	    l->p) { /* with their number known, the loops are laid out flat: half the time of an evaluation is here */
	case 1: add_row(l, psi, phi, y, w, 1); break;
	case 2: add_row(l, psi, phi, y, w, 2); break;
	case 3: add_row(l, psi, phi, y, w, 3); break;
	case 4: add_row(l, psi, phi, y, w, 4); break;
	default: add_row(l, psi, phi, y, w, l->p);
	}
	l->yy += w * y * y;
	l->n += 1;
}

void tt_lsq_add(tt_lsq *l, const double *phi, double y, double w)
{
	tt_lsq_add_instrument(l, phi, phi, y, w);
}

/* Gauss-Jordan with partial pivoting, in place: GSL's LU takes memory for its own use and does not look whether it got
 * any. The pivots are those of LU. */
static bool invert(double m[TT_LSQ_MAX][TT_LSQ_MAX], double inv[TT_LSQ_MAX][TT_LSQ_MAX], int p)
{
	for (int i = 0; i < p; i++)
		for (int j = 0; j < p; j++)
			inv[i][j] = i == j;
	for (int c = 0; c < p; c++) {
		int pivot = c;
		for (int r = c + 1; r < p; r++)
			if (fabs(m[r][c]) > fabs(m[pivot][c])) pivot = r;
		if (!(fabs(m[pivot][c]) > 1e-12)) return false;
		for (int k = 0; k < p; k++) {
			const double t = m[c][k], u = inv[c][k];
			m[c][k] = m[pivot][k], m[pivot][k] = t;
			inv[c][k] = inv[pivot][k], inv[pivot][k] = u;
		}
		const double scale = 1 / m[c][c];
		for (int k = 0; k < p; k++) {
			m[c][k] *= scale;
			inv[c][k] *= scale;
		}
		for (int r = 0; r < p; r++) {
			const double factor = m[r][c];
			for (int k = 0; k < p && r != c; k++) {
				m[r][k] -= factor * m[c][k];
				inv[r][k] -= factor * inv[c][k];
			}
		}
	}
	return true;
}

bool tt_lsq_solve(const tt_lsq *l, double *theta, double inverse[TT_LSQ_MAX][TT_LSQ_MAX])
{
	/* scaled to a unit diagonal; an instrument leaves the matrix unsymmetric */
	const int p = l->p;
	double m[TT_LSQ_MAX][TT_LSQ_MAX], inv[TT_LSQ_MAX][TT_LSQ_MAX], s[TT_LSQ_MAX];
	for (int i = 0; i < p; i++) {
		if (!(l->a[i][i] > 0) || !isfinite(l->a[i][i])) return false;
		s[i] = 1 / sqrt(l->a[i][i]);
	}
	for (int i = 0; i < p; i++)
		for (int j = 0; j < p; j++)
			m[i][j] = l->a[i][j] * s[i] * s[j];
	if (!invert(m, inv, p)) return false;
	for (int i = 0; i < p; i++) {
		theta[i] = 0;
		for (int j = 0; j < p; j++) {
			const double v = inv[i][j] * s[i] * s[j];
			if (inverse) inverse[i][j] = v;
			theta[i] += v * l->b[j];
		}
		if (!isfinite(theta[i])) return false;
	}
	return true;
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
