/* Sudden drops of stress.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_PROPERTIES_STRESS_DROPS_H
#define TT_EVALUATE_PROPERTIES_STRESS_DROPS_H

#include "evaluate/properties/series.h"

/* A drop is where the line through the rows after lies below the line through the rows before, both taken at the
 * middle of a gap of at most three rows, by more than 5 times its uncertainty and `fraction` of the maximum stress, and
 * faster than twice what either line loses on its own. drops is malloc'ed (NULL when n = 0). */
tt_status tt_stress_drops_find(const tt_series *s, double fraction, tt_stress_drop **drops, size_t *n, tt_error *err);

#endif
