/* What a scan's results look like as figures and tables.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_SCAN_PRESENT_H
#define TT_FILM_SCAN_PRESENT_H

#include "temtensile/film.h"
#include "temtensile/scan.h"

/* The first ring, spacings and normalised variance of the whole scan as measurements of the film `subject`. */
tt_status tt_scan_quantities(const tt_scan_result *r, const tt_film_description *d, const char *source,
                             tt_film_result *out, tt_error *err);
/* radial.csv and variance.csv with their figures, into out. */
tt_status tt_scan_present(const tt_scan_result *r, tt_film_result *out, tt_error *err);

#endif
