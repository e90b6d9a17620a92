/* frames.ttobs: what the second look at the recording gave, kept for the next run: the closeup's numbers (without its
 * pictures) and the page's small pictures, each with the key of what it depends on.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_KEPT_FRAMES_H
#define TT_REPORT_KEPT_FRAMES_H

#include "report/present.h"
#include "temtensile/evaluate.h"

struct tt_findings;

/* Starts as {0}. */
typedef struct tt_kept_frames {
	char closeup_key[65], shots_key[65]; /* "": not there */
	tt_closeup closeup;
	tt_shots shots;
} tt_kept_frames;

void tt_kept_frames_clear(tt_kept_frames *k);
tt_status tt_kept_frames_load(const char *path, tt_kept_frames *k, tt_error *err);
/* An output of its own: frames.ttobs. */
tt_status tt_write_kept_frames(const struct tt_findings *f, tt_error *err);

/* Keys of what a closeup, and the page's pictures of these rows, depend on. */
tt_status tt_closeup_key(const tt_observation *o, const tt_look *look, char key[65], tt_error *err);
tt_status tt_shots_key(const tt_observation *o, const tt_shots_plan *plan, char key[65], tt_error *err);

#endif
