/* The gauge before the recording is looked at: what a line on the frame would be.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "serve/api.h"
#include "serve/picture.h"

typedef struct asking {
	const tt_test *test;
	double from[2], to[2];
	bool snap;
	int subset_px;
	tt_gauge_proposal proposal;
} asking;

static tt_status propose(void *ctx, const tt_frame *frame, double pixel_size_m, tt_error *err)
{
	asking *a = ctx;
	return tt_gauge_propose(a->test, &frame->image, pixel_size_m, a->from, a->to, a->snap, a->subset_px,
	                        &a->proposal, err);
}

static tt_status read_point(const tt_call *c, const char *key, double p[2], tt_error *err)
{
	const json_t *list = json_object_get(c->json, key);
	for (size_t k = 0; k < 2; k++) {
		const json_t *v = json_array_get(list, k);
		p[k] = json_is_number(v) ? json_number_value(v) : NAN;
		if (json_array_size(list) != 2 || !(fabs(p[k]) < 1e6))
			return tt_fail(err, TT_ERR_INPUT, "%s: a point [x, y] was expected", key);
	}
	return TT_OK;
}

/* The frame on which the gauge is laid: the observation's, else the first that is used. */
static tt_picture_wish reference_of(const tt_shared *seen, const tt_test *test)
{
	tt_picture_wish w = {.time_s = NAN, .black = NAN, .white = NAN};
	if (!isnan(test->video.frames[0])) w.number = (int64_t)test->video.frames[0];
	if (!seen) return w;
	tt_observed_gauge g;
	tt_observed_frame f;
	tt_observation_gauge(seen->o, &g);
	if (g.reference >= tt_observation_frames(seen->o)) return w;
	tt_observation_frame(seen->o, g.reference, &f);
	w.number = f.number;
	w.time_s = f.time_s;
	return w;
}

static json_t *place(double x, double y)
{
	return json_pack("[f,f]", round(10 * x) / 10, round(10 * y) / 10);
}

static json_t *number_or_null(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

static json_t *proposal_json(const tt_gauge_proposal *p, int64_t frame)
{
	json_t *points = json_array();
	for (size_t i = 0; i < p->n; i++)
		json_array_append_new(points, place(p->xy[2 * i], p->xy[2 * i + 1]));
	return json_pack("{s:o,s:o,s:f,s:i,s:[o,o],s:o,s:[i,i],s:I}", "from", place(p->from[0], p->from[1]), "to",
	                 place(p->to[0], p->to[1]), "width", p->width_px, "subset", p->subset_px, "u",
	                 number_or_null(p->u_px[0]), number_or_null(p->u_px[1]), "points", points, "band",
	                 (int)p->band[0], (int)p->band[1], "frame", (json_int_t)frame);
}

void tt_api_gauge(tt_session *s, const tt_call *c, tt_reply *out)
{
	tt_serve_test *t = &s->test[c->test];
	tt_error err = {0};
	tt_test *test = NULL;
	asking a = {.snap = json_is_true(json_object_get(c->json, "snap"))};
	tt_status st = read_point(c, "from", a.from, &err);
	if (st == TT_OK) st = read_point(c, "to", a.to, &err);
	if (st == TT_OK) st = tt_serve_look(t, c->set, c->n_sets, &test, NULL, &err);
	a.test = test;
	tt_shared *seen = tt_serve_hold(t);
	if (seen) {
		tt_observed_gauge g;
		tt_observation_gauge(seen->o, &g);
		a.subset_px = g.subset_px;
	}
	tt_picture_wish wish = {0};
	if (st == TT_OK) {
		wish = reference_of(seen, test);
		st = tt_serve_frame(t, test, &wish, propose, &a, &err);
	}
	if (st == TT_OK)
		tt_reply_json(out, proposal_json(&a.proposal, wish.number));
	else
		tt_reply_json(out, json_pack("{s:s}", "error", err.message)); /* a line that does not do is an answer */
	tt_gauge_proposal_clear(&a.proposal);
	tt_serve_release(t, seen);
	tt_test_free(test);
}
