/* Stretches of a log without usable rows: rows that are missing, rows whose channel stood at the end of its range.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_MECHANICS_HOLES_H
#define TT_MECHANICS_HOLES_H

#include "mechanics/mechanics.h"

/* Fills m->hole from the rows' times, m->saturated and the times of rows that the reader dropped. */
tt_status tt_holes_find(tt_mechanics *m, const tt_force_log *log, tt_error *err);

/* Decides, once all edges are known, which holes may be bridged. */
void tt_holes_bridge(tt_mechanics *m);

/* Force and displacement (raw) at t in a hole that is bridged, by a cubic through the lines of both sides. */
bool tt_hole_bridge_at(const tt_mechanics *m, const tt_log_hole *h, double t, tt_local *out);

#endif
