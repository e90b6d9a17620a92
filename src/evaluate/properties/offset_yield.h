/* Where a curve has left its elastic line by a given plastic strain.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_PROPERTIES_OFFSET_YIELD_H
#define TT_EVALUATE_PROPERTIES_OFFSET_YIELD_H

#include "evaluate/properties/modulus.h"

typedef struct tt_crossing {
	double t, stress, strain; /* log time, NaN when not reached */
	double furthest;          /* largest plastic strain seen, when not reached */
} tt_crossing;

/* The first lasting crossing of strain - zero - stress / modulus = offset. The departure is taken from a local
 * polynomial in time around the crossing; for an offset near the noise from a corner (tt_corner_find). */
tt_crossing tt_offset_cross(const tt_series *s, const tt_line *line, double offset);

/* departure = base before the corner at time t, base + b1 x + b2 x² after it (x = time since the corner). */
typedef struct tt_corner {
	double t, b1, b2;
	size_t first, last; /* rows it was fitted to */
	bool found;
} tt_corner;

/* Fitted on both sides of the place where the departure begins to grow. The quadratic term enters when it improves the
 * sum of squares by more than 4 variances of a row. */
tt_corner tt_corner_find(const tt_series *s, const tt_line *line, double offset);

#endif
