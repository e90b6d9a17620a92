/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/scan/reduce.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/threads.h"
#include "film/scan/centre.h"

enum {
	PIECE = 8,    /* patterns handed to a worker at a time */
	ROUND = 1024, /* patterns between two looks at the caller's wish to stop */
	FULL = 250,   /* patterns of up to 12 bits whose squares fit into 32 bits together */
	SMALL = 4095, /* the largest value of these */
	LANES = 4,    /* a ring's sums lie in as many places, so that neighbouring pixels do not wait for each other */
	NAMED = 5
};

/* One worker's share. */
typedef struct worker {
	uint16_t *whole;
	float *real;
	tt_scan_bucket *bucket;
	uint32_t **sum32, **squares32; /* of each bucket, not yet in its doubles */
	int *held;                     /* patterns in them */
	uint64_t *lane;                /* LANES × (rings + 1) */
	double *ring1, *ring2;
	int64_t unread[NAMED], n_unread, read;
	double largest;
	bool failed; /* no memory */
} worker;

typedef struct pass {
	tt_scan_source *source;
	const tt_scan_info *info;
	const tt_scan_plan *plan;
	tt_scan_sums *out;
	size_t pixels, rings;
	uint16_t *ring_of; /* of each pixel; `rings`: dead or beyond */
	uint8_t *group;    /* of each position */
	double *ring_pixels;
	struct run {
		uint32_t at, n;
	} * run[TT_MOST_BANDS]; /* pieces of rows that make up a band */
	size_t runs[TT_MOST_BANDS];
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
	return hypot(x, y);
}

static tt_status make_rings(pass *p, tt_error *err)
{
	double most = 0;
	for (size_t i = 0; i < p->pixels; i++)
		most = fmax(most, radius(p, i));
	p->rings = (size_t)most + 1;
	p->ring_of = malloc(p->pixels * sizeof *p->ring_of);
	p->ring_pixels = calloc(p->rings + 1, sizeof *p->ring_pixels);
	if (p->rings > 60000)
		return tt_fail(err, TT_ERR_INPUT, "the centre (%.4g, %.4g) is too far from the pattern",
		               p->out->centre[0], p->out->centre[1]);
	if (!p->ring_of || !p->ring_pixels) return tt_fail_memory(err, "a scan's rings");
	for (size_t i = 0; i < p->pixels; i++) {
		p->ring_of[i] = (uint16_t)(is_dead(p, i) ? p->rings : (size_t)radius(p, i));
		p->ring_pixels[p->ring_of[i]]++;
	}
	return TT_OK;
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

static tt_status make_band(pass *p, size_t b, tt_error *err)
{
	const size_t width = (size_t)p->info->width;
	const double lo = p->plan->band[b][0], hi = p->plan->band[b][1];
	struct run *r = malloc((p->pixels / 2 + 2) * sizeof *r);
	size_t n = 0;
	if (!r) return tt_fail_memory(err, "a virtual image");
	for (size_t i = 0; i < p->pixels; i++) {
		const double d = radius(p, i);
		if (!(d >= lo && d < hi) || is_dead(p, i)) continue;
		if (n && r[n - 1].at + r[n - 1].n == i && i % width != 0)
			r[n - 1].n++;
		else
			r[n++] = (struct run){(uint32_t)i, 1};
	}
	p->run[b] = r;
	p->runs[b] = n;
	return n ? TT_OK
	         : tt_fail(err, TT_ERR_INPUT, "the band from %.4g to %.4g px holds no pixel of the pattern", lo, hi);
}

/* ---- one pattern ---- */

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

static bool room32(const pass *p, worker *w, size_t k)
{
	if (w->sum32[k]) return true;
	w->sum32[k] = calloc(p->pixels, sizeof *w->sum32[k]);
	w->squares32[k] = calloc(p->pixels, sizeof *w->squares32[k]);
	if (w->sum32[k] && w->squares32[k]) return true;
	w->failed = true;
	return false;
}

/* From a pattern's sums over each ring to the bucket's moments. s1, s2: Σ I and Σ I² in counts. */
static void add_rings(const pass *p, tt_scan_bucket *b, size_t group, const double *s1, const double *s2)
{
	for (size_t r = 0; r < p->rings; r++) {
		tt_scan_ring *g = &b->ring[r];
		const double n = p->ring_pixels[r];
		g->n = n;
		if (n < 2) continue;
		const double mean = s1[r] / n, variance = (s2[r] - s1[r] * mean) / (n - 1);
		/* E[mean²] = true mean² + variance / n */
		const double level = mean * mean - variance / n;
		double power = mean;
		for (int k = 0; k < 4; k++, power *= mean)
			g->m[k] += power;
		if (!(level > 0)) continue;
		g->have[group]++;
		g->v[group] += (variance - mean) / level;
	}
}

static uint16_t largest_of(const uint16_t *v, size_t n)
{
	uint16_t most = 0;
	for (size_t i = 0; i < n; i++)
		most = v[i] > most ? v[i] : most;
	return most;
}

static void add_pixels(const uint16_t *restrict v, uint32_t *restrict sum, uint32_t *restrict squares, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const uint32_t x = v[i];
		sum[i] += x;
		squares[i] += x * x;
	}
}

/* Σ I in the upper 28 bits, Σ I² in the lower 36 of one number: up to 12 bits and 2¹² pixels of a ring a lane fit. */
static void ring_sums_small(const pass *p, worker *w, const uint16_t *v)
{
	const size_t rings = p->rings + 1;
	uint64_t *a = w->lane, *b = a + rings, *c = b + rings, *d = c + rings;
	const uint16_t *ring = p->ring_of;
	size_t i = 0;
	memset(a, 0, LANES * rings * sizeof *a);
	for (; i + LANES <= p->pixels; i += LANES) {
		const uint64_t x0 = v[i], x1 = v[i + 1], x2 = v[i + 2], x3 = v[i + 3];
		a[ring[i]] += x0 * (x0 + ((uint64_t)1 << 36));
		b[ring[i + 1]] += x1 * (x1 + ((uint64_t)1 << 36));
		c[ring[i + 2]] += x2 * (x2 + ((uint64_t)1 << 36));
		d[ring[i + 3]] += x3 * (x3 + ((uint64_t)1 << 36));
	}
	for (; i < p->pixels; i++)
		a[ring[i]] += v[i] * (v[i] + ((uint64_t)1 << 36));
	const uint64_t low = ((uint64_t)1 << 36) - 1;
	for (size_t r = 0; r < p->rings; r++) {
		w->ring1[r] = (double)((a[r] >> 36) + (b[r] >> 36) + (c[r] >> 36) + (d[r] >> 36));
		w->ring2[r] = (double)((a[r] & low) + (b[r] & low) + (c[r] & low) + (d[r] & low));
	}
}

static void ring_sums(const pass *p, worker *w, const uint16_t *v, const float *f)
{
	memset(w->ring1, 0, (p->rings + 1) * sizeof *w->ring1);
	memset(w->ring2, 0, (p->rings + 1) * sizeof *w->ring2);
	for (size_t i = 0; i < p->pixels; i++) {
		const double x = v ? v[i] : (double)f[i] / p->gain;
		w->ring1[p->ring_of[i]] += x;
		w->ring2[p->ring_of[i]] += x * x;
	}
}

static double band_sum(const pass *p, size_t b, const uint16_t *v, const float *f)
{
	double sum = 0;
	for (size_t k = 0; k < p->runs[b]; k++) {
		const size_t at = p->run[b][k].at, n = p->run[b][k].n;
		if (v) {
			uint32_t part = 0;
			for (size_t i = 0; i < n; i++)
				part += v[at + i];
			sum += part;
		} else {
			for (size_t i = 0; i < n; i++)
				sum += (double)f[at + i] / p->gain;
		}
	}
	return sum;
}

static void add_pattern(const pass *p, worker *w, int64_t k, const uint16_t *v, const float *f)
{
	const size_t bucket = p->plan->region ? p->plan->region[k] : TT_SCAN_REST;
	tt_scan_bucket *b = &w->bucket[bucket];
	b->positions++;
	w->read++;
	const uint16_t most = v ? largest_of(v, p->pixels) : 0;
	if (v && most > w->largest) w->largest = most;
	if (v && most <= SMALL) {
		if (!room32(p, w, bucket)) return;
		add_pixels(v, w->sum32[bucket], w->squares32[bucket], p->pixels);
		if (++w->held[bucket] == FULL) flush(p, w, bucket);
	} else {
		for (size_t i = 0; i < p->pixels; i++) {
			const double x = v ? v[i] : (double)f[i] / p->gain;
			if (f && (double)f[i] > w->largest) w->largest = (double)f[i];
			b->sum[i] += x;
			b->squares[i] += x * x;
		}
	}
	if (v && most <= SMALL && p->pixels <= (size_t)1 << 24)
		ring_sums_small(p, w, v);
	else
		ring_sums(p, w, v, f);
	add_rings(p, b, p->group[k], w->ring1, w->ring2);
	double total = 0;
	for (size_t r = 0; r < p->rings; r++)
		total += w->ring1[r];
	p->out->total[k] = total;
	for (size_t i = 0; i < p->plan->bands; i++)
		p->out->image[i][k] = band_sum(p, i, v, f);
}

static void run_piece(void *ctx, int number, size_t first, size_t last)
{
	pass *p = ctx;
	worker *w = &p->worker[number];
	const bool whole = p->info->whole && p->gain == 1;
	for (size_t i = first; i < last && !w->failed; i++) {
		const int64_t k = p->first + (int64_t)i;
		const int64_t s = p->samples && k % p->sample_step == 0 ? k / p->sample_step : -1;
		const bool kept = s >= 0 && s < p->samples;
		const uint16_t *v = whole ? w->whole : NULL;
		const float *f = whole ? NULL : w->real;
		tt_status st = TT_OK;
		if (kept && whole)
			v = (const uint16_t *)p->sample + (size_t)s * p->pixels;
		else if (kept)
			f = (const float *)p->sample + (size_t)s * p->pixels;
		else
			st = whole ? tt_scan_source_u16(p->source, k, w->whole, NULL)
			           : tt_scan_source_f32(p->source, k, w->real, NULL);
		if (st == TT_OK)
			add_pattern(p, w, k, v, f);
		else if (w->n_unread++ < NAMED)
			w->unread[w->n_unread - 1] = k;
	}
}

/* ---- the pass ---- */

static tt_status worker_new(const pass *p, worker *w, tt_error *err)
{
	const size_t buckets = p->plan->regions + 1, rings = p->rings + 1;
	w->whole = malloc(p->pixels * sizeof *w->whole);
	w->real = p->info->whole && p->gain == 1 ? NULL : malloc(p->pixels * sizeof *w->real);
	w->bucket = calloc(buckets, sizeof *w->bucket);
	w->sum32 = calloc(buckets, sizeof *w->sum32);
	w->squares32 = calloc(buckets, sizeof *w->squares32);
	w->held = calloc(buckets, sizeof *w->held);
	w->lane = malloc(LANES * rings * sizeof *w->lane);
	w->ring1 = malloc(rings * sizeof *w->ring1);
	w->ring2 = malloc(rings * sizeof *w->ring2);
	bool good = w->whole && (w->real || p->info->whole) && w->bucket && w->sum32 && w->squares32 && w->held &&
	            w->lane && w->ring1 && w->ring2;
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
	free(w->whole);
	free(w->real);
	free(w->bucket);
	free(w->sum32);
	free(w->squares32);
	free(w->held);
	free(w->lane);
	free(w->ring1);
	free(w->ring2);
}

/* Patterns spread over the scan, kept, and their mean. */
static tt_status read_sample(pass *p, int64_t patterns, double *mean, tt_error *err)
{
	const bool whole = p->info->whole && p->gain == 1;
	const size_t size = whole ? sizeof(uint16_t) : sizeof(float);
	int64_t most = TT_SCAN_SAMPLE;
	/* at most 64 MB are kept */
	while (most > 4 && (double)most * (double)p->pixels * (double)size > 64e6)
		most /= 2;
	p->sample_step = (patterns + most - 1) / most;
	p->samples = (patterns + p->sample_step - 1) / p->sample_step;
	p->sample = malloc((size_t)p->samples * p->pixels * size);
	if (!p->sample) return tt_fail_memory(err, "a sample of patterns");
	memset(mean, 0, p->pixels * sizeof *mean);
	for (int64_t s = 0; s < p->samples; s++) {
		uint16_t *v = (uint16_t *)p->sample + (size_t)s * p->pixels;
		float *f = (float *)p->sample + (size_t)s * p->pixels;
		const int64_t k = s * p->sample_step;
		if ((whole ? tt_scan_source_u16(p->source, k, v, NULL) : tt_scan_source_f32(p->source, k, f, NULL)) !=
		    TT_OK) {
			/* told when the pass comes to it */
			p->samples = s;
			break;
		}
		for (size_t i = 0; i < p->pixels; i++)
			mean[i] += (whole ? (double)v[i] : (double)f[i] / p->gain);
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
	if (st == TT_OK) st = make_rings(p, err);
	if (st == TT_OK) st = make_groups(p, patterns, err);
	for (size_t i = 0; st == TT_OK && i < p->plan->bands; i++)
		st = make_band(p, i, err);
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
	p->workers = tt_job_threads(job);
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
	free(p.ring_of);
	free(p.group);
	free(p.ring_pixels);
	for (size_t i = 0; i < plan->bands; i++)
		free(p.run[i]);
	free(p.sample);
	if (st != TT_OK) {
		tt_scan_sums_free(p.out);
		return st;
	}
	*out = p.out;
	return TT_OK;
}
