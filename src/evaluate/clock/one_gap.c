/* Where one gap in the frames lets the elongation follow the log best.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "evaluate/clock/gaps.h"

/* first[i]: sums over frames 0 … i - 1 that lie `lag` earlier. */
static void sum_up(const tt_clock_problem *p, const tt_clock_frames *a, double lag, double offset, double rate,
                   tt_clock_sums *first)
{
	first[0] = (tt_clock_sums){.yy = 0};
	for (size_t i = 0; i < a->n; i++) {
		first[i + 1] = first[i];
		tt_clock_add_at(p->log, rate * (a->t[i] - lag - offset), a->e[i], a->w[i], &first[i + 1]);
	}
}

/* front[at] and what back has from there on. */
static tt_clock_sums joined(const tt_clock_sums *front, const tt_clock_sums *back, size_t at, size_t n)
{
	tt_clock_sums s = front[at];
	for (int i = 0; i <= TT_CLOCK_REGRESSORS; i++) {
		for (int j = 0; j <= i; j++)
			s.a[i][j] += back[n].a[i][j] - back[at].a[i][j];
		s.b[i] += back[n].b[i] - back[at].b[i];
	}
	s.yy += back[n].yy - back[at].yy;
	s.loaded += back[n].loaded - back[at].loaded;
	s.contradicted += back[n].contradicted - back[at].contradicted;
	s.unknown += back[n].unknown - back[at].unknown;
	return s;
}

/* What rss_with_gap gives, to within rounding. */
static double rss_of_sums(const tt_clock_problem *p, const tt_clock_sums *s)
{
	tt_clock_trial r;
	if (s->contradicted + s->unknown > 0 || s->loaded < TT_CLOCK_FEWEST / 2 || !tt_clock_solve(p->log, s, &r))
		return INFINITY;
	return r.rss;
}

/* Residuals when the frames up to `at` lie `lag` earlier and the others stay. */
static double rss_with_gap(tt_clock_problem *p, const tt_clock_frames *a, double *moved, size_t at, double lag,
                           double offset, double rate)
{
	tt_clock_frames f = *a;
	tt_clock_trial r;
	f.t = moved;
	for (size_t i = 0; i < a->n; i++)
		moved[i] = a->t[i] - (i <= at ? lag : 0);
	tt_clock_look(p->log, &f, offset, rate, &p->view);
	if (!tt_clock_fit(p->log, &f, &p->view, &r) || r.contradicted + r.unknown > 0) return INFINITY;
	return r.rss;
}

/* A gap: m frames behind frame `at`, with the later part's clock at `offset`. */
typedef struct gap_trial {
	size_t at;
	int m;
	double rss, offset;
} gap_trial;

/* All gaps to try: places first, first + step … <= last, m_lo … m_hi frames missing, offsets -most_off … most_off
 * steps. */
typedef struct gap_grid {
	size_t first, step, last;
	int m_lo, m_hi, most_off;
	double off_step;
} gap_grid;

static double offset_of(const tt_clock_problem *p, const tt_sync_result *plain, const gap_grid *g, size_t k)
{
	return plain->log_starts_at_s + g->off_step * ((double)k - g->most_off) * p->all.interval;
}

static size_t places_of(const gap_grid *g)
{
	return g->last < g->first ? 0 : (g->last - g->first) / g->step + 1;
}

/* The best of the grid, if it is better than *best: found by the sums, settled among those within their rounding by the
 * residuals themselves. */
static bool try_gaps(tt_clock_problem *p, const tt_clock_frames *a, const tt_sync_result *plain, const gap_grid *g,
                     gap_trial *best)
{
	static const double ROUNDING = 1e-6, CANCELLED = 1e-12; /* of the residuals; of what they are left over from */
	const size_t places = places_of(g), offs = (size_t)(2 * g->most_off + 1), ms = (size_t)(g->m_hi - g->m_lo + 1);
	if (!places || g->m_hi < g->m_lo) return true;
	double *rss = malloc(places * ms * offs * sizeof *rss), *moved = malloc((a->n + 1) * sizeof *moved),
	       least = best->rss;
	tt_clock_sums *front = malloc(2 * (a->n + 1) * sizeof *front), *back = front ? front + a->n + 1 : NULL;
	const bool ok = rss && moved && front;
	for (size_t k = 0; ok && k < offs; k++) {
		const double offset = offset_of(p, plain, g, k);
		sum_up(p, a, 0, offset, plain->rate, back);
		for (size_t j = 0; j < ms; j++) {
			sum_up(p, a, (g->m_lo + (int)j) * p->all.interval, offset, plain->rate, front);
			for (size_t i = 0; i < places; i++) {
				const tt_clock_sums s = joined(front, back, g->first + i * g->step + 1, a->n);
				const double r = rss[(i * ms + j) * offs + k] = rss_of_sums(p, &s);
				least = fmin(least, r);
			}
		}
	}
	const double margin = ok ? ROUNDING * fabs(least) + CANCELLED * back[a->n].yy : 0;
	for (size_t i = 0; ok && i < places * ms * offs; i++) {
		if (!(rss[i] <= least + margin) || !isfinite(rss[i])) continue;
		const size_t at = g->first + i / (ms * offs) * g->step, k = i % offs;
		const int m = g->m_lo + (int)(i / offs % ms);
		const double offset = offset_of(p, plain, g, k);
		const double r = rss_with_gap(p, a, moved, at, m * p->all.interval, offset, plain->rate);
		if (r < best->rss) *best = (gap_trial){at, m, r, offset};
	}
	free(rss);
	free(moved);
	free(front);
	return ok;
}

bool tt_sync_one_gap(const tt_sync_input *in, tt_clock_log *log, const tt_sync_result *plain, tt_clock_gap *gap,
                     double *starts_at_s)
{
	enum { PLACES = 80, MOST_MISSING = 48 };
	tt_clock_problem p;
	tt_error ignored;
	bool ok = tt_clock_prepare(in, log, &p, &ignored) == TT_OK;
	const tt_clock_frames *a = &p.coarse;
	const size_t step = ok && a->n > PLACES ? a->n / PLACES : 1;
	gap_trial best = {step, 1, INFINITY, NAN};
	if (ok && a->n > 2 * step) {
		/* the fracture bounds the later part to a frame */
		const gap_grid wide = {step, step, a->n - step - 1, 1, MOST_MISSING, 1, 0.4};
		ok = try_gaps(&p, a, plain, &wide, &best);
		const size_t from = best.at > 2 * step ? best.at - 2 * step : 1, to = best.at + 2 * step;
		const gap_grid fine = {from, 1,  to + 2 > a->n ? a->n - 2 : to, best.m > 3 ? best.m - 3 : 1, best.m + 3,
		                       8,    0.1};
		ok = ok && try_gaps(&p, a, plain, &fine, &best);
	}
	ok = ok && isfinite(best.rss);
	*starts_at_s = best.offset;
	if (ok) *gap = (tt_clock_gap){a->t[best.at] + 1e-6 * p.all.interval, best.m * p.all.interval};
	tt_clock_problem_clear(&p);
	return ok;
}
