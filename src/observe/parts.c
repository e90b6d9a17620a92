/* A long recording in parts: where it is cut, and how what was seen of the parts becomes one observation. Every part is
 * followed against the same reference frame and begins with a search of its own some frames early; over the frames that
 * two neighbours both saw, they must agree.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "observe/observation.h"

enum { LEAST_FRAMES = 192 }; /* of a part: shorter ones would read more before them than of their own */
/* Of the gauge's length: a tenth of what joined strains may differ from undivided ones. */
static const double AGREE = 1e-7;

/* ---- cutting ---- */

typedef struct places {
	tt_source_place *place; /* NULL: every frame is one */
	size_t n;
	int64_t frames;
} places;

/* The place at or before a frame. */
static tt_source_place before(const places *p, int64_t number)
{
	tt_source_place at = {.number = p->place || number < 0 ? 0 : number};
	for (size_t i = 0; i < p->n && p->place[i].number <= number; i++)
		at = p->place[i];
	return at;
}

static int64_t nearest(const places *p, int64_t number)
{
	int64_t best = p->place ? 0 : number;
	for (size_t i = 0; i < p->n; i++)
		if (llabs(p->place[i].number - number) < llabs(best - number)) best = p->place[i].number;
	return best;
}

static tt_status find_places(const tt_test *test, const tt_job *job, places *p, char *why, tt_error *err)
{
	const tt_source_options options = {.stream = test->video.stream,
	                                   .frame_rate = test->video.frame_rate,
	                                   .threads = 1,
	                                   .max_pixels = (int64_t)test->video.max_pixels,
	                                   .ahead = -1,
	                                   .cancel = job ? job->cancel : NULL};
	tt_source *s;
	tt_status st = tt_source_open(test->video.file, &options, &s, err);
	if (st != TT_OK) return st;
	st = tt_source_places(s, &p->place, &p->n, &p->frames, why, err);
	tt_source_close(s);
	return st;
}

static tt_status lay_out(const places *p, size_t wanted, tt_part_plan **plan, size_t *n, char *why, tt_error *err)
{
	size_t most = p->frames > 0 ? (size_t)p->frames / LEAST_FRAMES : 0, k = wanted < most ? wanted : most;
	if (k < 2)
		tt_snprintf(why, 200, "it has %lld frames, a part has at least %d", (long long)p->frames, LEAST_FRAMES);
	if (k < 1) k = 1;
	*plan = calloc(k, sizeof **plan);
	if (!*plan) return tt_fail_memory(err, "the parts of the recording");
	*n = 0;
	for (size_t i = 0; i < k; i++) {
		int64_t from = i ? nearest(p, (int64_t)((double)p->frames * (double)i / (double)k)) : 0;
		if (i && from < (*plan)[*n - 1].from + LEAST_FRAMES) continue;
		if (*n) (*plan)[*n - 1].to = from;
		(*plan)[(*n)++] =
		    (tt_part_plan){.from = from, .to = INT64_MAX, .start = before(p, from - TT_PART_READ)};
	}
	if (k > 1 && *n == 1) tt_snprintf(why, 200, "it has too few key frames");
	return TT_OK;
}

tt_status tt_parts_plan(const tt_test *test, size_t wanted, const tt_job *job, tt_part_plan **plan, size_t *n,
                        char *why, tt_error *err)
{
	places p = {0};
	*plan = NULL;
	why[0] = 0;
	tt_status st = find_places(test, job, &p, why, err);
	if (st == TT_END) {
		wanted = 1;
		st = TT_OK;
	}
	if (test->gauge.feature == TT_FEATURE_EDGE) {
		wanted = 1;
		tt_snprintf(why, 200, "edges (gauge.feature) are followed from frame to frame");
	}
	if (test->gauge.method == TT_GAUGE_BAR) {
		wanted = 1;
		tt_snprintf(why, 200, "the whole bar is read (gauge.method), which goes from frame to frame");
	}
	char other[200] = "";
	if (st == TT_OK) st = lay_out(&p, wanted, plan, n, why[0] ? other : why, err);
	free(p.place);
	return st;
}

/* ---- rows ---- */

static void drop_rows(tt_observation *o, size_t n)
{
	tt_light_watch *l = &o->light;
	tt_width_rows *w = &o->width;
	size_t stations = tt_light_watch_stations(&o->gauge), gone = l->rows < n ? l->rows : n, kept = 0;
	tt_track_drop(&o->track, n);
	l->rows -= gone;
	memmove(l->grey, l->grey + gone * stations, l->rows * stations * sizeof *l->grey);
	for (size_t i = 0; i < w->rows; i++) {
		if (w->index[i] < n) continue;
		w->index[kept] = w->index[i] - n;
		memmove(w->width_px + kept * w->stations, w->width_px + i * w->stations,
		        w->stations * sizeof *w->width_px);
		kept++;
	}
	w->rows = kept;
}

void tt_part_trim(tt_observation *o, int64_t from)
{
	size_t n = 0;
	while (n + 1 < o->track.n && o->track.number[n] < from - TT_PART_SHARED)
		n++;
	if (n) drop_rows(o, n);
	if (from > 0) o->track.reference = 0;
}

/* Leaves the first n rows. */
static void cut_rows(tt_observation *o, size_t n)
{
	if (o->track.n > n) o->track.n = n;
	if (o->light.rows > n) o->light.rows = n;
	while (o->width.rows && o->width.index[o->width.rows - 1] >= n)
		o->width.rows--;
}

static tt_status append_light(tt_observation *o, const tt_observation *p, size_t first, tt_error *err)
{
	tt_light_watch *l = &o->light;
	size_t stations = tt_light_watch_stations(&o->gauge), more = p->light.rows > first ? p->light.rows - first : 0;
	if (l->rows + more > l->capacity) {
		size_t room = 2 * (l->rows + more);
		float *grey = realloc(l->grey, room * (stations ? stations : 1) * sizeof *grey);
		if (!grey) return tt_fail_memory(err, "the brightness along the gauge");
		l->grey = grey;
		l->capacity = room;
	}
	if (more)
		memcpy(l->grey + l->rows * stations, p->light.grey + first * stations,
		       more * stations * sizeof *l->grey);
	l->rows += more;
	return TT_OK;
}

static tt_status append_width(tt_observation *o, const tt_observation *p, size_t first, size_t shift, tt_error *err)
{
	tt_width_rows *w = &o->width;
	const tt_width_rows *v = &p->width;
	size_t skip = 0, stations = w->stations;
	while (skip < v->rows && v->index[skip] < first)
		skip++;
	size_t n = w->rows + v->rows - skip;
	if (skip == v->rows || !stations) return TT_OK;
	size_t *index = realloc(w->index, n * sizeof *index);
	if (index) w->index = index;
	float *width = realloc(w->width_px, n * stations * sizeof *width);
	if (width) w->width_px = width;
	if (!index || !width) return tt_fail_memory(err, "the width profiles");
	for (size_t i = skip; i < v->rows; i++)
		index[w->rows + i - skip] = v->index[i] - first + shift;
	memcpy(width + w->rows * stations, v->width_px + skip * stations, (v->rows - skip) * stations * sizeof *width);
	w->rows = n;
	return TT_OK;
}

static bool has_text(const tt_strings *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->item[i], text) == 0) return true;
	return false;
}

/* Each sentence once, whoever said it. */
static tt_status join_texts(tt_strings *to, const tt_strings *from, size_t first, tt_error *err)
{
	tt_status st = TT_OK;
	for (size_t i = first; i < from->n && st == TT_OK; i++)
		if (!has_text(to, from->item[i])) st = tt_strings_add(to, err, "%s", from->item[i]);
	return st;
}

/* ---- joining ---- */

/* Rows of p from frame number `from` on follow those of o. */
static tt_status append(tt_observation *o, tt_observation *p, int64_t from, tt_error *err)
{
	size_t first = 0, shift = o->track.n;
	while (first < p->track.n && p->track.number[first] < from)
		first++;
	if (first == p->track.n || p->track.number[first] != (int64_t)shift)
		return tt_fail(err, TT_ERR_FAILED, "the parts of the recording do not meet at frame %lld",
		               (long long)from);
	tt_status st = tt_track_append(&o->track, &p->track, first, err);
	if (st == TT_OK) st = append_light(o, p, first, err);
	if (st == TT_OK) st = append_width(o, p, first, shift, err);
	if (st == TT_OK) st = join_texts(&o->warnings, &p->warnings, 0, err);
	if (st != TT_OK) return st;
	o->track.updates += p->track.updates;
	o->track.slow_px = fmax(o->track.slow_px, p->track.slow_px);
	tt_source_info mine = o->recording; /* the last part has seen the recording's end */
	o->recording = p->recording;
	p->recording = mine;
	return TT_OK;
}

/* Processors that compute with other widths of vectors differ in the last digits. */
static bool same_gauge(const tt_observation *a, const tt_observation *b)
{
	static const double CLOSE = 1e-6; /* px */
	const tt_gauge *g = &a->gauge, *h = &b->gauge;
	if (g->n != h->n || g->n_band[0] != h->n_band[0] || g->n_stations != h->n_stations ||
	    g->subset_px != h->subset_px || a->track.n_extra != b->track.n_extra || a->has_width != b->has_width ||
	    a->width.stations != b->width.stations)
		return false;
	for (size_t i = 0; i < 2 * g->n; i++)
		if (!(fabs(g->xy[i] - h->xy[i]) <= CLOSE)) return false;
	return true;
}

static bool same_row(const tt_track *a, size_t i, const tt_track *b, size_t j)
{
	const tt_gauge_reading *r = &a->reading[i], *q = &b->reading[j];
	if (a->number[i] != b->number[j] || a->source_flag[i] != b->source_flag[j] || r->ok != q->ok) return false;
	if (!(fabs(a->time_s[i] - b->time_s[j]) <= 1e-9 * fmax(1, fabs(a->time_s[i])))) return false;
	return !r->ok || (fabs(r->length_px - q->length_px) <= AGREE * r->length_px && r->used[0] == q->used[0] &&
	                  r->used[1] == q->used[1] && r->stations == q->stations);
}

/* Over the frames before `from` that both have. */
static bool agree(const tt_observation *o, const tt_observation *p, int64_t from)
{
	size_t shared = 0;
	if (!same_gauge(o, p) || p->track.number[p->track.n - 1] < from) return false;
	for (size_t j = 0; j < p->track.n && p->track.number[j] < from; j++, shared++) {
		int64_t i = p->track.number[j];
		if (i < 0 || (size_t)i >= o->track.n || !same_row(&o->track, (size_t)i, &p->track, j)) return false;
	}
	return shared > 0;
}

typedef struct joining {
	const tt_test *test;
	const tt_look_how *how;
	const tt_part_plan *plan;
	size_t n;
	const tt_job *job;
	tt_strings *notes;
	tt_observation *o;
} joining;

/* Parts first … last - 1 in one piece, in the place of what there is of them. */
static tt_status look_once_more(joining *j, size_t first, size_t last, bool update, tt_error *err)
{
	tt_part_plan plan = j->plan[first];
	tt_observation *p;
	tt_source *source;
	plan.to = j->plan[last - 1].to;
	plan.update = update;
	tt_status st = tt_look_at(j->test, j->how, &plan, j->job, &p, &source, err);
	tt_source_close(source);
	if (st != TT_OK) return st;
	if (first == 0) {
		tt_observation_free(j->o);
		j->o = p;
		return TT_OK;
	}
	cut_rows(j->o, (size_t)plan.from);
	st = append(j->o, p, plan.from, err);
	tt_observation_free(p);
	return st;
}

static tt_status join_one(joining *j, size_t k, tt_observation *p, tt_error *err)
{
	int64_t from = j->plan[k].from;
	if (agree(j->o, p, from)) return append(j->o, p, from, err);
	tt_warn(
	    j->notes,
	    "the parts of the recording that meet at frame %lld do not agree over the frames that both saw: they were "
	    "looked at once more in one piece",
	    (long long)from);
	return look_once_more(j, k - 1, k + 1, false, err);
}

/* Behind a new reference, each frame's motion depends on all frames before it. */
static tt_status go_on_alone(joining *j, size_t k, tt_error *err)
{
	tt_warn(j->notes,
	        "the reference had to be replaced at frame %lld: from the part before it on, the recording was looked "
	        "at in "
	        "one piece",
	        (long long)j->o->track.number[j->o->track.n - 1]);
	j->o->track.updates = 0;
	return look_once_more(j, k, j->n, true, err);
}

/* What the source would have said at its end. */
static tt_status last_words(joining *j, tt_error *err)
{
	const tt_test *t = j->test;
	const tt_source_options options = {.stream = t->video.stream,
	                                   .frame_rate = t->video.frame_rate,
	                                   .threads = 1,
	                                   .ahead = -1,
	                                   .max_pixels = (int64_t)t->video.max_pixels,
	                                   .cancel = j->job ? j->job->cancel : NULL};
	tt_source *s;
	tt_status st = tt_source_open(t->video.file, &options, &s, err);
	if (st != TT_OK) return st;
	size_t said = tt_source_warnings(s)->n;
	tt_source_sum_up(s, j->o->track.source_flag, (int64_t)j->o->track.n);
	st = join_texts(&j->o->warnings, tt_source_warnings(s), said, err);
	tt_source_close(s);
	return st;
}

static const char not_looked_for[] = "looked at in parts (--shards), the recording was not searched for what stands "
                                     "still in the picture (a camera's fixed "
                                     "pattern, bad pixels, text): leave --shards away where there may be some";

static tt_status finish(joining *j, tt_error *err)
{
	tt_status st = last_words(j, err);
	tt_gauge_sift(j->o->track.reading, j->o->track.n);
	free(j->o->flag);
	j->o->flag = NULL;
	j->o->light.gauge = &j->o->gauge;
	tt_warn(j->notes, "%s", not_looked_for);
	return st == TT_OK ? tt_observation_judge(j->o, err) : st;
}

tt_status tt_parts_join(const tt_test *test, const tt_look_how *how, const tt_part_plan *plan, size_t n,
                        tt_status (*load)(void *ctx, size_t k, tt_observation **o, tt_error *err), void *ctx,
                        const tt_job *job, tt_strings *notes, tt_observation **out, tt_error *err)
{
	joining j = {.test = test, .how = how, .plan = plan, .n = n, .job = job, .notes = notes};
	*out = NULL;
	tt_status st = load(ctx, 0, &j.o, err);
	for (size_t k = 1; k < n && st == TT_OK; k++) {
		tt_observation *p;
		if (j.o->track.updates) break;
		st = tt_job_check(job, err);
		if (st == TT_OK) st = load(ctx, k, &p, err);
		if (st != TT_OK) break;
		st = join_one(&j, k, p, err);
		tt_observation_free(p);
	}
	if (st == TT_OK && j.o->track.updates) {
		size_t k = 0; /* the part in which it was */
		while (k + 1 < n && plan[k + 1].from < (int64_t)j.o->track.n)
			k++;
		st = go_on_alone(&j, k, err);
	}
	if (st == TT_OK) st = finish(&j, err);
	if (st != TT_OK) {
		tt_observation_free(j.o);
		return st;
	}
	*out = j.o;
	return TT_OK;
}
