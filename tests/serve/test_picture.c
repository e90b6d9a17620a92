/* Frames as the workbench's page asks for them: each is the one of its number, wherever one came from.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "make_video.h"
#include "serve/picture.h"

enum { WIDTH = 64, HEIGHT = 48, FRAMES = 900 };

static char path[1100];
static tt_serve_test shown;
static tt_test described;

/* A frame is as bright as its number says, in two halves. */
static uint16_t left_of(int frame)
{
	return (uint16_t)(20 + 7 * (frame % 30));
}

static uint16_t right_of(int frame)
{
	return (uint16_t)(20 + 7 * (frame / 30));
}

static void make(const char *options)
{
	const make_stream s = {.codec = "libx264",
	                       .pix_fmt = "yuv420p",
	                       .options = options,
	                       .width = WIDTH,
	                       .height = HEIGHT,
	                       .tick_num = 1,
	                       .tick_den = 25};
	uint16_t grey[WIDTH * HEIGHT];
	if (!make_video_has("libx264")) CHECK_SKIP("this libav has no encoder for H.264");
	snprintf(path, sizeof path, "%s/test.mp4", check_tmp());
	make_video *m = make_video_open(path, "mp4", NULL, &s, 1);
	for (int i = 0; i < FRAMES; i++) {
		for (int k = 0; k < WIDTH * HEIGHT; k++)
			grey[k] = k % WIDTH < WIDTH / 2 ? left_of(i) : right_of(i);
		make_video_frame(m, 0, i, grey);
	}
	make_video_close(m);
	memset(&shown, 0, sizeof shown);
	memset(&described, 0, sizeof described);
	pthread_mutex_init(&shown.frames_lock, NULL);
	described.video.file = path;
	described.video.stream = -1;
	described.video.pixel_size.value = NAN;
}

static void end(void)
{
	tt_source_close(shown.source);
	free(shown.source_key);
	free(shown.place);
	pthread_mutex_destroy(&shown.frames_lock);
}

static tt_status see(void *ctx, const tt_frame *frame, double pixel_size_m, tt_error *err)
{
	tt_frame *out = ctx;
	const tt_image *i = &frame->image;
	const uint8_t *row = (const uint8_t *)i->data + (size_t)(HEIGHT / 2) * i->stride;
	(void)pixel_size_m, (void)err;
	out->number = frame->number;
	out->time_s = frame->time_s;
	CHECK(i->type == TT_U8);
	CHECK_NEAR(row[WIDTH / 4], left_of((int)frame->number), 3);
	CHECK_NEAR(row[3 * WIDTH / 4], right_of((int)frame->number), 3);
	return TT_OK;
}

static void look(int number)
{
	const tt_picture_wish wish = {.number = number, .time_s = NAN, .black = NAN, .white = NAN};
	tt_frame frame = {0};
	tt_error err;
	CHECK_MSG(tt_serve_frame(&shown, &described, &wish, see, &frame, &err) == TT_OK, "%s", err.message);
	CHECK(frame.number == number);
	CHECK_NEAR(frame.time_s, number / 25.0, 1e-6);
}

static void there_and_back(const char *options)
{
	static const int number[] = {0, 1, 700, 701, 690, 5, 899, 450, 449, 0, 3, 600, 300};
	tt_error err;
	make(options);
	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		look(number[i]);
	CHECK(shown.places > 10); /* the jump was made by the packets */
	const tt_picture_wish beyond = {.number = FRAMES, .time_s = NAN, .black = NAN, .white = NAN};
	tt_frame frame = {0};
	CHECK(tt_serve_frame(&shown, &described, &beyond, see, &frame, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "there is no frame 900");
	look(FRAMES - 1);
	end();
}

static void frames_in_order(void)
{
	there_and_back("preset=ultrafast:crf=10:g=50");
}

static void frames_reordered(void)
{
	there_and_back("preset=veryfast:crf=10:bf=3:g=50");
}

static const check_case cases[] = {
    {"frames in any order", frames_in_order},
    {"of a recording coded out of order", frames_reordered},
};

CHECK_MAIN(cases)
