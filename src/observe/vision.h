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

/* Translation of b against a by phase correlation (Hanning window): b(x) ≈ a(x - shift). response 0 … 1.
 * Both images have the same size, at least 16 × 16. A start value: good to a few tenths of a pixel. */
tt_status tt_vision_phase_shift(const tt_image *a, const tt_image *b, double shift_xy[2], double *response,
                                tt_error *err);
/* Best place of templ inside image by zero-mean NCC (TM_CCOEFF_NORMED), with a mask of templ's size or NULL;
 * top-left corner, parabola-refined; score -1 … 1; second: best score farther than a quarter of templ's side (at
 * least 3 px) from the peak, NaN where the image holds no such place (ambiguity). A flat templ is an error. */
tt_status tt_vision_find(const tt_image *image, const tt_image *templ, const tt_image *mask, double xy[2],
                         double *score, double *second, tt_error *err);
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
/* out(x, y) = in(M (x, y, 1)^T), M 2 × 3 row-major, Lanczos (8 × 8); NaN where that point lies outside the pixel
 * centres. OpenCV rounds the point to 1/32 px: an error of up to gradient / 64, too coarse for displacements. */
tt_status tt_vision_warp_affine(const tt_image *in, const double m[6], int width, int height, tt_vimage *out,
                                tt_error *err);
/* out(x, y) = in(map_x, map_y); maps width × height floats (NaN gives NaN); as above. */
tt_status tt_vision_remap(const tt_image *in, const float *map_x, const float *map_y, int width, int height,
                          tt_vimage *out, tt_error *err);
/* Otsu's threshold (1979): the upper class is the pixels above *level, in the image's own grey levels;
 * *separation 0 … 1: between-class variance / total, 0 for a flat image. mask: TT_U8 of the same size, or NULL. */
tt_status tt_vision_otsu(const tt_image *in, const tt_image *mask, double *level, double *separation, tt_error *err);
/* Binary opening (erode then dilate) or closing with a disc, in place, TT_U8 mask 0/255 in contiguous rows.
 * What lies outside the image neither erodes nor dilates. */
tt_status tt_vision_open_close(uint8_t *mask, int width, int height, int radius, bool close, tt_error *err);

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
/* Outer contours as polygons of all their boundary pixels, largest area first; malloc'ed xy pairs; contour i has
 * the points (*starts)[i] … (*starts)[i + 1] - 1 (n + 1 entries). */
tt_status tt_vision_contours(const uint8_t *mask, int width, int height, double **xy, size_t **starts, size_t *n,
                             tt_error *err);
/* Robust line through n >= 2 points (Huber with 1.345 px, cv::fitLine): a point on it, unit direction with x > 0 (or
 * x = 0, y = 1), rms of all distances, outliers included. */
tt_status tt_vision_fit_line(const double *xy, size_t n, double point[2], double dir[2], double *rms, tt_error *err);
/* Fills a polygon (n >= 3 xy pairs, even-odd, its outline drawn too) into a TT_U8 mask with value. */
tt_status tt_vision_fill_polygon(uint8_t *mask, int width, int height, const double *xy, size_t n, uint8_t value,
                                 tt_error *err);

#ifdef __cplusplus
}
#endif
#endif
