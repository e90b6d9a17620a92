/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/scan/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "film/diffraction/hump.h"
#include "core/text.h"

static const double BIN = 0.5, TWO_PI = 6.283185307179586;
enum { SECTORS = 12, LEAST_POSITIONS = 4, LEAST_PIXELS = 6 };

static double radius_of(const tt_scan_sums *s, size_t i, double *angle)
{
	const double x = (double)(i % (size_t)s->width) - s->centre[0],
	             y = (double)(i / (size_t)s->width) - s->centre[1];
	if (angle) *angle = atan2(y, x);
	return hypot(x, y);
}

/* The radius of the largest circle about the centre that lies in the pattern, at least half of the pattern's smaller
 * side: beyond it rings are torn to corners. */
static double reach(const tt_scan_sums *s)
{
	const double x = fmin(s->centre[0], s->width - 1 - s->centre[0]),
	             y = fmin(s->centre[1], s->height - 1 - s->centre[1]);
	return fmax(fmin(x, y), fmin(s->width, s->height) / 2.0);
}

tt_status tt_scan_radial(const tt_scan_sums *s, const tt_scan_bucket *b, const bool *dead, tt_scan_region *out,
                         tt_error *err)
{
	const size_t pixels = (size_t)s->width * (size_t)s->height, bins = (size_t)(reach(s) / BIN) + 1;
	double *v = calloc(5 * bins, sizeof *v);
	out->points = 0;
	out->radius_px = malloc(bins * sizeof *v);
	out->intensity = malloc(bins * sizeof *v);
	out->u_intensity = malloc(bins * sizeof *v);
	out->pixels = malloc(bins * sizeof *v);
	if (!v || !out->radius_px || !out->intensity || !out->u_intensity || !out->pixels) {
		free(v);
		return tt_fail_memory(err, "a radial mean");
	}
	double *n = v, *r = v + bins, *sum = v + 2 * bins, *squares = v + 3 * bins;
	const double positions = fmax((double)b->positions, 1);
	for (size_t i = 0; i < pixels; i++) {
		const double d = radius_of(s, i, NULL), mean = b->sum[i] / positions;
		const size_t k = (size_t)(d / BIN);
		if (k >= bins || (dead && dead[i])) continue;
		n[k]++;
		r[k] += d;
		sum[k] += mean;
		squares[k] += mean * mean;
	}
	for (size_t k = 0; k < bins; k++) {
		if (n[k] < LEAST_PIXELS) continue;
		const double mean = sum[k] / n[k], scatter = fmax(squares[k] / n[k] - mean * mean, 0) / (n[k] - 1);
		const double shot = mean > 0 ? mean / (positions * n[k]) : 0;
		out->radius_px[out->points] = r[k] / n[k];
		out->intensity[out->points] = mean;
		out->u_intensity[out->points] = sqrt(fmax(scatter, shot));
		out->pixels[out->points++] = n[k];
	}
	free(v);
	return TT_OK;
}

/* Mean of three neighbours. */
static double smooth(const tt_scan_region *g, size_t i)
{
	const size_t a = i ? i - 1 : 0, b = i + 1 < g->points ? i + 1 : i;
	return (g->intensity[a] + g->intensity[i] + g->intensity[b]) / 3;
}

/* The first maximum behind the beam's foot: it rises above the lowest point before it by more than the noise. */
static bool find_ring(const tt_scan_region *g, size_t *foot, size_t *top)
{
	size_t low = 0;
	for (size_t i = 1; i + 1 < g->points; i++) {
		if (smooth(g, i) < smooth(g, low)) low = i;
		if (!(smooth(g, i) - smooth(g, low) > 6 * g->u_intensity[i])) continue;
		/* up to where it comes down again by as much */
		size_t best = i;
		for (size_t k = i; k < g->points; k++) {
			if (smooth(g, k) > smooth(g, best)) best = k;
			if (smooth(g, best) - smooth(g, k) > 0.3 * (smooth(g, best) - smooth(g, low))) {
				*foot = low;
				*top = best;
				return true;
			}
		}
		return false;
	}
	return false;
}

/* What the position owes to the fit's shape: made rings of another shape, on the foot of the beam and before a second
 * ring, were found up to 2.4 % of their width off, on one side (tests/film/test_scan.c); as a standard uncertainty. */
static const double SHAPE = 0.015;

static tt_status no_ring(tt_scan_region *g, const char *why, tt_error *err)
{
	g->ring_px = g->u_ring_px = g->fwhm_px = g->u_fwhm_px = g->height = g->u_height = NAN;
	g->reason = tt_strdup(why);
	return g->reason ? TT_OK : tt_fail_memory(err, "a ring's reason");
}

/* How far the position moves when the window loses a seventh at either end: what the background's shape leaves open. */
static double spread(const tt_scan_region *g, size_t foot, size_t n, const tt_hump_options *o, double position)
{
	const size_t cut = n / 7;
	double sum = 0;
	int fits = 0;
	for (int k = 1; k <= 3; k++) {
		const size_t from = k & 1 ? cut : 0, to = k & 2 ? cut : 0;
		tt_hump h;
		if (tt_hump_fit(g->radius_px + foot + from, g->intensity + foot + from, g->u_intensity + foot + from,
		                n - from - to, o, &h, NULL) != TT_OK)
			continue;
		sum += (h.position.value - position) * (h.position.value - position);
		fits++;
	}
	return fits ? sqrt(sum / fits) : 0;
}

tt_status tt_scan_first_ring(const double ring[2], tt_scan_region *g, tt_error *err)
{
	size_t foot = 0, top = 0, last;
	double start = NAN;
	if (!isnan(ring[0])) {
		while (foot + 1 < g->points && g->radius_px[foot] < ring[0])
			foot++;
		last = foot;
		while (last + 1 < g->points && g->radius_px[last + 1] <= ring[1])
			last++;
	} else {
		if (!find_ring(g, &foot, &top)) return no_ring(g, "no ring stands out of the radial mean", err);
		start = g->radius_px[top];
		/* as far behind the ring as before it, and half as much again: the second ring stays outside */
		const double end = start + 1.5 * fmax(start - g->radius_px[foot], 4);
		last = top;
		while (last + 1 < g->points && g->radius_px[last + 1] <= end)
			last++;
		/* the beam's flank is no part of it */
		while (foot + 1 < top && g->radius_px[top] - g->radius_px[foot] > 0.9 * start)
			foot++;
	}
	const size_t n = last - foot + 1;
	tt_hump h;
	tt_error why;
	const tt_hump_options o = {.start = start, .second_ratio = 1.75, .what = "the first ring"};
	if (tt_hump_fit(g->radius_px + foot, g->intensity + foot, g->u_intensity + foot, n, &o, &h, &why) != TT_OK)
		return no_ring(g, why.message, err);
	g->ring_px = h.position.value;
	g->u_ring_px = hypot(hypot(h.position.u, spread(g, foot, n, &o, h.position.value)), SHAPE * h.fwhm.value);
	g->fwhm_px = h.fwhm.value;
	g->u_fwhm_px = h.fwhm.u;
	g->height = h.height.value;
	g->u_height = h.height.u;
	g->fit = malloc(g->points * sizeof *g->fit);
	if (!g->fit) return tt_fail_memory(err, "a radial mean");
	for (size_t i = 0; i < g->points; i++)
		g->fit[i] = i >= foot && i <= last ? tt_hump_at(&h, g->radius_px[i]) : (double)NAN;
	return TT_OK;
}

/* ---- variance ---- */

/* Sums over the pixels of a ring in each sector: Σ (s² − shot) and Σ of the unbiased squared mean. */
typedef struct sums {
	double above[SECTORS], level[SECTORS], count[SECTORS], mean;
	double pixels;
} sums;

/* V = Σ above / Σ level; u by leaving out one sector after the other (jackknife), so that speckles larger than a pixel
 * are not counted as many. */
static void v_image(const sums *s, double *v, double *u)
{
	double above = 0, level = 0, mean = 0, squares = 0;
	int n = 0;
	*v = *u = NAN;
	for (int k = 0; k < SECTORS; k++) {
		above += s->above[k];
		level += s->level[k];
	}
	if (!(level > 0)) return;
	*v = above / level;
	for (int k = 0; k < SECTORS; k++) {
		if (!(s->count[k] > 0) || !(level - s->level[k] > 0)) continue;
		const double without = (above - s->above[k]) / (level - s->level[k]);
		mean += without;
		squares += without * without;
		n++;
	}
	if (n < 6) return;
	mean /= n;
	*u = sqrt(fmax(squares / n - mean * mean, 0) * (n - 1));
}

static void add_pixel(sums *t, const tt_scan_bucket *b, size_t i, double angle, bool counts)
{
	const double n = (double)b->positions, m = b->sum[i] / n, variance = (b->squares[i] - b->sum[i] * m) / (n - 1);
	int k = (int)((angle / TWO_PI + 0.5) * SECTORS);
	if (k >= SECTORS) k = SECTORS - 1;
	t->above[k] += variance - (counts ? m : 0);
	t->level[k] += m * m - variance / n;
	t->count[k]++;
	t->mean += m;
	t->pixels++;
}

/* The radial mean at a radius, by straight lines; NaN outside of it. */
static double intensity_at(const tt_scan_region *g, double radius)
{
	for (size_t i = 1; i < g->points; i++)
		if (g->radius_px[i] >= radius && g->radius_px[i - 1] <= radius) {
			const double t = (radius - g->radius_px[i - 1]) / (g->radius_px[i] - g->radius_px[i - 1]);
			return g->intensity[i - 1] * (1 - t) + g->intensity[i] * t;
		}
	return NAN;
}

/* What the slope of the radial mean across a ring of 1 px adds to the variance in it: (ΔI/I)²/12. */
static double slope_variance(const tt_scan_region *g, double radius)
{
	const double a = intensity_at(g, radius - 0.5), b = intensity_at(g, radius + 0.5), mean = (a + b) / 2;
	return mean > 0 ? (b - a) * (b - a) / (12 * mean * mean) : 0;
}

/* V_ring and Ω of one ring, from its moments over the positions. */
static void ring_variances(const tt_scan_ring *g, bool counts, double positions, double slope, tt_scan_variance *v)
{
	const double n = positions, m = g->m[0] / n, s2 = (g->m[1] - g->m[0] * m) / (n - 1);
	if (g->positions >= LEAST_POSITIONS) {
		v->ring = g->v / g->positions;
		v->u_ring = sqrt(fmax(g->v2 / g->positions - v->ring * v->ring, 0) / (g->positions - 1));
		v->ring -= slope;
		if (!counts) v->ring = v->u_ring = NAN;
	}
	const double level = m * m - s2 / n;
	if (!(level > 0) || n < LEAST_POSITIONS) return;
	v->omega = (s2 - (counts ? m / g->n : 0)) / level;
	/* variance of a variance by the fourth central moment */
	const double c4 = g->m[3] / n - 4 * m * g->m[2] / n + 6 * m * m * g->m[1] / n - 3 * m * m * m * m;
	v->u_omega = sqrt(fmax(c4 - (n - 3) / (n - 1) * s2 * s2, 0) / n) / level;
}

static tt_scan_variance nothing(double radius)
{
	return (tt_scan_variance){.radius_px = radius,
	                          .mean_count = NAN,
	                          .image = NAN,
	                          .u_image = NAN,
	                          .ring = NAN,
	                          .u_ring = NAN,
	                          .omega = NAN,
	                          .u_omega = NAN};
}

/* Weighted over the rings within lo … hi: V_ring and Ω by their pixels. */
static void over_band(const tt_scan_region *g, double lo, double hi, tt_scan_variance *v)
{
	double n = 0, ring = 0, u_ring = 0, omega = 0, u_omega = 0;
	for (size_t r = 0; r < g->rings; r++) {
		const tt_scan_variance *x = &g->variance[r];
		if (x->radius_px < lo || x->radius_px > hi || !isfinite(x->ring) || !isfinite(x->omega)) continue;
		n += x->pixels;
		ring += x->pixels * x->ring;
		omega += x->pixels * x->omega;
		/* rings of one pattern share its thickness: their u do not average out */
		u_ring += x->pixels * x->u_ring;
		u_omega += x->pixels * x->u_omega;
	}
	if (!(n > 0)) return;
	v->ring = ring / n;
	v->u_ring = u_ring / n;
	v->omega = omega / n;
	v->u_omega = u_omega / n;
}

tt_status tt_scan_variances(const tt_scan_sums *s, const tt_scan_bucket *b, const bool *dead, bool counts,
                            tt_scan_region *g, tt_error *err)
{
	const size_t pixels = (size_t)s->width * (size_t)s->height,
	             rings = (size_t)reach(s) + 1 < s->rings ? (size_t)reach(s) + 1 : s->rings;
	sums *t = calloc(rings + 1, sizeof *t);
	g->rings = rings;
	g->variance = malloc(rings * sizeof *g->variance);
	g->at_ring = nothing(g->ring_px);
	if (!t || !g->variance) {
		free(t);
		return tt_fail_memory(err, "a normalised variance");
	}
	const double lo = g->ring_px - g->fwhm_px / 2, hi = g->ring_px + g->fwhm_px / 2;
	const bool enough = b->positions >= LEAST_POSITIONS;
	for (size_t i = 0; enough && i < pixels; i++) {
		double angle;
		const double d = radius_of(s, i, &angle);
		if ((dead && dead[i]) || d >= (double)rings) continue;
		add_pixel(&t[(size_t)d], b, i, angle, counts);
		if (d >= lo && d <= hi) add_pixel(&t[rings], b, i, angle, counts);
	}
	for (size_t r = 0; r < rings; r++) {
		tt_scan_variance *v = &g->variance[r];
		*v = nothing((double)r + 0.5);
		v->pixels = b->ring[r].n;
		if (!enough || b->ring[r].n < LEAST_PIXELS) continue;
		v->mean_count = t[r].mean / t[r].pixels;
		v_image(&t[r], &v->image, &v->u_image);
		ring_variances(&b->ring[r], counts, (double)b->positions, slope_variance(g, v->radius_px), v);
	}
	if (enough && t[rings].pixels > 0) {
		g->at_ring.pixels = t[rings].pixels;
		g->at_ring.mean_count = t[rings].mean / t[rings].pixels;
		v_image(&t[rings], &g->at_ring.image, &g->at_ring.u_image);
		over_band(g, lo, hi, &g->at_ring);
	}
	free(t);
	return TT_OK;
}
