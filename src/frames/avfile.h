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
} tt_avfile;

/* Opens and finds the streams. f starts as {0}; tt_avfile_close() in any case. Errors name the path. */
tt_status tt_avfile_open(tt_avfile *f, const char *path, tt_error *err);
/* Does it begin like a text file? Some logs look like sound to libavformat. */
bool tt_avfile_is_text(const tt_avfile *f);
void tt_avfile_close(tt_avfile *f);

#endif
