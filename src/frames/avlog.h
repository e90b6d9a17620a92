/* What libav has to say, kept for our own sentences instead of printed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_AVLOG_H
#define TT_FRAMES_AVLOG_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { TT_AVLOG_KEPT = 64 };

/* Complaints (level "error" or worse) about one open file. A decoder whose AVCodecContext.opaque points here tells
 * also which packet it was at, from any of its threads. */
typedef struct tt_avlog {
	pthread_mutex_t lock;
	char last[256];                /* the last complaint, one line; "" if none */
	int errors;                    /* their number, those of decoders left out */
	int64_t packet[TT_AVLOG_KEPT]; /* packets that a decoder complained about, the oldest forgotten */
	unsigned packets;
	bool no_memory; /* something could not be allocated: what follows is not to be trusted */
} tt_avlog;

void tt_avlog_init(tt_avlog *log);
void tt_avlog_destroy(tt_avlog *log);
int tt_avlog_errors(tt_avlog *log);
/* Has a decoder complained about this packet (AVCodecContext.reordered_opaque)? */
bool tt_avlog_blames(tt_avlog *log, int64_t packet);

/* libav passes over some allocations that fail, and goes on with less. The C library leaves ENOMEM in the thread's
 * errno: tt_avlog_watch_memory() before a call into libav clears it, tt_avlog_no_memory() after it tells whether an
 * allocation failed in this thread, or in one of the decoder's that had something to say or a buffer to fetch since. */
void tt_avlog_watch_memory(void);
bool tt_avlog_no_memory(tt_avlog *log);
/* From a thread of the decoder: notes an ENOMEM that is there. */
void tt_avlog_note_memory(tt_avlog *log);

/* From now on, what libav logs from the calling thread belongs to log (NULL: to nobody). Returns the former one. */
tt_avlog *tt_avlog_listen(tt_avlog *log);

#endif
