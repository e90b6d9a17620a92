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
	tt_sim_read_quantity(r, d, "stiffness", TT_DIM_STIFFNESS, 0.1, 1e6, "N/m", &s->device.stiffness);
	tt_sim_read_quantity(r, d, "stiffness2", TT_DIM_STIFFNESS2, -1e12, 1e12, "N/m²", &s->device.stiffness2);
	tt_sim_read_quantity(r, d, "frame_compliance", TT_DIM_COMPLIANCE, 0, 100, "nm/µN", &s->device.frame_compliance);
	tt_sim_read_value(r, d, "series_compliance", TT_DIM_COMPLIANCE, 0, 100, "nm/µN", &s->device.series_compliance);
}

void tt_sim_read_control(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *c = tt_sim_section(r, root, "control");
	if (!c) return;
	const char *const modes[] = {"displacement", "load", NULL};
	int mode = 1;
	tt_sim_read_choice(r, c, "mode", modes, &mode);
	s->control.load = mode == 1;
	if (s->control.load) {
		tt_sim_read_value(r, c, "rate", TT_DIM_FORCE_RATE, 1e-3, 1e5, "µN/s", &s->control.rate);
		s->control.unload_rate = 4 * s->control.rate;
		tt_sim_read_value(r, c, "unload_rate", TT_DIM_FORCE_RATE, 1e-3, 1e6, "µN/s", &s->control.unload_rate);
	} else {
		s->control.rate = 3e-9;
		tt_sim_read_value(r, c, "rate", TT_DIM_SPEED, 1e-3, 1e5, "nm/s", &s->control.rate);
		s->control.unload_rate = 4 * s->control.rate;
		tt_sim_read_value(r, c, "unload_rate", TT_DIM_SPEED, 1e-3, 1e6, "nm/s", &s->control.unload_rate);
	}
	tt_sim_read_value(r, c, "wait", TT_DIM_TIME, 0, 3600, "s", &s->control.wait);
	tt_sim_read_value(r, c, "approach", TT_DIM_TIME, 0, 3600, "s", &s->control.approach);
	tt_sim_read_value(r, c, "approach_speed", TT_DIM_SPEED, 0.01, 1e5, "nm/s", &s->control.approach_speed);
	tt_sim_read_value(r, c, "hold", TT_DIM_TIME, 0, 3600, "s", &s->control.hold);
	tt_sim_read_value(r, c, "after", TT_DIM_TIME, 0, 3600, "s", &s->control.after);
	tt_sim_read_value(r, c, "slack", TT_DIM_LENGTH, 0, 1e4, "nm", &s->control.slack);
	tt_sim_read_value(r, c, "slack_stress", TT_DIM_PRESSURE, 0.1, 1e4, "MPa", &s->control.slack_stress);
	tt_sim_read_value(r, c, "stop_strain", TT_DIM_FRACTION, 0.01, 60, "%", &s->control.stop_strain);
}

void tt_sim_read_log(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *l = tt_sim_section(r, root, "log");
	if (!l) return;
	tt_sim_read_file_name(r, l, "file", &s->log.file);
	tt_sim_read_value(r, l, "rate", TT_DIM_FREQUENCY, 0.1, 1e5, "Hz", &s->log.rate);
	tt_sim_read_value(r, l, "force_noise", TT_DIM_FORCE, 0, 1e4, "µN", &s->log.force_noise);
	tt_sim_read_value(r, l, "displacement_noise", TT_DIM_LENGTH, 0, 1e4, "nm", &s->log.displacement_noise);
	tt_sim_read_value(r, l, "force_offset", TT_DIM_FORCE, -1e5, 1e5, "µN", &s->log.force_offset);
	tt_sim_read_value(r, l, "displacement_offset", TT_DIM_LENGTH, -1e6, 1e6, "nm", &s->log.displacement_offset);
	tt_sim_read_value(r, l, "air_slope", TT_DIM_STIFFNESS, -1e3, 1e3, "N/m", &s->log.air_slope);
	tt_sim_read_value(r, l, "displacement_drift", TT_DIM_SPEED, -100, 100, "nm/s", &s->log.displacement_drift);
	tt_sim_read_value(r, l, "force_drift", TT_DIM_FORCE_RATE, -100, 100, "µN/s", &s->log.force_drift);
	tt_sim_read_value(r, l, "friction", TT_DIM_FORCE, 0, 1e3, "µN", &s->log.friction);
	tt_sim_read_value(r, l, "duration", TT_DIM_TIME, 0.1, 1e6, "s", &s->log.duration);
	tt_sim_read_flag_choice(r, l, "encoding", "latin-1", "utf-8", &s->log.utf8);
	tt_sim_read_boolean(r, l, "segments", &s->log.segments);
	tt_sim_read_boolean(r, l, "reversed", &s->log.reversed);
	const tt_node *n = tt_sim_key(r, l, "columns");
	tt_sim_read_integer(r, l, "columns", 3, 5, &s->log.columns);
	if (!r->status && s->log.columns == 4) r->status = tt_node_fail(r->err, n, "found 4, expected 3 or 5");
}
