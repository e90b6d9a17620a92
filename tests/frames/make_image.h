/* Writes still images for the tests.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_MAKE_IMAGE_H
#define TT_TESTS_MAKE_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

/* By an encoder of libav ("png", "pgm", "bmp", "mjpeg", …). grey: values at the pixel format's depth. */
void make_image(const char *path, const char *encoder, const char *pix_fmt, int width, int height,
                const uint16_t *grey);

typedef struct make_tiff {
	int width, height;
	int bits;        /* 8, 16, 32, 64 */
	char kind;       /* 'u', 'i', 'f' */
	int samples;     /* 1; 3 for RGB */
	int tile;        /* side of a tile; 0: strips of 7 rows */
	int compression; /* COMPRESSION_*; 0: none */
	bool white_is_zero, big, big_endian;
	int pages; /* 0: 1 */
} make_tiff;

/* value(page, x, y) of each sample. */
void make_image_tiff(const char *path, const make_tiff *t, double (*value)(int page, int x, int y));

#endif
