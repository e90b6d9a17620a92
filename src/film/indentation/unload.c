/* Stiffness from unloading.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "film/indentation/indents.h"
#include "numeric/curve_fit.h"

/* The part of an unloading that is fitted: below the very top, where creep goes on, down to half of it. */
static const double upper = 0.98, lower = 0.5;

typedef struct power {
	const double *h, *p;
	double h0, p0; /* scales */
} power;

/* p/p0 = a (h/h0 − hf)^m with the parameters log a, hf, m */
static void residuals(const void *user, const double *q, double *r)
{
	const power *f = user;
	for (size_t i = 0; f->h[i] > 0; i++) {
		double x = f->h[i] / f->h0 - q[1];
		r[i] = (x > 0 ? exp(q[0]) * pow(x, q[2]) : 0) - f->p[i] / f->p0;
	}
}

/* h, p: n points of the fitted part, closed by h = 0. Stiffness at (top_h); NaN when no power law fits. */
static double stiffness_at(const double *h, const double *p, size_t n, double top_h, double top_p)
{
	power f = {h, p, top_h, top_p};
	double slope = (p[0] - p[n - 1]) / (h[0] - h[n - 1]);
	double q[3] = {0, 0, 1.4};
	tt_curve_result result;
	tt_error ignored;
	if (!(slope > 0)) return NAN;
	q[1] = fmin(0.999, 1 - 1.4 * top_p / (slope * top_h));
	q[0] = -q[2] * log(fmax(1e-3, 1 - q[1]));
	const tt_curve_model m = {
	    .points = n, .parameters = 3, .residuals = residuals, .user = &f, .what = "the unloading"};
	if (tt_curve_fit(&m, q, NULL, &result, &ignored) != TT_OK || !(q[1] < 1) || !(q[2] > 0.8 && q[2] < 3))
		return NAN;
	return exp(q[0]) * q[2] * pow(1 - q[1], q[2] - 1) * top_p / top_h;
}

tt_status tt_unload_points(const double *depth, const double *load, size_t n, double **h, double **p, double **s,
                           size_t *count, tt_error *err)
{
	size_t room = n / 20 + 2;
	double *fh = malloc((n + 1) * sizeof *fh), *fp = malloc((n + 1) * sizeof *fp);
	*h = malloc(room * sizeof **h);
	*p = malloc(room * sizeof **p);
	*s = malloc(room * sizeof **s);
	*count = 0;
	if (!fh || !fp || !*h || !*p || !*s) {
		free(fh);
		free(fp);
		return tt_fail_memory(err, "the unloadings");
	}
	for (size_t i = 0; i < n && *count + 1 < room;) {
		/* the next top: the greatest load before it falls below half of itself */
		size_t top = i, k = i;
		while (k < n && !(load[k] < lower * load[top] && load[top] > 0)) {
			if (load[k] > load[top] || !(load[top] > 0)) top = k;
			k++;
		}
		if (k == n) break;
		/* the last row of the hold at the top is where the unloading begins */
		double peak = load[top];
		while (top + 1 < k && load[top + 1] > upper * peak)
			top++;
		size_t used = 0;
		for (size_t r = top; r < k; r++)
			if (load[r] >= lower * peak && depth[r] > 0) {
				fh[used] = depth[r];
				fp[used++] = load[r];
			}
		fh[used] = 0;
		if (used >= 10) {
			double k_top = stiffness_at(fh, fp, used, fh[0], fp[0]);
			if (k_top > 0) {
				(*h)[*count] = fh[0];
				(*p)[*count] = fp[0];
				(*s)[(*count)++] = k_top;
			}
		}
		/* on to the next loading */
		i = k;
		while (i + 1 < n && load[i + 1] <= load[i])
			i++;
		i++;
	}
	free(fh);
	free(fp);
	return TT_OK;
}
