/* How much larger than predicted is the gauge length's noise?
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_NOISE_SCALE_H
#define TT_EVALUATE_NOISE_SCALE_H

#include "observe/gauge.h"

/* Robust standard deviation of L over its predicted u, from third differences of neighbouring readings (blind to any
 * motion that is smooth over four frames); >= 1; 1 when there are fewer than 12. use[i]: frame i may take part. */
double tt_noise_scale(const tt_gauge_reading *reading, const bool *use, size_t n);

#endif
