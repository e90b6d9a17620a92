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

tt_status tt_serve_read(const tt_serve_test *t, const char *const *sets, size_t n, tt_test **out, tt_error *err)
{
	return tt_test_read(t->path, sets, n, out, err);
}

tt_status tt_serve_look(const tt_serve_test *t, tt_test **out, char **missing, tt_error *err)
{
	/* No result comes from these: evaluating reads the description as it is. */
	static const char *const stand_ins[] = {"specimen.width=1 nm", "specimen.thickness=1 nm",
	                                        "video.pixel_size=1 nm", "force.spring.stiffness=after-fracture"};
	enum { STAND_INS = sizeof stand_ins / sizeof *stand_ins };
	tt_error first;
	if (missing) *missing = NULL;
	tt_status st = tt_serve_read(t, NULL, 0, out, &first);
	for (unsigned which = 1; st != TT_OK && which < 1u << STAND_INS; which++) {
		const char *set[STAND_INS];
		size_t n = 0;
		for (unsigned i = 0; i < STAND_INS; i++)
			if (which & 1u << i) set[n++] = stand_ins[i];
		st = tt_serve_read(t, set, n, out, err);
		if (st == TT_OK && missing) *missing = strdup(first.message);
	}
	if (st != TT_OK && err) *err = first;
	return st;
}

/* ---- jobs, each on a thread of its own ---- */

typedef struct task {
	tt_session *session;
	size_t index;
	tt_test *test;       /* to observe … */
	char *path, *folder; /* … or to analyse */
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

static tt_status do_observe(task *k, const tt_job *job, tt_error *err)
{
	tt_serve_test *t = &k->session->test[k->index];
	char key[TT_KEY_SIZE];
	tt_shared *made = calloc(1, sizeof *made);
	if (!made) return tt_fail_memory(err, "the observation");
	tt_status st = tt_observation_key(k->test, recording_of_session, key, err);
	if (st == TT_OK) st = tt_observe(k->test, NULL, job, &made->o, err);
	if (st != TT_OK) {
		free(made);
		return st;
	}
	tt_observation_mark(made->o, key);
	made->users = 1;
	pthread_mutex_lock(&t->lock);
	let_go(t->seen);
	t->seen = made;
	pthread_mutex_unlock(&t->lock);
	tt_session_tell(k->session, "ready", json_pack("{s:i}", "test", (int)k->index));
	return TT_OK;
}

static tt_status do_analyze(task *k, const tt_job *job, tt_error *err)
{
	tt_report report = {0};
	tt_status st = tt_analyze(k->path, k->folder, NULL, job, &report, err);
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
	tt_status st = k->test ? do_observe(k, &job, &err) : do_analyze(k, &job, &err);
	pthread_mutex_lock(&t->lock);
	t->running = false;
	snprintf(t->failed, sizeof t->failed, "%s", st == TT_OK ? "" : err.message);
	pthread_mutex_unlock(&t->lock);
	if (st != TT_OK)
		tt_session_tell(s, "failed", json_pack("{s:i,s:s}", "test", (int)k->index, "error", err.message));
	tt_test_free(k->test);
	free(k->path);
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
		free(k->path);
		free(k->folder);
		free(k);
	}
	return st;
}

tt_status tt_serve_observe(tt_session *s, size_t i, const char *const *sets, size_t n, tt_error *err)
{
	task *k = calloc(1, sizeof *k);
	if (!k) return tt_fail_memory(err, "the job");
	*k = (task){.session = s, .index = i};
	tt_status st = tt_serve_read(&s->test[i], sets, n, &k->test, err);
	if (st == TT_OK) return start(k, err);
	free(k);
	return st;
}

tt_status tt_serve_analyze(tt_session *s, size_t i, const char *path, const char *folder, tt_error *err)
{
	task *k = calloc(1, sizeof *k);
	if (!k) return tt_fail_memory(err, "the job");
	*k = (task){.session = s, .index = i, .path = strdup(path), .folder = strdup(folder)};
	if (k->path && k->folder) return start(k, err);
	free(k->path);
	free(k->folder);
	free(k);
	return tt_fail_memory(err, "the job");
}

void tt_serve_cancel(tt_serve_test *t)
{
	t->cancel = 1;
}

/* ---- open and close ---- */

static tt_status open_test(tt_serve_test *t, const char *path, tt_error *err)
{
	tt_test *test = NULL;
	tt_error ignored;
	pthread_mutex_init(&t->lock, NULL);
	pthread_mutex_init(&t->frames_lock, NULL);
	t->next = -1;
	t->path = strdup(path);
	/* what a description still lacks is said where it is asked for */
	if (tt_test_read(path, NULL, 0, &test, &ignored) == TT_OK && test->name) t->name = strdup(test->name);
	tt_test_free(test);
	if (!t->name) {
		const char *slash = strrchr(path, '/');
		t->name = strdup(slash ? slash + 1 : path);
	}
	return t->path && t->name ? TT_OK : tt_fail_memory(err, path);
}

tt_status tt_session_open(const char *const *paths, size_t n, int threads, tt_session **out, tt_error *err)
{
	tt_session *s = calloc(1, sizeof *s);
	*out = s;
	if (!s || !(s->test = calloc(n ? n : 1, sizeof *s->test))) return tt_fail_memory(err, "the workbench");
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->news, NULL);
	s->threads = threads;
	s->idle_since_s = now_s();
	tt_status st = TT_OK;
	for (; s->n < n && st == TT_OK; s->n++)
		st = open_test(&s->test[s->n], paths[s->n], err);
	return st;
}

static void close_test(tt_serve_test *t)
{
	let_go(t->seen);
	tt_source_close(t->source);
	free(t->source_key);
	free(t->path);
	free(t->name);
	pthread_mutex_destroy(&t->lock);
	pthread_mutex_destroy(&t->frames_lock);
}

void tt_session_close(tt_session *s)
{
	if (!s) return;
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
	free(s->test);
	free(s->scratch);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->news);
	free(s);
}
