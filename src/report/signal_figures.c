/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/signal_figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "temtensile/report.h"

enum { MOST_POINTS = 3000 };

/* Columns of the thinned log, each of n values. */
typedef struct curves {
	size_t n;
	double *displacement, *raw, *spring, *specimen, *residual;
} curves;

static void curves_clear(curves *c)
{
	free(c->displacement);
}

/* The rows of the bare spring: fitted for the stiffness, or for comparison with the one that is given. */
static const tt_spring_fit *bare(const tt_mechanics *m)
{
	return m->spring.found ? &m->spring : m->other.found ? &m->other : NULL;
}

/* The log thinned to what a figure can show; force in air taken off. */
static tt_status thin_log(const tt_findings *a, curves *c, tt_error *err)
{
	const tt_mechanics *m = a->r->mechanics;
	size_t step = m->n / MOST_POINTS + 1, room = m->n / step + 1;
	double *all = malloc(5 * room * sizeof *all);
	if (!all) return tt_fail_memory(err, "the spring's figure");
	*c = (curves){0, all, all + room, all + 2 * room, all + 3 * room, all + 4 * room};
	double half = 0.5 * (double)step * (m->time_s[m->n - 1] - m->time_s[0]) / (double)m->n;
	for (size_t i = 0; i < m->n; i += step) {
		tt_mechanics_sample s;
		tt_mechanics_at(m, m->time_s[i], half, &s);
		if (s.outside) continue;
		c->displacement[c->n] = s.displacement_m * 1e9;
		c->raw[c->n] = (s.force_raw_N - s.force_air_N) * 1e6;
		c->spring[c->n] = s.contact && !s.released ? s.force_spring_N * 1e6 : NAN;
		c->specimen[c->n] = s.contact && !s.broken ? s.force_N * 1e6 : NAN;
		const tt_spring_fit *fit = bare(m);
		bool fitted = fit && m->time_s[i] >= fit->from_s && m->time_s[i] <= fit->to_s;
		c->residual[c->n] = fitted ? (s.force_raw_N - s.force_air_N - s.force_spring_N) * 1e6 : NAN;
		c->n++;
	}
	return TT_OK;
}

static tt_series line(const char *name, unsigned colour, const double *x, const double *y, size_t n)
{
	return (tt_series){.style = TT_STYLE_LINE, .name = name, .colour = colour, .n = n, .x = x, .y = y};
}

/* Limits that hold the values of these columns, with a twentieth around them. */
static tt_axis axis_over(const char *label, const double *const *column, size_t columns, size_t n)
{
	double lo = INFINITY, hi = -INFINITY;
	for (size_t k = 0; k < columns; k++)
		for (size_t i = 0; i < n; i++)
			if (isfinite(column[k][i])) lo = fmin(lo, column[k][i]), hi = fmax(hi, column[k][i]);
	if (!(hi > lo)) return (tt_axis){.label = label, .lo = NAN, .hi = NAN};
	double room = 0.05 * (hi - lo);
	return (tt_axis){.label = label, .lo = lo - room, .hi = hi + room};
}

static tt_status write_residual(const tt_findings *a, const curves *c, const tt_figure_options *o, tt_error *err)
{
	double *fitted = malloc((c->n + 1) * sizeof *fitted);
	if (!fitted) return tt_fail_memory(err, "the spring's figure");
	for (size_t i = 0; i < c->n; i++)
		fitted[i] = isnan(c->residual[i]) ? NAN : c->displacement[i];
	const double *const across[1] = {fitted}, *const up[1] = {c->residual};
	const tt_axis x = axis_over("Displacement d − d₀ (nm)", across, 1, c->n),
	              y = axis_over("Residual force (µN)", up, 1, c->n);
	free(fitted);
	tt_figure *f = tt_figure_new(o);
	tt_figure_axis(f, TT_AXIS_X, &x);
	tt_figure_axis(f, TT_AXIS_Y, &y);
	tt_series points = line(NULL, TT_BLUE, c->displacement, c->residual, c->n);
	points.style = TT_STYLE_POINTS;
	points.symbol = TT_DOT;
	tt_figure_rule(f, TT_AXIS_Y, 0, TT_GREY);
	tt_figure_series(f, &points);
	tt_status st = tt_figure_write(f, a->out, "spring_residual", err);
	tt_figure_free(f);
	return st;
}

/* The spring alone, from the contact on: evenly spaced points, so that its dashes are even, too. */
static void add_spring(tt_figure *f, const tt_mechanics *m, const curves *c)
{
	enum { POINTS = 50 };
	double x[POINTS + 1], y[POINTS + 1], far = 0;
	for (size_t i = 0; i < c->n; i++)
		if (isfinite(c->spring[i])) far = fmax(far, c->displacement[i]);
	for (int i = 0; i <= POINTS; i++) {
		x[i] = far * i / POINTS;
		y[i] = tt_mechanics_spring(m, x[i] * 1e-9) * 1e6;
	}
	tt_series spring = line("spring", TT_ORANGE, x, y, POINTS + 1);
	spring.dashed = true;
	spring.width_pt = 1;
	tt_figure_series(f, &spring);
}

/* A point on the raw curve at an instant of the log, named in the key. */
static void mark_instant(tt_figure *f, const tt_mechanics *m, double log_time_s, const char *name, tt_symbol symbol)
{
	tt_mechanics_sample s;
	if (!isfinite(log_time_s)) return;
	double half = 4 * (m->time_s[m->n - 1] - m->time_s[0]) / (double)m->n;
	tt_mechanics_at(m, log_time_s - half, half, &s); /* just before: no fit crosses the instant */
	if (s.outside) return;
	double x = s.displacement_m * 1e9, y = (s.force_raw_N - s.force_air_N) * 1e6;
	tt_figure_series(f, &(tt_series){.style = TT_STYLE_POINTS,
	                                 .name = name,
	                                 .colour = symbol == TT_CROSS ? TT_VERMILION : TT_BLACK,
	                                 .symbol = symbol,
	                                 .size = 1.1,
	                                 .width_pt = 0.9,
	                                 .n = 1,
	                                 .x = &x,
	                                 .y = &y});
}

tt_status tt_figure_spring(const tt_findings *a, tt_error *err)
{
	curves c = {0};
	tt_status st = thin_log(a, &c, err);
	if (st != TT_OK) return st;
	tt_figure_options o = {.width_mm = a->test->output.figure_width_mm};
	const double *const across[1] = {c.displacement}, *const up[3] = {c.raw, c.spring, c.specimen};
	const tt_axis x = axis_over("Displacement d − d₀ (nm)", across, 1, c.n),
	              y = axis_over("Force (µN)", up, 3, c.n);
	tt_figure *f = tt_figure_new(&o);
	tt_figure_axis(f, TT_AXIS_X, &x);
	tt_figure_axis(f, TT_AXIS_Y, &y);
	tt_series raw = line("raw, less force in air", TT_GREY, c.displacement, c.raw, c.n);
	tt_series specimen = line("specimen", TT_BLUE, c.displacement, c.specimen, c.n);
	tt_figure_series(f, &raw);
	add_spring(f, a->r->mechanics, &c);
	tt_figure_series(f, &specimen);
	mark_instant(f, a->r->mechanics, a->r->mechanics->contact_time_s, "contact", TT_OPEN_DIAMOND);
	mark_instant(f, a->r->mechanics, a->r->mechanics->fracture_time_s, "fracture", TT_CROSS);
	tt_figure_key(f, TT_KEY_ABOVE);
	st = tt_figure_write(f, a->out, "spring", err);
	tt_figure_free(f);
	if (st == TT_OK && bare(a->r->mechanics)) st = write_residual(a, &c, &o, err);
	curves_clear(&c);
	return st;
}

/* Contact and fracture, named at the top of the panel. */
static void name_instants(tt_figure *f, const tt_mechanics *m, double top, bool named)
{
	const struct {
		double at;
		const char *name;
		int align;
	} line_[] = {{m->contact_time_s, "contact", -1}, {m->fracture_time_s, "fracture", 1}};
	for (int i = 0; i < 2; i++) {
		if (!isfinite(line_[i].at)) continue;
		tt_figure_rule(f, TT_AXIS_X, line_[i].at, TT_GREY);
		if (named) tt_figure_text(f, line_[i].at, top, line_[i].align, TT_GREY, line_[i].name);
	}
}

static void sync_axes(const tt_sync_result *s, tt_axis *x, tt_axis *y)
{
	double lo = INFINITY, hi = -INFINITY, from = INFINITY, to = -INFINITY;
	for (size_t i = 0; i < s->n; i++) {
		if (!isfinite(s->elongation_m[i]) || !isfinite(s->log_time_s[i])) continue;
		lo = fmin(lo, s->elongation_m[i] * 1e9), hi = fmax(hi, s->elongation_m[i] * 1e9);
		from = fmin(from, s->log_time_s[i]), to = fmax(to, s->log_time_s[i]);
	}
	double room = fmax(1e-3, hi - lo);
	*x = (tt_axis){.label = "Time of the log (s)", .lo = from - 0.02 * (to - from), .hi = to + 0.02 * (to - from)};
	*y = (tt_axis){.label = "Elongation (nm)", .lo = lo - 0.05 * room, .hi = hi + 0.18 * room};
}

/* The two elongations above, what is left between them below. */
tt_status tt_figure_sync(const tt_findings *a, tt_error *err)
{
	const tt_sync_result *s = &a->r->sync;
	if (s->n == 0 || isnan(s->scale)) return TT_OK;
	double width = a->test->output.figure_width_mm > 0 ? a->test->output.figure_width_mm : 85;
	tt_axis x, y;
	sync_axes(s, &x, &y);
	double *left = malloc(s->n * sizeof *left);
	if (!left) return tt_fail_memory(err, "the figure of the clocks");
	for (size_t i = 0; i < s->n; i++)
		left[i] = 1e9 * (s->elongation_m[i] - s->predicted_m[i]);
	tt_figure *above = tt_figure_new(&(tt_figure_options){.width_mm = width}),
	          *below = tt_figure_new(&(tt_figure_options){.width_mm = width});
	const double *const up[1] = {left};
	const tt_axis residual = axis_over("Residual (nm)", up, 1, s->n);
	tt_figure_axis(above, TT_AXIS_X, &x);
	tt_figure_axis(above, TT_AXIS_Y, &y);
	tt_series seen = {.style = TT_STYLE_POINTS,
	                  .name = "images",
	                  .colour = TT_BLUE,
	                  .symbol = TT_CIRCLE,
	                  .size = 0.5,
	                  .n = s->n,
	                  .x = s->log_time_s,
	                  .y = s->elongation_m,
	                  .y_scale = 1e9};
	tt_series predicted = seen, rest = seen;
	predicted.style = TT_STYLE_LINE;
	predicted.name = "log, matched";
	predicted.colour = TT_VERMILION;
	predicted.y = s->predicted_m;
	rest.name = NULL;
	rest.y = left;
	rest.y_scale = 1;
	tt_figure_series(above, &seen);
	tt_figure_series(above, &predicted);
	name_instants(above, a->r->mechanics, y.hi - 0.04 * (y.hi - y.lo), true);
	tt_figure_key(above, TT_KEY_BOTTOM_RIGHT);
	if (above && below) tt_figure_after(below, above);
	tt_figure_axis(below, TT_AXIS_X, &x);
	tt_figure_axis(below, TT_AXIS_Y, &residual);
	tt_figure_rule(below, TT_AXIS_Y, 0, TT_GREY);
	tt_figure_series(below, &rest);
	name_instants(below, a->r->mechanics, 0, false);
	tt_figure_key(below, TT_KEY_NONE);
	tt_figure *panel[2] = {above, below};
	tt_status st = tt_figure_panels(panel, 2, 1, width, 1.15 * width, NULL, a->out, "sync", err);
	tt_figure_free(above);
	tt_figure_free(below);
	free(left);
	return st;
}

/* ---- budget ---- */

enum { BUDGET_ROWS = TT_PROP_COUNT * (TT_IN_COUNT + 1) };

static tt_status write_budget_table(const tt_findings *a, tt_error *err)
{
	const tt_uncertainty *u = &a->r->uncertainty;
	const char *property[BUDGET_ROWS], *input[BUDGET_ROWS];
	double share[BUDGET_ROWS];
	size_t n = 0;
	for (int p = 0; p < TT_PROP_COUNT; p++) {
		for (int i = 0; i <= TT_IN_COUNT; i++) {
			if (i == TT_IN_YIELD_POINT && !a->r->properties.yield_given) continue;
			if (i == TT_IN_TILT && isnan(a->r->tilt.probability)) continue;
			property[n] = tt_property_describe((tt_property_id)p)->id;
			input[n] = i < TT_IN_COUNT ? tt_uncertain_input_name((tt_uncertain_input)i) : "interaction";
			share[n++] = i < TT_IN_COUNT ? u->share[p][i] : u->rest[p];
		}
	}
	const tt_column columns[] = {{.name = "property", .text = property},
	                             {.name = "input", .text = input},
	                             {.name = "share of variance", .value = share, .digits = 4}};
	return tt_table_write(a->out, "uncertainty.csv", columns, 3, n, err);
}

/* Inputs that carry at least 2 % of some property's variance get a colour; the rest is grey. */
static bool matters(const tt_uncertainty *u, const int *shown, size_t n, int input)
{
	for (size_t k = 0; k < n; k++)
		if (u->share[shown[k]][input] > 0.02) return true;
	return false;
}

/* Each input has its colour in the figures of all tests. */
static unsigned budget_colour(tt_uncertain_input input)
{
	static const unsigned plain[TT_IN_COUNT] = {
	    [TT_IN_STIFFNESS] = TT_BLUE,     [TT_IN_WIDTH] = TT_VERMILION,     [TT_IN_THICKNESS] = TT_GREEN,
	    [TT_IN_PIXEL_SIZE] = TT_YELLOW,  [TT_IN_CLOCK] = TT_ORANGE,        [TT_IN_DIC_NOISE] = TT_SKY,
	    [TT_IN_FORCE_NOISE] = TT_PURPLE, [TT_IN_EXTRAPOLATION] = TT_BLACK, [TT_IN_DIC_BIAS] = 0x4B4B8F,
	    [TT_IN_YIELD_POINT] = 0x8C6D31};
	switch (input) {
	case TT_IN_CONTACT: return tt_tint(TT_GREEN, 0.5);
	case TT_IN_AIR_FORCE: return tt_tint(TT_ORANGE, 0.5);
	case TT_IN_FRAME_COMPLIANCE: return tt_tint(TT_BLUE, 0.5);
	case TT_IN_DRIFT: return tt_tint(TT_PURPLE, 0.5);
	case TT_IN_TILT: return tt_tint(TT_VERMILION, 0.5);
	default: return plain[input];
	}
}

tt_status tt_write_budget(const tt_findings *a, tt_error *err)
{
	static const struct {
		int id;
		const char *name;
	} wanted[] = {{TT_PROP_YOUNGS_MODULUS, "E"},        {TT_PROP_PROPORTIONAL_LIMIT, "R_p0.01"},
	              {TT_PROP_YIELD_STRENGTH, "R_p0.2"},   {TT_PROP_ULTIMATE_STRENGTH, "R_m"},
	              {TT_PROP_UNIFORM_ELONGATION, "A_gt"}, {TT_PROP_TOTAL_ELONGATION, "A_t"},
	              {TT_PROP_TOUGHNESS, "toughness"}};
	enum { WANTED = sizeof wanted / sizeof *wanted };
	const tt_uncertainty *u = &a->r->uncertainty;
	int shown[WANTED];
	const char *name[WANTED];
	double x[WANTED], lo[TT_IN_COUNT + 1][WANTED], hi[TT_IN_COUNT + 1][WANTED], top[WANTED] = {0};
	size_t n = 0;
	if (!u->share) return TT_OK;
	tt_status st = write_budget_table(a, err);
	for (size_t k = 0; k < WANTED; k++) {
		if (isnan(a->r->properties.value[wanted[k].id].value) || isnan(u->rest[wanted[k].id])) continue;
		shown[n] = wanted[k].id;
		name[n] = wanted[k].name;
		x[n] = (double)n;
		n++;
	}
	if (st != TT_OK || n == 0) return st;
	double column = a->test->output.figure_width_mm; /* bars and names need two, a page at most */
	tt_figure_options o = {.width_mm = fmax(column, fmin(170, 2 * column)), .height_mm = 75};
	tt_figure *f = tt_figure_new(&o);
	tt_axis ax = {.label = "", .lo = -0.6, .hi = (double)n - 0.4, .names = name, .n_names = n, .indices = true};
	tt_axis ay = {.label = "Share of variance (%)", .lo = 0, .hi = 100};
	tt_figure_axis(f, TT_AXIS_X, &ax);
	tt_figure_axis(f, TT_AXIS_Y, &ay);
	for (int i = 0; i <= TT_IN_COUNT; i++) {
		bool rest = i == TT_IN_COUNT;
		if (!rest && !matters(u, shown, n, i)) continue;
		for (size_t k = 0; k < n; k++) {
			double share = rest ? 1 - top[k] : fmax(0, u->share[shown[k]][i]);
			lo[i][k] = top[k];
			top[k] = fmin(1, top[k] + fmax(0, share));
			hi[i][k] = top[k];
		}
		tt_series bars = {.style = TT_STYLE_BARS,
		                  .name = rest ? "others, interaction" : tt_uncertain_input_name((tt_uncertain_input)i),
		                  .colour = rest ? tt_tint(TT_GREY, 0.5) : budget_colour((tt_uncertain_input)i),
		                  .n = n,
		                  .x = x,
		                  .y = hi[i],
		                  .y_lo = lo[i],
		                  .y_scale = 100};
		tt_figure_series(f, &bars);
	}
	tt_figure_key(f, TT_KEY_ABOVE);
	st = tt_figure_write(f, a->out, "uncertainty", err);
	tt_figure_free(f);
	return st;
}
