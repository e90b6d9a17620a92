/* Where the punch touches the device: the change of slope of force and displacement.
 *
 * Maximum likelihood of a kink, in force and, where the
 * displacement kinks too (load control), in displacement, over the largest window in which a kink describes the data.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/contact.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/fit.h"

/* One trial of the kink's instant: parameters and RSS. jacobian: also a column for the instant. */
typedef struct trial {
	double theta[3], inverse[TT_LSQ_MAX][TT_LSQ_MAX], rss;
} trial;

static double interpolate(const double *t, const double *x, size_t first, size_t last, double at)
{
	size_t i = first + tt_row_at(t + first, last - first, at);
	if (i <= first) return x[first];
	if (i >= last) return x[last - 1];
	return x[i - 1] + (x[i] - x[i - 1]) * (at - t[i - 1]) / (t[i] - t[i - 1]);
}

/* Largest distance of x from x0. */
static double span_of(const double *t, const double *x, size_t first, size_t last, double x0)
{
	double span = fmax(fabs(x[first] - x0), fabs(x[last - 1] - x0));
	for (size_t i = first; x != t && i < last; i++)
		span = fabs(x[i] - x0) > span ? fabs(x[i] - x0) : span;
	return span;
}

/* Rows first … last - 1 as 1, the way from `at` on (rows from `bent` on) and, with x, the way from x0, both over their
 * spans (per_x 0: without). */
typedef struct kinked {
	const double *t, *y, *x;
	size_t first, bent, last;
	double at, x0, y0, per_t, per_x;
} kinked;

static void add_rows(const kinked *k, tt_lsq *l)
{
	double u1 = 0, uu = 0, y1 = 0, uy = 0, s1 = 0, ss = 0, su = 0, sy = 0;
	for (size_t i = k->first; i < k->last; i++) {
		const double y = k->y[i] - k->y0;
		y1 += y;
		if (!(k->per_x > 0)) continue;
		const double u = (k->x[i] - k->x0) * k->per_x;
		u1 += u;
		uu += u * u;
		uy += u * y;
	}
	for (size_t i = k->bent; i < k->last; i++) {
		const double s = (k->t[i] - k->at) * k->per_t;
		s1 += s;
		ss += s * s;
		sy += s * (k->y[i] - k->y0);
		if (k->per_x > 0) su += s * (k->x[i] - k->x0) * k->per_x;
	}
	const double n = (double)(k->last - k->first), a[3][3] = {{n, s1, u1}, {s1, ss, su}, {u1, su, uu}};
	const double b[3] = {y1, sy, uy};
	tt_lsq_start(l, k->per_x > 0 ? 3 : 2);
	for (int i = 0; i < l->p; i++) {
		l->b[i] = b[i];
		for (int j = 0; j < l->p; j++)
			l->a[i][j] = a[i][j];
	}
}

/* Squared residuals of rows from … to - 1, in two sums that need not wait for each other. */
static double sum_squares(const kinked *k, const double *theta, size_t from, size_t to, double slope)
{
	double sum[2] = {0};
	for (size_t i = from; i < to; i++) {
		double e = k->y[i] - k->y0 - theta[0] - slope * ((k->t[i] - k->at) * k->per_t);
		if (k->per_x > 0) e -= theta[2] * ((k->x[i] - k->x0) * k->per_x);
		sum[i & 1] += e * e;
	}
	return sum[0] + sum[1];
}

static double sum_rest(const kinked *k, const double *theta)
{
	return sum_squares(k, theta, k->first, k->bent, 0) + sum_squares(k, theta, k->bent, k->last, theta[1]);
}

static bool kink_try(const double *t, const double *y, const double *x, size_t first, size_t last, double at,
                     trial *out)
{
	kinked k = {t, y, x, first, first, last, .at = at, .y0 = y[first], .per_t = 1 / (t[last - 1] - t[first])};
	k.x0 = !x ? 0 : x == t ? at : interpolate(t, x, first, last, at);
	const double span = x ? span_of(t, x, first, last, k.x0) : 0;
	if (span > 0) k.per_x = 1 / span;
	k.bent += tt_row_at(t + first, last - first, at);
	while (k.bent < last && t[k.bent] <= at)
		k.bent++;
	double theta[TT_LSQ_MAX] = {0};
	tt_lsq l;
	add_rows(&k, &l);
	if (!tt_lsq_solve(&l, theta, out->inverse)) return false;
	out->rss = sum_rest(&k, theta);
	out->theta[0] = theta[0] + k.y0;
	out->theta[1] = theta[1] * k.per_t;
	out->theta[2] = theta[2] * k.per_x;
	return true;
}

/* Covariance with the instant as a parameter (Gauss–Newton). */
static bool kink_uncertainty(const double *t, const double *x, size_t first, size_t last, tt_kink *k)
{
	const double span_t = t[last - 1] - t[first];
	double span_x = 0, x0 = !x ? 0 : x == t ? k->at : interpolate(t, x, first, last, k->at);
	for (size_t i = first; x && i < last; i++)
		span_x = fmax(span_x, fabs(x[i] - x0));
	const int p = x && span_x > 0 ? 4 : 3;
	tt_lsq l;
	tt_lsq_start(&l, p);
	for (size_t i = first; i < last; i++) {
		bool after = t[i] > k->at;
		double phi[4] = {1, after ? (t[i] - k->at) / span_t : 0, after ? -1 : 0,
		                 p == 4 ? (x[i] - x0) / span_x : 0};
		tt_lsq_add(&l, phi, 0, 1);
	}
	double theta[TT_LSQ_MAX], inv[TT_LSQ_MAX][TT_LSQ_MAX];
	if (!tt_lsq_solve(&l, theta, inv) || k->n <= (size_t)p || k->after == 0) return false;
	const double v = k->rss / (double)(k->n - (size_t)p);
	k->u_value = sqrt(v * inv[0][0]);
	k->u_after = sqrt(v * inv[1][1]) / span_t;
	k->u_at = sqrt(v * inv[2][2]) / fabs(k->after);
	return true;
}

static bool kink_fit(const double *t, const double *y, const double *x, size_t first, size_t last, double lo, double hi,
                     tt_kink *out)
{
	enum { POINTS = 24, ZOOMS = 4 };
	double best = NAN, best_rss = INFINITY;
	for (int zoom = 0; zoom < ZOOMS; zoom++) {
		const double step = (hi - lo) / POINTS;
		for (int i = 0; i <= POINTS; i++) {
			trial tr;
			double at = lo + step * i;
			if (!kink_try(t, y, x, first, last, at, &tr) || !(tr.rss < best_rss)) continue;
			best_rss = tr.rss;
			best = at;
		}
		if (isnan(best)) return false;
		lo = best - step;
		hi = best + step;
	}
	trial tr;
	if (!kink_try(t, y, x, first, last, best, &tr)) return false;
	*out = (tt_kink){.at = best,
	                 .value = tr.theta[0],
	                 .after = tr.theta[1],
	                 .before = tr.theta[2],
	                 .rss = tr.rss,
	                 .n = last - first};
	return kink_uncertainty(t, x, first, last, out);
}

/* Means of `size` rows each: a line stays a line, and only the block of the kink itself is bent. */
static void average(const double *in, size_t n, size_t size, double *out)
{
	for (size_t i = 0; i < n; i++) {
		out[i] = 0;
		for (size_t k = i * size; k < (i + 1) * size; k++)
			out[i] += in[k] / (double)size;
	}
}

bool tt_kink_fit(const double *t, const double *y, const double *x, size_t first, size_t last, double lo, double hi,
                 tt_kink *out)
{
	enum { MOST = 3000 };
	if (last < first + 6 || !(hi > lo)) return false;
	const size_t rows = last - first, size = 1 + (rows - 1) / MOST, n = rows / size;
	if (size == 1) return kink_fit(t, y, x, first, last, lo, hi, out);
	double *mean = malloc(3 * n * sizeof *mean);
	if (!mean) return false;
	average(t + first, n, size, mean);
	average(y + first, n, size, mean + n);
	if (x && x != t) average(x + first, n, size, mean + 2 * n);
	const bool ok = kink_fit(mean, mean + n, !x ? NULL : x == t ? mean : mean + 2 * n, 0, n, lo, hi, out);
	free(mean);
	return ok;
}

/* ---- Fine ---- */

bool tt_kink_describes(const double *t, const double *y, const double *x, const tt_kink *k, size_t first, size_t last,
                       double variance)
{
	if (last < first + 4) return true;
	const double x0 = !x ? 0 : x == t ? k->at : interpolate(t, x, first, last, k->at);
	for (int q = 0; q < 4; q++) {
		size_t a = first + (last - first) * (size_t)q / 4, z = first + (last - first) * (size_t)(q + 1) / 4;
		double sum = 0;
		for (size_t i = a; i < z; i++) {
			sum += y[i] - k->value;
			if (x) sum -= k->before * (x[i] - x0);
			if (t[i] > k->at) sum -= k->after * (t[i] - k->at);
		}
		if (sum * sum > 16 * variance * (double)(z - a)) return false;
	}
	return true;
}

/* The kink of the force: the window after contact grows while a straight rise describes it. */
static bool force_kink(const tt_trace *r, size_t air_last, size_t sure, const tt_air_force *air, double variance,
                       double top, tt_kink *out, size_t *window)
{
	const double *x = air->sloped ? r->d : NULL;
	size_t after = sure - air_last > 8 ? sure - air_last : 8;
	const double early = r->t[air_last] - (r->t[sure] - r->t[air_last]);
	bool found = false;
	for (;; after += 1 + after / 2) {
		size_t last = air_last + after < r->n ? air_last + after : r->n;
		size_t before = after * 10 > 200 ? after * 10 : 200;
		size_t first = air_last > before ? air_last - before : 0;
		tt_kink k;
		double hi = r->t[air_last + after / 2 + 1 < last ? air_last + after / 2 + 1 : last - 1];
		if (!tt_kink_fit(r->t, r->f, x, first, last, fmax(early, r->t[first]), hi, &k)) break;
		size_t row = tt_row_at(r->t, r->n, k.at);
		bool good = k.after > 0 && tt_kink_describes(r->t, r->f, x, &k, row, last, variance);
		if (found && !good) break;
		/* the first window that shows the rise is taken as it is: there is nothing smaller */
		*out = k;
		*window = last - row;
		found = k.after > 4 * k.u_after;
		if (last == r->n || r->f[last - 1] - tt_air_at(air, 0) > 0.25 * (top - tt_air_at(air, 0))) break;
	}
	return found;
}

/* The kink of the displacement near that of the force; false when there is none to speak of. */
static bool displacement_kink(const tt_trace *r, const tt_kink *force, size_t window, double noise, tt_kink *out)
{
	const double reach = fmax(8 * force->u_at, 4 * (r->t[r->n - 1] - r->t[0]) / (double)r->n);
	size_t row = tt_row_at(r->t, r->n, force->at);
	for (size_t w = window; w >= 8; w = w * 2 / 3) {
		if (row < w) continue;
		size_t first = row > 2 * w ? row - 2 * w : 0, last = row + w < r->n ? row + w : r->n;
		tt_kink k;
		double lo = fmax(force->at - reach, r->t[first + 2]), hi = fmin(force->at + reach, r->t[last - 3]);
		if (!tt_kink_fit(r->t, r->d, r->t, first, last, lo, hi, &k)) return false;
		size_t at = tt_row_at(r->t, r->n, k.at);
		if (!tt_kink_describes(r->t, r->d, r->t, &k, first, at, noise * noise)) continue;
		if (!tt_kink_describes(r->t, r->d, r->t, &k, at, last, noise * noise)) continue;
		*out = k;
		return fabs(k.after) > 8 * k.u_after && k.u_at < force->u_at * 4;
	}
	return false;
}

/* Displacement at the instant of contact: value of a kinked line there, and what the instant's u adds. */
static void displacement_at_contact(const tt_trace *r, tt_contact *c, size_t window, double noise)
{
	size_t row = tt_row_at(r->t, r->n, c->time_s);
	for (size_t w = window < 8 ? 8 : window;; w = w * 2 / 3) {
		size_t first = row > w ? row - w : 0, last = row + w < r->n ? row + w : r->n;
		trial mid, lo, hi;
		if (last < first + 3) break;
		const double at = fmin(fmax(c->time_s, r->t[first]), r->t[last - 1]);
		if (!kink_try(r->t, r->d, r->t, first, last, at, &mid)) break;
		tt_kink k = {.at = at, .value = mid.theta[0], .after = mid.theta[1], .before = mid.theta[2]};
		bool good = tt_kink_describes(r->t, r->d, r->t, &k, first, row, noise * noise) &&
		            tt_kink_describes(r->t, r->d, r->t, &k, row, last, noise * noise);
		if (!good && w > 12) continue;
		double u_value = noise * sqrt(mid.inverse[0][0]), by_time = 0;
		if (kink_try(r->t, r->d, r->t, first, last, at - c->u_time_s, &lo) &&
		    kink_try(r->t, r->d, r->t, first, last, at + c->u_time_s, &hi))
			by_time = (hi.theta[0] - lo.theta[0]) / 2;
		c->d0_m = mid.theta[0];
		c->u_d0_m = hypot(u_value, by_time);
		return;
	}
	c->d0_m = interpolate(r->t, r->d, 0, r->n, c->time_s);
	c->u_d0_m = noise;
}

/* No part in air: the force at contact stands for it. */
static void air_from_contact(const tt_trace *r, tt_contact *c)
{
	size_t last = c->row + 20 < r->n ? c->row + 20 : r->n;
	tt_line l;
	c->in_air = false;
	c->air = (tt_air_force){.force_N = r->f[c->row < r->n ? c->row : r->n - 1], .u_force_N = NAN, .p_value = NAN};
	if (tt_line_fit(r->t + c->row, r->f + c->row, last - c->row, c->time_s, &l)) {
		c->air.force_N = l.value;
		c->air.u_force_N = l.u_value;
	}
	snprintf(c->air_text, sizeof c->air_text, "no part in air: the force at contact is taken for it");
}

tt_status tt_contact_given(const tt_trace *r, tt_quantity given, double level, tt_contact *c, tt_error *err)
{
	memset(c, 0, sizeof *c);
	const double dt = (r->t[r->n - 1] - r->t[0]) / (double)(r->n - 1);
	if (given.value < r->t[0] - dt || given.value > r->t[r->n - 1])
		return tt_fail(err, TT_ERR_FAILED, "contact at %.6g s lies outside the force log (%.6g to %.6g s)",
		               given.value, r->t[0], r->t[r->n - 1]);
	c->given = true;
	c->time_s = given.value;
	c->u_time_s = given.u;
	c->row = tt_row_at(r->t, r->n, given.value);
	if (c->row + 8 > r->n)
		return tt_fail(err, TT_ERR_FAILED, "contact at %.6g s leaves %zu rows of the force log after it",
		               given.value, r->n - c->row);
	displacement_at_contact(r, c, 64, tt_noise_std(r->d, r->n));
	size_t last = tt_row_at(r->t, r->n, given.value - 3 * given.u);
	c->rms_N = tt_noise_std(r->f, r->n);
	c->inflation = 1;
	c->in_air =
	    tt_air_fit(r, 0, last, c->d0_m, level, &c->air, &c->rms_N, &c->inflation, c->air_text, sizeof c->air_text);
	if (!c->in_air) air_from_contact(r, c);
	snprintf(c->text, sizeof c->text, "given");
	return TT_OK;
}

/* Does the slope in time change when the part before the kink may rise, too? A straight ramp from the first row on can
 * pass for a short part in air. */
static bool slope_changes(const tt_trace *r, const tt_kink *kf, size_t window)
{
	const size_t row = tt_row_at(r->t, r->n, kf->at), before = window * 10 > 200 ? window * 10 : 200;
	const size_t first = row > before ? row - before : 0, last = row + window < r->n ? row + window : r->n;
	const double step = (r->t[last - 1] - r->t[first]) / (double)(last - first);
	tt_kink k;
	if (!tt_kink_fit(r->t, r->f, r->t, first, last, kf->at - step, kf->at + step, &k)) return false;
	return k.after > 4 * k.u_after;
}

/* A "slope in air" that is a good part of the loaded device's is no air at all. */
static bool rises_from_start(const tt_trace *r, const tt_air_force *air, double contact, double top)
{
	if (!air->sloped) return false;
	const size_t row = tt_row_at(r->t, r->n, contact);
	size_t end = row;
	while (end < r->n && (end < row + 8 || r->f[end] - r->f[row] < 0.2 * (top - air->force_N)))
		end++;
	tt_line l;
	/* d on F: the force is the quieter of the two */
	if (end >= r->n || !tt_line_fit(r->f + row, r->d + row, end - row, r->f[row], &l) || !(l.slope > 0))
		return false;
	return air->slope_N_per_m > 0.3 / l.slope;
}

tt_status tt_contact_fit(const tt_trace *r, size_t air_last, size_t sure_row, double level, tt_contact *c,
                         tt_error *err)
{
	memset(c, 0, sizeof *c);
	double top = -INFINITY;
	for (size_t i = 0; i < r->n; i++)
		top = fmax(top, r->f[i]);
	if (air_last < TT_AIR_FEWEST)
		return tt_fail(err, TT_ERR_FAILED,
		               "no part in air at the start of the force log: the force rises from %.6g s on; "
		               "expected rows before contact (or give force.contact)",
		               r->t[0]);

	const double d_noise = tt_noise_std(r->d, r->n);
	tt_kink kf = {0};
	size_t window = 0;
	/* contact and air force need each other: twice is enough, the first is within a few rows */
	for (int pass = 0; pass < 2; pass++) {
		if (!tt_air_fit(r, 0, air_last, r->d[air_last], level, &c->air, &c->rms_N, &c->inflation, NULL, 0))
			break;
		double v = c->rms_N * c->rms_N * c->inflation;
		if (!force_kink(r, air_last, sure_row, &c->air, v, top, &kf, &window))
			return tt_fail(err, TT_ERR_FAILED, "contact near %.6g s: no change of slope can be fitted",
			               r->t[air_last]);
		kf.u_at *= sqrt(c->inflation);
		size_t row = tt_row_at(r->t, r->n, kf.at - 3 * kf.u_at);
		if (row >= TT_AIR_FEWEST) air_last = row;
		if (sure_row < air_last + 8) sure_row = air_last + 8 < r->n ? air_last + 8 : r->n - 1;
	}
	if (rises_from_start(r, &c->air, kf.at, top) || !slope_changes(r, &kf, window))
		return tt_fail(
		    err, TT_ERR_FAILED,
		    "no part in air at the start of the force log: the force rises with the displacement from %.6g s "
		    "on; expected rows before contact (or give force.contact)",
		    r->t[0]);
	c->time_s = kf.at;
	c->u_time_s = kf.u_at;
	tt_kink kd;
	const char *how = "force";
	if (displacement_kink(r, &kf, window, d_noise, &kd) && fabs(kd.at - kf.at) < 4 * hypot(kd.u_at, kf.u_at)) {
		double wf = 1 / (kf.u_at * kf.u_at), wd = 1 / (kd.u_at * kd.u_at);
		c->time_s = (wf * kf.at + wd * kd.at) / (wf + wd);
		c->u_time_s = 1 / sqrt(wf + wd);
		how = "force and displacement";
	}
	/* a tenth of a row: what the order of sampling within a row can hide */
	c->u_time_s = hypot(c->u_time_s, 0.1 * (r->t[r->n - 1] - r->t[0]) / (double)(r->n - 1));
	c->row = tt_row_at(r->t, r->n, c->time_s);
	displacement_at_contact(r, c, window, d_noise);
	c->in_air = tt_air_fit(r, 0, air_last, c->d0_m, level, &c->air, &c->rms_N, &c->inflation, c->air_text,
	                       sizeof c->air_text);
	if (!c->in_air) air_from_contact(r, c);
	snprintf(c->text, sizeof c->text, "change of slope of %s, maximum likelihood over %zu rows after it", how,
	         window);
	return TT_OK;
}
