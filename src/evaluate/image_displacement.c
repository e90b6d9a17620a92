/* The device's opening as the images show it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/evaluation.h"

size_t tt_image_displacement(const tt_evaluation *a, double *log_time_s, double *displacement_m)
{
	const tt_track *k = &a->o->track;
	size_t n = 0;
	for (size_t i = 0; i < k->n; i++) {
		const double *p = k->extra_px + 4 * i;
		if (a->r->flag[i] & (TT_ROW_DUPLICATE | TT_ROW_DAMAGED)) continue;
		double opening = (p[2] - p[0]) * a->o->gauge.axis[0] + (p[3] - p[1]) * a->o->gauge.axis[1];
		log_time_s[n] = tt_clock_log_time(&a->r->clock, k->time_s[i]);
		displacement_m[n++] = opening * a->r->pixel_size.value;
	}
	return n;
}
