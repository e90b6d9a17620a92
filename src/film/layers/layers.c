/* Layers of a film: from a profile, a line across an image, or the satellites of a reflectivity curve.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "core/text.h"
#include "film/curve.h"
#include "film/layers/line.h"
#include "film/layers/profile.h"
#include "film/reflectivity/critical.h"
#include "film/reflectivity/satellites.h"
#include "film/result.h"
#include "numeric/random.h"
#include "numeric/statistics.h"
#include "temtensile/frames.h"
#include "temtensile/logs.h"

static const double DEGREE = 3.14159265358979323846 / 180;

/* ---- satellites ---- */

static tt_status put_satellites(const tt_film_description *d, tt_film_result *out, const tt_satellites *s,
                                double wavelength, tt_error *err)
{
	tt_measurement *m;
	tt_status st = tt_film_put(out, d, "layer_period_nm", s->period_m, s->u_period,
	                           "satellites of reflectivity, sin²θ over m²", d->layers.file, &m, err);
	if (st == TT_OK) st = tt_film_conditions(m, err, "%zu satellites, wavelength %.7g nm", s->n, wavelength * 1e9);
	for (size_t i = 0; i < s->n; i++)
		tt_warn(&out->lines, "satellite of order %d at 2θ = %s", s->order[i],
		        TT_VALUE(2 * s->theta[i] / DEGREE, 2 * s->u_theta[i] / DEGREE, "°"));
	tt_warn(&out->lines, "Bragg's law without refraction would read a period of %.3f nm from the first satellite",
	        s->naive_m * 1e9);
	if (s->n == 1)
		tt_warn(
		    &out->warnings,
		    "layers: one satellite alone, taken as the first order, with refraction from the critical angle");
	tt_warn(&out->methods, "Period: sin²θ_m = (mλ/2Λ)² + 2δ through the satellites of the reflectivity curve; a "
	                       "further 0.1 %% stands for the difference "
	                       "between this line and dynamical theory.");
	return st;
}

static tt_status by_satellites(const tt_film_description *d, tt_film_result *out, tt_error *err)
{
	const tt_film_layers_part *p = &d->layers;
	tt_film_scan s;
	tt_status st = tt_film_scan_read(p->file, 0, p->over_q, p->wavelength.value, "layers", out, &s, err);
	if (st != TT_OK) return st;
	double *theta = malloc(s.n * sizeof *theta);
	int orders[TT_MOST_SATELLITES];
	for (size_t i = 0; i < p->n_orders; i++)
		orders[i] = (int)p->order[i];
	if (theta) {
		tt_critical c;
		tt_satellites found;
		tt_error why;
		const tt_critical_options o = {.beta_over_delta = NAN};
		for (size_t i = 0; i < s.n; i++)
			theta[i] = s.two_theta[i] / 2 * DEGREE;
		const bool edge = tt_critical_fit(theta, s.y, s.n, s.wavelength_m, &o, &c, NULL) == TT_OK;
		if (tt_satellites_fit(theta, s.y, s.n, s.wavelength_m, edge ? 2 * c.delta : (double)NAN,
		                      p->order ? orders : NULL, p->n_orders, p->file, &found, &why) == TT_OK)
			st = put_satellites(d, out, &found, s.wavelength_m, err);
		else
			st = tt_film_put_missing(out, d, "layer_period_nm", "satellites of reflectivity", err, "%s",
			                         why.message);
	} else {
		st = tt_fail_memory(err, "a reflectivity curve");
	}
	free(theta);
	tt_film_scan_clear(&s);
	return st;
}

/* ---- profiles ---- */

typedef struct profile {
	double *x, *y; /* x in m; owned */
	size_t n;
	char name[96];     /* of the signal */
	double relative_u; /* of the length scale; 0: not stated */
} profile;

static tt_status from_image(const tt_film_description *d, tt_film_result *out, profile *p, tt_error *err)
{
	const tt_film_layers_part *l = &d->layers;
	tt_still *still;
	tt_status st = tt_still_read(l->file, &still, err);
	if (st != TT_OK) return st;
	const double own = tt_still_info(still)->pixel_size_m,
	             size = isnan(l->pixel_size.value) ? own : l->pixel_size.value;
	const tt_profile_line line = {{l->from[0], l->from[1]}, {l->to[0], l->to[1]}, l->line_width};
	if (!(size > 0))
		st = tt_fail(err, TT_ERR_INPUT, "%s: '%s' does not say its pixel size: give layers.pixel_size",
		             l->section.where, l->file);
	else if (own > 0 && fabs(own / size - 1) > 0.02)
		tt_warn(&out->warnings,
		        "layers: the pixel size is %.4g nm in the description and %.4g nm in '%s': the description's "
		        "is taken",
		        size * 1e9, own * 1e9, l->file);
	if (st == TT_OK) st = tt_profile_along(tt_still_image(still), &line, l->file, &p->x, &p->y, &p->n, err);
	for (size_t i = 0; st == TT_OK && i < p->n; i++)
		p->x[i] *= size;
	tt_snprintf(p->name, sizeof p->name, "grey level");
	if (!isnan(l->pixel_size.value)) p->relative_u = l->pixel_size.u / l->pixel_size.value;
	tt_still_free(still);
	return st;
}

/* The unit of a length in a column's name, in m: "position_nm", "Distance (µm)"; NaN: none. */
static double unit_of(const char *name)
{
	char unit[32];
	const char *end = name + strlen(name);
	while (end > name && strchr(")] ", end[-1]))
		end--;
	const char *start = end;
	while (start > name && !strchr("([_ /", start[-1]))
		start--;
	if (start == name || (size_t)(end - start) >= sizeof unit) return NAN;
	memcpy(unit, start, (size_t)(end - start));
	unit[end - start] = '\0';
	return tt_unit_factor(unit, TT_DIM_LENGTH);
}

static int column_of(const tt_columns *c, const char *wanted, const char *const *usual)
{
	if (wanted) return tt_columns_find(c, wanted);
	for (; *usual; usual++) {
		const int k = tt_columns_find(c, *usual);
		if (k >= 0) return k;
	}
	return 0;
}

/* The column whose layers stand out most: amplitude of slow changes over noise. */
static int clearest(const tt_columns *c, int position)
{
	double best = -1;
	int at = -1;
	for (size_t k = 0; k < c->n; k++) {
		double mean = 0, squares = 0;
		bool whole = (int)k != position;
		for (size_t i = 0; i < c->rows && whole; i++) {
			whole = isfinite(c->value[k][i]);
			mean += c->value[k][i];
		}
		if (!whole) continue;
		mean /= (double)c->rows;
		for (size_t i = 0; i < c->rows; i++)
			squares += (c->value[k][i] - mean) * (c->value[k][i] - mean);
		const double noise = tt_noise_std(c->value[k], c->rows),
		             clear = sqrt(squares / (double)c->rows) / fmax(noise, 1e-300);
		if (squares > 0 && clear > best) {
			best = clear;
			at = (int)k;
		}
	}
	return at;
}

static tt_status take_columns(const tt_film_description *d, const tt_columns *c, profile *p, tt_error *err)
{
	static const char *const usual[] = {"position", "distance", "depth", "x", "z", NULL};
	const tt_film_layers_part *l = &d->layers;
	const int x = column_of(c, l->position, usual);
	if (x < 0)
		return tt_fail(err, TT_ERR_INPUT, "%s: '%s' has no column '%s'", l->section.where, l->file,
		               l->position);
	double factor = unit_of(c->name[x]);
	if (!isnan(l->pixel_size.value)) {
		factor = l->pixel_size.value;
		p->relative_u = l->pixel_size.u / factor;
	}
	if (isnan(factor))
		return tt_fail(
		    err, TT_ERR_INPUT,
		    "%s: the column of positions of '%s' ('%s') names no unit of length: name it in the file "
		    "(position_nm), or give layers.pixel_size, the length of one unit",
		    l->section.where, l->file, c->name[x]);
	const int y = l->signal ? tt_columns_find(c, l->signal) : clearest(c, x);
	if (y < 0 || y == x)
		return tt_fail(err, TT_ERR_INPUT, "%s: '%s' has no column '%s' of numbers beside its positions",
		               l->section.where, l->file, l->signal ? l->signal : "(any)");
	p->x = malloc(c->rows * sizeof *p->x);
	p->y = malloc(c->rows * sizeof *p->y);
	if (!p->x || !p->y) return tt_fail_memory(err, "a profile");
	for (size_t i = 0; i < c->rows; i++) {
		if (isnan(c->value[x][i]) || isnan(c->value[y][i])) continue;
		p->x[p->n] = c->value[x][i] * factor;
		p->y[p->n++] = c->value[y][i];
		if (p->n > 1 && !(p->x[p->n - 1] > p->x[p->n - 2]))
			return tt_fail(err, TT_ERR_INPUT, "%s: its positions do not rise: row %zu is %.6g after %.6g",
			               l->file, i + 1, c->value[x][i], c->value[x][i - 1]);
	}
	tt_snprintf(p->name, sizeof p->name, "%s", c->name[y][0] ? c->name[y] : "signal");
	return TT_OK;
}

static tt_status from_table(const tt_film_description *d, profile *p, tt_error *err)
{
	tt_columns *c;
	tt_status st = tt_columns_read(d->layers.file, &c, err);
	if (st != TT_OK) return st;
	st = take_columns(d, c, p, err);
	tt_columns_free(c);
	return st;
}

static tt_status add_figure(const profile *p, const tt_layers *l, tt_film_result *out, tt_error *err)
{
	tt_film_figure *f;
	tt_film_table *t;
	const size_t marks = l ? l->boundaries : 0;
	double *x = malloc((p->n + marks + 1) * sizeof *x), *mark = x ? x + p->n : NULL;
	if (!x) return tt_fail_memory(err, "a figure");
	for (size_t i = 0; i < p->n; i++)
		x[i] = p->x[i] * 1e9;
	for (size_t i = 0; i < marks; i++)
		mark[i] = l->boundary[i] * 1e9;
	tt_status st = tt_film_add_figure(out, "layers", "Position (nm)", p->name,
	                                  "Profile across the layers with the located boundaries.", &f, err);
	if (st == TT_OK) st = tt_film_add_curve(f, TT_FILM_LINE, NULL, x, p->y, NULL, p->n, err);
	if (st == TT_OK && marks) st = tt_film_add_curve(f, TT_FILM_RULE_X, "boundaries", mark, NULL, NULL, marks, err);
	if (st == TT_OK) st = tt_film_add_table(out, "layers.csv", p->n, &t, err);
	if (st == TT_OK) st = tt_film_add_column(t, "position_nm", x, NULL, err);
	if (st == TT_OK) st = tt_film_add_column(t, p->name, p->y, NULL, err);
	if (st == TT_OK && marks) {
		st = tt_film_add_table(out, "boundaries.csv", marks, &t, err);
		if (st == TT_OK) st = tt_film_add_column(t, "position_nm", mark, NULL, err);
	}
	free(x);
	return st;
}

static tt_status put_layers(const tt_film_description *d, tt_film_result *out, const profile *p, const tt_layers *l,
                            tt_error *err)
{
	tt_measurement *m;
	const double by_scale = p->relative_u * l->period, u = hypot(l->u_period, by_scale);
	tt_status st = tt_film_put(out, d, "layer_period_nm", l->period, u, "distances of located like boundaries",
	                           d->layers.file, &m, err);
	if (st != TT_OK) return st;
	m->u_shared = by_scale;
	/* few periods: Student's t */
	const double t = tt_t_quantile(0.975, l->freedom), half = hypot(t * l->u_period, 1.959963984540054 * by_scale);
	m->lo = l->period - half;
	m->hi = l->period + half;
	st = tt_film_conditions(m, err, "%zu periods of '%s'; scatter between layers %.3g nm", l->periods, p->name,
	                        l->scatter * 1e9);
	if (st == TT_OK)
		st = tt_film_put(out, d, "layer_amplitude", l->amplitude, l->u_amplitude,
		                 "mean levels of both kinds of layers", d->layers.file, &m, err);
	if (st == TT_OK) st = tt_film_conditions(m, err, "of '%s'", p->name);
	if (st == TT_OK && u > 0)
		st = tt_film_add_share(out, "layer_period_nm", "scatter between layers",
		                       l->u_period * l->u_period / (u * u), err);
	if (st == TT_OK && by_scale > 0)
		st = tt_film_add_share(out, "layer_period_nm", "length scale", by_scale * by_scale / (u * u), err);
	tt_warn(&out->lines, "layers: %zu periods, standard deviation between them %s, one boundary located to ± %s",
	        l->periods, TT_DIGITS(l->scatter * 1e9, 3, "nm"), TT_DIGITS(l->u_boundary * 1e9, 2, "nm"));
	tt_warn(&out->methods,
	        "Layers: boundaries are where the profile of '%s', smoothed by %.2g nm, passes the middle between the "
	        "levels on both sides; the "
	        "period is the mean distance of like boundaries, its uncertainty their standard deviation over √n (n = "
	        "%zu).",
	        p->name, l->width * 1e9, l->periods);
	return st;
}

static tt_status by_profile(const tt_film_description *d, tt_film_result *out, tt_error *err)
{
	profile p = {0};
	tt_layers l;
	tt_error why;
	tt_status st = tt_strings_add(&out->inputs, err, "%s", d->layers.file);
	if (st == TT_OK) st = d->layers.has_line ? from_image(d, out, &p, err) : from_table(d, &p, err);
	if (st == TT_OK) {
		const bool found = tt_layers_find(p.x, p.y, p.n, d->layers.file, &l, &why) == TT_OK;
		st = add_figure(&p, found ? &l : NULL, out, err);
		if (st == TT_OK && found) st = put_layers(d, out, &p, &l, err);
		if (st == TT_OK && !found)
			st = tt_film_put_missing(out, d, "layer_period_nm", "distances of located like boundaries", err,
			                         "%s", why.message);
		if (found) tt_layers_clear(&l);
	}
	free(p.x);
	free(p.y);
	return st;
}

/* A file that is a curve over 2θ or q is one of reflectivity, whatever the key. */
static bool is_curve(const tt_film_layers_part *p)
{
	tt_pattern *pattern;
	if (p->is_reflectivity) return true;
	if (p->has_line || p->signal || tt_pattern_read(p->file, NULL, &pattern, NULL) != TT_OK) return false;
	const bool over_angle = pattern->axis != TT_PATTERN_UNKNOWN;
	tt_pattern_free(pattern);
	return over_angle;
}

tt_status tt_film_layers(const tt_film_description *d, tt_film_result *out, tt_error *err)
{
	const tt_film_layers_part *p = &d->layers;
	if (!p->section.given) return TT_OK;
	if (!isnan(p->period.value))
		return tt_film_put(out, d, "layer_period_nm", p->period.value, p->period.u_stated ? p->period.u : NAN,
		                   "taken over", p->section.source, NULL, err);
	return is_curve(p) ? by_satellites(d, out, err) : by_profile(d, out, err);
}
