/* The period of a superlattice from its satellites.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_REFLECTIVITY_SATELLITES_H
#define TT_FILM_REFLECTIVITY_SATELLITES_H

#include "temtensile/core.h"

enum { TT_MOST_SATELLITES = 24 };

typedef struct tt_satellites {
	size_t n;
	double theta[TT_MOST_SATELLITES], u_theta[TT_MOST_SATELLITES]; /* rad */
	int order[TT_MOST_SATELLITES];
	double period_m, u_period;
	double two_delta, u_two_delta; /* intercept of sin²θ over m² */
	double naive_m;                /* mλ/(2 sin θ) of the first: what Bragg's law without refraction would read */
	double spread;                 /* rms of sin²θ about the line, over its u; NaN: two satellites */
} tt_satellites;

/* From R over θ (rad, rising): satellites are maxima of ln R above a running median; sin²θ = (mλ/2Λ)² + 2δ, a straight
 * line in m² whose orders are found so that the intercept is near the given two_delta (from the critical angle; NaN:
 * not known, then any small positive one). orders: given ones for the satellites in turn, or NULL. TT_ERR_FAILED with a
 * sentence when there are none, or no orders fit. */
tt_status tt_satellites_fit(const double *theta, const double *r, size_t n, double wavelength_m, double two_delta,
                            const int *orders, size_t n_orders, const char *what, tt_satellites *out, tt_error *err);

#endif
