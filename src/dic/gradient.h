/* The filters that make the reference's gradients.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_GRADIENT_H
#define TT_DIC_GRADIENT_H

enum { TT_GRADIENT_RADIUS = 3, TT_GRADIENT_TAPS = 2 * TT_GRADIENT_RADIUS + 1 };

/* Separable: wx = smooth in y of slope in x. To be used as correlation taps, centre at the middle. */
typedef struct tt_gradient {
	float smooth[TT_GRADIENT_TAPS], slope[TT_GRADIENT_TAPS];
	double noise_gain; /* what white noise of unit variance adds to wx sx, s the plain difference of kernels.h */
} tt_gradient;

const tt_gradient *tt_gradient_filters(void);

#endif
