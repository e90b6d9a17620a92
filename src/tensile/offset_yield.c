/* Where a curve has left its elastic line by a given plastic strain.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensile/offset_yield.h"

#include <math.h>

#include "tensile/polyfit.h"

enum { MAX_POINTS = 128, CORNERS = 60 };

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
		while (k < s->n && k < i + 3 && smooth_departure(s, l, k) >= level) k++;
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
	while (far > l->first && smooth_departure(s, l, far - 1) >= offset) far--;
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
static double polynomial_root(const points *q, double offset, double guess)
{
	tt_poly fit;
	int degree = q->n >= 7 ? 2 : 1;
	if (q->n < 4 || tt_poly_fit(q->t, q->p, q->n, degree, &fit, NULL) != TT_OK) return NAN;
	double t = guess;
	for (int i = 0; i < 30; i++) { /* Newton */
		double slope = tt_poly_slope(&fit, t);
		if (!(slope > 0)) return NAN;
		double step = (offset - tt_poly_at(&fit, t)) / slope;
		t += step;
		if (fabs(step) < 1e-9 * fit.scale) break;
	}
	return t >= q->t[0] && t <= q->t[q->n - 1] ? t : NAN;
}

typedef struct corner {
	double t, b1, b2, rss;
} corner;

/* Best b1, b2 >= 0 for a corner at time tc. */
static corner fit_corner(const points *q, double tc)
{
	double s2 = 0, s3 = 0, s4 = 0, r1 = 0, r2 = 0, yy = 0;
	for (size_t i = 0; i < q->n; i++) {
		double x = q->t[i] - tc;
		yy += q->p[i] * q->p[i];
		if (x <= 0) continue;
		s2 += x * x;
		s3 += x * x * x;
		s4 += x * x * x * x;
		r1 += x * q->p[i];
		r2 += x * x * q->p[i];
	}
	corner c = {tc, 0, 0, yy};
	double det = s2 * s4 - s3 * s3;
	if (det > 1e-12 * s2 * s4) {
		c.b1 = (r1 * s4 - r2 * s3) / det;
		c.b2 = (r2 * s2 - r1 * s3) / det;
	}
	if (c.b1 < 0 || c.b2 < 0 || !(det > 1e-12 * s2 * s4)) { /* one of them alone */
		double gain1 = s2 > 0 && r1 > 0 ? r1 * r1 / s2 : 0, gain2 = s4 > 0 && r2 > 0 ? r2 * r2 / s4 : 0;
		c.b1 = gain1 >= gain2 && gain1 > 0 ? r1 / s2 : 0;
		c.b2 = gain2 > gain1 ? r2 / s4 : 0;
	}
	c.rss = yy - 2 * (c.b1 * r1 + c.b2 * r2) + c.b1 * c.b1 * s2 + 2 * c.b1 * c.b2 * s3 + c.b2 * c.b2 * s4;
	return c;
}

/* Time at which the corner model reaches the offset; NaN when it cannot be fitted. */
static double corner_time(const points *q, double offset, double from, double to)
{
	corner best = {.rss = INFINITY};
	double step = (to - from) / CORNERS, lo = from, hi = to;
	for (int round = 0; round < 2; round++) {
		for (int k = 0; k <= CORNERS; k++) {
			corner c = fit_corner(q, lo + (hi - lo) * k / CORNERS);
			if (c.rss < best.rss) best = c;
		}
		lo = best.t - step;
		hi = best.t + step;
		step = (hi - lo) / CORNERS;
	}
	if (!(best.b1 > 0) && !(best.b2 > 0)) return NAN;
	double x = 2 * offset / (best.b1 + sqrt(best.b1 * best.b1 + 4 * best.b2 * offset));
	return best.t + x;
}

/* Row at or after i where the departure first reaches the level (last row when never). */
static size_t upward(const tt_series *s, const tt_line *l, size_t i, double level)
{
	while (i + 1 < s->n && smooth_departure(s, l, i) < level) i++;
	return i;
}

/* Row at or before i where the departure was last below the level. */
static size_t downward(const tt_series *s, const tt_line *l, size_t i, double level)
{
	while (i > l->first && smooth_departure(s, l, i) >= level) i--;
	return i;
}

static double find_time(const tt_series *s, const tt_line *l, size_t i, double offset, points *q)
{
	double u = s->ue[i];
	bool small = offset < fmax(3e-4, 4 * u);
	double far = small ? fmax(4 * offset, 8 * u) : 1.7 * offset;
	size_t hi = upward(s, l, i, far), lo = downward(s, l, i, small ? 0 : 0.4 * offset);
	if (small) {
		/* as long a part before as after, so that the corner may lie anywhere between */
		size_t span = hi - lo + 4;
		if (hi < lo + 5 && hi + 2 < s->n) hi += 2;
		lo = lo > l->first + span ? lo - span : l->first;
	} else {
		while (hi < i + 2 && hi + 1 < s->n) hi++;
		while (lo + 3 > i && lo > l->first && lo > 0 && smooth_departure(s, l, lo) > 0.2 * offset) lo--;
	}
	gather(s, l, lo, hi, q);
	double t = small ? corner_time(q, offset, s->t[lo], s->t[hi]) : polynomial_root(q, offset, between_rows(s, l, i, offset));
	if (t >= s->t[lo] && t <= s->t[hi]) return t;
	return between_rows(s, l, i, offset);
}

tt_crossing tt_offset_cross(const tt_series *s, const tt_line *l, double offset)
{
	tt_crossing c = {NAN, NAN, NAN, 0};
	size_t i = crossing_row(s, l, offset);
	if (i >= s->n) {
		for (size_t k = l->first; k < s->n; k++) c.furthest = fmax(c.furthest, smooth_departure(s, l, k));
		return c;
	}
	points q;
	c.t = find_time(s, l, i, offset, &q);
	c.stress = tt_series_stress_at(s, c.t);
	c.strain = l->zero + c.stress / l->modulus + offset;
	return c;
}
