/* Whether the log saw what the properties at the largest stress and at fracture rest on.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_LOG_COVER_H
#define TT_EVALUATE_LOG_COVER_H

#include "temtensile/curve.h"

/* false, with the reason in why, when the log ends before the fracture that the images show (index of its first frame
 * in the curve; -1: none), or has a hole or a saturated channel where the largest stress or the fracture lies. */
bool tt_log_covers(const tt_curve *c, const tt_mechanics *m, int64_t fracture, double u_clock_s, char *why,
                   size_t why_size);

#endif
