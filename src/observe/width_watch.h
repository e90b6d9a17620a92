/* Watches the bar's width in the decoding pass.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_WIDTH_WATCH_H
#define TT_OBSERVE_WIDTH_WATCH_H

#include "observe/track.h"
#include "temtensile/necking.h"

/* Widths at all stations, one row per measured frame. */
typedef struct tt_width_watch {
	const tt_gauge *gauge;
	double lo, hi;         /* px along the axis between which widths are taken */
	tt_width_meter *meter; /* NULL before the first frame, and when there is nothing to see */
	char reason[256];      /* why there is nothing */
	size_t rows, capacity;
	size_t *index;   /* of the frame */
	float *width_px; /* rows × stations */
} tt_width_watch;

/* The reference frame: where the edges are at first. */
tt_status tt_width_watch_begin(tt_width_watch *w, const tt_frame *reference, tt_error *err);
/* An observer's frame function; ctx is the tt_width_watch, its gauge set and the reference seen. */
tt_status tt_width_watch_frame(void *ctx, size_t index, const tt_frame *frame, const tt_track *track, tt_error *err);
void tt_width_watch_clear(tt_width_watch *w);

/* Where the bar is in a frame of the track; false: not known. */
bool tt_bar_place_of(const tt_gauge *g, const tt_track *t, size_t index, tt_bar_place *out);

#endif
