/* The typed getters of the YAML reader.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"
#include "describe/yaml_tree.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

tt_node_kind tt_node_kind_of(const tt_node *n)
{
	return n->kind;
}

const char *tt_node_where(const tt_node *n)
{
	if (!n->where) {
		char *where =
		    n->set ? tt_format("--set %s", n->set) : tt_format("%s:%zu:%zu", n->doc->name, n->line, n->column);
		((tt_node *)n)->where = where; /* a cache: the node is the same to its reader */
	}
	return n->where ? n->where : n->doc->name;
}

/* "force.spring", "tests[2].film"; "" for the root. */
static void path_of(const tt_node *n, char *buf, size_t size)
{
	buf[0] = '\0';
	if (!n->parent) return;
	path_of(n->parent, buf, size);
	size_t used = strlen(buf);
	const tt_node *p = n->parent;
	for (size_t i = 0; i < p->n; i++) {
		if (p->kind == TT_NODE_LIST && p->item[i] == n) tt_snprintf(buf + used, size - used, "[%zu]", i);
		if (p->kind == TT_NODE_MAP && p->pair[i].value == n)
			tt_snprintf(buf + used, size - used, "%s%s", used ? "." : "", p->pair[i].key);
	}
}

tt_status tt_node_fail(tt_error *err, const tt_node *n, const char *fmt, ...)
{
	char path[256], what[768];
	va_list ap;
	va_start(ap, fmt);
	tt_vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	path_of(n, path, sizeof path);
	if (!path[0] || (n->set && strcmp(n->set, path) == 0))
		return tt_fail(err, TT_ERR_INPUT, "%s: %s", tt_node_where(n), what);
	return tt_fail(err, TT_ERR_INPUT, "%s: %s: %s", tt_node_where(n), path, what);
}

/* The same for a key of a map: its own position, not its value's. */
static tt_status fail_at_key(tt_error *err, const tt_node *map, const tt_pair *pair, const char *what)
{
	char path[256];
	path_of(map, path, sizeof path);
	const char *colon = path[0] ? ": " : "";
	if (!pair->line || pair->value->set)
		return tt_fail(err, TT_ERR_INPUT, "%s: %s", tt_node_where(pair->value), what);
	return tt_fail(err, TT_ERR_INPUT, "%s:%zu:%zu: %s%s%s", map->doc->name, pair->line, pair->column, path, colon,
	               what);
}

static const char *kind_name(const tt_node *n)
{
	static const char *const names[] = {"text", "a mapping", "a list", "nothing"};
	return names[n->kind];
}

/* What stands there, for "found …". */
static const char *found(const tt_node *n, char *buf, size_t size)
{
	if (n->kind == TT_NODE_SCALAR)
		tt_snprintf(buf, size, "'%.200s'", n->text);
	else
		tt_snprintf(buf, size, "%s", kind_name(n));
	return buf;
}

static tt_status fail_expected(tt_error *err, const tt_node *n, const char *expected)
{
	char buf[256];
	return tt_node_fail(err, n, "expected %s, found %s", expected, found(n, buf, sizeof buf));
}

/* Remembers that the reader knows this key; a key that cannot be remembered is only missing from a hint. */
static void remember(const tt_node *map, const char *key)
{
	for (size_t i = 0; i < map->asked.n; i++)
		if (strcmp(map->asked.item[i], key) == 0) return;
	tt_warn(&((tt_node *)map)->asked, "%s", key);
}

const tt_node *tt_node_get(const tt_node *map, const char *key)
{
	if (!map || map->kind != TT_NODE_MAP) return NULL;
	remember(map, key);
	tt_pair *pair = tt_yaml_map_find(map, key);
	if (!pair) return NULL;
	pair->used = true;
	return pair->value->kind == TT_NODE_NULL ? NULL : pair->value;
}

/* A key that nobody asked for and that looks like the wanted one: a slip of the finger, or NULL. */
static const tt_pair *misspelt(const tt_node *map, const char *wanted)
{
	for (size_t i = 0; i < map->n; i++)
		if (!map->pair[i].used && tt_nearest_word(map->pair[i].key, &wanted, 1) == 0) return &map->pair[i];
	return NULL;
}

tt_status tt_node_need(const tt_node *map, const char *key, const tt_node **out, tt_error *err)
{
	*out = NULL;
	if (map->kind != TT_NODE_MAP) {
		char what[128];
		tt_snprintf(what, sizeof what, "a mapping with the key '%s'", key);
		return fail_expected(err, map, what);
	}
	*out = tt_node_get(map, key);
	if (*out) return TT_OK;
	const tt_pair *empty = tt_yaml_map_find(map, key);
	if (empty) {
		char what[128];
		tt_snprintf(what, sizeof what, "the key '%s' has no value", key);
		return fail_at_key(err, map, empty, what);
	}
	const tt_pair *slip = misspelt(map, key);
	if (!slip) return tt_node_fail(err, map, "missing key '%s'", key);
	char what[256];
	tt_snprintf(what, sizeof what, "unknown key '%.100s', did you mean '%.100s'?", slip->key, key);
	return fail_at_key(err, map, slip, what);
}

size_t tt_node_count(const tt_node *n)
{
	return n && (n->kind == TT_NODE_LIST || n->kind == TT_NODE_MAP) ? n->n : 0;
}

const tt_node *tt_node_item(const tt_node *list, size_t i)
{
	return list && list->kind == TT_NODE_LIST && i < list->n ? list->item[i] : NULL;
}

const char *tt_node_key(const tt_node *map, size_t i, const tt_node **value)
{
	if (value) *value = NULL;
	if (!map || map->kind != TT_NODE_MAP || i >= map->n) return NULL;
	map->pair[i].used = true;
	if (value) *value = map->pair[i].value;
	return map->pair[i].key;
}

tt_status tt_node_string(const tt_node *n, const char **out, tt_error *err)
{
	*out = NULL;
	if (n->kind != TT_NODE_SCALAR) return fail_expected(err, n, "text");
	*out = n->text;
	return TT_OK;
}

/* A finite decimal number and nothing else. */
static bool read_double(const char *text, double *out)
{
	if (!text[0] || strspn(text, "0123456789+-.eE") != strlen(text)) return false;
	char *end;
	*out = tt_strtod(text, &end);
	return *end == '\0' && end != text && isfinite(*out);
}

tt_status tt_node_double(const tt_node *n, double lo, double hi, double *out, tt_error *err)
{
	*out = NAN;
	double v;
	if (n->kind != TT_NODE_SCALAR || !read_double(n->text, &v)) return fail_expected(err, n, "a number");
	if (!(v >= lo && v <= hi)) {
		if (isinf(hi)) return tt_node_fail(err, n, "expected a number of at least %g, found %s", lo, n->text);
		if (isinf(lo)) return tt_node_fail(err, n, "expected a number of at most %g, found %s", hi, n->text);
		return tt_node_fail(err, n, "expected a number from %g to %g, found %s", lo, hi, n->text);
	}
	*out = v;
	return TT_OK;
}

tt_status tt_node_int(const tt_node *n, long lo, long hi, long *out, tt_error *err)
{
	*out = 0;
	char *end = NULL;
	if (n->kind != TT_NODE_SCALAR || !n->text[0] || strspn(n->text, "0123456789+-") != strlen(n->text))
		return fail_expected(err, n, "a whole number");
	errno = 0;
	long v = strtol(n->text, &end, 10);
	if (end == n->text || *end) return fail_expected(err, n, "a whole number");
	if (errno || v < lo || v > hi)
		return tt_node_fail(err, n, "expected a whole number from %ld to %ld, found %.40s", lo, hi, n->text);
	*out = v;
	return TT_OK;
}

static bool same_word(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b)) return false;
	return *a == *b;
}

tt_status tt_node_bool(const tt_node *n, bool *out, tt_error *err)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
	*out = false;
	for (size_t i = 0; n->kind == TT_NODE_SCALAR && i < sizeof words / sizeof *words; i++) {
		if (!same_word(n->text, words[i])) continue;
		*out = i & 1;
		return TT_OK;
	}
	return fail_expected(err, n, "true or false");
}

tt_status tt_node_quantity(const tt_node *n, tt_dimension dim, tt_quantity *out, tt_error *err)
{
	*out = (tt_quantity){.value = NAN};
	if (n->kind != TT_NODE_SCALAR) return fail_expected(err, n, "a quantity with a unit");
	tt_error why;
	tt_status st = tt_quantity_parse(n->text, dim, out, &why);
	if (st == TT_ERR_INPUT) return tt_node_fail(err, n, "%s", why.message);
	return st ? tt_fail(err, st, "%s", why.message) : TT_OK;
}

/* "a, b or c", as far as it fits. */
static const char *list_words(const char *const *words, size_t n, char *buf, size_t size)
{
	buf[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		size_t used = strlen(buf);
		tt_snprintf(buf + used, size - used, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", words[i]);
	}
	return buf;
}

tt_status tt_node_choice(const tt_node *n, const char *const *names, int *out, tt_error *err)
{
	size_t count = 0;
	*out = -1;
	for (; names[count]; count++) {
		if (n->kind != TT_NODE_SCALAR || strcmp(n->text, names[count]) != 0) continue;
		*out = (int)count;
		return TT_OK;
	}
	char list[400];
	list_words(names, count, list, sizeof list);
	size_t hint = n->kind == TT_NODE_SCALAR ? tt_nearest_word(n->text, names, count) : count;
	if (hint < count)
		return tt_node_fail(err, n, "expected %s, found '%.200s'; did you mean '%s'?", list, n->text,
		                    names[hint]);
	return fail_expected(err, n, list);
}

tt_status tt_node_doubles(const tt_node *n, size_t count, double *out, tt_error *err)
{
	char expected[64];
	tt_snprintf(expected, sizeof expected, "a list of %zu numbers", count);
	for (size_t i = 0; i < count; i++)
		out[i] = NAN;
	if (n->kind != TT_NODE_LIST) return fail_expected(err, n, expected);
	if (n->n != count) return tt_node_fail(err, n, "expected %s, found %zu", expected, n->n);
	for (size_t i = 0; i < count; i++) {
		tt_status st = tt_node_double(n->item[i], -INFINITY, INFINITY, &out[i], err);
		if (st) return st;
	}
	return TT_OK;
}

static tt_status fail_unknown(const tt_node *map, const tt_pair *pair, tt_error *err)
{
	const char *const *known = (const char *const *)map->asked.item;
	size_t hint = tt_nearest_word(pair->key, known, map->asked.n);
	char list[400], what[640];
	if (hint < map->asked.n)
		tt_snprintf(what, sizeof what, "unknown key '%.100s', did you mean '%s'?", pair->key, known[hint]);
	else if (map->asked.n)
		tt_snprintf(what, sizeof what, "unknown key '%.100s'; expected %s", pair->key,
		            list_words(known, map->asked.n, list, sizeof list));
	else
		tt_snprintf(what, sizeof what, "unknown key '%.100s'", pair->key);
	return fail_at_key(err, map, pair, what);
}

static tt_status check_unused(const tt_node *n, tt_error *err)
{
	tt_status st = TT_OK;
	for (size_t i = 0; n->kind == TT_NODE_LIST && i < n->n && !st; i++)
		st = check_unused(n->item[i], err);
	for (size_t i = 0; n->kind == TT_NODE_MAP && i < n->n && !st; i++)
		st = n->pair[i].used ? check_unused(n->pair[i].value, err) : fail_unknown(n, &n->pair[i], err);
	return st;
}

tt_status tt_yaml_check_unused(const tt_yaml *y, tt_error *err)
{
	return check_unused(y->root, err);
}
