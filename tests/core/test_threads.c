/* The pool: every item once, by workers with valid numbers, whatever the sizes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/threads.h"
#include "check.h"

#include <stdatomic.h>
#include <time.h>

enum { MOST = 5000 };

typedef struct tally {
	atomic_int count[MOST];
	atomic_int bad;
	int size;
	size_t grain;
} tally;

static void touch(void *ctx, int worker, size_t first, size_t last)
{
	tally *t = ctx;
	if (worker < 0 || worker >= t->size || last <= first || last - first > t->grain) atomic_fetch_add(&t->bad, 1);
	for (size_t i = first; i < last; i++)
		atomic_fetch_add(&t->count[i], 1);
}

static void run_all(tt_pool *pool, size_t n, size_t grain)
{
	static tally t;
	memset(&t, 0, sizeof t);
	t.size = tt_pool_size(pool);
	t.grain = grain < 1 ? 1 : grain;
	tt_pool_for(pool, n, grain, touch, &t);
	CHECK(t.bad == 0);
	for (size_t i = 0; i < MOST; i++)
		CHECK_MSG(t.count[i] == (i < n), "item %zu of %zu was done %d times", i, n, (int)t.count[i]);
}

static void every_item_once(void)
{
	static const size_t count[] = {0, 1, 2, 7, 64, 1000, MOST}, grain[] = {0, 1, 3, 64, 10000};
	tt_error err;
	for (int size = 1; size <= 8; size++) {
		tt_pool *pool;
		CHECK(tt_pool_new(size, &pool, &err) == TT_OK);
		CHECK(tt_pool_size(pool) == size);
		for (size_t i = 0; i < sizeof count / sizeof *count; i++)
			for (size_t g = 0; g < sizeof grain / sizeof *grain; g++)
				run_all(pool, count[i], grain[g]);
		tt_pool_free(pool);
	}
	run_all(NULL, 100, 7);
	tt_pool_free(NULL);
}

static void add(void *ctx, int worker, size_t first, size_t last)
{
	(void)worker;
	atomic_fetch_add((atomic_long *)ctx, (long)(last - first));
}

static void sleep_ms(long ms)
{
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* Loops right after each other, and after the workers went to sleep. */
static void many_loops(void)
{
	tt_pool *pool;
	tt_error err;
	CHECK(tt_pool_new(4, &pool, &err) == TT_OK);
	for (int i = 0; i < 20000; i++) {
		atomic_long sum = 0;
		tt_pool_for(pool, 16, 1, add, &sum);
		CHECK(sum == 16);
		if (i % 1000 == 0) sleep_ms(2);
	}
	tt_pool_free(pool);
}

static void slow_item(void *ctx, int worker, size_t first, size_t last)
{
	(void)worker, (void)last;
	sleep_ms(first == 0 ? 20 : 1);
	atomic_fetch_add((atomic_int *)ctx, 1);
}

static void waits_for_the_slowest(void)
{
	tt_pool *pool;
	tt_error err;
	CHECK(tt_pool_new(3, &pool, &err) == TT_OK);
	for (int i = 0; i < 5; i++) {
		atomic_int done = 0;
		tt_pool_for(pool, 8, 1, slow_item, &done);
		CHECK(done == 8);
	}
	tt_pool_free(pool);
}

static void free_without_a_loop(void)
{
	tt_pool *pool;
	tt_error err;
	for (int i = 0; i < 50; i++) {
		CHECK(tt_pool_new(1 + i % 6, &pool, &err) == TT_OK);
		tt_pool_free(pool);
	}
	CHECK(tt_pool_new(0, &pool, &err) == TT_ERR_USAGE);
	CHECK_STR(err.message, "0 threads asked for, expected 1 to 32767");
	CHECK(!pool);
}

static const check_case cases[] = {
    {"every item once", every_item_once},
    {"many loops", many_loops},
    {"waits for the slowest", waits_for_the_slowest},
    {"free without a loop", free_without_a_loop},
};

CHECK_MAIN(cases)
