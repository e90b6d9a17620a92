/* temtensile analyze
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <errno.h>
#include <string.h>

#include "core/text.h"

enum {
	KEY_ONLY = CLI_KEY_OWN,
	KEY_NO_MOVIE,
	KEY_NO_REPORT,
	KEY_FRESH,
	KEY_FRAMES,
	KEY_STRAIN,
	KEY_SHARDS,
	KEY_EXECUTOR,
	KEY_SLURM,
	KEY_RETRIES
};

typedef struct analyze {
	cli_options common;
	const char *test, *out;
	bool only_curve, no_movie, no_report, fresh;
	const char *executor, *slurm;
	long shards, retries;
} analyze;

static const struct argp_option own[] = {
    {"output", 'o', "DIR", 0, "Folder for the results; it appears complete or not at all (required)", 1},
    {"only", KEY_ONLY, "curve", 0,
     "Make curve.csv, summary.json and the stress-strain figure, nothing more (and observation.ttobs, for the next "
     "run)",
     1},
    {"frames", KEY_FRAMES, "A,B", 0, "Subtract frame A from frame B (default: yield from the last before fracture)", 1},
    {"strain", KEY_STRAIN, "A,B", 0, "The same with the first frames that reach these strains, such as 0.02,0.06", 1},
    {"no-movie", KEY_NO_MOVIE, NULL, 0, "Leave out movie.mp4", 1},
    {"no-report", KEY_NO_REPORT, NULL, 0, "Leave out report.html", 1},
    {"fresh", KEY_FRESH, NULL, 0, "Look at every frame and draw everything anew, whatever the run before left in DIR",
     1},
    {"shards", KEY_SHARDS, "N", 0, "Look at a recording of many frames in N parts at a time, and join them", 1},
    {"executor", KEY_EXECUTOR, "NAME", 0, "With --shards: where the parts are looked at, local (default) or slurm", 1},
    {"slurm", KEY_SLURM, "ARGUMENTS", 0, "With executor slurm: more arguments for sbatch, such as \"-p short -t 60\"",
     1},
    {"retries", KEY_RETRIES, "N", 0, "With --shards: try a part N more times that was ended from outside (default: 1)",
     1},
    {0},
};

/* The two pictures of the difference, as the description would name them. */
static error_t set_pair(analyze *a, const char *key, const char *arg)
{
	double v[2];
	char *end;
	v[0] = tt_strtod(arg, &end);
	if (end == arg || *end != ',') return cli_wrong(&a->common, "--%s needs two numbers A,B, found '%s'", key, arg);
	const char *second = end + 1;
	v[1] = tt_strtod(second, &end);
	if (end == second || *end) return cli_wrong(&a->common, "--%s needs two numbers A,B, found '%s'", key, arg);
	return tt_strings_add(&a->common.sets, &a->common.err, "necking.%s=[%.12g, %.12g]", key, v[0], v[1]) ? ENOMEM
	                                                                                                     : 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	analyze *a = state->input;
	switch (key) {
	case ARGP_KEY_INIT: return cli_init(state, 3);
	case 'o': a->out = arg; return 0;
	case KEY_ONLY:
		if (strcmp(arg, "curve") != 0) return cli_wrong(&a->common, "--only can be 'curve', found '%s'", arg);
		a->only_curve = true;
		return 0;
	case KEY_FRAMES: return set_pair(a, "frames", arg);
	case KEY_STRAIN: return set_pair(a, "strain", arg);
	case KEY_NO_MOVIE: a->no_movie = true; return 0;
	case KEY_NO_REPORT: a->no_report = true; return 0;
	case KEY_FRESH: a->fresh = true; return 0;
	case KEY_SHARDS: return cli_long(&a->common, "--shards", arg, 1, 10000, &a->shards);
	case KEY_EXECUTOR: a->executor = arg; return 0;
	case KEY_SLURM: a->slurm = arg; return 0;
	case KEY_RETRIES: return cli_long(&a->common, "--retries", arg, 0, 100, &a->retries);
	case ARGP_KEY_ARG:
		if (a->test)
			return cli_wrong(&a->common, "one description is expected, found '%s' and '%s'", a->test, arg);
		a->test = arg;
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
    {&cli_argp_set, 0, NULL, 0}, {&cli_argp_force, 0, NULL, 0}, {&cli_argp_job, 0, NULL, 0}, {0}};
static const struct argp argp = {
    own,
    parse,
    "TEST.yaml -o DIR",
    "Analyse a recorded push-to-pull test: track the gauge in the video, subtract the spring from the force log, align "
    "the clocks, and leave the stress-strain curve with its uncertainties, figures and a summary in DIR.",
    children,
    NULL,
    NULL};

/* 0, or the exit code after a sentence. */
static int check(const analyze *a)
{
	if (!a->test) return cli_usage("analyze", "analyze needs the description of a test (TEST.yaml)");
	if (!a->out) return cli_usage("analyze", "analyze needs -o DIR, the folder for the results");
	if (a->executor && !a->shards)
		return cli_usage("analyze", "--executor runs the parts of a recording: say how many with --shards N");
	if (a->slurm && (!a->executor || strcmp(a->executor, "slurm") != 0))
		return cli_usage("analyze", "--slurm needs --executor slurm");
	return 0;
}

int cli_analyze(int argc, char **argv)
{
	analyze a = {.retries = 1};
	int code = cli_parse(&argp, argc, argv, &a.common);
	if (code != CLI_GO_ON) return code;
	if ((code = check(&a))) {
		cli_options_free(&a.common);
		return code;
	}
	cli_progress progress;
	tt_job job = cli_job(&a.common, &progress);
	tt_analyze_options options = {.sets = (const char *const *)a.common.sets.item,
	                              .n_sets = a.common.sets.n,
	                              .only_curve = a.only_curve,
	                              .no_movie = a.no_movie,
	                              .no_report = a.no_report,
	                              .fresh = a.fresh,
	                              .force = a.common.force,
	                              .shards = (int)a.shards,
	                              .executor = a.executor,
	                              .slurm = a.slurm,
	                              .retries = (int)a.retries};
	tt_report report = {0};
	tt_error err = {0};
	tt_status st = tt_analyze(a.test, a.out, &options, &job, &report, &err);
	code = cli_finish(&a.common, &progress, &report, st, &err);
	cli_options_free(&a.common);
	return code;
}
