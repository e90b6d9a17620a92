/* Which pixels lie in which tile, and the sums over a tile in plain C.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/scan/tiles.h"

#include <stdlib.h>
#include <string.h>

/* A tile is a line of the cache wide (two chunks): each line of a pattern is needed once. */
enum {
	MOST_CHUNKS = TT_TILE_PIXELS / TT_TILE_CHUNK,
	WIDE = 2 * TT_TILE_CHUNK,
	HIGH = MOST_CHUNKS / 2,
	MOST_OF_SEGMENT = 16
};

void tt_tiles_clear(tt_tiles *t)
{
	free(t->tile);
	free(t->segment);
	free(t->order);
	*t = (tt_tiles){0};
}

/* Each chunk into the tile in which it begins: none gets more than it can hold, for a row has one beginning in 16
 * pixels.
 */
static void place_chunks(tt_tiles *t, size_t width, size_t across)
{
	for (size_t c = 0; c < t->room / TT_TILE_CHUNK; c++) {
		const size_t x = c * TT_TILE_CHUNK % width, y = c * TT_TILE_CHUNK / width;
		tt_tile *tile = &t->tile[y / HIGH * across + x / WIDE];
		tile->chunk[tile->chunks++] = (uint32_t)c;
	}
}

typedef struct place {
	uint16_t class, at;
} place;

static int by_class(const void *a, const void *b)
{
	const place *x = a, *y = b;
	return x->class != y->class ? (x->class > y->class) - (x->class < y->class) : (x->at > y->at) - (x->at < y->at);
}

typedef struct piece {
	size_t first, n;
} piece;

/* Long ones first, so that a loop over their pairs ends where the processor expects it. */
static int by_length(const void *a, const void *b)
{
	const piece *x = a, *y = b;
	return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : (x->first > y->first) - (x->first < y->first);
}

static void order_tile(tt_tiles *t, tt_tile *tile, const uint16_t *class_of, size_t pixels, size_t *segments,
                       size_t *orders)
{
	place p[TT_TILE_PIXELS];
	piece of[TT_TILE_PIXELS];
	size_t n = 0, pieces = 0;
	for (uint32_t c = 0; c < tile->chunks; c++)
		for (size_t i = 0; i < TT_TILE_CHUNK; i++) {
			const size_t pixel = tile->chunk[c] * (size_t)TT_TILE_CHUNK + i;
			if (pixel < pixels && class_of[pixel] < t->classes)
				p[n++] = (place){class_of[pixel], (uint16_t)(c * TT_TILE_CHUNK + i)};
		}
	qsort(p, n, sizeof *p, by_class);
	for (size_t i = 0; i < n; i++) {
		piece *last = pieces ? &of[pieces - 1] : NULL;
		if (last && p[last->first].class == p[i].class && last->n < MOST_OF_SEGMENT)
			last->n++;
		else
			of[pieces++] = (piece){i, 1};
	}
	qsort(of, pieces, sizeof *of, by_length);
	tile->segment = (uint32_t)*segments;
	tile->segments = (uint32_t)pieces;
	tile->order = (uint32_t)*orders;
	for (size_t k = 0; k < pieces; k++) {
		t->segment[(*segments)++] = (tt_tile_segment){p[of[k].first].class, (uint16_t)((of[k].n + 1) / 2)};
		for (size_t i = 0; i < of[k].n; i++)
			t->order[(*orders)++] = p[of[k].first + i].at;
		if (of[k].n % 2) t->order[(*orders)++] = TT_TILE_PIXELS;
	}
}

tt_status tt_tiles_make(int width, int height, const uint16_t *class_of, size_t classes, tt_tiles *out, tt_error *err)
{
	const size_t pixels = (size_t)width * (size_t)height, w = (size_t)width;
	const size_t across = (w + WIDE - 1) / WIDE, down = ((size_t)height + HIGH - 1) / HIGH;
	tt_tiles t = {.room = (pixels + TT_TILE_CHUNK - 1) / TT_TILE_CHUNK * TT_TILE_CHUNK,
	              .tiles = across * down,
	              .classes = classes};
	t.tile = calloc(t.tiles, sizeof *t.tile);
	t.segment = malloc(t.room * sizeof *t.segment);
	t.order = malloc(2 * t.room * sizeof *t.order);
	if (!t.tile || !t.segment || !t.order) {
		tt_tiles_clear(&t);
		return tt_fail_memory(err, "a scan's tiles");
	}
	size_t segments = 0, orders = 0;
	place_chunks(&t, w, across);
	for (size_t i = 0; i < t.tiles; i++)
		order_tile(&t, &t.tile[i], class_of, pixels, &segments, &orders);
	*out = t;
	return TT_OK;
}

/* ---- sums ---- */

static uint16_t value(const uint16_t *p, bool swap)
{
	return swap ? (uint16_t)(*p << 8 | *p >> 8) : *p;
}

/* False: a value is too large, and the chunk's place stays empty. */
static bool turn_chunk(const uint16_t *const pattern[TT_TILE_PATTERNS], size_t first, bool swap, uint16_t *turned,
                       tt_tile_sums *s)
{
	uint16_t most = 0;
	for (size_t i = 0; i < TT_TILE_CHUNK; i++)
		for (size_t k = 0; k < TT_TILE_PATTERNS; k++) {
			const uint16_t v = value(&pattern[k][first + i], swap);
			turned[i * TT_TILE_PATTERNS + k] = v;
			most = v > most ? v : most;
		}
	s->largest = most > s->largest ? most : s->largest;
	if (most > TT_TILE_LARGEST) {
		memset(turned, 0, TT_TILE_CHUNK * TT_TILE_PATTERNS * sizeof *turned);
		return false;
	}
	for (size_t i = 0; i < TT_TILE_CHUNK; i++)
		for (size_t k = 0; k < TT_TILE_PATTERNS; k++) {
			const uint32_t v = turned[i * TT_TILE_PATTERNS + k];
			s->sum[first + i] += v;
			s->squares[first + i] += v * v;
		}
	return true;
}

unsigned tt_tile_add_c(const tt_tiles *t, size_t number, const uint16_t *const pattern[TT_TILE_PATTERNS], bool swap,
                       tt_tile_sums *s)
{
	const tt_tile *tile = &t->tile[number];
	const uint16_t *order = t->order + tile->order;
	unsigned left = 0;
	for (uint32_t c = 0; c < tile->chunks; c++)
		if (!turn_chunk(pattern, tile->chunk[c] * (size_t)TT_TILE_CHUNK, swap,
		                s->turned + (size_t)c * TT_TILE_CHUNK * TT_TILE_PATTERNS, s))
			left |= 1u << c;
	for (uint32_t g = 0; g < tile->segments; g++) {
		const tt_tile_segment *q = &t->segment[tile->segment + g];
		uint32_t sum[TT_TILE_PATTERNS] = {0}, squares[TT_TILE_PATTERNS] = {0};
		for (int i = 0; i < 2 * q->pairs; i++) {
			const uint16_t *v = s->turned + (size_t)*order++ * TT_TILE_PATTERNS;
			for (size_t k = 0; k < TT_TILE_PATTERNS; k++) {
				sum[k] += v[k];
				squares[k] += (uint32_t)v[k] * v[k];
			}
		}
		for (size_t k = 0; k < TT_TILE_PATTERNS; k++) {
			s->class_sum[q->class * (size_t)TT_TILE_PATTERNS + k] += sum[k];
			s->class_squares[q->class * (size_t)TT_TILE_PATTERNS + k] += squares[k];
		}
	}
	return left;
}

/* ---- which one ---- */

tt_tile_add *tt_tile_add_named(const char *name)
{
	if (!strcmp(name, "c")) return tt_tile_add_c;
#ifdef TT_FILM_X86
	__builtin_cpu_init();
	/* a processor with AVX-512 has AVX2, and no faster way is here for it */
	if ((!strcmp(name, "avx2") || !strcmp(name, "avx512")) && __builtin_cpu_supports("avx2"))
		return tt_tile_add_avx2;
#endif
	return NULL;
}

tt_tile_add *tt_tile_add_best(void)
{
	const char *wish = getenv("TEMTENSILE_SIMD");
	tt_tile_add *best = wish ? tt_tile_add_named(wish) : NULL;
	if (!best) best = tt_tile_add_named("avx2");
	return best ? best : tt_tile_add_c;
}
