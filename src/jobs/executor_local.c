/* Tasks as processes of this machine.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "core/text.h"
#include "jobs/executor.h"

enum { PATIENCE_S = 10, TICK_MS = 10 };

typedef struct process {
	pid_t pid; /* 0: not running */
	tt_task_look look;
} process;

typedef struct local {
	const tt_spool *spool;
	tt_executor_options how;
	process *process; /* of each task */
	int running;
} local;

static tt_status open_local(const tt_spool *spool, const tt_executor_options *options, void **state, tt_error *err)
{
	local *l = calloc(1, sizeof *l);
	*state = l;
	if (l) l->process = calloc(spool->n ? spool->n : 1, sizeof *l->process);
	if (!l || !l->process) {
		free(l);
		return tt_fail_memory(err, "the tasks' processes");
	}
	l->spool = spool;
	l->how = *options;
	return TT_OK;
}

static tt_status submit_local(void *state, const size_t *task, size_t n, tt_error *err)
{
	local *l = state;
	(void)err;
	for (size_t i = 0; i < n; i++)
		l->process[task[i]].look = (tt_task_look){.place = TT_TASK_WAITING};
	return TT_OK;
}

/* Between fork and exec: nothing that is not safe after a fork in a process with threads. */
static void become(const char *const *argv, pid_t parent)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGINT, SIG_IGN); /* Ctrl-C reaches the parent, which passes it on */
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
	if (getppid() != parent) _exit(TT_ERR_INTERRUPTED);
	int nowhere = open("/dev/null", O_RDWR);
	if (nowhere >= 0) {
		dup2(nowhere, 0);
		dup2(nowhere, 1);
		dup2(nowhere, 2);
	}
	execv(argv[0], (char *const *)argv);
	_exit(127);
}

static tt_status start(local *l, size_t i, tt_error *err)
{
	char number[32], threads[32];
	tt_snprintf(number, sizeof number, "%zu", i);
	tt_snprintf(threads, sizeof threads, "%d", l->how.threads);
	const char *const argv[] = {l->how.program, "task",      l->spool->path, number,
	                            "--quiet",      "--threads", threads,        NULL};
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) become(argv, parent);
	if (pid < 0) return tt_fail(err, TT_ERR_FAILED, "no further process can be started: %s", strerror(errno));
	l->process[i].pid = pid;
	l->process[i].look.place = TT_TASK_RUNNING;
	l->running++;
	return TT_OK;
}

static void collect(local *l, size_t i, int how)
{
	process *p = &l->process[i];
	*p = (process){.look = {.place = TT_TASK_ENDED}};
	l->running--;
	if (WIFSIGNALED(how)) {
		/* what kills from outside: the kernel for memory, an administrator */
		p->look.again = WTERMSIG(how) == SIGKILL || WTERMSIG(how) == SIGTERM;
		tt_snprintf(p->look.why, sizeof p->look.why, "the analysis was ended by signal %d (%s)", WTERMSIG(how),
		            strsignal(WTERMSIG(how)));
	} else if (WEXITSTATUS(how) == 127) {
		tt_snprintf(p->look.why, sizeof p->look.why, "the program could not be started");
	} else {
		tt_snprintf(p->look.why, sizeof p->look.why, "the analysis ended without a word (exit code %d)",
		            WEXITSTATUS(how));
	}
}

/* true: a process has ended. */
static bool look_for_ended(local *l)
{
	bool any = false;
	for (size_t i = 0; i < l->spool->n; i++) {
		int how;
		if (!l->process[i].pid || waitpid(l->process[i].pid, &how, WNOHANG) <= 0) continue;
		collect(l, i, how);
		any = true;
	}
	return any;
}

static tt_status poll_local(void *state, int wait_ms, tt_task_look *look, tt_error *err)
{
	local *l = state;
	tt_status st = TT_OK;
	for (int waited = 0; !look_for_ended(l) && l->running && waited < wait_ms; waited += TICK_MS)
		nanosleep(&(struct timespec){.tv_nsec = TICK_MS * 1000000L}, NULL);
	for (size_t i = 0; i < l->spool->n && st == TT_OK && l->running < l->how.at_once; i++)
		if (l->process[i].look.place == TT_TASK_WAITING) st = start(l, i, err);
	for (size_t i = 0; i < l->spool->n; i++)
		look[i] = l->process[i].look;
	return st;
}

/* Asks all to end, then makes them. */
static tt_status cancel_local(void *state, tt_error *err)
{
	local *l = state;
	(void)err;
	for (size_t i = 0; i < l->spool->n; i++) {
		if (l->process[i].pid) kill(l->process[i].pid, SIGTERM);
		if (l->process[i].look.place == TT_TASK_WAITING) l->process[i].look.place = TT_TASK_UNKNOWN;
	}
	for (int waited = 0; l->running && waited < PATIENCE_S * 1000; waited += TICK_MS)
		if (!look_for_ended(l)) nanosleep(&(struct timespec){.tv_nsec = TICK_MS * 1000000L}, NULL);
	for (size_t i = 0; i < l->spool->n; i++) {
		int how = 0;
		if (!l->process[i].pid) continue;
		kill(l->process[i].pid, SIGKILL);
		while (waitpid(l->process[i].pid, &how, 0) < 0 && errno == EINTR)
			;
		collect(l, i, how);
	}
	return TT_OK;
}

static tt_status describe_local(void *state, char *text, size_t size, tt_error *err)
{
	(void)err;
	tt_snprintf(text, size, "%d processes of this machine", ((local *)state)->running);
	return TT_OK;
}

static void close_local(void *state)
{
	local *l = state;
	if (!l) return;
	free(l->process);
	free(l);
}

const tt_executor tt_executor_local = {"local",      open_local,     submit_local, poll_local, NULL,
                                       cancel_local, describe_local, close_local,  200,        false};
