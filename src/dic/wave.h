/* Many points solved at once: the coefficients that they need are filled first, points that wander beyond are
 * continued once more is filled. What comes out does not depend on the threads.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_WAVE_H
#define TT_DIC_WAVE_H

#include "dic/solve.h"

typedef struct tt_wave_item {
	const tt_prepared *point;
	tt_solve state;
	size_t index; /* the caller's */
} tt_wave_item;

/* Runs all items to their end. waiting: room for n indices. */
void tt_wave_solve(const tt_dic_reference *r, tt_spline *spline, tt_pool *pool, tt_wave_item *items, size_t n,
                   size_t *waiting);
/* Queues the tiles under the item's present warp, `margin` px wider. */
void tt_wave_want(const tt_dic_reference *r, tt_spline *spline, tt_wave_item *item, double margin);

#endif
