/* One image, starts given.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/wave.h"

#include <stdlib.h>
#include <math.h>

static tt_status solve(const tt_dic_reference *r, const tt_image *deformed, tt_pool *pool, tt_dic_point *points,
                       tt_error *err)
{
	tt_wave wave;
	tt_status st = tt_wave_init(&wave, r, r->n, pool, err);
	if (st) return st;
	tt_wave_item *items = calloc(r->n ? r->n : 1, sizeof *items);
	if (!items) {
		tt_wave_free(&wave);
		return tt_fail_memory(err, "the points");
	}
	for (size_t i = 0; i < r->n; i++) {
		int cx, cy;
		tt_warp start;
		items[i].index = i;
		tt_wave_centre(&wave, i, &cx, &cy);
		tt_warp_unpack(points[i].p, r->options.order, &start);
		items[i].state.warp = tt_warp_about(&start, cx - r->xy[2 * i], cy - r->xy[2 * i + 1]);
	}
	tt_spline_begin(&wave.spline, deformed, r->offset);
	tt_wave_solve(&wave, items, r->n);
	for (size_t i = 0; i < r->n; i++)
		tt_wave_report(&wave, &items[i], &points[i]);
	free(items);
	tt_wave_free(&wave);
	return TT_OK;
}

tt_status tt_dic_solve(const tt_dic_reference *r, const tt_image *deformed, const tt_job *job, tt_dic_point *points,
                       tt_error *err)
{
	tt_pool *pool;
	tt_status st = tt_dic_check_image(deformed, r->width, r->height, "deformed image", err);
	if (!st) st = tt_pool_new(tt_job_threads(job), &pool, err);
	if (st) return st;
	st = solve(r, deformed, pool, points, err);
	tt_pool_free(pool);
	return st;
}
