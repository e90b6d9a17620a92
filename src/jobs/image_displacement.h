/* `displacement: image`: the device's opening as the images show it, instead of the log's displacement.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_JOBS_IMAGE_DISPLACEMENT_H
#define TT_JOBS_IMAGE_DISPLACEMENT_H

#include "jobs/analysis.h"

enum { TT_IMAGE_SUBSET_PX = 41 };

/* The two points to follow, [0] on the side of `from`, [1] on that of `to`: the description's, or the best-textured
 * places on the grips beyond the found parallel section. Error when there are none. */
tt_status tt_image_points(const tt_analysis *a, const tt_image *first, double xy[4], tt_error *err);

/* Displacement (m, any zero) at the middle of each exposure in the log's clock, from the track's extra points; NaN where
 * lost or repeated. time and displacement: room for a->track.n values. Returns their number. */
size_t tt_image_displacement(const tt_analysis *a, double *log_time_s, double *displacement_m);

#endif
