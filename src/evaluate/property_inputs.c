/* Properties of the curve and what their uncertainties come from.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "evaluate/evaluation.h"
#include "evaluate/log_cover.h"
#include "evaluate/optics.h"
#include "evaluate/properties/contradictions.h"
#include "evaluate/slow_error.h"

/* The log up to the fracture at equal steps, smoothed as for the frames. */
typedef struct resampled {
	double t0, dt;
	size_t n;
	double *force, *displacement;
} resampled;

static double frame_interval(const tt_track *k)
{
	return k->n > 1 ? (k->time_s[k->n - 1] - k->time_s[0]) / (double)(k->n - 1) : 1;
}

static tt_status resample(const tt_evaluation *a, resampled *r, tt_error *err)
{
	const tt_mechanics *m = a->r->mechanics;
	double end = isnan(m->fracture_time_s) ? m->time_s[m->n - 1] : m->time_s[m->last_intact];
	r->t0 = m->time_s[0];
	r->dt = frame_interval(&a->o->track) * a->r->clock.rate;
	r->n = (size_t)((end - r->t0) / r->dt) + 1;
	if (r->n < 2) r->n = 2;
	r->force = malloc(r->n * sizeof *r->force);
	r->displacement = malloc(r->n * sizeof *r->displacement);
	if (!r->force || !r->displacement) return tt_fail_memory(err, "the resampled log");
	double force = m->force_N[0], displacement = m->displacement_m[0] - m->d0_m;
	for (size_t i = 0; i < r->n; i++) {
		tt_mechanics_sample s;
		tt_mechanics_at(m, fmin(r->t0 + (double)i * r->dt, end), r->dt / 2, &s);
		if (!s.outside) {
			force = s.force_raw_N;
			displacement = s.displacement_m;
		}
		r->force[i] = force;
		r->displacement[i] = displacement;
	}
	return TT_OK;
}

static tt_quantity with_u(double value, double u)
{
	return (tt_quantity){.value = value, .u = isfinite(u) ? u : 0, .u_stated = true};
}

static double correlation(double cov, double u1, double u2)
{
	double r = cov / (u1 * u2);
	return isfinite(r) ? fmax(-1, fmin(1, r)) : 0;
}

static tt_force_model force_model(const tt_evaluation *a, const resampled *r)
{
	const tt_mechanics *m = a->r->mechanics;
	tt_force_model f = tt_force_model_empty();
	double rows = fmax(2, r->dt / ((m->time_s[m->n - 1] - m->time_s[0]) / (double)(m->n - 1)));
	f.t0_s = r->t0;
	f.dt_s = r->dt;
	f.n = r->n;
	f.force_raw_N = r->force;
	f.displacement_m = r->displacement;
	f.stiffness = with_u(m->k, m->u_k);
	f.stiffness2 = with_u(m->k2, m->u_k2);
	if (m->source != TT_SPRING_GIVEN) {
		f.stiffness_correlation = correlation(m->spring.cov_k_k2, m->u_k, m->u_k2);
		f.contact_correlation = correlation(m->spring.cov_k_d0, m->u_k, m->u_d0_m);
	}
	f.contact_m = with_u(m->d0_m, m->u_d0_m);
	f.air_force_N = with_u(m->air.force_N, m->air.u_force_N);
	f.air_slope_N_per_m = with_u(m->air.slope_N_per_m, m->air.u_slope_N_per_m);
	f.width_m = a->r->width;
	f.thickness_m = a->r->thickness;
	f.pixel_size_m = a->r->pixel_size;
	f.displacement_from_image = a->test->force.image_displacement;
	f.log_starts_at_s = with_u(a->r->clock.starts_at_s, a->r->clock.u_s);
	f.rate = with_u(a->r->clock.rate, a->r->u_rate);
	if (m->frame_compliance > 0) f.frame_compliance_m_per_N = with_u(m->frame_compliance, m->u_frame_compliance);
	f.force_drift_N_per_s = with_u(0, tt_drift_left(m, true));
	f.displacement_drift_m_per_s = with_u(0, tt_drift_left(m, false));
	f.drift_from_s = m->contact_time_s;
	f.u_force_N = m->force_noise_N / sqrt(rows);
	f.u_displacement_m = m->displacement_noise_m / sqrt(rows);
	f.noise_time_s = r->dt;
	return f;
}

/* Rows of the first third of the elongation: elastic, and no neck yet. */
static size_t early_rows(const tt_curve *c)
{
	double most = 0;
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++)
		if (isfinite(c->strain[i])) most = fmax(most, c->strain[i]);
	for (size_t i = 0; i < c->n; i++)
		if (isfinite(c->strain[i]) && c->strain[i] > most / 3)
			return i;
		else
			n = i + 1;
	return n;
}

static tt_property_input property_input(const tt_evaluation *a)
{
	const tt_mechanics *m = a->r->mechanics;
	const tt_curve *c = a->r->curve;
	tt_property_input in = tt_property_input_empty();
	in.n = c->n;
	in.time_s = c->time_s;
	in.log_time_s = c->log_time_s;
	in.strain = c->strain;
	in.stress_Pa = c->stress_Pa;
	in.u_strain = c->u_strain;
	in.force_raw_N = c->force_raw_N;
	in.displacement_m = c->displacement_m;
	in.flag = c->flag;
	in.contact_log_s = m->contact_time_s;
	in.outlier = a->r->thresholds.outlier;
	in.fractured = a->r->fracture >= 0;
	in.u_strain_zero = a->r->zero.u_px / a->r->zero.length_px;
	tt_slow_error slow = tt_slow_error_of(a->o, a->r->flag, early_rows(c));
	in.u_strain_bias = slow.u_strain;
	in.strain_bias_time_s = slow.time_s * a->r->clock.rate;
	if (a->u_optics > 0) {
		double half = 0.5 * (m->fracture_time_s - m->contact_time_s);
		in.u_strain_bias = hypot(isnan(slow.u_strain) ? 0 : slow.u_strain, a->u_optics);
		if (a->u_optics > slow.u_strain && half > 0) in.strain_bias_time_s = half;
	}
	if (!in.fractured || isnan(m->fracture_time_s)) return in;
	tt_mechanics_sample s;
	double before = m->time_s[m->last_intact];
	/* a few rows: close to fracture the displacement may run away */
	enum { ROWS = 8 };
	tt_mechanics_at(m, before, ROWS * (m->time_s[m->n - 1] - m->time_s[0]) / (double)(m->n - 1), &s);
	in.fracture_log_s = m->fracture_time_s;
	in.u_fracture_log_s = m->u_fracture_time_s;
	if (a->r->fracture > 0) {
		double speed =
		    tt_gauge_speed(a->o->track.reading, a->r->flag, a->o->track.n, (size_t)a->r->fracture - 1);
		in.u_fracture_strain = 2 * a->r->thresholds.codec_lag_frames * speed / a->r->zero.length_px;
	}
	/* frames alone: the instant lies anywhere between the last two, and nothing was recorded there */
	if (s.outside || a->test->force.none || a->test->force.image_gauge) return in;
	in.fracture_displacement_m = s.displacement_m;
	in.u_fracture_displacement_m = s.u_displacement_m;
	in.fracture_stress_Pa = s.force_N / (a->r->width.value * a->r->thickness.value);
	in.u_fracture_stress_Pa = s.u_force_N / (a->r->width.value * a->r->thickness.value);
	return in;
}

static tt_property_options property_options(const tt_evaluation *a)
{
	const tt_test *t = a->test;
	tt_property_options o = tt_property_defaults();
	o.offsets = t->properties.offset;
	o.n_offsets = t->properties.n_offsets;
	o.hollomon_lo = t->properties.hollomon_strain[0];
	o.hollomon_hi = t->properties.hollomon_strain[1];
	o.yield_at = t->properties.yield_at;
	o.proportional_offset = a->r->thresholds.proportional_offset;
	o.drop_fraction = a->r->thresholds.drop_fraction;
	const double *window = NULL;
	if (!isnan(t->properties.modulus_strain[0])) {
		o.window = TT_ELASTIC_STRAIN;
		window = t->properties.modulus_strain;
	} else if (!isnan(t->properties.modulus_stress_Pa[0])) {
		o.window = TT_ELASTIC_STRESS;
		window = t->properties.modulus_stress_Pa;
	}
	if (window) {
		o.window_lo = window[0];
		o.window_hi = window[1];
	}
	return o;
}

/* Draws that are wanted: the caller's word, else the description's, else the default. */
static size_t draws_of(const tt_evaluation *a)
{
	if (a->options->draws >= 0) return (size_t)a->options->draws;
	return a->test->properties.draws ? (size_t)a->test->properties.draws : tt_uncertainty_defaults().draws;
}

static tt_status draw(tt_evaluation *a, const tt_property_input *in, const tt_property_options *options, tt_error *err)
{
	resampled r = {0};
	tt_status st = resample(a, &r, err);
	if (st == TT_OK) {
		tt_force_model model = force_model(a, &r);
		tt_uncertainty_options how = tt_uncertainty_defaults();
		how.draws = draws_of(a);
		if (a->test->properties.seed) how.seed = (uint64_t)a->test->properties.seed;
		st = tt_uncertainty_run(in, options, &model, &how, a->job, &a->r->properties, &a->r->uncertainty, err);
	}
	free(r.force);
	free(r.displacement);
	return st;
}

/* What needs a log, where there is none. */
static void withhold_log(tt_evaluation *a)
{
	tt_property *p = &a->r->properties.value[TT_PROP_LOADING_RATE];
	if (!a->test->force.none && !a->test->force.image_gauge) return;
	*p = (tt_property){.value = NAN, .u = NAN, .lo = NAN, .hi = NAN};
	snprintf(p->reason, sizeof p->reason, "there is no log of a force at the punch");
	if (!a->test->force.none) return;
	/* no draws: the last frames' strain and what was added to reach the instant */
	tt_property *total = &a->r->properties.value[TT_PROP_TOTAL_ELONGATION];
	const int64_t last = a->r->fracture - 1;
	if (isfinite(total->value) && last >= 0) {
		total->u = hypot(a->r->curve->u_strain[last], a->r->properties.fracture_strain_rise);
		total->lo = total->value - 1.96 * total->u;
		total->hi = total->value + 1.96 * total->u;
	}
	for (size_t i = 0; i < a->r->properties.n_values; i++)
		if (isnan(a->r->properties.value[i].value))
			snprintf(a->r->properties.value[i].reason, sizeof a->r->properties.value[i].reason,
			         "there is no force (force: none)");
}

/* The line of the program's own window, to compare the given one with. */
static void find_window(tt_evaluation *a, const tt_property_input *in, tt_property_options options)
{
	tt_elastic_line line;
	tt_error none;
	options.window = TT_ELASTIC_AUTO;
	if (tt_elastic_fit(in, &options, &line, &none) != TT_OK) return;
	a->r->found_modulus_Pa = line.modulus_Pa;
	a->r->u_found_modulus_Pa = line.u_modulus_Pa;
}

tt_status tt_evaluate_properties(tt_evaluation *a, tt_error *err)
{
	tt_property_input in = property_input(a);
	char why[192];
	if (!tt_log_covers(a->r->curve, a->r->mechanics, a->r->fracture, a->r->clock.u_s, why, sizeof why)) {
		in.unseen = why;
		tt_warn(&a->r->warnings, "%s: the ultimate strength and what rests on it are not given", why);
	}
	tt_property_options options = property_options(a);
	tt_status st = tt_properties_compute(&in, &options, &a->r->properties, err);
	if (st != TT_OK) return st;
	a->r->has_properties = true;
	a->r->found_modulus_Pa = a->r->u_found_modulus_Pa = NAN;
	if (options.window != TT_ELASTIC_AUTO) find_window(a, &in, options);
	if (draws_of(a) && !a->test->force.none) st = draw(a, &in, &options, err);
	if (st == TT_OK) st = tt_tilt_check(a, &in, &options, err);
	withhold_log(a);
	for (size_t i = 0; i < a->r->properties.warnings.n; i++)
		tt_warn(&a->r->warnings, "%s", a->r->properties.warnings.item[i]);
	for (size_t i = 0; i < a->r->uncertainty.warnings.n; i++)
		tt_warn(&a->r->warnings, "%s", a->r->uncertainty.warnings.item[i]);
	if (st == TT_OK) tt_contradictions_name(&in, &a->r->properties, &a->r->warnings);
	return st;
}
