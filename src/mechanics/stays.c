/* Which stay on the device is the test, where it begins, and how the log drifts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/stays.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "mechanics/fracture.h"
#include "numeric/fit.h"

void tt_stays_clear(tt_stays *s)
{
	free(s->e);
	*s = (tt_stays){0};
}

/* ---- Which stay is the test ---- */

/* A stay that carries less than this part of the test's load is a touch. */
static const double TOUCH = 0.25;

/* Mean of the rows around i. */
static double mean_of(const double *v, size_t n, size_t i, size_t rows)
{
	const size_t first = i > rows / 2 ? i - rows / 2 : 0, last = first + rows < n ? first + rows : n;
	double sum = 0;
	for (size_t k = first; k < last; k++)
		sum += v[k];
	return sum / (double)(last - first);
}

/* Did a stay leave the specimen longer than it found it? */
static bool lengthened(const tt_trace *r, const tt_stays *s, size_t i)
{
	enum { ROWS = 5 };
	const tt_episode *e = &s->e[i];
	if (e->from_start || e->leave >= r->n || e->touch < ROWS || e->leave + ROWS > r->n) return false;
	const size_t first = s->e[0].air_first, until = s->e[0].touch > first ? s->e[0].touch - first : 0;
	const tt_trace air = {r->t + first, r->d + first, r->f + first, until, NULL};
	const double noise = tt_noise_std(r->d, r->n);
	tt_rest_drift rest;
	tt_air_rest_drift(&air, until, noise, true, &rest);
	if (!rest.found) return false;
	/* at half of its load, on the way up and on the way down */
	const double half = (r->f[e->touch] + r->f[e->peak]) / 2;
	size_t up = e->peak, down = e->peak;
	while (up > e->touch && mean_of(r->f, r->n, up, ROWS) > half)
		up--;
	while (down < e->leave && mean_of(r->f, r->n, down, ROWS) > half)
		down++;
	if (up < ROWS || down + ROWS >= r->n) return false;
	/* the noise of the force moves the places where it is half */
	const double by_force = tt_noise_std(r->f, r->n) * fabs(r->d[e->peak] - r->d[e->touch]) / e->load_N;
	double d = 0, steepest = 0;
	for (size_t k = 0; k < ROWS; k++) {
		d += (r->d[down + k - ROWS / 2] - r->d[up + k - ROWS / 2]) / ROWS;
		steepest = fmax(steepest, fabs(r->d[down + k + 1 - ROWS / 2] - r->d[down + k - ROWS / 2]));
	}
	const double apart = r->t[down] - r->t[up];
	/* a row more or less at a fast unloading */
	const double u = hypot(hypot(noise, by_force), hypot(steepest, rest.u_displacement_m_per_s * apart));
	return d - rest.displacement_m_per_s * apart > 8 * u;
}

bool tt_stay_breaks(const tt_trace *r, const tt_stays *all, size_t i)
{
	tt_stays s = *all;
	tt_contact c;
	tt_release release;
	tt_fracture *found = malloc(sizeof *found);
	tt_error quiet = {0};
	s.first = s.main = i;
	s.end = i + 1 < s.n ? s.e[i + 1].approach : r->n;
	bool broke = false;
	if (found && tt_stay_contact(r, &s, 0.01, &c, &quiet) == TT_OK) {
		const double noise_f = fmax(tt_noise_std(r->f, r->n), 1e-7 * s.e[i].load_N);
		const tt_trace until = {r->t, r->d, r->f, s.end, r->bad};
		tt_release_find(&until, &c, noise_f, &release);
		const tt_fracture_search search = {&until, &c,  &release, noise_f,           tt_noise_std(r->d, r->n),
		                                   NAN,    NAN, NAN,      TT_SPRING_RESIDUAL};
		tt_fracture_find(&search, found);
		broke = found->found;
	}
	free(found);
	return broke;
}

/* The stay with the largest load, the first of those that are alike (after fracture the bare device may be loaded once
 * more); but where the specimen survives that one and breaks in a later one, the later. */
static size_t main_stay(const tt_trace *r, const tt_stays *s)
{
	size_t best = 0;
	for (size_t i = 1; i < s->n; i++)
		if (s->e[i].load_N > 1.1 * s->e[best].load_N) best = i;
	bool later = false;
	for (size_t i = best + 1; i < s->n; i++)
		later |= s->e[i].load_N > TOUCH * s->e[best].load_N;
	if (!later || tt_stay_breaks(r, s, best)) return best;
	for (size_t i = best + 1; i < s->n; i++)
		if (s->e[i].load_N > TOUCH * s->e[best].load_N && tt_stay_breaks(r, s, i)) return i;
	return best;
}

static void choose(const tt_trace *r, tt_quantity given, tt_stays *s)
{
	s->main = s->first = main_stay(r, s);
	if (!isnan(given.value)) {
		for (size_t i = 0; i <= s->main; i++)
			if (r->t[s->e[i].approach] <= given.value &&
			    (s->e[i].leave >= r->n || r->t[s->e[i].leave] > given.value)) {
				s->first = i;
				break;
			}
	} else {
		/* a stay before it that carried much or left the specimen longer is no touch */
		while (s->first > 0 &&
		       (s->e[s->first - 1].load_N > TOUCH * s->e[s->main].load_N || lengthened(r, s, s->first - 1)))
			s->first--;
		while (s->first + s->unmarked < s->main && !s->e[s->first].from_start &&
		       !lengthened(r, s, s->first + s->unmarked))
			s->unmarked++;
	}
	s->end = s->main + 1 < s->n ? s->e[s->main + 1].approach : r->n;
}

/* ---- Rows in air ---- */

typedef struct air_rows {
	double *t, *d, *f; /* one piece of memory */
	size_t n, before;  /* rows; how many of them lie before contact */
} air_rows;

static void take(const tt_trace *r, size_t first, size_t last, air_rows *a)
{
	for (size_t i = first; i < last; i++) {
		if (r->bad && r->bad[i]) continue;
		a->t[a->n] = r->t[i];
		a->d[a->n] = r->d[i];
		a->f[a->n++] = r->f[i];
	}
}

/* Before contact (up to row `last`) without the touches, then after the release. */
static bool take_air(const tt_trace *r, const tt_stays *s, size_t last, bool after, air_rows *a)
{
	enum { SETTLE = 5 };
	*a = (air_rows){.t = malloc(3 * (r->n + 1) * sizeof *a->t)};
	if (!a->t) return false;
	a->d = a->t + r->n + 1;
	a->f = a->d + r->n + 1;
	for (size_t i = 0; i <= s->first && !s->loaded; i++) {
		const size_t first = s->e[i].air_first + (s->e[i].air_first ? SETTLE : 0);
		size_t end = i == s->first ? last : s->e[i].touch > SETTLE ? s->e[i].touch - SETTLE : 0;
		take(r, first, end > first ? end : first, a);
	}
	a->before = a->n;
	const size_t leave = s->e[s->main].leave;
	if (after && leave + 2 * SETTLE < s->end) take(r, leave + SETTLE, s->end, a);
	return true;
}

/* ---- The law in air: F = level + slope (d - d0) + drift (t - contact) ---- */

typedef struct law {
	double value[3], u[3]; /* level, slope, drift; 0 where not significant */
	bool has[3];
	double rms, inflation;
} law;

static bool law_fit(const air_rows *a, double d0, double tc, double level, bool slope, bool drift, law *out)
{
	double span_d = 0, span_t = 0;
	for (size_t i = 0; i < a->n; i++) {
		span_d = fmax(span_d, fabs(a->d[i] - d0));
		span_t = fmax(span_t, fabs(a->t[i] - tc));
	}
	bool use[3] = {true, slope && span_d > 0, drift && span_t > 0};
	double *residual = malloc((a->n + 1) * sizeof *residual);
	if (!residual) return false;
	for (;;) {
		int column[3], p = 0;
		for (int k = 0; k < 3; k++)
			if (use[k]) column[p++] = k;
		if (a->n < (size_t)p + 3) break;
		tt_lsq l;
		tt_lsq_start(&l, p);
		for (size_t i = 0; i < a->n; i++) {
			const double x[3] = {1, (a->d[i] - d0) / span_d, (a->t[i] - tc) / span_t};
			double phi[3];
			for (int k = 0; k < p; k++)
				phi[k] = x[column[k]];
			tt_lsq_add(&l, phi, a->f[i] - a->f[0], 1);
		}
		double theta[TT_LSQ_MAX], inv[TT_LSQ_MAX][TT_LSQ_MAX], rss = 0;
		const bool solved = tt_lsq_solve(&l, theta, inv);
		if (!solved && p > 1) {
			use[column[p - 1]] = false;
			continue;
		}
		if (!solved) break;
		for (size_t i = 0; i < a->n; i++) {
			const double x[3] = {1, (a->d[i] - d0) / span_d, (a->t[i] - tc) / span_t};
			residual[i] = a->f[i] - a->f[0];
			for (int k = 0; k < p; k++)
				residual[i] -= theta[k] * x[column[k]];
			rss += residual[i] * residual[i];
		}
		*out = (law){.rms = sqrt(rss / (double)(a->n - (size_t)p)),
		             .inflation = tt_noise_inflation(residual, a->n)};
		int worst = -1;
		double worst_p = level;
		for (int k = 0; k < p; k++) {
			const double scale = column[k] == 1 ? span_d : column[k] == 2 ? span_t : 1;
			out->has[column[k]] = true;
			out->value[column[k]] = theta[k] / scale + (column[k] == 0 ? a->f[0] : 0);
			out->u[column[k]] = out->rms * sqrt(inv[k][k] * out->inflation) / scale;
			if (column[k] == 0) continue;
			const double dof = fmax(1, (double)a->n / out->inflation - p);
			const double chance = tt_t_test(out->value[column[k]] / out->u[column[k]], dof);
			/* of two that look alike the drift goes first: an approach at a constant speed cannot tell them
			 * apart */
			if (chance > worst_p || (chance > level && column[k] == 2)) {
				worst_p = chance;
				worst = column[k];
			}
		}
		if (worst < 0) {
			free(residual);
			return true;
		}
		use[worst] = false;
	}
	free(residual);
	return false;
}

/* ---- Contact ---- */

/* Rows first … last - 1 with the law's slope and drift taken out of the force, so that the air is flat; backwards in
 * time when `reverse`. */
static bool flat_part(const tt_trace *r, size_t first, size_t last, double slope, double drift, double d0, double tc,
                      bool reverse, tt_trace *out)
{
	const size_t n = last - first;
	double *t = malloc(3 * (n + 1) * sizeof *t), *d = t + n + 1, *f = d + n + 1;
	if (!t) return false;
	for (size_t i = 0; i < n; i++) {
		const size_t k = reverse ? last - 1 - i : first + i;
		t[i] = reverse ? -r->t[k] : r->t[k];
		d[i] = r->d[k];
		f[i] = r->f[k] - slope * (r->d[k] - d0) - drift * (r->t[k] - tc);
	}
	*out = (tt_trace){t, d, f, n, NULL};
	return true;
}

tt_status tt_stay_contact(const tt_trace *r, const tt_stays *s, double level, tt_contact *c, tt_error *err)
{
	const tt_episode *e = &s->e[s->first];
	const size_t first = e->air_first + (e->air_first ? 5 : 0), last = s->end;
	if (e->touch < first + TT_AIR_FEWEST)
		return tt_fail(
		    err, TT_ERR_FAILED,
		    "no part in air at the start of the force log: the force rises from %.6g s on; expected rows "
		    "before contact (or give force.contact)",
		    r->t[0]);
	air_rows a;
	law l = {.value = {0}};
	if (!take_air(r, s, e->touch, false, &a)) return tt_fail_memory(err, "the part in air");
	const double d0 = r->d[e->touch], tc = r->t[e->touch];
	const bool lawful = law_fit(&a, d0, tc, level, true, a.n > 0 && tc - a.t[0] > 2, &l);
	free(a.t);
	tt_trace part;
	if (!flat_part(r, first, last, lawful ? l.value[1] : 0, lawful ? l.value[2] : 0, d0, tc, false, &part))
		return tt_fail_memory(err, "the search for contact");
	tt_status st = tt_contact_fit(&part, e->touch - first, e->sure - first, level, c, err);
	free((double *)part.t);
	c->row += first;
	if (st || !lawful || !l.has[1]) return st;
	/* the slope was taken out of the rows that were searched: it belongs to the force in air */
	c->air.sloped = true;
	c->air.slope_N_per_m = l.value[1];
	c->air.u_slope_N_per_m = l.u[1];
	c->air.force_N += l.value[1] * (c->d0_m - d0);
	return TT_OK;
}

/* The log begins on the device: contact is what the release shows, at an instant before the log. */
static tt_status contact_of_release(const tt_trace *r, tt_stays *s, tt_quantity given, double level, tt_contact *c,
                                    tt_strings *warnings, tt_error *err)
{
	const tt_episode *e = &s->e[s->main];
	if (e->leave + TT_AIR_FEWEST + 5 > s->end)
		return tt_fail(
		    err, TT_ERR_FAILED,
		    "the force log begins on the device (%.4g µN at %.6g s) and does not show it free again: the force "
		    "in "
		    "air and the displacement of contact are both missing; expected rows before contact, or rows after "
		    "the punch has left",
		    1e6 * r->f[0], r->t[0]);
	tt_trace part;
	air_rows a;
	law l = {.value = {0}};
	s->loaded = true;
	if (!take_air(r, s, 0, true, &a)) return tt_fail_memory(err, "the part in air");
	const double d0 = r->d[e->leave], tc = r->t[e->leave];
	const bool lawful = law_fit(&a, d0, tc, level, true, false, &l);
	free(a.t);
	/* from the air backwards to half of the load */
	size_t first = e->leave;
	while (first > e->peak && r->f[first] - r->f[e->leave] < 0.5 * (r->f[e->peak] - r->f[e->leave]))
		first--;
	if (!flat_part(r, first, s->end, lawful ? l.value[1] : 0, 0, d0, tc, true, &part))
		return tt_fail_memory(err, "the search for contact");
	const size_t air_last = s->end - 1 - e->leave,
	             sure = s->end - 1 - (e->sure_on < e->leave ? e->sure_on : e->leave - 1);
	tt_status st = tt_contact_fit(&part, air_last, sure < part.n ? sure : part.n - 1, level, c, err);
	free((double *)part.t);
	if (st) return tt_fail_within(err, "the force log begins on the device; its release");
	/* when it touched: the first rows' rise run back to the level in air */
	const size_t rows = r->n < 50 ? r->n : 50;
	tt_line rise;
	double touch = r->t[0], u = 0;
	if (tt_line_fit(r->t, r->f, rows, r->t[0], &rise) && rise.slope > 4 * rise.u_slope) {
		const double ahead = (rise.value - c->air.force_N) / rise.slope;
		touch -= fmax(ahead, 0);
		u = 0.05 * fabs(ahead) + hypot(rise.u_value, c->air.u_force_N) / rise.slope +
		    fabs(ahead) * rise.u_slope / rise.slope;
	}
	if (!isnan(given.value) && given.value < r->t[0]) {
		touch = given.value;
		u = given.u;
	} else if (!isnan(given.value))
		tt_warn(warnings,
		        "contact is given at %.6g s, but the log begins on the device, %.4g µN above its force in air, "
		        "at %.6g s: the "
		        "instant was not used",
		        given.value, 1e6 * (r->f[0] - c->air.force_N), r->t[0]);
	c->time_s = touch;
	c->u_time_s = u;
	c->row = 0;
	c->in_air = true;
	snprintf(c->text, sizeof c->text,
	         "the log begins on the device: d0 and force in air where the punch left it; the instant "
	         "by running the first rows back");
	tt_warn(warnings,
	        "the force log begins on the device: the force in air, %.4g µN, and the displacement of contact, %.4g "
	        "nm, are "
	        "those where the punch left it at %.6g s; contact was about %.4g s",
	        1e6 * c->air.force_N, 1e9 * c->d0_m, r->t[e->leave], c->time_s);
	return TT_OK;
}

/* ---- Drift ---- */

static bool significant(double value, double u)
{
	return fabs(value) > 3 * u;
}

/* What a rest before contact and one after the release show of the displacement. */
static void displacement_drift(const tt_trace *r, const tt_stays *s, const tt_contact *c, tt_log_drift *out)
{
	const double noise = tt_noise_std(r->d, r->n);
	tt_rest_drift before = {.found = false}, after = {.found = false};
	const size_t leave = s->e[s->main].leave;
	/* of the rests before contact, between touches too, the longest */
	for (size_t i = 0; i <= s->first && !s->loaded; i++) {
		const size_t from = s->e[i].air_first, to = i == s->first ? c->row : s->e[i].touch;
		if (to <= from) continue;
		const tt_trace part = {r->t + from, r->d + from, r->f + from, to - from, NULL};
		tt_rest_drift rest;
		tt_air_rest_drift(&part, part.n, noise, true, &rest);
		if (rest.found && (!before.found || rest.last_s - rest.first_s > before.last_s - before.first_s))
			before = rest;
	}
	if (leave + 10 < s->end) {
		const tt_trace part = {r->t + leave + 5, r->d + leave + 5, r->f + leave + 5, s->end - leave - 5, NULL};
		tt_air_rest_drift(&part, part.n, noise, false, &after);
	}
	out->displacement_m_per_s = 0;
	out->u_displacement_m_per_s = NAN;
	const tt_rest_drift *one = before.found ? &before : &after;
	if (!one->found) return;
	out->displacement_m_per_s = one->displacement_m_per_s;
	out->u_displacement_m_per_s = one->u_displacement_m_per_s;
	out->displacement_from = before.found ? "the rest before contact" : "the rest after the release";
	if (before.found && after.found) {
		/* a drift that settles is somewhere between */
		const double a = before.displacement_m_per_s, b = after.displacement_m_per_s;
		const double ua = before.u_displacement_m_per_s, ub = after.u_displacement_m_per_s;
		if (fabs(a - b) > 3 * hypot(ua, ub)) {
			out->displacement_m_per_s = (a + b) / 2;
			out->u_displacement_m_per_s = hypot(hypot(ua, ub) / 2, fabs(a - b) / sqrt(12));
		} else {
			const double wa = 1 / (ua * ua), wb = 1 / (ub * ub);
			out->displacement_m_per_s = (wa * a + wb * b) / (wa + wb);
			out->u_displacement_m_per_s = 1 / sqrt(wa + wb);
		}
		out->displacement_from = "the rests before contact and after the release";
	}
	/* a short rest says little of a long test */
	out->displacement =
	    significant(out->displacement_m_per_s, (before.found ? 1 : 1.5) * out->u_displacement_m_per_s);
}

static tt_status force_drift(const tt_trace *r, const tt_stays *s, const tt_contact *c, double level, tt_log_drift *out,
                             tt_error *err)
{
	air_rows a;
	law l = {.has = {false}};
	const double last = c->time_s - 3 * c->u_time_s;
	if (!take_air(r, s, tt_row_at(r->t, r->n, last), true, &a)) return tt_fail_memory(err, "the part in air");
	const bool tail = a.n > a.before + 20;
	out->force_N_per_s = 0;
	out->u_force_N_per_s = NAN;
	const double tc = s->loaded && a.n ? a.t[0] : c->time_s;
	if (a.n > 20 && a.t[a.n - 1] - a.t[0] > 2 && law_fit(&a, c->d0_m, tc, level, true, true, &l) && l.has[2]) {
		out->force_N_per_s = l.value[2];
		out->u_force_N_per_s = l.u[2];
		out->force_from = tail && a.before ? "the air before contact and after the release"
		                  : tail           ? "the air after the release"
		                                   : "the air before contact";
		out->force = significant(l.value[2], l.u[2]);
		/* before contact alone: does it go on like that? */
		air_rows front = a;
		law early;
		front.n = a.before;
		if (tail && a.before > 50 && law_fit(&front, c->d0_m, c->time_s, level, true, true, &early) &&
		    early.has[2])
			out->u_force_N_per_s =
			    hypot(out->u_force_N_per_s,
			          fmax(0, fabs(early.value[2] - l.value[2]) - 2 * early.u[2]) / sqrt(12));
	}
	/* The law holds the displacement as logged. The transducer's spring feels the true one: what it reads of the
	 * displacement's drift is no drift of the force. */
	if (out->displacement && a.n > 20 && l.has[1]) {
		const double v = out->displacement_m_per_s, u = l.value[1] * out->u_displacement_m_per_s;
		out->force_N_per_s += l.value[1] * v;
		out->u_force_N_per_s = isnan(out->u_force_N_per_s) ? u : hypot(out->u_force_N_per_s, u);
		if (!*out->force_from) out->force_from = "the slope in air and the displacement's drift";
		out->force = significant(out->force_N_per_s, out->u_force_N_per_s);
	}
	free(a.t);
	return TT_OK;
}

/* Force in air at contact, and its slope, from the rows before contact, drift taken out. */
static tt_status air_before(const tt_trace *r, const tt_stays *s, const tt_log_drift *drift, double level,
                            tt_contact *c, tt_error *err)
{
	air_rows a;
	if (s->loaded) return TT_OK;
	if (!take_air(r, s, tt_row_at(r->t, r->n, c->time_s - 3 * c->u_time_s), false, &a))
		return tt_fail_memory(err, "the part in air");
	double reach = 0;
	for (size_t i = 0; i < a.n && drift->force; i++) {
		a.f[i] -= drift->force_N_per_s * (a.t[i] - c->time_s);
		reach += fabs(a.t[i] - c->time_s) / (double)a.n;
	}
	for (size_t i = 0; i < a.n && drift->displacement; i++)
		a.d[i] -= drift->displacement_m_per_s * (a.t[i] - c->time_s);
	const tt_trace part = {a.t, a.d, a.f, a.n, NULL};
	const bool fitted = tt_air_fit(&part, 0, a.n, c->d0_m, level, &c->air, &c->rms_N, &c->inflation, c->air_text,
	                               sizeof c->air_text);
	if (fitted && drift->force) c->air.u_force_N = hypot(c->air.u_force_N, reach * drift->u_force_N_per_s);
	c->in_air = fitted;
	free(a.t);
	return TT_OK;
}

/* Speed of the displacement in a rest at the log's beginning, which ends as the punch sets off; 0: no such rest. */
static double speed_of_rest(const tt_trace *r)
{
	enum { PIECES = 40, LEAST = 4 };
	const double noise_d = tt_noise_std(r->d, r->n), noise_f = tt_noise_std(r->f, r->n);
	double lo = INFINITY, hi = -INFINITY, f0 = 0, speed[PIECES], u = 0;
	for (size_t i = 0; i < r->n; i++) {
		lo = fmin(lo, r->f[i]);
		hi = fmax(hi, r->f[i]);
	}
	const size_t few = r->n < 20 ? r->n : 20;
	for (size_t i = 0; i < few; i++)
		f0 += r->f[i] / (double)few;
	size_t end = few;
	while (end < r->n && fabs(r->f[end] - f0) < fmax(10 * noise_f, 0.05 * (hi - lo)))
		end++;
	const size_t piece = end / (PIECES - LEAST);
	if (piece < 8 || piece * PIECES > r->n) return 0;
	for (size_t k = 0; k < PIECES; k++) {
		tt_line l;
		if (!tt_line_fit(r->t + k * piece, r->d + k * piece, piece, 0, &l)) return 0;
		speed[k] = l.slope;
		u = noise_d * sqrt(12.0 / (double)piece) / (r->t[(k + 1) * piece - 1] - r->t[k * piece]);
	}
	size_t rest = 1;
	while (rest < PIECES && fabs(speed[rest] - speed[0]) < 4 * sqrt(2) * u + 0.3 * fabs(speed[0]))
		rest++;
	if (rest < LEAST || rest + 1 >= PIECES || r->t[rest * piece] - r->t[0] < 2) return 0;
	/* the piece after the rest may hold the kink */
	if (fabs(speed[rest + 1]) < 5 * fabs(speed[0]) + 8 * u) return 0;
	tt_line l;
	const size_t rows = (rest - 1) * piece;
	if (!tt_line_fit(r->t, r->d, rows, 0, &l) || fabs(l.slope) < 4 * l.u_slope) return 0;
	return l.slope;
}

/* The stays, looked for in rows without the displacement's drift: a fast drift outruns a slow test. */
static tt_status find_episodes(const tt_trace *r, tt_stays *s, tt_error *err)
{
	const double speed = speed_of_rest(r);
	if (speed == 0) return tt_episodes_find(r, &s->e, &s->n, err);
	double *d = malloc((r->n + 1) * sizeof *d);
	if (!d) return tt_fail_memory(err, "the search for contact");
	for (size_t i = 0; i < r->n; i++)
		d[i] = r->d[i] - speed * (r->t[i] - r->t[0]);
	const tt_trace still = {r->t, d, r->f, r->n, r->bad};
	tt_status st = tt_episodes_find(&still, &s->e, &s->n, err);
	free(d);
	return st;
}

tt_status tt_stays_find(const tt_trace *r, tt_quantity given, double level, tt_stays *s, tt_contact *c,
                        tt_log_drift *drift, tt_strings *warnings, tt_error *err)
{
	*s = (tt_stays){0};
	*drift = (tt_log_drift){.force_from = "", .displacement_from = ""};
	tt_status st = find_episodes(r, s, err);
	if (st) return st;
	if (!s->n) {
		if (!isnan(given.value)) { /* nothing found: all is the caller's word */
			s->e = calloc(1, sizeof *s->e);
			if (!s->e) return tt_fail_memory(err, "the stays on the device");
			s->n = 1;
			s->e[0] = (tt_episode){.touch = tt_row_at(r->t, r->n, given.value), .leave = r->n};
		} else {
			return tt_fail(err, TT_ERR_FAILED,
			               "no contact in the force log: the force never leaves its level in air; expected "
			               "a rise (give "
			               "force.contact if the log starts in contact)");
		}
	}
	choose(r, given, s);
	const tt_episode *e = &s->e[s->first];
	tt_error why = {0};
	bool loaded = e->from_start;
	if (!loaded && isnan(given.value)) {
		st = tt_stay_contact(r, s, level, c, &why);
		loaded = st != TT_OK && s->first == 0;
		if (st && !loaded) {
			*err = why;
			return st;
		}
	} else if (!loaded) {
		st = tt_contact_given(r, given, level, c, err);
		if (st) return st;
		loaded = !c->in_air;
		/* a rise before the instant: the "air" is none */
		if (!loaded && s->first == 0 && e->touch < 12 && r->t[e->touch] < given.value) loaded = true;
	}
	if (loaded) {
		st = contact_of_release(r, s, given, level, c, warnings, err);
		/* the first sentence says what the log lacks at its start */
		if (st && why.message[0] && e->leave >= s->end) *err = why;
		if (st) return st;
	}
	displacement_drift(r, s, c, drift);
	st = force_drift(r, s, c, level, drift, err);
	if (!st) st = air_before(r, s, drift, level, c, err);
	return st;
}
