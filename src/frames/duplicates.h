/* Recognises frames that the camera's software showed again.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_DUPLICATES_H
#define TT_FRAMES_DUPLICATES_H

#include "frames/source.h"

typedef struct tt_repeats tt_repeats;

tt_status tt_repeats_new(tt_repeats **out, tt_error *err);
void tt_repeats_free(tt_repeats *d);
/* Starts again. */
void tt_repeats_reset(tt_repeats *d);
/* What the frames are like; after new or reset, before the first frame. */
void tt_repeats_depth(tt_repeats *d, int bits, size_t frame_bytes);
/* The next frame in order. Frames without picture count too. refreshed: the codec coded this picture on its own among
 * predicted ones, so it may differ everywhere though nothing happened. */
void tt_repeats_push(tt_repeats *d, const tt_frame *frame, bool refreshed);
/* No more frames come: everything pushed is decided now. */
void tt_repeats_finish(tt_repeats *d);
/* Decisions in the order of frames: true and *repeat, or false when the next is not decided yet. */
bool tt_repeats_decided(tt_repeats *d, bool *repeat);
/* How many frames may be waiting for a decision at most. */
int tt_repeats_latency(const tt_repeats *d);

#endif
