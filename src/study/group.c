/* Repeats of one film: what scatters between specimens, and what all of them share.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/sentence.h"
#include "temtensile/study.h"

static double sum_of_own(const tt_measured *t, size_t n, double *shared, size_t *count)
{
	double own = 0;
	*shared = 0;
	*count = 0;
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(t[i].value)) continue;
		double u = isfinite(t[i].u) ? t[i].u : 0, s = isfinite(t[i].u_shared) ? fmin(t[i].u_shared, u) : 0;
		own += u * u - s * s;
		*shared += s;
		++*count;
	}
	return own;
}

tt_group_result tt_group_of(const tt_measured *tests, size_t n, tt_comparing compare)
{
	tt_group_result r = {.u_own = NAN, .u_shared = NAN, .u = NAN, .lo = NAN, .hi = NAN, .half = NAN};
	const bool angle = compare == TT_COMPARE_ANGLE;
	double *value = calloc(n ? n : 1, sizeof *value), shared;
	size_t count;
	if (!value) return r;
	for (size_t i = 0; i < n; i++)
		value[i] = tests[i].value;
	r.between = angle ? tt_sample_of_angles(value, n) : tt_sample_of(value, n);
	free(value);
	double own = sum_of_own(tests, n, &shared, &count);
	if (count == 0) return r;
	r.u_own = sqrt(own) / (double)count;
	r.u_shared = shared / (double)count;
	double scatter = count >= 2 ? r.between.sd / sqrt((double)count) : r.u_own;
	double half = count >= 2 ? gsl_cdf_tdist_Pinv(0.975, (double)count - 1) * scatter : 1.959964 * r.u_own;
	r.u = hypot(scatter, r.u_shared);
	r.half = hypot(half, 1.959964 * r.u_shared);
	r.lo = r.between.mean - r.half;
	r.hi = r.between.mean + r.half;
	if (angle) r.lo = fmax(0, r.lo), r.hi = fmin(90, r.hi);
	return r;
}

double tt_group_half(const tt_group_result *r, tt_interval_kind kind)
{
	return kind == TT_INTERVAL_SD ? r->between.sd : kind == TT_INTERVAL_SE ? r->u : r->half;
}

const char *tt_interval_words(tt_interval_kind kind)
{
	static const char *const words[] = {"half of the 95 % interval", "standard deviation between specimens",
	                                    "standard uncertainty of the mean"};
	return words[kind];
}

void tt_round_to_u(double value, double u, char *value_only, char *u_only, size_t size)
{
	if (value_only && size) value_only[0] = 0;
	if (u_only && size) u_only[0] = 0;
	if (!isfinite(value)) return;
	if (!(u > 0) || !isfinite(u)) {
		if (value_only) tt_digits_text(value_only, size, value, 3, "");
		return;
	}
	int place = tt_place_of_u(u);
	if (value_only) tt_put_fixed(value_only, size, value, place);
	if (u_only) tt_put_fixed(u_only, size, u, place);
}
