/* The second, bounded look at a recording: the few frames that fracture and yield ask for, and any others that somebody
 * wants to draw, in one pass.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_CLOSEUP_H
#define TEMTENSILE_CLOSEUP_H

#include "temtensile/necking.h"
#include "temtensile/observe.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which frames have to be seen again, and why: made by an evaluation. Indices are those of the observation. */
typedef struct tt_look {
	int64_t fracture;   /* first frame with separate halves; -1: the specimen does not break */
	int64_t last_known; /* last frame before it whose gauge's ends are known; -1 */
	bool has_pair;      /* two frames are to be subtracted: … */
	size_t pair[2];
	bool pair_named;       /* … the description names them, so that failing is an error */
	char pair_source[64];  /* by what they were chosen */
	char pair_reason[256]; /* without a pair: why */
	int average;           /* frames averaged about each of the two, >= 1 */
	size_t frames;
	bool *sound; /* per frame: may be averaged */
} tt_look;
TT_API void tt_look_clear(tt_look *l);

/* A frame's picture, kept. */
typedef struct tt_picture {
	tt_image image; /* data NULL: none */
	int64_t number;
	double time_s;
} tt_picture;
TT_API tt_status tt_picture_copy(const tt_frame *frame, tt_picture *out, tt_error *err);
TT_API void tt_picture_clear(tt_picture *p);

/* What the second look finds. */
typedef struct tt_closeup {
	bool has_gap;         /* a frame with separate halves was looked at */
	tt_gap gap;           /* angles NaN when there is none */
	bool edges_given;     /* gap has the description's edges, and … */
	tt_gap found_gap;     /* … this is what was found, … */
	bool gap_was_found;   /* … if anything was */
	int64_t gap_frame;    /* number of the frame whose gap was measured */
	char gap_reason[200]; /* why something is missing; "" */
	tt_picture gap_picture;

	bool has_difference;
	char difference_reason[256];
	int averaged;
	tt_difference difference; /* its pictures may be NULL when they are of no more use */
	double levels_per_grey;   /* TIFF level = 32768 + this × difference */
	tt_candidate candidate[16];
	size_t n_candidates;

	tt_picture reference; /* the frame on which the gauge was laid */
} tt_closeup;
TT_API void tt_closeup_clear(tt_closeup *c);

/* Somebody who wants frames: asked before each frame, which only comes when he wants it. Rows come in rising order. */
typedef struct tt_frame_taker {
	void *ctx;
	bool (*wants)(void *ctx, size_t row);
	tt_status (*take)(void *ctx, size_t row, const tt_frame *frame, tt_error *err);
} tt_frame_taker;

/* Shows the wanted frames to those who want them: one pass over the recording, from the first frame to the last that is
 * wanted, passing over what nobody wants. Frames without a picture are not shown. source: an open source of the
 * recording, or NULL: it is opened. */
TT_API tt_status tt_observe_frames(const tt_test *test, const tt_observation *o, tt_source *source,
                                   const tt_frame_taker *taker, size_t n, const tt_job *job, tt_error *err);

/* The closeup as a taker: begin, pass, end. What fails softly is a reason in *out; *out must outlive the pass. */
typedef struct tt_closeup_maker tt_closeup_maker;
TT_API tt_status tt_closeup_begin(const tt_observation *o, const tt_look *look, const tt_job *job, tt_closeup *out,
                                  tt_closeup_maker **maker, tt_frame_taker *taker, tt_error *err);
TT_API tt_status tt_closeup_end(tt_closeup_maker *maker, tt_error *err); /* frees the maker in any case; NULL allowed */
TT_API void tt_closeup_abort(tt_closeup_maker *maker);

/* All three at once. */
TT_API tt_status tt_look_close(const tt_test *test, const tt_observation *o, const tt_look *look, const tt_job *job,
                               tt_closeup *out, tt_error *err);

#ifdef __cplusplus
}
#endif
#endif
