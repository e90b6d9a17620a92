/* The first sharp diffraction peak (the first broad hump, or the first ring) of an amorphous film.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_DIFFRACTION_HUMP_H
#define TT_FILM_DIFFRACTION_HUMP_H

#include "temtensile/core.h"

/* What a hump may stand on: a parabola, a constant and an exponential decay, or a line and one. */
typedef enum tt_hump_ground {
	TT_GROUND_PARABOLA,
	TT_GROUND_DECAY,
	TT_GROUND_DECAY_LINE,
	TT_BACKGROUNDS
} tt_hump_ground;

typedef struct tt_hump_options {
	double start;        /* where to look for the hump; NaN: found */
	double second_ratio; /* of the second hump's position to the first's, as a start; 0: 1.75 */
	const bool *masked;  /* points to leave out, or NULL */
	bool
	    counting; /* sigma² is proportional to the intensity: it is taken from the model, not from the noisy data */
	double *influence; /* n places for ∂(position)/∂y of each point, or NULL */
	const char *what;  /* for messages: "the hump of scan.xy" */
} tt_hump_options;

/* A value with its standard uncertainty, in the units of x or y. */
typedef struct tt_hump_value {
	double value, u;
} tt_hump_value;

typedef struct tt_hump {
	tt_hump_value position, fwhm, height; /* of the first */
	double eta;                           /* Lorentzian share of the pseudo-Voigt, about 0 … 1 */
	bool has_second;
	tt_hump_value second_position, second_fwhm, second_height;
	double second_eta;
	tt_hump_ground ground;
	double
	    background[4]; /* of z = (x − centre)/half: b0 + b1 z + b2 z², or b0 + b1 exp(−exp(b2)(z + 1)/2) + b3 z */
	double centre, half;
	double chi2;        /* reduced; u is inflated by its root where it is above 1 */
	double correlation; /* of position and FWHM */
	size_t points;
} tt_hump;

/* Fits y over x (n points, rising) by one or two pseudo-Voigt profiles on each of the backgrounds, weighted by
 * 1/sigma². Background and second profile are those that the data ask for (Bayesian information criterion; the second's
 * height above three of its u); what other fits that are as likely give differently widens u by their weights. The
 * Lorentzian shares have a prior of 0.5 ± 0.4, so that data that cannot tell them widen the intervals instead of
 * breaking the fit. TT_ERR_FAILED with a sentence when there is no hump: its height is below five of its u, its
 * position is outside the data, or its width is more than their span. */
tt_status tt_hump_fit(const double *x, const double *y, const double *sigma, size_t n, const tt_hump_options *options,
                      tt_hump *out, tt_error *err);
/* The fitted curve, and its background alone, at x. */
double tt_hump_at(const tt_hump *h, double x);
double tt_hump_background(const tt_hump *h, double x);
/* A pseudo-Voigt of height 1: eta/(1+4t²) + (1−eta) exp(−4 ln2 t²), t = (x − position)/fwhm. */
double tt_pseudo_voigt(double x, double position, double fwhm, double eta);

#endif
