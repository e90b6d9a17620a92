/* The main job: one test from its description to a folder of results: read, observe, evaluate, look again, write.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <sys/stat.h>

#include "core/text.h"
#include "jobs/freshness.h"
#include "report/curve_outputs.h"
#include "report/outputs.h"
#include "temtensile/jobs.h"

enum { MOST_INPUTS = 4, MOST_TAKERS = 8 };

typedef struct analysis {
	const tt_job *job;
	const tt_analyze_options *options;
	tt_report *report;
	tt_outdir *out;
	tt_reads *reads;
	tt_strings read; /* their names */
	tt_test *test;
	tt_force_log *log, *empty_run;
	tt_observation *o;
	tt_source *source; /* still open after it was observed; NULL otherwise */
	tt_result *r;
	tt_closeup closeup;
	tt_present present;
	tt_input_file input[MOST_INPUTS];
	size_t n_inputs;
} analysis;

void tt_report_clear(tt_report *r)
{
	tt_strings_free(&r->lines);
	tt_strings_free(&r->warnings);
}

static void clear(analysis *a)
{
	tt_present_clear(&a->present);
	tt_closeup_clear(&a->closeup);
	tt_result_free(a->r);
	tt_observation_free(a->o);
	tt_source_close(a->source);
	tt_force_log_free(a->log);
	tt_force_log_free(a->empty_run);
	tt_test_free(a->test);
	tt_outdir_abort(a->out);
	tt_reads_free(a->reads);
	tt_strings_free(&a->read);
}

/* ---- inputs ---- */

static tt_status add_input(analysis *a, const char *role, const char *path, tt_error *err)
{
	struct stat st;
	if (!path) return TT_OK;
	tt_input_file *f = &a->input[a->n_inputs++];
	*f = (tt_input_file){.role = role, .path = path};
	/* a folder or a pattern of images has no hash of its own */
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? tt_reads_hash(a->reads, path, f->sha256, err) : TT_OK;
}

/* All that the run will read, before it reads anything of it. */
static tt_status list_reads(analysis *a, const char *test_path, tt_error *err)
{
	a->reads = tt_reads_new();
	if (!a->reads) return tt_fail_memory(err, "the files that are read");
	tt_status st = tt_reads_add(a->reads, test_path, err);
	if (st == TT_OK) st = tt_test_inputs(test_path, a->options->sets, a->options->n_sets, &a->read, err);
	for (size_t i = 0; i < a->read.n && st == TT_OK; i++)
		st = tt_reads_add(a->reads, a->read.item[i], err);
	return st;
}

static tt_status read_inputs(analysis *a, const char *test_path, tt_error *err)
{
	tt_status st = list_reads(a, test_path, err);
	if (st == TT_OK) st = tt_test_read(test_path, a->options->sets, a->options->n_sets, &a->test, err);
	if (st == TT_OK) st = tt_test_read_logs(a->test, &a->log, &a->empty_run, err);
	if (st == TT_OK) st = add_input(a, "description", a->test->path, err);
	if (st == TT_OK) st = add_input(a, "recording", a->test->video.file, err);
	if (st == TT_OK) st = add_input(a, "log", a->test->force.file, err);
	return st == TT_OK ? add_input(a, "empty run", a->test->force.empty_run, err) : st;
}

/* ---- the second look ---- */

/* Those who want frames again, in the order of the table of outputs, behind the closeup. */
typedef struct watchers {
	tt_frame_taker taker[MOST_TAKERS];
	const tt_output *output[MOST_TAKERS];
	size_t n;
	tt_closeup_maker *maker;
} watchers;

static tt_status gather_watchers(analysis *a, const tt_findings *f, watchers *w, tt_error *err)
{
	tt_status st = tt_closeup_begin(a->o, &a->r->look, a->job, &a->closeup, &w->maker, &w->taker[0], err);
	if (st != TT_OK) return st;
	w->n = 1;
	for (size_t i = 0; i < tt_n_outputs && w->n < MOST_TAKERS && st == TT_OK; i++) {
		const tt_output *o = &tt_outputs[i];
		if (!o->watch || !tt_output_wanted(o, f)) continue;
		st = o->watch(f, &w->taker[w->n], err);
		w->output[w->n] = o;
		w->n += w->taker[w->n].ctx != NULL;
	}
	return st;
}

static tt_status release_watchers(watchers *w, tt_status st, tt_error *err)
{
	for (size_t i = 1; i < w->n; i++) {
		tt_status end = w->output[i]->end(w->taker[i].ctx, st == TT_OK, err);
		if (st == TT_OK) st = end;
	}
	if (st == TT_OK) return tt_closeup_end(w->maker, err);
	tt_closeup_abort(w->maker);
	return st;
}

static tt_status look_again(analysis *a, const tt_findings *f, tt_error *err)
{
	watchers w = {.n = 0};
	tt_status st = gather_watchers(a, f, &w, err);
	if (st == TT_OK) st = tt_observe_frames(a->test, a->o, a->source, w.taker, w.n, a->job, err);
	return release_watchers(&w, st, err);
}

/* ---- the whole ---- */

static tt_status observe(analysis *a, tt_error *err)
{
	const tt_observe_options o = {.no_width = a->options->only_curve};
	return tt_observe_keep(a->test, &o, a->job, &a->o, &a->source, err);
}

static tt_status evaluate(analysis *a, tt_error *err)
{
	tt_evaluate_options o = tt_evaluate_defaults();
	o.curve_only = a->options->only_curve;
	tt_status st = tt_evaluate(a->o, a->log, a->empty_run, a->test, &o, a->job, &a->r, err);
	for (size_t i = 0; st == TT_OK && i < a->r->warnings.n; i++)
		tt_warn(&a->report->warnings, "%s", a->r->warnings.item[i]);
	return st;
}

static tt_status report(analysis *a, tt_error *err)
{
	tt_findings f = {.test = a->test,
	                 .log = a->log,
	                 .o = a->o,
	                 .r = a->r,
	                 .closeup = &a->closeup,
	                 .present = &a->present,
	                 .input = a->input,
	                 .n_inputs = a->n_inputs,
	                 .only_curve = a->options->only_curve,
	                 .no_movie = a->options->no_movie,
	                 .no_page = a->options->no_report,
	                 .sets = a->options->sets,
	                 .n_sets = a->options->n_sets,
	                 .lines = &a->report->lines,
	                 .warnings = &a->report->warnings,
	                 .out = a->out};
	tt_status st = f.only_curve ? TT_OK : look_again(a, &f, err);
	if (st != TT_OK) return st;
	tt_say_results(&f);
	return tt_outputs_write(&f, a->job, err);
}

/* ---- the folder ---- */

/* A file that may not be replaced is told before the work. */
static tt_status open_folder(analysis *a, const char *out_dir, tt_error *err)
{
	const tt_outdir_plan plan = {.command = "analyze", .force = a->options->force, .reads = a->reads};
	const tt_findings f = {.test = a->test,
	                       .only_curve = a->options->only_curve,
	                       .no_movie = a->options->no_movie,
	                       .no_page = a->options->no_report};
	tt_status st = tt_outdir_open_as(out_dir, &plan, &a->out, err);
	for (size_t i = 0; i < tt_n_outputs && st == TT_OK; i++)
		if (tt_output_wanted(&tt_outputs[i], &f)) st = tt_output_claim(&tt_outputs[i], a->out, err);
	return st;
}

/* What the results depend on: the inputs and what overrides or narrows the description. */
static tt_status note_record(analysis *a, const char *test_path, tt_error *err)
{
	const tt_analyze_options *o = a->options;
	const char *base = tt_path_base(test_path);
	char *folder = base == test_path ? tt_strdup(".") : tt_format("%.*s", (int)(base - test_path), test_path);
	tt_strings options = {0};
	tt_status st = folder ? TT_OK : tt_fail_memory(err, test_path);
	for (size_t i = 0; i < o->n_sets && st == TT_OK; i++)
		st = tt_strings_add(&options, err, "%s", o->sets[i]);
	if (st == TT_OK && o->only_curve) st = tt_strings_add(&options, err, "only curve");
	if (st == TT_OK && o->no_movie) st = tt_strings_add(&options, err, "no movie");
	if (st == TT_OK && o->no_report) st = tt_strings_add(&options, err, "no report");
	const tt_record_plan plan = {"analyze", NULL, folder, &options};
	if (st == TT_OK) st = tt_record_note(a->out, &plan, &a->read, NULL, err);
	tt_strings_free(&options);
	free(folder);
	return st;
}

static tt_status run(analysis *a, const char *test_path, const char *out_dir, tt_error *err)
{
	tt_status st = read_inputs(a, test_path, err);
	if (st == TT_OK) st = open_folder(a, out_dir, err);
	if (st == TT_OK) st = observe(a, err);
	if (st == TT_OK) st = evaluate(a, err);
	if (st == TT_OK) st = report(a, err);
	if (st == TT_OK) st = tt_job_check(a->job, err);
	if (st == TT_OK) st = note_record(a, test_path, err);
	if (st != TT_OK) return st;
	tt_outdir *out = a->out;
	a->out = NULL;
	return tt_outdir_commit(out, "summary.json", err);
}

tt_status tt_analyze(const char *test_path, const char *out_dir, const tt_analyze_options *options, const tt_job *job,
                     tt_report *report, tt_error *err)
{
	static const tt_analyze_options plain = {0};
	tt_report own = {0};
	analysis a = {.job = job, .options = options ? options : &plain, .report = report ? report : &own};
	tt_status st = run(&a, test_path, out_dir, err);
	clear(&a);
	tt_report_clear(&own);
	return st;
}
