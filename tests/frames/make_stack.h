/* Writes stacks of frames in the formats of microscopes for the tests, independently of the readers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_MAKE_STACK_H
#define TT_TESTS_MAKE_STACK_H

#include <stdbool.h>
#include <stdint.h>

typedef enum make_format {
	MAKE_DM3,
	MAKE_DM4,
	MAKE_MRC,
	MAKE_SER32,
	MAKE_SER64,
	MAKE_EMD,
	MAKE_TVIPS,
	MAKE_NPY,
	MAKE_IMAGEJ, /* TIFF, one directory for all frames */
	MAKE_TIFF,   /* one directory a frame, before its pixels; BigTIFF when it must be */
	MAKE_FORMATS
} make_format;

extern const char *const make_format_name[MAKE_FORMATS];

typedef struct make_stack {
	make_format format;
	int width, height;
	int64_t frames;
	char kind;         /* 'u', 'i', 'f' */
	int bits;          /* 8, 16, 32, 64 */
	bool big_endian;   /* DM, MRC, NPY */
	double pixel_m;    /* 0: none */
	double interval_s; /* 0: none; SER: whole seconds are written */
	int extended;      /* MRC: bytes of the extended header */
	int64_t valid;     /* SER: valid elements, 0: all */
	int calibrations;  /* DM: entries, -1: one for each dimension */
	int scan_columns;  /* DM: > 0: four dimensions, frames in rows of so many */
	bool scan_first;   /* … the scan's before the pattern's */
	bool scan_units;   /* … told by units (nm, 1/nm) … */
	bool scan_tag;     /* … or by the tag Data Order Swapped */
	bool dims_last;    /* DM: sizes behind the pixels, as GMS writes them */
	bool chunked;      /* EMD: chunks of one frame, nothing written: read as zeros */
} make_stack;

/* value(ctx, frame, x, y) of each sample; NULL: nothing is written in the pixels' places (a sparse file). */
typedef double (*make_value)(const void *ctx, int64_t frame, int x, int y);
void make_stack_file(const char *path, const make_stack *m, make_value value, const void *ctx);
/* Cuts a file to so many bytes, or by a negative number of them. */
void make_cut(const char *path, int64_t bytes);

#endif
