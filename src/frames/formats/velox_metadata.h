/* What Velox writes beside its images: JSON whose numbers are strings.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_FORMATS_VELOX_METADATA_H
#define TT_FRAMES_FORMATS_VELOX_METADATA_H

#include "temtensile/core.h"

/* NaN where it does not say. */
typedef struct tt_velox_metadata {
	double pixel_x_m, pixel_y_m;
	double exposure_s, frame_time_s;
	double stamp_s; /* the frame's, by the detector's clock */
} tt_velox_metadata;

/* text: JSON, ends at size or at the first NUL. false: not JSON; everything is NaN then. */
bool tt_velox_metadata_read(const char *text, size_t size, tt_velox_metadata *m);

#endif
