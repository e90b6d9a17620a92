/* Fuzz target: any bytes as a description, every getter on every node.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "describe/yaml.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void visit(const tt_node *n)
{
	tt_error err;
	const char *s;
	double d[2];
	long i;
	bool b;
	int c;
	const tt_node *value;
	tt_quantity q;
	tt_node_string(n, &s, &err);
	tt_node_double(n, -INFINITY, INFINITY, d, &err);
	tt_node_int(n, -100, 100, &i, &err);
	tt_node_bool(n, &b, &err);
	tt_node_doubles(n, 2, d, &err);
	tt_node_choice(n, (const char *const[]){"auto", "middle", NULL}, &c, &err);
	for (int dim = TT_DIM_LENGTH; dim <= TT_DIM_PIXEL; dim++)
		tt_node_quantity(n, (tt_dimension)dim, &q, &err);
	tt_node_need(n, "file", &value, &err);
	for (size_t k = 0; k < tt_node_count(n); k++) {
		value = tt_node_item(n, k);
		if (value || tt_node_key(n, k, &value)) visit(value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tt_error err;
	tt_yaml *y;
	/* a first line that starts with '=' is a --set */
	char set[256] = "";
	if (size && data[0] == '=') {
		size_t n = 0;
		for (data++, size--; size && *data != '\n' && n < sizeof set - 1; data++, size--)
			set[n++] = (char)*data;
		set[n] = '\0';
	}
	const char *sets[] = {set};
	if (tt_yaml_parse((const char *)data, size, "fuzz.yaml", sets, set[0] != '\0', &y, &err)) return 0;
	tt_node_get(tt_yaml_root(y), "name");
	tt_yaml_check_unused(y, &err);
	visit(tt_yaml_root(y));
	tt_yaml_check_unused(y, &err);
	tt_yaml_free(y);
	return 0;
}
