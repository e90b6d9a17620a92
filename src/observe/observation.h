/* The observation from inside: what the one decoding pass leaves.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_OBSERVATION_H
#define TT_OBSERVE_OBSERVATION_H

#include "observe/find_gauge.h"
#include "observe/light_watch.h"
#include "observe/separation.h"
#include "observe/still.h"
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
	bool whole_bar;                   /* the lengths are the whole bar's, not those of subsets at its ends */
	bool by_faces;                    /* the two extra points are the faces of the grips */
	bool flattened; /* looked at a second time with slow light taken off (dic.highpass_sigma_px) */
	tt_track track;
	unsigned *flag; /* TT_ROW_* per frame, from the images alone */
	tt_separation separation;
	tt_light_watch light;
	bool has_width;
	tt_width_rows width;
	double u_still_px;       /* of the gauge's length, slow: by what stands still in the picture */
	tt_strings warnings;     /* of the recording */
	tt_still_watch pictures; /* of the pass, while looks go on; not kept in a file */
};

/* Where the images show that the halves came apart, by the frames that are usable; least_px: opening between stations
 * that counts (the whole bar has no use for it). */
void tt_observation_part(const tt_observation *o, const bool *usable, double least_px, tt_separation *out);

/* Size of a pixel: the description's, else the recording's. source: "description" or the file's word. */
tt_status tt_pixel_size_of(const tt_test *t, const tt_source_info *info, tt_quantity *size, const char **source,
                           tt_error *err);

/* tt_observe, which leaves the recording open for a second look; *source is the caller's. */
tt_status tt_observe_keep(const tt_test *test, const tt_observe_options *options, const tt_job *job,
                          tt_observation **out, tt_source **source, tt_error *err);

/* ---- looks: how, of what part, by whom ---- */

typedef struct tt_look_how {
	bool no_width;
	bool flatten;          /* slow light is taken off */
	bool bar;              /* the whole bar is read, whatever its texture */
	double update_below;   /* ZNCC below which the reference is replaced; 0: as the description says */
	const tt_still *still; /* is taken off; NULL. Not in parts */
} tt_look_how;

/* Frames before a part: read, so that repeated frames are told apart as in a pass from the beginning (their rule looks
 * back over 240 frames and holds on for 120 more); followed, so that the tracker's state is what it would have been;
 * kept, so that two neighbours can be compared. */
enum { TT_PART_READ = 768, TT_PART_WARM = 640, TT_PART_SHARED = 64 };

typedef struct tt_part_plan {
	int64_t from, to; /* numbers of the frames: from … to - 1; to INT64_MAX: to the end */
	tt_source_place
	    start;   /* where its reading begins, TT_PART_READ frames before `from` or more; 0: at the beginning */
	bool update; /* goes on behind a change of the reference, which those behind it cannot know of */
} tt_part_plan;

/* One decoding pass, of the whole recording (part NULL) or of a part. The observation of a part has the rows of the
 * frames before it that both neighbours have, and is not judged (tt_observation_judge). The source is the caller's. */
tt_status tt_look_at(const tt_test *test, const tt_look_how *how, const tt_part_plan *part, const tt_job *job,
                     tt_observation **out, tt_source **source, tt_error *err);
/* Leaves of a part's rows those that it shares with its neighbour and its own. */
void tt_part_trim(tt_observation *o, int64_t from);

/* At most `wanted` parts of about the same length, cut at key frames where a codec has them; malloc'ed into *plan. *n
 * 1: it is not worth it, or cannot be done, and why (200 characters) says what for. */
tt_status tt_parts_plan(const tt_test *test, size_t wanted, const tt_job *job, tt_part_plan **plan, size_t *n,
                        char *why, tt_error *err);
/* One observation of all parts, judged. load gives them one at a time; it becomes the callee's. Where two neighbours do
 * not say the same of the frames that both saw, they are looked at once more in one piece; behind a change of the
 * reference, all that follows is. notes: where that was. */
tt_status tt_parts_join(const tt_test *test, const tt_look_how *how, const tt_part_plan *plan, size_t n,
                        tt_status (*load)(void *ctx, size_t k, tt_observation **o, tt_error *err), void *ctx,
                        const tt_job *job, tt_strings *notes, tt_observation **out, tt_error *err);
/* Flags and separation, from all rows. */
tt_status tt_observation_judge(tt_observation *o, tt_error *err);
/* Whether a picture was damaged, or not there: such a video's pictures are those of one decoder thread. */
bool tt_observation_has_damage(const tt_observation *o);

/* Who looks. */
typedef struct tt_looker {
	void *ctx;
	tt_status (*look)(void *ctx, const tt_look_how *how, tt_observation **o, tt_source **source, tt_error *err);
} tt_looker;
/* The best of as many looks as it takes; source: of the one that was taken, may be NULL. */
tt_status tt_observe_by(const tt_test *test, const tt_observe_options *options, const tt_looker *looker,
                        tt_observation **out, tt_source **source, tt_error *err);

/* Sides of the subsets: when the images drive the spring; when they are only compared with the log (a smaller one fits
 * beside a bar that nearly fills the frame). */
enum { TT_IMAGE_SUBSET_PX = 41, TT_IMAGE_COMPARE_PX = 25 };

/* The two points to follow for `displacement: image`, [0] on the side of `from`, [1] on that of `to`: the
 * description's, or the best-textured places on the grips beyond the found parallel section. Error when there are none.
 */
tt_status tt_image_points(const tt_test *test, const tt_observation *o, const tt_image *first, int subset_px,
                          const tt_job *job, double xy[4], tt_error *err);

/* Edges across the axis beside the bar, where the found parallel section widens into the grips; false: none at one of
 * its ends. */
bool tt_grip_faces_find(const tt_observation *o, const tt_image *first, tt_grip_faces *out);

/* Copies what a source says of itself; the texts are the copy's. */
tt_status tt_recording_copy(const tt_source_info *info, tt_source_info *out, tt_error *err);
void tt_recording_clear(tt_source_info *info);

#endif
