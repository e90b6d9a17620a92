/* The plain-C face of OpenCV. No exception leaves it; images are borrowed views; every function gives status
 * and message back. vision.cpp is the project's one C++ file and links opencv_core and opencv_imgproc only.
 * OpenCV's own threads are switched off (for the process), so that results do not depend on their number; every
 * function may be called from several threads at once. Float images must be finite where nothing else is said.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_VISION_H
#define TT_VISION_H

#include "temtensile/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* OpenCV's version as it is loaded. */
void tt_vision_library(char *buf, size_t size);

/* A float image owned by this room's caller; data is contiguous rows. */
typedef struct tt_vimage {
	int width, height;
	float *data;
} tt_vimage;
void tt_vimage_free(tt_vimage *im);
tt_image tt_vimage_view(const tt_vimage *im);

tt_status tt_vision_blur(const tt_image *in, double sigma_px, tt_vimage *out, tt_error *err);
/* Each pixel the mean of factor × factor pixels; a remainder at the right and the bottom is left out. */
tt_status tt_vision_shrink(const tt_image *in, int factor, tt_vimage *out, tt_error *err);

/* Connected regions of a TT_U8 mask (non-zero), largest first. */
typedef struct tt_region {
	int64_t area;
	tt_rect box;
	double cx, cy;
	double axis_deg;      /* of the largest second moment, from +x towards +y, -90 … 90 */
	double length, width; /* 4 sqrt(eigenvalues) of the moments, px */
	int label;
} tt_region;
/* 8-connected. labels: width × height int32 (may be NULL), 0 = background. regions malloc'ed (NULL when n = 0). */
tt_status tt_vision_regions(const uint8_t *mask, int width, int height, int32_t *labels, tt_region **regions, size_t *n,
                            tt_error *err);
/* Fills a polygon (n >= 3 xy pairs, even-odd, its outline drawn too) into a TT_U8 mask with value. */
tt_status tt_vision_fill_polygon(uint8_t *mask, int width, int height, const double *xy, size_t n, uint8_t value,
                                 tt_error *err);

#ifdef __cplusplus
}
#endif
#endif
