/* The sums of the kernels as they are defined, in double precision: what all kernels are compared with.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels_double.h"

#include <math.h>
#include <string.h>

/* Basis of the cubic and quintic B-spline at distance t past the base sample (Unser 1999, equation 1). */
static void weights_cubic(float t, float w[4])
{
	float s = 1 - t;
	w[0] = s * s * s / 6;
	w[1] = (4 + t * t * (3 * t - 6)) / 6;
	w[2] = (4 + s * s * (3 * s - 6)) / 6;
	w[3] = t * t * t / 6;
}

static float quintic_inner(float t)
{
	return (66 + t * t * (-60 + t * t * (30 - 10 * t))) / 120;
}

static float quintic_middle(float t)
{
	return (26 + t * (-50 + t * (20 + t * (20 + t * (-20 + 5 * t))))) / 120;
}

static void weights_quintic(float t, float w[6])
{
	float s = 1 - t, t2 = t * t, s2 = s * s;
	w[0] = s2 * s2 * s / 120;
	w[1] = quintic_middle(t);
	w[2] = quintic_inner(t);
	w[3] = quintic_inner(s);
	w[4] = quintic_middle(s);
	w[5] = t2 * t2 * t / 120;
}

static inline int in_mask(const tt_subset *s, int i, int j)
{
	if (!s->mask) return 1;
	int groups = (s->side + TT_DIC_LANES - 1) / TT_DIC_LANES;
	return s->mask[j * groups + i / TT_DIC_LANES] >> (i % TT_DIC_LANES) & 1;
}

static int monomials(int order)
{
	return (order + 1) * (order + 2) / 2;
}

static void add_pixel(const tt_subset *s, int i, int j, double g, int order, tt_sums *out)
{
	ptrdiff_t at = j * s->stride + i;
	double dx = i - s->side / 2, dy = j - s->side / 2;
	double m[6] = {1, dx, dy, dx * dx, dx * dy, dy * dy};
	out->g += g;
	out->gg += g * g;
	out->fg += s->f[at] * g;
	for (int k = 0; k < monomials(order); k++) {
		out->wx[k] += s->wx[at] * g * m[k];
		out->wy[k] += s->wy[at] * g * m[k];
	}
}

static inline void sums_spline(const tt_subset *s, const tt_lookup *at, int order, int taps,
                               void (*weights)(float, float *), tt_sums *out)
{
	int half = s->side / 2;
	memset(out, 0, sizeof *out);
	for (int j = 0; j < s->side; j++) {
		float dy = (float)(j - half);
		for (int i = 0; i < s->side; i++) {
			if (!in_mask(s, i, j)) continue;
			float dx = (float)(i - half), u[6], v[6];
			float x = at->x[0] + at->x[2] * dy + at->x[5] * dy * dy +
			          dx * (at->x[1] + at->x[4] * dy + dx * at->x[3]);
			float y = at->y[0] + at->y[2] * dy + at->y[5] * dy * dy +
			          dx * (at->y[1] + at->y[4] * dy + dx * at->y[3]);
			float bx = floorf(x), by = floorf(y);
			weights(x - bx, u);
			weights(y - by, v);
			const float *c = at->coef + ((int)by - taps / 2 + 1) * at->stride + (int)bx - taps / 2 + 1;
			double g = -(double)at->g0;
			for (int b = 0; b < taps; b++, c += at->stride) {
				double row = 0;
				for (int a = 0; a < taps; a++)
					row += u[a] * c[a];
				g += v[b] * row;
			}
			add_pixel(s, i, j, g, order, out);
		}
	}
}

void double_cubic(const tt_subset *s, const tt_lookup *at, int order, tt_sums *out)
{
	sums_spline(s, at, order, 4, weights_cubic, out);
}

void double_quintic(const tt_subset *s, const tt_lookup *at, int order, tt_sums *out)
{
	sums_spline(s, at, order, 6, weights_quintic, out);
}

void double_whole(const tt_subset *s, const void *g, ptrdiff_t stride, tt_pixel type, float g0, int order, tt_sums *out)
{
	tt_image im = {g, stride, s->side, s->side, type};
	memset(out, 0, sizeof *out);
	for (int j = 0; j < s->side; j++)
		for (int i = 0; i < s->side; i++)
			if (in_mask(s, i, j)) add_pixel(s, i, j, tt_image_at(&im, i, j) - (double)g0, order, out);
}

static double plain(const float *f, ptrdiff_t step)
{
	return (double)(TT_DIC_PLAIN_A * (f[step] - f[-step]) + TT_DIC_PLAIN_B * (f[2 * step] - f[-2 * step]));
}

void double_moments(const tt_subset *s, int order, tt_moments *out)
{
	int low = monomials(order), high = monomials(2 * order);
	memset(out, 0, sizeof *out);
	for (int j = 0; j < s->side; j++)
		for (int i = 0; i < s->side; i++) {
			if (!in_mask(s, i, j)) continue;
			ptrdiff_t at = j * s->stride + i;
			double x = i - s->side / 2, y = j - s->side / 2;
			double f = s->f[at], wx = s->wx[at], wy = s->wy[at];
			double m[15] = {1,
			                x,
			                y,
			                x * x,
			                x * y,
			                y * y,
			                x * x * x,
			                x * x * y,
			                x * y * y,
			                y * y * y,
			                x * x * x * x,
			                x * x * x * y,
			                x * x * y * y,
			                x * y * y * y,
			                y * y * y * y};
			out->n += 1;
			out->f += f;
			out->ff += f * f;
			double sx = plain(s->f + at, 1), sy = plain(s->f + at, s->stride);
			out->ww += wx * wx + wy * wy;
			for (int k = 0; k < low; k++) {
				out->wx[k] += wx * m[k];
				out->wy[k] += wy * m[k];
				out->fwx[k] += f * wx * m[k];
				out->fwy[k] += f * wy * m[k];
			}
			for (int k = 0; k < high; k++) {
				out->xx[k] += wx * sx * m[k];
				out->xy[k] += (wx * sy + wy * sx) / 2 * m[k];
				out->yy[k] += wy * sy * m[k];
			}
		}
}
