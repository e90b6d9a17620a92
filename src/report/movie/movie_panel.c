/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/movie/movie_panel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "report/draw/palette.h"
#include "temtensile/report.h"

struct tt_movie_panel {
	tt_movie_panel_options o;
	cairo_surface_t *surface; /* borrowed: what is shown */
	cairo_surface_t *clean;   /* the same without disc and words */
	double box[4];            /* of the axes: left, top, right, bottom, px of the surface */
	double lo[2], hi[2];      /* % and GPa */
	double size;              /* of letters */
	size_t next;              /* row to be drawn */
	double last[2];           /* last point drawn, px; NaN: none */
	tt_dirty disc, words;     /* what lies over the clean surface */
	bool started;
};

void tt_movie_font(cairo_t *cr, double size)
{
	cairo_font_options_t *f = cairo_font_options_create();
	cairo_font_options_set_antialias(f, CAIRO_ANTIALIAS_GRAY);
	cairo_font_options_set_hint_style(f, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(f, CAIRO_HINT_METRICS_OFF);
	cairo_set_font_options(cr, f);
	cairo_font_options_destroy(f);
	cairo_select_font_face(cr, TT_FONT, CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
	cairo_set_font_size(cr, size);
}

/* ---- axes ---- */

static double nice_step(double span)
{
	double raw = span / 5, decade = pow(10, floor(log10(raw))), m = raw / decade;
	return decade * (m > 7 ? 10 : m > 3.2 ? 5 : m > 1.4 ? 2 : 1);
}

static double value(const tt_movie_panel *p, int axis, size_t row)
{
	return axis == 0 ? 100 * p->o.strain[row] : 1e-9 * p->o.stress_Pa[row];
}

static void find_range(tt_movie_panel *p)
{
	for (int k = 0; k < 2; k++) {
		double lo = 0, hi = 0;
		for (size_t i = 0; i < p->o.rows; i++) {
			if (isnan(value(p, 0, i) + value(p, 1, i))) continue;
			lo = fmin(lo, value(p, k, i));
			hi = fmax(hi, value(p, k, i));
		}
		if (!(hi > lo)) hi = lo + 1;
		p->lo[k] = lo < -0.002 * hi ? lo - 0.04 * (hi - lo) : lo;
		p->hi[k] = hi + 0.06 * (hi - lo);
	}
}

static double place(const tt_movie_panel *p, int axis, double v)
{
	double share = (v - p->lo[axis]) / (p->hi[axis] - p->lo[axis]);
	return axis == 0 ? p->box[0] + share * (p->box[2] - p->box[0]) : p->box[3] - share * (p->box[3] - p->box[1]);
}

static void centred(cairo_t *cr, double x, double y, double align, const char *text)
{
	cairo_text_extents_t e;
	cairo_text_extents(cr, text, &e);
	cairo_move_to(cr, x - align * e.x_advance, y);
	cairo_show_text(cr, text);
}

static void tick(const tt_movie_panel *p, cairo_t *cr, int axis, double v, double step)
{
	char text[40], shown[48];
	int decimals = (int)fmax(0, -floor(log10(step) + 1e-9));
	tt_snprintf(text, sizeof text, "%.*f", decimals, fabs(v) < 1e-9 * step ? 0.0 : v);
	tt_snprintf(shown, sizeof shown, "%s%s", text[0] == '-' ? "−" : "", text + (text[0] == '-'));
	double at = place(p, axis, v), length = 0.3 * p->size;
	if (axis == 0) {
		cairo_move_to(cr, at, p->box[3]);
		cairo_line_to(cr, at, p->box[3] - length);
		cairo_stroke(cr);
		centred(cr, at, p->box[3] + 1.15 * p->size, 0.5, shown);
	} else {
		cairo_move_to(cr, p->box[0], at);
		cairo_line_to(cr, p->box[0] + length, at);
		cairo_stroke(cr);
		centred(cr, p->box[0] - 0.4 * p->size, at + 0.36 * p->size, 1, shown);
	}
}

/* As much of a title as fits. */
static void put_title(const tt_movie_panel *p, cairo_t *cr)
{
	char *text = tt_strdup(p->o.title ? p->o.title : "");
	cairo_text_extents_t e;
	if (!text) return;
	for (size_t n = strlen(text); n > 0; n--) {
		bool whole = !((unsigned char)text[n] >= 0x80 && (unsigned char)text[n] < 0xC0);
		if (!whole) continue;
		text[n] = '\0';
		cairo_text_extents(cr, text, &e);
		if (e.x_advance <= p->box[2] - p->box[0]) break;
	}
	cairo_move_to(cr, p->box[0], p->box[1] - 2.1 * p->size);
	cairo_show_text(cr, text);
	free(text);
}

static void draw_axes(tt_movie_panel *p, cairo_t *cr)
{
	static const char *const label[2] = {"Engineering strain (%)", "Engineering stress (GPa)"};
	cairo_set_source_rgb(cr, 0, 0, 0);
	cairo_paint(cr);
	cairo_rectangle(cr, p->o.x, 0, p->o.width, p->o.height);
	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_fill(cr);
	cairo_set_source_rgb(cr, 0, 0, 0);
	cairo_set_line_width(cr, 1);
	tt_movie_font(cr, p->size);
	for (int k = 0; k < 2; k++) {
		double step = nice_step(p->hi[k] - p->lo[k]);
		for (double i = ceil(p->lo[k] / step - 1e-9); i * step <= p->hi[k] * (1 + 1e-12); i++)
			tick(p, cr, k, i * step, step);
	}
	cairo_rectangle(cr, floor(p->box[0]) + 0.5, floor(p->box[1]) + 0.5, floor(p->box[2] - p->box[0]),
	                floor(p->box[3] - p->box[1]));
	cairo_stroke(cr);
	centred(cr, 0.5 * (p->box[0] + p->box[2]), p->box[3] + 2.6 * p->size, 0.5, label[0]);
	cairo_save(cr);
	cairo_translate(cr, p->o.x + 1.2 * p->size, 0.5 * (p->box[1] + p->box[3]));
	cairo_rotate(cr, -acos(-1) / 2);
	centred(cr, 0, 0, 0.5, label[1]);
	cairo_restore(cr);
	put_title(p, cr);
}

tt_status tt_movie_panel_new(cairo_surface_t *surface, const tt_movie_panel_options *o, tt_movie_panel **out,
                             tt_error *err)
{
	*out = NULL;
	tt_movie_panel *p = calloc(1, sizeof *p);
	if (!p) return tt_fail_memory(err, "the movie's curve");
	p->o = *o;
	p->surface = surface;
	p->size = o->height / 28.0;
	p->last[0] = p->last[1] = NAN;
	p->box[0] = o->x + 4.2 * p->size;
	p->box[1] = 4.2 * p->size;
	p->box[2] = o->x + o->width - 1.6 * p->size;
	p->box[3] = o->height - 4 * p->size;
	find_range(p);
	p->clean = cairo_image_surface_create(CAIRO_FORMAT_RGB24, o->x + o->width, o->height);
	cairo_t *cr = cairo_create(p->clean);
	draw_axes(p, cr);
	bool good = cairo_status(cr) == CAIRO_STATUS_SUCCESS;
	cairo_destroy(cr);
	if (!good) {
		tt_movie_panel_free(p);
		return tt_fail_memory(err, "the movie's curve");
	}
	*out = p;
	return TT_OK;
}

void tt_movie_panel_free(tt_movie_panel *p)
{
	if (!p) return;
	cairo_surface_destroy(p->clean);
	free(p);
}

/* ---- the curve ---- */

static tt_dirty whole(const tt_movie_panel *p)
{
	return (tt_dirty){p->o.x, 0, p->o.x + p->o.width, p->o.height};
}

static void widen(const tt_movie_panel *p, tt_dirty *d, double x, double y, double reach)
{
	tt_dirty limit = whole(p);
	int x0 = (int)floor(x - reach) & ~1, y0 = (int)floor(y - reach) & ~1;
	int x1 = ((int)ceil(x + reach) + 2) & ~1, y1 = ((int)ceil(y + reach) + 2) & ~1;
	if (x0 < d->x0) d->x0 = x0 > limit.x0 ? x0 : limit.x0;
	if (y0 < d->y0) d->y0 = y0 > limit.y0 ? y0 : limit.y0;
	if (x1 > d->x1) d->x1 = x1 < limit.x1 ? x1 : limit.x1;
	if (y1 > d->y1) d->y1 = y1 < limit.y1 ? y1 : limit.y1;
}

static tt_dirty nothing(void)
{
	return (tt_dirty){1 << 28, 1 << 28, 0, 0};
}

static void join(tt_dirty *d, tt_dirty with)
{
	if (with.x0 >= with.x1) return;
	d->x0 = d->x0 < with.x0 ? d->x0 : with.x0;
	d->y0 = d->y0 < with.y0 ? d->y0 : with.y0;
	d->x1 = d->x1 > with.x1 ? d->x1 : with.x1;
	d->y1 = d->y1 > with.y1 ? d->y1 : with.y1;
}

/* The rows up to `row` that are new, on the clean surface. */
static void extend(tt_movie_panel *p, size_t row, tt_dirty *d)
{
	cairo_t *cr = cairo_create(p->clean);
	bool any = false;
	cairo_set_source_rgb(cr, (TT_BLUE >> 16 & 255) / 255.0, (TT_BLUE >> 8 & 255) / 255.0, (TT_BLUE & 255) / 255.0);
	cairo_set_line_width(cr, p->size / 9);
	cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
	for (; p->next <= row && p->next < p->o.rows; p->next++) {
		double x = place(p, 0, value(p, 0, p->next)), y = place(p, 1, value(p, 1, p->next));
		if (isnan(x + y)) continue;
		if (!any && !isnan(p->last[0])) {
			cairo_move_to(cr, p->last[0], p->last[1]);
			widen(p, d, p->last[0], p->last[1], p->size / 4);
		}
		cairo_line_to(cr, x, y);
		widen(p, d, x, y, p->size / 4);
		p->last[0] = x;
		p->last[1] = y;
		any = true;
	}
	if (any) cairo_stroke(cr);
	cairo_destroy(cr);
}

static void restore(tt_movie_panel *p, cairo_t *cr, tt_dirty d)
{
	if (d.x0 >= d.x1) return;
	cairo_rectangle(cr, d.x0, d.y0, d.x1 - d.x0, d.y1 - d.y0);
	cairo_set_source_surface(cr, p->clean, 0, 0);
	cairo_fill(cr);
}

static void put_disc(tt_movie_panel *p, cairo_t *cr, bool present)
{
	double r = p->size / 2.8;
	p->disc = nothing();
	if (isnan(p->last[0])) return;
	cairo_arc(cr, p->last[0], p->last[1], r, 0, 2 * acos(-1));
	cairo_set_source_rgb(cr, present ? 0xD5 / 255.0 : 1, present ? 0x5E / 255.0 : 1, present ? 0 : 1);
	cairo_fill_preserve(cr);
	cairo_set_source_rgb(cr, 0.2, 0.2, 0.2);
	cairo_set_line_width(cr, 1.2);
	cairo_stroke(cr);
	widen(p, &p->disc, p->last[0], p->last[1], r + 2);
}

static void put_words(tt_movie_panel *p, cairo_t *cr, size_t row, bool present)
{
	char text[96];
	const double v[2] = {present ? value(p, 0, row) : NAN, present ? value(p, 1, row) : NAN};
	if (present)
		tt_snprintf(text, sizeof text, "ε = %s%.2f %%   σ = %s%.3f GPa", v[0] < -0.005 ? "−" : "", fabs(v[0]),
		            v[1] < -0.0005 ? "−" : "", fabs(v[1]));
	else
		tt_snprintf(text, sizeof text, "ε = –   σ = –");
	tt_movie_font(cr, p->size);
	cairo_set_source_rgb(cr, 0, 0, 0);
	cairo_move_to(cr, p->box[0], p->box[1] - 0.6 * p->size);
	cairo_show_text(cr, text);
	p->words = nothing();
	widen(p, &p->words, p->box[0], p->box[1] - 1.6 * p->size, 2);
	widen(p, &p->words, p->box[2], p->box[1] - 0.35 * p->size, 2);
}

void tt_movie_panel_show(tt_movie_panel *p, size_t row, tt_dirty *dirty)
{
	tt_dirty changed = nothing();
	bool present = row < p->o.rows && !isnan(value(p, 0, row) + value(p, 1, row));
	extend(p, row, &changed);
	join(&changed, p->disc);
	if (!p->started) changed = whole(p);
	cairo_t *cr = cairo_create(p->surface);
	cairo_rectangle(cr, p->o.x, 0, p->o.width, p->o.height);
	cairo_clip(cr);
	restore(p, cr, changed);
	restore(p, cr, p->words);
	put_disc(p, cr, present);
	put_words(p, cr, row, present);
	cairo_destroy(cr);
	if (p->disc.x0 < p->disc.x1) join(&changed, p->disc);
	join(&changed, p->words);
	*dirty = changed;
	p->started = true;
}
