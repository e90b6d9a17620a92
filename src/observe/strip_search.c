/* Pairs of parallel edges: for each direction, rows of a turned grid are marked where the grey level rises or falls
 * across them; two rows that are marked together over a long stretch bound a strip. Grain makes no long stretches, and
 * slow changes of the illumination make no marks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/strip_search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "observe/vision.h"
#include "numeric/statistics.h"

enum {
	REDUCED = 300,
	ANGLES = 120,
	MOST_SIDE = 512,
	WORDS = MOST_SIDE / 64,
	AVERAGE = 9,
	GAP = 4,
	LEAST_WIDTH = 4,
	PER_ANGLE = 12
};

/* One row of the turned grid: marks where the level falls (0) or rises (1) across it; sums of |gradient|. */
typedef struct row {
	uint64_t mark[2][WORDS];
	double sum[MOST_SIDE + 1];
	double strength[2]; /* sum of the gradients of either sign that are marked */
	int marks[2];
} row;

typedef struct search {
	int width, height, side; /* of the reduced image and of the turned grid */
	float *gx, *gy;
	double threshold;
	int least_length;
	row *rows;
	uint64_t (*wide)[2][WORDS]; /* marks of a row and its two neighbours */
} search;

static tt_status gradients(search *s, const tt_image *image, int factor, tt_error *err)
{
	tt_vimage small = {0}, smooth = {0};
	tt_status st = tt_vision_shrink(image, factor, &small, err);
	if (st != TT_OK) return st;
	tt_image view = tt_vimage_view(&small);
	st = tt_vision_blur(&view, 1.0, &smooth, err);
	tt_vimage_free(&small);
	if (st != TT_OK) return st;
	s->width = smooth.width;
	s->height = smooth.height;
	size_t n = (size_t)s->width * (size_t)s->height;
	s->gx = calloc(2 * n, sizeof *s->gx);
	if (!s->gx) {
		tt_vimage_free(&smooth);
		return tt_fail_memory(err, "the search for the specimen");
	}
	s->gy = s->gx + n;
	for (int y = 2; y < s->height - 2; y++)
		for (int x = 2; x < s->width - 2; x++) {
			size_t i = (size_t)y * (size_t)s->width + (size_t)x;
			s->gx[i] = 0.5f * (smooth.data[i + 1] - smooth.data[i - 1]);
			s->gy[i] = 0.5f * (smooth.data[i + (size_t)s->width] - smooth.data[i - (size_t)s->width]);
		}
	tt_vimage_free(&smooth);
	return TT_OK;
}

/* Narrows from … to to the i for which start + i step may lie in 0 … size - 1. */
static void inside_range(double start, double step, int size, int *from, int *to)
{
	if (fabs(step) < 1e-9) {
		if (start < 0 || start > size - 1) *to = *from - 1;
		return;
	}
	double a = (0 - start) / step, b = (size - 1 - start) / step;
	*from = (int)fmax(*from, floor(fmin(a, b)));
	*to = (int)fmin(*to, ceil(fmax(a, b)));
}

/* Gradients across row n of the grid turned to (c, si), averaged along the row; how many cells lie in the image. */
static void across(const search *s, double c, double si, int n, double *g, int *first, int *last)
{
	double raw[MOST_SIDE], x0 = 0.5 * (s->width - 1), y0 = 0.5 * (s->height - 1);
	double down = n - 0.5 * (s->side - 1);
	*first = s->side;
	*last = -1;
	int from = 0, to = s->side - 1;
	inside_range(x0 - down * si - 0.5 * (s->side - 1) * c, c, s->width, &from, &to);
	inside_range(y0 + down * c - 0.5 * (s->side - 1) * si, si, s->height, &from, &to);
	for (int i = from; i <= to; i++) {
		double along = i - 0.5 * (s->side - 1);
		/* Rounded without floor(): the offset keeps the sum positive. */
		int x = (int)(x0 + along * c - down * si + 4096.5) - 4096,
		    y = (int)(y0 + along * si + down * c + 4096.5) - 4096;
		raw[i] = 0;
		if (x < 2 || y < 2 || x >= s->width - 2 || y >= s->height - 2) continue;
		size_t k = (size_t)y * (size_t)s->width + (size_t)x;
		raw[i] = c * (double)s->gy[k] - si * (double)s->gx[k];
		if (*last < 0) *first = i;
		*last = i;
	}
	/* Running mean over AVERAGE cells within the image. */
	double sum = 0;
	int half = AVERAGE / 2;
	for (int i = *first; i <= *last && i < *first + half; i++)
		sum += raw[i];
	for (int i = *first; i <= *last; i++) {
		if (i + half <= *last) sum += raw[i + half];
		if (i - half - 1 >= *first) sum -= raw[i - half - 1];
		g[i] = sum / AVERAGE;
	}
}

/* Above what most of the image shows in some directions, and above a small share of its strongest edges. */
static tt_status set_threshold(search *s, tt_error *err)
{
	double g[MOST_SIDE], *all = malloc((size_t)(4 * s->side) * (size_t)s->side / 4 * sizeof *all);
	if (!all) return tt_fail_memory(err, "the search for the specimen");
	size_t n = 0;
	for (int a = 0; a < 4; a++)
		for (int r = 0; r < s->side; r += 4) {
			int first, last;
			across(s, cos(a * 0.7853981633974483), sin(a * 0.7853981633974483), r, g, &first, &last);
			for (int i = first; i <= last; i++)
				all[n++] = fabs(g[i]);
		}
	tt_sort(all, n);
	s->threshold = n ? fmax(2 * TT_SD_OF_MAD * all[n / 2], 0.04 * all[(size_t)(0.995 * (double)(n - 1))]) : 0;
	free(all);
	return TT_OK;
}

static void set_bits(uint64_t *mark, int from, int to)
{
	for (int i = from; i <= to; i++)
		mark[i / 64] |= (uint64_t)1 << (i % 64);
}

/* Bits of a word, added up in ever wider fields. */
static int ones(uint64_t v)
{
	v -= v >> 1 & 0x5555555555555555u;
	v = (v & 0x3333333333333333u) + (v >> 2 & 0x3333333333333333u);
	return (int)(((v + (v >> 4)) & 0x0F0F0F0F0F0F0F0Fu) * 0x0101010101010101u >> 56);
}

static int count_bits(const uint64_t *a)
{
	int n = 0;
	for (int w = 0; w < WORDS; w++)
		n += ones(a[w]);
	return n;
}

static void mark_rows(search *s, double c, double si)
{
	double g[MOST_SIDE];
	for (int r = 0; r < s->side; r++) {
		row *out = &s->rows[r];
		int first, last, seen[2] = {-MOST_SIDE, -MOST_SIDE};
		memset(out, 0, sizeof *out);
		across(s, c, si, r, g, &first, &last);
		for (int i = 0; i < s->side; i++) {
			double v = i >= first && i <= last ? g[i] : 0;
			out->sum[i + 1] = out->sum[i] + fabs(v);
			if (fabs(v) <= s->threshold) continue;
			int sign = v > 0;
			out->strength[sign] += fabs(v);
			set_bits(out->mark[sign], i - seen[sign] <= GAP + 1 ? seen[sign] + 1 : i, i);
			seen[sign] = i;
		}
	}
	/* An edge may wander by a row on either side: the direction is known to a degree only. */
	for (int r = 0; r < s->side; r++)
		for (int sign = 0; sign < 2; sign++) {
			for (int w = 0; w < WORDS; w++) {
				s->wide[r][sign][w] = s->rows[r].mark[sign][w];
				if (r > 0) s->wide[r][sign][w] |= s->rows[r - 1].mark[sign][w];
				if (r + 1 < s->side) s->wide[r][sign][w] |= s->rows[r + 1].mark[sign][w];
			}
			s->rows[r].marks[sign] = count_bits(s->wide[r][sign]);
		}
}

/* Longest stretch marked in both. */
static int longest(const uint64_t *a, const uint64_t *b, int *start)
{
	int best = 0, run = 0;
	for (int w = 0; w < WORDS; w++) {
		uint64_t v = a[w] & b[w];
		if (v == 0) {
			run = 0;
			continue;
		}
		for (int i = 0; i < 64; i++) {
			run = v >> i & 1 ? run + 1 : 0;
			if (run > best) best = run, *start = 64 * w + i - run + 1;
		}
	}
	return best;
}

static int shared_bits(const uint64_t *a, const uint64_t *b)
{
	int n = 0;
	for (int w = 0; w < WORDS; w++)
		n += ones(a[w] & b[w]);
	return n;
}

static void keep(tt_strip *list, size_t *n, size_t max, const tt_strip *s)
{
	if (*n < max) {
		list[(*n)++] = *s;
		return;
	}
	size_t worst = 0;
	for (size_t i = 1; i < max; i++)
		if (list[i].score < list[worst].score) worst = i;
	if (s->score > list[worst].score) list[worst] = *s;
}

static bool alike(const tt_strip *a, const tt_strip *b)
{
	double w = fmin(a->width_px, b->width_px);
	double cosine = fabs(a->axis[0] * b->axis[0] + a->axis[1] * b->axis[1]);
	double dx = a->centre[0] - b->centre[0], dy = a->centre[1] - b->centre[1];
	double apart = fabs(-a->axis[1] * dx + a->axis[0] * dy), along = fabs(a->axis[0] * dx + a->axis[1] * dy);
	return cosine > 0.99 && apart < 0.25 * w && fabs(a->width_px - b->width_px) < 0.25 * w &&
	       a->bright == b->bright && along < 0.5 * fmax(a->length_px, b->length_px);
}

/* Among strips that are alike the best one stays. */
static void add(tt_strip *list, size_t *n, size_t max, const tt_strip *s)
{
	for (size_t i = 0; i < *n; i++) {
		if (!alike(&list[i], s)) continue;
		if (s->score > list[i].score) list[i] = *s;
		return;
	}
	keep(list, n, max, s);
}

static void pair(const search *s, double c, double si, int r0, int r1, bool bright, tt_strip *list, size_t *n)
{
	const uint64_t *a = s->wide[r0][bright], *b = s->wide[r1][!bright];
	if (shared_bits(a, b) < s->least_length) return;
	int start = 0, length = longest(a, b, &start);
	if (length < s->least_length) return;
	double step0 = (s->rows[r0].sum[start + length] - s->rows[r0].sum[start]) / length;
	double step1 = (s->rows[r1].sum[start + length] - s->rows[r1].sum[start]) / length;
	double along = start + 0.5 * (length - 1) - 0.5 * (s->side - 1), down = 0.5 * (r0 + r1) - 0.5 * (s->side - 1);
	tt_strip t = {
	    .centre = {0.5 * (s->width - 1) + along * c - down * si, 0.5 * (s->height - 1) + along * si + down * c},
	    .axis = {c, si},
	    .length_px = length,
	    .width_px = r1 - r0,
	    .step = fmin(step0, step1),
	    .bright = bright};
	t.score = t.length_px * sqrt(t.step);
	add(list, n, PER_ANGLE, &t);
}

/* An edge marks a few rows; the strongest of three stands for them. */
static bool is_crest(const search *s, int r, int sign)
{
	if (s->rows[r].marks[sign] < s->least_length) return false;
	double own = s->rows[r].strength[sign];
	return (r == 0 || own >= s->rows[r - 1].strength[sign]) &&
	       (r + 1 >= s->side || own > s->rows[r + 1].strength[sign]);
}

/* All pairs of rows in one direction. */
static void search_angle(search *s, double degrees, tt_strip *list, size_t *n)
{
	double c = cos(degrees * 0.017453292519943295), si = sin(degrees * 0.017453292519943295);
	mark_rows(s, c, si);
	int widest = (int)(0.9 * fmin(s->width, s->height));
	for (int bright = 0; bright < 2; bright++)
		for (int r0 = 0; r0 < s->side; r0++) {
			if (!is_crest(s, r0, bright)) continue;
			for (int r1 = r0 + LEAST_WIDTH; r1 < s->side && r1 - r0 <= widest; r1++)
				if (is_crest(s, r1, !bright)) pair(s, c, si, r0, r1, bright, list, n);
		}
}

static int by_score(const void *a, const void *b)
{
	double p = ((const tt_strip *)a)->score, q = ((const tt_strip *)b)->score;
	return (p < q) - (p > q);
}

/* From reduced pixels, each the mean of factor × factor, back to the image's. */
static void enlarge(tt_strip *t, int factor)
{
	for (int i = 0; i < 2; i++)
		t->centre[i] = factor * t->centre[i] + 0.5 * (factor - 1);
	t->length_px *= factor;
	t->width_px *= factor;
}

static tt_status run(search *s, int factor, tt_strip *out, size_t max, size_t *n, tt_error *err)
{
	s->side = (int)ceil(hypot(s->width, s->height)) + 2;
	s->least_length = (int)fmax(16, 0.12 * fmin(s->width, s->height));
	s->rows = malloc((size_t)s->side * sizeof *s->rows);
	s->wide = malloc((size_t)s->side * sizeof *s->wide);
	tt_strip *all = malloc(ANGLES * PER_ANGLE * sizeof *all);
	tt_status st =
	    s->rows && s->wide && all ? set_threshold(s, err) : tt_fail_memory(err, "the search for the specimen");
	size_t total = 0;
	for (int a = 0; st == TT_OK && a < ANGLES; a++) {
		size_t found = 0;
		search_angle(s, a * 180.0 / ANGLES - 90, all + total, &found);
		total += found;
	}
	*n = 0;
	if (st == TT_OK) {
		qsort(all, total, sizeof *all, by_score);
		for (size_t i = 0; i < total && *n < max; i++) {
			bool known = false;
			for (size_t k = 0; k < *n && !known; k++)
				known = alike(&out[k], &all[i]);
			if (!known) out[(*n)++] = all[i];
		}
		for (size_t i = 0; i < *n; i++)
			enlarge(&out[i], factor);
	}
	free(all);
	return st;
}

tt_status tt_strips_find(const tt_image *image, tt_strip *out, size_t max, size_t *n, tt_error *err)
{
	search s = {0};
	int larger = image->width > image->height ? image->width : image->height;
	int factor = (larger + REDUCED - 1) / REDUCED;
	*n = 0;
	if (image->width / factor < 32 || image->height / factor < 32)
		return tt_fail(err, TT_ERR_FAILED,
		               "the frame of %d x %d px is too small or too narrow to find a specimen in", image->width,
		               image->height);
	tt_status st = gradients(&s, image, factor, err);
	if (st == TT_OK) st = run(&s, factor, out, max, n, err);
	free(s.gx);
	free(s.rows);
	free(s.wide);
	return st;
}
