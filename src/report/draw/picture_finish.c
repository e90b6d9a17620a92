/* What gnuplot and cairo leave undone in a picture: the PDF's date, the PNG's resolution, a look at the end.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <zlib.h>

#include "core/text.h"
#include "report/draw/gnuplot.h"

typedef struct bytes {
	unsigned char *data;
	size_t size;
} bytes;

static tt_status read_all(const char *path, bytes *b, tt_error *err)
{
	FILE *f = fopen(path, "rb");
	if (!f) return tt_fail(err, TT_ERR_FAILED, "%s was not made: %s", tt_path_base(path), strerror(errno));
	size_t capacity = 0;
	for (;;) {
		unsigned char *grown = tt_grow(b->data, &capacity, b->size + 65536, 1);
		if (!grown) {
			fclose(f);
			return tt_fail_memory(err, tt_path_base(path));
		}
		b->data = grown;
		size_t got = fread(b->data + b->size, 1, capacity - b->size, f);
		b->size += got;
		if (!got) break;
	}
	bool bad = ferror(f);
	fclose(f);
	if (bad) return tt_fail(err, TT_ERR_FAILED, "%s cannot be read back", path);
	return TT_OK;
}

/* The last place of a text within the file, or NULL. */
static unsigned char *find_last(const bytes *b, const char *text)
{
	size_t n = strlen(text);
	for (size_t i = b->size; i >= n && b->size >= n; i--)
		if (memcmp(b->data + i - n, text, n) == 0) return b->data + i - n;
	return NULL;
}

static bool ends_within(const bytes *b, const char *text, size_t tail)
{
	const unsigned char *at = find_last(b, text);
	return at && (size_t)(b->data + b->size - at) <= strlen(text) + tail;
}

static void format_date(char text[16])
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	time_t t = epoch ? (time_t)strtoll(epoch, NULL, 10) : 0;
	struct tm tm;
	if (!gmtime_r(&t, &tm) || tm.tm_year < -1900 || tm.tm_year > 8099) {
		t = 0;
		gmtime_r(&t, &tm);
	}
	strftime(text, 16, "%Y%m%d%H%M%S", &tm);
}

/* In place: the file's table of offsets must stay true. */
static void date_pdf(bytes *b)
{
	static const char key[] = "/CreationDate (D:";
	unsigned char *at = find_last(b, key);
	if (!at) return;
	at += strlen(key);
	for (int i = 0; i < 14; i++)
		if (at[i] < '0' || at[i] > '9') return;
	char date[16];
	format_date(date);
	memcpy(at, date, 14);
}

static void put_be32(unsigned char *p, unsigned long v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> (24 - 8 * i));
}

/* A pHYs chunk (PNG specification 11.3.5.3) right behind the header chunk, which ends at byte 33. */
static tt_status scale_png(bytes *b, double dots_per_inch, tt_error *err)
{
	enum { header = 33, chunk = 21 };
	unsigned char *grown = realloc(b->data, b->size + chunk);
	if (!grown) return tt_fail_memory(err, "a picture");
	b->data = grown;
	memmove(grown + header + chunk, grown + header, b->size - header);
	b->size += chunk;
	unsigned char *p = grown + header;
	unsigned long per_metre = (unsigned long)lround(dots_per_inch / 0.0254);
	put_be32(p, 9);
	memcpy(p + 4, "pHYs", 4);
	put_be32(p + 8, per_metre);
	put_be32(p + 12, per_metre);
	p[16] = 1;
	put_be32(p + 17, crc32(0, p + 4, 13));
	return TT_OK;
}

static tt_status write_back(const char *path, const bytes *b, tt_error *err)
{
	FILE *f = fopen(path, "wb");
	if (!f) return tt_fail(err, TT_ERR_FAILED, "%s cannot be written: %s", path, strerror(errno));
	bool good = fwrite(b->data, 1, b->size, f) == b->size;
	good = fclose(f) == 0 && good;
	if (!good) return tt_fail(err, TT_ERR_FAILED, "%s cannot be written: %s", path, strerror(errno));
	return TT_OK;
}

static tt_status finish(const char *path, bytes *b, double dots_per_inch, tt_error *err)
{
	const char *dot = strrchr(path, '.');
	bool pdf = dot && strcmp(dot, ".pdf") == 0, png = dot && strcmp(dot, ".png") == 0;
	const char *end = pdf ? "%%EOF" : png ? "IEND" : "</svg>";
	if (b->size < 64 || !ends_within(b, end, 8))
		return tt_fail(err, TT_ERR_FAILED, "%s is incomplete (%zu bytes, without its end); is the disk full?",
		               tt_path_base(path), b->size);
	tt_status s = TT_OK;
	if (pdf) date_pdf(b);
	if (png && dots_per_inch > 0) s = scale_png(b, dots_per_inch, err);
	if (s != TT_OK || !(pdf || png)) return s;
	return write_back(path, b, err);
}

tt_status tt_picture_finish(const char *path, double dots_per_inch, tt_error *err)
{
	bytes b = {0};
	tt_status s = read_all(path, &b, err);
	if (s == TT_OK) s = finish(path, &b, dots_per_inch, err);
	free(b.data);
	return s;
}
