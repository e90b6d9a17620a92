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

double tt_sim_control(const tt_sim_mechanics *m, double displacement, double force)
{
	if (!m->spec->control.load) return displacement;
	return force + m->spec->log.transducer_spring * (displacement + m->frame_compliance * force);
}

/* Opening of the bare device at a controlled quantity in load control: the transducer's spring shares the force. */
static double bare_displacement(const tt_sim_mechanics *m, double c)
{
	double share = 1 + m->spec->log.transducer_spring * m->frame_compliance;
	double k = m->k * share + m->spec->log.transducer_spring, k2 = m->k2 * share;
	if (k2 == 0) return c / k;
	double disc = k * k + 4 * k2 * c;
	return 2 * c / (k + sqrt(fmax(disc, 0)));
}

static tt_status path_new(tt_sim_path *p, size_t n, tt_error *err)
{
	double *a = malloc(6 * n * sizeof *a);
	if (!a) return tt_fail_memory(err, "the equilibrium path");
	*p = (tt_sim_path){0, a, a + n, a + 2 * n, a + 3 * n, a + 4 * n, a + 5 * n};
	return TT_OK;
}

static void path_put(const tt_sim_mechanics *m, tt_sim_path *p, double strain, double plastic, double stress, double d,
                     double f)
{
	size_t i = p->n++;
	p->strain[i] = strain;
	p->plastic[i] = plastic;
	p->stress[i] = stress;
	p->displacement[i] = d;
	p->force[i] = f;
	p->control[i] = tt_sim_control(m, d, f);
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
	const double *c = all->control;
	double top = -INFINITY;
	for (size_t i = 0; i < all->n; i++) {
		if (c[i] < top || (c[i] == top && i)) continue;
		if (i && c[i - 1] < top) {
			double t = (top - c[i - 1]) / (c[i] - c[i - 1]);
			path_put(m, &m->path, mix(all->strain, i - 1, t), mix(all->plastic, i - 1, t),
			         mix(all->stress, i - 1, t), mix(all->displacement, i - 1, t),
			         mix(all->force, i - 1, t));
		}
		path_put(m, &m->path, all->strain[i], all->plastic[i], all->stress[i], all->displacement[i],
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
		path_put(m, &all, strain, 0, stress, d, force_of(m, d, stress));
	}
	for (size_t i = 1; end_strain > yield_strain && i <= PLASTIC_POINTS; i++) {
		double p = end_plastic * (double)i / PLASTIC_POINTS, stress = flow_stress(m, p);
		double strain = stress / s->law.modulus + p, d = displacement_of(m, strain, stress);
		path_put(m, &all, strain, p, stress, d, force_of(m, d, stress));
	}
	st = keep_reachable(m, &all, err);
	free(all.strain);
	return st;
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
	double top = m->path.displacement[m->path.n - 1], force = m->path.force[m->path.n - 1];
	double limit = m->spec->control.load ? bare_displacement(m, m->path.control[m->path.n - 1]) : top;
	if (m->k + 2 * m->k2 * fmax(top, limit) < 0.1 * m->k || m->k * m->k + 4 * m->k2 * force <= 0)
		return tt_fail(err, TT_ERR_INPUT,
		               "device.stiffness2 of %g N/m² takes away the device's stiffness of %g N/m "
		               "before the test ends at %.4g nm",
		               m->k2, m->k, 1e9 * top);
	return tt_sim_programme(m, err);
}

void tt_sim_mechanics_free(tt_sim_mechanics *m)
{
	free(m->path.strain);
	free(m->leg);
	m->path = (tt_sim_path){0};
	m->leg = NULL;
	m->n_legs = 0;
}

tt_sim_instant tt_sim_on_path(const tt_sim_mechanics *m, double c)
{
	const tt_sim_path *p = &m->path;
	size_t lo = 0, hi = p->n - 1;
	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;
		if (p->control[mid] <= c)
			lo = mid;
		else
			hi = mid;
	}
	double span = p->control[hi] - p->control[lo], t = span != 0 ? (c - p->control[lo]) / span : 1;
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

static tt_sim_instant elastic_state(const tt_sim_mechanics *m, double plastic, double stress)
{
	tt_sim_instant x = {.contact = true, .plastic = plastic, .stress = stress};
	x.strain = plastic + stress / m->spec->law.modulus;
	x.position = x.displacement = displacement_of(m, x.strain, stress);
	x.force = force_of(m, x.displacement, stress);
	x.seen = seen_strain(m, x.strain, stress);
	return x;
}

tt_sim_instant tt_sim_elastic(const tt_sim_mechanics *m, double plastic, double c, bool by_place)
{
	double hi = m->spec->law.yield + 2 * m->spec->law.hardening + m->spec->law.modulus * 0.01, lo = -4 * hi;
	for (int i = 0; i < 200 && hi - lo > 1e-4; i++) { /* both rise with stress */
		double stress = 0.5 * (lo + hi);
		tt_sim_instant x = elastic_state(m, plastic, stress);
		if ((by_place ? x.displacement : tt_sim_control(m, x.displacement, x.force)) > c)
			hi = stress;
		else
			lo = stress;
	}
	return elastic_state(m, plastic, 0.5 * (lo + hi));
}

double tt_sim_rest(const tt_sim_mechanics *m, double plastic)
{
	if (plastic == 0) return 0;
	double lo = -m->spec->law.modulus, hi = m->spec->law.modulus;
	for (int i = 0; i < 200 && hi - lo > 1e-4; i++) {
		double stress = 0.5 * (lo + hi);
		if (elastic_state(m, plastic, stress).force > 0)
			hi = stress;
		else
			lo = stress;
	}
	return elastic_state(m, plastic, 0.5 * (lo + hi)).displacement;
}

tt_sim_instant tt_sim_instant_last(const tt_sim_mechanics *m)
{
	return tt_sim_on_path(m, m->path.control[m->path.n - 1]);
}

double tt_sim_control_at_strain(const tt_sim_mechanics *m, double strain)
{
	const tt_sim_path *p = &m->path;
	for (size_t i = 1; i < p->n; i++)
		if (p->strain[i] >= strain && p->strain[i] > p->strain[i - 1]) {
			double t = (strain - p->strain[i - 1]) / (p->strain[i] - p->strain[i - 1]);
			return mix(p->control, i - 1, t < 0 ? 0 : t);
		}
	return NAN;
}

double tt_sim_control_at_force(const tt_sim_mechanics *m, double force)
{
	const tt_sim_path *p = &m->path;
	for (size_t i = 1; i < p->n; i++)
		if (p->force[i] >= force && p->force[i] > p->force[i - 1])
			return mix(p->control, i - 1, (force - p->force[i - 1]) / (p->force[i] - p->force[i - 1]));
	return NAN;
}

tt_sim_instant tt_sim_bare(const tt_sim_mechanics *m, double c, bool by_place)
{
	tt_sim_instant x = {.contact = true};
	x.displacement = x.position = m->spec->control.load && !by_place ? bare_displacement(m, c) : c;
	x.force = force_of(m, x.displacement, 0);
	return x;
}
