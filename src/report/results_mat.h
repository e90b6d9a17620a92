/* results.mat: everything that an analysis found, for MATLAB and Octave.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_RESULTS_MAT_H
#define TT_REPORT_RESULTS_MAT_H

#include "report/findings.h"
#include "temtensile/report.h"

/* Variables: curve (columns of curve.csv), summary (all of summary.json), units (of both), ends and subsets (their
 * places in each frame), width and strain_map (frames × places) where there are any, about (what this is). */
tt_status tt_write_results_mat(const tt_findings *a, tt_error *err);

#endif
