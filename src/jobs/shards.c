/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "jobs/shards.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/apart.h"
#include "core/text.h"
#include "jobs/freshness.h"

/* A folder for each look: the first, with slow light taken off, with a reference that is replaced. */
enum { MOST_LOOKS = 3 };
static const char *const names[MOST_LOOKS] = {".temtensile-parts", ".temtensile-parts-flat",
                                              ".temtensile-parts-update"};

typedef struct sharding {
	const tt_shards *s;
	tt_part_plan *plan;
	size_t n;
	char *of; /* what the recording is like */
	char *program;
	tt_status failed; /* of the first part that failed … */
	char *why;        /* … and its words */
	tt_spool spool;   /* of the present look */
} sharding;

void tt_shards_forget(const char *out)
{
	for (int i = 0; i < MOST_LOOKS; i++) {
		tt_spool old = {.path = tt_path_join(out, names[i])};
		if (old.path) tt_spool_remove(&old);
		free(old.path);
	}
}

/* Size and time of every file that is read stand for their contents: whoever changes them starts anew. */
static tt_status describe(sharding *h, tt_error *err)
{
	const tt_analyze_options *o = h->s->options;
	tt_strings files = {0};
	tt_status st = tt_test_inputs(h->s->test->path, o->sets, o->n_sets, &files, err);
	h->of = tt_strdup("");
	for (size_t i = 0; i < files.n && st == TT_OK; i++) {
		struct stat s = {0};
		bool there = stat(files.item[i], &s) == 0;
		char *longer =
		    h->of ? tt_format("%s%s %lld %lld.%09ld; ", h->of, files.item[i], there ? (long long)s.st_size : -1,
		                      (long long)s.st_mtim.tv_sec, (long)s.st_mtim.tv_nsec)
		          : NULL;
		free(h->of);
		h->of = longer;
	}
	tt_strings_free(&files);
	return st == TT_OK && !h->of ? tt_fail_memory(err, "the parts of the recording") : st;
}

static void hear(void *ctx, size_t task, const char *line)
{
	(void)ctx, (void)task, (void)line;
}

static void note_end(void *ctx, size_t task, tt_status st, const char *message)
{
	sharding *h = ctx;
	if (st == TT_OK || h->failed) return;
	h->failed = st;
	h->why = h->plan[task].from || h->n > 1 ? tt_format("part %zu of %zu (from frame %lld on): %s", task + 1, h->n,
	                                                    (long long)h->plan[task].from, message)
	                                        : tt_strdup(message);
}

static tt_status make_tasks(sharding *h, const tt_look_how *how, const char *name, tt_error *err)
{
	const tt_analyze_options *o = h->s->options;
	tt_task *task = calloc(h->n, sizeof *task);
	tt_status st = task ? TT_OK : tt_fail_memory(err, "the parts of the recording");
	for (size_t i = 0; i < h->n && st == TT_OK; i++) {
		task[i] = (tt_task){.test = tt_strdup(h->s->test->path),
		                    .folder = tt_strdup(h->s->out),
		                    .is_part = true,
		                    .part = h->plan[i],
		                    .how = *how};
		if (!task[i].test || !task[i].folder) st = tt_fail_memory(err, "the parts of the recording");
		for (size_t k = 0; k < o->n_sets && st == TT_OK; k++)
			st = tt_strings_add(&task[i].sets, err, "%s", o->sets[k]);
	}
	if (st == TT_OK) return tt_spool_make_parts(h->s->out, name, h->of, task, h->n, &h->spool, err);
	tt_spool lost = {.task = task, .n = task ? h->n : 0};
	tt_spool_clear(&lost);
	return st;
}

static tt_status run_tasks(sharding *h, tt_error *err)
{
	const tt_shards *s = h->s;
	int cores = tt_job_threads(s->job), at_once = (size_t)cores < h->n ? cores : (int)h->n;
	char stage[64];
	tt_snprintf(stage, sizeof stage, "observing %zu parts (%%)", h->n);
	const tt_run_options how = {
	    .executor = tt_executor_find(s->options->executor ? s->options->executor : "local"),
	    .how = {.program = h->program, .at_once = at_once, .threads = cores / at_once, .submit = s->options->slurm},
	    .retries = s->options->retries,
	    .stage = stage};
	tt_status st = tt_run_tasks(&h->spool, &how, h, hear, note_end, s->job, err);
	if (st != TT_OK || !h->failed) return st;
	return tt_fail(err, h->failed, "%s", h->why ? h->why : "a part of the recording failed");
}

static tt_status load(void *ctx, size_t k, tt_observation **o, tt_error *err)
{
	return tt_task_load_part(&((sharding *)ctx)->spool, k, o, err);
}

static tt_status look_in_parts(void *ctx, const tt_look_how *how, tt_observation **o, tt_source **source, tt_error *err)
{
	sharding *h = ctx;
	*o = NULL;
	*source = NULL;
	if (how->bar) return tt_fail(err, TT_ERR_FAILED, "the whole bar is not read in parts");
	tt_status st = make_tasks(h, how, names[how->update_below > 0 ? 2 : how->flatten ? 1 : 0], err);
	if (st == TT_OK) st = run_tasks(h, err);
	if (st == TT_OK) st = tt_parts_join(h->s->test, how, h->plan, h->n, load, h, h->s->job, h->s->notes, o, err);
	tt_spool_clear(&h->spool);
	return st;
}

static tt_status in_one_piece(const tt_shards *s, const char *why, tt_observation **out, tt_error *err)
{
	const tt_observe_options o = {.no_width = s->options->only_curve};
	tt_source *source;
	tt_warn(s->notes, "the recording is not cut into parts: %s", why);
	tt_status st = tt_observe_keep(s->test, &o, s->job, out, &source, err);
	tt_source_close(source);
	return st;
}

tt_status tt_shards_observe(const tt_shards *s, tt_observation **out, tt_error *err)
{
	sharding h = {.s = s};
	const tt_observe_options o = {.no_width = s->options->only_curve};
	char why[200];
	tt_source *source;
	tt_status st = tt_parts_plan(s->test, (size_t)s->options->shards, s->job, &h.plan, &h.n, why, err);
	if (st == TT_OK && h.n == 1) {
		free(h.plan);
		return in_one_piece(s, why, out, err);
	}
	if (st == TT_OK) st = tt_own_program(&h.program, err);
	if (st == TT_OK) st = describe(&h, err);
	if (st == TT_OK) st = tt_observe_by(s->test, &o, &(tt_looker){&h, look_in_parts}, out, &source, err);
	/* What is done counts for the next call when this one was stopped. */
	if (st != TT_ERR_INTERRUPTED) tt_shards_forget(s->out);
	free(h.plan);
	free(h.of);
	free(h.program);
	free(h.why);
	return st;
}
