/* Readings of the gauge that cannot be: they say so themselves, or their neighbours do.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "observe/gauge.h"
#include "numeric/statistics.h"

enum { HISTORY = 15 };
static const double MOST_U = 0.02, MOST_U_TIMES = 40, LEAST_DOUBT_PX = 0.5, SHORTEST = 0.95, SIX = 6;

static double median_of(const double *v, size_t n)
{
	double sorted[HISTORY];
	memcpy(sorted, v, n * sizeof *v);
	return tt_high_median(sorted, n);
}

static void take_back(tt_gauge_reading *r)
{
	r->ok = false;
	r->length_px = r->u_length_px = NAN;
}

size_t tt_gauge_sift(tt_gauge_reading *reading, size_t n)
{
	double first[HISTORY], u[HISTORY];
	size_t lengths = 0, seen = 0, taken = 0;
	for (size_t i = 0; i < n; i++) {
		tt_gauge_reading *r = &reading[i];
		if (!r->ok) continue;
		bool vague = !(r->u_length_px <= MOST_U * r->length_px);
		if (!vague && seen > 0) {
			double usual = median_of(u, seen < HISTORY ? seen : HISTORY);
			vague = r->u_length_px > fmax(LEAST_DOUBT_PX, MOST_U_TIMES * usual);
		}
		bool shrunk = lengths > 0 &&
		              r->length_px < SHORTEST * median_of(first, lengths) - SIX * (vague ? 0 : r->u_length_px);
		if (vague || shrunk) {
			take_back(r);
			taken++;
			continue;
		}
		if (lengths < HISTORY) first[lengths++] = r->length_px;
		u[seen++ % HISTORY] = r->u_length_px;
	}
	return taken;
}
