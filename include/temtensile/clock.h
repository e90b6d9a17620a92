/* Aligning the clocks of the log and the images.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_CLOCK_H
#define TEMTENSILE_CLOCK_H

#include "temtensile/core.h"
#include "temtensile/mechanics.h"
#include "temtensile/curve.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Frames that the camera dropped without a word: behind `at_s` every time stamp is late by `lag_s` more. */
typedef struct tt_clock_gap {
	double at_s, lag_s;
} tt_clock_gap;

enum { TT_CLOCK_MAX_GAPS = 32 };

/* log_time = rate (time_s + shift_s + lags of the gaps before it - starts_at_s) */
typedef struct tt_clock {
	double starts_at_s, u_s, rate;
	tt_clock_gap gap[TT_CLOCK_MAX_GAPS]; /* in order of time */
	size_t n_gaps;
	double shift_s; /* from the time stamp to the middle of the exposure of the gauge's rows, when the description
	                   gives it */
} tt_clock;

TT_API double tt_clock_log_time(const tt_clock *c, double time_s);

/* What both records saw. The images' elongation of the gauge is matched, up to fracture, with
 *   e(t) = e0 + scale (d_log − d0 − C F_specimen)(rate (t − log_starts_at)),
 * 0 in the bracket before contact; e0, scale and the series compliance C (of what lies between punch and gauge) are
 * free. d0, F_specimen and the fracture's instant are the mechanics'. */
typedef struct tt_sync_input {
	const tt_mechanics *mechanics; /* borrowed */
	size_t n;                      /* frames, in order */
	const double *time_s;          /* increasing; the middle of each exposure */
	const double *elongation_m; /* gauge length − first gauge length, metres along the axis; NaN: not used (lost,
	                               damaged, duplicate, broken) */
	const double *u_m;          /* standard uncertainty of each; NULL or NaN: estimated from the scatter */
	const unsigned *flag; /* TT_ROW_… of each frame, or NULL: a repeated, damaged or lost one is no witness of the
	                         specimen's being whole */
	int64_t fracture_frame; /* index of the first frame with separate halves; −1: not seen */
	double exposure_s;      /* of one frame; NaN: not known */
	tt_quantity given;      /* log_starts_at as described; value NaN: find it. Given: scale and compliance are
	                           fitted there and the evidence only compared */
	bool find_rate;
	tt_quantity rate;   /* used when !find_rate; value NaN: 1 */
	double cost_broken; /* of an intact frame where the log says broken, in variances; 0: 9 */
	double cost_beyond; /* of a frame behind the log's end; 0: 3 */
} tt_sync_input;

typedef struct tt_sync_candidate {
	double log_starts_at_s, u_s;
	double probability; /* relative to all candidates */
	double rms_m;       /* of the match */
	size_t n;           /* frames matched */
} tt_sync_candidate;

enum { TT_SYNC_MAX_CANDIDATES = 8 };

typedef struct tt_sync_result {
	double log_starts_at_s, u_log_starts_at_s;
	double rate, u_rate;
	double scale, u_scale;                           /* NaN: nothing to match */
	double compliance_m_per_N, u_compliance_m_per_N; /* in the bracket above */
	double offset_m;                                 /* e0 */
	double rms_m;
	size_t n_matched;
	bool used_fracture;                                  /* the fracture's frame and instant took part */
	double match_only_s, u_match_only_s;                 /* by the elongation alone; NaN: not determined by it */
	double fracture_lo_s, fracture_hi_s;                 /* the interval that the fracture allows; NaN */
	tt_sync_candidate candidate[TT_SYNC_MAX_CANDIDATES]; /* best first */
	size_t n_candidates;
	/* for sync.pdf: one per frame matched */
	size_t n;
	size_t *frame; /* index into the input */
	double *log_time_s, *elongation_m, *predicted_m;
	char text[256];                      /* summary.json's sync.source, in words */
	tt_clock_gap gap[TT_CLOCK_MAX_GAPS]; /* frames dropped without a word (tt_sync_solve) */
	size_t n_gaps;
	bool given_contradicted; /* images and log show another offset than the one that is given; warned of */
} tt_sync_result;

/* warnings may be NULL. Errors (TT_ERR_FAILED): too little overlap; "the evidence for the clocks is ambiguous" with
 * the candidates (result's candidates are filled then, too). The result must be freed in either case. */
TT_API tt_status tt_sync_find(const tt_sync_input *in, tt_sync_result *out, tt_strings *warnings, tt_error *err);
TT_API void tt_sync_result_free(tt_sync_result *r);

/* As tt_sync_find at rate 1, but the time stamps themselves are doubted, too: where another rate of the clocks, or
 * frames that are missing without a word, explain the elongation far better (likelihood ratio of the residuals, their
 * correlation counted), they are taken and said. And the match must be one: when the elongation does not follow the
 * log, or the residuals are neither explained by the noise of the frames nor small against the elongation, the clock is
 * refused (TT_ERR_FAILED) with the candidates. in->given and in->find_rate are obeyed as by tt_sync_find. */
TT_API tt_status tt_sync_solve(const tt_sync_input *in, tt_sync_result *out, tt_strings *warnings, tt_error *err);

#ifdef __cplusplus
}
#endif
#endif
