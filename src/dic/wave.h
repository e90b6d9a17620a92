/* Many points solved at once: the coefficients that they need are filled first, points that wander beyond are
 * continued once more is filled. What comes out does not depend on the threads.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_WAVE_H
#define TT_DIC_WAVE_H

#include "dic/solve.h"

typedef struct tt_wave_item {
	size_t index; /* of the reference's point */
	tt_solve state;
	double u_noise, v_noise; /* set with the result */
} tt_wave_item;

typedef struct tt_wave {
	const tt_dic_reference *r; /* its points may be prepared or not */
	tt_spline spline;
	tt_pool *pool; /* borrowed */
	/* private */
	tt_wave_item *items;
	const size_t *list;
	size_t *waiting;
	double *numbers; /* a worker's point that is prepared on the fly */
	uint16_t *masks;
} tt_wave;

/* At most n items at a time. */
tt_status tt_wave_init(tt_wave *w, const tt_dic_reference *r, size_t n, tt_pool *pool, tt_error *err);
void tt_wave_free(tt_wave *w);
/* Runs all items to their end; allocates nothing. */
void tt_wave_solve(tt_wave *w, tt_wave_item *items, size_t n);
/* The result of an item as a point about its exact (possibly fractional) place in the reference. */
void tt_wave_report(const tt_wave *w, const tt_wave_item *item, tt_dic_point *out);
/* The point's subset centre. */
void tt_wave_centre(const tt_wave *w, size_t index, int *cx, int *cy);

#endif
