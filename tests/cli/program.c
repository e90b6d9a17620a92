/* Runs the program under test.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "program.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static char command[4096];

static void set_command(const char *fmt, va_list ap)
{
	char body[3000];
	vsnprintf(body, sizeof body, fmt, ap);
	snprintf(command, sizeof command, "cd '%s' || exit 99; T='%s' ROOT='%s'; %s", check_tmp(), TT_PROGRAM,
	         check_source_root(), body);
}

static char *slurp(const char *name, char **kept)
{
	char path[600];
	snprintf(path, sizeof path, "%s/%s", check_tmp(), name);
	free(*kept);
	*kept = calloc(1, 65536);
	FILE *f = fopen(path, "rb");
	CHECK(*kept && f);
	size_t n = fread(*kept, 1, 65535, f);
	(*kept)[n] = '\0';
	fclose(f);
	return *kept;
}

static program_run result(int status)
{
	static char *out, *err;
	return (program_run){.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
	                     .out = slurp("stdout", &out),
	                     .err = slurp("stderr", &err)};
}

static pid_t spawn(void)
{
	char out[600], err[600];
	snprintf(out, sizeof out, "%s/stdout", check_tmp());
	snprintf(err, sizeof err, "%s/stderr", check_tmp());
	fflush(stdout);
	pid_t pid = fork();
	CHECK(pid >= 0);
	if (pid > 0) return pid;
	/* who runs the tests may ignore some (nohup), and what is ignored stays so through exec */
	static const int number[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE};
	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		signal(number[i], SIG_DFL);
	if (!freopen("/dev/null", "rb", stdin) || !freopen(out, "wb", stdout) || !freopen(err, "wb", stderr)) _exit(98);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(97);
}

program_run finish(pid_t pid)
{
	int status;
	CHECK(waitpid(pid, &status, 0) == pid);
	return result(status);
}

program_run run(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	set_command(fmt, ap);
	va_end(ap);
	return finish(spawn());
}

pid_t start(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	set_command(fmt, ap);
	va_end(ap);
	return spawn();
}

const char *recording(void)
{
	static char path[600];
	snprintf(path, sizeof path, "%s/recording", check_tmp());
	if (access(path, F_OK) == 0) return path;
	program_run r = run("cat > simulation.yaml <<'E'\nname: film of the tests\nE\n"
	                    "\"$T\" simulate simulation.yaml -o recording --size 480x360 --frames 80 --seed 1 --quiet");
	CHECK_MSG(r.code == 0, "simulate failed: %s", r.err);
	return path;
}
