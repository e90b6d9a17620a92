/* Specular reflectivity of a stack of layers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_REFLECTIVITY_PARRATT_H
#define TT_FILM_REFLECTIVITY_PARRATT_H

#include "temtensile/core.h"

/* A layer; the first is what the beam comes through, the last the substrate: their thickness is not looked at. */
typedef struct tt_parratt_layer {
	double thickness;  /* m */
	double sld;        /* scattering length density, 1/m² */
	double absorption; /* imaginary part of it, ≥ 0 */
	double roughness;  /* of the boundary to the layer before, m; standard deviation */
} tt_parratt_layer;

/* Reflectivity at q (1/m): L. G. Parratt, Phys. Rev. 95 (1954) 359, with the roughness of L. Nevot and P. Croce, Rev.
 * Phys. Appl. 15 (1980) 761. n >= 2 layers. */
double tt_parratt(const tt_parratt_layer *layer, size_t n, double q);
/* δ to a scattering length density: 2πδ/λ². */
double tt_sld_of_delta(double delta, double wavelength_m);

#endif
