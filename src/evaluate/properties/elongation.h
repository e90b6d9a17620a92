/* Strain at the instant of fracture.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_PROPERTIES_ELONGATION_H
#define TT_EVALUATE_PROPERTIES_ELONGATION_H

#include "evaluate/properties/series.h"

typedef struct tt_fracture_strain {
	double strain;  /* at the instant; NaN: unbroken or too few rows */
	double last;    /* of the last intact rows' line at the last of them */
	double u_model; /* what the last rows cannot tell about the rest of the way */
	double t_last;
	bool by_displacement;
} tt_fracture_strain;

/* The last intact rows' strain against displacement (against time when that is not known), as a line whose number of
 * rows follows the data, extrapolated to the instant of fracture. u_model: 5 % of the added strain by displacement
 * (the neck takes a growing share), a quarter by time, and the whole interval's uniform distribution when the instant
 * itself is not known; plus the strain rate times the instant's uncertainty, and u_fracture_strain. */
tt_fracture_strain tt_fracture_strain_find(const tt_series *s);

#endif
