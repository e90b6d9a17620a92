/* The line (or parabola) of a bare spring.
 *
 * Robust errors-in-variables: normal equations with the points projected on the curve as instruments, which for a
 * line are those of York (1966, Can. J. Phys. 44, 1079, eq. 15 ff.) with constant errors; Huber weights (1964, Ann.
 * Math. Stat. 35, 73), started from Theil and Sen's median slope.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/spring.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "numeric/fit.h"

enum { OFFSET, SLOPE, CURVE }; /* parameters, in units of y, y / scale, y / scale² */

typedef struct model {
	bool anchored, curved;
	double theta[3], cov[3][3];
	double chi2, inflation, rms, rms_all;
	bool good;
} model;

typedef struct points {
	const double *x, *y;
	size_t n;
	double scale;
} points;

static double model_at(const model *m, double x)
{
	return m->theta[OFFSET] + x * (m->theta[SLOPE] + x * m->theta[CURVE]);
}

/* Theil–Sen over a sample of pairs that lie at least 5 % of the range apart. */
static bool start(const points *p, double x_lo, double x_hi, model *m)
{
	enum { SAMPLE = 200 };
	const size_t step = 1 + (p->n - 1) / SAMPLE, n = (p->n - 1) / step + 1;
	double *slope = malloc((n * n / 2 + n) * sizeof *slope);
	if (!slope) return false;
	size_t count = 0;
	const double apart = 0.05 * (x_hi - x_lo);
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++) {
			double dx = p->x[j * step] - p->x[i * step];
			if (fabs(dx) > apart) slope[count++] = (p->y[j * step] - p->y[i * step]) / dx;
		}
	bool ok = count > 0;
	if (ok) {
		m->theta[SLOPE] = tt_median(slope, count) * p->scale;
		for (size_t i = 0; i < n; i++)
			slope[i] = p->y[i * step] - m->theta[SLOPE] * p->x[i * step] / p->scale;
		m->theta[OFFSET] = tt_median(slope, n);
		m->theta[CURVE] = 0;
	}
	free(slope);
	return ok;
}

/* One round of reweighting; extra: inflation of the points' variance. */
static bool round_of(const points *p, const tt_spring_data *s, double robust, double extra, model *m)
{
	const int np = m->curved ? 3 : 2;
	const double nx = s->noise_x / p->scale, ny2 = s->noise_y * s->noise_y;
	tt_lsq l;
	tt_lsq_start(&l, np);
	for (size_t i = 0; i < p->n; i++) {
		const double x = p->x[i] / p->scale, r = p->y[i] - model_at(m, x);
		const double slope = m->theta[SLOPE] + 2 * x * m->theta[CURVE];
		const double v = ny2 + slope * slope * nx * nx;
		const double at = x + nx * nx * slope * r / v;
		const double limit = 1.5 * fmax(robust, 1) * sqrt(v);
		const double w = (fabs(r) > limit ? limit / fabs(r) : 1) / (v * extra);
		double phi[3] = {1, x, x * x}, psi[3] = {1, at, at * at};
		tt_lsq_add_instrument(&l, psi, phi, p->y[i], w);
	}
	if (m->anchored) {
		double phi[3] = {1, 0, 0};
		tt_lsq_add(&l, phi, 0, 1 / (s->anchor_u * s->anchor_u));
	}
	double theta[TT_LSQ_MAX] = {0}, inv[TT_LSQ_MAX][TT_LSQ_MAX] = {{0}};
	if (!tt_lsq_solve(&l, theta, inv)) return false;
	memcpy(m->theta, theta, 3 * sizeof *theta);
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++)
			m->cov[i][j] = inv[i][j];
	return true;
}

/* Variance of the means of batches over that of white noise: slow wander that single lags are too noisy to show. */
static double batch_inflation(const double *z, size_t n, int parameters)
{
	enum { BATCHES = 20 };
	if (n < 10 * BATCHES) return 1;
	double all = 0, means = 0;
	for (size_t i = 0; i < n; i++)
		all += z[i] * z[i] / (double)n;
	for (size_t b = 0; b < BATCHES; b++) {
		const size_t first = n * b / BATCHES, last = n * (b + 1) / BATCHES;
		double sum = 0;
		for (size_t i = first; i < last; i++)
			sum += z[i];
		means += sum * sum / (double)(last - first);
	}
	return means / all / (BATCHES - parameters);
}

static double residual_z(const points *p, const tt_spring_data *s, const model *m, size_t i)
{
	const double x = p->x[i] / p->scale, slope = m->theta[SLOPE] + 2 * x * m->theta[CURVE];
	const double nx = slope * s->noise_x / p->scale;
	return (p->y[i] - model_at(m, x)) / sqrt(s->noise_y * s->noise_y + nx * nx);
}

/* Median |residual| of a sample in units of what noise makes of it. */
static double scale_of(const points *p, const tt_spring_data *s, const model *m)
{
	enum { SAMPLE = 2000 };
	double a[SAMPLE];
	const size_t step = 1 + (p->n - 1) / SAMPLE;
	size_t n = 0;
	for (size_t i = 0; i < p->n; i += step)
		a[n++] = fabs(residual_z(p, s, m, i));
	return tt_median(a, n) / 0.6744897501960817;
}

/* chi², rms and correlation of the residuals. */
static bool judge(const points *p, const tt_spring_data *s, double robust, model *m)
{
	double *r = malloc(p->n * sizeof *r), sum = 0, chi2 = 0;
	if (!r) return false;
	/* Huber's rho, so that one jolt of the instrument decides no test */
	const double limit = 1.5 * fmax(robust, 1);
	for (size_t i = 0; i < p->n; i++) {
		const double z = residual_z(p, s, m, i), a = fabs(z), e = p->y[i] - model_at(m, p->x[i] / p->scale);
		sum += e * e;
		chi2 += a < limit ? a * a : 2 * limit * a - limit * limit;
		r[i] = a > 3 ? copysign(3, z) : z;
	}
	if (m->anchored) chi2 += pow(m->theta[OFFSET] / s->anchor_u, 2);
	m->chi2 = chi2;
	m->rms = sqrt(sum / (double)p->n);
	m->inflation = fmax(tt_noise_inflation(r, p->n), batch_inflation(r, p->n, m->curved ? 3 : 2));
	free(r);
	return true;
}

static model fit(const points *p, const tt_spring_data *s, const model *from, bool anchored, bool curved)
{
	enum { ROUNDS = 12 };
	model m = *from;
	m.anchored = anchored;
	m.curved = curved;
	m.good = false;
	if (!curved) m.theta[CURVE] = 0;
	double robust = 1;
	for (int i = 0; i < ROUNDS; i++) {
		double old = m.theta[SLOPE];
		robust = scale_of(p, s, &m);
		if (!round_of(p, s, robust, 1, &m)) return m;
		if (i > 3 && fabs(m.theta[SLOPE] - old) < 1e-9 * fabs(old)) break;
	}
	if (!judge(p, s, robust, &m)) return m;
	const double dof = (double)p->n - (curved ? 3 : 2);
	const double extra = fmax(1, m.chi2 / fmax(dof, 1)) * m.inflation;
	m.good = round_of(p, s, robust, extra, &m) && judge(p, s, robust, &m);
	return m;
}

size_t tt_spring_hold_end(const tt_spring_data *s)
{
	if (s->n < 12) return 0;
	/* speeds over short pieces; a rest is slower than a fifth of the fastest */
	const size_t piece = s->n / 100 > 6 ? s->n / 100 : 6, pieces = s->n / piece;
	double fastest = 0;
	for (size_t b = 0; b < pieces; b++) {
		tt_line l;
		if (tt_line_fit(s->t + b * piece, s->x + b * piece, piece, 0, &l))
			fastest = fmax(fastest, fabs(l.slope));
	}
	double lo = INFINITY, hi = -INFINITY;
	for (size_t i = 0; i < s->n; i++) {
		lo = fmin(lo, s->x[i]);
		hi = fmax(hi, s->x[i]);
	}
	if (hi - lo < 10 * s->noise_x) return s->n;
	for (size_t b = 0; b < pieces; b++) {
		tt_line l;
		if (!tt_line_fit(s->t + b * piece, s->x + b * piece, piece, 0, &l)) continue;
		const double span = s->t[b * piece + piece - 1] - s->t[b * piece];
		const double noise = 4 * s->noise_x * sqrt(12.0 / (double)piece) / span;
		if (fabs(l.slope) > fmax(0.2 * fastest, noise)) return b * piece;
	}
	return s->n;
}

static void range(const double *x, size_t n, double *lo, double *hi)
{
	*lo = INFINITY;
	*hi = -INFINITY;
	for (size_t i = 0; i < n; i++) {
		*lo = fmin(*lo, x[i]);
		*hi = fmax(*hi, x[i]);
	}
}

/* p of the F-test for the quadratic term, both with the variance of the richer model and its correlation. */
static double bend_p(const model *straight, const model *bent, size_t n)
{
	const double variance = fmax(bent->chi2 / (double)n, 1e-30) * bent->inflation;
	return tt_f_test((straight->chi2 - bent->chi2) / variance, 1, (double)n / bent->inflation - 3);
}

/* The hold's mean above the line of the moving part. */
static void compare_hold(const points *p, const tt_spring_data *s, size_t hold, tt_spring_fit *out, model *moving)
{
	out->hold_minus_line_N = out->u_hold_minus_line_N = NAN;
	if (hold < 6 || hold + 12 > p->n) return;
	points q = {p->x + hold, p->y + hold, p->n - hold, p->scale};
	double lo, hi;
	range(q.x, q.n, &lo, &hi);
	moving->good = false;
	if (!start(&q, lo, hi, moving)) return;
	*moving = fit(&q, s, moving, false, false);
	if (!moving->good) return;
	/* a spring that bends is no friction: then the parabola of the moving part is compared */
	model bent = fit(&q, s, moving, false, true);
	if (bent.good && bend_p(moving, &bent, q.n) < s->level) *moving = bent;
	double mean = 0, square = 0, x = 0;
	for (size_t i = 0; i < hold; i++) {
		double e = p->y[i] - model_at(moving, p->x[i] / p->scale);
		mean += e / (double)hold;
		square += e * e / (double)hold;
		x += p->x[i] / p->scale / (double)hold;
	}
	const double v = fmax(0, square - mean * mean) * moving->inflation / (double)hold;
	out->hold_minus_line_N = mean;
	out->u_hold_minus_line_N = sqrt(v + moving->cov[0][0] + 2 * x * moving->cov[0][1] + x * x * moving->cov[1][1]);
}

static void take(const points *p, const tt_spring_data *s, const model *m, tt_spring_fit *out)
{
	const double sc = p->scale;
	out->stiffness = m->theta[SLOPE] / sc;
	out->u_stiffness = sqrt(m->cov[1][1]) / sc;
	out->quadratic = m->curved;
	out->stiffness2 = m->theta[CURVE] / (sc * sc);
	out->u_stiffness2 = sqrt(m->cov[2][2]) / (sc * sc);
	out->cov_k_k2 = m->cov[1][2] / (sc * sc * sc);
	out->anchored = m->anchored;
	/* y = c + k x is the same as k (x - (d0 shift)) with the shift -c / k */
	out->cov_k_d0 = m->anchored ? -m->cov[0][1] / (sc * out->stiffness) : 0;
	out->rms_N = m->rms;
	(void)s;
}

bool tt_spring_fit_data(const tt_spring_data *s, tt_spring_fit *out, double *shift_m, double *u_d0_m, char *why,
                        size_t why_size)
{
	*out = (tt_spring_fit){.stiffness = NAN,
	                       .u_stiffness = NAN,
	                       .p_quadratic = NAN,
	                       .offset_N = NAN,
	                       .u_offset_N = NAN,
	                       .hold_minus_line_N = NAN,
	                       .u_hold_minus_line_N = NAN,
	                       .rms_N = NAN,
	                       .from_s = NAN,
	                       .to_s = NAN};
	*shift_m = 0;
	*u_d0_m = NAN;
	const bool can_anchor = s->anchor_u > 0;
	if (s->n < 5) {
		snprintf(why, why_size, "only %zu rows of bare spring", s->n);
		return false;
	}
	points p = {s->x, s->y, s->n, 0};
	double lo, hi;
	range(s->x, s->n, &lo, &hi);
	p.scale = fmax(fabs(lo), fabs(hi));
	const double span = (hi - lo) / p.scale;
	const bool sloped = hi - lo > fmax(0.05 * p.scale, 20 * s->noise_x);
	if (!sloped && !can_anchor) {
		snprintf(why, why_size, "the bare spring's rows lie at one displacement and contact is not known");
		return false;
	}
	model seed = {.theta = {0, 0, 0}};
	if (!sloped || !start(&p, lo, hi, &seed)) {
		double sxy = 0, sxx = 0;
		for (size_t i = 0; i < s->n; i++) {
			sxy += s->x[i] * s->y[i];
			sxx += s->x[i] * s->x[i];
		}
		seed.theta[SLOPE] = sxy / sxx * p.scale;
	}
	model straight = sloped ? fit(&p, s, &seed, false, false) : (model){.good = false};
	model anchored = can_anchor ? fit(&p, s, &seed, true, false) : (model){.good = false};
	model curved =
	    sloped && can_anchor && span > 0.3 && s->n >= 20 ? fit(&p, s, &seed, true, true) : (model){.good = false};
	if (!straight.good && !anchored.good) {
		snprintf(why, why_size, "no line can be fitted to the bare spring's %zu rows", s->n);
		return false;
	}
	/* A slope that the rows determine by themselves owes nothing to contact's zero; a short range needs it. */
	const bool needs_anchor = !straight.good || anchored.cov[1][1] < straight.cov[1][1] / 9;
	const model *use = anchored.good && needs_anchor ? &anchored : &straight;
	if (straight.good) {
		out->offset_N = straight.theta[OFFSET];
		out->u_offset_N = can_anchor ? hypot(sqrt(straight.cov[0][0]), s->anchor_u) : sqrt(straight.cov[0][0]);
	}
	const bool agrees = !straight.good || fabs(out->offset_N) < 3 * out->u_offset_N;
	if (anchored.good && !agrees) use = &straight;
	if (curved.good && anchored.good) {
		out->p_quadratic = bend_p(&anchored, &curved, s->n);
		const double k2 = curved.theta[CURVE], k = curved.theta[SLOPE];
		const bool sane = k > 0 && k + 2 * fmin(k2, 0) > 0 && fabs(k2) < k;
		/* an offset (friction, drift) that explains the rows better is no curvature of the spring */
		const bool better = !straight.good || curved.chi2 <= straight.chi2 * (1 + 4 / (double)s->n) || agrees;
		if (out->p_quadratic < s->level && sane && better) use = &curved;
	}
	const model *chosen = use;
	model moving = seed;
	const size_t hold = tt_spring_hold_end(s);
	if (sloped && hold > 0 && hold < s->n) compare_hold(&p, s, hold, out, &moving);
	/* hold and motion differ by friction or creep: the slope is the moving part's, the difference goes into u */
	const bool differs = fabs(out->hold_minus_line_N) > 3 * out->u_hold_minus_line_N;
	if (differs && moving.good) chosen = &moving;
	if (!(chosen->theta[SLOPE] > 0)) {
		snprintf(why, why_size, "the slope of the bare spring's rows is not positive");
		return false;
	}
	take(&p, s, chosen, out);
	double v = out->u_stiffness * out->u_stiffness;
	if (differs) v += pow(out->hold_minus_line_N / p.scale, 2);
	if (!chosen->anchored && can_anchor && !agrees) v += pow(out->offset_N / p.scale, 2);
	out->u_stiffness = sqrt(v);
	if (chosen->anchored) {
		*shift_m = -chosen->theta[OFFSET] / out->stiffness;
		*u_d0_m = sqrt(chosen->cov[0][0]) / out->stiffness;
	}
	out->found = true;
	out->n = s->n;
	out->span_m = hi - lo;
	out->from_s = s->t[0];
	out->to_s = s->t[s->n - 1];
	const char *part = !sloped ? "hold" : hold == 0 ? "moving part" : "hold and moving part";
	int len =
	    snprintf(out->text, sizeof out->text, "%s, %zu rows, %s%s", part, s->n,
	             out->quadratic ? "quadratic" : "linear", chosen->anchored ? " through contact" : ", slope alone");
	if (!isnan(out->p_quadratic) && len > 0 && (size_t)len < sizeof out->text)
		len += snprintf(out->text + len, sizeof out->text - (size_t)len,
		                "; F-test for a quadratic term p = %s, level %g", TT_DIGITS(out->p_quadratic, 2, ""),
		                s->level);
	if (differs && len > 0 && (size_t)len < sizeof out->text)
		snprintf(out->text + len, sizeof out->text - (size_t)len, "; hold %s off the moving line",
		         TT_DIGITS(1e6 * out->hold_minus_line_N, 3, "µN"));
	return true;
}
