/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_GAUGE_PICTURE_H
#define TT_REPORT_GAUGE_PICTURE_H

#include "report/findings.h"

/* gauge.png and gauge.pdf: the gauge on the frame it was laid on. */
tt_status tt_write_gauge_picture(const tt_findings *f, tt_error *err);

#endif
