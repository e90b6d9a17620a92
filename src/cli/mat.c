/* temtensile mat
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include "temtensile/report.h"

enum { KEY_HDF = CLI_KEY_OWN };

typedef struct mat_command {
	cli_options common;
	const char *in, *out;
	bool v73;
} mat_command;

static const struct argp_option own[] = {
    {"output", 'o', "FILE", 0, "MAT file to write (required)", 1},
    {"hdf", KEY_HDF, NULL, 0, "Write version 7.3 (HDF5) instead of version 5", 1},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	mat_command *c = state->input;
	switch (key) {
	case ARGP_KEY_INIT: return cli_init(state, 2);
	case 'o': c->out = arg; return 0;
	case KEY_HDF: c->v73 = true; return 0;
	case ARGP_KEY_ARG:
		if (c->in) return cli_wrong(&c->common, "one MAT file is expected, found '%s' and '%s'", c->in, arg);
		c->in = arg;
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {{&cli_argp_force, 0, NULL, 0}, {&cli_argp_job, 0, NULL, 0}, {0}};
static const struct argp argp = {
    own,
    parse,
    "IN.mat -o OUT.mat",
    "Convert a MAT file between version 7.3, which is HDF5 and which GNU Octave cannot read, "
    "and version 5, which everything reads. Objects of MATLAB classes are left empty.",
    children,
    NULL,
    NULL};

int cli_mat(int argc, char **argv)
{
	mat_command c = {0};
	int code = cli_parse(&argp, argc, argv, &c.common);
	if (code != CLI_GO_ON) return code;
	if (!c.in || !c.out) {
		cli_options_free(&c.common);
		if (!c.in) return cli_usage("mat", "mat needs a MAT file to convert (IN.mat)");
		return cli_usage("mat", "mat needs -o, the MAT file to write");
	}
	cli_progress progress;
	cli_job(&c.common, &progress);
	tt_report report = {0};
	tt_error err = {0};
	size_t objects;
	tt_status st = tt_mat_convert(c.in, c.out, c.v73, c.common.force, &objects, &err);
	if (st == TT_OK && objects)
		tt_warn(&report.warnings,
		        "%zu objects of MATLAB classes cannot be read outside MATLAB and are left empty", objects);
	code = cli_finish(&c.common, &progress, &report, st, &err);
	cli_options_free(&c.common);
	return code;
}
