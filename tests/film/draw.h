/* Random numbers for made measurements, the same on every machine.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_FILM_DRAW_H
#define TT_TESTS_FILM_DRAW_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static uint64_t draw_state = 1;

static inline void draw_seed(uint64_t seed)
{
	draw_state = seed * 0x9E3779B97F4A7C15u + 1;
}

/* 0 … 1, neither included (splitmix64) */
static inline double draw_uniform(void)
{
	uint64_t z = (draw_state += 0x9E3779B97F4A7C15u);
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	z ^= z >> 31;
	return ((double)(z >> 11) + 0.5) * 0x1p-53;
}

static inline double draw_normal(void)
{
	return sqrt(-2 * log(draw_uniform())) * cos(6.283185307179586 * draw_uniform());
}

static inline double draw_poisson(double mean)
{
	if (mean > 60) { /* the normal one, rounded */
		const double v = floor(mean + sqrt(mean) * draw_normal() + 0.5);
		return v > 0 ? v : 0;
	}
	double p = 1;
	int n = -1;
	for (const double stop = exp(-mean); p > stop; n++)
		p *= draw_uniform();
	return n < 0 ? 0 : n;
}

/* Marsaglia and Tsang; shape >= 1 after the boost */
static inline double draw_gamma(double shape)
{
	if (shape < 1) return draw_gamma(shape + 1) * pow(draw_uniform(), 1 / shape);
	const double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
	for (;;) {
		const double x = draw_normal(), t = 1 + c * x, v = t * t * t;
		if (v > 0 && log(draw_uniform()) < 0.5 * x * x + d - d * v + d * log(v)) return d * v;
	}
}

/* How many draws a coverage test makes: 200, or TT_DRAWS. */
static inline int draw_count(void)
{
	const char *s = getenv("TT_DRAWS");
	const int n = s ? atoi(s) : 0;
	return n >= 50 ? n : 200;
}

#endif
