/* --set a.b.c=value on a YAML tree.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"
#include "describe/yaml_tree.h"

#include <stdlib.h>
#include <string.h>

/* Puts value under key, in place of what was there. Takes value. */
static tt_status put(tt_node *map, const char *key, tt_node *value, tt_error *err)
{
	tt_pair *old = tt_yaml_map_find(map, key);
	if (!old) return tt_yaml_map_add(map, key, value, err);
	tt_yaml_node_free(old->value);
	value->parent = map;
	old->value = value;
	return TT_OK;
}

/* The map under key; made when absent, and in place of a scalar ("gauge: auto" gives way to gauge.from). */
static tt_status descend(tt_node *map, const char *key, const char *so_far, tt_node **out, tt_error *err)
{
	tt_pair *pair = tt_yaml_map_find(map, key);
	if (pair && pair->value->kind == TT_NODE_MAP) {
		*out = pair->value;
		return TT_OK;
	}
	if (pair && pair->value->kind == TT_NODE_LIST)
		return tt_node_fail(err, pair->value, "--set cannot reach into a list; set the whole list instead");
	tt_node *made = tt_yaml_node_new(map->doc, TT_NODE_MAP, err);
	if (!made) return err ? err->status : TT_ERR_INPUT;
	made->set = tt_strdup(so_far);
	*out = made;
	if (!made->set) {
		tt_yaml_node_free(made);
		return tt_fail_memory(err, map->doc->name);
	}
	return put(map, key, made, err);
}

static tt_status apply(tt_yaml *y, char *keys, tt_node *value, tt_error *err)
{
	char *so_far = tt_strdup(keys), *key = keys;
	if (!so_far) {
		tt_yaml_node_free(value);
		return tt_fail_memory(err, y->name);
	}
	tt_node *map = y->root;
	tt_status st = TT_OK;
	for (char *dot; !st && (dot = strchr(key, '.')); key = dot + 1) {
		*dot = '\0';
		so_far[dot - keys] = '\0';
		st = descend(map, key, so_far, &map, err);
		so_far[dot - keys] = '.';
	}
	free(so_far);
	if (!st) return put(map, key, value, err);
	tt_yaml_node_free(value);
	return st;
}

static bool valid_keys(const char *keys)
{
	size_t n = strlen(keys);
	return n && keys[0] != '.' && keys[n - 1] != '.' && !strstr(keys, "..");
}

/* Nesting by --set is bounded like nesting in the file. */
static bool too_deep(const char *keys)
{
	int dots = 0;
	for (; *keys; keys++)
		dots += *keys == '.';
	return dots >= TT_YAML_DEPTH;
}

tt_status tt_yaml_set(tt_yaml *y, const char *setting, tt_error *err)
{
	const char *equals = strchr(setting, '=');
	char *keys = tt_format("%.*s", equals ? (int)(equals - setting) : 0, setting);
	if (!keys) return tt_fail_memory(err, y->name);
	tt_node *value = NULL;
	tt_status st;
	if (!equals || !valid_keys(keys) || too_deep(keys))
		st = tt_fail(err, TT_ERR_USAGE,
		             "--set %s: expected key=value, such as specimen.thickness=\"120 \u00b1 3 nm\"", setting);
	else
		st = tt_yaml_load(y, equals + 1, strlen(equals + 1), keys, &value, err);
	if (!st && !value) { /* nothing behind '=': the key is taken away, as null does */
		value = tt_yaml_node_new(y, TT_NODE_NULL, err);
		if (!value) st = err ? err->status : TT_ERR_INPUT;
		if (value && !(value->set = tt_strdup(keys))) st = tt_fail_memory(err, y->name);
	}
	if (!st)
		st = apply(y, keys, value, err);
	else
		tt_yaml_node_free(value);
	free(keys);
	return st;
}
