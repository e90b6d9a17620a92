/* What the frames about fracture and yield show when they are seen again: the gap's edges, the registered difference.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "temtensile/closeup.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "observe/observation.h"
#include "observe/resample.h"
#include "numeric/statistics.h"

enum { GAP_FRAMES = 3 };

/* One of the two frames to subtract: the mean of the sound ones from first to last. */
typedef struct mean {
	size_t at, first, last;
	float *sum;
	int width, height;
	double used;
} mean;

struct tt_closeup_maker {
	const tt_observation *o;
	const tt_look *look;
	const tt_job *job;
	tt_closeup *out;
	/* gap */
	tt_gap_guide guide;
	bool known_seen, levels_seen, gap_done;
	int looked;
	/* difference */
	mean mean[2];
	int fixed; /* the end that moves less */
};

void tt_look_clear(tt_look *l)
{
	free(l->sound);
	memset(l, 0, sizeof *l);
}

void tt_picture_clear(tt_picture *p)
{
	free((void *)p->image.data);
	memset(p, 0, sizeof *p);
}

tt_status tt_picture_copy(const tt_frame *frame, tt_picture *out, tt_error *err)
{
	const tt_image *im = &frame->image;
	size_t row = (size_t)im->width * tt_pixel_size(im->type);
	char *data = malloc(row * (size_t)im->height + 1);
	if (!data) return tt_fail_memory(err, "a frame");
	for (int y = 0; y < im->height; y++)
		memcpy(data + (size_t)y * row, (const char *)im->data + (ptrdiff_t)y * im->stride, row);
	tt_picture_clear(out);
	*out = (tt_picture){.image = *im, .number = frame->number, .time_s = frame->time_s};
	out->image.data = data;
	out->image.stride = (ptrdiff_t)row;
	return TT_OK;
}

void tt_closeup_clear(tt_closeup *c)
{
	tt_picture_clear(&c->gap_picture);
	tt_picture_clear(&c->reference);
	tt_difference_clear(&c->difference);
	memset(c, 0, sizeof *c);
}

/* ---- the gap ---- */

/* Grey levels of the bar and of what lies beside it, along the axis through the ends of an intact frame. */
static bool levels(const tt_image *im, const double from[2], const double to[2], double width, double *bar,
                   double *beside)
{
	enum { STEPS = 200 };
	double in[STEPS * 3], out[STEPS * 2];
	size_t n_in = 0, n_out = 0;
	double length = hypot(to[0] - from[0], to[1] - from[1]);
	const double normal[2] = {-(to[1] - from[1]) / length, (to[0] - from[0]) / length};
	static const double across[] = {-0.25, 0, 0.25, -0.7, 0.7};
	for (int i = 0; i < STEPS; i++) {
		for (int k = 0; k < 5; k++) {
			double t = (i + 0.5) / STEPS;
			int x = (int)lround(from[0] + t * (to[0] - from[0]) + across[k] * width * normal[0]);
			int y = (int)lround(from[1] + t * (to[1] - from[1]) + across[k] * width * normal[1]);
			if (x < 0 || y < 0 || x >= im->width || y >= im->height) continue;
			if (k < 3)
				in[n_in++] = tt_image_at(im, x, y);
			else
				out[n_out++] = tt_image_at(im, x, y);
		}
	}
	*bar = tt_high_median(in, n_in);
	*beside = tt_high_median(out, n_out);
	return n_in > 100 && n_out > 50 && fabs(*bar - *beside) > 0;
}

static double distance_to_border(const tt_image *im, const double p[2], const double d[2])
{
	double reach = hypot(im->width, im->height);
	for (double s = 0; s < reach; s += 1) {
		double x = p[0] + s * d[0], y = p[1] + s * d[1];
		if (x < 0 || y < 0 || x > im->width - 1 || y > im->height - 1) return s;
	}
	return reach;
}

/* Where the specimen was when its ends were last known. */
static void aim_at_gap(tt_closeup_maker *m)
{
	const tt_gauge_reading *r = &m->o->track.reading[m->look->last_known];
	tt_gap_guide *g = &m->guide;
	double length = hypot(r->end[1][0] - r->end[0][0], r->end[1][1] - r->end[0][1]);
	g->width_px = m->o->gauge.width_px;
	for (int k = 0; k < 2; k++) {
		g->axis[k] = (r->end[1][k] - r->end[0][k]) / length;
		g->point[k] = 0.5 * (r->end[0][k] + r->end[1][k]);
	}
	/* The halves fly apart by more than the gauge was long only when one leaves the frame. */
	g->reach_px[0] = length;
}

static void look_at_last_known(tt_closeup_maker *m, const tt_frame *frame)
{
	const tt_gauge_reading *r = &m->o->track.reading[m->look->last_known];
	m->known_seen = true;
	m->levels_seen =
	    levels(&frame->image, r->end[0], r->end[1], m->guide.width_px, &m->guide.bar, &m->guide.surroundings);
}

/* The first few separate frames: the first whose edges are both seen, else the one that shows most. */
static tt_status look_at_gap(tt_closeup_maker *m, const tt_frame *frame, tt_error *err)
{
	tt_closeup *n = m->out;
	tt_gap gap;
	m->looked++;
	tt_gap_guide g = m->guide;
	const double back[2] = {-g.axis[0], -g.axis[1]};
	g.reach_px[0] = fmin(g.reach_px[0], distance_to_border(&frame->image, g.point, back));
	g.reach_px[1] = distance_to_border(&frame->image, g.point, g.axis);
	tt_status st = tt_gap_find(&frame->image, &g, &gap, err);
	if (st != TT_OK) return st;
	int seen = gap.edge[0].found + gap.edge[1].found;
	m->gap_done = seen == 2 || m->looked == GAP_FRAMES;
	if (n->has_gap && seen <= n->gap.edge[0].found + n->gap.edge[1].found) return TT_OK;
	n->has_gap = true;
	n->gap = gap;
	n->gap_frame = frame->number;
	return tt_picture_copy(frame, &n->gap_picture, err);
}

static bool wants_gap(const tt_closeup_maker *m, size_t row)
{
	return m->levels_seen && !m->gap_done && (int64_t)row >= m->look->fracture &&
	       !(m->o->track.source_flag[row] & (TT_FRAME_UNDECODED | TT_FRAME_DAMAGED));
}

static void say_gap(tt_closeup_maker *m)
{
	tt_closeup *n = m->out;
	const char *why = m->look->fracture < 0     ? "the specimen does not break in this recording"
	                  : m->look->last_known < 0 ? "the gauge's ends are not known in any frame before fracture"
	                  : !n->has_gap             ? "no frame after fracture could be looked at"
	                                            : n->gap.reason;
	snprintf(n->gap_reason, sizeof n->gap_reason, "%s", why);
}

/* ---- the difference ---- */

static tt_status as_floats(const tt_image *im, float **out, tt_error *err)
{
	*out = malloc((size_t)im->width * (size_t)im->height * sizeof **out);
	if (!*out) return tt_fail_memory(err, "a frame");
	for (int y = 0; y < im->height; y++)
		for (int x = 0; x < im->width; x++)
			(*out)[(size_t)y * (size_t)im->width + (size_t)x] = (float)tt_image_at(im, x, y);
	return TT_OK;
}

/* Adds a frame, moved back by (dx, dy): what the fixed part has drifted since the frame in the middle. */
static tt_status add_moved(const float *pixels, int width, int height, double dx, double dy, float *sum, tt_error *err)
{
	tt_resample r;
	tt_status st = tt_resample_new(pixels, width, height, &r, err);
	if (st != TT_OK) return st;
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++) {
			/* the last row or column of a shifted picture is its neighbour's */
			double px = fmin(fmax(x + dx, 0), width - 1), py = fmin(fmax(y + dy, 0), height - 1);
			sum[(size_t)y * (size_t)width + (size_t)x] += (float)tt_resample_at(&r, px, py);
		}
	tt_resample_free(&r);
	return TT_OK;
}

/* `count` sound frames about row `at`. */
static mean plan_mean(const tt_look *l, size_t at)
{
	size_t count = (size_t)l->average, before = (count - 1) / 2;
	mean m = {.at = at, .first = at >= before ? at - before : 0, .last = at + count / 2};
	while (m.last > at && (m.last >= l->frames || !l->sound[m.last]))
		m.last--;
	return m;
}

static void plan_difference(tt_closeup_maker *m)
{
	const tt_look *l = m->look;
	const tt_gauge_reading *r[2] = {&m->o->track.reading[l->pair[0]], &m->o->track.reading[l->pair[1]]};
	double moved[2];
	for (int k = 0; k < 2; k++) {
		moved[k] = hypot(r[1]->end[k][0] - r[0]->end[k][0], r[1]->end[k][1] - r[0]->end[k][1]);
		m->mean[k] = plan_mean(l, l->pair[k]);
	}
	m->fixed = moved[1] < moved[0];
	m->out->averaged = l->average;
}

static bool wants_mean(const tt_closeup_maker *m, const mean *k, size_t row)
{
	return m->look->has_pair && row >= k->first && row <= k->last && m->look->sound[row];
}

/* Registered on the gauge's fixed end. */
static tt_status add_to_mean(tt_closeup_maker *m, mean *k, size_t row, const tt_image *im, tt_error *err)
{
	const double *here = m->o->track.reading[k->at].end[m->fixed], *there = m->o->track.reading[row].end[m->fixed];
	size_t n = (size_t)im->width * (size_t)im->height;
	float *pixels = NULL;
	if (!k->sum) k->sum = calloc(n, sizeof *k->sum);
	if (!k->sum) return tt_fail_memory(err, "the mean of frames");
	k->width = im->width;
	k->height = im->height;
	tt_status st = as_floats(im, &pixels, err);
	if (st == TT_OK && row == k->at)
		for (size_t i = 0; i < n; i++)
			k->sum[i] += pixels[i];
	else if (st == TT_OK)
		st = add_moved(pixels, im->width, im->height, there[0] - here[0], there[1] - here[1], k->sum, err);
	free(pixels);
	k->used++;
	return st;
}

static tt_status finish_mean(const tt_closeup_maker *m, mean *k, tt_image *im, tt_error *err)
{
	if (k->used < 1)
		return tt_fail(err, TT_ERR_FAILED, "frame %lld cannot be read again",
		               (long long)m->o->track.number[k->at]);
	for (size_t i = 0; i < (size_t)k->width * (size_t)k->height; i++)
		k->sum[i] /= (float)k->used;
	*im = (tt_image){.data = k->sum,
	                 .stride = k->width * (ptrdiff_t)sizeof *k->sum,
	                 .width = k->width,
	                 .height = k->height,
	                 .type = TT_F32};
	return TT_OK;
}

/* Levels of a 16-bit picture of the difference: as fine as the range allows, a power of ten. */
static double choose_levels(const tt_difference *d)
{
	size_t n = (size_t)d->width * (size_t)d->height;
	double most = 0, scale = 100;
	for (size_t i = 0; i < n; i++)
		if (!isnan(d->plain[i])) most = fmax(most, fabs((double)d->plain[i]));
	while (most * scale > 32000)
		scale /= 10;
	/* grey levels of float images have any scale */
	while (most > 0 && most * scale < 320)
		scale *= 10;
	return scale;
}

static tt_status subtract(tt_closeup_maker *m, tt_error *err)
{
	tt_closeup *n = m->out;
	const tt_gauge_reading *r = &m->o->track.reading[m->look->pair[0]];
	tt_difference_guide g = {
	    .width_px = m->o->gauge.width_px, .subset_px = m->o->gauge.subset_px, .fixed = m->fixed};
	tt_image im[2];
	memcpy(g.from, r->end[0], sizeof g.from);
	memcpy(g.to, r->end[1], sizeof g.to);
	tt_status st = finish_mean(m, &m->mean[0], &im[0], err);
	if (st == TT_OK) st = finish_mean(m, &m->mean[1], &im[1], err);
	if (st == TT_OK) st = tt_difference_make(&im[0], &im[1], &g, m->job, &n->difference, err);
	if (st != TT_OK) return st;
	n->levels_per_grey = choose_levels(&n->difference);
	const double axis[2] = {(g.to[0] - g.from[0]) / r->length_px, (g.to[1] - g.from[1]) / r->length_px};
	if (!n->difference.field_points) return TT_OK;
	return tt_candidates_find(&n->difference, axis, g.width_px, n->candidate,
	                          sizeof n->candidate / sizeof *n->candidate, &n->n_candidates, err);
}

static tt_status make_difference(tt_closeup_maker *m, tt_error *err)
{
	tt_closeup *n = m->out;
	tt_error why = {0};
	if (!m->look->has_pair) {
		snprintf(n->difference_reason, sizeof n->difference_reason, "%s", m->look->pair_reason);
		return TT_OK;
	}
	tt_status st = subtract(m, &why);
	n->has_difference = st == TT_OK;
	if (st == TT_ERR_FAILED && !m->look->pair_named) {
		snprintf(n->difference_reason, sizeof n->difference_reason, "%.250s", why.message);
		return TT_OK;
	}
	if (st != TT_OK && err) *err = why;
	return st;
}

/* ---- as a taker ---- */

static bool wants(void *ctx, size_t row)
{
	const tt_closeup_maker *m = ctx;
	return row == m->o->track.reference || (int64_t)row == m->look->last_known || wants_gap(m, row) ||
	       wants_mean(m, &m->mean[0], row) || wants_mean(m, &m->mean[1], row);
}

static tt_status take(void *ctx, size_t row, const tt_frame *frame, tt_error *err)
{
	tt_closeup_maker *m = ctx;
	tt_status st = TT_OK;
	if (row == m->o->track.reference) st = tt_picture_copy(frame, &m->out->reference, err);
	if ((int64_t)row == m->look->last_known) look_at_last_known(m, frame);
	if (st == TT_OK && wants_gap(m, row)) st = look_at_gap(m, frame, err);
	for (int k = 0; k < 2 && st == TT_OK; k++)
		if (wants_mean(m, &m->mean[k], row)) st = add_to_mean(m, &m->mean[k], row, &frame->image, err);
	return st;
}

tt_status tt_closeup_begin(const tt_observation *o, const tt_look *look, const tt_job *job, tt_closeup *out,
                           tt_closeup_maker **maker, tt_frame_taker *taker, tt_error *err)
{
	tt_closeup_maker *m = *maker = calloc(1, sizeof *m);
	if (!m) return tt_fail_memory(err, "the second look at the frames");
	memset(out, 0, sizeof *out);
	out->gap.angle_deg = out->gap.u_deg = out->gap.opening_px = NAN;
	*m = (tt_closeup_maker){.o = o, .look = look, .job = job, .out = out};
	if (look->last_known >= 0) aim_at_gap(m);
	if (look->has_pair) plan_difference(m);
	*taker = (tt_frame_taker){.ctx = m, .wants = wants, .take = take};
	return TT_OK;
}

tt_status tt_closeup_end(tt_closeup_maker *m, tt_error *err)
{
	if (!m) return TT_OK;
	tt_status st = TT_OK;
	int64_t last = m->look->last_known;
	if (last >= 0 && !m->known_seen)
		st =
		    tt_fail(err, TT_ERR_FAILED, "frame %lld cannot be read again", (long long)m->o->track.number[last]);
	if (st == TT_OK) say_gap(m);
	if (st == TT_OK) st = make_difference(m, err);
	tt_closeup_abort(m);
	return st;
}

void tt_closeup_abort(tt_closeup_maker *m)
{
	if (!m) return;
	free(m->mean[0].sum);
	free(m->mean[1].sum);
	free(m);
}

tt_status tt_look_close(const tt_test *test, const tt_observation *o, const tt_look *look, const tt_job *job,
                        tt_closeup *out, tt_error *err)
{
	tt_closeup_maker *m;
	tt_frame_taker taker;
	tt_status st = tt_closeup_begin(o, look, job, out, &m, &taker, err);
	if (st == TT_OK) st = tt_observe_frames(test, o, NULL, &taker, 1, job, err);
	if (st == TT_OK) return tt_closeup_end(m, err);
	tt_closeup_abort(m);
	return st;
}
