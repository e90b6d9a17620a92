/* summary.json, as the contract names its keys.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_SUMMARY_H
#define TT_REPORT_SUMMARY_H

#include "report/findings.h"
#include "temtensile/report.h"

/* The document; *out needs tt_json_free in any case. */
tt_status tt_summary_build(const tt_findings *a, tt_json **out, tt_error *err);
tt_status tt_write_summary(const tt_findings *a, tt_error *err);

#endif
