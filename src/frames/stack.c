/* Stacks of plain samples: reading by frame, element types, times, robust limits, cut files.
 *
 * A pixel keeps the value that the file has: u8 and u16 as they are, everything else as float. Grey levels have no
 * common scale then, which nothing above this room relies on. What must know the scale (pictures of frames) finds the
 * sequence's limits in the source's info: for each of up to nine frames spread over the sequence the 0.1 % and the
 * 99.9 % quantile of some thousand pixels, and of these the medians. A stuck pixel or a blanked beam moves neither.
 * Outliers (stuck and hot pixels, X-rays) would spoil every subset that their interpolation reaches: what lies beyond
 * the least and the largest of these quantiles by more than four times their distance is cut down to that bound. What
 * is not finite becomes the lower limit. SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/stack.h"

#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.h"
#include "frames/read_at.h"
#include "numeric/statistics.h"
#include "core/files.h"

enum {
	LARGEST_SIDE = 1 << 17,
	SAMPLED_FRAMES = 9,
	SAMPLED_ROWS = 16,
	SAMPLED_COLUMNS = 256,
	COSTLY = 2 << 20, /* bytes of a frame that has to be unpacked: fewer are looked at */
	CHUNK = 1 << 17,  /* bytes read at a time, so that they are still in the cache when they are looked at */
	NAMED = 5
};
static const int64_t MOST_FRAMES = (int64_t)1 << 31;
static const double BEYOND = 4; /* distances of the limits from each other */

/* ---- numbers ---- */

bool tt_host_is_big(void)
{
	const uint16_t one = 1;
	uint8_t first;
	memcpy(&first, &one, 1);
	return first == 0;
}

uint16_t tt_get_u16(const void *p, bool big)
{
	const uint8_t *b = p;
	return (uint16_t)(big ? b[0] << 8 | b[1] : b[1] << 8 | b[0]);
}

uint32_t tt_get_u32(const void *p, bool big)
{
	const uint8_t *b = p;
	uint32_t v = 0;
	for (int i = 0; i < 4; i++)
		v = v << 8 | b[big ? i : 3 - i];
	return v;
}

uint64_t tt_get_u64(const void *p, bool big)
{
	const uint8_t *b = p;
	uint64_t v = 0;
	for (int i = 0; i < 8; i++)
		v = v << 8 | b[big ? i : 7 - i];
	return v;
}

double tt_get_f32(const void *p, bool big)
{
	uint32_t u = tt_get_u32(p, big);
	float f;
	memcpy(&f, &u, sizeof f);
	return (double)f;
}

double tt_get_f64(const void *p, bool big)
{
	uint64_t u = tt_get_u64(p, big);
	double f;
	memcpy(&f, &u, sizeof f);
	return f;
}

static const struct {
	const char *name;
	uint8_t size;
} samples[] = {{"u8", 1},  {"i8", 1},  {"u16", 2}, {"i16", 2}, {"u32", 4}, {"i32", 4},
               {"u64", 8}, {"i64", 8}, {"f16", 2}, {"f32", 4}, {"f64", 8}};

size_t tt_sample_size(tt_sample s)
{
	return samples[s].size;
}

const char *tt_sample_name(tt_sample s)
{
	return samples[s].name;
}

double tt_length_unit(const char *unit)
{
	static const struct {
		const char *name;
		double metres;
	} words[] = {{"micron", 1e-6},   {"microns", 1e-6},    {"\\u00B5m", 1e-6},  {"\\u00b5m", 1e-6},
	             {"\\u03BCm", 1e-6}, {"micrometer", 1e-6}, {"nanometer", 1e-9}, {"angstrom", 1e-10},
	             {"\\u00C5", 1e-10}, {"\xC5", 1e-10},      {"\xB5m", 1e-6},     {"cm", 1e-2},
	             {"inch", 0.0254}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(unit, words[i].name) == 0) return words[i].metres;
	return tt_unit_factor(unit, TT_DIM_LENGTH);
}

void tt_stack_pixel_size(tt_stack *s, double x, double y, const char *from)
{
	tt_strings *w = &s->base.warnings;
	if (isnan(y)) y = x;
	if (!(fabs(x) >= 1e-14 && fabs(x) <= 1e-5)) {
		if (x != 0)
			tt_warn(w, "'%s': its pixel size of %.4g m (%s) cannot be right and is not used", s->path, x,
			        from);
	} else if (x < 0 || y < 0) {
		tt_warn(w, "'%s': its pixel size is negative (%.4g m, %s) and is not used", s->path, x < 0 ? x : y,
		        from);
	} else if (!(fabs(y / x - 1) <= 0.01)) {
		tt_warn(w, "'%s': its pixels are not square (%.4g m by %.4g m, %s): that size is not used", s->path, x,
		        y, from);
	} else {
		s->base.info.pixel_size_m = x;
		tt_snprintf(s->from, sizeof s->from, "%s", from);
	}
}

void tt_stack_interval(tt_stack *s, double seconds)
{
	if (seconds >= 1e-7 && seconds <= 1e6) s->base.info.frame_interval_s = seconds;
}

void tt_stack_exposure(tt_stack *s, double seconds)
{
	if (seconds >= 1e-7 && seconds <= 1e6) s->base.info.exposure_s = seconds;
}

/* ---- bytes ---- */

bool tt_stack_bytes(tt_stack *s, int64_t at, void *dst, size_t n)
{
	if (at < 0 || at > s->size || (uint64_t)n > (uint64_t)(s->size - at)) return false;
	return tt_read_at(s->fd, at, dst, n, &s->read_error) == (int64_t)n;
}

static size_t row_bytes(const tt_stack *s)
{
	return (size_t)s->width * tt_sample_size(s->sample);
}

static size_t frame_bytes(const tt_stack *s)
{
	return row_bytes(s) * (size_t)s->height;
}

static int64_t place_of(const tt_stack *s, int64_t k)
{
	return s->place ? s->place[k] : s->first + k * s->stride;
}

static uint8_t *raw_room(tt_stack *s, size_t bytes)
{
	if (bytes <= s->raw_size) return s->raw;
	free(s->raw);
	s->raw = malloc(bytes);
	s->raw_size = s->raw ? bytes : 0;
	return s->raw;
}

static void swap_bytes(uint8_t *p, size_t bytes, size_t size)
{
	for (size_t i = 0; i < bytes; i += size)
		for (size_t a = 0, b = size - 1; a < b; a++, b--) {
			uint8_t t = p[i + a];
			p[i + a] = p[i + b];
			p[i + b] = t;
		}
}

/* ---- samples ---- */

/* IEEE 754 binary16 */
static float half(uint16_t h)
{
	const int e = h >> 10 & 31, m = h & 1023;
	double v = e == 0    ? m * 0x1p-24
	           : e == 31 ? (m ? (double)NAN : (double)INFINITY)
	                     : (m + 1024) * 0x1p-25 * (1 << e);
	return (float)(h & 0x8000 ? -v : v);
}

#define CONVERT(type, expression)                                                                                      \
	for (size_t i = 0; i < n; i++) {                                                                               \
		type v;                                                                                                \
		memcpy(&v, src + i * sizeof v, sizeof v);                                                              \
		dst[i] = (float)(expression);                                                                          \
	}                                                                                                              \
	break

static void to_float(const uint8_t *src, float *dst, size_t n, tt_sample sample)
{
	switch (sample) {
	case TT_SAMPLE_U8: CONVERT(uint8_t, v);
	case TT_SAMPLE_I8: CONVERT(int8_t, v);
	case TT_SAMPLE_U16: CONVERT(uint16_t, v);
	case TT_SAMPLE_I16: CONVERT(int16_t, v);
	case TT_SAMPLE_U32: CONVERT(uint32_t, v);
	case TT_SAMPLE_I32: CONVERT(int32_t, v);
	case TT_SAMPLE_U64: CONVERT(uint64_t, v);
	case TT_SAMPLE_I64: CONVERT(int64_t, v);
	case TT_SAMPLE_F16: CONVERT(uint16_t, half(v));
	case TT_SAMPLE_F32: memmove(dst, src, n * sizeof *dst); break;
	case TT_SAMPLE_F64: CONVERT(double, v);
	}
}

static tt_pixel type_of(tt_sample s)
{
	return s == TT_SAMPLE_U8 ? TT_U8 : s == TT_SAMPLE_U16 ? TT_U16 : TT_F32;
}

static uint16_t largest_u16(const uint16_t *v, size_t n)
{
	uint16_t most = 0;
	for (size_t i = 0; i < n; i++)
		most = v[i] > most ? v[i] : most;
	return most;
}

/* Outliers in u16 samples. */
static bool tame_u16(uint8_t *p, size_t n, uint16_t hi)
{
	uint16_t *v = (uint16_t *)(void *)p;
	if (largest_u16(v, n) <= hi) return false;
	for (size_t i = 0; i < n; i++)
		v[i] = v[i] > hi ? hi : v[i];
	return true;
}

static bool all_sound_f32(const tt_stack *s, const float *v, size_t n)
{
	const bool bounded = isfinite(s->clip_lo);
	const float lo = bounded ? (float)s->clip_lo : -FLT_MAX, hi = bounded ? (float)s->clip_hi : FLT_MAX;
	size_t bad = 0;
	for (size_t i = 0; i < n; i++)
		bad += !(v[i] >= lo && v[i] <= hi);
	return bad == 0;
}

static void tame_f32(tt_stack *s, float *v, size_t n, bool *mended, bool *clipped)
{
	const bool bounded = isfinite(s->clip_lo);
	const float lo = bounded ? (float)s->clip_lo : -INFINITY, hi = bounded ? (float)s->clip_hi : INFINITY;
	const float black = isfinite(s->base.info.black) ? (float)s->base.info.black : 0;
	if (all_sound_f32(s, v, n)) return;
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(v[i])) {
			v[i] = black;
			*mended = true;
		} else if (v[i] < lo || v[i] > hi) {
			v[i] = v[i] < lo ? lo : hi;
			*clipped = true;
		}
	}
}

/* ---- limits ---- */

/* Some thousand pixels of frame k, finite ones; returns their number. */
static size_t sample_frame(tt_stack *s, int64_t k, float *out)
{
	const size_t row = row_bytes(s), size = tt_sample_size(s->sample);
	const int64_t rows = s->height < SAMPLED_ROWS ? s->height : SAMPLED_ROWS;
	const int64_t step = s->width / SAMPLED_COLUMNS > 0 ? s->width / SAMPLED_COLUMNS : 1;
	tt_error ignored;
	uint8_t *raw = raw_room(s, s->fetch ? frame_bytes(s) : row);
	size_t n = 0;
	if (!raw || (s->fetch && s->fetch(s, k, raw, &ignored) != TT_OK)) return 0;
	for (int64_t i = 0; i < rows; i++) {
		const int64_t y = (2 * i + 1) * s->height / (2 * rows);
		const uint8_t *p = s->fetch ? raw + (size_t)y * row : raw;
		if (!s->fetch &&
		    (place_of(s, k) < 0 || !tt_stack_bytes(s, place_of(s, k) + y * (int64_t)row, raw, row)))
			return n;
		for (int64_t x = 0, m = 0; x < s->width && m < SAMPLED_COLUMNS; x += step, m++) {
			uint8_t one[8];
			memcpy(one, p + (size_t)x * size, size);
			if (s->swap) swap_bytes(one, size, size);
			to_float(one, &out[n], 1, s->sample);
			n += isfinite(out[n]);
		}
	}
	return n;
}

static float quantile(float *v, size_t n, double q)
{
	return tt_nth_smallest(v, n, (size_t)floor(q * (double)(n - 1) + 0.5));
}

static tt_status find_limits(tt_stack *s, tt_error *err)
{
	tt_source_info *i = &s->base.info;
	const int64_t enough = s->fetch && frame_bytes(s) > COSTLY ? 3 : SAMPLED_FRAMES;
	const int64_t looks = s->frames < enough ? s->frames : enough;
	float lo[SAMPLED_FRAMES], hi[SAMPLED_FRAMES], *v;
	size_t used = 0;
	s->clip_lo = s->clip_hi = NAN;
	if (type_of(s->sample) == TT_U8) return TT_OK;
	v = malloc((SAMPLED_ROWS * SAMPLED_COLUMNS + 1) * sizeof *v);
	if (!v) return tt_fail_memory(err, "the grey levels' limits");
	for (int64_t k = 0; k < looks; k++) {
		size_t n = sample_frame(s, (2 * k + 1) * s->frames / (2 * looks), v);
		if (n == 0) continue;
		lo[used] = quantile(v, n, 0.001);
		hi[used++] = quantile(v, n, 0.999);
	}
	free(v);
	if (used == 0) return TT_OK;
	const double black = (double)tt_nth_smallest(lo, used, (used - 1) / 2),
	             white = (double)tt_nth_smallest(hi, used, used / 2), apart = white - black;
	if (!(apart > 0)) return TT_OK;
	i->black = black;
	i->white = white;
	const double least = (double)tt_nth_smallest(lo, used, 0), most = (double)tt_nth_smallest(hi, used, used - 1);
	s->clip_lo = least - BEYOND * (most - least);
	s->clip_hi = most + BEYOND * (most - least);
	tt_snprintf(
	    s->normalisation, sizeof s->normalisation,
	    "values as stored; black %.6g and white %.6g are the 0.1 %% and 99.9 %% quantiles (medians of %zu frames), "
	    "outliers are cut at %.6g and %.6g",
	    black, white, used, s->clip_lo, s->clip_hi);
	i->normalisation = s->normalisation;
	return TT_OK;
}

/* ---- what parse() found ---- */

static tt_status check_shape(tt_stack *s, tt_error *err)
{
	const char *name = s->base.format->name;
	if (s->width < 1 || s->height < 1 || s->width > LARGEST_SIDE || s->height > LARGEST_SIDE)
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s': frames of %" PRId64 " x %" PRId64 " pixels cannot be right (%s header)", s->path,
		               s->width, s->height, name);
	if (s->width * s->height > s->most_pixels)
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s': frames of %" PRId64 " x %" PRId64 " pixels are more than the %" PRId64
		               " that are taken; raise video.max_pixels if they are meant",
		               s->path, s->width, s->height, s->most_pixels);
	if (s->frames < 1 || s->frames > MOST_FRAMES)
		return tt_fail(err, TT_ERR_INPUT, "'%s': %" PRId64 " frames cannot be right (%s header)", s->path,
		               s->frames, name);
	if (s->fetch) return TT_OK;
	const int64_t bytes = (int64_t)frame_bytes(s);
	if (!s->place && (s->first < 0 || s->stride < bytes || s->stride > INT64_MAX / 4 / s->frames))
		return tt_fail(err, TT_ERR_INPUT, "'%s': its frames lie at impossible places (%s header)", s->path,
		               name);
	const int64_t announced = s->frames;
	if (s->place) {
		while (s->frames > 0 && (s->place[s->frames - 1] < 0 || s->place[s->frames - 1] > s->size - bytes))
			s->frames--;
		for (int64_t k = 0; k < s->frames; k++)
			if (s->place[k] > s->size - bytes) s->place[k] = -1;
	} else {
		const int64_t room = s->first > s->size - bytes ? 0 : (s->size - bytes - s->first) / s->stride + 1;
		if (room < s->frames) s->frames = room;
	}
	if (s->frames == 0)
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s' is cut: not one frame of %" PRId64 " x %" PRId64 " pixels (%s, %" PRId64
		               " bytes) is whole in its %" PRId64 " bytes",
		               s->path, s->width, s->height, tt_sample_name(s->sample), bytes, s->size);
	if (s->frames < announced)
		tt_warn(&s->base.warnings,
		        "'%s' is cut: it announces %" PRId64 " frames and holds %" PRId64 "; the last whole one is "
		        "frame %" PRId64,
		        s->path, announced, s->frames, s->frames - 1);
	return TT_OK;
}

static bool times_rise(const tt_stack *s)
{
	for (int64_t k = 0; k < s->frames; k++)
		if (!isfinite(s->time[k]) || (k > 0 && !(s->time[k] > s->time[k - 1]))) return false;
	return true;
}

static tt_status check_times(tt_stack *s, const tt_source_options *o, tt_error *err)
{
	tt_source_info *i = &s->base.info;
	if (s->time && !times_rise(s)) {
		tt_warn(&s->base.warnings, "'%s': its frames' times do not rise and are not used", s->path);
		free(s->time);
		s->time = NULL;
	}
	if (s->time && s->frames > 1) {
		const double mean = (s->time[s->frames - 1] - s->time[0]) / (double)(s->frames - 1);
		if (!(i->frame_interval_s > 0)) tt_stack_interval(s, mean);
	}
	if (!s->time && s->frames > 1 && !(i->frame_interval_s > 0) && i->exposure_s > 0) {
		i->frame_interval_s = i->exposure_s;
		if (!(o->frame_rate > 0))
			tt_warn(&s->base.warnings,
			        "'%s' gives an exposure of %.6g s but no frame rate: one frame is taken to follow the "
			        "other "
			        "without a pause; give video.frame_rate if that is wrong",
			        s->path, i->exposure_s);
	}
	s->rate = o->frame_rate;
	if (s->rate > 0) {
		if (i->frame_interval_s > 0 && fabs(i->frame_interval_s * s->rate - 1) > 0.01)
			tt_warn(&s->base.warnings,
			        "'%s' says %.6g frames a second, the description says %.6g (video.frame_rate): the "
			        "description's value is used",
			        s->path, 1 / i->frame_interval_s, s->rate);
		i->frame_rate = s->rate;
	} else if (i->frame_interval_s > 0) {
		i->frame_rate = 1 / i->frame_interval_s;
	} else if (s->frames > 1 && !o->allow_no_times) {
		return tt_fail(err, TT_ERR_INPUT,
		               "the %" PRId64 " frames of '%s' (%s) carry no times: give the frame rate "
		               "(video.frame_rate)",
		               s->frames, s->path, s->base.format->name);
	}
	if (i->frame_rate > 0) i->duration_s = (double)s->frames / i->frame_rate;
	return TT_OK;
}

static void fill_info(tt_stack *s)
{
	tt_source_info *i = &s->base.info;
	i->path = s->path;
	i->format = s->base.format->name;
	if (!s->codec[0]) tt_snprintf(s->codec, sizeof s->codec, "%s", tt_sample_name(s->sample));
	i->codec = i->pixel_format = s->codec;
	i->width = (int)s->width;
	i->height = (int)s->height;
	i->frames = s->frames;
	i->type = type_of(s->sample);
	i->bits = (int)tt_sample_size(s->sample) * 8;
	i->start_offset_s = 0;
	if (!s->from[0] && (i->frame_interval_s > 0 || i->exposure_s > 0))
		tt_snprintf(s->from, sizeof s->from, "%s header", i->format);
	i->calibration_source = s->from;
}

static tt_status open_file(tt_stack *s, const char *path, tt_error *err)
{
	struct stat st;
	s->path = tt_strdup(path);
	if (!s->path) return tt_fail_memory(err, "a stack of frames");
	s->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0 || fstat(s->fd, &st) != 0)
		return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	s->size = st.st_size;
	return TT_OK;
}

tt_status tt_stack_open(const char *path, const tt_source_options *options, const tt_source_format *format,
                        size_t bytes, tt_status (*parse)(tt_stack *s, tt_error *err), tt_reader **out, tt_error *err)
{
	*out = NULL;
	tt_stack *s = calloc(1, bytes);
	if (!s) return tt_fail_memory(err, "a stack of frames");
	s->base.format = format;
	s->base.info = tt_source_info_unknown();
	s->fd = -1;
	s->most_pixels = options && options->max_pixels > 0 ? options->max_pixels : TT_MOST_PIXELS;
	tt_status st = open_file(s, path, err);
	if (st == TT_OK) st = parse(s, err);
	if (s->read_error) st = tt_stack_fail_read(s, err); /* whatever the parser made of it */
	if (st == TT_OK) st = check_shape(s, err);
	if (st == TT_OK) st = check_times(s, options, err);
	if (st == TT_OK) {
		fill_info(s);
		st = find_limits(s, err);
		if (s->read_error) st = tt_stack_fail_read(s, err);
	}
	if (st != TT_OK) {
		tt_stack_close(&s->base);
		return st;
	}
	*out = &s->base;
	return TT_OK;
}

void tt_stack_close(tt_reader *r)
{
	tt_stack *s = (tt_stack *)r;
	if (s->drop) s->drop(s);
	if (s->fd >= 0) close(s->fd);
	tt_strings_free(&s->base.warnings);
	free(s->path);
	free(s->place);
	free(s->time);
	free(s->raw);
	free(s);
}

/* ---- frames ---- */

/* Plain samples that stay what they are: read in pieces, each looked at while it is in the cache. */
static bool read_straight(tt_stack *s, int64_t at, uint8_t *dst, bool *mended, bool *clipped)
{
	const size_t size = tt_sample_size(s->sample), total = frame_bytes(s);
	for (size_t done = 0; done < total; done += CHUNK) {
		const size_t n = total - done < CHUNK ? total - done : CHUNK;
		uint8_t *p = dst + done;
		if (!tt_stack_bytes(s, at + (int64_t)done, p, n)) return false;
		if (s->swap) swap_bytes(p, n, size);
		if (s->sample == TT_SAMPLE_U16 && s->clip_hi < 65535)
			*clipped |= tame_u16(p, n / 2, (uint16_t)s->clip_hi);
		if (s->sample == TT_SAMPLE_F32) tame_f32(s, (float *)(void *)p, n / size, mended, clipped);
	}
	return true;
}

/* A read that fails says nothing of the file and ends the run; one that ends early tells of a file that was cut. */
tt_status tt_stack_fail_read(const tt_stack *s, tt_error *err)
{
	if (s->read_error) return tt_fail_read(err, s->path, s->read_error);
	return tt_fail(err, TT_ERR_INPUT, "its pixels cannot be read");
}

static tt_status read_frame(tt_stack *s, int64_t k, uint8_t *dst, bool *mended, bool *clipped, tt_error *err)
{
	const bool straight = type_of(s->sample) != TT_F32 || s->sample == TT_SAMPLE_F32;
	const size_t n = (size_t)s->width * (size_t)s->height;
	const int64_t at = s->fetch ? 0 : place_of(s, k);
	if (!s->fetch && at < 0) return tt_fail(err, TT_ERR_INPUT, "its place in the file is beyond the end");
	if (!s->fetch && straight)
		return read_straight(s, at, dst, mended, clipped) ? TT_OK : tt_stack_fail_read(s, err);
	uint8_t *raw = straight ? dst : raw_room(s, frame_bytes(s));
	if (!raw) return tt_fail_memory(err, "a frame");
	if (s->fetch) {
		tt_status st = s->fetch(s, k, raw, err);
		if (st != TT_OK) return st;
	} else if (!tt_stack_bytes(s, at, raw, frame_bytes(s))) {
		return tt_stack_fail_read(s, err);
	}
	if (s->swap) swap_bytes(raw, frame_bytes(s), tt_sample_size(s->sample));
	if (!straight) to_float(raw, (float *)(void *)dst, n, s->sample);
	if (type_of(s->sample) == TT_F32) tame_f32(s, (float *)(void *)dst, n, mended, clipped);
	if (s->sample == TT_SAMPLE_U16 && s->clip_hi < 65535) *clipped |= tame_u16(dst, n, (uint16_t)s->clip_hi);
	return TT_OK;
}

tt_status tt_stack_raw(tt_stack *s, int64_t k, uint8_t *dst, tt_error *err)
{
	if (s->fetch) return s->fetch(s, k, dst, err);
	const int64_t at = place_of(s, k);
	return at >= 0 && tt_stack_bytes(s, at, dst, frame_bytes(s))
	           ? TT_OK
	           : tt_fail(err, TT_ERR_INPUT, "its pixels cannot be read");
}

void tt_stack_floats(const tt_stack *s, uint8_t *raw, float *dst)
{
	const size_t size = tt_sample_size(s->sample);
	if (s->swap) swap_bytes(raw, frame_bytes(s), size);
	to_float(raw, dst, (size_t)s->width * (size_t)s->height, s->sample);
}

static double time_of(const tt_stack *s, int64_t k)
{
	if (s->rate > 0) return (double)k / s->rate;
	if (s->time) return s->time[k] - s->time[0];
	if (k == 0) return 0;
	return (double)k * s->base.info.frame_interval_s; /* NaN when it is not known */
}

static void last_words(tt_stack *s)
{
	tt_strings *w = &s->base.warnings;
	if (s->told || s->base.part) return;
	s->told = true;
	if (s->unread > NAMED) tt_warn(w, "%" PRId64 " frames in all cannot be read", s->unread);
	if (s->mended > 0)
		tt_warn(w,
		        "%" PRId64
		        " frame%s of '%s' ha%s pixels that are no numbers (NaN or infinite): they are taken as black",
		        s->mended, s->mended == 1 ? "" : "s", s->path, s->mended == 1 ? "s" : "ve");
	if (s->clipped > 0)
		tt_warn(w, "%" PRId64 " frame%s of '%s' ha%s outliers (stuck pixels?): they are cut at %.6g and %.6g",
		        s->clipped, s->clipped == 1 ? "" : "s", s->path, s->clipped == 1 ? "s" : "ve", s->clip_lo,
		        s->clip_hi);
}

void tt_stack_sum_up(tt_reader *r, const unsigned *flags, int64_t n)
{
	tt_stack *s = (tt_stack *)r;
	s->unread = s->mended = s->clipped = 0;
	for (int64_t k = 0; k < n; k++) {
		s->unread += (flags[k] & TT_FRAME_UNDECODED) != 0;
		s->mended += (flags[k] & TT_FRAME_MENDED) != 0;
		s->clipped += (flags[k] & TT_FRAME_CLIPPED) != 0;
	}
	s->told = s->base.part = false;
	last_words(s);
}

tt_status tt_stack_next(tt_reader *r, tt_slot *slot, tt_error *err)
{
	tt_stack *s = (tt_stack *)r;
	if (s->at >= s->frames) {
		last_words(s);
		return TT_END;
	}
	const int64_t k = s->at;
	const tt_pixel type = type_of(s->sample);
	const size_t line = (size_t)s->width * tt_pixel_size(type);
	slot->frame = (tt_frame){.number = k, .time_s = time_of(s, k)};
	uint8_t *dst = tt_slot_buffer(slot, line * (size_t)s->height);
	if (!dst) return tt_fail_memory(err, "a frame");
	bool mended = false, clipped = false;
	tt_error why;
	tt_status st = read_frame(s, k, dst, &mended, &clipped, &why);
	s->at++;
	if (st == TT_ERR_INPUT) { /* it keeps its number and time */
		slot->frame.flags = TT_FRAME_UNDECODED;
		if (s->unread++ < NAMED)
			tt_warn(&s->base.warnings, "frame %" PRId64 " of '%s': %s", k, s->path, why.message);
		return TT_OK;
	}
	if (st != TT_OK) {
		if (err) *err = why;
		return st;
	}
	s->mended += mended;
	s->clipped += clipped;
	slot->frame.flags = (mended ? TT_FRAME_MENDED : 0u) | (clipped ? TT_FRAME_CLIPPED : 0u);
	slot->frame.image = (tt_image){
	    .data = dst, .stride = (ptrdiff_t)line, .width = (int)s->width, .height = (int)s->height, .type = type};
	return TT_OK;
}

tt_status tt_stack_seek(tt_reader *r, int64_t number, double time_s, tt_error *err)
{
	(void)time_s, (void)err;
	((tt_stack *)r)->at = number;
	return TT_OK;
}
