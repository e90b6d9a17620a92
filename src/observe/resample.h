/* Cubic B-spline interpolation of a whole float picture.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_RESAMPLE_H
#define TT_OBSERVE_RESAMPLE_H

#include "dic/spline.h"

typedef struct tt_resample {
	tt_spline spline; /* all its tiles */
} tt_resample;

/* The correlation's own coefficients, borders mirrored; the pixels are needed no longer. */
tt_status tt_resample_new(const float *pixels, int width, int height, tt_resample *out, tt_error *err);
void tt_resample_free(tt_resample *r);
/* NaN outside the pixel centres. */
double tt_resample_at(const tt_resample *r, double x, double y);
/* Variance that white noise of variance 1 keeps at a fraction of a pixel, in one direction. */
double tt_resample_variance(double fraction);

#endif
