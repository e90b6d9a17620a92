/* The elastic line of a curve.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensile/modulus.h"

#include <math.h>
#include <stdlib.h>

enum { LEVELS = 40, MIN_ROWS = 4 };
static const double narrowest = 0.25;        /* of the range searched */
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

/* The best window between stresses lo and hi, rows up to `last`. */
static choice search(const tt_series *s, const power_sums *a, double lo, double hi, size_t last)
{
	size_t at[LEVELS + 1];
	for (int j = 0; j <= LEVELS; j++) at[j] = first_reaching(s, last, lo + (hi - lo) * j / LEVELS);
	double ux = s->us[at[LEVELS / 2]] / a->sx, uy = s->ue[at[LEVELS / 2]] / a->sy;
	int least = (int)ceil(narrowest * LEVELS);
	choice best = {0};
	double steepest = INFINITY, best_error = INFINITY;
	for (int pass = 0; pass < 2; pass++)
		for (int j = 0; j < LEVELS; j++)
			for (int k = j + least; k <= LEVELS; k++) {
				if (at[k] < at[j] + MIN_ROWS - 1) continue;
				window w = regress(a, at[j], at[k] + 1, ux, uy);
				if (!(w.slope > 0)) continue;
				if (pass == 0) {
					steepest = fmin(steepest, w.slope + 2 * w.se);
					continue;
				}
				double range = (s->s[at[k]] - s->s[at[j]]) / a->sx;
				double error = slope_error2(&w, range);
				if (w.slope - 2 * w.se > steepness * steepest || error >= best_error) continue;
				best_error = error;
				best = (choice){at[j], at[k] + 1, true};
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
		c = search(s, &a, search_from * ref, search_to * ref, last);
		if (!c.found) c = search(s, &a, 0, ref, last);
		if (!c.found) return no_line(line, "fewer than 4 rows before the curve departs from a straight line");
	} else {
		bool by_strain = o->window == TT_ELASTIC_STRAIN;
		c = rows_between(s, by_strain ? s->se : s->ss, o->window_lo, o->window_hi, last);
		if (!c.found) return no_line(line, "fewer than 4 rows of the first loading lie in the given elastic window");
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

/* Residuals in at most this many blocks: the covariance sums are quadratic in their number. */
enum { MAX_BLOCKS = 240 };

typedef struct blocks {
	size_t n, rows; /* rows per block */
	double t[MAX_BLOCKS], x[MAX_BLOCKS], r[MAX_BLOCKS];
} blocks;

static void make_blocks(const tt_series *s, const tt_line *line, blocks *b)
{
	b->rows = (line->count + MAX_BLOCKS - 1) / MAX_BLOCKS;
	b->n = line->count / b->rows;
	for (size_t k = 0; k < b->n; k++) {
		b->t[k] = b->x[k] = b->r[k] = 0;
		for (size_t i = 0; i < b->rows; i++) {
			size_t j = line->first + k * b->rows + i;
			b->t[k] += s->t[j] / (double)b->rows;
			b->x[k] += s->s[j] / (double)b->rows;
			b->r[k] += (s->e[j] - line->zero - s->s[j] / line->modulus) / (double)b->rows;
		}
	}
}

/* Correlation of a slow error at two times, as tensile/random_process.h makes it. */
static double correlation(double dt, double time)
{
	return exp(-dt * dt / (time * time));
}

typedef struct effect {
	double slope2, zero2; /* variances of 1/E and of the zero strain from a slow error of unit variance */
	double kept;          /* part of its variance that stays in the residuals */
} effect;

static effect slow_effect(const blocks *b, double time)
{
	double n = (double)b->n, mean = 0, sxx = 0, sum_all = 0, sum_slope = 0, sum_zero = 0;
	for (size_t i = 0; i < b->n; i++) mean += b->x[i] / n;
	for (size_t i = 0; i < b->n; i++) sxx += (b->x[i] - mean) * (b->x[i] - mean);
	for (size_t i = 0; i < b->n; i++)
		for (size_t j = 0; j < b->n; j++) {
			double c = correlation(b->t[i] - b->t[j], time);
			double wi = (b->x[i] - mean) / sxx, wj = (b->x[j] - mean) / sxx;
			sum_all += c / (n * n);
			sum_slope += wi * wj * c;
			sum_zero += (1 / n - mean * wi) * (1 / n - mean * wj) * c;
		}
	/* trace((I - H) C) / n with H the projection on 1 and x */
	return (effect){sum_slope, sum_zero, fmax(0, 1 - sum_all - sum_slope * sxx / n)};
}

/* Lag in rows' time at which the residuals' autocovariance has fallen to 1/e of its value at lag 1. */
static double correlation_time(const blocks *b)
{
	double c1 = 0;
	for (size_t lag = 1; lag < b->n / 2; lag++) {
		double c = 0;
		for (size_t i = 0; i + lag < b->n; i++) c += b->r[i] * b->r[i + lag];
		c /= (double)(b->n - lag);
		if (lag == 1) c1 = c;
		if (lag > 1 && c < c1 / 2.718281828459045) return (b->t[b->n - 1] - b->t[0]) * (double)lag / (double)(b->n - 1);
	}
	return 0.5 * (b->t[b->n - 1] - b->t[0]);
}

/* Residuals' mean square, and half the mean square of their successive differences (von Neumann 1941,
 * Ann. Math. Statist. 12, 367): equal for white noise. */
static void mean_squares(const blocks *b, double *all, double *successive)
{
	*all = *successive = 0;
	for (size_t i = 0; i < b->n; i++) {
		*all += b->r[i] * b->r[i] / fmax(1, (double)b->n - 2);
		if (i > 0) *successive += 0.5 * (b->r[i] - b->r[i - 1]) * (b->r[i] - b->r[i - 1]) / (double)(b->n - 1);
	}
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
	make_blocks(s, line, b);
	double all, successive;
	mean_squares(b, &all, &successive);
	double n = (double)b->n;
	/* blocks average white noise: back to one row */
	out->white_noise = sqrt(fmin(successive, all) * (double)b->rows);
	/* for white noise successive / all scatters about 1 by sqrt((n - 2) / (n² - 1)) */
	bool wanders = b->n >= 12 && successive / all < 1 - 2.326 * sqrt((n - 2) / (n * n - 1));
	if (!(bias > 0)) bias = 0;
	if (!(bias_time > 0)) bias_time = tt_line_default_time(s, line);
	effect stated = slow_effect(b, bias_time), seen = {0};
	if (wanders) {
		out->wander_time_s = fmax(correlation_time(b), s->interval);
		seen = slow_effect(b, out->wander_time_s);
		double excess = all - successive - bias * bias * stated.kept;
		if (excess > 0) out->wander = sqrt(excess / fmax(seen.kept, 0.2));
	}
	effect white = slow_effect(b, 1e-9 * (s->interval + 1e-30));
	double noise2 = out->white_noise * out->white_noise / (double)b->rows;
	double slope2 = white.slope2 * noise2 + stated.slope2 * bias * bias + seen.slope2 * out->wander * out->wander;
	double zero2 = white.zero2 * noise2 + stated.zero2 * bias * bias + seen.zero2 * out->wander * out->wander;
	out->u_modulus_Pa = line->modulus * line->modulus * sqrt(slope2);
	out->u_zero_strain = sqrt(zero2);
	free(b);
	return TT_OK;
}
