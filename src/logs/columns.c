/* Tables of delimited text: columns of numbers with their names.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/columns.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"

enum { SAMPLE = 200, HEAD_LINES = 20000 };

typedef struct layout {
	char delimiter, decimal;
	size_t columns;
	const char *data; /* first row of numbers */
	size_t data_line; /* lines before it */
	const char *names;
	size_t names_length;
} layout;

void tt_columns_free(tt_columns *c)
{
	if (!c) return;
	for (size_t i = 0; i < c->n; i++) {
		if (c->value) free(c->value[i]);
		if (c->name) free(c->name[i]);
	}
	free(c->value);
	free(c->name);
	free(c);
}

static bool is_comment(const char *line, size_t length)
{
	while (length && (*line == ' ' || *line == '\t')) {
		line++;
		length--;
	}
	return length && (strchr("#%;'!\"", *line) != NULL || (length > 1 && line[0] == '/' && line[1] == '/')) &&
	       !(*line == '"' && length > 1 && isdigit((unsigned char)line[1]));
}

/* Cells behind the last one that holds something do not count. */
static size_t used_cells(const tt_log_cells *c)
{
	size_t n = c->n;
	while (n && c->cell[n - 1][0] == '\0')
		n--;
	return n;
}

/* The number of cells of a row of nothing but numbers and empty cells, at least two of them numbers; else 0. */
static size_t number_row(const tt_log_cells *c, char decimal)
{
	const size_t n = used_cells(c);
	size_t numbers = 0;
	double v;
	for (size_t i = 0; i < n; i++) {
		const bool number = tt_log_number(c->cell[i], strlen(c->cell[i]), decimal, &v);
		if (!number && c->cell[i][0]) return 0;
		numbers += number;
	}
	return numbers >= 2 ? n : 0;
}

/* The delimiter and decimal sign under which most of the first rows are rows of numbers; in doubt the first of the
 * list, and a point. */
static tt_status find_delimiter(const tt_log_source *src, layout *t, tt_log_cells *cells, tt_error *err)
{
	static const char delimiters[] = TT_DELIMITERS;
	size_t votes[sizeof delimiters - 1][2] = {{0}}, most = 0, seen = 0;
	tt_lines l = {src->text, src->text + src->text_size, 0};
	const char *line;
	size_t length;
	while (most < SAMPLE && seen < HEAD_LINES && tt_lines_next(&l, &line, &length)) {
		if (length > TT_HEAD_LINE_MAX || tt_table_blank(line, length) || is_comment(line, length)) continue;
		seen++;
		for (int d = 0; delimiters[d]; d++) {
			tt_status st = tt_log_cells_split(cells, line, length, delimiters[d], err);
			if (st != TT_OK) return st;
			for (int comma = 0; comma < 2; comma++)
				if (!(comma && delimiters[d] == ',') && number_row(cells, comma ? ',' : '.') &&
				    ++votes[d][comma] > most)
					most = votes[d][comma];
		}
	}
	if (most == 0) return tt_log_fail(src, 0, err, "found no row of two or more numbers");
	for (int d = 0; delimiters[d]; d++)
		for (int comma = 0; comma < 2; comma++)
			if (votes[d][comma] == most) {
				t->delimiter = delimiters[d];
				t->decimal = comma ? ',' : '.';
				return TT_OK;
			}
	return TT_OK;
}

static tt_status find_data(const tt_log_source *src, layout *t, tt_log_cells *cells, tt_error *err)
{
	tt_lines l = {src->text, src->text + src->text_size, 0};
	const char *line, *last = NULL;
	size_t length, last_length = 0;
	while (tt_lines_next(&l, &line, &length)) {
		if (tt_table_blank(line, length)) continue;
		if (length <= TT_HEAD_LINE_MAX && !is_comment(line, length)) {
			tt_status st = tt_log_cells_split(cells, line, length, t->delimiter, err);
			if (st != TT_OK) return st;
			t->columns = number_row(cells, t->decimal);
			if (t->columns) {
				t->data = line;
				t->data_line = l.number - 1;
				t->names = last;
				t->names_length = last_length;
				return TT_OK;
			}
		}
		last = line;
		last_length = length;
	}
	return tt_log_fail(src, 0, err, "found no row of two or more numbers");
}

/* Whether the cells can be the columns' names. */
static bool are_names(tt_log_cells *c, size_t columns, bool skip_empty)
{
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++)
		if (!skip_empty || c->cell[i][0]) c->cell[n++] = c->cell[i];
	c->n = n;
	n = used_cells(c);
	return n == columns && !number_row(c, '.');
}

/* Names stand in the line above the numbers, which may be a comment, and there apart by tabs. */
static tt_status read_names(const layout *t, tt_columns *out, tt_log_cells *cells, tt_error *err)
{
	const char *line = t->names;
	size_t length = t->names_length;
	bool found = false;
	if (line && length <= TT_HEAD_LINE_MAX) {
		while (length && strchr("#%;!/ \t", *line)) {
			line++;
			length--;
		}
		const bool tabs = memchr(line, '\t', length) != NULL;
		const char tries[] = {tabs ? '\t' : t->delimiter, t->delimiter, ','};
		for (size_t i = 0; !found && i < sizeof tries; i++) {
			tt_status st = tt_log_cells_split(cells, line, length, tries[i], err);
			if (st != TT_OK) return st;
			found = are_names(cells, out->n, tries[i] == '\t' || tries[i] == ' ');
		}
	}
	for (size_t i = 0; i < out->n; i++) {
		out->name[i] = tt_strdup(found ? cells->cell[i] : "");
		if (!out->name[i]) return tt_fail_memory(err, "a table");
	}
	return TT_OK;
}

static tt_status add_row(tt_columns *out, size_t *capacity, const tt_log_cells *cells, char decimal, tt_error *err)
{
	if (out->rows == *capacity) {
		const size_t more = *capacity ? *capacity * 2 : 256;
		for (size_t i = 0; i < out->n; i++) {
			double *v = realloc(out->value[i], more * sizeof *v);
			if (!v) return tt_fail_memory(err, "a table");
			out->value[i] = v;
		}
		*capacity = more;
	}
	for (size_t i = 0; i < out->n; i++) {
		double v;
		const bool number = i < cells->n && tt_log_number(cells->cell[i], strlen(cells->cell[i]), decimal, &v);
		out->value[i][out->rows] = number ? v : (double)NAN;
	}
	out->rows++;
	return TT_OK;
}

static tt_status read_rows(const tt_log_source *src, const layout *t, tt_columns *out, tt_log_cells *cells,
                           tt_error *err)
{
	tt_lines l = {t->data, src->text + src->text_size, t->data_line};
	const char *line;
	size_t length, capacity = 0;
	while (tt_lines_next(&l, &line, &length)) {
		if (tt_table_blank(line, length) || is_comment(line, length)) continue;
		tt_status st = tt_log_cells_split(cells, line, length, t->delimiter, err);
		if (st != TT_OK) return st;
		const size_t n = used_cells(cells);
		if (n < out->n && line + length == l.end) break; /* the last line, cut */
		const bool blank_first = cells->n && cells->cell[0][0] == '\0';
		if ((n < 2 && out->n > 1) || (n < out->n && t->delimiter == ' ') || blank_first ||
		    tt_table_numbers(cells, t->decimal) == 0) {
			char quote[TT_QUOTE_SIZE];
			return tt_log_fail(src, l.number, err, "found '%s'; %zu numbers were expected",
			                   tt_log_quote(quote, line, length), out->n);
		}
		st = add_row(out, &capacity, cells, t->decimal, err);
		if (st != TT_OK) return st;
	}
	if (out->rows < 2) return tt_log_fail(src, 0, err, "found one row of numbers; a table of several was expected");
	return TT_OK;
}

tt_status tt_columns_parse(const tt_log_source *src, tt_columns **out, tt_error *err)
{
	layout t = {0};
	tt_log_cells cells = {0};
	tt_columns *c = calloc(1, sizeof *c);
	*out = NULL;
	if (!c) return tt_fail_memory(err, "a table");
	tt_status st = find_delimiter(src, &t, &cells, err);
	if (st == TT_OK) st = find_data(src, &t, &cells, err);
	if (st == TT_OK) {
		c->n = t.columns;
		c->delimiter = t.delimiter;
		c->value = calloc(c->n, sizeof *c->value);
		c->name = calloc(c->n, sizeof *c->name);
		if (!c->value || !c->name) st = tt_fail_memory(err, "a table");
	}
	if (st == TT_OK) st = read_names(&t, c, &cells, err);
	if (st == TT_OK) st = read_rows(src, &t, c, &cells, err);
	tt_log_cells_free(&cells);
	if (st != TT_OK) {
		tt_columns_free(c);
		return st;
	}
	*out = c;
	return TT_OK;
}

tt_status tt_columns_read(const char *path, tt_columns **out, tt_error *err)
{
	unsigned char *bytes = NULL;
	size_t size = 0;
	char *owned = NULL;
	*out = NULL;
	tt_status st = tt_log_slurp(path, &bytes, &size, err);
	if (st != TT_OK) return st;
	tt_log_source src = {.name = path, .path = path, .bytes = bytes, .size = size};
	st = size ? tt_log_decode(&src, &owned, err) : tt_log_fail(&src, 0, err, "is empty; a table was expected");
	if (st == TT_OK) st = tt_columns_parse(&src, out, err);
	free(owned);
	free(bytes);
	return st;
}

int tt_columns_find(const tt_columns *c, const char *name)
{
	char *end;
	const size_t length = strlen(name);
	for (size_t i = 0; i < c->n; i++)
		if (length && strcasecmp(c->name[i], name) == 0) return (int)i;
	for (size_t i = 0; i < c->n; i++)
		if (length && strncasecmp(c->name[i], name, length) == 0 && !isalnum((unsigned char)c->name[i][length]))
			return (int)i;
	const long k = strtol(name, &end, 10);
	return length && *end == '\0' && k >= 1 && (size_t)k <= c->n ? (int)k - 1 : -1;
}
