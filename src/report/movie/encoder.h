/* Frames into a video file, by libav. The same frames give the same bytes: the number of threads is an option, never
 * the machine's.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_MOVIE_ENCODER_H
#define TT_REPORT_MOVIE_ENCODER_H

#include "temtensile/core.h"

typedef struct tt_encoder tt_encoder;

typedef struct tt_encoder_options {
	const char *name;           /* of the file, for messages; borrowed while the encoder lives */
	const char *const *encoder; /* libav's names ("libx264"); the first that this machine has is taken */
	size_t n_encoders;
	int width, height;
	bool grey;                /* grey planes alone; else YUV 4:2:0 */
	int bits;                 /* of a sample: 8, 10, 12, 16 */
	bool full_range;          /* grey levels are stored as they are; else 16 to 235, BT.709 */
	double frame_rate;        /* usual, 1/s: also the last frame's duration */
	int tick_num, tick_den;   /* time stamps of the file are multiples of this, s */
	int codec_num, codec_den; /* a frame's duration as the encoder is told */
	int threads;
	/* H.264 */
	const char *preset;
	double crf;
	bool lossless;
	double most_bits_per_s; /* > 0: cap, also for the encoders below */
	int key_every;          /* > 0: frames from one that stands alone to the next */
	/* others */
	int quality; /* > 0: quantiser of MPEG-4 */
} tt_encoder_options;

/* v as a fraction of whole numbers up to 1001000; false: it is too small. */
bool tt_encoder_fraction(double v, int *num, int *den);

/* The container follows the path's ending; .mp4 has its index in front. used (may be NULL): index into the names. */
tt_status tt_encoder_open(const char *path, const tt_encoder_options *options, tt_encoder **out, size_t *used,
                          tt_error *err);
/* Rows of the next frame, to be filled: 16-bit samples above 8 bits. What was put before is still there. */
tt_status tt_encoder_planes(tt_encoder *e, uint8_t *plane[3], ptrdiff_t stride[3], tt_error *err);
/* The frame that was filled, shown at time_s (rising). */
tt_status tt_encoder_put(tt_encoder *e, double time_s, tt_error *err);
/* Writes what is left and closes; the encoder is freed in any case. */
tt_status tt_encoder_finish(tt_encoder *e, tt_error *err);
void tt_encoder_abort(tt_encoder *e); /* NULL allowed */

#endif
