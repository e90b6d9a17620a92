/* How long an evaluation takes once the images are observed: a sample of 319 frames, with and without the Monte Carlo. */
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

static void bench(void)
{
	enum { RUNS = 7 };
	char path[1024];
	tt_error err;
	tt_test *test;
	tt_force_log *log, *empty;
	tt_observation *o;
	static const struct {
		long draws;
		bool curve_only;
		const char *name;
	} kind[] = {{0, true, "curve alone"}, {0, false, "without Monte Carlo"}, {-1, false, "with it, draws as described"}};
	snprintf(path, sizeof path, "%s/samples/zrcu-10pa-1/test.yaml", check_source_root());
	CHECK_MSG(tt_test_read(path, NULL, 0, &test, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(tt_test_read_logs(test, &log, &empty, &err) == TT_OK, "%s", err.message);
	double start = now_s(CLOCK_MONOTONIC);
	CHECK_MSG(tt_observe(test, NULL, NULL, &o, &err) == TT_OK, "%s", err.message);
	check_note("observe: %.0f ms, %zu frames", 1e3 * (now_s(CLOCK_MONOTONIC) - start), tt_observation_frames(o));
	for (size_t k = 0; k < sizeof kind / sizeof *kind; k++) {
		double best = INFINITY, cpu = INFINITY;
		for (int i = 0; i < RUNS; i++) {
			tt_evaluate_options options = {.draws = kind[k].draws, .curve_only = kind[k].curve_only};
			tt_result *r;
			start = now_s(CLOCK_MONOTONIC);
			double cpu0 = now_s(CLOCK_PROCESS_CPUTIME_ID);
			CHECK_MSG(tt_evaluate(o, log, empty, test, &options, NULL, &r, &err) == TT_OK, "%s", err.message);
			best = fmin(best, now_s(CLOCK_MONOTONIC) - start);
			cpu = fmin(cpu, now_s(CLOCK_PROCESS_CPUTIME_ID) - cpu0);
			tt_result_free(r);
		}
		check_note("evaluate, %s: %.1f ms, %.1f ms of processor time (best of %d)", kind[k].name, 1e3 * best, 1e3 * cpu, RUNS);
	}
	tt_observation_free(o);
	tt_force_log_free(log);
	tt_force_log_free(empty);
	tt_test_free(test);
}

static const check_case cases[] = {{"evaluation of a sample", bench}};
CHECK_MAIN(cases)
