/* A study's films: figure 4 of such papers, tables, correlations.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/study_films.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/outdir.h"
#include "core/text.h"

static const double coverage = 1.959963984540054;

bool tt_study_has_films(const tt_comparison *c)
{
	for (size_t g = 0; g < c->n; g++)
		if (c->group[g].film) return true;
	return false;
}

const tt_measurement *tt_study_film_value(const tt_study_group *g, const char *id)
{
	return g->film ? tt_measurements_find(g->film, id) : NULL;
}

/* ---- the figure ---- */

typedef struct set {
	size_t n;
	double x[64], y[64], lo[64], hi[64];
} set;

static void add(set *s, double x, double y, double lo, double hi)
{
	if (!isfinite(y) || s->n == 64) return;
	s->x[s->n] = x;
	s->y[s->n] = y;
	s->lo[s->n] = isfinite(lo) ? lo : y;
	s->hi[s->n++] = isfinite(hi) ? hi : y;
}

static void add_film(set *s, const tt_comparison *c, const char *id)
{
	for (size_t g = 0; g < c->n; g++) {
		const tt_measurement *m = tt_study_film_value(&c->group[g], id);
		if (m)
			add(s, c->group[g].at, m->value * m->what->shown, m->lo * m->what->shown,
			    m->hi * m->what->shown);
	}
}

/* The mean over a group's specimens, times a factor. */
static void add_tension(set *s, const tt_comparison *c, tt_compared id, double factor, double aside)
{
	double shown = tt_compared_shown(id) * factor;
	for (size_t g = 0; g < c->n; g++) {
		const tt_group_result *r = &c->group[g].value[id];
		double x = c->log ? c->group[g].at * aside : c->group[g].at + (aside - 1);
		add(s, x, r->between.mean * shown, r->lo * shown, r->hi * shown);
	}
}

static void limits(const set *const *s, size_t n, tt_axis *axis)
{
	double lo = INFINITY, hi = -INFINITY;
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < s[k]->n; i++)
			lo = fmin(lo, s[k]->lo[i]), hi = fmax(hi, s[k]->hi[i]);
	double pad = 0.12 * (hi - lo > 0 ? hi - lo : fabs(hi));
	axis->lo = lo - pad;
	axis->hi = hi + pad;
}

static void draw(tt_figure *f, const set *s, const char *name, unsigned colour, tt_symbol symbol, bool dashed)
{
	if (!s->n) return;
	tt_figure_series(f, &(tt_series){.style = TT_STYLE_LINE,
	                                 .colour = tt_tint(colour, 0.4),
	                                 .dashed = dashed,
	                                 .n = s->n,
	                                 .x = s->x,
	                                 .y = s->y});
	tt_figure_series(f, &(tt_series){.style = TT_STYLE_POINTS,
	                                 .name = name,
	                                 .colour = colour,
	                                 .symbol = symbol,
	                                 .size = 0.9,
	                                 .n = s->n,
	                                 .x = s->x,
	                                 .y = s->y,
	                                 .y_lo = s->lo,
	                                 .y_hi = s->hi});
}

static tt_axis group_axis(const tt_comparison *c, const char **names)
{
	tt_axis x = {.label = c->axis, .log = c->log, .lo = NAN, .hi = NAN};
	double lo = INFINITY, hi = -INFINITY;
	for (size_t g = 0; g < c->n; g++) {
		lo = fmin(lo, c->group[g].at), hi = fmax(hi, c->group[g].at);
		names[g] = c->group[g].label;
	}
	if (!c->numeric) {
		x.names = names;
		x.n_names = c->n;
		x.lo = -0.5;
		x.hi = (double)c->n - 0.5;
	} else if (c->log) {
		double pad = pow(10, fmax(0.25, 0.08 * log10(hi / lo)));
		x.lo = lo / pad;
		x.hi = hi * pad;
	} else {
		double pad = hi > lo ? 0.1 * (hi - lo) : fmax(1, fabs(hi)) * 0.1;
		x.lo = lo - pad;
		x.hi = hi + pad;
	}
	return x;
}

static tt_figure *panel(tt_figure *after, double width_mm, const tt_axis *x, const char *label, const set *const *s,
                        size_t n)
{
	tt_figure *f = tt_figure_new(&(tt_figure_options){.width_mm = width_mm});
	tt_axis y = {.label = label};
	if (after) tt_figure_after(f, after);
	limits(s, n, &y);
	tt_figure_axis(f, TT_AXIS_X, x);
	tt_figure_axis(f, TT_AXIS_Y, &y);
	return f;
}

tt_status tt_study_film_figure(struct tt_outdir *dir, const tt_comparison *c, double width_mm, tt_error *err)
{
	set *s = calloc(7, sizeof *s);
	const char **names = calloc(c->n ? c->n : 1, sizeof *names);
	tt_figure *f[3] = {NULL};
	size_t n = 0;
	if (!s || !names) {
		free(s);
		free(names);
		return tt_fail_memory(err, "the films' figure");
	}
	set *g = &s[0], *e = &s[1], *tension = &s[2], *nu = &s[3], *h = &s[4], *yield = &s[5];
	add_film(g, c, "shear_modulus_GPa");
	add_film(e, c, "youngs_modulus_GPa");
	add_tension(tension, c, TT_CMP_MODULUS, 1, 1.25);
	add_film(nu, c, "poisson_ratio");
	add_film(h, c, "hardness_GPa");
	add_tension(yield, c, TT_CMP_YIELD, 3, 1.25);
	tt_axis x = group_axis(c, names);
	double each = width_mm / 3;
	if (g->n || e->n) {
		const set *const all[] = {g, e, tension};
		f[n] = panel(NULL, each, &x, "Modulus (GPa)", all, 3);
		draw(f[n], g, NULL, TT_BLUE, TT_DISC, false);
		draw(f[n], e, NULL, TT_VERMILION, TT_SQUARE, false);
		draw(f[n++], tension, NULL, TT_BLACK, TT_OPEN_DIAMOND, true);
	}
	if (nu->n) {
		const set *const all[] = {nu};
		f[n] = panel(n ? f[n - 1] : NULL, each, &x, "Poisson’s ratio", all, 1);
		draw(f[n++], nu, NULL, TT_GREEN, TT_TRIANGLE, false);
	}
	if (h->n) {
		const set *const all[] = {h, yield};
		f[n] = panel(n ? f[n - 1] : NULL, each, &x, "Hardness (GPa)", all, 2);
		draw(f[n], h, NULL, TT_PURPLE, TT_DIAMOND, false);
		draw(f[n++], yield, NULL, TT_BLACK, TT_OPEN_DIAMOND, true);
	}
	tt_status st =
	    n ? tt_figure_panels(f, n, n, width_mm, 0.8 * each + 6,
	                         "Discs: G; squares: E of the film; triangles: ν; filled diamonds: H. Open diamonds: "
	                         "tension, E and 3 × yield strength. Bars: 95 %.",
	                         dir, "films", err)
	      : TT_OK;
	for (size_t i = 0; i < n; i++)
		tt_figure_free(f[i]);
	free(names);
	free(s);
	return st;
}

/* ---- tables ---- */

static tt_status write_films(struct tt_outdir *dir, const tt_comparison *c, tt_error *err)
{
	size_t rows = 0, i = 0;
	for (size_t g = 0; g < c->n; g++)
		rows += c->group[g].film ? c->group[g].film->n : 0;
	double *v = malloc((rows + 1) * 4 * sizeof *v);
	const char **t = malloc((rows + 1) * 6 * sizeof *t);
	if (!v || !t) {
		free(v);
		free(t);
		return tt_fail_memory(err, "films.csv");
	}
	for (size_t g = 0; g < c->n; g++)
		for (size_t k = 0; c->group[g].film && k < c->group[g].film->n; k++, i++) {
			const tt_measurement *m = &c->group[g].film->item[k];
			const double value[] = {m->value, m->u, m->lo, m->hi};
			const char *const text[] = {c->group[g].label, m->subject, m->what->id,
			                            m->method,         m->source,  m->reason};
			for (size_t q = 0; q < 4; q++)
				v[q * rows + i] = value[q] * m->what->scale;
			for (size_t q = 0; q < 6; q++)
				t[q * rows + i] = text[q];
		}
	const tt_column column[] = {{.name = "group", .text = t},
	                            {.name = "film", .text = t + rows},
	                            {.name = "quantity", .text = t + 2 * rows},
	                            {.name = "value", .value = v},
	                            {.name = "u", .value = v + rows},
	                            {.name = "low95", .value = v + 2 * rows},
	                            {.name = "high95", .value = v + 3 * rows},
	                            {.name = "method", .text = t + 3 * rows},
	                            {.name = "source", .text = t + 4 * rows},
	                            {.name = "reason", .text = t + 5 * rows}};
	tt_status st = tt_table_write(dir, "films.csv", column, sizeof column / sizeof *column, rows, err);
	free(v);
	free(t);
	return st;
}

static tt_status write_correlations(struct tt_outdir *dir, const tt_comparison *c, tt_error *err)
{
	size_t n = c->n_correlations;
	double *v = malloc((n + 1) * 4 * sizeof *v);
	const char **t = malloc((n + 1) * 2 * sizeof *t);
	int64_t *count = malloc((n + 1) * sizeof *count);
	tt_status st = v && t && count ? TT_OK : tt_fail_memory(err, "correlations.csv");
	for (size_t i = 0; i < n && st == TT_OK; i++) {
		const tt_correlation *k = &c->correlation[i];
		t[i] = k->a;
		t[n + i] = k->b;
		count[i] = (int64_t)k->n;
		v[i] = k->rho;
		v[n + i] = k->lo;
		v[2 * n + i] = k->hi;
		v[3 * n + i] = k->p;
	}
	const tt_column column[] = {{.name = "a", .text = t},
	                            {.name = "b", .text = t + n},
	                            {.name = "groups", .integer = count},
	                            {.name = "rank_correlation", .value = v, .digits = 4},
	                            {.name = "low95", .value = v + n, .digits = 4},
	                            {.name = "high95", .value = v + 2 * n, .digits = 4},
	                            {.name = "p", .value = v + 3 * n, .digits = 4}};
	if (st == TT_OK) st = tt_table_write(dir, "correlations.csv", column, sizeof column / sizeof *column, n, err);
	free(v);
	free(t);
	free(count);
	return st;
}

tt_status tt_study_film_tables(struct tt_outdir *dir, const tt_comparison *c, tt_error *err)
{
	tt_status st = write_films(dir, c, err);
	if (st == TT_OK && c->n_correlations) st = write_correlations(dir, c, err);
	return st;
}

size_t tt_study_film_ids(const tt_comparison *c, const tt_measurand **id, size_t most)
{
	size_t n = 0;
	for (size_t i = 0; i < tt_measurand_count() && n < most; i++) {
		const tt_measurand *m = tt_measurand_at(i);
		bool any = false;
		for (size_t g = 0; g < c->n; g++)
			any = any || tt_study_film_value(&c->group[g], m->id);
		if (any) id[n++] = m;
	}
	return n;
}

double tt_study_film_half(const tt_measurement *m)
{
	if (isfinite(m->lo) && isfinite(m->hi)) return (m->hi - m->lo) / 2;
	return coverage * m->u;
}
