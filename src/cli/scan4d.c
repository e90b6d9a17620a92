/* temtensile scan4d
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <string.h>

#include "core/text.h"

enum { KEY_WIDTH = CLI_KEY_OWN, KEY_CENTRE, KEY_SHAPE };

typedef struct scan4d {
	cli_options common;
	const char *scan, *out;
	double width_mm;
} scan4d;

static const struct argp_option own[] = {
    {"output", 'o', "DIR", 0, "Folder for the results; it appears complete or not at all (required)", 1},
    {"centre", KEY_CENTRE, "X,Y", 0, "Centre of the patterns in px, or auto (as --set centre=[X,Y])", 1},
    {"shape", KEY_SHAPE, "ROWS,COLUMNS", 0, "How the patterns lie in the scan (as --set shape=[ROWS,COLUMNS])", 1},
    {"width", KEY_WIDTH, "MM", 0, "Width of the figures (default: 85)", 1},
    {0},
};

/* key=[text], or key=auto. */
static error_t set(scan4d *a, const char *key, const char *text)
{
	const bool word = strcmp(text, "auto") == 0;
	tt_status st = tt_strings_add(&a->common.sets, &a->common.err, word ? "%s=%s" : "%s=[%s]", key, text);
	return st == TT_OK ? 0 : cli_wrong(&a->common, "no memory for the options");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	scan4d *a = state->input;
	switch (key) {
	case ARGP_KEY_INIT: return cli_init(state, 3);
	case 'o': a->out = arg; return 0;
	case KEY_CENTRE: return set(a, "centre", arg);
	case KEY_SHAPE: return set(a, "shape", arg);
	case KEY_WIDTH: return cli_double(&a->common, "--width", arg, 30, 500, &a->width_mm);
	case ARGP_KEY_ARG:
		if (a->scan) return cli_wrong(&a->common, "one scan is expected, found '%s' and '%s'", a->scan, arg);
		a->scan = arg;
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
    {&cli_argp_set, 0, NULL, 0}, {&cli_argp_force, 0, NULL, 0}, {&cli_argp_job, 0, NULL, 0}, {0}};
static const struct argp argp = {own,
                                 parse,
                                 "SCAN.yaml|FILE -o DIR",
                                 "Reduce a scan of diffraction patterns (4D-STEM): mean patterns and their azimuthal "
                                 "means, the first ring, virtual dark "
                                 "fields, and the normalised variance of each region.",
                                 children,
                                 NULL,
                                 NULL};

int cli_scan4d(int argc, char **argv)
{
	scan4d a = {0};
	const int code = cli_parse(&argp, argc, argv, &a.common);
	if (code != CLI_GO_ON) return code;
	return cli_measure(&a.common, "scan4d", a.scan, "scan4d needs a description (SCAN.yaml) or a file of patterns",
	                   a.out, a.width_mm, tt_scan4d);
}
