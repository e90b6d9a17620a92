/* movie.mp4: the test's frames with what was tracked on them, beside them the curve as it grows.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_MOVIE_MOVIE_H
#define TT_REPORT_MOVIE_MOVIE_H

#include "temtensile/core.h"

/* Which row of the test each movie frame shows. */
typedef struct tt_movie_plan {
	double speed;           /* recording seconds in a second of movie */
	int rate_num, rate_den; /* movie frames a second */
	size_t n;
	size_t *row; /* n entries, never falling */
} tt_movie_plan;

/* time_s: of each row, NaN where it has no picture. speed NaN: so that the movie lasts about half a minute, without
 * making a short recording longer than it is unless frames would be lost. */
tt_status tt_movie_plan_make(const double *time_s, size_t rows, double speed, tt_movie_plan *out, tt_error *err);
void tt_movie_plan_clear(tt_movie_plan *p);
double tt_movie_seconds(const tt_movie_plan *p);

typedef struct tt_movie_options {
	const char *title;
	int width, height;   /* of the recording's frames */
	double pixel_size_m; /* NaN: no scale bar */
	double black, white; /* grey levels */
	int subset_px;
	size_t rows;
	const double *time_s;             /* of each row */
	const double *strain, *stress_Pa; /* NaN: not part of the curve */
	double most_bytes;                /* 0: 48 MB */
	const char *const *encoder;       /* libav's names in the order of choice; NULL: libx264, then others */
	size_t n_encoders;
} tt_movie_options;

/* What is drawn on a frame, px of that frame. */
typedef struct tt_movie_marks {
	double end[2][2];       /* of the gauge; NaN: not known */
	const float *point_xy;  /* centres of subsets, NaN where not trusted */
	size_t n_boxes, n_dots; /* the first are drawn as boxes, those after them as dots */
	const char *remark;     /* "fractured" and the like; NULL: none */
} tt_movie_marks;

typedef struct tt_movie tt_movie;
/* warnings: says when the movie could not be made by the encoder of the first choice. */
tt_status tt_movie_open(const char *path, const tt_movie_options *options, const tt_movie_plan *plan,
                        tt_strings *warnings, tt_movie **out, tt_error *err);
/* Rows come in rising order; one that the plan does not show may be left out or put, nothing happens then. */
tt_status tt_movie_put(tt_movie *m, size_t row, const tt_image *image, const tt_movie_marks *marks, tt_error *err);
/* Frees the movie in any case. */
tt_status tt_movie_finish(tt_movie *m, tt_error *err);
void tt_movie_abort(tt_movie *m); /* NULL allowed */

#endif
