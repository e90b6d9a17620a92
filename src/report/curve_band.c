/* The envelope of ellipses along a smoothed curve.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/curve_band.h"

#include <math.h>
#include <stdlib.h>

void tt_curve_path_free(tt_curve_path *p)
{
	free(p->x);
}

bool tt_curve_path_alloc(tt_curve_path *p, size_t n)
{
	p->n = 0;
	p->x = calloc(4 * (n ? n : 1), sizeof *p->x);
	if (!p->x) return false;
	p->y = p->x + n;
	p->ux = p->y + n;
	p->uy = p->ux + n;
	return true;
}

static double or_zero(double u)
{
	return u >= 0 ? u : 0;
}

void tt_curve_path_add(tt_curve_path *p, double x, double y, double ux, double uy)
{
	p->x[p->n] = x;
	p->y[p->n] = y;
	p->ux[p->n] = or_zero(ux);
	p->uy[p->n++] = or_zero(uy);
}

bool tt_curve_path_is_uncertain(const tt_curve_path *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->ux[i] > 0 || p->uy[i] > 0) return true;
	return false;
}

static double span(const double *v, size_t n)
{
	double lo = INFINITY, hi = -INFINITY;
	for (size_t i = 0; i < n; i++)
		lo = fmin(lo, v[i]), hi = fmax(hi, v[i]);
	return hi > lo ? hi - lo : 1;
}

/* Consecutive rows within 1/80 of the figure become one vertex, so that the path has a direction above its noise. */
static bool smooth(const tt_curve_path *rows, tt_curve_path *out)
{
	if (!tt_curve_path_alloc(out, rows->n)) return false;
	double sx = span(rows->x, rows->n), sy = span(rows->y, rows->n);
	for (size_t first = 0; first < rows->n;) {
		size_t end = first;
		double x = 0, y = 0, ux = 0, uy = 0;
		for (; end < rows->n; end++) {
			double dx = (rows->x[end] - rows->x[first]) / sx, dy = (rows->y[end] - rows->y[first]) / sy;
			if (hypot(dx, dy) > 1.0 / 80) break;
			x += rows->x[end], y += rows->y[end], ux += rows->ux[end], uy += rows->uy[end];
		}
		double n = (double)(end - first);
		out->x[out->n] = x / n;
		out->y[out->n] = y / n;
		out->ux[out->n] = ux / n;
		out->uy[out->n++] = uy / n;
		first = end;
	}
	/* The path reaches as far as the curve does. */
	if (out->n > 1) {
		size_t last = rows->n - 1, k = out->n - 1;
		out->x[0] = rows->x[0], out->y[0] = rows->y[0];
		out->x[k] = rows->x[last], out->y[k] = rows->y[last];
	}
	return true;
}

/* The envelope of the ellipses with half axes 1.96 × (ux, uy) that move along the path: on either side the point
 * of the ellipse whose tangent is the path's. Written as one closed polygon: there on the upper side, back on the
 * lower one. xy: 4 n numbers. */
static void envelope(const tt_curve_path *p, double *x, double *y)
{
	for (size_t i = 0; i < p->n; i++) {
		size_t before = i ? i - 1 : 0, after = i + 1 < p->n ? i + 1 : i;
		double tx = p->x[after] - p->x[before], ty = p->y[after] - p->y[before];
		double a = TT_BAND_COVERAGE * p->ux[i], b = TT_BAND_COVERAGE * p->uy[i];
		double norm = hypot(a * ty, b * tx);
		double ox = norm > 0 ? -a * a * ty / norm : 0, oy = norm > 0 ? b * b * tx / norm : 0;
		size_t back = 2 * p->n - 1 - i;
		x[i] = p->x[i] + ox, y[i] = p->y[i] + oy;
		x[back] = p->x[i] - ox, y[back] = p->y[i] - oy;
	}
}

bool tt_figure_band(tt_figure *f, const tt_curve_path *rows, unsigned colour, double x_scale, double y_scale,
                    const char *name)
{
	tt_curve_path p;
	if (!tt_curve_path_is_uncertain(rows)) return true;
	if (!smooth(rows, &p)) return false;
	double *xy = calloc(4 * p.n, sizeof *xy);
	if (xy) {
		envelope(&p, xy, xy + 2 * p.n);
		tt_figure_series(f, &(tt_series){.style = TT_STYLE_AREA,
		                                 .name = name,
		                                 .colour = tt_tint(colour, 0.7),
		                                 .n = 2 * p.n,
		                                 .x = xy,
		                                 .y = xy + 2 * p.n,
		                                 .x_scale = x_scale,
		                                 .y_scale = y_scale});
	}
	tt_curve_path_free(&p);
	free(xy);
	return xy != NULL;
}
