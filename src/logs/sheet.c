/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/sheet.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "logs/log.h"

/* NanoSuite writes DBL_MAX for a value that is not valid, and averages of some. */
static const double no_value = 1e300;

/* ---- making ---- */

static void clear_sheet(tt_sheet *s)
{
	for (size_t i = 0; s->cell && i < s->rows * s->columns; i++)
		free(s->cell[i].text);
	free(s->cell);
	free(s->name);
	*s = (tt_sheet){0};
}

/* The maker's sheet is room_rows × room_columns until it is moved. */
void tt_sheet_maker_clear(tt_sheet_maker *m)
{
	for (size_t i = 0; m->sheet.cell && i < m->room_rows * m->room_columns; i++)
		free(m->sheet.cell[i].text);
	free(m->sheet.cell);
	*m = (tt_sheet_maker){0};
}

static bool make_room(tt_sheet_maker *m, size_t rows, size_t columns)
{
	size_t r = m->room_rows ? m->room_rows : 16, c = m->room_columns ? m->room_columns : 4;
	while (r < rows)
		r *= 2;
	while (c < columns)
		c *= 2;
	if (r == m->room_rows && c == m->room_columns) return true;
	if (r > 2 * (size_t)TT_SHEET_MOST / c) return false;
	tt_cell *cell = malloc(r * c * sizeof *cell);
	if (!cell) return false;
	for (size_t i = 0; i < r * c; i++)
		cell[i] = (tt_cell){.number = NAN};
	for (size_t y = 0; y < m->room_rows; y++)
		memcpy(cell + y * c, m->sheet.cell + y * m->room_columns, m->room_columns * sizeof *cell);
	free(m->sheet.cell);
	m->sheet.cell = cell;
	m->room_rows = r;
	m->room_columns = c;
	return true;
}

tt_status tt_sheet_set(tt_sheet_maker *m, size_t row, size_t column, const char *text, size_t length, double number,
                       tt_error *err)
{
	while (text && length && isspace((unsigned char)text[0]))
		text++, length--;
	while (text && length && isspace((unsigned char)text[length - 1]))
		length--;
	if ((!text || !length) && isnan(number)) return TT_OK;
	if (row >= TT_SHEET_MOST || column >= 16384)
		return tt_fail(err, TT_ERR_INPUT, "a cell in row %zu, column %zu: larger than any instrument's table",
		               row + 1, column + 1);
	if (!make_room(m, row + 1, column + 1))
		return tt_fail(err, TT_ERR_INPUT, "a table of %zu rows and more than %zu columns is too large", row + 1,
		               column);
	tt_cell *c = &m->sheet.cell[row * m->room_columns + column];
	free(c->text);
	*c = (tt_cell){.number = number};
	if (text && length) {
		double v;
		c->text = malloc(length + 1);
		if (!c->text) return tt_fail_memory(err, "a table");
		memcpy(c->text, text, length);
		c->text[length] = '\0';
		if (tt_log_number(text, length, '.', &v)) c->number = v;
	}
	if (row >= m->sheet.rows) m->sheet.rows = row + 1;
	if (column >= m->sheet.columns) m->sheet.columns = column + 1;
	return TT_OK;
}

tt_status tt_workbook_add(tt_workbook *w, const char *name, tt_sheet_maker *m, tt_error *err)
{
	tt_sheet s = {.rows = m->sheet.rows, .columns = m->sheet.columns, .name = tt_strdup(name)};
	tt_sheet *grown = realloc(w->sheet, (w->n + 1) * sizeof *grown);
	if (grown) w->sheet = grown;
	/* rows close together in place */
	for (size_t y = 0; y < s.rows; y++)
		memmove(m->sheet.cell + y * s.columns, m->sheet.cell + y * m->room_columns,
		        s.columns * sizeof *m->sheet.cell);
	s.cell = m->sheet.cell;
	*m = (tt_sheet_maker){0};
	if (!grown || !s.name) {
		clear_sheet(&s);
		return tt_fail_memory(err, "a table");
	}
	w->sheet[w->n++] = s;
	return TT_OK;
}

void tt_workbook_free(tt_workbook *w)
{
	if (!w) return;
	for (size_t i = 0; i < w->n; i++)
		clear_sheet(&w->sheet[i]);
	free(w->sheet);
	free(w);
}

/* ---- reading ---- */

static bool begins(const void *bytes, size_t size, const char *what, size_t n)
{
	return size >= n && memcmp(bytes, what, n) == 0;
}

static bool is_compound(const void *bytes, size_t size)
{
	return begins(bytes, size, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
}

static tt_status parse(const void *bytes, size_t size, const char *name, const char *path, tt_workbook *w,
                       tt_error *err)
{
	if (size == 0) return tt_fail(err, TT_ERR_INPUT, "%s: the file is empty", name);
	if (is_compound(bytes, size)) {
		if (!path) return tt_fail(err, TT_ERR_USAGE, "%s: .xls is read from files only", name);
		w->format = "Excel 97 (.xls)";
		return tt_xls_read(path, w, err);
	}
	if (begins(bytes, size, "PK\3\4", 4)) {
		w->format = "Excel (.xlsx)";
		return tt_xlsx_read(bytes, size, name, w, err);
	}
	w->format = "delimited text";
	return tt_text_sheet_read(bytes, size, name, w, err);
}

static tt_status take(const void *bytes, size_t size, const char *name, const char *path, tt_workbook **out,
                      tt_error *err)
{
	tt_workbook *w = calloc(1, sizeof *w);
	*out = NULL;
	if (!w) return tt_fail_memory(err, "a table");
	tt_status st = parse(bytes, size, name, path, w, err);
	if (st == TT_OK) {
		bool any = false;
		for (size_t i = 0; i < w->n; i++)
			any = any || w->sheet[i].rows;
		if (!any) st = tt_fail(err, TT_ERR_INPUT, "%s: holds no table", name);
	}
	if (st != TT_OK) {
		tt_workbook_free(w);
		return st;
	}
	*out = w;
	return TT_OK;
}

tt_status tt_workbook_parse(const void *bytes, size_t size, const char *name, tt_workbook **out, tt_error *err)
{
	return take(bytes, size, name, NULL, out, err);
}

tt_status tt_workbook_read(const char *path, tt_workbook **out, tt_error *err)
{
	unsigned char *bytes;
	size_t size;
	*out = NULL;
	tt_status st = tt_log_slurp(path, &bytes, &size, err);
	if (st != TT_OK) return st;
	st = take(bytes, size, path, path, out, err);
	free(bytes);
	return st;
}

/* ---- looking ---- */

const char *tt_sheet_text(const tt_sheet *s, size_t row, size_t column)
{
	return row < s->rows && column < s->columns ? s->cell[row * s->columns + column].text : NULL;
}

double tt_sheet_number(const tt_sheet *s, size_t row, size_t column)
{
	double v = row < s->rows && column < s->columns ? s->cell[row * s->columns + column].number : NAN;
	return fabs(v) < no_value ? v : NAN;
}

/* Equal without regard to case, runs of blanks, and a unit in brackets at the end of a. */
static bool same_name(const char *a, const char *b)
{
	for (;;) {
		while (*a == ' ' || *a == '_')
			a++;
		while (*b == ' ' || *b == '_')
			b++;
		if (!*b) return !*a || *a == '(' || *a == '[';
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b)) return false;
		a++, b++;
	}
}

const tt_sheet *tt_workbook_sheet(const tt_workbook *w, const char *name)
{
	for (size_t i = 0; i < w->n; i++)
		if (same_name(w->sheet[i].name, name)) return &w->sheet[i];
	return NULL;
}

size_t tt_sheet_column(const tt_sheet *s, size_t row, const char *const *names)
{
	for (; *names; names++)
		for (size_t c = 0; c < s->columns; c++) {
			const char *text = tt_sheet_text(s, row, c);
			if (text && same_name(text, *names)) return c;
		}
	return s->columns;
}

void tt_sheet_mend_unit(char *unit)
{
	unsigned char *to = (unsigned char *)unit;
	for (const unsigned char *p = to; *p; p++) {
		bool garbled = p[0] == 0xC3 && p[1] == 0x82 && p[2] == 0xC2;
		if (garbled) p += 2;
		*to++ = *p;
	}
	*to = '\0';
}
