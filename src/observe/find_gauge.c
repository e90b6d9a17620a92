/* Chooses among the bar-like places of the first frame, and in the best one two ends for the gauge.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/find_gauge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "observe/band_texture.h"

enum { MOST_STRIPS = 8, MOST_IN_REGION = 32 };
/* Gradient energy of the specimen over that of the noise: below it, what looks like texture may be the noise's own. */
static const double LEAST_TEXTURE = 0.03;
/* px: a subset's displacement must be known better than this, or its correlation has more than one peak in reach of the
 * prediction. */
static const double WORST_U = 0.35;

tt_find_gauge_options tt_find_gauge_defaults(void)
{
	return (tt_find_gauge_options){.width_px = NAN, .subset_px = 0};
}

void tt_find_gauge_clear(tt_gauge_choice *c)
{
	if (c) tt_strings_free(&c->notes);
}

static double section_length(const tt_section *c)
{
	return c->s[1] - c->s[0];
}

/* ---- which of the strips is the specimen ---- */

typedef struct candidate {
	tt_section section;
	double noise, empty, texture, similarity, hint, score;
} candidate;

static double clamp(double v)
{
	return v < 0 ? 0 : v > 1 ? 1 : v;
}

/* A specimen has the same surroundings on both sides, widens at its ends, and has a grain. A gap between the specimen
 * and a burnt-in bar has none of this. The score is the section's length, lessened by what speaks against it. */
static void judge(const tt_image *im, const tt_find_gauge_options *o, uint8_t *mask, candidate *k)
{
	const tt_section *c = &k->section;
	double length = section_length(c), w = c->width_px;
	k->noise = tt_band_noise(im, c, mask);
	k->empty = tt_band_false_texture(im, c, mask);
	k->texture =
	    tt_band_strength_of(im, c, mask, k->noise, k->empty, c->s[0] + 0.1 * length, c->s[1] - 0.1 * length).ratio;
	k->similarity = clamp(1 - fabs(c->outside[0] - c->outside[1]) / fabs(c->contrast));
	double off = o->width_px > 0 ? log(w / o->width_px) / 0.25 : 0;
	k->hint = exp(-0.5 * off * off);
	double shoulders = 0.5 * (c->widening[0] + c->widening[1]);
	double sign = (c->contrast < 0) == c->bright ? 1 : 0;
	/* The grips' faces bound a strip too, across the specimen, but a short one. */
	double slender = clamp(length / (1.5 * w));
	k->score = sign * length * sqrt(w) * slender * slender * c->coverage * (0.05 + 0.95 * k->similarity) *
	           (0.1 + 0.9 * shoulders) * (0.1 + 0.9 * clamp(k->texture / 0.2)) *
	           (0.2 + 0.8 * clamp(fabs(c->contrast) / (5 * k->noise))) * (0.05 + 0.95 * k->hint);
}

/* Two descriptions of one strip: their middle lines lie in each other. */
static bool same_bar(const tt_section *a, const tt_section *b)
{
	double dx = b->origin[0] - a->origin[0], dy = b->origin[1] - a->origin[1];
	double across = fabs(-dx * a->axis[1] + dy * a->axis[0]);
	return across < 0.5 * fmax(a->width_px, b->width_px);
}

/* Another bar that might as well be the specimen. */
static bool is_rival(const candidate *k, const candidate *best)
{
	static const double LEAST = 0.25; /* of the best one's score */
	const tt_section *c = &k->section;
	bool grips = c->end[0] == TT_END_SHOULDER && c->end[1] == TT_END_SHOULDER;
	return grips && k->score > LEAST * best->score && !same_bar(&best->section, c) &&
	       section_length(c) > 1.2 * c->width_px;
}

/* The part of a section whose middle line lies in the region becomes the section; false: too little does. How its ends
 * look stays as it was seen: whoever draws a region knows where the bar goes on. */
static bool keep_to_region(const tt_image *im, const uint8_t *region, tt_section *c)
{
	double begin = NAN, best[2] = {0, 0};
	for (double s = c->s[0]; s <= c->s[1] + 1; s++) {
		double p[2];
		tt_section_place(c, fmin(s, c->s[1]), 0, p);
		int x = (int)lround(p[0]), y = (int)lround(p[1]);
		bool in = s <= c->s[1] && x >= 0 && y >= 0 && x < im->width && y < im->height &&
		          region[(size_t)y * (size_t)im->width + (size_t)x];
		if (in && isnan(begin)) begin = s;
		if (in || isnan(begin)) continue;
		if (s - 1 - begin > best[1] - best[0]) {
			best[0] = begin;
			best[1] = s - 1;
		}
		begin = NAN;
	}
	if (!(best[1] - best[0] > 1.2 * c->width_px)) return false;
	/* the last whole pixel is no cut */
	c->s[0] = best[0];
	if (c->s[1] - best[1] > 1) c->s[1] = best[1];
	return true;
}

/* What a search found. */
typedef struct finding {
	candidate best, rival, outside; /* outside the region: the best of all, if that is another bar */
	bool found, rivalled, seen_outside;
} finding;

static tt_status best_candidate(const tt_image *im, const tt_find_gauge_options *o, finding *f, tt_error *err)
{
	tt_strip strip[MOST_IN_REGION];
	candidate all[MOST_IN_REGION];
	size_t n, judged = 0;
	*f = (finding){0};
	tt_status st = tt_strips_find(im, strip, o->region ? MOST_IN_REGION : MOST_STRIPS, &n, err);
	if (st != TT_OK) return st;
	uint8_t *mask = malloc((size_t)im->width * (size_t)im->height);
	if (!mask) return tt_fail_memory(err, "the search for the specimen");
	for (size_t i = 0; i < n && st == TT_OK; i++) {
		candidate k;
		bool good;
		st = tt_section_measure(im, &strip[i], &k.section, &good, err);
		if (st != TT_OK || !good) continue;
		bool in = !o->region || keep_to_region(im, o->region, &k.section);
		judge(im, o, mask, &k);
		if (!in) {
			if (k.score > (f->seen_outside ? f->outside.score : 0)) f->outside = k;
			f->seen_outside = f->seen_outside || k.score > 0;
			continue;
		}
		all[judged++] = k;
		if (f->found && k.score <= f->best.score) continue;
		f->best = k;
		f->found = k.score > 0;
	}
	free(mask);
	for (size_t i = 0; f->found && i < judged; i++) {
		if (!is_rival(&all[i], &f->best) || (f->rivalled && all[i].score <= f->rival.score)) continue;
		f->rival = all[i];
		f->rivalled = true;
	}
	f->seen_outside = f->seen_outside && f->found && f->outside.score > f->best.score;
	return st;
}

/* ---- where the gauge's ends go ---- */

/* Distance of the band's middle from the section's end: the band lies inside, and three tenths of a width away from a
 * shoulder, whose strain is not the section's; away from the frame's border, the specimen may move out. */
static double least_margin(const tt_section *c, int end, double band)
{
	double margin = fmax(band + fmax(4, 0.08 * c->width_px), 0.3 * c->width_px);
	if (c->end[end] == TT_END_FRAME) margin = band + 8 + 0.1 * section_length(c);
	return margin;
}

/* Slides a band inwards from the margin, over an eighth of the section, and takes the outermost place whose texture is
 * nearly as good as the best. */
static double place_band(const tt_image *im, const candidate *k, uint8_t *mask, int end, double margin, double band,
                         int side, tt_band_strength *chosen)
{
	enum { PLACES = 17 };
	const tt_section *c = &k->section;
	tt_band_strength t[PLACES];
	double u[PLACES], best = INFINITY, slide = 0.125 * section_length(c);
	for (int i = 0; i < PLACES; i++) {
		double in = margin + slide * i / (PLACES - 1), s = end ? c->s[1] - in : c->s[0] + in;
		t[i] = tt_band_strength_of(im, c, mask, k->noise, k->empty, s - band, s + band);
		u[i] = tt_band_subset_u(&t[i], k->noise, side);
		best = fmin(best, u[i]);
	}
	int found = 0;
	while (found < PLACES - 1 && !(u[found] <= 1.2 * best))
		found++;
	int i = found;
	*chosen = t[i];
	return margin + slide * i / (PLACES - 1);
}

static const char *end_name(const tt_section *c, int end)
{
	/* Left and right, unless the specimen stands upright. */
	if (fabs(c->axis[0]) >= 0.7071) return (c->axis[0] > 0) == (end == 1) ? "right" : "left";
	return (c->axis[1] > 0) == (end == 1) ? "lower" : "upper";
}

static tt_status check_section(const tt_section *c, double shortest, tt_error *err)
{
	double length = section_length(c), middle[2];
	tt_section_place(c, 0.5 * (c->s[0] + c->s[1]), 0, middle);
	if (c->end[0] == TT_END_FRAME && c->end[1] == TT_END_FRAME)
		return tt_fail(err, TT_ERR_FAILED,
		               "the bar around [%.0f, %.0f] leaves the frame at both sides: where its parallel section "
		               "ends cannot be "
		               "seen; give gauge.from and gauge.to",
		               middle[0], middle[1]);
	if (c->end[0] != TT_END_SHOULDER && c->end[1] != TT_END_SHOULDER)
		return tt_fail(
		    err, TT_ERR_FAILED,
		    "the bar around [%.0f, %.0f] widens to a grip at neither end, so it may not be the specimen; give "
		    "gauge.from and gauge.to",
		    middle[0], middle[1]);
	if (c->width_px < 12)
		return tt_fail(err, TT_ERR_FAILED,
		               "the bar around [%.0f, %.0f] is only %.1f px wide, expected at least 12", middle[0],
		               middle[1], c->width_px);
	shortest = fmax(shortest, 1.2 * c->width_px);
	if (length < shortest)
		return tt_fail(
		    err, TT_ERR_FAILED,
		    "the parallel section around [%.0f, %.0f] is only %.0f px long at a width of %.0f px; two bands of "
		    "subsets clear of its ends and of each other need %.0f px; give gauge.from and gauge.to",
		    middle[0], middle[1], length, c->width_px, shortest);
	return TT_OK;
}

/* The contrast that would be enough, by the one that is there: slopes grow with it. */
static tt_status check_texture(const tt_section *c, const tt_gauge_choice *g, tt_error *err)
{
	for (int end = 0; end < 2; end++) {
		if (g->texture[end] >= LEAST_TEXTURE && g->u_band_px[end] <= WORST_U) continue;
		double times = fmax(g->u_band_px[end] / WORST_U, sqrt(LEAST_TEXTURE / g->texture[end]));
		char needed[160] = "";
		if (isfinite(times) && times < 100 && g->contrast_grey[end] > 0)
			snprintf(
			    needed, sizeof needed,
			    "; about %.2f times its contrast (%.2g grey levels at a noise of %.2g) would be enough",
			    times, g->contrast_grey[end], g->noise);
		if (g->texture[end] < LEAST_TEXTURE)
			return tt_fail(err, TT_ERR_FAILED,
			               "the %s end of the specimen has no texture to follow: its gradients are %.2g "
			               "times those of the noise, "
			               "expected %.2g or more%s; give gauge.from and gauge.to where there is a pattern",
			               end_name(c, end), g->texture[end], LEAST_TEXTURE, needed);
		return tt_fail(err, TT_ERR_FAILED,
		               "the %s end of the specimen has too little texture to follow: a subset of %d px would "
		               "be known to %.2g px, "
		               "expected %.2g or better%s; give gauge.from and gauge.to where there is a pattern, or a "
		               "larger dic.subset",
		               end_name(c, end), g->subset_px, g->u_band_px[end], WORST_U, needed);
	}
	return TT_OK;
}

static void add_notes(const tt_section *c, const tt_find_gauge_options *o, tt_gauge_choice *g)
{
	for (int end = 0; end < 2; end++)
		if (c->end[end] == TT_END_FRAME)
			tt_warn(
			    &g->notes,
			    "gauge auto: the specimen leaves the frame at its %s end; the gauge ends %.0f px before it",
			    end_name(c, end),
			    hypot(g->section[end][0] - (end ? g->to : g->from)[0],
			          g->section[end][1] - (end ? g->to : g->from)[1]));
		else if (c->end[end] == TT_END_OTHER)
			tt_warn(&g->notes, "gauge auto: no grip is seen at the specimen's %s end", end_name(c, end));
	if (o->width_px > 0 && fabs(log(c->width_px / o->width_px)) > 0.1)
		tt_warn(&g->notes,
		        "gauge auto: the specimen is %.1f px wide in the picture, %.1f px by the description",
		        c->width_px, o->width_px);
	if (fabs(g->taper_px) > fmax(2, 0.04 * c->width_px))
		tt_warn(&g->notes, "gauge auto: the width changes by %.1f px over the parallel section", g->taper_px);
}

static void describe(const candidate *k, tt_gauge_choice *g)
{
	const tt_section *c = &k->section;
	g->section_length_px = section_length(c);
	g->width_px = c->width_px;
	/* The grain leans the edges by a tenth or two of a pixel: see edges.h. */
	g->u_width_px = hypot(hypot(c->u_offset[0], c->u_offset[1]), 0.2);
	g->taper_px = (c->slope[1] - c->slope[0]) * g->section_length_px;
	g->straightness_px = c->rms_px;
	g->axis_deg = atan2(c->axis[1], c->axis[0]) / 0.017453292519943295;
	g->u_axis_deg = 0.5 * hypot(c->u_slope[0], c->u_slope[1]) / 0.017453292519943295;
	for (int end = 0; end < 2; end++) {
		g->end[end] = c->end[end];
		tt_section_place(c, c->s[end], 0, g->section[end]);
		for (int side = 0; side < 2; side++)
			tt_section_place(c, c->s[end], c->offset[side] + c->slope[side] * c->s[end],
			                 g->edge[side][end]);
	}
	g->bright = c->bright;
	g->contrast = c->contrast;
	g->noise = k->noise;
	double grips = 0.5 * (c->widening[0] + c->widening[1]);
	g->confidence = clamp(c->coverage) * (0.3 + 0.7 * k->similarity) * (0.3 + 0.7 * grips) * (0.3 + 0.7 * k->hint) *
	                clamp(fabs(c->contrast) / (5 * k->noise)) * clamp(g->section_length_px / (2 * c->width_px));
}

static tt_status choose_ends(const tt_image *im, const candidate *k, const tt_find_gauge_options *o, tt_gauge_choice *g,
                             tt_error *err)
{
	const tt_section *c = &k->section;
	g->subset_px = tt_band_plain_subset(c, o->subset_px);
	g->band_half_px = g->subset_px;
	double margin[2], length = section_length(c);
	for (int end = 0; end < 2; end++)
		margin[end] = least_margin(c, end, g->band_half_px);
	/* The two bands do not overlap. */
	tt_status st = check_section(c, margin[0] + margin[1] + 2 * g->band_half_px + 2, err);
	if (st != TT_OK) return st;
	uint8_t *mask = malloc((size_t)im->width * (size_t)im->height);
	if (!mask) return tt_fail_memory(err, "the search for the gauge's ends");
	tt_band_strength t[2];
	for (int end = 0; end < 2; end++) {
		double room = 0.5 * (length - 2 * g->band_half_px) - 0.125 * length;
		margin[end] = place_band(im, k, mask, end, fmin(margin[end], fmax(room, g->band_half_px)),
		                         g->band_half_px, g->subset_px, &t[end]);
		tt_section_place(c, end ? c->s[1] - margin[1] : c->s[0] + margin[0], 0, end ? g->to : g->from);
		g->texture[end] = t[end].ratio;
		g->u_band_px[end] = tt_band_subset_u(&t[end], k->noise, g->subset_px);
		g->contrast_grey[end] = t[end].contrast;
	}
	free(mask);
	g->length_px = hypot(g->to[0] - g->from[0], g->to[1] - g->from[1]);
	tt_error why;
	st = check_texture(c, g, o->any_texture ? &why : err);
	g->weak = st != TT_OK;
	return o->any_texture ? TT_OK : st;
}

static tt_status check_image(const tt_image *im, tt_error *err)
{
	if (!im || !im->data || im->width < 64 || im->height < 64)
		return tt_fail(err, TT_ERR_FAILED, "the frame of %d x %d px is too small to find a specimen in",
		               im ? im->width : 0, im ? im->height : 0);
	if (im->type != TT_F32) return TT_OK;
	for (int y = 0; y < im->height; y++)
		for (int x = 0; x < im->width; x++)
			if (!isfinite(tt_image_at(im, x, y)))
				return tt_fail(err, TT_ERR_FAILED, "the pixel at [%d, %d] is not a number", x, y);
	return TT_OK;
}

tt_status tt_find_gauge(const tt_image *image, const tt_find_gauge_options *options, tt_gauge_choice *out,
                        tt_error *err)
{
	tt_find_gauge_options o = options ? *options : tt_find_gauge_defaults();
	memset(out, 0, sizeof *out);
	tt_status st = check_image(image, err);
	if (st != TT_OK) return st;
	finding f;
	st = best_candidate(image, &o, &f, err);
	if (st != TT_OK) return st;
	const candidate *k = &f.best;
	if (!f.found)
		return tt_fail(err, TT_ERR_FAILED,
		               "no specimen was found%s: nowhere are there two long, straight, parallel edges with a "
		               "contrast against the "
		               "surroundings; give gauge.from and gauge.to",
		               o.region ? " in gauge.region" : "");
	describe(k, out);
	st = choose_ends(image, k, &o, out, err);
	if (st != TT_OK)
		tt_find_gauge_clear(out);
	else
		add_notes(&k->section, &o, out);
	if (st == TT_OK && f.rivalled)
		tt_warn(&out->notes,
		        "gauge auto: two bars are seen, this one around [%.0f, %.0f] and a second one, %.0f px wide, "
		        "around [%.0f, "
		        "%.0f]; if that is the specimen, give gauge.from and gauge.to on it",
		        0.5 * (out->from[0] + out->to[0]), 0.5 * (out->from[1] + out->to[1]), f.rival.section.width_px,
		        f.rival.section.origin[0], f.rival.section.origin[1]);
	if (st == TT_OK && f.seen_outside)
		tt_warn(&out->notes,
		        "gauge auto: without gauge.region another bar would have been taken, %.0f px wide, around "
		        "[%.0f, %.0f]",
		        f.outside.section.width_px, f.outside.section.origin[0], f.outside.section.origin[1]);
	return st;
}
