/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/session.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HEARTBEAT_S = 5, RING = 64 };

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- news for the pages ---- */

void tt_session_tell(tt_session *s, const char *event, void *json)
{
	char *data = json ? json_dumps(json, JSON_COMPACT) : NULL, *text = NULL;
	json_decref(json);
	if (data) {
		size_t n = strlen(event) + strlen(data) + 20;
		text = malloc(n);
		if (text) snprintf(text, n, "event: %s\ndata: %s\n\n", event, data);
	}
	free(data);
	if (!text) return;
	pthread_mutex_lock(&s->lock);
	tt_event *e = &s->event[s->events % RING];
	free(e->text);
	*e = (tt_event){++s->events, text};
	pthread_cond_broadcast(&s->news);
	pthread_mutex_unlock(&s->lock);
}

/* state: the number of the last event that this page was told, from the moment it came. */
long tt_session_events(void *session, uint64_t *state, char *buf, size_t most)
{
	tt_session *s = session;
	struct timespec until;
	long n = 0;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += HEARTBEAT_S;
	pthread_mutex_lock(&s->lock);
	if (*state == 0) *state = s->events + 1; /* one more than the last told */
	while (!s->ending && s->events < *state && pthread_cond_timedwait(&s->news, &s->lock, &until) == 0)
		;
	if (s->ending)
		n = -1;
	else if (s->events >= *state) {
		if (s->events - *state >= RING) *state = s->events - RING + 1; /* too slow: the oldest are gone */
		const tt_event *e = &s->event[(*state - 1) % RING];
		size_t size = strlen(e->text);
		if (size <= most) {
			memcpy(buf, e->text, size);
			n = (long)size;
		}
		(*state)++;
	}
	pthread_mutex_unlock(&s->lock);
	return n;
}

void tt_session_streams(void *session, int streams)
{
	tt_session *s = session;
	pthread_mutex_lock(&s->lock);
	s->streams = streams;
	s->idle_since_s = streams ? NAN : now_s();
	pthread_mutex_unlock(&s->lock);
}

/* ---- observations ---- */

tt_shared *tt_serve_hold(tt_serve_test *t)
{
	pthread_mutex_lock(&t->lock);
	tt_shared *s = t->seen;
	if (s) s->users++;
	pthread_mutex_unlock(&t->lock);
	return s;
}

static void let_go(tt_shared *s)
{
	if (!s || --s->users > 0) return;
	tt_observation_free(s->o);
	free(s);
}

void tt_serve_release(tt_serve_test *t, tt_shared *s)
{
	if (!s) return;
	pthread_mutex_lock(&t->lock);
	let_go(s);
	pthread_mutex_unlock(&t->lock);
}

/* Within a session a recording is taken to stay as it is; what is saved is analysed from the files again. */
static const char recording_of_session[] = "session";

bool tt_serve_fits(const tt_test *test, const tt_observation *o)
{
	char key[TT_KEY_SIZE];
	tt_error ignored;
	return tt_observation_key(test, recording_of_session, key, &ignored) == TT_OK &&
	       strcmp(key, tt_observation_key_of(o)) == 0;
}

const char **tt_serve_sets(const tt_serve_test *t, const char *const *sets, size_t n, size_t *all)
{
	const char **list = malloc((t->sets.n + n + 1) * sizeof *list);
	*all = 0;
	for (size_t i = 0; list && i < t->sets.n; i++)
		list[(*all)++] = t->sets.item[i];
	for (size_t i = 0; list && i < n; i++)
		list[(*all)++] = sets[i];
	return list;
}

tt_status tt_serve_read(const tt_serve_test *t, const char *const *sets, size_t n, tt_test **out, tt_error *err)
{
	size_t all;
	const char **list = tt_serve_sets(t, sets, n, &all);
	if (!list) return tt_fail_memory(err, t->path);
	tt_status st = tt_test_read(t->path, list, all, out, err);
	free(list);
	return st;
}

tt_status tt_serve_look(const tt_serve_test *t, const char *const *sets, size_t n, tt_test **out, char **missing,
                        tt_error *err)
{
	/* No result comes from these: evaluating reads the description as it is. */
	static const char *const stand_ins[] = {"specimen.width=1 nm", "specimen.thickness=1 nm",
	                                        "video.pixel_size=1 nm", "force.spring.stiffness=after-fracture"};
	enum { STAND_INS = sizeof stand_ins / sizeof *stand_ins };
	tt_error first;
	if (missing) *missing = NULL;
	const char **set = malloc((n + STAND_INS) * sizeof *set);
	if (!set) return tt_fail_memory(err, t->path);
	for (size_t i = 0; i < n; i++)
		set[i] = sets[i];
	tt_status st = tt_serve_read(t, set, n, out, &first);
	for (unsigned which = 1; st != TT_OK && which < 1u << STAND_INS; which++) {
		size_t all = n;
		for (unsigned i = 0; i < STAND_INS; i++)
			if (which & 1u << i) set[all++] = stand_ins[i];
		st = tt_serve_read(t, set, all, out, err);
		if (st == TT_OK && missing) *missing = strdup(first.message);
	}
	free(set);
	if (st != TT_OK && err) *err = first;
	return st;
}

/* ---- jobs, each on a thread of its own ---- */

typedef struct task {
	tt_session *session;
	size_t index;
	tt_test *test; /* to look at … */
	bool close;    /* … the frames around the fracture alone, or … */
	char *folder;  /* … to analyse into */
	double told_s;
} task;

static void on_progress(void *ctx, const tt_progress *p)
{
	task *k = ctx;
	tt_serve_test *t = &k->session->test[k->index];
	pthread_mutex_lock(&t->lock);
	snprintf(t->stage, sizeof t->stage, "%s", p->stage ? p->stage : "");
	t->done = p->done;
	t->total = p->total;
	pthread_mutex_unlock(&t->lock);
	if (now_s() - k->told_s < 0.2) return;
	k->told_s = now_s();
	tt_session_tell(k->session, "progress",
	                json_pack("{s:i,s:s,s:I,s:I}", "test", (int)k->index, "stage", p->stage ? p->stage : "", "done",
	                          (json_int_t)p->done, "total", (json_int_t)p->total));
}

/* The recording's edges at the fracture that the present observation and description show. */
static tt_status do_look_close(task *k, const tt_job *job, tt_error *err)
{
	tt_serve_test *t = &k->session->test[k->index];
	tt_shared *seen = tt_serve_hold(t);
	tt_force_log *log = NULL, *empty = NULL;
	tt_result *r = NULL;
	tt_closeup close = {0};
	tt_evaluate_options o = tt_evaluate_defaults();
	o.draws = 0;
	tt_status st = seen && tt_serve_fits(k->test, seen->o)
	                   ? tt_test_read_logs(k->test, &log, &empty, err)
	                   : tt_fail(err, TT_ERR_USAGE, "the recording has to be looked at first");
	if (st == TT_OK) st = tt_evaluate(seen->o, log, empty, k->test, &o, job, &r, err);
	if (st == TT_OK && r->fracture >= 0) {
		tt_look look = r->look;
		look.has_pair = false; /* the difference is the report's */
		st = tt_look_close(k->test, seen->o, &look, job, &close, err);
	}
	if (st == TT_OK) {
		pthread_mutex_lock(&t->lock);
		t->gap = (tt_serve_gap){.looked = true,
		                        .fracture = r->fracture,
		                        .has_gap = close.has_gap,
		                        .gap = close.gap,
		                        .frame = close.gap_frame};
		snprintf(t->gap.reason, sizeof t->gap.reason, "%s", close.gap_reason);
		pthread_mutex_unlock(&t->lock);
	}
	tt_closeup_clear(&close);
	tt_result_free(r);
	tt_force_log_free(log);
	tt_force_log_free(empty);
	tt_serve_release(t, seen);
	if (st == TT_OK) tt_session_tell(k->session, "close", json_pack("{s:i}", "test", (int)k->index));
	return st;
}

bool tt_serve_gap_of(tt_serve_test *t, const tt_result *r, tt_closeup *closeup)
{
	pthread_mutex_lock(&t->lock);
	const tt_serve_gap g = t->gap;
	pthread_mutex_unlock(&t->lock);
	*closeup = (tt_closeup){0};
	if (!g.looked || g.fracture != r->fracture) return false;
	closeup->has_gap = g.has_gap;
	closeup->gap = g.gap;
	closeup->gap_frame = g.frame;
	snprintf(closeup->gap_reason, sizeof closeup->gap_reason, "%s", g.reason);
	return true;
}

static void take(tt_serve_test *t, tt_shared *made, double seconds)
{
	made->users = 1;
	pthread_mutex_lock(&t->lock);
	let_go(t->seen);
	t->seen = made;
	t->seen_s = seconds;
	t->gap.looked = false;
	pthread_mutex_unlock(&t->lock);
}

/* What an analysis kept, when it is of this recording as it is now. */
static tt_observation *kept(const tt_serve_test *t, const tt_test *test)
{
	size_t n;
	tt_error ignored;
	tt_observation *o = NULL;
	const char **sets = t->results ? tt_serve_sets(t, NULL, 0, &n) : NULL;
	if (sets) tt_results_observation(t->results, test, sets, n, &o, &ignored);
	free(sets);
	return o;
}

static tt_status do_observe(task *k, const tt_job *job, tt_error *err)
{
	tt_serve_test *t = &k->session->test[k->index];
	char key[TT_KEY_SIZE];
	tt_error ignored = {0};
	const double start = now_s();
	tt_shared *made = calloc(1, sizeof *made);
	if (!made) return tt_fail_memory(err, "the observation");
	tt_status st = tt_observation_key(k->test, recording_of_session, key, err);
	if (st == TT_OK && isnan(t->seen_s)) made->o = kept(t, k->test);
	if (st == TT_OK && !made->o) st = tt_observe(k->test, NULL, job, &made->o, err);
	if (st != TT_OK) {
		free(made);
		return st;
	}
	tt_observation_mark(made->o, key);
	take(t, made, now_s() - start);
	tt_session_tell(k->session, "ready", json_pack("{s:i}", "test", (int)k->index));
	/* what cannot be evaluated is said to who asks for the result */
	tt_status close = do_look_close(k, job, &ignored);
	if (close != TT_ERR_INTERRUPTED) return TT_OK;
	*err = ignored;
	return close;
}

static tt_status do_analyze(task *k, const tt_job *job, tt_error *err)
{
	tt_serve_test *t = &k->session->test[k->index];
	tt_report report = {0};
	size_t n;
	const char **sets = tt_serve_sets(t, NULL, 0, &n);
	if (!sets) return tt_fail_memory(err, t->path);
	const tt_analyze_options o = {.sets = sets, .n_sets = n};
	tt_status st = tt_analyze(t->path, k->folder, &o, job, &report, err);
	free(sets);
	tt_report_clear(&report);
	if (st == TT_OK) {
		char says[1200];
		snprintf(says, sizeof says, "The analysis is in %s; open report.html there.", k->folder);
		tt_session_tell(k->session, "saved",
		                json_pack("{s:i,s:s,s:s}", "test", (int)k->index, "says", says, "folder", k->folder));
	}
	return st;
}

static void *run(void *ctx)
{
	task *k = ctx;
	tt_session *s = k->session;
	tt_serve_test *t = &s->test[k->index];
	tt_error err = {0};
	const tt_job job = {.threads = s->threads, .on_progress = on_progress, .ctx = k, .cancel = &t->cancel};
	tt_status st = k->folder  ? do_analyze(k, &job, &err)
	               : k->close ? do_look_close(k, &job, &err)
	                          : do_observe(k, &job, &err);
	pthread_mutex_lock(&t->lock);
	t->running = false;
	snprintf(t->failed, sizeof t->failed, "%s", st == TT_OK ? "" : err.message);
	pthread_mutex_unlock(&t->lock);
	if (st != TT_OK)
		tt_session_tell(s, "failed", json_pack("{s:i,s:s}", "test", (int)k->index, "error", err.message));
	tt_test_free(k->test);
	free(k->folder);
	free(k);
	pthread_mutex_lock(&s->lock);
	s->jobs--;
	pthread_cond_broadcast(&s->news);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* Takes k, also on failure. */
static tt_status start(task *k, tt_error *err)
{
	tt_session *s = k->session;
	tt_serve_test *t = &s->test[k->index];
	pthread_t thread;
	pthread_attr_t detached;
	pthread_mutex_lock(&t->lock);
	bool busy = t->running;
	if (!busy) {
		t->running = true;
		t->cancel = 0;
		t->failed[0] = 0;
	}
	pthread_mutex_unlock(&t->lock);
	tt_status st =
	    busy ? tt_fail(err, TT_ERR_USAGE, "this test is being worked on; wait for it or cancel it") : TT_OK;
	if (st == TT_OK) {
		pthread_mutex_lock(&s->lock);
		s->jobs++;
		pthread_mutex_unlock(&s->lock);
		pthread_attr_init(&detached);
		pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
		if (pthread_create(&thread, &detached, run, k) != 0) {
			st = tt_fail(err, TT_ERR_FAILED, "no thread could be started for the job");
			pthread_mutex_lock(&s->lock);
			s->jobs--;
			pthread_mutex_unlock(&s->lock);
			pthread_mutex_lock(&t->lock);
			t->running = false;
			pthread_mutex_unlock(&t->lock);
		}
		pthread_attr_destroy(&detached);
	}
	if (st != TT_OK) {
		tt_test_free(k->test);
		free(k->folder);
		free(k);
	}
	return st;
}

static tt_status start_look(tt_session *s, size_t i, bool close, const char *const *sets, size_t n, tt_error *err)
{
	task *k = calloc(1, sizeof *k);
	if (!k) return tt_fail_memory(err, "the job");
	*k = (task){.session = s, .index = i, .close = close};
	tt_status st = tt_serve_read(&s->test[i], sets, n, &k->test, err);
	if (st == TT_OK) return start(k, err);
	free(k);
	return st;
}

tt_status tt_serve_observe(tt_session *s, size_t i, const char *const *sets, size_t n, tt_error *err)
{
	return start_look(s, i, false, sets, n, err);
}

tt_status tt_serve_look_close(tt_session *s, size_t i, const char *const *sets, size_t n, tt_error *err)
{
	return start_look(s, i, true, sets, n, err);
}

tt_status tt_serve_analyze(tt_session *s, size_t i, const char *folder, tt_error *err)
{
	task *k = calloc(1, sizeof *k);
	if (!k) return tt_fail_memory(err, "the job");
	*k = (task){.session = s, .index = i, .folder = strdup(folder)};
	if (k->folder) return start(k, err);
	free(k);
	return tt_fail_memory(err, "the job");
}

void tt_serve_cancel(tt_serve_test *t)
{
	t->cancel = 1;
}

/* ---- open and close ---- */

tt_status tt_session_open(const char *const *paths, size_t n, int threads, tt_session **out, tt_error *err)
{
	tt_session *s = calloc(1, sizeof *s);
	*out = s;
	if (!s || !(s->test = calloc(TT_SESSION_MOST, sizeof *s->test))) return tt_fail_memory(err, "the workbench");
	pthread_mutex_init(&s->opening, NULL);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->news, NULL);
	s->threads = threads;
	s->idle_since_s = now_s();
	tt_status st = TT_OK;
	size_t first;
	for (size_t i = 0; i < n && st == TT_OK; i++)
		st = tt_session_add(s, paths[i], &first, err);
	return st;
}

size_t tt_session_size(tt_session *s)
{
	pthread_mutex_lock(&s->lock);
	size_t n = s->n;
	pthread_mutex_unlock(&s->lock);
	return n;
}

static void close_test(tt_serve_test *t)
{
	let_go(t->seen);
	tt_source_close(t->source);
	free(t->source_key);
	free(t->place);
	free(t->path);
	free(t->name);
	free(t->group);
	free(t->results);
	tt_strings_free(&t->sets);
	pthread_mutex_destroy(&t->lock);
	pthread_mutex_destroy(&t->frames_lock);
}

void tt_session_close(tt_session *s)
{
	if (!s) return;
	if (!s->test) {
		free(s);
		return;
	}
	for (size_t i = 0; i < s->n; i++)
		tt_serve_cancel(&s->test[i]);
	pthread_mutex_lock(&s->lock);
	s->ending = 1;
	pthread_cond_broadcast(&s->news);
	while (s->jobs > 0)
		pthread_cond_wait(&s->news, &s->lock);
	pthread_mutex_unlock(&s->lock);
	for (size_t i = 0; i < s->n; i++)
		close_test(&s->test[i]);
	for (size_t i = 0; i < RING; i++)
		free(s->event[i].text);
	for (size_t i = 0; i < s->roots; i++)
		free(s->root[i]);
	free(s->test);
	pthread_mutex_destroy(&s->opening);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->news);
	free(s);
}
