/* The offset, and the rate if it is free, by Newton's rule.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "evaluate/clock/problem.h"
#include "numeric/lsq.h"

enum { X = TT_CLOCK_X, FORCE = TT_CLOCK_FORCE, NECK = TT_CLOCK_NECK, REGRESSORS = TT_CLOCK_REGRESSORS };

/* Where the iteration stands. */
typedef struct state {
	double offset, rate;
	tt_clock_trial r;
	tt_clock_use use;
	bool free_rate;
	int n, at, rate_at; /* parameters, and which of them are offset and rate */
} state;

/* Sums of psi residual, psi phi^T and psi psi^T, weighted. */
typedef struct equations {
	tt_lsq l, b;
} equations;

static int gather(tt_clock_use u, const double *v, double *phi)
{
	int p = 0;
	phi[p++] = 1;
	phi[p++] = v[X];
	if (u.compliant) phi[p++] = v[FORCE];
	if (u.necks) phi[p++] = v[NECK];
	return p;
}

static double change_of(const tt_clock_trial *r, const double *speed)
{
	return r->b[X] * speed[X] + r->b[FORCE] * speed[FORCE] + r->b[NECK] * speed[NECK];
}

static inline void add_products(const double *psi, const double *phi, double rest, double w, const int n, equations *q)
{
	for (int i = 0; i < n; i++) {
		const double by = w * psi[i];
		for (int j = 0; j < n; j++) {
			q->l.a[i][j] += by * phi[j];
			q->b.a[i][j] += by * psi[j];
		}
		q->l.b[i] += by * rest;
	}
}

/* v, smooth and speed of a frame. */
static void add_frame(const state *s, const tt_clock_frames *a, size_t i, double w, tt_clock_row v[3], equations *q)
{
	double phi[TT_LSQ_MAX], psi[TT_LSQ_MAX];
	const double change = change_of(&s->r, v[2]);
	gather(s->use, v[0], phi);
	gather(s->use, v[1], psi);
	phi[s->at] = psi[s->at] = -s->rate * change;
	if (s->free_rate) phi[s->rate_at] = psi[s->rate_at] = change * (a->t[i] - s->offset);
	const double rest = tt_clock_rest(&s->r, a->e[i], v[0]);
	switch (s->n) { /* with their number known, the loops are laid out flat */
	case 3: add_products(psi, phi, rest, w, 3, q); break;
	case 4: add_products(psi, phi, rest, w, 4, q); break;
	case 5: add_products(psi, phi, rest, w, 5, q); break;
	default: add_products(psi, phi, rest, w, s->n, q);
	}
}

static void add_frames(const tt_clock_problem *p, const state *s, equations *q)
{
	const tt_clock_frames *a = &p->all;
	const tt_clock_log *l = p->log;
	const tt_clock_parts parts = tt_clock_parts_of(l, a, s->offset, s->rate);
	const double var = p->variance * p->tau;
	tt_clock_row v[3] = {{0}};
	double r;
	for (size_t i = 0; i < parts.loaded; i++)
		add_frame(s, a, i, a->w[i] / var, v, q);
	for (size_t i = parts.loaded; i < parts.slack; i++) {
		const size_t row = tt_clock_row_at(l, s->rate * (a->t[i] - s->offset), &r);
		tt_clock_mix(l->v, row, r, v[0]);
		tt_clock_mix(l->smooth, row, r, v[1]);
		tt_clock_mix(l->speed, row, r, v[2]);
		add_frame(s, a, i, a->w[i] / var, v, q);
	}
	/* behind the unloading the length stays: no speed */
	memcpy(v[0], l->v[l->n - 1], sizeof v[0]);
	memcpy(v[1], l->smooth[l->n - 1], sizeof v[1]);
	memset(v[2], 0, sizeof v[2]);
	for (size_t i = parts.slack; i < parts.end; i++)
		add_frame(s, a, i, a->w[i] / var, v, q);
}

static void add_instant(const state *s, const tt_clock_instant *known, equations *q)
{
	double phi[TT_LSQ_MAX] = {0};
	const double w = 1 / (known->u * known->u);
	phi[s->at] = 1;
	if (s->free_rate) phi[s->rate_at] = -known->log_s / (s->rate * s->rate);
	tt_lsq_add(&q->l, phi, known->video_s - (s->offset + known->log_s / s->rate), w);
	tt_lsq_add(&q->b, phi, 0, w);
}

/* Variances of the estimate A⁻¹ psi^T residual: the diagonal of A⁻¹ B A⁻ᵀ, B = sum psi psi^T w. */
static double sandwich(const tt_lsq *b, double inv[TT_LSQ_MAX][TT_LSQ_MAX], int k)
{
	double v = 0;
	for (int i = 0; i < b->p; i++)
		for (int j = 0; j < b->p; j++)
			v += inv[k][i] * b->a[i][j] * inv[k][j];
	return v;
}

static void take_step(state *s, const double *theta, double most)
{
	int k = 0;
	s->r.e0 += theta[k++];
	s->r.b[X] += theta[k++];
	if (s->use.compliant) s->r.b[FORCE] += theta[k++];
	if (s->use.necks) s->r.b[NECK] += theta[k++];
	/* far from the solution the linear model promises too much */
	s->offset += theta[s->at] > most ? most : theta[s->at] < -most ? -most : theta[s->at];
	if (s->free_rate) s->rate += theta[s->rate_at];
}

/* Solves sum psi residual = 0 for the regressors' factors, the offset and, if asked, the rate. psi are the regressors
 * and the model's change with the offset from the wide window: the rows' noise is in the residuals but not in psi, so
 * it makes no false minima. */
bool tt_clock_refine(tt_clock_problem *p, bool free_rate, const tt_clock_instant *known, double *offset, double *rate,
                     double *u_offset, double *u_rate)
{
	enum { ROUNDS = 40 };
	static const double CLOSE = 1e-3; /* standard uncertainties */
	const double start = *offset;
	state s = {.offset = *offset, .rate = *rate, .free_rate = free_rate};
	if (!tt_clock_try_all(p, *offset, *rate, &s.r)) return false;
	s.use = (tt_clock_use){s.r.b[FORCE] < 0, s.r.b[NECK] != 0};
	s.at = 2 + s.use.compliant + s.use.necks;
	s.rate_at = s.at + 1;
	s.n = s.at + 1 + free_rate;
	for (int round = 0; round < ROUNDS; round++) {
		equations q;
		double theta[TT_LSQ_MAX], inv[TT_LSQ_MAX][TT_LSQ_MAX];
		tt_lsq_start(&q.l, s.n);
		tt_lsq_start(&q.b, s.n);
		add_frames(p, &s, &q);
		if (known) add_instant(&s, known, &q);
		if (!tt_lsq_solve(&q.l, theta, inv)) return false;
		take_step(&s, theta, 4 * p->all.interval);
		*offset = s.offset;
		*rate = s.rate;
		*u_offset = sqrt(sandwich(&q.b, inv, s.at));
		if (free_rate) *u_rate = sqrt(sandwich(&q.b, inv, s.rate_at));
		if (!(fabs(s.rate - 1) < 0.05) || fabs(s.offset - start) > 30) return false;
		if (fabs(theta[s.at]) < CLOSE * *u_offset && (!free_rate || fabs(theta[s.rate_at]) < CLOSE * *u_rate))
			return true;
	}
	return true;
}
