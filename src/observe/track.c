/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/track.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/text.h"
#include "observe/still.h"
#include "observe/vision.h"

/* One tracker with the points it follows and where their results go. */
typedef struct follower {
	tt_dic_reference *reference;
	tt_dic_tracker *tracker;
	tt_dic_point *point;
	size_t n;
	size_t lost; /* frames in a row in which something was lost */
} follower;

typedef struct pass {
	const tt_track_plan *plan;
	follower gauge, extra;
	tt_face *end[2];     /* the gauge's ends where they are edges */
	tt_face *grip[2][2]; /* faces of the grips; NULL: not seen */
	tt_bar *bar;
	tt_track *out;
	const tt_job *job;
	struct timespec start;
	bool *good;     /* per station */
	tt_vimage flat; /* the frame without its slow light */
	float *clean;   /* … without what stands still */
	bool stopped;   /* at an update of the reference */
} pass;

void tt_track_clear(tt_track *t)
{
	free(t->number);
	free(t->time_s);
	free(t->source_flag);
	free(t->reading);
	free(t->station_px);
	free(t->point_px);
	free(t->extra_px);
	free(t->ends_px);
	memset(t, 0, sizeof *t);
}

static bool grow_one(void **array, size_t item, size_t capacity)
{
	void *p = realloc(*array, capacity * item);
	if (!p) return false;
	*array = p;
	return true;
}

static tt_status make_room(tt_track *t, tt_error *err)
{
	if (t->n < t->capacity) return TT_OK;
	size_t c = t->capacity ? 2 * t->capacity : 1024;
	size_t stations = t->n_stations ? t->n_stations : 1, extra = t->n_extra ? t->n_extra : 1;
	if (!grow_one((void **)&t->number, sizeof *t->number, c) ||
	    !grow_one((void **)&t->time_s, sizeof *t->time_s, c) ||
	    !grow_one((void **)&t->source_flag, sizeof *t->source_flag, c) ||
	    !grow_one((void **)&t->reading, sizeof *t->reading, c) ||
	    !grow_one((void **)&t->station_px, stations * sizeof *t->station_px, c) ||
	    !grow_one((void **)&t->point_px, 2 * (t->n_points ? t->n_points : 1) * sizeof *t->point_px, c) ||
	    !grow_one((void **)&t->extra_px, 2 * extra * sizeof *t->extra_px, c) ||
	    !grow_one((void **)&t->ends_px, 2 * sizeof *t->ends_px, c))
		return tt_fail_memory(err, "the frames' readings");
	t->capacity = c;
	return TT_OK;
}

static tt_status follower_open(follower *f, const tt_image *image, const tt_image *mask, const double *xy, size_t n,
                               const tt_dic_options *options, const tt_job *job, tt_error *err)
{
	f->n = n;
	f->point = calloc(n ? n : 1, sizeof *f->point);
	if (!f->point) return tt_fail_memory(err, "the tracked points");
	tt_status st = tt_dic_reference_new(image, mask, xy, n, options, job, &f->reference, err);
	if (st == TT_OK) st = tt_dic_tracker_new(f->reference, job, &f->tracker, err);
	return st;
}

static void follower_close(follower *f)
{
	tt_dic_tracker_free(f->tracker);
	tt_dic_reference_free(f->reference);
	free(f->point);
}

/* A wide search is dear: after a few frames in vain it is tried more and more rarely; at last in frames that are the
 * same for whoever began to follow when. */
static bool search_now(size_t lost, int64_t number)
{
	if (lost >= 64) return (uint64_t)number * 0x9e3779b97f4a7c15u >> 58 == 0;
	return lost < 4 || (lost & (lost - 1)) == 0;
}

/* Light that varies slowly over a subset (bend contours, fringes) moves over the texture and pulls subsets with it; a
 * Gaussian's share of the picture takes most of it off and moves with the specimen where it is the specimen's. */
static tt_status flatten(const tt_image *in, double sigma_px, tt_vimage *flat, tt_error *err)
{
	tt_vimage_free(flat);
	tt_status st = tt_vision_blur(in, sigma_px, flat, err);
	if (st != TT_OK) return st;
	for (int y = 0; y < flat->height; y++) {
		float *row = flat->data + (size_t)y * (size_t)flat->width;
		for (int x = 0; x < flat->width; x++)
			row[x] = (float)tt_image_at(in, x, y) - row[x];
	}
	return TT_OK;
}

/* What the subsets are compared in. */
static tt_status picture_of(pass *p, const tt_image *image, tt_image *out, tt_error *err)
{
	*out = *image;
	double sigma = p->plan->dic.highpass_sigma_px;
	if (!(sigma > 0)) return TT_OK;
	tt_status st = flatten(image, sigma, &p->flat, err);
	if (st == TT_OK) *out = tt_vimage_view(&p->flat);
	return st;
}

static tt_status follow(follower *f, const tt_frame *frame, const tt_image *picture, bool search, tt_error *err)
{
	tt_dic_step_options step = {.search_again = search && search_now(f->lost, frame->number),
	                            .number = (size_t)frame->number + 1};
	tt_status st = tt_dic_tracker_step(f->tracker, picture, frame->time_s, &step, f->point, err);
	if (st != TT_OK) return tt_fail_within(err, "frame %lld", (long long)frame->number);
	size_t trusted = 0;
	for (size_t i = 0; i < f->n; i++)
		trusted += f->point[i].flag == TT_DIC_OK;
	f->lost = 2 * trusted >= f->n ? 0 : f->lost + 1;
	return TT_OK;
}

/* A subset that something covers, where it lies now or lay at first, shows more than the specimen. */
static void leave_covered(const pass *p)
{
	const tt_still *s = p->plan->still;
	int side = p->plan->gauge->subset_px;
	if (!s || !s->n_covered) return;
	for (size_t i = 0; i < p->gauge.n; i++) {
		tt_dic_point *q = &p->gauge.point[i];
		if (q->flag != TT_DIC_OK) continue;
		if (tt_still_touches(s, q->x, q->y, side) || tt_still_touches(s, q->x + q->u, q->y + q->v, side))
			q->flag = TT_DIC_INCONSISTENT;
	}
}

static void keep_stations(const pass *p, size_t index)
{
	const tt_gauge *g = p->plan->gauge;
	const tt_dic_point *s = p->gauge.point + g->n_band[0] + g->n_band[1];
	float *row = p->out->station_px + index * p->out->n_stations;
	tt_gauge_order_stations(g, p->gauge.point, p->good);
	for (size_t i = 0; i < g->n_stations; i++)
		row[i] = p->good[i] ? (float)(s[i].u * g->axis[0] + s[i].v * g->axis[1]) : NAN;
}

static void keep_points(const pass *p, size_t index)
{
	float *row = p->out->point_px + 2 * index * p->out->n_points;
	for (size_t i = 0; i < p->gauge.n; i++) {
		const tt_dic_point *q = &p->gauge.point[i];
		bool ok = q->flag == TT_DIC_OK;
		row[2 * i] = ok ? (float)(p->plan->gauge->xy[2 * i] + q->u) : NAN;
		row[2 * i + 1] = ok ? (float)(p->plan->gauge->xy[2 * i + 1] + q->v) : NAN;
	}
}

static void keep_extra(const pass *p, size_t index)
{
	double *row = p->out->extra_px + 2 * index * p->out->n_extra;
	for (size_t i = 0; i < p->extra.n; i++) {
		bool ok = p->extra.point[i].flag == TT_DIC_OK;
		row[2 * i] = ok ? p->extra.point[i].u : NAN;
		row[2 * i + 1] = ok ? p->extra.point[i].v : NAN;
	}
}

/* The grips' motion along the axis by their faces, as two extra points'. */
static void keep_faces(const pass *p, const tt_image *image, size_t index)
{
	const tt_gauge *g = p->plan->gauge;
	const tt_gauge_reading *r = &p->out->reading[index];
	double *row = p->out->extra_px + 2 * index * p->out->n_extra;
	for (int e = 0; e < 2; e++) {
		const double *start = e ? g->to : g->from;
		double across = NAN, sum = 0;
		if (r->ok) across = (r->end[e][0] - start[0]) * g->normal[0] + (r->end[e][1] - start[1]) * g->normal[1];
		int seen = 0, all = 0;
		for (int side = 0; side < 2; side++) {
			tt_face_reading f;
			if (!p->grip[e][side]) continue;
			tt_face_read(p->grip[e][side], image, r->axial_px[e], across, &f);
			all++;
			if (!f.ok) continue;
			sum += f.along_px;
			seen++;
		}
		/* one of two alone would follow a turn */
		for (int k = 0; k < 2; k++)
			row[2 * e + k] = seen && seen == all ? sum / seen * g->axis[k] : NAN;
	}
}

/* The ends where they are edges: their motion along the axis alone is known. */
static void measure_edges(const pass *p, const tt_image *image, tt_gauge_reading *r)
{
	const tt_gauge *g = p->plan->gauge;
	tt_face_reading f[2];
	r->ok = true;
	r->zncc = INFINITY;
	for (int e = 0; e < 2; e++) {
		const double *start = e ? g->to : g->from;
		tt_face_read(p->end[e], image, NAN, 0, &f[e]);
		r->ok = r->ok && f[e].ok;
		r->used[e] = f[e].ok;
		r->dropped[e] = !f[e].ok;
		r->axial_px[e] = f[e].along_px;
		r->zncc = fmin(r->zncc, f[e].zncc);
		for (int k = 0; k < 2; k++)
			r->end[e][k] = start[k] + f[e].along_px * g->axis[k];
	}
	if (!isfinite(r->zncc)) r->zncc = NAN;
	r->length_px = r->ok ? g->length_px + f[1].along_px - f[0].along_px : NAN;
	r->u_length_px = r->ok ? hypot(f[0].u_px, f[1].u_px) : NAN;
}

static void no_picture(const pass *p, size_t index)
{
	tt_track *t = p->out;
	t->reading[index] = (tt_gauge_reading){.length_px = NAN, .u_length_px = NAN, .zncc = NAN, .gap_px = NAN};
	for (size_t i = 0; i < t->n_stations; i++)
		t->station_px[index * t->n_stations + i] = NAN;
	for (size_t i = 0; i < 2 * t->n_points; i++)
		t->point_px[2 * index * t->n_points + i] = NAN;
	for (size_t i = 0; i < 2 * t->n_extra; i++)
		t->extra_px[2 * index * t->n_extra + i] = NAN;
}

/* A repeated picture shows what the one before showed. */
static void repeat(const pass *p, size_t index)
{
	tt_track *t = p->out;
	t->reading[index] = t->reading[index - 1];
	memcpy(t->station_px + index * t->n_stations, t->station_px + (index - 1) * t->n_stations,
	       t->n_stations * sizeof *t->station_px);
	memcpy(t->point_px + 2 * index * t->n_points, t->point_px + 2 * (index - 1) * t->n_points,
	       2 * t->n_points * sizeof *t->point_px);
	memcpy(t->extra_px + 2 * index * t->n_extra, t->extra_px + 2 * (index - 1) * t->n_extra,
	       2 * t->n_extra * sizeof *t->extra_px);
}

/* The whole bar's reading takes the place of its ends', which are kept beside it. */
static tt_status measure_bar(pass *p, const tt_frame *frame, size_t index, tt_error *err)
{
	tt_track *t = p->out;
	tt_gauge_reading *r = &t->reading[index];
	tt_bar_reading bar;
	t->ends_px[2 * index] = r->ok ? r->length_px : NAN;
	t->ends_px[2 * index + 1] = r->ok ? r->u_length_px : NAN;
	tt_status st = tt_bar_step(p->bar, &frame->image, frame->time_s, &bar, err);
	if (st != TT_OK) return tt_fail_within(err, "frame %lld", (long long)frame->number);
	tt_whole_bar_read(p->plan->gauge, p->bar, &bar, r, t->station_px + index * t->n_stations,
	                  t->point_px + 2 * index * t->n_points);
	/* the reference's own u is that of the first frame that is compared with it */
	if (r->ok && isnan(t->reading[t->reference].u_length_px)) t->reading[t->reference].u_length_px = r->u_length_px;
	return TT_OK;
}

static tt_status measure(pass *p, const tt_frame *frame, size_t index, tt_error *err)
{
	tt_gauge_reading *r = &p->out->reading[index];
	tt_image picture;
	tt_status st = picture_of(p, &frame->image, &picture, err);
	if (st == TT_OK) st = follow(&p->gauge, frame, &picture, p->bar == NULL, err);
	if (st == TT_OK) leave_covered(p);
	if (st == TT_OK) st = tt_gauge_read(p->plan->gauge, p->gauge.point, p->plan->dic.order, r, err);
	if (st != TT_OK) return st;
	keep_stations(p, index);
	keep_points(p, index);
	if (p->end[0]) measure_edges(p, &frame->image, r);
	if (p->bar) st = measure_bar(p, frame, index, err);
	if (st != TT_OK) return st;
	if (p->extra.n) {
		st = follow(&p->extra, frame, &frame->image, true, err);
		if (st != TT_OK) return st;
		keep_extra(p, index);
	} else if (p->plan->grips) {
		keep_faces(p, &frame->image, index);
	}
	if (r->ok && r->zncc < p->plan->update_below_zncc && !(frame->flags & TT_FRAME_DAMAGED)) {
		p->stopped = p->plan->range && p->plan->range->stop_at_update;
		if (!p->stopped) st = tt_dic_tracker_update_reference(p->gauge.tracker, &picture, err);
		p->out->updates++;
	}
	return st;
}

static tt_status take(pass *p, const tt_frame *frame, tt_error *err)
{
	tt_track *t = p->out;
	tt_status st = make_room(t, err);
	if (st != TT_OK) return st;
	size_t index = t->n;
	bool picture = frame->image.data && !(frame->flags & TT_FRAME_UNDECODED);
	t->number[index] = frame->number;
	t->time_s[index] = frame->time_s;
	t->source_flag[index] = frame->flags | (frame->key ? TT_FRAME_KEY : 0u);
	if (!picture)
		no_picture(p, index);
	else if ((frame->flags & TT_FRAME_DUPLICATE) && index > 0)
		repeat(p, index);
	else
		st = measure(p, frame, index, err);
	if (st != TT_OK) return st;
	t->n++;
	for (size_t i = 0; i < p->plan->n_observers && st == TT_OK; i++) {
		const tt_observer *o = &p->plan->observer[i];
		st = o->frame(o->ctx, index, frame, t, err);
	}
	return st;
}

static void tell(const pass *p)
{
	if (!p->job || !p->job->on_progress) return;
	struct timespec now;
	int64_t total = tt_source_info_of(p->plan->source)->frames;
	if (p->plan->range && p->plan->range->to < INT64_MAX) total = p->plan->range->to;
	if (p->plan->range && total >= 0) total -= p->plan->range->warm;
	clock_gettime(CLOCK_MONOTONIC, &now);
	tt_progress progress = {.stage = "decoding and tracking",
	                        .done = (int64_t)p->out->n,
	                        .total = total,
	                        .elapsed_s = (double)(now.tv_sec - p->start.tv_sec) +
	                                     1e-9 * (double)(now.tv_nsec - p->start.tv_nsec)};
	p->job->on_progress(p->job->ctx, &progress);
}

static tt_status open_faces(pass *p, const tt_image *first, tt_error *err)
{
	const tt_track_plan *plan = p->plan;
	const tt_gauge *g = plan->gauge;
	tt_error none;
	for (int e = 0; plan->grips && e < 2; e++)
		for (int side = 0; side < 2; side++) {
			double at[2] = {plan->grips->at[e][side][0], plan->grips->at[e][side][1]};
			if (isnan(at[0])) continue;
			tt_status st = tt_face_new(first, at, g->axis, plan->grips->half_across_px, plan->noise_grey,
			                           false, &p->grip[e][side], &none);
			if (st != TT_OK && st != TT_ERR_FAILED) return tt_fail_memory(err, "the edges to follow");
		}
	for (int e = 0; plan->edges && e < 2; e++) {
		double at[2] = {e ? g->to[0] : g->from[0], e ? g->to[1] : g->from[1]};
		tt_status st = tt_face_new(first, at, g->axis, TT_FACE_HALF * g->width_px, plan->noise_grey, true,
		                           &p->end[e], err);
		if (st != TT_OK) return tt_fail_within(err, "gauge.%s", e ? "to" : "from");
	}
	return TT_OK;
}

static tt_status open_followers(pass *p, const tt_frame *first, tt_error *err)
{
	const tt_track_plan *plan = p->plan;
	/* Decoding has threads of its own, so tracking leaves it half of the machine. */
	tt_job job = p->job ? *p->job : (tt_job){0};
	job.threads = (tt_job_threads(p->job) + 1) / 2;
	uint8_t *mask = NULL;
	tt_status st =
	    tt_gauge_mask(plan->gauge, plan->gauge->subset_px, first->image.width, first->image.height, &mask, err);
	tt_image roi = {.data = mask,
	                .stride = first->image.width,
	                .width = first->image.width,
	                .height = first->image.height,
	                .type = TT_U8};
	tt_image picture;
	if (st == TT_OK) st = picture_of(p, &first->image, &picture, err);
	if (st == TT_OK)
		st = follower_open(&p->gauge, &picture, &roi, plan->gauge->xy, plan->gauge->n, &plan->dic, &job, err);
	free(mask);
	if (st == TT_OK && plan->bar) st = tt_bar_new(&first->image, plan->bar, &job, &p->bar, err);
	if (st == TT_OK) st = open_faces(p, &first->image, err);
	if (st != TT_OK || !plan->extra_xy) return st;
	tt_dic_options options = plan->dic;
	options.subset_px = plan->extra_subset_px;
	return follower_open(&p->extra, &first->image, NULL, plan->extra_xy, plan->n_extra, &options, &job, err);
}

void tt_track_drop(tt_track *t, size_t n)
{
	size_t left = t->n - n;
	memmove(t->number, t->number + n, left * sizeof *t->number);
	memmove(t->time_s, t->time_s + n, left * sizeof *t->time_s);
	memmove(t->source_flag, t->source_flag + n, left * sizeof *t->source_flag);
	memmove(t->reading, t->reading + n, left * sizeof *t->reading);
	memmove(t->station_px, t->station_px + n * t->n_stations, left * t->n_stations * sizeof *t->station_px);
	memmove(t->point_px, t->point_px + 2 * n * t->n_points, 2 * left * t->n_points * sizeof *t->point_px);
	memmove(t->extra_px, t->extra_px + 2 * n * t->n_extra, 2 * left * t->n_extra * sizeof *t->extra_px);
	t->n = left;
}

tt_status tt_track_append(tt_track *t, const tt_track *more, size_t first, tt_error *err)
{
	for (size_t i = first; i < more->n; i++) {
		size_t k = t->n;
		tt_status st = make_room(t, err);
		if (st != TT_OK) return st;
		t->number[k] = more->number[i];
		t->time_s[k] = more->time_s[i];
		t->source_flag[k] = more->source_flag[i];
		t->reading[k] = more->reading[i];
		memcpy(t->station_px + k * t->n_stations, more->station_px + i * t->n_stations,
		       t->n_stations * sizeof *t->station_px);
		memcpy(t->point_px + 2 * k * t->n_points, more->point_px + 2 * i * t->n_points,
		       2 * t->n_points * sizeof *t->point_px);
		memcpy(t->extra_px + 2 * k * t->n_extra, more->extra_px + 2 * i * t->n_extra,
		       2 * t->n_extra * sizeof *t->extra_px);
		t->n++;
	}
	return TT_OK;
}

/* The frames before the first sound picture, as far as they are asked for. */
static tt_status take_early(pass *p, tt_error *err)
{
	tt_status st = TT_OK;
	for (size_t i = 0; st == TT_OK && i < p->plan->n_before; i++) {
		tt_frame none = p->plan->before[i];
		none.flags |= TT_FRAME_UNDECODED;
		none.image = (tt_image){0};
		const tt_track_range *r = p->plan->range;
		if (!r || (none.number >= r->warm && none.number < r->to)) st = take(p, &none, err);
	}
	p->out->reference = p->out->n;
	return st;
}

/* The first frame that is taken: the reference, or the one at which a part begins. */
static tt_status go_to_start(pass *p, tt_frame *frame, tt_error *err)
{
	const tt_track_range *r = p->plan->range;
	tt_status st = TT_OK;
	if (r && r->start) {
		st = tt_source_resume(p->plan->source, r->start, err);
		if (st == TT_OK) st = tt_source_next(p->plan->source, frame, err);
	}
	while (st == TT_OK && r && frame->number < r->warm) {
		st = tt_job_check(p->job, err);
		if (st == TT_OK) st = tt_source_next(p->plan->source, frame, err);
	}
	return st;
}

/* The next frame, without what stands still. */
static tt_status next_frame(pass *p, tt_frame *frame, tt_error *err)
{
	tt_status st = tt_source_next(p->plan->source, frame, err);
	if (st != TT_OK || !p->plan->still || !frame->image.data) return st;
	return tt_still_clean(p->plan->still, &frame->image, &frame->image, &p->clean, err);
}

static bool is_over(const pass *p, const tt_frame *frame)
{
	return p->stopped || (p->plan->range && frame->number >= p->plan->range->to);
}

tt_status tt_track_run(const tt_track_plan *plan, const tt_frame *first, const tt_job *job, tt_track *out,
                       tt_error *err)
{
	pass p = {.plan = plan, .out = out, .job = job};
	memset(out, 0, sizeof *out);
	out->n_stations = plan->gauge->n_stations;
	out->n_extra = plan->n_extra;
	out->n_points = plan->gauge->n;
	clock_gettime(CLOCK_MONOTONIC, &p.start);
	p.good = malloc((out->n_stations ? out->n_stations : 1) * sizeof *p.good);
	tt_status st = p.good ? open_followers(&p, first, err) : tt_fail_memory(err, "the gauge's stations");
	if (st == TT_OK) st = take_early(&p, err);
	tt_frame frame = *first;
	if (st == TT_OK) st = go_to_start(&p, &frame, err);
	while (st == TT_OK) {
		st = is_over(&p, &frame) ? TT_END : tt_job_check(job, err);
		if (st == TT_OK) st = take(&p, &frame, err);
		if (st == TT_OK && p.out->n % 8 == 0) tell(&p);
		if (st == TT_OK) st = next_frame(&p, &frame, err);
	}
	tell(&p);
	if (p.end[0] && p.end[1] && out->n) {
		double u = hypot(tt_face_slow_px(p.end[0]), tt_face_slow_px(p.end[1]));
		out->slow_px = isfinite(u) ? u : 0;
	}
	follower_close(&p.gauge);
	follower_close(&p.extra);
	for (int e = 0; e < 2; e++) {
		tt_face_free(p.end[e]);
		tt_face_free(p.grip[e][0]);
		tt_face_free(p.grip[e][1]);
	}
	tt_bar_free(p.bar);
	free(p.good);
	tt_vimage_free(&p.flat);
	free(p.clean);
	if (st == TT_END) {
		if (!plan->range) tt_gauge_sift(out->reading, out->n);
		return TT_OK;
	}
	tt_track_clear(out);
	return st;
}
