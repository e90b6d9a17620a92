/* TriboScan text export (Hysitron, Bruker): a date, the number of points, a row of names, rows of numbers; an empty
 * line ends a segment. Line ends are \n, \r\n, or \n\r in the header and \r below.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/log.h"

#include <string.h>

enum { HEAD = 8192, HEAD_LINES = 60 };

static bool stated_points(const tt_log_source *src, double *points)
{
	tt_lines l = {src->text, src->text + src->text_size, 0};
	const char *line, *value;
	size_t length, n;
	while (l.number < HEAD_LINES && tt_lines_next(&l, &line, &length))
		if (tt_log_key(line, length, "Number of Points", '=', &value, &n) &&
		    tt_log_number(value, n, '.', points))
			return true;
	return false;
}

/* The names that TriboScan gives, all in one line with tabs. */
static bool typical_names(const tt_log_source *src)
{
	tt_lines l = {src->text, src->text + src->text_size, 0};
	const char *line;
	size_t n;
	while (l.number < HEAD_LINES && tt_lines_next(&l, &line, &n))
		if (memchr(line, '\t', n) && tt_log_find(line, n, "Depth (nm)", HEAD) &&
		    tt_log_find(line, n, "Load (", HEAD) && tt_log_find(line, n, "Time (s)", HEAD))
			return true;
	return false;
}

static bool probe(const tt_log_source *src)
{
	double points;
	return stated_points(src, &points) || (!src->mapped && typical_names(src));
}

/* Lines of the header that are worth telling: the date, and settings with a sign. */
static void note_header(const tt_log_source *src, const tt_table *t, tt_force_log *log)
{
	tt_lines l = {src->text, t->data, 0};
	const char *line;
	size_t length, told = 0;
	while (told < 8 && l.number + 1 < t->names_line && tt_lines_next(&l, &line, &length)) {
		char quoted[TT_QUOTE_SIZE];
		if (length == 0 || tt_log_comment(line, length)) continue;
		tt_warn(&log->notes, "header: %s", tt_log_quote(quoted, line, length));
		told++;
	}
}

static tt_status read_table(const tt_log_source *src, tt_force_log *log, tt_error *err)
{
	tt_table t = {.src = src,
	              .at = src->text,
	              .end = src->text + src->text_size,
	              .columns = src->columns,
	              .fixed_digits = true};
	tt_rows rows = {.log = log, .src = src};
	tt_status s = tt_table_find(&t, log, err);
	if (s) return s;
	note_header(src, &t, log);
	s = tt_table_read(&t, &rows, err);
	if (!s) s = tt_rows_finish(&rows, err);
	tt_rows_free(&rows);
	if (s) return s;
	double points;
	if (stated_points(src, &points) && points != (double)rows.seen)
		tt_warn(&log->warnings, "%s: the header says %.0f points, the file holds %zu: it is %s", src->name,
		        points, rows.seen, points > (double)rows.seen ? "cut short" : "longer than it says");
	return TT_OK;
}

const tt_log_reader tt_log_triboscan = {"TriboScan text", probe, read_table};
