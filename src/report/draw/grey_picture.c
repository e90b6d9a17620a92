/* Grey pictures in the form that the file's name asks for: PGM, PNG or TIFF, 8 or 16 bit as recorded.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE /* fileno, dup */
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <tiffio.h>
#include <unistd.h>

#include "core/text.h"
#include "report/draw/pgm.h"
#include "temtensile/report.h"

tt_status tt_grey_format_of(const char *path, tt_grey_format *out, tt_error *err)
{
	static const struct {
		const char *ending;
		tt_grey_format format;
	} known[] = {{".pgm", TT_GREY_PGM}, {".png", TT_GREY_PNG}, {".tif", TT_GREY_TIFF}, {".tiff", TT_GREY_TIFF}};
	const char *dot = strrchr(tt_path_base(path), '.');
	for (size_t i = 0; dot && i < sizeof known / sizeof *known; i++)
		if (strcasecmp(dot, known[i].ending) == 0) {
			*out = known[i].format;
			return TT_OK;
		}
	return tt_fail(err, TT_ERR_USAGE, "'%s': a picture is written as .pgm, .png or .tif, which its name must say",
	               path);
}

/* Levels as the PGM has them: big-endian where there are two bytes. */
static unsigned char *levels_of(const tt_image *im, size_t *row_bytes)
{
	*row_bytes = (size_t)im->width * (im->type == TT_U8 ? 1 : 2);
	unsigned char *all = malloc(*row_bytes * (size_t)im->height + 1);
	double lo = 0, scale = 1;
	if (!all) return NULL;
	tt_pgm_scale(im, &lo, &scale);
	for (int y = 0; y < im->height; y++)
		tt_pgm_row(im, y, lo, scale, all + (size_t)y * *row_bytes);
	return all;
}

/* libpng's own handlers print. */
static void on_png_error(png_structp p, png_const_charp message)
{
	(void)message;
	longjmp(png_jmpbuf(p), 1);
}

static void on_png_warning(png_structp p, png_const_charp message)
{
	(void)p;
	(void)message;
}

static bool put_png(FILE *f, const tt_image *im, unsigned char *levels, size_t row_bytes)
{
	png_structp p = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_png_error, on_png_warning);
	png_infop info = p ? png_create_info_struct(p) : NULL;
	if (!info || setjmp(png_jmpbuf(p))) {
		if (p) png_destroy_write_struct(&p, &info);
		return false;
	}
	png_init_io(p, f);
	png_set_IHDR(p, info, (png_uint_32)im->width, (png_uint_32)im->height, im->type == TT_U8 ? 8 : 16,
	             PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(p, info);
	for (int y = 0; y < im->height; y++)
		png_write_row(p, levels + (size_t)y * row_bytes);
	png_write_end(p, info);
	png_destroy_write_struct(&p, &info);
	return true;
}

static bool put_tiff_rows(TIFF *t, const tt_image *im, unsigned char *levels, size_t row_bytes)
{
	bool ok = TIFFSetField(t, TIFFTAG_IMAGEWIDTH, (uint32_t)im->width) &&
	          TIFFSetField(t, TIFFTAG_IMAGELENGTH, (uint32_t)im->height) &&
	          TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, im->type == TT_U8 ? 8 : 16) &&
	          TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, 1) &&
	          TIFFSetField(t, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK) &&
	          TIFFSetField(t, TIFFTAG_COMPRESSION, COMPRESSION_NONE) && TIFFSetField(t, TIFFTAG_ROWSPERSTRIP, 64);
	for (int y = 0; ok && y < im->height; y++)
		ok = TIFFWriteScanline(t, levels + (size_t)y * row_bytes, (uint32_t)y, 0) == 1;
	return ok && TIFFFlush(t) == 1;
}

static bool put_tiff(FILE *f, const tt_image *im, unsigned char *levels, size_t row_bytes)
{
	TIFFErrorHandler on_error = TIFFSetErrorHandler(NULL), on_warning = TIFFSetWarningHandler(NULL);
	int fd = fflush(f) == 0 ? dup(fileno(f)) : -1;
	/* big-endian, as the levels are */
	TIFF *t = fd >= 0 ? TIFFFdOpen(fd, "picture", "wb") : NULL;
	bool ok = t && put_tiff_rows(t, im, levels, row_bytes);
	if (t)
		TIFFClose(t);
	else if (fd >= 0)
		close(fd);
	TIFFSetErrorHandler(on_error);
	TIFFSetWarningHandler(on_warning);
	return ok;
}

/* libtiff swaps what it is given when the file's order is not the machine's: the levels are to be in the machine's. */
static void to_machine_order(const tt_image *im, unsigned char *levels, size_t row_bytes)
{
	for (size_t i = 0; im->type != TT_U8 && i + 1 < row_bytes * (size_t)im->height; i += 2) {
		uint16_t level = (uint16_t)(levels[i] << 8 | levels[i + 1]);
		memcpy(levels + i, &level, sizeof level);
	}
}

tt_status tt_grey_put(FILE *f, const tt_image *im, tt_grey_format format, tt_error *err)
{
	size_t row_bytes;
	if (format == TT_GREY_PGM) return tt_pgm_put(f, im, err);
	unsigned char *levels = levels_of(im, &row_bytes);
	if (!levels) return tt_fail_memory(err, "a picture");
	if (format == TT_GREY_TIFF) to_machine_order(im, levels, row_bytes);
	bool ok = format == TT_GREY_PNG ? put_png(f, im, levels, row_bytes) : put_tiff(f, im, levels, row_bytes);
	free(levels);
	return ok ? TT_OK : tt_fail(err, TT_ERR_FAILED, "the picture cannot be written");
}
