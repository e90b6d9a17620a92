/* The specimen's outline and motion, in pixels along (X) and across (Y) its axis.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SIMULATE_SHAPE_H
#define TT_SIMULATE_SHAPE_H

#include <stdbool.h>

/* Undeformed: X = 0 in the middle of the gauge; half widths; a shoulder is two arcs with a straight piece between. */
typedef struct tt_sim_shape {
	double length;          /* of the gauge */
	double half, grip_half; /* half widths */
	double radius, slope_deg;
	double shoulder; /* length of a shoulder along X */
	double fade;     /* half the length over which the strain dies at a gauge end */
	double neck, neck_sd;
	double poisson;
	double crack;   /* where the axis breaks */
	int waves;      /* periods of uneven strain in the gauge; 0: none */
	double wave[2]; /* their amplitudes: of `waves` and waves + 1 periods */
} tt_sim_shape;

/* Motion along the axis: x = X + u(X), u = 0 in the grip at negative X; the halves are shifted as a whole. */
typedef struct tt_sim_motion {
	double uniform;          /* strain of the gauge outside the neck, as seen */
	double uneven;           /* plastic strain that is spread by the waves */
	double neck;             /* px of elongation in the neck beyond that */
	double end;              /* px of elongation of each shoulder */
	double elastic, plastic; /* what of the uniform strain is which: for the width */
	double shift[2];         /* px added to x: of the part at negative X, at positive X */
	bool broken;
	double crack[2], cot[2]; /* broken: the edge of each part is x = crack + cot y, before the shift */
} tt_sim_motion;

void tt_sim_shape_init(tt_sim_shape *s, double length, double width, double grip_width, double radius);
/* u and, when slope is not NULL, du/dX; without the shifts. */
double tt_sim_u(const tt_sim_shape *s, const tt_sim_motion *m, double X, double *slope);
/* u far beyond the grip at positive X. */
double tt_sim_u_end(const tt_sim_shape *s, const tt_sim_motion *m);
/* X such that X + u(X) = x, by Newton from `guess`; to better than 1e-9 px. */
double tt_sim_inverse(const tt_sim_shape *s, const tt_sim_motion *m, double x, double guess);
/* Width over undeformed width at X: elastic contraction by Poisson's ratio, plastic flow at constant volume. */
double tt_sim_width_ratio(const tt_sim_shape *s, const tt_sim_motion *m, double X);
/* Half width of the undeformed outline at X. */
double tt_sim_half_width(const tt_sim_shape *s, double X);
/* 0 in the gauge, 1 in the grips. */
double tt_sim_grip_part(const tt_sim_shape *s, double X);

#endif
