/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double POLE = -0.26794919243112270647; /* sqrt(3) - 2 */

static void filter(double *v, int n)
{
	if (n < 2) return;
	double sum = 0, z = 1;
	int last = n < 30 ? n : 30;
	for (int i = 0; i < last; i++, z *= POLE)
		sum += v[i] * z;
	/* Mirrored on the first pixel; of a short row the sum is cut where the row ends. */
	double before = sum;
	v[0] = before;
	for (int i = 1; i < n; i++)
		v[i] += POLE * v[i - 1];
	v[n - 1] = POLE / (POLE * POLE - 1) * (v[n - 1] + POLE * v[n - 2]);
	for (int i = n - 2; i >= 0; i--)
		v[i] = POLE * (v[i + 1] - v[i]);
	for (int i = 0; i < n; i++)
		v[i] *= 6;
}

tt_status tt_resample_new(const float *pixels, int width, int height, tt_resample *out, tt_error *err)
{
	size_t n = (size_t)width * (size_t)height;
	double *line = malloc((size_t)(width > height ? width : height) * sizeof *line);
	out->width = width;
	out->height = height;
	out->c = malloc(n * sizeof *out->c);
	if (!line || !out->c) {
		free(line);
		tt_resample_free(out);
		return tt_fail_memory(err, "the interpolation of a frame");
	}
	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++)
			line[x] = (double)pixels[(size_t)y * (size_t)width + (size_t)x];
		filter(line, width);
		for (int x = 0; x < width; x++)
			out->c[(size_t)y * (size_t)width + (size_t)x] = (float)line[x];
	}
	for (int x = 0; x < width; x++) {
		for (int y = 0; y < height; y++)
			line[y] = (double)out->c[(size_t)y * (size_t)width + (size_t)x];
		filter(line, height);
		for (int y = 0; y < height; y++)
			out->c[(size_t)y * (size_t)width + (size_t)x] = (float)line[y];
	}
	free(line);
	return TT_OK;
}

void tt_resample_free(tt_resample *r)
{
	free(r->c);
	r->c = NULL;
}

static void weights(double t, double w[4])
{
	double s = 1 - t;
	w[0] = s * s * s / 6;
	w[1] = 2.0 / 3 - t * t * (2 - t) / 2;
	w[2] = 2.0 / 3 - s * s * (2 - s) / 2;
	w[3] = t * t * t / 6;
}

static int mirror(int i, int n)
{
	if (i < 0) i = -i;
	if (i >= n) i = 2 * (n - 1) - i;
	return i < 0 ? 0 : i;
}

double tt_resample_at(const tt_resample *r, double x, double y)
{
	if (!(x >= 0 && y >= 0 && x <= r->width - 1 && y <= r->height - 1)) return NAN;
	int ix = (int)x, iy = (int)y;
	double wx[4], wy[4], sum = 0;
	weights(x - ix, wx);
	weights(y - iy, wy);
	for (int j = 0; j < 4; j++) {
		const float *row = r->c + (size_t)mirror(iy + j - 1, r->height) * (size_t)r->width;
		double s = 0;
		for (int i = 0; i < 4; i++)
			s += wx[i] * (double)row[mirror(ix + i - 1, r->width)];
		sum += wy[j] * s;
	}
	return sum;
}

double tt_resample_variance(double fraction)
{
	/* The cardinal spline's values at fraction + k: an impulse filtered, then sampled. */
	enum { N = 61 };
	double c[N] = {0}, w[4], sum = 0;
	c[N / 2] = 1;
	filter(c, N);
	weights(fraction - floor(fraction), w);
	for (int k = 1; k + 2 < N; k++) {
		double v = w[0] * c[k - 1] + w[1] * c[k] + w[2] * c[k + 1] + w[3] * c[k + 2];
		sum += v * v;
	}
	return sum;
}
