/* The maximum of stress.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_PROPERTIES_PEAK_H
#define TT_EVALUATE_PROPERTIES_PEAK_H

#include "evaluate/properties/series.h"

typedef enum tt_peak_kind {
	TT_PEAK_NONE,   /* no rows */
	TT_PEAK_SMOOTH, /* stress passed through a maximum */
	TT_PEAK_SUDDEN, /* stress was still rising when it dropped or the specimen broke */
	TT_PEAK_OPEN    /* stress was still rising when loading or the record ended */
} tt_peak_kind;

typedef struct tt_peak {
	tt_peak_kind kind;
	double t, stress;
	bool at_fracture;          /* the maximum is the stress at the instant of fracture */
	double flat_from, flat_to; /* times between which narrower pieces of the top see the maximum; NaN: not known */
	double from, to;           /* times between which noise leaves the maximum possible (95 %); NaN: not known */
} tt_peak;

/* A polynomial in time (cubic where the rows suffice) through the rows around the highest smoothed stress, over a depth
 * of 1 % of it or 8 times the noise, halved while the polynomial misses the rows by more than their noise. The maximum
 * of noisy rows would be too high by the noise. */
tt_peak tt_peak_find(const tt_series *s);
/* Stress at the instant of fracture: the caller's, else the last rows' line extrapolated. NaN: unbroken or no rows. */
double tt_stress_at_fracture(const tt_series *s);

#endif
