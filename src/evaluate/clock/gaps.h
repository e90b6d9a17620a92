/* Frames that are missing without a word.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_CLOCK_GAPS_H
#define TT_EVALUATE_CLOCK_GAPS_H

#include "evaluate/clock/problem.h"

/* Where frames must be missing for the elongation to follow what r predicts: the path of least cost (squared residuals
 * over the frames' noise, a price for each place and a small one for each frame in it) through the number of frames
 * missing between each frame and the last one matched, whose time is held. gap: TT_CLOCK_MAX_GAPS. false: no memory, or
 * too little to go by. */
bool tt_clock_gaps_find(const tt_sync_input *in, const tt_sync_result *r, tt_clock_gap *gap, size_t *n, tt_error *err);

/* What one search learned that another one can use. */
typedef struct tt_clock_known {
	tt_clock_log log;    /* of the same mechanics; n = 0: not made yet */
	tt_clock_wide wide;  /* with the same frames, log and rate, whether the rate is to be found or not */
	double rate, u_rate; /* that fit best near the match found; NaN: not determined */
} tt_clock_known;
void tt_clock_known_clear(tt_clock_known *k);

/* Frames and, unless it is there, the log. Cleared also after an error. */
tt_status tt_clock_prepare(const tt_sync_input *in, tt_clock_log *log, tt_clock_problem *p, tt_error *err);
void tt_clock_problem_clear(tt_clock_problem *p);

/* tt_sync_find that fills, or uses, what is known. */
tt_status tt_sync_find_knowing(const tt_sync_input *in, tt_clock_known *known, tt_sync_result *out,
                               tt_strings *warnings, tt_error *err);

/* The match at a given offset, without a search. */
tt_status tt_clock_match_at(const tt_sync_input *in, tt_clock_log *log, double starts_at_s, tt_sync_result *out,
                            tt_error *err);

/* The single gap that lets the elongation follow the log best when the later part stays where `plain` has it, by trial
 * of places and sizes: where many frames are missing at once, the path above does not find its way from a model that
 * was fitted without the gap. *starts_at_s: where the later part fits best then. false: none can be tried. */
bool tt_sync_one_gap(const tt_sync_input *in, tt_clock_log *log, const tt_sync_result *plain, tt_clock_gap *gap,
                     double *starts_at_s);

#endif
