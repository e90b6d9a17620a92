/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/diffraction/hump.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "numeric/curve_fit.h"

/* Parameters: the background's four, then for each profile height, position, log of the width, Lorentzian share. A
 * background that has fewer holds the rest at 0 by a prior. */
enum { BACKGROUND = 4, PROFILE = 4, ONE = BACKGROUND + PROFILE, TWO = ONE + PROFILE };

static const double LN2 = 0.69314718055994531;
static const double ETA = 0.5, U_ETA = 0.4; /* prior */
/* The logarithm of a decaying background's number of e-folds over the data: 0.4 to 20 are likely. */
static const double FOLDS = 1, U_FOLDS = 1;
static const int background_parameters[TT_BACKGROUNDS] = {3, 3, 4};

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
	tt_hump_ground ground;
} problem;

/* z: -1 … 1 over the data. */
static double background(tt_hump_ground ground, const double *b, double z)
{
	if (ground == TT_GROUND_PARABOLA) return b[0] + z * (b[1] + z * b[2]);
	return b[0] + b[1] * exp(-exp(b[2]) * (z + 1) / 2) + b[3] * z;
}

/* Residuals that are no points: each profile's share, and two of the background. */
static size_t priors(const problem *p)
{
	return p->profiles + 2;
}

static double model(const problem *p, const double *b, double x)
{
	double v = background(p->ground, b, (x - p->centre) / p->half);
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
	double *q = r + p->n + p->profiles;
	q[0] = p->ground == TT_GROUND_PARABOLA ? 0 : (b[2] - FOLDS) / U_FOLDS;
	q[1] = background_parameters[p->ground] < BACKGROUND ? b[3] : 0;
}

/* One row a point: the background's, then height, position, log width and share of each profile. */
static void jacobian(const void *user, const double *b, double *j)
{
	const problem *p = user;
	const size_t columns = BACKGROUND + PROFILE * p->profiles;
	memset(j, 0, (p->n + priors(p)) * columns * sizeof *j);
	for (size_t i = 0; i < p->n; i++) {
		double *row = j + i * columns;
		const double w = p->weight[i], z = (p->x[i] - p->centre) / p->half;
		row[0] = w;
		if (p->ground == TT_GROUND_PARABOLA) {
			row[1] = w * z;
			row[2] = w * z * z;
		} else {
			const double q = exp(b[2]) * (z + 1) / 2, e = exp(-q);
			row[1] = w * e;
			row[2] = -w * b[1] * e * q;
			row[3] = background_parameters[p->ground] < BACKGROUND ? 0 : w * z;
		}
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
	double *last = j + (p->n + p->profiles) * columns;
	if (p->ground != TT_GROUND_PARABOLA) last[2] = 1 / U_FOLDS;
	if (background_parameters[p->ground] < BACKGROUND) last[columns + 3] = 1;
}

typedef struct fit {
	double b[TWO], covariance[TWO * TWO], chi2;
	size_t profiles, points;
	tt_hump_ground ground;
	bool good;
	double weight; /* how likely it is meant, against the best */
} fit;

/* Points and the profiles' priors, less the parameters that are free. */
static double freedom_of(const fit *f)
{
	const double used = background_parameters[f->ground] + 3.0 * (double)f->profiles;
	return fmax((double)f->points - used, 1);
}

/* From a start; covariance only at the end. */
static bool run(problem *p, fit *f, bool covariance, const char *what, tt_error *err)
{
	const size_t m = BACKGROUND + PROFILE * f->profiles;
	tt_curve_result r;
	p->profiles = f->profiles;
	p->ground = f->ground;
	const tt_curve_model c = {.points = p->n + priors(p),
	                          .parameters = m,
	                          .residuals = residuals,
	                          .jacobian = jacobian,
	                          .user = p,

	                          .most_steps = 150,
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

/* Height of each point above the lower convex envelope of the smoothed data, which hugs a background that falls steeply
 * as well as a straight one; NaN near the ends. hull: n places. */
static void above_envelope(const problem *p, size_t half, double *excess, size_t *hull)
{
	size_t m = 0;
	for (size_t i = 0; i < p->n; i++)
		excess[i] = i >= half && i + half < p->n ? mean_around(p, i, half) : (double)NAN;
	for (size_t i = 0; i < p->n; i++) {
		if (isnan(excess[i])) continue;
		while (m >= 2) {
			const size_t a = hull[m - 2], b = hull[m - 1];
			if ((excess[b] - excess[a]) * (p->x[i] - p->x[a]) <
			    (excess[i] - excess[a]) * (p->x[b] - p->x[a]))
				break;
			m--;
		}
		hull[m++] = i;
	}
	for (size_t k = 0; k + 1 < m; k++) {
		const size_t a = hull[k], b = hull[k + 1];
		const double y = excess[a], slope = (excess[b] - y) / (p->x[b] - p->x[a]);
		for (size_t i = a; i < b; i++)
			excess[i] -= y + slope * (p->x[i] - p->x[a]);
	}
	if (m) excess[hull[m - 1]] = 0;
}

/* The largest excess over the envelope, its half width, the background from the ends. */
static bool guess_from(const problem *p, double where, const double *excess, size_t half, double *b)
{
	const double y0 = mean_around(p, half, half), y1 = mean_around(p, p->n - 1 - half, half),
	             span = p->x[p->n - 1] - p->x[0];
	double best = 0;
	size_t at = 0;
	for (size_t i = half; i + half < p->n; i++) {
		const bool near = isnan(where) || fabs(p->x[i] - where) < 0.05 * span;
		if (near && excess[i] > best) {
			best = excess[i];
			at = i;
		}
	}
	if (!(best > 0)) return false;
	size_t lo = at, hi = at;
	while (lo > 0 && excess[lo] > best / 2)
		lo--;
	while (hi + 1 < p->n && excess[hi] > best / 2)
		hi++;
	const double left = p->x[at] - p->x[lo], right = p->x[hi] - p->x[at];
	const double width = 2 * fmax(fmin(left, right), span / (double)p->n * 2);
	b[0] = p->ground == TT_GROUND_PARABOLA ? (y0 + y1) / 2 : y1;
	b[1] = p->ground == TT_GROUND_PARABOLA ? (y1 - y0) / 2 : y0 - y1;
	b[2] = p->ground == TT_GROUND_PARABOLA ? 0 : FOLDS;
	b[3] = 0;
	double *h = b + BACKGROUND;
	h[0] = best;
	h[1] = p->x[at];
	h[2] = log(width);
	h[3] = ETA;
	return true;
}

static bool first_guess(const problem *p, double where, double *b)
{
	const size_t half = p->n / 60 + 1;
	double *excess = malloc(p->n * sizeof *excess);
	size_t *hull = malloc(p->n * sizeof *hull);
	bool good = excess && hull;
	if (good) {
		above_envelope(p, half, excess, hull);
		good = guess_from(p, where, excess, half, b);
	}
	free(excess);
	free(hull);
	return good;
}

/* The second profile from several starts; keeps the best. */
static void fit_two(problem *p, const fit *one, double ratio, fit *two)
{
	static const double factors[] = {1, 0.9, 1.1};
	two->good = false;
	two->chi2 = INFINITY;
	for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
		fit f = {.profiles = 2, .ground = one->ground, .points = one->points};
		const double at = one->b[BACKGROUND + 1] * ratio * factors[i];
		if (!(at > p->x[0] && at < p->x[p->n - 1])) continue;
		memcpy(f.b, one->b, ONE * sizeof *f.b);
		f.b[ONE] = 0.3 * one->b[BACKGROUND];
		f.b[ONE + 1] = at;
		f.b[ONE + 2] = one->b[BACKGROUND + 2] + 0.3;
		f.b[ONE + 3] = ETA;
		if (!run(p, &f, false, "two humps", NULL) || !(f.chi2 < two->chi2)) continue;
		/* the first is the one at the smaller angle */
		if (f.b[ONE + 1] < f.b[BACKGROUND + 1])
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
	p->ground = f->ground;
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

static tt_hump_value value_of(const fit *f, size_t k, double inflate)
{
	const size_t m = BACKGROUND + PROFILE * f->profiles;
	const bool logarithm = (k - BACKGROUND) % PROFILE == 2;
	const double v = logarithm ? exp(f->b[k]) : f->b[k], u = sqrt(f->covariance[k * m + k]) * inflate;
	return (tt_hump_value){v, logarithm ? u * v : u};
}

/* What the choice of the background leaves open: every fit that could be meant, by its weight. */
static void widen(tt_hump_value *v, const fit *all, size_t n, size_t k)
{
	double sum = 0, weights = 0;
	for (size_t i = 0; i < n; i++) {
		if (!all[i].good || !(all[i].weight > 0) || k >= BACKGROUND + PROFILE * all[i].profiles) continue;
		const double d = value_of(&all[i], k, 1).value - v->value;
		sum += all[i].weight * d * d;
		weights += all[i].weight;
	}
	if (weights > 0) v->u = hypot(v->u, sqrt(sum / weights));
}

static void take(const problem *p, const fit *f, const fit *all, size_t n, tt_hump *out)
{
	const size_t m = BACKGROUND + PROFILE * f->profiles;
	*out = (tt_hump){.centre = p->centre,
	                 .half = p->half,
	                 .points = f->points,
	                 .ground = f->ground,
	                 .has_second = f->profiles == 2};
	out->chi2 = f->chi2 / freedom_of(f);
	const double inflate = sqrt(fmax(out->chi2, 1));
	memcpy(out->background, f->b, sizeof out->background);
	tt_hump_value *const values[] = {&out->height,        &out->position,        &out->fwhm,
	                                 &out->second_height, &out->second_position, &out->second_fwhm};
	for (size_t i = 0; i < 3 * f->profiles; i++) {
		const size_t k = BACKGROUND + i / 3 * PROFILE + i % 3;
		*values[i] = value_of(f, k, inflate);
		widen(values[i], all, n, k);
	}
	const size_t x = BACKGROUND + 1, w = BACKGROUND + 2;
	out->eta = f->b[BACKGROUND + 3];
	out->correlation = f->covariance[x * m + w] / sqrt(f->covariance[x * m + x] * f->covariance[w * m + w]);
	if (out->has_second) out->second_eta = f->b[ONE + 3];
}

/* ∂(position)/∂y of each point at the answer. */
static bool influence_of(problem *p, const fit *f, double *out)
{
	const size_t m = BACKGROUND + PROFILE * f->profiles;
	p->ground = f->ground;
	p->profiles = f->profiles;
	double *j = malloc((p->n + priors(p)) * m * sizeof *j);
	if (!j) return false;
	jacobian(p, f->b, j);
	for (size_t i = 0; i < p->n; i++) {
		out[i] = 0;
		for (size_t k = 0; k < m; k++)
			out[i] += f->covariance[(BACKGROUND + 1) * m + k] * j[i * m + k] * p->weight[i];
	}
	free(j);
	return true;
}

static tt_status judge(const problem *p, const fit *f, const tt_hump *h, const char *what, tt_error *err)
{
	if (!sensible(p, f->b + BACKGROUND))
		return tt_fail(err, TT_ERR_FAILED,
		               "%s: there is no hump within the data (the fit went to %.4g, width %.4g)", what,
		               h->position.value, h->fwhm.value);
	if (!(h->height.value > 5 * h->height.u))
		return tt_fail(err, TT_ERR_FAILED,
		               "%s: no hump stands out (height %s over a curved background; five u were expected)",
		               what, TT_VALUE(h->height.value, h->height.u, ""));
	return TT_OK;
}

/* The profiles of one fit on another background, which starts from the first one's ends and middle. */
static fit moved(const fit *from, tt_hump_ground to)
{
	fit f = *from;
	const double left = background(from->ground, from->b, -1), middle = background(from->ground, from->b, 0),
	             right = background(from->ground, from->b, 1);
	f.ground = to;
	f.b[3] = 0;
	if (to == TT_GROUND_PARABOLA) {
		f.b[0] = middle;
		f.b[1] = (right - left) / 2;
		f.b[2] = (right + left) / 2 - middle;
	} else if (from->ground == TT_GROUND_PARABOLA) {
		f.b[0] = right;
		f.b[1] = left - right;
		f.b[2] = FOLDS;
	}
	return f;
}

/* One and two profiles on each background, all with the same weights in the end. False: no start. */
static bool fit_each(problem *p, const double *sigma, const tt_hump_options *o, size_t used, fit one[TT_BACKGROUNDS],
                     fit two[TT_BACKGROUNDS])
{
	const char *what = "a hump";
	const fit *best = NULL;
	for (int k = 0; k < TT_BACKGROUNDS; k++) {
		one[k] = (fit){.profiles = 1, .ground = (tt_hump_ground)k, .points = used};
		p->ground = one[k].ground;
		if (!first_guess(p, o->start, one[k].b)) return false;
		const fit start = one[k];
		if (!run(p, &one[k], false, what, NULL) || !sensible(p, one[k].b + BACKGROUND)) {
			one[k] = start;
			one[k].chi2 = INFINITY;
		}
		if (!best || one[k].chi2 < best->chi2) best = &one[k];
	}
	if (o->counting) weights_from_model(p, best, sigma);
	const tt_hump_ground ground = best->ground;
	fit_two(p, best, o->second_ratio > 0 ? o->second_ratio : 1.75, &two[ground]);
	for (int k = 0; k < TT_BACKGROUNDS; k++) {
		if ((tt_hump_ground)k == ground) continue;
		two[k] = moved(&two[ground], (tt_hump_ground)k);
		if (two[k].good) run(p, &two[k], false, what, NULL);
	}
	for (int k = 0; k < TT_BACKGROUNDS; k++)
		if (two[k].good && (best->profiles == 1 || two[k].chi2 < best->chi2)) best = &two[k];
	if (o->counting) weights_from_model(p, best, sigma);
	for (int k = 0; k < TT_BACKGROUNDS; k++) {
		run(p, &one[k], true, what, NULL);
		if (two[k].good) run(p, &two[k], true, what, NULL);
	}
	return true;
}

/* Bayesian information criterion: χ² in units of the best fit's, and a charge for each parameter. Sets the weights;
 * NULL: no fit is good. A second profile must stand three of its u high. */
static const fit *weigh(const problem *p, fit *all, size_t n)
{
	double scale = INFINITY, least = INFINITY;
	const fit *best = NULL;
	for (size_t i = 0; i < n; i++) {
		fit *f = &all[i];
		f->good = f->good && sensible(p, f->b + BACKGROUND);
		if (f->profiles == 2)
			f->good =
			    f->good && sensible(p, f->b + ONE) && f->b[ONE] > 3 * sqrt(f->covariance[ONE * TWO + ONE]);
		if (f->good) scale = fmin(scale, fmax(f->chi2 / freedom_of(f), 1));
	}
	for (size_t i = 0; i < n; i++) {
		fit *f = &all[i];
		if (!f->good) continue;
		f->weight = f->chi2 / scale + log((double)f->points) * (background_parameters[f->ground] +
		                                                        (double)PROFILE * (double)f->profiles);
		if (f->weight < least) {
			least = f->weight;
			best = f;
		}
	}
	for (size_t i = 0; i < n; i++)
		all[i].weight = all[i].good ? exp((least - all[i].weight) / 2) : 0;
	return best;
}

static tt_status fit_all(problem *p, const double *sigma, const tt_hump_options *o, size_t used, fit *all, tt_hump *out,
                         tt_error *err)
{
	const char *what = o->what ? o->what : "the fit of the hump";
	if (!fit_each(p, sigma, o, used, all, all + TT_BACKGROUNDS))
		return tt_fail(err, TT_ERR_FAILED, "%s: nothing rises above its background", what);
	const fit *best = weigh(p, all, 2 * TT_BACKGROUNDS);
	if (!best) {
		/* the plainest fit says what is wrong */
		tt_error why;
		if (!run(p, &all[0], true, what, &why))
			return tt_fail(err, TT_ERR_FAILED, "%s: no hump stands out of a curved background (%s)", what,
			               why.message);
		best = &all[0];
	}
	take(p, best, all, 2 * TT_BACKGROUNDS, out);
	tt_status st = judge(p, best, out, what, err);
	if (st == TT_OK && o->influence && !influence_of(p, best, o->influence)) st = tt_fail_memory(err, what);
	return st;
}

tt_status tt_hump_fit(const double *x, const double *y, const double *sigma, size_t n, const tt_hump_options *options,
                      tt_hump *out, tt_error *err)
{
	const tt_hump_options none = {.start = NAN};
	const tt_hump_options *o = options ? options : &none;
	size_t used = 0;
	*out = (tt_hump){0};
	problem p = {.x = x, .y = y, .n = n, .weight = malloc((n ? n : 1) * sizeof *p.weight)};
	fit *all = calloc(2 * TT_BACKGROUNDS, sizeof *all);
	if (!p.weight || !all) {
		free(p.weight);
		free(all);
		return tt_fail_memory(err, "a fit");
	}
	for (size_t i = 0; i < n; i++) {
		const bool use = !(o->masked && o->masked[i]) && sigma[i] > 0 && isfinite(y[i]);
		p.weight[i] = use ? 1 / sigma[i] : 0;
		used += use;
	}
	if (used < 2 * TWO) {
		free(p.weight);
		free(all);
		return tt_fail(err, TT_ERR_FAILED, "%s: %zu points are too few; at least %d were expected",
		               o->what ? o->what : "the fit of the hump", used, 2 * TWO);
	}
	p.centre = (x[0] + x[n - 1]) / 2;
	p.half = (x[n - 1] - x[0]) / 2;
	tt_status st = fit_all(&p, sigma, o, used, all, out, err);
	free(p.weight);
	free(all);
	return st;
}

double tt_hump_background(const tt_hump *h, double x)
{
	return background(h->ground, h->background, (x - h->centre) / h->half);
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
