/* Whether the log saw what the properties at the largest stress and at fracture rest on.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/log_cover.h"

#include <math.h>
#include <stdio.h>

/* Log times of the last intact and of the first broken frame; of the last frame when it does not break. */
static void end_of_test(const tt_curve *c, const tt_mechanics *m, int64_t fracture, double *intact, double *broken)
{
	const size_t n = c->n;
	*intact = n ? c->log_time_s[n - 1] : NAN;
	*broken = INFINITY;
	if (fracture >= 0 && (size_t)fracture < n) {
		*broken = c->log_time_s[fracture];
		*intact = fracture > 0 ? c->log_time_s[fracture - 1] : *broken;
	}
	if (!isnan(m->release_time_s) && m->release_time_s < *intact) *intact = m->release_time_s;
}

/* The most that the specimen may have carried within a hole: its force before it, grown at the rate it had. */
static double most_within(const tt_mechanics *m, const tt_log_hole *h)
{
	tt_mechanics_sample s;
	const double length = h->to_s - h->from_s, half = fmin(fmax(length, 0.2), 2);
	tt_mechanics_at(m, h->from_s - 1e-3 * half, half, &s);
	const double rate = s.force_rate_N_per_s - (m->k + 2 * m->k2 * s.displacement_m) * s.displacement_rate_m_per_s;
	return s.force_N + fmax(rate, 0) * length + 3 * s.u_force_N;
}

bool tt_log_covers(const tt_curve *c, const tt_mechanics *m, int64_t fracture, double u_clock_s, char *why,
                   size_t why_size)
{
	double intact, broken;
	end_of_test(c, m, fracture, &intact, &broken);
	if (m->n == 0 || isnan(intact)) return true;
	const double end = m->time_s[m->n - 1], row = (end - m->time_s[0]) / (double)m->n;
	if (fracture >= 0 && isnan(m->fracture_time_s) && end < intact - 2 * u_clock_s - 2 * row) {
		snprintf(why, why_size, "%s %.4g s%s, before the fracture that the images show at %.4g s",
		         m->from_gap ? "the gap of force.image_gauge was followed to" : "the force log ends at", end,
		         m->from_gap ? "" : " of its clock", intact);
		return false;
	}
	for (size_t i = 0; i < m->n_holes; i++) {
		const tt_log_hole *h = &m->hole[i];
		if (h->to_s <= m->contact_time_s ||
		    h->from_s >= fmin(intact, isnan(m->fracture_time_s) ? INFINITY : m->fracture_time_s))
			continue;
		if (h->saturated) {
			snprintf(why, why_size,
			         "a channel of the force log stands at the end of its range from %.4g to %.4g s",
			         h->from_s, h->to_s);
			return false;
		}
		const bool broke = (h->from_s < m->fracture_time_s && h->to_s > m->fracture_time_s) ||
		                   (fracture >= 0 && h->from_s < intact && h->to_s > broken);
		if (h->bridged || (!broke && most_within(m, h) < m->max_force_N)) continue;
		snprintf(why, why_size, "rows of the force log are missing from %.4g to %.4g s, where %s lies",
		         h->from_s, h->to_s, broke ? "the fracture" : "the largest stress may");
		return false;
	}
	return true;
}
