/* Bar-like places of an image: pairs of long, straight, parallel edges with opposite steps.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_STRIP_SEARCH_H
#define TT_OBSERVE_STRIP_SEARCH_H

#include "temtensile/core.h"

/* Good to about a degree and a few pixels. */
typedef struct tt_strip {
	double centre[2], axis[2]; /* px; axis of length 1, its angle -90 … 90° */
	double length_px, width_px;
	double step;  /* mean grey-level gradient of the weaker edge, per reduced pixel */
	bool bright;  /* brighter between the edges */
	double score; /* length × √step: for ranking */
} tt_strip;

/* The best `max` strips that differ from each other, best first. The image is reduced to at most 300 px; a strip is at
 * least 4 reduced pixels wide, and as long as 12 % of the frame's shorter side. Float images must be finite. */
tt_status tt_strips_find(const tt_image *image, tt_strip *out, size_t max, size_t *n, tt_error *err);

#endif
