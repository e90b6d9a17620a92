/* Reads the description of one film: every key, its unit and its limits.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "describe/film.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

static const tt_quantity none = {.value = NAN};

tt_status tt_film_text(const tt_node *map, const char *key, char **out, tt_error *err)
{
	const tt_node *n = tt_node_get(map, key);
	const char *s;
	if (!n) return TT_OK;
	TT_TRY(tt_node_string(n, &s, err));
	*out = tt_strdup(s);
	return *out ? TT_OK : tt_fail_memory(err, "the film's description");
}

tt_status tt_film_section_read(const tt_node *root, const char *key, tt_film_section *s, const tt_node **out,
                               tt_error *err)
{
	*out = tt_node_get(root, key);
	if (!*out) return TT_OK;
	if (tt_node_kind_of(*out) != TT_NODE_MAP)
		return tt_node_fail(err, *out, "expected keys and values (a mapping), found something else");
	if (!s) return TT_OK;
	s->given = true;
	s->where = tt_strdup(tt_node_where(*out));
	if (!s->where) return tt_fail_memory(err, "the film's description");
	return tt_film_text(*out, "source", &s->source, err);
}

tt_status tt_film_file(const tt_film_description *d, const tt_node *map, const char *key, char **out, tt_error *err)
{
	char *name = NULL;
	TT_TRY(tt_film_text(map, key, &name, err));
	if (!name) return TT_OK;
	*out = tt_path_beside(d->path, name);
	free(name);
	return *out ? TT_OK : tt_fail_memory(err, "a path");
}

tt_status tt_film_positive(tt_film_description *d, const tt_node *map, const char *key, const char *what,
                           tt_dimension dim, bool zero_allowed, tt_quantity *q, tt_error *err)
{
	const tt_node *n = tt_node_get(map, key);
	*q = none;
	if (!n) return TT_OK;
	TT_TRY(tt_node_quantity(n, dim, q, err));
	if (q->value < 0 || (q->value == 0 && !zero_allowed))
		return tt_node_fail(err, n, "expected a %s value, found a %s one",
		                    zero_allowed ? "zero or positive" : "positive", q->value < 0 ? "negative" : "zero");
	if (q->u > 0 && q->u >= q->value && !zero_allowed)
		return tt_node_fail(err, n, "the uncertainty is not smaller than the value");
	if (!q->u_stated) tt_warn(&d->not_stated, "%s", what);
	return TT_OK;
}

tt_status tt_film_range(const tt_node *map, const char *key, double lo, double hi, double out[2], tt_error *err)
{
	const tt_node *n = tt_node_get(map, key);
	if (!n) return TT_OK;
	TT_TRY(tt_node_doubles(n, 2, out, err));
	if (!(out[0] < out[1]) || out[0] < lo || out[1] > hi)
		return tt_node_fail(err, n, "expected two rising numbers from %g to %g, found [%g, %g]", lo, hi, out[0],
		                    out[1]);
	return TT_OK;
}

/* Poisson's ratio: 0 … 0.5. */
static tt_status read_poisson(tt_film_description *d, const tt_node *map, const char *what, tt_quantity *q,
                              tt_error *err)
{
	TT_TRY(tt_film_positive(d, map, "poisson", what, TT_DIM_FRACTION, true, q, err));
	if (q->value >= 0.5)
		return tt_node_fail(err, tt_node_get(map, "poisson"), "Poisson's ratio must be below 0.5, found %g",
		                    q->value);
	return TT_OK;
}

static tt_status read_keys(tt_film_description *d, const tt_node *film, tt_error *err)
{
	size_t n = tt_node_count(film);
	d->key = calloc(n ? n : 1, sizeof *d->key);
	if (!d->key) return tt_fail_memory(err, "the film's keys");
	for (size_t i = 0; i < n; i++) {
		const tt_node *v;
		const char *key = tt_node_key(film, i, &v), *s;
		if (tt_node_kind_of(v) == TT_NODE_NULL) continue;
		TT_TRY(tt_node_string(v, &s, err));
		tt_film_key_text *k = &d->key[d->n_keys++];
		k->key = tt_strdup(key);
		k->text = tt_strdup(s);
		if (!k->key || !k->text) return tt_fail_memory(err, "the film's keys");
	}
	return TT_OK;
}

static tt_status read_film(tt_film_description *d, const tt_node *root, tt_error *err)
{
	const tt_node *film;
	d->deposition_pressure = d->thickness = d->poisson = none;
	TT_TRY(tt_film_section_read(root, "film", NULL, &film, err));
	if (!film) return tt_node_need(root, "film", &film, err);
	TT_TRY(tt_film_text(film, "composition", &d->composition, err));
	const tt_node *p = tt_node_get(film, "deposition_pressure");
	if (p) TT_TRY(tt_node_quantity(p, TT_DIM_PRESSURE, &d->deposition_pressure, err));
	TT_TRY(tt_film_positive(d, film, "thickness", "film.thickness", TT_DIM_LENGTH, false, &d->thickness, err));
	TT_TRY(read_poisson(d, film, "film.poisson", &d->poisson, err));
	return read_keys(d, film, err);
}

static tt_status read_substrate(tt_film_description *d, const tt_node *root, tt_error *err)
{
	const tt_node *s;
	d->substrate.youngs_modulus = d->substrate.poisson = none;
	TT_TRY(tt_film_section_read(root, "substrate", &d->substrate.section, &s, err));
	if (!s) return TT_OK;
	TT_TRY(tt_film_positive(d, s, "youngs_modulus", "substrate.youngs_modulus", TT_DIM_PRESSURE, false,
	                        &d->substrate.youngs_modulus, err));
	if (isnan(d->substrate.youngs_modulus.value)) return tt_node_need(s, "youngs_modulus", &s, err);
	TT_TRY(read_poisson(d, s, "substrate.poisson", &d->substrate.poisson, err));
	return isnan(d->substrate.poisson.value) ? tt_node_need(s, "poisson", &s, err) : TT_OK;
}

/* Fractions of the thickness, [0.05, 0.10], or lengths, [100 nm, 200 nm]. */
static tt_status read_window(const tt_node *map, const char *key, tt_film_window *w, tt_error *err)
{
	const tt_node *n = tt_node_get(map, key);
	const char *first;
	double v[2];
	*w = (tt_film_window){NAN, NAN, false};
	if (!n) return TT_OK;
	if (tt_node_kind_of(n) != TT_NODE_LIST || tt_node_count(n) != 2)
		return tt_node_fail(err, n,
		                    "expected two fractions of the thickness or two lengths, such as [0.05, 0.10]");
	TT_TRY(tt_node_string(tt_node_item(n, 0), &first, err));
	w->length = strpbrk(first, "m\xC3\xC5") != NULL;
	for (size_t i = 0; i < 2; i++) {
		tt_quantity q = none;
		if (w->length) {
			TT_TRY(tt_node_quantity(tt_node_item(n, i), TT_DIM_LENGTH, &q, err));
			v[i] = q.value;
		} else {
			TT_TRY(tt_node_double(tt_node_item(n, i), 0, 1, &v[i], err));
		}
	}
	if (!(v[0] > 0 && v[0] < v[1])) return tt_node_fail(err, n, "expected two positive, rising values");
	w->lo = v[0];
	w->hi = v[1];
	return TT_OK;
}

static tt_status read_lengths(const tt_node *map, const char *key, double out[2], tt_error *err)
{
	tt_film_window w;
	const tt_node *n = tt_node_get(map, key);
	if (!n) return TT_OK;
	TT_TRY(read_window(map, key, &w, err));
	if (!w.length) return tt_node_fail(err, n, "expected two lengths, such as [50 nm, 500 nm]");
	out[0] = w.lo;
	out[1] = w.hi;
	return TT_OK;
}

/* area: a file, a list of coefficients, or `instrument`. */
static tt_status read_area(tt_film_description *d, const tt_node *s, tt_error *err)
{
	tt_film_indentation_part *p = &d->indentation;
	const tt_node *n = tt_node_get(s, "area");
	const char *text;
	if (!n) return TT_OK;
	if (tt_node_kind_of(n) != TT_NODE_LIST) {
		TT_TRY(tt_node_string(n, &text, err));
		return strcmp(text, "instrument") == 0 ? TT_OK : tt_film_file(d, s, "area", &p->area_file, err);
	}
	p->n_area = tt_node_count(n);
	if (p->n_area < 1 || p->n_area > 8)
		return tt_node_fail(err, n, "expected 1 to 8 coefficients of h², h, h^½ …, found %zu", p->n_area);
	p->area = calloc(p->n_area, sizeof *p->area);
	if (!p->area) return tt_fail_memory(err, "the area function");
	for (size_t i = 0; i < p->n_area; i++)
		TT_TRY(tt_node_double(tt_node_item(n, i), -INFINITY, INFINITY, &p->area[i], err));
	if (p->area[0] < 0) return tt_node_fail(err, n, "the coefficient of h² is negative: a negative area");
	return TT_OK;
}

static tt_status read_columns(tt_film_indentation_part *p, const tt_node *s, tt_error *err)
{
	const tt_node *c, *u, *n;
	TT_TRY(tt_film_section_read(s, "columns", NULL, &c, err));
	if (c) {
		TT_TRY(tt_film_text(c, "depth", &p->depth, err));
		TT_TRY(tt_film_text(c, "load", &p->load, err));
		TT_TRY(tt_film_text(c, "stiffness", &p->stiffness, err));
		if (!p->depth) return tt_node_need(c, "depth", &n, err);
		if (!p->load) return tt_node_need(c, "load", &n, err);
	}
	TT_TRY(tt_film_section_read(s, "units", NULL, &u, err));
	if (!u) return TT_OK;
	const struct {
		const char *key;
		tt_dimension dim;
		char **to;
	} unit[] = {{"depth", TT_DIM_LENGTH, &p->depth_unit},
	            {"load", TT_DIM_FORCE, &p->load_unit},
	            {"stiffness", TT_DIM_STIFFNESS, &p->stiffness_unit}};
	for (size_t i = 0; i < 3; i++) {
		TT_TRY(tt_film_text(u, unit[i].key, unit[i].to, err));
		if (*unit[i].to && isnan(tt_unit_factor(*unit[i].to, unit[i].dim)))
			return tt_node_fail(err, tt_node_get(u, unit[i].key), "'%s' is no unit of %s", *unit[i].to,
			                    unit[i].key);
	}
	return TT_OK;
}

static tt_status read_reference(tt_film_description *d, const tt_node *s, tt_error *err)
{
	tt_film_indentation_part *p = &d->indentation;
	const tt_node *r;
	TT_TRY(tt_film_section_read(s, "reference", NULL, &r, err));
	/* Fused silica: 72 GPa, 0.17 (Oliver & Pharr 1992; ISO 14577-3); makers' values differ by 1 GPa. */
	p->reference_modulus = (tt_quantity){72e9, 1e9, true};
	p->reference_poisson = (tt_quantity){0.17, 0.01, true};
	if (!r) return TT_OK;
	TT_TRY(tt_film_positive(d, r, "youngs_modulus", "indentation.reference.youngs_modulus", TT_DIM_PRESSURE, false,
	                        &p->reference_modulus, err));
	if (isnan(p->reference_modulus.value)) return tt_node_need(r, "youngs_modulus", &r, err);
	TT_TRY(read_poisson(d, r, "indentation.reference.poisson", &p->reference_poisson, err));
	return isnan(p->reference_poisson.value) ? tt_node_need(r, "poisson", &r, err) : TT_OK;
}

static tt_status read_frame(tt_film_description *d, const tt_node *s, tt_error *err)
{
	tt_film_indentation_part *p = &d->indentation;
	const tt_node *n = tt_node_get(s, "frame_stiffness");
	const char *text;
	if (!n) return TT_OK;
	TT_TRY(tt_node_string(n, &text, err));
	if (strcmp(text, "auto") != 0)
		return tt_film_positive(d, s, "frame_stiffness", "indentation.frame_stiffness", TT_DIM_STIFFNESS, false,
		                        &p->frame_stiffness, err);
	if (!p->area_file)
		return tt_node_fail(err, n, "a frame stiffness that is to be found needs a reference: area: FILE");
	p->frame_fit = true;
	return TT_OK;
}

static tt_status read_indentation(tt_film_description *d, const tt_node *root, tt_error *err)
{
	static const char *const channels[] = {"instrument", "raw", NULL};
	tt_film_indentation_part *p = &d->indentation;
	const tt_node *s, *n;
	p->reference_modulus = p->reference_poisson = p->drift_limit = p->frame_stiffness = p->beta = none;
	p->hardness = p->reduced_modulus = p->plane_strain_modulus = none;
	p->area_depth_m[0] = p->area_depth_m[1] = NAN;
	p->epsilon = NAN;
	TT_TRY(tt_film_section_read(root, "indentation", &p->section, &s, err));
	if (!s) return TT_OK;
	TT_TRY(tt_film_positive(d, s, "hardness", "indentation.hardness", TT_DIM_PRESSURE, false, &p->hardness, err));
	TT_TRY(tt_film_positive(d, s, "reduced_modulus", "indentation.reduced_modulus", TT_DIM_PRESSURE, false,
	                        &p->reduced_modulus, err));
	TT_TRY(tt_film_positive(d, s, "plane_strain_modulus", "indentation.plane_strain_modulus", TT_DIM_PRESSURE,
	                        false, &p->plane_strain_modulus, err));
	TT_TRY(tt_film_file(d, s, "file", &p->file, err));
	TT_TRY(read_area(d, s, err));
	TT_TRY(read_reference(d, s, err));
	TT_TRY(read_lengths(s, "area_depth", p->area_depth_m, err));
	TT_TRY(tt_film_positive(d, s, "beta", "indentation.beta", TT_DIM_FRACTION, false, &p->beta, err));
	if (p->beta.value < 0.9 || p->beta.value > 1.2)
		return tt_node_fail(err, tt_node_get(s, "beta"),
		                    "expected β from 0.9 to 1.2 (1 to 1.034 in use), found %g", p->beta.value);
	if ((n = tt_node_get(s, "epsilon"))) TT_TRY(tt_node_double(n, 0.6, 1, &p->epsilon, err));
	TT_TRY(read_window(s, "hardness_depth", &p->hardness_depth, err));
	TT_TRY(read_window(s, "modulus_depth", &p->modulus_depth, err));
	if ((n = tt_node_get(s, "drift_limit"))) TT_TRY(tt_node_quantity(n, TT_DIM_SPEED, &p->drift_limit, err));
	if (n && !(p->drift_limit.value > 0)) return tt_node_fail(err, n, "expected a positive value");
	TT_TRY(read_frame(d, s, err));
	if ((n = tt_node_get(s, "channels"))) {
		int k;
		TT_TRY(tt_node_choice(n, channels, &k, err));
		p->raw = k == 1;
	}
	TT_TRY(read_columns(p, s, err));
	if (!p->file && isnan(p->hardness.value) && isnan(p->reduced_modulus.value) &&
	    isnan(p->plane_strain_modulus.value))
		return tt_node_fail(err, s, "expected a file, or hardness and plane_strain_modulus with their source");
	if (p->file && d->substrate.section.given && isnan(d->thickness.value))
		return tt_node_fail(err, s, "the film's modulus on a substrate needs film.thickness");
	if (p->file && !d->substrate.section.given && !isnan(d->thickness.value))
		return tt_node_fail(err, s, "the film's modulus needs its substrate: {youngs_modulus: …, poisson: …}");
	if (p->file && isnan(d->thickness.value) &&
	    ((isfinite(p->hardness_depth.lo) && !p->hardness_depth.length) ||
	     (isfinite(p->modulus_depth.lo) && !p->modulus_depth.length)))
		return tt_node_fail(
		    err, s, "depths as fractions need film.thickness; expected lengths such as [100 nm, 200 nm]");
	return TT_OK;
}

static tt_status read_angle(tt_film_description *d, const tt_node *n, tt_quantity *q, tt_error *err)
{
	const tt_node *a;
	TT_TRY(tt_node_need(n, "angle", &a, err));
	TT_TRY(tt_node_quantity(a, TT_DIM_ANGLE, q, err));
	if (!(q->value > 0 && q->value < 90))
		return tt_node_fail(err, a, "expected an angle of incidence between 0° and 90°, found %g°", q->value);
	if (!q->u_stated) tt_warn(&d->not_stated, "brillouin: an angle of %g°", q->value);
	return TT_OK;
}

/* spectra: [{file, angle}], shifts: [{shift, angle}]; both may be there. */
static tt_status read_spectra(tt_film_description *d, const tt_node *s, const char *key, bool files, tt_error *err)
{
	tt_film_brillouin_part *p = &d->brillouin;
	const tt_node *list = tt_node_get(s, key), *v;
	if (!list) return TT_OK;
	if (tt_node_kind_of(list) != TT_NODE_LIST || !tt_node_count(list))
		return tt_node_fail(err, list, "expected a list of {%s: …, angle: …}", files ? "file" : "shift");
	tt_film_spectrum *grown = realloc(p->spectrum, (p->n_spectra + tt_node_count(list)) * sizeof *grown);
	if (!grown) return tt_fail_memory(err, "the spectra");
	p->spectrum = grown;
	for (size_t i = 0; i < tt_node_count(list); i++) {
		const tt_node *n = tt_node_item(list, i);
		tt_film_spectrum *e = &p->spectrum[p->n_spectra++];
		*e = (tt_film_spectrum){.shift = none, .angle = none, .where = tt_strdup(tt_node_where(n))};
		if (!e->where) return tt_fail_memory(err, "the spectra");
		TT_TRY(tt_node_need(n, files ? "file" : "shift", &v, err));
		if (files)
			TT_TRY(tt_film_file(d, n, "file", &e->file, err));
		else
			TT_TRY(tt_film_positive(d, n, "shift", "a shift of brillouin.shifts", TT_DIM_FREQUENCY, false,
			                        &e->shift, err));
		TT_TRY(read_angle(d, n, &e->angle, err));
	}
	return TT_OK;
}

static tt_status read_brillouin(tt_film_description *d, const tt_node *root, tt_error *err)
{
	tt_film_brillouin_part *p = &d->brillouin;
	const tt_node *s, *n;
	p->wavelength = p->mirror_spacing = p->scan_amplitude = p->angle_offset = p->velocity = none;
	p->rayleigh_factor = p->range_Hz[0] = p->range_Hz[1] = NAN;
	TT_TRY(tt_film_section_read(root, "brillouin", &p->section, &s, err));
	if (!s) return TT_OK;
	TT_TRY(tt_film_positive(d, s, "velocity", "brillouin.velocity", TT_DIM_SPEED, false, &p->velocity, err));
	TT_TRY(tt_film_positive(d, s, "wavelength", "brillouin.wavelength", TT_DIM_LENGTH, false, &p->wavelength, err));
	TT_TRY(tt_film_positive(d, s, "mirror_spacing", "brillouin.mirror_spacing", TT_DIM_LENGTH, false,
	                        &p->mirror_spacing, err));
	TT_TRY(tt_film_positive(d, s, "scan_amplitude", "brillouin.scan_amplitude", TT_DIM_FREQUENCY, false,
	                        &p->scan_amplitude, err));
	if ((n = tt_node_get(s, "angle_offset"))) TT_TRY(tt_node_quantity(n, TT_DIM_ANGLE, &p->angle_offset, err));
	if ((n = tt_node_get(s, "range"))) {
		tt_quantity q;
		if (tt_node_kind_of(n) != TT_NODE_LIST || tt_node_count(n) != 2)
			return tt_node_fail(err, n, "expected two frequencies, such as [6 GHz, 12 GHz]");
		for (size_t i = 0; i < 2; i++) {
			TT_TRY(tt_node_quantity(tt_node_item(n, i), TT_DIM_FREQUENCY, &q, err));
			p->range_Hz[i] = q.value;
		}
		if (!(p->range_Hz[0] > 0 && p->range_Hz[0] < p->range_Hz[1]))
			return tt_node_fail(err, n, "expected two positive, rising frequencies");
	}
	TT_TRY(read_spectra(d, s, "spectra", true, err));
	TT_TRY(read_spectra(d, s, "shifts", false, err));
	if ((n = tt_node_get(s, "rayleigh_factor"))) TT_TRY(tt_node_double(n, 0.8, 1, &p->rayleigh_factor, err));
	if (!p->n_spectra && isnan(p->velocity.value))
		return tt_node_fail(err, s, "expected spectra, shifts, or a velocity with its source");
	if (p->n_spectra && !isnan(p->velocity.value))
		return tt_node_fail(err, s, "expected either a velocity or spectra and shifts, found both");
	if (p->n_spectra && isnan(p->wavelength.value)) return tt_node_need(s, "wavelength", &n, err);
	return TT_OK;
}

static tt_status read_properties(tt_film_description *d, const tt_node *root, tt_error *err)
{
	const tt_node *s, *n;
	TT_TRY(tt_film_section_read(root, "properties", NULL, &s, err));
	if (!s) return TT_OK;
	if ((n = tt_node_get(s, "draws"))) TT_TRY(tt_node_int(n, 100, 1000000, &d->draws, err));
	if ((n = tt_node_get(s, "seed"))) TT_TRY(tt_node_int(n, 0, 1000000000, &d->seed, err));
	return TT_OK;
}

/* films/film-10pa.yaml: "film-10pa". */
static char *name_of(const char *path)
{
	const char *base = tt_path_base(path), *dot = strrchr(base, '.');
	return dot && dot > base ? tt_format("%.*s", (int)(dot - base), base) : tt_strdup(base);
}

static tt_status read_root(tt_film_description *d, const tt_node *root, tt_error *err)
{
	if (tt_node_kind_of(root) != TT_NODE_MAP)
		return tt_node_fail(err, root,
		                    "expected keys such as film, indentation, brillouin, density, found none");
	TT_TRY(tt_film_text(root, "name", &d->name, err));
	if (!d->name && !(d->name = name_of(d->path))) return tt_fail_memory(err, "the film's name");
	TT_TRY(read_film(d, root, err));
	TT_TRY(read_substrate(d, root, err));
	TT_TRY(read_indentation(d, root, err));
	TT_TRY(read_brillouin(d, root, err));
	TT_TRY(tt_film_structure_read(d, root, err));
	return read_properties(d, root, err);
}

tt_status tt_film_description_read(const char *path, const char *const *sets, size_t n_sets, tt_film_description **out,
                                   tt_error *err)
{
	tt_yaml *yaml = NULL;
	tt_film_description *d = calloc(1, sizeof *d);
	*out = NULL;
	if (!d || !(d->path = tt_strdup(path))) {
		free(d);
		return tt_fail_memory(err, "the film's description");
	}
	tt_status st = tt_yaml_read(path, sets, n_sets, &yaml, err);
	if (st == TT_OK) st = read_root(d, tt_yaml_root(yaml), err);
	if (st == TT_OK) st = tt_yaml_check_unused(yaml, err);
	tt_yaml_free(yaml);
	if (st != TT_OK) {
		tt_film_description_free(d);
		return st;
	}
	*out = d;
	return TT_OK;
}

static void free_section(tt_film_section *s)
{
	free(s->where);
	free(s->source);
}

void tt_film_description_free(tt_film_description *d)
{
	if (!d) return;
	for (size_t i = 0; i < d->n_keys; i++) {
		free(d->key[i].key);
		free(d->key[i].text);
	}
	free(d->key);
	free_section(&d->substrate.section);
	free_section(&d->indentation.section);
	free_section(&d->brillouin.section);
	tt_film_structure_free(d);
	free(d->indentation.file);
	free(d->indentation.area_file);
	free(d->indentation.area);
	free(d->indentation.load);
	free(d->indentation.depth);
	free(d->indentation.stiffness);
	free(d->indentation.depth_unit);
	free(d->indentation.load_unit);
	free(d->indentation.stiffness_unit);
	for (size_t i = 0; i < d->brillouin.n_spectra; i++) {
		free(d->brillouin.spectrum[i].file);
		free(d->brillouin.spectrum[i].where);
	}
	free(d->brillouin.spectrum);
	free(d->path);
	free(d->name);
	free(d->composition);
	tt_strings_free(&d->not_stated);
	free(d);
}
