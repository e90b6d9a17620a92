/* Jumps of a log: fracture told apart from pop-ins; when the punch leaves.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_MECHANICS_FRACTURE_H
#define TT_MECHANICS_FRACTURE_H

#include "mechanics/contact.h"

/* A step between two rows: last_before is the last row before it, settled the first after it. */
typedef struct tt_jump {
	size_t last_before, first_after, settled;
	double displacement_m, force_N; /* change from last_before to settled */
	double score;                   /* in standard deviations */
} tt_jump;

enum { TT_JUMPS_MOST = 64 };

typedef struct tt_release {
	double time_s, u_time_s; /* NaN: still in contact when the log ends */
	size_t row;              /* first row after it; n when not released */
} tt_release;

typedef struct tt_fracture {
	bool found;
	tt_jump jump; /* of the fracture */
	bool gradual; /* no jump: the force came down to the bare spring's line little by little */
	double time_s, u_time_s;
	tt_jump pop_in[TT_JUMPS_MOST];
	size_t n_pop_in;
	char text[256];
} tt_fracture;

/* Last departure from the level in air, seen from the log's end. */
void tt_release_find(const tt_trace *r, const tt_contact *c, double force_noise, tt_release *out);

/* Steps to lower force or larger displacement (or both, along the slope K of the loaded device) between rows first and
 * last - 1, by time. noise: of F - K d. Returns how many. */
size_t tt_jumps_find(const tt_trace *r, size_t first, size_t last, double slope, double noise, tt_jump *out,
                     tt_error *err);

/* How far a bare spring's rows may lie off one line, of the largest load, unless the caller says another. */
#define TT_SPRING_RESIDUAL 0.03

typedef struct tt_fracture_search {
	const tt_trace *r;
	const tt_contact *c;
	const tt_release *release;
	double force_noise, displacement_noise;
	double stiffness, u_stiffness; /* when given; NaN: not known */
	double hint_s;                 /* NaN: none */
	double residual;               /* of the largest load: how far rows may lie off the bare spring's line */
} tt_fracture_search;

/* The first jump after which the rows up to the release lie on one line through contact, with the specimen's force
 * gone. */
void tt_fracture_find(const tt_fracture_search *s, tt_fracture *out);

#endif
