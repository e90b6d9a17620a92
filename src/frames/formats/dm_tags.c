/* The tag tree of DigitalMicrograph files.
 *
 * The format: version (3 or 4), size (4 or 8 bytes), 1 when values are little-endian; all these, names and counts are
 * big-endian. Then a group: two flags, number of entries (4 or 8 bytes), entries: kind (20 group, 21 value), length of
 * the name (2 bytes), name, in version 4 the entry's size (8 bytes), then a group or a value: "%%%%", number of type
 * words, type words (4 or 8 bytes each), the value: type 2 i16, 3 i32, 4 u16, 5 u32, 6 f32, 7 f64, 8 bool, 9 i8, 10 u8,
 * 11 i64, 12 u64, 15 struct (name length, number of fields, per field name length and type), 18 string (length), 20
 * array (element type, for structs their description, length). Entries without a name are numbered.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/formats/dm_tags.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "frames/read_at.h"
#include "frames/stack.h"
#include "core/files.h"

enum { DEEPEST = 40, MOST_WORDS = 1000, MOST_IMAGES = 4096, BUFFER = 1 << 14, NAME = 48, LEVELS = 8 };
static const int64_t MOST_TAGS = 5000000;

typedef struct walk {
	tt_dm_tags *tags;
	const char *file;
	int fd;
	int64_t size, at;
	bool wide; /* version 4 */
	bool failed;
	int read_error; /* errno; 0: none */
	int64_t seen;   /* tags */
	char path[LEVELS][NAME];
	int depth;
	uint8_t buffer[BUFFER];
	int64_t buffer_at;
	size_t buffered;
} walk;

/* ---- bytes in order ---- */

static bool get(walk *w, void *dst, size_t n)
{
	if (w->failed || w->at < 0 || (int64_t)n > w->size - w->at) {
		w->failed = true;
		return false;
	}
	if (w->at < w->buffer_at || w->at + (int64_t)n > w->buffer_at + (int64_t)w->buffered) {
		int64_t got = n <= BUFFER ? tt_read_at(w->fd, w->at, w->buffer, BUFFER, &w->read_error) : -1;
		if (got < (int64_t)n) {
			w->failed = true;
			return false;
		}
		w->buffer_at = w->at;
		w->buffered = (size_t)got;
	}
	memcpy(dst, w->buffer + (w->at - w->buffer_at), n);
	w->at += (int64_t)n;
	return true;
}

static void skip(walk *w, int64_t count, int64_t size)
{
	if (w->failed || count < 0 || size < 0 || (size > 0 && count > (w->size - w->at) / size))
		w->failed = true;
	else
		w->at += count * size;
}

static unsigned byte(walk *w)
{
	uint8_t b = 0;
	get(w, &b, 1);
	return b;
}

/* A count, big-endian, 4 or 8 bytes. */
static int64_t count(walk *w)
{
	uint8_t b[8];
	if (!get(w, b, w->wide ? 8 : 4)) return -1;
	int64_t n = w->wide ? (int64_t)tt_get_u64(b, true) : (int64_t)(int32_t)tt_get_u32(b, true);
	if (n < 0) w->failed = true;
	return n;
}

/* ---- values ---- */

static int size_of(int64_t type)
{
	static const int8_t sizes[] = {0, 0, 2, 4, 2, 4, 4, 8, 1, 1, 1, 8, 8};
	return type >= 2 && type <= 12 ? sizes[type] : 0;
}

static double number(walk *w, int64_t type)
{
	uint8_t b[8];
	const int n = size_of(type);
	const bool big = !w->tags->little;
	if (n == 0 || !get(w, b, (size_t)n)) {
		w->failed = true;
		return NAN;
	}
	switch (type) {
	case 2: return (int16_t)tt_get_u16(b, big);
	case 3: return (int32_t)tt_get_u32(b, big);
	case 4: return tt_get_u16(b, big);
	case 5: return tt_get_u32(b, big);
	case 6: return tt_get_f32(b, big);
	case 7: return tt_get_f64(b, big);
	case 9: return (int8_t)b[0];
	case 11: return (double)(int64_t)tt_get_u64(b, big);
	case 12: return (double)tt_get_u64(b, big);
	default: return b[0];
	}
}

static bool is(const walk *w, int level, const char *name)
{
	return level < w->depth && level < LEVELS && strcmp(w->path[level], name) == 0;
}

/* The number in path[level]; -1. */
static int index_at(const walk *w, int level)
{
	if (level >= w->depth || level >= LEVELS) return -1;
	const char *p = w->path[level];
	if (!*p || strspn(p, "0123456789") != strlen(p) || strlen(p) > 6) return -1;
	return atoi(p);
}

/* The image that the path leads into; NULL. */
static tt_dm_image *image_here(walk *w)
{
	tt_dm_tags *t = w->tags;
	const int k = is(w, 0, "ImageList") ? index_at(w, 1) : -1;
	if (k < 0 || k >= MOST_IMAGES) return NULL;
	if ((size_t)k >= t->n) {
		tt_dm_image *grown = tt_grow(t->image, &t->room, (size_t)k + 1, sizeof *grown);
		if (!grown) {
			w->failed = true;
			return NULL;
		}
		t->image = grown;
		for (; t->n <= (size_t)k; t->n++) {
			tt_dm_image *i = &t->image[t->n];
			memset(i, 0, sizeof *i);
			i->exposure_s = i->interval_s = i->swapped = NAN;
			for (int d = 0; d < TT_DM_DIMS; d++)
				i->scale[d] = NAN;
		}
	}
	return &t->image[k];
}

static void take_number(walk *w, double v)
{
	if (is(w, 0, "Thumbnails") && is(w, 2, "ImageIndex") && w->tags->thumbnails < 8)
		w->tags->thumbnail[w->tags->thumbnails++] = (int)fmin(fmax(v, -1), 1e6);
	tt_dm_image *i = image_here(w);
	if (!i) return;
	const int last = w->depth - 1;
	if (is(w, 2, "ImageData") && w->depth == 4 && is(w, 3, "DataType")) i->type = (int)fmin(fmax(v, -1), 1000);
	if (is(w, 2, "ImageData") && w->depth == 5 && is(w, 3, "Dimensions")) {
		const int d = index_at(w, 4);
		if (d >= 0 && d < TT_DM_DIMS) i->dim[d] = (int64_t)fmin(v, 1e15);
		if (d >= i->dims) i->dims = d + 1;
	}
	if (is(w, 3, "Calibrations") && is(w, 4, "Dimension") && is(w, 6, "Scale") && w->depth == 7) {
		const int d = index_at(w, 5);
		if (d >= 0 && d < TT_DM_DIMS) i->scale[d] = v;
	}
	if (is(w, 2, "ImageTags") && last < LEVELS) {
		const bool bar = is(w, 3, "DataBar") && w->depth == 5;
		if ((bar && is(w, last, "Exposure Time (s)")) ||
		    (isnan(i->exposure_s) && is(w, 3, "Acquisition") && is(w, last, "Exposure (s)")))
			i->exposure_s = v;
		if (bar && is(w, last, "Frame Time (s)")) i->interval_s = v;
		if (is(w, 3, "Meta Data") && w->depth == 5 && is(w, 4, "Data Order Swapped")) i->swapped = v != 0;
	}
}

static void take_text(walk *w, const char *text)
{
	tt_dm_image *i = image_here(w);
	if (!i || w->depth != 7 || !is(w, 3, "Calibrations") || !is(w, 4, "Dimension") || !is(w, 6, "Units")) return;
	const int d = index_at(w, 5);
	if (d >= 0 && d < TT_DM_DIMS) tt_snprintf(i->unit[d], sizeof i->unit[d], "%s", text);
}

/* An array of u16 is text, unless it is long. Only the part of Unicode that units need. */
static void text_array(walk *w, int64_t n)
{
	char text[64];
	size_t used = 0;
	for (int64_t k = 0; k < n && !w->failed; k++) {
		const double value = number(w, 4);
		if (w->failed) break;
		unsigned c = (unsigned)value;
		if (used + 3 >= sizeof text || c >= 0x800) continue;
		if (c < 0x80) {
			text[used++] = (char)c;
		} else {
			text[used++] = (char)(0xC0 | c >> 6);
			text[used++] = (char)(0x80 | (c & 0x3F));
		}
	}
	text[used] = 0;
	if (!w->failed) take_text(w, text);
}

static void array(walk *w, const int64_t *word, int words)
{
	const int64_t type = word[1], n = word[words - 1];
	if (type == 15) {
		int64_t size = 0;
		for (int i = 5; i < words - 1; i += 2)
			size += size_of(word[i]);
		if (size == 0 && n > 0) w->failed = true;
		skip(w, n, size);
		return;
	}
	if (size_of(type) == 0 || words != 3) {
		w->failed = true;
		return;
	}
	if (is(w, 2, "ImageData") && is(w, 3, "Data") && w->depth == 4) {
		tt_dm_image *i = image_here(w);
		if (i) {
			i->data_at = w->at;
			i->data_count = n;
			i->element = (int)type;
		}
	}
	if (type == 4 && n < 64)
		text_array(w, n);
	else
		skip(w, n, size_of(type));
}

static void value(walk *w)
{
	char mark[4];
	int64_t word[MOST_WORDS];
	if (!get(w, mark, 4) || memcmp(mark, "%%%%", 4) != 0) {
		w->failed = true;
		return;
	}
	const int64_t n = count(w);
	if (n < 1 || n > MOST_WORDS) {
		w->failed = true;
		return;
	}
	for (int64_t i = 0; i < n; i++)
		word[i] = count(w);
	if (w->failed) return;
	if (n == 1) {
		double v = number(w, word[0]);
		if (!w->failed) take_number(w, v);
	} else if (word[0] == 15) {
		for (int64_t i = 4; i < n; i += 2)
			skip(w, 1, size_of(word[i]));
	} else if (word[0] == 18) {
		skip(w, word[1], 1);
	} else if (word[0] == 20 && n >= 3) {
		array(w, word, (int)n);
	} else {
		w->failed = true;
	}
}

/* ---- the tree ---- */

static void name_entry(walk *w, unsigned length, int64_t k)
{
	char name[NAME] = "";
	if (length == 0) {
		tt_snprintf(name, sizeof name, "%lld", (long long)k);
	} else {
		const unsigned kept = length < NAME - 1 ? length : NAME - 1;
		get(w, name, kept);
		skip(w, length - kept, 1);
	}
	if (w->depth < LEVELS) memcpy(w->path[w->depth], name, NAME);
	w->depth++;
}

static void group(walk *w)
{
	skip(w, 2, 1);
	const int64_t n = count(w);
	for (int64_t k = 0; k < n && !w->failed; k++) {
		if (w->seen++ > MOST_TAGS || w->depth > DEEPEST) {
			w->failed = true;
			return;
		}
		const unsigned kind = byte(w);
		uint8_t length[2] = {0};
		get(w, length, 2);
		if (w->failed) return;
		name_entry(w, tt_get_u16(length, true), k);
		if (w->wide) skip(w, 8, 1);
		if (kind == 20)
			group(w);
		else if (kind == 21)
			value(w);
		else
			w->failed = true;
		w->depth--;
	}
}

tt_status tt_dm_tags_read(tt_dm_tags *tags, int fd, int64_t size, const char *name, tt_error *err)
{
	walk *w = calloc(1, sizeof *w);
	if (!w) return tt_fail_memory(err, "a tag tree");
	*w = (walk){.tags = tags, .file = name, .fd = fd, .size = size};
	uint8_t b[4] = {0};
	get(w, b, 4);
	const unsigned version = tt_get_u32(b, true);
	w->wide = version == 4;
	count(w);
	get(w, b, 4);
	tags->little = tt_get_u32(b, true) == 1;
	tt_status st = TT_OK;
	if (w->failed || (version != 3 && version != 4))
		st = tt_fail(err, TT_ERR_INPUT, "'%s': its DigitalMicrograph header (version 3 or 4) is cut or damaged",
		             name);
	else
		group(w);
	tags->cut = w->failed;
	if (w->read_error) st = tt_fail_read(err, name, w->read_error);
	free(w);
	for (int i = 0; i < tags->thumbnails; i++)
		if (tags->thumbnail[i] >= 0 && (size_t)tags->thumbnail[i] < tags->n)
			tags->image[tags->thumbnail[i]].thumbnail = true;
	return st;
}

void tt_dm_tags_free(tt_dm_tags *tags)
{
	free(tags->image);
	*tags = (tt_dm_tags){0};
}

static bool is_real(int type)
{
	static const int8_t real[] = {1, 2, 6, 7, 9, 10, 11, 12, 14, 39, 40};
	for (size_t i = 0; i < sizeof real; i++)
		if (real[i] == type) return true;
	return false;
}

const tt_dm_image *tt_dm_tags_choose(const tt_dm_tags *tags)
{
	const tt_dm_image *best = NULL;
	for (size_t k = 0; k < tags->n; k++) {
		const tt_dm_image *i = &tags->image[k];
		if (i->thumbnail || i->data_at == 0 || i->dims < 2 || !is_real(i->type)) continue;
		if (k == 0 && tags->cut && tags->thumbnails == 0 && tags->n > 1) continue;
		if (!best || i->data_count > best->data_count) best = i;
	}
	return best;
}
