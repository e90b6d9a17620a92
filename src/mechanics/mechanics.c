/* Push-to-pull mechanics of a log: what is in air, what is spring, what is the specimen.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/mechanics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "mechanics/control.h"
#include "mechanics/holes.h"
#include "numeric/fit.h"
#include "mechanics/spring.h"
#include "mechanics/stays.h"

enum { FEWEST_ROWS = 24 };

/* What the steps hand on to each other. */
typedef struct work {
	const tt_force_log *log;
	const tt_mechanics_options *opt;
	tt_mechanics *m;
	tt_strings *warnings;
	tt_stays stays;
	tt_contact contact;
	tt_release release;
	tt_fracture fracture;
	double level;
	double *logged_d, *logged_f; /* before drift was taken off; NULL: none was */
} work;

tt_mechanics_options tt_mechanics_defaults(void)
{
	const tt_quantity none = {NAN, 0, false};
	return (tt_mechanics_options){.spring = TT_SPRING_AFTER_FRACTURE,
	                              .stiffness = none,
	                              .stiffness2 = none,
	                              .frame_compliance = none,
	                              .contact_time_s = none,
	                              .fracture_time_s = NAN,
	                              .image_u_m = NAN,
	                              .test_level = 0.01,
	                              .air_from_s = NAN,
	                              .air_to_s = NAN,
	                              .spring_from_s = NAN,
	                              .spring_to_s = NAN};
}

void tt_mechanics_free(tt_mechanics *m)
{
	if (!m) return;
	free(m->time_s);
	free(m->displacement_m);
	free(m->force_N);
	free(m->saturated);
	free(m->hole);
	free(m->touch);
	free(m->away);
	free(m->pop_in);
	free(m->edge);
	free(m->image_time_s);
	free(m->image_displacement_m);
	free(m);
}

/* ---- Rows ---- */

static double range_of(const double *y, size_t n)
{
	double lo = INFINITY, hi = -INFINITY;
	for (size_t i = 0; i < n; i++) {
		lo = fmin(lo, y[i]);
		hi = fmax(hi, y[i]);
	}
	return hi - lo;
}

/* Noise with a floor, so that noiseless rows divide nothing by zero. */
static double noise_of(const double *y, size_t n)
{
	return fmax(tt_noise_std(y, n), 1e-7 * range_of(y, n));
}

/* Rows with increasing time; a clock that stands or runs back loses its row. */
static tt_status copy_rows(const tt_force_log *log, tt_mechanics *m, tt_strings *warnings, tt_error *err)
{
	m->time_s = malloc((log->n + 1) * sizeof(double));
	m->displacement_m = malloc((log->n + 1) * sizeof(double));
	m->force_N = malloc((log->n + 1) * sizeof(double));
	if (log->saturated) m->saturated = calloc(log->n + 1, sizeof *m->saturated);
	if (!m->time_s || !m->displacement_m || !m->force_N || (log->saturated && !m->saturated))
		return tt_fail_memory(err, "the force log");
	for (size_t i = 0; i < log->n; i++) {
		if (!isfinite(log->time_s[i]) || !isfinite(log->displacement_m[i]) || !isfinite(log->force_N[i]))
			continue;
		if (m->n && log->time_s[i] <= m->time_s[m->n - 1]) continue;
		if (log->saturated) m->saturated[m->n] = log->saturated[i];
		m->time_s[m->n] = log->time_s[i];
		m->displacement_m[m->n] = log->displacement_m[i];
		m->force_N[m->n++] = log->force_N[i];
	}
	if (m->n < log->n)
		tt_warn(warnings, "%zu of the force log's %zu rows were left out: their time does not increase",
		        log->n - m->n, log->n);
	if (m->n < FEWEST_ROWS)
		return tt_fail(err, TT_ERR_FAILED, "the force log has %zu rows; expected at least %d", m->n,
		               FEWEST_ROWS);
	return tt_holes_find(m, log, err);
}

static void take_compliance_off(tt_mechanics *m, const tt_contact *c, double compliance, double sign)
{
	for (size_t i = 0; i < m->n; i++)
		m->displacement_m[i] -= sign * compliance * (m->force_N[i] - c->air.force_N);
}

/* NaN when the log already has it taken off. */
static double compliance_to_apply(const work *w)
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
static tt_status find_stays(work *w, tt_strings *warnings, tt_error *err)
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
static tt_status take_given_air(work *w, tt_error *err)
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

static tt_status find_contact(work *w, tt_error *err)
{
	tt_mechanics *m = w->m;
	const double compliance = compliance_to_apply(w);
	tt_status st = find_stays(w, isnan(compliance) ? w->warnings : NULL, err);
	if (st) return st;
	if (!isnan(compliance)) {
		m->frame_compliance = compliance;
		m->u_frame_compliance = w->opt->frame_compliance.u;
		/* the level in air hardly depends on the displacement: once more is enough */
		take_compliance_off(m, &w->contact, compliance, 1);
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

/* ---- Drift ---- */

static tt_status keep_list(const tt_trace *r, const tt_stays *s, tt_mechanics *m, tt_error *err)
{
	m->touch = calloc(s->first + 1, sizeof *m->touch);
	m->away = calloc(s->main - s->first + 1, sizeof *m->away);
	if (!m->touch || !m->away) return tt_fail_memory(err, "the stays on the device");
	for (size_t i = 0; i < s->first; i++)
		m->touch[m->n_touches++] = (tt_touch){
		    r->t[s->e[i].touch], r->t[s->e[i].leave < r->n ? s->e[i].leave : r->n - 1], s->e[i].load_N};
	for (size_t i = s->first; i < s->main; i++)
		if (s->e[i].leave < r->n)
			m->away[m->n_away++] = (tt_touch){r->t[s->e[i].leave], r->t[s->e[i + 1].touch], 0};
	return TT_OK;
}

static void tell_touches(const work *w)
{
	const tt_mechanics *m = w->m;
	char list[200] = "";
	size_t used = 0;
	for (size_t i = 0; i < m->n_touches && used + 60 < sizeof list; i++)
		used += (size_t)snprintf(list + used, sizeof list - used, "%s%.4g to %.4g s (%.3g µN)", i ? ", " : "",
		                         m->touch[i].from_s, m->touch[i].to_s, 1e6 * m->touch[i].load_N);
	if (m->n_touches)
		tt_warn(w->warnings, "%zu touch%s before the test %s left out: %s", m->n_touches,
		        m->n_touches == 1 ? "" : "es", m->n_touches == 1 ? "was" : "were", list);
	for (size_t i = 0; i < w->stays.unmarked; i++) {
		const tt_episode *e = &w->stays.e[w->stays.first + i], *most = &w->stays.e[w->stays.main];
		tt_warn(w->warnings,
		        "from %.4g to %.4g s the punch carried %.3g µN, %.0f %% of the load that the test reached, and "
		        "left the specimen no longer than before: taken for a cycle of the test, but it may be a touch "
		        "before it; then give the test's own force.contact",
		        m->time_s[e->touch], m->time_s[e->leave < m->n ? e->leave : m->n - 1], 1e6 * e->load_N,
		        100 * e->load_N / most->load_N);
	}
	for (size_t i = 0; i < m->n_away; i++)
		tt_warn(w->warnings,
		        "the punch was off the device from %.6g to %.6g s, before fracture: forces there are 0",
		        m->away[i].from_s, m->away[i].to_s);
}

/* The rows without drift, for finding what happens when; the rows as logged are kept aside. */
static tt_status take_drift_off(work *w, tt_error *err)
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
static void tell_drift(work *w, double with, double without)
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

/* ---- Spring ---- */

typedef struct spring_rows {
	double *t, *x, *y;
	size_t n;
} spring_rows;

static void spring_rows_free(spring_rows *s)
{
	free(s->t);
}

static bool spring_rows_make(spring_rows *s, size_t n)
{
	s->t = malloc((3 * n + 3) * sizeof *s->t);
	s->x = s->t ? s->t + n + 1 : NULL;
	s->y = s->t ? s->x + n + 1 : NULL;
	s->n = 0;
	return s->t != NULL;
}

/* Force above its level in air and d - d0 of rows first … last - 1, as long as the punch surely pushes. */
static bool bare_rows(const work *w, const tt_mechanics *m, const tt_contact *c, size_t first, size_t last,
                      spring_rows *out)
{
	if (!spring_rows_make(out, last > first ? last - first : 0)) return false;
	const double least = w->opt->spring_least_travel > 0 ? w->opt->spring_least_travel : 0.03;
	double top = 0;
	for (size_t i = first; i < last; i++)
		top = fmax(top, m->displacement_m[i] - c->d0_m);
	for (size_t i = first; i < last; i++) {
		const double x = m->displacement_m[i] - c->d0_m, y = m->force_N[i] - tt_air_at(&c->air, x);
		if (x < least * top || (m->saturated && m->saturated[i])) continue;
		out->t[out->n] = m->time_s[i];
		out->x[out->n] = x;
		out->y[out->n++] = y;
	}
	return true;
}

/* u of the force at d0 as contact and air tell it, at an instant `at` long after contact: drift leaves its own u. */
static double anchor_of(const tt_contact *c, const tt_mechanics *m, double k, double at)
{
	const tt_log_drift *d = &m->drifts;
	const double apart = fabs(at - c->time_s);
	double u = hypot(c->air.u_force_N, k * c->u_d0_m);
	if (d->force) u = hypot(u, d->u_force_N_per_s * apart);
	if (d->displacement) u = hypot(u, k * d->u_displacement_m_per_s * apart);
	return c->in_air ? u : NAN;
}

static double secant(const spring_rows *s)
{
	double sxy = 0, sxx = 0;
	for (size_t i = 0; i < s->n; i++) {
		sxy += s->x[i] * s->y[i];
		sxx += s->x[i] * s->x[i];
	}
	return sxx > 0 ? sxy / sxx : 0;
}

/* What else k depends on: the slope in air, and the compliance (dk/dC = k²). */
static void widen(tt_spring_fit *f, const tt_contact *c, double u_compliance)
{
	double u2 = f->u_stiffness * f->u_stiffness + pow(c->air.u_slope_N_per_m, 2);
	u2 += pow(f->stiffness * f->stiffness * u_compliance, 2);
	f->u_stiffness = sqrt(u2);
}

static void prefix_text(tt_spring_fit *f, const char *origin)
{
	char old[sizeof f->text];
	memcpy(old, f->text, sizeof old);
	snprintf(f->text, sizeof f->text, "%s: %.200s", origin, old);
}

static bool fit_rows(const work *w, const tt_mechanics *m, const tt_contact *c, const spring_rows *s, double noise_x,
                     double noise_y, double anchor_u, tt_spring_fit *fit, double *shift, double *u_d0, char *why,
                     size_t why_size)
{
	const tt_spring_data data = {s->t, s->x, s->y, s->n, noise_x, noise_y, anchor_u, w->level};
	bool ok = tt_spring_fit_data(&data, fit, shift, u_d0, why, why_size);
	if (ok) widen(fit, c, m->u_frame_compliance);
	return ok;
}

/* The rows that the caller names for the bare spring; false: none are named. */
static bool given_rows(const tt_mechanics *m, const tt_mechanics_options *o, size_t *first, size_t *last)
{
	if (isnan(o->spring_from_s)) return false;
	*first = tt_row_at(m->time_s, m->n, o->spring_from_s);
	*last = tt_row_at(m->time_s, m->n, o->spring_to_s);
	if (*last < m->n && m->time_s[*last] <= o->spring_to_s) ++*last;
	return true;
}

/* What the uncertainty of the drifts that were taken off does to k: the same fit with the rows moved by it. */
static double u_k_by_drift(const work *w, spring_rows *s, double anchor_u, const tt_spring_fit *fit)
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
static void spring_of_rows(const work *w, bool given, tt_spring_fit *fit, double *shift, double *u_d0, char *why,
                           size_t why_size)
{
	const tt_mechanics *m = w->m;
	size_t first = 0, last = 0;
	*fit = (tt_spring_fit){.found = false};
	*shift = 0;
	if (!(given && given_rows(m, w->opt, &first, &last))) {
		if (!w->fracture.found) {
			snprintf(why, why_size, "%s", w->fracture.text);
			return;
		}
		/* a few rows for the instrument to settle */
		size_t settle = (w->release.row - w->fracture.jump.settled) / 200;
		first = w->fracture.jump.settled + (settle < 20 ? settle : 20);
		last = w->release.row;
	}
	spring_rows s;
	if (!bare_rows(w, m, &w->contact, first, last, &s)) {
		snprintf(why, why_size, "no memory");
		return;
	}
	const double anchor_u = anchor_of(&w->contact, m, secant(&s), s.n ? s.t[s.n / 2] : 0);
	if (fit_rows(w, m, &w->contact, &s, m->displacement_noise_m, m->force_noise_N, anchor_u, fit, shift, u_d0, why,
	             why_size)) {
		fit->u_stiffness = hypot(fit->u_stiffness, u_k_by_drift(w, &s, anchor_u, fit));
		prefix_text(fit, given ? "after fracture, rows given" : "after fracture");
	}
	spring_rows_free(&s);
}

/* With rows given, what the others say is kept to be compared. */
static void spring_after_fracture(work *w, tt_spring_fit *fit, double *shift, double *u_d0, char *why, size_t why_size)
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
static tt_status fit_empty_run(const work *w, const tt_mechanics *e, const tt_contact *c, size_t first, size_t last,
                               tt_spring_fit *fit, tt_error *err)
{
	spring_rows s;
	double shift, u_d0;
	char why[160] = "";
	if (!bare_rows(w, e, c, first, last, &s)) return tt_fail_memory(err, "the empty run");
	const bool ok =
	    fit_rows(w, e, c, &s, e->displacement_noise_m, e->force_noise_N,
	             anchor_of(c, e, secant(&s), s.n ? s.t[s.n / 2] : 0), fit, &shift, &u_d0, why, sizeof why);
	spring_rows_free(&s);
	if (!ok) return tt_fail(err, TT_ERR_FAILED, "no spring stiffness from the empty run: %s", why);
	prefix_text(fit, "empty run");
	fit->cov_k_d0 = 0; /* another run, another contact */
	return TT_OK;
}

static tt_status spring_empty_run(const work *w, tt_spring_fit *fit, tt_error *err)
{
	*fit = (tt_spring_fit){.found = false};
	if (!w->opt->empty_run)
		return tt_fail(err, TT_ERR_USAGE, "spring: empty_run: no log of an empty run was given");
	tt_mechanics *e = calloc(1, sizeof *e);
	if (!e) return tt_fail_memory(err, "the empty run");
	tt_contact c;
	tt_stays stays = {0};
	tt_status st = copy_rows(w->opt->empty_run, e, w->warnings, err);
	const tt_quantity none = {NAN, 0, false};
	const tt_trace r = tt_mechanics_trace(e);
	if (!st) st = tt_stays_find(&r, none, w->level, &stays, &c, &e->drifts, w->warnings, err);
	if (!st && w->m->frame_compliance != 0) {
		e->u_frame_compliance = w->m->u_frame_compliance;
		take_compliance_off(e, &c, w->m->frame_compliance, 1);
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
		e->force_noise_N = noise_of(e->force_N, e->n);
		e->displacement_noise_m = noise_of(e->displacement_m, e->n);
		const tt_trace until = {r.t, r.d, r.f, stays.end, r.bad};
		tt_release_find(&until, &c, e->force_noise_N, &release);
		if (given_rows(e, w->opt, &first, &last)) {
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

/* ---- Image displacement ---- */

/* Copies the images' displacement with its zero at contact: the mean of the frames before it. false: no such frame. */
static tt_status take_image(work *w, double *u_zero, bool *zeroed, tt_error *err)
{
	const tt_mechanics_options *o = w->opt;
	tt_mechanics *m = w->m;
	*u_zero = NAN;
	*zeroed = false;
	if (!o->image_n) return TT_OK;
	m->image_time_s = malloc(o->image_n * sizeof(double));
	m->image_displacement_m = malloc(o->image_n * sizeof(double));
	double *finite = malloc(o->image_n * sizeof(double));
	if (!m->image_time_s || !m->image_displacement_m || !finite) {
		free(finite);
		return tt_fail_memory(err, "the images' displacement");
	}
	m->image_n = o->image_n;
	size_t count = 0, before = 0;
	double sum = 0, square = 0;
	for (size_t i = 0; i < o->image_n; i++) {
		m->image_time_s[i] = o->image_time_s[i];
		m->image_displacement_m[i] = o->image_displacement_m[i];
		if (!isfinite(o->image_displacement_m[i])) continue;
		finite[count++] = o->image_displacement_m[i];
		if (o->image_time_s[i] >= m->contact_time_s) continue;
		sum += o->image_displacement_m[i];
		square += o->image_displacement_m[i] * o->image_displacement_m[i];
		before++;
	}
	m->image_noise_m = o->image_u_m > 0 ? o->image_u_m : noise_of(finite, count);
	free(finite);
	if (before) {
		const double zero = sum / (double)before;
		for (size_t i = 0; i < m->image_n; i++)
			m->image_displacement_m[i] -= zero;
		double scatter = before > 2 ? sqrt(fmax(0, square / (double)before - zero * zero)) : 0;
		*u_zero = fmax(scatter, m->image_noise_m) / sqrt((double)before);
		*zeroed = true;
	}
	return TT_OK;
}

static void spring_from_image(const work *w, double u_zero, tt_spring_fit *fit, double *shift, char *why,
                              size_t why_size)
{
	const tt_mechanics *m = w->m;
	spring_rows s;
	*fit = (tt_spring_fit){.found = false};
	*shift = 0;
	if (!w->fracture.found && (isnan(w->opt->spring_from_s) || w->opt->spring == TT_SPRING_EMPTY_RUN)) {
		snprintf(why, why_size, "%s", w->fracture.text);
		return;
	}
	if (!spring_rows_make(&s, m->image_n)) return;
	const bool given = !isnan(w->opt->spring_from_s) && w->opt->spring != TT_SPRING_EMPTY_RUN;
	const double from = given ? w->opt->spring_from_s : m->time_s[w->fracture.jump.settled];
	const double to = given                      ? w->opt->spring_to_s
	                  : isnan(w->release.time_s) ? m->time_s[m->n - 1]
	                                             : w->release.time_s;
	double noise_y = 0;
	for (size_t i = 0; i < m->image_n; i++) {
		tt_local l;
		const double t = m->image_time_s[i];
		if (t < from || t >= to || !isfinite(m->image_displacement_m[i])) continue;
		double half = i + 1 < m->image_n ? (m->image_time_s[i + 1] - t) / 2 : (t - m->image_time_s[i - 1]) / 2;
		if (!tt_mechanics_local(m, t, half, &l)) continue;
		s.t[s.n] = t;
		s.x[s.n] = m->image_displacement_m[i];
		s.y[s.n++] = l.f - tt_air_at(&m->air, l.d - m->d0_m);
		noise_y = fmax(noise_y, sqrt(l.weight) * m->force_noise_N);
	}
	double u_d0, anchor = isnan(u_zero) ? NAN : hypot(m->air.u_force_N, secant(&s) * u_zero);
	if (fit_rows(w, m, &w->contact, &s, m->image_noise_m, noise_y, anchor, fit, shift, &u_d0, why, why_size)) {
		fit->from_image = true;
		/* without a frame before contact the line itself says where the zero is */
		if (isnan(u_zero)) *shift = -fit->offset_N / fit->stiffness;
		prefix_text(fit, "after fracture, displacement from the images");
	}
	spring_rows_free(&s);
}

/* ---- Choosing ---- */

static bool disagree(double a, double ua, double b, double ub)
{
	return fabs(a - b) > 2 * hypot(ua, ub);
}

/* A quadratic spring's slope at the middle of the displacement that was used: what a linear one is compared with. */
static double mean_slope(const tt_spring_fit *f)
{
	return f->stiffness + (f->quadratic ? f->stiffness2 * f->span_m : 0);
}

static void compare_springs(const work *w, const char *a_name, double a, double ua, const char *b_name,
                            const tt_spring_fit *b)
{
	if (!b->found || !disagree(a, ua, mean_slope(b), b->u_stiffness)) return;
	tt_warn(w->warnings,
	        "two ways to get the spring's stiffness disagree beyond their uncertainties: "
	        "%s %s, %s %s",
	        a_name, TT_VALUE(a, ua, "N/m"), b_name, TT_VALUE(mean_slope(b), b->u_stiffness, "N/m"));
}

static void use_fit(tt_mechanics *m, const tt_spring_fit *f)
{
	m->k = f->stiffness;
	m->u_k = f->u_stiffness;
	m->k2 = f->stiffness2;
	m->u_k2 = f->u_stiffness2;
}

static tt_status choose_spring(work *w, tt_error *err)
{
	tt_mechanics *m = w->m;
	const tt_mechanics_options *o = w->opt;
	char why[256] = "";
	tt_spring_fit after, image = {.found = false};
	double shift, u_d0 = NAN, u_zero, image_shift = 0;
	bool zeroed;
	tt_status st = take_image(w, &u_zero, &zeroed, err);
	if (st) return st;
	spring_after_fracture(w, &after, &shift, &u_d0, why, sizeof why);
	m->source = o->spring;
	if (o->image_n) {
		char image_why[256] = "no such part";
		spring_from_image(w, u_zero, &image, &image_shift, image_why, sizeof image_why);
		if (!image.found && o->spring == TT_SPRING_AFTER_FRACTURE && after.found)
			tt_warn(w->warnings, "the spring's stiffness is the log's, not the images': %s", image_why);
		if (!zeroed && !image.found)
			return tt_fail(err, TT_ERR_FAILED,
			               "displacement: image: no frame before contact and no bare spring in the "
			               "images to say where their displacement is zero (%s)",
			               image_why);
		for (size_t i = 0; i < m->image_n; i++)
			m->image_displacement_m[i] -= image_shift;
	}

	switch (o->spring) {
	case TT_SPRING_GIVEN:
		if (!(o->stiffness.value > 0))
			return tt_fail(err, TT_ERR_INPUT, "the spring's stiffness is %g N/m; expected more than 0",
			               o->stiffness.value);
		m->k = o->stiffness.value;
		m->u_k = o->stiffness.u;
		m->k2 = isnan(o->stiffness2.value) ? 0 : o->stiffness2.value;
		m->u_k2 = isnan(o->stiffness2.value) ? 0 : o->stiffness2.u;
		m->other = image.found ? image : after;
		if (m->k2 == 0) compare_springs(w, "given", m->k, m->u_k, "after fracture", &m->other);
		return TT_OK;
	case TT_SPRING_AFTER_FRACTURE:
		m->spring = image.found ? image : after;
		if (!m->spring.found)
			return tt_fail(err, TT_ERR_FAILED,
			               "no spring stiffness after fracture: %s; expected a log whose specimen breaks "
			               "(or give force.spring.stiffness or an empty run)",
			               why);
		use_fit(m, &m->spring);
		if (image.found) {
			m->other = after;
			compare_springs(w, "images", mean_slope(&image), image.u_stiffness, "log", &after);
		} else if (o->empty_run) {
			if ((st = spring_empty_run(w, &m->other, err))) return st;
			compare_springs(w, "after fracture", mean_slope(&after), after.u_stiffness, "empty run",
			                &m->other);
		}
		if (o->stiffness.value > 0)
			compare_springs(w, "given", o->stiffness.value, o->stiffness.u, "after fracture", &m->spring);
		/* contact and the bare spring's line tell d0 together */
		if (after.found && after.anchored && !m->contact_given) {
			m->d0_m += shift;
			m->u_d0_m = u_d0;
			m->air.force_N += m->air.slope_N_per_m * shift;
		}
		return TT_OK;
	case TT_SPRING_EMPTY_RUN:
		if ((st = spring_empty_run(w, &m->spring, err))) return st;
		use_fit(m, &m->spring);
		m->other = image.found ? image : after;
		compare_springs(w, "empty run", mean_slope(&m->spring), m->u_k, "after fracture", &m->other);
		return TT_OK;
	}
	return tt_fail(err, TT_ERR_USAGE, "unknown source of the spring's stiffness: %d", (int)o->spring);
}

/* ---- Edges and what follows from all ---- */

static void add_edge(tt_mechanics *m, double t)
{
	if (isfinite(t)) m->edge[m->n_edge++] = t;
}

static void add_jump_edges(tt_mechanics *m, const tt_jump *j)
{
	add_edge(m, (m->time_s[j->last_before] + m->time_s[j->first_after]) / 2);
	if (j->settled > j->first_after) add_edge(m, (m->time_s[j->settled - 1] + m->time_s[j->settled]) / 2);
}

/* Where the hold after fracture ends. */
static double hold_end(const work *w)
{
	const tt_mechanics *m = w->m;
	const size_t first = w->fracture.jump.settled, last = w->release.row;
	if (last < first + 24) return NAN;
	const tt_spring_data s = {.t = m->time_s + first,
	                          .x = m->displacement_m + first,
	                          .n = last - first,
	                          .noise_x = m->displacement_noise_m};
	size_t end = tt_spring_hold_end(&s), half = last - first - end;
	if (end == 0 || end == last - first) return NAN;
	if (half > end) half = end;
	if (half > 400) half = 400;
	tt_kink k;
	size_t a = first + end - half, z = first + end + half;
	if (half < 8 ||
	    !tt_kink_fit(m->time_s, m->displacement_m, m->time_s, a, z, m->time_s[a + 2], m->time_s[z - 3], &k))
		return m->time_s[first + end];
	return k.at;
}

static tt_status set_edges(work *w, tt_error *err)
{
	tt_mechanics *m = w->m;
	m->edge = malloc((6 + 2 * w->fracture.n_pop_in + 2 * m->n_away + w->log->n_segments) * sizeof *m->edge);
	m->pop_in = malloc((w->fracture.n_pop_in + 1) * sizeof *m->pop_in);
	if (!m->edge || !m->pop_in) return tt_fail_memory(err, "the log's edges");
	add_edge(m, m->contact_time_s);
	add_edge(m, m->release_time_s);
	for (size_t i = 0; i < w->fracture.n_pop_in; i++) {
		const tt_jump *j = &w->fracture.pop_in[i];
		m->pop_in[m->n_pop_in++] = (tt_pop_in){(m->time_s[j->last_before] + m->time_s[j->first_after]) / 2,
		                                       j->displacement_m, j->force_N};
		add_jump_edges(m, j);
	}
	for (size_t i = 0; i < m->n_away; i++) {
		add_edge(m, m->away[i].from_s);
		add_edge(m, m->away[i].to_s);
	}
	if (w->fracture.found) {
		add_jump_edges(m, &w->fracture.jump);
		add_edge(m, hold_end(w));
	}
	/* the file's own segments: the instrument changed what it did there */
	for (size_t i = 1; i < w->log->n_segments; i++) {
		const size_t row = w->log->segment[i].first;
		if (row > 0 && row < w->log->n) add_edge(m, (w->log->time_s[row - 1] + w->log->time_s[row]) / 2);
	}
	tt_sort(m->edge, m->n_edge);
	return TT_OK;
}

static void find_control(work *w)
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
		const double k = fmax(secant(&(spring_rows){NULL, (double[]){m->displacement_m[end] - m->d0_m},
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

static void find_rates(work *w)
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

static void find_largest(work *w, tt_strings *warnings)
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
static void find_rest(work *w)
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
static void compare_air(const work *w)
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

static void set_found(work *w)
{
	tt_mechanics *m = w->m;
	const tt_contact *c = &w->contact;
	m->contact_time_s = c->time_s;
	m->u_contact_time_s = c->u_time_s;
	m->d0_m = c->d0_m;
	m->u_d0_m = c->u_d0_m;
	m->contact_given = c->given;
	m->air = c->air;
	snprintf(m->contact_text, sizeof m->contact_text, "%s", c->text);
	snprintf(m->air_text, sizeof m->air_text, "%s", c->air_text);
	m->release_time_s = w->release.time_s;
	m->u_release_time_s = w->release.u_time_s;
	m->fracture_time_s = w->fracture.found ? w->fracture.time_s : NAN;
	m->u_fracture_time_s = w->fracture.found ? w->fracture.u_time_s : NAN;
	if (w->fracture.found) {
		m->last_intact = w->fracture.jump.last_before;
		m->first_broken = w->fracture.jump.first_after;
	}
	snprintf(m->fracture_text, sizeof m->fracture_text, "%s", w->fracture.text);
}

static void find_fracture(work *w)
{
	const tt_mechanics *m = w->m;
	const tt_mechanics_options *o = w->opt;
	const tt_trace r = {m->time_s, m->displacement_m, m->force_N, w->stays.end, m->saturated};
	/* where cycles leave the device the last approach is where to begin */
	const tt_episode *e = &w->stays.e[w->stays.main];
	tt_contact last = w->contact;
	if (w->stays.main > w->stays.first) last.row = e->touch;
	tt_release_find(&r, &last, m->force_noise_N, &w->release);
	if (o->unbroken) {
		w->fracture = (tt_fracture){.time_s = NAN, .u_time_s = NAN};
		snprintf(w->fracture.text, sizeof w->fracture.text, "not broken, as the caller says");
		return;
	}
	const bool known = o->spring == TT_SPRING_GIVEN && o->stiffness.value > 0;
	const tt_fracture_search s = {&r,
	                              &last,
	                              &w->release,
	                              m->force_noise_N,
	                              m->displacement_noise_m,
	                              known ? o->stiffness.value : NAN,
	                              known ? o->stiffness.u : NAN,
	                              o->fracture_time_s,
	                              o->spring_residual > 0 ? o->spring_residual : TT_SPRING_RESIDUAL};
	tt_fracture_find(&s, &w->fracture);
	if (!isnan(o->fracture_time_s) && !w->fracture.found)
		tt_warn(w->warnings, "no jump in the force log near the instant of fracture given, %.6g s",
		        o->fracture_time_s);
}

/* Rows that are missing where contact or fracture would have stood: what rests on those instants is not known as well
 * as the rows that are left make believe. */
static tt_status check_holes(work *w, tt_error *err)
{
	tt_mechanics *m = w->m;
	const double row = (m->time_s[m->n - 1] - m->time_s[0]) / (double)(m->n - 1);
	for (size_t i = 0; i < w->log->n_dropped; i++) {
		const double t = w->log->dropped_s[i];
		const bool contact = fabs(t - m->contact_time_s) < 3 * row + 2 * m->u_contact_time_s;
		if (contact || fabs(t - m->fracture_time_s) < 4 * row)
			return tt_fail(
			    err, TT_ERR_INPUT,
			    "a row of the force log at %.6g s holds no value, just where %s was found (%.6g s): "
			    "mend the row, or give force.%s",
			    t, contact ? "contact" : "the fracture", contact ? m->contact_time_s : m->fracture_time_s,
			    contact ? "contact" : "contact and a stiffness");
	}
	const tt_log_hole *h = tt_mechanics_hole(m, m->contact_time_s);
	if (h && !m->contact_given) {
		const double length = h->to_s - h->from_s, u = length / sqrt(12);
		const size_t a = tt_row_at(m->time_s, m->n, h->from_s), z = tt_row_at(m->time_s, m->n, h->to_s);
		m->u_contact_time_s = fmax(m->u_contact_time_s, u);
		m->u_d0_m = hypot(m->u_d0_m, fabs(m->displacement_m[z] - m->displacement_m[a]) / sqrt(12));
		tt_warn(
		    w->warnings,
		    "rows of the force log are missing from %.6g to %.6g s, where contact lies: its instant is known "
		    "to %.2g s only",
		    h->from_s, h->to_s, u);
	}
	h = tt_mechanics_hole(m, m->fracture_time_s);
	if (h)
		tt_warn(w->warnings,
		        "the fracture lies where %s from %.6g to %.6g s: the log tells its instant no better than that",
		        h->saturated ? "a channel of the force log stands at the end of its range"
		                     : "rows of the force log are missing",
		        h->from_s, h->to_s);
	for (size_t i = 0; i < m->n_holes; i++) {
		h = &m->hole[i];
		if (h->saturated || h->to_s - h->from_s < 3 * row || h->to_s < m->contact_time_s ||
		    h->from_s > m->fracture_time_s)
			continue;
		tt_warn(w->warnings, "rows of the force log are missing from %.6g to %.6g s: %s", h->from_s, h->to_s,
		        h->bridged ? "interpolated, flagged, with a larger uncertainty"
		                   : "no force is given there, for the two sides do not meet");
	}
	return TT_OK;
}

static tt_status fit_all(work *w, tt_error *err)
{
	tt_mechanics *m = w->m;
	tt_status st = copy_rows(w->log, m, w->warnings, err);
	if (st || (st = find_contact(w, err))) return st;
	/* displacement_m changed with the compliance: its noise is that of the corrected rows */
	m->force_noise_N = noise_of(m->force_N, m->n);
	m->displacement_noise_m = noise_of(m->displacement_m, m->n);
	const tt_trace r = tt_mechanics_trace(m);
	const size_t from = w->stays.e[w->stays.first].air_first;
	const tt_trace air = {r.t + from, r.d + from, r.f + from, w->contact.row > from ? w->contact.row - from : 0,
	                      NULL};
	tt_air_rest_drift(&air, air.n, m->displacement_noise_m, true, &m->drift);
	if ((st = keep_list(&r, &w->stays, m, err)) || (st = take_drift_off(w, err))) return st;
	find_fracture(w);
	set_found(w);
	if ((st = set_edges(w, err))) return st;
	tt_holes_bridge(m);
	if ((st = check_holes(w, err)) || (st = choose_spring(w, err))) return st;
	find_control(w);
	find_rates(w);
	find_largest(w, NULL);
	m->drifts.corrected = w->logged_d && w->opt->drift != TT_DRIFT_NONE;
	if (w->logged_d && !m->drifts.corrected) {
		const double without = m->max_force_N;
		memcpy(m->displacement_m, w->logged_d, m->n * sizeof(double));
		memcpy(m->force_N, w->logged_f, m->n * sizeof(double));
		find_largest(w, w->warnings);
		tell_drift(w, m->max_force_N, without);
	} else {
		find_largest(w, w->warnings);
		if (w->logged_d) tell_drift(w, NAN, NAN);
	}
	/* what is left by a drift that was told is no news */
	if (!w->logged_d || m->drifts.corrected) find_rest(w);
	if (!w->logged_d) compare_air(w);
	tell_touches(w);
	return TT_OK;
}

tt_status tt_mechanics_fit(const tt_force_log *log, const tt_mechanics_options *options, tt_mechanics **out,
                           tt_strings *warnings, tt_error *err)
{
	*out = NULL;
	const tt_mechanics_options defaults = tt_mechanics_defaults();
	const tt_mechanics_options *o = options ? options : &defaults;
	work w = {.log = log, .opt = o, .warnings = warnings, .level = o->test_level > 0 ? o->test_level : 0.01};
	w.m = calloc(1, sizeof *w.m);
	if (!w.m) return tt_fail_memory(err, "the mechanics");
	w.m->contact_found_s = w.m->u_contact_found_s = NAN;
	w.m->image_noise_m = w.m->rest_force_N = w.m->u_rest_force_N = NAN;
	tt_status st = fit_all(&w, err);
	tt_stays_clear(&w.stays);
	free(w.logged_d);
	free(w.logged_f);
	if (st) {
		tt_mechanics_free(w.m);
		return st;
	}
	*out = w.m;
	return TT_OK;
}
