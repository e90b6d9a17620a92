/* The recordings in samples/: they are what their simulation.yaml makes, they are small, and they say what the films
 * do. SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700
#include <ftw.h>
#include <sys/stat.h>

#include "helper.h"

static const char *const sample[] = {"zrcu-0.002pa-1", "zrcu-0.002pa-2", "zrcu-10pa-1",
                                     "zrcu-10pa-2",    "zrcu-100pa-1",   "zrcu-100pa-2"};
enum { SAMPLES = sizeof sample / sizeof *sample };

static const char *path_of(int i, const char *file)
{
	static char path[4][1024];
	static int turn;
	char *p = path[turn++ & 3];
	snprintf(p, sizeof path[0], "%s/samples/%s/%s", check_source_root(), sample[i], file);
	return p;
}

static tt_simulation *open_sample(int i)
{
	tt_error err;
	tt_simulation *sim;
	CHECK_MSG(tt_simulation_open(path_of(i, "simulation.yaml"), NULL, &sim, &err) == TT_OK, "%s", err.message);
	return sim;
}

static FILE *open_file(int i, const char *file)
{
	FILE *f = fopen(path_of(i, file), "rb");
	CHECK_MSG(f, "samples/%s/%s is missing", sample[i], file);
	return f;
}

static long long total;

static int add_size(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
	(void)name, (void)ftw;
	if (type == FTW_F) total += st->st_size;
	return 0;
}

static void all_together_are_small(void)
{
	char dir[1024];
	snprintf(dir, sizeof dir, "%s/samples", check_source_root());
	total = 0;
	CHECK(nftw(dir, add_size, 16, FTW_PHYS) == 0);
	check_note("samples/: %.2f MB", 1e-6 * (double)total);
	CHECK(total > 1000000 && total <= 12000000);
}

/* Numbers rather than bytes: another C library may round the last digit the other way. */
static void logs_are_as_simulated(void)
{
	for (int i = 0; i < SAMPLES; i++) {
		tt_simulation *sim = open_sample(i);
		tt_error err;
		size_t n;
		const double *time, *d, *f;
		CHECK(tt_simulation_log(sim, &n, &time, &d, &f, &err) == TT_OK);
		FILE *file = open_file(i, "log.txt");
		char line[256];
		size_t rows = 0;
		while (fgets(line, sizeof line, file)) {
			char *p;
			double depth = strtod(line, &p);
			if (p == line || *p != '\t') continue;
			CHECK(rows < n);
			CHECK_NEAR(depth, 1e9 * d[rows], 2e-6);
			CHECK_NEAR(strtod(p, &p), 1e6 * f[rows], 2e-6);
			CHECK_NEAR(strtod(p, &p), time[rows], 1e-6);
			rows++;
		}
		fclose(file);
		CHECK_MSG(rows == n, "%s: %zu rows in the log, %zu simulated", sample[i], rows, n);
		tt_simulation_free(sim);
	}
}

static void truths_are_as_simulated(void)
{
	for (int i = 0; i < SAMPLES; i++) {
		tt_simulation *sim = open_sample(i);
		FILE *file = open_file(i, "truth.csv");
		char line[512];
		CHECK(fgets(line, sizeof line, file));
		int64_t rows = 0;
		while (fgets(line, sizeof line, file)) {
			double v[7];
			CHECK(sscanf(line, "%lf,%lf,%lf,%lf,%lf,%lf,%lf", v, v + 1, v + 2, v + 3, v + 4, v + 5,
			             v + 6) == 7);
			CHECK(rows < tt_simulation_frames(sim));
			tt_sim_state s = tt_simulation_state(sim, rows);
			CHECK_NEAR(v[0], (double)rows, 0);
			CHECK_NEAR(v[1], s.time_s, 1e-7);
			CHECK_NEAR(v[4], s.mark_strain, 1e-9);
			CHECK_NEAR(v[5], 1e6 * s.force_raw_N, 1e-5);
			CHECK_NEAR(v[6], 1e-9 * s.stress_Pa, 1e-7);
			rows++;
		}
		fclose(file);
		CHECK(rows == tt_simulation_frames(sim));
		tt_simulation_free(sim);
	}
}

static void films_differ_as_they_should(void)
{
	double yield[3] = {0}, elongation[3] = {0};
	for (int i = 0; i < SAMPLES; i++) {
		tt_simulation *sim = open_sample(i);
		const tt_sim_truth *t = tt_simulation_truth(sim);
		yield[i / 2] += 0.5e-9 * t->yield_02;
		elongation[i / 2] += 50 * t->mark_strain_at_fracture;
		CHECK(t->broken && t->necks);
		CHECK(fabs(t->stiffness - t->stated_stiffness.value) < 2 * t->stated_stiffness.u);
		tt_simulation_free(sim);
	}
	check_note("yield %.2f, %.2f, %.2f GPa; elongation %.2f, %.2f, %.2f %%", yield[0], yield[1], yield[2],
	           elongation[0], elongation[1], elongation[2]);
	CHECK_NEAR(yield[0], 2.6, 0.05);
	CHECK(yield[1] < 2 && yield[2] < yield[1] - 0.1);
	CHECK_NEAR(elongation[0], 6, 0.1);
	CHECK_NEAR(elongation[1], 9, 0.1);
	CHECK_NEAR(elongation[2], 9.4, 0.1);
}

static const check_case cases[] = {
    {"all_together_are_small", all_together_are_small},
    {"logs_are_as_simulated", logs_are_as_simulated},
    {"truths_are_as_simulated", truths_are_as_simulated},
    {"films_differ_as_they_should", films_differ_as_they_should},
};
CHECK_MAIN(cases)
