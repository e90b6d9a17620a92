/* A push-to-pull test as signals with known truth: an elastic–plastic law, a spring in parallel, load control, a noisy
 * log and noisy strains, and inputs that differ from what the analysis is told. Shares no code with the library.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_SIGNALS_H
#define TT_TESTS_SIGNALS_H

#include <stdint.h>

#include "temtensile/properties.h"

typedef struct sig_random {
	uint64_t state;
	double spare;
	int has_spare;
} sig_random;
void sig_seed(sig_random *r, uint64_t seed);
double sig_uniform(sig_random *r);
double sig_gauss(sig_random *r);

/* Engineering stress over plastic strain p: yield + hardening (1 - exp(-p/saturation)) - softening max(0, p - from)²,
 * strain = p + stress / modulus. */
typedef struct sig_law {
	double modulus, yield, hardening, saturation, softening, from; /* Pa; softening in Pa per strain² */
	double break_strain;
} sig_law;
double sig_law_stress(const sig_law *l, double p);

typedef struct sig_setup {
	sig_law law;
	double gauge_m, width_m, thickness_m, compliance_m_per_N; /* of the ends, in series */
	double rate_N_per_s, contact_s, air_N;
	double fps, log_hz;
	double strain_noise, bias, bias_time_s, zero_noise;
	double log_force_noise, log_displacement_noise;
	tt_quantity stiffness, width, thickness, pixel, starts_at; /* stated; the truth is drawn from them */
	double u_contact_m, u_air_N;
} sig_setup;

sig_setup sig_default(void);

typedef struct sig_test {
	tt_property_input in;
	tt_force_model model;
	double truth[TT_PROP_COUNT];
	double *memory;
	size_t n;
} sig_test;

/* One test with everything drawn anew. */
void sig_make(const sig_setup *s, uint64_t seed, sig_test *out);
void sig_free(sig_test *t);

#endif
