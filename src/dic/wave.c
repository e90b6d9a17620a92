/* Waves of points.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/wave.h"

#include <math.h>

typedef struct wave {
	const tt_dic_reference *r;
	const tt_spline *spline;
	tt_wave_item *items;
	const size_t *list; /* NULL: all */
} wave;

enum { WAITING = -1 };

static void solve_items(void *ctx, int worker, size_t first, size_t last)
{
	const wave *w = ctx;
	(void)worker;
	for (size_t i = first; i < last; i++) {
		tt_wave_item *item = &w->items[w->list ? w->list[i] : i];
		if (tt_solve_point(w->r, item->point, w->spline, &item->state) == TT_SOLVE_WAIT)
			item->state.flag = (tt_dic_flag)WAITING;
	}
}

void tt_wave_want(const tt_dic_reference *r, tt_spline *spline, tt_wave_item *item, double margin)
{
	double box[4];
	if (item->point->flag || !tt_solve_box(r, item->point, &item->state.warp, box)) return;
	tt_spline_want(spline, box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin);
}

void tt_wave_solve(const tt_dic_reference *r, tt_spline *spline, tt_pool *pool, tt_wave_item *items, size_t n,
                   size_t *waiting)
{
	wave w = {.r = r, .spline = spline, .items = items};
	for (size_t i = 0; i < n; i++) tt_wave_want(r, spline, &items[i], 1);
	tt_spline_fill(spline, pool);
	tt_pool_for(pool, n, 8, solve_items, &w);
	size_t left = 0;
	for (size_t i = 0; i < n; i++)
		if ((int)items[i].state.flag == WAITING) waiting[left++] = i;
	while (left) {
		for (size_t i = 0; i < left; i++) tt_wave_want(r, spline, &items[waiting[i]], 4);
		tt_spline_fill(spline, pool);
		w.list = waiting;
		tt_pool_for(pool, left, 8, solve_items, &w);
		size_t still = 0;
		for (size_t i = 0; i < left; i++)
			if ((int)items[waiting[i]].state.flag == WAITING) waiting[still++] = waiting[i];
		left = still;
	}
}
