/* What the description decides by hand, beside what the program finds: a difference beyond twice the joint standard
 * uncertainty is warned of by the key's name.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "evaluate/evaluation.h"

const tt_override *tt_result_override(const tt_result *r, const char *key)
{
	for (size_t i = 0; i < r->n_overrides; i++)
		if (strcmp(r->override[i].key, key) == 0) return &r->override[i];
	return NULL;
}

static tt_override *add(tt_result *r, const char *key)
{
	static const tt_override none = {.given = NAN, .u_given = NAN, .found = NAN, .u_found = NAN};
	tt_override *o = &r->override[r->n_overrides < TT_OVERRIDES_MOST ? r->n_overrides++ : TT_OVERRIDES_MOST - 1];
	*o = none;
	o->key = key;
	return o;
}

static void contradict(tt_result *r, tt_override *o)
{
	o->contradicts = true;
	tt_warn(&r->warnings, "%s: %s is given, but the program finds %s; what is given is used", o->key, o->given_text,
	        o->found_text);
}

/* Two values with their uncertainties; least: a difference that is no contradiction in any case. */
static void compare(tt_result *r, const char *key, double given, double u_given, double found, double u_found,
                    double least, double scale, const char *unit)
{
	tt_override *o = add(r, key);
	o->given = given;
	o->u_given = u_given;
	o->found = found;
	o->u_found = u_found;
	o->compared = isfinite(found);
	tt_value_text(o->given_text, sizeof o->given_text, given * scale, u_given * scale, unit);
	if (!o->compared) return;
	tt_value_text(o->found_text, sizeof o->found_text, found * scale, u_found * scale, unit);
	const double u = hypot(u_given > 0 ? u_given : 0, u_found > 0 ? u_found : 0);
	if (fabs(given - found) > fmax(2 * u, least)) contradict(r, o);
}

/* ---- one after the other, in the order of the table of keys ---- */

static int64_t number_of(const tt_evaluation *a, int64_t index)
{
	return index >= 0 && (size_t)index < a->o->track.n ? a->o->track.number[index] : -1;
}

/* Frames that are left out must not be those in which something was seen to happen. */
static void of_the_frames(tt_evaluation *a)
{
	const tt_test *t = a->test;
	const int64_t seen = a->o->separation.frame;
	const bool hidden = seen >= 0 && !tt_fracture_given(t) && a->r->flag[seen] & TT_ROW_EXCLUDED;
	size_t n = 0;
	for (size_t i = 0; i < a->r->frames; i++)
		n += (a->r->flag[i] & TT_ROW_EXCLUDED) != 0;
	for (int k = 0; k < 2; k++) {
		if (k == 0 ? isnan(t->video.frames[0]) : !t->video.n_exclude) continue;
		tt_override *o = add(a->r, k == 0 ? "video.frames" : "video.exclude");
		if (k == 0)
			tt_snprintf(o->given_text, sizeof o->given_text, "%.0f to %.0f", t->video.frames[0],
			            t->video.frames[1]);
		else
			tt_snprintf(o->given_text, sizeof o->given_text, "%zu range%s", t->video.n_exclude,
			            t->video.n_exclude == 1 ? "" : "s");
		const size_t used = strlen(o->given_text);
		tt_snprintf(o->given_text + used, sizeof o->given_text - used, " (%zu frames left out)", n);
		if (seen < 0) continue;
		o->compared = true;
		tt_snprintf(o->found_text, sizeof o->found_text, "that the halves separate in frame %lld%s",
		            (long long)number_of(a, seen), hidden ? ", which is left out" : "");
		if (hidden) contradict(a->r, o);
	}
}

static const char *sign_name(tt_force_sign s)
{
	return s == TT_SIGN_TURNED ? "turned" : "as-logged";
}

static void of_the_log(tt_evaluation *a)
{
	const tt_test *t = a->test;
	const tt_mechanics *m = a->r->mechanics;
	if (!isnan(t->force.spring_fit_s[0])) {
		const tt_spring_fit *f = m->spring.found ? &m->spring : &m->other;
		compare(a->r, "force.spring.fit", f->stiffness, f->u_stiffness,
		        m->fit_found.found ? m->fit_found.stiffness : NAN, m->fit_found.u_stiffness, 0, 1, "N/m");
	}
	if (!isnan(t->force.contact.value))
		compare(a->r, "force.contact", t->force.contact.value, t->force.contact.u, m->contact_found_s,
		        m->u_contact_found_s, 0, 1, "s");
	if (!isnan(t->force.air_s[0]))
		compare(a->r, "force.air", m->air.force_N, m->air.u_force_N,
		        m->air_found.n ? m->air_found.force_N : NAN, m->air_found.u_force_N, 0, 1e6, "µN");
	if (t->force.sign != TT_SIGN_AUTO) {
		tt_override *o = add(a->r, "force.sign");
		tt_snprintf(o->given_text, sizeof o->given_text, "%s", sign_name(t->force.sign));
		o->compared = a->log->sign_found != TT_SIGN_AUTO;
		if (o->compared) tt_snprintf(o->found_text, sizeof o->found_text, "%s", sign_name(a->log->sign_found));
		o->contradicts =
		    o->compared && a->log->sign_found != t->force.sign; /* warned of when the log was read */
	}
}

static void of_the_gauge(tt_evaluation *a)
{
	const tt_test *t = a->test;
	const tt_zero_length *z = &a->r->zero;
	const tt_gauge_choice *c = &a->o->choice;
	if (!isnan(t->gauge.reference_frames[0]))
		compare(a->r, "gauge.reference_frames", z->length_px, z->u_px, z->found_length_px, z->u_found_px, 0, 1,
		        "px");
	if (!isnan(t->gauge.width_px.value))
		compare(a->r, "gauge.width_px", t->gauge.width_px.value, t->gauge.width_px.u,
		        c->width_px > 0 ? c->width_px : NAN, c->u_width_px, 0, 1, "px");
}

/* Of the strain at which the 0.2 % offset is crossed: the row's own, and what the slope's leaves open. */
static double u_yield_strain(const tt_evaluation *a)
{
	const tt_properties *p = &a->r->properties;
	const tt_curve *c = a->r->curve;
	const double elastic = p->found_yield_Pa / p->elastic.modulus_Pa;
	double u = 0;
	for (size_t i = 0; i < c->n; i++)
		if (tt_frame_intact(a, i) && c->strain[i] >= p->found_yield_strain) {
			u = c->u_strain[i];
			break;
		}
	return hypot(u, elastic * p->elastic.u_modulus_Pa / p->elastic.modulus_Pa);
}

static void of_the_curve(tt_evaluation *a)
{
	const tt_test *t = a->test;
	const tt_necking *n = &a->r->necking;
	if (a->options->curve_only) return;
	if (!isnan(t->properties.yield_at.value))
		compare(a->r, "properties.yield_at", t->properties.yield_at.value, t->properties.yield_at.u,
		        a->r->properties.found_yield_strain, u_yield_strain(a), 0, 100, "%");
	const bool by_strain = !isnan(t->properties.modulus_strain[0]);
	if (by_strain || !isnan(t->properties.modulus_stress_Pa[0]))
		compare(a->r, by_strain ? "properties.modulus_strain" : "properties.modulus_stress",
		        a->r->properties.elastic.modulus_Pa, a->r->properties.elastic.u_modulus_Pa,
		        a->r->found_modulus_Pa, a->r->u_found_modulus_Pa, 0, 1e-9, "GPa");
	if (isnan(t->necking.at[0]) || !n->has_neck) return;
	const tt_gauge *g = &a->o->gauge;
	const double s = (t->necking.at[0] - g->from[0]) * g->axis[0] + (t->necking.at[1] - g->from[1]) * g->axis[1];
	/* a place shown by hand is as good as a tenth of the bar's width */
	compare(a->r, "necking.at", s, 0.1 * g->width_px, n->neck.found_s_px, n->neck.u_found_s_px, 0, 1,
	        "px along the axis");
}

/* The match of the two records has been made in any case, and has warned. */
static void of_the_clock(tt_evaluation *a)
{
	const tt_sync_result *s = &a->r->sync;
	const tt_quantity given = a->test->sync.log_starts_at;
	if (a->test->sync.automatic || a->test->force.none || a->test->force.image_gauge) return;
	tt_override *o = add(a->r, "sync.log_starts_at");
	o->given = given.value;
	o->u_given = given.u;
	tt_value_text(o->given_text, sizeof o->given_text, given.value, given.u, "s");
	o->found = s->match_only_s;
	o->u_found = s->u_match_only_s;
	o->compared = s->n && (isfinite(s->match_only_s) || isfinite(s->fracture_lo_s));
	if (!o->compared) return;
	if (isfinite(s->match_only_s))
		tt_value_text(o->found_text, sizeof o->found_text, s->match_only_s, s->u_match_only_s, "s");
	if (isfinite(s->fracture_lo_s)) {
		const size_t used = strlen(o->found_text);
		tt_snprintf(o->found_text + used, sizeof o->found_text - used, "%s%.3f to %.3f s by the fracture",
		            used ? " by the elongation, " : "", s->fracture_lo_s, s->fracture_hi_s);
	}
	o->contradicts = s->given_contradicted;
}

/* Frame of the fracture by the images and by the log and the clock: off by more than a frame, and by twice the clock's
 * uncertainty, is a contradiction. */
static void of_the_fracture(tt_evaluation *a)
{
	const int64_t seen = a->o->separation.frame, logged = a->r->fracture_by_log;
	const tt_track *k = &a->o->track;
	if (!tt_fracture_given(a->test)) return;
	tt_override *o = add(a->r, "fracture.frame");
	if (a->test->fracture.none)
		tt_snprintf(o->given_text, sizeof o->given_text, "none");
	else
		tt_snprintf(o->given_text, sizeof o->given_text, "frame %.0f", a->test->fracture.frame);
	o->given = a->test->fracture.frame;
	o->u_given = a->test->fracture.none ? NAN : 1 / sqrt(12);
	o->compared = seen >= 0 || logged >= 0 || !a->test->fracture.none;
	char images[64], log[64];
	tt_snprintf(images, sizeof images, seen >= 0 ? "frame %lld in the images" : "no separation in the images",
	            (long long)number_of(a, seen));
	tt_snprintf(log, sizeof log, logged >= 0 ? ", frame %lld by the log and the clock" : "",
	            (long long)number_of(a, logged));
	if (!o->compared) return;
	tt_snprintf(o->found_text, sizeof o->found_text, "%s%s", images, log);
	o->found = seen >= 0 ? (double)number_of(a, seen) : logged >= 0 ? (double)number_of(a, logged) : NAN;
	if (a->test->fracture.none) {
		if (seen >= 0 || logged >= 0) contradict(a->r, o);
		return;
	}
	const double interval = k->n > 1 ? (k->time_s[k->n - 1] - k->time_s[0]) / (double)(k->n - 1) : 1;
	const double clock = 2 * a->r->clock.u_s / interval, at = (double)a->r->fracture;
	o->u_found = 1 / sqrt(12);
	if ((seen >= 0 && fabs((double)seen - at) > 1) || (logged >= 0 && fabs((double)logged - at) > 1 + clock) ||
	    (seen < 0 && logged < 0))
		contradict(a->r, o);
}

void tt_evaluate_overrides(tt_evaluation *a)
{
	of_the_frames(a);
	of_the_log(a);
	of_the_gauge(a);
	of_the_clock(a);
	of_the_curve(a);
	of_the_fracture(a);
}

/* ---- the edges of the gap ---- */

static const double U_POINT_PX = 1; /* of a point set by hand */

static double angle_between(const double along[2], const double axis[2])
{
	double c = fabs(along[0] * axis[0] + along[1] * axis[1]) / hypot(along[0], along[1]);
	return acos(fmin(c, 1)) * 180 / acos(-1);
}

/* The line through two points, against an axis. */
static tt_gap_edge edge_of(const double p[4], const double axis[2])
{
	const double along[2] = {p[2] - p[0], p[3] - p[1]}, length = hypot(along[0], along[1]);
	return (tt_gap_edge){.found = true,
	                     .at = {0.5 * (p[0] + p[2]), 0.5 * (p[1] + p[3])},
	                     .direction = {along[0] / length, along[1] / length},
	                     .angle_deg = angle_between(along, axis),
	                     .u_deg = sqrt(2) * U_POINT_PX / length * 180 / acos(-1),
	                     .rms_px = NAN,
	                     .points = 2,
	                     .end = {{p[0], p[1]}, {p[2], p[3]}}};
}

/* The bar's axis in the last frame whose ends are known: that of the found edges. */
static void axis_at_fracture(const tt_observation *o, const tt_result *r, double axis[2])
{
	memcpy(axis, o->gauge.axis, 2 * sizeof *axis);
	if (r->look.last_known < 0) return;
	const tt_gauge_reading *g = &o->track.reading[r->look.last_known];
	const double x = g->end[1][0] - g->end[0][0], y = g->end[1][1] - g->end[0][1], length = hypot(x, y);
	axis[0] = x / length;
	axis[1] = y / length;
}

void tt_result_give_edges(tt_result *r, const tt_test *test, const tt_observation *o, tt_closeup *c)
{
	double axis[2];
	if (isnan(test->fracture.edge[0])) return;
	if (r->fracture < 0) {
		tt_override *none = add(r, "fracture.edges");
		tt_snprintf(none->given_text, sizeof none->given_text, "two edges");
		tt_snprintf(none->found_text, sizeof none->found_text, "no fracture");
		none->compared = true;
		contradict(r, none);
		return;
	}
	axis_at_fracture(o, r, axis);
	tt_gap given = {.edge = {edge_of(test->fracture.edge, axis), edge_of(test->fracture.edge + 4, axis)}};
	const tt_gap_edge *e = given.edge;
	given.angle_deg = 0.5 * (e[0].angle_deg + e[1].angle_deg);
	given.u_deg = 0.5 * hypot(e[0].u_deg, e[1].u_deg);
	given.opening_px = (e[1].at[0] - e[0].at[0]) * axis[0] + (e[1].at[1] - e[0].at[1]) * axis[1];
	compare(r, "fracture.edges", given.angle_deg, given.u_deg, c->has_gap ? c->gap.angle_deg : NAN, c->gap.u_deg, 0,
	        1, "°");
	if (!c->has_gap) c->gap_frame = o->track.number[r->fracture];
	c->gap_was_found = c->has_gap;
	c->found_gap = c->gap;
	c->edges_given = true;
	c->gap = given;
	c->has_gap = true;
	c->gap_reason[0] = '\0';
}
