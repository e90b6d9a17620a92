/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "browser.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/base64.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { PATIENCE_MS = 60000, MOST_NOTES = 32 };

static struct {
	pid_t pid;
	int to, from;
	char *buffer;
	size_t size, capacity;
	int last_id;
	char session[128], page[1024];
	bool loaded;
	char *error[MOST_NOTES], *request[MOST_NOTES];
	size_t errors, requests;
} b;

/* ---- the process ---- */

static const char *find_browser(void)
{
	static char path[512];
	static const char *const names[] = {"chromium", "chromium-browser", "google-chrome"};
	const char *list = getenv("PATH");
	for (int i = 0; i < 3; i++)
		for (const char *p = list; p && *p;) {
			size_t n = strcspn(p, ":");
			snprintf(path, sizeof path, "%.*s/%s", (int)n, p, names[i]);
			if (n && access(path, X_OK) == 0) return path;
			p += n + (p[n] == ':');
		}
	return NULL;
}

static void run(const char *program, int in, int out)
{
	char profile[600];
	snprintf(profile, sizeof profile, "--user-data-dir=%s/profile", check_tmp());
	int null = open("/dev/null", O_RDWR);
	/* The pipe's ends must be 3 and 4, whatever they are now. */
	int safe_in = fcntl(in, F_DUPFD, 10), safe_out = fcntl(out, F_DUPFD, 10);
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	dup2(safe_in, 3);
	dup2(safe_out, 4);
	setsid();
	const char *const argv[] = {program,
	                            "--headless",
	                            "--no-sandbox",
	                            "--disable-gpu",
	                            "--remote-debugging-pipe",
	                            "--no-first-run",
	                            "--disable-background-networking",
	                            "--disable-dev-shm-usage",
	                            "--hide-scrollbars",
	                            "--host-resolver-rules=MAP rebound.test 127.0.0.1", /* a name of somebody's */
	                            "--force-color-profile=srgb",
	                            profile,
	                            NULL};
	execv(program, (char *const *)(uintptr_t)argv);
	_exit(127);
}

/* ---- messages ---- */

static void send_text(const char *text)
{
	size_t n = strlen(text) + 1; /* with the zero that ends a message */
	while (n) {
		ssize_t done = write(b.to, text, n);
		if (done < 0 && errno == EINTR) continue;
		CHECK_MSG(done > 0, "the browser is gone: %s", strerror(errno));
		text += done;
		n -= (size_t)done;
	}
}

static long now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return 1000 * (long)t.tv_sec + t.tv_nsec / 1000000;
}

static json_t *next_message(int patience_ms)
{
	size_t seen = 0; /* holds no end: a long message is not searched again with every piece of it */
	for (const long until = now_ms() + patience_ms;;) {
		char *end = b.size > seen ? memchr(b.buffer + seen, 0, b.size - seen) : NULL;
		if (end) {
			json_t *j = json_loads(b.buffer, 0, NULL);
			size_t n = (size_t)(end - b.buffer) + 1;
			memmove(b.buffer, b.buffer + n, b.size - n);
			b.size -= n;
			return j;
		}
		seen = b.size;
		if (b.capacity - b.size < 65536) {
			b.capacity = 2 * b.capacity + 131072;
			b.buffer = realloc(b.buffer, b.capacity);
			CHECK(b.buffer);
		}
		const long left = until - now_ms();
		struct pollfd p = {.fd = b.from, .events = POLLIN};
		int ready = left > 0 ? poll(&p, 1, (int)left) : 0;
		if (ready < 0 && errno == EINTR) continue;
		if (ready == 0) return NULL;
		ssize_t got = read(b.from, b.buffer + b.size, b.capacity - b.size);
		CHECK_MSG(got > 0, "the browser ended");
		b.size += (size_t)got;
	}
}

static const char *text_of(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));
	return s ? s : "";
}

static void note(char **list, size_t *n, const char *text)
{
	if (*n < MOST_NOTES) list[(*n)++] = strdup(text);
}

static void take_event(const json_t *message)
{
	const char *method = text_of(message, "method");
	const json_t *p = json_object_get(message, "params");
	if (strcmp(method, "Page.loadEventFired") == 0) b.loaded = true;
	if (strcmp(method, "Runtime.exceptionThrown") == 0) {
		char *text = json_dumps(json_object_get(p, "exceptionDetails"), JSON_COMPACT);
		note(b.error, &b.errors, text);
		free(text);
	}
	if (strcmp(method, "Runtime.consoleAPICalled") == 0 &&
	    (strcmp(text_of(p, "type"), "error") == 0 || strcmp(text_of(p, "type"), "warning") == 0)) {
		char *text = json_dumps(json_object_get(p, "args"), JSON_COMPACT);
		note(b.error, &b.errors, text);
		free(text);
	}
	if (strcmp(method, "Log.entryAdded") == 0) {
		const json_t *e = json_object_get(p, "entry");
		if (strcmp(text_of(e, "level"), "error") == 0 || strcmp(text_of(e, "level"), "warning") == 0)
			note(b.error, &b.errors, text_of(e, "text"));
	}
	if (strcmp(method, "Network.requestWillBeSent") == 0) {
		const char *url = text_of(json_object_get(p, "request"), "url");
		if (strncmp(url, "data:", 5) != 0 && strcmp(url, b.page) != 0) note(b.request, &b.requests, url);
	}
}

json_t *browser_call(const char *method, json_t *params)
{
	int id = ++b.last_id;
	json_t *m = json_pack("{s:i,s:s,s:o}", "id", id, "method", method, "params", params ? params : json_object());
	if (b.session[0]) json_object_set_new(m, "sessionId", json_string(b.session));
	char *text = json_dumps(m, JSON_COMPACT);
	send_text(text);
	free(text);
	json_decref(m);
	/* in all, however much else is told meanwhile */
	for (long until = now_ms() + PATIENCE_MS;;) {
		const long left = until - now_ms();
		json_t *answer = left > 0 ? next_message((int)left) : NULL;
		CHECK_MSG(answer, "%s: no answer within %d s", method, PATIENCE_MS / 1000);
		if (json_integer_value(json_object_get(answer, "id")) != id) {
			take_event(answer);
			json_decref(answer);
			continue;
		}
		const json_t *error = json_object_get(answer, "error");
		if (error) check_stop(CHECK_FAILED, "%s: %s", method, text_of(error, "message"));
		json_t *result = json_incref(json_object_get(answer, "result"));
		json_decref(answer);
		return result;
	}
}

static void tell(const char *method, json_t *params)
{
	json_decref(browser_call(method, params));
}

/* ---- start and end ---- */

void browser_start(void)
{
	if (b.pid) return;
	const char *program = find_browser();
	if (!program) CHECK_SKIP("there is no Chromium (Debian: chromium)");
	int down[2], up[2];
	CHECK(pipe(down) == 0 && pipe(up) == 0);
	check_tmp();
	signal(SIGPIPE, SIG_IGN);
	b.pid = fork();
	CHECK(b.pid >= 0);
	if (b.pid == 0) run(program, down[0], up[1]);
	close(down[0]);
	close(up[1]);
	b.to = down[1];
	b.from = up[0];
	fcntl(b.to, F_SETFD, FD_CLOEXEC);
	fcntl(b.from, F_SETFD, FD_CLOEXEC);
	atexit(browser_stop);
	json_t *target = browser_call("Target.createTarget", json_pack("{s:s}", "url", "about:blank"));
	json_t *session = browser_call("Target.attachToTarget",
	                               json_pack("{s:s,s:b}", "targetId", text_of(target, "targetId"), "flatten", 1));
	snprintf(b.session, sizeof b.session, "%s", text_of(session, "sessionId"));
	json_decref(target);
	json_decref(session);
	static const char *const domains[] = {"Page.enable", "Runtime.enable", "Log.enable", "Network.enable"};
	for (int i = 0; i < 4; i++)
		tell(domains[i], NULL);
}

/* The browser's own process group, so that its children end as well. */
void browser_stop(void)
{
	if (!b.pid) return;
	close(b.to);
	close(b.from);
	for (int i = 0; i < 50; i++) {
		if (waitpid(b.pid, NULL, WNOHANG) == b.pid) {
			b.pid = 0;
			break;
		}
		nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
	}
	if (b.pid) {
		kill(-b.pid, SIGKILL);
		waitpid(b.pid, NULL, 0);
	}
	b.pid = 0;
	free(b.buffer);
	b.buffer = NULL;
}

/* ---- pages ---- */

void browser_look(int width, int height, bool dark, bool scripts)
{
	tell("Emulation.setDeviceMetricsOverride",
	     json_pack("{s:i,s:i,s:i,s:b}", "width", width, "height", height, "deviceScaleFactor", 1, "mobile", 0));
	tell("Emulation.setEmulatedMedia", json_pack("{s:[{s:s,s:s}]}", "features", "name", "prefers-color-scheme",
	                                             "value", dark ? "dark" : "light"));
	tell("Emulation.setScriptExecutionDisabled", json_pack("{s:b}", "value", !scripts));
}

void browser_open(const char *path)
{
	char url[sizeof b.page];
	snprintf(url, sizeof url, "file://%s", path);
	browser_visit(url);
}

void browser_visit(const char *url)
{
	for (size_t i = 0; i < b.errors; i++)
		free(b.error[i]);
	for (size_t i = 0; i < b.requests; i++)
		free(b.request[i]);
	b.errors = b.requests = 0;
	b.loaded = false;
	snprintf(b.page, sizeof b.page, "%s", url);
	tell("Page.navigate", json_pack("{s:s}", "url", b.page));
	const long until = now_ms() + PATIENCE_MS;
	while (!b.loaded) {
		const long left = until - now_ms();
		json_t *event = left > 0 ? next_message((int)left) : NULL;
		CHECK_MSG(event, "%s does not load", url);
		take_event(event);
		json_decref(event);
	}
}

json_t *browser_eval(const char *expression)
{
	json_t *r = browser_call("Runtime.evaluate", json_pack("{s:s,s:b,s:b}", "expression", expression,
	                                                       "returnByValue", 1, "awaitPromise", 1));
	const json_t *bad = json_object_get(r, "exceptionDetails");
	if (bad) {
		char *text = json_dumps(bad, JSON_COMPACT);
		check_stop(CHECK_FAILED, "%s: %s", expression, text);
	}
	json_t *value = json_incref(json_object_get(json_object_get(r, "result"), "value"));
	json_decref(r);
	return value;
}

double browser_number(const char *expression)
{
	json_t *v = browser_eval(expression);
	double x = json_is_number(v) ? json_number_value(v) : json_is_boolean(v) ? json_is_true(v) : NAN;
	json_decref(v);
	return x;
}

size_t browser_errors(void)
{
	return b.errors;
}

const char *browser_error(size_t i)
{
	return b.error[i];
}

size_t browser_requests(void)
{
	return b.requests;
}

const char *browser_request(size_t i)
{
	return b.request[i];
}

/* ---- hands ---- */

static int modifiers;

void browser_hold(int keys)
{
	modifiers = keys;
}

void browser_mouse(const char *type, double x, double y)
{
	static bool held;
	if (strcmp(type, "mousePressed") == 0) held = true;
	if (strcmp(type, "mouseReleased") == 0) held = false;
	bool button = strcmp(type, "mouseMoved") != 0;
	tell("Input.dispatchMouseEvent",
	     json_pack("{s:i,s:s,s:f,s:f,s:s,s:i,s:i}", "modifiers", modifiers, "type", type, "x", x, "y", y, "button",
	               button || held ? "left" : "none", "buttons", held, "clickCount", button));
}

void browser_key(const char *key)
{
	bool space = strcmp(key, " ") == 0;
	tell("Input.dispatchKeyEvent",
	     json_pack("{s:s,s:s,s:s*}", "type", "keyDown", "key", key, "text", space ? " " : NULL));
	tell("Input.dispatchKeyEvent", json_pack("{s:s,s:s}", "type", "keyUp", "key", key));
}

/* ---- those who cannot see it, or have no mouse ---- */

static char *axe_source(void)
{
	char path[1200];
	snprintf(path, sizeof path, "%s/tests/web/node_modules/axe-core/axe.min.js", check_source_root());
	FILE *f = fopen(path, "rb");
	if (!f) CHECK_SKIP("axe-core is not there (npm ci --prefix tests/web)");
	struct stat st;
	CHECK(fstat(fileno(f), &st) == 0);
	char *text = calloc(1, (size_t)st.st_size + 1);
	CHECK(text && fread(text, 1, (size_t)st.st_size, f) == (size_t)st.st_size);
	fclose(f);
	return text;
}

void browser_check_access(const char *what)
{
	static const char run[] =
	    "(async()=>{const r=await axe.run(document,{resultTypes:['violations']});"
	    "return r.violations.filter(v=>v.impact==='serious'||v.impact==='critical').map(v=>v.id+' ('+v.impact+'): "
	    "'+"
	    "v.help+': '+v.nodes.slice(0,3).map(n=>n.target.join(' ')+' '+(n.any[0]?n.any[0].message:'')).join('; "
	    "')).join('\\n')})()";
	char *axe = axe_source();
	json_t *there = browser_eval("typeof axe");
	if (strcmp(json_string_value(there), "object") != 0) {
		char *text = calloc(1, strlen(axe) + 8);
		CHECK(text);
		sprintf(text, "%s;0", axe);
		json_decref(browser_eval(text));
		free(text);
	}
	json_decref(there);
	free(axe);
	json_t *found = browser_eval(run);
	const char *text = json_string_value(found);
	CHECK_MSG(text && !text[0], "%s: %s", what, text ? text : "axe did not run");
	json_decref(found);
}

/* ---- pictures ---- */

static void save(json_t *result, const char *path)
{
	const char *text = text_of(result, "data");
	size_t n = strlen(text), size = BASE64_DECODE_LENGTH(n);
	uint8_t *data = malloc(size);
	struct base64_decode_ctx ctx;
	base64_decode_init(&ctx);
	CHECK(data && base64_decode_update(&ctx, &size, data, n, text));
	FILE *f = fopen(path, "wb");
	CHECK(f && fwrite(data, 1, size, f) == size && fclose(f) == 0);
	free(data);
	json_decref(result);
}

void browser_picture(const char *path, bool whole_page)
{
	save(browser_call("Page.captureScreenshot",
	                  json_pack("{s:s,s:b}", "format", "png", "captureBeyondViewport", whole_page)),
	     path);
}

void browser_pdf(const char *path)
{
	save(browser_call("Page.printToPDF",
	                  json_pack("{s:b,s:f,s:f}", "printBackground", 0, "paperWidth", 8.27, "paperHeight", 11.69)),
	     path);
}
