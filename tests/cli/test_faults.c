/* Every allocation and every system call may fail: then there is one sentence, exit code 1 (3 where what is read cannot
 * be read), and nothing left. Never other results with exit code 0, a crash, a hang. By a library that is preloaded
 * (failing.c).
 *
 * Some of the places that calls come from are tried; TT_FAULTS=places tries each once, TT_FAULTS=all each single call.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "program.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLE = 5, TEXT = 24 };

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
	CHECK_MSG(r.code == 1 || (r.code == 3 && strcmp(what, "read") == 0), "'%s': %s, %s gives exit code %d: %s", job,
	          what, which, r.code, r.err);
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

static void sweep(const char *job, const char *what, long sample)
{
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
	if (run("test -f b.pgm").code == 0) return;
	program_run r =
	    run("cat > simulation.yaml <<'E'\nname: film of the tests\nE\n"
	        "\"$T\" simulate simulation.yaml -o recording --size 240x180 --frames 24 --seed 1 --quiet && "
	        "\"$T\" frame recording/test.mp4 -n 1 -o a.pgm && \"$T\" frame recording/test.mp4 -n 20 -o b.pgm");
	CHECK_MSG(r.code == 0, "%s", r.err);
}

static void memory_of_analyze(void)
{
	prepare();
	sweep(analyze, "memory", 4 * SAMPLE);
}

static void memory_of_correlate(void)
{
	prepare();
	sweep(correlate, "memory", 2 * SAMPLE);
}

static void calls_of(const char *job)
{
	static const char *const what[] = {"read", "write", "rename", "fsync", "mmap", "thread"};
	prepare();
	for (size_t i = 0; i < sizeof what / sizeof *what; i++)
		sweep(job, what[i], SAMPLE);
}

static void calls_of_analyze(void)
{
	calls_of(analyze);
}

static void calls_of_correlate(void)
{
	calls_of(correlate);
}

/* One small file of each reader; what is a recording is read and a frame of it written. */
static void memory_of_readers(void)
{
	static const char *const logs[] = {"triboscan/lf.txt", "hld/load.hld", "femtotools/phases.txt",
	                                   "delimited/units-row.csv"};
	static const char *const frames[] = {"dm/u16.dm3",     "dm/f32.dm4",      "stack/u16.mrc",
	                                     "stack/u16.ser",  "stack/u8.npy",    "stack/u8.tvips",
	                                     "tiff/pages.tif", "source/grey.png", "source/h264.mp4"};
	char job[400];
	for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
		snprintf(job, sizeof job, "probe %s/tests/logs/corpus-%s", check_source_root(), logs[i]);
		sweep(job, "memory", SAMPLE / 2);
	}
	for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
		snprintf(job, sizeof job, "frame %s/tests/frames/corpus-%s -n 0 -o out.pgm", check_source_root(),
		         frames[i]);
		sweep(job, "memory", SAMPLE / 2);
	}
}

static void memory_of_film(void)
{
	char job[400];
	snprintf(job, sizeof job, "film %s/samples/films/film-10pa/film.yaml -o out -q", check_source_root());
	sweep(job, "memory", SAMPLE);
}

/* Reads that are interrupted or bring less than was asked for are no damage. */
static void interrupted_and_short(void)
{
	static const char *const stacks[] = {"dm/u16.dm3",   "stack/u16.mrc",  "stack/u16.ser",
	                                     "stack/u8.npy", "stack/u8.tvips", "tiff/pages.tif"};
	enum { STACKS = sizeof stacks / sizeof *stacks };
	char job[400];
	prepare();
	for (size_t i = 0; i < STACKS + 2; i++) {
		if (i < STACKS)
			snprintf(job, sizeof job, "frame %s/tests/frames/corpus-%s -n 0 -o out.pgm",
			         check_source_root(), stacks[i]);
		const char *which = i < STACKS ? job : i == STACKS ? analyze : correlate;
		tally t = begin(which, "none");
		judge(which, "interrupted", "", &t);
		judge(which, "short", "", &t);
		CHECK(t.harmless == 2);
	}
}

static const check_case cases[] = {
    {"memory fails in analyze", memory_of_analyze},
    {"memory fails in correlate", memory_of_correlate},
    {"memory fails in each reader", memory_of_readers},
    {"memory fails in film", memory_of_film},
    {"system calls fail in analyze", calls_of_analyze},
    {"system calls fail in correlate", calls_of_correlate},
    {"reads are interrupted and short", interrupted_and_short},
};

CHECK_MAIN(cases)
