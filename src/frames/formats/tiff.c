/* TIFF files with several pages, and ImageJ's stacks beyond 4 GB, which have one page and all frames behind its pixels.
 *
 * The list of pages is walked by reading each directory's few bytes, because libtiff takes the way from the first page
 * anew for every page asked for. Pages whose pixels lie in one piece as they are handed out are read straight from the
 * file; all others by libtiff.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "frames/stack.h"
#include "frames/tiff_page.h"

enum {
	MOST_ENTRIES = 4096,
	TAG_SUBFILE = 254,
	TAG_WIDTH = 256,
	TAG_HEIGHT = 257,
	TAG_STRIP_OFFSETS = 273,
	TAG_STRIP_BYTES = 279,
	TAG_GATAN_UNIT_X = 65003,
	TAG_GATAN_UNIT_Y = 65004,
	TAG_GATAN_UNIT_Z = 65005,
	TAG_GATAN_SCALE_X = 65009,
	TAG_GATAN_SCALE_Y = 65010,
	TAG_GATAN_SCALE_Z = 65011
};
static const int64_t MOST_PAGES = 10000000;

typedef struct page {
	int64_t directory; /* byte in the file */
	int64_t strip;     /* byte of its only strip; -1: there are several */
	int64_t strip_bytes;
} page;

typedef struct tiff {
	tt_stack stack;
	tt_tiff t;
	tt_tiff_page look;    /* of the first page */
	bool big_endian, big; /* byte order; BigTIFF */
	page *page;
	size_t n, room;
	bool cut;
} tiff;

/* ---- directories ---- */

typedef struct found {
	int64_t width, height, subfile, next;
	page page;
} found;

/* A value that fits into its entry, or the first of several. */
static int64_t first_value(const tiff *t, const uint8_t *e)
{
	const unsigned type = tt_get_u16(e + 2, t->big_endian);
	const uint8_t *v = e + (t->big ? 12 : 8);
	switch (type) {
	case 1: return v[0];
	case 3: return tt_get_u16(v, t->big_endian);
	case 4:
	case 13: return tt_get_u32(v, t->big_endian);
	case 16:
	case 18: return t->big ? (int64_t)tt_get_u64(v, t->big_endian) : -1;
	default: return -1;
	}
}

static bool read_directory(tiff *t, int64_t at, found *f)
{
	tt_stack *s = &t->stack;
	const size_t size = t->big ? 20 : 12, lead = t->big ? 8 : 2, tail = t->big ? 8 : 4;
	uint8_t small[512], *b = small;
	if (!tt_stack_bytes(s, at, small, lead)) return false;
	const uint64_t n = t->big ? tt_get_u64(small, t->big_endian) : tt_get_u16(small, t->big_endian);
	if (n < 1 || n > MOST_ENTRIES) return false;
	const size_t bytes = (size_t)n * size + tail;
	if (bytes > sizeof small && !(b = malloc(bytes))) {
		s->read_error = ENOMEM; /* not the file's fault */
		return false;
	}
	bool ok = tt_stack_bytes(s, at + (int64_t)lead, b, bytes);
	*f = (found){.width = -1, .height = -1, .page = {.directory = at, .strip = -1}};
	for (size_t i = 0; ok && i < n; i++) {
		const uint8_t *e = b + i * size;
		const uint64_t count = t->big ? tt_get_u64(e + 4, t->big_endian) : tt_get_u32(e + 4, t->big_endian);
		switch (tt_get_u16(e, t->big_endian)) {
		case TAG_SUBFILE: f->subfile = first_value(t, e); break;
		case TAG_WIDTH: f->width = first_value(t, e); break;
		case TAG_HEIGHT: f->height = first_value(t, e); break;
		case TAG_STRIP_OFFSETS: f->page.strip = count == 1 ? first_value(t, e) : -1; break;
		case TAG_STRIP_BYTES: f->page.strip_bytes = count == 1 ? first_value(t, e) : -1; break;
		default: break;
		}
	}
	const uint8_t *next = b + (size_t)n * size;
	if (ok) f->next = t->big ? (int64_t)tt_get_u64(next, t->big_endian) : (int64_t)tt_get_u32(next, t->big_endian);
	if (b != small) free(b);
	return ok;
}

static bool first_directory(tiff *t, int64_t *at)
{
	uint8_t h[16];
	if (!tt_stack_bytes(&t->stack, 0, h, 8)) return false;
	t->big_endian = h[0] == 'M';
	t->big = tt_get_u16(h + 2, t->big_endian) == 43;
	if (t->big && !tt_stack_bytes(&t->stack, 0, h, 16)) return false;
	*at = t->big ? (int64_t)tt_get_u64(h + 8, t->big_endian) : (int64_t)tt_get_u32(h + 4, t->big_endian);
	return true;
}

/* Frames have the first page's size; smaller pages (thumbnails, labels) are passed over. A list that runs in a circle
 * ends: Brent 1980, a mark that is set anew after 1, 2, 4, … steps. */
static tt_status walk(tiff *t, tt_error *err)
{
	tt_stack *s = &t->stack;
	int64_t at, mark = -1, steps = 0, until = 1, others = 0;
	found f, first = {0};
	if (!first_directory(t, &at)) return tt_fail(err, TT_ERR_INPUT, "'%s': its TIFF header is cut", s->path);
	while (at > 0 && steps < MOST_PAGES) {
		if (at == mark || !read_directory(t, at, &f)) {
			t->cut = true;
			break;
		}
		if (steps == until) {
			mark = at;
			until *= 2;
		}
		steps++;
		if (t->n == 0) first = f;
		if (f.width != first.width || f.height != first.height || (f.subfile > 0 && f.subfile & 1)) {
			others++;
		} else {
			page *grown = tt_grow(t->page, &t->room, t->n + 1, sizeof *grown);
			if (!grown) return tt_fail_memory(err, "the list of pages");
			t->page = grown;
			t->page[t->n++] = f.page;
		}
		at = f.next;
	}
	if (t->n == 0) return tt_fail(err, TT_ERR_INPUT, "'%s': its first TIFF directory is cut or damaged", s->path);
	if (t->cut)
		tt_warn(&s->base.warnings, "'%s' is cut or damaged: the list of its pages breaks off after %zu",
		        s->path, t->n);
	if (others > 0)
		tt_warn(&s->base.warnings,
		        "'%s': %" PRId64 " pages of another size than the first (%" PRId64 " x %" PRId64
		        "), thumbnails for instance, are left out",
		        s->path, others, first.width, first.height);
	return TT_OK;
}

/* ---- pixels ---- */

static tt_status fetch(tt_stack *s, int64_t frame, uint8_t *raw, tt_error *err)
{
	tiff *t = (tiff *)s;
	tt_tiff_page look;
	t->t.last[0] = 0;
	if (!TIFFSetSubDirectory(t->t.handle, (uint64_t)t->page[frame].directory))
		return tt_fail(err, TT_ERR_INPUT, "its directory cannot be read (%s)", t->t.last);
	tt_status st = tt_tiff_look(&t->t, &look, err);
	if (st != TT_OK) return st;
	if (look.width != t->look.width || look.height != t->look.height || look.type != t->look.type)
		return tt_fail(err, TT_ERR_INPUT, "it has %d x %d pixels stored as %s, the first page %d x %d as %s",
		               look.width, look.height, look.stored, t->look.width, t->look.height, t->look.stored);
	return tt_tiff_read(&t->t, &look, raw, (ptrdiff_t)((size_t)look.width * tt_pixel_size(look.type)), err);
}

static void drop(tt_stack *s)
{
	tiff *t = (tiff *)s;
	tt_tiff_close(&t->t);
	free(t->page);
}

/* The sample type of pages that are stored as they are handed out; false: libtiff has to convert. */
static bool plain_sample(const tiff *t, tt_sample *sample)
{
	TIFF *h = t->t.handle;
	uint16_t compression = 0, samples = 0, photometric = 0, order = FILLORDER_MSB2LSB;
	TIFFGetFieldDefaulted(h, TIFFTAG_COMPRESSION, &compression);
	TIFFGetFieldDefaulted(h, TIFFTAG_SAMPLESPERPIXEL, &samples);
	TIFFGetFieldDefaulted(h, TIFFTAG_FILLORDER, &order);
	if (!TIFFGetField(h, TIFFTAG_PHOTOMETRIC, &photometric)) photometric = PHOTOMETRIC_MINISBLACK;
	if (compression != COMPRESSION_NONE || samples != 1 || photometric != PHOTOMETRIC_MINISBLACK ||
	    order != FILLORDER_MSB2LSB || TIFFIsTiled(h) || t->look.conversion[0])
		return false;
	for (tt_sample k = TT_SAMPLE_U8; k <= TT_SAMPLE_F64; k++)
		if (strcmp(tt_sample_name(k), t->look.stored) == 0) {
			*sample = k;
			return true;
		}
	return false;
}

/* Reads straight from the file where every page is one piece. */
static tt_status try_straight(tiff *t, int64_t imagej, tt_error *err)
{
	tt_stack *s = &t->stack;
	tt_sample sample;
	if (!plain_sample(t, &sample)) return TT_OK;
	const int64_t bytes = (int64_t)((size_t)s->width * (size_t)s->height * tt_sample_size(sample));
	for (size_t k = 0; k < t->n; k++)
		if (t->page[k].strip < 0 || (t->page[k].strip_bytes != bytes && t->n > 1)) return TT_OK;
	const bool many = t->n == 1 && imagej > 1 && t->page[0].strip <= s->size - bytes;
	s->place = NULL;
	if (many) {
		s->first = t->page[0].strip;
		s->stride = bytes;
		s->frames = imagej;
	} else {
		s->place = malloc(t->n * sizeof *s->place);
		if (!s->place) return tt_fail_memory(err, "the list of pages");
		for (size_t k = 0; k < t->n; k++)
			s->place[k] = t->page[k].strip;
	}
	s->sample = sample;
	s->swap = t->big_endian != tt_host_is_big();
	s->fetch = NULL;
	return TT_OK;
}

/* ---- calibration ---- */

/* What follows "key=" at the start of a line of ImageJ's description. */
static bool imagej_value(const char *text, const char *key, char *out, size_t room)
{
	const size_t n = strlen(key);
	for (const char *line = text, *end; line; line = end ? end + 1 : NULL) {
		end = strchr(line, '\n');
		if (strncmp(line, key, n) != 0 || line[n] != '=') continue;
		tt_snprintf(out, room, "%.*s", (int)strcspn(line + n + 1, "\r\n"), line + n + 1);
		return true;
	}
	return false;
}

static double imagej_number(const char *text, const char *key)
{
	char value[64], *end;
	if (!imagej_value(text, key, value, sizeof value)) return NAN;
	double v = tt_strtod(value, &end);
	return end != value && *end == 0 ? v : NAN;
}

static void imagej_calibration(tiff *t, const char *text)
{
	tt_stack *s = &t->stack;
	char unit[64], time_unit[32] = "s";
	float x = 0, y = 0;
	TIFFGetField(t->t.handle, TIFFTAG_XRESOLUTION, &x);
	TIFFGetField(t->t.handle, TIFFTAG_YRESOLUTION, &y);
	if (imagej_value(text, "unit", unit, sizeof unit) && x > 0) {
		char *plain = tt_text_utf8(unit, strlen(unit));
		const double m = plain ? tt_length_unit(plain) : NAN;
		free(plain);
		if (m > 0)
			tt_stack_pixel_size(s, m / (double)x, y > 0 ? m / (double)y : NAN,
			                    "ImageJ calibration in the TIFF");
	}
	imagej_value(text, "tunit", time_unit, sizeof time_unit);
	if (strncmp(time_unit, "sec", 3) == 0) strcpy(time_unit, "s");
	const double factor = tt_unit_factor(time_unit, TT_DIM_TIME),
	             interval = imagej_number(text, "finterval") * factor;
	const double fps = imagej_number(text, "fps");
	tt_stack_interval(s, interval > 0 ? interval : fps > 0 ? 1 / fps : NAN);
	if (s->base.info.frame_interval_s > 0 && !s->from[0])
		tt_snprintf(s->from, sizeof s->from, "ImageJ description in the TIFF");
}

/* Tags that libtiff does not know have a count and an array. */
static bool gatan_text(TIFF *h, uint32_t tag, char *out, size_t room)
{
	const TIFFField *f = TIFFFindField(h, tag, TIFF_ANY);
	uint32_t n = 0;
	const char *p = NULL;
	if (!f || TIFFFieldDataType(f) != TIFF_ASCII) return false;
	if (TIFFFieldPassCount(f) ? !TIFFGetField(h, tag, &n, &p) : !TIFFGetField(h, tag, &p)) return false;
	if (!p) return false;
	tt_snprintf(out, room, "%s", p);
	return true;
}

static double gatan_number(TIFF *h, uint32_t tag)
{
	const TIFFField *f = TIFFFindField(h, tag, TIFF_ANY);
	uint32_t n = 0;
	const void *p = NULL;
	if (!f || !TIFFFieldPassCount(f) || !TIFFGetField(h, tag, &n, &p) || n < 1 || !p) return NAN;
	if (TIFFFieldDataType(f) == TIFF_DOUBLE) return *(const double *)p;
	return TIFFFieldDataType(f) == TIFF_FLOAT ? (double)*(const float *)p : NAN;
}

static void gatan_calibration(tiff *t)
{
	TIFF *h = t->t.handle;
	char x[32], y[32], z[32];
	if (!gatan_text(h, TAG_GATAN_UNIT_X, x, sizeof x)) return;
	if (gatan_text(h, TAG_GATAN_UNIT_Z, z, sizeof z) && tt_unit_factor(z, TT_DIM_TIME) > 0) {
		tt_stack_interval(&t->stack, gatan_number(h, TAG_GATAN_SCALE_Z) * tt_unit_factor(z, TT_DIM_TIME));
		tt_snprintf(t->stack.from, sizeof t->stack.from, "DigitalMicrograph calibration in the TIFF");
	}
	if (!gatan_text(h, TAG_GATAN_UNIT_Y, y, sizeof y)) strcpy(y, x);
	char *ux = tt_text_utf8(x, strlen(x)), *uy = tt_text_utf8(y, strlen(y));
	if (ux && uy && tt_length_unit(ux) > 0)
		tt_stack_pixel_size(&t->stack, gatan_number(h, TAG_GATAN_SCALE_X) * tt_length_unit(ux),
		                    gatan_number(h, TAG_GATAN_SCALE_Y) * tt_length_unit(uy),
		                    "DigitalMicrograph calibration in the TIFF");
	free(ux);
	free(uy);
}

/* ---- the source ---- */

static tt_status parse(tt_stack *s, tt_error *err)
{
	tiff *t = (tiff *)s;
	const char *description = NULL;
	int64_t imagej = 0;
	s->drop = drop;
	s->fetch = fetch;
	t->t.most_pixels = s->most_pixels;
	tt_status st = walk(t, err);
	if (st == TT_OK) st = tt_tiff_open(&t->t, s->path, err);
	if (st == TT_OK && !TIFFSetSubDirectory(t->t.handle, (uint64_t)t->page[0].directory))
		st = tt_fail(err, TT_ERR_INPUT, "'%s' cannot be read as a TIFF: %s", s->path, t->t.last);
	if (st == TT_OK) st = tt_tiff_look(&t->t, &t->look, err);
	if (st != TT_OK) return st;
	s->width = t->look.width;
	s->height = t->look.height;
	s->frames = (int64_t)t->n;
	s->sample = t->look.type == TT_U8 ? TT_SAMPLE_U8 : t->look.type == TT_U16 ? TT_SAMPLE_U16 : TT_SAMPLE_F32;
	tt_snprintf(s->codec, sizeof s->codec, "%s", t->look.stored);
	if (TIFFGetField(t->t.handle, TIFFTAG_IMAGEDESCRIPTION, &description) && description &&
	    strncmp(description, "ImageJ=", 7) == 0) {
		const double n = imagej_number(description, "images");
		imagej = n >= 1 && n < 1e9 ? (int64_t)n : 0;
		imagej_calibration(t, description);
	} else {
		gatan_calibration(t);
	}
	return try_straight(t, imagej, err);
}

/* More than one page, or ImageJ's one page for all. */
static bool is_stack(const tt_probe *p)
{
	tiff *t = calloc(1, sizeof *t);
	bool yes = false;
	int64_t at;
	found f;
	FILE *file = t ? fopen(p->path, "rb") : NULL;
	if (file) {
		t->stack.fd = fileno(file);
		t->stack.size = p->file_size;
		if (first_directory(t, &at) && read_directory(t, at, &f)) {
			const int64_t pixels = f.width > 0 && f.height > 0 && f.width < 1 << 20 && f.height < 1 << 20
			                           ? f.width * f.height
			                           : 0;
			yes = f.next > 0 || (pixels > 0 && f.page.strip > 0 &&
			                     p->file_size - f.page.strip >= 2 * f.page.strip_bytes &&
			                     p->file_size - f.page.strip >= 2 * pixels);
		}
		fclose(file);
	}
	free(t);
	return yes;
}

static int tiff_probe(const tt_probe *p)
{
	static const char *const magic[] = {"II*\0", "MM\0*", "II+\0", "MM\0+"};
	for (int i = 0; p->size >= 8 && i < 4; i++)
		if (memcmp(p->head, magic[i], 4) == 0)
			return is_stack(p) ? 70 : 9; /* one page: an image among numbered ones */
	return 0;
}

static tt_status tiff_open(const char *path, const tt_source_options *options, tt_reader **out, tt_error *err)
{
	return tt_stack_open(path, options, &tt_format_tiff, sizeof(tiff), parse, out, err);
}

const tt_source_format tt_format_tiff = {
    .name = "TIFF stack",
    .probe = tiff_probe,
    .open = tiff_open,
    .next = tt_stack_next,
    .seek = tt_stack_seek,
    .sum_up = tt_stack_sum_up,
    .close = tt_stack_close,
};
