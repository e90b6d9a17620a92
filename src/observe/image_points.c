/* `displacement: image`: which two places of the device to follow.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/observation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CANDIDATES = 24 };

/* Candidates lie on the axis and to both sides of it, beyond the section's end. */
static size_t lay_candidates(const tt_observation *a, const double s[2], int end, const tt_image *first, int subset_px,
                             double *xy)
{
	const tt_gauge *g = &a->gauge;
	double sign = end ? 1 : -1, room = subset_px / 2 + 4;
	size_t n = 0;
	for (int i = 0; i < CANDIDATES; i++) {
		double along = sign * (g->width_px * 0.15 + (i / 3) * g->width_px * 0.12),
		       across = (i % 3 - 1) * g->width_px * 0.3;
		double x = s[0] + along * g->axis[0] + across * g->normal[0];
		double y = s[1] + along * g->axis[1] + across * g->normal[1];
		if (x < room || y < room || x > first->width - 1 - room || y > first->height - 1 - room) continue;
		xy[2 * n] = round(x);
		xy[2 * n + 1] = round(y);
		n++;
	}
	return n;
}

/* The candidate whose displacement noise is the smallest: followed once from the first frame to itself. */
static tt_status best_of(const tt_observation *a, const tt_image *first, const double *xy, size_t n, int end,
                         int subset_px, const tt_job *job, double best[2], tt_error *err)
{
	tt_dic_options o = a->dic;
	tt_dic_reference *r = NULL;
	tt_dic_tracker *t = NULL;
	tt_dic_point point[CANDIDATES];
	tt_dic_step_options step = {0};
	double least = INFINITY;
	o.subset_px = subset_px;
	tt_status st = TT_OK;
	if (n > 0) {
		st = tt_dic_reference_new(first, NULL, xy, n, &o, job, &r, err);
		if (st == TT_OK) st = tt_dic_tracker_new(r, job, &t, err);
		if (st == TT_OK) st = tt_dic_tracker_step(t, first, 0, &step, point, err);
	}
	for (size_t i = 0; st == TT_OK && i < n; i++) {
		if (point[i].flag != TT_DIC_OK || !(point[i].u_noise_px < least)) continue;
		least = point[i].u_noise_px;
		memcpy(best, xy + 2 * i, 2 * sizeof *best);
	}
	tt_dic_tracker_free(t);
	tt_dic_reference_free(r);
	if (st == TT_OK && isinf(least))
		st = tt_fail(err, TT_ERR_FAILED,
		             "force.displacement: image: no textured place was found on the grip beyond the gauge's "
		             "'%s' end; give "
		             "the points: {moving: [x, y], fixed: [x, y]}",
		             end ? "to" : "from");
	return st;
}

tt_status tt_image_points(const tt_test *t, const tt_observation *a, const tt_image *first, int subset_px,
                          const tt_job *job, double xy[4], tt_error *err)
{
	if (t->force.has_image_points) {
		const double *m = t->force.moving_px, *f = t->force.fixed_px;
		double along = (m[0] - f[0]) * a->gauge.axis[0] + (m[1] - f[1]) * a->gauge.axis[1];
		memcpy(xy, along > 0 ? f : m, 2 * sizeof *xy);
		memcpy(xy + 2, along > 0 ? m : f, 2 * sizeof *xy);
		return TT_OK;
	}
	if (!(a->choice.length_px > 0))
		return tt_fail(
		    err, TT_ERR_FAILED,
		    "force.displacement: image: the grips were not found in the first frame; give the points: {moving: "
		    "[x, y], fixed: [x, y]}");
	for (int end = 0; end < 2; end++) {
		double candidates[2 * CANDIDATES];
		/* the found section may run the other way than the described gauge */
		const double *p = a->choice.section[0], *q = a->choice.section[1];
		bool same = (q[0] - p[0]) * a->gauge.axis[0] + (q[1] - p[1]) * a->gauge.axis[1] > 0;
		size_t n = lay_candidates(a, same == (end == 0) ? p : q, end, first, subset_px, candidates);
		tt_status st = best_of(a, first, candidates, n, end, subset_px, job, xy + 2 * end, err);
		if (st != TT_OK) return st;
	}
	return TT_OK;
}
