/* TIA series (.ser).
 *
 * The format: 0x4949, 0x0197, version (u16 each; up to 0x210 offsets have 32 bits, later 64), kind of data (0x4120
 * spectra, 0x4122 images), kind of tags (0x4152 time, 0x4142 time and place), elements announced and valid (u32),
 * place of the offset array, number of dimensions. The offset array: the elements' places, then the tags'. An element:
 * offset, pixel in m (f64), index (u32) for x, the same for y, type (u16), nx, ny (u32), samples. A tag: kind (u16),
 * two bytes, time in s since 1970 (u32). An acquisition that was stopped has fewer valid elements than announced.
 *
 * Times have a resolution of 1 s. Where they are those of a regular sequence of at least 10 s, frames are placed
 * evenly; otherwise they say nothing about the frames' times. SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "frames/stack.h"

enum { ELEMENT = 50, IMAGES = 0x4122, LEAST_SPAN = 10, BLOCK = 512 };

static bool sample_of(unsigned type, tt_sample *s)
{
	static const tt_sample types[] = {TT_SAMPLE_U8,  TT_SAMPLE_U16, TT_SAMPLE_U32, TT_SAMPLE_I8,
	                                  TT_SAMPLE_I16, TT_SAMPLE_I32, TT_SAMPLE_F32, TT_SAMPLE_F64};
	if (type < 1 || type > 8) return false;
	*s = types[type - 1];
	return true;
}

/* The n offsets from byte `at` on; -1 for those that are not there. */
static tt_status read_offsets(tt_stack *s, int64_t at, int wide, int64_t n, int64_t **out, tt_error *err)
{
	uint8_t block[8 * BLOCK];
	int64_t *p = malloc((size_t)n * sizeof *p);
	*out = p;
	if (!p) return tt_fail_memory(err, "the list of frames");
	for (int64_t k = 0; k < n; k += BLOCK) {
		const int64_t m = n - k < BLOCK ? n - k : BLOCK;
		bool there = tt_stack_bytes(s, at + k * wide, block, (size_t)(m * wide));
		for (int64_t i = 0; i < m; i++) {
			uint64_t v = !there      ? UINT64_MAX
			             : wide == 4 ? tt_get_u32(block + 4 * i, false)
			                         : tt_get_u64(block + 8 * i, false);
			p[k + i] = v > (uint64_t)s->size ? -1 : (int64_t)v;
		}
	}
	return TT_OK;
}

/* Elements may differ in shape only in files that are no recording. */
static tt_status read_elements(tt_stack *s, tt_error *err)
{
	uint8_t e[ELEMENT], first[ELEMENT];
	if (s->place[0] < 0 || !tt_stack_bytes(s, s->place[0], first, sizeof first))
		return tt_fail(err, TT_ERR_INPUT, "'%s' is cut: its first image is not there", s->path);
	const unsigned type = tt_get_u16(first + 40, false);
	if (!sample_of(type, &s->sample))
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s': SER data of type %u are not supported; real numbers (1 to 8) were expected",
		               s->path, type);
	s->width = (int32_t)tt_get_u32(first + 42, false);
	s->height = (int32_t)tt_get_u32(first + 46, false);
	tt_stack_pixel_size(s, tt_get_f64(first + 8, false), tt_get_f64(first + 28, false), "SER element, calibration");
	for (int64_t k = 0; k < s->frames; k++) {
		if (s->place[k] < 0) continue;
		/* a header for each of 10000 frames is read in milliseconds; beyond, the first ones stand for all */
		if (k > 0 && k < 10000 && tt_stack_bytes(s, s->place[k], e, sizeof e) &&
		    memcmp(e + 40, first + 40, 10) != 0)
			return tt_fail(err, TT_ERR_INPUT,
			               "'%s': image %" PRId64 " has another size or type than the first", s->path, k);
		s->place[k] += ELEMENT;
	}
	return TT_OK;
}

/* Whole seconds of a regular sequence: the line through them; else nothing. */
static void even_times(tt_stack *s, const double *t, int64_t n)
{
	const double span = t[n - 1] - t[0];
	double sxy = 0, sxx = 0;
	if (n < 2 || span < LEAST_SPAN) {
		tt_warn(&s->base.warnings,
		        "'%s': its times have a resolution of 1 s and span %.0f s in %" PRId64 " frames: too little "
		        "to tell the frames' times from",
		        s->path, span > 0 ? span : 0, n);
		return;
	}
	for (int64_t k = 0; k < n; k++) {
		const double x = (double)k - (double)(n - 1) / 2;
		sxx += x * x;
		sxy += x * (t[k] - t[0]);
	}
	const double interval = sxy / sxx, u = sqrt(1.0 / 12 / sxx);
	double mean = 0, worst = 0;
	for (int64_t k = 0; k < n; k++)
		mean += (t[k] - t[0] - interval * (double)k) / (double)n;
	for (int64_t k = 0; k < n; k++)
		worst = fmax(worst, fabs(t[k] - t[0] - interval * (double)k - mean));
	if (worst > 1 || !(interval > 0)) {
		tt_warn(&s->base.warnings,
		        "'%s': its times have a resolution of 1 s and are not regular (off by up to %.1f s): they are "
		        "not used",
		        s->path, worst);
		return;
	}
	tt_stack_interval(s, interval);
	tt_warn(&s->base.warnings,
	        "'%s': its times have a resolution of 1 s: frames are placed evenly, %s apart; give "
	        "video.frame_rate if it is known better",
	        s->path, TT_VALUE(interval, u, "s"));
}

static tt_status read_times(tt_stack *s, const int64_t *tag, tt_error *err)
{
	double *t = malloc((size_t)s->frames * sizeof *t);
	if (!t) return tt_fail_memory(err, "the frames' times");
	int64_t n = 0;
	uint8_t b[8];
	while (n < s->frames && tag[n] > 0 && tt_stack_bytes(s, tag[n], b, sizeof b))
		t[n++] = tt_get_u32(b + 4, false);
	if (n > 1) even_times(s, t, n);
	free(t);
	return TT_OK;
}

static tt_status parse(tt_stack *s, tt_error *err)
{
	uint8_t h[34];
	if (!tt_stack_bytes(s, 0, h, sizeof h))
		return tt_fail(err, TT_ERR_INPUT, "'%s': its SER header is cut", s->path);
	const int wide = tt_get_u16(h + 4, false) <= 0x210 ? 4 : 8;
	if (tt_get_u32(h + 6, false) != IMAGES)
		return tt_fail(err, TT_ERR_INPUT, "'%s' holds SER data of kind 0x%04X; images (0x4122) were expected",
		               s->path, tt_get_u32(h + 6, false));
	const int64_t announced = tt_get_u32(h + 14, false), valid = tt_get_u32(h + 18, false);
	const uint64_t at = wide == 4 ? tt_get_u32(h + 22, false) : tt_get_u64(h + 22, false);
	if (valid < 1 || valid > announced)
		return tt_fail(err, TT_ERR_INPUT, "'%s': %" PRId64 " valid images of %" PRId64 " announced", s->path,
		               valid, announced);
	if (at > (uint64_t)s->size || (int64_t)at + announced * wide > s->size)
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s' is cut or damaged: the list of its %" PRId64 " images is not there", s->path,
		               announced);
	int64_t *tag = NULL;
	s->frames = valid;
	tt_status st = read_offsets(s, (int64_t)at, wide, valid, &s->place, err);
	if (st == TT_OK) st = read_elements(s, err);
	if (st == TT_OK) st = read_offsets(s, (int64_t)at + announced * wide, wide, valid, &tag, err);
	if (st == TT_OK) st = read_times(s, tag, err);
	free(tag);
	return st;
}

static int ser_probe(const tt_probe *p)
{
	return p->size >= 34 && memcmp(p->head, "II\x97\x01", 4) == 0 ? 90 : 0;
}

static tt_status ser_open(const char *path, const tt_source_options *options, tt_reader **out, tt_error *err)
{
	return tt_stack_open(path, options, &tt_format_ser, sizeof(tt_stack), parse, out, err);
}

const tt_source_format tt_format_ser = {
    .name = "TIA SER",
    .probe = ser_probe,
    .open = ser_open,
    .next = tt_stack_next,
    .seek = tt_stack_seek,
    .sum_up = tt_stack_sum_up,
    .close = tt_stack_close,
};
