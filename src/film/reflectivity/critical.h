/* The critical angle of a thick film.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_REFLECTIVITY_CRITICAL_H
#define TT_FILM_REFLECTIVITY_CRITICAL_H

#include "temtensile/core.h"

typedef struct tt_critical_options {
	double beta_over_delta; /* from the composition; NaN: fitted */
	double resolution_rad;  /* standard deviation of the angle of incidence; 0: none */
	const char *what;
} tt_critical_options;

typedef struct tt_critical {
	double delta, u_delta; /* u: fit, inflated by misfit and by the residuals' correlation */
	double theta_c;        /* rad, √(2δ) */
	double scale, roughness_m;
	double footprint_rad;    /* angle at which the sample catches the whole beam; 0: at all angles used */
	double from_rad, to_rad; /* angles used */
	double misfit;           /* rms of ln(R/model) */
	double wavelength_m, beta_over_delta;
	double resolution_rad;
	size_t points;
} tt_critical;

/* From R over θ (rad, rising; R in any unit, > 0 where it counts): Fresnel's reflectivity of a half-space with
 * absorption and roughness, scale and the sample's footprint free, between the plateau and 1.35 θ_c, where a film of
 * 100 nm and more hides its substrate. The noise is the data's own. TT_ERR_FAILED with a sentence when there is no
 * plateau with an edge. */
tt_status tt_critical_fit(const double *theta, const double *r, size_t n, double wavelength_m,
                          const tt_critical_options *options, tt_critical *out, tt_error *err);
/* The fitted curve at θ. */
double tt_critical_at(const tt_critical *c, double theta);

#endif
