/* Keys of descriptions, and what one description says, for programs that show them as fields.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "describe/keys_words.h"
#include "temtensile/schema.h"

tt_status tt_description_keys_json(const char *kind, char **text, tt_error *err)
{
	const tt_schema *s;
	*text = NULL;
	tt_status st = tt_schema_need(kind, &s, err);
	if (st != TT_OK) return st;
	json_t *list = json_array(), *o;
	for (size_t i = 0; i < s->n; i++) {
		const tt_key *k = &s->key[i];
		char form[400];
		if (!tt_key_is_settable(k)) continue;
		json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s?,s:s?,s:s?,s:b}", "key", k->path, "help",
		                                      k->help, "form", tt_key_form(k, form, sizeof form), "default",
		                                      k->fallback, "example", k->example, "words", k->words, "expert",
		                                      (k->flags & TT_KEY_EXPERT) != 0));
	}
	o = json_pack("{s:o}", "keys", list);
	*text = o ? json_dumps(o, JSON_COMPACT) : NULL;
	json_decref(o);
	return *text ? TT_OK : tt_fail_memory(err, "the table of keys");
}

/* A scalar's text, or a list as it could be written in one line; NULL for a map. */
static char *text_of(const tt_node *n)
{
	tt_error ignored;
	const char *word = NULL;
	char *text = NULL;
	if (tt_node_kind_of(n) == TT_NODE_SCALAR)
		return tt_node_string(n, &word, &ignored) == TT_OK ? tt_strdup(word) : NULL;
	if (tt_node_kind_of(n) != TT_NODE_LIST) return NULL;
	text = tt_strdup("[");
	for (size_t i = 0; text && i < tt_node_count(n); i++) {
		char *item = text_of(tt_node_item(n, i)),
		     *longer = item ? tt_format("%s%s%s", text, i ? ", " : "", item) : NULL;
		free(item);
		free(text);
		text = longer;
	}
	char *closed = text ? tt_format("%s]", text) : NULL;
	free(text);
	return closed;
}

static void put_values(json_t *o, const tt_node *map, const char *path)
{
	for (size_t i = 0; i < tt_node_count(map); i++) {
		const tt_node *value;
		const char *key = tt_node_key(map, i, &value);
		char *whole = path[0] ? tt_format("%s.%s", path, key) : tt_strdup(key);
		if (!whole) return;
		if (tt_node_kind_of(value) == TT_NODE_MAP) {
			put_values(o, value, whole);
		} else {
			char *text = text_of(value);
			if (text) json_object_set_new(o, whole, json_string(text));
			free(text);
		}
		free(whole);
	}
}

tt_status tt_description_values(const char *path, char **text, tt_error *err)
{
	tt_yaml *y;
	*text = NULL;
	tt_status st = tt_yaml_read(path, NULL, 0, &y, err);
	if (st != TT_OK) return st;
	json_t *o = json_object();
	if (o && tt_node_kind_of(tt_yaml_root(y)) == TT_NODE_MAP) put_values(o, tt_yaml_root(y), "");
	*text = o ? json_dumps(o, JSON_COMPACT) : NULL;
	json_decref(o);
	tt_yaml_free(y);
	return *text ? TT_OK : tt_fail_memory(err, path);
}
