/* Stress–strain curves: of one test with its marks, of several tests together.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "report/curve_band.h"
#include "report/draw/label_place.h"

static const double percent = 100, giga = 1e-9;

static bool drawn(const tt_curve *c, size_t i)
{
	return !(c->flag[i] & (TT_ROW_NO_STRAIN | TT_ROW_DUPLICATE)) && isfinite(c->strain[i]) &&
	       isfinite(c->stress_Pa[i]);
}

/* The rows that are drawn. */
static bool collect(const tt_curve *c, double shift, tt_curve_path *p)
{
	if (!tt_curve_path_alloc(p, c->n)) return false;
	for (size_t i = 0; i < c->n; i++)
		if (drawn(c, i))
			tt_curve_path_add(p, c->strain[i] + shift, c->stress_Pa[i], c->u_strain[i], c->u_stress_Pa[i]);
	return true;
}

static unsigned colour_of(const tt_named_curve *c, size_t i)
{
	return tt_series_colour(c->group >= 0 ? (size_t)c->group : i);
}

static void add_point(tt_figure *f, double strain, double stress, tt_symbol symbol, unsigned colour, const char *name)
{
	if (!isfinite(strain) || !isfinite(stress)) return;
	tt_figure_series(f, &(tt_series){.style = TT_STYLE_POINTS,
	                                 .name = name,
	                                 .colour = colour,
	                                 .symbol = symbol,
	                                 .size = 1,
	                                 .width_pt = 0.75,
	                                 .n = 1,
	                                 .x = &strain,
	                                 .y = &stress,
	                                 .x_scale = percent,
	                                 .y_scale = giga});
}

/* From the strain axis to the yield point, parallel to the elastic line. */
static void add_offset_line(tt_figure *f, const tt_stress_strain_marks *m)
{
	if (!isfinite(m->modulus_Pa) || m->modulus_Pa <= 0 || !isfinite(m->yield_stress_Pa)) return;
	double foot =
	    (isfinite(m->modulus_strain0) ? m->modulus_strain0 : 0) + (isfinite(m->offset) ? m->offset : 0.002);
	double x[2] = {foot, foot + m->yield_stress_Pa / m->modulus_Pa}, y[2] = {0, m->yield_stress_Pa};
	tt_figure_series(f, &(tt_series){.style = TT_STYLE_LINE,
	                                 .colour = TT_GREY,
	                                 .width_pt = 0.5,
	                                 .dashed = true,
	                                 .n = 2,
	                                 .x = x,
	                                 .y = y,
	                                 .x_scale = percent,
	                                 .y_scale = giga});
}

/* The last row before the fracture, unless the caller knows better. */
static void add_fracture(tt_figure *f, const tt_stress_strain_marks *m, const tt_curve_path *rows)
{
	if (!m->fracture) return;
	double strain = m->fracture_strain, stress = m->fracture_stress_Pa;
	if (!isfinite(strain) || !isfinite(stress)) strain = rows->x[rows->n - 1], stress = rows->y[rows->n - 1];
	add_point(f, strain, stress, TT_CROSS, TT_VERMILION, "fracture");
}

/* From 0 where the curve begins there but for noise; room above and to the right. */
static tt_axis axis_for(const char *label, double lo, double hi, double scale, double room)
{
	double start = lo < -0.05 * hi ? lo * scale : 0;
	return (tt_axis){.label = label, .lo = start, .hi = start + (hi * scale - start) * (1 + room)};
}

static void set_axes(tt_figure *f, double x_lo, double x_hi, double y_lo, double y_hi, double room)
{
	tt_axis x = axis_for("Engineering strain (%)", x_lo, x_hi, percent, room);
	tt_axis y = axis_for("Engineering stress (GPa)", y_lo, y_hi, giga, 0.08);
	tt_figure_axis(f, TT_AXIS_X, &x);
	tt_figure_axis(f, TT_AXIS_Y, &y);
}

static void limits(const tt_curve_path *p, double *x_lo, double *x_hi, double *y_lo, double *y_hi)
{
	for (size_t i = 0; i < p->n; i++) {
		double a = TT_BAND_COVERAGE * p->ux[i], b = TT_BAND_COVERAGE * p->uy[i];
		*x_lo = fmin(*x_lo, p->x[i]), *x_hi = fmax(*x_hi, p->x[i] + a);
		*y_lo = fmin(*y_lo, p->y[i]), *y_hi = fmax(*y_hi, p->y[i] + b);
	}
}

tt_stress_strain_marks tt_stress_strain_marks_none(void)
{
	return (tt_stress_strain_marks){NAN, NAN, NAN, NAN, NAN, NAN, false, NAN, NAN, NAN, NULL};
}

/* ---- where the key stands ---- */

/* Everything that is drawn, the band filled. */
static void avoid_all(tt_label_map *map, const tt_curve_path *p, const tt_stress_strain_marks *m)
{
	for (size_t i = 0; i < p->n; i++) {
		const double u = isfinite(p->uy[i]) ? TT_BAND_COVERAGE * p->uy[i] : 0;
		tt_label_avoid(map, p->x[i], p->y[i] - u, p->x[i], p->y[i] + u);
		if (i) tt_label_avoid(map, p->x[i - 1], p->y[i - 1], p->x[i], p->y[i]);
	}
	if (isfinite(m->yield_strain) && isfinite(m->yield_stress_Pa) && m->modulus_Pa > 0)
		tt_label_avoid(map, m->yield_strain - m->yield_stress_Pa / m->modulus_Pa, 0, m->yield_strain,
		               m->yield_stress_Pa);
	if (m->fracture && isfinite(m->fracture_strain) && isfinite(m->fracture_stress_Pa))
		tt_label_avoid(map, m->fracture_strain, m->fracture_stress_Pa, m->fracture_strain,
		               m->fracture_stress_Pa);
}

/* A corner in which the key covers nothing, else above the frame. widest: letters of its widest line. */
static tt_key_place free_corner(const tt_label_map *map, size_t lines, size_t widest)
{
	static const struct {
		tt_key_place place;
		bool right, top;
	} corner[] = {{TT_KEY_BOTTOM_RIGHT, true, false},
	              {TT_KEY_TOP_LEFT, false, true},
	              {TT_KEY_TOP_RIGHT, true, true},
	              {TT_KEY_BOTTOM_LEFT, false, false}};
	const double w = (1.35 * (double)widest + 11) / map->width_mm, h = (3.3 * (double)lines + 2) / map->height_mm;
	for (size_t i = 0; w < 1 && h < 1 && i < sizeof corner / sizeof *corner; i++) {
		const double left = corner[i].right ? 1 - w : 0, low = corner[i].top ? 1 - h : 0;
		if (tt_label_is_free(map, left, low, left + w, low + h)) return corner[i].place;
	}
	return TT_KEY_ABOVE;
}

/* The band's name may have lines; the first is the entry, the others follow it. */
static bool add_band(tt_figure *f, const tt_curve_path *rows, const char *name, size_t *widest)
{
	const size_t first = strcspn(name, "\n");
	char *entry = tt_format("%.*s", (int)first, name);
	const bool good = entry && tt_figure_band(f, rows, TT_BLUE, percent, giga, entry);
	if (good && tt_figure_keys(f) && name[first]) {
		tt_figure_key_line(f, name + first + 1);
		const size_t n = tt_utf8_letters(name + first + 1);
		*widest = n > *widest ? n : *widest;
	}
	*widest = first > *widest ? first : *widest;
	free(entry);
	return good;
}

static bool describe(tt_figure *f, const tt_curve_path *rows, const tt_stress_strain_marks *m,
                     const tt_figure_options *options)
{
	const double width = options && options->width_mm > 0 ? options->width_mm : 85,
	             height = options && options->height_mm > 0 ? options->height_mm : fmin(100, 0.75 * width);
	double x_lo = 0, x_hi = 0, y_lo = 0, y_hi = 0;
	size_t widest = sizeof "0.2 % offset yield" - 1;
	limits(rows, &x_lo, &x_hi, &y_lo, &y_hi);
	set_axes(f, x_lo, x_hi, y_lo, y_hi, 0.06);
	if (!add_band(f, rows, m->band ? m->band : "95 % uncertainty", &widest)) return false;
	tt_figure_series(f, &(tt_series){.style = TT_STYLE_LINE,
	                                 .name = "measured",
	                                 .colour = TT_BLUE,
	                                 .n = rows->n,
	                                 .x = rows->x,
	                                 .y = rows->y,
	                                 .x_scale = percent,
	                                 .y_scale = giga});
	add_offset_line(f, m);
	add_point(f, m->yield_strain, m->yield_stress_Pa, TT_CIRCLE, TT_BLACK, "0.2 % offset yield");
	add_point(f, m->ultimate_strain, m->ultimate_stress_Pa, TT_OPEN_TRIANGLE, TT_BLACK, "ultimate strength");
	add_fracture(f, m, rows);
	const tt_axis x = axis_for("", x_lo, x_hi, 1, 0.06), y = axis_for("", y_lo, y_hi, 1, 0.08);
	tt_label_map map = {
	    .width_mm = width - 13, .height_mm = height - 11, .x_lo = x.lo, .x_hi = x.hi, .y_lo = y.lo, .y_hi = y.hi};
	avoid_all(&map, rows, m);
	const bool good = !map.failed;
	tt_figure_key(f, free_corner(&map, tt_figure_keys(f), widest));
	tt_label_map_clear(&map);
	return good;
}

static bool strained(const tt_curve *c, size_t i)
{
	return !(c->flag[i] & (TT_ROW_NO_STRAIN | TT_ROW_DUPLICATE)) && isfinite(c->strain[i]);
}

/* Without a force: strain against time. */
static tt_status strain_time(struct tt_outdir *dir, const char *name, const tt_curve *c,
                             const tt_figure_options *options, tt_error *err)
{
	tt_curve_path rows;
	if (!tt_curve_path_alloc(&rows, c->n)) return tt_fail_memory(err, name);
	double lo = 0, hi = 0;
	for (size_t i = 0; i < c->n; i++) {
		if (!strained(c, i)) continue;
		rows.x[rows.n] = c->time_s[i];
		rows.y[rows.n++] = c->strain[i];
		lo = fmin(lo, c->strain[i]);
		hi = fmax(hi, c->strain[i]);
	}
	tt_status s = TT_OK;
	tt_figure *f = tt_figure_new(options);
	if (rows.n < 2)
		s = tt_fail(err, TT_ERR_FAILED, "%s: %zu frames have a strain, expected at least 2", name, rows.n);
	else if (!f)
		s = tt_fail_memory(err, name);
	if (s == TT_OK) {
		tt_axis x = axis_for("Time (s)", rows.x[0], rows.x[rows.n - 1], 1, 0.02);
		tt_axis y = axis_for("Engineering strain (%)", lo, hi, percent, 0.08);
		tt_figure_axis(f, TT_AXIS_X, &x);
		tt_figure_axis(f, TT_AXIS_Y, &y);
		tt_figure_series(f, &(tt_series){.style = TT_STYLE_LINE,
		                                 .name = "measured",
		                                 .colour = TT_BLUE,
		                                 .n = rows.n,
		                                 .x = rows.x,
		                                 .y = rows.y,
		                                 .x_scale = 1,
		                                 .y_scale = percent});
		s = tt_figure_write(f, dir, name, err);
	}
	tt_figure_free(f);
	tt_curve_path_free(&rows);
	return s;
}

static bool has_stress(const tt_curve *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (isfinite(c->stress_Pa[i])) return true;
	return false;
}

tt_status tt_figure_stress_strain(struct tt_outdir *dir, const char *name, const tt_curve *curve,
                                  const tt_stress_strain_marks *marks, const tt_figure_options *options, tt_error *err)
{
	tt_stress_strain_marks none = tt_stress_strain_marks_none();
	tt_curve_path rows;
	if (!has_stress(curve)) return strain_time(dir, name, curve, options, err);
	if (!collect(curve, 0, &rows)) return tt_fail_memory(err, name);
	tt_status s;
	tt_figure *f = tt_figure_new(options);
	if (rows.n < 2)
		s = tt_fail(err, TT_ERR_FAILED, "%s: %zu frames have both strain and stress, expected at least 2", name,
		            rows.n);
	else if (!f || !describe(f, &rows, marks ? marks : &none, options))
		s = tt_fail_memory(err, name);
	else
		s = tt_figure_write(f, dir, name, err);
	tt_figure_free(f);
	tt_curve_path_free(&rows);
	return s;
}

/* Where a curve's name stands: beside its last point, but not on another name. */
typedef struct end_label {
	const char *name;
	unsigned colour;
	double x, y;
	double length_mm;
} end_label;

static int by_height(const void *a, const void *b)
{
	double p = ((const end_label *)a)->y, q = ((const end_label *)b)->y;
	return (p > q) - (p < q);
}

/* Labels from the lowest to the highest are kept `gap` apart; all move down together when the top is passed. */
static void spread_labels(end_label *l, size_t n, double gap, double top)
{
	qsort(l, n, sizeof *l, by_height);
	for (size_t i = 1; i < n; i++)
		l[i].y = fmax(l[i].y, l[i - 1].y + gap);
	double limit = top;
	for (size_t i = n; i-- > 0; limit = l[i].y - gap)
		l[i].y = fmin(l[i].y, limit);
}

/* The strain at the right border, such that every name has room beside the end of its curve. */
static double right_border(const end_label *l, size_t n, double x_hi, double axis_mm)
{
	double right = x_hi * 1.04;
	for (size_t i = 0; i < n; i++)
		right = fmax(right, l[i].x * axis_mm / fmax(0.3 * axis_mm, axis_mm - l[i].length_mm - 2));
	return right;
}

static bool describe_several(tt_figure *f, const tt_named_curve *curves, const tt_curve_path *rows, size_t n,
                             double width_mm, double height_mm)
{
	const double letter_mm = 1.4, line_mm = 3.2, margins_mm = 13;
	double x_lo = 0, x_hi = 0, y_lo = 0, y_hi = 0;
	end_label *label = calloc(n ? n : 1, sizeof *label);
	if (!label) return false;
	size_t labels = 0;
	for (size_t i = 0; i < n; i++) {
		if (rows[i].n < 2) continue;
		limits(&rows[i], &x_lo, &x_hi, &y_lo, &y_hi);
		unsigned colour = colour_of(&curves[i], i);
		size_t last = rows[i].n - 1;
		label[labels++] = (end_label){curves[i].name, colour, rows[i].x[last], rows[i].y[last],
		                              letter_mm * (double)tt_utf8_letters(curves[i].name)};
	}
	set_axes(f, x_lo, right_border(label, labels, x_hi, width_mm - margins_mm), y_lo, y_hi, 0);
	/* Every band lies below every curve. */
	bool good = true;
	for (size_t i = 0; i < n && good; i++)
		if (rows[i].n > 1) good = tt_figure_band(f, &rows[i], colour_of(&curves[i], i), percent, giga, NULL);
	for (size_t i = 0; i < n && good; i++)
		if (rows[i].n > 1)
			tt_figure_series(f, &(tt_series){.style = TT_STYLE_LINE,
			                                 .n = rows[i].n,
			                                 .x = rows[i].x,
			                                 .y = rows[i].y,
			                                 .colour = colour_of(&curves[i], i),
			                                 .x_scale = percent,
			                                 .y_scale = giga});
	spread_labels(label, labels, line_mm / (height_mm - margins_mm) * 1.08 * (y_hi - y_lo), 1.05 * y_hi);
	for (size_t i = 0; i < labels; i++)
		tt_figure_text(f, label[i].x * percent, label[i].y * giga, -1, label[i].colour, label[i].name);
	free(label);
	return good;
}

tt_status tt_figure_curves(struct tt_outdir *dir, const char *name, const tt_named_curve *curves, size_t n,
                           const tt_figure_options *options, tt_error *err)
{
	tt_figure_options size = options ? *options : (tt_figure_options){0};
	if (!(size.width_mm > 0)) size.width_mm = 85;
	if (!(size.height_mm > 0)) size.height_mm = fmin(100, 0.75 * size.width_mm);
	tt_curve_path *rows = calloc(n ? n : 1, sizeof *rows);
	tt_figure *f = tt_figure_new(&size);
	bool good = rows && f;
	for (size_t i = 0; i < n && good; i++)
		good = collect(curves[i].curve, curves[i].shift, &rows[i]);
	good = good && describe_several(f, curves, rows, n, size.width_mm, size.height_mm);
	tt_status s = good ? tt_figure_write(f, dir, name, err) : tt_fail_memory(err, name);
	tt_figure_free(f);
	for (size_t i = 0; rows && i < n; i++)
		tt_curve_path_free(&rows[i]);
	free(rows);
	return s;
}
