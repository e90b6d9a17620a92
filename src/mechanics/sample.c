/* Values of the log at an instant, by local lines that cross no edge.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "numeric/fit.h"
#include "mechanics/holes.h"

/* Rows of the piece between edges that holds t. */
static void piece_at(const tt_mechanics *m, double t, size_t *first, size_t *last)
{
	size_t e = 0;
	while (e < m->n_edge && m->edge[e] <= t)
		e++;
	*first = e > 0 ? tt_row_at(m->time_s, m->n, m->edge[e - 1]) : 0;
	*last = e < m->n_edge ? tt_row_at(m->time_s, m->n, m->edge[e]) : m->n;
}

/* Lines through rows a … z - 1. Returns how significant the larger curvature of the two signals is about its line, in
 * standard deviations: a kink within shows there first. */
static double lines(const tt_mechanics *m, double t, size_t a, size_t z, tt_local *out)
{
	const double n = (double)(z - a);
	double mt = 0, md = 0, mf = 0, stt = 0, std = 0, stf = 0;
	for (size_t i = a; i < z; i++) {
		mt += m->time_s[i];
		md += m->displacement_m[i];
		mf += m->force_N[i];
	}
	mt /= n;
	md /= n;
	mf /= n;
	for (size_t i = a; i < z; i++) {
		double dt = m->time_s[i] - mt;
		stt += dt * dt;
		std += dt * (m->displacement_m[i] - md);
		stf += dt * (m->force_N[i] - mf);
	}
	const bool sloped = z - a >= 2 && stt > 0;
	out->d_rate = sloped ? std / stt : NAN;
	out->f_rate = sloped ? stf / stt : NAN;
	out->d = md + (sloped ? out->d_rate * (t - mt) : 0);
	out->f = mf + (sloped ? out->f_rate * (t - mt) : 0);
	out->weight = 1 / n + (sloped ? (t - mt) * (t - mt) / stt : 0);
	out->n = z - a;
	if (z - a < 5) return 0;
	/* against the parabola that is left of t² when mean and slope are taken out of a symmetric window */
	double cf = 0, cd = 0, cc = 0;
	for (size_t i = a; i < z; i++) {
		const double dt = m->time_s[i] - mt, q = dt * dt - stt / n;
		cf += q * (m->force_N[i] - mf - out->f_rate * dt);
		cd += q * (m->displacement_m[i] - md - out->d_rate * dt);
		cc += q * q;
	}
	if (!(cc > 0)) return 0;
	return fmax(fabs(cf) / m->force_noise_N, fabs(cd) / m->displacement_noise_m) / sqrt(cc);
}

bool tt_mechanics_local(const tt_mechanics *m, double t, double h, tt_local *out)
{
	const double half_row = m->n > 1 ? 0.5 * (m->time_s[m->n - 1] - m->time_s[0]) / (double)(m->n - 1) : 0;
	if (!(t >= m->time_s[0] - half_row && t <= m->time_s[m->n - 1] + half_row)) return false;
	size_t first, last;
	piece_at(m, t, &first, &last);
	if (first >= last) {
		/* no row between two edges: the nearest */
		first = first < m->n ? first : m->n - 1;
		last = first + 1;
	}
	enum { HALVINGS = 5, FEWEST = 8 };
	for (int i = 0;; i++, h /= 2) {
		size_t a = tt_row_at(m->time_s, m->n, t - h), z = tt_row_at(m->time_s, m->n, t + h);
		if (z < m->n && m->time_s[z] <= t + h) z++;
		a = a < first ? first : a > last ? last : a;
		z = z > last ? last : z < first ? first : z;
		/* a sparse log: the nearest rows of the piece, three when it has them */
		bool fewest = false;
		while ((z < a + 3) && (a > first || z < last)) {
			bool left = a > first && (z == last || t - m->time_s[a - 1] < m->time_s[z] - t);
			if (left)
				a--;
			else
				z++;
			fewest = true;
		}
		const double curved = lines(m, t, a, z, out);
		/* a kink that nobody listed, or a bend: look closer */
		if (fewest || i == HALVINGS || out->n < FEWEST || curved < 3.5) return true;
	}
}

double tt_drift_left(const tt_mechanics *m, bool force)
{
	const tt_log_drift *d = &m->drifts;
	const double value = force ? d->force_N_per_s : d->displacement_m_per_s;
	const double u = force ? d->u_force_N_per_s : d->u_displacement_m_per_s;
	if (!(force ? d->force : d->displacement)) return 0;
	return d->corrected ? u : hypot(value, u);
}

double tt_mechanics_spring(const tt_mechanics *m, double x)
{
	return x * (m->k + m->k2 * x);
}

/* The images' displacement between two frames that both have one and on the same side of fracture. */
static bool image_at(const tt_mechanics *m, double t, double *x, double *rate)
{
	const size_t n = m->image_n;
	if (!n || t < m->image_time_s[0] || t > m->image_time_s[n - 1]) return false;
	size_t i = tt_row_at(m->image_time_s, n, t);
	*rate = NAN;
	if (i < n && m->image_time_s[i] == t) {
		*x = m->image_displacement_m[i];
		return isfinite(*x);
	}
	if (i == 0 || i == n) return false;
	const double ta = m->image_time_s[i - 1], tb = m->image_time_s[i], tf = m->fracture_time_s;
	const double xa = m->image_displacement_m[i - 1], xb = m->image_displacement_m[i];
	if (!isfinite(xa) || !isfinite(xb)) return false;
	*rate = (xb - xa) / (tb - ta);
	*x = xa + *rate * (t - ta);
	if (ta < tf && tb >= tf) *x = t < tf ? xa : xb;
	return true;
}

static void sample_at(const tt_mechanics *m, double t, double half_window_s, bool over_gaps, tt_mechanics_sample *s)
{
	*s = (tt_mechanics_sample){.outside = true,
	                           .displacement_m = NAN,
	                           .force_raw_N = NAN,
	                           .force_air_N = NAN,
	                           .force_spring_N = NAN,
	                           .force_N = NAN,
	                           .u_displacement_m = NAN,
	                           .u_force_raw_N = NAN,
	                           .u_force_N = NAN,
	                           .force_rate_N_per_s = NAN,
	                           .displacement_rate_m_per_s = NAN};
	s->contact = t >= m->contact_time_s;
	s->broken = t >= m->fracture_time_s;
	s->released = t >= m->release_time_s;
	tt_local l;
	if (!tt_mechanics_local(m, t, half_window_s, &l)) return;
	double u_hole_d = 0, u_hole_f = 0;
	const tt_log_hole *hole = tt_mechanics_hole(m, t);
	if (hole) {
		s->saturated = hole->saturated;
		s->gap = !hole->saturated;
		if (!tt_hole_bridge_at(m, hole, t, &l)) {
			if (!over_gaps) return;
		} else {
			u_hole_d = hole->u_displacement_m;
			u_hole_f = hole->u_force_N;
		}
	}
	s->outside = false;
	const double x_log = l.d - m->d0_m, u = sqrt(l.weight);
	s->displacement_m = x_log;
	s->displacement_rate_m_per_s = l.d_rate;
	double rate, noise = hypot(m->displacement_noise_m * u, u_hole_d);
	s->u_displacement_m = noise;
	s->from_image = image_at(m, t, &s->displacement_m, &rate);
	if (s->from_image)
		s->u_displacement_m = noise = m->image_noise_m;
	else
		s->displacement_m = x_log;
	s->force_raw_N = l.f;
	s->force_rate_N_per_s = l.f_rate;
	s->u_force_raw_N = hypot(u * m->force_noise_N, u_hole_f);
	s->force_air_N = tt_air_at(&m->air, x_log);
	for (size_t i = 0; i < m->n_touches; i++)
		s->touch |= t > m->touch[i].from_s && t < m->touch[i].to_s;
	for (size_t i = 0; i < m->n_away; i++)
		s->away |= t > m->away[i].from_s && t < m->away[i].to_s;
	if (s->touch) return;
	if (!s->contact || s->released || s->away) {
		s->force_spring_N = s->force_N = s->u_force_N = 0;
		return;
	}
	const double k = m->k + 2 * m->k2 * s->displacement_m + m->air.slope_N_per_m;
	s->force_spring_N = tt_mechanics_spring(m, s->displacement_m);
	s->force_N = s->force_raw_N - s->force_air_N - s->force_spring_N;
	s->u_force_N = hypot(s->u_force_raw_N, k * noise);
}

void tt_mechanics_at(const tt_mechanics *m, double t, double half_window_s, tt_mechanics_sample *s)
{
	sample_at(m, t, half_window_s, false, s);
}

void tt_mechanics_over_gap(const tt_mechanics *m, double t, double half_window_s, tt_mechanics_sample *s)
{
	if (s->gap || s->saturated) sample_at(m, t, half_window_s, true, s);
}
