/* What the log says of the gauge at each instant between contact and fracture, slack or the log's end.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_CLOCK_LOG_ROWS_H
#define TT_EVALUATE_CLOCK_LOG_ROWS_H

#include "temtensile/clock.h"

/* Regressors at an instant: e = e0 + v[X] scale + v[FORCE] (-scale C) + v[NECK] gain. NECK is the displacement since
 * the largest force: from there on the gauge has another share of the motion. */
enum { TT_CLOCK_X, TT_CLOCK_FORCE, TT_CLOCK_NECK, TT_CLOCK_REGRESSORS };
typedef double tt_clock_row[TT_CLOCK_REGRESSORS];

typedef struct tt_clock_log {
	double from, step, per_step, to; /* per_step: 1 / step */
	size_t n;
	tt_clock_row *v;      /* close to the rows */
	tt_clock_row *smooth; /* over a wide window: instruments free of the rows' noise */
	tt_clock_row *speed;  /* their change per second, from the wide window */
	bool breaks;          /* ends with the fracture */
	bool slackens;        /* ends with an unloaded specimen, whose length stays */
	bool necks;
} tt_clock_log;

/* interval: between frames; noise: of one frame's elongation. Freed by tt_clock_log_free also after an error. */
tt_status tt_clock_log_make(const tt_mechanics *m, double interval, double noise, tt_clock_log *out, tt_error *err);
void tt_clock_log_free(tt_clock_log *l);

/* Where an instant lies: row i and a part r of the step to the next. t within from … to. */
static inline size_t tt_clock_row_at(const tt_clock_log *l, double t, double *r)
{
	const double q = (t - l->from) * l->per_step;
	size_t i = (size_t)q;
	if (i > l->n - 2) i = l->n - 2;
	*r = q - (double)i;
	return i;
}

static inline void tt_clock_mix(tt_clock_row *rows, size_t i, double r, double *out)
{
	for (int k = 0; k < TT_CLOCK_REGRESSORS; k++)
		out[k] = rows[i][k] + r * (rows[i + 1][k] - rows[i][k]);
}

#endif
