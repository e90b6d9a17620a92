/* The film's density: taken over, or from the critical angle of its reflectivity.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "film/curve.h"
#include "film/reflectivity/critical.h"
#include "film/reflectivity/optical.h"
#include "film/reflectivity/parratt.h"
#include "film/result.h"
#include "temtensile/logs.h"

static const double PI = 3.14159265358979323846;
static const double DEGREE = 3.14159265358979323846 / 180;

/* Columns thickness (Å), SLD and its imaginary part (10⁻⁶ Å⁻²), roughness (Å), from the air to the substrate, as the
 * reflectometry community (ORSO) writes them. */
static tt_status read_model(const char *path, tt_film_result *out, tt_parratt_layer **layers, size_t *n, tt_error *err)
{
	tt_columns *c;
	tt_status st = tt_columns_read(path, &c, err);
	if (st != TT_OK) return st;
	*n = c->rows;
	*layers = NULL;
	if (c->n != 4)
		st = tt_fail(
		    err, TT_ERR_INPUT,
		    "%s: it has %zu columns; thickness (Å), scattering length density, its imaginary part (both in "
		    "10⁻⁶ Å⁻²) and roughness (Å) were expected",
		    path, c->n);
	else if (!(*layers = calloc(c->rows, sizeof **layers)))
		st = tt_fail_memory(err, "a list of layers");
	for (size_t i = 0; st == TT_OK && i < c->rows; i++) {
		double v[4];
		for (int k = 0; k < 4; k++)
			v[k] = c->value[k][i];
		if (!isfinite(v[0] + v[1] + v[2] + v[3]) || v[0] < 0 || v[3] < 0)
			st = tt_fail(err, TT_ERR_INPUT, "%s: layer %zu has a value that is missing or negative", path,
			             i + 1);
		(*layers)[i] = (tt_parratt_layer){v[0] * 1e-10, v[1] * 1e14, v[2] * 1e14, v[3] * 1e-10};
	}
	tt_columns_free(c);
	if (st == TT_OK) st = tt_strings_add(&out->inputs, err, "%s", path);
	if (st != TT_OK) {
		free(*layers);
		*layers = NULL;
	}
	return st;
}

/* The list's curve, to the scale of the data. */
static tt_status model_curve(const tt_film_density_part *p, const tt_film_scan *s, const double *theta, double scale,
                             double *curve, tt_film_result *out, tt_error *err)
{
	tt_parratt_layer *layers;
	size_t n;
	tt_status st = read_model(p->model, out, &layers, &n, err);
	if (st != TT_OK) return st;
	for (size_t i = 0; i < s->n; i++)
		curve[i] = scale * tt_parratt(layers, n, 4 * PI * sin(theta[i]) / s->wavelength_m);
	free(layers);
	return TT_OK;
}

static tt_status add_figure(const tt_film_density_part *p, const tt_film_scan *s, const double *theta,
                            const tt_critical *c, double *curve, tt_film_result *out, tt_error *err)
{
	tt_film_figure *f;
	tt_film_table *t;
	tt_status st = TT_OK;
	double *fit = curve, *model = curve + s->n, *shown = curve + 2 * s->n;
	for (size_t i = 0; i < s->n; i++) {
		const bool used = theta[i] >= c->from_rad && theta[i] <= c->to_rad;
		fit[i] = used ? tt_critical_at(c, theta[i]) : NAN;
		shown[i] = s->y[i] > 0 ? s->y[i] : NAN;
	}
	if (p->model) st = model_curve(p, s, theta, c->scale, model, out, err);
	if (st == TT_OK)
		st = tt_film_add_figure(out, "reflectivity", "Scattering angle 2θ (°)", "Reflected intensity",
		                        "Reflectivity with the edge of total reflection that gives the density.", &f,
		                        err);
	if (st != TT_OK) return st;
	const double edge = 2 * c->theta_c / DEGREE;
	f->y_log = true;
	st = tt_film_add_curve(f, TT_FILM_POINTS, "measured", s->two_theta, shown, NULL, s->n, err);
	if (st == TT_OK && p->model)
		st = tt_film_add_curve(f, TT_FILM_DASHED, "layers given", s->two_theta, model, NULL, s->n, err);
	if (st == TT_OK) st = tt_film_add_curve(f, TT_FILM_LINE, "fit of the edge", s->two_theta, fit, NULL, s->n, err);
	if (st == TT_OK) st = tt_film_add_curve(f, TT_FILM_RULE_X, "critical angle", &edge, NULL, NULL, 1, err);
	if (st == TT_OK) st = tt_film_add_table(out, "reflectivity.csv", s->n, &t, err);
	if (st == TT_OK) st = tt_film_add_column(t, "two_theta_deg", s->two_theta, NULL, err);
	if (st == TT_OK) st = tt_film_add_column(t, "intensity", s->y, NULL, err);
	if (st == TT_OK) st = tt_film_add_column(t, "edge_fit", fit, NULL, err);
	if (st == TT_OK && p->model) st = tt_film_add_column(t, "layers_given", model, NULL, err);
	return st;
}

static tt_status put(const tt_film_description *d, tt_film_result *out, const tt_critical *c, double per, tt_error *err)
{
	const tt_film_density_part *p = &d->density;
	const double density = c->delta / per;
	/* δ = θ_c²/2: a shift of the angles' zero acts twice */
	const double by_fit = c->u_delta / per, by_zero = density * 2 * p->zero.u * DEGREE / c->theta_c,
	             u = hypot(by_fit, by_zero);
	tt_measurement *m;
	tt_status st =
	    tt_film_put(out, d, "density_g_per_cm3", density, u, "critical angle of reflectivity", p->file, &m, err);
	if (st == TT_OK)
		st = tt_film_conditions(m, err, "θ_c = %.4f°, wavelength %.7g nm, composition %s", c->theta_c / DEGREE,
		                        c->wavelength_m * 1e9, d->composition);
	if (st == TT_OK && u > 0)
		st = tt_film_add_share(out, "density_g_per_cm3", "fit of the edge", by_fit * by_fit / (u * u), err);
	if (st == TT_OK && u > 0 && by_zero > 0)
		st = tt_film_add_share(out, "density_g_per_cm3", "zero of the angle", by_zero * by_zero / (u * u), err);
	if (!p->zero.u_stated)
		tt_warn(&out->warnings,
		        "density: no uncertainty of the angle's zero is stated (density.zero): 0.002° would add %.2g "
		        "%% to the density's",
		        100 * 2 * 0.002 * DEGREE / c->theta_c);
	tt_warn(&out->methods,
	        "Density: Fresnel's reflectivity of an absorbing, rough half-space was fitted to ln R between θ = "
	        "%.3f° and %.3f° (rms misfit "
	        "%.1f %%); δ = %.4g gives the density with the scattering factors f′ and f″ of xraylib for %s.",
	        c->from_rad / DEGREE, c->to_rad / DEGREE, 100 * c->misfit, c->delta, d->composition);
	return st;
}

static tt_status measure(const tt_film_description *d, tt_film_result *out, const tt_film_scan *s, tt_error *err)
{
	const tt_film_density_part *p = &d->density;
	double delta, beta, *theta = malloc(4 * s->n * sizeof *theta);
	tt_critical c;
	tt_error why;
	if (!theta) return tt_fail_memory(err, "a reflectivity curve");
	for (size_t i = 0; i < s->n; i++)
		theta[i] = (s->two_theta[i] / 2 - p->zero.value) * DEGREE;
	tt_status st = tt_optical_per_density(d->composition, s->wavelength_m, &delta, &beta, err);
	const tt_critical_options o = {.beta_over_delta = beta / delta,
	                               .resolution_rad = p->resolution.value > 0 ? p->resolution.value * DEGREE : 0,
	                               .what = p->file};
	if (st == TT_OK && tt_critical_fit(theta, s->y, s->n, s->wavelength_m, &o, &c, &why) != TT_OK)
		st = tt_film_put_missing(out, d, "density_g_per_cm3", "critical angle of reflectivity", err, "%s",
		                         why.message);
	else if (st == TT_OK) {
		st = put(d, out, &c, delta, err);
		if (st == TT_OK) st = add_figure(p, s, theta, &c, theta + s->n, out, err);
	}
	free(theta);
	return st;
}

/* Metals mix with a change of volume of up to some per cent, which adding volumes leaves out: as a standard
 * uncertainty. */
static const double MIXING = 0.02;

/* What the film would be near to without pores: for the study's comparison. */
static tt_status put_mixture(const tt_film_description *d, tt_film_result *out, tt_error *err)
{
	static const char method[] = "volumes of the elements added";
	double rho;
	if (!d->composition || tt_mixture_density(d->composition, &rho, NULL) != TT_OK || isnan(rho)) return TT_OK;
	return tt_film_put(out, d, "mixture_density_g_per_cm3", rho, MIXING * rho, method, "xraylib", NULL, err);
}

static tt_status put_density(const tt_film_description *d, tt_film_result *out, tt_error *err)
{
	const tt_film_density_part *p = &d->density;
	if (!p->file)
		return tt_film_put(out, d, "density_g_per_cm3", p->value.value, p->value.u_stated ? p->value.u : NAN,
		                   "taken over", p->section.source, NULL, err);
	tt_film_scan s;
	tt_status st = tt_film_scan_read(p->file, p->range, p->over_q, p->wavelength.value, "density", out, &s, err);
	if (st == TT_OK) st = measure(d, out, &s, err);
	tt_film_scan_clear(&s);
	return st;
}

tt_status tt_film_density(const tt_film_description *d, tt_film_result *out, tt_error *err)
{
	if (!d->density.section.given) return TT_OK;
	tt_status st = put_density(d, out, err);
	return st == TT_OK ? put_mixture(d, out, err) : st;
}
