/* One search for the clocks' offset while it is made.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_CLOCK_PROBLEM_H
#define TT_EVALUATE_CLOCK_PROBLEM_H

#include "evaluate/clock/trial.h"

/* What the search over every offset found, for another search with the same frames, log and rate. */
typedef struct tt_clock_wide {
	bool filled;
	double rate;
	tt_status status;
	tt_error error;
	tt_sync_candidate candidate[TT_SYNC_MAX_CANDIDATES];
	size_t n_candidates;
	double match_only_s, u_match_only_s;
	double variance, tau; /* what was learned of the residuals */
	bool sharp;           /* the best candidate was refined, by these weights of the frames: */
	double *weight;
} tt_clock_wide;

typedef struct tt_clock_problem {
	const tt_sync_input *in;
	const tt_clock_log *log;
	tt_clock_frames all, coarse;
	tt_clock_view view;      /* of all frames, at the offset looked at last */
	double *room, *kept;     /* for passing use: two numbers a frame and two; one a frame */
	double variance;         /* of the residuals in units of 1 / w: >= 1, misfit of the model counted */
	double tau;              /* correlation of the residuals */
	double frac_lo, frac_hi; /* allowed by the fracture at rate 1; NaN */
	tt_clock_wide *wide;     /* the widest search, once it was made */
} tt_clock_problem;

/* Trial of all frames, whose view is kept; false: the offset leaves nothing to compare. */
bool tt_clock_try_all(tt_clock_problem *p, double offset, double rate, tt_clock_trial *r);

/* ---- residuals.c: what they tell of the frames' weights ---- */

/* Runs of frames that do not fit at the offset (a bend contour that crosses the gauge, a neck outside it) lose weight.
 */
void tt_clock_reweigh(tt_clock_problem *p, double offset, double rate);
/* Scatter and correlation of the residuals at an offset. */
void tt_clock_learn(tt_clock_problem *p, double offset, double rate);

/* ---- peaks.c: probability over offsets ---- */

/* The candidates from lo to hi by the match alone, best first, into out->candidate. */
tt_status tt_clock_candidates(tt_clock_problem *p, double rate, double lo, double hi, tt_sync_result *out,
                              tt_error *err);

/* ---- refine.c ---- */

/* An instant in both clocks: video_s = offset + log_s / rate. */
typedef struct tt_clock_instant {
	double video_s, log_s, u;
} tt_clock_instant;

/* The offset and, if asked, the rate that fit best near where they stand. known: an instant that both clocks show, or
 * NULL. */
bool tt_clock_refine(tt_clock_problem *p, bool free_rate, const tt_clock_instant *known, double *offset, double *rate,
                     double *u_offset, double *u_rate);

/* ---- search.c: candidates and the best one refined ---- */

/* Does the match alone determine the offset? Not when it is as wide as the search or as a tenth of the test. */
bool tt_clock_determined(const tt_clock_problem *p, const tt_sync_result *r);
/* A second candidate that cannot be told from the first. */
bool tt_clock_rivalled(const tt_clock_problem *p, const tt_sync_result *r);
/* Every offset at which some frames fall between contact and the end. */
void tt_clock_widest(const tt_clock_problem *p, double rate, double *lo, double *hi);
tt_status tt_clock_search(tt_clock_problem *p, double rate, double lo, double hi, tt_sync_result *out, tt_error *err);
/* Over every offset; what it finds at a rate is kept in p->wide for who asks again with the same frames and log. */
tt_status tt_clock_search_wide(tt_clock_problem *p, double rate, tt_sync_result *out, tt_error *err);
/* The candidates alone; the best one is refined where it does not lie within lo … hi. */
tt_status tt_clock_survey(tt_clock_problem *p, double rate, double lo, double hi, tt_sync_result *out, tt_error *err);
void tt_clock_wide_clear(tt_clock_wide *w);

/* ---- fracture_seen.c: what the fracture that both saw says ---- */

void tt_clock_set_fracture(tt_clock_problem *p);
/* The fracture in both clocks; an exposure in which it falls may be called either way. */
tt_clock_instant tt_clock_fracture(const tt_clock_problem *p);
/* Both saw the fracture: its frame bounds the search, unless the elongation does not fit there, or another offset at
 * which as many frames are loaded fits several times better. (Where few frames are left to match, any fits.) */
bool tt_clock_search_at_fracture(tt_clock_problem *p, double rate, tt_sync_result *out);
/* The fracture bounds the offset; the match chooses within, if it agrees. */
tt_status tt_clock_combine(const tt_clock_problem *p, tt_sync_result *out, tt_strings *warnings, tt_error *err);
/* TT_ERR_FAILED with the candidates. */
tt_status tt_clock_ambiguous(const tt_sync_result *r, const char *why, tt_error *err);

#endif
