/* Small least-squares tools of the force room.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/fit.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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
	l->n += 1;
}

void tt_lsq_add(tt_lsq *l, const double *phi, double y, double w)
{
	tt_lsq_add_instrument(l, phi, phi, y, w);
}

bool tt_lsq_solve(const tt_lsq *l, double *theta, double inverse[TT_LSQ_MAX][TT_LSQ_MAX])
{
	const int p = l->p;
	double m[TT_LSQ_MAX][2 * TT_LSQ_MAX] = {{0}};
	/* Gauss–Jordan with partial pivoting on the matrix scaled to a unit diagonal */
	double s[TT_LSQ_MAX];
	for (int i = 0; i < p; i++) {
		if (!(l->a[i][i] > 0)) return false;
		s[i] = 1 / sqrt(l->a[i][i]);
	}
	for (int i = 0; i < p; i++) {
		for (int j = 0; j < p; j++)
			m[i][j] = l->a[i][j] * s[i] * s[j];
		m[i][p + i] = 1;
	}
	for (int c = 0; c < p; c++) {
		int best = c;
		for (int r = c + 1; r < p; r++)
			if (fabs(m[r][c]) > fabs(m[best][c])) best = r;
		if (!(fabs(m[best][c]) > 1e-12)) return false;
		for (int j = 0; best != c && j < 2 * p; j++) {
			double swap = m[c][j];
			m[c][j] = m[best][j];
			m[best][j] = swap;
		}
		double f = 1 / m[c][c];
		for (int j = 0; j < 2 * p; j++)
			m[c][j] *= f;
		for (int r = 0; r < p; r++) {
			double g = m[r][c];
			if (r == c || g == 0) continue;
			for (int j = 0; j < 2 * p; j++)
				m[r][j] -= g * m[c][j];
		}
	}
	for (int i = 0; i < p; i++) {
		theta[i] = 0;
		for (int j = 0; j < p; j++) {
			double v = m[i][p + j] * s[i] * s[j];
			if (inverse) inverse[i][j] = v;
			theta[i] += v * l->b[j];
		}
		if (!isfinite(theta[i])) return false;
	}
	return true;
}

bool tt_line_fit(const double *x, const double *y, size_t n, double at, tt_line *out)
{
	*out = (tt_line){
	    .at = at, .value = NAN, .slope = NAN, .u_value = NAN, .u_slope = NAN, .rms = NAN, .inflation = 1, .n = n};
	if (n < 3) return false;
	double mx = 0, my = 0;
	for (size_t i = 0; i < n; i++) {
		mx += x[i];
		my += y[i];
	}
	mx /= (double)n;
	my /= (double)n;
	double sxx = 0, sxy = 0;
	for (size_t i = 0; i < n; i++) {
		sxx += (x[i] - mx) * (x[i] - mx);
		sxy += (x[i] - mx) * (y[i] - my);
	}
	if (!(sxx > 0)) return false;
	double b = sxy / sxx, rss = 0;
	double *r = malloc(n * sizeof *r);
	for (size_t i = 0; i < n; i++) {
		double e = y[i] - my - b * (x[i] - mx);
		rss += e * e;
		if (r) r[i] = e;
	}
	out->inflation = r ? tt_noise_inflation(r, n) : 1;
	free(r);
	double v = rss / (double)(n - 2), vi = v * out->inflation;
	out->slope = b;
	out->value = my + b * (at - mx);
	out->rms = sqrt(v);
	out->u_slope = sqrt(vi / sxx);
	out->u_value = sqrt(vi * (1 / (double)n + (at - mx) * (at - mx) / sxx));
	return true;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double tt_median(double *y, size_t n)
{
	if (!n) return NAN;
	qsort(y, n, sizeof *y, compare_doubles);
	return n & 1 ? y[n / 2] : (y[n / 2 - 1] + y[n / 2]) / 2;
}

double tt_noise_std(const double *y, size_t n)
{
	/* a sample of the rows is enough, and keeps the sort short on long logs */
	enum { MOST = 20000 };
	if (n < 3) return NAN;
	size_t m = n - 2, step = 1 + m / MOST, count = 0;
	double *a = malloc((m / step + 1) * sizeof *a), sum = 0;
	if (!a) return NAN;
	for (size_t i = 0; i < m; i += step) {
		double v = fabs(y[i] - 2 * y[i + 1] + y[i + 2]);
		sum += v * v;
		a[count++] = v;
	}
	double s = tt_median(a, count) / (0.6744897501960817 * sqrt(6));
	free(a);
	/* coarsely quantised data repeat values: the median is 0 */
	return s > 0 ? s : sqrt(sum / (6 * (double)count));
}

double tt_noise_inflation(const double *r, size_t n)
{
	if (n < 16) return 1;
	double c0 = 0;
	for (size_t i = 0; i < n; i++)
		c0 += r[i] * r[i];
	if (!(c0 > 0)) return 1;
	/* on long series neighbouring lags tell the same: count in growing steps */
	double f = 1, bound = 2 / sqrt((double)n), last = 1;
	for (size_t lag = 1, step = 1; lag < n / 4; lag += step, step = 1 + lag / 16) {
		double c = 0;
		for (size_t i = lag; i < n; i++)
			c += r[i] * r[i - lag];
		c /= c0;
		if (c < bound) break;
		f += 2 * (step > 1 ? (c + last) / 2 : c) * (double)step;
		last = c;
	}
	double most = (double)n / 8;
	return f < most ? f : most;
}

double tt_t_test(double t, double nu)
{
	if (!isfinite(t) || !(nu > 0)) return NAN;
	return 2 * gsl_cdf_tdist_Q(fabs(t), nu);
}

double tt_f_test(double f, double nu1, double nu2)
{
	if (!isfinite(f) || !(nu1 > 0) || !(nu2 > 0)) return NAN;
	return f <= 0 ? 1 : gsl_cdf_fdist_Q(f, nu1, nu2);
}

size_t tt_row_at(const double *time, size_t n, double t)
{
	size_t lo = 0, hi = n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (time[mid] < t)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
