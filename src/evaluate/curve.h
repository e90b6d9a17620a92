/* Puts the gauge's readings, the clock and the force together: one row per frame.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_CURVE_H
#define TT_EVALUATE_CURVE_H

#include "temtensile/describe.h"
#include "observe/gauge.h"
#include "temtensile/clock.h"
#include "temtensile/curve.h"

typedef struct tt_curve_input {
	size_t n;
	const int64_t *number;
	const double *time_s;
	const unsigned *flag; /* TT_ROW_LOST, _DAMAGED, _DUPLICATE, _FRACTURED as judged before */
	const tt_gauge_reading *reading;
	const tt_mechanics *mechanics;
	tt_clock clock;
	double u_pixel_size;          /* relative: of displacements that the images show */
	tt_quantity width, thickness; /* of the section that the stress refers to */
	tt_zero zero;
	const double *reference_frames; /* numbers of the first and last frame whose mean is L0; NULL: before contact */
	bool zero_given;                /* by the description: then a slack start is only warned of */
	double u_lag_frames;            /* how far the pictures may lag behind the motion (tt_codec_lag_frames); 0 */
	double bias_px;                 /* of the length, by the interpolant; 0: the cubic spline's */
} tt_curve_input;

tt_status tt_curve_build(const tt_curve_input *in, tt_curve **out, tt_zero_length *zero, tt_strings *warnings,
                         tt_error *err);

/* Largest bias of a B-spline's displacement over sub-pixel shifts (tests/dic: 1e-3 and 3e-4 px), both ends together. */
#define TT_BIAS_CUBIC_PX 1.4e-3
#define TT_BIAS_QUINTIC_PX 4.2e-4

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

#endif
