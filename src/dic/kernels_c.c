/* The kernels in plain C: 16 pixels at a time, as loops. To the last bit what the vector versions give, on every
 * processor. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/kernels_generic.h"

#include <math.h>
#include <string.h>

enum { VN = TT_DIC_LANES };
typedef struct vf {
	float l[VN];
} vf;
typedef struct vi {
	int l[VN];
} vi;
typedef unsigned vm; /* bit i: lane i */

#define OP static inline
#ifdef TT_SANITIZED /* whose checks make inlining take minutes */
#define INLINE static
#endif
#define EACH(i) for (int i = 0; i < VN; i++)

/* p + z, whose rounded sum is s, rounded to odd (Boldo & Melquiond 2008): rounding that to single precision is as if
 * the sum had been exact. */
static double rounded_to_odd(double p, double z, double s)
{
	double t = s - p, lost = (p - (s - t)) + (z - t);
	uint64_t bits;
	memcpy(&bits, &s, sizeof bits);
	if (lost != 0 && !(bits & 1)) bits += (lost > 0) == (s > 0) ? 1u : UINT64_MAX;
	memcpy(&s, &bits, sizeof s);
	return s;
}

/* a b + c rounded once. The product is exact in double precision; rounding the sum twice matters only where the first
 * ends halfway between two floats, or below the normal ones. */
static inline float fused(float a, float b, float c)
{
#ifdef FP_FAST_FMAF
	return fmaf(a, b, c);
#else
	const uint64_t dropped = 0x1fffffff, half = 0x10000000;
	double p = (double)a * (double)b, s = p + (double)c;
	uint64_t bits;
	memcpy(&bits, &s, sizeof bits);
	if ((bits & dropped) == half || fabs(s) < 0x1p-126) s = rounded_to_odd(p, (double)c, s);
	return (float)s;
#endif
}

OP vf v_set1(float a)
{
	vf r;
	EACH(i) r.l[i] = a;
	return r;
}
OP vf v_loadu(const float *p)
{
	vf r;
	memcpy(r.l, p, sizeof r.l);
	return r;
}
OP vf v_load(const float *p)
{
	return v_loadu(p);
}
OP void v_store(float *p, vf a)
{
	memcpy(p, a.l, sizeof a.l);
}
OP vf v_add(vf a, vf b)
{
	EACH(i) a.l[i] += b.l[i];
	return a;
}
OP vf v_sub(vf a, vf b)
{
	EACH(i) a.l[i] -= b.l[i];
	return a;
}
OP vf v_mul(vf a, vf b)
{
	EACH(i) a.l[i] *= b.l[i];
	return a;
}
OP vf v_fma(vf a, vf b, vf c)
{
	EACH(i) c.l[i] = fused(a.l[i], b.l[i], c.l[i]);
	return c;
}
OP vf v_fms(vf a, vf b, vf c)
{
	EACH(i) c.l[i] = fused(a.l[i], b.l[i], -c.l[i]);
	return c;
}
OP vf v_floor(vf a)
{
	EACH(i) a.l[i] = floorf(a.l[i]);
	return a;
}
OP vi v_toint(vf a)
{
	vi r;
	EACH(i) r.l[i] = (int)a.l[i];
	return r;
}
OP void vi_store(int *p, vi a)
{
	memcpy(p, a.l, sizeof a.l);
}
OP vf v_iota(void)
{
	vf r;
	EACH(i) r.l[i] = (float)i;
	return r;
}
OP vm m_bits(unsigned bits)
{
	return bits;
}
OP vf v_keep(vm m, vf a)
{
	EACH(i) a.l[i] = m >> i & 1 ? a.l[i] : 0;
	return a;
}
/* In the order of halving vectors. */
OP double v_sum(vf a)
{
	for (int half = VN / 2; half > 0; half /= 2)
		for (int i = 0; i < half; i++)
			a.l[i] += a.l[i + half];
	return (double)a.l[0];
}
OP vf v_gather(const float *p, ptrdiff_t stride, vm m)
{
	vf r;
	EACH(i) r.l[i] = m >> i & 1 ? p[i * stride] : 0;
	return r;
}

/* n ≤ 16 pixels from column on; the lanes beyond are 0. */
OP vf v_pixels(const char *row, const tt_pixel type, int column, int n)
{
	const uint8_t *u8 = (const uint8_t *)row + column;
	const uint16_t *u16 = (const uint16_t *)(const void *)row + column;
	const float *f32 = (const float *)(const void *)row + column;
	vf r = v_set1(0);
	for (int i = 0; i < n; i++)
		r.l[i] = type == TT_U8 ? (float)u8[i] : type == TT_U16 ? (float)u16[i] : f32[i];
	return r;
}

OP void v_transpose(const float *in, ptrdiff_t in_stride, float *out, ptrdiff_t out_stride)
{
	EACH(i)
	EACH(j)
	out[j * out_stride + i] = in[i * in_stride + j];
}

#include "dic/kernels_weights.h"

/* The spline at the pixels of a row that are asked for, less g0. */
static vf along_row(const tt_lookup *at, vf x, vf y, vm lanes, const int taps, const int order)
{
	(void)order;
	vf bx = v_floor(x), by = v_floor(y), u[6], v[6], g = v_set1(0);
	weights_of(v_sub(x, bx), u, taps);
	weights_of(v_sub(y, by), v, taps);
	EACH(i)
	{
		if (!(lanes >> i & 1)) continue;
		const float *c = at->coef + ((int)by.l[i] - taps / 2 + 1) * at->stride + (int)bx.l[i] - taps / 2 + 1;
		float sum = -at->g0;
		for (int r = 0; r < taps; r++, c += at->stride) {
			float h = u[0].l[i] * c[0];
			for (int t = 1; t < taps; t++)
				h = fused(u[t].l[i], c[t], h);
			sum = fused(v[r].l[i], h, sum);
		}
		g.l[i] = sum;
	}
	return g;
}

/* The spline at one pixel; weight t is u[t VN], v[t VN]. Columns of taps first, added as halving vectors are. */
static float one_pixel(const float *c, ptrdiff_t stride, const float *u, const float *v, const int taps)
{
	float h[6];
	for (int t = 0; t < taps; t++) {
		h[t] = v[0] * c[t];
		for (int r = 1; r < taps; r++)
			h[t] = fused(v[r * VN], c[r * stride + t], h[t]);
		h[t] *= u[t * VN];
	}
	if (taps == 4) return (h[0] + h[2]) + (h[1] + h[3]);
	return ((h[0] + h[4]) + h[2]) + ((h[1] + h[5]) + h[3]);
}

/* Any warp will do. */
static bool is_regular(const tt_subset *s, const tt_lookup *at, int taps)
{
	(void)s, (void)at, (void)taps;
	return true;
}

#include "dic/kernels_vector.h"

const tt_kernels tt_kernels_c = {
    .name = "c",
    .sums_cubic = sums_cubic,
    .sums_quintic = sums_quintic,
    .sums_whole = sums_whole,
    .moments = moments,
    .load_row = load_row,
    .pole_columns = pole_columns,
    .pole_rows = pole_rows,
    .fir_row = fir_row,
    .fir_column = fir_column,
    .correlate_row = correlate_row,
};
