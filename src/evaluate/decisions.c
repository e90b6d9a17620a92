/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "temtensile/decisions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/sentence.h"
#include "core/text.h"
#include "evaluate/evaluation.h"

typedef struct list {
	const tt_observation *o;
	const tt_test *test;
	const tt_result *r;
	const tt_closeup *closeup; /* NULL: there was none */
	tt_decision *out;
	size_t n;
} list;

static tt_decision *add(list *l, const char *key, const char *name, bool given, const char *example)
{
	static tt_decision spare;
	tt_decision *d = l->n < TT_DECISIONS_MOST ? &l->out[l->n++] : &spare;
	*d = (tt_decision){.key = key,
	                   .name = name,
	                   .given = given,
	                   .value = NAN,
	                   .u = NAN,
	                   .log_time_s = NAN,
	                   .example = example,
	                   .range_s = {NAN, NAN},
	                   .frame = -1};
	return d;
}

static void say(tt_decision *d, double value, double u, double scale, const char *unit)
{
	d->value = value;
	d->u = u;
	if (!isnan(value) && isnan(u)) tt_digits_text(d->text, sizeof d->text, value * scale, 4, unit);
	if (!isnan(value) && !isnan(u)) tt_value_text(d->text, sizeof d->text, value * scale, u * scale, unit);
}

static void evidence(tt_decision *d, const char *text)
{
	tt_snprintf(d->evidence, sizeof d->evidence, "%s", text ? text : "");
}

/* Where the description decides: that key, and what the program finds. */
static void by_hand(list *l, tt_decision *d, const char *key)
{
	const tt_override *o = tt_result_override(l->r, key);
	if (!o) return;
	d->key = o->key;
	d->given = true;
	if (o->compared)
		tt_snprintf(d->evidence, sizeof d->evidence, "given as %s; the program finds %s%s", o->given_text,
		            o->found_text, o->contradicts ? ": they contradict each other" : "");
	else
		tt_snprintf(d->evidence, sizeof d->evidence,
		            "given as %s; the program finds nothing to compare it with", o->given_text);
}

static void rests_on(tt_decision *d, double from_s, double to_s)
{
	d->range_s[0] = from_s;
	d->range_s[1] = to_s;
}

static void show_at(tt_decision *d, double x, double y)
{
	d->point[d->points][0] = x;
	d->point[d->points++][1] = y;
}

static double log_time_of(const list *l, size_t i)
{
	tt_observed_frame f;
	tt_observation_frame(l->o, i, &f);
	return tt_clock_log_time(&l->r->clock, f.time_s);
}

/* A decision that is there only by hand, such as frames that are left out. */
static void only_by_hand(list *l, const char *key, const char *name, bool given, const char *otherwise,
                         const char *example)
{
	const tt_override *o = tt_result_override(l->r, key);
	tt_decision *d = add(l, key, name, given, example);
	tt_snprintf(d->text, sizeof d->text, "%s", o ? o->given_text : given ? "given" : otherwise);
	by_hand(l, d, key);
}

/* What is left out by hand, beside what the program leaves out by itself. */
static void left_out(list *l)
{
	static const struct {
		unsigned flag;
		const char *what;
	} kinds[] = {{TT_ROW_LOST, "lost"}, {TT_ROW_DAMAGED, "damaged"}, {TT_ROW_DUPLICATE, "repeated"}};
	size_t count[3] = {0};
	char found[160] = "";
	only_by_hand(l, "video.exclude", "frames left out", l->test->video.n_exclude > 0, "none by hand",
	             "[[40, 44], [97, 97]]");
	tt_decision *d = &l->out[l->n - 1];
	for (size_t i = 0; i < l->r->frames; i++)
		for (int k = 0; k < 3; k++)
			count[k] += (l->r->flag[i] & kinds[k].flag) != 0;
	for (int k = 0; k < 3; k++) {
		const size_t n = strlen(found);
		tt_snprintf(found + n, sizeof found - n, "%s%zu %s",
		            k ? ", " : "the program itself leaves out: ", count[k], kinds[k].what);
	}
	const size_t n = strlen(d->evidence);
	tt_snprintf(d->evidence + n, sizeof d->evidence - n, "%s%s", n ? "; " : "", found);
}

/* Frames whose mean length is that of zero strain. */
static void frames_of_zero(list *l)
{
	const tt_zero_length *z = &l->r->zero;
	const double *given = l->test->gauge.reference_frames;
	const tt_mechanics *m = l->r->mechanics;
	size_t first = SIZE_MAX, last = 0;
	tt_decision *d = add(l, "gauge.reference_frames", "frames for L\u2080", false, "[0, 20]");
	const bool mean = !isnan(given[0]) || (l->test->gauge.zero == TT_ZERO_PRELOAD_MEAN && isnan(z->shift_strain));
	for (size_t i = 0; mean && i < l->r->frames; i++) {
		tt_observed_frame f;
		tt_observation_frame(l->o, i, &f);
		const bool in = !isnan(given[0]) ? (double)f.number >= given[0] && (double)f.number <= given[1]
		                : m              ? tt_clock_log_time(&l->r->clock, f.time_s) < m->contact_time_s
		                                 : i == 0;
		if (!in || l->r->flag[i] & (TT_ROW_NO_STRAIN | TT_ROW_DUPLICATE)) continue;
		if (first == SIZE_MAX) first = i;
		last = i;
	}
	if (first == SIZE_MAX) {
		tt_snprintf(d->text, sizeof d->text, "%zu in the line", z->frames);
	} else {
		tt_observed_frame a, b;
		tt_observation_frame(l->o, first, &a);
		tt_observation_frame(l->o, last, &b);
		tt_snprintf(d->text, sizeof d->text, "%lld to %lld, %zu of them used", (long long)a.number,
		            (long long)b.number, z->frames);
		rests_on(d, log_time_of(l, first), log_time_of(l, last));
	}
	char scatter[120] = "";
	if (isfinite(z->noise_px))
		tt_snprintf(scatter, sizeof scatter, "before contact; lengths scatter by %.2g px", z->noise_px);
	evidence(d, scatter);
	by_hand(l, d, "gauge.reference_frames");
}

static void of_the_images(list *l)
{
	tt_observed_gauge g;
	char note[600] = "";
	const tt_strings *notes = tt_observation_gauge_notes(l->o);
	tt_observation_gauge(l->o, &g);
	tt_decision *d = add(l, "gauge", "gauge", !l->test->gauge.automatic, "{from: [100, 200], to: [500, 200]}");
	tt_snprintf(d->text, sizeof d->text, "(%.1f, %.1f) to (%.1f, %.1f) px, %.1f px, subsets of %d px", g.from[0],
	            g.from[1], g.to[0], g.to[1], g.length_px, g.subset_px);
	for (size_t i = 0; i < notes->n; i++) {
		size_t n = strlen(note);
		tt_snprintf(note + n, sizeof note - n, "%s%s", n ? "; " : "", notes->item[i]);
	}
	evidence(d, l->test->gauge.automatic && !note[0]
	                ? "the bar and its well-textured bands, found in the first sound frame"
	                : note);
	if (!l->test->gauge.automatic && g.found) {
		char seen[120];
		tt_snprintf(seen, sizeof seen, "given; the program sees a section from (%.1f, %.1f) to (%.1f, %.1f) px",
		            g.section[0][0], g.section[0][1], g.section[1][0], g.section[1][1]);
		evidence(d, seen);
	}

	d = add(l, "gauge.region", "region", l->test->gauge.n_region > 0,
	        "[[40, 120], [600, 120], [600, 360], [40, 360]]");
	if (l->test->gauge.n_region)
		tt_snprintf(d->text, sizeof d->text, "a polygon of %zu corners", l->test->gauge.n_region);
	else
		tt_snprintf(d->text, sizeof d->text, "the whole frame");
	evidence(d, l->test->gauge.n_region ? "the bar is looked for and subsets are laid in it alone"
	                                    : "no region was given: the bar is looked for everywhere");

	d = add(l, "video.pixel_size", "pixel size", !isnan(l->test->video.pixel_size.value), "4.00 \u00b1 0.04 nm");
	say(d, l->r->pixel_size.value, l->r->pixel_size.u, 1e9, "nm");
	evidence(d, l->r->pixel_size_source);

	d = add(l, "gauge.width_px", "width of the bar", false, "100 \u00b1 2 px");
	say(d, g.width_px, g.found ? g.u_found_width_px : NAN, 1, "px");
	evidence(d, g.found ? "between the edges that were found" : "as described");
	by_hand(l, d, "gauge.width_px");

	only_by_hand(l, "video.frames", "frames used", !isnan(l->test->video.frames[0]), "all", "[12, 300]");
	d = &l->out[l->n - 1];
	if (!d->evidence[0])
		tt_snprintf(d->evidence, sizeof d->evidence, "all %zu of the recording, for no others were named",
		            l->r->frames);
	left_out(l);

	d = add(l, "gauge.zero", "length before loading", l->test->gauge.zero_given, "preload-mean");
	say(d, l->r->zero.length_px, l->r->zero.u_px, 1, "px");
	evidence(d, l->test->gauge.zero == TT_ZERO_PRELOAD_MEAN && isnan(l->r->zero.shift_strain)
	                ? "the mean of the frames below"
	                : "extrapolated to zero force along the line of the frames below");
	frames_of_zero(l);
}

static void of_the_log(list *l)
{
	const tt_mechanics *m = l->r->mechanics;
	if (!m) return;
	tt_decision *d = add(l, "force.contact", "contact", m->contact_given, "5.0 \u00b1 0.5 s");
	say(d, m->contact_time_s, m->u_contact_time_s, 1, "s");
	d->log_time_s = m->contact_time_s;
	evidence(d, m->contact_text);
	by_hand(l, d, "force.contact");

	d = add(l, "force.air", "force in air", false, "{from: 1 s, to: 4 s}");
	say(d, m->air.force_N, m->air.u_force_N, 1e6, "\u00b5N");
	evidence(d, m->air_text);
	const double *air = l->test->force.air_s;
	rests_on(d, isnan(air[0]) ? -INFINITY : air[0], isnan(air[1]) ? m->contact_time_s : air[1]);
	by_hand(l, d, "force.air");

	d = add(l, "force.spring.stiffness", "spring", l->test->force.source == TT_SPRING_GIVEN, "450 \u00b1 10 N/m");
	say(d, m->k, m->u_k, 1, "N/m");
	evidence(d, m->spring.found ? m->spring.text : "as described");

	const tt_spring_fit *fit = m->spring.found ? &m->spring : &m->other;
	if (fit->found || tt_result_override(l->r, "force.spring.fit")) {
		d = add(l, "force.spring.fit", "rows of the bare spring", false, "{from: 40 s, to: 48 s}");
		tt_snprintf(d->text, sizeof d->text, "%.4g to %.4g s: %s", fit->from_s, fit->to_s,
		            TT_VALUE(fit->stiffness, fit->u_stiffness, "N/m"));
		d->log_time_s = fit->from_s;
		rests_on(d, fit->from_s, fit->to_s);
		evidence(d, fit->text);
		by_hand(l, d, "force.spring.fit");
	}

	d = add(l, "force.sign", "sign of the force", false, "turned");
	tt_snprintf(d->text, sizeof d->text, "%s",
	            l->r->log_turned ? "turned: a rising push was logged as falling" : "as logged");
	evidence(d, "the largest excursions of force and displacement from their start, and where a push begins");
	by_hand(l, d, "force.sign");

	if (!isnan(m->fracture_time_s)) {
		d = add(l, "fracture.frame", "fracture in the log", false, "258");
		say(d, m->fracture_time_s, m->u_fracture_time_s, 1, "s");
		d->log_time_s = m->fracture_time_s;
		evidence(d, m->fracture_text);
	}
	if (!isnan(m->release_time_s)) {
		d = add(l, "force.contact", "punch leaves", false, "");
		d->example = NULL;
		say(d, m->release_time_s, m->u_release_time_s, 1, "s");
		d->log_time_s = m->release_time_s;
		evidence(d, "the kink where the force meets that in air again");
	}
}

static void of_the_gap(list *l)
{
	const tt_closeup *c = l->closeup;
	only_by_hand(l, "fracture.edges", "edges of the gap", !isnan(l->test->fracture.edge[0]),
	             l->r->fracture < 0 ? "not broken" : "not looked at yet",
	             "[[300, 190], [310, 240], [330, 188], [342, 241]]");
	tt_decision *d = &l->out[l->n - 1];
	if (!d->evidence[0])
		evidence(d, l->r->fracture < 0 ? "no fracture is seen"
		                               : "the pictures of the fracture were not asked for");
	if (!c || !c->has_gap || l->r->fracture < 0) return;
	const tt_gap *g = &c->gap;
	d->value = g->angle_deg;
	d->u = g->u_deg;
	if (isfinite(g->angle_deg))
		tt_snprintf(d->text, sizeof d->text, "%.1f \u00b1 %.1f\u00b0 to the axis, %.1f\u00b0 and %.1f\u00b0",
		            g->angle_deg, g->u_deg, g->edge[0].angle_deg, g->edge[1].angle_deg);
	else
		tt_snprintf(d->text, sizeof d->text, "none found");
	d->frame = c->gap_frame;
	for (int e = 0; e < 2; e++)
		if (g->edge[e].found)
			for (int k = 0; k < 2; k++)
				show_at(d, g->edge[e].end[k][0], g->edge[e].end[k][1]);
	if (c->edges_given) return;
	char how[300];
	tt_snprintf(how, sizeof how, "lines through %zu and %zu points of the gap's edges in frame %lld%s%s",
	            g->edge[0].points, g->edge[1].points, (long long)c->gap_frame, c->gap_reason[0] ? "; " : "",
	            c->gap_reason);
	evidence(d, how);
}

static void of_both(list *l)
{
	const tt_result *r = l->r;
	tt_decision *d = add(l, "sync.log_starts_at", "clocks", !l->test->sync.automatic, "2.0 \u00b1 0.1 s");
	say(d, r->clock.starts_at_s, r->clock.u_s, 1, "s");
	if (tt_observation_frames(l->o)) {
		tt_observed_frame first;
		tt_observation_frame(l->o, 0, &first);
		d->log_time_s = tt_clock_log_time(&r->clock, first.time_s);
	}
	char match[300];
	tt_snprintf(match, sizeof match, "%s%s%s", r->clock_source,
	            r->sync.text[0] && strcmp(r->sync.text, r->clock_source) != 0 ? "; " : "",
	            strcmp(r->sync.text, r->clock_source) != 0 ? r->sync.text : "");
	evidence(d, match);
	by_hand(l, d, "sync.log_starts_at");

	d = add(l, "fracture.frame", "fracture", false, "258");
	evidence(d, r->fracture_text);
	if (r->fracture >= 0) {
		tt_observed_frame f;
		tt_observation_frame(l->o, (size_t)r->fracture, &f);
		tt_snprintf(d->text, sizeof d->text, "frame %lld", (long long)f.number);
		d->value = (double)f.number;
		d->log_time_s = tt_clock_log_time(&r->clock, f.time_s);
	} else {
		tt_snprintf(d->text, sizeof d->text, "none seen");
	}
	by_hand(l, d, "fracture.frame");
	of_the_gap(l);
}

static void of_the_neck(tt_decision *d, const tt_necking *k)
{
	const tt_neck *n = &k->neck;
	const char *why = n->reason[0] ? n->reason : k->reason;
	if (!n->found) {
		evidence(d, why);
		return;
	}
	char width[64], deep[64];
	tt_snprintf(
	    d->evidence, sizeof d->evidence,
	    "in frame %lld the bar is narrower there by %s of its width (%.0f times the uncertainty), and both sides "
	    "have moved apart by %s beyond the uniform strain%s%s",
	    (long long)k->last_frame, tt_value_text(width, sizeof width, 100 * n->depth, 100 * n->u_depth, "%"),
	    n->significance, tt_value_text(deep, sizeof deep, n->elongation_px, n->u_elongation_px, "px"),
	    why[0] ? "; " : "", why);
}

static void of_the_curve(list *l)
{
	const tt_result *r = l->r;
	if (!r->has_properties) return;
	const tt_elastic_line *e = &r->properties.elastic;
	const tt_test *t = l->test;
	tt_decision *d = add(l, "properties.modulus_strain", "elastic window",
	                     !isnan(t->properties.modulus_strain[0]) || !isnan(t->properties.modulus_stress_Pa[0]),
	                     "[0.2 %, 0.8 %]");
	if (!isnan(e->modulus_Pa))
		tt_snprintf(d->text, sizeof d->text, "strain %.3f to %.3f %%, %zu rows", 100 * e->strain_lo,
		            100 * e->strain_hi, e->count);
	evidence(d, "the part of the first loading whose slope has the smallest error from scatter and curvature");
	by_hand(l, d, "properties.modulus_strain");
	by_hand(l, d, "properties.modulus_stress");
	const tt_properties *p = &r->properties;
	const tt_property *y = &p->value[TT_PROP_YIELD_STRENGTH];
	d = add(l, "properties.yield_at", "yield point", p->yield_given, "1.85 \u00b1 0.02 %");
	double strain = p->yield_given    ? t->properties.yield_at.value
	                : isnan(y->value) ? NAN
	                                  : e->zero_strain + y->value / e->modulus_Pa + 0.002;
	say(d, strain, p->yield_given ? t->properties.yield_at.u : NAN, 100, "%");
	evidence(d, isnan(y->value) ? y->reason : "where the line offset by 0.2 % is crossed");
	by_hand(l, d, "properties.yield_at");
	if (r->necking.has_neck) {
		d = add(l, "necking.at", "neck", false, "[320, 240]");
		if (r->necking.neck.found) {
			tt_snprintf(d->text, sizeof d->text, "(%.1f, %.1f) px", r->necking.position_px[0],
			            r->necking.position_px[1]);
			show_at(d, r->necking.position_px[0], r->necking.position_px[1]);
		} else {
			tt_snprintf(d->text, sizeof d->text, "none");
		}
		of_the_neck(d, &r->necking);
		by_hand(l, d, "necking.at");
	}
}

size_t tt_decisions_of(const tt_observation *o, const tt_test *test, const tt_result *r, const tt_closeup *closeup,
                       tt_decision *out)
{
	list l = {o, test, r, closeup, out, 0};
	of_the_images(&l);
	of_the_log(&l);
	of_both(&l);
	of_the_curve(&l);
	return l.n;
}
