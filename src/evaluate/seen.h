/* What the images say, with what the microscope did to them taken off.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_SEEN_H
#define TT_EVALUATE_SEEN_H

#include "observe/observation.h"

/* A copy of an observation whose lengths and widths are corrected; all else is the observation's own. */
typedef struct tt_seen {
	tt_observation o;
	tt_gauge_reading *reading; /* owned */
	float *width_px;           /* owned */
	double u_strain;           /* largest standard uncertainty that the corrections leave, before the separation */
} tt_seen;

/* Takes off, in this order: the time between the ends' rows (video.rolling_shutter), radial distortion
 * (video.distortion), steps of the magnification (found: length and width grow at once and alike, which no pull does),
 * and an out-of-plane tilt that changes (specimen.tilt). What was taken off widens u_length_px by what is not known of
 * it. Each is told in warnings. *out needs tt_seen_clear. */
tt_status tt_seen_make(const tt_observation *o, const tt_test *test, tt_seen *out, tt_strings *warnings, tt_error *err);
void tt_seen_clear(tt_seen *s);
/* The description says something of a tilt. */
bool tt_tilt_told(const tt_test *t);

/* Natural logarithm of the mean width over the first widths, for each frame of the track (n values): the median over
 * the stations; NaN where it is not known. */
tt_status tt_log_widths(const tt_observation *o, double *log_width, tt_error *err);

#endif
