/* temtensile correlate
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

enum {
	KEY_VIDEO = CLI_KEY_OWN,
	KEY_EVERY,
	KEY_STREAM,
	KEY_FRAME_RATE,
	KEY_SUBSET,
	KEY_STEP,
	KEY_ORDER,
	KEY_CIRCULAR,
	KEY_INTERPOLATION,
	KEY_PREFILTER,
	KEY_MIN_ZNCC,
	KEY_WITHIN,
	KEY_ROI,
	KEY_MASK,
	KEY_POLYGON,
	KEY_STRAIN,
	KEY_WINDOW,
	KEY_MAPS,
	KEY_RANGE,
	KEY_PIXEL_SIZE,
	KEY_WIDTH
};

enum { MOST_CORNERS = 1000 };

typedef struct correlate {
	cli_options common;
	tt_correlate_options options;
	const char *out;
	double *polygon;
} correlate;

static const struct argp_option own[] = {
    {"output", 'o', "FILE", 0, "Table of the field, such as field.csv; with --video a folder (required)", 1},
    {"video", KEY_VIDEO, "FILE", 0, "Correlate the frames of a recording with its first one", 1},
    {"every", KEY_EVERY, "N", 0, "With --video: a field for every N-th frame (default 1)", 1},
    {"stream", KEY_STREAM, "N", 0, "With --video: use video stream N, counted from 0", 1},
    {"frame-rate", KEY_FRAME_RATE, "HZ", 0, "With --video: frames a second of images that carry no times", 1},
    {"subset", KEY_SUBSET, "PX", 0, "Side of the subsets, odd (default: chosen from the texture)", 2},
    {"step", KEY_STEP, "PX", 0, "Distance of the points (default: a fifth of the subset)", 2},
    {"order", KEY_ORDER, "N", 0, "Shape function: 0 translation, 1 affine, 2 quadratic", 2},
    {"circular", KEY_CIRCULAR, NULL, 0, "Circular subsets", 2},
    {"interpolation", KEY_INTERPOLATION, "NAME", 0, "B-spline: cubic or quintic", 2},
    {"prefilter", KEY_PREFILTER, "PX", 0, "Standard deviation of a Gaussian filter on both images (default 0: none)",
     2},
    {"min-zncc", KEY_MIN_ZNCC, "R", 0, "Trust no point that correlates less", 2},
    {"within", KEY_WITHIN, "PX", 0,
     "No point has moved farther than this: what resembles it beyond is no doubt (a lattice: less than half its "
     "period)",
     2},
    {"roi", KEY_ROI, "X,Y,W,H", 0, "Region of interest: a rectangle", 3},
    {"polygon", KEY_POLYGON, "X,Y,X,Y,...", 0, "Region of interest: the corners of a polygon", 3},
    {"mask", KEY_MASK, "FILE", 0, "Region of interest: where this image is not 0", 3},
    {"strain", KEY_STRAIN, "NAME", 0, "engineering, green-lagrange or logarithmic", 4},
    {"window", KEY_WINDOW, "PX", 0, "Side of the virtual strain gauge (default: 5 steps)", 4},
    {"maps", KEY_MAPS, NULL, 0, "Maps of displacements and strains as PNG and PDF (always with --video)", 4},
    {"range", KEY_RANGE, "NAME=LO,HI", 0,
     "Range of a map's colours: u, v in px, exx, eyy, exy in % (default: the middle 98 % of the data, of all frames of "
     "a "
     "recording together); may be repeated",
     4},
    {"width", KEY_WIDTH, "MM", 0, "Width of the maps (default: 85)", 4},
    {"pixel-size", KEY_PIXEL_SIZE, "LENGTH", 0,
     "Size of a pixel, such as \"5 nm\", for the maps' scale bar (default: the "
     "file's own)",
     4},
    {0},
};

/* Numbers with commas between them; how many there were, or 0 when the text is something else. */
static size_t read_numbers(const char *text, double *out, size_t most)
{
	for (size_t n = 0; n < most;) {
		char *end;
		out[n] = tt_strtod(text, &end);
		if (end == text || !isfinite(out[n])) return 0;
		n++;
		if (!*end) return n;
		if (*end != ',') return 0;
		text = end + 1;
	}
	return 0;
}

static error_t parse_roi(correlate *c, const char *text)
{
	double v[4];
	bool ok = read_numbers(text, v, 4) == 4;
	for (int i = 0; ok && i < 4; i++)
		ok = v[i] == floor(v[i]) && v[i] >= (i < 2 ? 0 : 1) && v[i] < 1e6;
	if (!ok)
		return cli_wrong(&c->common, "--roi needs X,Y,W,H in whole pixels, such as 80,180,480,120; found '%s'",
		                 text);
	c->options.roi = (tt_rect){(int)v[0], (int)v[1], (int)v[2], (int)v[3]};
	return 0;
}

static error_t parse_polygon(correlate *c, const char *text)
{
	free(c->polygon);
	c->polygon = malloc(2 * MOST_CORNERS * sizeof *c->polygon);
	if (!c->polygon) return ENOMEM;
	size_t n = read_numbers(text, c->polygon, 2 * MOST_CORNERS);
	if (n < 6 || n % 2)
		return cli_wrong(&c->common, "--polygon needs at least three corners X,Y,X,Y,X,Y in pixels; found '%s'",
		                 text);
	c->options.polygon = c->polygon;
	c->options.n_polygon = n / 2;
	return 0;
}

static error_t parse_subset(correlate *c, const char *text)
{
	long n;
	if (cli_long(&c->common, "--subset", text, 9, 301, &n)) return EINVAL;
	if (n % 2 == 0) return cli_wrong(&c->common, "--subset needs an odd number of pixels, found %ld", n);
	c->options.dic.subset_px = (int)n;
	return 0;
}

static error_t parse_interpolation(correlate *c, const char *text)
{
	if (strcmp(text, "cubic") != 0 && strcmp(text, "quintic") != 0)
		return cli_wrong(&c->common, "--interpolation can be 'cubic' or 'quintic', found '%s'", text);
	c->options.dic.interpolation = text[0] == 'c' ? TT_BSPLINE_CUBIC : TT_BSPLINE_QUINTIC;
	return 0;
}

static error_t parse_strain(correlate *c, const char *text)
{
	static const struct {
		const char *name;
		tt_strain_measure measure;
	} known[] = {{"engineering", TT_STRAIN_ENGINEERING},
	             {"green-lagrange", TT_STRAIN_GREEN_LAGRANGE},
	             {"logarithmic", TT_STRAIN_LOGARITHMIC}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strcmp(text, known[i].name) != 0) continue;
		c->options.measure = known[i].measure;
		return 0;
	}
	return cli_wrong(&c->common, "--strain can be 'engineering', 'green-lagrange' or 'logarithmic', found '%s'",
	                 text);
}

static error_t parse_int(correlate *c, const char *option, const char *text, long lo, long hi, int *out)
{
	long n;
	if (cli_long(&c->common, option, text, lo, hi, &n)) return EINVAL;
	*out = (int)n;
	return 0;
}

static error_t parse_range(correlate *c, const char *text)
{
	static const char *const names[] = {"u", "v", "exx", "eyy", "exy"};
	size_t n = strcspn(text, "=");
	double v[2];
	for (int k = 0; k < 5; k++)
		if (strlen(names[k]) == n && strncmp(text, names[k], n) == 0 && text[n] &&
		    read_numbers(text + n + 1, v, 2) == 2 && v[0] < v[1]) {
			memcpy(c->options.range[k], v, sizeof v);
			return 0;
		}
	return cli_wrong(
	    &c->common, "--range needs NAME=LO,HI with NAME one of u, v, exx, eyy, exy, such as exx=-0.5,4; found '%s'",
	    text);
}

static error_t parse_pixel_size(correlate *c, const char *text)
{
	tt_quantity q;
	tt_error ignored;
	if (tt_quantity_parse(text, TT_DIM_LENGTH, &q, &ignored) != TT_OK || !(q.value > 0))
		return cli_wrong(&c->common, "--pixel-size needs a length such as \"5 nm\", found '%s'", text);
	c->options.pixel_size_m = q.value;
	return 0;
}

static error_t take_image(correlate *c, const char *path)
{
	tt_correlate_options *o = &c->options;
	if (o->deformed) return cli_wrong(&c->common, "two images are expected, found a third, '%s'", path);
	if (o->reference)
		o->deformed = path;
	else
		o->reference = path;
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	correlate *c = state->input;
	tt_correlate_options *o = &c->options;
	switch (key) {
	case ARGP_KEY_INIT: return cli_init(state, 3);
	case 'o': c->out = arg; return 0;
	case KEY_VIDEO: o->video = arg; return 0;
	case KEY_EVERY: return parse_int(c, "--every", arg, 1, 1000000, &o->every);
	case KEY_STREAM: return parse_int(c, "--stream", arg, 0, 1000, &o->stream);
	case KEY_SUBSET: return parse_subset(c, arg);
	case KEY_STEP: return parse_int(c, "--step", arg, 1, 1000, &o->step_px);
	case KEY_ORDER: return parse_int(c, "--order", arg, 0, 2, &o->dic.order);
	case KEY_CIRCULAR: o->dic.circular = true; return 0;
	case KEY_INTERPOLATION: return parse_interpolation(c, arg);
	case KEY_PREFILTER: return cli_double(&c->common, "--prefilter", arg, 0, 10, &o->dic.prefilter_sigma_px);
	case KEY_MIN_ZNCC: return cli_double(&c->common, "--min-zncc", arg, 0, 1, &o->dic.min_zncc);
	case KEY_WITHIN: return cli_double(&c->common, "--within", arg, 0.01, 10000, &o->dic.within_px);
	case KEY_FRAME_RATE: return cli_double(&c->common, "--frame-rate", arg, 1e-6, 1e6, &o->frame_rate);
	case KEY_ROI: return parse_roi(c, arg);
	case KEY_POLYGON: return parse_polygon(c, arg);
	case KEY_MASK: o->mask = arg; return 0;
	case KEY_STRAIN: return parse_strain(c, arg);
	case KEY_WINDOW: return cli_double(&c->common, "--window", arg, 3, 10000, &o->window_px);
	case KEY_RANGE: return parse_range(c, arg);
	case KEY_PIXEL_SIZE: return parse_pixel_size(c, arg);
	case KEY_WIDTH: return cli_double(&c->common, "--width", arg, 40, 500, &o->map_width_mm);
	case KEY_MAPS: o->maps = true; return 0;
	case ARGP_KEY_ARG: return take_image(c, arg);
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
    {&cli_argp_force, 0, NULL, 0}, {&cli_argp_pixels, 0, NULL, 0}, {&cli_argp_job, 0, NULL, 0}, {0}};
static const struct argp argp = {own,
                                 parse,
                                 "REFERENCE DEFORMED -o FILE\n--video FILE -o DIR",
                                 "Full-field digital image correlation: displacements and strains between two images, "
                                 "or between the first frame of a "
                                 "recording and the others.",
                                 children,
                                 NULL,
                                 NULL};

/* What parsing alone cannot see; 0 when all is well. */
static int check(const correlate *c)
{
	const tt_correlate_options *o = &c->options;
	if (o->video && o->reference)
		return cli_usage("correlate", "either two images or --video, found both ('%s')", o->reference);
	if (!o->video && !o->deformed)
		return cli_usage("correlate", "correlate needs two images, REFERENCE and DEFORMED, or --video FILE");
	if (!o->video && o->frame_rate > 0) return cli_usage("correlate", "--frame-rate goes with --video");
	if (!o->video && o->every > 1) return cli_usage("correlate", "--every goes with --video");
	if (!c->out) return cli_usage("correlate", "correlate needs -o, the table or folder for the results");
	return 0;
}

int cli_correlate(int argc, char **argv)
{
	correlate c = {.options = tt_correlate_defaults()};
	int code = cli_parse(&argp, argc, argv, &c.common);
	if (code == CLI_GO_ON) code = check(&c);
	if (code == 0 && !c.common.help) {
		cli_progress progress;
		tt_job job = cli_job(&c.common, &progress);
		tt_report report = {0};
		tt_error err = {0};
		c.options.force = c.common.force;
		c.options.max_pixels = c.common.max_pixels;
		tt_status st = tt_correlate(&c.options, c.out, &job, &report, &err);
		code = cli_finish(&c.common, &progress, &report, st, &err);
	}
	free(c.polygon);
	cli_options_free(&c.common);
	return code;
}
