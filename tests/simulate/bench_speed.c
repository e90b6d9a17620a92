/* Processor time of simulated tests: signals alone, pictures of 1024 x 1024, the whole recording with its video.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _POSIX_C_SOURCE 200809L
#include <time.h>

#include "helper.h"

/* Of the processor, all threads: a busy machine does not change it much. */
static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void signals(void)
{
	enum { TESTS = 400 };
	double start = seconds();
	for (int i = 0; i < TESTS; i++) {
		tt_simulate_options o = tt_simulate_defaults();
		o.seed = i;
		tt_simulation *sim = simulate("name: a\nlaw: {neck_from: 5 %}\n", &o);
		tt_error err;
		size_t n;
		const double *time, *d, *f;
		CHECK(tt_simulation_log(sim, &n, &time, &d, &f, &err) == TT_OK);
		double sum = 0;
		for (int64_t k = 0; k < tt_simulation_frames(sim); k++)
			sum += tt_simulation_state(sim, k).mark_strain;
		CHECK(sum > 0);
		tt_simulation_free(sim);
	}
	check_note("%.2f ms for the signals of one test (100 Hz log, a state per frame)",
	           1e3 * (seconds() - start) / TESTS);
}

static void pictures(void)
{
	enum { FRAMES = 20 };
	tt_simulate_options o = tt_simulate_defaults();
	o.width = o.height = 1024;
	tt_error err;
	for (int turned = 0; turned < 2; turned++) {
		o.axis_deg = turned ? 37 : 0;
		tt_simulation *sim = simulate("law: {neck_from: 5 %}\n", &o);
		double start = seconds();
		CHECK(tt_simulation_prepare(sim, &err) == TT_OK);
		double ready = seconds();
		for (int64_t i = 0; i < FRAMES; i++) {
			tt_image im;
			CHECK(tt_simulation_frame(sim, 10 * i, &im, &err) == TT_OK);
		}
		check_note("axis %g: texture %.0f ms, %.1f ms a frame of 1024 x 1024", o.axis_deg,
		           1e3 * (ready - start), 1e3 * (seconds() - ready) / FRAMES);
		tt_simulation_free(sim);
	}
}

static void recording(void)
{
	char film[1024], dir[1024];
	snprintf(film, sizeof film, "%s/tests/simulate/benchmark.yaml", check_source_root());
	snprintf(dir, sizeof dir, "%s/recording", check_tmp());
	tt_simulate_options o = tt_simulate_defaults();
	o.frames = 100;
	tt_error err;
	double start = seconds();
	CHECK_MSG(tt_simulate(film, &o, dir, NULL, NULL, &err) == TT_OK, "%s", err.message);
	check_note("%.0f ms a frame of the benchmark recording, H.264 included", 10 * (seconds() - start));
}

static const check_case cases[] = {{"signals", signals}, {"pictures", pictures}, {"recording", recording}};
CHECK_MAIN(cases)
