/* Delimited text as one sheet.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "logs/log.h"
#include "logs/sheet.h"

/* How lines may be cut; blanks last, since names may hold them. */
static const struct {
	char delimiter, decimal;
} ways[] = {{'\t', '.'}, {'\t', ','}, {';', '.'}, {';', ','}, {'|', '.'}, {',', '.'}, {' ', '.'}, {' ', ','}};

enum { WAYS = sizeof ways / sizeof *ways, LOOK = 2000 };

/* How many of the first lines are, in this way, at least two cells that are all numbers or empty. */
static tt_status count_rows(const tt_log_source *src, size_t way, tt_log_cells *cells, size_t *rows, tt_error *err)
{
	tt_lines l = {src->text, src->text + src->text_size, 0};
	const char *line;
	size_t length;
	tt_status st = TT_OK;
	*rows = 0;
	while (st == TT_OK && l.number < LOOK && tt_lines_next(&l, &line, &length)) {
		if (length > TT_HEAD_LINE_MAX || tt_log_comment(line, length)) continue;
		st = tt_log_cells_split(cells, line, length, ways[way].delimiter, err);
		size_t numbers = 0, others = 0;
		double v;
		for (size_t i = 0; st == TT_OK && i < cells->n; i++) {
			size_t n = strlen(cells->cell[i]);
			if (tt_log_number(cells->cell[i], n, ways[way].decimal, &v))
				numbers++;
			else if (n)
				others++;
		}
		*rows += numbers >= 2 && others <= numbers;
	}
	return st;
}

static tt_status choose(const tt_log_source *src, tt_log_cells *cells, size_t *way, tt_error *err)
{
	size_t most = 0;
	for (size_t i = 0; i < WAYS; i++) {
		size_t rows;
		tt_status st = count_rows(src, i, cells, &rows, err);
		if (st != TT_OK) return st;
		if (rows <= most) continue;
		most = rows;
		*way = i;
	}
	return most ? TT_OK
	            : tt_fail(err, TT_ERR_INPUT,
	                      "%s: no line holds two numbers between tabs, commas, semicolons or blanks", src->name);
}

static tt_status fill(const tt_log_source *src, size_t way, tt_log_cells *cells, tt_sheet_maker *m, tt_error *err)
{
	tt_lines l = {src->text, src->text + src->text_size, 0};
	const char *line;
	size_t length, row = 0;
	tt_status st = TT_OK;
	while (st == TT_OK && tt_lines_next(&l, &line, &length)) {
		if (tt_table_blank(line, length)) continue;
		/* a comment that is cut as the rows are may hold their names */
		while (length && (line[0] == '#' || line[0] == ' '))
			line++, length--;
		st = tt_log_cells_split(cells, line, length, ways[way].delimiter, err);
		for (size_t i = 0; st == TT_OK && i < cells->n; i++) {
			double v = NAN;
			size_t n = strlen(cells->cell[i]);
			bool number = tt_log_number(cells->cell[i], n, ways[way].decimal, &v);
			st = number ? tt_sheet_set(m, row, i, NULL, 0, v, err)
			            : tt_sheet_set(m, row, i, cells->cell[i], n, NAN, err);
		}
		row++;
	}
	return st;
}

tt_status tt_text_sheet_read(const void *bytes, size_t size, const char *name, tt_workbook *w, tt_error *err)
{
	tt_log_source src = {.name = name, .bytes = bytes, .size = size};
	tt_log_cells cells = {0};
	tt_sheet_maker m = {0};
	char *owned = NULL;
	size_t way = 0;
	tt_status st = tt_log_decode(&src, &owned, err);
	if (st == TT_OK && memchr(src.text, '\0', src.text_size))
		st = tt_fail(err, TT_ERR_INPUT, "%s: is neither .xls, .xlsx nor text", name);
	if (st == TT_OK) st = choose(&src, &cells, &way, err);
	if (st == TT_OK) st = fill(&src, way, &cells, &m, err);
	if (st == TT_OK) st = tt_workbook_add(w, "", &m, err);
	tt_sheet_maker_clear(&m);
	tt_log_cells_free(&cells);
	free(owned);
	return st;
}
