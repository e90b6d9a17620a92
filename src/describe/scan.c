/* Reads the description of a scan of diffraction patterns by its table of keys (scan_keys.c).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "describe/schema.h"
#include "temtensile/scan.h"

static tt_status no_memory(tt_error *err)
{
	return tt_fail_memory(err, "a scan's description");
}

/* A region may name only a band that is there. */
static tt_status check_bands(const tt_scan_description *d, const tt_node *root, tt_error *err)
{
	for (size_t i = 0; i < d->n_regions; i++) {
		bool found = !d->region[i].band;
		for (size_t k = 0; k < d->n_bands && !found; k++)
			found = strcmp(d->band[k].name, d->region[i].band) == 0;
		if (!found)
			return tt_node_fail(err, tt_node_get(tt_node_item(tt_node_get(root, "regions"), i), "band"),
			                    "there is no band '%s'", d->region[i].band);
	}
	return TT_OK;
}

/* films/scan-1.yaml: "scan-1" */
static char *name_of(const char *path)
{
	const char *base = tt_path_base(path), *dot = strrchr(base, '.');
	return dot && dot > base ? tt_format("%.*s", (int)(dot - base), base) : tt_strdup(base);
}

static tt_status read_root(tt_scan_description *d, const tt_yaml *yaml, tt_error *err)
{
	const tt_node *root = tt_yaml_root(yaml), *n;
	const tt_schema_reader r = {.schema = &tt_scan_schema, .file = d->path};
	if (tt_node_kind_of(root) != TT_NODE_MAP)
		return tt_node_fail(err, root, "expected keys such as file, shape, regions, found none");
	tt_status st = tt_schema_read(&r, yaml, d, err);
	if (st == TT_OK && !d->file) st = tt_node_need(root, "file", &n, err);
	if (st == TT_OK && !d->name && !(d->name = name_of(d->path))) st = no_memory(err);
	return st == TT_OK ? check_bands(d, root, err) : st;
}

static tt_scan_description *description_new(const char *path)
{
	tt_scan_description *d = calloc(1, sizeof *d);
	if (!d) return NULL;
	d->path = tt_strdup(path);
	if (d->path) return d;
	free(d);
	return NULL;
}

static tt_status finish(tt_scan_description *d, tt_yaml *yaml, tt_status st, tt_scan_description **out, tt_error *err)
{
	if (st == TT_OK) st = read_root(d, yaml, err);
	tt_yaml_free(yaml);
	if (st != TT_OK) {
		tt_scan_description_free(d);
		return st;
	}
	*out = d;
	return TT_OK;
}

tt_status tt_scan_description_read(const char *path, const char *const *sets, size_t n_sets, tt_scan_description **out,
                                   tt_error *err)
{
	tt_yaml *yaml = NULL;
	tt_scan_description *d = description_new(path);
	*out = NULL;
	if (!d) return no_memory(err);
	tt_status st = tt_yaml_read(path, sets, n_sets, &yaml, err);
	return finish(d, yaml, st, out, err);
}

tt_status tt_scan_description_of_file(const char *file, const char *const *sets, size_t n_sets,
                                      tt_scan_description **out, tt_error *err)
{
	static const char text[] = "{}\n";
	tt_yaml *yaml = NULL;
	tt_scan_description *d = description_new("scan.yaml");
	*out = NULL;
	if (!d) return no_memory(err);
	d->file = tt_strdup(file);
	d->name = name_of(file);
	tt_status st = d->file && d->name ? TT_OK : no_memory(err);
	if (st == TT_OK) st = tt_yaml_parse(text, strlen(text), "--set", sets, n_sets, &yaml, err);
	return finish(d, yaml, st, out, err);
}

void tt_scan_description_free(tt_scan_description *d)
{
	if (!d) return;
	for (size_t i = 0; i < d->n_regions; i++) {
		free(d->region[i].name);
		free(d->region[i].rect);
		free(d->region[i].mask);
		free(d->region[i].image);
		free(d->region[i].band);
	}
	for (size_t i = 0; i < d->n_bands; i++)
		free(d->band[i].name);
	free(d->region);
	free(d->band);
	free(d->dead);
	tt_schema_free_strings(&tt_scan_schema, d);
	free(d->path);
	free(d);
}
