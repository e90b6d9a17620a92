/* MAT files by matio, built step by step.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <matio.h>
#include <stdlib.h>
#include <string.h>

#include "core/files.h"
#include "core/outdir.h"
#include "core/text.h"
#include "report/mat_check.h"
#include "report/mat_whole.h"
#include "report/json_tree.h"

enum { DEEPEST = 24, LONGEST_NAME = 63 };

/* The root is a struct, too; its fields are written as the file's variables. */
struct tt_mat {
	matvar_t *open[DEEPEST]; /* borrowed, but for the root */
	int depth;
	tt_status status;
	tt_error error;
};

static matvar_t *new_struct(size_t n)
{
	size_t dims[2] = {1, n};
	return Mat_VarCreateStruct2(NULL, 2, dims, NULL);
}

tt_mat *tt_mat_new(void)
{
	tt_mat *m = calloc(1, sizeof *m);
	if (!m) return NULL;
	m->open[0] = new_struct(1);
	if (m->open[0]) return m;
	free(m);
	return NULL;
}

void tt_mat_free(tt_mat *m)
{
	if (!m) return;
	Mat_VarFree(m->open[0]);
	free(m);
}

/* ---- names ---- */

static bool is_keyword(const char *name)
{
	static const char *const words[] = {"break",     "case",   "catch",      "classdef", "continue",      "else",
	                                    "elseif",    "end",    "for",        "function", "global",        "if",
	                                    "otherwise", "parfor", "persistent", "return",   "spmd",          "switch",
	                                    "try",       "while",  "do",         "until",    "unwind_protect"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(name, words[i]) == 0) return true;
	return false;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* As matlab.lang.makeValidName and jsondecode have it. */
static void valid_name(const char *key, char name[LONGEST_NAME + 2])
{
	size_t n = 0;
	bool keyword = is_keyword(key);
	if (!is_letter(key[0]) || keyword) name[n++] = 'x';
	for (const char *c = key; *c && n < LONGEST_NAME; c++) {
		bool after_blank = c > key && c[-1] == ' ', valid = is_letter(*c) || (*c >= '0' && *c <= '9');
		if (*c == ' ' && is_letter(c[1])) continue;
		name[n++] = !valid ? '_' : after_blank || (keyword && c == key) ? upper(*c) : *c;
	}
	name[n] = 0;
}

/* Takes over the value, whatever happens. at: which struct of an array. */
static void put(tt_mat *m, matvar_t *parent, size_t at, const char *key, matvar_t *value)
{
	char name[LONGEST_NAME + 2];
	if (m->status != TT_OK) {
		Mat_VarFree(value);
		return;
	}
	if (!value) {
		m->status = tt_fail_memory(&m->error, "the MAT file");
		return;
	}
	valid_name(key, name);
	/* keys that differ in what MATLAB's names cannot hold ("a-b", "a_b") are numbered */
	size_t length = strlen(name);
	for (int k = 2; Mat_VarGetStructFieldByName(parent, name, at) != NULL; k++) {
		char tail[16];
		int n = tt_snprintf(tail, sizeof tail, "_%d", k);
		size_t keep = length + (size_t)n > LONGEST_NAME ? LONGEST_NAME - (size_t)n : length;
		tt_snprintf(name + keep, sizeof name - keep, "%s", tail);
	}
	if (at == 0 && Mat_VarAddStructField(parent, name) != 0) {
		Mat_VarFree(value);
		m->status = tt_fail_memory(&m->error, "the MAT file");
		return;
	}
	Mat_VarSetStructFieldByName(parent, name, at, value);
}

/* ---- values ---- */

static matvar_t *new_doubles(const double *value, size_t rows, size_t columns)
{
	size_t dims[2] = {rows, columns};
	double none = 0;
	return Mat_VarCreate(NULL, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, dims, value ? (void *)(uintptr_t)value : &none, 0);
}

static matvar_t *new_number(double value)
{
	return new_doubles(&value, 1, 1);
}

static matvar_t *new_logical(bool value)
{
	size_t dims[2] = {1, 1};
	uint8_t byte = value;
	return Mat_VarCreate(NULL, MAT_C_UINT8, MAT_T_UINT8, 2, dims, &byte, MAT_F_LOGICAL);
}

/* One character from UTF-8 known to be valid. */
static uint32_t decode(const unsigned char *s, size_t length)
{
	if (length == 1) return s[0];
	uint32_t c = s[0] & (0xffu >> (length + 1));
	for (size_t i = 1; i < length; i++)
		c = c << 6 | (s[i] & 0x3fu);
	return c;
}

/* What is not UTF-8 becomes U+FFFD. */
static matvar_t *new_wide_text(const char *text, size_t n)
{
	uint16_t *wide = malloc((n + 1) * sizeof *wide);
	if (!wide) return NULL;
	size_t k = 0;
	for (size_t i = 0; i < n;) {
		size_t length = tt_utf8_length(text + i, n - i);
		uint32_t c = length ? decode((const unsigned char *)text + i, length) : 0xfffd;
		i += length ? length : 1;
		if (c >= 0x10000) {
			wide[k++] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
			wide[k++] = (uint16_t)(0xdc00 + ((c - 0x10000) & 0x3ff));
		} else {
			wide[k++] = (uint16_t)c;
		}
	}
	size_t dims[2] = {1, k};
	matvar_t *v = Mat_VarCreate(NULL, MAT_C_CHAR, MAT_T_UINT16, 2, dims, wide, 0);
	free(wide);
	return v;
}

static matvar_t *new_text(const char *text)
{
	size_t n = strlen(text), dims[2] = {n ? 1 : 0, n};
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] >= 0x80) return new_wide_text(text, n);
	return Mat_VarCreate(NULL, MAT_C_CHAR, MAT_T_UTF8, 2, dims, (void *)(uintptr_t)text, 0);
}

static matvar_t *new_cells(size_t rows, size_t columns)
{
	size_t dims[2] = {rows, columns};
	return Mat_VarCreate(NULL, MAT_C_CELL, MAT_T_CELL, 2, dims, NULL, 0);
}

void tt_mat_struct(tt_mat *m, const char *key)
{
	if (!m || m->status != TT_OK) return;
	if (m->depth + 1 == DEEPEST) {
		m->status = tt_fail(&m->error, TT_ERR_USAGE, "the MAT file: nested deeper than %d", DEEPEST);
		return;
	}
	matvar_t *child = new_struct(1);
	put(m, m->open[m->depth], 0, key, child);
	if (m->status == TT_OK) m->open[++m->depth] = child;
}

void tt_mat_end(tt_mat *m)
{
	if (!m || m->status != TT_OK) return;
	if (m->depth > 0)
		m->depth--;
	else
		m->status = tt_fail(&m->error, TT_ERR_USAGE, "the MAT file: an end without a beginning");
}

static void put_here(tt_mat *m, const char *key, matvar_t *value)
{
	put(m, m->open[m->depth], 0, key, value);
}

void tt_mat_matrix(tt_mat *m, const char *key, const double *value, size_t rows, size_t columns, double scale)
{
	if (!m || m->status != TT_OK) return;
	double *turned = malloc((rows * columns + 1) * sizeof *turned);
	if (!turned) {
		put_here(m, key, NULL);
		return;
	}
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < columns; j++)
			turned[j * rows + i] = value[i * columns + j] * (scale != 0 ? scale : 1);
	put_here(m, key, new_doubles(turned, rows, columns));
	free(turned);
}

void tt_mat_integers(tt_mat *m, const char *key, const int64_t *value, size_t n)
{
	if (!m || m->status != TT_OK) return;
	double *number = malloc((n + 1) * sizeof *number);
	for (size_t i = 0; number && i < n; i++)
		number[i] = (double)value[i];
	put_here(m, key, number ? new_doubles(number, n, 1) : NULL);
	free(number);
}

void tt_mat_text(tt_mat *m, const char *key, const char *text)
{
	if (m && m->status == TT_OK) put_here(m, key, new_text(text ? text : ""));
}

/* Takes over the item; a cell that stays empty would be one that readers do not expect. */
static void set_cell(tt_mat *m, matvar_t *cells, size_t i, matvar_t *item)
{
	if (!item && m->status == TT_OK) m->status = tt_fail_memory(&m->error, "the MAT file");
	if (item) Mat_VarSetCell(cells, (int)i, item);
}

void tt_mat_texts(tt_mat *m, const char *key, const char *const *text, size_t n)
{
	if (!m || m->status != TT_OK) return;
	matvar_t *cells = new_cells(n, 1);
	for (size_t i = 0; cells && i < n; i++)
		set_cell(m, cells, i, new_text(text[i] ? text[i] : ""));
	put_here(m, key, cells);
}

/* ---- from JSON ---- */

static matvar_t *from_json(tt_mat *m, const json_t *j);

static bool is_number(const json_t *j)
{
	return json_is_number(j) || json_is_null(j);
}

static double number_of(const json_t *j)
{
	return json_is_number(j) ? json_number_value(j) : NAN;
}

static matvar_t *row_of_numbers(const json_t *list)
{
	size_t n = json_array_size(list);
	double *value = malloc((n + 1) * sizeof *value);
	if (!value) return NULL;
	for (size_t i = 0; i < n; i++)
		value[i] = number_of(json_array_get(list, i));
	matvar_t *v = new_doubles(value, 1, n);
	free(value);
	return v;
}

static matvar_t *row_of_cells(tt_mat *m, const json_t *list)
{
	size_t n = json_array_size(list);
	matvar_t *cells = new_cells(1, n);
	for (size_t i = 0; cells && i < n; i++)
		set_cell(m, cells, i, from_json(m, json_array_get(list, i)));
	return cells;
}

static bool same_members(const json_t *a, const json_t *b)
{
	const char *key;
	json_t *value;
	if (json_object_size(a) != json_object_size(b)) return false;
	json_object_foreach((json_t *)(uintptr_t)a, key, value) if (!json_object_get(b, key)) return false;
	return true;
}

static void fill_struct(tt_mat *m, matvar_t *to, size_t at, const json_t *object)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)object, key, value) put(m, to, at, key, from_json(m, value));
}

static matvar_t *from_list(tt_mat *m, const json_t *list)
{
	size_t n = json_array_size(list), numbers = 0, alike = 0;
	const json_t *first = json_array_get(list, 0);
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(list, i);
		numbers += is_number(item);
		alike += json_is_object(item) && json_is_object(first) && same_members(first, item);
	}
	if (numbers == n) return row_of_numbers(list);
	if (alike < n) return row_of_cells(m, list);
	matvar_t *v = new_struct(n);
	for (size_t i = 0; v && i < n; i++)
		fill_struct(m, v, i, json_array_get(list, i));
	return v;
}

static matvar_t *from_json(tt_mat *m, const json_t *j)
{
	if (is_number(j)) return new_number(number_of(j));
	if (json_is_boolean(j)) return new_logical(json_is_true(j));
	if (json_is_string(j)) return new_text(json_string_value(j));
	if (json_is_array(j)) return from_list(m, j);
	matvar_t *v = new_struct(1);
	if (v) fill_struct(m, v, 0, j);
	return v;
}

void tt_mat_json(tt_mat *m, const char *key, const tt_json *j)
{
	if (!m || m->status != TT_OK) return;
	const json_t *root = tt_json_root(j, &m->error);
	if (root)
		put_here(m, key, from_json(m, root));
	else
		m->status = m->error.status;
}

/* ---- units ---- */

static const char *unit_word(const char *word)
{
	static const struct {
		const char *word, *unit;
	} known[] = {{"GPa", "GPa"}, {"MPa", "MPa"}, {"Pa", "Pa"},   {"px", "px"}, {"nm", "nm"},
	             {"um", "um"},   {"s", "s"},     {"deg", "deg"}, {"uN", "uN"}, {"N", "N"},
	             {"m", "m"},     {"m2", "m^2"},  {"m3", "m^3"},  {"MJ", "MJ"}, {"grey", "grey levels"},
	             {"K", "K"}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(word, known[i].word) == 0) return known[i].unit;
	return NULL;
}

/* NULL when the name tells none. */
static const char *unit_in(const char *name, char *buf, size_t size)
{
	char text[128], *word[32] = {text};
	int n = 1;
	if (strlen(name) >= sizeof text) return NULL;
	strcpy(text, name);
	for (char *p = text; *p; p++)
		if (*p == '_' && n < 32) {
			*p = 0;
			word[n++] = p + 1;
		}
	const char *last = n > 1 ? unit_word(word[n - 1]) : NULL;
	if (!last) return NULL;
	if (n < 3 || strcmp(word[n - 2], "per") != 0)
		snprintf(buf, size, "%s", last);
	else
		snprintf(buf, size, "%s/%s", n > 3 && unit_word(word[n - 3]) ? unit_word(word[n - 3]) : "1", last);
	return buf;
}

const char *tt_unit_of_name(const char *name, char *buf, size_t size)
{
	if (!unit_in(name, buf, size)) snprintf(buf, size, "1");
	return buf;
}

static bool takes_parents_unit(const char *key)
{
	return strcmp(key, "value") == 0 || strcmp(key, "u") == 0 || strcmp(key, "interval95") == 0;
}

static bool holds_numbers(const json_t *j)
{
	if (!json_is_array(j)) return json_is_number(j);
	for (size_t i = 0; i < json_array_size(j); i++)
		if (!is_number(json_array_get(j, i))) return false;
	return json_array_size(j) > 0;
}

static matvar_t *units_of(tt_mat *m, const json_t *object, const char *inherited)
{
	const char *key;
	json_t *value;
	matvar_t *v = new_struct(1);
	size_t members = 0;
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		char buf[64];
		const char *own = strcmp(key, "offset_yield") == 0 ? "GPa" : unit_in(key, buf, sizeof buf);
		const char *unit = own ? own : takes_parents_unit(key) && inherited ? inherited : NULL;
		const json_t *inside = json_is_array(value) ? json_array_get(value, 0) : value;
		matvar_t *item = NULL;
		if (json_is_object(inside))
			item = units_of(m, inside, unit);
		else if (holds_numbers(value) || (json_is_null(value) && unit))
			item = new_text(unit ? unit : "1");
		if (!item) continue;
		put(m, v, 0, key, item);
		members++;
	}
	if (members || !v) return v;
	Mat_VarFree(v);
	return NULL;
}

void tt_mat_units(tt_mat *m, const char *key, const tt_json *j)
{
	if (!m || m->status != TT_OK) return;
	const json_t *root = tt_json_root(j, &m->error);
	if (root)
		put_here(m, key, units_of(m, root, NULL));
	else
		m->status = m->error.status;
}

/* ---- the file ---- */

static tt_status write_variables(tt_mat *m, const char *path, const char *file, tt_error *err)
{
	char header[117];
	int used = snprintf(header, sizeof header, "MATLAB 5.0 MAT-file, written by temtensile %s", tt_version());
	memset(header + used, ' ', sizeof header - 1 - (size_t)used);
	header[sizeof header - 1] = 0;
	errno = 0;
	mat_t *out = Mat_CreateVer(path, header, MAT_FT_MAT5);
	if (!out) return tt_fail(err, TT_ERR_FAILED, "cannot write '%s'", file);
	unsigned n = Mat_VarGetNumberOfFields(m->open[0]);
	char *const *name = Mat_VarGetStructFieldnames(m->open[0]);
	bool ok = true;
	for (unsigned i = 0; ok && i < n; i++) {
		matvar_t *v = Mat_VarGetStructFieldByIndex(m->open[0], i, 0);
		if (!v->name) v->name = tt_strdup(name[i]);
		ok = v->name && Mat_VarWrite(out, v, MAT_COMPRESSION_ZLIB) == 0;
	}
	tt_mat_note_refusal();
	ok = Mat_Close(out) == 0 && ok;
	(void)ok; /* the file itself tells more */
	return tt_mat_verify(path, file, n, err);
}

tt_status tt_mat_write(tt_mat *m, tt_outdir *dir, const char *file, tt_error *err)
{
	const char *path;
	if (!m) return tt_fail_memory(err, file);
	if (m->status != TT_OK) {
		if (err) *err = m->error;
		return tt_fail_within(err, "%s", file);
	}
	tt_status st = tt_outdir_path(dir, file, &path, err);
	if (st == TT_OK) st = write_variables(m, path, file, err);
	return st == TT_OK ? tt_sync_path(path, file, err) : st;
}
