/* Threads, and a pool of them for loops over independent items.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CORE_THREADS_H
#define TT_CORE_THREADS_H

#include <pthread.h>

#include "temtensile/core.h"

/* A thread that takes no signals: they belong to the program's own threads. Those of a fault stay, for whoever wants a
 * word said before the end. As pthread_create. */
int tt_thread_start(pthread_t *thread, void *(*run)(void *), void *arg);

typedef struct tt_pool tt_pool;

/* n >= 1 workers, the caller's thread counted in: n = 1 makes no thread. */
tt_status tt_pool_new(int n, tt_pool **out, tt_error *err);
void tt_pool_free(tt_pool *pool);
int tt_pool_size(const tt_pool *pool);
/* Calls fn(ctx, worker, first, last) over [0, n) in pieces of at most `grain`, handed out as workers
 * become free; worker is 0 … size - 1, for per-worker workspaces. Returns when all are done.
 * pool may be NULL: then it runs in the caller's thread. Not re-entrant from within fn. */
void tt_pool_for(tt_pool *pool, size_t n, size_t grain, void (*fn)(void *ctx, int worker, size_t first, size_t last),
                 void *ctx);

#endif
