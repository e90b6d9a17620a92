/* Reading a command line with argp, in sentences of our own.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

enum { MOST_THREADS = 1024, MOST_OPTIONS = 64 };

error_t cli_init(struct argp_state *state, int children)
{
	for (int i = 0; i < children; i++)
		state->child_inputs[i] = state->input;
	return 0;
}

error_t cli_wrong(cli_options *o, const char *fmt, ...)
{
	char text[900];
	va_list ap;
	va_start(ap, fmt);
	tt_vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	tt_fail(&o->err, TT_ERR_USAGE, "%s", text);
	return EINVAL;
}

static void print_usage_error(const char *command, const char *sentence)
{
	size_t n = strlen(sentence);
	const char *join = n && sentence[n - 1] == '?' ? " Try" : "; try";
	fprintf(stderr, "temtensile: %s%s 'temtensile %s --help'\n", sentence, join, command);
}

int cli_usage(const char *command, const char *fmt, ...)
{
	char text[900];
	va_list ap;
	va_start(ap, fmt);
	tt_vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	print_usage_error(command, text);
	return TT_ERR_USAGE;
}

error_t cli_long(cli_options *o, const char *option, const char *text, long lo, long hi, long *out)
{
	char *end;
	errno = 0;
	long v = strtol(text, &end, 10);
	if (errno || end == text || *end || v < lo || v > hi)
		return cli_wrong(o, "%s needs a whole number from %ld to %ld, found '%s'", option, lo, hi, text);
	*out = v;
	return 0;
}

error_t cli_double(cli_options *o, const char *option, const char *text, double lo, double hi, double *out)
{
	char *end;
	double v = tt_strtod(text, &end);
	if (end == text || *end || !(v >= lo && v <= hi))
		return cli_wrong(o, "%s needs a number from %g to %g, found '%s'", option, lo, hi, text);
	*out = v;
	return 0;
}

static const struct argp_option job_options[] = {
    {"threads", CLI_KEY_THREADS, "N", 0, "Use N threads (default: as many as the machine has)", 10},
    {"quiet", 'q', NULL, 0, "Say nothing but errors", 10},
    {"progress", CLI_KEY_PROGRESS, "json", 0, "Report progress as one JSON object per line on standard error", 10},
    {0},
};

static error_t parse_job(int key, char *arg, struct argp_state *state)
{
	cli_options *o = state->input;
	long n = 0;
	switch (key) {
	case CLI_KEY_THREADS:
		if (cli_long(o, "--threads", arg, 1, MOST_THREADS, &n)) return EINVAL;
		o->threads = (int)n;
		return 0;
	case 'q': o->quiet = true; return 0;
	case CLI_KEY_PROGRESS:
		if (strcmp(arg, "json") != 0) return cli_wrong(o, "--progress can be 'json', found '%s'", arg);
		o->progress_json = true;
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

const struct argp cli_argp_job = {.options = job_options, .parser = parse_job};

static const struct argp_option set_options[] = {
    {"set", CLI_KEY_SET, "KEY=VALUE", 0,
     "Override one value of the description, such as specimen.thickness=\"120 ± 3 nm\"; may be repeated", 9},
    {0},
};

static error_t parse_set(int key, char *arg, struct argp_state *state)
{
	cli_options *o = state->input;
	if (key != CLI_KEY_SET) return ARGP_ERR_UNKNOWN;
	if (!strchr(arg, '=') || arg[0] == '=') return cli_wrong(o, "--set needs KEY=VALUE, found '%s'", arg);
	return tt_strings_add(&o->sets, &o->err, "%s", arg) ? ENOMEM : 0;
}

const struct argp cli_argp_set = {.options = set_options, .parser = parse_set};

static const struct argp_option force_options[] = {
    {"force", CLI_KEY_FORCE, NULL, 0,
     "Replace files there that no earlier run left, or that were changed since; never those that are read", 9},
    {0},
};

static error_t parse_force(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != CLI_KEY_FORCE) return ARGP_ERR_UNKNOWN;
	((cli_options *)state->input)->force = true;
	return 0;
}

const struct argp cli_argp_force = {.options = force_options, .parser = parse_force};

static const struct argp_option pixels_options[] = {
    {"max-pixels", CLI_KEY_PIXELS, "N", 0,
     "Refuse images and frames of more than N pixels before memory is taken for them (default 134217728)", 9},
    {0},
};

static error_t parse_pixels(int key, char *arg, struct argp_state *state)
{
	cli_options *o = state->input;
	long n = 0;
	if (key != CLI_KEY_PIXELS) return ARGP_ERR_UNKNOWN;
	error_t bad = cli_long(o, "--max-pixels", arg, 1, 10000000000, &n);
	o->max_pixels = n;
	return bad;
}

const struct argp cli_argp_pixels = {.options = pixels_options, .parser = parse_pixels};

static const struct argp_option help_options[] = {
    {"help", 'h', NULL, 0, "Show this help", -1},
    {0},
};

/* Every option of a parser and its children. */
static size_t list_options(const struct argp *argp, const struct argp_option **list, size_t n)
{
	for (const struct argp_option *p = argp->options; p && (p->name || p->key || p->doc) && n < MOST_OPTIONS; p++)
		if (p->name) list[n++] = p;
	for (const struct argp_child *c = argp->children; c && c->argp; c++)
		n = list_options(c->argp, list, n);
	return n;
}

/* "-x", or the last of "-qx": getopt stops at the first that it does not know. */
static void explain_short(const struct argp_option *const *list, size_t n, const char *found, cli_options *o)
{
	for (const char *c = found + 1; *c; c++) {
		size_t i = 0;
		while (i < n && list[i]->key != *c)
			i++;
		if (i == n) {
			cli_wrong(o, "unknown option '-%c'", *c);
			return;
		}
		if (!list[i]->arg) continue;
		cli_wrong(o, "the option '-%c' needs a value (%s)", *c, list[i]->arg);
		return;
	}
	cli_wrong(o, "the option '%s' is not understood", found);
}

/* getopt says only that something about this argument is wrong: which of the four things it is, is seen here. */
static void explain(const struct argp *argp, const char *found, cli_options *o)
{
	const struct argp_option *list[MOST_OPTIONS];
	const char *names[MOST_OPTIONS];
	size_t n = list_options(argp, list, 0), matches = 0, which = 0, length = strcspn(found, "=");
	if (strncmp(found, "--", 2) != 0) {
		explain_short(list, n, found, o);
		return;
	}
	bool exact = false;
	char name[128];
	tt_snprintf(name, sizeof name, "%.*s", (int)length - 2, found + 2);
	for (size_t i = 0; i < n; i++) {
		names[i] = list[i]->name;
		if (exact || strncmp(names[i], name, strlen(name)) != 0) continue;
		exact = strcmp(names[i], name) == 0;
		which = i;
		matches++;
	}
	size_t hint = tt_nearest_word(name, names, n);
	if (matches > 1 && !exact)
		cli_wrong(o, "the option '--%s' is ambiguous", name);
	else if (matches && list[which]->arg)
		cli_wrong(o, "the option '--%s' needs a value (%s)", names[which], list[which]->arg);
	else if (matches)
		cli_wrong(o, "the option '--%s' takes no value", names[which]);
	else if (hint < n)
		cli_wrong(o, "unknown option '--%s', did you mean '--%s'?", name, names[hint]);
	else
		cli_wrong(o, "unknown option '--%s'", name);
}

/* The parser around a command's own: help, and the place of an error. */
typedef struct outer {
	const struct argp *command;
	cli_options *o;
} outer;

static error_t parse_outer(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	outer *out = state->input;
	switch (key) {
	case ARGP_KEY_INIT: state->child_inputs[0] = out->o; return 0;
	case 'h': out->o->help = true; return 0;
	case ARGP_KEY_ERROR:
		if (!out->o->err.message[0] && state->next >= 1 && state->next <= state->argc)
			explain(out->command, state->argv[state->next - 1], out->o);
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

int cli_parse(const struct argp *argp, int argc, char **argv, cli_options *o)
{
	const struct argp_child children[] = {{argp, 0, NULL, 0}, {0}};
	const struct argp whole = {help_options, parse_outer, NULL, NULL, children, NULL, NULL};
	outer out = {argp, o};
	char name[64];
	o->err.message[0] = '\0';
	error_t failed = argp_parse(&whole, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP, NULL, &out);
	if (failed) {
		if (failed == ENOMEM && !o->err.message[0]) tt_fail_memory(&o->err, "the command line");
		if (o->err.status == TT_ERR_FAILED) {
			fprintf(stderr, "temtensile: %s\n", o->err.message);
			cli_options_free(o);
			return TT_ERR_FAILED;
		}
		if (!o->err.message[0]) cli_wrong(o, "the command line is not understood");
		print_usage_error(argv[0], o->err.message);
		cli_options_free(o);
		return TT_ERR_USAGE;
	}
	if (!o->help) return CLI_GO_ON;
	cli_options_free(o);
	tt_snprintf(name, sizeof name, "temtensile %s", argv[0]);
	setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
	argp_help(&whole, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC, name);
	return 0;
}

void cli_options_free(cli_options *o)
{
	tt_strings_free(&o->sets);
}
