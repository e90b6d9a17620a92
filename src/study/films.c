/* What was measured on the films, beside the tests of their specimens.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "numeric/random.h"
#include "numeric/statistics.h"
#include "study/study.h"

/* ---- films to groups, and as references ---- */

static tt_quantity quantity_of(const tt_measurement *m)
{
	return (tt_quantity){m->value, isfinite(m->u) ? m->u : 0, isfinite(m->u)};
}

static tt_status take_reference(const tt_reference *r, const char *id, tt_quantity *to, char **source, tt_error *err)
{
	const tt_measurement *m = tt_measurements_find(&r->measured, id);
	if (!m || isnan(m->value) || isfinite(to->value)) return TT_OK;
	*to = quantity_of(m);
	free(*source);
	/* "joint solution of indentation and Brillouin scattering", without what it goes on to say */
	const char *method = m->method ? m->method : "measured";
	size_t n = strcspn(method, ":,(");
	while (n && method[n - 1] == ' ')
		n--;
	*source = tt_format("%s: %.*s", m->subject, (int)n, method);
	return *source ? TT_OK : tt_fail_memory(err, "the references");
}

tt_status tt_study_films(tt_study *s, tt_comparison *c, tt_error *err)
{
	tt_status st = TT_OK;
	for (size_t i = 0; i < s->n_references && st == TT_OK; i++) {
		tt_reference *r = &s->reference[i];
		size_t g = tt_study_find_group(c, r->group);
		if (!r->measured.n) continue;
		if (g < c->n) {
			c->group[g].film = &r->measured;
			c->group[g].film_folder = r->film_folder;
		}
		st = take_reference(r, "hardness_GPa", &r->hardness, &r->hardness_source, err);
		if (st == TT_OK)
			st = take_reference(r, "youngs_modulus_GPa", &r->youngs_modulus, &r->modulus_source, err);
	}
	return st;
}

/* ---- correlations ---- */

enum { MOST_QUANTITIES = 40, DRAWS = 2000, MOST_GROUPS = 64, EXACT = 7 };

typedef struct quantity {
	char key[64];
	const char *name;
	double value[MOST_GROUPS], u[MOST_GROUPS];
} quantity;

static size_t gather(const tt_comparison *c, quantity *q)
{
	size_t n = 0;
	for (int p = 0; p < TT_CMP_COUNT; p++) {
		const tt_measurand *info = tt_compared_describe((tt_compared)p);
		tt_snprintf(q[n].key, sizeof q[n].key, "tension.%s", info->id);
		q[n].name = info->name;
		for (size_t g = 0; g < c->n; g++) {
			q[n].value[g] = c->group[g].value[p].between.mean;
			q[n].u[g] = c->group[g].value[p].u;
		}
		n++;
	}
	for (size_t i = 0; i < tt_measurand_count() && n < MOST_QUANTITIES; i++) {
		const tt_measurand *m = tt_measurand_at(i);
		size_t had = 0;
		for (size_t g = 0; g < c->n; g++) {
			const tt_measurement *v =
			    c->group[g].film ? tt_measurements_find(c->group[g].film, m->id) : NULL;
			q[n].value[g] = v ? v->value : NAN;
			q[n].u[g] = v ? v->u : NAN;
			had += v && isfinite(v->value);
		}
		if (had < 3) continue;
		tt_snprintf(q[n].key, sizeof q[n].key, "%s", m->id);
		q[n++].name = m->name;
	}
	return n;
}

/* Ranks from 1, ties share their mean. */
static void rank(const double *v, size_t n, double *r)
{
	for (size_t i = 0; i < n; i++) {
		double below = 0, equal = 0;
		for (size_t k = 0; k < n; k++)
			below += v[k] < v[i], equal += v[k] == v[i];
		r[i] = below + (equal + 1) / 2;
	}
}

static double pearson(const double *x, const double *y, size_t n)
{
	double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0, m = (double)n;
	for (size_t i = 0; i < n; i++)
		sx += x[i], sy += y[i], sxx += x[i] * x[i], syy += y[i] * y[i], sxy += x[i] * y[i];
	double vx = sxx - sx * sx / m, vy = syy - sy * sy / m;
	return vx > 0 && vy > 0 ? (sxy - sx * sy / m) / sqrt(vx * vy) : NAN;
}

/* Share of all orders of y whose |rho| is at least as great (Heap's permutations). */
static double exact_p(const double *rx, const double *ry, size_t n, double rho)
{
	double y[EXACT], count = 0, all = 0;
	size_t at[EXACT] = {0};
	memcpy(y, ry, n * sizeof *y);
	for (;;) {
		size_t i;
		all++;
		count += fabs(pearson(rx, y, n)) >= fabs(rho) - 1e-12;
		for (i = 1; i < n && at[i] >= i; i++)
			at[i] = 0;
		if (i >= n) break;
		size_t k = i % 2 ? at[i] : 0;
		double t = y[k];
		y[k] = y[i];
		y[i] = t;
		at[i]++;
	}
	return count / all;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void correlate(const quantity *a, const quantity *b, size_t groups, tt_random *r, double *draws,
                      tt_correlation *out)
{
	double x[MOST_GROUPS], y[MOST_GROUPS], ux[MOST_GROUPS], uy[MOST_GROUPS], rx[MOST_GROUPS], ry[MOST_GROUPS];
	size_t n = 0, good = 0;
	for (size_t g = 0; g < groups; g++) {
		if (!isfinite(a->value[g]) || !isfinite(b->value[g])) continue;
		x[n] = a->value[g], y[n] = b->value[g];
		ux[n] = a->u[g] > 0 ? a->u[g] : 0, uy[n] = b->u[g] > 0 ? b->u[g] : 0;
		n++;
	}
	*out =
	    (tt_correlation){.n = n, .name_a = a->name, .name_b = b->name, .rho = NAN, .lo = NAN, .hi = NAN, .p = NAN};
	tt_snprintf(out->a, sizeof out->a, "%s", a->key);
	tt_snprintf(out->b, sizeof out->b, "%s", b->key);
	if (n < 3) return;
	rank(x, n, rx);
	rank(y, n, ry);
	out->rho = pearson(rx, ry, n);
	if (isnan(out->rho)) return;
	if (n <= EXACT) {
		out->p = exact_p(rx, ry, n, out->rho);
	} else {
		double t = out->rho * sqrt((double)(n - 2) / fmax(1e-12, 1 - out->rho * out->rho));
		out->p = tt_t_test(t, (double)n - 2);
	}
	for (size_t i = 0; i < DRAWS; i++) {
		double dx[MOST_GROUPS], dy[MOST_GROUPS];
		for (size_t k = 0; k < n; k++) {
			dx[k] = x[k] + ux[k] * tt_random_gauss(r);
			dy[k] = y[k] + uy[k] * tt_random_gauss(r);
		}
		rank(dx, n, rx);
		rank(dy, n, ry);
		draws[good] = pearson(rx, ry, n);
		good += isfinite(draws[good]);
	}
	if (good < DRAWS / 2) return;
	qsort(draws, good, sizeof *draws, by_value);
	out->lo = draws[(size_t)(0.025 * (double)good)];
	out->hi = draws[(size_t)(0.975 * (double)(good - 1))];
}

tt_status tt_study_correlate(tt_comparison *c, tt_error *err)
{
	bool any = false;
	for (size_t g = 0; g < c->n; g++)
		any = any || c->group[g].film;
	if (!any || c->n < 3 || c->n > MOST_GROUPS) return TT_OK;
	quantity *q = calloc(MOST_QUANTITIES, sizeof *q);
	double *draws = malloc(DRAWS * sizeof *draws);
	tt_random *r = NULL;
	tt_status st = q && draws ? tt_random_new(0, 4, &r, err) : tt_fail_memory(err, "the correlations");
	size_t n = st == TT_OK ? gather(c, q) : 0;
	if (st == TT_OK && !(c->correlation = calloc(n * n + 1, sizeof *c->correlation)))
		st = tt_fail_memory(err, "the correlations");
	for (size_t i = 0; i < n && st == TT_OK; i++)
		for (size_t k = i + 1; k < n; k++) {
			tt_correlation *to = &c->correlation[c->n_correlations];
			correlate(&q[i], &q[k], c->n, r, draws, to);
			c->n_correlations += isfinite(to->rho);
		}
	tt_random_free(r);
	free(draws);
	free(q);
	return st;
}
