/* A grey picture of 16 bits.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <tiffio.h>

#include "core/outdir.h"
#include "temtensile/report.h"

static bool write_rows(TIFF *t, const uint16_t *pixels, int width, int height, const char *description)
{
	bool ok = TIFFSetField(t, TIFFTAG_IMAGEWIDTH, (uint32_t)width) && TIFFSetField(t, TIFFTAG_IMAGELENGTH, (uint32_t)height) &&
	          TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, 16) && TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, 1) &&
	          TIFFSetField(t, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK) &&
	          TIFFSetField(t, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE) &&
	          TIFFSetField(t, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL) &&
	          TIFFSetField(t, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) &&
	          TIFFSetField(t, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(t, 0)) &&
	          (!description || TIFFSetField(t, TIFFTAG_IMAGEDESCRIPTION, description));
	uint16_t *row = _TIFFmalloc((tmsize_t)width * 2);
	for (int y = 0; ok && row && y < height; y++) {
		/* The predictor works in place: the caller's pixels stay as they are. */
		_TIFFmemcpy(row, pixels + (size_t)y * (size_t)width, (tmsize_t)width * 2);
		ok = TIFFWriteScanline(t, row, (uint32_t)y, 0) == 1;
	}
	ok = ok && row && TIFFFlush(t) == 1;
	_TIFFfree(row);
	return ok;
}

tt_status tt_tiff16_write(struct tt_outdir *dir, const char *file, const uint16_t *pixels, int width, int height,
                          const char *description, tt_error *err)
{
	const char *path;
	tt_status st = tt_outdir_path(dir, file, &path, err);
	if (st != TT_OK) return st;
	if (width < 1 || height < 1) return tt_fail(err, TT_ERR_USAGE, "%s: a picture of %d x %d px", file, width, height);
	/* libtiff's own handlers print. */
	TIFFErrorHandler on_error = TIFFSetErrorHandler(NULL), on_warning = TIFFSetWarningHandler(NULL);
	TIFF *t = TIFFOpen(path, "w");
	bool ok = t && write_rows(t, pixels, width, height, description);
	if (t) TIFFClose(t);
	TIFFSetErrorHandler(on_error);
	TIFFSetWarningHandler(on_warning);
	return ok ? TT_OK : tt_fail(err, TT_ERR_FAILED, "%s cannot be written", file);
}
