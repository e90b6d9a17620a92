/* Reading simulation.yaml: device, control, log.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "simulate/spec_read.h"

void tt_sim_read_device(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *d = tt_sim_section(r, root, "device");
	tt_sim_read_quantity(r, d, "device.stiffness", &s->device.stiffness);
	tt_sim_read_quantity(r, d, "device.stiffness2", &s->device.stiffness2);
	tt_sim_read_quantity(r, d, "device.frame_compliance", &s->device.frame_compliance);
	tt_sim_read_value(r, d, "device.series_compliance", &s->device.series_compliance);
}

static void read_touches(tt_sim_reader *r, const tt_node *c, tt_sim_spec *s)
{
	const tt_node *list = tt_sim_list(r, c, "touches", TT_SIM_MAX_TOUCHES, "{force, hold, lift, pause}");
	for (size_t i = 0; list && !r->status && i < tt_node_count(list); i++) {
		const tt_node *item = tt_sim_item(r, list, i, "{force, hold, lift, pause}"), *force;
		if (!item || (r->status = tt_node_need(item, "force", &force, r->err))) return;
		tt_sim_touch *t = &s->control.touch[s->control.n_touches++];
		*t = (tt_sim_touch){0, 1, 90e-9, 1};
		tt_sim_read_value_of(r, force, "control.touches[].force", &t->force);
		tt_sim_read_value(r, item, "control.touches[].hold", &t->hold);
		tt_sim_read_value(r, item, "control.touches[].lift", &t->lift);
		tt_sim_read_value(r, item, "control.touches[].pause", &t->pause);
	}
}

static void read_cycles(tt_sim_reader *r, const tt_node *c, tt_sim_spec *s)
{
	const char *keys = "{at, to, hold, low_hold, lift}";
	const tt_node *list = tt_sim_list(r, c, "cycles", TT_SIM_MAX_CYCLES, keys), *n;
	double before = 0;
	for (size_t i = 0; list && !r->status && i < tt_node_count(list); i++) {
		const tt_node *item = tt_sim_item(r, list, i, keys), *at;
		if (!item || (r->status = tt_node_need(item, "at", &at, r->err))) return;
		tt_sim_cycle *k = &s->control.cycle[s->control.n_cycles++];
		*k = (tt_sim_cycle){0, 0.2, 0, 0, 30e-9};
		tt_sim_read_value_of(r, at, "control.cycles[].at", &k->at);
		if (!r->status && k->at < before)
			r->status =
			    tt_node_fail(r->err, at, "a cycle at %.4g %% after one at %.4g %%: rising strains expected",
			                 100 * k->at, 100 * before);
		before = k->at;
		if ((n = tt_sim_key(r, item, "to")) && tt_sim_is_word(n, "lift"))
			k->to = NAN;
		else
			tt_sim_read_value_of(r, n, "control.cycles[].to", &k->to);
		tt_sim_read_value(r, item, "control.cycles[].hold", &k->hold);
		tt_sim_read_value(r, item, "control.cycles[].low_hold", &k->low_hold);
		tt_sim_read_value(r, item, "control.cycles[].lift", &k->lift);
	}
}

/* Quantities of the mode: N/s or m/s. */
static void read_rate(tt_sim_reader *r, const tt_node *map, const char *key, bool load, double *out)
{
	if (load)
		tt_sim_read_in(r, map, key, TT_DIM_FORCE_RATE, 1e-3, 1e6, "µN/s", out);
	else
		tt_sim_read_in(r, map, key, TT_DIM_SPEED, 1e-3, 1e6, "nm/s", out);
}

static void read_programme(tt_sim_reader *r, const tt_node *c, tt_sim_spec *s)
{
	read_touches(r, c, s);
	read_cycles(r, c, s);
	const tt_node *second = tt_sim_section(r, c, "second_stage");
	if (second) {
		s->control.second_from = s->law.yield / s->law.modulus / 2;
		tt_sim_read_value(r, second, "control.second_stage.from", &s->control.second_from);
		s->control.second_rate = s->control.rate / 4;
		read_rate(r, second, "rate", s->control.load, &s->control.second_rate);
	}
	const tt_node *retract = tt_sim_section(r, c, "retract");
	if (retract) {
		s->control.retract_speed = 500e-9;
		tt_sim_read_value(r, retract, "control.retract.speed", &s->control.retract_speed);
		tt_sim_read_value(r, retract, "control.retract.distance", &s->control.retract_distance);
	}
	tt_sim_read_value(r, c, "control.lift", &s->control.lift);
}

void tt_sim_read_control(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *c = tt_sim_section(r, root, "control");
	if (!c) return;
	int mode = 1;
	tt_sim_read_choice(r, c, "control.mode", &mode);
	s->control.load = mode == 1;
	if (s->control.load) {
		tt_sim_read_in(r, c, "rate", TT_DIM_FORCE_RATE, 1e-3, 1e5, "µN/s", &s->control.rate);
		s->control.unload_rate = 4 * s->control.rate;
		tt_sim_read_in(r, c, "unload_rate", TT_DIM_FORCE_RATE, 1e-3, 1e6, "µN/s", &s->control.unload_rate);
	} else {
		s->control.rate = 3e-9;
		tt_sim_read_in(r, c, "rate", TT_DIM_SPEED, 1e-3, 1e5, "nm/s", &s->control.rate);
		s->control.unload_rate = 4 * s->control.rate;
		tt_sim_read_in(r, c, "unload_rate", TT_DIM_SPEED, 1e-3, 1e6, "nm/s", &s->control.unload_rate);
	}
	tt_sim_read_value(r, c, "control.wait", &s->control.wait);
	tt_sim_read_value(r, c, "control.approach", &s->control.approach);
	tt_sim_read_value(r, c, "control.approach_speed", &s->control.approach_speed);
	tt_sim_read_value(r, c, "control.hold", &s->control.hold);
	tt_sim_read_value(r, c, "control.after", &s->control.after);
	tt_sim_read_value(r, c, "control.slack", &s->control.slack);
	tt_sim_read_value(r, c, "control.slack_stress", &s->control.slack_stress);
	tt_sim_read_value(r, c, "control.stop_strain", &s->control.stop_strain);
	read_programme(r, c, s);
}

/* {force: [lo, hi], displacement: [lo, hi], overflow: number}; null in a list: no limit. */
static void read_limits(tt_sim_reader *r, const tt_node *map, const char *key, tt_dimension dim, const char *unit,
                        double limit[2])
{
	const tt_node *n = tt_sim_key(r, map, key);
	if (!n) return;
	if (tt_node_kind_of(n) != TT_NODE_LIST) { /* one number: both ways */
		tt_sim_read_value_in(r, n, dim, 0, 1e6, unit, &limit[1]);
		limit[0] = -limit[1];
		return;
	}
	if (tt_node_count(n) != 2) {
		r->status = tt_node_fail(r->err, n, "one limit, or a list of the lowest and the highest expected");
		return;
	}
	for (size_t i = 0; i < 2; i++)
		tt_sim_read_value_in(r, tt_node_item(n, i), dim, -1e6, 1e6, unit, &limit[i]);
	if (!r->status && limit[0] >= limit[1])
		r->status = tt_node_fail(r->err, n, "a lowest value below the highest expected");
}

static void read_gap(tt_sim_reader *r, const tt_node *l, tt_sim_spec *s)
{
	tt_sim_read_pair(r, l, "log.gap", "two times, such as [20 s, 22 s],", s->log.gap);
	if (!r->status && s->log.gap[0] >= s->log.gap[1])
		r->status = tt_node_fail(r->err, tt_node_get(l, "gap"), "a gap that begins before it ends expected");
}

static void read_tests(tt_sim_reader *r, const tt_node *l, tt_sim_spec *s)
{
	const tt_node *n = tt_sim_section(r, l, "tests");
	tt_sim_read_integer(r, n, "log.tests.before", &s->log.tests[0]);
	tt_sim_read_integer(r, n, "log.tests.after", &s->log.tests[1]);
	tt_sim_read_flag_choice(r, n, "log.tests.told_by", &s->log.test_column);
}

static void read_log_faults(tt_sim_reader *r, const tt_node *l, tt_sim_spec *s)
{
	tt_sim_read_value(r, l, "log.transducer_spring", &s->log.transducer_spring);
	tt_sim_read_value(r, l, "log.drift_settles", &s->log.drift_settles);
	tt_sim_read_value(r, l, "log.force_step", &s->log.force_step);
	tt_sim_read_value(r, l, "log.displacement_step", &s->log.displacement_step);
	tt_sim_read_value(r, l, "log.time_step", &s->log.time_step);
	const tt_node *limits = tt_sim_section(r, l, "saturation");
	read_limits(r, limits, "force", TT_DIM_FORCE, "µN", s->log.force_limit);
	read_limits(r, limits, "displacement", TT_DIM_LENGTH, "nm", s->log.displacement_limit);
	tt_sim_read_number(r, limits, "log.saturation.overflow", &s->log.overflow);
	tt_sim_read_value(r, l, "log.from", &s->log.from);
	read_gap(r, l, s);
	read_tests(r, l, s);
}

void tt_sim_read_log(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *l = tt_sim_section(r, root, "log");
	if (!l) return;
	tt_sim_read_file_name(r, l, "file", &s->log.file);
	tt_sim_read_value(r, l, "log.rate", &s->log.rate);
	tt_sim_read_value(r, l, "log.force_noise", &s->log.force_noise);
	tt_sim_read_value(r, l, "log.displacement_noise", &s->log.displacement_noise);
	tt_sim_read_value(r, l, "log.force_offset", &s->log.force_offset);
	tt_sim_read_value(r, l, "log.displacement_offset", &s->log.displacement_offset);
	tt_sim_read_value(r, l, "log.air_slope", &s->log.air_slope);
	tt_sim_read_value(r, l, "log.displacement_drift", &s->log.displacement_drift);
	tt_sim_read_value(r, l, "log.force_drift", &s->log.force_drift);
	tt_sim_read_value(r, l, "log.friction", &s->log.friction);
	tt_sim_read_value(r, l, "log.duration", &s->log.duration);
	read_log_faults(r, l, s);
	tt_sim_read_flag_choice(r, l, "log.encoding", &s->log.utf8);
	tt_sim_read_boolean(r, l, "log.segments", &s->log.segments);
	tt_sim_read_boolean(r, l, "log.reversed", &s->log.reversed);
	const tt_node *n = tt_sim_key(r, l, "columns");
	tt_sim_read_integer(r, l, "log.columns", &s->log.columns);
	if (!r->status && s->log.columns == 4) r->status = tt_node_fail(r->err, n, "found 4, expected 3 or 5");
}
