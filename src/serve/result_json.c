/* A result as the page shows it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/result_json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "temtensile/decisions.h"
#include "temtensile/schema.h"
#include "temtensile/study.h"

enum { MOST_ROWS = 2500, DIGITS = 6 };

/* v to DIGITS significant digits: a whole number times or over a power of ten, which up to 10^22 are exact. */
static double rounded(double v)
{
	static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
	                               1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	enum { MOST = sizeof power / sizeof *power - 1 };
	const int places = v == 0 ? 0 : DIGITS - 1 - (int)floor(log10(fabs(v)));
	if (places > MOST || places < -MOST) return v;
	return places >= 0 ? rint(v * power[places]) / power[places] : rint(v / power[-places]) * power[-places];
}

/* Six digits are more than a screen shows, and a third of the bytes of all of them. */
static json_t *number(double v)
{
	return isfinite(v) ? json_real(rounded(v)) : json_null();
}

/* All digits: what is compared with what a saved description gives. */
static json_t *exact(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

static json_t *pair(double a, double b)
{
	return isfinite(a) && isfinite(b) ? json_pack("[o,o]", number(a), number(b)) : json_null();
}

/* Every step-th row; the last one too. */
static json_t *column(const double *v, size_t n, size_t step)
{
	json_t *list = json_array();
	for (size_t i = 0; i < n; i += step)
		json_array_append_new(list, number(v[i]));
	if (n && (n - 1) % step) json_array_append_new(list, number(v[n - 1]));
	return list;
}

static json_t *curve(const tt_result *r)
{
	const tt_curve *c = r->curve;
	size_t step = c->n / MOST_ROWS + 1;
	double *air = malloc((c->n ? c->n : 1) * sizeof *air), *index = malloc((c->n ? c->n : 1) * sizeof *index);
	json_t *j = json_object();
	for (size_t i = 0; i < c->n && air && index; i++) {
		air[i] = c->force_raw_N[i] - c->force_spring_N[i] - c->force_N[i];
		index[i] = (double)i;
	}
	if (air && index) {
		json_object_set_new(j, "index", column(index, c->n, step));
		json_object_set_new(j, "force_air", column(air, c->n, step));
	}
	const struct {
		const char *name;
		const double *v;
	} columns[] = {{"time", c->time_s},
	               {"log_time", c->log_time_s},
	               {"strain", c->strain},
	               {"stress", c->stress_Pa},
	               {"u_strain", c->u_strain},
	               {"u_stress", c->u_stress_Pa},
	               {"force", c->force_N},
	               {"force_raw", c->force_raw_N},
	               {"force_spring", c->force_spring_N},
	               {"displacement", c->displacement_m}};
	for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
		json_object_set_new(j, columns[k].name, column(columns[k].v, c->n, step));
	free(air);
	free(index);
	return j;
}

static const tt_measurement *find(const tt_result *r, const char *id)
{
	return tt_measurements_find(&r->measurements, id);
}

static double value_of(const tt_result *r, const char *id)
{
	const tt_measurement *m = find(r, id);
	return m ? m->value : NAN;
}

static json_t *marks(const tt_test *test, const tt_result *r)
{
	json_t *j = json_object();
	double e = r->has_properties ? r->properties.elastic.modulus_Pa : NAN,
	       zero = r->has_properties ? r->properties.elastic.zero_strain : NAN;
	double yield = value_of(r, "yield_strength_GPa"), top = value_of(r, "ultimate_strength_GPa");
	const tt_curve *c = r->curve;
	/* by hand it lies where it was put, with its ± */
	const bool given = r->has_properties && r->properties.yield_given;
	const double at = given ? test->properties.yield_at.value : zero + yield / e + 0.002;
	json_object_set_new(j, "yield", pair(at, yield));
	json_object_set_new(j, "yield_u", given ? number(test->properties.yield_at.u) : json_null());
	json_object_set_new(j, "yield_given", json_boolean(given));
	json_object_set_new(j, "ultimate", pair(value_of(r, "uniform_elongation"), top));
	size_t last = SIZE_MAX;
	for (size_t i = 0; i < c->n && r->fracture >= 0 && (int64_t)i < r->fracture; i++)
		if (tt_curve_row_usable(c, i)) last = i;
	json_object_set_new(j, "fracture", last != SIZE_MAX ? pair(c->strain[last], c->stress_Pa[last]) : json_null());
	if (isfinite(e) && isfinite(top))
		json_object_set_new(
		    j, "elastic",
		    json_pack("{s:o,s:o,s:o,s:o}", "strain", pair(zero, zero + top / e), "stress", pair(0, top),
		              "window", pair(r->properties.elastic.strain_lo, r->properties.elastic.strain_hi),
		              "window_stress",
		              pair(r->properties.elastic.stress_lo_Pa, r->properties.elastic.stress_hi_Pa)));
	return j;
}

static json_t *property(const tt_measurement *m)
{
	char value[48] = "", u[48] = "", text[120] = "";
	const tt_measurand *w = m->what;
	if (isfinite(m->value)) {
		tt_round_to_u(m->value * w->shown, m->u * w->shown, value, u, sizeof value);
		snprintf(text, sizeof text, u[0] ? "%s \u00b1 %s" : "%s", value, u);
	}
	return json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:s,s:s?,s:s}", "id", w->id, "name", w->short_name, "symbol",
	                 w->symbol, "unit", w->shown_unit, "value", exact(m->value * w->shown), "u",
	                 exact(m->u * w->shown), "lo", exact(m->lo * w->shown), "hi", exact(m->hi * w->shown), "text",
	                 text, "reason", m->reason, "definition", w->definition);
}

static json_t *properties(const tt_result *r)
{
	json_t *list = json_array();
	for (size_t i = 0; i < r->measurements.n; i++)
		json_array_append_new(list, property(&r->measurements.item[i]));
	return list;
}

/* Whether the description knows the key: only then can it be overridden. */
static bool is_key(const char *key)
{
	char *text = NULL;
	tt_error ignored;
	bool known = tt_description_help("test", key, &text, &ignored) == TT_OK;
	free(text);
	return known;
}

/* What the program finds against a value that is given; "" when they agree. */
static void contradiction(const tt_result *r, const char *key, char *text, size_t size)
{
	text[0] = 0;
	for (size_t i = 0; i < r->n_overrides; i++) {
		const tt_override *o = &r->override[i];
		if (strcmp(o->key, key) != 0 || !o->contradicts) continue;
		snprintf(text, size, "%s is given, but the program finds %s", o->given_text, o->found_text);
	}
}

/* Rows that a decision rests on; an open end is null. */
static json_t *range(const double range_s[2])
{
	return isnan(range_s[0]) ? json_null() : json_pack("[o,o]", number(range_s[0]), number(range_s[1]));
}

static json_t *points(const tt_decision *d)
{
	json_t *list = json_array();
	for (size_t i = 0; i < d->points; i++)
		json_array_append_new(list, pair(d->point[i][0], d->point[i][1]));
	return list;
}

static json_t *decisions(const tt_observation *o, const tt_test *test, const tt_result *r, const tt_closeup *closeup)
{
	tt_decision all[TT_DECISIONS_MOST];
	size_t n = tt_decisions_of(o, test, r, closeup, all);
	json_t *list = json_array();
	for (size_t i = 0; i < n; i++) {
		const tt_decision *d = &all[i];
		char against[400];
		contradiction(r, d->key, against, sizeof against);
		json_t *j = json_pack("{s:s,s:s,s:s,s:b,s:o,s:o,s:o}", "contradiction", against, "key", d->key, "name",
		                      d->name, "given", d->given, "value", number(d->value), "u", number(d->u),
		                      "log_time", number(d->log_time_s));
		json_object_update_new(j, json_pack("{s:s,s:s,s:s?,s:b,s:o,s:o,s:I,s:b}", "text", d->text, "evidence",
		                                    d->evidence, "example", d->example, "override",
		                                    d->example && is_key(d->key), "range", range(d->range_s), "points",
		                                    points(d), "frame", (json_int_t)d->frame, "pixels",
		                                    tt_observation_needs(d->key)));
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *elongation(const tt_result *r)
{
	const tt_sync_result *s = &r->sync;
	if (!s->n) return json_null();
	size_t step = s->n / MOST_ROWS + 1;
	return json_pack("{s:o,s:o,s:o}", "log_time", column(s->log_time_s, s->n, step), "elongation",
	                 column(s->elongation_m, s->n, step), "predicted", column(s->predicted_m, s->n, step));
}

static json_t *gauge(const tt_observation *o)
{
	tt_observed_gauge g;
	tt_observation_gauge(o, &g);
	const double *xy = tt_observation_subset_start(o);
	json_t *places = json_array();
	for (size_t i = 0; xy && i < tt_observation_subsets(o); i++)
		json_array_append_new(places, pair(xy[2 * i], xy[2 * i + 1]));
	return json_pack("{s:[f,f],s:[f,f],s:f,s:i,s:[i,i],s:o}", "from", g.from[0], g.from[1], "to", g.to[0], g.to[1],
	                 "width", g.width_px, "subset", g.subset_px, "band", (int)g.band[0], (int)g.band[1], "points",
	                 places);
}

json_t *tt_result_json(const tt_observation *o, const tt_test *test, const tt_result *r, const tt_closeup *closeup,
                       double milliseconds)
{
	json_t *warnings = json_array();
	for (size_t i = 0; i < r->warnings.n; i++)
		json_array_append_new(warnings, json_string(r->warnings.item[i]));
	return json_pack("{s:b,s:f,s:f,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "needs_pixels", 0, "milliseconds", milliseconds,
	                 "rate", r->clock.rate, "curve", curve(r), "marks", marks(test, r), "properties", properties(r),
	                 "decisions", decisions(o, test, r, closeup), "elongation", elongation(r), "gauge", gauge(o),
	                 "warnings", warnings);
}
