/* Scans of diffraction patterns from any source of frames. Stacks of plain samples are read by place, several threads
 * at once and without the cutting of outliers that images get; everything else frame by frame. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "frames/scan_source.h"
#include "frames/stack.h"

struct tt_scan_source {
	tt_scan_info info;
	tt_stack *stack;   /* or … */
	tt_source *source; /* … any other source */
	int64_t next;
	pthread_mutex_t lock; /* for `source` */
	tt_strings warnings;
};

void tt_scan_source_close(tt_scan_source *s)
{
	if (!s) return;
	if (s->stack) tt_stack_close(&s->stack->base);
	tt_source_close(s->source);
	tt_strings_free(&s->warnings);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

const tt_scan_info *tt_scan_source_info(const tt_scan_source *s)
{
	return &s->info;
}

const tt_strings *tt_scan_source_warnings(const tt_scan_source *s)
{
	return &s->warnings;
}

static void take_stack(tt_scan_source *s)
{
	const tt_stack *k = s->stack;
	const bool counts = k->counts;
	s->info = (tt_scan_info){.path = k->base.info.path,
	                         .format = k->base.info.format,
	                         .sample = tt_sample_name(k->sample),
	                         .width = (int)k->width,
	                         .height = (int)k->height,
	                         .patterns = k->frames,
	                         .rows = k->scan_rows,
	                         .columns = k->scan_columns,
	                         .k_per_px = k->k_per_px > 0 ? k->k_per_px : (double)NAN,
	                         .exposure_s = k->base.info.exposure_s,
	                         .counter_bits = k->counter_bits,
	                         .counts = counts,
	                         .whole = k->sample == TT_SAMPLE_U8 || k->sample == TT_SAMPLE_U16};
	for (size_t i = 0; i < k->base.warnings.n; i++)
		if (!strstr(k->base.warnings.item[i], "video.frame_rate")) /* times do not matter here */
			tt_warn(&s->warnings, "%s", k->base.warnings.item[i]);
}

static void take_source(tt_scan_source *s)
{
	const tt_source_info *i = tt_source_info_of(s->source);
	s->info = (tt_scan_info){.path = i->path,
	                         .format = i->format,
	                         .sample = i->type == TT_U8    ? "u8"
	                                   : i->type == TT_U16 ? "u16"
	                                                       : "f32",
	                         .width = i->width,
	                         .height = i->height,
	                         .patterns = i->frames,
	                         .k_per_px = NAN,
	                         .exposure_s = i->exposure_s,
	                         .whole = i->type != TT_F32};
	for (size_t k = 0; k < tt_source_warnings(s->source)->n; k++)
		tt_warn(&s->warnings, "%s", tt_source_warnings(s->source)->item[k]);
}

tt_status tt_scan_source_open(const char *path, tt_scan_source **out, tt_error *err)
{
	static const tt_source_options options = {.stream = -1, .keep_duplicates = true, .allow_no_times = true};
	const tt_source_format *format;
	*out = NULL;
	tt_status st = tt_source_find_format(path, &format, err);
	if (st != TT_OK) return st;
	tt_scan_source *s = calloc(1, sizeof *s);
	if (!s) return tt_fail_memory(err, "a scan");
	pthread_mutex_init(&s->lock, NULL);
	if (format->next == tt_stack_next) {
		tt_reader *r;
		st = format->open(path, &options, &r, err);
		s->stack = st == TT_OK ? (tt_stack *)r : NULL;
		if (s->stack) take_stack(s);
	} else {
		st = tt_source_open(path, &options, &s->source, err);
		if (st == TT_OK) take_source(s);
	}
	if (st == TT_OK && s->info.patterns < 1)
		st = tt_fail(err, TT_ERR_INPUT, "'%s' (%s) does not say how many patterns it holds", path,
		             s->info.format);
	if (st != TT_OK) {
		tt_scan_source_close(s);
		return st;
	}
	*out = s;
	return TT_OK;
}

static tt_status unreadable(const tt_scan_source *s, int64_t k, tt_error *err)
{
	return tt_fail(err, TT_ERR_INPUT, "pattern %lld of '%s' cannot be read", (long long)k, s->info.path);
}

/* One frame of another source, by its lock. */
static tt_status from_source(tt_scan_source *s, int64_t k, uint16_t *whole, float *real, tt_error *err)
{
	tt_frame f = {0};
	pthread_mutex_lock(&s->lock);
	tt_status st = k == s->next ? TT_OK : tt_source_seek(s->source, k, NAN, err);
	if (st == TT_OK) st = tt_source_next(s->source, &f, err);
	s->next = st == TT_OK ? k + 1 : -1;
	if (st == TT_OK && f.image.data)
		for (int y = 0; y < f.image.height; y++)
			for (int x = 0; x < f.image.width; x++) {
				const double v = tt_image_at(&f.image, x, y);
				const size_t at = (size_t)y * (size_t)f.image.width + (size_t)x;
				if (whole)
					whole[at] = (uint16_t)v;
				else
					real[at] = (float)v;
			}
	else
		st = unreadable(s, k, err);
	pthread_mutex_unlock(&s->lock);
	return st;
}

bool tt_scan_source_swapped(const tt_scan_source *s)
{
	return s->stack && s->stack->sample == TT_SAMPLE_U16 && s->stack->swap;
}

tt_status tt_scan_source_stored16(tt_scan_source *s, int64_t k, uint16_t *dst, tt_error *err)
{
	if (!s->stack) return from_source(s, k, dst, NULL, err);
	const size_t n = (size_t)s->info.width * (size_t)s->info.height;
	if (tt_stack_raw(s->stack, k, (uint8_t *)dst, NULL) != TT_OK) return unreadable(s, k, err);
	if (s->stack->sample == TT_SAMPLE_U8) { /* spread from the end, in place */
		const uint8_t *b = (const uint8_t *)dst;
		for (size_t i = n; i-- > 0;)
			dst[i] = b[i];
	}
	return TT_OK;
}

tt_status tt_scan_source_u16(tt_scan_source *s, int64_t k, uint16_t *dst, tt_error *err)
{
	const size_t n = (size_t)s->info.width * (size_t)s->info.height;
	tt_status st = tt_scan_source_stored16(s, k, dst, err);
	for (size_t i = 0; st == TT_OK && tt_scan_source_swapped(s) && i < n; i++)
		dst[i] = (uint16_t)(dst[i] << 8 | dst[i] >> 8);
	return st;
}

tt_status tt_scan_source_f32(tt_scan_source *s, int64_t k, float *dst, tt_error *err)
{
	if (!s->stack) return from_source(s, k, NULL, dst, err);
	const size_t n = (size_t)s->info.width * (size_t)s->info.height;
	uint8_t *raw = malloc(n * tt_sample_size(s->stack->sample));
	if (!raw) return tt_fail_memory(err, "a pattern");
	tt_status st = tt_stack_raw(s->stack, k, raw, NULL) == TT_OK ? TT_OK : unreadable(s, k, err);
	if (st == TT_OK) tt_stack_floats(s->stack, raw, dst);
	free(raw);
	return st;
}
