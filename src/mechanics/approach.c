/* Where the test begins: what the displacement is corrected by, the touches before, contact, the level in air.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/work.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "numeric/fit.h"

/* NaN when the log already has it taken off. */
static double compliance_to_apply(const tt_work *w)
{
	const tt_quantity *c = &w->opt->frame_compliance;
	const double logged = w->log->machine_compliance_m_per_N;
	if (!(fabs(c->value) > 0)) return NAN;
	if (!w->log->compliance_applied) return c->value;
	if (isfinite(logged) && logged != 0 && fabs(c->value - logged) > fabs(logged) / 2 + 3 * c->u) {
		tt_warn(w->warnings,
		        "the log's displacement is already corrected for a machine compliance of %.4g nm/µN; "
		        "frame_compliance, %.4g nm/µN, is another and is taken off in addition",
		        logged * 1e3, c->value * 1e3);
		return c->value;
	}
	tt_warn(w->warnings,
	        "frame_compliance %.4g nm/µN was not applied: the log's displacement is already corrected for "
	        "machine compliance",
	        c->value * 1e3);
	return NAN;
}

/* Stays, contact, drift of the rows as they are in m. */
static tt_status find_stays(tt_work *w, tt_strings *warnings, tt_error *err)
{
	const tt_trace r = tt_mechanics_trace(w->m);
	tt_stays_clear(&w->stays);
	tt_status st =
	    tt_stays_find(&r, w->opt->contact_time_s, w->level, &w->stays, &w->contact, &w->m->drifts, warnings, err);
	w->m->contact_found_s = w->m->u_contact_found_s = NAN;
	if (st || !w->contact.given) return st;
	/* what would have been found, to be compared with what is given */
	const tt_quantity none = {NAN, 0, false};
	tt_stays own = {0};
	tt_contact c;
	tt_log_drift d;
	tt_error ignored;
	if (tt_stays_find(&r, none, w->level, &own, &c, &d, NULL, &ignored) == TT_OK) {
		w->m->contact_found_s = c.time_s;
		w->m->u_contact_found_s = c.u_time_s;
	}
	tt_stays_clear(&own);
	return TT_OK;
}

/* The rows that the caller names, drift taken out, in place of those before contact. */
static tt_status take_given_air(tt_work *w, tt_error *err)
{
	const tt_mechanics *m = w->m;
	const tt_mechanics_options *o = w->opt;
	tt_contact *c = &w->contact;
	if (isnan(o->air_from_s)) return TT_OK;
	const size_t first = tt_row_at(m->time_s, m->n, o->air_from_s);
	size_t last = tt_row_at(m->time_s, m->n, o->air_to_s);
	if (last < m->n && m->time_s[last] <= o->air_to_s) last++;
	const double v = m->drifts.force ? m->drifts.force_N_per_s : 0;
	double *f = malloc((m->n + 1) * sizeof *f);
	if (!f) return tt_fail_memory(err, "the force in air");
	for (size_t i = 0; i < m->n; i++)
		f[i] = m->force_N[i] - v * (m->time_s[i] - c->time_s);
	const tt_trace r = {m->time_s, m->displacement_m, f, m->n, m->saturated};
	w->m->air_found = c->air;
	const bool fitted =
	    last > first && tt_air_fit(&r, first, last, c->d0_m, w->level, &c->air, &c->rms_N, &c->inflation, NULL, 0);
	free(f);
	if (!fitted)
		return tt_fail(err, TT_ERR_FAILED,
		               "force.air: %zu rows of the force log lie between %.6g and %.6g s; expected at least %d",
		               last > first ? last - first : 0, o->air_from_s, o->air_to_s, TT_AIR_FEWEST);
	c->in_air = true;
	snprintf(c->air_text, sizeof c->air_text, "given: the rows from %.6g to %.6g s%s", o->air_from_s, o->air_to_s,
	         c->air.sloped ? ", a line in the displacement" : "");
	return TT_OK;
}

tt_status tt_work_contact(tt_work *w, tt_error *err)
{
	tt_mechanics *m = w->m;
	const double compliance = compliance_to_apply(w);
	tt_status st = find_stays(w, isnan(compliance) ? w->warnings : NULL, err);
	if (st) return st;
	if (!isnan(compliance)) {
		m->frame_compliance = compliance;
		m->u_frame_compliance = w->opt->frame_compliance.u;
		/* the level in air hardly depends on the displacement: once more is enough */
		tt_rows_compliance_off(m, &w->contact, compliance, 1);
		st = find_stays(w, w->warnings, err);
		if (st) return st;
	}
	if (!w->contact.in_air && isnan(w->opt->air_from_s))
		tt_warn(w->warnings,
		        "the force log has no part in air before contact: its force at contact, %.4g µN, is taken "
		        "for the force in air",
		        1e6 * w->contact.air.force_N);
	return take_given_air(w, err);
}
