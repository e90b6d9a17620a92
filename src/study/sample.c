/* Means, spreads and their comparison.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "temtensile/study.h"

tt_sample tt_sample_of(const double *value, size_t n)
{
	tt_sample s = {.mean = NAN, .sd = NAN, .lo = NAN, .hi = NAN};
	double sum = 0, square = 0;
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(value[i])) continue;
		sum += value[i];
		s.n++;
	}
	if (s.n == 0) return s;
	s.mean = sum / (double)s.n;
	if (s.n < 2) return s;
	for (size_t i = 0; i < n; i++)
		if (isfinite(value[i])) square += (value[i] - s.mean) * (value[i] - s.mean);
	double df = (double)s.n - 1;
	s.sd = sqrt(square / df);
	double half = gsl_cdf_tdist_Pinv(0.975, df) * s.sd / sqrt((double)s.n);
	s.lo = s.mean - half;
	s.hi = s.mean + half;
	s.weak = s.n == 2;
	return s;
}

tt_sample tt_sample_of_angles(const double *degree, size_t n)
{
	const double radian = acos(-1) / 180;
	tt_sample s = {.mean = NAN, .sd = NAN, .lo = NAN, .hi = NAN};
	double x = 0, y = 0;
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(degree[i])) continue;
		x += cos(2 * degree[i] * radian);
		y += sin(2 * degree[i] * radian);
		s.n++;
	}
	if (s.n == 0) return s;
	s.mean = fmin(90, fmax(0, atan2(y, x) / 2 / radian));
	if (s.n < 2) return s;
	double df = (double)s.n - 1, length = fmin(1, hypot(x, y) / (double)s.n);
	s.sd = sqrt(-2 * log(length) * (double)s.n / df) / 2 / radian;
	double half = gsl_cdf_tdist_Pinv(0.975, df) * s.sd / sqrt((double)s.n);
	s.lo = fmax(0, s.mean - half);
	s.hi = fmin(90, s.mean + half);
	s.weak = s.n == 2;
	return s;
}

tt_welch_test tt_welch(const tt_sample *a, const tt_sample *b)
{
	tt_welch_test r = {NAN, NAN, NAN, a->mean - b->mean, NAN, NAN, NAN};
	if (a->n < 2 || b->n < 2) return r;
	double na = (double)a->n, nb = (double)b->n, va = a->sd * a->sd / na, vb = b->sd * b->sd / nb;
	if (!(va + vb > 0)) return r;
	double error = sqrt(va + vb);
	r.t = r.difference / error;
	r.df = (va + vb) * (va + vb) / (va * va / (na - 1) + vb * vb / (nb - 1));
	r.p = 2 * gsl_cdf_tdist_Q(fabs(r.t), r.df);
	double half = gsl_cdf_tdist_Pinv(0.975, r.df) * error;
	r.lo = r.difference - half;
	r.hi = r.difference + half;
	double df = na + nb - 2, pooled = sqrt(((na - 1) * a->sd * a->sd + (nb - 1) * b->sd * b->sd) / df);
	r.hedges_g = r.difference / pooled * (1 - 3 / (4 * df - 1));
	return r;
}

/* sqrt(-2 ln 0.7) / 2: a resultant of 0.7 of the doubled angles, their concentration 2 (I1(2) / I0(2) = 0.698). */
static const double MOST_SPREAD_DEG = 24.2;

bool tt_angles_scatter(const tt_sample *s)
{
	return s->sd > MOST_SPREAD_DEG;
}

tt_welch_test tt_welch_of_angles(const tt_sample *a, const tt_sample *b)
{
	tt_welch_test r = tt_welch(a, b);
	if (tt_angles_scatter(a) || tt_angles_scatter(b))
		return (tt_welch_test){NAN, NAN, NAN, r.difference, NAN, NAN, NAN};
	r.lo = fmax(-90, r.lo);
	r.hi = fmin(90, r.hi);
	return r;
}

static tt_anova no_anova(size_t groups)
{
	return (tt_anova){groups, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
}

static void classical(const tt_sample *g, size_t n, tt_anova *r)
{
	double total = 0, count = 0, between = 0, within = 0;
	for (size_t i = 0; i < n; i++) {
		if (g[i].n < 2) continue;
		total += (double)g[i].n * g[i].mean;
		count += (double)g[i].n;
	}
	for (size_t i = 0; i < n; i++) {
		if (g[i].n < 2) continue;
		double off = g[i].mean - total / count;
		between += (double)g[i].n * off * off;
		within += ((double)g[i].n - 1) * g[i].sd * g[i].sd;
	}
	r->df1 = (double)r->groups - 1;
	r->df2 = count - (double)r->groups;
	if (!(within > 0)) return;
	double error = within / r->df2;
	r->f = between / r->df1 / error;
	r->p = gsl_cdf_fdist_Q(r->f, r->df1, r->df2);
	r->eta2 = between / (between + within);
	r->omega2 = fmax(0, (between - r->df1 * error) / (between + within + error));
}

static void welch_anova(const tt_sample *g, size_t n, tt_anova *r)
{
	double sum = 0, mean = 0, spread = 0, loss = 0, k = (double)r->groups;
	for (size_t i = 0; i < n; i++) {
		if (g[i].n < 2) continue;
		if (!(g[i].sd > 0)) return; /* a group without any spread would have infinite weight */
		double w = (double)g[i].n / (g[i].sd * g[i].sd);
		sum += w;
		mean += w * g[i].mean;
	}
	mean /= sum;
	for (size_t i = 0; i < n; i++) {
		if (g[i].n < 2) continue;
		double w = (double)g[i].n / (g[i].sd * g[i].sd), rest = 1 - w / sum;
		spread += w * (g[i].mean - mean) * (g[i].mean - mean);
		loss += rest * rest / ((double)g[i].n - 1);
	}
	r->welch_df1 = k - 1;
	r->welch_df2 = (k * k - 1) / (3 * loss);
	r->welch_f = spread / (k - 1) / (1 + 2 * (k - 2) / (k * k - 1) * loss);
	r->welch_p = gsl_cdf_fdist_Q(r->welch_f, r->welch_df1, r->welch_df2);
}

tt_anova tt_anova_of(const tt_sample *group, size_t n)
{
	tt_anova r = no_anova(0);
	for (size_t i = 0; i < n; i++)
		r.groups += group[i].n >= 2;
	if (r.groups < 2) return r;
	classical(group, n, &r);
	welch_anova(group, n, &r);
	return r;
}

typedef struct ranked {
	double p;
	size_t at;
} ranked;

static int by_p(const void *a, const void *b)
{
	const ranked *x = a, *y = b;
	if (x->p != y->p) return (x->p > y->p) - (x->p < y->p);
	return (x->at > y->at) - (x->at < y->at);
}

tt_status tt_holm(const double *p, size_t n, double *adjusted, tt_error *err)
{
	ranked *r = malloc((n ? n : 1) * sizeof *r);
	size_t m = 0;
	double least = 0;
	if (!r) return tt_fail_memory(err, "the correction of the p values");
	for (size_t i = 0; i < n; i++) {
		if (isnan(p[i]))
			adjusted[i] = NAN;
		else
			r[m++] = (ranked){p[i], i};
	}
	qsort(r, m, sizeof *r, by_p);
	for (size_t i = 0; i < m; i++) {
		least = fmax(least, fmin(1, (double)(m - i) * r[i].p));
		adjusted[r[i].at] = least;
	}
	free(r);
	return TT_OK;
}
