/* Bruker RAW4.00 (DIFFRAC.SUITE), little-endian.
 *
 * The format, as far as the files themselves tell: 61 bytes of preamble; segments of kind (u32) and length (u32, the
 * eight bytes included), among them 30: the tube, with the wavelengths Kα1 at 80 and Kα2 at 88 (f64, Å). A kind of 0 or
 * 160 begins a range: 160 bytes, the scan's name at 32 (24 bytes), start at 72 and step at 80 (f64, degrees), number of
 * points at 88, seconds a step at 92 (f32), wavelength at 112 (f64, Å), bytes a point at 136, bytes of the segments
 * that follow at 140, among them 50: a drive, its name at 12 (24 bytes), its position at 56 (f64). Then the points: the
 * intensity (f32), and in wider points other channels.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "logs/little.h"
#include "logs/pattern.h"

enum { PREAMBLE = 61, RANGE = 160, TUBE = 30, MOST_RANGES = 4096 };

typedef struct range {
	size_t data, points, width; /* points that are there */
	uint32_t announced;
	double start, step, time, wavelength;
	char scan[25];
} range;

typedef struct raw4 {
	range range[MOST_RANGES];
	size_t points[MOST_RANGES], n;
	double alpha1, alpha2;
} raw4;

static bool probe(const tt_log_source *src)
{
	return src->size >= 8 && memcmp(src->bytes, "RAW4.00", 7) == 0;
}

static bool read_range(const tt_log_source *src, size_t at, range *r)
{
	const unsigned char *h = src->bytes + at;
	const uint64_t data = (uint64_t)at + RANGE + tt_little_u32(h + 140);
	*r = (range){.announced = tt_little_u32(h + 88),
	             .start = tt_little_f64(h + 72),
	             .step = tt_little_f64(h + 80),
	             .time = tt_little_f32(h + 92),
	             .wavelength = tt_little_f64(h + 112),
	             .width = tt_little_u32(h + 136)};
	memcpy(r->scan, h + 32, 24);
	if (r->width < 4 || data > src->size) return false;
	r->data = (size_t)data;
	r->points = (src->size - r->data) / r->width;
	if (r->points > r->announced) r->points = r->announced;
	return true;
}

/* Walks over segments and ranges; what is cut ends it. */
static void walk(const tt_log_source *src, raw4 *f)
{
	size_t at = PREAMBLE;
	while (at + 8 <= src->size && f->n < MOST_RANGES) {
		const unsigned char *p = src->bytes + at;
		const uint32_t kind = tt_little_u32(p), length = tt_little_u32(p + 4);
		if (kind == 0 || kind == RANGE) {
			if (src->size - at < RANGE || !read_range(src, at, &f->range[f->n])) return;
			f->points[f->n] = f->range[f->n].points;
			at = f->range[f->n].data + f->range[f->n].points * f->range[f->n].width;
			const bool whole = f->range[f->n].points == f->range[f->n].announced;
			if (f->range[f->n].points > 0) f->n++;
			if (!whole) return;
			continue;
		}
		if (length < 8 || length > src->size - at) return;
		if (kind == TUBE && length >= 96) {
			f->alpha1 = tt_little_f64(p + 80);
			f->alpha2 = tt_little_f64(p + 88);
		}
		at += length;
	}
}

static tt_status take(const tt_log_source *src, const raw4 *f, tt_pattern *p, tt_error *err)
{
	const range *r = &f->range[p->range];
	if (!isfinite(r->start) || !(fabs(r->start) <= 360) || !isfinite(r->step) || !(fabs(r->step) <= 90) ||
	    r->step == 0)
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
	p->wavelength_m = tt_pattern_angstrom(r->wavelength);
	if (isnan(p->wavelength_m)) p->wavelength_m = tt_pattern_angstrom(f->alpha1);
	p->wavelength2_m = tt_pattern_angstrom(f->alpha2);
	if (r->time > 0 && r->time < 1e7) p->time_per_step_s = r->time;
	char name[TT_QUOTE_SIZE];
	tt_log_quote(name, r->scan, strlen(r->scan));
	tt_warn(&p->notes, "scan: %s, %zu bytes a point", name, r->width);
	if (strstr(r->scan, "Rocking") || strstr(r->scan, "Phi") || strstr(r->scan, "Chi"))
		tt_warn(&p->warnings, "%s: a scan of '%s' may not be one over 2θ", src->name, name);
	if (r->points < r->announced)
		tt_warn(&p->warnings, "%s is cut: it announces %u points and holds %zu", src->name, r->announced,
		        r->points);
	return TT_OK;
}

static tt_status read(const tt_log_source *src, const tt_pattern_options *options, tt_pattern *p, tt_error *err)
{
	raw4 *f = calloc(1, sizeof *f);
	if (!f) return tt_fail_memory(err, "a diffractogram");
	f->alpha1 = f->alpha2 = NAN;
	walk(src, f);
	tt_status st = tt_pattern_choose(src, options, f->points, f->n, p, err);
	if (st == TT_OK) st = take(src, f, p, err);
	free(f);
	return st;
}

const tt_pattern_format tt_pattern_raw4 = {"Bruker RAW4", probe, read};
