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

static tt_status read_indentation(tt_film_description *d, const tt_node *root, tt_error *err)
{
	tt_film_indentation_part *p = &d->indentation;
	const tt_node *s;
	p->area_modulus = p->area_poisson = p->drift_limit = p->frame_stiffness = none;
	p->hardness = p->reduced_modulus = p->plane_strain_modulus = none;
	p->area_depth_m[0] = p->area_depth_m[1] = NAN;
	p->beta = p->epsilon = NAN;
	for (int i = 0; i < 2; i++)
		p->hardness_depth[i] = p->modulus_depth[i] = NAN;
	TT_TRY(tt_film_section_read(root, "indentation", &p->section, &s, err));
	if (!s) return TT_OK;
	TT_TRY(tt_film_positive(d, s, "hardness", "indentation.hardness", TT_DIM_PRESSURE, false, &p->hardness, err));
	TT_TRY(tt_film_positive(d, s, "reduced_modulus", "indentation.reduced_modulus", TT_DIM_PRESSURE, false,
	                        &p->reduced_modulus, err));
	return tt_film_positive(d, s, "plane_strain_modulus", "indentation.plane_strain_modulus", TT_DIM_PRESSURE,
	                        false, &p->plane_strain_modulus, err);
}

static tt_status read_brillouin(tt_film_description *d, const tt_node *root, tt_error *err)
{
	tt_film_brillouin_part *p = &d->brillouin;
	const tt_node *s, *n;
	p->wavelength = p->mirror_spacing = p->velocity = none;
	p->rayleigh_factor = NAN;
	TT_TRY(tt_film_section_read(root, "brillouin", &p->section, &s, err));
	if (!s) return TT_OK;
	TT_TRY(tt_film_positive(d, s, "velocity", "brillouin.velocity", TT_DIM_SPEED, false, &p->velocity, err));
	if ((n = tt_node_get(s, "rayleigh_factor"))) TT_TRY(tt_node_double(n, 0.8, 1, &p->rayleigh_factor, err));
	return TT_OK;
}

static tt_status read_density(tt_film_description *d, const tt_node *root, tt_error *err)
{
	const tt_node *s;
	d->density.value = none;
	TT_TRY(tt_film_section_read(root, "density", &d->density.section, &s, err));
	if (!s) return TT_OK;
	return tt_film_positive(d, s, "value", "density.value", TT_DIM_DENSITY, false, &d->density.value, err);
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
	TT_TRY(read_density(d, root, err));
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
	free_section(&d->density.section);
	free(d->indentation.file);
	free(d->indentation.area_file);
	free(d->indentation.area);
	free(d->indentation.load);
	free(d->indentation.depth);
	free(d->indentation.stiffness);
	free(d->indentation.time);
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
