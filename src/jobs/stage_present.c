/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "jobs/stage_present.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/text.h"
#include "report/movie/movie.h"
#include "report/draw/scale.h"
#include "jobs/analysis.h"

/* What the pass fills. */
typedef struct pass {
	tt_analysis *a;
	bool wants_shots, wants_movie;
	tt_movie_plan plan;
	tt_movie *movie;
	double *picture_time_s, *strain, *stress_Pa; /* NaN: no picture; not part of the curve */
	bool *usable;
	size_t last;                                 /* row after which nothing is wanted */
	char (*remark)[64];
} pass;

void tt_present_clear(tt_present *p)
{
	tt_shots_clear(&p->shots);
}

static void clear(pass *p)
{
	tt_movie_abort(p->movie);
	tt_movie_plan_clear(&p->plan);
	free(p->picture_time_s);
	free(p->strain);
	free(p->stress_Pa);
	free(p->usable);
	free(p->remark);
}

/* ---- instants ---- */

static void add_instant(tt_present *p, const char *name, size_t row, size_t rows)
{
	if (row >= rows || p->n_instants == sizeof p->instant / sizeof *p->instant) return;
	p->instant[p->n_instants++] = (tt_page_instant){name, row};
}

static void find_instants(tt_analysis *a, const bool *usable)
{
	const tt_curve *c = a->curve;
	tt_present *p = &a->present;
	size_t first = 0, top = SIZE_MAX, last = SIZE_MAX, broken = a->fracture >= 0 ? (size_t)a->fracture : SIZE_MAX;
	while (first < c->n && !usable[first])
		first++;
	for (size_t i = 0; i < c->n; i++) {
		if (!tt_curve_row_usable(c, i)) continue;
		if (top == SIZE_MAX || c->stress_Pa[i] > c->stress_Pa[top]) top = i;
		last = i;
	}
	add_instant(p, "Start", first, c->n);
	if (a->has_properties && a->properties.yield_row < c->n)
		add_instant(p, a->properties.yield_is_proportional_limit ? "Proportional limit" : "Yield", a->properties.yield_row, c->n);
	if (top != last) add_instant(p, "Maximum stress", top, c->n);
	add_instant(p, broken < c->n ? "Last intact frame" : "Last frame of the curve", last, c->n);
	add_instant(p, "Fracture", broken, c->n);
}

/* ---- preparing ---- */

static bool prepare_rows(pass *p)
{
	const tt_analysis *a = p->a;
	const tt_curve *c = a->curve;
	size_t n = c->n;
	p->picture_time_s = malloc((n + 1) * sizeof *p->picture_time_s);
	p->strain = malloc((n + 1) * sizeof *p->strain);
	p->stress_Pa = malloc((n + 1) * sizeof *p->stress_Pa);
	p->usable = calloc(n + 1, sizeof *p->usable);
	p->remark = calloc(n + 1, sizeof *p->remark);
	if (!p->picture_time_s || !p->strain || !p->stress_Pa || !p->usable || !p->remark) return false;
	for (size_t i = 0; i < n; i++) {
		bool curve = tt_curve_row_usable(c, i);
		p->usable[i] = !(a->track.source_flag[i] & TT_FRAME_UNDECODED) && !(a->flag[i] & TT_ROW_DUPLICATE);
		p->picture_time_s[i] = p->usable[i] ? c->time_s[i] : NAN;
		p->strain[i] = curve ? c->strain[i] : NAN;
		p->stress_Pa[i] = curve ? c->stress_Pa[i] : NAN;
		tt_row_flag_text(c->flag[i], p->remark[i], sizeof p->remark[i]);
	}
	return true;
}

static tt_status plan_shots(pass *p, const tt_image *first, double black, double white, tt_error *err)
{
	tt_analysis *a = p->a;
	tt_shots_plan plan;
	size_t important[6];
	for (size_t i = 0; i < a->present.n_instants; i++)
		important[i] = a->present.instant[i].row;
	tt_status st = tt_shots_plan_make(p->usable, a->curve->n, important, a->present.n_instants, first->width, first->height,
	                                  &plan, err);
	if (st != TT_OK) return st;
	a->present.has_shots = true;
	if (plan.n && plan.row[plan.n - 1] > p->last) p->last = plan.row[plan.n - 1];
	return tt_shots_open(&plan, first->width, first->height, black, white, &a->present.shots, err);
}

/* A movie that this machine cannot make is no reason to lose the analysis. */
static tt_status open_movie(pass *p, const tt_image *first, double black, double white, tt_error *err)
{
	tt_analysis *a = p->a;
	const tt_movie_options o = {.title = a->test->name,
	                            .width = first->width,
	                            .height = first->height,
	                            .pixel_size_m = a->pixel_size.value,
	                            .black = black,
	                            .white = white,
	                            .subset_px = a->gauge.subset_px,
	                            .rows = a->curve->n,
	                            .time_s = a->curve->time_s,
	                            .strain = p->strain,
	                            .stress_Pa = p->stress_Pa};
	const char *path;
	tt_error why = {0};
	tt_status st = tt_movie_plan_make(p->picture_time_s, a->curve->n, a->test->output.movie_speed, &p->plan, &why);
	if (st == TT_OK) {
		st = tt_outdir_path(a->out, "movie.mp4", &path, err);
		if (st != TT_OK) return st;
		st = tt_movie_open(path, &o, &p->plan, &a->report->warnings, &p->movie, &why);
	}
	if (st == TT_ERR_FAILED) {
		tt_warn(&a->report->warnings, "there is no movie: %s", why.message);
		p->wants_movie = false;
		return TT_OK;
	}
	if (st != TT_OK && err) *err = why;
	if (st == TT_OK && p->plan.row[p->plan.n - 1] > p->last) p->last = p->plan.row[p->plan.n - 1];
	return st;
}

static tt_status begin(pass *p, const tt_image *first, tt_error *err)
{
	double black, white;
	tt_status st = TT_OK;
	tt_grey_limits(first, &black, &white);
	if (p->wants_shots) st = plan_shots(p, first, black, white, err);
	if (st == TT_OK && p->wants_movie) st = open_movie(p, first, black, white, err);
	return st;
}

/* ---- the pass ---- */

static tt_movie_marks marks_of(const pass *p, size_t row)
{
	const tt_analysis *a = p->a;
	const tt_gauge_reading *r = &a->track.reading[row];
	bool known = r->ok && !(a->flag[row] & TT_ROW_NO_STRAIN);
	tt_movie_marks m = {.end = {{NAN, NAN}, {NAN, NAN}},
	                    .point_xy = a->track.point_px + 2 * row * a->track.n_points,
	                    .remark = p->remark[row]};
	if (!known) return m;
	memcpy(m.end, r->end, sizeof m.end);
	m.n_boxes = a->gauge.n_band[0] + a->gauge.n_band[1];
	m.n_dots = a->gauge.n_stations;
	return m;
}

static void tell(const tt_analysis *a, size_t done, size_t total, const struct timespec *start)
{
	struct timespec now;
	if (!a->job || !a->job->on_progress) return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	tt_progress progress = {.stage = "movie and page",
	                        .done = (int64_t)done,
	                        .total = (int64_t)total,
	                        .elapsed_s = (double)(now.tv_sec - start->tv_sec) + 1e-9 * (double)(now.tv_nsec - start->tv_nsec)};
	a->job->on_progress(a->job->ctx, &progress);
}

static tt_status show(pass *p, size_t row, const tt_image *image, bool *begun, tt_error *err)
{
	tt_status st = *begun ? TT_OK : begin(p, image, err);
	*begun = true;
	if (st == TT_OK && p->a->present.has_shots) st = tt_shots_put(&p->a->present.shots, row, image, err);
	if (st != TT_OK || !p->movie) return st;
	const tt_movie_marks marks = marks_of(p, row);
	return tt_movie_put(p->movie, row, image, &marks, err);
}

static tt_status decode(pass *p, tt_source *s, tt_error *err)
{
	tt_analysis *a = p->a;
	struct timespec start;
	tt_frame frame;
	bool begun = false;
	clock_gettime(CLOCK_MONOTONIC, &start);
	p->last = a->curve->n - 1;
	for (size_t row = 0;;) {
		tt_status st = tt_job_check(a->job, err);
		if (st == TT_OK) st = tt_source_next(s, &frame, err);
		if (st == TT_END) return TT_OK;
		if (st != TT_OK) return st;
		while (row < a->track.n && a->track.number[row] < frame.number)
			row++;
		if (row >= a->track.n || row > p->last) return TT_OK;
		if (a->track.number[row] != frame.number || !p->usable[row] || !frame.image.data) continue;
		if (!begun) p->last = 0;
		st = show(p, row, &frame.image, &begun, err);
		if (st != TT_OK) return st;
		if (!a->present.has_shots && !p->movie) return TT_OK;
		if (row % 16 == 0) tell(a, row, p->last + 1, &start);
	}
}

static tt_status look_again(pass *p, tt_error *err)
{
	tt_analysis *a = p->a;
	tt_source *s = NULL;
	const tt_test *t = a->test;
	/* Repetitions are known by now, so nobody needs to look for them. */
	const tt_source_options options = {.stream = t->video.stream,
	                                   .frame_rate = t->video.frame_rate,
	                                   .threads = tt_job_threads(a->job),
	                                   .keep_duplicates = true};
	tt_status st = tt_source_open(t->video.file, &options, &s, err);
	if (st == TT_OK) st = decode(p, s, err);
	tt_source_close(s);
	if (st == TT_OK && p->movie) {
		tt_movie *m = p->movie;
		p->movie = NULL;
		st = tt_movie_finish(m, err);
	}
	return st;
}

tt_status tt_stage_present(tt_analysis *a, tt_error *err)
{
	pass p = {.a = a};
	p.wants_shots = !(a->options->no_report || a->test->output.no_report);
	p.wants_movie = !(a->options->no_movie || a->test->output.no_movie);
	if ((!p.wants_shots && !p.wants_movie) || !a->curve->n) return TT_OK;
	if (!prepare_rows(&p)) {
		clear(&p);
		return tt_fail_memory(err, "the movie and the page");
	}
	find_instants(a, p.usable);
	tt_status st = look_again(&p, err);
	clear(&p);
	return st;
}
