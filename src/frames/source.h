/* What a source of frames must provide: a new format is one file and one line in source.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_SOURCE_H
#define TT_FRAMES_SOURCE_H

#include "temtensile/frames.h"

/* The first bytes of a file, for probing. */
typedef struct tt_probe {
	const char *path;
	const uint8_t *head;
	size_t size;       /* bytes in head, up to 4096 */
	int64_t file_size; /* -1: a folder or a pattern */
	bool folder;       /* path is a folder */
} tt_probe;

typedef struct tt_reader tt_reader; /* each format's own struct starts with this */

/* Where a reader puts a frame. Slots are reused, each is filled and let go of in turn; several are in use at once
 * (frames decoded ahead), so a reader keeps a picture alive in the slot, not in itself. */
typedef struct tt_slot {
	tt_frame frame;
	void *own;       /* the reader's: what keeps the picture alive without a copy; see tt_source_format.release */
	uint8_t *buffer; /* tt_slot_buffer() */
	size_t capacity;
	char coded;          /* 'I', 'P' or 'B' in a codec that predicts, else 0 */
	tt_strings warnings; /* ahead.c's: what the reader had to say by then */
	bool judged;         /* ahead.c's: known whether the frame is a repeat */
} tt_slot;

/* The slot's own memory, at least `bytes` long, aligned to 64, reused from frame to frame; contents undefined.
 * NULL without memory. */
uint8_t *tt_slot_buffer(tt_slot *slot, size_t bytes);

typedef struct tt_source_format {
	const char *name;
	/* 0: not mine; 1 … 100: the highest wins */
	int (*probe)(const tt_probe *p);
	tt_status (*open)(const char *path, const tt_source_options *options, tt_reader **out, tt_error *err);
	/* Fills slot->frame; the picture lies in the slot's buffer, in slot->own, or in memory that lives as long as
	 * the reader (a mapped file). TT_OK, TT_END or an error. Called from one thread at a time, though not always
	 * the same one. */
	tt_status (*next)(tt_reader *r, tt_slot *slot, tt_error *err);
	/* The next frame will be `number`. Every format has it: one without random access starts again. */
	tt_status (*seek)(tt_reader *r, int64_t number, double time_s, tt_error *err);
	/* The frames at which next() can begin after resume(); reads the packets and leaves the reader good for nothing
	 * but close(). TT_END and a sentence in why: there are none. Both NULL: seek() goes to every frame without
	 * those before. */
	tt_status (*places)(tt_reader *r, tt_source_place **place, size_t *n, int64_t *frames, char *why,
	                    tt_error *err);
	tt_status (*resume)(tt_reader *r, const tt_source_place *at, tt_error *err);
	/* Says what it would have said after n frames with these flags. May be NULL. */
	void (*sum_up)(tt_reader *r, const unsigned *flags, int64_t n);
	/* Lets go of slot->own (called only when it is not NULL). May be NULL. Must be safe beside a running next(). */
	void (*release)(tt_reader *r, void *own);
	void (*close)(tt_reader *r);
} tt_source_format;

struct tt_reader {
	const tt_source_format *format;
	tt_source_info info; /* strings in it are owned by the reader and do not change after open */
	tt_strings warnings; /* the reader adds; source.c takes them away */
	bool part;           /* reads a part alone: closing words that count frames are not its to say */
};

extern const tt_source_format tt_format_video;    /* libav: the fall-back, probes last */
extern const tt_source_format tt_format_sequence; /* numbered images, folders, a single image */
extern const tt_source_format tt_format_tiff, tt_format_dm, tt_format_mrc, tt_format_ser, tt_format_emd,
    tt_format_tvips, tt_format_npy, tt_format_gatan_folder, tt_format_mib, tt_format_blo, tt_format_hdf5_scan;

/* The format that takes the file. */
tt_status tt_source_find_format(const char *path, const tt_source_format **out, tt_error *err);
/* An info with everything unknown (NaN, -1, ""). */
tt_source_info tt_source_info_unknown(void);

/* FFmpeg's version as it is loaded. */
const char *tt_frames_library(void);

#endif
