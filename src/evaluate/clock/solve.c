/* The clocks when the time stamps are doubted, too: another rate, frames that are missing without a word; and whether
 * the match found is one. SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "evaluate/clock/gaps.h"
#include "numeric/fit.h"
#include "temtensile/clock.h"

/* Gain in -2 ln likelihood that another model of the time stamps must bring. A plain clock is by far the most frequent:
 * 30 is odds of 3e6 for one more parameter. */
static const double GAIN = 30, GAIN_PER_GAP = 6;
/* Clocks of computers agree within 1e-4; a wrong frame rate is wrong by more than a thousandth. */
static const double LEAST_RATE = 2e-3;
enum { ROUNDS = 5 };

/* A single frame may be the codec's lag, or a bend contour's pull: at least two in one place, and residuals that are
 * noise then. */
static const double LEAST_MISSING = 1.5, MOST_NOISES = 2;

/* How well a result explains the elongation. */
typedef struct match {
	double rms, noise, range; /* of the residuals; of one frame; of the elongation */
	double frames;            /* independent ones */
	size_t n;
} match;

static match match_of(const tt_sync_result *r)
{
	match m = {INFINITY, NAN, 0, 0, r->n};
	if (r->n < 8) return m;
	double *e = malloc(2 * r->n * sizeof *e), lo = INFINITY, hi = -INFINITY, sum = 0;
	if (!e) return m;
	for (size_t i = 0; i < r->n; i++) {
		e[i] = r->elongation_m[i] - r->predicted_m[i];
		sum += e[i] * e[i];
		lo = fmin(lo, r->elongation_m[i]);
		hi = fmax(hi, r->elongation_m[i]);
	}
	m.rms = sqrt(sum / (double)r->n);
	m.noise = fmax(tt_noise_std(r->elongation_m, r->n), 1e-9 * (hi - lo));
	m.range = hi - lo;
	m.frames = (double)r->n / tt_noise_inflation(e, r->n);
	free(e);
	return m;
}

/* Twice the logarithm of the ratio of likelihoods, by the better model's residuals. */
static double gain(const match *better, const match *plain)
{
	if (!isfinite(plain->rms)) return INFINITY;
	double s = fmax(better->rms, better->noise);
	return better->frames * (plain->rms * plain->rms - better->rms * better->rms) / (s * s);
}

/* Is what is left explained: by noise, or small enough that no other place would fit as well? */
static bool explained(const match *m)
{
	return m->rms <= 4 * m->noise || m->rms <= 0.03 * m->range;
}

static void take(tt_sync_result *to, tt_sync_result *from)
{
	tt_sync_result_free(to);
	*to = *from;
	memset(from, 0, sizeof *from);
}

/* The model was made for times that had gaps already: the path looks for all of them anew on the plain ones. */
static bool find_gaps(const tt_sync_input *in, const tt_sync_result *model, tt_clock_gap *gap, size_t *n)
{
	tt_error ignored;
	return tt_clock_gaps_find(in, model, gap, n, &ignored) && *n > 0;
}

/* The clock by other time stamps, and the same log. */
static bool find_retimed(const tt_sync_input *in, tt_clock_log *log, tt_sync_result *out)
{
	tt_clock_known known = {.log = *log};
	tt_error ignored;
	const bool found = tt_sync_find_knowing(in, &known, out, NULL, &ignored) == TT_OK;
	*log = known.log;
	tt_clock_wide_clear(&known.wide);
	return found;
}

static void retime(const tt_sync_input *in, const tt_clock_gap *gap, size_t n, double *time)
{
	for (size_t i = 0; i < in->n; i++) {
		time[i] = in->time_s[i];
		for (size_t k = 0; k < n && in->time_s[i] > gap[k].at_s; k++)
			time[i] += gap[k].lag_s;
	}
}

/* The single gap, and the elongation that it predicts, for the paths to start from. time: of the frames, as it makes
 * them. */
static bool start_gaps(const tt_sync_input *in, tt_clock_log *log, const tt_sync_result *plain, double *time,
                       tt_clock_gap *gap, tt_sync_result *model)
{
	double starts_at;
	tt_error ignored;
	if (!tt_sync_one_gap(in, log, plain, gap, &starts_at)) return false;
	retime(in, gap, 1, time);
	tt_sync_input other = *in;
	other.time_s = time;
	/* the later part stays where it was, and its stamps are later by the gap */
	if (tt_clock_match_at(&other, log, starts_at + gap->lag_s, model, &ignored) == TT_OK && model->n > 0)
		return true;
	tt_sync_result_free(model);
	return false;
}

/* Frames that are missing without a word: gaps and clock in turn, until the gaps stay. What the first full path does
 * not gain as one parameter must, its moving about does not bring. */
static bool try_gaps(const tt_sync_input *in, tt_clock_log *log, const tt_sync_result *plain, const match *plainly,
                     tt_sync_result *out)
{
	double *time = malloc((in->n ? in->n : 1) * sizeof *time);
	tt_clock_gap gap[TT_CLOCK_MAX_GAPS] = {{0}}, last[TT_CLOCK_MAX_GAPS];
	tt_sync_result model;
	size_t n = 1, n_last = 0;
	bool ok = false;
	memset(out, 0, sizeof *out);
	if (!time || !start_gaps(in, log, plain, time, gap, &model)) {
		free(time);
		return false;
	}
	const tt_clock_gap single = gap[0];
	for (int round = 0; round < ROUNDS; round++) {
		if (!find_gaps(in, round ? out : &model, gap, &n)) {
			if (round) break;
			gap[0] = single;
			n = 1;
		}
		if (ok && n == n_last && memcmp(gap, last, n * sizeof *gap) == 0) break;
		memcpy(last, gap, sizeof gap);
		n_last = n;
		retime(in, gap, n, time);
		tt_sync_input other = *in;
		other.time_s = time;
		tt_sync_result r;
		ok = find_retimed(&other, log, &r) && r.n > 0;
		if (!ok) {
			tt_sync_result_free(&r);
			break;
		}
		memcpy(r.gap, gap, sizeof gap);
		r.n_gaps = n;
		take(out, &r);
		const match now = match_of(out);
		ok = gain(&now, plainly) > GAIN;
		if (!ok) break;
	}
	tt_sync_result_free(&model);
	free(time);
	if (!ok) tt_sync_result_free(out);
	return ok;
}

/* A match that is explained, and that no other rate nearby would better. */
static bool rate_stands(const tt_clock_known *known, const match *plain)
{
	return explained(plain) && fabs(known->rate - 1) < LEAST_RATE / 2 && known->u_rate < LEAST_RATE / 4;
}

static bool try_rate(const tt_sync_input *in, tt_clock_known *known, tt_sync_result *out)
{
	tt_sync_input other = *in;
	tt_error ignored;
	other.find_rate = true;
	bool ok = tt_sync_find_knowing(&other, known, out, NULL, &ignored) == TT_OK && out->n > 0 &&
	          fabs(out->rate - 1) > fmax(LEAST_RATE, 2 * out->u_rate);
	if (!ok) {
		tt_sync_result_free(out);
		memset(out, 0, sizeof *out);
	}
	return ok;
}

static double interval_of(const tt_sync_input *in)
{
	double *step = malloc((in->n ? in->n : 1) * sizeof *step);
	if (!step) return NAN;
	for (size_t i = 1; i < in->n; i++)
		step[i - 1] = in->time_s[i] - in->time_s[i - 1];
	double interval = in->n > 1 ? tt_median(step, in->n - 1) : NAN;
	free(step);
	return interval;
}

static double largest_s(const tt_sync_result *r)
{
	double most = 0;
	for (size_t i = 0; i < r->n_gaps; i++)
		most = fmax(most, r->gap[i].lag_s);
	return most;
}

static double missing_s(const tt_sync_result *r)
{
	double sum = 0;
	for (size_t i = 0; i < r->n_gaps; i++)
		sum += r->gap[i].lag_s;
	return sum;
}

/* Each gap is known to about half a frame. */
static void widen(const tt_sync_input *in, tt_sync_result *r)
{
	double u = 0.5 * interval_of(in) * sqrt((double)r->n_gaps);
	if (isfinite(u)) r->u_log_starts_at_s = hypot(r->u_log_starts_at_s, u);
}

static void say_gaps(const tt_sync_input *in, const tt_sync_result *r, tt_strings *warnings)
{
	double sum = missing_s(r), interval = interval_of(in);
	tt_warn(
	    warnings,
	    "the elongation follows the log only when %.0f frames are missing without a gap in the time stamps, in %zu "
	    "place%s (the first near %.2f s of the video): log times behind them are set right by that",
	    sum / interval, r->n_gaps, r->n_gaps == 1 ? "" : "s", r->gap[0].at_s);
}

static tt_status refuse(const tt_sync_result *r, const match *m, tt_error *err)
{
	char list[300] = "";
	size_t len = 0;
	for (size_t i = 0; i < r->n_candidates && i < 4 && len < sizeof list; i++)
		len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", i ? ", " : "",
		                        TT_DIGITS(r->candidate[i].log_starts_at_s, 4, "s"));
	return tt_fail(
	    err, TT_ERR_FAILED,
	    "the clocks cannot be aligned: the elongation in the images does not follow the log (residuals of %s, "
	    "frames' noise %s, elongation matched %s; scale %s); the best of what was tried for "
	    "log_starts_at: %s%s%s; give sync.log_starts_at, or a gauge that can be followed",
	    TT_DIGITS(m->rms * 1e9, 2, "nm"), TT_DIGITS(m->noise * 1e9, 2, "nm"), TT_DIGITS(m->range * 1e9, 3, "nm"),
	    TT_VALUE(r->scale, r->u_scale, ""), TT_DIGITS(r->log_starts_at_s, 4, "s"), len ? ", " : "", list);
}

static tt_status check(const tt_sync_result *r, tt_error *err)
{
	match m = match_of(r);
	if (r->n < 8) return TT_OK; /* tt_sync_find has its own word on too little overlap */
	bool follows = !(r->scale < 3 * r->u_scale);
	return follows && explained(&m) ? TT_OK : refuse(r, &m, err);
}

tt_status tt_sync_solve(const tt_sync_input *in, tt_sync_result *out, tt_strings *warnings, tt_error *err)
{
	bool fixed = isfinite(in->given.value);
	tt_strings said = {0};
	tt_clock_known known = {.rate = NAN};
	tt_status st = tt_sync_find_knowing(in, &known, out, &said, err);
	if (!fixed && !in->find_rate && isnan(in->rate.value) && (st == TT_OK || st == TT_ERR_FAILED)) {
		match plain = st == TT_OK ? match_of(out) : (match){INFINITY, NAN, 0, 0, 0};
		tt_sync_result rate = {0}, gaps = {0};
		bool has_rate = !rate_stands(&known, &plain) && try_rate(in, &known, &rate);
		match by_rate = has_rate ? match_of(&rate) : plain;
		if (has_rate && !(gain(&by_rate, &plain) > GAIN && explained(&by_rate))) has_rate = false;
		bool has_gaps =
		    st == TT_OK && plain.rms > 1.2 * plain.noise && try_gaps(in, &known.log, out, &plain, &gaps);
		match by_gaps = has_gaps ? match_of(&gaps) : plain;
		if (has_gaps &&
		    !(gain(&by_gaps, &plain) > GAIN + GAIN_PER_GAP * (double)gaps.n_gaps && explained(&by_gaps)))
			has_gaps = false;
		if (has_gaps &&
		    !(largest_s(&gaps) > LEAST_MISSING * interval_of(in) && by_gaps.rms < MOST_NOISES * by_gaps.noise))
			has_gaps = false;
		/* the simpler of two that explain it: a rate is one parameter, each gap two */
		if (has_gaps && has_rate && !(gain(&by_gaps, &by_rate) > GAIN_PER_GAP * (double)gaps.n_gaps))
			has_gaps = false;
		if (has_gaps || has_rate) {
			tt_strings_free(&said);
			take(out, has_gaps ? &gaps : &rate);
			st = TT_OK;
			if (has_gaps) {
				widen(in, out);
				say_gaps(in, out, &said);
			} else {
				tt_warn(&said,
				        "the log's clock runs %s times as fast as the video's time stamps "
				        "say: the elongation "
				        "follows the log only so; a wrong frame rate, or dropped frames?",
				        TT_VALUE(out->rate, out->u_rate, ""));
			}
		}
		tt_sync_result_free(&gaps);
		tt_sync_result_free(&rate);
	}
	if (st == TT_OK && !fixed) st = check(out, err);
	for (size_t i = 0; st == TT_OK && i < said.n; i++)
		tt_warn(warnings, "%s", said.item[i]);
	tt_strings_free(&said);
	tt_clock_known_clear(&known);
	return st;
}
