/* How long an evaluation takes once the images are observed: a sample of 319 frames, with and without the Monte Carlo;
 * and 10^4 frames of a simulated test whose spring's stiffness is dragged. SPDX-License-Identifier: GPL-3.0-or-later */
#define _POSIX_C_SOURCE 200809L
#include <time.h>

#include "temtensile/evaluate.h"

#include "../jobs/observed.h"
#include "check.h"
#include "numeric/statistics.h"
#include "observe/observation.h"

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

/* ---- 10^4 frames ---- */

static tt_simulation *long_test(void)
{
	static const char spec[] =
	    "name: long\nseed: 4\ncontrol: {rate: 4.5 µN/s, approach: 6 s, hold: 1 s, unload_rate: 90 µN/s, after: 2 "
	    "s}\nlaw: {fracture_strain: 4 %}\nvideo: {size: [1024, 1024], frame_rate: 150 Hz}\n";
	const tt_simulate_options o = {.frames = 10000};
	tt_simulation *sim;
	tt_error err;
	CHECK_MSG(tt_simulation_parse(spec, sizeof spec - 1, "the spec", &o, &sim, &err) == TT_OK, "%s", err.message);
	return sim;
}

static void write_test(tt_simulation *sim, char *path, size_t size)
{
	char file[1024];
	size_t n;
	const double *time, *d, *f;
	const tt_sim_truth *t = tt_simulation_truth(sim);
	tt_error err;
	CHECK(tt_simulation_log(sim, &n, &time, &d, &f, &err) == TT_OK);
	snprintf(file, sizeof file, "%s/log.txt", check_tmp());
	FILE *out = fopen(file, "w");
	CHECK(out);
	fprintf(out, "\nNumber of Points = %zu\n\nDepth (nm)\tLoad (µN)\tTime (s)\n", n);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%.6f\t%.6f\t%.6f\n", 1e9 * d[i], 1e6 * f[i], time[i]);
	CHECK(fclose(out) == 0);
	snprintf(path, size, "%s/test.yaml", check_tmp());
	CHECK((out = fopen(path, "w")));
	fprintf(out,
	        "name: long\nvideo: {file: test.mp4, pixel_size: %.6g ± 0.01 nm}\nforce: {file: log.txt, spring: "
	        "{stiffness: 450 ± 10 N/m}}\nspecimen: {width: %.1f ± 8 nm, thickness: %.1f ± 3 nm}\n"
	        "gauge: {from: [%.1f, %.1f], to: [%.1f, %.1f]}\nsync: {log_starts_at: auto}\n",
	        1e9 * t->pixel_size, 1e9 * t->width, 1e9 * t->thickness, t->marks_px[0][0], t->marks_px[0][1],
	        t->marks_px[1][0], t->marks_px[1][1]);
	CHECK(fclose(out) == 0);
}

/* The processor time of one curve with this stiffness (N/m). */
static double dragged_to(const tt_observation *o, const char *path, int stiffness)
{
	const tt_evaluate_options options = {.draws = 0};
	char set[100];
	const char *sets[] = {set};
	tt_force_log *log, *empty;
	tt_test *test;
	tt_result *r;
	tt_error err;
	snprintf(set, sizeof set, "force.spring.stiffness=%d ± 10 N/m", stiffness);
	CHECK_MSG(tt_test_read(path, sets, 1, &test, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(tt_test_read_logs(test, &log, &empty, &err) == TT_OK, "%s", err.message);
	const double begun = now_s(CLOCK_PROCESS_CPUTIME_ID);
	CHECK_MSG(tt_evaluate(o, log, empty, test, &options, NULL, &r, &err) == TT_OK, "%s", err.message);
	const double took = now_s(CLOCK_PROCESS_CPUTIME_ID) - begun;
	check_note("k = %d N/m: %.0f ms; log_starts_at %.12g ± %.3g s, E %.12g GPa", stiffness, 1e3 * took,
	           r->clock.starts_at_s, r->clock.u_s, 1e-9 * r->properties.value[TT_PROP_YOUNGS_MODULUS].value);
	tt_result_free(r);
	tt_force_log_free(log);
	tt_force_log_free(empty);
	tt_test_free(test);
	return took;
}

static void bench_dragged(void)
{
	enum { RUNS = 12 };
	tt_simulation *sim = long_test();
	tt_observation *o = observe_simulation(sim, 0.02);
	char path[1024];
	double took[RUNS];
	o->has_width = true;
	snprintf(o->width.reason, sizeof o->width.reason, "no widths in this benchmark");
	write_test(sim, path, sizeof path);
	for (int i = 0; i < RUNS; i++)
		took[i] = dragged_to(o, path, 420 + 5 * i);
	check_note("10^4 frames, another k each time: %.0f ms of processor time (median of %d)",
	           1e3 * tt_median(took, RUNS), RUNS);
	tt_observation_free(o);
	tt_simulation_free(sim);
}

static const check_case cases[] = {{"curve alone", bench_curve},
                                   {"without Monte Carlo", bench_without},
                                   {"with Monte Carlo", bench_with},
                                   {"ten thousand frames", bench_dragged}};
CHECK_MAIN(cases)
