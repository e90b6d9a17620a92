/* How fast a 12-bit Merlin file is reduced, against cat and against nothing but its reads, all from the page cache, on
 * two threads, with four bands, radial mean and variance; and the memory it takes. TT_SCAN_MB: size of the file
 * (default 400; 4096 for 4 GB). SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "temtensile/scan.h"

enum { SIDE = 256, HEAD = 384 };

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Processor time of this process so far: what other work on the machine does not stretch. */
static double processor(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void make(const char *path, int patterns)
{
	static char frame[HEAD + 2 * SIDE * SIDE];
	FILE *f = fopen(path, "wb");
	CHECK(f);
	uint32_t state = 1;
	for (int k = 0; k < patterns; k++) {
		if (k < 64) {
			memset(frame, ' ', HEAD);
			const int n = snprintf(
			    frame, HEAD,
			    "MQ1,%06d,00384,01,0256,0256,U16,   1x1,01,2026-01-01 00:00:00.000000,0.003000,0,0,0,",
			    k + 1);
			frame[n] = ' ';
			for (int i = 0; i < SIDE * SIDE; i++) {
				const double r = hypot(i % SIDE - 127.3, i / SIDE - 128.1), p = (r - 50) / 6;
				state = state * 1664525u + 1013904223u;
				const unsigned v = (unsigned)(60 * exp(-r / 30) + 30 * exp(-p * p / 2) + (state >> 28));
				frame[HEAD + 2 * i] = (char)(v >> 8);
				frame[HEAD + 2 * i + 1] = (char)(v & 255);
			}
		}
		CHECK(fwrite(frame, 1, sizeof frame, f) == sizeof frame);
	}
	CHECK(fclose(f) == 0);
}

/* As cat reads: one piece of 128 kB after the other. */
static double read_all(const char *path)
{
	static char piece[1 << 17];
	const double start = now();
	const int f = open(path, O_RDONLY);
	CHECK(f >= 0);
	while (read(f, piece, sizeof piece) > 0) {
	}
	close(f);
	return now() - start;
}

static double cat_all(const char *path)
{
	char command[700];
	snprintf(command, sizeof command, "cat '%s' > /dev/null", path);
	const double start = now();
	CHECK(system(command) == 0);
	return now() - start;
}

static void rate(void)
{
	const char *size = getenv("TT_SCAN_MB");
	const int megabytes = size ? atoi(size) : 400;
	const int patterns = (int)((double)megabytes * 1048576 / (HEAD + 2 * SIDE * SIDE)) / 64 * 64;
	char path[600];
	snprintf(path, sizeof path, "%s/bench.mib", check_tmp());
	make(path, patterns);
	static char name[][2] = {"a", "b", "c", "d"}, bench_name[] = "bench";
	tt_scan_band_spec bands[] = {
	    {name[0], 0, 20, false}, {name[1], 40, 48, false}, {name[2], 48, 56, false}, {name[3], 60, 100, false}};
	tt_scan_description d = {.name = bench_name,
	                         .file = path,
	                         .rows = patterns / 64,
	                         .columns = 64,
	                         .k_per_px = {.value = NAN},
	                         .step = {.value = NAN},
	                         .ring = {NAN, NAN},
	                         .gain = NAN,
	                         .band = bands,
	                         .n_bands = 4};
	double cat = INFINITY, bare = INFINITY, own = INFINITY, bare_processor = INFINITY, own_processor = INFINITY;
	for (int i = 0; i < 3; i++) {
		cat = fmin(cat, cat_all(path));
		const double before = processor();
		bare = fmin(bare, read_all(path));
		const double between = processor(), start = now();
		bare_processor = fmin(bare_processor, between - before);
		tt_scan_result *r;
		tt_error err;
		CHECK_MSG(tt_scan_measure(&d, &(tt_job){.threads = 2}, &r, &err) == TT_OK, "%s", err.message);
		own = fmin(own, now() - start);
		own_processor = fmin(own_processor, processor() - between);
		tt_scan_result_free(r);
	}
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	const double gigabytes = (double)patterns * (HEAD + 2 * SIDE * SIDE) / 1e9;
	check_note(
	    "%.2f GB: reducing %.2f s (%.2f GB/s); cat %.2f s: %.0f %%; reads of 128 kB alone %.2f s: %.0f %%; largest "
	    "memory %.0f MB",
	    gigabytes, own, gigabytes / own, cat, 100 * cat / own, bare, 100 * bare / own, (double)u.ru_maxrss / 1024);
	check_note("processor time: reads alone %.2f s, reducing %.2f s, on two threads each half of it: %.0f %%",
	           bare_processor, own_processor, 200 * bare_processor / own_processor);
}

static const check_case cases[] = {{"rate", rate}};
CHECK_MAIN(cases)
