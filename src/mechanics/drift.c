/* Drift of a log, taken off or told.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/work.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"

/* The rows without drift, for finding what happens when; the rows as logged are kept aside. */
tt_status tt_work_drift_off(tt_work *w, tt_error *err)
{
	tt_mechanics *m = w->m;
	tt_log_drift *d = &m->drifts;
	if (w->opt->drift == TT_DRIFT_GIVEN) {
		d->displacement_m_per_s = w->opt->drift_m_per_s.value;
		d->u_displacement_m_per_s = w->opt->drift_m_per_s.u;
		d->displacement_from = "description";
		d->displacement = d->displacement_m_per_s != 0;
	}
	const double f = d->force ? d->force_N_per_s : 0, v = d->displacement ? d->displacement_m_per_s : 0;
	if (f == 0 && v == 0) return TT_OK;
	w->logged_d = malloc((m->n + 1) * sizeof(double));
	w->logged_f = malloc((m->n + 1) * sizeof(double));
	if (!w->logged_d || !w->logged_f) return tt_fail_memory(err, "the rows without drift");
	memcpy(w->logged_d, m->displacement_m, m->n * sizeof(double));
	memcpy(w->logged_f, m->force_N, m->n * sizeof(double));
	for (size_t i = 0; i < m->n; i++) {
		const double t = m->time_s[i] - w->contact.time_s;
		m->force_N[i] -= f * t;
		m->displacement_m[i] -= v * t;
	}
	return TT_OK;
}

/* What a drift that is not taken off does to the specimen's force at its largest. */
void tt_work_tell_drift(tt_work *w, double with, double without)
{
	tt_mechanics *m = w->m;
	tt_log_drift *d = &m->drifts;
	char what[200] = "";
	size_t n = 0;
	if (d->force)
		n = (size_t)snprintf(what, sizeof what, "force %s (%s)",
		                     TT_VALUE(1e6 * d->force_N_per_s, 1e6 * d->u_force_N_per_s, "µN/s"), d->force_from);
	if (d->displacement && n < sizeof what)
		snprintf(what + n, sizeof what - n, "%sdisplacement %s (%s)", n ? ", " : "",
		         TT_VALUE(1e9 * d->displacement_m_per_s, 1e9 * d->u_displacement_m_per_s, "nm/s"),
		         d->displacement_from);
	if (d->corrected) {
		tt_warn(w->warnings, "drift was taken off the log: %s", what);
		return;
	}
	tt_mechanics_sample s;
	tt_mechanics_at(m, m->max_force_time_s, 0, &s);
	const double moved = with - without,
	             u = hypot(m->air.u_force_N, hypot(s.displacement_m * m->u_k, m->k * m->u_d0_m));
	if (!(fabs(moved) > u) && !(fabs(moved) > 0.005 * fabs(without))) return;
	tt_warn(w->warnings,
	        "the log drifts: %s; at the largest load that is %s of the specimen's %s, more than its own "
	        "uncertainty, which now carries it; force.drift: auto takes it off",
	        what, TT_DIGITS(1e6 * moved, 3, "µN"), TT_DIGITS(1e6 * without, 4, "µN"));
}
