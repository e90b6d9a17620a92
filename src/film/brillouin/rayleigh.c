/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/brillouin/rayleigh.h"

#include <math.h>

double tt_rayleigh_factor(double poisson)
{
	if (!(poisson > -1 && poisson <= 0.5)) return NAN;
	double a = (1 - 2 * poisson) / (2 * (1 - poisson));
	double b = 24 - 16 * a, c = -16 * (1 - a), lo = 0, hi = 1, x = 0.85;
	/* The cubic is −16(1−a) < 0 at 0 and 1 at 1: Newton's steps, kept inside by halving. */
	for (int i = 0; i < 100; i++) {
		double f = ((x - 8) * x + b) * x + c, slope = (3 * x - 16) * x + b;
		if (f > 0)
			hi = x;
		else
			lo = x;
		double next = x - f / slope;
		if (!(next > lo && next < hi)) next = (lo + hi) / 2;
		if (fabs(next - x) < 1e-16) break;
		x = next;
	}
	return sqrt(x);
}
