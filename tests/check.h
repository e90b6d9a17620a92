/* The whole test framework: TAP on standard output, one line per test, figures as "# " comments.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_CHECK_H
#define TT_TESTS_CHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* CHECK_SANITIZED: built with AddressSanitizer, by gcc or by clang. */
#if defined(__SANITIZE_ADDRESS__)
#define CHECK_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CHECK_SANITIZED 1
#endif
#endif

typedef struct check_case {
	const char *name;
	void (*run)(void);
} check_case;

extern jmp_buf check_jump;
extern char check_why[512];

enum { CHECK_FAILED = 1, CHECK_SKIPPED = 2 };

/* Ends the running test as failed or skipped. */
_Noreturn void check_stop(int how, const char *fmt, ...);

#define CHECK(cond)                                                                                                    \
	do {                                                                                                           \
		if (!(cond)) check_stop(CHECK_FAILED, "%s:%d: %s", __FILE__, __LINE__, #cond);                         \
	} while (0)
#define CHECK_MSG(cond, ...)                                                                                           \
	do {                                                                                                           \
		if (!(cond)) check_stop(CHECK_FAILED, __VA_ARGS__);                                                    \
	} while (0)
#define CHECK_NEAR(a, b, tol)                                                                                          \
	do {                                                                                                           \
		double check_a = (a), check_b = (b), check_t = (tol);                                                  \
		if (!(fabs(check_a - check_b) <= check_t))                                                             \
			check_stop(CHECK_FAILED, "%s:%d: %s = %.12g, expected %.12g +- %.3g", __FILE__, __LINE__, #a,  \
			           check_a, check_b, check_t);                                                         \
	} while (0)
#define CHECK_STR(a, b)                                                                                                \
	do {                                                                                                           \
		const char *check_a = (a), *check_b = (b);                                                             \
		if (!check_a || !check_b || strcmp(check_a, check_b) != 0)                                             \
			check_stop(CHECK_FAILED, "%s:%d: %s is \"%s\", expected \"%s\"", __FILE__, __LINE__, #a,       \
			           check_a ? check_a : "(null)", check_b ? check_b : "(null)");                        \
	} while (0)
/* The text holds the part. */
#define CHECK_HAS(text, part)                                                                                          \
	do {                                                                                                           \
		const char *check_a = (text), *check_b = (part);                                                       \
		if (!check_a || !strstr(check_a, check_b))                                                             \
			check_stop(CHECK_FAILED, "%s:%d: \"%s\" does not contain \"%s\"", __FILE__, __LINE__,          \
			           check_a ? check_a : "(null)", check_b);                                             \
	} while (0)
/* Skips the test, visibly. */
#define CHECK_SKIP(...) check_stop(CHECK_SKIPPED, __VA_ARGS__)

/* A figure for the reader of the test's output. */
void check_note(const char *fmt, ...);

/* Path of a file in ../shared next to the checkout (TT_SHARED overrides), or a visible skip when it is not there. */
const char *check_shared(const char *relative);
/* A fresh empty folder, removed at exit; the same within one program. */
const char *check_tmp(void);
/* Sets a locale with a decimal comma, the system's or the one that TT_TEST_LOCALES (a LOCPATH) offers; skips the test
 * when there is none. */
void check_comma_locale(void);
/* The source tree (compiled in). */
const char *check_source_root(void);

/* Runs all cases (or those named on the command line); returns the program's exit code. */
int check_main(int argc, char **argv, const check_case *cases, size_t n);
#define CHECK_MAIN(cases)                                                                                              \
	int main(int argc, char **argv)                                                                                \
	{                                                                                                              \
		return check_main(argc, argv, cases, sizeof cases / sizeof *cases);                                    \
	}

#endif
