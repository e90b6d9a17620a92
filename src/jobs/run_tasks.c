/* Tasks through an executor until all have said their last word.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/text.h"
#include "jobs/executor.h"

typedef struct run {
	const tt_spool *spool;
	const tt_run_options *options;
	void *state;
	void *ctx;
	void (*heard)(void *ctx, size_t task, const char *line);
	void (*ended)(void *ctx, size_t task, tt_status st, const char *message);
	const tt_job *job;
	bool *over;
	int *tries;
	tt_task_look *look;
	size_t n_over;
	struct timespec start;
} run;

const tt_executor *tt_executor_find(const char *name)
{
	static const tt_executor *const all[] = {&tt_executor_local, &tt_executor_slurm};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (strcmp(all[i]->name, name) == 0) return all[i];
	return NULL;
}

static void end_task(run *r, size_t i, tt_status st, const char *message)
{
	if (r->over[i]) return;
	r->over[i] = true;
	r->n_over++;
	r->ended(r->ctx, i, st, message ? message : "");
}

/* The last word, if there is one. */
static bool take_word(run *r, size_t i)
{
	tt_status st = TT_OK;
	char *message;
	if (!tt_task_done(r->spool, i, &st, &message, r->ctx, r->heard)) return false;
	end_task(r, i, st, message);
	free(message);
	return true;
}

static void report(const run *r)
{
	struct timespec now;
	if (!r->job || !r->job->on_progress || !r->spool->n) return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	double sum = 1000 * (double)r->n_over;
	for (size_t i = 0; i < r->spool->n; i++)
		if (!r->over[i] && r->look[i].place == TT_TASK_RUNNING) sum += tt_task_progress(r->spool, i);
	const tt_progress p = {r->options->stage, (int64_t)(sum / 10 / (double)r->spool->n), 100,
	                       (double)(now.tv_sec - r->start.tv_sec) +
	                           1e-9 * (double)(now.tv_nsec - r->start.tv_nsec)};
	r->job->on_progress(r->job->ctx, &p);
}

/* Tasks that are nowhere are submitted; those that ended without a word are tried again, or given up. */
static tt_status attend(run *r, tt_error *err)
{
	const tt_executor *e = r->options->executor;
	size_t *again = malloc((r->spool->n ? r->spool->n : 1) * sizeof *again), n = 0;
	if (!again) return tt_fail_memory(err, "the tasks");
	for (size_t i = 0; i < r->spool->n; i++) {
		const tt_task_look *look = &r->look[i];
		if (r->over[i] || look->place == TT_TASK_WAITING || look->place == TT_TASK_RUNNING || take_word(r, i))
			continue;
		if (look->place == TT_TASK_ENDED && !(look->again && r->tries[i] <= r->options->retries)) {
			end_task(r, i, TT_ERR_FAILED, look->why[0] ? look->why : "the analysis ended without a word");
			continue;
		}
		tt_task_forget(r->spool, i);
		r->tries[i]++;
		again[n++] = i;
	}
	tt_status st = n ? e->submit(r->state, again, n, err) : TT_OK;
	free(again);
	return st;
}

static tt_status follow(run *r, tt_error *err)
{
	const tt_executor *e = r->options->executor;
	tt_status st = e->poll(r->state, 0, r->look, err);
	if (st == TT_OK) st = attend(r, err);
	while (st == TT_OK && !r->options->detach && r->n_over < r->spool->n) {
		st = e->poll(r->state, e->poll_ms, r->look, err);
		if (st == TT_OK) st = attend(r, err);
		if (st == TT_OK) report(r);
		if (st == TT_OK) st = tt_job_check(r->job, err);
	}
	return st;
}

tt_status tt_run_tasks(const tt_spool *spool, const tt_run_options *options, void *ctx,
                       void (*heard)(void *ctx, size_t task, const char *line),
                       void (*ended)(void *ctx, size_t task, tt_status st, const char *message), const tt_job *job,
                       tt_error *err)
{
	size_t n = spool->n ? spool->n : 1;
	run r = {.spool = spool, .options = options, .ctx = ctx, .heard = heard, .ended = ended, .job = job};
	clock_gettime(CLOCK_MONOTONIC, &r.start);
	r.over = calloc(n, sizeof *r.over);
	r.tries = calloc(n, sizeof *r.tries);
	r.look = calloc(n, sizeof *r.look);
	tt_status st = r.over && r.tries && r.look ? TT_OK : tt_fail_memory(err, "the tasks");
	if (st == TT_OK) st = options->executor->open(spool, &options->how, &r.state, err);
	if (st == TT_OK) {
		st = follow(&r, err);
		if (st == TT_OK && options->detach && options->then && r.n_over < spool->n)
			st = options->executor->follow(r.state, options->then, err);
		tt_error ignored;
		if (st != TT_OK && !options->executor->detaches) options->executor->cancel(r.state, &ignored);
		options->executor->close(r.state);
	}
	free(r.over);
	free(r.tries);
	free(r.look);
	return st;
}

/* ---- from outside ---- */

static const char *place_name(const tt_task_look *look, bool done, tt_status st)
{
	if (done) return st == TT_OK ? "done" : "failed";
	switch (look->place) {
	case TT_TASK_WAITING: return "waiting";
	case TT_TASK_RUNNING: return "running";
	case TT_TASK_ENDED: return "lost";
	default: return "not submitted";
	}
}

/* Seconds until the end at the rate since the spool was made; NaN: not known yet. */
static double time_left(const tt_spool *spool, double done)
{
	struct stat began;
	char *tasks = tt_path_join(spool->path, "tasks.json");
	double part = spool->n ? done / (double)spool->n : 1, left = part >= 1 ? 0 : NAN;
	if (tasks && part > 0.02 && part < 1 && stat(tasks, &began) == 0)
		left = difftime(time(NULL), began.st_mtime) * (1 - part) / part;
	free(tasks);
	return left;
}

/* One task, as a row of the table or as JSON. */
typedef struct row {
	const char *name, *state, *why;
	int permille;
} row;

static void put_row(const row *r, int width, bool json, tt_strings *lines)
{
	char *text = NULL;
	if (json) {
		json_t *j =
		    json_pack("{s:s, s:s, s:f}", "test", r->name, "state", r->state, "done", r->permille / 1000.0);
		if (j && *r->why) json_object_set_new(j, "why", json_string(r->why));
		text = j ? json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(4)) : NULL;
		json_decref(j);
	} else {
		text = tt_format("%-*s  %-13s %4d %%%s%s", width, r->name, r->state, r->permille / 10,
		                 *r->why ? "  " : "", r->why);
	}
	if (text) tt_warn(lines, "%s", text);
	free(text);
}

typedef struct totals {
	size_t n, ended, failed;
	double done; /* 0 … n */
	double left_s;
	const char *where;
} totals;

static void put_totals(const totals *t, bool json, tt_strings *lines)
{
	double part = t->n ? t->done / (double)t->n : 1;
	char end[80] = "";
	if (json) {
		json_t *j =
		    json_pack("{s:I, s:I, s:I, s:f, s:s}", "tests", (json_int_t)t->n, "ended", (json_int_t)t->ended,
		              "failed", (json_int_t)t->failed, "done", part, "where", t->where);
		if (j)
			json_object_set_new(j, "remaining_s",
			                    isnan(t->left_s) ? json_null() : json_real(rint(t->left_s)));
		char *text = j ? json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
		if (text) tt_warn(lines, "%s", text);
		free(text);
		json_decref(j);
		return;
	}
	if (t->left_s > 0) {
		time_t at = time(NULL) + (time_t)t->left_s;
		struct tm local;
		char clock[40];
		strftime(clock, sizeof clock, "%Y-%m-%d %H:%M", localtime_r(&at, &local));
		tt_snprintf(end, sizeof end, "; at this rate the end is at %s, in %.0f %s", clock,
		            t->left_s < 120 ? t->left_s : t->left_s / 60, t->left_s < 120 ? "s" : "min");
	}
	tt_warn(lines, "%zu of %zu tests have ended, %zu of them failed; %.0f %% of all is done (%s)%s", t->ended, t->n,
	        t->failed, 100 * part, t->where, end);
}

tt_status tt_tasks_status(const tt_spool *spool, const tt_run_options *options, bool json, tt_strings *lines,
                          tt_error *err)
{
	const tt_executor *e = options->executor;
	void *state = NULL;
	char where[400];
	int width = 4;
	totals t = {.n = spool->n, .where = where};
	tt_task_look *look = calloc(spool->n ? spool->n : 1, sizeof *look);
	tt_status st = look ? e->open(spool, &options->how, &state, err) : tt_fail_memory(err, "the tasks");
	if (st == TT_OK) st = e->poll(state, 0, look, err);
	if (st == TT_OK) st = e->describe(state, where, sizeof where, err);
	for (size_t i = 0; i < spool->n; i++) {
		int n = (int)strlen(tt_path_base(spool->task[i].folder));
		width = n > width ? n : width;
	}
	if (st == TT_OK && !json) tt_warn(lines, "%-*s  %-13s   done", width, "test", "state");
	for (size_t i = 0; i < spool->n && st == TT_OK; i++) {
		tt_status said = TT_OK;
		char *message;
		bool done = tt_task_done(spool, i, &said, &message, NULL, NULL);
		row r = {.name = tt_path_base(spool->task[i].folder),
		         .state = place_name(&look[i], done, said),
		         .permille = done ? 1000 : tt_task_progress(spool, i)};
		r.why = done && said && message ? message : !done ? look[i].why : "";
		put_row(&r, width, json, lines);
		t.done += r.permille / 1000.0;
		t.ended += done;
		t.failed += done && said;
		free(message);
	}
	t.left_s = time_left(spool, t.done);
	if (st == TT_OK) put_totals(&t, json, lines);
	if (state) e->close(state);
	free(look);
	return st;
}

tt_status tt_tasks_cancel(const tt_spool *spool, const tt_run_options *options, tt_error *err)
{
	void *state = NULL;
	tt_status st = options->executor->open(spool, &options->how, &state, err);
	if (st == TT_OK) st = options->executor->cancel(state, err);
	if (state) options->executor->close(state);
	return st;
}
