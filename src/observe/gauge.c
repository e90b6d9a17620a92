/* Lays the gauge's subsets and reduces their motions to two ends and a length.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/gauge.h"
#include "numeric/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BAND_COLUMNS = 3, MAX_ROWS = 9, MAX_BAND = BAND_COLUMNS * MAX_ROWS, FEWEST = 3 };
static const double OUTLIER = 4.0; /* robust standard deviations */
/* Subsets of one end that depart from their plane by more than this are no part of one piece of metal: beyond what
 * their noise explains, and a whole pixel, which no strain field does over a band. */
static const double MOST_SCATTER_PX = 1.0, MOST_SCATTER_NOISES = 6;

/* Where subsets may lie. */
typedef struct ground {
	int width, height;
	const uint8_t *region; /* NULL: everywhere */
} ground;

static bool inside(const tt_gauge *g, const double p[2], const ground *on)
{
	double r = g->subset_px / 2 + 4; /* the interpolant's support and a first movement */
	if (!(p[0] >= r && p[1] >= r && p[0] <= on->width - 1 - r && p[1] <= on->height - 1 - r)) return false;
	int half = g->subset_px / 2;
	for (int y = -half; on->region && y <= half; y += half ? half : 1)
		for (int x = -half; x <= half; x += half ? half : 1)
			if (!on->region[(size_t)(p[1] + y) * (size_t)on->width + (size_t)(p[0] + x)]) return false;
	return true;
}

static void lay_point(tt_gauge *g, double along, double across, const ground *on, size_t *count)
{
	double p[2] = {g->from[0] + along * g->axis[0] + across * g->normal[0],
	               g->from[1] + along * g->axis[1] + across * g->normal[1]};
	/* Whole pixels: the reference needs no interpolation there. */
	p[0] = round(p[0]);
	p[1] = round(p[1]);
	if (!inside(g, p, on)) return;
	g->xy[2 * g->n] = p[0];
	g->xy[2 * g->n + 1] = p[1];
	g->n++;
	++*count;
}

static void lay_band(tt_gauge *g, int end, const ground *on)
{
	double step = g->subset_px / 2;
	double reach = g->width_px / 2 - g->subset_px / 2.0 - 1;
	int half_rows = reach > 0 ? (int)(reach / step) : 0;
	if (half_rows > (MAX_ROWS - 1) / 2) {
		half_rows = (MAX_ROWS - 1) / 2;
		step = reach / half_rows;
	}
	double row_step = half_rows ? reach / half_rows : 0;
	if (row_step > step) row_step = step;
	double column_step = g->subset_px / 2;
	double centre = end ? g->length_px : 0;
	for (int i = 0; i < BAND_COLUMNS; i++)
		for (int j = -half_rows; j <= half_rows; j++)
			lay_point(g, centre + (i - (BAND_COLUMNS - 1) / 2) * column_step, j * row_step, on,
			          &g->n_band[end]);
}

static void lay_stations(tt_gauge *g, int count, const ground *on)
{
	for (int i = 0; i < count; i++) {
		double s = g->length_px * i / (count - 1);
		size_t before = g->n_stations;
		lay_point(g, s, 0, on, &g->n_stations);
		if (g->n_stations > before) g->station_s[before] = s;
	}
}

tt_status tt_gauge_lay(const double from[2], const double to[2], double width_px, int subset_px, int width, int height,
                       const uint8_t *region, tt_gauge *out, tt_error *err)
{
	return tt_gauge_lay_on(TT_FEATURE_TEXTURE, from, to, width_px, subset_px, width, height, region, out, err);
}

tt_status tt_gauge_lay_on(tt_gauge_feature feature, const double from[2], const double to[2], double width_px,
                          int subset_px, int width, int height, const uint8_t *region, tt_gauge *out, tt_error *err)
{
	const size_t fewest = feature == TT_FEATURE_TEXTURE ? FEWEST : feature == TT_FEATURE_SPOT ? 1 : 0;
	const ground on = {width, height, region};
	tt_gauge g = {.width_px = width_px, .subset_px = subset_px};
	memcpy(g.from, from, sizeof g.from);
	memcpy(g.to, to, sizeof g.to);
	double dx = to[0] - from[0], dy = to[1] - from[1];
	g.length_px = hypot(dx, dy);
	g.axis[0] = dx / g.length_px;
	g.axis[1] = dy / g.length_px;
	g.normal[0] = -g.axis[1];
	g.normal[1] = g.axis[0];
	int stations = (int)(g.length_px / (0.9 * subset_px)) + 1;
	if (stations < 3) stations = 3;
	g.xy = malloc((2 * MAX_BAND + (size_t)stations) * 2 * sizeof *g.xy);
	g.station_s = malloc((size_t)stations * sizeof *g.station_s);
	if (!g.xy || !g.station_s) {
		tt_gauge_clear(&g);
		return tt_fail_memory(err, "the gauge's points");
	}
	for (int end = 0; end < 2; end++) {
		if (feature == TT_FEATURE_SPOT)
			lay_point(&g, end ? g.length_px : 0, 0, &on, &g.n_band[end]);
		else
			lay_band(&g, end, &on);
		if (g.n_band[end] >= fewest) continue;
		tt_status st =
		    tt_fail(err, TT_ERR_INPUT,
		            "gauge.%s: only %zu subsets of %d px around [%g, %g] lie inside the frame of %d x %d "
		            "px%s; at least %zu are needed",
		            end ? "to" : "from", g.n_band[end], subset_px, end ? to[0] : from[0], end ? to[1] : from[1],
		            width, height, region ? " and in gauge.region" : "", fewest);
		tt_gauge_clear(&g);
		return st;
	}
	lay_stations(&g, stations, &on);
	*out = g;
	return TT_OK;
}

tt_status tt_gauge_region(const tt_test *test, int width, int height, uint8_t **region, tt_error *err)
{
	*region = NULL;
	if (!test->gauge.n_region) return TT_OK;
	uint8_t *mask = malloc((size_t)width * (size_t)height);
	if (!mask) return tt_fail_memory(err, "the gauge's region");
	tt_status st =
	    tt_dic_roi_mask(width, height, (tt_rect){0}, test->gauge.region, test->gauge.n_region, NULL, mask, err);
	if (st != TT_OK) {
		free(mask);
		return tt_fail_within(err, "%s: gauge.region", test->path);
	}
	*region = mask;
	return TT_OK;
}

void tt_gauge_clear(tt_gauge *g)
{
	free(g->xy);
	free(g->station_s);
	g->xy = g->station_s = NULL;
}

tt_status tt_gauge_mask(const tt_gauge *g, double beyond_px, int width, int height, uint8_t **mask, tt_error *err)
{
	uint8_t *m = calloc((size_t)width * (size_t)height, 1);
	if (!m) return tt_fail_memory(err, "the specimen's mask");
	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			double dx = x - g->from[0], dy = y - g->from[1];
			double along = dx * g->axis[0] + dy * g->axis[1],
			       across = dx * g->normal[0] + dy * g->normal[1];
			if (fabs(across) <= g->width_px / 2 && along >= -beyond_px && along <= g->length_px + beyond_px)
				m[(size_t)y * (size_t)width + (size_t)x] = 255;
		}
	}
	*mask = m;
	return TT_OK;
}

/* Least-squares plane c0 + c1 a + c2 b through the kept points, and the weights that give c0 (its "hat" row). */
typedef struct plane {
	double c[3];
	double hat[MAX_BAND];
	bool flat; /* too few or ill-placed points for slopes: the mean, each carried there by its own */
} plane;

/* v: displacements; carried: what they are at a = b = 0 by each subset's own slopes. */
static void fit_plane(size_t n, const double *a, const double *b, const double *v, const double *carried,
                      const bool *keep, plane *out)
{
	tt_lsq l;
	double inv[TT_LSQ_MAX][TT_LSQ_MAX], theta[TT_LSQ_MAX];
	tt_lsq_start(&l, 3);
	for (size_t i = 0; i < n; i++)
		if (keep[i]) tt_lsq_add(&l, (double[]){1, a[i], b[i]}, v[i], 1);
	out->flat = l.n < 5 || !tt_lsq_solve(&l, theta, inv);
	memset(out->c, 0, sizeof out->c);
	for (size_t i = 0; i < n; i++) {
		out->hat[i] = 0;
		if (!keep[i]) continue;
		const double row[3] = {1, a[i], b[i]};
		if (out->flat) {
			out->hat[i] = 1 / l.n;
			out->c[0] += carried[i] / l.n;
			continue;
		}
		out->hat[i] = inv[0][0] * row[0] + inv[0][1] * row[1] + inv[0][2] * row[2];
	}
	for (int j = 0; j < 3 && !out->flat; j++)
		out->c[j] = theta[j];
}

/* Displacement at the end's own place as a subset's own slopes carry it there, along the axis and across it. */
static void carry(const tt_gauge *g, const tt_dic_point *p, int order, const double end[2], double *axial,
                  double *lateral)
{
	double dx = end[0] - p->x, dy = end[1] - p->y, u = p->u, v = p->v;
	const double *across = p->p + (order == 2 ? 6 : 3);
	if (order > 0 && isfinite(p->p[1] + p->p[2] + across[1] + across[2])) {
		u += p->p[1] * dx + p->p[2] * dy;
		v += across[1] * dx + across[2] * dy;
	}
	*axial = u * g->axis[0] + v * g->axis[1];
	*lateral = u * g->normal[0] + v * g->normal[1];
}

/* Correlation of two subsets' errors: the share of pixels they have in common. */
static double overlap(const tt_dic_point *p, const tt_dic_point *q, int subset_px)
{
	double ox = 1 - fabs(p->x - q->x) / subset_px, oy = 1 - fabs(p->y - q->y) / subset_px;
	return ox > 0 && oy > 0 ? ox * oy : 0;
}

/* Drops the worst point when it stands out; true when it did. */
static bool drop_outlier(size_t n, const double *res, bool *keep, double floor_px)
{
	double absolute[MAX_BAND], worst = 0;
	size_t kept = 0, at = 0;
	for (size_t i = 0; i < n; i++) {
		if (!keep[i]) continue;
		absolute[kept++] = fabs(res[i]);
		if (fabs(res[i]) > worst) {
			worst = fabs(res[i]);
			at = i;
		}
	}
	if (kept < 4) return false;
	double spread = TT_SD_OF_MAD * tt_median(absolute, kept);
	if (spread < floor_px) spread = floor_px;
	if (worst <= OUTLIER * spread) return false;
	keep[at] = false;
	return true;
}

/* The end's displacement (u, v) and the variance of its component along the axis. */
static bool read_end(const tt_gauge *g, const tt_dic_point *points, size_t n, int order, const double end[2],
                     double motion[2], double *variance, size_t *used)
{
	double a[MAX_BAND], b[MAX_BAND], axial[MAX_BAND], lateral[MAX_BAND], carried[MAX_BAND], sideways[MAX_BAND],
	    res[MAX_BAND], u2 = 0;
	bool keep[MAX_BAND];
	plane p, q;
	size_t kept = 0, fewest = n < FEWEST ? 1 : FEWEST; /* a spot has one subset */
	for (size_t i = 0; i < n; i++) {
		keep[i] = points[i].flag == TT_DIC_OK;
		double dx = points[i].x - end[0], dy = points[i].y - end[1];
		a[i] = dx * g->axis[0] + dy * g->axis[1];
		b[i] = dx * g->normal[0] + dy * g->normal[1];
		axial[i] = points[i].u * g->axis[0] + points[i].v * g->axis[1];
		lateral[i] = points[i].u * g->normal[0] + points[i].v * g->normal[1];
		carry(g, &points[i], order, end, &carried[i], &sideways[i]);
		if (!keep[i]) continue;
		u2 += points[i].u_noise_px * points[i].u_noise_px;
		kept++;
	}
	if (kept < fewest || 3 * kept < n) return false;
	double noise = sqrt(u2 / (double)kept);
	do {
		fit_plane(n, a, b, axial, carried, keep, &p);
		for (size_t i = 0; i < n; i++)
			res[i] = p.flat ? carried[i] - p.c[0] : axial[i] - p.c[0] - p.c[1] * a[i] - p.c[2] * b[i];
	} while (drop_outlier(n, res, keep, noise));
	fit_plane(n, a, b, lateral, sideways, keep, &q);
	kept = 0;
	double rss = 0, hrh = 0, trace = 0;
	for (size_t i = 0; i < n; i++) {
		if (!keep[i]) continue;
		kept++;
		rss += res[i] * res[i];
	}
	if (kept < fewest || 3 * kept < n) return false;
	/* E[rss] = s² tr(M R) with R the overlap correlation; the mean's own share is left out of M approximately by
	 * its variance, exactly for the constant term, which carries nearly all of it. */
	for (size_t i = 0; i < n; i++) {
		if (!keep[i]) continue;
		for (size_t j = 0; j < n; j++)
			if (keep[j]) hrh += p.hat[i] * p.hat[j] * overlap(&points[i], &points[j], g->subset_px);
	}
	trace = (double)kept * (1 - hrh) - (p.flat ? 0 : 2 * hrh);
	if (trace < 1) trace = 1;
	double s2 = rss / trace;
	if (sqrt(s2) > fmax(MOST_SCATTER_PX, MOST_SCATTER_NOISES * noise)) return false;
	if (s2 < noise * noise) s2 = noise * noise;
	*variance = s2 * hrh;
	*used = kept;
	for (int k = 0; k < 2; k++)
		motion[k] = p.c[0] * g->axis[k] + q.c[0] * g->normal[k];
	return true;
}

void tt_gauge_order_stations(const tt_gauge *g, const tt_dic_point *points, bool *good)
{
	enum { MOST = 512 };
	const tt_dic_point *station = points + g->n_band[0] + g->n_band[1];
	double place[MOST];
	size_t length[MOST], before[MOST], n = g->n_stations < MOST ? g->n_stations : MOST, best = SIZE_MAX;
	for (size_t i = 0; i < g->n_stations; i++)
		good[i] = false;
	for (size_t i = 0; i < n; i++) {
		if (station[i].flag != TT_DIC_OK) continue;
		place[i] = g->station_s[i] + station[i].u * g->axis[0] + station[i].v * g->axis[1];
		length[i] = 1;
		before[i] = SIZE_MAX;
		for (size_t k = 0; k < i; k++)
			if (station[k].flag == TT_DIC_OK && place[k] < place[i] && length[k] + 1 > length[i]) {
				length[i] = length[k] + 1;
				before[i] = k;
			}
		if (best == SIZE_MAX || length[i] > length[best]) best = i;
	}
	for (size_t i = best; i != SIZE_MAX; i = before[i])
		good[i] = true;
}

/* Openings between neighbouring stations: a crack is one that stands far above the median strain. */
static void read_stations(const tt_gauge *g, const tt_dic_point *points, const bool *good, tt_gauge_reading *out,
                          double *work)
{
	const tt_dic_point *station = points + g->n_band[0] + g->n_band[1];
	size_t last = SIZE_MAX, pairs = 0;
	out->gap_px = out->gap_at_px = out->station_strain = NAN;
	for (size_t i = 0; i < g->n_stations; i++) {
		if (!good[i]) continue;
		out->stations++;
		if (last != SIZE_MAX) {
			double du = station[i].u - station[last].u, dv = station[i].v - station[last].v;
			work[pairs++] = (du * g->axis[0] + dv * g->axis[1]) / (g->station_s[i] - g->station_s[last]);
		}
		last = i;
	}
	if (pairs < 2) return;
	out->station_strain = tt_median(work, pairs);
	last = SIZE_MAX;
	for (size_t i = 0; i < g->n_stations; i++) {
		if (!good[i]) continue;
		if (last != SIZE_MAX) {
			double du = station[i].u - station[last].u, dv = station[i].v - station[last].v;
			double ds = g->station_s[i] - g->station_s[last];
			double opening = du * g->axis[0] + dv * g->axis[1] - out->station_strain * ds;
			if (!(opening <= out->gap_px)) {
				out->gap_px = opening;
				out->gap_at_px = 0.5 * (g->station_s[i] + g->station_s[last]);
			}
		}
		last = i;
	}
}

tt_status tt_gauge_read(const tt_gauge *g, const tt_dic_point *points, int order, tt_gauge_reading *out, tt_error *err)
{
	double *work = malloc((g->n ? g->n : 1) * sizeof *work);
	bool *good = malloc((g->n ? g->n : 1) * sizeof *good);
	if (!work || !good) {
		free(work);
		free(good);
		return tt_fail_memory(err, "a reading of the gauge");
	}
	double variance[2] = {0, 0}, motion[2][2];
	const double *ends[2] = {g->from, g->to};
	*out = (tt_gauge_reading){.length_px = NAN, .u_length_px = NAN, .zncc = NAN};
	out->ok = true;
	for (int e = 0; e < 2; e++) {
		const tt_dic_point *band = points + (e ? g->n_band[0] : 0);
		bool known = read_end(g, band, g->n_band[e], order, ends[e], motion[e], &variance[e], &out->used[e]);
		out->dropped[e] = g->n_band[e] - out->used[e];
		out->axial_px[e] = known ? motion[e][0] * g->axis[0] + motion[e][1] * g->axis[1] : NAN;
		for (int k = 0; k < 2; k++)
			out->end[e][k] = known ? ends[e][k] + motion[e][k] : NAN;
		out->ok = out->ok && known;
	}
	if (out->ok) {
		out->length_px = hypot(out->end[1][0] - out->end[0][0], out->end[1][1] - out->end[0][1]);
		out->u_length_px = sqrt(variance[0] + variance[1]);
	}
	size_t kept = 0;
	for (size_t i = 0; i < g->n; i++)
		if (isfinite(points[i].zncc)) work[kept++] = points[i].zncc;
	out->zncc = tt_median(work, kept);
	tt_gauge_order_stations(g, points, good);
	read_stations(g, points, good, out, work);
	free(work);
	free(good);
	return TT_OK;
}
