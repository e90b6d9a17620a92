/* The noise of an image from its finest detail.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "temtensile/dic.h"

#include <math.h>
#include <stdlib.h>

#include "numeric/statistics.h"

enum { MOST_SAMPLES = 1 << 17 };

static bool is_valid(const tt_image *mask, int x, int y)
{
	if (!mask) return true;
	for (int j = -1; j <= 1; j++)
		for (int i = -1; i <= 1; i++)
			if (tt_image_at(mask, x + i, y + j) == 0) return false;
	return true;
}

/* |difference of two Laplacians| (Immerkær 1996, equation 2); NaN where the 3 × 3 pixels are one flat level
 * (clipped, or painted over: no noise to be seen). */
static double detail(const tt_image *im, int x, int y)
{
	static const double k[9] = {1, -2, 1, -2, 4, -2, 1, -2, 1};
	double sum = 0, first = tt_image_at(im, x - 1, y - 1);
	bool flat = true;
	for (int i = 0; i < 9; i++) {
		double g = tt_image_at(im, x - 1 + i % 3, y - 1 + i / 3);
		sum += k[i] * g;
		flat = flat && g == first;
	}
	return flat ? NAN : fabs(sum);
}

/* Median; whole numbers stand for the interval of ± 1/2 around them. */
static double median_of(float *v, size_t n, bool whole)
{
	float mid = tt_nth_smallest(v, n, n / 2);
	if (!whole) return (double)mid;
	size_t below = 0, equal = 0;
	for (size_t i = 0; i < n; i++) {
		below += v[i] < mid;
		equal += v[i] == mid;
	}
	if (mid == 0) return 0.5 * ((double)n / 2) / (double)equal;
	return (double)mid - 0.5 + ((double)n / 2 - (double)below) / (double)equal;
}

double tt_image_noise(const tt_image *image, const tt_image *mask)
{
	if (image->width < 3 || image->height < 3) return NAN;
	size_t pixels = (size_t)(image->width - 2) * (size_t)(image->height - 2), n = 0;
	size_t step = 1 + pixels / MOST_SAMPLES;
	float *v = malloc(sizeof *v * (pixels / step + 1));
	if (!v) return NAN;
	/* a stride that shares no factor with the row length visits all columns */
	for (size_t i = 0; i < pixels; i += step) {
		size_t at = step > 1 ? i + i / (size_t)(image->width - 2) % step : i;
		if (at >= pixels) continue;
		int x = 1 + (int)(at % (size_t)(image->width - 2)), y = 1 + (int)(at / (size_t)(image->width - 2));
		if (!is_valid(mask, x, y)) continue;
		double d = detail(image, x, y);
		if (isfinite(d)) v[n++] = (float)d;
	}
	/* |N(0, s)| has the median 0.6745 s; the mask's gain is 6 */
	double sigma = n ? median_of(v, n, image->type != TT_F32) / (0.6744897501960817 * 6) : 0;
	free(v);
	return sigma;
}
