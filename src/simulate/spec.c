/* Reading simulation.yaml.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/spec.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "simulate/spec_read.h"

static void read_film(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *film = tt_sim_section(r, root, "film");
	if (!film) return;
	tt_sim_read_quantity(r, film, "film.deposition_pressure", &s->film.pressure);
	for (size_t i = 0; !r->status && i < tt_node_count(film); i++) {
		const tt_node *v;
		const char *key = tt_node_key(film, i, &v), *text;
		if (tt_node_kind_of(v) == TT_NODE_NULL) continue;
		if (i >= TT_SIM_MAX_FILM_KEYS) {
			r->status = tt_node_fail(r->err, v, "too many keys, at most %d expected", TT_SIM_MAX_FILM_KEYS);
			return;
		}
		if ((r->status = tt_node_string(v, &text, r->err))) return;
		tt_sim_text *t = &s->film.key[s->film.n_keys];
		t->key = tt_strdup(key);
		t->value = tt_strdup(text);
		s->film.n_keys++;
		if (!t->key || !t->value) r->status = tt_fail_memory(r->err, "the description");
	}
}

static void read_pop_ins(tt_sim_reader *r, const tt_node *law, tt_sim_spec *s)
{
	const char *keys = "{at, drop, extent}";
	const tt_node *list = tt_sim_list(r, law, "pop_ins", TT_SIM_MAX_POP_INS, keys);
	for (size_t i = 0; list && !r->status && i < tt_node_count(list); i++) {
		const tt_node *item = tt_sim_item(r, list, i, keys), *at;
		if (!item) return;
		tt_sim_pop_in *p = &s->law.pop_in[s->law.n_pop_ins++];
		*p = (tt_sim_pop_in){0, 50e6, 0.004};
		if ((r->status = tt_node_need(item, "at", &at, r->err))) return;
		tt_sim_read_value_of(r, at, "law.pop_ins[].at", &p->at);
		tt_sim_read_value(r, item, "law.pop_ins[].drop", &p->drop);
		tt_sim_read_value(r, item, "law.pop_ins[].extent", &p->extent);
	}
}

static void read_law(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *law = tt_sim_section(r, root, "law"), *n;
	if (!law) return;
	tt_sim_read_value(r, law, "law.youngs_modulus", &s->law.modulus);
	tt_sim_read_value(r, law, "law.yield_stress", &s->law.yield);
	tt_sim_read_value(r, law, "law.hardening", &s->law.hardening);
	tt_sim_read_value(r, law, "law.saturation", &s->law.saturation);
	tt_sim_read_value(r, law, "law.softening", &s->law.softening);
	tt_sim_read_number(r, law, "law.poisson", &s->law.poisson);
	if ((n = tt_sim_key(r, law, "fracture_strain"))) {
		if (tt_sim_is_word(n, "none"))
			s->law.fracture_strain = NAN;
		else
			tt_sim_read_value_of(r, n, "law.fracture_strain", &s->law.fracture_strain);
	}
	if ((n = tt_sim_key(r, law, "neck_from"))) {
		if (tt_sim_is_word(n, "none"))
			s->law.neck_from = NAN;
		else
			tt_sim_read_value_of(r, n, "law.neck_from", &s->law.neck_from);
		if (!r->status && s->law.neck_from <= s->law.yield / s->law.modulus)
			r->status = tt_node_fail(r->err, n, "a neck from %.4g %% on lies before yield at %.4g %%",
			                         100 * s->law.neck_from, 100 * s->law.yield / s->law.modulus);
		if (!r->status && s->law.neck_from >= s->law.fracture_strain)
			r->status = tt_node_fail(r->err, n, "a neck from %.4g %% on lies after fracture at %.4g %%",
			                         100 * s->law.neck_from, 100 * s->law.fracture_strain);
	}
	if ((n = tt_sim_key(r, law, "softening")) && isnan(s->law.neck_from) && s->law.softening > 0)
		r->status = tt_node_fail(r->err, n, "softening needs a neck: neck_from expected");
	if (n && !r->status && s->law.softening >= s->law.yield)
		r->status =
		    tt_node_fail(r->err, n, "softening by %.4g GPa leaves nothing of the yield stress of %.4g GPa",
		                 1e-9 * s->law.softening, 1e-9 * s->law.yield);
	const tt_node *uneven = tt_sim_section(r, law, "uneven");
	if (uneven) s->law.uneven = 0.3;
	tt_sim_read_value(r, uneven, "law.uneven.amount", &s->law.uneven);
	tt_sim_read_value(r, uneven, "law.uneven.period", &s->law.uneven_period);
	read_pop_ins(r, law, s);
}

/* One angle for both edges of the crack, or a list of two. */
static void read_fracture_angle(tt_sim_reader *r, const tt_node *g, tt_sim_spec *s)
{
	const tt_node *n = tt_sim_key(r, g, "fracture_angle");
	if (!n) return;
	bool list = tt_node_kind_of(n) == TT_NODE_LIST;
	if (list && tt_node_count(n) != 2) {
		r->status = tt_node_fail(r->err, n, "one angle, or a list of one for each edge expected");
		return;
	}
	for (size_t i = 0; i < 2; i++)
		tt_sim_read_value_of(r, list ? tt_node_item(n, i) : n, "geometry.fracture_angle",
		                     &s->geometry.fracture_angle_deg[i]);
}

static void read_geometry(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *g = tt_sim_section(r, root, "geometry"), *neck, *n;
	if (!g) return;
	tt_sim_read_value(r, g, "geometry.gauge_length", &s->geometry.gauge_length);
	double length = s->geometry.gauge_length;
	tt_sim_read_quantity(r, g, "geometry.width", &s->geometry.width);
	tt_sim_read_quantity(r, g, "geometry.thickness", &s->geometry.thickness);
	tt_sim_read_value(r, g, "geometry.grip_width", &s->geometry.grip_width);
	tt_sim_read_value(r, g, "geometry.shoulder_radius", &s->geometry.shoulder_radius);
	read_fracture_angle(r, g, s);
	if ((n = tt_sim_key(r, g, "grip_width")) && s->geometry.grip_width < s->geometry.width.value)
		r->status = tt_node_fail(r->err, n, "grips narrower than the gauge's width (%.6g nm)",
		                         1e9 * s->geometry.width.value);
	neck = tt_sim_section(r, g, "neck");
	tt_sim_read_value(r, g, "geometry.fracture_at", &s->geometry.fracture_at);
	tt_sim_read_value(r, neck, "geometry.neck.at", &s->geometry.neck_at);
	tt_sim_read_value(r, neck, "geometry.neck.width", &s->geometry.neck_width);
	if (!r->status && neck && fabs(s->geometry.neck_at) + 2.5 * s->geometry.neck_width > 0.5 * length)
		r->status = tt_node_fail(r->err, neck,
		                         "a neck at %.6g nm of width (standard deviation) %.6g nm reaches beyond "
		                         "the gauge, whose ends lie at ± %.6g nm",
		                         1e9 * s->geometry.neck_at, 1e9 * s->geometry.neck_width, 0.5e9 * length);
}

static void read_description(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *d = tt_sim_section(r, root, "description");
	if (!d) return;
	tt_sim_read_flag_choice(r, d, "description.gauge", &s->description.gauge_auto);
	int spring = 0;
	tt_sim_read_choice(r, d, "description.spring", &spring);
	s->description.spring = (tt_sim_spring)spring;
	tt_sim_read_flag_choice(r, d, "description.sync", &s->description.sync_auto);
	int rate = TT_SIM_RATE_GIVEN;
	tt_sim_read_choice(r, d, "description.rate", &rate);
	s->description.rate = (tt_sim_rate_told)rate;
	tt_sim_read_flag_choice(r, d, "description.compliance", &s->description.hide_compliance);
	tt_sim_read_flag_choice(r, d, "description.displacement", &s->description.image_displacement);
	tt_sim_read_value(r, d, "description.mark_span", &s->description.mark_span);
	int zero = -1;
	tt_sim_read_choice(r, d, "description.zero", &zero);
	if (!r->status && zero >= 0) tt_sim_read_string(r, d, "zero", &s->description.zero);
}

static tt_status set_defaults(tt_sim_spec *s, tt_error *err)
{
	tt_quantity none = {NAN, 0, false};
	s->seed = 1;
	s->draw = true;
	s->film.pressure = none;
	s->law.modulus = 140e9;
	s->law.yield = 2.2e9;
	s->law.hardening = 0.3e9;
	s->law.saturation = 0.015;
	s->law.fracture_strain = 0.07;
	s->law.neck_from = NAN;
	s->law.softening = NAN;
	s->law.poisson = 0.36;
	s->geometry.gauge_length = 2e-6;
	s->geometry.width = (tt_quantity){400e-9, 8e-9, true};
	s->geometry.thickness = (tt_quantity){150e-9, 3e-9, true};
	s->geometry.grip_width = NAN;
	s->geometry.shoulder_radius = NAN;
	s->geometry.neck_at = NAN;
	s->geometry.neck_width = NAN;
	s->geometry.fracture_at = NAN;
	s->geometry.fracture_angle_deg[0] = s->geometry.fracture_angle_deg[1] = 75;
	s->device.stiffness = (tt_quantity){450, 10, true};
	s->device.stiffness2 = (tt_quantity){0, 0, false};
	s->device.frame_compliance = (tt_quantity){0, 0, false};
	s->device.series_compliance = 0.125e-3;
	s->control.load = true;
	s->control.rate = 4e-6;
	s->control.unload_rate = 16e-6;
	s->control.approach = 6;
	s->control.approach_speed = 15e-9;
	s->control.hold = 4;
	s->control.after = 3;
	s->control.slack_stress = 50e6;
	s->control.stop_strain = NAN;
	s->control.second_from = NAN;
	s->control.retract_distance = NAN;
	s->log.rate = 100;
	s->log.force_noise = 0.3e-6;
	s->log.displacement_noise = 0.4e-9;
	s->log.force_offset = 0.8e-6;
	s->log.displacement_offset = 120e-9;
	s->log.columns = 5;
	s->log.duration = NAN;
	s->log.drift_settles = INFINITY;
	s->log.force_limit[0] = s->log.displacement_limit[0] = -INFINITY;
	s->log.force_limit[1] = s->log.displacement_limit[1] = INFINITY;
	s->log.overflow = NAN;
	s->log.gap[0] = s->log.gap[1] = NAN;
	s->video.width = 640;
	s->video.height = 480;
	s->video.frame_rate = 5;
	s->video.camera_rate = NAN;
	s->video.log_starts_at = (tt_quantity){2, 0, false};
	s->video.clock_rate = (tt_quantity){1, 0, false};
	s->video.duration = NAN;
	s->video.codec = TT_SIM_H264;
	s->video.crf = 24;
	s->video.quality = 3;
	s->video.bits = 8;
	s->imaging.pixel_size = none;
	s->imaging.centre[0] = s->imaging.centre[1] = NAN;
	s->imaging.background = 193;
	s->imaging.bar = 112;
	s->imaging.grips = 74;
	s->imaging.contrast = 16;
	s->imaging.grip_contrast = NAN;
	s->imaging.grain = 2.4;
	s->imaging.blur = 0.7;
	s->imaging.noise = 3;
	s->imaging.flash = 0.6;
	s->imaging.flash_rate = 60;
	s->imaging.layer_period = 5e-9;
	s->imaging.layer_waviness = 0.3;
	s->imaging.pointer.at[0] = NAN;
	s->imaging.pointer.until = INFINITY;
	s->imaging.text.size = 2;
	s->camera.pattern_grain = 1.5;
	s->imaging.mark = true;
	s->description.mark_span = 0.8;
	s->name = tt_strdup("simulated film");
	s->log.file = tt_strdup("log.txt");
	s->video.file = tt_strdup("test.mp4");
	s->video.preset = tt_strdup("veryfast");
	if (!s->name || !s->log.file || !s->video.file || !s->video.preset)
		return tt_fail_memory(err, "the description");
	return TT_OK;
}

tt_status tt_sim_spec_read(const tt_yaml *y, tt_sim_spec **out, tt_error *err)
{
	*out = NULL;
	tt_sim_spec *s = calloc(1, sizeof *s);
	if (!s) return tt_fail_memory(err, "the description");
	tt_sim_reader r = {set_defaults(s, err), err};
	const tt_node *root = tt_yaml_root(y), *n;
	if (!r.status && (!root || tt_node_kind_of(root) != TT_NODE_MAP))
		r.status = tt_node_fail(err, root, "a map of keys expected, such as 'name: film 1'");
	tt_sim_read_string(&r, root, "name", &s->name);
	if ((n = tt_sim_key(&r, root, "seed"))) {
		long seed = 1;
		r.status = tt_node_int(n, 0, 2147483647, &seed, err);
		s->seed = (uint64_t)seed;
	}
	tt_sim_read_boolean(&r, root, "draw", &s->draw);
	read_film(&r, root, s);
	read_law(&r, root, s);
	read_geometry(&r, root, s);
	tt_sim_read_device(&r, root, s);
	tt_sim_read_control(&r, root, s);
	tt_sim_read_log(&r, root, s);
	tt_sim_read_video(&r, root, s);
	tt_sim_read_imaging(&r, root, s);
	tt_sim_read_camera(&r, root, s);
	read_description(&r, root, s);
	if (!r.status) r.status = tt_yaml_check_unused(y, err);
	if (r.status) {
		tt_sim_spec_free(s);
		return r.status;
	}
	*out = s;
	return TT_OK;
}

static tt_status apply_options(tt_sim_spec *s, const tt_simulate_options *o, tt_error *err)
{
	if (o->width || o->height) {
		int w = o->width, h = o->height;
		if (w < 64 || w > 8192 || h < 64 || h > 8192 || w % 2 || h % 2)
			return tt_fail(err, TT_ERR_USAGE, "size %d x %d: even numbers from 64 to 8192 px expected", w,
			               h);
		double scale = fmin((double)w / s->video.width, (double)h / s->video.height);
		s->imaging.pixel_size.value /= scale;
		s->imaging.pixel_size.u /= scale;
		for (int i = 0; i < 2; i++)
			s->imaging.centre[i] *= i ? (double)h / s->video.height : (double)w / s->video.width;
		s->video.width = w;
		s->video.height = h;
	}
	if (o->frames < 0 || o->frames == 1 || o->frames > 10000000)
		return tt_fail(err, TT_ERR_USAGE, "%ld frames: 2 to 10000000 expected", o->frames);
	s->video.frames = o->frames;
	if (!isnan(o->noise)) {
		if (!(o->noise >= 0 && o->noise <= 100))
			return tt_fail(err, TT_ERR_USAGE, "noise %g: 0 to 100 grey levels expected", o->noise);
		s->imaging.noise = o->noise;
	}
	if (!isnan(o->axis_deg)) {
		if (!(fabs(o->axis_deg) <= 360))
			return tt_fail(err, TT_ERR_USAGE, "axis %g: -360 to 360 degrees expected", o->axis_deg);
		s->imaging.axis_deg = o->axis_deg;
	}
	if (!isnan(o->contrast)) {
		if (!(o->contrast >= 0 && o->contrast <= 100))
			return tt_fail(err, TT_ERR_USAGE, "contrast %g: 0 to 100 grey levels expected", o->contrast);
		s->imaging.contrast = o->contrast;
	}
	if (o->crf > 51) return tt_fail(err, TT_ERR_USAGE, "crf %d: 0 to 51 expected", o->crf);
	if (o->crf >= 0) s->video.crf = o->crf;
	if (o->seed >= 0) s->seed = (uint64_t)o->seed;
	return TT_OK;
}

/* The gauge fills 78 % of the frame along the axis, and its corners stay inside; rounded to three digits, as a
 * microscope's table would. */
static double fitting_pixel_size(const tt_sim_spec *s)
{
	double a = s->imaging.axis_deg * M_PI / 180, c = fabs(cos(a)), d = fabs(sin(a));
	double slim = s->geometry.width.value / s->geometry.gauge_length, w = s->video.width, h = s->video.height;
	double px = 0.78125 * fmin(w / fmax(c, 1e-9), h / fmax(d, 1e-9));
	px = fmin(px, 0.95 * fmin(w / (c + slim * d), h / (d + slim * c)));
	double size = s->geometry.gauge_length / px, unit = pow(10, floor(log10(size)) - 2);
	return round(size / unit) * unit;
}

tt_status tt_sim_spec_finish(tt_sim_spec *s, const tt_simulate_options *options, tt_error *err)
{
	if (options) {
		tt_status st = apply_options(s, options, err);
		if (st) return st;
	}
	if (isnan(s->imaging.pixel_size.value)) s->imaging.pixel_size = (tt_quantity){fitting_pixel_size(s), 0, false};
	if (isnan(s->imaging.centre[0])) {
		s->imaging.centre[0] = s->video.width / 2;
		s->imaging.centre[1] = s->video.height / 2;
	}
	double length = s->geometry.gauge_length, width = s->geometry.width.value;
	if (isnan(s->geometry.grip_width)) s->geometry.grip_width = 2.2 * width;
	if (isnan(s->geometry.shoulder_radius)) s->geometry.shoulder_radius = 0.03 * length;
	if (isnan(s->geometry.neck_at)) s->geometry.neck_at = 0.08 * length;
	if (isnan(s->geometry.neck_width)) s->geometry.neck_width = fmin(0.32 * width, 0.15 * length);
	if (isnan(s->imaging.grip_contrast)) s->imaging.grip_contrast = 0.4 * s->imaging.contrast;
	for (size_t i = 0; i < s->imaging.n_contours; i++)
		if (isnan(s->imaging.contour[i].until)) s->imaging.contour[i].until = s->law.yield / s->law.modulus;
	if (s->imaging.tilt.until == 0) s->imaging.tilt.until = s->law.yield / s->law.modulus;
	if (s->law.uneven_period == 0) s->law.uneven_period = length / 4;
	if (isnan(s->control.retract_distance))
		s->control.retract_distance = fmax(s->control.approach_speed * s->control.approach, 50e-9);
	if (isnan(s->law.softening)) s->law.softening = isnan(s->law.neck_from) ? 0 : 0.03 * s->law.yield;
	if (isnan(s->video.camera_rate)) s->video.camera_rate = INFINITY; /* a new image each frame */
	if (isnan(s->law.fracture_strain) && isnan(s->control.stop_strain)) s->control.stop_strain = 0.03;
	if (s->imaging.scale_bar == 0) {
		double target = 0.2 * s->video.width * s->imaging.pixel_size.value,
		       unit = pow(10, floor(log10(target)));
		s->imaging.scale_bar = unit * (target / unit >= 5 ? 5 : target / unit >= 2 ? 2 : 1);
	}
	return TT_OK;
}

void tt_sim_spec_free(tt_sim_spec *s)
{
	if (!s) return;
	for (size_t i = 0; i < s->film.n_keys; i++) {
		free(s->film.key[i].key);
		free(s->film.key[i].value);
	}
	free(s->name);
	free(s->log.file);
	free(s->video.file);
	free(s->video.preset);
	free(s->description.zero);
	free(s->imaging.text.text);
	free(s);
}
