/* Several tests compared: analysed where needed, read back, grouped, drawn.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/apart.h"
#include "core/outdir.h"
#include "core/text.h"
#include "jobs/freshness.h"
#include "temtensile/study.h"
#include "jobs/study_films.h"
#include "jobs/study_necking.h"
#include "jobs/study_report.h"
#include "jobs/executor.h"
#include "report/page/report.h"
#include "report/study_films.h"
#include "temtensile/report.h"
#include "temtensile/jobs.h"

/* What of a test's folder the comparison reads. */
static const char *const read_back[] = {"summary.json", "curve.csv", "uncertainty.csv", "necking_row.tif"};
enum { N_READ_BACK = sizeof read_back / sizeof *read_back };

typedef struct comparing {
	const tt_compare_options *options;
	const tt_job *job;
	tt_report *report;
	const char *study_path; /* NULL: folders of results were given */
	const char *out;
	tt_memo *memo;
	tt_reads *reads;
	tt_outdir *dir; /* one comparison at a time in a folder: open from the beginning */
	tt_study study;
	char **folder;         /* of each test's results */
	tt_study_entry *entry; /* NULL: folders of results were given */
	size_t n_entries;
	size_t *stale, n_stale; /* indices */
	tt_spool spool;
	size_t *test_of;  /* of each of the spool's tasks; SIZE_MAX: none that is stale */
	tt_strings films; /* film.json of the films that were measured */
	tt_comparison comparison;
} comparing;

/* ---- which tests ---- */

/* What overrides a test's description: the study's own, then what the caller sets. */
static tt_status sets_of(const comparing *c, size_t i, tt_strings *out, tt_error *err)
{
	tt_status st = TT_OK;
	for (size_t k = 0; k < c->entry[i].sets.n && st == TT_OK; k++)
		st = tt_strings_add(out, err, "%s", c->entry[i].sets.item[k]);
	for (size_t k = 0; k < c->options->n_sets && st == TT_OK; k++)
		st = tt_strings_add(out, err, "%s", c->options->sets[k]);
	return st;
}

static char *folder_of(const char *path)
{
	const char *base = tt_path_base(path);
	return base == path ? tt_strdup(".") : tt_format("%.*s", (int)(base - path), path);
}

static bool is_fresh(const comparing *c, size_t i, tt_error *err)
{
	tt_strings sets = {0};
	char *base = folder_of(c->entry[i].path);
	bool fresh = base && sets_of(c, i, &sets, err) == TT_OK &&
	             tt_record_fresh(&(tt_record_plan){"analyze", c->folder[i], base, &sets}, c->memo);
	free(base);
	tt_strings_free(&sets);
	return fresh;
}

static tt_status find_stale(comparing *c, tt_error *err)
{
	c->stale = calloc(c->study.n ? c->study.n : 1, sizeof *c->stale);
	if (!c->stale) return tt_fail_memory(err, "the study's tests");
	for (size_t i = 0; i < c->study.n; i++) {
		tt_status st = tt_job_check(c->job, err);
		if (st != TT_OK) return st;
		if (!is_fresh(c, i, err)) c->stale[c->n_stale++] = i;
	}
	return TT_OK;
}

static tt_status make_tests(comparing *c, size_t n, tt_error *err)
{
	c->study.test = calloc(n ? n : 1, sizeof *c->study.test);
	c->folder = calloc(n ? n : 1, sizeof *c->folder);
	return c->study.test && c->folder ? TT_OK : tt_fail_memory(err, "the study's tests");
}

static tt_status add_test(comparing *c, const char *name, char *folder, tt_error *err)
{
	size_t i = c->study.n++;
	c->folder[i] = folder;
	c->study.test[i].folder = tt_strdup(name);
	return folder && c->study.test[i].folder ? TT_OK : tt_fail_memory(err, "the study's tests");
}

static tt_status tests_of_study(comparing *c, const char *path, tt_error *err)
{
	tt_status st = tt_study_file_read(path, &c->study, &c->entry, &c->n_entries, err);
	if (st == TT_OK) st = make_tests(c, c->n_entries, err);
	for (size_t i = 0; i < c->n_entries && st == TT_OK; i++)
		st = add_test(c, c->entry[i].folder, tt_path_join(c->out, c->entry[i].folder), err);
	return st;
}

static bool known_name(const tt_study *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->test[i].folder, name) == 0) return true;
	return false;
}

static bool known_folder(const comparing *c, const char *real)
{
	bool known = false;
	for (size_t i = 0; i < c->study.n && !known; i++)
		known = strcmp(c->folder[i], real) == 0;
	return known;
}

/* Folders of results, each once; the one that the comparison itself goes to is none of them though a shell's pattern
 * may find it. */
static tt_status tests_of_folders(comparing *c, const char *const *folders, size_t n, tt_error *err)
{
	char *own = tt_real_path(c->out);
	tt_status st = make_tests(c, n, err);
	for (size_t i = 0; i < n && st == TT_OK; i++) {
		char *real = tt_real_path(folders[i]);
		if (!real) {
			st = tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", folders[i], strerror(errno));
		} else if ((own && strcmp(real, own) == 0) || known_folder(c, real)) {
			free(real);
		} else {
			char *name = tt_strdup(tt_path_base(real));
			for (int k = 2; name && known_name(&c->study, name); k++) {
				free(name);
				name = tt_format("%s-%d", tt_path_base(real), k);
			}
			st = add_test(c, name ? name : "", real, err);
			free(name);
		}
	}
	free(own);
	if (st == TT_OK && c->study.n == 0)
		return tt_fail(err, TT_ERR_INPUT, "there is no folder of results to compare");
	return st;
}

/* ---- analysing ---- */

static const tt_executor *executor_of(const comparing *c)
{
	return tt_executor_find(c->options->executor ? c->options->executor : "local");
}

static void clear_task(tt_task *t)
{
	free(t->test);
	free(t->folder);
	tt_strings_free(&t->sets);
	*t = (tt_task){0};
}

static tt_status task_of(const comparing *c, size_t i, tt_task *t, tt_error *err)
{
	t->test = tt_strdup(c->entry[i].path);
	t->folder = tt_strdup(c->folder[i]);
	tt_status st = t->test && t->folder ? sets_of(c, i, &t->sets, err) : tt_fail_memory(err, "the study's tasks");
	return st;
}

static bool same_task(const tt_task *a, const tt_task *b)
{
	bool same = strcmp(a->test, b->test) == 0 && strcmp(a->folder, b->folder) == 0 && a->sets.n == b->sets.n;
	for (size_t i = 0; i < a->sets.n && same; i++)
		same = strcmp(a->sets.item[i], b->sets.item[i]) == 0;
	return same;
}

static size_t index_in(const tt_spool *s, const tt_task *t)
{
	for (size_t i = 0; i < s->n; i++)
		if (same_task(&s->task[i], t)) return i;
	return SIZE_MAX;
}

/* A word from before counts only when the results are fresh by it: what failed is tried again, and so is a test whose
 * files have changed since. */
static void forget_stale_word(comparing *c, size_t test, size_t task, tt_error *err)
{
	tt_status st;
	char *message;
	bool done = tt_task_done(&c->spool, task, &st, &message, NULL, NULL);
	free(message);
	if (done && !(st == TT_OK && is_fresh(c, test, err))) tt_task_forget(&c->spool, task);
}

/* An earlier run of this study that was killed, or went on without its caller, left a spool with the same tasks: its
 * tasks are taken over, so that none is done twice. */
static bool take_over(comparing *c, const tt_task *task, tt_error *err)
{
	char *path = tt_path_join(c->out, TT_SPOOL_NAME);
	bool same = path && tt_spool_read(path, &c->spool, err) == TT_OK && c->spool.force == c->options->force;
	free(path);
	for (size_t k = 0; k < c->n_stale && same; k++)
		same = index_in(&c->spool, &task[k]) != SIZE_MAX;
	if (!same) tt_spool_clear(&c->spool);
	return same;
}

static tt_status make_spool(comparing *c, tt_error *err)
{
	size_t n = c->n_stale;
	tt_task *task = calloc(n ? n : 1, sizeof *task);
	tt_status st = task ? TT_OK : tt_fail_memory(err, "the study's tasks");
	for (size_t k = 0; k < n && st == TT_OK; k++)
		st = task_of(c, c->stale[k], &task[k], err);
	if (st == TT_OK && !take_over(c, task, err)) {
		st = tt_spool_make(c->out, c->options->verify, c->options->force, task, n, &c->spool, err);
		task = NULL; /* the spool's now */
	}
	c->test_of = calloc(c->spool.n ? c->spool.n : 1, sizeof *c->test_of);
	if (st == TT_OK && !c->test_of) st = tt_fail_memory(err, "the study's tasks");
	for (size_t t = 0; t < c->spool.n && st == TT_OK; t++)
		c->test_of[t] = SIZE_MAX;
	for (size_t k = 0; k < n && st == TT_OK; k++) {
		tt_task own = {0};
		st = task_of(c, c->stale[k], &own, err);
		size_t t = st == TT_OK ? index_in(&c->spool, &own) : SIZE_MAX;
		if (t != SIZE_MAX) {
			c->test_of[t] = c->stale[k];
			forget_stale_word(c, c->stale[k], t, err);
		}
		clear_task(&own);
	}
	for (size_t k = 0; task && k < n; k++)
		clear_task(&task[k]);
	free(task);
	return st;
}

static void hear_hash(void *ctx, size_t task, const char *line)
{
	(void)task;
	tt_memo_take(((comparing *)ctx)->memo, line);
}

static void note_end(void *ctx, size_t task, tt_status st, const char *message)
{
	comparing *c = ctx;
	size_t i = c->test_of[task];
	if (i == SIZE_MAX || st == TT_OK || c->study.test[i].failed) return;
	c->study.test[i].failed = tt_strdup(message[0] ? message : "for no known reason");
}

/* The step that a cluster runs when all tests have ended: this call again, with what it was told. */
static tt_status collecting_command(const comparing *c, const char *program, tt_strings *out, tt_error *err)
{
	const tt_compare_options *o = c->options;
	tt_status st = tt_strings_add(out, err, "%s", program);
	const char *const words[] = {"compare",    c->study_path, "-o",        c->out,
	                             "--executor", o->executor,   "--collect", "--quiet"};
	for (size_t i = 0; i < sizeof words / sizeof *words && st == TT_OK; i++)
		st = tt_strings_add(out, err, "%s", words[i]);
	for (size_t i = 0; i < o->n_sets && st == TT_OK; i++) {
		st = tt_strings_add(out, err, "--set");
		if (st == TT_OK) st = tt_strings_add(out, err, "%s", o->sets[i]);
	}
	if (st == TT_OK && o->group_by) st = tt_strings_add(out, err, "--group-by=%s", o->group_by);
	if (st == TT_OK && o->interval) st = tt_strings_add(out, err, "--interval=%s", o->interval);
	if (st == TT_OK && o->variants) st = tt_strings_add(out, err, "--variants");
	if (st == TT_OK && o->verify) st = tt_strings_add(out, err, "--verify");
	if (st == TT_OK && o->force) st = tt_strings_add(out, err, "--force");
	if (st == TT_OK && o->slurm) st = tt_strings_add(out, err, "--slurm=%s", o->slurm);
	if (st == TT_OK) st = tt_strings_add(out, err, "--retries=%d", o->retries);
	if (st == TT_OK && o->figure_width_mm > 0) st = tt_strings_add(out, err, "--width=%g", o->figure_width_mm);
	return st;
}

static tt_status how_to_run(const comparing *c, char *stage, size_t size, char **program, tt_run_options *out,
                            tt_error *err)
{
	int cores = tt_job_threads(c->job), jobs = c->options->jobs > 0 ? c->options->jobs : cores;
	if ((size_t)jobs > c->n_stale) jobs = c->n_stale ? (int)c->n_stale : 1;
	tt_snprintf(stage, size, "analysing %zu %s (%%)", c->n_stale, c->n_stale == 1 ? "test" : "tests");
	tt_status st = tt_own_program(program, err);
	*out = (tt_run_options){.executor = executor_of(c),
	                        .how = {.program = *program,
	                                .at_once = jobs,
	                                .threads = cores > jobs ? cores / jobs : 1,
	                                .submit = c->options->slurm},
	                        .retries = c->options->retries,
	                        .detach = c->options->mode == TT_COMPARE_DETACH,
	                        .stage = stage};
	return st;
}

/* All tests are done: what a detached call left to tell of them is of no more use. */
static void forget_spool(const comparing *c)
{
	tt_spool old = {.path = tt_path_join(c->out, TT_SPOOL_NAME)};
	if (old.path) tt_spool_remove(&old);
	free(old.path);
}

static tt_status analyse_stale(comparing *c, tt_error *err)
{
	char stage[64], *program = NULL;
	const char **then = NULL;
	tt_strings command = {0};
	tt_run_options how;
	if (!c->n_stale) {
		if (c->options->mode == TT_COMPARE_RUN) forget_spool(c);
		return TT_OK;
	}
	tt_status st = how_to_run(c, stage, sizeof stage, &program, &how, err);
	if (st == TT_OK) st = make_spool(c, err);
	if (st == TT_OK && how.detach) st = collecting_command(c, program, &command, err);
	if (st == TT_OK && how.detach && !(then = calloc(command.n + 1, sizeof *then)))
		st = tt_fail_memory(err, "the study");
	for (size_t i = 0; then && i < command.n; i++)
		then[i] = command.item[i];
	how.then = then;
	if (st == TT_OK) st = tt_run_tasks(&c->spool, &how, c, hear_hash, note_end, c->job, err);
	/* Stopped tasks of a cluster live on, and the spool with them. */
	if (c->spool.n && !how.detach && (st == TT_OK || !how.executor->detaches)) tt_spool_remove(&c->spool);
	tt_strings_free(&command);
	free(then);
	free(program);
	return st;
}

/* ---- the comparison ---- */

static tt_status read_results(comparing *c, tt_error *err)
{
	for (size_t i = 0; i < c->study.n; i++) {
		tt_study_test *t = &c->study.test[i];
		tt_error why = {0};
		if (t->failed) continue;
		char *name = t->folder;
		tt_status st = tt_result_read(c->folder[i], t, &why);
		if (st != TT_OK && st != TT_ERR_INPUT) {
			t->folder = name;
			if (err) *err = why;
			return st;
		}
		if (st != TT_OK) tt_study_test_clear(t);
		t->folder = name;
		if (st != TT_OK && !(t->failed = tt_strdup(why.message))) return tt_fail_memory(err, c->folder[i]);
	}
	return TT_OK;
}

static void put_quantity(tt_strings *out, const char *group, const char *what, const tt_quantity *q, const char *source)
{
	char value[40], u[40];
	if (isfinite(q->value))
		tt_warn(out, "reference %s: %s %s ± %s Pa: %s", group, what,
		        tt_format_double(value, sizeof value, q->value, 17), tt_format_double(u, sizeof u, q->u, 17),
		        source ? source : "");
}

/* All that the tables and figures depend on besides the tests' own files. */
static void options_of(const comparing *c, tt_strings *out)
{
	const tt_study *s = &c->study;
	char width[40];
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	tt_warn(out, "name %s", s->name ? s->name : "");
	tt_warn(out, "group by %s", s->group_by);
	tt_warn(out, "interval %d", (int)s->interval);
	if (s->variants) tt_warn(out, "variants");
	tt_warn(out, "figure width %s mm", tt_format_double(width, sizeof width, c->options->figure_width_mm, 9));
	tt_warn(out, "date %s", epoch ? epoch : "");
	for (size_t i = 0; i < s->n; i++)
		tt_warn(out, "test %s%s%s", s->test[i].folder, s->test[i].failed ? ": " : "",
		        s->test[i].failed ? s->test[i].failed : "");
	for (size_t i = 0; i < s->n_references; i++) {
		const tt_reference *r = &s->reference[i];
		put_quantity(out, r->group, "hardness", &r->hardness, r->hardness_source);
		put_quantity(out, r->group, "Young's modulus", &r->youngs_modulus, r->modulus_source);
		if (r->film) tt_warn(out, "film of %s %s %s", r->group, r->film, r->film_failed ? r->film_failed : "");
	}
}

static void inputs_of(const comparing *c, tt_strings *out)
{
	for (size_t i = 0; i < c->study.n; i++)
		for (int k = 0; k < N_READ_BACK && !c->study.test[i].failed; k++) {
			struct stat s;
			char *path = tt_path_join(c->folder[i], read_back[k]);
			if (path && stat(path, &s) == 0) tt_warn(out, "%s", path);
			free(path);
		}
	for (size_t i = 0; i < c->films.n; i++)
		tt_warn(out, "%s", c->films.item[i]);
}

static char *with_word(char *text, const char *before, const char *word)
{
	char *quoted = word ? tt_shell_quoted(word) : tt_strdup("");
	char *longer = text && quoted ? tt_format("%s %s%s", text, before, quoted) : NULL;
	free(quoted);
	free(text);
	return longer;
}

/* Without folders: the page must not depend on where the files lie. */
static char *command_of(const comparing *c)
{
	const tt_compare_options *o = c->options;
	char *s = tt_strdup("temtensile compare");
	if (c->study_path) s = with_word(s, "", tt_path_base(c->study_path));
	for (size_t i = 0; i < c->study.n && !c->study_path; i++)
		s = with_word(s, "", c->study.test[i].folder);
	for (size_t i = 0; i < o->n_sets; i++)
		s = with_word(s, "--set ", o->sets[i]);
	if (o->group_by) s = with_word(s, "--group-by ", o->group_by);
	if (o->interval) s = with_word(s, "--interval ", o->interval);
	if (o->variants) s = with_word(s, "--variants", NULL);
	if (o->figure_width_mm > 0) {
		char width[40];
		s = with_word(s, "--width ", tt_format_double(width, sizeof width, o->figure_width_mm, 6));
	}
	return with_word(s, "-o RESULTS", NULL);
}

static tt_status draw(comparing *c, const tt_record_plan *plan, const tt_strings *inputs, tt_error *err)
{
	tt_outdir *dir = c->dir;
	tt_status st = TT_OK;
	for (size_t i = 0; i < inputs->n && st == TT_OK; i++)
		st = tt_reads_add(c->reads, inputs->item[i], err);
	if (st == TT_OK) st = tt_study_tables(dir, &c->study, &c->comparison, err);
	if (st == TT_OK) st = tt_study_statistics(dir, &c->study, &c->comparison, err);
	if (st == TT_OK && c->comparison.n)
		st = tt_study_figures(dir, &c->study, &c->comparison, c->options->figure_width_mm, err);
	if (st == TT_OK && tt_study_has_films(&c->comparison)) {
		double width = c->options->figure_width_mm;
		st = tt_study_film_tables(dir, &c->comparison, err);
		if (st == TT_OK) st = tt_study_film_figure(dir, &c->comparison, width > 0 ? width : 170, err);
	}
	if (st == TT_OK) st = tt_study_necking(dir, &c->study, &c->comparison, c->folder, err);
	char *command = st == TT_OK ? command_of(c) : NULL;
	if (st == TT_OK && !command) st = tt_fail_memory(err, "the page of the study");
	if (st == TT_OK) st = tt_study_report(dir, &c->study, &c->comparison, c->folder, c->out, command, err);
	free(command);
	if (st == TT_OK) st = tt_record_note(dir, plan, inputs, c->memo, err);
	if (st == TT_OK) st = tt_job_check(c->job, err);
	if (st != TT_OK) return st;
	c->dir = NULL;
	return tt_outdir_commit(dir, "statistics.json", err);
}

static tt_status draw_unless_fresh(comparing *c, bool *drawn, tt_error *err)
{
	tt_strings options = {0}, inputs = {0};
	options_of(c, &options);
	inputs_of(c, &inputs);
	const tt_record_plan plan = {"compare", c->out, c->out, &options};
	*drawn = !tt_record_fresh(&plan, c->memo);
	tt_status st = *drawn ? draw(c, &plan, &inputs, err) : TT_OK;
	tt_strings_free(&options);
	tt_strings_free(&inputs);
	return st;
}

/* ---- words ---- */

static void say_group(const comparing *c, const tt_study_group *g)
{
	static const tt_compared shown[] = {TT_CMP_MODULUS, TT_CMP_YIELD, TT_CMP_ULTIMATE, TT_CMP_TOTAL};
	char text[400];
	int n = tt_snprintf(text, sizeof text, "%s: n = %zu", g->label, g->n);
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
		const tt_measurand *info = tt_compared_describe(shown[i]);
		const tt_group_result *r = &g->value[shown[i]];
		char value[32], half[32];
		double scale = tt_compared_shown(shown[i]);
		if (!r->between.n) continue;
		tt_round_to_u(r->between.mean * scale, tt_group_half(r, c->study.interval) * scale, value, half,
		              sizeof value);
		n += tt_snprintf(text + n, sizeof text - (size_t)n, ", %s %s%s%s %s", info->short_name, value,
		                 half[0] ? " ± " : "", half, info->shown_unit);
		if (n >= (int)sizeof text - 100) break;
	}
	tt_warn(&c->report->lines, "%s", text);
}

static void say(const comparing *c, bool drawn)
{
	const tt_comparison *k = &c->comparison;
	size_t failed = 0;
	for (size_t i = 0; i < c->study.n; i++) {
		const tt_study_test *t = &c->study.test[i];
		if (t->failed) tt_warn(&c->report->warnings, "%s failed: %s", t->folder, t->failed);
		failed += t->failed != NULL;
	}
	for (size_t i = 0; i < c->study.n_references; i++) {
		const tt_reference *r = &c->study.reference[i];
		if (r->film_failed) tt_warn(&c->report->warnings, "%s failed: %s", r->film, r->film_failed);
	}
	if (c->entry)
		tt_warn(&c->report->lines, "%zu tests: %zu analysed, %zu as they were, %zu failed%s", c->study.n,
		        c->n_stale, c->study.n - c->n_stale, failed, drawn ? "" : "; tables and figures as they were");
	else
		tt_warn(&c->report->lines, "%zu tests, %zu failed%s", c->study.n, failed,
		        drawn ? "" : "; tables and figures as they were");
	for (size_t i = 0; i < k->n; i++)
		say_group(c, &k->group[i]);
	if (k->n) tt_warn(&c->report->lines, "(± %s)", tt_interval_words(c->study.interval));
	for (size_t i = 0; i < k->n_checks; i++)
		tt_warn(k->check[i].differs ? &c->report->warnings : &c->report->lines, "%s", k->check[i].text);
	for (size_t i = 0; i < k->notes.n; i++)
		tt_warn(&c->report->lines, "%s", k->notes.item[i]);
}

static tt_status judge(const comparing *c, tt_error *err)
{
	char names[800] = "";
	size_t failed = 0, used = 0;
	for (size_t i = 0; i < c->study.n; i++) {
		const tt_study_test *t = &c->study.test[i];
		if (!t->failed) continue;
		failed++;
		if (used + 1 < sizeof names)
			used += (size_t)tt_snprintf(names + used, sizeof names - used, "%s%s (%.200s)",
			                            used ? "; " : "", t->folder, t->failed);
	}
	for (size_t i = 0; i < c->study.n_references && !failed; i++)
		if (c->study.reference[i].film_failed)
			return tt_fail(err, TT_ERR_PARTIAL, "the film %s failed: %s", c->study.reference[i].film,
			               c->study.reference[i].film_failed);
	if (!failed) return TT_OK;
	return tt_fail(err, TT_ERR_PARTIAL, "%zu of %zu tests failed: %s", failed, c->study.n, names);
}

/* ---- the job ---- */

/* Tasks of a comparison that was killed may live for a moment: they are waited for. */
static tt_status open_folder(comparing *c, const char *study, tt_error *err)
{
	c->reads = tt_reads_new();
	const tt_outdir_plan plan = {.command = "compare", .force = c->options->force, .reads = c->reads, .wait_s = 5};
	tt_status st = c->reads ? tt_reads_add(c->reads, study, err) : tt_fail_memory(err, "the comparison");
	return st == TT_OK ? tt_outdir_open_as(c->out, &plan, &c->dir, err) : st;
}

static void clear(comparing *c)
{
	tt_comparison_clear(&c->comparison);
	for (size_t i = 0; c->folder && i < c->study.n; i++)
		free(c->folder[i]);
	free(c->folder);
	free(c->stale);
	free(c->test_of);
	tt_spool_clear(&c->spool);
	tt_study_entries_free(c->entry, c->n_entries);
	tt_strings_free(&c->films);
	tt_study_clear(&c->study);
	tt_memo_close(c->memo);
	tt_outdir_abort(c->dir);
	tt_reads_free(c->reads);
}

static tt_status run(comparing *c, tt_error *err)
{
	bool drawn = false;
	tt_status st = c->entry ? find_stale(c, err) : TT_OK;
	if (st == TT_OK) st = analyse_stale(c, err);
	if (st == TT_OK && c->options->mode == TT_COMPARE_DETACH && c->n_stale) {
		tt_warn(&c->report->lines,
		        "%zu tests submitted; --status tells how far they are, --collect waits for them", c->n_stale);
		return TT_OK;
	}
	if (st == TT_OK) st = read_results(c, err);
	if (st == TT_OK && c->options->group_by) {
		free(c->study.group_by);
		c->study.group_by = tt_strdup(c->options->group_by);
	}
	if (st == TT_OK && !c->study.group_by && !(c->study.group_by = tt_strdup("film.deposition_pressure")))
		st = tt_fail_memory(err, "the study");
	if (st == TT_OK)
		st = tt_study_measure_films(&c->study, c->out, c->options->force, c->memo, c->job, &c->films, err);
	if (st == TT_OK) st = tt_study_compare(&c->study, &c->comparison, err);
	if (st == TT_OK) st = draw_unless_fresh(c, &drawn, err);
	if (st != TT_OK) return st;
	say(c, drawn);
	return judge(c, err);
}

/* --status and --cancel: a look at what an earlier call submitted. */
static tt_status look_at_tasks(const comparing *c, tt_error *err)
{
	tt_spool spool;
	char *path = tt_path_join(c->out, TT_SPOOL_NAME);
	tt_run_options how = {.executor = executor_of(c)};
	tt_status st = path ? tt_spool_read(path, &spool, err) : tt_fail_memory(err, "the study's tasks");
	free(path);
	if (st == TT_END) {
		tt_warn(&c->report->lines, "no test of this study is under way in '%s'", c->out);
		return TT_OK;
	}
	if (st != TT_OK) return st;
	if (c->options->mode == TT_COMPARE_STATUS) {
		st = tt_tasks_status(&spool, &how, c->options->status_json, &c->report->lines, err);
	} else {
		st = tt_tasks_cancel(&spool, &how, err);
		if (st == TT_OK) tt_spool_remove(&spool);
		if (st == TT_OK)
			tt_warn(&c->report->lines, "the study's tests were cancelled; results that are there stay");
	}
	tt_spool_clear(&spool);
	return st;
}

/* -1: no such word. */
static int interval_of(const char *word)
{
	static const char *const words[] = {"ci95", "sd", "se"};
	for (int i = 0; word && i < 3; i++)
		if (strcmp(word, words[i]) == 0) return i;
	return word ? -1 : TT_INTERVAL_CI95;
}

static tt_status compare(const char *study, const char *const *folders, size_t n, const char *out_dir,
                         const tt_compare_options *options, const tt_job *job, tt_report *report, tt_error *err)
{
	static const tt_compare_options plain = {0};
	tt_report own = {0};
	comparing c = {.options = options ? options : &plain,
	               .job = job,
	               .report = report ? report : &own,
	               .study_path = study,
	               .out = out_dir};
	if (c.options->group_by && (strncmp(c.options->group_by, "film.", 5) != 0 || !c.options->group_by[5]))
		return tt_fail(err, TT_ERR_USAGE,
		               "tests are grouped by a key of the film such as film.composition, found '%s'",
		               c.options->group_by);
	if (!executor_of(&c))
		return tt_fail(err, TT_ERR_USAGE, "there is no executor '%s': local or slurm was expected",
		               c.options->executor);
	if (c.options->mode == TT_COMPARE_STATUS || c.options->mode == TT_COMPARE_CANCEL) return look_at_tasks(&c, err);
	int interval = interval_of(c.options->interval);
	if (interval < 0)
		return tt_fail(err, TT_ERR_USAGE, "there is no interval '%s': ci95, sd or se was expected",
		               c.options->interval);
	tt_status st = study ? tests_of_study(&c, study, err) : tests_of_folders(&c, folders, n, err);
	if (c.options->interval) c.study.interval = (tt_interval_kind)interval;
	c.study.variants |= c.options->variants;
	if (st == TT_OK) st = open_folder(&c, study, err);
	if (st == TT_OK) c.memo = tt_memo_open(out_dir, c.options->verify);
	if (st == TT_OK) st = run(&c, err);
	clear(&c);
	tt_report_clear(&own);
	return st;
}

tt_status tt_compare(const char *study_path, const char *out_dir, const tt_compare_options *options, const tt_job *job,
                     tt_report *report, tt_error *err)
{
	return compare(study_path, NULL, 0, out_dir, options, job, report, err);
}

tt_status tt_compare_results(const char *const *folders, size_t n, const char *out_dir,
                             const tt_compare_options *options, const tt_job *job, tt_report *report, tt_error *err)
{
	return compare(NULL, folders, n, out_dir, options, job, report, err);
}
