/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* pipe2, dladdr */
#include "core/apart.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/text.h"

extern char **environ;

/* Beside the library: as it is installed, with or without a folder for the processor, or in its build folder. */
static char *program_beside_library(void)
{
	static const char *const place[] = {"../bin/temtensile", "../../bin/temtensile", "cli/temtensile"};
	Dl_info here;
	if (!dladdr((const void *)(uintptr_t)tt_own_program, &here) || !here.dli_fname) return NULL;
	for (size_t i = 0; i < sizeof place / sizeof *place; i++) {
		char *path =
		    tt_format("%.*s%s", (int)(tt_path_base(here.dli_fname) - here.dli_fname), here.dli_fname, place[i]);
		if (path && access(path, X_OK) == 0) return path;
		free(path);
	}
	return NULL;
}

static char *program_in_path(void)
{
	const char *at = getenv("PATH");
	while (at && *at) {
		size_t n = strcspn(at, ":");
		char *path = tt_format("%.*s/temtensile", (int)n, at);
		if (path && n && access(path, X_OK) == 0) return path;
		free(path);
		at += n + (at[n] == ':');
	}
	return NULL;
}

tt_status tt_own_program(char **out, tt_error *err)
{
	const char *given = getenv("TEMTENSILE_PROGRAM");
	char self[4096];
	*out = NULL;
	if (given && *given) {
		*out = tt_strdup(given);
	} else {
		ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
		self[n > 0 ? n : 0] = 0;
		*out = strcmp(tt_path_base(self), "temtensile") == 0 ? tt_strdup(self) : program_beside_library();
		if (!*out) *out = program_in_path();
	}
	if (*out && access(*out, X_OK) == 0) return TT_OK;
	free(*out);
	*out = NULL;
	return tt_fail(err, TT_ERR_FAILED,
	               "the program temtensile, which does this in a process of its own, was not found: put it into "
	               "PATH or say its "
	               "path in TEMTENSILE_PROGRAM");
}

enum { MOST_WORDS = 8 };

/* Its standard output is the pipe's end, its other streams nothing; no signal is blocked or ignored. */
static int spawn(pid_t *pid, const char *program, const char *const *argv, int out)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t set;
	int why = posix_spawn_file_actions_init(&files);
	if (why) return why;
	why = posix_spawnattr_init(&how);
	if (why) {
		posix_spawn_file_actions_destroy(&files);
		return why;
	}
	sigemptyset(&set);
	why = posix_spawnattr_setsigmask(&how, &set);
	sigfillset(&set);
	if (!why) why = posix_spawnattr_setsigdefault(&how, &set);
	if (!why) why = posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (!why) why = posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	if (!why) why = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!why) why = posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (!why) why = posix_spawn(pid, program, &files, &how, (char *const *)(uintptr_t)argv, environ);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	return why;
}

static tt_status start(tt_apart *a, const char *program, const char *const *words, const char *shown, tt_error *err)
{
	const char *argv[MOST_WORDS + 3] = {program, "apart"};
	int ends[2];
	for (size_t i = 0; i < MOST_WORDS && words[i]; i++)
		argv[2 + i] = words[i];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return tt_fail(err, TT_ERR_FAILED, "%s: no pipe to a process: %s", shown, strerror(errno));
	int why = spawn(&a->pid, program, argv, ends[1]);
	close(ends[1]);
	a->from = why ? NULL : fdopen(ends[0], "rb");
	if (a->from) return TT_OK;
	const int gone = errno;
	close(ends[0]);
	if (why) {
		a->pid = 0;
		return tt_fail(err, TT_ERR_FAILED, "%s: '%s' cannot be started: %s", shown, program, strerror(why));
	}
	tt_apart_end(a);
	return gone == ENOMEM ? tt_fail_memory(err, "a pipe to a process")
	                      : tt_fail(err, TT_ERR_FAILED, "%s: no pipe to a process: %s", shown, strerror(gone));
}

tt_status tt_apart_start(tt_apart *a, const char *const *words, const char *shown, tt_error *err)
{
	char hello[sizeof TT_APART_HELLO] = "", *program = NULL;
	*a = (tt_apart){0};
	tt_status st = tt_own_program(&program, err);
	if (st != TT_OK) tt_fail_within(err, "%s", shown);
	if (st == TT_OK) st = start(a, program, words, shown, err);
	if (st == TT_OK &&
	    (fread(hello, 1, sizeof hello - 1, a->from) != sizeof hello - 1 || strcmp(hello, TT_APART_HELLO) != 0)) {
		tt_apart_end(a);
		st = tt_fail(err, TT_ERR_FAILED,
		             "%s: '%s', which is to read it in a process of its own, does not answer as expected: is "
		             "it the program of this version?",
		             shown, program);
	}
	free(program);
	return st;
}

void tt_apart_end(tt_apart *a)
{
	if (a->from) fclose(a->from);
	if (a->pid > 0) kill(a->pid, SIGKILL); /* it has told all, or is not believed */
	while (a->pid > 0 && waitpid(a->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*a = (tt_apart){0};
}
