/* Rows of the bare spring and the line through them, with all that its uncertainty has beside scatter.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/spring_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/fit.h"

void tt_spring_rows_free(tt_spring_rows *s)
{
	free(s->t);
}

bool tt_spring_rows_make(tt_spring_rows *s, size_t n)
{
	s->t = malloc((3 * n + 3) * sizeof *s->t);
	s->x = s->t ? s->t + n + 1 : NULL;
	s->y = s->t ? s->x + n + 1 : NULL;
	s->n = 0;
	return s->t != NULL;
}

/* Force above its level in air and d - d0 of rows first … last - 1, as long as the punch surely pushes. */
bool tt_spring_bare_rows(const tt_work *w, const tt_mechanics *m, const tt_contact *c, size_t first, size_t last,
                         tt_spring_rows *out)
{
	if (!tt_spring_rows_make(out, last > first ? last - first : 0)) return false;
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
double tt_spring_anchor(const tt_contact *c, const tt_mechanics *m, double k, double at)
{
	const tt_log_drift *d = &m->drifts;
	const double apart = fabs(at - c->time_s);
	double u = hypot(c->air.u_force_N, k * c->u_d0_m);
	if (d->force) u = hypot(u, d->u_force_N_per_s * apart);
	if (d->displacement) u = hypot(u, k * d->u_displacement_m_per_s * apart);
	return c->in_air ? u : NAN;
}

double tt_spring_secant(const tt_spring_rows *s)
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

void tt_spring_origin(tt_spring_fit *f, const char *origin)
{
	char old[sizeof f->text];
	memcpy(old, f->text, sizeof old);
	snprintf(f->text, sizeof f->text, "%s: %.200s", origin, old);
}

bool tt_spring_fit_rows(const tt_work *w, const tt_mechanics *m, const tt_contact *c, const tt_spring_rows *s,
                        double noise_x, double noise_y, double anchor_u, tt_spring_fit *fit, double *shift,
                        double *u_d0, char *why, size_t why_size)
{
	const tt_spring_data data = {s->t, s->x, s->y, s->n, noise_x, noise_y, anchor_u, w->level};
	bool ok = tt_spring_fit_data(&data, fit, shift, u_d0, why, why_size);
	if (ok) widen(fit, c, m->u_frame_compliance);
	return ok;
}

/* The rows that the caller names for the bare spring; false: none are named. */
bool tt_spring_given_rows(const tt_mechanics *m, const tt_mechanics_options *o, size_t *first, size_t *last)
{
	if (isnan(o->spring_from_s)) return false;
	*first = tt_row_at(m->time_s, m->n, o->spring_from_s);
	*last = tt_row_at(m->time_s, m->n, o->spring_to_s);
	if (*last < m->n && m->time_s[*last] <= o->spring_to_s) ++*last;
	return true;
}
