/* A result that cannot be is named, never printed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_PROPERTIES_CONTRADICTIONS_H
#define TT_EVALUATE_PROPERTIES_CONTRADICTIONS_H

#include "temtensile/properties.h"

/* After tt_uncertainty_run: a property that came out negative, whose u is not below its value, or that contradicts
 * another (A_gt above A_t, yield above ultimate strength, by more than 2 u) becomes NaN with the contradiction as its
 * reason; so does one of whose frames more than half have no strain. A share of more than 15 % is said. */
void tt_contradictions_name(const tt_property_input *in, tt_properties *p, tt_strings *warnings);

#endif
