/* How well subsets can be followed on a piece of the bar: its texture against the noise.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_BAND_TEXTURE_H
#define TT_OBSERVE_BAND_TEXTURE_H

#include "observe/section.h"

typedef struct tt_band_strength {
	double energy;   /* mean square of the texture's gradient along the axis, (grey / px)² */
	double ratio;    /* … over the noise's share of such a gradient */
	double contrast; /* standard deviation of the texture, grey levels */
} tt_band_strength;

/* mask: work space of the image's size. */

/* Noise of the bar itself, which is rarely that of the brighter vacuum beside it; grey levels. */
double tt_band_noise(const tt_image *im, const tt_section *c, uint8_t *mask);
/* What noise that a codec or a detector correlates leaves of false texture, over its share: seen in the emptier one of
 * the surroundings. */
double tt_band_false_texture(const tt_image *im, const tt_section *c, uint8_t *mask);
/* Of the bar between s0 and s1, its rims left out. */
tt_band_strength tt_band_strength_of(const tt_image *im, const tt_section *c, uint8_t *mask, double noise, double empty,
                                     double s0, double s1);
/* Standard uncertainty along the axis of one subset, px: √2 σ / √SSSIG (Pan et al. 2008). */
double tt_band_subset_u(const tt_band_strength *t, double noise, int side);
/* Side of a subset that is fitted to the specimen without a look at its texture; wanted > 0: that. */
int tt_band_plain_subset(const tt_section *c, int wanted);

#endif
