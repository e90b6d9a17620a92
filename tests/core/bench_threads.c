/* How long an empty loop over the pool takes: the price of one dispatch.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/threads.h"
#include "check.h"

#include <time.h>

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void nothing(void *ctx, int worker, size_t first, size_t last)
{
	(void)ctx, (void)worker, (void)first, (void)last;
}

static void dispatch(void)
{
	enum { LOOPS = 20000 };
	for (int size = 1; size <= tt_job_threads(NULL); size++) {
		tt_pool *pool;
		tt_error err;
		CHECK(tt_pool_new(size, &pool, &err) == TT_OK);
		double start = now_s();
		for (int i = 0; i < LOOPS; i++)
			tt_pool_for(pool, 64, 8, nothing, NULL);
		check_note("%d threads: %.2f us a loop of 8 pieces", size, 1e6 * (now_s() - start) / LOOPS);
		tt_pool_free(pool);
	}
}

static const check_case cases[] = {{"dispatch", dispatch}};

CHECK_MAIN(cases)
