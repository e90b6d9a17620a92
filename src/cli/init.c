/* temtensile init
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <errno.h>
#include <stdio.h>

enum { KEY_FORCE = CLI_KEY_OWN };

typedef struct init {
	cli_options common;
	const char *file[2];
	const char *out;
	int n;
	bool force;
} init;

static const struct argp_option own[] = {
    {"output", 'o', "FILE", 0, "The description to write (default: test.yaml)", 1},
    {"force", KEY_FORCE, NULL, 0, "Replace a file that is there", 1},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	init *i = state->input;
	switch (key) {
	case ARGP_KEY_INIT: return cli_init(state, 1);
	case 'o': i->out = arg; return 0;
	case KEY_FORCE: i->force = true; return 0;
	case ARGP_KEY_ARG:
		if (i->n == 2) return cli_wrong(&i->common, "init takes a recording and a log, found '%s' too", arg);
		i->file[i->n++] = arg;
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {{&cli_argp_job, 0, NULL, 0}, {0}};
static const struct argp argp = {own,
                                 parse,
                                 "RECORDING LOG",
                                 "Begin the description of a test: what was found in the recording and in the force "
                                 "log, every key of interest with its "
                                 "default, and what is still needed.",
                                 children,
                                 NULL,
                                 NULL};

int cli_init_description(int argc, char **argv)
{
	init i = {.out = "test.yaml"};
	int code = cli_parse(&argp, argc, argv, &i.common);
	if (code == CLI_GO_ON && i.n < 2) code = cli_usage("init", "init needs a recording and a log");
	if (code == CLI_GO_ON) {
		tt_error err = {0};
		code = tt_init(i.file[0], i.file[1], i.out, i.force, &err) == TT_OK ? 0 : cli_fail(&err);
		if (code == 0 && !i.common.quiet)
			printf("%s: fill in what is NEEDED, then: temtensile analyze %s -o results\n", i.out, i.out);
	}
	cli_options_free(&i.common);
	return code;
}
