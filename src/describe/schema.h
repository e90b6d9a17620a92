/* The keys of a description in one table: from it come the parser, its error messages, the help, the manual page of
 * section 5, the completion of --set and the JSON Schema. To add a key: one line in the table of its description
 * (test_keys.c, study.c, …), one member of the struct that the line names, one line in samples/all-keys*.yaml.
 *
 * Paths: "force.spring.stiffness"; "film.*" is any key; "specimen.width[].at" is a key of a map in a list.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DESCRIBE_SCHEMA_H
#define TT_DESCRIBE_SCHEMA_H

#include "describe/yaml.h"
#include "temtensile/schema.h"

typedef enum tt_key_kind {
	TT_KEY_SECTION, /* a map of the keys whose paths begin with this one */
	TT_KEY_TEXT,
	TT_KEY_FILE, /* text; stored relative to the caller, not to the description */
	TT_KEY_NAME, /* of a file, without folders */
	TT_KEY_NUMBER,
	TT_KEY_INTEGER,
	TT_KEY_BOOL,
	TT_KEY_CHOICE, /* one of `words`; its index is stored */
	TT_KEY_QUANTITY,
	TT_KEY_WORDS /* no value but `words` (and what TT_KEY_OR_MAP allows) */
} tt_key_kind;

enum {
	TT_KEY_NEEDED = 1 << 0,   /* an error when absent from its map */
	TT_KEY_EXPERT = 1 << 1,   /* decides results, seldom changed; has a `reason` */
	TT_KEY_POSITIVE = 1 << 2, /* > 0, and its u smaller than the value */
	TT_KEY_NOT_NEGATIVE = 1 << 3,
	TT_KEY_NO_U = 1 << 4,    /* a ± is refused: its uncertainty has no meaning */
	TT_KEY_SAY_U = 1 << 5,   /* a missing ± is listed as not stated */
	TT_KEY_LIST = 1 << 6,    /* a list of least … most such values … */
	TT_KEY_OR_LIST = 1 << 7, /* … or one value alone */
	TT_KEY_OR_MAP = 1 << 8,  /* a map of the keys below this path may stand instead */
	TT_KEY_PAIRS = 1 << 9,   /* the items of the list are themselves [from, to] */
	TT_KEY_RISING = 1 << 10, /* the values of a list increase */
	TT_KEY_ODD = 1 << 11,    /* an odd whole number */
	TT_KEY_POINTS = 1 << 12, /* the items of the list are themselves [x, y] */
	TT_KEY_FOURS = 1 << 13   /* the items of the list are themselves [x, y, width, height] */
};

/* How the member is stored that a key's value goes to. */
typedef enum tt_key_store {
	TT_STORE_NOT,
	TT_STORE_DOUBLE,   /* NaN when absent without a default */
	TT_STORE_DOUBLES,  /* an array, each NaN */
	TT_STORE_QUANTITY, /* NaN */
	TT_STORE_BOOL,
	TT_STORE_INT, /* also enumerations */
	TT_STORE_LONG,
	TT_STORE_STRING /* malloc'ed; NULL */
} tt_key_store;

typedef struct tt_key tt_key;
typedef struct tt_schema_reader tt_schema_reader;
/* Reads what no member can hold alone; `into` is the description's struct. Called only when the key is present. */
typedef tt_status tt_key_read(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into,
                              tt_error *err);

struct tt_key {
	const char *path;
	const char *help; /* one sentence, no full stop */
	tt_key_kind kind;
	tt_dimension dim;  /* quantities */
	double lo, hi;     /* limits, both included, in `unit`; none when equal */
	const char *unit;  /* of lo, hi; NULL: SI, or none */
	const char *words; /* "auto" or "log|image": words that may stand instead; of a choice, its words */
	unsigned flags;
	int least, most;       /* items of a list; most 0: any number */
	const char *fallback;  /* the default, as one would write it: it is read like a value */
	const char *otherwise; /* words for what holds without it, when that is no value ("found in the log") */
	const char *example;   /* needed where there is no fallback */
	const char *reason;    /* of an expert key's default */
	tt_key_store store;
	size_t at, size; /* the member */
	tt_key_read *read;
};

/* The member of struct S that a key is stored to. A list of maps is read by the key's own reader, and the keys in it
 * name members of the item's struct. */
#define TT_INTO(S, member)                                                                                             \
	.store = _Generic(((S *)NULL)->member, \
		double: TT_STORE_DOUBLE, double *: TT_STORE_DOUBLES, tt_quantity: TT_STORE_QUANTITY, bool: TT_STORE_BOOL, \
		int: TT_STORE_INT, unsigned: TT_STORE_INT, long: TT_STORE_LONG, char *: TT_STORE_STRING, \
		const char *: TT_STORE_STRING), \
	.at = offsetof(S, member), .size = sizeof ((S *)NULL)->member

typedef struct tt_schema {
	const char *name;  /* "test" */
	const char *title; /* "the description of one test (test.yaml)" */
	const tt_key *key;
	size_t n;
} tt_schema;

/* To add one: its table, its name here, its line in schemas.c. */
extern const tt_schema tt_test_schema, tt_study_schema, tt_film_schema, tt_scan_schema, tt_simulation_schema;

/* Every schema; NULL behind the last. */
const tt_schema *tt_schema_at(size_t i);
const tt_schema *tt_schema_find(const char *name);
const tt_key *tt_schema_key(const tt_schema *s, const char *path);
/* The key below `parent` (a path, "" for the root) called `name`, or the one called '*'; NULL for none. */
const tt_key *tt_schema_child(const tt_schema *s, const char *parent, const char *name);
/* The last part of a path: "width" of "specimen.width". */
const char *tt_key_name(const tt_key *key);
/* Whether `key` lies directly below `parent`. */
bool tt_key_is_below(const tt_key *key, const char *parent);

struct tt_schema_reader {
	const tt_schema *schema;
	const char *file;       /* paths are relative to this */
	tt_strings *not_stated; /* quantities without ±; may be NULL */
};

/* Reads the document into the struct (zeroed, or holding defaults for members whose keys have no fallback and are not
 * doubles): every key at its place, kinds, units, limits, unknown keys. Errors (TT_ERR_INPUT) have file, line, column.
 */
tt_status tt_schema_read(const tt_schema_reader *r, const tt_yaml *y, void *into, tt_error *err);
/* The same for one map below `path`, such as an item of a list ("law.pop_ins[]"). */
tt_status tt_schema_read_map(const tt_schema_reader *r, const char *path, const tt_node *map, void *into,
                             tt_error *err);
/* Lets go of the strings that the table's keys own in the struct. */
void tt_schema_free_strings(const tt_schema *s, void *into);

/* Any value of the key, as the document holds it, to the key's member or by its reader. */
tt_status tt_key_read_value(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err);
/* For readers of their own: one value, checked against the key's kind, unit and limits. */
tt_status tt_key_read_quantity(const tt_schema_reader *r, const tt_key *key, const tt_node *n, tt_quantity *q,
                               tt_error *err);
tt_status tt_key_read_number(const tt_key *key, const tt_node *n, double *out, tt_error *err);
/* The place of a word among the key's words. */
tt_status tt_key_read_choice(const tt_key *key, const tt_node *n, int *out, tt_error *err);
tt_status tt_key_read_file(const tt_schema_reader *r, const tt_node *n, char **out, tt_error *err);
/* The unit of a column, as text: one of the key's dimension. A reader for tables. */
tt_status tt_key_read_unit(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err);
/* Whether the value is one of the key's words. */
bool tt_key_is_word(const tt_key *key, const tt_node *n);
/* A list of [from, to], malloc'ed as 2n numbers. */
tt_status tt_key_read_pairs(const tt_key *key, const tt_node *n, double **out, size_t *count, tt_error *err);

#endif
