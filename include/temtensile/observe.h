/* What the images say: one decoding pass over a recording, kept.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_OBSERVE_H
#define TEMTENSILE_OBSERVE_H

#include "temtensile/describe.h"
#include "temtensile/frames.h"

#ifdef __cplusplus
extern "C" {
#endif

/* This build in one line: version and git's description, hash of the sources, kernels that run, FFmpeg, OpenCV, GSL as
 * they are loaded. Two builds with the same line give the same numbers. */
TT_API const char *tt_software_build(void);
/* "c", "avx2" or "avx512": the best that the processor has, or the one that TEMTENSILE_SIMD names if it has that. */
TT_API const char *tt_software_kernels(void);

/* Everything that the images say before anybody asks what it means: per frame its time, the gauge's two ends, every
 * subset's place, brightness and width along the gauge; when the halves came apart. Depends on the recording and on
 * those keys of the description that tell where to look (tt_observation_key), on nothing else. Read only; may be used
 * from several threads at once. */
typedef struct tt_observation tt_observation;

typedef struct tt_observe_options {
	bool no_width; /* leave out the width profile, and the search of the specimen where the gauge is given */
} tt_observe_options;

/* Opens the recording, chooses the gauge on the first sound frame and follows it: one decoding pass.
 * options NULL: everything. Errors: what the recording or the gauge lacks, with file and frame. */
TT_API tt_status tt_observe(const tt_test *test, const tt_observe_options *options, const tt_job *job,
                            tt_observation **out, tt_error *err);
TT_API void tt_observation_free(tt_observation *o);

/* ---- before it is looked at ---- */

/* What a gauge that is drawn on a frame would be. */
typedef struct tt_gauge_proposal {
	double from[2], to[2]; /* px */
	double width_px; /* over which the subsets are laid: gauge.width_px, that of the found bar, or the described */
	int subset_px;
	double u_px[2]; /* standard uncertainty along the axis of one subset in each band, by texture and noise; NaN:
	                   there is no texture */
	double *xy;     /* centres of the subsets, n pairs: those of both bands, then those along the axis */
	size_t n, band[2];
} tt_gauge_proposal;

/* frame: the one on which the gauge is to lie. snap: where the program sees the bar under both ends they go to its
 * axis, and each end moves along it, at most 1.5 subsets or 8 % of the gauge, to the nearest place whose texture is
 * nearly the best there; ends stay on the parallel section. subset_px: side to try where dic.subset says none; 0: by
 * the gauge's size. Errors: a gauge under 20 px, one whose subsets leave the frame or gauge.region. *out needs
 * tt_gauge_proposal_clear. */
TT_API tt_status tt_gauge_propose(const tt_test *test, const tt_image *frame, double pixel_size_m, const double from[2],
                                  const double to[2], bool snap, int subset_px, tt_gauge_proposal *out, tt_error *err);
TT_API void tt_gauge_proposal_clear(tt_gauge_proposal *p);

/* ---- kept in a file ---- */

/* Hash of all that an observation of this test depends on: the recording's content (recording: a hash of it, the
 * caller's), the keys video.stream, video.frame_rate, the first of video.frames, gauge.from, .to, .region and
 * .width_px, dic.*, the described width in pixels, the points of force.displacement, and the program's build.
 * Lower-case hex. */
TT_API tt_status tt_observation_key(const tt_test *test, const char *recording, char key[65], tt_error *err);
/* Whether a change of this key of a description ("gauge.from") can change an observation: the pixels have to be looked
 * at again. */
TT_API bool tt_observation_needs(const char *description_key);
/* The key that the observation was marked with; "" for none. */
TT_API const char *tt_observation_key_of(const tt_observation *o);
TT_API void tt_observation_mark(tt_observation *o, const char *key);

/* observation.ttobs: magic, version, byte order, length, body, SHA-256 of all before it. */
TT_API tt_status tt_observation_save(const tt_observation *o, const char *path, tt_error *err);
/* TT_ERR_INPUT with one sentence when the file is no observation, damaged, cut short, of another byte order, or made
 * by a later version. */
TT_API tt_status tt_observation_load(const char *path, tt_observation **out, tt_error *err);
/* The same from memory; name stands in messages. */
TT_API tt_status tt_observation_read(const void *bytes, size_t size, const char *name, tt_observation **out,
                                     tt_error *err);

/* ---- what it holds ---- */

TT_API const tt_source_info *tt_observation_recording(const tt_observation *o); /* path is NULL */
/* What the recording had to say while it was read ("3 frames damaged"). */
TT_API const tt_strings *tt_observation_warnings(const tt_observation *o);
/* What the search of the gauge had to say; empty when the gauge was given. */
TT_API const tt_strings *tt_observation_gauge_notes(const tt_observation *o);
TT_API bool tt_observation_has_width(const tt_observation *o); /* the width profile was asked for */

typedef struct tt_observed_gauge {
	double from[2], to[2];     /* px of the reference frame */
	double axis[2], normal[2]; /* unit vectors, from -> to and across */
	double length_px, width_px;
	int subset_px;
	size_t band[2], stations; /* subsets in the bands at `from` and `to`, and along the axis: in this order */
	size_t reference;         /* index of the frame on which it was laid */
	double noise_grey;        /* of the images, standard deviation */
	size_t reference_updates;
	bool found; /* the specimen was found in the reference frame: … */
	double found_width_px, u_found_width_px;
	double section[2][2]; /* … ends of its parallel section, on the axis */
	double edge[2][2][2]; /* [edge][end]: the section's corners */
} tt_observed_gauge;
TT_API void tt_observation_gauge(const tt_observation *o, tt_observed_gauge *out);

typedef struct tt_observed_frame {
	int64_t number;       /* in presentation order */
	double time_s;        /* 0 at the first displayed frame */
	unsigned source_flag; /* TT_FRAME_* */
	unsigned flag;        /* TT_ROW_LOST, _DAMAGED, _DUPLICATE, as judged from the images alone */
	bool known;           /* both ends of the gauge are known */
	double end[2][2];     /* px; NaN: not known */
	double length_px, u_length_px;
	double zncc; /* median over the trusted subsets */
	size_t used[2], dropped[2];
} tt_observed_frame;
TT_API size_t tt_observation_frames(const tt_observation *o);
/* i < tt_observation_frames(o) */
TT_API void tt_observation_frame(const tt_observation *o, size_t i, tt_observed_frame *out);
TT_API size_t tt_observation_subsets(const tt_observation *o);
/* Centres of all subsets, xy pairs in px: as laid on the reference frame, and in frame i (NaN: not trusted). */
TT_API const double *tt_observation_subset_start(const tt_observation *o);
TT_API const float *tt_observation_subset_places(const tt_observation *o, size_t i);

/* Index of the first frame with separate halves by the images alone; -1: none seen. text (may be NULL): how. */
TT_API int64_t tt_observation_separation(const tt_observation *o, const char **text);

#ifdef __cplusplus
}
#endif
#endif
