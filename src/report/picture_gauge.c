/* gauge.png: the first frame with the gauge on it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/text.h"
#include "report/draw/caption.h"
#include "report/draw/ground.h"
#include "temtensile/report.h"

static const double highest_mm = 120, LETTER_MM = 1.4;

tt_gauge_picture tt_gauge_picture_none(void)
{
	return (tt_gauge_picture){.from = {NAN, NAN},
	                          .to = {NAN, NAN},
	                          .section = {{NAN, NAN}, {NAN, NAN}},
	                          .edge = {{{NAN, NAN}, {NAN, NAN}}, {{NAN, NAN}, {NAN, NAN}}},
	                          .pixel_size_m = NAN,
	                          .width_px = NAN};
}

static void draw_subsets(tt_canvas *c, const tt_gauge_picture *g)
{
	double half = 0.5 * g->subset_px;
	const tt_pen pen = {.colour = TT_YELLOW, .width_pt = 0.4, .opacity = 0.9};
	for (size_t i = 0; i < g->n; i++) {
		double x = g->xy[2 * i], y = g->xy[2 * i + 1];
		const double box[8] = {x - half, y - half, x + half, y - half, x + half, y + half, x - half, y + half};
		tt_canvas_polyline(c, box, 4, true, &pen);
	}
	/* Their centres above all frames, which overlap. */
	for (size_t i = 0; i < g->n; i++)
		tt_canvas_symbol(c, g->xy[2 * i], g->xy[2 * i + 1], TT_DISC, 0.35,
		                 &(tt_pen){.colour = TT_YELLOW, .width_pt = 0.1});
}

static void draw_section(tt_canvas *c, const tt_gauge_picture *g)
{
	const tt_pen solid = {.colour = TT_SKY, .width_pt = 0.8, .halo = true},
	             dashed = {.colour = TT_SKY, .dashed = true, .halo = true};
	for (int k = 0; k < 2; k++)
		tt_canvas_line(c, g->edge[k][0][0], g->edge[k][0][1], g->edge[k][1][0], g->edge[k][1][1], &solid);
	for (int end = 0; end < 2; end++)
		tt_canvas_line(c, g->edge[0][end][0], g->edge[0][end][1], g->edge[1][end][0], g->edge[1][end][1],
		               &dashed);
}

/* How far the subsets reach from p in a direction, px; 0 without any. */
static double reach_of_subsets(const tt_gauge_picture *g, const double p[2], double nx, double ny)
{
	double reach = 0;
	for (size_t i = 0; i < g->n; i++)
		reach = fmax(reach, (g->xy[2 * i] - p[0]) * nx + (g->xy[2 * i + 1] - p[1]) * ny +
		                        0.5 * g->subset_px * (fabs(nx) + fabs(ny)));
	return reach;
}

/* Cross, name and place; the words stand beside the bar. */
static void draw_end(tt_canvas *c, const tt_image *first, const tt_gauge_picture *g, const double p[2],
                     const double other[2], const char *name)
{
	char text[64];
	double length = hypot(p[0] - other[0], p[1] - other[1]), mm = tt_canvas_mm_per_px(c);
	double nx = -(p[1] - other[1]) / length, ny = (p[0] - other[0]) / length;
	if (!isfinite(length)) return;
	tt_snprintf(text, sizeof text, "%s\n%.1f, %.1f px", name, p[0], p[1]);
	tt_canvas_symbol(c, p[0], p[1], TT_PLUS, 3, &(tt_pen){.colour = TT_VERMILION, .width_pt = 1.2, .halo = true});
	/* Across the axis, on the side with more room, clear of the bar's edge where that is known; inside the picture.
	 */
	if ((p[0] - 0.5 * first->width) * nx + (p[1] - 0.5 * first->height) * ny > 0) nx = -nx, ny = -ny;
	double half = fmax(0.5 * hypot(g->edge[0][0][0] - g->edge[1][0][0], g->edge[0][0][1] - g->edge[1][0][1]),
	                   0.5 * g->width_px);
	const bool beside = fabs(nx) > 0.5;
	const double wide = LETTER_MM / mm * (double)strlen(text + strlen(name) + 1), rim = 1 / mm;
	double x = NAN, y = NAN, over = INFINITY;
	int align = 0;
	for (int side = 1; side >= -1 && over > 0; side -= 2) {
		const double mx = side * nx, my = side * ny,
		             away = fmax(half, reach_of_subsets(g, p, mx, my)) + (beside ? 2.5 : 5) / mm;
		/* along the bar, away from its grip */
		const double at = p[0] + mx * away + (beside ? 0 : copysign(0.3 * wide, other[0] - p[0]));
		const int how = beside ? (mx > 0 ? -1 : 1) : 0;
		const double left = at - 0.5 * (how + 1) * wide,
		             out = fmax(0, rim - left) - fmax(0, left + wide + rim - first->width);
		if (!(fabs(out) < over)) continue;
		over = beside ? fabs(out) : 0;
		x = at + out;
		y = p[1] + my * away;
		align = how;
	}
	tt_words how = {.halo = true, .align_x = align, .colour = tt_ground_ink(first, x - align * 8 / mm, y, 8 / mm)};
	tt_canvas_text(c, x, y, &how, text);
}

tt_status tt_picture_gauge(struct tt_outdir *dir, const char *file, const tt_image *first, const tt_gauge_picture *g,
                           tt_error *err)
{
	if (!first || !first->data || first->width < 1 || first->height < 1)
		return tt_fail(err, TT_ERR_USAGE, "%s: there is no frame to draw on", file);
	double mm = fmin((g->width_mm > 0 ? g->width_mm : 85) / first->width, highest_mm / first->height);
	tt_canvas *c = tt_canvas_new(mm * first->width, mm * first->height);
	tt_canvas_panel(c, 0, 0, mm * first->width, mm * first->height, (tt_rect){0, 0, first->width, first->height});
	tt_canvas_image(c, first, 0, 0);
	draw_section(c, g);
	draw_subsets(c, g);
	tt_canvas_line(c, g->from[0], g->from[1], g->to[0], g->to[1],
	               &(tt_pen){.colour = TT_VERMILION, .dashed = true, .halo = true});
	draw_end(c, first, g, g->from, g->to, "from");
	draw_end(c, first, g, g->to, g->from, "to");
	if (g->pixel_size_m > 0) tt_canvas_scale_bar(c, g->pixel_size_m, 1, NULL);
	if (g->caption) tt_put_caption(c, first, 7.5, g->caption);
	tt_status s = tt_canvas_write(c, dir, file, 300, err);
	tt_canvas_free(c);
	return s;
}
