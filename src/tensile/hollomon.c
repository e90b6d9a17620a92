/* Hollomon's law of hardening.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensile/hollomon.h"

#include <math.h>

tt_hollomon tt_hollomon_fit(const tt_series *s, double t_lo, double t_hi, double lo, double hi)
{
	tt_hollomon h = {NAN, NAN, NAN, NAN, 0, NULL};
	double mx = 0, my = 0, sxx = 0, sxy = 0, noise = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < s->n; i++) {
			double smooth = log1p(s->se[i]), e = s->e[i];
			if (s->t[i] < t_lo || s->t[i] > t_hi || !(smooth >= lo) || !(smooth <= hi) || !(e > 0) || !(s->s[i] > 0))
				continue;
			double x = log(log1p(e)), y = log(s->s[i] * (1 + e));
			if (pass == 0) {
				mx += x;
				my += y;
				h.count++;
				if (h.count == 1) h.lo = smooth;
				h.hi = smooth;
				continue;
			}
			double u = s->ue[i] / smooth;
			noise += u * u;
			sxx += (x - mx) * (x - mx);
			sxy += (x - mx) * (y - my);
		}
		if (h.count < 5) {
			h.reason = "fewer than 5 rows between yield and the onset of necking";
			return h;
		}
		if (pass == 0) {
			mx /= (double)h.count;
			my /= (double)h.count;
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
