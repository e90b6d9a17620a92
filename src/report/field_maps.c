/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/field_maps.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "numeric/statistics.h"
#include "report/draw/caption.h"
#include "temtensile/report.h"

static const double BAR_MM = 3, BAR_ROOM_MM = 17, MARGIN_MM = 1;

typedef struct quantity {
	const char *name; /* in the file's name */
	const char *label;
	double scale;
	bool strain;
} quantity;

static double value_of(const tt_dic_point *p, const tt_dic_strain *s, int k)
{
	const double v[] = {p->u, p->v, s->exx, s->eyy, s->exy};
	return p->flag == TT_DIC_OK ? v[k] : NAN;
}

/* Colour limits: the middle 98 % of the values, so that a single bad point does not flatten the map. */
static bool limits(const tt_dic_point *points, const tt_dic_strain *strains, size_t n, int k, double scale, double *lo,
                   double *hi)
{
	double *v = malloc((n ? n : 1) * sizeof *v);
	size_t m = 0;
	if (!v) return false;
	for (size_t i = 0; i < n; i++) {
		double x = value_of(&points[i], &strains[i], k) * scale;
		if (isfinite(x)) v[m++] = x;
	}
	if (m) {
		tt_sort(v, m);
		*lo = v[m / 100];
		*hi = v[m - 1 - m / 100];
		if (*hi - *lo < 1e-6) {
			*lo -= 5e-7;
			*hi += 5e-7;
		}
	}
	free(v);
	return m > 0;
}

static const quantity all[TT_FIELD_QUANTITIES] = {{"u", "u (px)", 1, false},
                                                  {"v", "v (px)", 1, false},
                                                  {"exx", "εxx (%)", 100, true},
                                                  {"eyy", "εyy (%)", 100, true},
                                                  {"exy", "εxy (%)", 100, true}};

void tt_field_widen(const tt_dic_point *points, const tt_dic_strain *strains, size_t n,
                    double range[TT_FIELD_QUANTITIES][2])
{
	for (int k = 0; k < TT_FIELD_QUANTITIES; k++) {
		double lo, hi;
		if (!limits(points, strains, n, k, all[k].scale, &lo, &hi)) continue;
		bool set = range[k][1] > range[k][0];
		range[k][0] = set ? fmin(range[k][0], lo) : lo;
		range[k][1] = set ? fmax(range[k][1], hi) : hi;
	}
}

/* The cell of one point, carried along by its motion and its gradients. */
static void draw_cell(tt_canvas *c, const tt_dic_point *p, const tt_dic_strain *s, int step_px, double share)
{
	static const double corner[4][2] = {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}};
	double xy[8], h = step_px / 2.0 + 0.25; /* a little more: no seams */
	for (int i = 0; i < 4; i++) {
		double dx = corner[i][0] * h, dy = corner[i][1] * h;
		bool known = isfinite(s->ux) && isfinite(s->vy);
		xy[2 * i] = p->x + p->u + dx + (known ? s->ux * dx + s->uy * dy : 0);
		xy[2 * i + 1] = p->y + p->v + dy + (known ? s->vx * dx + s->vy * dy : 0);
	}
	tt_canvas_fill(c, xy, 4, tt_map_colour(TT_MAP_VIRIDIS, share), 1);
}

static tt_status draw(tt_outdir *out, const char *stem, const tt_image *deformed, const tt_dic_point *points,
                      const tt_dic_strain *strains, size_t n, int step_px, int k, const tt_field_style *style,
                      tt_error *err)
{
	const quantity *q = &all[k];
	const double sheet = style->width_mm > 0 ? style->width_mm : 85;
	double lo, hi, panel = sheet - BAR_ROOM_MM - MARGIN_MM;
	char label[96], name[640];
	if (!limits(points, strains, n, k, q->scale, &lo, &hi)) return TT_OK; /* nothing trusted: nothing to draw */
	if (style->range[k][1] > style->range[k][0]) lo = style->range[k][0], hi = style->range[k][1];
	double height = panel * deformed->height / deformed->width;
	if (height > fmin(2 * sheet, 240)) height = fmin(2 * sheet, 240);
	if (height < 30) height = 30;
	tt_canvas *c = tt_canvas_new(sheet, height + 2 * MARGIN_MM);
	tt_canvas_panel(c, MARGIN_MM, MARGIN_MM, panel, height, (tt_rect){0, 0, deformed->width, deformed->height});
	tt_canvas_image(c, deformed, 0, 0);
	for (size_t i = 0; i < n; i++) {
		double v = value_of(&points[i], &strains[i], k) * q->scale;
		if (isfinite(v)) draw_cell(c, &points[i], &strains[i], step_px, (v - lo) / (hi - lo));
	}
	if (style->pixel_size_m > 0) tt_canvas_scale_bar(c, style->pixel_size_m, 0, NULL);
	if (isfinite(style->time_s)) {
		tt_snprintf(label, sizeof label, "frame %lld, %.2f s", (long long)style->frame, style->time_s);
		tt_put_caption(c, deformed, 7.5, label);
	}
	tt_canvas_sheet(c);
	snprintf(label, sizeof label, q->strain ? "%s strain %s" : "%.0s%s", style->measure, q->label);
	tt_canvas_colour_bar(c, sheet - BAR_ROOM_MM + 2, MARGIN_MM + 3, BAR_MM, height - 6, TT_MAP_VIRIDIS, lo, hi,
	                     label);
	snprintf(name, sizeof name, "%s_%s.png", stem, q->name);
	tt_status st = tt_canvas_write(c, out, name, 300, err);
	snprintf(name, sizeof name, "%s_%s.pdf", stem, q->name);
	if (st == TT_OK) st = tt_canvas_write(c, out, name, 300, err);
	tt_canvas_free(c);
	return st;
}

tt_status tt_field_maps(tt_outdir *out, const char *stem, const tt_image *deformed, const tt_dic_point *points,
                        const tt_dic_strain *strains, size_t n, int step_px, const tt_field_style *style, tt_error *err)
{
	tt_status st = TT_OK;
	for (int k = 0; k < TT_FIELD_QUANTITIES && st == TT_OK; k++)
		st = draw(out, stem, deformed, points, strains, n, step_px, k, style, err);
	return st;
}
