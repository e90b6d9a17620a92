/* Sequential reading of 16-bit MRC frames of 2048 x 2048 against `cat file > /dev/null`, both from the page cache.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"
#include "make_stack.h"
#include "temtensile/frames.h"

enum { SIDE = 2048, FRAMES = 48, TIMES = 5 };

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double grey(const void *ctx, int64_t k, int x, int y)
{
	(void)ctx;
	return (double)((x * 31 + y * 17 + (int)k * 7) % 4000);
}

static double cat(const char *path)
{
	char command[700];
	snprintf(command, sizeof command, "cat '%s' > /dev/null", path);
	double start = now();
	CHECK(system(command) == 0);
	return now() - start;
}

static double read_all(const char *path, int ahead, bool keep_duplicates)
{
	const tt_source_options o = {
	    .stream = -1, .ahead = ahead, .keep_duplicates = keep_duplicates, .frame_rate = 10};
	tt_source *s;
	tt_error err = {0};
	tt_frame f;
	double start = now();
	CHECK_MSG(tt_source_open(path, &o, &s, &err) == TT_OK, "%s", err.message);
	int n = 0;
	while (tt_source_next(s, &f, &err) == TT_OK)
		n++;
	tt_source_close(s);
	CHECK(n == FRAMES);
	return now() - start;
}

static void sequential_reading(void)
{
	char path[600];
	const make_stack m = {
	    .format = MAKE_MRC, .width = SIDE, .height = SIDE, .frames = FRAMES, .kind = 'u', .bits = 16};
	snprintf(path, sizeof path, "%s/big.mrc", check_tmp());
	make_stack_file(path, &m, grey, NULL);
	double best[3] = {1e9, 1e9, 1e9};
	for (int i = 0; i < TIMES; i++) { /* in turns, so that both see the same machine */
		best[0] = fmin(best[0], cat(path));
		best[1] = fmin(best[1], read_all(path, -1, true));
		best[2] = fmin(best[2], read_all(path, 0, false));
	}
	const double gb = (double)SIDE * SIDE * 2 * FRAMES / 1e9;
	check_note(
	    "cat %.2f GB/s; frames %.2f GB/s (%.0f %%); read ahead and looked at for repeats %.2f GB/s (%.0f %%)",
	    gb / best[0], gb / best[1], 100 * best[0] / best[1], gb / best[2], 100 * best[0] / best[2]);
	CHECK_MSG(best[0] / best[1] >= 0.7, "%.0f %% of cat", 100 * best[0] / best[1]);
}

static const check_case cases[] = {{"16-bit MRC of 2048 x 2048", sequential_reading}};

CHECK_MAIN(cases)
