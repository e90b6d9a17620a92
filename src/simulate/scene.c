/* The specimen as the beam meets it, at one instant.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simulate/render.h"

enum { NODES_PER_PX = 2 };

double tt_sim_scene_reach(const tt_simulation *sim)
{
	double w = sim->truth.width_px, h = sim->truth.height_px, px = sim->truth.pixel_size;
	const tt_sim_spec *s = sim->spec;
	double cx = fmax(sim->truth.origin_px[0], w - sim->truth.origin_px[0]);
	double cy = fmax(sim->truth.origin_px[1], h - sim->truth.origin_px[1]);
	double far = sim->video_duration / px;
	cx += fabs(s->imaging.drift[0]) * far;
	cy += fabs(s->imaging.drift[1]) * far;
	double reach = hypot(cx, cy) + 6 * s->imaging.shake / px + 8 + s->imaging.vibration / px;
	const double tilt = fmax(fabs(s->imaging.tilt.from), fabs(s->imaging.tilt.to)) * M_PI / 180;
	double spread = 1 + fabs(s->imaging.distortion) + fabs(s->imaging.magnification.drift) +
	                fabs(s->imaging.magnification.step);
	return reach * spread / cos(tilt);
}

/* ---- the axis ---- */

static void fill_node(const tt_sim_scene *p, double x, double *guess, tt_sim_node *n)
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
	n->contrast =
	    (float)(p->strength * (s->imaging.contrast + grip * (s->imaging.grip_contrast - s->imaging.contrast)));
}

static tt_status lay_nodes(tt_sim_scene *p, tt_error *err)
{
	const tt_simulation *sim = p->sim;
	double reach = tt_sim_scene_reach(sim), lo = fmin(p->motion.shift[0], p->motion.shift[1]);
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

tt_status tt_sim_scene_init(tt_sim_scene *p, const tt_simulation *sim, const tt_sim_instant *x, tt_error *err)
{
	p->sim = sim;
	p->motion = tt_sim_motion_of(sim, x);
	p->strain = x->seen;
	p->strength = 1;
	tt_sim_optics_places(p, x);
	return lay_nodes(p, err);
}

tt_status tt_sim_scene_neighbour(tt_sim_scene *p, const tt_sim_scene *of, double force_N, tt_error *err)
{
	const tt_sim_spec *s = of->sim->spec;
	*p = *of;
	p->motion = (tt_sim_motion){0};
	p->strain = 0;
	p->offset = s->imaging.neighbour.offset / of->sim->truth.pixel_size;
	p->strength = s->imaging.contrast > 0 ? s->imaging.neighbour.contrast / s->imaging.contrast : 0;
	p->nodes = NULL;
	if (s->imaging.neighbour.stiffness > 0) {
		const double gap = s->imaging.neighbour.gap / of->sim->truth.pixel_size;
		p->motion.broken = true;
		p->motion.crack[0] = -gap / 2;
		p->motion.crack[1] = gap / 2;
		p->motion.shift[1] = force_N / s->imaging.neighbour.stiffness / of->sim->truth.pixel_size;
	}
	return lay_nodes(p, err);
}

void tt_sim_scene_free(tt_sim_scene *p)
{
	free(p->nodes);
	p->nodes = NULL;
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

static float bands_at(const tt_sim_scene *p, double X, double Y)
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

/* Thickness fringes run along the edges and move with the strain, not everywhere alike. */
static float fringes_at(const tt_sim_scene *p, double X, double inside)
{
	const tt_sim_spec *s = p->sim->spec;
	double px = p->sim->truth.pixel_size, depth = fmax(inside, 0) * px;
	double uneven = 1 + 0.4 * sin(2 * M_PI * X / p->sim->shape.length + 0.7);
	double phase = 2 * M_PI * (depth / s->imaging.fringes.period - s->imaging.fringes.shift * p->strain * uneven);
	return (float)(s->imaging.fringes.amplitude * cos(phase) * exp(-depth / s->imaging.fringes.decay));
}

/* Carbon that the beam leaves where it stands, faster at first. */
static float contamination_at(const tt_sim_scene *p, double X, double Y)
{
	const tt_sim_spec *s = p->sim->spec;
	double px = p->sim->truth.pixel_size;
	double dx = X * px - s->imaging.contamination.at[0], dy = Y * px - s->imaging.contamination.at[1];
	double t = (dx * dx + dy * dy) / (2 * s->imaging.contamination.size * s->imaging.contamination.size);
	double grown = sqrt(fmin(fmax(p->video_s / p->sim->video_duration, 0), 1));
	return t > 18 ? 0 : (float)(-s->imaging.contamination.depth * grown * exp(-t));
}

/* A protecting cap along the edge at positive Y, in place of the film's own grey and contrast. */
static void put_cap(const tt_sim_scene *p, size_t n, tt_sim_row *w)
{
	const tt_sim_spec *s = p->sim->spec;
	double from = p->sim->shape.half - s->imaging.cap.width / p->sim->truth.pixel_size, sd = s->imaging.blur;
	for (size_t i = 0; i < n; i++) {
		float part = (float)covered(w->Y[i] - from, sd);
		w->base[i] += part * ((float)s->imaging.cap.grey - w->base[i]);
		w->contrast[i] += part * ((float)s->imaging.cap.contrast - w->contrast[i]);
	}
}

/* Stripes of a multilayer seen edge-on, their boundaries wavy; what is finer than the blur is not seen. */
static void stripe(const tt_sim_scene *p, size_t n, tt_sim_row *w)
{
	const tt_sim_spec *s = p->sim->spec;
	double period = s->imaging.layer_period / p->sim->truth.pixel_size, sd = s->imaging.blur;
	double seen = M_SQRT2 * exp(-2 * M_PI * M_PI * sd * sd / (period * period));
	for (size_t i = 0; i < n; i++) {
		double place = s->imaging.layers_across ? w->X[i] : w->Y[i];
		double turn = 2 * M_PI * (place / period + 0.2 * s->imaging.layer_waviness * w->texture[i]);
		w->texture[i] = (float)(0.9 * seen * cos(turn)) + 0.3f * w->texture[i];
	}
}

static void shade(const tt_sim_scene *p, size_t n, tt_sim_row *w)
{
	const tt_sim_spec *s = p->sim->spec;
	bool bands = s->imaging.n_bands > 0;
	if (p->offset != 0) /* another piece of film */
		for (size_t i = 0; i < n; i++)
			w->X[i] = -w->X[i];
	tt_sim_texture_at(p->texture, n, w->X, w->Y, w->texture);
	if (s->imaging.texture == TT_SIM_LAYERS) stripe(p, n, w);
	if (s->imaging.texture == TT_SIM_BLANK) memset(w->contrast, 0, n * sizeof *w->contrast);
	if (s->imaging.cap.width > 0) put_cap(p, n, w);
	for (size_t i = 0; i < n; i++) {
		float g = w->base[i] + w->contrast[i] * w->texture[i];
		if (bands) g += bands_at(p, w->X[i], w->Y[i]);
		if (s->imaging.fringes.amplitude > 0) g += fringes_at(p, w->X[i], w->inside[i]);
		if (s->imaging.contamination.depth != 0) g += contamination_at(p, w->X[i], w->Y[i]);
		float *value = &w->value[w->column[i]], *mask = &w->mask[w->column[i]];
		*value += w->alpha[i] * (g - *value);
		*mask += w->alpha[i] * (1 - *mask);
	}
}

/* Lays one part of the specimen over the row: side 0 the part at negative X, 1 that at positive X, -1 the whole. */
static void draw_part(const tt_sim_scene *p, int row, int side, tt_sim_row *w)
{
	const tt_simulation *sim = p->sim;
	const tt_sim_view *v = &p->view;
	const tt_sim_motion *k = &p->motion;
	double sd = sim->spec->imaging.blur, shift = k->shift[side > 0];
	double crack = k->crack[side > 0], cot = k->cot[side > 0], sine = 1 / sqrt(1 + cot * cot);
	double dy = row - v->origin[1];
	double limit = p->reach + 4 * sd + fabs(p->offset);
	int width = sim->truth.width_px, first = 0, last = width - 1;
	if (!v->straight) {
		first = 0;
	} else if (fabs(v->s) > 1e-12) { /* |y| <= limit */
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
		if (!v->straight) {
			x = w->along[i] - shift;
			y = w->across[i];
		}
		y -= p->offset;
		double at = (x - p->first) * NODES_PER_PX;
		size_t j = (size_t)at;
		const tt_sim_node *q = p->nodes + j;
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
		w->inside[n] = (float)inside;
		w->alpha[n] = (float)alpha;
		w->X[n] = cubic(q[-1].material, q[0].material, q[1].material, q[2].material, t);
		w->Y[n] = y * cubic(q[-1].widen, q[0].widen, q[1].widen, q[2].widen, t);
		w->base[n] = q[0].base + (float)t * (q[1].base - q[0].base);
		w->contrast[n] = q[0].contrast + (float)t * (q[1].contrast - q[0].contrast);
		n++;
	}
	shade(p, n, w);
}

void tt_sim_scene_row(const tt_sim_scene *p, const tt_sim_scene *neighbour, int row, tt_sim_row *w)
{
	const tt_simulation *sim = p->sim;
	int width = sim->truth.width_px;
	for (int i = 0; i < width; i++) {
		w->value[i] = (float)sim->spec->imaging.background;
		w->mask[i] = 0;
	}
	if (!p->view.straight)
		for (int i = 0; i < width; i++)
			tt_sim_to_axis(&p->view, i, row, &w->along[i], &w->across[i]);
	if (neighbour && neighbour->motion.broken) {
		draw_part(neighbour, row, 0, w);
		draw_part(neighbour, row, 1, w);
	} else if (neighbour) {
		draw_part(neighbour, row, -1, w);
	}
	if (p->motion.broken) {
		int moving =
		    !sim->spec->imaging.backward; /* it slides over the fixed part when the device closes again */
		draw_part(p, row, !moving, w);
		draw_part(p, row, moving, w);
	} else {
		draw_part(p, row, -1, w);
	}
}
