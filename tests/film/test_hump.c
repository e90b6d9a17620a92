/* The first sharp diffraction peak: made humps with known truth, real files, sharp peaks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "draw.h"
#include "film/diffraction/hump.h"
#include "film/diffraction/sharp.h"
#include "temtensile/logs.h"

#include <stdbool.h>

enum { POINTS = 501 };

typedef struct made {
	double x[POINTS], y[POINTS], sigma[POINTS];
} made;

static double hump(double x, double x0, double fwhm, double eta)
{
	const double t = (x - x0) / fwhm;
	return eta / (1 + 4 * t * t) + (1 - eta) * exp(-4 * log(2) * t * t);
}

/* A hump, a second one at 1.75 x0, a parabola, counted. */
static void make(made *m, double x0, double fwhm, double eta, double second_eta)
{
	for (int i = 0; i < POINTS; i++) {
		const double x = 20 + 0.14 * i, z = (x - 55) / 35;
		const double v = 640 - 90 * z + 40 * z * z + 2500 * hump(x, x0, fwhm, eta) +
		                 350 * hump(x, 1.75 * x0, 1.6 * fwhm, second_eta);
		m->x[i] = x;
		m->y[i] = draw_poisson(v);
		m->sigma[i] = sqrt(fmax(m->y[i], 1));
	}
}

static void coverage(void)
{
	static made m;
	const int n = draw_count();
	int position = 0, width = 0, all = 0, pulls = 0;
	double worst = 0, sum = 0;
	draw_seed(7);
	for (int k = 0; k < n; k++) {
		const double x0 = 31 + 7 * draw_uniform(), fwhm = 5.5 + 5 * draw_uniform(),
		             eta = 0.1 + 0.7 * draw_uniform();
		tt_hump h;
		tt_error err;
		make(&m, x0, fwhm, eta, draw_uniform());
		const tt_hump_options o = {.start = NAN, .counting = true};
		CHECK_MSG(tt_hump_fit(m.x, m.y, m.sigma, POINTS, &o, &h, &err) == TT_OK, "%s", err.message);
		const double p = (h.position.value - x0) / h.position.u, w = (h.fwhm.value - fwhm) / h.fwhm.u;
		position += fabs(p) <= 1.96;
		width += fabs(w) <= 1.96;
		worst = fmax(worst, fmax(fabs(p), fabs(w)));
		sum += w;
		pulls++;
		all++;
	}
	check_note(
	    "%d draws: position held in %.1f %%, width in %.1f %%; mean pull of the width %.2f, largest pull %.1f", all,
	    100.0 * position / all, 100.0 * width / all, sum / pulls, worst);
	CHECK(position >= 0.91 * all && width >= 0.91 * all);
	CHECK(position + width <= 0.985 * 2 * all);
}

static void without_second(void)
{
	static made m;
	int second = 0, good = 0;
	draw_seed(3);
	for (int k = 0; k < 20; k++) {
		tt_hump h;
		tt_error err;
		for (int i = 0; i < POINTS; i++) {
			m.x[i] = 20 + 0.08 * i;
			m.y[i] = draw_poisson(300 - 2 * (m.x[i] - 40) + 900 * hump(m.x[i], 36, 7, 0.3));
			m.sigma[i] = sqrt(fmax(m.y[i], 1));
		}
		const tt_hump_options o = {.start = NAN, .counting = true};
		CHECK_MSG(tt_hump_fit(m.x, m.y, m.sigma, POINTS, &o, &h, &err) == TT_OK, "%s", err.message);
		second += h.has_second;
		good += fabs(h.position.value - 36) < 2 * h.position.u && fabs(h.fwhm.value - 7) < 2 * h.fwhm.u;
	}
	check_note("one hump alone: a second is seen in %d of 20, both values within 2 u in %d", second, good);
	CHECK(second <= 1 && good >= 16);
}

static void real_file(const char *relative, double position, double width)
{
	tt_pattern *p;
	tt_error err;
	tt_hump h;
	CHECK_MSG(tt_pattern_read(check_shared(relative), NULL, &p, &err) == TT_OK, "%s", err.message);
	double *sigma = malloc(p->n * sizeof *sigma);
	for (size_t i = 0; i < p->n; i++)
		sigma[i] = sqrt(fmax(p->y[i], 1));
	const tt_hump_options o = {.start = NAN, .counting = true};
	CHECK_MSG(tt_hump_fit(p->x, p->y, sigma, p->n, &o, &h, &err) == TT_OK, "%s", err.message);
	check_note("%s: %.3f ± %.3f, FWHM %.3f ± %.3f, χ² %.3f, second at %.2f", relative, h.position.value,
	           h.position.u, h.fwhm.value, h.fwhm.u, h.chi2, h.second_position.value);
	CHECK_NEAR(h.position.value, position, 2 * h.position.u);
	CHECK_NEAR(h.fwhm.value, width, 2 * h.fwhm.u);
	CHECK(h.has_second && h.position.u < 0.05 && h.fwhm.u < 0.3);
	free(sigma);
	tt_pattern_free(p);
}

static void real_wide(void)
{
	real_file("film/diffraction/synthetic_fsdp_37p6_10p4.xy", 37.6, 10.4);
}

static void real_narrow(void)
{
	real_file("film/diffraction/synthetic_fsdp_32p5_5p9.xy", 32.5, 5.9);
}

static void nothing_there(void)
{
	static made m;
	tt_hump h;
	tt_error err;
	draw_seed(5);
	for (int i = 0; i < POINTS; i++) {
		m.x[i] = 20 + 0.14 * i;
		m.y[i] = draw_poisson(500 - 3 * (m.x[i] - 20));
		m.sigma[i] = sqrt(m.y[i]);
	}
	CHECK(tt_hump_fit(m.x, m.y, m.sigma, POINTS, NULL, &h, &err) == TT_ERR_FAILED);
	check_note("%s", err.message);
	CHECK(tt_hump_fit(m.x, m.y, m.sigma, 10, NULL, &h, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "10 points are too few");
}

/* Sharp peaks on a hump: found, measured, and masked so that the hump is what it was. */
static void sharp(void)
{
	enum { N = 3501 };
	static double x[N], y[N], sigma[N];
	static bool masked[N];
	static const double at[] = {33.0, 38.4, 55.6}, width[] = {0.25, 0.4, 0.3}, height[] = {1500, 900, 3000};
	tt_sharp_peak *peaks;
	size_t n;
	tt_error err;
	tt_hump h;
	draw_seed(11);
	memset(masked, 0, sizeof masked);
	for (int i = 0; i < N; i++) {
		x[i] = 20 + 0.02 * i;
		double v = 600 + 2000 * hump(x[i], 36, 8, 0.4);
		for (int k = 0; k < 3; k++)
			v += height[k] * hump(x[i], at[k], width[k], 0.5);
		y[i] = draw_poisson(v);
		sigma[i] = sqrt(y[i]);
	}
	CHECK_MSG(tt_sharp_find(x, y, sigma, N, 1.5, masked, &peaks, &n, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(n == 3, "%zu sharp peaks", n);
	for (size_t k = 0; k < n; k++) {
		check_note("%.3f ± %.3f, FWHM %.3f ± %.3f, height %.0f ± %.0f", peaks[k].position.value,
		           peaks[k].position.u, peaks[k].fwhm.value, peaks[k].fwhm.u, peaks[k].height.value,
		           peaks[k].height.u);
		CHECK_NEAR(peaks[k].position.value, at[k], 3.5 * peaks[k].position.u);
		CHECK_NEAR(peaks[k].fwhm.value, width[k], 3.5 * peaks[k].fwhm.u);
		CHECK_NEAR(peaks[k].height.value, height[k], 4 * peaks[k].height.u);
	}
	free(peaks);
	const tt_hump_options o = {.start = NAN, .counting = true, .masked = masked};
	CHECK_MSG(tt_hump_fit(x, y, sigma, N, &o, &h, &err) == TT_OK, "%s", err.message);
	CHECK_NEAR(h.position.value, 36, 3 * h.position.u);
	CHECK_NEAR(h.fwhm.value, 8, 3 * h.fwhm.u);
	/* noise alone has none */
	memset(masked, 0, sizeof masked);
	for (int i = 0; i < N; i++) {
		y[i] = draw_poisson(600 + 2000 * hump(x[i], 36, 8, 0.4));
		sigma[i] = sqrt(y[i]);
	}
	CHECK(tt_sharp_find(x, y, sigma, N, 1.5, masked, &peaks, &n, &err) == TT_OK && n == 0);
	free(peaks);
}

static const check_case cases[] = {{"intervals hold the truth", coverage}, {"one hump alone", without_second},
                                   {"a hump of 10.4 degrees", real_wide},  {"a hump of 5.9 degrees", real_narrow},
                                   {"no hump is said", nothing_there},     {"sharp peaks beside the hump", sharp}};
CHECK_MAIN(cases)
