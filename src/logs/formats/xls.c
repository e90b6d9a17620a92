/* .xls (BIFF) by FreeXL.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <freexl.h>
#include <math.h>
#include <string.h>

#include "core/text.h"
#include "logs/sheet.h"

static const char *reason(int code)
{
	switch (code) {
	case FREEXL_CFBF_READ_ERROR:
	case FREEXL_BIFF_INVALID_BOF:
	case FREEXL_BIFF_INVALID_SST: return "it is cut short or damaged";
	case FREEXL_BIFF_OBFUSCATED: return "it is protected by a password; save it without";
	case FREEXL_BIFF_WORKBOOK_NOT_FOUND: return "it holds no workbook";
	case FREEXL_INSUFFICIENT_MEMORY: return "no memory is left";
	default: return "its structure is damaged";
	}
}

static tt_status put_cell(const void *xls, unsigned row, unsigned short column, tt_sheet_maker *m, tt_error *err)
{
	FreeXL_CellValue v;
	if (freexl_get_cell_value(xls, row, column, &v) != FREEXL_OK) return TT_OK;
	switch (v.type) {
	case FREEXL_CELL_INT: return tt_sheet_set(m, row, column, NULL, 0, v.value.int_value, err);
	case FREEXL_CELL_DOUBLE: return tt_sheet_set(m, row, column, NULL, 0, v.value.double_value, err);
	case FREEXL_CELL_TEXT:
	case FREEXL_CELL_SST_TEXT:
	case FREEXL_CELL_DATE:
	case FREEXL_CELL_DATETIME:
	case FREEXL_CELL_TIME: {
		const char *text = v.value.text_value;
		return text ? tt_sheet_set(m, row, column, text, strlen(text), NAN, err) : TT_OK;
	}
	default: return TT_OK;
	}
}

static tt_status read_sheet(const void *xls, unsigned short number, tt_workbook *w, const char *path, tt_error *err)
{
	const char *name = NULL;
	unsigned rows = 0;
	unsigned short columns = 0;
	tt_sheet_maker m = {0};
	int code = freexl_get_worksheet_name(xls, number, &name);
	if (code == FREEXL_OK) code = freexl_select_active_worksheet(xls, number);
	if (code == FREEXL_OK) code = freexl_worksheet_dimensions(xls, &rows, &columns);
	if (code != FREEXL_OK)
		return tt_fail(err, TT_ERR_INPUT, "%s: sheet %u cannot be read: %s", path, number + 1u, reason(code));
	tt_status st = TT_OK;
	for (unsigned y = 0; y < rows && st == TT_OK; y++)
		for (unsigned short x = 0; x < columns && st == TT_OK; x++)
			st = put_cell(xls, y, x, &m, err);
	if (st == TT_OK) st = tt_workbook_add(w, name ? name : "", &m, err);
	tt_sheet_maker_clear(&m);
	return st;
}

tt_status tt_xls_read(const char *path, tt_workbook *w, tt_error *err)
{
	const void *xls = NULL;
	int code = freexl_open(path, &xls);
	unsigned sheets = 0;
	if (code == FREEXL_OK) code = freexl_get_info(xls, FREEXL_BIFF_SHEET_COUNT, &sheets);
	tt_status st = code == FREEXL_OK
	                   ? TT_OK
	                   : tt_fail(err, TT_ERR_INPUT, "%s: cannot be read as .xls: %s", path, reason(code));
	for (unsigned i = 0; i < sheets && i < 65535 && st == TT_OK; i++)
		st = read_sheet(xls, (unsigned short)i, w, path, err);
	if (xls) freexl_close(xls);
	return st;
}
