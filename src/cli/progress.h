/* How far a job is: a bar on a terminal, JSON lines for programs, nothing on a pipe.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CLI_PROGRESS_H
#define TT_CLI_PROGRESS_H

#include "options.h"

typedef struct cli_progress {
	enum { CLI_PROGRESS_NONE, CLI_PROGRESS_BAR, CLI_PROGRESS_JSON } how;
	int columns;
	char stage[64]; /* the one being reported */
	double stage_start_s, last_s;
	int64_t stage_first, last_done;
	bool line_shown;
} cli_progress;

/* A job for the library: threads, progress by the options, cancelled by Ctrl-C. p lives as long as the job. */
tt_job cli_job(const cli_options *o, cli_progress *p);
/* Wipes the bar; before anything else is printed. */
void cli_progress_end(cli_progress *p);

#endif
