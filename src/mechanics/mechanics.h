/* Inside the mechanics: steps shared by its files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_MECHANICS_MECHANICS_H
#define TT_MECHANICS_MECHANICS_H

#include "mechanics/air.h"
#include "mechanics/contact.h"
#include "mechanics/fracture.h"

static inline tt_trace tt_mechanics_trace(const tt_mechanics *m)
{
	return (tt_trace){m->time_s, m->displacement_m, m->force_N, m->n, m->saturated};
}

/* Straight lines through the rows of one side of all edges around t: values at t. */
typedef struct tt_local {
	double d, f; /* at t */
	double d_rate, f_rate;
	double weight; /* variance of a value at t in units of one row's variance */
	size_t n;
} tt_local;

/* false: t lies outside the log. */
bool tt_mechanics_local(const tt_mechanics *m, double t, double half_window_s, tt_local *out);

#endif
