/* What is in a recording, in words: everything is decoded once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "temtensile/frames.h"
#include "numeric/statistics.h"

/* A text that grows by lines "name   value". */
typedef struct report {
	char *text;
	size_t n, capacity;
	bool failed;
} report;

static void put(report *r, const char *text)
{
	const size_t n = strlen(text);
	char *grown = tt_grow(r->text, &r->capacity, r->n + n + 1, 1);
	if (!grown) {
		r->failed = true;
		return;
	}
	r->text = grown;
	memcpy(r->text + r->n, text, n + 1);
	r->n += n;
}

/* Long values go on in the next line, under the value. */
TT_PRINTF(3, 4) static void line(report *r, const char *name, const char *fmt, ...)
{
	enum { VALUE_AT = 17, WIDTH = 100 };
	char value[1200], head[VALUE_AT + 1];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(value, sizeof value, fmt, ap);
	va_end(ap);
	snprintf(head, sizeof head, "  %-15s", name);
	put(r, head);
	char *rest = value;
	while (strlen(rest) > WIDTH - VALUE_AT) {
		char *cut = rest + WIDTH - VALUE_AT;
		while (cut > rest && *cut != ' ')
			cut--;
		if (cut == rest) break;
		*cut = 0;
		put(r, rest);
		put(r, "\n                 ");
		rest = cut + 1;
	}
	put(r, rest);
	put(r, "\n");
}

static const char *number(char buf[32], double v)
{
	return tt_format_double(buf, 32, v, 6);
}

/* What reading all frames told. */
typedef struct census {
	double *step; /* s, between frames */
	size_t n, capacity;
	int64_t frames, first[3], count[3]; /* duplicates, damaged, not decoded */
	double last_s;
} census;

static const unsigned counted[3] = {TT_FRAME_DUPLICATE, TT_FRAME_DAMAGED, TT_FRAME_UNDECODED};

static tt_status take_step(census *c, double step, tt_error *err)
{
	double *grown = tt_grow(c->step, &c->capacity, c->n + 1, sizeof *c->step);
	if (!grown) return tt_fail_memory(err, "the frames' intervals");
	c->step = grown;
	c->step[c->n++] = step;
	return TT_OK;
}

static void tell(const tt_job *job, const tt_source *s, const census *c)
{
	if (!job || !job->on_progress) return;
	job->on_progress(job->ctx, &(tt_progress){.stage = "decoding",
	                                          .done = c->frames,
	                                          .total = tt_source_info_of(s)->frames,
	                                          .elapsed_s = NAN});
}

static tt_status take_census(tt_source *s, const tt_job *job, census *c, tt_error *err)
{
	tt_frame f;
	tt_status st;
	while ((st = tt_source_next(s, &f, err)) == TT_OK) {
		if ((st = tt_job_check(job, err)) != TT_OK) return st;
		for (int k = 0; k < 3; k++)
			if (f.flags & counted[k] && c->count[k]++ == 0) c->first[k] = f.number;
		if (isfinite(c->last_s) && isfinite(f.time_s) &&
		    (st = take_step(c, f.time_s - c->last_s, err)) != TT_OK)
			return st;
		c->last_s = f.time_s;
		c->frames++;
		if (c->frames % 32 == 0) tell(job, s, c);
	}
	return st == TT_END ? TT_OK : st;
}

/* Containers count in ticks: intervals that stay within 2 ms or 2 % of each other are constant. */
static void put_times(report *r, const census *c)
{
	char a[32], b[32], d[32];
	if (c->n == 0) {
		line(r, "time stamps",
		     c->frames > 1 ? "none: give the frame rate (video.frame_rate)" : "a single frame");
		return;
	}
	const double lo = c->step[0], mid = c->step[c->n / 2], hi = c->step[c->n - 1];
	if (hi - lo <= fmax(0.002, 0.02 * mid))
		line(r, "time stamps", "constant, a frame every %s s (%s frames/s)", number(a, mid),
		     number(b, 1 / mid));
	else
		line(r, "time stamps", "variable: %s to %s s from frame to frame, median %s s", number(a, lo),
		     number(b, hi), number(d, mid));
	line(r, "last frame", "at %s s", number(a, c->last_s));
}

static const char *const pixel_types[] = {"8 bits", "16 bits", "float"};

static void put_info(report *r, const tt_source_info *i)
{
	char a[32], b[32];
	line(r, "format", "%s", i->format);
	line(r, "codec", "%s", i->codec);
	line(r, "size", "%d x %d px", i->width, i->height);
	line(r, "samples", "%d significant bits, stored as %s, read as %s", i->bits, i->pixel_format,
	     pixel_types[i->type]);
	if (i->normalisation[0]) line(r, "grey", "%s", i->normalisation);
	if (isfinite(i->black) && isfinite(i->white))
		line(r, "limits", "%s to %s", number(a, i->black), number(b, i->white));
	if (i->rotation_deg) line(r, "rotation", "%d degrees clockwise, applied", i->rotation_deg);
	if (i->video_streams > 1)
		line(r, "video streams", "%d, stream %d is read (counted from 0)", i->video_streams, i->stream);
	if (isfinite(i->start_offset_s))
		line(r, "start offset", "%s s%s", number(a, i->start_offset_s),
		     i->start_offset_s == 0 ? "" : ", taken off");
	if (isfinite(i->duration_s)) line(r, "duration", "%s s", number(a, i->duration_s));
	if (isfinite(i->bit_rate)) line(r, "bit rate", "%s kbit/s", number(a, i->bit_rate / 1000));
	if (i->pixel_size_m > 0)
		line(r, "pixel size", "%s nm (%s)", number(a, i->pixel_size_m * 1e9), i->calibration_source);
	if (i->frame_interval_s > 0) line(r, "frame interval", "%s s", number(a, i->frame_interval_s));
	if (i->exposure_s > 0) line(r, "exposure", "%s s", number(a, i->exposure_s));
}

static void put_census(report *r, const tt_source_info *i, const census *c)
{
	static const char *const names[3] = {"duplicates", "damaged", "not decoded"};
	if (i->frames >= 0 && i->frames != c->frames)
		line(r, "frames", "%" PRId64 " (the file announces %" PRId64 ")", c->frames, i->frames);
	else
		line(r, "frames", "%" PRId64, c->frames);
	put_times(r, c);
	for (int k = 0; k < 3; k++) {
		if (c->count[k] > 0)
			line(r, names[k], "%" PRId64 ", the first is frame %" PRId64, c->count[k], c->first[k]);
		else if (k < 2)
			line(r, names[k], "none");
	}
	if (c->count[0] > 0 && c->n > 0)
		line(r, "camera", "about %.3g images/s without the duplicates",
		     (double)(c->frames - c->count[0]) / (c->last_s + c->step[c->n / 2]));
}

tt_status tt_source_probe(const char *path, const tt_source_options *options, const tt_job *job, char **text,
                          tt_error *err)
{
	tt_source_options o = options ? *options : (tt_source_options){.stream = -1};
	tt_source *s;
	report r = {0};
	census c = {.last_s = NAN};
	*text = NULL;
	o.allow_no_times = true;
	tt_status st = tt_source_open(path, &o, &s, err);
	if (st != TT_OK) return st;
	st = take_census(s, job, &c, err);
	if (st == TT_OK) {
		if (c.n > 0) tt_sort(c.step, c.n);
		put(&r, path);
		put(&r, "\n");
		put_info(&r, tt_source_info_of(s));
		put_census(&r, tt_source_info_of(s), &c);
		for (size_t i = 0; i < tt_source_warnings(s)->n; i++)
			line(&r, "warning", "%s", tt_source_warnings(s)->item[i]);
		if (r.failed) st = tt_fail_memory(err, "the report");
	}
	if (st == TT_OK)
		*text = r.text;
	else
		free(r.text);
	free(c.step);
	tt_source_close(s);
	return st;
}
