/* What the machine is told to do, as legs in time, and the states that follow.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "simulate/mechanics.h"

typedef struct programme {
	tt_sim_mechanics *m;
	size_t room;
	double now;     /* s */
	double place;   /* of the punch in air, m */
	double control; /* reached on the path */
	double plastic; /* left by what was reached */
	tt_status status;
	tt_error *err;
} programme;

static void add_leg(programme *p, tt_sim_leg leg, double duration)
{
	tt_sim_mechanics *m = p->m;
	if (p->status || !(duration > 0)) return;
	if (m->n_legs == p->room) {
		size_t room = p->room ? 2 * p->room : 32;
		tt_sim_leg *larger = realloc(m->leg, room * sizeof *larger);
		if (!larger) {
			p->status = tt_fail_memory(p->err, "the machine's programme");
			return;
		}
		m->leg = larger;
		p->room = room;
	}
	leg.start_s = p->now;
	leg.end_s = p->now += duration;
	m->leg[m->n_legs++] = leg;
}

static void in_air(programme *p, double to, double duration)
{
	add_leg(p, (tt_sim_leg){TT_SIM_AIR, .from = p->place, .to = to, .plastic = p->plastic}, duration);
	p->place = to;
}

/* Along the path, at the second stage's rate from its strain on. */
static void load_to(programme *p, double to)
{
	const tt_sim_spec *s = p->m->spec;
	double change = isnan(s->control.second_from) ? NAN : tt_sim_control_at_strain(p->m, s->control.second_from);
	if (p->control < change && change < to) load_to(p, change);
	double rate = p->control >= change ? s->control.second_rate : s->control.rate;
	add_leg(p, (tt_sim_leg){TT_SIM_LOADING, .from = p->control, .to = to}, (to - p->control) / rate);
	p->control = to;
	p->plastic = tt_sim_on_path(p->m, to).plastic;
}

static void elastic(programme *p, double from, double to, double rate, double hold)
{
	tt_sim_leg leg = {TT_SIM_ELASTIC, .from = from, .to = to, .plastic = p->plastic};
	add_leg(p, leg, fabs(to - from) / rate);
	leg.from = to;
	add_leg(p, leg, hold);
}

/* The controlled quantity at which the punch lets go. */
static double release(const programme *p)
{
	double rest = tt_sim_rest(p->m, p->plastic);
	return tt_sim_control(p->m, rest, 0);
}

static void leave(programme *p, double lift, double pause)
{
	double speed = p->m->spec->control.approach_speed, rest = tt_sim_rest(p->m, p->plastic);
	p->place = rest;
	in_air(p, rest - lift, lift / speed);
	in_air(p, rest - lift, pause);
}

static void come_back(programme *p)
{
	double rest = tt_sim_rest(p->m, p->plastic);
	in_air(p, rest, (rest - p->place) / p->m->spec->control.approach_speed);
}

static void touch(programme *p, const tt_sim_touch *t)
{
	const tt_sim_spec *s = p->m->spec;
	double c = tt_sim_control_at_force(p->m, t->force);
	if (isnan(c) || c >= p->m->path.control[p->m->path.n - 1]) {
		p->status =
		    tt_fail(p->err, TT_ERR_INPUT, "control.touches: %.4g µN breaks the specimen", 1e6 * t->force);
		return;
	}
	come_back(p);
	if (c > p->control) {
		if (p->control > 0) elastic(p, release(p), p->control, s->control.rate, 0);
		load_to(p, c);
	} else {
		elastic(p, release(p), c, s->control.rate, 0);
	}
	elastic(p, c, c, s->control.rate, t->hold);
	elastic(p, c, release(p), s->control.unload_rate, 0);
	leave(p, t->lift, t->pause);
}

static void cycle(programme *p, const tt_sim_cycle *c)
{
	const tt_sim_spec *s = p->m->spec;
	double top = tt_sim_control_at_strain(p->m, c->at);
	if (isnan(top) || top >= p->m->path.control[p->m->path.n - 1]) {
		p->status = tt_fail(p->err, TT_ERR_INPUT, "control.cycles: the test ends before %.4g %%", 100 * c->at);
		return;
	}
	if (top > p->control) load_to(p, top);
	elastic(p, top, top, s->control.rate, c->hold);
	double bottom = isnan(c->to) ? -INFINITY : c->to * top;
	if (c->to >= 1) return;
	if (bottom <= release(p)) bottom = release(p);
	elastic(p, top, bottom, s->control.unload_rate, isnan(c->to) ? 0 : c->low_hold);
	if (isnan(c->to)) {
		leave(p, c->lift, c->low_hold);
		come_back(p);
	}
	elastic(p, bottom, top, s->control.rate, 0);
}

/* After fracture: held, let down at unload_rate or drawn away; then in air. */
static void end_broken(programme *p, double top)
{
	const tt_sim_spec *s = p->m->spec;
	tt_sim_leg leg = {TT_SIM_BARE, .broken = true, .from = top, .to = top};
	add_leg(p, leg, s->control.hold);
	p->m->unload_s = p->now;
	if (s->control.retract_speed > 0) {
		leg.by_place = true;
		/* without a hold the controller catches the jump where it begins */
		leg.from = s->control.hold > 0 ? tt_sim_bare(p->m, top, false).displacement
		                               : tt_sim_instant_last(p->m).displacement;
		leg.to = 0;
		add_leg(p, leg, leg.from / s->control.retract_speed);
	} else {
		leg.to = 0;
		add_leg(p, leg, top / s->control.unload_rate);
	}
	p->m->leave_s = p->now;
	double far = s->control.retract_speed > 0 ? s->control.retract_distance : s->control.lift;
	double speed = s->control.retract_speed > 0 ? s->control.retract_speed : s->control.approach_speed;
	leg = (tt_sim_leg){TT_SIM_AIR, .broken = true, .from = 0, .to = -far};
	add_leg(p, leg, far / speed);
	leg.from = -far;
	add_leg(p, leg, fmax(s->control.after, 1e-6)); /* there is always a leg in air to end in */
}

static void end_whole(programme *p, double top)
{
	const tt_sim_spec *s = p->m->spec;
	elastic(p, top, top, s->control.rate, s->control.hold);
	p->m->unload_s = p->now;
	double rest = tt_sim_rest(p->m, p->plastic);
	if (s->control.retract_speed > 0) {
		double from = tt_sim_elastic(p->m, p->plastic, top, false).displacement;
		tt_sim_leg leg = {TT_SIM_ELASTIC, .by_place = true, .from = from, .to = rest, .plastic = p->plastic};
		add_leg(p, leg, (from - rest) / s->control.retract_speed);
	} else {
		elastic(p, top, release(p), s->control.unload_rate, 0);
	}
	p->m->leave_s = p->now;
	p->place = rest;
	double far = s->control.retract_speed > 0 ? s->control.retract_distance : s->control.lift;
	double speed = s->control.retract_speed > 0 ? s->control.retract_speed : s->control.approach_speed;
	in_air(p, rest - far, far / speed);
	in_air(p, rest - far, fmax(s->control.after, 1e-6));
}

tt_status tt_sim_programme(tt_sim_mechanics *m, tt_error *err)
{
	const tt_sim_spec *s = m->spec;
	programme p = {.m = m, .err = err, .place = -s->control.approach_speed * s->control.approach};
	double top = m->path.control[m->path.n - 1];
	in_air(&p, p.place, s->control.wait);
	for (size_t i = 0; !p.status && i < s->control.n_touches; i++)
		touch(&p, &s->control.touch[i]);
	come_back(&p);
	m->contact_s = p.now;
	if (p.control > 0) elastic(&p, release(&p), p.control, s->control.rate, 0);
	for (size_t i = 0; !p.status && i < s->control.n_cycles; i++)
		cycle(&p, &s->control.cycle[i]);
	if (!p.status && !isnan(s->control.second_from) && isnan(tt_sim_control_at_strain(m, s->control.second_from)))
		p.status = tt_fail(err, TT_ERR_INPUT, "control.second_stage: the test ends before %.4g %%",
		                   100 * s->control.second_from);
	if (p.status) return p.status;
	load_to(&p, top);
	m->peak_s = p.now;
	if (m->broken)
		end_broken(&p, top);
	else
		end_whole(&p, top);
	m->end_s = p.now;
	return p.status;
}

const tt_sim_leg *tt_sim_leg_at(const tt_sim_mechanics *m, double t)
{
	size_t lo = 0, hi = m->n_legs; /* leg[lo] has begun, leg[hi] has not */
	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;
		if (m->leg[mid].start_s <= t)
			lo = mid;
		else
			hi = mid;
	}
	return &m->leg[lo];
}

static double value_at(const tt_sim_leg *leg, double t)
{
	double part = (t - leg->start_s) / (leg->end_s - leg->start_s);
	part = part < 0 ? 0 : part > 1 ? 1 : part;
	return leg->from + part * (leg->to - leg->from);
}

/* Where the specimen broke: its strains stay. */
static void keep_strains(const tt_sim_mechanics *m, tt_sim_instant *x)
{
	tt_sim_instant last = tt_sim_instant_last(m);
	x->strain = last.strain;
	x->plastic = last.plastic;
	x->seen = last.seen;
	x->broken = true;
}

tt_sim_instant tt_sim_instant_at(const tt_sim_mechanics *m, double t)
{
	const tt_sim_leg *leg = tt_sim_leg_at(m, t);
	double c = value_at(leg, t);
	tt_sim_instant x = {0};
	switch (leg->kind) {
	case TT_SIM_LOADING: return tt_sim_on_path(m, c);
	case TT_SIM_ELASTIC: return tt_sim_elastic(m, leg->plastic, c, leg->by_place);
	case TT_SIM_BARE: x = tt_sim_bare(m, c, leg->by_place); break;
	case TT_SIM_AIR:
		if (!leg->broken && leg->plastic > 0)
			x = tt_sim_elastic(m, leg->plastic, tt_sim_rest(m, leg->plastic), true);
		x.position = c;
		x.contact = false;
		x.force = 0;
	}
	if (leg->broken) keep_strains(m, &x);
	return x;
}

tt_sim_instant tt_sim_empty_at(const tt_sim_mechanics *m, double t)
{
	const tt_sim_leg *leg = tt_sim_leg_at(m, t);
	double c = value_at(leg, t);
	if (leg->kind != TT_SIM_AIR) {
		tt_sim_instant x = tt_sim_bare(m, fmax(c, 0), leg->by_place);
		x.contact = c > 0;
		return x;
	}
	/* where plastic strain held the device open, the bare one follows the punch or lets it go */
	if (c > 0 && !m->spec->control.load) return tt_sim_bare(m, c, true);
	return (tt_sim_instant){.position = fmin(c, 0)};
}

double tt_sim_path_time(const tt_sim_mechanics *m, size_t i)
{
	double c = m->path.control[i];
	for (size_t k = 0; k < m->n_legs; k++) {
		const tt_sim_leg *leg = &m->leg[k];
		if (leg->kind != TT_SIM_LOADING || c > leg->to) continue;
		return leg->start_s + (leg->end_s - leg->start_s) * fmax(c - leg->from, 0) / (leg->to - leg->from);
	}
	return m->peak_s;
}
