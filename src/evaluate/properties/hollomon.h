/* Hollomon's law of hardening.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_PROPERTIES_HOLLOMON_H
#define TT_EVALUATE_PROPERTIES_HOLLOMON_H

#include "evaluate/properties/series.h"

typedef struct tt_hollomon {
	double n, k;   /* true stress = k (true strain)^n; NaN with the reason */
	double lo, hi; /* true strains of the rows used */
	size_t count;
	const char *reason; /* static text; NULL when found */
} tt_hollomon;

/* Hollomon 1945 (Trans. AIME 162, 268): ln(true stress) regressed on ln(true strain) from log time t_lo to t_hi, each
 * row for its part of that time, over those whose smoothed true strain lies within lo … hi, the noise of strain taken
 * off its variance. e_f: engineering strain at fracture, which with the series' t_f and s_f closes the time after the
 * last row; NaN: nothing does. */
tt_hollomon tt_hollomon_fit(const tt_series *s, double t_lo, double t_hi, double lo, double hi, double e_f);

#endif
