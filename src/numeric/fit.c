/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/fit.h"

#include <math.h>
#include <stdlib.h>

bool tt_line_fit(const double *x, const double *y, size_t n, double at, tt_line *out)
{
	*out = (tt_line){
	    .at = at, .value = NAN, .slope = NAN, .u_value = NAN, .u_slope = NAN, .rms = NAN, .inflation = 1, .n = n};
	if (n < 3) return false;
	double mx = 0, my = 0;
	for (size_t i = 0; i < n; i++) {
		mx += x[i];
		my += y[i];
	}
	mx /= (double)n;
	my /= (double)n;
	double sxx = 0, sxy = 0;
	for (size_t i = 0; i < n; i++) {
		sxx += (x[i] - mx) * (x[i] - mx);
		sxy += (x[i] - mx) * (y[i] - my);
	}
	if (!(sxx > 0)) return false;
	double b = sxy / sxx, rss = 0;
	double *r = malloc(n * sizeof *r);
	for (size_t i = 0; i < n; i++) {
		double e = y[i] - my - b * (x[i] - mx);
		rss += e * e;
		if (r) r[i] = e;
	}
	out->inflation = r ? tt_noise_inflation(r, n) : 1;
	free(r);
	double v = rss / (double)(n - 2), vi = v * out->inflation;
	out->slope = b;
	out->value = my + b * (at - mx);
	out->rms = sqrt(v);
	out->u_slope = sqrt(vi / sxx);
	out->u_value = sqrt(vi * (1 / (double)n + (at - mx) * (at - mx) / sxx));
	return true;
}

size_t tt_row_at(const double *time, size_t n, double t)
{
	size_t lo = 0, hi = n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (time[mid] < t)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
