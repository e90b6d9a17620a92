/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700
#include "temtensile/study.h"

#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/text.h"
#include "describe/schema.h"

typedef struct list {
	tt_study_entry *entry;
	char **real; /* each one's path without links */
	bool *named; /* by itself, not by a glob */
	size_t n, room, room2, room3;
	bool variants; /* a description may be named more than once */
} list;

void tt_study_entries_free(tt_study_entry *entry, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(entry[i].path);
		free(entry[i].folder);
		free(entry[i].name);
		tt_strings_free(&entry[i].sets);
	}
	free(entry);
}

/* ---- names of result folders ---- */

/* samples/film-1/test.yaml: "film-1"; samples/film-1.yaml: "film-1". */
static char *base_name(const char *real)
{
	const char *base = tt_path_base(real), *dot = strrchr(base, '.');
	size_t n = dot && dot > base ? (size_t)(dot - base) : strlen(base);
	if (n != 4 || strncmp(base, "test", 4) != 0 || base - real < 2) return tt_format("%.*s", (int)n, base);
	char *folder = tt_format("%.*s", (int)(base - real - 1), real);
	char *name = folder ? tt_strdup(tt_path_base(folder)) : NULL;
	free(folder);
	return name;
}

/* No name that is hidden, leads elsewhere, or that the comparison's own files have (curves.pdf, study.html). */
static char *safe_name(char *base)
{
	static const char *const ours[] = {"statistics", "table",        "curves", "strength_ductility",
	                                   "trends",     "necking_rows", "study"};
	if (!base) return NULL;
	size_t dots = strspn(base, ".");
	char *name = dots || !*base ? tt_format("test-%s", base + dots) : NULL;
	for (size_t i = 0; i < sizeof ours / sizeof *ours && !name; i++) {
		size_t n = strlen(ours[i]);
		if (strncmp(base, ours[i], n) == 0 && base[n] == '.') name = tt_format("%s-test", base);
	}
	if (!name) return base;
	free(base);
	return name;
}

/* A name as that of a folder: no path. */
static char *folder_name(const char *name)
{
	char *copy = tt_strdup(name);
	for (char *c = copy; c && *c; c++)
		if (*c == '/' || (unsigned char)*c < ' ') *c = '-';
	return copy;
}

static bool taken(const list *l, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(l->entry[i].folder, name) == 0) return true;
	return false;
}

static tt_status name_folders(list *l, tt_error *err)
{
	for (size_t i = 0; i < l->n; i++) {
		const char *named = l->entry[i].name;
		char *base = safe_name(named ? folder_name(named) : base_name(l->real[i]));
		char *name = base ? tt_strdup(base) : NULL;
		for (int k = 2; name && taken(l, i, name); k++) {
			free(name);
			name = tt_format("%s-%d", base, k);
		}
		free(base);
		if (!name) return tt_fail_memory(err, "the study's tests");
		l->entry[i].folder = name;
	}
	return TT_OK;
}

/* ---- tests ---- */

static tt_status add_entry(list *l, const char *path, bool named, tt_study_entry **out, tt_error *err)
{
	char *real = tt_real_path(path);
	if (!real) real = tt_strdup(path); /* it will fail, by name, when it is analysed */
	*out = NULL;
	for (size_t i = 0; real && i < l->n && !named; i++)
		if (strcmp(l->real[i], real) == 0) { /* found again */
			free(real);
			return TT_OK;
		}
	tt_study_entry *e = tt_grow(l->entry, &l->room, l->n + 1, sizeof *e);
	if (e) l->entry = e;
	char **r = tt_grow(l->real, &l->room2, l->n + 1, sizeof *r);
	if (r) l->real = r;
	bool *b = tt_grow(l->named, &l->room3, l->n + 1, sizeof *b);
	if (b) l->named = b;
	char *copy = tt_strdup(path);
	if (!e || !r || !b || !real || !copy) {
		free(real);
		free(copy);
		return tt_fail_memory(err, "the study's tests");
	}
	l->entry[l->n] = (tt_study_entry){.path = copy};
	l->real[l->n] = real;
	l->named[l->n] = named;
	*out = &l->entry[l->n++];
	return TT_OK;
}

/* The entry of the same file, found by a glob earlier, gives way to one that names it. */
static tt_status drop_found(list *l, const tt_node *where, tt_error *err)
{
	size_t last = l->n - 1;
	for (size_t i = 0; i < last; i++) {
		if (strcmp(l->real[i], l->real[last]) != 0) continue;
		if (l->named[i])
			return tt_node_fail(
			    err, where,
			    "the test '%s' is named twice; a test counts once (variants: true compares its "
			    "settings)",
			    l->entry[last].path);
		tt_study_entry moved = l->entry[last];
		tt_study_entry found = l->entry[i];
		l->entry[i] = moved;
		l->entry[last] = found;
		l->named[i] = true;
		free(found.path);
		free(l->real[last]);
		free(found.name);
		tt_strings_free(&found.sets);
		l->n = last;
		return TT_OK;
	}
	return TT_OK;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static tt_status add_glob(list *l, const char *study, const tt_node *n, const char *pattern, tt_error *err)
{
	char *path = tt_path_beside(study, pattern);
	glob_t g = {0};
	if (!path) return tt_fail_memory(err, "the study's tests");
	int code = glob(path, GLOB_NOSORT, NULL, &g);
	free(path);
	tt_status st = TT_OK;
	if (code == GLOB_NOSPACE)
		st = tt_fail_memory(err, "the study's tests");
	else if (code)
		st = tt_node_fail(err, n, "no file matches '%s'", pattern);
	else
		qsort(g.gl_pathv, g.gl_pathc, sizeof *g.gl_pathv, by_text); /* the same order in every language */
	for (size_t i = 0; i < g.gl_pathc && st == TT_OK; i++) {
		tt_study_entry *ignored;
		st = add_entry(l, g.gl_pathv[i], false, &ignored, err);
	}
	globfree(&g);
	return st;
}

static bool is_glob(const char *study, const char *text)
{
	struct stat st;
	if (!strpbrk(text, "*?[")) return false;
	char *path = tt_path_beside(study, text);
	bool file = path && stat(path, &st) == 0; /* a file may have such a name */
	free(path);
	return !file;
}

/* "key='value'": YAML's single quotes, in which only ' is doubled. */
static tt_status add_setting(tt_strings *sets, const char *before, const char *key, const char *value, tt_error *err)
{
	char *quoted = malloc(2 * strlen(value) + 1), *to = quoted;
	for (; quoted && *value; value++) {
		if (*value == '\'') *to++ = '\'';
		*to++ = *value;
	}
	if (quoted) *to = 0;
	tt_status st = quoted ? tt_strings_add(sets, err, "%s%s='%s'", before, key, quoted)
	                      : tt_fail_memory(err, "the study's tests");
	free(quoted);
	return st;
}

/* What an entry overrides: `set: {gauge.zero: toe, …}`; a value that is a list or a map stands as a text. */
static tt_status add_sets(tt_study_entry *e, const tt_node *set, tt_error *err)
{
	tt_status st = TT_OK;
	for (size_t i = 0; set && i < tt_node_count(set) && st == TT_OK; i++) {
		const tt_node *v;
		const char *key = tt_node_key(set, i, &v), *value;
		if (tt_node_kind_of(v) != TT_NODE_SCALAR)
			return tt_node_fail(err, v,
			                    "expected a key of the description with its value as one text, such as "
			                    "`specimen.thickness: 120 ± 3 nm` or `video.frames: \"[0, 99]\"`");
		st = tt_node_string(v, &value, err);
		if (st == TT_OK && (strchr(key, '=') || !*key))
			st = tt_node_fail(err, v, "expected a key of the description, found '%s'", key);
		/* as --set: the text is read as YAML */
		if (st == TT_OK) st = tt_strings_add(&e->sets, err, "%s=%s", key, value);
	}
	return st;
}

/* The map of an entry. */
typedef struct entry_node {
	const tt_node *film, *set;
	const char *name;
} entry_node;

static tt_status add_overrides(tt_study_entry *e, const entry_node *o, tt_error *err)
{
	tt_status st = TT_OK;
	for (size_t i = 0; o->film && i < tt_node_count(o->film) && st == TT_OK; i++) {
		const tt_node *v;
		const char *key = tt_node_key(o->film, i, &v), *value;
		st = tt_node_string(v, &value, err);
		if (st == TT_OK && strpbrk(key, ".="))
			st = tt_node_fail(err, v, "a key of the film cannot hold '.' or '=': '%s'", key);
		if (st == TT_OK) st = add_setting(&e->sets, "film.", key, value, err);
	}
	if (st == TT_OK) st = add_sets(e, o->set, err);
	if (st != TT_OK || !o->name) return st;
	e->name = tt_strdup(o->name);
	return e->name ? add_setting(&e->sets, "", "name", o->name, err) : tt_fail_memory(err, "the study's tests");
}

static tt_status add_named(list *l, const char *study, const tt_node *n, const char *text, const entry_node *o,
                           tt_error *err)
{
	tt_study_entry *e;
	char *path = tt_path_beside(study, text);
	struct stat s;
	if (!path) return tt_fail_memory(err, "the study's tests");
	tt_status st = TT_OK;
	if (stat(path, &s) != 0)
		st = tt_node_fail(err, n, "there is no file '%s'", text);
	else if (S_ISDIR(s.st_mode))
		st = tt_node_fail(err, n, "'%s' is a folder; expected the description of a test (a file)", text);
	if (st == TT_OK) st = add_entry(l, path, true, &e, err);
	free(path);
	if (st == TT_OK) st = add_overrides(e, o, err);
	return st == TT_OK && !l->variants ? drop_found(l, n, err) : st;
}

static tt_status add_item(list *l, const char *study, const tt_node *n, tt_error *err)
{
	const tt_node *test = n, *name;
	entry_node o = {0};
	const char *text;
	tt_status st = TT_OK;
	if (tt_node_kind_of(n) == TT_NODE_MAP) {
		st = tt_node_need(n, "test", &test, err);
		o.film = tt_node_get(n, "film");
		o.set = tt_node_get(n, "set");
		name = tt_node_get(n, "name");
		if (st == TT_OK && o.film && tt_node_kind_of(o.film) != TT_NODE_MAP)
			return tt_node_fail(
			    err, o.film, "expected the film's keys and values, such as {deposition_pressure: 10 Pa}");
		if (st == TT_OK && o.set && tt_node_kind_of(o.set) != TT_NODE_MAP)
			return tt_node_fail(err, o.set,
			                    "expected keys of the description and their values, such as "
			                    "{specimen.thickness: 120 ± 3 nm}");
		if (st == TT_OK && name) st = tt_node_string(name, &o.name, err);
		if (st == TT_OK && name && !o.name[0]) st = tt_node_fail(err, name, "a name is empty");
	}
	if (st == TT_OK) st = tt_node_string(test, &text, err);
	if (st != TT_OK) return st;
	if (is_glob(study, text)) {
		if (o.film || o.set || o.name)
			return tt_node_fail(err,
			                    o.film  ? o.film
			                    : o.set ? o.set
			                            : n,
			                    "what is overridden belongs to one test; '%s' may match several", text);
		return add_glob(l, study, test, text, err);
	}
	return add_named(l, study, test, text, &o, err);
}

static tt_status read_tests(list *l, const char *study, const tt_node *tests, tt_error *err)
{
	tt_status st = TT_OK;
	bool is_list = tt_node_kind_of(tests) == TT_NODE_LIST;
	size_t n = is_list ? tt_node_count(tests) : 1;
	for (size_t i = 0; i < n && st == TT_OK; i++)
		st = add_item(l, study, is_list ? tt_node_item(tests, i) : tests, err);
	if (st == TT_OK && l->n == 0) return tt_node_fail(err, tests, "expected the paths of tests, found none");
	return st == TT_OK ? name_folders(l, err) : st;
}

/* ---- references ---- */

/* {value: 7.5 ± 0.3 GPa, source: …}, or the quantity alone. */
static tt_status read_reference_value(const tt_node *n, tt_quantity *q, char **source, tt_error *err)
{
	const tt_node *value = n, *from = NULL;
	const char *text;
	tt_status st = TT_OK;
	if (!n) return TT_OK;
	if (tt_node_kind_of(n) == TT_NODE_MAP) {
		st = tt_node_need(n, "value", &value, err);
		from = tt_node_get(n, "source");
	}
	if (st == TT_OK) st = tt_node_quantity(value, TT_DIM_PRESSURE, q, err);
	if (st == TT_OK && !(q->value > 0)) st = tt_node_fail(err, value, "a reference must be positive");
	if (st == TT_OK && from) {
		st = tt_node_string(from, &text, err);
		if (st == TT_OK && !(*source = tt_strdup(text))) st = tt_fail_memory(err, "the references");
	}
	return st;
}

/* A film's own description: its measurements are the references. */
static tt_status read_film(const char *study, const tt_node *n, tt_reference *r, tt_error *err)
{
	const tt_node *film = tt_node_get(n, "film");
	const char *text;
	struct stat s;
	if (!film) return TT_OK;
	tt_status st = tt_node_string(film, &text, err);
	if (st != TT_OK) return st;
	r->film = tt_path_beside(study, text);
	if (!r->film) return tt_fail_memory(err, "the references");
	if (stat(r->film, &s) != 0 || !S_ISREG(s.st_mode))
		return tt_node_fail(err, film, "there is no file '%s'; expected the description of a film", text);
	return TT_OK;
}

static tt_status read_reference(const char *study, const tt_node *n, const char *group, tt_reference *r, tt_error *err)
{
	r->hardness.value = r->youngs_modulus.value = NAN;
	if (tt_node_kind_of(n) != TT_NODE_MAP)
		return tt_node_fail(err, n, "expected film, or hardness or youngs_modulus with value and source");
	r->group = tt_strdup(group);
	r->where = tt_strdup(tt_node_where(n));
	if (!r->group || !r->where) return tt_fail_memory(err, "the references");
	tt_status st = read_reference_value(tt_node_get(n, "hardness"), &r->hardness, &r->hardness_source, err);
	if (st == TT_OK)
		st =
		    read_reference_value(tt_node_get(n, "youngs_modulus"), &r->youngs_modulus, &r->modulus_source, err);
	if (st == TT_OK) st = read_film(study, n, r, err);
	return st;
}

/* `0.002 Pa: {hardness: …}`, or a list of `{group: 0.002 Pa, hardness: …}`. */
static tt_status read_references(const char *study, const tt_node *all, tt_study *s, tt_error *err)
{
	tt_status st = TT_OK;
	tt_node_kind kind = tt_node_kind_of(all);
	if (kind != TT_NODE_MAP && kind != TT_NODE_LIST)
		return tt_node_fail(
		    err, all, "expected groups with their hardness or youngs_modulus, such as `10 Pa: {hardness: …}`");
	size_t n = tt_node_count(all);
	s->reference = calloc(n ? n : 1, sizeof *s->reference);
	if (!s->reference) return tt_fail_memory(err, "the references");
	for (size_t i = 0; i < n && st == TT_OK; i++) {
		const tt_node *item, *group;
		const char *name = NULL;
		if (kind == TT_NODE_MAP) {
			name = tt_node_key(all, i, &item);
		} else {
			item = tt_node_item(all, i);
			st = tt_node_kind_of(item) == TT_NODE_MAP
			         ? tt_node_need(item, "group", &group, err)
			         : tt_node_fail(err, item, "expected {group: …, hardness: …}");
			if (st == TT_OK) st = tt_node_string(group, &name, err);
		}
		if (st == TT_OK) st = read_reference(study, item, name, &s->reference[s->n_references++], err);
	}
	return st;
}

/* ---- the file ---- */

/* What the table's keys are stored to. */
typedef struct study_file {
	tt_study *study;
	char *name, *group_by;
	bool variants;
	int interval;
	list list;
} study_file;

static tt_status read_tests_key(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into,
                                tt_error *err)
{
	study_file *f = into;
	(void)key;
	f->list.variants = f->variants; /* its key stands before this one in the table */
	return read_tests(&f->list, r->file, n, err);
}

static tt_status read_references_key(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into,
                                     tt_error *err)
{
	study_file *f = into;
	(void)key;
	return read_references(r->file, n, f->study, err);
}

static tt_status read_group_by(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into,
                               tt_error *err)
{
	study_file *f = into;
	const char *text;
	(void)r;
	(void)key;
	tt_status st = tt_node_string(n, &text, err);
	if (st != TT_OK) return st;
	if (strncmp(text, "film.", 5) != 0 || !text[5])
		return tt_node_fail(err, n, "expected a key of the film such as film.composition, found '%s'", text);
	f->group_by = tt_strdup(text);
	return f->group_by ? TT_OK : tt_fail_memory(err, "the study");
}

#define PRESSURE TT_KEY_QUANTITY, TT_DIM_PRESSURE
#define INTO(member) TT_INTO(study_file, member)

static const tt_key keys[] = {
    {"name", "What the study is called in figures and tables", TT_KEY_TEXT, .otherwise = "none",
     .example = "Zr50Cu50, three pressures", INTO(name)},
    {"variants", "The tests are one test with other settings: compared, never pooled or counted as specimens",
     TT_KEY_BOOL, .fallback = "false", INTO(variants)},
    {"interval",
     "What stands behind ± in tables and figures: the 95 % interval, the standard deviation between specimens, "
     "or the standard uncertainty of the mean",
     TT_KEY_CHOICE, .words = "ci95|sd|se", .fallback = "ci95", INTO(interval)},
    {"tests",
     "Descriptions of the tests: paths, patterns, or entries that override what a description says of its film",
     TT_KEY_TEXT, .flags = TT_KEY_NEEDED | TT_KEY_OR_LIST, .least = 1, .example = "[films/*/test.yaml]",
     .read = read_tests_key},
    {"tests[].test", "Path of one description", TT_KEY_TEXT, .flags = TT_KEY_NEEDED, .example = "a/test.yaml"},
    {"tests[].name", "What it is called here, in place of the description's name; also its folder's name", TT_KEY_TEXT,
     .example = "thickness by ellipsometry"},
    {"tests[].set", "Keys of its description with other values, as with --set", .kind = TT_KEY_SECTION},
    {"tests[].set.*", "A key of the description, such as specimen.thickness", TT_KEY_TEXT, .example = "120 ± 3 nm"},
    {"tests[].film", "Keys of its film, in place of the description's", .kind = TT_KEY_SECTION},
    {"tests[].film.*", "A key of the film", TT_KEY_TEXT, .example = "10 Pa"},
    {"group_by", "The key of the film that makes groups", TT_KEY_TEXT, .fallback = "film.deposition_pressure",
     .read = read_group_by, INTO(group_by)},
    {"references", "Values of each group from elsewhere, by the group's name; or a list of {group: …, hardness: …}",
     TT_KEY_SECTION, .flags = TT_KEY_OR_LIST, .read = read_references_key},
    {"references.*", "The group's name as group_by gives it, such as 10 Pa", .kind = TT_KEY_SECTION},
    {"references.*.film", "Description of the film (film.yaml), whose hardness and moduli are the references",
     TT_KEY_TEXT, .example = "films/film-10pa/film.yaml"},
    {"references.*.hardness", "Hardness; yield strength is compared with a third of it", PRESSURE,
     .flags = TT_KEY_POSITIVE | TT_KEY_OR_MAP, .example = "7.6 ± 0.2 GPa"},
    {"references.*.hardness.value", "The value", PRESSURE, .flags = TT_KEY_NEEDED | TT_KEY_POSITIVE,
     .example = "7.6 ± 0.2 GPa"},
    {"references.*.hardness.source", "Where it is from", TT_KEY_TEXT, .example = "nanoindentation"},
    {"references.*.youngs_modulus", "Young's modulus by another method", PRESSURE,
     .flags = TT_KEY_POSITIVE | TT_KEY_OR_MAP, .example = "120 ± 5 GPa"},
    {"references.*.youngs_modulus.value", "The value", PRESSURE, .flags = TT_KEY_NEEDED | TT_KEY_POSITIVE,
     .example = "120 ± 5 GPa"},
    {"references.*.youngs_modulus.source", "Where it is from", TT_KEY_TEXT, .example = "Brillouin scattering"},
    {"references[].group", "The group's name", TT_KEY_TEXT, .flags = TT_KEY_NEEDED, .example = "10 Pa"},
    {"references[].film", "Description of the film, as above", TT_KEY_TEXT, .example = "films/film-10pa/film.yaml"},
    {"references[].hardness", "Hardness, as above", PRESSURE, .flags = TT_KEY_POSITIVE | TT_KEY_OR_MAP,
     .example = "7.6 ± 0.2 GPa"},
    {"references[].hardness.value", "The value", PRESSURE, .flags = TT_KEY_NEEDED | TT_KEY_POSITIVE,
     .example = "7.6 ± 0.2 GPa"},
    {"references[].hardness.source", "Where it is from", TT_KEY_TEXT, .example = "nanoindentation"},
    {"references[].youngs_modulus", "Young's modulus, as above", PRESSURE, .flags = TT_KEY_POSITIVE | TT_KEY_OR_MAP,
     .example = "120 ± 5 GPa"},
    {"references[].youngs_modulus.value", "The value", PRESSURE, .flags = TT_KEY_NEEDED | TT_KEY_POSITIVE,
     .example = "120 ± 5 GPa"},
    {"references[].youngs_modulus.source", "Where it is from", TT_KEY_TEXT, .example = "Brillouin scattering"},
};

const tt_schema tt_study_schema = {"study", "the description of a study, several tests compared (study.yaml)", keys,
                                   sizeof keys / sizeof *keys};

tt_status tt_study_file_read(const char *path, tt_study *s, tt_study_entry **entry, size_t *n, tt_error *err)
{
	tt_yaml *yaml = NULL;
	study_file f = {.study = s};
	*entry = NULL;
	*n = 0;
	tt_status st = tt_yaml_read(path, NULL, 0, &yaml, err);
	if (st != TT_OK) return st;
	const tt_schema_reader reader = {.schema = &tt_study_schema, .file = path};
	st = tt_schema_read(&reader, yaml, &f, err);
	tt_yaml_free(yaml);
	s->name = f.name;
	s->group_by = f.group_by;
	s->variants = f.variants;
	s->interval = (tt_interval_kind)f.interval;
	for (size_t i = 0; i < f.list.n; i++)
		free(f.list.real[i]);
	free(f.list.real);
	free(f.list.named);
	if (st != TT_OK) {
		tt_study_entries_free(f.list.entry, f.list.n);
		return st;
	}
	*entry = f.list.entry;
	*n = f.list.n;
	return TT_OK;
}
