/* Strain from displacements: a plane through the displacements of a window (virtual strain gauge).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/threads.h"
#include "dic/cells.h"
#include "temtensile/dic.h"

#include <math.h>

enum { FEWEST = 5 };
static const double least_share = 0.25; /* of the points that a full window has */

typedef struct strain_job {
	const tt_dic_point *points;
	const tt_cells *cells;
	double half, fewest;
	tt_strain_measure measure;
	tt_dic_strain *out;
} strain_job;

/* Sums of a plane fit, coordinates counted from the window's centre. */
typedef struct plane {
	double n, x, y, xx, xy, yy, u, xu, yu, v, xv, yv;
} plane;

static void add(plane *s, double x, double y, double u, double v)
{
	s->n += 1;
	s->x += x;
	s->y += y;
	s->xx += x * x;
	s->xy += x * y;
	s->yy += y * y;
	s->u += u;
	s->xu += x * u;
	s->yu += y * u;
	s->v += v;
	s->xv += x * v;
	s->yv += y * v;
}

static bool slopes(const plane *s, tt_dic_strain *e)
{
	double sxx = s->xx - s->x * s->x / s->n, syy = s->yy - s->y * s->y / s->n, sxy = s->xy - s->x * s->y / s->n;
	double det = sxx * syy - sxy * sxy;
	if (!(det > 1e-6 * sxx * syy)) return false; /* all on one line */
	double xu = s->xu - s->x * s->u / s->n, yu = s->yu - s->y * s->u / s->n;
	double xv = s->xv - s->x * s->v / s->n, yv = s->yv - s->y * s->v / s->n;
	e->ux = (syy * xu - sxy * yu) / det;
	e->uy = (sxx * yu - sxy * xu) / det;
	e->vx = (syy * xv - sxy * yv) / det;
	e->vy = (sxx * yv - sxy * xv) / det;
	return true;
}

/* ln U = ½ ln (Fᵀ F) by the eigenvalues of the symmetric 2 × 2 matrix. */
static void hencky(tt_dic_strain *e)
{
	double a = 1 + e->ux, b = e->uy, c = e->vx, d = 1 + e->vy;
	double cxx = a * a + c * c, cyy = b * b + d * d, cxy = a * b + c * d;
	double mid = (cxx + cyy) / 2, radius = hypot((cxx - cyy) / 2, cxy);
	double l1 = 0.5 * log(mid + radius), l2 = 0.5 * log(mid - radius);
	double cos2 = radius > 0 ? (cxx - cyy) / 2 / radius : 1, sin2 = radius > 0 ? cxy / radius : 0;
	e->exx = (l1 + l2) / 2 + (l1 - l2) / 2 * cos2;
	e->eyy = (l1 + l2) / 2 - (l1 - l2) / 2 * cos2;
	e->exy = (l1 - l2) / 2 * sin2;
}

static void measure(tt_strain_measure m, tt_dic_strain *e)
{
	switch (m) {
	case TT_STRAIN_ENGINEERING:
		e->exx = e->ux;
		e->eyy = e->vy;
		e->exy = (e->uy + e->vx) / 2;
		return;
	case TT_STRAIN_GREEN_LAGRANGE:
		e->exx = e->ux + (e->ux * e->ux + e->vx * e->vx) / 2;
		e->eyy = e->vy + (e->uy * e->uy + e->vy * e->vy) / 2;
		e->exy = (e->uy + e->vx + e->ux * e->uy + e->vx * e->vy) / 2;
		return;
	case TT_STRAIN_LOGARITHMIC: hencky(e); return;
	}
}

static void strain_at(const strain_job *job, size_t i)
{
	const tt_dic_point *p = &job->points[i];
	tt_dic_strain *e = &job->out[i];
	*e = (tt_dic_strain){NAN, NAN, NAN, NAN, NAN, NAN, NAN};
	if (p->flag) return;
	const tt_cells *c = job->cells;
	plane s = {0};
	int box[4];
	tt_cells_box(c, p->x - job->half, p->y - job->half, p->x + job->half, p->y + job->half, box);
	for (int y = box[1]; y <= box[3]; y++)
		for (int x = box[0]; x <= box[2]; x++)
			for (size_t q = c->start[y * c->nx + x]; q < c->start[y * c->nx + x + 1]; q++) {
				const tt_dic_point *o = &job->points[c->index[q]];
				double dx = o->x - p->x, dy = o->y - p->y;
				if (o->flag || fabs(dx) > job->half || fabs(dy) > job->half) continue;
				add(&s, dx, dy, o->u - p->u, o->v - p->v);
			}
	tt_dic_strain slope;
	if (s.n < job->fewest || !slopes(&s, &slope)) return;
	*e = slope;
	measure(job->measure, e);
}

static void strains(void *ctx, int worker, size_t first, size_t last)
{
	(void)worker;
	for (size_t i = first; i < last; i++)
		strain_at(ctx, i);
}

tt_status tt_dic_strains(const tt_dic_point *points, size_t n, int step_px, double window_px, tt_strain_measure m,
                         const tt_job *job, tt_dic_strain *out, tt_error *err)
{
	if (step_px < 1 || !(window_px >= 2 * step_px))
		return tt_fail(err, TT_ERR_USAGE,
		               "strain: a window of %g px on a grid of %d px holds too few points, expected at "
		               "least %d px",
		               window_px, step_px, 2 * step_px);
	tt_pool *pool;
	tt_cells cells;
	tt_status st = tt_pool_new(tt_job_threads(job), &pool, err);
	if (st) return st;
	st = tt_cells_init(&cells, &points->x, sizeof *points / sizeof(double), n, window_px / 2, err);
	if (!st) {
		double across = 2 * floor(window_px / 2 / step_px + 1e-9) + 1;
		strain_job work = {
		    points, &cells, window_px / 2 * (1 + 1e-9), fmax(FEWEST, least_share * across * across), m, out};
		tt_pool_for(pool, n, 64, strains, &work);
		tt_cells_free(&cells);
	}
	tt_pool_free(pool);
	return st;
}
