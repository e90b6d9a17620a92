/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/clock/log_rows.h"

#include <math.h>
#include <stdlib.h>

enum { X = TT_CLOCK_X, FORCE = TT_CLOCK_FORCE, NECK = TT_CLOCK_NECK, MOST_ROWS = 200000 };

void tt_clock_log_free(tt_clock_log *l)
{
	free(l->v);
	*l = (tt_clock_log){.n = 0};
}

/* An unbroken specimen goes slack when it is unloaded; what the punch does then is no elongation. */
static double slack_from(const tt_mechanics *m, double to, double half)
{
	enum { POINTS = 2000 };
	for (int i = 1; i <= POINTS; i++) {
		tt_mechanics_sample s;
		const double t = m->max_force_time_s + (to - m->max_force_time_s) * i / POINTS;
		tt_mechanics_at(m, t, half, &s);
		if (s.force_N < 0.005 * m->max_force_N) return t;
	}
	return to;
}

/* Between cycles the punch may be off the device: what it does there is no elongation, and the gauge stays as it was
 * when the punch left. */
static const tt_touch *off_device(const tt_mechanics *m, double at)
{
	for (size_t i = 0; i < m->n_away; i++)
		if (at > m->away[i].from_s && at < m->away[i].to_s) return &m->away[i];
	return NULL;
}

static void set_row(const tt_mechanics *m, double at, double half, double x_neck, double *v, double *speed)
{
	tt_mechanics_sample s;
	const tt_touch *off = off_device(m, at);
	if (off) at = nextafter(off->from_s, -INFINITY); /* on the device's side of the edge */
	tt_mechanics_at(m, at, half, &s);
	if (s.outside) tt_mechanics_over_gap(m, at, half, &s);
	const double x = s.displacement_m, slope = m->k + 2 * m->k2 * x + m->air.slope_N_per_m;
	const bool neck = at > m->max_force_time_s;
	v[X] = x;
	v[FORCE] = off ? 0 : s.force_N;
	v[NECK] = neck ? x - x_neck : 0;
	if (!speed) return;
	if (off) {
		speed[X] = speed[FORCE] = speed[NECK] = 0;
		return;
	}
	speed[X] = isfinite(s.displacement_rate_m_per_s) ? s.displacement_rate_m_per_s : 0;
	speed[FORCE] = isfinite(s.force_rate_N_per_s) ? s.force_rate_N_per_s - slope * speed[X] : 0;
	speed[NECK] = neck ? speed[X] : 0;
}

static void set_range(const tt_mechanics *m, tt_clock_log *t)
{
	t->breaks = !isnan(m->fracture_time_s);
	t->from = fmax(m->contact_time_s, m->time_s[0]); /* a log that begins on the device begins later */
	t->to = t->breaks ? m->fracture_time_s : !isnan(m->release_time_s) ? m->release_time_s : m->time_s[m->n - 1];
	/* what a saturated channel shows matches nothing */
	for (size_t i = 0; i < m->n_holes; i++)
		if (m->hole[i].saturated && m->hole[i].to_s > t->from && m->hole[i].from_s < t->to &&
		    m->hole[i].from_s > t->from + 0.2 * (t->to - t->from)) {
			t->to = m->hole[i].from_s;
			t->breaks = false;
		}
}

tt_status tt_clock_log_make(const tt_mechanics *m, double interval, double noise, tt_clock_log *t, tt_error *err)
{
	const double row = (m->time_s[m->n - 1] - m->time_s[0]) / (double)(m->n - 1);
	*t = (tt_clock_log){.n = 0};
	set_range(m, t);
	const double wide = fmax(2.5 * interval, 0.01 * (t->to - t->from));
	/* as many rows as make the log's noise small against the images', but not so many that a kink is lost */
	const double rows = pow(m->displacement_noise_m / (0.3 * noise), 2);
	const double half = fmax(fmax(interval / 2, 2 * row), fmin(rows * row / 2, wide / 2));
	if (!t->breaks) {
		const double slack = slack_from(m, t->to, half);
		t->slackens = slack < t->to || !isnan(m->release_time_s);
		t->to = slack;
	}
	if (!(t->to > t->from))
		return tt_fail(err, TT_ERR_FAILED, "the force log ends at contact: nothing to align the clocks with");
	t->step = fmax(interval / 4, row / 2);
	t->step = fmax(t->step, (t->to - t->from) / MOST_ROWS);
	t->n = (size_t)ceil((t->to - t->from) / t->step) + 1;
	t->step = (t->to - t->from) / (double)(t->n - 1);
	t->per_step = 1 / t->step;
	t->v = malloc(3 * t->n * sizeof *t->v);
	if (!t->v) return tt_fail_memory(err, "the clocks' alignment");
	t->smooth = t->v + t->n;
	t->speed = t->smooth + t->n;
	tt_mechanics_sample top, end;
	tt_mechanics_at(m, m->max_force_time_s, half, &top);
	tt_mechanics_at(m, t->to - 1e-6 * t->step, half, &end);
	t->necks = t->to - m->max_force_time_s > 5 * interval && end.displacement_m > 1.05 * top.displacement_m;
	for (size_t i = 0; i < t->n; i++) {
		/* the last value belongs to this side of the fracture */
		const double at = i + 1 == t->n ? t->to - 1e-6 * t->step : t->from + t->step * (double)i;
		set_row(m, at, half, top.displacement_m, t->v[i], NULL);
		set_row(m, at, wide, top.displacement_m, t->smooth[i], t->speed[i]);
	}
	return TT_OK;
}
