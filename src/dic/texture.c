/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/texture.h"

#include <math.h>

enum { FAR = 8, FEWEST = 64 };

typedef struct sums {
	double d[3]; /* half the mean squared difference at 1, 2, FAR px */
	size_t nd[3];
	double xx, xy, yy;
	size_t n;
} sums;

static bool in(const tt_image *im, const tt_image *mask, int x, int y)
{
	return x >= 0 && y >= 0 && x < im->width && y < im->height && !(mask && tt_image_at(mask, x, y) == 0);
}

static void add_differences(const tt_image *im, const tt_image *mask, int x, int y, double g, sums *s)
{
	static const int distance[3] = {1, 2, FAR};
	for (int k = 0; k < 3; k++)
		for (int way = 0; way < 2; way++) {
			int x1 = way ? x : x + distance[k], y1 = way ? y + distance[k] : y;
			if (!in(im, mask, x1, y1)) continue;
			double e = tt_image_at(im, x1, y1) - g;
			s->d[k] += 0.5 * e * e;
			s->nd[k]++;
		}
}

static double slope(const tt_image *im, int x, int y, int along_y)
{
	return along_y ? 0.5 * (tt_image_at(im, x, y + 1) - tt_image_at(im, x, y - 1))
	               : 0.5 * (tt_image_at(im, x + 1, y) - tt_image_at(im, x - 1, y));
}

/* Products of slopes at (x, y) with those one row (for x) or column (for y) on: of four pixels each, none shared. */
static void add_slopes(const tt_image *im, const tt_image *mask, int x, int y, sums *s)
{
	for (int j = -1; j <= 2; j++)
		for (int i = -1; i <= 2; i++)
			if (!in(im, mask, x + i, y + j)) return;
	double gx = slope(im, x, y, 0), gy = slope(im, x, y, 1);
	s->xx += gx * slope(im, x, y + 1, 0);
	s->yy += gy * slope(im, x + 1, y, 1);
	s->xy += gx * gy;
	s->n++;
}

typedef struct box {
	int x0, y0, x1, y1; /* x1, y1: the first beyond */
} box;

/* The first and the last pixel of a row that the mask has; false: none. */
static bool ends_of_row(const tt_image *mask, int y, int *first, int *last)
{
	int a = 0, b = mask->width - 1;
	if (mask->type == TT_U8) {
		const uint8_t *row = (const uint8_t *)mask->data + y * mask->stride;
		while (a <= b && row[a] == 0)
			a++;
		while (b >= a && row[b] == 0)
			b--;
	} else {
		while (a <= b && tt_image_at(mask, a, y) == 0)
			a++;
		while (b >= a && tt_image_at(mask, b, y) == 0)
			b--;
	}
	*first = a;
	*last = b;
	return a <= b;
}

/* Nothing of the mask is outside. */
static box box_of(const tt_image *image, const tt_image *mask)
{
	if (!mask) return (box){0, 0, image->width, image->height};
	box b = {image->width, image->height, 0, 0};
	for (int y = 0, first, last; y < image->height; y++) {
		if (!ends_of_row(mask, y, &first, &last)) continue;
		if (first < b.x0) b.x0 = first;
		if (last >= b.x1) b.x1 = last + 1;
		if (y < b.y0) b.y0 = y;
		b.y1 = y + 1;
	}
	return b;
}

tt_texture tt_image_texture(const tt_image *image, const tt_image *mask)
{
	tt_texture t = {.noise_grey = NAN, .contrast_grey = NAN};
	sums s = {.n = 0};
	const box b = box_of(image, mask);
	for (int y = b.y0; y < b.y1; y++)
		for (int x = b.x0; x < b.x1; x++) {
			if (!in(image, mask, x, y)) continue;
			add_differences(image, mask, x, y, tt_image_at(image, x, y), &s);
			add_slopes(image, mask, x, y, &s);
		}
	if (s.n < FEWEST || s.nd[0] < FEWEST || s.nd[1] < FEWEST) return t;
	for (int k = 0; k < 3; k++)
		s.d[k] /= s.nd[k] ? (double)s.nd[k] : 1;
	double n = (double)s.n, variance = fmax(0, (4 * s.d[0] - s.d[1]) / 3);
	/* what rounding alone leaves */
	if (image->type != TT_F32) variance = fmax(variance, 1.0 / 12);
	t.noise_grey = sqrt(variance);
	t.contrast_grey = sqrt(fmax(0, s.d[2] - variance));
	t.xx = fmax(0, s.xx / n);
	t.yy = fmax(0, s.yy / n);
	t.xy = s.xy / n;
	t.n = s.n;
	return t;
}
