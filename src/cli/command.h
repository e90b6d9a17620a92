/* A subcommand: one file and one line in main.c's table.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CLI_COMMAND_H
#define TT_CLI_COMMAND_H

#include "temtensile/core.h"

typedef struct cli_command {
	const char *name;
	const char *help; /* one line for the list of commands */
	int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns the exit code */
} cli_command;

int cli_analyze(int argc, char **argv);
int cli_probe(int argc, char **argv);
int cli_simulate(int argc, char **argv);

/* "temtensile: <sentence>" on standard error; returns the exit code of err->status. */
int cli_fail(const tt_error *err);
/* "temtensile: warning: <sentence>" for each, unless quiet. */
void cli_warnings(const tt_strings *list, bool quiet);
/* Each line to standard output, unless quiet. */
void cli_lines(const tt_strings *list, bool quiet);

#endif
