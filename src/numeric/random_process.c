/* Random numbers for the Monte Carlo draws.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/random_process.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

enum { WEIGHTS = 10 };

struct tt_slow_process {
	size_t n, knots;
	size_t *first;  /* first knot under each time */
	double *weight; /* WEIGHTS per time, of unit sum of squares */
};

/* Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators": the output function of SplitMix64. */
static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void tt_stream_start(gsl_rng *rng, uint64_t seed, uint64_t stream)
{
	/* GSL seeds are 32 bits: adding the stream keeps those of one run apart */
	uint32_t start = (uint32_t)(mix(seed + UINT64_C(0x9e3779b97f4a7c15)) >> 16) + (uint32_t)stream;
	gsl_rng_set(rng, start ? start : 0x9e3779b9u);
}

static void set_weights(tt_slow_process *p, size_t i, double position)
{
	double below = floor(position), sum2 = 0, *w = p->weight + i * WEIGHTS;
	p->first[i] = (size_t)below;
	for (int k = 0; k < WEIGHTS; k++) {
		double z = position - below + (WEIGHTS / 2 - 1) - k;
		w[k] = exp(-0.5 * z * z);
		sum2 += w[k] * w[k];
	}
	for (int k = 0; k < WEIGHTS; k++)
		w[k] /= sqrt(sum2);
}

tt_status tt_slow_process_new(const double *t, size_t n, double time, tt_slow_process **out, tt_error *err)
{
	*out = NULL;
	tt_slow_process *p = calloc(1, sizeof *p);
	if (!p) return tt_fail_memory(err, "a random process");
	p->n = n;
	p->first = malloc((n + 1) * sizeof *p->first);
	p->weight = malloc((n + 1) * WEIGHTS * sizeof *p->weight);
	if (!p->first || !p->weight) {
		tt_slow_process_free(p);
		return tt_fail_memory(err, "a random process");
	}
	double span = n > 1 ? t[n - 1] - t[0] : 0, width = 0.5 * time;
	/* knots nearer than a tenth of the mean step give white noise as well as closer ones would */
	double least = n > 1 ? 0.1 * span / (double)(n - 1) : 1;
	if (!(width > least)) width = least > 0 ? least : 1;
	for (size_t i = 0; i < n; i++)
		set_weights(p, i, (t[i] - t[0]) / width);
	p->knots = (n ? p->first[n - 1] : 0) + WEIGHTS;
	*out = p;
	return TT_OK;
}

void tt_slow_process_free(tt_slow_process *p)
{
	if (!p) return;
	free(p->first);
	free(p->weight);
	free(p);
}

size_t tt_slow_process_scratch(const tt_slow_process *p)
{
	return p->knots;
}

void tt_slow_process_add(const tt_slow_process *p, gsl_rng *rng, double amplitude, double *scratch, double *out)
{
	for (size_t k = 0; k < p->knots; k++)
		scratch[k] = gsl_ran_gaussian_ziggurat(rng, 1);
	for (size_t i = 0; i < p->n; i++) {
		const double *w = p->weight + i * WEIGHTS, *z = scratch + p->first[i];
		double v = 0;
		for (int k = 0; k < WEIGHTS; k++)
			v += w[k] * z[k];
		out[i] += amplitude * v;
	}
}
