/* The device's opening as the images tell it, and the bare spring in it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/work.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "mechanics/spring_rows.h"

/* Copies the images' displacement with its zero at contact: the mean of the frames before it. false: no such frame. */
tt_status tt_work_image(tt_work *w, double *u_zero, bool *zeroed, tt_error *err)
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
	m->image_noise_m = o->image_u_m > 0 ? o->image_u_m : tt_rows_noise(finite, count);
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

void tt_work_spring_from_image(const tt_work *w, double u_zero, tt_spring_fit *fit, double *shift, char *why,
                               size_t why_size)
{
	const tt_mechanics *m = w->m;
	tt_spring_rows s;
	*fit = (tt_spring_fit){.found = false};
	*shift = 0;
	if (!w->fracture.found && (isnan(w->opt->spring_from_s) || w->opt->spring == TT_SPRING_EMPTY_RUN)) {
		snprintf(why, why_size, "%s", w->fracture.text);
		return;
	}
	if (!tt_spring_rows_make(&s, m->image_n)) return;
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
	double u_d0, anchor = isnan(u_zero) ? NAN : hypot(m->air.u_force_N, tt_spring_secant(&s) * u_zero);
	if (tt_spring_fit_rows(w, m, &w->contact, &s, m->image_noise_m, noise_y, anchor, fit, shift, &u_d0, why,
	                       why_size)) {
		fit->from_image = true;
		/* without a frame before contact the line itself says where the zero is */
		if (isnan(u_zero)) *shift = -fit->offset_N / fit->stiffness;
		tt_spring_origin(fit, "after fracture, displacement from the images");
	}
	tt_spring_rows_free(&s);
}
