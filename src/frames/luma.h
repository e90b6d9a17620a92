/* The grey picture in a decoded AVFrame.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_LUMA_H
#define TT_FRAMES_LUMA_H

#include <libavutil/frame.h>

#include "frames/source.h"

struct SwsContext;

typedef enum tt_luma_how {
	TT_LUMA_BORROW,  /* the plane as it lies there */
	TT_LUMA_UNPACK,  /* samples picked out, swapped or shifted down; their values stay */
	TT_LUMA_PALETTE, /* grey of the palette's colours, which for a grey palette is exact */
	TT_LUMA_CONVERT  /* colour: grey computed by libswscale */
} tt_luma_how;

typedef struct tt_luma {
	int av_format; /* AVPixelFormat this was made for */
	tt_luma_how how;
	tt_pixel type;
	int bits;
	int rotation_deg;                     /* clockwise, 0 90 180 270, applied after mirror */
	bool mirror;                          /* left and right exchanged first */
	int bytes_plane, step, offset, shift; /* UNPACK: where a sample lies */
	bool swap;
	struct SwsContext *sws;
	int sws_width, sws_height;
	uint8_t *work; /* between conversion and rotation */
	size_t work_size;
} tt_luma;

/* How to get grey from frames of this pixel format; false if it cannot be had. */
bool tt_luma_init(tt_luma *l, int av_format);
void tt_luma_free(tt_luma *l);
/* Rotation and mirroring from a display matrix (9 values); false when it is no multiple of 90 degrees. */
bool tt_luma_orient(tt_luma *l, const int32_t matrix[9]);
/* Puts the picture of f into slot->frame.image: borrowed from f where possible (then *borrowed), else in the slot's
 * buffer. */
tt_status tt_luma_image(tt_luma *l, const AVFrame *f, tt_slot *slot, bool *borrowed, tt_error *err);

#endif
