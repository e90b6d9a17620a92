/* The kernels with AVX2 and FMA: 8 pixels at a time.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/kernels_generic.h"

#include <immintrin.h>
#include <math.h>
#include <string.h>

enum { VN = 8 };
typedef __m256 vf;
typedef __m256i vi;
typedef __m256 vm;

#define OP static inline __attribute__((always_inline))
OP vf v_set1(float a)
{
	return _mm256_set1_ps(a);
}
OP vf v_loadu(const float *p)
{
	return _mm256_loadu_ps(p);
}
OP vf v_load(const float *p)
{
	return _mm256_load_ps(p);
}
OP void v_store(float *p, vf a)
{
	_mm256_store_ps(p, a);
}
OP vf v_add(vf a, vf b)
{
	return _mm256_add_ps(a, b);
}
OP vf v_sub(vf a, vf b)
{
	return _mm256_sub_ps(a, b);
}
OP vf v_mul(vf a, vf b)
{
	return _mm256_mul_ps(a, b);
}
OP vf v_fma(vf a, vf b, vf c)
{
	return _mm256_fmadd_ps(a, b, c);
}
OP vf v_fms(vf a, vf b, vf c)
{
	return _mm256_fmsub_ps(a, b, c);
}
OP vf v_floor(vf a)
{
	return _mm256_floor_ps(a);
}
OP vi v_toint(vf a)
{
	return _mm256_cvtps_epi32(a);
}
OP vf v_iota(void)
{
	return _mm256_setr_ps(0, 1, 2, 3, 4, 5, 6, 7);
}
OP vi vi_iota(void)
{
	return _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
}
OP int vi_equal(vi a, vi b)
{
	return _mm256_movemask_epi8(_mm256_cmpeq_epi32(a, b)) == -1;
}
OP vi vi_set1(int a)
{
	return _mm256_set1_epi32(a);
}
OP vi vi_add(vi a, vi b)
{
	return _mm256_add_epi32(a, b);
}
OP vi vi_sub(vi a, vi b)
{
	return _mm256_sub_epi32(a, b);
}
OP void vi_store(int *p, vi a)
{
	_mm256_store_si256((__m256i *)p, a);
}
OP int vi_first(vi a)
{
	return _mm_cvtsi128_si32(_mm256_castsi256_si128(a));
}
OP int vi_last(vi a)
{
	return _mm256_extract_epi32(a, 7);
}

OP int vi_min(vi a)
{
	__m128i m = _mm_min_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
	m = _mm_min_epi32(m, _mm_shuffle_epi32(m, 0x4e));
	return _mm_cvtsi128_si32(_mm_min_epi32(m, _mm_shuffle_epi32(m, 0xb1)));
}

OP int vi_max(vi a)
{
	__m128i m = _mm_max_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
	m = _mm_max_epi32(m, _mm_shuffle_epi32(m, 0x4e));
	return _mm_cvtsi128_si32(_mm_max_epi32(m, _mm_shuffle_epi32(m, 0xb1)));
}

OP vf v_pick2(vf lo, vi index, vf hi)
{
	vf from_hi = _mm256_castsi256_ps(_mm256_cmpgt_epi32(index, _mm256_set1_epi32(7)));
	return _mm256_blendv_ps(_mm256_permutevar8x32_ps(lo, index), _mm256_permutevar8x32_ps(hi, index), from_hi);
}

/* VN floats from c + t on. */
#define V_SHIFT(lo, hi, c, t) ((void)(lo), (void)(hi), v_loadu((c) + (t)))
/* a == b ? yes : no */
OP vf v_where(vi a, vi b, vf yes, vf no)
{
	return _mm256_blendv_ps(no, yes, _mm256_castsi256_ps(_mm256_cmpeq_epi32(a, b)));
}

OP vm m_bits(unsigned bits)
{
	vi each = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
	return _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32((int)bits), each), each));
}

OP vf v_keep(vm m, vf a)
{
	return _mm256_and_ps(m, a);
}

OP double v_sum(vf a)
{
	__m128 s = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
	s = _mm_add_ps(s, _mm_movehl_ps(s, s));
	return (double)_mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

/* p[0], p[stride], …; 0 where the mask is not set, nothing is read there. */
OP vf v_gather(const float *p, ptrdiff_t stride, vm m)
{
	vi at = _mm256_mullo_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32((int)stride));
	return _mm256_mask_i32gather_ps(_mm256_setzero_ps(), p, at, m, 4);
}

/* n ≤ 8 pixels from column on; the lanes beyond are 0. */
OP vf v_pixels(const char *row, const tt_pixel type, int column, int n)
{
	if (type == TT_F32) {
		const float *p = (const float *)(const void *)row + column;
		if (n == 8) return _mm256_loadu_ps(p);
		return _mm256_maskload_ps(p, _mm256_castps_si256(m_bits((1u << n) - 1)));
	}
	if (type == TT_U8) {
		uint8_t few[8] = {0};
		const char *p = row + column;
		if (n < 8) p = memcpy(few, p, (size_t)n);
		return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p)));
	}
	uint16_t few[8] = {0};
	const char *p = row + 2 * column;
	if (n < 8) p = memcpy(few, p, 2 * (size_t)n);
	return _mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)p)));
}

/* 8 × 8 floats, rows of the given strides, 32-byte aligned. */
OP void v_transpose(const float *in, ptrdiff_t in_stride, float *out, ptrdiff_t out_stride)
{
	vf r[8], t[8];
	for (int i = 0; i < 8; i++)
		r[i] = _mm256_load_ps(in + i * in_stride);
	for (int i = 0; i < 8; i += 2) {
		t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
		t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
	}
	for (int i = 0; i < 8; i += 4) {
		r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
		r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
		r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
		r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
	}
	for (int i = 0; i < 4; i++) {
		_mm256_store_ps(out + i * out_stride, _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
		_mm256_store_ps(out + (i + 4) * out_stride, _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
	}
}

#include "dic/kernels_lookup.h"
#include "dic/kernels_vector.h"

const tt_kernels tt_kernels_avx2 = {
    .name = "avx2",
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
