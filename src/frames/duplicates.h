/* Recognises frames that the camera's software showed again.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_DUPLICATES_H
#define TT_FRAMES_DUPLICATES_H

#include "frames/source.h"

typedef struct tt_repeats tt_repeats;

tt_status tt_repeats_new(tt_repeats **out, tt_error *err);
void tt_repeats_free(tt_repeats *d);
/* What the frames are like, before the first one. */
void tt_repeats_depth(tt_repeats *d, int bits, size_t frame_bytes);
/* Forgets all frames: those that come are of another place. */
void tt_repeats_restart(tt_repeats *d);
/* The next frame in order. Frames without picture count too. coded: 'I', 'P', 'B' in a codec that predicts, else 0. */
void tt_repeats_push(tt_repeats *d, const tt_frame *frame, char coded);
/* Decides about everything pushed by what is known now; more frames may come. */
void tt_repeats_hurry(tt_repeats *d);
/* Decisions in the order of frames: true and *repeat, or false when the next is not decided yet. */
bool tt_repeats_decided(tt_repeats *d, bool *repeat);
/* How many frames may be waiting for a decision at most. */
int tt_repeats_latency(const tt_repeats *d);

#endif
