/* Finds the specimen in the first frame: its axis, its parallel section, and two well-textured ends for the gauge.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_FIND_GAUGE_H
#define TT_OBSERVE_FIND_GAUGE_H

#include <stdint.h>

#include "temtensile/core.h"

typedef struct tt_find_gauge_options {
	double width_px;       /* what the description says, as a hint; NaN or 0: nothing */
	int subset_px;         /* of the correlation, if it is known; 0: not */
	bool any_texture;      /* ends without texture for subsets are no error: see weak */
	const uint8_t *region; /* width × height bytes: the bar is looked for where they are not 0; NULL: everywhere */
} tt_find_gauge_options;

/* How the parallel section ends. */
typedef enum tt_section_end {
	TT_END_SHOULDER, /* the bar widens towards its grip */
	TT_END_FRAME,    /* it leaves the frame */
	TT_END_OTHER     /* it is lost to sight: an edge is hidden, the bar ends or narrows */
} tt_section_end;

/* All places in px of the image; [0] is the end at `from`. */
typedef struct tt_gauge_choice {
	double from[2], to[2];       /* the gauge ends, on the axis */
	double length_px;            /* between them */
	double axis_deg, u_axis_deg; /* direction from -> to, from +x towards +y, -10 … 170 */
	double width_px, u_width_px; /* mean over the section, along the normal */
	double taper_px;             /* change of the width over the section */
	double straightness_px;      /* rms distance of the edges from their lines */
	double section[2][2];        /* the parallel section's ends, on the axis */
	double section_length_px;
	tt_section_end end[2];
	double edge[2][2][2];    /* [edge][end]: the section's corners */
	bool bright;             /* the specimen is brighter than its surroundings */
	double contrast;         /* outside - inside, grey levels */
	double noise;            /* standard deviation, grey levels, of the bar's own */
	int subset_px;           /* side for which the texture was judged */
	double band_half_px;     /* half length along the axis of a band of subsets */
	double u_band_px[2];     /* standard uncertainty of a subset's displacement along the axis in each band */
	double contrast_grey[2]; /* standard deviation of each band's texture, grey levels */
	double texture[2];       /* gradient energy along the axis: of the specimen / of the noise */
	double confidence;       /* 0 … 1 */
	bool weak;               /* the texture is too weak for subsets at the ends */
	tt_strings notes;        /* what the user should know */
} tt_gauge_choice;

tt_find_gauge_options tt_find_gauge_defaults(void);

/* Works without any hint: dark on bright or bright on dark, any axis, 8 and 16 bit and float. Refuses (TT_ERR_FAILED)
 * with the reason: no bar, no grips, out of the frame, too short, no texture. *out needs tt_find_gauge_clear. */
tt_status tt_find_gauge(const tt_image *image, const tt_find_gauge_options *options, tt_gauge_choice *out,
                        tt_error *err);
void tt_find_gauge_clear(tt_gauge_choice *choice);

#endif
