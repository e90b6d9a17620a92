/* observation.ttobs: an observation kept. A head of 32 bytes (magic, version, byte order, length of the body), the body,
 * the SHA-256 (64 hex digits) of head and body. One walk over all members serves writing and reading, so that the two
 * cannot differ. Numbers are little-endian in the file whatever the machine's order is.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/outdir.h"
#include "core/text.h"
#include "observe/observation.h"

/* Later versions may append to the body; whoever changes what stands in it counts this up. */
enum { VERSION = 1, HEAD = 32, HASH = 64 };
static const char MAGIC[8] = {'\x89', 'T', 'T', 'O', 'B', 'S', '\r', '\n'};
static const uint32_t ORDER = 0x01020304;
static const uint64_t MOST_FRAMES = 1u << 28, MOST_ITEMS = 1u << 28, MOST_TEXT = 1u << 20;

/* The walk's place. What is read from a file is believed only as far as its bytes go. */
typedef struct tape {
	bool reading, bad;
	const unsigned char *in;
	size_t size, at;
	FILE *out;
} tape;

static void raw(tape *t, unsigned char *bytes, size_t n)
{
	if (!t->reading) {
		fwrite(bytes, 1, n, t->out);
		return;
	}
	if (t->bad || n > t->size - t->at) {
		t->bad = true;
		memset(bytes, 0, n);
		return;
	}
	memcpy(bytes, t->in + t->at, n);
	t->at += n;
}

static void word(tape *t, uint64_t *v, int bytes)
{
	unsigned char b[8];
	for (int i = 0; i < bytes && !t->reading; i++)
		b[i] = (unsigned char)(*v >> (8 * i));
	raw(t, b, (size_t)bytes);
	if (!t->reading) return;
	*v = 0;
	for (int i = 0; i < bytes; i++)
		*v |= (uint64_t)b[i] << (8 * i);
}

static void real(tape *t, double *v)
{
	uint64_t w = 0;
	if (!t->reading) memcpy(&w, v, sizeof w);
	word(t, &w, 8);
	if (t->reading) memcpy(v, &w, sizeof *v);
}

static void reals(tape *t, double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		real(t, v + i);
}

static void floats(tape *t, float *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t w = 0;
		if (!t->reading) memcpy(&w, v + i, sizeof w);
		uint64_t wide = w;
		word(t, &wide, 4);
		w = (uint32_t)wide;
		if (t->reading) memcpy(v + i, &w, sizeof w);
	}
}

static void whole(tape *t, int64_t *v)
{
	uint64_t w = (uint64_t)*v;
	word(t, &w, 8);
	if (t->reading) *v = (int64_t)w;
}

static void small(tape *t, int *v)
{
	int64_t w = t->reading ? 0 : *v;
	whole(t, &w);
	if (!t->reading) return;
	if (w < INT32_MIN || w > INT32_MAX) t->bad = true;
	*v = t->bad ? 0 : (int)w;
}

/* A count that the rest of the program may allocate and loop by. */
static void count(tape *t, size_t *v, uint64_t most)
{
	uint64_t w = t->reading ? 0 : *v;
	word(t, &w, 8);
	if (!t->reading) return;
	if (w > most) t->bad = true;
	*v = t->bad ? 0 : (size_t)w;
}

static void bits(tape *t, unsigned *v)
{
	size_t w = t->reading ? 0 : *v;
	count(t, &w, UINT32_MAX);
	if (t->reading) *v = (unsigned)w;
}

static void truth(tape *t, bool *v)
{
	size_t w = t->reading ? 0 : *v;
	count(t, &w, 1);
	if (t->reading) *v = w == 1;
}

/* Room for what is going to be read; its bytes must be there, so that nobody is made to ask for more memory than a file
 * of that size can fill. */
static void *room(tape *t, size_t n, size_t item, size_t bytes_each)
{
	if (t->bad || (bytes_each && n > (t->size - t->at) / bytes_each)) {
		t->bad = true;
		return NULL;
	}
	void *p = calloc(n + 1, item);
	if (!p) t->bad = true;
	return p;
}

/* Text in an array of `size` bytes, its NUL included. */
static void fixed_text(tape *t, char *text, size_t size)
{
	size_t n = t->reading ? 0 : strlen(text);
	count(t, &n, size - 1);
	raw(t, (unsigned char *)text, n);
	if (t->reading) text[n] = '\0';
}

static void text(tape *t, const char **v)
{
	size_t n = t->reading ? 0 : strlen(*v);
	count(t, &n, MOST_TEXT);
	if (!t->reading) {
		fwrite(*v, 1, n, t->out);
		return;
	}
	char *p = room(t, n, 1, 1);
	if (p) raw(t, (unsigned char *)p, n);
	*v = p;
}

static void texts(tape *t, tt_strings *list)
{
	size_t n = list->n;
	count(t, &n, MOST_TEXT);
	for (size_t i = 0; i < n && !t->bad; i++) {
		const char *one = t->reading ? NULL : list->item[i];
		text(t, &one);
		if (!t->reading) continue;
		if (!t->bad && tt_strings_add(list, NULL, "%s", one) != TT_OK) t->bad = true;
		free((char *)one);
	}
}

static void walk_recording(tape *t, tt_source_info *r)
{
	const char **name[] = {&r->format, &r->codec, &r->pixel_format, &r->calibration_source, &r->normalisation};
	int *number[] = {&r->width, &r->height, &r->bits, &r->rotation_deg, &r->stream, &r->video_streams};
	double *value[] = {&r->frame_rate, &r->start_offset_s, &r->duration_s, &r->bit_rate, &r->pixel_size_m,
	                   &r->frame_interval_s, &r->exposure_s, &r->black, &r->white};
	int type = (int)r->type;
	for (size_t i = 0; i < sizeof name / sizeof *name; i++)
		text(t, name[i]);
	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		small(t, number[i]);
	small(t, &type);
	if (t->reading) r->type = type == TT_U16 ? TT_U16 : type == TT_F32 ? TT_F32 : TT_U8;
	whole(t, &r->frames);
	for (size_t i = 0; i < sizeof value / sizeof *value; i++)
		real(t, value[i]);
	truth(t, &r->lossy_prediction);
	if (t->reading && (r->width < 1 || r->height < 1 || type < TT_U8 || type > TT_F32)) t->bad = true;
}

static void walk_gauge(tape *t, tt_gauge *g)
{
	reals(t, g->from, 2);
	reals(t, g->to, 2);
	reals(t, g->axis, 2);
	reals(t, g->normal, 2);
	real(t, &g->length_px);
	real(t, &g->width_px);
	small(t, &g->subset_px);
	count(t, &g->n, MOST_ITEMS);
	for (int k = 0; k < 2; k++)
		count(t, &g->n_band[k], g->n);
	count(t, &g->n_stations, g->n);
	if (g->n_band[0] + g->n_band[1] + g->n_stations != g->n || g->subset_px < 1) t->bad = true;
	if (t->reading) g->xy = room(t, 2 * g->n, sizeof *g->xy, 8);
	if (t->reading) g->station_s = room(t, g->n_stations, sizeof *g->station_s, 8);
	if (t->bad) return;
	reals(t, g->xy, 2 * g->n);
	reals(t, g->station_s, g->n_stations);
}

static void walk_choice(tape *t, tt_gauge_choice *c)
{
	double *value[] = {&c->length_px, &c->axis_deg, &c->u_axis_deg, &c->width_px, &c->u_width_px, &c->taper_px,
	                   &c->straightness_px, &c->section_length_px, &c->contrast, &c->noise, &c->band_half_px,
	                   &c->confidence};
	reals(t, c->from, 2);
	reals(t, c->to, 2);
	for (size_t i = 0; i < sizeof value / sizeof *value; i++)
		real(t, value[i]);
	for (int k = 0; k < 2; k++) {
		int end = (int)c->end[k];
		reals(t, c->section[k], 2);
		for (int e = 0; e < 2; e++)
			reals(t, c->edge[k][e], 2);
		small(t, &end);
		if (t->reading) c->end[k] = end == TT_END_SHOULDER ? TT_END_SHOULDER : end == TT_END_FRAME ? TT_END_FRAME : TT_END_OTHER;
	}
	truth(t, &c->bright);
	small(t, &c->subset_px);
	reals(t, c->u_band_px, 2);
	reals(t, c->texture, 2);
	texts(t, &c->notes);
}

static void walk_dic(tape *t, tt_dic_options *d)
{
	int interpolation = (int)d->interpolation;
	small(t, &d->subset_px);
	truth(t, &d->circular);
	small(t, &d->order);
	small(t, &interpolation);
	if (t->reading) d->interpolation = interpolation == TT_BSPLINE_CUBIC ? TT_BSPLINE_CUBIC : TT_BSPLINE_QUINTIC;
	if (d->order < 0 || d->order > 2) t->bad = true;
	real(t, &d->prefilter_sigma_px);
	real(t, &d->max_increment_px);
	small(t, &d->max_iterations);
	real(t, &d->min_zncc);
	real(t, &d->min_valid_fraction);
	real(t, &d->noise_grey);
}

static void walk_reading(tape *t, tt_gauge_reading *r)
{
	truth(t, &r->ok);
	for (int k = 0; k < 2; k++) {
		reals(t, r->end[k], 2);
		real(t, &r->axial_px[k]);
		count(t, &r->used[k], MOST_ITEMS);
		count(t, &r->dropped[k], MOST_ITEMS);
	}
	double *value[] = {&r->length_px, &r->u_length_px, &r->zncc, &r->gap_px, &r->gap_at_px, &r->station_strain};
	for (size_t i = 0; i < sizeof value / sizeof *value; i++)
		real(t, value[i]);
	count(t, &r->stations, MOST_ITEMS);
}

/* Bytes of a frame's fixed part in the file, at least. */
enum { READING_BYTES = 18 * 8 };

static void walk_track(tape *t, tt_track *k, const tt_gauge *g)
{
	count(t, &k->n, MOST_FRAMES);
	count(t, &k->n_stations, MOST_ITEMS);
	count(t, &k->n_points, MOST_ITEMS);
	count(t, &k->n_extra, 2);
	count(t, &k->updates, MOST_FRAMES);
	count(t, &k->reference, k->n ? k->n - 1 : 0);
	if (k->n_stations != g->n_stations || k->n_points != g->n || k->n < 1) t->bad = true;
	if (t->reading && !t->bad) {
		k->capacity = k->n;
		k->number = room(t, k->n, sizeof *k->number, 8);
		k->time_s = room(t, k->n, sizeof *k->time_s, 8);
		k->source_flag = room(t, k->n, sizeof *k->source_flag, 8);
		k->reading = room(t, k->n, sizeof *k->reading, READING_BYTES);
		k->station_px = k->n_stations ? room(t, k->n, k->n_stations * sizeof *k->station_px, 4 * k->n_stations)
		                              : calloc(1, sizeof *k->station_px);
		k->point_px = k->n_points ? room(t, k->n, 2 * k->n_points * sizeof *k->point_px, 8 * k->n_points)
		                          : calloc(1, sizeof *k->point_px);
		k->extra_px = k->n_extra ? room(t, k->n, 2 * k->n_extra * sizeof *k->extra_px, 16 * k->n_extra)
		                         : calloc(1, sizeof *k->extra_px);
		if (!k->station_px || !k->point_px || !k->extra_px) t->bad = true;
	}
	for (size_t i = 0; i < k->n && !t->bad; i++) {
		whole(t, &k->number[i]);
		real(t, &k->time_s[i]);
		bits(t, &k->source_flag[i]);
		walk_reading(t, &k->reading[i]);
	}
	if (t->bad) return;
	floats(t, k->station_px, k->n * k->n_stations);
	floats(t, k->point_px, 2 * k->n * k->n_points);
	reals(t, k->extra_px, 2 * k->n * k->n_extra);
}

static void walk_separation(tape *t, tt_separation *s, size_t frames)
{
	whole(t, &s->frame);
	whole(t, &s->last_intact);
	real(t, &s->jump_px);
	real(t, &s->gap_at_px);
	fixed_text(t, s->text, sizeof s->text);
	int64_t n = (int64_t)frames;
	if (s->frame < -1 || s->frame >= n || s->last_intact < -1 || s->last_intact >= n) t->bad = true;
}

static void walk_light(tape *t, tt_light_watch *w, const tt_gauge *g, size_t frames)
{
	size_t n = tt_light_watch_stations(g);
	count(t, &w->rows, frames);
	if (t->reading && !t->bad) {
		w->capacity = w->rows;
		w->grey = n ? room(t, w->rows, n * sizeof *w->grey, 4 * n) : calloc(1, sizeof *w->grey);
		if (!w->grey) t->bad = true;
	}
	if (!t->bad) floats(t, w->grey, w->rows * n);
}

static void walk_width(tape *t, tt_width_rows *w, size_t frames)
{
	fixed_text(t, w->reason, sizeof w->reason);
	count(t, &w->stations, MOST_ITEMS);
	count(t, &w->rows, frames);
	if (!w->stations && w->rows) t->bad = true;
	if (t->bad || !w->stations) return;
	if (t->reading) {
		w->s = room(t, w->stations, sizeof *w->s, 8);
		w->index = room(t, w->rows, sizeof *w->index, 8);
		w->width_px = room(t, w->rows, w->stations * sizeof *w->width_px, 4 * w->stations);
	}
	if (t->bad) return;
	reals(t, w->s, w->stations);
	for (size_t i = 0; i < w->rows; i++) {
		count(t, &w->index[i], frames - 1);
		if (t->reading && i && w->index[i] <= w->index[i - 1]) t->bad = true;
	}
	floats(t, w->width_px, w->rows * w->stations);
}

static void walk(tape *t, tt_observation *o)
{
	fixed_text(t, o->key, sizeof o->key);
	walk_recording(t, &o->recording);
	walk_gauge(t, &o->gauge);
	if (!t->bad) walk_choice(t, &o->choice);
	if (!t->bad) walk_dic(t, &o->dic);
	real(t, &o->noise_grey);
	if (!t->bad) walk_track(t, &o->track, &o->gauge);
	if (t->bad) return;
	if (t->reading) o->flag = room(t, o->track.n, sizeof *o->flag, 8);
	for (size_t i = 0; i < o->track.n && !t->bad; i++)
		bits(t, &o->flag[i]);
	walk_separation(t, &o->separation, o->track.n);
	if (!t->bad) walk_light(t, &o->light, &o->gauge, o->track.n);
	truth(t, &o->has_width);
	if (!t->bad) walk_width(t, &o->width, o->track.n);
	if (!t->bad) texts(t, &o->warnings);
}

/* ---- writing ---- */

static void put_little(char *b, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		b[i] = (char)(v >> (8 * i) & 255);
}

static tt_status make_bytes(const tt_observation *o, char **bytes, size_t *size, tt_error *err)
{
	char *body = NULL, hash[HASH + 1];
	size_t length = 0;
	*bytes = NULL;
	tape t = {.out = open_memstream(&body, &length)};
	if (!t.out) return tt_fail_memory(err, "the observation's file");
	walk(&t, (tt_observation *)o); /* nothing is changed while writing */
	bool bad = ferror(t.out) != 0 || t.bad;
	bad = fclose(t.out) != 0 || bad;
	char *all = bad || !body ? NULL : calloc(1, HEAD + length + HASH);
	if (all) {
		memcpy(all, MAGIC, sizeof MAGIC);
		put_little(all + 8, VERSION, 4);
		put_little(all + 12, ORDER, 4);
		put_little(all + 16, length, 8);
		memcpy(all + HEAD, body, length);
		tt_sha256_bytes(all, HEAD + length, hash);
		memcpy(all + HEAD + length, hash, HASH);
		*bytes = all;
		*size = HEAD + length + HASH;
	}
	free(body);
	return all ? TT_OK : tt_fail_memory(err, "the observation's file");
}

tt_status tt_observation_save(const tt_observation *o, const char *path, tt_error *err)
{
	char *bytes;
	size_t size = 0;
	tt_atomic *a = NULL;
	FILE *f;
	tt_status st = make_bytes(o, &bytes, &size, err);
	if (st != TT_OK) return st;
	st = tt_atomic_open(path, &a, &f, err);
	if (st == TT_OK) {
		fwrite(bytes, 1, size, f); /* what goes wrong is seen by commit */
		st = tt_atomic_commit(a, err);
	}
	free(bytes);
	return st;
}

/* ---- reading ---- */

static uint64_t little(const unsigned char *b, int n)
{
	uint64_t v = 0;
	for (int i = 0; i < n; i++)
		v |= (uint64_t)b[i] << (8 * i);
	return v;
}

static tt_status check_head(const unsigned char *b, size_t size, const char *name, tt_error *err)
{
	char hash[HASH + 1];
	if (size < sizeof MAGIC || memcmp(b, MAGIC, sizeof MAGIC) != 0)
		return tt_fail(err, TT_ERR_INPUT, "%s: this is no observation of temtensile", name);
	if (size < HEAD) return tt_fail(err, TT_ERR_INPUT, "%s: the observation is cut short in its head", name);
	if (little(b + 12, 4) != ORDER)
		return tt_fail(err, TT_ERR_INPUT, "%s: the observation's byte order is not the one that is written here", name);
	uint64_t version = little(b + 8, 4), length = little(b + 16, 8);
	if (version != VERSION)
		return tt_fail(err, TT_ERR_INPUT, "%s: the observation has version %llu of its format, this program reads version %d",
		               name, (unsigned long long)version, (int)VERSION);
	if (length != size - HEAD - HASH || size < HEAD + HASH)
		return tt_fail(err, TT_ERR_INPUT, "%s: the observation is cut short: %zu bytes, expected %llu", name, size,
		               (unsigned long long)(length + HEAD + HASH));
	tt_sha256_bytes(b, size - HASH, hash);
	if (memcmp(hash, b + size - HASH, HASH) != 0)
		return tt_fail(err, TT_ERR_INPUT, "%s: the observation is damaged: its checksum does not agree", name);
	return TT_OK;
}

tt_status tt_observation_read(const void *bytes, size_t size, const char *name, tt_observation **out, tt_error *err)
{
	*out = NULL;
	tt_status st = check_head(bytes, size, name, err);
	if (st != TT_OK) return st;
	tape t = {.reading = true, .in = bytes, .size = size - HASH, .at = HEAD};
	tt_observation *o = calloc(1, sizeof *o);
	if (!o) return tt_fail_memory(err, "the observation");
	walk(&t, o);
	o->light.gauge = &o->gauge;
	if (!t.bad && t.at == t.size) {
		*out = o;
		return TT_OK;
	}
	tt_observation_free(o);
	return tt_fail(err, TT_ERR_INPUT, "%s: the observation holds something that no observation can hold, at byte %zu", name,
	               t.at);
}

tt_status tt_observation_load(const char *path, tt_observation **out, tt_error *err)
{
	unsigned char *bytes = NULL;
	size_t size = 0, capacity = 0;
	*out = NULL;
	FILE *f = fopen(path, "rb");
	if (!f) return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	for (size_t got = 1; got;) {
		unsigned char *grown = tt_grow(bytes, &capacity, size + 65536, 1);
		if (!grown) {
			free(bytes);
			fclose(f);
			return tt_fail_memory(err, "the observation");
		}
		bytes = grown;
		got = fread(bytes + size, 1, 65536, f);
		size += got;
	}
	bool bad = ferror(f) != 0;
	fclose(f);
	tt_status st = bad ? tt_fail(err, TT_ERR_INPUT, "cannot read '%s'", path)
	                   : tt_observation_read(bytes, size, path, out, err);
	free(bytes);
	return st;
}
