/* One page of a TIFF file as a grey picture: 8, 16, 32 bit integer and float, strips and tiles, by libtiff.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_TIFF_PAGE_H
#define TT_FRAMES_TIFF_PAGE_H

#include <tiffio.h>

#include "frames/source.h"

typedef struct tt_tiff {
	TIFF *file;
	const char *path; /* borrowed */
	char why[256];    /* libtiff's own words */
} tt_tiff;

/* What a page holds. */
typedef struct tt_tiff_shape {
	uint32_t width, height;
	uint16_t bits, format, planar, samples, photometric;
	tt_pixel type; /* 32-bit integers become float */
} tt_tiff_shape;

bool tt_tiff_is(const uint8_t *head, size_t size);
/* t must not move while it is open (libtiff writes into t->why). */
tt_status tt_tiff_open(tt_tiff *t, const char *path, tt_error *err);
void tt_tiff_close(tt_tiff *t);
/* Of the present page; an error when it is no grey picture of a kind that is read. */
tt_status tt_tiff_shape_of(tt_tiff *t, tt_tiff_shape *shape, tt_error *err);
/* Decodes the present page into rows of `stride` bytes. */
tt_status tt_tiff_read(tt_tiff *t, const tt_tiff_shape *shape, void *rows, size_t stride, tt_error *err);

#endif
