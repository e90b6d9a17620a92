/* A film on its substrate under an indenter, and the moduli of contact.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_LAYERED_H
#define TT_FILM_LAYERED_H

typedef struct tt_elastic {
	double youngs_Pa, poisson;
} tt_elastic;

/* Diamond (Oliver & Pharr 1992). */
extern const tt_elastic tt_diamond;

/* E/(1 − ν²) of the specimen from the reduced modulus: 1/E_r = (1−ν²)/E + (1−ν_i²)/E_i. */
double tt_plane_strain_of(double reduced_Pa, const tt_elastic *tip);
double tt_reduced_of(double plane_strain_Pa, const tt_elastic *tip);

/* Weights of Gao, Chiu & Lee (1992) for a film of thickness t under a contact of radius a, x = t/a. poisson: that of
 * film and substrate together. */
double tt_gao_i1(double x);
double tt_gao_i0(double x, double poisson);
/* ν of film and substrate together (Hay & Crawford 2011, eq. 4): 1 − (1−ν_s)(1−ν_f)/(1−(1−I₁)ν_f−I₁ν_s). */
double tt_composite_poisson(double x, double film, double substrate);

/* Apparent plane-strain modulus of film and substrate at x = t/a (Hay & Crawford, J. Mater. Res. 26 (2011) 727, eq. 8,
 * F = 0.0626): 1/μ_a = (1−I₀)/(μ_s + F I₀ μ_f) + I₀/μ_f. */
double tt_layered_apparent(double x, const tt_elastic *film, const tt_elastic *substrate);
/* The other way: Young's modulus of the film; NaN when no positive one gives that apparent modulus. */
double tt_layered_film(double x, double apparent_Pa, double film_poisson, const tt_elastic *substrate);

#endif
