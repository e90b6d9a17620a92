/* The description and the truth of a simulated test, as files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/files.h"

#include <math.h>
#include <string.h>

#include "core/text.h"

/* ---- test.yaml ---- */

static void put_number(FILE *f, double v)
{
	char buf[40];
	fputs(tt_format_double(buf, sizeof buf, v, 9), f);
}

static void put_quantity(FILE *f, const char *key, const tt_quantity *q, double unit, const char *name)
{
	fputs(key, f);
	put_number(f, q->value / unit);
	if (q->u > 0) {
		fputs(" ± ", f);
		put_number(f, q->u / unit);
	}
	fprintf(f, " %s\n", name);
}

/* Plain where YAML allows it without doubt, in double quotes otherwise. */
static void put_text(FILE *f, const char *text)
{
	bool plain = *text && !strchr(" -?:,[]{}#&*!|>'\"%@`~0123456789.+", *text) && !strstr(text, ": ") &&
	             !strstr(text, " #") && text[strlen(text) - 1] != ' ' && text[strlen(text) - 1] != ':';
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == '"' || *p == '\\') plain = false;
	if (plain) {
		fputs(text, f);
		return;
	}
	putc('"', f);
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p < 0x20) {
			fprintf(f, "\\x%02x", (unsigned char)*p);
			continue;
		}
		if (*p == '"' || *p == '\\') putc('\\', f);
		putc(*p, f);
	}
	putc('"', f);
}

static void put_line(FILE *f, const char *key, const char *text)
{
	fputs(key, f);
	put_text(f, text);
	putc('\n', f);
}

/* Quantities such as "5 Pa" need no quotes; anything doubtful gets them. */
static void put_film(const tt_sim_spec *s, FILE *f)
{
	if (s->film.n_keys == 0) return;
	fputs("film:\n", f);
	for (size_t i = 0; i < s->film.n_keys; i++) {
		const char *v = s->film.key[i].value;
		fprintf(f, "  %s: ", s->film.key[i].key);
		if (*v >= '0' && *v <= '9' && !strpbrk(v, ":#\"\\"))
			fprintf(f, "%s\n", v);
		else
			put_line(f, "", v);
	}
}

static void put_force(const tt_sim_spec *s, FILE *f)
{
	fputs("force:\n", f);
	put_line(f, "  file: ", s->log.file);
	if (s->device.frame_compliance.value > 0 && !s->description.hide_compliance)
		put_quantity(f, "  frame_compliance: ", &s->device.frame_compliance, 1e-3, "nm/µN");
	if (s->description.image_displacement) fputs("  displacement: image\n", f);
	fputs("  spring:\n", f);
	if (s->description.spring == TT_SIM_SPRING_AFTER_FRACTURE) {
		fputs("    stiffness: after-fracture\n", f);
		return;
	}
	if (s->description.spring == TT_SIM_SPRING_EMPTY_RUN) {
		fputs("    stiffness:\n      empty_run: empty.txt\n", f);
		return;
	}
	put_quantity(f, "    stiffness: ", &s->device.stiffness, 1, "N/m");
	if (s->device.stiffness2.value != 0 || s->device.stiffness2.u > 0)
		put_quantity(f, "    quadratic: ", &s->device.stiffness2, 1, "N/m²");
}

static void put_gauge(const tt_simulation *sim, FILE *f)
{
	const tt_sim_spec *s = sim->spec;
	if (s->description.gauge_auto) {
		if (s->description.zero)
			fprintf(f, "gauge:\n  zero: %s\n", s->description.zero);
		else
			fputs("gauge: auto\n", f);
		return;
	}
	fputs("gauge:                       # px in the first frame, x to the right, y down\n", f);
	for (int i = 0; i < 2; i++) {
		fprintf(f, "  %s: [", i ? "to" : "from");
		put_number(f, sim->truth.marks_px[i][0]);
		fputs(", ", f);
		put_number(f, sim->truth.marks_px[i][1]);
		fputs("]\n", f);
	}
	if (s->description.zero) fprintf(f, "  zero: %s\n", s->description.zero);
}

static void put_sync(const tt_sim_spec *s, FILE *f)
{
	fputs("sync:\n", f);
	if (s->description.sync_auto)
		fputs("  log_starts_at: auto\n", f);
	else
		put_quantity(f, "  log_starts_at: ", &s->video.log_starts_at, 1,
		             "s    # the video's time at which the log's clock "
		             "reads zero");
	if (s->description.rate == TT_SIM_RATE_AUTO) {
		fputs("  rate: auto\n", f);
	} else if (s->video.clock_rate.value != 1 && s->description.rate == TT_SIM_RATE_GIVEN) {
		fputs("  rate: ", f);
		put_number(f, s->video.clock_rate.value);
		putc('\n', f);
	}
}

void tt_sim_put_description(const tt_simulation *sim, FILE *f)
{
	const tt_sim_spec *s = sim->spec;
	const char *const stamps[] = {"start", "middle", "end"};
	fprintf(f, "# A simulated push-to-pull tensile test (seed %llu); its truth is in truth.csv and truth.json.\n",
	        (unsigned long long)s->seed);
	put_line(f, "name: ", s->name);
	put_film(s, f);
	fputs("video:\n", f);
	put_line(f, "  file: ", s->video.file);
	put_quantity(f, "  pixel_size: ", &s->imaging.pixel_size, 1e-9, "nm");
	if (s->video.exposure > 0) {
		fputs("  exposure: ", f);
		put_number(f, s->video.exposure);
		fprintf(f, " s\n  timestamp: %s\n", stamps[s->video.timestamp]);
	}
	put_force(s, f);
	fputs("specimen:\n", f);
	put_quantity(f, "  width: ", &s->geometry.width, 1e-9, "nm");
	put_quantity(f, "  thickness: ", &s->geometry.thickness, 1e-9, "nm");
	put_gauge(sim, f);
	put_sync(s, f);
}

/* ---- truth.csv, axial.csv ---- */

static void put_cell(FILE *f, double v)
{
	putc(',', f);
	tt_put_double(f, v, 9);
}

void tt_sim_put_truth(const tt_simulation *sim, FILE *f)
{
	fputs("frame,video_s,log_s,gauge_strain,mark_strain,raw_un,stress_gpa,broken,displacement_nm,width_ratio_neck,"
	      "width_ratio_uniform,duplicate,seen_strain,image\n",
	      f);
	for (int64_t i = 0; i < sim->frames; i++) {
		tt_sim_state s = tt_simulation_state(sim, i);
		fprintf(f, "%lld", (long long)i);
		put_cell(f, s.time_s);
		put_cell(f, s.log_time_s);
		put_cell(f, s.gauge_strain);
		put_cell(f, s.mark_strain);
		put_cell(f, 1e6 * s.force_raw_N);
		put_cell(f, 1e-9 * s.stress_Pa);
		fputs(s.broken ? ",1" : ",0", f);
		put_cell(f, 1e9 * s.displacement_m);
		put_cell(f, s.width_ratio_neck);
		put_cell(f, s.width_ratio_uniform);
		fputs(s.duplicate ? ",1" : ",0", f);
		put_cell(f, s.seen_strain);
		fprintf(f, ",%lld\n", (long long)s.image);
	}
}

void tt_sim_put_axial(const tt_simulation *sim, FILE *f)
{
	int last = 10 * (int)(0.05 * sim->shape.length + 0.1 * sim->shape.shoulder);
	fputs("frame", f);
	for (int X = -last; X <= last; X += 10)
		fprintf(f, ",%d", X);
	for (int64_t i = 0; i < sim->frames; i++) {
		fprintf(f, "\n%lld", (long long)i);
		for (int X = -last; X <= last; X += 10) {
			putc(',', f);
			tt_put_double(f, tt_simulation_axial(sim, i, X), 7);
		}
	}
	putc('\n', f);
}

/* ---- truth.json ---- */

typedef struct json {
	FILE *f;
	bool first;
	int depth;
} json;

static void json_key(json *j, const char *key)
{
	fputs(j->first ? "\n" : ",\n", j->f);
	j->first = false;
	for (int i = 0; i <= j->depth; i++)
		putc(' ', j->f);
	fprintf(j->f, "\"%s\": ", key);
}

static void json_value(json *j, double v)
{
	char buf[40];
	tt_format_double(buf, sizeof buf, v, 12);
	fputs(*buf ? buf : "null", j->f);
}

static void json_number(json *j, const char *key, double v)
{
	json_key(j, key);
	json_value(j, v);
}

static void json_bool(json *j, const char *key, bool v)
{
	json_key(j, key);
	fputs(v ? "true" : "false", j->f);
}

static void json_point(json *j, const char *key, const double p[2])
{
	json_key(j, key);
	putc('[', j->f);
	json_value(j, p[0]);
	fputs(", ", j->f);
	json_value(j, p[1]);
	putc(']', j->f);
}

static void json_open(json *j, const char *key)
{
	if (key) json_key(j, key);
	putc('{', j->f);
	j->first = true;
	j->depth += key != NULL;
}

static void json_close(json *j)
{
	putc('\n', j->f);
	for (int i = 0; i < j->depth; i++)
		putc(' ', j->f);
	putc('}', j->f);
	j->first = false;
	j->depth--;
}

/* What was asked for, in the words of the law. */
static void put_case(const tt_simulation *sim, json *j)
{
	const tt_sim_spec *s = sim->spec;
	json_open(j, "case");
	json_number(j, "seed", (double)s->seed);
	json_number(j, "E_gpa", 1e-9 * s->law.modulus);
	json_number(j, "sy_gpa", 1e-9 * s->law.yield);
	json_number(j, "hard_gpa", 1e-9 * s->law.hardening);
	json_number(j, "sat", s->law.saturation);
	json_number(j, "ef", s->law.fracture_strain);
	json_number(j, "soften_gpa", 1e-9 * s->law.softening);
	json_number(j, "neck_from", s->law.neck_from);
	json_number(j, "poisson", s->law.poisson);
	json_number(j, "fracture_deg", s->geometry.fracture_angle_deg[0]);
	json_number(j, "spring_n_per_m", s->device.stiffness.value);
	json_number(j, "axis_deg", s->imaging.axis_deg);
	json_bool(j, "load_control", s->control.load);
	json_number(j, s->control.load ? "rate_un_per_s" : "rate_nm_per_s",
	            s->control.rate * (s->control.load ? 1e6 : 1e9));
	json_number(j, "video_lead_s", s->video.log_starts_at.value);
	json_number(j, "noise", s->imaging.noise);
	json_number(j, "contrast", s->imaging.contrast);
	json_number(j, "bend_contour", s->imaging.n_contours > 0 ? s->imaging.contour[0].depth : 0);
	json_close(j);
}

/* Toughness, J/m³, between the marks: the area under the curve up to fracture or stop. */
static double toughness(const tt_simulation *sim)
{
	const tt_sim_path *p = &sim->mechanics.path;
	double sum = 0, before = 0;
	for (size_t i = 0; i < p->n; i++) {
		double strain = tt_sim_mark_strain(sim, p->stress[i], p->plastic[i]);
		if (i) sum += 0.5 * (p->stress[i] + p->stress[i - 1]) * (strain - before);
		before = strain;
	}
	return sum;
}

static void put_properties(const tt_simulation *sim, json *j)
{
	const tt_sim_truth *t = &sim->truth;
	json_open(j, "properties"); /* between the marks, from the straight specimen */
	json_number(j, "youngs_modulus_GPa", 1e-9 * t->youngs_modulus);
	json_number(j, "proportional_limit_GPa", 1e-9 * t->proportional_limit);
	json_number(j, "yield_strength_GPa", 1e-9 * t->yield_02);
	json_number(j, "ultimate_strength_GPa", 1e-9 * t->ultimate_strength);
	json_number(j, "uniform_elongation", t->mark_strain_at_ultimate);
	json_number(j, "total_elongation", t->mark_strain_at_fracture);
	json_number(j, "plastic_elongation", t->mark_strain_at_fracture - t->stress_at_fracture / t->youngs_modulus);
	json_number(j, "toughness_MJ_per_m3", 1e-6 * toughness(sim));
	json_number(j, "loading_rate_uN_per_s", t->load_control ? 1e6 * sim->spec->control.rate : NAN);
	json_close(j);
}

/* When the punch first met the device. */
static double touched_at(const tt_sim_mechanics *m)
{
	for (size_t i = 0; i < m->n_legs; i++)
		if (m->leg[i].kind != TT_SIM_AIR) return m->leg[i].start_s;
	return m->contact_s;
}

/* What the log has beside the specimen's test; absent where nothing was asked for. */
static void put_log_faults(const tt_sim_spec *s, const tt_sim_mechanics *m, json *j)
{
	if (s->log.transducer_spring > 0) json_number(j, "transducer_n_per_m", s->log.transducer_spring);
	if (s->log.displacement_drift != 0) json_number(j, "drift_nm_per_s", 1e9 * s->log.displacement_drift);
	if (s->log.force_drift != 0) json_number(j, "drift_un_per_s", 1e6 * s->log.force_drift);
	if (!isinf(s->log.drift_settles)) json_number(j, "drift_settles_s", s->log.drift_settles);
	if (s->log.air_slope != 0) json_number(j, "air_slope_n_per_m", s->log.air_slope);
	if (s->log.tests[0] + s->log.tests[1] > 0) json_number(j, "log_test", s->log.tests[0] + 1);
	if (s->control.n_touches > 0) {
		json_key(j, "first_touch_log_s");
		json_value(j, touched_at(m));
	}
}

static void put_device(const tt_simulation *sim, json *j)
{
	const tt_sim_truth *t = &sim->truth;
	json_number(j, "spring_n_per_m", t->stiffness);
	json_number(j, "spring2_n_per_m2", t->stiffness2);
	json_number(j, "series_nm_per_un", 1e3 * t->series_compliance);
	json_number(j, "frame_nm_per_un", 1e3 * t->frame_compliance);
	json_number(j, "frames", (double)sim->frames);
	json_number(j, "fps", sim->frame_rate);
	json_number(j, "fracture_frame", t->fracture_frame < 0 ? NAN : (double)t->fracture_frame);
	json_number(j, "fracture_log_s", t->fracture_log_s);
	json_number(j, "video_lead_s", t->log_starts_at);
	json_number(j, "clock_rate", t->clock_rate);
	json_number(j, "contact_log_s", t->contact_log_s);
	json_number(j, "yield_log_s", t->yield_log_s);
	json_number(j, "force_offset_un", 1e6 * sim->spec->log.force_offset);
	json_number(j, "displacement_offset_nm", 1e9 * sim->spec->log.displacement_offset);
	put_log_faults(sim->spec, &sim->mechanics, j);
}

static void put_picture(const tt_simulation *sim, json *j)
{
	const tt_sim_truth *t = &sim->truth;
	json_key(j, "marks_px");
	putc('[', j->f);
	for (int i = 0; i < 2; i++) {
		fputs(i ? ", [" : "[", j->f);
		json_value(j, t->marks_px[i][0]);
		fputs(", ", j->f);
		json_value(j, t->marks_px[i][1]);
		putc(']', j->f);
	}
	putc(']', j->f);
	json_number(j, "nm_per_px", 1e9 * t->pixel_size);
	json_number(j, "width_nm", 1e9 * t->width);
	json_number(j, "thickness_nm", 1e9 * t->thickness);
	json_number(j, "gauge_nm", 1e9 * t->gauge_length);
	json_number(j, "axis_deg", t->axis_deg);
	json_bool(j, "pulled_forward", t->pulled_forward);
	json_point(j, "axis_origin_px", t->origin_px);
	json_point(j, "neck_px", t->neck_px);
}

static void put_fault(json *j, const char *key, double v, double none)
{
	if (v != none) json_number(j, key, v);
}

/* What the picture has beside the specimen's motion; only what was asked for. */
static void put_faults(const tt_simulation *sim, json *j)
{
	const tt_sim_spec *s = sim->spec;
	json_open(j, "faults");
	put_fault(j, "bend_contours", (double)s->imaging.n_contours, 0);
	put_fault(j, "uneven_strain", s->law.uneven, 0);
	put_fault(j, "tilt_from_deg", s->imaging.tilt.from, 0);
	put_fault(j, "tilt_to_deg", s->imaging.tilt.to, 0);
	put_fault(j, "magnification_drift", s->imaging.magnification.drift, 0);
	put_fault(j, "magnification_step", s->imaging.magnification.step, 0);
	put_fault(j, "distortion", s->imaging.distortion, 0);
	put_fault(j, "flicker", s->imaging.flicker, 0);
	put_fault(j, "vibration_nm", 1e9 * s->imaging.vibration, 0);
	put_fault(j, "shadow", s->imaging.shadow.depth, 0);
	put_fault(j, "fringes", s->imaging.fringes.amplitude, 0);
	put_fault(j, "contamination", s->imaging.contamination.depth, 0);
	put_fault(j, "cap_nm", 1e9 * s->imaging.cap.width, 0);
	put_fault(j, "neighbour_nm", 1e9 * s->imaging.neighbour.offset, 0);
	put_fault(j, "fixed_pattern", s->camera.fixed_pattern, 0);
	put_fault(j, "hot_pixels", s->camera.hot_pixels, 0);
	put_fault(j, "dead_columns", s->camera.dead_columns, 0);
	put_fault(j, "rolling_shutter_s", s->camera.rolling_shutter, 0);
	put_fault(j, "motion_blur_s", s->camera.motion_blur ? s->video.exposure : 0, 0);
	put_fault(j, "jitter", s->video.jitter, 0);
	put_fault(j, "first_black", s->video.first_black, 0);
	if (sim->shutter) json_number(j, "frames_lost", (double)(sim->shutter[sim->frames - 1] + 1 - sim->frames));
	if (s->video.false_stamps) json_bool(j, "false_stamps", true);
	if (s->description.hide_compliance) json_bool(j, "compliance_untold", true);
	if (s->description.rate == TT_SIM_RATE_UNTOLD) json_bool(j, "clock_rate_untold", true);
	if (!isnan(s->geometry.fracture_at)) json_number(j, "fracture_at_nm", 1e9 * s->geometry.fracture_at);
	json_close(j);
}

void tt_sim_put_truth_json(const tt_simulation *sim, FILE *f)
{
	const tt_sim_truth *t = &sim->truth;
	json j = {.f = f};
	json_open(&j, NULL);
	put_case(sim, &j);
	put_device(sim, &j);
	put_picture(sim, &j);
	json_number(&j, "E_gpa", 1e-9 * t->youngs_modulus);
	json_number(&j, "yield_02_gpa", 1e-9 * t->yield_02);
	json_number(&j, "uts_gpa", 1e-9 * t->ultimate_strength);
	json_number(&j, "slack_strain", t->slack_strain);
	json_bool(&j, "broken", t->broken);
	json_number(&j, "neck_onset_strain", t->neck_onset_strain);
	json_number(&j, "strain_at_fracture_marks", t->mark_strain_last_frame);
	json_number(&j, "strain_at_fracture", t->strain_at_fracture);
	json_number(&j, "strain_at_break_marks", t->mark_strain_at_fracture);
	json_number(&j, "width_ratio_neck", t->width_ratio_neck);
	json_number(&j, "width_ratio_uniform", t->width_ratio_uniform);
	json_number(&j, "fracture_angle_deg", t->fracture_angle_deg);
	json_point(&j, "fracture_edges_deg", t->fracture_edges_deg);
	put_properties(sim, &j);
	put_faults(sim, &j);
	json_close(&j);
	putc('\n', f);
}
