/* Stretches of a log without usable rows: rows that are missing, rows whose channel stood at the end of its range.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/holes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mechanics/work.h"
#include "numeric/fit.h"

/* Neighbouring intervals on each side that say what is usual here; how many times that is a hole. */
enum { NEIGHBOURS = 5, TIMES = 6 };

static double median_interval(const tt_mechanics *m, size_t first, size_t last)
{
	double dt[NEIGHBOURS];
	size_t n = 0;
	for (size_t i = first; i < last && n < NEIGHBOURS; i++)
		dt[n++] = m->time_s[i + 1] - m->time_s[i];
	return n ? tt_median(dt, n) : NAN;
}

/* Nothing between rows i and i + 1 for much longer than the rows on either side are apart: a log that changes its rate
 * is slow on one side, and has no hole. */
static bool is_gap(const tt_mechanics *m, size_t i)
{
	const double here = m->time_s[i + 1] - m->time_s[i];
	const double before = median_interval(m, i >= NEIGHBOURS ? i - NEIGHBOURS : 0, i);
	const double after = median_interval(m, i + 1, m->n - 1 < i + 1 + NEIGHBOURS ? m->n - 1 : i + 1 + NEIGHBOURS);
	return here > TIMES * fmax(isnan(before) ? 0 : before, isnan(after) ? 0 : after);
}

static tt_status add(tt_mechanics *m, size_t *room, tt_log_hole h, tt_error *err)
{
	if (m->n_holes && m->hole[m->n_holes - 1].to_s >= h.to_s) return TT_OK;
	if (m->n_holes == *room) {
		*room = *room ? 2 * *room : 8;
		tt_log_hole *more = realloc(m->hole, *room * sizeof *more);
		if (!more) return tt_fail_memory(err, "the holes of a log");
		m->hole = more;
	}
	m->hole[m->n_holes++] = h;
	return TT_OK;
}

tt_status tt_holes_find(tt_mechanics *m, const tt_force_log *log, tt_error *err)
{
	size_t room = 0, d = 0, o = 0;
	double usual = (m->time_s[m->n - 1] - m->time_s[0]) / (double)(m->n - 1);
	tt_status st = TT_OK;
	for (size_t i = 0; i + 1 < m->n && st == TT_OK; i++) {
		const double from = m->time_s[i], to = m->time_s[i + 1];
		bool dropped = false;
		while (d < log->n_dropped && log->dropped_s[d] < to)
			dropped |= log->dropped_s[d++] > from;
		while (o < log->n_over && log->over_s[o][1] <= from)
			o++;
		if (o < log->n_over && log->over_s[o][0] < to && to - from > 1.5 * usual) {
			st = add(m, &room, (tt_log_hole){.from_s = from, .to_s = to, .saturated = true}, err);
			continue;
		}
		if (m->saturated && m->saturated[i + 1]) {
			size_t last = i + 1;
			/* a few rows that the noise brought below the limit are no better */
			for (size_t k = last; k < m->n && k <= last + 5; k++)
				if (m->saturated[k]) last = k;
			st = add(m, &room,
			         (tt_log_hole){.from_s = from,
			                       .to_s = last + 1 < m->n ? m->time_s[last + 1] : m->time_s[last] + usual,
			                       .saturated = true},
			         err);
			i = last;
			continue;
		}
		if (dropped || (to - from > 3 * usual && is_gap(m, i)))
			st = add(m, &room, (tt_log_hole){.from_s = from, .to_s = to}, err);
	}
	return st;
}

const tt_log_hole *tt_mechanics_hole(const tt_mechanics *m, double t)
{
	size_t lo = 0, hi = m->n_holes;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (m->hole[mid].to_s <= t)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < m->n_holes && m->hole[lo].from_s < t ? &m->hole[lo] : NULL;
}

typedef struct side {
	tt_line d, f;
} side;

/* Lines through the rows next to a hole, on the side that ends (before) or begins (after) with row `at`. */
static bool side_of(const tt_mechanics *m, const tt_log_hole *h, bool before, side *out)
{
	enum { FEWEST = 6, MOST = 400 };
	const double at = before ? h->from_s : h->to_s, reach = fmax(h->to_s - h->from_s, 0.1);
	size_t first, last;
	if (before) {
		last = tt_row_at(m->time_s, m->n, at) + 1;
		first = last;
		while (first > 0 && last - first < MOST && (last - first < FEWEST || m->time_s[first - 1] > at - reach))
			first--;
	} else {
		first = tt_row_at(m->time_s, m->n, at);
		last = first;
		while (last < m->n && last - first < MOST && (last - first < FEWEST || m->time_s[last] < at + reach))
			last++;
	}
	for (size_t e = 0; e < m->n_edge; e++) {
		const size_t row = tt_row_at(m->time_s, m->n, m->edge[e]);
		if (before && m->edge[e] < at && row > first && row < last) first = row;
		if (!before && m->edge[e] > at && row > first && row < last) last = row;
	}
	if (last < first + 4) return false;
	return tt_line_fit(m->time_s + first, m->displacement_m + first, last - first, at, &out->d) &&
	       tt_line_fit(m->time_s + first, m->force_N + first, last - first, at, &out->f);
}

/* Cubic with both ends' values and slopes (Hermite). */
static double cubic(const tt_line *a, const tt_line *b, double length, double x, double *rate)
{
	const double s = x / length, ma = a->slope * length, mb = b->slope * length;
	*rate =
	    ((6 * s * s - 6 * s) * (a->value - b->value) + (3 * s * s - 4 * s + 1) * ma + (3 * s * s - 2 * s) * mb) /
	    length;
	return (2 * s * s * s - 3 * s * s + 1) * a->value + (s * s * s - 2 * s * s + s) * ma +
	       (3 * s * s - 2 * s * s * s) * b->value + (s * s * s - s * s) * mb;
}

/* Do the two lines, each run on to the middle, meet there? A bend makes both miss by the same; a step, a peak or a kink
 * does not. u: of the cubic in the middle. */
static bool meet(const tt_line *a, const tt_line *b, double length, double range, double noise, double *u)
{
	const double la = a->value + a->slope * length / 2, lb = b->value - b->slope * length / 2;
	const double ua = hypot(a->u_value, a->u_slope * length / 2), ub = hypot(b->u_value, b->u_slope * length / 2);
	double rate;
	const double mid = cubic(a, b, length, length / 2, &rate), chord = (a->value + b->value) / 2;
	*u = hypot(hypot(fabs(la - lb) / sqrt(12), fabs(mid - chord) / 2), noise / 2);
	return fabs(la - lb) < 4 * hypot(ua, ub) + 0.01 * range;
}

void tt_holes_bridge(tt_mechanics *m)
{
	double f_lo = INFINITY, f_hi = -INFINITY, d_lo = INFINITY, d_hi = -INFINITY;
	for (size_t i = 0; m->n_holes && i < m->n; i++) {
		f_lo = fmin(f_lo, m->force_N[i]);
		f_hi = fmax(f_hi, m->force_N[i]);
		d_lo = fmin(d_lo, m->displacement_m[i]);
		d_hi = fmax(d_hi, m->displacement_m[i]);
	}
	for (size_t i = 0; i < m->n_holes; i++) {
		tt_log_hole *h = &m->hole[i];
		side a, b;
		h->bridged = false;
		if (h->saturated) continue;
		bool edge = false;
		for (size_t e = 0; e < m->n_edge; e++)
			edge |= m->edge[e] > h->from_s && m->edge[e] < h->to_s;
		if (edge || !side_of(m, h, true, &a) || !side_of(m, h, false, &b)) continue;
		const double length = h->to_s - h->from_s;
		h->bridged = meet(&a.f, &b.f, length, f_hi - f_lo, m->force_noise_N, &h->u_force_N) &
		             meet(&a.d, &b.d, length, d_hi - d_lo, m->displacement_noise_m, &h->u_displacement_m);
	}
}

bool tt_hole_bridge_at(const tt_mechanics *m, const tt_log_hole *h, double t, tt_local *out)
{
	side a, b;
	if (!h->bridged || !side_of(m, h, true, &a) || !side_of(m, h, false, &b)) return false;
	const double length = h->to_s - h->from_s;
	out->d = cubic(&a.d, &b.d, length, t - h->from_s, &out->d_rate);
	out->f = cubic(&a.f, &b.f, length, t - h->from_s, &out->f_rate);
	out->weight = 1;
	out->n = 2;
	return true;
}

/* Rows that are missing where contact or fracture would have stood: what rests on those instants is not known as well
 * as the rows that are left make believe. */
tt_status tt_work_check_holes(tt_work *w, tt_error *err)
{
	tt_mechanics *m = w->m;
	const double row = (m->time_s[m->n - 1] - m->time_s[0]) / (double)(m->n - 1);
	for (size_t i = 0; i < w->log->n_dropped; i++) {
		const double t = w->log->dropped_s[i];
		const bool contact = fabs(t - m->contact_time_s) < 3 * row + 2 * m->u_contact_time_s;
		if (contact || fabs(t - m->fracture_time_s) < 4 * row)
			return tt_fail(
			    err, TT_ERR_INPUT,
			    "a row of the force log at %.6g s holds no value, just where %s was found (%.6g s): "
			    "mend the row, or give force.%s",
			    t, contact ? "contact" : "the fracture", contact ? m->contact_time_s : m->fracture_time_s,
			    contact ? "contact" : "contact and a stiffness");
	}
	const tt_log_hole *h = tt_mechanics_hole(m, m->contact_time_s);
	if (h && !m->contact_given) {
		const double length = h->to_s - h->from_s, u = length / sqrt(12);
		const size_t a = tt_row_at(m->time_s, m->n, h->from_s), z = tt_row_at(m->time_s, m->n, h->to_s);
		m->u_contact_time_s = fmax(m->u_contact_time_s, u);
		m->u_d0_m = hypot(m->u_d0_m, fabs(m->displacement_m[z] - m->displacement_m[a]) / sqrt(12));
		tt_warn(
		    w->warnings,
		    "rows of the force log are missing from %.6g to %.6g s, where contact lies: its instant is known "
		    "to %.2g s only",
		    h->from_s, h->to_s, u);
	}
	h = tt_mechanics_hole(m, m->fracture_time_s);
	if (h)
		tt_warn(w->warnings,
		        "the fracture lies where %s from %.6g to %.6g s: the log tells its instant no better than that",
		        h->saturated ? "a channel of the force log stands at the end of its range"
		                     : "rows of the force log are missing",
		        h->from_s, h->to_s);
	for (size_t i = 0; i < m->n_holes; i++) {
		h = &m->hole[i];
		if (h->saturated || h->to_s - h->from_s < 3 * row || h->to_s < m->contact_time_s ||
		    h->from_s > m->fracture_time_s)
			continue;
		tt_warn(w->warnings, "rows of the force log are missing from %.6g to %.6g s: %s", h->from_s, h->to_s,
		        h->bridged ? "interpolated, flagged, with a larger uncertainty"
		                   : "no force is given there, for the two sides do not meet");
	}
	return TT_OK;
}
