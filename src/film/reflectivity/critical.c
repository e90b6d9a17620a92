/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/reflectivity/critical.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "film/reflectivity/parratt.h"
#include "numeric/curve_fit.h"
#include "numeric/statistics.h"

static const double BELOW = 0.55, ABOVE = 1.35; /* of θ_c: angles used */
static const double PI = 3.14159265358979323846;
enum { LEAST = 12, NODES = 7 };

/* Gauss–Hermite, 7 nodes: abscissae in standard deviations, weights of sum 1 (Abramowitz and Stegun, table 25.10). */
static const double node[NODES] = {-3.7504397177257422, -2.3667594107345416, -1.1544053947399682, 0,
                                   1.1544053947399682,  2.3667594107345416,  3.7504397177257422};
static const double weight[NODES] = {0.00054826885597221779, 0.030757123967586497, 0.24012317860501271,
                                     0.45714285714285713,    0.24012317860501271,  0.030757123967586497,
                                     0.00054826885597221779};

static double reflect(const tt_critical *c, double theta)
{
	const double q = 4 * PI * sin(theta) / c->wavelength_m, sld = tt_sld_of_delta(c->delta, c->wavelength_m);
	const tt_parratt_layer stack[2] = {
	    {0}, {.sld = sld, .absorption = c->beta_over_delta * sld, .roughness = c->roughness_m}};
	return q > 0 ? tt_parratt(stack, 2, q) : 1;
}

double tt_critical_at(const tt_critical *c, double theta)
{
	double r = 0;
	if (c->resolution_rad > 0)
		for (int i = 0; i < NODES; i++)
			r += weight[i] * reflect(c, theta + node[i] * c->resolution_rad);
	else
		r = reflect(c, theta);
	const double caught = c->footprint_rad > 0 && theta < c->footprint_rad ? sin(theta) / sin(c->footprint_rad) : 1;
	return c->scale * r * caught;
}

typedef struct problem {
	const double *theta, *lnr;
	size_t n;
	double *noise; /* of ln R */
	tt_critical c; /* what is fixed */
	bool footprint, beta;
} problem;

/* Parameters: ln scale, δ in 1e-5, roughness in nm (its size), then ln(β/δ) and the footprint's angle in mrad where
 * they are free. */
enum { SCALE, DELTA, ROUGH, FREE };

static tt_critical curve_of(const problem *p, const double *b)
{
	tt_critical c = p->c;
	size_t k = FREE;
	c.scale = exp(b[SCALE]);
	c.delta = fabs(b[DELTA]) * 1e-5;
	c.roughness_m = fabs(b[ROUGH]) * 1e-9;
	if (p->beta) c.beta_over_delta = exp(b[k++]);
	if (p->footprint) c.footprint_rad = fabs(b[k++]) * 1e-3;
	return c;
}

static void residuals(const void *user, const double *b, double *r)
{
	const problem *p = user;
	const tt_critical c = curve_of(p, b);
	for (size_t i = 0; i < p->n; i++)
		r[i] = (log(fmax(tt_critical_at(&c, p->theta[i]), 1e-30)) - p->lnr[i]) / p->noise[i];
	/* roughness hardly acts up to 1.35 θ_c: films are rough by about a nanometre */
	r[p->n] = (fabs(b[ROUGH]) - 1) / 2;
	if (p->beta) r[p->n + 1] = (b[FREE] - log(0.05)) / 1.5;
}

/* The edge: where the smoothed curve falls below half of its largest value for good. */
static bool find_edge(const double *theta, const double *r, size_t n, double *edge, size_t *top)
{
	double most = 0;
	size_t half = 1;
	while (half + 1 < n && theta[half] - theta[0] < 2e-4)
		half++; /* about 0.01° */
	if (half > 10) half = 10;
	double before = NAN, first = NAN;
	for (size_t i = half; i + half < n; i++) {
		double sum = 0;
		for (size_t k = i - half; k <= i + half; k++)
			sum += r[k];
		const double mean = sum / (double)(2 * half + 1);
		if (isnan(first)) first = mean;
		if (mean > most) {
			most = mean;
			*top = i;
			before = NAN;
		}
		if (isnan(before) && mean < most / 2) before = theta[i];
		if (mean < most / 20 && isfinite(before)) {
			*edge = before;
			return true;
		}
	}
	return false;
}

/* Noise of ln R from its second differences: counted, it grows as 1/√R; a curve that was smoothed or made has one noise
 * throughout. The one with which both halves, high and low, agree better is taken. */
static void find_noise(problem *p, double *scratch)
{
	const double top = p->lnr[0];
	double level[2];
	for (int counted = 0; counted < 2; counted++) {
		double sum[2] = {0, 0}, n[2] = {0, 0};
		for (size_t i = 1; i + 1 < p->n; i++) {
			const double d = p->lnr[i - 1] - 2 * p->lnr[i] + p->lnr[i + 1],
			             w = counted ? exp(p->lnr[i] - top) : 1;
			const int low = p->lnr[i] < top - 1;
			sum[low] += d * d * w;
			n[low]++;
		}
		level[counted] =
		    n[0] > 3 && n[1] > 3 ? fabs(log(fmax(sum[0] / n[0], 1e-12) / fmax(sum[1] / n[1], 1e-12))) : 0;
	}
	const bool counted = level[1] < level[0];
	for (size_t i = 1; i + 1 < p->n; i++) {
		const double d = p->lnr[i - 1] - 2 * p->lnr[i] + p->lnr[i + 1];
		scratch[i - 1] = fabs(d) * (counted ? exp((p->lnr[i] - top) / 2) : 1);
	}
	const double noise = fmax(tt_median(scratch, p->n - 2) / (0.6744897501960817 * sqrt(6)), 1e-4);
	for (size_t i = 0; i < p->n; i++)
		p->noise[i] = noise * (counted ? exp((top - p->lnr[i]) / 2) : 1);
}

static tt_status fit(problem *p, const double *start, double edge, tt_critical *out, const char *what, tt_error *err)
{
	const size_t m = FREE + (size_t)p->beta + (size_t)p->footprint, rows = p->n + 1 + (size_t)p->beta;
	double b[FREE + 2], covariance[(FREE + 2) * (FREE + 2)], *r = malloc(rows * sizeof *r);
	tt_curve_result result;
	const tt_curve_model model = {.points = rows, .parameters = m, .residuals = residuals, .user = p, .what = what};
	if (!r) return tt_fail_memory(err, "a fit");
	memcpy(b, start, sizeof b);
	tt_status st = tt_curve_fit(&model, b, covariance, &result, err);
	if (st == TT_OK) {
		*out = curve_of(p, b);
		residuals(p, b, r);
		const double misfit = fmax(result.chi2 / fmax((double)p->n - (double)m, 1), 1);
		out->u_delta = 1e-5 * sqrt(covariance[DELTA * m + DELTA] * misfit * tt_noise_inflation(r, p->n));
		out->theta_c = sqrt(2 * out->delta);
		out->from_rad = p->theta[0];
		out->to_rad = p->theta[p->n - 1];
		out->points = p->n;
		out->misfit = 0;
		for (size_t i = 0; i < p->n; i++)
			out->misfit += r[i] * r[i] * p->noise[i] * p->noise[i] / (double)p->n;
		out->misfit = sqrt(out->misfit);
		if (!(out->theta_c > 0.7 * edge && out->theta_c < 1.3 * edge) || out->misfit > 0.5)
			st = tt_fail(err, TT_ERR_FAILED,
			             "%s: a smooth surface's curve does not fit the edge near θ = %.4g° (the fit's "
			             "critical angle: "
			             "%.4g°, misfit %.0f %%)",
			             what, edge * 180 / PI, out->theta_c * 180 / PI, 100 * out->misfit);
	}
	free(r);
	return st;
}

tt_status tt_critical_fit(const double *theta, const double *r, size_t n, double wavelength_m,
                          const tt_critical_options *options, tt_critical *out, tt_error *err)
{
	const char *what = options->what ? options->what : "the critical angle";
	double edge;
	size_t top = 0;
	*out = (tt_critical){0};
	if (n < LEAST || !find_edge(theta, r, n, &edge, &top))
		return tt_fail(err, TT_ERR_FAILED,
		               "%s: no plateau with an edge behind it was found; a reflectivity curve from below the "
		               "critical angle on was expected",
		               what);
	problem p = {.c = {.wavelength_m = wavelength_m,
	                   .beta_over_delta = options->beta_over_delta,
	                   .resolution_rad = options->resolution_rad},
	             .beta = isnan(options->beta_over_delta)};
	double *t = malloc(4 * n * sizeof *t), *l = t ? t + n : NULL;
	if (!t) return tt_fail_memory(err, "a fit");
	for (size_t i = 0; i < n; i++)
		if (theta[i] > BELOW * edge && theta[i] < ABOVE * edge && r[i] > 0) {
			t[p.n] = theta[i];
			l[p.n++] = log(r[i]);
		}
	p.theta = t;
	p.lnr = l;
	p.noise = t + 2 * n;
	tt_status st = p.n < LEAST ? tt_fail(err, TT_ERR_FAILED,
	                                     "%s: %zu points lie around the edge at θ = %.4g°; at least %d were "
	                                     "expected",
	                                     what, p.n, edge * 180 / PI, LEAST)
	                           : TT_OK;
	if (st == TT_OK) {
		find_noise(&p, t + 3 * n);
		/* below the edge an ideal curve falls; one that rises by 5 % and more misses a part of the beam */
		p.footprint = r[top] > 1.05 * exp(l[0]) && theta[top] > t[0];
		double start[FREE + 2] = {log(r[top]), edge * edge / 2 * 1e5, 1, 0, 0};
		if (p.beta) start[FREE] = log(0.05);
		if (p.footprint) start[FREE + (p.beta ? 1 : 0)] = theta[top] * 1e3;
		st = fit(&p, start, edge, out, what, err);
	}
	free(t);
	return st;
}
