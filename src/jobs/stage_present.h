/* The second look at the recording: pictures for report.html and movie.mp4 in one decoding pass, then the page.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_JOBS_STAGE_PRESENT_H
#define TT_JOBS_STAGE_PRESENT_H

#include "report/page/report.h"

typedef struct tt_present {
	bool has_shots;
	tt_shots shots;
	tt_page_instant instant[6];
	size_t n_instants;
} tt_present;

void tt_present_clear(tt_present *p);

#endif
