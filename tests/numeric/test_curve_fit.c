/* Non-linear fits against NIST's Statistical Reference Datasets: parameters, their standard deviations and the residual
 * sum of squares to 6 digits from both starts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <stdbool.h>

#include "numeric/curve_fit.h"

enum { MOST = 512, PARAMETERS = 8 };

typedef struct data {
	size_t n;
	double x[MOST], y[MOST];
	double start[2][PARAMETERS], value[PARAMETERS], sd[PARAMETERS], rss;
} data;

static void two_gaussians(const void *user, const double *b, double *r)
{
	const data *d = user;
	for (size_t i = 0; i < d->n; i++) {
		const double x = d->x[i], p = (x - b[3]) / b[4], q = (x - b[6]) / b[7];
		r[i] = b[0] * exp(-b[1] * x) + b[2] * exp(-p * p) + b[5] * exp(-q * q) - d->y[i];
	}
}

static void misra(const void *user, const double *b, double *r)
{
	const data *d = user;
	for (size_t i = 0; i < d->n; i++)
		r[i] = b[0] * (1 - exp(-b[1] * d->x[i])) - d->y[i];
}

static void misra_jacobian(const void *user, const double *b, double *j)
{
	const data *d = user;
	for (size_t i = 0; i < d->n; i++) {
		j[2 * i] = 1 - exp(-b[1] * d->x[i]);
		j[2 * i + 1] = b[0] * d->x[i] * exp(-b[1] * d->x[i]);
	}
}

static void compare(const data *d, tt_curve_model m)
{
	m.points = d->n;
	m.user = d;
	for (int s = 0; s < 2; s++) {
		double b[PARAMETERS], c[PARAMETERS * PARAMETERS], worst = 0;
		tt_curve_result r;
		tt_error err;
		memcpy(b, d->start[s], sizeof b);
		CHECK_MSG(tt_curve_fit(&m, b, c, &r, &err) == TT_OK, "%s", err.message);
		for (size_t i = 0; i < m.parameters; i++) {
			const double sd = sqrt(c[i * m.parameters + i] * r.chi2 / r.freedom);
			worst = fmax(worst, fabs(b[i] / d->value[i] - 1));
			CHECK_NEAR(b[i] / d->value[i], 1, 1e-6);
			CHECK_NEAR(sd / d->sd[i], 1, 1e-6);
		}
		CHECK_NEAR(r.chi2 / d->rss, 1, 1e-6);
		check_note("start %d: %d steps, largest relative error %.1e", s + 1, r.steps, worst);
	}
}

/* Lines "b1 = start1 start2 value sd", "Residual Sum of Squares: …", then after "Data: y x" the points. */
static void read_nist(const char *path, data *d)
{
	FILE *f = fopen(path, "r");
	char line[256];
	bool points = false;
	CHECK(f);
	*d = (data){0};
	while (fgets(line, sizeof line, f)) {
		int k;
		double v[4];
		if (points && d->n < MOST && sscanf(line, "%lf %lf", &d->y[d->n], &d->x[d->n]) == 2) d->n++;
		if (strncmp(line, "Data:   y", 9) == 0) points = true;
		sscanf(line, "Residual Sum of Squares: %lf", &d->rss);
		if (sscanf(line, " b%d = %lf %lf %lf %lf", &k, &v[0], &v[1], &v[2], &v[3]) == 5 && k >= 1 &&
		    k <= PARAMETERS) {
			d->start[0][k - 1] = v[0];
			d->start[1][k - 1] = v[1];
			d->value[k - 1] = v[2];
			d->sd[k - 1] = v[3];
		}
	}
	fclose(f);
	CHECK(d->n == 250 && d->rss > 0);
}

static void gaussians(const char *relative)
{
	static data d;
	read_nist(check_shared(relative), &d);
	compare(&d, (tt_curve_model){.parameters = 8, .residuals = two_gaussians});
}

static void gauss1(void)
{
	gaussians("film/diffraction/NIST_Gauss1.dat");
}

static void gauss2(void)
{
	gaussians("film/diffraction/NIST_Gauss2.dat");
}

static void gauss3(void)
{
	gaussians("film/diffraction/NIST_Gauss3.dat");
}

/* Misra1a (NIST, 1979): monomolecular adsorption. */
static void misra1a(void)
{
	static const data d = {
	    .n = 14,
	    .x = {77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0},
	    .y = {10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78},
	    .start = {{500, 0.0001}, {250, 0.0005}},
	    .value = {2.3894212918e+02, 5.5015643181e-04},
	    .sd = {2.7070075241e+00, 7.2668688436e-06},
	    .rss = 1.2455138894e-01};
	compare(&d, (tt_curve_model){.parameters = 2, .residuals = misra});
	compare(&d, (tt_curve_model){.parameters = 2, .residuals = misra, .jacobian = misra_jacobian});
}

static void no_number(const void *user, const double *b, double *r)
{
	(void)user, (void)b;
	for (int i = 0; i < 3; i++)
		r[i] = NAN;
}

static void flat(const void *user, const double *b, double *r)
{
	(void)user;
	for (int i = 0; i < 4; i++)
		r[i] = b[0] - i;
}

static void refused(void)
{
	double b[4] = {1, 1, 1, 1}, c[4];
	tt_error err;
	CHECK(tt_curve_fit(&(tt_curve_model){.points = 3, .parameters = 4, .residuals = no_number, .what = "a peak"}, b,
	                   NULL, NULL, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "a peak: 3 points cannot determine 4");
	CHECK(tt_curve_fit(&(tt_curve_model){.points = 3, .parameters = 1, .residuals = no_number}, b, NULL, NULL,
	                   &err) == TT_ERR_FAILED);
	/* its second parameter has no influence */
	b[0] = b[1] = 1;
	CHECK(tt_curve_fit(&(tt_curve_model){.points = 4, .parameters = 2, .residuals = flat}, b, c, NULL, &err) ==
	      TT_ERR_FAILED);
	CHECK_HAS(err.message, "do not determine");
}

static const check_case cases[] = {{"Misra1a to 6 digits", misra1a},
                                   {"Gauss1 to 6 digits", gauss1},
                                   {"Gauss2 to 6 digits", gauss2},
                                   {"Gauss3 to 6 digits", gauss3},
                                   {"what cannot be fitted is refused", refused}};
CHECK_MAIN(cases)
