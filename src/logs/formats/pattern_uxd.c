/* Bruker UXD: lines _KEY=value; the data behind _2THETACOUNTS (or _2THETACPS, …) as pairs, behind _COUNTS or _CPS as
 * intensities alone, from _START by _STEPSIZE. Own reader: libxy 1.6 has one, but frees twice on damaged files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/text.h"
#include "logs/pattern.h"

enum { HEAD = 4096, NONE = 0, PAIRS = 1, SINGLE = 2 };

typedef struct uxd {
	const tt_log_source *src;
	tt_scan_list scans;
	double alpha1, alpha2, time, start, step;
	int data;       /* NONE, PAIRS, SINGLE */
	bool second;    /* of a pair */
	double x;       /* its first */
	size_t in_scan; /* points so far */
} uxd;

static bool probe(const tt_log_source *src)
{
	return tt_log_find(src->text, src->text_size, "_FILEVERSION", HEAD) != NULL ||
	       tt_log_find(src->text, src->text_size, "_2THETACOUNTS", HEAD) != NULL;
}

static bool key_number(const char *line, size_t length, const char *key, double *to)
{
	const char *value;
	size_t n;
	return tt_log_key(line, length, key, '=', &value, &n) && tt_log_number(value, n, '.', to);
}

static bool starts(const char *line, size_t length, const char *what)
{
	const size_t n = strlen(what);
	return length >= n && tt_log_find(line, n, what, n) != NULL;
}

/* A line that begins with "_": a key, or where data begin. */
static tt_status take_key(uxd *f, const char *line, size_t length, tt_error *err)
{
	f->data = NONE;
	if (!tt_scan_list_close(&f->scans)) return tt_fail_memory(err, "a diffractogram");
	f->in_scan = 0;
	f->second = false;
	if (starts(line, length, "_2THETACOUNTS") || starts(line, length, "_2THETACPS")) f->data = PAIRS;
	if (!memchr(line, '=', length) && (starts(line, length, "_COUNTS") || starts(line, length, "_CPS")))
		f->data = SINGLE;
	if (isnan(f->alpha1)) key_number(line, length, "_WL1", &f->alpha1);
	if (isnan(f->alpha2)) key_number(line, length, "_WL2", &f->alpha2);
	key_number(line, length, "_START", &f->start);
	key_number(line, length, "_STEPSIZE", &f->step);
	key_number(line, length, "_STEPTIME", &f->time);
	return TT_OK;
}

static tt_status take_value(uxd *f, double v, tt_error *err)
{
	if (f->data == PAIRS && !f->second) {
		f->x = v;
		f->second = true;
		return TT_OK;
	}
	f->second = false;
	const double x = f->data == PAIRS ? f->x : f->start + (double)f->in_scan * f->step;
	f->in_scan++;
	return tt_scan_list_add(&f->scans, x, v) ? TT_OK : tt_fail_memory(err, "a diffractogram");
}

static tt_status take_values(uxd *f, size_t number, const char *line, size_t length, tt_error *err)
{
	const char *end = line + length;
	if (f->data == SINGLE && !(isfinite(f->start) && isfinite(f->step)))
		return tt_log_fail(f->src, number, err, "intensities without _START and _STEPSIZE above them");
	while (line < end) {
		const char *stop = line;
		while (stop < end && !strchr(" \t,;", *stop))
			stop++;
		double v;
		if (stop > line && !tt_log_number(line, (size_t)(stop - line), '.', &v)) {
			char quote[TT_QUOTE_SIZE];
			return tt_log_fail(f->src, number, err, "found '%s'; numbers were expected",
			                   tt_log_quote(quote, line, (size_t)(stop - line)));
		}
		tt_status st = stop > line ? take_value(f, v, err) : TT_OK;
		if (st != TT_OK) return st;
		line = stop + 1;
	}
	return TT_OK;
}

static tt_status walk(uxd *f, tt_error *err)
{
	tt_lines l = {f->src->text, f->src->text + f->src->text_size, 0};
	const char *line;
	size_t length;
	tt_status st = TT_OK;
	while (st == TT_OK && tt_lines_next(&l, &line, &length)) {
		if (length == 0 || *line == ';') continue;
		if (*line == '_')
			st = take_key(f, line, length, err);
		else if (f->data != NONE)
			st = take_values(f, l.number, line, length, err);
	}
	return st == TT_OK && !tt_scan_list_close(&f->scans) ? tt_fail_memory(err, "a diffractogram") : st;
}

static tt_status read(const tt_log_source *src, const tt_pattern_options *options, tt_pattern *p, tt_error *err)
{
	uxd f = {.src = src, .alpha1 = NAN, .alpha2 = NAN, .time = NAN, .start = NAN, .step = NAN};
	tt_status st = walk(&f, err);
	if (st == TT_OK) st = tt_scan_list_take(&f.scans, src, options, p, err);
	tt_scan_list_clear(&f.scans);
	p->axis = TT_PATTERN_TWO_THETA;
	p->wavelength_m = tt_pattern_angstrom(f.alpha1);
	p->wavelength2_m = tt_pattern_angstrom(f.alpha2);
	if (f.time > 0 && f.time < 1e7) p->time_per_step_s = f.time;
	return st;
}

const tt_pattern_format tt_pattern_uxd = {"UXD", probe, read};
