/* From the sums of a region: radial mean, first ring, normalised variance.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_SCAN_PROFILE_H
#define TT_FILM_SCAN_PROFILE_H

#include "film/scan/reduce.h"
#include "temtensile/scan.h"

/* Azimuthal mean of b's mean pattern in bins of 0.5 px, dead pixels left out, normalised by the pixels seen. */
tt_status tt_scan_radial(const tt_scan_sums *s, const tt_scan_bucket *b, const bool *dead, tt_scan_region *out,
                         tt_error *err);
/* The first ring of out's radial mean (ring: radii to fit between, NaN: found). A ring that is not there is no error:
 * out->reason says so. */
tt_status tt_scan_first_ring(const tt_scan_sums *s, const tt_scan_bucket *b, const bool *dead, const double ring[2],
                             tt_scan_region *out, tt_error *err);
/* V_image, V_ring and Ω of each ring and over the first one. counts: values are electrons, so that their shot noise can
 * be taken off. Daulton, Bondi and Kelton, Ultramicroscopy 110 (2010) 1279, for the definitions. */
tt_status tt_scan_variances(const tt_scan_sums *s, const tt_scan_bucket *b, const bool *dead, bool counts,
                            tt_scan_region *out, tt_error *err);

#endif
