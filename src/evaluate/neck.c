/* Is there a neck, where, how deep, and since when?
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "numeric/fit.h"
#include "temtensile/necking.h"

static const double SIGNIFICANT = 6;     /* standard uncertainties: the place and width of a dip are searched too */
static const double LEAST_DEPTH = 0.003; /* of w/w0: what slow errors of edges may pretend */
static const double SLOPE_GAIN = 25;     /* fall of chi² that asks for a slope */
enum { SCALES = 10, LEAST_STATIONS = 8 };

/* Constant, slope and dip with their fit. */
typedef struct dip {
	double centre, sd;
	bool sloped;
	double x[3], u[3]; /* level at the dip's centre, depth, slope */
	double chi2;
	size_t n;
} dip;

typedef struct profile {
	const double *s;
	const float *r;
	double *weight;
	size_t n;
	double noise;
	bool placed; /* the dip's centre is at: */
	double place;
} profile;

static double bell(double s, double centre, double sd)
{
	double t = (s - centre) / sd;
	return exp(-0.5 * t * t);
}

/* The linear unknowns at a given centre and sd. depth: false leaves the dip out. */
static bool fit_at(const profile *p, bool depth, dip *d)
{
	tt_lsq l;
	double q[3], sum;
	const int n = depth ? (d->sloped ? 3 : 2) : d->sloped ? 2 : 1;
	tt_lsq_start(&l, n);
	for (size_t i = 0; i < p->n; i++) {
		if (isnan(p->r[i])) continue;
		double slope = p->s[i] - d->centre;
		const double with[3] = {1, -bell(p->s[i], d->centre, d->sd), slope}, without[2] = {1, slope};
		tt_lsq_add(&l, depth ? with : without, (double)p->r[i], p->weight[i]);
	}
	if (l.n < LEAST_STATIONS || !tt_lsq_fit(&l, d->x, q, &sum)) return false;
	for (int k = 0; k < n; k++)
		d->u[k] = p->noise * sqrt(q[k]);
	d->chi2 = sum / (p->noise * p->noise);
	d->n = l.n;
	return true;
}

/* Best dip over centre and sd: a grid, then smaller and smaller steps. */
static bool search_dip(const profile *p, double margin, bool sloped, dip *best)
{
	double lo = p->placed ? p->place : p->s[0] + margin, hi = p->placed ? p->place : p->s[p->n - 1] - margin,
	       length = p->s[p->n - 1] - p->s[0];
	double least = 1.2 * length / (double)(p->n - 1), most = length / 5,
	       ratio = pow(most / least, 1.0 / (SCALES - 1));
	best->chi2 = INFINITY;
	for (int k = 0; k < SCALES; k++) {
		double sd = least * pow(ratio, k);
		for (double c = lo; c <= hi; c += 0.4 * sd) {
			dip d = {.centre = c, .sd = sd, .sloped = sloped};
			if (fit_at(p, true, &d) && d.x[1] > 0 && d.chi2 < best->chi2) *best = d;
		}
	}
	if (!isfinite(best->chi2)) return false;
	double dc = 0.2 * best->sd, ds = 0.2;
	for (int round = 0; round < 60; round++) {
		dip before = *best;
		for (int move = 0; move < 4; move++) {
			dip d = *best;
			if (move < 2)
				d.centre += move ? dc : -dc;
			else
				d.sd *= move == 2 ? 1 + ds : 1 / (1 + ds);
			if (d.centre < lo || d.centre > hi || d.sd < least || d.sd > 1.2 * most) continue;
			if (fit_at(p, true, &d) && d.x[1] > 0 && d.chi2 < best->chi2) *best = d;
		}
		if (best->chi2 >= before.chi2) dc *= 0.5, ds *= 0.5;
	}
	return true;
}

static double residual(const profile *p, const dip *d, size_t i)
{
	double slope = d->sloped ? d->x[2] * (p->s[i] - d->centre) : 0;
	return (double)p->r[i] - (d->x[0] - d->x[1] * bell(p->s[i], d->centre, d->sd) + slope);
}

/* Huber weights (k = 1.345) and the noise from the median residual. */
static void reweigh(profile *p, const dip *d, double *work)
{
	size_t n = 0;
	for (size_t i = 0; i < p->n; i++)
		if (!isnan(p->r[i])) work[n++] = fabs(residual(p, d, i));
	/* The median of few residuals after a fit is small: unknowns are taken off. */
	double lost = n > 6 ? sqrt((double)n / (double)(n - 5)) : 1;
	p->noise = fmax(1e-6, TT_SD_OF_MAD * lost * tt_median(work, n));
	for (size_t i = 0; i < p->n; i++) {
		double r = isnan(p->r[i]) ? 0 : fabs(residual(p, d, i)) / p->noise;
		p->weight[i] = r <= 1.345 ? 1 : r > 6 ? 0 : 1.345 / r;
	}
}

static bool robust_dip(profile *p, double margin, bool sloped, dip *d, double *work)
{
	p->noise = 1;
	for (size_t i = 0; i < p->n; i++)
		p->weight[i] = 1;
	if (!search_dip(p, margin, sloped, d)) return false;
	for (int pass = 0; pass < 4; pass++) {
		reweigh(p, d, work);
		if (!search_dip(p, margin, sloped, d)) return false;
	}
	return true;
}

/* A first noise from neighbours' differences would be fooled by grain; the slope is judged with the dip in place. */
static bool find_dip(profile *p, double margin, dip *d, double *work)
{
	dip flat, sloped;
	if (!robust_dip(p, margin, true, &sloped, work)) return false;
	flat = sloped;
	bool plain = search_dip(p, margin, false, &flat);
	*d = plain && flat.chi2 - sloped.chi2 < SLOPE_GAIN ? flat : sloped;
	d->sloped = d->chi2 == flat.chi2 && plain ? false : sloped.sloped;
	return fit_at(p, true, d);
}

/* ---- onset ---- */

typedef struct onset {
	double at, u;
	double chi2, power;
} onset;

/* Signal over strain by a max(0, e - e0)^p, the linear unknown a and an offset in closed form. */
static bool hinge_at(const double *e, const double *y, size_t n, double e0, double power, double *sum)
{
	tt_lsq l;
	double x[2];
	tt_lsq_start(&l, 2);
	for (size_t i = 0; i < n; i++) {
		if (isnan(e[i]) || isnan(y[i])) continue;
		const double row[2] = {1, e[i] > e0 ? pow(e[i] - e0, power) : 0};
		tt_lsq_add(&l, row, y[i], 1);
	}
	return l.n >= 10 && tt_lsq_fit(&l, x, NULL, sum) && x[1] > 0;
}

static bool find_onset(const double *e, const double *y, size_t n, onset *out)
{
	static const double powers[] = {1, 1.5, 2};
	double top = -INFINITY, bottom = INFINITY;
	size_t rows = 0;
	for (size_t i = 0; i < n; i++) {
		if (isnan(e[i]) || isnan(y[i])) continue;
		top = fmax(top, e[i]), bottom = fmin(bottom, e[i]);
		rows++;
	}
	out->chi2 = INFINITY;
	if (rows < 12 || !(top > bottom)) return false;
	enum { STEPS = 400 };
	double step = (top - bottom) / STEPS;
	for (size_t k = 0; k < sizeof powers / sizeof *powers; k++) {
		double sums[STEPS + 1], best = INFINITY;
		int at = -1;
		for (int j = 0; j < STEPS; j++) {
			if (!hinge_at(e, y, n, bottom + j * step, powers[k], &sums[j])) sums[j] = INFINITY;
			if (sums[j] < best) best = sums[j], at = j;
		}
		/* A curved rise must be clearly better than a straight one. */
		if (at < 0 || best > (k ? 0.9 : 1) * out->chi2) continue;
		double variance = best / (double)(rows - 3);
		int lo = at, hi = at;
		while (lo > 0 && sums[lo] < best + variance)
			lo--;
		while (hi < STEPS - 1 && sums[hi] < best + variance)
			hi++;
		*out = (onset){bottom + at * step, 0.5 * (hi - lo) * step, best, powers[k]};
	}
	return isfinite(out->chi2);
}

/* ---- elongation of the neck beyond the uniform strain ---- */

/* Motion along the axis by a + b s + N Φ((s - centre) / sd). */
static bool extra_elongation(const tt_width_map *m, size_t row, const dip *d, double *extra, double *u)
{
	tt_lsq l;
	double x[3], q[3], sum;
	tt_lsq_start(&l, 3);
	for (size_t i = 0; i < m->motions; i++) {
		double v = (double)m->moved[row * m->motions + i], z = (m->motion_s[i] - d->centre) / d->sd;
		const double f[3] = {1, m->motion_s[i] - d->centre, 0.5 * erfc(-z * 0.70710678118654752440)};
		if (!isnan(v)) tt_lsq_add(&l, f, v, 1);
	}
	if (l.n < 6 || !tt_lsq_fit(&l, x, q, &sum)) return false;
	*extra = x[2];
	*u = sqrt(sum / (double)(l.n - 3) * q[2]);
	return true;
}

static void combine(tt_neck *n)
{
	double a = n->onset_by_width, b = n->onset_by_axial, ua = n->u_onset_by_width, ub = n->u_onset_by_axial;
	if (isnan(a) || isnan(b)) {
		n->onset_strain = isnan(a) ? b : a;
		n->u_onset_strain = isnan(a) ? ub : ua;
		return;
	}
	double wa = 1 / (ua * ua + 1e-12), wb = 1 / (ub * ub + 1e-12);
	n->onset_strain = (wa * a + wb * b) / (wa + wb);
	/* Two ways that disagree know less than each claims. */
	n->u_onset_strain = fmax(1 / sqrt(wa + wb), fabs(a - b) / sqrt(12));
}

/* A neck by the caller's word: what the width says against it becomes a remark. */
static void judge_placed(tt_neck *n)
{
	n->found = true;
	if (n->significance < SIGNIFICANT)
		snprintf(n->reason, sizeof n->reason,
		         "placed by necking.at; the width dips there by %.2f %%, %.1f of its standard uncertainties",
		         100 * n->depth, n->significance);
	else
		snprintf(n->reason, sizeof n->reason, "placed by necking.at");
}

static void say_no(tt_neck *n, const char *why)
{
	n->found = false;
	snprintf(n->reason, sizeof n->reason, "%s", why);
	n->s_px = n->u_s_px = n->half_width_px = n->onset_strain = n->u_onset_strain = NAN;
	n->onset_by_width = n->u_onset_by_width = n->onset_by_axial = n->u_onset_by_axial = NAN;
}

static void judge(tt_neck *n, double least)
{
	char why[200];
	if (n->depth < least) {
		snprintf(why, sizeof why,
		         "no neck: the deepest dip of the width is %.2f %%, less than the %.2f %% that count",
		         100 * n->depth, 100 * least);
		say_no(n, why);
	} else if (n->significance < SIGNIFICANT) {
		snprintf(why, sizeof why,
		         "no neck: the deepest dip of the width, %.2f %%, is %.1f of its standard uncertainties; %g "
		         "are asked for",
		         100 * n->depth, n->significance, SIGNIFICANT);
		say_no(n, why);
	} else if (!isnan(n->elongation_px) && n->elongation_px < SIGNIFICANT * n->u_elongation_px) {
		snprintf(why, sizeof why,
		         "no neck: the width dips by %.2f %%, but its two sides have not moved apart more than "
		         "elsewhere (%s)",
		         100 * n->depth, TT_VALUE(n->elongation_px, n->u_elongation_px, "px"));
		say_no(n, why);
	} else {
		n->found = true;
	}
}

/* Depth of the dip and extra elongation in each row, at the place and with the width that the last row has. */
static void follow(const tt_width_map *m, const dip *d, double *weight, double *depth, double *extra)
{
	for (size_t row = 0; row < m->rows; row++) {
		profile p = {
		    .s = m->s, .r = m->ratio + row * m->stations, .weight = weight, .n = m->stations, .noise = 1};
		dip now = *d;
		double u;
		depth[row] = fit_at(&p, true, &now) ? now.x[1] : NAN;
		if (!extra_elongation(m, row, d, &extra[row], &u)) extra[row] = NAN;
	}
}

static double no_neck_level(const profile *p, double *u)
{
	dip d = {.centre = p->s[p->n / 2], .sd = 1};
	if (!fit_at(p, false, &d)) return *u = NAN;
	*u = d.u[0];
	return d.x[0];
}

tt_status tt_neck_find(const tt_width_map *m, const tt_neck_options *o, tt_neck *out, tt_error *err)
{
	if (!m->rows || m->stations < LEAST_STATIONS)
		return tt_fail(err, TT_ERR_USAGE, "neck: %zu rows of %zu stations, expected at least 1 of %d", m->rows,
		               m->stations, LEAST_STATIONS);
	const bool placed = o && o->placed;
	*out = (tt_neck){.elongation_px = NAN, .u_elongation_px = NAN, .found_s_px = NAN, .u_found_s_px = NAN};
	if (placed) {
		const tt_neck_options search = {.least_depth = o->least_depth};
		tt_neck own;
		tt_status st = tt_neck_find(m, &search, &own, err);
		if (st != TT_OK) return st;
		out->found_s_px = own.found ? own.s_px : NAN;
		out->u_found_s_px = own.found ? own.u_s_px : NAN;
	}
	double *work = malloc((2 * m->stations + 2 * m->rows) * sizeof *work);
	if (!work) return tt_fail_memory(err, "the search for a neck");
	double *weight = work + m->stations, *depth = weight + m->stations, *extra = depth + m->rows;
	profile p = {.s = m->s,
	             .r = m->ratio + (m->rows - 1) * m->stations,
	             .weight = weight,
	             .n = m->stations,
	             .placed = placed,
	             .place = placed ? o->place_px : NAN};
	double spacing = (m->s[m->stations - 1] - m->s[0]) / (double)(m->stations - 1);
	dip d;
	if (!find_dip(&p, 2 * spacing, &d, work)) {
		say_no(out, placed ? "no neck: the width does not dip at the place that necking.at gives"
		                   : "no neck: the last frame's width profile is too short or has no dip at all");
		p.noise = 1e-3;
		for (size_t i = 0; i < p.n; i++)
			weight[i] = 1;
		out->uniform_width_reduction = 1 - no_neck_level(&p, &out->u_uniform_width_reduction);
		out->width_reduction = out->uniform_width_reduction;
		out->u_width_reduction = out->u_uniform_width_reduction;
		free(work);
		return TT_OK;
	}
	out->s_px = d.centre;
	/* Cramér–Rao for the place of a Gaussian (Hagen and Dereniak 2008, Appl. Opt. 47, 6842). */
	out->u_s_px = sqrt(2 * d.sd * spacing / sqrt(acos(-1))) * p.noise / fmax(d.x[1], 1e-9);
	out->half_width_px = d.sd * sqrt(2 * log(2));
	out->depth = d.x[1], out->u_depth = d.u[1];
	out->significance = d.x[1] / d.u[1];
	if (!extra_elongation(m, m->rows - 1, &d, &out->elongation_px, &out->u_elongation_px))
		out->elongation_px = out->u_elongation_px = NAN;
	if (placed)
		judge_placed(out);
	else
		judge(out, o && !isnan(o->least_depth) ? o->least_depth : LEAST_DEPTH);
	if (!out->found) {
		out->uniform_width_reduction = 1 - no_neck_level(&p, &out->u_uniform_width_reduction);
		/* The smallest width lies between the mean and the bottom of the deepest dip, noise or not. */
		double half = 0.5 * fmax(0, out->depth);
		out->width_reduction = out->uniform_width_reduction + half;
		out->u_width_reduction = hypot(out->u_uniform_width_reduction, hypot(half, 0.5 * out->u_depth));
		free(work);
		return TT_OK;
	}
	out->uniform_width_reduction = 1 - d.x[0], out->u_uniform_width_reduction = d.u[0];
	out->width_reduction = 1 - (d.x[0] - d.x[1]), out->u_width_reduction = hypot(d.u[0], d.u[1]);
	follow(m, &d, weight, depth, extra);
	onset w, a;
	bool by_width = find_onset(m->strain, depth, m->rows, &w), by_axial = find_onset(m->strain, extra, m->rows, &a);
	out->onset_by_width = by_width ? w.at : NAN, out->u_onset_by_width = by_width ? w.u : NAN;
	out->onset_by_axial = by_axial ? a.at : NAN, out->u_onset_by_axial = by_axial ? a.u : NAN;
	combine(out);
	free(work);
	return TT_OK;
}
