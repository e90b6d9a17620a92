/* Force from a gap in the images: no log, no device's spring, no second clock.
 *
 * The contract's law F = F_raw - F_air - k (d - d0) holds with F_raw = F_air = 0 and d against the gap's change: what
 * the sensor's beam pushes with is what the specimen carries. SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/mechanics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "numeric/fit.h"

enum { FEWEST = 8 };

static tt_mechanics *mechanics_new(size_t n)
{
	tt_mechanics *m = calloc(1, sizeof *m);
	if (!m) return NULL;
	m->time_s = calloc(n + 1, sizeof(double));
	m->displacement_m = calloc(n + 1, sizeof(double));
	m->force_N = calloc(n + 1, sizeof(double));
	m->image_time_s = calloc(n + 1, sizeof(double));
	m->image_displacement_m = calloc(n + 1, sizeof(double));
	m->edge = calloc(4, sizeof(double));
	if (!m->time_s || !m->displacement_m || !m->force_N || !m->image_time_s || !m->image_displacement_m ||
	    !m->edge) {
		tt_mechanics_free(m);
		return NULL;
	}
	m->source = TT_SPRING_GIVEN;
	m->fracture_time_s = m->u_fracture_time_s = m->release_time_s = m->u_release_time_s = NAN;
	m->contact_found_s = m->u_contact_found_s = NAN;
	m->image_noise_m = m->rest_force_N = m->u_rest_force_N = NAN;
	m->loading_rate_N_per_s = m->displacement_rate_m_per_s = NAN;
	m->air.p_value = NAN;
	m->drifts = (tt_log_drift){
	    .u_force_N_per_s = NAN, .u_displacement_m_per_s = NAN, .force_from = "", .displacement_from = ""};
	return m;
}

/* Last row, before any fracture, from which the change of the gap only grows out of its noise: loading begins. */
static size_t onset(const double *x, size_t n, double noise)
{
	double top = 0;
	size_t at = 0;
	for (size_t i = 0; i < n; i++)
		if (fabs(x[i]) > top) {
			top = fabs(x[i]);
			at = i;
		}
	const double least = fmax(4 * noise, 0.01 * top);
	while (at > 0 && fabs(x[at]) > least)
		at--;
	return at;
}

static void set_fracture(tt_mechanics *m, double fracture_s, double u_s)
{
	const size_t row = tt_row_at(m->time_s, m->n, fracture_s);
	if (isnan(fracture_s) || row == 0 || row >= m->n) {
		snprintf(m->fracture_text, sizeof m->fracture_text, "the images show no fracture");
		return;
	}
	m->fracture_time_s = fracture_s;
	m->u_fracture_time_s = u_s;
	m->last_intact = row - 1;
	m->first_broken = row;
	snprintf(m->fracture_text, sizeof m->fracture_text, "between the two frames in which the images show it");
}

/* The gap's zero: its mean before loading. Returns how many frames. */
static size_t set_zero(tt_mechanics *m, double *opening, double contact_s, double *zero, double *u_zero)
{
	double sum = 0, square = 0;
	size_t n = 0;
	for (size_t i = 0; i < m->n && m->time_s[i] <= contact_s; i++, n++)
		sum += opening[i];
	if (!n) return 0;
	*zero = sum / (double)n;
	for (size_t i = 0; i < n; i++)
		square += (opening[i] - *zero) * (opening[i] - *zero);
	const double scatter = n > 2 ? sqrt(square / (double)(n - 1)) : 0;
	*u_zero = fmax(scatter, m->image_noise_m) / sqrt((double)n);
	return n;
}

static void put_largest(tt_mechanics *m)
{
	const size_t end = isnan(m->fracture_time_s) ? m->n : m->first_broken;
	m->max_force_N = -INFINITY;
	for (size_t i = 0; i < end; i++) {
		const double f = -m->k * m->displacement_m[i];
		if (m->time_s[i] <= m->contact_time_s || !(f > m->max_force_N)) continue;
		m->max_force_N = f;
		m->max_force_time_s = m->time_s[i];
	}
}

static tt_status fill(const tt_image_gauge *g, tt_mechanics *m, tt_error *err)
{
	double *opening = m->image_displacement_m;
	for (size_t i = 0; i < g->n; i++) {
		if (!isfinite(g->opening_m[i]) || (m->n && g->time_s[i] <= m->time_s[m->n - 1])) continue;
		m->time_s[m->n] = g->time_s[i];
		opening[m->n++] = g->opening_m[i];
	}
	if (m->n < FEWEST)
		return tt_fail(
		    err, TT_ERR_FAILED,
		    "force.image_gauge: its two points were followed through %zu frames; expected at least %d", m->n,
		    FEWEST);
	set_fracture(m, g->fracture_time_s, g->u_fracture_time_s);
	const size_t end = isnan(m->fracture_time_s) ? m->n : m->first_broken;
	m->image_noise_m = fmax(tt_noise_std(opening, end), 1e-15);
	double zero = opening[0], u_zero = 0;
	const bool given = !isnan(g->contact_time_s.value);
	m->contact_given = given;
	m->contact_time_s = given ? g->contact_time_s.value : NAN;
	m->u_contact_time_s = given ? g->contact_time_s.u : 0;
	/* the zero and the instant need each other: the first frames' mean is a start */
	for (int pass = 0; pass < 3; pass++) {
		for (size_t i = 0; i < m->n; i++)
			m->displacement_m[i] = opening[i] - zero;
		if (!given) {
			const size_t at = onset(m->displacement_m, end, m->image_noise_m);
			m->contact_time_s = m->time_s[at];
			m->u_contact_time_s = at + 1 < m->n ? (m->time_s[at + 1] - m->time_s[at]) / 2 : 0;
		}
		if (!set_zero(m, opening, m->contact_time_s, &zero, &u_zero))
			return tt_fail(
			    err, TT_ERR_FAILED,
			    "force.image_gauge: no frame shows the gap before loading (force.contact, %.6g s)",
			    m->contact_time_s);
	}
	/* pulling may open the gap or close it */
	double most = 0;
	for (size_t i = 0; i < end; i++)
		if (fabs(opening[i] - zero) > fabs(most)) most = opening[i] - zero;
	const double sign = most < 0 ? 1 : -1;
	for (size_t i = 0; i < m->n; i++) {
		m->image_time_s[i] = m->time_s[i];
		opening[i] = m->displacement_m[i] = sign * (opening[i] - zero);
	}
	m->image_n = m->n;
	m->u_d0_m = u_zero;
	m->from_gap = true;
	m->displacement_noise_m = m->image_noise_m;
	m->force_noise_N =
	    1e-6 * g->stiffness.value * m->image_noise_m; /* the raw force is none: nothing to divide by zero */
	m->k = g->stiffness.value;
	m->u_k = g->stiffness.u;
	m->edge[m->n_edge++] = m->contact_time_s;
	if (!isnan(m->fracture_time_s)) m->edge[m->n_edge++] = m->fracture_time_s;
	snprintf(m->contact_text, sizeof m->contact_text, given ? "given" : "the gap begins to change");
	snprintf(m->air_text, sizeof m->air_text, "the gap's mean before loading is zero force");
	snprintf(m->control_text, sizeof m->control_text, "unknown control");
	put_largest(m);
	if (!(m->max_force_N > 5 * m->k * m->image_noise_m))
		return tt_fail(err, TT_ERR_FAILED,
		               "force.image_gauge: the gap never changes by more than its noise (%.2g nm): no force",
		               1e9 * m->image_noise_m);
	return TT_OK;
}

tt_status tt_mechanics_of_gauge(const tt_image_gauge *g, tt_mechanics **out, tt_error *err)
{
	*out = NULL;
	tt_mechanics *m = mechanics_new(g->n);
	if (!m) return tt_fail_memory(err, "the gauge of force");
	tt_status st = fill(g, m, err);
	if (st)
		tt_mechanics_free(m);
	else
		*out = m;
	return st;
}

tt_status tt_mechanics_none(const double *time_s, size_t n, double fracture_time_s, tt_mechanics **out, tt_error *err)
{
	*out = NULL;
	tt_mechanics *m = mechanics_new(n);
	if (!m) return tt_fail_memory(err, "the frames' times");
	for (size_t i = 0; i < n; i++) {
		m->time_s[i] = time_s[i];
		m->displacement_m[i] = m->force_N[i] = NAN;
	}
	m->n = n;
	m->displacement_noise_m = m->force_noise_N = NAN;
	m->max_force_N = m->max_force_time_s = m->max_correction_N = NAN;
	m->k = m->u_k = m->d0_m = m->u_d0_m = NAN;
	m->air.force_N = m->air.u_force_N = NAN;
	/* before all frames: none of them has a force of 0 */
	m->contact_time_s = n > 1 ? time_s[0] - (time_s[1] - time_s[0]) : NAN;
	m->contact_given = true;
	set_fracture(m, fracture_time_s, NAN);
	snprintf(m->contact_text, sizeof m->contact_text, "no force: strain is counted from the first frame");
	snprintf(m->air_text, sizeof m->air_text, "no force");
	snprintf(m->control_text, sizeof m->control_text, "unknown control");
	*out = m;
	return TT_OK;
}
