/* The specimen's law, the equilibrium with spring and machine, and its course in time.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/mechanics.h"

#include <math.h>
#include <stdlib.h>

enum { ELASTIC_POINTS = 256, SLACK_POINTS = 4096, PLASTIC_POINTS = 3072, UNLOAD_POINTS = 512 };

/* A pop-in's strength is lost within this part of its extent, and heals over the rest. */
static const double sudden = 0.02;

static double flow_stress(const tt_sim_mechanics *m, double p)
{
	const tt_sim_spec *s = m->spec;
	double stress = s->law.yield + s->law.hardening * -expm1(-p / s->law.saturation);
	for (size_t i = 0; i < s->law.n_pop_ins; i++) {
		const tt_sim_pop_in *pop = &s->law.pop_in[i];
		double t = (p - pop->at) / pop->extent;
		if (t <= 0 || t >= 1) continue;
		stress -= pop->drop * (t < sudden ? t / sudden : (1 - t) / (1 - sudden));
	}
	if (p > m->plastic_neck) {
		double t = (p - m->plastic_neck) / (m->plastic_end - m->plastic_neck);
		stress -= s->law.softening * t * t;
	}
	return stress;
}

/* The plastic strain at which a specimen without pop-ins, weakened by `softening`, has this total strain. */
static double plastic_at(const tt_sim_mechanics *m, double strain, double softening)
{
	const tt_sim_spec *s = m->spec;
	double lo = 0, hi = strain;
	for (int i = 0; i < 100; i++) {
		double p = 0.5 * (lo + hi);
		double stress = s->law.yield + s->law.hardening * -expm1(-p / s->law.saturation) - softening;
		if (stress / s->law.modulus + p < strain)
			lo = p;
		else
			hi = p;
	}
	return 0.5 * (lo + hi);
}

/* The same with all that the law has, before its end. */
static double plastic_before(const tt_sim_mechanics *m, double strain)
{
	double lo = 0, hi = m->plastic_end;
	for (int i = 0; i < 100; i++) {
		double p = 0.5 * (lo + hi);
		if (flow_stress(m, p) / m->spec->law.modulus + p < strain)
			lo = p;
		else
			hi = p;
	}
	return 0.5 * (lo + hi);
}

double tt_sim_slack(const tt_sim_mechanics *m, double stress)
{
	if (m->slack_strain == 0) return 0;
	double t = stress / m->spec->control.slack_stress;
	return m->slack_strain * (t > 0 ? -expm1(-t) : t);
}

static double seen_strain(const tt_sim_mechanics *m, double strain, double stress)
{
	return (1 + tt_sim_slack(m, stress)) * (1 + strain) - 1;
}

static double displacement_of(const tt_sim_mechanics *m, double strain, double stress)
{
	return m->spec->geometry.gauge_length * seen_strain(m, strain, stress) +
	       m->spec->device.series_compliance * m->area * stress;
}

static double force_of(const tt_sim_mechanics *m, double displacement, double stress)
{
	return (m->k + m->k2 * displacement) * displacement + m->area * stress;
}

/* Opening of the bare device under a force. */
static double bare_displacement(const tt_sim_mechanics *m, double force)
{
	if (m->k2 == 0) return force / m->k;
	double disc = m->k * m->k + 4 * m->k2 * force;
	return 2 * force / (m->k + sqrt(fmax(disc, 0)));
}

static tt_status path_new(tt_sim_path *p, size_t n, tt_error *err)
{
	double *a = malloc(5 * n * sizeof *a);
	if (!a) return tt_fail_memory(err, "the equilibrium path");
	*p = (tt_sim_path){0, a, a + n, a + 2 * n, a + 3 * n, a + 4 * n};
	return TT_OK;
}

static void path_put(tt_sim_path *p, double strain, double plastic, double stress, double d, double f)
{
	size_t i = p->n++;
	p->strain[i] = strain;
	p->plastic[i] = plastic;
	p->stress[i] = stress;
	p->displacement[i] = d;
	p->force[i] = f;
}

static const double *controlled(const tt_sim_mechanics *m, const tt_sim_path *p)
{
	return m->spec->control.load ? p->force : p->displacement;
}

static double mix(const double *a, size_t i, double t)
{
	return a[i] + t * (a[i + 1] - a[i]);
}

/* Only what the machine can reach stays: where the controlled quantity would have to fall, it waits at its maximum
 * until the path rises above it again (the specimen jumps there). The end that it never regains is cut off. */
static tt_status keep_reachable(tt_sim_mechanics *m, const tt_sim_path *all, tt_error *err)
{
	tt_status st = path_new(&m->path, 2 * all->n, err);
	if (st) return st;
	const double *c = controlled(m, all);
	double top = -INFINITY;
	for (size_t i = 0; i < all->n; i++) {
		if (c[i] < top || (c[i] == top && i)) continue;
		if (i && c[i - 1] < top) {
			double t = (top - c[i - 1]) / (c[i] - c[i - 1]);
			path_put(&m->path, mix(all->strain, i - 1, t), mix(all->plastic, i - 1, t),
			         mix(all->stress, i - 1, t), mix(all->displacement, i - 1, t),
			         mix(all->force, i - 1, t));
		}
		path_put(&m->path, all->strain[i], all->plastic[i], all->stress[i], all->displacement[i],
		         all->force[i]);
		top = c[i];
	}
	m->unstable = top > c[all->n - 1];
	return TT_OK;
}

static tt_status build_path(tt_sim_mechanics *m, double end_strain, double end_plastic, tt_error *err)
{
	const tt_sim_spec *s = m->spec;
	tt_sim_path all = {0};
	size_t elastic_points = m->slack_strain > 0 ? SLACK_POINTS : ELASTIC_POINTS;
	tt_status st = path_new(&all, elastic_points + PLASTIC_POINTS + 2, err);
	if (st) return st;
	double yield_strain = s->law.yield / s->law.modulus;
	double elastic_end = fmin(s->law.yield, s->law.modulus * end_strain);
	for (size_t i = 0; i <= elastic_points; i++) {
		double t = (double)i / (double)elastic_points, stress = elastic_end * t * t;
		double strain = stress / s->law.modulus, d = displacement_of(m, strain, stress);
		path_put(&all, strain, 0, stress, d, force_of(m, d, stress));
	}
	for (size_t i = 1; end_strain > yield_strain && i <= PLASTIC_POINTS; i++) {
		double p = end_plastic * (double)i / PLASTIC_POINTS, stress = flow_stress(m, p);
		double strain = stress / s->law.modulus + p, d = displacement_of(m, strain, stress);
		path_put(&all, strain, p, stress, d, force_of(m, d, stress));
	}
	st = keep_reachable(m, &all, err);
	free(all.strain);
	return st;
}

/* Elastic return of an unbroken specimen until the punch carries nothing. */
static tt_status build_unload(tt_sim_mechanics *m, tt_error *err)
{
	tt_status st = path_new(&m->unload, UNLOAD_POINTS + 1, err);
	if (st) return st;
	size_t last = m->path.n - 1;
	double from = m->path.stress[last], plastic = m->path.plastic[last], modulus = m->spec->law.modulus;
	double lo = -2 * from - m->k * m->path.displacement[last] / m->area, hi = from;
	for (int i = 0; i < 100; i++) { /* the stress at which the punch's force is nil */
		double stress = 0.5 * (lo + hi), d = displacement_of(m, plastic + stress / modulus, stress);
		if (force_of(m, d, stress) > 0)
			hi = stress;
		else
			lo = stress;
	}
	for (size_t i = 0; i <= UNLOAD_POINTS; i++) {
		double stress = from + (hi - from) * (double)i / UNLOAD_POINTS, strain = plastic + stress / modulus;
		double d = displacement_of(m, strain, stress);
		path_put(&m->unload, strain, plastic, stress, d, i == UNLOAD_POINTS ? 0 : force_of(m, d, stress));
	}
	return TT_OK;
}

static void set_times(tt_sim_mechanics *m)
{
	const tt_sim_spec *s = m->spec;
	double top = controlled(m, &m->path)[m->path.n - 1], bottom = 0;
	if (!m->broken && !s->control.load) bottom = m->unload.displacement[m->unload.n - 1];
	m->contact_s = s->control.wait + s->control.approach;
	m->peak_s = m->contact_s + top / s->control.rate;
	m->unload_s = m->peak_s + s->control.hold;
	m->leave_s = m->unload_s + (top - bottom) / s->control.unload_rate;
	m->end_s = m->leave_s + s->control.after;
}

tt_status tt_sim_mechanics_init(tt_sim_mechanics *m, tt_error *err)
{
	const tt_sim_spec *s = m->spec;
	m->area = m->width * m->thickness;
	m->slack_strain = s->control.slack / s->geometry.gauge_length;
	double fracture = s->law.fracture_strain, stop = s->control.stop_strain;
	double law_end = isnan(fracture) ? stop : fracture;
	m->broken = !isnan(fracture) && !(stop < fracture);
	m->plastic_neck = INFINITY;
	m->plastic_end = plastic_at(m, law_end, isnan(s->law.neck_from) ? 0 : s->law.softening);
	if (s->law.neck_from < law_end) m->plastic_neck = plastic_at(m, s->law.neck_from, 0);
	tt_status st =
	    m->broken ? build_path(m, law_end, m->plastic_end, err) : build_path(m, stop, plastic_before(m, stop), err);
	if (st) return st;
	if (m->unstable) m->broken = true;
	double top = m->path.displacement[m->path.n - 1], limit = bare_displacement(m, m->path.force[m->path.n - 1]);
	if (m->k + 2 * m->k2 * fmax(top, limit) < 0.1 * m->k ||
	    m->k * m->k + 4 * m->k2 * m->path.force[m->path.n - 1] <= 0)
		return tt_fail(err, TT_ERR_INPUT,
		               "device.stiffness2 of %g N/m² takes away the device's stiffness of %g N/m "
		               "before the test ends at %.4g nm",
		               m->k2, m->k, 1e9 * top);
	if (!m->broken && (st = build_unload(m, err))) return st;
	set_times(m);
	return TT_OK;
}

void tt_sim_mechanics_free(tt_sim_mechanics *m)
{
	free(m->path.strain);
	free(m->unload.strain);
}

/* Point of a path whose controlled quantity is c; rising or falling order. */
static tt_sim_instant on_path(const tt_sim_mechanics *m, const tt_sim_path *p, const double *control, double c)
{
	bool rising = control[p->n - 1] >= control[0];
	size_t lo = 0, hi = p->n - 1;
	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;
		if (rising ? control[mid] <= c : control[mid] >= c)
			lo = mid;
		else
			hi = mid;
	}
	double span = control[hi] - control[lo], t = span != 0 ? (c - control[lo]) / span : 1;
	t = t < 0 ? 0 : t > 1 ? 1 : t;
	tt_sim_instant x = {.contact = true};
	x.strain = mix(p->strain, lo, t);
	x.plastic = mix(p->plastic, lo, t);
	x.stress = mix(p->stress, lo, t);
	x.position = x.displacement = mix(p->displacement, lo, t);
	x.force = force_of(m, x.displacement, x.stress);
	double ends = m->spec->device.series_compliance * m->area * x.stress;
	x.seen = (x.displacement - ends) / m->spec->geometry.gauge_length;
	return x;
}

tt_sim_instant tt_sim_instant_last(const tt_sim_mechanics *m)
{
	const double *c = controlled(m, &m->path);
	return on_path(m, &m->path, c, c[m->path.n - 1]);
}

double tt_sim_path_time(const tt_sim_mechanics *m, size_t i)
{
	return m->contact_s + controlled(m, &m->path)[i] / m->spec->control.rate;
}

/* The bare spring. c: the controlled quantity. */
static tt_sim_instant bare(const tt_sim_mechanics *m, double c)
{
	tt_sim_instant x = {.contact = true};
	x.displacement = x.position = m->spec->control.load ? bare_displacement(m, c) : c;
	x.force = force_of(m, x.displacement, 0);
	return x;
}

/* After fracture: the bare spring, with the strains that the specimen broke at. */
static tt_sim_instant after_fracture(const tt_sim_mechanics *m, double c)
{
	tt_sim_instant x = bare(m, c), last = tt_sim_instant_last(m);
	x.strain = last.strain;
	x.plastic = last.plastic;
	x.seen = last.seen;
	x.broken = true;
	return x;
}

static tt_sim_instant in_air(const tt_sim_mechanics *m, double t)
{
	const tt_sim_spec *s = m->spec;
	return (tt_sim_instant){.position = -s->control.approach_speed * fmin(m->contact_s - t, s->control.approach)};
}

tt_sim_instant tt_sim_instant_at(const tt_sim_mechanics *m, double t)
{
	const tt_sim_spec *s = m->spec;
	if (t < m->contact_s) return in_air(m, t);
	const double *c = controlled(m, &m->path);
	if (t < m->peak_s) return on_path(m, &m->path, c, s->control.rate * (t - m->contact_s));
	double now = c[m->path.n - 1] - s->control.unload_rate * fmax(t - m->unload_s, 0);
	if (m->broken) {
		tt_sim_instant x = after_fracture(m, t < m->leave_s ? now : 0);
		x.contact = t < m->leave_s;
		return x;
	}
	if (t < m->unload_s) return tt_sim_instant_last(m);
	c = controlled(m, &m->unload);
	tt_sim_instant x = on_path(m, &m->unload, c, t < m->leave_s ? now : c[m->unload.n - 1]);
	if (t >= m->leave_s) {
		x.contact = false;
		x.force = x.stress = 0;
	}
	return x;
}

tt_sim_instant tt_sim_empty_at(const tt_sim_mechanics *m, double t)
{
	const tt_sim_spec *s = m->spec;
	if (t < m->contact_s) return in_air(m, t);
	double top = controlled(m, &m->path)[m->path.n - 1];
	double c = t < m->peak_s ? s->control.rate * (t - m->contact_s)
	                         : top - s->control.unload_rate * fmax(t - m->unload_s, 0);
	tt_sim_instant x = bare(m, fmax(c, 0));
	x.contact = c > 0;
	return x;
}
