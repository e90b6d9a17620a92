/* run.log: what an analysis had to say, kept with its results.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_RUN_LOG_H
#define TT_REPORT_RUN_LOG_H

#include "report/findings.h"

/* Inputs, results in words, warnings, and the table that the iDICs guide asks for; UTF-8. No clock time in it. */
tt_status tt_write_run_log(const tt_findings *a, tt_error *err);

#endif
