/* A bar with shoulders and grips, its edges error functions at known places, with grain, noise and whatever disturbs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_BAR_PICTURE_H
#define TT_TESTS_BAR_PICTURE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "temtensile/core.h"

typedef struct bar {
	int width, height;
	double centre[2], axis_deg;
	double length, thick, grip_thick, radius; /* px; thick: width of the bar */
	double background, inside, grip, grain;   /* grey levels; grain: standard deviation */
	double grain_px, blur, noise;
	double shade[2];                        /* change of the illumination over the frame in x and y, as a factor */
	double contour, contour_at, contour_px; /* a dark band across: grey levels, place, standard deviation */
	bool overlay;
	uint32_t seed;
	tt_pixel type;
	double scale; /* grey levels of 8 bit to those of the image */
} bar;

static bar bar_default(void)
{
	return (bar){.width = 640,
	             .height = 480,
	             .centre = {320, 240},
	             .length = 500,
	             .thick = 100,
	             .grip_thick = 220,
	             .radius = 25,
	             .background = 205,
	             .inside = 120,
	             .grip = 70,
	             .grain = 20,
	             .grain_px = 2.5,
	             .blur = 0.8,
	             .noise = 3,
	             .seed = 1,
	             .type = TT_U8,
	             .scale = 1};
}

static double bar_hash(uint32_t a, uint32_t b, uint32_t c)
{
	uint32_t h = a * 0x9E3779B1u ^ (b + 0x7F4A7C15u) * 0x85EBCA6Bu ^ (c + 0x165667B1u) * 0xC2B2AE35u;
	h ^= h >> 15, h *= 0x2C1B3C6Du, h ^= h >> 12, h *= 0x297A2D39u, h ^= h >> 15;
	return (h + 0.5) / 4294967296.0;
}

static double bar_normal(uint32_t a, uint32_t b, uint32_t c)
{
	return sqrt(-2 * log(bar_hash(a, b, c))) * cos(6.283185307179586 * bar_hash(b ^ 0x55u, c, a + 77u));
}

/* Random values on a lattice, joined smoothly: standard deviation about 1. */
static double bar_grain(double x, double y, uint32_t seed)
{
	double fx = floor(x), fy = floor(y), u = x - fx, v = y - fy;
	u = u * u * (3 - 2 * u), v = v * v * (3 - 2 * v);
	uint32_t i = (uint32_t)(int32_t)fx, j = (uint32_t)(int32_t)fy;
	double a = bar_normal(i, j, seed), b = bar_normal(i + 1, j, seed), c = bar_normal(i, j + 1, seed),
	       d = bar_normal(i + 1, j + 1, seed);
	return 1.35 * ((1 - v) * ((1 - u) * a + u * b) + v * ((1 - u) * c + u * d));
}

/* Half width at a place on the axis: constant, then a quarter of a circle, then the grip. */
static double bar_half(const bar *b, double s)
{
	double beyond = fabs(s) - b->length / 2, half = b->thick / 2, grip = b->grip_thick / 2;
	if (beyond <= 0) return half;
	if (beyond >= b->radius) return grip;
	return fmin(grip, half + b->radius - sqrt(b->radius * b->radius - beyond * beyond));
}

static double bar_level(const bar *b, double x, double y)
{
	double a = b->axis_deg * 3.14159265358979323846 / 180, c = cos(a), si = sin(a);
	double s = (x - b->centre[0]) * c + (y - b->centre[1]) * si,
	       n = -(x - b->centre[0]) * si + (y - b->centre[1]) * c;
	double cover = 0.5 * erfc((fabs(n) - bar_half(b, s)) / b->blur * 0.70710678118654752);
	double level = fabs(s) > b->length / 2 + 0.5 * b->radius ? b->grip : b->inside;
	if (b->grain > 0 && cover > 0)
		level += b->grain * bar_grain(s / (2 * b->grain_px), n / (2 * b->grain_px), b->seed);
	if (b->contour != 0) level -= b->contour * exp(-0.5 * pow((s - b->contour_at) / b->contour_px, 2));
	double light = 1 + b->shade[0] * (x / b->width - 0.5) + b->shade[1] * (y / b->height - 0.5);
	return (b->background + cover * (level - b->background)) * light;
}

static double bar_pixel(const bar *b, int x, int y)
{
	if (b->overlay && y >= b->height - b->height / 20) { /* a black strip with a scale bar and a mark */
		int up = b->height - 1 - y, strip = b->height / 20;
		bool scale = up > strip / 3 && up < 2 * strip / 3 && x > b->width / 30 && x < b->width / 5;
		bool mark =
		    up > strip / 4 && up < 3 * strip / 4 && x > b->width * 9 / 10 && x < b->width * 9 / 10 + strip / 4;
		return scale || mark ? 255 : 0;
	}
	double v = bar_level(b, x, y);
	if (b->noise > 0) v += b->noise * bar_normal((uint32_t)x, (uint32_t)y, b->seed + 999u);
	return fmin(255, fmax(0, v));
}

/* malloc'ed pixels behind *image. */
static void *bar_draw(const bar *b, tt_image *image)
{
	size_t row = (size_t)b->width * tt_pixel_size(b->type);
	char *data = malloc(row * (size_t)b->height);
	if (!data) abort();
	for (int y = 0; y < b->height; y++)
		for (int x = 0; x < b->width; x++) {
			double v = bar_pixel(b, x, y) * b->scale;
			char *at = data + (size_t)y * row;
			if (b->type == TT_U8)
				((uint8_t *)at)[x] = (uint8_t)lround(v);
			else if (b->type == TT_U16)
				((uint16_t *)(void *)at)[x] = (uint16_t)lround(v);
			else
				((float *)(void *)at)[x] = (float)v;
		}
	*image = (tt_image){data, (ptrdiff_t)row, b->width, b->height, b->type};
	return data;
}

#endif
