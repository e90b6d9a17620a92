/* temtensile frame
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

enum { KEY_EVERY = CLI_KEY_OWN, KEY_STREAM };

typedef struct frame_command {
	cli_options common;
	const char *video, *out;
	long number, every, stream;
} frame_command;

static const struct argp_option own[] = {
    {"output", 'o', "FILE", 0, "Picture to write, as .pgm, .png or .tif; with --every a folder (required)", 1},
    {"number", 'n', "N", 0, "Number of the frame, counted from 0 (default 0)", 1},
    {"every", KEY_EVERY, "N", 0, "Write every N-th frame of the recording instead, as frame_00000.pgm ...", 1},
    {"stream", KEY_STREAM, "N", 0, "Use video stream N, counted from 0", 1},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	frame_command *c = state->input;
	switch (key) {
	case ARGP_KEY_INIT: return cli_init(state, 3);
	case 'o': c->out = arg; return 0;
	case 'n': return cli_long(&c->common, "--number", arg, 0, 100000000, &c->number);
	case KEY_EVERY: return cli_long(&c->common, "--every", arg, 1, 1000000, &c->every);
	case KEY_STREAM: return cli_long(&c->common, "--stream", arg, 0, 1000, &c->stream);
	case ARGP_KEY_ARG:
		if (c->video)
			return cli_wrong(&c->common, "one recording is expected, found '%s' and '%s'", c->video, arg);
		c->video = arg;
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
    {&cli_argp_force, 0, NULL, 0}, {&cli_argp_pixels, 0, NULL, 0}, {&cli_argp_job, 0, NULL, 0}, {0}};
static const struct argp argp = {
    own,
    parse,
    "VIDEO -o FILE",
    "Write a frame of a recording as a grey picture (PGM, PNG or TIFF, 8 or 16 bit as recorded), or "
    "every N-th of them.",
    children,
    NULL,
    NULL};

int cli_frame(int argc, char **argv)
{
	frame_command c = {.stream = -1};
	int code = cli_parse(&argp, argc, argv, &c.common);
	if (code != CLI_GO_ON) return code;
	if (!c.video || !c.out) {
		cli_options_free(&c.common);
		if (!c.video) return cli_usage("frame", "frame needs a recording (VIDEO)");
		return cli_usage("frame", "frame needs -o, the picture or folder to write");
	}
	cli_progress progress;
	tt_job job = cli_job(&c.common, &progress);
	tt_export_options options = {.video = c.video,
	                             .stream = (int)c.stream,
	                             .number = c.number,
	                             .every = (int)c.every,
	                             .max_pixels = c.common.max_pixels,
	                             .force = c.common.force};
	tt_report report = {0};
	tt_error err = {0};
	tt_status st = tt_export_frames(&options, c.out, &job, &err);
	code = cli_finish(&c.common, &progress, &report, st, &err);
	cli_options_free(&c.common);
	return code;
}
