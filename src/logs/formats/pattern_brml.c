/* Bruker BRML: a ZIP archive with an XML a scan, Experiment0/RawData0.xml: <ScanAxisInfo AxisId> in the order of the
 * columns, <Datum>time,flag,axis…,counts</Datum> for each point. The wavelength stands in one of the containers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "logs/archive.h"
#include "logs/pattern.h"
#include "logs/xml.h"

enum { MOST_AXES = 16, LEADING = 2 /* time and flag stand before the axes */ };

typedef struct brml {
	const tt_log_source *src;
	tt_scan_list scans;
	int axes, two_theta; /* of the route being read; -1: none of its axes is 2θ */
	size_t datum;
	double alpha1, alpha2, time;
	bool skipped;
} brml;

static bool probe(const tt_log_source *src)
{
	return tt_archive_probe(src) &&
	       tt_log_find((const char *)src->bytes, src->size, "RawData0.xml", src->size) != NULL;
}

static tt_status opened(void *user, const char *name, const char *const *attributes, tt_error *err)
{
	brml *f = user;
	(void)err;
	if (strcmp(name, "DataRoute") == 0) {
		f->axes = 0;
		f->two_theta = -1;
		f->datum = 0;
	}
	if (strcmp(name, "ScanAxisInfo") == 0 && f->axes < MOST_AXES) {
		const char *id = tt_xml_attribute(attributes, "AxisId");
		if (id && strcasecmp(id, "TwoTheta") == 0) f->two_theta = f->axes;
		f->axes++;
	}
	const char *value = strncmp(name, "WaveLength", 10) == 0 ? tt_xml_attribute(attributes, "Value") : NULL;
	if (value && strcmp(name, "WaveLengthAlpha1") == 0 && isnan(f->alpha1)) f->alpha1 = tt_strtod(value, NULL);
	if (value && strcmp(name, "WaveLengthAlpha2") == 0 && isnan(f->alpha2)) f->alpha2 = tt_strtod(value, NULL);
	return TT_OK;
}

/* One point. Behind the axes stands the intensity; further columns are other counters'. */
static tt_status take_datum(brml *f, const char *text, tt_error *err)
{
	double x = NAN, y = NAN;
	const int wanted = LEADING + f->two_theta, last = LEADING + f->axes;
	const char *s = text;
	f->datum++;
	if (f->two_theta < 0) {
		f->skipped = true;
		return TT_OK;
	}
	for (int i = 0; i <= last; i++) {
		char *end;
		const double v = tt_strtod(s, &end);
		if (end == s || (i < last && *end != ',')) {
			char quote[TT_QUOTE_SIZE];
			return tt_log_fail(f->src, 0, err, "point %zu of its scan is '%s'; %d numbers were expected",
			                   f->datum, tt_log_quote(quote, text, strlen(text)), last + 1);
		}
		if (i == wanted) x = v;
		if (i == last) y = v;
		s = end + 1;
	}
	return tt_scan_list_add(&f->scans, x, y) ? TT_OK : tt_fail_memory(err, "a diffractogram");
}

static tt_status closed(void *user, const char *name, const char *text, size_t length, tt_error *err)
{
	brml *f = user;
	(void)length;
	if (strcmp(name, "Datum") == 0) return take_datum(f, text, err);
	if (strcmp(name, "TimePerStepEffective") == 0 && isnan(f->time)) f->time = tt_strtod(text, NULL);
	if (strcmp(name, "DataRoute") == 0 && !tt_scan_list_close(&f->scans))
		return tt_fail_memory(err, "a diffractogram");
	return TT_OK;
}

static bool ends_with(const char *s, const char *tail)
{
	const size_t n = strlen(s), m = strlen(tail);
	return n >= m && strcasecmp(s + n - m, tail) == 0;
}

/* Scans first (RawData), then whatever else may say the wavelength. */
static tt_status read_entries(brml *f, const tt_archive *a, bool scans, tt_error *err)
{
	for (size_t i = 0, n = tt_archive_count(a); i < n; i++) {
		const char *name = tt_archive_name(a, i);
		const bool is_scan = strstr(name, "RawData") != NULL && ends_with(name, ".xml");
		if (scans ? !is_scan : !ends_with(name, "Container.xml") || !isnan(f->alpha1)) continue;
		char *bytes;
		size_t size;
		tt_xml x = {.document = name, .user = f, .open = opened, .close = closed};
		tt_status st = tt_archive_read(a, i, &bytes, &size, err);
		if (st == TT_OK) {
			st = tt_xml_walk(f->src, bytes, size, &x, err);
			free(bytes);
		}
		if (st == TT_OK && scans && x.cut) st = tt_log_fail(f->src, 0, err, "its '%s' is cut", name);
		if (st != TT_OK && scans) return st;
	}
	return TT_OK;
}

static tt_status read(const tt_log_source *src, const tt_pattern_options *options, tt_pattern *p, tt_error *err)
{
	brml f = {.src = src, .alpha1 = NAN, .alpha2 = NAN, .time = NAN, .two_theta = -1};
	tt_archive *a;
	tt_status st = tt_archive_open(src, &a, err);
	if (st != TT_OK) return st;
	st = read_entries(&f, a, true, err);
	if (st == TT_OK && f.scans.scans == 0)
		st = tt_log_fail(src, 0, err, f.skipped ? "no scan in it goes over 2θ" : "no scan is in it");
	if (st == TT_OK) st = tt_scan_list_take(&f.scans, src, options, p, err);
	if (st == TT_OK && isnan(f.alpha1)) read_entries(&f, a, false, NULL);
	tt_archive_close(a);
	tt_scan_list_clear(&f.scans);
	p->axis = TT_PATTERN_TWO_THETA;
	p->wavelength_m = tt_pattern_angstrom(f.alpha1);
	p->wavelength2_m = tt_pattern_angstrom(f.alpha2);
	if (f.time > 0) p->time_per_step_s = f.time;
	return st;
}

const tt_pattern_format tt_pattern_brml = {"Bruker BRML", probe, read};
