/* Ctrl-C.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CLI_SIGNALS_H
#define TT_CLI_SIGNALS_H

#include <stdbool.h>

/* SIGINT and SIGTERM set the flag, a second one ends the program at once with exit code 130; SIGPIPE becomes a write
 * error. Returns the flag, for tt_job.cancel. */
const volatile int *cli_catch_signals(void);
/* The program has said all and ends with this code, which is returned: faults and exits after this, or before, are
 * those of libraries. */
int cli_end(int code);
/* Whether one has come. */
bool cli_was_interrupted(void);

#endif
