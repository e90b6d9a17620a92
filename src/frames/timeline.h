/* From packets sent and pictures received to numbered, timed, flagged frames. Knows no library: it only counts.
 *
 * A packet gets a number (seq) in decoding order. The decoder gives pictures back in presentation order, each with
 * its packet's seq. From what does not come back, frames are found that could not be decoded; from where damage
 * began, those that may have been predicted from it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_TIMELINE_H
#define TT_FRAMES_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "temtensile/core.h"

#define TT_NO_TIME INT64_MIN

typedef struct tt_timeline_setup {
	int64_t tick_num, tick_den; /* seconds a tick */
	int64_t interval;           /* nominal ticks between frames; 0: not known */
	double rate;                /* > 0: times are number / rate, whatever the stamps say */
	bool intra_only;            /* every frame stands alone: damage does not spread */
	bool packet_is_picture;     /* each packet shows one picture, so one that is not shown is lost even if nobody
	                               complained */
	bool jumps_are_losses; /* a jump of a constant-rate stream's decoding times means that packets are missing */
} tt_timeline_setup;

typedef struct tt_timeline_item {
	int64_t number;
	double time_s;
	unsigned flags; /* TT_FRAME_DAMAGED, TT_FRAME_UNDECODED */
	int64_t seq;    /* -1: no packet is known */
	int64_t pts;    /* as the container has it, ticks; TT_NO_TIME: none */
	void *picture;  /* NULL when undecoded */
	bool key;       /* its packet was a key frame */
} tt_timeline_item;

typedef struct tt_timeline tt_timeline;

tt_status tt_timeline_new(const tt_timeline_setup *setup, tt_timeline **out, tt_error *err);
/* Pictures not popped are handed to drop. */
void tt_timeline_free(tt_timeline *t, void (*drop)(void *picture));

typedef struct tt_timeline_packet {
	int64_t pts, dts; /* ticks; may be TT_NO_TIME */
	bool key;
	bool corrupt;
	bool doubtful; /* packets may be missing before it, but nothing is sure */
	bool follows;  /* the file is whole between the packet before and this one: a jump in time is a pause */
	bool hidden;   /* decoded but not to be shown (outside an edit list) */
} tt_timeline_packet;

/* A packet goes to the decoder; returns its seq. */
int64_t tt_timeline_sent(tt_timeline *t, const tt_timeline_packet *p);
/* The decoder refused a packet (which, is seen later). */
void tt_timeline_refused(tt_timeline *t);
/* The container was damaged here: packets may be missing before the next one. */
void tt_timeline_gap(tt_timeline *t);
typedef enum tt_timeline_taken { TT_TIMELINE_TAKEN, TT_TIMELINE_PASSED_OVER, TT_TIMELINE_NO_MEMORY } tt_timeline_taken;

/* A picture came. seq -1: not known. The picture stays the caller's unless taken. */
tt_timeline_taken tt_timeline_picture(tt_timeline *t, int64_t seq, int64_t pts, bool damaged, void *picture);
/* No more packets come. The last pictures that a decoder gives back for a file without presentation times have none.
 * unsure: the file is cut and the decoder reorders, so such pictures have lost their place; they are passed over. */
void tt_timeline_drain(tt_timeline *t, bool unsure);
/* Nothing more comes. cut: the file ends too early, so packets at its end that gave no picture are no frames. */
void tt_timeline_end(tt_timeline *t, bool cut);
/* The next frame in order, when it is certain. */
bool tt_timeline_pop(tt_timeline *t, tt_timeline_item *item);

/* A frame from which decoding can start again. */
typedef struct tt_timeline_key {
	int64_t number, pts, dts;
	int64_t ticks, offset; /* the time it was given, and by how much stamps were moved by then */
} tt_timeline_key;

/* The last known key frame at or before number; false when there is none. */
bool tt_timeline_key_before(const tt_timeline *t, int64_t number, tt_timeline_key *key);
/* After a seek: the next packet sent is that of `key`, and its frame the next to be popped. Pictures waiting are
 * dropped. */
void tt_timeline_restart(tt_timeline *t, const tt_timeline_key *key, void (*drop)(void *picture));

typedef struct tt_timeline_counts {
	int64_t start_pts; /* of frame 0; TT_NO_TIME */
	int64_t frames, damaged, undecoded;
	int64_t first_damaged, first_undecoded, last_good; /* -1: none */
	int64_t leading;                                   /* pictures before the first key frame, passed over */
	int64_t not_rising;                                /* time stamps that did not rise */
	int64_t missing_times;                             /* frames without a time stamp */
	double end_s;                                      /* of the last frame, one interval after its time */
} tt_timeline_counts;
const tt_timeline_counts *tt_timeline_counts_of(const tt_timeline *t);

#endif
