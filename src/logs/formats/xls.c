/* .xls (BIFF) by FreeXL. FreeXL believes what a file says of its own sizes and crashes on some damaged ones, so it runs
 * in a process of its own (xls_apart.c), which tells the cells through a pipe: whatever happens to it, the reader has a
 * sentence. SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/formats/xls.h"

#include <freexl.h>
#include <math.h>
#include <stdlib.h>

#include "core/apart.h"
#include "core/text.h"

static const char *reason(int code)
{
	switch (code) {
	case FREEXL_BIFF_OBFUSCATED: return "it is protected by a password; save it without";
	case FREEXL_BIFF_WORKBOOK_NOT_FOUND: return "it holds no workbook";
	case FREEXL_INSUFFICIENT_MEMORY: return "no memory is left";
	default: return "it is cut short or damaged";
	}
}

static tt_status take(const tt_xls_head *h, const char *text, tt_workbook *w, tt_sheet_maker *m, char **name,
                      tt_error *err)
{
	switch (h->what) {
	case TT_XLS_SHEET:
		free(*name);
		*name = tt_text_utf8(text, h->length);
		return *name ? TT_OK : tt_fail_memory(err, "a table");
	case TT_XLS_TEXT: return tt_sheet_set(m, h->row, h->column, text, h->length, NAN, err);
	case TT_XLS_NUMBER: return tt_sheet_set(m, h->row, h->column, NULL, 0, h->number, err);
	case TT_XLS_SHEET_END: return tt_workbook_add(w, *name ? *name : "", m, err);
	default: return TT_OK;
	}
}

tt_status tt_xls_hear(FILE *from, const char *path, tt_workbook *w, tt_error *err)
{
	tt_sheet_maker m = {0};
	char *text = malloc(TT_XLS_LONGEST + 1), *name = NULL;
	tt_status st = text ? TT_OK : tt_fail_memory(err, "a table");
	tt_xls_head h = {0};
	while (st == TT_OK && h.what != TT_XLS_END) {
		if (fread(&h, sizeof h, 1, from) != 1 || h.length > TT_XLS_LONGEST ||
		    fread(text, 1, h.length, from) != h.length)
			st = tt_fail(err, TT_ERR_INPUT, "%s: cannot be read as .xls: it is damaged", path);
		else if (h.what == TT_XLS_FAILED)
			st = tt_fail(err, TT_ERR_INPUT, "%s: cannot be read as .xls: %s", path,
			             reason(h.number > -1e6 && h.number < 1e6 ? (int)h.number : 0));
		else
			st = take(&h, text, w, &m, &name, err);
	}
	tt_sheet_maker_clear(&m);
	free(name);
	free(text);
	return st;
}

tt_status tt_xls_read(const char *path, tt_workbook *w, tt_error *err)
{
	const char *const words[] = {"xls", path, NULL};
	tt_apart a;
	tt_status st = tt_apart_start(&a, words, path, err);
	if (st != TT_OK) return st;
	st = tt_xls_hear(a.from, path, w, err);
	tt_apart_end(&a);
	return st;
}
