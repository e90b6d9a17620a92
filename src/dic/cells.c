/* Points sorted into square cells.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int clamp(double v, int n)
{
	return v < 0 ? 0 : v >= n ? n - 1 : (int)v;
}

static int cell_of(const tt_cells *c, double x, double y)
{
	return clamp((y - c->y0) / c->size, c->ny) * c->nx + clamp((x - c->x0) / c->size, c->nx);
}

tt_status tt_cells_init(tt_cells *c, const double *xy, size_t step, size_t n, double size, tt_error *err)
{
	memset(c, 0, sizeof *c);
	double x1 = -INFINITY, y1 = -INFINITY;
	c->x0 = c->y0 = INFINITY;
	for (size_t i = 0; i < n; i++) {
		const double *p = xy + i * step;
		if (!isfinite(p[0]) || !isfinite(p[1])) continue;
		c->x0 = fmin(c->x0, p[0]);
		c->y0 = fmin(c->y0, p[1]);
		x1 = fmax(x1, p[0]);
		y1 = fmax(y1, p[1]);
	}
	if (!(c->x0 <= x1)) c->x0 = c->y0 = x1 = y1 = 0;
	/* never more than a few cells a point */
	double extent = fmax(x1 - c->x0, y1 - c->y0), most = 2 * sqrt((double)n) + 64;
	c->size = fmax(fmax(size, 1e-9), extent / most);
	c->nx = (int)((x1 - c->x0) / c->size) + 1;
	c->ny = (int)((y1 - c->y0) / c->size) + 1;
	size_t cells = (size_t)c->nx * (size_t)c->ny;
	c->start = calloc(cells + 2, sizeof *c->start);
	c->index = malloc((n ? n : 1) * sizeof *c->index);
	if (!c->start || !c->index) {
		tt_cells_free(c);
		return tt_fail_memory(err, "the points");
	}
	for (size_t i = 0; i < n; i++) {
		const double *p = xy + i * step;
		if (isfinite(p[0]) && isfinite(p[1])) c->start[cell_of(c, p[0], p[1]) + 2]++;
	}
	for (size_t k = 2; k < cells + 2; k++)
		c->start[k] += c->start[k - 1];
	for (size_t i = 0; i < n; i++) {
		const double *p = xy + i * step;
		if (isfinite(p[0]) && isfinite(p[1])) c->index[c->start[cell_of(c, p[0], p[1]) + 1]++] = i;
	}
	return TT_OK;
}

void tt_cells_free(tt_cells *c)
{
	free(c->start);
	free(c->index);
	memset(c, 0, sizeof *c);
}

void tt_cells_box(const tt_cells *c, double x0, double y0, double x1, double y1, int box[4])
{
	box[0] = clamp((x0 - c->x0) / c->size, c->nx);
	box[1] = clamp((y0 - c->y0) / c->size, c->ny);
	box[2] = clamp((x1 - c->x0) / c->size, c->nx);
	box[3] = clamp((y1 - c->y0) / c->size, c->ny);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double tt_cells_spacing(const double *xy, size_t step, size_t n)
{
	enum { SAMPLES = 512 };
	double nearest[SAMPLES];
	size_t every = n / SAMPLES + 1, k = 0;
	tt_cells c;
	if (tt_cells_init(&c, xy, step, n, 0, NULL)) return NAN;
	for (size_t i = 0; i < n && k < SAMPLES; i += every) {
		const double *p = xy + i * step;
		if (!isfinite(p[0]) || !isfinite(p[1])) continue;
		double best = INFINITY;
		for (double reach = c.size; !isfinite(best) && reach < 4 * c.size * (c.nx + c.ny); reach *= 2) {
			int b[4];
			tt_cells_box(&c, p[0] - reach, p[1] - reach, p[0] + reach, p[1] + reach, b);
			for (int y = b[1]; y <= b[3]; y++)
				for (int x = b[0]; x <= b[2]; x++)
					for (size_t q = c.start[y * c.nx + x]; q < c.start[y * c.nx + x + 1]; q++) {
						const double *o = xy + c.index[q] * step;
						double d = hypot(o[0] - p[0], o[1] - p[1]);
						if (c.index[q] != i && d > 0) best = fmin(best, d);
					}
		}
		if (isfinite(best)) nearest[k++] = best;
	}
	tt_cells_free(&c);
	if (!k) return 1;
	qsort(nearest, k, sizeof *nearest, compare);
	return nearest[k / 2];
}
