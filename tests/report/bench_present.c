/* What movie.mp4 and report.html cost beside one more decoding of the recording and the movie's encoding: in seconds
 * that pass, and in seconds of processor time, which other work on the machine does not change much.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/resource.h>
#include <time.h>

#include "check.h"
#include "report/movie/encoder.h"
#include "temtensile/frames.h"
#include "temtensile/jobs.h"
#include "temtensile/simulate.h"

typedef struct cost {
	double cpu, wall;
} cost;

static cost now(void)
{
	struct rusage u;
	struct timespec t;
	getrusage(RUSAGE_SELF, &u);
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (cost){(double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
	                  1e-6 * ((double)u.ru_utime.tv_usec + (double)u.ru_stime.tv_usec),
	              (double)t.tv_sec + 1e-9 * (double)t.tv_nsec};
}

static cost less(cost a, cost b)
{
	return (cost){a.cpu - b.cpu, a.wall - b.wall};
}

static cost read_all(const char *path, const tt_source_options *o, int *width, int *height, long *frames)
{
	tt_error err;
	tt_source *s;
	tt_frame frame;
	cost start = now();
	*frames = 0;
	CHECK_MSG(tt_source_open(path, o, &s, &err) == TT_OK, "%s", err.message);
	while (tt_source_next(s, &frame, &err) == TT_OK) {
		*width = frame.image.width;
		*height = frame.image.height;
		++*frames;
	}
	tt_source_close(s);
	return less(now(), start);
}

/* The movie's own frames through the same encoder again; decoding them is not counted. */
static cost encode_again(const char *movie, const char *copy, double rate)
{
	static const char *const names[] = {"libx264", "mpeg4"};
	const tt_source_options plain = {.stream = -1, .ahead = -1, .keep_duplicates = true, .threads = 1};
	int w = 0, h = 0;
	long n;
	cost decoding = read_all(movie, &plain, &w, &h, &n), start = now();
	tt_encoder_options o = {.name = "copy",
	                        .encoder = names,
	                        .n_encoders = 2,
	                        .width = w,
	                        .height = h,
	                        .bits = 8,
	                        .frame_rate = rate,
	                        .tick_num = 1,
	                        .tick_den = 1000,
	                        .codec_num = 1,
	                        .codec_den = (int)rate,
	                        .threads = 1,
	                        .preset = "veryfast",
	                        .crf = 23,
	                        .most_bits_per_s = 6e6};
	tt_encoder *e;
	tt_source *s;
	tt_frame frame;
	tt_error err;
	CHECK_MSG(tt_encoder_open(copy, &o, &e, NULL, &err) == TT_OK, "%s", err.message);
	CHECK(tt_source_open(movie, &plain, &s, &err) == TT_OK);
	for (long i = 0; tt_source_next(s, &frame, &err) == TT_OK; i++) {
		uint8_t *plane[3];
		ptrdiff_t line[3];
		CHECK(tt_encoder_planes(e, plane, line, &err) == TT_OK);
		for (int y = 0; y < h; y++)
			memcpy(plane[0] + y * line[0], (const char *)frame.image.data + y * frame.image.stride,
			       (size_t)w);
		for (int y = 0; y < h / 2; y++)
			for (int k = 1; k < 3; k++)
				memset(plane[k] + y * line[k], 128, (size_t)w / 2);
		CHECK(tt_encoder_put(e, (double)i / rate, &err) == TT_OK);
	}
	tt_source_close(s);
	CHECK(tt_encoder_finish(e, &err) == TT_OK);
	return less(less(now(), start), decoding);
}

static cost analyse(const char *test, const char *out, bool movie, bool report)
{
	const char *const sets[] = {"properties.draws=100"};
	const tt_analyze_options o = {.sets = sets, .n_sets = 1, .no_movie = !movie, .no_report = !report};
	tt_error err = {0};
	cost start = now();
	CHECK_MSG(tt_analyze(test, out, &o, NULL, NULL, &err) == TT_OK, "%s", err.message);
	return less(now(), start);
}

static void say(const char *what, double decoding, double encoding, double without, double page, double both)
{
	check_note("  %s: decoding %.2f s, the movie's encoding %.2f s; analysis without %.2f s, with page %.2f s, "
	           "with both %.2f s",
	           what, decoding, encoding, without, page, both);
	check_note("    both add %.2f s; less the encoding %.2f s: %.2f times one decoding (required: 1)",
	           both - without, both - without - encoding, (both - without - encoding) / decoding);
}

static void one(const char *name, const char *film, double rate)
{
	char path[600], recording[500], video[600], out[600], movie[700], copy[600];
	tt_error err = {0};
	int w = 0, h = 0;
	long n;
	snprintf(path, sizeof path, "%s/%s.yaml", check_tmp(), name);
	snprintf(recording, sizeof recording, "%s/%s", check_tmp(), name);
	snprintf(video, sizeof video, "%s/test.mp4", recording);
	snprintf(out, sizeof out, "%s-results", recording);
	snprintf(movie, sizeof movie, "%s/movie.mp4", out);
	snprintf(copy, sizeof copy, "%s/copy.mp4", check_tmp());
	FILE *f = fopen(path, "w");
	CHECK(f && fputs(film, f) >= 0 && fclose(f) == 0);
	tt_simulate_options how = tt_simulate_defaults();
	CHECK_MSG(tt_simulate(path, &how, recording, NULL, NULL, &err) == TT_OK, "%s", err.message);
	snprintf(path, sizeof path, "%s/test.yaml", recording);
	const tt_source_options plain = {.stream = -1, .keep_duplicates = true};
	cost decoding = read_all(video, &plain, &w, &h, &n);
	cost without = analyse(path, out, false, false), page = analyse(path, out, false, true),
	     both = analyse(path, out, true, true);
	cost encoding = encode_again(movie, copy, rate);
	check_note("%s: %ld frames of %d x %d px", name, n, w, h);
	say("time", decoding.wall, encoding.wall, without.wall, page.wall, both.wall);
	say("processor time", decoding.cpu, encoding.cpu, without.cpu, page.cpu, both.cpu);
	CHECK(both.cpu > without.cpu);
}

static void small(void)
{
	one("small", "video: {size: [640, 480], file: test.mp4}\n", 10);
}

static void large(void)
{
	one("large", "law: {fracture_strain: 3 %}\nvideo: {size: [1600, 1200], file: test.mp4}\n", 10);
}

static void many(void)
{
	one("many", "video: {size: [640, 480], frame_rate: 40 Hz, file: test.mp4}\n", 25);
}

static const check_case cases[] = {{"small", small}, {"large", large}, {"many", many}};
CHECK_MAIN(cases)
