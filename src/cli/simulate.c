/* temtensile simulate
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <stdint.h>
#include <stdlib.h>

#include "temtensile/simulate.h"

enum { KEY_SIZE = CLI_KEY_OWN, KEY_FRAMES, KEY_NOISE, KEY_CRF, KEY_AXIS, KEY_CONTRAST, KEY_SEED };

typedef struct simulate {
	cli_options common;
	const char *description, *out;
	tt_simulate_options options;
} simulate;

static const struct argp_option own[] = {
    {"output", 'o', "DIR", 0, "Folder for the recording; it appears complete or not at all (required)", 1},
    {"size", KEY_SIZE, "WxH", 0, "Size of the pictures in pixels", 2},
    {"frames", KEY_FRAMES, "N", 0, "Number of frames; the test runs slower or faster", 2},
    {"noise", KEY_NOISE, "G", 0, "Standard deviation of the noise, grey levels of 255", 2},
    {"crf", KEY_CRF, "N", 0, "Quality of the H.264 encoder, 0 (lossless) to 51", 2},
    {"axis", KEY_AXIS, "DEG", 0, "Angle of the tensile axis from +x towards +y", 2},
    {"contrast", KEY_CONTRAST, "G", 0, "Standard deviation of the texture, grey levels of 255", 2},
    {"seed", KEY_SEED, "N", 0, "Seed of all random numbers", 2},
    {0},
};

static error_t parse_size(simulate *s, const char *text)
{
	char *end;
	long w = strtol(text, &end, 10), h = 0;
	if (*end == 'x' || *end == 'X') h = strtol(end + 1, &end, 10);
	if (*end || w < 64 || h < 64 || w > 16384 || h > 16384)
		return cli_wrong(&s->common, "--size needs WxH, such as 1024x768, each from 64 to 16384; found '%s'",
		                 text);
	s->options.width = (int)w;
	s->options.height = (int)h;
	return 0;
}

static error_t parse_own(simulate *s, int key, const char *arg)
{
	cli_options *o = &s->common;
	long n = 0;
	error_t bad;
	switch (key) {
	case KEY_SIZE: return parse_size(s, arg);
	case KEY_FRAMES: return cli_long(o, "--frames", arg, 2, 10000000, &s->options.frames);
	case KEY_NOISE: return cli_double(o, "--noise", arg, 0, 100, &s->options.noise);
	case KEY_AXIS: return cli_double(o, "--axis", arg, -360, 360, &s->options.axis_deg);
	case KEY_CONTRAST: return cli_double(o, "--contrast", arg, 0, 100, &s->options.contrast);
	case KEY_CRF:
		bad = cli_long(o, "--crf", arg, 0, 51, &n);
		if (!bad) s->options.crf = (int)n;
		return bad;
	case KEY_SEED:
		bad = cli_long(o, "--seed", arg, 0, INT32_MAX, &n);
		if (!bad) s->options.seed = n;
		return bad;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	simulate *s = state->input;
	switch (key) {
	case ARGP_KEY_INIT: return cli_init(state, 3);
	case 'o': s->out = arg; return 0;
	case ARGP_KEY_ARG:
		if (s->description)
			return cli_wrong(&s->common, "one description is expected, found '%s' and '%s'", s->description,
			                 arg);
		s->description = arg;
		return 0;
	default: return parse_own(s, key, arg);
	}
}

static const struct argp_child children[] = {
    {&cli_argp_set, 0, NULL, 0}, {&cli_argp_force, 0, NULL, 0}, {&cli_argp_job, 0, NULL, 0}, {0}};
static const struct argp argp = {
    own,
    parse,
    "SIMULATION.yaml -o DIR",
    "Render a push-to-pull test whose truth is known: its video, force log, description and truth.csv. The options "
    "override the description.",
    children,
    NULL,
    NULL};

int cli_simulate(int argc, char **argv)
{
	simulate s = {.options = tt_simulate_defaults()};
	int code = cli_parse(&argp, argc, argv, &s.common);
	if (code != CLI_GO_ON) return code;
	if (!s.description || !s.out) {
		cli_options_free(&s.common);
		if (!s.description)
			return cli_usage("simulate",
			                 "simulate needs the description of a simulated test (SIMULATION.yaml)");
		return cli_usage("simulate", "simulate needs -o DIR, the folder for the recording");
	}
	s.options.sets = (const char *const *)s.common.sets.item;
	s.options.n_sets = s.common.sets.n;
	s.options.force = s.common.force;
	cli_progress progress;
	tt_job job = cli_job(&s.common, &progress);
	tt_strings notes = {0};
	tt_error err = {0};
	tt_status st = tt_simulate(s.description, &s.options, s.out, &job, &notes, &err);
	cli_progress_end(&progress);
	cli_warnings(&notes, s.common.quiet);
	tt_strings_free(&notes);
	cli_options_free(&s.common);
	return st ? cli_fail(&err) : 0;
}
