/* `displacement: image`: which two places of the device to follow.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/observation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ON_GRIPS = 24, ON_SHOULDERS = 12, CANDIDATES = ON_GRIPS + ON_SHOULDERS };

static size_t lay_candidate(const tt_gauge *g, const double s[2], double along, double across, const tt_image *first,
                            double room, double *xy, size_t n)
{
	double x = s[0] + along * g->axis[0] + across * g->normal[0];
	double y = s[1] + along * g->axis[1] + across * g->normal[1];
	if (x < room || y < room || x > first->width - 1 - room || y > first->height - 1 - room) return n;
	xy[2 * n] = round(x);
	xy[2 * n + 1] = round(y);
	return n + 1;
}

/* Candidates lie on the axis and to both sides of it, beyond the section's end; shoulders: and, where none of these is
 * in the picture, on the outline where it begins to widen, whose curve shows motion along the axis. */
static size_t lay_candidates(const tt_observation *a, const double s[2], int end, const tt_image *first, int subset_px,
                             bool shoulders, double *xy)
{
	const tt_gauge *g = &a->gauge;
	double sign = end ? 1 : -1, room = subset_px / 2 + 4;
	size_t n = 0;
	for (int i = 0; i < ON_GRIPS; i++) {
		double along = sign * (g->width_px * 0.15 + (i / 3) * g->width_px * 0.12),
		       across = (i % 3 - 1) * g->width_px * 0.3;
		n = lay_candidate(g, s, along, across, first, room, xy, n);
	}
	const bool none = n == 0;
	for (int i = 0; shoulders && none && i < ON_SHOULDERS; i++) {
		double along = sign * g->width_px * (0.1 * (i / 2) - 0.1), across = (i % 2 ? 0.5 : -0.5) * g->width_px;
		n = lay_candidate(g, s, along, across, first, room, xy, n);
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
		double u = hypot(point[i].u_noise_px * a->gauge.axis[0], point[i].v_noise_px * a->gauge.axis[1]);
		if (point[i].flag != TT_DIC_OK || !(u < least)) continue;
		least = u;
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
		size_t n = lay_candidates(a, same == (end == 0) ? p : q, end, first, subset_px,
		                          !t->force.image_displacement, candidates);
		tt_status st = best_of(a, first, candidates, n, end, subset_px, job, xy + 2 * end, err);
		if (st != TT_OK) return st;
	}
	return TT_OK;
}

/* Where along the axis, beyond the section's end and beside the bar, the grey profile is steepest; NAN: nowhere steep
 * enough to be a grip's face. */
static double face_along(const tt_observation *o, const tt_image *first, const double end[2], const double out[2],
                         double across, int half)
{
	static const double LEAST = 0.15; /* of the bar's contrast, in a pixel */
	const tt_gauge *g = &o->gauge;
	int from = (int)(-0.3 * g->width_px), to = (int)(0.9 * g->width_px);
	double before = NAN, last = NAN, most = LEAST * fabs(o->choice.contrast), best = NAN;
	for (int s = from; s <= to; s++) {
		double sum = 0;
		for (int k = -half; k <= half; k++) {
			double x = end[0] + s * out[0] + (across + k) * g->normal[0],
			       y = end[1] + s * out[1] + (across + k) * g->normal[1];
			int ix = (int)lrint(x), iy = (int)lrint(y);
			bool in = ix >= 0 && iy >= 0 && ix < first->width && iy < first->height;
			sum += in ? tt_image_at(first, ix, iy) : NAN;
		}
		double mean = sum / (2 * half + 1), slope = fabs(0.5 * (mean - before));
		if (slope > most) most = slope, best = s - 1;
		before = last;
		last = mean;
	}
	return best;
}

bool tt_grip_faces_find(const tt_observation *o, const tt_image *first, tt_grip_faces *out)
{
	const tt_gauge *g = &o->gauge;
	double w = g->width_px, half = fmin(fmax(0.15 * w, 3), 12);
	out->half_across_px = half;
	for (int e = 0; e < 2; e++) {
		const double *p = o->choice.section[0], *q = o->choice.section[1];
		bool same = (q[0] - p[0]) * g->axis[0] + (q[1] - p[1]) * g->axis[1] > 0;
		const double *end = same == (e == 0) ? p : q,
		             away[2] = {e ? g->axis[0] : -g->axis[0], e ? g->axis[1] : -g->axis[1]};
		bool shoulder = o->choice.end[same == (e == 0) ? 0 : 1] == TT_END_SHOULDER, seen = false;
		for (int side = 0; side < 2; side++) {
			double across = (side ? 1 : -1) * (0.65 * w + half),
			       s = shoulder ? face_along(o, first, end, away, across, (int)half) : NAN;
			for (int k = 0; k < 2; k++)
				out->at[e][side][k] = end[k] + s * away[k] + across * g->normal[k];
			seen = seen || !isnan(s);
		}
		if (!seen) return false;
	}
	return true;
}
