/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/whole_bar.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double along(const tt_gauge *g, const double at[2])
{
	return (at[0] - g->from[0]) * g->axis[0] + (at[1] - g->from[1]) * g->axis[1];
}

static double clamp(double v, double lo, double hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

/* Grains like Gaussians of standard deviation s (contrast over slope is √2 s): the best weight for texture far below
 * the noise is their autocorrelation, of √2 s; for strong texture its own slope. */
static double instrument_px(const tt_texture *t)
{
	double slope = sqrt(0.5 * (t->xx + t->yy)), s = slope > 0 ? t->contrast_grey / (sqrt(2) * slope) : 1.5;
	double strength = t->contrast_grey / t->noise_grey;
	return clamp(sqrt(2) * clamp(s, 0.7, 2.2) / (1 + 0.3 * strength), 0.7, 3);
}

tt_bar_options tt_whole_bar_options(const tt_gauge *g, const tt_gauge_choice *c, const tt_texture *texture)
{
	bool found = c->length_px > 0;
	double width = found ? c->width_px : g->width_px;
	tt_bar_options o = {.from = {g->from[0], g->from[1]},
	                    .axis = {g->axis[0], g->axis[1]},
	                    .lo = -g->subset_px,
	                    .hi = g->length_px + g->subset_px,
	                    .end = {0, g->length_px},
	                    .half_px = 0.5 * width,
	                    .segment_px = 0.6 * width,
	                    .smooth_px = instrument_px(texture),
	                    .noise_grey = texture->noise_grey,
	                    .contrast_grey = found ? c->contrast : 0};
	if (found) {
		double a = along(g, c->section[0]), b = along(g, c->section[1]), inset = 0.15 * width;
		o.lo = fmin(a, b) + inset;
		o.hi = fmax(a, b) - inset;
	}
	/* both ends of the gauge lie in it */
	o.lo = fmin(o.lo, -4);
	o.hi = fmax(o.hi, g->length_px + 4);
	return o;
}

double tt_whole_bar_expected_u(const tt_bar_options *o, const tt_gauge *g, const tt_texture *t)
{
	double ax = g->axis[0], ay = g->axis[1],
	       energy = fmax(0, ax * ax * t->xx + 2 * ax * ay * t->xy + ay * ay * t->yy), span = o->hi - o->lo,
	       pixels = span * fmax(2 * o->half_px - 4, 1);
	return energy > 0 ? t->noise_grey / sqrt(energy * pixels * span * span / 12) : INFINITY;
}

void tt_whole_bar_read(const tt_gauge *g, const tt_bar *b, const tt_bar_reading *r, tt_gauge_reading *out,
                       float *station, float *point)
{
	const double *start[2] = {g->from, g->to};
	*out = (tt_gauge_reading){.ok = r->ok,
	                          .length_px = NAN,
	                          .u_length_px = NAN,
	                          .zncc = r->zncc,
	                          .gap_px = r->gap_px > 0 ? r->gap_px : NAN,
	                          .gap_at_px = r->gap_at_px,
	                          .station_strain = NAN};
	for (int e = 0; e < 2; e++) {
		out->axial_px[e] = r->ok ? r->axial[e] : NAN;
		out->used[e] = r->ok ? g->n_band[e] : 0;
		out->dropped[e] = g->n_band[e] - out->used[e];
		for (int k = 0; k < 2; k++)
			out->end[e][k] =
			    r->ok ? start[e][k] + r->axial[e] * g->axis[k] + r->lateral[e] * g->normal[k] : NAN;
	}
	if (r->ok) {
		out->length_px = hypot(out->end[1][0] - out->end[0][0], out->end[1][1] - out->end[0][1]);
		out->u_length_px = r->u_px;
		out->stations = g->n_stations;
		out->station_strain = r->elongation_px / g->length_px;
	}
	double motion[2];
	for (size_t i = 0; i < g->n_stations; i++) {
		tt_bar_motion(b, g->station_s[i], 0, motion);
		station[i] = r->ok ? (float)(motion[0] * g->axis[0] + motion[1] * g->axis[1]) : NAN;
	}
	for (size_t i = 0; i < g->n; i++) {
		const double *at = g->xy + 2 * i;
		double dx = at[0] - g->from[0], dy = at[1] - g->from[1];
		tt_bar_motion(b, dx * g->axis[0] + dy * g->axis[1], dx * g->normal[0] + dy * g->normal[1], motion);
		for (int k = 0; k < 2; k++)
			point[2 * i + (size_t)k] = r->ok ? (float)(at[k] + motion[k]) : NAN;
	}
}

/* A gap that is there in three of the next four frames that say anything, or after which the bar is not found again. */
static bool stays(const tt_gauge_reading *r, const bool *usable, size_t i, size_t n)
{
	size_t seen = 0, broken = 0;
	for (size_t j = i; j < n && seen < 4; j++) {
		if (!usable[j]) continue;
		seen++;
		broken += r[j].gap_px > 0 || !r[j].ok;
	}
	return 4 * broken >= 3 * seen;
}

void tt_whole_bar_separation(const tt_gauge_reading *reading, const bool *usable, size_t n, tt_separation *out)
{
	/* frames in which a crack may open before it is wide enough to be seen as one */
	enum { SMEARED = 2 };
	*out = (tt_separation){.frame = -1, .last_intact = -1, .jump_px = NAN, .gap_at_px = NAN};
	snprintf(out->text, sizeof out->text, "the halves do not come apart in the images");
	int64_t intact = -1, lost = -1;
	for (size_t i = 0; i < n; i++) {
		if (!usable[i]) continue;
		if (reading[i].ok) {
			intact = (int64_t)i;
			lost = -1;
			continue;
		}
		if (lost < 0) lost = (int64_t)i;
		if (!(reading[i].gap_px > 0) || intact < 0 || !stays(reading, usable, i, n)) continue;
		/* a bar that is not found for longer is not seen to be broken: flashing grains lose it, too */
		bool smeared = (int64_t)i - lost <= SMEARED;
		out->frame = smeared ? lost : (int64_t)i;
		out->last_intact = intact;
		out->gap_at_px = reading[i].gap_at_px;
		int used = snprintf(out->text, sizeof out->text,
		                    "the surroundings show right across the bar, %.1f px wide, at frame %zu",
		                    reading[i].gap_px, i);
		if (!smeared && used > 0 && (size_t)used < sizeof out->text)
			snprintf(out->text + used, sizeof out->text - (size_t)used,
			         "; it is not found from frame %lld on", (long long)lost);
		return;
	}
	/* text, blur, grains that flash lose it as well: that is no fracture */
	if (lost >= 0 && intact >= 0)
		snprintf(out->text, sizeof out->text,
		         "the bar is not found again from frame %lld on, but nothing shows that its halves come apart",
		         (long long)lost);
}

tt_bar_against_ends tt_whole_bar_compare(const tt_gauge *g, const tt_gauge_reading *reading, const double *ends_px,
                                         const double *u_ends_px, size_t n)
{
	enum { FEWEST = 8 };
	tt_bar_against_ends c = {.frames = 0};
	double first = NAN, first_ends = NAN, sum = 0, noise = 0, top = 0;
	for (size_t i = 0; i < n; i++) {
		const tt_gauge_reading *r = &reading[i];
		if (!r->ok || isnan(ends_px[i])) continue;
		if (isnan(first)) first = r->length_px, first_ends = ends_px[i];
		double off = (r->length_px / first - ends_px[i] / first_ends);
		c.frames++;
		sum += off * off;
		noise +=
		    (r->u_length_px * r->u_length_px + u_ends_px[i] * u_ends_px[i]) / (g->length_px * g->length_px);
		c.worst_strain = fmax(c.worst_strain, fabs(off));
		top = fmax(top, fabs(r->length_px / first - 1));
	}
	if (c.frames < FEWEST) return c;
	c.rms_strain = sqrt(sum / (double)c.frames);
	c.disagree = c.rms_strain > hypot(3 * sqrt(noise / (double)c.frames), 0.02 * top);
	return c;
}
