/* The second pass over a recording: frames that somebody wants, in rising order.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <time.h>

#include "observe/observation.h"
#include "temtensile/closeup.h"

/* Frames that are decoded rather than jumped over: shorter ways are not worth a search for a key frame. */
enum { NEAR_FRAMES = 32 };

typedef struct pass {
	const tt_observation *o;
	const tt_frame_taker *taker;
	size_t n;
	const tt_job *job;
	struct timespec start;
	int64_t next; /* number of the frame that the source delivers next, or less */
} pass;

static bool wanted(const pass *p, size_t row)
{
	bool any = false;
	for (size_t i = 0; i < p->n && !any; i++)
		any = p->taker[i].wants(p->taker[i].ctx, row);
	return any;
}

static void tell(const pass *p, size_t row)
{
	struct timespec now;
	if (!p->job || !p->job->on_progress) return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	tt_progress progress = {.stage = "movie and page",
	                        .done = (int64_t)row,
	                        .total = (int64_t)p->o->track.n,
	                        .elapsed_s = (double)(now.tv_sec - p->start.tv_sec) +
	                                     1e-9 * (double)(now.tv_nsec - p->start.tv_nsec)};
	p->job->on_progress(p->job->ctx, &progress);
}

/* The frame of a row; TT_END: it is not there any more. */
static tt_status fetch(pass *p, tt_source *s, size_t row, tt_frame *frame, tt_error *err)
{
	int64_t number = p->o->track.number[row];
	tt_status st = TT_OK;
	if (p->next < 0 || number - p->next > NEAR_FRAMES) st = tt_source_seek(s, number, p->o->track.time_s[row], err);
	do {
		if (st == TT_OK) st = tt_job_check(p->job, err);
		if (st == TT_OK) st = tt_source_next(s, frame, err);
	} while (st == TT_OK && frame->number < number);
	if (st != TT_OK) return st;
	p->next = frame->number + 1;
	return TT_OK;
}

static tt_status show(const pass *p, size_t row, const tt_frame *frame, tt_error *err)
{
	tt_status st = TT_OK;
	for (size_t i = 0; i < p->n && st == TT_OK; i++)
		if (p->taker[i].wants(p->taker[i].ctx, row)) st = p->taker[i].take(p->taker[i].ctx, row, frame, err);
	return st;
}

static tt_status run(pass *p, tt_source *s, tt_error *err)
{
	for (size_t row = 0; row < p->o->track.n; row++) {
		tt_frame frame;
		if (!wanted(p, row)) continue;
		tt_status st = fetch(p, s, row, &frame, err);
		if (st == TT_END) return TT_OK;
		if (st != TT_OK) return st;
		if (frame.number == p->o->track.number[row] && frame.image.data) st = show(p, row, &frame, err);
		if (st != TT_OK) return st;
		if (row % 16 == 0) tell(p, row);
	}
	return TT_OK;
}

tt_status tt_observe_frames(const tt_test *test, const tt_observation *o, tt_source *source,
                            const tt_frame_taker *taker, size_t n, const tt_job *job, tt_error *err)
{
	pass p = {.o = o, .taker = taker, .n = n, .job = job, .next = -1};
	tt_source *own = NULL;
	clock_gettime(CLOCK_MONOTONIC, &p.start);
	if (!source) {
		/* Repetitions are known by now, so nobody needs to look for them. */
		const tt_source_options options = {.stream = test->video.stream,
		                                   .frame_rate = test->video.frame_rate,
		                                   .threads = tt_observation_has_damage(o) ? 1 : tt_job_threads(job),
		                                   .max_pixels = (int64_t)test->video.max_pixels,
		                                   .cancel = job ? job->cancel : NULL,
		                                   .keep_duplicates = true};
		tt_status st = tt_source_open(test->video.file, &options, &own, err);
		if (st != TT_OK) return st;
		p.next = 0;
	}
	tt_status st = run(&p, source ? source : own, err);
	if (st == TT_OK) st = tt_source_verify(source ? source : own, err);
	tt_source_close(own);
	return st;
}
