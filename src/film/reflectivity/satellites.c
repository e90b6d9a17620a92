/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/reflectivity/satellites.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "film/diffraction/hump.h"
#include "numeric/curve_fit.h"
#include "numeric/statistics.h"

static const double WINDOW = 0.0087; /* rad, 0.5° of θ: wider than a satellite, narrower than their distance */
static const double STANDS_OUT = 4;  /* noises: thickness fringes reach two */
/* A satellite stands where dynamical theory puts it, not the straight line: by simulation of 5 to 30 nm periods on
 * silicon the line's period is off by up to 0.1 %. */
static const double MODEL = 0.001;
enum { MOST_ORDER = 30 };

typedef struct peaks {
	double theta[TT_MOST_SATELLITES], u[TT_MOST_SATELLITES], height[TT_MOST_SATELLITES];
	size_t n;
} peaks;

typedef struct local {
	const double *theta, *z;
	size_t first, n;
	double at, noise, scale;
} local;

/* A parabola is too short-sighted beside fringes: level, slope, height, position, log width of a Gaussian in ln R. */
static void residuals(const void *user, const double *b, double *r)
{
	const local *l = user;
	for (size_t i = 0; i < l->n; i++) {
		const double t = (l->theta[l->first + i] - l->at) / l->scale;
		r[i] =
		    (b[0] + b[1] * t + b[2] * tt_pseudo_voigt(t, b[3], exp(b[4]), 0.3) - l->z[l->first + i]) / l->noise;
	}
}

static bool fit_peak(const double *theta, const double *z, size_t n, size_t at, double width, double noise,
                     double *where, double *u, double *height)
{
	local l = {.theta = theta, .z = z, .first = at, .at = theta[at], .noise = noise, .scale = width};
	size_t last = at;
	while (l.first > 0 && theta[at] - theta[l.first - 1] <= 1.2 * width)
		l.first--;
	while (last + 1 < n && theta[last + 1] - theta[at] <= 1.2 * width)
		last++;
	l.n = last - l.first + 1;
	double b[5] = {0, 0, z[at], 0, 0}, c[25];
	tt_curve_result r;
	const tt_curve_model m = {
	    .points = l.n, .parameters = 5, .residuals = residuals, .user = &l, .what = "a satellite"};
	if (l.n < 8 || tt_curve_fit(&m, b, c, &r, NULL) != TT_OK) return false;
	if (!(fabs(b[3]) < 1 && b[2] > 0 && b[4] < 1.5)) return false;
	double *residual = malloc(l.n * sizeof *residual);
	if (!residual) return false;
	residuals(&l, b, residual);
	const double inflate = fmax(r.chi2 / fmax(r.freedom, 1), 1) * tt_noise_inflation(residual, l.n);
	free(residual);
	*where = l.at + b[3] * width;
	*u = width * sqrt(c[18] * inflate);
	*height = b[2];
	return true;
}

static double lowest_of(const double *v, size_t n, double *scratch)
{
	memcpy(scratch, v, n * sizeof *v);
	return tt_median(scratch, n);
}

/* ln R less its running median; its noise, fringes included. */
static tt_status flatten(const double *theta, const double *r, size_t n, double *z, double *noise, tt_error *err)
{
	double *l = malloc(2 * n * sizeof *l), *w = l ? l + n : NULL;
	if (!l) return tt_fail_memory(err, "satellites");
	double floor = INFINITY;
	for (size_t i = 0; i < n; i++)
		if (r[i] > 0) floor = fmin(floor, r[i]);
	for (size_t i = 0; i < n; i++)
		l[i] = log(r[i] > 0 ? r[i] : floor);
	size_t a = 0, b = 0;
	for (size_t i = 0; i < n; i++) {
		while (theta[i] - theta[a] > WINDOW)
			a++;
		while (b + 1 < n && theta[b + 1] - theta[i] <= WINDOW)
			b++;
		z[i] = l[i] - lowest_of(l + a, b - a + 1, w);
	}
	for (size_t i = 0; i < n; i++)
		w[i] = fabs(z[i]);
	*noise = 1.4826 * tt_median(w, n);
	free(l);
	return TT_OK;
}

static void find(const double *theta, const double *z, size_t n, double noise, double from, peaks *out)
{
	for (size_t i = 1; i + 1 < n && out->n < TT_MOST_SATELLITES; i++) {
		if (theta[i] < from || !(z[i] > STANDS_OUT * noise) || !(z[i] > 1)) continue;
		/* the largest within a quarter of the window, a maximum of more than fringes */
		size_t top = i, j = i;
		while (j + 1 < n && theta[j + 1] - theta[top] < WINDOW / 3)
			if (z[++j] > z[top]) top = j;
		size_t lo = top, hi = top;
		while (lo > 0 && z[lo] > z[top] / 2)
			lo--;
		while (hi + 1 < n && z[hi] > z[top] / 2)
			hi++;
		double where, u, height;
		if (lo > 0 && hi + 1 < n &&
		    fit_peak(theta, z, n, top, theta[hi] - theta[lo], fmax(noise, 0.01), &where, &u, &height)) {
			out->theta[out->n] = where;
			out->u[out->n] = u;
			out->height[out->n++] = height;
		}
		i = hi > j ? hi : j;
	}
}

/* The weighted line of sin²θ over m²; NaN where it is not determined. */
typedef struct line {
	double slope, intercept, u_slope, u_intercept, chi2;
} line;

static line fit_line(const peaks *p, const int *order)
{
	double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
	for (size_t i = 0; i < p->n; i++) {
		const double x = (double)order[i] * order[i], y = sin(p->theta[i]) * sin(p->theta[i]);
		const double w = 1 / (sin(2 * p->theta[i]) * p->u[i] * sin(2 * p->theta[i]) * p->u[i]);
		s += w;
		sx += w * x;
		sy += w * y;
		sxx += w * x * x;
		sxy += w * x * y;
	}
	const double d = s * sxx - sx * sx;
	line l = {.slope = (s * sxy - sx * sy) / d,
	          .intercept = (sxx * sy - sx * sxy) / d,
	          .u_slope = sqrt(s / d),
	          .u_intercept = sqrt(sxx / d)};
	for (size_t i = 0; i < p->n; i++) {
		const double y = sin(p->theta[i]) * sin(p->theta[i]), uy = sin(2 * p->theta[i]) * p->u[i];
		const double e = (l.intercept + l.slope * order[i] * order[i] - y) / uy;
		l.chi2 += e * e;
	}
	return l;
}

/* How badly orders fit: misfit of the line, distance of the intercept from what is known. */
static double badness(const line *l, const peaks *p, double two_delta)
{
	if (!(l->slope > 0) || !(l->intercept > 0) || l->intercept > 1e-3) return INFINITY;
	const double off = isnan(two_delta) ? 0 : log(l->intercept / two_delta) / 0.15;
	if (fabs(off) > 5) return INFINITY;
	/* positions are trusted to 0.2 % beside their u: fringes pull them */
	double sum = off * off;
	(void)p;
	return sum;
}

/* Orders that rise from one satellite to the next, the smallest that fit. */
static void try_orders(const peaks *p, double two_delta, double wavelength, int *order, size_t k, double *best,
                       int *best_order)
{
	if (k == p->n) {
		const line l = fit_line(p, order);
		double bad = badness(&l, p, two_delta), rms = 0;
		if (!isfinite(bad)) return;
		for (size_t i = 0; i < p->n; i++) {
			const double s2 = sin(p->theta[i]) * sin(p->theta[i]);
			const double e = (l.intercept + l.slope * order[i] * order[i] - s2) / (2 * s2);
			rms += e * e / (0.003 * 0.003);
		}
		bad += p->n > 2 ? rms : 0;
		bad += 0.5 * order[k ? k - 1 : 0]; /* simple orders before far-fetched ones */
		if (bad < *best) {
			*best = bad;
			memcpy(best_order, order, p->n * sizeof *order);
		}
		return;
	}
	const int last = k ? order[k - 1] : 0;
	for (int m = last + 1; m <= last + 4 && m <= MOST_ORDER; m++) {
		order[k] = m;
		if (k == 0 && m > 3) return;
		if (k >= 2) { /* the line through the first two foretells the rest */
			const double x0 = (double)order[0] * order[0], x1 = (double)order[1] * order[1];
			const double y0 = sin(p->theta[0]) * sin(p->theta[0]), y1 = sin(p->theta[1]) * sin(p->theta[1]);
			const double y = y0 + (y1 - y0) * ((double)m * m - x0) / (x1 - x0),
			             s = sin(p->theta[k]) * sin(p->theta[k]);
			if (fabs(y / s - 1) > 0.05) continue;
		}
		try_orders(p, two_delta, wavelength, order, k + 1, best, best_order);
	}
}

static tt_status result(const peaks *p, const int *order, double wavelength, double two_delta, tt_satellites *out)
{
	*out = (tt_satellites){.n = p->n, .spread = NAN};
	memcpy(out->theta, p->theta, sizeof out->theta);
	memcpy(out->u_theta, p->u, sizeof out->u_theta);
	memcpy(out->order, order, p->n * sizeof *order);
	out->naive_m = order[0] * wavelength / (2 * sin(p->theta[0]));
	if (p->n == 1) {
		const double s2 = sin(p->theta[0]) * sin(p->theta[0]) - two_delta, us = sin(2 * p->theta[0]) * p->u[0];
		out->period_m = order[0] * wavelength / (2 * sqrt(s2));
		out->two_delta = two_delta;
		out->u_two_delta = 0.05 * two_delta;
		out->u_period = out->period_m * hypot(hypot(us, out->u_two_delta) / (2 * s2), MODEL);
		return TT_OK;
	}
	const line l = fit_line(p, order);
	const double inflate = p->n > 2 ? fmax(l.chi2 / (double)(p->n - 2), 1) : 1;
	if (p->n > 2) out->spread = sqrt(l.chi2 / (double)(p->n - 2));
	out->period_m = wavelength / (2 * sqrt(l.slope));
	out->u_period = out->period_m * hypot(l.u_slope * sqrt(inflate) / (2 * l.slope), MODEL);
	out->two_delta = l.intercept;
	out->u_two_delta = l.u_intercept * sqrt(inflate);
	return TT_OK;
}

static tt_status assign(peaks *p, double wavelength, double two_delta, const int *orders, size_t n_orders,
                        const char *what, tt_satellites *out, tt_error *err)
{
	int order[TT_MOST_SATELLITES] = {0}, best_order[TT_MOST_SATELLITES] = {0};
	double best = INFINITY;
	if (orders) {
		if (n_orders != p->n)
			return tt_fail(err, TT_ERR_FAILED, "%s: %zu satellites were found, orders are given for %zu",
			               what, p->n, n_orders);
		return result(p, orders, wavelength, two_delta, out);
	}
	if (p->n == 1) {
		if (isnan(two_delta) || !(sin(p->theta[0]) * sin(p->theta[0]) > 1.2 * two_delta))
			return tt_fail(err, TT_ERR_FAILED,
			               "%s: there is one satellite, at 2θ = %.4g°, and no critical angle to take its "
			               "refraction off",
			               what, p->theta[0] * 360 / 3.14159265358979323846);
		order[0] = 1;
		return result(p, order, wavelength, two_delta, out);
	}
	try_orders(p, two_delta, wavelength, order, 0, &best, best_order);
	if (!isfinite(best))
		return tt_fail(err, TT_ERR_FAILED,
		               "%s: %zu satellites were found, but no orders put sin²θ on a line over m²", what, p->n);
	return result(p, best_order, wavelength, two_delta, out);
}

tt_status tt_satellites_fit(const double *theta, const double *r, size_t n, double wavelength_m, double two_delta,
                            const int *orders, size_t n_orders, const char *what, tt_satellites *out, tt_error *err)
{
	peaks p = {.n = 0};
	double noise = 0, *z = malloc((n ? n : 1) * sizeof *z);
	*out = (tt_satellites){0};
	if (!z) return tt_fail_memory(err, "satellites");
	const double from = isnan(two_delta) ? 0.008 : 1.3 * sqrt(two_delta); /* beyond the edge of total reflection */
	tt_status st = n < 30 ? tt_fail(err, TT_ERR_FAILED, "%s: %zu points are too few for satellites", what, n)
	                      : flatten(theta, r, n, z, &noise, err);
	if (st == TT_OK) find(theta, z, n, noise, from, &p);
	free(z);
	if (st == TT_OK && p.n == 0)
		st = tt_fail(err, TT_ERR_FAILED, "%s: no satellite stands out of the reflectivity", what);
	return st == TT_OK ? assign(&p, wavelength_m, two_delta, orders, n_orders, what, out, err) : st;
}
