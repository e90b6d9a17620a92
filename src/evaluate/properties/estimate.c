/* All properties of one series.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/properties/estimate.h"

#include <math.h>

static const double standard_offset = 0.002;

static tt_crossing cross(const tt_series *s, const tt_line *l, double offset)
{
	if (l->reason) return (tt_crossing){NAN, NAN, NAN, 0};
	return tt_offset_cross(s, l, offset);
}

/* Where the strain first lastingly reaches a given one. */
static tt_crossing at_strain(const tt_series *s, double strain)
{
	enum { LASTING = 3 };
	tt_crossing none = {NAN, NAN, NAN, 0};
	for (size_t i = 0; i < s->n; i++) {
		size_t k = i;
		while (k < s->n && k < i + LASTING && s->se[k] >= strain)
			k++;
		if (k < i + LASTING && (k < s->n || k == i)) {
			none.furthest = fmax(none.furthest, s->se[i]);
			continue;
		}
		double t = s->t[i];
		if (i > 0 && s->se[i] > s->se[i - 1])
			t = s->t[i - 1] + (s->t[i] - s->t[i - 1]) * (strain - s->se[i - 1]) / (s->se[i] - s->se[i - 1]);
		return (tt_crossing){t, tt_series_stress_at(s, t), strain, 0};
	}
	return none;
}

static double uniform_elongation(const tt_series *s, const tt_estimate *e)
{
	if (e->peak.kind == TT_PEAK_NONE || e->peak.kind == TT_PEAK_OPEN) return NAN;
	return e->peak.at_fracture ? e->fracture.strain : tt_series_strain_at(s, e->peak.t);
}

/* Trapezoid rule over the rows from zero stress to the instant of fracture: with strain as the noisy variable the
 * noise of neighbouring terms cancels, so nothing is smoothed. */
static double work_to_fracture(const tt_series *s, double strain, double stress)
{
	if (s->n == 0 || !isfinite(strain) || !isfinite(stress)) return NAN;
	double w = 0;
	for (size_t i = 0; i + 1 < s->n; i++)
		w += 0.5 * (s->s[i] + s->s[i + 1]) * (s->e[i + 1] - s->e[i]);
	return w + 0.5 * (s->s[s->n - 1] + stress) * (strain - s->e[s->n - 1]);
}

static double slope_over(const double *t, const double *y, size_t first, size_t last)
{
	double n = (double)(last - first + 1), mt = 0, my = 0, stt = 0, sty = 0;
	for (size_t i = first; i <= last; i++) {
		mt += t[i] / n;
		my += y[i] / n;
	}
	for (size_t i = first; i <= last; i++) {
		stt += (t[i] - mt) * (t[i] - mt);
		sty += (t[i] - mt) * (y[i] - my);
	}
	return stt > 0 ? sty / stt : NAN;
}

tt_hollomon tt_hardening_until(const tt_series *s, const tt_property_options *o, const tt_estimate *e, double to)
{
	double from = isfinite(e->yield.t) ? e->yield.t : e->proportional.t;
	double lo = -INFINITY, hi = INFINITY;
	if (isfinite(o->hollomon_lo)) {
		lo = o->hollomon_lo;
		from = -INFINITY;
	}
	if (isfinite(o->hollomon_hi)) hi = o->hollomon_hi;
	if (isfinite(o->necking_strain)) {
		hi = fmin(hi, log1p(o->necking_strain));
		to = INFINITY;
	}
	if (isnan(from))
		return (tt_hollomon){NAN, NAN, NAN, NAN, 0, "no yield was reached, from which hardening would start"};
	return tt_hollomon_fit(s, from, to, lo, hi, e->fracture.strain);
}

void tt_estimate_all(tt_series *s, const tt_property_options *o, tt_estimate *e, tt_crossing *offset)
{
	*e = (tt_estimate){0};
	tt_series_smooth(s);
	tt_line_find(s, o, &e->line);
	e->yield = cross(s, &e->line, standard_offset);
	e->found_yield = (tt_crossing){NAN, NAN, NAN, 0};
	if (isfinite(o->yield_at.value)) {
		e->found_yield = e->yield;
		e->yield = at_strain(s, o->yield_at.value + s->yield_shift);
	}
	e->proportional = cross(s, &e->line, o->proportional_offset);
	for (size_t i = 0; i < o->n_offsets; i++)
		offset[i] = cross(s, &e->line, o->offsets[i]);
	e->peak = tt_peak_find(s);
	e->fracture = tt_fracture_strain_find(s);
	e->fracture.strain += s->fracture_shift;
	e->hollomon = tt_hardening_until(s, o, e, e->peak.t);

	double *v = e->value, at_fracture = tt_stress_at_fracture(s);
	v[TT_PROP_YOUNGS_MODULUS] = e->line.modulus;
	v[TT_PROP_YIELD_STRENGTH] = e->yield.stress;
	v[TT_PROP_PROPORTIONAL_LIMIT] = e->proportional.stress;
	v[TT_PROP_ULTIMATE_STRENGTH] = e->peak.kind == TT_PEAK_OPEN ? NAN : e->peak.stress;
	v[TT_PROP_UNIFORM_ELONGATION] = uniform_elongation(s, e);
	v[TT_PROP_TOTAL_ELONGATION] = e->fracture.strain;
	v[TT_PROP_PLASTIC_ELONGATION] = e->fracture.strain - at_fracture / e->line.modulus;
	v[TT_PROP_TOUGHNESS] = work_to_fracture(s, e->fracture.strain, at_fracture);
	v[TT_PROP_RESILIENCE] = e->yield.stress * e->yield.stress / (2 * e->line.modulus);
	v[TT_PROP_HOLLOMON_N] = e->hollomon.n;
	v[TT_PROP_HOLLOMON_K] = e->hollomon.k;
	v[TT_PROP_CONSIDERE_STRAIN] = e->peak.kind == TT_PEAK_SMOOTH ? log1p(v[TT_PROP_UNIFORM_ELONGATION]) : NAN;
	v[TT_PROP_STRAIN_RATE] = v[TT_PROP_LOADING_RATE] = NAN;
	if (e->line.reason) return;
	v[TT_PROP_STRAIN_RATE] = slope_over(s->video_t, s->e, e->line.first, e->line.last);
	v[TT_PROP_LOADING_RATE] = slope_over(s->t, s->f, e->line.first, e->line.last);
}
