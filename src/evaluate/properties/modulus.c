/* The elastic line of a curve.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/properties/modulus.h"

#include <math.h>

enum { LEVELS = 32, MIN_ROWS = 4 };
static const double search_from = 0.05, search_from_slack = 0.2, search_to = 0.85; /* of the reference stress */
static const double departure = 5e-4; /* strain that ends the range, first pass */
static const double steepness = 1.15;

/* Sums over rows 0 … i - 1 of powers of x = stress / sx and y = strain / sy. */
typedef struct power_sums {
	double sx, sy;
	double *x1, *x2, *x3, *x4, *y1, *xy, *xxy, *yy;
} power_sums;

static power_sums sum_up(tt_series *s)
{
	power_sums a = {0, 0, s->sum[0], s->sum[1], s->sum[2], s->sum[3], s->sum[4], s->sum[5], s->sum[6], s->sum[7]};
	for (size_t i = 0; i < s->n; i++) {
		a.sx = fmax(a.sx, fabs(s->s[i]));
		a.sy = fmax(a.sy, fabs(s->e[i]));
	}
	if (!(a.sx > 0)) a.sx = 1;
	if (!(a.sy > 0)) a.sy = 1;
	for (int k = 0; k < 8; k++)
		s->sum[k][0] = 0;
	for (size_t i = 0; i < s->n; i++) {
		double x = s->s[i] / a.sx, y = s->e[i] / a.sy, xx = x * x;
		a.x1[i + 1] = a.x1[i] + x;
		a.x2[i + 1] = a.x2[i] + xx;
		a.x3[i + 1] = a.x3[i] + xx * x;
		a.x4[i + 1] = a.x4[i] + xx * xx;
		a.y1[i + 1] = a.y1[i] + y;
		a.xy[i + 1] = a.xy[i] + x * y;
		a.xxy[i + 1] = a.xxy[i] + xx * y;
		a.yy[i + 1] = a.yy[i] + y * y;
	}
	return a;
}

/* A window's regression of y on x, scaled units. */
typedef struct window {
	double n, mean_x, mean_y, sxx, sxy, syy;
	double slope, se;    /* of dy/dx */
	double bend, u_bend; /* second-order coefficient */
} window;

/* Rows lo … hi - 1; ux, uy: noise of one row. */
static window regress(const power_sums *a, size_t lo, size_t hi, double ux, double uy)
{
	window w = {0};
	double n = w.n = (double)(hi - lo);
	double s1 = a->x1[hi] - a->x1[lo], s2 = a->x2[hi] - a->x2[lo], s3 = a->x3[hi] - a->x3[lo];
	double s4 = a->x4[hi] - a->x4[lo], t0 = a->y1[hi] - a->y1[lo], t1 = a->xy[hi] - a->xy[lo];
	double t2 = a->xxy[hi] - a->xxy[lo], m = s1 / n, my = t0 / n;
	w.mean_x = m;
	w.mean_y = my;
	/* moments about the mean */
	double m2 = s2 - n * m * m;
	double m3 = s3 - 3 * m * s2 + 3 * m * m * s1 - n * m * m * m;
	double m4 = s4 - 4 * m * s3 + 6 * m * m * s2 - 4 * m * m * m * s1 + n * m * m * m * m;
	w.sxx = m2;
	w.sxy = t1 - m * t0;
	w.syy = a->yy[hi] - a->yy[lo] - n * my * my;
	double corrected = m2 - (n - 1) * ux * ux;
	if (!(corrected > 0.2 * m2) || !(m2 > 0)) {
		w.slope = NAN;
		return w;
	}
	w.slope = w.sxy / corrected;
	double rss = fmax(0, w.syy - w.sxy * w.sxy / m2);
	double var = fmax(rss / fmax(1, n - 2), uy * uy);
	w.se = sqrt(var / corrected);
	/* x² made orthogonal to 1 and x */
	double sqq = m4 - m2 * m2 / n - m3 * m3 / m2;
	if (n < 6 || !(sqq > 1e-9 * m4)) return w;
	double sqy = t2 - 2 * m * t1 + m * m * t0 - m2 / n * t0 - m3 / m2 * w.sxy;
	w.bend = sqy / sqq;
	w.u_bend = sqrt(fmax((rss - sqy * sqy / sqq) / fmax(1, n - 3), uy * uy) / sqq);
	return w;
}

/* Squared error of a window's slope: scatter, and what a significant bend changes over half of its range. */
static double slope_error2(const window *w, double range)
{
	double bias2 = fmax(0, w->bend * w->bend - w->u_bend * w->u_bend) * range * range;
	return w->se * w->se + bias2;
}

/* First row in [0, end] whose smoothed stress reaches the level. */
static size_t first_reaching(const tt_series *s, size_t end, double level)
{
	size_t i = 0;
	while (i < end && s->ss[i] < level)
		i++;
	return i;
}

static size_t highest_row(const tt_series *s, size_t from, size_t end)
{
	size_t top = from;
	for (size_t i = from; i < end; i++)
		if (s->ss[i] > s->ss[top]) top = i;
	return top;
}

/* Last row of the first loading: the highest, or where stress falls back by 3 % of the maximum. */
static size_t loading_end(const tt_series *s)
{
	size_t top = highest_row(s, 0, s->n), peak = 0;
	double fall = fmax(0.03 * s->ss[top], 6 * s->us[top]);
	for (size_t i = 0; i < top; i++) {
		if (s->ss[i] > s->ss[peak]) peak = i;
		bool far_enough = peak >= 2 * MIN_ROWS && s->ss[peak] > 0.2 * s->ss[top];
		if (far_enough && s->ss[i] < s->ss[peak] - fall) return peak;
	}
	return top;
}

typedef struct choice {
	size_t first, end;
	bool found;
} choice;

/* A candidate's slope less twice its error, and its squared error. */
typedef struct candidate {
	size_t first, end;
	double least_slope, error2;
} candidate;

/* The best window between stresses lo and hi, rows up to `last`. */
static choice search(const tt_series *s, const power_sums *a, double lo, double hi, size_t last)
{
	enum { LEAST = LEVELS / 4 }; /* narrowest, in levels */
	candidate list[(LEVELS - LEAST + 1) * (LEVELS - LEAST + 2) / 2];
	size_t at[LEVELS + 1];
	for (int j = 0; j <= LEVELS; j++)
		at[j] = first_reaching(s, last, lo + (hi - lo) * j / LEVELS);
	double ux = s->us[at[LEVELS / 2]] / a->sx, uy = s->long_run * s->ue[at[LEVELS / 2]] / a->sy;
	double steepest = INFINITY, best_error = INFINITY;
	int n = 0;
	for (int j = 0; j < LEVELS; j++)
		for (int k = j + LEAST; k <= LEVELS; k++) {
			if (at[k] < at[j] + MIN_ROWS - 1) continue;
			window w = regress(a, at[j], at[k] + 1, ux, uy);
			if (!(w.slope > 0)) continue;
			steepest = fmin(steepest, w.slope + 2 * w.se);
			double range = (s->s[at[k]] - s->s[at[j]]) / a->sx;
			list[n++] = (candidate){at[j], at[k] + 1, w.slope - 2 * w.se, slope_error2(&w, range)};
		}
	choice best = {0};
	for (int i = 0; i < n; i++) {
		if (list[i].least_slope > steepness * steepest || list[i].error2 >= best_error) continue;
		best_error = list[i].error2;
		best = (choice){list[i].first, list[i].end, true};
	}
	return best;
}

static void set_line(const tt_series *s, const power_sums *a, choice c, tt_line *line)
{
	window w = regress(a, c.first, c.end, s->us[c.first] / a->sx, s->ue[c.first] / a->sy);
	double slope = w.slope * a->sy / a->sx;
	line->modulus = 1 / slope;
	line->zero = (w.mean_y - w.slope * w.mean_x) * a->sy;
	line->r2 = w.sxy * w.sxy / (w.sxx * w.syy);
	line->first = c.first;
	line->last = c.end - 1;
	line->count = c.end - c.first;
	line->scatter = sqrt(fmax(0, w.syy - w.sxy * w.sxy / w.sxx) / fmax(1, w.n - 2)) * a->sy;
}

/* The last stress at which the departure from the line is small, before it has become large for good. */
static double reference_stress(const tt_series *s, const tt_line *line, size_t last)
{
	double small = fmax(departure, s->ue[line->first]);
	size_t stop = last;
	for (size_t i = line->first; i + 1 < s->n && i < last; i++) {
		double p0 = s->se[i] - line->zero - s->ss[i] / line->modulus;
		double p1 = s->se[i + 1] - line->zero - s->ss[i + 1] / line->modulus;
		if (p0 > 4 * small && p1 > 4 * small) {
			stop = i;
			break;
		}
	}
	for (size_t i = stop; i > line->first; i--)
		if (s->se[i] - line->zero - s->ss[i] / line->modulus < small) return s->ss[i];
	return s->ss[stop];
}

static choice rows_between(const tt_series *s, const double *v, double lo, double hi, size_t last)
{
	choice c = {0};
	size_t i = 0;
	while (i <= last && v[i] < lo)
		i++;
	c.first = i;
	while (i <= last && v[i] <= hi)
		i++;
	c.end = i;
	c.found = c.end >= c.first + MIN_ROWS && c.end <= s->n;
	return c;
}

static bool no_line(tt_line *line, const char *reason)
{
	line->modulus = line->zero = line->r2 = line->scatter = NAN;
	line->reason = reason;
	return false;
}

bool tt_line_find(tt_series *s, const tt_property_options *o, tt_line *line)
{
	*line = (tt_line){0};
	if (s->n < MIN_ROWS) return no_line(line, "fewer than 4 rows carry both strain and stress");
	power_sums a = sum_up(s);
	size_t last = loading_end(s);
	if (!(s->ss[last] > 5 * s->us[last])) return no_line(line, "no stress above its noise");
	choice c;
	if (o->window == TT_ELASTIC_AUTO) {
		c = search(s, &a, 0, s->ss[last], last);
		if (!c.found) return no_line(line, "no range of at least 4 rows in which strain grows with stress");
		set_line(s, &a, c, line);
		double ref = reference_stress(s, line, last);
		double lo = (o->slack_start ? search_from_slack : search_from) * ref, hi = search_to * ref;
		c = search(s, &a, lo, hi, last);
		if (!c.found) c = search(s, &a, lo = 0, hi = ref, last);
		if (!c.found) return no_line(line, "fewer than 4 rows before the curve departs from a straight line");
		line->range_first = first_reaching(s, last, lo);
		line->range_last = first_reaching(s, last, hi);
	} else {
		bool by_strain = o->window == TT_ELASTIC_STRAIN;
		c = rows_between(s, by_strain ? s->se : s->ss, o->window_lo, o->window_hi, last);
		if (!c.found)
			return no_line(line, "fewer than 4 rows of the first loading lie in the given elastic window");
		line->range_first = c.first;
		line->range_last = c.end - 1;
	}
	set_line(s, &a, c, line);
	if (!(line->modulus > 0) || !isfinite(line->modulus))
		return no_line(line, "strain does not grow with stress in the elastic window");
	return true;
}
