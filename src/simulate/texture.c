/* The specimen's texture.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/texture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simulate/random.h"

enum { ORDER = 6, PAD = 8 };

/* Nodes in a grain's standard deviation. */
static const double nodes_per_grain = 3;

/* Weights of the six nodes around a point at t in [0, 1) behind the third (quintic B-spline). */
static inline void weights(float t, float w[8])
{
	float t2 = t * t, t3 = t2 * t, t4 = t2 * t2, t5 = t4 * t, s = 1 - t, s2 = s * s;
	const float q = 1.0f / 120;
	w[0] = q * s2 * s2 * s;
	w[1] = q * (26 - 50 * t + 20 * t2 + 20 * t3 - 20 * t4 + 5 * t5);
	w[2] = q * (66 - 60 * t2 + 30 * t4 - 10 * t5);
	w[3] = q * (26 + 50 * t + 20 * t2 - 20 * t3 - 20 * t4 + 10 * t5);
	w[4] = q * (1 + 5 * t + 10 * t2 + 10 * t3 + 5 * t4 - 5 * t5);
	w[5] = q * t5;
	w[6] = w[7] = 0;
}

void tt_sim_texture_at(const tt_sim_texture *t, size_t n, const double *X, const double *Y, float *out)
{
	double last_x = t->nx - ORDER, last_y = t->ny - ORDER;
	for (size_t i = 0; i < n; i++) {
		double px = X[i] * t->scale + t->x0 - 2, py = Y[i] * t->scale + t->y0 - 2;
		px = px < 0 ? 0 : px > last_x ? last_x : px;
		py = py < 0 ? 0 : py > last_y ? last_y : py;
		int kx = (int)px, ky = (int)py;
		float wx[8], wy[8], sum[8] = {0};
		weights((float)(px - kx), wx);
		weights((float)(py - ky), wy);
		const float *row = t->c + ky * t->stride + kx;
		for (int j = 0; j < ORDER; j++, row += t->stride)
			for (int k = 0; k < 8; k++)
				sum[k] += wy[j] * row[k];
		float v = 0;
		for (int k = 0; k < ORDER; k++)
			v += wx[k] * sum[k];
		out[i] = v;
	}
}

/* Blurs rows by a Gaussian of sd nodes; src and dst are nx × ny with strides; wraps around. */
static void blur_rows(const float *src, float *dst, int nx, int ny, ptrdiff_t stride, const float *kernel, int radius,
                      float *line)
{
	for (int y = 0; y < ny; y++) {
		const float *s = src + y * stride;
		float *d = dst + y * stride;
		for (int x = -radius; x < nx + radius; x++)
			line[x + radius] = s[((x % nx) + nx) % nx];
		memset(d, 0, (size_t)nx * sizeof *d);
		for (int k = 0; k <= 2 * radius; k++) {
			float w = kernel[k];
			const float *from = line + k;
			for (int x = 0; x < nx; x++)
				d[x] += w * from[x];
		}
	}
}

static void blur_columns(const float *src, float *dst, int nx, int ny, ptrdiff_t stride, const float *kernel,
                         int radius)
{
	for (int y = 0; y < ny; y++) {
		float *d = dst + y * stride;
		memset(d, 0, (size_t)nx * sizeof *d);
		for (int k = -radius; k <= radius; k++) {
			float w = kernel[k + radius];
			const float *from = src + (((y + k) % ny + ny) % ny) * stride;
			for (int x = 0; x < nx; x++)
				d[x] += w * from[x];
		}
	}
}

typedef struct layers {
	float *a, *b, *line, *kernel;
} layers;

static tt_status blur(tt_sim_texture *t, layers *l, double sd, tt_error *err)
{
	int radius = (int)ceil(4.5 * sd);
	l->kernel = malloc((size_t)(2 * radius + 1) * sizeof *l->kernel);
	l->line = malloc((size_t)(t->nx + 2 * radius) * sizeof *l->line);
	tt_status st = TT_OK;
	if (!l->kernel || !l->line) {
		st = tt_fail_memory(err, "the texture");
	} else {
		for (int k = -radius; k <= radius; k++)
			l->kernel[k + radius] = (float)exp(-0.5 * k * k / (sd * sd));
		blur_rows(l->a, l->b, t->nx, t->ny, t->stride, l->kernel, radius, l->line);
		blur_columns(l->b, l->a, t->nx, t->ny, t->stride, l->kernel, radius);
	}
	free(l->kernel);
	free(l->line);
	return st;
}

/* One grain in `area` nodes on average, dark and bright, small ones more frequent than strong ones. */
static void sow(const tt_sim_texture *t, float *a, double area, uint64_t seed, enum tt_sim_stream stream)
{
	uint64_t limit = (uint64_t)(0x1p32 / area);
	for (int y = 0; y < t->ny; y++)
		for (int x = 0; x < t->nx; x++) {
			uint64_t r = tt_sim_bits(seed, stream, (uint64_t)y << 32 | (uint64_t)x);
			float v = 0;
			if ((r & 0xffffffff) < limit) {
				double u = ((double)(r >> 33) + 0.5) * 0x1p-31;
				v = (float)((r >> 32 & 1 ? 1 : -1) * (0.3 - log(u)));
			}
			a[y * t->stride + x] = v;
		}
}

/* Standard deviation and mean of the spline at its nodes, approximately those of the texture. */
static void moments(const tt_sim_texture *t, const float *c, double *mean, double *sd)
{
	double sum = 0, sum2 = 0;
	for (int y = 0; y < t->ny; y++)
		for (int x = 0; x < t->nx; x++) {
			double v = c[y * t->stride + x];
			sum += v;
			sum2 += v * v;
		}
	double n = (double)t->nx * t->ny;
	*mean = sum / n;
	*sd = sqrt(fmax(sum2 / n - *mean * *mean, 0));
}

/* out += gain × (a − its mean) / its standard deviation */
static void add_layer(const tt_sim_texture *t, const float *a, double gain, float *out)
{
	double mean, sd;
	moments(t, a, &mean, &sd);
	if (!(sd > 0)) return;
	float g = (float)(gain / sd), m = (float)mean;
	for (int y = 0; y < t->ny; y++)
		for (int x = 0; x < t->nx; x++)
			out[y * t->stride + x] += g * (a[y * t->stride + x] - m);
}

static tt_status make_grains(tt_sim_texture *t, layers *l, uint64_t seed, tt_error *err)
{
	const double coarse = 3.5, coarse_part = 0.45;
	double sd = nodes_per_grain, area = 1.2 * sd * sd;
	/* the spline itself blurs by half a node squared */
	sow(t, l->a, area, seed, TT_SIM_GRAIN);
	tt_status st = blur(t, l, sqrt(sd * sd - 0.5), err);
	if (st) return st;
	add_layer(t, l->a, sqrt(1 - coarse_part * coarse_part), t->c);
	sow(t, l->a, area * coarse * coarse, seed, TT_SIM_PATCH);
	if ((st = blur(t, l, coarse * sd, err))) return st;
	add_layer(t, l->a, coarse_part, t->c);
	return TT_OK;
}

static tt_status make_spots(tt_sim_texture *t, layers *l, tt_error *err)
{
	int pitch = (int)(12 * nodes_per_grain), cx = (int)t->x0, cy = (int)t->y0;
	t->spacing = pitch / t->scale;
	for (int y = 0; y < t->ny; y++)
		for (int x = 0; x < t->nx; x++)
			l->a[y * t->stride + x] = (x - cx) % pitch == 0 && (y - cy) % pitch == 0;
	tt_status st = blur(t, l, sqrt(nodes_per_grain * nodes_per_grain - 0.5), err);
	if (st) return st;
	float peak = l->a[cy * t->stride + cx];
	for (int y = 0; y < t->ny; y++)
		for (int x = 0; x < t->nx; x++)
			t->c[y * t->stride + x] = 3 * l->a[y * t->stride + x] / peak;
	return TT_OK;
}

/* A band of spatial frequencies, as phase contrast passes it: normal numbers blurred, less themselves blurred more;
 * and a little of the thickness's slow variation. */
static tt_status make_speckle(tt_sim_texture *t, layers *l, uint64_t seed, tt_error *err)
{
	const double wider = 1.7, mottle = 0.25;
	double sd = nodes_per_grain;
	for (int pass = 0; pass < 3; pass++) {
		double blur_sd = pass == 0 ? sqrt(sd * sd - 0.5) : pass == 1 ? wider * sd : 5 * sd;
		for (int y = 0; y < t->ny; y++)
			for (int x = 0; x < t->nx; x++)
				l->a[y * t->stride + x] = (float)tt_sim_normal(
				    seed, pass < 2 ? TT_SIM_GRAIN : TT_SIM_PATCH, (uint64_t)y << 32 | (uint64_t)x);
		tt_status st = blur(t, l, blur_sd, err);
		if (st) return st;
		/* kernels are not normalised: their sums are 2 pi sd squared */
		float gain = (float)(pass == 1 ? -1 / (blur_sd * blur_sd) : 1 / (blur_sd * blur_sd));
		if (pass == 2) break;
		for (ptrdiff_t i = 0; i < t->stride * t->ny; i++)
			t->c[i] += gain * l->a[i];
	}
	double mean, scale;
	moments(t, t->c, &mean, &scale);
	for (int y = 0; y < t->ny; y++)
		for (int x = 0; x < t->nx; x++) {
			float *c = &t->c[y * t->stride + x];
			*c = (float)((*c - mean) / scale * sqrt(1 - mottle * mottle));
		}
	add_layer(t, l->a, mottle, t->c);
	return TT_OK;
}

/* Crystals a few at a time, all dark, none on most of the area; scaled to a standard deviation of 1. */
static tt_status make_crystals(tt_sim_texture *t, layers *l, uint64_t seed, tt_error *err)
{
	double sd = nodes_per_grain;
	sow(t, l->a, 40 * sd * sd, seed, TT_SIM_GRAIN);
	for (ptrdiff_t i = 0; i < t->stride * t->ny; i++)
		l->a[i] = -fabsf(l->a[i]);
	tt_status st = blur(t, l, 1.2 * sd, err);
	if (st) return st;
	add_layer(t, l->a, 1, t->c);
	return TT_OK;
}

static tt_status make(tt_sim_texture *t, layers *l, tt_sim_texture_kind kind, uint64_t seed, tt_error *err)
{
	switch (kind) {
	case TT_SIM_SPOTS: return make_spots(t, l, err);
	case TT_SIM_AMORPHOUS: return make_speckle(t, l, seed, err);
	case TT_SIM_NANOCRYSTALS: return make_crystals(t, l, seed, err);
	case TT_SIM_GRAINS:
	case TT_SIM_LAYERS:
	case TT_SIM_BLANK: break;
	}
	return make_grains(t, l, seed, err);
}

tt_status tt_sim_texture_init(tt_sim_texture *t, double reach_x, double reach_y, double grain, tt_sim_texture_kind kind,
                              uint64_t seed, tt_error *err)
{
	*t = (tt_sim_texture){.scale = nodes_per_grain / grain};
	double half_x = ceil(reach_x * t->scale) + PAD, half_y = ceil(reach_y * t->scale) + PAD;
	if (half_x * half_y > 0x1p26)
		return tt_fail(err, TT_ERR_INPUT,
		               "a texture of grains of %.3g px over %.0f x %.0f px is too large: a larger "
		               "grain or a smaller picture expected",
		               grain, 2 * reach_x, 2 * reach_y);
	t->nx = 2 * (int)half_x + 1;
	t->ny = 2 * (int)half_y + 1;
	t->stride = t->nx + 8;
	t->x0 = half_x;
	t->y0 = half_y;
	size_t size = (size_t)t->stride * (size_t)t->ny + 8;
	layers l = {calloc(size, sizeof(float)), calloc(size, sizeof(float)), NULL, NULL};
	t->c = calloc(size, sizeof(float));
	tt_status st;
	if (!l.a || !l.b || !t->c)
		st = tt_fail_memory(err, "the texture");
	else
		st = make(t, &l, kind, seed, err);
	free(l.a);
	free(l.b);
	if (st) tt_sim_texture_free(t);
	return st;
}

void tt_sim_texture_free(tt_sim_texture *t)
{
	free(t->c);
	t->c = NULL;
}
