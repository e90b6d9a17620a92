/* Random numbers that depend on a key and an index alone, so that any row or pixel can be made in any order.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SIMULATE_RANDOM_H
#define TT_SIMULATE_RANDOM_H

#include <stdint.h>

/* What a random number is for; the same seed gives independent numbers to each. */
enum tt_sim_stream {
	TT_SIM_DRAW = 1, /* true values from stated uncertainties */
	TT_SIM_FORCE_NOISE,
	TT_SIM_DISPLACEMENT_NOISE,
	TT_SIM_JITTER,
	TT_SIM_SHAKE_X,
	TT_SIM_SHAKE_Y,
	TT_SIM_GRAIN,
	TT_SIM_PATCH,
	TT_SIM_PIXEL_NOISE,
	TT_SIM_EMPTY_FORCE_NOISE,
	TT_SIM_EMPTY_DISPLACEMENT_NOISE,
	TT_SIM_OTHER_TEST,
	TT_SIM_DROPPED,
	TT_SIM_FLICKER,
	TT_SIM_PATTERN,
	TT_SIM_DEFECT,
	TT_SIM_FLASH,
	TT_SIM_UNEVEN,
	TT_SIM_WAVES
};

/* splitmix64's finaliser (Steele, Lea & Flood 2014) over key and index. */
uint64_t tt_sim_bits(uint64_t seed, uint64_t stream, uint64_t index);
/* Uniform in (0, 1). */
double tt_sim_uniform(uint64_t seed, uint64_t stream, uint64_t index);

enum { TT_SIM_NORMAL_TABLE = 4096 };

/* Quantiles of a normal distribution of standard deviation sqrt(1/2): the sum of two entries drawn independently is
 * a standard normal number to within 8-bit pictures' needs. */
void tt_sim_normal_table(float table[TT_SIM_NORMAL_TABLE]);

#endif
