/* JSON by jansson, built step by step.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/outdir.h"
#include "core/text.h"
#include "report/json_tree.h"

enum { DEEPEST = 16, DIGITS = 15 };

struct tt_json {
	json_t *open[DEEPEST]; /* borrowed, but for the root */
	int depth;
	tt_status status;
	tt_error error;
};

tt_json *tt_json_new(void)
{
	tt_json *j = calloc(1, sizeof *j);
	if (!j) return NULL;
	j->open[0] = json_object();
	if (j->open[0]) return j;
	free(j);
	return NULL;
}

void tt_json_free(tt_json *j)
{
	if (!j) return;
	json_decref(j->open[0]);
	free(j);
}

/* Takes over the value, whatever happens. */
static void add(tt_json *j, const char *key, json_t *value)
{
	if (!j || j->status != TT_OK) {
		json_decref(value);
		return;
	}
	json_t *parent = j->open[j->depth];
	if (!value) {
		j->status = tt_fail_memory(&j->error, "JSON");
	} else if (json_is_object(parent) != (key != NULL)) {
		json_decref(value);
		j->status = tt_fail(&j->error, TT_ERR_USAGE, "JSON: a member %s inside %s",
		                    key ? key : "without a name", json_is_object(parent) ? "an object" : "a list");
	} else if (key && json_object_get(parent, key)) {
		json_decref(value);
		j->status = tt_fail(&j->error, TT_ERR_USAGE, "JSON: the key \"%s\" twice in one object", key);
	} else if (key ? json_object_set_new(parent, key, value) : json_array_append_new(parent, value)) {
		j->status = tt_fail_memory(&j->error, "JSON");
	}
}

static void open_child(tt_json *j, const char *key, json_t *child)
{
	add(j, key, child);
	if (!j || j->status != TT_OK) return;
	if (j->depth + 1 == DEEPEST) {
		j->status = tt_fail(&j->error, TT_ERR_USAGE, "JSON: nested deeper than %d", DEEPEST);
		return;
	}
	j->open[++j->depth] = child;
}

void tt_json_object(tt_json *j, const char *key)
{
	open_child(j, key, json_object());
}

void tt_json_list(tt_json *j, const char *key)
{
	open_child(j, key, json_array());
}

void tt_json_end(tt_json *j)
{
	if (!j || j->status != TT_OK) return;
	if (j->depth > 0)
		j->depth--;
	else
		j->status = tt_fail(&j->error, TT_ERR_USAGE, "JSON: an end without a beginning");
}

void tt_json_number(tt_json *j, const char *key, double value)
{
	add(j, key, isfinite(value) ? json_real(value) : json_null());
}

void tt_json_integer(tt_json *j, const char *key, int64_t value)
{
	add(j, key, json_integer(value));
}

static bool is_utf8(const char *s)
{
	size_t left = strlen(s), n;
	for (; left && (n = tt_utf8_length(s, left)); s += n)
		left -= n;
	return left == 0;
}

void tt_json_string(tt_json *j, const char *key, const char *value)
{
	json_t *text = value ? json_string(value) : json_null();
	if (!text && value && j && j->status == TT_OK)
		j->status = is_utf8(value) ? tt_fail_memory(&j->error, "JSON")
		                           : tt_fail(&j->error, TT_ERR_USAGE, "JSON: the text of \"%s\" is not UTF-8",
		                                     key ? key : "an item");
	add(j, key, text);
}

void tt_json_bool(tt_json *j, const char *key, bool value)
{
	add(j, key, json_boolean(value));
}

void tt_json_null(tt_json *j, const char *key)
{
	add(j, key, json_null());
}

void tt_json_strings(tt_json *j, const char *key, const tt_strings *list)
{
	tt_json_list(j, key);
	for (size_t i = 0; list && i < list->n; i++)
		tt_json_string(j, NULL, list->item[i]);
	tt_json_end(j);
}

void tt_json_value_u(tt_json *j, const char *key, double value, double u)
{
	tt_json_object(j, key);
	tt_json_number(j, "value", value);
	tt_json_number(j, "u", u);
	tt_json_end(j);
}

void tt_json_property(tt_json *j, const char *key, double value, double u, double lo, double hi, const char *definition)
{
	tt_json_object(j, key);
	tt_json_number(j, "value", value);
	tt_json_number(j, "u", u);
	if (isfinite(lo) && isfinite(hi)) {
		tt_json_list(j, "interval95");
		tt_json_number(j, NULL, lo);
		tt_json_number(j, NULL, hi);
		tt_json_end(j);
	} else {
		tt_json_null(j, "interval95");
	}
	tt_json_string(j, "definition", definition);
	tt_json_end(j);
}

void tt_json_no_property(tt_json *j, const char *key, const char *reason)
{
	tt_json_object(j, key);
	tt_json_null(j, "value");
	tt_json_null(j, "u");
	tt_json_string(j, "reason", reason);
	tt_json_end(j);
}

const json_t *tt_json_root(const tt_json *j, tt_error *err)
{
	if (!j) {
		tt_fail_memory(err, "JSON");
		return NULL;
	}
	if (j->status != TT_OK && err) *err = j->error;
	return j->status == TT_OK ? j->open[0] : NULL;
}

tt_status tt_json_text(tt_json *j, int indent, char **text, tt_error *err)
{
	*text = NULL;
	if (!j) return tt_fail_memory(err, "JSON");
	if (j->status != TT_OK) {
		if (err) *err = j->error;
		return j->status;
	}
	size_t layout = indent > 0 ? JSON_INDENT((size_t)indent) : JSON_COMPACT;
	*text = json_dumps(j->open[0], layout | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(DIGITS));
	/* jansson may come back with half a text when memory runs out */
	json_t *again = *text ? json_loads(*text, JSON_DECODE_ANY, NULL) : NULL;
	bool whole = again != NULL;
	json_decref(again);
	if (whole) return TT_OK;
	free(*text);
	*text = NULL;
	return tt_fail_memory(err, "JSON");
}

tt_status tt_json_write(tt_json *j, tt_outdir *dir, const char *file, tt_error *err)
{
	char *text;
	tt_status s = tt_json_text(j, 2, &text, err);
	if (s != TT_OK) return tt_fail_within(err, "%s", file);
	FILE *f;
	s = tt_outdir_fopen(dir, file, &f, err);
	if (s == TT_OK) {
		fputs(text, f);
		fputc('\n', f);
		s = tt_outdir_fclose(dir, f, file, err);
	}
	free(text);
	return s;
}
