/* Reading simulation.yaml: imaging.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "simulate/spec_read.h"

static void read_drift(tt_sim_reader *r, const tt_node *im, tt_sim_spec *s)
{
	const tt_node *n = tt_sim_key(r, im, "drift");
	if (!n) return;
	if (tt_node_kind_of(n) != TT_NODE_LIST || tt_node_count(n) != 2) {
		r->status = tt_node_fail(r->err, n, "a list of two speeds expected, such as [0.2 nm/s, -0.1 nm/s]");
		return;
	}
	for (size_t i = 0; i < 2; i++)
		tt_sim_read_value_of(r, tt_node_item(n, i), TT_DIM_SPEED, -1000, 1000, "nm/s", &s->imaging.drift[i]);
}

static void read_contour(tt_sim_reader *r, const tt_node *im, tt_sim_spec *s)
{
	const tt_node *n = tt_sim_key(r, im, "bend_contour");
	if (!n) return;
	if (tt_node_kind_of(n) != TT_NODE_MAP) {
		r->status = tt_node_double(n, -200, 200, &s->imaging.contour.depth, r->err);
		return;
	}
	s->imaging.contour.depth = 15;
	tt_sim_read_number(r, n, "depth", -200, 200, &s->imaging.contour.depth);
	tt_sim_read_value(r, n, "width", TT_DIM_LENGTH, 1, 1e6, "nm", &s->imaging.contour.width);
	tt_sim_read_value(r, n, "tilt", TT_DIM_ANGLE, -80, 80, "°", &s->imaging.contour.tilt_deg);
	tt_sim_read_number(r, n, "from", -2, 2, &s->imaging.contour.from);
	tt_sim_read_number(r, n, "to", -2, 2, &s->imaging.contour.to);
	tt_sim_read_value(r, n, "until", TT_DIM_FRACTION, 0.01, 60, "%", &s->imaging.contour.until);
}

static void read_bands(tt_sim_reader *r, const tt_node *im, tt_sim_spec *s)
{
	const char *keys = "{at, width, angle, grey, from_strain}";
	const tt_node *list = tt_sim_list(r, im, "bands", TT_SIM_MAX_BANDS, keys);
	for (size_t i = 0; list && !r->status && i < tt_node_count(list); i++) {
		const tt_node *item = tt_sim_item(r, list, i, keys);
		if (!item) return;
		tt_sim_band *b = &s->imaging.band[s->imaging.n_bands++];
		*b = (tt_sim_band){0, 24e-9, 90, -3, 0};
		tt_sim_read_value(r, item, "at", TT_DIM_LENGTH, -1e6, 1e6, "nm", &b->at);
		tt_sim_read_value(r, item, "width", TT_DIM_LENGTH, 0.1, 1e5, "nm", &b->width);
		tt_sim_read_value(r, item, "angle", TT_DIM_ANGLE, 10, 170, "°", &b->angle_deg);
		tt_sim_read_number(r, item, "grey", -255, 255, &b->grey);
		tt_sim_read_value(r, item, "from_strain", TT_DIM_FRACTION, 0, 60, "%", &b->from_strain);
	}
}

static void read_overlay(tt_sim_reader *r, const tt_node *im, tt_sim_spec *s)
{
	const tt_node *n = tt_sim_key(r, im, "overlay");
	if (!n) return;
	if (tt_node_kind_of(n) != TT_NODE_MAP) {
		r->status = tt_node_bool(n, &s->imaging.overlay, r->err);
		return;
	}
	s->imaging.overlay = true;
	tt_sim_read_value(r, n, "scale_bar", TT_DIM_LENGTH, 0.1, 1e6, "nm", &s->imaging.scale_bar);
	tt_sim_read_boolean(r, n, "mark", &s->imaging.mark);
}

void tt_sim_read_imaging(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *im = tt_sim_section(r, root, "imaging"), *n;
	if (!im) return;
	tt_sim_read_quantity(r, im, "pixel_size", TT_DIM_LENGTH, 0.001, 1e4, "nm", &s->imaging.pixel_size);
	tt_sim_read_value(r, im, "axis", TT_DIM_ANGLE, -360, 360, "°", &s->imaging.axis_deg);
	if ((n = tt_sim_key(r, im, "centre"))) r->status = tt_node_doubles(n, 2, s->imaging.centre, r->err);
	tt_sim_read_flag_choice(r, im, "pulled", "forward", "backward", &s->imaging.backward);
	tt_sim_read_flag_choice(r, im, "specimen", "dark", "bright", &s->imaging.bright);
	if (s->imaging.bright) {
		s->imaging.background = 35;
		s->imaging.bar = 135;
		s->imaging.grips = 190;
	}
	tt_sim_read_number(r, im, "background", 0, 255, &s->imaging.background);
	tt_sim_read_number(r, im, "bar", 0, 255, &s->imaging.bar);
	tt_sim_read_number(r, im, "grips", 0, 255, &s->imaging.grips);
	tt_sim_read_number(r, im, "contrast", 0, 100, &s->imaging.contrast);
	tt_sim_read_number(r, im, "grip_contrast", 0, 100, &s->imaging.grip_contrast);
	tt_sim_read_value(r, im, "grain", TT_DIM_PIXEL, 1, 50, "px", &s->imaging.grain);
	tt_sim_read_value(r, im, "blur", TT_DIM_PIXEL, 0.3, 20, "px", &s->imaging.blur);
	tt_sim_read_flag_choice(r, im, "texture", "grains", "spots", &s->imaging.spots);
	tt_sim_read_number(r, im, "noise", 0, 100, &s->imaging.noise);
	tt_sim_read_number(r, im, "shot_noise", 0, 10, &s->imaging.shot_noise);
	tt_sim_read_value(r, im, "shake", TT_DIM_LENGTH, 0, 1000, "nm", &s->imaging.shake);
	tt_sim_read_value(r, im, "turn", TT_DIM_ANGLE, -45, 45, "°", &s->imaging.turn_deg);
	tt_sim_read_number(r, im, "thinning", 0, 3, &s->imaging.thinning);
	read_drift(r, im, s);
	read_contour(r, im, s);
	read_bands(r, im, s);
	read_overlay(r, im, s);
}
