/* Figures of several tests: their curves, strength against ductility, properties against the groups.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "core/text.h"
#include "report/curve_band.h"
#include "report/draw/label_place.h"

static const double percent = 100;
/* What axis numbers and labels take of a figure's width and height. */
static const double margin_x_mm = 13, margin_y_mm = 11;

static tt_label_map map_of(double width_mm, double height_mm, const tt_axis *x, const tt_axis *y)
{
	return (tt_label_map){.width_mm = width_mm - margin_x_mm,
	                      .height_mm = height_mm - margin_y_mm,
	                      .x_lo = x->lo,
	                      .x_hi = x->hi,
	                      .y_lo = y->lo,
	                      .y_hi = y->hi,
	                      .x_log = x->log};
}

/* ---- curves ---- */

/* Enough for any figure: longer curves are drawn by every k-th row. */
enum { MOST_POINTS = 1500 };

typedef struct thinned {
	size_t n;
	double *x, *y; /* %, GPa */
} thinned;

static bool thin(const tt_study_test *t, thinned *c)
{
	size_t step = t->rows / MOST_POINTS + 1;
	c->n = 0;
	c->x = malloc(2 * (t->rows / step + 2) * sizeof *c->x);
	if (!c->x) return false;
	c->y = c->x + t->rows / step + 2;
	for (size_t i = 0; i < t->rows; i += step) {
		size_t row = i + step >= t->rows ? t->rows - 1 : i; /* the last one always */
		c->x[c->n] = t->strain[row] * percent;
		c->y[c->n++] = t->stress_GPa[row];
	}
	return true;
}

static void curve_limits(const tt_study *s, const tt_comparison *c, tt_axis *x, tt_axis *y)
{
	double lo[2] = {0, 0}, hi[2] = {0, 0};
	for (size_t g = 0; g < c->n; g++)
		for (size_t k = 0; k < c->group[g].n; k++) {
			const tt_study_test *t = &s->test[c->group[g].test[k]];
			for (size_t i = 0; i < t->rows; i++) {
				lo[0] = fmin(lo[0], t->strain[i] * percent),
				hi[0] = fmax(hi[0], t->strain[i] * percent);
				lo[1] = fmin(lo[1], t->stress_GPa[i]), hi[1] = fmax(hi[1], t->stress_GPa[i]);
			}
		}
	/* From 0 where the curves begin there but for noise. */
	*x = (tt_axis){.label = "Engineering strain (%)", .lo = lo[0] < -0.05 * hi[0] ? lo[0] : 0, .hi = hi[0] * 1.12};
	*y = (tt_axis){.label = "Engineering stress (GPa)", .lo = lo[1] < -0.05 * hi[1] ? lo[1] : 0, .hi = hi[1] * 1.1};
}

/* The end of a group's longest curve. */
static bool group_end(const tt_study *s, const tt_study_group *g, double end[2])
{
	bool any = false;
	for (size_t k = 0; k < g->n; k++) {
		const tt_study_test *t = &s->test[g->test[k]];
		if (t->rows < 2 || (any && t->strain[t->rows - 1] * percent < end[0])) continue;
		end[0] = t->strain[t->rows - 1] * percent;
		end[1] = t->stress_GPa[t->rows - 1];
		any = true;
	}
	return any;
}

/* Names beside the curves: false when one of them finds no room, then nothing is added. */
static bool label_curves(tt_figure *f, const tt_study *s, const tt_comparison *c, tt_label_map *map)
{
	double(*at)[2] = calloc(c->n ? c->n : 1, sizeof *at), end[2] = {0, 0};
	bool *named = calloc(c->n ? c->n : 1, sizeof *named), good = at && named;
	for (size_t g = 0; g < c->n && good; g++) {
		named[g] = group_end(s, &c->group[g], end);
		good = !named[g] || tt_label_place(map, end[0], end[1], c->group[g].label, at[g]);
	}
	for (size_t g = 0; g < c->n && good; g++)
		if (named[g]) tt_figure_text(f, at[g][0], at[g][1], -1, tt_series_colour(g), c->group[g].label);
	free(at);
	free(named);
	return good;
}

/* The curve and its band. */
static void avoid_curve(tt_label_map *map, const tt_study_test *t)
{
	for (size_t i = 0; i < t->rows; i++) {
		const double x = t->strain[i] * percent, y = t->stress_GPa[i],
		             u = t->u_stress_GPa && isfinite(t->u_stress_GPa[i]) ? TT_BAND_COVERAGE * t->u_stress_GPa[i]
		                                                                 : 0;
		tt_label_avoid(map, x, y - u, x, y + u);
		if (i) tt_label_avoid(map, t->strain[i - 1] * percent, t->stress_GPa[i - 1], x, y);
	}
}

static bool collect(const tt_study_test *t, tt_curve_path *rows)
{
	if (!tt_curve_path_alloc(rows, t->rows)) return false;
	for (size_t i = 0; i < t->rows; i++)
		tt_curve_path_add(rows, t->strain[i], t->stress_GPa[i], t->u_strain ? t->u_strain[i] : NAN,
		                  t->u_stress_GPa ? t->u_stress_GPa[i] : NAN);
	return true;
}

/* Under all curves: a band must not hide a neighbour's line. */
static bool add_bands(tt_figure *f, const tt_study *s, const tt_comparison *c)
{
	bool any = false;
	for (size_t g = 0; g < c->n; g++)
		for (size_t k = 0; k < c->group[g].n; k++) {
			tt_curve_path rows;
			if (!collect(&s->test[c->group[g].test[k]], &rows)) return false;
			any = any || tt_curve_path_is_uncertain(&rows);
			bool good = tt_figure_band(f, &rows, tt_series_colour(g), percent, 1, NULL);
			tt_curve_path_free(&rows);
			if (!good) return false;
		}
	if (any)
		tt_figure_key_entry(
		    f,
		    &(tt_series){.style = TT_STYLE_AREA, .name = "95 % uncertainty", .colour = tt_tint(TT_BLACK, 0.7)});
	return true;
}

static void add_curve(tt_figure *f, const tt_study_test *t, size_t group, const char *name, bool *good)
{
	thinned c;
	*good = *good && thin(t, &c);
	if (!*good) return;
	tt_figure_series(f, &(tt_series){.style = TT_STYLE_LINE,
	                                 .name = name,
	                                 .colour = tt_series_colour(group),
	                                 .width_pt = 0.9,
	                                 .n = c.n,
	                                 .x = c.x,
	                                 .y = c.y});
	free(c.x);
}

/* All fractures, in the groups' colours; one key entry in black. */
static void add_fractures(tt_figure *f, const tt_study *s, const tt_comparison *c)
{
	bool named = false;
	for (size_t g = 0; g < c->n; g++)
		for (size_t k = 0; k < c->group[g].n; k++) {
			const tt_study_test *t = &s->test[c->group[g].test[k]];
			if (!t->broken || t->rows < 2) continue;
			double x = t->strain[t->rows - 1] * percent, y = t->stress_GPa[t->rows - 1];
			tt_series mark = {.style = TT_STYLE_POINTS,
			                  .colour = TT_BLACK,
			                  .symbol = TT_CROSS,
			                  .size = 0.9,
			                  .width_pt = 0.9,
			                  .n = 1,
			                  .x = &x,
			                  .y = &y};
			if (!named) {
				tt_series entry = mark;
				entry.name = "fracture";
				tt_figure_key_entry(f, &entry);
				named = true;
			}
			mark.colour = tt_series_colour(g);
			tt_figure_series(f, &mark);
		}
}

static tt_status draw_curves(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, double width_mm,
                             tt_error *err)
{
	const tt_figure_options o = {.width_mm = width_mm, .height_mm = fmin(110, 0.75 * width_mm)};
	tt_axis x, y;
	curve_limits(s, c, &x, &y);
	if (!(x.hi > x.lo) || !(y.hi > y.lo)) return TT_OK;
	tt_figure *f = tt_figure_new(&o);
	tt_figure_axis(f, TT_AXIS_X, &x);
	tt_figure_axis(f, TT_AXIS_Y, &y);
	tt_label_map map = map_of(o.width_mm, o.height_mm, &x, &y);
	tt_label_reserve(&map, 1 - 36 / map.width_mm, 0, 1, 10 / map.height_mm); /* the key's two lines */
	for (size_t g = 0; g < c->n; g++)
		for (size_t k = 0; k < c->group[g].n; k++)
			avoid_curve(&map, &s->test[c->group[g].test[k]]);
	bool direct = label_curves(f, s, c, &map), good = add_bands(f, s, c);
	for (size_t g = 0; g < c->n; g++) {
		const char *name = direct ? NULL : c->group[g].label;
		for (size_t k = 0; k < c->group[g].n; k++) {
			const tt_study_test *t = &s->test[c->group[g].test[k]];
			if (t->rows < 2) continue;
			add_curve(f, t, g, name, &good);
			name = NULL;
		}
	}
	add_fractures(f, s, c);
	tt_figure_key(f, TT_KEY_BOTTOM_RIGHT);
	tt_status st = good ? tt_figure_write(f, dir, "curves", err) : tt_fail_memory(err, "the curves");
	tt_label_map_clear(&map);
	tt_figure_free(f);
	return st;
}

/* ---- groups as symbols ---- */

static tt_symbol symbol_of(size_t group)
{
	static const tt_symbol symbols[] = {TT_DISC, TT_SQUARE, TT_TRIANGLE, TT_DIAMOND};
	return symbols[group % 4];
}

static double or_zero(double u)
{
	return u > 0 ? u : 0;
}

static void widen(double range[2], double lo, double hi)
{
	if (isfinite(lo)) range[0] = fmin(range[0], lo);
	if (isfinite(hi)) range[1] = fmax(range[1], hi);
}

/* What the study shows behind ±. */
static void interval_of(const tt_study *s, const tt_group_result *r, double scale, double lo_hi[2])
{
	double half = tt_group_half(r, s->interval), mean = r->between.mean;
	bool whole = s->interval == TT_INTERVAL_CI95 && isfinite(r->lo) && isfinite(r->hi);
	lo_hi[0] = (whole ? r->lo : mean - or_zero(half)) * scale;
	lo_hi[1] = (whole ? r->hi : mean + or_zero(half)) * scale;
}

/* ---- strength against ductility ---- */

static bool mapped(const tt_study_test *t)
{
	return isfinite(t->property[TT_CMP_TOTAL].value) && isfinite(t->property[TT_CMP_ULTIMATE].value);
}

static bool map_limits(const tt_study *s, const tt_comparison *c, tt_axis *x, tt_axis *y)
{
	double rx[2] = {INFINITY, -INFINITY}, ry[2] = {INFINITY, -INFINITY};
	for (size_t g = 0; g < c->n; g++)
		for (size_t k = 0; k < c->group[g].n; k++) {
			const tt_study_test *t = &s->test[c->group[g].test[k]];
			if (!mapped(t)) continue;
			double e = t->property[TT_CMP_TOTAL].value * percent,
			       ue = 1.959964 * or_zero(t->property[TT_CMP_TOTAL].u) * percent;
			double r = t->property[TT_CMP_ULTIMATE].value,
			       ur = 1.959964 * or_zero(t->property[TT_CMP_ULTIMATE].u);
			widen(rx, e - ue, e + ue);
			widen(ry, r - ur, r + ur);
		}
	if (!(rx[0] <= rx[1])) return false;
	double ex = fmax(0.12 * (rx[1] - rx[0]), 0.05 * rx[1]), ey = fmax(0.12 * (ry[1] - ry[0]), 0.05 * ry[1]);
	*x = (tt_axis){.label = "Total elongation (%)", .lo = fmax(0, rx[0] - ex), .hi = rx[1] + ex};
	*y = (tt_axis){.label = "Ultimate strength (GPa)", .lo = fmax(0, ry[0] - ey), .hi = ry[1] + ey};
	return true;
}

static void map_point(tt_figure *f, tt_label_map *map, const tt_study_test *t, size_t group, const char *name)
{
	double x = t->property[TT_CMP_TOTAL].value * percent,
	       ux = 1.959964 * or_zero(t->property[TT_CMP_TOTAL].u) * percent;
	double y = t->property[TT_CMP_ULTIMATE].value, uy = 1.959964 * or_zero(t->property[TT_CMP_ULTIMATE].u);
	double lo[2] = {x - ux, y - uy}, hi[2] = {x + ux, y + uy};
	tt_figure_series(f, &(tt_series){.style = TT_STYLE_POINTS,
	                                 .name = name,
	                                 .colour = tt_series_colour(group),
	                                 .symbol = symbol_of(group),
	                                 .size = 1,
	                                 .width_pt = 0.6,
	                                 .n = 1,
	                                 .x = &x,
	                                 .y = &y,
	                                 .x_lo = &lo[0],
	                                 .x_hi = &hi[0],
	                                 .y_lo = &lo[1],
	                                 .y_hi = &hi[1]});
	tt_label_avoid(map, lo[0], y, hi[0], y);
	tt_label_avoid(map, x, lo[1], x, hi[1]);
}

static tt_status draw_map(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, double width_mm,
                          tt_error *err)
{
	const tt_figure_options o = {.width_mm = width_mm, .height_mm = fmin(110, 0.75 * width_mm)};
	tt_axis x, y;
	if (!map_limits(s, c, &x, &y)) return TT_OK;
	tt_figure *f = tt_figure_new(&o);
	tt_figure_axis(f, TT_AXIS_X, &x);
	tt_figure_axis(f, TT_AXIS_Y, &y);
	tt_label_map map = map_of(o.width_mm, o.height_mm, &x, &y), probe;
	for (size_t g = 0; g < c->n; g++)
		for (size_t k = 0; k < c->group[g].n; k++)
			if (mapped(&s->test[c->group[g].test[k]]))
				map_point(f, &map, &s->test[c->group[g].test[k]], g, NULL);
	/* Names beside the first point of each group; a key when one finds no room. */
	probe = map;
	double(*at)[2] = calloc(c->n ? c->n : 1, sizeof *at);
	bool direct = at != NULL;
	for (size_t g = 0; g < c->n && direct; g++) {
		const tt_study_test *t = NULL;
		for (size_t k = 0; k < c->group[g].n && !t; k++)
			if (mapped(&s->test[c->group[g].test[k]])) t = &s->test[c->group[g].test[k]];
		at[g][0] = NAN;
		if (t)
			direct = tt_label_place(&probe, t->property[TT_CMP_TOTAL].value * percent,
			                        t->property[TT_CMP_ULTIMATE].value, c->group[g].label, at[g]);
	}
	for (size_t g = 0; g < c->n; g++) {
		if (direct)
			tt_figure_text(f, at[g][0], at[g][1], -1, tt_series_colour(g), c->group[g].label);
		else
			tt_figure_key_entry(f, &(tt_series){.style = TT_STYLE_POINTS,
			                                    .name = c->group[g].label,
			                                    .colour = tt_series_colour(g),
			                                    .symbol = symbol_of(g)});
	}
	tt_figure_key_entry(f, &(tt_series){.style = TT_STYLE_LINE,
	                                    .name = "bars: 95 % interval of the measurement",
	                                    .colour = TT_GREY,
	                                    .width_pt = 0.6});
	tt_figure_key(f, TT_KEY_ABOVE);
	tt_status st = at ? tt_figure_write(f, dir, "strength_ductility", err) : tt_fail_memory(err, "a figure");
	free(at);
	tt_label_map_clear(&probe);
	tt_figure_free(f);
	return st;
}

/* ---- trends ---- */

/* The smallest distance of two groups on the axis, decades on a logarithmic one. */
static double group_gap(const tt_comparison *c, double span)
{
	double gap = span;
	for (size_t i = 1; i < c->n; i++) {
		double a = c->group[i - 1].at, b = c->group[i].at;
		gap = fmin(gap, c->log ? log10(b / a) : b - a);
	}
	return gap;
}

/* Specimens stand to the left and right of their group's mean in turn, so that they hide neither it nor each other. */
static double beside(const tt_comparison *c, double at, size_t k, size_t n, double span)
{
	double most = fmin(0.40 * group_gap(c, span), (0.05 + 0.035 * (double)((n - 1) / 2)) * span);
	double shift = most * (double)(k / 2 + 1) / (double)((n - 1) / 2 + 1) * (k % 2 ? 1 : -1);
	return c->log ? at * pow(10, shift) : at + shift;
}

static tt_axis group_axis(const tt_comparison *c, const char **names, double *span)
{
	double lo = c->group[0].at, hi = c->group[c->n - 1].at;
	tt_axis x = {.label = c->axis, .log = c->log};
	if (!c->numeric) {
		for (size_t i = 0; i < c->n; i++)
			names[i] = c->group[i].label;
		x.names = names;
		x.n_names = c->n;
		x.lo = -0.6;
		x.hi = (double)c->n - 0.4;
		*span = (double)c->n;
	} else if (c->log) {
		*span = fmax(1, log10(hi / lo));
		x.lo = lo / pow(10, 0.14 * *span);
		x.hi = hi * pow(10, 0.14 * *span);
	} else {
		*span = hi > lo ? hi - lo : fmax(fabs(hi), 1);
		x.lo = lo - 0.14 * *span;
		x.hi = hi + 0.14 * *span;
	}
	return x;
}

/* Points and their own intervals always; intervals of the means as far as they do not make the points unreadable:
 * else *cut is set. */
static bool trend_limits(const tt_study *s, const tt_comparison *c, tt_compared id, double scale, tt_axis *y, bool *cut)
{
	double point[2] = {INFINITY, -INFINITY}, whole[2];
	for (size_t g = 0; g < c->n; g++)
		for (size_t k = 0; k < c->group[g].n; k++) {
			const tt_study_test *t = &s->test[c->group[g].test[k]];
			double v = t->property[id].value * scale, u = or_zero(t->property[id].u) * scale;
			if (isfinite(v)) widen(point, v - u, v + u);
		}
	if (!(point[0] <= point[1])) return false;
	double room = point[1] - point[0];
	whole[0] = point[0], whole[1] = point[1];
	for (size_t g = 0; g < c->n; g++) {
		double i[2];
		if (!c->group[g].value[id].between.n) continue;
		interval_of(s, &c->group[g].value[id], scale, i);
		widen(whole, fmax(i[0], point[0] - room), fmin(i[1], point[1] + room));
	}
	double edge = fmax(0.08 * (whole[1] - whole[0]), 0.01 * fabs(whole[1]));
	if (!(edge > 0)) edge = 1;
	y->lo = point[0] >= 0 ? fmax(0, whole[0] - edge) : whole[0] - edge;
	y->hi = whole[1] + edge;
	if (id == TT_CMP_ANGLE) y->hi = fmin(y->hi, 95); /* no angle is larger than 90° */
	for (size_t g = 0; g < c->n; g++) {
		double i[2];
		if (!c->group[g].value[id].between.n) continue;
		interval_of(s, &c->group[g].value[id], scale, i);
		*cut = *cut || i[0] < y->lo || i[1] > y->hi;
	}
	return true;
}

static void add_trend(tt_figure *f, const tt_study *s, const tt_comparison *c, tt_compared id, double scale,
                      double span)
{
	for (size_t g = 0; g < c->n; g++) {
		const tt_study_group *group = &c->group[g];
		const tt_group_result *r = &group->value[id];
		double i[2], mean = r->between.mean * scale;
		if (!r->between.n) continue;
		interval_of(s, r, scale, i);
		tt_figure_series(f, &(tt_series){.style = TT_STYLE_POINTS,
		                                 .colour = tt_series_colour(g),
		                                 .symbol = TT_DISC,
		                                 .size = 1,
		                                 .width_pt = 1,
		                                 .n = 1,
		                                 .x = &group->at,
		                                 .y = &mean,
		                                 .y_lo = &i[0],
		                                 .y_hi = &i[1]});
		for (size_t k = 0; k < group->n && group->n > 1; k++) {
			const tt_study_test *t = &s->test[group->test[k]];
			double x = beside(c, group->at, k, group->n, span), v = t->property[id].value * scale;
			double u = or_zero(t->property[id].u) * scale, lo = v - u, hi = v + u;
			if (!isfinite(v)) continue;
			tt_figure_series(f, &(tt_series){.style = TT_STYLE_POINTS,
			                                 .colour = tt_tint(tt_series_colour(g), 0.35),
			                                 .symbol = TT_CIRCLE,
			                                 .size = 0.8,
			                                 .width_pt = 0.6,
			                                 .n = 1,
			                                 .x = &x,
			                                 .y = &v,
			                                 .y_lo = &lo,
			                                 .y_hi = &hi});
		}
	}
}

/* What the symbols and bars mean. */
static void trend_key(const tt_study *s, const tt_comparison *c, bool narrow, bool cut, char *text, size_t size)
{
	bool repeats = false;
	for (size_t g = 0; g < c->n; g++)
		repeats = repeats || c->group[g].n > 1;
	const char *frame = cut ? " (cut at the frame)" : "";
	if (!repeats)
		tt_snprintf(text, size, "bars: 95 %% interval of the measurement%s", frame);
	else if (narrow)
		tt_snprintf(text, size, "●  mean, bar: ± %s%s\n○  specimen (beside it), bar: ± standard uncertainty",
		            tt_interval_words(s->interval), frame);
	else
		tt_snprintf(text, size,
		            "●  mean of the group, bar: ± %s%s        ○  specimen (beside it), bar: ± standard "
		            "uncertainty of the measurement",
		            tt_interval_words(s->interval), frame);
}

static tt_status draw_trends(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, double width_mm,
                             tt_error *err)
{
	char key[256];
	bool cut = false;
	tt_figure *panel[TT_CMP_COUNT] = {NULL};
	const char **names = calloc(c->n ? c->n : 1, sizeof *names);
	size_t n = 0, columns = width_mm < 120 ? 2 : 3;
	double span = 1;
	if (!names) return tt_fail_memory(err, "the trends");
	tt_axis x = c->n ? group_axis(c, names, &span) : (tt_axis){0};
	for (int p = 0; p < TT_CMP_COUNT; p++) {
		const tt_measurand *info = tt_compared_describe((tt_compared)p);
		char label[80];
		tt_axis y = {.label = label};
		if (!trend_limits(s, c, (tt_compared)p, tt_compared_shown((tt_compared)p), &y, &cut)) continue;
		tt_snprintf(label, sizeof label, "%s (%s)", info->short_name, info->shown_unit);
		panel[n] = tt_figure_new(&(tt_figure_options){.width_mm = width_mm / (double)columns});
		if (n) tt_figure_after(panel[n], panel[n - 1]);
		tt_figure_axis(panel[n], TT_AXIS_X, &x);
		tt_figure_axis(panel[n], TT_AXIS_Y, &y);
		add_trend(panel[n++], s, c, (tt_compared)p, tt_compared_shown((tt_compared)p), span);
	}
	double rows = (double)((n + columns - 1) / columns), each = width_mm / (double)columns;
	double height = rows * (0.72 * each) + (columns == 2 ? 8 : 5);
	trend_key(s, c, columns == 2, cut, key, sizeof key);
	tt_status st = n ? tt_figure_panels(panel, n, columns, width_mm, height, key, dir, "trends", err) : TT_OK;
	for (size_t i = 0; i < n; i++)
		tt_figure_free(panel[i]);
	free(names);
	return st;
}

tt_status tt_study_figures(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, double width_mm,
                           tt_error *err)
{
	tt_status st = draw_curves(dir, s, c, width_mm > 0 ? width_mm : 85, err);
	if (st == TT_OK) st = draw_map(dir, s, c, width_mm > 0 ? width_mm : 85, err);
	if (st == TT_OK) st = draw_trends(dir, s, c, width_mm > 0 ? width_mm : 170, err);
	return st;
}
