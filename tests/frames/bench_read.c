/* Reading a video through a source against `ffmpeg -f null -` and against libavcodec alone, in the same run.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "check.h"
#include "make_video.h"
#include "temtensile/frames.h"

extern char **environ;

enum { SIDE = 1024, FRAMES = 300, RUNS = 5 };

static char video[600];

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double cpu(int who)
{
	struct rusage u;
	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void make(void)
{
	static uint16_t grey[SIDE * SIDE];
	make_scene scene = {.width = SIDE,
	                    .height = SIDE,
	                    .mean = 120,
	                    .contrast = 25,
	                    .noise = 3,
	                    .top = 255,
	                    .texture_seed = 1,
	                    .noise_state = 5};
	make_stream st = {.codec = "libx264",
	                  .pix_fmt = "yuv420p",
	                  .options = "crf=24:preset=medium",
	                  .width = SIDE,
	                  .height = SIDE,
	                  .tick_den = 10};
	snprintf(video, sizeof video, "%s/bench.mp4", check_tmp());
	make_video *m = make_video_open(video, "mp4", NULL, &st, 1);
	for (int i = 0; i < FRAMES; i++) {
		make_scene_frame(&scene, 0.05 * i, 0, grey);
		make_video_frame(m, 0, i, grey);
	}
	make_video_close(m);
}

static double by_source(double *used)
{
	double t0 = now(), c0 = cpu(RUSAGE_SELF);
	tt_source *s;
	tt_error err = {0};
	tt_frame f;
	CHECK(tt_source_open(video, &(tt_source_options){.stream = -1, .threads = 2}, &s, &err) == TT_OK);
	int n = 0;
	while (tt_source_next(s, &f, &err) == TT_OK)
		n++;
	tt_source_close(s);
	CHECK(n == FRAMES);
	*used = cpu(RUSAGE_SELF) - c0;
	return now() - t0;
}

static double by_libav(double *used)
{
	double t0 = now(), c0 = cpu(RUSAGE_SELF);
	AVFormatContext *f = NULL;
	CHECK(avformat_open_input(&f, video, NULL, NULL) >= 0 && avformat_find_stream_info(f, NULL) >= 0);
	AVCodecContext *d = avcodec_alloc_context3(avcodec_find_decoder(f->streams[0]->codecpar->codec_id));
	avcodec_parameters_to_context(d, f->streams[0]->codecpar);
	d->thread_count = 2;
	CHECK(avcodec_open2(d, NULL, NULL) >= 0);
	AVPacket *p = av_packet_alloc();
	AVFrame *fr = av_frame_alloc();
	int n = 0, e = 0;
	while (e != AVERROR_EOF) {
		e = avcodec_receive_frame(d, fr);
		n += e == 0;
		if (e != AVERROR(EAGAIN)) continue;
		if (av_read_frame(f, p) < 0) {
			avcodec_send_packet(d, NULL);
			continue;
		}
		avcodec_send_packet(d, p);
		av_packet_unref(p);
	}
	av_frame_free(&fr);
	av_packet_free(&p);
	avcodec_free_context(&d);
	avformat_close_input(&f);
	CHECK(n == FRAMES);
	*used = cpu(RUSAGE_SELF) - c0;
	return now() - t0;
}

/* -1 without the ffmpeg program. */
static double by_ffmpeg(double *used)
{
	char a0[] = "ffmpeg", a1[] = "-nostdin", a2[] = "-loglevel", a3[] = "error", a4[] = "-threads", a5[] = "2",
	     a6[] = "-i", a8[] = "-f", a9[] = "null", a10[] = "-";
	char *argv[] = {a0, a1, a2, a3, a4, a5, a6, video, a8, a9, a10, NULL};
	double t0 = now(), c0 = cpu(RUSAGE_CHILDREN);
	pid_t pid;
	int status = 0;
	if (posix_spawnp(&pid, "ffmpeg", NULL, NULL, argv, environ) != 0) return -1;
	waitpid(pid, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return -1;
	*used = cpu(RUSAGE_CHILDREN) - c0;
	return now() - t0;
}

static void least(double *best, double v)
{
	if (*best < 0 || v < *best) *best = v;
}

static void reading_costs_what_decoding_costs(void)
{
	make();
	double wall[3] = {-1, -1, -1}, used[3] = {-1, -1, -1};
	for (int i = 0; i < RUNS; i++) {
		double c, t;
		t = by_source(&c);
		least(&wall[0], t);
		least(&used[0], c);
		t = by_libav(&c);
		least(&wall[1], t);
		least(&used[1], c);
		t = by_ffmpeg(&c);
		if (t < 0) continue;
		least(&wall[2], t);
		least(&used[2], c);
	}
	static const char *const names[] = {"source", "libavcodec alone", "ffmpeg -f null"};
	for (int k = 0; k < 3; k++)
		if (wall[k] > 0)
			check_note(
			    "%-17s %.3f s, %.3f s of processors, %.3f ms a frame (best of %d, %d frames of %d x %d)",
			    names[k], wall[k], used[k], 1000 * wall[k] / FRAMES, RUNS, FRAMES, SIDE, SIDE);
	if (wall[2] < 0) CHECK_SKIP("no ffmpeg program");
	check_note("source / ffmpeg: %.3f in time, %.3f in processor time", wall[0] / wall[2], used[0] / used[2]);
}

static const check_case cases[] = {{"reading costs what decoding costs", reading_costs_what_decoding_costs}};
CHECK_MAIN(cases)
