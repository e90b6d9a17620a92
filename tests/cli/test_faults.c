/* Every allocation and every system call may fail: then there is one sentence, exit code 1, and nothing left. Never
 * other results with exit code 0, a crash, a hang. By a library that is preloaded (failing.c).
 *
 * A few of the places that calls come from are tried; TT_FAULTS=20 tries as many of each job, TT_FAULTS=places each
 * place once, TT_FAULTS=all each single call. SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "program.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 24 };

static bool asked(const char *word)
{
	const char *how = getenv("TT_FAULTS");
	return how && strcmp(how, word) == 0;
}

/* A job whose results go to "out…", with one fault. The cache of hashes lies in "home". */
static program_run attempt(const char *job, const char *what, const char *which)
{
	return run("rm -rf out* home; mkdir home; HOME=$PWD/home XDG_CACHE_HOME= timeout 100 env LD_PRELOAD='%s' "
	           "TT_FAIL_WHAT=%s %s "
	           "TT_FAIL_COUNT=count TT_FAIL_PLACES=places \"$T\" %s > said",
	           TT_FAILING, what, which, job);
}

static bool is_one_sentence(const char *text)
{
	int lines = 0;
	for (const char *p = text; *p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : p + strlen(p))
		lines += strncmp(p, "temtensile: ", 12) == 0 && strncmp(p, "temtensile: warning: ", 21) != 0;
	return lines == 1;
}

typedef struct tally {
	long calls, places, told, harmless;
} tally;

static void judge(const char *job, const char *what, const char *which, tally *t)
{
	program_run r = attempt(job, what, which);
	if (r.code == 0) {
		CHECK_MSG(run("mkdir now; cp -r out* said now/ 2>/dev/null; diff -r now whole; s=$?; rm -rf "
		              "now; exit $s")
		                  .code == 0,
		          "'%s': %s, %s changes the results and is not told", job, what, which);
		t->harmless++;
		return;
	}
	CHECK_MSG(r.code == 1, "'%s': %s, %s gives exit code %d: %s", job, what, which, r.code, r.err);
	CHECK_MSG(is_one_sentence(r.err), "'%s': %s, %s says: %s", job, what, which, r.err);
	CHECK_MSG(run("ls -d out* .tt-* 2>/dev/null").out[0] == '\0', "'%s': %s, %s leaves something", job, what,
	          which);
	t->told++;
}

/* The job without a fault: its results, and the places that calls come from. */
static tally begin(const char *job, const char *what)
{
	tally t = {0};
	program_run r = attempt(job, what, "");
	CHECK_MSG(r.code == 0, "'%s' fails by itself: %s", job, r.err);
	r = run("rm -rf whole; mkdir whole; cp -r out* said whole/ 2>/dev/null; sort places > list; cat count; wc -l < "
	        "list");
	CHECK(sscanf(r.out, "%ld %ld", &t.calls, &t.places) == 2);
	CHECK_MSG(t.calls > 0 || strcmp(what, "none") == 0 || strcmp(what, "mmap") == 0, "'%s': no call of %s was seen",
	          job, what);
	return t;
}

/* least: places of it that are tried when nothing else is asked for. */
static void sweep(const char *job, const char *what, long least)
{
	const long wish = getenv("TT_FAULTS") ? atol(getenv("TT_FAULTS")) : 0, sample = wish > least ? wish : least;
	char which[64], path[600], line[TEXT];
	tally t = begin(job, what);
	for (long n = 1; asked("all") && n <= t.calls; n++) {
		snprintf(which, sizeof which, "TT_FAIL_AT=%ld", n);
		judge(job, what, which, &t);
	}
	snprintf(path, sizeof path, "%s/list", check_tmp());
	FILE *f = asked("all") ? NULL : fopen(path, "r");
	long every = asked("places") || t.places <= sample ? 1 : t.places / sample;
	for (long k = 0; f && fgets(line, sizeof line, f); k++) {
		if (k % every) continue;
		line[strcspn(line, "\n")] = 0;
		snprintf(which, sizeof which, "TT_FAIL_PLACE=%s", line);
		judge(job, what, which, &t);
	}
	if (f) fclose(f);
	check_note("%s: %ld calls of %s from %ld places; %ld failures told, %ld harmless", job, t.calls, what, t.places,
	           t.told, t.harmless);
}

static const char analyze[] = "analyze recording/test.yaml -o out --only curve --threads 2 -q";
static const char correlate[] = "correlate a.pgm b.pgm -o out.csv --step 20 --threads 2 -q";

static void prepare(void)
{
	if (run("test -f rb/summary.json").code == 0) return;
	program_run r = run(
	    "printf 'name: film of the tests\\n' > simulation.yaml; \"$T\" simulate simulation.yaml -o recording "
	    "--size "
	    "240x180 --frames 24 --seed 1 -q && \"$T\" simulate simulation.yaml -o other --size 240x180 --frames 24 "
	    "--seed 2 -q && \"$T\" frame recording/test.mp4 -n 1 -o a.pgm && \"$T\" frame recording/test.mp4 -n 20 -o "
	    "b.pgm && \"$T\" analyze recording/test.yaml -o ra -q --only curve --set 'film.deposition_pressure=1 Pa' "
	    "&& \"$T\" analyze other/test.yaml -o rb "
	    "-q --only curve --set 'film.deposition_pressure=2 Pa'");
	CHECK_MSG(r.code == 0, "%s", r.err);
}

static void memory_of_analyze(void)
{
	prepare();
	sweep(analyze, "memory", 4);
}

static void memory_of_other_jobs(void)
{
	static const char *const jobs[] = {"compare ra rb -o out -q",
	                                   "simulate simulation.yaml -o out --size 160x120 --frames 8 --seed 1 -q",
	                                   "mat $ROOT/tests/report/corpus-mat/octave-7.mat -o out.mat",
	                                   "film $ROOT/samples/films/film-10pa/film.yaml -o out -q"};
	prepare();
	sweep(correlate, "memory", 2);
	for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++)
		sweep(jobs[i], "memory", 1);
}

static void calls_of(const char *job)
{
	static const char *const what[] = {"read", "write", "rename", "fsync", "mmap", "thread"};
	prepare();
	for (size_t i = 0; i < sizeof what / sizeof *what; i++)
		sweep(job, what[i], 1);
}

static void calls_of_analyze(void)
{
	calls_of(analyze);
}

static void calls_of_correlate(void)
{
	if (!getenv("TT_FAULTS")) CHECK_SKIP("with TT_FAULTS");
	calls_of(correlate);
}

/* One small file of each reader; what is a recording is read and a frame of it written. */
static void memory_of_readers(void)
{
	static const char *const files[] = {"probe $ROOT/tests/logs/corpus-triboscan/lf.txt",
	                                    "frame $ROOT/tests/frames/corpus-tiff/pages.tif -n 0 -o out.pgm",
	                                    "frame $ROOT/tests/frames/corpus-source/h264.mp4 -n 0 -o out.pgm",
	                                    /* with TT_FAULTS: */
	                                    "probe $ROOT/tests/logs/corpus-hld/load.hld",
	                                    "probe $ROOT/tests/logs/corpus-femtotools/phases.txt",
	                                    "probe $ROOT/tests/logs/corpus-delimited/units-row.csv",
	                                    "frame $ROOT/tests/frames/corpus-dm/u16.dm3 -n 0 -o out.pgm",
	                                    "frame $ROOT/tests/frames/corpus-dm/f32.dm4 -n 0 -o out.pgm",
	                                    "frame $ROOT/tests/frames/corpus-stack/u16.mrc -n 0 -o out.pgm",
	                                    "frame $ROOT/tests/frames/corpus-stack/u16.ser -n 0 -o out.pgm",
	                                    "frame $ROOT/tests/frames/corpus-stack/u8.npy -n 0 -o out.pgm",
	                                    "frame $ROOT/tests/frames/corpus-stack/u8.tvips -n 0 -o out.pgm",
	                                    "frame $ROOT/tests/frames/corpus-source/grey.png -n 0 -o out.pgm"};
	const size_t n = getenv("TT_FAULTS") ? sizeof files / sizeof *files : 3;
	for (size_t i = 0; i < n; i++)
		sweep(files[i], "memory", 1);
}

/* Reads that are interrupted or bring less than was asked for are no damage. */
static void interrupted_and_short(void)
{
	static const char *const jobs[] = {analyze, "frame $ROOT/tests/frames/corpus-dm/u16.dm3 -n 0 -o out.pgm",
	                                   "frame $ROOT/tests/frames/corpus-tiff/pages.tif -n 0 -o out.pgm",
	                                   /* with TT_FAULTS: */
	                                   correlate, "frame $ROOT/tests/frames/corpus-stack/u16.mrc -n 0 -o out.pgm",
	                                   "frame $ROOT/tests/frames/corpus-stack/u16.ser -n 0 -o out.pgm",
	                                   "frame $ROOT/tests/frames/corpus-stack/u8.npy -n 0 -o out.pgm",
	                                   "frame $ROOT/tests/frames/corpus-stack/u8.tvips -n 0 -o out.pgm",
	                                   "probe $ROOT/tests/logs/corpus-triboscan/lf.txt",
	                                   "probe $ROOT/tests/logs/corpus-hld/load.hld",
	                                   "probe $ROOT/tests/logs/corpus-femtotools/phases.txt",
	                                   "probe $ROOT/tests/logs/corpus-delimited/units-row.csv"};
	const size_t n = getenv("TT_FAULTS") ? sizeof jobs / sizeof *jobs : 3;
	prepare();
	for (size_t i = 0; i < n; i++) {
		tally t = begin(jobs[i], "none");
		judge(jobs[i], "interrupted", "", &t);
		judge(jobs[i], "short", "", &t);
		CHECK_MSG(t.harmless == 2, "'%s' fails when reads are interrupted or short", jobs[i]);
	}
}

static const check_case cases[] = {
    {"memory fails in analyze", memory_of_analyze},         {"memory fails in other jobs", memory_of_other_jobs},
    {"memory fails in readers", memory_of_readers},         {"system calls fail in analyze", calls_of_analyze},
    {"system calls fail in correlate", calls_of_correlate}, {"reads are interrupted and short", interrupted_and_short},
};

CHECK_MAIN(cases)
