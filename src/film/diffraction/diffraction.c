/* Diffraction: the first sharp peak of an amorphous film and what follows from it; sharp peaks listed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "core/sentence.h"
#include "core/text.h"
#include "film/curve.h"
#include "film/diffraction/hump.h"
#include "film/diffraction/sharp.h"
#include "film/reflectivity/optical.h"
#include "film/result.h"

static const double DEGREE = 3.14159265358979323846 / 180;
static const double EHRENFEST = 1.23;

/* 2θ outside the film less 2θ inside it, degrees: the beam goes in at a grazing angle α and is bent to √(α² − 2δ); it
 * leaves at 2θ − α, where the same happens to it. NaN below the critical angle. */
static double refraction(double two_theta, double incidence, double delta)
{
	const double a = incidence * DEGREE, b = two_theta * DEGREE - a;
	const double inside_a = a * a - 2 * delta, inside_b = sin(b) * sin(b) - 2 * delta;
	if (!(inside_a > 0) || !(inside_b > 0)) return NAN;
	return (a - sqrt(inside_a) + b - asin(sqrt(inside_b))) / DEGREE;
}

/* The film's δ with its u, from composition and density; NaN when they are not known. */
static tt_quantity film_delta(const tt_film_description *d, const tt_film_result *out, double wavelength, tt_error *err,
                              tt_status *st)
{
	const tt_measurement *rho = tt_measurements_find(&out->measured, "density_g_per_cm3");
	double delta, beta;
	*st = TT_OK;
	if (!d->composition || !rho || isnan(rho->value)) return (tt_quantity){.value = NAN};
	*st = tt_optical_per_density(d->composition, wavelength, &delta, &beta, err);
	if (*st != TT_OK) return (tt_quantity){.value = NAN};
	return (tt_quantity){.value = delta * rho->value, .u = delta * (rho->u > 0 ? rho->u : 0)};
}

/* Takes refraction off; says why not where it cannot. */
static tt_status correct(const tt_film_description *d, tt_film_result *out, double wavelength, tt_hump_value *position,
                         double *shift, tt_error *err)
{
	const tt_quantity a = d->diffraction.incidence;
	tt_status st;
	*shift = 0;
	if (isnan(a.value)) return TT_OK;
	if (a.value >= position->value)
		return tt_fail(err, TT_ERR_INPUT,
		               "%s: the angle of incidence, %g°, is not below the peak's 2θ of %.4g°",
		               d->diffraction.section.where, a.value, position->value);
	const tt_quantity delta = film_delta(d, out, wavelength, err, &st);
	if (st != TT_OK) return st;
	if (isnan(delta.value)) {
		tt_warn(&out->warnings,
		        "diffraction: refraction at %g° of incidence is not taken off, for %s is not known", a.value,
		        d->composition ? "the density" : "the composition");
		return TT_OK;
	}
	const double r = refraction(position->value, a.value, delta.value);
	if (isnan(r))
		return tt_fail(
		    err, TT_ERR_INPUT,
		    "%s: an angle of incidence of %g° is below the film's critical angle, %.3g°: no beam goes in",
		    d->diffraction.section.where, a.value, sqrt(2 * delta.value) / DEGREE);
	const double by_delta = refraction(position->value, a.value, delta.value * 1.01) - r;
	const double by_angle = refraction(position->value, a.value + 1e-3, delta.value) - r;
	const double u = hypot(by_delta / (0.01 * delta.value) * delta.u, by_angle / 1e-3 * a.u);
	*shift = r;
	position->value -= r;
	position->u = hypot(position->u, u);
	return TT_OK;
}

/* Position and width to distances. Every u that is not known stays so. */
static tt_status put_all(const tt_film_description *d, tt_film_result *out, tt_hump_value position, tt_hump_value fwhm,
                         double wavelength, const char *method, const char *source, tt_error *err)
{
	const double theta = position.value / 2 * DEGREE, u_theta = position.u / 2 * DEGREE;
	const double bragg = wavelength / (2 * sin(theta)), relative = u_theta / tan(theta);
	tt_measurement *m;
	tt_status st = tt_film_put(out, d, "fsdp_two_theta_deg", position.value, position.u, method, source, &m, err);
	if (st == TT_OK) st = tt_film_conditions(m, err, "wavelength %.7g nm", wavelength * 1e9);
	if (st == TT_OK && !isnan(fwhm.value))
		st = tt_film_put(out, d, "fsdp_fwhm_deg", fwhm.value, fwhm.u, method, source, NULL, err);
	if (st == TT_OK)
		st = tt_film_put(out, d, "bragg_spacing_nm", bragg, bragg * relative, "λ / (2 sin θ) of the first peak",
		                 source, NULL, err);
	if (st == TT_OK)
		st = tt_film_put(out, d, "mean_distance_nm", EHRENFEST * bragg, EHRENFEST * bragg * relative,
		                 "1.23 λ / (2 sin θ) of the first peak (Ehrenfest)", source, NULL, err);
	if (st != TT_OK || isnan(fwhm.value)) return st;
	const double length = d->diffraction.scherrer * wavelength / (fwhm.value * DEGREE * cos(theta));
	st = tt_film_put(out, d, "coherence_length_nm", length,
	                 length * hypot(fwhm.u / fwhm.value, u_theta * tan(theta)),
	                 "Scherrer, instrument's broadening not taken off", source, &m, err);
	return st == TT_OK ? tt_film_conditions(m, err, "K = %g", d->diffraction.scherrer) : st;
}

static tt_status put_missing(const tt_film_description *d, tt_film_result *out, const char *reason, tt_error *err)
{
	static const char *const ids[] = {"fsdp_two_theta_deg", "fsdp_fwhm_deg", "bragg_spacing_nm", "mean_distance_nm",
	                                  "coherence_length_nm"};
	tt_status st = TT_OK;
	for (size_t i = 0; st == TT_OK && i < sizeof ids / sizeof *ids; i++)
		st = tt_film_put_missing(out, d, ids[i], "pseudo-Voigt profiles on a curved background", err, "%s",
		                         reason);
	return st;
}

static tt_status add_sharp(tt_film_result *out, const tt_sharp_peak *peaks, size_t n, double wavelength, tt_error *err)
{
	static const char *const names[] = {"two_theta_deg", "u_two_theta_deg", "fwhm_deg",        "u_fwhm_deg",
	                                    "height",        "u_height",        "bragg_spacing_nm"};
	enum { COLUMNS = sizeof names / sizeof *names };
	tt_film_table *t;
	double *v = malloc((COLUMNS * n + 1) * sizeof *v);
	if (!v) return tt_fail_memory(err, "a table");
	tt_status st = tt_film_add_table(out, "sharp_peaks.csv", n, &t, err);
	for (size_t i = 0; i < n; i++) {
		const tt_sharp_peak *p = &peaks[i];
		const double row[COLUMNS] = {p->position.value,
		                             p->position.u,
		                             p->fwhm.value,
		                             p->fwhm.u,
		                             p->height.value,
		                             p->height.u,
		                             wavelength / (2 * sin(p->position.value / 2 * DEGREE)) * 1e9};
		for (int c = 0; c < COLUMNS; c++)
			v[(size_t)c * n + i] = row[c];
		tt_warn(&out->lines, "sharp peak at 2θ = %s, FWHM %s, height %s",
		        TT_VALUE(p->position.value, p->position.u, "°"), TT_VALUE(p->fwhm.value, p->fwhm.u, "°"),
		        TT_DIGITS(p->height.value, 4, ""));
	}
	for (int c = 0; st == TT_OK && c < COLUMNS; c++)
		st = tt_film_add_column(t, names[c], v + (size_t)c * n, NULL, err);
	free(v);
	return st;
}

static tt_status add_curves(tt_film_result *out, const tt_film_scan *s, const tt_hump *h, const tt_sharp_peak *peaks,
                            size_t n_peaks, double *fit, tt_error *err)
{
	tt_film_figure *f;
	tt_film_table *t;
	double *background = fit + s->n, *where = malloc((n_peaks + 1) * sizeof *where);
	if (!where) return tt_fail_memory(err, "a figure");
	for (size_t i = 0; i < s->n; i++) {
		fit[i] = h ? tt_hump_at(h, s->two_theta[i]) : NAN;
		background[i] = h ? tt_hump_background(h, s->two_theta[i]) : NAN;
	}
	for (size_t i = 0; i < n_peaks; i++)
		where[i] = peaks[i].position.value;
	tt_status st = tt_film_add_figure(
	    out, "diffraction", "Scattering angle 2θ (°)", "Intensity",
	    "Diffractogram with the fitted humps, their background, and sharp peaks marked.", &f, err);
	if (st == TT_OK) st = tt_film_add_curve(f, TT_FILM_POINTS, "measured", s->two_theta, s->y, NULL, s->n, err);
	if (st == TT_OK && h) st = tt_film_add_curve(f, TT_FILM_LINE, "fit", s->two_theta, fit, NULL, s->n, err);
	if (st == TT_OK && h)
		st = tt_film_add_curve(f, TT_FILM_DASHED, "background", s->two_theta, background, NULL, s->n, err);
	if (st == TT_OK && n_peaks)
		st = tt_film_add_curve(f, TT_FILM_RULE_X, "sharp peaks", where, NULL, NULL, n_peaks, err);
	free(where);
	if (st == TT_OK) st = tt_film_add_table(out, "diffraction.csv", s->n, &t, err);
	if (st == TT_OK) st = tt_film_add_column(t, "two_theta_deg", s->two_theta, NULL, err);
	if (st == TT_OK) st = tt_film_add_column(t, "intensity", s->y, NULL, err);
	if (st == TT_OK) st = tt_film_add_column(t, "fit", fit, NULL, err);
	if (st == TT_OK) st = tt_film_add_column(t, "background", background, NULL, err);
	return st;
}

/* Cuts the scan to the angles asked for. */
static tt_status cut(const tt_film_description *d, tt_film_scan *s, tt_error *err)
{
	const double *b = d->diffraction.between;
	size_t n = 0;
	if (isnan(b[0])) return TT_OK;
	for (size_t i = 0; i < s->n; i++)
		if (s->two_theta[i] >= b[0] && s->two_theta[i] <= b[1]) {
			s->two_theta[n] = s->two_theta[i];
			s->y[n] = s->y[i];
			s->sigma[n++] = s->sigma[i];
		}
	if (n < 2)
		return tt_fail(err, TT_ERR_INPUT, "%s: between: [%g, %g] holds %zu points of a scan from %g to %g°",
		               d->diffraction.section.where, b[0], b[1], n, s->two_theta[0], s->two_theta[s->n - 1]);
	s->n = n;
	return TT_OK;
}

static tt_status measure(const tt_film_description *d, tt_film_result *out, tt_film_scan *s, bool *masked, double *fit,
                         tt_error *err)
{
	const tt_film_diffraction_part *p = &d->diffraction;
	tt_sharp_peak *peaks;
	size_t n_peaks;
	tt_hump h;
	tt_error why;
	tt_status st = tt_sharp_find(s->two_theta, s->y, s->sigma, s->n, p->sharp_below, masked, &peaks, &n_peaks, err);
	if (st != TT_OK) return st;
	const tt_hump_options o = {.start = NAN, .masked = masked, .counting = s->counted, .what = p->file};
	tt_status fitted = tt_hump_fit(s->two_theta, s->y, s->sigma, s->n, &o, &h, &why);
	st = add_curves(out, s, fitted == TT_OK ? &h : NULL, peaks, n_peaks, fit, err);
	if (st == TT_OK && n_peaks) st = add_sharp(out, peaks, n_peaks, s->wavelength_m, err);
	free(peaks);
	if (st != TT_OK) return st;
	if (fitted != TT_OK) return put_missing(d, out, why.message, err);
	double shift;
	st = correct(d, out, s->wavelength_m, &h.position, &shift, err);
	char method[320];
	tt_snprintf(method, sizeof method, "pseudo-Voigt fit, %s, parabolic background%s%s",
	            h.has_second ? "second hump" : "no second hump in the data",
	            n_peaks ? ", sharp peaks left out" : "", shift != 0 ? ", refraction taken off" : "");
	if (st == TT_OK) st = put_all(d, out, h.position, h.fwhm, s->wavelength_m, method, p->file, err);
	if (h.chi2 > 3)
		tt_warn(&out->warnings,
		        "diffraction: the fit leaves %.1f times the noise (χ² per degree of freedom %.2f): the "
		        "uncertainties are "
		        "inflated by it",
		        sqrt(h.chi2), h.chi2);
	if (h.has_second)
		tt_warn(&out->lines, "second hump at 2θ = %s, FWHM %s",
		        TT_VALUE(h.second_position.value, h.second_position.u, "°"),
		        TT_VALUE(h.second_fwhm.value, h.second_fwhm.u, "°"));
	if (shift != 0)
		tt_warn(&out->lines, "refraction at %g° of incidence: 2θ lowered by %.3f°", p->incidence.value, shift);
	tt_warn(&out->methods,
	        "Diffraction: the first sharp diffraction peak is a pseudo-Voigt profile fitted by weighted least "
	        "squares together with a "
	        "parabolic background%s (χ² per degree of freedom %.2f, wavelength %.7g nm)%s. Spacings: λ/(2 sin θ), "
	        "and 1.23 times it as the "
	        "mean atomic distance (Ehrenfest). Coherence length: Scherrer's equation with K = %g.",
	        h.has_second ? " and a second hump" : "", h.chi2, s->wavelength_m * 1e9,
	        shift != 0 ? "; refraction at grazing incidence was taken off with the film's density" : "",
	        p->scherrer);
	return st;
}

/* A number and its u, which stays unknown where the user stated none. */
static tt_hump_value stated(tt_quantity q)
{
	return (tt_hump_value){q.value, q.u_stated ? q.u : NAN};
}

tt_status tt_film_diffraction(const tt_film_description *d, tt_film_result *out, tt_error *err)
{
	const tt_film_diffraction_part *p = &d->diffraction;
	if (!p->section.given) return TT_OK;
	if (!p->file) {
		const bool known = !isnan(p->wavelength.value);
		if (!known)
			tt_warn(&out->warnings, "diffraction: the wavelength is not said: Cu Kα1, 0.1540593 nm, is "
			                        "taken (diffraction.wavelength)");
		return put_all(d, out, stated(p->peak), stated(p->fwhm), known ? p->wavelength.value : 1.540593e-10,
		               "taken over", p->section.source, err);
	}
	tt_film_scan s;
	tt_status st = tt_film_scan_read(p->file, p->range, false, p->wavelength.value, "diffraction", out, &s, err);
	if (st != TT_OK) return st;
	st = cut(d, &s, err);
	bool *masked = calloc(s.n, sizeof *masked);
	double *fit = malloc(2 * s.n * sizeof *fit);
	if (st == TT_OK)
		st = masked && fit ? measure(d, out, &s, masked, fit, err) : tt_fail_memory(err, "a diffractogram");
	free(masked);
	free(fit);
	tt_film_scan_clear(&s);
	return st;
}
