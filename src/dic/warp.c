/* Shape functions as polynomials.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/warp.h"

#include <math.h>
#include <string.h>

int tt_warp_terms(int order)
{
	return (order + 1) * (order + 2) / 2;
}

static double series(const double c[6], double x, double y)
{
	return c[0] + c[1] * x + c[2] * y + c[3] * x * x / 2 + c[4] * x * y + c[5] * y * y / 2;
}

void tt_warp_at(const tt_warp *w, double dx, double dy, double *u, double *v)
{
	*u = series(w->u, dx, dy);
	*v = series(w->v, dx, dy);
}

static void shift_series(const double c[6], double x, double y, double out[6])
{
	out[0] = series(c, x, y);
	out[1] = c[1] + c[3] * x + c[4] * y;
	out[2] = c[2] + c[4] * x + c[5] * y;
	out[3] = c[3];
	out[4] = c[4];
	out[5] = c[5];
}

tt_warp tt_warp_about(const tt_warp *w, double dx, double dy)
{
	tt_warp r;
	shift_series(w->u, dx, dy, r.u);
	shift_series(w->v, dx, dy, r.v);
	return r;
}

/* Maps are handled as truncated polynomials: X = m[0] + m[1] x + m[2] y + m[3] x² + m[4] xy + m[5] y². */
typedef struct map {
	double x[6], y[6];
} map;

static map map_of(const tt_warp *w)
{
	map m = {{w->u[0], 1 + w->u[1], w->u[2], w->u[3] / 2, w->u[4], w->u[5] / 2},
	         {w->v[0], w->v[1], 1 + w->v[2], w->v[3] / 2, w->v[4], w->v[5] / 2}};
	return m;
}

static tt_warp warp_of(const map *m)
{
	tt_warp w = {{m->x[0], m->x[1] - 1, m->x[2], 2 * m->x[3], m->x[4], 2 * m->x[5]},
	             {m->y[0], m->y[1], m->y[2] - 1, 2 * m->y[3], m->y[4], 2 * m->y[5]}};
	return w;
}

static void product(const double a[6], const double b[6], double out[6])
{
	out[0] = a[0] * b[0];
	out[1] = a[0] * b[1] + a[1] * b[0];
	out[2] = a[0] * b[2] + a[2] * b[0];
	out[3] = a[0] * b[3] + a[1] * b[1] + a[3] * b[0];
	out[4] = a[0] * b[4] + a[1] * b[2] + a[2] * b[1] + a[4] * b[0];
	out[5] = a[0] * b[5] + a[2] * b[2] + a[5] * b[0];
}

/* p(inner) truncated after the second degree. */
static void substitute(const double p[6], const map *inner, double out[6])
{
	double xx[6], xy[6], yy[6];
	product(inner->x, inner->x, xx);
	product(inner->x, inner->y, xy);
	product(inner->y, inner->y, yy);
	for (int k = 0; k < 6; k++)
		out[k] = p[1] * inner->x[k] + p[2] * inner->y[k] + p[3] * xx[k] + p[4] * xy[k] + p[5] * yy[k];
	out[0] += p[0];
}

static map compose(const map *outer, const map *inner)
{
	map r;
	substitute(outer->x, inner, r.x);
	substitute(outer->y, inner, r.y);
	return r;
}

/* The map e with e(m(x)) = x to second order about x = 0, then written about the origin of m's range. */
static bool invert(const map *m, map *e)
{
	double det = m->x[1] * m->y[2] - m->x[2] * m->y[1];
	if (!(fabs(det) > 1e-6)) return false;
	double a = m->y[2] / det, b = -m->x[2] / det, c = -m->y[1] / det, d = m->x[1] / det;
	/* with z = m(x) - m(0): x = L z - L q(L z) */
	map lin = {{0, a, b, 0, 0, 0}, {0, c, d, 0, 0, 0}};
	double qx[6] = {0, 0, 0, m->x[3], m->x[4], m->x[5]}, qy[6] = {0, 0, 0, m->y[3], m->y[4], m->y[5]}, sx[6], sy[6];
	substitute(qx, &lin, sx);
	substitute(qy, &lin, sy);
	map f = lin;
	for (int k = 3; k < 6; k++) {
		f.x[k] = -(a * sx[k] + b * sy[k]);
		f.y[k] = -(c * sx[k] + d * sy[k]);
	}
	/* about z = -m(0), that is about the point 0 of the range */
	map shift = {{-m->x[0], 1, 0, 0, 0, 0}, {-m->y[0], 0, 1, 0, 0, 0}};
	*e = compose(&f, &shift);
	return true;
}

bool tt_warp_update(tt_warp *w, const tt_warp *d, int order)
{
	map m = map_of(w), dm = map_of(d), inverse;
	if (!invert(&dm, &inverse)) return false;
	map r = compose(&m, &inverse);
	if (order < 2)
		for (int k = 3; k < 6; k++)
			r.x[k] = r.y[k] = 0;
	*w = warp_of(&r);
	return true;
}

tt_warp tt_warp_then(const tt_warp *first, const tt_warp *second)
{
	map a = map_of(first), b = map_of(second);
	/* the second motion is about the point where the centre is after the first */
	double u = a.x[0], v = a.y[0];
	a.x[0] = a.y[0] = 0;
	map r = compose(&b, &a);
	r.x[0] += u;
	r.y[0] += v;
	return warp_of(&r);
}

void tt_warp_pack(const tt_warp *w, int order, double p[12])
{
	int n = tt_warp_terms(order);
	memset(p, 0, 12 * sizeof *p);
	memcpy(p, w->u, sizeof *p * (size_t)n);
	memcpy(p + n, w->v, sizeof *p * (size_t)n);
}

void tt_warp_unpack(const double p[12], int order, tt_warp *w)
{
	int n = tt_warp_terms(order);
	memset(w, 0, sizeof *w);
	memcpy(w->u, p, sizeof *p * (size_t)n);
	memcpy(w->v, p + n, sizeof *p * (size_t)n);
}
