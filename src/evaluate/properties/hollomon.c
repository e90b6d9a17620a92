/* Hollomon's law of hardening.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/properties/hollomon.h"

#include <math.h>

/* A piece of time and the curve's values in its middle. */
typedef struct piece {
	double weight; /* part of an ordinary row's time */
	double e, s, smooth, u;
} piece;

static double between(double a, double b, double part)
{
	return a + part * (b - a);
}

/* The part of row i's cell of time (half-way to its neighbours) within t_lo … t_hi, with the values in that part's
 * middle, so that the result does not jump when the range's ends pass a row. */
static piece piece_of_row(const tt_series *s, size_t i, double t_lo, double t_hi)
{
	double before = i > 0 ? 0.5 * (s->t[i] - s->t[i - 1]) : 0.5 * s->interval;
	double after = i + 1 < s->n ? 0.5 * (s->t[i + 1] - s->t[i]) : 0.5 * s->interval;
	/* a gap in the record is no heavier than an ordinary row */
	before = fmin(before, 0.5 * s->interval);
	after = fmin(after, 0.5 * s->interval);
	const double lo = fmax(s->t[i] - before, t_lo), hi = fmin(s->t[i] + after, t_hi);
	piece p = {0, s->e[i], s->s[i], s->se[i], s->ue[i]};
	if (!(hi > lo)) return p;
	p.weight = (hi - lo) / s->interval;
	const bool cut_before = lo > s->t[i] - before, cut_after = hi < s->t[i] + after;
	const double off = 0.5 * (lo + hi) - s->t[i];
	const size_t k = off < 0 ? i - 1 : i + 1;
	if (!(cut_before || cut_after) || (off < 0 && i == 0) || k >= s->n) return p;
	const double part = off / (s->t[k] - s->t[i]);
	p.e = between(s->e[i], s->e[k], part);
	p.s = between(s->s[i], s->s[k], part);
	p.smooth = between(s->se[i], s->se[k], part);
	p.u = hypot((1 - part) * s->ue[i], part * s->ue[k]);
	return p;
}

/* From the last row's cell to the fracture. */
static piece piece_of_end(const tt_series *s, double t_lo, double t_hi, double e_f)
{
	const size_t i = s->n - 1;
	const double from = s->t[i] + 0.5 * s->interval, lo = fmax(from, t_lo), hi = fmin(s->t_f, t_hi);
	piece p = {0, e_f, s->s_f, e_f, s->ue[i]};
	if (!(hi > lo) || !isfinite(e_f) || !isfinite(s->s_f)) return p;
	const double part = (0.5 * (lo + hi) - s->t[i]) / (s->t_f - s->t[i]);
	p.weight = fmin(hi - lo, s->interval) / s->interval;
	p.e = p.smooth = between(s->se[i], e_f, part);
	p.s = between(s->s[i], s->s_f, part);
	return p;
}

tt_hollomon tt_hollomon_fit(const tt_series *s, double t_lo, double t_hi, double lo, double hi, double e_f)
{
	tt_hollomon h = {NAN, NAN, NAN, NAN, 0, NULL};
	double sw = 0, mx = 0, my = 0, sxx = 0, sxy = 0, noise = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; s->n && i <= s->n; i++) {
			const piece c = i < s->n ? piece_of_row(s, i, t_lo, t_hi) : piece_of_end(s, t_lo, t_hi, e_f);
			const double w = c.weight, smooth = log1p(c.smooth);
			if (!(w > 0) || !(smooth >= lo) || !(smooth <= hi) || !(c.e > 0) || !(c.s > 0)) continue;
			const double x = log(log1p(c.e)), y = log(c.s * (1 + c.e));
			if (pass == 0) {
				sw += w;
				mx += w * x;
				my += w * y;
				h.count++;
				if (h.count == 1) h.lo = smooth;
				h.hi = smooth;
				continue;
			}
			const double u = c.u / smooth;
			noise += w * u * u;
			sxx += w * (x - mx) * (x - mx);
			sxy += w * (x - mx) * (y - my);
		}
		if (h.count < 5) {
			h.reason = "fewer than 5 rows between yield and the onset of necking";
			return h;
		}
		if (pass == 0) {
			mx /= sw;
			my /= sw;
		}
	}
	double corrected = sxx - noise;
	if (!(corrected > 0.3 * sxx)) {
		h.reason = "the range of strain between yield and the onset of necking is not wider than its noise";
		return h;
	}
	h.n = sxy / corrected;
	h.k = exp(my - h.n * mx);
	return h;
}
