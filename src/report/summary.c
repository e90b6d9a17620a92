/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "evaluate/seen.h"
#include "temtensile/report.h"

static void put_quantity(tt_json *j, const char *key, tt_quantity q, double scale)
{
	tt_json_object(j, key);
	tt_json_number(j, "value", q.value * scale);
	tt_json_number(j, "u", q.u * scale);
	tt_json_bool(j, "u_stated", q.u_stated);
	tt_json_end(j);
}

static void put_pair(tt_json *j, const char *key, double x, double y)
{
	tt_json_list(j, key);
	tt_json_number(j, NULL, x);
	tt_json_number(j, NULL, y);
	tt_json_end(j);
}

const char *tt_input_name(const tt_findings *a, size_t i)
{
	const char *path = a->input[i].path, *own = a->test->path;
	size_t folder = (size_t)(tt_path_base(own) - own);
	return strncmp(path, own, folder) == 0 ? path + folder : path;
}

static void put_inputs(tt_json *j, const tt_findings *a)
{
	tt_json_list(j, "inputs");
	for (size_t i = 0; i < a->n_inputs; i++) {
		tt_json_object(j, NULL);
		tt_json_string(j, "role", a->input[i].role);
		tt_json_string(j, "file", tt_input_name(a, i));
		if (a->input[i].sha256[0])
			tt_json_string(j, "sha256", a->input[i].sha256);
		else
			tt_json_null(j, "sha256");
		tt_json_end(j);
	}
	tt_json_end(j);
}

static void put_test(tt_json *j, const tt_test *t)
{
	tt_json_object(j, "test");
	tt_json_string(j, "name", t->name);
	if (t->notes) tt_json_string(j, "notes", t->notes);
	tt_json_string(j, "composition", t->film.composition);
	tt_json_number(j, "deposition_pressure_Pa", t->film.deposition_pressure.value);
	tt_json_object(j, "film");
	for (size_t i = 0; i < t->film.n_keys; i++)
		tt_json_string(j, t->film.key[i].key, t->film.key[i].text);
	tt_json_end(j);
	tt_json_end(j);
}

static const char *zero_name(tt_zero z)
{
	return z == TT_ZERO_TOE ? "toe" : z == TT_ZERO_ELASTIC ? "elastic" : "preload-mean";
}

static void put_profile(tt_json *j, const char *key, const tt_profile *p)
{
	tt_json_list(j, key);
	for (size_t i = 0; i < p->n; i++) {
		tt_json_object(j, NULL);
		tt_json_number(j, "at", p->at[i]);
		tt_json_number(j, "value_nm", p->value[i].value * 1e9);
		tt_json_number(j, "u_nm", p->value[i].u * 1e9);
		tt_json_bool(j, "u_stated", p->value[i].u_stated);
		tt_json_end(j);
	}
	tt_json_end(j);
}

/* The expert keys as they were used, by their names. */
static void put_thresholds(tt_json *j, const tt_thresholds *t)
{
	tt_json_object(j, "thresholds");
	tt_json_number(j, "dic.interpolation_bias_px", t->interpolation_bias_px);
	tt_json_number(j, "video.codec_lag_frames", t->codec_lag_frames);
	tt_json_number(j, "force.test_level", t->test_level);
	tt_json_number(j, "force.spring.least_travel", t->spring_least_travel);
	tt_json_number(j, "fracture.spring_residual", t->spring_residual);
	tt_json_number(j, "fracture.least_gap_px", t->least_gap_px);
	tt_json_number(j, "sync.cost_broken", t->cost_broken);
	tt_json_number(j, "sync.cost_beyond", t->cost_beyond);
	tt_json_number(j, "properties.outlier", t->outlier);
	tt_json_number(j, "properties.proportional_offset", t->proportional_offset);
	tt_json_number(j, "properties.drop_fraction", t->drop_fraction);
	tt_json_end(j);
}

/* What the description decides by hand, and what the program finds. */
static void put_overrides(tt_json *j, const tt_result *r)
{
	tt_json_object(j, "overrides");
	for (size_t i = 0; i < r->n_overrides; i++) {
		const tt_override *o = &r->override[i];
		tt_json_object(j, o->key);
		tt_json_string(j, "given", o->given_text);
		tt_json_string(j, "found", o->compared ? o->found_text : NULL);
		tt_json_bool(j, "contradicts", o->contradicts);
		tt_json_end(j);
	}
	tt_json_end(j);
}

static void put_parameters(tt_json *j, const tt_findings *a)
{
	static const char *const stamps[] = {"start", "middle", "end"};
	const tt_test *t = a->test;
	const tt_source_info *info = &a->o->recording;
	tt_json_object(j, "parameters");
	put_quantity(j, "pixel_size_nm", a->r->pixel_size, 1e9);
	tt_json_string(j, "pixel_size_source", a->r->pixel_size_source);
	tt_json_string(j, "video_format", info->format);
	tt_json_string(j, "video_codec", info->codec);
	tt_json_string(j, "video_times_source",
	               t->video.frame_rate > 0      ? "description"
	               : info->frame_interval_s > 0 ? info->calibration_source
	                                            : "time stamps of the stream");
	tt_json_number(j, "video_frame_interval_s", info->frame_interval_s);
	tt_json_number(j, "video_exposure_in_file_s", info->exposure_s);
	tt_json_string(j, "grey_levels", info->normalisation[0] ? info->normalisation : "as stored");
	tt_json_number(j, "grey_black", info->black);
	tt_json_number(j, "grey_white", info->white);
	put_pair(j, "frame_size_px", info->width, info->height);
	tt_json_integer(j, "video_stream", info->stream);
	tt_json_number(j, "frame_rate_given_per_s", t->video.frame_rate > 0 ? t->video.frame_rate : NAN);
	tt_json_string(j, "timestamp", stamps[t->video.timestamp]);
	tt_json_number(j, "exposure_s", t->video.exposure_s > 0 ? t->video.exposure_s : NAN);
	tt_json_number(j, "rolling_shutter_s", t->video.rolling_shutter_s > 0 ? t->video.rolling_shutter_s : NAN);
	put_quantity(j, "width_nm", a->r->width, 1e9);
	put_quantity(j, "thickness_nm", a->r->thickness, 1e9);
	tt_json_string(j, "section", a->r->section);
	put_profile(j, "width_profile", &t->specimen.width);
	put_profile(j, "thickness_profile", &t->specimen.thickness);
	tt_json_string(j, "gauge_zero", zero_name(t->gauge.zero));
	static const char *const methods[] = {"ends", "bar", "auto"};
	tt_json_string(j, "gauge_method", methods[t->gauge.method]);
	if (!isnan(t->video.distortion.value))
		tt_json_value_u(j, "distortion", t->video.distortion.value, t->video.distortion.u);
	if (tt_tilt_told(t)) {
		tt_json_value_u(j, "tilt_from_deg", t->specimen.tilt_from.value, t->specimen.tilt_from.u);
		tt_json_value_u(j, "tilt_to_deg", t->specimen.tilt_to.value, t->specimen.tilt_to.u);
		tt_json_number(j, "tilt_until_strain", t->specimen.tilt_until);
	}
	tt_json_integer(j, "force_test", t->force.columns.test);
	tt_json_string(j, "displacement", t->force.image_displacement ? "image" : "log");
	tt_json_number(j, "frame_compliance_nm_per_uN", t->force.frame_compliance.value * 1e3);
	tt_json_number(j, "contact_given_s", t->force.contact.value);
	tt_json_number(j, "reference_update_below_zncc", t->dic.update_below_zncc > 0 ? t->dic.update_below_zncc : NAN);
	tt_json_integer(j, "monte_carlo_draws", a->r->has_properties ? (int64_t)a->r->uncertainty.draws : 0);
	tt_json_integer(j, "monte_carlo_seed",
	                t->properties.seed ? t->properties.seed : (int64_t)tt_uncertainty_defaults().seed);
	tt_json_bool(j, "only_curve", a->only_curve);
	put_thresholds(j, &a->r->thresholds);
	put_overrides(j, a->r);
	tt_json_strings(j, "uncertainty_not_stated", &t->not_stated);
	tt_json_end(j);
}

static void put_gauge(tt_json *j, const tt_findings *a)
{
	const tt_gauge *g = &a->o->gauge;
	size_t most = 0, subsets = g->n_band[0] + g->n_band[1];
	for (size_t i = 0; i < a->o->track.n; i++) {
		const tt_gauge_reading *r = &a->o->track.reading[i];
		bool intact = r->ok && !(a->r->flag[i] & TT_ROW_NO_STRAIN);
		if (intact && r->dropped[0] + r->dropped[1] > most) most = r->dropped[0] + r->dropped[1];
	}
	double axis = atan2(g->axis[1], g->axis[0]) * 180 / acos(-1);
	tt_json_object(j, "gauge");
	put_pair(j, "from_px", g->from[0], g->from[1]);
	put_pair(j, "to_px", g->to[0], g->to[1]);
	tt_json_number(j, "length_px", g->length_px);
	tt_json_number(j, "axis_deg", axis);
	tt_json_string(j, "source", a->test->gauge.automatic ? "auto" : "given");
	tt_json_string(j, "method", a->o->whole_bar ? "bar" : "ends");
	tt_json_integer(j, "subsets", (int64_t)subsets);
	tt_json_integer(j, "dropped", (int64_t)most);
	tt_json_number(j, "width_px", g->width_px);
	tt_json_value_u(j, "unloaded_length_px", a->r->zero.length_px, a->r->zero.u_px);
	tt_json_integer(j, "unloaded_frames", (int64_t)a->r->zero.frames);
	tt_json_number(j, "zero_shift_strain", a->r->zero.shift_strain);
	tt_json_end(j);
}

static const char *spring_source(const tt_findings *a)
{
	switch (a->r->mechanics->source) {
	case TT_SPRING_AFTER_FRACTURE: return "after-fracture";
	case TT_SPRING_EMPTY_RUN: return "empty-run";
	default: return "given";
	}
}

static void put_spring(tt_json *j, const tt_findings *a)
{
	const tt_mechanics *m = a->r->mechanics;
	tt_json_object(j, "spring");
	tt_json_value_u(j, "stiffness_N_per_m", m->k, m->u_k);
	tt_json_string(j, "source", spring_source(a));
	tt_json_value_u(j, "quadratic_N_per_m2", m->k2, m->u_k2);
	tt_json_string(j, "fit", m->spring.found ? m->spring.text : NULL);
	tt_json_value_u(j, "fitted_stiffness_N_per_m", m->spring.found ? m->spring.stiffness : NAN,
	                m->spring.found ? m->spring.u_stiffness : NAN);
	tt_json_number(j, "fit_rms_uN", m->spring.found ? m->spring.rms_N * 1e6 : NAN);
	tt_json_value_u(j, "contact_log_s", m->contact_time_s, m->u_contact_time_s);
	tt_json_string(j, "contact", m->contact_text);
	tt_json_value_u(j, "d0_nm", m->d0_m * 1e9, m->u_d0_m * 1e9);
	tt_json_value_u(j, "air_force_uN", m->air.force_N * 1e6, m->air.u_force_N * 1e6);
	tt_json_value_u(j, "air_slope_N_per_m", m->air.slope_N_per_m, m->air.u_slope_N_per_m);
	tt_json_string(j, "air", m->air_text);
	tt_json_value_u(j, "fracture_log_s", m->fracture_time_s, m->u_fracture_time_s);
	tt_json_string(j, "fracture", m->fracture_text);
	tt_json_string(j, "control", m->control_text);
	tt_json_number(j, "force_noise_uN", m->force_noise_N * 1e6);
	tt_json_number(j, "displacement_noise_nm", m->displacement_noise_m * 1e9);
	tt_json_value_u(j, "rest_force_uN", m->rest_force_N * 1e6, m->u_rest_force_N * 1e6);
	tt_json_bool(j, "log_turned", a->r->log_turned);
	tt_json_end(j);
}

static void put_sync(tt_json *j, const tt_findings *a)
{
	tt_json_object(j, "sync");
	tt_json_value_u(j, "log_starts_at_s", a->r->clock.starts_at_s, a->r->clock.u_s);
	tt_json_number(j, "rate", a->r->clock.rate);
	tt_json_string(j, "source", a->r->clock_source);
	tt_json_number(j, "u_rate", a->r->u_rate);
	tt_json_value_u(j, "match_log_starts_at_s", a->r->sync.match_only_s, a->r->sync.u_match_only_s);
	tt_json_value_u(j, "match_scale", a->r->sync.scale, a->r->sync.u_scale);
	tt_json_value_u(j, "match_series_compliance_nm_per_uN", a->r->sync.compliance_m_per_N * 1e3,
	                a->r->sync.u_compliance_m_per_N * 1e3);
	tt_json_number(j, "match_rms_nm", a->r->sync.rms_m * 1e9);
	tt_json_end(j);
}

static void put_property(tt_json *j, const char *key, const tt_property *p, double scale, const char *definition)
{
	if (isnan(p->value))
		tt_json_no_property(j, key, p->reason);
	else
		tt_json_property(j, key, p->value * scale, p->u * scale, p->lo * scale, p->hi * scale, definition);
}

static void put_offsets(tt_json *j, const tt_properties *p)
{
	tt_json_list(j, "offset_yield");
	for (size_t i = 0; i < p->n_offsets; i++) {
		const tt_offset_yield *o = &p->offset[i];
		tt_json_object(j, NULL);
		tt_json_number(j, "offset", o->offset);
		tt_json_number(j, "value", o->stress.value * 1e-9);
		tt_json_number(j, "u", o->stress.u * 1e-9);
		put_pair(j, "interval95", o->stress.lo * 1e-9, o->stress.hi * 1e-9);
		tt_json_number(j, "strain", o->strain);
		if (isnan(o->stress.value)) tt_json_string(j, "reason", o->stress.reason);
		tt_json_string(j, "definition", tt_offset_yield_definition);
		tt_json_end(j);
	}
	tt_json_end(j);
}

static void put_drops(tt_json *j, const tt_properties *p)
{
	tt_json_list(j, "stress_drops");
	for (size_t i = 0; i < p->n_drops; i++) {
		tt_json_object(j, NULL);
		tt_json_number(j, "time_s", p->drop[i].time_s);
		tt_json_number(j, "strain", p->drop[i].strain);
		tt_json_number(j, "delta_GPa", p->drop[i].delta_Pa * 1e-9);
		tt_json_number(j, "u_delta_GPa", p->drop[i].u_delta_Pa * 1e-9);
		tt_json_end(j);
	}
	tt_json_end(j);
}

/* How far a tilt that nobody told of may reach. */
static void put_tilt(tt_json *j, const tt_tilt_limit *t)
{
	tt_json_object(j, "tilt_limit");
	tt_json_number(j, "tilt_hidden_deg", t->hidden_deg);
	tt_json_number(j, "tilt_probability", t->probability);
	tt_json_value_u(j, "bend_strain", t->bend, t->u_bend);
	tt_json_number(j, "youngs_modulus_GPa", t->modulus_Pa * 1e-9);
	tt_json_number(j, "yield_strength_GPa", t->yield_Pa * 1e-9);
	tt_json_number(j, "total_elongation", t->total_elongation);
	tt_json_end(j);
}

static void put_properties(tt_json *j, const tt_findings *a)
{
	tt_json_object(j, "properties");
	for (int i = 0; i < TT_PROP_COUNT; i++) {
		const tt_measurand *info = tt_property_describe((tt_property_id)i);
		if (a->r->has_properties)
			put_property(j, info->id, &a->r->properties.value[i], info->scale,
			             tt_property_definition(&a->r->properties, (tt_property_id)i));
		else
			tt_json_no_property(j, info->id, "not computed: only the curve was asked for");
	}
	if (a->r->has_properties) {
		put_offsets(j, &a->r->properties);
		put_drops(j, &a->r->properties);
		const tt_elastic_line *e = &a->r->properties.elastic;
		tt_json_object(j, "elastic_window");
		put_pair(j, "strain", e->strain_lo, e->strain_hi);
		put_pair(j, "stress_GPa", e->stress_lo_Pa * 1e-9, e->stress_hi_Pa * 1e-9);
		tt_json_integer(j, "frames", (int64_t)e->count);
		tt_json_number(j, "r2", e->r2);
		tt_json_end(j);
		put_tilt(j, &a->r->tilt);
	} else {
		tt_json_list(j, "offset_yield");
		tt_json_end(j);
		tt_json_list(j, "stress_drops");
		tt_json_end(j);
	}
	tt_json_end(j);
}

static void put_candidates(tt_json *j, const tt_closeup *n)
{
	tt_json_list(j, "candidates");
	for (size_t i = 0; i < n->n_candidates; i++) {
		const tt_candidate *c = &n->candidate[i];
		tt_json_object(j, NULL);
		put_pair(j, "position_px", c->at[0], c->at[1]);
		tt_json_number(j, "length_px", c->length_px);
		tt_json_number(j, "angle_deg", c->angle_deg);
		tt_json_number(j, "contrast_grey", c->contrast);
		tt_json_number(j, "contrast_to_noise", c->contrast_to_noise);
		tt_json_end(j);
	}
	tt_json_end(j);
}

static void put_difference(tt_json *j, const tt_findings *a)
{
	const tt_closeup *n = a->closeup;
	const tt_look *l = &a->r->look;
	const tt_difference *d = &n->difference;
	if (!n->has_difference) {
		if (n->difference_reason[0]) tt_json_string(j, "difference_reason", n->difference_reason);
		return;
	}
	tt_json_object(j, "difference");
	put_pair(j, "frames", (double)a->o->track.number[l->pair[0]], (double)a->o->track.number[l->pair[1]]);
	put_pair(j, "strains", a->r->curve->strain[l->pair[0]], a->r->curve->strain[l->pair[1]]);
	tt_json_string(j, "chosen", l->pair_source);
	tt_json_integer(j, "average", n->averaged);
	put_pair(j, "shift_px", d->shift[0], d->shift[1]);
	tt_json_number(j, "u_shift_px", d->u_shift_px);
	tt_json_number(j, "turn_deg", d->turn_deg);
	tt_json_integer(j, "registration_points", (int64_t)d->points);
	tt_json_number(j, "gain", d->gain);
	tt_json_number(j, "offset_grey", d->offset);
	tt_json_number(j, "expected_noise_grey", d->expected);
	tt_json_number(j, "tiff_levels_per_grey", n->levels_per_grey);
	tt_json_integer(j, "tiff_zero_level", 32768);
	tt_json_end(j);
	put_candidates(j, n);
}

/* Without a neck: why, and the widths all the same. */
static void put_necking(tt_json *j, const tt_findings *a)
{
	const tt_necking *n = &a->r->necking;
	const tt_neck *k = &n->neck;
	bool found = n->has_neck && k->found;
	tt_json_object(j, "necking");
	if (found)
		put_pair(j, "position_px", n->position_px[0], n->position_px[1]);
	else
		tt_json_null(j, "position_px");
	tt_json_number(j, "onset_strain", found ? k->onset_strain : NAN);
	tt_json_number(j, "width_reduction", n->has_neck ? k->width_reduction : NAN);
	tt_json_number(j, "uniform_width_reduction", n->has_neck ? k->uniform_width_reduction : NAN);
	if (a->only_curve)
		tt_json_string(j, "reason", "not computed: only the curve was asked for");
	else if (!found)
		tt_json_string(j, "reason", n->has_neck ? k->reason : n->reason);
	if (n->has_neck) {
		tt_json_bool(j, "neck", found);
		tt_json_integer(j, "frame", n->last_frame);
		tt_json_number(j, "u_width_reduction", k->u_width_reduction);
		tt_json_number(j, "u_uniform_width_reduction", k->u_uniform_width_reduction);
		tt_json_value_u(j, "dip_depth", k->depth, k->u_depth);
		tt_json_number(j, "dip_significance", k->significance);
		tt_json_value_u(j, "area_reduction", n->area_reduction, n->u_area_reduction);
		tt_json_value_u(j, "true_stress_GPa", n->true_stress_Pa * 1e-9, n->u_true_stress_Pa * 1e-9);
		tt_json_string(j, "thickness_assumption",
		               "the thickness contracts in the same proportion as the width");
	}
	if (found) {
		tt_json_value_u(j, "position_along_axis_px", k->s_px, k->u_s_px);
		tt_json_number(j, "half_width_px", k->half_width_px);
		tt_json_number(j, "u_onset_strain", k->u_onset_strain);
		tt_json_value_u(j, "onset_by_width", k->onset_by_width, k->u_onset_by_width);
		tt_json_value_u(j, "onset_by_axial_strain", k->onset_by_axial, k->u_onset_by_axial);
		tt_json_value_u(j, "neck_elongation_px", k->elongation_px, k->u_elongation_px);
		double considere = a->r->has_properties ? a->r->properties.value[TT_PROP_CONSIDERE_STRAIN].value : NAN;
		tt_json_number(j, "considere_strain", considere);
		tt_json_number(j, "onset_minus_considere", k->onset_strain - considere);
	}
	put_difference(j, a);
	tt_json_end(j);
}

static void put_fracture(tt_json *j, const tt_findings *a)
{
	bool broken = a->r->fracture >= 0;
	tt_json_object(j, "fracture");
	if (broken)
		tt_json_integer(j, "frame", a->o->track.number[a->r->fracture]);
	else
		tt_json_null(j, "frame");
	tt_json_number(j, "time_s", broken ? a->o->track.time_s[a->r->fracture] : NAN);
	const tt_closeup *k = a->closeup;
	bool looked = broken && k->has_gap;
	tt_json_value_u(j, "angle_deg", looked ? k->gap.angle_deg : NAN, looked ? k->gap.u_deg : NAN);
	if (looked) {
		put_pair(j, "edges_deg", k->gap.edge[0].angle_deg, k->gap.edge[1].angle_deg);
		put_pair(j, "u_edges_deg", k->gap.edge[0].u_deg, k->gap.edge[1].u_deg);
		tt_json_integer(j, "angle_frame", k->gap_frame);
		tt_json_number(j, "opening_px", k->gap.opening_px);
	} else {
		tt_json_null(j, "edges_deg");
	}
	if (k->gap_reason[0]) tt_json_string(j, "reason", k->gap_reason);
	tt_json_string(j, "evidence", a->r->fracture_text);
	if (a->o->separation.frame >= 0)
		tt_json_integer(j, "frame_by_images", a->o->track.number[a->o->separation.frame]);
	else
		tt_json_null(j, "frame_by_images");
	if (a->r->fracture_by_log >= 0)
		tt_json_integer(j, "frame_by_log", a->o->track.number[a->r->fracture_by_log]);
	else
		tt_json_null(j, "frame_by_log");
	tt_json_end(j);
}

static void put_dic(tt_json *j, const tt_findings *a)
{
	static const char *const orders[] = {"translation", "affine", "quadratic"};
	size_t lost = 0, intact = 0;
	for (size_t i = 0; i < a->o->track.n; i++) {
		if (a->r->flag[i] & TT_ROW_FRACTURED) continue;
		intact++;
		lost += (a->r->flag[i] & (TT_ROW_LOST | TT_ROW_DAMAGED)) != 0;
	}
	tt_json_object(j, "dic");
	tt_json_integer(j, "subset_px", a->o->dic.subset_px);
	tt_json_integer(j, "step_px", a->o->dic.subset_px / 2);
	tt_json_string(j, "shape_function", orders[a->o->dic.order]);
	tt_json_string(j, "interpolation",
	               a->o->dic.interpolation == TT_BSPLINE_CUBIC ? "cubic B-spline" : "quintic B-spline");
	tt_json_string(j, "criterion", "ZNSSD");
	tt_json_string(j, "reference", a->o->track.updates ? "updated" : "fixed: first frame");
	tt_json_integer(j, "reference_updates", (int64_t)a->o->track.updates);
	tt_json_number(j, "displacement_noise_px", a->r->zero.noise_px / sqrt(2));
	tt_json_number(j, "displacement_noise_nm", a->r->zero.noise_px / sqrt(2) * a->r->pixel_size.value * 1e9);
	tt_json_number(j, "strain_noise", a->r->zero.noise_px / a->r->zero.length_px);
	tt_json_number(j, "lost_fraction", intact ? (double)lost / (double)intact : NAN);
	tt_json_number(j, "image_noise_grey", a->o->noise_grey);
	tt_json_number(j, "prefilter_sigma_px", a->o->dic.prefilter_sigma_px);
	tt_json_number(j, "max_increment_px", a->o->dic.max_increment_px);
	tt_json_integer(j, "max_iterations", a->o->dic.max_iterations);
	tt_json_number(j, "min_zncc", a->o->dic.min_zncc);
	tt_json_end(j);
}

static void build(tt_json *j, const tt_findings *a)
{
	tt_json_object(j, "software");
	tt_json_string(j, "name", "temtensile");
	tt_json_string(j, "version", tt_version());
	tt_json_string(j, "build", tt_software_build());
	tt_json_string(j, "kernels", tt_software_kernels());
	tt_json_end(j);
	put_test(j, a->test);
	put_inputs(j, a);
	put_parameters(j, a);
	tt_json_object(j, "frames");
	tt_json_integer(j, "count", (int64_t)a->o->track.n);
	tt_json_integer(j, "first", a->o->track.n ? a->o->track.number[a->o->track.reference] : 0);
	tt_json_end(j);
	put_gauge(j, a);
	put_spring(j, a);
	put_sync(j, a);
	put_properties(j, a);
	put_necking(j, a);
	put_fracture(j, a);
	put_dic(j, a);
	tt_json_strings(j, "warnings", a->warnings);
}

tt_status tt_summary_build(const tt_findings *a, tt_json **out, tt_error *err)
{
	*out = tt_json_new();
	if (!*out) return tt_fail_memory(err, "the summary");
	build(*out, a);
	return TT_OK;
}

tt_status tt_write_summary(const tt_findings *a, tt_error *err)
{
	tt_json *j;
	tt_status st = tt_summary_build(a, &j, err);
	if (st == TT_OK) st = tt_json_write(j, a->out, "summary.json", err);
	tt_json_free(j);
	return st;
}
