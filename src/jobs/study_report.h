/* study.html: the tests of a study as one page.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_JOBS_STUDY_REPORT_H
#define TT_JOBS_STUDY_REPORT_H

#include "temtensile/study.h"

struct tt_outdir;

/* After the figures, whose curves it shows without JavaScript. folder: of each test's results; out: where the page
 * goes; command: what makes it again. */
tt_status tt_study_report(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, char *const *folder,
                          const char *out, const char *command, tt_error *err);

#endif
