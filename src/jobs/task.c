/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "jobs/task.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/outdir.h"
#include "core/text.h"
#include "jobs/freshness.h"
#include "temtensile/observe.h"

static const char tasks_name[] = "tasks.json";

/* What of a test's folder the comparison reads. */
static const char *const read_back[] = {"summary.json", "curve.csv", "uncertainty.csv", "necking_row.tif"};

static char *file_of(const tt_spool *s, const char *what, size_t i)
{
	char name[48];
	tt_snprintf(name, sizeof name, "%s.%zu", what, i);
	return tt_path_join(s->path, name);
}

/* ---- what is to be done ---- */

static json_t *part_json(const tt_task *t)
{
	const tt_part_plan *p = &t->part;
	json_t *j = json_object();
	json_object_set_new(j, "from", json_integer(p->from));
	json_object_set_new(j, "to", json_integer(p->to));
	json_object_set_new(j, "start", json_integer(p->start.number));
	json_object_set_new(j, "start_pts", json_integer(p->start.pts));
	json_object_set_new(j, "start_dts", json_integer(p->start.dts));
	json_object_set_new(j, "no_width", json_boolean(t->how.no_width));
	json_object_set_new(j, "flatten", json_boolean(t->how.flatten));
	json_object_set_new(j, "update_below", json_real(t->how.update_below));
	return j;
}

static void take_part(const json_t *j, tt_task *t)
{
	tt_part_plan *p = &t->part;
	t->is_part = json_is_object(j);
	if (!t->is_part) return;
	p->from = json_integer_value(json_object_get(j, "from"));
	p->to = json_integer_value(json_object_get(j, "to"));
	p->start.number = json_integer_value(json_object_get(j, "start"));
	p->start.pts = json_integer_value(json_object_get(j, "start_pts"));
	p->start.dts = json_integer_value(json_object_get(j, "start_dts"));
	t->how.no_width = json_is_true(json_object_get(j, "no_width"));
	t->how.flatten = json_is_true(json_object_get(j, "flatten"));
	t->how.update_below = json_number_value(json_object_get(j, "update_below"));
}

static json_t *task_json(const tt_task *t)
{
	json_t *sets = json_array(), *j = json_object();
	json_object_set_new(j, "test", json_string(t->test));
	json_object_set_new(j, "folder", json_string(t->folder));
	for (size_t i = 0; i < t->sets.n; i++)
		json_array_append_new(sets, json_string(t->sets.item[i]));
	json_object_set_new(j, "sets", sets);
	if (t->is_part) json_object_set_new(j, "part", part_json(t));
	return j;
}

static char *tasks_text(const tt_spool *s)
{
	json_t *list = json_array(), *j = json_object();
	for (size_t i = 0; i < s->n; i++)
		json_array_append_new(list, task_json(&s->task[i]));
	json_object_set_new(j, "build", json_string(tt_software_build()));
	json_object_set_new(j, "out", json_string(s->out));
	json_object_set_new(j, "verify", json_boolean(s->verify));
	json_object_set_new(j, "force", json_boolean(s->force));
	if (s->of) json_object_set_new(j, "of", json_string(s->of));
	json_object_set_new(j, "tasks", list);
	char *text = json_dumps(j, JSON_INDENT(1));
	json_decref(j);
	return text;
}

static tt_status take_task(const json_t *j, tt_task *t, const char *file, tt_error *err)
{
	const char *test = json_string_value(json_object_get(j, "test")),
	           *folder = json_string_value(json_object_get(j, "folder"));
	const json_t *sets = json_object_get(j, "sets");
	if (!test || !folder || !json_is_array(sets))
		return tt_fail(err, TT_ERR_INPUT, "%s: this is no list of tasks", file);
	t->test = tt_strdup(test);
	t->folder = tt_strdup(folder);
	take_part(json_object_get(j, "part"), t);
	tt_status st = t->test && t->folder ? TT_OK : tt_fail_memory(err, file);
	for (size_t i = 0; i < json_array_size(sets) && st == TT_OK; i++) {
		const char *set = json_string_value(json_array_get(sets, i));
		st = set ? tt_strings_add(&t->sets, err, "%s", set)
		         : tt_fail(err, TT_ERR_INPUT, "%s: this is no list of tasks", file);
	}
	return st;
}

static tt_status take_tasks(const json_t *j, const char *file, tt_spool *s, tt_error *err)
{
	const json_t *list = json_object_get(j, "tasks");
	const char *out = json_string_value(json_object_get(j, "out"));
	if (!json_is_array(list) || !out) return tt_fail(err, TT_ERR_INPUT, "%s: this is no list of tasks", file);
	size_t n = json_array_size(list);
	s->verify = json_is_true(json_object_get(j, "verify"));
	s->force = json_is_true(json_object_get(j, "force"));
	s->out = tt_strdup(out);
	s->task = calloc(n ? n : 1, sizeof *s->task);
	tt_status st = s->out && s->task ? TT_OK : tt_fail_memory(err, file);
	for (; s->n < n && st == TT_OK; s->n++)
		st = take_task(json_array_get(list, s->n), &s->task[s->n], file, err);
	return st;
}

tt_status tt_spool_read(const char *path, tt_spool *spool, tt_error *err)
{
	struct stat there;
	json_error_t wrong;
	*spool = (tt_spool){.path = tt_strdup(path)};
	char *file = tt_path_join(path, tasks_name);
	tt_status st = TT_OK;
	if (!file || !spool->path) {
		st = tt_fail_memory(err, path);
	} else if (stat(file, &there) != 0) {
		st = TT_END;
	} else {
		errno = 0;
		json_t *j = json_load_file(file, 0, &wrong);
		if (!j && errno == ENOMEM) tt_memory_refused();
		st = j ? take_tasks(j, file, spool, err)
		       : tt_fail(err, TT_ERR_INPUT, "%s: line %d: %s", file, wrong.line, wrong.text);
		json_decref(j);
	}
	free(file);
	if (st != TT_OK) tt_spool_clear(spool);
	return st;
}

static tt_status write_text(const char *path, const char *text, tt_error *err)
{
	tt_atomic *a;
	FILE *f;
	tt_status st = tt_atomic_open(path, &a, &f, err);
	if (st != TT_OK) return st;
	fputs(text, f);
	return tt_atomic_commit(a, err);
}

static bool same_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "r");
	size_t n = strlen(text), got = 0;
	char *old = f ? malloc(n + 2) : NULL;
	if (old) got = fread(old, 1, n + 1, f);
	bool same = old && got == n && memcmp(old, text, n) == 0;
	free(old);
	if (f) fclose(f);
	return same;
}

static tt_status start_spool(tt_spool *spool, tt_error *err)
{
	char *file = spool->path ? tt_path_join(spool->path, tasks_name) : NULL,
	     *text = spool->out ? tasks_text(spool) : NULL;
	tt_status st = file && text ? TT_OK : tt_fail_memory(err, "the study's tasks");
	if (st == TT_OK && !same_text(file, text)) {
		tt_spool_remove(spool); /* of other tests, other settings, another version */
		if (mkdir(spool->path, 0777) != 0 && errno != EEXIST)
			st = tt_fail(err, TT_ERR_FAILED, "cannot make the folder '%s': %s", spool->path,
			             strerror(errno));
		if (st == TT_OK) st = write_text(file, text, err);
	}
	free(file);
	free(text);
	if (st != TT_OK) tt_spool_clear(spool);
	return st;
}

tt_status tt_spool_make(const char *out, bool verify, bool force, tt_task *task, size_t n, tt_spool *spool,
                        tt_error *err)
{
	*spool = (tt_spool){.path = tt_path_join(out, TT_SPOOL_NAME),
	                    .out = tt_strdup(out),
	                    .verify = verify,
	                    .force = force,
	                    .task = task,
	                    .n = n};
	return start_spool(spool, err);
}

tt_status tt_spool_make_parts(const char *out, const char *name, const char *of, tt_task *task, size_t n,
                              tt_spool *spool, tt_error *err)
{
	*spool = (tt_spool){
	    .path = tt_path_join(out, name), .out = tt_strdup(out), .task = task, .n = n, .of = tt_strdup(of)};
	if (spool->of) return start_spool(spool, err);
	tt_spool_clear(spool);
	return tt_fail_memory(err, "the parts of the recording");
}

/* The spool holds plain files of known names alone; nothing else is touched, and no link is followed. */
static bool own_file(const char *name)
{
	static const char *const own[] = {"tasks.json", "progress.", "done.", "slurm.", "part."};
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (strncmp(name, own[i], strlen(own[i])) == 0) return true;
	return name[0] == '.' && strncmp(name, ".tt-", 4) == 0;
}

void tt_spool_remove(const tt_spool *spool)
{
	struct stat s;
	if (lstat(spool->path, &s) != 0 || !S_ISDIR(s.st_mode)) return;
	DIR *d = opendir(spool->path);
	for (struct dirent *e; d && (e = readdir(d));) {
		char *path = own_file(e->d_name) ? tt_path_join(spool->path, e->d_name) : NULL;
		if (path) unlink(path);
		free(path);
	}
	if (d) closedir(d);
	rmdir(spool->path);
}

void tt_spool_clear(tt_spool *s)
{
	for (size_t i = 0; s->task && i < s->n; i++) {
		free(s->task[i].test);
		free(s->task[i].folder);
		tt_strings_free(&s->task[i].sets);
	}
	free(s->task);
	free(s->path);
	free(s->out);
	free(s->of);
	*s = (tt_spool){0};
}

/* ---- what tasks say ---- */

bool tt_task_done(const tt_spool *spool, size_t i, tt_status *st, char **message, void *ctx,
                  void (*heard)(void *ctx, size_t task, const char *line))
{
	char *path = file_of(spool, "done", i), *line = NULL;
	FILE *f = path ? fopen(path, "r") : NULL;
	size_t room = 0, n = 0;
	bool ended = false;
	free(path);
	*message = NULL;
	while (f && getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = 0;
		if (n == 0)
			*st = (tt_status)atoi(line);
		else if (n == 1)
			*message = tt_strdup(line);
		else if (strcmp(line, "end") == 0)
			ended = true;
		else if (heard)
			heard(ctx, i, line);
		n++;
	}
	free(line);
	if (f) fclose(f);
	if (!ended) {
		free(*message);
		*message = NULL;
	}
	return ended;
}

void tt_task_forget(const tt_spool *spool, size_t i)
{
	static const char *const what[] = {"done", "progress"};
	for (int k = 0; k < 2; k++) {
		char *path = file_of(spool, what[k], i);
		if (path) unlink(path);
		free(path);
	}
}

int tt_task_progress(const tt_spool *spool, size_t i)
{
	char *path = file_of(spool, "progress", i);
	FILE *f = path ? fopen(path, "r") : NULL;
	int permille = 0;
	if (f && fscanf(f, "%d", &permille) != 1) permille = 0;
	if (f) fclose(f);
	free(path);
	return permille < 0 ? 0 : permille > 1000 ? 1000 : permille;
}

/* ---- the task's own process ---- */

typedef struct teller {
	const char *progress; /* file */
	const char *stage;
	double told_s;
	int told;
	const tt_job *job;
} teller;

/* Decoding takes most of the time; what comes later fills the rest. In thousandths, never backwards, and seldom: each
 * telling is a file. */
static void on_progress(void *ctx, const tt_progress *p)
{
	enum { EVERY_S = 1 };
	teller *t = ctx;
	double part = p->total > 0 ? (double)p->done / (double)p->total : 0;
	bool first = !t->stage || (p->stage && strcmp(p->stage, t->stage) == 0);
	if (t->job && t->job->on_progress) t->job->on_progress(t->job->ctx, p);
	if (!t->stage) t->stage = p->stage;
	int told = first ? (int)(700 * part) : 700 + (int)(280 * part);
	if (told <= t->told || (first && p->elapsed_s - t->told_s < EVERY_S)) return;
	t->told = told;
	t->told_s = p->elapsed_s;
	char *beside = tt_format("%s.new", t->progress);
	FILE *f = beside ? fopen(beside, "w") : NULL;
	if (f) {
		fprintf(f, "%d\n", told);
		if (fclose(f) == 0) rename(beside, t->progress);
	}
	free(beside);
}

/* What the next comparison would read and hash again is remembered. */
static void learn(tt_memo *memo, const tt_strings *inputs, const char *folder)
{
	char hash[65];
	tt_error ignored;
	for (size_t i = 0; i < inputs->n; i++)
		tt_memo_hash(memo, inputs->item[i], hash, &ignored);
	for (size_t i = 0; i < sizeof read_back / sizeof *read_back; i++) {
		char *path = tt_path_join(folder, read_back[i]);
		if (path) tt_memo_hash(memo, path, hash, &ignored);
		free(path);
	}
}

static tt_status analyse(const tt_task *task, bool force, tt_memo *memo, const tt_job *job, tt_error *err)
{
	tt_analyze_options how = {.sets = (const char *const *)task->sets.item, .n_sets = task->sets.n, .force = force};
	tt_strings inputs = {0};
	tt_report ignored = {0};
	tt_status st = tt_test_inputs(task->test, how.sets, how.n_sets, &inputs, err);
	if (st == TT_OK) tt_record_drop_changed(task->folder);
	if (st == TT_OK) st = tt_analyze(task->test, task->folder, &how, job, &ignored, err);
	if (st == TT_OK) learn(memo, &inputs, task->folder);
	tt_strings_free(&inputs);
	tt_report_clear(&ignored);
	return st;
}

static tt_status look_at_part(const tt_spool *s, size_t i, const tt_job *job, tt_error *err)
{
	const tt_task *t = &s->task[i];
	tt_test *test = NULL;
	tt_observation *o = NULL;
	tt_source *source = NULL;
	char *path = file_of(s, "part", i);
	tt_status st = path ? TT_OK : tt_fail_memory(err, "a part of the recording");
	if (st == TT_OK) st = tt_test_read(t->test, (const char *const *)t->sets.item, t->sets.n, &test, err);
	if (st == TT_OK) st = tt_look_at(test, &t->how, &t->part, job, &o, &source, err);
	tt_source_close(source);
	if (st == TT_OK) st = tt_observation_save(o, path, err);
	tt_observation_free(o);
	tt_test_free(test);
	free(path);
	return st;
}

tt_status tt_task_load_part(const tt_spool *s, size_t i, tt_observation **o, tt_error *err)
{
	char *path = file_of(s, "part", i);
	tt_status st = path ? tt_observation_load(path, o, err) : tt_fail_memory(err, "a part of the recording");
	if (st == TT_ERR_INPUT) tt_task_forget(s, i); /* whoever comes next makes it again */
	free(path);
	return st;
}

static void put_line(void *ctx, const char *text)
{
	fprintf(ctx, "%s\n", text);
}

static tt_status put_word(const tt_spool *s, size_t i, tt_status said, const tt_error *why, const tt_memo *memo,
                          tt_error *err)
{
	char *path = file_of(s, "done", i);
	tt_atomic *a = NULL;
	FILE *f;
	tt_status st = path ? tt_atomic_open(path, &a, &f, err) : tt_fail_memory(err, s->path);
	free(path);
	if (st != TT_OK) return st;
	fprintf(f, "%d\n", (int)said);
	for (const char *c = said ? why->message : ""; *c; c++)
		fputc(*c == '\n' ? ' ' : *c, f);
	fputc('\n', f);
	if (said == TT_OK) tt_memo_put_learnt(memo, put_line, f);
	fputs("end\n", f);
	return tt_atomic_commit(a, err);
}

tt_status tt_compare_task(const char *path, size_t i, const tt_job *job, tt_error *err)
{
	tt_spool s;
	tt_status st = tt_spool_read(path, &s, err);
	if (st == TT_END) st = tt_fail(err, TT_ERR_INPUT, "there are no tasks in '%s'", path);
	if (st != TT_OK) return st;
	if (i >= s.n) {
		st = tt_fail(err, TT_ERR_INPUT, "'%s' has %zu tasks; there is none of number %zu", path, s.n, i);
		tt_spool_clear(&s);
		return st;
	}
	char *progress = file_of(&s, "progress", i);
	tt_memo *memo = tt_memo_open(s.out, s.verify);
	teller t = {.progress = progress ? progress : "", .job = job};
	tt_job own = *job;
	own.on_progress = on_progress;
	own.ctx = &t;
	tt_error why = {0}, put = {0};
	st = s.task[i].is_part ? look_at_part(&s, i, &own, &why) : analyse(&s.task[i], s.force, memo, &own, &why);
	/* A task that was stopped from outside leaves no word: it may be run again. */
	if (st != TT_ERR_INTERRUPTED && put_word(&s, i, st, &why, memo, &put) != TT_OK) {
		st = put.status;
		why = put;
	}
	if (st != TT_OK && err) *err = why;
	if (progress) unlink(progress);
	free(progress);
	tt_memo_drop(memo);
	tt_spool_clear(&s);
	return st;
}
