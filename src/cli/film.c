/* temtensile film
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

enum { KEY_WIDTH = CLI_KEY_OWN };

typedef struct film {
	cli_options common;
	const char *film, *out;
	double width_mm;
} film;

static const struct argp_option own[] = {
    {"output", 'o', "DIR", 0, "Folder for the results; it appears complete or not at all (required)", 1},
    {"width", KEY_WIDTH, "MM", 0, "Width of the figures (default: 85)", 1},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	film *a = state->input;
	switch (key) {
	case ARGP_KEY_INIT: return cli_init(state, 3);
	case 'o': a->out = arg; return 0;
	case KEY_WIDTH: return cli_double(&a->common, "--width", arg, 30, 500, &a->width_mm);
	case ARGP_KEY_ARG:
		if (a->film) return cli_wrong(&a->common, "one film is expected, found '%s' and '%s'", a->film, arg);
		a->film = arg;
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
    {&cli_argp_set, 0, NULL, 0}, {&cli_argp_force, 0, NULL, 0}, {&cli_argp_job, 0, NULL, 0}, {0}};
static const struct argp argp = {
    own,
    parse,
    "FILM.yaml -o DIR",
    "Measure a film beside its tensile test: hardness and moduli from indentation and Brillouin scattering, "
    "diffraction, "
    "density, layers, each from its instrument's file or taken over with its source, each with its uncertainty.",
    children,
    NULL,
    NULL};

int cli_film(int argc, char **argv)
{
	film a = {0};
	const int code = cli_parse(&argp, argc, argv, &a.common);
	if (code != CLI_GO_ON) return code;
	return cli_measure(&a.common, "film", a.film, "film needs the description of a film (FILM.yaml)", a.out,
	                   a.width_mm, tt_film);
}
