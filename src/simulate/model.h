/* One simulated test, inside.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SIMULATE_MODEL_H
#define TT_SIMULATE_MODEL_H

#include "simulate/mechanics.h"
#include "simulate/random.h"
#include "simulate/shape.h"
#include "simulate/texture.h"
#include "temtensile/simulate.h"

struct tt_simulation {
	tt_sim_spec *spec;
	tt_sim_mechanics mechanics;
	tt_sim_shape shape; /* in true pixels */
	tt_sim_truth truth;
	double frame_rate;
	int64_t frames;
	double video_duration; /* s */

	double *log_time, *log_displacement, *log_force;
	size_t log_rows;
	double *empty_time, *empty_displacement, *empty_force;
	size_t empty_rows;

	bool prepared;
	tt_sim_texture texture;
	float *noise; /* quantiles; NULL without noise */
	void *frame;  /* of tt_simulation_frame */
};

/* The camera's own image that frame i shows: number and time stamp; frames that repeat it have the same. */
int64_t tt_sim_camera_image(const tt_simulation *sim, int64_t i, double *stamp_s);
/* Time stamp of frame i in the video, s. */
double tt_sim_stamp_s(const tt_simulation *sim, int64_t i);
/* Instant and log time that frame i shows. */
tt_sim_instant tt_sim_shown(const tt_simulation *sim, int64_t i, double *log_time_s);
/* Strain between the marks, counted from the straight specimen, at a state of the path. */
double tt_sim_mark_strain(const tt_simulation *sim, double stress, double plastic);
tt_sim_motion tt_sim_motion_of(const tt_simulation *sim, const tt_sim_instant *x);

/* Where the axis lies in a frame: px of the picture = origin + X (c, s) + Y (-s, c). */
typedef struct tt_sim_view {
	double origin[2], c, s;
} tt_sim_view;
tt_sim_view tt_sim_view_of(const tt_simulation *sim, int64_t i);

/* Rows of the log (of the empty run) as text, TriboScan's way; whole file in memory. */
tt_status tt_sim_log_text(tt_simulation *sim, bool empty, char **text, size_t *size, tt_error *err);

#endif
