/* The typed YAML reader: a document whose values know their file, line and column.
 * The only user of libyaml (document API). Every getter marks its key as used; at the end
 * tt_yaml_check_unused() refuses what nobody asked for, with the nearest known key as a hint.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DESCRIBE_YAML_H
#define TT_DESCRIBE_YAML_H

#include "temtensile/core.h"

typedef struct tt_yaml tt_yaml;
typedef struct tt_node tt_node; /* borrowed from its tt_yaml */

typedef enum tt_node_kind { TT_NODE_SCALAR, TT_NODE_MAP, TT_NODE_LIST, TT_NODE_NULL } tt_node_kind;

/* sets: n strings "a.b.c=value" (value is parsed as YAML: scalar, [list] or {map}), which replace
 * or add; their positions are reported as "--set a.b.c". Anchors and aliases work; duplicate keys,
 * several documents, non-UTF-8 text and files over 16 MiB are errors. */
tt_status tt_yaml_read(const char *path, const char *const *sets, size_t n_sets, tt_yaml **out, tt_error *err);
/* The same from memory; name stands for the file in messages. */
tt_status tt_yaml_parse(const char *text, size_t size, const char *name, const char *const *sets, size_t n_sets,
                        tt_yaml **out, tt_error *err);
void tt_yaml_free(tt_yaml *y);

const tt_node *tt_yaml_root(const tt_yaml *y);
tt_node_kind tt_node_kind_of(const tt_node *n);
/* "file:line:column" of the node (1-based), valid as long as the document. */
const char *tt_node_where(const tt_node *n);
/* "file:line:column: force.spring: message" */
tt_status tt_node_fail(tt_error *err, const tt_node *n, const char *fmt, ...) TT_PRINTF(3, 4);

/* NULL when the key is absent (or its value is null); marks the key as used. */
const tt_node *tt_node_get(const tt_node *map, const char *key);
/* Error "missing key 'file'" with the map's position when absent, or "unknown key 'flie', did you mean 'file'?" when
 * the map holds a key that looks like it and that nobody asked for. */
tt_status tt_node_need(const tt_node *map, const char *key, const tt_node **out, tt_error *err);
size_t tt_node_count(const tt_node *list_or_map);
const tt_node *tt_node_item(const tt_node *list, size_t i);
/* i-th key of a map, in the file's order; *value is marked as used. */
const char *tt_node_key(const tt_node *map, size_t i, const tt_node **value);

/* Scalars. Each fails with the node's position, what was found and what was expected. */
tt_status tt_node_string(const tt_node *n, const char **out, tt_error *err);
tt_status tt_node_double(const tt_node *n, double lo, double hi, double *out, tt_error *err);
tt_status tt_node_int(const tt_node *n, long lo, long hi, long *out, tt_error *err);
tt_status tt_node_bool(const tt_node *n, bool *out, tt_error *err);
tt_status tt_node_quantity(const tt_node *n, tt_dimension dim, tt_quantity *out, tt_error *err);
/* names: NULL-terminated; *out is the index found. */
tt_status tt_node_choice(const tt_node *n, const char *const *names, int *out, tt_error *err);
/* A list of exactly n numbers, such as [x, y]. */
tt_status tt_node_doubles(const tt_node *n, size_t count, double *out, tt_error *err);

/* Error for the first key in the whole document that no getter asked for. */
tt_status tt_yaml_check_unused(const tt_yaml *y, tt_error *err);

#endif
