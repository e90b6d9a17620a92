/* Exact image pairs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "synth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct synth_texture {
	int width, height, n;
	double sigma, mean, contrast;
	double *x, *y, *amplitude;
};

static uint64_t next(synth_rng *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

double synth_uniform(synth_rng *r)
{
	return (double)(next(r) >> 11) * 0x1p-53;
}

double synth_normal(synth_rng *r)
{
	double u = 1 - synth_uniform(r), v = synth_uniform(r);
	return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

synth_texture *synth_texture_new(uint64_t seed, int width, int height, int border, double sigma, double mean,
                                 double contrast)
{
	synth_rng r = {seed};
	double w = width + 2.0 * border, h = height + 2.0 * border, density = 1 / (3 * sigma * sigma);
	synth_texture *t = calloc(1, sizeof *t);
	t->width = width;
	t->height = height;
	t->n = (int)(w * h * density);
	t->sigma = sigma;
	t->mean = mean;
	t->contrast = contrast;
	size_t bytes = sizeof(double) * (size_t)t->n;
	t->x = malloc(bytes);
	t->y = malloc(bytes);
	t->amplitude = malloc(bytes);
	/* the variance of the sum is density × amplitude² × ∫ exp(-r²/sigma²) = density amplitude² pi sigma² */
	double a = 1 / sqrt(density * 3.141592653589793 * sigma * sigma);
	for (int i = 0; i < t->n; i++) {
		t->x[i] = synth_uniform(&r) * w - border;
		t->y[i] = synth_uniform(&r) * h - border;
		t->amplitude[i] = synth_uniform(&r) < 0.5 ? -a : a;
	}
	return t;
}

void synth_texture_free(synth_texture *t)
{
	if (!t) return;
	free(t->x);
	free(t->y);
	free(t->amplitude);
	free(t);
}

synth_motion synth_shift(double ux, double uy)
{
	return (synth_motion){{1, 0, 0, 1}, {ux, uy}};
}

synth_motion synth_stretch(double exx, double eyy)
{
	return (synth_motion){{1 + exx, 0, 0, 1 + eyy}, {0, 0}};
}

synth_motion synth_turn(double degrees)
{
	double c = cos(degrees * 0.017453292519943295), s = sin(degrees * 0.017453292519943295);
	return (synth_motion){{c, -s, s, c}, {0, 0}};
}

void synth_displacement(const synth_texture *t, const synth_motion *m, double x, double y, double *u, double *v)
{
	double dx = x - (t->width - 1) / 2.0, dy = y - (t->height - 1) / 2.0;
	*u = (m->a[0] - 1) * dx + m->a[1] * dy + m->b[0];
	*v = m->a[2] * dx + (m->a[3] - 1) * dy + m->b[1];
}

enum { REACH = 200 };

/* One Gaussian under an axis-aligned motion: a product of two rows. */
static void add_separable(const synth_texture *t, const synth_motion *m, int i, float *out)
{
	double cx = (t->width - 1) / 2.0, cy = (t->height - 1) / 2.0, s2 = 2 * t->sigma * t->sigma;
	double px = cx + m->a[0] * (t->x[i] - cx) + m->b[0], py = cy + m->a[3] * (t->y[i] - cy) + m->b[1];
	double rx = 5.6 * t->sigma * m->a[0], ry = 5.6 * t->sigma * m->a[3];
	int x0 = (int)fmax(0, ceil(px - rx)), x1 = (int)fmin(t->width - 1, floor(px + rx));
	int y0 = (int)fmax(0, ceil(py - ry)), y1 = (int)fmin(t->height - 1, floor(py + ry));
	float gx[REACH];
	if (x1 - x0 >= REACH) abort();
	for (int x = x0; x <= x1; x++) {
		double d = (x - px) / m->a[0];
		gx[x - x0] = (float)(t->amplitude[i] * exp(-d * d / s2));
	}
	for (int y = y0; y <= y1; y++) {
		double d = (y - py) / m->a[3];
		float gy = (float)exp(-d * d / s2), *row = out + (size_t)y * (size_t)t->width;
		for (int x = x0; x <= x1; x++)
			row[x] += gy * gx[x - x0];
	}
}

static void add_general(const synth_texture *t, const synth_motion *m, int i, float *out)
{
	double cx = (t->width - 1) / 2.0, cy = (t->height - 1) / 2.0, s2 = 2 * t->sigma * t->sigma;
	double dx = t->x[i] - cx, dy = t->y[i] - cy;
	double px = cx + m->a[0] * dx + m->a[1] * dy + m->b[0], py = cy + m->a[2] * dx + m->a[3] * dy + m->b[1];
	double det = m->a[0] * m->a[3] - m->a[1] * m->a[2];
	double rx = 5.6 * t->sigma * hypot(m->a[0], m->a[1]), ry = 5.6 * t->sigma * hypot(m->a[2], m->a[3]);
	int x0 = (int)fmax(0, ceil(px - rx)), x1 = (int)fmin(t->width - 1, floor(px + rx));
	int y0 = (int)fmax(0, ceil(py - ry)), y1 = (int)fmin(t->height - 1, floor(py + ry));
	for (int y = y0; y <= y1; y++) {
		float *row = out + (size_t)y * (size_t)t->width;
		for (int x = x0; x <= x1; x++) {
			double ex = (m->a[3] * (x - px) - m->a[1] * (y - py)) / det;
			double ey = (m->a[0] * (y - py) - m->a[2] * (x - px)) / det;
			row[x] += (float)(t->amplitude[i] * exp(-(ex * ex + ey * ey) / s2));
		}
	}
}

float *synth_render(const synth_texture *t, const synth_motion *m)
{
	size_t n = (size_t)t->width * (size_t)t->height;
	float *out = malloc(n * sizeof *out);
	memset(out, 0, n * sizeof *out);
	int separable = m->a[1] == 0 && m->a[2] == 0;
	for (int i = 0; i < t->n; i++) {
		if (separable)
			add_separable(t, m, i, out);
		else
			add_general(t, m, i, out);
	}
	/* bounded, so that no grey level is ever clipped; tanh(z/2 + z/4) of a unit normal has the deviation 0.5414 */
	for (size_t i = 0; i < n; i++)
		out[i] = (float)(t->mean + t->contrast / 0.5414 * (double)tanhf(0.75f * out[i]));
	return out;
}

tt_image synth_image(const float *exact, int width, int height, tt_pixel type, double gain, double offset, double noise,
                     uint64_t seed)
{
	size_t n = (size_t)width * (size_t)height;
	synth_rng r = {seed * 7919 + 17};
	void *data = malloc(n * tt_pixel_size(type));
	double top = type == TT_U8 ? 255 : 65535;
	for (size_t i = 0; i < n; i++) {
		double g = gain * (double)exact[i] + offset;
		if (noise > 0) g += noise * synth_normal(&r);
		if (type == TT_F32) {
			((float *)data)[i] = (float)g;
			continue;
		}
		g = fmin(fmax(rint(g), 0), top);
		if (type == TT_U8)
			((uint8_t *)data)[i] = (uint8_t)g;
		else
			((uint16_t *)data)[i] = (uint16_t)g;
	}
	return (tt_image){data, (ptrdiff_t)((size_t)width * tt_pixel_size(type)), width, height, type};
}

void synth_image_free(tt_image *im)
{
	free((void *)(uintptr_t)im->data);
	im->data = NULL;
}
