/* Numbers taken over with their sources, and descriptions that are refused.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "film_help.h"

static void taken_over(void)
{
	tt_film_result r;
	tt_error err;
	tt_status st = film_measure(
	    film_file("film.yaml", "film: {composition: Zr50Cu50, deposition_pressure: 10 Pa, thickness: 500 ± 10 nm}\n"
	                           "indentation: {hardness: 9.8 ± 0.3 GPa, source: Smith 2020}\n"
	                           "density: {value: 6.5 ± 0.1 g/cm³, source: XRR in GenX}\n"),
	    &r, &err);
	CHECK_MSG(st == TT_OK, "%s", err.message);
	const tt_measurement *h = film_get(&r, "hardness_GPa"), *rho = film_get(&r, "density_g_per_cm3");
	CHECK_NEAR(h->value, 9.8e9, 1);
	CHECK_NEAR(h->u, 0.3e9, 1);
	CHECK_NEAR(h->hi, 9.8e9 + 1.959963984540054 * 0.3e9, 10);
	CHECK_STR(h->source, "Smith 2020");
	CHECK_STR(h->subject, "film");
	CHECK_NEAR(rho->value, 6500, 1e-9);
	CHECK_NEAR(rho->u, 100, 1e-9);
	tt_film_result_clear(&r);
}

static void refused(void)
{
	film_refused("substrate: {youngs_modulus: 169 GPa, poisson: 0.22}\n", "film");
	film_refused("film: {thickness: -500 nm}\n", "refused.yaml:1:19: film.thickness: expected a positive value");
	film_refused("film: {thickness: 500}\n", "thickness");
	film_refused("film: {}\nsubstrate: {youngs_modulus: 169 GPa}\n", "missing key 'poisson'");
	film_refused("film: {}\nsubstrate: {youngs_modulus: 169 GPa, poisson: 0.6}\n", "must be below 0.5, found 0.6");
	film_refused("film: {}\ndensity: {value: 6.5 g}\n", "g/cm³ or kg/m³");
	film_refused("film: {}\nbriloin: {}\n", "did you mean 'brillouin'?");
	film_refused("film: {}\nindentation: 9.8 GPa\n", "expected keys and values");
}

static const check_case cases[] = {
    {"numbers are taken over with their uncertainty and source", taken_over},
    {"wrong descriptions are refused in a sentence", refused},
};
CHECK_MAIN(cases)
