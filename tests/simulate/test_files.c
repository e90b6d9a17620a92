/* Simulated recordings as files: video read back by libav, texts read back as text.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <unistd.h>

#include "helper.h"

static const char *in_tmp(const char *name)
{
	static char path[8][512];
	static int turn;
	char *p = path[turn++ & 7];
	snprintf(p, sizeof path[0], "%s/%s", check_tmp(), name);
	return p;
}

/* Writes text as simulation.yaml and simulates into a folder of this name; returns the folder. */
static const char *record(const char *text, const char *name, const tt_simulate_options *options)
{
	tt_error err = {0};
	const char *film = in_tmp("simulation.yaml"), *dir = in_tmp(name);
	FILE *f = fopen(film, "wb");
	CHECK(f);
	fputs(text, f);
	fclose(f);
	tt_strings notes = {0};
	tt_status st = tt_simulate(film, options, dir, NULL, &notes, &err);
	for (size_t i = 0; i < notes.n; i++)
		check_note("%s", notes.item[i]);
	tt_strings_free(&notes);
	CHECK_MSG(st == TT_OK, "%s", err.message);
	return dir;
}

static char *slurp(const char *dir, const char *name, size_t *size)
{
	char path[1024];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "rb");
	CHECK_MSG(f, "%s is missing", path);
	fseek(f, 0, SEEK_END);
	long n = ftell(f);
	rewind(f);
	char *text = malloc((size_t)n + 1);
	CHECK(text && fread(text, 1, (size_t)n, f) == (size_t)n);
	text[n] = 0;
	fclose(f);
	if (size) *size = (size_t)n;
	return text;
}

typedef struct heard {
	tt_simulation *sim;
	int64_t frames;
	double worst_time; /* s */
	double rms, worst; /* difference of grey levels as stored */
	const char *codec;
	int bits;
} heard;

static void hear_frame(heard *h, const AVFrame *f, double time_s)
{
	tt_error err;
	tt_image im;
	CHECK(tt_simulation_frame(h->sim, h->frames, &im, &err) == TT_OK);
	double sum2 = 0;
	for (int y = 0; y < im.height; y++)
		for (int x = 0; x < im.width; x++) {
			const uint8_t *row = f->data[0] + (ptrdiff_t)y * f->linesize[0];
			double v = im.type == TT_U8 ? row[x] : ((const uint16_t *)row)[x],
			       d = v - tt_image_at(&im, x, y);
			sum2 += d * d;
			h->worst = fmax(h->worst, fabs(d));
		}
	h->rms = fmax(h->rms, sqrt(sum2 / (im.width * im.height)));
	h->worst_time = fmax(h->worst_time, fabs(time_s - tt_simulation_state(h->sim, h->frames).time_s));
	h->frames++;
}

/* Decodes the video and compares each frame with the one in memory. */
static heard listen_to(const char *dir, const char *name, const char *text, const tt_simulate_options *options)
{
	heard h = {.sim = simulate(text, options)};
	char path[1024];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	AVFormatContext *file = NULL;
	CHECK(avformat_open_input(&file, path, NULL, NULL) == 0 && avformat_find_stream_info(file, NULL) >= 0);
	CHECK(file->nb_streams == 1);
	const AVCodec *codec = avcodec_find_decoder(file->streams[0]->codecpar->codec_id);
	AVCodecContext *c = avcodec_alloc_context3(codec);
	CHECK(c && avcodec_parameters_to_context(c, file->streams[0]->codecpar) >= 0 &&
	      avcodec_open2(c, codec, NULL) == 0);
	h.codec = codec->name;
	AVPacket *packet = av_packet_alloc();
	AVFrame *frame = av_frame_alloc();
	double tick = av_q2d(file->streams[0]->time_base), start = NAN;
	for (bool more = true; more;) {
		more = av_read_frame(file, packet) >= 0;
		CHECK(avcodec_send_packet(c, more ? packet : NULL) == 0);
		while (avcodec_receive_frame(c, frame) == 0) {
			double t = (double)frame->best_effort_timestamp * tick;
			if (isnan(start)) start = t;
			hear_frame(&h, frame, t - start);
		}
		av_packet_unref(packet);
	}
	av_packet_free(&packet);
	av_frame_free(&frame);
	avcodec_free_context(&c);
	avformat_close_input(&file);
	CHECK_MSG(h.frames == tt_simulation_frames(h.sim), "%lld frames in the file", (long long)h.frames);
	tt_simulation_free(h.sim);
	return h;
}

#define SHORT "draw: false\ncontrol: {approach: 1 s, rate: 30 µN/s, hold: 0.5 s, unload_rate: 300 µN/s, after: 0.5 s}\n"
#define TINY SHORT "imaging: {pixel_size: 50 nm}\n"
#define SMALL SHORT "imaging: {pixel_size: 10 nm}\n"

static bool has_x264(void)
{
	return avcodec_find_encoder_by_name("libx264") != NULL;
}

static void codecs_keep_what_they_promise(void)
{
	static const struct {
		const char *video, *file, *codec;
		double rms, worst; /* of grey levels as stored */
		double time;       /* s */
	} row[] = {
	    {"{file: a.mp4, size: [256, 192], lossless: true}", "a.mp4", "h264", 0, 0, 1e-6},
	    {"{file: a.mp4, size: [256, 192], crf: 20}", "a.mp4", "h264", 3, 30, 1e-6},
	    {"{file: a.mkv, size: [256, 192], bits: 10, lossless: true}", "a.mkv", "h264", 0, 0, 5.1e-4},
	    {"{file: a.mkv, size: [256, 192], codec: ffv1, frame_rate: 7 Hz}", "a.mkv", "ffv1", 0, 0, 1.1e-3},
	    {"{file: a.mkv, size: [256, 192], codec: ffv1, bits: 16}", "a.mkv", "ffv1", 0, 0, 1e-6},
	    {"{file: a.avi, size: [256, 192], codec: ffv1, bits: 12}", "a.avi", "ffv1", 0, 0, 1e-6},
	    {"{file: a.avi, size: [256, 192], quality: 2}", "a.avi", "mpeg4", 3, 30, 1e-6},
	    {"{file: a.avi, size: [256, 192], codec: raw}", "a.avi", "rawvideo", 0, 0, 1e-6},
	    {"{file: a.nut, size: [256, 192], codec: raw, bits: 16}", "a.nut", "rawvideo", 0, 0, 1e-6},
	    {"{file: a.mp4, size: [256, 192], jitter: 70 %, lossless: true}", "a.mp4", "h264", 0, 0, 1e-6},
	    {"{file: a.mkv, size: [256, 192], jitter: 70 %, codec: ffv1}", "a.mkv", "ffv1", 0, 0, 1e-6},
	    {"{file: a.ts, size: [256, 192], frame_rate: 30 Hz, camera_rate: 5 Hz}", "a.ts", "h264", 4, 60, 2e-5},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		if (strcmp(row[i].codec, "h264") == 0 && !has_x264()) continue;
		char text[512];
		snprintf(text, sizeof text, "%svideo: %s\n", SMALL, row[i].video);
		heard h = listen_to(record(text, "codec", NULL), row[i].file, text, NULL);
		check_note("%s: %s, %lld frames, rms %.2f, worst %.0f, time %.1e s", row[i].video, h.codec,
		           (long long)h.frames, h.rms, h.worst, h.worst_time);
		CHECK_STR(h.codec, row[i].codec);
		CHECK(h.rms <= row[i].rms && h.worst <= row[i].worst);
		CHECK(h.worst_time <= row[i].time);
	}
}

/* A crf means the same at any rate: as many bytes a frame at 5 as at 40 frames a second. */
static void quality_does_not_depend_on_the_rate(void)
{
	if (!has_x264()) CHECK_SKIP("no libx264");
	double bytes[2];
	for (int i = 0; i < 2; i++) {
		size_t size;
		char text[512];
		snprintf(
		    text, sizeof text,
		    "draw: false\nimaging: {pixel_size: 10 nm}\n"
		    "video: {size: [256, 192], crf: 22, frame_rate: %d Hz, log_starts_at: -20 s, duration: %d s}\n",
		    i ? 40 : 5, i ? 2 : 16);
		char *video = slurp(record(text, i ? "fast" : "slow", NULL), "test.mp4", &size);
		bytes[i] = (double)size / 80;
		free(video);
	}
	check_note("%.0f bytes a frame at 5, %.0f at 40 frames a second", bytes[0], bytes[1]);
	CHECK(bytes[1] > 0.7 * bytes[0] && bytes[1] < 1.3 * bytes[0]);
}

static void number_of_frames_is_obeyed(void)
{
	if (!has_x264()) CHECK_SKIP("no libx264");
	tt_simulate_options o = tt_simulate_defaults();
	o.frames = 37;
	o.width = 320;
	o.height = 240;
	o.crf = 30;
	o.seed = 9;
	o.axis_deg = 37;
	heard h = listen_to(record(SHORT, "frames", &o), "test.mp4", SHORT, &o);
	CHECK(h.frames == 37);
	CHECK(h.worst_time < 2e-5);
}

/* The n-th cell of the line that starts at p; NaN where empty. */
static double cell(const char *p, int n)
{
	for (; n > 0; n--)
		p = strchr(p, ',') + 1;
	return *p == ',' || *p == '\n' ? NAN : strtod(p, NULL);
}

static void truth_is_written(void)
{
	const char *text =
	    SMALL "law: {neck_from: 5 %}\nvideo: {size: [256, 192], codec: mpeg4, log_starts_at: 0.5 s}\n";
	const char *dir = record(text, "truth", NULL);
	tt_simulation *sim = simulate(text, NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	char *csv = slurp(dir, "truth.csv", NULL), *axial = slurp(dir, "axial.csv", NULL),
	     *json = slurp(dir, "truth.json", NULL);
	const char *head = "frame,video_s,log_s,gauge_strain,mark_strain,raw_un,stress_gpa,broken";
	CHECK(strncmp(csv, head, strlen(head)) == 0);
	CHECK(strncmp(axial, "frame,-", 7) == 0);
	const char *line = csv, *place = axial;
	for (int64_t i = 0; i < tt_simulation_frames(sim); i++) {
		line = strchr(line, '\n') + 1;
		place = strchr(place, '\n') + 1;
		tt_sim_state s = tt_simulation_state(sim, i);
		CHECK_NEAR(cell(line, 0), (double)i, 0);
		CHECK_NEAR(cell(line, 1), s.time_s, 1e-9);
		CHECK_NEAR(cell(line, 2), s.log_time_s, 1e-8);
		CHECK_NEAR(cell(line, 3), s.gauge_strain, 1e-10);
		CHECK_NEAR(cell(line, 4), s.mark_strain, 1e-10);
		CHECK_NEAR(cell(line, 5), 1e6 * s.force_raw_N, 1e-6);
		CHECK_NEAR(cell(line, 6), 1e-9 * s.stress_Pa, 1e-8);
		CHECK_NEAR(cell(line, 7), s.broken, 0);
		CHECK_NEAR(cell(line, 11), s.duplicate, 0);
		for (int k = 1; k <= 5; k++)
			CHECK_NEAR(cell(place, k), tt_simulation_axial(sim, i, cell(axial, k)),
			           2e-6 * (1 + fabs(cell(place, k))));
	}
	CHECK_STR(strchr(line, '\n'), "\n");
	char expected[128];
	snprintf(expected, sizeof expected, "\"fracture_frame\": %lld,", (long long)t->fracture_frame);
	CHECK_HAS(json, expected);
	CHECK_HAS(json, "\"spring_n_per_m\": 450,");
	CHECK_HAS(json, "\"neck_from\": 0.05,");
	CHECK_HAS(json, "\"fracture_angle_deg\": 75,");
	int depth = 0;
	for (const char *p = json; *p; p++)
		depth += *p == '{' ? 1 : *p == '}' ? -1 : 0;
	CHECK(depth == 0 && !strstr(json, "nan") && !strstr(json, ",\n}"));
	free(csv);
	free(axial);
	free(json);
	tt_simulation_free(sim);
}

static void log_is_triboscan_text(void)
{
	const char *film = TINY "video: {size: [64, 64], codec: mpeg4, frame_rate: 1 Hz}\n";
	const char *dir = record(film, "log", NULL);
	size_t size, n;
	char *log = slurp(dir, "log.txt", &size);
	tt_simulation *sim = simulate(film, NULL);
	tt_error err;
	const double *time, *d, *f;
	CHECK(tt_simulation_log(sim, &n, &time, &d, &f, &err) == TT_OK);
	char head[256];
	snprintf(head, sizeof head,
	         "\r\nNumber of Points = %zu\r\n\r\nDepth (nm)\tLoad (\xb5N)\tTime (s)\tDepth (V)\tLoad (V)\r\n", n);
	CHECK(strncmp(log, head, strlen(head)) == 0);
	const char *p = log + strlen(head);
	for (size_t i = 0; i < n; i++) {
		char *q;
		CHECK_NEAR(strtod(p, &q), 1e9 * d[i], 5.1e-7);
		CHECK(*q == '\t');
		CHECK_NEAR(strtod(q, &q), 1e6 * f[i], 5.1e-7);
		CHECK_NEAR(strtod(q, &q), time[i], 5.1e-7);
		CHECK_NEAR(strtod(q, &q), 1e6 * d[i], 5.1e-7);
		CHECK_NEAR(strtod(q, &q), 1e3 * f[i], 5.1e-7);
		CHECK(q[0] == '\r' && q[1] == '\n');
		p = q + 2;
	}
	CHECK(p == log + size);
	free(log);
	tt_simulation_free(sim);

	film = TINY "log: {encoding: utf-8, columns: 3, segments: true, file: other.txt}\n"
	            "video: {size: [64, 64], codec: mpeg4, frame_rate: 1 Hz}\n";
	log = slurp(record(film, "log2", NULL), "other.txt", &size);
	CHECK_HAS(log, "Depth (nm)\tLoad (µN)\tTime (s)\r\n");
	int blank = 0;
	for (p = strstr(log, "Time"); (p = strstr(p, "\r\n\r\n")); p += 2)
		blank++;
	CHECK(blank == 4);
	free(log);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;
	for (const char *p = text; (p = strstr(p, what)); p++)
		n++;
	return n;
}

/* Headers repeat, or a column tells; the test of the recording is among them as it would be alone. */
static void tests_share_a_file(void)
{
	const char *small = "video: {size: [64, 64], duration: 1 s}\nlog: {columns: 3%s}\n";
	char text[256];
	snprintf(text, sizeof text, small, "");
	char *alone = slurp(record(text, "alone", NULL), "log.txt", NULL);
	snprintf(text, sizeof text, small, ", tests: {before: 1, after: 1}");
	char *three = slurp(record(text, "three", NULL), "log.txt", NULL);
	CHECK(count(alone, "Number of Points") == 1 && count(three, "Number of Points") == 3);
	CHECK(strstr(three + 1, alone)); /* whole, header and all */
	CHECK(strncmp(three, alone, strlen(alone)) != 0);
	snprintf(text, sizeof text, small, ", tests: {before: 1, told_by: column}");
	char *columns = slurp(record(text, "columns", NULL), "log.txt", NULL);
	CHECK(count(columns, "Number of Points") == 1 && count(columns, "\tTest\r\n") == 1);
	CHECK(count(columns, "\t1\r\n") > 1000 && count(columns, "\t2\r\n") > 1000);
	free(alone);
	free(three);
	free(columns);
	snprintf(text, sizeof text, small, ", saturation: {force: 100 µN, overflow: 1.797e308}");
	char *over = slurp(record(text, "over", NULL), "log.txt", NULL);
	CHECK(count(over, "\t1.797000000E+308\t") > 100);
	free(over);
}

static void descriptions_say_what_was_asked(void)
{
	static const struct {
		const char *film, *says[8], *silent;
	} row[] = {
	    {SHORT "name: \"A: film\"\nfilm: {composition: Zr50Cu50, deposition_pressure: 5 Pa, batch: 07}\n"
	           "imaging: {pixel_size: 50 ± 0.5 nm}\n",
	     {"name: \"A: film\"\n", "  composition: Zr50Cu50\n  deposition_pressure: 5 Pa\n  batch: 07\n",
	      "  file: test.mp4\n  pixel_size: 50 ± 0.5 nm\n", "    stiffness: 450 ± 10 N/m\n",
	      "  width: 400 ± 8 nm\n  thickness: 150 ± 3 nm\n", "  from: [16, 32]\n  to: [48, 32]\n",
	      "log_starts_at: 2 s"},
	     "rate:"},
	    {SHORT "imaging: {pixel_size: 50 nm}\n"
	           "description: {gauge: auto, spring: after-fracture, sync: auto, rate: auto, displacement: image}\n"
	           "device: {frame_compliance: 0.2 ± 0.02 nm/µN}\n",
	     {"gauge: auto\n", "stiffness: after-fracture\n", "  log_starts_at: auto\n  rate: auto\n",
	      "  displacement: image\n", "  frame_compliance: 0.2 ± 0.02 nm/µN\n"},
	     "from:"},
	    {SHORT "imaging: {pixel_size: 50 nm}\ndescription: {zero: toe}\n"
	           "device: {stiffness2: 1e7 ± 1e6 N/m²}\n",
	     {"  zero: toe\n", "    quadratic: 10000000 ± 1000000 N/m²\n"},
	     "auto"},
	};
	char *log = slurp(record(TINY "description: {spring: empty-run}\nvideo: {size: [64, 64], codec: mpeg4, "
	                              "frame_rate: 1 Hz}\n",
	                         "empty", NULL),
	                  "empty.txt", NULL);
	char *test = slurp(in_tmp("empty"), "test.yaml", NULL);
	CHECK_HAS(test, "    stiffness:\n      empty_run: empty.txt\n");
	CHECK_HAS(log, "Depth (nm)\tLoad");
	free(log);
	free(test);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		char film[1024];
		snprintf(film, sizeof film, "%svideo: {size: [64, 64], codec: mpeg4, frame_rate: 1 Hz%s}\n",
		         row[i].film, i == 2 ? ", clock_rate: 1.001, exposure: 0.1 s, timestamp: middle" : "");
		char *yaml = slurp(record(film, "description", NULL), "test.yaml", NULL);
		for (int k = 0; k < 8 && row[i].says[k]; k++)
			CHECK_HAS(yaml, row[i].says[k]);
		CHECK_MSG(!strstr(yaml, row[i].silent), "\"%s\" in\n%s", row[i].silent, yaml);
		if (i == 2) {
			CHECK_HAS(yaml, "  exposure: 0.1 s\n  timestamp: middle\n");
			CHECK_HAS(yaml, "  rate: 1.001\n");
		}
		free(yaml);
	}
}

static void same_seed_same_bytes(void)
{
	const char *text = TINY "video: {size: [128, 96], codec: mpeg4}\n";
	static const char *const name[] = {"test.mp4", "log.txt", "test.yaml", "truth.csv", "truth.json", "axial.csv"};
	const char *a = record(text, "same-a", NULL), *b = record(text, "same-b", NULL);
	tt_simulate_options o = tt_simulate_defaults();
	o.seed = 2;
	const char *c = record(text, "same-c", &o);
	for (size_t i = 0; i < 6; i++) {
		size_t n, m;
		char *x = slurp(a, name[i], &n), *y = slurp(b, name[i], &m);
		CHECK_MSG(n == m && memcmp(x, y, n) == 0, "%s differs between two runs", name[i]);
		free(y);
		if (i < 2) {
			y = slurp(c, name[i], &m);
			CHECK_MSG(n != m || memcmp(x, y, n) != 0, "%s does not depend on the seed", name[i]);
			free(y);
		}
		free(x);
	}
	o.no_axial = true;
	c = record(text, "same-d", &o);
	char path[1024];
	snprintf(path, sizeof path, "%s/axial.csv", c);
	CHECK(access(path, F_OK) != 0);
}

static void count_progress(void *ctx, const tt_progress *p)
{
	int64_t *last = ctx;
	CHECK(p->done > *last && p->total > 0 && p->done <= p->total);
	*last = p->done;
}

static void nothing_is_left_of_a_failure(void)
{
	tt_error err = {0};
	const char *film = in_tmp("simulation.yaml"), *dir = in_tmp("cancelled");
	record(TINY "video: {size: [64, 64], codec: mpeg4}\n", "whole", NULL);
	volatile int cancel = 1;
	tt_job job = {.cancel = &cancel};
	CHECK(tt_simulate(film, NULL, dir, &job, NULL, &err) == TT_ERR_INTERRUPTED);
	CHECK(access(dir, F_OK) != 0);
	int64_t last = 0;
	job = (tt_job){.threads = 1, .on_progress = count_progress, .ctx = &last};
	CHECK(tt_simulate(film, NULL, dir, &job, NULL, &err) == TT_OK);
	CHECK(last > 10);

	CHECK(tt_simulate(film, NULL, in_tmp("simulation.yaml"), NULL, NULL, &err) != TT_OK);
	CHECK_HAS(err.message, "simulation.yaml");
	const char *set[] = {"video.file=a.xyz", "video.codec=mpeg4"};
	tt_simulate_options o = tt_simulate_defaults();
	o.sets = set;
	o.n_sets = 2;
	dir = in_tmp("container");
	CHECK(tt_simulate(film, &o, dir, NULL, NULL, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "a.xyz: no video container has this file name's ending; .mp4, .mkv or .avi expected");
	CHECK(access(dir, F_OK) != 0);
}

static const check_case cases[] = {
    {"codecs_keep_what_they_promise", codecs_keep_what_they_promise},
    {"quality_does_not_depend_on_the_rate", quality_does_not_depend_on_the_rate},
    {"number_of_frames_is_obeyed", number_of_frames_is_obeyed},
    {"truth_is_written", truth_is_written},
    {"log_is_triboscan_text", log_is_triboscan_text},
    {"tests_share_a_file", tests_share_a_file},
    {"descriptions_say_what_was_asked", descriptions_say_what_was_asked},
    {"same_seed_same_bytes", same_seed_same_bytes},
    {"nothing_is_left_of_a_failure", nothing_is_left_of_a_failure},
};
CHECK_MAIN(cases)
