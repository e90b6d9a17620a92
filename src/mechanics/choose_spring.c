/* Which of the springs that can be had is used; the others are compared with it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/work.h"

#include <math.h>

#include "core/sentence.h"

static bool disagree(double a, double ua, double b, double ub)
{
	return fabs(a - b) > 2 * hypot(ua, ub);
}

/* A quadratic spring's slope at the middle of the displacement that was used: what a linear one is compared with. */
static double mean_slope(const tt_spring_fit *f)
{
	return f->stiffness + (f->quadratic ? f->stiffness2 * f->span_m : 0);
}

static void compare_springs(const tt_work *w, const char *a_name, double a, double ua, const char *b_name,
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

tt_status tt_work_spring(tt_work *w, tt_error *err)
{
	tt_mechanics *m = w->m;
	const tt_mechanics_options *o = w->opt;
	char why[256] = "";
	tt_spring_fit after, image = {.found = false};
	double shift, u_d0 = NAN, u_zero, image_shift = 0;
	bool zeroed;
	tt_status st = tt_work_image(w, &u_zero, &zeroed, err);
	if (st) return st;
	tt_work_spring_after_fracture(w, &after, &shift, &u_d0, why, sizeof why);
	m->source = o->spring;
	if (o->image_n) {
		char image_why[256] = "no such part";
		tt_work_spring_from_image(w, u_zero, &image, &image_shift, image_why, sizeof image_why);
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
			if ((st = tt_work_spring_empty_run(w, &m->other, err))) return st;
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
		if ((st = tt_work_spring_empty_run(w, &m->spring, err))) return st;
		use_fit(m, &m->spring);
		m->other = image.found ? image : after;
		compare_springs(w, "empty run", mean_slope(&m->spring), m->u_k, "after fracture", &m->other);
		return TT_OK;
	}
	return tt_fail(err, TT_ERR_USAGE, "unknown source of the spring's stiffness: %d", (int)o->spring);
}
