/* The elastic line of a curve.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensile/modulus.h"

#include <math.h>
#include <stdlib.h>

enum { LEVELS = 32, MIN_ROWS = 4 };
static const double search_from = 0.05, search_to = 0.8; /* of the reference stress */
static const double departure = 5e-4;        /* strain that ends the range, first pass */
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
	for (int k = 0; k < 8; k++) s->sum[k][0] = 0;
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
	while (i < end && s->ss[i] < level) i++;
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
	for (int j = 0; j <= LEVELS; j++) at[j] = first_reaching(s, last, lo + (hi - lo) * j / LEVELS);
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
	while (i <= last && v[i] < lo) i++;
	c.first = i;
	while (i <= last && v[i] <= hi) i++;
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
		double lo = search_from * ref, hi = search_to * ref;
		c = search(s, &a, lo, hi, last);
		if (!c.found) c = search(s, &a, lo = 0, hi = ref, last);
		if (!c.found) return no_line(line, "fewer than 4 rows before the curve departs from a straight line");
		line->range_first = first_reaching(s, last, lo);
		line->range_last = first_reaching(s, last, hi);
	} else {
		bool by_strain = o->window == TT_ELASTIC_STRAIN;
		c = rows_between(s, by_strain ? s->se : s->ss, o->window_lo, o->window_hi, last);
		if (!c.found) return no_line(line, "fewer than 4 rows of the first loading lie in the given elastic window");
		line->range_first = c.first;
		line->range_last = c.end - 1;
	}
	set_line(s, &a, c, line);
	if (!(line->modulus > 0) || !isfinite(line->modulus))
		return no_line(line, "strain does not grow with stress in the elastic window");
	return true;
}

double tt_line_default_time(const tt_series *s, const tt_line *line)
{
	return fmax(0.25 * (s->t[line->last] - s->t[line->first]), s->interval);
}

/* ------------------------------------------------------------------------------------------
 * Uncertainty
 * --------------------------------------------------------------------------------------- */

/* Rows in at most this many blocks: the covariance sums are quadratic in their number. */
enum { MAX_BLOCKS = 240 };

typedef struct blocks {
	size_t n, rows; /* rows per block */
	double t[MAX_BLOCKS], x[MAX_BLOCKS], y[MAX_BLOCKS];
} blocks;

static void make_blocks(const tt_series *s, size_t first, size_t last, blocks *b)
{
	size_t count = last - first + 1;
	b->rows = (count + MAX_BLOCKS - 1) / MAX_BLOCKS;
	b->n = count / b->rows;
	for (size_t k = 0; k < b->n; k++) {
		b->t[k] = b->x[k] = b->y[k] = 0;
		for (size_t i = 0; i < b->rows; i++) {
			size_t j = first + k * b->rows + i;
			b->t[k] += s->t[j] / (double)b->rows;
			b->x[k] += s->s[j] / (double)b->rows;
			b->y[k] += s->e[j] / (double)b->rows;
		}
	}
}

/* Correlation of a slow error at two times, as random_process.h makes it. */
static double correlation(double dt, double time)
{
	return exp(-dt * dt / (time * time));
}

/* Variances of 1/E and of the zero strain from a slow error of unit variance. */
static void slow_effect(const blocks *b, double time, double *slope2, double *zero2)
{
	double n = (double)b->n, mean = 0, sxx = 0;
	*slope2 = *zero2 = 0;
	for (size_t i = 0; i < b->n; i++) mean += b->x[i] / n;
	for (size_t i = 0; i < b->n; i++) sxx += (b->x[i] - mean) * (b->x[i] - mean);
	for (size_t i = 0; i < b->n; i++)
		for (size_t j = 0; j < b->n; j++) {
			double c = correlation(b->t[i] - b->t[j], time);
			double wi = (b->x[i] - mean) / sxx, wj = (b->x[j] - mean) / sxx;
			*slope2 += wi * wj * c;
			*zero2 += (1 / n - mean * wi) * (1 / n - mean * wj) * c;
		}
}

/* Orthonormal polynomials of degree 0, 1, 2 in x over the blocks. */
static void orthonormal(const blocks *b, double q[3][MAX_BLOCKS])
{
	for (int k = 0; k < 3; k++) {
		for (size_t i = 0; i < b->n; i++) q[k][i] = k == 0 ? 1 : b->x[i] * (k == 1 ? 1 : q[1][i]);
		for (int j = 0; j < k; j++) {
			double dot = 0;
			for (size_t i = 0; i < b->n; i++) dot += q[k][i] * q[j][i];
			for (size_t i = 0; i < b->n; i++) q[k][i] -= dot * q[j][i];
		}
		double norm = 0;
		for (size_t i = 0; i < b->n; i++) norm += q[k][i] * q[k][i];
		for (size_t i = 0; i < b->n; i++) q[k][i] /= norm > 0 ? sqrt(norm) : 1;
	}
}

/* Part of a slow error's variance that a parabola leaves: trace((I - H) C) / n. */
static double part_kept(const blocks *b, double q[3][MAX_BLOCKS], double time)
{
	double taken = 0;
	for (size_t i = 0; i < b->n; i++)
		for (size_t j = 0; j < b->n; j++) {
			double h = q[0][i] * q[0][j] + q[1][i] * q[1][j] + q[2][i] * q[2][j];
			taken += h * correlation(b->t[i] - b->t[j], time);
		}
	return fmax(0, 1 - taken / (double)b->n);
}

/* Time in which the autocovariance of residuals falls to 1/e of its value at lag 1. */
static double correlation_time(const blocks *b, const double *r)
{
	double first = 0, step = (b->t[b->n - 1] - b->t[0]) / (double)(b->n - 1);
	for (size_t lag = 1; lag < b->n / 2; lag++) {
		double c = 0;
		for (size_t i = 0; i + lag < b->n; i++) c += r[i] * r[i + lag];
		c /= (double)(b->n - lag);
		if (lag == 1) first = c;
		if (lag > 1 && c < first / 2.718281828459045) return step * (double)lag;
	}
	return step * 0.5 * (double)b->n;
}

typedef struct scatter {
	double white;        /* of one row */
	double wander, time; /* 0: none */
} scatter;

/* White noise and wander from the residuals about a parabola over the searched range. For white noise half the mean
 * square of successive differences equals the mean square (von Neumann 1941, Ann. Math. Statist. 12, 367). */
static scatter judge_scatter(const blocks *b, double bias, double bias_time, double interval)
{
	double q[3][MAX_BLOCKS], r[MAX_BLOCKS], all = 0, successive = 0, n = (double)b->n;
	scatter found = {NAN, 0, 0};
	if (b->n < 6) return found;
	orthonormal(b, q);
	for (size_t i = 0; i < b->n; i++) r[i] = b->y[i];
	for (int k = 0; k < 3; k++) {
		double dot = 0;
		for (size_t i = 0; i < b->n; i++) dot += q[k][i] * b->y[i];
		for (size_t i = 0; i < b->n; i++) r[i] -= dot * q[k][i];
	}
	for (size_t i = 0; i < b->n; i++) {
		all += r[i] * r[i] / (n - 3);
		if (i > 0) successive += 0.5 * (r[i] - r[i - 1]) * (r[i] - r[i - 1]) / (n - 1);
	}
	/* blocks average white noise: back to one row */
	found.white = sqrt(fmin(successive, all) * (double)b->rows);
	/* the ratio of the two scatters about 1 by sqrt((n - 2) / (n² - 1)) when all is white: 1 % one-sided */
	if (b->n < 12 || successive / all > 1 - 2.326 * sqrt((n - 2) / (n * n - 1))) return found;
	found.time = fmax(correlation_time(b, r), interval);
	double stated = bias > 0 ? bias * bias * part_kept(b, q, bias_time) : 0;
	double excess = (all - successive) * (n - 3) / n - stated;
	if (excess > 0) found.wander = sqrt(excess / fmax(part_kept(b, q, found.time), 0.2));
	return found;
}

/* Sum over lags of a slow error's correlation, per row. */
static double rows_together(double time, double interval)
{
	return interval > 0 ? fmax(1, 1.772453850905516 * time / interval) : 1;
}

tt_status tt_line_describe(const tt_series *s, const tt_line *line, double bias, double bias_time, tt_elastic_line *out,
                           tt_error *err)
{
	*out = (tt_elastic_line){.modulus_Pa = line->modulus, .u_modulus_Pa = NAN, .zero_strain = line->zero,
	                         .u_zero_strain = NAN, .r2 = line->r2, .scatter = line->scatter};
	if (line->reason) return TT_OK;
	out->first = s->row[line->first];
	out->last = s->row[line->last];
	out->count = line->count;
	out->stress_lo_Pa = s->s[line->first];
	out->stress_hi_Pa = s->s[line->last];
	out->strain_lo = line->zero + out->stress_lo_Pa / line->modulus;
	out->strain_hi = line->zero + out->stress_hi_Pa / line->modulus;

	blocks *b = malloc(sizeof *b);
	if (!b) return tt_fail_memory(err, "the elastic line");
	if (!(bias > 0)) bias = 0;
	if (!(bias_time > 0)) bias_time = tt_line_default_time(s, line);
	make_blocks(s, line->range_first, line->range_last, b);
	scatter seen = judge_scatter(b, bias, bias_time, s->interval);
	out->white_noise = isfinite(seen.white) ? seen.white : line->scatter;
	out->wander = seen.wander;
	out->wander_time_s = seen.time;

	make_blocks(s, line->first, line->last, b);
	double noise = fmax(s->ue[line->first], out->white_noise), noise2 = noise * noise / (double)b->rows;
	double time[3] = {1e-9 * s->interval + 1e-30, bias_time, fmax(seen.time, s->interval)};
	double variance[3] = {noise2, bias * bias, seen.wander * seen.wander}, slope2 = 0, zero2 = 0;
	for (int k = 0; k < 3; k++) {
		double a = 0, z = 0;
		if (variance[k] > 0) slow_effect(b, time[k], &a, &z);
		slope2 += variance[k] * a;
		zero2 += variance[k] * z;
	}
	out->u_modulus_Pa = line->modulus * line->modulus * sqrt(slope2);
	out->u_zero_strain = sqrt(zero2);
	free(b);
	return TT_OK;
}

tt_status tt_line_tune(tt_series *s, const tt_property_options *o, double bias, double bias_time, tt_error *err)
{
	tt_line line;
	tt_elastic_line found;
	tt_series_smooth(s);
	if (!tt_line_find(s, o, &line)) return TT_OK;
	tt_status st = tt_line_describe(s, &line, bias, bias_time, &found, err);
	if (st != TT_OK) return st;
	double stated = s->ue[line.first + line.count / 2], ratio = found.white_noise / stated;
	/* the ratio itself scatters by some 1 / sqrt(n) */
	if (line.count >= 12 && ratio > 1 + 2.5 / sqrt((double)line.count)) {
		s->noise_scale = ratio;
		for (size_t i = 0; i < s->n; i++) s->ue[i] *= ratio;
		for (size_t i = 0; i < s->n_extra; i++) s->extra_ue[i] *= ratio;
		stated *= ratio;
	}
	if (!(bias > 0)) bias = 0;
	if (!(bias_time > 0)) bias_time = tt_line_default_time(s, &line);
	double slow2 = bias * bias * rows_together(bias_time, s->interval);
	slow2 += found.wander * found.wander * rows_together(found.wander_time_s, s->interval);
	s->long_run = sqrt(1 + slow2 / (stated * stated));
	return TT_OK;
}
