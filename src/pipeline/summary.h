/* summary.json, as the contract names its keys.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_PIPELINE_SUMMARY_H
#define TT_PIPELINE_SUMMARY_H

#include "pipeline/analysis.h"

tt_status tt_summary_write(const tt_analysis *a, const char *file, tt_error *err);

#endif
