/* A description's table of keys as JSON Schema, draft 7 (json-schema.org), which YAML language servers read.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "describe/keys_words.h"

enum { MAX_PATH = 200 };

/* A number, then a unit: letters, %, ° or Å somewhere behind it. A bare number is another type in YAML. */
static const char with_unit[] = "^[^A-Za-zµμ°Å%]*[0-9][^A-Za-zµμ°Å%]*[A-Za-zµμ°Å%].*$";

/* The same without a unit, as 0.33 ± 0.03, for parts and pixels. */
static const char no_unit[] = "^[^A-Za-z]*[0-9].*$";

static json_t *type(const char *name)
{
	return json_pack("{ss}", "type", name);
}

static void put_words(json_t *choices, const char *words)
{
	json_t *list = json_array();
	const char *s = words;
	while (s && *s) {
		size_t n = strcspn(s, "|");
		char *end;
		char word[64];
		tt_snprintf(word, sizeof word, "%.*s", (int)n, s);
		json_array_append_new(list, json_string(word));
		const long whole = strtol(word, &end, 10);
		/* `shape_function: 1` is a number to YAML, `1` as text to us */
		if (end != word && !*end) json_array_append_new(list, json_integer(whole));
		s += n + (s[n] != 0);
	}
	json_array_append_new(choices, json_pack("{so}", "enum", list));
}

static void put_limits(json_t *o, const tt_key *key)
{
	if (key->lo != key->hi) {
		json_object_set_new(o, "minimum", json_real(key->lo));
		json_object_set_new(o, "maximum", json_real(key->hi));
	}
	if (key->flags & TT_KEY_POSITIVE) json_object_set_new(o, "exclusiveMinimum", json_integer(0));
	if (key->flags & TT_KEY_NOT_NEGATIVE) json_object_set_new(o, "minimum", json_integer(0));
}

/* One value, without lists and maps: the choices that it has are added. */
static void put_value(json_t *choices, const tt_key *key)
{
	json_t *o;
	bool bare;
	switch (key->kind) {
	case TT_KEY_QUANTITY:
		bare = key->dim == TT_DIM_FRACTION || key->dim == TT_DIM_PIXEL;
		json_array_append_new(choices,
		                      json_pack("{ssss}", "type", "string", "pattern", bare ? no_unit : with_unit));
		if (!bare) break;
		o = type("number"); /* limits are in the key's unit, which is not the bare number's */
		json_array_append_new(choices, o);
		break;
	case TT_KEY_NUMBER:
	case TT_KEY_INTEGER:
		o = type(key->kind == TT_KEY_NUMBER ? "number" : "integer");
		put_limits(o, key);
		json_array_append_new(choices, o);
		break;
	case TT_KEY_BOOL: json_array_append_new(choices, type("boolean")); break;
	case TT_KEY_TEXT:
	case TT_KEY_FILE:
	case TT_KEY_NAME: /* any scalar is text to us */
		json_array_append_new(choices, json_pack("{s[sss]}", "type", "string", "number", "boolean"));
		break;
	default: break;
	}
	if (key->words) put_words(choices, key->words);
}

/* {"anyOf": choices}, or the only one. */
static json_t *any_of(json_t *choices)
{
	if (json_array_size(choices) != 1) return json_pack("{so}", "anyOf", choices);
	json_t *only = json_incref(json_array_get(choices, 0));
	json_decref(choices);
	return only;
}

static json_t *map_below(const tt_schema *s, const char *path);

static bool has_below(const tt_schema *s, const char *path)
{
	for (size_t i = 0; i < s->n; i++)
		if (tt_key_is_below(&s->key[i], path)) return true;
	return false;
}

static json_t *list_of(const tt_key *key, json_t *item)
{
	const int inner = key->flags & (TT_KEY_PAIRS | TT_KEY_POINTS) ? 2 : key->flags & TT_KEY_FOURS ? 4 : 0;
	if (inner)
		item = json_pack("{ss so si si}", "type", "array", "items", item, "minItems", inner, "maxItems", inner);
	json_t *list = json_pack("{ss so}", "type", "array", "items", item);
	if (key->least) json_object_set_new(list, "minItems", json_integer(key->least));
	if (key->most) json_object_set_new(list, "maxItems", json_integer(key->most));
	return list;
}

static json_t *value_of(const tt_schema *s, const tt_key *key)
{
	json_t *choices = json_array();
	char items[MAX_PATH], text[600], form[400];
	tt_snprintf(items, sizeof items, "%s[]", key->path);
	if (key->flags & (TT_KEY_LIST | TT_KEY_OR_LIST)) {
		json_t *item = json_array();
		put_value(item, key);
		if (has_below(s, items)) json_array_append_new(item, map_below(s, items));
		json_array_append_new(choices, list_of(key, any_of(item)));
	}
	if (!(key->flags & TT_KEY_LIST))
		put_value(choices, key);
	else if (key->words && key->kind != TT_KEY_CHOICE)
		put_words(choices, key->words);
	if ((key->kind == TT_KEY_SECTION || (key->flags & TT_KEY_OR_MAP)) && has_below(s, key->path))
		json_array_append_new(choices, map_below(s, key->path));
	if (!(key->flags & TT_KEY_NEEDED)) json_array_append_new(choices, type("null")); /* `key:` alone is no key */
	json_t *o = any_of(choices);
	tt_snprintf(text, sizeof text, "%s.", key->help);
	if (tt_key_form(key, form, sizeof form)[0]) {
		size_t n = strlen(text);
		tt_snprintf(text + n, sizeof text - n, " Value: %s.", form);
	}
	json_object_set_new(o, "description", json_string(text));
	if (key->fallback) json_object_set_new(o, "default", json_string(key->fallback));
	if (key->example) json_object_set_new(o, "examples", json_pack("[s]", key->example));
	return o;
}

static json_t *map_below(const tt_schema *s, const char *path)
{
	json_t *properties = json_object(), *required = json_array(), *o;
	json_t *others = json_false();
	for (size_t i = 0; i < s->n; i++) {
		const tt_key *key = &s->key[i];
		if (!tt_key_is_below(key, path)) continue;
		if (strcmp(tt_key_name(key), "*") == 0) {
			others = value_of(s, key);
			continue;
		}
		json_object_set_new(properties, tt_key_name(key), value_of(s, key));
		if (key->flags & TT_KEY_NEEDED) json_array_append_new(required, json_string(tt_key_name(key)));
	}
	o = json_pack("{ss so so}", "type", "object", "properties", properties, "additionalProperties", others);
	if (json_array_size(required))
		json_object_set_new(o, "required", required);
	else
		json_decref(required);
	return o;
}

tt_status tt_description_json_schema(const char *kind, char **text, tt_error *err)
{
	const tt_schema *s;
	*text = NULL;
	tt_status st = tt_schema_need(kind, &s, err);
	if (st != TT_OK) return st;
	json_t *o = map_below(s, "");
	if (o) {
		json_object_set_new(o, "$schema", json_string("http://json-schema.org/draft-07/schema#"));
		json_object_set_new(o, "title", json_string(s->title));
		*text = json_dumps(o, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
		json_decref(o);
	}
	return *text ? TT_OK : tt_fail_memory(err, "the schema");
}
