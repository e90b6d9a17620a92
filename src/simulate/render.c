/* Pictures of the simulated test.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simulate/model.h"

enum { NODES_PER_PX = 2 };

/* What a place on the axis shows; `material` and `widen` are interpolated by a cubic, the others linearly. */
typedef struct node {
	double material; /* X of the material point that is here */
	float widen;     /* Y = y × widen */
	float half;      /* half width, px */
	float lean;      /* cosine of the outline's slope */
	float base, contrast;
} node;

typedef struct frame_plan {
	const tt_simulation *sim;
	tt_sim_view view;
	tt_sim_motion motion;
	double strain; /* gauge strain seen */
	node *nodes;   /* of the motion before the shifts */
	size_t n_nodes;
	double first;   /* x of node 0 */
	double contour; /* place of the bend contour; NaN: none */
	uint32_t noise_key;
	double reach; /* largest half width */
} frame_plan;

/* One row's work arrays. */
typedef struct row_space {
	float *value, *mask, *random, *texture;
	double *X, *Y;
	float *alpha, *base, *contrast;
	int *column;
} row_space;

static double frame_reach(const tt_simulation *sim)
{
	double w = sim->truth.width_px, h = sim->truth.height_px, px = sim->truth.pixel_size;
	const tt_sim_spec *s = sim->spec;
	double cx = fmax(sim->truth.origin_px[0], w - sim->truth.origin_px[0]);
	double cy = fmax(sim->truth.origin_px[1], h - sim->truth.origin_px[1]);
	double far = sim->video_duration / px;
	cx += fabs(s->imaging.drift[0]) * far;
	cy += fabs(s->imaging.drift[1]) * far;
	return hypot(cx, cy) + 6 * s->imaging.shake / px + 8;
}

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
	double reach = frame_reach(sim) + last.displacement / sim->truth.pixel_size;
	tt_status st = tt_sim_texture_init(&sim->texture, reach, fmin(reach, 1.1 * sim->shape.grip_half + 4),
	                                   s->imaging.grain, s->imaging.spots, s->seed, err);
	if (st) return st;
	if (!sim->noise && (s->imaging.noise > 0 || s->imaging.shot_noise > 0)) {
		sim->noise = malloc(TT_SIM_NORMAL_TABLE * sizeof *sim->noise);
		if (!sim->noise) {
			tt_sim_texture_free(&sim->texture);
			return tt_fail_memory(err, "the picture noise");
		}
		tt_sim_normal_table(sim->noise);
	}
	sim->prepared = true;
	return TT_OK;
}

/* ---- the axis ---- */

static void fill_node(const frame_plan *p, double x, double *guess, node *n)
{
	const tt_simulation *sim = p->sim;
	const tt_sim_spec *s = sim->spec;
	double X = tt_sim_inverse(&sim->shape, &p->motion, x, *guess);
	double ratio = tt_sim_width_ratio(&sim->shape, &p->motion, X), grip = tt_sim_grip_part(&sim->shape, X);
	double thin = s->imaging.thinning > 0 ? pow(ratio, s->imaging.thinning) : 1;
	double base = s->imaging.bar + grip * (s->imaging.grips - s->imaging.bar);
	*guess = X;
	n->material = X;
	n->widen = (float)(1 / ratio);
	n->half = (float)(tt_sim_half_width(&sim->shape, X) * ratio);
	n->base = (float)(s->imaging.background + thin * (base - s->imaging.background));
	n->contrast = (float)(s->imaging.contrast + grip * (s->imaging.grip_contrast - s->imaging.contrast));
}

static tt_status lay_nodes(frame_plan *p, tt_error *err)
{
	const tt_simulation *sim = p->sim;
	double reach = frame_reach(sim), lo = fmin(p->motion.shift[0], p->motion.shift[1]);
	double hi = fmax(p->motion.shift[0], p->motion.shift[1]);
	p->first = floor(-reach - hi) - 2;
	p->n_nodes = (size_t)(NODES_PER_PX * (ceil(reach - lo) + 3 - p->first)) + 4;
	p->nodes = malloc(p->n_nodes * sizeof *p->nodes);
	if (!p->nodes) return tt_fail_memory(err, "a simulated frame");
	double guess = p->first;
	p->reach = 0;
	for (size_t i = 0; i < p->n_nodes; i++) {
		fill_node(p, p->first + (double)i / NODES_PER_PX, &guess, &p->nodes[i]);
		p->reach = fmax(p->reach, p->nodes[i].half);
	}
	for (size_t i = 0; i < p->n_nodes; i++) {
		size_t a = i ? i - 1 : i, b = i + 1 < p->n_nodes ? i + 1 : i;
		double slope = (p->nodes[b].half - p->nodes[a].half) * NODES_PER_PX / (double)(b - a);
		p->nodes[i].lean = (float)(1 / sqrt(1 + slope * slope));
	}
	return TT_OK;
}

/* ---- a row ---- */

/* Part of a pixel that lies inside an edge at a distance (px, positive inside) in a picture blurred by sd. */
static inline double covered(double distance, double sd)
{
	double t = distance / sd;
	return t > 4 ? 1 : t < -4 ? 0 : 0.5 * erfc(-t * M_SQRT1_2);
}

static inline double cubic(double a, double b, double c, double d, double t)
{
	return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

static float bands_at(const frame_plan *p, double X, double Y)
{
	const tt_sim_spec *s = p->sim->spec;
	double sum = 0, px = p->sim->truth.pixel_size, sd = s->imaging.blur;
	for (size_t i = 0; i < s->imaging.n_bands; i++) {
		const tt_sim_band *b = &s->imaging.band[i];
		if (p->strain < b->from_strain) continue;
		double a = b->angle_deg * M_PI / 180, d = (X - b->at / px) * sin(a) - Y * cos(a),
		       h = 0.5 * b->width / px;
		sum += b->grey * (covered(d + h, sd) - covered(d - h, sd));
	}
	return (float)sum;
}

/* Lays one part of the specimen over the row: side 0 the part at negative X, 1 that at positive X, -1 the whole. */
static void draw_part(const frame_plan *p, int row, int side, row_space *w)
{
	const tt_simulation *sim = p->sim;
	const tt_sim_view *v = &p->view;
	const tt_sim_motion *k = &p->motion;
	double sd = sim->spec->imaging.blur, shift = k->shift[side > 0];
	double crack = k->crack[side > 0], cot = k->cot[side > 0], sine = 1 / sqrt(1 + cot * cot);
	double dy = row - v->origin[1];
	double limit = p->reach + 4 * sd;
	int width = sim->truth.width_px, first = 0, last = width - 1;
	if (fabs(v->s) > 1e-12) { /* |y| <= limit */
		double a = v->origin[0] + (dy * v->c - limit) / v->s, b = v->origin[0] + (dy * v->c + limit) / v->s;
		first = (int)fmax(floor(fmin(fmin(a, b), width)), 0);
		last = (int)fmin(ceil(fmax(fmax(a, b), -1)), width - 1);
	} else if (fabs(dy * v->c) > limit) {
		return;
	}
	size_t n = 0;
	for (int i = first; i <= last; i++) {
		double dx = i - v->origin[0];
		double x = dx * v->c + dy * v->s - shift, y = dy * v->c - dx * v->s;
		double at = (x - p->first) * NODES_PER_PX;
		size_t j = (size_t)at;
		const node *q = p->nodes + j;
		double t = at - (double)j;
		double half = q[0].half + t * (q[1].half - q[0].half), lean = q[0].lean + t * (q[1].lean - q[0].lean);
		double inside = (half - fabs(y)) * lean;
		if (inside < -4 * sd) continue;
		double alpha = covered(inside, sd);
		if (side >= 0) {
			double off = (x - crack - cot * y) * sine;
			alpha *= covered(side ? off : -off, sd);
			if (alpha <= 0) continue;
		}
		w->column[n] = i;
		w->alpha[n] = (float)alpha;
		w->X[n] = cubic(q[-1].material, q[0].material, q[1].material, q[2].material, t);
		w->Y[n] = y * cubic(q[-1].widen, q[0].widen, q[1].widen, q[2].widen, t);
		w->base[n] = q[0].base + (float)t * (q[1].base - q[0].base);
		w->contrast[n] = q[0].contrast + (float)t * (q[1].contrast - q[0].contrast);
		n++;
	}
	tt_sim_texture_at(&sim->texture, n, w->X, w->Y, w->texture);
	bool bands = sim->spec->imaging.n_bands > 0;
	for (size_t i = 0; i < n; i++) {
		float g = w->base[i] + w->contrast[i] * w->texture[i];
		if (bands) g += bands_at(p, w->X[i], w->Y[i]);
		float *value = &w->value[w->column[i]], *mask = &w->mask[w->column[i]];
		*value += w->alpha[i] * (g - *value);
		*mask += w->alpha[i] * (1 - *mask);
	}
}

static void draw_contour(const frame_plan *p, int row, row_space *w)
{
	const tt_sim_spec *s = p->sim->spec;
	const tt_sim_view *v = &p->view;
	double sd = s->imaging.contour.width / p->sim->truth.pixel_size,
	       tilt = s->imaging.contour.tilt_deg * M_PI / 180;
	double dy = row - v->origin[1], slope = tan(tilt), depth = s->imaging.contour.depth;
	for (int i = 0; i < p->sim->truth.width_px; i++) {
		if (w->mask[i] <= 0) continue;
		double dx = i - v->origin[0], x = dx * v->c + dy * v->s, y = dy * v->c - dx * v->s;
		double t = (x - p->contour - slope * y) / sd;
		if (fabs(t) < 6) w->value[i] -= (float)(depth * w->mask[i] * exp(-0.5 * t * t));
	}
}

static inline uint32_t scramble(uint32_t x)
{
	x ^= x >> 16;
	x *= UINT32_C(0x7feb352d);
	x ^= x >> 15;
	x *= UINT32_C(0x846ca68b);
	return x ^ x >> 16;
}

static void add_noise(const frame_plan *p, int row, row_space *w)
{
	const tt_simulation *sim = p->sim;
	const float *table = sim->noise;
	int width = sim->truth.width_px;
	uint32_t start = (uint32_t)row * (uint32_t)width * UINT32_C(0x9e3779b9) + p->noise_key;
	for (int i = 0; i < width; i++) {
		uint32_t h = scramble(scramble(start + (uint32_t)i * UINT32_C(0x9e3779b9)) ^ p->noise_key);
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

/* A black strip at the lower edge with a white bar of known length and a mark that wanders. */
static void draw_overlay(const frame_plan *p, int64_t image, int row, row_space *w)
{
	const tt_simulation *sim = p->sim;
	const tt_sim_spec *s = sim->spec;
	int width = s->video.width, height = s->video.height, strip = height / 20 < 16 ? 16 : height / 20;
	int from_top = row - (height - strip);
	if (from_top < 0) return;
	for (int i = 0; i < width; i++)
		w->value[i] = 0;
	int thick = strip / 6, middle = strip / 2;
	int bar = (int)lround(s->imaging.scale_bar / s->imaging.pixel_size.value);
	if (from_top >= middle - thick / 2 && from_top < middle - thick / 2 + thick)
		for (int i = 20; i < 20 + bar && i < width; i++)
			w->value[i] = 255;
	if (!s->imaging.mark || from_top < strip / 4 || from_top >= strip - strip / 4) return;
	int at = (int)(0.906 * width) + 4 * (int)(image % 12);
	for (int i = at; i < at + 4 && i < width; i++)
		w->value[i] = 255;
}

static void store_row(const tt_simulation *sim, const float *value, void *out)
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

static void draw_row(const frame_plan *p, int64_t image, int row, row_space *w, void *out)
{
	const tt_simulation *sim = p->sim;
	const tt_sim_spec *s = sim->spec;
	for (int i = 0; i < sim->truth.width_px; i++) {
		w->value[i] = (float)s->imaging.background;
		w->mask[i] = 0;
	}
	if (p->motion.broken) {
		int moving = !s->imaging.backward; /* it slides over the fixed part when the device closes again */
		draw_part(p, row, !moving, w);
		draw_part(p, row, moving, w);
	} else {
		draw_part(p, row, -1, w);
	}
	if (!isnan(p->contour)) draw_contour(p, row, w);
	if (sim->noise) add_noise(p, row, w);
	if (s->imaging.overlay) draw_overlay(p, image, row, w);
	store_row(sim, w->value, out);
}

static tt_status row_space_new(int width, row_space *w, void **memory, tt_error *err)
{
	size_t n = (size_t)width;
	*memory = malloc(n * (2 * sizeof(double) + 7 * sizeof(float) + sizeof(int)));
	if (!*memory) return tt_fail_memory(err, "a simulated frame");
	w->X = *memory;
	w->Y = w->X + n;
	w->value = (float *)(w->Y + n);
	w->mask = w->value + n;
	w->random = w->mask + n;
	w->texture = w->random + n;
	w->alpha = w->texture + n;
	w->base = w->alpha + n;
	w->contrast = w->base + n;
	w->column = (int *)(w->contrast + n);
	return TT_OK;
}

static double contour_place(const tt_simulation *sim, const tt_sim_instant *x)
{
	const tt_sim_spec *s = sim->spec;
	if (s->imaging.contour.depth == 0) return NAN;
	double part = fmin(x->seen / s->imaging.contour.until, 1);
	return sim->shape.length * (s->imaging.contour.from + part * (s->imaging.contour.to - s->imaging.contour.from));
}

tt_status tt_simulation_render(const tt_simulation *sim, int64_t i, void *pixels, ptrdiff_t stride, tt_error *err)
{
	if (!sim->prepared)
		return tt_fail(err, TT_ERR_USAGE, "tt_simulation_prepare must come before tt_simulation_render");
	if (i < 0 || i >= sim->frames)
		return tt_fail(err, TT_ERR_USAGE, "frame %lld of a simulation of %lld frames", (long long)i,
		               (long long)sim->frames);
	double log_time, stamp;
	tt_sim_instant x = tt_sim_shown(sim, i, &log_time);
	int64_t image = tt_sim_camera_image(sim, i, &stamp);
	frame_plan p = {
	    .sim = sim, .view = tt_sim_view_of(sim, i), .motion = tt_sim_motion_of(sim, &x), .strain = x.seen};
	p.contour = contour_place(sim, &x);
	p.noise_key = (uint32_t)(tt_sim_bits(sim->spec->seed, TT_SIM_PIXEL_NOISE, (uint64_t)image) >> 32);
	row_space w;
	void *memory;
	tt_status st = row_space_new(sim->truth.width_px, &w, &memory, err);
	if (st) return st;
	if (!(st = lay_nodes(&p, err)))
		for (int row = 0; row < sim->truth.height_px; row++)
			draw_row(&p, image, row, &w, (char *)pixels + row * stride);
	free(p.nodes);
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
