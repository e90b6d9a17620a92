/* What the instrument controlled, and which way its signs go.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_MECHANICS_CONTROL_H
#define TT_MECHANICS_CONTROL_H

#include "mechanics/air.h"

/* By which of force and displacement runs straighter in time over rows first … last - 1. UNKNOWN when neither is twice
 * as straight. text: the comparison in words. */
tt_control tt_control_find(const tt_trace *rows, size_t first, size_t last, char *text, size_t text_size);
/* What the log's own segments say of the rows between two times; UNKNOWN when they say nothing or disagree. */
tt_control tt_control_logged(const tt_force_log *log, double from_s, double to_s);
const char *tt_control_name(tt_control c); /* "load control", "displacement control", "unknown control" */

#endif
