/* A second analysis in the same folder: what it takes over, what it makes anew, and that what it leaves is byte for
 * byte what an analysis in an empty folder leaves. */
#define _XOPEN_SOURCE 700
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "temtensile/jobs.h"

static const char *in_tmp(const char *name)
{
	static char path[8][1024];
	static int turn;
	char *p = path[turn++ & 7];
	snprintf(p, sizeof path[0], "%s/%s", check_tmp(), name);
	return p;
}

static void shell(const char *command)
{
	char whole[4096];
	snprintf(whole, sizeof whole, "cd '%s' && %s", check_tmp(), command);
	CHECK_MSG(system(whole) == 0, "%s", command);
}

/* The sample, copied, so that its files may be changed. */
static void prepare(void)
{
	char command[2048];
	if (access(in_tmp("s/test.yaml"), R_OK) == 0) return;
	snprintf(command, sizeof command, "mkdir s && cp '%s'/samples/zrcu-10pa-1/* s/", check_source_root());
	shell(command);
}

static bool analyse(const char *out, const char *set, bool movie, bool fresh)
{
	tt_error err = {0};
	tt_report report = {0};
	const tt_analyze_options o = {
	    .sets = set ? &set : NULL, .n_sets = set != NULL, .no_movie = !movie, .fresh = fresh};
	prepare();
	CHECK_MSG(tt_analyze(in_tmp("s/test.yaml"), in_tmp(out), &o, NULL, &report, &err) == TT_OK, "%s", err.message);
	CHECK(report.notes.n <= 1);
	bool reused = report.notes.n == 1;
	if (reused) CHECK_HAS(report.notes.item[0], "--fresh");
	tt_report_clear(&report);
	return reused;
}

/* Both folders hold the same files with the same bytes. */
static void same_folders(const char *a, const char *b)
{
	char command[2600];
	snprintf(command, sizeof command, "diff -rq '%s' '%s'", in_tmp(a), in_tmp(b));
	CHECK_MSG(system(command) == 0, "%s and %s differ", a, b);
}

static void remove_folder(const char *name)
{
	char command[1200];
	snprintf(command, sizeof command, "rm -rf '%s'", in_tmp(name));
	CHECK(system(command) == 0);
}

/* ---- reused ---- */

static void test_reused(void)
{
	static const struct {
		const char *set;
		bool movie;
	} change[] = {{"properties.offset_yield=[0.1 %, 0.2 %]", true},
	              {"force.spring={stiffness: 460 ± 5 N/m}", false},
	              {"specimen.thickness=140 ± 3 nm", false}};
	CHECK(!analyse("run", NULL, true, false));
	CHECK(analyse("run", NULL, true, false));
	for (size_t i = 0; i < sizeof change / sizeof *change; i++) {
		CHECK_MSG(analyse("run", change[i].set, change[i].movie, false), "%s: looked at anew", change[i].set);
		remove_folder("alone");
		CHECK(!analyse("alone", change[i].set, change[i].movie, false));
		same_folders("run", "alone");
	}
	CHECK(analyse("run", "gauge.zero=toe", false, false));
}

static void test_fresh(void)
{
	CHECK(!analyse("run", NULL, false, true));
	CHECK(analyse("run", NULL, false, false));
}

/* ---- never stale ---- */

static void test_keys(void)
{
	static const char *const sets[] = {"dic.subset=31", "gauge={from: [120, 200], to: [420, 200]}",
	                                   "dic.interpolation=quintic", "specimen.width=380 ± 8 nm"};
	tt_error err = {0};
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
		const tt_analyze_options o = {.sets = &sets[i], .n_sets = 1, .no_movie = true, .no_report = true};
		tt_report report = {0};
		prepare();
		tt_status st = tt_analyze(in_tmp("s/test.yaml"), in_tmp("run"), &o, NULL, &report, &err);
		CHECK_MSG(report.notes.n == 0, "%s: %s", sets[i], report.notes.item[0]);
		/* a gauge that does not fit the specimen may fail: it was looked at, all the same */
		if (i != 1) CHECK_MSG(st == TT_OK, "%s: %s", sets[i], err.message);
		tt_report_clear(&report);
	}
}

/* Touched: the same content. Another recording under the same name, size and time: another content. */
static void test_recording(void)
{
	analyse("run", NULL, false, false);
	shell("touch s/*.mp4");
	CHECK(analyse("run", NULL, false, false));
	shell("cp -p s/test.mp4 kept.mp4 && printf 'x' | dd of=s/test.mp4 bs=1 seek=$(($(stat -c %s s/test.mp4) - 5)) "
	      "conv=notrunc "
	      "2>/dev/null && touch -r kept.mp4 s/test.mp4");
	CHECK(!analyse("run", NULL, false, false));
	shell("cp -p kept.mp4 s/test.mp4");
	CHECK(!analyse("run", NULL, false, false));
}

/* A kept file that was damaged, or is another's, is passed over. Who changed it is its owner: --force. */
static void test_damaged(void)
{
	tt_error err = {0};
	const tt_analyze_options o = {.no_movie = true, .force = true};
	analyse("run", NULL, false, false);
	shell("printf 'x' | dd of=run/observation.ttobs bs=1 seek=5000 conv=notrunc 2>/dev/null");
	tt_report report = {0};
	CHECK_MSG(tt_analyze(in_tmp("s/test.yaml"), in_tmp("run"), &o, NULL, &report, &err) == TT_OK, "%s",
	          err.message);
	CHECK(report.notes.n == 0);
	tt_report_clear(&report);
	remove_folder("alone");
	analyse("alone", NULL, false, false);
	same_folders("run", "alone");
}

static const check_case cases[] = {
    {"another k, offset, section: nothing is looked at anew, the same bytes as alone", test_reused},
    {"--fresh looks at everything anew", test_fresh},
    {"a changed key of gauge or correlation: looked at anew", test_keys},
    {"a changed recording is looked at anew, a touched one is not", test_recording},
    {"a damaged observation is passed over", test_damaged},
};
CHECK_MAIN(cases)
