/* Ctrl-C.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CLI_SIGNALS_H
#define TT_CLI_SIGNALS_H

/* SIGINT and SIGTERM set the flag, a second one ends the program at once with exit code 130; SIGPIPE becomes a write
 * error. Returns the flag, for tt_job.cancel. */
const volatile int *cli_catch_signals(void);

#endif
