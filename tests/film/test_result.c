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
	film_refused("film: {thickness: -500 nm}\n",
	             "refused.yaml:1:19: film.thickness: the thickness must be positive, found a negative value");
	film_refused("film: {thickness: 500}\n", "thickness");
	film_refused("film: {}\nsubstrate: {youngs_modulus: 169 GPa}\n", "missing key 'poisson'");
	film_refused("film: {}\nsubstrate: {youngs_modulus: 169 GPa, poisson: 0.6}\n",
	             "found 0.6, expected 0 to 0.4999");
	film_refused("film: {}\ndensity: {value: 6.5 g}\n", "g/cm³ or kg/m³");
	film_refused("film: {}\nbriloin: {}\n", "did you mean 'brillouin'?");
	film_refused("film: {}\nindentation: 9.8 GPa\n", "a map of keys expected");
}

/* The paper's densest film: velocity and modulus such that 0.92 gives its G 46 GPa and ν 0.37; what the exact Rayleigh
 * equation makes of them. */
static void papers_chain(void)
{
	static const char text[] = "film: {composition: Zr50Cu50}\n"
	                           "indentation: {plane_strain_modulus: 146.0317 ± 4 GPa, source: paper}\n"
	                           "brillouin: {velocity: 2293.761 ± 23 m/s, source: paper%s}\n"
	                           "density: {value: 7.4 ± 0.2 g/cm³, source: paper}\n";
	static const struct {
		const char *factor;
		double g, nu, e;
	} row[] = {{", rayleigh_factor: 0.92", 46, 0.37, 126.04}, {"", 43.88, 0.399, 122.8}};
	for (size_t i = 0; i < 2; i++) {
		char whole[800];
		tt_film_result r;
		tt_error err;
		snprintf(whole, sizeof whole, text, row[i].factor);
		CHECK_MSG(film_measure(film_file("paper.yaml", whole), &r, &err) == TT_OK, "%s", err.message);
		const tt_measurement *g = film_get(&r, "shear_modulus_GPa"), *nu = film_get(&r, "poisson_ratio"),
		                     *e = film_get(&r, "youngs_modulus_GPa");
		check_note("G %.2f, nu %.4f ± %.3f, E %.2f GPa%s", g->value * 1e-9, nu->value, nu->u, e->value * 1e-9,
		           row[i].factor);
		CHECK_NEAR(g->value * 1e-9, row[i].g, 0.05);
		CHECK_NEAR(nu->value, row[i].nu, 0.0006);
		CHECK_NEAR(e->value * 1e-9, row[i].e, 0.1);
		tt_film_result_clear(&r);
	}
}

/* u(V) 1 %, u(ρ) 3 %, u(E′) 5 % make 0.05 to 0.06 in ν; too stiff a modulus has no ν below 0.5. */
static void joint_limits(void)
{
	tt_film_result r;
	tt_error err;
	CHECK(
	    film_measure(film_file("u.yaml", "film: {}\nindentation: {plane_strain_modulus: 146 ± 7.3 GPa, source: x}\n"
	                                     "brillouin: {velocity: 2310 ± 23.1 m/s, source: x}\n"
	                                     "density: {value: 7.4 ± 0.222 g/cm³, source: x}\n"),
	                 &r, &err) == TT_OK);
	const tt_measurement *nu = film_get(&r, "poisson_ratio");
	check_note("u(nu) = %.3f", nu->u);
	CHECK(nu->u > 0.04 && nu->u < 0.065);
	CHECK_HAS(nu->conditions, "u = 0.0");
	tt_film_result_clear(&r);
	CHECK(film_measure(film_file("none.yaml",
	                             "film: {}\nindentation: {plane_strain_modulus: 260 ± 5 GPa, source: x}\n"
	                             "brillouin: {velocity: 2310 ± 23 m/s, source: x}\n"
	                             "density: {value: 7.4 ± 0.1 g/cm³, source: x}\n"),
	                   &r, &err) == TT_OK);
	nu = film_get(&r, "poisson_ratio");
	CHECK(isnan(nu->value));
	CHECK_HAS(nu->reason, "no Poisson's ratio below 0.5");
	tt_film_result_clear(&r);
}

static void refused_files(void)
{
	char flat[8000] = "", swapped[4000] = "depth (nm),load (mN),S (N/m)\n", text[3000];
	for (int i = 0; i < 256; i++)
		strcat(flat, i % 2 ? "20\n" : "22\n");
	for (int i = 1; i < 80; i++)
		sprintf(swapped + strlen(swapped), "%g,%g,%g\n", 1e4 * i * i, 5. * i, 100. * i);
	snprintf(text, sizeof text,
	         "film: {thickness: 500 nm}\nbrillouin: {wavelength: 532 nm, mirror_spacing: 5.6 mm, spectra: [{file: "
	         "%s, angle: 60°}]}\n",
	         film_file("flat.dat", flat));
	film_refused(text, "no elastic line stands out");
	snprintf(text, sizeof text, "film: {}\nindentation: {file: %s, area: [24.5]}\n",
	         film_file("swapped.csv", swapped));
	film_refused(text, "are two columns swapped");
	film_refused("film: {}\nindentation: {file: nowhere.xls}\n", "nowhere.xls");
	film_refused("film: {thickness: 500 nm}\nindentation: {file: x.xls}\n", "needs its substrate");
	film_refused("film: {}\nsubstrate: {youngs_modulus: 169 GPa, poisson: 0.2}\nindentation: {file: x.xls}\n",
	             "film.thickness");
	film_refused("film: {}\nindentation: {file: x.xls, area: [-24.5, 3]}\n", "a negative area");
	film_refused("film: {}\nbrillouin: {wavelength: 532 nm, shifts: [{shift: 8 GHz, angle: 0°}]}\n",
	             "the angle must be positive, found a zero value");
	film_refused("film: {}\nbrillouin: {shifts: [{shift: 8 GHz, angle: 60°}]}\n", "missing key 'wavelength'");
	film_refused("film: {}\nbrillouin: {}\n", "expected spectra, shifts, or a velocity");
	film_refused("film: {}\nindentation: {}\n", "expected a file, or hardness");
}

/* A made spectrum of 256 channels, cut at many places: a sentence, or what is left with a word on it. */
static void cut_spectrum(void)
{
	static char text[4000];
	const size_t whole_size = 4000;
	size_t n = 0, refused = 0, warned = 0;
	for (int i = 0; i < 256; i++) {
		double y = 8;
		for (int k = 0; k < 3; k++) {
			const double x = (i - 4 - 124 * k) / 2.5, a = (i - 4 - 124 * k - 56) / 3.,
			             b = (i - 4 - 124 * k + 56) / 3.;
			y += 1e5 * exp(-x * x / 2) + 60 / (1 + a * a) + 60 / (1 + b * b);
		}
		n += (size_t)snprintf(text + n, whole_size - n, "%.0f\n", y);
	}
	for (size_t size = n; size > 40; size -= 37) {
		tt_film_result r;
		tt_error err;
		char yaml[2000];
		text[size] = '\0';
		snprintf(yaml, sizeof yaml,
		         "film: {thickness: 900 nm}\nbrillouin: {wavelength: 532 nm, mirror_spacing: 5.6 mm, spectra: "
		         "[{file: "
		         "%s, angle: 60°}]}\n",
		         film_file("cut.DAT", text));
		tt_status st = film_measure(film_file("cut.yaml", yaml), &r, &err);
		size_t said = 0;
		for (size_t i = 0; i < r.warnings.n; i++)
			said += strstr(r.warnings.item[i], "the file may be cut") != NULL;
		if (size == n) CHECK_MSG(st == TT_OK && said == 0, "%s", err.message);
		if (st != TT_OK) CHECK_HAS(err.message, "cut.DAT");
		size_t lines = 0;
		for (const char *p = text; *p; p++)
			lines += *p == '\n' || (p[1] == '\0');
		if (st == TT_OK && size < n) CHECK_MSG(said || lines == 256 || lines == 128, "%zu lines", lines);
		refused += st != TT_OK;
		warned += said;
		tt_film_result_clear(&r);
	}
	check_note("%zu cut spectra refused, %zu with a warning", refused, warned);
	CHECK(refused > 5 && warned > 0);
}

/* Shifts typed in: the velocity, the half-space rule. */
static void shifts(void)
{
	tt_film_result r;
	tt_error err;
	const double v = 2500, pi = 3.14159265358979323846;
	char text[1200];
	snprintf(text, sizeof text,
	         "film: {thickness: 400 nm}\nbrillouin: {wavelength: 532 nm, shifts: [{shift: %.6f ± 0.05 GHz, angle: "
	         "30 ± 0.1°}, "
	         "{shift: %.6f ± 0.05 GHz, angle: 50 ± 0.1°}, {shift: %.6f ± 0.05 GHz, angle: 70 ± 0.1°}]}\n",
	         2 * v * sin(30 * pi / 180) / 532, 2 * v * sin(50 * pi / 180) / 532, 2 * v * sin(70 * pi / 180) / 532);
	CHECK_MSG(film_measure(film_file("shifts.yaml", text), &r, &err) == TT_OK, "%s", err.message);
	const tt_measurement *m = film_get(&r, "rayleigh_velocity_m_per_s");
	CHECK_NEAR(m->value, v, 0.01);
	CHECK_HAS(m->conditions, "2 angles"); /* k t = 4.7 at 30°: refused; 7.2 at 50°: warned */
	unsigned said = 0;
	for (size_t i = 0; i < r.warnings.n; i++)
		said += strstr(r.warnings.item[i], "this angle is refused") || strstr(r.warnings.item[i], "below 8");
	CHECK(said == 2);
	tt_film_result_clear(&r);
}

static const check_case cases[] = {
    {"numbers are taken over with their uncertainty and source", taken_over},
    {"wrong descriptions are refused in a sentence", refused},
    {"files that cannot be what they should are refused in a sentence", refused_files},
    {"the paper's chain with 0.92 and with the exact equation", papers_chain},
    {"uncertainty of Poisson's ratio, and none below 0.5", joint_limits},
    {"a cut spectrum", cut_spectrum},
    {"shifts, and the half-space rule", shifts},
};
CHECK_MAIN(cases)
