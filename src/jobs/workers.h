/* Jobs in processes of their own: one that crashes or runs out of memory does not take the others along.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_JOBS_WORKERS_H
#define TT_JOBS_WORKERS_H

#include "temtensile/core.h"

typedef struct tt_workers {
	void *ctx;
	size_t n;          /* jobs */
	int at_once;       /* >= 1 */
	int threads;       /* of each job */
	const char *stage; /* for the progress report */
	/* In the child. Lines told by tell(link, text) reach `heard` in the parent. */
	tt_status (*run)(void *ctx, size_t i, const tt_job *job, void (*tell)(void *link, const char *text), void *link,
	                 tt_error *err);
	void (*heard)(void *ctx, size_t i, const char *line);
	void (*ended)(void *ctx, size_t i, tt_status st, const char *message);
} tt_workers;

/* Runs all jobs; a job that fails does not stop the others. TT_ERR_INTERRUPTED when the caller asked to stop: then all
 * children have ended. A parent that is killed takes its children along (Linux), or they end when they next have
 * something to say. No thread may run in the caller's process. */
tt_status tt_workers_run(const tt_workers *w, const tt_job *job, tt_error *err);

#endif
