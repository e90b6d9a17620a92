/* The rows of a log as they come, and its segments.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/log.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/text.h"

static tt_status grow_rows(tt_rows *r, tt_error *err)
{
	tt_force_log *log = r->log;
	if (log->n < r->capacity) return TT_OK;
	if (r->capacity > SIZE_MAX / 2 / sizeof(double)) return tt_fail_memory(err, "the rows of a log");
	size_t capacity = r->capacity ? 2 * r->capacity : 1024;
	double **column[] = {&log->time_s, &log->displacement_m, &log->force_N};
	for (int i = 0; i < 3; i++) {
		double *more = realloc(*column[i], capacity * sizeof **column[i]);
		if (!more) return tt_fail_memory(err, "the rows of a log");
		*column[i] = more;
	}
	r->capacity = capacity;
	return TT_OK;
}

static tt_status open_segment(tt_rows *r, size_t first, tt_error *err)
{
	tt_force_log *log = r->log;
	if (log->n_segments == r->segment_capacity) {
		size_t capacity = r->segment_capacity ? 2 * r->segment_capacity : 8;
		tt_log_segment *more = realloc(log->segment, capacity * sizeof *more);
		if (!more) return tt_fail_memory(err, "the segments of a log");
		log->segment = more;
		r->segment_capacity = capacity;
	}
	log->segment[log->n_segments++] =
	    (tt_log_segment){.first = first, .control = TT_CONTROL_UNKNOWN, .kind = "", .rate = NAN};
	return TT_OK;
}

static tt_status backwards(const tt_rows *r, double time_s, size_t line, tt_error *err)
{
	double before = r->log->time_s[r->log->n - 1];
	char where[48] = "";
	if (!line) snprintf(where, sizeof where, "row %zu: ", r->seen);
	if (r->gap || time_s <= r->log->time_s[0])
		return tt_log_fail(r->src, line, err,
		                   "%stime begins again (%.9g s after %.9g s); expected one clock for the whole "
		                   "log: export it with a running time, or cut it into one file a segment",
		                   where, time_s, before);
	return tt_log_fail(r->src, line, err, "%stime runs backwards (%.9g s after %.9g s); expected it to increase",
	                   where, time_s, before);
}

tt_status tt_rows_add(tt_rows *r, double time_s, double displacement_m, double force_N, size_t line, tt_error *err)
{
	tt_force_log *log = r->log;
	r->seen++;
	if (log->n) {
		double before = log->time_s[log->n - 1];
		if (time_s < before) return backwards(r, time_s, line, err);
		if (time_s == before) {
			r->equal_times++;
			return TT_OK;
		}
	}
	if (r->gap || log->n == 0) {
		tt_status s = open_segment(r, log->n, err);
		if (s) return s;
		r->gap = false;
	}
	tt_status s = grow_rows(r, err);
	if (s) return s;
	log->time_s[log->n] = time_s;
	log->displacement_m[log->n] = displacement_m;
	log->force_N[log->n] = force_N;
	log->n++;
	return TT_OK;
}

static void count_segments(tt_force_log *log)
{
	for (size_t i = 0; i < log->n_segments; i++) {
		size_t end = i + 1 < log->n_segments ? log->segment[i + 1].first : log->n;
		log->segment[i].count = end - log->segment[i].first;
	}
}

tt_status tt_rows_finish(tt_rows *r, tt_error *err)
{
	tt_force_log *log = r->log;
	if (log->n == 0) return tt_log_fail(r->src, 0, err, "holds a header but no rows of numbers");
	/* An empty line after every row is a way of writing, not a list of segments. */
	if (log->n >= 4 && log->n_segments > log->n - log->n / 4) {
		log->n_segments = 1;
		tt_warn(&log->notes, "an empty line after every row");
	}
	count_segments(log);
	double **column[] = {&log->time_s, &log->displacement_m, &log->force_N};
	for (int i = 0; i < 3; i++) {
		double *less = realloc(*column[i], log->n * sizeof *less);
		if (less) *column[i] = less;
	}
	if (r->equal_times)
		tt_warn(&log->warnings, "%s: %zu row%s left out whose time equals that of the row before", r->src->name,
		        r->equal_times, r->equal_times == 1 ? "" : "s");
	return TT_OK;
}

static const char *kind_of(double begin, double end)
{
	if (!isfinite(begin) || !isfinite(end)) return "";
	return end > begin ? "load" : end < begin ? "unload" : "hold";
}

tt_status tt_rows_list(tt_rows *r, const tt_listed_segment *list, size_t n, tt_error *err)
{
	tt_force_log *log = r->log;
	if (r->equal_times) {
		tt_warn(&log->warnings,
		        "%s: the file's list of segments counts rows that were left out; it is not used", r->src->name);
		return TT_OK;
	}
	log->n_segments = 0;
	size_t first = 0, listed = 0;
	for (size_t i = 0; i < n; i++) {
		listed = list[i].rows > SIZE_MAX - listed ? SIZE_MAX : listed + list[i].rows;
		if (list[i].rows == 0 || first >= log->n) continue;
		tt_status s = open_segment(r, first, err);
		if (s) return s;
		tt_log_segment *g = &log->segment[log->n_segments - 1];
		double change = list[i].end - list[i].begin;
		g->control = list[i].control;
		g->kind = kind_of(list[i].begin, list[i].end);
		g->rate = list[i].duration_s > 0 && isfinite(change) ? change / list[i].duration_s : NAN;
		first = list[i].rows > log->n - first ? log->n : first + list[i].rows;
	}
	if (listed != log->n)
		tt_warn(&log->warnings, "%s: the segments' points add up to %zu, the file holds %zu rows", r->src->name,
		        listed, log->n);
	if (first < log->n && (log->n_segments == 0 || listed < log->n)) {
		tt_status s = open_segment(r, first, err);
		if (s) return s;
	}
	count_segments(log);
	return TT_OK;
}
