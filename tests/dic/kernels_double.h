/* The sums of the kernels as they are defined, in double precision.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEST_KERNELS_DOUBLE_H
#define TEST_KERNELS_DOUBLE_H

#include "dic/kernels.h"

void double_cubic(const tt_subset *s, const tt_lookup *at, int order, tt_sums *out);
void double_quintic(const tt_subset *s, const tt_lookup *at, int order, tt_sums *out);
void double_whole(const tt_subset *s, const void *g, ptrdiff_t stride, tt_pixel type, float g0, int order,
                  tt_sums *out);
void double_moments(const tt_subset *s, int order, tt_moments *out);

#endif
