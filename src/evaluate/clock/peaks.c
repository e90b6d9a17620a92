/* Probability over offsets: the residuals' likelihood, tempered by their correlation. Its peaks are the candidates.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluate/clock/problem.h"

/* Of the frames that lie behind the log's fracture or its end. */
static double cost_apart(const tt_clock_problem *p, const tt_clock_frames *a, const tt_clock_trial *r)
{
	const double broken = p->in->cost_broken > 0 ? p->in->cost_broken : 9,
	             beyond = p->in->cost_beyond > 0 ? p->in->cost_beyond : 3;
	return a->share * (broken * (double)r->contradicted + beyond * (double)r->unknown);
}

/* - log probability by the match. */
static double surprise(const tt_clock_problem *p, const tt_clock_frames *a, double offset, double rate)
{
	tt_clock_trial r;
	if (!tt_clock_try(p->log, a, offset, rate, &r)) return INFINITY;
	return (r.rss / p->variance + cost_apart(p, a, &r)) / (2 * p->tau);
}

/* Of long recordings the averaged frames serve: what they leave open is the refinement's. */
static const tt_clock_frames *frames_of(const tt_clock_problem *p)
{
	return p->coarse.share > 1 ? &p->coarse : &p->all;
}

typedef struct peak {
	double lo, hi; /* its basin */
	double best;   /* offset of least surprise */
	double mean, u;
	double least; /* surprise at best */
	double log_mass;
} peak;

/* A peak that is e^-60 as probable as the best one is left as the grid has it. */
static void leave(double step, peak *k)
{
	k->mean = k->best;
	k->u = step / sqrt(12);
	k->log_mass = log(step) - k->least;
}

/* Mean, spread and mass of the probability between lo and hi; zooms until the peak is resolved. */
static void integrate(const tt_clock_problem *p, double rate, peak *k)
{
	enum { POINTS = 160, ZOOMS = 6 };
	const tt_clock_frames *a = frames_of(p);
	double lo = k->lo, hi = k->hi;
	for (int zoom = 0;; zoom++) {
		double s[POINTS + 1], sum = 0, mean = 0, square = 0;
		const double step = (hi - lo) / POINTS;
		k->least = INFINITY;
		for (int i = 0; i <= POINTS; i++) {
			const double at = lo + step * i;
			s[i] = surprise(p, a, at, rate);
			if (s[i] < k->least) {
				k->least = s[i];
				k->best = at;
			}
		}
		if (!isfinite(k->least)) {
			k->log_mass = -INFINITY;
			k->mean = k->best = (lo + hi) / 2;
			k->u = (hi - lo) / sqrt(12);
			return;
		}
		for (int i = 0; i <= POINTS; i++) {
			const double w = exp(k->least - s[i]), x = step * i;
			sum += w;
			mean += w * x;
			square += w * x * x;
		}
		mean /= sum;
		k->mean = lo + mean;
		k->u = sqrt(fmax(0, square / sum - mean * mean));
		k->log_mass = log(sum * step) - k->least;
		if (k->u > 4 * step || zoom == ZOOMS) {
			k->u = hypot(k->u, step / sqrt(12));
			return;
		}
		const double half = 6 * fmax(k->u, step);
		const double centre = k->best;
		lo = fmax(k->lo, centre - half);
		hi = fmin(k->hi, centre + half);
	}
}

static void integrate_all(const tt_clock_problem *p, double rate, double step, peak *k, size_t n)
{
	static const double NEGLIGIBLE = 60;
	double least = INFINITY;
	for (size_t i = 0; i < n; i++) {
		k[i].least = surprise(p, frames_of(p), k[i].best, rate); /* by what is now known of the residuals */
		least = fmin(least, k[i].least);
	}
	for (size_t i = 0; i < n; i++)
		if (k[i].least > least + NEGLIGIBLE)
			leave(step, &k[i]);
		else
			integrate(p, rate, &k[i]);
}

/* Trials on a grid of offsets: what they find does not depend on how residuals are weighed against each other. */
typedef struct grid {
	double lo, step, *rss, *apart; /* rss NaN: the offset leaves nothing to compare */
	size_t n;
} grid;

static bool grid_make(const tt_clock_problem *p, double rate, double lo, double hi, double step, grid *g)
{
	g->lo = lo;
	g->step = step;
	g->n = (size_t)ceil((hi - lo) / step) + 1;
	g->rss = malloc(2 * g->n * sizeof *g->rss);
	if (!g->rss) return false;
	g->apart = g->rss + g->n;
	for (size_t i = 0; i < g->n; i++) {
		tt_clock_trial r;
		const bool ok = tt_clock_try(p->log, &p->coarse, lo + step * (double)i, rate, &r);
		g->rss[i] = ok ? r.rss : NAN;
		g->apart[i] = ok ? cost_apart(p, &p->coarse, &r) : 0;
	}
	return true;
}

/* The lowest point of s that no neighbour undercuts and that lies `apart` from those found; n: there is none. */
static size_t next_peak(const double *s, const grid *g, double apart, const peak *found, size_t count)
{
	size_t best = g->n;
	for (size_t i = 0; i < g->n; i++) {
		bool near = !isfinite(s[i]) || (i > 0 && s[i - 1] < s[i]) || (i + 1 < g->n && s[i + 1] < s[i]);
		for (size_t k = 0; k < count && !near; k++)
			near = fabs(g->lo + g->step * (double)i - found[k].best) < apart;
		if (!near && (best == g->n || s[i] < s[best])) best = i;
	}
	return best;
}

/* Local minima of the surprise on the grid; at most TT_SYNC_MAX_CANDIDATES, best first. */
static size_t find_peaks(const tt_clock_problem *p, const grid *g, peak *out, tt_error *err)
{
	const size_t n = g->n;
	double *s = malloc(n * sizeof *s);
	if (!s) {
		tt_fail_memory(err, "the clocks' alignment");
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		s[i] = isnan(g->rss[i]) ? INFINITY : (g->rss[i] / p->variance + g->apart[i]) / (2 * p->tau);
	/* the deepest first; others only at a distance, so that the rows' noise does not fill the list */
	const double apart = fmax(4 * p->all.interval, 3 * g->step);
	size_t count = 0;
	while (count < TT_SYNC_MAX_CANDIDATES) {
		const size_t best = next_peak(s, g, apart, out, count);
		if (best == n) break;
		size_t a = best, z = best;
		while (a > 0 && isfinite(s[a - 1]) && s[a - 1] >= s[a])
			a--;
		while (z + 1 < n && isfinite(s[z + 1]) && s[z + 1] >= s[z])
			z++;
		out[count++] = (peak){.lo = g->lo + g->step * ((double)a - 1),
		                      .hi = g->lo + g->step * ((double)z + 1),
		                      .best = g->lo + g->step * (double)best,
		                      .least = s[best]};
	}
	free(s);
	return count;
}

static void list(tt_clock_problem *p, const peak *k, size_t n, double rate, tt_sync_result *out)
{
	double top = -INFINITY, sum = 0;
	for (size_t i = 0; i < n; i++)
		top = fmax(top, k[i].log_mass);
	out->n_candidates = 0;
	for (size_t i = 0; i < n; i++)
		sum += exp(k[i].log_mass - top);
	for (size_t i = 0; i < n; i++) {
		tt_clock_trial r;
		if (!isfinite(k[i].log_mass)) continue;
		tt_sync_candidate c = {k[i].mean, k[i].u, exp(k[i].log_mass - top) / sum, NAN, 0};
		if (tt_clock_try_all(p, k[i].best, rate, &r)) {
			c.n = r.matched;
			c.rms_m = sqrt(r.rss / p->all.w[0] / (double)r.matched);
		}
		size_t at = out->n_candidates++;
		while (at > 0 && out->candidate[at - 1].probability < c.probability) {
			out->candidate[at] = out->candidate[at - 1];
			at--;
		}
		out->candidate[at] = c;
	}
}

tt_status tt_clock_candidates(tt_clock_problem *p, double rate, double lo, double hi, tt_sync_result *out,
                              tt_error *err)
{
	const double step =
	    fmax(p->all.interval * (double)(1 + (p->all.n - 1) / TT_CLOCK_MOST_COARSE) / 2, (hi - lo) / 20000);
	peak k[TT_SYNC_MAX_CANDIDATES];
	grid g;
	p->variance = p->tau = 1;
	memcpy(p->all.w, p->all.stated, p->all.n * sizeof *p->all.w); /* nothing stays of an earlier search */
	if (!(hi > lo)) return tt_fail(err, TT_ERR_FAILED, "video and force log are too short to align their clocks");
	if (!grid_make(p, rate, lo, hi, step, &g)) return tt_fail_memory(err, "the clocks' alignment");
	size_t n = find_peaks(p, &g, k, err);
	if (n) {
		tt_clock_learn(p, k[0].best, rate);
		n = find_peaks(p, &g, k, err);
	}
	free(g.rss);
	if (!n)
		return tt_fail(err, TT_ERR_FAILED,
		               "no offset of the clocks lets the images' elongation follow the log");
	integrate_all(p, rate, step, k, n);
	/* the finer scale may have found a better fit, whose residuals are the right measure */
	size_t best = 0;
	for (size_t i = 1; i < n; i++)
		if (k[i].least < k[best].least) best = i;
	tt_clock_learn(p, k[best].best, rate);
	integrate_all(p, rate, step, k, n);
	list(p, k, n, rate, out);
	return TT_OK;
}
