/* The gap between two halves and the angles of its edges.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/fit.h"
#include "temtensile/necking.h"

static const double HELD = 4; /* px that must stay beyond the level, so that no noise stands for an edge */

static double sample(const tt_image *im, double x, double y)
{
	if (!(x >= 0 && y >= 0 && x < im->width - 1 && y < im->height - 1)) return NAN;
	int ix = (int)x, iy = (int)y;
	double fx = x - ix, fy = y - iy;
	return (1 - fy) * ((1 - fx) * tt_image_at(im, ix, iy) + fx * tt_image_at(im, ix + 1, iy)) +
	       fy * ((1 - fx) * tt_image_at(im, ix, iy + 1) + fx * tt_image_at(im, ix + 1, iy + 1));
}

/* 0 beside the bar, 1 inside it, at s along and n across the axis; three lines' mean against noise. */
static double share(const tt_image *im, const tt_gap_guide *g, double s, double n)
{
	double sum = 0;
	for (int k = -1; k <= 1; k++) {
		double x = g->point[0] + s * g->axis[0] - (n + k) * g->axis[1];
		double y = g->point[1] + s * g->axis[1] + (n + k) * g->axis[0];
		sum += sample(im, x, y);
	}
	return (sum / 3 - g->surroundings) / (g->bar - g->surroundings);
}

/* Grey share along one line; NaN outside the frame. */
static void take_line(const tt_image *im, const tt_gap_guide *g, double n, double *grey, int back, int ahead)
{
	for (int i = -back; i <= ahead; i++)
		grey[i + back] = share(im, g, i, n);
}

/* Longest run below one half: the gap on this line. False: none of HELD px. */
static bool longest_gap(const double *grey, int n, int *first, int *last)
{
	int best = 0, start = -1;
	for (int i = 0; i <= n; i++) {
		bool open = i < n && grey[i] < 0.5;
		if (open && start < 0) start = i;
		if (open || start < 0) continue;
		if (i - start > best) best = i - start, *first = start, *last = i - 1;
		start = -1;
	}
	return best >= HELD;
}

/* Edge at the step from inside (index `in`) to the gap (index `gap`); NaN unless HELD px of bar follow. */
static double crossing(const double *grey, int n, int in, int gap)
{
	int away = in - gap;
	double sum = 0;
	for (int k = 0; k < HELD; k++) {
		int i = in + k * away;
		if (i < 0 || i >= n || isnan(grey[i])) return NAN;
		sum += grey[i];
	}
	if (sum < 0.6 * HELD) return NAN;
	/* Half-way to what this line shows just behind the edge: a bright grain there would pull the crossing inwards.
	 */
	double half = 0, count = 0;
	for (int k = 2; k < 7; k++) {
		int i = in + k * away;
		if (i >= 0 && i < n && !isnan(grey[i])) half += 0.5 * grey[i], count++;
	}
	half = count ? half / count : 0.5;
	for (int k = -3; k < 4; k++) {
		int i = gap + k * away, next = i + away;
		if (i < 0 || next < 0 || i >= n || next >= n || !(grey[i] < half && grey[next] >= half)) continue;
		return i + away * (half - grey[i]) / (grey[next] - grey[i]);
	}
	return NAN;
}

/* Neighbouring lines share pixels and grains: the variance of their sum over that of independent ones, from the
 * residuals' autocorrelation up to its first zero; at least 3, the lines that each mean is made of. */
static double long_run(const double *across, const double *pos, size_t n, const double *x, double limit)
{
	double zero = 0, sum = 1;
	for (size_t lag = 0; lag < n / 4; lag++) {
		double product = 0, pairs = 0;
		for (size_t i = 0; i + lag < n; i++) {
			double a = pos[i] - x[0] - x[1] * across[i], b = pos[i + lag] - x[0] - x[1] * across[i + lag];
			if (fabs(a) <= limit && fabs(b) <= limit) product += a * b, pairs++;
		}
		if (!(pairs > 4)) break;
		if (lag == 0) zero = product / pairs;
		if (!(zero > 0) || product <= 0) break;
		if (lag) sum += 2 * product / pairs / zero;
	}
	return fmax(3, sum);
}

/* n over s: s = x0 + x1 n, Huber weights. pos holds the place s for each line, NaN none. */
static void fit_edge(const tt_gap_guide *g, const double *across, const double *pos, size_t n, double *work,
                     tt_gap_edge *e)
{
	double x[2] = {0, 0}, q[2], sum = 0, scale = INFINITY, lo = INFINITY, hi = -INFINITY;
	size_t used = 0;
	memset(e, 0, sizeof *e);
	e->angle_deg = e->u_deg = e->rms_px = NAN;
	for (int pass = 0; pass < 8; pass++) {
		tt_lsq l;
		tt_lsq_start(&l, 2);
		for (size_t i = 0; i < n; i++) {
			if (isnan(pos[i])) continue;
			const double row[2] = {1, across[i]};
			double r = isfinite(scale) ? fabs(pos[i] - x[0] - x[1] * across[i]) / scale : 0;
			if (r < 6) tt_lsq_add(&l, row, pos[i], r <= 1.345 ? 1 : 1.345 / r);
		}
		used = l.n;
		if (used < 8 || !tt_lsq_fit(&l, x, q, &sum)) return;
		size_t m = 0;
		for (size_t i = 0; i < n; i++)
			if (!isnan(pos[i])) work[m++] = fabs(pos[i] - x[0] - x[1] * across[i]);
		scale = fmax(0.05, TT_SD_OF_MAD * tt_median(work, m));
	}
	for (size_t i = 0; i < n; i++) {
		if (isnan(pos[i]) || fabs(pos[i] - x[0] - x[1] * across[i]) > 6 * scale) continue;
		lo = fmin(lo, across[i]), hi = fmax(hi, across[i]);
	}
	if (hi - lo < 0.4 * g->width_px) return;
	e->found = true;
	e->points = used;
	e->rms_px = sqrt(sum / (double)(used - 2));
	e->angle_deg = fabs(atan2(1, x[1])) * 180 / acos(-1);
	if (e->angle_deg > 90) e->angle_deg = 180 - e->angle_deg;
	e->u_deg =
	    sqrt(long_run(across, pos, n, x, 6 * scale)) * e->rms_px * sqrt(q[1]) / (1 + x[1] * x[1]) * 180 / acos(-1);
	double norm = hypot(1, x[1]);
	const double d[2] = {(x[1] * g->axis[0] - g->axis[1]) / norm, (x[1] * g->axis[1] + g->axis[0]) / norm};
	memcpy(e->direction, d, sizeof d);
	for (int k = 0; k < 2; k++) {
		double across_k = k ? hi : lo, s = x[0] + x[1] * across_k;
		e->end[k][0] = g->point[0] + s * g->axis[0] - across_k * g->axis[1];
		e->end[k][1] = g->point[1] + s * g->axis[1] + across_k * g->axis[0];
	}
	e->at[0] = g->point[0] + x[0] * g->axis[0];
	e->at[1] = g->point[1] + x[0] * g->axis[1];
}

static void summarise(const tt_gap_guide *g, tt_gap *out)
{
	const tt_gap_edge *e = out->edge;
	out->angle_deg = out->u_deg = out->opening_px = NAN;
	if (e[0].found && e[1].found) {
		out->angle_deg = 0.5 * (e[0].angle_deg + e[1].angle_deg);
		out->u_deg = 0.5 * hypot(e[0].u_deg, e[1].u_deg);
		out->opening_px = (e[1].at[0] - e[0].at[0]) * g->axis[0] + (e[1].at[1] - e[0].at[1]) * g->axis[1];
	} else if (e[0].found || e[1].found) {
		const tt_gap_edge *one = e[0].found ? &e[0] : &e[1];
		out->angle_deg = one->angle_deg;
		out->u_deg = one->u_deg;
		snprintf(out->reason, sizeof out->reason, "only the edge of one half is in sight");
	} else {
		snprintf(out->reason, sizeof out->reason, "no straight edge of a gap was found across the bar");
	}
}

tt_status tt_gap_find(const tt_image *frame, const tt_gap_guide *g, tt_gap *out, tt_error *err)
{
	memset(out, 0, sizeof *out);
	if (!(fabs(g->bar - g->surroundings) > 0) || !(g->width_px >= 12) ||
	    !(g->reach_px[0] >= 0 && g->reach_px[1] >= 0))
		return tt_fail(err, TT_ERR_USAGE,
		               "gap: bar and surroundings need different grey levels, and a width of 12 px or more");
	int back = (int)fmin(g->reach_px[0], 1e4), ahead = (int)fmin(g->reach_px[1], 1e4), n = back + ahead + 1;
	/* The rims are round and blurred: and a neck is narrower: the outer 12 % on either side say little about the
	 * fracture. */
	int half = (int)(0.38 * g->width_px);
	size_t lines = (size_t)(2 * half + 1);
	double *grey = malloc((size_t)n * sizeof *grey), *m = malloc(4 * lines * sizeof *m);
	if (!grey || !m) {
		free(grey);
		free(m);
		return tt_fail_memory(err, "the gap's edges");
	}
	double *across = m, *pos[2] = {m + lines, m + 2 * lines}, *work = m + 3 * lines;
	for (size_t i = 0; i < lines; i++) {
		int first = 0, last = 0;
		across[i] = (double)i - half;
		pos[0][i] = pos[1][i] = NAN;
		take_line(frame, g, across[i], grey, back, ahead);
		if (!longest_gap(grey, n, &first, &last)) continue;
		if (first > 0) pos[0][i] = crossing(grey, n, first - 1, first) - back;
		if (last < n - 1) pos[1][i] = crossing(grey, n, last + 1, last) - back;
	}
	for (int k = 0; k < 2; k++)
		fit_edge(g, across, pos[k], lines, work, &out->edge[k]);
	summarise(g, out);
	free(grey);
	free(m);
	return TT_OK;
}
