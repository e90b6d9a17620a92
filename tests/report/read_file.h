/* Whole files and result folders for tests.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_READ_FILE_H
#define TT_TESTS_READ_FILE_H

#include "check.h"
#include "core/outdir.h"

/* The bytes with a zero behind them, malloc'ed; the test fails when there is no such file. */
static char *read_file(const char *dir, const char *name, size_t *size)
{
	char path[1500];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "rb");
	if (!f) check_stop(CHECK_FAILED, "%s is not there", path);
	char *data = NULL;
	size_t n = 0, got;
	do {
		data = realloc(data, n + 65537);
		if (!data) abort();
		got = fread(data + n, 1, 65536, f);
		n += got;
	} while (got);
	fclose(f);
	data[n] = 0;
	if (size) *size = n;
	return data;
}

/* A fresh result folder under the test's own; the path is borrowed until the next call. */
static tt_outdir *open_dir(const char *name, const char **path)
{
	static char text[1200];
	snprintf(text, sizeof text, "%s/%s", check_tmp(), name);
	tt_outdir *dir;
	tt_error err;
	CHECK_MSG(tt_outdir_open(text, &dir, &err) == TT_OK, "%s", err.message);
	*path = text;
	return dir;
}

static void commit(tt_outdir *dir)
{
	tt_error err;
	CHECK_MSG(tt_outdir_commit(dir, NULL, &err) == TT_OK, "%s", err.message);
}

#endif
