/* How long a Monte Carlo run takes, and coverage with as many draws as the program makes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <time.h>

#include "check.h"
#include "signals.h"

static double now(void)
{
	struct timespec t;
	timespec_get(&t, TIME_UTC);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void bench_speed(void)
{
	static const double fps[] = {5, 17, 170};
	for (int k = 0; k < 3; k++)
		for (int threads = 1; threads <= 2; threads++) {
			sig_setup s = sig_default();
			s.fps = fps[k];
			sig_test t;
			sig_make(&s, 1, &t);
			tt_properties p;
			tt_uncertainty u;
			tt_error err;
			tt_job job = {.threads = threads};
			double start = now();
			CHECK(tt_properties_compute(&t.in, NULL, &p, &err) == TT_OK);
			double best = now() - start;
			start = now();
			clock_t cpu = clock();
			CHECK(tt_uncertainty_run(&t.in, NULL, &t.model, NULL, &job, &p, &u, &err) == TT_OK);
			double took = now() - start, used = (double)(clock() - cpu) / CLOCKS_PER_SEC;
			check_note("%zu rows, %d thread%s: properties %.1f ms, 1000 draws with budget %.2f s, %.2f s "
			           "of processor "
			           "(blocks of %zu rows)",
			           p.used_rows, threads, threads > 1 ? "s" : "", 1e3 * best, took, used,
			           u.rows_per_block);
			tt_uncertainty_clear(&u);
			tt_properties_clear(&p);
			sig_free(&t);
		}
}

/* 400 tests for each of three kinds, 1000 draws a test. */
static void bench_coverage(void)
{
	static const struct {
		double noise, bias;
	} kinds[] = {{1e-5, 1e-5}, {1e-4, 4e-5}, {5e-4, 1e-4}};
	for (int k = 0; k < 3; k++) {
		enum { TESTS = 400 };
		static double error[TT_PROP_COUNT][TESTS];
		double u[TT_PROP_COUNT] = {0};
		int covered[TT_PROP_COUNT] = {0}, n[TT_PROP_COUNT] = {0};
		for (uint64_t i = 0; i < TESTS; i++) {
			sig_setup s = sig_default();
			s.strain_noise = kinds[k].noise;
			s.bias = kinds[k].bias;
			sig_test t;
			sig_make(&s, 5000 + i, &t);
			tt_properties p;
			tt_error err;
			tt_uncertainty_options how = tt_uncertainty_defaults();
			how.budget = false;
			CHECK(tt_properties_compute(&t.in, NULL, &p, &err) == TT_OK);
			CHECK(tt_uncertainty_run(&t.in, NULL, &t.model, &how, NULL, &p, NULL, &err) == TT_OK);
			for (int j = 0; j < TT_PROP_COUNT; j++) {
				const tt_property *q = &p.value[j];
				if (!isfinite(q->u)) continue;
				error[j][n[j]++] = q->value - t.truth[j];
				u[j] += q->u;
				covered[j] += t.truth[j] >= q->lo && t.truth[j] <= q->hi;
			}
			tt_properties_clear(&p);
			sig_free(&t);
		}
		check_note(
		    "strain noise %g, slow error %g: property, tests, covered %%, mean u / spread, mean error / spread",
		    kinds[k].noise, kinds[k].bias);
		for (int j = 0; j < TT_PROP_COUNT; j++) {
			double mean = 0, ss = 0;
			for (int i = 0; i < n[j]; i++)
				mean += error[j][i] / n[j];
			for (int i = 0; i < n[j]; i++)
				ss += (error[j][i] - mean) * (error[j][i] - mean) / (n[j] - 1);
			check_note("  %-24s %d %5.1f %.2f %+.2f", tt_property_describe((tt_property_id)j)->id, n[j],
			           100.0 * covered[j] / n[j], u[j] / n[j] / sqrt(ss), mean / sqrt(ss));
			CHECK(covered[j] >= 0.91 * n[j] && covered[j] <= 0.99 * n[j]);
		}
	}
}

static const check_case cases[] = {
    {"speed", bench_speed},
    {"coverage with 1000 draws a test", bench_coverage},
};
CHECK_MAIN(cases)
