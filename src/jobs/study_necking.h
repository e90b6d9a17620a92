/* The differential images of a study's films, one below the other.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_JOBS_STUDY_NECKING_H
#define TT_JOBS_STUDY_NECKING_H

#include "temtensile/study.h"

struct tt_outdir;

/* necking_rows.png and .pdf from the first test of each group that left a necking_row.tif; nothing when none did. */
tt_status tt_study_necking(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, char *const *folder,
                           tt_error *err);

#endif
