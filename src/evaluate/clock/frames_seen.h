/* The images' side of the clocks' match: frames with an elongation, each with its time and weight.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_CLOCK_FRAMES_SEEN_H
#define TT_EVALUATE_CLOCK_FRAMES_SEEN_H

#include "temtensile/clock.h"

enum { TT_CLOCK_FEWEST = 8, TT_CLOCK_MOST_COARSE = 600 /* frames in the wide search; more are averaged */ };

typedef struct tt_clock_frames {
	double *t, *e, *w; /* time, increasing; elongation; 1 / variance, less where runs of frames do not fit */
	double *stated;    /* 1 / variance */
	double share;      /* camera's frames in one of these */
	size_t *index;
	size_t n;
	double interval; /* between frames, median */
	double noise;    /* by the scatter of the elongation from frame to frame */
	double range;    /* of the elongation */
} tt_clock_frames;

/* Those before the fracture that can be used. When nobody says in which frame the specimen broke, up to a jump that is
 * taken for it. Freed by tt_clock_frames_free also after an error. */
tt_status tt_clock_frames_take(const tt_sync_input *in, tt_clock_frames *out, tt_error *err);
/* Means of neighbours where there are more than TT_CLOCK_MOST_COARSE. */
tt_status tt_clock_frames_average(const tt_clock_frames *all, tt_clock_frames *out, tt_error *err);
void tt_clock_frames_free(tt_clock_frames *f);

#endif
