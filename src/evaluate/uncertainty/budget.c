/* How much each input adds to the variance of each property.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "evaluate/uncertainty/montecarlo.h"

static const struct {
	unsigned noise;
	tt_uncertain_input input;
} noises[] = {
    {TT_NOISE_DIC, TT_IN_DIC_NOISE},
    {TT_NOISE_BIAS, TT_IN_DIC_BIAS},
    {TT_NOISE_FORCE, TT_IN_FORCE_NOISE},
};
enum { N_NOISES = sizeof noises / sizeof *noises };

static const tt_uncertain_input belongs_to[TT_Z_COUNT] = {
    [TT_Z_STIFFNESS] = TT_IN_STIFFNESS,
    [TT_Z_STIFFNESS2] = TT_IN_STIFFNESS,
    [TT_Z_CONTACT] = TT_IN_CONTACT,
    [TT_Z_AIR_FORCE] = TT_IN_AIR_FORCE,
    [TT_Z_AIR_SLOPE] = TT_IN_AIR_FORCE,
    [TT_Z_WIDTH] = TT_IN_WIDTH,
    [TT_Z_THICKNESS] = TT_IN_THICKNESS,
    [TT_Z_PIXEL_SIZE] = TT_IN_PIXEL_SIZE,
    [TT_Z_CLOCK] = TT_IN_CLOCK,
    [TT_Z_RATE] = TT_IN_CLOCK,
    [TT_Z_FRAME_COMPLIANCE] = TT_IN_FRAME_COMPLIANCE,
    [TT_Z_FORCE_DRIFT] = TT_IN_DRIFT,
    [TT_Z_DISPLACEMENT_DRIFT] = TT_IN_DRIFT,
    [TT_Z_STRAIN_ZERO] = TT_IN_DIC_BIAS,
    [TT_Z_EXTRAPOLATION] = TT_IN_EXTRAPOLATION,
    [TT_Z_YIELD_POINT] = TT_IN_YIELD_POINT,
};

static size_t draws_per_noise(size_t draws)
{
	return draws / 4 > 100 ? draws / 4 : 100;
}

size_t tt_budget_draws(size_t draws)
{
	return N_NOISES * draws_per_noise(draws);
}

/* A scalar input alone: half the difference between one standard uncertainty up and down, squared. */
static void add_scalars(tt_mc *mc, double *plus, double *minus, tt_uncertainty *out)
{
	for (int k = 0; k < TT_Z_COUNT; k++) {
		double z[TT_Z_COUNT] = {0};
		z[k] = 1;
		tt_mc_evaluate(mc, &mc->worker[0], z, 0, 0, plus);
		z[k] = -1;
		tt_mc_evaluate(mc, &mc->worker[0], z, 0, 0, minus);
		for (size_t j = 0; j < mc->n_properties; j++) {
			double half = 0.5 * (plus[j] - minus[j]);
			if (!isfinite(plus[j])) half = mc->zero[j] - minus[j];
			if (!isfinite(minus[j])) half = plus[j] - mc->zero[j];
			if (isfinite(half)) out->share[j][belongs_to[k]] += half * half;
		}
	}
}

static void normalise(double total, double *share, double *rest)
{
	double sum = 0;
	for (int k = 0; k < TT_IN_COUNT; k++)
		sum += share[k];
	/* one at a time may come out above the whole by the draws' own scatter, or where inputs compensate */
	double whole = fmax(total, sum);
	if (!(whole > 0)) whole = 1;
	for (int k = 0; k < TT_IN_COUNT; k++)
		share[k] /= whole;
	*rest = fmax(0, total - sum) / whole;
}

tt_status tt_budget_fill(tt_mc *mc, const double *total, size_t draws, const tt_job *job, tt_progress *progress,
                         tt_uncertainty *out, tt_error *err)
{
	size_t n = mc->n_properties, each = draws_per_noise(draws);
	double *values = calloc(each * n + 2 * n + draws + each, sizeof *values), *column = values + each * n + 2 * n;
	if (!values) return tt_fail_memory(err, "the uncertainty budget");
	for (size_t j = 0; j < n; j++)
		for (int k = 0; k < TT_IN_COUNT; k++)
			out->share[j][k] = 0;
	add_scalars(mc, values, values + n, out);
	tt_status st = TT_OK;
	for (int k = 0; k < N_NOISES && st == TT_OK; k++) {
		uint64_t stream = 1 + draws + (uint64_t)k * each;
		st = tt_mc_draw(mc, each, false, noises[k].noise, stream, values, job, progress, err);
		for (size_t j = 0; j < n && st == TT_OK; j++) {
			double sd = tt_mc_spread(values + j, each, n, column).sd;
			if (isfinite(sd)) out->share[j][noises[k].input] += sd * sd;
		}
	}
	for (size_t j = 0; j < n && st == TT_OK; j++) {
		double sd = tt_mc_spread(total + j, draws, n, column).sd;
		if (isfinite(sd)) {
			normalise(sd * sd, out->share[j], &out->rest[j]);
			continue;
		}
		for (int k = 0; k < TT_IN_COUNT; k++)
			out->share[j][k] = NAN;
	}
	free(values);
	return st;
}
