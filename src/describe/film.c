/* Reads the description of one film by its table of keys (film_keys.c), and checks what keys need of each other.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "describe/schema.h"
#include "temtensile/film.h"

#define TRY(call)                                                                                                      \
	do {                                                                                                           \
		tt_status try_status = (call);                                                                         \
		if (try_status != TT_OK) return try_status;                                                            \
	} while (0)

static tt_status check_indentation(tt_film_description *d, const tt_node *s, tt_error *err)
{
	tt_film_indentation_part *p = &d->indentation;
	if (isnan(p->reference_modulus.value)) {
		/* Fused silica: 72 GPa, 0.17 (Oliver & Pharr 1992; ISO 14577-3); makers' values differ by 1 GPa. */
		p->reference_modulus = (tt_quantity){72e9, 1e9, true};
		p->reference_poisson = (tt_quantity){0.17, 0.01, true};
	}
	if (!s) return TT_OK;
	if (p->frame_fit && !p->area_file)
		return tt_node_fail(err, tt_node_get(s, "frame_stiffness"),
		                    "a frame stiffness that is to be found needs a reference: area: FILE");
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

static tt_status check_brillouin(const tt_film_description *d, const tt_node *s, tt_error *err)
{
	const tt_film_brillouin_part *p = &d->brillouin;
	const tt_node *n;
	if (!s) return TT_OK;
	if (!p->n_spectra && isnan(p->velocity.value))
		return tt_node_fail(err, s, "expected spectra, shifts, or a velocity with its source");
	if (p->n_spectra && !isnan(p->velocity.value))
		return tt_node_fail(err, s, "expected either a velocity or spectra and shifts, found both");
	if (p->n_spectra && isnan(p->wavelength.value)) return tt_node_need(s, "wavelength", &n, err);
	return TT_OK;
}

/* A number with its source, or a file: `key` names the number. */
static tt_status check_either(const tt_node *s, const char *key, const char *phrase, const tt_quantity *value,
                              const char *file, tt_error *err)
{
	const tt_node *n;
	if (isnan(value->value) && !file) return tt_node_need(s, key, &n, err);
	if (!isnan(value->value) && file)
		return tt_node_fail(err, tt_node_get(s, "file"),
		                    "give either a %s (with its source) or a file, not both", phrase);
	return TT_OK;
}

static tt_status check_structure(const tt_film_description *d, const tt_node *root, tt_error *err)
{
	const tt_node *density = tt_node_get(root, "density"), *diffraction = tt_node_get(root, "diffraction"),
	              *layers = tt_node_get(root, "layers");
	if (density) TRY(check_either(density, "value", "value", &d->density.value, d->density.file, err));
	if (d->density.file && !d->composition)
		return tt_node_fail(
		    err, density, "the critical angle gives a density only of a known composition (film.composition)");
	if (diffraction) TRY(check_either(diffraction, "file", "peak", &d->diffraction.peak, d->diffraction.file, err));
	if (layers && (d->layers.file != NULL) + !isnan(d->layers.period.value) != 1)
		return tt_node_fail(err, layers,
		                    "expected one of file (a profile or an image), reflectivity (a curve) and period "
		                    "(with its source)");
	return TT_OK;
}

/* films/film-10pa.yaml: "film-10pa". */
static char *name_of(const char *path)
{
	const char *base = tt_path_base(path), *dot = strrchr(base, '.');
	return dot && dot > base ? tt_format("%.*s", (int)(dot - base), base) : tt_strdup(base);
}

static tt_status read_root(tt_film_description *d, const tt_yaml *yaml, tt_error *err)
{
	const tt_node *root = tt_yaml_root(yaml);
	const tt_schema_reader r = {.schema = &tt_film_schema, .file = d->path, .not_stated = &d->not_stated};
	if (tt_node_kind_of(root) != TT_NODE_MAP)
		return tt_node_fail(err, root,
		                    "expected keys such as film, indentation, brillouin, density, found none");
	TRY(tt_schema_read(&r, yaml, d, err));
	if (!d->name && !(d->name = name_of(d->path))) return tt_fail_memory(err, "the film's name");
	TRY(check_indentation(d, tt_node_get(root, "indentation"), err));
	TRY(check_brillouin(d, tt_node_get(root, "brillouin"), err));
	return check_structure(d, root, err);
}

tt_status tt_film_description_read(const char *path, const char *const *sets, size_t n_sets, tt_film_description **out,
                                   tt_error *err)
{
	static const tt_film_window unset = {NAN, NAN, false};
	tt_yaml *yaml = NULL;
	tt_film_description *d = calloc(1, sizeof *d);
	*out = NULL;
	if (!d || !(d->path = tt_strdup(path))) {
		free(d);
		return tt_fail_memory(err, "the film's description");
	}
	d->indentation.hardness_depth = d->indentation.modulus_depth = unset;
	tt_status st = tt_yaml_read(path, sets, n_sets, &yaml, err);
	if (st == TT_OK) st = read_root(d, yaml, err);
	tt_yaml_free(yaml);
	if (st != TT_OK) {
		tt_film_description_free(d);
		return st;
	}
	*out = d;
	return TT_OK;
}

void tt_film_description_free(tt_film_description *d)
{
	if (!d) return;
	tt_film_section *const sections[] = {&d->substrate.section, &d->indentation.section, &d->brillouin.section,
	                                     &d->density.section,   &d->diffraction.section, &d->layers.section,
	                                     &d->structure.section};
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
		free(sections[i]->where);
	for (size_t i = 0; i < d->n_keys; i++) {
		free(d->key[i].key);
		free(d->key[i].text);
	}
	for (size_t i = 0; i < d->brillouin.n_spectra; i++) {
		free(d->brillouin.spectrum[i].file);
		free(d->brillouin.spectrum[i].where);
	}
	tt_schema_free_strings(&tt_film_schema, d);
	free(d->key);
	free(d->brillouin.spectrum);
	free(d->indentation.area_file);
	free(d->indentation.area);
	free(d->layers.order);
	free(d->path);
	tt_strings_free(&d->not_stated);
	free(d);
}
