/* The centre of a diffraction pattern.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_SCAN_CENTRE_H
#define TT_FILM_SCAN_CENTRE_H

#include "temtensile/core.h"

/* Where the pattern's rings have their middle: first the point about which the pattern is most like itself turned by
 * 180°, then a least-squares fit of the pattern to its own radial mean (dI = −I′(r) e_r · dc), over all rings with a
 * slope, weighted as counts. pattern: mean of `patterns` ones, in counts. TT_ERR_FAILED when the pattern has no slope
 * to tell. */
tt_status tt_pattern_centre(const double *pattern, const bool *dead, int width, int height, double patterns,
                            double centre[2], double u[2], tt_error *err);
/* The second step alone, from *centre on, over radii from lo to hi px (the first ring); hi NaN: all. */
tt_status tt_pattern_centre_refine(const double *pattern, const bool *dead, int width, int height, double patterns,
                                   double lo, double hi, double centre[2], double u[2], tt_error *err);

#endif
