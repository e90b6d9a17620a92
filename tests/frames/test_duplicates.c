/* Frames that the camera repeated are flagged, and no others.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "make_video.h"

#include "temtensile/frames.h"

enum { W = 320, H = 240, MOST = 400 };

static const char *tmp(const char *name)
{
	static char path[4][512];
	static int turn;
	char *p = path[turn++ & 3];
	snprintf(p, sizeof path[0], "%s/%s", check_tmp(), name);
	return p;
}

typedef struct plan {
	const char *label, *muxer, *codec, *options, *pix_fmt;
	int frames, fps;
	double noise, speed; /* grey levels; pixels a camera image */
	int still;           /* camera images before the specimen moves */
	int every;           /* recording frames a camera image */
	int jitter;          /* camera images last every - jitter … every + jitter frames */
	int window; /* the camera's image fills only the upper 1 / window of the picture, below it nothing changes */
} plan;

typedef struct verdict {
	int originals, repeats, missed, wrong; /* wrong: originals flagged */
	int first_missed, first_wrong;
} verdict;

static uint32_t next_jitter(uint32_t *s, int jitter)
{
	*s = *s * 1664525u + 1013904223u;
	return (*s >> 16) % (uint32_t)(2 * jitter + 1);
}

static void make(const plan *p, bool *original)
{
	static uint16_t camera[W * H], screen[W * H];
	make_scene scene = {.width = W,
	                    .height = H,
	                    .mean = 120,
	                    .contrast = 25,
	                    .noise = p->noise,
	                    .top = 255,
	                    .texture_seed = 3,
	                    .noise_state = 77};
	char options[100];
	/* Ordinary recordings as the quick presets of recorders make them. Repeats with x264's default: at a quick one
	 * its B pictures blend a new image in over four frames, and where it came is lost. */
	const bool fast =
	    p->every == 1 && strcmp(p->codec, "libx264") == 0 && !(p->options && strstr(p->options, "preset="));
	snprintf(options, sizeof options, "%s%s%s", fast ? "preset=veryfast" : "", fast && p->options ? ":" : "",
	         p->options ? p->options : "");
	make_stream st = {.codec = p->codec,
	                  .pix_fmt = p->pix_fmt ? p->pix_fmt : "yuv420p",
	                  .options = options[0] ? options : NULL,
	                  .width = W,
	                  .height = H,
	                  .tick_den = p->fps ? p->fps : 30};
	make_video *m = make_video_open(tmp("camera"), p->muxer ? p->muxer : "mp4", NULL, &st, 1);
	uint32_t state = 5;
	int image = -1, next = 0;
	for (int i = 0; i < H * W; i++)
		screen[i] = (uint16_t)(60 + (i / 7 % 40) + (i / W / 9 % 20) * 5);
	for (int i = 0; i < p->frames; i++) {
		original[i] = i == next;
		if (original[i]) {
			next += p->every + (p->jitter ? (int)next_jitter(&state, p->jitter) - p->jitter : 0);
			image++;
			double d = image > p->still ? p->speed * (image - p->still) : 0;
			make_scene_frame(&scene, d, 0.3 * d, camera);
			memcpy(screen, camera, sizeof camera / (size_t)(p->window ? p->window : 1));
		}
		make_video_frame(m, 0, i, screen);
	}
	make_video_close(m);
}

static verdict judge_file(const char *path, const bool *original, int n, const tt_source_options *o)
{
	verdict v = {.first_missed = -1, .first_wrong = -1};
	tt_source *s;
	tt_error err = {0};
	CHECK_MSG(tt_source_open(path, o, &s, &err) == TT_OK, "%s", err.message);
	for (int i = 0; i < n; i++) {
		tt_frame f;
		CHECK(tt_source_next(s, &f, &err) == TT_OK && f.number == i);
		bool flagged = f.flags & TT_FRAME_DUPLICATE;
		CHECK((f.flags & ~(unsigned)TT_FRAME_DUPLICATE) == 0);
		v.originals += original[i];
		v.repeats += !original[i];
		if (original[i] && flagged && v.wrong++ == 0) v.first_wrong = i;
		if (!original[i] && !flagged && v.missed++ == 0) v.first_missed = i;
	}
	tt_source_close(s);
	return v;
}

static verdict run(const plan *p)
{
	static bool original[MOST];
	make(p, original);
	verdict v = judge_file(tmp("camera"), original, p->frames, NULL);
	check_note("%s: %d of %d repeats flagged, %d of %d originals", p->label, v.repeats - v.missed, v.repeats,
	           v.wrong, v.originals);
	return v;
}

static void expect_all(const plan *p)
{
	verdict v = run(p);
	CHECK_MSG(v.wrong == 0, "%s: %d originals flagged, the first is frame %d", p->label, v.wrong, v.first_wrong);
	CHECK_MSG(100 * v.missed <= v.repeats, "%s: %d of %d repeats missed, the first is frame %d", p->label, v.missed,
	          v.repeats, v.first_missed);
}

static void expect_none(const plan *p)
{
	verdict v = run(p);
	CHECK_MSG(v.wrong == 0, "%s: %d frames flagged", p->label, v.wrong);
}

static void ordinary_recordings_have_none(void)
{
	static const char *const quality[] = {"crf=18", "crf=23", "crf=26", "crf=30"};
	char label[100];
	for (size_t q = 0; q < sizeof quality / sizeof *quality; q++)
		for (int moving = 0; moving < 2; moving++) {
			snprintf(label, sizeof label, "ordinary, %s, %s", quality[q],
			         moving ? "slowly moving" : "still");
			expect_none(&(plan){.label = label,
			                    .codec = "libx264",
			                    .options = quality[q],
			                    .frames = 90,
			                    .noise = 3,
			                    .speed = moving ? 0.05 : 0,
			                    .still = 40,
			                    .every = 1});
		}
}

static void ordinary_recordings_by_other_encoders_have_none(void)
{
	static const plan plans[] = {
	    {.label = "medium",
	     .codec = "libx264",
	     .options = "crf=23:preset=medium",
	     .frames = 90,
	     .noise = 3,
	     .every = 1},
	    {.label = "medium, slowly moving",
	     .codec = "libx264",
	     .options = "crf=28:preset=medium",
	     .frames = 90,
	     .noise = 3,
	     .speed = 0.05,
	     .still = 40,
	     .every = 1},
	    {.label = "short groups",
	     .codec = "libx264",
	     .options = "crf=26:g=12",
	     .frames = 110,
	     .noise = 3,
	     .speed = 0.05,
	     .every = 1},
	    {.label = "groups of 6, no B frames",
	     .codec = "libx264",
	     .options = "crf=28:g=6:bf=0",
	     .frames = 90,
	     .noise = 3,
	     .every = 1},
	    {.label = "eight B frames",
	     .codec = "libx264",
	     .options = "crf=24:bf=8:preset=fast",
	     .frames = 110,
	     .noise = 3,
	     .every = 1},
	    {.label = "ultrafast",
	     .codec = "libx264",
	     .options = "preset=ultrafast:crf=28",
	     .frames = 90,
	     .noise = 3,
	     .every = 1},
	    {.label = "constant bit rate",
	     .codec = "libx264",
	     .options = "b=150k",
	     .frames = 110,
	     .noise = 3,
	     .every = 1},
	    {.label = "low noise",
	     .codec = "libx264",
	     .options = "crf=23",
	     .frames = 90,
	     .noise = 1,
	     .speed = 0.1,
	     .every = 1},
	    {.label = "much noise",
	     .codec = "libx264",
	     .options = "crf=30:preset=veryfast",
	     .frames = 100,
	     .noise = 12,
	     .every = 1},
	    {.label = "MPEG-4",
	     .muxer = "avi",
	     .codec = "mpeg4",
	     .options = "g=12",
	     .frames = 90,
	     .noise = 3,
	     .every = 1},
	    {.label = "MPEG-4, B frames",
	     .muxer = "avi",
	     .codec = "mpeg4",
	     .options = "g=12:bf=2",
	     .frames = 90,
	     .noise = 1,
	     .every = 1},
	    {.label = "VP9",
	     .muxer = "webm",
	     .codec = "libvpx-vp9",
	     .options = "crf=40:b=0:cpu-used=8:deadline=realtime",
	     .frames = 100,
	     .noise = 3,
	     .every = 1},
	    {.label = "lossless", .muxer = "matroska", .codec = "ffv1", .frames = 60, .noise = 3, .every = 1},
	    {.label = "lossless, hardly any noise",
	     .muxer = "matroska",
	     .codec = "ffv1",
	     .frames = 100,
	     .noise = 0.25,
	     .every = 1},
	};
	for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
		if (make_video_has(plans[i].codec)) expect_none(&plans[i]);
}

/* Equal pictures alone are no evidence: a still scene without noise, one that moves slowly, one that starts to move. */
static void scenes_without_noise_have_none(void)
{
	static const plan plans[] = {
	    {.label = "no noise, still", .muxer = "matroska", .codec = "ffv1", .frames = 120, .still = 999, .every = 1},
	    {.label = "no noise, slow", .muxer = "matroska", .codec = "ffv1", .frames = 120, .speed = 0.02, .every = 1},
	    {.label = "no noise, still then slow",
	     .muxer = "matroska",
	     .codec = "ffv1",
	     .frames = 200,
	     .speed = 0.05,
	     .still = 80,
	     .every = 1},
	    {.label = "no noise, still then fast",
	     .muxer = "matroska",
	     .codec = "ffv1",
	     .frames = 200,
	     .speed = 1,
	     .still = 80,
	     .every = 1},
	    {.label = "no noise, H.264, still", .codec = "libx264", .frames = 120, .still = 999, .every = 1},
	    {.label = "no noise, H.264, still then slow",
	     .codec = "libx264",
	     .frames = 200,
	     .speed = 0.05,
	     .still = 80,
	     .every = 1},
	    {.label = "no noise, H.264, slow",
	     .codec = "libx264",
	     .options = "crf=28",
	     .frames = 120,
	     .speed = 0.02,
	     .every = 1},
	};
	for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
		expect_none(&plans[i]);
}

static void five_in_thirty(void)
{
	static const plan plans[] = {
	    {.label = "5 in 30, crf 12",
	     .codec = "libx264",
	     .options = "crf=12",
	     .frames = 200,
	     .noise = 3,
	     .speed = 0.05,
	     .still = 10,
	     .every = 6},
	    {.label = "5 in 30, crf 18",
	     .codec = "libx264",
	     .options = "crf=18",
	     .frames = 200,
	     .noise = 3,
	     .speed = 0.05,
	     .still = 10,
	     .every = 6},
	    {.label = "5 in 30, crf 20",
	     .codec = "libx264",
	     .options = "crf=20",
	     .frames = 200,
	     .noise = 3,
	     .speed = 0.05,
	     .still = 10,
	     .every = 6},
	    {.label = "5 in 30, crf 23",
	     .codec = "libx264",
	     .options = "crf=23",
	     .frames = 200,
	     .noise = 3,
	     .speed = 0.05,
	     .still = 10,
	     .every = 6},
	    {.label = "5 in 30, key frames each second",
	     .codec = "libx264",
	     .options = "crf=20:g=30",
	     .frames = 200,
	     .noise = 3,
	     .speed = 0.05,
	     .every = 6},
	    {.label = "5 in 30, key frames at odd places",
	     .codec = "libx264",
	     .options = "crf=20:g=25",
	     .frames = 200,
	     .noise = 3,
	     .speed = 0.05,
	     .every = 6},
	    {.label = "5 in 30, much noise",
	     .codec = "libx264",
	     .options = "crf=26",
	     .frames = 200,
	     .noise = 10,
	     .speed = 0.05,
	     .every = 6},
	    {.label = "5 in 30, MPEG-4",
	     .muxer = "avi",
	     .codec = "mpeg4",
	     .options = "g=12",
	     .frames = 200,
	     .noise = 3,
	     .speed = 0.05,
	     .every = 6},
	    {.label = "5 in 30, lossless", .muxer = "matroska", .codec = "ffv1", .frames = 120, .noise = 3, .every = 6},
	    {.label = "5 in 30, lossless, 16 bits",
	     .muxer = "matroska",
	     .codec = "ffv1",
	     .pix_fmt = "gray16le",
	     .frames = 120,
	     .noise = 3,
	     .every = 6},
	    {.label = "5 in 30, lossless, no noise",
	     .muxer = "matroska",
	     .codec = "ffv1",
	     .frames = 120,
	     .speed = 0.3,
	     .every = 6},
	    {.label = "5 in 60",
	     .codec = "libx264",
	     .options = "crf=20",
	     .fps = 60,
	     .frames = 200,
	     .noise = 3,
	     .speed = 0.05,
	     .every = 12},
	    {.label = "5 in 15, crf 24",
	     .codec = "libx264",
	     .options = "crf=24",
	     .fps = 15,
	     .frames = 200,
	     .noise = 3,
	     .speed = 0.05,
	     .still = 10,
	     .every = 3},
	    {.label = "15 in 30",
	     .codec = "libx264",
	     .options = "crf=12",
	     .frames = 160,
	     .noise = 3,
	     .speed = 0.05,
	     .every = 2},
	    {.label = "5 in 30, camera not in step",
	     .codec = "libx264",
	     .options = "crf=20",
	     .frames = 240,
	     .noise = 3,
	     .speed = 0.05,
	     .every = 6,
	     .jitter = 1},
	    {.label = "5 in 30, a third of the screen",
	     .codec = "libx264",
	     .options = "crf=20",
	     .frames = 200,
	     .noise = 3,
	     .speed = 0.05,
	     .every = 6,
	     .window = 3},
	};
	for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
		expect_all(&plans[i]);
}

/* Where the codec has wiped the noise out, a new image may look like a repeat: then none is flagged. */
static void no_original_is_flagged_at_any_quality(void)
{
	static const char *const quality[] = {"crf=24", "crf=26", "crf=28"};
	for (size_t q = 0; q < sizeof quality / sizeof *quality; q++) {
		verdict v = run(&(plan){.label = quality[q],
		                        .codec = "libx264",
		                        .options = quality[q],
		                        .frames = 240,
		                        .noise = 3,
		                        .speed = 0.05,
		                        .still = 10,
		                        .every = 6});
		CHECK_MSG(v.wrong == 0, "%s: %d originals flagged", quality[q], v.wrong);
	}
}

/* The camera skips now and then: rare repeats among even new images. */
static void rare_repeats(void)
{
	enum { N = 240 };
	static bool original[N];
	static uint16_t grey[W * H];
	make_scene scene = {.width = W,
	                    .height = H,
	                    .mean = 120,
	                    .contrast = 25,
	                    .noise = 3,
	                    .top = 255,
	                    .texture_seed = 3,
	                    .noise_state = 77};
	make_stream st = {
	    .codec = "libx264", .pix_fmt = "yuv420p", .options = "crf=18", .width = W, .height = H, .tick_den = 30};
	make_video *m = make_video_open(tmp("camera"), "mp4", NULL, &st, 1);
	for (int i = 0; i < N; i++) {
		original[i] = i < 60 || i % 23 != 0;
		if (original[i]) make_scene_frame(&scene, 0.05 * i, 0, grey);
		make_video_frame(m, 0, i, grey);
	}
	make_video_close(m);
	verdict v = judge_file(tmp("camera"), original, N, NULL);
	check_note("%d of %d rare repeats flagged, %d originals", v.repeats - v.missed, v.repeats, v.wrong);
	CHECK(v.wrong == 0 && v.missed <= 1);
	/* and nothing is looked for when the caller wants none of it */
	v = judge_file(tmp("camera"), original, N, &(tt_source_options){.stream = -1, .keep_duplicates = true});
	CHECK(v.missed == v.repeats && v.wrong == 0);
}

static void recordings_have_none(void)
{
	static const char *const names[] = {"recordings/film-5pa/test.mp4", "recordings/film-50pa/test.avi"};
	static bool original[412];
	for (int i = 0; i < 412; i++)
		original[i] = true;
	for (int k = 0; k < 2; k++)
		CHECK(judge_file(check_shared(names[k]), original, k ? 364 : 412, NULL).wrong == 0);
}

static const check_case cases[] = {
    {"ordinary recordings have none", ordinary_recordings_have_none},
    {"ordinary recordings by other encoders have none", ordinary_recordings_by_other_encoders_have_none},
    {"scenes without noise have none", scenes_without_noise_have_none},
    {"5 camera images in 30 frames", five_in_thirty},
    {"no original is flagged at any quality", no_original_is_flagged_at_any_quality},
    {"rare repeats", rare_repeats},
    {"the shared recordings have none", recordings_have_none},
};

CHECK_MAIN(cases)
