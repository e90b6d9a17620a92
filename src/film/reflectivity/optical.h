/* X-rays in matter: what a composition says of refraction and absorption.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_REFLECTIVITY_OPTICAL_H
#define TT_FILM_REFLECTIVITY_OPTICAL_H

#include "temtensile/core.h"

/* n = 1 − δ + iβ; both in proportion to the density: δ/ρ and β/ρ in m³/kg. δ = r_e λ²/(2π) N_A ρ/M Σ n (Z + f′), β the
 * same with f″ (Als-Nielsen and McMorrow, Elements of Modern X-ray Physics, 2011, eq. 3.13 ff.), f′ and f″ by xraylib.
 * composition: a formula such as "Zr50Cu50". TT_ERR_INPUT when it is none, or the wavelength is out of the tables. */
tt_status tt_optical_per_density(const char *composition, double wavelength_m, double *delta, double *beta,
                                 tt_error *err);

/* kg/m³ of the composition's elements, their volumes added; NaN: one of them is no solid that xraylib knows. */
tt_status tt_mixture_density(const char *composition, double *density, tt_error *err);

#endif
