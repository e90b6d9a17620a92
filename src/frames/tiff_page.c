/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/tiff_page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SIDE = 65536 };

bool tt_tiff_is(const uint8_t *head, size_t size)
{
	static const uint8_t magic[4][4] = {{'I', 'I', 42, 0}, {'M', 'M', 0, 42}, {'I', 'I', 43, 0}, {'M', 'M', 0, 43}};
	for (int i = 0; size >= 4 && i < 4; i++)
		if (memcmp(head, magic[i], 4) == 0) return true;
	return false;
}

static int keep_words(TIFF *file, void *user, const char *module, const char *fmt, va_list ap)
{
	tt_tiff *t = user;
	(void)file, (void)module;
	vsnprintf(t->why, sizeof t->why, fmt, ap);
	return 1;
}

static int swallow(TIFF *file, void *user, const char *module, const char *fmt, va_list ap)
{
	(void)file, (void)user, (void)module, (void)fmt, (void)ap;
	return 1;
}

tt_status tt_tiff_open(tt_tiff *t, const char *path, tt_error *err)
{
	TIFFOpenOptions *o = TIFFOpenOptionsAlloc();
	*t = (tt_tiff){.path = path};
	if (!o) return tt_fail_memory(err, "a TIFF file");
	TIFFOpenOptionsSetErrorHandlerExtR(o, keep_words, t);
	TIFFOpenOptionsSetWarningHandlerExtR(o, swallow, NULL);
	t->file = TIFFOpenExt(path, "rm", o);
	TIFFOpenOptionsFree(o);
	if (t->file) return TT_OK;
	return tt_fail(err, TT_ERR_INPUT, "%s: no TIFF file that can be read: %s", path, t->why);
}

void tt_tiff_close(tt_tiff *t)
{
	if (t->file) TIFFClose(t->file);
	t->file = NULL;
}

tt_status tt_tiff_shape_of(tt_tiff *t, tt_tiff_shape *s, tt_error *err)
{
	memset(s, 0, sizeof *s);
	TIFFGetField(t->file, TIFFTAG_IMAGEWIDTH, &s->width);
	TIFFGetField(t->file, TIFFTAG_IMAGELENGTH, &s->height);
	TIFFGetFieldDefaulted(t->file, TIFFTAG_BITSPERSAMPLE, &s->bits);
	TIFFGetFieldDefaulted(t->file, TIFFTAG_SAMPLEFORMAT, &s->format);
	TIFFGetFieldDefaulted(t->file, TIFFTAG_SAMPLESPERPIXEL, &s->samples);
	TIFFGetFieldDefaulted(t->file, TIFFTAG_PLANARCONFIG, &s->planar);
	if (!TIFFGetField(t->file, TIFFTAG_PHOTOMETRIC, &s->photometric)) s->photometric = PHOTOMETRIC_MINISBLACK;
	if (s->width == 0 || s->height == 0 || s->width > MOST_SIDE || s->height > MOST_SIDE)
		return tt_fail(err, TT_ERR_INPUT, "%s: the TIFF page is %u x %u px, expected 1 to %d a side", t->path, s->width,
		               s->height, MOST_SIDE);
	bool integer = s->format == SAMPLEFORMAT_UINT || s->format == SAMPLEFORMAT_INT || s->format == SAMPLEFORMAT_VOID;
	bool known = (integer && (s->bits == 8 || s->bits == 16 || s->bits == 32)) ||
	             (s->format == SAMPLEFORMAT_IEEEFP && (s->bits == 32 || s->bits == 64));
	bool grey = s->photometric == PHOTOMETRIC_MINISBLACK || s->photometric == PHOTOMETRIC_MINISWHITE;
	if (!known || !grey || s->samples != 1)
		return tt_fail(err, TT_ERR_INPUT,
		               "%s: a TIFF page of %u samples of %u bits (format %u, photometric %u) is not read; expected grey of "
		               "8, 16 or 32 bits or float",
		               t->path, s->samples, s->bits, s->format, s->photometric);
	bool is_signed = s->format == SAMPLEFORMAT_INT;
	s->type = s->bits == 8 && !is_signed ? TT_U8 : s->bits == 16 && !is_signed ? TT_U16 : TT_F32;
	return TT_OK;
}

/* n samples of the file's kind into the picture's kind; white-is-zero is turned for unsigned samples. */
static void convert(const tt_tiff_shape *s, const void *in, size_t n, void *out)
{
	bool turn = s->photometric == PHOTOMETRIC_MINISWHITE;
	float *f = out;
	for (size_t i = 0; i < n; i++) {
		if (s->type == TT_U8) {
			uint8_t v = ((const uint8_t *)in)[i];
			((uint8_t *)out)[i] = turn ? (uint8_t)(255 - v) : v;
		} else if (s->type == TT_U16) {
			uint16_t v = ((const uint16_t *)in)[i];
			((uint16_t *)out)[i] = turn ? (uint16_t)(65535 - v) : v;
		} else if (s->format == SAMPLEFORMAT_IEEEFP) {
			f[i] = s->bits == 64 ? (float)((const double *)in)[i] : ((const float *)in)[i];
		} else if (s->format == SAMPLEFORMAT_INT) {
			f[i] = s->bits == 8 ? ((const int8_t *)in)[i] : s->bits == 16 ? ((const int16_t *)in)[i]
			                                                             : (float)((const int32_t *)in)[i];
		} else {
			f[i] = (float)((const uint32_t *)in)[i];
		}
	}
}

static tt_status cut(const tt_tiff *t, tt_error *err)
{
	return tt_fail(err, TT_ERR_INPUT, "%s: the TIFF page cannot be decoded: %s", t->path,
	               t->why[0] ? t->why : "it ends too early");
}

static tt_status read_tiles(tt_tiff *t, const tt_tiff_shape *s, uint8_t *rows, size_t stride, tt_error *err)
{
	uint32_t tw = 0, th = 0;
	TIFFGetField(t->file, TIFFTAG_TILEWIDTH, &tw);
	TIFFGetField(t->file, TIFFTAG_TILELENGTH, &th);
	size_t sample = s->bits / 8, pixel = tt_pixel_size(s->type);
	tmsize_t size = TIFFTileSize(t->file);
	if (tw == 0 || th == 0 || tw > 4 * MOST_SIDE || th > 4 * MOST_SIDE || size != (tmsize_t)(sample * tw * th))
		return cut(t, err);
	uint8_t *tile = malloc((size_t)size);
	if (!tile) return tt_fail_memory(err, "a tile of a TIFF page");
	tt_status st = TT_OK;
	for (uint32_t y = 0; st == TT_OK && y < s->height; y += th)
		for (uint32_t x = 0; st == TT_OK && x < s->width; x += tw) {
			if (TIFFReadTile(t->file, tile, x, y, 0, 0) < 0) st = cut(t, err);
			uint32_t w = s->width - x < tw ? s->width - x : tw, h = s->height - y < th ? s->height - y : th;
			for (uint32_t j = 0; st == TT_OK && j < h; j++)
				convert(s, tile + (size_t)j * tw * sample, w, rows + (y + j) * stride + x * pixel);
		}
	free(tile);
	return st;
}

static tt_status read_rows(tt_tiff *t, const tt_tiff_shape *s, uint8_t *rows, size_t stride, tt_error *err)
{
	tmsize_t size = TIFFScanlineSize(t->file);
	if (size != (tmsize_t)((size_t)s->bits / 8 * s->width)) return cut(t, err);
	void *line = malloc((size_t)size);
	if (!line) return tt_fail_memory(err, "a row of a TIFF page");
	tt_status st = TT_OK;
	for (uint32_t y = 0; st == TT_OK && y < s->height; y++) {
		if (TIFFReadScanline(t->file, line, y, 0) < 0)
			st = cut(t, err);
		else
			convert(s, line, s->width, rows + y * stride);
	}
	free(line);
	return st;
}

tt_status tt_tiff_read(tt_tiff *t, const tt_tiff_shape *shape, void *rows, size_t stride, tt_error *err)
{
	t->why[0] = 0;
	return TIFFIsTiled(t->file) ? read_tiles(t, shape, rows, stride, err) : read_rows(t, shape, rows, stride, err);
}
