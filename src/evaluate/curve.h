/* Puts the gauge's readings, the clock and the force together: one row per frame.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_CURVE_H
#define TT_EVALUATE_CURVE_H

#include "describe/test.h"
#include "observe/gauge.h"
#include "temtensile/curve.h"

/* log_time = rate (time_s + shift_s - starts_at_s) */
typedef struct tt_clock {
	double starts_at_s, u_s, rate;
	double shift_s;  /* from the time stamp to the middle of the exposure, when the description gives it */
} tt_clock;

double tt_clock_log_time(const tt_clock *c, double time_s);

typedef struct tt_curve_input {
	size_t n;
	const int64_t *number;
	const double *time_s;
	const unsigned *flag;            /* TT_ROW_LOST, _DAMAGED, _DUPLICATE, _FRACTURED as judged before */
	const tt_gauge_reading *reading;
	const tt_mechanics *mechanics;
	tt_clock clock;
	tt_quantity width, thickness;    /* of the section that the stress refers to */
	tt_zero zero;
	double u_lag_frames;             /* how far the pictures may lag behind the motion (tt_codec_lag_frames); 0 */
} tt_curve_input;

/* How the unloaded length was found. */
typedef struct tt_zero_length {
	double length_px, u_px;
	size_t frames;          /* before contact, or in the fit */
	double noise_px;        /* standard deviation of the gauge length over the frames before contact; NaN: < 3 */
	double noise_scale;     /* noise of the length over what the subsets' scatter predicts, >= 1 */
	double shift_strain;    /* toe or elastic: strain by which the zero moved against the mean before contact; NaN */
} tt_zero_length;

tt_status tt_curve_build(const tt_curve_input *in, tt_curve **out, tt_zero_length *zero, tt_strings *warnings,
                         tt_error *err);

/* A codec that predicts pictures from others and drops small differences shows motion late: up to 0.2 frames were
 * seen with H.264 and MPEG-4 at ordinary qualities. Standard uncertainty, in frames: of that range as a uniform
 * distribution, rounded up for a single frame; near fracture, where all of the last frames lag alike, twice that. */
static inline double tt_codec_lag_frames(bool lossy_prediction)
{
	return lossy_prediction ? 0.1 : 0;
}

/* Change of the gauge length from frame to frame about row i (px, never negative), over the nearest rows that have one;
 * 0 without any. */
double tt_gauge_speed(const tt_gauge_reading *reading, const unsigned *flag, size_t n, size_t i);

/* Rows whose strain and stress are both known and that are no repeated frames: those that fits may use. */
static inline bool tt_curve_row_usable(const tt_curve *c, size_t i)
{
	return (c->flag[i] & (TT_ROW_NO_STRAIN | TT_ROW_DUPLICATE | TT_ROW_OUTSIDE_LOG)) == 0 &&
	       c->strain[i] == c->strain[i] && c->stress_Pa[i] == c->stress_Pa[i];
}

/* Row flags from what the source says and what correlation shows (collapsed: damaged; else lost). */
void tt_judge_frames(const unsigned *source_flags, const tt_gauge_reading *reading, size_t n, unsigned *flag);

/* "lost;duplicate" and the like. buf of at least 64 bytes. */
const char *tt_row_flag_text(unsigned flag, char *buf, size_t size);

#endif
