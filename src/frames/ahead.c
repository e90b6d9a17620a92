/* Frames read ahead of the consumer: a ring of reused slots between one producer and one consumer.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/ahead.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/threads.h"

/* The ring's slots are counted from the start: [taken, decided) may be consumed, [decided, filled) wait for the
 * verdict on repeats, the one before `taken` is in the consumer's hands. */
struct tt_ahead {
	tt_reader *reader;
	tt_repeats *repeats;
	tt_slot *slot;
	size_t n, depth;
	size_t taken, decided, filled;
	int64_t frontier; /* frames below were read before */
	uint8_t *known;   /* two bits for each of them: damaged, repeated */
	size_t known_room;
	bool holding;     /* the consumer holds slot taken - 1 */
	tt_status status; /* of the reader's last call */
	tt_error error;
	tt_strings last_words;
	bool threaded, stop, pause, idle;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t for_producer, for_consumer;
};

static tt_slot *slot_at(tt_ahead *a, size_t k)
{
	return &a->slot[k % a->n];
}

static void slot_release(tt_ahead *a, tt_slot *s)
{
	if (s->own && a->reader->format->release) a->reader->format->release(a->reader, s->own);
	s->own = NULL;
	tt_strings_free(&s->warnings);
	s->warnings = (tt_strings){0};
}

/* What was found out about a frame when it was first read. */
static unsigned recall(const tt_ahead *a, int64_t k)
{
	return a->known[k / 4] >> k % 4 * 2 & (TT_FRAME_DAMAGED | TT_FRAME_DUPLICATE);
}

static void note(tt_ahead *a, int64_t k, unsigned flags)
{
	a->known[k / 4] |= (uint8_t)((flags & (TT_FRAME_DAMAGED | TT_FRAME_DUPLICATE)) << k % 4 * 2);
}

/* Two bits a frame: an hour at 100 frames a second is 90 kB. */
static bool remember(tt_ahead *a)
{
	size_t bytes = (size_t)a->frontier / 4 + 1, had = a->known_room;
	if (bytes <= had) return true;
	uint8_t *p = tt_grow(a->known, &a->known_room, bytes, 1);
	if (!p) return false;
	memset(p + had, 0, a->known_room - had);
	a->known = p;
	return true;
}

/* Frames are judged once, in the order of the recording; read again after a seek, they are what they were. A frame
 * beyond, reached by a seek alone, is not looked at for repeats. */
static void ask(tt_ahead *a, tt_slot *s)
{
	const int64_t k = s->frame.number;
	s->judged = true;
	if (k < a->frontier) {
		s->frame.flags = (s->frame.flags & TT_FRAME_UNDECODED) | recall(a, k);
	} else if (k == a->frontier) {
		a->frontier++;
		note(a, k, s->frame.flags);
		if (!a->repeats) return;
		tt_repeats_push(a->repeats, &s->frame, s->coded);
		s->judged = false;
	}
}

static void pass_on(tt_strings *from, tt_strings *to)
{
	for (size_t i = 0; i < from->n; i++)
		tt_warn(to, "%s", from->item[i]);
	tt_strings_free(from);
	*from = (tt_strings){0};
}

/* Reads one frame into slot `filled`; outside the lock. */
static tt_status fill(tt_ahead *a, tt_slot *s, tt_error *err)
{
	s->frame = (tt_frame){0};
	s->coded = 0;
	if (!remember(a)) return tt_fail_memory(err, "the list of frames");
	tt_status st = a->reader->format->next(a->reader, s, err);
	if (st == TT_OK) ask(a, s);
	pass_on(&a->reader->warnings, st == TT_OK ? &s->warnings : &a->last_words);
	return st;
}

static void pass_verdicts(tt_ahead *a)
{
	for (; a->decided < a->filled; a->decided++) {
		tt_slot *s = slot_at(a, a->decided);
		bool repeat;
		if (s->judged) continue;
		if (!tt_repeats_decided(a->repeats, &repeat)) return;
		if (!repeat) continue;
		s->frame.flags |= TT_FRAME_DUPLICATE;
		note(a, s->frame.number, TT_FRAME_DUPLICATE);
	}
}

/* Takes over what fill() gave; inside the lock. */
static void enter(tt_ahead *a, tt_status st, const tt_error *err)
{
	a->status = st;
	if (st == TT_OK)
		a->filled++;
	else if (st != TT_END)
		a->error = *err;
	if (st != TT_OK && a->repeats) tt_repeats_hurry(a->repeats);
	pass_verdicts(a);
}

static bool room(const tt_ahead *a)
{
	return a->status == TT_OK && a->decided - a->taken < a->depth &&
	       a->filled - a->taken + (a->holding ? 1 : 0) < a->n;
}

static void *produce(void *arg)
{
	tt_ahead *a = arg;
	pthread_mutex_lock(&a->lock);
	for (;;) {
		while (!a->stop && (a->pause || !room(a))) {
			a->idle = true;
			pthread_cond_signal(&a->for_consumer);
			pthread_cond_wait(&a->for_producer, &a->lock);
		}
		a->idle = false;
		if (a->stop) break;
		tt_slot *s = slot_at(a, a->filled);
		pthread_mutex_unlock(&a->lock);
		tt_error err = {0};
		tt_status st = fill(a, s, &err);
		pthread_mutex_lock(&a->lock);
		enter(a, st, &err);
		pthread_cond_signal(&a->for_consumer);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

tt_status tt_ahead_new(tt_reader *r, tt_repeats *repeats, int depth, tt_ahead **out, tt_error *err)
{
	*out = NULL;
	tt_ahead *a = calloc(1, sizeof *a);
	if (!a) return tt_fail_memory(err, "the queue of frames");
	a->reader = r;
	a->repeats = repeats;
	a->status = TT_OK;
	a->depth = (size_t)(depth > 0 ? depth : 1);
	/* one slot is with the consumer, one is being filled */
	a->n = a->depth + 2 + (size_t)(repeats ? tt_repeats_latency(repeats) : 0);
	a->slot = calloc(a->n, sizeof *a->slot);
	if (!a->slot) {
		free(a);
		return tt_fail_memory(err, "the queue of frames");
	}
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->for_producer, NULL);
	pthread_cond_init(&a->for_consumer, NULL);
	a->threaded = depth > 0;
	if (a->threaded && tt_thread_start(&a->thread, produce, a) != 0) {
		a->threaded = false;
		tt_ahead_free(a);
		return tt_fail(err, TT_ERR_FAILED, "cannot start the thread that reads frames ahead");
	}
	*out = a;
	return TT_OK;
}

void tt_ahead_free(tt_ahead *a)
{
	if (!a) return;
	if (a->threaded) {
		pthread_mutex_lock(&a->lock);
		a->stop = true;
		pthread_cond_signal(&a->for_producer);
		pthread_mutex_unlock(&a->lock);
		pthread_join(a->thread, NULL);
	}
	for (size_t i = 0; i < a->n; i++) {
		slot_release(a, &a->slot[i]);
		free(a->slot[i].buffer);
	}
	free(a->slot);
	free(a->known);
	tt_strings_free(&a->last_words);
	pthread_cond_destroy(&a->for_consumer);
	pthread_cond_destroy(&a->for_producer);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

/* Gives back the slot in the consumer's hands. Nobody else touches it, so no lock is held meanwhile. */
static void give_back(tt_ahead *a)
{
	if (!a->holding) return;
	slot_release(a, slot_at(a, a->taken - 1));
	if (!a->threaded) {
		a->holding = false;
		return;
	}
	pthread_mutex_lock(&a->lock);
	a->holding = false;
	pthread_cond_signal(&a->for_producer);
	pthread_mutex_unlock(&a->lock);
}

/* The next slot that is decided, or the reader's status; inside the lock when there is a thread. */
static tt_status take(tt_ahead *a, tt_slot **slot, tt_error *err)
{
	if (a->taken < a->decided) {
		*slot = slot_at(a, a->taken++);
		a->holding = true;
		return TT_OK;
	}
	if (a->status != TT_END && err) *err = a->error;
	return a->status;
}

tt_status tt_ahead_next(tt_ahead *a, tt_slot **slot, tt_error *err)
{
	*slot = NULL;
	give_back(a);
	if (!a->threaded) {
		while (a->taken == a->decided && a->status == TT_OK) {
			tt_error e = {0};
			enter(a, fill(a, slot_at(a, a->filled), &e), &e);
		}
		return take(a, slot, err);
	}
	pthread_mutex_lock(&a->lock);
	while (a->taken == a->decided && a->status == TT_OK)
		pthread_cond_wait(&a->for_consumer, &a->lock);
	tt_status st = take(a, slot, err);
	pthread_mutex_unlock(&a->lock);
	return st;
}

/* The producer sleeps from here on … */
void tt_ahead_pause(tt_ahead *a)
{
	give_back(a);
	if (!a->threaded) return;
	pthread_mutex_lock(&a->lock);
	a->pause = true;
	while (!a->idle)
		pthread_cond_wait(&a->for_consumer, &a->lock);
	pthread_mutex_unlock(&a->lock);
}

/* … until here. */
static void go_on(tt_ahead *a)
{
	if (!a->threaded) return;
	pthread_mutex_lock(&a->lock);
	a->pause = false;
	pthread_cond_signal(&a->for_producer);
	pthread_mutex_unlock(&a->lock);
}

static void drop_frames(tt_ahead *a)
{
	if (a->repeats) tt_repeats_hurry(a->repeats);
	pass_verdicts(a);
	for (; a->taken < a->filled; a->taken++) {
		pass_on(&slot_at(a, a->taken)->warnings, &a->last_words);
		slot_release(a, slot_at(a, a->taken));
	}
	a->decided = a->filled;
}

static tt_status went(tt_ahead *a, tt_status st, const tt_error *err)
{
	a->status = st;
	if (st != TT_OK && err) a->error = *err;
	go_on(a);
	return st;
}

tt_status tt_ahead_seek(tt_ahead *a, int64_t number, double time_s, tt_error *err)
{
	tt_ahead_pause(a);
	drop_frames(a);
	return went(a, a->reader->format->seek(a->reader, number, time_s, err), err);
}

tt_status tt_ahead_resume(tt_ahead *a, const tt_source_place *at, tt_error *err)
{
	const tt_source_format *f = a->reader->format;
	tt_ahead_pause(a);
	drop_frames(a);
	if (a->repeats) tt_repeats_restart(a->repeats);
	a->frontier = at->number;
	a->reader->part = true;
	return went(a, f->resume ? f->resume(a->reader, at, err) : f->seek(a->reader, at->number, NAN, err), err);
}

tt_strings *tt_ahead_last_words(tt_ahead *a)
{
	return &a->last_words;
}
