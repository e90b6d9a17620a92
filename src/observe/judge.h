/* Which frames can be believed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_JUDGE_H
#define TT_OBSERVE_JUDGE_H

#include "observe/gauge.h"

/* Row flags from what the source says and what correlation shows (collapsed: damaged; else lost). */
void tt_judge_frames(const unsigned *source_flags, const tt_gauge_reading *reading, size_t n, unsigned *flag);

#endif
