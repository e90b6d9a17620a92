/* The sums over a tile with AVX2.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/scan/tiles.h"

#include <immintrin.h>

enum { HALF = TT_TILE_PATTERNS / 2, ROW = TT_TILE_PATTERNS };

static inline __m256i load(const void *p)
{
	return _mm256_loadu_si256(p);
}

static inline void add_to(void *p, __m256i v)
{
	_mm256_storeu_si256(p, _mm256_add_epi32(load(p), v));
}

static inline void add_to_64(uint64_t *p, __m256i v)
{
	_mm256_storeu_si256((void *)p, _mm256_add_epi64(load(p), v));
}

/* Sums of a chunk over the patterns. */
typedef struct over {
	__m256i most, sum;              /* 16 × u16 */
	__m256i squares_lo, squares_hi; /* u32: pixels 0–3 and 8–11, 4–7 and 12–15 */
} over;

static inline void put(uint16_t *turned, int pixel, __m256i v)
{
	_mm_storeu_si128((void *)(turned + pixel * ROW), _mm256_castsi256_si128(v));
	_mm_storeu_si128((void *)(turned + (pixel + 8) * ROW), _mm256_extracti128_si256(v, 1));
}

/* Eight patterns of 16 pixels, turned: for each pixel eight values side by side. */
static inline void turn_half(const uint16_t *const *pattern, size_t first, __m256i shuffle, uint16_t *turned, over *o)
{
	__m256i v[HALF], lo[HALF / 2], hi[HALF / 2];
	for (int k = 0; k < HALF; k++) {
		v[k] = _mm256_shuffle_epi8(load(pattern[k] + first), shuffle);
		o->most = _mm256_max_epu16(o->most, v[k]);
		o->sum = _mm256_add_epi16(o->sum, v[k]);
	}
	for (int k = 0; k < HALF / 2; k++) {
		lo[k] = _mm256_unpacklo_epi16(v[2 * k], v[2 * k + 1]);
		hi[k] = _mm256_unpackhi_epi16(v[2 * k], v[2 * k + 1]);
		o->squares_lo = _mm256_add_epi32(o->squares_lo, _mm256_madd_epi16(lo[k], lo[k]));
		o->squares_hi = _mm256_add_epi32(o->squares_hi, _mm256_madd_epi16(hi[k], hi[k]));
	}
	for (int h = 0; h < 2; h++) {
		const __m256i *p = h ? hi : lo;
		const __m256i a = _mm256_unpacklo_epi32(p[0], p[1]), b = _mm256_unpacklo_epi32(p[2], p[3]),
		              c = _mm256_unpackhi_epi32(p[0], p[1]), d = _mm256_unpackhi_epi32(p[2], p[3]);
		put(turned, 4 * h, _mm256_unpacklo_epi64(a, b));
		put(turned, 4 * h + 1, _mm256_unpackhi_epi64(a, b));
		put(turned, 4 * h + 2, _mm256_unpacklo_epi64(c, d));
		put(turned, 4 * h + 3, _mm256_unpackhi_epi64(c, d));
	}
}

static inline bool turn_chunk(const uint16_t *const *pattern, size_t first, __m256i shuffle, uint16_t *turned,
                              tt_tile_sums *s, __m256i *largest)
{
	const __m256i zero = _mm256_setzero_si256(), over_12_bits = _mm256_set1_epi16((short)0xF000);
	over o = {zero, zero, zero, zero};
	turn_half(pattern, first, shuffle, turned, &o);
	turn_half(pattern + HALF, first, shuffle, turned + HALF, &o);
	*largest = _mm256_max_epu16(*largest, o.most);
	if (!_mm256_testz_si256(o.most, over_12_bits)) {
		for (int i = 0; i < TT_TILE_CHUNK; i++)
			_mm256_storeu_si256((void *)(turned + i * ROW), zero);
		return false;
	}
	add_to(s->sum + first, _mm256_cvtepu16_epi32(_mm256_castsi256_si128(o.sum)));
	add_to(s->sum + first + 8, _mm256_cvtepu16_epi32(_mm256_extracti128_si256(o.sum, 1)));
	add_to(s->squares + first, _mm256_permute2x128_si256(o.squares_lo, o.squares_hi, 0x20));
	add_to(s->squares + first + 8, _mm256_permute2x128_si256(o.squares_lo, o.squares_hi, 0x31));
	return true;
}

static inline void add_four(uint64_t *to, __m128i u32)
{
	add_to_64(to, _mm256_cvtepu32_epi64(u32));
}

static inline const uint16_t *add_segment(const tt_tile_segment *q, const uint16_t *order, tt_tile_sums *s)
{
	__m256i sum = _mm256_setzero_si256(), lo = sum, hi = sum;
	for (int k = q->pairs; k > 0; k--, order += 2) {
		const __m256i a = load(s->turned + (size_t)order[0] * ROW),
		              b = load(s->turned + (size_t)order[1] * ROW);
		const __m256i l = _mm256_unpacklo_epi16(a, b), h = _mm256_unpackhi_epi16(a, b);
		sum = _mm256_add_epi16(sum, _mm256_add_epi16(a, b));
		lo = _mm256_add_epi32(lo, _mm256_madd_epi16(l, l));
		hi = _mm256_add_epi32(hi, _mm256_madd_epi16(h, h));
	}
	uint64_t *to = s->class_sum + (size_t)q->class * ROW, *squares = s->class_squares + (size_t)q->class * ROW;
	const __m256i first = _mm256_cvtepu16_epi32(_mm256_castsi256_si128(sum)),
	              last = _mm256_cvtepu16_epi32(_mm256_extracti128_si256(sum, 1));
	add_four(to, _mm256_castsi256_si128(first));
	add_four(to + 4, _mm256_extracti128_si256(first, 1));
	add_four(to + 8, _mm256_castsi256_si128(last));
	add_four(to + 12, _mm256_extracti128_si256(last, 1));
	add_four(squares, _mm256_castsi256_si128(lo));
	add_four(squares + 4, _mm256_castsi256_si128(hi));
	add_four(squares + 8, _mm256_extracti128_si256(lo, 1));
	add_four(squares + 12, _mm256_extracti128_si256(hi, 1));
	return order;
}

/* What the next tile's chunk will need: 16 far places are too many for the processor to foresee. */
static inline void fetch_early(const uint16_t *const *pattern, size_t first, const tt_tile_sums *s)
{
	for (int k = 0; k < ROW; k++)
		_mm_prefetch((const void *)(pattern[k] + first), _MM_HINT_T0);
	_mm_prefetch((const void *)(s->sum + first), _MM_HINT_T0);
	_mm_prefetch((const void *)(s->squares + first), _MM_HINT_T0);
}

unsigned tt_tile_add_avx2(const tt_tiles *t, size_t number, const uint16_t *const pattern[TT_TILE_PATTERNS], bool swap,
                          tt_tile_sums *s)
{
	const __m128i as_is = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
	              other = _mm_setr_epi8(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
	const __m256i shuffle = _mm256_broadcastsi128_si256(swap ? other : as_is);
	const tt_tile *tile = &t->tile[number];
	const uint16_t *order = t->order + tile->order;
	__m256i largest = _mm256_setzero_si256();
	unsigned left = 0;
	const tt_tile *next = number + 1 < t->tiles ? tile + 1 : tile;
	for (uint32_t c = 0; c < tile->chunks; c++) {
		if (c < next->chunks) fetch_early(pattern, next->chunk[c] * (size_t)TT_TILE_CHUNK, s);
		if (!turn_chunk(pattern, tile->chunk[c] * (size_t)TT_TILE_CHUNK, shuffle,
		                s->turned + (size_t)c * TT_TILE_CHUNK * ROW, s, &largest))
			left |= 1u << c;
	}
	for (uint32_t g = 0; g < tile->segments; g++)
		order = add_segment(&t->segment[tile->segment + g], order, s);
	uint16_t each[TT_TILE_CHUNK];
	_mm256_storeu_si256((void *)each, largest);
	for (int i = 0; i < TT_TILE_CHUNK; i++)
		s->largest = each[i] > s->largest ? each[i] : s->largest;
	return left;
}
