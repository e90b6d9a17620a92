/* Grey images of any depth to 8 bits at another size.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_DRAW_SCALE_H
#define TT_REPORT_DRAW_SCALE_H

#include "temtensile/core.h"

/* Grey levels that become black and white: the 0.1 % and 99.9 % quantiles, with a tenth of their distance around. */
void tt_grey_limits(const tt_image *image, double *black, double *white);

typedef struct tt_scaler tt_scaler;
/* Smaller: mean over each new pixel's area; larger: linear interpolation. */
tt_status tt_scaler_new(int width, int height, int new_width, int new_height, tt_scaler **out, tt_error *err);
void tt_scaler_free(tt_scaler *s);
/* image of the scaler's size; out: new_height rows of new_width bytes. NaN becomes black. */
void tt_scale(tt_scaler *s, const tt_image *image, double black, double white, uint8_t *out, ptrdiff_t stride);

#endif
