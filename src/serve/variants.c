/* Variants of a test, kept as a study beside its description: `temtensile compare` compares them and never pools.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700
#include "serve/variants.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char MARK[] = "# Variants of one test, written by the workbench.\n";

/* YAML's single quotes, in which only ' is doubled; a line break cannot be. */
static bool put_quoted(FILE *f, const char *text, size_t n)
{
	fputc('\'', f);
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)text[i] < ' ') return false;
		if (text[i] == '\'') fputc('\'', f);
		fputc(text[i], f);
	}
	fputc('\'', f);
	return true;
}

static tt_status put_variant(FILE *f, const char *file, const json_t *v, tt_error *err)
{
	const char *name = json_string_value(json_object_get(v, "name"));
	const json_t *sets = json_object_get(v, "sets"), *item;
	size_t i;
	if (!name || !*name || !json_is_array(sets))
		return tt_fail(err, TT_ERR_INPUT, "variants: {name, sets} was expected");
	fputs("  - test: ", f);
	bool good = put_quoted(f, file, strlen(file));
	fputs("\n    name: ", f);
	good = put_quoted(f, name, strlen(name)) && good;
	fputs(json_array_size(sets) ? "\n    set:\n" : "\n", f);
	json_array_foreach((json_t *)(uintptr_t)sets, i, item)
	{
		const char *text = json_string_value(item), *equals = text ? strchr(text, '=') : NULL;
		if (!equals) return tt_fail(err, TT_ERR_INPUT, "variants: a text key=value was expected");
		fputs("      ", f);
		good = put_quoted(f, text, (size_t)(equals - text)) && good;
		fputs(": ", f);
		good = put_quoted(f, equals + 1, strlen(equals + 1)) && good;
		fputc('\n', f);
	}
	return good ? TT_OK : tt_fail(err, TT_ERR_INPUT, "variants: a text holds a line break");
}

/* What somebody else wrote there stays. */
static tt_status check_free(const char *path, tt_error *err)
{
	char begin[sizeof MARK] = "";
	FILE *f = fopen(path, "rb");
	if (!f)
		return errno == ENOENT ? TT_OK
		                       : tt_fail(err, TT_ERR_FAILED, "cannot read '%s': %s", path, strerror(errno));
	size_t n = fread(begin, 1, sizeof begin - 1, f);
	fclose(f);
	if (n == sizeof MARK - 1 && memcmp(begin, MARK, n) == 0) return TT_OK;
	return tt_fail(err, TT_ERR_FAILED,
	               "'%s' is there and was not written by the workbench: the variants are not saved", path);
}

tt_status tt_variants_save(const char *description, const json_t *variants, char *path, size_t size, tt_error *err)
{
	char beside[PATH_MAX + 8];
	const char *slash = strrchr(description, '/'), *file = slash ? slash + 1 : description,
	           *dot = strrchr(file, '.');
	int stem = (int)(dot ? dot - description : (long)strlen(description));
	if ((size_t)snprintf(path, size, "%.*s-variants.yaml", stem, description) >= size)
		return tt_fail(err, TT_ERR_INPUT, "the description's path is too long");
	tt_status st = check_free(path, err);
	if (st != TT_OK) return st;
	snprintf(beside, sizeof beside, "%s.new", path);
	FILE *f = fopen(beside, "wbx");
	if (!f && errno == EEXIST && remove(beside) == 0) f = fopen(beside, "wbx"); /* left by a run that was killed */
	if (!f) return tt_fail(err, TT_ERR_FAILED, "cannot write '%s': %s", beside, strerror(errno));
	fputs(MARK, f);
	fputs("variants: true\ntests:\n", f);
	const json_t *v;
	size_t i;
	json_array_foreach((json_t *)(uintptr_t)variants, i, v)
	{
		st = put_variant(f, file, v, err);
		if (st != TT_OK) break;
	}
	bool bad = fflush(f) != 0 || ferror(f) || fsync(fileno(f)) != 0;
	bad = fclose(f) != 0 || bad;
	if (st == TT_OK && (bad || rename(beside, path) != 0))
		st = tt_fail(err, TT_ERR_FAILED, "cannot write '%s': %s", path, strerror(errno));
	if (st != TT_OK) remove(beside);
	return st;
}
