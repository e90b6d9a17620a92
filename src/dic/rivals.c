/* The places that rival a found one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/rivals.h"

#include <math.h>

enum { SAMPLES = 9, FAR_SAMPLES = 3, FIRST = 3 };

static const double significance = 3.1; /* standard deviations: one in a thousand */
static const double beyond_doubt = 4;   /* times what is significant */
static const double pixels_a_feature = 4;

static double misfit(double zncc)
{
	return fmax(1 - zncc, 1e-9);
}

/* What a ratio of misfits from so many samples must exceed, as a logarithm. */
static double least_log(const tt_wave *wave, int samples)
{
	double side = wave->r->options.subset_px, free = side * side / pixels_a_feature;
	return significance * sqrt(4 / free / samples);
}

static tt_wave_item as_item(const tt_wave *wave, const tt_dic_point *points, size_t i)
{
	const tt_dic_point *p = &points[i];
	tt_wave_item item = {.index = i};
	tt_warp w;
	int cx, cy;
	tt_wave_centre(wave, i, &cx, &cy);
	tt_warp_unpack(p->p, wave->r->options.order, &w);
	item.state.warp = tt_warp_about(&w, cx - p->x, cy - p->y);
	item.state.zncc = p->zncc;
	return item;
}

tt_verdict tt_rivals_judge(tt_search *s, tt_wave *wave, const tt_dic_point *points, const size_t *member, size_t n,
                           double subsets, double within_px, tt_wave_item *better)
{
	/* what overlaps says the same twice */
	int samples = (int)fmax(1, fmin(fmin((double)n, subsets), SAMPLES));
	double sum = 0, most = 0, least = least_log(wave, samples);
	for (int k = 0; k < samples; k++) {
		/* the middle one of each ninth of the group, which is in the order of the grid */
		size_t i = member[(2 * (size_t)k + 1) * n / (2 * (size_t)samples)];
		tt_wave_item found = as_item(wave, points, i), rival;
		bool far = k % (samples / FAR_SAMPLES + 1) == 0;
		/* far beyond doubt, as on most pairs, the rest would say the same */
		if (k == FIRST && sum / k > beyond_doubt * least_log(wave, k)) return TT_SURE;
		double ratio = log(1 / misfit(found.state.zncc));
		if (tt_search_rival(s, wave, &found, far, within_px, &rival)) {
			ratio = log(misfit(rival.state.zncc) / misfit(found.state.zncc));
			if (ratio < most) {
				most = ratio;
				*better = rival;
			}
		}
		sum += ratio;
	}
	double mean = sum / samples;
	if (mean > least) return TT_SURE;
	/* one sample's rival, tried on all: a significantly better place of one point is a better motion of the group
	 */
	return most < -least_log(wave, 1) ? TT_WRONG : TT_AMBIGUOUS;
}
