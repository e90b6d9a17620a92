/* Push-to-pull mechanics of a log: what is in air, what is spring, what is the specimen.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/work.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mechanics/holes.h"
#include "mechanics/spring.h"

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

static void find_fracture(tt_work *w)
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

static void set_found(tt_work *w)
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

static tt_status fit_all(tt_work *w, tt_error *err)
{
	tt_mechanics *m = w->m;
	tt_status st = tt_rows_copy(w->log, m, w->warnings, err);
	if (st || (st = tt_work_contact(w, err))) return st;
	/* displacement_m changed with the compliance: its noise is that of the corrected rows */
	m->force_noise_N = tt_rows_noise(m->force_N, m->n);
	m->displacement_noise_m = tt_rows_noise(m->displacement_m, m->n);
	const tt_trace r = tt_mechanics_trace(m);
	const size_t from = w->stays.e[w->stays.first].air_first;
	const tt_trace air = {r.t + from, r.d + from, r.f + from, w->contact.row > from ? w->contact.row - from : 0,
	                      NULL};
	tt_air_rest_drift(&air, air.n, m->displacement_noise_m, true, &m->drift);
	if ((st = tt_work_keep_touches(&r, &w->stays, m, err)) || (st = tt_work_drift_off(w, err))) return st;
	find_fracture(w);
	set_found(w);
	if ((st = tt_work_edges(w, err))) return st;
	tt_holes_bridge(m);
	if ((st = tt_work_check_holes(w, err)) || (st = tt_work_spring(w, err))) return st;
	tt_work_control(w);
	tt_work_rates(w);
	tt_work_largest(w, NULL);
	m->drifts.corrected = w->logged_d && w->opt->drift != TT_DRIFT_NONE;
	if (w->logged_d && !m->drifts.corrected) {
		const double without = m->max_force_N;
		memcpy(m->displacement_m, w->logged_d, m->n * sizeof(double));
		memcpy(m->force_N, w->logged_f, m->n * sizeof(double));
		tt_work_largest(w, w->warnings);
		tt_work_tell_drift(w, m->max_force_N, without);
	} else {
		tt_work_largest(w, w->warnings);
		if (w->logged_d) tt_work_tell_drift(w, NAN, NAN);
	}
	/* what is left by a drift that was told is no news */
	if (!w->logged_d || m->drifts.corrected) tt_work_rest(w);
	if (!w->logged_d) tt_work_compare_air(w);
	tt_work_tell_touches(w);
	return TT_OK;
}

tt_status tt_mechanics_fit(const tt_force_log *log, const tt_mechanics_options *options, tt_mechanics **out,
                           tt_strings *warnings, tt_error *err)
{
	*out = NULL;
	const tt_mechanics_options defaults = tt_mechanics_defaults();
	const tt_mechanics_options *o = options ? options : &defaults;
	tt_work w = {.log = log, .opt = o, .warnings = warnings, .level = o->test_level > 0 ? o->test_level : 0.01};
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
