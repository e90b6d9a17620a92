/* Simulates a recording, analyses it, and says how well the curve agrees with the truth.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_SIMULATED_H
#define TT_TESTS_SIMULATED_H

#include "check.h"
#include "results.h"
#include "temtensile/jobs.h"
#include "temtensile/simulate.h"

/* film: text of a simulation.yaml; sets: options of the analysis. Fills out (path of the results) and *a. Returns the
 * analysis' status; err tells. */
tt_status simulate_and_analyse(const char *name, const char *film, const char *const *sets, size_t n_sets,
                               bool only_curve, char recording[512], char result[512], tt_error *err);

#endif
