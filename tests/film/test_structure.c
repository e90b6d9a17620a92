/* Density, diffraction and layers as film.yaml asks for them: made files with known truth, numbers taken over,
 * sentences for what is wrong, real files. SPDX-License-Identifier: GPL-3.0-or-later */
#include "draw.h"
#include "film/reflectivity/optical.h"
#include "film/reflectivity/parratt.h"
#include "film_help.h"

static const double PI = 3.14159265358979323846;
static char text[1 << 18];
static tt_error error;

static double hump(double x, double x0, double fwhm, double eta)
{
	const double t = (x - x0) / fwhm;
	return eta / (1 + 4 * t * t) + (1 - eta) * exp(-4 * log(2) * t * t);
}

/* Humps at 33.5° and 58°, a sharp peak at 45°, two columns. */
static const char *make_diffractogram(void)
{
	size_t n = 0;
	for (int i = 0; i < 1400; i++) {
		const double x = 20 + 0.05 * i;
		const double v = 500 + 0.1 * (x - 50) * (x - 50) + 3000 * hump(x, 33.5, 6, 0.4) +
		                 400 * hump(x, 58, 10, 0.3) + 2000 * hump(x, 45, 0.3, 0.5);
		n += (size_t)snprintf(text + n, sizeof text - n, "%.2f %.0f\n", x, draw_poisson(v));
	}
	return film_file("scan.xy", text);
}

static const char *make_reflectivity(double density)
{
	double d, b;
	size_t n = (size_t)snprintf(text, sizeof text, "two_theta_deg,counts\n");
	CHECK(tt_optical_per_density("Zr50Cu50", 1.5406e-10, &d, &b, &error) == TT_OK);
	const tt_parratt_layer l[] = {{0},
	                              {.sld = tt_sld_of_delta(d * density, 1.5406e-10),
	                               .absorption = tt_sld_of_delta(b * density, 1.5406e-10),
	                               .thickness = 300e-9,
	                               .roughness = 0.6e-9},
	                              {.sld = 20.07e14, .absorption = 0.458e14, .roughness = 0.3e-9}};
	for (int i = 0; i < 500; i++) {
		const double t = 0.1 + 0.003 * i;
		n +=
		    (size_t)snprintf(text + n, sizeof text - n, "%.3f,%.0f\n", t,
		                     draw_poisson(1e5 * tt_parratt(l, 3, 4 * PI * sin(t / 2 * PI / 180) / 1.5406e-10)));
	}
	return film_file("xrr.csv", text);
}

static void measured(void)
{
	tt_film_result r;
	draw_seed(41);
	make_diffractogram();
	make_reflectivity(6500);
	size_t n = (size_t)snprintf(text, sizeof text, "position_nm,Cu_at%%,Zr_at%%\n");
	for (int i = 0; i < 800; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%.1f,%.3f,%.3f\n", 0.1 * i,
		                      45 + 5 * tanh(3 * sin(2 * PI * 0.1 * i / 5.7)) + draw_normal(),
		                      40 + 3 * draw_normal());
	film_file("profile.csv", text);
	CHECK_MSG(film_measure(film_file("all.yaml",
	                                 "film: {composition: Zr50Cu50}\n"
	                                 "density: {file: xrr.csv, wavelength: 1.5406 Å, zero: 0 ± 0.001°}\n"
	                                 "diffraction: {file: scan.xy, incidence: 0.95 ± 0.02°, wavelength: 1.5406 Å}\n"
	                                 "layers: {file: profile.csv}\n"),
	                       &r, &error) == TT_OK,
	          "%s", error.message);
	const tt_measurement *rho = film_get(&r, "density_g_per_cm3"), *p = film_get(&r, "fsdp_two_theta_deg"),
	                     *w = film_get(&r, "fsdp_fwhm_deg"), *b = film_get(&r, "bragg_spacing_nm"),
	                     *m = film_get(&r, "mean_distance_nm"), *c = film_get(&r, "coherence_length_nm"),
	                     *l = film_get(&r, "layer_period_nm");
	check_note("density %.0f ± %.0f, peak %.3f ± %.3f, width %.3f ± %.3f, period %.4g ± %.2g nm", rho->value,
	           rho->u, p->value, p->u, w->value, w->u, l->value * 1e9, l->u * 1e9);
	CHECK_NEAR(rho->value, 6500, 3 * rho->u);
	CHECK(rho->u < 65);
	/* 91.224/6.506 + 63.546/8.96 cm³/mol of 154.77 g/mol, xraylib's densities of the elements within 0.5 % */
	CHECK_NEAR(film_get(&r, "mixture_density_g_per_cm3")->value, 7333, 40);
	/* refraction at 0.95°: δ = 1.7987e-5 at 6.5 g/cm³ */
	const double a = 0.95 * PI / 180, out = 33.5 * PI / 180 - a, delta = 1.7987e-5;
	const double shift = (a - sqrt(a * a - 2 * delta) + delta / tan(out)) * 180 / PI;
	CHECK_NEAR(p->value, 33.5 - shift, 3 * p->u);
	CHECK(p->u < 0.03);
	CHECK_NEAR(w->value, 6, 3 * w->u);
	CHECK_NEAR(b->value, 1.5406e-10 / (2 * sin(p->value / 2 * PI / 180)), 1e-16);
	CHECK_NEAR(m->value / b->value, 1.23, 1e-12);
	CHECK_NEAR(c->value, 0.9 * 1.5406e-10 / (w->value * PI / 180 * cos(p->value / 2 * PI / 180)), 1e-16);
	CHECK_NEAR(l->value, 5.7e-9, 3 * l->u);
	CHECK(l->u < 0.05e-9 && strstr(l->conditions, "Cu_at%"));
	bool listed = false;
	for (size_t i = 0; i < r.n_tables; i++)
		if (strcmp(r.table[i].file, "sharp_peaks.csv") == 0) {
			listed = true;
			CHECK(r.table[i].rows == 1);
			CHECK_NEAR(r.table[i].column[0].value[0], 45, 0.02);
		}
	CHECK(listed && r.inputs.n == 3);
	tt_film_result_clear(&r);
}

static void taken_over(void)
{
	tt_film_result r;
	CHECK_MSG(
	    film_measure(
	        film_file("taken.yaml",
	                  "film: {}\n"
	                  "diffraction: {peak: 32.5 ± 0.1°, fwhm: 5.9 ± 0.2°, wavelength: 1.5406 Å, source: paper}\n"
	                  "layers: {period: 5.7 ± 0.1 nm, source: XRR}\n"),
	        &r, &error) == TT_OK,
	    "%s", error.message);
	CHECK_NEAR(film_get(&r, "bragg_spacing_nm")->value * 1e9, 0.2753, 5e-5);
	CHECK_NEAR(film_get(&r, "mean_distance_nm")->value * 1e9, 0.3386, 5e-5);
	CHECK_NEAR(film_get(&r, "coherence_length_nm")->value * 1e9, 1.40, 5e-3);
	CHECK_NEAR(film_get(&r, "bragg_spacing_nm")->u / film_get(&r, "bragg_spacing_nm")->value,
	           0.05 * PI / 180 / tan(16.25 * PI / 180), 1e-9);
	CHECK_STR(film_get(&r, "layer_period_nm")->source, "XRR");
	tt_film_result_clear(&r);
}

/* Good files that do not hold what is looked for: a result with its reason. */
static void reasons(void)
{
	tt_film_result r;
	size_t n = 0, k = (size_t)snprintf(text, sizeof text, "x_nm,y\n");
	draw_seed(5);
	for (int i = 0; i < 600; i++)
		k += (size_t)snprintf(text + k, sizeof text - k, "%d,%.4f\n", i, draw_normal());
	film_file("noise.csv", text);
	for (int i = 0; i < 600; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%.1f %.0f\n", 20 + 0.1 * i, draw_poisson(900));
	film_file("flat.xy", text);
	CHECK_MSG(
	    film_measure(
	        film_file("none.yaml",
	                  "film: {composition: Zr50Cu50}\ndensity: {file: flat.xy}\ndiffraction: {file: flat.xy}\n"
	                  "layers: {file: noise.csv}\n"),
	        &r, &error) == TT_OK,
	    "%s", error.message);
	CHECK_HAS(film_get(&r, "layer_period_nm")->reason, "no regular period");
	CHECK_HAS(film_get(&r, "fsdp_two_theta_deg")->reason, "hump");
	CHECK_HAS(film_get(&r, "density_g_per_cm3")->reason, "no plateau with an edge");
	CHECK(isnan(film_get(&r, "coherence_length_nm")->value));
	tt_film_result_clear(&r);
}

static void sentences(void)
{
	draw_seed(6);
	make_diffractogram();
	film_file("swapped.xy", "949 20.0\n909 20.1\n879 20.2\n895 20.3\n");
	film_refused("film: {}\ndiffraction: {file: swapped.xy}\n", "swapped");
	film_refused("film: {}\ndiffraction: {file: scan.xy, incidence: 0°}\n",
	             "the incidence must be positive, found a zero value");
	film_refused("film: {}\ndiffraction: {file: scan.xy, incidence: 95°}\n", "expected 0 to 89.9 °");
	film_refused("film: {}\ndiffraction: {peak: 0°}\n", "zero");
	film_refused("film: {}\ndiffraction: {source: x}\n", "missing key 'file'");
	film_refused("film: {}\ndiffraction: {file: scan.xy, peak: 30°}\n", "not both");
	film_refused("film: {}\ndiffraction: {file: scan.xy, between: [10, 12]}\n", "holds 0 points");
	film_refused(
	    "film: {composition: Zr50Cu50}\ndensity: {value: 7 g/cm³}\ndiffraction: {file: scan.xy, incidence: 0.2°}\n",
	    "below the film's critical angle");
	film_refused("film: {}\ndensity: {file: scan.xy}\n", "known composition");
	film_refused("film: {composition: Zr50Qq50}\ndensity: {file: scan.xy}\n", "cannot be read as a formula");
	film_refused("film: {}\nlayers: {source: x}\n", "expected one of file");
	film_refused("film: {}\nlayers: {file: scan.xy}\n", "names no unit of length");
	film_refused("film: {}\nlayers: {file: scan.xy, signal: HAADF, pixel_size: 1 nm}\n", "no column 'HAADF'");
	film_refused("film: {}\nlayers: {reflectivity: scan.xy, orders: [3, 1]}\n", "orders");
	film_refused("film: {}\nlayers: {file: nowhere.csv}\n", "nowhere.csv");
}

/* A line across an image file. */
static void image(void)
{
	enum { W = 200, H = 120 };
	char path[600];
	tt_film_result r;
	snprintf(path, sizeof path, "%s/layers.pgm", check_tmp());
	FILE *f = fopen(path, "wb");
	CHECK(f);
	fprintf(f, "P5 %d %d 255\n", W, H);
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++)
			putc((int)(128 + 40 * tanh(3 * sin(2 * PI * (x + 0.5 * y) / 18)) + 8 * draw_normal()), f);
	fclose(f);
	const double across = 18 / hypot(1, 0.5);
	CHECK_MSG(
	    film_measure(
	        film_file(
	            "line.yaml",
	            "film: {}\nlayers: {file: layers.pgm, pixel_size: 0.5 ± 0.005 nm, line: {at: [100, 60], angle: "
	            "26.565°, length: 120, width: 21}}\n"),
	        &r, &error) == TT_OK,
	    "%s", error.message);
	const tt_measurement *l = film_get(&r, "layer_period_nm");
	check_note("period along the line: %.4f ± %.4f nm of %.4f", l->value * 1e9, l->u * 1e9, across / 2);
	CHECK_NEAR(l->value * 1e9, across / 2, 3 * l->u * 1e9);
	CHECK(l->u >= 0.0099 * l->value);
	tt_film_result_clear(&r);
	film_refused("film: {}\nlayers: {file: layers.pgm, line: {from: [10, 10], to: [90, 90]}}\n",
	             "give layers.pixel_size");
	film_refused("film: {}\nlayers: {file: layers.pgm, pixel_size: 1 nm, line: {from: [10, 10], to: [290, 90]}}\n",
	             "outside the image");
}

static const check_case cases[] = {{"made files", measured},
                                   {"numbers taken over", taken_over},
                                   {"reasons", reasons},
                                   {"what is wrong is said", sentences},
                                   {"a line across an image", image}};
CHECK_MAIN(cases)
