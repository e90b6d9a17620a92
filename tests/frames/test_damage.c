/* Damaged and cut videos: numbers and times stay, what is broken is flagged, the user is told.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "make_video.h"

#include "temtensile/frames.h"

enum { W = 128, H = 96, N = 60 };

static const char *tmp(const char *name)
{
	static char path[4][512];
	static int turn;
	char *p = path[turn++ & 3];
	snprintf(p, sizeof path[0], "%s/%s", check_tmp(), name);
	return p;
}

typedef struct bytes {
	uint8_t *data;
	size_t size;
} bytes;

static bytes read_file(const char *path)
{
	bytes b = {0};
	FILE *f = fopen(path, "rb");
	CHECK(f != NULL);
	fseek(f, 0, SEEK_END);
	b.size = (size_t)ftell(f);
	rewind(f);
	b.data = malloc(b.size + 1);
	CHECK(fread(b.data, 1, b.size, f) == b.size);
	fclose(f);
	return b;
}

static void write_file(const char *path, const uint8_t *data, size_t size)
{
	FILE *f = fopen(path, "wb");
	CHECK(f && fwrite(data, 1, size, f) == size && fclose(f) == 0);
}

typedef struct kind {
	const char *label, *muxer, *muxer_options, *codec, *options;
	bool index_at_end; /* cut, it cannot be read at all */
} kind;

static const kind kinds[] = {
    {"faststart MP4, H.264", "mp4", "movflags=faststart", "libx264", "g=15:bf=2", false},
    {"fragmented MP4, H.264", "mp4", "movflags=frag_keyframe+empty_moov", "libx264", "g=15:bf=2", false},
    {"MP4, H.264", "mp4", NULL, "libx264", "g=15:bf=2", true},
    {"Matroska, H.264", "matroska", "cluster_time_limit=1000", "libx264", "g=15:bf=2", false},
    {"Matroska, FFV1", "matroska", "cluster_time_limit=1000", "ffv1", "level=3:slicecrc=1", false},
    {"TS, H.264", "mpegts", NULL, "libx264", "g=15:bf=2", false},
    {"AVI, MPEG-4", "avi", NULL, "mpeg4", "g=15", false},
    {"AVI, MPEG-4 with B frames", "avi", NULL, "mpeg4", "g=15:bf=2", false},
    {"AVI, MJPEG", "avi", NULL, "mjpeg", NULL, false},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void make(const kind *k, const char *path)
{
	static uint16_t grey[W * H];
	make_scene scene = {.width = W,
	                    .height = H,
	                    .mean = 120,
	                    .contrast = 25,
	                    .noise = 3,
	                    .top = 255,
	                    .texture_seed = 1,
	                    .noise_state = 5};
	make_stream st = {.codec = k->codec,
	                  .pix_fmt = strcmp(k->codec, "mjpeg") == 0 ? "yuvj420p" : "yuv420p",
	                  .options = k->options,
	                  .width = W,
	                  .height = H,
	                  .tick_den = 10};
	make_video *m = make_video_open(path, k->muxer, k->muxer_options, &st, 1);
	for (int i = 0; i < N; i++) {
		make_scene_frame(&scene, 0.4 * i, 0.1 * i, grey);
		make_video_frame(m, 0, i, grey);
	}
	make_video_close(m);
}

typedef struct reading {
	tt_status status; /* of open, or of the last call */
	char message[1024];
	int n;
	unsigned flags[2 * N];
	double time_s[2 * N];
	uint8_t *pixels[2 * N];
	char warnings[4096];
	size_t n_warnings;
} reading;

static void free_reading(reading *r)
{
	for (int i = 0; i < r->n; i++)
		free(r->pixels[i]);
	free(r);
}

static reading *read_all(const char *path, int threads)
{
	reading *r = calloc(1, sizeof *r);
	tt_error err = {0};
	tt_source *s;
	tt_source_options o = {.stream = -1, .threads = threads, .keep_duplicates = true};
	r->status = tt_source_open(path, &o, &s, &err);
	if (r->status == TT_OK) {
		tt_frame f;
		while ((r->status = tt_source_next(s, &f, &err)) == TT_OK && r->n < 2 * N) {
			CHECK(f.number == r->n);
			CHECK((f.image.data == NULL) == ((f.flags & TT_FRAME_UNDECODED) != 0));
			r->flags[r->n] = f.flags;
			r->time_s[r->n] = f.time_s;
			if (f.image.data) {
				CHECK(f.image.width == W && f.image.height == H);
				r->pixels[r->n] = malloc(W * H);
				for (int y = 0; y < H; y++)
					memcpy(r->pixels[r->n] + y * W,
					       (const uint8_t *)f.image.data + y * f.image.stride, W);
			}
			r->n++;
		}
		const tt_strings *w = tt_source_warnings(s);
		r->n_warnings = w->n;
		for (size_t i = 0; i < w->n; i++)
			snprintf(r->warnings + strlen(r->warnings), sizeof r->warnings - strlen(r->warnings), "%s\n",
			         w->item[i]);
		tt_source_close(s);
	}
	snprintf(r->message, sizeof r->message, "%s", err.message);
	return r;
}

static bool differs(const uint8_t *a, const uint8_t *b)
{
	long sum = 0;
	for (int i = 0; i < W * H; i++)
		sum += abs(a[i] - b[i]);
	return sum > W * H / 50;
}

static uint32_t random_state;

static uint32_t pick(uint32_t below)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(random_state >> 8) * below >> 24);
}

/* A recording with a run of wrong bytes: all frames keep number and time, and frames that look wrong are flagged. */
static void wrong_bytes(const kind *k, size_t length, int runs)
{
	make(k, tmp("intact"));
	bytes b = read_file(tmp("intact"));
	reading *good = read_all(tmp("intact"), 2);
	CHECK_MSG(good->status == TT_END && good->n == N && good->n_warnings == 0, "%s: %d frames, %s", k->label,
	          good->n, good->warnings);
	int wrong = 0, silent = 0, flagged = 0, lost = 0;
	for (int run = 0; run < runs; run++) {
		bytes d = {malloc(b.size), b.size};
		memcpy(d.data, b.data, b.size);
		random_state = (uint32_t)run * 2654435761u + 12345u;
		/* not the headers in front, nor an index at the end */
		size_t at = b.size / 8 + pick((uint32_t)(b.size / 2));
		for (size_t i = 0; i < length; i++)
			d.data[at + i] ^= (uint8_t)(1 + pick(255));
		write_file(tmp("damaged"), d.data, d.size);
		free(d.data);
		reading *r = read_all(tmp("damaged"), 2);
		/* a broken fragment's size hides all that follow */
		if (strstr(k->label, "fragmented") && r->n < N && strstr(r->warnings, "the file is cut")) {
			free_reading(r);
			continue;
		}
		CHECK_MSG(r->status == TT_END && r->n == N, "%s, run %d: %d frames, %s%s", k->label, run, r->n,
		          r->message, r->warnings);
		int worse = 0;
		for (int i = 0; i < N; i++) {
			CHECK_MSG(r->time_s[i] == good->time_s[i], "%s, run %d: frame %d at %g s", k->label, run, i,
			          r->time_s[i]);
			if (!r->pixels[i]) {
				lost++;
				worse++;
				continue;
			}
			bool is_wrong = differs(r->pixels[i], good->pixels[i]);
			wrong += is_wrong;
			flagged += (r->flags[i] & TT_FRAME_DAMAGED) != 0;
			silent += is_wrong && !r->flags[i];
			worse += r->flags[i] != 0;
		}
		CHECK((worse > 0) == (strstr(r->warnings, "damaged") || strstr(r->warnings, "decoded")));
		free_reading(r);
	}
	check_note("%s, %zu wrong bytes: %d frames wrong, %d of them not flagged; %d flagged, %d lost, of %d", k->label,
	           length, wrong, silent, flagged, lost, runs * N);
	CHECK(length > 1000 || (wrong + lost > 0 && flagged + lost > 0));
	/* entropy coding can go wrong without anyone noticing: only a checksum is sure */
	if (strcmp(k->codec, "ffv1") == 0)
		CHECK(silent == 0);
	else if (length > 1000)
		CHECK(4 * silent <= wrong || wrong < 10);
	free_reading(good);
	free(b.data);
}

static void numbers_survive_wrong_bytes(void)
{
	for (size_t k = 0; k < KINDS; k++) {
		wrong_bytes(&kinds[k], 40, 6);
		wrong_bytes(&kinds[k], 4000, 4);
	}
}

/* Several whole packets zeroed, also their headers where the container has such. */
static void numbers_survive_a_hole(void)
{
	for (size_t k = 0; k < KINDS; k++) {
		make(&kinds[k], tmp("intact"));
		bytes b = read_file(tmp("intact"));
		memset(b.data + b.size * 4 / 10, 0, b.size / 15);
		write_file(tmp("hole"), b.data, b.size);
		free(b.data);
		reading *r = read_all(tmp("hole"), 2);
		CHECK_MSG(r->status == TT_END && r->n == N, "%s: %d frames; %s%s", kinds[k].label, r->n, r->message,
		          r->warnings);
		int undecoded = 0;
		for (int i = 0; i < N; i++) {
			CHECK_MSG(fabs(r->time_s[i] - i / 10.0) < 1e-9, "%s: frame %d at %g s", kinds[k].label, i,
			          r->time_s[i]);
			undecoded += (r->flags[i] & TT_FRAME_UNDECODED) != 0;
		}
		CHECK_MSG(undecoded >= 1, "%s: no frame is missing", kinds[k].label);
		CHECK_HAS(r->warnings, "could not be decoded");
		free_reading(r);
	}
}

/* Cut at many places: the frames before the cut are there and right, the warning names the last good one; or one
 * sentence says why there are none. */
static void cut(const kind *k, int places)
{
	make(k, tmp("intact"));
	bytes b = read_file(tmp("intact"));
	reading *good = read_all(tmp("intact"), 1);
	CHECK(good->n == N);
	int with_frames = 0, before = 0;
	for (int place = 1; place < places; place++) {
		size_t size = b.size * (size_t)place / (size_t)places + (size_t)place % 3;
		write_file(tmp("cut"), b.data, size);
		reading *r = read_all(tmp("cut"), 2);
		if (r->status == TT_ERR_INPUT) {
			CHECK(r->n == 0 && strlen(r->message) > 20 && strstr(r->message, "/cut'"));
			CHECK_MSG(k->index_at_end || place <= 2, "%s cut at %d/%d: %s", k->label, place, places,
			          r->message);
			if (k->index_at_end) CHECK_HAS(r->message, "untrunc");
		} else {
			CHECK_MSG(r->status == TT_END && !k->index_at_end, "%s: %s", k->label, r->message);
			with_frames++;
			int last_good = -1;
			for (int i = 0; i < r->n; i++) {
				CHECK_MSG(r->time_s[i] == good->time_s[i], "%s: frame %d at %g", k->label, i,
				          r->time_s[i]);
				if (r->flags[i]) continue;
				CHECK_MSG(!differs(r->pixels[i], good->pixels[i]), "%s cut at %d/%d: frame %d is wrong",
				          k->label, place, places, i);
				last_good = i;
			}
			CHECK_MSG(r->n >= before, "%s: a longer piece gives fewer frames", k->label);
			/* nearly as many frames as bytes */
			CHECK_MSG(r->n >= N * (place - 1) / places - 12, "%s cut at %d/%d: only %d frames", k->label,
			          place, places, r->n);
			before = r->n;
			char part[50];
			snprintf(part, sizeof part, "frame %d", last_good);
			CHECK_MSG(strstr(r->warnings, part) || strcmp(k->muxer, "mpegts") == 0, "%s: %s", k->label,
			          r->warnings);
		}
		free_reading(r);
	}
	if (!k->index_at_end) CHECK(with_frames >= places - 4);
	free_reading(good);
	free(b.data);
}

static void cut_files_give_their_frames(void)
{
	for (size_t k = 0; k < KINDS; k++)
		cut(&kinds[k], 16);
}

/* Every single byte count near structure: never a crash, never a status without sense. */
static void cut_in_the_headers(void)
{
	for (size_t k = 0; k < KINDS; k++) {
		make(&kinds[k], tmp("intact"));
		bytes b = read_file(tmp("intact"));
		for (size_t size = 1; size < 900 && size < b.size; size += 37) {
			write_file(tmp("cut"), b.data, size);
			reading *r = read_all(tmp("cut"), 1);
			CHECK(r->status == TT_END || (r->status == TT_ERR_INPUT && strlen(r->message) > 20));
			free_reading(r);
		}
		free(b.data);
	}
}

static void shared_recordings_cut(void)
{
	static const char *const names[] = {"recordings/film-5pa/test.mp4", "recordings/film-50pa/test.avi"};
	for (int k = 0; k < 2; k++) {
		bytes b = read_file(check_shared(names[k]));
		write_file(tmp("cut"), b.data, b.size / 2);
		free(b.data);
		tt_source *s;
		tt_error err = {0};
		tt_status st = tt_source_open(tmp("cut"), NULL, &s, &err);
		if (st != TT_OK) {
			check_note("%s", err.message);
			CHECK(st == TT_ERR_INPUT);
			CHECK_HAS(err.message, "index");
			continue;
		}
		tt_frame f;
		int n = 0;
		while ((st = tt_source_next(s, &f, &err)) == TT_OK)
			n++;
		CHECK(st == TT_END && n > 100);
		CHECK(tt_source_warnings(s)->n >= 1);
		check_note("%s", tt_source_warnings(s)->item[0]);
		CHECK_HAS(tt_source_warnings(s)->item[0], "cut");
		tt_source_close(s);
	}
}

static void ts_that_starts_in_mid_stream(void)
{
	make(&kinds[5], tmp("intact"));
	bytes b = read_file(tmp("intact"));
	size_t skip = b.size / 5 / 188 * 188;
	write_file(tmp("late.ts"), b.data + skip, b.size - skip);
	free(b.data);
	reading *r = read_all(tmp("late.ts"), 2);
	check_note("%d frames; %s", r->n, r->warnings);
	/* groups of 15: 60 % of the last three remain whole */
	CHECK(r->status == TT_END && r->n >= 40 && r->n <= 48);
	for (int i = 0; i < r->n; i++)
		CHECK(r->flags[i] == 0 && fabs(r->time_s[i] - i / 10.0) < 1e-9);
	CHECK_HAS(r->warnings, "middle of a group");
	free_reading(r);
}

static const check_case cases[] = {
    {"numbers survive wrong bytes", numbers_survive_wrong_bytes},
    {"numbers survive a hole", numbers_survive_a_hole},
    {"cut files give their frames", cut_files_give_their_frames},
    {"cut in the headers", cut_in_the_headers},
    {"shared recordings, cut", shared_recordings_cut},
    {"a TS that starts in mid-stream", ts_that_starts_in_mid_stream},
};

CHECK_MAIN(cases)
