/* Hysitron high-load files (.hld): text; settings as "Key: value unit", then three tables, each after its number of
 * rows: approach, drift, test. Displacements are already corrected for machine compliance, drift and load cell.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/log.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

static bool probe(const tt_log_source *src)
{
	enum { start = 256 };
	return tt_log_find(src->text, src->text_size, "File Version: Hysitron", start) != NULL;
}

typedef struct header {
	double machine_comp, drift_rate; /* SI, NaN unknown */
	tt_control control;
	tt_listed_segment *segment;
	size_t n_segments, capacity;
	double stated_segments;
} header;

/* With a point or a comma, whatever the instrument's computer was set to. */
static bool number(const char *s, size_t length, double *v)
{
	return tt_log_number(s, length, '.', v) || tt_log_number(s, length, ',', v);
}

/* "0.0066 nm/µN": number, blank, unit. */
static double with_unit(const char *value, size_t length, tt_dimension dim)
{
	size_t n = 0;
	double v;
	while (n < length && value[n] != ' ')
		n++;
	if (!number(value, n, &v)) return NAN;
	while (n < length && value[n] == ' ')
		n++;
	char *unit = tt_text_utf8(value + n, length - n);
	double factor = unit ? tt_unit_factor(unit, dim) : NAN;
	free(unit);
	return v * factor;
}

/* A demand is a force or a displacement; whichever its unit says. */
static double demand(const char *value, size_t length)
{
	double v = with_unit(value, length, TT_DIM_FORCE);
	return isnan(v) ? with_unit(value, length, TT_DIM_LENGTH) : v;
}

static tt_control control_named(const char *value, size_t length)
{
	if (tt_log_find(value, length, "load", length) || tt_log_find(value, length, "force", length))
		return TT_CONTROL_LOAD;
	if (tt_log_find(value, length, "disp", length)) return TT_CONTROL_DISPLACEMENT;
	return TT_CONTROL_UNKNOWN;
}

static tt_status new_segment(header *h, tt_error *err)
{
	tt_listed_segment *more = tt_grow(h->segment, &h->capacity, h->n_segments + 1, sizeof *more);
	if (!more) return tt_fail_memory(err, "the segments of a log");
	h->segment = more;
	h->segment[h->n_segments++] = (tt_listed_segment){.duration_s = NAN, .begin = NAN, .end = NAN};
	return TT_OK;
}

/* Every segment begins with its time, which stands before its number. */
static tt_status segment_line(header *h, const char *line, size_t length, tt_error *err)
{
	const char *value;
	size_t n;
	double v;
	if (tt_log_key(line, length, "Segment Time", ':', &value, &n)) {
		tt_status s = new_segment(h, err);
		if (!s) h->segment[h->n_segments - 1].duration_s = with_unit(value, n, TT_DIM_TIME);
		return s;
	}
	if (h->n_segments == 0) return TT_OK;
	tt_listed_segment *g = &h->segment[h->n_segments - 1];
	if (tt_log_key(line, length, "Segment Begin Demand", ':', &value, &n)) {
		g->begin = demand(value, n);
	} else if (tt_log_key(line, length, "Segment End Demand", ':', &value, &n)) {
		g->end = demand(value, n);
	} else if (tt_log_key(line, length, "Segment Points", ':', &value, &n)) {
		if (number(value, n, &v) && v >= 0 && v < 1e15) g->rows = (size_t)v;
	}
	return TT_OK;
}

static tt_status header_line(header *h, const char *line, size_t length, tt_force_log *log, tt_error *err)
{
	static const char *const told[] = {"File Version", "Test Type",  "Time Stamp", "FB Mode",
	                                   "Machine Comp", "Drift Rate", "Preload",    "Maximum Demand"};
	char quoted[TT_QUOTE_SIZE];
	const char *value;
	size_t n;
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		if (tt_log_key(line, length, told[i], ':', &value, &n))
			tt_warn(&log->notes, "%s: %s", told[i], tt_log_quote(quoted, value, n));
	if (tt_log_key(line, length, "Machine Comp", ':', &value, &n))
		h->machine_comp = with_unit(value, n, TT_DIM_COMPLIANCE);
	else if (tt_log_key(line, length, "Drift Rate", ':', &value, &n))
		h->drift_rate = with_unit(value, n, TT_DIM_SPEED);
	else if (tt_log_key(line, length, "FB Mode", ':', &value, &n))
		h->control = control_named(value, n);
	else if (tt_log_key(line, length, "Number of Segments", ':', &value, &n) &&
	         !number(value, n, &h->stated_segments))
		h->stated_segments = NAN;
	return segment_line(h, line, length, err);
}

/* "Sample Approach Data Points: 312" and the like begin a table. */
static bool table_line(const char *line, size_t length, const char *key, double *rows)
{
	const char *value;
	size_t n;
	return tt_log_key(line, length, key, ':', &value, &n) && number(value, n, rows) && *rows >= 0;
}

/* A table that is told but not used: its rows must be numbers. Leaves l before the first line that is no row. */
static tt_status skip_table(const tt_log_source *src, tt_lines *l, const char *what, double stated, tt_force_log *log,
                            tt_error *err)
{
	tt_log_cells cells = {0};
	const char *line;
	size_t length, rows = 0, bad_line = 0;
	double first = NAN, last = NAN;
	if (!tt_lines_next(l, &line, &length)) return TT_OK; /* names */
	tt_status s = TT_OK;
	while (!s && (double)rows < stated) {
		tt_lines next = *l;
		if (!tt_lines_next(&next, &line, &length)) break;
		s = tt_log_cells_split(&cells, line, length, '\t', err);
		if (s) break;
		double v;
		size_t numbers = 0;
		for (size_t i = 0; i < cells.n; i++)
			numbers += number(cells.cell[i], strlen(cells.cell[i]), &v);
		if (cells.n == 0 || numbers < cells.n) {
			bad_line = next.number;
			break;
		}
		number(cells.cell[0], strlen(cells.cell[0]), &last);
		if (rows++ == 0) first = last;
		*l = next;
	}
	tt_log_cells_free(&cells);
	if (s) return s;
	tt_warn(&log->notes, "%s table: %zu rows, %.9g to %.9g s", what, rows, first, last);
	if ((double)rows < stated && bad_line)
		tt_warn(&log->warnings, "%s: line %zu: the %s table ends after %zu of %.0f rows", src->name, bad_line,
		        what, rows, stated);
	return TT_OK;
}

static tt_status read_test(const tt_log_source *src, const tt_lines *l, double stated, header *h, tt_force_log *log,
                           tt_error *err)
{
	tt_table t = {.src = src, .at = l->at, .end = l->end, .line = l->number, .fixed_digits = true};
	tt_rows rows = {.log = log, .src = src};
	tt_status s = tt_table_find(&t, log, err);
	if (!s) s = tt_table_read(&t, &rows, err);
	if (!s) s = tt_rows_finish(&rows, err);
	tt_rows_free(&rows);
	if (s) return s;
	if (stated != (double)rows.seen)
		tt_warn(&log->warnings, "%s: the header says %.0f test data points, the file holds %zu: it is %s",
		        src->name, stated, rows.seen, stated > (double)rows.seen ? "cut short" : "longer than it says");
	if (h->stated_segments != (double)h->n_segments)
		tt_warn(&log->warnings, "%s: the header says %.0f segments and lists %zu", src->name,
		        h->stated_segments, h->n_segments);
	for (size_t i = 0; i < h->n_segments; i++)
		h->segment[i].control = h->control;
	return h->n_segments ? tt_rows_list(&rows, h->segment, h->n_segments, err) : TT_OK;
}

static tt_status read_all(const tt_log_source *src, header *h, tt_force_log *log, tt_error *err)
{
	tt_lines l = {src->text, src->text + src->text_size, 0};
	const char *line;
	size_t length;
	double rows;
	while (tt_lines_next(&l, &line, &length)) {
		tt_status s = TT_OK;
		if (table_line(line, length, "Sample Approach Data Points", &rows))
			s = skip_table(src, &l, "approach", rows, log, err);
		else if (table_line(line, length, "Drift Measurement Data Points", &rows))
			s = skip_table(src, &l, "drift", rows, log, err);
		else if (table_line(line, length, "Test Data Points", &rows))
			return read_test(src, &l, rows, h, log, err);
		else
			s = header_line(h, line, length, log, err);
		if (s) return s;
	}
	return tt_log_fail(src, 0, err,
	                   "ends before its test data (line 'Test Data Points: …' not found); the file is "
	                   "cut short");
}

static tt_status read_hld(const tt_log_source *src, tt_force_log *log, tt_error *err)
{
	if (src->mapped)
		return tt_log_fail(src, 0, err,
		                   "is a Hysitron .hld file, whose columns and units are known; leave columns, units, "
		                   "delimiter and decimal_comma out of the description");
	header h = {.machine_comp = NAN, .drift_rate = NAN, .stated_segments = NAN};
	tt_status s = read_all(src, &h, log, err);
	free(h.segment);
	if (s) return s;
	log->machine_compliance_m_per_N = h.machine_comp;
	log->drift_rate_m_per_s = h.drift_rate;
	log->compliance_applied = log->drift_applied = true;
	return TT_OK;
}

const tt_log_reader tt_log_hld = {"Hysitron hld", probe, read_hld};
