/* DigitalMicrograph images and stacks (DM3, DM4).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/formats/dm.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "frames/formats/dm_tags.h"

static bool sample_of(int type, tt_sample *s)
{
	static const struct {
		int type;
		tt_sample sample;
	} types[] = {{1, TT_SAMPLE_I16}, {2, TT_SAMPLE_F32},  {6, TT_SAMPLE_U8},   {7, TT_SAMPLE_I32},
	             {9, TT_SAMPLE_I8},  {10, TT_SAMPLE_U16}, {11, TT_SAMPLE_U32}, {12, TT_SAMPLE_F64},
	             {14, TT_SAMPLE_U8}, {39, TT_SAMPLE_I64}, {40, TT_SAMPLE_U64}};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].type == type) {
			*s = types[i].sample;
			return true;
		}
	return false;
}

/* An image whose sizes were to stand behind its pixels, where the file ends. */
static const tt_dm_image *lost_sizes(const tt_dm_tags *tags)
{
	for (size_t k = 0; k < tags->n; k++)
		if (tags->cut && tags->image[k].data_at > 0 && tags->image[k].dims < 2) return &tags->image[k];
	return NULL;
}

static tt_status no_image(const tt_dm_tags *tags, const char *name, tt_error *err)
{
	const tt_dm_image *lost = lost_sizes(tags);
	if (lost)
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s' is cut within or right behind the pixels of its image %zu, and the image's size, "
		               "which stands behind them, is lost",
		               name, (size_t)(lost - tags->image));
	return tt_fail(err, TT_ERR_INPUT, "'%s' holds no image of real numbers%s", name,
	               tags->cut ? " up to where it is cut or damaged" : " besides thumbnails");
}

/* 1/m of a reciprocal length's unit; NaN. */
static double reciprocal_unit(const char *unit)
{
	if (strncmp(unit, "1/", 2) != 0) return NAN;
	const double length = tt_length_unit(unit + 2);
	return length > 0 ? 1 / length : (double)NAN;
}

/* Pixel size from the first two dimensions of an image, frame interval from the third if it is a time. There may be
 * fewer calibrations than dimensions. first: dimension of the image's columns. */
static void calibrate(tt_stack *s, const tt_dm_image *i, int first)
{
	const double x = tt_length_unit(i->unit[first]), y = tt_length_unit(i->unit[first + 1]),
	             k = reciprocal_unit(i->unit[first]);
	if (x > 0 && isfinite(i->scale[first]))
		tt_stack_pixel_size(s, i->scale[first] * x, y > 0 ? i->scale[first + 1] * y : (double)NAN,
		                    "DigitalMicrograph calibration");
	if (k > 0 && i->scale[first] > 0) s->k_per_px = i->scale[first] * k;
	const double t = i->dims == 3 && i->unit[2][0] ? tt_unit_factor(i->unit[2], TT_DIM_TIME) : NAN;
	if (t > 0) tt_stack_interval(s, i->scale[2] * t);
	if (!(s->base.info.frame_interval_s > 0)) tt_stack_interval(s, i->interval_s);
	tt_stack_exposure(s, i->exposure_s);
}

/* Of four dimensions two are the scan's. The tag Data Order Swapped says that the pattern's are first; files without it
 * tell it by their units, a length for the scan and anything else for the pattern. */
static bool scan_is_first(tt_stack *s, const tt_dm_image *i, const char *name)
{
	if (!isnan(i->swapped)) return i->swapped == 0;
	const bool front = tt_length_unit(i->unit[0]) > 0, back = tt_length_unit(i->unit[2]) > 0;
	if (front != back) return front;
	tt_warn(&s->base.warnings,
	        "'%s' does not say which two of its four dimensions are the scan's: the last two are taken for them",
	        name);
	return false;
}

/* An image's shape: s->frames of s->width × s->height. True: the scan's dimensions come first, so that the samples of
 * one pixel over all positions lie together. */
static bool take_shape(tt_stack *s, const tt_dm_image *i, const char *name)
{
	const bool four = i->dims > 3 && i->dim[3] != 1, turned = four && scan_is_first(s, i, name);
	const int64_t *pattern = turned ? i->dim + 2 : i->dim, *scan = turned ? i->dim : i->dim + 2;
	s->width = pattern[0];
	s->height = pattern[1];
	s->frames = i->dims > 2 ? scan[0] : 1;
	if (four) {
		const bool sound = scan[0] > 0 && scan[1] > 0 && scan[0] < 1 << 20 && scan[1] < 1 << 20;
		s->frames = sound ? scan[0] * scan[1] : -1;
		s->scan_columns = scan[0];
		s->scan_rows = scan[1];
	}
	calibrate(s, i, turned ? 2 : 0);
	return turned;
}

static tt_status describe(tt_stack *s, int fd, int64_t size, const char *name, bool *turned, tt_error *err)
{
	tt_dm_tags tags = {0};
	tt_status st = tt_dm_tags_read(&tags, fd, size, name, err);
	const tt_dm_image *i = st == TT_OK ? tt_dm_tags_choose(&tags) : NULL, *lost = lost_sizes(&tags);
	/* a smaller image beside the one that was cut is its thumbnail */
	if (i && lost && lost->data_count > i->data_count) i = NULL;
	if (st == TT_OK && !i) st = no_image(&tags, name, err);
	*turned = false;
	if (st == TT_OK) sample_of(i->type, &s->sample);
	if (st == TT_OK && i->dims > TT_DM_DIMS)
		st = tt_fail(
		    err, TT_ERR_INPUT,
		    "'%s' holds an array of %d dimensions; an image, a stack of images or a scan of patterns (4) "
		    "was expected",
		    name, i->dims);
	if (st == TT_OK && tags.cut && i->data_count <= (size - i->data_at) / (int64_t)tt_sample_size(s->sample))
		tt_warn(&s->base.warnings,
		        "'%s' is cut behind its pixels: what it said of calibration, times and exposure there is lost",
		        name);
	if (st == TT_OK) {
		s->swap = tags.little == tt_host_is_big();
		s->first = i->data_at;
		*turned = take_shape(s, i, name);
		if (s->width > 0 && s->height > 0 && s->width < 1 << 20 && s->height < 1 << 20)
			s->stride = s->width * s->height * (int64_t)tt_sample_size(s->sample);
	}
	tt_dm_tags_free(&tags);
	return st;
}

tt_status tt_dm_describe(tt_stack *s, int fd, int64_t size, const char *name, tt_error *err)
{
	bool turned;
	tt_status st = describe(s, fd, size, name, &turned, err);
	if (st == TT_OK && s->scan_rows > 0)
		st = tt_fail(err, TT_ERR_INPUT,
		             "'%s' holds an array of 4 dimensions; an image or a stack of images was expected", name);
	return st;
}

/* ---- scans whose positions lie together ---- */

enum { SLABS = 2 };
static const int64_t SLAB_BYTES = 32 << 20;

/* Neighbouring patterns, turned while they were read: a read for each pixel serves all of them. */
typedef struct slab {
	int64_t first, n; /* patterns; n 0: empty */
	int64_t used;     /* when, by dm_stack.turn */
	uint8_t *samples;
} slab;

typedef struct dm_stack {
	tt_stack stack;
	pthread_mutex_t lock;
	slab slab[SLABS];
	int64_t turn, most; /* patterns of a slab */
	uint8_t *row;       /* one pixel of all patterns of a slab */
} dm_stack;

static bool fill_slab(dm_stack *d, slab *b, int64_t first)
{
	tt_stack *s = &d->stack;
	const size_t size = tt_sample_size(s->sample);
	const int64_t pixels = s->width * s->height, left = s->frames - first;
	const int64_t n = left < d->most ? left : d->most;
	b->n = 0;
	for (int64_t p = 0; p < pixels; p++) {
		if (!tt_stack_bytes(s, s->first + (p * s->frames + first) * (int64_t)size, d->row, (size_t)n * size))
			return false;
		for (int64_t k = 0; k < n; k++)
			memcpy(b->samples + (size_t)(k * pixels + p) * size, d->row + (size_t)k * size, size);
	}
	b->first = first;
	b->n = n;
	return true;
}

static tt_status fetch_turned(tt_stack *s, int64_t frame, uint8_t *raw, tt_error *err)
{
	dm_stack *d = (dm_stack *)s;
	const size_t bytes = (size_t)s->stride;
	slab *oldest = &d->slab[0], *here = NULL;
	pthread_mutex_lock(&d->lock);
	for (int i = 0; i < SLABS; i++) {
		slab *b = &d->slab[i];
		if (b->n > 0 && frame >= b->first && frame < b->first + b->n) here = b;
		if (b->used < oldest->used) oldest = b;
	}
	if (!here && fill_slab(d, oldest, frame / d->most * d->most)) here = oldest;
	if (here) {
		here->used = ++d->turn;
		memcpy(raw, here->samples + (size_t)(frame - here->first) * bytes, bytes);
	}
	pthread_mutex_unlock(&d->lock);
	return here ? TT_OK : tt_fail(err, TT_ERR_INPUT, "its pixels cannot be read");
}

static void drop_turned(tt_stack *s)
{
	dm_stack *d = (dm_stack *)s;
	for (int i = 0; i < SLABS; i++)
		free(d->slab[i].samples);
	free(d->row);
	if (s->fetch) pthread_mutex_destroy(&d->lock);
}

static tt_status read_turned(dm_stack *d, tt_error *err)
{
	tt_stack *s = &d->stack;
	const int64_t bytes = s->stride;
	if (!(bytes > 0) || s->frames < 1) return TT_OK; /* refused with the shape */
	if (bytes > s->most_pixels * 8 || s->frames > (s->size - s->first) / bytes)
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s' is cut: it holds %lld of the %lld bytes of its scan, whose positions lie together "
		               "pixel by pixel, so that no pattern is whole",
		               s->path, (long long)(s->size - s->first), (long long)(s->frames * bytes));
	d->most = SLAB_BYTES / bytes > 1 ? SLAB_BYTES / bytes : 1;
	if (d->most > s->frames) d->most = s->frames;
	pthread_mutex_init(&d->lock, NULL);
	s->fetch = fetch_turned;
	d->row = malloc((size_t)d->most * tt_sample_size(s->sample));
	for (int i = 0; i < SLABS; i++)
		d->slab[i].samples = malloc((size_t)d->most * (size_t)bytes);
	return d->row && d->slab[0].samples && d->slab[1].samples ? TT_OK : tt_fail_memory(err, "a scan's patterns");
}

static tt_status parse(tt_stack *s, tt_error *err)
{
	bool turned;
	s->drop = drop_turned;
	tt_status st = describe(s, s->fd, s->size, s->path, &turned, err);
	return st == TT_OK && turned ? read_turned((dm_stack *)s, err) : st;
}

bool tt_dm_is(const uint8_t *h, size_t n)
{
	if (n < 24) return false;
	const unsigned version = tt_get_u32(h, true);
	const uint8_t *order = h + (version == 4 ? 12 : 8), *flags = order + 4;
	if ((version != 3 && version != 4) || tt_get_u32(order, true) > 1 || flags[0] > 1 || flags[1] > 1) return false;
	return true;
}

static int dm_probe(const tt_probe *p)
{
	return tt_dm_is(p->head, p->size) ? 70 : 0;
}

static tt_status dm_open(const char *path, const tt_source_options *options, tt_reader **out, tt_error *err)
{
	return tt_stack_open(path, options, &tt_format_dm, sizeof(dm_stack), parse, out, err);
}

const tt_source_format tt_format_dm = {
    .name = "DigitalMicrograph",
    .probe = dm_probe,
    .open = dm_open,
    .next = tt_stack_next,
    .seek = tt_stack_seek,
    .sum_up = tt_stack_sum_up,
    .close = tt_stack_close,
};
