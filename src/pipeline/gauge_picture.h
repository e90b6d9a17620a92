/* gauge.png: the gauge, drawn on the first frame.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_PIPELINE_GAUGE_PICTURE_H
#define TT_PIPELINE_GAUGE_PICTURE_H

#include "pipeline/analysis.h"

/* gauge.png and gauge.pdf, 85 mm wide. */
tt_status tt_gauge_picture(const tt_analysis *a, const tt_image *first, tt_error *err);

#endif
