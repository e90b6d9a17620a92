/* The gauge on the specimen: where the subsets lie, and what their motions say about its two ends.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_GAUGE_H
#define TT_OBSERVE_GAUGE_H

#include "temtensile/core.h"
#include "temtensile/describe.h"
#include "temtensile/dic.h"

/* Points are ordered: band at `from`, band at `to`, stations along the axis. */
typedef struct tt_gauge {
	double from[2], to[2];     /* px, first frame */
	double axis[2], normal[2]; /* unit vectors, from -> to and across */
	double length_px, width_px;
	int subset_px;
	double *xy; /* n pairs */
	size_t n, n_band[2], n_stations;
	double *station_s; /* place of each station on the axis, px from `from` */
} tt_gauge;

/* Bands of subsets across the specimen around both ends and stations along its axis; only subsets that lie inside
 * the frame, and in the region (width × height bytes, 0 outside; NULL: everywhere), are laid. Error when a band keeps
 * fewer than 3 of them. */
tt_status tt_gauge_lay(const double from[2], const double to[2], double width_px, int subset_px, int width, int height,
                       const uint8_t *region, tt_gauge *out, tt_error *err);
/* The same on other features: one subset at either end for spots; for edges as many as fit, which may be none. */
tt_status tt_gauge_lay_on(tt_gauge_feature feature, const double from[2], const double to[2], double width_px,
                          int subset_px, int width, int height, const uint8_t *region, tt_gauge *out, tt_error *err);
void tt_gauge_clear(tt_gauge *g);
/* gauge.region as width × height bytes, 0 outside, malloc'ed; NULL: the whole frame. */
tt_status tt_gauge_region(const tt_test *test, int width, int height, uint8_t **region, tt_error *err);

/* The region of interest of the specimen: 255 inside the bar, `beyond_px` past its ends; malloc'ed TT_U8. */
tt_status tt_gauge_mask(const tt_gauge *g, double beyond_px, int width, int height, uint8_t **mask, tt_error *err);

/* One frame's reading. */
typedef struct tt_gauge_reading {
	bool ok;            /* both ends are known */
	double end[2][2];   /* px, robust plane fit over each band's displacements, at the end's own place */
	double length_px;   /* Euclidean distance of the ends; NaN when !ok */
	double u_length_px; /* from the subsets' scatter, their overlap accounted for */
	double axial_px[2]; /* mean displacement of each end along the axis */
	double zncc;        /* median over the trusted subsets; NaN without any */
	size_t used[2], dropped[2];
	double gap_px; /* largest opening between neighbouring trusted stations beyond the median strain; NaN unknown */
	double gap_at_px;      /* where on the axis (px from `from`, first frame) */
	size_t stations;       /* trusted */
	double station_strain; /* median strain between neighbouring stations; NaN unknown */
} tt_gauge_reading;

/* order: of the points' shape functions. */
tt_status tt_gauge_read(const tt_gauge *g, const tt_dic_point *points, int order, tt_gauge_reading *out, tt_error *err);

/* Which stations can be where they were found: trusted, and in the order that they have on the specimen. Two halves
 * do not pass through each other; what stands on the wrong side of the others is a match with some other place. The
 * largest set in order is kept (the longest increasing subsequence). good: n_stations. */
void tt_gauge_order_stations(const tt_gauge *g, const tt_dic_point *points, bool *good);

/* Takes back the readings that cannot be: a length known to less than 2 % of itself, or forty times worse than its
 * neighbours' (and worse than half a pixel), or more than a twentieth (and six u) below the first lengths, to which
 * nothing shortens a bar that is pulled. They are not ok then and have no length. Returns how many. */
size_t tt_gauge_sift(tt_gauge_reading *reading, size_t n);

#endif
