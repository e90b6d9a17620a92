/* The server as programs see it: a simulated test opened, observed, evaluated, exported, saved; and what strangers get.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <jansson.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "temtensile/report.h"
#include "temtensile/serve.h"
#include "temtensile/simulate.h"

static char address[128];
static volatile int stop;
static pthread_t thread;
static tt_status ended;

static void on_listening(void *ctx, const char *where)
{
	(void)ctx;
	snprintf(address, sizeof address, "%s", where);
}

static char description[1024];

static void *serve(void *ctx)
{
	const char *const paths[] = {description};
	const tt_workbench_options o = {.keep = true, .listening = on_listening};
	const tt_job job = {.cancel = &stop, .threads = 2};
	tt_error err;
	(void)ctx;
	ended = tt_workbench(paths, 1, &o, &job, &err);
	return NULL;
}

static void pause_ms(int ms)
{
	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

/* A small recording, and the workbench on it; once. */
static void start(void)
{
	static const char film[] =
	    "name: small\nseed: 3\ncontrol: {rate: 14 µN/s, approach: 3 s, hold: 1 s, unload_rate: 90 µN/s, after: 1 "
	    "s}\n"
	    "law: {fracture_strain: 4 %}\nvideo: {size: [240, 180], frame_rate: 4 Hz, codec: h264, crf: 18}\n"
	    "geometry: {width: 400 ± 8 nm}\n";
	if (address[0]) return;
	tt_error err;
	char folder[1000], spec[1024];
	tt_simulate_options options = tt_simulate_defaults();
	snprintf(folder, sizeof folder, "%s/test", check_tmp());
	snprintf(spec, sizeof spec, "%s/simulation.yaml", check_tmp());
	FILE *f = fopen(spec, "w");
	CHECK(f && fputs(film, f) >= 0 && fclose(f) == 0);
	CHECK_MSG(tt_simulate(spec, &options, folder, NULL, NULL, &err) == TT_OK, "%s", err.message);
	snprintf(description, sizeof description, "%s/test.yaml", folder);
	atexit(tt_canvas_forget_fonts);
	CHECK(pthread_create(&thread, NULL, serve, NULL) == 0);
	for (int i = 0; i < 500 && !address[0]; i++)
		pause_ms(10);
	CHECK(address[0]);
}

static int port(void)
{
	return atoi(strrchr(address, ':') + 1);
}

/* Sends the bytes, returns all that comes back (malloc'ed). */
static char *exchange(const char *bytes, size_t size, size_t *got)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port())};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int s = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(s >= 0 && connect(s, (struct sockaddr *)&to, sizeof to) == 0);
	for (size_t done = 0; done < size;) {
		ssize_t n = send(s, bytes + done, size - done, MSG_NOSIGNAL);
		if (n <= 0) break; /* the server may refuse before it has read all */
		done += (size_t)n;
	}
	char *text = NULL;
	size_t n = 0;
	for (ssize_t more = 1; more > 0; n += more > 0 ? (size_t)more : 0) {
		text = realloc(text, n + 65537);
		more = recv(s, text + n, 65536, 0);
	}
	close(s);
	text[n] = 0;
	if (got) *got = n;
	return text;
}

static int ask(const char *method, const char *route, const char *body, char **answer)
{
	char head[600];
	snprintf(head, sizeof head, "%s %s%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n%s", method,
	         strchr(address + 8, '/'), route, port(), body ? "Content-Type: application/json\r\n" : "");
	size_t n = strlen(head) + 100 + (body ? strlen(body) : 0);
	char *whole = malloc(n);
	if (body)
		snprintf(whole, n, "%sContent-Length: %zu\r\n\r\n%s", head, strlen(body), body);
	else
		snprintf(whole, n, "%s\r\n", head);
	char *text = exchange(whole, strlen(whole), NULL), *start_of_body = strstr(text, "\r\n\r\n");
	int status = strlen(text) > 12 ? atoi(text + 9) : 0;
	if (answer) *answer = start_of_body ? strdup(start_of_body + 4) : strdup("");
	free(text);
	free(whole);
	return status;
}

static json_t *ask_json(const char *route, const char *body)
{
	char *answer;
	json_error_t wrong;
	int status = ask(body ? "POST" : "GET", route, body, &answer);
	json_t *j = json_loads(answer, 0, &wrong);
	CHECK_MSG(status == 200 && j, "%s: %d %.200s", route, status, answer);
	free(answer);
	return j;
}

static json_t *evaluated(const char *sets)
{
	char body[400];
	snprintf(body, sizeof body, "{\"test\":0,\"sets\":[%s],\"draws\":0}", sets);
	return ask_json("api/evaluate", body);
}

static double property(const json_t *j, const char *id)
{
	size_t i;
	json_t *p;
	json_array_foreach(json_object_get(j, "properties"), i,
	                   p) if (strcmp(json_string_value(json_object_get(p, "id")), id) ==
	                          0) return json_number_value(json_object_get(p, "value"));
	return NAN;
}

static void observe(void)
{
	static bool done;
	start();
	if (done) return;
	json_decref(ask_json("api/observe", "{\"test\":0,\"sets\":[]}"));
	for (int i = 0; i < 600; i++) {
		json_t *j = evaluated("");
		done = !json_is_true(json_object_get(j, "needs_pixels"));
		json_decref(j);
		if (done) return;
		pause_ms(100);
	}
	CHECK_MSG(false, "the recording was not observed within a minute");
}

static void page_and_frames(void)
{
	char *answer;
	start();
	CHECK(ask("GET", "", NULL, &answer) == 200);
	CHECK_HAS(answer, "<title>temtensile workbench</title>");
	free(answer);
	CHECK(ask("GET", "app.js", NULL, NULL) == 200);
	CHECK(ask("GET", "nothing.js", NULL, NULL) == 404);
	CHECK(ask("GET", "api/frame?test=0&n=2&w=120", NULL, NULL) == 200);
	CHECK(ask("GET", "api/frame?test=0&n=999999", NULL, NULL) == 400);
	CHECK(ask("GET", "api/frame?test=7&n=1", NULL, NULL) == 400);
	CHECK(ask("GET", "api/frame?test=0&n=x", NULL, NULL) == 400);
	json_t *j = ask_json("api/test?test=0", NULL);
	CHECK(json_integer_value(json_object_get(j, "width")) == 240);
	CHECK(json_array_size(json_object_get(json_object_get(j, "log"), "time")) > 100);
	json_decref(j);
	j = ask_json("api/schema", NULL);
	CHECK(json_array_size(json_object_get(j, "keys")) > 40);
	json_decref(j);
}

static void settings_change_the_result(void)
{
	observe();
	json_t *plain = evaluated(""), *soft = evaluated("\"force.spring.stiffness=300 N/m\""), *other;
	double a = property(plain, "youngs_modulus_GPa"), b = property(soft, "youngs_modulus_GPa");
	CHECK_MSG(a > 50 && b > a, "E %g, and %g with a softer spring taken off", a, b);
	CHECK(json_array_size(json_object_get(plain, "decisions")) > 5);
	json_decref(plain);
	json_decref(soft);
	other = evaluated("\"gauge.from=[90, 90]\",\"gauge.to=[150, 90]\"");
	CHECK(json_is_true(json_object_get(other, "needs_pixels")));
	json_decref(other);
	char *answer;
	CHECK(ask("POST", "api/evaluate", "{\"sets\":[\"force.spring.stiffness=300 nm\"]}", &answer) == 200);
	CHECK_HAS(answer, "\"error\"");
	CHECK_HAS(answer, "force.spring.stiffness");
	free(answer);
}

static void exports(void)
{
	static const struct {
		const char *format, *begins;
	} forms[] = {{"csv", "frame,time_s"}, {"tsv", "Engineering strain\t"},
	             {"xlsx", "PK"},          {"svg", "<?xml"},
	             {"pdf", "%PDF"},         {"png", "\x89PNG"}};
	observe();
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		char body[100], *answer;
		snprintf(body, sizeof body, "{\"format\":\"%s\"}", forms[i].format);
		CHECK(ask("POST", "api/export", body, &answer) == 200);
		CHECK_MSG(strncmp(answer, forms[i].begins, strlen(forms[i].begins)) == 0, "%s begins otherwise",
		          forms[i].format);
		free(answer);
	}
	CHECK(ask("POST", "api/export", "{\"format\":\"doc\"}", NULL) == 400);
}

static void saved_description_gives_what_was_shown(void)
{
	char path[1300], folder[1100], *answer;
	observe();
	json_t *shown = evaluated("\"force.spring.stiffness=440 ± 5 N/m\"");
	int status = ask("POST", "api/save",
	                 "{\"test\":0,\"sets\":[\"force.spring.stiffness=440 ± 5 "
	                 "N/m\",\"output.movie=false\",\"properties.draws=100\"]}",
	                 &answer);
	CHECK_MSG(status == 200, "%d %s", status, answer);
	free(answer);
	snprintf(folder, sizeof folder, "%.*s-results", (int)(strlen(description) - 5), description);
	snprintf(path, sizeof path, "%s/summary.json", folder);
	for (int i = 0; i < 1200 && access(path, R_OK) != 0; i++)
		pause_ms(100);
	json_error_t wrong;
	json_t *summary = json_load_file(path, 0, &wrong), *e;
	CHECK_MSG(summary, "no summary in %s", folder);
	e = json_object_get(json_object_get(json_object_get(summary, "properties"), "youngs_modulus_GPa"), "value");
	CHECK_NEAR(json_number_value(e), property(shown, "youngs_modulus_GPa"), 1e-5 * json_number_value(e));
	json_decref(shown);
	json_decref(summary);
}

/* A gauge that is only drawn: its subsets, and how well one would be known; the keys for which the recording is looked
 * at again say so. */
static void a_gauge_is_proposed(void)
{
	observe();
	json_t *r = evaluated(""), *g = json_object_get(r, "gauge"), *from = json_object_get(g, "from"),
	       *to = json_object_get(g, "to");
	char body[400];
	snprintf(body, sizeof body, "{\"from\":[%.1f,%.1f],\"to\":[%.1f,%.1f],\"snap\":true}",
	         json_number_value(json_array_get(from, 0)), json_number_value(json_array_get(from, 1)),
	         json_number_value(json_array_get(to, 0)) - 4, json_number_value(json_array_get(to, 1)));
	json_t *p = ask_json("api/gauge", body);
	CHECK(json_array_size(json_object_get(p, "points")) > 6);
	CHECK(json_integer_value(json_array_get(json_object_get(p, "band"), 1)) >= 3);
	CHECK(json_number_value(json_array_get(json_object_get(p, "u"), 0)) > 0);
	json_decref(p);
	json_decref(r);
	char *answer;
	CHECK(ask("POST", "api/gauge", "{\"from\":[10,10],\"to\":[12,10]}", &answer) == 200);
	CHECK_HAS(answer, "at least 20 px");
	free(answer);
	CHECK(ask("POST", "api/gauge", "{\"from\":[10],\"to\":[12,10]}", &answer) == 200);
	CHECK_HAS(answer, "a point [x, y] was expected");
	free(answer);
	json_t *schema = ask_json("api/schema", NULL), *key;
	size_t i, pixels = 0;
	json_array_foreach(json_object_get(schema, "keys"), i, key) pixels +=
	    json_is_true(json_object_get(key, "pixels"));
	CHECK(pixels > 15 && pixels < json_array_size(json_object_get(schema, "keys")) / 2);
	json_decref(schema);
}

/* What is automatic stands with its evidence and the key that overrides it; the ranges and places it rests on. */
static void every_decision_is_shown(void)
{
	static const char *const keys[] = {"force.contact",
	                                   "force.air",
	                                   "force.sign",
	                                   "sync.log_starts_at",
	                                   "fracture.frame",
	                                   "properties.modulus_strain",
	                                   "properties.yield_at",
	                                   "gauge.reference_frames",
	                                   "video.frames",
	                                   "video.exclude",
	                                   "force.spring.stiffness",
	                                   "necking.at",
	                                   "fracture.edges",
	                                   "gauge.width_px",
	                                   "gauge.region"};
	observe();
	json_t *r = evaluated(""), *all = json_object_get(r, "decisions"), *d;
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		size_t i;
		bool there = false;
		json_array_foreach(all, i, d)
		{
			if (strcmp(json_string_value(json_object_get(d, "key")), keys[k]) != 0) continue;
			if (!json_is_true(json_object_get(d, "override"))) continue;
			there = true;
			CHECK_MSG(json_string_value(json_object_get(d, "text"))[0], "%s has no value", keys[k]);
			CHECK_MSG(strcmp(keys[k], "gauge.region") == 0 || strcmp(keys[k], "video.frames") == 0 ||
			              strcmp(keys[k], "fracture.edges") == 0 ||
			              json_string_value(json_object_get(d, "evidence"))[0],
			          "%s has no evidence", keys[k]);
		}
		CHECK_MSG(there, "%s is not among the decisions", keys[k]);
	}
	json_decref(r);
}

/* Files of the folders that were opened, and nothing else; results and a recording with its log are opened. */
static void files_are_listed_and_opened(void)
{
	static const char *const outside[] = {"api/files?root=0&at=..",   "api/files?root=0&at=%2e%2e/%2e%2e/etc",
	                                      "api/files?root=0&at=/etc", "api/files?root=9",
	                                      "api/files?root=x",         "api/files?root=0&at=away"};
	char link[1200], *answer;
	start();
	snprintf(link, sizeof link, "%.*s/away", (int)(strrchr(description, '/') - description), description);
	CHECK(symlink("/etc", link) == 0);
	json_t *list = ask_json("api/files?root=0", NULL);
	CHECK(json_array_size(json_object_get(list, "files")) >= 3);
	json_decref(list);
	for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
		CHECK_MSG(ask("GET", outside[i], NULL, &answer) == 400, "%s", outside[i]);
		CHECK_MSG(!strstr(answer, "passwd"), "%s", answer);
		free(answer);
	}
	CHECK(ask("POST", "api/open", "{\"root\":0,\"at\":\"away\",\"name\":\"passwd\"}", &answer) == 200);
	CHECK_HAS(answer, "is not in the folders that were opened");
	free(answer);
	CHECK(ask("POST", "api/open", "{\"root\":0,\"name\":\"../test.yaml\"}", &answer) == 200);
	CHECK_HAS(answer, "is not in the folders that were opened");
	free(answer);
	/* the results that were saved lead to the test that is open */
	json_t *j = ask_json("api/open", "{\"root\":0,\"name\":\"test-results\"}");
	CHECK_MSG(json_is_integer(json_object_get(j, "first")) && json_integer_value(json_object_get(j, "first")) == 0,
	          "the results open test %lld", (long long)json_integer_value(json_object_get(j, "first")));
	json_decref(j);
	j = ask_json("api/open", "{\"root\":0,\"recording\":\"test.mp4\",\"log\":\"log.txt\"}");
	CHECK_MSG(json_integer_value(json_object_get(j, "first")) == 1, "%s",
	          json_string_value(json_object_get(j, "error")));
	json_decref(j);
	j = ask_json("api/state", NULL);
	CHECK(json_array_size(json_object_get(j, "tests")) == 2);
	json_decref(j);
	/* its page is shown, without the right to ask the workbench for anything */
	CHECK(ask("GET", "results/0/report.html", NULL, &answer) == 200);
	free(answer);
	CHECK(ask("GET", "results/0/../test.yaml", NULL, NULL) == 400);
	CHECK(ask("GET", "results/0/.temtensile-record", NULL, NULL) == 404);
	CHECK(ask("GET", "results/7/report.html", NULL, NULL) == 404);
}

static void strangers_get_nothing(void)
{
	static const char *const heads[] = {
	    "GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n",
	    "GET /00000000000000000000000000000000/api/state HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: "
	    "close\r\n\r\n",
	};
	char head[600];
	start();
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		snprintf(head, sizeof head, heads[i], port());
		char *text = exchange(head, strlen(head), NULL);
		CHECK_HAS(text, "HTTP/1.1 403");
		free(text);
	}
	snprintf(head, sizeof head, "GET %sapi/state HTTP/1.1\r\nHost: evil.example:%d\r\nConnection: close\r\n\r\n",
	         strchr(address + 8, '/'), port());
	char *text = exchange(head, strlen(head), NULL);
	CHECK_HAS(text, "HTTP/1.1 403");
	free(text);
	snprintf(head, sizeof head,
	         "GET %sapi/state HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://evil.example\r\nConnection: "
	         "close\r\n\r\n",
	         strchr(address + 8, '/'), port());
	text = exchange(head, strlen(head), NULL);
	CHECK_HAS(text, "HTTP/1.1 403");
	free(text);
	/* a body of a gigabyte is refused before it is sent */
	snprintf(head, sizeof head,
	         "POST %sapi/evaluate HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: "
	         "application/json\r\nContent-Length: 1073741824\r\n"
	         "Connection: close\r\n\r\n",
	         strchr(address + 8, '/'), port());
	text = exchange(head, strlen(head), NULL);
	CHECK_HAS(text, "HTTP/1.1 413");
	free(text);
	CHECK(ask("GET", "../../etc/passwd", NULL, NULL) == 400);
	CHECK(ask("GET", "api/state", NULL, NULL) == 200);
}

/* Requests that never end: half a line, and half a body. */
static void slow_requests_stop_nobody(void)
{
	enum { SLOW = 120 };
	int s[SLOW];
	char half[600];
	start();
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port())};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	snprintf(half, sizeof half,
	         "POST %sapi/evaluate HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
	         "Content-Length: 1000\r\n\r\n{",
	         strchr(address + 8, '/'), port());
	for (int i = 0; i < SLOW; i++) {
		const char *begin = i % 2 ? half : "GET /";
		s[i] = socket(AF_INET, SOCK_STREAM, 0);
		CHECK(connect(s[i], (struct sockaddr *)&to, sizeof to) == 0);
		CHECK(send(s[i], begin, strlen(begin), MSG_NOSIGNAL) == (ssize_t)strlen(begin));
	}
	CHECK(ask("GET", "api/state", NULL, NULL) == 200);
	for (int i = 0; i < SLOW; i++)
		close(s[i]);
}

static void ends_when_asked(void)
{
	start();
	stop = 1;
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(ended == TT_OK);
}

/* Without --keep: when the last page has been closed for a while. */
static void *serve_for_a_page(void *ctx)
{
	static const char *paths[1];
	const tt_workbench_options o = {.patience_s = 0.4, .listening = on_listening};
	const tt_job job = {.threads = 2};
	tt_error err;
	paths[0] = description;
	*(tt_status *)ctx = tt_workbench(paths, 1, &o, &job, &err);
	return NULL;
}

static void ends_with_its_last_page(void)
{
	pthread_t other;
	tt_status st = TT_ERR_FAILED;
	char head[400], got[200];
	CHECK(stop); /* the first one has ended */
	address[0] = 0;
	CHECK(pthread_create(&other, NULL, serve_for_a_page, &st) == 0);
	for (int i = 0; i < 500 && !address[0]; i++)
		pause_ms(10);
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port())};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int s = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(connect(s, (struct sockaddr *)&to, sizeof to) == 0);
	int n = snprintf(head, sizeof head, "GET %sapi/events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
	                 strchr(address + 8, '/'), port());
	CHECK(send(s, head, (size_t)n, MSG_NOSIGNAL) == n && recv(s, got, sizeof got, 0) > 0);
	pause_ms(1500); /* a page is open: it goes on, longer than its patience */
	CHECK(ask("GET", "api/state", NULL, NULL) == 200);
	close(s);
	CHECK(pthread_join(other, NULL) == 0); /* ends by itself, else the test's time runs out */
	CHECK(st == TT_OK);
}

static const check_case cases[] = {
    {"the page and its frames", page_and_frames},
    {"settings change the result", settings_change_the_result},
    {"a gauge is proposed", a_gauge_is_proposed},
    {"every decision is shown", every_decision_is_shown},
    {"exports", exports},
    {"a saved description gives what was shown", saved_description_gives_what_was_shown},
    {"files are listed and opened", files_are_listed_and_opened},
    {"strangers get nothing", strangers_get_nothing},
    {"slow requests stop nobody", slow_requests_stop_nobody},
    {"it ends when asked", ends_when_asked},
    {"it ends with its last page", ends_with_its_last_page},
};

CHECK_MAIN(cases)
