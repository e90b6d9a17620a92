/* Cubic B-spline interpolation of a whole float picture.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_RESAMPLE_H
#define TT_OBSERVE_RESAMPLE_H

#include "temtensile/core.h"

typedef struct tt_resample {
	int width, height;
	float *c; /* coefficients */
} tt_resample;

/* Coefficients by recursive filtering with mirrored borders (Unser, Aldroubi and Eden 1993, IEEE Trans. Signal Process.
 * 41, 821). */
tt_status tt_resample_new(const float *pixels, int width, int height, tt_resample *out, tt_error *err);
void tt_resample_free(tt_resample *r);
/* NaN outside the pixel centres. */
double tt_resample_at(const tt_resample *r, double x, double y);
/* Variance that white noise of variance 1 keeps at a fraction of a pixel, in one direction. */
double tt_resample_variance(double fraction);

#endif
