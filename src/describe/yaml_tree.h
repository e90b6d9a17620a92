/* The tree behind yaml.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DESCRIBE_YAML_TREE_H
#define TT_DESCRIBE_YAML_TREE_H

#include "describe/yaml.h"

typedef struct tt_pair {
	char *key;
	tt_node *value;
	size_t line, column; /* of the key; 0 for a key that --set added */
	bool used;
} tt_pair;

struct tt_node {
	tt_node_kind kind;
	tt_yaml *doc;
	const tt_node *parent;
	char *text;          /* scalars; also what the user wrote for null */
	char *set;           /* "a.b" when the node came with --set a.b, else NULL */
	size_t line, column; /* 1-based */
	tt_pair *pair;       /* maps */
	tt_node **item;      /* lists */
	size_t n, capacity;
	tt_strings asked; /* keys that getters asked a map for: what the reader knows */
	char *where;      /* made on demand */
};

struct tt_yaml {
	char *name;
	tt_node *root;
	size_t nodes; /* a bound against aliases that multiply */
};

enum { TT_YAML_DEPTH = 64, TT_YAML_NODES = 200000 };

/* Parses one YAML document into nodes of y; set: NULL or the --set key that the text belongs to. */
tt_status tt_yaml_load(tt_yaml *y, const char *text, size_t size, const char *set, tt_node **out, tt_error *err);
/* Applies "a.b=value" to the root. */
tt_status tt_yaml_set(tt_yaml *y, const char *setting, tt_error *err);
tt_node *tt_yaml_node_new(tt_yaml *y, tt_node_kind kind, tt_error *err);
void tt_yaml_node_free(tt_node *n);
/* Takes value, also on failure. */
tt_status tt_yaml_map_add(tt_node *map, const char *key, tt_node *value, tt_error *err);
/* NULL when absent. */
tt_pair *tt_yaml_map_find(const tt_node *map, const char *key);

#endif
