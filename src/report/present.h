/* Pictures of the frames for report.html, and movie.mp4: watchers of the second pass over the recording.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_PRESENT_H
#define TT_REPORT_PRESENT_H

#include "report/page/report.h"
#include "temtensile/closeup.h"

struct tt_findings;

/* What report.html shows of the frames. */
typedef struct tt_present {
	bool has_shots;
	char shots_key[65]; /* of what the shots depend on */
	tt_shots shots;
	tt_page_instant instant[6];
	size_t n_instants;
} tt_present;

void tt_present_clear(tt_present *p);

/* Whether a row's frame has a picture of its own: decoded, and no repetition. */
bool tt_row_has_picture(const struct tt_findings *f, size_t row);

/* Watchers: begin gives a taker (ctx NULL: nothing is to be watched), end frees it in any case; done says whether the
 * pass went through. */
tt_status tt_shots_watch(const struct tt_findings *f, tt_frame_taker *taker, tt_error *err);
tt_status tt_shots_end(void *ctx, bool done, tt_error *err);
tt_status tt_movie_watch(const struct tt_findings *f, tt_frame_taker *taker, tt_error *err);
tt_status tt_movie_end(void *ctx, bool done, tt_error *err);

/* report.html, from the pictures and what other outputs left. */
tt_status tt_write_page(const struct tt_findings *f, tt_error *err);

#endif
