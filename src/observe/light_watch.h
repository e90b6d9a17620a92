/* Watches the brightness along the gauge in the decoding pass: a bend contour that moves through it biases subsets.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_LIGHT_WATCH_H
#define TT_OBSERVE_LIGHT_WATCH_H

#include "observe/track.h"

/* Mean grey level about each station of the gauge, one row per frame of the track. */
typedef struct tt_light_watch {
	const tt_gauge *gauge;
	size_t rows, capacity;
	float *grey; /* rows × stations, NaN where the station was not found */
} tt_light_watch;

/* An observer's frame function; ctx is the tt_light_watch, its gauge set. */
tt_status tt_light_watch_frame(void *ctx, size_t index, const tt_frame *frame, const tt_track *track, tt_error *err);
void tt_light_watch_clear(tt_light_watch *w);
/* How many of the gauge's stations are watched: the row length of grey. */
size_t tt_light_watch_stations(const tt_gauge *g);

/* What moves through the gauge. */
typedef struct tt_moving_band {
	bool seen;
	double from, to;      /* where it was first and last, 0 … 1 of the way between the first and the last station */
	size_t first, last;   /* frames (indices of the track) */
	double contrast_grey; /* largest departure from the rest of the gauge */
	double inside_px;     /* RMS departure of the stations from one uniform strain, those in the band … */
	double outside_px;    /* … and all others, over the same frames */
} tt_moving_band;

/* A band whose brightness departs from the rest of the gauge's by more than 1.5 noise levels of a single pixel (the mean
 * of a subset is far quieter) and whose place, a third of the gauge or more apart, goes with time (Spearman's rank
 * correlation at least 0.6). use: per frame of the track, false for those to leave out. */
tt_status tt_moving_band_find(const tt_light_watch *w, const tt_track *track, const bool *use, double noise_grey,
                              tt_moving_band *out, tt_error *err);

#endif
