/* A profile along a line across an image.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_LAYERS_LINE_H
#define TT_FILM_LAYERS_LINE_H

#include "temtensile/core.h"

typedef struct tt_profile_line {
	double from[2], to[2]; /* px */
	double width;          /* px across the line over which it averages */
} tt_profile_line;

/* Grey levels by straight-line interpolation, one point a pixel of the line, averaged over its width; *position (px
 * from the start) and *value are malloc'ed. TT_ERR_INPUT when the line, its width included, leaves the image or is
 * shorter than 24 px. */
tt_status tt_profile_along(const tt_image *im, const tt_profile_line *line, const char *what, double **position,
                           double **value, size_t *n, tt_error *err);

#endif
