/* The fracture that both records saw bounds the clocks' offset to one frame interval.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/sentence.h"
#include "evaluate/clock/problem.h"

static double rate_of(const tt_sync_input *in)
{
	return in->find_rate || isnan(in->rate.value) ? 1 : in->rate.value;
}

void tt_clock_set_fracture(tt_clock_problem *p)
{
	const tt_sync_input *in = p->in;
	const tt_mechanics *m = in->mechanics;
	p->frac_lo = p->frac_hi = NAN;
	if (in->fracture_frame < 1 || (size_t)in->fracture_frame >= in->n || isnan(m->fracture_time_s)) return;
	const size_t f = (size_t)in->fracture_frame;
	/* the last picture that is surely a whole specimen's */
	size_t whole = f - 1;
	while (in->flag && whole > 0 && (in->flag[whole] & (TT_ROW_DUPLICATE | TT_ROW_DAMAGED | TT_ROW_LOST)))
		whole--;
	p->frac_lo = in->time_s[whole] - m->fracture_time_s / rate_of(in);
	p->frac_hi = in->time_s[f] - m->fracture_time_s / rate_of(in);
}

tt_clock_instant tt_clock_fracture(const tt_clock_problem *p)
{
	const tt_sync_input *in = p->in;
	const double tf = in->mechanics->fracture_time_s, blur = in->exposure_s > 0 ? in->exposure_s / 2 : 0;
	return (tt_clock_instant){(p->frac_lo + p->frac_hi) / 2 + tf / rate_of(in), tf,
	                          hypot(p->frac_hi - p->frac_lo, blur) / sqrt(12)};
}

/* How well an offset matches: RMS of the residuals over the range of the elongation; INFINITY when it cannot be. */
static double misfit(tt_clock_problem *p, double offset, double rate, size_t *loaded)
{
	const tt_clock_frames *a = &p->all;
	tt_clock_trial r;
	double w = 0;
	*loaded = 0;
	if (!tt_clock_try_all(p, offset, rate, &r) || !(r.hi > r.lo)) return INFINITY;
	for (size_t i = 0; i < a->n; i++)
		w += a->w[i] / (double)a->n;
	*loaded = r.loaded;
	return sqrt(r.rss / (w * (double)r.matched)) / (r.hi - r.lo);
}

/* clocks of different rate shift the one against the other */
static double drift_of(const tt_clock_problem *p)
{
	return p->in->find_rate ? 0.02 * fabs(p->in->mechanics->fracture_time_s) : 0;
}

/* No smooth motion fits frames better than their own noise from one to the next, and weights that favour quiet runs not
 * twice as well. */
static double least_misfit(const tt_clock_frames *a)
{
	return 0.5 * a->noise / a->range;
}

/* An offset outside from … to that fits `better` times as well with as many frames loaded. What was learned at the
 * fracture is kept through the search for it. */
static bool has_rival(tt_clock_problem *p, double rate, double from, double to, double at_fracture, size_t loaded)
{
	static const double BETTER = 3, AS_MANY = 0.8;
	const double variance = p->variance, tau = p->tau;
	const size_t size = p->all.n * sizeof *p->all.w;
	tt_sync_result wide = {.match_only_s = NAN, .u_match_only_s = NAN};
	tt_error ignored;
	if (at_fracture <= BETTER * least_misfit(&p->all)) return false;
	memcpy(p->kept, p->all.w, size);
	if (tt_clock_survey(p, rate, from, to, &wide, &ignored) != TT_OK) wide.n_candidates = 0;
	memcpy(p->all.w, p->kept, size);
	p->variance = variance;
	p->tau = tau;
	for (size_t i = 0; i < wide.n_candidates; i++) {
		const double at = wide.candidate[i].log_starts_at_s;
		size_t there;
		if (at > from && at < to) continue;
		const double rival = misfit(p, at, rate, &there);
		if ((double)there >= AS_MANY * (double)loaded && BETTER * rival < at_fracture) return true;
	}
	return false;
}

bool tt_clock_search_at_fracture(tt_clock_problem *p, double rate, tt_sync_result *out)
{
	enum { MARGIN = 3 };
	static const double FITS = 0.03;
	const double margin = MARGIN * p->all.interval + drift_of(p);
	const double from = p->frac_lo - margin, to = p->frac_hi + margin;
	tt_sync_result narrow = *out;
	tt_error ignored;
	double lo, hi;
	size_t loaded;
	tt_clock_widest(p, rate, &lo, &hi);
	if (tt_clock_search(p, rate, fmax(lo, from), fmin(hi, to), &narrow, &ignored) != TT_OK ||
	    isnan(narrow.match_only_s))
		return false;
	const double at_fracture = misfit(p, narrow.match_only_s, rate, &loaded);
	if (!(at_fracture < FITS) || has_rival(p, rate, from, to, at_fracture, loaded)) return false;
	*out = narrow;
	return true;
}

tt_status tt_clock_ambiguous(const tt_sync_result *r, const char *why, tt_error *err)
{
	char list[400] = "";
	size_t len = 0;
	for (size_t i = 0; i < r->n_candidates && i < 4 && len < sizeof list; i++)
		len += (size_t)snprintf(list + len, sizeof list - len, "%s%s (probability %s)", i ? ", " : "",
		                        TT_VALUE(r->candidate[i].log_starts_at_s, r->candidate[i].u_s, "s"),
		                        TT_DIGITS(r->candidate[i].probability, 2, ""));
	return tt_fail(err, TT_ERR_FAILED,
	               "the evidence for the clocks is ambiguous: %s; candidates for log_starts_at: %s; "
	               "expected one (give sync.log_starts_at)",
	               why, len ? list : "none");
}

/* Mean offset and its spread within the fracture's interval: the normal curve of the match cut to it, or, of a match
 * that is not `sharp`, the interval itself. */
static void within_interval(const tt_clock_problem *p, bool sharp, double beyond, tt_sync_result *out)
{
	enum { POINTS = 200 };
	const double lo = p->frac_lo, hi = p->frac_hi, mid = (lo + hi) / 2;
	double sum = 0, mean = 0, square = 0;
	for (int i = 0; i < POINTS; i++) {
		const double at = lo + (hi - lo) * (i + 0.5) / POINTS;
		const double off = at - out->match_only_s, u = out->u_match_only_s;
		const double w = sharp ? exp((beyond * beyond - off * off) / (2 * u * u)) : 1;
		sum += w;
		mean += w * (at - mid);
		square += w * (at - mid) * (at - mid);
	}
	mean /= sum;
	out->log_starts_at_s = mid + mean;
	const double blur = p->in->exposure_s > 0 ? p->in->exposure_s / 2 / sqrt(12) : 0;
	const double u_instant = hypot(p->in->mechanics->u_fracture_time_s, blur);
	out->u_log_starts_at_s = hypot(sqrt(fmax(0, square / sum - mean * mean)), u_instant);
}

tt_status tt_clock_combine(const tt_clock_problem *p, tt_sync_result *out, tt_strings *warnings, tt_error *err)
{
	const double mid = (p->frac_lo + p->frac_hi) / 2, width = p->frac_hi - p->frac_lo;
	const bool known = !isnan(out->match_only_s) && !tt_clock_rivalled(p, out);
	const double beyond = fmax(0, fabs(out->match_only_s - mid) - width / 2);
	if (known && beyond > 4 * hypot(out->u_match_only_s, width / 2) + drift_of(p)) {
		char why[200];
		snprintf(why, sizeof why, "by the frame of fracture log_starts_at is %s to %s, by the elongation %s",
		         TT_DIGITS(p->frac_lo, 5, ""), TT_DIGITS(p->frac_hi, 5, "s"),
		         TT_VALUE(out->match_only_s, out->u_match_only_s, "s"));
		return tt_clock_ambiguous(out, why, err);
	}
	out->used_fracture = true;
	/* a match that is not much sharper than a frame may pull away from the truth: then the middle is the safest */
	const bool sharp = known && !p->in->find_rate && out->u_match_only_s < width / 5;
	within_interval(p, sharp, beyond, out);
	/* A sharp match that points outside: one of the two is wrong by as much, and either may be. */
	if (sharp && beyond > out->u_match_only_s) {
		const double edge = out->match_only_s > mid ? p->frac_hi : p->frac_lo;
		out->log_starts_at_s = (edge + out->match_only_s) / 2;
		out->u_log_starts_at_s = hypot(beyond / sqrt(3), out->u_match_only_s);
	}
	if (sharp && beyond > 3 * out->u_match_only_s)
		tt_warn(warnings,
		        "the frame of fracture and the elongation place log_starts_at %s apart: at %s to %s "
		        "and at %s",
		        TT_DIGITS(beyond, 2, "s"), TT_DIGITS(p->frac_lo, 5, ""), TT_DIGITS(p->frac_hi, 5, "s"),
		        TT_VALUE(out->match_only_s, out->u_match_only_s, "s"));
	return TT_OK;
}
