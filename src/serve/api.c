/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/api.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "serve/picture.h"
#include "serve/result_json.h"
#include "serve/variants.h"
#include "serve/web.h"
#include "temtensile/report.h"
#include "temtensile/schema.h"

enum { LOG_ROWS = 3000 };

/* ---- answers ---- */

void tt_reply_json(tt_reply *out, json_t *j)
{
	out->type = "application/json; charset=utf-8";
	out->data = j ? json_dumps(j, JSON_COMPACT) : NULL;
	json_decref(j);
	if (out->data) {
		out->size = strlen(out->data);
		return;
	}
	static const char failed[] = "{\"error\":\"out of memory\"}";
	*out = (tt_reply){.status = 500,
	                  .type = "application/json; charset=utf-8",
	                  .data = (void *)failed,
	                  .size = sizeof failed - 1,
	                  .fixed = true};
}

void tt_reply_error(tt_reply *out, tt_status st, const tt_error *err)
{
	tt_reply_json(out, json_pack("{s:s}", "error", err->message));
	out->status = st == TT_ERR_INPUT || st == TT_ERR_USAGE ? 400 : 500;
}

static void reply_status(tt_reply *out, int status, const char *sentence)
{
	tt_reply_json(out, json_pack("{s:s}", "error", sentence));
	out->status = status;
}

static void reply_file(tt_reply *out, const char *name)
{
	static const struct {
		const char *ending, *type;
	} types[] = {{".html", "text/html; charset=utf-8"},
	             {".js", "text/javascript; charset=utf-8"},
	             {".css", "text/css; charset=utf-8"}};
	const tt_web_file *f = tt_web_file_find(name);
	const char *dot = strrchr(name, '.');
	if (!f || !dot) {
		reply_status(out, 404, "there is nothing of that name");
		return;
	}
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(dot, types[i].ending) == 0) out->type = types[i].type;
	*out = (tt_reply){.type = out->type, .data = (void *)f->data, .size = f->size, .fixed = true};
}

/* ---- questions ---- */

static tt_serve_test *test_of_query(tt_session *s, const tt_http_request *r, tt_error *err)
{
	const char *text = tt_http_query(r, "test");
	char *end;
	unsigned long i = text ? strtoul(text, &end, 10) : 0;
	if ((text && (end == text || *end)) || i >= tt_session_size(s)) {
		tt_fail(err, TT_ERR_INPUT, "there is no test %s", text ? text : "0");
		return NULL;
	}
	return &s->test[i];
}

static bool number_of_query(const tt_http_request *r, const char *key, double otherwise, double *out)
{
	const char *text = tt_http_query(r, key);
	char *end;
	*out = otherwise;
	if (!text) return true;
	*out = strtod(text, &end);
	return end != text && !*end && isfinite(*out);
}

static json_t *tests_json(tt_session *s)
{
	json_t *tests = json_array();
	const size_t n = tt_session_size(s);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(tests,
		                      json_pack("{s:s,s:s,s:s?,s:i}", "name", s->test[i].name, "path", s->test[i].path,
		                                "group", s->test[i].group, "overrides", (int)s->test[i].sets.n));
	return tests;
}

static void get_state(tt_session *s, const tt_http_request *r, tt_reply *out)
{
	(void)r;
	tt_reply_json(out, json_pack("{s:s,s:o}", "version", tt_version(), "tests", tests_json(s)));
}

/* The table of keys, and of each whether the pixels have to be looked at again for it. */
static void get_schema(tt_session *s, const tt_http_request *r, tt_reply *out)
{
	char *text = NULL;
	size_t i;
	json_t *key;
	tt_error err;
	(void)s;
	(void)r;
	tt_status st = tt_description_keys_json("test", &text, &err);
	if (st != TT_OK) {
		tt_reply_error(out, st, &err);
		return;
	}
	json_t *all = json_loads(text, 0, NULL);
	free(text);
	json_array_foreach(json_object_get(all, "keys"), i, key)
	{
		const char *path = json_string_value(json_object_get(key, "key"));
		json_object_set_new(key, "pixels", json_boolean(path && tt_observation_needs(path)));
	}
	tt_reply_json(out, all);
}

/* At most LOG_ROWS rows: of each stretch the first, and those with the smallest and the largest force, so that no peak
 * is lost. */
static json_t *log_json(const tt_force_log *log)
{
	json_t *time = json_array(), *force = json_array(), *displacement = json_array();
	size_t step = log ? log->n / (LOG_ROWS / 3) + 1 : 1;
	for (size_t i = 0; log && i < log->n; i += step) {
		size_t pick[3] = {i, i, i}, end = i + step < log->n ? i + step : log->n;
		for (size_t k = i; k < end; k++) {
			if (log->force_N[k] < log->force_N[pick[1]]) pick[1] = k;
			if (log->force_N[k] > log->force_N[pick[2]]) pick[2] = k;
		}
		if (pick[1] > pick[2]) {
			size_t t = pick[1];
			pick[1] = pick[2];
			pick[2] = t;
		}
		for (int k = 0; k < 3; k++) {
			if (k && pick[k] == pick[k - 1]) continue;
			json_array_append_new(time, json_real(log->time_s[pick[k]]));
			json_array_append_new(force, json_real(log->force_N[pick[k]]));
			json_array_append_new(displacement, json_real(log->displacement_m[pick[k]]));
		}
	}
	return json_pack("{s:o,s:o,s:o}", "time", time, "force", force, "displacement", displacement);
}

static json_t *frame_times(const tt_observation *o, const tt_recording_facts *facts, json_t **numbers)
{
	json_t *times = json_array();
	*numbers = json_array();
	if (o) {
		for (size_t i = 0; i < tt_observation_frames(o); i++) {
			tt_observed_frame f;
			tt_observation_frame(o, i, &f);
			json_array_append_new(times, json_real(f.time_s));
			json_array_append_new(*numbers, json_integer(f.number));
		}
	} else { /* until the recording has been looked at: as the container says */
		for (int64_t i = 0; i < facts->frames && i < 2000000; i++) {
			json_array_append_new(times,
			                      json_real(facts->frame_rate > 0 ? (double)i / facts->frame_rate : 0));
			json_array_append_new(*numbers, json_integer(i));
		}
	}
	return times;
}

/* What the description says, key by key. */
static json_t *values_json(const tt_serve_test *t)
{
	char *text = NULL;
	json_error_t wrong;
	tt_error ignored;
	json_t *j = tt_description_values(t->path, &text, &ignored) == TT_OK ? json_loads(text, 0, &wrong) : NULL;
	free(text);
	return j ? j : json_object();
}

static json_t *probe_json(const tt_test *test, const tt_recording_facts *facts, const tt_force_log *log,
                          const tt_error *log_err)
{
	char *b = NULL;
	tt_error ignored;
	if (log) tt_force_log_report(log, &b, &ignored);
	const char *about = b ? b : test->force.file ? log_err->message : "no log is described";
	size_t n = strlen(test->video.file) + strlen(facts->words) + strlen(about) + 64;
	char *a = malloc(n);
	if (a) snprintf(a, n, "%s\n%s\n\n%s", test->video.file, facts->words, about);
	json_t *j = json_string(a ? a : "");
	free(a);
	free(b);
	return j;
}

/* Everything that `temtensile probe` says of the recording; all its frames are decoded for it. */
static void get_probe(tt_session *s, const tt_http_request *r, tt_reply *out)
{
	tt_error err = {0};
	tt_serve_test *t = test_of_query(s, r, &err);
	tt_test *test = NULL;
	char *text = NULL;
	tt_status st = t ? tt_serve_look(t, NULL, 0, &test, NULL, &err) : TT_ERR_INPUT;
	if (st == TT_OK) {
		const tt_source_options o = {.stream = test->video.stream,
		                             .frame_rate = test->video.frame_rate,
		                             .threads = s->threads,
		                             .cancel = &s->ending};
		const tt_job job = {.threads = s->threads, .cancel = &s->ending};
		st = tt_source_probe(test->video.file, &o, &job, &text, &err);
	}
	if (st == TT_OK)
		tt_reply_json(out, json_pack("{s:s}", "text", text));
	else
		tt_reply_error(out, st, &err);
	free(text);
	tt_test_free(test);
}

static bool is_running(tt_serve_test *t)
{
	pthread_mutex_lock(&t->lock);
	bool running = t->running;
	pthread_mutex_unlock(&t->lock);
	return running;
}

static void get_test(tt_session *s, const tt_http_request *r, tt_reply *out)
{
	tt_error err = {0}, log_err = {0};
	tt_serve_test *t = test_of_query(s, r, &err);
	tt_test *test = NULL;
	tt_force_log *log = NULL, *empty = NULL;
	tt_recording_facts facts = {0};
	char *missing = NULL;
	tt_status st = t ? tt_serve_look(t, NULL, 0, &test, &missing, &err) : TT_ERR_INPUT;
	if (st == TT_OK) st = tt_serve_facts(t, test, &facts, &err);
	if (st != TT_OK) {
		tt_reply_error(out, st, &err);
		tt_test_free(test);
		free(missing);
		return;
	}
	tt_test_read_logs(test, &log, &empty, &log_err);
	tt_shared *seen = tt_serve_hold(t);
	json_t *numbers, *times = frame_times(seen ? seen->o : NULL, &facts, &numbers);
	double pixel = isnan(test->video.pixel_size.value) ? facts.pixel_size_m : test->video.pixel_size.value;
	tt_reply_json(out,
	              json_pack("{s:s?,s:s,s:s,s:i,s:i,s:o,s:f,s:f,s:b,s:b,s:o,s:o,s:o,s:o,s:o,s:s}", "missing",
	                        missing, "name", t->name, "video", test->video.file, "width", facts.width, "height",
	                        facts.height, "pixel_size", isfinite(pixel) ? json_real(pixel) : json_null(), "black",
	                        facts.black, "white", facts.white, "ready", seen != NULL, "running", is_running(t),
	                        "times", times, "numbers", numbers, "log", log_json(log), "values", values_json(t),
	                        "probe", probe_json(test, &facts, log, &log_err), "path", t->path));
	tt_serve_release(t, seen);
	free(missing);
	tt_force_log_free(log);
	tt_force_log_free(empty);
	tt_test_free(test);
}

static void get_frame(tt_session *s, const tt_http_request *r, tt_reply *out)
{
	tt_error err = {0};
	tt_serve_test *t = test_of_query(s, r, &err);
	tt_test *test = NULL;
	double n = 0, w = 0, black = NAN, white = NAN;
	tt_status st = t ? TT_OK : TT_ERR_INPUT;
	if (st == TT_OK && !(number_of_query(r, "n", 0, &n) && number_of_query(r, "w", 0, &w) &&
	                     number_of_query(r, "black", NAN, &black) && number_of_query(r, "white", NAN, &white) &&
	                     n >= 0 && n < 1e12 && w >= 0 && w <= 16384))
		st = tt_fail(&err, TT_ERR_INPUT, "a frame is asked for by n, w, black and white");
	if (st == TT_OK) st = tt_serve_look(t, NULL, 0, &test, NULL, &err);
	tt_picture_wish wish = {.time_s = NAN};
	if (st == TT_OK) {
		wish = (tt_picture_wish){(int64_t)n, NAN, (int)w, black, white};
		tt_shared *seen = tt_serve_hold(t);
		if (seen && (size_t)n < tt_observation_frames(seen->o)) {
			tt_observed_frame f;
			tt_observation_frame(seen->o, (size_t)n, &f);
			wish.number = f.number;
			wish.time_s = f.time_s;
		}
		tt_serve_release(t, seen);
		unsigned char *data = NULL;
		size_t size = 0;
		st = tt_serve_picture(t, test, &wish, &data, &size, &err);
		if (st == TT_OK) *out = (tt_reply){.type = "image/jpeg", .data = data, .size = size};
	}
	if (st != TT_OK) tt_reply_error(out, st, &err);
	tt_test_free(test);
}

static json_t *point(double x, double y)
{
	return isfinite(x) && isfinite(y) ? json_pack("[f,f]", round(x * 100) / 100, round(y * 100) / 100)
	                                  : json_pack("[n,n]");
}

/* Where the subsets and the gauge's ends are in a frame. */
static void get_places(tt_session *s, const tt_http_request *r, tt_reply *out)
{
	tt_error err = {0};
	double n = 0;
	tt_serve_test *t = test_of_query(s, r, &err);
	tt_shared *seen = t ? tt_serve_hold(t) : NULL;
	if (!seen || !number_of_query(r, "n", 0, &n) || !(n >= 0) || (size_t)n >= tt_observation_frames(seen->o)) {
		tt_serve_release(t, seen);
		reply_status(out, 404, "nothing is known of that frame");
		return;
	}
	tt_observed_frame f;
	const float *place = tt_observation_subset_places(seen->o, (size_t)n);
	json_t *points = json_array(), *ends = json_null();
	tt_observation_frame(seen->o, (size_t)n, &f);
	for (size_t i = 0; place && i < tt_observation_subsets(seen->o); i++)
		json_array_append_new(points, point((double)place[2 * i], (double)place[2 * i + 1]));
	if (f.known) ends = json_pack("[o,o]", point(f.end[0][0], f.end[0][1]), point(f.end[1][0], f.end[1][1]));
	tt_serve_release(t, seen);
	tt_reply_json(out, json_pack("{s:o,s:o}", "points", points, "ends", ends));
}

/* ---- what changes something ---- */

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

typedef struct evaluation {
	tt_test *test;
	tt_force_log *log, *empty;
	tt_shared *seen;
	tt_result *r;
	tt_closeup close;
	bool has_close;
	bool needs_pixels;
} evaluation;

static tt_status evaluate(tt_session *s, const tt_call *c, evaluation *e, tt_error *err)
{
	tt_serve_test *t = &s->test[c->test];
	double draws;
	tt_status st = tt_call_number(c, "draws", 0, -1, 1e6, &draws, err);
	if (st == TT_OK) st = tt_serve_read(t, c->set, c->n_sets, &e->test, err);
	if (st != TT_OK) return st;
	e->seen = tt_serve_hold(t);
	e->needs_pixels = !e->seen || !tt_serve_fits(e->test, e->seen->o);
	if (e->needs_pixels) return TT_OK;
	st = tt_test_read_logs(e->test, &e->log, &e->empty, err);
	tt_evaluate_options o = tt_evaluate_defaults();
	o.draws = (long)draws;
	const tt_job job = {.threads = s->threads};
	if (st == TT_OK) st = tt_evaluate(e->seen->o, e->log, e->empty, e->test, &o, &job, &e->r, err);
	if (st == TT_OK) {
		e->has_close = tt_serve_gap_of(t, e->r, &e->close);
		tt_result_give_edges(e->r, e->test, e->seen->o, &e->close);
		e->has_close = e->has_close || e->close.edges_given;
	}
	return st;
}

static void clear(tt_session *s, const tt_call *c, evaluation *e)
{
	tt_result_free(e->r);
	tt_force_log_free(e->log);
	tt_force_log_free(e->empty);
	tt_serve_release(&s->test[c->test], e->seen);
	tt_test_free(e->test);
}

/* Before anything is looked at: that it has to be, and how long it took the last time. */
static void tell_pixels(tt_session *s, const tt_call *c, tt_reply *out)
{
	tt_serve_test *t = &s->test[c->test];
	pthread_mutex_lock(&t->lock);
	const double seconds = t->seen_s;
	pthread_mutex_unlock(&t->lock);
	tt_reply_json(out, json_pack("{s:b,s:o,s:b}", "needs_pixels", 1, "seconds",
	                             isfinite(seconds) ? json_real(seconds) : json_null(), "running", is_running(t)));
}

static void post_evaluate(tt_session *s, const tt_call *c, tt_reply *out)
{
	evaluation e = {0};
	tt_error err = {0};
	double start = now_ms();
	tt_status st = evaluate(s, c, &e, &err);
	/* a setting that does not do is an answer, not a failure of the server */
	if (st != TT_OK)
		tt_reply_json(out, json_pack("{s:s}", "error", err.message));
	else if (e.needs_pixels)
		tell_pixels(s, c, out);
	else
		tt_reply_json(out,
		              tt_result_json(e.seen->o, e.test, e.r, e.has_close ? &e.close : NULL, now_ms() - start));
	clear(s, c, &e);
}

static void post_observe(tt_session *s, const tt_call *c, tt_reply *out)
{
	tt_error err = {0};
	tt_status st = tt_serve_observe(s, c->test, c->set, c->n_sets, &err);
	if (st != TT_OK)
		tt_reply_json(out, json_pack("{s:s}", "error", err.message));
	else
		tt_reply_json(out, json_pack("{s:b}", "started", 1));
}

static void post_close(tt_session *s, const tt_call *c, tt_reply *out)
{
	tt_error err = {0};
	tt_status st = tt_serve_look_close(s, c->test, c->set, c->n_sets, &err);
	if (st != TT_OK)
		tt_reply_json(out, json_pack("{s:s}", "error", err.message));
	else
		tt_reply_json(out, json_pack("{s:b}", "started", 1));
}

static void post_cancel(tt_session *s, const tt_call *c, tt_reply *out)
{
	tt_serve_cancel(&s->test[c->test]);
	tt_reply_json(out, json_pack("{s:b}", "cancelled", 1));
}

static void post_save(tt_session *s, const tt_call *c, tt_reply *out)
{
	tt_error err = {0};
	char folder[PATH_MAX];
	tt_serve_test *t = &s->test[c->test];
	tt_test *test = NULL;
	/* what cannot be read is not written */
	tt_status st = tt_serve_read(t, c->set, c->n_sets, &test, &err);
	const json_t *variants = json_object_get(c->json, "variants");
	char study[PATH_MAX] = "";
	if (st == TT_OK && json_array_size(variants) > 1)
		st = tt_variants_save(t->path, variants, study, sizeof study, &err);
	if (st == TT_OK) st = tt_description_edit(t->path, c->set, c->n_sets, &err);
	tt_results_folder(t->path, folder, sizeof folder);
	if (st == TT_OK) st = tt_serve_analyze(s, c->test, folder, &err);
	tt_test_free(test);
	if (st != TT_OK) {
		tt_reply_error(out, st, &err);
		return;
	}
	char says[3 * PATH_MAX + 200];
	snprintf(says, sizeof says,
	         study[0] ? "%s is saved, its variants as the study %s; the analysis goes to %s"
	                  : "%s is saved%s; the analysis goes to %s",
	         t->path, study, folder);
	tt_reply_json(out, json_pack("{s:s,s:s,s:s}", "says", says, "folder", folder, "study", study));
}

static void post_export(tt_session *s, const tt_call *c, tt_reply *out)
{
	evaluation e = {0};
	tt_error err = {0};
	const char *format;
	double width;
	unsigned char *data = NULL;
	size_t size = 0;
	tt_status st = tt_call_text(c, "format", "csv", &format, &err);
	if (st == TT_OK) st = tt_call_number(c, "width_mm", 85, 30, 500, &width, &err);
	if (st == TT_OK) st = evaluate(s, c, &e, &err);
	if (st == TT_OK && e.needs_pixels)
		st = tt_fail(&err, TT_ERR_USAGE, "the recording has to be looked at before its curve can be exported");
	if (st == TT_OK) st = tt_export_curve(e.test, e.r, format, width, &data, &size, &err);
	if (st != TT_OK) {
		tt_reply_error(out, st, &err);
	} else {
		*out = (tt_reply){.type = "application/octet-stream", .data = data, .size = size};
		snprintf(out->file_name, sizeof out->file_name,
		         strchr("csv tsv xlsx", format[0]) && strcmp(format, "svg") != 0 ? "curve.%s"
		                                                                         : "stress_strain.%s",
		         format);
	}
	clear(s, c, &e);
}

/* ---- the table ---- */

typedef struct asked {
	const char *route;
	void (*get)(tt_session *s, const tt_http_request *r, tt_reply *out);
	void (*post)(tt_session *s, const tt_call *c, tt_reply *out);
} asked;

static const asked routes[] = {
    {"api/state", get_state, NULL},    {"api/schema", get_schema, NULL},      {"api/test", get_test, NULL},
    {"api/frame", get_frame, NULL},    {"api/evaluate", NULL, post_evaluate}, {"api/observe", NULL, post_observe},
    {"api/places", get_places, NULL},  {"api/cancel", NULL, post_cancel},     {"api/save", NULL, post_save},
    {"api/export", NULL, post_export}, {"api/probe", get_probe, NULL},        {"api/close", NULL, post_close},
    {"api/gauge", NULL, tt_api_gauge}, {"api/files", tt_api_files, NULL},     {"api/open", NULL, tt_api_open},
};

static void handle_post(tt_session *s, const asked *a, const tt_http_request *r, tt_reply *out)
{
	tt_call call;
	tt_error err = {0};
	tt_status st = tt_call_read(r->body, r->size, &call, &err);
	if (st == TT_OK && call.test >= tt_session_size(s)) {
		st = tt_fail(&err, TT_ERR_INPUT, "there is no test %zu", call.test);
		tt_call_clear(&call);
	}
	if (st != TT_OK) {
		tt_reply_error(out, st, &err);
		return;
	}
	a->post(s, &call, out);
	tt_call_clear(&call);
}

void tt_api_handle(void *ctx, const tt_http_request *r, tt_reply *out)
{
	tt_session *s = ctx;
	if (strcmp(r->route, "api/events") == 0 && !r->body) {
		out->stream = true;
		return;
	}
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		const asked *a = &routes[i];
		if (strcmp(r->route, a->route) != 0) continue;
		if (r->body && a->post)
			handle_post(s, a, r, out);
		else if (!r->body && a->get)
			a->get(s, r, out);
		else
			reply_status(out, 405, "this is asked for in another way");
		return;
	}
	if (strncmp(r->route, "results/", 8) == 0 && !r->body) {
		tt_api_result(s, r->route + 8, out);
		return;
	}
	reply_file(out, r->route[0] ? r->route : "index.html");
}
