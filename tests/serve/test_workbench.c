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

static void slow_requests_stop_nobody(void)
{
	int s[20];
	start();
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port())};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < 20; i++) {
		s[i] = socket(AF_INET, SOCK_STREAM, 0);
		CHECK(connect(s[i], (struct sockaddr *)&to, sizeof to) == 0);
		CHECK(send(s[i], "GET /", 5, MSG_NOSIGNAL) == 5);
	}
	CHECK(ask("GET", "api/state", NULL, NULL) == 200);
	for (int i = 0; i < 20; i++)
		close(s[i]);
}

static void ends_when_asked(void)
{
	start();
	stop = 1;
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(ended == TT_OK);
}

static const check_case cases[] = {
    {"the page and its frames", page_and_frames},
    {"settings change the result", settings_change_the_result},
    {"exports", exports},
    {"a saved description gives what was shown", saved_description_gives_what_was_shown},
    {"strangers get nothing", strangers_get_nothing},
    {"slow requests stop nobody", slow_requests_stop_nobody},
    {"it ends when asked", ends_when_asked},
};

CHECK_MAIN(cases)
