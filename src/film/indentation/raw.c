/* What an instrument does to its raw channels, done here: contact, springs, frame, drift.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "film/indentation/indents.h"
#include "numeric/fit.h"

/* First row from which the stiffness stays above the scatter of the approach: five rows in a row above mean + 4 sd of
 * the first quarter of the rows before the greatest load. n: none. */
static size_t find_contact(const tt_raw_record *r, size_t last)
{
	size_t quiet = last / 4, n = 0;
	double sum = 0, sum2 = 0;
	for (size_t i = 0; i < quiet; i++) {
		double s = r->stiffness_N_per_m[i];
		if (!isfinite(s)) continue;
		sum += s, sum2 += s * s, n++;
	}
	if (n < 10) return r->n;
	double mean = sum / (double)n, sd = sqrt(fmax(0, sum2 / (double)n - mean * mean));
	for (size_t i = last; i-- > 0;)
		if (!(r->stiffness_N_per_m[i] > mean + 4 * sd)) return i + 1 < last ? i + 1 : r->n;
	return r->n;
}

/* Drift: depth against time over the longest hold after the greatest load, at less than half of it (at the top the
 * specimen creeps). */
static void find_drift(const tt_raw_record *r, size_t last, double *drift, double *u)
{
	size_t best = 0, best_n = 0;
	double bottom = r->load_N[last];
	for (size_t i = 0; i < last; i++)
		bottom = fmin(bottom, r->load_N[i]);
	double top = r->load_N[last] - bottom;
	*drift = *u = NAN;
	for (size_t i = last + 1; i < r->n;) {
		size_t k = i;
		while (k < r->n && r->load_N[i] - bottom < 0.5 * top && fabs(r->load_N[k] - r->load_N[i]) < 0.004 * top)
			k++;
		if (k - i > best_n) best = i, best_n = k - i;
		i = k > i ? k : i + 1;
	}
	/* its first third is left out: the specimen still recovers */
	if (!best_n) return;
	double from = r->time_s[best] + (r->time_s[best + best_n - 1] - r->time_s[best]) / 3;
	while (best_n && r->time_s[best] < from)
		best++, best_n--;
	tt_line line;
	if (best_n < 10 || !tt_line_fit(r->time_s + best, r->depth_m + best, best_n, r->time_s[best], &line)) return;
	*drift = line.slope;
	*u = line.u_slope;
}

tt_status tt_raw_correct(const tt_raw_record *r, tt_raw_result *out, const char *name, tt_error *err)
{
	*out = (tt_raw_result){.drift = NAN, .u_drift = NAN};
	for (size_t i = 0; i < r->n; i++)
		if (!isfinite(r->time_s[i] + r->depth_m[i] + r->load_N[i]))
			return tt_fail(err, TT_ERR_INPUT, "%s: row %zu of the raw channels holds no value", name,
			               i + 1);
	for (size_t i = 1; i < r->n; i++)
		if (r->load_N[i] > r->load_N[out->last]) out->last = i;
	out->contact = find_contact(r, out->last);
	if (out->contact >= out->last)
		return tt_fail(err, TT_ERR_INPUT,
		               "%s: no contact is seen: the stiffness does not rise above its scatter", name);
	tt_line approach;
	size_t before = out->contact;
	if (before < 20 || !tt_line_fit(r->depth_m, r->load_N, before, r->depth_m[before - 1], &approach))
		return tt_fail(err, TT_ERR_INPUT,
		               "%s: %zu rows before contact; expected at least 20 to find the springs' force", name,
		               before);
	out->column = approach.slope;
	find_drift(r, out->last, &out->drift, &out->u_drift);
	out->depth_m = malloc(r->n * sizeof *out->depth_m);
	out->load_N = malloc(r->n * sizeof *out->load_N);
	out->stiffness_N_per_m = malloc(r->n * sizeof *out->stiffness_N_per_m);
	if (!out->depth_m || !out->load_N || !out->stiffness_N_per_m) {
		tt_raw_result_clear(out);
		return tt_fail_memory(err, "the indents");
	}
	double d0 = r->depth_m[out->contact], f0 = tt_line_at(&approach, d0), t0 = r->time_s[out->contact];
	double drift = isfinite(out->drift) ? out->drift : 0;
	for (size_t i = 0; i < r->n; i++) {
		double load = r->load_N[i] - f0 - out->column * (r->depth_m[i] - d0);
		out->load_N[i] = load + (r->harmonic_load_N ? sqrt(2) * r->harmonic_load_N[i] : 0);
		out->depth_m[i] = r->depth_m[i] - d0 - drift * (r->time_s[i] - t0) -
		                  (r->load_N[i] - f0) / r->frame_stiffness +
		                  (r->harmonic_depth_m ? sqrt(2) * r->harmonic_depth_m[i] : 0);
		double s = r->stiffness_N_per_m[i];
		out->stiffness_N_per_m[i] = 1 / (1 / s - 1 / r->frame_stiffness);
	}
	return TT_OK;
}

void tt_raw_result_clear(tt_raw_result *r)
{
	free(r->depth_m);
	free(r->load_N);
	free(r->stiffness_N_per_m);
	*r = (tt_raw_result){0};
}
