/* Necking and fracture: width profile, neck and its onset, edges of the gap, registered difference images.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_NECKING_H
#define TEMTENSILE_NECKING_H

#include "temtensile/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- width profile ---- */

/* Where the bar's material is in a frame. s: px along the axis from `from`, in the first frame. */
typedef struct tt_bar_place {
	double from[2], axis[2]; /* px, first frame; axis of length 1 */
	double length_px;
	size_t n;
	const double *s;    /* n places with known motion, rising */
	const float *moved; /* their motion along the axis, px; NaN: not known */
	double across[2];   /* motion of s = 0 and s = length across the axis, along (-axis[1], axis[0]), px */
} tt_bar_place;

typedef struct tt_width_meter tt_width_meter;
/* Finds both edges of the bar in the first frame at stations about 9 px apart between `from` and `to` and keeps the
 * grey profile across each of them. width_px: about the bar's width. TT_ERR_FAILED: fewer than 8 stations have two
 * edges that can be seen. */
TT_API tt_status tt_width_meter_new(const tt_image *first, const double from[2], const double to[2], double width_px,
                                    tt_width_meter **out, tt_error *err);
/* The same from lo to hi px along the axis from `from`, which may lie outside the gauge: into the shoulders. */
TT_API tt_status tt_width_meter_along(const tt_image *first, const double from[2], const double axis[2], double lo,
                                      double hi, double width_px, tt_width_meter **out, tt_error *err);
TT_API void tt_width_meter_free(tt_width_meter *m);
TT_API size_t tt_width_meter_stations(const tt_width_meter *m);
TT_API const double *tt_width_meter_s(const tt_width_meter *m);     /* px along the axis, first frame */
TT_API const double *tt_width_meter_first(const tt_width_meter *m); /* width in the first frame, px; NaN: not seen */
/* Width at every station (material points) in a frame, px; NaN where an edge does not look as it did. Each edge's
 * profile of the first frame is found again (shift, gain and offset by least squares, Gauss–Newton), so grain beside
 * the edge, which moves with the material, does not disturb. */
TT_API tt_status tt_width_meter_read(tt_width_meter *m, const tt_image *frame, const tt_bar_place *place,
                                     float *width_px, tt_error *err);

/* w/w0 over stations and frames. */
typedef struct tt_width_map {
	size_t stations, rows;
	const double *s;      /* px */
	const double *strain; /* of each row; NaN: row is not used for the onset */
	const float *ratio;   /* rows × stations, w/w0; NaN: not measured */
	size_t motions;       /* number of places with known motion along the axis */
	const double *motion_s;
	const float *moved; /* rows × motions, px */
} tt_width_map;

typedef struct tt_neck_options {
	double least_depth; /* a dip of w/w0 shallower than this is no neck; NaN: 0.003 */
	bool placed;        /* the neck is at place_px, by the caller's word: only its depth and width are searched */
	double place_px;    /* px along the axis */
} tt_neck_options;

typedef struct tt_neck {
	bool found;
	char reason[200];                                          /* why there is no neck, or a remark */
	double s_px, u_s_px;                                       /* place of the dip, first frame */
	double half_width_px;                                      /* half of the dip's full width at half its depth */
	double depth, u_depth;                                     /* of the dip in w/w0 */
	double significance;                                       /* depth / u_depth */
	double width_reduction, u_width_reduction;                 /* 1 - w_min/w0 in the last row; without a neck the
	                                                              middle between the mean and the deepest dip */
	double uniform_width_reduction, u_uniform_width_reduction; /* 1 - w_far/w0 */
	double onset_strain, u_onset_strain;                       /* both ways combined */
	double onset_by_width, u_onset_by_width;                   /* from the depth of the dip */
	double onset_by_axial, u_onset_by_axial; /* from the elongation of the neck beyond the mean strain */
	double elongation_px, u_elongation_px;   /* of the neck beyond the uniform strain, last row */
	double found_s_px, u_found_s_px; /* of a placed neck: where the search finds one; NaN: nowhere, or not placed */
} tt_neck;

/* The last row of the map is the last intact frame. The profile there is fitted by a constant, a slope where it is
 * needed, and a Gaussian dip (Huber weights). It is a neck when the dip is at least 6 of its standard uncertainties and
 * least_depth deep, and the places on both sides of it have moved apart beyond the uniform strain by at least 6
 * standard uncertainties as well. Onset: depth and extra elongation over strain are each fitted by
 * a max(0, strain - onset)^p, p = 1, 1.5 or 2, and combined with their uncertainties as weights. */
TT_API tt_status tt_neck_find(const tt_width_map *map, const tt_neck_options *options, tt_neck *out, tt_error *err);

/* ---- the gap ---- */

typedef struct tt_gap_guide {
	double point[2], axis[2]; /* a point on the axis near the gap, px of this frame; unit vector along the bar */
	double width_px;
	double reach_px[2];       /* how far to look from point backwards and forwards along the axis */
	double bar, surroundings; /* grey levels of the bar and beside it */
} tt_gap_guide;

typedef struct tt_gap_edge {
	bool found;
	double at[2], direction[2]; /* the fitted line, px of the frame */
	double angle_deg, u_deg;    /* acute, to the axis, 0 … 90 */
	double rms_px;
	size_t points;
	double end[2][2]; /* the line's ends, for drawing */
} tt_gap_edge;

typedef struct tt_gap {
	tt_gap_edge edge[2];     /* of the half at -axis, at +axis */
	double angle_deg, u_deg; /* mean of both, or the one that was found; NaN */
	double opening_px;       /* along the axis, at its middle; NaN */
	char reason[160];        /* why something is missing */
} tt_gap;

/* Edges of the gap between two halves: along lines parallel to the axis, 1 px apart, the first crossing of the level
 * half-way between bar and surroundings on either side of the gap, linearly interpolated; straight lines through them
 * (Huber weights). A half that is out of sight has no edge. */
TT_API tt_status tt_gap_find(const tt_image *frame, const tt_gap_guide *guide, tt_gap *out, tt_error *err);

/* ---- differences of two frames ---- */

typedef struct tt_difference_guide {
	double from[2], to[2]; /* the gauge in the first of the two frames, px */
	double width_px;
	int fixed; /* the end that moves less: 0 at `from`, 1 at `to` */
	int subset_px;
} tt_difference_guide;

typedef struct tt_difference {
	int width, height;
	float *first;    /* the first frame, grey levels; width × height */
	float *second;   /* the second, registered rigidly on the first and matched in grey levels; NaN outside */
	float *plain;    /* second - first */
	float *contrast; /* the same after the first's material was followed by the displacement field: on the bar,
	                    NaN elsewhere */
	double shift[2], turn_deg; /* of the second against the first, about the fixed end */
	double u_shift_px;
	double gain, offset; /* second = gain × first + offset before matching */
	double noise[2];     /* of the two frames, grey levels, as tt_image_noise sees it */
	double expected;     /* standard deviation of `plain` where nothing changes: noise and interpolation */
	size_t points;       /* that the registration rests on */
	size_t field_points; /* trusted ones of the displacement field; 0: contrast is all NaN */
} tt_difference;

/* first and second: same size. The motion of the fixed part comes from correlating subsets of the bar around its fixed
 * end (axial motion there, a slope along the axis allowed) and from the bar's lateral motion along its length
 * (rotation); the second is then interpolated once, with cubic B-splines, so nothing is blurred beyond that. Gain and
 * offset: reduced major axis (errors in both) with pixels beyond 3 robust standard deviations left out. *out needs
 * tt_difference_clear. TT_ERR_FAILED: too few subsets could be found again. */
TT_API tt_status tt_difference_make(const tt_image *first, const tt_image *second, const tt_difference_guide *guide,
                                    const tt_job *job, tt_difference *out, tt_error *err);
TT_API void tt_difference_clear(tt_difference *d);

/* Something elongated in the second difference that stands out: perhaps a band or a crack; the user judges. */
typedef struct tt_candidate {
	double at[2]; /* its middle, px of the first frame of the two */
	double length_px, width_px;
	double angle_deg;         /* acute, to the axis, 0 … 90 */
	double contrast;          /* grey levels, mean inside; negative: darker than before */
	double contrast_to_noise; /* |contrast| / standard deviation of the second difference beside it */
} tt_candidate;

/* Regions in which the second difference, blurred by 2 px, is beyond 3.5 of its robust standard deviations, longer than
 * a fifth of the bar's width and twice as long as wide; at most `most`, the longest first. Returns their number. */
TT_API tt_status tt_candidates_find(const tt_difference *d, const double axis[2], double width_px, tt_candidate *out,
                                    size_t most, size_t *n, tt_error *err);

#ifdef __cplusplus
}
#endif
#endif
