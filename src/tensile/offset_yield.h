/* Where a curve has left its elastic line by a given plastic strain.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TENSILE_OFFSET_YIELD_H
#define TT_TENSILE_OFFSET_YIELD_H

#include "tensile/modulus.h"

typedef struct tt_crossing {
	double t, stress, strain; /* log time, NaN when not reached */
	double furthest;          /* largest plastic strain seen, when not reached */
} tt_crossing;

/* The first lasting crossing of strain - zero - stress / modulus = offset. The departure is taken from a local
 * polynomial in time around the crossing; for an offset below the noise of a few rows from a corner model (zero, then
 * b1 x + b2 x², x = time since the corner) fitted on both sides of it. */
tt_crossing tt_offset_cross(const tt_series *s, const tt_line *line, double offset);

#endif
