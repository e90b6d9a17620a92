/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observed.h"

#include "check.h"
#include "core/text.h"
#include "observe/observation.h"
#include "temtensile/curve.h"

enum { LENGTH_STREAM = 77001, STATION_STREAM };

static void *room(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);
	CHECK(p);
	return p;
}

static void fill_recording(const tt_simulation *sim, tt_source_info *info)
{
	const tt_sim_truth *t = tt_simulation_truth(sim);
	const tt_source_info source = {.format = "simulated",
	                               .codec = "none",
	                               .pixel_format = "gray",
	                               .width = t->width_px,
	                               .height = t->height_px,
	                               .bits = 8,
	                               .type = TT_U8,
	                               .frames = tt_simulation_frames(sim),
	                               .frame_rate = 5,
	                               .video_streams = 1,
	                               .pixel_size_m = NAN,
	                               .frame_interval_s = NAN,
	                               .exposure_s = NAN,
	                               .black = NAN,
	                               .white = NAN,
	                               .calibration_source = "",
	                               .normalisation = ""};
	tt_error err;
	CHECK(tt_recording_copy(&source, info, &err) == TT_OK);
}

static void fill_frame(const tt_simulation *sim, tt_observation *o, size_t i, double noise_px)
{
	const tt_sim_truth *t = tt_simulation_truth(sim);
	tt_track *k = &o->track;
	tt_sim_state s = tt_simulation_state(sim, (int64_t)i);
	uint64_t seed = t->seed;
	tt_gauge_reading *r = &k->reading[i];
	k->number[i] = (int64_t)i;
	k->time_s[i] = s.time_s;
	o->flag[i] = s.duplicate ? TT_ROW_DUPLICATE : 0;
	double x[2], y[2];
	for (int e = 0; e < 2; e++)
		tt_simulation_place(sim, (int64_t)i, t->mark_X_px[e], 0, &x[e], &y[e]);
	double noise = noise_px * tt_sim_normal(seed, LENGTH_STREAM, i);
	double c = o->gauge.axis[0], d = o->gauge.axis[1];
	for (int e = 0; e < 2; e++) {
		r->end[e][0] = x[e] + (e ? 0.5 : -0.5) * noise * c;
		r->end[e][1] = y[e] + (e ? 0.5 : -0.5) * noise * d;
		r->axial_px[e] = (r->end[e][0] - o->gauge.xy[0]) * c;
		r->used[e] = o->gauge.n_band[e];
	}
	r->ok = true;
	r->length_px = hypot(r->end[1][0] - r->end[0][0], r->end[1][1] - r->end[0][1]);
	r->u_length_px = noise_px;
	r->zncc = s.broken ? 0.9 : 0.98;
	r->stations = o->gauge.n_stations;
	r->gap_px = 0;
	r->gap_at_px = NAN;
	r->station_strain = s.mark_strain;
	for (size_t j = 0; j < k->n_stations; j++) {
		double X = t->mark_X_px[0] + o->gauge.station_s[j];
		k->station_px[i * k->n_stations + j] =
		    (float)(tt_simulation_axial(sim, (int64_t)i, X) +
		            0.02 * tt_sim_normal(seed, STATION_STREAM, i * 1000 + j));
	}
	for (size_t j = 0; j < 2 * k->n_points; j++)
		k->point_px[2 * i * k->n_points + j] = NAN;
}

tt_observation *observe_simulation(const tt_simulation *sim, double noise_px)
{
	const tt_sim_truth *t = tt_simulation_truth(sim);
	tt_error err;
	tt_observation *o = room(1, sizeof *o);
	size_t n = (size_t)tt_simulation_frames(sim);
	fill_recording(sim, &o->recording);
	tt_status st = tt_gauge_lay(t->marks_px[0], t->marks_px[1], t->width / t->pixel_size, 33, t->width_px,
	                            t->height_px, NULL, &o->gauge, &err);
	CHECK_MSG(st == TT_OK, "%s", err.message);
	o->noise_grey = 3;
	tt_track *k = &o->track;
	k->n = k->capacity = n;
	k->n_stations = o->gauge.n_stations;
	k->n_points = o->gauge.n;
	k->number = room(n, sizeof *k->number);
	k->time_s = room(n, sizeof *k->time_s);
	k->source_flag = room(n, sizeof *k->source_flag);
	k->reading = room(n, sizeof *k->reading);
	k->station_px = room(n * k->n_stations, sizeof *k->station_px);
	k->point_px = room(2 * n * k->n_points, sizeof *k->point_px);
	o->flag = room(n, sizeof *o->flag);
	for (size_t i = 0; i < n; i++)
		fill_frame(sim, o, i, noise_px);
	o->separation.frame = t->fracture_frame;
	o->separation.last_intact = t->fracture_frame - 1;
	o->separation.jump_px = o->separation.gap_at_px = NAN;
	if (t->fracture_frame > 0) {
		size_t f = (size_t)t->fracture_frame;
		o->separation.jump_px = k->reading[f].length_px - k->reading[f - 1].length_px;
		k->reading[f].gap_px = o->separation.jump_px;
	}
	tt_snprintf(o->separation.text, sizeof o->separation.text, "the halves are separate");
	o->light.gauge = &o->gauge;
	return o;
}
