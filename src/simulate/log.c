/* The instrument's log of the simulated test.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulate/model.h"

/* Columns of a log that is being made. */
typedef struct columns {
	double *time, *displacement, *force;
} columns;

static void fill_row(const tt_simulation *sim, bool empty, columns c, size_t i)
{
	const tt_sim_spec *s = sim->spec;
	const tt_sim_mechanics *m = &sim->mechanics;
	double t = (double)i / s->log.rate;
	tt_sim_instant x = empty ? tt_sim_empty_at(m, t) : tt_sim_instant_at(m, t);
	double d =
	    s->log.displacement_offset + x.position + m->frame_compliance * x.force + s->log.displacement_drift * t;
	double f = s->log.force_offset + x.force + s->log.air_slope * x.position + s->log.force_drift * t;
	if (x.contact) f += t < m->unload_s ? s->log.friction : -s->log.friction;
	uint64_t force = empty ? TT_SIM_EMPTY_FORCE_NOISE : TT_SIM_FORCE_NOISE;
	uint64_t displacement = empty ? TT_SIM_EMPTY_DISPLACEMENT_NOISE : TT_SIM_DISPLACEMENT_NOISE;
	if (s->log.displacement_noise > 0) d += s->log.displacement_noise * tt_sim_normal(s->seed, displacement, i);
	if (s->log.force_noise > 0) f += s->log.force_noise * tt_sim_normal(s->seed, force, i);
	c.time[i] = t;
	c.displacement[i] = d;
	c.force[i] = s->log.reversed ? -f : f;
}

/* Three columns in one piece of memory, which begins with the first. */
static tt_status make_log(const tt_simulation *sim, bool empty, columns *c, size_t *n, tt_error *err)
{
	const tt_sim_spec *s = sim->spec;
	double whole = sim->mechanics.end_s,
	       duration = isnan(s->log.duration) || empty ? whole : fmin(whole, s->log.duration);
	double rows = fmax(floor(duration * s->log.rate + 1e-9), 2);
	if (rows > 5e7)
		return tt_fail(err, TT_ERR_INPUT, "a log of %.3g rows is too long: a lower log.rate expected", rows);
	*n = (size_t)rows;
	c->time = malloc(3 * *n * sizeof *c->time);
	if (!c->time) return tt_fail_memory(err, "the simulated log");
	c->displacement = c->time + *n;
	c->force = c->displacement + *n;
	for (size_t i = 0; i < *n; i++)
		fill_row(sim, empty, *c, i);
	return TT_OK;
}

tt_status tt_simulation_log(tt_simulation *sim, size_t *n, const double **time_s, const double **displacement_m,
                            const double **force_N, tt_error *err)
{
	if (!sim->log_time) {
		columns c;
		tt_status st = make_log(sim, false, &c, &sim->log_rows, err);
		if (st) return st;
		sim->log_time = c.time;
		sim->log_displacement = c.displacement;
		sim->log_force = c.force;
	}
	*n = sim->log_rows;
	*time_s = sim->log_time;
	*displacement_m = sim->log_displacement;
	*force_N = sim->log_force;
	return TT_OK;
}

tt_status tt_simulation_empty_log(tt_simulation *sim, size_t *n, const double **time_s, const double **displacement_m,
                                  const double **force_N, tt_error *err)
{
	if (!sim->empty_time) {
		columns c;
		tt_status st = make_log(sim, true, &c, &sim->empty_rows, err);
		if (st) return st;
		sim->empty_time = c.time;
		sim->empty_displacement = c.displacement;
		sim->empty_force = c.force;
	}
	*n = sim->empty_rows;
	*time_s = sim->empty_time;
	*displacement_m = sim->empty_displacement;
	*force_N = sim->empty_force;
	return TT_OK;
}

/* v with six decimals, whatever the locale; returns the end. */
static char *put_fixed(char *p, double v)
{
	long long scaled = llround(fabs(v) * 1e6);
	if (v < 0 && scaled > 0) *p++ = '-';
	char digits[32];
	int n = 0;
	do {
		digits[n++] = (char)('0' + scaled % 10);
		scaled /= 10;
	} while (scaled > 0 || n < 7);
	while (n > 6)
		*p++ = digits[--n];
	*p++ = '.';
	while (n > 0)
		*p++ = digits[--n];
	return p;
}

static bool segment_ends(const tt_sim_mechanics *m, double before, double now)
{
	const double edge[] = {m->contact_s, m->peak_s, m->unload_s, m->leave_s};
	for (size_t i = 0; i < sizeof edge / sizeof *edge; i++)
		if (before < edge[i] && now >= edge[i]) return true;
	return false;
}

tt_status tt_sim_log_text(tt_simulation *sim, bool empty, char **text, size_t *size, tt_error *err)
{
	enum { ROW = 5 * 32, HEAD = 256 };
	size_t n;
	const double *time_s, *displacement, *force;
	tt_status st = empty ? tt_simulation_empty_log(sim, &n, &time_s, &displacement, &force, err)
	                     : tt_simulation_log(sim, &n, &time_s, &displacement, &force, err);
	if (st) return st;
	char *p = *text = malloc(n * ROW + HEAD);
	if (!p) return tt_fail_memory(err, "the simulated log");
	const tt_sim_spec *s = sim->spec;
	p += snprintf(p, HEAD, "\r\nNumber of Points = %zu\r\n\r\nDepth (nm)\tLoad (%sN)\tTime (s)%s\r\n", n,
	              s->log.utf8 ? "\xc2\xb5" : "\xb5", s->log.columns == 5 ? "\tDepth (V)\tLoad (V)" : "");
	for (size_t i = 0; i < n; i++) {
		double d = 1e9 * displacement[i], f = 1e6 * force[i];
		if (s->log.segments && i && segment_ends(&sim->mechanics, time_s[i - 1], time_s[i])) {
			memcpy(p, "\r\n", 2);
			p += 2;
		}
		p = put_fixed(p, d);
		*p++ = '\t';
		p = put_fixed(p, f);
		*p++ = '\t';
		p = put_fixed(p, time_s[i]);
		if (s->log.columns == 5) {
			*p++ = '\t';
			p = put_fixed(p, d / 1000);
			*p++ = '\t';
			p = put_fixed(p, f / 1000);
		}
		*p++ = '\r';
		*p++ = '\n';
	}
	*size = (size_t)(p - *text);
	return TT_OK;
}
