/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/tape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/outdir.h"
#include "core/text.h"
#include "core/files.h"

enum { MAGIC = 8, HEAD = 32, HASH = 64 };
static const uint32_t ORDER = 0x01020304;
static const uint64_t MOST_TEXT = 1u << 20;

void tt_tape_raw(tt_tape *t, unsigned char *bytes, size_t n)
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

static void word(tt_tape *t, uint64_t *v, int bytes)
{
	unsigned char b[8];
	for (int i = 0; i < bytes && !t->reading; i++)
		b[i] = (unsigned char)(*v >> (8 * i));
	tt_tape_raw(t, b, (size_t)bytes);
	if (!t->reading) return;
	*v = 0;
	for (int i = 0; i < bytes; i++)
		*v |= (uint64_t)b[i] << (8 * i);
}

void tt_tape_real(tt_tape *t, double *v)
{
	uint64_t w = 0;
	if (!t->reading) memcpy(&w, v, sizeof w);
	word(t, &w, 8);
	if (t->reading) memcpy(v, &w, sizeof *v);
}

void tt_tape_reals(tt_tape *t, double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		tt_tape_real(t, v + i);
}

void tt_tape_floats(tt_tape *t, float *v, size_t n)
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

void tt_tape_whole(tt_tape *t, int64_t *v)
{
	uint64_t w = (uint64_t)*v;
	word(t, &w, 8);
	if (t->reading) *v = (int64_t)w;
}

void tt_tape_small(tt_tape *t, int *v)
{
	int64_t w = t->reading ? 0 : *v;
	tt_tape_whole(t, &w);
	if (!t->reading) return;
	if (w < INT32_MIN || w > INT32_MAX) t->bad = true;
	*v = t->bad ? 0 : (int)w;
}

void tt_tape_count(tt_tape *t, size_t *v, uint64_t most)
{
	uint64_t w = t->reading ? 0 : *v;
	word(t, &w, 8);
	if (!t->reading) return;
	if (w > most) t->bad = true;
	*v = t->bad ? 0 : (size_t)w;
}

void tt_tape_bits(tt_tape *t, unsigned *v)
{
	size_t w = t->reading ? 0 : *v;
	tt_tape_count(t, &w, UINT32_MAX);
	if (t->reading) *v = (unsigned)w;
}

void tt_tape_truth(tt_tape *t, bool *v)
{
	size_t w = t->reading ? 0 : *v;
	tt_tape_count(t, &w, 1);
	if (t->reading) *v = w == 1;
}

void *tt_tape_room(tt_tape *t, size_t n, size_t item, size_t bytes_each)
{
	if (t->bad || (bytes_each && n > (t->size - t->at) / bytes_each)) {
		t->bad = true;
		return NULL;
	}
	void *p = calloc(n + 1, item);
	if (!p) t->bad = true;
	return p;
}

void tt_tape_fixed_text(tt_tape *t, char *text, size_t size)
{
	size_t n = t->reading ? 0 : strlen(text);
	tt_tape_count(t, &n, size - 1);
	tt_tape_raw(t, (unsigned char *)text, n);
	if (t->reading) text[n] = '\0';
}

void tt_tape_text(tt_tape *t, const char **v)
{
	size_t n = t->reading ? 0 : strlen(*v);
	tt_tape_count(t, &n, MOST_TEXT);
	if (!t->reading) {
		fwrite(*v, 1, n, t->out);
		return;
	}
	char *p = tt_tape_room(t, n, 1, 1);
	if (p) tt_tape_raw(t, (unsigned char *)p, n);
	*v = p;
}

void tt_tape_texts(tt_tape *t, tt_strings *list)
{
	size_t n = list->n;
	tt_tape_count(t, &n, MOST_TEXT);
	for (size_t i = 0; i < n && !t->bad; i++) {
		const char *one = t->reading ? NULL : list->item[i];
		tt_tape_text(t, &one);
		if (!t->reading) continue;
		if (!t->bad && tt_strings_add(list, NULL, "%s", one) != TT_OK) t->bad = true;
		free((char *)one);
	}
}

/* ---- files ---- */

static void put_little(char *b, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		b[i] = (char)(v >> (8 * i) & 255);
}

static tt_status make_bytes(const tt_tape_kind *kind, tt_tape_walk walk, void *what, char **bytes, size_t *size,
                            tt_error *err)
{
	char *body = NULL, hash[HASH + 1];
	size_t length = 0;
	*bytes = NULL;
	tt_tape t = {.out = open_memstream(&body, &length)};
	if (!t.out) return tt_fail_memory(err, kind->what);
	walk(&t, what);
	bool bad = ferror(t.out) != 0 || t.bad;
	bad = fclose(t.out) != 0 || bad;
	char *all = bad || !body ? NULL : calloc(1, HEAD + length + HASH);
	if (all) {
		memcpy(all, kind->magic, MAGIC);
		put_little(all + 8, kind->version, 4);
		put_little(all + 12, ORDER, 4);
		put_little(all + 16, length, 8);
		memcpy(all + HEAD, body, length);
		tt_sha256_bytes(all, HEAD + length, hash);
		memcpy(all + HEAD + length, hash, HASH);
		*bytes = all;
		*size = HEAD + length + HASH;
	}
	free(body);
	return all ? TT_OK : tt_fail_memory(err, kind->what);
}

tt_status tt_tape_save(const tt_tape_kind *kind, tt_tape_walk walk, void *what, const char *path, tt_error *err)
{
	char *bytes;
	size_t size = 0;
	tt_atomic *a = NULL;
	FILE *f;
	tt_status st = make_bytes(kind, walk, what, &bytes, &size, err);
	if (st != TT_OK) return st;
	st = tt_atomic_open(path, &a, &f, err);
	if (st == TT_OK) {
		fwrite(bytes, 1, size, f); /* what goes wrong is seen by commit */
		st = tt_atomic_commit(a, err);
	}
	free(bytes);
	return st;
}

static uint64_t little(const unsigned char *b, int n)
{
	uint64_t v = 0;
	for (int i = 0; i < n; i++)
		v |= (uint64_t)b[i] << (8 * i);
	return v;
}

static tt_status check_head(const tt_tape_kind *kind, const unsigned char *b, size_t size, const char *name,
                            tt_error *err)
{
	char hash[HASH + 1];
	if (size < MAGIC || memcmp(b, kind->magic, MAGIC) != 0)
		return tt_fail(err, TT_ERR_INPUT, "%s: this is no %s of temtensile", name, kind->what);
	if (size < HEAD) return tt_fail(err, TT_ERR_INPUT, "%s: the %s is cut short in its head", name, kind->what);
	if (little(b + 12, 4) != ORDER)
		return tt_fail(err, TT_ERR_INPUT, "%s: the %s has another byte order than is written here", name,
		               kind->what);
	uint64_t version = little(b + 8, 4), length = little(b + 16, 8);
	if (version != kind->version)
		return tt_fail(err, TT_ERR_INPUT,
		               "%s: the %s has version %llu of its format, this program reads version %lu", name,
		               kind->what, (unsigned long long)version, (unsigned long)kind->version);
	if (size < HEAD + HASH || length != size - HEAD - HASH)
		return tt_fail(err, TT_ERR_INPUT,
		               "%s: the %s is cut short or has bytes too many: %zu bytes, expected %llu", name,
		               kind->what, size, (unsigned long long)(length + HEAD + HASH));
	tt_sha256_bytes(b, size - HASH, hash);
	if (memcmp(hash, b + size - HASH, HASH) != 0)
		return tt_fail(err, TT_ERR_INPUT, "%s: the %s is damaged: its checksum does not agree", name,
		               kind->what);
	return TT_OK;
}

tt_status tt_tape_parse(const tt_tape_kind *kind, tt_tape_walk walk, void *what, const void *bytes, size_t size,
                        const char *name, tt_error *err)
{
	tt_status st = check_head(kind, bytes, size, name, err);
	if (st != TT_OK) return st;
	tt_tape t = {.reading = true, .in = bytes, .size = size - HASH, .at = HEAD};
	walk(&t, what);
	if (!t.bad && t.at == t.size) return TT_OK;
	return tt_fail(err, TT_ERR_INPUT, "%s: the %s holds something that it cannot hold, at byte %zu", name,
	               kind->what, t.at);
}

tt_status tt_tape_load(const tt_tape_kind *kind, tt_tape_walk walk, void *what, const char *path, tt_error *err)
{
	unsigned char *bytes = NULL;
	size_t size = 0, capacity = 0;
	FILE *f = fopen(path, "rb");
	if (!f) return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	for (size_t got = 1; got;) {
		unsigned char *grown = tt_grow(bytes, &capacity, size + 65536, 1);
		if (!grown) {
			free(bytes);
			fclose(f);
			return tt_fail_memory(err, kind->what);
		}
		bytes = grown;
		got = fread(bytes + size, 1, 65536, f);
		size += got;
	}
	const int why = errno;
	bool bad = ferror(f) != 0;
	fclose(f);
	tt_status st = bad ? tt_fail_read(err, path, why) : tt_tape_parse(kind, walk, what, bytes, size, path, err);
	free(bytes);
	return st;
}
