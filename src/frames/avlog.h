/* What libav has to say, kept for our own sentences instead of printed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_AVLOG_H
#define TT_FRAMES_AVLOG_H

#include <stdatomic.h>
#include <stddef.h>

/* Complaints of one open file; an AVCodecContext whose `opaque` points here counts too, from any thread. */
typedef struct tt_avlog {
	atomic_int errors;   /* messages of level "error" or worse */
	char last[256];      /* the last of this thread's, one line; "" if none */
} tt_avlog;

/* Routes libav's log to us, once for the whole process. */
void tt_avlog_route(void);
/* From now on, what libav logs from the calling thread belongs to log (NULL: to nobody). Returns the former one. */
tt_avlog *tt_avlog_listen(tt_avlog *log);

#endif
