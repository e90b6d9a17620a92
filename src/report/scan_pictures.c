/* Mean patterns and virtual images: TIFFs of floats, and sheets of panels.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "report/scan.h"
#include "temtensile/report.h"
#include "temtensile/study.h"

/* A panel is at least as wide as its words. */
static const double LEAST_MM = 38, GAP_MM = 2, TITLE_MM = 5;
enum { CORNERS = 180 };

/* Panels side by side, as many as a figure of that width holds. */
typedef struct sheet {
	tt_canvas *c;
	size_t columns;
	double panel_mm;
} sheet;

/* A name as part of a file's name: what is no letter, digit, '-' or '.' becomes '_'. */
static void file_name(char *out, size_t size, const char *before, const char *name)
{
	tt_snprintf(out, size, "%s_%s.tif", before, name);
	for (char *p = out + strlen(before); *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._", *p)) *p = '_';
}

tt_status tt_scan_tiffs_write(struct tt_outdir *dir, const tt_scan_result *r, tt_error *err)
{
	tt_status st = TT_OK;
	char name[160];
	for (size_t i = 0; st == TT_OK && i < r->n_regions; i++) {
		file_name(name, sizeof name, "mean", r->region[i].name);
		st = tt_tiff_f32_write(dir, name, r->region[i].mean, r->width, r->height,
		                       "mean counts of a pixel a pattern", err);
	}
	for (size_t i = 0; st == TT_OK && i < r->n_bands; i++) {
		file_name(name, sizeof name, "virtual", r->band[i].name);
		st = tt_tiff_f32_write(dir, name, r->band[i].image, (int)r->columns, (int)r->rows,
		                       "counts within the band a pattern", err);
	}
	return st;
}

static sheet sheet_for(size_t n, double width_mm)
{
	const double width = width_mm > 0 ? width_mm : 85;
	const size_t most = (size_t)fmax(1, floor((width + GAP_MM) / (LEAST_MM + GAP_MM))),
	             columns = n < most ? n : most, rows = (n + columns - 1) / columns;
	const double panel = (width + GAP_MM) / (double)most - GAP_MM;
	return (sheet){tt_canvas_new((double)columns * (panel + GAP_MM) - GAP_MM,
	                             (double)rows * (panel + GAP_MM + TITLE_MM) - GAP_MM),
	               columns, panel};
}

static void begin_panel(const sheet *s, size_t i, const char *title, int width, int height)
{
	const double x = (double)(i % s->columns) * (s->panel_mm + GAP_MM),
	             y = (double)(i / s->columns) * (s->panel_mm + GAP_MM + TITLE_MM);
	tt_canvas_sheet(s->c);
	tt_canvas_text(s->c, x, y + TITLE_MM - 1, &(tt_words){.align_x = -1, .align_y = 1}, title);
	tt_canvas_panel(s->c, x, y + TITLE_MM, s->panel_mm, s->panel_mm, (tt_rect){0, 0, width, height});
}

static tt_status write_both(tt_canvas *c, struct tt_outdir *dir, const char *name, tt_error *err)
{
	char file[64];
	tt_snprintf(file, sizeof file, "%s.png", name);
	tt_status st = tt_canvas_write(c, dir, file, 300, err);
	tt_snprintf(file, sizeof file, "%s.pdf", name);
	if (st == TT_OK) st = tt_canvas_write(c, dir, file, 300, err);
	tt_canvas_free(c);
	return st;
}

static void draw_circle(tt_canvas *c, const double centre[2], double radius, const tt_pen *pen)
{
	double xy[2 * CORNERS];
	for (int i = 0; i < CORNERS; i++) {
		const double a = 6.283185307179586 * i / CORNERS;
		xy[2 * i] = centre[0] + radius * cos(a);
		xy[2 * i + 1] = centre[1] + radius * sin(a);
	}
	tt_canvas_polyline(c, xy, CORNERS, true, pen);
}

/* log10 of the counts, from what one count in all patterns makes. */
static float *logarithm(const tt_scan_result *r, const tt_scan_region *g)
{
	const size_t n = (size_t)r->width * (size_t)r->height;
	const double least = 1 / fmax((double)g->positions, 1);
	float *v = malloc(n * sizeof *v);
	for (size_t i = 0; v && i < n; i++)
		v[i] = isfinite(g->mean[i]) ? (float)log10(fmax((double)g->mean[i], least)) : NAN;
	return v;
}

static void draw_pattern(const sheet *s, const tt_scan_result *r, const tt_scan_region *g, size_t panel, const float *v)
{
	const tt_image im = {.data = v,
	                     .stride = (ptrdiff_t)r->width * (ptrdiff_t)sizeof *v,
	                     .width = r->width,
	                     .height = r->height,
	                     .type = TT_F32};
	char text[160], value[128];
	tt_canvas *c = s->c;
	begin_panel(s, panel, g->name, r->width, r->height);
	tt_canvas_image(c, &im, 0, 0);
	if (g->reason) return;
	draw_circle(c, r->centre, g->ring_px,
	            &(tt_pen){.colour = TT_VERMILION, .width_pt = 0.8, .dashed = true, .halo = true});
	const bool calibrated = r->k_per_px.value > 0;
	if (calibrated)
		tt_value_text(value, sizeof value, g->ring_px * r->k_per_px.value * 1e-9,
		              hypot(g->u_ring_px * r->k_per_px.value, g->ring_px * r->k_per_px.u) * 1e-9, "1/nm");
	else
		tt_value_text(value, sizeof value, g->ring_px, g->u_ring_px, "px");
	tt_snprintf(text, sizeof text, "ring at %s", value);
	tt_canvas_text(
	    c, r->width - 0.5, r->height - 0.5,
	    &(tt_words){.colour = 0xFFFFFF, .align_x = 1, .align_y = 1, .dx_mm = -1, .dy_mm = -1, .halo = true}, text);
}

static tt_status draw_patterns(struct tt_outdir *dir, const tt_scan_result *r, double width_mm, tt_error *err)
{
	const sheet s = sheet_for(r->n_regions, width_mm);
	for (size_t i = 0; i < r->n_regions; i++) {
		float *v = logarithm(r, &r->region[i]);
		if (!v) {
			tt_canvas_free(s.c);
			return tt_fail_memory(err, "patterns.png");
		}
		draw_pattern(&s, r, &r->region[i], i, v);
		free(v);
	}
	return write_both(s.c, dir, "patterns", err);
}

static void draw_virtual(const sheet *s, const tt_scan_result *r, const char *title, const float *v, size_t panel)
{
	const tt_image im = {.data = v,
	                     .stride = (ptrdiff_t)r->columns * (ptrdiff_t)sizeof *v,
	                     .width = (int)r->columns,
	                     .height = (int)r->rows,
	                     .type = TT_F32};
	begin_panel(s, panel, title, im.width, im.height);
	tt_canvas_image(s->c, &im, 0, 0);
	if (r->step_m > 0) tt_canvas_scale_bar(s->c, r->step_m, 0, NULL);
}

static void band_title(const tt_scan_result *r, size_t i, char *title, size_t size)
{
	const double scale = r->k_per_px.value > 0 ? r->k_per_px.value * 1e-9 : 1;
	if (i + 1 == r->n_bands)
		tt_snprintf(title, size, "all counts");
	else
		tt_snprintf(title, size, "%s (%.3g–%.3g %s)", r->band[i].name, r->band[i].from_px * scale,
		            r->band[i].to_px * scale, r->k_per_px.value > 0 ? "1/nm" : "px");
}

tt_status tt_scan_pictures_write(struct tt_outdir *dir, const tt_scan_result *r, double width_mm, tt_error *err)
{
	tt_status st = draw_patterns(dir, r, width_mm, err);
	if (st != TT_OK) return st;
	const size_t n = r->n_bands + (r->haadf != NULL);
	const sheet s = sheet_for(n, width_mm);
	char title[160];
	for (size_t i = 0; i < r->n_bands; i++) {
		band_title(r, i, title, sizeof title);
		draw_virtual(&s, r, title, r->band[i].image, i);
	}
	if (r->haadf) draw_virtual(&s, r, "HAADF", r->haadf, n - 1);
	return write_both(s.c, dir, "virtual", err);
}
