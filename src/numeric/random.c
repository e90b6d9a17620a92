/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/random.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

#include "numeric/gslguard.h"
#include "numeric/random_process.h"

struct tt_random {
	gsl_rng *rng;
};

tt_status tt_random_new(uint64_t seed, uint64_t stream, tt_random **out, tt_error *err)
{
	tt_random *r = calloc(1, sizeof *r);
	tt_gsl_enter();
	if (r) r->rng = gsl_rng_alloc(gsl_rng_mt19937);
	tt_gsl_leave();
	if (!r || !r->rng) {
		free(r);
		return tt_fail_memory(err, "random numbers");
	}
	tt_stream_start(r->rng, seed, stream);
	*out = r;
	return TT_OK;
}

void tt_random_free(tt_random *r)
{
	if (!r) return;
	gsl_rng_free(r->rng);
	free(r);
}

double tt_random_uniform(tt_random *r)
{
	return gsl_rng_uniform(r->rng);
}

double tt_random_gauss(tt_random *r)
{
	return gsl_ran_gaussian_ziggurat(r->rng, 1);
}

double tt_random_poisson(tt_random *r, double mean)
{
	if (!(mean > 0)) return 0;
	/* GSL's is an unsigned int, and slow when large */
	return mean < 1e6 ? (double)gsl_ran_poisson(r->rng, mean)
	                  : fmax(0, round(mean + sqrt(mean) * tt_random_gauss(r)));
}

double tt_t_quantile(double p, double freedom)
{
	tt_gsl_enter();
	const double q = isfinite(freedom) ? gsl_cdf_tdist_Pinv(p, freedom) : gsl_cdf_ugaussian_Pinv(p);
	tt_gsl_leave();
	return q;
}
