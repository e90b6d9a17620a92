/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/diffraction/hump.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/curve_fit.h"

/* Parameters: background 0–2, then for each profile height, position, log of the width, Lorentzian share. */
enum { BACKGROUND = 3, PROFILE = 4, ONE = BACKGROUND + PROFILE, TWO = ONE + PROFILE };

static const double LN2 = 0.69314718055994531;
static const double ETA = 0.5, U_ETA = 0.4; /* prior */

double tt_pseudo_voigt(double x, double position, double fwhm, double eta)
{
	const double t = (x - position) / fwhm, q = 4 * t * t;
	return eta / (1 + q) + (1 - eta) * exp(-LN2 * q);
}

typedef struct problem {
	const double *x, *y;
	double *weight; /* 1/sigma; 0: masked */
	size_t n, profiles;
	double centre, half;
} problem;

static double model(const problem *p, const double *b, double x)
{
	const double z = (x - p->centre) / p->half;
	double v = b[0] + z * (b[1] + z * b[2]);
	for (size_t k = 0; k < p->profiles; k++) {
		const double *h = b + BACKGROUND + PROFILE * k;
		v += h[0] * tt_pseudo_voigt(x, h[1], exp(h[2]), h[3]);
	}
	return v;
}

static void residuals(const void *user, const double *b, double *r)
{
	const problem *p = user;
	for (size_t i = 0; i < p->n; i++)
		r[i] = p->weight[i] > 0 ? (model(p, b, p->x[i]) - p->y[i]) * p->weight[i] : 0;
	for (size_t k = 0; k < p->profiles; k++)
		r[p->n + k] = (b[BACKGROUND + PROFILE * k + 3] - ETA) / U_ETA;
}

/* One row a point: the background's powers, then height, position, log width and share of each profile. */
static void jacobian(const void *user, const double *b, double *j)
{
	const problem *p = user;
	const size_t columns = BACKGROUND + PROFILE * p->profiles;
	memset(j, 0, (p->n + p->profiles) * columns * sizeof *j);
	for (size_t i = 0; i < p->n; i++) {
		double *row = j + i * columns;
		const double w = p->weight[i], z = (p->x[i] - p->centre) / p->half;
		row[0] = w;
		row[1] = w * z;
		row[2] = w * z * z;
		for (size_t k = 0; k < p->profiles; k++) {
			const double *h = b + BACKGROUND + PROFILE * k;
			const double width = exp(h[2]), t = (p->x[i] - h[1]) / width, q = 4 * t * t, e = exp(-LN2 * q);
			/* d(profile)/dt */
			const double slope = -8 * t * (h[3] / ((1 + q) * (1 + q)) + (1 - h[3]) * LN2 * e);
			double *c = row + BACKGROUND + PROFILE * k;
			c[0] = w * (h[3] / (1 + q) + (1 - h[3]) * e);
			c[1] = -w * h[0] * slope / width;
			c[2] = -w * h[0] * slope * t;
			c[3] = w * h[0] * (1 / (1 + q) - e);
		}
	}
	for (size_t k = 0; k < p->profiles; k++)
		j[(p->n + k) * columns + BACKGROUND + PROFILE * k + 3] = 1 / U_ETA;
}

typedef struct fit {
	double b[TWO], covariance[TWO * TWO], chi2;
	size_t profiles, points;
	bool good;
} fit;

/* From a start; covariance only at the end. */
static bool run(problem *p, fit *f, bool covariance, const char *what, tt_error *err)
{
	const size_t m = BACKGROUND + PROFILE * f->profiles;
	tt_curve_result r;
	p->profiles = f->profiles;
	const tt_curve_model c = {.points = p->n + f->profiles,
	                          .parameters = m,
	                          .residuals = residuals,
	                          .jacobian = jacobian,
	                          .user = p,
	                          .most_steps = 400,
	                          .tolerance = 1e-6,
	                          .what = what};
	f->good = tt_curve_fit(&c, f->b, covariance ? f->covariance : NULL, &r, err) == TT_OK;
	f->chi2 = r.chi2;
	return f->good;
}

/* Whether the profile lies within the data and is narrower than their span. */
static bool sensible(const problem *p, const double *h)
{
	return h[0] > 0 && h[1] > p->x[0] && h[1] < p->x[p->n - 1] && exp(h[2]) < p->x[p->n - 1] - p->x[0];
}

/* Mean of y around point i, over `half` points to each side, masked ones left out. */
static double mean_around(const problem *p, size_t i, size_t half)
{
	const size_t a = i > half ? i - half : 0, b = i + half < p->n ? i + half : p->n - 1;
	double sum = 0, n = 0;
	for (size_t k = a; k <= b; k++)
		if (p->weight[k] > 0) {
			sum += p->y[k];
			n++;
		}
	return n > 0 ? sum / n : NAN;
}

/* A straight line through the smoothed ends, the largest excess over it, its half width. */
static bool first_guess(const problem *p, double where, double *b)
{
	const size_t half = p->n / 60 + 1;
	const double y0 = mean_around(p, half, half), y1 = mean_around(p, p->n - 1 - half, half),
	             span = p->x[p->n - 1] - p->x[0];
	double best = 0;
	size_t at = 0;
	for (size_t i = half; i + half < p->n; i++) {
		const double excess = mean_around(p, i, half) - y0 - (y1 - y0) * (p->x[i] - p->x[0]) / span;
		const bool near = isnan(where) || fabs(p->x[i] - where) < 0.05 * span;
		if (near && excess > best) {
			best = excess;
			at = i;
		}
	}
	if (!(best > 0)) return false;
	size_t lo = at, hi = at;
	while (lo > 0 && mean_around(p, lo, half) - y0 - (y1 - y0) * (p->x[lo] - p->x[0]) / span > best / 2)
		lo--;
	while (hi + 1 < p->n && mean_around(p, hi, half) - y0 - (y1 - y0) * (p->x[hi] - p->x[0]) / span > best / 2)
		hi++;
	const double left = p->x[at] - p->x[lo], right = p->x[hi] - p->x[at];
	const double width = 2 * fmax(fmin(left, right), span / (double)p->n * 2);
	b[0] = (y0 + y1) / 2;
	b[1] = (y1 - y0) / 2;
	b[2] = 0;
	b[3] = best;
	b[4] = p->x[at];
	b[5] = log(width);
	b[6] = ETA;
	return true;
}

/* The second profile from several starts; keeps the best. */
static void fit_two(problem *p, const fit *one, double ratio, fit *two)
{
	static const double factors[] = {1, 0.9, 1.1};
	two->good = false;
	two->chi2 = INFINITY;
	for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
		fit f = {.profiles = 2};
		const double at = one->b[4] * ratio * factors[i];
		if (!(at > p->x[0] && at < p->x[p->n - 1])) continue;
		memcpy(f.b, one->b, ONE * sizeof *f.b);
		f.b[ONE] = 0.3 * one->b[3];
		f.b[ONE + 1] = at;
		f.b[ONE + 2] = one->b[5] + 0.3;
		f.b[ONE + 3] = ETA;
		if (!run(p, &f, false, "two humps", NULL) || !(f.chi2 < two->chi2)) continue;
		/* the first is the one at the smaller angle */
		if (f.b[ONE + 1] < f.b[4])
			for (int k = 0; k < PROFILE; k++) {
				const double t = f.b[BACKGROUND + k];
				f.b[BACKGROUND + k] = f.b[ONE + k];
				f.b[ONE + k] = t;
			}
		if (!sensible(p, f.b + BACKGROUND) || !sensible(p, f.b + ONE)) continue;
		*two = f;
	}
}

/* Weights from the fitted curve in place of the noisy data: weights that follow the noise pull the curve down. */
static void weights_from_model(problem *p, const fit *f, const double *sigma)
{
	p->profiles = f->profiles;
	double floor = INFINITY;
	for (size_t i = 0; i < p->n; i++)
		if (p->y[i] > 0) floor = fmin(floor, p->y[i]);
	for (size_t i = 0; i < p->n; i++) {
		if (!(p->weight[i] > 0)) continue;
		const double expected = fmax(model(p, f->b, p->x[i]), isfinite(floor) ? floor / 2 : DBL_MIN);
		/* the file's sigma is that of y: sigma²/y is the counter's gain */
		const double gain = sigma[i] * sigma[i] / fmax(p->y[i], isfinite(floor) ? floor : 1);
		p->weight[i] = 1 / sqrt(gain * expected);
	}
}

static tt_hump_value value_of(const fit *f, size_t k, double inflate, bool logarithm)
{
	const size_t m = BACKGROUND + PROFILE * f->profiles;
	const double v = logarithm ? exp(f->b[k]) : f->b[k], u = sqrt(f->covariance[k * m + k]) * inflate;
	return (tt_hump_value){v, logarithm ? u * v : u};
}

static void take(const problem *p, const fit *f, tt_hump *out)
{
	const size_t m = BACKGROUND + PROFILE * f->profiles;
	const double freedom = (double)f->points + (double)f->profiles - (double)m;
	*out = (tt_hump){.centre = p->centre, .half = p->half, .points = f->points, .has_second = f->profiles == 2};
	out->chi2 = f->chi2 / fmax(freedom, 1);
	const double inflate = sqrt(fmax(out->chi2, 1));
	memcpy(out->background, f->b, sizeof out->background);
	out->height = value_of(f, 3, inflate, false);
	out->position = value_of(f, 4, inflate, false);
	out->fwhm = value_of(f, 5, inflate, true);
	out->eta = f->b[6];
	out->correlation = f->covariance[4 * m + 5] / sqrt(f->covariance[4 * m + 4] * f->covariance[5 * m + 5]);
	if (!out->has_second) return;
	out->second_height = value_of(f, ONE, inflate, false);
	out->second_position = value_of(f, ONE + 1, inflate, false);
	out->second_fwhm = value_of(f, ONE + 2, inflate, true);
	out->second_eta = f->b[ONE + 3];
}

static tt_status judge(const problem *p, const fit *f, const tt_hump *h, const char *what, tt_error *err)
{
	if (!sensible(p, f->b + BACKGROUND))
		return tt_fail(err, TT_ERR_FAILED,
		               "%s: there is no hump within the data (the fit went to %.4g, width %.4g)", what,
		               h->position.value, h->fwhm.value);
	if (!(h->height.value > 5 * h->height.u))
		return tt_fail(
		    err, TT_ERR_FAILED,
		    "%s: no hump stands out (height %.4g ± %.4g over a curved background; five u were expected)", what,
		    h->height.value, h->height.u);
	return TT_OK;
}

static tt_status fit_all(problem *p, const double *sigma, const tt_hump_options *o, size_t used, tt_hump *out,
                         tt_error *err)
{
	const char *what = o->what ? o->what : "the fit of the hump";
	fit one = {.profiles = 1}, two = {.profiles = 2};
	if (!first_guess(p, o->start, one.b))
		return tt_fail(err, TT_ERR_FAILED, "%s: nothing rises above a straight background", what);
	const fit start = one;
	if (!run(p, &one, false, what, NULL)) one = start;
	if (o->counting) weights_from_model(p, &one, sigma);
	fit_two(p, sensible(p, one.b + BACKGROUND) ? &one : &start, o->second_ratio > 0 ? o->second_ratio : 1.75, &two);
	const fit *best = &one;
	if (two.good) {
		if (o->counting) weights_from_model(p, &two, sigma);
		run(p, &two, true, what, NULL);
		run(p, &one, false, what, NULL);
		const bool clear = two.good && two.b[ONE] > 3 * sqrt(two.covariance[ONE * TWO + ONE]);
		const double wins = one.chi2 - two.chi2, scale = fmax(two.chi2 / (double)used, 1);
		if (clear && (!one.good || wins / scale > PROFILE * log((double)used))) best = &two;
	}
	fit last = *best;
	last.points = used;
	tt_error why;
	if (!run(p, &last, true, what, &why))
		return tt_fail(err, TT_ERR_FAILED, "%s: no hump stands out of a curved background (%s)", what,
		               why.message);
	take(p, &last, out);
	return judge(p, &last, out, what, err);
}

tt_status tt_hump_fit(const double *x, const double *y, const double *sigma, size_t n, const tt_hump_options *options,
                      tt_hump *out, tt_error *err)
{
	const tt_hump_options none = {.start = NAN};
	const tt_hump_options *o = options ? options : &none;
	size_t used = 0;
	*out = (tt_hump){0};
	problem p = {.x = x, .y = y, .n = n, .weight = malloc((n ? n : 1) * sizeof *p.weight)};
	if (!p.weight) return tt_fail_memory(err, "a fit");
	for (size_t i = 0; i < n; i++) {
		const bool use = !(o->masked && o->masked[i]) && sigma[i] > 0 && isfinite(y[i]);
		p.weight[i] = use ? 1 / sigma[i] : 0;
		used += use;
	}
	if (used < 2 * TWO) {
		free(p.weight);
		return tt_fail(err, TT_ERR_FAILED, "%s: %zu points are too few; at least %d were expected",
		               o->what ? o->what : "the fit of the hump", used, 2 * TWO);
	}
	p.centre = (x[0] + x[n - 1]) / 2;
	p.half = (x[n - 1] - x[0]) / 2;
	tt_status st = fit_all(&p, sigma, o, used, out, err);
	free(p.weight);
	return st;
}

double tt_hump_background(const tt_hump *h, double x)
{
	const double z = (x - h->centre) / h->half;
	return h->background[0] + z * (h->background[1] + z * h->background[2]);
}

double tt_hump_at(const tt_hump *h, double x)
{
	double v =
	    tt_hump_background(h, x) + h->height.value * tt_pseudo_voigt(x, h->position.value, h->fwhm.value, h->eta);
	if (h->has_second)
		v += h->second_height.value *
		     tt_pseudo_voigt(x, h->second_position.value, h->second_fwhm.value, h->second_eta);
	return v;
}
