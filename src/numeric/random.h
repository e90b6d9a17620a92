/* Random numbers of the common distributions.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_NUMERIC_RANDOM_H
#define TT_NUMERIC_RANDOM_H

#include "temtensile/core.h"

/* Each (seed, stream) pair is an own sequence, the same on every machine. */
typedef struct tt_random tt_random;
tt_status tt_random_new(uint64_t seed, uint64_t stream, tt_random **out, tt_error *err);
void tt_random_free(tt_random *r);
double tt_random_uniform(tt_random *r); /* 0 <= x < 1 */
double tt_random_gauss(tt_random *r);   /* mean 0, variance 1 */
double tt_random_poisson(tt_random *r, double mean);

/* Quantile p of Student's t; infinite freedom: of the normal distribution. */
double tt_t_quantile(double p, double freedom);

#endif
