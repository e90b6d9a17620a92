/* What of an image's detail is noise and what is texture.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_TEXTURE_H
#define TT_DIC_TEXTURE_H

#include "temtensile/dic.h"

typedef struct tt_texture {
	double noise_grey;    /* standard deviation of the white part; NaN: too few pixels */
	double contrast_grey; /* standard deviation of the rest, over 8 px */
	double xx, xy, yy;    /* mean products of the texture's slopes, (grey / px)², noise's share not in them */
	size_t n;             /* pixels */
} tt_texture;

/* Inside the mask (0: outside; NULL: everywhere). Noise has no memory, texture has: noise is what the variogram keeps
 * when the distance goes to 0 (parabola through 1 and 2 px), and products of slopes are taken between pixels that share
 * none, so that noise adds nothing to them on average. */
tt_texture tt_image_texture(const tt_image *image, const tt_image *mask);

#endif
