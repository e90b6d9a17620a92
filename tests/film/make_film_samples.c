/* Makes the samples' films anew: make_film_samples samples/films. Truths: the paper's values of its three films.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "temtensile/simulate.h"

static const struct {
	const char *folder, *name;
	double pressure_Pa, shear_GPa, poisson, hardness_GPa, density_g_per_cm3, two_theta_deg, fwhm_deg;
} films[] = {
    {"film-0.002pa", "Zr50Cu50 film, 0.002 Pa", 0.002, 46, 0.37, 10, 7.4, 37.6, 10.4},
    {"film-10pa", "Zr50Cu50 film, 10 Pa", 10, 58, 0.27, 10, 6.9, 32.5, 5.9},
    {"film-100pa", "Zr50Cu50 film, 100 Pa", 100, 46, 0.30, 8.5, 6.35, 32.5, 7.2},
};

int main(int argc, char **argv)
{
	if (argc != 2) return fputs("usage: make_film_samples DIR\n", stderr), 2;
	for (size_t i = 0; i < sizeof films / sizeof *films; i++) {
		tt_film_truth t = tt_film_truth_of(films[i].shear_GPa * 1e9, films[i].poisson);
		char folder[1200];
		tt_error err;
		t.name = films[i].name;
		t.pressure_Pa = films[i].pressure_Pa;
		t.hardness_Pa = films[i].hardness_GPa * 1e9;
		t.density = films[i].density_g_per_cm3 * 1e3;
		t.two_theta_deg = films[i].two_theta_deg;
		t.fwhm_deg = films[i].fwhm_deg;
		t.diffraction = true;
		snprintf(folder, sizeof folder, "%s/%s", argv[1], films[i].folder);
		if (tt_simulate_film(&t, 11 + i, folder, &err) != TT_OK) return fprintf(stderr, "%s\n", err.message), 1;
	}
	return 0;
}
