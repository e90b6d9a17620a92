/* Numbered images: a printf pattern (frame%05d.tif), a folder, or a single image.
 *
 * Order is that of the numbers in the names ("frame2" before "frame10"). Where one number counts the images in steps of
 * one (or another constant), a missing one is a frame without picture: it keeps its number and its time, so that the
 * frames behind it keep theirs, and the user is told. Where so many are missing that the numbers seem not to count
 * frames (more than a tenth), the images are taken one after the other, and the user is told that.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/text.h"
#include "frames/picture.h"
#include "frames/source.h"

enum { MOST_RUNS = 16, NAMED = 5 };

typedef struct tt_sequence {
	tt_reader base;
	char *path, *dir;
	char **name;    /* of each image, in order; relative to dir */
	int64_t *frame; /* its frame number */
	size_t n;
	int64_t frames; /* the missing ones counted */
	double rate;
	int64_t max_pixels;
	size_t at;      /* image that comes next … */
	int64_t number; /* … unless this frame is missing */
	int64_t broken;
	bool told;
	char *codec, *pixel_format, *normalisation, *calibration;
} tt_sequence;

/* ---- names ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "frame2" before "frame10"; leading zeros do not count. */
static int natural(const char *a, const char *b)
{
	while (*a && *b) {
		if (is_digit(*a) && is_digit(*b)) {
			const char *za = a, *zb = b;
			while (*za == '0')
				za++;
			while (*zb == '0')
				zb++;
			size_t na = strspn(za, "0123456789"), nb = strspn(zb, "0123456789");
			if (na != nb) return na < nb ? -1 : 1;
			int c = strncmp(za, zb, na);
			if (c != 0) return c;
			a = za + na;
			b = zb + nb;
		} else {
			if (*a != *b) return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
			a++;
			b++;
		}
	}
	return *a ? 1 : *b ? -1 : 0;
}

static int by_name(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	int c = natural(x, y);
	return c != 0 ? c : strcmp(x, y);
}

/* Same text between the numbers? */
static bool same_shape(const char *a, const char *b)
{
	for (;;) {
		size_t da = strspn(a, "0123456789"), db = strspn(b, "0123456789");
		if ((da > 0) != (db > 0)) return false;
		a += da;
		b += db;
		if (*a != *b) return false;
		if (!*a) return true;
		a++;
		b++;
	}
}

/* The numbers in a name; those too long to be counts become -1. */
static int numbers(const char *name, int64_t out[MOST_RUNS])
{
	int n = 0;
	while (*name && n < MOST_RUNS) {
		size_t d = strspn(name, "0123456789");
		if (d > 0) {
			out[n] = d <= 18 ? 0 : -1;
			for (size_t i = 0; i < d && out[n] >= 0; i++)
				out[n] = 10 * out[n] + (name[i] - '0');
			n++;
			name += d;
		} else {
			name++;
		}
	}
	return n;
}

/* The only number that differs from name to name; -1 when there is none or there are several. */
static int counting_run(const tt_sequence *s)
{
	int64_t first[MOST_RUNS], other[MOST_RUNS];
	bool varies[MOST_RUNS] = {false};
	int n = numbers(s->name[0], first), found = -1;
	for (size_t i = 1; i < s->n; i++) {
		if (numbers(s->name[i], other) != n) return -1;
		for (int k = 0; k < n; k++)
			varies[k] |= other[k] != first[k];
	}
	for (int k = 0; k < n; k++) {
		if (!varies[k]) continue;
		if (found >= 0) return -1;
		found = k;
	}
	return found;
}

/* ---- which images ---- */

static bool has_image_ending(const char *name)
{
	static const char *const endings[] = {"tif", "tiff", "png",  "bmp",  "dib", "pgm", "ppm", "pnm", "pbm",
	                                      "pam", "pfm",  "jpg",  "jpeg", "jpe", "jp2", "j2k", "jls", "webp",
	                                      "dpx", "exr",  "fits", "fit",  "sgi", "ras", "tga"};
	const char *dot = strrchr(name, '.');
	if (!dot) return false;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (strcasecmp(dot + 1, endings[i]) == 0) return true;
	return false;
}

/* frame%05d.tif: the text around its one number; "%%" stands for '%'. */
typedef struct tt_pattern {
	char before[256], after[256];
	int digits; /* at least so many, filled with zeros */
	bool ok;
} tt_pattern;

static tt_pattern read_pattern(const char *text)
{
	tt_pattern p = {0};
	char *to = p.before;
	size_t used = 0;
	int conversions = 0;
	while (*text && used + 1 < sizeof p.before) {
		if (*text != '%' || text[1] == '%') {
			text += *text == '%';
			to[used++] = *text++;
			continue;
		}
		const char *t = text + 1;
		bool zero = *t == '0';
		t += zero;
		int width = 0;
		for (; is_digit(*t) && width < 100; t++)
			width = 10 * width + (*t - '0');
		if ((*t != 'd' && *t != 'i' && *t != 'u') || ++conversions > 1) return p;
		if (width > 0 && !zero) return p; /* filled with blanks: not in file names */
		p.digits = width;
		text = t + 1;
		to = p.after;
		used = 0;
	}
	p.ok = conversions == 1 && !*text;
	return p;
}

static bool fits(const tt_pattern *p, const char *name)
{
	size_t b = strlen(p->before), a = strlen(p->after), n = strlen(name);
	if (n <= a + b || strncmp(name, p->before, b) != 0 || strcmp(name + n - a, p->after) != 0) return false;
	size_t d = n - a - b;
	if (strspn(name + b, "0123456789") != d || d > 18) return false;
	return (int)d == p->digits || ((int)d > p->digits && (d == 1 || name[b] != '0'));
}

static tt_status add_name(tt_sequence *s, size_t *room, const char *name, tt_error *err)
{
	char **grown = tt_grow(s->name, room, s->n + 1, sizeof *grown);
	if (grown) s->name = grown;
	char *copy = grown ? tt_strdup(name) : NULL;
	if (!copy) return tt_fail_memory(err, "a list of images");
	s->name[s->n++] = copy;
	return TT_OK;
}

static tt_status list_images(tt_sequence *s, const tt_pattern *p, tt_error *err)
{
	DIR *d = opendir(s->dir);
	if (!d) return tt_fail(err, TT_ERR_INPUT, "cannot open the folder '%s': %s", s->dir, strerror(errno));
	tt_status st = TT_OK;
	size_t room = 0;
	for (struct dirent *e; st == TT_OK && (e = readdir(d)) != NULL;) {
		if (e->d_name[0] == '.') continue;
		if (p ? fits(p, e->d_name) : has_image_ending(e->d_name)) st = add_name(s, &room, e->d_name, err);
	}
	closedir(d);
	if (st == TT_OK && s->n > 0) qsort(s->name, s->n, sizeof *s->name, by_name);
	return st;
}

/* A folder may hold other images too: the largest set of names of one shape is the recording. */
static void keep_largest_set(tt_sequence *s)
{
	size_t best = 0, best_n = 0;
	/* sorted, so names of one shape lie nearly together; compared with the first of their shape */
	for (size_t i = 0; i < s->n; i++) {
		bool seen = false;
		for (size_t k = i > 32 ? i - 32 : 0; k < i && !seen; k++)
			seen = same_shape(s->name[k], s->name[i]);
		if (seen) continue;
		size_t n = 0;
		for (size_t k = i; k < s->n; k++)
			n += same_shape(s->name[i], s->name[k]);
		if (n > best_n) {
			best = i;
			best_n = n;
		}
	}
	if (best_n == s->n) return;
	tt_warn(&s->base.warnings, "of the %zu images in the folder '%s', the %zu named like '%s' are taken", s->n,
	        s->dir, best_n, s->name[best]);
	char *model = s->name[best];
	size_t kept = 0;
	for (size_t i = 0; i < s->n; i++) {
		if (s->name[i] == model || same_shape(model, s->name[i]))
			s->name[kept++] = s->name[i];
		else
			free(s->name[i]);
	}
	s->n = kept;
}

/* ---- frame numbers ---- */

static int64_t number_in(const char *name, int run)
{
	int64_t v[MOST_RUNS];
	return run < numbers(name, v) ? v[run] : -1;
}

/* The step from number to number that is met most often. */
static int64_t usual_step(const tt_sequence *s, int run)
{
	int64_t candidate = 0, votes = 0; /* Boyer and Moore 1981: a majority, if there is one */
	for (size_t i = 1; i < s->n; i++) {
		int64_t step = number_in(s->name[i], run) - number_in(s->name[i - 1], run);
		if (votes == 0) candidate = step;
		votes += step == candidate ? 1 : -1;
	}
	return candidate;
}

static void number_consecutively(tt_sequence *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->frame[i] = (int64_t)i;
	s->frames = (int64_t)s->n;
}

static void name_missing(tt_sequence *s, int run, int64_t first, int64_t step, int64_t missing)
{
	char list[200] = "";
	size_t used = 0;
	int named = 0;
	for (size_t i = 1; i < s->n && named < NAMED; i++)
		for (int64_t k = s->frame[i - 1] + 1; k < s->frame[i] && named < NAMED; k++, named++)
			used += (size_t)snprintf(list + used, sizeof list - used, "%s%" PRId64, named ? ", " : "",
			                         first + k * step);
	(void)run;
	tt_warn(&s->base.warnings,
	        "%" PRId64 " image%s missing in '%s' (number%s %s%s): frames without picture stand in their "
	        "place, so that the others keep number and time",
	        missing, missing == 1 ? " is" : "s are", s->path, missing == 1 ? "" : "s", list,
	        missing > named ? ", …" : "");
}

static void number_frames(tt_sequence *s)
{
	number_consecutively(s);
	const int run = s->n > 1 ? counting_run(s) : -1;
	if (run < 0) return;
	const int64_t first = number_in(s->name[0], run), last = number_in(s->name[s->n - 1], run);
	const int64_t step = usual_step(s, run);
	if (first < 0 || last < 0 || step <= 0) return;
	for (size_t i = 1; i < s->n; i++)
		if (number_in(s->name[i], run) <= number_in(s->name[i - 1], run)) return; /* 7 and 007: no count */
	const int64_t missing = (last - first) / step + 1 - (int64_t)s->n;
	if (missing == 0) return;
	bool count = 10 * missing <= (int64_t)s->n;
	for (size_t i = 1; i < s->n && count; i++)
		count = (number_in(s->name[i], run) - first) % step == 0;
	if (!count) {
		tt_warn(&s->base.warnings,
		        "the numbers of the images in '%s' do not count frames (%zu images from %" PRId64 " to %" PRId64
		        "): they are taken one after the other",
		        s->path, s->n, first, last);
		return;
	}
	for (size_t i = 0; i < s->n; i++)
		s->frame[i] = (number_in(s->name[i], run) - first) / step;
	s->frames = (int64_t)s->n + missing;
	name_missing(s, run, first, step, missing);
}

/* ---- the source ---- */

static int sequence_probe(const tt_probe *p)
{
	if (p->folder) return 5;
	if (p->file_size < 0) return 50; /* a pattern */
	int kind = tt_picture_is(p->head, p->size);
	return kind == 1 ? 10 : kind == 2 ? 60 : 0; /* a TIFF may be a stack: that reader goes first */
}

static void sequence_close(tt_reader *r)
{
	tt_sequence *s = (tt_sequence *)r;
	for (size_t i = 0; i < s->n; i++)
		free(s->name[i]);
	free(s->name);
	free(s->frame);
	free(s->path);
	free(s->dir);
	free(s->codec);
	free(s->pixel_format);
	free(s->normalisation);
	free(s->calibration);
	tt_strings_free(&s->base.warnings);
	free(s);
}

static bool is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_file(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static tt_status dir_of(tt_sequence *s, const char *path, tt_error *err)
{
	const char *base = tt_path_base(path);
	const size_t n = (size_t)(base - path);
	s->dir = n == 0 ? tt_strdup(".") : tt_format("%.*s", (int)(n > 1 ? n - 1 : 1), path);
	return s->dir ? TT_OK : tt_fail_memory(err, "a list of images");
}

static tt_status find_images(tt_sequence *s, tt_error *err)
{
	tt_status st;
	if (is_folder(s->path)) {
		s->dir = tt_strdup(s->path);
		st = s->dir ? list_images(s, NULL, err) : tt_fail_memory(err, "a list of images");
		if (st == TT_OK && s->n == 0)
			return tt_fail(err, TT_ERR_INPUT,
			               "the folder '%s' holds no images (PNG, TIFF, BMP, PGM, JPEG, …)", s->path);
		if (st == TT_OK) keep_largest_set(s);
		return st;
	}
	st = dir_of(s, s->path, err);
	if (st != TT_OK) return st;
	if (is_file(s->path)) {
		size_t room = 0;
		return add_name(s, &room, tt_path_base(s->path), err);
	}
	tt_pattern p = read_pattern(tt_path_base(s->path));
	if (!p.ok)
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s' is neither a file nor a pattern with one number such as frame%%05d.tif", s->path);
	st = list_images(s, &p, err);
	if (st == TT_OK && s->n == 0) return tt_fail(err, TT_ERR_INPUT, "no file matches the pattern '%s'", s->path);
	return st;
}

/* Pixel size that ImageJ or DigitalMicrograph wrote into the first TIFF. */
static void calibrate(tt_sequence *s, const char *path)
{
	static const tt_source_options options = {.stream = -1, .allow_no_times = true};
	tt_reader *r;
	tt_error ignored;
	if (tt_format_tiff.open(path, &options, &r, &ignored) != TT_OK) return;
	s->calibration = tt_strdup(r->info.calibration_source);
	if (s->calibration && r->info.pixel_size_m > 0) {
		s->base.info.pixel_size_m = r->info.pixel_size_m;
		s->base.info.calibration_source = s->calibration;
	}
	tt_format_tiff.close(r);
}

/* The first image tells what all are like. */
static tt_status look_at_first(tt_sequence *s, tt_error *err)
{
	tt_slot slot = {0};
	tt_picture_info p;
	char *path = tt_path_join(s->dir, s->name[0]);
	tt_status st = path ? tt_picture_read(path, s->max_pixels, &slot, &p, err) : tt_fail_memory(err, "an image");
	if (st == TT_OK) {
		tt_source_info *i = &s->base.info;
		s->codec = tt_strdup(p.codec);
		s->pixel_format = tt_strdup(p.pixel_format);
		s->normalisation = tt_strdup(p.conversion);
		if (!s->codec || !s->pixel_format || !s->normalisation) st = tt_fail_memory(err, "an image");
		i->format = s->n == 1 ? "image" : "image sequence";
		i->codec = s->codec;
		i->pixel_format = s->pixel_format;
		i->normalisation = s->normalisation;
		i->width = slot.frame.image.width;
		i->height = slot.frame.image.height;
		i->type = slot.frame.image.type;
		i->bits = p.bits;
		i->rotation_deg = p.rotation_deg;
		if (strcmp(p.codec, "tiff") == 0) calibrate(s, path);
		if (p.more_pages)
			tt_warn(&s->base.warnings, "'%s' holds more than one page: only the first is read", path);
	}
	free(slot.buffer);
	free(path);
	return st;
}

static tt_status start(tt_sequence *s, const tt_source_options *options, tt_error *err)
{
	s->max_pixels = options->max_pixels;
	tt_status st = find_images(s, err);
	if (st != TT_OK) return st;
	s->frame = malloc(s->n * sizeof *s->frame);
	if (!s->frame) return tt_fail_memory(err, "a list of images");
	number_frames(s);
	s->rate = options->frame_rate;
	if (s->frames > 1 && !(s->rate > 0) && !options->allow_no_times)
		return tt_fail(err, TT_ERR_INPUT,
		               "the %zu images of '%s' carry no times: give the frame rate (video.frame_rate)", s->n,
		               s->path);
	st = look_at_first(s, err);
	if (st != TT_OK) return st;
	tt_source_info *i = &s->base.info;
	i->path = s->path;
	i->frames = s->frames;
	i->start_offset_s = 0;
	if (s->rate > 0) {
		i->frame_rate = s->rate;
		i->duration_s = (double)s->frames / s->rate;
	}
	return TT_OK;
}

static tt_status sequence_open(const char *path, const tt_source_options *options, tt_reader **out, tt_error *err)
{
	*out = NULL;
	tt_sequence *s = calloc(1, sizeof *s);
	if (!s) return tt_fail_memory(err, "a list of images");
	s->base.format = &tt_format_sequence;
	s->base.info = tt_source_info_unknown();
	s->path = tt_strdup(path);
	tt_status st = s->path ? start(s, options, err) : tt_fail_memory(err, "a list of images");
	if (st != TT_OK) {
		sequence_close(&s->base);
		return st;
	}
	*out = &s->base;
	return TT_OK;
}

static tt_status read_image(tt_sequence *s, const char *name, tt_slot *slot, tt_error *err)
{
	const tt_source_info *i = &s->base.info;
	char *path = tt_path_join(s->dir, name);
	tt_error why = {0};
	tt_status st = path ? tt_picture_read(path, s->max_pixels, slot, NULL, &why) : tt_fail_memory(&why, "an image");
	const tt_image *im = &slot->frame.image;
	if (st == TT_ERR_INPUT) { /* a broken image keeps its number and time */
		slot->frame.image = (tt_image){0};
		slot->frame.flags |= TT_FRAME_UNDECODED;
		if (s->broken++ < NAMED)
			tt_warn(&s->base.warnings, "frame %" PRId64 ": %s", slot->frame.number, why.message);
		st = TT_OK;
	} else if (st == TT_OK && (im->width != i->width || im->height != i->height)) {
		st = tt_fail(&why, TT_ERR_INPUT, "'%s' has %d x %d pixels, the first image ('%s') has %d x %d", path,
		             im->width, im->height, s->name[0], i->width, i->height);
	} else if (st == TT_OK && im->type != i->type) {
		static const char *const types[] = {"8 bits", "16 bits", "float"};
		st = tt_fail(&why, TT_ERR_INPUT, "'%s' has samples of %s, the first image ('%s') of %s", path,
		             types[im->type], s->name[0], types[i->type]);
	}
	if (st != TT_OK && err) *err = why;
	free(path);
	return st;
}

static void last_words(tt_sequence *s)
{
	if (s->told || s->base.part) return;
	s->told = true;
	if (s->broken > NAMED) tt_warn(&s->base.warnings, "%" PRId64 " images in all cannot be read", s->broken);
}

/* A frame without picture is one whose image is missing, or broken. */
static void sequence_sum_up(tt_reader *r, const unsigned *flags, int64_t n)
{
	tt_sequence *s = (tt_sequence *)r;
	s->broken = (int64_t)s->n - n;
	for (int64_t k = 0; k < n; k++)
		s->broken += (flags[k] & TT_FRAME_UNDECODED) != 0;
	s->told = s->base.part = false;
	last_words(s);
}

static tt_status sequence_next(tt_reader *r, tt_slot *slot, tt_error *err)
{
	tt_sequence *s = (tt_sequence *)r;
	if (s->at == s->n) {
		last_words(s);
		return TT_END;
	}
	slot->frame = (tt_frame){.number = s->number, .time_s = s->rate > 0 ? (double)s->number / s->rate : NAN};
	if (s->frames == 1) slot->frame.time_s = 0;
	bool missing = s->frame[s->at] != s->number;
	s->number++;
	if (missing) {
		slot->frame.flags = TT_FRAME_UNDECODED;
		return TT_OK;
	}
	return read_image(s, s->name[s->at++], slot, err);
}

static tt_status sequence_seek(tt_reader *r, int64_t number, double time_s, tt_error *err)
{
	(void)time_s, (void)err;
	tt_sequence *s = (tt_sequence *)r;
	size_t lo = 0, hi = s->n;
	while (lo < hi) { /* the first image at or behind it */
		size_t mid = lo + (hi - lo) / 2;
		if (s->frame[mid] < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	s->at = lo;
	s->number = number;
	return TT_OK;
}

const tt_source_format tt_format_sequence = {
    .name = "image sequence",
    .probe = sequence_probe,
    .open = sequence_open,
    .next = sequence_next,
    .seek = sequence_seek,
    .sum_up = sequence_sum_up,
    .close = sequence_close,
};
