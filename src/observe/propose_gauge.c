/* What a gauge that somebody draws on a frame would be: its subsets, how well they could be followed, and, when asked,
 * its ends moved along the bar to where the texture is strong.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "observe/band_texture.h"
#include "observe/gauge.h"
#include "observe/observation.h"

typedef struct proposing {
	const tt_test *test;
	tt_image image; /* the part of the frame around the gauge: searching the whole of a large one takes seconds */
	double shift[2];
	tt_section bar; /* along the gauge */
	bool found;     /* the program sees the bar here: its axis and its parallel section hold */
	double limit[2];
	uint8_t *mask;
	double noise, empty;
} proposing;

static double described_width(const tt_test *t, double pixel_size_m, double length)
{
	const tt_profile *w = &t->specimen.width;
	if (!isnan(t->gauge.width_px.value)) return t->gauge.width_px.value;
	double least = w->value[0].value;
	for (size_t i = 1; i < w->n; i++)
		least = fmin(least, w->value[i].value);
	double px = least / pixel_size_m;
	return px >= 8 && px < length ? px : 0.2 * length;
}

/* The line as a section of that width. */
static void lie_along(proposing *a, const double from[2], const double to[2], double width_px)
{
	double dx = to[0] - from[0], dy = to[1] - from[1], length = hypot(dx, dy);
	a->bar = (tt_section){.origin = {from[0] - a->shift[0], from[1] - a->shift[1]},
	                      .axis = {dx / length, dy / length},
	                      .s = {0, length},
	                      .width_px = width_px,
	                      .contrast = 1};
	a->limit[0] = -INFINITY;
	a->limit[1] = INFINITY;
}

/* Where the program sees the bar under both ends, they go to its axis and stay on its parallel section. */
static tt_status find_bar(const proposing *a, const tt_image *frame, const uint8_t *region, double ends[2][2],
                          double *width_px, double section[2][2], bool *found, tt_error *err)
{
	tt_gauge_choice c;
	tt_find_gauge_options o = tt_find_gauge_defaults();
	tt_error none;
	o.region = region;
	o.any_texture = true;
	*found = false;
	const unsigned long refusals = tt_memory_refusals();
	if (tt_find_gauge(frame, &o, &c, &none) != TT_OK) { /* it is not seen: the line stays as it was drawn */
		tt_find_gauge_clear(&c);
		return tt_memory_check(refusals, TT_OK, err);
	}
	const double x = c.section[1][0] - c.section[0][0], y = c.section[1][1] - c.section[0][1],
	             long_px = hypot(x, y);
	double foot[2][2];
	*found = true;
	for (int e = 0; e < 2; e++) {
		const double dx = ends[e][0] - c.section[0][0], dy = ends[e][1] - c.section[0][1];
		const double along = (dx * x + dy * y) / long_px, across = (dy * x - dx * y) / long_px;
		*found =
		    *found && fabs(across) < 0.5 * c.width_px && along > -c.width_px && along < long_px + c.width_px;
		for (int k = 0; k < 2; k++)
			foot[e][k] = c.section[0][k] + along * (k ? y : x) / long_px;
	}
	if (*found && hypot(foot[1][0] - foot[0][0], foot[1][1] - foot[0][1]) >= 20) {
		memcpy(ends, foot, sizeof foot);
		memcpy(section, c.section, sizeof c.section);
		if (isnan(a->test->gauge.width_px.value)) *width_px = c.width_px;
	}
	tt_find_gauge_clear(&c);
	return TT_OK;
}

static double u_at(const proposing *a, double s, int side)
{
	const tt_band_strength t =
	    tt_band_strength_of(&a->image, &a->bar, a->mask, a->noise, a->empty, s - side, s + side);
	return t.energy > 0 ? tt_band_subset_u(&t, a->noise, side) : NAN;
}

/* Of the places near an end whose subsets are known nearly as well as anywhere near, the one that moves it least. */
static double slide(const proposing *a, int end, int side)
{
	enum { PLACES = 12 }; /* to either side */
	const double length = a->bar.s[1], at = end ? length : 0, reach = fmax(1.5 * side, 0.08 * length);
	double place[2 * PLACES + 1], u[2 * PLACES + 1], best = INFINITY, chosen = at;
	for (int i = -PLACES; i <= PLACES; i++) {
		double s = place[i + PLACES] = at + reach * i / PLACES;
		u[i + PLACES] = s - side < a->limit[0] || s + side > a->limit[1] ? NAN : u_at(a, s, side);
		if (u[i + PLACES] < best) best = u[i + PLACES];
	}
	for (int i = 0, nearest = 2 * PLACES; i <= 2 * PLACES; i++) {
		if (!(u[i] <= 1.2 * best) || abs(i - PLACES) >= nearest) continue;
		nearest = abs(i - PLACES);
		chosen = place[i];
	}
	return chosen;
}

/* The part of the frame that the gauge, its slide and its surroundings need. */
static void crop(proposing *a, const tt_image *frame, double ends[2][2], double width_px)
{
	const double length = hypot(ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]);
	const double room = 0.2 * length + 1.5 * width_px + 80;
	int x0 = (int)fmax(0, fmin(ends[0][0], ends[1][0]) - room),
	    y0 = (int)fmax(0, fmin(ends[0][1], ends[1][1]) - room);
	int x1 = (int)fmin(frame->width, fmax(ends[0][0], ends[1][0]) + room),
	    y1 = (int)fmin(frame->height, fmax(ends[0][1], ends[1][1]) + room);
	a->image = *frame;
	a->image.width = x1 > x0 ? x1 - x0 : 0;
	a->image.height = y1 > y0 ? y1 - y0 : 0;
	a->image.data = (const uint8_t *)frame->data + (ptrdiff_t)y0 * frame->stride +
	                (ptrdiff_t)((size_t)x0 * tt_pixel_size(frame->type));
	a->shift[0] = x0;
	a->shift[1] = y0;
}

static tt_status lay(const tt_image *frame, const uint8_t *region, tt_gauge_proposal *out, tt_error *err)
{
	tt_gauge g;
	tt_status st = tt_gauge_lay(out->from, out->to, out->width_px, out->subset_px, frame->width, frame->height,
	                            region, &g, err);
	if (st != TT_OK) return st;
	out->xy = g.xy;
	out->n = g.n;
	memcpy(out->band, g.n_band, sizeof out->band);
	g.xy = NULL;
	tt_gauge_clear(&g);
	return TT_OK;
}

tt_status tt_gauge_propose(const tt_test *test, const tt_image *frame, double pixel_size_m, const double from[2],
                           const double to[2], bool snap, int subset_px, tt_gauge_proposal *out, tt_error *err)
{
	proposing a = {.test = test};
	uint8_t *region = NULL;
	double ends[2][2] = {{from[0], from[1]}, {to[0], to[1]}}, section[2][2] = {{NAN, NAN}, {NAN, NAN}};
	const double length = hypot(to[0] - from[0], to[1] - from[1]);
	*out = (tt_gauge_proposal){.u_px = {NAN, NAN}};
	if (!(length >= 20))
		return tt_fail(err, TT_ERR_INPUT, "the gauge is %.3g px long; at least 20 px are needed", length);
	double width = described_width(test, pixel_size_m, length);
	tt_status st = tt_gauge_region(test, frame->width, frame->height, &region, err);
	if (st == TT_OK && snap) st = find_bar(&a, frame, region, ends, &width, section, &a.found, err);
	if (st != TT_OK) {
		free(region);
		return st;
	}
	crop(&a, frame, ends, width);
	lie_along(&a, ends[0], ends[1], width);
	if (a.found && !isnan(section[0][0]))
		for (int e = 0; e < 2; e++) {
			const double s =
			    (section[e][0] - ends[0][0]) * a.bar.axis[0] + (section[e][1] - ends[0][1]) * a.bar.axis[1];
			a.limit[s > 0.5 * length] = s;
		}
	out->subset_px = tt_band_plain_subset(&a.bar, test->dic.subset_px ? test->dic.subset_px : subset_px);
	out->width_px = width;
	a.mask = malloc((size_t)a.image.width * (size_t)a.image.height + 1);
	if (!a.mask) st = tt_fail_memory(err, "the gauge's texture");
	if (st == TT_OK) {
		a.noise = tt_band_noise(&a.image, &a.bar, a.mask);
		a.empty = tt_band_false_texture(&a.image, &a.bar, a.mask);
		for (int e = 0; e < 2; e++) {
			double s = snap ? slide(&a, e, out->subset_px) : a.bar.s[e];
			for (int k = 0; k < 2; k++)
				(e ? out->to : out->from)[k] = ends[0][k] + s * a.bar.axis[k];
			out->u_px[e] = u_at(&a, s, out->subset_px);
		}
		st = lay(frame, region, out, err);
	}
	free(a.mask);
	free(region);
	return st;
}

void tt_gauge_proposal_clear(tt_gauge_proposal *p)
{
	free(p->xy);
	*p = (tt_gauge_proposal){0};
}
