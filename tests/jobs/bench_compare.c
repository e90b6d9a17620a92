/* A study of 60 tests whose results are fresh: how long the decision takes and the whole run without redrawing.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700
#include <sys/stat.h>
#include <time.h>

#include "check.h"
#include "temtensile/jobs.h"
#include "temtensile/simulate.h"

enum { TESTS = 60, RUNS = 5 };

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void shell(const char *command)
{
	char whole[2048];
	snprintf(whole, sizeof whole, "cd '%s' && %s", check_tmp(), command);
	CHECK_MSG(system(whole) == 0, "%s", command);
}

static const char *in_tmp(const char *name)
{
	static char path[4][1024];
	static int turn;
	char *p = path[turn++ & 3];
	snprintf(p, sizeof path[0], "%s/%s", check_tmp(), name);
	return p;
}

static void write_text(const char *name, const char *text)
{
	FILE *f = fopen(in_tmp(name), "w");
	CHECK(f);
	fputs(text, f);
	CHECK(fclose(f) == 0);
}

/* One recording and its results, copied: equal inputs in sixty places. */
static void prepare(void)
{
	tt_error err;
	tt_simulate_options options = tt_simulate_defaults();
	setenv("XDG_CACHE_HOME", in_tmp("cache"), 1);
	write_text("simulation.yaml",
	           "film: {deposition_pressure: 10 Pa}\nvideo: {size: [512, 384], crf: 20}\n"
	           "law: {youngs_modulus: 130 GPa, yield_stress: 1.9 GPa, fracture_strain: 4 %, neck_from: 3 %}\n");
	CHECK_MSG(tt_simulate(in_tmp("simulation.yaml"), &options, in_tmp("t01"), NULL, NULL, &err) == TT_OK, "%s",
	          err.message);
	write_text("study.yaml", "variants: true\ntests: 't*/test.yaml'\n"); /* of equal inputs: nothing is pooled */
	CHECK_MSG(tt_compare(in_tmp("study.yaml"), in_tmp("results"), NULL, NULL, NULL, &err) == TT_OK, "%s",
	          err.message);
	shell("for i in $(seq -w 2 60); do cp -r t01 t$i; cp -r results/t01 results/t$i; done");
}

static void compare(bool verify)
{
	tt_error err;
	tt_report report = {0};
	tt_compare_options options = {.verify = verify};
	tt_status st = tt_compare(in_tmp("study.yaml"), in_tmp("results"), &options, NULL, &report, &err);
	CHECK_MSG(st == TT_OK, "%s", err.message);
	CHECK_HAS(report.lines.item[0], "60 tests: 0 analysed, 60 as they were");
	tt_report_clear(&report);
}

static double best(void (*run)(bool), bool verify)
{
	double least = 1e9;
	for (int i = 0; i < RUNS; i++) {
		double start = now_s();
		run(verify);
		least = fmin(least, now_s() - start);
	}
	return least;
}

static void bench_fresh(void)
{
	prepare();
	compare(false); /* draws */
	double whole = best(compare, false), verified = best(compare, true);
	check_note("60 fresh tests: whole run %.3f s (limit 2), everything hashed %.3f s", whole, verified);
	CHECK_MSG(whole <= 2, "the run takes %.3f s", whole);
}

static const check_case cases[] = {{"fresh", bench_fresh}};
CHECK_MAIN(cases)
