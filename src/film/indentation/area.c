/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/indentation/area.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/random.h"

static const double pi = 3.14159265358979323846;
enum { MOST_TERMS = 5, POINTS = 60 };

void tt_area_clear(tt_area *a)
{
	free(a->change);
	*a = (tt_area){0};
}

/* h², h, √h, … one after the other */
static void basis(double h_nm, size_t n, double *phi)
{
	double root = h_nm;
	phi[0] = h_nm * h_nm;
	for (size_t k = 1; k < n; k++) {
		phi[k] = root;
		root = sqrt(root);
	}
}

double tt_area_at(const double *c, size_t n, double contact_depth)
{
	double phi[TT_AREA_TERMS], a = 0;
	if (!(contact_depth > 0)) return NAN;
	basis(contact_depth * 1e9, n, phi);
	for (size_t k = 0; k < n; k++)
		a += c[k] * phi[k];
	return a > 0 ? a * 1e-18 : NAN;
}

/* ---- points of the fit ---- */

typedef struct point {
	size_t indent;
	double h_nm, area_nm2;
} point;

typedef struct points {
	point *p;
	size_t n;
} points;

static double with_compliance(double stiffness, double c)
{
	return 1 / (1 / stiffness - c);
}

/* At most POINTS of each indent, evenly spaced in the logarithm of depth. */
static tt_status gather(const tt_indents *s, double reduced, double beta, double epsilon, const double depth[2],
                        double compliance, points *out, tt_error *err)
{
	out->n = 0;
	if (!out->p) out->p = malloc((s->n * (POINTS + 1) + 1) * sizeof *out->p);
	if (!out->p) return tt_fail_memory(err, "the area function");
	for (size_t i = 0; i < s->n; i++) {
		const tt_indent *t = &s->item[i];
		double next = 0, deepest = 0, lowest = isfinite(depth[0]) ? depth[0] : 30e-9;
		if (t->rejected) continue;
		for (size_t k = 0; k < t->n; k++)
			deepest = fmax(deepest, t->depth_m[k]);
		if (isfinite(depth[1])) deepest = fmin(deepest, depth[1]);
		double step = pow(deepest / lowest, 1. / POINTS);
		size_t used = 0;
		for (size_t k = 0; k < t->n && used < POINTS; k++) {
			double h = t->depth_m[k];
			if (h < lowest || h > deepest || h < next) continue;
			double st = with_compliance(t->stiffness_N_per_m[k], compliance);
			double hc = h - compliance * t->load_N[k] - epsilon * t->load_N[k] / st;
			if (!(st > 0 && hc > 0)) continue;
			double side = st / (beta * reduced);
			out->p[out->n++] = (point){i, hc * 1e9, pi / 4 * side * side * 1e18};
			next = h * step;
			used++;
		}
	}
	return TT_OK;
}

/* ---- linear least squares: Gram–Schmidt, twice, on relative residuals ---- */

static bool fit(const points *s, size_t terms, size_t without, double *c, double *scratch)
{
	double r[MOST_TERMS][MOST_TERMS] = {{0}}, z[MOST_TERMS] = {0};
	size_t n = 0;
	double *column[MOST_TERMS + 1];
	for (size_t k = 0; k <= terms; k++)
		column[k] = scratch + k * s->n;
	for (size_t i = 0; i < s->n; i++) {
		double phi[MOST_TERMS];
		if (s->p[i].indent == without) continue;
		basis(s->p[i].h_nm, terms, phi);
		for (size_t k = 0; k < terms; k++)
			column[k][n] = phi[k] / s->p[i].area_nm2;
		column[terms][n++] = 1;
	}
	if (n < terms + 2) return false;
	for (size_t k = 0; k < terms; k++) {
		double before = 0, after = 0;
		for (size_t i = 0; i < n; i++)
			before += column[k][i] * column[k][i];
		for (int pass = 0; pass < 2; pass++)
			for (size_t m = 0; m < k; m++) {
				double dot = 0;
				for (size_t i = 0; i < n; i++)
					dot += column[m][i] * column[k][i];
				for (size_t i = 0; i < n; i++)
					column[k][i] -= dot * column[m][i];
				r[m][k] += dot;
			}
		for (size_t i = 0; i < n; i++)
			after += column[k][i] * column[k][i];
		if (!(after > 1e-22 * before)) return false;
		r[k][k] = sqrt(after);
		for (size_t i = 0; i < n; i++)
			column[k][i] /= r[k][k];
		for (size_t i = 0; i < n; i++)
			z[k] += column[k][i] * column[terms][i];
		for (size_t i = 0; i < n; i++)
			column[terms][i] -= z[k] * column[k][i];
	}
	for (size_t k = terms; k-- > 0;) {
		c[k] = z[k];
		for (size_t m = k + 1; m < terms; m++)
			c[k] -= r[k][m] * c[m];
		c[k] /= r[k][k];
	}
	return true;
}

/* Relative rms of the points of one indent (or of all: only = SIZE_MAX). */
static double misfit(const points *s, size_t terms, const double *c, size_t only)
{
	double sum = 0;
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++) {
		if (only != SIZE_MAX && s->p[i].indent != only) continue;
		double e = tt_area_at(c, terms, s->p[i].h_nm * 1e-9) * 1e18 / s->p[i].area_nm2 - 1;
		sum += isfinite(e) ? e * e : 1;
		n++;
	}
	return n ? sqrt(sum / (double)n) : 0;
}

/* The fewest terms whose error on left-out indents is within 2 % of the least. */
static size_t choose_terms(const points *s, size_t indents, double *scratch)
{
	double error[MOST_TERMS + 1], least = INFINITY, c[MOST_TERMS];
	for (size_t terms = 1; terms <= MOST_TERMS; terms++) {
		double sum = 0;
		for (size_t i = 0; i < indents; i++) {
			double e = fit(s, terms, i, c, scratch) ? misfit(s, terms, c, i) : INFINITY;
			sum += e * e;
		}
		error[terms] = sqrt(sum);
		least = fmin(least, error[terms]);
	}
	for (size_t terms = 1; terms <= MOST_TERMS; terms++)
		if (error[terms] <= 1.02 * least && isfinite(least)) return terms;
	return 1;
}

/* ---- the frame ---- */

/* S²/P against depth from `from` of the deepest on: relative change between the ends of the deeper half, for one
 * indent.
 */
static double change_of(const tt_indent *t, double compliance, double from)
{
	double deepest = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, n = 0;
	for (size_t k = 0; k < t->n; k++)
		deepest = fmax(deepest, t->depth_m[k]);
	for (size_t k = 0; k < t->n; k++) {
		if (t->depth_m[k] < from * deepest) continue;
		double x = t->depth_m[k] / deepest, s = with_compliance(t->stiffness_N_per_m[k], compliance),
		       y = s * s / t->load_N[k];
		sx += x, sy += y, sxx += x * x, sxy += x * y, n++;
	}
	double slope = (sxy - sx * sy / n) / (sxx - sx * sx / n);
	return n >= 5 ? 0.5 * slope * n / sy : NAN;
}

void tt_flatness(const tt_indents *s, double compliance, double *change, double *u)
{
	double sum = 0, sum2 = 0, n = 0;
	for (size_t i = 0; i < s->n; i++) {
		double c = s->item[i].rejected ? NAN : change_of(&s->item[i], compliance, 0.5);
		if (!isfinite(c)) continue;
		sum += c, sum2 += c * c, n++;
	}
	*change = n ? sum / n : NAN;
	*u = n > 1 ? sqrt(fmax(0, sum2 - sum * sum / n) / (n - 1) / n) : NAN;
}

/* Mean change over the indents but one. */
static double change_without(const tt_indents *s, double compliance, double from, size_t without)
{
	double sum = 0, n = 0;
	for (size_t i = 0; i < s->n; i++) {
		double c = i == without || s->item[i].rejected ? NAN : change_of(&s->item[i], compliance, from);
		if (isfinite(c)) sum += c, n++;
	}
	return n ? sum / n : NAN;
}

/* The compliance with which the change is none: the change grows with it. */
static double flat_compliance(const tt_indents *s, double from, size_t without)
{
	double stiffest = 0;
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < s->item[i].n; k++)
			stiffest = fmax(stiffest, s->item[i].stiffness_N_per_m[k]);
	double lo = -0.5 / stiffest, hi = 0.5 / stiffest;
	if (!(change_without(s, lo, from, without) < 0 && change_without(s, hi, from, without) > 0)) return NAN;
	for (int i = 0; i < 40; i++) {
		double mid = (lo + hi) / 2;
		if (change_without(s, mid, from, without) < 0)
			lo = mid;
		else
			hi = mid;
	}
	return (lo + hi) / 2;
}

/* From which part of the deepest depth S²/P is taken for flat. The deeper half alone says little of the compliance (its
 * scatter is several times that of a wide range), and near the surface the tip's rounding is no compliance: the range
 * grows by √2 as long as the compliance moves by no more than the indents' scatter explains (jackknife of the
 * difference of the two). */
static double flat_from(const tt_indents *s)
{
	double from = 0.5;
	if (s->n < 4) return from;
	double all = flat_compliance(s, from, SIZE_MAX);
	for (double next = from / sqrt(2); next > 1. / 32 && isfinite(all); next /= sqrt(2)) {
		const double wide = flat_compliance(s, next, SIZE_MAX);
		double sum = 0, sum2 = 0, n = 0;
		for (size_t i = 0; i < s->n; i++) {
			if (s->item[i].rejected) continue;
			const double d = flat_compliance(s, next, i) - flat_compliance(s, from, i);
			sum += d, sum2 += d * d, n++;
		}
		const double u = sqrt(fmax(0, sum2 - sum * sum / n) * (n - 1) / n);
		if (!(fabs(wide - all) <= tt_t_quantile(0.975, n - 1) * u)) break;
		from = next;
		all = wide;
	}
	return from;
}

/* ---- the whole ---- */

static size_t count_indents(const points *s, size_t n)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < s->n; k++)
			if (s->p[k].indent == i) {
				count++;
				break;
			}
	return count;
}

/* One reference indent alone: its points in turns stand for indents, so that there is some measure of the scatter. */
static void split_single(points *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->p[i].indent = i * 8 / s->n;
}

tt_status tt_area_fit(const tt_indents *s, const char *path, double reduced_Pa, double beta, double epsilon,
                      const double depth_m[2], bool fit_frame, tt_area *out, tt_strings *warnings, tt_error *err)
{
	points all = {0}, part = {0};
	double *scratch = NULL;
	*out = (tt_area){.lowest = INFINITY, .freedom = INFINITY};
	const double from = fit_frame ? flat_from(s) : (double)NAN;
	if (fit_frame) out->compliance = flat_compliance(s, from, SIZE_MAX);
	tt_status st = isfinite(out->compliance)
	                   ? TT_OK
	                   : tt_fail(err, TT_ERR_INPUT, "%s: no compliance of the frame makes S²/P flat", path);
	if (st == TT_OK) st = gather(s, reduced_Pa, beta, epsilon, depth_m, out->compliance, &all, err);
	if (st == TT_OK && all.n < 20)
		st = tt_fail(err, TT_ERR_INPUT, "%s: %zu points for the area function; expected at least 20", path,
		             all.n);
	if (st == TT_OK && !(scratch = malloc((MOST_TERMS + 1) * (s->n * (POINTS + 1) + 1) * sizeof *scratch)))
		st = tt_fail_memory(err, "the area function");
	if (st != TT_OK) goto end;
	size_t indents = s->n;
	out->indents = count_indents(&all, s->n);
	bool single = out->indents == 1;
	if (single) {
		tt_warn(warnings,
		        "%s: one indent on the reference: the area function's uncertainty between indents is not known",
		        path);
		split_single(&all);
		indents = 8;
	}
	out->n = choose_terms(&all, indents, scratch);
	if (!fit(&all, out->n, SIZE_MAX, out->c, scratch)) {
		st = tt_fail(err, TT_ERR_INPUT, "%s: no area function fits its points", path);
		goto end;
	}
	out->rms = misfit(&all, out->n, out->c, SIZE_MAX);
	for (size_t i = 0; i < all.n; i++) {
		out->lowest = fmin(out->lowest, all.p[i].h_nm * 1e-9);
		out->deepest = fmax(out->deepest, all.p[i].h_nm * 1e-9);
	}
	out->change = calloc(indents, sizeof *out->change);
	if (!out->change) {
		st = tt_fail_memory(err, "the area function");
		goto end;
	}
	size_t groups = count_indents(&all, indents);
	for (size_t i = 0; i < indents && st == TT_OK; i++) {
		double c[MOST_TERMS], compliance = out->compliance, scale = sqrt((double)(groups - 1) / (double)groups);
		if (fit_frame && !single) {
			compliance = flat_compliance(s, from, i);
			if (!isfinite(compliance)) continue;
			st = gather(s, reduced_Pa, beta, epsilon, depth_m, compliance, &part, err);
		}
		const points *use = fit_frame && !single ? &part : &all;
		if (st != TT_OK || !fit(use, out->n, i, c, scratch)) continue;
		for (size_t k = 0; k < out->n; k++)
			out->change[out->m][k] = scale * (c[k] - out->c[k]);
		out->change[out->m++][TT_AREA_TERMS] = scale * (compliance - out->compliance);
	}
	out->freedom = groups > 1 ? (double)(groups - 1) : INFINITY;
end:
	free(all.p);
	free(part.p);
	free(scratch);
	return st;
}
