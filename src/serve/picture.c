/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "temtensile/report.h"

/* A jump over FAR frames, about a second of decoding, is worth one reading of the packets that tells where to begin. */
enum { QUALITY = 88, NEAR = 24, FAR = 256 };

/* Which recording is open: its path and what changes how it is read. */
static char *key_of(const tt_test *test)
{
	size_t n = strlen(test->video.file) + 64;
	char *key = malloc(n);
	if (key) snprintf(key, n, "%s|%d|%.17g", test->video.file, test->video.stream, test->video.frame_rate);
	return key;
}

static void forget_places(tt_serve_test *t)
{
	free(t->place);
	t->place = NULL;
	t->places = 0;
	t->places_known = false;
}

static tt_status open_source(const tt_test *test, tt_source **out, tt_error *err)
{
	const tt_source_options o = {.stream = test->video.stream,
	                             .frame_rate = test->video.frame_rate,
	                             .ahead = -1,
	                             .keep_duplicates = true,
	                             .allow_no_times = true};
	return tt_source_open(test->video.file, &o, out, err);
}

static tt_status open_recording(tt_serve_test *t, const tt_test *test, tt_error *err)
{
	char *key = key_of(test);
	if (!key) return tt_fail_memory(err, "the recording");
	if (t->source && t->source_key && strcmp(key, t->source_key) == 0) {
		free(key);
		return TT_OK;
	}
	tt_source_close(t->source);
	t->source = NULL;
	free(t->source_key);
	t->source_key = key;
	t->next = 0;
	forget_places(t);
	return open_source(test, &t->source, err);
}

/* Frames at which decoding can begin; none where the recording has to be read from its beginning. */
static void learn_places(tt_serve_test *t, const tt_test *test)
{
	tt_source *s;
	int64_t frames;
	char why[200];
	tt_error ignored;
	t->places_known = true;
	if (open_source(test, &s, &ignored) != TT_OK) return;
	if (tt_source_places(s, &t->place, &t->places, &frames, why, &ignored) != TT_OK) forget_places(t);
	t->places_known = true;
	tt_source_close(s);
}

/* Goes to where the frame can be decoded from; on its way there fewer frames are passed than by a seek, which in a
 * video knows the key frames alone that have been decoded once. */
static tt_status go_to(tt_serve_test *t, const tt_test *test, const tt_picture_wish *w, tt_error *err)
{
	const int64_t from = t->next > 0 ? t->next : 0;
	if (!t->places_known && w->number >= from + FAR) learn_places(t, test);
	const tt_source_place *best = NULL;
	for (size_t i = 0; i < t->places && t->place[i].number <= w->number; i++)
		best = &t->place[i];
	if (best && best->number > 0) {
		if (tt_source_resume(t->source, best, err) == TT_OK) return TT_OK;
		forget_places(t);
		t->places_known = true; /* and not to be relied upon */
	}
	return tt_source_seek(t->source, w->number, isnan(w->time_s) ? 0 : w->time_s, err);
}

/* The frame, by going on from where the recording stands, or by a seek. */
static tt_status fetch(tt_serve_test *t, const tt_test *test, const tt_picture_wish *w, tt_frame *frame, tt_error *err)
{
	tt_status st = TT_OK;
	bool ahead = t->next >= 0 && w->number >= t->next && w->number < t->next + NEAR;
	if (!ahead) st = go_to(t, test, w, err);
	do {
		if (st == TT_OK) st = tt_source_next(t->source, frame, err);
	} while (st == TT_OK && frame->number < w->number);
	t->next = st == TT_OK ? frame->number + 1 : -1;
	if (st == TT_END) return tt_fail(err, TT_ERR_INPUT, "there is no frame %lld", (long long)w->number);
	if (st == TT_OK && !frame->image.data)
		return tt_fail(err, TT_ERR_INPUT, "frame %lld has no picture", (long long)w->number);
	return st;
}

tt_status tt_serve_frame(tt_serve_test *t, const tt_test *test, const tt_picture_wish *wish,
                         tt_status (*see)(void *ctx, const tt_frame *frame, double pixel_size_m, tt_error *err),
                         void *ctx, tt_error *err)
{
	tt_frame frame;
	pthread_mutex_lock(&t->frames_lock);
	tt_status st = open_recording(t, test, err);
	if (st == TT_OK) st = fetch(t, test, wish, &frame, err);
	if (st == TT_OK) {
		const double own = tt_source_info_of(t->source)->pixel_size_m, said = test->video.pixel_size.value;
		st = see(ctx, &frame, isnan(said) ? own : said, err);
	} else { /* begins anew */
		tt_source_close(t->source);
		t->source = NULL;
		t->next = -1;
	}
	pthread_mutex_unlock(&t->frames_lock);
	return st;
}

typedef struct encoding {
	const tt_picture_wish *wish;
	unsigned char **data;
	size_t *size;
} encoding;

static tt_status encode(void *ctx, const tt_frame *frame, double pixel_size_m, tt_error *err)
{
	encoding *e = ctx;
	(void)pixel_size_m;
	return tt_shot_encode(&frame->image, e->wish->black, e->wish->white, e->wish->width, QUALITY, e->data, e->size,
	                      err);
}

tt_status tt_serve_picture(tt_serve_test *t, const tt_test *test, const tt_picture_wish *wish, unsigned char **data,
                           size_t *size, tt_error *err)
{
	encoding e = {wish, data, size};
	return tt_serve_frame(t, test, wish, encode, &e, err);
}

static void say_facts(const tt_source_info *i, char *text, size_t size)
{
	char frames[40] = "not known", rate[60] = "not known", pixel[120] = "not in the file";
	if (i->frames >= 0) snprintf(frames, sizeof frames, "%lld", (long long)i->frames);
	if (i->frame_rate > 0) snprintf(rate, sizeof rate, "%.6g per second, %.6g s", i->frame_rate, i->duration_s);
	if (i->pixel_size_m > 0)
		snprintf(pixel, sizeof pixel, "%.5g nm (%.80s)", 1e9 * i->pixel_size_m, i->calibration_source);
	snprintf(text, size,
	         "  format         %s, %s, %s\n  picture        %d \u00d7 %d px, %d bit%s\n  frames         %s\n"
	         "  rate           %s\n  pixel size     %s\n%s%s",
	         i->format ? i->format : "?", i->codec ? i->codec : "?", i->pixel_format ? i->pixel_format : "?",
	         i->width, i->height, i->bits, i->lossy_prediction ? ", coded with loss from frame to frame" : "",
	         frames, rate, pixel, i->normalisation && i->normalisation[0] ? "  " : "",
	         i->normalisation ? i->normalisation : "");
}

tt_status tt_serve_facts(tt_serve_test *t, const tt_test *test, tt_recording_facts *out, tt_error *err)
{
	tt_frame frame = {0};
	pthread_mutex_lock(&t->frames_lock);
	tt_status st = open_recording(t, test, err);
	if (st == TT_OK) {
		const tt_source_info *i = tt_source_info_of(t->source);
		*out = (tt_recording_facts){.width = i->width,
		                            .height = i->height,
		                            .bits = i->bits,
		                            .frames = i->frames,
		                            .frame_rate = i->frame_rate,
		                            .pixel_size_m = i->pixel_size_m,
		                            .black = NAN,
		                            .white = NAN};
		say_facts(i, out->words, sizeof out->words);
		if (t->next != 0) st = tt_source_seek(t->source, 0, 0, err);
		do {
			st = st == TT_OK ? tt_source_next(t->source, &frame, err) : st;
		} while (st == TT_OK && !frame.image.data);
		t->next = st == TT_OK ? frame.number + 1 : -1;
		if (st == TT_OK) tt_shot_limits(&frame.image, &out->black, &out->white);
		if (st == TT_END) st = tt_fail(err, TT_ERR_INPUT, "%s: there is no picture in it", test->video.file);
	}
	pthread_mutex_unlock(&t->frames_lock);
	return st;
}
