/* The table of keys of scan.yaml.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "describe/schema.h"
#include "temtensile/scan.h"

#define TRY(call)                                                                                                      \
	do {                                                                                                           \
		tt_status try_status = (call);                                                                         \
		if (try_status != TT_OK) return try_status;                                                            \
	} while (0)

enum { MOST_REGIONS = 31, MOST_BANDS = 15, MOST_RECTS = 10000, MOST_DEAD = 100000, MOST_SIDE = 1 << 20 };

static tt_status no_memory(tt_error *err)
{
	return tt_fail_memory(err, "a scan's description");
}

static tt_status need_list(const tt_node *n, size_t most, tt_error *err)
{
	if (tt_node_kind_of(n) != TT_NODE_LIST || tt_node_count(n) < 1 || tt_node_count(n) > most)
		return tt_node_fail(err, n, "expected a list of 1 to %zu entries", most);
	return TT_OK;
}

/* Names that files are called after; no two alike. */
static tt_status check_name(const tt_node *n, const char *name, tt_error *err)
{
	if (*name && !strchr(name, '/') && *name != '.') return TT_OK;
	return tt_node_fail(err, n,
	                    "a name must not be empty, begin with '.' or hold a '/', for files are named after it");
}

static tt_status read_shape(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_scan_description *d = into;
	double v[2];
	(void)r;
	(void)key;
	TRY(tt_node_doubles(n, 2, v, err));
	if (v[0] != floor(v[0]) || v[1] != floor(v[1]) || v[0] < 1 || v[1] < 1 || v[0] > MOST_SIDE || v[1] > MOST_SIDE)
		return tt_node_fail(err, n, "expected [rows, columns] of the scan");
	d->rows = (int64_t)v[0];
	d->columns = (int64_t)v[1];
	return TT_OK;
}

static tt_status read_centre(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_scan_description *d = into;
	(void)r;
	if (tt_key_is_word(key, n)) return TT_OK;
	TRY(tt_node_doubles(n, 2, d->centre, err));
	d->has_centre = true;
	return TT_OK;
}

static tt_status read_dead(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_scan_description *d = into;
	(void)r;
	(void)key;
	TRY(need_list(n, MOST_DEAD, err));
	d->dead = calloc(2 * tt_node_count(n), sizeof *d->dead);
	if (!d->dead) return no_memory(err);
	for (size_t i = 0; i < tt_node_count(n); i++) {
		TRY(tt_node_doubles(tt_node_item(n, i), 2, &d->dead[2 * i], err));
		d->n_dead++;
	}
	return TT_OK;
}

/* A radius: a bare number of px, or a spatial frequency with its unit. */
static tt_status read_radius(const tt_node *n, double *value, bool *in_k, tt_error *err)
{
	const char *s;
	char *end;
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

typedef struct radius {
	double value;
	bool in_k;
} radius;

typedef struct band_keys {
	char *name;
	radius from, to;
} band_keys;

static tt_status read_radius_key(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into,
                                 tt_error *err)
{
	radius *to = (radius *)(void *)((char *)into + key->at);
	(void)r;
	return read_radius(n, &to->value, &to->in_k, err);
}

static tt_status read_band(const tt_schema_reader *r, const tt_node *n, tt_scan_band_spec *b, tt_error *err)
{
	band_keys k = {0};
	tt_status st = tt_schema_read_map(r, "bands[]", n, &k, err);
	*b = (tt_scan_band_spec){.name = k.name, .from = k.from.value, .to = k.to.value, .in_k = k.to.in_k};
	if (st != TT_OK) return st;
	TRY(check_name(n, b->name, err));
	if (k.from.in_k != k.to.in_k && k.from.value != 0)
		return tt_node_fail(err, n, "from and to must be given in the same unit");
	return b->to > b->from ? TT_OK : tt_node_fail(err, n, "'to' must be larger than 'from'");
}

static tt_status read_bands(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_scan_description *d = into;
	(void)key;
	TRY(need_list(n, MOST_BANDS, err));
	d->band = calloc(tt_node_count(n), sizeof *d->band);
	if (!d->band) return no_memory(err);
	for (size_t i = 0; i < tt_node_count(n); i++) {
		const tt_node *item = tt_node_item(n, i);
		d->n_bands++;
		TRY(read_band(r, item, &d->band[i], err));
		bool taken = strcmp(d->band[i].name, "sum") == 0;
		for (size_t k = 0; k < i; k++)
			taken = taken || strcmp(d->band[k].name, d->band[i].name) == 0;
		if (taken) return tt_node_fail(err, item, "there is another band of the name '%s'", d->band[i].name);
	}
	return TT_OK;
}

static tt_status read_rects(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_scan_region_spec *g = into;
	(void)r;
	(void)key;
	TRY(need_list(n, MOST_RECTS, err));
	g->rect = calloc(tt_node_count(n), sizeof *g->rect);
	if (!g->rect) return no_memory(err);
	for (size_t i = 0; i < tt_node_count(n); i++) {
		double v[4];
		TRY(tt_node_doubles(tt_node_item(n, i), 4, v, err));
		for (int k = 0; k < 4; k++)
			if (v[k] != floor(v[k]) || v[k] < 0 || v[k] > MOST_SIDE)
				return tt_node_fail(err, tt_node_item(n, i),
				                    "expected [column, row, width, height] in whole positions");
		g->rect[g->n_rects++] = (tt_rect){(int)v[0], (int)v[1], (int)v[2], (int)v[3]};
	}
	return TT_OK;
}

static tt_status read_region(const tt_schema_reader *r, const tt_node *n, tt_scan_region_spec *g, tt_error *err)
{
	TRY(tt_schema_read_map(r, "regions[]", n, g, err));
	TRY(check_name(n, g->name, err));
	if ((g->n_rects > 0) + (g->mask != NULL) + (g->image != NULL) + (g->band != NULL) != 1)
		return tt_node_fail(err, n, "expected one of rectangles, mask, image and band");
	if ((g->image || g->band) && isnan(g->above) && isnan(g->below))
		return tt_node_fail(err, n, "a threshold needs above, below, or both");
	return TT_OK;
}

static tt_status read_regions(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_scan_description *d = into;
	(void)key;
	TRY(need_list(n, MOST_REGIONS, err));
	d->region = calloc(tt_node_count(n), sizeof *d->region);
	if (!d->region) return no_memory(err);
	for (size_t i = 0; i < tt_node_count(n); i++) {
		d->n_regions++;
		TRY(read_region(r, tt_node_item(n, i), &d->region[i], err));
		for (size_t k = 0; k < i; k++)
			if (strcmp(d->region[k].name, d->region[i].name) == 0)
				return tt_node_fail(err, tt_node_item(n, i), "there is another region of the name '%s'",
				                    d->region[i].name);
	}
	return TT_OK;
}

#define INTO(member) TT_INTO(tt_scan_description, member)
#define INTO_REGION(member) TT_INTO(tt_scan_region_spec, member)
#define QUANTITY(dimension) TT_KEY_QUANTITY, TT_DIM_##dimension
#define PAIR TT_KEY_LIST, .least = 2, .most = 2

static const tt_key keys[] = {
    {"name", "What the scan is called in figures and tables", TT_KEY_TEXT, .otherwise = "the description's file name",
     .example = "layers A and B", INTO(name)},
    {"file",
     "Patterns: Merlin .mib, ASTAR .blo, 4-D HDF5, NumPy with four axes, or a stack such as DM4, MRC, TVIPS, TIFF, "
     "EMD; "
     "needed unless scan4d is called with the file itself",
     TT_KEY_FILE, .example = "scan.mib", INTO(file)},
    {"shape", "[rows, columns] of the scan", TT_KEY_INTEGER, .flags = PAIR, .lo = 1, .hi = MOST_SIDE,
     .otherwise = "the file's", .example = "[12, 12]", .read = read_shape},
    {"calibration", "Spatial frequency k = 1/d of a pixel", QUANTITY(WAVENUMBER), .flags = TT_KEY_POSITIVE,
     .otherwise = "the file's, else radii are in px", .example = "0.25 ± 0.0025 nm⁻¹/px", INTO(k_per_px)},
    {"step", "Distance from position to position", QUANTITY(LENGTH), .flags = TT_KEY_POSITIVE,
     .otherwise = "not known: no scale bar", .example = "2 ± 0 nm", INTO(step)},
    {"centre", "Centre [x, y] of the patterns in px, or auto", TT_KEY_NUMBER, .words = "auto", .flags = PAIR,
     .fallback = "auto", .example = "[32.5, 31.0]", .read = read_centre},
    {"mask", "Image of the pattern's size: pixels above zero are not used (dead ones, the beam stop)", TT_KEY_FILE,
     .otherwise = "none", .example = "dead.tif", INTO(dead_mask)},
    {"dead_pixels", "Further pixels [x, y] that are not used", TT_KEY_NUMBER, .flags = TT_KEY_LIST | TT_KEY_POINTS,
     .least = 1, .most = MOST_DEAD, .otherwise = "none", .example = "[[52, 39]]", .read = read_dead},
    {"ring", "Radii in px between which the first ring is fitted", TT_KEY_NUMBER,
     .flags = TT_KEY_NOT_NEGATIVE | TT_KEY_RISING | PAIR, .otherwise = "found", .example = "[9, 30]", INTO(ring)},
    {"gain", "Value of one electron, so that shot noise can be taken off", TT_KEY_NUMBER, .lo = 1e-6, .hi = 1e9,
     .otherwise = "1 where the detector counts, else not known", .example = "1", INTO(gain)},
    {"haadf", "Image of columns × rows to show beside the virtual ones", TT_KEY_FILE, .otherwise = "none",
     .example = "haadf.tif", INTO(haadf)},
    {"bands", "Bands of k, each of which gives a virtual image", TT_KEY_SECTION, .flags = TT_KEY_LIST, .least = 1,
     .most = MOST_BANDS, .example = "[{name: ring, from: 12.5, to: 14.5}]", .read = read_bands},
    {"bands[].name", "Its name, which its files have", TT_KEY_TEXT, .flags = TT_KEY_NEEDED, .example = "ring",
     TT_INTO(band_keys, name)},
    {"bands[].from", "Inner radius: a number of px, or a spatial frequency", TT_KEY_TEXT, .flags = TT_KEY_NEEDED,
     .example = "3.2 1/nm", .read = read_radius_key, .at = offsetof(band_keys, from)},
    {"bands[].to", "Outer radius", TT_KEY_TEXT, .flags = TT_KEY_NEEDED, .example = "14.5", .read = read_radius_key,
     .at = offsetof(band_keys, to)},
    {"regions", "Regions of the scan: rectangles, a mask, or a threshold on an image or on a band's virtual image",
     TT_KEY_SECTION, .flags = TT_KEY_LIST, .least = 1, .most = MOST_REGIONS, .otherwise = "the whole scan alone",
     .example = "[{name: A, rectangles: [[0, 0, 3, 12]]}]", .read = read_regions},
    {"regions[].name", "Its name", TT_KEY_TEXT, .flags = TT_KEY_NEEDED, .example = "A", INTO_REGION(name)},
    {"regions[].rectangles", "Rectangles [column, row, width, height] of positions, as [[0, 0, 3, 12]]", TT_KEY_INTEGER,
     .example = "[[0, 0, 3, 12]]", .flags = TT_KEY_LIST | TT_KEY_FOURS, .least = 1, .most = MOST_RECTS,
     .read = read_rects},
    {"regions[].mask", "Image of columns × rows; positions above zero belong to it", TT_KEY_FILE, .example = "a.tif",
     INTO_REGION(mask)},
    {"regions[].image", "Image of columns × rows, with a threshold", TT_KEY_FILE, .example = "haadf.tif",
     INTO_REGION(image)},
    {"regions[].band", "Name of a band, with a threshold on its mean counts a pattern; the scan is then read twice",
     TT_KEY_TEXT, .example = "ring", INTO_REGION(band)},
    {"regions[].above", "Threshold: values above it", TT_KEY_NUMBER, .example = "1500", INTO_REGION(above)},
    {"regions[].below", "Threshold: values below it", TT_KEY_NUMBER, .example = "4000", INTO_REGION(below)},
};

const tt_schema tt_scan_schema = {"scan", "the description of a scan of diffraction patterns (scan.yaml)", keys,
                                  sizeof keys / sizeof *keys};
