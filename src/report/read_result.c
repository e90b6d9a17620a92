/* Reads back what an analysis left in its folder: summary.json, curve.csv, uncertainty.csv. The files may be anything.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/text.h"
#include "temtensile/report.h"
#include "core/files.h"

enum { MOST_BYTES = 256 << 20, MOST_COLUMNS = 256 };

/* ---- files ---- */

static tt_status slurp(const char *path, char **text, size_t *size, tt_error *err)
{
	struct stat st;
	*text = NULL;
	if (stat(path, &st) != 0) return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode)) return tt_fail(err, TT_ERR_INPUT, "'%s' is no file", path);
	if (st.st_size > MOST_BYTES)
		return tt_fail(err, TT_ERR_INPUT, "'%s' has %lld bytes, expected at most %d", path,
		               (long long)st.st_size, MOST_BYTES);
	FILE *f = fopen(path, "rb");
	if (!f) return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	char *p = malloc((size_t)st.st_size + 1);
	*size = p ? fread(p, 1, (size_t)st.st_size, f) : 0;
	const int why = errno;
	bool bad = ferror(f) != 0;
	fclose(f);
	if (!p) return tt_fail_memory(err, path);
	p[*size] = 0;
	*text = p;
	if (!bad) return TT_OK;
	free(p);
	*text = NULL;
	return tt_fail_read(err, path, why);
}

/* ---- CSV: lines of cells without quotes, as this program writes its numbers ---- */

typedef struct table {
	const char *path;
	char *text, *next;
	size_t line, columns;
	const char *name[MOST_COLUMNS];
	const char *cell[MOST_COLUMNS];
} table;

/* false: no further line. */
static bool split(table *t, const char **cell, size_t *n)
{
	char *p = t->next;
	*n = 0;
	if (!p || !*p) return false;
	t->line++;
	for (;;) {
		if (*n < MOST_COLUMNS) cell[*n] = p;
		++*n;
		p += strcspn(p, ",\r\n");
		bool more = *p == ',';
		bool crlf = *p == '\r' && p[1] == '\n';
		if (*p) *p++ = 0;
		if (crlf) p++;
		if (!more) break;
	}
	t->next = p;
	return true;
}

static tt_status table_open(const char *path, table *t, tt_error *err)
{
	size_t size = 0;
	*t = (table){.path = path};
	tt_status st = slurp(path, &t->text, &size, err);
	if (st != TT_OK) return st;
	t->next = t->text;
	if (strlen(t->text) != size) return tt_fail(err, TT_ERR_INPUT, "%s: a byte 0 in a table", path);
	if (!split(t, t->name, &t->columns)) return tt_fail(err, TT_ERR_INPUT, "%s: the table is empty", path);
	if (t->columns > MOST_COLUMNS)
		return tt_fail(err, TT_ERR_INPUT, "%s: %zu columns, expected at most %d", path, t->columns,
		               MOST_COLUMNS);
	return TT_OK;
}

static tt_status table_column(const table *t, const char *name, size_t *at, tt_error *err)
{
	for (*at = 0; *at < t->columns; ++*at)
		if (strcmp(t->name[*at], name) == 0) return TT_OK;
	return tt_fail(err, TT_ERR_INPUT, "%s: there is no column '%s'", t->path, name);
}

/* TT_END after the last row. */
static tt_status table_row(table *t, tt_error *err)
{
	size_t n;
	if (!split(t, t->cell, &n)) return TT_END;
	if (n == t->columns) return TT_OK;
	return tt_fail(err, TT_ERR_INPUT, "%s:%zu: %zu cells, expected %zu", t->path, t->line, n, t->columns);
}

static tt_status table_number(const table *t, size_t column, double *out, tt_error *err)
{
	const char *cell = t->cell[column];
	char *end;
	*out = NAN;
	if (!*cell) return TT_OK;
	*out = tt_strtod(cell, &end);
	if (end != cell && !*end && isfinite(*out)) return TT_OK;
	return tt_fail(err, TT_ERR_INPUT, "%s:%zu: column %s: '%.40s' is no number", t->path, t->line, t->name[column],
	               cell);
}

/* ---- summary.json ---- */

typedef struct reader {
	const char *path;
	tt_error *err;
} reader;

static tt_status refuse(const reader *r, const char *key, const char *expected)
{
	return tt_fail(r->err, TT_ERR_INPUT, "%s: %s: expected %s", r->path, key, expected);
}

static const json_t *member(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	return json_is_null(v) ? NULL : v;
}

static tt_status number(const reader *r, const json_t *o, const char *key, double *out)
{
	const json_t *v = member(o, key);
	*out = NAN;
	if (!v) return TT_OK;
	if (!json_is_number(v)) return refuse(r, key, "a number or null");
	*out = json_number_value(v);
	return isfinite(*out) ? TT_OK : refuse(r, key, "a finite number");
}

static tt_status text(const reader *r, const json_t *o, const char *key, char **out)
{
	const json_t *v = member(o, key);
	if (!v) return TT_OK;
	if (!json_is_string(v)) return refuse(r, key, "a text or null");
	*out = tt_strdup(json_string_value(v));
	return *out ? TT_OK : tt_fail_memory(r->err, r->path);
}

static tt_status object(const reader *r, const json_t *o, const char *key, const json_t **out)
{
	*out = json_object_get(o, key);
	return json_is_object(*out) ? TT_OK : refuse(r, key, "an object");
}

static tt_status value_u(const reader *r, const json_t *o, const char *key, double *value, double *u)
{
	const json_t *v = member(o, key);
	*value = *u = NAN;
	if (!v) return TT_OK;
	if (!json_is_object(v)) return refuse(r, key, "an object or null");
	tt_status st = number(r, v, "value", value);
	if (st == TT_OK) st = number(r, v, "u", u);
	if (st == TT_OK && *u < 0) return refuse(r, key, "an uncertainty that is not negative");
	return st;
}

static tt_status property(const reader *r, const json_t *o, const char *key, tt_study_test *t, tt_compared id)
{
	tt_status st = value_u(r, o, key, &t->property[id].value, &t->property[id].u);
	const json_t *p = member(o, key), *pair = member(p, "interval95");
	if (st == TT_OK && pair) {
		const json_t *lo = json_array_get(pair, 0), *hi = json_array_get(pair, 1);
		if (!json_is_number(lo) || !json_is_number(hi)) return refuse(r, key, "an interval95 of two numbers");
		t->property[id].lo = json_number_value(lo);
		t->property[id].hi = json_number_value(hi);
	}
	return st == TT_OK && p ? text(r, p, "reason", &t->property[id].reason) : st;
}

static tt_status film(const reader *r, const json_t *test, tt_study_test *t)
{
	const json_t *f = member(test, "film"), *v;
	const char *key;
	if (!f) return TT_OK;
	if (!json_is_object(f)) return refuse(r, "film", "an object");
	t->film = calloc(json_object_size(f) + 1, sizeof *t->film);
	if (!t->film) return tt_fail_memory(r->err, r->path);
	json_object_foreach((json_t *)f, key, v)
	{
		if (!json_is_string(v)) return refuse(r, key, "a text");
		tt_film_text *k = &t->film[t->n_film++];
		k->key = tt_strdup(key);
		k->text = tt_strdup(json_string_value(v));
		if (!k->key || !k->text) return tt_fail_memory(r->err, r->path);
	}
	return TT_OK;
}

static tt_status inputs(const reader *r, const json_t *root, tt_study_test *t)
{
	const json_t *p, *spring;
	tt_status st = object(r, root, "parameters", &p);
	if (st == TT_OK) st = object(r, root, "spring", &spring);
	static const struct {
		tt_shared_input id;
		const char *key;
	} own[] = {{TT_SHARED_PIXEL_SIZE, "pixel_size_nm"}, {TT_SHARED_THICKNESS, "thickness_nm"}};
	for (size_t i = 0; i < 2 && st == TT_OK; i++) {
		st = value_u(r, p, own[i].key, &t->input[own[i].id].value, &t->input[own[i].id].u);
		t->input[own[i].id].given = true;
	}
	if (st != TT_OK) return st;
	const char *source = json_string_value(json_object_get(spring, "source"));
	t->input[TT_SHARED_STIFFNESS].given = source && strcmp(source, "given") == 0;
	return value_u(r, spring, "stiffness_N_per_m", &t->input[TT_SHARED_STIFFNESS].value,
	               &t->input[TT_SHARED_STIFFNESS].u);
}

static tt_status difference(const reader *r, const json_t *necking, tt_study_test *t)
{
	const json_t *d = member(necking, "difference"), *strains = member(d, "strains");
	t->difference.strain[0] = t->difference.strain[1] = t->difference.levels_per_grey = NAN;
	if (!d) return TT_OK;
	if (!json_is_object(d)) return refuse(r, "difference", "an object");
	for (size_t i = 0; i < 2; i++)
		if (json_is_number(json_array_get(strains, i)))
			t->difference.strain[i] = json_number_value(json_array_get(strains, i));
	const char *how = json_string_value(json_object_get(d, "chosen"));
	t->difference.chosen = how && strncmp(how, "necking.", 8) == 0;
	return number(r, d, "tiff_levels_per_grey", &t->difference.levels_per_grey);
}

static tt_status shape(const reader *r, const json_t *root, tt_study_test *t)
{
	const json_t *necking, *fracture;
	tt_status st = object(r, root, "necking", &necking);
	if (st == TT_OK) st = object(r, root, "fracture", &fracture);
	if (st == TT_OK) st = number(r, necking, "width_reduction", &t->property[TT_CMP_NECK].value);
	if (st == TT_OK) st = number(r, necking, "u_width_reduction", &t->property[TT_CMP_NECK].u);
	if (st == TT_OK) st = text(r, necking, "reason", &t->property[TT_CMP_NECK].reason);
	if (st == TT_OK)
		st = value_u(r, fracture, "angle_deg", &t->property[TT_CMP_ANGLE].value, &t->property[TT_CMP_ANGLE].u);
	if (st == TT_OK) st = text(r, fracture, "reason", &t->property[TT_CMP_ANGLE].reason);
	if (st == TT_OK) st = difference(r, necking, t);
	if (st == TT_OK) t->broken = json_is_integer(json_object_get(fracture, "frame"));
	return st;
}

/* Recording and log by their hashes; folders of an older version named no roles. */
static tt_status identity(const reader *r, const json_t *root, tt_study_test *t)
{
	const json_t *list = member(root, "inputs"), *item;
	const json_t *which = member(member(root, "parameters"), "force_test");
	size_t i;
	if (!json_is_array(list)) return TT_OK;
	json_array_foreach((json_t *)list, i, item)
	{
		const char *role = json_string_value(json_object_get(item, "role"));
		const char *hash = json_string_value(json_object_get(item, "sha256"));
		bool recording = role ? strcmp(role, "recording") == 0 : i == 1,
		     log = role ? strcmp(role, "log") == 0 : i == 2;
		if (!hash || (!recording && !log)) continue;
		char **into = recording ? &t->recording : &t->log;
		free(*into);
		*into = recording
		            ? tt_strdup(hash)
		            : tt_format("%s#%d", hash, json_is_integer(which) ? (int)json_integer_value(which) : 0);
		if (!*into) return tt_fail_memory(r->err, r->path);
	}
	return TT_OK;
}

static tt_status interpret(const reader *r, const json_t *root, tt_study_test *t)
{
	const json_t *test, *properties;
	if (!json_is_object(root)) return refuse(r, "the file", "an object");
	tt_status st = object(r, root, "test", &test);
	if (st == TT_OK) st = text(r, test, "name", &t->name);
	if (st == TT_OK) st = film(r, test, t);
	if (st == TT_OK) st = object(r, root, "properties", &properties);
	for (int i = 0; i < TT_CMP_ANGLE && st == TT_OK; i++)
		st = property(r, properties, tt_compared_describe((tt_compared)i)->id, t, (tt_compared)i);
	if (st == TT_OK) st = shape(r, root, t);
	if (st == TT_OK) st = inputs(r, root, t);
	return st == TT_OK ? identity(r, root, t) : st;
}

static tt_status read_summary(const char *path, tt_study_test *t, tt_error *err)
{
	char *json;
	size_t size = 0;
	tt_status st = slurp(path, &json, &size, err);
	if (st != TT_OK) return st;
	json_error_t why;
	errno = 0;
	json_t *root = json_loadb(json, size, JSON_REJECT_DUPLICATES, &why);
	const bool refused = !root && errno == ENOMEM;
	free(json);
	if (refused) return tt_fail_memory(err, path);
	if (!root) return tt_fail(err, TT_ERR_INPUT, "%s:%d:%d: not JSON: %s", path, why.line, why.column, why.text);
	st = interpret(&(reader){path, err}, root, t);
	json_decref(root);
	return st;
}

/* ---- the tables ---- */

/* Rows that have strain and stress, lie before fracture and are no repeats. */
static tt_status read_curve(const char *path, tt_study_test *t, tt_error *err)
{
	table c;
	size_t strain, stress, flag, own[2] = {SIZE_MAX, SIZE_MAX}, room[4] = {0};
	static const char *const of_u[2] = {"u_strain", "u_stress_GPa"};
	double **into[4] = {&t->strain, &t->stress_GPa, &t->u_strain, &t->u_stress_GPa};
	tt_error none;
	tt_status st = table_open(path, &c, err);
	if (st == TT_OK) st = table_column(&c, "strain", &strain, err);
	if (st == TT_OK) st = table_column(&c, "stress_GPa", &stress, err);
	if (st == TT_OK) st = table_column(&c, "flag", &flag, err);
	for (int k = 0; k < 2 && st == TT_OK; k++) /* a table of someone else's may have none */
		if (table_column(&c, of_u[k], &own[k], &none) != TT_OK) own[k] = SIZE_MAX;
	while (st == TT_OK && (st = table_row(&c, err)) == TT_OK) {
		double v[4] = {NAN, NAN, NAN, NAN};
		st = table_number(&c, strain, &v[0], err);
		if (st == TT_OK) st = table_number(&c, stress, &v[1], err);
		for (int k = 0; k < 2 && st == TT_OK; k++)
			if (own[k] != SIZE_MAX) st = table_number(&c, own[k], &v[2 + k], err);
		if (st != TT_OK || isnan(v[0]) || isnan(v[1]) || c.cell[flag][0]) continue;
		for (int k = 0; k < 4 && st == TT_OK; k++) {
			double *grown = tt_grow(*into[k], &room[k], t->rows + 1, sizeof *grown);
			if (!grown) {
				st = tt_fail_memory(err, path);
				break;
			}
			*into[k] = grown;
			grown[t->rows] = v[k];
		}
		if (st != TT_OK) break;
		t->rows++;
	}
	free(c.text);
	return st == TT_END ? TT_OK : st;
}

static tt_status read_shares(const char *path, tt_study_test *t, tt_error *err)
{
	table c;
	size_t name, input, share;
	tt_status st = table_open(path, &c, err);
	if (st == TT_OK) st = table_column(&c, "property", &name, err);
	if (st == TT_OK) st = table_column(&c, "input", &input, err);
	if (st == TT_OK) st = table_column(&c, "share of variance", &share, err);
	while (st == TT_OK && (st = table_row(&c, err)) == TT_OK) {
		double v;
		st = table_number(&c, share, &v, err);
		if (st == TT_OK && (v < -0.001 || v > 1.001))
			st = tt_fail(err, TT_ERR_INPUT, "%s:%zu: a share of variance of %g, expected 0 to 1", path,
			             c.line, v);
		for (int p = 0; st == TT_OK && p < TT_CMP_COUNT; p++)
			for (int k = 0; k < TT_SHARED_COUNT; k++)
				if (strcmp(c.cell[name], tt_compared_describe((tt_compared)p)->id) == 0 &&
				    strcmp(c.cell[input], tt_shared_input_name((tt_shared_input)k)) == 0)
					t->property[p].share[k] = v > 0 ? v : 0;
	}
	free(c.text);
	return st == TT_END ? TT_OK : st;
}

typedef tt_status (*read_file)(const char *path, tt_study_test *t, tt_error *err);

static tt_status read_from(const char *folder, const char *file, read_file read, tt_study_test *t, tt_error *err)
{
	char *path = tt_path_join(folder, file);
	if (!path) return tt_fail_memory(err, folder);
	tt_status st = read(path, t, err);
	free(path);
	return st;
}

static bool exists(const char *folder, const char *file)
{
	struct stat s;
	char *path = tt_path_join(folder, file);
	bool there = path && stat(path, &s) == 0;
	free(path);
	return there;
}

tt_status tt_result_read(const char *folder, tt_study_test *t, tt_error *err)
{
	*t = (tt_study_test){0};
	for (int p = 0; p < TT_CMP_COUNT; p++)
		t->property[p].value = t->property[p].u = t->property[p].lo = t->property[p].hi = NAN;
	if (!exists(folder, "summary.json"))
		return tt_fail(err, TT_ERR_INPUT, "'%s' holds no results: there is no summary.json in it", folder);
	tt_status st = read_from(folder, "summary.json", read_summary, t, err);
	if (st == TT_OK) st = read_from(folder, "curve.csv", read_curve, t, err);
	if (st == TT_OK && exists(folder, "uncertainty.csv"))
		st = read_from(folder, "uncertainty.csv", read_shares, t, err);
	return st;
}
