/* Tables of instruments as sheets of cells: .xls, .xlsx, delimited text behind one struct.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_LOGS_SHEET_H
#define TT_LOGS_SHEET_H

#include "temtensile/core.h"

typedef struct tt_cell {
	char *text;    /* UTF-8, trimmed; NULL: a number, or empty when the number is NaN */
	double number; /* NaN in cells of text that is no number */
} tt_cell;

typedef struct tt_sheet {
	char *name;
	size_t rows, columns;
	tt_cell *cell; /* rows × columns */
} tt_sheet;

typedef struct tt_workbook {
	const char *format; /* "Excel 97 (.xls)", "Excel (.xlsx)", "delimited text"; static */
	tt_sheet *sheet;
	size_t n;
} tt_workbook;

/* Recognised by content. Delimited text becomes one sheet; its delimiter and decimal sign are found. TT_ERR_INPUT with
 * the file's name for what is none of these or is damaged. */
tt_status tt_workbook_read(const char *path, tt_workbook **out, tt_error *err);
/* The same from memory, for all formats but .xls, whose library opens files by name. */
tt_status tt_workbook_parse(const void *bytes, size_t size, const char *name, tt_workbook **out, tt_error *err);
void tt_workbook_free(tt_workbook *w);

/* NULL: there is no sheet of that name (case and blanks at the ends are ignored). */
const tt_sheet *tt_workbook_sheet(const tt_workbook *w, const char *name);
/* NULL outside the sheet, in empty cells and in numbers. */
const char *tt_sheet_text(const tt_sheet *s, size_t row, size_t column);
/* The cell's number; NaN outside the sheet, in text, and where instruments write 1.1e308 or more for "no value". */
double tt_sheet_number(const tt_sheet *s, size_t row, size_t column);
/* The first column whose cell in that row is one of the names (NULL-terminated; case, runs of blanks and brackets with
 * units at the end are ignored); s->columns when there is none. */
size_t tt_sheet_column(const tt_sheet *s, size_t row, const char *const *names);
/* Unit symbols as instruments garble them ("nmÂ²": UTF-8 read as Latin-1 and written again) made right, in place. */
void tt_sheet_mend_unit(char *unit);

/* ---- for the readers ---- */

/* A sheet that grows as cells are set; TT_SHEET_MOST cells at most. */
enum { TT_SHEET_MOST = 20000000 };
typedef struct tt_sheet_maker {
	tt_sheet sheet;
	size_t room_rows, room_columns;
} tt_sheet_maker;
/* text (may be NULL) is copied and trimmed; text that is a number as a whole becomes one too, its text kept. */
tt_status tt_sheet_set(tt_sheet_maker *m, size_t row, size_t column, const char *text, size_t length, double number,
                       tt_error *err);
/* Moves the sheet into w and empties m. */
tt_status tt_workbook_add(tt_workbook *w, const char *name, tt_sheet_maker *m, tt_error *err);
void tt_sheet_maker_clear(tt_sheet_maker *m);

tt_status tt_xls_read(const char *path, tt_workbook *w, tt_error *err);
tt_status tt_xlsx_read(const void *bytes, size_t size, const char *name, tt_workbook *w, tt_error *err);
tt_status tt_text_sheet_read(const void *bytes, size_t size, const char *name, tt_workbook *w, tt_error *err);

#endif
