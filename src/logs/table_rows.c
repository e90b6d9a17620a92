/* The rows of a table of text, by libcsv.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/log.h"

#include <csv.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK = 1 << 18, FIELD_MAX = 1 << 20, ENOUGH = 10 };

typedef struct state {
	const tt_table *t;
	tt_rows *rows;
	tt_error *err;
	tt_status status;
	size_t line;     /* of the row being read, 1-based */
	size_t newlines; /* inside quoted cells of this row */
	char ended_by;   /* line end of the row before, 0 when its second half has come */
	bool quotes;     /* the file has quote characters */
	/* this row */
	size_t cells, filled; /* cells; the last one that is not empty, 1-based */
	bool comment;
	unsigned good; /* bit per quantity */
	double value[TT_LOG_QUANTITIES];
	size_t tail[TT_LOG_QUANTITIES]; /* characters after the decimal sign */
	int bad;                        /* quantity whose cell is no number, -1 none */
	char bad_text[TT_QUOTE_SIZE];
	bool bad_empty, bad_comma;
	double phase, series, own_time;
	bool phase_text; /* a word stands in the phase's column */
	/* all rows */
	double last_phase, last_series;
	bool between; /* text or an empty line came since the last row */
	size_t texts; /* lines of text between rows */
	size_t fixed_tail[TT_LOG_QUANTITIES];
	bool fixed[TT_LOG_QUANTITIES]; /* so far every row had as many characters after the decimal sign */
} state;

static void begin_row(state *s)
{
	s->cells = s->filled = 0;
	s->comment = false;
	s->good = 0;
	s->bad = -1;
	s->newlines = 0;
	s->phase = s->series = s->own_time = NAN;
	s->phase_text = false;
	if (s->t->interval_s > 0) {
		s->good = 1u << TT_LOG_TIME;
		s->value[TT_LOG_TIME] = s->t->interval_s * (double)s->rows->seen;
		s->tail[TT_LOG_TIME] = 0;
	}
}

static void bad_cell(state *s, int q, const char *text, size_t length)
{
	if (s->bad >= 0) return;
	double v;
	s->bad = q;
	s->bad_empty = length == 0;
	s->bad_comma = s->t->decimal == '.' && tt_log_number(text, length, ',', &v);
	tt_log_quote(s->bad_text, text, length);
}

static void needed_cell(state *s, int q, const char *text, size_t length)
{
	if (!tt_log_cell(text, length, s->t->decimal, s->t->grouped, &s->value[q])) {
		bad_cell(s, q, text, length);
		return;
	}
	s->good |= 1u << q;
	const char *point = memchr(text, s->t->decimal, length);
	s->tail[q] = point ? length - (size_t)(point - text) - 1 : 0;
}

static void on_cell(void *cell, size_t length, void *ctx)
{
	state *s = ctx;
	const tt_table *t = s->t;
	const char *text = cell;
	if (s->status || s->comment) return;
	if (length == 0 && t->delimiter == ' ') return; /* runs of blanks */
	size_t i = s->cells++;
	if (i == 0 && tt_log_comment(text, length)) {
		s->comment = true;
		return;
	}
	if (length) s->filled = i + 1;
	if (s->quotes)
		for (size_t k = 0; k < length; k++)
			s->newlines += text[k] == '\n' || (text[k] == '\r' && !(k + 1 < length && text[k + 1] == '\n'));
	if (i == t->phase && !tt_log_number(text, length, t->decimal, &s->phase)) {
		s->phase = NAN;
		s->phase_text = length > 0;
	}
	if (i == t->series && !tt_log_number(text, length, t->decimal, &s->series)) s->series = NAN;
	if (i == t->own_time && !tt_log_cell(text, length, t->decimal, t->grouped, &s->own_time)) s->own_time = NAN;
	for (int q = 0; q < TT_LOG_QUANTITIES; q++)
		if (i == t->column[q]) needed_cell(s, q, text, length);
}

/* What is wrong with the row that was read, in words. */
static void describe_bad(state *s, char *out, size_t size)
{
	const tt_table *t = s->t;
	for (int q = 0; q < TT_LOG_QUANTITIES; q++)
		if (s->bad < 0 && !(s->good >> q & 1)) {
			snprintf(out, size, "has %zu cell%s; expected %s in column %zu ('%.100s')", s->cells,
			         s->cells == 1 ? "" : "s", tt_label_quantity(q), t->column[q] + 1, t->name[q]);
			return;
		}
	if (s->bad < 0)
		snprintf(out, size, "has no own time of the displacement; expected it in column %zu", t->own_time + 1);
	else if (s->bad_empty)
		snprintf(out, size, "column '%.100s' is empty; expected a number", t->name[s->bad]);
	else
		snprintf(out, size, "found '%.100s' in column '%.100s'; expected a number%s", s->bad_text,
		         t->name[s->bad],
		         s->bad_comma ? " (if the comma is a decimal sign, say force.decimal_comma: true)" : "");
}

/* A row some of whose values are missing: left out; whether there are too many is judged at the end. */
static tt_status bad_row(state *s)
{
	const tt_table *t = s->t;
	double v;
	if (s->bad >= 0 && tt_log_number(s->bad_text, strlen(s->bad_text), t->decimal, &v) &&
	    s->good >> TT_LOG_TIME & 1) {
		if (!s->rows->bad_text[0]) {
			s->rows->bad_line = s->line;
			describe_bad(s, s->rows->bad_text, sizeof s->rows->bad_text);
		}
		return tt_rows_over(s->rows, s->line, s->err);
	}
	if (s->newlines) return tt_log_fail(t->src, s->line, s->err, "a quote opened in this line is not closed in it");
	if (s->rows->bad.n == 0 || !s->rows->bad_text[0]) {
		s->rows->bad_line = s->line;
		describe_bad(s, s->rows->bad_text, sizeof s->rows->bad_text);
	}
	return tt_rows_dropped(s->rows, s->line, s->err);
}

/* Neither numbers nor nothing: the end's mark, closing words, the names once more. Rows that lack all values in the
 * midst of the others are no such thing. */
static tt_status text_row(state *s)
{
	s->texts++;
	s->between = true;
	return TT_OK;
}

static size_t good_ones(const state *s)
{
	size_t n = 0;
	for (int q = 0; q < TT_LOG_QUANTITIES; q++)
		n += q != TT_LOG_TIME || !(s->t->interval_s > 0) ? s->good >> q & 1 : 0;
	return n;
}

static void cut_short(state *s)
{
	tt_warn(&s->rows->log->warnings, "%s: the last line (%zu) is cut short and was left out", s->t->src->name,
	        s->line);
}

/* The last line has no line end and its last cell is one of ours: was the number cut?
 * Where all rows have as many digits it shows; elsewhere it can only be said. */
static bool last_number_cut(state *s)
{
	for (int q = 0; q < TT_LOG_QUANTITIES; q++) {
		if (s->t->column[q] + 1 != s->cells || s->rows->log->n == 0) continue;
		bool sure = s->t->fixed_digits || s->rows->log->n >= ENOUGH;
		if (!sure || !s->fixed[q] || s->fixed_tail[q] == 0) {
			tt_warn(
			    &s->rows->log->warnings,
			    "%s: the last line (%zu) has no line end; if the file was cut there, its last number is "
			    "short",
			    s->t->src->name, s->line);
			return false;
		}
		return s->tail[q] < s->fixed_tail[q];
	}
	return false;
}

static void watch_tails(state *s)
{
	bool first = s->rows->log->n == 0;
	for (int q = 0; q < TT_LOG_QUANTITIES; q++) {
		if (first) {
			s->fixed_tail[q] = s->tail[q];
			s->fixed[q] = true;
		} else if (s->tail[q] != s->fixed_tail[q]) {
			s->fixed[q] = false;
		}
	}
}

static tt_status good_row(state *s, bool at_end)
{
	const tt_table *t = s->t;
	if (t->named && t->delimiter != ' ' && s->filled > t->names)
		return tt_log_fail(t->src, s->line, s->err, "has %zu cells under %zu names", s->filled, t->names);
	if (at_end && last_number_cut(s)) {
		cut_short(s);
		return TT_OK;
	}
	watch_tails(s);
	if (!isnan(s->phase)) {
		if (!isnan(s->last_phase) && s->phase != s->last_phase) s->rows->gap = true;
		s->last_phase = s->phase;
	}
	if (s->phase_text) s->rows->gap = s->rows->log->n > 0;
	bool begins = s->between && t->series == (size_t)-1;
	if (!isnan(s->series)) {
		if (!isnan(s->last_series))
			begins = t->series_index ? s->series < s->last_series : s->series != s->last_series;
		s->last_series = s->series;
	}
	if (begins && s->rows->log->n) {
		tt_status st = tt_rows_mark(s->rows, s->line, s->err);
		if (st) return st;
	}
	s->between = false;
	s->rows->own_time_s = s->own_time * t->factor[TT_LOG_TIME];
	return tt_rows_add(s->rows, s->value[TT_LOG_TIME] * t->factor[TT_LOG_TIME],
	                   s->value[TT_LOG_DISPLACEMENT] * t->factor[TT_LOG_DISPLACEMENT],
	                   s->value[TT_LOG_FORCE] * t->factor[TT_LOG_FORCE], s->line, s->err);
}

/* c is the character that ended the row, -1 at the end of the file. */
static void on_row(int c, void *ctx)
{
	state *s = ctx;
	if (s->status) return;
	if (s->cells == 0 && !s->comment && s->ended_by && c != -1 && c != s->ended_by) {
		s->ended_by = 0; /* the second half of \r\n or \n\r */
		return;
	}
	s->ended_by = (char)(c == -1 ? 0 : c);
	s->line++;
	const unsigned all = (1u << TT_LOG_QUANTITIES) - 1;
	const bool clocked = s->t->own_time == (size_t)-1 || !isnan(s->own_time);
	if (s->comment) {
	} else if (s->filled == 0) {
		s->rows->gap = s->rows->log->n > 0;
		s->between = true;
	} else if (s->good == all && clocked) {
		s->status = good_row(s, c == -1);
	} else if (c == -1 && !s->newlines && (good_ones(s) || strchr("-+.0123456789", s->bad_text[0]))) {
		cut_short(s);
	} else if (!s->newlines && s->rows->log->n && (!good_ones(s) || (s->between && good_ones(s) < 2))) {
		s->status = text_row(s);
	} else {
		s->status = bad_row(s);
	}
	s->line += s->newlines;
	begin_row(s);
}

static tt_status parse_all(state *s, struct csv_parser *p)
{
	const tt_table *t = s->t;
	for (const char *at = t->data; at < t->end && !s->status;) {
		size_t n = (size_t)(t->end - at) < CHUNK ? (size_t)(t->end - at) : CHUNK;
		if (csv_parse(p, at, n, on_cell, on_row, s) != n) return tt_fail_memory(s->err, "a row of a log");
		if (!s->status && csv_get_buffer_size(p) > FIELD_MAX)
			return tt_log_fail(t->src, s->line + 1, s->err, "a quote opened in this line is never closed");
		at += n;
	}
	if (s->status) return s->status;
	if (csv_fini(p, on_cell, on_row, s)) return tt_fail_memory(s->err, "a row of a log");
	return s->status;
}

tt_status tt_table_read(const tt_table *t, tt_rows *rows, tt_error *err)
{
	state s = {.t = t, .rows = rows, .err = err, .line = t->data_line, .last_phase = NAN, .last_series = NAN};
	rows->two_clocks = t->own_time != (size_t)-1;
	rows->series = t->series != (size_t)-1;
	s.quotes = memchr(t->data, '"', (size_t)(t->end - t->data)) != NULL;
	begin_row(&s);
	struct csv_parser p;
	if (csv_init(&p, CSV_REPALL_NL)) return tt_fail_memory(err, "a row of a log");
	csv_set_delim(&p, (unsigned char)t->delimiter);
	csv_set_blk_size(&p, 4096);
	tt_status status = parse_all(&s, &p);
	csv_free(&p);
	if (!status && s.texts * 10 > rows->log->n + 20)
		return tt_log_fail(t->src, 0, err,
		                   "%zu lines hold no numbers where %zu rows of numbers stand: is the delimiter '%c' "
		                   "right (force.delimiter)?",
		                   s.texts, rows->log->n, t->delimiter == '\t' ? 't' : t->delimiter);
	return status;
}
