/* Hollomon's law of hardening.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/properties/hollomon.h"

#include <math.h>

/* Part of the row's cell of time (half-way to its neighbours) within t_lo … t_hi: so that the result does not jump when
 * the range's ends pass a row. */
static double part_within(const tt_series *s, size_t i, double t_lo, double t_hi)
{
	double before = i > 0 ? 0.5 * (s->t[i] - s->t[i - 1]) : 0.5 * s->interval;
	double after = i + 1 < s->n ? 0.5 * (s->t[i + 1] - s->t[i]) : 0.5 * s->interval;
	/* a gap in the record is no heavier than an ordinary row */
	before = fmin(before, 0.5 * s->interval);
	after = fmin(after, 0.5 * s->interval);
	double lo = fmax(s->t[i] - before, t_lo), hi = fmin(s->t[i] + after, t_hi);
	return hi > lo ? (hi - lo) / (before + after) : 0;
}

tt_hollomon tt_hollomon_fit(const tt_series *s, double t_lo, double t_hi, double lo, double hi)
{
	tt_hollomon h = {NAN, NAN, NAN, NAN, 0, NULL};
	double sw = 0, mx = 0, my = 0, sxx = 0, sxy = 0, noise = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < s->n; i++) {
			double w = part_within(s, i, t_lo, t_hi), smooth = log1p(s->se[i]), e = s->e[i];
			if (!(w > 0) || !(smooth >= lo) || !(smooth <= hi) || !(e > 0) || !(s->s[i] > 0)) continue;
			double x = log(log1p(e)), y = log(s->s[i] * (1 + e));
			if (pass == 0) {
				sw += w;
				mx += w * x;
				my += w * y;
				h.count++;
				if (h.count == 1) h.lo = smooth;
				h.hi = smooth;
				continue;
			}
			double u = s->ue[i] / smooth;
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
