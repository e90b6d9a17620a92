/* summary.json, as the contract names its keys.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_JOBS_SUMMARY_H
#define TT_JOBS_SUMMARY_H

#include "jobs/analysis.h"
#include "temtensile/report.h"

/* The document; *out needs tt_json_free in any case. */
tt_status tt_summary_build(const tt_analysis *a, tt_json **out, tt_error *err);
#endif
