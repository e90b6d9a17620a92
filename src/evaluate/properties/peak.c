/* The maximum of stress.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/properties/peak.h"

#include <math.h>

#include "numeric/fit.h"
#include "numeric/polyfit.h"

enum { MAX_POINTS = 200, FEWEST_OF_ANOTHER_TOP = 10 };

typedef struct points {
	size_t n;
	double t[MAX_POINTS + 1], s[MAX_POINTS + 1];
	double us; /* noise of one point */
} points;

static void gather(const tt_series *s, size_t lo, size_t hi, bool with_fracture, points *q)
{
	size_t m = (hi - lo + MAX_POINTS) / MAX_POINTS;
	q->n = 0;
	q->us = s->us[lo] / sqrt((double)m);
	for (size_t i = lo; i + m <= hi + 1; i += m) {
		double t = 0, v = 0;
		for (size_t k = i; k < i + m; k++) {
			t += s->t[k] / (double)m;
			v += s->s[k] / (double)m;
		}
		q->t[q->n] = t;
		q->s[q->n++] = v;
	}
	/* neighbouring rows may share noise (their local fits overlap in the log): their own scatter counts, too */
	double ss = 0;
	for (size_t k = 2; k < q->n; k++)
		ss += pow(q->s[k] - 2 * q->s[k - 1] + q->s[k - 2], 2);
	if (q->n >= 8) q->us = fmax(q->us, sqrt(ss / (6.0 * (double)(q->n - 2))));
	if (with_fracture && isfinite(s->s_f) && isfinite(s->t_f) && q->n > 0 && s->t_f > q->t[q->n - 1]) {
		q->t[q->n] = s->t_f;
		q->s[q->n++] = s->s_f;
	}
}

double tt_stress_at_fracture(const tt_series *s)
{
	if (!s->fractured || s->n == 0) return NAN;
	if (isfinite(s->s_f)) return s->s_f;
	double t = isfinite(s->t_f) ? fmax(s->t_f, s->t[s->n - 1]) : s->t[s->n - 1] + 0.5 * s->interval;
	/* no farther than a local line can be trusted */
	t = fmin(t, s->t[s->n - 1] + 2 * s->interval);
	return tt_series_stress_at(s, t);
}

/* Strain went on growing after row i: its fall is the material's, not the machine's. */
static bool strained_further(const tt_series *s, size_t i)
{
	double need = s->se[i] + fmax(5e-4, 3 * s->ue[i]);
	for (size_t k = i + 1; k < s->n; k++)
		if (s->se[k] > need) return true;
	return s->fractured;
}

/* Highest point of the polynomial over its points; inside: it is a stationary one. */
static double highest(const tt_poly *p, double lo, double hi, double *t, bool *inside)
{
	enum { STEPS = 64 };
	int best = 0;
	double top = -INFINITY;
	for (int k = 0; k <= STEPS; k++) {
		double v = tt_poly_at(p, lo + (hi - lo) * k / STEPS);
		if (v > top) {
			top = v;
			best = k;
		}
	}
	*inside = best > 0 && best < STEPS;
	double a = lo + (hi - lo) * fmax(best - 1, 0) / STEPS, b = lo + (hi - lo) * fmin(best + 1, STEPS) / STEPS;
	for (int k = 0; *inside && k < 40; k++) { /* bisection on the slope */
		double m = 0.5 * (a + b);
		if (tt_poly_slope(p, m) > 0)
			a = m;
		else
			b = m;
	}
	*t = *inside ? 0.5 * (a + b) : best == 0 ? lo : hi;
	return tt_poly_at(p, *t);
}

static size_t top_row(const tt_series *s)
{
	size_t top = 0;
	for (size_t i = 1; i < s->n; i++)
		if (s->ss[i] > s->ss[top]) top = i;
	return top;
}

/* The contiguous rows around `top` no deeper than `depth`, on the right only while strain does not go back. */
static void rows_near_top(const tt_series *s, size_t top, double depth, size_t *lo, size_t *hi)
{
	*lo = *hi = top;
	while (*lo > 0 && s->ss[*lo - 1] > s->ss[top] - depth)
		--*lo;
	while (*hi + 1 < s->n && s->ss[*hi + 1] > s->ss[top] - depth)
		++*hi;
}

/* Where fits of narrower tops see the maximum: far from the first where the top is flat and of another shape than that.
 */
static void other_tops(const tt_series *s, size_t top, double depth, tt_peak *peak)
{
	peak->flat_from = peak->flat_to = peak->t;
	for (int k = 0; k < 2; k++) {
		size_t lo, hi;
		points q;
		tt_poly p;
		bool inside;
		double t;
		depth *= 0.5;
		rows_near_top(s, top, depth, &lo, &hi);
		if (hi - lo + 1 < FEWEST_OF_ANOTHER_TOP) return;
		gather(s, lo, hi, hi + 1 == s->n, &q);
		if (q.n < FEWEST_OF_ANOTHER_TOP || tt_poly_fit(q.t, q.s, q.n, 3, &p, NULL) != TT_OK) return;
		highest(&p, q.t[0], q.t[q.n - 1], &t, &inside);
		peak->flat_from = fmin(peak->flat_from, t);
		peak->flat_to = fmax(peak->flat_to, t);
	}
}

static void powers(double z, int degree, double *out)
{
	out[0] = 1;
	for (int k = 1; k <= degree; k++)
		out[k] = out[k - 1] * z;
}

/* Is a combination of the coefficients above zero by more than twice its standard deviation? */
static bool is_more(const double *phi, const double *theta, double inv[TT_LSQ_MAX][TT_LSQ_MAX], int degree,
                    double variance)
{
	double sum = 0, v = 0;
	for (int a = 0; a <= degree; a++) {
		sum += phi[a] * theta[a];
		for (int b = 0; b <= degree; b++)
			v += phi[a] * phi[b] * inv[a][b];
	}
	return sum > 2 * sqrt(variance * v);
}

/* Times at which the slope of the polynomial through the top is not told from zero (twice its standard deviation), and
 * which it does not put below its maximum at `top` either: the maximum may stand at any of them (the confidence set of
 * a stationary point, Box and Hunter 1954, Biometrika 41, 190). */
static void possible_places(const points *q, int degree, double rss, double top, tt_peak *peak)
{
	enum { STEPS = 200 };
	const double lo = q->t[0], span = q->t[q->n - 1] - lo, dof = (double)q->n - degree - 1;
	tt_lsq l;
	double theta[TT_LSQ_MAX], inv[TT_LSQ_MAX][TT_LSQ_MAX], at_top[4], phi[4], slope[4] = {0};
	peak->from = peak->to = top;
	if (!(span > 0) || dof < 1) return;
	tt_lsq_start(&l, degree + 1);
	for (size_t i = 0; i < q->n; i++) {
		powers((q->t[i] - lo) / span, degree, phi);
		tt_lsq_add(&l, phi, q->s[i] - q->s[0], 1);
	}
	if (!tt_lsq_solve(&l, theta, inv)) return;
	const double variance = fmax(q->us * q->us, rss / dof);
	powers((top - lo) / span, degree, at_top);
	for (int k = 0; k <= STEPS; k++) {
		powers((double)k / STEPS, degree, phi);
		for (int i = 1; i <= degree; i++)
			slope[i] = i * phi[i - 1];
		for (int i = 0; i <= degree; i++)
			phi[i] = at_top[i] - phi[i];
		if (is_more(phi, theta, inv, degree, variance)) continue;   /* below the maximum */
		if (is_more(slope, theta, inv, degree, variance)) continue; /* still rising */
		for (int i = 1; i <= degree; i++)
			slope[i] = -slope[i];
		if (is_more(slope, theta, inv, degree, variance)) continue; /* falling */
		peak->from = fmin(peak->from, lo + span * k / STEPS);
		peak->to = fmax(peak->to, lo + span * k / STEPS);
	}
}

tt_peak tt_peak_find(const tt_series *s)
{
	tt_peak peak = {
	    .kind = TT_PEAK_NONE, .t = NAN, .stress = NAN, .flat_from = NAN, .flat_to = NAN, .from = NAN, .to = NAN};
	if (s->n == 0) return peak;
	size_t top = top_row(s), lo, hi;
	double at_fracture = tt_stress_at_fracture(s);
	peak.kind = TT_PEAK_SUDDEN;
	peak.t = s->t[top];
	peak.stress = s->ss[top];
	points q;
	bool inside = false, fitted = false;
	for (double depth = fmax(0.01 * fabs(s->ss[top]), 8 * s->us[top]);; depth *= 0.5) {
		rows_near_top(s, top, depth, &lo, &hi);
		if (hi - lo + 1 < 4) break;
		gather(s, lo, hi, hi + 1 == s->n, &q);
		tt_poly p;
		int degree = q.n >= 10 ? 3 : q.n >= 5 ? 2 : 1;
		if (tt_poly_fit(q.t, q.s, q.n, degree, &p, NULL) != TT_OK) break;
		double dof = (double)q.n - degree - 1;
		/* a misfit that cannot matter is none */
		double tolerance = fmax(q.us * q.us * (1 + 4 * sqrt(2 / fmax(dof, 1))), pow(5e-4 * s->ss[top], 2));
		bool good = dof < 1 || p.rss < tolerance * dof;
		if (good || !fitted) {
			peak.stress = highest(&p, q.t[0], q.t[q.n - 1], &peak.t, &inside);
			other_tops(s, top, depth, &peak);
			possible_places(&q, degree, p.rss, peak.t, &peak);
			fitted = true;
		}
		if (good || depth < 2 * s->us[top]) break;
	}
	bool ends_record = hi + 1 == s->n;
	if (s->fractured && ends_record && !inside && peak.t > s->t[top] - s->interval) {
		/* rising to the end: the instant itself is the highest */
		if (isfinite(at_fracture) && at_fracture > peak.stress - 3 * s->us[top]) {
			peak.at_fracture = true;
			peak.stress = at_fracture;
			peak.t = isfinite(s->t_f) ? s->t_f : s->t[s->n - 1] + 0.5 * s->interval;
		}
		return peak;
	}
	if (inside) peak.kind = TT_PEAK_SMOOTH;
	if (!strained_further(s, top)) peak.kind = TT_PEAK_OPEN;
	return peak;
}
