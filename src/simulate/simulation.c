/* A simulated test in memory: true values, states, places.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simulate/model.h"

tt_simulate_options tt_simulate_defaults(void)
{
	return (tt_simulate_options){.noise = NAN, .axis_deg = NAN, .contrast = NAN, .crf = -1, .seed = -1};
}

/* A value as nature has it, from what the description states. */
static double draw(const tt_sim_spec *s, const tt_quantity *q, uint64_t index)
{
	if (!s->draw || !(q->u > 0)) return q->value;
	return q->value + q->u * tt_sim_normal(s->seed, TT_SIM_DRAW, index);
}

static tt_status draw_all(tt_simulation *sim, tt_error *err)
{
	const tt_sim_spec *s = sim->spec;
	tt_sim_mechanics *m = &sim->mechanics;
	tt_sim_truth *t = &sim->truth;
	t->seed = s->seed;
	t->stated_stiffness = s->device.stiffness;
	t->stated_stiffness2 = s->device.stiffness2;
	t->stated_width = s->geometry.width;
	t->stated_thickness = s->geometry.thickness;
	t->stated_pixel_size = s->imaging.pixel_size;
	t->stated_log_starts_at = s->video.log_starts_at;
	t->stated_clock_rate = s->video.clock_rate;
	t->stated_frame_compliance = s->device.frame_compliance;
	m->k = t->stiffness = draw(s, &s->device.stiffness, 0);
	m->width = t->width = draw(s, &s->geometry.width, 1);
	m->thickness = t->thickness = draw(s, &s->geometry.thickness, 2);
	t->pixel_size = draw(s, &s->imaging.pixel_size, 3);
	t->log_starts_at = draw(s, &s->video.log_starts_at, 4);
	t->clock_rate = draw(s, &s->video.clock_rate, 5);
	m->k2 = t->stiffness2 = draw(s, &s->device.stiffness2, 6);
	m->frame_compliance = t->frame_compliance = draw(s, &s->device.frame_compliance, 7);
	t->series_compliance = s->device.series_compliance;
	t->gauge_length = s->geometry.gauge_length;
	if (m->k <= 0 || m->width <= 0 || m->thickness <= 0 || t->pixel_size <= 0 || t->clock_rate <= 0)
		return tt_fail(err, TT_ERR_INPUT,
		               "seed %llu draws a value that is not positive (stiffness %.3g N/m, width %.3g m, "
		               "thickness %.3g m, pixel size %.3g m, clock rate %.3g): smaller uncertainties expected",
		               (unsigned long long)s->seed, m->k, m->width, m->thickness, t->pixel_size, t->clock_rate);
	return TT_OK;
}

/* The crack crosses the axis in the neck. Edges that lean differently have lost the splinter between them, which is
 * pointed at one side of the specimen. */
static void set_crack(const tt_simulation *sim, tt_sim_motion *k)
{
	double place = sim->shape.crack + tt_sim_u(&sim->shape, k, sim->shape.crack, NULL);
	for (int i = 0; i < 2; i++) {
		double a = sim->spec->geometry.fracture_angle_deg[i] * M_PI / 180;
		k->cot[i] = cos(a) / sin(a);
	}
	double splinter = fabs(k->cot[1] - k->cot[0]) * sim->shape.half;
	k->crack[0] = place - 0.5 * splinter;
	k->crack[1] = place + 0.5 * splinter;
}

tt_sim_motion tt_sim_motion_of(const tt_simulation *sim, const tt_sim_instant *x)
{
	const tt_sim_mechanics *m = &sim->mechanics;
	const tt_sim_spec *s = sim->spec;
	double px = sim->truth.pixel_size, necked = fmax(x->plastic - m->plastic_neck, 0);
	double slack = x->broken ? m->slack_strain : tt_sim_slack(m, x->stress);
	tt_sim_motion k = {0};
	k.elastic = x->stress / s->law.modulus;
	k.plastic = x->plastic - necked;
	k.uniform = (1 + slack) * (1 + k.elastic + k.plastic) - 1;
	k.uneven = sim->shape.waves > 0 ? k.plastic : 0;
	k.neck = (1 + slack) * necked * sim->shape.length;
	k.end = 0.5 * s->device.series_compliance * m->area * x->stress / px;
	k.broken = x->broken;
	double opening = x->displacement / px;
	k.shift[0] = s->imaging.backward ? -opening : 0;
	k.shift[1] = k.shift[0];
	if (k.broken) {
		k.shift[1] = (s->imaging.backward ? 0 : opening) - tt_sim_u_end(&sim->shape, &k);
		set_crack(sim, &k);
	}
	return k;
}

/* True time of exposure j, s after the first: with a variable camera it comes early or late. */
static double exposure_s(const tt_simulation *sim, int64_t j)
{
	double jitter = sim->spec->video.jitter;
	if (jitter == 0 || j == 0) return (double)j / sim->frame_rate;
	double shift = jitter * (tt_sim_uniform(sim->spec->seed, TT_SIM_JITTER, (uint64_t)j) - 0.5);
	return round(1000 * ((double)j + shift) / sim->frame_rate) / 1000;
}

static int64_t exposure_of(const tt_simulation *sim, int64_t i)
{
	return sim->shutter ? sim->shutter[i] : i;
}

double tt_sim_stamp_s(const tt_simulation *sim, int64_t i)
{
	if (sim->spec->video.false_stamps) return (double)i / sim->frame_rate;
	return exposure_s(sim, exposure_of(sim, i));
}

int64_t tt_sim_camera_image(const tt_simulation *sim, int64_t i, double *true_s)
{
	double rate = sim->spec->video.camera_rate;
	int64_t j = exposure_of(sim, i);
	*true_s = exposure_s(sim, j);
	if (isinf(rate)) return j;
	double image = floor(*true_s * rate + 1e-6);
	*true_s = image / rate;
	return (int64_t)image;
}

static double log_time_of(const tt_simulation *sim, double video_s)
{
	return sim->truth.clock_rate * (video_s - sim->truth.log_starts_at);
}

double tt_sim_shown_log_s(const tt_simulation *sim, int64_t i)
{
	double stamp;
	tt_sim_camera_image(sim, i, &stamp);
	double half = 0.5 * sim->spec->video.exposure;
	stamp += sim->spec->video.timestamp == TT_SIM_STAMP_START ? half : 0;
	stamp -= sim->spec->video.timestamp == TT_SIM_STAMP_END ? half : 0;
	return log_time_of(sim, stamp);
}

tt_sim_instant tt_sim_shown(const tt_simulation *sim, int64_t i, double *log_time_s)
{
	*log_time_s = tt_sim_shown_log_s(sim, i);
	return tt_sim_instant_at(&sim->mechanics, *log_time_s);
}

static double mark_strain_of(const tt_simulation *sim, const tt_sim_motion *k)
{
	const double *X = sim->truth.mark_X_px;
	return (tt_sim_u(&sim->shape, k, X[1], NULL) - tt_sim_u(&sim->shape, k, X[0], NULL)) / (X[1] - X[0]);
}

double tt_sim_mark_strain(const tt_simulation *sim, double stress, double plastic)
{
	tt_sim_instant x = {.stress = stress, .plastic = plastic};
	tt_sim_motion k = tt_sim_motion_of(sim, &x);
	return (1 + mark_strain_of(sim, &k)) / (1 + tt_sim_slack(&sim->mechanics, stress)) - 1;
}

static tt_sim_state state_of(const tt_simulation *sim, const tt_sim_instant *x)
{
	const tt_sim_mechanics *m = &sim->mechanics;
	tt_sim_motion k = tt_sim_motion_of(sim, x);
	tt_sim_state s = {.time_s = NAN, .seen_strain = NAN, .image = -1, .contact = x->contact, .broken = x->broken};
	s.gauge_strain = x->seen;
	s.displacement_m = x->displacement;
	s.force_raw_N = x->force;
	/* an unbroken specimen that the punch has left is held between the device's spring and its own plastic strain:
	 * by convention that is no specimen force */
	s.stress_Pa = x->contact ? x->stress : 0;
	s.force_N = m->area * s.stress_Pa;
	s.neck_elongation_m = fmax(x->plastic - m->plastic_neck, 0) * sim->spec->geometry.gauge_length;
	s.width_ratio_neck = tt_sim_width_ratio(&sim->shape, &k, sim->shape.neck);
	k.neck = 0;
	s.width_ratio_uniform = tt_sim_width_ratio(&sim->shape, &k, 0);
	if (x->broken) {
		tt_sim_instant last = tt_sim_instant_last(m);
		k = tt_sim_motion_of(sim, &last);
	} else {
		k = tt_sim_motion_of(sim, x);
	}
	s.mark_strain = mark_strain_of(sim, &k);
	return s;
}

/* Distance of the marks in frame i over that in frame 0. */
static double seen_strain(const tt_simulation *sim, int64_t i)
{
	double length[2];
	for (int k = 0; k < 2; k++) {
		double x[2], y[2];
		for (int e = 0; e < 2; e++)
			tt_simulation_place(sim, k ? i : 0, sim->truth.mark_X_px[e], 0, &x[e], &y[e]);
		length[k] = hypot(x[1] - x[0], y[1] - y[0]);
	}
	return length[1] / length[0] - 1;
}

tt_sim_state tt_simulation_state(const tt_simulation *sim, int64_t i)
{
	double t, stamp, before;
	tt_sim_instant x = tt_sim_shown(sim, i, &t);
	tt_sim_state s = state_of(sim, &x);
	s.time_s = tt_sim_stamp_s(sim, i);
	s.log_time_s = t;
	s.seen_strain = x.broken ? NAN : seen_strain(sim, i);
	s.image = tt_sim_camera_image(sim, i, &stamp);
	s.duplicate = i > 0 && tt_sim_camera_image(sim, i, &stamp) == tt_sim_camera_image(sim, i - 1, &before);
	return s;
}

tt_sim_state tt_simulation_at(const tt_simulation *sim, double log_time_s)
{
	tt_sim_instant x = tt_sim_instant_at(&sim->mechanics, log_time_s);
	tt_sim_state s = state_of(sim, &x);
	s.log_time_s = log_time_s;
	s.time_s = log_time_s / sim->truth.clock_rate + sim->truth.log_starts_at;
	return s;
}

/* ---- true values that follow ---- */

static void place_marks(tt_simulation *sim)
{
	tt_sim_truth *t = &sim->truth;
	double a = t->axis_deg * M_PI / 180, c = cos(a), s = sin(a);
	for (int i = 0; i < 2; i++) {
		double X = (i ? 0.5 : -0.5) * sim->spec->description.mark_span * sim->shape.length;
		double *p = t->marks_px[i];
		p[0] = round(10 * (t->origin_px[0] + X * c)) / 10;
		p[1] = round(10 * (t->origin_px[1] + X * s)) / 10;
		t->mark_X_px[i] = (p[0] - t->origin_px[0]) * c + (p[1] - t->origin_px[1]) * s;
	}
	t->neck_X_px = sim->shape.neck;
	t->neck_px[0] = t->origin_px[0] + sim->shape.neck * c;
	t->neck_px[1] = t->origin_px[1] + sim->shape.neck * s;
}

static tt_status check_marks(const tt_simulation *sim, tt_error *err)
{
	const tt_sim_truth *t = &sim->truth;
	bool seen = true;
	for (int i = 0; i < 2; i++)
		seen = seen && t->marks_px[i][0] >= 0 && t->marks_px[i][0] <= t->width_px - 1 &&
		       t->marks_px[i][1] >= 0 && t->marks_px[i][1] <= t->height_px - 1;
	if (seen) return TT_OK;
	return tt_fail(err, TT_ERR_INPUT,
	               "the gauge ends at (%.1f, %.1f) and (%.1f, %.1f) px lie outside the %d x %d frame: "
	               "a larger pixel_size or a smaller mark_span expected",
	               t->marks_px[0][0], t->marks_px[0][1], t->marks_px[1][0], t->marks_px[1][1], t->width_px,
	               t->height_px);
}

static void find_properties(tt_simulation *sim)
{
	const tt_sim_mechanics *m = &sim->mechanics;
	const tt_sim_path *p = &m->path;
	tt_sim_truth *t = &sim->truth;
	size_t top = 0, yield = 0;
	for (size_t i = 1; i < p->n; i++) {
		if (p->stress[i] > p->stress[top]) top = i;
		if (!yield && p->plastic[i] >= 0.002) yield = i;
	}
	t->youngs_modulus = sim->spec->law.modulus;
	t->proportional_limit = p->plastic[p->n - 1] > 0 ? sim->spec->law.yield : NAN;
	t->yield_02 = t->yield_log_s = NAN;
	if (yield) {
		double part = (0.002 - p->plastic[yield - 1]) / (p->plastic[yield] - p->plastic[yield - 1]);
		t->yield_02 = p->stress[yield - 1] + part * (p->stress[yield] - p->stress[yield - 1]);
		double before = tt_sim_path_time(m, yield - 1);
		t->yield_log_s = before + part * (tt_sim_path_time(m, yield) - before);
	}
	t->ultimate_strength = p->stress[top];
	t->strain_at_ultimate = p->strain[top];
	tt_sim_instant last = tt_sim_instant_last(m);
	t->mark_strain_at_ultimate = tt_sim_mark_strain(sim, p->stress[top], p->plastic[top]);
	t->necks = last.plastic > m->plastic_neck;
	t->neck_onset_strain = t->necks ? sim->spec->law.neck_from : NAN;
	t->strain_at_fracture = t->broken ? last.strain : NAN;
	t->stress_at_fracture = t->broken ? last.stress : NAN;
	t->mark_strain_at_fracture = t->broken ? tt_sim_mark_strain(sim, last.stress, last.plastic) : NAN;
}

static void find_frames(tt_simulation *sim)
{
	tt_sim_truth *t = &sim->truth;
	t->fracture_frame = -1;
	double log_time;
	for (int64_t i = 0; t->broken && i < sim->frames; i++)
		if (tt_sim_shown(sim, i, &log_time).broken) {
			t->fracture_frame = i;
			break;
		}
	int64_t last = t->fracture_frame < 0 ? sim->frames - 1 : t->fracture_frame - 1;
	t->mark_strain_last_frame = t->width_ratio_neck = t->width_ratio_uniform = NAN;
	if (last < 0) return;
	tt_sim_state s = tt_simulation_state(sim, last);
	t->mark_strain_last_frame = s.mark_strain;
	t->width_ratio_neck = s.width_ratio_neck;
	t->width_ratio_uniform = s.width_ratio_uniform;
}

static bool is_lost(const tt_sim_spec *s, int64_t j)
{
	for (size_t i = 0; i < s->video.n_drops; i++)
		if (j >= s->video.drop[i].frame && j < (int64_t)s->video.drop[i].frame + s->video.drop[i].count)
			return true;
	return j > 0 && s->video.dropped > 0 && tt_sim_uniform(s->seed, TT_SIM_DROPPED, (uint64_t)j) < s->video.dropped;
}

static tt_status lose_frames(tt_simulation *sim, tt_error *err)
{
	const tt_sim_spec *s = sim->spec;
	if (s->video.n_drops == 0 && s->video.dropped == 0) return TT_OK;
	sim->shutter = malloc((size_t)sim->frames * sizeof *sim->shutter);
	if (!sim->shutter) return tt_fail_memory(err, "the frames");
	int64_t kept = 0;
	for (int64_t j = 0; j < sim->frames; j++)
		if (!is_lost(s, j)) sim->shutter[kept++] = j;
	sim->frames = kept;
	return kept >= 2
	           ? TT_OK
	           : tt_fail(err, TT_ERR_INPUT, "video.drop leaves %lld frames: at least 2 expected", (long long)kept);
}

static tt_status set_video(tt_simulation *sim, tt_error *err)
{
	const tt_sim_spec *s = sim->spec;
	const tt_sim_truth *t = &sim->truth;
	double whole = t->log_starts_at + sim->mechanics.end_s / t->clock_rate;
	if (whole < 0.1)
		return tt_fail(err, TT_ERR_INPUT,
		               "the video starts %.4g s after the log does, which ends after %.4g s: nothing "
		               "of the test would be seen",
		               -t->log_starts_at, sim->mechanics.end_s);
	sim->video_duration = isnan(s->video.duration) ? whole : s->video.duration;
	sim->frame_rate = s->video.frame_rate;
	if (s->video.frames > 0) {
		sim->frames = s->video.frames;
		/* what rounding left over, or all of it where the described duration of the video rules */
		sim->frame_rate = (double)sim->frames / sim->video_duration;
	} else {
		double n = floor(sim->video_duration * sim->frame_rate + 1e-9);
		if (n > 1e7)
			return tt_fail(err, TT_ERR_INPUT,
			               "%.4g frames are too many: a lower frame_rate or a duration expected", n);
		sim->frames = (int64_t)fmax(n, 2);
	}
	return lose_frames(sim, err);
}

/* A wanted number of frames runs the test slower or faster, for a camera keeps its rate. */
static tt_status pace(tt_simulation *sim, tt_error *err)
{
	tt_sim_spec *s = sim->spec;
	const tt_sim_truth *t = &sim->truth;
	if (s->video.frames <= 0 || !isnan(s->video.duration)) return TT_OK;
	double wanted = ((double)s->video.frames / s->video.frame_rate - t->log_starts_at) * t->clock_rate;
	double slower = wanted / sim->mechanics.end_s;
	if (!(slower > 0)) return TT_OK; /* so few frames that only a faster camera can show the test */
	s->control.wait *= slower;
	s->control.approach *= slower;
	s->control.hold *= slower;
	s->control.after *= slower;
	s->control.approach_speed /= slower;
	s->control.rate /= slower;
	s->control.unload_rate /= slower;
	s->control.second_rate /= slower;
	s->control.retract_speed /= slower;
	for (size_t i = 0; i < s->control.n_touches; i++) {
		s->control.touch[i].hold *= slower;
		s->control.touch[i].pause *= slower;
	}
	for (size_t i = 0; i < s->control.n_cycles; i++) {
		s->control.cycle[i].hold *= slower;
		s->control.cycle[i].low_hold *= slower;
	}
	tt_sim_mechanics_free(&sim->mechanics);
	return tt_sim_mechanics_init(&sim->mechanics, err);
}

static tt_status build(tt_simulation *sim, tt_error *err)
{
	const tt_sim_spec *s = sim->spec;
	tt_sim_truth *t = &sim->truth;
	tt_status st = draw_all(sim, err);
	if (st) return st;
	sim->mechanics.spec = s;
	if ((st = tt_sim_mechanics_init(&sim->mechanics, err))) return st;
	if ((st = pace(sim, err))) return st;
	double px = t->pixel_size;
	tt_sim_shape_init(&sim->shape, s->geometry.gauge_length / px, t->width / px,
	                  fmax(s->geometry.grip_width, t->width) / px, s->geometry.shoulder_radius / px);
	sim->shape.neck = s->geometry.neck_at / px;
	sim->shape.neck_sd = s->geometry.neck_width / px;
	sim->shape.poisson = s->law.poisson;
	sim->shape.crack = isnan(s->geometry.fracture_at) ? sim->shape.neck : s->geometry.fracture_at / px;
	if (s->law.uneven > 0) {
		sim->shape.waves = (int)fmax(round(s->geometry.gauge_length / s->law.uneven_period), 1);
		for (int i = 0; i < 2; i++) /* one up, one down at random, the first the stronger */
			sim->shape.wave[i] = s->law.uneven * (i ? 0.4 : 0.8) *
			                     (tt_sim_uniform(s->seed, TT_SIM_UNEVEN, (uint64_t)i) < 0.5 ? 1 : -1);
	}
	t->slack_strain = sim->mechanics.slack_strain;
	t->load_control = s->control.load;
	t->broken = sim->mechanics.broken;
	t->contact_log_s = sim->mechanics.contact_s;
	t->fracture_log_s = t->broken ? sim->mechanics.peak_s : NAN;
	t->width_px = s->video.width;
	t->height_px = s->video.height;
	t->axis_deg = s->imaging.axis_deg;
	t->pulled_forward = !s->imaging.backward;
	t->origin_px[0] = s->imaging.centre[0];
	t->origin_px[1] = s->imaging.centre[1];
	t->gauge_px = sim->shape.length;
	for (int i = 0; i < 2; i++) {
		double lean = s->geometry.fracture_angle_deg[i];
		t->fracture_edges_deg[i] = t->broken ? fmin(lean, 180 - lean) : NAN;
	}
	t->fracture_angle_deg = 0.5 * (t->fracture_edges_deg[0] + t->fracture_edges_deg[1]);
	place_marks(sim);
	if ((st = set_video(sim, err)) || (st = check_marks(sim, err))) return st;
	find_properties(sim);
	find_frames(sim);
	return TT_OK;
}

static tt_status open_yaml(tt_yaml *y, const tt_simulate_options *options, tt_simulation **out, tt_error *err)
{
	tt_simulation *sim = calloc(1, sizeof *sim);
	tt_status st = sim ? TT_OK : tt_fail_memory(err, "the simulation");
	if (!st) st = tt_sim_spec_read(y, &sim->spec, err);
	tt_yaml_free(y);
	if (!st) st = tt_sim_spec_finish(sim->spec, options, err);
	if (!st) st = build(sim, err);
	if (st) {
		tt_simulation_free(sim);
		return st;
	}
	*out = sim;
	return TT_OK;
}

tt_status tt_simulation_open(const char *path, const tt_simulate_options *o, tt_simulation **out, tt_error *err)
{
	tt_yaml *y;
	*out = NULL;
	tt_status st = tt_yaml_read(path, o ? o->sets : NULL, o ? o->n_sets : 0, &y, err);
	return st ? st : open_yaml(y, o, out, err);
}

tt_status tt_simulation_parse(const char *text, size_t size, const char *name, const tt_simulate_options *o,
                              tt_simulation **out, tt_error *err)
{
	tt_yaml *y;
	*out = NULL;
	tt_status st = tt_yaml_parse(text, size, name, o ? o->sets : NULL, o ? o->n_sets : 0, &y, err);
	return st ? st : open_yaml(y, o, out, err);
}

void tt_simulation_free(tt_simulation *sim)
{
	if (!sim) return;
	tt_sim_mechanics_free(&sim->mechanics);
	tt_sim_texture_free(&sim->texture);
	tt_sim_spec_free(sim->spec);
	free(sim->log_time);
	free(sim->empty_time);
	free(sim->noise);
	free(sim->shutter);
	free(sim->gain);
	for (int i = 0; i < TT_SIM_FLASHES; i++)
		tt_sim_texture_free(&sim->flashing[i]);
	free(sim->frame);
	free(sim);
}

const tt_sim_truth *tt_simulation_truth(const tt_simulation *sim)
{
	return &sim->truth;
}

int64_t tt_simulation_frames(const tt_simulation *sim)
{
	return sim->frames;
}

size_t tt_simulation_curve(const tt_simulation *sim, const double **strain, const double **stress_Pa)
{
	*strain = sim->mechanics.path.strain;
	*stress_Pa = sim->mechanics.path.stress;
	return sim->mechanics.path.n;
}

/* ---- places ---- */

static double degrees(double a)
{
	return a * M_PI / 180;
}

static void set_optics(const tt_simulation *sim, double video_s, double seen, tt_sim_view *v)
{
	const tt_sim_spec *s = sim->spec;
	double part = fmax(fmin(seen / s->imaging.tilt.until, 1), 0);
	double tilt = cos(degrees(s->imaging.tilt.from + part * (s->imaging.tilt.to - s->imaging.tilt.from)));
	v->shorter[0] = s->imaging.tilt.about_axis ? 1 : tilt;
	v->shorter[1] = s->imaging.tilt.about_axis ? tilt : 1;
	v->magnification = 1 + s->imaging.magnification.drift * video_s / sim->video_duration;
	if (video_s >= s->imaging.magnification.at) v->magnification += s->imaging.magnification.step;
	v->middle[0] = 0.5 * (s->video.width - 1);
	v->middle[1] = 0.5 * (s->video.height - 1);
	double corner = v->middle[0] * v->middle[0] + v->middle[1] * v->middle[1];
	v->distortion = s->imaging.distortion / corner;
	v->straight = tilt == 1 && v->magnification == 1 && v->distortion == 0;
}

tt_sim_view tt_sim_view_at(const tt_simulation *sim, int64_t image, double stamp, double after, double seen)
{
	const tt_sim_spec *s = sim->spec;
	double px = sim->truth.pixel_size;
	tt_sim_view v;
	for (int k = 0; k < 2; k++) {
		double shake = 0;
		if (image > 0 && s->imaging.shake > 0)
			shake = s->imaging.shake *
			        tt_sim_normal(s->seed, k ? TT_SIM_SHAKE_Y : TT_SIM_SHAKE_X, (uint64_t)image);
		if (s->imaging.vibration > 0)
			shake += s->imaging.vibration *
			         sin(2 * M_PI * s->imaging.vibration_frequency * (stamp + after) + 1.1 * k);
		v.origin[k] = sim->truth.origin_px[k] + (s->imaging.drift[k] * (stamp + after) + shake) / px;
	}
	double a = degrees(s->imaging.axis_deg + s->imaging.turn_deg * (stamp + after) / sim->video_duration);
	v.c = cos(a);
	v.s = sin(a);
	set_optics(sim, stamp + after, seen, &v);
	return v;
}

tt_sim_view tt_sim_view_of(const tt_simulation *sim, int64_t i)
{
	double stamp;
	int64_t image = tt_sim_camera_image(sim, i, &stamp);
	tt_sim_instant x = tt_sim_instant_at(&sim->mechanics, tt_sim_shown_log_s(sim, i));
	return tt_sim_view_at(sim, image, stamp, 0, x.seen);
}

void tt_sim_to_picture(const tt_sim_view *v, double along, double across, double *x, double *y)
{
	along *= v->shorter[0];
	across *= v->shorter[1];
	*x = v->origin[0] + along * v->c - across * v->s;
	*y = v->origin[1] + along * v->s + across * v->c;
	if (v->straight) return;
	double qx = v->magnification * (*x - v->middle[0]), qy = v->magnification * (*y - v->middle[1]);
	double more = 1 + v->distortion * (qx * qx + qy * qy);
	*x = v->middle[0] + more * qx;
	*y = v->middle[1] + more * qy;
}

void tt_sim_to_axis(const tt_sim_view *v, double x, double y, double *along, double *across)
{
	if (!v->straight) {
		double px = x - v->middle[0], py = y - v->middle[1], r2 = px * px + py * py, less = 1;
		for (int i = 0; i < 6; i++) /* less = |q| / |p|, by Newton of less (1 + d less² r²) = 1 */
			less -= (less * (1 + v->distortion * r2 * less * less) - 1) /
			        (1 + 3 * v->distortion * r2 * less * less);
		x = v->middle[0] + px * less / v->magnification;
		y = v->middle[1] + py * less / v->magnification;
	}
	double dx = x - v->origin[0], dy = y - v->origin[1];
	*along = (dx * v->c + dy * v->s) / v->shorter[0];
	*across = (dy * v->c - dx * v->s) / v->shorter[1];
}

/* Place along and across the axis in the frame. */
static void move(const tt_simulation *sim, const tt_sim_motion *k, double X, double Y, double *x, double *y)
{
	*x = X + tt_sim_u(&sim->shape, k, X, NULL);
	*y = Y * tt_sim_width_ratio(&sim->shape, k, X);
	*x += k->shift[k->broken && *x > 0.5 * (k->crack[0] + k->crack[1] + (k->cot[0] + k->cot[1]) * *y)];
}

double tt_simulation_axial(const tt_simulation *sim, int64_t i, double X)
{
	double t, x, y;
	tt_sim_instant now = tt_sim_shown(sim, i, &t);
	tt_sim_motion k = tt_sim_motion_of(sim, &now);
	move(sim, &k, X, 0, &x, &y);
	return x - X;
}

void tt_simulation_place(const tt_simulation *sim, int64_t i, double X, double Y, double *x, double *y)
{
	double t, along, across;
	tt_sim_instant now = tt_sim_shown(sim, i, &t);
	tt_sim_motion k = tt_sim_motion_of(sim, &now);
	tt_sim_view v = tt_sim_view_of(sim, i);
	move(sim, &k, X, Y, &along, &across);
	tt_sim_to_picture(&v, along, across, x, y);
}
