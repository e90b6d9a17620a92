/* The only place where colours are chosen.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/draw/palette.h"

#include <math.h>

static const unsigned series[] = {TT_BLUE, TT_VERMILION, TT_GREEN, TT_ORANGE, TT_SKY, TT_PURPLE, TT_BLACK};

/* 16 colours of viridis (Smith & van der Walt 2015, CC0), evenly spaced. */
static const unsigned viridis[] = {0x440154, 0x481A6C, 0x472F7D, 0x414487, 0x39568C, 0x31688E, 0x2A788E, 0x23888E,
                                   0x1F988B, 0x22A884, 0x35B779, 0x54C568, 0x7AD151, 0xA5DB36, 0xD2E21B, 0xFDE725};
static const unsigned diverging[] = {TT_BLUE, 0xFFFFFF, TT_VERMILION};
static const unsigned grey[] = {0x000000, 0xFFFFFF};

unsigned tt_series_colour(size_t i)
{
	return series[i % (sizeof series / sizeof *series)];
}

static unsigned mix(unsigned a, unsigned b, double t)
{
	unsigned out = 0;
	for (unsigned shift = 0; shift <= 16; shift += 8) {
		double from = (a >> shift) & 255, to = (b >> shift) & 255;
		out |= (unsigned)lround(from + t * (to - from)) << shift;
	}
	return out;
}

unsigned tt_tint(unsigned colour, double share)
{
	return mix(colour, 0xFFFFFF, fmin(1, fmax(0, share)));
}

const unsigned *tt_map_stops(tt_map map, size_t *n)
{
	switch (map) {
	case TT_MAP_DIVERGING: *n = sizeof diverging / sizeof *diverging; return diverging;
	case TT_MAP_GREY: *n = sizeof grey / sizeof *grey; return grey;
	default: *n = sizeof viridis / sizeof *viridis; return viridis;
	}
}

unsigned tt_map_colour(tt_map map, double v)
{
	if (isnan(v)) return 0xE6E6E6;
	size_t n;
	const unsigned *stop = tt_map_stops(map, &n);
	double at = fmin(1, fmax(0, v)) * (double)(n - 1);
	size_t i = (size_t)fmin(at, (double)(n - 2));
	return mix(stop[i], stop[i + 1], at - (double)i);
}
