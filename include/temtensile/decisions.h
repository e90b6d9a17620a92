/* Every decision that an evaluation made by itself, with its evidence and the key that overrides it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_DECISIONS_H
#define TEMTENSILE_DECISIONS_H

#include "temtensile/evaluate.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tt_decision {
	const char *key;     /* of the description, which overrides it: "force.contact"; static */
	const char *name;    /* "contact"; static */
	bool given;          /* the description decides */
	double value, u;     /* in the key's SI unit; NaN: no number */
	double log_time_s;   /* where it lies on the log's clock; NaN: nowhere */
	char text[160];      /* the value in words: "5.93 ± 0.02 s" */
	char evidence[600];  /* how it was found */
	const char *example; /* what may stand behind the key; static */
	double range_s[2];  /* the rows or frames it rests on, on the log's clock; an open end is infinite, NaN: none */
	double point[4][2]; /* places in the picture, px: a point, a line, or two lines, … */
	size_t points;      /* … 0, 1, 2 or 4 of them, … */
	int64_t frame;      /* … in the frame of this number; -1: the one on which the gauge was laid */
} tt_decision;

enum { TT_DECISIONS_MOST = 24 };

/* Fills out (TT_DECISIONS_MOST entries) and returns their number. closeup: what the second look found, for the edges of
 * the gap; NULL: there was none. */
TT_API size_t tt_decisions_of(const tt_observation *o, const tt_test *test, const tt_result *r,
                              const tt_closeup *closeup, tt_decision *out);

#ifdef __cplusplus
}
#endif
#endif
