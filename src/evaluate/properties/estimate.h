/* All properties of one series, without allocation: what the best values and each Monte Carlo draw go through.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_PROPERTIES_ESTIMATE_H
#define TT_EVALUATE_PROPERTIES_ESTIMATE_H

#include "evaluate/properties/elongation.h"
#include "evaluate/properties/hollomon.h"
#include "evaluate/properties/modulus.h"
#include "evaluate/properties/offset_yield.h"
#include "evaluate/properties/peak.h"

typedef struct tt_estimate {
	double value[TT_PROP_COUNT]; /* SI; NaN: not reached */
	tt_line line;
	tt_crossing yield, proportional;
	tt_crossing found_yield; /* by the 0.2 % offset, where the yield point is given */
	tt_peak peak;
	tt_fracture_strain fracture;
	tt_hollomon hollomon;
} tt_estimate;

/* Hollomon's law from yield to an instant that stands for the onset of necking, where none is given. */
tt_hollomon tt_hardening_until(const tt_series *s, const tt_property_options *o, const tt_estimate *e, double to);

/* s: sorted rows; its smoothed twin is made anew. offset: one crossing per offset in the options. */
void tt_estimate_all(tt_series *s, const tt_property_options *o, tt_estimate *out, tt_crossing *offset);

#endif
