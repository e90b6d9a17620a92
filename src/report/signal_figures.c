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
		bool fitted = m->spring.found && m->time_s[i] >= m->spring.from_s && m->time_s[i] <= m->spring.to_s;
		c->residual[c->n] = fitted ? (s.force_raw_N - s.force_air_N - s.force_spring_N) * 1e6 : NAN;
		c->n++;
	}
	return TT_OK;
}

static tt_series line(const char *name, unsigned colour, const double *x, const double *y, size_t n)
{
	return (tt_series){.style = TT_STYLE_LINE, .name = name, .colour = colour, .n = n, .x = x, .y = y};
}

static tt_status write_residual(const tt_findings *a, const curves *c, const tt_figure_options *o, tt_error *err)
{
	tt_axis x = {.label = "Displacement d − d₀ (nm)", .lo = NAN, .hi = NAN};
	tt_axis y = {.label = "Residual force (µN)", .lo = NAN, .hi = NAN};
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

tt_status tt_figure_spring(const tt_findings *a, tt_error *err)
{
	curves c = {0};
	tt_status st = thin_log(a, &c, err);
	if (st != TT_OK) return st;
	tt_figure_options o = {.width_mm = a->test->output.figure_width_mm};
	tt_axis x = {.label = "Displacement d − d₀ (nm)", .lo = NAN, .hi = NAN};
	tt_axis y = {.label = "Force (µN)", .lo = NAN, .hi = NAN};
	tt_figure *f = tt_figure_new(&o);
	tt_figure_axis(f, TT_AXIS_X, &x);
	tt_figure_axis(f, TT_AXIS_Y, &y);
	tt_series raw = line("raw, less force in air", TT_GREY, c.displacement, c.raw, c.n);
	tt_series spring = line("spring", TT_ORANGE, c.displacement, c.spring, c.n);
	tt_series specimen = line("specimen", TT_BLUE, c.displacement, c.specimen, c.n);
	spring.dashed = true;
	tt_figure_series(f, &raw);
	tt_figure_series(f, &spring);
	tt_figure_series(f, &specimen);
	tt_figure_key(f, TT_KEY_TOP_LEFT);
	st = tt_figure_write(f, a->out, "spring", err);
	tt_figure_free(f);
	if (st == TT_OK && a->r->mechanics->spring.found) st = write_residual(a, &c, &o, err);
	curves_clear(&c);
	return st;
}

tt_status tt_figure_sync(const tt_findings *a, tt_error *err)
{
	const tt_sync_result *s = &a->r->sync;
	if (s->n == 0 || isnan(s->scale)) return TT_OK;
	tt_figure_options o = {.width_mm = a->test->output.figure_width_mm};
	tt_axis x = {.label = "Time of the log (s)", .lo = NAN, .hi = NAN};
	tt_axis y = {.label = "Elongation of the gauge (nm)", .lo = NAN, .hi = NAN};
	tt_figure *f = tt_figure_new(&o);
	tt_figure_axis(f, TT_AXIS_X, &x);
	tt_figure_axis(f, TT_AXIS_Y, &y);
	tt_series seen = {.style = TT_STYLE_POINTS,
	                  .name = "images",
	                  .colour = TT_BLUE,
	                  .symbol = TT_CIRCLE,
	                  .size = 0.5,
	                  .n = s->n,
	                  .x = s->log_time_s,
	                  .y = s->elongation_m,
	                  .y_scale = 1e9};
	tt_series predicted = {.style = TT_STYLE_LINE,
	                       .name = "log, matched",
	                       .colour = TT_VERMILION,
	                       .n = s->n,
	                       .x = s->log_time_s,
	                       .y = s->predicted_m,
	                       .y_scale = 1e9};
	tt_figure_series(f, &seen);
	tt_figure_series(f, &predicted);
	if (isfinite(a->r->mechanics->contact_time_s))
		tt_figure_rule(f, TT_AXIS_X, a->r->mechanics->contact_time_s, TT_GREY);
	if (isfinite(a->r->mechanics->fracture_time_s))
		tt_figure_rule(f, TT_AXIS_X, a->r->mechanics->fracture_time_s, TT_GREY);
	tt_figure_key(f, TT_KEY_TOP_LEFT);
	tt_status st = tt_figure_write(f, a->out, "sync", err);
	tt_figure_free(f);
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

tt_status tt_write_budget(const tt_findings *a, tt_error *err)
{
	static const struct {
		int id;
		const char *name;
	} wanted[] = {{TT_PROP_YOUNGS_MODULUS, "E"},       {TT_PROP_PROPORTIONAL_LIMIT, "Rp0.01"},
	              {TT_PROP_YIELD_STRENGTH, "Rp0.2"},   {TT_PROP_ULTIMATE_STRENGTH, "Rm"},
	              {TT_PROP_UNIFORM_ELONGATION, "Agt"}, {TT_PROP_TOTAL_ELONGATION, "At"},
	              {TT_PROP_TOUGHNESS, "toughness"}};
	enum { WANTED = sizeof wanted / sizeof *wanted };
	const tt_uncertainty *u = &a->r->uncertainty;
	int shown[WANTED];
	const char *name[WANTED];
	double x[WANTED], lo[TT_IN_COUNT + 1][WANTED], hi[TT_IN_COUNT + 1][WANTED], top[WANTED] = {0};
	size_t n = 0, colours = 0;
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
	tt_figure_options o = {.width_mm = 2 * a->test->output.figure_width_mm, .height_mm = 75};
	tt_figure *f = tt_figure_new(&o);
	tt_axis ax = {.label = "", .lo = -0.6, .hi = (double)n - 0.4, .names = name, .n_names = n};
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
		                  .colour = rest ? tt_tint(TT_GREY, 0.5) : tt_series_colour(colours++),
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
