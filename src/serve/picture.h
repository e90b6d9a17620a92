/* Frames of a recording as the page asks for them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SERVE_PICTURE_H
#define TT_SERVE_PICTURE_H

#include "serve/session.h"

typedef struct tt_picture_wish {
	int64_t number;      /* frame */
	double time_s;       /* of it, NaN: not known */
	int width;           /* wanted, px; 0: as recorded */
	double black, white; /* grey levels; NaN: chosen */
} tt_picture_wish;

/* A JPEG, malloc'ed. The recording stays open: frames in order cost one decoding each, others a seek. */
tt_status tt_serve_picture(tt_serve_test *t, const tt_test *test, const tt_picture_wish *wish, unsigned char **data,
                           size_t *size, tt_error *err);
/* The frame itself, handed to `see` while it is there. */
tt_status tt_serve_frame(tt_serve_test *t, const tt_test *test, const tt_picture_wish *wish,
                         tt_status (*see)(void *ctx, const tt_frame *frame, double pixel_size_m, tt_error *err),
                         void *ctx, tt_error *err);
/* The first sound frame's size and grey limits, and what the recording says of itself. */
typedef struct tt_recording_facts {
	int width, height, bits;
	int64_t frames;
	double frame_rate, pixel_size_m, black, white;
	char words[800]; /* for who reads */
} tt_recording_facts;
tt_status tt_serve_facts(tt_serve_test *t, const tt_test *test, tt_recording_facts *out, tt_error *err);

#endif
