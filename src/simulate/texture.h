/* The specimen's texture: a quintic B-spline with random coefficients, so that its value at any material point is exact
 * by definition. Coefficients are grains (random impulses) blurred to the size asked for.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SIMULATE_TEXTURE_H
#define TT_SIMULATE_TEXTURE_H

#include <stddef.h>

#include "simulate/spec.h"

typedef struct tt_sim_texture {
	float *c; /* rows of `stride` coefficients */
	int nx, ny;
	ptrdiff_t stride;
	double scale;   /* nodes per px */
	double x0, y0;  /* node number of X = 0, Y = 0 */
	double spacing; /* of spots, px */
} tt_sim_texture;

/* Covers |X| <= reach_x, |Y| <= reach_y px. grain: standard deviation of a grain, px. Values have mean 0 and standard
 * deviation 1; spots peak at 3. */
tt_status tt_sim_texture_init(tt_sim_texture *t, double reach_x, double reach_y, double grain, tt_sim_texture_kind kind,
                              uint64_t seed, tt_error *err);
void tt_sim_texture_free(tt_sim_texture *t);
/* out[i]: value at (X[i], Y[i]); outside of what is covered, that of the nearest border. */
void tt_sim_texture_at(const tt_sim_texture *t, size_t n, const double *X, const double *Y, float *out);

#endif
