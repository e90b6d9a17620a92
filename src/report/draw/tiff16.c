/* Grey pictures of 16 bits and of floats.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <tiffio.h>

#include "core/outdir.h"
#include "temtensile/report.h"

static bool write_rows(TIFF *t, const void *pixels, bool real, int width, int height, const char *description)
{
	bool ok = TIFFSetField(t, TIFFTAG_IMAGEWIDTH, (uint32_t)width) &&
	          TIFFSetField(t, TIFFTAG_IMAGELENGTH, (uint32_t)height) &&
	          TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, real ? 32 : 16) &&
	          TIFFSetField(t, TIFFTAG_SAMPLEFORMAT, real ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT) &&
	          TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, 1) &&
	          TIFFSetField(t, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK) &&
	          TIFFSetField(t, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE) &&
	          TIFFSetField(t, TIFFTAG_PREDICTOR, real ? PREDICTOR_FLOATINGPOINT : PREDICTOR_HORIZONTAL) &&
	          TIFFSetField(t, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) &&
	          TIFFSetField(t, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(t, 0)) &&
	          (!description || TIFFSetField(t, TIFFTAG_IMAGEDESCRIPTION, description));
	const tmsize_t bytes = (tmsize_t)width * (real ? 4 : 2);
	char *row = _TIFFmalloc(bytes);
	for (int y = 0; ok && row && y < height; y++) {
		/* The predictor works in place: the caller's pixels stay as they are. */
		_TIFFmemcpy(row, (const char *)pixels + (size_t)y * (size_t)bytes, bytes);
		ok = TIFFWriteScanline(t, row, (uint32_t)y, 0) == 1;
	}
	ok = ok && row && TIFFFlush(t) == 1;
	_TIFFfree(row);
	return ok;
}

static tt_status write_tiff(struct tt_outdir *dir, const char *file, const void *pixels, bool real, int width,
                            int height, const char *description, tt_error *err)
{
	const char *path;
	tt_status st = tt_outdir_path(dir, file, &path, err);
	if (st != TT_OK) return st;
	if (width < 1 || height < 1)
		return tt_fail(err, TT_ERR_USAGE, "%s: a picture of %d x %d px", file, width, height);
	/* libtiff's own handlers print. */
	TIFFErrorHandler on_error = TIFFSetErrorHandler(NULL), on_warning = TIFFSetWarningHandler(NULL);
	TIFF *t = TIFFOpen(path, "w");
	bool ok = t && write_rows(t, pixels, real, width, height, description);
	if (t) TIFFClose(t);
	TIFFSetErrorHandler(on_error);
	TIFFSetWarningHandler(on_warning);
	return ok ? TT_OK : tt_fail(err, TT_ERR_FAILED, "%s cannot be written", file);
}

tt_status tt_tiff16_write(struct tt_outdir *dir, const char *file, const uint16_t *pixels, int width, int height,
                          const char *description, tt_error *err)
{
	return write_tiff(dir, file, pixels, false, width, height, description, err);
}

tt_status tt_tiff_f32_write(struct tt_outdir *dir, const char *file, const float *pixels, int width, int height,
                            const char *description, tt_error *err)
{
	return write_tiff(dir, file, pixels, true, width, height, description, err);
}
