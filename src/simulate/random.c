/* Random numbers by key and index.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/random.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <math.h>

#include "temtensile/simulate.h"

static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t tt_sim_bits(uint64_t seed, uint64_t stream, uint64_t index)
{
	const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t key = mix(seed + golden * (stream + 1));
	return mix(mix(key) + golden * (index + 1));
}

double tt_sim_uniform(uint64_t seed, uint64_t stream, uint64_t index)
{
	return ((double)(tt_sim_bits(seed, stream, index) >> 11) + 0.5) * 0x1p-53;
}

double tt_sim_normal(uint64_t seed, uint64_t stream, uint64_t index)
{
	return gsl_cdf_ugaussian_Pinv(tt_sim_uniform(seed, stream, index));
}

void tt_sim_normal_table(float table[TT_SIM_NORMAL_TABLE])
{
	double sum2 = 0;
	for (int i = 0; i < TT_SIM_NORMAL_TABLE; i++) {
		double q = gsl_cdf_ugaussian_Pinv((i + 0.5) / TT_SIM_NORMAL_TABLE);
		table[i] = (float)q;
		sum2 += q * q;
	}
	/* the mid-quantiles' variance is a little below 1 */
	float scale = (float)(M_SQRT1_2 / sqrt(sum2 / TT_SIM_NORMAL_TABLE));
	for (int i = 0; i < TT_SIM_NORMAL_TABLE; i++)
		table[i] *= scale;
}
