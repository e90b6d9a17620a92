/* movie.mp4 as others read it: size, pixels, length, order of its parts, the same bytes again, other encoders.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "fake_curve.h"
#include "report/movie/movie.h"
#include "temtensile/report.h"

enum { W = 331, H = 245 };

typedef struct made {
	char path[600];
	tt_strings warnings;
	tt_movie_plan plan;
	long long size;
} made;

static void draw(uint8_t *pixels, size_t row)
{
	double across[W];
	for (int x = 0; x < W; x++)
		across[x] = 60 * sin(0.1 * x + 0.02 * (double)row);
	for (int y = 0; y < H; y++) {
		double down = cos(0.13 * y);
		for (int x = 0; x < W; x++)
			pixels[y * W + x] = (uint8_t)(128 + across[x] * down);
	}
}

static void make(made *m, const char *name, const char *const *encoder, size_t n_encoders, double most_bytes,
                 double speed)
{
	static uint8_t pixels[W * H];
	static float points[2 * 20];
	fake_curve *c = fake_curve_new(1.4e11, 2e9, 0.06, 1);
	tt_error err = {0};
	tt_movie *movie;
	memset(m, 0, sizeof *m);
	snprintf(m->path, sizeof m->path, "%s/%s.mp4", check_tmp(), name);
	CHECK_MSG(tt_movie_plan_make(c->curve.time_s, c->curve.n, speed, &m->plan, &err) == TT_OK, "%s", err.message);
	const tt_movie_options o = {
	    .title = "Zr₅₀Cu₅₀, a film with a name that is longer than the panel beside the frame is wide",
	    .width = W,
	    .height = H,
	    .pixel_size_m = 4e-9,
	    .black = 0,
	    .white = 255,
	    .subset_px = 21,
	    .rows = c->curve.n,
	    .time_s = c->curve.time_s,
	    .strain = c->curve.strain,
	    .stress_Pa = c->curve.stress_Pa,
	    .most_bytes = most_bytes,
	    .encoder = encoder,
	    .n_encoders = n_encoders};
	CHECK_MSG(tt_movie_open(m->path, &o, &m->plan, &m->warnings, &movie, &err) == TT_OK, "%s", err.message);
	for (int i = 0; i < 20; i++) {
		points[2 * i] = i == 7 ? NAN : (float)(i < 10 ? 30 : 300);
		points[2 * i + 1] = (float)(90 + 6 * (i % 10)); /* some beyond the rim */
	}
	for (size_t row = 0; row < c->curve.n; row++) {
		draw(pixels, row);
		const tt_image im = {.data = pixels, .stride = W, .width = W, .height = H, .type = TT_U8};
		const tt_movie_marks marks = {.end = {{30, 120}, {row > 300 ? NAN : 300, 121}},
		                              .point_xy = points,
		                              .n_boxes = 16,
		                              .n_dots = 4,
		                              .remark = row > 300 ? "fractured" : NULL};
		CHECK_MSG(tt_movie_put(movie, row, &im, &marks, &err) == TT_OK, "%s", err.message);
	}
	CHECK_MSG(tt_movie_finish(movie, &err) == TT_OK, "%s", err.message);
	struct stat st;
	CHECK(stat(m->path, &st) == 0);
	m->size = (long long)st.st_size;
	free(c);
}

static void clear(made *m)
{
	tt_strings_free(&m->warnings);
	tt_movie_plan_clear(&m->plan);
}

/* ---- reading it ---- */

typedef struct seen {
	int width, height, frames;
	enum AVCodecID codec;
	char pixels[32];
	double seconds;
	bool range, bt709;
} seen;

static seen look(const char *path)
{
	seen s = {0};
	AVFormatContext *f = NULL;
	CHECK(avformat_open_input(&f, path, NULL, NULL) == 0 && avformat_find_stream_info(f, NULL) >= 0 &&
	      f->nb_streams == 1);
	const AVCodecParameters *p = f->streams[0]->codecpar;
	s.width = p->width;
	s.height = p->height;
	s.codec = p->codec_id;
	snprintf(s.pixels, sizeof s.pixels, "%s", av_get_pix_fmt_name((enum AVPixelFormat)p->format));
	s.seconds = (double)f->duration / AV_TIME_BASE;
	s.range = p->color_range == AVCOL_RANGE_MPEG;
	s.bt709 = p->color_space == AVCOL_SPC_BT709;
	const AVCodec *codec = avcodec_find_decoder(p->codec_id);
	AVCodecContext *c = avcodec_alloc_context3(codec);
	CHECK(c && avcodec_parameters_to_context(c, p) >= 0 && avcodec_open2(c, codec, NULL) == 0);
	AVPacket *packet = av_packet_alloc();
	AVFrame *frame = av_frame_alloc();
	for (bool more = true; more;) {
		more = av_read_frame(f, packet) >= 0;
		CHECK(avcodec_send_packet(c, more ? packet : NULL) >= 0);
		av_packet_unref(packet);
		while (avcodec_receive_frame(c, frame) >= 0)
			s.frames++;
	}
	av_packet_free(&packet);
	av_frame_free(&frame);
	avcodec_free_context(&c);
	avformat_close_input(&f);
	return s;
}

static long at(const char *path, const char *box)
{
	FILE *f = fopen(path, "rb");
	unsigned char head[8];
	long place = 0;
	CHECK(f);
	while (fseek(f, place, SEEK_SET) == 0 && fread(head, 1, 8, f) == 8) {
		if (memcmp(head + 4, box, 4) == 0) {
			fclose(f);
			return place;
		}
		place += (long)((unsigned)head[0] << 24 | (unsigned)head[1] << 16 | (unsigned)head[2] << 8 | head[3]);
	}
	fclose(f);
	return -1;
}

static void as_journals_want_it(void)
{
	made m;
	make(&m, "plain", NULL, 0, 0, NAN);
	seen s = look(m.path);
	check_note("%d x %d, %d frames, %.1f s, %lld bytes", s.width, s.height, s.frames, s.seconds, m.size);
	CHECK(s.width % 2 == 0 && s.height % 2 == 0 && s.height >= 480);
	CHECK_STR(s.pixels, "yuv420p");
	CHECK(s.range && s.bt709);
	CHECK(s.frames == (int)m.plan.n);
	CHECK_NEAR(s.seconds, tt_movie_seconds(&m.plan), 0.2);
	CHECK(s.seconds > 20 && s.seconds < 40);
	CHECK(m.size < 50000000);
	CHECK(at(m.path, "moov") > 0 && at(m.path, "moov") < at(m.path, "mdat"));
	if (!avcodec_find_encoder_by_name("libx264")) CHECK_SKIP("this libav has no libx264");
	CHECK(s.codec == AV_CODEC_ID_H264);
	CHECK(m.warnings.n == 0);
	clear(&m);
}

static void same_bytes_again(void)
{
	made a, b;
	make(&a, "first", NULL, 0, 60000, 20);
	make(&b, "second", NULL, 0, 60000, 20);
	CHECK(a.size == b.size);
	FILE *f[2] = {fopen(a.path, "rb"), fopen(b.path, "rb")};
	CHECK(f[0] && f[1]);
	for (long long i = 0; i < a.size; i++)
		CHECK(fgetc(f[0]) == fgetc(f[1]));
	fclose(f[0]);
	fclose(f[1]);
	clear(&a);
	clear(&b);
}

static void stays_below_its_limit(void)
{
	made m;
	make(&m, "small", NULL, 0, 150000, 8);
	check_note("%lld bytes of 150000", m.size);
	CHECK(m.size < 150000);
	CHECK(look(m.path).frames == (int)m.plan.n);
	clear(&m);
}

static void falls_back_and_says_so(void)
{
	static const char *const names[] = {"no-such-encoder", "mpeg4"};
	made m;
	make(&m, "mpeg4", names, 2, 0, 10);
	seen s = look(m.path);
	CHECK(s.codec == AV_CODEC_ID_MPEG4 && s.frames == (int)m.plan.n);
	CHECK_STR(s.pixels, "yuv420p");
	CHECK(m.warnings.n == 1);
	CHECK_HAS(m.warnings.item[0], "mpeg4");
	CHECK_HAS(m.warnings.item[0], "no-such-encoder");
	CHECK(m.size < 50000000);
	clear(&m);
}

static void no_encoder_at_all(void)
{
	static const char *const names[] = {"no-such-encoder"};
	static const double time_s[] = {0, 1, 2}, none[] = {NAN, NAN, NAN};
	tt_movie_plan plan;
	tt_movie *movie;
	tt_error err = {0};
	char path[600];
	snprintf(path, sizeof path, "%s/none.mp4", check_tmp());
	CHECK(tt_movie_plan_make(time_s, 3, NAN, &plan, &err) == TT_OK);
	const tt_movie_options o = {.title = "",
	                            .width = 100,
	                            .height = 100,
	                            .white = 255,
	                            .rows = 3,
	                            .time_s = time_s,
	                            .strain = none,
	                            .stress_Pa = none,
	                            .encoder = names,
	                            .n_encoders = 1};
	CHECK(tt_movie_open(path, &o, &plan, NULL, &movie, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "no-such-encoder");
	tt_movie_plan_clear(&plan);
}

/* ---- the plan ---- */

static void plan_of(size_t rows, double rate, double speed, tt_movie_plan *p)
{
	double *t = malloc(rows * sizeof *t);
	tt_error err = {0};
	CHECK(t);
	for (size_t i = 0; i < rows; i++)
		t[i] = (double)i / rate;
	CHECK_MSG(tt_movie_plan_make(t, rows, speed, p, &err) == TT_OK, "%s", err.message);
	free(t);
	for (size_t i = 1; i < p->n; i++)
		CHECK(p->row[i] >= p->row[i - 1]);
	CHECK(p->row[0] == 0 && p->row[p->n - 1] < rows);
}

static void plans(void)
{
	static const struct {
		size_t rows;
		double rate, speed; /* of the recording; asked for */
		double shortest, longest;
		bool all; /* every frame is shown */
	} t[] = {{320, 5, NAN, 20, 40, true},     {10000, 5, NAN, 20, 40, false}, {10000, 100, NAN, 20, 40, false},
	         {200, 100, NAN, 5, 20, true},    {60, 5, NAN, 12, 12.1, true},   {400, 1, NAN, 20, 40, true},
	         {36000, 10, NAN, 20, 40, false}, {320, 5, 1, 64, 64.1, true},    {320, 5, 10, 6.3, 6.5, false},
	         {320, 5, 0.25, 255, 257, true},  {2, 1, NAN, 1.9, 2.1, true}};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		tt_movie_plan p;
		plan_of(t[i].rows, t[i].rate, t[i].speed, &p);
		double s = tt_movie_seconds(&p), rate = (double)p.rate_num / p.rate_den;
		check_note("%zu frames at %g/s: %g times as fast, %zu frames at %g/s, %.1f s", t[i].rows, t[i].rate,
		           p.speed, p.n, rate, s);
		CHECK(s >= t[i].shortest && s <= t[i].longest);
		CHECK(rate >= 10 - 1e-9 && rate <= 30);
		size_t shown = 1;
		for (size_t k = 1; k < p.n; k++)
			shown += p.row[k] != p.row[k - 1];
		if (t[i].all) CHECK_MSG(shown == t[i].rows, "%zu of %zu frames are shown", shown, t[i].rows);
		tt_movie_plan_clear(&p);
	}
}

static void plan_with_gaps(void)
{
	const double time_s[] = {NAN, 0.5, 1.0, NAN, 2.0, 2.5, 3.0};
	tt_movie_plan p;
	tt_error err = {0};
	CHECK(tt_movie_plan_make(time_s, 7, NAN, &p, &err) == TT_OK);
	CHECK(p.row[0] == 1);
	for (size_t i = 0; i < p.n; i++)
		CHECK(p.row[i] != 3 && p.row[i] != 0);
	tt_movie_plan_clear(&p);
	const double one[] = {NAN, 1};
	CHECK(tt_movie_plan_make(one, 2, NAN, &p, &err) == TT_ERR_FAILED);
	const double long_one[] = {0, 1, 1e6};
	CHECK(tt_movie_plan_make(long_one, 3, 0.001, &p, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "movie_speed");
}

static const check_case cases[] = {
    {"plans", plans},
    {"plan_with_gaps", plan_with_gaps},
    {"as_journals_want_it", as_journals_want_it},
    {"same_bytes_again", same_bytes_again},
    {"stays_below_its_limit", stays_below_its_limit},
    {"falls_back_and_says_so", falls_back_and_says_so},
    {"no_encoder_at_all", no_encoder_at_all},
};

int main(int argc, char **argv)
{
	int code = check_main(argc, argv, cases, sizeof cases / sizeof *cases);
	tt_canvas_forget_fonts();
	return code;
}
