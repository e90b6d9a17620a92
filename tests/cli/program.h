/* Runs the program under test and keeps what it said.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_CLI_PROGRAM_H
#define TT_TESTS_CLI_PROGRAM_H

#include <sys/types.h>

typedef struct program_run {
	int code;  /* exit code; 128 + signal when killed */
	char *out; /* standard output */
	char *err; /* standard error */
} program_run;

/* Runs a shell command in the test's own folder, where $T is the program and $ROOT the source tree. Texts are valid
 * until the next call. */
program_run run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Starts it without waiting; the shell is replaced by the program, so a signal reaches it. */
pid_t start(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Waits for it. */
program_run finish(pid_t pid);

/* A folder with a small recording (test.yaml, video, log), made once by `simulate`; skips when that fails. */
const char *recording(void);

#endif
