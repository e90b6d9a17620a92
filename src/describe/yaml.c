/* Reading YAML into a tree: libyaml's document, checked and copied, aliases expanded.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"
#include "describe/yaml_tree.h"
#include "core/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <yaml.h>

/* libyaml takes time that grows with the square of open brackets and of anchors. No description comes near these. */
enum { MAX_BYTES = 16 << 20, MAX_ANCHORS = 1000 };

tt_node *tt_yaml_node_new(tt_yaml *y, tt_node_kind kind, tt_error *err)
{
	if (++y->nodes > TT_YAML_NODES) {
		tt_fail(err, TT_ERR_INPUT, "%s: more than %d values, counting those that aliases repeat", y->name,
		        TT_YAML_NODES);
		return NULL;
	}
	tt_node *n = calloc(1, sizeof *n);
	if (!n) {
		tt_fail_memory(err, y->name);
		return NULL;
	}
	n->kind = kind;
	n->doc = y;
	return n;
}

void tt_yaml_node_free(tt_node *n)
{
	if (!n) return;
	for (size_t i = 0; n->pair && i < n->n; i++) {
		free(n->pair[i].key);
		tt_yaml_node_free(n->pair[i].value);
	}
	for (size_t i = 0; n->item && i < n->n; i++)
		tt_yaml_node_free(n->item[i]);
	free(n->pair);
	free(n->item);
	free(n->text);
	free(n->set);
	free(n->where);
	tt_strings_free(&n->asked);
	free(n);
}

tt_pair *tt_yaml_map_find(const tt_node *map, const char *key)
{
	for (size_t i = 0; map->pair && i < map->n; i++)
		if (strcmp(map->pair[i].key, key) == 0) return &map->pair[i];
	return NULL;
}

tt_status tt_yaml_map_add(tt_node *map, const char *key, tt_node *value, tt_error *err)
{
	tt_pair *pair = tt_grow(map->pair, &map->capacity, map->n + 1, sizeof *pair);
	if (pair) map->pair = pair;
	char *copy = pair ? tt_strdup(key) : NULL;
	if (!copy) {
		tt_yaml_node_free(value);
		return tt_fail_memory(err, map->doc->name);
	}
	value->parent = map;
	map->pair[map->n++] = (tt_pair){.key = copy, .value = value};
	return TT_OK;
}

/* One conversion of a libyaml document to nodes. */
typedef struct loader {
	tt_yaml *y;
	yaml_document_t *document;
	const char *set;
} loader;

static tt_status fail_at(const loader *l, const yaml_node_t *node, tt_error *err, const char *what)
{
	if (l->set) return tt_fail(err, TT_ERR_INPUT, "--set %s: %s", l->set, what);
	return tt_fail(err, TT_ERR_INPUT, "%s:%zu:%zu: %s", l->y->name, node->start_mark.line + 1,
	               node->start_mark.column + 1, what);
}

static bool is_null(const yaml_node_t *node)
{
	static const char *const names[] = {"", "~", "null", "Null", "NULL"};
	if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE) return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp((const char *)node->data.scalar.value, names[i]) == 0) return true;
	return false;
}

static tt_status convert(loader *l, int index, int depth, tt_node **out, tt_error *err);

static tt_status convert_scalar(loader *l, const yaml_node_t *from, tt_node *n, tt_error *err)
{
	if (strlen((const char *)from->data.scalar.value) != from->data.scalar.length)
		return fail_at(l, from, err, "the text holds a NUL character");
	n->kind = is_null(from) ? TT_NODE_NULL : TT_NODE_SCALAR;
	n->text = tt_strdup((const char *)from->data.scalar.value);
	return n->text ? TT_OK : tt_fail_memory(err, l->y->name);
}

static tt_status convert_list(loader *l, const yaml_node_t *from, int depth, tt_node *n, tt_error *err)
{
	for (yaml_node_item_t *i = from->data.sequence.items.start; i < from->data.sequence.items.top; i++) {
		tt_node **item = tt_grow(n->item, &n->capacity, n->n + 1, sizeof *item);
		if (!item) return tt_fail_memory(err, l->y->name);
		n->item = item;
		tt_status st = convert(l, *i, depth, &item[n->n], err);
		if (st) return st;
		item[n->n]->parent = n;
		n->n++;
	}
	return TT_OK;
}

typedef struct key_ref {
	const yaml_node_t *node;
	const char *text;
} key_ref;

static int compare_keys(const void *a, const void *b)
{
	const key_ref *x = a, *y = b;
	int by_text = strcmp(x->text, y->text);
	size_t i = x->node->start_mark.index, j = y->node->start_mark.index;
	return by_text ? by_text : i < j ? -1 : i > j;
}

/* Sorted, so that a large map costs no quadratic time. */
static tt_status refuse_duplicates(loader *l, const yaml_node_t *from, const tt_node *n, tt_error *err)
{
	key_ref *keys = calloc(n->n + 1, sizeof *keys);
	if (!keys) return tt_fail_memory(err, l->y->name);
	yaml_node_pair_t *pairs = from->data.mapping.pairs.start;
	for (size_t i = 0; i < n->n; i++)
		keys[i] = (key_ref){yaml_document_get_node(l->document, pairs[i].key), n->pair[i].key};
	qsort(keys, n->n, sizeof *keys, compare_keys);
	tt_status st = TT_OK;
	for (size_t i = 1; i < n->n && !st; i++) {
		if (strcmp(keys[i - 1].text, keys[i].text) != 0) continue;
		char what[512];
		tt_snprintf(what, sizeof what, "duplicate key '%.200s', given before in line %zu", keys[i].text,
		            keys[i - 1].node->start_mark.line + 1);
		st = fail_at(l, keys[i].node, err, what);
	}
	free(keys);
	return st;
}

static tt_status convert_map(loader *l, const yaml_node_t *from, int depth, tt_node *n, tt_error *err)
{
	for (yaml_node_pair_t *p = from->data.mapping.pairs.start; p < from->data.mapping.pairs.top; p++) {
		const yaml_node_t *key = yaml_document_get_node(l->document, p->key);
		if (!key || key->type != YAML_SCALAR_NODE)
			return fail_at(l, key ? key : from, err,
			               "a key must be a plain word, found a list or a mapping");
		if (strlen((const char *)key->data.scalar.value) != key->data.scalar.length)
			return fail_at(l, key, err, "a key holds a NUL character");
		tt_node *value;
		tt_status st = convert(l, p->value, depth, &value, err);
		if (!st) st = tt_yaml_map_add(n, (const char *)key->data.scalar.value, value, err);
		if (st) return st;
		n->pair[n->n - 1].line = key->start_mark.line + 1;
		n->pair[n->n - 1].column = key->start_mark.column + 1;
	}
	return refuse_duplicates(l, from, n, err);
}

static tt_status convert(loader *l, int index, int depth, tt_node **out, tt_error *err)
{
	const yaml_node_t *from = yaml_document_get_node(l->document, index);
	*out = NULL;
	if (!from) return tt_fail(err, TT_ERR_INPUT, "%s: an alias names nothing", l->y->name);
	if (depth > TT_YAML_DEPTH)
		return fail_at(l, from, err,
		               "nested more than 64 levels deep (an anchor that contains its own alias?)");
	tt_node *n = tt_yaml_node_new(l->y, TT_NODE_NULL, err);
	if (!n) return err ? err->status : TT_ERR_INPUT;
	n->line = from->start_mark.line + 1;
	n->column = from->start_mark.column + 1;
	tt_status st = TT_OK;
	if (l->set && !(n->set = tt_strdup(l->set))) st = tt_fail_memory(err, l->y->name);
	switch (st ? YAML_NO_NODE : from->type) {
	case YAML_SCALAR_NODE: st = convert_scalar(l, from, n, err); break;
	case YAML_SEQUENCE_NODE:
		n->kind = TT_NODE_LIST;
		st = convert_list(l, from, depth + 1, n, err);
		break;
	case YAML_MAPPING_NODE:
		n->kind = TT_NODE_MAP;
		st = convert_map(l, from, depth + 1, n, err);
		break;
	default: break;
	}
	if (st) {
		tt_yaml_node_free(n);
		return st;
	}
	*out = n;
	return TT_OK;
}

/* Line and column of a byte, both 1-based, columns in characters. */
static void locate(const char *text, size_t at, size_t *line, size_t *column)
{
	*line = *column = 1;
	for (size_t i = 0; i < at; i++) {
		if (text[i] == '\n') {
			++*line;
			*column = 1;
		} else if (((unsigned char)text[i] & 0xC0) != 0x80) {
			++*column;
		}
	}
}

/* libyaml would accept UTF-16 and tells no line for a bad byte. */
static tt_status check_utf8(const tt_yaml *y, const char *text, size_t size, const char *set, tt_error *err)
{
	size_t i = 0, n, line, column;
	while (i < size && (n = tt_utf8_length(text + i, size - i)) > 0)
		i += n;
	if (i >= size) return TT_OK;
	unsigned byte = (unsigned char)text[i];
	if (set) return tt_fail(err, TT_ERR_INPUT, "--set %s: byte 0x%02X is not UTF-8", set, byte);
	locate(text, i, &line, &column);
	return tt_fail(err, TT_ERR_INPUT, "%s:%zu:%zu: byte 0x%02X is not UTF-8; save the file as UTF-8 text", y->name,
	               line, column, byte);
}

/* First byte of the character with this index, libyaml's way of counting; 0 past the end. */
static char character_at(const char *text, size_t size, size_t index)
{
	for (size_t i = 0; i < size; i++)
		if (((unsigned char)text[i] & 0xC0) != 0x80 && index-- == 0) return text[i];
	return 0;
}

static tt_status fail_parser(const tt_yaml *y, const yaml_parser_t *p, const char *text, size_t size, const char *set,
                             tt_error *err)
{
	/* some allocations that fail leave neither kind nor problem */
	if (p->error == YAML_MEMORY_ERROR || p->error == YAML_NO_ERROR || !p->problem)
		return tt_fail_memory(err, y->name);
	const char *problem = p->problem ? p->problem : "not valid YAML";
	if (set) return tt_fail(err, TT_ERR_INPUT, "--set %s: %s", set, problem);
	size_t line = p->problem_mark.line + 1, column = p->problem_mark.column + 1;
	if (p->error == YAML_READER_ERROR)
		locate(text, p->problem_offset < size ? p->problem_offset : size, &line, &column);
	if (p->error == YAML_SCANNER_ERROR && character_at(text, size, p->problem_mark.index) == '\t')
		return tt_fail(err, TT_ERR_INPUT, "%s:%zu:%zu: a tab cannot indent here; use spaces", y->name, line,
		               column);
	return tt_fail(err, TT_ERR_INPUT, "%s:%zu:%zu: %s%s%s", y->name, line, column, problem,
	               p->context && p->error != YAML_READER_ERROR ? " " : "",
	               p->context && p->error != YAML_READER_ERROR ? p->context : "");
}

/* A second document is refused: it would be ignored in silence. */
static tt_status check_end(tt_yaml *y, yaml_parser_t *parser, const char *text, size_t size, const char *set,
                           tt_error *err)
{
	yaml_document_t next;
	if (!yaml_parser_load(parser, &next)) return fail_parser(y, parser, text, size, set, err);
	const yaml_node_t *root = yaml_document_get_root_node(&next);
	tt_status st = TT_OK;
	if (root) {
		loader l = {.y = y, .set = set};
		st = fail_at(&l, root, err, "a second document begins here; expected one");
	}
	yaml_document_delete(&next);
	return st;
}

static tt_status fail_limit(const tt_yaml *y, const yaml_event_t *e, const char *set, tt_error *err, const char *what)
{
	if (set) return tt_fail(err, TT_ERR_INPUT, "--set %s: %s", set, what);
	return tt_fail(err, TT_ERR_INPUT, "%s:%zu:%zu: %s", y->name, e->start_mark.line + 1, e->start_mark.column + 1,
	               what);
}

typedef struct limits {
	size_t depth, anchors, nodes;
} limits;

static const char *beyond(limits *l, const yaml_event_t *e)
{
	const yaml_char_t *anchor = NULL;
	bool node = true;
	switch (e->type) {
	case YAML_SEQUENCE_START_EVENT:
		l->depth++;
		anchor = e->data.sequence_start.anchor;
		break;
	case YAML_MAPPING_START_EVENT:
		l->depth++;
		anchor = e->data.mapping_start.anchor;
		break;
	case YAML_SCALAR_EVENT: anchor = e->data.scalar.anchor; break;
	case YAML_ALIAS_EVENT: break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT: l->depth--; /* fall through */
	default: node = false; break;
	}
	l->nodes += node;
	l->anchors += anchor != NULL;
	if (l->depth > TT_YAML_DEPTH) return "nested more than 64 levels deep";
	if (l->anchors > MAX_ANCHORS) return "more than 1000 anchors";
	return l->nodes > TT_YAML_NODES ? "more values than a description may hold" : NULL;
}

/* Looks through the text event by event, which ends at the first that is too much; what is wrong otherwise is left to
 * the reading proper. */
static tt_status check_limits(const tt_yaml *y, const char *text, size_t size, const char *set, tt_error *err)
{
	yaml_parser_t parser;
	limits l = {0};
	tt_status st = TT_OK;
	bool more = true;
	if (!yaml_parser_initialize(&parser)) return tt_fail_memory(err, y->name);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
	while (more) {
		yaml_event_t e;
		if (!yaml_parser_parse(&parser, &e)) break;
		const char *what = beyond(&l, &e);
		if (what) st = fail_limit(y, &e, set, err, what);
		more = !what && e.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&e);
	}
	if (parser.error == YAML_MEMORY_ERROR) st = tt_fail_memory(err, y->name);
	yaml_parser_delete(&parser);
	return st;
}

tt_status tt_yaml_load(tt_yaml *y, const char *text, size_t size, const char *set, tt_node **out, tt_error *err)
{
	*out = NULL;
	tt_status st = check_utf8(y, text, size, set, err);
	if (st) return st;
	yaml_parser_t parser;
	yaml_document_t document;
	if (!yaml_parser_initialize(&parser)) return tt_fail_memory(err, y->name);
	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* the mark some editors put before UTF-8 */
		text += 3;
		size -= 3;
	}
	st = check_limits(y, text, size, set, err);
	if (st) {
		yaml_parser_delete(&parser);
		return st;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
	if (!yaml_parser_load(&parser, &document)) {
		st = fail_parser(y, &parser, text, size, set, err);
		yaml_parser_delete(&parser);
		return st;
	}
	if (yaml_document_get_root_node(&document)) {
		loader l = {.y = y, .document = &document, .set = set};
		st = convert(&l, 1, 0, out, err);
		if (!st) st = check_end(y, &parser, text, size, set, err);
	}
	yaml_document_delete(&document);
	yaml_parser_delete(&parser);
	if (st) {
		tt_yaml_node_free(*out);
		*out = NULL;
	}
	return st;
}

static tt_status load_root(tt_yaml *y, const char *text, size_t size, tt_error *err)
{
	tt_status st = tt_yaml_load(y, text, size, NULL, &y->root, err);
	if (st) return st;
	if (!y->root || y->root->kind == TT_NODE_NULL)
		return tt_fail(err, TT_ERR_INPUT, "%s: the file holds no description (it is empty)", y->name);
	if (y->root->kind != TT_NODE_MAP)
		return tt_node_fail(err, y->root, "expected keys with values ('name: …'), found %s",
		                    y->root->kind == TT_NODE_LIST ? "a list" : "plain text");
	return TT_OK;
}

tt_status tt_yaml_parse(const char *text, size_t size, const char *name, const char *const *sets, size_t n_sets,
                        tt_yaml **out, tt_error *err)
{
	*out = NULL;
	if (size > MAX_BYTES)
		return tt_fail(err, TT_ERR_INPUT,
		               "%s: %zu bytes are too many for a description; expected at most 16 MiB", name, size);
	tt_yaml *y = calloc(1, sizeof *y);
	if (!y || !(y->name = tt_strdup(name))) {
		tt_yaml_free(y);
		return tt_fail_memory(err, name);
	}
	tt_status st = load_root(y, text, size, err);
	for (size_t i = 0; i < n_sets && !st; i++)
		st = tt_yaml_set(y, sets[i], err);
	if (st) {
		tt_yaml_free(y);
		return st;
	}
	*out = y;
	return TT_OK;
}

static tt_status read_all(const char *path, FILE *f, char **text, size_t *size, tt_error *err)
{
	struct stat s;
	if (fstat(fileno(f), &s) == 0 && S_ISDIR(s.st_mode))
		return tt_fail(err, TT_ERR_INPUT, "'%s' is a folder; expected a description (YAML)", path);
	size_t capacity = 0;
	for (;;) {
		char *grown = tt_grow(*text, &capacity, *size + 65536, 1);
		if (!grown) return tt_fail_memory(err, path);
		*text = grown;
		errno = 0;
		size_t n = fread(*text + *size, 1, 65536, f);
		if (ferror(f)) return tt_fail_read(err, path, errno);
		*size += n;
		if (n == 0) return TT_OK;
		if (*size > MAX_BYTES)
			return tt_fail(err, TT_ERR_INPUT,
			               "'%s' is too large for a description; expected at most 16 MiB", path);
	}
}

tt_status tt_yaml_read(const char *path, const char *const *sets, size_t n_sets, tt_yaml **out, tt_error *err)
{
	*out = NULL;
	FILE *f = fopen(path, "rb");
	if (!f) return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	char *text = NULL;
	size_t size = 0;
	tt_status st = read_all(path, f, &text, &size, err);
	fclose(f);
	if (!st) st = tt_yaml_parse(text, size, path, sets, n_sets, out, err);
	free(text);
	return st;
}

void tt_yaml_free(tt_yaml *y)
{
	if (!y) return;
	tt_yaml_node_free(y->root);
	free(y->name);
	free(y);
}

const tt_node *tt_yaml_root(const tt_yaml *y)
{
	return y->root;
}
