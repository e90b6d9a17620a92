/* What a source of frames must provide: a new format is one file and one line in source.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_SOURCE_H
#define TT_FRAMES_SOURCE_H

#include "temtensile/frames.h"

/* The first bytes of a file, for probing. */
typedef struct tt_probe {
	const char *path;
	const uint8_t *head;
	size_t size;      /* bytes in head, up to 4096 */
	int64_t file_size; /* -1: a folder or a pattern */
} tt_probe;

typedef struct tt_reader tt_reader; /* each format's own struct starts with this */

typedef struct tt_format {
	const char *name;
	/* 0: not mine; 1 … 100: the highest wins */
	int (*probe)(const tt_probe *p);
	tt_status (*open)(const char *path, const tt_source_options *options, tt_reader **out, tt_error *err);
	/* Delivers the next frame; image borrowed until the next call. */
	tt_status (*next)(tt_reader *r, tt_frame *frame, tt_error *err);
	/* NULL: random access is not possible and source.c decodes from the start. */
	tt_status (*seek)(tt_reader *r, int64_t number, double time_s, tt_error *err);
	void (*close)(tt_reader *r);
} tt_format;

struct tt_reader {
	const tt_format *format;
	tt_source_info info; /* strings in it are owned by the reader */
	tt_strings warnings;
};

extern const tt_format tt_format_video;    /* libav: the fall-back, probes last */
extern const tt_format tt_format_sequence; /* numbered images, folders */
extern const tt_format tt_format_tiff, tt_format_dm, tt_format_mrc, tt_format_ser, tt_format_emd, tt_format_tvips,
	tt_format_npy, tt_format_gatan_folder;

#endif
