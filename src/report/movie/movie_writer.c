/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/movie/movie_writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct tt_movie_writer {
	tt_encoder *encoder; /* the thread's while it runs */
	int width[3], height[3];
	uint8_t *drawn[3], *waiting[3]; /* the caller's; the one handed over */
	double time_s;
	bool full, stop, running;
	tt_status status;
	tt_error error;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

static tt_status encode(tt_movie_writer *w, tt_error *err)
{
	uint8_t *plane[3];
	ptrdiff_t stride[3];
	tt_status st = tt_encoder_planes(w->encoder, plane, stride, err);
	for (int i = 0; i < 3 && st == TT_OK; i++)
		for (int y = 0; y < w->height[i]; y++)
			memcpy(plane[i] + y * stride[i], w->waiting[i] + (size_t)y * (size_t)w->width[i],
			       (size_t)w->width[i]);
	return st == TT_OK ? tt_encoder_put(w->encoder, w->time_s, err) : st;
}

static void *work(void *arg)
{
	tt_movie_writer *w = arg;
	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (!w->full && !w->stop)
			pthread_cond_wait(&w->changed, &w->lock);
		if (!w->full) break;
		pthread_mutex_unlock(&w->lock);
		tt_error err = {0};
		tt_status st = w->status == TT_OK ? encode(w, &err) : TT_OK;
		pthread_mutex_lock(&w->lock);
		if (st != TT_OK) {
			w->status = st;
			w->error = err;
		}
		w->full = false;
		pthread_cond_broadcast(&w->changed);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void end_thread(tt_movie_writer *w)
{
	if (!w->running) return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	w->running = false;
}

static void release(tt_movie_writer *w)
{
	for (int i = 0; i < 3; i++) {
		free(w->drawn[i]);
		free(w->waiting[i]);
	}
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

void tt_movie_writer_abort(tt_movie_writer *w)
{
	if (!w) return;
	end_thread(w);
	tt_encoder_abort(w->encoder);
	release(w);
}

tt_status tt_movie_writer_new(tt_encoder *encoder, int width, int height, tt_movie_writer **out, tt_error *err)
{
	*out = NULL;
	tt_movie_writer *w = calloc(1, sizeof *w);
	if (!w) {
		tt_encoder_abort(encoder);
		return tt_fail_memory(err, "the movie");
	}
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	w->encoder = encoder;
	bool good = true;
	for (int i = 0; i < 3; i++) {
		w->width[i] = i ? width / 2 : width;
		w->height[i] = i ? height / 2 : height;
		size_t size = (size_t)w->width[i] * (size_t)w->height[i];
		w->drawn[i] = calloc(size, 1);
		w->waiting[i] = malloc(size);
		good = good && w->drawn[i] && w->waiting[i];
	}
	if (good) good = w->running = pthread_create(&w->thread, NULL, work, w) == 0;
	if (!good) {
		tt_movie_writer_abort(w);
		return tt_fail_memory(err, "the movie");
	}
	*out = w;
	return TT_OK;
}

void tt_movie_writer_planes(tt_movie_writer *w, uint8_t *plane[3], ptrdiff_t stride[3])
{
	for (int i = 0; i < 3; i++) {
		plane[i] = w->drawn[i];
		stride[i] = w->width[i];
	}
}

/* Waits until nothing is being encoded; the status so far. The lock is held. */
static tt_status idle(tt_movie_writer *w, tt_error *err)
{
	while (w->full)
		pthread_cond_wait(&w->changed, &w->lock);
	if (w->status != TT_OK && err) *err = w->error;
	return w->status;
}

tt_status tt_movie_writer_put(tt_movie_writer *w, double time_s, tt_error *err)
{
	pthread_mutex_lock(&w->lock);
	tt_status st = idle(w, err);
	if (st == TT_OK) {
		for (int i = 0; i < 3; i++)
			memcpy(w->waiting[i], w->drawn[i], (size_t)w->width[i] * (size_t)w->height[i]);
		w->time_s = time_s;
		w->full = true;
		pthread_cond_broadcast(&w->changed);
	}
	pthread_mutex_unlock(&w->lock);
	return st;
}

tt_status tt_movie_writer_finish(tt_movie_writer *w, tt_error *err)
{
	end_thread(w);
	tt_status st = w->status;
	if (st != TT_OK) {
		if (err) *err = w->error;
		tt_encoder_abort(w->encoder);
	} else {
		st = tt_encoder_finish(w->encoder, err);
	}
	release(w);
	return st;
}
