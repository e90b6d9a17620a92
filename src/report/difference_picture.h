/* The differential image of two frames, drawn.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_DIFFERENCE_PICTURE_H
#define TT_REPORT_DIFFERENCE_PICTURE_H

#include "report/findings.h"

/* necking.png, .pdf (both frames and their difference), necking_contrast.png, .pdf, necking_difference.tif,
 * necking_row.tif; nothing without a difference. */
tt_status tt_write_difference(const tt_findings *a, tt_error *err);

#endif
