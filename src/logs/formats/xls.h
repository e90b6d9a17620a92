/* What the process that reads an .xls file tells the one that asked for it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_LOGS_XLS_H
#define TT_LOGS_XLS_H

#include <stdio.h>

#include "logs/sheet.h"

/* A head, then `length` bytes of text. */
enum { TT_XLS_SHEET = 1, TT_XLS_TEXT, TT_XLS_NUMBER, TT_XLS_SHEET_END, TT_XLS_END, TT_XLS_FAILED };
typedef struct tt_xls_head {
	uint32_t what, row, column, length;
	double number;
} tt_xls_head;

/* Longer than any cell (32767 characters of up to three bytes). */
enum { TT_XLS_LONGEST = 200000 };

/* Reads what is told; it may be anything, for FreeXL may have overwritten the memory that it is told from. */
tt_status tt_xls_hear(FILE *from, const char *path, tt_workbook *w, tt_error *err);
/* Tells what is in the file. Only in a process of its own (core/apart.h). */
void tt_xls_tell(const char *path, FILE *to);

#endif
