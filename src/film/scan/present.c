/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/scan/present.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "film/result.h"

static const double EHRENFEST = 1.23;

static bool calibrated(const tt_scan_result *r)
{
	return r->k_per_px.value > 0;
}

tt_status tt_scan_quantities(const tt_scan_result *r, const tt_film_description *d, const char *source,
                             tt_film_result *out, tt_error *err)
{
	static const char *const ids[] = {"first_ring_per_nm", "ring_spacing_nm", "ring_mean_distance_nm",
	                                  "normalised_variance"};
	static const char method[] = "scan of diffraction patterns, azimuthal mean";
	const tt_scan_region *g = &r->region[0];
	const char *why = g->reason ? g->reason : calibrated(r) ? NULL : "the camera is not calibrated";
	tt_status st = TT_OK;
	for (size_t i = 0; st == TT_OK && why && i < 3; i++)
		st = tt_film_put_missing(out, d, ids[i], method, err, "%s", why);
	if (!why) {
		const double k = g->ring_px * r->k_per_px.value,
		             relative = hypot(g->u_ring_px / g->ring_px, r->k_per_px.u / r->k_per_px.value);
		const double values[] = {k, 1 / k, EHRENFEST / k};
		for (size_t i = 0; st == TT_OK && i < 3; i++) {
			tt_measurement *m;
			st = tt_film_put(out, d, ids[i], values[i], values[i] * relative, method, source, &m, err);
			if (st == TT_OK) m->u_shared = values[i] * r->k_per_px.u / r->k_per_px.value;
		}
	}
	if (st == TT_OK && isfinite(g->at_ring.image))
		st = tt_film_put(out, d, ids[3], g->at_ring.image, g->at_ring.u_image, method, source, NULL, err);
	else if (st == TT_OK)
		st = tt_film_put_missing(out, d, ids[3], method, err, "%s",
		                         g->reason ? g->reason : "too few positions or counts");
	return st;
}

/* One column over all regions, a block a region; get reads row k of region g. */
static tt_status add_column(tt_film_table *t, const tt_scan_result *r, bool rings, const char *name,
                            double (*get)(const tt_scan_result *r, const tt_scan_region *g, size_t k), double *scratch,
                            tt_error *err)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n_regions; i++)
		for (size_t k = 0; k < (rings ? r->region[i].rings : r->region[i].points); k++)
			scratch[n++] = get(r, &r->region[i], k);
	return tt_film_add_column(t, name, scratch, NULL, err);
}

#define GET(name, expression)                                                                                          \
	static double name(const tt_scan_result *r, const tt_scan_region *g, size_t k)                                 \
	{                                                                                                              \
		(void)r, (void)k, (void)g;                                                                             \
		return expression;                                                                                     \
	}
GET(radial_px, g->radius_px[k])
GET(radial_k, g->radius_px[k] * r->k_per_px.value * 1e-9)
GET(intensity, g->intensity[k])
GET(u_intensity, g->u_intensity[k])
GET(fit_of, g->fit ? g->fit[k] : (double)NAN)
GET(pixels_of, g->pixels[k])
GET(ring_px, g->variance[k].radius_px)
GET(ring_k, g->variance[k].radius_px * r->k_per_px.value * 1e-9)
GET(ring_count, g->variance[k].mean_count)
GET(v_image, g->variance[k].image)
GET(u_v_image, g->variance[k].u_image)
GET(v_ring, g->variance[k].ring)
GET(u_v_ring, g->variance[k].u_ring)
GET(omega_of, g->variance[k].omega)
GET(u_omega_of, g->variance[k].u_omega)

static tt_status add_names(tt_film_table *t, const tt_scan_result *r, bool rings, const char **scratch, tt_error *err)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n_regions; i++)
		for (size_t k = 0; k < (rings ? r->region[i].rings : r->region[i].points); k++)
			scratch[n++] = r->region[i].name;
	return tt_film_add_column(t, "region", NULL, scratch, err);
}

typedef struct column {
	const char *name;
	double (*get)(const tt_scan_result *r, const tt_scan_region *g, size_t k);
} column;

static tt_status add_table(const tt_scan_result *r, bool rings, const char *file, const column *c, size_t columns,
                           tt_film_result *out, tt_error *err)
{
	size_t n = 0;
	tt_film_table *t;
	for (size_t i = 0; i < r->n_regions; i++)
		n += rings ? r->region[i].rings : r->region[i].points;
	double *v = malloc((n + 1) * sizeof *v);
	const char **names = malloc((n + 1) * sizeof *names);
	tt_status st = v && names ? tt_film_add_table(out, file, n, &t, err) : tt_fail_memory(err, file);
	if (st == TT_OK) st = add_names(t, r, rings, names, err);
	for (size_t i = 0; st == TT_OK && i < columns; i++)
		st = add_column(t, r, rings, c[i].name, c[i].get, v, err);
	free(v);
	free(names);
	return st;
}

static tt_status radial_figure(const tt_scan_result *r, tt_film_result *out, tt_error *err)
{
	tt_film_figure *f;
	const double scale = calibrated(r) ? r->k_per_px.value * 1e-9 : 1;
	tt_status st = tt_film_add_figure(
	    out, "radial", calibrated(r) ? "Spatial frequency k (1/nm)" : "Radius (px)", "Mean counts per pixel",
	    "Azimuthal mean of the mean pattern of each region, with the fit of its first ring; bands marked.", &f,
	    err);
	if (st != TT_OK) return st;
	f->y_log = true;
	for (size_t i = r->n_regions > 1 ? 1 : 0; st == TT_OK && i < r->n_regions; i++) {
		const tt_scan_region *g = &r->region[i];
		double *x = malloc((2 * g->points + 1) * sizeof *x), *y = x ? x + g->points : NULL;
		if (!x) return tt_fail_memory(err, "a figure");
		for (size_t k = 0; k < g->points; k++) {
			x[k] = g->radius_px[k] * scale;
			y[k] = g->intensity[k] > 0 ? g->intensity[k] : NAN;
		}
		st = tt_film_add_curve(f, TT_FILM_LINE, g->name, x, y, NULL, g->points, err);
		free(x);
	}
	for (size_t i = 0; st == TT_OK && i + 1 < r->n_bands; i++) {
		const double edge[2] = {r->band[i].from_px * scale, r->band[i].to_px * scale};
		st = tt_film_add_curve(f, TT_FILM_RULE_X, i ? NULL : "bands", edge, NULL, NULL, 2, err);
	}
	return st;
}

static tt_status variance_figure(const tt_scan_result *r, tt_film_result *out, tt_error *err)
{
	tt_film_figure *f;
	const double scale = calibrated(r) ? r->k_per_px.value * 1e-9 : 1;
	tt_status st = tt_film_add_figure(out, "variance", calibrated(r) ? "Spatial frequency k (1/nm)" : "Radius (px)",
	                                  "Normalised variance V",
	                                  "Normalised variance V_image of each region, shot noise taken off.", &f, err);
	if (st != TT_OK) return st;
	for (size_t i = r->n_regions > 1 ? 1 : 0; st == TT_OK && i < r->n_regions; i++) {
		const tt_scan_region *g = &r->region[i];
		size_t n = 0;
		double *x = malloc((3 * g->rings + 1) * sizeof *x), *y = x ? x + g->rings : NULL,
		       *u = x ? y + g->rings : NULL;
		if (!x) return tt_fail_memory(err, "a figure");
		for (size_t k = 0; k < g->rings; k++) {
			/* where hardly anything is counted there is nothing to show */
			if (!isfinite(g->variance[k].image) || !isfinite(g->variance[k].u_image) ||
			    !(g->variance[k].mean_count > 0.2))
				continue;
			x[n] = g->variance[k].radius_px * scale;
			y[n] = g->variance[k].image;
			u[n++] = g->variance[k].u_image;
		}
		if (n) st = tt_film_add_curve(f, TT_FILM_POINTS, g->name, x, y, u, n, err);
		free(x);
	}
	return st;
}

tt_status tt_scan_present(const tt_scan_result *r, tt_film_result *out, tt_error *err)
{
	static const column radial[] = {{"radius_px", radial_px},     {"k_per_nm", radial_k}, {"intensity", intensity},
	                                {"u_intensity", u_intensity}, {"fit", fit_of},        {"pixels", pixels_of}};
	static const column variance[] = {{"radius_px", ring_px}, {"k_per_nm", ring_k},     {"mean_count", ring_count},
	                                  {"v_image", v_image},   {"u_v_image", u_v_image}, {"v_ring", v_ring},
	                                  {"u_v_ring", u_v_ring}, {"omega", omega_of},      {"u_omega", u_omega_of}};
	tt_status st = add_table(r, false, "radial.csv", radial, sizeof radial / sizeof *radial, out, err);
	if (st == TT_OK)
		st = add_table(r, true, "variance.csv", variance, sizeof variance / sizeof *variance, out, err);
	if (st == TT_OK) st = radial_figure(r, out, err);
	if (st == TT_OK) st = variance_figure(r, out, err);
	return st;
}

tt_status tt_film_patterns(const tt_film_description *d, tt_film_result *out, const tt_job *job, tt_error *err)
{
	tt_scan_description *s = NULL;
	tt_scan_result *r = NULL;
	if (!d->structure.scan) return TT_OK;
	tt_status st = tt_strings_add(&out->inputs, err, "%s", d->structure.scan);
	if (st == TT_OK) st = tt_scan_description_read(d->structure.scan, NULL, 0, &s, err);
	if (st == TT_OK) st = tt_scan_measure(s, job, &r, err);
	for (size_t i = 0; st == TT_OK && i < r->inputs.n; i++)
		st = tt_strings_add(&out->inputs, err, "%s", r->inputs.item[i]);
	for (size_t i = 0; st == TT_OK && i < r->warnings.n; i++)
		tt_warn(&out->warnings, "scan: %s", r->warnings.item[i]);
	if (st == TT_OK) st = tt_scan_quantities(r, d, s->file, out, err);
	if (st == TT_OK) st = tt_scan_present(r, out, err);
	if (st == TT_OK)
		tt_warn(&out->methods,
		        "Diffraction patterns: %lld patterns of %d x %d px were reduced in one pass; the first ring is "
		        "a pseudo-Voigt profile on a parabola "
		        "fitted to the azimuthal mean, the normalised variance is that of each pixel over the "
		        "positions, shot noise and finite numbers "
		        "taken off, averaged over the ring (Daulton, Bondi and Kelton 2010).",
		        (long long)r->patterns, r->width, r->height);
	tt_scan_result_free(r);
	tt_scan_description_free(s);
	return st;
}
