/* What stands still in the picture while the specimen moves through it: a camera's fixed pattern, hot and dead pixels,
 * text, a pointer. It pulls the subsets that move over it back to where they were.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_STILL_H
#define TT_OBSERVE_STILL_H

#include "observe/track.h"

/* Pictures of the bar and its surroundings, kept evenly from all frames of a pass. */
typedef struct tt_still_watch {
	const tt_gauge *gauge;
	tt_rect box;
	tt_pixel type;
	size_t n, most;
	int64_t every; /* frames with numbers that are multiples of it are kept */
	size_t *row;   /* of each picture's frame in the track */
	uint8_t *data; /* most × box */
} tt_still_watch;

/* An observer's frame function; ctx is the tt_still_watch, its gauge set. */
tt_status tt_still_watch_frame(void *ctx, size_t index, const tt_frame *frame, const tt_track *track, tt_error *err);
void tt_still_watch_clear(tt_still_watch *w);

/* What was found; px of the frame, relative to the box. */
typedef struct tt_still {
	tt_rect box;
	float *gain;       /* factor of each pixel, less 1; 0 where nothing is known */
	uint8_t *bad;      /* 1: replaced by what lies around it; 2: covered, no subset may touch it */
	uint32_t *covered; /* (width + 1) × (height + 1): how many pixels above and left of a corner are covered */
	size_t frames;     /* that it was found from */
	double pattern;    /* standard deviation of the gain over the bar; 0: none */
	double pull;       /* share by which the pattern shortens small motions, before it is taken off */
	double pulled_px;  /* by how much it can shorten the gauge's elongation, both ends together */
	double u_px;       /* what may be left of that when it is taken off: an uncertainty, slow */
	size_t defects, n_covered;
	double covered_at[2]; /* middle of what is covered, px of the frame */
} tt_still;

/* Compares the pictures with what they should show by the stations' motions. found: something stands still that would
 * count (a hundredth of small motions, or pixels that show anything but the specimen); otherwise *out is empty. */
tt_status tt_still_find(const tt_still_watch *w, const tt_track *track, size_t end, tt_still *out, bool *found,
                        tt_error *err);
void tt_still_clear(tt_still *s);

/* The frame without what stands still; out owns a float image, made anew when its size differs. */
tt_status tt_still_clean(const tt_still *s, const tt_image *frame, tt_image *out, float **room, tt_error *err);
/* Whether a square of this side about a place of the frame touches what is covered. */
bool tt_still_touches(const tt_still *s, double x, double y, int side);

#endif
