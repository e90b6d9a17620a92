/* Sums over scans in tiles: each way of adding against sums pixel by pixel, and a whole pass over a file against the
 * definitions.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "film/scan/reduce.h"
#include "film/scan/tiles.h"

enum { LANES = TT_TILE_PATTERNS };
static tt_error error;
static uint32_t state = 1;

static unsigned draw(unsigned below)
{
	state = state * 1664525u + 1013904223u;
	return (unsigned)(((uint64_t)(state >> 8) * below) >> 24);
}

typedef struct shape {
	int width, height, classes;
	unsigned most; /* largest value but one in a hundred */
	bool swap;
} shape;

static tt_tile_sums *sums_new(const tt_tiles *t)
{
	tt_tile_sums *s = aligned_alloc(64, sizeof *s);
	CHECK(s);
	memset(s, 0, sizeof *s);
	s->sum = calloc(t->room, sizeof *s->sum);
	s->squares = calloc(t->room, sizeof *s->squares);
	s->class_sum = calloc(t->classes * LANES, sizeof *s->class_sum);
	s->class_squares = calloc(t->classes * LANES, sizeof *s->class_squares);
	CHECK(s->sum && s->squares && s->class_sum && s->class_squares);
	return s;
}

static void sums_free(tt_tile_sums *s)
{
	free(s->sum);
	free(s->squares);
	free(s->class_sum);
	free(s->class_squares);
	free(s);
}

static void try_shape(const shape *q, tt_tile_add *add)
{
	const size_t pixels = (size_t)q->width * (size_t)q->height;
	uint16_t *class = malloc(pixels * sizeof *class);
	CHECK(class);
	for (size_t i = 0; i < pixels; i++)
		class[i] = (uint16_t)draw((unsigned)q->classes + 1);
	tt_tiles t;
	CHECK(tt_tiles_make(q->width, q->height, class, (size_t)q->classes, &t, &error) == TT_OK);
	CHECK(t.room >= pixels && t.room < pixels + TT_TILE_CHUNK);
	uint16_t *data = calloc(LANES * t.room, sizeof *data), *stored = calloc(LANES * t.room, sizeof *stored);
	const uint16_t *pattern[LANES];
	CHECK(data && stored);
	for (size_t k = 0; k < LANES; k++) {
		pattern[k] = stored + k * t.room;
		for (size_t i = 0; i < pixels; i++) {
			const unsigned v =
			    q->most > 4095 && draw(100) == 0 ? draw(65536) : draw(q->most < 4096 ? q->most + 1 : 4096);
			data[k * t.room + i] = (uint16_t)v;
			stored[k * t.room + i] = (uint16_t)(q->swap ? (v << 8 | v >> 8) & 65535 : v);
		}
	}
	tt_tile_sums *s = sums_new(&t);
	uint64_t *class_sum = calloc((size_t)q->classes * LANES, sizeof *class_sum),
	         *class_squares = calloc((size_t)q->classes * LANES, sizeof *class_squares);
	size_t seen = 0;
	unsigned most = 0;
	for (size_t n = 0; n < t.tiles; n++) {
		const unsigned left = add(&t, n, pattern, q->swap, s);
		for (uint32_t c = 0; c < t.tile[n].chunks; c++) {
			bool large = false;
			for (size_t i = t.tile[n].chunk[c] * (size_t)16; i < t.tile[n].chunk[c] * (size_t)16 + 16; i++)
				for (size_t k = 0; k < LANES; k++)
					large |= data[k * t.room + i] > TT_TILE_LARGEST;
			CHECK_MSG((left >> c & 1) == large, "tile %zu, chunk %u", n, c);
			for (size_t i = t.tile[n].chunk[c] * (size_t)16; i < t.tile[n].chunk[c] * (size_t)16 + 16;
			     i++) {
				uint32_t sum = 0, squares = 0;
				seen++;
				for (size_t k = 0; k < LANES; k++) {
					const uint32_t v = data[k * t.room + i];
					most = v > most ? v : most;
					if (large) continue;
					sum += v;
					squares += v * v;
					if (i >= pixels || class[i] == q->classes) continue;
					class_sum[class[i] * (size_t)LANES + k] += v;
					class_squares[class[i] * (size_t)LANES + k] += v * v;
				}
				CHECK_MSG(s->sum[i] == sum && s->squares[i] == squares, "pixel %zu", i);
			}
		}
	}
	CHECK_MSG(seen == t.room, "each pixel once: %zu of %zu", seen, t.room);
	CHECK(s->largest == most);
	for (size_t i = 0; i < (size_t)q->classes * LANES; i++)
		CHECK_MSG(s->class_sum[i] == class_sum[i] && s->class_squares[i] == class_squares[i],
		          "class %zu, pattern %zu", i / LANES, i % LANES);
	free(class_sum);
	free(class_squares);
	sums_free(s);
	tt_tiles_clear(&t);
	free(data);
	free(stored);
	free(class);
}

static void kernels(void)
{
	static const shape shapes[] = {
	    {16, 16, 3, 4095, false}, {64, 64, 40, 4095, true},    {64, 48, 1, 4095, false},
	    {37, 23, 9, 70000, true}, {5, 9, 4, 255, true},        {257, 31, 100, 70000, false},
	    {1, 1, 1, 4095, true},    {256, 20, 256, 70000, true}, {3, 100, 2, 0, false}};
	static const char *const names[] = {"c", "avx2"};
	for (size_t n = 0; n < 2; n++) {
		tt_tile_add *add = tt_tile_add_named(names[n]);
		if (!add) check_note("%s: not on this processor", names[n]);
		for (size_t i = 0; add && i < sizeof shapes / sizeof *shapes; i++)
			try_shape(&shapes[i], add);
	}
	/* all at the largest value: nothing overflows */
	for (size_t n = 0; n < 2; n++) {
		tt_tile_add *add = tt_tile_add_named(names[n]);
		static uint16_t full[TT_TILE_PIXELS], class[TT_TILE_PIXELS];
		const uint16_t *pattern[LANES];
		tt_tiles t;
		if (!add) continue;
		for (int i = 0; i < TT_TILE_PIXELS; i++)
			full[i] = TT_TILE_LARGEST;
		for (int k = 0; k < LANES; k++)
			pattern[k] = full;
		CHECK(tt_tiles_make(16, 16, class, 1, &t, &error) == TT_OK);
		tt_tile_sums *s = sums_new(&t);
		for (size_t k = 0; k < t.tiles; k++)
			CHECK(add(&t, k, pattern, false, s) == 0);
		CHECK(s->class_sum[7] == 256ull * 4095 && s->class_squares[15] == 256ull * 4095 * 4095);
		CHECK(s->sum[255] == 16u * 4095 && s->squares[0] == 16u * 4095 * 4095);
		sums_free(s);
		tt_tiles_clear(&t);
	}
}

/* ---- a whole pass ---- */

enum { WIDTH = 37, HEIGHT = 29, ROWS = 9, COLUMNS = 11, POSITIONS = ROWS * COLUMNS, CUT = POSITIONS - 2 };
static uint16_t scan[POSITIONS][HEIGHT * WIDTH];

static const char *write_scan(void)
{
	static char path[600];
	snprintf(path, sizeof path, "%s/tiles.mib", check_tmp());
	FILE *f = fopen(path, "wb");
	CHECK(f);
	for (int k = 0; k < CUT; k++) {
		char head[384];
		memset(head, ' ', sizeof head);
		const int n =
		    snprintf(head, sizeof head,
		             "MQ1,%06d,00384,01,%04d,%04d,U16,   1x1,01,2026-01-01 00:00:00.000000,0.003000,0,0,0,",
		             k + 1, WIDTH, HEIGHT);
		head[n] = ' ';
		fwrite(head, 1, sizeof head, f);
		for (int i = 0; i < WIDTH * HEIGHT; i++) {
			scan[k][i] = (uint16_t)(draw(300) == 0 ? draw(65536) : draw(k % 5 ? 40 : 4096));
			putc(scan[k][i] >> 8, f);
			putc(scan[k][i] & 255, f);
		}
	}
	CHECK(fclose(f) == 0);
	return path;
}

static void close_to(double value, double wanted, const char *what, size_t at)
{
	CHECK_MSG(fabs(value - wanted) <= 1e-9 * fabs(wanted) + 1e-9, "%s %zu: %.17g, not %.17g", what, at, value,
	          wanted);
}

static void check_rings(const tt_scan_sums *s, const tt_scan_plan *plan, size_t bucket)
{
	for (size_t r = 0; r < s->rings; r++) {
		double n = 0, m[4] = {0}, v = 0, have = 0, all_v = 0, all_have = 0;
		for (int k = 0; k < CUT; k++) {
			double sum = 0, squares = 0;
			n = 0;
			if (plan->region[k] != bucket) continue;
			for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
				const double x = (double)(i % WIDTH) - s->centre[0],
				             y = (double)(i / WIDTH) - s->centre[1];
				if (plan->dead[i] || (size_t)sqrt(x * x + y * y) != r) continue;
				n++;
				sum += scan[k][i];
				squares += (double)scan[k][i] * scan[k][i];
			}
			if (n < 2) continue;
			const double mean = sum / n, variance = (squares - sum * mean) / (n - 1);
			for (int j = 0; j < 4; j++)
				m[j] += pow(mean, j + 1);
			if (!(mean * mean > variance / n)) continue;
			v += (variance - mean) / (mean * mean - variance / n);
			have++;
		}
		for (int j = 0; j < 4; j++)
			close_to(s->bucket[bucket].ring[r].m[j], m[j], "moment of ring", r);
		for (int g = 0; g < TT_SCAN_GROUPS; g++) {
			all_v += s->bucket[bucket].ring[r].v[g];
			all_have += s->bucket[bucket].ring[r].have[g];
		}
		close_to(all_v, v, "variance of ring", r);
		close_to(all_have, have, "positions of ring", r);
	}
}

static void pass(void)
{
	static uint8_t region[POSITIONS];
	static bool dead[WIDTH * HEIGHT];
	const char *path = write_scan();
	tt_scan_source *source;
	tt_scan_sums *s;
	tt_strings warnings = {0};
	tt_scan_plan plan = {.rows = ROWS,
	                     .columns = COLUMNS,
	                     .region = region,
	                     .regions = 3,
	                     .dead = dead,
	                     .centre = {17.3, 12.8},
	                     .band = {{0, 4.5}, {4.2, 9}, {8, 40}},
	                     .bands = 3};
	for (int k = 0; k < POSITIONS; k++)
		region[k] = (uint8_t)(k % COLUMNS < 5 ? 0 : 1 + k % 3);
	for (int i = 0; i < WIDTH * HEIGHT; i++)
		dead[i] = i % 31 == 5;
	CHECK_MSG(tt_scan_source_open(path, &source, &error) == TT_OK, "%s", error.message);
	for (int threads = 1; threads <= 3; threads += 2) {
		CHECK_MSG(tt_scan_reduce(source, &plan, 1, &(tt_job){.threads = threads}, &s, &warnings, &error) ==
		              TT_OK,
		          "%s", error.message);
		CHECK(s->buckets == 4 && s->read == CUT && s->unread == 0);
		double largest = 0;
		for (int k = 0; k < CUT; k++) {
			double total = 0, band[3] = {0};
			for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
				const double x = (double)(i % WIDTH) - s->centre[0],
				             y = (double)(i / WIDTH) - s->centre[1], d = sqrt(x * x + y * y);
				largest = fmax(largest, scan[k][i]);
				if (dead[i]) continue;
				total += scan[k][i];
				for (int b = 0; b < 3; b++)
					if (d >= plan.band[b][0] && d < plan.band[b][1]) band[b] += scan[k][i];
			}
			close_to(s->total[k], total, "sum of pattern", (size_t)k);
			for (int b = 0; b < 3; b++)
				close_to(s->image[b][k], band[b], "band of pattern", (size_t)k);
		}
		CHECK(s->largest == largest && isnan(s->total[CUT]) && isnan(s->image[1][CUT + 1]));
		for (size_t b = 0; b < 4; b++) {
			for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
				double sum = 0, squares = 0;
				for (int k = 0; k < CUT; k++) {
					sum += region[k] == b ? scan[k][i] : 0;
					squares += region[k] == b ? (double)scan[k][i] * scan[k][i] : 0;
				}
				CHECK_MSG(s->bucket[b].sum[i] == sum && s->bucket[b].squares[i] == squares,
				          "bucket %zu, pixel %zu", b, i);
			}
			check_rings(s, &plan, b);
		}
		tt_scan_sums_free(s);
	}
	tt_scan_source_close(source);
	tt_strings_free(&warnings);
}

static const check_case cases[] = {{"kernels", kernels}, {"pass", pass}};
CHECK_MAIN(cases)
