/* Studies of small simulated recordings: failing tests, staleness, killed runs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include <math.h>
#include <stdint.h>
#include "results.h"
#include "temtensile/report.h"
#include "temtensile/jobs.h"
#include "temtensile/simulate.h"

static const char *const quick[] = {"properties.draws=100", "output.movie=false", "output.report=false"};

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
	CHECK_MSG(f, "cannot write %s", name);
	fputs(text, f);
	CHECK(fclose(f) == 0);
}

static int shell(const char *command)
{
	char whole[2048];
	snprintf(whole, sizeof whole, "cd '%s' && %s", check_tmp(), command);
	return system(whole);
}

/* Two pressures, two specimens each, in t1 … t4; once. */
static void recordings(void)
{
	static bool made;
	if (made) return;
	setenv("XDG_CACHE_HOME", in_tmp("cache"), 1);
	atexit(tt_canvas_forget_fonts); /* cairo keeps them, and a leak checker would find them */
	for (int i = 1; i <= 4; i++) {
		char name[16], film[800], folder[1024];
		tt_error err;
		tt_simulate_options options = tt_simulate_defaults();
		snprintf(
		    film, sizeof film,
		    "name: specimen %d of <%s> & co\nseed: %d\n"
		    "film: {composition: Zr50Cu50, deposition_pressure: %s}\n"
		    "law: {youngs_modulus: 130 GPa, yield_stress: %s GPa, fracture_strain: 4 %%, neck_from: 3 %%}\n"
		    "control: {rate: 14 µN/s, approach: 3 s, hold: 1 s, unload_rate: 90 µN/s, after: 1 s}\n"
		    "video: {size: [400, 300], crf: 24}\nimaging: {noise: 3}\n",
		    i, i < 3 ? "dense" : "loose", 20 + i, i < 3 ? "2 mPa" : "100 Pa", i < 3 ? "2.2" : "1.6");
		snprintf(name, sizeof name, "t%d.yaml", i);
		write_text(name, film);
		snprintf(folder, sizeof folder, "%s/t%d", check_tmp(), i);
		CHECK_MSG(tt_simulate(in_tmp(name), &options, folder, NULL, NULL, &err) == TT_OK, "%s", err.message);
	}
	write_text("all.yaml", "name: small\ntests: ['t?/test.yaml']\n");
	write_text("one.yaml", "tests: t1/test.yaml\n");
	made = true;
}

typedef struct outcome {
	tt_status status;
	tt_error err;
	size_t analysed, kept, failed;
	bool drawn;
	char lines[4096], warnings[2048];
} outcome;

static void join(const tt_strings *list, char *text, size_t size)
{
	text[0] = 0;
	for (size_t i = 0; i < list->n; i++)
		snprintf(text + strlen(text), size - strlen(text), "%s\n", list->item[i]);
}

static outcome compare_with(const char *study, const char *out, const char *const *sets, size_t n_sets, bool verify)
{
	outcome o = {0};
	tt_report report = {0};
	tt_compare_options options = {.sets = sets, .n_sets = n_sets, .jobs = 2, .verify = verify};
	o.status = tt_compare(in_tmp(study), in_tmp(out), &options, NULL, &report, &o.err);
	join(&report.lines, o.lines, sizeof o.lines);
	join(&report.warnings, o.warnings, sizeof o.warnings);
	size_t tests;
	if (report.lines.n)
		CHECK(sscanf(report.lines.item[0], "%zu tests: %zu analysed, %zu as they were, %zu failed", &tests,
		             &o.analysed, &o.kept, &o.failed) == 4);
	o.drawn = !strstr(o.lines, "figures as they were");
	tt_report_clear(&report);
	return o;
}

static outcome compare_quick(const char *study, const char *out)
{
	return compare_with(study, out, quick, 3, false);
}

/* ---- what it leaves ---- */

static double seconds;

static void undisturbed(void)
{
	struct timespec a, b;
	recordings();
	if (access(in_tmp("all/statistics.json"), F_OK) == 0) return;
	clock_gettime(CLOCK_MONOTONIC, &a);
	outcome o = compare_quick("all.yaml", "all");
	clock_gettime(CLOCK_MONOTONIC, &b);
	seconds = (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec);
	CHECK_MSG(o.status == TT_OK, "%s", o.err.message);
	CHECK(o.analysed == 4 && o.failed == 0 && o.drawn);
}

static void test_leaves_its_files(void)
{
	static const char *const files[] = {"curves.pdf",
	                                    "curves.svg",
	                                    "curves.png",
	                                    "curves.gp",
	                                    "curves.dat",
	                                    "trends.pdf",
	                                    "trends.svg",
	                                    "trends.png",
	                                    "trends.gp",
	                                    "trends.dat",
	                                    "strength_ductility.pdf",
	                                    "strength_ductility.svg",
	                                    "strength_ductility.png",
	                                    "strength_ductility.gp",
	                                    "table.csv",
	                                    "table.md",
	                                    "table.tex",
	                                    "table.json",
	                                    "statistics.json",
	                                    "study.html",
	                                    "necking_rows.png",
	                                    "necking_rows.pdf",
	                                    "t1/summary.json",
	                                    "t4/curve.csv"};
	undisturbed();
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct stat st;
		char path[1100];
		snprintf(path, sizeof path, "%s/all/%s", check_tmp(), files[i]);
		CHECK_MSG(stat(path, &st) == 0 && st.st_size > 50, "%s is missing or empty", files[i]);
	}
	json_t *j = json_file(in_tmp("all/statistics.json"));
	CHECK_NEAR(json_at(j, "properties.yield_strength_GPa.groups.0.n"), 2, 0);
	CHECK(json_is_true(json_node(j, "properties.yield_strength_GPa.groups.0.weak")));
	CHECK_STR(json_string_value(json_node(j, "properties.yield_strength_GPa.groups.0.group")), "0.002 Pa");
	double dense = json_at(j, "properties.yield_strength_GPa.groups.0.mean");
	double loose = json_at(j, "properties.yield_strength_GPa.groups.1.mean");
	CHECK_MSG(dense > loose + 0.3, "yield %.2f and %.2f GPa", dense, loose);
	CHECK_NEAR(json_at(j, "properties.yield_strength_GPa.pairs.0.difference"), dense - loose, 1e-9);
	json_decref(j);
	sheet s;
	sheet_read(in_tmp("all/table.csv"), &s);
	CHECK(s.rows == 6);
	CHECK_STR(sheet_text(&s, 0, "row"), "group");
	CHECK_STR(sheet_text(&s, 2, "test"), "t1");
	CHECK_NEAR(sheet_value(&s, 0, "yield_strength_GPa"), dense, 1e-14 * dense);
	CHECK(sheet_value(&s, 0, "yield_strength_GPa_u_shared") > 0);
	json_t *own = json_file(in_tmp("all/t1/summary.json"));
	CHECK_NEAR(sheet_value(&s, 2, "yield_strength_GPa"), json_at(own, "properties.yield_strength_GPa.value"),
	           1e-14);
	CHECK_NEAR(sheet_value(&s, 2, "yield_strength_GPa_u"), json_at(own, "properties.yield_strength_GPa.u"), 1e-14);
	json_decref(own);
	sheet_free(&s);
}

static void test_fresh(void)
{
	undisturbed();
	outcome o = compare_quick("all.yaml", "all");
	CHECK(o.status == TT_OK && o.analysed == 0 && o.kept == 4 && !o.drawn);
	o = compare_with("all.yaml", "all", quick, 3, true);
	CHECK(o.status == TT_OK && o.analysed == 0 && o.kept == 4 && !o.drawn);
}

/* ---- staleness, on one test ---- */

static void expect(const char *why, size_t analysed, bool verify)
{
	outcome o = compare_with("one.yaml", "one", quick, 3, verify);
	CHECK_MSG(o.status == TT_OK, "%s: %s", why, o.err.message);
	CHECK_MSG(o.analysed == analysed, "%s: %zu analysed, expected %zu", why, o.analysed, analysed);
}

static void test_stale(void)
{
	recordings();
	expect("first run", 1, false);
	expect("nothing changed", 0, false);
	CHECK(shell("cp -p t1/test.yaml saved.yaml && touch t1/test.yaml t1/log.txt t1/test.mp4") == 0);
	expect("touched, same contents", 0, false);
	CHECK(shell("cp t1/log.txt t1/log2.txt && mv t1/log2.txt t1/log.txt") == 0);
	expect("another inode, same contents", 0, false);
	CHECK(shell("echo '# a remark' >> t1/test.yaml") == 0);
	expect("description changed", 1, false);
	CHECK(shell("cp -p saved.yaml t1/test.yaml && rm one/t1/summary.json") == 0);
	expect("half-written folder", 1, false);
	CHECK(shell("sed 's/^build .*/build temtensile 0.0.1/' one/t1/.temtensile-record > r && mv r "
	            "one/t1/.temtensile-record") == 0);
	expect("another version", 1, false);
	expect("nothing changed again", 0, false);
	/* one digit of a result, with the file's size, time and inode as they were: only --verify looks */
	sleep(1);
	expect("settled", 0, false);
	const char *curve = in_tmp("one/t1/curve.csv");
	struct stat st;
	CHECK(stat(curve, &st) == 0);
	int fd = open(curve, O_RDWR);
	char byte;
	CHECK(fd >= 0 && pread(fd, &byte, 1, st.st_size - 10) == 1);
	byte = byte == '1' ? '2' : '1';
	CHECK(pwrite(fd, &byte, 1, st.st_size - 10) == 1 && close(fd) == 0);
	const struct timespec times[2] = {st.st_atim, st.st_mtim};
	CHECK(utimensat(AT_FDCWD, curve, times, 0) == 0);
	expect("changed behind our back", 0, false);
	expect("verified", 1, true);
}

static void test_sets_are_parameters(void)
{
	const char *more[] = {quick[0], quick[1], quick[2], "properties.seed=2"};
	recordings();
	expect("as it is", access(in_tmp("one/t1/summary.json"), F_OK) != 0, false);
	outcome o = compare_with("one.yaml", "one", more, 4, false);
	CHECK(o.status == TT_OK && o.analysed == 1);
	o = compare_with("one.yaml", "one", more, 4, false);
	CHECK(o.status == TT_OK && o.analysed == 0);
}

/* ---- failing tests ---- */

static void test_failure(void)
{
	undisturbed();
	CHECK(shell("cp -r all some && mkdir -p bad && sed 's/thickness:/thicknes:/' t1/test.yaml > bad/test.yaml") ==
	      0);
	write_text("some.yaml", "name: one fails\ntests:\n  - 't?/test.yaml'\n  - bad/test.yaml\n");
	outcome o = compare_quick("some.yaml", "some");
	CHECK_MSG(o.status == TT_ERR_PARTIAL, "status %d", (int)o.status);
	CHECK(o.failed == 1 && o.kept == 4);
	CHECK_HAS(o.err.message, "1 of 5 tests failed: bad (");
	CHECK_HAS(o.err.message, "did you mean 'thickness'?");
	CHECK_HAS(o.warnings, "bad failed: ");
	CHECK_HAS(o.lines, "0.002 Pa: n = 2");
	CHECK(shell("test $(wc -l < some/table.csv) -eq 8 && grep -q '^test,,bad,0,failed,' some/table.csv") == 0);
	json_t *j = json_file(in_tmp("some/statistics.json"));
	CHECK_STR(json_string_value(json_node(j, "failed.0.test")), "bad");
	json_decref(j);
}

static void test_all_fail(void)
{
	recordings();
	CHECK(shell("mkdir -p none && sed 's/thickness:/thicknes:/' t1/test.yaml > none/test.yaml") == 0);
	write_text("none.yaml", "tests: none/test.yaml\n");
	outcome o = compare_quick("none.yaml", "nothing");
	CHECK(o.status == TT_ERR_PARTIAL);
	CHECK(access(in_tmp("nothing/table.md"), F_OK) == 0 && access(in_tmp("nothing/curves.pdf"), F_OK) != 0);
}

/* ---- the study's file ---- */

static void test_bad_studies(void)
{
	static const struct {
		const char *text, *sentence;
	} row[] = {
	    {"name: x\n", "bad.yaml:1:1: missing key 'tests'"},
	    {"tests: []\n", "bad.yaml:1:8: tests: expected the paths of tests"},
	    {"tests: [nowhere/test.yaml]\n", "bad.yaml:1:9: tests[0]: there is no file 'nowhere/test.yaml'"},
	    {"tests: ['nowhere*/test.yaml']\n", "no file matches 'nowhere*/test.yaml'"},
	    {"tests: [t1]\n", "'t1' is a folder"},
	    {"tests: [t1/test.yaml, t1/test.yaml]\n", "bad.yaml:1:23: tests[1]: the test"},
	    {"tests: [t1/test.yaml]\ngroup_by: colour\n", "bad.yaml:2:11: group_by: expected a key of the film"},
	    {"tests: [t1/test.yaml]\ngroupby: film.x\n", "did you mean 'group_by'?"},
	    {"tests: [{test: 't?/test.yaml', film: {x: 1}}]\n", "may match several"},
	    {"tests: [{test: t1/test.yaml, film: [1]}]\n", "expected the film's keys"},
	    {"tests: [t1/test.yaml]\nreferences: {1 Pa: {hardness: 7 nm}}\n",
	     "bad.yaml:2:31: references.1 Pa.hardness: "},
	    {"tests: [t1/test.yaml]\nreferences: {1 Pa: {hardnes: 7 GPa}}\n", "did you mean 'hardness'?"},
	};
	recordings();
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		write_text("bad.yaml", row[i].text);
		outcome o = compare_quick("bad.yaml", "refused");
		CHECK_MSG(o.status == TT_ERR_INPUT, "%s: status %d, %s", row[i].text, (int)o.status, o.err.message);
		CHECK_HAS(o.err.message, row[i].sentence);
	}
	CHECK(access(in_tmp("refused"), F_OK) != 0);
}

/* A test's own entry wins over the glob that finds it too, and its film goes to the analysis. */
static void test_film_overrides(void)
{
	undisturbed();
	CHECK(shell("cp -r all over") == 0);
	write_text("over.yaml",
	           "tests:\n  - 't[34]/test.yaml'\n  - {test: t3/test.yaml, film: {deposition_pressure: 5 Pa, "
	           "composition: \"it's {odd}: #1, a b\"}}\n");
	outcome o = compare_quick("over.yaml", "over");
	CHECK_MSG(o.status == TT_OK, "%s", o.err.message);
	CHECK(o.analysed == 1 && o.kept == 1);
	json_t *j = json_file(in_tmp("over/t3/summary.json"));
	CHECK_STR(json_string_value(json_node(j, "test.composition")), "it's {odd}: #1, a b");
	CHECK_NEAR(json_at(j, "test.deposition_pressure_Pa"), 5, 1e-12);
	json_decref(j);
	CHECK_HAS(o.lines, "5 Pa: n = 1");
}

/* A scan of 6 × 8 patterns of 48 px with a ring at 12 px, whose pixels speckle. */
static void write_scan(const char *name)
{
	FILE *f = fopen(in_tmp(name), "wb");
	uint32_t state = 7;
	CHECK(f);
	for (int k = 0; k < 48; k++) {
		char head[384];
		memset(head, ' ', sizeof head);
		const int n = snprintf(
		    head, sizeof head,
		    "MQ1,%06d,00384,01,0048,0048,U16,   1x1,01,2026-01-01 00:00:00.000000,0.003000,0,0,0,", k + 1);
		head[n] = ' ';
		fwrite(head, 1, sizeof head, f);
		for (int i = 0; i < 48 * 48; i++) {
			const double r = hypot(i % 48 - 23.2, i / 48 - 24.1), p = (r - 12) / 1.6;
			state = state * 1664525u + 1013904223u;
			const double speckle = 0.25 + 1.5 * (state >> 8) / 16777216.0; /* variance 0.1875 */
			const unsigned v = (unsigned)(400 * speckle * (0.3 * exp(-r / 8) + exp(-p * p / 2) + 0.05));
			putc((int)(v >> 8), f);
			putc((int)(v & 255), f);
		}
	}
	CHECK(fclose(f) == 0);
}

static void test_films_with_structure(void)
{
	undisturbed();
	write_scan("film.mib");
	write_text("scan.yaml", "file: film.mib\nshape: [6, 8]\ncalibration: 0.35 ± 0.0035 nm⁻¹/px\n");
	write_text("dense.yaml",
	           "film: {composition: Zr50Cu50}\nstructure: {scan: scan.yaml}\n"
	           "indentation: {hardness: 7 ± 0.2 GPa, source: paper}\ndensity: {value: 7.3 ± 0.1 g/cm³}\n");
	write_text("loose.yaml", "film: {composition: Zr50Cu50}\ndensity: {value: 6.35 ± 0.1 g/cm³}\n");
	write_text("filmed.yaml", "tests: ['t?/test.yaml']\n"
	                          "references: {2 mPa: {film: dense.yaml}, 100 Pa: {film: loose.yaml}}\n");
	CHECK(shell("cp -r all filmed") == 0);
	outcome o = compare_quick("filmed.yaml", "filmed");
	CHECK_MSG(o.status == TT_OK, "%s", o.err.message);
	CHECK(o.kept == 4);
	json_t *j = json_file(in_tmp("filmed/films/dense/film.json"));
	const double ring = json_at(j, "properties.first_ring_per_nm.value"),
	             variance = json_at(j, "properties.normalised_variance.value");
	CHECK_NEAR(ring, 12 * 0.35, 3 * json_at(j, "properties.first_ring_per_nm.u"));
	CHECK_NEAR(variance, 0.1875, 0.02);
	json_decref(j);
	j = json_file(in_tmp("filmed/table.json"));
	CHECK_NEAR(json_at(j, "films.0.first_ring_per_nm.value"), ring, 1e-12);
	CHECK_NEAR(json_at(j, "films.0.normalised_variance.value"), variance, 1e-12);
	json_decref(j);
	j = json_file(in_tmp("filmed/statistics.json"));
	CHECK_NEAR(json_at(j, "cross_checks.1.measured_g_per_cm3"), 7.3, 1e-12);
	json_decref(j);
	/* beside strength, in each table */
	CHECK(shell("grep -q film_first_ring_per_nm filmed/table.csv && grep -q film_normalised_variance "
	            "filmed/table.csv && "
	            "grep -q 'First ring' filmed/table.tex && grep -q 'Normalised variance' filmed/table.tex && "
	            "grep -q 'First ring' filmed/table.md && grep -q 'free volume or pores' filmed/table.md") == 0);
	CHECK(
	    shell(
	        "grep -q 'href=\"films/dense/film.html\"' filmed/study.html && test -f filmed/films/dense/film.html && "
	        "grep -q 'Normalised variance' filmed/study.html") == 0);
	CHECK_HAS(o.lines, "H/3");
}

/* One test analysed twice is one specimen: refused, or compared as variants, which are never pooled. */
static void test_variants(void)
{
	undisturbed();
	CHECK(shell("cp -r all twice && mkdir -p again && cp t1/test.mp4 again/film.mp4 && cp t1/log.txt again && "
	            "sed 's/test.mp4/film.mp4/' t1/test.yaml > again/test.yaml") == 0);
	write_text("twice.yaml", "tests: [t1/test.yaml, t3/test.yaml, again/test.yaml]\n");
	outcome o = compare_quick("twice.yaml", "twice");
	CHECK(o.status == TT_ERR_INPUT);
	CHECK_HAS(o.err.message, "'t1' and 'again' are one test analysed twice");
	write_text(
	    "variants.yaml",
	    "variants: true\ntests:\n  - {test: t1/test.yaml, name: as described}\n"
	    "  - {test: t1/test.yaml, name: 'thin, 140 / 150', set: {specimen.thickness: 140 ± 3 nm, gauge.zero: "
	    "preload-mean}}\n");
	o = compare_quick("variants.yaml", "variants");
	CHECK_MSG(o.status == TT_OK, "%s", o.err.message);
	CHECK(o.analysed == 2);
	CHECK_HAS(o.lines, "as described: n = 1");
	CHECK_HAS(o.lines, "thin, 140 / 150: n = 1");
	CHECK_HAS(o.lines, "variants of one test");
	json_t *j = json_file(in_tmp("variants/statistics.json"));
	CHECK(json_array_size(json_node(j, "properties.yield_strength_GPa.groups")) == 2);
	CHECK(json_is_null(json_node(j, "properties.yield_strength_GPa.pairs.0.p")));
	CHECK_HAS(json_string_value(json_node(j, "properties.yield_strength_GPa.reason")), "variants of one test");
	double thick = json_at(j, "properties.yield_strength_GPa.groups.0.mean");
	double thin = json_at(j, "properties.yield_strength_GPa.groups.1.mean");
	CHECK_NEAR(thin / thick, 150.0 / 140.0, 1e-3); /* force over a smaller section */
	json_decref(j);
	j = json_file(in_tmp("variants/thin, 140 - 150/summary.json"));
	CHECK_STR(json_string_value(json_node(j, "test.name")), "thin, 140 / 150");
	json_decref(j);
	write_text("mixed.yaml", "variants: true\ntests: [t1/test.yaml, t3/test.yaml]\n");
	CHECK(shell("cp -r all mixed") == 0);
	o = compare_quick("mixed.yaml", "mixed");
	CHECK(o.status == TT_ERR_INPUT);
	CHECK_HAS(o.err.message, "'t3' is another test than 't1'");
}

/* ---- folders of results ---- */

static void test_folders(void)
{
	undisturbed();
	const char *folders[] = {in_tmp("all/t1"), in_tmp("all/t3"), in_tmp("folders"), in_tmp("all/t1")};
	tt_report report = {0};
	tt_error err;
	CHECK(mkdir(in_tmp("folders"), 0777) == 0);
	tt_compare_options options = {.group_by = "film.composition"};
	tt_status st = tt_compare_results(folders, 4, folders[2], &options, NULL, &report, &err);
	CHECK_MSG(st == TT_OK, "%s", err.message);
	CHECK_HAS(report.lines.item[0], "2 tests, 0 failed");
	CHECK_HAS(report.lines.item[1], "Zr50Cu50: n = 2");
	tt_report_clear(&report);
	CHECK(mkdir(in_tmp("hollow"), 0777) == 0);
	folders[3] = in_tmp("hollow");
	st = tt_compare_results(folders, 4, folders[2], &options, NULL, NULL, &err);
	CHECK(st == TT_ERR_PARTIAL);
	CHECK_HAS(err.message, "holds no results");
}

/* ---- killed, interrupted ---- */

static void killed_after(double s)
{
	CHECK(shell("rm -rf killed") == 0);
	fflush(NULL);
	pid_t pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		tt_compare_options options = {.sets = quick, .n_sets = 3, .jobs = 2};
		tt_compare(in_tmp("all.yaml"), in_tmp("killed"), &options, NULL, NULL, NULL);
		_exit(0);
	}
	nanosleep(&(struct timespec){(time_t)s, (long)((s - floor(s)) * 1e9)}, NULL);
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, NULL, 0) == pid);
	outcome o = compare_quick("all.yaml", "killed");
	CHECK_MSG(o.status == TT_OK, "%s", o.err.message);
	check_note("killed after %.2f s: %zu of 4 tests were done", s, o.kept);
	CHECK_MSG(shell("diff -r all killed > difference") == 0, "killed after %.2f s: the results differ", s);
}

static void test_killed(void)
{
	undisturbed();
	static const double part[] = {0.1, 0.45, 0.7, 0.93};
	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		killed_after(part[i] * (seconds > 0 ? seconds : 5));
}

static volatile int cancel;

static void cancel_soon(void *ctx, const tt_progress *p)
{
	(void)ctx;
	if (p->done > 5) cancel = 1;
}

static void test_interrupted(void)
{
	recordings();
	tt_compare_options options = {.sets = quick, .n_sets = 3, .jobs = 2};
	tt_job job = {.on_progress = cancel_soon, .cancel = &cancel};
	tt_error err;
	CHECK(tt_compare(in_tmp("all.yaml"), in_tmp("stopped"), &options, &job, NULL, &err) == TT_ERR_INTERRUPTED);
	CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
	CHECK(shell("ls -d stopped/*/.tt-staging* 2>/dev/null | grep -q .") != 0);
	CHECK(access(in_tmp("stopped/statistics.json"), F_OK) != 0);
}

static const check_case cases[] = {{"leaves_its_files", test_leaves_its_files},
                                   {"fresh", test_fresh},
                                   {"stale", test_stale},
                                   {"sets_are_parameters", test_sets_are_parameters},
                                   {"failure", test_failure},
                                   {"all_fail", test_all_fail},
                                   {"bad_studies", test_bad_studies},
                                   {"film_overrides", test_film_overrides},
                                   {"films_with_structure", test_films_with_structure},
                                   {"variants", test_variants},
                                   {"folders", test_folders},
                                   {"killed", test_killed},
                                   {"interrupted", test_interrupted}};
CHECK_MAIN(cases)
