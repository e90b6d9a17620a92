/* A push-to-pull test as signals, with known truth: for the tests of mechanics and clocks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_MECHANICS_SIGNALS_H
#define TT_TESTS_MECHANICS_SIGNALS_H

#include <stdint.h>

#include "temtensile/mechanics.h"

typedef struct sim {
	uint64_t seed;
	/* device and specimen: film of length L and area A in series with ends of compliance C, beside a spring */
	double k, k2, E, L, A, C, yield_Pa, rise_Pa, rise_strain, hard_Pa, break_strain, slack_m;
	bool unbroken;           /* unloads at break_strain instead of breaking */
	double pop_in_strain[3]; /* 0: none */
	double pop_in_m[3];
	/* instrument */
	bool displacement_control;
	double rows_per_s, force_rate, speed, approach_speed, approach_s, rest_s, after_hold_s, unload_factor, tail_s;
	bool at_once; /* the instrument retracts at fracture */
	double force_noise, displacement_noise, force_offset, displacement_offset, air_slope, friction, compliance;
	double start_s; /* the log's clock at its first row */
	double end_s;   /* the log stops here; 0: goes on */
	bool turned;
} sim;

typedef struct sim_truth {
	double contact_s, d0_m, fracture_s, release_s; /* fracture NaN: unbroken */
	double max_force_N;
	size_t n;
	double *elongation_m; /* of the film, one per row */
	double *specimen_N;
} sim_truth;

sim sim_defaults(uint64_t seed);
/* A log as a reader would give it, and the truth. */
tt_force_log *sim_run(const sim *s, sim_truth *truth);
void sim_truth_free(sim_truth *t);
tt_force_log *sim_log_new(size_t n);

/* Elongation at a time of the log's clock, by the rows; constant outside. */
double sim_elongation(const tt_force_log *log, const sim_truth *t, double log_time);

/* Random numbers (splitmix64): uniform in (0, 1), standard normal. */
double sim_uniform(uint64_t *state);
double sim_normal(uint64_t *state);

#endif
