/* Patterns taken 16 at a time, in tiles of 32 × 8 pixels: sums of each pixel over the patterns, and of each pattern
 * over classes of pixels (a class: the pixels of one ring that lie in the same bands). In a tile the patterns are
 * turned so that 16 values of one pixel lie side by side; the pixels of a class, one after the other, are then added
 * for 16 patterns at once, and nothing waits for what was stored before. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_SCAN_TILES_H
#define TT_FILM_SCAN_TILES_H

#include "temtensile/core.h"

enum {
	TT_TILE_PATTERNS = 16,
	TT_TILE_PIXELS = 256,
	TT_TILE_CHUNK = 16,    /* neighbouring pixels, which may go on in the next row */
	TT_TILE_LARGEST = 4095 /* values up to here: 16 of them fit into 16 bits, 256 squares into 32 */
};

/* Up to 16 pixels of a class in a tile: pairs of places in it, the last one perhaps the empty place. */
typedef struct tt_tile_segment {
	uint16_t class;
	uint16_t pairs;
} tt_tile_segment;

typedef struct tt_tile {
	uint32_t chunk[TT_TILE_PIXELS / TT_TILE_CHUNK]; /* first pixel / 16 */
	uint32_t chunks;
	uint32_t segment, segments; /* in tt_tiles.segment */
	uint32_t order;             /* in tt_tiles.order */
} tt_tile;

typedef struct tt_tiles {
	size_t room; /* pixels, rounded up to whole chunks */
	size_t tiles, classes;
	tt_tile *tile;
	tt_tile_segment *segment;
	uint16_t *order; /* places in a tile, chunk by chunk; TT_TILE_PIXELS is the empty one */
} tt_tiles;

/* class_of: of each pixel, row after row; `classes`: it belongs to none. */
tt_status tt_tiles_make(int width, int height, const uint16_t *class_of, size_t classes, tt_tiles *out, tt_error *err);
void tt_tiles_clear(tt_tiles *t);

typedef struct tt_tile_sums {
	uint32_t *sum, *squares;                                 /* of each pixel (t->room) over the patterns */
	uint64_t *class_sum, *class_squares;                     /* of each class, TT_TILE_PATTERNS side by side */
	_Alignas(64) uint16_t turned[(TT_TILE_PIXELS + 1) * 16]; /* room to work; the empty place stays 0 */
	uint16_t largest;                                        /* value met so far */
} tt_tile_sums;

/* Adds tile `number` of 16 patterns of t->room values, `swap`: in the other byte order. Returns a bit for each chunk of
 * the tile that holds a value above TT_TILE_LARGEST: nothing of it was added. */
typedef unsigned tt_tile_add(const tt_tiles *t, size_t number, const uint16_t *const pattern[TT_TILE_PATTERNS],
                             bool swap, tt_tile_sums *s);

tt_tile_add tt_tile_add_c, tt_tile_add_avx2;
/* "c", "avx2"; NULL: not on this processor. */
tt_tile_add *tt_tile_add_named(const char *name);
/* The fastest one, or the one that TEMTENSILE_SIMD names. */
tt_tile_add *tt_tile_add_best(void);

#endif
