/* Tasks as job arrays of Slurm. Asked are only squeue, scontrol and sbatch, which every site has; sacct, which needs
 * accounting, is asked last. What was submitted stands in the spool (slurm.jobs), so that a caller that was killed
 * finds its tasks again. SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/outdir.h"
#include "core/text.h"
#include "jobs/executor.h"

enum {
	POLL_MS = 2000,
	/* A finished task's word may be hidden by the attribute cache of a network file system: NFS keeps one for up to
	 * 60 s (acregmax), and a little longer is waited before a task that Slurm calls completed is called lost. */
	GRACE_S = 75,
	ARGS_MAX = 64
};

typedef struct array {
	long job;     /* Slurm's number */
	size_t *task; /* of each array index */
	size_t n;
} array;

typedef struct slurm {
	const tt_spool *spool;
	tt_executor_options how;
	array *array;
	size_t n, room;
	tt_task_look *look; /* of each task */
	long *job, *index;  /* where each task is, or -1 */
	time_t *missed;     /* since when a completed task's word is missing */
} slurm;

/* ---- running Slurm's programs ---- */

/* Runs argv, without a shell; its output (at most 16 MB) is malloc'ed. */
static tt_status ask(const char *const *argv, char **output, int *code, tt_error *err)
{
	int ends[2];
	*output = NULL;
	if (pipe(ends) != 0) return tt_fail(err, TT_ERR_FAILED, "no pipe to %s: %s", argv[0], strerror(errno));
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	pid_t pid = fork();
	if (pid == 0) {
		signal(SIGINT, SIG_IGN);
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		close(ends[1]);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return tt_fail(err, TT_ERR_FAILED, "%s cannot be started: %s", argv[0], strerror(errno));
	}
	char *text = NULL;
	size_t n = 0, room = 0;
	ssize_t got = 1;
	while (got != 0) {
		char *grown = n < (16 << 20) ? tt_grow(text, &room, n + 4097, 1) : NULL;
		if (!grown) break;
		text = grown;
		got = read(ends[0], text + n, 4096);
		if (got > 0) n += (size_t)got;
		if (got < 0 && errno != EINTR) break;
	}
	close(ends[0]);
	int how = 0;
	while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
		;
	*code = WIFEXITED(how) ? WEXITSTATUS(how) : 128;
	if (!text) return tt_fail_memory(err, argv[0]);
	text[n] = 0;
	*output = text;
	if (*code == 127) {
		free(text);
		*output = NULL;
		return tt_fail(err, TT_ERR_FAILED, "%s was not found: --executor slurm needs Slurm's programs in PATH",
		               argv[0]);
	}
	return TT_OK;
}

static void first_line(const char *text, char *out, size_t size)
{
	tt_snprintf(out, size, "%.*s", (int)strcspn(text, "\n"), text);
}

/* ---- what was submitted, kept ---- */

static char *kept_path(const slurm *s)
{
	return tt_path_join(s->spool->path, "slurm.jobs");
}

static tt_status keep(const slurm *s, tt_error *err)
{
	char *path = kept_path(s);
	tt_atomic *a;
	FILE *f;
	tt_status st = path ? tt_atomic_open(path, &a, &f, err) : tt_fail_memory(err, "the list of Slurm's jobs");
	free(path);
	if (st != TT_OK) return st;
	for (size_t i = 0; i < s->n; i++) {
		fprintf(f, "%ld", s->array[i].job);
		for (size_t k = 0; k < s->array[i].n; k++)
			fprintf(f, " %zu", s->array[i].task[k]);
		fputc('\n', f);
	}
	return tt_atomic_commit(a, err);
}

static tt_status add_array(slurm *s, long job, const size_t *task, size_t n, tt_error *err)
{
	array *grown = tt_grow(s->array, &s->room, s->n + 1, sizeof *grown);
	size_t *copy = malloc((n ? n : 1) * sizeof *copy);
	if (grown) s->array = grown;
	if (!grown || !copy) {
		free(copy);
		return tt_fail_memory(err, "the list of Slurm's jobs");
	}
	memcpy(copy, task, n * sizeof *copy);
	s->array[s->n++] = (array){job, copy, n};
	for (size_t k = 0; k < n; k++) {
		s->job[task[k]] = job;
		s->index[task[k]] = (long)k;
		s->look[task[k]] = (tt_task_look){.place = TT_TASK_WAITING};
		s->missed[task[k]] = 0;
	}
	return TT_OK;
}

static tt_status take_up(slurm *s, tt_error *err)
{
	char *path = kept_path(s), *line = NULL;
	size_t room = 0;
	FILE *f = path ? fopen(path, "r") : NULL;
	size_t *task = malloc((s->spool->n ? s->spool->n : 1) * sizeof *task);
	tt_status st = path && task ? TT_OK : tt_fail_memory(err, "the list of Slurm's jobs");
	while (st == TT_OK && f && getline(&line, &room, f) > 0) {
		char *at = line, *end;
		long job = strtol(at, &end, 10);
		size_t n = 0;
		for (at = end; job > 0 && n < s->spool->n; at = end) {
			unsigned long k = strtoul(at, &end, 10);
			if (end == at || k >= s->spool->n) break;
			task[n++] = k;
		}
		if (n) st = add_array(s, job, task, n, err);
	}
	free(line);
	free(task);
	free(path);
	if (f) fclose(f);
	return st;
}

static tt_status open_slurm(const tt_spool *spool, const tt_executor_options *options, void **state, tt_error *err)
{
	size_t n = spool->n ? spool->n : 1;
	slurm *s = calloc(1, sizeof *s);
	*state = s;
	if (!s) return tt_fail_memory(err, "the list of Slurm's jobs");
	s->spool = spool;
	s->how = *options;
	s->look = calloc(n, sizeof *s->look);
	s->job = calloc(n, sizeof *s->job);
	s->index = calloc(n, sizeof *s->index);
	s->missed = calloc(n, sizeof *s->missed);
	if (!s->look || !s->job || !s->index || !s->missed) return tt_fail_memory(err, "the list of Slurm's jobs");
	return take_up(s, err);
}

/* ---- submitting ---- */

/* The largest number of tasks of one array. */
static size_t largest_array(void)
{
	const char *argv[] = {"scontrol", "show", "config", NULL};
	char *text;
	int code;
	tt_error ignored;
	size_t most = 1000; /* Slurm's default is 1001 */
	if (ask(argv, &text, &code, &ignored) != TT_OK) return most;
	const char *at = strstr(text, "MaxArraySize");
	if (at && (at = strchr(at, '='))) {
		long n = strtol(at + 1, NULL, 10);
		if (n > 1) most = (size_t)(n - 1);
	}
	free(text);
	return most;
}

/* The user's own arguments, cut at blanks; quotes hold blanks together. */
static int split_arguments(char *text, const char **argv, int n)
{
	for (char *at = text; *at && n < ARGS_MAX - 1;) {
		while (isspace((unsigned char)*at))
			at++;
		if (!*at) break;
		char *to = at, quote = 0;
		argv[n++] = at;
		for (; *at && (quote || !isspace((unsigned char)*at)); at++) {
			if (quote && *at == quote)
				quote = 0;
			else if (!quote && (*at == '"' || *at == '\''))
				quote = *at;
			else
				*to++ = *at;
		}
		if (*at) at++;
		*to = 0;
	}
	return n;
}

/* Words for a shell, each as it is. */
static void put_command(FILE *f, const char *const *word)
{
	for (; *word; word++) {
		fputs(" '", f);
		for (const char *c = *word; *c; c++)
			if (*c == '\'')
				fputs("'\\''", f);
			else
				fputc(*c, f);
		fputc('\'', f);
	}
}

/* Written into the spool: the index of the array becomes the number of a task. */
static tt_status write_script(const slurm *s, const size_t *task, size_t n, char **path, tt_error *err)
{
	tt_atomic *a;
	FILE *f;
	char name[64];
	tt_snprintf(name, sizeof name, "slurm.%zu.sh", s->n);
	*path = tt_path_join(s->spool->path, name);
	tt_status st = *path ? tt_atomic_open(*path, &a, &f, err) : tt_fail_memory(err, "the script for Slurm");
	if (st != TT_OK) return st;
	fputs("#!/bin/sh\nset --", f);
	for (size_t k = 0; k < n; k++)
		fprintf(f, " %zu", task[k]);
	fputs("\nshift \"$SLURM_ARRAY_TASK_ID\"\nexec", f);
	const char *const words[] = {s->how.program, "task", s->spool->path, NULL};
	put_command(f, words);
	fputs(" \"$1\" --quiet\n", f);
	return tt_atomic_commit(a, err);
}

static tt_status submit_array(slurm *s, const size_t *task, size_t n, tt_error *err)
{
	char *script = NULL, *text = NULL, *more = tt_strdup(s->how.submit ? s->how.submit : ""), range[48], log[4200],
	     line[300];
	const char *argv[ARGS_MAX] = {"sbatch", "--parsable", "--job-name=temtensile", "--requeue",
	                              "--open-mode=append"};
	int k = 5, code = 0;
	tt_snprintf(range, sizeof range, "--array=0-%zu", n - 1);
	tt_snprintf(log, sizeof log, "--output=%s/slurm.log.%%A_%%a", s->spool->path);
	argv[k++] = range;
	argv[k++] = log;
	tt_status st = more ? write_script(s, task, n, &script, err) : tt_fail_memory(err, "the script for Slurm");
	if (st == TT_OK) {
		k = split_arguments(more, argv, k);
		argv[k] = script;
		st = ask(argv, &text, &code, err);
	}
	if (st == TT_OK && code != 0) {
		first_line(text, line, sizeof line);
		st = tt_fail(err, TT_ERR_FAILED, "Slurm took no job: %s", line);
	}
	long job = st == TT_OK ? strtol(text, NULL, 10) : 0;
	if (st == TT_OK && job <= 0) {
		first_line(text, line, sizeof line);
		st = tt_fail(err, TT_ERR_FAILED, "Slurm told no job number: %s", line);
	}
	if (st == TT_OK) st = add_array(s, job, task, n, err);
	if (st == TT_OK) st = keep(s, err);
	free(script);
	free(text);
	free(more);
	return st;
}

/* One more job, which begins when all others have ended, however they ended. */
static tt_status follow_slurm(void *state, const char *const *command, tt_error *err)
{
	slurm *s = state;
	const char *argv[ARGS_MAX] = {"sbatch", "--parsable", "--job-name=temtensile-collect"};
	char *dependency = tt_strdup("--dependency=afterany"),
	     *script = tt_path_join(s->spool->path, "slurm.collect.sh");
	char *more = tt_strdup(s->how.submit ? s->how.submit : ""), log[4200], line[300], *text = NULL;
	int k = 3, code = 0;
	tt_atomic *a;
	FILE *f;
	for (size_t i = 0; i < s->n && dependency; i++) {
		char *longer = tt_format("%s:%ld", dependency, s->array[i].job);
		free(dependency);
		dependency = longer;
	}
	tt_status st = dependency && script && more ? TT_OK : tt_fail_memory(err, "the script for Slurm");
	if (st == TT_OK) st = tt_atomic_open(script, &a, &f, err);
	if (st == TT_OK) {
		fputs("#!/bin/sh\nexec", f);
		put_command(f, command);
		st = tt_atomic_commit(a, err);
	}
	tt_snprintf(log, sizeof log, "--output=%s/slurm.log.collect", s->spool->path);
	argv[k++] = dependency;
	argv[k++] = log;
	if (st == TT_OK) {
		k = split_arguments(more, argv, k);
		argv[k] = script;
		st = ask(argv, &text, &code, err);
	}
	if (st == TT_OK && code != 0) {
		first_line(text, line, sizeof line);
		st = tt_fail(err, TT_ERR_FAILED, "Slurm took the tests, but not the step that compares them: %s", line);
	}
	free(dependency);
	free(script);
	free(more);
	free(text);
	return st;
}

static tt_status submit_slurm(void *state, const size_t *task, size_t n, tt_error *err)
{
	slurm *s = state;
	size_t most = largest_array();
	tt_status st = TT_OK;
	for (size_t first = 0; first < n && st == TT_OK; first += most)
		st = submit_array(s, task + first, n - first < most ? n - first : most, err);
	return st;
}

/* ---- looking ---- */

/* "1,2,3": all jobs whose tasks have not all ended. */
static char *job_list(const slurm *s)
{
	char *list = NULL;
	for (size_t i = 0; i < s->n; i++) {
		char *longer = list ? tt_format("%s,%ld", list, s->array[i].job) : tt_format("%ld", s->array[i].job);
		free(list);
		list = longer;
	}
	return list;
}

typedef struct meaning {
	const char *state, *words;
	bool again; /* ended from outside */
} meaning;

static const meaning meanings[] = {
    {"TIMEOUT", "Slurm ended the task at its time limit: give it more with --slurm \"--time=…\"", true},
    {"OUT_OF_MEMORY", "Slurm ended the task for using more memory than asked for: --slurm \"--mem=…\"", true},
    {"OUT_OF_ME", "Slurm ended the task for using more memory than asked for: --slurm \"--mem=…\"", true},
    {"NODE_FAIL", "the node failed", true},
    {"BOOT_FAIL", "the node could not be started", true},
    {"PREEMPTED", "the task was preempted and not requeued", true},
    {"DEADLINE", "the task's deadline came before its end", false},
    {"CANCELLED", "the task was cancelled", false},
    {"REVOKED", "the task was revoked", true},
};

static void name_end(slurm *s, size_t i, const char *state, const char *more)
{
	tt_task_look *l = &s->look[i];
	l->place = TT_TASK_ENDED;
	for (size_t k = 0; k < sizeof meanings / sizeof *meanings; k++)
		if (strncmp(state, meanings[k].state, strlen(meanings[k].state)) == 0) {
			l->again = meanings[k].again;
			tt_snprintf(l->why, sizeof l->why, "%s%s%s", meanings[k].words, more && *more ? "; " : "",
			            more ? more : "");
			return;
		}
	tt_snprintf(l->why, sizeof l->why,
	            "the task ended without a word (Slurm: %s%s%s); its output is in %s/slurm.log.%ld_%ld", state,
	            more && *more ? ", " : "", more ? more : "", s->spool->path, s->job[i], s->index[i]);
	/* a task that was killed on its node leaves no word either */
	l->again = more && (strstr(more, ":9") || strstr(more, ":15"));
}

static void copy_word(const char *text, const char *key, char *out, size_t size)
{
	const char *at = strstr(text, key);
	out[0] = 0;
	if (!at) return;
	at += strlen(key);
	tt_snprintf(out, size, "%.*s", (int)strcspn(at, " \n|"), at);
}

/* What became of a task that is no longer in the queue: scontrol remembers it for some minutes (MinJobAge), sacct,
 * where there is accounting, for long. */
static void find_end(slurm *s, size_t i)
{
	char id[64], state[64], code[64], *text = NULL;
	int status;
	tt_error ignored;
	tt_snprintf(id, sizeof id, "%ld_%ld", s->job[i], s->index[i]);
	const char *control[] = {"scontrol", "--oneliner", "show", "job", id, NULL};
	if (ask(control, &text, &status, &ignored) == TT_OK && status == 0) {
		copy_word(text, "JobState=", state, sizeof state);
		copy_word(text, "ExitCode=", code, sizeof code);
	} else {
		state[0] = code[0] = 0;
	}
	free(text);
	text = NULL;
	const char *account[] = {"sacct", "-n", "-P", "-X", "-j", id, "-o", "State,ExitCode", NULL};
	if (!state[0] && ask(account, &text, &status, &ignored) == TT_OK && status == 0) {
		copy_word(text, "", state, sizeof state);
		const char *bar = strchr(text, '|');
		if (bar) copy_word(bar + 1, "", code, sizeof code);
	}
	free(text);
	if (strcmp(state, "COMPLETED") == 0 || !state[0]) {
		time_t now = time(NULL);
		if (!s->missed[i]) s->missed[i] = now;
		if (now - s->missed[i] < GRACE_S) return; /* looked at again */
	}
	if (!state[0]) {
		s->look[i].place = TT_TASK_ENDED;
		s->look[i].again = true;
		tt_snprintf(s->look[i].why, sizeof s->look[i].why,
		            "Slurm no longer knows the task, and it left no word");
		return;
	}
	char more[96];
	tt_snprintf(more, sizeof more, "exit code %s", code);
	name_end(s, i, state, code[0] && strcmp(code, "0:0") != 0 ? more : "");
}

static size_t task_of(const slurm *s, long job, long index)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->array[i].job == job && index >= 0 && (size_t)index < s->array[i].n) {
			size_t task = s->array[i].task[index];
			/* a later try has taken its place */
			return s->job[task] == job ? task : SIZE_MAX;
		}
	return SIZE_MAX;
}

static void take_line(slurm *s, const char *line, bool *seen)
{
	long job, index;
	char state[32];
	if (sscanf(line, "%ld|%ld|%31[A-Z_]", &job, &index, state) != 3) return;
	size_t i = task_of(s, job, index);
	if (i == SIZE_MAX) return;
	bool waiting = strcmp(state, "PENDING") == 0 || strcmp(state, "REQUEUED") == 0 ||
	               strcmp(state, "REQUEUE_HOLD") == 0 || strcmp(state, "SPECIAL_EXIT") == 0;
	bool running = strcmp(state, "RUNNING") == 0 || strcmp(state, "COMPLETING") == 0 ||
	               strcmp(state, "CONFIGURING") == 0 || strcmp(state, "SUSPENDED") == 0 ||
	               strcmp(state, "STOPPED") == 0 || strcmp(state, "RESIZING") == 0;
	if (!waiting && !running) return;
	seen[i] = true;
	s->look[i].place = waiting ? TT_TASK_WAITING : TT_TASK_RUNNING;
}

static tt_status look_at_queue(slurm *s, tt_error *err)
{
	char *list = job_list(s), *text = NULL, *save = NULL;
	bool *seen = calloc(s->spool->n ? s->spool->n : 1, sizeof *seen);
	int code = 0;
	tt_status st = list && seen ? TT_OK : tt_fail_memory(err, "the list of Slurm's jobs");
	const char *argv[] = {"squeue", "-h", "-r", "-t", "all", "-j", list, "-o", "%F|%K|%T", NULL};
	if (st == TT_OK) st = ask(argv, &text, &code, err);
	/* "Invalid job id": none of them is known any more. Anything else (a controller that is being restarted) says
	 * nothing about the tasks: they are as they were. */
	bool told = st == TT_OK && (code == 0 || strstr(text, "Invalid job id"));
	for (char *line = told && code == 0 ? strtok_r(text, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save))
		take_line(s, line, seen);
	for (size_t i = 0; told && i < s->spool->n; i++)
		if (s->job[i] && !seen[i] && s->look[i].place != TT_TASK_ENDED) {
			tt_status ignored;
			char *message;
			if (tt_task_done(s->spool, i, &ignored, &message, NULL, NULL))
				s->look[i].place = TT_TASK_ENDED;
			else
				find_end(s, i);
			free(message);
		}
	free(list);
	free(text);
	free(seen);
	return st;
}

static tt_status poll_slurm(void *state, int wait_ms, tt_task_look *look, tt_error *err)
{
	slurm *s = state;
	if (wait_ms > 0) nanosleep(&(struct timespec){wait_ms / 1000, wait_ms % 1000 * 1000000L}, NULL);
	tt_status st = s->n ? look_at_queue(s, err) : TT_OK;
	memcpy(look, s->look, s->spool->n * sizeof *look);
	return st;
}

static tt_status cancel_slurm(void *state, tt_error *err)
{
	slurm *s = state;
	tt_status st = TT_OK;
	for (size_t i = 0; i < s->n && st == TT_OK; i++) {
		char id[32], *text = NULL;
		int code;
		tt_snprintf(id, sizeof id, "%ld", s->array[i].job);
		const char *argv[] = {"scancel", id, NULL};
		st = ask(argv, &text, &code, err);
		free(text);
	}
	return st;
}

static tt_status describe_slurm(void *state, char *text, size_t size, tt_error *err)
{
	slurm *s = state;
	char *list = job_list(s);
	tt_snprintf(text, size, "Slurm's jobs %s", list ? list : "(none)");
	free(list);
	(void)err;
	return TT_OK;
}

static void close_slurm(void *state)
{
	slurm *s = state;
	if (!s) return;
	for (size_t i = 0; i < s->n; i++)
		free(s->array[i].task);
	free(s->array);
	free(s->look);
	free(s->job);
	free(s->index);
	free(s->missed);
	free(s);
}

const tt_executor tt_executor_slurm = {"slurm",      open_slurm,     submit_slurm, poll_slurm, follow_slurm,
                                       cancel_slurm, describe_slurm, close_slurm,  POLL_MS,    true};
