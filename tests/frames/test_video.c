/* Videos: grey at full depth, times, orientation, streams, seeking, errors.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "make_video.h"

#include <fcntl.h>
#include <unistd.h>

#include "temtensile/frames.h"

static const char *tmp(const char *name)
{
	static char path[4][512];
	static int turn;
	char *p = path[turn++ & 3];
	snprintf(p, sizeof path[0], "%s/%s", check_tmp(), name);
	return p;
}

static tt_source *open_source(const char *path, const tt_source_options *o)
{
	tt_error err = {0};
	tt_source *s;
	CHECK_MSG(tt_source_open(path, o, &s, &err) == TT_OK, "%s", err.message);
	return s;
}

static void expect_next(tt_source *s, tt_frame *f)
{
	tt_error err = {0};
	tt_status st = tt_source_next(s, f, &err);
	CHECK_MSG(st == TT_OK, "no frame: %s", st == TT_END ? "the end" : err.message);
}

static void expect_end(tt_source *s)
{
	tt_frame f;
	tt_error err = {0};
	CHECK(tt_source_next(s, &f, &err) == TT_END);
	CHECK(tt_source_next(s, &f, &err) == TT_END);
}

/* A grey value that tells frame and place apart; up to top. */
static uint16_t value(int frame, int x, int y, unsigned top)
{
	uint32_t h = (uint32_t)(frame * 7919 + y * 104729 + x * 1299709);
	h ^= h >> 13;
	h *= 0x5bd1e995u;
	h ^= h >> 15;
	return (uint16_t)(h % (top + 1));
}

static void paint(int frame, int w, int h, unsigned top, uint16_t *grey)
{
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++)
			grey[y * w + x] = value(frame, x, y, top);
}

typedef struct depth_case {
	const char *codec, *muxer, *pix_fmt;
	int bits;
	tt_pixel type;
} depth_case;

/* Every sample of every frame comes back as it was stored. */
static void exact(const depth_case *c)
{
	enum { W = 50, H = 38, N = 3 };
	static uint16_t grey[W * H];
	const unsigned top = (1u << c->bits) - 1;
	char name[100];
	snprintf(name, sizeof name, "depth-%s-%s", c->codec, c->pix_fmt);
	const char *path = tmp(name);
	make_stream st = {.codec = c->codec, .pix_fmt = c->pix_fmt, .width = W, .height = H, .tick_den = 5};
	make_video *m = make_video_open(path, c->muxer, NULL, &st, 1);
	for (int i = 0; i < N; i++) {
		paint(i, W, H, top, grey);
		make_video_frame(m, 0, i, grey);
	}
	make_video_close(m);
	tt_source *s = open_source(path, NULL);
	const tt_source_info *info = tt_source_info_of(s);
	CHECK_MSG(info->bits == c->bits && info->type == c->type, "%s: %d bits, type %d", c->pix_fmt, info->bits,
	          info->type);
	CHECK(info->width == W && info->height == H);
	for (int i = 0; i < N; i++) {
		tt_frame f;
		expect_next(s, &f);
		CHECK(f.number == i && f.flags == 0 && f.image.width == W && f.image.height == H &&
		      f.image.type == c->type);
		for (int y = 0; y < H; y++)
			for (int x = 0; x < W; x++) {
				double got = tt_image_at(&f.image, x, y);
				CHECK_MSG(got == value(i, x, y, top), "%s %s: frame %d, %d %d: %g instead of %d",
				          c->codec, c->pix_fmt, i, x, y, got, value(i, x, y, top));
			}
	}
	expect_end(s);
	tt_source_close(s);
}

static void grey_keeps_its_depth(void)
{
	static const depth_case cases[] = {
	    {"ffv1", "matroska", "gray", 8, TT_U8},
	    {"ffv1", "matroska", "gray10le", 10, TT_U16},
	    {"ffv1", "matroska", "gray12le", 12, TT_U16},
	    {"ffv1", "matroska", "gray16le", 16, TT_U16},
	    {"ffv1", "avi", "yuv420p", 8, TT_U8},
	    {"ffv1", "matroska", "yuv420p10le", 10, TT_U16},
	    {"ffv1", "matroska", "yuv422p12le", 12, TT_U16},
	    {"ffv1", "matroska", "yuv444p16le", 16, TT_U16},
	    {"rawvideo", "nut", "nv12", 8, TT_U8},
	    {"rawvideo", "nut", "yuyv422", 8, TT_U8},
	    {"rawvideo", "nut", "uyvy422", 8, TT_U8},
	    {"rawvideo", "nut", "yuvj444p", 8, TT_U8},
	    {"rawvideo", "nut", "ya8", 8, TT_U8},
	    {"rawvideo", "nut", "gray10be", 10, TT_U16},
	    {"rawvideo", "nut", "gray16be", 16, TT_U16},
	    {"rawvideo", "nut", "yuv420p10be", 10, TT_U16},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		exact(&cases[i]);
}

static void lossless_h264_and_hevc_keep_their_depth(void)
{
	enum { W = 48, H = 32 };
	static const struct {
		const char *codec, *pix_fmt, *options;
		int bits;
	} cases[] = {{"libx264", "yuv420p", "qp=0", 8},
	             {"libx264", "gray10le", "qp=0", 10},
	             {"libx264", "yuv420p10le", "qp=0", 10},
	             {"libx265", "yuv420p12le", "x265-params=lossless=1\\:log-level=none", 12}};
	static uint16_t grey[W * H];
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		const char *path = tmp("lossless.mp4");
		make_stream st = {.codec = cases[k].codec,
		                  .pix_fmt = cases[k].pix_fmt,
		                  .options = cases[k].options,
		                  .width = W,
		                  .height = H,
		                  .tick_den = 5};
		make_video *m = make_video_open(path, "mp4", NULL, &st, 1);
		for (int i = 0; i < 5; i++) {
			paint(i, W, H, (1u << cases[k].bits) - 1, grey);
			make_video_frame(m, 0, i, grey);
		}
		make_video_close(m);
		tt_source *s = open_source(path, NULL);
		CHECK(tt_source_info_of(s)->bits == cases[k].bits);
		for (int i = 0; i < 5; i++) {
			tt_frame f;
			expect_next(s, &f);
			for (int p = 0; p < W * H; p += 7)
				CHECK(tt_image_at(&f.image, p % W, p / W) ==
				      value(i, p % W, p / W, (1u << cases[k].bits) - 1));
		}
		tt_source_close(s);
	}
}

/* Colour that is grey comes out as that grey; the info says that it was converted. */
static void colour_becomes_grey(void)
{
	enum { W = 64, H = 32 };
	static const depth_case cases[] = {
	    {"rawvideo", "nut", "rgb24", 8, TT_U8},     {"rawvideo", "nut", "bgr24", 8, TT_U8},
	    {"rawvideo", "nut", "bgra", 8, TT_U8},      {"rawvideo", "nut", "gbrp", 8, TT_U8},
	    {"rawvideo", "nut", "pal8", 8, TT_U8},      {"rawvideo", "nut", "gbrp10le", 10, TT_U16},
	    {"rawvideo", "nut", "rgb48le", 16, TT_U16}, {"rawvideo", "nut", "rgb48be", 16, TT_U16},
	};
	static uint16_t grey[W * H];
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		const depth_case *c = &cases[k];
		const unsigned top = (1u << c->bits) - 1;
		const char *path = tmp("colour.nut");
		make_stream st = {.codec = c->codec, .pix_fmt = c->pix_fmt, .width = W, .height = H, .tick_den = 5};
		make_video *m = make_video_open(path, c->muxer, NULL, &st, 1);
		for (int i = 0; i < W * H; i++)
			grey[i] = (uint16_t)((uint64_t)i * top / (W * H - 1));
		make_video_frame(m, 0, 0, grey);
		make_video_close(m);
		tt_source *s = open_source(path, NULL);
		const tt_source_info *info = tt_source_info_of(s);
		CHECK(info->type == c->type);
		CHECK_HAS(info->normalisation, c->pix_fmt);
		tt_frame f;
		expect_next(s, &f);
		const double full = c->type == TT_U16 ? 65535 : 255;
		double worst = 0;
		for (int i = 0; i < W * H; i++)
			worst = fmax(worst, fabs(tt_image_at(&f.image, i % W, i / W) - grey[i] * full / top));
		check_note("%s: grey differs by at most %g of %g", c->pix_fmt, worst, full);
		CHECK(worst <= (c->type == TT_U16 ? 80 : 0));
		tt_source_close(s);
	}
}

static void make_plain(const char *path, const char *muxer, const char *muxer_options, const char *codec,
                       const char *options, int n)
{
	enum { W = 96, H = 64 };
	static uint16_t grey[W * H];
	make_scene scene = {.width = W,
	                    .height = H,
	                    .mean = 120,
	                    .contrast = 25,
	                    .noise = 3,
	                    .top = 255,
	                    .texture_seed = 1,
	                    .noise_state = 5};
	make_stream st = {.codec = codec,
	                  .pix_fmt = strcmp(codec, "mjpeg") == 0 ? "yuvj420p" : "yuv420p",
	                  .options = options,
	                  .width = W,
	                  .height = H,
	                  .tick_den = 10};
	make_video *m = make_video_open(path, muxer, muxer_options, &st, 1);
	for (int i = 0; i < n; i++) {
		make_scene_frame(&scene, 0.4 * i, 0.1 * i, grey);
		make_video_frame(m, 0, i, grey);
	}
	make_video_close(m);
}

static void constant_rate(void)
{
	static const struct {
		const char *muxer, *codec;
	} cases[] = {{"mp4", "libx264"}, {"matroska", "libx264"}, {"mpegts", "libx264"},   {"avi", "mpeg4"},
	             {"mov", "mjpeg"},   {"avi", "libx264"},      {"matroska", "libx265"}, {"webm", "libvpx-vp9"}};
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		const char *path = tmp("rate.video");
		if (!make_video_has(cases[k].codec)) continue;
		make_plain(path, cases[k].muxer, NULL, cases[k].codec,
		           strcmp(cases[k].codec, "libx265") == 0 ? "x265-params=log-level=none" : NULL, 25);
		tt_source *s = open_source(path, NULL);
		CHECK_NEAR(tt_source_info_of(s)->frame_rate, 10, 1e-6);
		for (int i = 0; i < 25; i++) {
			tt_frame f;
			expect_next(s, &f);
			CHECK(f.number == i && f.flags == 0);
			CHECK_NEAR(f.time_s, i / 10.0, 1e-12);
		}
		expect_end(s);
		CHECK_MSG(tt_source_warnings(s)->n == 0, "%s %s: %s", cases[k].muxer, cases[k].codec,
		          tt_source_warnings(s)->item[0]);
		tt_source_close(s);
	}
}

static void variable_rate_is_kept(void)
{
	static const int64_t ms[] = {0, 33, 67, 100, 350, 351, 400, 1400, 1433, 1466, 1500, 1533, 5000, 5010};
	static const char *const muxers[] = {"matroska", "mp4", "mov", "mpegts"};
	enum { W = 64, H = 48, N = sizeof ms / sizeof *ms };
	static uint16_t grey[W * H];
	for (size_t k = 0; k < sizeof muxers / sizeof *muxers; k++) {
		make_stream st = {.codec = "libx264",
		                  .pix_fmt = "yuv420p",
		                  .options = "bf=2",
		                  .width = W,
		                  .height = H,
		                  .tick_den = 1000,
		                  .rate = 30};
		make_video *m = make_video_open(tmp("vfr.video"), muxers[k], NULL, &st, 1);
		for (int i = 0; i < N; i++) {
			paint(i, W, H, 255, grey);
			make_video_frame(m, 0, ms[i], grey);
		}
		make_video_close(m);
		tt_source *s = open_source(tmp("vfr.video"), NULL);
		for (int i = 0; i < N; i++) {
			tt_frame f;
			expect_next(s, &f);
			CHECK(f.number == i);
			CHECK_NEAR(f.time_s, (double)ms[i] / 1000, strcmp(muxers[k], "mpegts") == 0 ? 1e-5 : 1e-9);
		}
		expect_end(s);
		tt_source_close(s);
	}
}

/* A recorder that rested: many even frames, then none for a while, nothing lost. */
static void a_pause_is_kept(void)
{
	static const char *const muxers[] = {"matroska", "mp4", "mpegts"};
	enum { W = 64, H = 48, N = 60, PAUSE = 118, AT = 30 };
	static uint16_t grey[W * H];
	for (size_t k = 0; k < sizeof muxers / sizeof *muxers; k++) {
		make_stream st = {.codec = "libx264",
		                  .pix_fmt = "yuv420p",
		                  .options = "bf=2:g=12",
		                  .width = W,
		                  .height = H,
		                  .tick_den = 10};
		make_video *m = make_video_open(tmp("pause.video"), muxers[k], NULL, &st, 1);
		for (int i = 0; i < N; i++) {
			paint(i, W, H, 255, grey);
			make_video_frame(m, 0, i < AT ? i : i + PAUSE, grey);
		}
		make_video_close(m);
		tt_source *s = open_source(tmp("pause.video"), NULL);
		for (int i = 0; i < N; i++) {
			tt_frame f;
			expect_next(s, &f);
			CHECK_MSG(f.number == i && f.flags == 0, "%s: frame %d is called %d, flags %d", muxers[k], i,
			          (int)f.number, (int)f.flags);
			CHECK_NEAR(f.time_s, (i < AT ? i : i + PAUSE) / 10.0, 1e-5);
		}
		expect_end(s);
		tt_source_close(s);
	}
}

/* The header of the pictures in an AVI: a FOURCC, and so wide, so many bits a pixel. */
static void patch_avi(const char *path, const char *fourcc, int width, int bits)
{
	static char bytes[1 << 20];
	FILE *f = fopen(path, "r+b");
	CHECK(f != NULL);
	size_t n = fread(bytes, 1, sizeof bytes, f), at = 0;
	while (at + 60 < n && memcmp(bytes + at, "strf", 4) != 0)
		at++;
	CHECK(at + 60 < n);
	char *header = bytes + at + 8;
	memcpy(header + 4, &width, 4);
	memcpy(header + 14, &bits, 2);
	memcpy(header + 16, fourcc, 4);
	rewind(f);
	CHECK(fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
}

/* Grey of 16 bits as cameras' software writes it: drawn as bytes, twice as wide. */
static void plain_grey_by_its_fourcc(void)
{
	enum { W = 64, H = 48, N = 5 };
	static uint16_t grey[W * H], half[2 * W * H];
	make_stream st = {.codec = "rawvideo", .pix_fmt = "gray", .width = 2 * W, .height = H, .tick_den = 10};
	make_video *m = make_video_open(tmp("y16.avi"), "avi", NULL, &st, 1);
	for (int i = 0; i < N; i++) {
		paint(i, W, H, 65535, grey);
		for (int k = 0; k < W * H; k++) {
			half[2 * k] = grey[k] & 255;
			half[2 * k + 1] = grey[k] >> 8;
		}
		make_video_frame(m, 0, i, half);
	}
	make_video_close(m);
	patch_avi(tmp("y16.avi"), "Y16 ", W, 16);
	tt_source *s = open_source(tmp("y16.avi"), NULL);
	CHECK(tt_source_info_of(s)->bits == 16);
	for (int i = 0; i < N; i++) {
		tt_frame f;
		expect_next(s, &f);
		CHECK(f.number == i && tt_image_at(&f.image, 7, 5) == value(i, 7, 5, 65535));
	}
	tt_source_close(s);
	patch_avi(tmp("y16.avi"), "ZZ99", W, 16);
	tt_error err;
	CHECK(tt_source_open(tmp("y16.avi"), &(tt_source_options){.stream = -1}, &s, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "FOURCC ZZ99");
}

static void pixels_not_square(void)
{
	enum { W = 64, H = 48 };
	static uint16_t grey[W * H];
	make_stream st = {.codec = "libx264",
	                  .pix_fmt = "yuv420p",
	                  .options = "x264-params=sar=10/11",
	                  .width = W,
	                  .height = H,
	                  .tick_den = 10};
	make_video *m = make_video_open(tmp("sar.mkv"), "matroska", NULL, &st, 1);
	for (int i = 0; i < 4; i++) {
		paint(i, W, H, 255, grey);
		make_video_frame(m, 0, i, grey);
	}
	make_video_close(m);
	tt_source *s = open_source(tmp("sar.mkv"), NULL);
	CHECK(tt_source_warnings(s)->n == 1);
	CHECK_HAS(tt_source_warnings(s)->item[0], "not square (10:11)");
	tt_source_close(s);
}

static void a_given_rate_overrides(void)
{
	make_plain(tmp("rate.mp4"), "mp4", NULL, "libx264", NULL, 12);
	tt_source *s = open_source(tmp("rate.mp4"), &(tt_source_options){.stream = -1, .frame_rate = 4});
	for (int i = 0; i < 12; i++) {
		tt_frame f;
		expect_next(s, &f);
		CHECK_NEAR(f.time_s, i / 4.0, 1e-12);
	}
	tt_source_close(s);
}

static void start_offset_is_removed_and_told(void)
{
	static const char *const muxers[] = {"matroska", "mpegts", "mp4"};
	enum { W = 64, H = 48 };
	static uint16_t grey[W * H];
	for (size_t k = 0; k < 3; k++) {
		make_stream st = {.codec = "libx264", .pix_fmt = "yuv420p", .width = W, .height = H, .tick_den = 10};
		make_video *m = make_video_open(tmp("offset"), muxers[k], NULL, &st, 1);
		for (int i = 0; i < 8; i++) {
			paint(i, W, H, 255, grey);
			make_video_frame(m, 0, i + 25, grey);
		}
		make_video_close(m);
		tt_source *s = open_source(tmp("offset"), NULL);
		check_note("%s: start offset %g s", muxers[k], tt_source_info_of(s)->start_offset_s);
		CHECK(tt_source_info_of(s)->start_offset_s >= 2.4999);
		tt_frame f;
		for (int i = 0; i < 8; i++) {
			expect_next(s, &f);
			CHECK_NEAR(f.time_s, i / 10.0, 1e-9);
		}
		tt_source_close(s);
	}
}

static void rotation_and_mirror_are_applied(void)
{
	enum { W = 60, H = 40 };
	static uint16_t grey[W * H];
	paint(0, W, H, 255, grey);
	for (int k = 0; k < 8; k++) {
		int turn = k % 4 * 90;
		bool mirror = k >= 4;
		make_stream st = {.codec = "ffv1",
		                  .pix_fmt = "gray",
		                  .width = W,
		                  .height = H,
		                  .tick_den = 5,
		                  .rotation_deg = turn,
		                  .mirror = mirror};
		make_video *m = make_video_open(tmp("turned.mov"), "mov", NULL, &st, 1);
		make_video_frame(m, 0, 0, grey);
		make_video_close(m);
		tt_source *s = open_source(tmp("turned.mov"), NULL);
		const tt_source_info *info = tt_source_info_of(s);
		const bool sideways = turn % 180 != 0;
		CHECK(info->rotation_deg == (mirror ? (360 - turn) % 360 : turn)); /* told as: mirrored first */
		CHECK(info->width == (sideways ? H : W) && info->height == (sideways ? W : H));
		tt_frame f;
		expect_next(s, &f);
		for (int y = 0; y < H; y++)
			for (int x = 0; x < W; x++) {
				/* turned clockwise: the stored top left corner goes to the top right at 90 degrees;
				 * then mirrored */
				int u = turn == 0 ? x : turn == 90 ? H - 1 - y : turn == 180 ? W - 1 - x : y;
				int v = turn == 0 ? y : turn == 90 ? x : turn == 180 ? H - 1 - y : W - 1 - x;
				if (mirror) u = info->width - 1 - u;
				CHECK_MSG(tt_image_at(&f.image, u, v) == value(0, x, y, 255),
				          "%d degrees, mirror %d: %d %d", turn, mirror, x, y);
			}
		tt_source_close(s);
	}
}

static void codec_cropping_is_applied(void)
{
	/* neither a multiple of 16: H.264 stores 112 x 80 */
	enum { W = 98, H = 70 };
	static uint16_t grey[W * H];
	make_stream st = {
	    .codec = "libx264", .pix_fmt = "yuv420p", .options = "qp=0", .width = W, .height = H, .tick_den = 5};
	make_video *m = make_video_open(tmp("cropped.mp4"), "mp4", NULL, &st, 1);
	paint(3, W, H, 255, grey);
	make_video_frame(m, 0, 0, grey);
	make_video_close(m);
	tt_source *s = open_source(tmp("cropped.mp4"), NULL);
	tt_frame f;
	expect_next(s, &f);
	CHECK(f.image.width == W && f.image.height == H);
	for (int i = 0; i < W * H; i++)
		CHECK(tt_image_at(&f.image, i % W, i / W) == value(3, i % W, i / W, 255));
	tt_source_close(s);
}

static void streams_are_chosen(void)
{
	enum { W = 32, H = 32, N = 6 };
	static uint16_t grey[W * H];
	make_stream st[3] = {
	    {.codec = "ffv1", .pix_fmt = "gray", .width = W, .height = H, .tick_den = 5},
	    {.codec = "ffv1", .pix_fmt = "gray", .width = W, .height = H, .tick_den = 10},
	    {.codec = "mjpeg", .pix_fmt = "yuvj444p", .width = W, .height = H, .tick_den = 5, .cover = true}};
	make_video *m = make_video_open(tmp("streams.mkv"), "matroska", NULL, st, 2);
	for (int i = 0; i < N; i++)
		for (int k = 0; k < 2; k++) {
			paint(10 * k + i, W, H, 255, grey);
			make_video_frame(m, k, i, grey);
		}
	make_video_close(m);
	for (int k = 0; k < 2; k++) {
		tt_source *s = open_source(tmp("streams.mkv"), &(tt_source_options){.stream = k});
		CHECK(tt_source_info_of(s)->stream == k && tt_source_info_of(s)->video_streams == 2);
		for (int i = 0; i < N; i++) {
			tt_frame f;
			expect_next(s, &f);
			CHECK_NEAR(f.time_s, i / (k ? 10.0 : 5.0), 1e-3);
			CHECK(tt_image_at(&f.image, 5, 7) == value(10 * k + i, 5, 7, 255));
		}
		expect_end(s);
		tt_source_close(s);
	}
	tt_source *s;
	tt_error err = {0};
	CHECK(tt_source_open(tmp("streams.mkv"), &(tt_source_options){.stream = 2}, &s, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "2 video streams");
	CHECK_HAS(err.message, "no stream 2");
	/* an attached cover is no stream */
	make_stream with_cover[2] = {st[2], st[0]};
	m = make_video_open(
	    tmp("cover.mp4"), "mp4", NULL,
	    (make_stream[2]){
	        with_cover[0],
	        {.codec = "libx264", .pix_fmt = "gray", .options = "qp=0", .width = W, .height = H, .tick_den = 5}},
	    2);
	paint(0, W, H, 255, grey);
	make_video_frame(m, 0, 0, grey);
	for (int i = 0; i < N; i++) {
		paint(i, W, H, 255, grey);
		make_video_frame(m, 1, i, grey);
	}
	make_video_close(m);
	s = open_source(tmp("cover.mp4"), NULL);
	CHECK(tt_source_info_of(s)->video_streams == 1);
	CHECK_STR(tt_source_info_of(s)->codec, "h264");
	tt_source_close(s);
}

/* ---- seeking ---- */

typedef struct kept {
	double time_s;
	unsigned flags;
	uint64_t hash;
} kept;

static uint64_t hash_of(const tt_image *im)
{
	uint64_t h = 1469598103934665603u;
	if (!im->data) return 0;
	for (int y = 0; y < im->height; y++) {
		const uint8_t *row = (const uint8_t *)im->data + y * im->stride;
		for (size_t i = 0; i < (size_t)im->width * tt_pixel_size(im->type); i++)
			h = (h ^ row[i]) * 1099511628211u;
	}
	return h;
}

static void seek_matches_reading(const char *path, const char *label)
{
	enum { MOST = 500 };
	static kept all[MOST];
	int n = 0;
	tt_source *s = open_source(path, &(tt_source_options){.stream = -1, .threads = 2});
	tt_frame f;
	tt_error err = {0};
	tt_status st;
	while ((st = tt_source_next(s, &f, &err)) == TT_OK && n < MOST)
		all[n++] = (kept){f.time_s, f.flags, hash_of(&f.image)};
	CHECK_MSG(st == TT_END && n > 30, "%s: %d frames", label, n);
	size_t warnings = tt_source_warnings(s)->n;
	const int targets[] = {n - 1, 0, 17, 16, n / 2, n / 2 + 1, 3, n - 7, 1};
	for (size_t k = 0; k < sizeof targets / sizeof *targets; k++) {
		const int at = targets[k];
		CHECK_MSG(tt_source_seek(s, at, all[at].time_s, &err) == TT_OK, "%s: %s", label, err.message);
		for (int i = at; i < n && i < at + 6; i++) {
			expect_next(s, &f);
			CHECK_MSG(f.number == i && f.time_s == all[i].time_s && f.flags == all[i].flags,
			          "%s: to %d: frame %d is %d at %.9g s, flags %u; it was at %.9g s, flags %u", label,
			          at, i, (int)f.number, f.time_s, f.flags, all[i].time_s, all[i].flags);
			CHECK_MSG(hash_of(&f.image) == all[i].hash, "%s: seeking to %d: frame %d is another picture",
			          label, at, i);
		}
	}
	/* to the end and over it, and from there back */
	CHECK(tt_source_seek(s, n, all[n - 1].time_s + 1, &err) == TT_OK);
	expect_end(s);
	CHECK(tt_source_seek(s, 5, all[5].time_s, &err) == TT_OK);
	for (int i = 5; i < n; i++)
		expect_next(s, &f);
	expect_end(s);
	CHECK(tt_source_warnings(s)->n == warnings);
	tt_source_close(s);
	/* without having read before */
	s = open_source(path, NULL);
	CHECK(tt_source_seek(s, 23, all[23].time_s, &err) == TT_OK);
	expect_next(s, &f);
	CHECK(f.number == 23 && f.time_s == all[23].time_s && hash_of(&f.image) == all[23].hash);
	tt_source_close(s);
}

static void seeking_gives_the_same_frames(void)
{
	static const struct {
		const char *muxer, *codec, *options, *label;
	} cases[] = {
	    {"mp4", "libx264", "g=12:bf=3", "H.264 with B frames"},
	    {"mp4", "libx264", "g=12:bf=3:x264-params=open-gop=1", "open GOP"},
	    {"matroska", "libx264", "g=20:bf=2", "H.264 in Matroska"},
	    {"matroska", "libx264", "g=10:bf=2:x264-params=open-gop=1", "open GOP in Matroska"},
	    {"mpegts", "libx264", "g=12:bf=2", "H.264 in TS"},
	    {"mpegts", "libx264", "g=300", "H.264 in TS, one group"},
	    {"avi", "mpeg4", "g=12", "MPEG-4 in AVI"},
	    {"avi", "mpeg4", "g=12:bf=2", "MPEG-4 with B frames in AVI"},
	    {"avi", "mjpeg", NULL, "MJPEG in AVI"},
	    {"h264", "libx264", "g=12:bf=2", "raw H.264"},
	    {"matroska", "ffv1", NULL, "FFV1"},
	    {"webm", "libvpx-vp9", "g=20:cpu-used=8:deadline=realtime", "VP9"},
	};
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		if (!make_video_has(cases[k].codec)) continue;
		make_plain(tmp("seek"), cases[k].muxer, NULL, cases[k].codec, cases[k].options, 61);
		seek_matches_reading(tmp("seek"), cases[k].label);
	}
}

static void seeking_in_the_recordings(void)
{
	seek_matches_reading(check_shared("recordings/film-5pa/test.mp4"), "film-5pa");
	seek_matches_reading(check_shared("recordings/film-50pa/test.avi"), "film-50pa");
}

/* ---- the queue ---- */

static void ahead_changes_nothing(void)
{
	make_plain(tmp("ahead.mp4"), "mp4", NULL, "libx264", "g=30", 70);
	kept all[70];
	for (int a = -1; a <= 20; a += 7) {
		for (int threads = 1; threads <= 3; threads += 2) {
			tt_source *s = open_source(tmp("ahead.mp4"),
			                           &(tt_source_options){.stream = -1, .ahead = a, .threads = threads});
			for (int i = 0; i < 70; i++) {
				tt_frame f;
				expect_next(s, &f);
				kept k = {f.time_s, f.flags, hash_of(&f.image)};
				if (a == -1 && threads == 1) all[i] = k;
				CHECK(f.number == i && all[i].hash == k.hash && all[i].time_s == k.time_s &&
				      all[i].flags == k.flags);
			}
			expect_end(s);
			tt_source_close(s);
		}
	}
	/* closed at any moment */
	for (int n = 0; n < 40; n += 3) {
		tt_source *s = open_source(tmp("ahead.mp4"), NULL);
		tt_frame f;
		for (int i = 0; i < n; i++)
			expect_next(s, &f);
		tt_source_close(s);
	}
	tt_source_close(NULL);
}

static long resident_kb(void)
{
	long pages = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	if (!f) return -1;
	if (fscanf(f, "%ld %ld", &pages, &resident) != 2) resident = -1;
	fclose(f);
	return resident < 0 ? -1 : resident * (sysconf(_SC_PAGESIZE) / 1024);
}

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
enum { MEMORY_IS_WATCHED = 1 }; /* freed memory is kept for a while */
#else
enum { MEMORY_IS_WATCHED = 0 };
#endif

static void memory_does_not_grow(void)
{
	if (resident_kb() < 0) CHECK_SKIP("no /proc/self/statm");
	if (MEMORY_IS_WATCHED) CHECK_SKIP("a sanitizer keeps freed memory");
	make_plain(tmp("long.mp4"), "mp4", NULL, "libx264", "preset=ultrafast:bf=2", 3000);
	tt_source *s = open_source(tmp("long.mp4"), NULL);
	long early = 0, late = 0;
	for (int i = 0; i < 3000; i++) {
		tt_frame f;
		expect_next(s, &f);
		if (i == 300) early = resident_kb();
		if (i == 2999) late = resident_kb();
	}
	check_note("resident after 300 frames %ld kB, after 3000 frames %ld kB", early, late);
	CHECK(late - early < 3000);
	tt_source_close(s);
}

/* ---- errors ---- */

static void put_file(const char *path, const void *data, size_t size)
{
	FILE *f = fopen(path, "wb");
	CHECK(f && fwrite(data, 1, size, f) == size && fclose(f) == 0);
}

static void refused(const char *path, const char *part)
{
	tt_source *s;
	tt_error err = {0};
	tt_status st = tt_source_open(path, NULL, &s, &err);
	CHECK_MSG(st == TT_ERR_INPUT && s == NULL, "%s: status %d", path, st);
	check_note("%s", err.message);
	CHECK_HAS(err.message, part);
	CHECK_HAS(err.message, strrchr(path, '/') + 1);
}

static void errors_are_one_clear_sentence(void)
{
	refused(tmp("nothing-there.mp4"), "No such file");
	put_file(tmp("empty.mp4"), "", 0);
	refused(tmp("empty.mp4"), "is empty");
	put_file(tmp("notes.mp4"), "Dear all,\nhere is the video:\n", 29);
	refused(tmp("notes.mp4"), "text file");
	static uint8_t junk[5000];
	for (size_t i = 0; i < sizeof junk; i++)
		junk[i] = (uint8_t)value((int)i, 1, 2, 255);
	put_file(tmp("junk.mp4"), junk, sizeof junk);
	refused(tmp("junk.mp4"), "neither a video nor an image");
	make_video_audio_file(tmp("sound.wav"), "wav");
	refused(tmp("sound.wav"), "no video stream");
	make_stream st = {.codec = "libx264", .pix_fmt = "yuv420p", .width = 64, .height = 48, .tick_den = 5};
	make_video *m = make_video_open(tmp("no-frame.mp4"), "mp4", NULL, &st, 1);
	make_video_close(m);
	refused(tmp("no-frame.mp4"), "no");
	refused(check_tmp(), "");
}

static void logs_are_no_videos(void)
{
	refused(check_shared("recordings/film-5pa/log.txt"), "text file");
	refused(check_shared("logs/triboscan-lf.txt"), "text file");
}

/* libav has a lot to say about a damaged file; nothing of it may reach the terminal. */
static void nothing_is_printed(void)
{
	make_plain(tmp("noisy.mp4"), "mp4", "movflags=faststart", "libx264", "g=10", 40);
	FILE *f = fopen(tmp("noisy.mp4"), "r+b");
	CHECK(f != NULL);
	for (long at = 3000; fseek(f, at, SEEK_SET) == 0 && at < 20000; at += 400)
		fputc(0xFF, f);
	fclose(f);
	fflush(stdout);
	fflush(stderr);
	int out = dup(1), errs = dup(2), file = open(tmp("printed"), O_RDWR | O_CREAT | O_TRUNC, 0600);
	CHECK(file >= 0);
	dup2(file, 1);
	dup2(file, 2);
	tt_source *s;
	tt_error err = {0};
	if (tt_source_open(tmp("noisy.mp4"), NULL, &s, &err) == TT_OK) {
		tt_frame fr;
		while (tt_source_next(s, &fr, &err) == TT_OK)
			;
		tt_source_close(s);
	}
	(void)!tt_source_open(tmp("junk.mp4"), NULL, &s, &err);
	fflush(stdout);
	fflush(stderr);
	dup2(out, 1);
	dup2(errs, 2);
	close(out);
	close(errs);
	off_t printed = lseek(file, 0, SEEK_END);
	close(file);
	CHECK(printed == 0);
}

static void shared_recordings_are_read_whole(void)
{
	static const struct {
		const char *path, *codec;
		int frames;
	} cases[] = {{"recordings/film-5pa/test.mp4", "h264", 412}, {"recordings/film-50pa/test.avi", "mpeg4", 364}};
	for (int k = 0; k < 2; k++) {
		tt_source *s = open_source(check_shared(cases[k].path), NULL);
		const tt_source_info *info = tt_source_info_of(s);
		CHECK_STR(info->codec, cases[k].codec);
		CHECK(info->width == 640 && info->height == 480 && info->frames == cases[k].frames);
		for (int i = 0; i < cases[k].frames; i++) {
			tt_frame f;
			expect_next(s, &f);
			CHECK(f.number == i && f.flags == 0);
			CHECK_NEAR(f.time_s, i / 5.0, 1e-9);
		}
		expect_end(s);
		CHECK(tt_source_warnings(s)->n == 0);
		tt_source_close(s);
	}
}

static const check_case cases[] = {
    {"grey keeps its depth", grey_keeps_its_depth},
    {"lossless H.264 and HEVC keep their depth", lossless_h264_and_hevc_keep_their_depth},
    {"colour becomes grey", colour_becomes_grey},
    {"constant rate", constant_rate},
    {"variable rate is kept", variable_rate_is_kept},
    {"a pause is kept", a_pause_is_kept},
    {"plain grey by its FOURCC", plain_grey_by_its_fourcc},
    {"pixels that are not square are told", pixels_not_square},
    {"a given rate overrides", a_given_rate_overrides},
    {"start offset is removed and told", start_offset_is_removed_and_told},
    {"rotation and mirror are applied", rotation_and_mirror_are_applied},
    {"codec cropping is applied", codec_cropping_is_applied},
    {"streams are chosen", streams_are_chosen},
    {"seeking gives the same frames", seeking_gives_the_same_frames},
    {"seeking in the recordings", seeking_in_the_recordings},
    {"reading ahead changes nothing", ahead_changes_nothing},
    {"memory does not grow", memory_does_not_grow},
    {"errors are one clear sentence", errors_are_one_clear_sentence},
    {"logs are no videos", logs_are_no_videos},
    {"nothing is printed", nothing_is_printed},
    {"shared recordings are read whole", shared_recordings_are_read_whole},
};

CHECK_MAIN(cases)
