/* The two edges of a bar, each station of its axis, to a fraction of a pixel.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_EDGES_H
#define TT_OBSERVE_EDGES_H

#include "temtensile/core.h"

/* Where to look: stations lie at origin + s × axis; places across are measured along the normal (-axis[1], axis[0]). */
typedef struct tt_edge_guide {
	double origin[2], axis[2]; /* px; axis of length 1 */
	double offset[2];          /* where the edges are expected, offset[0] < offset[1] */
	double slope[2];           /* their slope: expected at offset + slope × s */
	double half_search_px;     /* the edge lies within ± this of the expected place; 2 … 100 */
	double average_px;         /* length along the axis that one station averages over; 1 … 65 */
	int polarity;              /* 1: the bar is darker than its surroundings, -1: brighter, 0: either */
} tt_edge_guide;

typedef struct tt_edge {
	double offset;   /* along the normal, px; NaN: there is no edge to be seen within the search, or it leaves the
	                    frame */
	double u_px;     /* standard uncertainty from the residuals of the fit */
	double blur_px;  /* standard deviation of the error function */
	double contrast; /* level outside - level inside, grey levels */
} tt_edge;

/* Finds both edges at n stations (s in px along the axis, in order). The mean grey profile along the normal is fitted
 * by an error function between two levels (least squares, Levenberg–Marquardt), first with a blur of its own, then with
 * the median blur of all stations: its middle is the edge. From five stations on, one that is more than 2.5 px off its
 * neighbours' median starts again from there.
 * Bias, measured in tests/observe/test_edges.c: without grain at most 0.03, 0.02, 0.01 px at a blur of 0.5, 0.8, 1.5
 * px. Grain inside the bar with a standard deviation of a quarter of the contrast scatters a station (9 px long) by 0.3
 * px, more often inwards than outwards: the mean over an edge lies 0.1 to 0.2 px too far inside. The grain moves with
 * the material, so this leaves ratios of widths at one material place almost alone. */
tt_status tt_edges_find(const tt_image *image, const tt_edge_guide *guide, const double *station, size_t n,
                        tt_edge (*edge)[2], tt_error *err);

#endif
