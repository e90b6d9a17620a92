/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/scan/reduce.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/threads.h"
#include "film/scan/centre.h"
#include "film/scan/tiles.h"
#include "frames/scan_source.h"

enum {
	PIECE = 64,   /* patterns handed to a worker at a time */
	ROUND = 2048, /* patterns between two looks at the caller's wish to stop */
	FULL = 250,   /* patterns of up to 12 bits whose squares fit into 32 bits together */
	LANES = TT_TILE_PATTERNS,
	SPREAD = 96, /* values between two patterns, so that equal places do not compete for one line of the cache */
	NAMED = 5
};
/* Patterns held at a time: bytes of all workers together, and least of one. */
static const size_t MOST_HELD = (size_t)128 << 20, LEAST_HELD = (size_t)16 << 20;

/* One worker's share. */
typedef struct worker {
	uint16_t *block; /* LANES patterns, p->apart values from one to the next */
	float *real;
	tt_scan_bucket *bucket;
	uint32_t **sum32, **squares32; /* of each bucket, not yet in its doubles */
	int *held;                     /* patterns in them */
	tt_tile_sums *tiles;
	double *class_sum, *class_squares; /* of each class, LANES patterns side by side */
	int64_t unread[NAMED], n_unread, read;
	double largest;
	bool failed; /* no memory */
} worker;

/* Pixels of one ring that lie in the same bands. */
typedef struct class_of_pixels {
	uint16_t ring, bands; /* a bit for each band */
} class_of_pixels;

typedef struct pass {
	tt_scan_source *source;
	const tt_scan_info *info;
	const tt_scan_plan *plan;
	tt_scan_sums *out;
	bool whole;   /* patterns are taken as whole numbers, as they are stored … */
	bool swapped; /* … in the other byte order */
	size_t pixels, rings, apart;
	uint16_t *class; /* of each pixel; `classes`: dead */
	class_of_pixels *of_class;
	size_t classes;
	uint8_t *group; /* of each position */
	double *ring_pixels;
	tt_tiles tiles;
	tt_tile_add *add;
	uint16_t *nothing; /* a pattern of zeros */
	size_t lanes;      /* patterns that a worker holds */
	worker *worker;
	int workers;
	int64_t first; /* of this round */
	int64_t sample_step, samples;
	void *sample; /* patterns that were read to find the centre */
	double gain;
} pass;

void tt_scan_bucket_clear(tt_scan_bucket *b)
{
	free(b->sum);
	free(b->squares);
	free(b->ring);
	*b = (tt_scan_bucket){0};
}

void tt_scan_sums_free(tt_scan_sums *s)
{
	if (!s) return;
	for (size_t i = 0; s->bucket && i < s->buckets; i++)
		tt_scan_bucket_clear(&s->bucket[i]);
	free(s->bucket);
	for (int i = 0; i < TT_MOST_BANDS; i++)
		free(s->image[i]);
	free(s->total);
	free(s);
}

static bool bucket_new(tt_scan_bucket *b, size_t pixels, size_t rings)
{
	b->sum = calloc(pixels, sizeof *b->sum);
	b->squares = calloc(pixels, sizeof *b->squares);
	b->ring = calloc(rings ? rings : 1, sizeof *b->ring);
	return b->sum && b->squares && b->ring;
}

static void bucket_add(tt_scan_bucket *to, const tt_scan_bucket *from, size_t pixels, size_t rings)
{
	to->positions += from->positions;
	for (size_t i = 0; i < pixels; i++) {
		to->sum[i] += from->sum[i];
		to->squares[i] += from->squares[i];
	}
	for (size_t r = 0; r < rings; r++) {
		tt_scan_ring *a = &to->ring[r];
		const tt_scan_ring *b = &from->ring[r];
		a->n = b->n > a->n ? b->n : a->n;
		for (int k = 0; k < 4; k++)
			a->m[k] += b->m[k];
		for (int k = 0; k < TT_SCAN_GROUPS; k++) {
			a->v[k] += b->v[k];
			a->have[k] += b->have[k];
		}
	}
}

tt_status tt_scan_whole(const tt_scan_sums *s, tt_scan_bucket *out, tt_error *err)
{
	const size_t pixels = (size_t)s->width * (size_t)s->height;
	*out = (tt_scan_bucket){0};
	if (!bucket_new(out, pixels, s->rings)) {
		tt_scan_bucket_clear(out);
		return tt_fail_memory(err, "a scan's sums");
	}
	for (size_t i = 0; i < s->buckets; i++)
		bucket_add(out, &s->bucket[i], pixels, s->rings);
	return TT_OK;
}

/* ---- geometry ---- */

static bool is_dead(const pass *p, size_t i)
{
	return p->plan->dead && p->plan->dead[i];
}

static double radius(const pass *p, size_t i)
{
	const double x = (double)(i % (size_t)p->info->width) - p->out->centre[0];
	const double y = (double)(i / (size_t)p->info->width) - p->out->centre[1];
	return sqrt(x * x + y * y);
}

/* The bands in which a radius lies, and which of them have been met. */
static uint16_t bands_at(const pass *p, double radius, uint16_t *met)
{
	uint16_t bands = 0;
	for (size_t b = 0; b < p->plan->bands; b++)
		if (radius >= p->plan->band[b][0] && radius < p->plan->band[b][1]) bands |= (uint16_t)(1u << b);
	*met |= bands;
	return bands;
}

typedef struct found {
	class_of_pixels class;
	uint16_t number, next; /* the next one of its ring; NONE */
} found;
enum { NONE = 65535 };

static int by_ring(const void *a, const void *b)
{
	const found *x = a, *y = b;
	return x->class.ring != y->class.ring ? (x->class.ring > y->class.ring) - (x->class.ring < y->class.ring)
	                                      : (x->number > y->number) - (x->number < y->number);
}

static tt_status too_far(const pass *p, tt_error *err)
{
	return tt_fail(err, TT_ERR_INPUT, "the centre (%.4g, %.4g) is too far from the pattern", p->out->centre[0],
	               p->out->centre[1]);
}

/* Each pixel's class as it was found, the classes in *list (room for NONE); first: of each ring. */
static tt_status find_classes(pass *p, found *list, uint16_t *first, uint16_t *met, tt_error *err)
{
	for (size_t r = 0; r < p->rings; r++)
		first[r] = NONE;
	for (size_t i = 0; i < p->pixels; i++) {
		const double d = radius(p, i);
		p->class[i] = NONE;
		if (is_dead(p, i)) continue;
		const class_of_pixels c = {(uint16_t)d, bands_at(p, d, met)};
		uint16_t k = first[c.ring];
		while (k != NONE && list[k].class.bands != c.bands)
			k = list[k].next;
		if (k == NONE) {
			if (p->classes == NONE - 1) return too_far(p, err);
			k = (uint16_t)p->classes++;
			list[k] = (found){c, k, first[c.ring]};
			first[c.ring] = k;
		}
		p->class[i] = k;
		p->ring_pixels[c.ring]++;
	}
	return TT_OK;
}

static tt_status sort_classes(pass *p, found *list, uint16_t *turned, tt_error *err)
{
	p->of_class = malloc((p->classes ? p->classes : 1) * sizeof *p->of_class);
	if (!p->of_class) return tt_fail_memory(err, "a scan's rings");
	qsort(list, p->classes, sizeof *list, by_ring);
	for (size_t k = 0; k < p->classes; k++) {
		p->of_class[k] = list[k].class;
		turned[list[k].number] = (uint16_t)k;
	}
	for (size_t i = 0; i < p->pixels; i++)
		p->class[i] = p->class[i] == NONE ? (uint16_t)p->classes : turned[p->class[i]];
	return TT_OK;
}

/* Rings 1 px wide, and the classes of pixels that the bands make of them. */
static tt_status make_classes(pass *p, tt_error *err)
{
	double most = 0;
	uint16_t met = 0;
	for (size_t i = 0; i < p->pixels; i++)
		most = fmax(most, radius(p, i));
	if (most >= 60000) return too_far(p, err);
	p->rings = (size_t)most + 1;
	p->class = malloc(p->pixels * sizeof *p->class);
	p->ring_pixels = calloc(p->rings, sizeof *p->ring_pixels);
	found *list = malloc(NONE * sizeof *list);
	uint16_t *number = malloc((p->rings > NONE ? p->rings : NONE) * sizeof *number);
	tt_status st = p->class && p->ring_pixels && list && number ? TT_OK : tt_fail_memory(err, "a scan's rings");
	if (st == TT_OK) st = find_classes(p, list, number, &met, err);
	if (st == TT_OK) st = sort_classes(p, list, number, err);
	free(list);
	free(number);
	for (size_t b = 0; st == TT_OK && b < p->plan->bands; b++)
		if (!(met >> b & 1))
			st = tt_fail(err, TT_ERR_INPUT, "the band from %.4g to %.4g px holds no pixel of the pattern",
			             p->plan->band[b][0], p->plan->band[b][1]);
	return st;
}

/* Each position's part of its bucket. */
static tt_status make_groups(pass *p, int64_t patterns, tt_error *err)
{
	int64_t *all = calloc(2 * (p->plan->regions + 1), sizeof *all), *seen = all ? all + p->plan->regions + 1 : NULL;
	p->group = malloc((size_t)patterns);
	if (!all || !p->group) {
		free(all);
		return tt_fail_memory(err, "a scan's groups");
	}
	for (int64_t k = 0; k < patterns; k++)
		all[p->plan->region ? p->plan->region[k] : TT_SCAN_REST]++;
	for (int64_t k = 0; k < patterns; k++) {
		const size_t b = p->plan->region ? p->plan->region[k] : TT_SCAN_REST;
		p->group[k] = (uint8_t)(seen[b]++ * TT_SCAN_GROUPS / all[b]);
	}
	free(all);
	return TT_OK;
}

/* ---- patterns ---- */

static void flush(const pass *p, worker *w, size_t k)
{
	tt_scan_bucket *b = &w->bucket[k];
	if (w->held[k] == 0) return;
	for (size_t i = 0; i < p->pixels; i++) {
		b->sum[i] += w->sum32[k][i];
		b->squares[i] += w->squares32[k][i];
	}
	memset(w->sum32[k], 0, p->pixels * sizeof *w->sum32[k]);
	memset(w->squares32[k], 0, p->pixels * sizeof *w->squares32[k]);
	w->held[k] = 0;
}

/* The bucket's sums of small values, with room for `more` patterns. */
static bool open_sums(const pass *p, worker *w, size_t k, int more)
{
	if (w->held[k] + more > FULL) flush(p, w, k);
	if (!w->sum32[k]) {
		w->sum32[k] = calloc(p->tiles.room, sizeof *w->sum32[k]);
		w->squares32[k] = calloc(p->tiles.room, sizeof *w->squares32[k]);
	}
	w->failed = !w->sum32[k] || !w->squares32[k];
	w->held[k] += more;
	w->tiles->sum = w->sum32[k];
	w->tiles->squares = w->squares32[k];
	return !w->failed;
}

/* From the patterns' sums over a ring to its bucket's moments. s1, s2: Σ I and Σ I² in counts of LANES patterns, of
 * which those that are not there are 0 and add nothing. */
static void add_ring(tt_scan_ring *g, double n, size_t group, const double *s1, const double *s2)
{
	double m[4] = {0}, v = 0;
	int have = 0;
	if (n < 2) return;
	for (int l = 0; l < LANES; l++) {
		const double mean = s1[l] / n, variance = (s2[l] - s1[l] * mean) / (n - 1), square = mean * mean;
		/* E[mean²] = true mean² + variance / n */
		const double level = square - variance / n;
		m[0] += mean;
		m[1] += square;
		m[2] += square * mean;
		m[3] += square * square;
		v += level > 0 ? (variance - mean) / level : 0;
		have += level > 0;
	}
	for (int k = 0; k < 4; k++)
		g->m[k] += m[k];
	g->v[group] += v;
	g->have[group] += have;
}

/* The sums over classes of up to LANES patterns of one bucket and group go into moments and virtual images. */
static void add_classes(const pass *p, const worker *w, tt_scan_bucket *b, size_t group, const int64_t *position,
                        size_t n)
{
	double total[LANES] = {0}, band[TT_MOST_BANDS][LANES] = {{0}};
	for (size_t c = 0; c < p->classes;) {
		const uint16_t ring = p->of_class[c].ring;
		double s1[LANES] = {0}, s2[LANES] = {0};
		for (; c < p->classes && p->of_class[c].ring == ring; c++) {
			const double *x1 = w->class_sum + c * LANES, *x2 = w->class_squares + c * LANES;
			for (int l = 0; l < LANES; l++) {
				s1[l] += x1[l];
				s2[l] += x2[l];
			}
			for (size_t k = 0; k < p->plan->bands; k++)
				for (int l = 0; p->of_class[c].bands >> k & 1 && l < LANES; l++)
					band[k][l] += x1[l];
		}
		for (int l = 0; l < LANES; l++)
			total[l] += s1[l];
		add_ring(&b->ring[ring], p->ring_pixels[ring], group, s1, s2);
	}
	for (size_t l = 0; l < n; l++) {
		p->out->total[position[l]] = total[l];
		for (size_t k = 0; k < p->plan->bands; k++)
			p->out->image[k][position[l]] = band[k][l];
	}
}

/* A chunk with larger values, pixel by pixel. */
static void add_chunk(const pass *p, worker *w, tt_scan_bucket *b, size_t chunk, const uint16_t *const *pattern)
{
	for (size_t i = chunk * TT_TILE_CHUNK; i < (chunk + 1) * TT_TILE_CHUNK && i < p->pixels; i++)
		for (size_t l = 0; l < LANES; l++) {
			const uint16_t stored = pattern[l][i];
			const uint64_t v = p->swapped ? (uint16_t)(stored << 8 | stored >> 8) : stored;
			b->sum[i] += (double)v;
			b->squares[i] += (double)(v * v);
			if (p->class[i] == p->classes) continue;
			w->tiles->class_sum[p->class[i] * (size_t)LANES + l] += v;
			w->tiles->class_squares[p->class[i] * (size_t)LANES + l] += v * v;
		}
}

/* Up to LANES patterns of one bucket and group, as they are stored. */
static void add_block(const pass *p, worker *w, const int64_t *position, const uint16_t **pattern, size_t n)
{
	const size_t bucket = p->plan->region ? p->plan->region[position[0]] : TT_SCAN_REST, lanes = p->classes * LANES;
	tt_scan_bucket *b = &w->bucket[bucket];
	tt_tile_sums *s = w->tiles;
	if (!open_sums(p, w, bucket, (int)n)) return;
	b->positions += (int64_t)n;
	w->read += (int64_t)n;
	for (size_t l = n; l < LANES; l++)
		pattern[l] = p->nothing;
	memset(s->class_sum, 0, lanes * sizeof *s->class_sum);
	memset(s->class_squares, 0, lanes * sizeof *s->class_squares);
	for (size_t t = 0; t < p->tiles.tiles; t++) {
		const unsigned left = p->add(&p->tiles, t, pattern, p->swapped, s);
		for (unsigned c = 0; left >> c; c++)
			if (left >> c & 1) add_chunk(p, w, b, p->tiles.tile[t].chunk[c], pattern);
	}
	w->largest = fmax(w->largest, s->largest);
	for (size_t i = 0; i < lanes; i++) {
		w->class_sum[i] = (double)(int64_t)s->class_sum[i];
		w->class_squares[i] = (double)(int64_t)s->class_squares[i];
	}
	add_classes(p, w, b, p->group[position[0]], position, n);
}

/* One pattern of any real numbers. */
static void add_real(const pass *p, worker *w, int64_t k, const float *f)
{
	tt_scan_bucket *b = &w->bucket[p->plan->region ? p->plan->region[k] : TT_SCAN_REST];
	b->positions++;
	w->read++;
	memset(w->class_sum, 0, p->classes * LANES * sizeof *w->class_sum);
	memset(w->class_squares, 0, p->classes * LANES * sizeof *w->class_squares);
	for (size_t i = 0; i < p->pixels; i++) {
		const double x = (double)f[i] / p->gain;
		if ((double)f[i] > w->largest) w->largest = (double)f[i];
		b->sum[i] += x;
		b->squares[i] += x * x;
		if (p->class[i] == p->classes) continue;
		w->class_sum[p->class[i] * (size_t)LANES] += x;
		w->class_squares[p->class[i] * (size_t)LANES] += x * x;
	}
	add_classes(p, w, b, p->group[k], &k, 1);
}

/* Pattern k among those that were read to find the centre; NULL. */
static const void *sampled(const pass *p, int64_t k)
{
	if (!p->samples || k % p->sample_step != 0 || k / p->sample_step >= p->samples) return NULL;
	const size_t s = (size_t)(k / p->sample_step);
	return p->whole ? (const void *)((const uint16_t *)p->sample + s * p->apart)
	                : (const void *)((const float *)p->sample + s * p->pixels);
}

static void not_read(worker *w, int64_t k)
{
	if (w->n_unread++ < NAMED) w->unread[w->n_unread - 1] = k;
}

static void run_real(const pass *p, worker *w, int64_t from, int64_t to)
{
	for (int64_t k = from; k < to; k++) {
		const float *f = sampled(p, k);
		if (!f && tt_scan_source_f32(p->source, k, w->real, NULL) == TT_OK) f = w->real;
		if (f)
			add_real(p, w, k, f);
		else
			not_read(w, k);
	}
}

static bool together(const pass *p, int64_t a, int64_t b)
{
	return p->group[a] == p->group[b] && (!p->plan->region || p->plan->region[a] == p->plan->region[b]);
}

/* The patterns of a piece, those of one bucket and group together; each is read once. */
static void run_whole(const pass *p, worker *w, int64_t from, int64_t to)
{
	bool done[PIECE] = {false};
	for (int64_t start = from; start < to && !w->failed; start++) {
		int64_t position[LANES];
		const uint16_t *pattern[LANES];
		size_t n = 0, used = 0;
		for (int64_t k = start; k < to && n < LANES && used < p->lanes; k++) {
			if (done[k - from] || !together(p, start, k)) continue;
			done[k - from] = true;
			const uint16_t *v = sampled(p, k);
			uint16_t *own = w->block + used * p->apart;
			if (!v && tt_scan_source_stored16(p->source, k, own, NULL) == TT_OK) {
				v = own;
				used++;
			}
			if (!v) {
				not_read(w, k);
				continue;
			}
			position[n] = k;
			pattern[n++] = v;
		}
		if (n) add_block(p, w, position, pattern, n);
	}
}

static void run_piece(void *ctx, int number, size_t first, size_t last)
{
	const pass *p = ctx;
	worker *w = &p->worker[number];
	if (p->whole)
		run_whole(p, w, p->first + (int64_t)first, p->first + (int64_t)last);
	else
		run_real(p, w, p->first + (int64_t)first, p->first + (int64_t)last);
}

/* ---- the pass ---- */

/* n values of a size, on a line of the cache, all 0; NULL */
static void *aligned(size_t n, size_t size)
{
	const size_t bytes = (n * size + 63) / 64 * 64;
	void *v = aligned_alloc(64, bytes ? bytes : 64);
	if (v) memset(v, 0, bytes);
	return v;
}

static bool tile_sums_new(const pass *p, worker *w)
{
	w->tiles = aligned(1, sizeof *w->tiles);
	if (!w->tiles) return false;
	w->tiles->class_sum = aligned(p->classes * LANES, sizeof *w->tiles->class_sum);
	w->tiles->class_squares = aligned(p->classes * LANES, sizeof *w->tiles->class_squares);
	w->block = aligned(p->lanes * p->apart, sizeof *w->block);
	return w->tiles->class_sum && w->tiles->class_squares && w->block;
}

static tt_status worker_new(const pass *p, worker *w, tt_error *err)
{
	const size_t buckets = p->plan->regions + 1;
	bool good = true;
	if (p->whole)
		good = tile_sums_new(p, w);
	else
		good = (w->real = malloc(p->pixels * sizeof *w->real)) != NULL;
	w->bucket = calloc(buckets, sizeof *w->bucket);
	w->sum32 = calloc(buckets, sizeof *w->sum32);
	w->squares32 = calloc(buckets, sizeof *w->squares32);
	w->held = calloc(buckets, sizeof *w->held);
	w->class_sum = aligned(p->classes * LANES, sizeof *w->class_sum);
	w->class_squares = aligned(p->classes * LANES, sizeof *w->class_squares);
	good = good && w->bucket && w->sum32 && w->squares32 && w->held && w->class_sum && w->class_squares;
	for (size_t i = 0; good && i < buckets; i++)
		good = bucket_new(&w->bucket[i], p->pixels, p->rings);
	return good ? TT_OK : tt_fail_memory(err, "a scan's sums");
}

static void worker_clear(const pass *p, worker *w)
{
	for (size_t i = 0; i <= p->plan->regions; i++) {
		if (w->bucket) tt_scan_bucket_clear(&w->bucket[i]);
		if (w->sum32) free(w->sum32[i]);
		if (w->squares32) free(w->squares32[i]);
	}
	if (w->tiles) {
		free(w->tiles->class_sum);
		free(w->tiles->class_squares);
	}
	free(w->tiles);
	free(w->block);
	free(w->real);
	free(w->bucket);
	free(w->sum32);
	free(w->squares32);
	free(w->held);
	free(w->class_sum);
	free(w->class_squares);
}

/* What reading whole numbers in tiles takes. */
static tt_status make_tiles(pass *p, tt_error *err)
{
	const size_t held = MOST_HELD / (size_t)p->workers, most = held > LEAST_HELD ? held : LEAST_HELD;
	p->lanes = most / (p->apart * sizeof(uint16_t));
	p->lanes = p->lanes < 1 ? 1 : p->lanes > LANES ? LANES : p->lanes;
	p->add = tt_tile_add_best();
	p->nothing = calloc(p->apart, sizeof *p->nothing);
	if (!p->nothing) return tt_fail_memory(err, "a scan's tiles");
	return tt_tiles_make(p->info->width, p->info->height, p->class, p->classes, &p->tiles, err);
}

/* Patterns spread over the scan, kept, and their mean. */
static tt_status read_sample(pass *p, int64_t patterns, double *mean, tt_error *err)
{
	const size_t size = p->whole ? p->apart * sizeof(uint16_t) : p->pixels * sizeof(float);
	int64_t most = TT_SCAN_SAMPLE;
	/* at most 64 MB are kept */
	while (most > 4 && (double)most * (double)size > 64e6)
		most /= 2;
	p->sample_step = (patterns + most - 1) / most;
	p->samples = (patterns + p->sample_step - 1) / p->sample_step;
	p->sample = calloc((size_t)p->samples, size);
	if (!p->sample) return tt_fail_memory(err, "a sample of patterns");
	memset(mean, 0, p->pixels * sizeof *mean);
	for (int64_t s = 0; s < p->samples; s++) {
		uint16_t *v = (uint16_t *)p->sample + (size_t)s * p->apart;
		float *f = (float *)p->sample + (size_t)s * p->pixels;
		const int64_t k = s * p->sample_step;
		if ((p->whole ? tt_scan_source_stored16(p->source, k, v, NULL)
		              : tt_scan_source_f32(p->source, k, f, NULL)) != TT_OK) {
			/* told when the pass comes to it */
			p->samples = s;
			break;
		}
		for (size_t i = 0; i < p->pixels; i++)
			mean[i] += !p->whole    ? (double)f[i] / p->gain
			           : p->swapped ? (double)(uint16_t)(v[i] << 8 | v[i] >> 8)
			                        : (double)v[i];
	}
	if (p->samples == 0) return tt_fail(err, TT_ERR_INPUT, "'%s': its first pattern cannot be read", p->info->path);
	for (size_t i = 0; i < p->pixels; i++)
		mean[i] /= (double)p->samples;
	return TT_OK;
}

static tt_status find_centre(pass *p, int64_t patterns, tt_error *err)
{
	tt_scan_sums *o = p->out;
	memcpy(o->centre, p->plan->centre, sizeof o->centre);
	o->u_centre[0] = o->u_centre[1] = NAN;
	if (!isnan(p->plan->centre[0])) return TT_OK;
	double *mean = malloc(p->pixels * sizeof *mean);
	if (!mean) return tt_fail_memory(err, "a mean pattern");
	tt_status st = read_sample(p, patterns, mean, err);
	if (st == TT_OK)
		st = tt_pattern_centre(mean, p->plan->dead, p->info->width, p->info->height, (double)p->samples,
		                       o->centre, o->u_centre, err);
	free(mean);
	return st;
}

static tt_status run(pass *p, int64_t patterns, const tt_job *job, tt_error *err)
{
	tt_pool *pool;
	tt_status st = tt_pool_new(p->workers, &pool, err);
	for (p->first = 0; st == TT_OK && p->first < patterns; p->first += ROUND) {
		const int64_t n = patterns - p->first < ROUND ? patterns - p->first : ROUND;
		tt_pool_for(pool, (size_t)n, PIECE, run_piece, p);
		for (int i = 0; i < p->workers && st == TT_OK; i++)
			if (p->worker[i].failed) st = tt_fail_memory(err, "a scan's sums");
		if (st == TT_OK) st = tt_job_check(job, err);
		if (st == TT_OK && job && job->on_progress)
			job->on_progress(
			    job->ctx,
			    &(tt_progress){.stage = "reading patterns", .done = p->first + n, .total = patterns});
	}
	tt_pool_free(pool);
	return st;
}

static void collect(pass *p, tt_strings *warnings)
{
	tt_scan_sums *o = p->out;
	for (int i = 0; i < p->workers; i++) {
		worker *w = &p->worker[i];
		for (size_t k = 0; k < o->buckets; k++) {
			if (w->sum32[k]) flush(p, w, k);
			bucket_add(&o->bucket[k], &w->bucket[k], p->pixels, p->rings);
		}
		o->read += w->read;
		o->largest = fmax(o->largest, w->largest);
		for (int64_t u = 0; u < w->n_unread && u < NAMED; u++)
			tt_warn(warnings, "pattern %" PRId64 " of '%s' cannot be read and is left out", w->unread[u],
			        p->info->path);
		o->unread += w->n_unread;
	}
	for (size_t k = 0; k < o->buckets; k++)
		for (size_t r = 0; r < p->rings; r++)
			o->bucket[k].ring[r].n = p->ring_pixels[r];
	if (o->unread > NAMED) tt_warn(warnings, "%" PRId64 " patterns in all cannot be read", o->unread);
}

static tt_status reduce(pass *p, int64_t patterns, const tt_job *job, tt_strings *warnings, tt_error *err)
{
	tt_scan_sums *o = p->out;
	const size_t positions = (size_t)p->plan->rows * (size_t)p->plan->columns;
	tt_status st = find_centre(p, patterns, err);
	if (st == TT_OK) st = make_classes(p, err);
	if (st == TT_OK) st = make_groups(p, patterns, err);
	p->workers = tt_job_threads(job);
	if (st == TT_OK && p->whole) st = make_tiles(p, err);
	if (st != TT_OK) return st;
	o->rings = p->rings;
	o->buckets = p->plan->regions + 1;
	o->bucket = calloc(o->buckets, sizeof *o->bucket);
	o->total = malloc(positions * sizeof *o->total);
	bool good = o->bucket && o->total;
	for (size_t i = 0; good && i < o->buckets; i++)
		good = bucket_new(&o->bucket[i], p->pixels, p->rings);
	for (size_t i = 0; good && i < p->plan->bands; i++)
		good = (o->image[i] = malloc(positions * sizeof *o->image[i])) != NULL;
	if (!good) return tt_fail_memory(err, "a scan's sums");
	for (size_t k = 0; k < positions; k++) {
		o->total[k] = NAN;
		for (size_t i = 0; i < p->plan->bands; i++)
			o->image[i][k] = NAN;
	}
	p->worker = calloc((size_t)p->workers, sizeof *p->worker);
	if (!p->worker) return tt_fail_memory(err, "a scan's sums");
	for (int i = 0; st == TT_OK && i < p->workers; i++)
		st = worker_new(p, &p->worker[i], err);
	if (st == TT_OK) st = run(p, patterns, job, err);
	if (st == TT_OK) collect(p, warnings);
	if (st == TT_OK && o->read == 0)
		st = tt_fail(err, TT_ERR_INPUT, "'%s': not one of its patterns can be read", p->info->path);
	return st;
}

tt_status tt_scan_reduce(tt_scan_source *source, const tt_scan_plan *plan, double gain, const tt_job *job,
                         tt_scan_sums **out, tt_strings *warnings, tt_error *err)
{
	pass p = {.source = source, .info = tt_scan_source_info(source), .plan = plan, .gain = gain};
	*out = NULL;
	p.pixels = (size_t)p.info->width * (size_t)p.info->height;
	p.whole = p.info->whole && gain == 1;
	p.swapped = tt_scan_source_swapped(source);
	p.apart = (p.pixels + TT_TILE_CHUNK - 1) / TT_TILE_CHUNK * TT_TILE_CHUNK + SPREAD;
	p.out = calloc(1, sizeof *p.out);
	if (!p.out) return tt_fail_memory(err, "a scan's sums");
	p.out->width = p.info->width;
	p.out->height = p.info->height;
	p.out->gain = gain;
	const int64_t positions = plan->rows * plan->columns;
	const int64_t patterns = p.info->patterns < positions ? p.info->patterns : positions;
	tt_status st = reduce(&p, patterns, job, warnings, err);
	for (int i = 0; p.worker && i < p.workers; i++)
		worker_clear(&p, &p.worker[i]);
	free(p.worker);
	free(p.class);
	free(p.of_class);
	free(p.group);
	free(p.ring_pixels);
	free(p.nothing);
	tt_tiles_clear(&p.tiles);
	free(p.sample);
	if (st != TT_OK) {
		tt_scan_sums_free(p.out);
		return st;
	}
	*out = p.out;
	return TT_OK;
}
