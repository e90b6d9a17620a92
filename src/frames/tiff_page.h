/* Pages of TIFF files as grey images, by libtiff; also for stacks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_TIFF_PAGE_H
#define TT_FRAMES_TIFF_PAGE_H

#include <tiffio.h>

#include "frames/source.h"

/* An open TIFF; what libtiff complains about is kept, never printed. Not for two threads at a time. */
typedef struct tt_tiff {
	TIFF *handle;
	const char *path; /* borrowed */
	int fd;
	int64_t size, at;    /* bytes of the file; where libtiff reads next */
	int read_error;      /* errno of a read that failed; 0: none */
	int64_t most_pixels; /* of a page; 0: TT_MOST_PIXELS */
	char last[256];      /* libtiff's last complaint */
	uint8_t *work;       /* one strip or tile */
	size_t work_size;
} tt_tiff;

/* The current page (directory). */
typedef struct tt_tiff_page {
	int width, height;
	tt_pixel type;          /* U8, U16 as stored; F32 for signed, 32-bit, 64-bit and float samples */
	int bits;               /* of a sample as stored */
	const char *stored;     /* "u8", "i16", "f32", … */
	const char *conversion; /* "" or what was done to get grey */
} tt_tiff_page;

/* t starts as {0} but for most_pixels; close in any case. Stays at the first page. Use TIFFReadDirectory /
 * TIFFSetDirectory on the handle to go on. */
tt_status tt_tiff_open(tt_tiff *t, const char *path, tt_error *err);
void tt_tiff_close(tt_tiff *t);
/* The shape of the current page, checked against the file's size before anything is allocated. */
tt_status tt_tiff_look(tt_tiff *t, tt_tiff_page *page, tt_error *err);
/* Its pixels: page->height rows of page->width samples of page->type, stride bytes apart. A page that is cut or broken
 * is an error (TT_ERR_INPUT) that names the file. */
tt_status tt_tiff_read(tt_tiff *t, const tt_tiff_page *page, uint8_t *dst, ptrdiff_t stride, tt_error *err);

#endif
