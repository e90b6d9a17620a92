/* FreeXL at work.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <freexl.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>

#include "logs/formats/xls.h"

enum { MOST_SECONDS = 60 };

static void say(FILE *to, uint32_t what, unsigned row, unsigned column, double number, const char *text)
{
	const tt_xls_head h = {what, row, column, (uint32_t)strlen(text), number};
	fwrite(&h, sizeof h, 1, to);
	fwrite(text, 1, h.length, to);
}

static void say_cell(FILE *to, const void *xls, unsigned row, unsigned short column)
{
	FreeXL_CellValue v;
	if (freexl_get_cell_value(xls, row, column, &v) != FREEXL_OK) return;
	switch (v.type) {
	case FREEXL_CELL_INT: say(to, TT_XLS_NUMBER, row, column, v.value.int_value, ""); break;
	case FREEXL_CELL_DOUBLE: say(to, TT_XLS_NUMBER, row, column, v.value.double_value, ""); break;
	case FREEXL_CELL_TEXT:
	case FREEXL_CELL_SST_TEXT:
	case FREEXL_CELL_DATE:
	case FREEXL_CELL_DATETIME:
	case FREEXL_CELL_TIME:
		if (v.value.text_value) say(to, TT_XLS_TEXT, row, column, NAN, v.value.text_value);
		break;
	default: break;
	}
}

static int say_sheet(FILE *to, const void *xls, unsigned short number)
{
	const char *name = NULL;
	unsigned rows = 0;
	unsigned short columns = 0;
	int code = freexl_get_worksheet_name(xls, number, &name);
	if (code == FREEXL_OK) code = freexl_select_active_worksheet(xls, number);
	if (code == FREEXL_OK) code = freexl_worksheet_dimensions(xls, &rows, &columns);
	if (code != FREEXL_OK) return code;
	say(to, TT_XLS_SHEET, 0, 0, NAN, name ? name : "");
	for (unsigned y = 0; y < rows && !ferror(to); y++)
		for (unsigned short x = 0; x < columns; x++)
			say_cell(to, xls, y, x);
	say(to, TT_XLS_SHEET_END, 0, 0, NAN, "");
	return FREEXL_OK;
}

void tt_xls_tell(const char *path, FILE *to)
{
	const struct rlimit cpu = {MOST_SECONDS, MOST_SECONDS};
	const void *xls = NULL;
	unsigned sheets = 0, locked = 0;
	setrlimit(RLIMIT_CPU, &cpu); /* it may never end, too */
	int code = freexl_open(path, &xls);
	if (code == FREEXL_OK) code = freexl_get_info(xls, FREEXL_BIFF_PASSWORD, &locked);
	if (code == FREEXL_OK && locked == FREEXL_BIFF_OBFUSCATED) code = FREEXL_BIFF_OBFUSCATED;
	if (code == FREEXL_OK) code = freexl_get_info(xls, FREEXL_BIFF_SHEET_COUNT, &sheets);
	for (unsigned i = 0; i < sheets && i < 65535 && code == FREEXL_OK; i++)
		code = say_sheet(to, xls, (unsigned short)i);
	say(to, code == FREEXL_OK ? TT_XLS_END : TT_XLS_FAILED, 0, 0, code, "");
}
