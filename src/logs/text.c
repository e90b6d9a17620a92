/* Text of unknown origin: encodings, line ends, cells.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/log.h"

#include <csv.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

static size_t put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

static uint32_t unit16(const unsigned char *p, bool big)
{
	return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

/* A code unit of two bytes becomes at most three bytes. An odd last byte is dropped: the file was cut there. */
static tt_status decode_utf16(tt_log_source *src, size_t skip, bool big, char **owned, tt_error *err)
{
	size_t units = (src->size - skip) / 2, n = 0;
	if (units > SIZE_MAX / 4) return tt_fail_memory(err, "a log's text");
	char *out = malloc(3 * units + 1);
	if (!out) return tt_fail_memory(err, "a log's text");
	const unsigned char *p = src->bytes + skip;
	for (size_t i = 0; i < units; i++) {
		uint32_t c = unit16(p + 2 * i, big);
		if (c >= 0xD800 && c < 0xE000) {
			uint32_t low = c < 0xDC00 && i + 1 < units ? unit16(p + 2 * i + 2, big) : 0;
			bool pair = low >= 0xDC00 && low < 0xE000;
			c = pair ? 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
			i += pair;
		}
		n += put_utf8(out + n, c);
	}
	out[n] = '\0';
	char *less = realloc(out, n + 1);
	*owned = less ? less : out;
	src->text = *owned;
	src->text_size = n;
	src->encoding = big ? "UTF-16BE" : "UTF-16LE";
	return TT_OK;
}

/* ASCII as UTF-16 without a byte order mark: every second byte of the beginning is zero. */
static bool looks_utf16(const tt_log_source *src, size_t zero_at)
{
	size_t n = src->size < 64 ? src->size & ~(size_t)1 : 64;
	if (n < 8) return false;
	for (size_t i = 0; i < n; i++)
		if ((src->bytes[i] == 0) != (i % 2 == zero_at)) return false;
	return true;
}

static const char *name_8bit(const unsigned char *p, size_t size)
{
	enum { look = 65536 };
	size_t n = size < look ? size : look;
	bool ascii = true;
	for (size_t i = 0; i < n;) {
		if (p[i] >= 0x80) ascii = false;
		size_t step = tt_utf8_length((const char *)p + i, size - i);
		if (step == 0) return "Latin-1";
		i += step;
	}
	return ascii ? "ASCII" : "UTF-8";
}

/* The bytes in another encoding as UTF-8; NULL when they are none, or there is no memory. */
static char *convert(const unsigned char *bytes, size_t size, const char *charset, size_t *length)
{
	iconv_t cd = iconv_open("UTF-8", charset);
	if (cd == (iconv_t)-1) return NULL;
	size_t room = 3 * size + 1, left = size, free_room = room - 1;
	char *out = size < SIZE_MAX / 4 ? malloc(room) : NULL, *to = out, *from = (char *)bytes;
	bool ok = out != NULL;
	while (ok && left) {
		if (iconv(cd, &from, &left, &to, &free_room) != (size_t)-1) break;
		/* a micro sign of another encoding, a letter that is cut: one byte becomes a mark */
		if (free_room < 3) ok = false;
		if (!ok || !left) break;
		to += put_utf8(to, 0xFFFD);
		free_room -= 3;
		from++;
		left--;
	}
	iconv_close(cd);
	if (!ok) {
		free(out);
		return NULL;
	}
	*to = '\0';
	*length = (size_t)(to - out);
	return out;
}

/* Names of a time and of a force or a displacement that only these encodings write. */
static bool names_of(const char *text, const char *const words[4])
{
	return strstr(text, words[0]) && (strstr(text, words[1]) || strstr(text, words[2]) || strstr(text, words[3]));
}

/* Text that is no UTF-8 and whose header speaks Chinese or Japanese in its old encodings. */
static void decode_east_asian(tt_log_source *src, char **owned)
{
	static const struct {
		const char *charset, *name, *words[4];
	} known[] = {{"GBK", "GBK", {"时间", "位移", "载荷", "深度"}},
	             {"SHIFT_JIS", "Shift-JIS", {"時間", "変位", "荷重", "深さ"}}};
	enum { HEAD = 4096 };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		size_t n;
		char *head = convert(src->bytes, src->size < HEAD ? src->size : HEAD, known[i].charset, &n);
		const bool yes = head && names_of(head, known[i].words);
		free(head);
		if (!yes || !(*owned = convert(src->bytes, src->size, known[i].charset, &n))) continue;
		src->text = *owned;
		src->text_size = n;
		src->encoding = known[i].name;
		return;
	}
}

tt_status tt_log_decode(tt_log_source *src, char **owned, tt_error *err)
{
	const unsigned char *b = src->bytes;
	*owned = NULL;
	if (src->size >= 2 && b[0] == 0xFF && b[1] == 0xFE) return decode_utf16(src, 2, false, owned, err);
	if (src->size >= 2 && b[0] == 0xFE && b[1] == 0xFF) return decode_utf16(src, 2, true, owned, err);
	if (looks_utf16(src, 1)) return decode_utf16(src, 0, false, owned, err);
	if (looks_utf16(src, 0)) return decode_utf16(src, 0, true, owned, err);
	size_t skip = src->size >= 3 && b[0] == 0xEF && b[1] == 0xBB && b[2] == 0xBF ? 3 : 0;
	src->text = (const char *)b + skip;
	src->text_size = src->size - skip;
	src->encoding = skip ? "UTF-8 with byte order mark" : name_8bit(b, src->size);
	if (strcmp(src->encoding, "Latin-1") == 0) decode_east_asian(src, owned);
	return TT_OK;
}

bool tt_lines_next(tt_lines *l, const char **line, size_t *length)
{
	if (l->at >= l->end) return false;
	const char *p = l->at;
	while (p < l->end && *p != '\n' && *p != '\r')
		p++;
	*line = l->at;
	*length = (size_t)(p - l->at);
	if (p < l->end) {
		char first = *p++;
		if (p < l->end && (*p == '\n' || *p == '\r') && *p != first) p++;
	}
	l->at = p;
	l->number++;
	return true;
}

const char *tt_log_quote(char buf[TT_QUOTE_SIZE], const char *text, size_t length)
{
	enum { room = TT_QUOTE_SIZE - 8, shown = 40 };
	size_t n = 0, characters = 0;
	const unsigned char *p = (const unsigned char *)text;
	for (size_t i = 0; i < length;) {
		size_t step = tt_utf8_length(text + i, length - i);
		if (n > room || ++characters > shown) {
			memcpy(buf + n, "…", strlen("…") + 1);
			return buf;
		}
		if (step == 0) { /* Latin-1 */
			n += p[i] < 0xA0 ? put_utf8(buf + n, 0xFFFD) : put_utf8(buf + n, p[i]);
			i++;
			continue;
		}
		if (step == 1)
			buf[n++] = p[i] < 0x20 || p[i] == 0x7F ? ' ' : (char)p[i];
		else {
			memcpy(buf + n, p + i, step);
			n += step;
		}
		i += step;
	}
	buf[n] = '\0';
	return buf;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool same_start(const char *text, const char *what, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lower(text[i]) != lower(what[i])) return false;
	return true;
}

const char *tt_log_find(const char *text, size_t size, const char *what, size_t within)
{
	size_t n = strlen(what);
	if (size > within) size = within;
	for (size_t i = 0; i + n <= size; i++)
		if (same_start(text + i, what, n)) return text + i;
	return NULL;
}

bool tt_log_key(const char *line, size_t length, const char *key, char sign, const char **value, size_t *value_length)
{
	const char *p = line, *end = line + length;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	size_t n = strlen(key);
	if ((size_t)(end - p) < n || !same_start(p, key, n)) return false;
	p += n;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (p == end || *p != sign) return false;
	p++;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*value = p;
	*value_length = (size_t)(end - p);
	return true;
}

bool tt_log_comment(const char *line, size_t length)
{
	while (length && (*line == ' ' || *line == '\t')) {
		line++;
		length--;
	}
	if (length == 0) return false;
	if (line[0] == '#' || line[0] == '%') return true;
	if (length >= 2 && line[0] == '/' && line[1] == '/') return true;
	while (length && (line[length - 1] == ' ' || line[length - 1] == '\t'))
		length--;
	return length == 3 && same_start(line, "eoh", 3);
}

static bool is_ascii(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] == '\0' || (unsigned char)text[i] >= 0x80) return false;
	return true;
}

/* libcsv's field callback: a UTF-8 copy of the cell. */
static void keep_cell(void *cell, size_t length, void *ctx)
{
	tt_log_cells *c = ctx;
	if (c->failed || c->n == TT_CELLS_MAX || (c->delimiter == ' ' && length == 0)) return;
	char *converted = NULL;
	if (!is_ascii(cell, length)) {
		converted = tt_text_utf8(cell, length);
		length = converted ? strlen(converted) : 0;
		c->failed = !converted;
	}
	char *buf = tt_grow(c->buf, &c->capacity, c->used + length + 1, 1);
	if (buf) {
		c->buf = buf;
		if (length) memcpy(c->buf + c->used, converted ? converted : cell, length);
		c->buf[c->used + length] = '\0';
		c->start[c->n++] = c->used;
		c->used += length + 1;
	}
	c->failed |= !buf;
	free(converted);
}

static void end_cells(int c, void *ctx)
{
	(void)c;
	(void)ctx;
}

tt_status tt_log_cells_split(tt_log_cells *cells, const char *line, size_t length, char delimiter, tt_error *err)
{
	struct csv_parser p;
	cells->n = cells->used = 0;
	cells->failed = false;
	cells->delimiter = delimiter;
	if (csv_init(&p, 0)) return tt_fail_memory(err, "a row of a log");
	csv_set_delim(&p, (unsigned char)delimiter);
	csv_set_blk_size(&p, 4096);
	bool parsed = csv_parse(&p, line, length, keep_cell, end_cells, cells) == length;
	if (parsed) parsed = csv_fini(&p, keep_cell, end_cells, cells) == 0;
	csv_free(&p);
	if (!parsed || cells->failed) return tt_fail_memory(err, "a row of a log");
	for (size_t i = 0; i < cells->n; i++)
		cells->cell[i] = cells->buf + cells->start[i];
	return TT_OK;
}

void tt_log_cells_free(tt_log_cells *cells)
{
	free(cells->buf);
	*cells = (tt_log_cells){0};
}
