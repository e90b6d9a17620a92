/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page.h"

#include <pthread.h>
#include <time.h>

#include "check.h"
#include "temtensile/report.h"
#include "temtensile/serve.h"
#include "temtensile/simulate.h"

char page_address[128];

static volatile int stop;
static pthread_t thread;
static const char *const *served;
static size_t n_served;

static void on_listening(void *ctx, const char *where)
{
	(void)ctx;
	snprintf(page_address, sizeof page_address, "%s", where);
}

static void *serve(void *ctx)
{
	const tt_workbench_options o = {.keep = true, .listening = on_listening};
	const tt_job job = {.cancel = &stop, .threads = 2};
	(void)ctx;
	tt_error err;
	if (tt_workbench(served, n_served, &o, &job, &err) != TT_OK && !stop) check_note("%s", err.message);
	return NULL;
}

void page_pause(int ms)
{
	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

static void end(void)
{
	browser_stop();
	stop = 1;
	if (page_address[0]) pthread_join(thread, NULL);
	tt_canvas_forget_fonts();
}

void page_simulate(const char *name, const char *spec, char *folder)
{
	char path[1100];
	tt_error err;
	tt_simulate_options options = tt_simulate_defaults();
	snprintf(folder, 1000, "%s/%s", check_tmp(), name);
	snprintf(path, sizeof path, "%s/%s-simulation.yaml", check_tmp(), name);
	FILE *f = fopen(path, "w");
	CHECK(f && fputs(spec, f) >= 0 && fclose(f) == 0);
	CHECK_MSG(tt_simulate(path, &options, folder, NULL, NULL, &err) == TT_OK, "%s", err.message);
}

void page_serve(const char *const *paths, size_t n)
{
	served = paths;
	n_served = n;
	browser_start();
	CHECK(pthread_create(&thread, NULL, serve, NULL) == 0);
	atexit(end);
	for (int i = 0; i < 500 && !page_address[0]; i++)
		page_pause(10);
	CHECK(page_address[0]);
}

void page_until(const char *expression, const char *what)
{
	char whole[1000];
	snprintf(whole, sizeof whole, "(%s) ? 1 : 0", expression);
	for (int i = 0; i < 600; i++) {
		if (browser_number(whole) == 1) return;
		page_pause(100);
	}
	json_t *status = browser_eval("document.getElementById('status').textContent");
	check_stop(CHECK_FAILED, "%s did not come about within a minute: %s", what, json_string_value(status));
}

void page_act(const char *expression)
{
	json_decref(browser_eval(expression));
}

void page_picture(const char *name)
{
	const char *folder = getenv("TT_PICTURES");
	char path[1100];
	if (!folder) return;
	snprintf(path, sizeof path, "%s/%s.png", folder, name);
	browser_picture(path, false);
}

void page_no_errors(void)
{
	for (size_t i = 0; i < browser_errors(); i++)
		check_note("%s", browser_error(i));
	CHECK(browser_errors() == 0);
}

void page_drag(double x0, double y0, double x1, double y1)
{
	enum { STEPS = 4 };
	browser_mouse("mousePressed", x0, y0);
	for (int i = 1; i <= STEPS; i++)
		browser_mouse("mouseMoved", x0 + (x1 - x0) * i / STEPS, y0 + (y1 - y0) * i / STEPS);
	browser_mouse("mouseReleased", x1, y1);
}

void page_click(double x, double y)
{
	browser_mouse("mousePressed", x, y);
	browser_mouse("mouseReleased", x, y);
}
