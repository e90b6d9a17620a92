/* Stress made again with other inputs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/uncertainty/force_model.h"

#include <math.h>

tt_force_model tt_force_model_empty(void)
{
	const tt_quantity none = {NAN, 0, false}, zero = {0, 0, false};
	return (tt_force_model){.stiffness = zero,
	                        .stiffness2 = zero,
	                        .contact_m = zero,
	                        .air_force_N = zero,
	                        .air_slope_N_per_m = zero,
	                        .width_m = none,
	                        .thickness_m = none,
	                        .pixel_size_m = none,
	                        .log_starts_at_s = zero,
	                        .rate = {1, 0, false},
	                        .frame_compliance_m_per_N = zero,
	                        .force_drift_N_per_s = zero,
	                        .displacement_drift_m_per_s = zero};
}

static tt_status check_quantity(const tt_quantity *q, const char *name, tt_error *err)
{
	if (q->u < 0 || isinf(q->u))
		return tt_fail(err, TT_ERR_USAGE, "uncertainty of %s is %g, expected 0 or more", name, q->u);
	return TT_OK;
}

tt_status tt_force_model_check(const tt_force_model *m, tt_error *err)
{
	const struct {
		const tt_quantity *q;
		const char *name;
	} list[] = {
	    {&m->stiffness, "the stiffness"},
	    {&m->stiffness2, "the quadratic stiffness"},
	    {&m->contact_m, "contact"},
	    {&m->air_force_N, "the force in air"},
	    {&m->air_slope_N_per_m, "the slope in air"},
	    {&m->width_m, "the width"},
	    {&m->thickness_m, "the thickness"},
	    {&m->pixel_size_m, "the pixel size"},
	    {&m->rate, "the clock's rate"},
	    {&m->log_starts_at_s, "the clock"},
	    {&m->frame_compliance_m_per_N, "the frame compliance"},
	    {&m->force_drift_N_per_s, "the force's drift"},
	    {&m->displacement_drift_m_per_s, "the displacement's drift"},
	};
	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		tt_status st = check_quantity(list[i].q, list[i].name, err);
		if (st != TT_OK) return st;
	}
	if (!(m->width_m.value > 0) || !(m->thickness_m.value > 0))
		return tt_fail(err, TT_ERR_USAGE, "uncertainty: width %g m and thickness %g m, expected both above 0",
		               m->width_m.value, m->thickness_m.value);
	if (m->n == 0) return TT_OK;
	if (m->n < 2 || !(m->dt_s > 0) || !isfinite(m->t0_s) || !m->force_raw_N || !m->displacement_m)
		return tt_fail(err, TT_ERR_USAGE,
		               "uncertainty: a log of %zu points at steps of %g s, expected 2 or more", m->n, m->dt_s);
	for (size_t i = 0; i < m->n; i++)
		if (!isfinite(m->force_raw_N[i]) || !isfinite(m->displacement_m[i]))
			return tt_fail(err, TT_ERR_USAGE, "uncertainty: point %zu of the resampled log is missing", i);
	if (fabs(m->stiffness_correlation) > 1 || fabs(m->contact_correlation) > 1)
		return tt_fail(err, TT_ERR_USAGE, "uncertainty: correlations %g and %g, expected -1 to 1",
		               m->stiffness_correlation, m->contact_correlation);
	return TT_OK;
}

static double value_or(const tt_quantity *q, double otherwise)
{
	return isfinite(q->value) ? q->value : otherwise;
}

static double u_of(const tt_quantity *q)
{
	return q->u > 0 ? q->u : 0;
}

/* value + u z, not below a twentieth of the value: a width drawn from a wide distribution stays one. */
static double positive(const tt_quantity *q, double z)
{
	return fmax(q->value + u_of(q) * z, 0.05 * q->value);
}

tt_force_inputs tt_force_inputs_at(const tt_force_model *m, const double *z)
{
	static const double none[TT_Z_COUNT];
	if (!z) z = none;
	double zk = z[TT_Z_STIFFNESS], r2 = m->stiffness_correlation, rc = m->contact_correlation;
	/* k, k2 and d0 from independent deviates: k2 and d0 each follow k by their correlation with it */
	double zk2 = r2 * zk + sqrt(fmax(0, 1 - r2 * r2)) * z[TT_Z_STIFFNESS2];
	double zd0 = rc * zk + sqrt(fmax(0, 1 - rc * rc)) * z[TT_Z_CONTACT];
	tt_force_inputs in = {
	    .k = value_or(&m->stiffness, 0) + u_of(&m->stiffness) * zk,
	    .k2 = value_or(&m->stiffness2, 0) + u_of(&m->stiffness2) * zk2,
	    .d0_error = u_of(&m->contact_m) * zd0,
	    .air = value_or(&m->air_force_N, 0) + u_of(&m->air_force_N) * z[TT_Z_AIR_FORCE],
	    .air_slope = value_or(&m->air_slope_N_per_m, 0) + u_of(&m->air_slope_N_per_m) * z[TT_Z_AIR_SLOPE],
	    .area = positive(&m->width_m, z[TT_Z_WIDTH]) * positive(&m->thickness_m, z[TT_Z_THICKNESS]),
	    .scale = 1,
	    .starts_at = value_or(&m->log_starts_at_s, 0) + u_of(&m->log_starts_at_s) * z[TT_Z_CLOCK],
	    .rate = value_or(&m->rate, 1) + u_of(&m->rate) * z[TT_Z_RATE],
	    .compliance_error = u_of(&m->frame_compliance_m_per_N) * z[TT_Z_FRAME_COMPLIANCE],
	    .force_drift = u_of(&m->force_drift_N_per_s) * z[TT_Z_FORCE_DRIFT],
	    .displacement_drift = u_of(&m->displacement_drift_m_per_s) * z[TT_Z_DISPLACEMENT_DRIFT],
	};
	if (m->displacement_from_image && m->pixel_size_m.value > 0)
		in.scale = positive(&m->pixel_size_m, z[TT_Z_PIXEL_SIZE]) / m->pixel_size_m.value;
	return in;
}

double tt_force_log_time(const tt_force_model *m, const tt_force_inputs *in, double t)
{
	double rate = value_or(&m->rate, 1), starts_at = value_or(&m->log_starts_at_s, 0);
	return in->rate * (t / rate + starts_at - in->starts_at);
}

tt_force_point tt_force_at(const tt_force_model *m, const tt_force_inputs *in, double t)
{
	if (m->n == 0) return (tt_force_point){0, 0, 0};
	double x = (t - m->t0_s) / m->dt_s;
	x = fmin(fmax(x, 0), (double)(m->n - 1));
	size_t i = (size_t)x;
	if (i > m->n - 2) i = m->n - 2;
	double f = x - (double)i;
	double raw = m->force_raw_N[i] + f * (m->force_raw_N[i + 1] - m->force_raw_N[i]);
	double d = m->displacement_m[i] + f * (m->displacement_m[i + 1] - m->displacement_m[i]);
	d -= in->compliance_error * (raw - value_or(&m->air_force_N, 0));
	const double since = t - (isfinite(m->drift_from_s) ? m->drift_from_s : t);
	d = in->scale * d - in->d0_error - in->displacement_drift * since;
	raw -= in->force_drift * since;
	double force = raw - in->air - in->air_slope * d - in->k * d - in->k2 * d * d;
	return (tt_force_point){force, d, raw};
}
