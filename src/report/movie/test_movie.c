/* movie.mp4 of a test, its frames taken from the second pass.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/draw/scale.h"
#include "report/findings.h"
#include "report/movie/movie.h"

typedef struct watch {
	const tt_findings *a;
	tt_movie_plan plan;
	tt_movie *movie;
	double *strain, *stress_Pa; /* NaN: not part of the curve */
	bool *wanted;               /* per row */
	bool begun;
} watch;

/* A movie that this machine cannot make is no reason to lose the analysis. */
static tt_status go_without(watch *w, const char *why)
{
	tt_warn(w->a->warnings, "there is no movie: %s", why);
	memset(w->wanted, 0, w->a->r->curve->n);
	return TT_OK;
}

static tt_status prepare(watch *w, tt_error *err)
{
	const tt_curve *c = w->a->r->curve;
	size_t n = c->n;
	tt_error why = {0};
	double *time_s = malloc((n + 1) * sizeof *time_s);
	w->strain = malloc((n + 1) * sizeof *w->strain);
	w->stress_Pa = malloc((n + 1) * sizeof *w->stress_Pa);
	w->wanted = calloc(n + 1, sizeof *w->wanted);
	if (!time_s || !w->strain || !w->stress_Pa || !w->wanted) {
		free(time_s);
		return tt_fail_memory(err, "the movie");
	}
	for (size_t i = 0; i < n; i++) {
		bool curve = tt_curve_row_usable(c, i);
		time_s[i] = tt_row_has_picture(w->a, i) ? c->time_s[i] : NAN;
		w->strain[i] = curve ? c->strain[i] : NAN;
		w->stress_Pa[i] = curve ? c->stress_Pa[i] : NAN;
	}
	tt_status st = tt_movie_plan_make(time_s, n, w->a->test->output.movie_speed, &w->plan, &why);
	free(time_s);
	if (st == TT_ERR_FAILED) return go_without(w, why.message);
	if (st != TT_OK && err) *err = why;
	for (size_t i = 0; st == TT_OK && i < w->plan.n; i++)
		w->wanted[w->plan.row[i]] = true;
	return st;
}

static tt_status begin(watch *w, const tt_image *first, tt_error *err)
{
	const tt_findings *a = w->a;
	const char *path;
	tt_error why = {0};
	tt_movie_options o = {.title = a->test->name,
	                      .width = first->width,
	                      .height = first->height,
	                      .pixel_size_m = a->r->pixel_size.value,
	                      .subset_px = a->o->gauge.subset_px,
	                      .rows = a->r->curve->n,
	                      .time_s = a->r->curve->time_s,
	                      .strain = w->strain,
	                      .stress_Pa = w->stress_Pa};
	tt_grey_limits(first, &o.black, &o.white);
	tt_status st = tt_outdir_path(a->out, "movie.mp4", &path, err);
	if (st != TT_OK) return st;
	st = tt_movie_open(path, &o, &w->plan, a->warnings, &w->movie, &why);
	if (st == TT_ERR_FAILED) return go_without(w, why.message);
	if (st != TT_OK && err) *err = why;
	return st;
}

static tt_movie_marks marks_of(const watch *w, size_t row, char remark[64])
{
	const tt_findings *a = w->a;
	const tt_gauge_reading *r = &a->o->track.reading[row];
	bool known = r->ok && !(a->r->flag[row] & TT_ROW_NO_STRAIN);
	tt_movie_marks m = {.end = {{NAN, NAN}, {NAN, NAN}},
	                    .point_xy = tt_observation_subset_places(a->o, row),
	                    .remark = tt_row_flag_text(a->r->curve->flag[row], remark, 64)};
	if (!known) return m;
	memcpy(m.end, r->end, sizeof m.end);
	m.n_boxes = a->o->gauge.n_band[0] + a->o->gauge.n_band[1];
	m.n_dots = a->o->gauge.n_stations;
	return m;
}

static bool wants(void *ctx, size_t row)
{
	const watch *w = ctx;
	return w->wanted[row];
}

static tt_status take(void *ctx, size_t row, const tt_frame *frame, tt_error *err)
{
	watch *w = ctx;
	char remark[64];
	tt_status st = w->begun ? TT_OK : begin(w, &frame->image, err);
	w->begun = true;
	if (st != TT_OK || !w->movie) return st;
	const tt_movie_marks marks = marks_of(w, row, remark);
	return tt_movie_put(w->movie, row, &frame->image, &marks, err);
}

tt_status tt_movie_watch(const tt_findings *f, tt_frame_taker *taker, tt_error *err)
{
	*taker = (tt_frame_taker){0};
	if (!f->r->curve->n) return TT_OK;
	watch *w = calloc(1, sizeof *w);
	if (!w) return tt_fail_memory(err, "the movie");
	*w = (watch){.a = f};
	*taker = (tt_frame_taker){.ctx = w, .wants = wants, .take = take};
	return prepare(w, err);
}

tt_status tt_movie_end(void *ctx, bool done, tt_error *err)
{
	watch *w = ctx;
	tt_status st = TT_OK;
	if (!w) return TT_OK;
	if (done && w->movie)
		st = tt_movie_finish(w->movie, err);
	else
		tt_movie_abort(w->movie);
	tt_movie_plan_clear(&w->plan);
	free(w->strain);
	free(w->stress_Pa);
	free(w->wanted);
	free(w);
	return st;
}
