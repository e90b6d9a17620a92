/* Reading a description through its table.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "describe/schema.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

#define TRY(call)                                                                                                      \
	do {                                                                                                           \
		tt_status try_status = (call);                                                                         \
		if (try_status != TT_OK) return try_status;                                                            \
	} while (0)

enum { MAX_PATH = 160, MAX_WORDS = 12 };

/* ---- the table ---- */

const char *tt_key_name(const tt_key *key)
{
	const char *dot = strrchr(key->path, '.');
	return dot ? dot + 1 : key->path;
}

bool tt_key_is_below(const tt_key *key, const char *parent)
{
	const char *name = tt_key_name(key);
	size_t n = strlen(parent);
	if (n == 0) return name == key->path;
	return (size_t)(name - key->path) == n + 1 && strncmp(key->path, parent, n) == 0;
}

const tt_key *tt_schema_key(const tt_schema *s, const char *path)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->key[i].path, path) == 0) return &s->key[i];
	return NULL;
}

const tt_key *tt_schema_child(const tt_schema *s, const char *parent, const char *name)
{
	const tt_key *any = NULL;
	for (size_t i = 0; i < s->n; i++) {
		if (!tt_key_is_below(&s->key[i], parent)) continue;
		if (strcmp(tt_key_name(&s->key[i]), name) == 0) return &s->key[i];
		if (strcmp(tt_key_name(&s->key[i]), "*") == 0) any = &s->key[i];
	}
	return any;
}

const tt_schema *tt_schema_find(const char *name)
{
	const tt_schema *s;
	for (size_t i = 0; (s = tt_schema_at(i)); i++)
		if (strcmp(s->name, name) == 0) return s;
	return NULL;
}

/* ---- values ---- */

/* The words of a key, split; n of them and NULL behind. */
typedef struct words {
	char text[256];
	const char *item[MAX_WORDS + 1];
} words;

static void split(const tt_key *key, words *w)
{
	size_t n = 0;
	tt_snprintf(w->text, sizeof w->text, "%s", key->words ? key->words : "");
	for (char *s = w->text; *s && n < MAX_WORDS;) {
		w->item[n++] = s;
		s += strcspn(s, "|");
		if (*s) *s++ = '\0';
	}
	w->item[n] = NULL;
}

bool tt_key_is_word(const tt_key *key, const tt_node *n)
{
	const char *text;
	words w;
	if (tt_node_kind_of(n) != TT_NODE_SCALAR || tt_node_string(n, &text, NULL) != TT_OK) return false;
	split(key, &w);
	for (size_t i = 0; w.item[i]; i++)
		if (strcmp(text, w.item[i]) == 0) return true;
	return false;
}

static double unit_factor(const tt_key *key)
{
	double factor = key->unit ? tt_unit_factor(key->unit, key->dim) : 1;
	return isnan(factor) ? 1 : factor;
}

/* "deposition pressure" of "film.deposition_pressure". */
static const char *spoken(const tt_key *key, char *buf, size_t size)
{
	tt_snprintf(buf, size, "%s", tt_key_name(key));
	for (char *c = buf; *c; c++)
		if (*c == '_') *c = ' ';
	char *list = strstr(buf, "[]");
	if (list) *list = '\0';
	return buf;
}

static tt_status check_sign(const tt_key *key, const tt_node *n, double value, tt_error *err)
{
	char name[64];
	bool zero_allowed = !(key->flags & TT_KEY_POSITIVE);
	if (!(key->flags & (TT_KEY_POSITIVE | TT_KEY_NOT_NEGATIVE))) return TT_OK;
	if (value > 0 || (value == 0 && zero_allowed)) return TT_OK;
	return tt_node_fail(err, n, "the %s must be %s, found a %s value", spoken(key, name, sizeof name),
	                    zero_allowed ? "zero or positive" : "positive", value < 0 ? "negative" : "zero");
}

/* A limit itself is allowed, whatever rounding the unit's factor brings. */
static tt_status check_limits(const tt_key *key, const tt_node *n, double value, tt_error *err)
{
	if (key->lo == key->hi) return TT_OK;
	double si = unit_factor(key), lo = key->lo * si, hi = key->hi * si;
	if (value >= lo - 1e-12 * fabs(lo) && value <= hi + 1e-12 * fabs(hi)) return TT_OK;
	const char *unit = key->unit ? key->unit : "", *space = key->unit ? " " : "";
	return tt_node_fail(err, n, "found %.6g%s%s, expected %g to %g%s%s", value / si, space, unit, key->lo, key->hi,
	                    space, unit);
}

static tt_status check_odd(const tt_key *key, const tt_node *n, double value, tt_error *err)
{
	if (!(key->flags & TT_KEY_ODD) || fmod(value, 2) == 1) return TT_OK;
	return tt_node_fail(err, n, "found %.6g, expected an odd whole number", value);
}

tt_status tt_key_read_quantity(const tt_schema_reader *r, const tt_key *key, const tt_node *n, tt_quantity *q,
                               tt_error *err)
{
	char name[64];
	TRY(tt_node_quantity(n, key->dim, q, err));
	TRY(check_sign(key, n, q->value, err));
	TRY(check_limits(key, n, q->value, err));
	TRY(check_odd(key, n, q->value, err));
	if ((key->flags & TT_KEY_POSITIVE) && q->u >= q->value)
		return tt_node_fail(err, n, "the uncertainty of the %s is not smaller than its value",
		                    spoken(key, name, sizeof name));
	if ((key->flags & TT_KEY_NO_U) && q->u > 0)
		return tt_node_fail(err, n, "no ± expected: an uncertainty of the %s has no meaning here",
		                    spoken(key, name, sizeof name));
	if ((key->flags & TT_KEY_SAY_U) && !q->u_stated && r->not_stated) {
		size_t length = strcspn(key->path, "[");
		tt_warn(r->not_stated, "%.*s", (int)length, key->path);
	}
	return TT_OK;
}

tt_status tt_key_read_number(const tt_key *key, const tt_node *n, double *out, tt_error *err)
{
	TRY(key->lo == key->hi ? tt_node_double(n, -INFINITY, INFINITY, out, err)
	                       : tt_node_double(n, key->lo, key->hi, out, err));
	TRY(check_sign(key, n, *out, err));
	return check_odd(key, n, *out, err);
}

static tt_status read_integer(const tt_key *key, const tt_node *n, long *out, tt_error *err)
{
	bool free_range = key->lo == key->hi;
	TRY(tt_node_int(n, free_range ? -2147483647L : (long)key->lo, free_range ? 2147483647L : (long)key->hi, out,
	                err));
	return check_odd(key, n, (double)*out, err);
}

static tt_status replace_string(char **out, char *made, tt_error *err)
{
	if (!made) return tt_fail_memory(err, "the description");
	free(*out);
	*out = made;
	return TT_OK;
}

tt_status tt_key_read_choice(const tt_key *key, const tt_node *n, int *out, tt_error *err)
{
	words w;
	split(key, &w);
	return tt_node_choice(n, w.item, out, err);
}

tt_status tt_key_read_file(const tt_schema_reader *r, const tt_node *n, char **out, tt_error *err)
{
	const char *text;
	TRY(tt_node_string(n, &text, err));
	return replace_string(out, r->file ? tt_path_beside(r->file, text) : tt_strdup(text), err);
}

tt_status tt_key_read_unit(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	const char *s;
	char *old;
	(void)r;
	TRY(tt_node_string(n, &s, err));
	if (isnan(tt_unit_factor(s, key->dim)))
		return tt_node_fail(err, n, "'%s' is no unit of %s", s, tt_key_name(key));
	memcpy(&old, (char *)into + key->at, sizeof old);
	TRY(replace_string(&old, tt_strdup(s), err));
	memcpy((char *)into + key->at, &old, sizeof old);
	return TT_OK;
}

static tt_status read_text(const tt_schema_reader *r, const tt_key *key, const tt_node *n, char **out, tt_error *err)
{
	const char *text;
	if (key->kind == TT_KEY_FILE) return tt_key_read_file(r, n, out, err);
	TRY(tt_node_string(n, &text, err));
	if (key->kind == TT_KEY_NAME && (!*text || strchr(text, '/') || *text == '.'))
		return tt_node_fail(err, n, "'%s': a plain file name expected, without folders", text);
	return replace_string(out, tt_strdup(text), err);
}

/* ---- members ---- */

static void *member(const tt_key *key, void *into)
{
	return (char *)into + key->at;
}

static void store_number(const tt_key *key, void *into, size_t i, double v)
{
	/* NaN, which marks what is absent, is no whole number, and not every number is a small one: cast as far as it
	 * goes */
	int small = v > INT_MIN && v < INT_MAX ? (int)v : 0;
	long whole = v > -0x1p62 && v < 0x1p62 ? (long)v : 0;
	bool yes = v != 0;
	tt_quantity q = {.value = v};
	char *to = member(key, into);
	switch (key->store) {
	case TT_STORE_DOUBLE: memcpy(to, &v, sizeof v); break;
	case TT_STORE_DOUBLES: memcpy(to + i * sizeof v, &v, sizeof v); break;
	case TT_STORE_QUANTITY: memcpy(to, &q, sizeof q); break;
	case TT_STORE_BOOL: memcpy(to, &yes, sizeof yes); break;
	case TT_STORE_INT: memcpy(to, &small, sizeof small); break;
	case TT_STORE_LONG: memcpy(to, &whole, sizeof whole); break;
	default: break;
	}
}

static size_t places(const tt_key *key)
{
	return key->store == TT_STORE_DOUBLES ? key->size / sizeof(double) : 1;
}

/* What no key gives is no number, never 0. */
static void store_absent(const tt_key *key, void *into)
{
	if (key->store != TT_STORE_DOUBLE && key->store != TT_STORE_DOUBLES && key->store != TT_STORE_QUANTITY) return;
	for (size_t i = 0; i < places(key); i++)
		store_number(key, into, i, NAN);
}

/* One value (not a list) of the key's kind, stored at place i. */
static tt_status read_one(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, size_t i,
                          tt_error *err)
{
	tt_quantity q;
	words w;
	double v;
	long whole;
	bool yes;
	int choice;
	if (key->words && key->kind != TT_KEY_CHOICE && tt_key_is_word(key, n)) return TT_OK;
	switch (key->kind) {
	case TT_KEY_QUANTITY:
		TRY(tt_key_read_quantity(r, key, n, &q, err));
		if (key->store == TT_STORE_QUANTITY)
			memcpy(member(key, into), &q, sizeof q);
		else
			store_number(key, into, i, q.value);
		return TT_OK;
	case TT_KEY_NUMBER:
		TRY(tt_key_read_number(key, n, &v, err));
		store_number(key, into, i, v);
		return TT_OK;
	case TT_KEY_INTEGER:
		TRY(read_integer(key, n, &whole, err));
		store_number(key, into, i, (double)whole);
		return TT_OK;
	case TT_KEY_BOOL:
		TRY(tt_node_bool(n, &yes, err));
		store_number(key, into, i, yes);
		return TT_OK;
	case TT_KEY_CHOICE:
	case TT_KEY_WORDS:
		split(key, &w);
		TRY(tt_node_choice(n, w.item, &choice, err));
		store_number(key, into, i, choice);
		return TT_OK;
	case TT_KEY_TEXT:
	case TT_KEY_FILE:
	case TT_KEY_NAME: {
		char *text = NULL;
		TRY(read_text(r, key, n, key->store == TT_STORE_STRING ? (char **)member(key, into) : &text, err));
		free(text);
		return TT_OK;
	}
	default: return tt_node_fail(err, n, "a map of keys expected");
	}
}

static tt_status check_count(const tt_key *key, const tt_node *n, tt_error *err)
{
	char name[64];
	size_t count = tt_node_count(n);
	spoken(key, name, sizeof name);
	if (key->most && key->least == key->most && count != (size_t)key->least)
		return tt_node_fail(err, n, "expected a list of %d values for the %s, found %zu", key->least, name,
		                    count);
	if (count < (size_t)key->least && count == 0) return tt_node_fail(err, n, "the list of the %s is empty", name);
	if (count < (size_t)key->least)
		return tt_node_fail(err, n, "expected a list of at least %d values for the %s, found %zu", key->least,
		                    name, count);
	if (key->most && count > (size_t)key->most)
		return tt_node_fail(err, n, "expected a list of at most %d values for the %s, found %zu", key->most,
		                    name, count);
	return TT_OK;
}

static tt_status read_list(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	double before = -INFINITY;
	TRY(check_count(key, n, err));
	for (size_t i = 0; i < tt_node_count(n); i++) {
		const tt_node *item = tt_node_item(n, i);
		TRY(read_one(r, key, item, into, i, err));
		if (!(key->flags & TT_KEY_RISING)) continue;
		double now;
		memcpy(&now, (char *)member(key, into) + i * sizeof now, sizeof now);
		if (!(now > before)) return tt_node_fail(err, n, "the first value must be below the second");
		before = now;
	}
	return TT_OK;
}

static tt_status fail_not_list(const tt_key *key, const tt_node *n, tt_error *err)
{
	char name[64];
	spoken(key, name, sizeof name);
	const char *or_one = key->words ? " or a word" : "";
	if (key->least && key->least == key->most)
		return tt_node_fail(err, n, "expected a list of %d values for the %s%s, such as %s", key->least, name,
		                    or_one, key->example ? key->example : key->fallback);
	return tt_node_fail(err, n, "expected a list for the %s%s, such as %s", name, or_one,
	                    key->example ? key->example : key->fallback);
}

tt_status tt_key_read_value(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_node_kind kind = tt_node_kind_of(n);
	if (key->read) return key->read(r, key, n, into, err);
	if (kind == TT_NODE_MAP && (key->kind == TT_KEY_SECTION || (key->flags & TT_KEY_OR_MAP)))
		return tt_schema_read_map(r, key->path, n, into, err);
	if (key->kind == TT_KEY_SECTION && !key->words)
		return tt_node_fail(err, n, "a map of keys expected, found %s",
		                    kind == TT_NODE_LIST ? "a list" : "something else");
	if (key->kind == TT_KEY_SECTION) {
		words w;
		int choice;
		split(key, &w);
		return tt_node_choice(n, w.item, &choice, err);
	}
	if (kind == TT_NODE_LIST && (key->flags & (TT_KEY_LIST | TT_KEY_OR_LIST)))
		return read_list(r, key, n, into, err);
	if ((key->flags & TT_KEY_LIST) && !(key->flags & TT_KEY_OR_LIST) && !tt_key_is_word(key, n))
		return fail_not_list(key, n, err);
	return read_one(r, key, n, into, 0, err);
}

tt_status tt_key_read_pairs(const tt_key *key, const tt_node *n, double **out, size_t *count, tt_error *err)
{
	*out = NULL;
	*count = 0;
	if (tt_node_kind_of(n) != TT_NODE_LIST) return fail_not_list(key, n, err);
	size_t pairs = tt_node_count(n);
	double *v = calloc(pairs ? 2 * pairs : 1, sizeof *v);
	if (!v) return tt_fail_memory(err, "the description");
	tt_status st = TT_OK;
	for (size_t i = 0; i < pairs && st == TT_OK; i++) {
		const tt_node *item = tt_node_item(n, i);
		if (tt_node_kind_of(item) != TT_NODE_LIST || tt_node_count(item) != 2)
			st = tt_node_fail(err, item, "expected [from, to], as in %s",
			                  key->example ? key->example : key->fallback);
		for (size_t k = 0; k < 2 && st == TT_OK; k++)
			st = tt_key_read_number(key, tt_node_item(item, k), &v[2 * i + k], err);
		if (st == TT_OK && v[2 * i] > v[2 * i + 1])
			st = tt_node_fail(err, item, "the first value must not lie above the second");
	}
	if (st != TT_OK) {
		free(v);
		return st;
	}
	*out = v;
	*count = pairs;
	return TT_OK;
}

/* The default, read as if the user had written it. */
static tt_status read_fallback(const tt_schema_reader *r, const tt_key *key, void *into, tt_error *err)
{
	char name[MAX_PATH], set[2 * MAX_PATH];
	tt_snprintf(name, sizeof name, "the default of %s", key->path);
	tt_snprintf(set, sizeof set, "value: %s", key->fallback);
	tt_yaml *y;
	TRY(tt_yaml_parse(set, strlen(set), name, NULL, 0, &y, err));
	const tt_node *n = tt_node_get(tt_yaml_root(y), "value");
	const tt_schema_reader silent = {.schema = r->schema};
	tt_status st = n ? tt_key_read_value(&silent, key, n, into, err) : TT_OK;
	tt_yaml_free(y);
	return st;
}

static tt_status read_absent(const tt_schema_reader *r, const char *path, void *into, tt_error *err);

static tt_status read_key_absent(const tt_schema_reader *r, const tt_key *key, void *into, tt_error *err)
{
	store_absent(key, into);
	if (key->fallback && (key->store != TT_STORE_NOT || key->read)) TRY(read_fallback(r, key, into, err));
	return read_absent(r, key->path, into, err);
}

/* Every key below a path that is not there. */
static tt_status read_absent(const tt_schema_reader *r, const char *path, void *into, tt_error *err)
{
	for (size_t i = 0; i < r->schema->n; i++) {
		const tt_key *key = &r->schema->key[i];
		if (tt_key_is_below(key, path) && strcmp(tt_key_name(key), "*") != 0)
			TRY(read_key_absent(r, key, into, err));
	}
	return TT_OK;
}

/* What the keys with other names hold, each read like the key called '*'. */
static tt_status read_free_keys(const tt_schema_reader *r, const char *path, const tt_node *map, void *into,
                                tt_error *err)
{
	const tt_key *any = tt_schema_child(r->schema, path, "*");
	for (size_t i = 0; any && i < tt_node_count(map); i++) {
		const tt_node *value;
		const char *name = tt_node_key(map, i, &value);
		if (tt_schema_child(r->schema, path, name) != any || tt_node_kind_of(value) == TT_NODE_NULL) continue;
		TRY(tt_key_read_value(r, any, value, into, err));
	}
	return TT_OK;
}

tt_status tt_schema_read_map(const tt_schema_reader *r, const char *path, const tt_node *map, void *into, tt_error *err)
{
	if (tt_node_kind_of(map) != TT_NODE_MAP) return tt_node_fail(err, map, "a map of keys expected");
	for (size_t i = 0; i < r->schema->n; i++) {
		const tt_key *key = &r->schema->key[i];
		const char *name = tt_key_name(key);
		if (!tt_key_is_below(key, path) || strcmp(name, "*") == 0) continue;
		const tt_node *n = tt_node_get(map, name);
		if (!n && (key->flags & TT_KEY_NEEDED)) TRY(tt_node_need(map, name, &n, err));
		if (!n) {
			TRY(read_key_absent(r, key, into, err));
			continue;
		}
		if (tt_node_kind_of(n) != TT_NODE_MAP) TRY(read_absent(r, key->path, into, err));
		if (key->kind != TT_KEY_SECTION) store_absent(key, into);
		TRY(tt_key_read_value(r, key, n, into, err));
	}
	return read_free_keys(r, path, map, into, err);
}

tt_status tt_schema_read(const tt_schema_reader *r, const tt_yaml *y, void *into, tt_error *err)
{
	TRY(tt_schema_read_map(r, "", tt_yaml_root(y), into, err));
	return tt_yaml_check_unused(y, err);
}

void tt_schema_free_strings(const tt_schema *s, void *into)
{
	for (size_t i = 0; into && i < s->n; i++) {
		const tt_key *key = &s->key[i];
		if (key->store != TT_STORE_STRING || strstr(key->path, "[]")) continue;
		char *text;
		memcpy(&text, member(key, into), sizeof text);
		free(text);
		/* two keys may name one member */
		text = NULL;
		memcpy(member(key, into), &text, sizeof text);
	}
}
