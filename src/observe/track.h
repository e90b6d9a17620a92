/* The one decoding pass: every frame is decoded once, its gauge read, and shown to the observers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_TRACK_H
#define TT_OBSERVE_TRACK_H

#include "temtensile/dic.h"
#include "temtensile/frames.h"
#include "observe/face.h"
#include "observe/gauge.h"
#include "observe/whole_bar.h"

/* Per-frame results; everything else about a frame is gone when the next one comes. */
typedef struct tt_track {
	size_t n, capacity;
	int64_t *number;
	double *time_s;
	unsigned *source_flag;
	tt_gauge_reading *reading;
	size_t n_stations, n_extra;
	float *station_px; /* n × n_stations: axial displacement of each station, NaN where not trusted */
	size_t n_points;
	float *point_px;  /* n × n_points × 2: place of each subset's centre in the frame, NaN where not trusted */
	double *extra_px; /* n × n_extra × 2: displacement of the extra points, NaN where not trusted */
	size_t updates;   /* times the reference was replaced */
	double slow_px;   /* u of the length's error that changes slowly, where its ends are edges; else 0 */
	size_t reference; /* index of the frame that the points were laid on: the first with a sound picture */
	double *ends_px;  /* where the whole bar is read: n × 2, length and u by the subsets at its ends (NaN: not
	                     known), to  compare; NULL. Not kept in a file */
} tt_track;

/* Two edges a grip, one on either side of the bar: [0] at the end of `from`. */
typedef struct tt_grip_faces {
	double at[2][2][2]; /* px, first frame; NaN: that one is not to be seen */
	double half_across_px;
} tt_grip_faces;

/* Sees every decoded frame in order, after its own entry (index) in the track was made. */
typedef struct tt_observer {
	void *ctx;
	tt_status (*frame)(void *ctx, size_t index, const tt_frame *frame, const tt_track *track, tt_error *err);
} tt_observer;

/* A part of the recording. */
typedef struct tt_track_range {
	const tt_source_place *start; /* reading goes on here after the first frame; NULL: from the first frame on */
	int64_t warm, from, to;       /* numbers: followed from `warm` on, rows from `from` to the one before `to` */
	bool stop_at_update;          /* ends behind the frame that asks for a new reference */
} tt_track_range;

typedef struct tt_track_plan {
	tt_source *source;
	const tt_gauge *gauge;
	tt_dic_options dic;
	double update_below_zncc; /* 0: fixed reference */
	const double *extra_xy;   /* more points to follow (image displacement), or NULL */
	size_t n_extra;
	int extra_subset_px;
	const tt_grip_faces
	    *grips;        /* … or the faces of the grips, whose mean motion is that of two extra points; NULL */
	bool edges;        /* the gauge's ends are edges across the axis */
	double noise_grey; /* of a pixel, for both */
	const tt_observer *observer;
	size_t n_observers;
	const struct tt_still *still; /* taken off every frame behind the first, which comes without it; NULL */
	const tt_bar_options *bar;    /* read the whole bar; NULL: its ends alone */
	const tt_frame *before;       /* frames before the first sound picture: rows of their own, without one */
	size_t n_before;
	const tt_track_range *range; /* NULL: all frames */
} tt_track_plan;

/* first: the source's first frame with a picture, already read; it is the reference. Of a range, rows are those from
 * `warm` on: the caller drops what is before `from`; tt_gauge_sift is left to whoever joins the ranges. updates is 1
 * when it stopped at one, in its last row. */
tt_status tt_track_run(const tt_track_plan *plan, const tt_frame *first, const tt_job *job, tt_track *out,
                       tt_error *err);
void tt_track_clear(tt_track *t);
/* Drops the first n rows. */
void tt_track_drop(tt_track *t, size_t n);
/* Appends rows of another track of the same gauge, from its row `first` on. */
tt_status tt_track_append(tt_track *t, const tt_track *more, size_t first, tt_error *err);

#endif
