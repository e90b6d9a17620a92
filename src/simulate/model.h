/* One simulated test, inside.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SIMULATE_MODEL_H
#define TT_SIMULATE_MODEL_H

#include "simulate/mechanics.h"
#include "simulate/random.h"
#include "simulate/shape.h"
#include "simulate/texture.h"
#include "temtensile/simulate.h"

enum { TT_SIM_FLASHES = 10 };

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

	int64_t *shutter; /* which of the camera's exposures frame i is; NULL: the i-th, none was lost */

	bool prepared;
	tt_sim_texture texture;
	tt_sim_texture flashing[TT_SIM_FLASHES]; /* nanocrystals by the angle at which they light up */
	float *gain;                             /* of the camera's pixels; NULL: 1 */
	float *noise;                            /* quantiles; NULL without noise */
	void *frame;                             /* of tt_simulation_frame */
};

/* The camera's own image that frame i shows: number and true time; frames that repeat it have the same. */
int64_t tt_sim_camera_image(const tt_simulation *sim, int64_t i, double *true_s);
/* Time stamp of frame i in the video, s. */
double tt_sim_stamp_s(const tt_simulation *sim, int64_t i);
/* Log time of the middle of the exposure that frame i shows. */
double tt_sim_shown_log_s(const tt_simulation *sim, int64_t i);
/* Instant and log time that frame i shows. */
tt_sim_instant tt_sim_shown(const tt_simulation *sim, int64_t i, double *log_time_s);
/* Strain between the marks, counted from the straight specimen, at a state of the path. */
double tt_sim_mark_strain(const tt_simulation *sim, double stress, double plastic);
tt_sim_motion tt_sim_motion_of(const tt_simulation *sim, const tt_sim_instant *x);

/* Where the axis lies in a picture. Without optical faults: px = origin + x (c, s) + y (-s, c), x and y along and
 * across the axis; tilt shortens x or y, magnification spreads px from the frame's middle, then the lens distorts. */
typedef struct tt_sim_view {
	double origin[2], c, s;
	double shorter[2]; /* cosines of the tilt, along and across */
	double magnification;
	double distortion; /* px of the picture = q (1 + distortion |q|²), q from the frame's middle */
	double middle[2];
	bool straight; /* none of the three */
} tt_sim_view;
/* The view of a camera image, after_s away from its stamp, while the gauge is strained so. */
tt_sim_view tt_sim_view_at(const tt_simulation *sim, int64_t image, double stamp_s, double after_s, double seen);
tt_sim_view tt_sim_view_of(const tt_simulation *sim, int64_t i);
void tt_sim_to_picture(const tt_sim_view *v, double along, double across, double *x, double *y);
void tt_sim_to_axis(const tt_sim_view *v, double x, double y, double *along, double *across);

/* Rows of the log (of the empty run) as text, TriboScan's way; whole file in memory. */
tt_status tt_sim_log_text(tt_simulation *sim, bool empty, char **text, size_t *size, tt_error *err);

#endif
