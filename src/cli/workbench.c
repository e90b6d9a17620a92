/* temtensile workbench
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/text.h"
#include "temtensile/jobs.h"
#include "temtensile/serve.h"

enum { KEY_KEEP = CLI_KEY_OWN, KEY_PORT, KEY_NO_BROWSER };

typedef struct workbench {
	cli_options common;
	tt_strings files;
	tt_workbench_options options;
	bool no_browser;
	char *begun; /* a description that was begun for two files */
} workbench;

static const struct argp_option own[] = {
    {"keep", KEY_KEEP, NULL, 0, "Go on when the last page has been closed (end it with Ctrl-C)", 1},
    {"port", KEY_PORT, "N", 0, "Port of 127.0.0.1 (default: a free one)", 1},
    {"no-browser", KEY_NO_BROWSER, NULL, 0, "Print the address only", 1},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	workbench *w = state->input;
	long n;
	switch (key) {
	case ARGP_KEY_INIT: return cli_init(state, 1);
	case KEY_KEEP: w->options.keep = true; return 0;
	case KEY_NO_BROWSER: w->no_browser = true; return 0;
	case KEY_PORT:
		if (cli_long(&w->common, "--port", arg, 1, 65535, &n)) return EINVAL;
		w->options.port = (int)n;
		return 0;
	case ARGP_KEY_ARG: return tt_strings_add(&w->files, &w->common.err, "%s", arg) ? ENOMEM : 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {{&cli_argp_job, 0, NULL, 0}, {0}};
static const struct argp argp = {
    own,
    parse,
    "[TEST.yaml | STUDY.yaml | RESULTS...]\nRECORDING LOG",
    "See a test, decide, correct, export, in the browser: frames, curve, every automatic "
    "decision with its evidence, every key "
    "as a field. Serves this machine alone. A recording and a log begin a new "
    "description, test.yaml, beside the recording; without an argument test.yaml is opened, "
    "or else the page shows this folder's files.",
    children,
    NULL,
    NULL};

static bool is_results(const char *folder)
{
	tt_strings tests = {0}, folders = {0};
	tt_error ignored;
	tt_status st = tt_results_tests(folder, &tests, &folders, &ignored);
	const bool any = folders.n > 0 || st != TT_OK;
	tt_strings_free(&tests);
	tt_strings_free(&folders);
	return any;
}

/* Neither a description nor a folder of results; numbered images are a folder or a pattern, which is no path. */
static bool is_file(const char *path)
{
	struct stat there;
	const char *dot = strrchr(tt_path_base(path), '.');
	const bool yaml = dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
	return !yaml && (stat(path, &there) != 0 || !S_ISDIR(there.st_mode) || !is_results(path));
}

/* The browser is nobody's child, and what it prints is not ours. */
static void open_browser(const char *address)
{
	pid_t pid = fork();
	if (pid > 0) waitpid(pid, NULL, 0);
	if (pid != 0) return;
	if (fork() == 0) {
		setsid();
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)) _exit(1);
		execlp("xdg-open", "xdg-open", address, (char *)NULL);
		_exit(127);
	}
	_exit(0);
}

static void on_listening(void *ctx, const char *address)
{
	const workbench *w = ctx;
	printf("The workbench is at %s\n", address);
	fflush(stdout);
	if (!w->no_browser && (getenv("DISPLAY") || getenv("WAYLAND_DISPLAY"))) open_browser(address);
}

/* Two files that are no descriptions: a recording and its log. */
static tt_status begin_description(workbench *w, tt_error *err)
{
	struct stat there;
	const char *video = w->files.item[0], *base = tt_path_base(video);
	w->begun = tt_format("%.*stest.yaml", (int)(base - video), video);
	if (!w->begun) return tt_fail_memory(err, "the description");
	if (stat(w->begun, &there) == 0)
		return tt_fail(err, TT_ERR_USAGE, "'%s' is there already: open it instead (temtensile workbench %s)",
		               w->begun, w->begun);
	return tt_init(video, w->files.item[1], w->begun, false, err);
}

static tt_status run(workbench *w, const tt_job *job, tt_error *err)
{
	const char *begun[1];
	w->options.listening = on_listening;
	w->options.ctx = w;
	if (w->files.n == 2 && is_file(w->files.item[0]) && is_file(w->files.item[1])) {
		tt_status st = begin_description(w, err);
		begun[0] = w->begun;
		return st == TT_OK ? tt_workbench(begun, 1, &w->options, job, err) : st;
	}
	return tt_workbench((const char *const *)w->files.item, w->files.n, &w->options, job, err);
}

int cli_workbench(int argc, char **argv)
{
	workbench w = {0};
	int code = cli_parse(&argp, argc, argv, &w.common);
	struct stat there;
	if (code == CLI_GO_ON && !w.files.n &&
	    tt_strings_add(&w.files, NULL, "%s", stat("test.yaml", &there) == 0 ? "test.yaml" : ".") != TT_OK)
		code = TT_ERR_FAILED;
	if (code == CLI_GO_ON) {
		cli_progress progress;
		tt_job job = cli_job(&w.common, &progress);
		tt_error err = {0};
		job.on_progress = NULL;
		tt_status st = run(&w, &job, &err);
		code = st == TT_OK || st == TT_ERR_INTERRUPTED ? 0 : cli_fail(&err);
	}
	cli_options_free(&w.common);
	tt_strings_free(&w.files);
	free(w.begun);
	return code;
}
