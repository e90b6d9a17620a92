/* The Monte Carlo machine that montecarlo.c runs and budget.c takes apart.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_UNCERTAINTY_MONTECARLO_H
#define TT_EVALUATE_UNCERTAINTY_MONTECARLO_H

#include <gsl/gsl_rng.h>

#include "core/threads.h"
#include "evaluate/properties/estimate.h"
#include "evaluate/uncertainty/force_model.h"
#include "numeric/random_process.h"

/* Inputs that are noise: one number per row. */
enum { TT_NOISE_DIC = 1, TT_NOISE_BIAS = 2, TT_NOISE_FORCE = 4, TT_NOISE_ALL = 7 };

typedef struct tt_mc_worker {
	tt_series *s;
	tt_crossing *offset;
	gsl_rng *rng;
	double *bias, *force, *displacement, *scratch;
} tt_mc_worker;

typedef struct tt_mc {
	const tt_property_options *options;
	const tt_force_model *model;
	tt_force_model smooth;      /* what model points to: the caller's with a log without noise */
	tt_series *log;             /* that log */
	tt_series *base;            /* smooth, without noise */
	tt_force_point *nominal;    /* per row of base: the model at the stated inputs */
	tt_force_point nominal_end; /* at the instant of fracture */
	double u_extrapolation, u_strain_zero;
	double bias, wander;                                            /* slow errors of strain */
	tt_slow_process *bias_process, *wander_process, *force_process; /* NULL: none; force: white by row */
	size_t n_properties, rows_per_block;
	double *zero; /* [n_properties] of base */
	uint64_t seed;
	tt_pool *pool;
	tt_mc_worker *worker;
	int workers;
} tt_mc;

/* One evaluation at the scalars z (NULL: stated values) with the noises named; stream numbers the random sequence. */
void tt_mc_evaluate(const tt_mc *mc, tt_mc_worker *w, const double *z, unsigned noises, uint64_t stream,
                    double *values);
/* count draws of the noises (and, with scalars, of all scalar inputs) into values[count][n_properties]. */
tt_status tt_mc_draw(tt_mc *mc, size_t count, bool scalars, unsigned noises, uint64_t first_stream, double *values,
                     const tt_job *job, tt_progress *progress, tt_error *err);

/* Sorted finite draws of one property into column; their mean and standard deviation, a draw beyond 5 half-widths of
 * the central 68 % counting as one at that place: a single draw in which a property was found at another place of the
 * curve altogether must not speak for all. */
typedef struct tt_spread {
	size_t n;
	double mean, sd;
} tt_spread;
tt_spread tt_mc_spread(const double *values, size_t draws, size_t stride, double *column);
double tt_mc_quantile(const double *sorted, size_t n, double p);

/* budget.c: shares from the variances of all inputs at once (total) and of each alone. */
size_t tt_budget_draws(size_t draws);
tt_status tt_budget_fill(tt_mc *mc, const double *total, size_t draws, const tt_job *job, tt_progress *progress,
                         tt_uncertainty *out, tt_error *err);

#endif
