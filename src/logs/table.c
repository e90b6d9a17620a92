/* A table of text: what its columns and units are, and where its numbers begin.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How far the header may reach; how many tests may stand beside each other. */
enum { HEAD_LINES = 2000, TT_SIDE_BY_SIDE = 64 };
#define NONE ((size_t)-1)

/* ---- the row of names ---- */

/* Names may stand in a comment; a header made of words and blanks keeps "(s)" with the word before. */
static tt_status split_header(const tt_table *t, const char *line, size_t length, tt_log_cells *cells, tt_error *err)
{
	if (length > TT_HEAD_LINE_MAX) length = 0;
	while (length && (*line == '#' || *line == '%' || *line == '/' || *line == ' ')) {
		line++;
		length--;
	}
	tt_status s = tt_log_cells_split(cells, line, length, t->delimiter, err);
	if (s || t->delimiter != ' ') return s;
	size_t n = 0;
	for (size_t i = 0; i < cells->n; i++) {
		char first = cells->cell[i][0];
		if (n && (first == '(' || first == '[')) {
			cells->cell[n - 1][strlen(cells->cell[n - 1])] = ' '; /* the next cell follows in buf */
			continue;
		}
		cells->cell[n++] = cells->cell[i];
	}
	cells->n = n;
	return TT_OK;
}

static const char *wanted(const tt_log_columns *want, int quantity)
{
	if (!want) return NULL;
	return quantity == TT_LOG_TIME ? want->time : quantity == TT_LOG_FORCE ? want->force : want->displacement;
}

static const char *wanted_unit(const tt_log_columns *want, int quantity)
{
	if (!want) return NULL;
	return quantity == TT_LOG_TIME    ? want->time_unit
	       : quantity == TT_LOG_FORCE ? want->force_unit
	                                  : want->displacement_unit;
}

/* The 1-based number that a column is given by, 0 when it is given by name or not at all. */
static size_t wanted_number(const tt_log_columns *want, int quantity)
{
	const char *s = wanted(want, quantity);
	if (!s || !*s || strspn(s, "0123456789") != strlen(s) || strlen(s) > 6) return 0;
	return (size_t)strtoul(s, NULL, 10);
}

static void strip_brackets(char *out, size_t size, const char *unit)
{
	size_t n = strlen(unit);
	bool pair = n >= 2 && strchr("([{", unit[0]) && strchr(")]}", unit[n - 1]);
	snprintf(out, size, "%.*s", (int)(pair ? n - 2 : n), unit + pair);
}

/* Whether the row holds units: no number, and at least two units of time, force or length. */
static bool is_unit_row(const tt_table *t, const tt_log_cells *c)
{
	if (tt_table_numbers(c, t->decimal)) return false;
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++) {
		char unit[64];
		strip_brackets(unit, sizeof unit, c->cell[i]);
		for (int q = 0; q < TT_LOG_QUANTITIES; q++)
			if (!isnan(tt_label_factor(unit, q))) {
				n++;
				break;
			}
	}
	return n >= 2;
}

/* The unit written for column i, "" when there is none. */
static void unit_of(const tt_log_cells *names, const tt_log_cells *units, size_t i, char *out, size_t size)
{
	tt_label label = {0};
	if (i < names->n) tt_label_parse(names->cell[i], &label);
	if (!label.unit[0] && units && i < units->n) {
		strip_brackets(out, size, units->cell[i]);
		return;
	}
	snprintf(out, size, "%s", label.unit);
}

/* Column of the name that the user gave: the whole label, else the label without its unit. */
static size_t column_named(const tt_log_cells *names, const char *name, size_t *twice)
{
	*twice = NONE;
	for (int pass = 0; pass < 2; pass++) {
		size_t found = NONE;
		for (size_t i = 0; i < names->n; i++) {
			tt_label label;
			tt_label_parse(names->cell[i], &label);
			if (!tt_label_equal(pass ? label.base : names->cell[i], name)) continue;
			if (found != NONE)
				*twice = i;
			else
				found = i;
		}
		if (found != NONE) return found;
	}
	return NONE;
}

/* Column recognised by its name, the best of those whose unit fits. */
static size_t column_recognised(const tt_log_cells *names, const tt_log_cells *units, int quantity, size_t *twice)
{
	size_t found = NONE;
	int best = 0;
	*twice = NONE;
	for (size_t i = 0; i < names->n; i++) {
		tt_label label;
		char unit[64];
		tt_label_parse(names->cell[i], &label);
		unit_of(names, units, i, unit, sizeof unit);
		int rank = tt_label_rank(label.base, quantity);
		if (rank == 0 || (unit[0] && isnan(tt_label_factor(unit, quantity)))) continue;
		if (rank == best) *twice = i;
		if (rank <= best) continue;
		best = rank;
		found = i;
		*twice = NONE;
	}
	return found;
}

/* The columns that fit a quantity equally well, left to right. */
typedef struct candidates {
	size_t column[TT_SIDE_BY_SIDE], n;
} candidates;

static candidates all_recognised(const tt_log_cells *names, const tt_log_cells *units, int quantity)
{
	candidates c = {{0}, 0};
	int best = 0;
	for (size_t i = 0; i < names->n; i++) {
		tt_label label;
		char unit[64];
		tt_label_parse(names->cell[i], &label);
		unit_of(names, units, i, unit, sizeof unit);
		int rank = tt_label_rank(label.base, quantity);
		if (rank == 0 || rank < best || (unit[0] && isnan(tt_label_factor(unit, quantity)))) continue;
		if (rank > best) c.n = 0;
		best = rank;
		if (c.n < TT_SIDE_BY_SIDE) c.column[c.n++] = i;
	}
	return c;
}

/* Several tests beside each other: as many columns of each quantity, all of the first test before those of the second.
 */
static size_t side_by_side(const candidates c[TT_LOG_QUANTITIES])
{
	const size_t n = c[0].n;
	if (n < 2) return 1;
	for (int q = 1; q < TT_LOG_QUANTITIES; q++)
		if (c[q].n != n) return 1;
	for (size_t k = 0; k + 1 < n; k++) {
		size_t last = 0, first = NONE;
		for (int q = 0; q < TT_LOG_QUANTITIES; q++) {
			if (c[q].column[k] > last) last = c[q].column[k];
			if (c[q].column[k + 1] < first) first = c[q].column[k + 1];
		}
		if (last >= first) return 1;
	}
	return n;
}

/* Two clocks in one table: the time that stands before the force is the force's, the one before the displacement its
 * own. */
static bool two_clocks(const candidates c[TT_LOG_QUANTITIES], size_t *force_time, size_t *own_time)
{
	const candidates *t = &c[TT_LOG_TIME];
	if (t->n != 2 || c[TT_LOG_FORCE].n != 1 || c[TT_LOG_DISPLACEMENT].n != 1) return false;
	const size_t f = c[TT_LOG_FORCE].column[0], d = c[TT_LOG_DISPLACEMENT].column[0];
	const bool force_first = f < d;
	const size_t a = t->column[0], b = t->column[1], one = force_first ? f : d, two = force_first ? d : f;
	if (!(a < one && one < b && b < two) && !(one < a && a < two && two < b)) return false;
	*force_time = force_first ? a : b;
	*own_time = force_first ? b : a;
	return true;
}

static tt_status which_beside(const tt_table *t, const candidates c[TT_LOG_QUANTITIES], size_t tests, size_t *k,
                              tt_error *err)
{
	const long choice = t->columns ? t->columns->test : 0;
	if (choice == TT_LOG_ANY_TEST || (choice > 0 && (size_t)choice <= tests)) {
		*k = choice > 0 ? (size_t)choice - 1 : 0;
		return TT_OK;
	}
	char list[400] = "";
	size_t used = 0;
	for (size_t i = 0; i < tests && used + 60 < sizeof list; i++)
		used +=
		    (size_t)snprintf(list + used, sizeof list - used, "%s%zu: columns %zu, %zu and %zu", i ? "; " : "",
		                     i + 1, c[0].column[i] + 1, c[1].column[i] + 1, c[2].column[i] + 1);
	if (choice > 0)
		return tt_log_fail(t->src, 0, err, "holds %zu tests side by side, not a test %ld (%s)", tests, choice,
		                   list);
	return tt_log_fail(t->src, 0, err, "holds %zu tests side by side (%s); say which one with force.test: 1 to %zu",
	                   tests, list, tests);
}

/* Columns recognised by their names alone, where several tests or two clocks share the table. *done: settled. */
static tt_status match_shared(tt_table *t, const tt_log_cells *names, const tt_log_cells *units, bool *done,
                              tt_error *err)
{
	candidates c[TT_LOG_QUANTITIES];
	*done = false;
	for (int q = 0; q < TT_LOG_QUANTITIES; q++)
		if (wanted(t->columns, q)) return TT_OK;
	for (int q = 0; q < TT_LOG_QUANTITIES; q++)
		c[q] = all_recognised(names, units, q);
	const size_t tests = side_by_side(c);
	if (tests > 1) {
		size_t k = 0;
		tt_status st = which_beside(t, c, tests, &k, err);
		if (st) return st;
		for (int q = 0; q < TT_LOG_QUANTITIES; q++)
			t->column[q] = c[q].column[k];
		t->beside = tests;
		*done = true;
		return TT_OK;
	}
	size_t force_time, own_time;
	if (!two_clocks(c, &force_time, &own_time)) return TT_OK;
	t->column[TT_LOG_TIME] = force_time;
	t->own_time = own_time;
	t->column[TT_LOG_FORCE] = c[TT_LOG_FORCE].column[0];
	t->column[TT_LOG_DISPLACEMENT] = c[TT_LOG_DISPLACEMENT].column[0];
	*done = true;
	return TT_OK;
}

/* Tries a row as the row of names. *all tells whether every column was found. */
static tt_status match_names(tt_table *t, const tt_log_cells *names, const tt_log_cells *units, size_t line, bool *all,
                             tt_error *err)
{
	size_t column[TT_LOG_QUANTITIES], twice[TT_LOG_QUANTITIES];
	*all = false;
	if (!(t->interval_s > 0)) {
		tt_status st = match_shared(t, names, units, all, err);
		if (st || *all) return st;
	}
	for (int q = 0; q < TT_LOG_QUANTITIES; q++) {
		const char *name = wanted(t->columns, q);
		size_t number = wanted_number(t->columns, q);
		twice[q] = NONE;
		if (q == TT_LOG_TIME && t->interval_s > 0) {
			column[q] = NONE;
			continue;
		}
		column[q] = number ? number - 1
		            : name ? column_named(names, name, &twice[q])
		                   : column_recognised(names, units, q, &twice[q]);
		if (column[q] == NONE) return TT_OK;
	}
	*all = true;
	for (int q = 0; q < TT_LOG_QUANTITIES; q++) {
		if (twice[q] != NONE)
			return tt_log_fail(t->src, line, err,
			                   "columns %zu ('%s') and %zu ('%s') may both be the %s; say which one by its "
			                   "number, as force.columns of the description",
			                   column[q] + 1, names->cell[column[q]], twice[q] + 1, names->cell[twice[q]],
			                   tt_label_quantity(q));
		t->column[q] = column[q];
	}
	return TT_OK;
}

/* A counter that tells the parts of a test from one another. */
static void find_phase(tt_table *t, const tt_log_cells *names)
{
	for (size_t i = 0; i < names->n; i++) {
		tt_label label;
		tt_label_parse(names->cell[i], &label);
		bool plain = !label.unit[0] || strcmp(label.unit, "#") == 0 || strcmp(label.unit, "-") == 0;
		if (plain && (tt_label_equal(label.base, "phase") || tt_label_equal(label.base, "segment"))) {
			t->phase = i;
			return;
		}
	}
}

/* A column that tells one test from the next: an index that begins again, a number that changes. */
static void find_series(tt_table *t, const tt_log_cells *names)
{
	static const char *const counts[] = {"index", "point", "no", "nr", "#"};
	static const char *const numbers[] = {"test",    "test no",       "test number", "test nr",
	                                      "indent",  "indent number", "measurement", "measurement number",
	                                      "messung", "versuch",       "essai",       "prova",
	                                      "ensayo",  "ensaio"};
	for (size_t i = 0; i < names->n; i++) {
		tt_label label;
		tt_label_parse(names->cell[i], &label);
		bool taken = i == t->phase || i == t->own_time;
		for (int q = 0; q < TT_LOG_QUANTITIES; q++)
			taken |= i == t->column[q];
		if (taken) continue;
		for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
			if (tt_label_equal(label.base, counts[k])) {
				t->series = i;
				t->series_index = true;
			}
		for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
			if (tt_label_equal(label.base, numbers[k])) {
				t->series = i;
				t->series_index = false;
				return;
			}
	}
}

static void keep_names(tt_table *t, const tt_log_cells *names, const tt_log_cells *units, tt_force_log *log)
{
	t->named = true;
	t->names = names->n;
	for (int q = 0; q < TT_LOG_QUANTITIES; q++) {
		size_t i = t->column[q];
		if (i == NONE) continue;
		if (i < names->n) snprintf(t->name[q], sizeof t->name[q], "%.100s", names->cell[i]);
		char unit[64];
		unit_of(names, units, i, unit, sizeof unit);
		snprintf(t->unit[q], sizeof t->unit[q], "%.31s", unit);
	}
	find_phase(t, names);
	find_series(t, names);
	char list[512] = "";
	size_t n = 0;
	for (size_t i = 0; i < names->n && n + 120 < sizeof list; i++)
		n += (size_t)snprintf(list + n, sizeof list - n, "%s%.100s", i ? ", " : "", names->cell[i]);
	tt_warn(&log->notes, "columns: %s", list);
}

/* Looks for the row of names; on success l stands after it (and after the row of units). */
static tt_status find_names(tt_table *t, tt_lines *l, tt_log_cells *names, tt_log_cells *units, tt_force_log *log,
                            tt_error *err)
{
	const char *line;
	size_t length;
	while (l->number < t->line + HEAD_LINES && tt_lines_next(l, &line, &length)) {
		if (tt_table_blank(line, length)) continue;
		tt_status s = split_header(t, line, length, names, err);
		if (s) return s;
		if (names->n < 2) continue;
		tt_lines below = *l;
		units->n = 0;
		while (tt_lines_next(&below, &line, &length) && tt_table_blank(line, length))
			continue;
		if (below.number > l->number) s = split_header(t, line, length, units, err);
		if (s) return s;
		bool unit_row = is_unit_row(t, units), all;
		s = match_names(t, names, unit_row ? units : NULL, l->number, &all, err);
		if (s) return s;
		if (!all) continue;
		t->names_line = l->number;
		t->unit_row = unit_row;
		if (unit_row) *l = below;
		keep_names(t, names, unit_row ? units : NULL, log);
		return TT_OK;
	}
	return TT_OK;
}

/* ---- the first row of numbers ---- */

/* How many of the three cells are numbers. */
static int needed_numbers(const tt_table *t, const tt_log_cells *c)
{
	int n = 0;
	double v;
	for (int q = 0; q < TT_LOG_QUANTITIES; q++) {
		size_t i = t->column[q];
		n += i == NONE || (i < c->n && tt_log_cell(c->cell[i], strlen(c->cell[i]), t->decimal, true, &v));
	}
	return n;
}

/* After names: the first row with a number in one of the three columns, so that an incomplete first row is an error
 * and not a header. Without names: the first of two rows with all three. */
static tt_status find_data(tt_table *t, tt_lines l, tt_log_cells *cells, tt_error *err)
{
	const char *line, *before = NULL;
	size_t length, before_line = 0, limit = l.number + HEAD_LINES;
	while (l.number < limit) {
		const char *at = l.at;
		size_t number = l.number;
		if (!tt_lines_next(&l, &line, &length)) break;
		if (tt_table_blank(line, length) || tt_log_comment(line, length) || length > TT_HEAD_LINE_MAX) continue;
		tt_status s = tt_log_cells_split(cells, line, length, t->delimiter, err);
		if (s) return s;
		int n = needed_numbers(t, cells);
		bool enough = t->named ? n > (int)(t->interval_s > 0) : n == TT_LOG_QUANTITIES;
		if (enough && (t->named || before)) {
			t->data = before ? before : at;
			t->data_line = before ? before_line : number;
			return TT_OK;
		}
		before = enough ? at : NULL;
		before_line = number;
	}
	if (before) {
		t->data = before;
		t->data_line = before_line;
		return TT_OK;
	}
	return tt_log_fail(t->src, 0, err,
	                   "holds no row with numbers in columns %zu, %zu and %zu (time, force, "
	                   "displacement)",
	                   t->column[TT_LOG_TIME] + 1, t->column[TT_LOG_FORCE] + 1, t->column[TT_LOG_DISPLACEMENT] + 1);
}

/* Columns by number alone: names and units from the header rows above the numbers, the nearest first. */
static tt_status units_above(tt_table *t, tt_log_cells *cells, tt_error *err)
{
	tt_lines l = {t->at, t->data, t->line};
	const char *line;
	size_t length;
	while (tt_lines_next(&l, &line, &length)) {
		tt_status s = split_header(t, line, length, cells, err);
		if (s) return s;
		for (int q = 0; q < TT_LOG_QUANTITIES; q++) {
			if (t->column[q] >= cells->n) continue;
			tt_label label;
			char plain[64];
			tt_label_parse(cells->cell[t->column[q]], &label);
			strip_brackets(plain, sizeof plain, cells->cell[t->column[q]]);
			const char *unit = label.base[0] ? label.unit : plain;
			if (isnan(tt_label_factor(unit, q))) unit = plain;
			if (label.base[0]) snprintf(t->name[q], sizeof t->name[q], "%.100s", cells->cell[t->column[q]]);
			if (!isnan(tt_label_factor(unit, q))) snprintf(t->unit[q], sizeof t->unit[q], "%.31s", unit);
		}
	}
	return TT_OK;
}

static tt_status settle_units(tt_table *t, tt_force_log *log, tt_error *err)
{
	for (int q = 0; q < TT_LOG_QUANTITIES; q++) {
		const char *given = wanted_unit(t->columns, q), *what = tt_label_quantity(q);
		double in_file = tt_label_factor(t->unit[q], q);
		if (t->column[q] == NONE) {
			t->factor[q] = 1;
			tt_warn(&log->notes, "time: %.6g rows a second, as said", 1 / t->interval_s);
			continue;
		}
		if (!t->name[q][0]) snprintf(t->name[q], sizeof t->name[q], "%zu", t->column[q] + 1);
		if (q == TT_LOG_TIME && t->of_day) {
			t->factor[q] = 1;
			snprintf(t->unit[q], sizeof t->unit[q], "s");
			tt_warn(&log->notes, "time: column %zu '%s', a time of day", t->column[q] + 1, t->name[q]);
			continue;
		}
		if (!given && !t->unit[q][0])
			return tt_log_fail(
			    t->src, t->names_line, err,
			    "column '%s' (%s) has no unit in its header; give it as force.units.%s of the description",
			    t->name[q], what, what);
		t->factor[q] = given ? tt_label_factor(given, q) : in_file;
		if (isnan(t->factor[q]))
			return tt_log_fail(t->src, t->names_line, err,
			                   "'%s' of column '%s' is no unit of %s; expected one such as %s",
			                   given ? given : t->unit[q], t->name[q], what,
			                   q == TT_LOG_TIME    ? "s"
			                   : q == TT_LOG_FORCE ? "µN"
			                                       : "nm");
		if (given && !isnan(in_file) && in_file != t->factor[q])
			tt_warn(&log->warnings, "%s: column '%s' says %s, the description says %s: %s used",
			        t->src->name, t->name[q], t->unit[q], given, given);
		if (!given && tt_label_mended(t->unit[q]))
			tt_warn(&log->warnings,
			        "%s: the unit '%s' of column '%s' is taken for µ%c: its first sign was destroyed "
			        "(force.units.%s "
			        "says otherwise)",
			        t->src->name, t->unit[q], t->name[q], t->unit[q][strlen(t->unit[q]) - 1], what);
		if (given) snprintf(t->unit[q], sizeof t->unit[q], "%.31s", given);
		tt_warn(&log->notes, "%s: column %zu '%s' in %s", what, t->column[q] + 1, t->name[q], t->unit[q]);
	}
	return TT_OK;
}

/* ---- decimal sign or separator of thousands ---- */

/* What the cells of one column tell of one sign. */
typedef struct sign_count {
	size_t plain, either;
	bool long_plain; /* a whole number of more than three digits without a separator */
	char sample[TT_QUOTE_SIZE];
} sign_count;

static void count_sign(const char *cell, char sign, sign_count *c, bool *decimal, bool *thousands)
{
	const size_t n = strlen(cell);
	switch (tt_log_grouping(cell, n, sign)) {
	case TT_GROUP_PLAIN:
		c->plain++;
		c->long_plain |= n > 3u + (cell[0] == '-' || cell[0] == '+');
		break;
	case TT_GROUP_DECIMAL: *decimal = true; break;
	case TT_GROUP_THOUSANDS: *thousands = true; break;
	case TT_GROUP_EITHER:
		if (c->either++ == 0) tt_log_quote(c->sample, cell, n);
		break;
	case TT_GROUP_NO_NUMBER: break;
	}
}

/* A column of whole numbers whose groups behind a comma (or point) always have three digits, in a file that nowhere
 * shows what the sign means, is a thousandfold error waiting: it is refused. */
static tt_status settle_thousands(tt_table *t, tt_log_cells *cells, tt_error *err)
{
	enum { ROWS = 20000 };
	static const char signs[2] = {'.', ','};
	sign_count count[TT_LOG_QUANTITIES][2] = {{{0}}};
	bool decimal[2] = {false, false}, thousands[2] = {false, false};
	const int said = t->columns ? t->columns->decimal_comma : -1;
	if (said >= 0) {
		t->decimal = said ? ',' : '.';
		t->grouped = true;
		return TT_OK;
	}
	tt_lines l = {t->data, t->end, t->data_line};
	const char *line;
	size_t length;
	for (size_t rows = 0; rows < ROWS && tt_lines_next(&l, &line, &length); rows++) {
		if (length > TT_HEAD_LINE_MAX || tt_log_comment(line, length)) continue;
		tt_status s = tt_log_cells_split(cells, line, length, t->delimiter, err);
		if (s) return s;
		for (int q = 0; q < TT_LOG_QUANTITIES; q++)
			for (int k = 0; k < 2 && t->column[q] < cells->n; k++)
				if (signs[k] != t->delimiter)
					count_sign(cells->cell[t->column[q]], signs[k], &count[q][k], &decimal[k],
					           &thousands[k]);
		if (decimal[0] || decimal[1] || thousands[0] || thousands[1]) break;
	}
	for (int k = 0; k < 2; k++)
		if (decimal[k] || (thousands[1 - k] && !decimal[1 - k])) {
			t->decimal = signs[k];
			t->grouped = true;
			return TT_OK;
		}
	for (int q = 0; q < TT_LOG_QUANTITIES; q++)
		for (int k = 0; k < 2; k++) {
			const sign_count *c = &count[q][k];
			/* "1.234" in every row is a number with three decimals; with whole numbers between it need not
			 * be */
			if (!c->either || c->long_plain || (signs[k] == '.' && !c->plain)) continue;
			return tt_log_fail(t->src, 0, err,
			                   "the numbers of column '%s' hold a %s with three digits behind it at most "
			                   "('%s'), and no row "
			                   "tells whether it is the decimal sign or parts thousands; say "
			                   "force.decimal_comma: %s if it "
			                   "is the decimal sign, %s if it parts thousands",
			                   t->name[q], k ? "comma" : "point", c->sample, k ? "true" : "false",
			                   k ? "false" : "true");
		}
	return TT_OK;
}

static tt_status no_names(const tt_table *t, tt_error *err)
{
	char list[256] = "";
	size_t n = 0;
	for (int q = 0; q < TT_LOG_QUANTITIES; q++) {
		const char *name = wanted(t->columns, q);
		if (!name || wanted_number(t->columns, q)) continue;
		n += (size_t)snprintf(list + n, sizeof list - n, "%s'%.60s'", n ? ", " : "", name);
	}
	if (n)
		return tt_log_fail(t->src, 0, err, "no row of its header has the column%s %s that force.columns names",
		                   strchr(list, ',') ? "s" : "", list);
	return tt_log_fail(
	    t->src, 0, err,
	    "no row of its header names a time, a force and a displacement; name the columns in "
	    "the description: force.columns: {time: …, force: …, displacement: …}, and a log without times "
	    "its force.sampling_rate");
}

static tt_status check_numbers(const tt_table *t, tt_error *err)
{
	for (int q = 0; q < TT_LOG_QUANTITIES; q++) {
		const char *name = wanted(t->columns, q);
		if (name && name[0] && strspn(name, "0") == strlen(name))
			return tt_log_fail(t->src, 0, err, "columns are counted from 1; found %s for %s", name,
			                   tt_label_quantity(q));
	}
	return TT_OK;
}

/* Whether the first row's time is a time of day. */
static tt_status look_at_time(tt_table *t, tt_log_cells *cells, tt_error *err)
{
	tt_lines l = {t->data, t->end, t->data_line};
	const char *line;
	size_t length;
	if (t->column[TT_LOG_TIME] == NONE || !tt_lines_next(&l, &line, &length)) return TT_OK;
	tt_status s = tt_log_cells_split(cells, line, length, t->delimiter, err);
	if (!s && t->column[TT_LOG_TIME] < cells->n)
		t->of_day = strchr(cells->cell[t->column[TT_LOG_TIME]], ':') != NULL;
	return s;
}

static tt_status find_with(tt_table *t, tt_log_cells *a, tt_log_cells *b, tt_force_log *log, tt_error *err)
{
	tt_status s = check_numbers(t, err);
	if (!s) s = tt_table_delimiter(t, a, err);
	if (s) return s;
	bool by_number = true;
	for (int q = 0; q < TT_LOG_QUANTITIES; q++) {
		size_t number = wanted_number(t->columns, q);
		if (number)
			t->column[q] = number - 1;
		else
			by_number = false;
	}
	if (t->interval_s > 0) {
		t->column[TT_LOG_TIME] = NONE;
		by_number = wanted_number(t->columns, TT_LOG_FORCE) && wanted_number(t->columns, TT_LOG_DISPLACEMENT);
	}
	tt_lines l = {t->at, t->end, t->line};
	if (!by_number) {
		s = find_names(t, &l, a, b, log, err);
		if (s) return s;
		if (!t->named) return no_names(t, err);
	}
	s = find_data(t, l, a, err);
	if (!s && by_number) s = units_above(t, a, err);
	if (!s) s = settle_thousands(t, a, err);
	if (!s) s = look_at_time(t, a, err);
	return s ? s : settle_units(t, log, err);
}

tt_status tt_table_find(tt_table *t, tt_force_log *log, tt_error *err)
{
	tt_log_cells a = {0}, b = {0};
	t->phase = t->series = t->own_time = NONE;
	t->interval_s = t->columns && t->columns->sampling_rate_Hz > 0 ? 1 / t->columns->sampling_rate_Hz : 0;
	tt_status s = find_with(t, &a, &b, log, err);
	tt_log_cells_free(&a);
	tt_log_cells_free(&b);
	if (s) return s;
	static const char delimiters[] = TT_DELIMITERS, *const words[] = {"tab", "semicolon", "bar", "comma", "blanks"};
	const char *usual = strchr(delimiters, t->delimiter);
	char other[2] = {t->delimiter, '\0'};
	if (t->own_time != NONE) tt_warn(&log->notes, "displacement's own time: column %zu", t->own_time + 1);
	if (t->beside > 1) tt_warn(&log->notes, "%zu tests side by side (force.test)", t->beside);
	tt_warn(&log->notes, "delimiter: %s, decimal %s", usual ? words[usual - delimiters] : other,
	        t->decimal == ',' ? "comma" : "point");
	return TT_OK;
}

bool tt_table_named(const tt_log_source *src, bool *unit_row, char *delimiter)
{
	tt_table t = {.src = src,
	              .at = src->text,
	              .end = src->text + src->text_size,
	              .phase = NONE,
	              .series = NONE,
	              .own_time = NONE};
	tt_log_cells a = {0}, b = {0};
	tt_force_log scratch = {0};
	tt_lines l = {t.at, t.end, 0};
	tt_status s = tt_table_delimiter(&t, &a, NULL);
	if (!s) s = find_names(&t, &l, &a, &b, &scratch, NULL);
	tt_log_cells_free(&a);
	tt_log_cells_free(&b);
	tt_strings_free(&scratch.notes);
	*unit_row = t.unit_row;
	*delimiter = t.delimiter;
	return !s && t.named;
}
