/* The kernels with AVX-512 (F, DQ, BW, VL): 16 pixels at a time.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/kernels_generic.h"

#include <immintrin.h>
#include <math.h>
#include <string.h>

enum { VN = 16 };
typedef __m512 vf;
typedef __m512i vi;
typedef __mmask16 vm;

#define OP static inline __attribute__((always_inline))
OP vf v_set1(float a)
{
	return _mm512_set1_ps(a);
}
OP vf v_loadu(const float *p)
{
	return _mm512_loadu_ps(p);
}
OP vf v_load(const float *p)
{
	return _mm512_load_ps(p);
}
OP void v_store(float *p, vf a)
{
	_mm512_store_ps(p, a);
}
OP vf v_add(vf a, vf b)
{
	return _mm512_add_ps(a, b);
}
OP vf v_sub(vf a, vf b)
{
	return _mm512_sub_ps(a, b);
}
OP vf v_mul(vf a, vf b)
{
	return _mm512_mul_ps(a, b);
}
OP vf v_fma(vf a, vf b, vf c)
{
	return _mm512_fmadd_ps(a, b, c);
}
OP vf v_fms(vf a, vf b, vf c)
{
	return _mm512_fmsub_ps(a, b, c);
}
OP vf v_floor(vf a)
{
	return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
OP vi v_toint(vf a)
{
	return _mm512_cvtps_epi32(a);
}
OP vf v_iota(void)
{
	return _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
OP vi vi_iota(void)
{
	return _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
OP int vi_equal(vi a, vi b)
{
	return _mm512_cmpneq_epi32_mask(a, b) == 0;
}
OP vi vi_set1(int a)
{
	return _mm512_set1_epi32(a);
}
OP vi vi_add(vi a, vi b)
{
	return _mm512_add_epi32(a, b);
}
OP vi vi_sub(vi a, vi b)
{
	return _mm512_sub_epi32(a, b);
}
OP void vi_store(int *p, vi a)
{
	_mm512_store_si512(p, a);
}
OP int vi_first(vi a)
{
	return _mm_cvtsi128_si32(_mm512_castsi512_si128(a));
}
OP int vi_last(vi a)
{
	return _mm_extract_epi32(_mm512_extracti32x4_epi32(a, 3), 3);
}
OP int vi_min(vi a)
{
	return _mm512_reduce_min_epi32(a);
}
OP int vi_max(vi a)
{
	return _mm512_reduce_max_epi32(a);
}
OP vf v_pick2(vf lo, vi index, vf hi)
{
	return _mm512_permutex2var_ps(lo, index, hi);
}
/* VN floats from c + t on; lo and hi hold those from c and from c + VN on. Loads and the shuffle share the work. */
#define V_SHIFT(lo, hi, c, t)                                                                                          \
	((t) % 2 ? _mm512_castsi512_ps(_mm512_alignr_epi32(_mm512_castps_si512(hi), _mm512_castps_si512(lo), t))       \
	         : v_loadu((c) + (t)))
/* a == b ? yes : no */
OP vf v_where(vi a, vi b, vf yes, vf no)
{
	return _mm512_mask_mov_ps(no, _mm512_cmpeq_epi32_mask(a, b), yes);
}
OP vm m_bits(unsigned bits)
{
	return (vm)bits;
}
OP vf v_keep(vm m, vf a)
{
	return _mm512_maskz_mov_ps(m, a);
}
OP double v_sum(vf a)
{
	__m256 h = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
	__m128 s = _mm_add_ps(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1));
	s = _mm_add_ps(s, _mm_movehl_ps(s, s));
	return (double)_mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

/* p[0], p[stride], …; 0 where the mask is not set, nothing is read there. */
OP vf v_gather(const float *p, ptrdiff_t stride, vm m)
{
	vi at = _mm512_mullo_epi32(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
	                           _mm512_set1_epi32((int)stride));
	return _mm512_mask_i32gather_ps(_mm512_setzero_ps(), m, at, p, 4);
}

/* n ≤ 16 pixels from column on; the lanes beyond are 0. */
OP vf v_pixels(const char *row, const tt_pixel type, int column, int n)
{
	vm m = (vm)((1u << n) - 1);
	if (type == TT_U8) return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(m, row + column)));
	if (type == TT_U16)
		return _mm512_cvtepi32_ps(_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(m, row + 2 * column)));
	return _mm512_maskz_loadu_ps(m, row + 4 * column);
}

/* 16 × 16 floats, rows of the given strides, 64-byte aligned. */
OP void v_transpose(const float *in, ptrdiff_t in_stride, float *out, ptrdiff_t out_stride)
{
	vf r[16], t[16];
	for (int i = 0; i < 16; i++)
		r[i] = _mm512_load_ps(in + i * in_stride);
	for (int i = 0; i < 16; i += 2) {
		t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
		t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
	}
	for (int i = 0; i < 16; i += 4) {
		__m512d a = _mm512_castps_pd(t[i]), b = _mm512_castps_pd(t[i + 2]);
		__m512d c = _mm512_castps_pd(t[i + 1]), d = _mm512_castps_pd(t[i + 3]);
		r[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
		r[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
		r[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(c, d));
		r[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(c, d));
	}
	for (int i = 0; i < 4; i++) {
		t[i] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0x88);
		t[i + 4] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0xdd);
		t[i + 8] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0x88);
		t[i + 12] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0xdd);
	}
	for (int i = 0; i < 4; i++) {
		_mm512_store_ps(out + i * out_stride, _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88));
		_mm512_store_ps(out + (i + 8) * out_stride, _mm512_shuffle_f32x4(t[i], t[i + 8], 0xdd));
		_mm512_store_ps(out + (i + 4) * out_stride, _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0x88));
		_mm512_store_ps(out + (i + 12) * out_stride, _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0xdd));
	}
}

#include "dic/kernels_lookup.h"
#include "dic/kernels_vector.h"

const tt_kernels tt_kernels_avx512 = {
    .name = "avx512",
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
