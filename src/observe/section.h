/* The parallel section of a bar, measured along its edges.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_SECTION_H
#define TT_OBSERVE_SECTION_H

#include "observe/find_gauge.h"
#include "observe/strip_search.h"

/* Lines: edge k lies at offset[k] + slope[k] × s on the normal (-axis[1], axis[0]) of the station s. */
typedef struct tt_section {
	double origin[2], axis[2]; /* on the middle line; axis -10 … 170° */
	double offset[2], slope[2];
	double u_offset[2], u_slope[2];
	double s[2];                         /* ends */
	double width_px;                     /* mean, along the normal */
	double rms_px;                       /* of the stations' distances from their lines */
	double coverage;                     /* share of the stations in which both edges were seen on their lines */
	double contrast, outside[2], inside; /* grey levels: outside - inside; beside either edge; of the bar */
	bool bright;
	tt_section_end end[2];
	bool opens[2];      /* the edges are seen to part beyond each end */
	double widening[2]; /* 0 … 1: how surely the bar widens beyond each end */
} tt_section;

/* Refines a strip. *found is false, and nothing is said, when there are no two straight edges after all. */
tt_status tt_section_measure(const tt_image *image, const tt_strip *strip, tt_section *out, bool *found, tt_error *err);

/* A place in the image. */
void tt_section_place(const tt_section *c, double s, double across, double xy[2]);

#endif
