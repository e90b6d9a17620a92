/* From a rough strip to the bar's edge lines, and along them to where they end.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/section.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "observe/edges.h"
#include "numeric/linear.h"
#include "numeric/statistics.h"

enum { MOST_STATIONS = 1200 };

/* Edges at stations along the whole axis, with room for what is done with them. */
typedef struct trace {
	size_t n;
	double step;
	double s[MOST_STATIONS], work[MOST_STATIONS];
	tt_edge edge[MOST_STATIONS][2];
	bool good[MOST_STATIONS];
} trace;

void tt_section_place(const tt_section *c, double s, double across, double xy[2])
{
	xy[0] = c->origin[0] + s * c->axis[0] - across * c->axis[1];
	xy[1] = c->origin[1] + s * c->axis[1] + across * c->axis[0];
}

static bool in_frame(const tt_image *im, const double xy[2], double margin)
{
	return xy[0] >= margin && xy[1] >= margin && xy[0] <= im->width - 1 - margin &&
	       xy[1] <= im->height - 1 - margin;
}

/* ---- lines through the edges ---- */

/* Robust line through one edge's stations between s0 and s1, those
 * farther than `limit` from the present line left out. */
static bool fit_line(const trace *t, int which, double s0, double s1, double limit, tt_section *c, double *rms)
{
	size_t n = 0, k = 0;
	for (size_t i = 0; i < t->n; i++)
		n += t->s[i] >= s0 && t->s[i] <= s1 &&
		     fabs(t->edge[i][which].offset - c->offset[which] - c->slope[which] * t->s[i]) <= limit;
	if (n < 8) return false;
	double *x = malloc(2 * n * sizeof *x), *y = x ? x + n : NULL;
	tt_robust_line l;
	for (size_t i = 0; x && i < t->n; i++) {
		double o = t->edge[i][which].offset;
		if (!(t->s[i] >= s0 && t->s[i] <= s1 &&
		      fabs(o - c->offset[which] - c->slope[which] * t->s[i]) <= limit))
			continue;
		x[k] = t->s[i];
		y[k++] = o;
	}
	bool good = x && tt_robust_line_fit(x, y, n, &l);
	if (good) {
		c->offset[which] = l.offset;
		c->slope[which] = l.slope;
		c->u_offset[which] = l.u_offset;
		c->u_slope[which] = l.u_slope;
		*rms = l.rms;
	}
	free(x);
	return good;
}

/* Turns the axis to the edges' mean direction and moves the origin onto the middle line. */
static void align(tt_section *c)
{
	double turn = atan(0.5 * (c->slope[0] + c->slope[1])), middle = 0.5 * (c->offset[0] + c->offset[1]);
	double ax = c->axis[0], ay = c->axis[1];
	c->origin[0] += -middle * ay;
	c->origin[1] += middle * ax;
	c->axis[0] = cos(turn) * ax - sin(turn) * ay;
	c->axis[1] = cos(turn) * ay + sin(turn) * ax;
	double half = 0.5 * (c->offset[1] - c->offset[0]) * cos(turn), taper = 0.5 * (c->slope[1] - c->slope[0]);
	c->offset[0] = -half, c->offset[1] = half;
	c->slope[0] = -taper, c->slope[1] = taper;
}

static tt_status take(const tt_image *im, const tt_section *c, double half_search, double average, double s0, double s1,
                      double step, trace *t, tt_error *err)
{
	tt_edge_guide g = {.half_search_px = fmin(100, fmax(2, half_search)),
	                   .average_px = fmin(65, fmax(1, average)),
	                   .polarity = c->bright ? -1 : 1};
	memcpy(g.origin, c->origin, sizeof g.origin);
	memcpy(g.axis, c->axis, sizeof g.axis);
	memcpy(g.offset, c->offset, sizeof g.offset);
	memcpy(g.slope, c->slope, sizeof g.slope);
	t->step = fmax(step, (s1 - s0) / (MOST_STATIONS - 2));
	t->n = 0;
	for (double s = s0; s <= s1 && t->n < MOST_STATIONS; s += t->step)
		t->s[t->n++] = s;
	return tt_edges_find(im, &g, t->s, t->n, t->edge, err);
}

/* ---- how far the section goes ---- */

/* Good: both edges lie near their lines. A grain may feign an edge up to three times as far inside; a shoulder goes
 * outwards. */
static void judge_stations(trace *t, const tt_section *c, double tolerance)
{
	for (size_t i = 0; i < t->n; i++) {
		t->good[i] = true;
		for (int k = 0; k < 2; k++) {
			double d = t->edge[i][k].offset - c->offset[k] - c->slope[k] * t->s[i], out = k ? d : -d;
			if (!(out <= tolerance && out >= -3 * tolerance)) t->good[i] = false;
		}
	}
}

/* Share of good stations among `window` that begin at i. */
static bool mostly_good(const trace *t, size_t i, size_t window)
{
	size_t n = 0;
	if (i + window > t->n) return false;
	for (size_t k = i; k < i + window; k++)
		n += t->good[k];
	return 4 * n >= 3 * window;
}

/* The stretch of good stations with the most of them. A piece that is hidden, by a bend contour say, is bridged when it
 * is shorter than `bridge` and the bar is seen for at least as long on either side. */
static bool longest_stretch(const trace *t, double bridge, size_t *first, size_t *last)
{
	size_t window = 5, best = 0;
	bool found = false;
	for (size_t i = 0; i + window <= t->n;) {
		if (!mostly_good(t, i, window)) {
			i++;
			continue;
		}
		size_t end = i, from = i;
		for (;;) {
			while (mostly_good(t, end + 1, window))
				end++;
			size_t next = end + 1, reach = (size_t)(bridge / t->step);
			while (next <= end + reach + window && !mostly_good(t, next, window))
				next++;
			size_t go = next;
			while (mostly_good(t, go, window))
				go++;
			size_t gap = next - end, least = gap > 8 ? gap : 8;
			if (next > end + reach + window || go - next < least || end - from < least) break;
			end = go - 1;
		}
		if (!found || end - from > best) {
			best = end - from;
			*first = from;
			*last = end + window - 1;
			found = true;
		}
		i = end + window;
	}
	if (!found) return false;
	while (!t->good[*first])
		++*first;
	while (!t->good[*last])
		--*last;
	return *last > *first + 4;
}

/* Mean distance outwards of both edges from their lines at a station; NaN when one is not seen. */
static double outwards(const trace *t, const tt_section *c, size_t i)
{
	double a = t->edge[i][0].offset - c->offset[0] - c->slope[0] * t->s[i];
	double b = t->edge[i][1].offset - c->offset[1] - c->slope[1] * t->s[i];
	return 0.5 * (b - a);
}

/* Where the shoulder begins: a shoulder leaves the line as a parabola, d = κ (s - s_end)², so the end is the change
 * point with the least sum of squares (each at most that of three standard deviations), over half a width inside the
 * last good station and what is seen within `reach` of the line beyond it. */
static double shoulder_start(const trace *t, const tt_section *c, size_t last, int way, double reach, double average)
{
	size_t from = last, to = last, inside = (size_t)(0.5 * c->width_px / t->step);
	for (size_t k = 0; k < inside && from + 1 < t->n && from > 0; k++)
		from = way > 0 ? from - 1 : from + 1;
	while (to + 1 < t->n && to > 0 && fabs(outwards(t, c, way > 0 ? to + 1 : to - 1)) < reach)
		to = way > 0 ? to + 1 : to - 1;
	size_t lo = from < to ? from : to, hi = from < to ? to : from;
	double best = INFINITY, end = t->s[last], cap = fmax(0.5, 3 * c->rms_px);
	for (size_t e = lo; e <= hi; e++) {
		double q = 0, dq = 0, sum = 0;
		for (size_t i = lo; i <= hi; i++) {
			double d = outwards(t, c, i), x = fmax(0, way * (t->s[i] - t->s[e]));
			if (isfinite(d)) q += x * x * x * x, dq += d * x * x;
		}
		double kappa = q > 0 && dq > 0 ? dq / q : 0;
		for (size_t i = lo; i <= hi; i++) {
			double d = outwards(t, c, i), x = fmax(0, way * (t->s[i] - t->s[e]));
			if (isfinite(d)) sum += pow(fmin(cap, fabs(d - kappa * x * x)), 2);
		}
		if (sum < best) best = sum, end = t->s[e];
	}
	/* A station sees the shoulder half its own length before it; never beyond what was good. */
	end += way * 0.4 * average;
	return way > 0 ? fmin(end, t->s[last]) : fmax(end, t->s[last]);
}

/* Both edges are seen to leave their lines outwards beyond the end: a shoulder, even where the frame cuts off the grip.
 */
static bool opens(const trace *t, const tt_section *c, int end)
{
	double least = fmax(1, 5 * c->rms_px);
	int way = end ? 1 : -1, seen = 0;
	for (size_t i = 0; i < t->n; i++) {
		double x = way * (t->s[i] - c->s[end]);
		if (x <= 0 || x > 0.5 * c->width_px) continue;
		double a = c->offset[0] + c->slope[0] * t->s[i] - t->edge[i][0].offset;
		double b = t->edge[i][1].offset - c->offset[1] - c->slope[1] * t->s[i];
		seen += a > least && b > least;
	}
	return seen >= 3;
}

/* ---- grey levels ---- */

static double level_at(const tt_image *im, const tt_section *c, double s, double across)
{
	double xy[2], sum = 0;
	tt_section_place(c, s, across, xy);
	if (!in_frame(im, xy, 2)) return NAN;
	int x = (int)lround(xy[0]), y = (int)lround(xy[1]);
	for (int j = -1; j <= 1; j++)
		for (int i = -1; i <= 1; i++)
			sum += tt_image_at(im, x + i, y + j);
	return sum / 9;
}

/* Median level between two distances from the middle line over the section. */
static double median_level(const tt_image *im, const tt_section *c, double n0, double n1)
{
	double v[40 * 6];
	size_t n = 0;
	for (int i = 0; i < 40; i++)
		for (int k = 0; k < 6; k++) {
			double l =
			    level_at(im, c, c->s[0] + (c->s[1] - c->s[0]) * (i + 0.5) / 40, n0 + (n1 - n0) * k / 5);
			if (isfinite(l)) v[n++] = l;
		}
	return tt_high_median(v, n);
}

static void measure_levels(const tt_image *im, tt_section *c)
{
	double half = 0.5 * c->width_px, near = half + 4, far = half + fmax(6, 0.3 * half);
	c->outside[0] = median_level(im, c, -far, -near);
	c->outside[1] = median_level(im, c, near, far);
	c->inside = median_level(im, c, -0.75 * half, 0.75 * half);
	c->contrast = 0.5 * (c->outside[0] + c->outside[1]) - c->inside;
}

/* Beyond an end, beside the edges' prolongation: where the bar widens, what was outside looks like inside. The grip may
 * be of another grey than the bar, but on the same side of the surroundings. */
static double widening(const tt_image *im, const tt_section *c, int end, int side)
{
	double w = c->width_px, way = end ? 1 : -1, best = NAN;
	for (int i = 0; i < 20; i++) {
		double s = c->s[end] + way * w * (0.04 + 0.04 * i), inside = 0, seen = 0;
		for (int k = 0; k < 5; k++) {
			double beside = 4 + w * (0.02 + 0.04 * k); /* clear of the edge's own blur */
			double across = c->offset[side] + c->slope[side] * s + (side ? beside : -beside);
			double l = level_at(im, c, s, across);
			if (!isfinite(l)) continue;
			double step = c->inside - c->outside[side];
			seen++;
			inside += (l - c->outside[side]) / step > 0.5;
		}
		if (seen >= 3) best = isnan(best) ? inside / seen : fmax(best, inside / seen);
	}
	return best;
}

/* The bar goes on as it is, seen or not seen at its rims, until the frame cuts it off. */
static bool reaches_frame(const tt_image *im, const tt_section *c, int end)
{
	double way = end ? 1 : -1, outside = 0.5 * (c->outside[0] + c->outside[1]);
	int inside = 0, seen = 0;
	for (double s = c->s[end];; s += way * fmax(1, 0.04 * c->width_px)) {
		double middle = level_at(im, c, s, 0);
		for (int side = 0; side < 2; side++) {
			double corner[2];
			tt_section_place(c, s, c->offset[side] + c->slope[side] * s, corner);
			if (!in_frame(im, corner, 3)) middle = NAN;
		}
		if (isnan(middle)) break;
		seen++;
		inside += (middle - outside) / (c->inside - outside) > 0.5;
	}
	return inside >= 0.7 * seen;
}

static void judge_end(const tt_image *im, tt_section *c, int end)
{
	double a = widening(im, c, end, 0), b = widening(im, c, end, 1);
	/* One side alone may be cut off by the frame. */
	c->widening[end] = isnan(a) && isnan(b) ? 0 : isnan(a) ? b : isnan(b) ? a : fmin(a, b);
	if (c->opens[end]) c->widening[end] = fmax(c->widening[end], 0.8);
	c->end[end] = c->widening[end] >= 0.6     ? TT_END_SHOULDER
	              : reaches_frame(im, c, end) ? TT_END_FRAME
	                                          : TT_END_OTHER;
}

/* ---- all together ---- */

/* Turns the description round when the axis points out of -10 … 170°. */
static void orient(tt_section *c)
{
	double angle = atan2(c->axis[1], c->axis[0]) / 0.017453292519943295;
	if (angle >= -10 && angle < 170) return;
	tt_section old = *c;
	for (int k = 0; k < 2; k++) {
		c->axis[k] = -old.axis[k];
		c->s[k] = -old.s[1 - k];
		c->opens[k] = old.opens[1 - k];
		c->offset[k] = -old.offset[1 - k];
		c->slope[k] = old.slope[1 - k];
		c->u_offset[k] = old.u_offset[1 - k];
		c->u_slope[k] = old.u_slope[1 - k];
	}
}

static void start(const tt_strip *strip, tt_section *c)
{
	memset(c, 0, sizeof *c);
	memcpy(c->origin, strip->centre, sizeof c->origin);
	memcpy(c->axis, strip->axis, sizeof c->axis);
	c->offset[0] = -0.5 * strip->width_px;
	c->offset[1] = 0.5 * strip->width_px;
	c->bright = strip->bright;
	c->width_px = strip->width_px;
}

/* Both edges' lines from the stations between s0 and s1, and the axis turned to them. */
static bool fit_lines(const trace *t, double s0, double s1, double limit, tt_section *c)
{
	double rms[2];
	for (int k = 0; k < 2; k++)
		if (!fit_line(t, k, s0, s1, limit, c, &rms[k])) return false;
	c->rms_px = sqrt(0.5 * (rms[0] * rms[0] + rms[1] * rms[1]));
	align(c);
	c->width_px = c->offset[1] - c->offset[0];
	return c->width_px > 3;
}

static tt_status find_ends(const tt_image *im, tt_section *c, trace *t, bool *found, tt_error *err)
{
	double reach = hypot(im->width, im->height), average = fmin(15, fmax(3, c->width_px / 10));
	for (int round = 0; round < 2; round++) {
		double tolerance = fmax(1, fmax(3.5 * c->rms_px, 0.01 * c->width_px));
		double search = fmax(4, fmax(2 * tolerance, 0.06 * c->width_px));
		tt_status st = take(im, c, search, average, -reach, reach, fmax(2, c->width_px / 45), t, err);
		if (st != TT_OK) return st;
		judge_stations(t, c, tolerance);
		size_t first, last;
		*found = longest_stretch(t, 0.8 * c->width_px, &first, &last);
		if (!*found) return TT_OK;
		double seen_to = fmin(0.7 * search, fmax(2.5, 6 * c->rms_px));
		c->s[1] = shoulder_start(t, c, last, 1, seen_to, average);
		c->s[0] = shoulder_start(t, c, first, -1, seen_to, average);
		*found = c->s[1] - c->s[0] > fmax(8 * t->step, 0.2 * c->width_px);
		if (!*found) return TT_OK;
		double seen = 0, all = 0, inset = round ? 0.02 : 0.08;
		for (size_t i = 0; i < t->n; i++)
			if (t->s[i] >= c->s[0] && t->s[i] <= c->s[1]) all++, seen += t->good[i];
		c->coverage = all ? seen / all : 0;
		double s0 = c->s[0], s1 = c->s[1], middle = 0.5 * (s0 + s1);
		*found = fit_lines(t, s0 + inset * (s1 - s0), s1 - inset * (s1 - s0), tolerance, c);
		if (!*found) return TT_OK;
		for (int end = 0; end < 2; end++)
			c->opens[end] = opens(t, c, end);
		/* The origin goes to the middle of the section; the lines are described from there. */
		double xy[2];
		tt_section_place(c, middle, 0, xy);
		memcpy(c->origin, xy, sizeof c->origin);
		for (int k = 0; k < 2; k++) {
			c->offset[k] += c->slope[k] * middle;
			c->s[k] -= middle;
		}
		c->width_px = c->offset[1] - c->offset[0];
		/* Stations nearer to each other than what each averages over do not count in full. */
		double shared = sqrt(fmax(1, average / t->step));
		for (int k = 0; k < 2; k++)
			c->u_offset[k] *= shared, c->u_slope[k] *= shared;
		*found = c->width_px > 3;
		if (!*found) return TT_OK;
	}
	return TT_OK;
}

tt_status tt_section_measure(const tt_image *image, const tt_strip *strip, tt_section *c, bool *found, tt_error *err)
{
	*found = false;
	start(strip, c);
	trace *t = malloc(sizeof *t);
	if (!t) return tt_fail_memory(err, "the specimen's edges");
	double half = 0.5 * strip->length_px, w = strip->width_px;
	double search = fmin(40, fmax(4, fmax(0.08 * w, half * 0.02)));
	tt_status st = TT_OK;
	bool good = true;
	for (int round = 0; round < 3 && st == TT_OK && good; round++) {
		st = take(image, c, search, fmin(15, fmax(3, w / 10)), -0.9 * half, 0.9 * half, half / 60, t, err);
		if (st == TT_OK) good = fit_lines(t, -half, half, search, c);
		search = fmax(3, fmin(search, 5 * c->rms_px));
	}
	/* What scatters like this are not two edges of one bar. */
	good = good && c->rms_px <= fmax(2, 0.04 * c->width_px);
	if (st == TT_OK && good) st = find_ends(image, c, t, &good, err);
	if (st == TT_OK && good) {
		orient(c);
		measure_levels(image, c);
		for (int end = 0; end < 2; end++)
			judge_end(image, c, end);
		*found = isfinite(c->contrast) && c->contrast != 0;
	}
	free(t);
	return st;
}
