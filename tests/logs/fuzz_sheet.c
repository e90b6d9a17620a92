/* Fuzz target of the tables of instruments. FUZZ_XLS: through a file, which FreeXL needs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "logs/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tt_workbook *w = NULL;
	tt_error err = {.message = ""};
#ifdef FUZZ_XLS
	char path[64];
	snprintf(path, sizeof path, "/tmp/tt-fuzz-%ld.xls", (long)getpid());
	FILE *f = fopen(path, "wb");
	if (!f) return 0;
	fwrite(data, 1, size, f);
	fclose(f);
	tt_status st = tt_workbook_read(path, &w, &err);
	unlink(path);
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
