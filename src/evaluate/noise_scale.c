/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/noise_scale.h"
#include "numeric/statistics.h"

#include <math.h>
#include <stdlib.h>

double tt_noise_scale(const tt_gauge_reading *reading, const bool *use, size_t n)
{
	double *ratio = malloc((n ? n : 1) * sizeof *ratio), scale = 1;
	size_t last[4] = {0}, seen = 0, count = 0;
	if (!ratio) return 1;
	for (size_t i = 0; i < n; i++) {
		if (!use[i] || !reading[i].ok) continue;
		last[seen++ % 4] = i;
		if (seen < 4) continue;
		static const double weight[4] = {-1, 3, -3, 1}; /* oldest first */
		double d = 0, u2 = 0;
		for (size_t k = 0; k < 4; k++) {
			const tt_gauge_reading *r = &reading[last[(seen + k) % 4]];
			d += weight[k] * r->length_px;
			u2 += weight[k] * weight[k] * r->u_length_px * r->u_length_px;
		}
		if (u2 > 0) ratio[count++] = fabs(d) / sqrt(u2);
	}
	if (count >= 9) scale = fmax(1, TT_SD_OF_MAD * tt_high_median(ratio, count));
	free(ratio);
	return scale;
}
