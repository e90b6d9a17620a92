/* When do the two halves come apart? Seen in the images alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_SEPARATION_H
#define TT_OBSERVE_SEPARATION_H

#include "observe/gauge.h"

typedef struct tt_separation {
	int64_t frame;       /* index of the first frame with separate halves; -1: none seen */
	int64_t last_intact; /* the last frame before it whose gauge could be read; -1 */
	double jump_px;      /* opening of the gauge between the two; NaN when the gauge was lost with it */
	double gap_at_px;    /* place on the axis, px from `from`; NaN unknown */
	char text[160];      /* how it was seen, or why not */
} tt_separation;

/* Least opening that is a fracture: 2 px, or 0.4 % of the gauge if that is more. */
double tt_separation_least(const tt_gauge *g);

/* least_px: tt_separation_least, or the caller's. station_px: n × g->n_stations axial displacements, NaN where not
 * trusted (tt_track). usable[i] is false for frames that must not be judged (damaged, undecoded, repeated). */
void tt_separation_find(const tt_gauge *g, const tt_gauge_reading *reading, const float *station_px, const bool *usable,
                        size_t n, double least_px, tt_separation *out);

#endif
