/* Numbered images: a printf pattern (frame%05d.tif), a folder, or a single TIFF image. Frames are numbered in the
 * order of the numbers in the names; a missing number is told and does not count. Images carry no times: these come
 * from the frame rate that the caller gives, else they are NaN.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "frames/source.h"
#include "frames/tiff_page.h"

typedef struct numbered {
	char *path;
	long long number; /* the last number in the name; -1: none */
} numbered;

typedef struct sequence {
	tt_reader base;
	char *path;
	numbered *image;
	size_t n, capacity;
	int64_t next;
	double rate; /* 0: none given */
	char codec[32], pixel_format[64];
} sequence;

static bool is_image_name(const char *name)
{
	static const char *const endings[] = {".png", ".tif", ".tiff", ".bmp", ".pgm", ".pnm", ".jpg", ".jpeg", ".jp2"};
	const char *dot = strrchr(name, '.');
	for (size_t i = 0; dot && name[0] != '.' && i < sizeof endings / sizeof *endings; i++)
		if (strcasecmp(dot, endings[i]) == 0) return true;
	return false;
}

static tt_status add(sequence *s, const char *folder, const char *name, long long number, tt_error *err)
{
	numbered *grown = tt_grow(s->image, &s->capacity, s->n + 1, sizeof *s->image);
	char *path = tt_path_join(folder, name);
	if (grown) s->image = grown;
	if (!grown || !path) {
		free(path);
		return tt_fail_memory(err, "the list of images");
	}
	s->image[s->n++] = (numbered){path, number};
	return TT_OK;
}

/* The last run of digits before the ending. */
static long long number_in(const char *name)
{
	const char *end = strrchr(name, '.');
	if (!end) end = name + strlen(name);
	while (end > name && !isdigit((unsigned char)end[-1])) end--;
	const char *start = end;
	while (start > name && isdigit((unsigned char)start[-1]) && end - start < 18) start--;
	return start < end ? strtoll(start, NULL, 10) : -1;
}

/* Digits count as numbers: frame2 comes before frame10. */
static int natural(const char *a, const char *b)
{
	while (*a && *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			while (*a == '0' && isdigit((unsigned char)a[1])) a++;
			while (*b == '0' && isdigit((unsigned char)b[1])) b++;
			size_t m = strspn(a, "0123456789"), n = strspn(b, "0123456789");
			if (m != n) return m < n ? -1 : 1;
			int order = strncmp(a, b, m);
			if (order) return order;
			a += m;
			b += n;
		} else {
			if (*a != *b) return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
			a++;
			b++;
		}
	}
	return (*a != 0) - (*b != 0);
}

static int by_name(const void *a, const void *b)
{
	const numbered *x = a, *y = b;
	int order = natural(x->path, y->path);
	return order ? order : strcmp(x->path, y->path);
}

static int by_number(const void *a, const void *b)
{
	const numbered *x = a, *y = b;
	return (x->number > y->number) - (x->number < y->number);
}

/* Splits "shot_%04d.png" into what stands before and after the one %d. */
static bool split_pattern(const char *base, const char **after, size_t *before, int *digits)
{
	const char *percent = strchr(base, '%');
	if (!percent) return false;
	*before = (size_t)(percent - base);
	char *end;
	*digits = percent[1] == '0' ? (int)strtol(percent + 1, &end, 10) : (end = (char *)(uintptr_t)(percent + 1), 0);
	if (*digits < 0 || *digits > 18 || *end != 'd') return false;
	*after = end + 1;
	return !strchr(*after, '%');
}

static bool fits_pattern(const char *name, const char *base, long long *number)
{
	const char *after;
	size_t before;
	int digits;
	if (!split_pattern(base, &after, &before, &digits) || strncmp(name, base, before) != 0) return false;
	size_t n = strspn(name + before, "0123456789");
	if (n == 0 || n > 18 || (digits && n < (size_t)digits) || strcmp(name + before + n, after) != 0) return false;
	*number = strtoll(name + before, NULL, 10);
	return true;
}

/* All images of the folder, or those that fit the pattern (base not NULL). */
static tt_status list(sequence *s, const char *folder, const char *base, tt_error *err)
{
	DIR *d = opendir(folder);
	if (!d) return tt_fail(err, TT_ERR_INPUT, "cannot open the folder '%s': %s", folder, strerror(errno));
	tt_status st = TT_OK;
	for (struct dirent *e; st == TT_OK && (e = readdir(d));) {
		long long number = -1;
		if (base ? fits_pattern(e->d_name, base, &number) : is_image_name(e->d_name))
			st = add(s, folder, e->d_name, base ? number : number_in(e->d_name), err);
	}
	closedir(d);
	if (st != TT_OK) return st;
	if (s->n == 0)
		return tt_fail(err, TT_ERR_INPUT, base ? "no file fits the pattern '%s'"
		                                       : "'%s' holds no images (PNG, TIFF, BMP, PGM, JPEG were expected)", s->path);
	qsort(s->image, s->n, sizeof *s->image, base ? by_number : by_name);
	return TT_OK;
}

static void tell_gaps(sequence *s)
{
	size_t gaps = 0;
	long long first = -1;
	for (size_t i = 1; i < s->n; i++) {
		long long step = s->image[i].number - s->image[i - 1].number;
		if (s->image[i - 1].number < 0 || step <= 1) continue;
		gaps += (size_t)(step - 1);
		if (first < 0) first = s->image[i - 1].number + 1;
	}
	if (gaps)
		tt_warn(&s->base.warnings, "%s: %zu number%s missing among the images, the first is %lld; frames are counted "
		        "without them", s->path, gaps, gaps == 1 ? " is" : "s are", first);
}

/* ---- one image ---- */

static tt_status read_tiff(const char *path, tt_slot *slot, tt_source_info *info, char *words, size_t size, tt_error *err)
{
	tt_tiff t;
	tt_tiff_shape shape;
	tt_status st = tt_tiff_open(&t, path, err);
	if (st != TT_OK) return st;
	st = tt_tiff_shape_of(&t, &shape, err);
	size_t row = st == TT_OK ? shape.width * tt_pixel_size(shape.type) : 0;
	uint8_t *to = st == TT_OK ? tt_slot_buffer(slot, row * shape.height) : NULL;
	if (st == TT_OK && !to) st = tt_fail_memory(err, "a TIFF image");
	if (st == TT_OK) st = tt_tiff_read(&t, &shape, to, row, err);
	tt_tiff_close(&t);
	if (st != TT_OK) return st;
	slot->frame.image = (tt_image){.data = to, .stride = (ptrdiff_t)row, .width = (int)shape.width,
	                               .height = (int)shape.height, .type = shape.type};
	if (info) {
		info->bits = shape.bits;
		snprintf(words, size, "%s%u", shape.format == SAMPLEFORMAT_IEEEFP ? "float" : "grey", shape.bits);
	}
	return TT_OK;
}

static tt_status read_other(const char *path, tt_slot *slot, tt_source_info *info, char *words, size_t size, tt_error *err)
{
	tt_source_options options = {.stream = -1, .threads = 1};
	tt_reader *r;
	tt_slot own = {0};
	tt_status st = tt_format_video.open(path, &options, &r, err);
	if (st != TT_OK) return st;
	st = r->format->next(r, &own, err);
	const tt_image *im = &own.frame.image;
	if (st == TT_END || (st == TT_OK && !im->data))
		st = tt_fail(err, TT_ERR_INPUT, "%s: the image cannot be decoded", path);
	if (st == TT_OK) {
		size_t row = (size_t)im->width * tt_pixel_size(im->type);
		uint8_t *to = tt_slot_buffer(slot, row * (size_t)im->height);
		if (!to) st = tt_fail_memory(err, "an image");
		for (int y = 0; to && y < im->height; y++)
			memcpy(to + (size_t)y * row, (const char *)im->data + y * im->stride, row);
		slot->frame.image = *im;
		slot->frame.image.data = to;
		slot->frame.image.stride = (ptrdiff_t)row;
	}
	if (st == TT_OK && info) {
		info->bits = r->info.bits;
		snprintf(words, size, "%s", r->info.pixel_format);
	}
	if (own.own) r->format->release(r, own.own);
	free(own.buffer);
	r->format->close(r);
	return st;
}

static tt_status read_image(const char *path, tt_slot *slot, tt_source_info *info, char *words, size_t size, tt_error *err)
{
	uint8_t head[4] = {0};
	FILE *f = fopen(path, "rb");
	if (!f) return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	size_t n = fread(head, 1, sizeof head, f);
	fclose(f);
	return tt_tiff_is(head, n) ? read_tiff(path, slot, info, words, size, err)
	                           : read_other(path, slot, info, words, size, err);
}

/* ---- the source ---- */

static void sequence_close(tt_reader *r)
{
	sequence *s = (sequence *)r;
	for (size_t i = 0; i < s->n; i++)
		free(s->image[i].path);
	free(s->image);
	free(s->path);
	tt_strings_free(&s->base.warnings);
	free(s);
}

static tt_status sequence_next(tt_reader *r, tt_slot *slot, tt_error *err)
{
	sequence *s = (sequence *)r;
	if (s->next >= (int64_t)s->n) return TT_END;
	const char *path = s->image[s->next].path;
	tt_status st = read_image(path, slot, NULL, NULL, 0, err);
	if (st != TT_OK) return st;
	const tt_image *im = &slot->frame.image;
	if (im->width != s->base.info.width || im->height != s->base.info.height || im->type != s->base.info.type)
		return tt_fail(err, TT_ERR_INPUT, "%s: the image is %d x %d px of %zu bytes, the first one is %d x %d px of %zu",
		               path, im->width, im->height, tt_pixel_size(im->type), s->base.info.width, s->base.info.height,
		               tt_pixel_size(s->base.info.type));
	slot->frame.number = s->next;
	slot->frame.time_s = s->rate > 0 ? (double)s->next / s->rate : NAN;
	slot->frame.flags = 0;
	s->next++;
	return TT_OK;
}

static tt_status sequence_seek(tt_reader *r, int64_t number, double time_s, tt_error *err)
{
	sequence *s = (sequence *)r;
	(void)time_s;
	if (number > (int64_t)s->n)
		return tt_fail(err, TT_ERR_USAGE, "%s: there is no frame %lld among %zu", s->path, (long long)number, s->n);
	s->next = number;
	return TT_OK;
}

static tt_status find_images(sequence *s, const tt_probe *p, tt_error *err)
{
	if (p->folder) return list(s, s->path, NULL, err);
	if (p->file_size >= 0) return add(s, "", s->path, -1, err);
	const char *base = tt_path_base(s->path);
	char *folder = base == s->path ? tt_strdup(".") : tt_format("%.*s", (int)(base - s->path), s->path);
	if (!folder) return tt_fail_memory(err, "the list of images");
	tt_status st = list(s, folder, base, err);
	free(folder);
	return st;
}

static tt_status look_at_first(sequence *s, tt_error *err)
{
	tt_source_info *info = &s->base.info;
	tt_slot slot = {0};
	tt_status st = read_image(s->image[0].path, &slot, info, s->pixel_format, sizeof s->pixel_format, err);
	if (st == TT_OK) {
		const char *dot = strrchr(s->image[0].path, '.');
		snprintf(s->codec, sizeof s->codec, "%s", dot ? dot + 1 : "");
		info->path = s->path;
		info->format = s->n > 1 ? "image sequence" : "image";
		info->codec = s->codec;
		info->pixel_format = s->pixel_format;
		info->width = slot.frame.image.width;
		info->height = slot.frame.image.height;
		info->type = slot.frame.image.type;
		info->frames = (int64_t)s->n;
		info->start_offset_s = 0;
		if (s->rate > 0) {
			info->frame_rate = s->rate;
			info->duration_s = (double)s->n / s->rate;
		}
	}
	free(slot.buffer);
	return st;
}

static void tell_pages(sequence *s)
{
	tt_tiff t;
	tt_error own;
	if (tt_tiff_open(&t, s->image[0].path, &own) != TT_OK) return;
	tdir_t pages = TIFFNumberOfDirectories(t.file);
	if (pages > 1) tt_warn(&s->base.warnings, "%s holds %u pages; only the first is read", s->path, (unsigned)pages);
	tt_tiff_close(&t);
}

static tt_status sequence_open(const char *path, const tt_source_options *options, tt_reader **out, tt_error *err)
{
	sequence *s = calloc(1, sizeof *s);
	if (!s) return tt_fail_memory(err, "an image sequence");
	s->base.format = &tt_format_sequence;
	s->base.info = tt_source_info_unknown();
	s->rate = options->frame_rate;
	s->path = tt_strdup(path);
	tt_probe p = {.path = path, .file_size = -1};
	DIR *d = opendir(path);
	if (d) {
		p.folder = true;
		closedir(d);
	} else {
		FILE *f = fopen(path, "rb");
		p.file_size = f ? 0 : -1;
		if (f) fclose(f);
	}
	tt_status st = s->path ? find_images(s, &p, err) : tt_fail_memory(err, "an image sequence");
	if (st == TT_OK) {
		tell_gaps(s);
		st = look_at_first(s, err);
	}
	if (st == TT_OK && s->n == 1) tell_pages(s);
	if (st != TT_OK) {
		sequence_close(&s->base);
		return st;
	}
	*out = &s->base;
	return TT_OK;
}

static int sequence_probe(const tt_probe *p)
{
	const char *after;
	size_t before;
	int digits;
	if (p->folder) return 10;
	if (p->file_size < 0) return split_pattern(tt_path_base(p->path), &after, &before, &digits) ? 10 : 0;
	return tt_tiff_is(p->head, p->size) ? 40 : 0;
}

const tt_source_format tt_format_sequence = {
	.name = "image sequence",
	.probe = sequence_probe,
	.open = sequence_open,
	.next = sequence_next,
	.seek = sequence_seek,
	.close = sequence_close,
};
