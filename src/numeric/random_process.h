/* Random numbers for the Monte Carlo draws.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_NUMERIC_RANDOM_PROCESS_H
#define TT_NUMERIC_RANDOM_PROCESS_H

#include <gsl/gsl_rng.h>

#include "temtensile/core.h"

/* Each (seed, stream) pair starts an own sequence, whichever thread draws it. */
void tt_stream_start(gsl_rng *rng, uint64_t seed, uint64_t stream);

/* A smooth Gaussian process of unit variance with correlation exp(-(dt / time)²) at given times: white knots half a
 * correlation time apart under Gaussian weights of that width. */
typedef struct tt_slow_process tt_slow_process;
/* t: increasing. A time below half the median step gives white noise. */
tt_status tt_slow_process_new(const double *t, size_t n, double time, tt_slow_process **out, tt_error *err);
void tt_slow_process_free(tt_slow_process *p);
/* Doubles of scratch memory that a draw needs. */
size_t tt_slow_process_scratch(const tt_slow_process *p);
/* out[i] += amplitude × one realisation. */
void tt_slow_process_add(const tt_slow_process *p, gsl_rng *rng, double amplitude, double *scratch, double *out);

#endif
