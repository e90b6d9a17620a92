/* Fuzz target of the tables of instruments. FUZZ_XLS: what the process that reads an .xls file tells; FreeXL itself is
 * left alone there, for it is known to crash.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "logs/formats/xls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tt_workbook *w = NULL;
	tt_error err = {.message = ""};
#ifdef FUZZ_XLS
	FILE *f = size ? fmemopen((void *)(uintptr_t)data, size, "rb") : NULL;
	if (!f) return 0;
	w = calloc(1, sizeof *w);
	if (!w) abort();
	tt_status st = tt_xls_hear(f, "fuzz", w, &err);
	fclose(f);
	if (st != TT_OK) {
		tt_workbook_free(w);
		w = NULL;
	}
#else
	tt_status st = tt_workbook_parse(data, size, "fuzz", &w, &err);
#endif
	if ((st == TT_OK) != (w != NULL) || (st != TT_OK && !err.message[0])) abort();
	for (size_t i = 0; w && i < w->n; i++)
		for (size_t y = 0; y < w->sheet[i].rows; y++)
			for (size_t x = 0; x < w->sheet[i].columns; x++) {
				const char *text = tt_sheet_text(&w->sheet[i], y, x);
				if (text && strlen(text) > size * 1100) abort();
			}
	tt_workbook_free(w);
	return 0;
}
