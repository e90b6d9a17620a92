/* Searches by the match alone: candidates, of which the best is refined while runs of frames that do not fit it lose
 * weight. SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluate/clock/problem.h"

bool tt_clock_determined(const tt_clock_problem *p, const tt_sync_result *r)
{
	return r->n_candidates > 0 && r->candidate[0].u_s < 0.05 * (p->log->to - p->log->from);
}

bool tt_clock_rivalled(const tt_clock_problem *p, const tt_sync_result *r)
{
	for (size_t i = 1; i < r->n_candidates; i++) {
		const tt_sync_candidate *a = &r->candidate[0], *b = &r->candidate[i];
		const double apart = fabs(a->log_starts_at_s - b->log_starts_at_s);
		if (b->probability > 0.01 && apart > fmax(p->all.interval, 2 * a->u_s)) return true;
	}
	return false;
}

void tt_clock_widest(const tt_clock_problem *p, double rate, double *lo, double *hi)
{
	const tt_clock_frames *a = &p->all;
	*lo = a->t[0] - p->log->to / rate + a->interval;
	*hi = a->t[a->n - 1] - p->log->from / rate - a->interval;
}

/* The best candidate, refined. */
static void sharpen(tt_clock_problem *p, double rate, tt_sync_result *out)
{
	enum { ROUNDS = 6 };
	if (!tt_clock_determined(p, out)) return;
	const double interval = p->all.interval;
	double offset = out->candidate[0].log_starts_at_s, u = out->candidate[0].u_s, u_refined, u_rate, same = rate;
	for (int i = 0; i < ROUNDS && out->candidate[0].u_s < 2 * interval; i++) {
		double to = offset;
		if (!tt_clock_refine(p, false, NULL, &to, &same, &u_refined, &u_rate)) break;
		if (fabs(to - out->candidate[0].log_starts_at_s) > 4 * interval) break;
		offset = to;
		u = u_refined;
		tt_clock_reweigh(p, offset, rate);
		tt_clock_learn(p, offset, rate);
	}
	out->candidate[0].log_starts_at_s = out->match_only_s = offset;
	out->candidate[0].u_s = out->u_match_only_s = u;
}

tt_status tt_clock_search(tt_clock_problem *p, double rate, double lo, double hi, tt_sync_result *out, tt_error *err)
{
	tt_status st = tt_clock_candidates(p, rate, lo, hi, out, err);
	if (st == TT_OK) sharpen(p, rate, out);
	return st;
}

/* ---- Over every offset ---- */

void tt_clock_wide_clear(tt_clock_wide *w)
{
	free(w->weight);
	*w = (tt_clock_wide){.filled = false};
}

static void remember(const tt_clock_problem *p, const tt_sync_result *r, tt_clock_wide *w)
{
	memcpy(w->candidate, r->candidate, sizeof w->candidate);
	w->n_candidates = r->n_candidates;
	w->match_only_s = r->match_only_s;
	w->u_match_only_s = r->u_match_only_s;
	w->variance = p->variance;
	w->tau = p->tau;
	if (w->sharp) memcpy(w->weight, p->all.w, p->all.n * sizeof *w->weight);
}

static void recall(tt_clock_problem *p, const tt_clock_wide *w, tt_sync_result *out)
{
	memcpy(out->candidate, w->candidate, sizeof out->candidate);
	out->n_candidates = w->n_candidates;
	out->match_only_s = w->match_only_s;
	out->u_match_only_s = w->u_match_only_s;
	p->variance = w->variance;
	p->tau = w->tau;
	memcpy(p->all.w, w->sharp ? w->weight : p->all.stated, p->all.n * sizeof *p->all.w);
}

tt_status tt_clock_survey(tt_clock_problem *p, double rate, double lo, double hi, tt_sync_result *out, tt_error *err)
{
	tt_clock_wide *w = p->wide;
	if (!w->filled || w->rate != rate) {
		double from, to;
		tt_clock_wide_clear(w);
		w->weight = malloc((p->all.n + 1) * sizeof *w->weight);
		if (!w->weight) return tt_fail_memory(err, "the clocks' alignment");
		tt_clock_widest(p, rate, &from, &to);
		w->status = tt_clock_candidates(p, rate, from, to, out, &w->error);
		w->filled = true;
		w->rate = rate;
		remember(p, out, w);
	} else
		recall(p, w, out);
	if (w->status != TT_OK) {
		*err = w->error;
		return w->status;
	}
	const double at = out->candidate[0].log_starts_at_s;
	if (w->sharp || (out->n_candidates > 0 && at > lo && at < hi)) return TT_OK;
	sharpen(p, rate, out);
	w->sharp = true;
	remember(p, out, w);
	return TT_OK;
}

tt_status tt_clock_search_wide(tt_clock_problem *p, double rate, tt_sync_result *out, tt_error *err)
{
	return tt_clock_survey(p, rate, INFINITY, -INFINITY, out, err);
}
