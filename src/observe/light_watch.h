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
	size_t bands;    /* most at once */
	double from, to; /* mean place of what departs, first and last, 0 … 1 between the first and the last station */
	size_t first, last;   /* frames (indices of the track) */
	double contrast_grey; /* largest departure from the rest of the gauge */
	double inside_px;     /* RMS departure of the stations from one uniform strain, those in bands … */
	double outside_px;    /* … and all others, over the same frames */
} tt_moving_band;

/* Bands whose brightness departs from the rest of the gauge's by more than 1.5 noise levels of a single pixel (the mean
 * of a subset is far quieter) and a quarter of the texture's contrast (new grains come in as the bar stretches), and
 * that move: a third of the stations were under one, and as many were left behind (one at least) or reached later. use:
 * per frame of the track, false for those to leave out; contrast_grey: NaN or 0 when it is not known. */
tt_status tt_moving_band_find(const tt_light_watch *w, const tt_track *track, const bool *use, double noise_grey,
                              double contrast_grey, tt_moving_band *out, tt_error *err);

#endif
