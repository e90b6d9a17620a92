/* Bruker RAW1.01 (DIFFRACplus), little-endian. Own reader: libxy 1.6 has one, but frees twice on damaged files.
 *
 * The format: 712 bytes of file header with the number of ranges at 12 (u32), Kα1 at 624 and Kα2 at 632 (f64, Å). Then
 * the ranges: a header, its length at 0, number of points at 4 (u32), start at 16 and step at 176 (f64, degrees 2θ),
 * seconds a step at 192 (f32), bytes a point at 252, bytes of supplementary headers that follow at 256 (u32); these;
 * the points, whose first value is the intensity (f32). SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "logs/little.h"
#include "logs/pattern.h"

enum { FILE_HEADER = 712, LEAST_HEADER = 260, MOST_RANGES = 4096 };

typedef struct range {
	size_t data, points, width;
	uint32_t announced;
	double start, step, time;
} range;

static bool probe(const tt_log_source *src)
{
	return src->size >= 4 && memcmp(src->bytes, "RAW", 3) == 0 && strchr(" 12", src->bytes[3]) != NULL;
}

/* Fills in what is whole; returns the number of ranges with points. */
static size_t walk(const tt_log_source *src, size_t announced, range *ranges)
{
	size_t at = FILE_HEADER, n = 0;
	for (size_t k = 0; k < announced && n < MOST_RANGES && src->size - at >= LEAST_HEADER; k++) {
		const unsigned char *h = src->bytes + at;
		const uint64_t data = (uint64_t)at + tt_little_u32(h) + tt_little_u32(h + 256);
		range *r = &ranges[n];
		*r = (range){.announced = tt_little_u32(h + 4),
		             .start = tt_little_f64(h + 16),
		             .step = tt_little_f64(h + 176),
		             .time = tt_little_f32(h + 192),
		             .width = tt_little_u32(h + 252)};
		if (tt_little_u32(h) < LEAST_HEADER || r->width < 4 || data > src->size) break;
		r->data = (size_t)data;
		r->points = (src->size - r->data) / r->width;
		if (r->points > r->announced) r->points = r->announced;
		at = r->data + r->points * r->width;
		n += r->points > 0;
		if (r->points < r->announced) break;
	}
	return n;
}

static tt_status take(const tt_log_source *src, const range *r, tt_pattern *p, tt_error *err)
{
	if (!(fabs(r->start) <= 360) || !(fabs(r->step) <= 90) || r->step == 0)
		return tt_log_fail(src, 0, err,
		                   "its scan starts at %.6g and goes by %.6g degrees, which cannot be right", r->start,
		                   r->step);
	tt_status st = tt_pattern_room(p, r->points, false, err);
	if (st != TT_OK) return st;
	for (size_t i = 0; i < r->points; i++) {
		p->x[i] = r->start + (double)i * r->step;
		p->y[i] = tt_little_f32(src->bytes + r->data + i * r->width);
	}
	p->axis = TT_PATTERN_TWO_THETA;
	p->wavelength_m = tt_pattern_angstrom(tt_little_f64(src->bytes + 624));
	p->wavelength2_m = tt_pattern_angstrom(tt_little_f64(src->bytes + 632));
	if (r->time > 0 && r->time < 1e7) p->time_per_step_s = r->time;
	if (r->points < r->announced)
		tt_warn(&p->warnings, "%s is cut: it announces %u points and holds %zu", src->name, r->announced,
		        r->points);
	return TT_OK;
}

static tt_status read(const tt_log_source *src, const tt_pattern_options *options, tt_pattern *p, tt_error *err)
{
	if (src->size >= 4 && src->bytes[3] != '1')
		return tt_log_fail(
		    src, 0, err,
		    "is of Bruker's older RAW version '%.4s'; RAW1.01 or RAW4.00 was expected: convert it with "
		    "Bruker's XCH, or export it as text (angle, intensity)",
		    (const char *)src->bytes);
	if (src->size < FILE_HEADER + LEAST_HEADER || memcmp(src->bytes, "RAW1.01", 7) != 0)
		return tt_log_fail(src, 0, err, "its RAW1.01 header is cut or damaged");
	range *ranges = calloc(MOST_RANGES, sizeof *ranges);
	size_t *points = calloc(MOST_RANGES, sizeof *points);
	tt_status st = ranges && points ? TT_OK : tt_fail_memory(err, "a diffractogram");
	const size_t n = st == TT_OK ? walk(src, tt_little_u32(src->bytes + 12), ranges) : 0;
	for (size_t i = 0; i < n; i++)
		points[i] = ranges[i].points;
	if (st == TT_OK) st = tt_pattern_choose(src, options, points, n, p, err);
	if (st == TT_OK) st = take(src, &ranges[p->range], p, err);
	free(points);
	free(ranges);
	return st;
}

const tt_pattern_format tt_pattern_raw1 = {"Bruker RAW1.01", probe, read};
