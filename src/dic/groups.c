/* Groups by joining neighbours that agree (union-find).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/groups.h"
#include "dic/warp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double slack_px = 0.5, slack_of_distance = 0.1, slack_of_noise = 5;

/* How far q lies from where p's motion says. */
static double apart(const tt_dic_point *p, const tt_dic_point *q, int order)
{
	tt_warp w;
	double u, v;
	tt_warp_unpack(p->p, order, &w);
	tt_warp_at(&w, q->x - p->x, q->y - p->y, &u, &v);
	return hypot(u - q->u, v - q->v);
}

static bool agree(const tt_dic_point *p, const tt_dic_point *q, int order)
{
	double noise = hypot(hypot(p->u_noise_px, p->v_noise_px), hypot(q->u_noise_px, q->v_noise_px));
	double most = slack_px + slack_of_distance * hypot(q->x - p->x, q->y - p->y) + slack_of_noise * noise;
	return apart(p, q, order) <= most && apart(q, p, order) <= most;
}

static uint32_t root_of(uint32_t *parent, uint32_t i)
{
	while (parent[i] != i)
		i = parent[i] = parent[parent[i]];
	return i;
}

static void join(uint32_t *parent, uint32_t a, uint32_t b)
{
	a = root_of(parent, a);
	b = root_of(parent, b);
	if (a < b)
		parent[b] = a;
	else
		parent[a] = b;
}

static void join_neighbours(const tt_dic_point *points, size_t i, const tt_cells *c, double reach, int order,
                            uint32_t *parent)
{
	const tt_dic_point *p = &points[i];
	int box[4];
	tt_cells_box(c, p->x - reach, p->y - reach, p->x + reach, p->y + reach, box);
	for (int y = box[1]; y <= box[3]; y++)
		for (int x = box[0]; x <= box[2]; x++)
			for (size_t k = c->start[y * c->nx + x]; k < c->start[y * c->nx + x + 1]; k++) {
				size_t j = c->index[k];
				if (j >= i || points[j].flag) continue;
				if (fabs(points[j].x - p->x) > reach || fabs(points[j].y - p->y) > reach) continue;
				if (agree(p, &points[j], order)) join(parent, (uint32_t)i, (uint32_t)j);
			}
}

typedef struct sized {
	size_t size;
	uint32_t root;
} sized;

static int larger_first(const void *a, const void *b)
{
	const sized *x = a, *y = b;
	if (x->size != y->size) return x->size < y->size ? 1 : -1;
	return (x->root > y->root) - (x->root < y->root);
}

tt_status tt_groups_make(const tt_dic_point *points, size_t n, const tt_cells *cells, double reach, int order,
                         tt_groups *out, tt_error *err)
{
	memset(out, 0, sizeof *out);
	size_t room = n ? n : 1;
	uint32_t *number = malloc(room * sizeof *number);
	sized *group = calloc(room, sizeof *group);
	out->of = malloc(room * sizeof *out->of);
	out->size = malloc(room * sizeof *out->size);
	tt_status st = number && group && out->of && out->size ? TT_OK : tt_fail_memory(err, "the points");
	for (size_t i = 0; st == TT_OK && i < n; i++)
		out->of[i] = (uint32_t)i;
	for (size_t i = 0; st == TT_OK && i < n; i++)
		if (!points[i].flag) join_neighbours(points, i, cells, reach, order, out->of);
	for (size_t i = 0; st == TT_OK && i < n; i++) {
		group[i].root = (uint32_t)i;
		if (!points[i].flag) group[root_of(out->of, (uint32_t)i)].size++;
	}
	if (st == TT_OK) {
		qsort(group, n, sizeof *group, larger_first);
		for (; out->n < n && group[out->n].size; out->n++) {
			out->size[out->n] = group[out->n].size;
			number[group[out->n].root] = (uint32_t)out->n;
		}
		/* a root is never behind its members: what it is called is known when they come */
		for (size_t i = n; i-- > 0;)
			out->of[i] = points[i].flag ? TT_NO_GROUP : number[root_of(out->of, (uint32_t)i)];
	} else {
		tt_groups_free(out);
	}
	free(number);
	free(group);
	return st;
}

void tt_groups_free(tt_groups *g)
{
	free(g->of);
	free(g->size);
	memset(g, 0, sizeof *g);
}
