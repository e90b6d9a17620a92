/* How a picture is drawn: the scene at an instant, row by row; then the camera; then what the software writes over it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SIMULATE_RENDER_H
#define TT_SIMULATE_RENDER_H

#include "simulate/model.h"

/* What a place on the axis shows; `material` and `widen` are interpolated by a cubic, the others linearly. */
typedef struct tt_sim_node {
	double material; /* X of the material point that is here */
	float widen;     /* Y = y × widen */
	float half;      /* half width, px */
	float lean;      /* cosine of the outline's slope */
	float base, contrast;
} tt_sim_node;

/* The scene at one instant. */
typedef struct tt_sim_scene {
	const tt_simulation *sim;
	tt_sim_view view;
	tt_sim_motion motion;
	double strain;  /* gauge strain seen */
	double video_s; /* true time */
	tt_sim_node *nodes;
	size_t n_nodes;
	double first;                        /* x of node 0 */
	double contour[TT_SIM_MAX_CONTOURS]; /* their places */
	double reach;                        /* largest half width */
	double offset;                       /* of this bar across the axis, px */
	double strength;                     /* its contrast over the specimen's */
	const tt_sim_texture *texture;
} tt_sim_scene;

/* One row's work arrays. */
typedef struct tt_sim_row {
	float *value, *mask, *random, *texture, *sum;
	double *X, *Y, *along, *across;
	float *alpha, *base, *contrast, *inside;
	int *column;
} tt_sim_row;

tt_status tt_sim_row_new(int width, tt_sim_row *w, void **memory, tt_error *err);

/* offset: of the bar across the axis; still: nothing pulls at it. */
tt_status tt_sim_scene_init(tt_sim_scene *p, const tt_simulation *sim, const tt_sim_instant *x, tt_error *err);
tt_status tt_sim_scene_neighbour(tt_sim_scene *p, const tt_sim_scene *of, double force_N, tt_error *err);
void tt_sim_scene_free(tt_sim_scene *p);
double tt_sim_scene_reach(const tt_simulation *sim);
/* Fills value (grey levels) and mask (part of the pixel that the specimen covers); neighbour may be NULL. */
void tt_sim_scene_row(const tt_sim_scene *p, const tt_sim_scene *neighbour, int row, tt_sim_row *w);

/* Light between the specimen and the camera: contours, the beam. */
void tt_sim_optics_places(tt_sim_scene *p, const tt_sim_instant *x);
void tt_sim_optics_row(const tt_sim_scene *p, int row, tt_sim_row *w);

/* The camera: gain, noise, defects. */
tt_status tt_sim_camera_prepare(tt_simulation *sim, tt_error *err);
void tt_sim_camera_row(const tt_simulation *sim, int64_t image, uint32_t noise_key, int row, tt_sim_row *w);
void tt_sim_camera_store(const tt_simulation *sim, const float *value, void *out);

/* What the recording software writes over the picture. */
void tt_sim_overlay_row(const tt_simulation *sim, int64_t image, double video_s, int row, float *value);

#endif
