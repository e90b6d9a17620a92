/* The outermost structure of a video file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/container.h"

#include <string.h>

#include "frames/read_at.h"

enum { MOST_BOXES = 1000000 };

static bool read_at(int fd, tt_container *c, int64_t pos, uint8_t *buf, size_t n)
{
	return tt_read_at(fd, pos, buf, n, &c->read_error) == (int64_t)n;
}

static uint64_t big(const uint8_t *p, int n)
{
	uint64_t v = 0;
	for (int i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static uint32_t little32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool is(const uint8_t *p, const char *tag)
{
	return memcmp(p, tag, 4) == 0;
}

static bool is_type(const uint8_t *p)
{
	for (int i = 0; i < 4; i++)
		if (p[i] != 0xA9 && (p[i] < 32 || p[i] > 126)) return false;
	return true;
}

/* ISO/IEC 14496-12: boxes of size (32 bit; 1: a 64-bit size follows; 0: to the end) and type. */
static void look_iso(int fd, tt_container *c)
{
	int64_t pos = 0;
	for (int n = 0; n < MOST_BOXES && pos < c->size; n++) {
		uint8_t h[16];
		if (!read_at(fd, c, pos, h, 8)) {
			c->cut = true;
			c->expected = pos + 8;
			return;
		}
		uint64_t size = big(h, 4);
		uint64_t header = 8;
		if (size == 1) {
			if (!read_at(fd, c, pos + 8, h + 8, 8)) return;
			size = big(h + 8, 8);
			header = 16;
		}
		if (size == 0) size = (uint64_t)(c->size - pos);
		if (size < header || !is_type(h + 4)) { /* not boxes any more */
			c->cut = true;
			return;
		}
		bool whole = size <= (uint64_t)(c->size - pos);
		c->media_data |= is(h + 4, "mdat");
		c->fragmented |= is(h + 4, "moof");
		if (is(h + 4, "moov")) {
			c->index |= whole;
			c->index_cut |= !whole;
		}
		if (!whole) {
			c->cut = true;
			c->expected = size < (uint64_t)(INT64_MAX - pos) ? pos + (int64_t)size : -1;
			return;
		}
		pos += (int64_t)size;
	}
}

/* RIFF, and the further RIFF chunks of OpenDML: a size of 0 means that the recorder never came back to fill it in. */
static void look_riff(int fd, tt_container *c)
{
	int64_t pos = 0;
	for (int n = 0; n < MOST_BOXES && pos < c->size; n++) {
		uint8_t h[8];
		if (!read_at(fd, c, pos, h, 8) || !is(h, "RIFF")) return;
		int64_t size = little32(h + 4);
		if (size == 0 || size == UINT32_MAX) {
			c->cut = true;
			return;
		}
		if (pos + 8 + size > c->size) {
			c->cut = true;
			c->expected = pos + 8 + size;
			return;
		}
		pos += 8 + size + (size & 1);
	}
}

/* An EBML number: the count of leading zero bits gives its length (RFC 8794). -1: unknown size or not read. */
static int64_t ebml_number(int fd, tt_container *c, int64_t *pos, bool keep_marker)
{
	uint8_t b[8];
	if (!read_at(fd, c, *pos, b, 1) || b[0] == 0) return -1;
	int n = 1;
	for (uint8_t m = 0x80; !(b[0] & m); m >>= 1)
		n++;
	if (n > 1 && !read_at(fd, c, *pos + 1, b + 1, (size_t)n - 1)) return -1;
	*pos += n;
	if (!keep_marker) b[0] &= (uint8_t)((1 << (8 - n)) - 1);
	uint64_t v = big(b, n);
	if (!keep_marker && v == ((uint64_t)1 << 7 * n) - 1) return -1;
	return v > INT64_MAX ? -1 : (int64_t)v;
}

static void look_ebml(int fd, tt_container *c)
{
	int64_t pos = 4;
	int64_t size = ebml_number(fd, c, &pos, false);
	if (size < 0 || size > c->size) return;
	pos += size;
	if (ebml_number(fd, c, &pos, true) != 0x18538067) return; /* Segment */
	size = ebml_number(fd, c, &pos, false);
	if (size < 0 || size > INT64_MAX - pos) return;
	if (pos + size <= c->size) return;
	c->cut = true;
	c->expected = pos + size;
}

/* MPEG transport stream: packets of 188 bytes that start with 'G'. */
static void look_ts(tt_container *c)
{
	if (c->size % 188 == 0) return;
	c->cut = true;
	c->expected = (c->size / 188 + 1) * 188;
}

tt_container tt_container_look(int fd, int64_t size)
{
	static const char *const iso[] = {"ftyp", "moov", "mdat", "free", "skip",
	                                  "wide", "moof", "styp", "pnot", "uuid"};
	tt_container c = {.expected = -1, .size = size};
	uint8_t h[189 + 188];
	if (size < 12 || !read_at(fd, &c, 0, h, 12)) return c;
	for (size_t i = 0; i < sizeof iso / sizeof *iso; i++)
		c.iso_media |= is(h + 4, iso[i]);
	if (c.iso_media)
		look_iso(fd, &c);
	else if (is(h, "RIFF"))
		look_riff(fd, &c);
	else if (is(h, "\x1A\x45\xDF\xA3"))
		look_ebml(fd, &c);
	else if (h[0] == 'G' && size >= (int64_t)sizeof h && read_at(fd, &c, 0, h, sizeof h) && h[188] == 'G' &&
	         h[376] == 'G')
		look_ts(&c);
	return c;
}
