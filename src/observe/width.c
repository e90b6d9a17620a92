/* The bar's width at material points: each edge's grey profile of the first frame is found again in every frame.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/fit.h"
#include "temtensile/necking.h"
#include "observe/edges.h"

/* Profiles run across the edge: HALF px on either side are compared, SEARCH px more are searched. */
enum { HALF = 6, KEPT = HALF + 2, SEARCH = 5, WIDE = HALF + SEARCH + 1, LINES = 9 };
static const double SPACING = 9;       /* px between stations: their lines do not overlap */
static const double LEAST_ZNCC = 0.85; /* below, the edge does not look as it did */

typedef struct station_edge {
	double offset;             /* in the first frame, along the normal; NaN: not seen */
	double moved;              /* last known, px */
	double grey[2 * KEPT + 1]; /* in the first frame, around offset */
} station_edge;

struct tt_width_meter {
	size_t n;
	double *s, *first;
	station_edge (*edge)[2];
	double *work;
};

void tt_width_meter_free(tt_width_meter *m)
{
	if (!m) return;
	free(m->s);
	free(m->first);
	free(m->edge);
	free(m->work);
	free(m);
}

size_t tt_width_meter_stations(const tt_width_meter *m)
{
	return m->n;
}

const double *tt_width_meter_s(const tt_width_meter *m)
{
	return m->s;
}

const double *tt_width_meter_first(const tt_width_meter *m)
{
	return m->first;
}

/* Bilinear; NaN outside. */
static double sample(const tt_image *im, double x, double y)
{
	if (!(x >= 0 && y >= 0 && x < im->width - 1 && y < im->height - 1)) return NAN;
	int ix = (int)x, iy = (int)y;
	double fx = x - ix, fy = y - iy, a, b, c, d;
	if (im->type == TT_U8) {
		const uint8_t *p = (const uint8_t *)im->data + (ptrdiff_t)iy * im->stride + ix, *q = p + im->stride;
		a = p[0], b = p[1], c = q[0], d = q[1];
	} else {
		a = tt_image_at(im, ix, iy), b = tt_image_at(im, ix + 1, iy);
		c = tt_image_at(im, ix, iy + 1), d = tt_image_at(im, ix + 1, iy + 1);
	}
	return (1 - fy) * ((1 - fx) * a + fx * b) + fy * ((1 - fx) * c + fx * d);
}

/* Mean over LINES lines along the axis; 2 reach + 1 samples around `offset` on the normal. False: leaves the frame. */
static bool take(const tt_image *im, const double at[2], const double axis[2], double offset, int reach, double *grey)
{
	for (int i = -reach; i <= reach; i++) {
		double sum = 0, n = offset + i;
		for (int k = -(LINES / 2); k <= LINES / 2; k++)
			sum += sample(im, at[0] + k * axis[0] - n * axis[1], at[1] + k * axis[1] + n * axis[0]);
		if (!isfinite(sum)) return false;
		grey[i + reach] = sum / LINES;
	}
	return true;
}

/* Motion along the axis at s: between the nearest known places, the slope of the whole beyond the last one. */
static double moved_at(const tt_bar_place *p, double s)
{
	size_t lo = SIZE_MAX, hi = SIZE_MAX;
	for (size_t i = 0; i < p->n; i++) {
		if (isnan(p->moved[i])) continue;
		if (p->s[i] <= s || lo == SIZE_MAX) lo = i;
		if (p->s[i] > s) {
			hi = i;
			break;
		}
	}
	if (lo == SIZE_MAX) return NAN;
	if (hi == SIZE_MAX || hi == lo) {
		size_t a = 0, b = p->n - 1;
		while (isnan(p->moved[a]))
			a++;
		while (isnan(p->moved[b]))
			b--;
		double slope = b > a ? (double)(p->moved[b] - p->moved[a]) / (p->s[b] - p->s[a]) : 0;
		return (double)p->moved[lo] + slope * (s - p->s[lo]);
	}
	double t = (s - p->s[lo]) / (p->s[hi] - p->s[lo]);
	return (1 - t) * (double)p->moved[lo] + t * (double)p->moved[hi];
}

/* Line through the edges' offsets; stations far from it (shoulders, dirt) are left out. */
static void straighten(const double *s, tt_edge (*edge)[2], size_t n, int which, double line[2], double *work)
{
	double x[2] = {0, 0}, limit = INFINITY;
	for (int pass = 0; pass < 4; pass++) {
		tt_lsq l;
		tt_lsq_start(&l, 2);
		size_t found = 0;
		for (size_t i = 0; i < n; i++) {
			double r = edge[i][which].offset - x[0] - x[1] * s[i];
			if (isnan(r) || fabs(r) > limit) continue;
			const double row[2] = {1, s[i]};
			tt_lsq_add(&l, row, edge[i][which].offset, 1);
		}
		if (!tt_lsq_fit(&l, x, NULL, NULL)) break;
		for (size_t i = 0; i < n; i++) {
			double r = edge[i][which].offset - x[0] - x[1] * s[i];
			if (!isnan(r)) work[found++] = fabs(r);
		}
		limit = fmax(1.5, 4 * 1.48 * tt_median(work, found));
	}
	line[0] = x[0], line[1] = x[1];
}

static tt_status find_edges(tt_width_meter *m, const tt_image *first, const double from[2], const double axis[2],
                            double width_px, tt_error *err)
{
	tt_edge(*edge)[2] = calloc(m->n, sizeof *edge);
	if (!edge) return tt_fail_memory(err, "the bar's edges");
	tt_edge_guide g = {.origin = {from[0], from[1]},
	                   .axis = {axis[0], axis[1]},
	                   .offset = {-width_px / 2, width_px / 2},
	                   .half_search_px = fmax(4, fmin(0.25 * width_px, 60)),
	                   .average_px = LINES};
	tt_status st = tt_edges_find(first, &g, m->s, m->n, edge, err);
	double line[2][2];
	if (st == TT_OK) {
		for (int k = 0; k < 2; k++) {
			straighten(m->s, edge, m->n, k, line[k], m->work);
			g.offset[k] = line[k][0];
			g.slope[k] = line[k][1];
		}
		size_t found = 0;
		for (size_t i = 0; i < m->n; i++)
			if (!isnan(edge[i][0].contrast)) m->work[found++] = edge[i][0].contrast;
		g.polarity = tt_median(m->work, found) < 0 ? -1 : 1;
		g.half_search_px = fmax(4, fmin(0.06 * width_px, 15));
		if (g.offset[0] < g.offset[1]) st = tt_edges_find(first, &g, m->s, m->n, edge, err);
	}
	for (size_t i = 0; st == TT_OK && i < m->n; i++)
		for (int k = 0; k < 2; k++)
			m->edge[i][k].offset = edge[i][k].offset;
	free(edge);
	return st;
}

tt_status tt_width_meter_new(const tt_image *first, const double from[2], const double to[2], double width_px,
                             tt_width_meter **out, tt_error *err)
{
	double length = hypot(to[0] - from[0], to[1] - from[1]);
	const double axis[2] = {(to[0] - from[0]) / length, (to[1] - from[1]) / length};
	return tt_width_meter_along(first, from, axis, 0, length, width_px, out, err);
}

tt_status tt_width_meter_along(const tt_image *first, const double from[2], const double axis[2], double lo, double hi,
                               double width_px, tt_width_meter **out, tt_error *err)
{
	double length = hi - lo;
	if (!(length > 8 * SPACING) || !(width_px >= 8))
		return tt_fail(err, TT_ERR_FAILED, "the bar of %.0f x %.0f px is too small for a width profile", length,
		               width_px);
	tt_width_meter *m = calloc(1, sizeof *m);
	if (!m) return tt_fail_memory(err, "the width profile");
	m->n = (size_t)(length / SPACING) + 1;
	m->s = malloc(m->n * sizeof *m->s);
	m->first = malloc(m->n * sizeof *m->first);
	m->edge = calloc(m->n, sizeof *m->edge);
	m->work = malloc(m->n * sizeof *m->work);
	tt_status st = TT_OK;
	if (!m->s || !m->first || !m->edge || !m->work) st = tt_fail_memory(err, "the width profile");
	for (size_t i = 0; st == TT_OK && i < m->n; i++)
		m->s[i] = lo + length * (double)i / (double)(m->n - 1);
	if (st == TT_OK) st = find_edges(m, first, from, axis, width_px, err);
	size_t seen = 0;
	for (size_t i = 0; st == TT_OK && i < m->n; i++) {
		const double at[2] = {from[0] + m->s[i] * axis[0], from[1] + m->s[i] * axis[1]};
		station_edge *e = m->edge[i];
		m->first[i] = e[1].offset - e[0].offset;
		for (int k = 0; k < 2; k++)
			if (!isnan(m->first[i]) && !take(first, at, axis, e[k].offset, KEPT, e[k].grey))
				m->first[i] = NAN;
		seen += !isnan(m->first[i]);
	}
	if (st == TT_OK && seen < 8)
		st = tt_fail(err, TT_ERR_FAILED, "the bar's two edges are seen at only %zu of %zu places along it",
		             seen, m->n);
	if (st == TT_OK)
		*out = m;
	else
		tt_width_meter_free(m);
	return st;
}

/* ZNCC of the kept profile with the wide one at a whole shift. */
static double likeness(const double *kept, const double *wide, int shift)
{
	double sa = 0, sb = 0, aa = 0, bb = 0, ab = 0;
	const int n = 2 * HALF + 1;
	for (int i = -HALF; i <= HALF; i++) {
		double a = kept[i + KEPT], b = wide[i + shift + WIDE];
		sa += a, sb += b, aa += a * a, bb += b * b, ab += a * b;
	}
	double va = aa - sa * sa / n, vb = bb - sb * sb / n;
	return va > 0 && vb > 0 ? (ab - sa * sb / n) / sqrt(va * vb) : -1;
}

/* Catmull–Rom value and slope of the kept profile at u. */
static void kept_at(const double *kept, double u, double *value, double *slope)
{
	int i = (int)floor(u);
	if (i < 1 - KEPT) i = 1 - KEPT;
	if (i > KEPT - 2) i = KEPT - 2;
	const double *p = kept + i + KEPT;
	double t = u - i, a = p[-1], b = p[0], c = p[1], d = p[2];
	double c1 = (c - a) / 2, c2 = a - 2.5 * b + 2 * c - d / 2, c3 = (d - a) / 2 + 1.5 * (b - c);
	*value = b + t * (c1 + t * (c2 + t * c3));
	*slope = c1 + t * (2 * c2 + 3 * t * c3);
}

/* Shift of the edge against its expected place; NaN when it is not to be seen. */
static double find_again(const double *kept, const double *wide)
{
	int best = 0;
	double most = -2;
	for (int k = -SEARCH; k <= SEARCH; k++) {
		double z = likeness(kept, wide, k);
		if (z > most) most = z, best = k;
	}
	if (most < LEAST_ZNCC) return NAN;
	double shift = best;
	for (int it = 0; it < 6; it++) {
		tt_lsq l;
		double x[3];
		tt_lsq_start(&l, 3);
		for (int i = -HALF; i <= HALF; i++) {
			double row[3] = {0, 1, 0};
			kept_at(kept, i + best - shift, &row[0], &row[2]);
			tt_lsq_add(&l, row, wide[i + best + WIDE], 1);
		}
		/* wide ≈ gain kept(u - shift - dx) + offset: the third unknown is -gain dx */
		if (!tt_lsq_fit(&l, x, NULL, NULL) || !(x[0] > 0.2)) return NAN;
		double step = -x[2] / x[0];
		shift += fmax(-0.5, fmin(0.5, step));
		if (fabs(shift - best) > 1.5) return NAN;
		if (fabs(step) < 1e-3) break;
	}
	return shift;
}

/* Where an edge is to be expected: the median of what its neighbours did last; on a grid, so that the last digits of
 * the frames before make no difference. */
static double expected(const tt_width_meter *m, size_t i, int k)
{
	double near[5];
	size_t n = 0;
	for (size_t j = i < 2 ? 0 : i - 2; j < m->n && j <= i + 2; j++)
		if (!isnan(m->first[j])) near[n++] = m->edge[j][k].moved;
	return n ? rint(64 * tt_median(near, n)) / 64 : 0;
}

tt_status tt_width_meter_read(tt_width_meter *m, const tt_image *frame, const tt_bar_place *p, float *width_px,
                              tt_error *err)
{
	if (!frame->data) return tt_fail(err, TT_ERR_USAGE, "width profile: a frame without picture");
	double turn = (p->across[1] - p->across[0]) / p->length_px, c = cos(turn), s = sin(turn);
	const double axis[2] = {c * p->axis[0] - s * p->axis[1], c * p->axis[1] + s * p->axis[0]};
	double *guess = m->work, wide[2 * WIDE + 1];
	for (int k = 0; k < 2; k++) {
		for (size_t i = 0; i < m->n; i++)
			guess[i] = expected(m, i, k);
		for (size_t i = 0; i < m->n; i++) {
			station_edge *e = &m->edge[i][k];
			double along = m->s[i] + moved_at(p, m->s[i]);
			double across = p->across[0] + (p->across[1] - p->across[0]) * m->s[i] / p->length_px;
			const double at[2] = {p->from[0] + along * p->axis[0] - across * p->axis[1],
			                      p->from[1] + along * p->axis[1] + across * p->axis[0]};
			double shift = NAN;
			if (!isnan(m->first[i]) && isfinite(at[0]) &&
			    take(frame, at, axis, e->offset + guess[i], WIDE, wide))
				shift = find_again(e->grey, wide) + guess[i];
			if (k == 0) width_px[i] = 0;
			width_px[i] += (float)(k ? e->offset + shift : -(e->offset + shift));
			if (!isnan(shift)) e->moved = shift;
		}
	}
	return TT_OK;
}
