/* Layers in a profile: located boundaries, period, scatter.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_LAYERS_PROFILE_H
#define TT_FILM_LAYERS_PROFILE_H

#include "temtensile/core.h"

typedef struct tt_layers {
	size_t boundaries; /* located */
	double *boundary;  /* rising; malloc'ed */
	bool *rising;      /* the level rises there */
	size_t periods; /* distances of neighbouring like boundaries, counted once: mean of rising and falling ones */
	double period, u_period;       /* mean and sd/√n */
	double scatter;                /* sd of the periods, the locating of the boundaries taken off */
	double u_boundary;             /* standard uncertainty of locating one */
	double freedom;                /* degrees of freedom of u_period */
	double amplitude, u_amplitude; /* half the difference of the mean levels of both kinds of layers */
	double level_low, level_high;
	double width; /* of smoothing, standard deviation */
} tt_layers;

/* From y over x (n points, rising). Boundaries are where the smoothed profile passes from one kind of layers to the
 * other, at the middle of the levels on both sides. TT_ERR_FAILED with "no regular period: …" when the profile shows no
 * layers: modulation below noise, fewer than three periods, a scatter above 40 %, or a boundary that seems to be
 * missed. x and y in any unit. */
tt_status tt_layers_find(const double *x, const double *y, size_t n, const char *what, tt_layers *out, tt_error *err);
void tt_layers_clear(tt_layers *l);

#endif
