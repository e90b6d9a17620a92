/* Rigaku RASX: a ZIP archive with a folder a scan: Data0/Profile0.txt (angle, intensity, attenuator's factor; tabs) and
 * Data0/MesurementConditions0.xml (Rigaku's spelling) with the axis and the wavelengths.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "logs/archive.h"
#include "logs/pattern.h"
#include "logs/xml.h"

typedef struct rasx {
	const tt_log_source *src;
	tt_scan_list scans;
	double alpha1, alpha2;
	char axis[32]; /* of the scan being read */
	int in_scan_information;
	bool skipped;
} rasx;

static bool probe(const tt_log_source *src)
{
	return tt_archive_probe(src) &&
	       tt_log_find((const char *)src->bytes, src->size, "Profile0.txt", src->size) != NULL;
}

static tt_status opened(void *user, const char *name, const char *const *attributes, tt_error *err)
{
	rasx *f = user;
	(void)attributes, (void)err;
	if (strcmp(name, "ScanInformation") == 0) f->in_scan_information++;
	return TT_OK;
}

static tt_status closed(void *user, const char *name, const char *text, size_t length, tt_error *err)
{
	rasx *f = user;
	(void)length, (void)err;
	if (strcmp(name, "ScanInformation") == 0) f->in_scan_information--;
	if (f->in_scan_information > 0 && strcmp(name, "AxisName") == 0 && !f->axis[0])
		tt_snprintf(f->axis, sizeof f->axis, "%s", text);
	if (strcmp(name, "WavelengthKalpha1") == 0) f->alpha1 = tt_strtod(text, NULL);
	if (strcmp(name, "WavelengthKalpha2") == 0) f->alpha2 = tt_strtod(text, NULL);
	return TT_OK;
}

/* Axes over which a scan is one over 2θ. */
static bool over_two_theta(const char *axis)
{
	static const char *const names[] = {"", "TwoTheta", "TwoThetaTheta", "TwoThetaOmega", "2Theta"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(axis, names[i]) == 0) return true;
	return false;
}

static tt_status read_profile(rasx *f, const char *text, size_t size, tt_error *err)
{
	const bool mark = size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0;
	tt_lines l = {.at = text + (mark ? 3 : 0), .end = text + size};
	const char *line;
	size_t length;
	while (tt_lines_next(&l, &line, &length)) {
		char *end, *next;
		char copy[128];
		if (length == 0) continue;
		if (length >= sizeof copy)
			return tt_log_fail(f->src, l.number, err, "a line of its profile is too long");
		memcpy(copy, line, length);
		copy[length] = '\0';
		const double x = tt_strtod(copy, &end), y = tt_strtod(end, &next);
		if (end == copy || next == end)
			return tt_log_fail(f->src, l.number, err,
			                   "its profile has '%.60s'; angle, intensity and attenuation were expected",
			                   copy);
		char *last;
		const double factor = tt_strtod(next, &last);
		if (!tt_scan_list_add(&f->scans, x, last == next ? y : y * factor))
			return tt_fail_memory(err, "a diffractogram");
	}
	return tt_scan_list_close(&f->scans) ? TT_OK : tt_fail_memory(err, "a diffractogram");
}

static tt_status read_scan(rasx *f, const tt_archive *a, int k, tt_error *err)
{
	char name[96], *bytes;
	size_t size;
	f->axis[0] = '\0';
	tt_snprintf(name, sizeof name, "Data%d/MesurementConditions%d.xml", k, k);
	size_t i = tt_archive_find(a, name);
	if (i != (size_t)-1 && tt_archive_read(a, i, &bytes, &size, NULL) == TT_OK) {
		tt_xml x = {.document = name, .user = f, .open = opened, .close = closed};
		f->in_scan_information = 0;
		tt_status st = tt_xml_walk(f->src, bytes, size, &x, err);
		free(bytes);
		if (st != TT_OK) return st;
	}
	if (!over_two_theta(f->axis)) {
		f->skipped = true;
		return TT_OK;
	}
	tt_snprintf(name, sizeof name, "Data%d/Profile%d.txt", k, k);
	i = tt_archive_find(a, name);
	if (i == (size_t)-1) return TT_END;
	tt_status st = tt_archive_read(a, i, &bytes, &size, err);
	if (st != TT_OK) return st;
	st = read_profile(f, bytes, size, err);
	free(bytes);
	return st;
}

static tt_status read(const tt_log_source *src, const tt_pattern_options *options, tt_pattern *p, tt_error *err)
{
	rasx f = {.src = src, .alpha1 = NAN, .alpha2 = NAN};
	tt_archive *a;
	tt_status st = tt_archive_open(src, &a, err);
	if (st != TT_OK) return st;
	for (int k = 0; st == TT_OK; k++) {
		char name[64];
		tt_snprintf(name, sizeof name, "Data%d/Profile%d.txt", k, k);
		if (tt_archive_find(a, name) == (size_t)-1) break;
		st = read_scan(&f, a, k, err);
	}
	tt_archive_close(a);
	if (st == TT_END) st = TT_OK;
	if (st == TT_OK && f.scans.scans == 0)
		st = tt_log_fail(src, 0, err, f.skipped ? "no scan in it goes over 2θ" : "no scan is in it");
	if (st == TT_OK) st = tt_scan_list_take(&f.scans, src, options, p, err);
	p->axis = TT_PATTERN_TWO_THETA;
	p->wavelength_m = tt_pattern_angstrom(f.alpha1);
	p->wavelength2_m = tt_pattern_angstrom(f.alpha2);
	tt_scan_list_clear(&f.scans);
	return st;
}

const tt_pattern_format tt_pattern_rasx = {"Rigaku RASX", probe, read};
