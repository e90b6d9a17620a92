/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/resample.h"

#include <math.h>
#include <stdlib.h>

tt_status tt_resample_new(const float *pixels, int width, int height, tt_resample *out, tt_error *err)
{
	const tt_image image = {pixels, (ptrdiff_t)width * (ptrdiff_t)sizeof *pixels, width, height, TT_F32};
	tt_status st = tt_spline_init(&out->spline, width, height, TT_BSPLINE_CUBIC, 0, 1, tt_kernels_best(), err);
	if (st != TT_OK) return st;
	tt_spline_begin(&out->spline, &image, 0);
	tt_spline_want(&out->spline, 0, 0, width - 1, height - 1);
	tt_spline_fill(&out->spline, NULL);
	return TT_OK;
}

void tt_resample_free(tt_resample *r)
{
	tt_spline_free(&r->spline);
}

static void weights(double t, double w[4])
{
	double s = 1 - t;
	w[0] = s * s * s / 6;
	w[1] = 2.0 / 3 - t * t * (2 - t) / 2;
	w[2] = 2.0 / 3 - s * s * (2 - s) / 2;
	w[3] = t * t * t / 6;
}

double tt_resample_at(const tt_resample *r, double x, double y)
{
	const tt_spline *c = &r->spline;
	if (!(x >= 0 && y >= 0 && x <= c->width - 1 && y <= c->height - 1)) return NAN;
	int ix = (int)x, iy = (int)y;
	double wx[4], wy[4], sum = 0;
	weights(x - ix, wx);
	weights(y - iy, wy);
	for (int j = 0; j < 4; j++) {
		const float *row = c->origin + (ptrdiff_t)(iy + j - 1) * c->stride + ix - 1;
		double s = 0;
		for (int i = 0; i < 4; i++)
			s += wx[i] * (double)row[i];
		sum += wy[j] * s;
	}
	return sum;
}

double tt_resample_variance(double fraction)
{
	/* The cardinal spline's coefficients, -6 z / (1 - z²) z^|k| (Unser 1999), sampled at fraction + k. */
	enum { N = 61 };
	static const double z = -0.26794919243112270647; /* sqrt(3) - 2 */
	double c[N], w[4], sum = 0;
	for (int k = 0; k < N; k++)
		c[k] = -6 * z / (1 - z * z) * pow(z, abs(k - N / 2));
	weights(fraction - floor(fraction), w);
	for (int k = 1; k + 2 < N; k++) {
		double v = w[0] * c[k - 1] + w[1] * c[k] + w[2] * c[k + 1] + w[3] * c[k + 2];
		sum += v * v;
	}
	return sum;
}
