/* A curve such as an analysis gives: preload, loading with noise, yield, hardening, fracture, some odd rows.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_FAKE_CURVE_H
#define TT_TESTS_FAKE_CURVE_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "temtensile/curve.h"

enum { FAKE_ROWS = 400 };

typedef struct fake_curve {
	tt_curve curve;
	int64_t frame[FAKE_ROWS];
	unsigned flag[FAKE_ROWS];
	double column[13][FAKE_ROWS];
} fake_curve;

static double fake_noise(uint32_t *state)
{
	double sum = 0;
	for (int i = 0; i < 12; i++) {
		*state = *state * 1664525u + 1013904223u;
		sum += (*state >> 8) / 16777216.0;
	}
	return sum - 6;
}

static double fake_stress(double strain, double modulus, double yield)
{
	double knee = yield / modulus;
	return yield * (1 - exp(-strain / knee)) + 0.06 * yield * sqrt(strain / 0.05);
}

static fake_curve *fake_curve_new(double modulus, double yield, double elongation, uint32_t seed)
{
	fake_curve *c = calloc(1, sizeof *c);
	if (!c) abort();
	double **member[] = {&c->curve.time_s,
	                     &c->curve.log_time_s,
	                     &c->curve.displacement_m,
	                     &c->curve.force_raw_N,
	                     &c->curve.force_spring_N,
	                     &c->curve.force_N,
	                     &c->curve.gauge_length_px,
	                     &c->curve.strain,
	                     &c->curve.stress_Pa,
	                     &c->curve.u_strain,
	                     &c->curve.u_stress_Pa,
	                     &c->curve.true_strain,
	                     &c->curve.zncc};
	for (int i = 0; i < 13; i++)
		*member[i] = c->column[i];
	static double missing[FAKE_ROWS];
	c->curve.true_stress_Pa = missing;
	c->curve.frame = c->frame;
	c->curve.flag = c->flag;
	c->curve.n = FAKE_ROWS;
	for (int i = 0; i < FAKE_ROWS; i++) {
		double loading = (i - 30) / 270.0;
		double strain = loading > 0 ? elongation * loading * loading * (1.6 - 0.6 * loading) : 0;
		double stress = fake_stress(strain, modulus, yield);
		missing[i] = NAN;
		c->frame[i] = i;
		c->curve.time_s[i] = 0.2 * i;
		c->curve.log_time_s[i] = 0.2 * i - 2;
		c->curve.displacement_m[i] = 2e-6 * strain;
		c->curve.force_raw_N[i] = stress * 6e-14 + 450 * 2e-6 * strain + 8e-7;
		c->curve.force_spring_N[i] = 450 * 2e-6 * strain;
		c->curve.force_N[i] = stress * 6e-14;
		c->curve.u_strain[i] = 1.0e-4 + 1.5e-3 * strain;
		c->curve.u_stress_Pa[i] = hypot(1e7, 0.028 * stress);
		c->curve.strain[i] = strain + 1e-4 * fake_noise(&seed);
		c->curve.stress_Pa[i] = stress + 6e6 * fake_noise(&seed);
		c->curve.gauge_length_px[i] = 440 * (1 + c->curve.strain[i]);
		c->curve.true_strain[i] = log1p(c->curve.strain[i]);
		c->curve.zncc[i] = 0.98;
		if (i % 97 == 50) c->flag[i] = TT_ROW_DUPLICATE;
		if (i == 200) c->flag[i] = TT_ROW_LOST;
		if (i > 300) c->flag[i] = TT_ROW_FRACTURED;
		if (i > 390) c->flag[i] |= TT_ROW_OUTSIDE_LOG;
		if (c->flag[i] & TT_ROW_NO_STRAIN) {
			c->curve.strain[i] = c->curve.u_strain[i] = c->curve.gauge_length_px[i] = NAN;
			c->curve.stress_Pa[i] = c->curve.u_stress_Pa[i] = NAN;
		}
		if (c->flag[i] & TT_ROW_OUTSIDE_LOG) c->curve.force_raw_N[i] = c->curve.force_N[i] = NAN;
	}
	return c;
}

#endif
