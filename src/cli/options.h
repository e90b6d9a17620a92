/* Reading a command line with argp, and the options that several commands share.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CLI_OPTIONS_H
#define TT_CLI_OPTIONS_H

#include <argp.h>

#include "temtensile/core.h"

/* Keys of options without a short form; commands use keys from CLI_KEY_OWN on. */
enum { CLI_KEY_SET = 1000, CLI_KEY_THREADS, CLI_KEY_PROGRESS, CLI_KEY_FORCE, CLI_KEY_PIXELS, CLI_KEY_OWN = 2000 };

/* First member of each command's struct, which is the input of its argp parser. */
typedef struct cli_options {
	tt_error err; /* the sentence when something is wrong */
	bool help;
	int threads;        /* --threads; 0: all */
	bool quiet;         /* --quiet */
	bool progress_json; /* --progress=json */
	tt_strings sets;    /* --set, in order */
	bool force;         /* --force */
	int64_t max_pixels; /* --max-pixels; 0: default */
} cli_options;

/* Child parsers: --threads, --quiet, --progress; and --set; and --force; and --max-pixels. */
extern const struct argp cli_argp_job, cli_argp_set, cli_argp_force, cli_argp_pixels;
/* Hands the parent's input to n children; to be called on ARGP_KEY_INIT. */
error_t cli_init(struct argp_state *state, int children);

enum { CLI_GO_ON = -1 };
/* Parses the command line into o (a command's struct). Returns CLI_GO_ON, or the exit code: 0 after --help, 2 after a
 * sentence about what is wrong. */
int cli_parse(const struct argp *argp, int argc, char **argv, cli_options *o);
void cli_options_free(cli_options *o);

/* For parsers: fills o->err with a usage error and ends the parsing. */
error_t cli_wrong(cli_options *o, const char *fmt, ...) TT_PRINTF(2, 3);
/* After parsing: the same sentence printed at once, with the hint; returns 2. */
int cli_usage(const char *command, const char *fmt, ...) TT_PRINTF(2, 3);
/* Whole and real numbers of an option within limits, else a sentence. */
error_t cli_long(cli_options *o, const char *option, const char *text, long lo, long hi, long *out);
error_t cli_double(cli_options *o, const char *option, const char *text, double lo, double hi, double *out);

#endif
