/* A file opened for libavformat, and nothing but that file: no network, no other file that it may name.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_AVFILE_H
#define TT_FRAMES_AVFILE_H

#include <libavformat/avformat.h>

#include "frames/container.h"
#include "temtensile/core.h"

typedef struct tt_avfile {
	AVFormatContext *format;
	AVIOContext *io;
	int fd;
	int64_t pos, size;
	tt_container container;
	int read_error;             /* errno of a read that failed; 0: none */
	char refused[256];          /* the first other file or address that it names; "" */
	int64_t most_pixels;        /* of a picture; set before opening */
	const volatile int *cancel; /* set before opening; may be NULL */
} tt_avfile;

/* Opens and finds the streams. f starts as {0} with its limits; tt_avfile_close() in any case. Errors name the path. */
tt_status tt_avfile_open(tt_avfile *f, const char *path, tt_error *err);
/* Does it begin like a text file? Some logs look like sound to libavformat. */
bool tt_avfile_is_text(const tt_avfile *f);
/* What ended the reading besides the file's end: a failed read, memory, the caller's wish, or a file that refers to
 * others. TT_OK: none of these. */
tt_status tt_avfile_trouble(const tt_avfile *f, const char *path, int code, tt_error *err);
void tt_avfile_close(tt_avfile *f);

#endif
