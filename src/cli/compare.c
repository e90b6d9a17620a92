/* temtensile compare
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/text.h"

enum {
	KEY_GROUP_BY = CLI_KEY_OWN,
	KEY_VERIFY,
	KEY_WIDTH,
	KEY_EXECUTOR,
	KEY_SLURM,
	KEY_RETRIES,
	KEY_DETACH,
	KEY_STATUS,
	KEY_COLLECT,
	KEY_CANCEL,
	KEY_VARIANTS,
	KEY_INTERVAL
};

typedef struct compare {
	cli_options common;
	const char *out;
	tt_compare_options options;
	bool mode_said;    /* --detach, --status, --collect, --cancel */
	const char **what; /* study.yaml, or folders of results */
	size_t n, room;
} compare;

static const struct argp_option own[] = {
    {"output", 'o', "DIR", 0, "Folder for the results, of each test in a folder of its own (required)", 1},
    {"group-by", KEY_GROUP_BY, "KEY", 0,
     "Compare groups of this key of the film, such as film.composition (default: the study's, else "
     "film.deposition_pressure)",
     1},
    {"jobs", 'j', "N", 0, "Analyse N tests at once (default: as many as there are threads)", 1},
    {"verify", KEY_VERIFY, NULL, 0, "Read and hash every file, also those that look as they were", 1},
    {"executor", KEY_EXECUTOR, "NAME", 0, "Where tests are analysed: local (default) or slurm", 1},
    {"slurm", KEY_SLURM, "ARGUMENTS", 0, "With executor slurm: more arguments for sbatch, such as \"-p short -t 60\"",
     1},
    {"retries", KEY_RETRIES, "N", 0,
     "Try a test N more times that was ended from outside: node lost, preempted, time, memory (default: 1)", 1},
    {"detach", KEY_DETACH, NULL, 0, "Submit the tests and a last step that compares them, and return", 1},
    {"status", KEY_STATUS, NULL, 0, "Say how far a detached study is", 1},
    {"collect", KEY_COLLECT, NULL, 0, "Wait for a detached study's tests and compare them", 1},
    {"cancel", KEY_CANCEL, NULL, 0, "End a detached study's tests", 1},
    {"variants", KEY_VARIANTS, NULL, 0,
     "The tests are one test with other settings: compare them, pool and test nothing", 1},
    {"interval", KEY_INTERVAL, "KIND", 0,
     "What stands behind ±: ci95, the 95 % interval (default); sd, the standard deviation between specimens; se, the "
     "standard uncertainty of the mean",
     1},
    {"width", KEY_WIDTH, "MM", 0, "Width of the figures (default: 85, the trends 170)", 1},
    {0},
};

static error_t add(compare *c, const char *arg)
{
	const char **grown = tt_grow(c->what, &c->room, c->n + 1, sizeof *grown);
	if (!grown) return ENOMEM;
	c->what = grown;
	c->what[c->n++] = arg;
	return 0;
}

static error_t choose_mode(compare *c, tt_compare_mode mode)
{
	if (c->mode_said)
		return cli_wrong(&c->common, "only one of --detach, --status, --collect and --cancel can be asked for");
	c->mode_said = true;
	c->options.mode = mode;
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	compare *c = state->input;
	long n;
	switch (key) {
	case ARGP_KEY_INIT: return cli_init(state, 3);
	case 'o': c->out = arg; return 0;
	case KEY_GROUP_BY: c->options.group_by = arg; return 0;
	case 'j':
		if (cli_long(&c->common, "--jobs", arg, 1, 1000, &n)) return EINVAL;
		c->options.jobs = (int)n;
		return 0;
	case KEY_EXECUTOR: c->options.executor = arg; return 0;
	case KEY_SLURM: c->options.slurm = arg; return 0;
	case KEY_RETRIES:
		if (cli_long(&c->common, "--retries", arg, 0, 100, &n)) return EINVAL;
		c->options.retries = (int)n;
		return 0;
	case KEY_DETACH: return choose_mode(c, TT_COMPARE_DETACH);
	case KEY_STATUS: return choose_mode(c, TT_COMPARE_STATUS);
	case KEY_COLLECT: return choose_mode(c, TT_COMPARE_RUN);
	case KEY_CANCEL: return choose_mode(c, TT_COMPARE_CANCEL);
	case KEY_VARIANTS: c->options.variants = true; return 0;
	case KEY_INTERVAL: c->options.interval = arg; return 0;
	case KEY_VERIFY: c->options.verify = true; return 0;
	case KEY_WIDTH: return cli_double(&c->common, "--width", arg, 30, 500, &c->options.figure_width_mm);
	case ARGP_KEY_ARG: return add(c, arg);
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
    {&cli_argp_set, 0, NULL, 0}, {&cli_argp_force, 0, NULL, 0}, {&cli_argp_job, 0, NULL, 0}, {0}};
static const struct argp argp = {
    own,
    parse,
    "STUDY.yaml -o DIR\nRESULTS... -o DIR",
    "Compare tests across their films: analyse those of a study whose results are missing or stale, or take folders of "
    "results as they are, and leave curves, trends, the map of strength against ductility, tables and statistics in "
    "DIR.",
    children,
    NULL,
    NULL};

static bool is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* 0, or the exit code after a sentence. */
static int check(const compare *c)
{
	size_t folders = 0;
	if (!c->n) return cli_usage("compare", "compare needs a study (STUDY.yaml) or folders of results");
	if (!c->out) return cli_usage("compare", "compare needs -o DIR, the folder for the results");
	for (size_t i = 0; i < c->n; i++)
		folders += is_folder(c->what[i]);
	if (c->mode_said && (!c->options.executor || strcmp(c->options.executor, "slurm") != 0))
		return cli_usage("compare", "--detach, --status, --collect and --cancel need --executor slurm");
	if (c->options.slurm && (!c->options.executor || strcmp(c->options.executor, "slurm") != 0))
		return cli_usage("compare", "--slurm needs --executor slurm");
	if (folders == c->n && c->options.executor)
		return cli_usage("compare", "--executor belongs to a study; folders of results are not analysed");
	if (folders == c->n && c->common.sets.n)
		return cli_usage("compare", "--set belongs to a study; folders of results are taken as they are");
	if (folders == c->n || (c->n == 1 && !folders)) return 0;
	if (folders)
		return cli_usage("compare", "either one study or folders of results, found '%s' and %zu folders",
		                 is_folder(c->what[0]) ? c->what[c->n - 1] : c->what[0], folders);
	return cli_usage("compare", "one study is expected, found '%s' and '%s'", c->what[0], c->what[1]);
}

int cli_compare(int argc, char **argv)
{
	compare c = {.options = {.retries = 1}};
	int code = cli_parse(&argp, argc, argv, &c.common);
	if (code != CLI_GO_ON) {
		free(c.what);
		return code;
	}
	code = check(&c);
	if (!code) {
		cli_progress progress;
		tt_job job = cli_job(&c.common, &progress);
		tt_report report = {0};
		tt_error err = {0};
		c.options.sets = (const char *const *)c.common.sets.item;
		c.options.n_sets = c.common.sets.n;
		c.options.force = c.common.force;
		c.options.status_json = c.common.progress_json;
		tt_status st = is_folder(c.what[0])
		                   ? tt_compare_results(c.what, c.n, c.out, &c.options, &job, &report, &err)
		                   : tt_compare(c.what[0], c.out, &c.options, &job, &report, &err);
		code = cli_finish(&c.common, &progress, &report, st, &err);
	}
	cli_options_free(&c.common);
	free(c.what);
	return code;
}
