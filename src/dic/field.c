/* A whole field between two images: seeds, then reliability-guided propagation (Pan 2009). The points next to good
 * ones start from their best neighbour's motion, the most reliable first. They are taken in waves: who is in a wave and
 * where each starts is settled before it runs, so that the field does not depend on the number of threads.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/groups.h"
#include "dic/rivals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	SEED_CELLS = 5,    /* seeds are tried at the centres of 5 × 5 parts of the points' box */
	MOST_ISLANDS = 8,  /* separate parts that are searched for in the whole frame */
	MOST_TRIES = 4,    /* starts of one point from different neighbours */
	MOST_ROUNDS = 4,   /* fields grown, each from a better seed than the last */
	MOST_GROUPS = 12,  /* parts that are judged each for itself */
	LEAST_SUBSETS = 4, /* a smaller group says too little */
	WIDE_SEEDS = 5     /* points whose templates are turned all round */
};

static const double sure_zncc = 0.85; /* a seed this good is taken at once */
static const double most_jump = 0.25; /* of the subset: farther from its neighbour's prediction a result is none */
static const double reach_in_spacings = 1.6;
static const double wave_depth = 0.1; /* neighbours within this of the best ZNCC make a wave */

enum { TODO, WAITS, GOOD, BAD };

typedef struct field {
	tt_dic_reference *r;
	tt_wave wave;
	tt_search *search;
	tt_dic_point *points;
	size_t n;
	uint8_t *state, *tries;
	uint32_t *best; /* the neighbour that a waiting point starts from */
	size_t *frontier;
	size_t waiting;
	tt_wave_item *items;
	tt_cells cells;
	double reach; /* neighbours are nearer than this in x and y */
} field;

static void free_field(field *f)
{
	tt_cells_free(&f->cells);
	tt_search_free(f->search);
	tt_wave_free(&f->wave);
	tt_dic_reference_free(f->r);
	free(f->state);
	free(f->tries);
	free(f->best);
	free(f->frontier);
	free(f->items);
}

/* The motion of point `from`, carried to the subset centre of point `to`. */
static tt_warp carried(const field *f, size_t from, size_t to)
{
	tt_warp w;
	int cx, cy;
	const tt_dic_point *p = &f->points[from];
	tt_warp_unpack(p->p, f->r->options.order, &w);
	tt_wave_centre(&f->wave, to, &cx, &cy);
	return tt_warp_about(&w, cx - p->x, cy - p->y);
}

/* Stores a result; a good one offers its motion to its neighbours. */
static void settle(field *f, const tt_wave_item *item)
{
	size_t i = item->index;
	tt_dic_point *p = &f->points[i];
	tt_wave_report(&f->wave, item, p);
	f->state[i] = p->flag ? BAD : GOOD;
	if (p->flag) return;
	int box[4];
	tt_cells_box(&f->cells, p->x - f->reach, p->y - f->reach, p->x + f->reach, p->y + f->reach, box);
	for (int y = box[1]; y <= box[3]; y++)
		for (int x = box[0]; x <= box[2]; x++)
			for (size_t q = f->cells.start[y * f->cells.nx + x];
			     q < f->cells.start[y * f->cells.nx + x + 1]; q++) {
				size_t k = f->cells.index[q];
				const tt_dic_point *o = &f->points[k];
				if (f->state[k] == GOOD || fabs(o->x - p->x) > f->reach || fabs(o->y - p->y) > f->reach)
					continue;
				if (f->state[k] == WAITS) {
					if (p->zncc > f->points[f->best[k]].zncc) f->best[k] = (uint32_t)i;
					continue;
				}
				if (f->state[k] == BAD && (f->tries[k] >= MOST_TRIES || o->flag == TT_DIC_NO_TEXTURE))
					continue;
				f->state[k] = WAITS;
				f->best[k] = (uint32_t)i;
				f->frontier[f->waiting++] = k;
			}
}

/* A point that ran away from where its neighbour says it is has found something else. */
static void refuse_jump(const field *f, tt_wave_item *item)
{
	if (item->state.flag) return;
	tt_warp start = carried(f, f->best[item->index], item->index);
	double far = hypot(item->state.warp.u[0] - start.u[0], item->state.warp.v[0] - start.v[0]);
	if (far > most_jump * f->r->options.subset_px) item->state.flag = TT_DIC_DIVERGED;
}

/* Takes the most reliable waiting points and solves them, until none waits. */
static tt_status propagate(field *f, const tt_job *job, tt_error *err)
{
	while (f->waiting) {
		tt_status st = tt_job_check(job, err);
		if (st) return st;
		double top = -1;
		for (size_t k = 0; k < f->waiting; k++)
			top = fmax(top, f->points[f->best[f->frontier[k]]].zncc);
		size_t n = 0, left = 0;
		for (size_t k = 0; k < f->waiting; k++) {
			size_t i = f->frontier[k];
			if (f->state[i] != WAITS) continue;
			if (f->points[f->best[i]].zncc < top - wave_depth) {
				f->frontier[left++] = i;
				continue;
			}
			memset(&f->items[n], 0, sizeof f->items[n]);
			f->items[n].index = i;
			f->items[n++].state.warp = carried(f, f->best[i], i);
			f->tries[i]++;
			f->state[i] = BAD; /* no longer waits */
		}
		f->waiting = left;
		tt_wave_solve(&f->wave, f->items, n);
		for (size_t k = 0; k < n; k++) {
			refuse_jump(f, &f->items[k]);
			settle(f, &f->items[k]);
		}
	}
	return TT_OK;
}

/* Well-spread untried points: those nearest to the centres of the parts of their box, the middle first. */
static size_t pick_seeds(const field *f, size_t out[SEED_CELLS * SEED_CELLS])
{
	double x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY, nearest[SEED_CELLS * SEED_CELLS];
	size_t at[SEED_CELLS * SEED_CELLS], n = 0;
	for (size_t i = 0; i < f->n; i++) {
		if (f->state[i] != TODO) continue;
		x0 = fmin(x0, f->points[i].x);
		y0 = fmin(y0, f->points[i].y);
		x1 = fmax(x1, f->points[i].x);
		y1 = fmax(y1, f->points[i].y);
	}
	double w = fmax(x1 - x0, 1e-9) / SEED_CELLS, h = fmax(y1 - y0, 1e-9) / SEED_CELLS;
	for (int k = 0; k < SEED_CELLS * SEED_CELLS; k++)
		nearest[k] = INFINITY;
	for (size_t i = 0; i < f->n; i++) {
		if (f->state[i] != TODO) continue;
		int cx = (int)((f->points[i].x - x0) / w), cy = (int)((f->points[i].y - y0) / h);
		if (cx >= SEED_CELLS) cx = SEED_CELLS - 1;
		if (cy >= SEED_CELLS) cy = SEED_CELLS - 1;
		double d = hypot(f->points[i].x - x0 - (cx + 0.5) * w, f->points[i].y - y0 - (cy + 0.5) * h);
		if (d < nearest[cy * SEED_CELLS + cx]) {
			nearest[cy * SEED_CELLS + cx] = d;
			at[cy * SEED_CELLS + cx] = i;
		}
	}
	/* by distance from the middle cell */
	for (int ring = 0; ring <= SEED_CELLS / 2; ring++)
		for (int k = 0; k < SEED_CELLS * SEED_CELLS; k++) {
			int dx = abs(k % SEED_CELLS - SEED_CELLS / 2), dy = abs(k / SEED_CELLS - SEED_CELLS / 2);
			if ((dx > dy ? dx : dy) == ring && isfinite(nearest[k])) out[n++] = at[k];
		}
	return n;
}

/* The nearest good point, by brute force over a thinned set. */
static bool nearest_good(const field *f, size_t i, size_t *out)
{
	double best = INFINITY;
	size_t every = f->n / 4096 + 1;
	for (size_t k = 0; k < f->n; k += every) {
		if (f->state[k] != GOOD) continue;
		double d = hypot(f->points[k].x - f->points[i].x, f->points[k].y - f->points[i].y);
		if (d < best) {
			best = d;
			*out = k;
		}
	}
	return isfinite(best);
}

/* How the known points nearby moved; at rest when there are none. */
static tt_warp guess(const field *f, size_t i)
{
	size_t from = 0;
	if (nearest_good(f, i, &from)) return carried(f, from, i);
	return (tt_warp){{0}, {0}};
}

/* One island's first point. The first island is searched with turned and stretched templates, and its best find is
 * taken however poor; later ones only when sure. */
static bool find_seed(field *f, bool first)
{
	size_t seed[SEED_CELLS * SEED_CELLS], n = pick_seeds(f, seed);
	tt_wave_item best = {0};
	best.state.flag = TT_DIC_DIVERGED;
	for (int how = 0; how < (first ? 4 : 3); how++) {
		for (size_t k = 0; k < n && (how < 3 || k < 5); k++) {
			tt_wave_item item = {.index = seed[k]};
			item.state.warp = guess(f, seed[k]);
			bool found;
			if (how == 0) {
				tt_wave_solve(&f->wave, &item, 1);
				found = !item.state.flag && item.state.zncc >= sure_zncc;
			} else if (how == 1) {
				found = tt_search_near(f->search, &f->wave, &item, 16, sure_zncc);
			} else {
				item.state.flag = TT_DIC_DIVERGED;
				found = tt_search_everywhere(f->search, &f->wave, &item, how == 3, sure_zncc);
			}
			if (!item.state.flag && (best.state.flag || item.state.zncc > best.state.zncc)) best = item;
			if (!found) continue;
			settle(f, &item);
			return true;
		}
	}
	if (!first || best.state.flag) return false;
	settle(f, &best);
	return true;
}

/* What no wave has reached, from the nearest good point: settles what lies outside or has no texture. */
static tt_status reach_out(field *f, const tt_job *job, tt_error *err)
{
	size_t n = 0;
	for (size_t i = 0; i < f->n; i++) {
		if (f->state[i] != TODO) continue;
		memset(&f->items[n], 0, sizeof f->items[n]);
		f->items[n].index = i;
		f->items[n++].state.warp = guess(f, i);
	}
	tt_wave_solve(&f->wave, f->items, n);
	for (size_t k = 0; k < n; k++) {
		tt_wave_item *item = &f->items[k];
		tt_warp start = guess(f, item->index);
		double far = hypot(item->state.warp.u[0] - start.u[0], item->state.warp.v[0] - start.v[0]);
		if (!item->state.flag && far > most_jump * f->r->options.subset_px) item->state.flag = TT_DIC_DIVERGED;
	}
	/* first those that failed, so that none of them is settled while it waits */
	for (size_t k = 0; k < n; k++)
		if (f->items[k].state.flag) settle(f, &f->items[k]);
	for (size_t k = 0; k < n; k++)
		if (!f->items[k].state.flag) settle(f, &f->items[k]);
	return propagate(f, job, err);
}

/* Points that no neighbour ever led to, and that failed for another reason than being outside or bare, are to be
 * searched for. */
static size_t reopen(field *f)
{
	size_t n = 0;
	for (size_t i = 0; i < f->n; i++) {
		tt_dic_flag flag = f->points[i].flag;
		if (f->state[i] != BAD || f->tries[i] || (flag != TT_DIC_LOW_ZNCC && flag != TT_DIC_DIVERGED)) continue;
		f->state[i] = TODO;
		n++;
	}
	return n;
}

/* Everything from one seed on: NULL finds its own. */
static tt_status grow(field *f, const tt_wave_item *seed, const tt_job *job, tt_error *err)
{
	memset(f->state, TODO, f->n);
	memset(f->tries, 0, f->n);
	f->waiting = 0;
	if (seed)
		settle(f, seed);
	else
		find_seed(f, true);
	tt_status st = propagate(f, job, err);
	if (!st) st = reach_out(f, job, err);
	for (int k = 0; !st && k < MOST_ISLANDS && reopen(f) > 0; k++) {
		bool found = find_seed(f, false);
		st = propagate(f, job, err);
		if (!st) st = reach_out(f, job, err);
		if (!found) break;
	}
	return st;
}

/* ---- may what was found be believed? ---- */

/* Members of a group, in the points' order, into f->frontier, which rests meanwhile. */
static size_t members_of(const field *f, const tt_groups *g, size_t group)
{
	size_t n = 0;
	for (size_t i = 0; i < f->n; i++)
		if (g->of[i] == group) f->frontier[n++] = i;
	return n;
}

/* How many subsets' area n points of the grid cover. */
static double subsets_in(const field *f, size_t n)
{
	double spacing = f->reach / reach_in_spacings / f->r->options.subset_px;
	return (double)n * spacing * spacing;
}

/* Too little to have evidence of its own; of a tiny field half will do. */
static bool is_small(const field *f, size_t n)
{
	return subsets_in(f, n) < fmin(LEAST_SUBSETS, subsets_in(f, f->n) / 2);
}

static tt_verdict judge(field *f, const tt_groups *g, size_t group, tt_wave_item *better)
{
	size_t n = members_of(f, g, group);
	if (is_small(f, n)) return TT_AMBIGUOUS;
	return tt_rivals_judge(f->search, &f->wave, f->points, f->frontier, n, subsets_in(f, n),
	                       f->r->options.within_px, better);
}

static double mean_zncc(const field *f, const tt_groups *g, size_t group)
{
	double sum = 0;
	for (size_t i = 0; i < f->n; i++)
		if (g->of[i] == group) sum += f->points[i].zncc;
	return sum / (double)g->size[group];
}

/* The best that turned and stretched templates of a few points meet. */
static bool look_wider(field *f, tt_wave_item *best)
{
	best->state.flag = TT_DIC_DIVERGED;
	for (size_t k = 0; k < WIDE_SEEDS; k++) {
		tt_wave_item item = {.index = (2 * k + 1) * f->n / (2 * WIDE_SEEDS)};
		item.state.flag = TT_DIC_DIVERGED;
		bool sure = tt_search_all_shapes(f->search, &f->wave, &item, sure_zncc);
		if (!item.state.flag && (best->state.flag || item.state.zncc > best->state.zncc)) *best = item;
		if (sure) return true;
	}
	return !best->state.flag;
}

/* Grows the field again from what fits better, as long as there is such. */
static tt_status improve(field *f, tt_groups *g, tt_verdict *verdict, const tt_job *job, tt_error *err)
{
	bool wide = false;
	for (int round = 0; round < MOST_ROUNDS; round++) {
		tt_wave_item better;
		tt_groups_free(g);
		tt_status st = tt_groups_make(f->points, f->n, &f->cells, f->reach, f->r->options.order, g, err);
		if (st) return st;
		*verdict = g->n ? judge(f, g, 0, &better) : TT_AMBIGUOUS;
		if (*verdict == TT_SURE) return TT_OK;
		if (*verdict == TT_AMBIGUOUS) {
			if (wide || (g->n && mean_zncc(f, g, 0) >= sure_zncc)) return TT_OK;
			wide = true;
			if (!look_wider(f, &better)) return TT_OK;
			if (g->n && better.state.zncc <= mean_zncc(f, g, 0)) return TT_OK;
		}
		st = grow(f, &better, job, err);
		if (st) return st;
	}
	/* each round found something better still: nothing to rely on */
	*verdict = TT_AMBIGUOUS;
	tt_groups_free(g);
	return tt_groups_make(f->points, f->n, &f->cells, f->reach, f->r->options.order, g, err);
}

static void distrust(tt_dic_point *p, tt_dic_flag flag)
{
	for (int k = 0; k < 12; k++)
		p->p[k] = NAN;
	p->u = p->v = p->u_noise_px = p->v_noise_px = NAN;
	p->flag = flag;
}

/* Flags what no group that is sure of its place holds. */
static tt_status check(field *f, const tt_job *job, tt_error *err)
{
	tt_groups g = {0};
	tt_verdict first = TT_AMBIGUOUS;
	tt_status st = improve(f, &g, &first, job, err);
	for (size_t k = 0; !st && k < g.n; k++) {
		tt_wave_item unused;
		tt_verdict v = k == 0 ? first : k >= MOST_GROUPS ? TT_AMBIGUOUS : judge(f, &g, k, &unused);
		if (v == TT_SURE) continue;
		for (size_t i = 0; i < f->n; i++)
			if (g.of[i] == k)
				distrust(&f->points[i],
				         k > 0 && is_small(f, g.size[k]) ? TT_DIC_INCONSISTENT : TT_DIC_AMBIGUOUS);
	}
	tt_groups_free(&g);
	return st;
}

static tt_status run(field *f, const tt_image *deformed, const tt_job *job, tt_error *err)
{
	tt_spline_begin(&f->wave.spline, deformed, f->r->offset);
	tt_search_begin(f->search, deformed);
	tt_status st = grow(f, NULL, job, err);
	return st ? st : check(f, job, err);
}

static tt_status make(field *f, const tt_image *reference, const tt_image *mask, const tt_dic_options *options,
                      tt_pool *pool, tt_error *err)
{
	size_t n = f->n ? f->n : 1;
	double *xy = malloc(2 * n * sizeof *xy);
	if (!xy) return tt_fail_memory(err, "the points");
	for (size_t i = 0; i < f->n; i++) {
		xy[2 * i] = f->points[i].x;
		xy[2 * i + 1] = f->points[i].y;
	}
	tt_status st = tt_reference_build(reference, mask, xy, f->n, options, pool, false, &f->r, err);
	f->reach = reach_in_spacings * tt_cells_spacing(xy, 2, f->n);
	if (!st) st = tt_cells_init(&f->cells, xy, 2, f->n, f->reach, err);
	free(xy);
	if (!st) st = tt_wave_init(&f->wave, f->r, n, pool, err);
	if (!st) st = tt_search_new(f->r, &f->search, err);
	if (st) return st;
	f->state = calloc(n, 1);
	f->tries = calloc(n, 1);
	f->best = malloc(n * sizeof *f->best);
	f->frontier = malloc(n * sizeof *f->frontier);
	f->items = malloc(n * sizeof *f->items);
	if (f->state && f->tries && f->best && f->frontier && f->items) return TT_OK;
	return tt_fail_memory(err, "the points");
}

tt_status tt_dic_field(const tt_image *reference, const tt_image *deformed, const tt_image *mask,
                       const tt_dic_options *options, const tt_job *job, tt_dic_point *points, size_t n, tt_error *err)
{
	tt_status st = tt_dic_check_image(reference, 0, 0, "reference image", err);
	if (!st) st = tt_dic_check_image(deformed, reference->width, reference->height, "deformed image", err);
	if (st) return st;
	if (n > UINT32_MAX) return tt_fail(err, TT_ERR_USAGE, "correlation: %zu points are too many", n);
	tt_pool *pool;
	st = tt_pool_new(tt_job_threads(job), &pool, err);
	if (st) return st;
	field f = {.points = points, .n = n};
	st = make(&f, reference, mask, options, pool, err);
	if (!st) st = run(&f, deformed, job, err);
	free_field(&f);
	tt_pool_free(pool);
	return st;
}
