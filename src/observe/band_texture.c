/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/band_texture.h"

#include <math.h>
#include <string.h>

#include "dic/texture.h"

/* A rectangle of the section: s along it, |n| across. mask: of the image's size. */
static tt_texture look_in(const tt_image *im, const tt_section *c, uint8_t *mask, double s0, double s1, double n0,
                          double n1, int side)
{
	memset(mask, 0, (size_t)im->width * (size_t)im->height);
	for (int y = 0; y < im->height; y++)
		for (int x = 0; x < im->width; x++) {
			double dx = x - c->origin[0], dy = y - c->origin[1];
			double s = dx * c->axis[0] + dy * c->axis[1], n = -dx * c->axis[1] + dy * c->axis[0];
			bool here = side == 0 || (side < 0) == (n < 0);
			mask[(size_t)y * (size_t)im->width + (size_t)x] =
			    here && s >= s0 && s <= s1 && fabs(n) >= n0 && fabs(n) <= n1;
		}
	tt_image view = {mask, im->width, im->width, im->height, TT_U8};
	return tt_image_texture(im, &view);
}

static double energy_along(const tt_section *c, const tt_texture *t)
{
	double ax = c->axis[0], ay = c->axis[1];
	return fmax(0, ax * ax * t->xx + 2 * ax * ay * t->xy + ay * ay * t->yy);
}

double tt_band_noise(const tt_image *im, const tt_section *c, uint8_t *mask)
{
	double noise = look_in(im, c, mask, c->s[0], c->s[1], 0, 0.5 * c->width_px - 4, 0).noise_grey;
	/* What rounding alone leaves. */
	double least = im->type == TT_F32 ? 1e-6 * fabs(c->contrast) : 0.2887;
	return isfinite(noise) ? fmax(noise, least) : least;
}

double tt_band_false_texture(const tt_image *im, const tt_section *c, uint8_t *mask)
{
	double least = INFINITY, half = 0.5 * c->width_px;
	for (int side = -1; side <= 1; side += 2) {
		tt_texture t = look_in(im, c, mask, c->s[0], c->s[1], half + 5, 2 * half + 25, side);
		if (t.n == 0) continue;
		least = fmin(least, energy_along(c, &t) / (0.5 * t.noise_grey * t.noise_grey));
	}
	return isfinite(least) ? fmin(least, 0.2) : 0;
}

tt_band_strength tt_band_strength_of(const tt_image *im, const tt_section *c, uint8_t *mask, double noise, double empty,
                                     double s0, double s1)
{
	tt_texture t = look_in(im, c, mask, s0, s1, 0, 0.5 * c->width_px - 4, 0);
	double share = 0.5 * noise * noise;
	if (!t.n) return (tt_band_strength){0, 0, 0};
	double energy = fmax(0, energy_along(c, &t) - empty * share);
	return (tt_band_strength){energy, energy / share, t.contrast_grey};
}

double tt_band_subset_u(const tt_band_strength *t, double noise, int side)
{
	return sqrt(2) * noise / (side * sqrt(t->energy));
}

int tt_band_plain_subset(const tt_section *c, int wanted)
{
	if (wanted > 0) return wanted;
	int side = (int)fmin(0.35 * c->width_px, 0.1 * (c->s[1] - c->s[0])) | 1;
	return side < 15 ? 15 : side > 41 ? 41 : side;
}
