/* Changing one value in a description's text. libyaml says where each node stands; only those bytes are replaced.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "describe/edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "core/outdir.h"
#include "core/text.h"
#include "temtensile/describe.h"
#include "core/files.h"

enum { MAX_DEPTH = 16 };

typedef struct editor {
	const char *text, *name;
	size_t size;
	yaml_document_t doc;
	bool loaded;
	char *keys; /* the path, cut into parts */
	const char *part[MAX_DEPTH];
	int parts;
	tt_error *err;
} editor;

static bool load(const char *text, size_t size, yaml_document_t *doc)
{
	yaml_parser_t parser;
	if (!yaml_parser_initialize(&parser)) return false;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
	bool good = yaml_parser_load(&parser, doc) != 0;
	yaml_parser_delete(&parser);
	return good;
}

/* libyaml counts characters, we cut bytes. */
static size_t byte_of(const editor *e, size_t character)
{
	size_t i = 0;
	while (i < e->size && character > 0) {
		i++;
		while (i < e->size && ((unsigned char)e->text[i] & 0xC0) == 0x80)
			i++;
		character--;
	}
	return i;
}

static yaml_node_t *node_at(const editor *e, int id)
{
	return yaml_document_get_node((yaml_document_t *)&e->doc, id);
}

static yaml_node_pair_t *find_pair(const editor *e, const yaml_node_t *map, const char *key)
{
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
		const yaml_node_t *k = node_at(e, p->key);
		if (k && k->type == YAML_SCALAR_NODE && k->data.scalar.length == strlen(key) &&
		    memcmp(k->data.scalar.value, key, k->data.scalar.length) == 0)
			return p;
	}
	return NULL;
}

/* How often a node is used: more than once when an alias stands for it. */
static int uses(const editor *e, int id)
{
	int n = 0;
	for (yaml_node_t *m = e->doc.nodes.start; m < e->doc.nodes.top; m++) {
		if (m->type == YAML_MAPPING_NODE)
			for (yaml_node_pair_t *p = m->data.mapping.pairs.start; p < m->data.mapping.pairs.top; p++)
				n += p->value == id;
		if (m->type == YAML_SEQUENCE_NODE)
			for (yaml_node_item_t *i = m->data.sequence.items.start; i < m->data.sequence.items.top; i++)
				n += *i == id;
	}
	return n;
}

static bool is_block(const yaml_node_t *n)
{
	return (n->type == YAML_MAPPING_NODE && n->data.mapping.style == YAML_BLOCK_MAPPING_STYLE) ||
	       (n->type == YAML_SEQUENCE_NODE && n->data.sequence.style == YAML_BLOCK_SEQUENCE_STYLE);
}

/* The byte behind a node's last character. A block collection's own mark lies where the next thing begins, so its last
 * member's end is taken. */
static size_t end_of(const editor *e, const yaml_node_t *n, int depth)
{
	const yaml_node_t *last = NULL;
	if (depth < MAX_DEPTH * 4 && is_block(n)) {
		if (n->type == YAML_MAPPING_NODE && n->data.mapping.pairs.top > n->data.mapping.pairs.start) {
			const yaml_node_pair_t *p = n->data.mapping.pairs.top - 1;
			const yaml_node_t *key = node_at(e, p->key);
			last = node_at(e, p->value);
			/* an empty value has no place of its own, an alias' lies elsewhere: the line of its key counts
			 */
			if (key && last &&
			    (last->start_mark.index < key->start_mark.index ||
			     last->start_mark.index == last->end_mark.index))
				last = key;
		} else if (n->type == YAML_SEQUENCE_NODE && n->data.sequence.items.top > n->data.sequence.items.start) {
			last = node_at(e, n->data.sequence.items.top[-1]);
		}
	}
	if (last) return end_of(e, last, depth + 1);
	size_t end = byte_of(e, n->end_mark.index);
	while (n->type == YAML_SCALAR_NODE && end > 0 && end > byte_of(e, n->start_mark.index) &&
	       (e->text[end - 1] == '\n' || e->text[end - 1] == '\r'))
		end--; /* block scalars reach over their line's end */
	return end;
}

static size_t line_start(const editor *e, size_t at)
{
	while (at > 0 && e->text[at - 1] != '\n')
		at--;
	return at;
}

/* Behind the line's end. */
static size_t line_end(const editor *e, size_t at)
{
	while (at < e->size && e->text[at] != '\n')
		at++;
	return at < e->size ? at + 1 : at;
}

/* ---- values ---- */

static bool same_nodes(yaml_document_t *a, int ia, yaml_document_t *b, int ib, int depth)
{
	const yaml_node_t *x = yaml_document_get_node(a, ia), *y = yaml_document_get_node(b, ib);
	if (!x || !y || x->type != y->type || depth > 64) return x == y;
	if (x->type == YAML_SCALAR_NODE)
		return x->data.scalar.length == y->data.scalar.length &&
		       memcmp(x->data.scalar.value, y->data.scalar.value, x->data.scalar.length) == 0;
	if (x->type == YAML_SEQUENCE_NODE) {
		ptrdiff_t n = x->data.sequence.items.top - x->data.sequence.items.start;
		if (n != y->data.sequence.items.top - y->data.sequence.items.start) return false;
		for (ptrdiff_t i = 0; i < n; i++)
			if (!same_nodes(a, x->data.sequence.items.start[i], b, y->data.sequence.items.start[i],
			                depth + 1))
				return false;
		return true;
	}
	ptrdiff_t n = x->data.mapping.pairs.top - x->data.mapping.pairs.start;
	if (n != y->data.mapping.pairs.top - y->data.mapping.pairs.start) return false;
	for (ptrdiff_t i = 0; i < n; i++) {
		const yaml_node_pair_t *p = x->data.mapping.pairs.start + i, *q = y->data.mapping.pairs.start + i;
		if (!same_nodes(a, p->key, b, q->key, depth + 1) || !same_nodes(a, p->value, b, q->value, depth + 1))
			return false;
	}
	return true;
}

/* Does wrap (with %s for the value) hold one pair whose value reads as the value alone does? */
static bool reads_as(const char *wrap, const char *value)
{
	char *framed = tt_format(wrap, value);
	yaml_document_t alone, inside;
	bool good = false;
	if (framed && load(value, strlen(value), &alone)) {
		if (load(framed, strlen(framed), &inside)) {
			const yaml_node_t *root = yaml_document_get_root_node(&inside);
			if (root && root->type == YAML_MAPPING_NODE &&
			    root->data.mapping.pairs.top - root->data.mapping.pairs.start == 1)
				good = same_nodes(&alone, 1, &inside, root->data.mapping.pairs.start->value, 0);
			yaml_document_delete(&inside);
		}
		yaml_document_delete(&alone);
	}
	free(framed);
	return good;
}

/* The value as it may stand in a block or inside braces: as given, or in double quotes. */
static char *written(const char *value, bool inside_braces)
{
	if (!strchr(value, '\n') && reads_as(inside_braces ? "{k: %s}" : "k: %s\n", value)) return tt_strdup(value);
	char *out = malloc(2 * strlen(value) + 3), *to = out;
	if (!out) return NULL;
	*to++ = '"';
	for (const char *c = value; *c; c++) {
		if (*c == '"' || *c == '\\') *to++ = '\\';
		if (*c == '\n') {
			*to++ = '\\';
			*to++ = 'n';
		} else {
			*to++ = *c;
		}
	}
	*to++ = '"';
	*to = '\0';
	return out;
}

/* "a: {b: value}" for the parts from `first` on. */
static char *entry_of(const editor *e, int first, const char *value, bool inside_braces)
{
	char *text = written(value, inside_braces || first < e->parts - 1);
	for (int i = e->parts - 1; text && i >= first; i--) {
		char *longer =
		    i > first ? tt_format("{%s: %s}", e->part[i], text) : tt_format("%s: %s", e->part[i], text);
		free(text);
		text = longer;
	}
	return text;
}

/* ---- pieces of text ---- */

static char *spliced(const editor *e, size_t from, size_t to, const char *put)
{
	return tt_format("%.*s%s%s", (int)from, e->text, put, e->text + to);
}

static char *put_value(const editor *e, const yaml_node_t *key, const yaml_node_t *old, const char *put)
{
	size_t key_end = byte_of(e, key->end_mark.index), start = byte_of(e, old->start_mark.index),
	       end = end_of(e, old, 0);
	const char *colon = memchr(e->text + key_end, ':', e->size - key_end);
	size_t behind = colon ? (size_t)(colon - e->text) + 1 : key_end;
	bool bare = old->type == YAML_SCALAR_NODE && start == byte_of(e, old->end_mark.index);
	/* a block collection begins on another line, and an anchor or a tag may stand before any value */
	if (bare || is_block(old) || strcspn(e->text + behind, "&!\n") < start - behind) {
		start = behind;
		if (bare) end = behind;
		char *spaced = tt_format(" %s", put), *out = spaced ? spliced(e, start, end, spaced) : NULL;
		free(spaced);
		return out;
	}
	return spliced(e, start, end, put);
}

static char *add_to_block(const editor *e, const yaml_node_t *map, const char *entry)
{
	size_t at = line_end(e, end_of(e, map, 0)), column = map->start_mark.column;
	bool broken = at > 0 && e->text[at - 1] != '\n';
	char *line = tt_format("%s%*s%s\n", broken ? "\n" : "", (int)column, "", entry);
	char *out = line ? spliced(e, at, at, line) : NULL;
	free(line);
	return out;
}

static char *add_to_braces(const editor *e, const yaml_node_t *map, const char *entry)
{
	size_t close = byte_of(e, map->end_mark.index) - 1, at = close;
	while (at > 0 && strchr(" \t\r\n", e->text[at - 1]))
		at--;
	bool empty = map->data.mapping.pairs.top == map->data.mapping.pairs.start;
	bool comma = at > 0 && e->text[at - 1] == ',';
	char *put = tt_format("%s%s",
	                      empty   ? ""
	                      : comma ? " "
	                              : ", ",
	                      entry),
	     *out = put ? spliced(e, at, at, put) : NULL;
	free(put);
	return out;
}

static char *take_away(const editor *e, const yaml_node_t *map, const yaml_node_pair_t *p)
{
	const yaml_node_t *key = node_at(e, p->key), *value = node_at(e, p->value);
	size_t from = byte_of(e, key->start_mark.index), to = end_of(e, value, 0);
	if (value->start_mark.index < key->start_mark.index || to < from) to = byte_of(e, key->end_mark.index) + 1;
	if (is_block(map)) {
		bool only = map->data.mapping.pairs.top - map->data.mapping.pairs.start == 1;
		if (only && map != yaml_document_get_root_node((yaml_document_t *)&e->doc))
			return spliced(e, from, to, "{}");
		return spliced(e, line_start(e, from), line_end(e, to), "");
	}
	while (to < e->size && strchr(" \t", e->text[to]))
		to++;
	if (e->text[to] == ',') {
		to++;
		while (to < e->size && strchr(" \t\n", e->text[to]))
			to++;
		return spliced(e, from, to, "");
	}
	while (from > 0 && strchr(" \t\n", e->text[from - 1]))
		from--;
	if (from > 0 && e->text[from - 1] == ',') from--;
	return spliced(e, from, to, "");
}

/* ---- the way to the place ---- */

static tt_status shared(const editor *e, int depth)
{
	return tt_fail(e->err, TT_ERR_INPUT,
	               "%s: %s is shared with another place through an anchor: change it in the file itself", e->name,
	               e->part[depth]);
}

static tt_status edit(const editor *e, const char *value, char **out)
{
	const yaml_node_t *map = yaml_document_get_root_node((yaml_document_t *)&e->doc);
	bool remove = value[0] == '\0';
	char *entry = NULL;
	if (!map) {
		entry = remove ? tt_strdup("") : entry_of(e, 0, value, false);
		*out = entry
		           ? tt_format("%s%s%s\n", e->text, e->size && e->text[e->size - 1] != '\n' ? "\n" : "", entry)
		           : NULL;
		if (remove && *out) (*out)[e->size] = '\0';
		free(entry);
		return *out ? TT_OK : tt_fail_memory(e->err, e->name);
	}
	if (map->type != YAML_MAPPING_NODE)
		return tt_fail(e->err, TT_ERR_INPUT, "%s: a map of keys and values was expected", e->name);
	for (int depth = 0; depth < e->parts; depth++) {
		yaml_node_pair_t *p = find_pair(e, map, e->part[depth]);
		bool braces = !is_block(map);
		if (!p && remove) {
			*out = tt_strdup(e->text);
			break;
		}
		if (!p) {
			entry = entry_of(e, depth, value, braces);
			*out = !entry ? NULL : braces ? add_to_braces(e, map, entry) : add_to_block(e, map, entry);
			break;
		}
		if (uses(e, p->value) > 1) return shared(e, depth);
		const yaml_node_t *child = node_at(e, p->value);
		bool last = depth == e->parts - 1;
		if (last && remove) {
			*out = take_away(e, map, p);
			break;
		}
		if (!last && child->type == YAML_MAPPING_NODE) {
			map = child;
			continue;
		}
		if (!last && remove) {
			*out = tt_strdup(e->text);
			break;
		}
		char *inner = last ? NULL : entry_of(e, depth + 1, value, true);
		entry = last ? written(value, braces) : inner ? tt_format("{%s}", inner) : NULL;
		free(inner);
		*out = entry ? put_value(e, node_at(e, p->key), child, entry) : NULL;
		break;
	}
	free(entry);
	return *out ? TT_OK : tt_fail_memory(e->err, e->name);
}

/* Reads the result again: the value must be there, or be gone. */
static bool holds(editor *e, const char *text, const char *value)
{
	editor again = {.text = text, .size = strlen(text)};
	if (!load(text, again.size, &again.doc)) return false;
	const yaml_node_t *map = yaml_document_get_root_node(&again.doc);
	bool good = value[0] == '\0';
	for (int depth = 0; map && map->type == YAML_MAPPING_NODE && depth < e->parts; depth++) {
		yaml_node_pair_t *p = find_pair(&again, map, e->part[depth]);
		if (!p) break;
		map = node_at(&again, p->value);
		if (depth < e->parts - 1) continue;
		yaml_document_t alone;
		good = false;
		if (value[0] && load(value, strlen(value), &alone)) {
			good = same_nodes(&alone, 1, &again.doc, p->value, 0);
			yaml_document_delete(&alone);
		}
		/* a value that is no YAML of its own was put in quotes */
		if (!good && value[0] && map->type == YAML_SCALAR_NODE)
			good = strcmp((const char *)map->data.scalar.value, value) == 0;
	}
	yaml_document_delete(&again.doc);
	return good;
}

static tt_status cut_key(editor *e, const char *key)
{
	e->keys = tt_strdup(key);
	if (!e->keys) return tt_fail_memory(e->err, e->name);
	for (char *at = e->keys; at;) {
		char *dot = strchr(at, '.');
		if (dot) *dot = '\0';
		if (!*at || e->parts == MAX_DEPTH)
			return tt_fail(e->err, TT_ERR_USAGE,
			               "\"%s\" is no key: names with dots between them were expected", key);
		e->part[e->parts++] = at;
		at = dot ? dot + 1 : NULL;
	}
	return TT_OK;
}

tt_status tt_yaml_edit(const char *text, const char *name, const char *key, const char *value, char **out,
                       tt_error *err)
{
	editor e = {.text = text, .name = name, .size = strlen(text), .err = err};
	*out = NULL;
	tt_status st = cut_key(&e, key);
	if (st == TT_OK) {
		e.loaded = load(text, e.size, &e.doc);
		st = e.loaded ? edit(&e, value, out) : tt_fail(err, TT_ERR_INPUT, "%s: this is no YAML", name);
	}
	if (st == TT_OK && !holds(&e, *out, value)) {
		free(*out);
		*out = NULL;
		st = tt_fail(err, TT_ERR_INPUT,
		             "%s: %s cannot be changed without touching what stands around it; change it in the file",
		             name, key);
	}
	if (e.loaded) yaml_document_delete(&e.doc);
	free(e.keys);
	return st;
}

/* ---- a file ---- */

enum { LARGEST = 16 << 20 };

static tt_status slurp(const char *path, char **text, tt_error *err)
{
	FILE *f = fopen(path, "rb");
	if (!f) return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	size_t n = 0, room = 4096;
	*text = malloc(room);
	while (*text && n < LARGEST) {
		size_t got = fread(*text + n, 1, room - n - 1, f);
		n += got;
		if (got == 0) break;
		if (room - n - 1 > 0) continue;
		char *grown = realloc(*text, room *= 2);
		if (!grown) free(*text);
		*text = grown;
	}
	const int why = errno;
	bool failed = ferror(f) != 0;
	fclose(f);
	if (!*text) return tt_fail_memory(err, path);
	(*text)[n] = '\0';
	if (!failed && n < LARGEST && strlen(*text) == n) return TT_OK;
	free(*text);
	*text = NULL;
	return failed ? tt_fail_read(err, path, why) : tt_fail(err, TT_ERR_INPUT, "'%s' cannot be read as text", path);
}

static tt_status apply(char **text, const char *path, const char *set, tt_error *err)
{
	const char *equals = strchr(set, '=');
	if (!equals) return tt_fail(err, TT_ERR_USAGE, "'%s': expected key=value", set);
	char *key = tt_format("%.*s", (int)(equals - set), set), *changed = NULL;
	if (!key) return tt_fail_memory(err, path);
	tt_status st = tt_yaml_edit(*text, path, key, equals + 1, &changed, err);
	free(key);
	if (st != TT_OK) return st;
	free(*text);
	*text = changed;
	return TT_OK;
}

tt_status tt_description_edit(const char *path, const char *const *sets, size_t n, tt_error *err)
{
	char *text = NULL;
	tt_atomic *a;
	FILE *f;
	tt_status st = slurp(path, &text, err);
	for (size_t i = 0; i < n && st == TT_OK; i++)
		st = apply(&text, path, sets[i], err);
	if (st == TT_OK && n) {
		st = tt_atomic_open(path, &a, &f, err);
		if (st == TT_OK) {
			fputs(text, f);
			st = tt_atomic_commit(a, err);
		}
	}
	free(text);
	return st;
}
