/* The force that the instrument reads before it touches the device.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_MECHANICS_AIR_H
#define TT_MECHANICS_AIR_H

#include "temtensile/mechanics.h"

/* Rows of a log, prepared: times increasing, all finite. Borrowed. */
typedef struct tt_trace {
	const double *t, *d, *f;
	size_t n;
	const bool *bad; /* rows whose channel stood at the end of its range; NULL: none */
} tt_trace;

enum { TT_AIR_FEWEST = 5 }; /* rows without which there is no part in air */

/* Constant or line (by the t-test at level) through rows first … last - 1, given at d0. text: how it was decided.
 * false when there are fewer than TT_AIR_FEWEST rows. rms and inflation of the residuals may be NULL. */
bool tt_air_fit(const tt_trace *rows, size_t first, size_t last, double d0, double level, tt_air_force *out,
                double *rms, double *inflation, char *text, size_t text_size);

static inline double tt_air_at(const tt_air_force *a, double d_minus_d0)
{
	return a->force_N + a->slope_N_per_m * d_minus_d0;
}

/* A rest of the tip before row `contact`: displacement that creeps less than the noise allows for motion. approach: the
 * last rows are those of an approach. */
void tt_air_rest_drift(const tt_trace *rows, size_t contact, double displacement_noise, bool approach,
                       tt_rest_drift *out);

#endif
