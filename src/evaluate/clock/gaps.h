/* Frames that are missing without a word.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_CLOCK_GAPS_H
#define TT_EVALUATE_CLOCK_GAPS_H

#include "temtensile/clock.h"

/* Where frames must be missing for the elongation to follow what r predicts: the path of least cost (squared residuals
 * over the frames' noise, a price for each place and a small one for each frame in it) through the number of frames
 * missing between each frame and the last one matched, whose time is held. gap: TT_CLOCK_MAX_GAPS. false: no memory, or
 * too little to go by. */
bool tt_clock_gaps_find(const tt_sync_input *in, const tt_sync_result *r, tt_clock_gap *gap, size_t *n, tt_error *err);

/* The single gap that lets the elongation follow the log best when the later part stays where `plain` has it, by trial
 * of places and sizes: where many frames are missing at once, the path above does not find its way from a model that
 * was fitted without the gap. false: none can be tried. */
bool tt_sync_one_gap(const tt_sync_input *in, const tt_sync_result *plain, tt_clock_gap *gap);

/* What the search over every offset found, for another search with the same frames, log and rate that differs only in
 * whether the rate is to be found. */
typedef struct tt_sync_wide {
	bool filled;
	double rate;
	double *weight; /* of the frames; and what was learned of their residuals: */
	double variance, tau;
	tt_status status;
	tt_error error;
	tt_sync_candidate candidate[TT_SYNC_MAX_CANDIDATES];
	size_t n_candidates;
	double match_only_s, u_match_only_s;
} tt_sync_wide;
void tt_sync_wide_clear(tt_sync_wide *w);
/* tt_sync_find that fills, or uses, what is known of the wide search. */
tt_status tt_sync_find_knowing(const tt_sync_input *in, tt_sync_wide *wide, tt_sync_result *out, tt_strings *warnings,
                               tt_error *err);

#endif
