/* The formulas alone: film on substrate, the Rayleigh wave, stiffness of unloading.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "film/brillouin/rayleigh.h"
#include "film/indentation/indents.h"
#include "film/indentation/layered.h"

/* Rayleigh's equation in its other form, (2 − x)² = 4 √(1−x) √(1−a x), by halving. */
static double other_form(double nu)
{
	double a = (1 - 2 * nu) / (2 * (1 - nu)), lo = 0.4, hi = 1 - 1e-12;
	for (int i = 0; i < 200; i++) {
		double x = (lo + hi) / 2;
		if ((2 - x) * (2 - x) > 4 * sqrt(1 - x) * sqrt(1 - a * x))
			hi = x;
		else
			lo = x;
	}
	return sqrt(lo);
}

/* The cubic's root by Cardano where it is the only real one in (0, 1): the trigonometric or hyperbolic form. */
static double by_cardano(double nu)
{
	double a = (1 - 2 * nu) / (2 * (1 - nu)), b = -8, c = 24 - 16 * a, d = -16 * (1 - a);
	double p = c - b * b / 3, q = 2 * b * b * b / 27 - b * c / 3 + d, disc = q * q / 4 + p * p * p / 27;
	if (disc >= 0) return sqrt(cbrt(-q / 2 + sqrt(disc)) + cbrt(-q / 2 - sqrt(disc)) - b / 3);
	double r = 2 * sqrt(-p / 3), phi = acos(3 * q / (p * r)) / 3;
	for (int k = 0; k < 3; k++) {
		double x = r * cos(phi - 2 * 3.14159265358979323846 * k / 3) - b / 3;
		if (x > 0 && x < 1) return sqrt(x);
	}
	return NAN;
}

static void rayleigh(void)
{
	static const double known[][2] = {{0, .874032},   {.1, .893106},  {.2, .910996},  {.25, .919402},
	                                  {.27, .922655}, {.3, .927413},  {.35, .935013}, {.37, .937936},
	                                  {.4, .942195},  {.45, .948960}, {.5, .955313}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		CHECK_NEAR(tt_rayleigh_factor(known[i][0]), known[i][1], 6e-7);
	double worst = 0;
	for (double nu = -0.9; nu <= 0.5; nu += 0.001) {
		worst = fmax(worst, fabs(tt_rayleigh_factor(nu) - by_cardano(nu)));
		if (nu > -0.5 && nu < 0.4995) worst = fmax(worst, fabs(tt_rayleigh_factor(nu) - other_form(nu)));
	}
	check_note("largest difference from two other forms: %.1e", worst);
	CHECK(worst < 1e-9);
	CHECK(isnan(tt_rayleigh_factor(0.51)) && isnan(tt_rayleigh_factor(-1)));
}

static void layered(void)
{
	const tt_elastic si = {169e9, 0.22};
	double worst = 0;
	for (double e = 20e9; e < 600e9; e *= 1.3)
		for (double nu = 0; nu < 0.5; nu += 0.07)
			for (double x = 0.05; x < 100; x *= 1.7) {
				const tt_elastic film = {e, nu};
				double back = tt_layered_film(x, tt_layered_apparent(x, &film, &si), nu, &si);
				worst = fmax(worst, fabs(back / e - 1));
			}
	check_note("round trip: %.1e", worst);
	CHECK(worst < 1e-11);
	/* thick: the film alone; thin: the substrate; like on like: itself */
	const tt_elastic film = {100e9, 0.3}, same = si;
	CHECK_NEAR(tt_layered_apparent(1e6, &film, &si), 100e9 / (1 - 0.09), 1e5);
	CHECK_NEAR(tt_layered_apparent(1e-7, &film, &si), 169e9 / (1 - 0.22 * 0.22), 1e6);
	CHECK_NEAR(tt_plane_strain_of(tt_reduced_of(80e9, &tt_diamond), &tt_diamond), 80e9, 1);
	(void)same;
}

/* P = a (h − hf)^m with known slope at the top, after a hold with creep. */
static void unloading(void)
{
	enum { N = 600 };
	static double h[N], p[N];
	double hf = 300e-9, m = 1.35, top = 500e-9, a = 10e-3 / pow(top - hf, m), s = m * 10e-3 / (top - hf);
	for (int i = 0; i < N; i++) {
		if (i < 200)
			h[i] = (480e-9 * (i + 1)) / 200, p[i] = 10e-3 * (i + 1) / 200. * (i + 1) / 200.;
		else if (i < 300)
			h[i] = 480e-9 + 20e-9 * (i - 199) / 100, p[i] = 10e-3;
		else
			h[i] = top - (top - hf) * (i - 299) / 310, p[i] = a * pow(h[i] - hf, m);
	}
	double *uh, *up, *us;
	size_t n;
	tt_error err;
	CHECK(tt_unload_points(h, p, N, &uh, &up, &us, &n, &err) == TT_OK);
	CHECK(n == 1);
	check_note("stiffness %.1f N/m, true at the top %.1f", us[0], s);
	CHECK_NEAR(us[0] / (a * m * pow(uh[0] - hf, m - 1)), 1, 2e-3);
	CHECK_NEAR(up[0], 10e-3, 0.03 * 10e-3);
	free(uh);
	free(up);
	free(us);
}

static const check_case cases[] = {
    {"the Rayleigh factor against a table and two other forms", rayleigh},
    {"film on substrate: there and back, and its limits", layered},
    {"stiffness at the beginning of an unloading", unloading},
};
CHECK_MAIN(cases)
