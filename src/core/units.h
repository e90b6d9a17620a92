/* Units, for quantity.c alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CORE_UNITS_H
#define TT_CORE_UNITS_H

#include "temtensile/core.h"

/* What ± and its spellings become: one byte that no text file may hold. */
#define TT_PLUS_MINUS "\001"

/* Rewrites UTF-8 text in place: all kinds of spaces become ' ', ± and +- become TT_PLUS_MINUS, × becomes 'x',
 * superscripts become ^n, the two micro signs one. The text never grows. */
void tt_units_normalise(char *text);
/* As tt_unit_factor, for text that went through tt_units_normalise. */
double tt_unit_factor_normalised(const char *unit, tt_dimension dim);
const char *tt_dimension_name(tt_dimension dim);  /* "a stiffness" */
const char *tt_dimension_units(tt_dimension dim); /* "N/m, mN/m, … or µN/nm" */

#endif
