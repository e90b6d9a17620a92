/* .xls (BIFF) by FreeXL. FreeXL believes what a file says of its own sizes and crashes on some damaged ones, so it runs
 * in a child process, which tells the cells through a pipe: whatever happens to it, the reader has a sentence.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* pipe2 */
#include <errno.h>
#include <fcntl.h>
#include <freexl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/text.h"
#include "logs/sheet.h"

/* What the child tells: a head, then `length` bytes of text. */
enum { SAY_SHEET = 1, SAY_TEXT, SAY_NUMBER, SAY_SHEET_END, SAY_END, SAY_FAILED };
typedef struct head {
	uint32_t what, row, column, length;
	double number;
} head;

/* Longer than any cell (32767 characters of up to three bytes). */
enum { LONGEST_TEXT = 200000, MOST_SECONDS = 60 };

/* ---- the child ---- */

static void say(FILE *to, uint32_t what, unsigned row, unsigned column, double number, const char *text)
{
	const head h = {what, row, column, (uint32_t)strlen(text), number};
	fwrite(&h, sizeof h, 1, to);
	fwrite(text, 1, h.length, to);
}

static void say_cell(FILE *to, const void *xls, unsigned row, unsigned short column)
{
	FreeXL_CellValue v;
	if (freexl_get_cell_value(xls, row, column, &v) != FREEXL_OK) return;
	switch (v.type) {
	case FREEXL_CELL_INT: say(to, SAY_NUMBER, row, column, v.value.int_value, ""); break;
	case FREEXL_CELL_DOUBLE: say(to, SAY_NUMBER, row, column, v.value.double_value, ""); break;
	case FREEXL_CELL_TEXT:
	case FREEXL_CELL_SST_TEXT:
	case FREEXL_CELL_DATE:
	case FREEXL_CELL_DATETIME:
	case FREEXL_CELL_TIME:
		if (v.value.text_value) say(to, SAY_TEXT, row, column, NAN, v.value.text_value);
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
	say(to, SAY_SHEET, 0, 0, NAN, name ? name : "");
	for (unsigned y = 0; y < rows && !ferror(to); y++)
		for (unsigned short x = 0; x < columns; x++)
			say_cell(to, xls, y, x);
	say(to, SAY_SHEET_END, 0, 0, NAN, "");
	return FREEXL_OK;
}

static _Noreturn void child(const char *path, int out)
{
	static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGPIPE, SIGINT, SIGTERM};
	const struct rlimit cpu = {MOST_SECONDS, MOST_SECONDS}, none = {0, 0};
	for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
		signal(fatal[i], SIG_DFL);
	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &none);
	FILE *to = fdopen(out, "wb");
	const void *xls = NULL;
	unsigned sheets = 0, locked = 0;
	if (!to) _exit(1);
	int code = freexl_open(path, &xls);
	if (code == FREEXL_OK) code = freexl_get_info(xls, FREEXL_BIFF_PASSWORD, &locked);
	if (code == FREEXL_OK && locked == FREEXL_BIFF_OBFUSCATED) code = FREEXL_BIFF_OBFUSCATED;
	if (code == FREEXL_OK) code = freexl_get_info(xls, FREEXL_BIFF_SHEET_COUNT, &sheets);
	for (unsigned i = 0; i < sheets && i < 65535 && code == FREEXL_OK; i++)
		code = say_sheet(to, xls, (unsigned short)i);
	say(to, code == FREEXL_OK ? SAY_END : SAY_FAILED, 0, 0, code, "");
	fflush(to);
	_exit(0);
}

/* ---- the parent ---- */

static const char *reason(int code)
{
	switch (code) {
	case FREEXL_BIFF_OBFUSCATED: return "it is protected by a password; save it without";
	case FREEXL_BIFF_WORKBOOK_NOT_FOUND: return "it holds no workbook";
	case FREEXL_INSUFFICIENT_MEMORY: return "no memory is left";
	default: return "it is cut short or damaged";
	}
}

static tt_status take(const head *h, const char *text, tt_workbook *w, tt_sheet_maker *m, char **name, tt_error *err)
{
	switch (h->what) {
	case SAY_SHEET:
		free(*name);
		*name = tt_text_utf8(text, h->length);
		return *name ? TT_OK : tt_fail_memory(err, "a table");
	case SAY_TEXT: return tt_sheet_set(m, h->row, h->column, text, h->length, NAN, err);
	case SAY_NUMBER: return tt_sheet_set(m, h->row, h->column, NULL, 0, h->number, err);
	case SAY_SHEET_END: return tt_workbook_add(w, *name ? *name : "", m, err);
	default: return TT_OK;
	}
}

static tt_status hear(FILE *from, const char *path, tt_workbook *w, tt_error *err)
{
	tt_sheet_maker m = {0};
	char *text = malloc(LONGEST_TEXT + 1), *name = NULL;
	tt_status st = text ? TT_OK : tt_fail_memory(err, "a table");
	head h = {0};
	while (st == TT_OK && h.what != SAY_END) {
		if (fread(&h, sizeof h, 1, from) != 1 || h.length > LONGEST_TEXT ||
		    fread(text, 1, h.length, from) != h.length)
			st = tt_fail(err, TT_ERR_INPUT, "%s: cannot be read as .xls: it is damaged", path);
		else if (h.what == SAY_FAILED)
			st = tt_fail(err, TT_ERR_INPUT, "%s: cannot be read as .xls: %s", path, reason((int)h.number));
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
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return tt_fail(err, TT_ERR_FAILED, "%s: no pipe to read it: %s", path, strerror(errno));
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[0]);
		child(path, ends[1]);
	}
	close(ends[1]);
	FILE *from = pid > 0 ? fdopen(ends[0], "rb") : NULL;
	tt_status st = from ? hear(from, path, w, err)
	                    : tt_fail(err, TT_ERR_FAILED, "%s: no process to read it: %s", path, strerror(errno));
	if (from)
		fclose(from);
	else
		close(ends[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return st;
}
