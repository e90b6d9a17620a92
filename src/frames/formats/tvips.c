/* TVIPS image streams (name_000.tvips, name_001.tvips, …).
 *
 * The format: 256 bytes of header, u32 each: its size, version (1 or 2), width, height, bits a pixel, two offsets, two
 * binnings, pixel size in nm, high tension, magnification, bytes of each frame's own header; then text. Every frame:
 * its header (number, s since 1970, ms, …; 12 bytes in version 1), the pixels. The files that follow start with a frame
 * at once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.h"
#include "frames/read_at.h"
#include "frames/stack.h"

enum { HEADER = 256, SHORT_FRAME_HEADER = 12, MOST_FILES = 1000, DIFFRACTION = 2 };

typedef struct tvips_part {
	int fd;
	int64_t first, frames; /* byte of its first frame; number of the frames before it */
	int64_t size;
} tvips_part;

typedef struct tvips {
	tt_stack stack;
	int64_t own, record; /* bytes of a frame's header; of a whole frame */
	tvips_part *part;
	size_t parts, room;
} tvips;

static void drop(tt_stack *s)
{
	tvips *t = (tvips *)s;
	for (size_t i = 1; i < t->parts; i++)
		close(t->part[i].fd);
	free(t->part);
}

static bool read_at(tt_stack *s, int fd, int64_t at, void *dst, size_t n)
{
	return tt_read_at(fd, at, dst, n, &s->read_error) == (int64_t)n;
}

static const tvips_part *part_of(const tvips *t, int64_t frame, int64_t *at)
{
	size_t i = t->parts;
	while (i > 1 && t->part[i - 1].frames > frame)
		i--;
	*at = t->part[i - 1].first + (frame - t->part[i - 1].frames) * t->record;
	return &t->part[i - 1];
}

static tt_status fetch(tt_stack *s, int64_t frame, uint8_t *raw, tt_error *err)
{
	tvips *t = (tvips *)s;
	int64_t at;
	const tvips_part *p = part_of(t, frame, &at);
	return read_at(s, p->fd, at + t->own, raw, (size_t)(t->record - t->own)) ? TT_OK : tt_stack_fail_read(s, err);
}

/* Adds one file's frames; those that are not whole do not count. */
static tt_status add_part(tvips *t, int fd, int64_t first, int64_t size, tt_error *err)
{
	tt_stack *s = &t->stack;
	tvips_part *grown = tt_grow(t->part, &t->room, t->parts + 1, sizeof *grown);
	if (!grown) return tt_fail_memory(err, "a list of files");
	t->part = grown;
	t->part[t->parts++] = (tvips_part){.fd = fd, .first = first, .frames = s->frames, .size = size};
	const int64_t whole = size > first ? (size - first) / t->record : 0;
	if (size > first && (size - first) % t->record != 0)
		tt_warn(&s->base.warnings, "'%s' is cut: it ends within frame %" PRId64, s->path, s->frames + whole);
	s->frames += whole;
	return TT_OK;
}

/* name_001.tvips … beside name_000.tvips */
static tt_status add_others(tvips *t, tt_error *err)
{
	const size_t n = strlen(t->stack.path);
	const char *dot = strrchr(t->stack.path, '.');
	if (!dot || dot - t->stack.path < 4 || strncmp(dot - 4, "_000", 4) != 0) return TT_OK;
	char *name = tt_strdup(t->stack.path);
	if (!name) return tt_fail_memory(err, "a file name");
	tt_status st = TT_OK;
	for (int k = 1; st == TT_OK && k < MOST_FILES; k++) {
		struct stat info;
		char *number = name + (dot - t->stack.path) - 3;
		tt_snprintf(number, n - (size_t)(number - name) + 1, "%03d%s", k, dot);
		int fd = open(name, O_RDONLY | O_CLOEXEC);
		if (fd < 0) break;
		if (fstat(fd, &info) != 0) {
			close(fd);
			break;
		}
		st = add_part(t, fd, 0, info.st_size, err);
		if (st != TT_OK) close(fd);
	}
	free(name);
	return st;
}

static tt_status read_times(tvips *t, tt_error *err)
{
	tt_stack *s = &t->stack;
	if (s->frames < 2 || s->frames > 1 << 24) return TT_OK;
	s->time = malloc((size_t)s->frames * sizeof *s->time);
	if (!s->time) return tt_fail_memory(err, "the frames' times");
	for (int64_t k = 0; k < s->frames; k++) {
		uint8_t b[12];
		int64_t at;
		const tvips_part *p = part_of(t, k, &at);
		s->time[k] = read_at(s, p->fd, at, b, sizeof b)
		                 ? tt_get_u32(b + 4, false) + 1e-3 * tt_get_u32(b + 8, false)
		                 : NAN;
	}
	if (s->time[0] > 0) return TT_OK;
	free(s->time); /* no clock was written */
	s->time = NULL;
	return TT_OK;
}

static void take_pixel_size(tvips *t, unsigned nm)
{
	uint8_t mode[4];
	const bool said =
	    t->own >= 28 && t->stack.frames > 0 && read_at(&t->stack, t->stack.fd, t->part[0].first + 24, mode, 4);
	if (nm == 0 || (said && tt_get_u32(mode, false) == DIFFRACTION)) return;
	tt_stack_pixel_size(&t->stack, nm * 1e-9, NAN, "TVIPS header, whole nm");
}

static tt_status parse(tt_stack *s, tt_error *err)
{
	tvips *t = (tvips *)s;
	uint8_t h[HEADER];
	s->drop = drop;
	if (!tt_stack_bytes(s, 0, h, sizeof h))
		return tt_fail(err, TT_ERR_INPUT, "'%s': its TVIPS header is cut", s->path);
	const unsigned version = tt_get_u32(h + 4, false), bits = tt_get_u32(h + 16, false);
	const int64_t width = tt_get_u32(h + 8, false), height = tt_get_u32(h + 12, false);
	if ((version != 1 && version != 2) || (bits != 8 && bits != 16) || width < 1 || height < 1 || width > 1 << 17 ||
	    height > 1 << 17)
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s': TVIPS version %u with %lld x %lld pixels of %u bits; version 1 or 2 with 8 or "
		               "16 bits was expected",
		               s->path, version, (long long)width, (long long)height, bits);
	t->own = version == 1 ? SHORT_FRAME_HEADER : tt_get_u32(h + 48, false);
	if (t->own < SHORT_FRAME_HEADER || t->own > 1 << 20)
		return tt_fail(err, TT_ERR_INPUT, "'%s': frame headers of %lld bytes cannot be right", s->path,
		               (long long)t->own);
	s->width = width;
	s->height = height;
	s->sample = bits == 8 ? TT_SAMPLE_U8 : TT_SAMPLE_U16;
	s->swap = bits == 16 && tt_host_is_big();
	s->fetch = fetch;
	t->record = t->own + width * height * (bits / 8);
	tt_status st = add_part(t, s->fd, HEADER, s->size, err);
	if (st == TT_OK) st = add_others(t, err);
	if (st == TT_OK && s->frames == 0)
		st = tt_fail(err, TT_ERR_INPUT, "'%s' is cut: not one frame in it is whole", s->path);
	if (st == TT_OK) st = read_times(t, err);
	if (st == TT_OK) take_pixel_size(t, tt_get_u32(h + 36, false));
	return st;
}

static int tvips_probe(const tt_probe *p)
{
	if (p->size < HEADER || tt_get_u32(p->head, false) != HEADER) return 0;
	const unsigned version = tt_get_u32(p->head + 4, false), bits = tt_get_u32(p->head + 16, false);
	if ((version != 1 && version != 2) || (bits != 8 && bits != 16)) return 0;
	return memcmp(p->head + 52, "TVIPS", 5) == 0 ? 90 : 45;
}

static tt_status tvips_open(const char *path, const tt_source_options *options, tt_reader **out, tt_error *err)
{
	return tt_stack_open(path, options, &tt_format_tvips, sizeof(tvips), parse, out, err);
}

const tt_source_format tt_format_tvips = {
    .name = "TVIPS",
    .probe = tvips_probe,
    .open = tvips_open,
    .next = tt_stack_next,
    .seek = tt_stack_seek,
    .sum_up = tt_stack_sum_up,
    .close = tt_stack_close,
};
