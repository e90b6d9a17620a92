/* Where a curve has left its elastic line by a given plastic strain.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/properties/offset_yield.h"

#include <math.h>

#include "numeric/polyfit.h"
#include "numeric/lsq.h"

enum { MAX_POINTS = 128, CORNERS = 48, FINER = 8 };

static double smooth_departure(const tt_series *s, const tt_line *l, size_t i)
{
	return s->se[i] - l->zero - s->ss[i] / l->modulus;
}

static double raw_departure(const tt_series *s, const tt_line *l, size_t i)
{
	return s->e[i] - l->zero - s->s[i] / l->modulus;
}

/* First row from which the departure stays at or above the level for three rows; n when none. */
static size_t lasting(const tt_series *s, const tt_line *l, double level)
{
	for (size_t i = l->first; i < s->n; i++) {
		size_t k = i;
		while (k < s->n && k < i + 3 && smooth_departure(s, l, k) >= level)
			k++;
		if (k == i + 3 || (k == s->n && k > i)) return i;
	}
	return s->n;
}

/* Row after the crossing of the level: the first lasting one, traced back from where the departure is large, so that
 * a passing error of strain within the elastic part is no yield. */
static size_t crossing_row(const tt_series *s, const tt_line *l, double offset)
{
	size_t far = lasting(s, l, fmax(offset, 1e-3));
	if (far == s->n) return lasting(s, l, offset);
	while (far > l->first && smooth_departure(s, l, far - 1) >= offset)
		far--;
	return far;
}

typedef struct points {
	size_t n;
	double t[MAX_POINTS], p[MAX_POINTS], stress[MAX_POINTS];
} points;

/* Rows lo … hi, thinned evenly by averaging neighbours when there are many. */
static void gather(const tt_series *s, const tt_line *l, size_t lo, size_t hi, points *out)
{
	size_t count = hi - lo + 1, m = (count + MAX_POINTS - 1) / MAX_POINTS;
	out->n = 0;
	for (size_t i = lo; i <= hi; i += m) {
		size_t end = i + m <= hi + 1 ? i + m : hi + 1;
		double w = 1 / (double)(end - i), t = 0, p = 0, stress = 0;
		for (size_t k = i; k < end; k++) {
			t += w * s->t[k];
			p += w * raw_departure(s, l, k);
			stress += w * s->s[k];
		}
		out->t[out->n] = t;
		out->p[out->n] = p;
		out->stress[out->n++] = stress;
	}
}

/* Between rows i - 1 and i of the smoothed curve. */
static double between_rows(const tt_series *s, const tt_line *l, size_t i, double offset)
{
	if (i == 0) return s->t[0];
	double p0 = smooth_departure(s, l, i - 1), p1 = smooth_departure(s, l, i);
	double f = p1 > p0 ? (offset - p0) / (p1 - p0) : 1;
	return s->t[i - 1] + fmin(fmax(f, 0), 1) * (s->t[i] - s->t[i - 1]);
}

/* Time at which the polynomial through the local departures meets the offset, near `guess`; NaN when it does not. */
static double polynomial_root(const points *q, double offset, double guess, tt_poly *fit)
{
	int degree = q->n >= 7 ? 2 : 1;
	if (q->n < 4 || tt_poly_fit(q->t, q->p, q->n, degree, fit, NULL) != TT_OK) return NAN;
	double t = guess;
	for (int i = 0; i < 30; i++) { /* Newton */
		double slope = tt_poly_slope(fit, t);
		if (!(slope > 0)) return NAN;
		double step = (offset - tt_poly_at(fit, t)) / slope;
		t += step;
		if (fabs(step) < 1e-9 * fit->scale) break;
	}
	return t >= q->t[0] && t <= q->t[q->n - 1] ? t : NAN;
}

/* Time within lo … hi at which the polynomial comes nearest to the level. */
static double poly_reaches(const tt_poly *p, double level, double lo, double hi)
{
	double best = lo, least = INFINITY;
	for (int k = 0; k <= CORNERS; k++) {
		double t = lo + (hi - lo) * k / CORNERS, miss = fabs(tt_poly_at(p, t) - level);
		if (miss < least) {
			least = miss;
			best = t;
		}
	}
	return best;
}

typedef struct corner {
	double t, b1, b2, cost;
} corner;

/* Sums over the points for one place of the corner. */
typedef struct corner_sums {
	double n, x1, x2, x3, x4, y0, y1, y2, yy; /* n holds the weight of "base is 0", too */
} corner_sums;

/* Cost of the best base for given b1, b2. */
static double corner_cost(const corner_sums *a, double b1, double b2)
{
	double r0 = a->y0 - b1 * a->x1 - b2 * a->x2;
	double ss = a->yy - 2 * (b1 * a->y1 + b2 * a->y2) + b1 * b1 * a->x2 + 2 * b1 * b2 * a->x3 + b2 * b2 * a->x4;
	return ss - r0 * r0 / a->n;
}

/* The best straight corner at time tc (kind 0), the best one with a quadratic term (kind 1). hold: weight, in points,
 * of the knowledge that the base is zero. */
static void fit_corner(const points *q, double tc, double hold, corner best[2])
{
	corner_sums a = {.n = hold};
	for (size_t i = 0; i < q->n; i++) {
		double y = q->p[i], x = q->t[i] - tc;
		a.n++;
		a.y0 += y;
		a.yy += y * y;
		if (x <= 0) continue;
		double xx = x * x;
		a.x1 += x;
		a.x2 += xx;
		a.x3 += xx * x;
		a.x4 += xx * xx;
		a.y1 += x * y;
		a.y2 += xx * y;
	}
	/* with the base eliminated */
	double s11 = a.x2 - a.x1 * a.x1 / a.n, s12 = a.x3 - a.x1 * a.x2 / a.n, s22 = a.x4 - a.x2 * a.x2 / a.n;
	double r1 = a.y1 - a.x1 * a.y0 / a.n, r2 = a.y2 - a.x2 * a.y0 / a.n, det = s11 * s22 - s12 * s12;
	double b1[3] = {s11 > 0 ? r1 / s11 : 0, 0, 0}, b2[3] = {0, s22 > 0 ? r2 / s22 : 0, 0};
	if (det > 1e-9 * s11 * s22) {
		b1[2] = (r1 * s22 - r2 * s12) / det;
		b2[2] = (r2 * s11 - r1 * s12) / det;
	}
	for (int k = 0; k < 3; k++) {
		if (!(b1[k] >= 0) || !(b2[k] >= 0)) continue;
		double cost = corner_cost(&a, b1[k], b2[k]);
		corner *to = &best[k > 0];
		if (cost < to->cost) *to = (corner){tc, b1[k], b2[k], cost};
	}
}

static corner search_corner(const points *q, double hold, double variance)
{
	corner best[2] = {{.cost = INFINITY}, {.cost = INFINITY}};
	double lo = q->t[0], hi = q->t[q->n - 1], step = (hi - lo) / CORNERS;
	for (int k = 0; k <= CORNERS; k++)
		fit_corner(q, lo + k * step, hold, best);
	double at[2] = {best[0].t, best[1].t};
	for (int kind = 0; kind < 2; kind++)
		for (int k = 1 - FINER; k < FINER; k++)
			fit_corner(q, at[kind] + k * step / FINER, hold, best);
	return best[1].cost < best[0].cost - 4 * variance ? best[1] : best[0];
}

/* Row at or after i where the departure first reaches the level (last row when never). */
static size_t upward(const tt_series *s, const tt_line *l, size_t i, double level)
{
	while (i + 1 < s->n && smooth_departure(s, l, i) < level)
		i++;
	return i;
}

/* Row at or before i where the departure was last below the level. */
static size_t downward(const tt_series *s, const tt_line *l, size_t i, double level)
{
	while (i > l->first && smooth_departure(s, l, i) >= level)
		i--;
	return i;
}

/* How well the line is known to be the base at row i, beyond its own rows' stresses. */
static double base_noise(const tt_series *s, const tt_line *l, size_t i)
{
	double lo = s->ss[l->first], hi = s->ss[l->last], z = (s->ss[i] - 0.5 * (lo + hi)) / (hi - lo);
	return s->long_run * s->ue[i] * sqrt((1 + 12 * z * z) / (double)l->count);
}

tt_corner tt_corner_find(const tt_series *s, const tt_line *l, double offset)
{
	tt_corner c = {.found = false};
	size_t i = crossing_row(s, l, offset);
	if (i >= s->n) return c;
	double u = s->ue[i], u_base = base_noise(s, l, i);
	double far = fmax(fmax(4 * offset, 8 * u), 6 * u_base);
	size_t hi = upward(s, l, i, far), half = downward(s, l, hi, 0.5 * far);
	/* twice as long before the corner as after it; rows beyond the level, so that no noisy row ends the part */
	size_t grow = hi - half + 2;
	for (size_t k = 0; k < 2 || hi < half + 5; k++)
		if (++hi >= s->n) break;
	if (hi >= s->n) hi = s->n - 1;
	size_t back = 5 * grow + 6;
	c.first = hi > l->first + back ? hi - back : l->first;
	c.last = hi;
	points q;
	gather(s, l, c.first, c.last, &q);
	if (q.n < 5) return c;
	double rows = (double)(c.last - c.first + 1) / (double)q.n, variance = u * u / rows;
	corner best = search_corner(&q, variance / (u_base * u_base), variance);
	c.t = best.t;
	c.b1 = best.b1;
	c.b2 = best.b2;
	c.found = best.b1 > 0 || best.b2 > 0;
	return c;
}

/* Stress at t from two lines over rows first … last that meet at the corner. */
static double stress_by_corner(const tt_series *s, const tt_corner *k, double t)
{
	tt_lsq l;
	double b[TT_LSQ_MAX], inverse[TT_LSQ_MAX][TT_LSQ_MAX];
	tt_lsq_start(&l, 3);
	for (size_t i = k->first; i <= k->last; i++) {
		double x = (s->t[i] - k->t) / s->interval;
		tt_lsq_add(&l, (double[]){1, x, fmax(0, x)}, s->s[i], 1);
	}
	/* rows on one side of the corner only tell nothing of the change of slope */
	if (!tt_lsq_solve(&l, b, inverse) || !(1 / inverse[2][2] > 1e-9 * l.n)) return tt_series_stress_at(s, t);
	double x = (t - k->t) / s->interval;
	return b[0] + b[1] * x + b[2] * fmax(0, x);
}

static tt_crossing cross_by_corner(const tt_series *s, const tt_line *l, size_t i, double offset)
{
	tt_crossing c = {between_rows(s, l, i, offset), NAN, NAN, 0};
	tt_corner k = tt_corner_find(s, l, offset);
	double t = k.found ? k.t + 2 * offset / (k.b1 + sqrt(k.b1 * k.b1 + 4 * k.b2 * offset)) : NAN;
	if (t >= s->t[k.first] && t <= s->t[k.last]) {
		c.t = t;
		c.stress = stress_by_corner(s, &k, t);
	} else {
		c.stress = tt_series_stress_at(s, c.t);
	}
	return c;
}

static tt_crossing cross_by_polynomial(const tt_series *s, const tt_line *l, size_t i, double offset)
{
	tt_crossing c = {between_rows(s, l, i, offset), NAN, NAN, 0};
	size_t hi = upward(s, l, i, 1.7 * offset), lo = downward(s, l, i, 0.4 * offset);
	while (hi < i + 2 && hi + 1 < s->n)
		hi++;
	while (lo + 3 > i && lo > l->first && lo > 0 && smooth_departure(s, l, lo) > 0.2 * offset)
		lo--;
	points q = {0};
	for (int round = 0; round < 3; round++) {
		gather(s, l, lo, hi, &q);
		tt_poly p, stress;
		int degree = q.n >= 7 ? 2 : 1;
		double t = polynomial_root(&q, offset, c.t, &p);
		if (!isfinite(t)) break;
		c.t = t;
		if (tt_poly_fit(q.t, q.stress, q.n, degree, &stress, NULL) == TT_OK) c.stress = tt_poly_at(&stress, t);
		/* the part again, ended by the polynomial and not by single noisy rows */
		double t_lo = poly_reaches(&p, 0.4 * offset, s->t[lo], s->t[hi]);
		double t_hi = poly_reaches(&p, 1.7 * offset, s->t[lo], s->t[hi]);
		size_t new_lo = tt_series_find(s, t_lo), new_hi = tt_series_find(s, t_hi) + 1;
		if (new_hi >= s->n) new_hi = s->n - 1;
		if (new_hi < new_lo + 3 || (new_lo == lo && new_hi == hi)) break;
		lo = new_lo;
		hi = new_hi;
	}
	if (!isfinite(c.stress)) c.stress = tt_series_stress_at(s, c.t);
	return c;
}

/* An offset near the noise, or one that is passed within a few rows. */
static bool needs_corner(const tt_series *s, const tt_line *l, size_t i, double offset)
{
	if (offset >= fmax(3e-4, 4 * s->ue[i])) return false;
	if (offset < fmax(3 * s->ue[i], 3 * base_noise(s, l, i))) return true;
	size_t hi = upward(s, l, i, 1.7 * offset), lo = downward(s, l, i, 0.4 * offset);
	return hi < lo + 7;
}

tt_crossing tt_offset_cross(const tt_series *s, const tt_line *l, double offset)
{
	size_t i = crossing_row(s, l, offset);
	if (i >= s->n) {
		tt_crossing none = {NAN, NAN, NAN, 0};
		for (size_t k = l->first; k < s->n; k++)
			none.furthest = fmax(none.furthest, smooth_departure(s, l, k));
		return none;
	}
	tt_crossing c =
	    needs_corner(s, l, i, offset) ? cross_by_corner(s, l, i, offset) : cross_by_polynomial(s, l, i, offset);
	c.strain = l->zero + c.stress / l->modulus + offset;
	return c;
}
