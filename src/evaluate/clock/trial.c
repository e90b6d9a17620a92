/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/clock/trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/lsq.h"

enum { X = TT_CLOCK_X, FORCE = TT_CLOCK_FORCE, NECK = TT_CLOCK_NECK, REGRESSORS = TT_CLOCK_REGRESSORS };

/* ---- Where frames lie ---- */

/* The first frame whose time in the log exceeds t, or, with `at`, reaches it. */
static size_t first_behind(const tt_clock_frames *a, double offset, double rate, double t, bool at)
{
	size_t lo = 0, hi = a->n;
	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		const double then = rate * (a->t[mid] - offset);
		if (then > t || (at && then == t))
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

tt_clock_parts tt_clock_parts_of(const tt_clock_log *l, const tt_clock_frames *a, double offset, double rate)
{
	tt_clock_parts p;
	p.loaded = first_behind(a, offset, rate, l->from, false);
	p.slack = first_behind(a, offset, rate, l->to, true);
	p.end = l->slackens ? a->n : p.slack;
	return p;
}

bool tt_clock_view_new(tt_clock_view *out, size_t frames)
{
	*out = (tt_clock_view){.v = malloc((frames + 1) * sizeof *out->v)};
	return out->v != NULL;
}

void tt_clock_view_free(tt_clock_view *v)
{
	free(v->v);
	v->v = NULL;
}

void tt_clock_look(const tt_clock_log *l, const tt_clock_frames *a, double offset, double rate, tt_clock_view *out)
{
	const tt_clock_parts p = out->parts = tt_clock_parts_of(l, a, offset, rate);
	out->offset = offset;
	out->rate = rate;
	memset(out->v, 0, p.loaded * sizeof *out->v);
	for (size_t i = p.loaded; i < p.slack; i++) {
		double r;
		const size_t row = tt_clock_row_at(l, rate * (a->t[i] - offset), &r);
		tt_clock_mix(l->v, row, r, out->v[i]);
	}
	for (size_t i = p.slack; i < p.end; i++)
		memcpy(out->v[i], l->v[l->n - 1], sizeof *out->v);
}

/* ---- Sums ---- */

static void count(const tt_clock_log *l, const tt_clock_frames *a, const tt_clock_parts *p, tt_clock_sums *s)
{
	s->matched += p->end;
	s->loaded += p->end - p->loaded;
	s->contradicted += l->breaks ? a->n - p->end : 0;
	s->unknown += l->breaks ? 0 : a->n - p->end;
}

/* Frames before contact. */
static void add_unloaded(const tt_clock_frames *a, size_t n, tt_clock_sums *s)
{
	double w = 0, we = 0, wee = 0;
	for (size_t i = 0; i < n; i++) {
		w += a->w[i];
		we += a->w[i] * a->e[i];
		wee += a->w[i] * a->e[i] * a->e[i];
	}
	s->a[0][0] += w;
	s->b[0] += we;
	s->yy += wee;
}

/* The sums of many frames, in registers: half of a search's time is here. */
typedef struct running {
	double w, wx, wf, wn, xx, xf, xn, ff, fn, nn, e, ex, ef, en, ee;
} running;

/* What belongs to NECK is left out unless it is asked for. */
static inline void run_on(const double *v, double e, double w, const bool necks, running *s)
{
	const double x = v[X], f = v[FORCE], wx = w * x, wf = w * f, we = w * e;
	s->w += w;
	s->wx += wx;
	s->wf += wf;
	s->xx += wx * x;
	s->xf += wf * x;
	s->ff += wf * f;
	s->e += we;
	s->ex += we * x;
	s->ef += we * f;
	s->ee += we * e;
	if (!necks) return;
	const double n = v[NECK], wn = w * n;
	s->wn += wn;
	s->xn += wn * x;
	s->fn += wn * f;
	s->nn += wn * n;
	s->en += we * n;
}

static void take_over(const running *r, tt_clock_sums *s)
{
	const double sum[] = {r->w, r->wx, r->xx, r->wf, r->xf, r->ff, r->wn, r->xn, r->fn, r->nn};
	const double *next = sum;
	for (int i = 0; i <= REGRESSORS; i++)
		for (int j = 0; j <= i; j++)
			s->a[i][j] += *next++;
	s->b[0] += r->e;
	s->b[1 + X] += r->ex;
	s->b[1 + FORCE] += r->ef;
	s->b[1 + NECK] += r->en;
	s->yy += r->ee;
}

/* Frames on the log's rows. */
static inline void add_loaded(const tt_clock_log *l, const tt_clock_frames *a, size_t from, size_t to, double offset,
                              double rate, const bool necks, tt_clock_sums *s)
{
	running sum = {.w = 0};
	for (size_t i = from; i < to; i++) {
		double r;
		tt_clock_row v;
		const size_t row = tt_clock_row_at(l, rate * (a->t[i] - offset), &r);
		tt_clock_mix(l->v, row, r, v);
		run_on(v, a->e[i], a->w[i], necks, &sum);
	}
	take_over(&sum, s);
}

static inline void add_viewed(const tt_clock_frames *a, tt_clock_row *v, size_t from, size_t to, const bool necks,
                              tt_clock_sums *s)
{
	running sum = {.w = 0};
	for (size_t i = from; i < to; i++)
		run_on(v[i], a->e[i], a->w[i], necks, &sum);
	take_over(&sum, s);
}

void tt_clock_add_at(const tt_clock_log *l, double t, double e, double w, tt_clock_sums *s)
{
	double v[REGRESSORS] = {0}, r;
	const bool beyond = t >= l->to, within = t > l->from;
	if (beyond && !l->slackens) {
		s->contradicted += l->breaks;
		s->unknown += !l->breaks;
		return;
	}
	if (within && beyond)
		memcpy(v, l->v[l->n - 1], sizeof v);
	else if (within) {
		const size_t row = tt_clock_row_at(l, t, &r);
		tt_clock_mix(l->v, row, r, v);
	}
	s->matched++;
	s->loaded += within;
	tt_clock_add(v, e, w, s);
}

/* Factors with the regressors in use, as tt_clock_solve. */
static bool solve_with(const tt_clock_sums *s, tt_clock_use u, tt_clock_trial *r)
{
	int column[1 + REGRESSORS], n = 0;
	double theta[TT_LSQ_MAX] = {0};
	column[n++] = 0;
	column[n++] = 1 + X;
	if (u.compliant) column[n++] = 1 + FORCE;
	if (u.necks) column[n++] = 1 + NECK;
	tt_lsq l;
	tt_lsq_start(&l, n);
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < n; j++)
			l.a[i][j] = i >= j ? s->a[column[i]][column[j]] : s->a[column[j]][column[i]];
		l.b[i] = s->b[column[i]];
	}
	if (!tt_lsq_solve(&l, theta, NULL)) return false;
	memset(r->b, 0, sizeof r->b);
	r->e0 = theta[0];
	r->rss = s->yy;
	for (int i = 0; i < n; i++) {
		r->rss -= theta[i] * l.b[i];
		if (i > 0) r->b[column[i] - 1] = theta[i];
	}
	/* the gauge follows the punch, and what lies between takes up motion, never adds to it */
	return r->b[X] > 0 && r->b[FORCE] <= 0 && r->b[X] + r->b[NECK] > 0;
}

bool tt_clock_solve(const tt_clock_log *l, const tt_clock_sums *s, tt_clock_trial *r)
{
	const bool n = l->necks;
	return solve_with(s, (tt_clock_use){true, n}, r) || (n && solve_with(s, (tt_clock_use){true, false}, r)) ||
	       (n && solve_with(s, (tt_clock_use){false, true}, r)) || solve_with(s, (tt_clock_use){false, false}, r);
}

/* ---- Trials ---- */

static bool solve_counted(const tt_clock_log *l, const tt_clock_sums *s, tt_clock_trial *r)
{
	*r = (tt_clock_trial){.lo = INFINITY, .hi = -INFINITY};
	if (!tt_clock_solve(l, s, r)) return false;
	r->matched = s->matched;
	r->loaded = s->loaded;
	r->contradicted = s->contradicted;
	r->unknown = s->unknown;
	return true;
}

static void add_residual(const tt_clock_frames *a, size_t i, const double *v, tt_clock_trial *r)
{
	const double e = tt_clock_rest(r, a->e[i], v);
	r->rss += a->w[i] * e * e;
	r->lo = a->e[i] < r->lo ? a->e[i] : r->lo;
	r->hi = a->e[i] > r->hi ? a->e[i] : r->hi;
}

bool tt_clock_fit(const tt_clock_log *l, const tt_clock_frames *a, const tt_clock_view *v, tt_clock_trial *r)
{
	tt_clock_sums s = {.yy = 0};
	count(l, a, &v->parts, &s);
	add_unloaded(a, v->parts.loaded, &s);
	if (l->necks)
		add_viewed(a, v->v, v->parts.loaded, v->parts.end, true, &s);
	else
		add_viewed(a, v->v, v->parts.loaded, v->parts.end, false, &s);
	if (!solve_counted(l, &s, r)) return false;
	r->rss = 0;
	for (size_t i = 0; i < v->parts.end; i++)
		add_residual(a, i, v->v[i], r);
	return r->loaded >= TT_CLOCK_FEWEST / 2;
}

bool tt_clock_try(const tt_clock_log *l, const tt_clock_frames *a, double offset, double rate, tt_clock_trial *r)
{
	static const double DIGITS = 1e-6;
	static const tt_clock_row unloaded = {0};
	const tt_clock_parts p = tt_clock_parts_of(l, a, offset, rate);
	tt_clock_sums s = {.yy = 0};
	tt_clock_row v;
	double part;
	count(l, a, &p, &s);
	add_unloaded(a, p.loaded, &s);
	if (l->necks)
		add_loaded(l, a, p.loaded, p.slack, offset, rate, true, &s);
	else
		add_loaded(l, a, p.loaded, p.slack, offset, rate, false, &s);
	for (size_t i = p.slack; i < p.end; i++)
		tt_clock_add(l->v[l->n - 1], a->e[i], a->w[i], &s);
	if (!solve_counted(l, &s, r)) return false;
	if (r->rss > DIGITS * s.yy) return r->loaded >= TT_CLOCK_FEWEST / 2;
	r->rss = 0;
	for (size_t i = 0; i < p.loaded; i++)
		add_residual(a, i, unloaded, r);
	for (size_t i = p.loaded; i < p.slack; i++) {
		const size_t row = tt_clock_row_at(l, rate * (a->t[i] - offset), &part);
		tt_clock_mix(l->v, row, part, v);
		add_residual(a, i, v, r);
	}
	for (size_t i = p.slack; i < p.end; i++)
		add_residual(a, i, l->v[l->n - 1], r);
	return r->loaded >= TT_CLOCK_FEWEST / 2;
}
