/* Pictures of the simulated test.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simulate/render.h"

/* Scenes of one exposure at most, and the largest motion between two of them, px. */
enum { MOST_SCENES = 64 };
static const double smooth_px = 0.04;

/* A frame's scenes, evenly spaced in time over all rows' exposures; each row sees those of its own. */
typedef struct film {
	tt_sim_scene scene[MOST_SCENES], neighbour[MOST_SCENES];
	int n;
	double first_s, step_s; /* relative to the middle of the frame's exposure */
	float *flashed;         /* coefficients of this frame's texture, or NULL */
	tt_sim_texture texture;
	double flicker;
} film;

tt_pixel tt_simulation_pixel_type(const tt_simulation *sim)
{
	return sim->spec->video.bits > 8 ? TT_U16 : TT_U8;
}

int tt_simulation_bits(const tt_simulation *sim)
{
	return sim->spec->video.bits;
}

tt_status tt_simulation_prepare(tt_simulation *sim, tt_error *err)
{
	if (sim->prepared) return TT_OK;
	const tt_sim_spec *s = sim->spec;
	tt_sim_instant last = tt_sim_instant_last(&sim->mechanics);
	double reach = tt_sim_scene_reach(sim) + last.displacement / sim->truth.pixel_size;
	double across = fmin(reach, 1.1 * sim->shape.grip_half + 4);
	tt_status st =
	    tt_sim_texture_init(&sim->texture, reach, across, s->imaging.grain, s->imaging.texture, s->seed, err);
	for (int k = 0; !st && s->imaging.texture == TT_SIM_NANOCRYSTALS && k < TT_SIM_FLASHES; k++)
		st = tt_sim_texture_init(&sim->flashing[k], reach, across, s->imaging.grain, TT_SIM_NANOCRYSTALS,
		                         tt_sim_bits(s->seed, TT_SIM_FLASH, (uint64_t)k), err);
	if (!st) st = tt_sim_camera_prepare(sim, err);
	if (st) {
		tt_sim_texture_free(&sim->texture);
		for (int k = 0; k < TT_SIM_FLASHES; k++)
			tt_sim_texture_free(&sim->flashing[k]);
		return st;
	}
	sim->prepared = true;
	return TT_OK;
}

/* ---- scenes ---- */

/* How far things move in the picture during this time about the frame, px. */
static double motion_px(const tt_simulation *sim, double log_s, double from, double to)
{
	const tt_sim_spec *s = sim->spec;
	double rate = sim->truth.clock_rate, px = sim->truth.pixel_size;
	tt_sim_instant a = tt_sim_instant_at(&sim->mechanics, log_s + rate * from);
	tt_sim_instant b = tt_sim_instant_at(&sim->mechanics, log_s + rate * to);
	double moved = fabs(b.displacement - a.displacement);
	moved += (to - from) * hypot(s->imaging.drift[0], s->imaging.drift[1]);
	moved += s->imaging.vibration * fmin(2, 2 * M_PI * s->imaging.vibration_frequency * (to - from));
	return moved / px;
}

static double blur_s(const tt_sim_spec *s)
{
	return s->camera.motion_blur ? s->video.exposure : 0;
}

/* The texture at this strain: crystals whose angle comes near the Bragg condition are dark. */
static tt_status flash(const tt_simulation *sim, film *f, double strain, tt_error *err)
{
	const tt_sim_spec *s = sim->spec;
	f->texture = sim->texture;
	if (s->imaging.texture != TT_SIM_NANOCRYSTALS) return TT_OK;
	size_t size = (size_t)sim->texture.stride * (size_t)sim->texture.ny + 8;
	f->texture.c = f->flashed = malloc(size * sizeof *f->flashed);
	if (!f->flashed) return tt_fail_memory(err, "a simulated frame");
	float steady = (float)sqrt(1 - s->imaging.flash);
	for (size_t i = 0; i < size; i++)
		f->flashed[i] = steady * sim->texture.c[i];
	for (int k = 0; k < TT_SIM_FLASHES; k++) {
		double angle = (double)k / TT_SIM_FLASHES + s->imaging.flash_rate * strain, width = 0.12;
		double off = (angle - round(angle)) / width;
		/* mean square over the turn: width sqrt(pi) */
		float weight =
		    (float)(sqrt(s->imaging.flash / (TT_SIM_FLASHES * width * 1.7724538509)) * exp(-0.5 * off * off));
		const float *c = sim->flashing[k].c;
		for (size_t i = 0; i < size; i++)
			f->flashed[i] += weight * c[i];
	}
	return TT_OK;
}

static tt_status add_scene(const tt_simulation *sim, film *f, int64_t image, double stamp, double log_s, double after,
                           tt_error *err)
{
	tt_sim_scene *p = &f->scene[f->n];
	tt_sim_instant x = tt_sim_instant_at(&sim->mechanics, log_s + sim->truth.clock_rate * after);
	p->view = tt_sim_view_at(sim, image, stamp, after, x.seen);
	p->video_s = stamp + after;
	p->texture = &f->texture;
	tt_status st = tt_sim_scene_init(p, sim, &x, err);
	if (st) return st;
	if (sim->spec->imaging.neighbour.offset != 0 &&
	    (st = tt_sim_scene_neighbour(&f->neighbour[f->n], p, sim->mechanics.area * x.stress, err))) {
		tt_sim_scene_free(p);
		return st;
	}
	f->n++;
	return TT_OK;
}

static void film_free(film *f)
{
	for (int i = 0; i < f->n; i++) {
		tt_sim_scene_free(&f->scene[i]);
		tt_sim_scene_free(&f->neighbour[i]);
	}
	free(f->flashed);
	free(f);
}

static tt_status film_new(const tt_simulation *sim, int64_t i, film **out, tt_error *err)
{
	const tt_sim_spec *s = sim->spec;
	double stamp, log_s = tt_sim_shown_log_s(sim, i);
	int64_t image = tt_sim_camera_image(sim, i, &stamp);
	double span = blur_s(s) + s->camera.rolling_shutter, from = -0.5 * span;
	film *f = calloc(1, sizeof *f);
	if (!f) return tt_fail_memory(err, "a simulated frame");
	int wanted = 1;
	if (span > 0) wanted = (int)fmin(fmax(ceil(motion_px(sim, log_s, from, -from) / smooth_px), 8), MOST_SCENES);
	f->step_s = span / wanted;
	f->first_s = from + 0.5 * f->step_s;
	f->flicker = 1;
	if (s->imaging.flicker > 0)
		f->flicker += s->imaging.flicker * tt_sim_normal(s->seed, TT_SIM_FLICKER, (uint64_t)image);
	tt_sim_instant x = tt_sim_instant_at(&sim->mechanics, log_s);
	tt_status st = flash(sim, f, x.seen, err);
	for (int k = 0; !st && k < wanted; k++)
		st = add_scene(sim, f, image, stamp, log_s, f->first_s + k * f->step_s, err);
	if (st) {
		film_free(f);
		return st;
	}
	*out = f;
	return TT_OK;
}

/* ---- rows ---- */

/* The scenes that a row sees: first and number. */
static int scenes_of_row(const tt_simulation *sim, const film *f, int row, int *first)
{
	*first = 0;
	if (f->n == 1) return 1;
	const tt_sim_spec *s = sim->spec;
	double middle = s->camera.rolling_shutter * ((row + 0.5) / sim->truth.height_px - 0.5), half = 0.5 * blur_s(s);
	double nearest = round((middle - f->first_s) / f->step_s);
	double a = half > 0 ? ceil((middle - half - f->first_s) / f->step_s) : nearest;
	double b = half > 0 ? ceil((middle + half - f->first_s) / f->step_s) : nearest + 1;
	a = fmin(fmax(a, 0), f->n - 1);
	b = fmin(b, f->n);
	*first = (int)a;
	return b > a ? (int)(b - a) : 1;
}

static void expose_row(const tt_simulation *sim, const film *f, int row, tt_sim_row *w)
{
	int first, n = scenes_of_row(sim, f, row, &first), width = sim->truth.width_px;
	bool neighbour = sim->spec->imaging.neighbour.offset != 0;
	for (int k = first; k < first + n; k++) {
		tt_sim_scene_row(&f->scene[k], neighbour ? &f->neighbour[k] : NULL, row, w);
		tt_sim_optics_row(&f->scene[k], row, w);
		if (n == 1) break;
		for (int i = 0; i < width; i++)
			w->sum[i] = (k == first ? 0 : w->sum[i]) + w->value[i];
	}
	float scale = (float)(f->flicker / n);
	if (n > 1)
		for (int i = 0; i < width; i++)
			w->value[i] = scale * w->sum[i];
	else if (scale != 1)
		for (int i = 0; i < width; i++)
			w->value[i] *= scale;
}

tt_status tt_sim_row_new(int width, tt_sim_row *w, void **memory, tt_error *err)
{
	size_t n = (size_t)width;
	*memory = malloc(n * (4 * sizeof(double) + 9 * sizeof(float) + sizeof(int)));
	if (!*memory) return tt_fail_memory(err, "a simulated frame");
	w->X = *memory;
	w->Y = w->X + n;
	w->along = w->Y + n;
	w->across = w->along + n;
	w->value = (float *)(w->across + n);
	w->mask = w->value + n;
	w->random = w->mask + n;
	w->texture = w->random + n;
	w->sum = w->texture + n;
	w->alpha = w->sum + n;
	w->base = w->alpha + n;
	w->contrast = w->base + n;
	w->inside = w->contrast + n;
	w->column = (int *)(w->inside + n);
	return TT_OK;
}

tt_status tt_simulation_render(const tt_simulation *sim, int64_t i, void *pixels, ptrdiff_t stride, tt_error *err)
{
	if (!sim->prepared)
		return tt_fail(err, TT_ERR_USAGE, "tt_simulation_prepare must come before tt_simulation_render");
	if (i < 0 || i >= sim->frames)
		return tt_fail(err, TT_ERR_USAGE, "frame %lld of a simulation of %lld frames", (long long)i,
		               (long long)sim->frames);
	double stamp;
	int64_t image = tt_sim_camera_image(sim, i, &stamp);
	uint32_t noise_key = (uint32_t)(tt_sim_bits(sim->spec->seed, TT_SIM_PIXEL_NOISE, (uint64_t)image) >> 32);
	tt_sim_row w;
	void *memory;
	film *f = NULL;
	tt_status st = tt_sim_row_new(sim->truth.width_px, &w, &memory, err);
	if (st) return st;
	if (!(st = film_new(sim, i, &f, err))) {
		for (int row = 0; row < sim->truth.height_px; row++) {
			expose_row(sim, f, row, &w);
			tt_sim_camera_row(sim, image, noise_key, row, &w);
			tt_sim_overlay_row(sim, image, stamp, row, w.value);
			tt_sim_camera_store(sim, w.value, (char *)pixels + row * stride);
		}
		film_free(f);
	}
	free(memory);
	return st;
}

tt_status tt_simulation_frame(tt_simulation *sim, int64_t i, tt_image *image, tt_error *err)
{
	tt_status st = tt_simulation_prepare(sim, err);
	if (st) return st;
	tt_pixel type = tt_simulation_pixel_type(sim);
	ptrdiff_t stride = (ptrdiff_t)((size_t)sim->truth.width_px * tt_pixel_size(type));
	if (!sim->frame) sim->frame = malloc((size_t)stride * (size_t)sim->truth.height_px);
	if (!sim->frame) return tt_fail_memory(err, "a simulated frame");
	*image = (tt_image){sim->frame, stride, sim->truth.width_px, sim->truth.height_px, type};
	return tt_simulation_render(sim, i, sim->frame, stride, err);
}
