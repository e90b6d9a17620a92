/* Reads the description of a scan of diffraction patterns: every key, its unit and its limits.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "describe/yaml.h"
#include "temtensile/scan.h"

#define TRY(call)                                                                                                      \
	do {                                                                                                           \
		tt_status try_status = (call);                                                                         \
		if (try_status != TT_OK) return try_status;                                                            \
	} while (0)

enum { MOST_REGIONS = 31, MOST_BANDS = 15, MOST_RECTS = 10000, MOST_DEAD = 100000 };

static tt_status no_memory(tt_error *err)
{
	return tt_fail_memory(err, "a scan's description");
}

static tt_status read_text(const tt_node *map, const char *key, char **out, tt_error *err)
{
	const tt_node *n = tt_node_get(map, key);
	const char *s;
	if (!n) return TT_OK;
	TRY(tt_node_string(n, &s, err));
	*out = tt_strdup(s);
	return *out ? TT_OK : no_memory(err);
}

/* A path, made relative to the caller. */
static tt_status read_file(const tt_scan_description *d, const tt_node *map, const char *key, char **out, tt_error *err)
{
	const tt_node *n = tt_node_get(map, key);
	const char *s;
	if (!n) return TT_OK;
	TRY(tt_node_string(n, &s, err));
	*out = tt_path_beside(d->path, s);
	return *out ? TT_OK : no_memory(err);
}

static tt_status read_positive(const tt_node *map, const char *key, tt_dimension dim, tt_quantity *q, tt_error *err)
{
	const tt_node *n = tt_node_get(map, key);
	*q = (tt_quantity){.value = NAN};
	if (!n) return TT_OK;
	TRY(tt_node_quantity(n, dim, q, err));
	return q->value > 0 ? TT_OK : tt_node_fail(err, n, "expected a positive value, found %g", q->value);
}

static tt_status read_name(const tt_node *map, char **out, tt_error *err)
{
	const tt_node *n;
	const char *s;
	TRY(tt_node_need(map, "name", &n, err));
	TRY(tt_node_string(n, &s, err));
	if (!*s || strchr(s, '/'))
		return tt_node_fail(err, n, "a name must not be empty or hold a '/', for files are named after it");
	*out = tt_strdup(s);
	return *out ? TT_OK : no_memory(err);
}

static tt_status need_list(const tt_node *n, size_t most, tt_error *err)
{
	if (tt_node_kind_of(n) != TT_NODE_LIST || tt_node_count(n) < 1 || tt_node_count(n) > most)
		return tt_node_fail(err, n, "expected a list of 1 to %zu entries", most);
	return TT_OK;
}

/* A radius: a bare number of px, or a spatial frequency with its unit. */
static tt_status read_radius(const tt_node *map, const char *key, double *value, bool *in_k, tt_error *err)
{
	const tt_node *n;
	const char *s;
	char *end;
	TRY(tt_node_need(map, key, &n, err));
	TRY(tt_node_string(n, &s, err));
	*value = tt_strtod(s, &end);
	end += strspn(end, " ");
	*in_k = end == s || (*end && strcmp(end, "px") != 0);
	if (*in_k) {
		tt_quantity q;
		TRY(tt_node_quantity(n, TT_DIM_WAVENUMBER, &q, err));
		*value = q.value;
	}
	return *value >= 0 ? TT_OK : tt_node_fail(err, n, "expected a radius of zero or more");
}

static tt_status read_band(const tt_node *n, tt_scan_band_spec *b, tt_error *err)
{
	bool in_k;
	TRY(read_name(n, &b->name, err));
	TRY(read_radius(n, "from", &b->from, &b->in_k, err));
	TRY(read_radius(n, "to", &b->to, &in_k, err));
	if (in_k != b->in_k && b->from != 0) return tt_node_fail(err, n, "from and to must be given in the same unit");
	b->in_k = in_k;
	if (!(b->to > b->from)) return tt_node_fail(err, n, "'to' must be larger than 'from'");
	return TT_OK;
}

static tt_status read_bands(tt_scan_description *d, const tt_node *root, tt_error *err)
{
	const tt_node *list = tt_node_get(root, "bands");
	if (!list) return TT_OK;
	TRY(need_list(list, MOST_BANDS, err));
	d->band = calloc(tt_node_count(list), sizeof *d->band);
	if (!d->band) return no_memory(err);
	for (size_t i = 0; i < tt_node_count(list); i++) {
		d->n_bands++;
		TRY(read_band(tt_node_item(list, i), &d->band[i], err));
		for (size_t k = 0; k < i; k++)
			if (strcmp(d->band[k].name, d->band[i].name) == 0 || strcmp(d->band[i].name, "sum") == 0)
				return tt_node_fail(err, tt_node_item(list, i),
				                    "there is another band of the name '%s'", d->band[i].name);
	}
	return TT_OK;
}

static tt_status read_rects(const tt_node *n, tt_scan_region_spec *g, tt_error *err)
{
	const tt_node *list = tt_node_get(n, "rectangles");
	if (!list) return TT_OK;
	TRY(need_list(list, MOST_RECTS, err));
	g->rect = calloc(tt_node_count(list), sizeof *g->rect);
	if (!g->rect) return no_memory(err);
	for (size_t i = 0; i < tt_node_count(list); i++) {
		double v[4];
		TRY(tt_node_doubles(tt_node_item(list, i), 4, v, err));
		for (int k = 0; k < 4; k++)
			if (v[k] != floor(v[k]) || v[k] < 0 || v[k] > 1 << 20)
				return tt_node_fail(err, tt_node_item(list, i),
				                    "expected [column, row, width, height] in whole positions");
		g->rect[g->n_rects++] = (tt_rect){(int)v[0], (int)v[1], (int)v[2], (int)v[3]};
	}
	return TT_OK;
}

static tt_status read_region(tt_scan_description *d, const tt_node *n, tt_scan_region_spec *g, tt_error *err)
{
	const tt_node *limit;
	g->above = g->below = NAN;
	TRY(read_name(n, &g->name, err));
	TRY(read_rects(n, g, err));
	TRY(read_file(d, n, "mask", &g->mask, err));
	TRY(read_file(d, n, "image", &g->image, err));
	TRY(read_text(n, "band", &g->band, err));
	if ((limit = tt_node_get(n, "above"))) TRY(tt_node_double(limit, -1e30, 1e30, &g->above, err));
	if ((limit = tt_node_get(n, "below"))) TRY(tt_node_double(limit, -1e30, 1e30, &g->below, err));
	if ((g->n_rects > 0) + (g->mask != NULL) + (g->image != NULL) + (g->band != NULL) != 1)
		return tt_node_fail(err, n, "expected one of rectangles, mask, image and band");
	if ((g->image || g->band) && isnan(g->above) && isnan(g->below))
		return tt_node_fail(err, n, "a threshold needs above, below, or both");
	for (size_t k = 0; g->band && k < d->n_bands; k++)
		if (strcmp(d->band[k].name, g->band) == 0) return TT_OK;
	return g->band ? tt_node_fail(err, tt_node_get(n, "band"), "there is no band '%s'", g->band) : TT_OK;
}

static tt_status read_regions(tt_scan_description *d, const tt_node *root, tt_error *err)
{
	const tt_node *list = tt_node_get(root, "regions");
	if (!list) return TT_OK;
	TRY(need_list(list, MOST_REGIONS, err));
	d->region = calloc(tt_node_count(list), sizeof *d->region);
	if (!d->region) return no_memory(err);
	for (size_t i = 0; i < tt_node_count(list); i++) {
		d->n_regions++;
		TRY(read_region(d, tt_node_item(list, i), &d->region[i], err));
		for (size_t k = 0; k < i; k++)
			if (strcmp(d->region[k].name, d->region[i].name) == 0)
				return tt_node_fail(err, tt_node_item(list, i),
				                    "there is another region of the name '%s'", d->region[i].name);
	}
	return TT_OK;
}

static tt_status read_dead(tt_scan_description *d, const tt_node *root, tt_error *err)
{
	const tt_node *list = tt_node_get(root, "dead_pixels");
	TRY(read_file(d, root, "mask", &d->dead_mask, err));
	if (!list) return TT_OK;
	TRY(need_list(list, MOST_DEAD, err));
	d->dead = calloc(2 * tt_node_count(list), sizeof *d->dead);
	if (!d->dead) return no_memory(err);
	for (size_t i = 0; i < tt_node_count(list); i++) {
		TRY(tt_node_doubles(tt_node_item(list, i), 2, &d->dead[2 * i], err));
		d->n_dead++;
	}
	return TT_OK;
}

static tt_status read_geometry(tt_scan_description *d, const tt_node *root, tt_error *err)
{
	const tt_node *n = tt_node_get(root, "shape");
	double v[2];
	if (n) {
		TRY(tt_node_doubles(n, 2, v, err));
		if (v[0] != floor(v[0]) || v[1] != floor(v[1]) || v[0] < 1 || v[1] < 1 || v[0] > 1 << 20 ||
		    v[1] > 1 << 20)
			return tt_node_fail(err, n, "expected [rows, columns] of the scan");
		d->rows = (int64_t)v[0];
		d->columns = (int64_t)v[1];
	}
	if ((n = tt_node_get(root, "centre")) && tt_node_kind_of(n) == TT_NODE_SCALAR) {
		static const char *const words[] = {"auto", NULL};
		int k;
		TRY(tt_node_choice(n, words, &k, err));
	} else if (n) {
		TRY(tt_node_doubles(n, 2, d->centre, err));
		d->has_centre = true;
	}
	if ((n = tt_node_get(root, "ring"))) {
		TRY(tt_node_doubles(n, 2, d->ring, err));
		if (!(d->ring[0] >= 0 && d->ring[1] > d->ring[0]))
			return tt_node_fail(err, n, "expected two rising radii in px");
	}
	TRY(read_positive(root, "calibration", TT_DIM_WAVENUMBER, &d->k_per_px, err));
	TRY(read_positive(root, "step", TT_DIM_LENGTH, &d->step, err));
	if ((n = tt_node_get(root, "gain"))) TRY(tt_node_double(n, 1e-6, 1e9, &d->gain, err));
	return TT_OK;
}

/* films/scan-1.yaml: "scan-1" */
static char *name_of(const char *path)
{
	const char *base = tt_path_base(path), *dot = strrchr(base, '.');
	return dot && dot > base ? tt_format("%.*s", (int)(dot - base), base) : tt_strdup(base);
}

static tt_status read_root(tt_scan_description *d, const tt_node *root, tt_error *err)
{
	const tt_node *n;
	if (tt_node_kind_of(root) != TT_NODE_MAP)
		return tt_node_fail(err, root, "expected keys such as file, shape, regions, found none");
	if (tt_node_get(root, "name")) {
		free(d->name);
		d->name = NULL;
		TRY(read_text(root, "name", &d->name, err));
	}
	if (!d->name && !(d->name = name_of(d->path))) return no_memory(err);
	if (!d->file) {
		TRY(tt_node_need(root, "file", &n, err));
		TRY(read_file(d, root, "file", &d->file, err));
	}
	TRY(read_geometry(d, root, err));
	TRY(read_dead(d, root, err));
	TRY(read_bands(d, root, err));
	TRY(read_regions(d, root, err));
	return read_file(d, root, "haadf", &d->haadf, err);
}

static tt_scan_description *description_new(const char *path)
{
	tt_scan_description *d = calloc(1, sizeof *d);
	if (!d) return NULL;
	d->k_per_px = d->step = (tt_quantity){.value = NAN};
	d->ring[0] = d->ring[1] = d->gain = NAN;
	d->path = tt_strdup(path);
	if (d->path) return d;
	free(d);
	return NULL;
}

static tt_status finish(tt_scan_description *d, tt_yaml *yaml, tt_status st, tt_scan_description **out, tt_error *err)
{
	if (st == TT_OK) st = read_root(d, tt_yaml_root(yaml), err);
	if (st == TT_OK) st = tt_yaml_check_unused(yaml, err);
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
	free(d->region);
	for (size_t i = 0; i < d->n_bands; i++)
		free(d->band[i].name);
	free(d->band);
	free(d->path);
	free(d->name);
	free(d->file);
	free(d->dead_mask);
	free(d->dead);
	free(d->haadf);
	free(d);
}
