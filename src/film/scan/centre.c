/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/scan/centre.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COARSE = 48, STEPS = 30 };

/* The pattern in at most COARSE cells a side, logarithmic so that the beam does not decide alone; dead cells NaN. */
static void shrink(const double *pattern, const bool *dead, int width, int height, int factor, double *out, int w,
                   int h)
{
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			double sum = 0;
			int n = 0;
			for (int j = y * factor; j < (y + 1) * factor && j < height; j++)
				for (int i = x * factor; i < (x + 1) * factor && i < width; i++) {
					const size_t at = (size_t)j * (size_t)width + (size_t)i;
					if (dead && dead[at]) continue;
					sum += pattern[at];
					n++;
				}
			out[y * w + x] = n ? log1p(fmax(sum / n, 0)) : (double)NAN;
		}
}

/* Mean squared difference of the small pattern and itself turned about (cx, cy)/2; INFINITY with too little overlap. */
static double unlike(const double *p, int w, int h, int cx, int cy)
{
	double sum = 0, squares = 0, total = 0;
	int n = 0;
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			const int i = cx - x, j = cy - y;
			if (i < 0 || j < 0 || i >= w || j >= h || isnan(p[y * w + x]) || isnan(p[j * w + i])) continue;
			const double d = p[y * w + x] - p[j * w + i];
			sum += d * d;
			squares += p[y * w + x] * p[y * w + x];
			total += p[y * w + x];
			n++;
		}
	if (n * 3 < w * h) return INFINITY;
	/* against what differs within the overlap: a flat corner is like itself too */
	const double variance = squares / n - total / n * total / n;
	return variance > 0 ? sum / n / variance : INFINITY;
}

static bool coarse_centre(const double *pattern, const bool *dead, int width, int height, double centre[2])
{
	const int side = width > height ? width : height, factor = (side + COARSE - 1) / COARSE;
	const int w = (width + factor - 1) / factor, h = (height + factor - 1) / factor;
	double *small = malloc((size_t)w * (size_t)h * sizeof *small), best = INFINITY;
	if (!small) return false;
	shrink(pattern, dead, width, height, factor, small, w, h);
	for (int cy = h / 2; cy <= 3 * h / 2; cy++)
		for (int cx = w / 2; cx <= 3 * w / 2; cx++) {
			const double d = unlike(small, w, h, cx, cy);
			if (d < best) {
				best = d;
				centre[0] = (cx / 2.0 + 0.5) * factor - 0.5;
				centre[1] = (cy / 2.0 + 0.5) * factor - 0.5;
			}
		}
	free(small);
	return isfinite(best);
}

/* hypot() for lengths that cannot overflow, many times faster. */
static double radius(double x, double y)
{
	return sqrt(x * x + y * y);
}

/* Radial mean in bins of 1 px, and the number of pixels. */
static void radial_mean(const double *pattern, const bool *dead, int width, int height, const double c[2], double *mean,
                        double *n, size_t bins)
{
	memset(mean, 0, bins * sizeof *mean);
	memset(n, 0, bins * sizeof *n);
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++) {
			const size_t at = (size_t)y * (size_t)width + (size_t)x,
			             b = (size_t)(radius(x - c[0], y - c[1]) + 0.5);
			if ((dead && dead[at]) || b >= bins) continue;
			mean[b] += pattern[at];
			n[b]++;
		}
	for (size_t b = 0; b < bins; b++)
		mean[b] = n[b] > 0 ? mean[b] / n[b] : (double)NAN;
}

typedef struct normal {
	double a[2][2], b[2], chi2, rows;
} normal;

/* One step of the fit; residuals are weighted by the radial mean as counts of `patterns` patterns. */
static normal gather(const double *pattern, const bool *dead, int width, int height, double patterns, double lo,
                     double hi, const double c[2], const double *mean, const double *n, size_t bins)
{
	normal s = {0};
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++) {
			const size_t at = (size_t)y * (size_t)width + (size_t)x;
			const double dx = x - c[0], dy = y - c[1], r = radius(dx, dy);
			const size_t b = (size_t)r;
			if ((dead && dead[at]) || r < 2 || r < lo || !(r < hi) || b + 2 >= bins || b < 1) continue;
			if (n[b - 1] < 8 || n[b] < 8 || n[b + 1] < 8 || n[b + 2] < 8) continue;
			const double f = r - (double)b;
			const double level = mean[b] * (1 - f) + mean[b + 1] * f;
			const double slope = ((mean[b + 1] - mean[b - 1]) * (1 - f) + (mean[b + 2] - mean[b]) * f) / 2;
			if (!(level > 0)) continue;
			const double w = patterns / level, e = pattern[at] - level, gx = -slope * dx / r,
			             gy = -slope * dy / r;
			s.a[0][0] += w * gx * gx;
			s.a[0][1] += w * gx * gy;
			s.a[1][1] += w * gy * gy;
			s.b[0] += w * gx * e;
			s.b[1] += w * gy * e;
			s.chi2 += w * e * e;
			s.rows++;
		}
	return s;
}

tt_status tt_pattern_centre_refine(const double *pattern, const bool *dead, int width, int height, double patterns,
                                   double lo, double hi, double centre[2], double u[2], tt_error *err)
{
	const size_t bins = (size_t)hypot(width, height) + 4;
	double *mean = malloc(2 * bins * sizeof *mean), c[2] = {centre[0], centre[1]};
	tt_status st = TT_OK;
	if (!mean) return tt_fail_memory(err, "a pattern's centre");
	if (isnan(hi)) hi = INFINITY;
	for (int i = 0; i < STEPS; i++) {
		radial_mean(pattern, dead, width, height, c, mean, mean + bins, bins);
		const normal s = gather(pattern, dead, width, height, patterns, lo, hi, c, mean, mean + bins, bins);
		const double d = s.a[0][0] * s.a[1][1] - s.a[0][1] * s.a[0][1];
		if (!(d > 1e-12 * s.a[0][0] * s.a[1][1]) || s.rows < 20) {
			st = tt_fail(
			    err, TT_ERR_FAILED,
			    "the centre of the patterns cannot be found: their mean has no slope to tell it from; give "
			    "centre: [x, y]");
			break;
		}
		double step[2] = {(s.b[0] * s.a[1][1] - s.b[1] * s.a[0][1]) / d,
		                  (s.b[1] * s.a[0][0] - s.b[0] * s.a[0][1]) / d};
		const double length = hypot(step[0], step[1]), most = 2;
		if (length > most) {
			step[0] *= most / length;
			step[1] *= most / length;
		}
		c[0] += step[0];
		c[1] += step[1];
		const double misfit = fmax(s.chi2 / fmax(s.rows - 2, 1), 1);
		u[0] = sqrt(misfit * s.a[1][1] / d);
		u[1] = sqrt(misfit * s.a[0][0] / d);
		/* pixels that change their bin move it for ever by a small part of its u */
		if (length < 1e-4 || length < 0.01 * hypot(u[0], u[1])) break;
	}
	free(mean);
	if (st == TT_OK && !(c[0] > -width && c[0] < 2.0 * width && c[1] > -height && c[1] < 2.0 * height))
		st = tt_fail(
		    err, TT_ERR_FAILED,
		    "the centre of the patterns cannot be found: the search left the pattern; give centre: [x, y]");
	if (st == TT_OK) {
		centre[0] = c[0];
		centre[1] = c[1];
	}
	return st;
}

tt_status tt_pattern_centre(const double *pattern, const bool *dead, int width, int height, double patterns,
                            double centre[2], double u[2], tt_error *err)
{
	centre[0] = (width - 1) / 2.0;
	centre[1] = (height - 1) / 2.0;
	if (!coarse_centre(pattern, dead, width, height, centre))
		return tt_fail(
		    err, TT_ERR_FAILED,
		    "the centre of the patterns cannot be found: they are empty or flat; give centre: [x, y]");
	return tt_pattern_centre_refine(pattern, dead, width, height, patterns, 0, NAN, centre, u, err);
}
