/* Force logs in Excel workbooks (.xls, .xlsx), as KLA's G200 and InSEM write them: one sheet a test, names in one row,
 * units in the next, numbers below. A sheet is handed on as the delimited text that it would be saved as.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "logs/log.h"
#include "logs/sheet.h"

static bool probe(const tt_log_source *src)
{
	return (src->size > 8 && memcmp(src->bytes, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) == 0 && src->path) ||
	       (src->size > 4 && memcmp(src->bytes, "PK\x03\x04", 4) == 0);
}

/* Cells parted by tabs; what would break a row becomes a blank. */
static tt_status as_text(const tt_sheet *s, char **text, size_t *size, tt_error *err)
{
	FILE *f = open_memstream(text, size);
	if (!f) return tt_fail_memory(err, "a sheet's text");
	for (size_t i = 0; i < s->rows; i++)
		for (size_t k = 0; k < s->columns; k++) {
			const tt_cell *c = &s->cell[i * s->columns + k];
			const bool number = !isnan(c->number);
			if (number) tt_fprintf(f, "%.17g", c->number);
			for (const char *t = number ? "" : c->text ? c->text : ""; *t; t++)
				fputc(*t == '\t' || *t == '\n' || *t == '\r' ? ' ' : *t, f);
			fputc(k + 1 < s->columns ? '\t' : '\n', f);
		}
	if (fclose(f)) return tt_fail_memory(err, "a sheet's text");
	return TT_OK;
}

static tt_log_source text_source(const tt_log_source *src, const char *name, const tt_log_columns *columns,
                                 const char *text, size_t size)
{
	tt_log_source s = *src;
	s.name = name;
	s.path = NULL;
	s.bytes = (const unsigned char *)text;
	s.text = text;
	s.size = s.text_size = size;
	s.encoding = "UTF-8";
	s.columns = columns;
	return s;
}

/* A sheet of the force log: its header names time, force and displacement, or the caller says which columns they are.
 */
static tt_status is_log(const tt_log_source *src, const tt_sheet *s, bool *yes, tt_error *err)
{
	char *text = NULL;
	size_t size = 0;
	*yes = false;
	if (s->rows < 5 || s->columns < 2) return TT_OK;
	tt_sheet head = *s;
	if (head.rows > 60) head.rows = 60;
	tt_status st = as_text(&head, &text, &size, err);
	if (!st) {
		tt_table t = {.columns = src->columns};
		tt_force_log scratch = {0};
		const tt_log_source part = text_source(src, src->name, src->columns, text, size);
		tt_error quiet;
		t.src = &part;
		t.at = text;
		t.end = text + size;
		*yes = tt_table_find(&t, &scratch, &quiet) == TT_OK;
		tt_strings_free(&scratch.notes);
		tt_strings_free(&scratch.warnings);
	}
	free(text);
	return st;
}

static tt_status which(const tt_log_source *src, const tt_workbook *w, const size_t *sheet, size_t n, size_t *k,
                       tt_error *err)
{
	const long choice = src->columns ? src->columns->test : 0;
	*k = 0;
	if (n == 0)
		return tt_log_fail(
		    src, 0, err,
		    "none of its %zu sheets names a time, a force and a displacement; name the columns in the "
		    "description: force.columns: {time: …, force: …, displacement: …}",
		    w->n);
	if (n == 1 && choice <= 1) return TT_OK;
	if (choice == TT_LOG_ANY_TEST) return TT_OK;
	if (choice > 0 && (size_t)choice <= n) {
		*k = (size_t)choice - 1;
		return TT_OK;
	}
	char list[400] = "";
	size_t used = 0;
	for (size_t i = 0; i < n && used + 80 < sizeof list; i++)
		used += (size_t)snprintf(list + used, sizeof list - used, "%s%zu: sheet '%.40s'", i ? "; " : "", i + 1,
		                         w->sheet[sheet[i]].name);
	if (choice > 0) return tt_log_fail(src, 0, err, "holds %zu tests, not a test %ld (%s)", n, choice, list);
	return tt_log_fail(src, 0, err, "holds %zu tests (%s); say which one with force.test: 1 to %zu", n, list, n);
}

static tt_status read_sheet(const tt_log_source *src, const tt_sheet *s, tt_force_log *log, tt_error *err)
{
	const tt_log_columns plain = {.decimal_comma = 0};
	tt_log_columns columns = src->columns ? *src->columns : plain;
	char *text = NULL, name[512];
	size_t size = 0;
	columns.test = 0;
	columns.delimiter = '\t';
	columns.decimal_comma = 0;
	snprintf(name, sizeof name, "%.380s: sheet '%.60s'", src->name, s->name);
	tt_status st = as_text(s, &text, &size, err);
	if (!st) {
		const tt_log_source part = text_source(src, name, &columns, text, size);
		tt_warn(&log->notes, "sheet '%s'", s->name);
		st = tt_log_delimited.read(&part, log, err);
	}
	free(text);
	return st;
}

static tt_status read_workbook(const tt_log_source *src, tt_force_log *log, tt_error *err)
{
	tt_workbook *w = NULL;
	tt_status st = src->path ? tt_workbook_read(src->path, &w, err)
	                         : tt_workbook_parse(src->bytes, src->size, src->name, &w, err);
	if (st) return st;
	size_t *sheet = calloc(w->n + 1, sizeof *sheet), n = 0, k = 0;
	if (!sheet) st = tt_fail_memory(err, "the sheets of a workbook");
	for (size_t i = 0; i < w->n && !st; i++) {
		bool yes;
		st = is_log(src, &w->sheet[i], &yes, err);
		if (yes) sheet[n++] = i;
	}
	if (!st) st = which(src, w, sheet, n, &k, err);
	if (!st && n > 1) tt_warn(&log->notes, "%zu sheets hold a test (force.test: 1 to %zu)", n, n);
	if (!st) st = read_sheet(src, &w->sheet[sheet[k]], log, err);
	log->encoding = w->format;
	free(sheet);
	tt_workbook_free(w);
	return st;
}

const tt_log_reader tt_log_sheets = {"Excel sheet", probe, read_workbook};
