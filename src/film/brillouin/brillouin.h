/* The surface wave's velocity from spectra at several angles.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_BRILLOUIN_H
#define TT_FILM_BRILLOUIN_H

#include "film/result.h"

typedef struct tt_velocity {
	double value, u;       /* m/s; u: all of it */
	double parts[5];       /* standard uncertainties: lines and angles, wavelength, mirror spacing, angle offset,
	                          dispersion       and half-space */
	size_t n;              /* angles used */
	double slope, u_slope; /* change of the velocity over the angles used, relative; NaN: one angle */
	double least_kt;       /* of the angles used; NaN: thickness not known */
} tt_velocity;
extern const char *const tt_velocity_part[5];

/* V = F λ/(2 sin θ). Warnings, inputs, brillouin.csv and figures go to out. *reason: why there is none though the files
 * are good; else empty. */
tt_status tt_velocity_measure(const tt_film_description *d, tt_film_result *out, tt_velocity *v, char reason[600],
                              tt_error *err);

#endif
