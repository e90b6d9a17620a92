/* Pictures of the frames for report.html, taken from the second pass.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/draw/scale.h"
#include "report/findings.h"

typedef struct watch {
	const tt_findings *a;
	tt_shots_plan plan;
	bool *wanted; /* per row */
	bool begun;
} watch;

void tt_present_clear(tt_present *p)
{
	tt_shots_clear(&p->shots);
}

bool tt_row_has_picture(const tt_findings *f, size_t row)
{
	return !(f->o->track.source_flag[row] & TT_FRAME_UNDECODED) && !(f->r->flag[row] & TT_ROW_DUPLICATE);
}

/* ---- instants ---- */

static void add_instant(tt_present *p, const char *name, size_t row, size_t rows)
{
	if (row >= rows || p->n_instants == sizeof p->instant / sizeof *p->instant) return;
	p->instant[p->n_instants++] = (tt_page_instant){name, row};
}

static void find_instants(const tt_findings *a)
{
	const tt_curve *c = a->r->curve;
	const tt_properties *q = &a->r->properties;
	tt_present *p = a->present;
	size_t first = 0, top = SIZE_MAX, last = SIZE_MAX,
	       broken = a->r->fracture >= 0 ? (size_t)a->r->fracture : SIZE_MAX;
	while (first < c->n && !tt_row_has_picture(a, first))
		first++;
	for (size_t i = 0; i < c->n; i++) {
		if (!tt_curve_row_usable(c, i)) continue;
		if (top == SIZE_MAX || c->stress_Pa[i] > c->stress_Pa[top]) top = i;
		last = i;
	}
	add_instant(p, "Start", first, c->n);
	if (a->r->has_properties && q->yield_row < c->n)
		add_instant(p, q->yield_is_proportional_limit ? "Proportional limit" : "Yield", q->yield_row, c->n);
	if (top != last) add_instant(p, "Maximum stress", top, c->n);
	add_instant(p, broken < c->n ? "Last intact frame" : "Last frame of the curve", last, c->n);
	add_instant(p, "Fracture", broken, c->n);
}

/* ---- the watch ---- */

static tt_status make_plan(watch *w, tt_error *err)
{
	const tt_findings *a = w->a;
	size_t important[6], n = a->r->curve->n;
	bool *usable = calloc(n + 1, sizeof *usable);
	w->wanted = calloc(n + 1, sizeof *w->wanted);
	if (!usable || !w->wanted) {
		free(usable);
		return tt_fail_memory(err, "the page's pictures");
	}
	for (size_t i = 0; i < n; i++)
		usable[i] = tt_row_has_picture(a, i);
	for (size_t i = 0; i < a->present->n_instants; i++)
		important[i] = a->present->instant[i].row;
	tt_status st = tt_shots_plan_make(usable, n, important, a->present->n_instants, a->o->recording.width,
	                                  a->o->recording.height, &w->plan, err);
	for (size_t i = 0; st == TT_OK && i < w->plan.n; i++)
		w->wanted[w->plan.row[i]] = true;
	free(usable);
	return st;
}

static bool wants(void *ctx, size_t row)
{
	const watch *w = ctx;
	return w->wanted[row];
}

static tt_status take(void *ctx, size_t row, const tt_frame *frame, tt_error *err)
{
	watch *w = ctx;
	tt_present *p = w->a->present;
	tt_status st = TT_OK;
	if (!w->begun) {
		double black, white;
		const tt_shots_plan plan = w->plan;
		tt_grey_limits(&frame->image, &black, &white);
		w->plan = (tt_shots_plan){0}; /* the shots own it now */
		w->begun = p->has_shots = true;
		st = tt_shots_open(&plan, frame->image.width, frame->image.height, black, white, &p->shots, err);
	}
	return st == TT_OK ? tt_shots_put(&p->shots, row, &frame->image, err) : st;
}

tt_status tt_shots_watch(const tt_findings *f, tt_frame_taker *taker, tt_error *err)
{
	*taker = (tt_frame_taker){0};
	if (!f->r->curve->n) return TT_OK;
	watch *w = calloc(1, sizeof *w);
	if (!w) return tt_fail_memory(err, "the page's pictures");
	*w = (watch){.a = f};
	*taker = (tt_frame_taker){.ctx = w, .wants = wants, .take = take};
	find_instants(f);
	tt_status st = make_plan(w, err);
	if (st == TT_OK) st = tt_shots_key(f->o, &w->plan, f->present->shots_key, err);
	if (st != TT_OK || !f->kept || strcmp(f->kept->shots_key, f->present->shots_key) != 0) return st;
	/* the same pictures as in the run before */
	f->present->shots = f->kept->shots;
	f->present->has_shots = true;
	f->kept->shots = (tt_shots){0};
	*taker = (tt_frame_taker){0};
	return tt_shots_end(w, true, err);
}

tt_status tt_shots_end(void *ctx, bool done, tt_error *err)
{
	watch *w = ctx;
	(void)done;
	(void)err;
	if (!w) return TT_OK;
	tt_shots_plan_clear(&w->plan);
	free(w->wanted);
	free(w);
	return TT_OK;
}
