/* Reading simulation.yaml: imaging.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "simulate/spec_read.h"

static void read_contour_map(tt_sim_reader *r, const tt_node *n, tt_sim_contour *c)
{
	tt_sim_read_number(r, n, "imaging.bend_contour.depth", &c->depth);
	tt_sim_read_value(r, n, "imaging.bend_contour.width", &c->width);
	tt_sim_read_value(r, n, "imaging.bend_contour.tilt", &c->tilt_deg);
	tt_sim_read_number(r, n, "imaging.bend_contour.from", &c->from);
	tt_sim_read_number(r, n, "imaging.bend_contour.to", &c->to);
	tt_sim_read_value(r, n, "imaging.bend_contour.until", &c->until);
	tt_sim_read_number(r, n, "imaging.bend_contour.uneven", &c->uneven);
	tt_sim_read_boolean(r, n, "imaging.bend_contour.side_lines", &c->side_lines);
}

/* A depth, a map, or a list of maps. */
static void read_contours(tt_sim_reader *r, const tt_node *im, tt_sim_spec *s)
{
	const tt_sim_contour usual = {15, 100e-9, 10, -0.6, 0.6, NAN, 0, false};
	const char *keys = "{depth, width, tilt, from, to, until, uneven, side_lines}";
	const tt_node *n = tt_sim_key(r, im, "bend_contour");
	if (!n) return;
	if (tt_node_kind_of(n) == TT_NODE_SCALAR) {
		s->imaging.contour[0] = usual;
		r->status = tt_node_double(n, -200, 200, &s->imaging.contour[0].depth, r->err);
		s->imaging.n_contours = s->imaging.contour[0].depth != 0;
		return;
	}
	if (tt_node_kind_of(n) == TT_NODE_MAP) {
		s->imaging.contour[s->imaging.n_contours++] = usual;
		read_contour_map(r, n, &s->imaging.contour[0]);
		return;
	}
	n = tt_sim_list(r, im, "bend_contour", TT_SIM_MAX_CONTOURS, keys);
	for (size_t i = 0; n && !r->status && i < tt_node_count(n); i++) {
		const tt_node *item = tt_sim_item(r, n, i, keys);
		if (!item) return;
		s->imaging.contour[i] = usual;
		read_contour_map(r, item, &s->imaging.contour[s->imaging.n_contours++]);
	}
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
		tt_sim_read_value(r, item, "imaging.bands[].at", &b->at);
		tt_sim_read_value(r, item, "imaging.bands[].width", &b->width);
		tt_sim_read_value(r, item, "imaging.bands[].angle", &b->angle_deg);
		tt_sim_read_number(r, item, "imaging.bands[].grey", &b->grey);
		tt_sim_read_value(r, item, "imaging.bands[].from_strain", &b->from_strain);
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
	tt_sim_read_value(r, n, "imaging.overlay.scale_bar", &s->imaging.scale_bar);
	tt_sim_read_boolean(r, n, "imaging.overlay.mark", &s->imaging.mark);
}

static void read_specimen_faults(tt_sim_reader *r, const tt_node *im, tt_sim_spec *s)
{
	const tt_node *n = tt_sim_section(r, im, "nanocrystals");
	tt_sim_read_value(r, n, "imaging.nanocrystals.flash", &s->imaging.flash);
	tt_sim_read_number(r, n, "imaging.nanocrystals.rate", &s->imaging.flash_rate);
	n = tt_sim_section(r, im, "layers");
	tt_sim_read_value(r, n, "imaging.layers.period", &s->imaging.layer_period);
	tt_sim_read_value(r, n, "imaging.layers.waviness", &s->imaging.layer_waviness);
	tt_sim_read_flag_choice(r, n, "imaging.layers.run", &s->imaging.layers_across);
	if ((n = tt_sim_section(r, im, "fringes"))) {
		s->imaging.fringes.amplitude = 6;
		s->imaging.fringes.period = s->geometry.width.value / 6;
		s->imaging.fringes.shift = 50;
		s->imaging.fringes.decay = s->geometry.width.value / 4;
	}
	tt_sim_read_number(r, n, "imaging.fringes.amplitude", &s->imaging.fringes.amplitude);
	tt_sim_read_value(r, n, "imaging.fringes.period", &s->imaging.fringes.period);
	tt_sim_read_value(r, n, "imaging.fringes.decay", &s->imaging.fringes.decay);
	tt_sim_read_number(r, n, "imaging.fringes.shift", &s->imaging.fringes.shift);
	if ((n = tt_sim_section(r, im, "contamination"))) {
		s->imaging.contamination.depth = 20;
		s->imaging.contamination.size = s->geometry.width.value;
	}
	tt_sim_read_number(r, n, "imaging.contamination.depth", &s->imaging.contamination.depth);
	tt_sim_read_value(r, n, "imaging.contamination.size", &s->imaging.contamination.size);
	tt_sim_read_pair(r, n, "imaging.contamination.at", "two lengths, along and across the axis,",
	                 s->imaging.contamination.at);
	if ((n = tt_sim_section(r, im, "cap"))) {
		s->imaging.cap.width = 0.15 * s->geometry.width.value;
		s->imaging.cap.grey = 0.6 * s->imaging.grips;
		s->imaging.cap.contrast = 8;
	}
	tt_sim_read_value(r, n, "imaging.cap.width", &s->imaging.cap.width);
	tt_sim_read_number(r, n, "imaging.cap.grey", &s->imaging.cap.grey);
	tt_sim_read_number(r, n, "imaging.cap.contrast", &s->imaging.cap.contrast);
	if ((n = tt_sim_section(r, im, "neighbour"))) {
		s->imaging.neighbour.offset = 2 * s->geometry.width.value;
		s->imaging.neighbour.contrast = s->imaging.contrast;
	}
	tt_sim_read_value(r, n, "imaging.neighbour.offset", &s->imaging.neighbour.offset);
	tt_sim_read_number(r, n, "imaging.neighbour.contrast", &s->imaging.neighbour.contrast);
	s->imaging.neighbour.gap = 0.2 * s->geometry.width.value;
	tt_sim_read_value(r, n, "imaging.neighbour.gap", &s->imaging.neighbour.gap);
	tt_sim_read_value(r, n, "imaging.neighbour.stiffness", &s->imaging.neighbour.stiffness);
}

static void read_optics(tt_sim_reader *r, const tt_node *im, tt_sim_spec *s)
{
	const tt_node *n = tt_sim_section(r, im, "tilt");
	tt_sim_read_value(r, n, "imaging.tilt.from", &s->imaging.tilt.from);
	tt_sim_read_value(r, n, "imaging.tilt.to", &s->imaging.tilt.to);
	tt_sim_read_value(r, n, "imaging.tilt.until", &s->imaging.tilt.until);
	tt_sim_read_flag_choice(r, n, "imaging.tilt.about", &s->imaging.tilt.about_axis);
	n = tt_sim_section(r, im, "magnification");
	tt_sim_read_value(r, n, "imaging.magnification.drift", &s->imaging.magnification.drift);
	tt_sim_read_value(r, n, "imaging.magnification.step", &s->imaging.magnification.step);
	tt_sim_read_value(r, n, "imaging.magnification.at", &s->imaging.magnification.at);
	tt_sim_read_value(r, im, "imaging.distortion", &s->imaging.distortion);
	tt_sim_read_value(r, im, "imaging.flicker", &s->imaging.flicker);
	if ((n = tt_sim_section(r, im, "vibration"))) {
		s->imaging.vibration = 2e-9;
		s->imaging.vibration_frequency = 17;
	}
	tt_sim_read_value(r, n, "imaging.vibration.amplitude", &s->imaging.vibration);
	tt_sim_read_value(r, n, "imaging.vibration.frequency", &s->imaging.vibration_frequency);
	if ((n = tt_sim_section(r, im, "shadow"))) {
		s->imaging.shadow.depth = 0.15;
		s->imaging.shadow.width = 0.1 * s->video.width;
		s->imaging.shadow.speed = 0.1 * s->video.width;
	}
	tt_sim_read_value(r, n, "imaging.shadow.depth", &s->imaging.shadow.depth);
	tt_sim_read_value(r, n, "imaging.shadow.width", &s->imaging.shadow.width);
	tt_sim_read_number(r, n, "imaging.shadow.speed", &s->imaging.shadow.speed);
}

static void read_text(tt_sim_reader *r, const tt_node *im, tt_sim_spec *s)
{
	const tt_node *n = tt_sim_section(r, im, "pointer"), *at;
	if (n) {
		if ((r->status = tt_node_need(n, "at", &at, r->err))) return;
		if ((r->status = tt_node_doubles(at, 2, s->imaging.pointer.at, r->err))) return;
		memcpy(s->imaging.pointer.to, s->imaging.pointer.at, sizeof s->imaging.pointer.at);
		if ((at = tt_sim_key(r, n, "to"))) r->status = tt_node_doubles(at, 2, s->imaging.pointer.to, r->err);
		tt_sim_read_value(r, n, "imaging.pointer.from", &s->imaging.pointer.from);
		tt_sim_read_value(r, n, "imaging.pointer.until", &s->imaging.pointer.until);
	}
	n = tt_sim_section(r, im, "text");
	if (!n) return;
	if ((r->status = tt_node_need(n, "at", &at, r->err))) return;
	if ((r->status = tt_node_doubles(at, 2, s->imaging.text.at, r->err))) return;
	if ((r->status = tt_node_need(n, "text", &at, r->err))) return;
	tt_sim_read_string(r, n, "text", &s->imaging.text.text);
	tt_sim_read_integer(r, n, "imaging.text.size", &s->imaging.text.size);
	tt_sim_read_boolean(r, n, "imaging.text.clock", &s->imaging.text.clock);
}

void tt_sim_read_imaging(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *im = tt_sim_section(r, root, "imaging"), *n;
	if (!im) return;
	tt_sim_read_quantity(r, im, "imaging.pixel_size", &s->imaging.pixel_size);
	tt_sim_read_value(r, im, "imaging.axis", &s->imaging.axis_deg);
	if ((n = tt_sim_key(r, im, "centre"))) r->status = tt_node_doubles(n, 2, s->imaging.centre, r->err);
	tt_sim_read_flag_choice(r, im, "imaging.pulled", &s->imaging.backward);
	tt_sim_read_flag_choice(r, im, "imaging.specimen", &s->imaging.bright);
	if (s->imaging.bright) {
		s->imaging.background = 35;
		s->imaging.bar = 135;
		s->imaging.grips = 190;
	}
	tt_sim_read_number(r, im, "imaging.background", &s->imaging.background);
	tt_sim_read_number(r, im, "imaging.bar", &s->imaging.bar);
	tt_sim_read_number(r, im, "imaging.grips", &s->imaging.grips);
	tt_sim_read_number(r, im, "imaging.contrast", &s->imaging.contrast);
	tt_sim_read_number(r, im, "imaging.grip_contrast", &s->imaging.grip_contrast);
	tt_sim_read_value(r, im, "imaging.grain", &s->imaging.grain);
	tt_sim_read_value(r, im, "imaging.blur", &s->imaging.blur);
	int kind = TT_SIM_GRAINS;
	tt_sim_read_choice(r, im, "imaging.texture", &kind);
	s->imaging.texture = (tt_sim_texture_kind)kind;
	tt_sim_read_number(r, im, "imaging.noise", &s->imaging.noise);
	tt_sim_read_number(r, im, "imaging.shot_noise", &s->imaging.shot_noise);
	tt_sim_read_value(r, im, "imaging.shake", &s->imaging.shake);
	tt_sim_read_value(r, im, "imaging.turn", &s->imaging.turn_deg);
	tt_sim_read_number(r, im, "imaging.thinning", &s->imaging.thinning);
	tt_sim_read_pair(r, im, "imaging.drift", "two speeds, such as [0.2 nm/s, -0.1 nm/s],", s->imaging.drift);
	read_contours(r, im, s);
	read_specimen_faults(r, im, s);
	read_optics(r, im, s);
	read_text(r, im, s);
	read_bands(r, im, s);
	read_overlay(r, im, s);
}

void tt_sim_read_camera(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *c = tt_sim_section(r, root, "camera"), *n;
	tt_sim_read_value(r, c, "camera.fixed_pattern", &s->camera.fixed_pattern);
	tt_sim_read_value(r, c, "camera.pattern_grain", &s->camera.pattern_grain);
	tt_sim_read_integer(r, c, "camera.hot_pixels", &s->camera.hot_pixels);
	tt_sim_read_integer(r, c, "camera.dead_columns", &s->camera.dead_columns);
	tt_sim_read_value(r, c, "camera.rolling_shutter", &s->camera.rolling_shutter);
	tt_sim_read_boolean(r, c, "camera.motion_blur", &s->camera.motion_blur);
	if ((n = tt_sim_key(r, c, "motion_blur")) && s->camera.motion_blur && !(s->video.exposure > 0))
		r->status = tt_node_fail(r->err, n, "video.exposure expected: it is the time over which motion blurs");
}
