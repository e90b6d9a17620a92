/* Pictures as JPEG in memory, by libjpeg.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_DRAW_JPEG_H
#define TT_REPORT_DRAW_JPEG_H

#include "temtensile/core.h"

typedef struct tt_jpeg {
	unsigned char *data; /* malloc'ed */
	size_t size;
} tt_jpeg;

/* Grey (channels 1) or RGB (3, chroma at full resolution) rows; quality 1 … 100. */
tt_status tt_jpeg_make(const uint8_t *pixels, ptrdiff_t stride, int width, int height, int channels, int quality,
                       tt_jpeg *out, tt_error *err);
/* A grey one's pixels, malloc'ed; NULL: it cannot be read, or there is no memory. */
uint8_t *tt_jpeg_grey(const tt_jpeg *j, int *width, int *height);
void tt_jpeg_clear(tt_jpeg *j);

#endif
