/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/gauge_picture.h"

#include <math.h>

#include "temtensile/output.h"

static const double SHEET_MM = 85;

static void subset(tt_canvas *c, const tt_gauge *g, size_t i, const tt_pen *pen)
{
	double x = g->xy[2 * i], y = g->xy[2 * i + 1], h = g->subset_px / 2.0;
	const double corners[] = {x - h, y - h, x + h, y - h, x + h, y + h, x - h, y + h};
	tt_canvas_polyline(c, corners, 4, true, pen);
}

/* The found section's two edges. */
static void edges(tt_canvas *c, const tt_gauge_choice *f)
{
	const tt_pen pen = {.colour = TT_YELLOW, .width_pt = 0.75, .dashed = true};
	for (int e = 0; e < 2; e++)
		tt_canvas_line(c, f->edge[e][0][0], f->edge[e][0][1], f->edge[e][1][0], f->edge[e][1][1], &pen);
}

/* A name beside a gauge end, outside the gauge. */
static void name_end(tt_canvas *c, const tt_gauge *g, int end, const char *name)
{
	const double *p = end ? g->to : g->from;
	double across = g->width_px / 2 + 6;
	const tt_words words = {.size_pt = 7, .colour = 0xFFFFFF, .align_x = 0,
	                        .align_y = g->normal[1] < 0 ? -1 : 1, .halo = true, .bold = true};
	tt_canvas_text(c, p[0] - across * g->normal[0], p[1] - across * g->normal[1], &words, name);
}

tt_status tt_gauge_picture(const tt_analysis *a, const tt_image *first, tt_error *err)
{
	const tt_gauge *g = &a->gauge;
	double height = SHEET_MM * first->height / first->width;
	tt_canvas *c = tt_canvas_new(SHEET_MM, height);
	const tt_pen axis = {.colour = TT_VERMILION, .width_pt = 1, .halo = true};
	const tt_pen band = {.colour = TT_SKY, .width_pt = 0.5};
	const tt_pen mark = {.colour = TT_VERMILION, .width_pt = 1.2, .halo = true};
	tt_canvas_panel(c, 0, 0, SHEET_MM, height, (tt_rect){0, 0, first->width, first->height});
	tt_canvas_image(c, first, 0, 0);
	if (a->test->gauge.automatic) edges(c, &a->choice);
	for (size_t i = 0; i < g->n_band[0] + g->n_band[1]; i++)
		subset(c, g, i, &band);
	tt_canvas_line(c, g->from[0], g->from[1], g->to[0], g->to[1], &axis);
	tt_canvas_symbol(c, g->from[0], g->from[1], TT_CROSS, 2, &mark);
	tt_canvas_symbol(c, g->to[0], g->to[1], TT_CROSS, 2, &mark);
	name_end(c, g, 0, "from");
	name_end(c, g, 1, "to");
	tt_canvas_scale_bar(c, a->pixel_size.value, 0, NULL);
	tt_status st = tt_canvas_write(c, a->out, "gauge.png", 300, err);
	if (st == TT_OK) st = tt_canvas_write(c, a->out, "gauge.pdf", 300, err);
	tt_canvas_free(c);
	return st;
}
