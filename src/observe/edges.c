/* Edges of a bar: mean profiles along the normal, fitted by an error function.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/edges.h"
#include "numeric/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PROFILE = 2 * 100 + 17, ITERATIONS = 25 };
static const double MARGIN = 8;       /* px of profile beyond the search, for the levels on both sides */
static const double LEAST_BLUR = 0.3; /* px: a sharper edge cannot be told from this one */

/* A profile across one edge; sample i lies at u = first + i (px from the expected place, outside at negative u). */
typedef struct profile {
	double value[MAX_PROFILE];
	double first;
	int n;
} profile;

/* The four neighbours of a place inside the image, linearly weighted. */
static double sample(const tt_image *im, double x, double y)
{
	int ix = (int)x, iy = (int)y;
	if (ix > im->width - 2) ix = im->width - 2;
	if (iy > im->height - 2) iy = im->height - 2;
	double fx = x - ix, fy = y - iy;
	const char *row = (const char *)im->data + (ptrdiff_t)iy * im->stride, *next = row + im->stride;
	double a, b, c, d;
	switch (im->type) {
	case TT_U8: {
		const uint8_t *p = (const uint8_t *)row + ix, *q = (const uint8_t *)next + ix;
		a = p[0], b = p[1], c = q[0], d = q[1];
		break;
	}
	case TT_U16: {
		const uint16_t *p = (const uint16_t *)(const void *)row + ix,
		               *q = (const uint16_t *)(const void *)next + ix;
		a = p[0], b = p[1], c = q[0], d = q[1];
		break;
	}
	default: {
		const float *p = (const float *)(const void *)row + ix, *q = (const float *)(const void *)next + ix;
		a = (double)p[0], b = (double)p[1], c = (double)q[0], d = (double)q[1];
		break;
	}
	}
	return (1 - fy) * ((1 - fx) * a + fx * b) + fy * ((1 - fx) * c + fx * d);
}

static bool within(const tt_image *im, double x, double y)
{
	return x >= 0 && y >= 0 && x <= im->width - 1 && y <= im->height - 1;
}

/* The mean over the lines beside the station; only where all of them lie inside the image, and only the piece that
 * holds the expected place. */
static void take_profile(const tt_image *im, const tt_edge_guide *g, int which, double s, profile *p)
{
	const double ax = g->axis[0], ay = g->axis[1], nx = -ay, ny = ax;
	const double out = which ? 1 : -1; /* direction of the outside along the normal */
	int half = (int)ceil(g->half_search_px + MARGIN), lines = (int)fmax(1, lround(g->average_px));
	double middle = g->offset[which] + g->slope[which] * s;
	int first = -half, last = half;
	for (int i = -half; i <= half; i++) {
		double sum = 0, n = middle - out * i;
		bool whole = true;
		for (int k = 0; k < lines && whole; k++) {
			double t = s + k - 0.5 * (lines - 1), m = n + g->slope[which] * (t - s);
			double x = g->origin[0] + t * ax + m * nx, y = g->origin[1] + t * ay + m * ny;
			whole = within(im, x, y);
			if (whole) sum += sample(im, x, y);
		}
		if (whole && isfinite(sum)) {
			p->value[i + half] = sum / lines;
			continue;
		}
		if (i < 0)
			first = i + 1;
		else if (i <= last)
			last = i - 1;
	}
	p->first = first;
	p->n = last >= first ? last - first + 1 : 0;
	memmove(p->value, p->value + (first + half), (size_t)p->n * sizeof *p->value);
}

/* Steepest place within the search with the right sign; nearer ones win among equals. rise: inside minus outside. */
static bool steepest(const profile *p, double half_search, double rise, int *at)
{
	double best = 0;
	for (int i = 2; i + 2 < p->n; i++) {
		double u = p->first + i;
		if (fabs(u) > half_search) continue;
		double step = (p->value[i + 2] + 2 * p->value[i + 1] - 2 * p->value[i - 1] - p->value[i - 2]) / 8;
		double weight = 1 / (1 + 0.5 * (u / half_search) * (u / half_search));
		double score = weight * (rise > 0 ? step : rise < 0 ? -step : fabs(step));
		if (score > best) best = score, *at = i;
	}
	return best > 0;
}

typedef struct fit {
	double outside, inside, place, blur; /* place and blur in px of u */
	double variance, u_place;
} fit;

static double normal_step(double t)
{
	return 0.5 * erfc(-t * 0.70710678118654752440);
}

/* Solves the 4 × 4 system a x = b in place by Gauss–Jordan with pivoting; inverse receives a's. */
static bool solve(double a[4][4], double b[4], double inverse[4][4])
{
	memset(inverse, 0, 16 * sizeof(double));
	for (int i = 0; i < 4; i++)
		inverse[i][i] = 1;
	for (int c = 0; c < 4; c++) {
		int pivot = c;
		for (int r = c + 1; r < 4; r++)
			if (fabs(a[r][c]) > fabs(a[pivot][c])) pivot = r;
		if (!(fabs(a[pivot][c]) > 1e-300)) return false;
		for (int k = 0; k < 4; k++) {
			double t = a[c][k];
			a[c][k] = a[pivot][k], a[pivot][k] = t;
			t = inverse[c][k], inverse[c][k] = inverse[pivot][k], inverse[pivot][k] = t;
		}
		double t = b[c];
		b[c] = b[pivot], b[pivot] = t;
		double scale = 1 / a[c][c];
		for (int k = 0; k < 4; k++)
			a[c][k] *= scale, inverse[c][k] *= scale;
		b[c] *= scale;
		for (int r = 0; r < 4; r++) {
			if (r == c) continue;
			double f = a[r][c];
			for (int k = 0; k < 4; k++)
				a[r][k] -= f * a[c][k], inverse[r][k] -= f * inverse[c][k];
			b[r] -= f * b[c];
		}
	}
	return true;
}

/* Normal equations of the model outside + (inside - outside) Φ((u - place) / blur) over samples lo … hi. */
static double normal_equations(const profile *p, int lo, int hi, const fit *f, double a[4][4], double b[4])
{
	double sum = 0, step = f->inside - f->outside;
	memset(a, 0, 16 * sizeof(double));
	memset(b, 0, 4 * sizeof(double));
	for (int i = lo; i <= hi; i++) {
		double t = (p->first + i - f->place) / f->blur, phi = normal_step(t);
		double density = exp(-0.5 * t * t) * 0.39894228040143267794 / f->blur;
		double r = p->value[i] - f->outside - step * phi;
		const double j[4] = {1 - phi, phi, -step * density, -step * density * t};
		for (int k = 0; k < 4; k++) {
			b[k] += j[k] * r;
			for (int l = 0; l < 4; l++)
				a[k][l] += j[k] * j[l];
		}
		sum += r * r;
	}
	return sum;
}

/* The blur's row and column are taken out, so that it stays as it is. */
static void hold_blur(double a[4][4], double b[4])
{
	for (int k = 0; k < 3; k++)
		a[3][k] = a[k][3] = 0;
	a[3][3] = 1;
	b[3] = 0;
}

/* Levenberg–Marquardt from the start in *f, the blur held or free; false when it leaves the window. */
static bool fit_step(const profile *p, int lo, int hi, bool held, fit *f)
{
	double a[4][4], b[4], inverse[4][4], damping = 1e-3;
	double sum = normal_equations(p, lo, hi, f, a, b);
	for (int it = 0; it < ITERATIONS; it++) {
		double m[4][4], x[4];
		memcpy(m, a, sizeof m);
		memcpy(x, b, sizeof x);
		if (held) hold_blur(m, x);
		for (int k = 0; k < 4; k++)
			m[k][k] *= 1 + damping;
		if (!solve(m, x, inverse)) return false;
		fit next = *f;
		next.outside += x[0], next.inside += x[1];
		next.place += fmax(-1, fmin(1, x[2]));
		next.blur = fmax(LEAST_BLUR, fmin(0.5 * (hi - lo), next.blur + fmax(-0.5, fmin(0.5, x[3]))));
		double na[4][4], nb[4], nsum = normal_equations(p, lo, hi, &next, na, nb);
		if (nsum > sum) {
			damping *= 8;
			if (damping > 1e6) break;
			continue;
		}
		double moved = fabs(next.place - f->place);
		*f = next;
		memcpy(a, na, sizeof a);
		memcpy(b, nb, sizeof b);
		bool done = moved < 1e-4 && sum - nsum <= 1e-6 * sum;
		sum = nsum;
		damping = fmax(1e-9, damping * 0.2);
		if (done) break;
	}
	double place = f->place - p->first;
	if (!(place > lo + 1 && place < hi - 1)) return false;
	f->variance = sum / fmax(1, hi - lo + 1 - (held ? 3 : 4));
	double x[4] = {0};
	/* At the least blur its column says little. */
	if (held || f->blur <= LEAST_BLUR * 1.01) hold_blur(a, x);
	if (!solve(a, x, inverse)) return false;
	f->u_place = sqrt(f->variance * fmax(0, inverse[2][2]));
	return isfinite(f->u_place);
}

static double mean_of(const profile *p, int lo, int hi)
{
	double sum = 0;
	int n = 0;
	for (int i = lo < 0 ? 0 : lo; i <= hi && i < p->n; i++, n++)
		sum += p->value[i];
	return n ? sum / n : NAN;
}

static const tt_edge nothing = {NAN, NAN, NAN, NAN};

/* Fits around f->place, ±5 px or what suits the blur; with the blur held less of the inside, whose grain disturbs. */
static bool fit_around(const profile *p, bool held, fit *f)
{
	int reach = (int)ceil(fmax(5, fmin(4 * f->blur, 20))), centre = (int)lround(f->place - p->first);
	int lo = centre - reach < 0 ? 0 : centre - reach, in = held ? (int)ceil(fmax(3, 2 * f->blur)) : reach,
	    hi = centre + in >= p->n ? p->n - 1 : centre + in;
	return hi - lo >= 7 && fit_step(p, lo, hi, held, f);
}

static tt_edge judged(const fit *f, const tt_edge_guide *g)
{
	double step = f->outside - f->inside;
	bool wrong_way = g->polarity > 0 ? step <= 0 : g->polarity < 0 ? step >= 0 : false;
	if (wrong_way || fabs(f->place) > g->half_search_px || fabs(step) < 3 * sqrt(f->variance)) return nothing;
	return (tt_edge){f->place, f->u_place, f->blur, step};
}

/* The place relative to the expected one, and the blur, both free. */
static tt_edge find_edge(const profile *p, const tt_edge_guide *g)
{
	int at = 0;
	if (p->n < 9 || !steepest(p, g->half_search_px, -g->polarity, &at)) return nothing;
	fit f = {mean_of(p, at - 5, at - 2), mean_of(p, at + 2, at + 5), p->first + at, 1.2, 0, 0};
	if (!fit_around(p, false, &f) || (f.blur > 1.25 && !fit_around(p, false, &f))) return nothing;
	return judged(&f, g);
}

/* Once more from a given place with the blur that all stations agree on: grain beside the edge cannot pose as blur
 * then. */
static tt_edge find_with_blur(const profile *p, const tt_edge_guide *g, double place, double blur)
{
	int at = (int)lround(place - p->first);
	fit f = {mean_of(p, at - 5, at - 3), mean_of(p, at + 3, at + 5), place, blur, 0, 0};
	return isfinite(f.outside) && isfinite(f.inside) && fit_around(p, true, &f) ? judged(&f, g) : nothing;
}

/* Median of those that are numbers; NaN of fewer than `least`. */
static double median_of(double *v, size_t n, size_t least)
{
	return n >= least ? tt_high_median(v, n) : NAN;
}

static double median_blur(const tt_edge (*edge)[2], int which, size_t n, double *work)
{
	size_t found = 0;
	for (size_t i = 0; i < n; i++)
		if (!isnan(edge[i][which].offset)) work[found++] = edge[i][which].blur_px;
	return median_of(work, found, 5);
}

/* What up to nine neighbouring stations say; a station far from it has seen a grain and starts again from there. */
static double start_place(const tt_edge (*edge)[2], int which, size_t i, size_t n)
{
	double near[9];
	size_t found = 0;
	for (size_t k = i < 4 ? 0 : i - 4; k < n && k <= i + 4; k++)
		if (!isnan(edge[k][which].offset)) near[found++] = edge[k][which].offset;
	double middle = median_of(near, found, 5), own = edge[i][which].offset;
	return isnan(middle) || fabs(own - middle) <= 2.5 ? own : middle;
}

static tt_status check(const tt_image *im, const tt_edge_guide *g, tt_error *err)
{
	if (!im || !im->data || im->width < 2 || im->height < 2)
		return tt_fail(err, TT_ERR_USAGE, "edges: an image of at least 2 x 2 pixels is needed");
	double norm = hypot(g->axis[0], g->axis[1]);
	if (!(fabs(norm - 1) < 1e-6))
		return tt_fail(err, TT_ERR_USAGE, "edges: the axis has the length %g, expected 1", norm);
	if (!(g->half_search_px >= 2 && g->half_search_px <= 100))
		return tt_fail(err, TT_ERR_USAGE, "edges: a search of %g px, expected 2 to 100", g->half_search_px);
	if (!(g->average_px >= 1 && g->average_px <= 65))
		return tt_fail(err, TT_ERR_USAGE, "edges: a mean over %g px, expected 1 to 65", g->average_px);
	if (!(g->offset[0] < g->offset[1]))
		return tt_fail(err, TT_ERR_USAGE, "edges: expected at %g and %g px: the first must be the smaller",
		               g->offset[0], g->offset[1]);
	return TT_OK;
}

tt_status tt_edges_find(const tt_image *image, const tt_edge_guide *guide, const double *station, size_t n,
                        tt_edge (*edge)[2], tt_error *err)
{
	tt_status s = check(image, guide, err);
	if (s != TT_OK) return s;
	profile *p = malloc((n ? n : 1) * sizeof *p);
	double *work = malloc((n ? n : 1) * sizeof *work);
	if (!p || !work) s = tt_fail_memory(err, "the edges of the bar");
	for (int which = 0; which < 2 && s == TT_OK; which++) {
		for (size_t i = 0; i < n; i++) {
			take_profile(image, guide, which, station[i], &p[i]);
			edge[i][which] = find_edge(&p[i], guide);
		}
		const tt_edge(*seen)[2] = (const tt_edge(*)[2])edge;
		double blur = median_blur(seen, which, n, work);
		for (size_t i = 0; i < n; i++)
			work[i] = start_place(seen, which, i, n);
		for (size_t i = 0; i < n; i++) {
			if (!isnan(blur) && !isnan(work[i]))
				edge[i][which] = find_with_blur(&p[i], guide, work[i], blur);
			/* From "outwards is negative" to the normal. */
			double place = guide->offset[which] + guide->slope[which] * station[i],
			       u = edge[i][which].offset;
			edge[i][which].offset = which ? place - u : place + u;
		}
	}
	free(p);
	free(work);
	return s;
}
