/* Differential images of several films, one row each.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "core/text.h"
#include "temtensile/report.h"

/* Of the sheet, mm. */
static const double sheet_mm = 170, label_mm = 7, bar_mm = 18, gap_mm = 1.5, head_mm = 5, highest_mm = 60, foot_mm = 4;

static double panel_width(void)
{
	return (sheet_mm - label_mm - bar_mm - 3 * gap_mm) / 3;
}

static double row_height(const tt_necking_row *r)
{
	return fmin(highest_mm, panel_width() * r->first.height / r->first.width);
}

/* Four times the root mean square: noise stays pale, what has changed is seen. */
static double limit_of(const tt_image *im)
{
	double sum = 0, n = 0;
	for (int y = 0; y < im->height; y++)
		for (int x = 0; x < im->width; x++) {
			double v = tt_image_at(im, x, y);
			if (isfinite(v)) sum += v * v, n++;
		}
	return sum > 0 ? 4 * sqrt(sum / n) : 1;
}

static void heads(tt_canvas *c, const tt_necking_row *row, size_t n)
{
	bool chosen = false;
	for (size_t i = 0; i < n; i++)
		chosen = chosen || row[i].chosen;
	const char *const head[3] = {chosen ? "first frame" : "yield", chosen ? "second frame" : "last before fracture",
	                             "difference"};
	const tt_words w = {.size_pt = 7.5, .colour = TT_BLACK, .align_x = 0, .align_y = 1};
	tt_canvas_sheet(c);
	for (int k = 0; k < 3; k++)
		tt_canvas_text(c, label_mm + panel_width() / 2 + k * (panel_width() + gap_mm), head_mm - 1, &w,
		               head[k]);
}

static void draw_row(tt_canvas *c, const tt_necking_row *r, double y, double limit)
{
	const tt_image *const im[3] = {&r->first, &r->second, &r->difference};
	const tt_rect whole = {0, 0, r->first.width, r->first.height};
	double h = row_height(r), w = panel_width();
	for (int k = 0; k < 3; k++) {
		char text[32];
		const tt_words on = {
		    .size_pt = 7, .colour = TT_BLACK, .align_x = 0, .align_y = -1, .dy_mm = 0.7, .halo = true};
		const tt_words under = {
		    .size_pt = 7, .colour = TT_BLACK, .align_x = 0, .align_y = 1, .dy_mm = -0.7, .halo = true};
		tt_canvas_panel(c, label_mm + k * (w + gap_mm), y, w, h, whole);
		if (k < 2)
			tt_canvas_image(c, im[k], 0, 0);
		else
			tt_canvas_values(c, im[k], TT_MAP_DIVERGING, -limit, limit, 1);
		if (k < 2 && isfinite(r->strain[k])) {
			tt_snprintf(text, sizeof text, "%.2f %%", 100 * r->strain[k]);
			tt_canvas_text(c, r->first.width / 2.0, -0.5, &on, text);
		}
		if (k == 2 && r->specimen)
			tt_canvas_text(c, r->first.width / 2.0, r->first.height - 0.5, &under, r->specimen);
		if (k == 0 && r->pixel_size_m > 0) tt_canvas_scale_bar(c, r->pixel_size_m, 0, NULL);
	}
	tt_canvas_sheet(c);
	const tt_words beside = {
	    .size_pt = 8, .colour = TT_BLACK, .align_x = 0, .align_y = 0, .turn_deg = -90, .bold = true};
	tt_canvas_text(c, label_mm / 2, y + h / 2, &beside, r->label);
	tt_canvas_colour_bar(c, label_mm + 3 * (w + gap_mm) + 0.5, y + 0.5, 2.5, h - 1, TT_MAP_DIVERGING, -limit, limit,
	                     "Grey levels");
}

static void foot(tt_canvas *c, double y, size_t n, size_t of)
{
	char text[80];
	const tt_words w = {.size_pt = 7, .colour = TT_BLACK, .align_x = -1, .align_y = 1};
	tt_snprintf(text, sizeof text, "%zu of %zu groups, spread evenly over their order", n, of);
	tt_canvas_text(c, label_mm, y, &w, text);
}

static tt_status draw(struct tt_outdir *dir, const tt_necking_row *row, size_t n, size_t of, const char *file,
                      tt_error *err)
{
	double height = head_mm + (of > n ? foot_mm : 0), y = head_mm;
	double limit = 0;
	for (size_t i = 0; i < n; i++) {
		height += row_height(&row[i]) + gap_mm;
		limit = fmax(limit, limit_of(&row[i].difference));
	}
	tt_canvas *c = tt_canvas_new(sheet_mm, height);
	heads(c, row, n);
	for (size_t i = 0; i < n; i++) {
		draw_row(c, &row[i], y, limit);
		y += row_height(&row[i]) + gap_mm;
	}
	if (of > n) foot(c, height - 1, n, of);
	tt_status st = tt_canvas_write(c, dir, file, 300, err);
	tt_canvas_free(c);
	return st;
}

tt_status tt_necking_rows(struct tt_outdir *dir, const tt_necking_row *row, size_t n, size_t of, tt_error *err)
{
	if (!n) return TT_OK;
	tt_status st = draw(dir, row, n, of, "necking_rows.png", err);
	return st == TT_OK ? draw(dir, row, n, of, "necking_rows.pdf", err) : st;
}
