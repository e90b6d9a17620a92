/* One trial of the clocks' offset and rate: how well the images' elongation follows the log by it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_CLOCK_TRIAL_H
#define TT_EVALUATE_CLOCK_TRIAL_H

#include "evaluate/clock/frames_seen.h"
#include "evaluate/clock/log_rows.h"

typedef struct tt_clock_trial {
	double e0, b[TT_CLOCK_REGRESSORS];
	double rss; /* weighted by w */
	size_t matched, loaded, contradicted, unknown;
	double lo, hi; /* range of the elongation matched */
} tt_clock_trial;

/* Which regressors take part. */
typedef struct tt_clock_use {
	bool compliant, necks;
} tt_clock_use;

/* The frames in the log's time: 0 … loaded - 1 lie before contact, … slack - 1 on the log's rows, … end - 1 behind the
 * unloading, where the length stays; the others where the log says broken, or nothing. */
typedef struct tt_clock_parts {
	size_t loaded, slack, end;
} tt_clock_parts;

tt_clock_parts tt_clock_parts_of(const tt_clock_log *l, const tt_clock_frames *a, double offset, double rate);

/* What the log says at each frame that it can be matched with (parts.end of them). */
typedef struct tt_clock_view {
	double offset, rate;
	tt_clock_parts parts;
	tt_clock_row *v; /* room for all frames */
} tt_clock_view;

bool tt_clock_view_new(tt_clock_view *out, size_t frames);
void tt_clock_view_free(tt_clock_view *v);
void tt_clock_look(const tt_clock_log *l, const tt_clock_frames *a, double offset, double rate, tt_clock_view *out);

/* Normal equations of a trial with all regressors: any of them alone is a part of these, so that one pass over the
 * frames serves every model; and sums over frames add up, so that a gap's place costs no pass of its own. */
typedef struct tt_clock_sums {
	double a[1 + TT_CLOCK_REGRESSORS][1 + TT_CLOCK_REGRESSORS], b[1 + TT_CLOCK_REGRESSORS], yy;
	size_t matched, loaded, contradicted, unknown;
} tt_clock_sums;

static inline void tt_clock_add(const double *v, double e, double w, tt_clock_sums *s)
{
	const double phi[1 + TT_CLOCK_REGRESSORS] = {1, v[0], v[1], v[2]};
	for (int i = 0; i <= TT_CLOCK_REGRESSORS; i++) {
		const double q = w * phi[i];
		for (int j = 0; j <= i; j++)
			s->a[i][j] += q * phi[j];
		s->b[i] += q * e;
	}
	s->yy += w * e * e;
}

/* One frame at the log's time t. */
void tt_clock_add_at(const tt_clock_log *l, double t, double e, double w, tt_clock_sums *s);

/* Factors of the richest model that can be, by least squares, and its residual sum by the normal equations. false:
 * nothing determines them, or they cannot be. */
bool tt_clock_solve(const tt_clock_log *l, const tt_clock_sums *s, tt_clock_trial *r);

static inline double tt_clock_rest(const tt_clock_trial *r, double e, const double *v)
{
	return e - r->e0 - r->b[TT_CLOCK_X] * v[TT_CLOCK_X] - r->b[TT_CLOCK_FORCE] * v[TT_CLOCK_FORCE] -
	       r->b[TT_CLOCK_NECK] * v[TT_CLOCK_NECK];
}

/* The trial of a view; residuals are summed frame by frame. false: the offset leaves nothing to compare. */
bool tt_clock_fit(const tt_clock_log *l, const tt_clock_frames *a, const tt_clock_view *v, tt_clock_trial *r);
/* The same without a view kept, the residuals by the normal equations unless they lose too many digits; lo and hi are
 * set only then. */
bool tt_clock_try(const tt_clock_log *l, const tt_clock_frames *a, double offset, double rate, tt_clock_trial *r);

#endif
