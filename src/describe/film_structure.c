/* The sections of film.yaml about a film's structure: density, diffraction, layers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "describe/film.h"

static const tt_quantity none = {.value = NAN};

/* A scan of a file with several, from 1. */
static tt_status read_range(const tt_node *map, long *out, tt_error *err)
{
	const tt_node *n = tt_node_get(map, "scan");
	return n ? tt_node_int(n, 1, 10000, out, err) : TT_OK;
}

static tt_status read_axis(const tt_node *map, bool *over_q, tt_error *err)
{
	static const char *const names[] = {"two_theta", "q", NULL};
	const tt_node *n = tt_node_get(map, "axis");
	int k = 0;
	if (n) TT_TRY(tt_node_choice(n, names, &k, err));
	*over_q = k == 1;
	return TT_OK;
}

/* An angle in degrees within (0, most). */
static tt_status read_angle(tt_film_description *d, const tt_node *map, const char *key, const char *what, double most,
                            tt_quantity *q, tt_error *err)
{
	TT_TRY(tt_film_positive(d, map, key, what, TT_DIM_ANGLE, false, q, err));
	if (q->value >= most)
		return tt_node_fail(err, tt_node_get(map, key), "expected an angle below %g°, found %g°", most,
		                    q->value);
	return TT_OK;
}

static tt_status read_density(tt_film_description *d, const tt_node *root, tt_error *err)
{
	tt_film_density_part *p = &d->density;
	const tt_node *s, *n;
	p->value = p->wavelength = p->resolution = none;
	p->zero = (tt_quantity){0};
	TT_TRY(tt_film_section_read(root, "density", &p->section, &s, err));
	if (!s) return TT_OK;
	TT_TRY(tt_film_positive(d, s, "value", "density.value", TT_DIM_DENSITY, false, &p->value, err));
	TT_TRY(tt_film_file(d, s, "file", &p->file, err));
	TT_TRY(read_range(s, &p->range, err));
	TT_TRY(read_axis(s, &p->over_q, err));
	TT_TRY(tt_film_positive(d, s, "wavelength", "density.wavelength", TT_DIM_LENGTH, false, &p->wavelength, err));
	if ((n = tt_node_get(s, "zero"))) TT_TRY(tt_node_quantity(n, TT_DIM_ANGLE, &p->zero, err));
	TT_TRY(read_angle(d, s, "resolution", "density.resolution", 1, &p->resolution, err));
	TT_TRY(tt_film_file(d, s, "model", &p->model, err));
	if (isnan(p->value.value) && !p->file) return tt_node_need(s, "value", &s, err);
	if (!isnan(p->value.value) && p->file)
		return tt_node_fail(err, tt_node_get(s, "file"),
		                    "give either a value (with its source) or a file, not both");
	if (p->file && !d->composition)
		return tt_node_fail(
		    err, s, "the critical angle gives a density only of a known composition (film.composition)");
	return TT_OK;
}

static tt_status read_diffraction(tt_film_description *d, const tt_node *root, tt_error *err)
{
	tt_film_diffraction_part *p = &d->diffraction;
	const tt_node *s, *n;
	p->wavelength = p->incidence = p->peak = p->fwhm = none;
	p->between[0] = p->between[1] = NAN;
	p->sharp_below = 1.5;
	p->scherrer = 0.9;
	TT_TRY(tt_film_section_read(root, "diffraction", &p->section, &s, err));
	if (!s) return TT_OK;
	TT_TRY(tt_film_file(d, s, "file", &p->file, err));
	TT_TRY(read_range(s, &p->range, err));
	TT_TRY(
	    tt_film_positive(d, s, "wavelength", "diffraction.wavelength", TT_DIM_LENGTH, false, &p->wavelength, err));
	TT_TRY(read_angle(d, s, "incidence", "diffraction.incidence", 90, &p->incidence, err));
	TT_TRY(tt_film_range(s, "between", 0, 180, p->between, err));
	if ((n = tt_node_get(s, "sharp_below"))) TT_TRY(tt_node_double(n, 0.01, 5, &p->sharp_below, err));
	if ((n = tt_node_get(s, "scherrer"))) TT_TRY(tt_node_double(n, 0.5, 2, &p->scherrer, err));
	TT_TRY(read_angle(d, s, "peak", "diffraction.peak", 180, &p->peak, err));
	TT_TRY(read_angle(d, s, "fwhm", "diffraction.fwhm", 90, &p->fwhm, err));
	if (isnan(p->peak.value) && !p->file) return tt_node_need(s, "file", &s, err);
	if (!isnan(p->peak.value) && p->file)
		return tt_node_fail(err, tt_node_get(s, "file"),
		                    "give either a peak (with its source) or a file, not both");
	return TT_OK;
}

/* line: {from: [x, y], to: [x, y], width: 20}, or {at: [x, y], angle: 30°, length: 300, width: 20}; px, at: the middle
 */
static tt_status read_line(tt_film_layers_part *p, const tt_node *map, tt_error *err)
{
	const tt_node *l = tt_node_get(map, "line"), *n;
	if (!l) return TT_OK;
	p->has_line = true;
	p->line_width = 1;
	if ((n = tt_node_get(l, "width"))) TT_TRY(tt_node_double(n, 1, 100000, &p->line_width, err));
	if ((n = tt_node_get(l, "at"))) {
		double at[2], length;
		tt_quantity angle;
		TT_TRY(tt_node_doubles(n, 2, at, err));
		TT_TRY(tt_node_need(l, "angle", &n, err));
		TT_TRY(tt_node_quantity(n, TT_DIM_ANGLE, &angle, err));
		TT_TRY(tt_node_need(l, "length", &n, err));
		TT_TRY(tt_node_double(n, 1, 1e6, &length, err));
		const double a = angle.value * 3.14159265358979323846 / 180;
		for (int k = 0; k < 2; k++) {
			p->from[k] = at[k] - length / 2 * (k ? sin(a) : cos(a));
			p->to[k] = at[k] + length / 2 * (k ? sin(a) : cos(a));
		}
		return TT_OK;
	}
	TT_TRY(tt_node_need(l, "from", &n, err));
	TT_TRY(tt_node_doubles(n, 2, p->from, err));
	TT_TRY(tt_node_need(l, "to", &n, err));
	return tt_node_doubles(n, 2, p->to, err);
}

static tt_status read_orders(tt_film_layers_part *p, const tt_node *map, tt_error *err)
{
	const tt_node *n = tt_node_get(map, "orders");
	if (!n) return TT_OK;
	if (tt_node_kind_of(n) != TT_NODE_LIST || tt_node_count(n) < 1 || tt_node_count(n) > 24)
		return tt_node_fail(err, n, "expected a list of the satellites' orders, such as [1, 3]");
	p->order = calloc(tt_node_count(n), sizeof *p->order);
	if (!p->order) return tt_fail_memory(err, "the film's description");
	for (size_t i = 0; i < tt_node_count(n); i++) {
		TT_TRY(tt_node_int(tt_node_item(n, i), i ? p->order[i - 1] + 1 : 1, 100, &p->order[i], err));
		p->n_orders++;
	}
	return TT_OK;
}

static tt_status read_layers(tt_film_description *d, const tt_node *root, tt_error *err)
{
	tt_film_layers_part *p = &d->layers;
	const tt_node *s;
	char *reflectivity = NULL;
	p->pixel_size = p->wavelength = p->period = none;
	TT_TRY(tt_film_section_read(root, "layers", &p->section, &s, err));
	if (!s) return TT_OK;
	TT_TRY(tt_film_positive(d, s, "period", "layers.period", TT_DIM_LENGTH, false, &p->period, err));
	TT_TRY(tt_film_file(d, s, "file", &p->file, err));
	TT_TRY(tt_film_file(d, s, "reflectivity", &reflectivity, err));
	if ((p->file != NULL) + (reflectivity != NULL) + !isnan(p->period.value) != 1) {
		free(reflectivity);
		return tt_node_fail(err, s,
		                    "expected one of file (a profile or an image), reflectivity (a curve) and period "
		                    "(with its source)");
	}
	if (reflectivity) {
		p->file = reflectivity;
		p->is_reflectivity = true;
	}
	TT_TRY(tt_film_text(s, "position", &p->position, err));
	TT_TRY(tt_film_text(s, "signal", &p->signal, err));
	TT_TRY(tt_film_positive(d, s, "pixel_size", "layers.pixel_size", TT_DIM_LENGTH, false, &p->pixel_size, err));
	TT_TRY(tt_film_positive(d, s, "wavelength", "layers.wavelength", TT_DIM_LENGTH, false, &p->wavelength, err));
	TT_TRY(read_axis(s, &p->over_q, err));
	TT_TRY(read_orders(p, s, err));
	return read_line(p, s, err);
}

static tt_status read_scan(tt_film_description *d, const tt_node *root, tt_error *err)
{
	const tt_node *s;
	TT_TRY(tt_film_section_read(root, "structure", &d->structure.section, &s, err));
	if (!s) return TT_OK;
	TT_TRY(tt_film_file(d, s, "scan", &d->structure.scan, err));
	return d->structure.scan ? TT_OK : tt_node_need(s, "scan", &s, err);
}

tt_status tt_film_structure_read(tt_film_description *d, const tt_node *root, tt_error *err)
{
	TT_TRY(read_density(d, root, err));
	TT_TRY(read_diffraction(d, root, err));
	TT_TRY(read_layers(d, root, err));
	return read_scan(d, root, err);
}

static void free_section(tt_film_section *s)
{
	free(s->where);
	free(s->source);
}

void tt_film_structure_free(tt_film_description *d)
{
	free_section(&d->density.section);
	free_section(&d->diffraction.section);
	free_section(&d->layers.section);
	free(d->density.file);
	free(d->density.model);
	free(d->diffraction.file);
	free(d->layers.file);
	free(d->layers.position);
	free(d->layers.signal);
	free(d->layers.order);
	free_section(&d->structure.section);
	free(d->structure.scan);
}
