/* How large a subset must be to be found at one place only: the reference is compared with itself.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/kernels.h"
#include "temtensile/dic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	ACROSS = 6, /* places tried, across and down */
	SMALLEST = 9,
	LARGEST = 91,
	FINE_SIDE = 31 /* larger subsets are compared at every second pixel */
};

/* Two places whose correlation is above this cannot be told apart by IC-GN with an affine warp and noise: on textures
 * of single features that is where wrong matches begin (tests/dic/test_unique.c). */
static const double alike = 0.75;
static const double most_alike = 0.05; /* share of places that may be so */

/* The part of the image around a place, thinned, as floats; false when it does not lie inside. */
static bool window(const tt_image *im, const tt_image *mask, int cx, int cy, int half, int thin, float *out)
{
	if (cx - half * thin < 0 || cy - half * thin < 0 || cx + half * thin >= im->width ||
	    cy + half * thin >= im->height)
		return false;
	for (int y = -half; y <= half; y++)
		for (int x = -half; x <= half; x++) {
			if (mask && tt_image_at(mask, cx + x * thin, cy + y * thin) == 0) return false;
			*out++ = (float)tt_image_at(im, cx + x * thin, cy + y * thin);
		}
	return true;
}

/* The largest zero-mean NCC of the middle of a window, side × side, with itself at least half a side away. */
static double rival(const float *w, int half, int side)
{
	int wide = 2 * half + 1, h = side / 2, n = side * side;
	const float *t = w + (half - h) * wide + half - h;
	double mean = 0, norm = 0, best = -1;
	for (int y = 0; y < side; y++)
		for (int x = 0; x < side; x++) {
			mean += (double)t[y * wide + x] / n;
			norm += (double)t[y * wide + x] * (double)t[y * wide + x];
		}
	norm -= n * mean * mean;
	if (!(norm > 0)) return 1;
	for (int y = 0; y + side <= wide; y++)
		for (int x = 0; x + side <= wide; x++) {
			if (hypot(x - (half - h), y - (half - h)) < side / 2.0) continue;
			float tg = 0, g = 0, gg = 0;
			for (int j = 0; j < side; j++) {
				const float *a = t + j * wide, *b = w + (y + j) * wide + x;
				for (int i = 0; i < side; i++) {
					float d = b[i] - (float)mean;
					tg += (a[i] - (float)mean) * d;
					g += d;
					gg += d * d;
				}
			}
			double var = (double)gg - (double)g * (double)g / n;
			if (var > 0) best = fmax(best, (double)tg / sqrt(norm * var));
		}
	return best;
}

int tt_dic_unique_side(const tt_image *image, const tt_image *mask, tt_rect roi)
{
	if (roi.width <= 0 || roi.height <= 0) roi = (tt_rect){0, 0, image->width, image->height};
	float *w = malloc(sizeof *w * (3 * LARGEST + 2) * (3 * LARGEST + 2));
	int side = SMALLEST;
	for (; w && side < LARGEST; side = (int)(side * 1.2) | 1) {
		int n = 0, bad = 0, thin = side > FINE_SIDE ? 2 : 1, s = (side / thin) | 1, half = s + s / 2;
		for (int j = 0; j < ACROSS; j++)
			for (int i = 0; i < ACROSS; i++) {
				int x = roi.x + (int)((i + 0.5) / ACROSS * roi.width),
				    y = roi.y + (int)((j + 0.5) / ACROSS * roi.height);
				if (!window(image, mask, x, y, half, thin, w)) continue;
				double r = rival(w, half, s);
				n++;
				bad += r > alike;
			}
		if (n == 0) break; /* the region is smaller than what would have to be compared */
		if (bad <= most_alike * n) {
			free(w);
			return side;
		}
	}
	free(w);
	return 0;
}
