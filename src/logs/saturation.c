/* Channels that stand at the end of their range.
 *
 * A clipped channel repeats one extreme value to the last digit, where the noise elsewhere never lets it. How long a
 * run of equal values is by chance is seen in the rows that are not extreme. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "logs/log.h"

#include <math.h>
#include <stdlib.h>

#include "core/text.h"

enum { FEWEST = 6, TIMES = 3 };

typedef struct clip {
	double limit;
	size_t rows, longest, other; /* at the limit; longest run there; longest run of any other value */
} clip;

static clip look(const double *y, size_t n, double limit)
{
	clip c = {.limit = limit};
	size_t run = 0;
	for (size_t i = 0; i < n; i++) {
		run = i > 0 && y[i] == y[i - 1] ? run + 1 : 1;
		if (y[i] == limit) {
			c.rows++;
			if (run > c.longest) c.longest = run;
		} else if (run > c.other) {
			c.other = run;
		}
	}
	return c;
}

/* How far neighbours are apart where they differ at all: a channel that mostly repeats itself has no noise to tell by.
 */
static bool noisy(const double *y, size_t n, double limit)
{
	size_t moved = 0, seen = 0;
	for (size_t i = 1; i < n; i++) {
		if (y[i] == limit || y[i - 1] == limit) continue;
		seen++;
		moved += y[i] != y[i - 1];
	}
	return moved * 2 > seen;
}

static tt_status mark(tt_force_log *log, const double *y, const clip *c, tt_error *err)
{
	if (!log->saturated) log->saturated = calloc(log->n, sizeof *log->saturated);
	if (!log->saturated) return tt_fail_memory(err, "the rows of a log");
	for (size_t i = 0; i < log->n; i++) {
		if (y[i] != c->limit || log->saturated[i]) continue;
		log->saturated[i] = true;
		log->n_saturated++;
	}
	return TT_OK;
}

static tt_status look_at(tt_force_log *log, const double *y, const char *what, double unit, const char *symbol,
                         tt_error *err)
{
	double lo = y[0], hi = y[0];
	for (size_t i = 0; i < log->n; i++) {
		lo = fmin(lo, y[i]);
		hi = fmax(hi, y[i]);
	}
	for (int side = 0; side < 2 && hi > lo; side++) {
		const clip c = look(y, log->n, side ? hi : lo);
		if (c.longest < FEWEST || c.longest < TIMES * c.other || !noisy(y, log->n, c.limit)) continue;
		tt_status st = mark(log, y, &c, err);
		if (st) return st;
		tt_warn(&log->warnings,
		        "%zu rows of the force log are saturated: their %s stands at %.6g %s, %zu rows on end; what it "
		        "was there is not "
		        "known",
		        c.rows, what, c.limit / unit, symbol, c.longest);
	}
	return TT_OK;
}

tt_status tt_log_find_saturation(tt_force_log *log, tt_error *err)
{
	if (log->n < 2) return TT_OK;
	tt_status st = look_at(log, log->force_N, "force", 1e-6, "µN", err);
	return st ? st : look_at(log, log->displacement_m, "displacement", 1e-9, "nm", err);
}
