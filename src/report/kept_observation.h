/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_KEPT_OBSERVATION_H
#define TT_REPORT_KEPT_OBSERVATION_H

#include "report/findings.h"

/* observation.ttobs: what the images said, kept for the next run. */
tt_status tt_write_observation(const tt_findings *f, tt_error *err);

#endif
