/* The grey levels of a PGM, which other forms share.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_DRAW_PGM_H
#define TT_REPORT_DRAW_PGM_H

#include "temtensile/core.h"

/* level = (grey value - lo) × scale: floats are stretched over 16 bits, others kept. */
void tt_pgm_scale(const tt_image *im, double *lo, double *scale);
/* One row: a byte a pixel for TT_U8, else two, the higher one first. */
void tt_pgm_row(const tt_image *im, int y, double lo, double scale, unsigned char *row);

#endif
