/* Reflectivity: Parratt's recursion, density from the critical angle, period from satellites.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "draw.h"
#include "film/reflectivity/critical.h"
#include "film/reflectivity/optical.h"
#include "film/reflectivity/parratt.h"
#include "film/reflectivity/satellites.h"
#include "temtensile/logs.h"

static const double PI = 3.14159265358979323846, CU = 1.5406e-10, SI_SLD = 20.07e14, SI_ABSORPTION = 0.458e14;
static tt_error error;

static void orso(const char *number, double tolerance)
{
	char path[128];
	tt_columns *l, *d;
	tt_parratt_layer layer[64];
	snprintf(path, sizeof path, "film/reflectivity/orso/test%s.layers", number);
	CHECK_MSG(tt_columns_read(check_shared(path), &l, &error) == TT_OK, "%s", error.message);
	snprintf(path, sizeof path, "film/reflectivity/orso/test%s.dat", number);
	CHECK_MSG(tt_columns_read(check_shared(path), &d, &error) == TT_OK, "%s", error.message);
	CHECK(l->rows <= 64);
	for (size_t i = 0; i < l->rows; i++)
		layer[i] = (tt_parratt_layer){l->value[0][i] * 1e-10, l->value[1][i] * 1e14, l->value[2][i] * 1e14,
		                              l->value[3][i] * 1e-10};
	double worst = 0;
	for (size_t i = 0; i < d->rows; i++)
		worst = fmax(worst, fabs(tt_parratt(layer, l->rows, d->value[0][i] * 1e10) / d->value[1][i] - 1));
	check_note("ORSO test %s: largest relative difference %.1e", number, worst);
	CHECK(worst <= tolerance);
	tt_columns_free(l);
	tt_columns_free(d);
}

static void orso_cases(void)
{
	orso("0", 8e-5);
	orso("1", 8e-5);
	orso("2", 8e-5);
}

/* Against closed forms: Fresnel's, and a film as one fraction. */
static void closed_forms(void)
{
	const tt_parratt_layer water[] = {{0}, {.sld = 6.36e14}};
	for (double q = 1e8; q < 1e10; q *= 1.3) {
		const double k = q / 2, kt2 = k * k - 4 * PI * 6.36e14;
		const double r = kt2 > 0 ? pow((k - sqrt(kt2)) / (k + sqrt(kt2)), 2) : 1;
		CHECK_NEAR(tt_parratt(water, 2, q) / r, 1, 1e-12);
	}
	const double d = 10e-9, s1 = 50e14, s2 = 20e14;
	const tt_parratt_layer film[] = {{0}, {.sld = s1, .thickness = d}, {.sld = s2}};
	for (double q = 6e8; q < 5e9; q *= 1.17) {
		const double k0 = q / 2, k1 = sqrt(k0 * k0 - 4 * PI * s1), k2 = sqrt(k0 * k0 - 4 * PI * s2);
		if (!(k0 * k0 > 4 * PI * s1)) continue;
		const double a = (k0 - k1) / (k0 + k1), b = (k1 - k2) / (k1 + k2), c = cos(2 * k1 * d);
		CHECK_NEAR(tt_parratt(film, 3, q) /
		               ((a * a + b * b + 2 * a * b * c) / (1 + a * a * b * b + 2 * a * b * c)),
		           1, 1e-10);
	}
}

static void optical(void)
{
	double d, b;
	CHECK_MSG(tt_optical_per_density("Zr50Cu50", CU, &d, &b, &error) == TT_OK, "%s", error.message);
	CHECK_NEAR(d * 7400, 2.0477e-5, 2e-9);
	CHECK_NEAR(d * 6350, 1.7572e-5, 2e-9);
	CHECK_NEAR(b * 7400, 8.84e-7, 1e-9);
	CHECK_NEAR(tt_sld_of_delta(d * 7400, CU), 54.21e14, 0.01e14);
	CHECK(tt_optical_per_density("Zr50Xx50", CU, &d, &b, &error) == TT_ERR_INPUT);
	CHECK_HAS(error.message, "'Zr50Xx50' cannot be read as a formula");
}

enum { POINTS = 400 };

/* A film of Zr50Cu50 on silicon, counted: from 0.05° to 1.25° of 2θ by 0.003°. */
static void make_film(double density, double thickness, double roughness, double counts, double footprint,
                      double *theta, double *r)
{
	double d, b;
	CHECK(tt_optical_per_density("Zr50Cu50", CU, &d, &b, &error) == TT_OK);
	const tt_parratt_layer l[] = {{0},
	                              {.sld = tt_sld_of_delta(d * density, CU),
	                               .absorption = tt_sld_of_delta(b * density, CU),
	                               .thickness = thickness,
	                               .roughness = roughness},
	                              {.sld = SI_SLD, .absorption = SI_ABSORPTION, .roughness = 0.3e-9}};
	for (int i = 0; i < POINTS; i++) {
		theta[i] = (0.025 + 0.0015 * i) * PI / 180;
		const double caught = theta[i] < footprint ? sin(theta[i]) / sin(footprint) : 1;
		r[i] = draw_poisson(counts * caught * tt_parratt(l, 3, 4 * PI * sin(theta[i]) / CU));
	}
}

static void density_coverage(void)
{
	static double theta[POINTS], r[POINTS];
	const int n = draw_count();
	int held = 0;
	double d, b, worst = 0, sum = 0, u = 0;
	draw_seed(21);
	CHECK(tt_optical_per_density("Zr50Cu50", CU, &d, &b, &error) == TT_OK);
	for (int k = 0; k < n; k++) {
		const double density = 6000 + 1600 * draw_uniform(), thickness = (100 + 500 * draw_uniform()) * 1e-9;
		make_film(density, thickness, (0.2 + 1.3 * draw_uniform()) * 1e-9, pow(10, 3.5 + 1.5 * draw_uniform()),
		          k % 2 ? 0 : (0.1 + 0.1 * draw_uniform()) * PI / 180, theta, r);
		tt_critical c;
		const tt_critical_options o = {.beta_over_delta = b / d};
		CHECK_MSG(tt_critical_fit(theta, r, POINTS, CU, &o, &c, &error) == TT_OK, "%s", error.message);
		const double pull = (c.delta / d - density) / (c.u_delta / d);
		held += fabs(pull) <= 1.96;
		worst = fmax(worst, fabs(pull));
		sum += pull;
		u += c.u_delta / c.delta;
	}
	check_note("density: %d of %d intervals hold the truth (%.1f %%), mean pull %.2f, largest %.1f, mean u %.3f %%",
	           held, n, 100.0 * held / n, sum / n, worst, 100 * u / n);
	CHECK(held >= 0.91 * n && held <= 0.985 * n);
}

static void no_edge(void)
{
	static double theta[POINTS], r[POINTS];
	tt_critical c;
	const tt_critical_options o = {.beta_over_delta = 0.04};
	for (int i = 0; i < POINTS; i++) {
		theta[i] = 0.001 + 1e-5 * i;
		r[i] = 1000 + i % 7;
	}
	CHECK(tt_critical_fit(theta, r, POINTS, CU, &o, &c, &error) == TT_ERR_FAILED);
	CHECK_HAS(error.message, "no plateau with an edge");
}

/* Superlattices of two ZrCu densities on silicon, counted. */
static void satellites_made(void)
{
	enum { N = 2600, MOST = 200 };
	static double theta[N], r[N];
	int held = 0, found = 0;
	const int n = 40;
	double d, b, worst = 0;
	draw_seed(31);
	CHECK(tt_optical_per_density("Zr50Cu50", CU, &d, &b, &error) == TT_OK);
	for (int k = 0; k < n; k++) {
		const double period = (4 + 8 * draw_uniform()) * 1e-9, share = 0.35 + 0.3 * draw_uniform();
		const int bilayers = 30 + (int)(40 * draw_uniform());
		static tt_parratt_layer l[2 * MOST + 2];
		l[0] = (tt_parratt_layer){0};
		for (int i = 0; i < 2 * bilayers; i++) {
			const double density = i % 2 ? 6000 : 7000;
			l[i + 1] = (tt_parratt_layer){.sld = tt_sld_of_delta(d * density, CU),
			                              .absorption = tt_sld_of_delta(b * density, CU),
			                              .thickness = period * (i % 2 ? share : 1 - share),
			                              .roughness = 0.3e-9};
		}
		l[2 * bilayers + 1] =
		    (tt_parratt_layer){.sld = SI_SLD, .absorption = SI_ABSORPTION, .roughness = 0.3e-9};
		for (int i = 0; i < N; i++) {
			theta[i] = (0.15 + 0.001 * i) * PI / 180;
			r[i] = draw_poisson(1e7 * tt_parratt(l, 2 * (size_t)bilayers + 2, 4 * PI * sin(theta[i]) / CU));
		}
		tt_critical c;
		tt_satellites s;
		const tt_critical_options o = {.beta_over_delta = b / d};
		const double two_delta =
		    tt_critical_fit(theta, r, N, CU, &o, &c, &error) == TT_OK ? 2 * c.delta : (double)NAN;
		if (tt_satellites_fit(theta, r, N, CU, two_delta, NULL, 0, "made", &s, &error) != TT_OK) {
			check_note("period %.3f nm: %s", period * 1e9, error.message);
			continue;
		}
		found++;
		held += fabs(s.period_m - period) <= 1.96 * s.u_period;
		worst = fmax(worst, fabs(s.period_m / period - 1));
	}
	check_note("satellites: found in %d of %d, %d intervals hold the truth, largest error %.2f %%", found, n, held,
	           100 * worst);
	CHECK(found >= 0.9 * n && held >= 0.9 * found && worst < 0.01);
}

static void read_theta(const char *relative, tt_pattern **p, double **theta)
{
	CHECK_MSG(tt_pattern_read(check_shared(relative), NULL, p, &error) == TT_OK, "%s", error.message);
	*theta = malloc((*p)->n * sizeof **theta);
	for (size_t i = 0; i < (*p)->n; i++)
		(*theta)[i] = (*p)->x[i] / 2 * PI / 180;
}

static void satellites_of(const char *relative, double wavelength, double expected_nm, double tolerance)
{
	tt_pattern *p;
	double *theta;
	tt_critical c;
	tt_satellites s;
	const tt_critical_options o = {.beta_over_delta = NAN};
	read_theta(relative, &p, &theta);
	CHECK_MSG(tt_critical_fit(theta, p->y, p->n, wavelength, &o, &c, &error) == TT_OK, "%s", error.message);
	CHECK_MSG(tt_satellites_fit(theta, p->y, p->n, wavelength, 2 * c.delta, NULL, 0, "real", &s, &error) == TT_OK,
	          "%s", error.message);
	check_note("%s: period %.4f ± %.4f nm (naive %.3f), orders %d and %d", relative, s.period_m * 1e9,
	           s.u_period * 1e9, s.naive_m * 1e9, s.order[0], s.order[1]);
	CHECK(s.n == 2 && s.order[0] == 1 && s.order[1] == 3);
	CHECK_NEAR(s.period_m * 1e9, expected_nm, tolerance);
	free(theta);
	tt_pattern_free(p);
}

static void satellites_real(void)
{
	satellites_of("film/reflectivity/genx_FePt20_MgO.dat", 1.54e-10, 2.854, 0.005);
	satellites_of("film/reflectivity/synthetic_superlattice_5p7nm.csv", CU, 5.7, 0.005 * 5.7);
}

static const check_case cases[] = {{"ORSO's cases", orso_cases},
                                   {"closed forms", closed_forms},
                                   {"a composition's refraction", optical},
                                   {"density: intervals hold the truth", density_coverage},
                                   {"no edge is said", no_edge},
                                   {"satellites of made superlattices", satellites_made},
                                   {"satellites of real superlattices", satellites_real}};
CHECK_MAIN(cases)
