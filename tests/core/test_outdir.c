/* Result folders: complete or absent, whatever goes wrong on the way.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/outdir.h"
#include "check.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static tt_error err;

/* A path inside the test's own folder; four live at a time. */
static const char *in_tmp(const char *name)
{
	static char path[4][600];
	static int turn;
	char *p = path[turn++ & 3];
	snprintf(p, sizeof path[0], "%s/%s", check_tmp(), name);
	return p;
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static const char *contents(const char *path)
{
	static char buf[64];
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(buf, 1, sizeof buf - 1, f) : 0;
	if (f) fclose(f);
	buf[n] = '\0';
	return f ? buf : "(no file)";
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "wb");
	CHECK(f);
	fputs(text, f);
	fclose(f);
}

static void write_staged(tt_outdir *dir, const char *name, const char *text)
{
	FILE *f;
	CHECK_MSG(tt_outdir_fopen(dir, name, &f, &err) == TT_OK, "%s", err.message);
	fputs(text, f);
	CHECK_MSG(tt_outdir_fclose(dir, f, name, &err) == TT_OK, "%s", err.message);
}

static void commit_puts_all_in_place(void)
{
	tt_outdir *dir;
	const char *path;
	CHECK(tt_outdir_open(in_tmp("one/two"), &dir, &err) == TT_OK);
	CHECK_STR(tt_outdir_target(dir), in_tmp("one/two"));
	write_staged(dir, "curve.csv", "curve");
	write_staged(dir, "sub/deep/a.csv", "a");
	CHECK(tt_outdir_path(dir, "summary.json", &path, &err) == TT_OK);
	put(path, "{}");
	CHECK(!exists(in_tmp("one/two/curve.csv")));
	CHECK_MSG(tt_outdir_commit(dir, "summary.json", &err) == TT_OK, "%s", err.message);
	CHECK_STR(contents(in_tmp("one/two/curve.csv")), "curve");
	CHECK_STR(contents(in_tmp("one/two/sub/deep/a.csv")), "a");
	CHECK_STR(contents(in_tmp("one/two/summary.json")), "{}");

	/* again: replaces, keeps what is not its own, leaves no working folder */
	put(in_tmp("one/two/notes.txt"), "mine");
	CHECK(tt_outdir_open(in_tmp("one/two"), &dir, &err) == TT_OK);
	write_staged(dir, "curve.csv", "new");
	write_staged(dir, "summary.json", "{new}");
	CHECK(tt_outdir_commit(dir, "summary.json", &err) == TT_OK);
	CHECK_STR(contents(in_tmp("one/two/curve.csv")), "new");
	CHECK_STR(contents(in_tmp("one/two/notes.txt")), "mine");
	char name[64];
	snprintf(name, sizeof name, "one/two/.tt-staging-%ld", (long)getpid());
	CHECK(!exists(in_tmp(name)));
}

static void abort_leaves_nothing(void)
{
	tt_outdir *dir;
	CHECK(tt_outdir_open(in_tmp("gone/deep/er"), &dir, &err) == TT_OK);
	write_staged(dir, "x/y.csv", "y");
	tt_outdir_abort(dir);
	CHECK(!exists(in_tmp("gone")));

	mkdir(in_tmp("kept"), 0777);
	CHECK(tt_outdir_open(in_tmp("kept"), &dir, &err) == TT_OK);
	tt_outdir_abort(dir);
	CHECK(exists(in_tmp("kept")));
	CHECK(rmdir(in_tmp("kept")) == 0);
	tt_outdir_abort(NULL);
}

static void marker_must_be_there(void)
{
	tt_outdir *dir;
	CHECK(tt_outdir_open(in_tmp("marked"), &dir, &err) == TT_OK);
	write_staged(dir, "summary.json", "old");
	CHECK(tt_outdir_commit(dir, "summary.json", &err) == TT_OK);
	/* a folder in the place of a file: told before anything is touched */
	mkdir(in_tmp("marked/curve.csv"), 0777);
	CHECK(tt_outdir_open(in_tmp("marked"), &dir, &err) == TT_OK);
	FILE *f;
	CHECK(tt_outdir_fopen(dir, "curve.csv", &f, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "marked/curve.csv': it is a folder");
	tt_outdir_abort(dir);
	CHECK_STR(contents(in_tmp("marked/summary.json")), "old");
	/* no marker written: nothing is touched */
	CHECK(tt_outdir_open(in_tmp("marked"), &dir, &err) == TT_OK);
	write_staged(dir, "other.csv", "c");
	CHECK(tt_outdir_commit(dir, "summary.json", &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "marked/summary.json' was not written");
	CHECK(!exists(in_tmp("marked/other.csv")));
}

static void refuses_what_is_no_folder(void)
{
	tt_outdir *dir;
	char want[1400];
	put(in_tmp("file"), "x");
	snprintf(want, sizeof want, "cannot make the folder '%s': '%s' is not a folder", in_tmp("file"),
	         in_tmp("file"));
	CHECK(tt_outdir_open(in_tmp("file"), &dir, &err) == TT_ERR_FAILED);
	CHECK_STR(err.message, want);
	CHECK(!dir);
	CHECK(tt_outdir_open(in_tmp("file/below"), &dir, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "file' is not a folder");
	CHECK(tt_outdir_open("/dev/full", &dir, &err) == TT_ERR_FAILED);
	CHECK_STR(err.message, "cannot make the folder '/dev/full': '/dev/full' is not a folder");
	CHECK(tt_outdir_open("", &dir, &err) == TT_ERR_USAGE);
	CHECK_STR(contents(in_tmp("file")), "x");
}

static void refuses_a_read_only_folder(void)
{
	if (geteuid() == 0) CHECK_SKIP("root may write everywhere");
	tt_outdir *dir;
	mkdir(in_tmp("readonly"), 0555);
	CHECK(tt_outdir_open(in_tmp("readonly"), &dir, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "readonly': Permission denied");
}

static void names_stay_inside(void)
{
	static const char *const bad[] = {"../x", "a/../../x", "/etc/x", "", "a/", ".."};
	tt_outdir *dir;
	const char *path;
	CHECK(tt_outdir_open(in_tmp("inside"), &dir, &err) == TT_OK);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_MSG(tt_outdir_path(dir, bad[i], &path, &err) == TT_ERR_USAGE, "'%s' was taken", bad[i]);
	CHECK(tt_outdir_path(dir, "..x/a..", &path, &err) == TT_OK);
	tt_outdir_abort(dir);
}

/* Runs in a child that dies in the middle. */
static void die_with_staging(const char *target)
{
	tt_outdir *dir;
	FILE *f;
	if (tt_outdir_open(target, &dir, &err) || tt_outdir_fopen(dir, "half.csv", &f, &err)) _exit(1);
	raise(SIGKILL);
}

static void removes_what_a_killed_run_left(void)
{
	tt_outdir *dir;
	char name[64];
	int status;
	mkdir(in_tmp("killed"), 0777);
	pid_t child = fork();
	if (child == 0) die_with_staging(in_tmp("killed"));
	CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
	snprintf(name, sizeof name, "killed/.tt-staging-%ld", (long)child);
	CHECK(exists(in_tmp(name)));
	CHECK(tt_outdir_open(in_tmp("killed"), &dir, &err) == TT_OK);
	CHECK(!exists(in_tmp(name)));
	tt_outdir_abort(dir);
	/* a number that another living process has now (this one's parent) does not save it */
	snprintf(name, sizeof name, "killed/.tt-staging-%ld", (long)getppid());
	CHECK(mkdir(in_tmp(name), 0777) == 0);
	CHECK(tt_outdir_open(in_tmp("killed"), &dir, &err) == TT_OK);
	CHECK(!exists(in_tmp(name)));
	tt_outdir_abort(dir);
}

/* A run that is killed while it removes its working folder leaves what the next one can remove. */
static void removes_what_a_killed_removal_left(void)
{
	enum { KILLS = 120, FILES = 8 };
	char name[32];
	tt_outdir *dir;
	int cut = 0;
	for (int i = 0; i < KILLS; i++) {
		pid_t child = fork();
		if (child == 0) {
			if (tt_outdir_open(in_tmp("removal"), &dir, &err) != TT_OK) _exit(1);
			for (int k = 0; k < FILES; k++) {
				snprintf(name, sizeof name, "file-%d-%d", i,
				         k); /* removed in an order by their names */
				write_staged(dir, name, "x");
			}
			raise(SIGSTOP);
			tt_outdir_abort(dir);
			_exit(0);
		}
		int status;
		CHECK(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status));
		kill(child, SIGCONT);
		nanosleep(&(struct timespec){.tv_nsec = i % 40 * 15000L}, NULL);
		kill(child, SIGKILL);
		CHECK(waitpid(child, &status, 0) == child);
		cut += WIFSIGNALED(status);
		CHECK(tt_outdir_open(in_tmp("removal"), &dir, &err) == TT_OK);
		write_staged(dir, "result", "y");
		CHECK(tt_outdir_commit(dir, NULL, &err) == TT_OK);
		int left = 0;
		DIR *d = opendir(in_tmp("removal"));
		CHECK(d != NULL);
		for (struct dirent *e; (e = readdir(d));)
			left += strncmp(e->d_name, ".tt-", 4) == 0;
		closedir(d);
		CHECK_MSG(left == 0, "kill %d left something for ever", i);
	}
	CHECK(cut > 0);
}

static void two_runs_do_not_mix(void)
{
	tt_outdir *dir, *other;
	char want[128];
	CHECK(tt_outdir_open(in_tmp("shared"), &dir, &err) == TT_OK);
	CHECK(tt_outdir_open(in_tmp("shared"), &other, &err) == TT_ERR_FAILED);
	snprintf(want, sizeof want, "another run (process %ld) is writing into", (long)getpid());
	CHECK_HAS(err.message, want);
	write_staged(dir, "a", "a");
	CHECK(tt_outdir_commit(dir, NULL, &err) == TT_OK);
	CHECK_STR(contents(in_tmp("shared/a")), "a");
}

static void forgotten_files_are_told(void)
{
	tt_outdir *dir;
	FILE *f;
	CHECK(tt_outdir_open(in_tmp("forgotten"), &dir, &err) == TT_OK);
	CHECK(tt_outdir_fopen(dir, "a", &f, &err) == TT_OK);
	CHECK(tt_outdir_commit(dir, NULL, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "1 files of");
	fclose(f);
}

static void full_disk_is_told(void)
{
	FILE *f = fopen("/dev/full", "wb");
	if (!f) CHECK_SKIP("no /dev/full here");
	fclose(f);
	tt_atomic *a;
	CHECK(tt_atomic_open("/dev/full", &a, &f, &err) == TT_OK);
	fputs("lost", f);
	CHECK(tt_atomic_commit(a, &err) == TT_ERR_FAILED);
	CHECK_STR(err.message, "cannot write '/dev/full': No space left on device");
	struct stat s;
	CHECK(stat("/dev/full", &s) == 0 && S_ISCHR(s.st_mode));

	/* the same inside a result folder, through a link that stands for a full disk */
	tt_outdir *dir;
	const char *path;
	CHECK(tt_outdir_open(in_tmp("full"), &dir, &err) == TT_OK);
	CHECK(tt_outdir_path(dir, "curve.csv", &path, &err) == TT_OK);
	CHECK(symlink("/dev/full", path) == 0);
	CHECK(tt_outdir_fopen(dir, "curve.csv", &f, &err) == TT_OK);
	fputs("lost", f);
	CHECK(tt_outdir_fclose(dir, f, "curve.csv", &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "full/curve.csv': No space left on device");
	tt_outdir_abort(dir);
	CHECK(!exists(in_tmp("full")));
}

static void single_files(void)
{
	tt_atomic *a;
	FILE *f;
	CHECK(tt_atomic_open(in_tmp("field.csv"), &a, &f, &err) == TT_OK);
	fputs("one", f);
	CHECK(!exists(in_tmp("field.csv")));
	CHECK(exists(tt_atomic_path(a)));
	CHECK(tt_atomic_commit(a, &err) == TT_OK);
	CHECK_STR(contents(in_tmp("field.csv")), "one");

	CHECK(tt_atomic_open(in_tmp("field.csv"), &a, &f, &err) == TT_OK);
	fputs("two", f);
	char temporary[600];
	snprintf(temporary, sizeof temporary, "%s", tt_atomic_path(a));
	tt_atomic_abort(a);
	CHECK(!exists(temporary));
	CHECK_STR(contents(in_tmp("field.csv")), "one");

	/* by name, for a library */
	CHECK(tt_atomic_open(in_tmp("field.csv"), &a, NULL, &err) == TT_OK);
	put(tt_atomic_path(a), "three");
	CHECK(tt_atomic_commit(a, &err) == TT_OK);
	CHECK_STR(contents(in_tmp("field.csv")), "three");

	/* through a symbolic link: the link stays */
	CHECK(symlink("field.csv", in_tmp("link.csv")) == 0);
	CHECK(tt_atomic_open(in_tmp("link.csv"), &a, &f, &err) == TT_OK);
	fputs("four", f);
	CHECK(tt_atomic_commit(a, &err) == TT_OK);
	CHECK_STR(contents(in_tmp("field.csv")), "four");
	struct stat s;
	CHECK(lstat(in_tmp("link.csv"), &s) == 0 && S_ISLNK(s.st_mode));

	CHECK(tt_atomic_open(check_tmp(), &a, &f, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "': it is a folder");
	CHECK(tt_atomic_open(in_tmp("no/such/file"), &a, &f, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "no/such/file': No such file or directory");
	CHECK(tt_atomic_open("/dev/null", &a, &f, &err) == TT_OK);
	fputs("x", f);
	CHECK(tt_atomic_commit(a, &err) == TT_OK);
	CHECK(stat("/dev/null", &s) == 0 && S_ISCHR(s.st_mode));
	tt_atomic_abort(NULL);
}

static const check_case cases[] = {
    {"commit puts all in place", commit_puts_all_in_place},
    {"abort leaves nothing", abort_leaves_nothing},
    {"marker must be there", marker_must_be_there},
    {"refuses what is no folder", refuses_what_is_no_folder},
    {"refuses a read-only folder", refuses_a_read_only_folder},
    {"names stay inside", names_stay_inside},
    {"removes what a killed run left", removes_what_a_killed_run_left},
    {"removes what a killed removal left", removes_what_a_killed_removal_left},
    {"two runs do not mix", two_runs_do_not_mix},
    {"forgotten files are told", forgotten_files_are_told},
    {"full disk is told", full_disk_is_told},
    {"single files", single_files},
};

CHECK_MAIN(cases)
