/* Little-endian numbers at any address.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_LOGS_LITTLE_H
#define TT_LOGS_LITTLE_H

#include <stdint.h>
#include <string.h>

static inline uint32_t tt_little_u32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline double tt_little_f32(const unsigned char *p)
{
	const uint32_t u = tt_little_u32(p);
	float f;
	memcpy(&f, &u, sizeof f);
	return (double)f;
}

static inline double tt_little_f64(const unsigned char *p)
{
	const uint64_t u = (uint64_t)tt_little_u32(p) | (uint64_t)tt_little_u32(p + 4) << 32;
	double f;
	memcpy(&f, &u, sizeof f);
	return f;
}

#endif
