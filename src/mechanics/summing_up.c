/* What follows from contact, fracture and spring: control, rates, the largest force, what is left when all is over.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/work.h"

#include <math.h>
#include <stdio.h>

#include "core/sentence.h"
#include "mechanics/control.h"
#include "mechanics/spring_rows.h"
#include "numeric/fit.h"

void tt_work_control(tt_work *w)
{
	tt_mechanics *m = w->m;
	const tt_trace r = tt_mechanics_trace(m);
	size_t end = w->fracture.found ? w->fracture.jump.last_before : w->contact.row;
	for (size_t i = w->contact.row; !w->fracture.found && i < w->release.row; i++)
		if (m->force_N[i] > m->force_N[end]) end = i;
	char text[160];
	tt_control straight = tt_control_find(&r, w->contact.row, end, text, sizeof text);
	tt_control said = tt_control_logged(w->log, m->contact_time_s, m->time_s[end]);
	m->control_loading = straight;
	snprintf(m->control_text, sizeof m->control_text, "%s", text);
	if (w->fracture.found && !w->fracture.gradual) {
		/* at fracture the controlled one stays */
		const tt_jump *j = &w->fracture.jump;
		const double k =
		    fmax(tt_spring_secant(&(tt_spring_rows){NULL, (double[]){m->displacement_m[end] - m->d0_m},
		                                            (double[]){m->force_N[end] - m->air.force_N}, 1}),
		         0);
		const double by_d = k * fabs(j->displacement_m), by_f = fabs(j->force_N);
		if (by_d > 3 * by_f || by_f > 3 * by_d) {
			m->control_loading = by_d > by_f ? TT_CONTROL_LOAD : TT_CONTROL_DISPLACEMENT;
			snprintf(m->control_text, sizeof m->control_text, "%s: at fracture the %s",
			         tt_control_name(m->control_loading),
			         by_d > by_f ? "displacement jumps while the force stays"
			                     : "force falls while the displacement stays");
		}
	}
	if (said != TT_CONTROL_UNKNOWN && m->control_loading != TT_CONTROL_UNKNOWN && said != m->control_loading)
		tt_warn(w->warnings, "the log calls the loading %s, but it looks like %s", tt_control_name(said),
		        m->control_text);
	if (said != TT_CONTROL_UNKNOWN && m->control_loading == TT_CONTROL_UNKNOWN) {
		m->control_loading = said;
		snprintf(m->control_text, sizeof m->control_text, "%s, as the log says", tt_control_name(said));
	}
	m->control_after =
	    tt_control_logged(w->log, m->time_s[end], m->time_s[w->release.row < m->n ? w->release.row : m->n - 1]);
}

void tt_work_rates(tt_work *w)
{
	tt_mechanics *m = w->m;
	m->loading_rate_N_per_s = m->displacement_rate_m_per_s = NAN;
	const size_t last = w->fracture.found ? w->fracture.jump.last_before + 1 : w->release.row;
	double top = 0;
	for (size_t i = w->contact.row; i < last; i++)
		top = fmax(top, m->force_N[i] - m->air.force_N);
	size_t a = w->contact.row, z;
	while (a < last && m->force_N[a] - m->air.force_N < 0.1 * top)
		a++;
	for (z = a; z < last && m->force_N[z] - m->air.force_N < 0.5 * top; z++)
		;
	tt_line l;
	if (z < a + 8) return;
	if (tt_line_fit(m->time_s + a, m->force_N + a, z - a, m->time_s[a], &l)) m->loading_rate_N_per_s = l.slope;
	if (tt_line_fit(m->time_s + a, m->displacement_m + a, z - a, m->time_s[a], &l))
		m->displacement_rate_m_per_s = l.slope;
}

void tt_work_largest(tt_work *w, tt_strings *warnings)
{
	enum { POINTS = 600 };
	tt_mechanics *m = w->m;
	double to = w->fracture.found       ? m->time_s[w->fracture.jump.last_before]
	            : w->release.row < m->n ? m->release_time_s
	                                    : m->time_s[m->n - 1];
	const double step = (to - m->contact_time_s) / POINTS;
	m->max_force_N = -INFINITY;
	tt_mechanics_sample s;
	for (int i = 1; i <= POINTS; i++) {
		const double t = i == POINTS ? to : m->contact_time_s + step * i;
		tt_mechanics_at(m, t, 2 * step, &s);
		if (s.outside || s.released || !(s.force_N > m->max_force_N)) continue;
		m->max_force_N = s.force_N;
		m->max_force_time_s = t;
	}
	tt_mechanics_at(m, m->max_force_time_s, 2 * step, &s);
	m->max_correction_N = s.force_spring_N;
	const double largest = m->max_correction_N;
	if (w->fracture.found) {
		tt_mechanics_at(m, to, 2 * step, &s);
		m->max_correction_N = fmax(m->max_correction_N, s.force_spring_N);
	}
	if (largest > m->max_force_N)
		tt_warn(
		    warnings,
		    "the spring's force, %.4g µN, exceeds the specimen's own, %.4g µN, at its largest: what is left "
		    "depends on the stiffness",
		    1e6 * largest, 1e6 * m->max_force_N);
}

/* Force that is left on a broken specimen. */
void tt_work_rest(tt_work *w)
{
	tt_mechanics *m = w->m;
	if (!w->fracture.found) return;
	const size_t first = w->fracture.jump.settled, last = w->release.row;
	double sum = 0, xs = 0, square = 0, top = 0;
	size_t n = 0, step = 1 + (last - first) / 2000;
	for (size_t i = first; i < last; i += step) {
		if (m->saturated && m->saturated[i]) continue;
		tt_mechanics_sample s;
		if (m->image_n)
			tt_mechanics_at(m, m->time_s[i], 0, &s);
		else {
			const double x = m->displacement_m[i] - m->d0_m;
			s.displacement_m = x;
			s.force_N = m->force_N[i] - tt_air_at(&m->air, x) - tt_mechanics_spring(m, x);
		}
		sum += s.force_N;
		square += s.force_N * s.force_N;
		xs += s.displacement_m;
		top = fmax(top, fabs(s.force_N));
		n++;
	}
	if (n < 3) return;
	const double mean = sum / (double)n, x = xs / (double)n;
	const double scatter = sqrt(fmax(0, square / (double)n - mean * mean) / (double)n);
	m->rest_force_N = mean;
	const double slope = m->k + 2 * m->k2 * x;
	m->u_rest_force_N = hypot(hypot(scatter, m->air.u_force_N), hypot(x * m->u_k, slope * m->u_d0_m));
	if (fabs(mean) > 3 * m->u_rest_force_N && fabs(mean) > 0.01 * fabs(m->max_force_N))
		tt_warn(w->warnings,
		        "force remains after fracture: %s on the broken specimen, %s of its largest "
		        "force",
		        TT_VALUE(1e6 * mean, 1e6 * m->u_rest_force_N, "µN"),
		        TT_DIGITS(100 * fabs(mean) / m->max_force_N, 2, "%"));
}

/* Level in air afterwards against before. */
void tt_work_compare_air(const tt_work *w)
{
	const tt_mechanics *m = w->m;
	if (w->release.row + 20 > w->stays.end || !w->contact.in_air) return;
	double sum = 0, square = 0;
	const size_t first = w->release.row + 5, n = w->stays.end - first;
	for (size_t i = first; i < w->stays.end; i++) {
		double e = m->force_N[i] - tt_air_at(&m->air, m->displacement_m[i] - m->d0_m);
		sum += e;
		square += e * e;
	}
	const double mean = sum / (double)n,
	             u = sqrt(fmax(0, square / (double)n - mean * mean) * w->contact.inflation / (double)n);
	if (fabs(mean) > 4 * hypot(u, m->air.u_force_N) && fabs(mean) > 0.01 * fabs(m->max_force_N))
		tt_warn(w->warnings,
		        "the force in air changed by %s from before contact to after the test: the load drifted",
		        TT_DIGITS(1e6 * mean, 3, "µN"));
}
