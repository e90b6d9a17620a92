/* Aligning the clocks of the log and the images.
 *
 * For every trial offset the images' elongation is fitted by e0 + scale (d − d0) − scale C F (linear least squares);
 * the residuals' likelihood, tempered by their correlation, is the offset's probability. Peaks of it are the
 * candidates; the fracture that both saw bounds it to one frame interval. SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "evaluate/clock/gaps.h"
#include "numeric/lsq.h"

void tt_sync_result_free(tt_sync_result *r)
{
	free(r->frame);
	free(r->log_time_s);
	free(r->elongation_m);
	free(r->predicted_m);
	r->frame = NULL;
	r->log_time_s = r->elongation_m = r->predicted_m = NULL;
	r->n = 0;
}

/* ---- The match at the offset decided ---- */

static bool room_for_match(tt_sync_result *out, size_t n)
{
	out->frame = malloc(n * sizeof *out->frame);
	out->log_time_s = malloc(n * sizeof(double));
	out->elongation_m = malloc(n * sizeof(double));
	out->predicted_m = malloc(n * sizeof(double));
	return out->frame && out->log_time_s && out->elongation_m && out->predicted_m;
}

/* Uncertainties of scale and C: e = e0 + scale (x - C f) + … */
static void fit_scale(const tt_clock_problem *p, const tt_clock_trial *r, tt_sync_result *out)
{
	const tt_clock_frames *a = &p->all;
	const bool compliant = r->b[TT_CLOCK_FORCE] < 0, necks = r->b[TT_CLOCK_NECK] != 0;
	double theta[TT_LSQ_MAX], inv[TT_LSQ_MAX][TT_LSQ_MAX];
	tt_lsq l;
	tt_lsq_start(&l, 2 + compliant + necks);
	for (size_t i = 0; i < p->view.parts.end; i++) {
		const double *v = p->view.v[i];
		double phi[TT_LSQ_MAX] = {1, v[TT_CLOCK_X] - out->compliance_m_per_N * v[TT_CLOCK_FORCE]};
		int n = 2;
		if (compliant) phi[n++] = -r->b[TT_CLOCK_X] * v[TT_CLOCK_FORCE];
		if (necks) phi[n++] = v[TT_CLOCK_NECK];
		tt_lsq_add(&l, phi, 0, a->w[i] / (p->variance * p->tau));
	}
	if (!tt_lsq_solve(&l, theta, inv)) return;
	out->u_scale = sqrt(inv[1][1]);
	out->u_compliance_m_per_N = compliant ? sqrt(inv[2][2]) : NAN;
}

static tt_status describe_match(tt_clock_problem *p, tt_sync_result *out, tt_error *err)
{
	const tt_clock_frames *a = &p->all;
	const double offset = out->log_starts_at_s, rate = out->rate;
	tt_clock_trial r;
	double sum = 0;
	tt_clock_learn(p, offset, rate);
	if (!tt_clock_try_all(p, offset, rate, &r)) return TT_OK;
	if (!room_for_match(out, a->n)) return tt_fail_memory(err, "the clocks' match");
	out->scale = r.b[TT_CLOCK_X];
	out->compliance_m_per_N = -r.b[TT_CLOCK_FORCE] / r.b[TT_CLOCK_X];
	out->offset_m = r.e0;
	out->n_matched = r.matched;
	fit_scale(p, &r, out);
	for (size_t i = 0; i < p->view.parts.end; i++) {
		const double e = tt_clock_rest(&r, a->e[i], p->view.v[i]);
		out->frame[i] = a->index[i];
		out->log_time_s[i] = rate * (a->t[i] - offset);
		out->elongation_m[i] = a->e[i];
		out->predicted_m[i] = a->e[i] - e;
		sum += e * e;
	}
	out->n = p->view.parts.end;
	out->rms_m = sqrt(sum / (double)out->n);
	return TT_OK;
}

/* ---- The offset ---- */

/* Offset and rate together, from where the offset alone was found. */
static tt_status find_rate(tt_clock_problem *p, const tt_clock_instant *known, tt_sync_result *out, tt_error *err)
{
	double offset = out->log_starts_at_s, rate = 1, u_offset = NAN, u_rate = NAN;
	for (int round = 0; round < 2; round++) {
		tt_clock_learn(p, offset, rate);
		if (!tt_clock_refine(p, true, known, &offset, &rate, &u_offset, &u_rate))
			return tt_fail(err, TT_ERR_FAILED,
			               "the rate of the clocks cannot be found: the match does not determine it");
	}
	out->log_starts_at_s = offset;
	out->u_log_starts_at_s = u_offset;
	out->rate = rate;
	out->u_rate = u_rate;
	return TT_OK;
}

static tt_status find(tt_clock_problem *p, tt_sync_result *out, tt_strings *warnings, tt_error *err)
{
	const tt_sync_input *in = p->in;
	const double rate = in->find_rate || isnan(in->rate.value) ? 1 : in->rate.value;
	out->rate = rate;
	out->u_rate = in->find_rate || isnan(in->rate.value) ? 0 : in->rate.u;
	const bool seen = !isnan(p->frac_lo);
	tt_status st =
	    seen && tt_clock_search_at_fracture(p, rate, out) ? TT_OK : tt_clock_search_wide(p, rate, out, err);
	if (st && !seen) return st;
	if (seen) {
		if ((st = tt_clock_combine(p, out, warnings, err))) return st;
	} else {
		if (tt_clock_rivalled(p, out))
			return tt_clock_ambiguous(out, "several offsets match the elongation about as well", err);
		if (!tt_clock_determined(p, out))
			return tt_clock_ambiguous(out, "the elongation fits over a wide range of offsets", err);
		out->log_starts_at_s = out->candidate[0].log_starts_at_s;
		out->u_log_starts_at_s = out->candidate[0].u_s;
	}
	/* what smoothing the log over a frame and interpolating it can shift */
	out->u_log_starts_at_s = hypot(out->u_log_starts_at_s, 0.04 * p->all.interval);
	if (in->find_rate) {
		const tt_clock_instant fracture = tt_clock_fracture(p);
		if ((st = find_rate(p, seen ? &fracture : NULL, out, err))) return st;
	}
	snprintf(out->text, sizeof out->text, "%s%s", seen ? "fracture seen by both and elongation" : "elongation",
	         in->find_rate ? ", rate free" : "");
	if (out->u_log_starts_at_s > p->all.interval)
		tt_warn(warnings, "the clocks' offset is uncertain by %s, more than a frame",
		        TT_DIGITS(out->u_log_starts_at_s, 2, "s"));
	return TT_OK;
}

static void take_given(const tt_sync_input *in, tt_sync_result *out)
{
	out->rate = isnan(in->rate.value) ? 1 : in->rate.value;
	out->u_rate = isnan(in->rate.value) ? 0 : in->rate.u;
	out->log_starts_at_s = in->given.value;
	out->u_log_starts_at_s = in->given.u;
	snprintf(out->text, sizeof out->text, "given");
}

/* A given offset: does the evidence contradict it? */
static tt_status check_given(tt_clock_problem *p, tt_sync_result *out, tt_strings *warnings, tt_error *err)
{
	const tt_sync_input *in = p->in;
	take_given(in, out);
	tt_error ignored;
	bool found = !isnan(p->frac_lo) && tt_clock_search_at_fracture(p, out->rate, out);
	if (!found) found = tt_clock_search_wide(p, out->rate, out, &ignored) == TT_OK;
	if (found && tt_clock_determined(p, out) && !tt_clock_rivalled(p, out)) {
		const double off = fabs(out->match_only_s - in->given.value);
		/* a match is not believed to less than half a frame, whatever its scatter says */
		if (off > 2 * hypot(out->u_match_only_s, in->given.u) && off > p->all.interval / 2) {
			out->given_contradicted = true;
			tt_warn(warnings, "log_starts_at is given as %s, but the elongation matches the log at %s",
			        TT_VALUE(in->given.value, in->given.u, "s"),
			        TT_VALUE(out->match_only_s, out->u_match_only_s, "s"));
		}
	}
	const double slack = fmax(3 * in->given.u, 0.5 * p->all.interval);
	if (in->given.value < p->frac_lo - slack || in->given.value > p->frac_hi + slack) {
		out->given_contradicted = true;
		tt_warn(warnings,
		        "log_starts_at is given as %s, but images and log show the fracture together only between "
		        "%s and %s",
		        TT_VALUE(in->given.value, in->given.u, "s"), TT_DIGITS(p->frac_lo, 5, ""),
		        TT_DIGITS(p->frac_hi, 5, "s"));
	}
	if (!in->find_rate) return TT_OK;
	const tt_clock_instant zero = {in->given.value, 0, fmax(in->given.u, 1e-3 * p->all.interval)};
	return find_rate(p, &zero, out, err);
}

/* ---- A search ---- */

tt_status tt_clock_prepare(const tt_sync_input *in, tt_clock_log *log, tt_clock_problem *p, tt_error *err)
{
	*p = (tt_clock_problem){.in = in, .log = log, .variance = 1, .tau = 1};
	tt_clock_set_fracture(p);
	tt_status st = tt_clock_frames_take(in, &p->all, err);
	if (st == TT_OK) st = tt_clock_frames_average(&p->all, &p->coarse, err);
	if (st == TT_OK && log->n == 0)
		st = tt_clock_log_make(in->mechanics, p->all.interval, 1 / sqrt(p->all.w[0]), log, err);
	if (st != TT_OK) return st;
	p->room = malloc((3 * p->all.n + 2) * sizeof *p->room);
	if (!p->room || !tt_clock_view_new(&p->view, p->all.n)) return tt_fail_memory(err, "the clocks' alignment");
	p->kept = p->room + 2 * p->all.n + 2;
	p->view.offset = NAN;
	return TT_OK;
}

void tt_clock_problem_clear(tt_clock_problem *p)
{
	tt_clock_frames_free(&p->all);
	tt_clock_frames_free(&p->coarse);
	tt_clock_view_free(&p->view);
	free(p->room);
}

tt_status tt_sync_find(const tt_sync_input *in, tt_sync_result *out, tt_strings *warnings, tt_error *err)
{
	tt_clock_known known = {.rate = NAN};
	tt_status st = tt_sync_find_knowing(in, &known, out, warnings, err);
	tt_clock_known_clear(&known);
	return st;
}

void tt_clock_known_clear(tt_clock_known *k)
{
	tt_clock_log_free(&k->log);
	tt_clock_wide_clear(&k->wide);
}

/* The rate that would fit best beside the offset found. */
static void ask_rate(tt_clock_problem *p, const tt_sync_result *out, tt_clock_known *known)
{
	const tt_clock_instant fracture = tt_clock_fracture(p);
	double offset = out->log_starts_at_s, rate = out->rate, u_offset, u_rate = NAN;
	known->rate = NAN;
	if (!tt_clock_refine(p, true, isnan(p->frac_lo) ? NULL : &fracture, &offset, &rate, &u_offset, &u_rate)) return;
	known->rate = rate;
	known->u_rate = u_rate;
}

static void start_result(tt_sync_result *out)
{
	memset(out, 0, sizeof *out);
	out->rate = 1;
	out->log_starts_at_s = out->u_log_starts_at_s = out->match_only_s = out->u_match_only_s = NAN;
	out->scale = out->u_scale = out->compliance_m_per_N = out->u_compliance_m_per_N = NAN;
	out->offset_m = out->rms_m = NAN;
}

tt_status tt_clock_match_at(const tt_sync_input *in, tt_clock_log *log, double starts_at_s, tt_sync_result *out,
                            tt_error *err)
{
	tt_clock_problem p;
	start_result(out);
	out->log_starts_at_s = starts_at_s;
	tt_status st = tt_clock_prepare(in, log, &p, err);
	if (st == TT_OK) st = describe_match(&p, out, err);
	tt_clock_problem_clear(&p);
	return st;
}

tt_status tt_sync_find_knowing(const tt_sync_input *in, tt_clock_known *known, tt_sync_result *out,
                               tt_strings *warnings, tt_error *err)
{
	tt_clock_problem p;
	start_result(out);
	tt_status st = tt_clock_prepare(in, &known->log, &p, err);
	p.wide = &known->wide;
	out->fracture_lo_s = p.frac_lo;
	out->fracture_hi_s = p.frac_hi;
	if (!st) st = isnan(in->given.value) ? find(&p, out, warnings, err) : check_given(&p, out, warnings, err);
	if (!st) st = describe_match(&p, out, err);
	if (!st && !in->find_rate) ask_rate(&p, out, known);
	/* a given clock needs no match, unless its rate is to be found */
	if (st && !isnan(in->given.value) && !in->find_rate) {
		take_given(in, out);
		st = TT_OK;
	}
	tt_clock_problem_clear(&p);
	return st;
}
