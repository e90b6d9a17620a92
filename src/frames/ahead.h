/* A bounded queue of frames, filled on a thread of its own ahead of the consumer.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_AHEAD_H
#define TT_FRAMES_AHEAD_H

#include "frames/duplicates.h"
#include "frames/source.h"

typedef struct tt_ahead tt_ahead;

/* depth: frames ahead, >= 1; 0: no thread, each call reads. repeats: NULL, or what looks for repeated frames; frames
 * it has not decided about yet wait in the queue. Reader and repeats stay the caller's. */
tt_status tt_ahead_new(tt_reader *r, tt_repeats *repeats, int depth, tt_ahead **out, tt_error *err);
/* Stops the thread. NULL allowed. */
void tt_ahead_free(tt_ahead *a);
/* The next frame's slot, the queue's until the next call; TT_OK, TT_END (again and again) or the error in its turn. */
tt_status tt_ahead_next(tt_ahead *a, tt_slot **slot, tt_error *err);
/* Throws away what was read ahead and goes on from there. */
tt_status tt_ahead_seek(tt_ahead *a, int64_t number, double time_s, tt_error *err);
/* Goes on from a place of the reader's (tt_source_place), which becomes a part's: frames are judged anew from there. */
tt_status tt_ahead_resume(tt_ahead *a, const tt_source_place *at, tt_error *err);
/* The reader rests for good: it may be asked by the caller. */
void tt_ahead_pause(tt_ahead *a);
/* What the reader said beside the frames that were delivered: at the end, at an error, with frames that a seek threw
 * away. Only to be asked for after tt_ahead_next() gave no frame; the caller takes it. */
tt_strings *tt_ahead_last_words(tt_ahead *a);

#endif
