/* The slow part of the strain's error, from the stations.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_SLOW_ERROR_H
#define TT_EVALUATE_SLOW_ERROR_H

#include "observe/observation.h"

typedef struct tt_slow_error {
	double u_strain; /* standard uncertainty of the gauge's strain; 0: none seen; NaN: too few stations or frames */
	double time_s;   /* correlation time; NaN: not known */
} tt_slow_error;

/* Stations between the ends see the same light, codec, lens and interpolant as the ends do. What their displacements
 * depart by from a line along the gauge, after what goes with the strain itself (a field that is not uniform), and what
 * changes slowly of it, is error of a single subset; an end averages about two that are independent. flag: rows to
 * leave out (NULL: none); rows: how many of the track to use (up to yield: a neck is no error). */
tt_slow_error tt_slow_error_of(const tt_observation *o, const unsigned *flag, size_t rows);

#endif
