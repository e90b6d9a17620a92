/* A fracture shows as an opening between neighbouring stations that appears within one frame and stays, far above
 * what noise and stretching do, while what is left of the bar on either side relaxes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/separation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { HISTORY = 16 };

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
	if (n == 0) return NAN;
	qsort(v, n, sizeof *v, compare_doubles);
	return n % 2 ? v[n / 2] : 0.5 * (v[n / 2 - 1] + v[n / 2]);
}

/* The largest step that the last frames' own motion explains: median rate and six times its scatter. */
static double ordinary_step(const double *step, size_t n)
{
	double v[HISTORY], med;
	size_t m = n < HISTORY ? n : HISTORY;
	if (m == 0) return 0;
	for (size_t i = 0; i < m; i++)
		v[i] = step[n - m + i];
	med = median(v, m);
	for (size_t i = 0; i < m; i++)
		v[i] = fabs(v[i] - med);
	return fmax(med, 0) * 2 + 6 * 1.4826 * median(v, m);
}

/* The gap that opened at frame i stays open for some frames (until the punch lets the halves close again), or the
 * stations never come back. */
static bool gap_stays(const tt_gauge_reading *r, const bool *usable, size_t i, size_t n, double least)
{
	size_t seen = 0, open = 0;
	for (size_t j = i; j < n && seen < 4; j++) {
		if (!usable[j] || isnan(r[j].gap_px)) continue;
		seen++;
		open += r[j].gap_px > least;
	}
	return seen == 0 || 4 * open >= 3 * seen;
}

/* The gap may be seen only some frames after it opened, when the moved half is found again: the first frame in which the
 * gauge could no longer be read is the earliest that can be separate. */
static void start_of_loss(const tt_gauge_reading *reading, const bool *usable, tt_separation *out)
{
	int64_t i = out->frame;
	while (i > 0 && (!usable[i - 1] || !reading[i - 1].ok))
		i--;
	while (i < out->frame && !usable[i])
		i++;
	out->frame = i;
	out->last_intact = i - 1;
	while (out->last_intact >= 0 && !(usable[out->last_intact] && reading[out->last_intact].ok))
		out->last_intact--;
}

/* The moving half may leave the frame at once: then one end is never read again while the other half correlates on. */
static void lost_side(const tt_gauge *g, const tt_gauge_reading *reading, const bool *usable, size_t n,
                      tt_separation *out)
{
	size_t first = n, frames = 0, good = 0;
	while (first > 0 && !(usable[first - 1] && reading[first - 1].ok))
		first--;
	int64_t intact = (int64_t)first - 1;
	while (first < n && !usable[first])
		first++;
	for (size_t i = first; i < n; i++) {
		if (!usable[i]) continue;
		frames++;
		good += reading[i].stations >= 2 && reading[i].stations < g->n_stations &&
		        reading[i].used[0] + reading[i].used[1] > 0 && isfinite(reading[i].zncc);
	}
	if (intact < 0 || frames < 3 || 10 * good < 8 * frames) return;
	out->frame = (int64_t)first;
	out->last_intact = intact;
	snprintf(out->text, sizeof out->text, "one end leaves the other at frame %zu and is not found again", first);
}

void tt_separation_find(const tt_gauge *g, const tt_gauge_reading *reading, const bool *usable, size_t n,
                        tt_separation *out)
{
	*out = (tt_separation){.frame = -1, .last_intact = -1, .jump_px = NAN, .gap_at_px = NAN};
	snprintf(out->text, sizeof out->text, "the halves do not come apart in the images");
	double *steps = malloc((n ? n : 1) * sizeof *steps), *gaps = malloc((n ? n : 1) * sizeof *gaps);
	if (!steps || !gaps) {
		free(steps);
		free(gaps);
		return;
	}
	double least = fmax(2.0, 0.004 * g->length_px), best = 0;
	size_t count = 0;
	int64_t before = -1;
	for (size_t i = 0; i < n; i++) {
		const tt_gauge_reading *r = &reading[i];
		if (!usable[i] || (!r->ok && isnan(r->gap_px))) continue;
		if (before >= 0 && !isnan(r->gap_px) && !isnan(reading[before].gap_px)) {
			double step = r->gap_px - reading[before].gap_px;
			double jump = r->ok && reading[before].ok ? r->length_px - reading[before].length_px : NAN;
			bool opens = step > least + ordinary_step(gaps, count) && (isnan(jump) || jump > 0);
			if (opens && step > best && gap_stays(reading, usable, i, n, reading[before].gap_px + least / 2)) {
				best = step;
				out->frame = (int64_t)i;
				out->last_intact = before;
				out->jump_px = jump;
				out->gap_at_px = r->gap_at_px;
				snprintf(out->text, sizeof out->text,
				         "a gap of %.1f px opens between the stations at frame %zu", step, i);
			}
			if (!opens) gaps[count++] = step;
		}
		before = (int64_t)i;
	}
	if (out->frame > 0) start_of_loss(reading, usable, out);
	if (out->frame < 0) lost_side(g, reading, usable, n, out);
	free(steps);
	free(gaps);
}
