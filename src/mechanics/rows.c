/* The rows of a log that can be used: finite, in the order of time.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/work.h"

#include <math.h>
#include <stdlib.h>

#include "mechanics/holes.h"
#include "numeric/statistics.h"

enum { FEWEST_ROWS = 24 };

static double range_of(const double *y, size_t n)
{
	double lo = INFINITY, hi = -INFINITY;
	for (size_t i = 0; i < n; i++) {
		lo = fmin(lo, y[i]);
		hi = fmax(hi, y[i]);
	}
	return hi - lo;
}

/* Noise with a floor, so that noiseless rows divide nothing by zero. */
double tt_rows_noise(const double *y, size_t n)
{
	return fmax(tt_noise_std(y, n), 1e-7 * range_of(y, n));
}

/* Rows with increasing time; a clock that stands or runs back loses its row. */
tt_status tt_rows_copy(const tt_force_log *log, tt_mechanics *m, tt_strings *warnings, tt_error *err)
{
	m->time_s = malloc((log->n + 1) * sizeof(double));
	m->displacement_m = malloc((log->n + 1) * sizeof(double));
	m->force_N = malloc((log->n + 1) * sizeof(double));
	if (log->saturated) m->saturated = calloc(log->n + 1, sizeof *m->saturated);
	if (!m->time_s || !m->displacement_m || !m->force_N || (log->saturated && !m->saturated))
		return tt_fail_memory(err, "the force log");
	for (size_t i = 0; i < log->n; i++) {
		if (!isfinite(log->time_s[i]) || !isfinite(log->displacement_m[i]) || !isfinite(log->force_N[i]))
			continue;
		if (m->n && log->time_s[i] <= m->time_s[m->n - 1]) continue;
		if (log->saturated) m->saturated[m->n] = log->saturated[i];
		m->time_s[m->n] = log->time_s[i];
		m->displacement_m[m->n] = log->displacement_m[i];
		m->force_N[m->n++] = log->force_N[i];
	}
	if (m->n < log->n)
		tt_warn(warnings, "%zu of the force log's %zu rows were left out: their time does not increase",
		        log->n - m->n, log->n);
	if (m->n < FEWEST_ROWS)
		return tt_fail(err, TT_ERR_FAILED, "the force log has %zu rows; expected at least %d", m->n,
		               FEWEST_ROWS);
	return tt_holes_find(m, log, err);
}

void tt_rows_compliance_off(tt_mechanics *m, const tt_contact *c, double compliance, double sign)
{
	for (size_t i = 0; i < m->n; i++)
		m->displacement_m[i] -= sign * compliance * (m->force_N[i] - c->air.force_N);
}
