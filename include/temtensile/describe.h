/* The description of one test (test.yaml), read and checked.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_DESCRIBE_H
#define TEMTENSILE_DESCRIBE_H

#include "temtensile/core.h"
#include "temtensile/dic.h"
#include "temtensile/mechanics.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tt_stamp { TT_STAMP_START, TT_STAMP_MIDDLE, TT_STAMP_END } tt_stamp;
typedef enum tt_gauge_method { TT_GAUGE_ENDS, TT_GAUGE_BAR, TT_GAUGE_AUTO } tt_gauge_method;
/* What the gauge's ends are: places of the texture, a spot each, or an edge across the axis each. */
typedef enum tt_gauge_feature { TT_FEATURE_TEXTURE, TT_FEATURE_SPOT, TT_FEATURE_EDGE } tt_gauge_feature;
typedef enum tt_zero { TT_ZERO_PRELOAD_MEAN, TT_ZERO_TOE, TT_ZERO_ELASTIC } tt_zero;

/* Of the hand-set answers below ("overrides") each replaces what the program finds, is compared with it, and stands
 * beside it in the result (tt_result.override). */

/* A size along the axis: one value for a uniform bar, several for a wedge. at: 0 at `from`, 1 at `to`. */
typedef struct tt_profile {
	tt_quantity *value;
	double *at;
	size_t n;
} tt_profile;

/* Any scalar of the film, as written: studies group by them. */
typedef struct tt_film_key {
	char *key, *text;
} tt_film_key;

typedef struct tt_test {
	char *path; /* of the description */
	char *name;
	char *notes; /* free text; NULL: none */
	struct {
		char *composition;               /* NULL: not given */
		tt_quantity deposition_pressure; /* NaN: not given */
		tt_film_key *key;
		size_t n_keys;
	} film;
	struct {
		char *file;
		tt_quantity pixel_size; /* NaN: from the file */
		int stream;             /* -1: default */
		double frame_rate;      /* 0: the file's own times */
		tt_stamp timestamp;
		double exposure_s;        /* 0: not given */
		double rolling_shutter_s; /* from the first row to the last; 0: all at once */
		double max_pixels;        /* of a frame; 0: TT_MOST_PIXELS */
		double codec_lag;         /* frames, standard uncertainty; NaN: by the codec */
		double frames[2];         /* first and last that are used, by number; NaN: all */
		double *exclude;          /* pairs: first and last of those left out */
		size_t n_exclude;
		tt_quantity distortion; /* radial, at half the diagonal: x = m + q (1 + k |q|²/R²); NaN: not said */
	} video;
	struct {
		char *file;
		tt_log_columns columns; /* strings owned here */
		tt_spring_source source;
		tt_quantity stiffness, stiffness2;
		char *empty_run;
		tt_log_columns empty_columns; /* the empty run's own; strings owned here */
		tt_quantity frame_compliance; /* NaN: none */
		bool image_displacement;
		bool none;        /* no force: strain against the images' time alone */
		bool image_gauge; /* force from a gap in the images: stiffness times its change; no log */
		double gauge_from[2], gauge_to[2]; /* its two sides, px in the first frame; NaN: no such gauge */
		tt_quantity gauge_stiffness;       /* N/m */
		bool has_image_points;
		double moving_px[2], fixed_px[2];
		tt_drift_use drift;
		tt_quantity drift_m_per_s; /* of the displacement, for TT_DRIFT_GIVEN */
		tt_quantity contact;       /* log clock, s; NaN: found */
		double test_level;         /* significance of the tests on the log */
		double least_travel;       /* of the bare spring's largest displacement: less is not fitted */
		tt_force_sign sign;
		double air_s[2];        /* log clock: the rows that show the force in air; NaN: found */
		double spring_fit_s[2]; /* log clock: the rows that the bare spring is fitted to; NaN: found */
	} force;
	struct {
		tt_profile width, thickness;
		tt_quantity tilt_from, tilt_to; /* out of the picture's plane, degrees; 0 ± 0: not said */
		double tilt_until;              /* strain by which tilt_to is reached; NaN: the last before fracture */
	} specimen;
	struct {
		bool automatic;
		double from[2], to[2]; /* px, first frame */
		tt_gauge_method method;
		tt_gauge_feature feature;
		tt_zero zero;
		bool zero_given;             /* said; else preload-mean, or toe when the film is seen to be slack */
		double reference_frames[2];  /* whose mean length is L0, by number; NaN: those before contact */
		tt_quantity width_px;        /* of the bar; NaN: found, or the described width */
		char *where_from, *where_to; /* positions in the file, for errors that need the frame */
		double *region;              /* corners of the polygon that holds bar and subsets: x, y; NULL: all */
		size_t n_region;             /* of corners */
	} gauge;
	struct {
		bool automatic;
		tt_quantity log_starts_at;
		bool rate_automatic;
		bool rate_given; /* a number; else 1 is doubted, too */
		double rate;
		double cost_broken, cost_beyond; /* of a frame, in variances: see their keys */
	} sync;
	struct {
		int subset_px; /* 0: chosen from the texture */
		int order;
		tt_interpolation interpolation; /* 0: the engine's default */
		double prefilter_sigma_px;
		double min_zncc;              /* NaN: default */
		double interpolation_bias_px; /* of a gauge's length; NaN: by the interpolant */
		double update_below_zncc;     /* > 0: the reference is replaced below this; 0: fixed reference */
	} dic;
	struct {
		double *offset; /* offset strains; n = 0: 0.002 */
		size_t n_offsets;
		double modulus_strain[2], modulus_stress_Pa[2]; /* NaN: searched */
		double hollomon_strain[2];                      /* NaN: default range */
		double outlier, proportional_offset, drop_fraction;
		tt_quantity yield_at; /* engineering strain; NaN: the 0.2 % offset */
		long draws;           /* 0: default */
		long seed;
	} properties;
	struct {
		double onset_threshold; /* NaN: default */
		int average;            /* frames averaged for the differential image; 1 */
		double frames[2];       /* NaN: yield and last intact */
		double strains[2];
		double at[2]; /* the neck, px of the first frame; NaN: found */
	} necking;
	struct {
		bool none;              /* it does not break in this recording, whatever images and log show */
		double frame;           /* first with separate halves, by number; NaN: found */
		double least_gap_px;    /* NaN: 2 px or 0.4 % of the gauge */
		double spring_residual; /* of the largest load */
		double edge[8]; /* two points on the edge at `from`'s side, two on the other: x, y, px; NaN: found */
	} fracture;
	struct {
		double figure_width_mm;
		bool no_movie, no_report;
		double movie_speed; /* NaN: chosen by the length of the recording */
	} output;
	tt_strings not_stated; /* quantities written without an uncertainty */
} tt_test;

/* Reads and checks; every error has file, line and column. Paths in it are made relative to the caller. */
TT_API tt_status tt_test_read(const char *path, const char *const *sets, size_t n_sets, tt_test **out, tt_error *err);
TT_API void tt_test_free(tt_test *t);

/* Changes values in a description's file, and nothing else of it: comments, order and style stay. sets: n texts
 * "key=value", applied in order; nothing behind '=' takes the key away. The file is the old or the new one at any
 * moment. TT_ERR_INPUT: see the sentence; the file is as it was. */
TT_API tt_status tt_description_edit(const char *path, const char *const *sets, size_t n, tt_error *err);

/* Value at `at` (0 … 1 along the gauge) by linear interpolation. */
TT_API tt_quantity tt_profile_at(const tt_profile *p, double at);
/* Error with the point's position in the description when it lies outside a width × height frame. */
TT_API tt_status tt_test_check_points(const tt_test *t, int width, int height, tt_error *err);

#ifdef __cplusplus
}
#endif
#endif
