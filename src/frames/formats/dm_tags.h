/* The tag tree of DigitalMicrograph files (DM3, DM4): where their images lie and how they are calibrated.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_FORMATS_DM_TAGS_H
#define TT_FRAMES_FORMATS_DM_TAGS_H

#include "temtensile/core.h"

enum { TT_DM_DIMS = 4 };

typedef struct tt_dm_image {
	int64_t data_at, data_count; /* byte in the file, elements; 0: no data */
	int element;                 /* type of the tag's elements (2 i16, 4 u16, 6 f32, …) */
	int type;                    /* DataType: 1 i16, 2 f32, 6 u8, … */
	int64_t dim[TT_DM_DIMS];
	int dims;
	double scale[TT_DM_DIMS]; /* NaN: not said */
	char unit[TT_DM_DIMS][16];
	double exposure_s, interval_s; /* NaN: not said */
	double swapped; /* Data Order Swapped: of four dimensions the pattern's are first; NaN: not said */
	bool thumbnail;
} tt_dm_image;

typedef struct tt_dm_tags {
	tt_dm_image *image;
	size_t n, room;
	int thumbnail[8]; /* ImageIndex of thumbnails */
	int thumbnails;
	bool little; /* byte order of values */
	bool cut;    /* the tree ends before its end */
} tt_dm_tags;

/* fd: an open file of `size` bytes, name: for messages. tags starts as {0}; tt_dm_tags_free() in any case. A tree that
 * is cut leaves what was read until there. */
tt_status tt_dm_tags_read(tt_dm_tags *tags, int fd, int64_t size, const char *name, tt_error *err);
void tt_dm_tags_free(tt_dm_tags *tags);
/* The recording among the images: real numbers, two dimensions or more, no thumbnail, the largest of them; NULL. Of a
 * tree that is cut, where the list of thumbnails may be lost, the first of several images is one. */
const tt_dm_image *tt_dm_tags_choose(const tt_dm_tags *tags);

#endif
