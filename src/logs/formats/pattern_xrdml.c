/* PANalytical XRDML: <scan> with <positions axis="2Theta"> (start and end, or a list) and <intensities> or <counts>, in
 * any namespace's version. Attenuation factors multiply counts, which are as counted; intensities are corrected.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "logs/pattern.h"
#include "logs/xml.h"

typedef struct list {
	double *v;
	size_t n, capacity;
} list;

typedef struct xrdml {
	const tt_log_source *src;
	bool in_scan, wanted_axis, of_two_theta;
	double start, end, alpha1, alpha2, time;
	list position, intensity, factor;
	bool counted;
	tt_scan_list scans;
	bool skipped; /* a scan over another axis */
} xrdml;

static bool probe(const tt_log_source *src)
{
	return tt_log_find(src->text, src->text_size, "<xrdMeasurement", 4096) != NULL;
}

static tt_status numbers(xrdml *f, const char *text, list *to, const char *what, tt_error *err)
{
	to->n = 0;
	for (const char *s = text;;) {
		char *end;
		const double v = tt_strtod(s, &end);
		if (end == s) {
			while (*s == ' ' || *s == '\n' || *s == '\r' || *s == '\t')
				s++;
			if (*s == '\0') return TT_OK;
			char quote[TT_QUOTE_SIZE];
			return tt_log_fail(f->src, 0, err, "value %zu of its %s is '%s'; a number was expected",
			                   to->n + 1, what, tt_log_quote(quote, s, strcspn(s, " \r\n\t")));
		}
		double *more = tt_grow(to->v, &to->capacity, to->n + 1, sizeof *more);
		if (!more) return tt_fail_memory(err, "a diffractogram");
		to->v = more;
		to->v[to->n++] = v;
		s = end;
	}
}

static tt_status opened(void *user, const char *name, const char *const *attributes, tt_error *err)
{
	xrdml *f = user;
	(void)err;
	if (strcmp(name, "scan") == 0) {
		f->in_scan = true;
		f->start = f->end = NAN;
		f->position.n = f->intensity.n = f->factor.n = 0;
		f->of_two_theta = false;
	}
	if (strcmp(name, "positions") == 0) {
		const char *axis = tt_xml_attribute(attributes, "axis");
		f->wanted_axis = f->in_scan && axis && strcmp(axis, "2Theta") == 0;
		if (f->wanted_axis) f->of_two_theta = true;
	}
	return TT_OK;
}

/* The scan's points, once it is complete. */
static tt_status finish_scan(xrdml *f, tt_error *err)
{
	const size_t n = f->intensity.n;
	const bool span = isfinite(f->start) && isfinite(f->end) && f->start != f->end;
	f->in_scan = false;
	if (n == 0) return TT_OK;
	if (!f->of_two_theta || (!span && f->position.n != n)) {
		f->skipped = true;
		return TT_OK;
	}
	if (f->counted && f->factor.n > 0 && f->factor.n != n)
		return tt_log_fail(f->src, 0, err, "a scan of %zu counts has %zu attenuation factors", n, f->factor.n);
	for (size_t i = 0; i < n; i++) {
		const double x = f->position.n == n ? f->position.v[i]
		                 : n > 1            ? f->start + (f->end - f->start) * (double)i / (double)(n - 1)
		                                    : f->start;
		const double factor = f->counted && f->factor.n ? f->factor.v[i] : 1;
		if (!tt_scan_list_add(&f->scans, x, f->intensity.v[i] * factor))
			return tt_fail_memory(err, "a diffractogram");
	}
	return tt_scan_list_close(&f->scans) ? TT_OK : tt_fail_memory(err, "a diffractogram");
}

static void one_number(const char *text, double *to)
{
	char *end;
	const double v = tt_strtod(text, &end);
	if (end != text) *to = v;
}

static tt_status closed(void *user, const char *name, const char *text, size_t length, tt_error *err)
{
	xrdml *f = user;
	(void)length;
	if (strcmp(name, "kAlpha1") == 0 && isnan(f->alpha1)) one_number(text, &f->alpha1);
	if (strcmp(name, "kAlpha2") == 0 && isnan(f->alpha2)) one_number(text, &f->alpha2);
	if (!f->in_scan) return TT_OK;
	if (strcmp(name, "scan") == 0) return finish_scan(f, err);
	if (strcmp(name, "positions") == 0) f->wanted_axis = false;
	if (strcmp(name, "commonCountingTime") == 0) one_number(text, &f->time);
	if (f->wanted_axis && strcmp(name, "startPosition") == 0) one_number(text, &f->start);
	if (f->wanted_axis && strcmp(name, "endPosition") == 0) one_number(text, &f->end);
	if (f->wanted_axis && strcmp(name, "listPositions") == 0)
		return numbers(f, text, &f->position, "positions", err);
	if (strcmp(name, "beamAttenuationFactors") == 0)
		return numbers(f, text, &f->factor, "attenuation factors", err);
	if (strcmp(name, "intensities") == 0 || strcmp(name, "counts") == 0) {
		f->counted = name[0] == 'c';
		return numbers(f, text, &f->intensity, name, err);
	}
	return TT_OK;
}

static tt_status read(const tt_log_source *src, const tt_pattern_options *options, tt_pattern *p, tt_error *err)
{
	xrdml f = {.src = src, .alpha1 = NAN, .alpha2 = NAN, .time = NAN};
	tt_xml x = {.user = &f, .open = opened, .close = closed};
	tt_status st = tt_xml_walk(src, src->bytes, src->size, &x, err);
	if (st == TT_OK && f.scans.scans == 0)
		st = tt_log_fail(src, 0, err, f.skipped ? "no scan in it goes over 2θ" : "no whole scan is in it%s",
		                 x.cut ? " (the file is cut)" : "");
	if (st == TT_OK && x.cut) tt_warn(&p->warnings, "%s is cut: its whole scans are read", src->name);
	if (st == TT_OK) st = tt_scan_list_take(&f.scans, src, options, p, err);
	p->axis = TT_PATTERN_TWO_THETA;
	p->wavelength_m = tt_pattern_angstrom(f.alpha1);
	p->wavelength2_m = tt_pattern_angstrom(f.alpha2);
	if (f.time > 0) p->time_per_step_s = f.time;
	tt_scan_list_clear(&f.scans);
	free(f.position.v);
	free(f.intensity.v);
	free(f.factor.v);
	return st;
}

const tt_pattern_format tt_pattern_xrdml = {"XRDML", probe, read};
