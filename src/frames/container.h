/* The outermost structure of a video file: is its index there, is the file as long as it says?
 * libavformat knows, but does not tell.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_CONTAINER_H
#define TT_FRAMES_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct tt_container {
	bool iso_media;   /* MP4, MOV and relatives */
	bool media_data;  /* … has a media data box */
	bool index;       /* … has a complete moov box */
	bool index_cut;   /* … its moov box is cut */
	bool fragmented;  /* … has moof boxes */
	bool cut;         /* the file is shorter than its structure says */
	int64_t expected; /* bytes that it should have at least; -1: not said */
	int64_t size;
	int read_error; /* errno of a read that failed: nothing of the above is to be believed; 0: none */
} tt_container;

/* Reads a few headers. */
tt_container tt_container_look(int fd, int64_t size);

#endif
