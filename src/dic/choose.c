/* How large a subset the texture asks for.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/kernels.h"
#include "numeric/statistics.h"
#include "temtensile/dic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A place without texture (empty background) has no say: its sigma at LOOK px is more than BLANK times the target. */
enum { ACROSS = 9, LOOK = 41, BLANK = 10, SMALLEST = 9, SIDES = (TT_DIC_MAX_SIDE - SMALLEST) / 2 + 1 };

typedef struct texture {
	const tt_image *image, *mask;
	double noise;
	double x, y; /* Σ of the squared slopes so far, less what noise adds */
} texture;

static void add_pixel(texture *t, int x, int y)
{
	const tt_image *im = t->image;
	if (x < 1 || y < 1 || x >= im->width - 1 || y >= im->height - 1) return;
	if (t->mask && tt_image_at(t->mask, x, y) == 0) return;
	double gx = (tt_image_at(im, x + 1, y) - tt_image_at(im, x - 1, y)) / 2;
	double gy = (tt_image_at(im, x, y + 1) - tt_image_at(im, x, y - 1)) / 2;
	t->x += gx * gx - t->noise * t->noise / 2;
	t->y += gy * gy - t->noise * t->noise / 2;
}

/* sqrt(2) sigma / sqrt(SSSIG), the larger of both directions, for all sides about one centre. */
static void sigmas(texture t, int cx, int cy, double out[SIDES])
{
	for (int half = 0; half <= TT_DIC_MAX_SIDE / 2; half++) {
		for (int k = -half; k <= half; k++) {
			add_pixel(&t, cx + k, cy - half);
			if (half) add_pixel(&t, cx + k, cy + half);
		}
		for (int k = -half + 1; k < half; k++) {
			add_pixel(&t, cx - half, cy + k);
			add_pixel(&t, cx + half, cy + k);
		}
		double least = fmin(t.x, t.y);
		if (2 * half + 1 >= SMALLEST)
			out[(2 * half + 1 - SMALLEST) / 2] = least > 0 ? sqrt(2 / least) * t.noise : INFINITY;
	}
}

/* Keeps the places that have texture; all, when none has. Returns their number. */
static int drop_blank(double (*s)[SIDES], int n, double target_px)
{
	int kept = 0;
	for (int i = 0; i < n; i++) {
		if (!(s[i][(LOOK - SMALLEST) / 2] <= BLANK * target_px)) continue;
		if (kept != i) memcpy(s[kept], s[i], sizeof *s);
		kept++;
	}
	return kept ? kept : n;
}

int tt_dic_choose_subset(const tt_image *image, const tt_image *mask, tt_rect roi, double noise_grey, double target_px)
{
	static const int fallback = 33;
	if (roi.width <= 0 || roi.height <= 0) roi = (tt_rect){0, 0, image->width, image->height};
	double(*s)[SIDES] = malloc(sizeof *s * ACROSS * ACROSS), sample[ACROSS * ACROSS];
	if (!s) return fallback;
	texture t = {.image = image, .mask = mask, .noise = noise_grey};
	if (image->type != TT_F32) t.noise = fmax(t.noise, 1 / sqrt(12));
	int n = 0;
	for (int j = 0; j < ACROSS; j++)
		for (int i = 0; i < ACROSS; i++) {
			int x = roi.x + (int)((i + 0.5) / ACROSS * roi.width),
			    y = roi.y + (int)((j + 0.5) / ACROSS * roi.height);
			if (x < 0 || y < 0 || x >= image->width || y >= image->height) continue;
			if (mask && tt_image_at(mask, x, y) == 0) continue;
			sigmas(t, x, y, s[n++]);
		}
	n = drop_blank(s, n, target_px);
	int side = n ? TT_DIC_MAX_SIDE : fallback;
	for (int k = 0; n && k < SIDES; k++) {
		for (int i = 0; i < n; i++)
			sample[i] = s[i][k];
		if (tt_high_median(sample, (size_t)n) <= target_px) {
			side = SMALLEST + 2 * k;
			break;
		}
	}
	free(s);
	return side;
}
