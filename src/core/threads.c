/* A pool of threads whose loops start fast: a worker spins for some microseconds before it sleeps, and a worker
 * that wakes too late for a loop is not waited for.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/threads.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { SPINS = 2000, JOINED = 0x7fff, OPEN = 0x8000, GENERATION_SHIFT = 16 };

typedef struct worker {
	tt_pool *pool;
	int index;
	pthread_t thread;
} worker;

struct tt_pool {
	int size;
	worker *workers; /* size - 1 of them */
	int started;

	/* The loop, written before `state` announces it. */
	void (*fn)(void *ctx, int worker, size_t first, size_t last);
	void *ctx;
	size_t n, grain;
	atomic_size_t next; /* first item not handed out */

	/* Number of the loop, whether it may still be joined, how many workers have joined. */
	atomic_uint_fast64_t state;
	atomic_int left; /* joined workers that have finished */

	atomic_int sleepers, caller_sleeps, quit;
	pthread_mutex_t lock;
	pthread_cond_t wake, done;
};

static inline void pause_briefly(void)
{
#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__))
	__builtin_ia32_pause();
#elif defined(__GNUC__) && defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

static void take_pieces(tt_pool *pool, int index)
{
	for (;;) {
		size_t first = atomic_fetch_add(&pool->next, pool->grain);
		if (first >= pool->n) return;
		size_t last = pool->n - first > pool->grain ? first + pool->grain : pool->n;
		pool->fn(pool->ctx, index, first, last);
	}
}

static bool nothing_new(tt_pool *pool, uint_fast64_t seen)
{
	return atomic_load(&pool->state) >> GENERATION_SHIFT == seen && !atomic_load(&pool->quit);
}

static void wait_for_loop(tt_pool *pool, uint_fast64_t seen)
{
	for (int i = 0; i < SPINS; i++) {
		if (!nothing_new(pool, seen)) return;
		pause_briefly();
	}
	pthread_mutex_lock(&pool->lock);
	atomic_fetch_add(&pool->sleepers, 1);
	while (nothing_new(pool, seen))
		pthread_cond_wait(&pool->wake, &pool->lock);
	atomic_fetch_sub(&pool->sleepers, 1);
	pthread_mutex_unlock(&pool->lock);
}

static bool join_loop(tt_pool *pool, uint_fast64_t *seen)
{
	uint_fast64_t s = atomic_load(&pool->state);
	do {
		*seen = s >> GENERATION_SHIFT;
		if (!(s & OPEN)) return false;
	} while (!atomic_compare_exchange_weak(&pool->state, &s, s + 1));
	return true;
}

static void *work(void *arg)
{
	worker *w = arg;
	tt_pool *pool = w->pool;
	uint_fast64_t seen = 0;
	for (;;) {
		wait_for_loop(pool, seen);
		if (atomic_load(&pool->quit)) return NULL;
		if (!join_loop(pool, &seen)) continue;
		take_pieces(pool, w->index);
		atomic_fetch_add(&pool->left, 1);
		if (atomic_load(&pool->caller_sleeps)) {
			pthread_mutex_lock(&pool->lock);
			pthread_cond_signal(&pool->done);
			pthread_mutex_unlock(&pool->lock);
		}
	}
}

int tt_thread_start(pthread_t *thread, void *(*run)(void *), void *arg)
{
	static const int faults[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
	sigset_t most, old;
	sigfillset(&most);
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		sigdelset(&most, faults[i]);
	pthread_sigmask(SIG_SETMASK, &most, &old);
	int failed = pthread_create(thread, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return failed;
}

tt_status tt_pool_new(int n, tt_pool **out, tt_error *err)
{
	*out = NULL;
	if (n < 1 || n > JOINED) return tt_fail(err, TT_ERR_USAGE, "%d threads asked for, expected 1 to %d", n, JOINED);
	tt_pool *pool = calloc(1, sizeof *pool);
	worker *workers = calloc((size_t)n, sizeof *workers);
	if (!pool || !workers) {
		free(pool);
		free(workers);
		return tt_fail_memory(err, "the pool of threads");
	}
	pool->size = n;
	pool->workers = workers;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->wake, NULL);
	pthread_cond_init(&pool->done, NULL);
	for (; pool->started < n - 1; pool->started++) {
		worker *w = &pool->workers[pool->started];
		*w = (worker){.pool = pool, .index = pool->started + 1};
		if (pthread_create(&w->thread, NULL, work, w) != 0) {
			int had = pool->started;
			tt_pool_free(pool);
			tt_memory_refused(); /* a thread is its stack: whoever goes on without it has failed, too */
			return tt_fail(err, TT_ERR_FAILED, "no memory for thread %d of %d, or too many threads",
			               had + 2, n);
		}
	}
	*out = pool;
	return TT_OK;
}

void tt_pool_free(tt_pool *pool)
{
	if (!pool) return;
	pthread_mutex_lock(&pool->lock);
	atomic_store(&pool->quit, 1);
	pthread_cond_broadcast(&pool->wake);
	pthread_mutex_unlock(&pool->lock);
	for (int i = 0; i < pool->started; i++)
		pthread_join(pool->workers[i].thread, NULL);
	pthread_cond_destroy(&pool->done);
	pthread_cond_destroy(&pool->wake);
	pthread_mutex_destroy(&pool->lock);
	free(pool->workers);
	free(pool);
}

int tt_pool_size(const tt_pool *pool)
{
	return pool ? pool->size : 1;
}

/* Opens the next loop to the workers. */
static void announce(tt_pool *pool)
{
	uint_fast64_t generation = (atomic_load(&pool->state) >> GENERATION_SHIFT) + 1;
	atomic_store(&pool->state, generation << GENERATION_SHIFT | OPEN);
	if (atomic_load(&pool->sleepers) == 0) return;
	pthread_mutex_lock(&pool->lock);
	pthread_cond_broadcast(&pool->wake);
	pthread_mutex_unlock(&pool->lock);
}

/* Closes the loop to those who have not joined, and waits for those who have. */
static void finish(tt_pool *pool)
{
	int joined = (int)(atomic_fetch_and(&pool->state, ~(uint_fast64_t)OPEN) & JOINED);
	for (int i = 0; i < SPINS; i++) {
		if (atomic_load(&pool->left) == joined) return;
		pause_briefly();
	}
	pthread_mutex_lock(&pool->lock);
	atomic_store(&pool->caller_sleeps, 1);
	while (atomic_load(&pool->left) != joined)
		pthread_cond_wait(&pool->done, &pool->lock);
	atomic_store(&pool->caller_sleeps, 0);
	pthread_mutex_unlock(&pool->lock);
}

void tt_pool_for(tt_pool *pool, size_t n, size_t grain, void (*fn)(void *ctx, int worker, size_t first, size_t last),
                 void *ctx)
{
	if (grain < 1) grain = 1;
	if (!pool || pool->size == 1 || n <= grain) {
		for (size_t first = 0; first < n; first += grain)
			fn(ctx, 0, first, n - first > grain ? first + grain : n);
		return;
	}
	pool->fn = fn;
	pool->ctx = ctx;
	pool->n = n;
	pool->grain = grain;
	atomic_store(&pool->next, 0);
	atomic_store(&pool->left, 0);
	announce(pool);
	take_pieces(pool, 0);
	finish(pool);
}
