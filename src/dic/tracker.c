/* Points followed through frames.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/wave.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is known of one point. Motions are about the present reference's subset centre. */
typedef struct track {
	tt_warp now, before;    /* the last two frames where it was found */
	double t_now, t_before;
	int found;              /* 0, 1, 2: how many of the two are set */
	bool lost;              /* in the last frame that it was asked for */
	tt_warp base;           /* about the point: from the first reference to the present one */
	double base_u2, base_v2; /* variances that came with it */
	tt_dic_point last;      /* as reported */
} track;

struct tt_dic_tracker {
	const tt_dic_reference *first, *r; /* r: first, or own */
	tt_dic_reference *own;
	tt_pool *pool;
	tt_wave wave;
	track *track;
	tt_wave_item *items;
	tt_warp *predicted;
	double *sorted;
	double t;     /* of the last frame */
	size_t frames;
};

static void blank_point(const tt_dic_reference *r, size_t i, tt_dic_point *out)
{
	memset(out, 0, sizeof *out);
	out->x = r->xy[2 * i];
	out->y = r->xy[2 * i + 1];
	for (int k = 0; k < 12; k++) out->p[k] = NAN;
	out->u = out->v = out->zncc = out->u_noise_px = out->v_noise_px = NAN;
}

tt_status tt_dic_tracker_new(tt_dic_reference *r, const tt_job *job, tt_dic_tracker **out, tt_error *err)
{
	*out = NULL;
	tt_dic_tracker *t = calloc(1, sizeof *t);
	if (!t) return tt_fail_memory(err, "the tracker");
	size_t n = r->n ? r->n : 1;
	t->first = t->r = r;
	tt_status st = tt_pool_new(tt_job_threads(job), &t->pool, err);
	if (!st) st = tt_wave_init(&t->wave, r, n, t->pool, err);
	if (!st) {
		t->track = calloc(n, sizeof *t->track);
		t->items = malloc(n * sizeof *t->items);
		t->predicted = malloc(n * sizeof *t->predicted);
		t->sorted = malloc(2 * n * sizeof *t->sorted);
		if (!t->track || !t->items || !t->predicted || !t->sorted) st = tt_fail_memory(err, "the tracker");
	}
	if (st) {
		tt_dic_tracker_free(t);
		return st;
	}
	for (size_t i = 0; i < r->n; i++) blank_point(r, i, &t->track[i].last);
	*out = t;
	return TT_OK;
}

void tt_dic_tracker_free(tt_dic_tracker *t)
{
	if (!t) return;
	tt_wave_free(&t->wave);
	tt_pool_free(t->pool);
	tt_dic_reference_free(t->own);
	free(t->track);
	free(t->items);
	free(t->predicted);
	free(t->sorted);
	free(t);
}

/* The last motion carried on at its last speed; deformation stays. */
static tt_warp predict(const track *k, double time)
{
	tt_warp w = k->now;
	double span = k->t_now - k->t_before, ahead = time - k->t_now;
	if (k->found < 2 || !(span > 0) || !(ahead > 0)) return w;
	double f = fmin(ahead / span, 2);
	w.u[0] += f * (k->now.u[0] - k->before.u[0]);
	w.v[0] += f * (k->now.v[0] - k->before.v[0]);
	return w;
}

static bool is_lost(const tt_wave_item *item)
{
	return item->state.flag != TT_DIC_OK;
}

/* A result farther from its prediction than allowed is no result. */
static void refuse_jump(const tt_dic_tracker *t, tt_wave_item *item, double limit)
{
	const tt_warp *p = &t->predicted[item->index], *w = &item->state.warp;
	if (is_lost(item) || !(limit > 0)) return;
	if (hypot(w->u[0] - p->u[0], w->v[0] - p->v[0]) > limit) item->state.flag = TT_DIC_DIVERGED;
}

static void report(const tt_dic_tracker *t, const tt_wave_item *item, tt_dic_point *out)
{
	const track *k = &t->track[item->index];
	tt_wave_report(&t->wave, item, out);
	out->x = t->first->xy[2 * item->index];
	out->y = t->first->xy[2 * item->index + 1];
	if (out->flag || !t->own) return;
	tt_warp w;
	tt_warp_unpack(out->p, t->r->options.order, &w);
	w = tt_warp_then(&k->base, &w);
	tt_warp_pack(&w, t->r->options.order, out->p);
	out->u = w.u[0];
	out->v = w.v[0];
	out->u_noise_px = hypot(out->u_noise_px, sqrt(k->base_u2));
	out->v_noise_px = hypot(out->v_noise_px, sqrt(k->base_v2));
}

static void remember(track *k, const tt_solve *s, double time)
{
	k->lost = s->flag != TT_DIC_OK;
	if (k->lost) return;
	if (k->found && time > k->t_now) {
		k->before = k->now;
		k->t_before = k->t_now;
		k->found = 2;
	}
	if (!k->found) k->found = 1;
	k->now = s->warp;
	k->t_now = time;
}

tt_status tt_dic_tracker_step(tt_dic_tracker *t, const tt_image *frame, double time_s,
                              const tt_dic_step_options *options, tt_dic_point *points, tt_error *err)
{
	static const tt_dic_step_options none = {NULL, false, 0};
	const tt_dic_reference *r = t->r;
	if (!options) options = &none;
	tt_status st = tt_dic_check_image(frame, r->width, r->height, "frame", err);
	if (st) return st;
	double time = isnan(time_s) ? t->t + 1 : time_s;
	tt_spline_begin(&t->wave.spline, frame, r->offset);
	size_t n = 0;
	for (size_t i = 0; i < r->n; i++) {
		if (options->active && !options->active[i]) {
			points[i] = t->track[i].last;
			continue;
		}
		t->predicted[i] = predict(&t->track[i], time);
		tt_wave_item *item = &t->items[n++];
		memset(item, 0, sizeof *item);
		item->index = i;
		item->state.warp = t->predicted[i];
	}
	tt_wave_solve(&t->wave, t->items, n);
	for (size_t k = 0; k < n; k++) {
		size_t i = t->items[k].index;
		refuse_jump(t, &t->items[k], options->max_jump_px);
		remember(&t->track[i], &t->items[k].state, time);
		report(t, &t->items[k], &t->track[i].last);
		points[i] = t->track[i].last;
	}
	t->t = time;
	t->frames++;
	return TT_OK;
}

tt_status tt_dic_tracker_update_reference(tt_dic_tracker *t, const tt_image *frame, tt_error *err)
{
	size_t n = t->r->n;
	double *xy = malloc(2 * (n ? n : 1) * sizeof *xy);
	if (!xy) return tt_fail_memory(err, "the points");
	for (size_t i = 0; i < n; i++) {
		const tt_dic_point *p = &t->track[i].last;
		xy[2 * i] = p->flag ? NAN : p->x + p->u;
		xy[2 * i + 1] = p->flag ? NAN : p->y + p->v;
	}
	tt_dic_reference *fresh;
	tt_status st = tt_dic_check_image(frame, t->r->width, t->r->height, "frame", err);
	if (!st) st = tt_reference_build(frame, NULL, xy, n, &t->r->options, t->pool, true, &fresh, err);
	free(xy);
	if (st) return st;
	for (size_t i = 0; i < n; i++) {
		track *k = &t->track[i];
		tt_dic_point *p = &k->last;
		if (p->flag) continue;
		tt_warp_unpack(p->p, t->r->options.order, &k->base);
		k->base_u2 = p->u_noise_px * p->u_noise_px;
		k->base_v2 = p->v_noise_px * p->v_noise_px;
		/* speed stays, motion starts anew */
		double du = k->now.u[0] - k->before.u[0], dv = k->now.v[0] - k->before.v[0];
		memset(&k->now, 0, sizeof k->now);
		memset(&k->before, 0, sizeof k->before);
		k->before.u[0] = -du;
		k->before.v[0] = -dv;
	}
	tt_dic_reference_free(t->own);
	t->own = fresh;
	t->r = t->wave.r = fresh;
	return TT_OK;
}
