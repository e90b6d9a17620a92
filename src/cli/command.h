/* A subcommand: one file and one line in main.c's table.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CLI_COMMAND_H
#define TT_CLI_COMMAND_H

#include "options.h"
#include "progress.h"
#include "temtensile/jobs.h"

typedef struct cli_command {
	const char *name;
	const char *help;                  /* one line for the list of commands; NULL: not listed */
	int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns the exit code */
} cli_command;

int cli_analyze(int argc, char **argv);
int cli_apart(int argc, char **argv);
int cli_compare(int argc, char **argv);
int cli_correlate(int argc, char **argv);
int cli_film(int argc, char **argv);
int cli_scan4d(int argc, char **argv);
int cli_frame(int argc, char **argv);
int cli_init_description(int argc, char **argv);
int cli_mat(int argc, char **argv);
int cli_probe(int argc, char **argv);
int cli_schema(int argc, char **argv);
int cli_simulate(int argc, char **argv);
int cli_task(int argc, char **argv);
int cli_workbench(int argc, char **argv);

/* help keys, help keys.gauge, help keys study; argv[0] is "keys" or "keys.gauge". */
int cli_help_keys(int argc, char **argv);

/* "temtensile: <sentence>" on standard error; returns the exit code of err->status. */
int cli_fail(const tt_error *err);
/* "temtensile: warning: <sentence>" for each, unless quiet. */
void cli_warnings(const tt_strings *list, bool quiet);
/* Of the commands that measure a film or its scan: `in`, which is said to be `needed` where it is missing, into `out`
 * by `measure`; the exit code. Frees the options. */
typedef tt_status cli_measure_job(const char *in, const char *out, const tt_film_options *options, const tt_job *job,
                                  tt_report *report, tt_error *err);
int cli_measure(cli_options *common, const char *command, const char *in, const char *needed, const char *out,
                double width_mm, cli_measure_job *measure);
/* The end of a job: wipes the progress bar, prints warnings, results and the error, frees the report; returns the exit
 * code. */
int cli_finish(const cli_options *o, cli_progress *progress, tt_report *report, tt_status st, const tt_error *err);

#endif
