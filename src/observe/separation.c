/* A fracture shows as an opening between neighbouring stations that appears within one frame and stays, far above
 * what noise and stretching do, while what is left of the bar on either side relaxes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/separation.h"
#include "numeric/statistics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { HISTORY = 16 };

/* The largest step that the last frames' own motion explains: median rate and six times its scatter. */
static double ordinary_step(const double *step, size_t n)
{
	double v[HISTORY], med;
	size_t m = n < HISTORY ? n : HISTORY;
	if (m == 0) return 0;
	for (size_t i = 0; i < m; i++)
		v[i] = step[n - m + i];
	med = tt_median(v, m);
	return fmax(med, 0) * 2 + 6 * tt_mad(v, m, med);
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

/* What a frame says of the specimen at the place of the gap. */
typedef enum tt_witness { SAYS_NOTHING, SAYS_WHOLE, SAYS_BROKEN } tt_witness;

typedef struct sides {
	size_t left, right;         /* trusted stations on either side */
	size_t all_left, all_right; /* of so many */
	double opening_px;          /* between the two nearest to the place, beyond the stations' median strain; NaN */
	bool near;                  /* these two are neighbours, or next to neighbours */
} sides;

static sides look_at(const tt_gauge *g, const tt_gauge_reading *r, const float *u, double at)
{
	sides s = {.opening_px = NAN};
	size_t left = SIZE_MAX, right = SIZE_MAX;
	for (size_t k = 0; k < g->n_stations; k++) {
		if (g->station_s[k] < at)
			s.all_left++;
		else
			s.all_right++;
		if (isnan(u[k])) continue;
		if (g->station_s[k] < at) {
			left = k;
			s.left++;
		} else {
			if (right == SIZE_MAX) right = k;
			s.right++;
		}
	}
	if (left == SIZE_MAX || right == SIZE_MAX || isnan(r->station_strain)) return s;
	s.opening_px =
	    (double)u[right] - (double)u[left] - r->station_strain * (g->station_s[right] - g->station_s[left]);
	s.near = right - left <= 2;
	return s;
}

/* Of one side (nearly) nothing is left to be followed, of the other at least half: stations beside the crack lie in the
 * neck, and are lost with it. */
static bool one_sided(const sides *s)
{
	return (4 * s->left <= s->all_left && 2 * s->right >= s->all_right && s->right >= 2) ||
	       (4 * s->right <= s->all_right && 2 * s->left >= s->all_left && s->left >= 2);
}

/* A neck opens little by little, a crack at once: whole is who stays within `least` of the largest opening so far. A
 * side that was followed and of which nothing is left to be followed has moved away. */
static tt_witness ask(const sides *s, bool had_both, double *largest, double least)
{
	if (had_both && one_sided(s)) return SAYS_BROKEN;
	if (isnan(s->opening_px)) return SAYS_NOTHING;
	if (s->opening_px > fmax(*largest, 0) + least) return SAYS_BROKEN;
	if (!s->near) return SAYS_NOTHING;
	*largest = fmax(*largest, s->opening_px);
	return SAYS_WHOLE;
}

/* The gap may be seen only some frames after it opened, when the moved half is found again: the first broken frame is
 * the earliest that says so with no whole one after it; frames that say nothing do not count either way, but the last
 * intact one must have been seen to be whole. */
static void start_of_gap(const tt_gauge *g, const tt_gauge_reading *reading, const float *station_px,
                         const bool *usable, double least, tt_separation *out)
{
	double largest = 0;
	bool had_both = false;
	int64_t broken = out->frame, whole = -1, seen = out->frame;
	for (int64_t i = 0; i < seen; i++) {
		sides s = look_at(g, &reading[i], station_px + (size_t)i * g->n_stations, out->gap_at_px);
		tt_witness w = ask(&s, had_both, &largest, least);
		if (s.left >= 2 && s.right >= 2) had_both = true;
		if (w == SAYS_WHOLE) {
			if (usable[i] && reading[i].ok) whole = i;
			broken = seen;
		} else if (w == SAYS_BROKEN && i < broken) {
			broken = i;
		}
	}
	out->frame = broken;
	if (whole < 0)
		for (int64_t i = 0; i < broken; i++)
			if (usable[i] && reading[i].ok) whole = i;
	out->last_intact = whole;
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

/* After it the gauge is hardly ever read again, as it happens when the halves have come apart. */
static bool ends_readings(const tt_gauge_reading *r, const bool *usable, size_t i, size_t n)
{
	enum { FRAMES = 10 };
	size_t seen = 0, ok = 0;
	for (size_t j = i; j < n && seen < FRAMES; j++) {
		if (!usable[j]) continue;
		seen++;
		ok += r[j].ok;
	}
	return seen >= 3 && 2 * ok <= seen;
}

/* The opening at frame i after the frame `before`. */
typedef struct opening {
	double step, jump;
	bool opens;
} opening;

static opening opening_of(const tt_gauge_reading *r, const tt_gauge_reading *p, double limit)
{
	opening o = {r->gap_px - p->gap_px, r->ok && p->ok ? r->length_px - p->length_px : NAN, false};
	o.opens = o.step > limit && (isnan(o.jump) || o.jump > 0);
	return o;
}

/* Frames from i to `until` whose gauge was read, longer than before frame i, and whose stations stand as close as they
 * did: halves may close when the punch leaves, but they do not strain on. */
static bool mended(const tt_gauge_reading *r, const bool *usable, size_t before, size_t i, size_t until, double least)
{
	enum { FRAMES = 8 };
	size_t whole = 0;
	for (size_t j = i; j < until; j++) {
		if (!usable[j] || !r[j].ok || isnan(r[j].gap_px)) continue;
		bool strains = !r[before].ok || r[j].length_px > r[before].length_px;
		whole += strains && r[j].gap_px < r[before].gap_px + least / 2;
	}
	return whole >= FRAMES;
}

/* The largest opening that stays; but one that ends the readings cannot be outdone by what is matched later, unless the
 * specimen was seen whole in between. */
static double find_opening(const tt_gauge_reading *reading, const bool *usable, size_t n, double least, double *steps,
                           tt_separation *out)
{
	double best = 0;
	size_t count = 0;
	bool final = false;
	int64_t before = -1;
	for (size_t i = 0; i < n; i++) {
		const tt_gauge_reading *r = &reading[i];
		if (!usable[i] || (!r->ok && isnan(r->gap_px))) continue;
		if (before >= 0 && !isnan(r->gap_px) && !isnan(reading[before].gap_px)) {
			opening o = opening_of(r, &reading[before], least + ordinary_step(steps, count));
			double stays = reading[before].gap_px + least / 2;
			bool candidate = o.opens && gap_stays(reading, usable, i, n, stays);
			if (candidate && out->frame >= 0 &&
			    mended(reading, usable, (size_t)out->last_intact, (size_t)out->frame, i, least)) {
				best = 0;
				final = false;
			}
			if (candidate && !final && o.step > best) {
				best = o.step;
				out->frame = (int64_t)i;
				out->last_intact = before;
				out->jump_px = o.jump;
				out->gap_at_px = r->gap_at_px;
				final = ends_readings(reading, usable, i, n);
			}
			if (!o.opens) steps[count++] = o.step;
		}
		before = (int64_t)i;
	}
	return best;
}

/* The boundary of a frame in which all stations on one side are followed and none on the other; NaN: it is not one. */
static double boundary(const tt_gauge *g, const float *u)
{
	size_t n = g->n_stations, changes = 0, at = 0, trusted = 0;
	for (size_t k = 0; k < n; k++) {
		trusted += !isnan(u[k]);
		if (k == 0 || isnan(u[k]) == isnan(u[k - 1])) continue;
		changes++;
		at = k;
	}
	if (changes != 1 || trusted < 2) return NAN;
	return 0.5 * (g->station_s[at - 1] + g->station_s[at]);
}

/* One half is lost and when both ends are read again they are farther apart than the specimen's own pace explains. */
static void find_jump(const tt_gauge *g, const tt_gauge_reading *reading, const float *station_px, const bool *usable,
                      size_t n, double least, double *steps, tt_separation *out)
{
	size_t count = 0, lost = 0, split = 0;
	int64_t before = -1;
	double at = NAN;
	for (size_t i = 0; i < n && !(out->frame >= 0 && (int64_t)i >= out->frame); i++) {
		if (!usable[i]) continue;
		if (!reading[i].ok) {
			double here = boundary(g, station_px + i * g->n_stations);
			lost++;
			split += !isnan(here);
			if (isnan(at)) at = here;
			continue;
		}
		double step = before >= 0 ? reading[i].length_px - reading[before].length_px : 0;
		double pace = ordinary_step(steps, count) * (double)(before >= 0 ? (int64_t)i - before : 1);
		if (before >= 0 && lost >= 2 && 2 * split >= lost && step > least + pace) {
			out->frame = (int64_t)i;
			out->last_intact = before;
			out->jump_px = step;
			out->gap_at_px = at;
			return;
		}
		if (before >= 0 && lost == 0) steps[count++] = step;
		before = (int64_t)i;
		lost = split = 0;
		at = NAN;
	}
}

/* Where no station can be followed (spots or edges on a bar without texture): a leap of the length beyond its pace that
 * stays, or after which the ends are not found again. */
static void find_leap(const tt_gauge_reading *reading, const bool *usable, size_t n, double least, double *steps,
                      tt_separation *out)
{
	enum { AFTER = 4 };
	size_t count = 0;
	int64_t before = -1;
	for (size_t i = 0; i < n; i++) {
		if (!usable[i] || !reading[i].ok) continue;
		double step = before >= 0 ? reading[i].length_px - reading[before].length_px : 0;
		double frames = (double)(before >= 0 ? (int64_t)i - before : 1);
		size_t seen = 0, stays = 0;
		for (size_t j = i; j < n && seen < AFTER; j++) {
			if (!usable[j] || !reading[j].ok) continue;
			seen++;
			stays += reading[j].length_px > reading[before < 0 ? (int64_t)i : before].length_px + least;
		}
		if (before >= 0 && step > least + frames * ordinary_step(steps, count) && 4 * stays >= 3 * seen) {
			out->frame = before + 1; /* of the frames in which nothing was found, the first */
			out->last_intact = before;
			out->jump_px = step;
			snprintf(
			    out->text, sizeof out->text,
			    "the gauge's ends leap apart by %.1f px at frame %zu; nothing between them is followed",
			    step, i);
			return;
		}
		if (before >= 0 && frames < 2) steps[count++] = step;
		before = (int64_t)i;
	}
	/* one half leaves the frame at once */
	if (before < 0 || n - (size_t)before < AFTER) return;
	out->frame = before + 1;
	out->last_intact = before;
	snprintf(out->text, sizeof out->text, "the gauge's ends are not found again from frame %lld on",
	         (long long)before + 1);
}

/* Are there places to see a gap between? A spot or an edge is seen by a station or two at either end: more than these.
 */
static bool has_stations(const tt_gauge_reading *reading, size_t n)
{
	enum { ENDS = 4 };
	size_t seen = 0, ok = 0;
	for (size_t i = 0; i < n; i++) {
		seen += reading[i].ok && reading[i].stations > ENDS;
		ok += reading[i].ok;
	}
	return 2 * seen > ok || ok == 0;
}

double tt_separation_least(const tt_gauge *g)
{
	return fmax(2.0, 0.004 * g->length_px);
}

void tt_separation_find(const tt_gauge *g, const tt_gauge_reading *reading, const float *station_px, const bool *usable,
                        size_t n, double least, tt_separation *out)
{
	*out = (tt_separation){.frame = -1, .last_intact = -1, .jump_px = NAN, .gap_at_px = NAN};
	snprintf(out->text, sizeof out->text, "the halves do not come apart in the images");
	double *steps = malloc((n ? n : 1) * sizeof *steps);
	if (!steps) return;
	if (!has_stations(reading, n)) {
		find_leap(reading, usable, n, least, steps, out);
		free(steps);
		return;
	}
	double opened = find_opening(reading, usable, n, least, steps, out);
	int64_t before = out->frame;
	find_jump(g, reading, station_px, usable, n, least, steps, out);
	if (out->frame != before) opened = out->jump_px;
	free(steps);
	if (out->frame > 0) {
		start_of_gap(g, reading, station_px, usable, least, out);
		snprintf(out->text, sizeof out->text, "a gap of %.1f px opens between the stations at frame %lld",
		         opened, (long long)out->frame);
	}
	if (out->frame < 0) lost_side(g, reading, usable, n, out);
}
