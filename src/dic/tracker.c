/* Points followed through frames.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/search.h"
#include "numeric/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	PILOTS = 7,
	SEARCHES = 4,     /* missing points that are looked for in one frame */
	SEARCH_NEAR = 32, /* px around the place where a missing point should be */
	PATIENCE = 8,     /* frames in a row in which a lost point is tried before it rests … */
	LONGEST = 5,      /* 2^5 frames, between searches for a point */
	STARTS_PER_PX = 4096,
	FINER = 64, /* steps of the grid that starts lie on: of the place, of its gradients … */
	GRID_EVERY = 256,
	GRID_FRAMES = 16, /* … in so many frames of so many: enough for some that are no repeats */
	REST = 8          /* … and is tried in every REST-th frame only, in turn, until any of them is found */
};
static const double sure_zncc = 0.75; /* a find elsewhere must be better than an ordinary result */

/* What is known of one point. Motions are about the present reference's subset centre. */
typedef struct track {
	tt_warp now, before; /* the last two frames where it was found */
	double t_now, t_before;
	int found;               /* 0, 1, 2: how many of the two are set */
	bool lost;               /* in the last frame that it was asked for */
	unsigned lost_frames;    /* in a row */
	unsigned failures;       /* searches in vain since it was lost */
	size_t search_at;        /* the frame from which it is searched for again */
	tt_warp base;            /* about the point: from the first reference to the present one */
	double base_u2, base_v2; /* variances that came with it */
	tt_dic_point last;       /* as reported */
} track;

struct tt_dic_tracker {
	const tt_dic_reference *first, *r; /* r: first, or own */
	tt_dic_reference *own;
	tt_pool *pool;
	tt_wave wave;
	tt_search *search;
	track *track;
	tt_wave_item *items, *again;
	tt_warp *predicted;
	size_t *left; /* items that are not found yet */
	double *sorted;
	double t;                    /* of the last frame */
	size_t frames, turn, number; /* turn: whose turn it is to be tried; number: the caller's, or 0 */
	size_t awake_until;          /* the frame up to which no lost point rests */
};

static void blank_point(const tt_dic_reference *r, size_t i, tt_dic_point *out)
{
	memset(out, 0, sizeof *out);
	out->x = r->xy[2 * i];
	out->y = r->xy[2 * i + 1];
	for (int k = 0; k < 12; k++)
		out->p[k] = NAN;
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
	if (!st) st = tt_search_new(r, &t->search, err);
	if (!st) {
		t->track = calloc(n, sizeof *t->track);
		t->items = malloc(n * sizeof *t->items);
		t->predicted = malloc(n * sizeof *t->predicted);
		t->left = malloc(n * sizeof *t->left);
		t->again = malloc(n * sizeof *t->again);
		t->sorted = malloc(2 * n * sizeof *t->sorted);
		if (!t->track || !t->items || !t->predicted || !t->left || !t->again || !t->sorted)
			st = tt_fail_memory(err, "the tracker");
	}
	if (st) {
		tt_dic_tracker_free(t);
		return st;
	}
	for (size_t i = 0; i < r->n; i++)
		blank_point(r, i, &t->track[i].last);
	*out = t;
	return TT_OK;
}

void tt_dic_tracker_free(tt_dic_tracker *t)
{
	if (!t) return;
	tt_wave_free(&t->wave);
	tt_search_free(t->search);
	tt_pool_free(t->pool);
	tt_dic_reference_free(t->own);
	free(t->track);
	free(t->items);
	free(t->predicted);
	free(t->left);
	free(t->again);
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
	if (k->lost) {
		k->lost_frames++;
		return;
	}
	if (k->lost_frames > PATIENCE) k->found = 0; /* the speed that it had says nothing any more */
	k->lost_frames = 0;
	k->failures = 0;
	k->search_at = 0;
	if (k->found && time > k->t_now) {
		k->before = k->now;
		k->t_before = k->t_now;
		k->found = 2;
	}
	if (!k->found) k->found = 1;
	k->now = s->warp;
	k->t_now = time;
}

static bool rests(const tt_dic_tracker *t, size_t i)
{
	const track *k = &t->track[i];
	return k->lost && k->lost_frames > PATIENCE && t->frames > t->awake_until && (t->turn + i) % REST != 0;
}

static bool takes_part(const tt_dic_tracker *t, const tt_dic_step_options *options, size_t i)
{
	return (!options->active || options->active[i]) && !rests(t, i);
}

static double rounded(double v, double steps)
{
	return rint(v * steps) / steps;
}

/* In some frames of numbered ones the starts lie on a grid, far finer than any prediction is right: whoever comes there
 * with the last digits of the frames before different begins at the same places, and goes on with the same bits. Not in
 * all frames: a start just beside a border of the grid falls to one side or the other, which is more than last digits.
 */
static bool on_grid(const tt_dic_tracker *t)
{
	return t->number && t->number % GRID_EVERY < GRID_FRAMES;
}

static void start_item(const tt_dic_tracker *t, tt_wave_item *item, size_t index)
{
	memset(item, 0, sizeof *item);
	item->index = index;
	item->state.warp = t->predicted[index];
	tt_warp *w = &item->state.warp;
	if (!on_grid(t)) return;
	w->u[0] = rounded(w->u[0], STARTS_PER_PX);
	w->v[0] = rounded(w->v[0], STARTS_PER_PX);
	for (int k = 1; k < 6; k++) { /* as far at the subset's edge */
		w->u[k] = rounded(w->u[k], STARTS_PER_PX * FINER);
		w->v[k] = rounded(w->v[k], STARTS_PER_PX * FINER);
	}
}

/* A few points, spread over the list, are solved first: what they all missed their prediction by (shake, a change of
 * speed) is added to the others' predictions. They lie at the front of the items then. */
static size_t send_pilots(tt_dic_tracker *t, size_t n)
{
	size_t found = 0;
	if (n < 4 * PILOTS) return 0;
	for (size_t k = 0; k < PILOTS; k++) {
		tt_wave_item swap = t->items[k];
		size_t from = k + (n - k - 1) * k / (PILOTS - 1);
		t->items[k] = t->items[from];
		t->items[from] = swap;
	}
	tt_wave_solve(&t->wave, t->items, PILOTS);
	double *du = t->sorted, *dv = t->sorted + PILOTS;
	for (size_t k = 0; k < PILOTS; k++) {
		const tt_wave_item *item = &t->items[k];
		if (is_lost(item)) continue;
		du[found] = item->state.warp.u[0] - t->predicted[item->index].u[0];
		dv[found++] = item->state.warp.v[0] - t->predicted[item->index].v[0];
	}
	if (found < 3) return PILOTS;
	double shift[2] = {tt_high_median(du, found), tt_high_median(dv, found)};
	for (int k = 0; k < 2 && on_grid(t); k++)
		shift[k] = rounded(shift[k], STARTS_PER_PX);
	for (size_t k = PILOTS; k < n; k++) {
		t->items[k].state.warp.u[0] += shift[0];
		t->items[k].state.warp.v[0] += shift[1];
	}
	return PILOTS;
}

/* Which items are still without a result. */
static size_t list_left(tt_dic_tracker *t, size_t n)
{
	size_t left = 0;
	for (size_t k = 0; k < n; k++) {
		tt_dic_flag flag = t->items[k].state.flag;
		bool hopeless = t->r->point[t->items[k].index].flag != TT_DIC_OK;
		if (flag != TT_DIC_OK && !hopeless) t->left[left++] = k;
	}
	return left;
}

/* The found item nearest to item k in the reference, over a thinned list. */
static bool nearest_found(const tt_dic_tracker *t, size_t n, size_t k, size_t *out)
{
	const double *xy = t->r->xy, *p = xy + 2 * t->items[k].index;
	double best = INFINITY;
	size_t every = n / 1024 + 1;
	for (size_t j = 0; j < n; j += every) {
		if (is_lost(&t->items[j])) continue;
		const double *q = xy + 2 * t->items[j].index;
		double d = hypot(q[0] - p[0], q[1] - p[1]);
		if (d < best) {
			best = d;
			*out = j;
		}
	}
	return isfinite(best);
}

/* The motion of item `from` carried to item `to`. */
static tt_warp carried(const tt_dic_tracker *t, size_t from, size_t to)
{
	const tt_prepared *a = &t->r->point[t->items[from].index], *b = &t->r->point[t->items[to].index];
	return tt_warp_about(&t->items[from].state.warp, b->cx - a->cx, b->cy - a->cy);
}

/* Items without a result start again from their nearest neighbour's motion. */
static size_t ask_neighbours(tt_dic_tracker *t, size_t n, size_t left, double limit)
{
	size_t m = 0;
	for (size_t k = 0; k < left; k++) {
		size_t from = 0, to = t->left[k];
		if (!nearest_found(t, n, to, &from)) return left;
		t->predicted[t->items[to].index] = carried(t, from, to);
		start_item(t, &t->again[m++], t->items[to].index);
	}
	tt_wave_solve(&t->wave, t->again, m);
	for (size_t k = 0; k < m; k++) {
		refuse_jump(t, &t->again[k], limit);
		t->items[t->left[k]] = t->again[k];
	}
	return list_left(t, n);
}

/* Who was looked for in vain is left alone for longer and longer; at last it is looked for in frames that are the same
 * for whoever began to follow when. */
static bool is_looked_for(const tt_dic_tracker *t, size_t i)
{
	const track *k = &t->track[i];
	return k->failures < LONGEST ? k->search_at <= t->frames : (t->turn + i) % (1u << LONGEST) == 0;
}

/* Looks for a few of the missing, first near where they should be, then everywhere. True when one was found. */
static bool search_some(tt_dic_tracker *t, size_t left)
{
	size_t looked = 0, every = left / SEARCHES + 1;
	for (size_t k = 0; k < left && looked < SEARCHES; k += every) {
		tt_wave_item *item = &t->items[t->left[k]];
		track *tr = &t->track[item->index];
		if (!is_looked_for(t, item->index)) continue;
		looked++;
		tt_wave_item found;
		start_item(t, &found, item->index);
		bool ok = tt_search_near(t->search, &t->wave, &found, SEARCH_NEAR, sure_zncc);
		if (!ok && looked <= 2) {
			found.state.flag = TT_DIC_DIVERGED;
			ok = tt_search_everywhere(t->search, &t->wave, &found, false, sure_zncc);
		}
		if (ok) {
			*item = found;
			return true;
		}
		tr->search_at = t->frames + ((size_t)1 << (tr->failures < LONGEST ? tr->failures : LONGEST));
		tr->failures++;
	}
	return false;
}

tt_status tt_dic_tracker_step(tt_dic_tracker *t, const tt_image *frame, double time_s,
                              const tt_dic_step_options *options, tt_dic_point *points, tt_error *err)
{
	static const tt_dic_step_options none = {NULL, false, 0, 0};
	const tt_dic_reference *r = t->r;
	if (!options) options = &none;
	tt_status st = tt_dic_check_image(frame, r->width, r->height, "frame", err);
	if (st) return st;
	double time = isnan(time_s) ? t->t + 1 : time_s;
	/* scattered: new camera images may come at a pace that has a divisor in common with REST */
	t->number = options->number;
	t->turn = options->number ? (size_t)((uint64_t)options->number * 0x9e3779b97f4a7c15u >> 40) : t->frames;
	tt_spline_begin(&t->wave.spline, frame, r->offset);
	tt_search_begin(t->search, frame);
	/* first those that were found last time, then the lost ones, whose neighbours may know by then */
	size_t n = 0, known = 0;
	for (int lost = 0; lost < 2; lost++) {
		for (size_t i = 0; i < r->n; i++) {
			if (!takes_part(t, options, i) || t->track[i].lost != lost) continue;
			t->predicted[i] = predict(&t->track[i], time);
			start_item(t, &t->items[n++], i);
		}
		if (!lost) known = n;
	}
	size_t done = send_pilots(t, known);
	tt_wave_solve(&t->wave, t->items + done, known - done);
	for (size_t k = 0; k < known; k++)
		refuse_jump(t, &t->items[k], options->max_jump_px);
	for (size_t k = known; k < n; k++) {
		tt_dic_flag flag = r->point[t->items[k].index].flag;
		t->items[k].state.flag = flag ? flag : TT_DIC_DIVERGED;
	}
	size_t left = list_left(t, n);
	if (left) left = ask_neighbours(t, n, left, options->max_jump_px);
	while (left && options->search_again && search_some(t, left)) {
		size_t before = left;
		left = list_left(t, n);
		if (left) left = ask_neighbours(t, n, left, options->max_jump_px);
		if (left >= before) break;
	}
	for (size_t i = 0; i < r->n; i++)
		if (!takes_part(t, options, i)) points[i] = t->track[i].last;
	for (size_t k = 0; k < n; k++) {
		size_t i = t->items[k].index;
		if (t->track[i].lost_frames > PATIENCE && !is_lost(&t->items[k])) t->awake_until = t->frames + PATIENCE;
		remember(&t->track[i], &t->items[k].state, time);
		report(t, &t->items[k], &t->track[i].last);
		points[i] = t->track[i].last;
	}
	t->t = time;
	t->frames++;
	return TT_OK;
}

/* Where lost point i should be by the motion of the nearest that is not lost, and that motion about it. */
static bool borrow(const tt_dic_tracker *t, size_t i, tt_warp *out, double *u2, double *v2)
{
	const tt_dic_point *p = &t->track[i].last;
	size_t from = SIZE_MAX;
	double best = INFINITY;
	for (size_t k = 0; k < t->r->n; k++) {
		const tt_dic_point *q = &t->track[k].last;
		double d = hypot(q->x - p->x, q->y - p->y);
		if (q->flag || !(d < best)) continue;
		best = d;
		from = k;
	}
	if (from == SIZE_MAX || best > 4 * t->r->options.subset_px) return false;
	const tt_dic_point *q = &t->track[from].last;
	tt_warp w;
	tt_warp_unpack(q->p, t->r->options.order, &w);
	*out = tt_warp_about(&w, p->x - q->x, p->y - q->y);
	/* a hundredth of the way between them: strain that differs by so much */
	*u2 = q->u_noise_px * q->u_noise_px + 1e-4 * best * best;
	*v2 = q->v_noise_px * q->v_noise_px + 1e-4 * best * best;
	return true;
}

tt_status tt_dic_tracker_update_reference(tt_dic_tracker *t, const tt_image *frame, tt_error *err)
{
	size_t n = t->r->n;
	double *xy = malloc(2 * (n ? n : 1) * sizeof *xy);
	if (!xy) return tt_fail_memory(err, "the points");
	for (size_t i = 0; i < n; i++) {
		const tt_dic_point *p = &t->track[i].last;
		tt_warp w = {{0}, {0}};
		double u2, v2;
		bool known = !p->flag;
		if (known)
			tt_warp_unpack(p->p, t->r->options.order, &w);
		else
			known = borrow(t, i, &w, &u2, &v2);
		xy[2 * i] = known ? p->x + w.u[0] : NAN;
		xy[2 * i + 1] = known ? p->y + w.v[0] : NAN;
	}
	tt_dic_reference *fresh;
	tt_status st = tt_dic_check_image(frame, t->r->width, t->r->height, "frame", err);
	if (!st) st = tt_reference_build(frame, NULL, xy, n, &t->r->options, t->pool, true, &fresh, err);
	free(xy);
	if (st) return st;
	tt_search *search;
	st = tt_search_new(fresh, &search, err);
	if (st) {
		tt_dic_reference_free(fresh);
		return st;
	}
	for (size_t i = 0; i < n; i++) {
		track *k = &t->track[i];
		tt_dic_point *p = &k->last;
		if (p->flag) {
			/* a lost point comes back where its neighbours say that it is */
			if (!borrow(t, i, &k->base, &k->base_u2, &k->base_v2)) continue;
			memset(&k->now, 0, sizeof k->now);
			k->found = 1;
			k->lost = false;
			k->lost_frames = k->failures = 0;
			k->search_at = 0;
			k->t_now = t->t;
			continue;
		}
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
	tt_search_free(t->search);
	t->search = search;
	tt_dic_reference_free(t->own);
	t->own = fresh;
	t->r = t->wave.r = fresh;
	return TT_OK;
}
