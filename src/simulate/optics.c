/* What the beam adds: bend contours, flicker, a shadow.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_math.h>
#include <math.h>

#include "simulate/render.h"

void tt_sim_optics_places(tt_sim_scene *p, const tt_sim_instant *x)
{
	const tt_sim_spec *s = p->sim->spec;
	for (size_t i = 0; i < s->imaging.n_contours; i++) {
		const tt_sim_contour *c = &s->imaging.contour[i];
		double part = fmin(x->seen / c->until, 1), phase = 1.7 * (double)i;
		/* it stands still where the slope of this vanishes: twice on its way */
		double hurry = (sin(4 * M_PI * part + phase) - sin(phase)) / (4 * M_PI);
		part -= c->uneven * hurry;
		p->contour[i] = p->sim->shape.length * (c->from + part * (c->to - c->from));
	}
}

/* A dark line, with thinner ones beside it when asked for: those of a perfect crystal near its Bragg condition. */
static double profile(const tt_sim_contour *c, double t)
{
	if (fabs(t) >= 6) return 0;
	double line = exp(-0.5 * t * t);
	return c->side_lines ? line + 0.35 * cos(4.5 * t) * exp(-0.125 * t * t) * (1 - line) : line;
}

static void draw_contours(const tt_sim_scene *p, int row, tt_sim_row *w)
{
	const tt_sim_spec *s = p->sim->spec;
	const tt_sim_view *v = &p->view;
	double dy = row - v->origin[1];
	for (size_t k = 0; k < s->imaging.n_contours; k++) {
		const tt_sim_contour *c = &s->imaging.contour[k];
		double sd = c->width / p->sim->truth.pixel_size, slope = tan(c->tilt_deg * M_PI / 180);
		for (int i = 0; i < p->sim->truth.width_px; i++) {
			if (w->mask[i] <= 0) continue;
			double dx = i - v->origin[0], x = dx * v->c + dy * v->s, y = dy * v->c - dx * v->s;
			double dark = profile(c, (x - p->contour[k] - slope * y) / sd);
			if (dark != 0) w->value[i] -= (float)(c->depth * w->mask[i] * dark);
		}
	}
}

void tt_sim_optics_row(const tt_sim_scene *p, int row, tt_sim_row *w)
{
	const tt_sim_spec *s = p->sim->spec;
	int width = p->sim->truth.width_px;
	if (s->imaging.n_contours > 0) draw_contours(p, row, w);
	if (s->imaging.shadow.depth == 0) return;
	/* from the left of the picture to its right, again and again, at a slant */
	double band = s->imaging.shadow.width, around = width + 6 * band;
	double at = fmod(s->imaging.shadow.speed * p->video_s + 0.2 * row, around);
	if (at < 0) at += around;
	for (int i = 0; i < width; i++) {
		double t = (i + 3 * band - at) / band;
		w->value[i] *= (float)(1 - s->imaging.shadow.depth * exp(-0.5 * t * t));
	}
}
