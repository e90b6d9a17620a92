/* Files that hold one image: TIFF by libtiff, all others by libavcodec.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_PICTURE_H
#define TT_FRAMES_PICTURE_H

#include "frames/source.h"

typedef struct tt_picture_info {
	const char *codec;        /* "png", "tiff", … */
	const char *pixel_format; /* "gray16be", "u16", … */
	int bits, rotation_deg;
	bool more_pages;      /* a TIFF with more than this image */
	bool converted;       /* grey was computed from colours */
	char conversion[128]; /* a sentence, or "" */
} tt_picture_info;

/* 0: these first bytes of a file are no image; 1: a TIFF (which may hold many); 2: another single image. */
int tt_picture_is(const uint8_t *head, size_t size);

/* max_pixels: larger ones are refused before memory is taken; 0: TT_MOST_PIXELS. A read that fails is TT_ERR_FAILED.
 * Reads the image into slot->frame.image, in the slot's own memory. info may be NULL. Errors name the file. */
tt_status tt_picture_read(const char *path, int64_t max_pixels, tt_slot *slot, tt_picture_info *info, tt_error *err);

#endif
