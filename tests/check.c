/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700
#include "check.h"

/* Tests link the rooms, not the library, whose sources this names. */
extern const char tt_build_sources[];
const char tt_build_sources[] = "tests";

#include <ftw.h>
#include <locale.h>
#include <stdarg.h>
#include <stdbool.h>
#include <unistd.h>

jmp_buf check_jump;
char check_why[512];
static char tmp_dir[256];

void check_stop(int how, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(check_why, sizeof check_why, fmt, ap);
	va_end(ap);
	longjmp(check_jump, how);
}

void check_note(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fputs("# ", stdout);
	vfprintf(stdout, fmt, ap);
	fputc('\n', stdout);
	va_end(ap);
	fflush(stdout);
}

const char *check_shared(const char *relative)
{
	static char path[4][1024];
	static int turn;
	const char *root = getenv("TT_SHARED");
	char *p = path[turn++ & 3];
	if (root)
		snprintf(p, sizeof path[0], "%s/%s", root, relative);
	else
		snprintf(p, sizeof path[0], "%s/../shared/%s", TT_SOURCE_ROOT, relative);
	if (access(p, R_OK) != 0) CHECK_SKIP("../shared/%s is not there", relative);
	return p;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static void remove_tmp(void)
{
	nftw(tmp_dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *check_tmp(void)
{
	if (!tmp_dir[0]) {
		const char *base = getenv("TMPDIR");
		snprintf(tmp_dir, sizeof tmp_dir, "%s/tt-test-XXXXXX", base ? base : "/tmp");
		if (!mkdtemp(tmp_dir)) {
			perror("mkdtemp");
			exit(99);
		}
		atexit(remove_tmp);
	}
	return tmp_dir;
}

void check_comma_locale(void)
{
	const char *offered = getenv("TT_TEST_LOCALES");
	if (offered) setenv("LOCPATH", offered, 1);
	bool set = setlocale(LC_ALL, "de_DE.UTF-8") || setlocale(LC_ALL, "de_DE");
	unsetenv("LOCPATH");
	if (!set) CHECK_SKIP("no locale with a decimal comma here");
}

const char *check_source_root(void)
{
	return TT_SOURCE_ROOT;
}

static int wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0) return 1;
	return argc < 2;
}

int check_main(int argc, char **argv, const check_case *cases, size_t n)
{
	/* volatile: they live across longjmp */
	volatile size_t i, number = 0;
	volatile int failed = 0;
	size_t planned = 0;
	for (i = 0; i < n; i++)
		planned += (size_t)wanted(cases[i].name, argc, argv);
	printf("1..%zu\n", planned);
	for (i = 0; i < n; i++) {
		if (!wanted(cases[i].name, argc, argv)) continue;
		number = number + 1;
		fflush(stdout);
		int how = setjmp(check_jump);
		if (how == 0) {
			cases[i].run();
			printf("ok %zu %s\n", number, cases[i].name);
		} else if (how == CHECK_SKIPPED) {
			printf("ok %zu %s # SKIP %s\n", number, cases[i].name, check_why);
		} else {
			failed = 1;
			printf("not ok %zu %s\n# %s\n", number, cases[i].name, check_why);
		}
		fflush(stdout);
	}
	return failed;
}
