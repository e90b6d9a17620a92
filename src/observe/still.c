/* Each picture is what the specimen shows, moved as its stations moved, times a gain that stands still. Both are found
 * in turn: the specimen as the mean of the pictures carried back along the motions, the gain as the mean of what is
 * left over in the frame's own pixels (the alternation of Kuhn, Lin & Loranz 1991, for motions that differ from place
 * to place). What motion does not tell apart stays with the specimen: where nothing moves, nothing pulls.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/still.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/lsq.h"
#include "numeric/statistics.h"

enum {
	FEW_VIEWS = 24,  /* for a first look … */
	MOST_VIEWS = 96, /* … and for the gain that is taken off */
	FIRST_TURNS = 3,
	TURNS = 10,
	LEAST_PIXELS = 300,
	GROWN = 3 /* px about what is covered */
};
static const double LEAST_PULL = 0.01;  /* of small motions */
static const double LEAST_LIKE = 0.15;  /* correlation of the gains of two halves of the recording */
static const double DEFECT = 0.3;       /* of the grey level: no pattern of a camera that works */
static const double UNLIKE = 0.5;       /* the same for two pictures of one piece of the specimen */
static const double LEAST_SPREAD = 0.3; /* px of motion between the views, standard deviation */

/* One picture with the motion of the bar in it: along the axis a cubic, across it a parabola in z = 2 s / L - 1. */
typedef struct view {
	const uint8_t *data;
	double along[4], across[3];
	double level; /* brightness against the others' */
} view;

typedef struct work {
	const tt_still_watch *w;
	const tt_gauge *g;
	int width, height; /* of the box */
	view *v;
	size_t n;
	float *picture; /* one view's, without the gain */
} work;

/* What a set of views says. */
typedef struct estimate {
	float *specimen, *gain;
	uint8_t *known, *seen; /* gain, specimen */
	double *sum, *weight;
} estimate;

/* ---- motion ---- */

static double z_of(const tt_gauge *g, double s)
{
	return 2 * s / g->length_px - 1;
}

static double cubic(const double c[4], double z)
{
	return c[0] + z * (c[1] + z * (c[2] + z * c[3]));
}

/* Line through the stations that a text or a pointer on some of them does not turn: medians. */
static bool robust_line(const double *z, const double *u, size_t n, double *room, double line[2])
{
	size_t m = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			room[m++] = (u[k] - u[i]) / (z[k] - z[i]);
	line[1] = tt_median(room, m);
	for (size_t i = 0; i < n; i++)
		room[i] = u[i] - line[1] * z[i];
	line[0] = tt_median(room, n);
	return isfinite(line[0]) && isfinite(line[1]);
}

/* A polynomial of p terms through those within `tolerance` of the line. */
static bool robust_polynomial(const double *z, const double *u, size_t n, int p, double tolerance, double *room,
                              double *c)
{
	double line[2];
	tt_lsq l;
	size_t kept = 0;
	if (n < 5 || !robust_line(z, u, n, room, line)) return false;
	tolerance = fmax(tolerance, 0.15 * 2 * fabs(line[1]));
	tt_lsq_start(&l, p);
	for (size_t i = 0; i < n; i++) {
		if (fabs(u[i] - line[0] - line[1] * z[i]) > tolerance) continue;
		const double phi[4] = {1, z[i], z[i] * z[i], z[i] * z[i] * z[i]};
		tt_lsq_add(&l, phi, u[i], 1);
		kept++;
	}
	return 10 * kept >= 6 * n && kept >= (size_t)p + 1 && tt_lsq_solve(&l, c, NULL);
}

static bool motion_of(const tt_gauge *g, const tt_track *t, size_t row, double *z, double *a, double *b, double *room,
                      view *v)
{
	size_t skip = g->n_band[0] + g->n_band[1], n = 0;
	for (size_t i = 0; i < g->n_stations; i++) {
		const float *at = t->point_px + 2 * (row * t->n_points + skip + i);
		const double *from = g->xy + 2 * (skip + i);
		if (isnan(at[0])) continue;
		double dx = (double)at[0] - from[0], dy = (double)at[1] - from[1];
		z[n] = z_of(g, g->station_s[i]);
		a[n] = dx * g->axis[0] + dy * g->axis[1];
		b[n++] = dx * g->normal[0] + dy * g->normal[1];
	}
	return robust_polynomial(z, a, n, 4, 1, room, v->along) && robust_polynomial(z, b, n, 3, 1, room, v->across);
}

/* Displacement of the specimen's place (s along, n across) in a view. Contraction by 0.4 of the strain: half a pixel
 * at the edges at most. */
static inline void displacement(const tt_gauge *g, const view *v, double s, double n, double *along, double *across)
{
	double z = z_of(g, s), per = 2 / g->length_px;
	double strain = per * (v->along[1] + z * (2 * v->along[2] + 3 * z * v->along[3])),
	       turn = per * (v->across[1] + 2 * z * v->across[2]);
	*along = cubic(v->along, z) - turn * n;
	*across = v->across[0] + z * (v->across[1] + z * v->across[2]) - 0.4 * strain * n;
}

static tt_status collect(work *k, const tt_track *track, size_t end, size_t most, tt_error *err)
{
	const tt_still_watch *w = k->w;
	size_t stations = k->g->n_stations, one = tt_pixel_size(w->type) * (size_t)k->width * (size_t)k->height;
	double *room = malloc((3 * stations + stations * stations + 1) * sizeof *room);
	k->v = malloc((w->n + 1) * sizeof *k->v);
	if (!room || !k->v) {
		free(room);
		return tt_fail_memory(err, "what stands still");
	}
	k->n = 0;
	for (size_t i = 0; i < w->n; i++) {
		view v = {.data = w->data + i * one, .level = 1};
		if (w->row[i] >= end) break;
		if (motion_of(k->g, track, w->row[i], room, room + stations, room + 2 * stations, room + 3 * stations,
		              &v))
			k->v[k->n++] = v;
	}
	free(room);
	/* evenly fewer */
	if (k->n > most) {
		for (size_t i = 0; i < most; i++)
			k->v[i] = k->v[i * k->n / most];
		k->n = most;
	}
	return TT_OK;
}

/* Standard deviation of the motion along the axis at an end. */
static double spread_at(const work *k, double z)
{
	double sum = 0, sum2 = 0, n = (double)k->n;
	for (size_t i = 0; i < k->n; i++) {
		double u = cubic(k->v[i].along, z);
		sum += u;
		sum2 += u * u;
	}
	return sqrt(fmax(0, sum2 / n - sum / n * (sum / n)));
}

/* ---- the two pictures ---- */

static void estimate_clear(estimate *e)
{
	free(e->specimen);
	free(e->gain);
	free(e->known);
	free(e->seen);
	free(e->sum);
	free(e->weight);
}

static tt_status estimate_new(const work *k, estimate *e, tt_error *err)
{
	size_t n = (size_t)k->width * (size_t)k->height;
	*e = (estimate){.specimen = calloc(n, sizeof *e->specimen),
	                .gain = calloc(n, sizeof *e->gain),
	                .known = calloc(n, 1),
	                .seen = calloc(n, 1),
	                .sum = malloc(n * sizeof *e->sum),
	                .weight = malloc(n * sizeof *e->weight)};
	if (e->specimen && e->gain && e->known && e->seen && e->sum && e->weight) return TT_OK;
	estimate_clear(e);
	memset(e, 0, sizeof *e);
	return tt_fail_memory(err, "what stands still");
}

/* Keys' (1981) cubic convolution. */
static inline void keys(double t, double w[4])
{
	w[0] = t * (-0.5 + t * (1 - 0.5 * t));
	w[1] = 1 + t * t * (-2.5 + 1.5 * t);
	w[2] = t * (0.5 + t * (2 - 1.5 * t));
	w[3] = t * t * (-0.5 + 0.5 * t);
}

/* NaN outside. */
static inline double between(const float *a, int width, int height, double x, double y)
{
	double fx = floor(x), fy = floor(y), wx[4], wy[4], sum = 0;
	if (!(fx >= 1 && fy >= 1 && fx < width - 2 && fy < height - 2)) return NAN;
	const float *at = a + ((int)fy - 1) * width + (int)fx - 1;
	keys(x - fx, wx);
	keys(y - fy, wy);
	for (int j = 0; j < 4; j++, at += width)
		sum += wy[j] *
		       (wx[0] * (double)at[0] + wx[1] * (double)at[1] + wx[2] * (double)at[2] + wx[3] * (double)at[3]);
	return sum;
}

static inline double pixel_of(const work *k, const view *v, size_t i)
{
	switch (k->w->type) {
	case TT_U8: return v->data[i];
	case TT_U16: return ((const uint16_t *)(const void *)v->data)[i];
	default: return (double)((const float *)(const void *)v->data)[i];
	}
}

/* Place of a pixel of the box on the bar. */
static inline void on_bar(const work *k, int x, int y, double *s, double *n)
{
	const tt_gauge *g = k->g;
	double dx = x + k->w->box.x - g->from[0], dy = y + k->w->box.y - g->from[1];
	*s = dx * g->axis[0] + dy * g->axis[1];
	*n = dx * g->normal[0] + dy * g->normal[1];
}

/* The view's picture without the gain, and its brightness against the specimen's as it is known. */
static void divide(work *k, const view *v, const estimate *e)
{
	size_t n = (size_t)k->width * (size_t)k->height;
	for (size_t i = 0; i < n; i++)
		k->picture[i] = (float)(pixel_of(k, v, i) / (v->level * (1 + (double)e->gain[i])));
}

/* Where the specimen is looked for: region holds 1 there, as it lies in the first frame. */
static void find_specimen(work *k, size_t first, size_t step, const uint8_t *region, estimate *e)
{
	const tt_gauge *g = k->g;
	size_t pixels = (size_t)k->width * (size_t)k->height;
	size_t views = 0;
	memset(e->sum, 0, pixels * sizeof *e->sum);
	memset(e->weight, 0, pixels * sizeof *e->weight);
	for (size_t i = first; i < k->n; i += step, views++) {
		const view *v = &k->v[i];
		divide(k, v, e);
		for (int y = 0; y < k->height; y++)
			for (int x = 0; x < k->width; x++) {
				size_t at = (size_t)y * (size_t)k->width + (size_t)x;
				double s, n, a, b;
				if (!region[at]) continue;
				on_bar(k, x, y, &s, &n);
				displacement(g, v, s, n, &a, &b);
				double grey =
				    between(k->picture, k->width, k->height, x + a * g->axis[0] + b * g->normal[0],
				            y + a * g->axis[1] + b * g->normal[1]);
				if (isnan(grey)) continue;
				e->sum[at] += grey;
				e->weight[at]++;
			}
	}
	for (size_t i = 0; i < pixels; i++) {
		e->seen[i] = region[i] && 2 * e->weight[i] >= (double)views && e->weight[i] > 0;
		e->specimen[i] = e->seen[i] ? (float)(e->sum[i] / e->weight[i]) : 0;
	}
}

/* Grey level of the specimen under a pixel of a view; NaN: not known there. */
static inline double under(const work *k, const view *v, const estimate *e, int x, int y)
{
	const tt_gauge *g = k->g;
	double s, n, a, b, s0, n0;
	on_bar(k, x, y, &s0, &n0);
	s = s0;
	n = n0;
	for (int i = 0; i < 3; i++) {
		displacement(g, v, s, n, &a, &b);
		s = s0 - a;
		n = n0 - b;
	}
	double mx = x - a * g->axis[0] - b * g->normal[0], my = y - a * g->axis[1] - b * g->normal[1];
	int ix = (int)floor(mx), iy = (int)floor(my);
	if (ix < 1 || iy < 1 || ix + 2 >= k->width || iy + 2 >= k->height) return NAN;
	const uint8_t *seen = e->seen + (iy - 1) * k->width + ix - 1;
	if (!seen[0] || !seen[3] || !seen[3 * k->width] || !seen[3 * k->width + 3] || !seen[k->width + 1]) return NAN;
	return between(e->specimen, k->width, k->height, mx, my);
}

static void find_gain(work *k, size_t first, size_t step, estimate *e)
{
	size_t pixels = (size_t)k->width * (size_t)k->height, views = 0;
	memset(e->sum, 0, pixels * sizeof *e->sum);
	memset(e->weight, 0, pixels * sizeof *e->weight);
	memset(e->known, 0, pixels);
	for (size_t i = first; i < k->n; i += step, views++) {
		view *v = &k->v[i];
		double over = 0, under_it = 0;
		for (int y = 0; y < k->height; y++)
			for (int x = 0; x < k->width; x++) {
				size_t at = (size_t)y * (size_t)k->width + (size_t)x;
				double grey = under(k, v, e, x, y);
				if (isnan(grey) || grey <= 0) continue;
				double seen = pixel_of(k, v, at) / v->level;
				e->sum[at] += grey * seen;
				e->weight[at] += grey * grey;
				e->known[at] = (uint8_t)(e->known[at] + (e->known[at] < 255));
				over += seen * grey * (1 + (double)e->gain[at]);
				under_it += grey * grey * (1 + (double)e->gain[at]) * (1 + (double)e->gain[at]);
			}
		if (under_it > 0 && over > 0) v->level *= over / under_it;
	}
	for (size_t i = 0; i < pixels; i++) {
		bool enough = 3 * (size_t)e->known[i] >= views && e->known[i] >= 4;
		double gain = enough ? e->sum[i] / e->weight[i] - 1 : 0;
		e->known[i] = enough;
		e->gain[i] = (float)fmin(fmax(gain, -0.95), 4);
	}
}

static void alternate(work *k, size_t first, size_t step, const uint8_t *region, int turns, estimate *e)
{
	for (int i = 0; i < turns; i++) {
		find_specimen(k, first, step, region, e);
		find_gain(k, first, step, e);
	}
}

/* Places of the bar from lo to hi along it, `edge` px away from its edges. */
static void mark_region(const work *k, double lo, double hi, double edge, uint8_t *region)
{
	double half = 0.5 * k->g->width_px - edge;
	for (int y = 0; y < k->height; y++)
		for (int x = 0; x < k->width; x++) {
			double s, n;
			on_bar(k, x, y, &s, &n);
			if (s >= lo && s <= hi && fabs(n) <= half) region[y * k->width + x] = 1;
		}
}

/* ---- the look ---- */

/* How alike the gains of two halves are, and how strong against the specimen: by their slopes, which are what pulls. */
typedef struct likeness {
	double pull, correlation, sd, scale_px;
} likeness;

static bool sound(const estimate *e, size_t at)
{
	return e->known[at] && fabs((double)e->gain[at]) < 0.5 * DEFECT;
}

static likeness compare(const work *k, const estimate *a, const estimate *b)
{
	double gg = 0, ga = 0, gb = 0, ss = 0, pp = 0, n = 0, w = 0;
	size_t stride = (size_t)k->width;
	for (int y = 1; y < k->height - 1; y++)
		for (int x = 1; x < k->width - 1; x++) {
			size_t at = (size_t)y * stride + (size_t)x;
			const size_t next[2][2] = {{at - 1, at + 1}, {at - stride, at + stride}};
			if (a->seen[at] && b->seen[at])
				for (int d = 0; d < 2; d++) {
					if (!a->seen[next[d][0]] || !a->seen[next[d][1]] || !b->seen[next[d][0]] ||
					    !b->seen[next[d][1]])
						continue;
					double p = (double)(a->specimen[next[d][1]] - a->specimen[next[d][0]]),
					       q = (double)(b->specimen[next[d][1]] - b->specimen[next[d][0]]);
					ss += p * q / ((double)a->specimen[at] * (double)b->specimen[at]);
					w++;
				}
			if (!sound(a, at) || !sound(b, at)) continue;
			bool whole = true;
			for (int d = 0; d < 4; d++)
				whole = whole && sound(a, next[d / 2][d % 2]) && sound(b, next[d / 2][d % 2]);
			if (!whole) continue;
			pp += (double)a->gain[at] * (double)b->gain[at];
			n++;
			for (int d = 0; d < 2; d++) {
				double p = (double)(a->gain[next[d][1]] - a->gain[next[d][0]]),
				       q = (double)(b->gain[next[d][1]] - b->gain[next[d][0]]);
				gg += p * q;
				ga += p * p;
				gb += q * q;
			}
		}
	likeness l = {.sd = 0};
	if (n < LEAST_PIXELS || w < LEAST_PIXELS || !(ga > 0 && gb > 0 && ss > 0)) return l;
	l.correlation = gg / sqrt(ga * gb);
	/* slope squares per direction; the gains hold what motion told apart */
	double slope2 = fmax(0, gg / (2 * n)), specimen2 = ss / w;
	l.pull = slope2 / (slope2 + specimen2);
	l.sd = sqrt(fmax(0, pp / n));
	l.scale_px = slope2 > 0 ? 2 * l.sd / sqrt(slope2) : 0; /* differences reach over two pixels */
	return l;
}

/* Pixels that show anything but the specimen in either half. */
static size_t mark_bad(const work *k, const estimate *a, const estimate *b, uint8_t *bad)
{
	size_t pixels = (size_t)k->width * (size_t)k->height, n = 0;
	for (size_t i = 0; i < pixels; i++) {
		bool off = (a->known[i] && fabs((double)a->gain[i]) > DEFECT) ||
		           (b->known[i] && fabs((double)b->gain[i]) > DEFECT);
		if (a->seen[i] && b->seen[i]) {
			double p = (double)a->specimen[i], q = (double)b->specimen[i];
			off = off || fabs(p - q) > UNLIKE * fmin(p, q);
		}
		if (off) bad[i] = 1;
		n += bad[i];
	}
	return n;
}

static double pixel_at(const work *k, const uint8_t *data, size_t i)
{
	const view v = {.data = data};
	return pixel_of(k, &v, i);
}

/* Pixels that stand out of the 5 × 5 about them in the mean of pictures from all frames: whether the specimen moves or
 * not, no texture does so by DEFECT, and a camera's pixel does. Inside the bar's edges. */
static tt_status mark_defects(work *k, uint8_t *bad, size_t *n, tt_error *err)
{
	enum { ABOUT = 2, MANY = 25 };
	const tt_still_watch *w = k->w;
	const tt_gauge *g = k->g;
	size_t pixels = (size_t)k->width * (size_t)k->height, one = tt_pixel_size(w->type) * pixels,
	       step = w->n > FEW_VIEWS ? w->n / FEW_VIEWS : 1;
	double reach = g->subset_px + 3;
	uint8_t *region = calloc(pixels, 1);
	float *mean = calloc(pixels, sizeof *mean);
	if (!region || !mean) {
		free(region);
		free(mean);
		return tt_fail_memory(err, "what stands still");
	}
	mark_region(k, -reach - 0.1 * g->length_px, 1.1 * g->length_px + reach, 4, region);
	for (size_t i = 0; i < w->n; i += step)
		for (size_t at = 0; at < pixels; at++)
			mean[at] += (float)pixel_at(k, w->data + i * one, at);
	for (int y = ABOUT; y < k->height - ABOUT; y++)
		for (int x = ABOUT; x < k->width - ABOUT; x++) {
			double about[MANY];
			size_t m = 0, at = (size_t)y * (size_t)k->width + (size_t)x;
			if (!region[at]) continue;
			/* most pixels are no more than a third off their neighbours: the middle is asked for few */
			double beside =
			    0.25 * ((double)mean[at - 2] + (double)mean[at + 2] +
			            (double)mean[at - 2 * (size_t)k->width] + (double)mean[at + 2 * (size_t)k->width]);
			if (fabs((double)mean[at] - beside) < 0.5 * DEFECT * beside) continue;
			for (int j = -ABOUT; j <= ABOUT; j++)
				for (int i = -ABOUT; i <= ABOUT; i++)
					about[m++] = (double)mean[(y + j) * k->width + x + i];
			double middle = tt_median(about, m);
			if (!(fabs((double)mean[at] - middle) > DEFECT * middle)) continue;
			bad[at] = 1;
			++*n;
		}
	free(region);
	free(mean);
	return TT_OK;
}

/* Bad pixels in a crowd are something that covers the specimen, grown by a margin; single ones, and columns, are the
 * camera's: more than two whole columns through the 13 × 13 about a pixel are a crowd. */
static void tell_apart(const work *k, tt_still *out)
{
	enum { REACH = 6, CROWD = 2 * (2 * REACH + 1) };
	int w = k->width, h = k->height;
	size_t pixels = (size_t)w * (size_t)h;
	double sum[2] = {0, 0};
	uint8_t *bad = out->bad;
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			int count = 0;
			if (!bad[y * w + x]) continue;
			for (int j = -REACH; j <= REACH; j++)
				for (int i = -REACH; i <= REACH; i++)
					if (x + i >= 0 && y + j >= 0 && x + i < w && y + j < h)
						count += (bad[(y + j) * w + x + i] & 1) != 0;
			if (count > CROWD) bad[y * w + x] |= 4;
		}
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			if (!(bad[y * w + x] & 4)) continue;
			for (int j = -GROWN; j <= GROWN; j++)
				for (int i = -GROWN; i <= GROWN; i++)
					if (x + i >= 0 && y + j >= 0 && x + i < w && y + j < h)
						bad[(y + j) * w + x + i] |= 2;
		}
	for (size_t i = 0; i < pixels; i++) {
		bad[i] = bad[i] & 2 ? 2 : bad[i] & 1;
		out->defects += bad[i] == 1;
		if (bad[i] != 2) continue;
		out->n_covered++;
		sum[0] += (double)(i % (size_t)w);
		sum[1] += (double)(i / (size_t)w);
	}
	for (int d = 0; d < 2; d++)
		out->covered_at[d] =
		    out->n_covered ? sum[d] / (double)out->n_covered + (d ? out->box.y : out->box.x) : NAN;
}

static tt_status sum_up_covered(tt_still *s, tt_error *err)
{
	size_t w = (size_t)s->box.width, h = (size_t)s->box.height;
	if (!s->n_covered) return TT_OK;
	s->covered = calloc((w + 1) * (h + 1), sizeof *s->covered);
	if (!s->covered) return tt_fail_memory(err, "what is covered");
	for (size_t y = 0; y < h; y++) {
		uint32_t row = 0;
		for (size_t x = 0; x < w; x++) {
			row += s->bad[y * w + x] == 2;
			s->covered[(y + 1) * (w + 1) + x + 1] = s->covered[y * (w + 1) + x + 1] + row;
		}
	}
	return TT_OK;
}

/* How much of a pattern of this scale the turns leave at an end whose motions are those of the views: each turn takes
 * off what two different places show of it. */
static double left_at(const work *k, double z, double scale_px, int turns)
{
	double c = 0, s = 0;
	for (size_t i = 0; i < k->n; i++) {
		double phase = cubic(k->v[i].along, z) / scale_px;
		c += cos(phase);
		s += sin(phase);
	}
	return pow(fmin(1, (c * c + s * s) / ((double)k->n * (double)k->n)), turns);
}

/* What may be left of the pull at both ends: of the share that the motions did not tell apart, and a tenth for what the
 * gain itself is not known to; a small motion is pulled back by it, a long one as by a step of the pattern's scale. */
static void pull_of(const work *k, const likeness *l, tt_still *out)
{
	double all = 0, rest = 0;
	for (int e = 0; e < 2; e++) {
		double z = e ? 1 : -1, span = 0, first = cubic(k->v[0].along, z),
		       left = hypot(0.1, left_at(k, z, l->scale_px, TURNS));
		for (size_t i = 0; i < k->n; i++)
			span = fmax(span, fabs(cubic(k->v[i].along, z) - first));
		double pulled = l->pull * fmin(span, 2 * l->scale_px);
		all += pulled * pulled;
		rest += left * left * pulled * pulled;
	}
	out->pulled_px = sqrt(all);
	out->u_px = sqrt(rest);
}

/* First look: the two ends alone, by few views, the halves of the recording apart. */
static void look(work *k, uint8_t *region, estimate half[2], likeness *like)
{
	const tt_gauge *g = k->g;
	double reach = g->subset_px + 3;
	size_t n = k->n / 2;
	work part[2] = {*k, *k};
	mark_region(k, -reach, reach, 1, region);
	mark_region(k, g->length_px - reach, g->length_px + reach, 1, region);
	for (int i = 0; i < 2; i++) {
		part[i].v = k->v + (i ? n : 0);
		part[i].n = i ? k->n - n : n;
		alternate(&part[i], 0, 1, region, FIRST_TURNS, &half[i]);
	}
	*like = compare(k, &half[0], &half[1]);
}

/* The gain over the whole bar, by many views. */
static tt_status take(work *k, const tt_track *track, size_t end, uint8_t *region, const likeness *like, tt_still *out,
                      tt_error *err)
{
	estimate all;
	size_t pixels = (size_t)k->width * (size_t)k->height;
	free(k->v);
	k->v = NULL;
	tt_status st = collect(k, track, end, MOST_VIEWS, err);
	if (st == TT_OK) st = estimate_new(k, &all, err);
	if (st != TT_OK) return st;
	mark_region(k, -2 * k->g->subset_px, k->g->length_px + 2 * k->g->subset_px, 1, region);
	alternate(k, 0, 1, region, TURNS, &all);
	/* a mean over so many views holds little noise: the halves, of few turns, say that it is there, this one how
	 * strong */
	likeness full = compare(k, &all, &all);
	like = &full;
	for (size_t i = 0; i < pixels; i++)
		if (all.known[i] && !out->bad[i] && fabs((double)all.gain[i]) < DEFECT) out->gain[i] = all.gain[i];
	estimate_clear(&all);
	out->pattern = like->sd;
	out->pull = like->pull;
	pull_of(k, like, out);
	out->frames = k->n;
	return TT_OK;
}

/* Pattern and covers, which motion tells from the specimen. */
static tt_status look_at_motion(work *k, const tt_track *track, size_t end, tt_still *out, bool *found, tt_error *err)
{
	size_t pixels = (size_t)k->width * (size_t)k->height;
	estimate half[2] = {{0}, {0}};
	likeness like = {0};
	uint8_t *region = calloc(pixels, 1);
	tt_status st = region ? TT_OK : tt_fail_memory(err, "what stands still");
	for (int i = 0; i < 2 && st == TT_OK; i++)
		st = estimate_new(k, &half[i], err);
	if (st == TT_OK) {
		look(k, region, half, &like);
		out->frames = k->n;
		*found = mark_bad(k, &half[0], &half[1], out->bad) > 0;
		if (*found) tell_apart(k, out);
		if (like.pull > LEAST_PULL && like.correlation > LEAST_LIKE) {
			*found = true;
			st = take(k, track, end, region, &like, out, err);
		}
	}
	estimate_clear(&half[0]);
	estimate_clear(&half[1]);
	free(region);
	return st;
}

/* Levels below zero are not counts of a camera: what a gain does to them cannot be said. */
static bool from_zero(const tt_still_watch *w)
{
	const size_t n = w->n * (size_t)w->box.width * (size_t)w->box.height;
	const float *v = (const float *)(const void *)w->data;
	if (w->type != TT_F32) return true;
	for (size_t i = 0; i < n; i++)
		if (v[i] < 0) return false;
	return true;
}

tt_status tt_still_find(const tt_still_watch *w, const tt_track *track, size_t end, tt_still *out, bool *found,
                        tt_error *err)
{
	work k = {.w = w, .g = w->gauge, .width = w->box.width, .height = w->box.height};
	size_t pixels = (size_t)k.width * (size_t)k.height, defects = 0;
	*out = (tt_still){.box = w->box};
	*found = false;
	if (w->n < FEW_VIEWS || w->gauge->n_stations < 5 || !from_zero(w)) return TT_OK;
	k.picture = malloc(pixels * sizeof *k.picture);
	out->gain = calloc(pixels, sizeof *out->gain);
	out->bad = calloc(pixels, 1);
	tt_status st = k.picture && out->gain && out->bad ? mark_defects(&k, out->bad, &defects, err)
	                                                  : tt_fail_memory(err, "what stands still");
	if (st == TT_OK) st = collect(&k, track, end, FEW_VIEWS, err);
	if (st == TT_OK && k.n == FEW_VIEWS && fmax(spread_at(&k, -1), spread_at(&k, 1)) > LEAST_SPREAD)
		st = look_at_motion(&k, track, end, out, found, err);
	else if (st == TT_OK && defects)
		tell_apart(&k, out);
	*found = *found || defects > 0;
	if (st == TT_OK) st = sum_up_covered(out, err);
	free(k.picture);
	free(k.v);
	if (st != TT_OK) *found = false;
	if (!*found) tt_still_clear(out);
	return st;
}
