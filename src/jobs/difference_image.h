/* The differential image of two frames: which, made how, drawn.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_JOBS_DIFFERENCE_IMAGE_H
#define TT_JOBS_DIFFERENCE_IMAGE_H

#include "jobs/analysis.h"

/* necking.png, .pdf (both frames and their difference), necking_contrast.png, .pdf, necking_difference.tif. Frames that
 * cannot be chosen or registered are a reason in the summary, unless the description names them: then an error. */
tt_status tt_difference_stage(tt_analysis *a, tt_error *err);

#endif
