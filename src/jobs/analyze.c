/* The main job: one test from its description to a folder of results: read, observe, evaluate, look again, write.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/former.h"
#include "core/text.h"
#include "jobs/freshness.h"
#include "jobs/hash_memo.h"
#include "jobs/kept.h"
#include "jobs/shards.h"
#include "report/curve_outputs.h"
#include "report/outputs.h"
#include "temtensile/jobs.h"

enum { MOST_INPUTS = 4, MOST_TAKERS = 8 };

typedef struct analysis {
	const tt_job *job;
	const tt_analyze_options *options;
	tt_report *report;
	tt_outdir *out;
	const char *out_dir;
	tt_reads *reads;
	tt_strings read; /* their names */
	tt_test *test;
	tt_force_log *log, *empty_run;
	tt_observation *o;
	tt_source *source;   /* still open after it was observed; NULL otherwise */
	tt_hashing *hashing; /* of the recording, while it is observed */
	tt_result *r;
	tt_closeup closeup;
	bool has_closeup; /* its numbers are known */
	tt_kept_frames kept;
	tt_present present;
	bool taken[TT_MOST_OUTPUTS]; /* of the table: taken over from the run before */
	char *maker;
	tt_input_file input[MOST_INPUTS];
	size_t n_inputs;
} analysis;

void tt_report_clear(tt_report *r)
{
	tt_strings_free(&r->lines);
	tt_strings_free(&r->warnings);
	tt_strings_free(&r->notes);
}

static void clear(analysis *a)
{
	tt_present_clear(&a->present);
	tt_closeup_clear(&a->closeup);
	tt_kept_frames_clear(&a->kept);
	tt_result_free(a->r);
	tt_observation_free(a->o);
	tt_source_close(a->source);
	tt_force_log_free(a->log);
	tt_force_log_free(a->empty_run);
	tt_test_free(a->test);
	tt_outdir_abort(a->out);
	free(a->maker);
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
	/* a folder or a pattern of images has no hash of its own; the recording's is made while it is looked at */
	bool now = path != a->test->video.file && stat(path, &st) == 0 && S_ISREG(st.st_mode);
	return now ? tt_reads_hash(a->reads, path, f->sha256, err) : TT_OK;
}

static tt_status hash_input(analysis *a, const char *path, tt_error *err)
{
	struct stat st;
	for (size_t i = 0; i < a->n_inputs; i++)
		if (a->input[i].path == path && stat(path, &st) == 0 && S_ISREG(st.st_mode))
			return tt_reads_hash(a->reads, path, a->input[i].sha256, err);
	return TT_OK;
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

/* Whether something is to be drawn from frames that only the closeup holds. */
static bool draws_closeup(const analysis *a, const tt_findings *f)
{
	for (size_t i = 0; i < tt_n_outputs; i++)
		if (tt_outputs[i].shows && tt_outputs[i].needs & TT_NEEDS_CLOSEUP && !a->taken[i] &&
		    tt_output_wanted(&tt_outputs[i], f))
			return true;
	return false;
}

static tt_status gather_watchers(analysis *a, const tt_findings *f, watchers *w, tt_error *err)
{
	tt_status st = TT_OK;
	if (!a->has_closeup || draws_closeup(a, f)) {
		tt_closeup_clear(&a->closeup);
		st = tt_closeup_begin(a->o, &a->r->look, a->job, &a->closeup, &w->maker, &w->taker[0], err);
		w->n = st == TT_OK;
	}
	for (size_t i = 0; i < tt_n_outputs && w->n < MOST_TAKERS && st == TT_OK; i++) {
		const tt_output *o = &tt_outputs[i];
		if (!o->watch || a->taken[i] || !tt_output_wanted(o, f)) continue;
		st = o->watch(f, &w->taker[w->n], err);
		w->output[w->n] = o;
		w->n += w->taker[w->n].ctx != NULL;
	}
	return st;
}

static tt_status release_watchers(watchers *w, tt_status st, tt_error *err)
{
	for (size_t i = 0; i < w->n; i++) {
		if (!w->output[i]) continue;
		tt_status end = w->output[i]->end(w->taker[i].ctx, st == TT_OK, err);
		if (st == TT_OK) st = end;
	}
	if (st == TT_OK) return tt_closeup_end(w->maker, err);
	tt_closeup_abort(w->maker);
	return st;
}

/* What the run before saw, as far as it is the same. */
static tt_status take_over(analysis *a, tt_findings *f, tt_error *err)
{
	char key[65];
	tt_status st = TT_OK;
	for (size_t i = 0; i < tt_n_outputs && st == TT_OK; i++)
		if (tt_output_wanted(&tt_outputs[i], f)) st = tt_output_take(&tt_outputs[i], f, &a->taken[i], err);
	if (st != TT_OK || f->only_curve || !tt_observation_key_of(a->o)[0]) return st;
	tt_kept_frames_find(a->out, &a->kept);
	f->kept = &a->kept;
	st = tt_closeup_key(a->o, &a->r->look, key, err);
	if (st != TT_OK || strcmp(key, a->kept.closeup_key) != 0) return st;
	a->closeup = a->kept.closeup;
	a->kept.closeup = (tt_closeup){0};
	a->has_closeup = true;
	return TT_OK;
}

static tt_status look_again(analysis *a, const tt_findings *f, tt_error *err)
{
	watchers w = {.n = 0};
	tt_status st = gather_watchers(a, f, &w, err);
	if (st == TT_OK && w.n) st = tt_observe_frames(a->test, a->o, a->source, w.taker, w.n, a->job, err);
	return release_watchers(&w, st, err);
}

/* ---- the whole ---- */

static tt_status hash_recording(analysis *a, char hash[65], tt_error *err)
{
	tt_status st = tt_recording_hash(&a->read, a->test, a->reads, hash, err);
	for (size_t i = 0; i < a->n_inputs && st == TT_OK; i++) /* a folder or a pattern of images */
		if (a->input[i].path == a->test->video.file && !a->input[i].sha256[0])
			memcpy(a->input[i].sha256, hash, sizeof a->input[i].sha256);
	return st;
}

/* The observation of the run before in this folder, when it is of the same recording. */
static tt_status take_kept(analysis *a, char key[65], tt_error *err)
{
	char recording[65];
	tt_status st = hash_recording(a, recording, err);
	if (st == TT_OK) st = tt_observation_key(a->test, recording, key, err);
	if (st != TT_OK) return st;
	tt_kept_observation(a->out, key, !a->options->only_curve, &a->o);
	if (a->o)
		tt_warn(&a->report->notes,
		        "the frames are not looked at anew: neither the recording nor what its reading depends on "
		        "has changed since the run before (--fresh does)");
	return TT_OK;
}

static void on_progress(void *ctx, const tt_progress *p)
{
	analysis *a = ctx;
	if (p->total > 0 && a->options->shards < 2)
		tt_hashing_keep_pace(a->hashing, (double)p->done / (double)p->total);
	if (a->job && a->job->on_progress) a->job->on_progress(a->job->ctx, p);
}

/* The recording is hashed and looked at side by side: one that is larger than the memory comes from the disk once. */
static tt_status look_and_hash(analysis *a, tt_error *err)
{
	const tt_observe_options o = {.no_width = a->options->only_curve};
	tt_job job = a->job ? *a->job : (tt_job){0};
	tt_status st;
	job.on_progress = on_progress;
	job.ctx = a;
	a->hashing = tt_reads_hash_beside(a->reads, a->test->video.file);
	if (a->options->shards > 1) {
		const tt_shards s = {a->test, tt_outdir_target(a->out), a->options, &job, &a->report->notes};
		st = tt_shards_observe(&s, &a->o, err);
	} else {
		st = tt_observe_keep(a->test, &o, &job, &a->o, &a->source, err);
	}
	tt_hashing_end(a->hashing, st == TT_OK);
	a->hashing = NULL;
	return st;
}

static tt_status observe(analysis *a, tt_error *err)
{
	char recording[65], key[65], *kept = tt_former_path(a->out, "observation.ttobs");
	tt_status st = kept ? take_kept(a, key, err) : TT_OK;
	free(kept);
	if (st == TT_OK && !a->o) {
		st = look_and_hash(a, err);
		if (st == TT_OK) st = hash_recording(a, recording, err);
		if (st == TT_OK) st = tt_observation_key(a->test, recording, key, err);
		if (st == TT_OK) tt_observation_mark(a->o, key);
	}
	return st == TT_OK ? hash_input(a, a->test->video.file, err) : st;
}

/* What may be behind a refusal: what was seen of the recording and the log; that a file is cut belongs to the sentence.
 */
static void say_what_was_seen(analysis *a, const tt_strings *seen, tt_error *err)
{
	for (size_t i = 0; i < seen->n; i++) {
		const size_t used = strlen(err->message);
		if (strstr(seen->item[i], "is cut"))
			tt_snprintf(err->message + used, sizeof err->message - used, " (%s)", seen->item[i]);
		else
			tt_warn(&a->report->warnings, "%s", seen->item[i]);
	}
}

static tt_status evaluate(analysis *a, tt_error *err)
{
	tt_evaluate_options o = tt_evaluate_defaults();
	o.curve_only = a->options->only_curve;
	tt_error why = {0};
	tt_status st = tt_evaluate(a->o, a->log, a->empty_run, a->test, &o, a->job, &a->r, &why);
	if (st != TT_OK && st != TT_ERR_INTERRUPTED) {
		say_what_was_seen(a, &a->o->warnings, &why);
		if (a->log) say_what_was_seen(a, &a->log->warnings, &why);
	}
	if (st != TT_OK && err) *err = why;
	for (size_t i = 0; st == TT_OK && i < a->r->warnings.n; i++)
		tt_warn(&a->report->warnings, "%s", a->r->warnings.item[i]);
	return st;
}

/* What each output shows stands in the record, for the next run. */
static tt_status note_shown(analysis *a, const tt_findings *f, tt_error *err)
{
	char note[128];
	tt_status st = tt_outdir_note(a->out, err, "maker %s", a->maker);
	for (size_t i = 0; i < tt_n_outputs && st == TT_OK; i++) {
		if (!tt_outputs[i].shows || !tt_output_wanted(&tt_outputs[i], f)) continue;
		st = tt_output_note(&tt_outputs[i], f, note, err);
		if (st == TT_OK) st = tt_outdir_note(a->out, err, "%s", note);
	}
	return st;
}

static void give_edges(analysis *a)
{
	size_t told = a->r->warnings.n;
	tt_result_give_edges(a->r, a->test, a->o, &a->closeup);
	for (size_t i = told; i < a->r->warnings.n; i++)
		tt_warn(&a->report->warnings, "%s", a->r->warnings.item[i]);
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
	tt_status st = take_over(a, &f, err);
	if (st == TT_OK && !f.only_curve) st = look_again(a, &f, err);
	if (st != TT_OK) return st;
	if (!f.only_curve) give_edges(a);
	tt_say_results(&f);
	st = tt_outputs_write(&f, a->taken, a->job, err);
	return st == TT_OK ? note_shown(a, &f, err) : st;
}

/* ---- the folder ---- */

/* A file that may not be replaced is told before the work. */
static tt_status open_folder(analysis *a, const char *out_dir, tt_error *err)
{
	a->maker = tt_results_maker();
	if (!a->maker) return tt_fail_memory(err, "the record of a folder");
	const tt_outdir_plan plan = {.command = "analyze",
	                             .force = a->options->force,
	                             .reads = a->reads,
	                             .maker = a->options->fresh ? NULL : a->maker};
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
	/* for those who look for the recording, beside its description, when they have only the results */
	char *place = tt_path_from(a->out_dir, test_path);
	if (st == TT_OK && place) st = tt_outdir_note(a->out, err, "description %s", place);
	free(place);
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
	analysis a = {
	    .job = job, .out_dir = out_dir, .options = options ? options : &plain, .report = report ? report : &own};
	tt_status st;
	if (a.options->executor && !tt_executor_find(a.options->executor))
		st = tt_fail(err, TT_ERR_USAGE, "there is no executor '%s': local or slurm was expected",
		             a.options->executor);
	else
		st = run(&a, test_path, out_dir, err);
	clear(&a);
	tt_report_clear(&own);
	return st;
}
