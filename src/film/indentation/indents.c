/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/indentation/indents.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "logs/sheet.h"
#include "temtensile/logs.h"

/* ---- columns ---- */

enum {
	DEPTH,
	LOAD,
	STIFFNESS,
	TIME,
	AREA,
	HARDNESS,
	RAW_DEPTH,
	RAW_LOAD,
	RAW_STIFFNESS,
	RMS_DEPTH,
	RMS_LOAD,
	FRAME,
	SD_LOAD,
	SD_STIFFNESS,
	COLUMNS
};

typedef struct column {
	const char *names[6];
	tt_dimension dim;
	double factor; /* to SI where the file says no unit that is known; areas are nm² everywhere */
} column;

static const column columns[COLUMNS] = {
    [DEPTH] = {{"Displacement Into Surface", "Depth", "Penetration Depth", "Indentation Depth", "h"},
               TT_DIM_LENGTH,
               1e-9},
    [LOAD] = {{"Load On Sample", "Load", "Force", "P"}, TT_DIM_FORCE, 1e-3},
    [STIFFNESS] = {{"Harmonic Contact Stiffness", "Contact Stiffness", "Dynamic Stiffness", "Stiffness", "S"},
                   TT_DIM_STIFFNESS,
                   1},
    [TIME] = {{"Time On Sample", "Time", "t"}, TT_DIM_TIME, 1},
    [AREA] = {{"Contact Area"}, TT_DIM_PIXEL, 1e-18},
    [HARDNESS] = {{"Hardness", "OP_Hardness"}, TT_DIM_PRESSURE, 1e9},
    [RAW_DEPTH] = {{"Raw Displacement", "_Displacement"}, TT_DIM_LENGTH, 1e-9},
    [RAW_LOAD] = {{"Raw Load", "_Load"}, TT_DIM_FORCE, 1e-3},
    [RAW_STIFFNESS] = {{"Harmonic Stiffness", "_Harmonic Stiffness"}, TT_DIM_STIFFNESS, 1},
    [RMS_DEPTH] = {{"Harmonic Displacement", "_Harmonic Displacement"}, TT_DIM_LENGTH, 1e-9},
    [RMS_LOAD] = {{"Harmonic Load", "_Harmonic Load"}, TT_DIM_FORCE, 1e-6},
    [FRAME] = {{"Harmonic Frame Stiffness"}, TT_DIM_STIFFNESS, 1},
    [SD_LOAD] = {{"STANDARD DEVIATION (Load On Sample)"}, TT_DIM_FORCE, 1e-3},
    [SD_STIFFNESS] = {{"STANDARD DEVIATION (Harmonic Contact Stiffness)"}, TT_DIM_STIFFNESS, 1},
};

typedef struct layout {
	const tt_sheet *sheet;
	size_t header, data; /* rows */
	size_t at[COLUMNS];  /* sheet->columns: not there */
	double factor[COLUMNS];
	size_t test, segment; /* column that tells tests apart; segment names */
} layout;

/* "Raw Displacement (um)": the unit in brackets at the end; or the row below. */
static double factor_of(const tt_sheet *s, size_t row, size_t at, const column *c)
{
	const char *name = tt_sheet_text(s, row, at), *open = name ? strrchr(name, '(') : NULL, *below = NULL;
	char unit[40] = "";
	if (!open && name) open = strrchr(name, '[');
	if (open && open > name && strlen(open) < sizeof unit) {
		tt_snprintf(unit, sizeof unit, "%s", open + 1);
		unit[strcspn(unit, ")]")] = '\0';
	} else if ((below = tt_sheet_text(s, row + 1, at)) != NULL && strlen(below) < sizeof unit) {
		tt_snprintf(unit, sizeof unit, "%s", below);
	}
	tt_sheet_mend_unit(unit);
	double f = c->dim == TT_DIM_PIXEL ? c->factor : tt_unit_factor(unit, c->dim);
	return isfinite(f) ? f : c->factor;
}

static bool has(const layout *l, int what)
{
	return l->at[what] < l->sheet->columns;
}

static double value(const layout *l, size_t row, int what)
{
	return has(l, what) ? tt_sheet_number(l->sheet, row, l->at[what]) * l->factor[what] : NAN;
}

static const char *const test_names[] = {"test", "Indent", NULL}, *const segment_names[] = {"Segment", "Markers", NULL};

static bool find_layout(const tt_sheet *s, layout *l)
{
	*l = (layout){.sheet = s};
	for (size_t row = 0; row < s->rows && row < 40; row++) {
		for (int i = 0; i < COLUMNS; i++)
			l->at[i] = tt_sheet_column(s, row, columns[i].names);
		bool own = has(l, DEPTH) && has(l, LOAD), raw = has(l, RAW_DEPTH) && has(l, RAW_LOAD);
		if (!own && !raw) continue;
		l->header = row;
		l->data = row + 1;
		for (int i = 0; i < COLUMNS; i++)
			l->factor[i] = has(l, i) ? factor_of(s, row, l->at[i], &columns[i]) : NAN;
		l->test = tt_sheet_column(s, row, test_names);
		l->segment = tt_sheet_column(s, row, segment_names);
		while (l->data < s->rows && isnan(tt_sheet_number(s, l->data, l->at[own ? DEPTH : RAW_DEPTH])))
			l->data++;
		return l->data < s->rows;
	}
	return false;
}

/* A column by its name in any of the first rows, or by its 1-based number. */
static tt_status map_column(const tt_sheet *s, const char *path, const char *text, const char *unit, int what,
                            layout *l, tt_error *err)
{
	const char *const names[] = {text, NULL};
	char *end;
	unsigned long number = strtoul(text, &end, 10);
	bool is_number = isdigit((unsigned char)text[0]) && !*end;
	size_t at = s->columns;
	if (is_number && number >= 1 && number <= s->columns) at = number - 1;
	for (size_t row = 0; !is_number && row < s->rows && row < 40 && at == s->columns; row++) {
		at = tt_sheet_column(s, row, names);
		if (at < s->columns) l->header = row;
	}
	if (at == s->columns)
		return tt_fail(err, TT_ERR_INPUT, "%s: there is no column '%.80s' among its %zu", path, text,
		               s->columns);
	l->at[what] = at;
	l->factor[what] = unit ? tt_unit_factor(unit, columns[what].dim)
	                  : is_number && !tt_sheet_text(s, l->header, l->at[what])
	                      ? columns[what].factor
	                      : factor_of(s, l->header, at, &columns[what]);
	return TT_OK;
}

static tt_status mapped_layout(const tt_sheet *s, const char *path, const tt_film_indentation_part *p, layout *l,
                               tt_error *err)
{
	*l = (layout){.sheet = s, .test = s->columns, .segment = s->columns};
	for (int i = 0; i < COLUMNS; i++)
		l->at[i] = s->columns;
	tt_status st = map_column(s, path, p->depth, p->depth_unit, DEPTH, l, err);
	if (st == TT_OK) st = map_column(s, path, p->load, p->load_unit, LOAD, l, err);
	if (st == TT_OK && p->stiffness) st = map_column(s, path, p->stiffness, p->stiffness_unit, STIFFNESS, l, err);
	while (st == TT_OK && l->data < s->rows && isnan(tt_sheet_number(s, l->data, l->at[DEPTH])))
		l->data++;
	return st;
}

/* ---- one test ---- */

static tt_status new_indent(tt_indents *out, const char *name, size_t n, tt_indent **made, tt_error *err)
{
	tt_indent *grown = realloc(out->item, (out->n + 1) * sizeof *grown);
	if (!grown) return tt_fail_memory(err, "the indents");
	out->item = grown;
	tt_indent *t = &out->item[out->n++];
	*t = (tt_indent){.drift_m_per_s = NAN, .name = tt_strdup(name)};
	t->depth_m = malloc((n + 1) * sizeof *t->depth_m);
	t->load_N = malloc((n + 1) * sizeof *t->load_N);
	t->stiffness_N_per_m = malloc((n + 1) * sizeof *t->stiffness_N_per_m);
	*made = t;
	return t->name && t->depth_m && t->load_N && t->stiffness_N_per_m ? TT_OK : tt_fail_memory(err, "the indents");
}

static bool extra(double **to, size_t n, bool wanted)
{
	if (wanted) *to = malloc((n + 1) * sizeof **to);
	return !wanted || *to;
}

/* Last row of the loading: the greatest load, before the next segment begins. */
static size_t end_of_loading(const layout *l, size_t first, size_t last)
{
	size_t top = first;
	double most = -INFINITY;
	for (size_t row = first; row < last; row++) {
		const char *segment =
		    row > first && l->segment < l->sheet->columns ? tt_sheet_text(l->sheet, row, l->segment) : NULL;
		if (segment && row > first + 5 &&
		    (strncmp(segment, "Hold", 4) == 0 || strncmp(segment, "Unload", 6) == 0))
			break;
		double load = value(l, row, LOAD);
		if (load > most) most = load, top = row;
	}
	return top;
}

static tt_status take_csm(const layout *l, const char *name, size_t first, size_t last, tt_indents *out, tt_error *err)
{
	tt_indent *t;
	size_t top = end_of_loading(l, first, last);
	tt_status st = new_indent(out, name, top - first + 1, &t, err);
	if (st != TT_OK) return st;
	bool own_area = has(l, AREA) || has(l, HARDNESS);
	size_t n = top - first + 1;
	if (!extra(&t->area_m2, n, own_area) || !extra(&t->sd_load, n, has(l, SD_LOAD)) ||
	    !extra(&t->sd_stiffness, n, has(l, SD_STIFFNESS)))
		return tt_fail_memory(err, "the indents");
	for (size_t row = first; row <= top; row++) {
		double h = value(l, row, DEPTH), p = value(l, row, LOAD), s = value(l, row, STIFFNESS);
		if (!(h > 0 && p > 0 && s > 0)) continue;
		size_t i = t->n++;
		t->depth_m[i] = h;
		t->load_N[i] = p;
		t->stiffness_N_per_m[i] = s;
		double hardness = value(l, row, HARDNESS), area = value(l, row, AREA);
		if (own_area) t->area_m2[i] = area > 0 ? area : hardness > 0 ? p / hardness : NAN;
		if (t->sd_load) t->sd_load[i] = value(l, row, SD_LOAD);
		if (t->sd_stiffness) t->sd_stiffness[i] = value(l, row, SD_STIFFNESS);
	}
	return TT_OK;
}

static tt_status put_points(tt_indents *out, const char *name, const double *h, const double *p, const double *s,
                            size_t n, tt_error *err)
{
	tt_indent *t;
	tt_status st = new_indent(out, name, n, &t, err);
	for (size_t i = 0; st == TT_OK && i < n; i++) {
		if (!(h[i] > 0 && p[i] > 0 && s[i] > 0)) continue;
		t->depth_m[t->n] = h[i];
		t->load_N[t->n] = p[i];
		t->stiffness_N_per_m[t->n++] = s[i];
	}
	return st;
}

static tt_status take_unloading(const double *h, const double *p, size_t n, const char *name, tt_indents *out,
                                tt_error *err)
{
	double *uh = NULL, *up = NULL, *us = NULL;
	size_t count = 0;
	tt_status st = tt_unload_points(h, p, n, &uh, &up, &us, &count, err);
	if (st == TT_OK) st = put_points(out, name, uh, up, us, count, err);
	free(uh);
	free(up);
	free(us);
	out->unloading = true;
	return st;
}

static double *gather(const layout *l, size_t first, size_t last, int what)
{
	double *v = has(l, what) ? malloc((last - first + 1) * sizeof *v) : NULL;
	for (size_t row = first; v && row < last; row++)
		v[row - first] = value(l, row, what);
	return v;
}

static tt_status take_raw(const layout *l, const char *name, size_t first, size_t last, tt_indents *out, tt_error *err)
{
	double *time = gather(l, first, last, TIME), *d = gather(l, first, last, RAW_DEPTH),
	       *f = gather(l, first, last, RAW_LOAD), *s = gather(l, first, last, RAW_STIFFNESS),
	       *rd = gather(l, first, last, RMS_DEPTH), *rf = gather(l, first, last, RMS_LOAD);
	double frame = INFINITY;
	tt_raw_result c = {0};
	size_t n = last - first;
	while (n && time && d && f && !isfinite(time[n - 1] + d[n - 1] + f[n - 1])) /* rows for other sheets' ends */
		n--;
	for (size_t row = first; row < last && has(l, FRAME) && isinf(frame); row++) {
		double k = value(l, row, FRAME);
		if (k > 0) frame = k;
	}
	tt_status st = TT_OK;
	if (!time || !d || !f || !s)
		st = tt_fail(
		    err, TT_ERR_INPUT,
		    "%s: raw channels need the columns Time, Raw Displacement, Raw Load and Harmonic Stiffness", name);
	if (st == TT_OK) {
		const tt_raw_record r = {n, time, d, f, s, rd, rf, frame};
		st = tt_raw_correct(&r, &c, name, err);
	}
	if (st == TT_OK)
		st = put_points(out, name, c.depth_m + c.contact, c.load_N + c.contact, c.stiffness_N_per_m + c.contact,
		                c.last - c.contact + 1, err);
	if (st == TT_OK) {
		out->item[out->n - 1].drift_m_per_s = c.drift;
		if (!rd || !rf)
			tt_warn(&out->warnings,
			        "%s: the file holds no amplitudes of the oscillation; depth and load at its peaks are "
			        "not corrected for them",
			        name);
	}
	tt_raw_result_clear(&c);
	free(time);
	free(d);
	free(f);
	free(s);
	free(rd);
	free(rf);
	return st;
}

static tt_status take_test(const layout *l, const char *name, size_t first, size_t last,
                           const tt_film_indentation_part *p, tt_indents *out, tt_error *err)
{
	if (p->raw) return take_raw(l, name, first, last, out, err);
	if (has(l, STIFFNESS)) return take_csm(l, name, first, last, out, err);
	double *h = gather(l, first, last, DEPTH), *f = gather(l, first, last, LOAD);
	tt_status st = h && f ? take_unloading(h, f, last - first, name, out, err) : tt_fail_memory(err, "the indents");
	free(h);
	free(f);
	return st;
}

/* Rows of one test each, where a column tells tests apart. */
static tt_status take_sheet(const layout *l, const char *title, const tt_film_indentation_part *p, tt_indents *out,
                            tt_error *err)
{
	const tt_sheet *s = l->sheet;
	size_t end = l->data;
	while (end < s->rows && !(tt_sheet_text(s, end, 0) && strcmp(tt_sheet_text(s, end, 0), "END") == 0))
		end++;
	if (l->test == s->columns) return take_test(l, title, l->data, end, p, out, err);
	tt_status st = TT_OK;
	for (size_t first = l->data; first < end && st == TT_OK;) {
		size_t last = first + 1;
		double number = tt_sheet_number(s, first, l->test);
		const char *text = tt_sheet_text(s, first, l->test);
		while (last < end) {
			const char *next = tt_sheet_text(s, last, l->test);
			bool same = text && next ? strcmp(text, next) == 0
			                         : !text && !next && tt_sheet_number(s, last, l->test) == number;
			if (!same) break;
			last++;
		}
		char name[80];
		if (text)
			tt_snprintf(name, sizeof name, "Test %.60s", text);
		else
			tt_snprintf(name, sizeof name, "Test %g", number);
		st = take_test(l, name, first, last, p, out, err);
		first = last;
	}
	return st;
}

/* ---- what other sheets say: drift, area function, inputs ---- */

/* The number in a test's name or first cell: "Test 001" is 1. */
static double test_number(const char *name)
{
	while (*name && !isdigit((unsigned char)*name))
		name++;
	return *name ? strtod(name, NULL) : NAN;
}

static void read_results(const tt_workbook *w, tt_indents *out)
{
	static const char *const drift[] = {"Drift Correction", "Drift Rate", NULL}, *const allowed[] = {
	                                                                                 "Allowable Drift Rate", NULL};
	const tt_sheet *s = tt_workbook_sheet(w, "Results"), *inputs = tt_workbook_sheet(w, "Required Inputs");
	if (inputs) {
		size_t c = tt_sheet_column(inputs, 0, allowed);
		if (c < inputs->columns) out->allowed_drift = tt_sheet_number(inputs, 2, c) * 1e-9;
	}
	if (!s) return;
	size_t c = tt_sheet_column(s, 0, drift);
	for (size_t i = 0; i < out->n && c < s->columns; i++)
		for (size_t row = 1; row < s->rows; row++)
			if (tt_sheet_number(s, row, 0) == test_number(out->item[i].name))
				out->item[i].drift_m_per_s = tt_sheet_number(s, row, c) * 1e-9;
	for (size_t k = 0; k < TT_AREA_TERMS; k++) {
		char name[40];
		tt_snprintf(name, sizeof name, "Area Coefficient %zu", k + 1);
		const char *const names[] = {name, NULL};
		size_t at = tt_sheet_column(s, 0, names);
		double v = at < s->columns ? tt_sheet_number(s, 2, at) : NAN;
		if (!isfinite(v)) break;
		out->area[out->n_area++] = v;
	}
}

/* ---- files ---- */

static bool is_test_sheet(const tt_sheet *s)
{
	return strncmp(s->name, "Test", 4) == 0;
}

static int by_name(const void *a, const void *b)
{
	const tt_indent *p = a, *q = b;
	double m = test_number(p->name), n = test_number(q->name);
	return m < n ? -1 : m > n ? 1 : strcmp(p->name, q->name);
}

static tt_status from_workbook(const char *path, const tt_workbook *w, const tt_film_indentation_part *p,
                               tt_indents *out, tt_error *err)
{
	tt_status st = TT_OK;
	layout l;
	size_t tests = 0, found = 0;
	for (size_t i = 0; i < w->n; i++)
		tests += is_test_sheet(&w->sheet[i]);
	for (size_t i = 0; i < w->n && st == TT_OK; i++) {
		const tt_sheet *s = &w->sheet[i];
		if (tests && !is_test_sheet(s)) continue;
		if (p->depth) {
			st = mapped_layout(s, path, p, &l, err);
			if (st != TT_OK) break;
		} else if (!find_layout(s, &l)) {
			continue;
		}
		found++;
		out->averaged = out->averaged || has(&l, SD_LOAD);
		st = take_sheet(&l, s->name[0] ? s->name : tt_path_base(path), p, out, err);
	}
	if (st == TT_OK && !found)
		st = tt_fail(err, TT_ERR_INPUT,
		             "%s: no sheet has columns of depth and load such as 'Displacement Into Surface' and 'Load "
		             "On Sample'; "
		             "name them by indentation.columns",
		             path);
	if (st != TT_OK) return st;
	qsort(out->item, out->n, sizeof *out->item, by_name);
	read_results(w, out);
	out->how = tt_format("%s channels of the instrument%s", p->raw ? "raw" : "corrected",
	                     out->unloading ? ", stiffness from a power law through the upper half of each unloading"
	                     : p->raw       ? ", contact, drift, springs and frame taken off here"
	                                    : ", stiffness from its oscillation (CSM)");
	return out->how ? TT_OK : tt_fail_memory(err, "the indents");
}

/* A force log of an indenter (.hld, TriboScan text): one test, its stiffness from the unloading. */
static tt_status from_log(const char *path, tt_indents *out, tt_error *err)
{
	tt_force_log *log = NULL;
	tt_status st = tt_force_log_read(path, NULL, &log, err);
	if (st != TT_OK) return st;
	st = take_unloading(log->displacement_m, log->force_N, log->n, tt_path_base(path), out, err);
	if (st == TT_OK) {
		double frame = log->machine_compliance_m_per_N;
		if (isfinite(frame) && !log->compliance_applied)
			tt_warn(&out->warnings,
			        "%s: its frame compliance of %.3g nm/µN was not taken off by the instrument; give "
			        "indentation.frame_stiffness",
			        path, frame * 1e3);
		out->item[out->n - 1].drift_m_per_s = log->drift_rate_m_per_s;
		out->how = tt_format(
		    "depth and load of a %s file, stiffness from a power law through the upper half of each unloading",
		    log->format);
		if (!out->how) st = tt_fail_memory(err, "the indents");
	}
	tt_force_log_free(log);
	return st;
}

static bool ends_with(const char *path, const char *end)
{
	size_t n = strlen(path), k = strlen(end);
	if (n < k) return false;
	for (size_t i = 0; i < k; i++)
		if (tolower((unsigned char)path[n - k + i]) != end[i]) return false;
	return true;
}

/* Columns swapped, signs turned: what no loading looks like. */
static tt_status check(const char *path, tt_indents *out, tt_error *err)
{
	size_t points = 0;
	for (size_t i = 0; i < out->n; i++) {
		const tt_indent *t = &out->item[i];
		double deepest = 0, greatest = 0;
		points += t->n;
		for (size_t k = 0; k < t->n; k++) {
			deepest = fmax(deepest, t->depth_m[k]);
			greatest = fmax(greatest, t->load_N[k]);
		}
		if (t->n && (deepest > 1e-4 || greatest > 10))
			return tt_fail(err, TT_ERR_INPUT,
			               "%s: %s reaches %.3g µm and %.3g mN; expected an indent of less than 100 µm and "
			               "10 N: are two "
			               "columns swapped, or a unit wrong?",
			               path, t->name, deepest * 1e6, greatest * 1e3);
		/* a loading: load rises with depth */
		double half = deepest / 2, low = 0, high = 0, n_low = 0, n_high = 0;
		for (size_t k = 0; k < t->n; k++) {
			if (t->depth_m[k] < half)
				low += t->load_N[k], n_low++;
			else
				high += t->load_N[k], n_high++;
		}
		if (n_low > 3 && n_high > 3 && high / n_high < low / n_low)
			return tt_fail(err, TT_ERR_INPUT,
			               "%s: %s: load falls while depth grows; are two columns swapped?", path, t->name);
	}
	return points ? TT_OK
	              : tt_fail(err, TT_ERR_INPUT,
	                        "%s: no row has a positive depth, load and stiffness: no indentation", path);
}

tt_status tt_indents_read(const char *path, const tt_film_indentation_part *part, tt_indents **out, tt_error *err)
{
	tt_indents *s = calloc(1, sizeof *s);
	tt_workbook *w = NULL;
	*out = NULL;
	if (!s) return tt_fail_memory(err, "the indents");
	s->allowed_drift = NAN;
	tt_status st;
	tt_error log_why;
	bool log = ends_with(path, ".hld") || (!part->depth && ends_with(path, ".txt"));
	if (log && from_log(path, s, &log_why) == TT_OK) {
		st = TT_OK;
	} else if (ends_with(path, ".hld")) {
		st = tt_fail(err, log_why.status, "%s", log_why.message);
	} else {
		st = tt_workbook_read(path, &w, err);
		if (st == TT_OK) st = from_workbook(path, w, part, s, err);
	}
	tt_workbook_free(w);
	if (st == TT_OK) st = check(path, s, err);
	if (st != TT_OK) {
		tt_indents_free(s);
		return st;
	}
	*out = s;
	return TT_OK;
}

void tt_indents_free(tt_indents *s)
{
	if (!s) return;
	for (size_t i = 0; i < s->n; i++) {
		tt_indent *t = &s->item[i];
		free(t->name);
		free(t->depth_m);
		free(t->load_N);
		free(t->stiffness_N_per_m);
		free(t->area_m2);
		free(t->sd_load);
		free(t->sd_stiffness);
		free(t->rejected);
	}
	free(s->item);
	free(s->how);
	tt_strings_free(&s->warnings);
	free(s);
}
