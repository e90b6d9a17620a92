/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/clock/gaps.h"

#include <math.h>
#include <stdlib.h>

#include "numeric/fit.h"

enum { MOST = 64, STATES = MOST + 1 };
/* A place is as improbable as e^-6, each further frame in it as e^-0.2. */
static const double PLACE = 12, FRAME = 0.4;
/* No single frame may speak for a gap. */
static const double MOST_COST = 12;

/* The prediction at another instant of the log, between the frames that it was made for. *at: where an instant not
 * earlier was found, in 1 … n - 1. */
static double predicted(const tt_sync_result *r, double t, size_t *at)
{
	if (t <= r->log_time_s[0]) return r->predicted_m[0];
	if (t >= r->log_time_s[r->n - 1]) return r->predicted_m[r->n - 1];
	size_t i = *at;
	while (i > 1 && r->log_time_s[i - 1] >= t)
		i--;
	*at = i;
	double a = r->log_time_s[i - 1], b = r->log_time_s[i], f = b > a ? (t - a) / (b - a) : 0;
	return r->predicted_m[i - 1] + f * (r->predicted_m[i] - r->predicted_m[i - 1]);
}

static double interval_of(const tt_sync_input *in, double *work)
{
	size_t m = 0;
	for (size_t i = 1; i < in->n; i++)
		if (!in->flag || !(in->flag[i] & TT_ROW_DUPLICATE)) work[m++] = in->time_s[i] - in->time_s[i - 1];
	return tt_median(work, m);
}

bool tt_clock_gaps_find(const tt_sync_input *in, const tt_sync_result *r, tt_clock_gap *gap, size_t *n, tt_error *err)
{
	size_t rows = r->n;
	*n = 0;
	if (rows < 20 || in->n < 20) return false;
	double *cost = malloc(2 * STATES * sizeof *cost), *work = malloc(in->n * sizeof *work);
	unsigned char *from = malloc(rows * STATES);
	if (!cost || !work || !from) {
		free(cost);
		free(work);
		free(from);
		tt_fail_memory(err, "the missing frames");
		return false;
	}
	double noise = tt_noise_std(r->elongation_m, rows), dt = interval_of(in, work) * r->rate;
	double end = r->log_time_s[rows - 1]; /* of the last frame, whatever lies before it */
	double *now = cost, *next = cost + STATES;
	size_t last = rows - 1; /* where the frame behind, with none missing, was found */
	/* from the last frame, behind which nothing is missing, to the first */
	for (int s = 0; s < STATES; s++)
		next[s] = s == 0 ? 0 : INFINITY;
	for (size_t i = rows; i-- > 0;) {
		const double t = end + r->rate * (in->time_s[r->frame[i]] - in->time_s[r->frame[rows - 1]]);
		double cheapest = INFINITY;
		int at = 0;
		size_t row = last;
		for (int s = 0; s < STATES; s++) {
			/* stay, or some of the s are missing between this frame and the next */
			now[s] = next[s];
			from[i * STATES + (size_t)s] = (unsigned char)s;
			if (cheapest + PLACE + FRAME * s < now[s]) {
				now[s] = cheapest + PLACE + FRAME * s;
				from[i * STATES + (size_t)s] = (unsigned char)at;
			}
			if (next[s] - FRAME * s < cheapest) {
				cheapest = next[s] - FRAME * s;
				at = s;
			}
			const double e = (r->elongation_m[i] - predicted(r, t - s * dt, &row)) / noise;
			if (s == 0) last = row;
			now[s] += e * e < MOST_COST ? e * e : MOST_COST;
		}
		double *swap = now;
		now = next;
		next = swap;
	}
	int s = 0;
	for (int k = 1; k < STATES; k++)
		if (next[k] < next[s]) s = k;
	for (size_t i = 0; i + 1 < rows; i++) {
		int to = from[i * STATES + (size_t)s];
		if (to != s && *n < TT_CLOCK_MAX_GAPS) {
			size_t a = r->frame[i];
			gap[(*n)++] = (tt_clock_gap){in->time_s[a] + 1e-6 * dt, (s - to) * dt / r->rate};
		}
		s = to;
	}
	free(cost);
	free(work);
	free(from);
	return true;
}
