/* The camera: gain of its pixels, noise, defects; and the numbers it stores.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simulate/render.h"

/* Gain of each pixel: 1 and a fixed pattern of grains. */
static tt_status make_gain(tt_simulation *sim, tt_error *err)
{
	const tt_sim_spec *s = sim->spec;
	int width = s->video.width, height = s->video.height;
	size_t w = (size_t)width, h = (size_t)height;
	tt_sim_texture t;
	tt_status st = tt_sim_texture_init(&t, 0.5 * width, 0.5 * height, s->camera.pattern_grain, TT_SIM_AMORPHOUS,
	                                   tt_sim_bits(s->seed, TT_SIM_PATTERN, 0), err);
	if (st) return st;
	double *x = malloc(2 * w * sizeof *x);
	sim->gain = malloc(w * h * sizeof *sim->gain);
	if (!x || !sim->gain) st = tt_fail_memory(err, "the camera's pattern");
	for (size_t row = 0; !st && row < h; row++) {
		float *gain = sim->gain + row * w;
		for (size_t i = 0; i < w; i++) {
			x[i] = (double)i - 0.5 * width;
			x[w + i] = (double)row - 0.5 * height;
		}
		tt_sim_texture_at(&t, w, x, x + w, gain);
		for (size_t i = 0; i < w; i++)
			gain[i] = 1 + (float)s->camera.fixed_pattern * gain[i];
	}
	free(x);
	tt_sim_texture_free(&t);
	return st;
}

tt_status tt_sim_camera_prepare(tt_simulation *sim, tt_error *err)
{
	const tt_sim_spec *s = sim->spec;
	if (!sim->noise && (s->imaging.noise > 0 || s->imaging.shot_noise > 0)) {
		sim->noise = malloc(TT_SIM_NORMAL_TABLE * sizeof *sim->noise);
		if (!sim->noise) return tt_fail_memory(err, "the picture noise");
		tt_sim_normal_table(sim->noise);
	}
	return s->camera.fixed_pattern > 0 && !sim->gain ? make_gain(sim, err) : TT_OK;
}

static inline uint32_t scramble(uint32_t x)
{
	x ^= x >> 16;
	x *= UINT32_C(0x7feb352d);
	x ^= x >> 15;
	x *= UINT32_C(0x846ca68b);
	return x ^ x >> 16;
}

static void add_noise(const tt_simulation *sim, uint32_t key, int row, tt_sim_row *w)
{
	const float *table = sim->noise;
	int width = sim->truth.width_px;
	uint32_t start = (uint32_t)row * (uint32_t)width * UINT32_C(0x9e3779b9) + key;
	for (int i = 0; i < width; i++) {
		uint32_t h = scramble(scramble(start + (uint32_t)i * UINT32_C(0x9e3779b9)) ^ key);
		w->random[i] = table[h & 4095] + table[h >> 20];
	}
	float fixed = (float)sim->spec->imaging.noise, shot = (float)sim->spec->imaging.shot_noise;
	if (shot == 0) {
		for (int i = 0; i < width; i++)
			w->value[i] += fixed * w->random[i];
		return;
	}
	for (int i = 0; i < width; i++)
		w->value[i] += sqrtf(fixed * fixed + shot * fmaxf(w->value[i], 0)) * w->random[i];
}

/* Hot pixels glow, each in its own way; a dead column shows nothing. */
static void put_defects(const tt_simulation *sim, int row, float *value)
{
	const tt_sim_spec *s = sim->spec;
	uint64_t pixels = (uint64_t)s->video.width * (uint64_t)s->video.height;
	for (int k = 0; k < s->camera.hot_pixels; k++) {
		uint64_t at = tt_sim_bits(s->seed, TT_SIM_DEFECT, (uint64_t)k) % pixels;
		if (at / (uint64_t)s->video.width != (uint64_t)row) continue;
		float glow = 100 + 155 * (float)tt_sim_uniform(s->seed, TT_SIM_DEFECT, (uint64_t)k + 100000);
		value[at % (uint64_t)s->video.width] += glow;
	}
	for (int k = 0; k < s->camera.dead_columns; k++)
		value[tt_sim_bits(s->seed, TT_SIM_DEFECT, (uint64_t)k + 200000) % (uint64_t)s->video.width] = 0;
}

void tt_sim_camera_row(const tt_simulation *sim, int64_t image, uint32_t noise_key, int row, tt_sim_row *w)
{
	const tt_sim_spec *s = sim->spec;
	int width = sim->truth.width_px;
	if (image < s->video.first_black) memset(w->value, 0, (size_t)width * sizeof *w->value);
	if (sim->gain) {
		const float *gain = sim->gain + (size_t)row * (size_t)width;
		for (int i = 0; i < width; i++)
			w->value[i] *= gain[i];
	}
	if (sim->noise) add_noise(sim, noise_key, row, w);
	put_defects(sim, row, w->value);
}

void tt_sim_camera_store(const tt_simulation *sim, const float *value, void *out)
{
	int width = sim->truth.width_px, bits = sim->spec->video.bits;
	if (bits == 8) {
		uint8_t *d = out;
		for (int i = 0; i < width; i++) {
			float v = value[i] < 0 ? 0 : value[i] > 255 ? 255 : value[i];
			d[i] = (uint8_t)(int)(v + 0.5f);
		}
		return;
	}
	uint16_t *d = out;
	float top = (float)((1 << bits) - 1), scale = top / 255;
	for (int i = 0; i < width; i++) {
		float v = scale * value[i];
		v = v < 0 ? 0 : v > top ? top : v;
		d[i] = (uint16_t)(int)(v + 0.5f);
	}
}
