/* The Rayleigh wave of an isotropic half-space.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_RAYLEIGH_H
#define TT_FILM_RAYLEIGH_H

/* η = V_R/V_S: √x, x the root in (0, 1) of x³ − 8x² + (24−16a)x − 16(1−a) = 0, a = (1−2ν)/(2(1−ν)) (Rayleigh 1885).
 * −1 < ν <= 0.5; NaN outside. */
double tt_rayleigh_factor(double poisson);

#endif
