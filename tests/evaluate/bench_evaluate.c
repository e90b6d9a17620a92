/* How long an evaluation takes once the images are observed: a sample of 319 frames, with and without the Monte Carlo.
 */
#define _POSIX_C_SOURCE 200809L
#include <time.h>

#include "temtensile/evaluate.h"

#include "check.h"

static double now_s(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct input {
	tt_test *test;
	tt_force_log *log, *empty;
	tt_observation *o;
} input;

static const input *read_input(void)
{
	static input in;
	char path[1024];
	tt_error err;
	if (in.o) return &in;
	snprintf(path, sizeof path, "%s/samples/zrcu-10pa-1/test.yaml", check_source_root());
	CHECK_MSG(tt_test_read(path, NULL, 0, &in.test, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(tt_test_read_logs(in.test, &in.log, &in.empty, &err) == TT_OK, "%s", err.message);
	double start = now_s(CLOCK_MONOTONIC);
	CHECK_MSG(tt_observe(in.test, NULL, NULL, &in.o, &err) == TT_OK, "%s", err.message);
	check_note("observe: %.0f ms, %zu frames", 1e3 * (now_s(CLOCK_MONOTONIC) - start), tt_observation_frames(in.o));
	return &in;
}

static void bench(long draws, bool curve_only, const char *name)
{
	enum { RUNS = 20 };
	const input *in = read_input();
	const tt_evaluate_options options = {.draws = draws, .curve_only = curve_only};
	double best = INFINITY, cpu = INFINITY;
	for (int i = 0; i < RUNS; i++) {
		tt_result *r;
		tt_error err;
		double start = now_s(CLOCK_MONOTONIC), cpu0 = now_s(CLOCK_PROCESS_CPUTIME_ID);
		CHECK_MSG(tt_evaluate(in->o, in->log, in->empty, in->test, &options, NULL, &r, &err) == TT_OK, "%s",
		          err.message);
		best = fmin(best, now_s(CLOCK_MONOTONIC) - start);
		cpu = fmin(cpu, now_s(CLOCK_PROCESS_CPUTIME_ID) - cpu0);
		tt_result_free(r);
	}
	check_note("evaluate, %s: %.1f ms, %.1f ms of processor time (best of %d)", name, 1e3 * best, 1e3 * cpu, RUNS);
}

static void bench_curve(void)
{
	bench(0, true, "curve alone");
}

static void bench_without(void)
{
	bench(0, false, "all without Monte Carlo");
}

static void bench_with(void)
{
	bench(-1, false, "all, draws as described");
}

static const check_case cases[] = {
    {"curve alone", bench_curve}, {"without Monte Carlo", bench_without}, {"with Monte Carlo", bench_with}};
CHECK_MAIN(cases)
