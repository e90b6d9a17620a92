/* temtensile task: one test of a study, in a process of its own. Not for people: `compare` starts it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <errno.h>
#include <stdlib.h>

typedef struct task {
	cli_options common;
	const char *spool;
	long number;
} task;

static error_t parse(int key, char *arg, struct argp_state *state)
{
	task *t = state->input;
	switch (key) {
	case ARGP_KEY_INIT: t->number = -1; return cli_init(state, 1);
	case ARGP_KEY_ARG:
		if (!t->spool) {
			t->spool = arg;
			return 0;
		}
		return t->number < 0 ? cli_long(&t->common, "the task's number", arg, 0, 100000000, &t->number)
		                     : ARGP_ERR_UNKNOWN;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {{&cli_argp_job, 0, NULL, 0}, {0}};
static const struct argp argp = {
    NULL, parse, "SPOOL NUMBER", "One test of a study; `temtensile compare` starts this.", children, NULL, NULL};

int cli_task(int argc, char **argv)
{
	task t = {0};
	int code = cli_parse(&argp, argc, argv, &t.common);
	if (code == CLI_GO_ON && t.number < 0) code = cli_usage("task", "task needs a spool and a number");
	if (code == CLI_GO_ON) {
		cli_progress progress;
		tt_job job = cli_job(&t.common, &progress);
		tt_error err = {0};
		tt_status st = tt_compare_task(t.spool, (size_t)t.number, &job, &err);
		cli_progress_end(&progress);
		code = st == TT_OK ? 0 : cli_fail(&err);
	}
	cli_options_free(&t.common);
	return code;
}
