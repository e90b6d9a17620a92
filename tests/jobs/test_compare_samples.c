/* The samples' study against the truth of its recordings.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700
#include "check.h"
#include "results.h"
#include "temtensile/report.h"
#include "temtensile/jobs.h"

enum { FILMS = 3, REPEATS = 2 };

static const char *const film[FILMS] = {"0.002", "10", "100"};
static const char *const properties[] = {"youngs_modulus_GPa", "yield_strength_GPa", "ultimate_strength_GPa",
                                         "uniform_elongation", "total_elongation",   "plastic_elongation",
                                         "toughness_MJ_per_m3"};

static double truth_of(int f, const char *key)
{
	double sum = 0;
	for (int i = 1; i <= REPEATS; i++) {
		char path[1024], name[64];
		snprintf(path, sizeof path, "%s/samples/zrcu-%spa-%d/truth.json", check_source_root(), film[f], i);
		snprintf(name, sizeof name, "properties.%s", key);
		json_t *j = json_file(path);
		sum += json_at(j, name);
		json_decref(j);
	}
	return sum / REPEATS;
}

typedef struct measured {
	double mean, lo, hi;
} measured;

static measured measured_of(const json_t *j, int f, const char *key)
{
	char name[128];
	measured m;
	snprintf(name, sizeof name, "properties.%s.groups.%d.mean", key, f);
	m.mean = json_at(j, name);
	snprintf(name, sizeof name, "properties.%s.groups.%d.interval95_with_shared.0", key, f);
	m.lo = json_at(j, name);
	snprintf(name, sizeof name, "properties.%s.groups.%d.interval95_with_shared.1", key, f);
	m.hi = json_at(j, name);
	return m;
}

static const char *study_results(void)
{
	static char out[1024];
	static const char *const quick[] = {"output.movie=false", "output.report=false"};
	if (out[0]) return out;
	char path[1024];
	setenv("XDG_CACHE_HOME", check_tmp(), 1);
	atexit(tt_canvas_forget_fonts); /* cairo keeps them, and a leak checker would find them */
	snprintf(path, sizeof path, "%s/samples/study.yaml", check_source_root());
	snprintf(out, sizeof out, "%s/results", check_tmp());
	tt_error err;
	tt_compare_options options = {.sets = quick, .n_sets = 2};
	tt_status st = tt_compare(path, out, &options, NULL, NULL, &err);
	CHECK_MSG(st == TT_OK, "%s", err.message);
	return out;
}

static json_t *statistics(void)
{
	char path[1100];
	snprintf(path, sizeof path, "%s/statistics.json", study_results());
	return json_file(path);
}

static void test_groups(void)
{
	json_t *j = statistics();
	for (int f = 0; f < FILMS; f++) {
		char name[128], want[32];
		snprintf(name, sizeof name, "properties.yield_strength_GPa.groups.%d.group", f);
		snprintf(want, sizeof want, "%s Pa", film[f]);
		CHECK_STR(json_string_value(json_node(j, name)), want);
	}
	CHECK(json_array_size(json_node(j, "failed")) == 0);
	json_decref(j);
}

/* The mean of the two specimens' truths lies in the film's 95 % interval. */
static void test_truth(void)
{
	json_t *j = statistics();
	for (size_t p = 0; p < sizeof properties / sizeof *properties; p++)
		for (int f = 0; f < FILMS; f++) {
			double truth = truth_of(f, properties[p]);
			measured m = measured_of(j, f, properties[p]);
			check_note("%s Pa, %s: %.4g, truth %.4g, interval %.4g to %.4g", film[f], properties[p], m.mean,
			           truth, m.lo, m.hi);
			CHECK_MSG(m.lo <= truth && truth <= m.hi, "%s Pa: %s: truth %.5g, interval %.5g to %.5g",
			          film[f], properties[p], truth, m.lo, m.hi);
		}
	json_decref(j);
}

/* Films whose truths differ by more than the intervals' halves together stand in the truth's order. */
static void test_order(void)
{
	json_t *j = statistics();
	size_t told_apart = 0;
	for (size_t p = 0; p < sizeof properties / sizeof *properties; p++)
		for (int a = 0; a < FILMS; a++)
			for (int b = a + 1; b < FILMS; b++) {
				measured m = measured_of(j, a, properties[p]), n = measured_of(j, b, properties[p]);
				double truth = truth_of(a, properties[p]) - truth_of(b, properties[p]);
				if (fabs(truth) <= (m.hi - m.lo + n.hi - n.lo) / 2) continue;
				told_apart++;
				CHECK_MSG((m.mean > n.mean) == (truth > 0),
				          "%s: %s Pa %.4g, %s Pa %.4g, the truths differ by %.4g", properties[p],
				          film[a], m.mean, film[b], n.mean, truth);
			}
	check_note("%zu pairs of films are told apart", told_apart);
	CHECK(told_apart >= 8);
	json_decref(j);
}

static const check_case cases[] = {{"groups", test_groups}, {"truth", test_truth}, {"order", test_order}};
CHECK_MAIN(cases)
