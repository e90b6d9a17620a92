/* The figures of a film: what its parts described, drawn.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "report/film.h"
#include "temtensile/report.h"

static const double coverage = 1.959963984540054;

static double *bounds(const tt_film_curve *c, double sign)
{
	double *b = c->u ? malloc((c->n ? c->n : 1) * sizeof *b) : NULL;
	for (size_t i = 0; b && i < c->n; i++)
		b[i] = isfinite(c->u[i]) ? c->y[i] + sign * coverage * c->u[i] : c->y[i];
	return b;
}

static bool add_curve(tt_figure *f, const tt_film_curve *c, size_t number)
{
	static const tt_symbol symbols[] = {TT_DISC, TT_OPEN_SQUARE, TT_TRIANGLE, TT_OPEN_DIAMOND};
	if (c->style == TT_FILM_RULE_X) {
		for (size_t i = 0; i < c->n; i++)
			tt_figure_rule(f, TT_AXIS_X, c->x[i], TT_GREY);
		tt_figure_key_entry(
		    f,
		    &(tt_series){
		        .style = TT_STYLE_LINE, .name = c->name, .colour = TT_GREY, .width_pt = 0.5, .dashed = true});
		return true;
	}
	double *lo = bounds(c, -1), *hi = bounds(c, 1);
	bool good = !c->u || (lo && hi);
	unsigned colour = tt_series_colour(number);
	tt_series s = {.style = c->style == TT_FILM_POINTS ? TT_STYLE_POINTS
	                        : c->style == TT_FILM_BAND ? TT_STYLE_BAND
	                                                   : TT_STYLE_LINE,
	               .name = c->name,
	               .colour = c->style == TT_FILM_BAND ? tt_tint(colour, 0.7) : colour,
	               .dashed = c->style == TT_FILM_DASHED,
	               .width_pt = 0.9,
	               .symbol = c->n > 150 ? TT_DOT : symbols[number % 4],
	               .size = c->n > 150  ? 1
	                       : c->n > 40 ? 0.5
	                                   : 0.8,
	               .n = c->n,
	               .x = c->x,
	               .y = c->y};
	if (c->style == TT_FILM_POINTS || c->style == TT_FILM_BAND) {
		s.y_lo = lo;
		s.y_hi = hi;
	}
	if (good) tt_figure_series(f, &s);
	free(lo);
	free(hi);
	return good;
}

/* Around what is drawn, so that the axis' numbers are chosen by the figures' one rule; a limit that is given stays. */
static tt_axis axis_of(const tt_film_figure *d, bool across)
{
	tt_axis a = across ? (tt_axis){.label = d->x_label, .lo = d->x_lo, .hi = d->x_hi, .log = d->x_log}
	                   : (tt_axis){.label = d->y_label, .lo = d->y_lo, .hi = d->y_hi, .log = d->y_log};
	double lo = INFINITY, hi = -INFINITY;
	for (size_t k = 0; k < d->n_curves; k++) {
		const tt_film_curve *c = &d->curve[k];
		const double *v = across ? c->x : c->y;
		for (size_t i = 0; i < c->n && v && (across || c->style != TT_FILM_RULE_X); i++) {
			const double u = !across && c->u && isfinite(c->u[i]) ? coverage * c->u[i] : 0;
			if (!isfinite(v[i])) continue;
			lo = fmin(lo, v[i] - u), hi = fmax(hi, v[i] + u);
		}
	}
	if (a.log || !(hi > lo)) return a;
	const double room = 0.04 * (hi - (isfinite(a.lo) ? fmin(lo, a.lo) : lo));
	if (!isfinite(a.lo)) a.lo = lo - room;
	if (!isfinite(a.hi)) a.hi = hi + room;
	if (!(a.hi > a.lo)) a.lo = a.hi = NAN;
	return a;
}

static tt_status draw(struct tt_outdir *dir, const tt_film_figure *d, double width_mm, tt_error *err)
{
	tt_figure *f = tt_figure_new(&(tt_figure_options){.width_mm = width_mm});
	const tt_axis x = axis_of(d, true), y = axis_of(d, false);
	tt_figure_axis(f, TT_AXIS_X, &x);
	tt_figure_axis(f, TT_AXIS_Y, &y);
	bool good = true;
	size_t number = 0;
	for (size_t i = 0; i < d->n_curves && good; i++) {
		good = add_curve(f, &d->curve[i], number);
		number += d->curve[i].style != TT_FILM_RULE_X;
	}
	tt_figure_key(f, tt_figure_keys(f) ? TT_KEY_ABOVE : TT_KEY_NONE);
	tt_status st = good ? tt_figure_write(f, dir, d->name, err) : tt_fail_memory(err, "a figure");
	tt_figure_free(f);
	return st;
}

tt_status tt_film_figures_write(struct tt_outdir *dir, const tt_film_result *r, double width_mm, tt_error *err)
{
	tt_status st = TT_OK;
	for (size_t i = 0; i < r->n_figures && st == TT_OK; i++)
		st = draw(dir, &r->figure[i], width_mm, err);
	return st;
}
