/* Colours, as far as only this room needs them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_DRAW_PALETTE_H
#define TT_REPORT_DRAW_PALETTE_H

#include "temtensile/report.h"

/* The evenly spaced colours between which a map is linear in sRGB. */
const unsigned *tt_map_stops(tt_map map, size_t *n);

/* The typeface of all figures and pictures: Debian's fonts-liberation. */
#define TT_FONT "Liberation Sans"

#endif
