/* Necking and fracture: what the stage leaves.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_JOBS_STAGE_NECKING_H
#define TT_JOBS_STAGE_NECKING_H

#include "temtensile/necking.h"

typedef struct tt_necking {
	/* width profile of the frames before fracture; rows 0: none, the reason says why */
	char reason[256];
	size_t stations, rows, w0_rows;
	double *s, *w0_px;   /* per station */
	size_t *index;       /* of each row's frame */
	double *strain;      /* of each row, NaN unknown */
	float *ratio;        /* rows × stations */
	float *moved;        /* rows × gauge stations: their motion along the axis, px */

	bool has_neck;       /* the search was made; neck.found says what it gave */
	tt_neck neck;
	double position_px[2];                           /* of the neck, first frame */
	int64_t last_frame;                              /* frame number of the last row */
	double area_reduction, u_area_reduction;         /* thickness thins as the width does */
	double true_stress_Pa, u_true_stress_Pa;         /* in the neck, last row */

	bool has_difference;
	char difference_reason[256];
	size_t pair[2];      /* rows of the track: what was subtracted from what */
	char pair_source[64];
	int averaged;
	tt_difference difference; /* its pictures are freed once they are drawn */
	double tiff_per_grey;     /* TIFF level = 32768 + this × difference */
	tt_candidate candidate[16];
	size_t n_candidates;

	bool has_gap;        /* a separate frame was looked at */
	tt_gap gap;
	int64_t gap_frame;   /* number of the frame whose gap was measured */
	char gap_reason[200];
} tt_necking;

void tt_necking_clear(tt_necking *n);

#endif
