/* Pages of TIFF files as grey images, by libtiff.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/tiff_page.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "frames/read_at.h"
#include "core/files.h"

enum { LARGEST_SIDE = 1 << 17, MOST_SHRINKING = 2000 };
static const uint64_t LARGEST_PAGE = (uint64_t)1 << 32; /* bytes */

/* What libtiff was refused it may tell as damage, or leave out a tag and go on. */
static void note_refusal(void)
{
	if (errno == ENOMEM) tt_memory_refused();
}

static int on_message(TIFF *handle, void *user, const char *module, const char *fmt, va_list ap)
{
	(void)handle, (void)module;
	tt_tiff *t = user;
	note_refusal();
	vsnprintf(t->last, sizeof t->last, fmt, ap);
	return 1; /* and no other handler */
}

static int on_warning(TIFF *handle, void *user, const char *module, const char *fmt, va_list ap)
{
	note_refusal();
	(void)handle, (void)user, (void)module, (void)fmt,
	    (void)ap; /* unknown tags and the like: microscopes write many */
	return 1;
}

/* libtiff's way to the file: reads alone, never a map, which would end the program when the file is cut meanwhile. */

/* Never less than 0 bytes: libtiff (4.5) counts a -1 as read and clears its buffer from one byte before its beginning.
 * read_error keeps why. Behind the end, where pread may refuse the place itself, there is nothing to read. */
static tmsize_t on_read(thandle_t user, void *dst, tmsize_t n)
{
	tt_tiff *t = user;
	if (n <= 0 || t->at >= t->size) return 0;
	const int64_t got = tt_read_at(t->fd, t->at, dst, (size_t)n, &t->read_error);
	if (got <= 0) return 0;
	t->at += got;
	return (tmsize_t)got;
}

static tmsize_t on_write(thandle_t user, void *src, tmsize_t n)
{
	(void)user, (void)src, (void)n;
	return -1;
}

static toff_t on_seek(thandle_t user, toff_t offset, int whence)
{
	tt_tiff *t = user;
	int64_t base = whence == SEEK_CUR ? t->at : whence == SEEK_END ? t->size : 0;
	if ((int64_t)offset < -base || (int64_t)offset > INT64_MAX - base) return (toff_t)-1;
	t->at = base + (int64_t)offset;
	return (toff_t)t->at;
}

static int on_close(thandle_t user)
{
	(void)user;
	return 0;
}

static toff_t on_size(thandle_t user)
{
	return (toff_t)((tt_tiff *)user)->size;
}

/* What stands behind a failure of libtiff. TT_OK: the file itself. */
static tt_status trouble(const tt_tiff *t, tt_error *err)
{
	if (t->read_error) return tt_fail_read(err, t->path, t->read_error);
	return errno == ENOMEM ? tt_fail_memory(err, "reading a TIFF") : TT_OK;
}

tt_status tt_tiff_open(tt_tiff *t, const char *path, tt_error *err)
{
	struct stat s;
	*t = (tt_tiff){.path = path, .fd = open(path, O_RDONLY | O_CLOEXEC), .most_pixels = t->most_pixels};
	if (t->most_pixels <= 0) t->most_pixels = TT_MOST_PIXELS;
	if (t->fd < 0 || fstat(t->fd, &s) != 0)
		return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	t->size = s.st_size;
	TIFFOpenOptions *o = TIFFOpenOptionsAlloc();
	if (!o) return tt_fail_memory(err, "reading a TIFF");
	TIFFOpenOptionsSetErrorHandlerExtR(o, on_message, t);
	TIFFOpenOptionsSetWarningHandlerExtR(o, on_warning, t);
	TIFFOpenOptionsSetMaxSingleMemAlloc(o, (tmsize_t)1 << 31);
	errno = 0;
	t->handle = TIFFClientOpenExt(path, "rm", t, on_read, on_write, on_seek, on_close, on_size, NULL, NULL, o);
	tt_status st = t->handle ? TT_OK : trouble(t, err);
	TIFFOpenOptionsFree(o);
	if (t->handle || st != TT_OK) return st;
	return tt_fail(err, TT_ERR_INPUT, "'%s' cannot be read as a TIFF: %s", path,
	               t->last[0] ? t->last : "no reason given");
}

void tt_tiff_close(tt_tiff *t)
{
	if (t->handle) TIFFClose(t->handle);
	if (t->path && t->fd >= 0) close(t->fd);
	t->fd = -1;
	free(t->work);
	t->handle = NULL;
	t->work = NULL;
	t->work_size = 0;
}

/* ---- the shape of a page ---- */

typedef struct tt_layout {
	uint32_t width, height;
	uint16_t bits, samples, format, photometric, planar, compression;
	bool rgba; /* only through libtiff's conversion to RGBA */
} tt_layout;

static void read_layout(TIFF *h, tt_layout *l)
{
	*l = (tt_layout){0};
	TIFFGetField(h, TIFFTAG_IMAGEWIDTH, &l->width);
	TIFFGetField(h, TIFFTAG_IMAGELENGTH, &l->height);
	TIFFGetFieldDefaulted(h, TIFFTAG_BITSPERSAMPLE, &l->bits);
	TIFFGetFieldDefaulted(h, TIFFTAG_SAMPLESPERPIXEL, &l->samples);
	TIFFGetFieldDefaulted(h, TIFFTAG_SAMPLEFORMAT, &l->format);
	TIFFGetFieldDefaulted(h, TIFFTAG_PLANARCONFIG, &l->planar);
	TIFFGetFieldDefaulted(h, TIFFTAG_COMPRESSION, &l->compression);
	if (!TIFFGetField(h, TIFFTAG_PHOTOMETRIC, &l->photometric))
		l->photometric = l->samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
	if (l->format == SAMPLEFORMAT_VOID) l->format = SAMPLEFORMAT_UINT;
	bool grey = l->photometric == PHOTOMETRIC_MINISBLACK || l->photometric == PHOTOMETRIC_MINISWHITE;
	bool rgb = l->photometric == PHOTOMETRIC_RGB && l->samples >= 3 && l->planar == PLANARCONFIG_CONTIG;
	bool whole = l->bits == 8 || l->bits == 16 || l->bits == 32 || l->bits == 64;
	bool one_plane = l->samples == 1 || l->planar == PLANARCONFIG_CONTIG;
	l->rgba = !(whole && ((grey && one_plane) || rgb));
}

static tt_status check_layout(const tt_tiff *t, const tt_layout *l, tt_error *err)
{
	if (l->width == 0 || l->height == 0 || l->width > LARGEST_SIDE || l->height > LARGEST_SIDE)
		return tt_fail(err, TT_ERR_INPUT, "'%s': a TIFF page of %u x %u pixels cannot be right", t->path,
		               l->width, l->height);
	if (l->samples == 0 || l->samples > 8)
		return tt_fail(err, TT_ERR_INPUT, "'%s': %u samples a pixel; 1 (grey) to 4 (colour) were expected",
		               t->path, l->samples);
	uint64_t bytes = (uint64_t)l->width * l->height * l->samples * (l->bits < 8 ? 8u : l->bits) / 8;
	uint64_t most = l->compression == COMPRESSION_NONE ? (uint64_t)t->size * (l->bits < 8 ? 8 : 1)
	                                                   : (uint64_t)t->size * MOST_SHRINKING;
	if (bytes > LARGEST_PAGE || bytes > most)
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s': its header promises %llu bytes of pixels, the file has %lld: it is cut or "
		               "damaged",
		               t->path, (unsigned long long)bytes, (long long)t->size);
	if ((int64_t)l->width * l->height > t->most_pixels)
		return tt_fail(
		    err, TT_ERR_INPUT,
		    "'%s': a page of %u x %u pixels is more than the %lld that are taken; raise video.max_pixels if it "
		    "is meant",
		    t->path, l->width, l->height, (long long)t->most_pixels);
	bool known = l->format == SAMPLEFORMAT_UINT || (l->format == SAMPLEFORMAT_INT && l->bits <= 32) ||
	             (l->format == SAMPLEFORMAT_IEEEFP && l->bits >= 16);
	if (!known || (l->bits == 64 && l->format != SAMPLEFORMAT_IEEEFP))
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s': samples of %u bits in format %u are not supported; 8, 16, 32 bit integers "
		               "or 16, 32, 64 bit floats were expected",
		               t->path, l->bits, l->format);
	return TT_OK;
}

static const char *stored_name(const tt_layout *l)
{
	const int k = l->bits == 8 ? 0 : l->bits == 16 ? 1 : l->bits == 32 ? 2 : l->bits == 64 ? 3 : -1;
	static const char *const u[] = {"u8", "u16", "u32", "u64"}, *const i[] = {"i8", "i16", "i32", "i64"},
	                         *const f[] = {"f8", "f16", "f32", "f64"};
	if (k < 0) return "packed bits";
	return l->format == SAMPLEFORMAT_INT ? i[k] : l->format == SAMPLEFORMAT_IEEEFP ? f[k] : u[k];
}

tt_status tt_tiff_look(tt_tiff *t, tt_tiff_page *page, tt_error *err)
{
	tt_layout l;
	read_layout(t->handle, &l);
	tt_status st = check_layout(t, &l, err);
	if (st != TT_OK && errno == ENOMEM) st = tt_fail_memory(err, "reading a TIFF");
	if (st != TT_OK) return st;
	const bool plain = l.format == SAMPLEFORMAT_UINT && l.bits <= 16;
	*page =
	    (tt_tiff_page){.width = (int)l.width, .height = (int)l.height, .bits = l.bits, .stored = stored_name(&l)};
	page->type = l.rgba ? TT_U8 : !plain ? TT_F32 : l.bits == 8 ? TT_U8 : TT_U16;
	page->conversion = l.rgba ? "grey of 8 bits computed by libtiff's conversion to colour"
	                   : l.photometric == PHOTOMETRIC_RGB        ? "grey computed from red, green and blue"
	                   : l.photometric == PHOTOMETRIC_MINISWHITE ? "inverted: the file counts from white"
	                                                             : "";
	if (l.rgba && l.bits < 8) page->bits = 8;
	return TT_OK;
}

/* ---- pixels ---- */

static double half(uint16_t h)
{
	/* IEEE 754 binary16 */
	int e = h >> 10 & 31, m = h & 1023;
	double v = e == 0    ? m * 0x1p-24
	           : e == 31 ? (m ? (double)NAN : (double)INFINITY)
	                     : (m + 1024) * 0x1p-25 * (1 << e);
	return h & 0x8000 ? -v : v;
}

/* Sample k of a row, host byte order (libtiff swaps). */
static double sample(const uint8_t *row, size_t k, const tt_layout *l)
{
	union {
		uint16_t u16;
		int16_t i16;
		uint32_t u32;
		int32_t i32;
		float f32;
		double f64;
	} v;
	const size_t size = l->bits / 8;
	if (size == 1) return l->format == SAMPLEFORMAT_INT ? (int8_t)row[k] : row[k];
	memcpy(&v, row + k * size, size);
	switch (size) {
	case 2: return l->format == SAMPLEFORMAT_INT ? v.i16 : l->format == SAMPLEFORMAT_IEEEFP ? half(v.u16) : v.u16;
	case 4: return l->format == SAMPLEFORMAT_INT ? v.i32 : l->format == SAMPLEFORMAT_IEEEFP ? (double)v.f32 : v.u32;
	default: return v.f64;
	}
}

static double grey(const uint8_t *row, size_t x, const tt_layout *l)
{
	size_t k = x * l->samples;
	if (l->photometric != PHOTOMETRIC_RGB) {
		double v = sample(row, k, l);
		if (l->photometric != PHOTOMETRIC_MINISWHITE || l->format != SAMPLEFORMAT_UINT) return v;
		return (l->bits == 8 ? 255.0 : l->bits == 16 ? 65535.0 : 4294967295.0) - v;
	}
	/* ITU-R BT.601 */
	return 0.299 * sample(row, k, l) + 0.587 * sample(row, k + 1, l) + 0.114 * sample(row, k + 2, l);
}

/* n pixels of a row of the file into a row of ours. */
static void convert_row(const uint8_t *src, uint8_t *dst, size_t n, const tt_layout *l, tt_pixel type)
{
	if (l->samples == 1 && l->photometric == PHOTOMETRIC_MINISBLACK &&
	    (type != TT_F32 || (l->bits == 32 && l->format == SAMPLEFORMAT_IEEEFP))) {
		memcpy(dst, src, n * tt_pixel_size(type));
		return;
	}
	for (size_t x = 0; x < n; x++) {
		const double v = grey(src, x, l);
		if (type == TT_U8) {
			dst[x] = (uint8_t)(v + 0.5);
		} else if (type == TT_U16) {
			uint16_t u = (uint16_t)(v + 0.5);
			memcpy(dst + 2 * x, &u, 2);
		} else {
			float f = (float)v;
			memcpy(dst + 4 * x, &f, 4);
		}
	}
}

static uint8_t *work_room(tt_tiff *t, size_t bytes)
{
	if (bytes <= t->work_size) return t->work;
	free(t->work);
	t->work = malloc(bytes);
	t->work_size = t->work ? bytes : 0;
	return t->work;
}

static tt_status broken(const tt_tiff *t, const char *what, unsigned k, tt_error *err)
{
	tt_status st = trouble(t, err);
	if (st != TT_OK) return st;
	return tt_fail(err, TT_ERR_INPUT, "'%s': %s %u of its pixels cannot be read (%s): the file is cut or damaged",
	               t->path, what, k, t->last[0] ? t->last : "no reason given");
}

static tt_status read_strips(tt_tiff *t, const tt_layout *l, const tt_tiff_page *p, uint8_t *dst, ptrdiff_t stride,
                             tt_error *err)
{
	uint32_t rows = 0;
	TIFFGetFieldDefaulted(t->handle, TIFFTAG_ROWSPERSTRIP, &rows);
	if (rows == 0 || rows > l->height) rows = l->height;
	const size_t line = (size_t)l->width * l->samples * (l->bits / 8);
	uint8_t *work = work_room(t, line * rows);
	if (!work) return tt_fail_memory(err, "a strip of a TIFF");
	for (uint32_t y = 0; y < l->height; y += rows) {
		const uint32_t n = l->height - y < rows ? l->height - y : rows;
		const tmsize_t want = (tmsize_t)(line * n);
		if (TIFFReadEncodedStrip(t->handle, y / rows, work, want) != want)
			return broken(t, "strip", y / rows, err);
		for (uint32_t i = 0; i < n; i++)
			convert_row(work + line * i, dst + (ptrdiff_t)(y + i) * stride, l->width, l, p->type);
	}
	return TT_OK;
}

static tt_status read_tiles(tt_tiff *t, const tt_layout *l, const tt_tiff_page *p, uint8_t *dst, ptrdiff_t stride,
                            tt_error *err)
{
	uint32_t tw = 0, th = 0;
	TIFFGetField(t->handle, TIFFTAG_TILEWIDTH, &tw);
	TIFFGetField(t->handle, TIFFTAG_TILELENGTH, &th);
	const size_t line = (size_t)tw * l->samples * (l->bits / 8);
	if (tw == 0 || th == 0 || tw > LARGEST_SIDE || th > LARGEST_SIDE || line * th > LARGEST_PAGE)
		return tt_fail(err, TT_ERR_INPUT, "'%s': tiles of %u x %u pixels cannot be right", t->path, tw, th);
	const tmsize_t want = (tmsize_t)(line * th);
	uint8_t *work = work_room(t, line * th);
	if (!work) return tt_fail_memory(err, "a tile of a TIFF");
	unsigned k = 0;
	for (uint32_t y = 0; y < l->height; y += th)
		for (uint32_t x = 0; x < l->width; x += tw, k++) {
			if (TIFFReadEncodedTile(t->handle, k, work, want) != want) return broken(t, "tile", k, err);
			const uint32_t n = l->height - y < th ? l->height - y : th,
			               m = l->width - x < tw ? l->width - x : tw;
			for (uint32_t i = 0; i < n; i++)
				convert_row(work + line * i,
				            dst + (ptrdiff_t)(y + i) * stride + (ptrdiff_t)(x * tt_pixel_size(p->type)),
				            m, l, p->type);
		}
	return TT_OK;
}

static tt_status read_rgba(tt_tiff *t, const tt_layout *l, uint8_t *dst, ptrdiff_t stride, tt_error *err)
{
	uint32_t *work = (uint32_t *)(void *)work_room(t, (size_t)l->width * l->height * 4);
	if (!work) return tt_fail_memory(err, "a page of a TIFF");
	if (!TIFFReadRGBAImageOriented(t->handle, l->width, l->height, work, ORIENTATION_TOPLEFT, 1)) {
		tt_status st = trouble(t, err);
		if (st != TT_OK) return st;
		return tt_fail(err, TT_ERR_INPUT, "'%s': its pixels cannot be read: %s", t->path,
		               t->last[0] ? t->last : "no reason given");
	}
	for (uint32_t y = 0; y < l->height; y++)
		for (uint32_t x = 0; x < l->width; x++) {
			uint32_t c = work[(size_t)y * l->width + x];
			dst[(ptrdiff_t)y * stride + x] =
			    (uint8_t)((299 * TIFFGetR(c) + 587 * TIFFGetG(c) + 114 * TIFFGetB(c) + 500) / 1000);
		}
	return TT_OK;
}

tt_status tt_tiff_read(tt_tiff *t, const tt_tiff_page *page, uint8_t *dst, ptrdiff_t stride, tt_error *err)
{
	tt_layout l;
	read_layout(t->handle, &l);
	if (page->width != (int)l.width || page->height != (int)l.height)
		return tt_fail(err, TT_ERR_INPUT, "'%s': this page has %u x %u pixels, the first has %d x %d", t->path,
		               l.width, l.height, page->width, page->height);
	t->last[0] = 0;
	errno = 0;
	tt_status st = l.rgba                   ? read_rgba(t, &l, dst, stride, err)
	               : TIFFIsTiled(t->handle) ? read_tiles(t, &l, page, dst, stride, err)
	                                        : read_strips(t, &l, page, dst, stride, err);
	note_refusal();
	return st;
}
