/* The bare spring as the log tells it: after fracture, or in an empty run.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/work.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "mechanics/spring_rows.h"

/* What the uncertainty of the drifts that were taken off does to k: the same fit with the rows moved by it. */
static double u_k_by_drift(const tt_work *w, tt_spring_rows *s, double anchor_u, const tt_spring_fit *fit)
{
	const tt_mechanics *m = w->m;
	const tt_log_drift *d = &m->drifts;
	const double noise_x = m->displacement_noise_m, noise_y = m->force_noise_N;
	double u2 = 0;
	for (int channel = 0; channel < 2; channel++) {
		const double left = channel ? d->u_force_N_per_s : d->u_displacement_m_per_s;
		double *v = channel ? s->y : s->x, shift, u_d0;
		char why[160];
		tt_spring_fit moved;
		if (!(channel ? d->force : d->displacement) || !(left > 0)) continue;
		for (size_t i = 0; i < s->n; i++)
			v[i] += left * (s->t[i] - m->contact_time_s);
		const tt_spring_data data = {s->t, s->x, s->y, s->n, noise_x, noise_y, anchor_u, w->level};
		if (tt_spring_fit_data(&data, &moved, &shift, &u_d0, why, sizeof why) &&
		    moved.quadratic == fit->quadratic)
			u2 += pow(moved.stiffness - fit->stiffness, 2);
		for (size_t i = 0; i < s->n; i++)
			v[i] -= left * (s->t[i] - m->contact_time_s);
	}
	return sqrt(u2);
}

/* From rows of the log after fracture, those given or those found; d0 moves by *shift when the line was made to pass
 * through contact. */
static void spring_of_rows(const tt_work *w, bool given, tt_spring_fit *fit, double *shift, double *u_d0, char *why,
                           size_t why_size)
{
	const tt_mechanics *m = w->m;
	size_t first = 0, last = 0;
	*fit = (tt_spring_fit){.found = false};
	*shift = 0;
	if (!(given && tt_spring_given_rows(m, w->opt, &first, &last))) {
		if (!w->fracture.found) {
			snprintf(why, why_size, "%s", w->fracture.text);
			return;
		}
		/* a few rows for the instrument to settle */
		size_t settle = (w->release.row - w->fracture.jump.settled) / 200;
		first = w->fracture.jump.settled + (settle < 20 ? settle : 20);
		last = w->release.row;
	}
	tt_spring_rows s;
	if (!tt_spring_bare_rows(w, m, &w->contact, first, last, &s)) {
		snprintf(why, why_size, "no memory");
		return;
	}
	const double anchor_u = tt_spring_anchor(&w->contact, m, tt_spring_secant(&s), s.n ? s.t[s.n / 2] : 0);
	if (tt_spring_fit_rows(w, m, &w->contact, &s, m->displacement_noise_m, m->force_noise_N, anchor_u, fit, shift,
	                       u_d0, why, why_size)) {
		fit->u_stiffness = hypot(fit->u_stiffness, u_k_by_drift(w, &s, anchor_u, fit));
		tt_spring_origin(fit, given ? "after fracture, rows given" : "after fracture");
	}
	tt_spring_rows_free(&s);
}

/* With rows given, what the others say is kept to be compared. */
void tt_work_spring_after_fracture(tt_work *w, tt_spring_fit *fit, double *shift, double *u_d0, char *why,
                                   size_t why_size)
{
	const bool given = !isnan(w->opt->spring_from_s) && w->opt->spring != TT_SPRING_EMPTY_RUN;
	if (given) spring_of_rows(w, false, &w->m->fit_found, shift, u_d0, why, why_size);
	spring_of_rows(w, given, fit, shift, u_d0, why, why_size);
	if (!given || fit->found) return;
	char reason[160];
	snprintf(reason, sizeof reason, "%.150s", why);
	snprintf(why, why_size, "force.spring.fit, %.6g to %.6g s: %s", w->opt->spring_from_s, w->opt->spring_to_s,
	         reason);
}

/* The line through rows first … last - 1 of an empty run. */
static tt_status fit_empty_run(const tt_work *w, const tt_mechanics *e, const tt_contact *c, size_t first, size_t last,
                               tt_spring_fit *fit, tt_error *err)
{
	tt_spring_rows s;
	double shift, u_d0;
	char why[160] = "";
	if (!tt_spring_bare_rows(w, e, c, first, last, &s)) return tt_fail_memory(err, "the empty run");
	const bool ok = tt_spring_fit_rows(w, e, c, &s, e->displacement_noise_m, e->force_noise_N,
	                                   tt_spring_anchor(c, e, tt_spring_secant(&s), s.n ? s.t[s.n / 2] : 0), fit,
	                                   &shift, &u_d0, why, sizeof why);
	tt_spring_rows_free(&s);
	if (!ok) return tt_fail(err, TT_ERR_FAILED, "no spring stiffness from the empty run: %s", why);
	tt_spring_origin(fit, "empty run");
	fit->cov_k_d0 = 0; /* another run, another contact */
	return TT_OK;
}

tt_status tt_work_spring_empty_run(const tt_work *w, tt_spring_fit *fit, tt_error *err)
{
	*fit = (tt_spring_fit){.found = false};
	if (!w->opt->empty_run)
		return tt_fail(err, TT_ERR_USAGE, "spring: empty_run: no log of an empty run was given");
	tt_mechanics *e = calloc(1, sizeof *e);
	if (!e) return tt_fail_memory(err, "the empty run");
	tt_contact c;
	tt_stays stays = {0};
	tt_status st = tt_rows_copy(w->opt->empty_run, e, w->warnings, err);
	const tt_quantity none = {NAN, 0, false};
	const tt_trace r = tt_mechanics_trace(e);
	if (!st) st = tt_stays_find(&r, none, w->level, &stays, &c, &e->drifts, w->warnings, err);
	if (!st && w->m->frame_compliance != 0) {
		e->u_frame_compliance = w->m->u_frame_compliance;
		tt_rows_compliance_off(e, &c, w->m->frame_compliance, 1);
		tt_stays_clear(&stays);
		st = tt_stays_find(&r, none, w->level, &stays, &c, &e->drifts, NULL, err);
	}
	for (size_t i = 0; !st && i < e->n; i++) { /* its own drift says nothing of the spring */
		if (e->drifts.force) e->force_N[i] -= e->drifts.force_N_per_s * (e->time_s[i] - c.time_s);
		if (e->drifts.displacement)
			e->displacement_m[i] -= e->drifts.displacement_m_per_s * (e->time_s[i] - c.time_s);
	}
	if (!st) {
		tt_release release;
		size_t first, last;
		e->force_noise_N = tt_rows_noise(e->force_N, e->n);
		e->displacement_noise_m = tt_rows_noise(e->displacement_m, e->n);
		const tt_trace until = {r.t, r.d, r.f, stays.end, r.bad};
		tt_release_find(&until, &c, e->force_noise_N, &release);
		if (tt_spring_given_rows(e, w->opt, &first, &last)) {
			tt_error ignored;
			fit_empty_run(w, e, &c, c.row, release.row, &w->m->fit_found, &ignored);
			st = fit_empty_run(w, e, &c, first, last, fit, err);
		} else {
			st = fit_empty_run(w, e, &c, c.row, release.row, fit, err);
		}
	}
	tt_stays_clear(&stays);
	tt_mechanics_free(e);
	return st ? tt_fail_within(err, "empty run") : TT_OK;
}
