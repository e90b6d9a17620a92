/* Tables as CSV.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "core/outdir.h"
#include "core/text.h"
#include "temtensile/report.h"

static void put_text(FILE *f, const char *text)
{
	if (!text) return;
	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, f);
		return;
	}
	fputc('"', f);
	for (; *text; text++) {
		if (*text == '"') fputc('"', f);
		fputc(*text, f);
	}
	fputc('"', f);
}

static void put_cell(FILE *f, const tt_column *c, size_t row)
{
	if (c->text)
		put_text(f, c->text[row]);
	else if (c->integer)
		fprintf(f, "%" PRId64, c->integer[row]);
	else
		tt_put_double(f, c->value[row] * (c->scale != 0 ? c->scale : 1), c->digits ? c->digits : 9);
}

tt_status tt_table_write(tt_outdir *dir, const char *file, const tt_column *columns, size_t n_columns, size_t rows,
                         tt_error *err)
{
	for (size_t i = 0; i < n_columns; i++) {
		int sources = (columns[i].value != NULL) + (columns[i].integer != NULL) + (columns[i].text != NULL);
		if (rows && sources != 1)
			return tt_fail(err, TT_ERR_USAGE, "%s: column \"%s\" has %d sources of values, expected 1",
			               file, columns[i].name, sources);
	}
	FILE *f;
	tt_status s = tt_outdir_fopen(dir, file, &f, err);
	if (s != TT_OK) return s;
	for (size_t i = 0; i < n_columns; i++) {
		if (i) fputc(',', f);
		put_text(f, columns[i].name);
	}
	fputc('\n', f);
	for (size_t row = 0; row < rows; row++) {
		for (size_t i = 0; i < n_columns; i++) {
			if (i) fputc(',', f);
			put_cell(f, &columns[i], row);
		}
		fputc('\n', f);
	}
	return tt_outdir_fclose(dir, f, file, err);
}
