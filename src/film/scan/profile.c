/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/scan/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "film/diffraction/hump.h"
#include "core/text.h"
#include "numeric/random.h"

static const double BIN = 0.5, TWO_PI = 6.283185307179586;
enum { SECTORS = 12, LEAST_POSITIONS = 4, LEAST_PIXELS = 6 };
/* A ring is fitted out to this many of its radii: the second one of a glass, at 1.6 to 1.8, is seen whole and the
 * third, at 2.5, is not. */
static const double BEHIND = 2.15;

/* By how much a standard deviation of few freedoms is too narrow for the normal distribution's 95 %. */
static double wider(double freedom)
{
	return tt_t_quantile(0.975, freedom) / 1.959963984540054;
}

static int sector_of(double angle)
{
	const int k = (int)((angle / TWO_PI + 0.5) * SECTORS);
	return k < 0 ? 0 : k >= SECTORS ? SECTORS - 1 : k;
}

static double radius_of(const tt_scan_sums *s, size_t i, double *angle)
{
	const double x = (double)(i % (size_t)s->width) - s->centre[0],
	             y = (double)(i / (size_t)s->width) - s->centre[1];
	if (angle) *angle = atan2(y, x);
	return sqrt(x * x + y * y);
}

/* The radius of the largest circle about the centre that lies in the pattern, at least half of the pattern's smaller
 * side: beyond it rings are torn to corners. */
static double reach(const tt_scan_sums *s)
{
	const double x = fmin(s->centre[0], s->width - 1 - s->centre[0]),
	             y = fmin(s->centre[1], s->height - 1 - s->centre[1]);
	return fmax(fmin(x, y), fmin(s->width, s->height) / 2.0);
}

/* Sums over one bin's pixels: radius r − middle and value m. */
typedef struct bin {
	double n, r, rr, m, rm, mm;
} bin;

/* Mean and its u: the scatter about a line through the bin, so that the ring's slope is no noise; at least shot noise.
 */
static void bin_mean(const bin *b, double positions, double *mean, double *u)
{
	*mean = b->m / b->n;
	const double mm = b->mm - b->m * *mean, rr = b->rr - b->r * b->r / b->n, rm = b->rm - b->r * *mean;
	const double left = rr > 0 ? mm - rm * rm / rr : mm;
	const double scatter = fmax(left, 0) / ((b->n - 2) * b->n), shot = fmax(*mean, 0) / (positions * b->n);
	*u = sqrt(fmax(scatter, shot));
}

tt_status tt_scan_radial(const tt_scan_sums *s, const tt_scan_bucket *b, const bool *dead, tt_scan_region *out,
                         tt_error *err)
{
	const size_t pixels = (size_t)s->width * (size_t)s->height, bins = (size_t)(reach(s) / BIN) + 1;
	bin *v = calloc(bins, sizeof *v);
	out->points = 0;
	out->radius_px = malloc(bins * sizeof(double));
	out->intensity = malloc(bins * sizeof(double));
	out->u_intensity = malloc(bins * sizeof(double));
	out->pixels = malloc(bins * sizeof(double));
	if (!v || !out->radius_px || !out->intensity || !out->u_intensity || !out->pixels) {
		free(v);
		return tt_fail_memory(err, "a radial mean");
	}
	const double positions = fmax((double)b->positions, 1);
	for (size_t i = 0; i < pixels; i++) {
		const double d = radius_of(s, i, NULL), m = b->sum[i] / positions;
		const size_t k = (size_t)(d / BIN);
		if (k >= bins || (dead && dead[i])) continue;
		const double r = d - ((double)k + 0.5) * BIN;
		v[k].n++;
		v[k].r += r;
		v[k].rr += r * r;
		v[k].m += m;
		v[k].rm += r * m;
		v[k].mm += m * m;
	}
	for (size_t k = 0; k < bins; k++) {
		if (v[k].n < LEAST_PIXELS) continue;
		const size_t at = out->points++;
		out->radius_px[at] = ((double)k + 0.5) * BIN + v[k].r / v[k].n;
		bin_mean(&v[k], positions, &out->intensity[at], &out->u_intensity[at]);
		out->pixels[at] = v[k].n;
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

static tt_status no_ring(tt_scan_region *g, const char *why, tt_error *err)
{
	g->ring_px = g->u_ring_px = g->fwhm_px = g->u_fwhm_px = g->height = g->u_height = NAN;
	g->reason = tt_strdup(why);
	return g->reason ? TT_OK : tt_fail_memory(err, "a ring's reason");
}

/* Points foot … foot + n − 1 of a region's radial mean, the fit of the ring in them, and ∂(position)/∂I of each. */
typedef struct window {
	const tt_scan_region *g;
	size_t foot, n;
	tt_hump h;
	double *influence;
} window;

static tt_status fit_window(const window *w, size_t from, size_t to, double start, double *influence, tt_hump *h,
                            tt_error *err)
{
	const size_t at = w->foot + from;
	const tt_hump_options o = {
	    .start = start, .second_ratio = 1.75, .influence = influence, .what = "the first ring"};
	return tt_hump_fit(w->g->radius_px + at, w->g->intensity + at, w->g->u_intensity + at, w->n - from - to, &o, h,
	                   err);
}

/* How far the position moves when the window loses half of its points before the ring's flank, a quarter of those
 * behind it, or both, beyond what the noise of the points lost explains (the variance of the difference of nested fits
 * is the difference of their variances: Hausman, Econometrica 46 (1978) 1251): what the model's shape leaves open. A
 * part that does not determine the position says nothing. */
static double spread(const window *w)
{
	const double position = w->h.position.value, u = w->h.position.u, half = w->h.fwhm.value / 2;
	size_t before = 0, behind = 0;
	double sum = 0;
	int fits = 0;
	for (size_t i = w->foot; i < w->foot + w->n; i++) {
		before += w->g->radius_px[i] < position - half;
		behind += w->g->radius_px[i] > position + half;
	}
	for (int k = 1; k <= 3; k++) {
		const size_t from = k & 1 ? before / 2 : 0, to = k & 2 ? behind / 4 : 0;
		tt_hump h;
		if (from + to == 0 || fit_window(w, from, to, position, NULL, &h, NULL) != TT_OK ||
		    h.position.u > 4 * u)
			continue;
		const double d = h.position.value - position, noise = fmax(h.position.u * h.position.u - u * u, 0);
		sum += fmax(d * d - 4 * noise, 0);
		fits++;
	}
	return fits ? sqrt(sum / fits) : 0;
}

/* The position's u from what the sectors of the ring say apart (jackknife; the centre has taken two of their freedoms):
 * pixels of one speckle, or of a ring that is no circle, are not as many as they are. */
static double sector_u(const tt_scan_sums *s, const tt_scan_bucket *b, const bool *dead, const window *w)
{
	const tt_scan_region *g = w->g;
	const size_t pixels = (size_t)s->width * (size_t)s->height, freedom = SECTORS - 3;
	double moved[SECTORS] = {0}, sum = 0;
	size_t k = 0;
	for (size_t i = 0; i < pixels; i++) {
		double angle;
		const double r = radius_of(s, i, &angle), bin_of = floor(r / BIN);
		if (dead && dead[i]) continue;
		/* neighbours lie in bins near each other */
		while (k > 0 && floor(g->radius_px[w->foot + k] / BIN) > bin_of)
			k--;
		while (k + 1 < w->n && floor(g->radius_px[w->foot + k] / BIN) < bin_of)
			k++;
		const size_t at = w->foot + k;
		if (floor(g->radius_px[at] / BIN) != bin_of) continue;
		const double slope = tt_hump_at(&w->h, r) - tt_hump_at(&w->h, g->radius_px[at]);
		moved[sector_of(angle)] +=
		    w->influence[k] / g->pixels[at] * (b->sum[i] / (double)b->positions - g->intensity[at] - slope);
	}
	for (int i = 0; i < SECTORS; i++)
		sum += moved[i] * moved[i];
	return sqrt(sum * SECTORS / (double)freedom);
}

static tt_status search_window(const double ring[2], const tt_scan_region *g, size_t *foot, size_t *last, double *start)
{
	size_t top = 0;
	*start = NAN;
	*foot = 0;
	if (!isnan(ring[0])) {
		while (*foot + 1 < g->points && g->radius_px[*foot] < ring[0])
			++*foot;
		*last = *foot;
		while (*last + 1 < g->points && g->radius_px[*last + 1] <= ring[1])
			++*last;
		return TT_OK;
	}
	if (!find_ring(g, foot, &top)) return TT_ERR_FAILED;
	*start = g->radius_px[top];
	*last = top;
	while (*last + 1 < g->points && g->radius_px[*last + 1] <= BEHIND * *start)
		++*last;
	/* the beam's flank is no part of it */
	while (*foot + 1 < top && g->radius_px[top] - g->radius_px[*foot] > 0.9 * *start)
		++*foot;
	return TT_OK;
}

tt_status tt_scan_first_ring(const tt_scan_sums *s, const tt_scan_bucket *b, const bool *dead, const double ring[2],
                             tt_scan_region *g, tt_error *err)
{
	size_t last;
	double start;
	tt_error why;
	window w = {.g = g};
	if (search_window(ring, g, &w.foot, &last, &start) != TT_OK)
		return no_ring(g, "no ring stands out of the radial mean", err);
	w.n = last - w.foot + 1;
	w.influence = malloc(w.n * sizeof *w.influence);
	g->fit = malloc((g->points ? g->points : 1) * sizeof *g->fit);
	if (!w.influence || !g->fit) {
		free(w.influence);
		return tt_fail_memory(err, "a ring's fit");
	}
	if (fit_window(&w, 0, 0, start, w.influence, &w.h, &why) != TT_OK) {
		free(w.influence);
		free(g->fit);
		g->fit = NULL;
		return no_ring(g, why.message, err);
	}
	g->ring_px = w.h.position.value;
	g->u_ring_px = hypot(fmax(w.h.position.u, sector_u(s, b, dead, &w)), spread(&w));
	g->fwhm_px = w.h.fwhm.value;
	g->u_fwhm_px = w.h.fwhm.u;
	g->height = w.h.height.value;
	g->u_height = w.h.height.u;
	for (size_t i = 0; i < g->points; i++)
		g->fit[i] = i >= w.foot && i <= last ? tt_hump_at(&w.h, g->radius_px[i]) : (double)NAN;
	free(w.influence);
	return TT_OK;
}

/* ---- variance ---- */

/* Sums over the pixels of a ring in each sector: Σ (s² − shot) and Σ of the unbiased squared mean. */
typedef struct sums {
	double above[SECTORS], level[SECTORS], count[SECTORS], mean;
	double pixels, expected, expected2;
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
	*u = sqrt(fmax(squares / n - mean * mean, 0) * (n - 1)) * wider(n - 1);
}

static void add_pixel(sums *t, const tt_scan_bucket *b, size_t i, double angle, bool counts)
{
	const double n = (double)b->positions, m = b->sum[i] / n, variance = (b->squares[i] - b->sum[i] * m) / (n - 1);
	const int k = sector_of(angle);
	t->above[k] += variance - (counts ? m : 0);
	t->level[k] += m * m - variance / n;
	t->count[k]++;
	t->mean += m;
	t->pixels++;
}

/* What is expected at a radius, by straight lines through the ring's fit where there is one, else through the radial
 * mean. hint: where to look first. */
static double expected_at(const tt_scan_region *g, double radius, size_t *hint)
{
	size_t k = *hint;
	if (g->points < 2) return NAN;
	while (k > 0 && g->radius_px[k] > radius)
		k--;
	while (k + 2 < g->points && g->radius_px[k + 1] < radius)
		k++;
	*hint = k;
	const double *y = g->fit && isfinite(g->fit[k]) && isfinite(g->fit[k + 1]) ? g->fit : g->intensity;
	const double t = (radius - g->radius_px[k]) / (g->radius_px[k + 1] - g->radius_px[k]);
	return y[k] * (1 - t) + y[k + 1] * t;
}

/* What the radial mean's slope across a ring of 1 px adds to the relative variance in it, pixel by pixel. */
static double slope_variance(const sums *t)
{
	const double mean = t->expected / t->pixels;
	return mean > 0 ? fmax(t->expected2 / t->pixels - mean * mean, 0) / (mean * mean) * t->pixels / (t->pixels - 1)
	                : 0;
}

/* V_ring over the rings from … to − 1, weighted by their pixels: the mean over the positions, and its u from the groups
 * of positions, in which rings that share a speckle stay together. */
static void v_ring(const sums *t, const tt_scan_bucket *b, size_t from, size_t to, double *value, double *u)
{
	double pixels = 0, sum = 0, part[TT_SCAN_GROUPS] = {0}, weight[TT_SCAN_GROUPS] = {0}, squares = 0;
	double least = 0;
	int groups = 0;
	*value = *u = NAN;
	for (size_t r = from; r < to; r++) {
		const tt_scan_ring *x = &b->ring[r];
		double v = 0, have = 0;
		for (int k = 0; k < TT_SCAN_GROUPS; k++) {
			v += x->v[k];
			have += x->have[k];
		}
		if (x->n < LEAST_PIXELS || have < LEAST_POSITIONS) continue;
		/* (1 + V)(1 + slope) − 1 is what a ring of 1 px on a slope shows */
		const double slope = slope_variance(&t[r]), mean = (1 + v / have) / (1 + slope) - 1;
		pixels += x->n;
		sum += x->n * mean;
		least = fmax(least, have);
		for (int k = 0; k < TT_SCAN_GROUPS; k++) {
			part[k] += x->n * (x->v[k] - x->have[k] * v / have) / (1 + slope);
			weight[k] += x->have[k] > 0;
		}
	}
	if (!(pixels > 0)) return;
	*value = sum / pixels;
	for (int k = 0; k < TT_SCAN_GROUPS; k++) {
		squares += part[k] / pixels * (part[k] / pixels);
		groups += weight[k] > 0;
	}
	if (groups >= LEAST_POSITIONS) *u = sqrt(squares * groups / (groups - 1)) / least * wider(groups - 1);
}

/* Ω of one ring, from its moments over the positions. */
static void ring_omega(const tt_scan_ring *g, bool counts, double positions, tt_scan_variance *v)
{
	const double n = positions, m = g->m[0] / n, s2 = (g->m[1] - g->m[0] * m) / (n - 1), level = m * m - s2 / n;
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

/* Over the rings whose middle lies within lo … hi: V_ring, and Ω weighted by pixels. */
static void over_band(const tt_scan_region *g, const sums *t, const tt_scan_bucket *b, bool counts, double lo,
                      double hi, tt_scan_variance *v)
{
	double n = 0, omega = 0, u_omega = 0;
	size_t from = 0, to = 0;
	for (size_t r = 0; r < g->rings; r++) {
		const tt_scan_variance *x = &g->variance[r];
		if (x->radius_px < lo || x->radius_px > hi) continue;
		if (to == 0) from = r;
		to = r + 1;
		if (!isfinite(x->omega)) continue;
		n += x->pixels;
		omega += x->pixels * x->omega;
		/* rings of one pattern share its thickness: their u do not average out */
		u_omega += x->pixels * x->u_omega;
	}
	if (counts) v_ring(t, b, from, to, &v->ring, &v->u_ring);
	if (!(n > 0)) return;
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
	size_t hint = 0;
	for (size_t i = 0; enough && i < pixels; i++) {
		double angle;
		const double d = radius_of(s, i, &angle);
		if ((dead && dead[i]) || d >= (double)rings) continue;
		const double level = expected_at(g, d, &hint);
		sums *ring = &t[(size_t)d];
		add_pixel(ring, b, i, angle, counts);
		ring->expected += level;
		ring->expected2 += level * level;
		if (d >= lo && d <= hi) add_pixel(&t[rings], b, i, angle, counts);
	}
	for (size_t r = 0; r < rings; r++) {
		tt_scan_variance *v = &g->variance[r];
		*v = nothing((double)r + 0.5);
		v->pixels = b->ring[r].n;
		if (!enough || b->ring[r].n < LEAST_PIXELS) continue;
		v->mean_count = t[r].mean / t[r].pixels;
		v_image(&t[r], &v->image, &v->u_image);
		if (counts) v_ring(t, b, r, r + 1, &v->ring, &v->u_ring);
		ring_omega(&b->ring[r], counts, (double)b->positions, v);
	}
	if (enough && t[rings].pixels > 0) {
		g->at_ring.pixels = t[rings].pixels;
		g->at_ring.mean_count = t[rings].mean / t[rings].pixels;
		v_image(&t[rings], &g->at_ring.image, &g->at_ring.u_image);
		over_band(g, t, b, counts, lo, hi, &g->at_ring);
	}
	free(t);
	return TT_OK;
}
