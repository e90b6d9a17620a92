/* The observation from inside: what the one decoding pass leaves.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_OBSERVATION_H
#define TT_OBSERVE_OBSERVATION_H

#include "observe/find_gauge.h"
#include "observe/light_watch.h"
#include "observe/separation.h"
#include "observe/track.h"
#include "temtensile/observe.h"

/* Widths of the bar at all stations, one row per measured frame. */
typedef struct tt_width_rows {
	char reason[256]; /* why there are none */
	size_t stations, rows;
	double *s;       /* of each station, px along the axis from `from` */
	size_t *index;   /* of each row's frame */
	float *width_px; /* rows × stations */
} tt_width_rows;

/* Whoever adds a member adds it to observation_file.c, too. */
struct tt_observation {
	char key[65];             /* of what it depends on; "" when nobody said */
	tt_source_info recording; /* its texts are owned here; path is NULL */
	tt_gauge gauge;
	tt_gauge_choice choice; /* found or checked on the reference frame */
	tt_dic_options dic;
	double noise_grey, contrast_grey; /* of the specimen in the reference frame: white noise, texture */
	bool flattened;           /* looked at a second time with slow light taken off (dic.highpass_sigma_px) */
	tt_track track;
	unsigned *flag; /* TT_ROW_* per frame, from the images alone */
	tt_separation separation;
	tt_light_watch light;
	bool has_width;
	tt_width_rows width;
	tt_strings warnings; /* of the recording */
};

/* Size of a pixel: the description's, else the recording's. source: "description" or the file's word. */
tt_status tt_pixel_size_of(const tt_test *t, const tt_source_info *info, tt_quantity *size, const char **source,
                           tt_error *err);

/* tt_observe, which leaves the recording open for a second look; *source is the caller's. */
tt_status tt_observe_keep(const tt_test *test, const tt_observe_options *options, const tt_job *job,
                          tt_observation **out, tt_source **source, tt_error *err);

/* Sides of the subsets: when the images drive the spring; when they are only compared with the log (a smaller one fits
 * beside a bar that nearly fills the frame). */
enum { TT_IMAGE_SUBSET_PX = 41, TT_IMAGE_COMPARE_PX = 25 };

/* The two points to follow for `displacement: image`, [0] on the side of `from`, [1] on that of `to`: the description's,
 * or the best-textured places on the grips beyond the found parallel section. Error when there are none. */
tt_status tt_image_points(const tt_test *test, const tt_observation *o, const tt_image *first, int subset_px,
                          const tt_job *job, double xy[4], tt_error *err);

/* Copies what a source says of itself; the texts are the copy's. */
tt_status tt_recording_copy(const tt_source_info *info, tt_source_info *out, tt_error *err);
void tt_recording_clear(tt_source_info *info);

#endif
