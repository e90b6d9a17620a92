/* Running gnuplot without a shell.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/draw/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/text.h"

extern char **environ;

/* The variables that the child gets anew; the rest is inherited. */
static bool is_ours(const char *entry)
{
	static const char *const name[] = {"TZ=", "LC_ALL=", "GNUTERM="};
	for (size_t i = 0; i < sizeof name / sizeof *name; i++)
		if (strncmp(entry, name[i], strlen(name[i])) == 0) return true;
	return false;
}

static char **make_environment(void)
{
	static char utc[] = "TZ=UTC", locale[] = "LC_ALL=C.UTF-8", epoch[] = "SOURCE_DATE_EPOCH=0";
	size_t n = 0, k = 0;
	while (environ && environ[n])
		n++;
	char **e = calloc(n + 4, sizeof *e);
	if (!e) return NULL;
	for (size_t i = 0; i < n; i++)
		if (!is_ours(environ[i])) e[k++] = environ[i];
	e[k++] = utc;
	e[k++] = locale;
	if (!getenv("SOURCE_DATE_EPOCH")) e[k++] = epoch;
	return e;
}

/* gnuplot's own command for its working folder: single quotes, in which only ' is special. */
static char *make_cd(const char *dir)
{
	char *text = malloc(2 * strlen(dir) + 8), *p = text;
	if (!text) return NULL;
	p += sprintf(p, "cd '");
	for (; *dir; dir++) {
		if (*dir == '\'') *p++ = '\'';
		*p++ = *dir;
	}
	strcpy(p, "'");
	return text;
}

/* Reads everything the child says; keeps the beginning. */
static void drain(int fd, char *said, size_t size)
{
	size_t used = 0;
	char buffer[512];
	for (;;) {
		ssize_t got = read(fd, buffer, sizeof buffer);
		if (got < 0 && errno == EINTR) continue;
		if (got <= 0) break;
		size_t keep = (size_t)got < size - 1 - used ? (size_t)got : size - 1 - used;
		memcpy(said + used, buffer, keep);
		used += keep;
	}
	said[used] = 0;
}

/* One line of it: gnuplot points at columns with spaces and carets over several. */
static void squeeze(char *text)
{
	char *to = text;
	for (const char *from = text; *from; from++) {
		bool space = strchr(" \t\r\n^", *from) != NULL;
		if (!space)
			*to++ = *from;
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
	}
	while (to > text && to[-1] == ' ')
		to--;
	*to = 0;
}

static int spawn(char *cd, char *script, int out, char *const *env, pid_t *pid)
{
	static char program[] = "gnuplot", defaults[] = "-d", execute[] = "-e";
	char *const argv[] = {program, defaults, execute, cd, script, NULL};
	posix_spawn_file_actions_t actions;
	int code = posix_spawn_file_actions_init(&actions);
	if (code) return code;
	code = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
	if (!code) code = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (!code) code = posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
	if (!code) code = posix_spawnp(pid, "gnuplot", &actions, NULL, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	return code;
}

/* A pipe that other children do not inherit, away from the three standard streams. */
static int make_pipe(int ends[2])
{
	int raw[2], code = 0;
	if (pipe(raw) != 0) return errno;
	for (int i = 0; i < 2; i++) {
		ends[i] = fcntl(raw[i], F_DUPFD_CLOEXEC, 3);
		if (ends[i] < 0) code = errno;
		close(raw[i]);
	}
	for (int i = 0; i < 2 && code; i++)
		if (ends[i] >= 0) close(ends[i]);
	return code;
}

static tt_status run(char *cd, char *script, char *const *env, tt_error *err)
{
	int ends[2];
	int code = make_pipe(ends);
	if (code) return tt_fail(err, TT_ERR_FAILED, "no pipe to gnuplot: %s", strerror(code));
	pid_t pid = 0;
	char said[600] = "";
	code = spawn(cd, script, ends[1], env, &pid);
	close(ends[1]);
	if (code) {
		close(ends[0]);
		if (code == ENOENT)
			return tt_fail(
			    err, TT_ERR_FAILED,
			    "gnuplot was not found in PATH; it draws the figures (Debian: apt install gnuplot-nox)");
		return tt_fail(err, TT_ERR_FAILED, "gnuplot could not be started: %s", strerror(code));
	}
	drain(ends[0], said, sizeof said);
	close(ends[0]);
	int status = 0;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR) return tt_fail(err, TT_ERR_FAILED, "waiting for gnuplot: %s", strerror(errno));
	squeeze(said);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return TT_OK;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127 && !said[0])
		return tt_fail(err, TT_ERR_FAILED,
		               "gnuplot was not found in PATH; it draws the figures (Debian: apt install gnuplot-nox)");
	return tt_fail(err, TT_ERR_FAILED, "gnuplot failed on %s: %s", tt_path_base(script),
	               said[0] ? said : "no message");
}

tt_status tt_gnuplot_run(const char *dir, const char *script, tt_error *err)
{
	char *cd = make_cd(dir), *name = tt_strdup(script), **env = make_environment();
	tt_status s = cd && name && env ? run(cd, name, env, err) : tt_fail_memory(err, "gnuplot");
	free(cd);
	free(name);
	free(env);
	return s;
}
