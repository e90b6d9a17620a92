/* Annotated pictures by cairo: everything is recorded in points and played back into a PNG, a PDF or memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <cairo-pdf.h>
#include <cairo.h>
#ifdef TT_HAVE_FONTCONFIG
#include <fontconfig/fontconfig.h>
#endif
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/outdir.h"
#include "core/text.h"
#include "numeric/statistics.h"
#include "report/draw/gnuplot.h"
#include "report/draw/ground.h"
#include "report/draw/palette.h"
#include "report/draw/scale_bar.h"
#include "temtensile/report.h"

#define POINTS_PER_MM (72.0 / 25.4)
#define SQUARE_MM 0.5 /* side of an image's pixel from which it is drawn as a square */
#define DEGREE (3.14159265358979323846 / 180)

struct tt_canvas {
	double width_mm, height_mm;
	cairo_surface_t *record;
	cairo_t *cr; /* in mm */
	/* Present panel: mm = origin + scale × px. */
	bool panel;
	double origin_x, origin_y, scale;
	double box[4];   /* mm: x, y, width, height of what is shown */
	tt_rect shown;   /* px */
	tt_image ground; /* the grey image on it, the caller's; data NULL: none */
	tt_status status;
	tt_error error;
};

/* ---- sheet and panels ---- */

tt_canvas *tt_canvas_new(double width_mm, double height_mm)
{
	tt_canvas *c = calloc(1, sizeof *c);
	if (!c) return NULL;
	c->width_mm = width_mm;
	c->height_mm = height_mm;
	if (!(width_mm > 0 && width_mm <= 2000 && height_mm > 0 && height_mm <= 2000)) {
		c->status =
		    tt_fail(&c->error, TT_ERR_USAGE, "a sheet of %g x %g mm: expected 0 to 2000", width_mm, height_mm);
		c->width_mm = c->height_mm = 1;
	}
	const cairo_rectangle_t extents = {0, 0, c->width_mm * POINTS_PER_MM, c->height_mm * POINTS_PER_MM};
	c->record = cairo_recording_surface_create(CAIRO_CONTENT_COLOR, &extents);
	c->cr = cairo_create(c->record);
	cairo_scale(c->cr, POINTS_PER_MM, POINTS_PER_MM);
	cairo_set_line_join(c->cr, CAIRO_LINE_JOIN_ROUND);
	cairo_set_line_cap(c->cr, CAIRO_LINE_CAP_ROUND);
	/* No hinting: it differs from machine to machine. */
	cairo_font_options_t *font = cairo_font_options_create();
	cairo_font_options_set_antialias(font, CAIRO_ANTIALIAS_GRAY);
	cairo_font_options_set_hint_style(font, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(font, CAIRO_HINT_METRICS_OFF);
	cairo_set_font_options(c->cr, font);
	cairo_font_options_destroy(font);
	cairo_set_source_rgb(c->cr, 1, 1, 1);
	cairo_paint(c->cr);
	tt_canvas_sheet(c);
	return c;
}

void tt_canvas_free(tt_canvas *c)
{
	if (!c) return;
	cairo_destroy(c->cr);
	cairo_surface_destroy(c->record);
	free(c);
}

void tt_canvas_forget_fonts(void)
{
	cairo_debug_reset_static_data();
#ifdef TT_HAVE_FONTCONFIG
	FcFini();
#endif
}

void tt_canvas_sheet(tt_canvas *c)
{
	if (!c) return;
	c->panel = false;
	c->ground.data = NULL;
	c->origin_x = c->origin_y = 0;
	c->scale = 1;
	c->box[0] = c->box[1] = 0;
	c->box[2] = c->width_mm;
	c->box[3] = c->height_mm;
}

void tt_canvas_panel(tt_canvas *c, double x_mm, double y_mm, double width_mm, double height_mm, tt_rect shown)
{
	if (!c || c->status != TT_OK) return;
	if (!(width_mm > 0 && height_mm > 0) || shown.width < 1 || shown.height < 1) {
		c->status = tt_fail(&c->error, TT_ERR_USAGE, "a panel of %g x %g mm that shows %d x %d pixels",
		                    width_mm, height_mm, shown.width, shown.height);
		return;
	}
	c->panel = true;
	c->shown = shown;
	c->ground.data = NULL;
	c->scale = fmin(width_mm / shown.width, height_mm / shown.height);
	c->box[2] = c->scale * shown.width;
	c->box[3] = c->scale * shown.height;
	c->box[0] = x_mm + 0.5 * (width_mm - c->box[2]);
	c->box[1] = y_mm + 0.5 * (height_mm - c->box[3]);
	c->origin_x = c->box[0] - c->scale * (shown.x - 0.5);
	c->origin_y = c->box[1] - c->scale * (shown.y - 0.5);
}

double tt_canvas_mm_per_px(const tt_canvas *c)
{
	return c ? c->scale : NAN;
}

static double at_x(const tt_canvas *c, double x)
{
	return c->origin_x + c->scale * x;
}

static double at_y(const tt_canvas *c, double y)
{
	return c->origin_y + c->scale * y;
}

static bool begin(tt_canvas *c)
{
	if (!c || c->status != TT_OK) return false;
	cairo_save(c->cr);
	return true;
}

static void clip_to_panel(tt_canvas *c)
{
	cairo_rectangle(c->cr, c->box[0], c->box[1], c->box[2], c->box[3]);
	cairo_clip(c->cr);
}

static void set_colour(cairo_t *cr, unsigned colour, double opacity)
{
	cairo_set_source_rgba(cr, ((colour >> 16) & 255) / 255.0, ((colour >> 8) & 255) / 255.0, (colour & 255) / 255.0,
	                      opacity > 0 ? opacity : 1);
}

/* ---- images ---- */

/* Quantiles of a sample of at most 64k pixels, spread evenly. */
static bool auto_limits(const tt_image *im, double *black, double *white)
{
	size_t total = (size_t)im->width * (size_t)im->height, step = total / 65536 + 1, n = 0;
	float *sample = malloc((total / step + 1) * sizeof *sample);
	if (!sample) return false;
	for (size_t i = 0; i < total; i += step) {
		double v = tt_image_at(im, (int)(i % (size_t)im->width), (int)(i / (size_t)im->width));
		if (isfinite(v)) sample[n++] = (float)v;
	}
	*black = n ? (double)tt_nth_smallest(sample, n, (size_t)(0.005 * (double)(n - 1))) : 0;
	*white = n ? (double)tt_nth_smallest(sample, n, (size_t)(0.995 * (double)(n - 1))) : 1;
	free(sample);
	if (!(*white > *black)) *white = *black + 1;
	return true;
}

/* Pixels of a whole image as 0xAARRGGBB, made by `shade`. */
typedef struct shading {
	double lo, hi;
	uint32_t colour[256]; /* premultiplied */
	uint32_t missing;
} shading;

static cairo_surface_t *shaded(const tt_image *im, const shading *s)
{
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, im->width, im->height);
	if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS) return surface;
	cairo_surface_flush(surface);
	unsigned char *data = cairo_image_surface_get_data(surface);
	int stride = cairo_image_surface_get_stride(surface);
	const double scale = 255 / (s->hi - s->lo);
	for (int y = 0; y < im->height; y++) {
		uint32_t *row = (uint32_t *)(void *)(data + (ptrdiff_t)y * stride);
		for (int x = 0; x < im->width; x++) {
			double v = tt_image_at(im, x, y);
			row[x] =
			    isfinite(v) ? s->colour[(int)(fmin(255, fmax(0, (v - s->lo) * scale)) + 0.5)] : s->missing;
		}
	}
	cairo_surface_mark_dirty(surface);
	return surface;
}

static void paint_image(tt_canvas *c, const tt_image *im, const shading *s)
{
	cairo_surface_t *surface = shaded(im, s);
	clip_to_panel(c);
	cairo_translate(c->cr, at_x(c, -0.5), at_y(c, -0.5));
	cairo_scale(c->cr, c->scale, c->scale);
	cairo_set_source_surface(c->cr, surface, 0, 0);
	/* Magnified images are interpolated linearly, reduced ones averaged; pixels that the eye sees one by one stay
	 * squares, for between them nothing was measured. */
	cairo_pattern_set_filter(cairo_get_source(c->cr),
	                         c->scale > SQUARE_MM ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
	cairo_paint(c->cr);
	cairo_surface_destroy(surface);
}

static bool check_image(tt_canvas *c, const tt_image *im)
{
	if (im && im->data && im->width > 0 && im->height > 0 && im->width <= 32767 && im->height <= 32767) return true;
	c->status = tt_fail(&c->error, TT_ERR_USAGE, "an image of %d x %d pixels: expected 1 to 32767",
	                    im ? im->width : 0, im ? im->height : 0);
	return false;
}

void tt_canvas_image(tt_canvas *c, const tt_image *image, double black, double white)
{
	if (!c || c->status != TT_OK || !check_image(c, image)) return;
	shading s = {.lo = black, .hi = white, .missing = 0};
	if (!(white > black) && !auto_limits(image, &s.lo, &s.hi)) {
		c->status = tt_fail_memory(&c->error, "a picture");
		return;
	}
	for (uint32_t i = 0; i < 256; i++)
		s.colour[i] = 0xFF000000u | i << 16 | i << 8 | i;
	begin(c);
	paint_image(c, image, &s);
	c->ground = *image;
	cairo_restore(c->cr);
}

void tt_canvas_values(tt_canvas *c, const tt_image *values, tt_map map, double lo, double hi, double opacity)
{
	if (!c || c->status != TT_OK || !check_image(c, values)) return;
	if (!(hi > lo)) {
		c->status = tt_fail(&c->error, TT_ERR_USAGE, "a map of colours from %g to %g", lo, hi);
		return;
	}
	shading s = {.lo = lo, .hi = hi, .missing = 0};
	double a = fmin(1, fmax(0, opacity));
	for (int i = 0; i < 256; i++) {
		unsigned colour = tt_map_colour(map, i / 255.0);
		uint32_t out = (uint32_t)lround(255 * a) << 24;
		for (unsigned shift = 0; shift <= 16; shift += 8)
			out |= (uint32_t)lround(a * ((colour >> shift) & 255)) << shift;
		s.colour[i] = out;
	}
	begin(c);
	paint_image(c, values, &s);
	cairo_restore(c->cr);
}

/* ---- lines and symbols ---- */

/* The halo is dark around bright colours and bright around dark ones. */
static unsigned halo_of(unsigned colour)
{
	double light = 0.299 * ((colour >> 16) & 255) + 0.587 * ((colour >> 8) & 255) + 0.114 * (colour & 255);
	return light > 110 ? 0x000000 : 0xFFFFFF;
}

static void stroke(tt_canvas *c, const tt_pen *pen)
{
	double width = (pen->width_pt > 0 ? pen->width_pt : 0.75) / POINTS_PER_MM;
	if (pen->halo) {
		set_colour(c->cr, halo_of(pen->colour), 0.75);
		cairo_set_line_width(c->cr, width + 1.2 / POINTS_PER_MM);
		cairo_stroke_preserve(c->cr);
	}
	if (pen->dashed) {
		const double dash[2] = {4 * width, 3 * width};
		cairo_set_dash(c->cr, dash, 2, 0);
		cairo_set_line_cap(c->cr, CAIRO_LINE_CAP_BUTT);
	}
	set_colour(c->cr, pen->colour, pen->opacity);
	cairo_set_line_width(c->cr, width);
	cairo_stroke(c->cr);
}

static bool trace(tt_canvas *c, const double *xy, size_t n, bool closed)
{
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(xy[2 * i]) || !isfinite(xy[2 * i + 1])) return false;
		cairo_line_to(c->cr, at_x(c, xy[2 * i]), at_y(c, xy[2 * i + 1]));
	}
	if (closed) cairo_close_path(c->cr);
	return n > 1;
}

void tt_canvas_polyline(tt_canvas *c, const double *xy, size_t n, bool closed, const tt_pen *pen)
{
	if (!begin(c)) return;
	clip_to_panel(c);
	if (trace(c, xy, n, closed)) stroke(c, pen);
	cairo_new_path(c->cr);
	cairo_restore(c->cr);
}

void tt_canvas_line(tt_canvas *c, double x0, double y0, double x1, double y1, const tt_pen *pen)
{
	const double xy[4] = {x0, y0, x1, y1};
	tt_canvas_polyline(c, xy, 2, false, pen);
}

void tt_canvas_fill(tt_canvas *c, const double *xy, size_t n, unsigned colour, double opacity)
{
	if (!begin(c)) return;
	clip_to_panel(c);
	if (trace(c, xy, n, true)) {
		set_colour(c->cr, colour, opacity);
		cairo_fill(c->cr);
	}
	cairo_new_path(c->cr);
	cairo_restore(c->cr);
}

static void trace_symbol(cairo_t *cr, tt_symbol symbol, double r)
{
	switch (symbol) {
	case TT_SQUARE:
	case TT_OPEN_SQUARE: cairo_rectangle(cr, -r, -r, 2 * r, 2 * r); break;
	case TT_TRIANGLE:
	case TT_OPEN_TRIANGLE:
		cairo_move_to(cr, 0, -1.15 * r);
		cairo_line_to(cr, r, 0.6 * r);
		cairo_line_to(cr, -r, 0.6 * r);
		cairo_close_path(cr);
		break;
	case TT_DIAMOND:
	case TT_OPEN_DIAMOND:
		cairo_move_to(cr, 0, -r);
		cairo_line_to(cr, r, 0);
		cairo_line_to(cr, 0, r);
		cairo_line_to(cr, -r, 0);
		cairo_close_path(cr);
		break;
	case TT_CROSS:
		cairo_move_to(cr, -r, -r);
		cairo_line_to(cr, r, r);
		cairo_move_to(cr, -r, r);
		cairo_line_to(cr, r, -r);
		break;
	case TT_PLUS:
		cairo_move_to(cr, -r, 0);
		cairo_line_to(cr, r, 0);
		cairo_move_to(cr, 0, -r);
		cairo_line_to(cr, 0, r);
		break;
	default: cairo_arc(cr, 0, 0, r, 0, 360 * DEGREE); break;
	}
}

void tt_canvas_symbol(tt_canvas *c, double x, double y, tt_symbol symbol, double size_mm, const tt_pen *pen)
{
	if (!isfinite(x) || !isfinite(y) || !begin(c)) return;
	cairo_translate(c->cr, at_x(c, x), at_y(c, y));
	trace_symbol(c->cr, symbol, 0.5 * (size_mm > 0 ? size_mm : 1.2));
	if (symbol == TT_DOT || symbol == TT_DISC || symbol == TT_SQUARE || symbol == TT_TRIANGLE ||
	    symbol == TT_DIAMOND) {
		set_colour(c->cr, pen->colour, pen->opacity);
		cairo_fill_preserve(c->cr);
	}
	stroke(c, pen);
	cairo_restore(c->cr);
}

/* ---- text ---- */

static bool has_all_letters(cairo_t *cr, const char *line)
{
	cairo_glyph_t *glyph = NULL;
	int n = 0;
	bool all = cairo_scaled_font_text_to_glyphs(cairo_get_scaled_font(cr), 0, 0, line, -1, &glyph, &n, NULL, NULL,
	                                            NULL) == CAIRO_STATUS_SUCCESS;
	for (int i = 0; i < n && all; i++)
		all = glyph[i].index != 0;
	cairo_glyph_free(glyph);
	return all;
}

static void choose_font(cairo_t *cr, const tt_words *how, const char *line)
{
	cairo_font_weight_t weight = how->bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL;
	cairo_select_font_face(cr, TT_FONT, CAIRO_FONT_SLANT_NORMAL, weight);
	cairo_set_font_size(cr, (how->size_pt > 0 ? how->size_pt : 7.5) / POINTS_PER_MM);
	if (!has_all_letters(cr, line)) cairo_select_font_face(cr, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, weight);
}

static void show_line(tt_canvas *c, const tt_words *how, const char *line, double x, double y)
{
	if (how->halo) {
		cairo_move_to(c->cr, x, y);
		cairo_text_path(c->cr, line);
		set_colour(c->cr, halo_of(how->colour), 0.65);
		cairo_set_line_width(c->cr, 1.2 / POINTS_PER_MM);
		cairo_stroke(c->cr);
	}
	cairo_move_to(c->cr, x, y);
	set_colour(c->cr, how->colour, 1);
	cairo_show_text(c->cr, line);
}

void tt_canvas_text(tt_canvas *c, double x, double y, const tt_words *how, const char *text)
{
	if (!isfinite(x) || !isfinite(y) || !begin(c)) return;
	char *copy = tt_strdup(text);
	if (!copy) {
		c->status = tt_fail_memory(&c->error, "a picture");
		cairo_restore(c->cr);
		return;
	}
	choose_font(c->cr, how, "");
	cairo_font_extents_t font;
	cairo_font_extents(c->cr, &font);
	size_t lines = 1;
	for (const char *p = copy; *p; p++)
		lines += *p == '\n';
	/* Capitals are about 0.72 of the letters' size high: that is the box of a line. */
	double capital = 0.78 * font.ascent, step = 1.05 * font.height;
	double height = capital + step * (double)(lines - 1);
	double top = how->align_y < 0 ? 0 : how->align_y > 0 ? -height : -0.5 * height;
	cairo_translate(c->cr, at_x(c, x) + how->dx_mm, at_y(c, y) + how->dy_mm);
	cairo_rotate(c->cr, how->turn_deg * DEGREE);
	char *line = copy;
	for (size_t i = 0; i < lines; i++) {
		char *end = strchr(line, '\n');
		if (end) *end = 0;
		choose_font(c->cr, how, line);
		cairo_text_extents_t e;
		cairo_text_extents(c->cr, line, &e);
		double left = how->align_x < 0 ? 0 : how->align_x > 0 ? -e.x_advance : -0.5 * e.x_advance;
		show_line(c, how, line, left, top + capital + step * (double)i);
		if (end) line = end + 1;
	}
	free(copy);
	cairo_restore(c->cr);
}

/* ---- scale bar and colour bar ---- */

void tt_canvas_scale_bar(tt_canvas *c, double pixel_size_m, int corner, double *length_m)
{
	if (length_m) *length_m = NAN;
	if (!c || c->status != TT_OK) return;
	if (!c->panel || !(pixel_size_m > 0) || !isfinite(pixel_size_m)) {
		c->status = tt_fail(&c->error, TT_ERR_USAGE, "a scale bar needs a panel and a pixel size, found %g m",
		                    pixel_size_m);
		return;
	}
	char text[32];
	double length = tt_scale_bar_length(0.32 * c->box[2] / c->scale * pixel_size_m, text, sizeof text);
	double bar = length / pixel_size_m * c->scale, margin = fmin(3, 0.05 * c->box[2]), wide = bar;
	const double thick = 0.8, line = 2.4, gap = 1.2; /* line: of the words */
	/* Low panels have no room for words above the bar: they stand behind it. */
	const bool behind = c->box[3] < 40;
	tt_words how = {.align_x = behind ? -1 : 0, .align_y = behind ? 0 : 1, .halo = true};
	if (behind) {
		cairo_text_extents_t e;
		begin(c);
		choose_font(c->cr, &how, text);
		cairo_text_extents(c->cr, text, &e);
		cairo_restore(c->cr);
		wide = bar + gap + e.x_advance;
		margin = fmin(margin, 1);
	}
	double high = behind ? margin + line : margin + thick + gap + line;
	unsigned ink = 0xFFFFFF;
	if (c->ground.data)
		corner = (int)tt_scale_bar_corner(&c->ground, c->shown, (wide + 2 * margin) / c->scale, high / c->scale,
		                                  (tt_bar_corner)corner, true, NULL);
	double left = corner == TT_BAR_BOTTOM_MIDDLE ? c->box[0] + 0.5 * (c->box[2] - wide)
	              : corner & 1                   ? c->box[0] + c->box[2] - margin - wide
	                                             : c->box[0] + margin;
	const double up = behind ? 0.5 * (line - thick) : 0; /* of the bar above the words' foot */
	double top = corner & 2 ? c->box[1] + high - thick - up : c->box[1] + c->box[3] - margin - thick - up;
	/* Back from mm to the panel's pixels, in which text is placed. */
	double x = (left + (behind ? bar : 0.5 * bar) - c->origin_x) / c->scale,
	       y = (top + (behind ? 0.5 * thick : 0) - c->origin_y) / c->scale;
	if (c->ground.data)
		ink = tt_ground_ink(&c->ground, (left + 0.5 * wide - c->origin_x) / c->scale, y, 0.5 * wide / c->scale);
	how.colour = ink;
	how.dx_mm = behind ? gap : 0;
	how.dy_mm = behind ? 0 : -0.9;
	begin(c);
	cairo_rectangle(c->cr, left, top, bar, thick);
	set_colour(c->cr, halo_of(ink), 0.75);
	cairo_set_line_width(c->cr, 1.2 / POINTS_PER_MM);
	cairo_set_line_join(c->cr, CAIRO_LINE_JOIN_MITER);
	cairo_stroke_preserve(c->cr);
	set_colour(c->cr, ink, 1);
	cairo_fill(c->cr);
	cairo_restore(c->cr);
	tt_canvas_text(c, x, y, &how, text);
	if (length_m) *length_m = length;
}

/* The largest of 1, 2, 5 × 10^k that is at most v. */
static double round_down(double v)
{
	double decade = pow(10, floor(log10(v)));
	double m = v / decade * (1 + 1e-12);
	return decade * (m >= 5 ? 5 : m >= 2 ? 2 : 1);
}

static void colour_ticks(tt_canvas *c, double x, double y, double height, double lo, double hi)
{
	const double least_mm = 3.4; /* from number to number */
	double step = round_down((hi - lo) / 3);
	while (step * height < least_mm * (hi - lo) && step < hi - lo)
		step = round_down(2.5 * step);
	double first = ceil(lo / step - 1e-9) * step;
	int decimals = (int)fmax(0, -floor(log10(step) + 1e-9));
	for (int i = 0; first + i * step <= hi + 1e-9 * (hi - lo) && i < 20; i++) {
		double v = first + i * step, at = y + height * (hi - v) / (hi - lo);
		char text[40];
		snprintf(text, sizeof text, "%.*f", decimals, fabs(v) < 1e-9 * step ? 0.0 : v);
		if (text[0] == '-') {
			char minus[44];
			snprintf(minus, sizeof minus, "−%s", text + 1);
			memcpy(text, minus, sizeof text - 1);
			text[sizeof text - 1] = 0;
		}
		tt_canvas_line(c, x, at, x + 0.6, at, &(tt_pen){.width_pt = 0.5});
		tt_canvas_text(c, x, at, &(tt_words){.align_x = -1, .dx_mm = 1.1}, text);
	}
}

void tt_canvas_colour_bar(tt_canvas *c, double x_mm, double y_mm, double width_mm, double height_mm, tt_map map,
                          double lo, double hi, const char *label)
{
	if (!c || c->status != TT_OK) return;
	if (!(hi > lo) || !isfinite(hi - lo)) {
		c->status = tt_fail(&c->error, TT_ERR_USAGE, "a colour bar from %g to %g", lo, hi);
		return;
	}
	tt_canvas_sheet(c);
	begin(c);
	cairo_pattern_t *ramp = cairo_pattern_create_linear(0, y_mm + height_mm, 0, y_mm);
	size_t n;
	const unsigned *stop = tt_map_stops(map, &n);
	for (size_t i = 0; i < n; i++)
		cairo_pattern_add_color_stop_rgb(ramp, (double)i / (double)(n - 1), ((stop[i] >> 16) & 255) / 255.0,
		                                 ((stop[i] >> 8) & 255) / 255.0, (stop[i] & 255) / 255.0);
	cairo_rectangle(c->cr, x_mm, y_mm, width_mm, height_mm);
	cairo_set_source(c->cr, ramp);
	cairo_fill_preserve(c->cr);
	cairo_pattern_destroy(ramp);
	set_colour(c->cr, TT_BLACK, 1);
	cairo_set_line_width(c->cr, 0.5 / POINTS_PER_MM);
	cairo_stroke(c->cr);
	cairo_restore(c->cr);
	colour_ticks(c, x_mm + width_mm, y_mm, height_mm, lo, hi);
	if (label)
		tt_canvas_text(c, x_mm + width_mm, y_mm + 0.5 * height_mm, &(tt_words){.turn_deg = -90, .dx_mm = 10},
		               label);
}

/* ---- leaving the sheet ---- */

static tt_status check(tt_canvas *c, const char *what, tt_error *err)
{
	if (!c) return tt_fail_memory(err, what);
	if (c->status != TT_OK) return tt_fail(err, c->status, "%s: %s", what, c->error.message);
	cairo_status_t s = cairo_status(c->cr);
	if (s == CAIRO_STATUS_NO_MEMORY) return tt_fail_memory(err, what);
	if (s != CAIRO_STATUS_SUCCESS) return tt_fail(err, TT_ERR_FAILED, "%s: %s", what, cairo_status_to_string(s));
	return TT_OK;
}

static cairo_status_t play(tt_canvas *c, cairo_surface_t *target, double scale_x, double scale_y)
{
	cairo_t *cr = cairo_create(target);
	cairo_scale(cr, scale_x, scale_y);
	cairo_set_source_surface(cr, c->record, 0, 0);
	cairo_paint(cr);
	cairo_status_t s = cairo_status(cr);
	cairo_destroy(cr);
	return s;
}

static cairo_status_t write_pdf(tt_canvas *c, const char *path)
{
	cairo_surface_t *pdf =
	    cairo_pdf_surface_create(path, c->width_mm * POINTS_PER_MM, c->height_mm * POINTS_PER_MM);
	cairo_status_t s = play(c, pdf, 1, 1);
	cairo_surface_finish(pdf);
	if (s == CAIRO_STATUS_SUCCESS) s = cairo_surface_status(pdf);
	cairo_surface_destroy(pdf);
	return s;
}

static cairo_status_t write_png(tt_canvas *c, const char *path, double dpi)
{
	double width = c->width_mm * POINTS_PER_MM, height = c->height_mm * POINTS_PER_MM;
	int w = (int)lround(width * dpi / 72), h = (int)lround(height * dpi / 72);
	cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w > 0 ? w : 1, h > 0 ? h : 1);
	cairo_status_t s = play(c, image, w / width, h / height);
	if (s == CAIRO_STATUS_SUCCESS) s = cairo_surface_write_to_png(image, path);
	cairo_surface_destroy(image);
	return s;
}

tt_status tt_canvas_write(tt_canvas *c, tt_outdir *dir, const char *file, double dpi, tt_error *err)
{
	tt_status s = check(c, file, err);
	if (s != TT_OK) return s;
	const char *path, *dot = strrchr(file, '.');
	bool pdf = dot && strcmp(dot, ".pdf") == 0, png = dot && strcmp(dot, ".png") == 0;
	if (!pdf && !png) return tt_fail(err, TT_ERR_USAGE, "%s: a picture's name ends in .png or .pdf", file);
	if (png && !(dpi >= 10 && dpi <= 4800))
		return tt_fail(err, TT_ERR_USAGE, "%s: %g dots per inch, expected 10 to 4800", file, dpi);
	if ((s = tt_outdir_path(dir, file, &path, err)) != TT_OK) return s;
	cairo_status_t drawn = pdf ? write_pdf(c, path) : write_png(c, path, dpi);
	if (drawn != CAIRO_STATUS_SUCCESS)
		return tt_fail(err, TT_ERR_FAILED, "%s cannot be written: %s", file, cairo_status_to_string(drawn));
	return tt_picture_finish(path, dpi, err);
}

tt_status tt_canvas_render(tt_canvas *c, int width, int height, uint32_t *pixels, size_t stride, tt_error *err)
{
	tt_status s = check(c, "a picture", err);
	if (s != TT_OK) return s;
	if (width < 1 || height < 1 || width > 32767 || height > 32767 || stride < 4 * (size_t)width || stride % 4 ||
	    stride > 1 << 20)
		return tt_fail(err, TT_ERR_USAGE, "a picture of %d x %d pixels with rows of %zu bytes", width, height,
		               stride);
	cairo_surface_t *image = cairo_image_surface_create_for_data((unsigned char *)pixels, CAIRO_FORMAT_RGB24, width,
	                                                             height, (int)stride);
	cairo_status_t drawn =
	    play(c, image, width / (c->width_mm * POINTS_PER_MM), height / (c->height_mm * POINTS_PER_MM));
	cairo_surface_flush(image);
	cairo_surface_destroy(image);
	if (drawn != CAIRO_STATUS_SUCCESS)
		return tt_fail(err, TT_ERR_FAILED, "a picture: %s", cairo_status_to_string(drawn));
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			((uint32_t *)(void *)((char *)pixels + (size_t)y * stride))[x] &= 0xFFFFFF;
	return TT_OK;
}
