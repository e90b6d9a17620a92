/* What the instrument controlled, and which way its signs go.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/control.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "mechanics/episodes.h"
#include "numeric/fit.h"

const char *tt_control_name(tt_control c)
{
	switch (c) {
	case TT_CONTROL_LOAD: return "load control";
	case TT_CONTROL_DISPLACEMENT: return "displacement control";
	default: return "unknown control";
	}
}

/* Deviation from a straight line in time, as a fraction of the range. */
static double crookedness(const double *t, const double *y, size_t n)
{
	tt_line l;
	double lo = INFINITY, hi = -INFINITY;
	if (!tt_line_fit(t, y, n, t[0], &l)) return NAN;
	for (size_t i = 0; i < n; i++) {
		lo = fmin(lo, y[i]);
		hi = fmax(hi, y[i]);
	}
	return hi > lo ? l.rms / (hi - lo) : NAN;
}

tt_control tt_control_find(const tt_trace *r, size_t first, size_t last, char *text, size_t text_size)
{
	if (text) snprintf(text, text_size, "not known: too few rows");
	if (last < first + 16) return TT_CONTROL_UNKNOWN;
	double f = crookedness(r->t + first, r->f + first, last - first);
	double d = crookedness(r->t + first, r->d + first, last - first);
	tt_control c = TT_CONTROL_UNKNOWN;
	if (f < d / 2) c = TT_CONTROL_LOAD;
	if (d < f / 2) c = TT_CONTROL_DISPLACEMENT;
	if (text)
		snprintf(text, text_size,
		         "%s: deviation from a straight ramp %.2g %% of the range in force, %.2g %% in displacement",
		         tt_control_name(c), 100 * f, 100 * d);
	return c;
}

tt_control tt_control_logged(const tt_force_log *log, double from_s, double to_s)
{
	tt_control c = TT_CONTROL_UNKNOWN;
	for (size_t i = 0; i < log->n_segments; i++) {
		const tt_log_segment *s = &log->segment[i];
		if (!s->count || s->first >= log->n || s->control == TT_CONTROL_UNKNOWN) continue;
		size_t last = s->first + s->count - 1 < log->n ? s->first + s->count - 1 : log->n - 1;
		if (log->time_s[last] <= from_s || log->time_s[s->first] >= to_s) continue;
		if (c != TT_CONTROL_UNKNOWN && c != s->control) return TT_CONTROL_UNKNOWN;
		c = s->control;
	}
	return c;
}

/* ---- Sign ---- */

/* Largest excursions of pieces' means from the first piece's, up and down. */
static void excursions(const double *y, size_t n, size_t piece, double *up, double *down)
{
	double start = 0;
	*up = *down = 0;
	for (size_t i = 0; i + piece <= n; i += piece) {
		double mean = 0;
		for (size_t j = i; j < i + piece; j++)
			mean += y[j];
		mean /= (double)piece;
		if (i == 0) start = mean;
		*up = fmax(*up, mean - start);
		*down = fmax(*down, start - mean);
	}
}

/* Do force and displacement grow together? The sum of the products of their changes from piece to piece. */
static double together(const tt_force_log *log, size_t piece)
{
	double sum = 0, f0 = 0, d0 = 0;
	for (size_t i = 0; i + piece <= log->n; i += piece) {
		double f = 0, d = 0;
		for (size_t k = i; k < i + piece; k++) {
			f += log->force_N[k] / (double)piece;
			d += log->displacement_m[k] / (double)piece;
		}
		if (i) sum += (f - f0) * (d - d0);
		f0 = f;
		d0 = d;
	}
	return sum;
}

static void turn(double *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		y[i] = -y[i];
}

/* The row at which the first real push begins with these signs; n: there is none. */
static tt_status first_push(const tt_force_log *log, bool turn_d, bool turn_f, size_t *row, tt_error *err)
{
	static const double REAL = 0.3; /* of the largest */
	double *d = malloc(2 * (log->n + 1) * sizeof *d), *f = d + log->n + 1, most = 0;
	if (!d) return tt_fail_memory(err, "the log's signs");
	for (size_t i = 0; i < log->n; i++) {
		d[i] = turn_d ? -log->displacement_m[i] : log->displacement_m[i];
		f[i] = turn_f ? -log->force_N[i] : log->force_N[i];
	}
	const tt_trace r = {log->time_s, d, f, log->n, NULL};
	tt_episode *e = NULL;
	size_t n = 0;
	tt_status st = tt_episodes_find(&r, &e, &n, err);
	*row = log->n;
	for (size_t i = 0; i < n; i++)
		most = fmax(most, e[i].load_N);
	for (size_t i = n; i-- > 0;)
		if (e[i].load_N > REAL * most && !e[i].from_start) *row = e[i].touch;
	free(e);
	free(d);
	return st;
}

/* The caller's word goes before the look of the rows. */
static bool settle_sign(tt_force_log *log, tt_force_sign given, bool seen_turned, tt_strings *warnings)
{
	log->sign_found = seen_turned ? TT_SIGN_TURNED : TT_SIGN_AS_LOGGED;
	if (given == TT_SIGN_AUTO || given == log->sign_found) return seen_turned;
	tt_warn(warnings,
	        "force.sign: %s, but the log looks as if it counted pushing as %s (its largest excursions from the "
	        "start go that way); the description is followed",
	        given == TT_SIGN_TURNED ? "turned" : "as-logged", seen_turned ? "negative" : "positive");
	return given == TT_SIGN_TURNED;
}

tt_status tt_force_log_orient(tt_force_log *log, tt_strings *warnings, tt_error *err)
{
	return tt_force_log_orient_as(log, TT_SIGN_AUTO, warnings, err);
}

tt_status tt_force_log_orient_as(tt_force_log *log, tt_force_sign sign, tt_strings *warnings, tt_error *err)
{
	enum { PIECES = 400, FEWEST = 8 };
	if (log->n < FEWEST)
		return tt_fail(err, TT_ERR_FAILED, "the force log has %zu rows; expected at least %d", log->n, FEWEST);
	const size_t piece = 1 + (log->n - 1) / PIECES;
	double up, down;
	excursions(log->force_N, log->n, piece, &up, &down);
	bool force = false, displacement = false;
	if (together(log, piece) < 0) {
		/* one of the two is the other way: the force, when it mostly falls */
		force = down > up;
		if (down < 2 * up && up < 2 * down) {
			size_t by_force, by_displacement;
			tt_status st = first_push(log, false, true, &by_force, err);
			if (!st) st = first_push(log, true, false, &by_displacement, err);
			if (st) return st;
			if (by_force != by_displacement) force = by_force < by_displacement;
		}
		displacement = !force;
	} else if (down > 2 * up) {
		/* a punch that is drawn far back against its transducer's spring reads a large negative force, too; but
		 * it pushes first */
		size_t logged, both;
		tt_status st = first_push(log, false, false, &logged, err);
		if (!st) st = first_push(log, true, true, &both, err);
		if (st) return st;
		force = displacement = !(logged < log->n && logged < both);
	}
	force = settle_sign(log, sign, force, warnings);
	if (force) turn(log->force_N, log->n);
	if (displacement) turn(log->displacement_m, log->n);
	for (size_t i = 0; force && i < log->n_segments; i++)
		if (log->segment[i].control == TT_CONTROL_LOAD) log->segment[i].rate = -log->segment[i].rate;
	for (size_t i = 0; displacement && i < log->n_segments; i++)
		if (log->segment[i].control == TT_CONTROL_DISPLACEMENT) log->segment[i].rate = -log->segment[i].rate;
	if (!force && !displacement) return TT_OK;
	log->turned = true;
	tt_warn(warnings, "the force log counts %s pushing as negative: the sign was turned",
	        force && displacement ? "force and displacement of"
	        : force               ? "the force of"
	                              : "the displacement of");
	return TT_OK;
}
