/* Values of simulation.yaml, one key after the other.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/spec_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "describe/schema.h"

const tt_node *tt_sim_section(tt_sim_reader *r, const tt_node *map, const char *key)
{
	if (r->status || !map) return NULL;
	const tt_node *n = tt_node_get(map, key);
	if (n && tt_node_kind_of(n) != TT_NODE_MAP) r->status = tt_node_fail(r->err, n, "a map of keys expected");
	return r->status ? NULL : n;
}

const tt_node *tt_sim_key(tt_sim_reader *r, const tt_node *map, const char *key)
{
	return r->status || !map ? NULL : tt_node_get(map, key);
}

bool tt_sim_is_word(const tt_node *n, const char *word)
{
	const char *text;
	return tt_node_kind_of(n) == TT_NODE_SCALAR && tt_node_string(n, &text, NULL) == TT_OK &&
	       strcmp(text, word) == 0;
}

/* What the table of keys says of a path. */
static const tt_key *known(tt_sim_reader *r, const char *path)
{
	const tt_key *key = tt_schema_key(&tt_simulation_schema, path);
	if (!key && !r->status) r->status = tt_fail(r->err, TT_ERR_FAILED, "the table of keys lacks '%s'", path);
	return r->status ? NULL : key;
}

/* The value of a path's last part in its map; *key: what the table says of it. */
static const tt_node *value_at(tt_sim_reader *r, const tt_node *map, const char *path, const tt_key **key)
{
	if (r->status || !map || !(*key = known(r, path))) return NULL;
	return tt_node_get(map, tt_key_name(*key));
}

/* lo, hi in `unit`. */
static void check_range(tt_sim_reader *r, const tt_node *n, double value, double lo, double hi, const char *unit,
                        double si)
{
	if (r->status || (value >= lo * si * (1 - 1e-12) && value <= hi * si * (1 + 1e-12))) return;
	if (value >= lo * si - 1e-12 * fabs(lo * si) && value <= hi * si + 1e-12 * fabs(hi * si)) return;
	r->status = tt_node_fail(r->err, n, "found %.6g %s, expected %g to %g %s", value / si, unit, lo, hi, unit);
}

static void quantity_of(tt_sim_reader *r, const tt_node *n, tt_dimension dim, double lo, double hi, const char *unit,
                        tt_quantity *out)
{
	if (r->status || !n) return;
	r->status = tt_node_quantity(n, dim, out, r->err);
	double si = tt_unit_factor(unit, dim);
	check_range(r, n, out->value, lo, hi, unit, isnan(si) ? 1 : si);
}

void tt_sim_read_quantity(tt_sim_reader *r, const tt_node *map, const char *path, tt_quantity *out)
{
	const tt_key *key;
	const tt_node *n = value_at(r, map, path, &key);
	if (n) quantity_of(r, n, key->dim, key->lo, key->hi, key->unit, out);
}

/* A quantity whose uncertainty has no meaning here. */
void tt_sim_read_value_in(tt_sim_reader *r, const tt_node *n, tt_dimension dim, double lo, double hi, const char *unit,
                          double *out)
{
	tt_quantity q = {*out, 0, false};
	if (r->status || !n) return;
	quantity_of(r, n, dim, lo, hi, unit, &q);
	if (!r->status && q.u > 0)
		r->status = tt_node_fail(r->err, n,
		                         "no ± expected: true values are drawn for stiffness, width, thickness, "
		                         "pixel_size, frame_compliance, log_starts_at and clock_rate only");
	*out = q.value;
}

void tt_sim_read_value_of(tt_sim_reader *r, const tt_node *n, const char *path, double *out)
{
	const tt_key *key = n ? known(r, path) : NULL;
	if (key) tt_sim_read_value_in(r, n, key->dim, key->lo, key->hi, key->unit, out);
}

void tt_sim_read_value(tt_sim_reader *r, const tt_node *map, const char *path, double *out)
{
	const tt_key *key;
	const tt_node *n = value_at(r, map, path, &key);
	if (n) tt_sim_read_value_in(r, n, key->dim, key->lo, key->hi, key->unit, out);
}

void tt_sim_read_in(tt_sim_reader *r, const tt_node *map, const char *key, tt_dimension dim, double lo, double hi,
                    const char *unit, double *out)
{
	tt_sim_read_value_in(r, tt_sim_key(r, map, key), dim, lo, hi, unit, out);
}

void tt_sim_read_number(tt_sim_reader *r, const tt_node *map, const char *path, double *out)
{
	const tt_key *key;
	const tt_node *n = value_at(r, map, path, &key);
	if (n) r->status = tt_node_double(n, key->lo, key->hi, out, r->err);
}

void tt_sim_read_integer(tt_sim_reader *r, const tt_node *map, const char *path, int *out)
{
	const tt_key *key;
	const tt_node *n = value_at(r, map, path, &key);
	long v;
	if (!n || (r->status = tt_node_int(n, (long)key->lo, (long)key->hi, &v, r->err))) return;
	*out = (int)v;
}

void tt_sim_read_boolean(tt_sim_reader *r, const tt_node *map, const char *path, bool *out)
{
	const tt_key *key;
	const tt_node *n = value_at(r, map, path, &key);
	if (n) r->status = tt_node_bool(n, out, r->err);
}

void tt_sim_read_choice(tt_sim_reader *r, const tt_node *map, const char *path, int *out)
{
	const tt_key *key;
	const tt_node *n = value_at(r, map, path, &key);
	if (n) r->status = tt_key_read_choice(key, n, out, r->err);
}

void tt_sim_read_flag_choice(tt_sim_reader *r, const tt_node *map, const char *path, bool *out)
{
	int i = *out;
	tt_sim_read_choice(r, map, path, &i);
	*out = i == 1;
}

void tt_sim_read_string(tt_sim_reader *r, const tt_node *map, const char *key, char **out)
{
	const tt_node *n = tt_sim_key(r, map, key);
	const char *text;
	if (!n || (r->status = tt_node_string(n, &text, r->err))) return;
	char *copy = tt_strdup(text);
	if (!copy) {
		r->status = tt_fail_memory(r->err, "the description");
		return;
	}
	free(*out);
	*out = copy;
}

/* A file's name inside the output folder. */
void tt_sim_read_file_name(tt_sim_reader *r, const tt_node *map, const char *key, char **out)
{
	tt_sim_read_string(r, map, key, out);
	const tt_node *n = tt_sim_key(r, map, key);
	if (n && (strchr(*out, '/') || !**out || **out == '.'))
		r->status = tt_node_fail(r->err, n, "'%s': a plain file name expected, without folders", *out);
}

bool tt_sim_ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);
	return n > m && strcmp(text + n - m, end) == 0;
}

const tt_node *tt_sim_list(tt_sim_reader *r, const tt_node *map, const char *key, size_t most, const char *keys)
{
	const tt_node *list = tt_sim_key(r, map, key);
	if (!list) return NULL;
	if (tt_node_kind_of(list) == TT_NODE_LIST && tt_node_count(list) <= most) return list;
	r->status = tt_node_fail(r->err, list, "a list of at most %zu maps %s expected", most, keys);
	return NULL;
}

const tt_node *tt_sim_item(tt_sim_reader *r, const tt_node *list, size_t i, const char *keys)
{
	const tt_node *item = tt_node_item(list, i);
	if (tt_node_kind_of(item) == TT_NODE_MAP) return item;
	r->status = tt_node_fail(r->err, item, "a map %s expected", keys);
	return NULL;
}

void tt_sim_read_pair(tt_sim_reader *r, const tt_node *map, const char *path, const char *what, double out[2])
{
	const tt_key *key;
	const tt_node *n = value_at(r, map, path, &key);
	if (!n) return;
	if (tt_node_kind_of(n) != TT_NODE_LIST || tt_node_count(n) != 2) {
		r->status = tt_node_fail(r->err, n, "a list of %s expected", what);
		return;
	}
	for (size_t i = 0; i < 2; i++)
		tt_sim_read_value_in(r, tt_node_item(n, i), key->dim, key->lo, key->hi, key->unit, &out[i]);
}
