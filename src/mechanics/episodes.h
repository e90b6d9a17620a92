/* The stays of the punch on the device: touches, cycles, the test itself.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_MECHANICS_EPISODES_H
#define TT_MECHANICS_EPISODES_H

#include "mechanics/air.h"

typedef struct tt_episode {
	size_t air_first; /* first row of the air before it; equal to `touch` when the log begins on the device */
	size_t approach;  /* row from which the punch comes nearer, the turning point before contact */
	size_t touch;     /* about the last row before contact */
	size_t sure;      /* row in which contact is beyond doubt */
	size_t peak;      /* row of the largest load */
	size_t sure_on;   /* row before the end in which it is still on the device beyond doubt */
	size_t leave;     /* about the first row in air again; n: it does not leave */
	double air_slope; /* dF/dd in air, N/m */
	double load_N;    /* largest load above the line in air */
	bool from_start;  /* the log begins on the device */
} tt_episode;

/* In order of time; *out malloc'ed. None: the force never leaves its level in air. */
tt_status tt_episodes_find(const tt_trace *r, tt_episode **out, size_t *n, tt_error *err);

#endif
