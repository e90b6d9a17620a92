/* Stacks of plain samples, as microscopes' software writes them: what all such formats share once a header has said
 * where the frames lie: reading by frame, element types, times, robust limits, cut files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_STACK_H
#define TT_FRAMES_STACK_H

#include "frames/source.h"

typedef enum tt_sample {
	TT_SAMPLE_U8,
	TT_SAMPLE_I8,
	TT_SAMPLE_U16,
	TT_SAMPLE_I16,
	TT_SAMPLE_U32,
	TT_SAMPLE_I32,
	TT_SAMPLE_U64,
	TT_SAMPLE_I64,
	TT_SAMPLE_F16,
	TT_SAMPLE_F32,
	TT_SAMPLE_F64
} tt_sample;

size_t tt_sample_size(tt_sample s);
const char *tt_sample_name(tt_sample s); /* "u8", "i16", "f32", … */

typedef struct tt_stack tt_stack;

/* A format's reader starts with this. Its parse() fills the first part in; numbers from the file may be nonsense, they
 * are checked afterwards, before anything is allocated for them. */
struct tt_stack {
	tt_reader base; /* parse() may set frame_interval_s and exposure_s of its info */
	char *path;
	int fd;
	int64_t size;        /* of the file, bytes */
	int read_error;      /* errno of a read that failed; 0: none */
	int64_t most_pixels; /* of a frame */

	int64_t width, height, frames;
	tt_sample sample;
	bool swap;             /* not this machine's byte order */
	int64_t first, stride; /* byte at which frame 0 lies, and from frame to frame … */
	int64_t *place;        /* … or the byte of each frame; malloc'ed, -1: no such picture */
	double *time;          /* s, of each frame, rising; malloc'ed; NULL: not known one by one */
	/* Formats that are not plain: reads frame k's samples, row after row without gaps, of type `sample`. A picture
	 * that cannot be read is TT_ERR_INPUT. NULL: plain. */
	tt_status (*fetch)(tt_stack *s, int64_t frame, uint8_t *raw, tt_error *err);
	void (*drop)(tt_stack *s); /* frees what a format's own reader holds; may be NULL */
	char from[96];             /* where pixel size and times stand in the file */
	char codec[24];            /* "" : the name of the sample type */
	/* scans of diffraction patterns; 0: not said */
	int64_t scan_rows, scan_columns;
	double k_per_px;  /* 1/m of a pixel */
	int counter_bits; /* a pixel counts up to 2^bits − 1 */
	bool counts;      /* samples are counted electrons */

	int64_t at;
	double rate;
	double clip_lo, clip_hi; /* samples beyond are outliers; NaN: none are */
	int64_t unread, mended, clipped;
	bool told;
	uint8_t *raw;
	size_t raw_size;
	char normalisation[224];
};

/* Opens the file, lets parse() read its header, checks everything. bytes: size of the format's own struct. */
tt_status tt_stack_open(const char *path, const tt_source_options *options, const tt_source_format *format,
                        size_t bytes, tt_status (*parse)(tt_stack *s, tt_error *err), tt_reader **out, tt_error *err);
tt_status tt_stack_next(tt_reader *r, tt_slot *slot, tt_error *err);
tt_status tt_stack_seek(tt_reader *r, int64_t number, double time_s, tt_error *err);
void tt_stack_sum_up(tt_reader *r, const unsigned *flags, int64_t n);
void tt_stack_close(tt_reader *r);

/* Frame k as it lies in the file: samples of s->sample in the file's byte order (s->swap), none of them changed. Safe
 * from several threads at once. */
tt_status tt_stack_raw(tt_stack *s, int64_t k, uint8_t *dst, tt_error *err);
/* Samples in the file's byte order as floats. */
void tt_stack_floats(const tt_stack *s, uint8_t *raw, float *dst);

/* For parse(): exactly n bytes from a place in the file; false when they are not there. */
bool tt_stack_bytes(tt_stack *s, int64_t at, void *dst, size_t n);
/* Why bytes are not there: TT_ERR_FAILED after a read that failed, TT_ERR_INPUT in a file that ends before. */
tt_status tt_stack_fail_read(const tt_stack *s, tt_error *err);
/* Takes a pixel size in m if it can be one (10 fm to 10 µm, both directions alike), else says why not. from: where it
 * stands in the file. */
void tt_stack_pixel_size(tt_stack *s, double x, double y, const char *from);
/* Takes a frame interval or an exposure in s if it can be one. */
void tt_stack_interval(tt_stack *s, double seconds);
void tt_stack_exposure(tt_stack *s, double seconds);
/* Unit as microscopes write lengths ("µm", "micron", "nm", "\u00B5m", Latin-1 µ, …) in m; NaN if it is none. */
double tt_length_unit(const char *unit);

/* Numbers at p in either byte order. */
uint16_t tt_get_u16(const void *p, bool big);
uint32_t tt_get_u32(const void *p, bool big);
uint64_t tt_get_u64(const void *p, bool big);
double tt_get_f32(const void *p, bool big);
double tt_get_f64(const void *p, bool big);
bool tt_host_is_big(void);

#endif
