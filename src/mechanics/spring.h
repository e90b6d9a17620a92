/* The line (or parabola) of a bare spring.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_MECHANICS_SPRING_H
#define TT_MECHANICS_SPRING_H

#include "temtensile/mechanics.h"

/* n points of a bare spring: x = d - d0, y = F - F_air. */
typedef struct tt_spring_data {
	const double *t, *x, *y;
	size_t n;
	double noise_x, noise_y; /* std of one point */
	double anchor_u;         /* u of y at x = 0, known from contact (N); NaN: contact says nothing */
	double level;            /* of the F-test */
} tt_spring_data;

/* Fills *out except text's origin and from_image; *shift_m: how much d0 moves by the joint fit (0 unless anchored).
 * false: too few points, or nothing that determines a slope; why says which. */
bool tt_spring_fit_data(const tt_spring_data *s, tt_spring_fit *out, double *shift_m, double *u_d0_m, char *why,
                        size_t why_size);

/* The end of a hold at the start of the points: index of the first that moves, 0 when they move at once, n when all
 * rest. */
size_t tt_spring_hold_end(const tt_spring_data *s);

#endif
