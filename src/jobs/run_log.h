/* run.log: what an analysis had to say, kept with its results.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_JOBS_RUN_LOG_H
#define TT_JOBS_RUN_LOG_H

#include "jobs/analysis.h"

/* Inputs, results in words, warnings, and the table that the iDICs guide asks for; UTF-8. No clock time in it. */
tt_status tt_write_run_log(const tt_analysis *a, tt_error *err);

#endif
