/* What is in a recording, in words: everything is decoded once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "temtensile/frames.h"

/* A text that grows by lines "name: value". */
typedef struct report {
	char *text;
	size_t n, capacity;
	bool failed;
} report;

TT_PRINTF(3, 4) static void line(report *r, const char *name, const char *fmt, ...)
{
	char value[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(value, sizeof value, fmt, ap);
	va_end(ap);
	size_t need = r->n + strlen(value) + 32;
	char *grown = tt_grow(r->text, &r->capacity, need, 1);
	if (!grown) {
		r->failed = true;
		return;
	}
	r->text = grown;
	r->n += (size_t)snprintf(r->text + r->n, r->capacity - r->n, "  %-14s %s\n", name, value);
}

/* Intervals between frames and what was flagged. */
typedef struct census {
	double *step;
	size_t n, capacity;
	int64_t frames, duplicates, damaged, undecoded;
	double last_s;
} census;

static tt_status count(tt_source *s, const tt_job *job, census *c, tt_error *err)
{
	tt_frame f;
	tt_status st;
	double before = NAN;
	while ((st = tt_source_next(s, &f, err)) == TT_OK) {
		if ((st = tt_job_check(job, err)) != TT_OK) return st;
		c->frames++;
		c->duplicates += (f.flags & TT_FRAME_DUPLICATE) != 0;
		c->damaged += (f.flags & TT_FRAME_DAMAGED) != 0;
		c->undecoded += (f.flags & TT_FRAME_UNDECODED) != 0;
		if (isfinite(before) && isfinite(f.time_s)) {
			double *grown = tt_grow(c->step, &c->capacity, c->n + 1, sizeof *c->step);
			if (!grown) return tt_fail_memory(err, "the frames' intervals");
			c->step = grown;
			c->step[c->n++] = f.time_s - before;
		}
		c->last_s = before = f.time_s;
	}
	return st == TT_END ? TT_OK : st;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void put_times(report *r, census *c)
{
	if (c->n == 0) {
		line(r, "time stamps", c->frames > 1 ? "none: give video.frame_rate" : "one frame");
		return;
	}
	qsort(c->step, c->n, sizeof *c->step, compare_doubles);
	double lo = c->step[0], mid = c->step[c->n / 2], hi = c->step[c->n - 1];
	/* containers count in ticks: what stays within 2 ms or 2 % is constant */
	if (hi - lo <= fmax(0.002, 0.02 * mid))
		line(r, "time stamps", "constant, every %.6g s (%.6g frames/s)", mid, 1 / mid);
	else
		line(r, "time stamps", "variable: intervals %.6g to %.6g s, median %.6g s", lo, hi, mid);
	line(r, "last frame", "at %.6g s", c->last_s);
}

static void put_info(report *r, const tt_source_info *i)
{
	line(r, "format", "%s", i->format);
	line(r, "codec", "%s", i->codec);
	line(r, "pixels", "%d x %d px, %d bit, stored as %s", i->width, i->height, i->bits, i->pixel_format);
	if (i->normalisation[0]) line(r, "grey", "%s", i->normalisation);
	if (i->rotation_deg) line(r, "rotation", "%d degrees clockwise, applied", i->rotation_deg);
	if (i->video_streams > 1) line(r, "video stream", "%d of %d (counted from 0)", i->stream, i->video_streams);
	if (isfinite(i->start_offset_s)) line(r, "start offset", "%.6g s, taken off", i->start_offset_s);
	if (isfinite(i->duration_s)) line(r, "duration", "%.6g s", i->duration_s);
	if (isfinite(i->bit_rate)) line(r, "bit rate", "%.4g kbit/s", i->bit_rate / 1000);
	if (i->pixel_size_m > 0) line(r, "pixel size", "%.5g nm (%s)", i->pixel_size_m * 1e9, i->calibration_source);
	if (i->exposure_s > 0) line(r, "exposure", "%.4g s", i->exposure_s);
}

static void put_census(report *r, const tt_source_info *i, census *c)
{
	if (i->frames >= 0 && i->frames != c->frames)
		line(r, "frames", "%lld (the file says %lld)", (long long)c->frames, (long long)i->frames);
	else
		line(r, "frames", "%lld", (long long)c->frames);
	put_times(r, c);
	line(r, "duplicates", "%lld", (long long)c->duplicates);
	line(r, "damaged", "%lld", (long long)c->damaged);
	if (c->undecoded) line(r, "not decoded", "%lld", (long long)c->undecoded);
}

tt_status tt_source_probe(const char *path, const tt_source_options *options, const tt_job *job, char **text,
                          tt_error *err)
{
	tt_source *s;
	report r = {0};
	census c = {.last_s = NAN};
	*text = NULL;
	tt_status st = tt_source_open(path, options, &s, err);
	if (st != TT_OK) return st;
	st = count(s, job, &c, err);
	if (st == TT_OK) {
		put_info(&r, tt_source_info_of(s));
		put_census(&r, tt_source_info_of(s), &c);
		for (size_t i = 0; i < tt_source_warnings(s)->n; i++)
			line(&r, "warning", "%s", tt_source_warnings(s)->item[i]);
		*text = r.failed ? NULL : tt_format("%s\n%s", path, r.text ? r.text : "");
		if (!*text) st = tt_fail_memory(err, "the report");
	}
	free(r.text);
	free(c.step);
	tt_source_close(s);
	return st;
}
