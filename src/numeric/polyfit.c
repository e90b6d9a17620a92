/* Least squares by a polynomial, without allocation.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/polyfit.h"

#include <math.h>
#include <string.h>

enum { TERMS = TT_POLY_MAX_DEGREE + 1 };

/* The orthogonal polynomials up to degree k: p[k+1] = (z - alpha[k]) p[k] - beta[k] p[k-1], p[0] = 1, and the fit's
 * coefficients of them. */
typedef struct basis {
	double alpha[TERMS], beta[TERMS], fit[TERMS];
} basis;

/* p[k](z), and in *rest what the fit below degree k leaves of y. */
static double next_value(const basis *b, int k, double z, double y, double *rest)
{
	double before = 0, now = 1;
	*rest = y;
	for (int j = 0; j < k; j++) {
		*rest -= b->fit[j] * now;
		double next = (z - b->alpha[j]) * now - b->beta[j] * before;
		before = now;
		now = next;
	}
	return now;
}

/* The same as coefficients of powers of z, added to out. */
static void add_powers(const basis *b, int degree, double out[TERMS])
{
	double before[TERMS] = {0}, now[TERMS] = {1};
	for (int k = 0; k <= degree; k++) {
		double next[TERMS] = {0};
		for (int i = 0; i <= k; i++) {
			out[i] += b->fit[k] * now[i];
			if (i + 1 < TERMS) next[i + 1] += now[i];
			next[i] -= b->alpha[k] * now[i] + b->beta[k] * before[i];
		}
		memcpy(before, now, sizeof before);
		memcpy(now, next, sizeof now);
	}
}

tt_status tt_poly_fit(const double *x, const double *y, size_t n, int degree, tt_poly *out, tt_error *err)
{
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

	basis b = {{0}, {0}, {0}};
	double norm_before = 0;
	for (int k = 0; k <= degree; k++) {
		double norm = 0, moment = 0, product = 0;
		for (size_t i = 0; i < n; i++) {
			double z = (x[i] - out->centre) / out->scale, rest, p = next_value(&b, k, z, y[i], &rest);
			norm += p * p;
			moment += z * p * p;
			product += rest * p;
		}
		/* a polynomial that is rounding error only is a singular fit, too */
		if (!(norm > 1e-12 * (double)n))
			return tt_fail(err, TT_ERR_FAILED, "polynomial fit: the points do not determine degree %d",
			               degree);
		b.alpha[k] = moment / norm;
		b.beta[k] = k > 0 ? norm / norm_before : 0;
		b.fit[k] = product / norm;
		norm_before = norm;
	}
	add_powers(&b, degree, out->c);
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

void tt_poly_powers(const tt_poly *p, double *c)
{
	/* Horner with polynomials: c := c (x - centre)/scale + next */
	memset(c, 0, ((size_t)p->degree + 1) * sizeof *c);
	for (int k = p->degree; k >= 0; k--) {
		for (int i = p->degree - k; i >= 0; i--)
			c[i] = ((i > 0 ? c[i - 1] : 0) - p->centre * c[i]) / p->scale;
		c[0] += p->c[k];
	}
}
