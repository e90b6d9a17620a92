/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "jobs/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
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

enum { WAIT_MS = 200, PATIENCE_S = 10 };

/* ---- the child ---- */

static volatile int stop_child;

static void on_stop(int number)
{
	(void)number;
	stop_child = 1;
}

typedef struct link_to_parent {
	int fd, told;
	const char *stage;
} link_to_parent;

/* One line; a parent that is gone ends the job. */
static void say(link_to_parent *link, char kind, const char *text)
{
	size_t n = strlen(text);
	char *line = malloc(n + 2);
	if (!line) return;
	line[0] = kind;
	for (size_t i = 0; i < n; i++)
		line[i + 1] = text[i] == '\n' ? ' ' : text[i];
	line[n + 1] = '\n';
	for (size_t done = 0; done < n + 2;) {
		ssize_t put = write(link->fd, line + done, n + 2 - done);
		if (put > 0) {
			done += (size_t)put;
		} else if (put < 0 && errno != EINTR) {
			stop_child = 1;
			break;
		}
	}
	free(line);
}

static void tell(void *link, const char *text)
{
	say(link, 'L', text);
}

/* Decoding takes most of the time; what comes later fills the rest. In thousandths, never backwards. */
static void on_progress(void *ctx, const tt_progress *p)
{
	link_to_parent *link = ctx;
	double part = p->total > 0 ? (double)p->done / (double)p->total : 0;
	bool first = !link->stage || (p->stage && strcmp(p->stage, link->stage) == 0);
	if (!link->stage) link->stage = p->stage;
	int told = first ? (int)(700 * part) : 700 + (int)(280 * part);
	if (told <= link->told) return;
	link->told = told;
	char text[32];
	snprintf(text, sizeof text, "%d", told);
	say(link, 'P', text);
}

static void prepare_child(pid_t parent)
{
	struct sigaction a = {.sa_handler = on_stop};
	sigemptyset(&a.sa_mask);
	sigaction(SIGTERM, &a, NULL);
	a.sa_handler = SIG_IGN; /* Ctrl-C reaches the parent, which passes it on */
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGPIPE, &a, NULL);
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
	if (getppid() != parent) _exit(TT_ERR_INTERRUPTED);
}

static void run_child(const tt_workers *w, size_t i, int fd, pid_t parent)
{
	link_to_parent link = {.fd = fd};
	tt_error err = {0};
	char text[sizeof err.message + 32];
	prepare_child(parent);
	const tt_job job = {.threads = w->threads, .on_progress = on_progress, .ctx = &link, .cancel = &stop_child};
	tt_status st = w->run(w->ctx, i, &job, tell, &link, &err);
	snprintf(text, sizeof text, "%d %s", (int)st, err.message);
	say(&link, 'E', text);
	_exit(st ? TT_ERR_FAILED : 0);
}

/* ---- the parent ---- */

typedef struct child {
	pid_t pid; /* 0: free */
	int fd;
	size_t job;
	char *text; /* not yet a whole line */
	size_t n, room;
	int permille;
	bool told;
	tt_status status;
	char message[1024];
} child;

typedef struct team {
	const tt_workers *w;
	const tt_job *job;
	child *child;
	int n;
	size_t next, done;
	struct timespec start;
} team;

static double seconds_since(const struct timespec *t)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - t->tv_sec) + 1e-9 * (double)(now.tv_nsec - t->tv_nsec);
}

/* In hundredths of all jobs. */
static void report(const team *t)
{
	if (!t->job || !t->job->on_progress) return;
	double sum = 1000 * (double)t->done;
	for (int i = 0; i < t->n; i++)
		if (t->child[i].pid) sum += t->child[i].permille;
	const tt_progress p = {t->w->stage, (int64_t)(sum / 10 / (double)t->w->n), 100, seconds_since(&t->start)};
	t->job->on_progress(t->job->ctx, &p);
}

static void hear(team *t, child *c, char *line)
{
	char *end;
	switch (line[0]) {
	case 'P': c->permille = atoi(line + 1); break;
	case 'L':
		if (t->w->heard) t->w->heard(t->w->ctx, c->job, line + 1);
		break;
	case 'E':
		c->told = true;
		c->status = (tt_status)strtol(line + 1, &end, 10);
		snprintf(c->message, sizeof c->message, "%s", *end ? end + 1 : "");
		break;
	default: break;
	}
}

static void split_lines(team *t, child *c)
{
	size_t first = 0;
	for (size_t i = 0; i < c->n; i++) {
		if (c->text[i] != '\n') continue;
		c->text[i] = 0;
		if (i > first) hear(t, c, c->text + first);
		first = i + 1;
	}
	memmove(c->text, c->text + first, c->n - first);
	c->n -= first;
}

/* Collects a child that has closed its end. */
static void collect(team *t, child *c)
{
	int how = 0;
	while (waitpid(c->pid, &how, 0) < 0 && errno == EINTR)
		;
	close(c->fd);
	if (!c->told) {
		c->status = TT_ERR_FAILED;
		if (WIFSIGNALED(how))
			snprintf(c->message, sizeof c->message, "the analysis was ended by signal %d (%s)",
			         WTERMSIG(how), strsignal(WTERMSIG(how)));
		else
			snprintf(c->message, sizeof c->message, "the analysis ended without a word (exit code %d)",
			         WEXITSTATUS(how));
	}
	t->w->ended(t->w->ctx, c->job, c->status, c->message);
	t->done++;
	free(c->text);
	*c = (child){0};
}

static tt_status listen_to(team *t, child *c, tt_error *err)
{
	char *grown = tt_grow(c->text, &c->room, c->n + 4096, 1);
	if (!grown) return tt_fail_memory(err, "the workers' reports");
	c->text = grown;
	ssize_t got = read(c->fd, c->text + c->n, 4096);
	if (got < 0 && (errno == EINTR || errno == EAGAIN)) return TT_OK;
	if (got > 0) {
		c->n += (size_t)got;
		split_lines(t, c);
	} else {
		collect(t, c);
	}
	report(t);
	return TT_OK;
}

static tt_status start_one(team *t, child *c, tt_error *err)
{
	int ends[2];
	if (pipe(ends) != 0) return tt_fail(err, TT_ERR_FAILED, "no pipe to a worker: %s", strerror(errno));
	for (int i = 0; i < 2; i++)
		fcntl(ends[i], F_SETFD, FD_CLOEXEC);
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		close(ends[0]);
		run_child(t->w, t->next, ends[1], parent);
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return tt_fail(err, TT_ERR_FAILED, "no further process can be started: %s", strerror(errno));
	}
	*c = (child){.pid = pid, .fd = ends[0], .job = t->next++};
	return TT_OK;
}

static int running(const team *t)
{
	int n = 0;
	for (int i = 0; i < t->n; i++)
		n += t->child[i].pid != 0;
	return n;
}

/* One look at all children. */
static tt_status attend(team *t, struct pollfd *p, tt_error *err)
{
	nfds_t n = 0;
	child *who[1024];
	for (int i = 0; i < t->n; i++)
		if (t->child[i].pid) {
			p[n] = (struct pollfd){.fd = t->child[i].fd, .events = POLLIN};
			who[n++] = &t->child[i];
		}
	if (poll(p, n, WAIT_MS) <= 0) return TT_OK;
	tt_status st = TT_OK;
	for (nfds_t i = 0; i < n && st == TT_OK; i++)
		if (p[i].revents) st = listen_to(t, who[i], err);
	return st;
}

/* Asks all to end, then makes them. */
static void end_all(team *t, struct pollfd *p)
{
	struct timespec asked;
	tt_error ignored;
	clock_gettime(CLOCK_MONOTONIC, &asked);
	for (int i = 0; i < t->n; i++)
		if (t->child[i].pid) kill(t->child[i].pid, SIGTERM);
	while (running(t) && seconds_since(&asked) < PATIENCE_S)
		if (attend(t, p, &ignored) != TT_OK) break;
	for (int i = 0; i < t->n; i++)
		if (t->child[i].pid) {
			kill(t->child[i].pid, SIGKILL);
			collect(t, &t->child[i]);
		}
}

tt_status tt_workers_run(const tt_workers *w, const tt_job *job, tt_error *err)
{
	team t = {.w = w, .job = job, .n = w->at_once < 1 ? 1 : w->at_once > 1000 ? 1000 : w->at_once};
	clock_gettime(CLOCK_MONOTONIC, &t.start);
	t.child = calloc((size_t)t.n, sizeof *t.child);
	struct pollfd *p = calloc((size_t)t.n, sizeof *p);
	tt_status st = t.child && p ? TT_OK : tt_fail_memory(err, "the workers");
	while (st == TT_OK && t.done < w->n) {
		for (int i = 0; i < t.n && t.next < w->n && st == TT_OK; i++)
			if (!t.child[i].pid) st = start_one(&t, &t.child[i], err);
		if (st == TT_OK) st = attend(&t, p, err);
		if (st == TT_OK) st = tt_job_check(job, err);
	}
	if (st != TT_OK && t.child && p) end_all(&t, p);
	free(t.child);
	free(p);
	return st;
}
