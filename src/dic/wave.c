/* Waves of points.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/wave.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WAITING = -1, GRAIN = 8 };

tt_status tt_wave_init(tt_wave *w, const tt_dic_reference *r, size_t n, tt_pool *pool, tt_error *err)
{
	int workers = pool ? tt_pool_size(pool) : 1;
	memset(w, 0, sizeof *w);
	w->r = r;
	w->pool = pool;
	tt_status st = tt_spline_init(&w->spline, r->width, r->height, r->options.interpolation,
	                              r->options.prefilter_sigma_px, workers, r->kernels, err);
	if (st) return st;
	w->waiting = malloc((n ? n : 1) * sizeof *w->waiting);
	w->numbers = malloc((size_t)workers * tt_prepared_numbers(r->options.order) * sizeof *w->numbers);
	w->masks = malloc((size_t)workers * tt_mask_words(r->options.subset_px) * sizeof *w->masks);
	if (w->waiting && w->numbers && w->masks) return TT_OK;
	tt_wave_free(w);
	return tt_fail_memory(err, "the points");
}

void tt_wave_free(tt_wave *w)
{
	tt_spline_free(&w->spline);
	free(w->waiting);
	free(w->numbers);
	free(w->masks);
	memset(w, 0, sizeof *w);
}

void tt_wave_centre(const tt_wave *w, size_t index, int *cx, int *cy)
{
	*cx = (int)lrint(w->r->xy[2 * index]);
	*cy = (int)lrint(w->r->xy[2 * index + 1]);
}

/* Queues the tiles under the item's whole square, as it is warped now. */
static void want(tt_wave *w, const tt_wave_item *item, double margin)
{
	int cx, cy, half = w->r->options.subset_px / 2;
	double box[4];
	double x = w->r->xy[2 * item->index], y = w->r->xy[2 * item->index + 1];
	if (!(x >= 0 && y >= 0 && x < w->r->width && y < w->r->height)) return;
	tt_wave_centre(w, item->index, &cx, &cy);
	tt_prepared square = {.cx = cx, .cy = cy, .left = -half, .top = -half, .right = half, .bottom = half};
	tt_solve_box(w->r, &square, &item->state.warp, box);
	if (!(box[2] >= -margin && box[3] >= -margin && box[0] <= w->r->width + margin &&
	      box[1] <= w->r->height + margin))
		return;
	tt_spline_want(&w->spline, box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin);
}

static void solve_items(void *ctx, int worker, size_t first, size_t last)
{
	const tt_wave *w = ctx;
	const tt_dic_reference *r = w->r;
	for (size_t i = first; i < last; i++) {
		tt_wave_item *item = &w->items[w->list ? w->list[i] : i];
		tt_prepared own, *p = &own;
		if (r->point)
			p = &r->point[item->index];
		else
			tt_reference_prepare(r, r->xy[2 * item->index], r->xy[2 * item->index + 1], p,
			                     w->numbers + (size_t)worker * tt_prepared_numbers(r->options.order),
			                     w->masks + (size_t)worker * tt_mask_words(r->options.subset_px));
		item->u_noise = p->u_noise;
		item->v_noise = p->v_noise;
		if (tt_solve_point(r, p, &w->spline, &item->state) == TT_SOLVE_WAIT)
			item->state.flag = (tt_dic_flag)WAITING;
	}
}

static bool is_waiting(const tt_wave_item *item)
{
	return (int)item->state.flag == WAITING;
}

void tt_wave_solve(tt_wave *w, tt_wave_item *items, size_t n)
{
	w->items = items;
	w->list = NULL;
	for (size_t i = 0; i < n; i++)
		want(w, &items[i], 1);
	tt_spline_fill(&w->spline, w->pool);
	tt_pool_for(w->pool, n, GRAIN, solve_items, w);
	size_t left = 0;
	for (size_t i = 0; i < n; i++)
		if (is_waiting(&items[i])) w->waiting[left++] = i;
	while (left) {
		for (size_t i = 0; i < left; i++) {
			/* exactly what the point asked for, and room around it */
			const double *box = items[w->waiting[i]].state.box;
			tt_spline_want(&w->spline, box[0] - 4, box[1] - 4, box[2] + 4, box[3] + 4);
		}
		tt_spline_fill(&w->spline, w->pool);
		w->list = w->waiting;
		tt_pool_for(w->pool, left, GRAIN, solve_items, w);
		size_t still = 0;
		for (size_t i = 0; i < left; i++)
			if (is_waiting(&items[w->waiting[i]])) w->waiting[still++] = w->waiting[i];
		left = still;
	}
}

void tt_wave_report(const tt_wave *w, const tt_wave_item *item, tt_dic_point *out)
{
	const tt_solve *s = &item->state;
	int cx, cy;
	out->x = w->r->xy[2 * item->index];
	out->y = w->r->xy[2 * item->index + 1];
	out->flag = s->flag;
	out->iterations = s->iterations;
	out->zncc = s->iterations > 0 ? s->zncc : NAN;
	for (int k = 0; k < 12; k++)
		out->p[k] = NAN;
	out->u = out->v = out->u_noise_px = out->v_noise_px = NAN;
	if (s->flag) return;
	tt_wave_centre(w, item->index, &cx, &cy);
	tt_warp about = tt_warp_about(&s->warp, out->x - cx, out->y - cy);
	tt_warp_pack(&about, w->r->options.order, out->p);
	out->u = about.u[0];
	out->v = about.v[0];
	out->u_noise_px = item->u_noise;
	out->v_noise_px = item->v_noise;
}
