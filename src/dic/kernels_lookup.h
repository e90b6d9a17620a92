/* The spline under a vector of pixels, for processors that permute vectors; included by kernels_avx2.c and
 * kernels_avx512.c, which define the vector's operations.
 *
 * The warped pixels of a vector lie near each other: their coefficients are two loads a row and a permutation for each
 * tap, no gather.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_KERNELS_LOOKUP_H
#define TT_DIC_KERNELS_LOOKUP_H

#include "dic/kernels_weights.h"

/* The spline at VN positions along a row, less g0. */
INLINE vf along_row(const tt_lookup *at, vf x, vf y, vm lanes, const int taps, const int order)
{
	(void)lanes; /* there are coefficients under all of them */
	vf bx = v_floor(x), by = v_floor(y), u[6], v[6];
	vi ix = v_toint(bx), iy = v_toint(by);
	int x0 = vi_first(ix), ya = vi_first(iy), yb = vi_last(iy);
	int y0 = ya < yb ? ya : yb, y1 = ya < yb ? yb : ya;
	if (order == 2) {
		y0 = vi_min(iy);
		y1 = vi_max(iy);
	}
	weights_of(v_sub(x, bx), u, taps);
	weights_of(v_sub(y, by), v, taps);
	vi index[6];
	index[0] = vi_sub(ix, vi_set1(x0));
	for (int t = 1; t < taps; t++)
		index[t] = vi_add(index[0], vi_set1(t));
	const float *c = at->coef + (y0 - taps / 2 + 1) * at->stride + x0 - taps / 2 + 1;
	vf g = v_set1(-at->g0);
	if (y0 == y1 && vi_equal(index[0], vi_iota())) {
		/* neighbours are neighbours: each tap is a plain load */
#pragma GCC unroll 6
		for (int r = 0; r < taps; r++, c += at->stride) {
			vf lo = v_loadu(c), hi = v_loadu(c + VN), h = v_mul(u[0], lo);
			h = v_fma(u[1], V_SHIFT(lo, hi, c, 1), h);
			h = v_fma(u[2], V_SHIFT(lo, hi, c, 2), h);
			h = v_fma(u[3], V_SHIFT(lo, hi, c, 3), h);
			if (taps == 6) {
				h = v_fma(u[4], V_SHIFT(lo, hi, c, 4), h);
				h = v_fma(u[5], V_SHIFT(lo, hi, c, 5), h);
			}
			g = v_fma(v[r], h, g);
		}
		return g;
	}
	if (y0 == y1) {
#pragma GCC unroll 6
		for (int r = 0; r < taps; r++, c += at->stride) {
			vf lo = v_loadu(c), hi = v_loadu(c + VN);
			vf h = v_mul(u[0], v_pick2(lo, index[0], hi));
#pragma GCC unroll 6
			for (int t = 1; t < taps; t++)
				h = v_fma(u[t], v_pick2(lo, index[t], hi), h);
			g = v_fma(v[r], h, g);
		}
		return g;
	}
	/* lanes lie in different rows: each row's weight is picked lane by lane */
	vi below = vi_sub(iy, vi_set1(y0));
	for (int r = 0; r < taps + y1 - y0; r++, c += at->stride) {
		vf lo = v_loadu(c), hi = v_loadu(c + VN);
		vf h = v_mul(u[0], v_pick2(lo, index[0], hi)), w = v_set1(0);
#pragma GCC unroll 6
		for (int t = 1; t < taps; t++)
			h = v_fma(u[t], v_pick2(lo, index[t], hi), h);
#pragma GCC unroll 6
		for (int t = 0; t < taps; t++)
			w = v_where(below, vi_set1(r - t), v[t], w);
		g = v_fma(w, h, g);
	}
	return g;
}

/* The spline at one pixel, the taps side by side; weight t is u[t VN], v[t VN]. */
INLINE float one_pixel(const float *c, ptrdiff_t stride, const float *u, const float *v, const int taps)
{
	if (taps == 4) {
		__m128 h = _mm_mul_ps(_mm_set1_ps(v[0]), _mm_loadu_ps(c));
		for (int r = 1; r < 4; r++)
			h = _mm_fmadd_ps(_mm_set1_ps(v[r * VN]), _mm_loadu_ps(c + r * stride), h);
		h = _mm_mul_ps(h, _mm_setr_ps(u[0], u[VN], u[2 * VN], u[3 * VN]));
		h = _mm_add_ps(h, _mm_movehl_ps(h, h));
		return _mm_cvtss_f32(_mm_add_ss(h, _mm_movehdup_ps(h)));
	}
	__m256 h = _mm256_mul_ps(_mm256_set1_ps(v[0]), _mm256_loadu_ps(c));
	for (int r = 1; r < 6; r++)
		h = _mm256_fmadd_ps(_mm256_set1_ps(v[r * VN]), _mm256_loadu_ps(c + r * stride), h);
	h = _mm256_mul_ps(h, _mm256_setr_ps(u[0], u[VN], u[2 * VN], u[3 * VN], u[4 * VN], u[5 * VN], 0, 0));
	__m128 q = _mm_add_ps(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1));
	q = _mm_add_ps(q, _mm_movehl_ps(q, q));
	return _mm_cvtss_f32(_mm_add_ss(q, _mm_movehdup_ps(q)));
}

/* Do VN neighbours always lie within two vectors, from left to right, and not across too many rows? */
INLINE int is_regular(const tt_subset *s, const tt_lookup *at, int taps)
{
	float half = (float)(s->side / 2) + VN, bend = half * (2 * fabsf(at->x[3]) + fabsf(at->x[4]));
	float least = at->x[1] - bend, most = at->x[1] + bend;
	float slope = fabsf(at->y[1]) + half * (2 * fabsf(at->y[3]) + fabsf(at->y[4]));
	return least > 0 && most * (VN - 1) + (float)taps + 1 <= 2 * VN - 1 && slope <= 1;
}

#endif
