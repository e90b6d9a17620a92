/* From a curve to its properties.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "temtensile/properties.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "core/text.h"
#include "evaluate/properties/estimate.h"
#include "evaluate/properties/stress_drops.h"

tt_property_input tt_property_input_empty(void)
{
	return (tt_property_input){.contact_log_s = NAN,
	                           .fracture_log_s = NAN,
	                           .fracture_displacement_m = NAN,
	                           .fracture_stress_Pa = NAN,
	                           .u_fracture_stress_Pa = NAN,
	                           .u_fracture_strain = NAN,
	                           .u_fracture_log_s = NAN,
	                           .u_fracture_displacement_m = NAN,
	                           .u_strain_bias = NAN,
	                           .strain_bias_time_s = NAN,
	                           .u_strain_zero = NAN};
}

tt_property_options tt_property_defaults(void)
{
	return (tt_property_options){.window_lo = NAN,
	                             .window_hi = NAN,
	                             .proportional_offset = 1e-4,
	                             .hollomon_lo = NAN,
	                             .hollomon_hi = NAN,
	                             .necking_strain = NAN,
	                             .yield_at = {.value = NAN},
	                             .drop_fraction = 0.01};
}

static tt_status check_options(const tt_property_options *o, tt_error *err)
{
	if (o->window != TT_ELASTIC_AUTO && !(o->window_lo < o->window_hi))
		return tt_fail(err, TT_ERR_USAGE,
		               "properties: elastic window from %g to %g, expected the first to be smaller",
		               o->window_lo, o->window_hi);
	if (isfinite(o->hollomon_lo) && isfinite(o->hollomon_hi) && !(o->hollomon_lo < o->hollomon_hi))
		return tt_fail(err, TT_ERR_USAGE,
		               "properties: Hollomon range from %g to %g, expected the first to be smaller",
		               o->hollomon_lo, o->hollomon_hi);
	if (!(o->proportional_offset > 0))
		return tt_fail(err, TT_ERR_USAGE,
		               "properties: departure at the proportional limit is %g, expected more than 0",
		               o->proportional_offset);
	if (o->n_offsets > 0 && !o->offsets)
		return tt_fail(err, TT_ERR_USAGE, "properties: the list of offsets is missing");
	for (size_t i = 0; i < o->n_offsets; i++)
		if (!(o->offsets[i] > 0) || !(o->offsets[i] < 1))
			return tt_fail(err, TT_ERR_USAGE,
			               "properties: yield offset %g, expected a strain between 0 and 1", o->offsets[i]);
	return TT_OK;
}

static void put(tt_property *p, double value, const char *fmt, ...) TT_PRINTF(3, 4);

/* A value, or why there is none. */
static void put(tt_property *p, double value, const char *fmt, ...)
{
	*p = (tt_property){.value = value, .u = NAN, .lo = NAN, .hi = NAN};
	if (isfinite(value)) return;
	p->value = NAN;
	va_list ap;
	va_start(ap, fmt);
	tt_vsnprintf(p->reason, sizeof p->reason, fmt, ap);
	va_end(ap);
}

static void put_yield(tt_property *p, const tt_estimate *e, const tt_crossing *c, double offset)
{
	if (offset == 0)
		put(p, c->stress, "not reached: the curve ends before the strain that properties.yield_at gives");
	else if (e->line.reason)
		put(p, NAN, "no elastic line: %s", e->line.reason);
	else
		put(p, c->stress,
		    "not reached: the strain never exceeded the elastic line by more than %.3g %% (%g %% needed)",
		    100 * c->furthest, 100 * offset);
}

static void put_fracture(tt_property *p, const tt_property_input *in, double value, const char *what)
{
	if (!in->fractured)
		put(p, value, "not reached: the specimen did not break in this recording");
	else
		put(p, value, "%s", what);
}

static void put_peak(tt_property *p, const tt_estimate *e, double value)
{
	if (e->peak.kind == TT_PEAK_NONE)
		put(p, NAN, "no row carries both strain and stress");
	else
		put(p, value,
		    "not reached: stress was still rising when loading or the recording ended (highest %.4g GPa)",
		    1e-9 * e->peak.stress);
}

static void put_all(const tt_property_input *in, const tt_property_options *o, const tt_estimate *e, tt_properties *p)
{
	const double *v = e->value;
	tt_property *to = p->value;
	const char *no_line = e->line.reason ? e->line.reason : "";
	put(&to[TT_PROP_YOUNGS_MODULUS], v[TT_PROP_YOUNGS_MODULUS], "%s", no_line);
	/* 0: no offset, the place is given */
	put_yield(&to[TT_PROP_YIELD_STRENGTH], e, &e->yield, isfinite(o->yield_at.value) ? 0 : 0.002);
	put_yield(&to[TT_PROP_PROPORTIONAL_LIMIT], e, &e->proportional, o->proportional_offset);
	put_peak(&to[TT_PROP_ULTIMATE_STRENGTH], e, v[TT_PROP_ULTIMATE_STRENGTH]);
	put_peak(&to[TT_PROP_UNIFORM_ELONGATION], e, v[TT_PROP_UNIFORM_ELONGATION]);
	put_fracture(&to[TT_PROP_TOTAL_ELONGATION], in, v[TT_PROP_TOTAL_ELONGATION],
	             "fewer than 3 intact rows before the fracture");
	put_fracture(&to[TT_PROP_PLASTIC_ELONGATION], in, v[TT_PROP_PLASTIC_ELONGATION],
	             "needs the total elongation, the stress at fracture and Young's modulus");
	put_fracture(&to[TT_PROP_TOUGHNESS], in, v[TT_PROP_TOUGHNESS],
	             "needs the total elongation and the stress at fracture");
	put(&to[TT_PROP_RESILIENCE], v[TT_PROP_RESILIENCE],
	    "needs the yield strength, which was not reached, and Young's modulus");
	const char *why = e->hollomon.reason ? e->hollomon.reason : "";
	put(&to[TT_PROP_HOLLOMON_N], v[TT_PROP_HOLLOMON_N], "%s", why);
	put(&to[TT_PROP_HOLLOMON_K], v[TT_PROP_HOLLOMON_K], "%s", why);
	put(&to[TT_PROP_CONSIDERE_STRAIN], v[TT_PROP_CONSIDERE_STRAIN],
	    "not reached: engineering stress had no stationary maximum (%s)",
	    e->peak.kind == TT_PEAK_SUDDEN ? "it was still rising when it dropped or the specimen broke"
	                                   : "it was still rising when loading or the recording ended");
	put(&to[TT_PROP_STRAIN_RATE], v[TT_PROP_STRAIN_RATE], "no elastic window: %s", no_line);
	put(&to[TT_PROP_LOADING_RATE], v[TT_PROP_LOADING_RATE],
	    e->line.reason ? "no elastic window: %s" : "%sthe raw force is not known in the elastic window", no_line);
}

/* What rests on the largest stress or on the stress at fracture, when neither was surely seen. */
static void withhold_unseen(const tt_property_input *in, const tt_estimate *e, tt_properties *p)
{
	static const int resting[] = {TT_PROP_ULTIMATE_STRENGTH, TT_PROP_UNIFORM_ELONGATION, TT_PROP_PLASTIC_ELONGATION,
	                              TT_PROP_TOUGHNESS,         TT_PROP_HOLLOMON_N,         TT_PROP_HOLLOMON_K,
	                              TT_PROP_CONSIDERE_STRAIN};
	if (!in->unseen) return;
	for (size_t i = 0; i < sizeof resting / sizeof *resting; i++)
		put(&p->value[resting[i]], NAN, "not reached: %s; the largest stress seen, %.4g GPa, is a lower bound",
		    in->unseen, 1e-9 * e->peak.stress);
}

static double video_time(const tt_series *s, double t)
{
	if (s->n == 0 || !isfinite(t)) return NAN;
	size_t i = tt_series_find(s, t);
	if (i + 1 >= s->n) return s->video_t[s->n - 1] + (t - s->t[s->n - 1]);
	double f = (t - s->t[i]) / (s->t[i + 1] - s->t[i]);
	return s->video_t[i] + f * (s->video_t[i + 1] - s->video_t[i]);
}

/* What rests on the place of the maximum, at both ends of where it may stand. */
static void put_top(const tt_series *s, const tt_property_options *o, const tt_estimate *e, tt_properties *p)
{
	const double ends[2] = {e->peak.from, e->peak.to};
	for (int k = 0; k < 2 && isfinite(e->peak.from); k++) {
		p->top_strain[k] = tt_series_strain_at(s, ends[k]);
		/* rising into the fracture: the top may be the instant itself */
		if (s->fractured && ends[k] >= s->t[s->n - 1]) p->top_strain[k] = e->fracture.strain;
		const tt_hollomon h = tt_hardening_until(s, o, e, ends[k]);
		p->top_n[k] = h.n;
		p->top_K_Pa[k] = h.k;
	}
}

static void put_places(const tt_series *s, const tt_property_options *o, const tt_estimate *e, tt_properties *p)
{
	p->yield_given = isfinite(o->yield_at.value);
	p->found_yield_strain = e->found_yield.strain;
	p->found_yield_Pa = e->found_yield.stress;
	p->yield_is_proportional_limit = isnan(e->yield.t) && isfinite(e->proportional.t);
	double t = isfinite(e->yield.t) ? e->yield.t : e->proportional.t;
	p->yield_time_s = video_time(s, t);
	p->yield_row = SIZE_MAX;
	for (size_t i = 0; isfinite(t) && i < s->n && p->yield_row == SIZE_MAX; i++)
		if (s->t[i] >= t) p->yield_row = s->row[i];
	const bool seen = isfinite(p->value[TT_PROP_ULTIMATE_STRENGTH].value);
	bool closed = seen && (e->peak.kind == TT_PEAK_SMOOTH || e->peak.kind == TT_PEAK_SUDDEN);
	if (closed && isfinite(e->peak.flat_from)) {
		p->flat_strain[0] = tt_series_strain_at(s, e->peak.flat_from);
		p->flat_strain[1] = tt_series_strain_at(s, e->peak.flat_to);
		/* rising into the fracture: the top may be the instant itself */
		if (e->peak.flat_to >= s->t[s->n - 1]) p->flat_strain[1] = fmax(p->flat_strain[1], e->fracture.strain);
	}
	if (closed) put_top(s, o, e, p);
	p->max_stress_time_s = closed ? video_time(s, e->peak.t) : NAN;
	p->necking_strain = e->value[TT_PROP_UNIFORM_ELONGATION];
	p->necking_time_s = closed ? p->max_stress_time_s : s->n ? s->video_t[s->n - 1] : NAN;
	if (!closed && s->n) p->necking_strain = s->se[s->n - 1];
	if (isfinite(o->necking_strain)) {
		p->necking_strain = o->necking_strain;
		p->necking_time_s = s->n ? s->video_t[s->n - 1] : NAN;
		for (size_t i = s->n; i-- > 0 && s->se[i] > o->necking_strain;)
			p->necking_time_s = s->video_t[i];
	}
	p->hollomon_lo = e->hollomon.reason ? NAN : e->hollomon.lo;
	p->hollomon_hi = e->hollomon.reason ? NAN : e->hollomon.hi;
	p->fracture_strain_rise = e->fracture.strain - e->fracture.last;
	p->used_rows = s->n;
}

static void put_warnings(const tt_series *s, const tt_estimate *e, tt_properties *p)
{
	if (s->outliers > 0)
		tt_warn(&p->warnings,
		        "%zu rows were left out of all properties: their strain lies far from their neighbours'",
		        s->outliers);
	const tt_elastic_line *l = &p->elastic;
	if (!e->line.reason && l->r2 < 0.95)
		tt_warn(&p->warnings, "Young's modulus rests on a poor line: R² = %.3f over %zu rows", l->r2, l->count);
	if (!e->line.reason && l->wander > 1e-4)
		tt_warn(&p->warnings,
		        "the strain wanders by %s (standard deviation) about the elastic line; its uncertainty "
		        "carries that",
		        TT_DIGITS(100 * l->wander, 2, "%"));
	double span = e->peak.kind == TT_PEAK_NONE ? NAN : e->peak.stress;
	if (!e->line.reason && l->stress_hi_Pa - l->stress_lo_Pa < 0.1 * span)
		tt_warn(&p->warnings, "Young's modulus rests on a range of stress that is only %.0f %% of the maximum",
		        100 * (l->stress_hi_Pa - l->stress_lo_Pa) / span);
}

static tt_status put_offsets(const tt_series *s, const tt_property_options *o, const tt_estimate *e,
                             const tt_crossing *cross, tt_properties *p, tt_error *err)
{
	if (o->n_offsets == 0) return TT_OK;
	p->offset = calloc(o->n_offsets, sizeof *p->offset);
	if (!p->offset) return tt_fail_memory(err, "the offset yields");
	p->n_offsets = o->n_offsets;
	for (size_t i = 0; i < o->n_offsets; i++) {
		p->offset[i].offset = o->offsets[i];
		p->offset[i].strain = cross[i].strain;
		p->offset[i].time_s = video_time(s, cross[i].t);
		put_yield(&p->offset[i].stress, e, &cross[i], o->offsets[i]);
	}
	return TT_OK;
}

static void clear_values(tt_properties *p)
{
	memset(p, 0, sizeof *p);
	p->elastic = (tt_elastic_line){
	    .modulus_Pa = NAN, .u_modulus_Pa = NAN, .zero_strain = NAN, .u_zero_strain = NAN, .r2 = NAN};
	p->flat_strain[0] = p->flat_strain[1] = NAN;
	for (int k = 0; k < 2; k++)
		p->top_strain[k] = p->top_n[k] = p->top_K_Pa[k] = NAN;
	p->yield_time_s = p->max_stress_time_s = p->necking_strain = p->necking_time_s = NAN;
	p->hollomon_lo = p->hollomon_hi = p->fracture_strain_rise = NAN;
	p->found_yield_strain = p->found_yield_Pa = NAN;
	p->yield_row = SIZE_MAX;
}

static tt_status make_values(tt_properties *p, tt_error *err)
{
	p->value = calloc(TT_PROP_COUNT, sizeof *p->value);
	if (!p->value) return tt_fail_memory(err, "the properties");
	p->n_values = TT_PROP_COUNT;
	for (size_t i = 0; i < p->n_values; i++)
		put(&p->value[i], NAN, "not computed");
	return TT_OK;
}

tt_status tt_properties_compute(const tt_property_input *in, const tt_property_options *options, tt_properties *p,
                                tt_error *err)
{
	tt_property_options defaults = tt_property_defaults();
	const tt_property_options *o = options ? options : &defaults;
	clear_values(p);
	tt_series *s = NULL;
	tt_estimate e;
	tt_status st = make_values(p, err);
	if (st == TT_OK) st = check_options(o, err);
	if (st == TT_OK) st = tt_series_take(in, &s, err);
	if (st != TT_OK) return st;
	tt_crossing *cross = calloc(o->n_offsets + 1, sizeof *cross);
	if (!cross) st = tt_fail_memory(err, "the offset yields");
	if (st == TT_OK) st = tt_line_tune(s, o, in->u_strain_bias, in->strain_bias_time_s, err);
	if (st == TT_OK) {
		tt_estimate_all(s, o, &e, cross);
		put_all(in, o, &e, p);
		withhold_unseen(in, &e, p);
		put_places(s, o, &e, p);
		st = tt_line_describe(s, &e.line, in->u_strain_bias, in->strain_bias_time_s, &p->elastic, err);
	}
	if (st == TT_OK) st = put_offsets(s, o, &e, cross, p, err);
	if (st == TT_OK) st = tt_stress_drops_find(s, o->drop_fraction, &p->drop, &p->n_drops, err);
	if (st == TT_OK) put_warnings(s, &e, p);
	free(cross);
	tt_series_free(s);
	return st;
}

void tt_properties_clear(tt_properties *p)
{
	if (!p) return;
	free(p->value);
	free(p->offset);
	free(p->drop);
	tt_strings_free(&p->warnings);
	clear_values(p);
}

tt_status tt_elastic_fit(const tt_property_input *in, const tt_property_options *options, tt_elastic_line *out,
                         tt_error *err)
{
	tt_property_options defaults = tt_property_defaults();
	const tt_property_options *o = options ? options : &defaults;
	*out = (tt_elastic_line){
	    .modulus_Pa = NAN, .u_modulus_Pa = NAN, .zero_strain = NAN, .u_zero_strain = NAN, .r2 = NAN};
	tt_series *s = NULL;
	tt_line line;
	tt_status st = check_options(o, err);
	if (st == TT_OK) st = tt_series_take(in, &s, err);
	if (st != TT_OK) return st;
	st = tt_line_tune(s, o, in->u_strain_bias, in->strain_bias_time_s, err);
	tt_series_smooth(s);
	if (st == TT_OK && !tt_line_find(s, o, &line))
		st = tt_fail(err, TT_ERR_FAILED, "no elastic line: %s", line.reason);
	if (st == TT_OK) st = tt_line_describe(s, &line, in->u_strain_bias, in->strain_bias_time_s, out, err);
	tt_series_free(s);
	return st;
}

double tt_strain_rezero(double strain, double zero_strain)
{
	return (1 + strain) / (1 + zero_strain) - 1;
}

void tt_true_curve(const tt_property_input *in, double necking_time_s, double *true_strain, double *true_stress_Pa)
{
	for (size_t i = 0; i < in->n; i++) {
		unsigned flag = in->flag ? in->flag[i] : 0;
		double log_time = in->log_time_s ? in->log_time_s[i] : in->time_s[i];
		double e = in->strain[i], s = in->stress_Pa[i];
		true_strain[i] = true_stress_Pa[i] = NAN;
		bool missing = flag & (TT_ROW_NO_STRAIN | TT_ROW_OUTSIDE_LOG);
		if (missing || !(in->time_s[i] <= necking_time_s) || log_time < in->contact_log_s) continue;
		if (!isfinite(e) || !isfinite(s) || !(e > -1)) continue;
		true_strain[i] = log1p(e);
		true_stress_Pa[i] = s * (1 + e);
	}
}
