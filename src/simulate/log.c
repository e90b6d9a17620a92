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

/* A drift that begins at this rate and settles. */
static double drifted(double rate, double settles, double t)
{
	return isinf(settles) ? rate * t : rate * settles * -expm1(-t / settles);
}

/* v in steps; beyond the limits the instrument writes the limit or its overflow value. */
static double as_written(double v, double step, const double limit[2], double overflow)
{
	if (v < limit[0]) return isnan(overflow) ? limit[0] : -overflow;
	if (v > limit[1]) return isnan(overflow) ? limit[1] : overflow;
	return step > 0 ? step * round(v / step) : v;
}

static void fill_row(const tt_simulation *sim, const tt_sim_mechanics *m, uint64_t seed, bool empty, columns c,
                     size_t i, double t)
{
	const tt_sim_spec *s = sim->spec;
	tt_sim_instant x = empty ? tt_sim_empty_at(m, t) : tt_sim_instant_at(m, t);
	double d = s->log.displacement_offset + x.position + m->frame_compliance * x.force +
	           drifted(s->log.displacement_drift, s->log.drift_settles, t);
	double f = s->log.force_offset + x.force + s->log.air_slope * x.position +
	           s->log.transducer_spring * (x.position + m->frame_compliance * x.force) +
	           drifted(s->log.force_drift, s->log.drift_settles, t);
	const tt_sim_leg *leg = tt_sim_leg_at(m, t);
	if (x.contact) f += leg->to >= leg->from ? s->log.friction : -s->log.friction;
	uint64_t force = empty ? TT_SIM_EMPTY_FORCE_NOISE : TT_SIM_FORCE_NOISE;
	uint64_t displacement = empty ? TT_SIM_EMPTY_DISPLACEMENT_NOISE : TT_SIM_DISPLACEMENT_NOISE;
	if (s->log.displacement_noise > 0) d += s->log.displacement_noise * tt_sim_normal(seed, displacement, i);
	if (s->log.force_noise > 0) f += s->log.force_noise * tt_sim_normal(seed, force, i);
	c.time[i] = s->log.time_step > 0 ? s->log.time_step * floor(t / s->log.time_step + 1e-9) : t;
	c.displacement[i] = as_written(d, s->log.displacement_step, s->log.displacement_limit, 1e-9 * s->log.overflow);
	f = as_written(s->log.reversed ? -f : f, s->log.force_step, s->log.force_limit, 1e-6 * s->log.overflow);
	c.force[i] = f;
}

/* Three columns in one piece of memory, which begins with the first. Rows that the logger lost are left out. */
static tt_status make_log(const tt_simulation *sim, const tt_sim_mechanics *m, uint64_t seed, bool empty, columns *c,
                          size_t *n, tt_error *err)
{
	const tt_sim_spec *s = sim->spec;
	double whole = m->end_s, duration = isnan(s->log.duration) || empty ? whole : fmin(whole, s->log.duration);
	double rows = fmax(floor(duration * s->log.rate + 1e-9), 2);
	if (rows > 5e7)
		return tt_fail(err, TT_ERR_INPUT, "a log of %.3g rows is too long: a lower log.rate expected", rows);
	c->time = malloc(3 * (size_t)rows * sizeof *c->time);
	if (!c->time) return tt_fail_memory(err, "the simulated log");
	c->displacement = c->time + (size_t)rows;
	c->force = c->displacement + (size_t)rows;
	*n = 0;
	for (size_t i = 0; i < (size_t)rows; i++) {
		double t = (double)i / s->log.rate;
		if (!empty && (t < s->log.from || (t >= s->log.gap[0] && t < s->log.gap[1]))) continue;
		fill_row(sim, m, seed, empty, *c, i, t);
		c->time[*n] = c->time[i];
		c->displacement[*n] = c->displacement[i];
		c->force[*n] = c->force[i];
		++*n;
	}
	if (*n >= 2) return TT_OK;
	free(c->time);
	return tt_fail(err, TT_ERR_INPUT, "log.from of %.4g s leaves no rows: the test ends at %.4g s", s->log.from,
	               whole);
}

tt_status tt_simulation_log(tt_simulation *sim, size_t *n, const double **time_s, const double **displacement_m,
                            const double **force_N, tt_error *err)
{
	if (!sim->log_time) {
		columns c;
		tt_status st = make_log(sim, &sim->mechanics, sim->spec->seed, false, &c, &sim->log_rows, err);
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
		tt_status st = make_log(sim, &sim->mechanics, sim->spec->seed, true, &c, &sim->empty_rows, err);
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

enum { ROW = 6 * 48, HEAD = 256 };

static char *put_head(const tt_sim_spec *s, size_t rows, char *p)
{
	return p + snprintf(p, HEAD, "\r\nNumber of Points = %zu\r\n\r\nDepth (nm)\tLoad (%sN)\tTime (s)%s%s\r\n", rows,
	                    s->log.utf8 ? "\xc2\xb5" : "\xb5", s->log.columns == 5 ? "\tDepth (V)\tLoad (V)" : "",
	                    s->log.test_column ? "\tTest" : "");
}

/* An overflow value has more digits than six decimals can hold. */
static char *put_cell(char *p, double v)
{
	return fabs(v) < 1e12 ? put_fixed(p, v) : p + snprintf(p, 32, "%.9E", v);
}

static char *put_rows(const tt_simulation *sim, const tt_sim_mechanics *m, const columns *c, size_t n, int test,
                      char *p)
{
	const tt_sim_spec *s = sim->spec;
	for (size_t i = 0; i < n; i++) {
		double d = 1e9 * c->displacement[i], f = 1e6 * c->force[i];
		if (s->log.segments && i && segment_ends(m, c->time[i - 1], c->time[i])) {
			memcpy(p, "\r\n", 2);
			p += 2;
		}
		p = put_cell(p, d);
		*p++ = '\t';
		p = put_cell(p, f);
		*p++ = '\t';
		p = put_fixed(p, c->time[i]);
		if (s->log.columns == 5) {
			*p++ = '\t';
			p = put_cell(p, d / 1000);
			*p++ = '\t';
			p = put_cell(p, f / 1000);
		}
		if (s->log.test_column) p += snprintf(p, 16, "\t%d", test);
		*p++ = '\r';
		*p++ = '\n';
	}
	return p;
}

/* Another specimen, tested with the same machine: a tenth to a third weaker, so that it shows in the file. */
static tt_status other_test(const tt_simulation *sim, int test, columns *c, size_t *n, tt_sim_mechanics *m,
                            tt_sim_spec *spec, tt_error *err)
{
	uint64_t seed = tt_sim_bits(sim->spec->seed, TT_SIM_OTHER_TEST, (uint64_t)test);
	*spec = *sim->spec;
	spec->law.yield *= 0.67 + 0.23 * tt_sim_uniform(seed, TT_SIM_OTHER_TEST, 0);
	*m = (tt_sim_mechanics){.spec = spec,
	                        .k = sim->mechanics.k,
	                        .k2 = sim->mechanics.k2,
	                        .width = sim->mechanics.width,
	                        .thickness = sim->mechanics.thickness,
	                        .frame_compliance = sim->mechanics.frame_compliance};
	tt_status st = tt_sim_mechanics_init(m, err);
	return st ? st : make_log(sim, m, seed, false, c, n, err);
}

static tt_status put_tests(tt_simulation *sim, char **text, size_t *size, tt_error *err)
{
	const tt_sim_spec *s = sim->spec;
	int total = s->log.tests[0] + 1 + s->log.tests[1];
	size_t room = 0, used = 0;
	tt_status st = TT_OK;
	*text = NULL;
	for (int i = 0; !st && i < total; i++) {
		tt_sim_mechanics other = {0}, *m = &other;
		tt_sim_spec spec;
		columns c;
		size_t n;
		if (i == s->log.tests[0]) {
			m = &sim->mechanics;
			st = make_log(sim, m, s->seed, false, &c, &n, err);
		} else {
			st = other_test(sim, i, &c, &n, m, &spec, err);
		}
		if (!st) {
			char *larger = realloc(*text, room += n * ROW + HEAD);
			if (larger) {
				*text = larger;
				char *p = larger + used;
				if (i == 0 || !s->log.test_column) p = put_head(s, n, p);
				used = (size_t)(put_rows(sim, m, &c, n, i + 1, p) - larger);
			} else {
				st = tt_fail_memory(err, "the simulated log");
			}
			free(c.time);
		}
		tt_sim_mechanics_free(&other);
	}
	if (st) {
		free(*text);
		*text = NULL;
	}
	*size = used;
	return st;
}

tt_status tt_sim_log_text(tt_simulation *sim, bool empty, char **text, size_t *size, tt_error *err)
{
	if (!empty) return put_tests(sim, text, size, err);
	size_t n;
	const double *time_s, *displacement, *force;
	tt_status st = tt_simulation_empty_log(sim, &n, &time_s, &displacement, &force, err);
	if (st) return st;
	*text = malloc(n * ROW + HEAD);
	if (!*text) return tt_fail_memory(err, "the simulated log");
	columns c = {sim->empty_time, sim->empty_displacement, sim->empty_force};
	char *p = put_head(sim->spec, n, *text);
	*size = (size_t)(put_rows(sim, &sim->mechanics, &c, n, 1, p) - *text);
	return TT_OK;
}
