/* A tilt of the specimen out of the picture's plane that goes while it is loaded, and that nobody told of.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/sentence.h"
#include "core/text.h"
#include "evaluate/optics.h"
#include "evaluate/seen.h"
#include "numeric/fit.h"
#include "numeric/random.h"
#include "numeric/statistics.h"

/* Window of the elastic part as shares of its end, the proportional limit. */
static const double FROM = 0.06, TO = 0.9;
static const double DEG = 57.29577951308232;
/* A film on a device lies tilted by 2 to 5° at most, and no tilt is likelier than another: with some room. */
static const double MOST_DEG = 6;
/* One fault among many: before the curve is seen, three recordings of four have none. */
static const double ODDS = 1.0 / 3;
enum { GRID = 240 };

/* ---- the bend ---- */

typedef struct bend {
	double value, u; /* departure from a line at the window's middle; positive: softening */
	double freedom;
} bend;

static bool in_window(const tt_evaluation *a, size_t i, double limit)
{
	double s = a->r->curve->stress_Pa[i];
	return tt_frame_intact(a, i) && !(a->r->curve->flag[i] & TT_ROW_TOUCH) && s >= FROM * limit && s <= TO * limit;
}

/* Strain as a parabola in stress. */
static bool bend_of(const tt_evaluation *a, double limit, bend *out)
{
	enum { FEWEST = 12 };
	const tt_curve *c = a->r->curve;
	double theta[TT_LSQ_MAX], inverse[TT_LSQ_MAX][TT_LSQ_MAX], rss = 0, *rest = malloc((c->n + 1) * sizeof *rest);
	bool ok = rest != NULL;
	size_t n = 0;
	for (int pass = 0; ok && pass < 2; pass++) {
		tt_lsq l;
		tt_lsq_start(&l, 3);
		n = 0;
		for (size_t i = 0; i < c->n && !(c->stress_Pa[i] > 1.1 * TO * limit); i++) {
			if (!in_window(a, i, limit)) continue;
			double x = (2 * c->stress_Pa[i] / limit - FROM - TO) / (TO - FROM);
			const double phi[3] = {1, x, x * x};
			if (pass) {
				rest[n] = c->strain[i] - theta[0] - theta[1] * x - theta[2] * x * x;
				rss += rest[n] * rest[n];
			}
			tt_lsq_add(&l, phi, c->strain[i], 1);
			n++;
		}
		ok = n >= FEWEST && tt_lsq_solve(&l, theta, inverse);
	}
	if (ok) {
		out->value = theta[2];
		out->freedom = (double)n - 3;
		out->u = sqrt(rss / out->freedom * tt_noise_inflation(rest, n) * inverse[2][2]);
	}
	free(rest);
	return ok && out->u > 0;
}

/* A tilt that falls from this angle to 0 in proportion to the stress, which is there at the limit: cos is bent. */
static double bend_by(double radians)
{
	double half = 0.5 * (TO - FROM);
	return -0.5 * radians * radians * half * half;
}

/* ---- how likely ---- */

/* Weights of the tilts on the grid, and the rest: none. The two models' evidence times their odds (Hoeting et al. 1999,
 * equations 1 and 2); the bend errs as Student's t does. */
static double weigh(const bend *b, double weight[GRID])
{
	double sum = 0, power = -0.5 * (b->freedom + 1), z = b->value / b->u;
	double none = power * log1p(z * z / b->freedom);
	for (int k = 0; k < GRID; k++) {
		double off = (b->value - bend_by((k + 0.5) * MOST_DEG / GRID / DEG)) / b->u;
		weight[k] = exp(fmin(power * log1p(off * off / b->freedom) - none, 600)) * ODDS / GRID;
		sum += weight[k];
	}
	for (int k = 0; k < GRID; k++)
		weight[k] /= 1 + sum;
	return sum / (1 + sum);
}

/* Of a tilt's probability what the curve has added, 0 to 1: a curve that cannot tell must not bring the odds that were
 * assumed into the intervals; what it leaves possible is said instead. */
static double spoken_for(double probability)
{
	const double before = ODDS / (1 + ODDS);
	return fmax(0, (probability - before) / (1 - before));
}

/* ---- what it does ---- */

/* The properties without such a tilt. The same rows make the elastic line: another choice of them is no effect of the
 * tilt. */
static tt_status without(const tt_evaluation *a, const tt_property_input *in, const tt_property_options *options,
                         double radians, double limit, tt_properties *out, tt_error *err)
{
	const tt_elastic_line *e = &a->r->properties.elastic;
	double *strain = malloc((in->n + 1) * sizeof *strain), part = 0;
	if (!strain) return tt_fail_memory(err, "the curve without a tilt");
	for (size_t i = 0; i < in->n; i++) {
		double now = in->stress_Pa[i] / limit;
		if (part < 1 && isfinite(now)) part = fmin(fmax(now, 0), 1);
		strain[i] = (1 + in->strain[i]) * cos(radians) / cos((1 - part) * radians) - 1;
	}
	tt_property_input straight = *in;
	tt_property_options same = *options;
	straight.strain = strain;
	if (same.window == TT_ELASTIC_AUTO && e->stress_hi_Pa > e->stress_lo_Pa) {
		same.window = TT_ELASTIC_STRESS;
		same.window_lo = e->stress_lo_Pa;
		same.window_hi = e->stress_hi_Pa;
	}
	tt_status st = tt_properties_compute(&straight, &same, out, err);
	free(strain);
	return st;
}

/* ---- what it leaves uncertain ---- */

static double below(const tt_property *p, double x)
{
	double side = (x < p->value ? p->value - p->lo : p->hi - p->value) / 1.959963984540054;
	return side > 0 ? 0.5 * erfc(-(x - p->value) / side / sqrt(2)) : x >= p->value;
}

typedef struct mixture {
	const double *weight; /* [GRID] */
	double none;
	double rise; /* of the value (of a modulus: fall of its inverse) by a tilt's square, rad² */
	bool inverse;
} mixture;

static double moved_by(const mixture *m, const tt_property *p, int k)
{
	double tilt = (k + 0.5) * MOST_DEG / GRID / DEG, by = m->rise * tilt * tilt;
	return m->inverse ? 1 / fmax(1 / p->value - by, 0.1 / p->value) - p->value : by;
}

static double place_of(const mixture *m, const tt_property *p, double share, double from, double to)
{
	for (int step = 0; step < 60; step++) {
		double x = 0.5 * (from + to), sum = m->none * below(p, x);
		for (int k = 0; k < GRID; k++)
			sum += m->weight[k] * below(p, x - moved_by(m, p, k));
		if (sum < share)
			from = x;
		else
			to = x;
	}
	return 0.5 * (from + to);
}

/* The value stays, for nobody said that there is a tilt; its interval holds both readings. */
static void widen(const mixture *m, tt_property *p, double *share)
{
	if (!isfinite(p->value) || !(p->u > 0) || !isfinite(m->rise) || m->rise == 0) return;
	double square = 0, far = fmax(fabs(moved_by(m, p, GRID - 1)), fabs(moved_by(m, p, 0))) + 8 * p->u;
	for (int k = 0; k < GRID; k++)
		square += m->weight[k] * moved_by(m, p, k) * moved_by(m, p, k);
	double lo = place_of(m, p, 0.025, p->lo - far, p->hi + far);
	double hi = place_of(m, p, 0.975, p->lo - far, p->hi + far);
	double u = hypot(p->u, sqrt(square)), left = p->u * p->u / (u * u);
	p->lo = fmin(p->lo, lo);
	p->hi = fmax(p->hi, hi);
	p->u = u;
	if (!share || isnan(share[TT_IN_TILT])) return;
	for (int i = 0; i < TT_IN_COUNT; i++)
		share[i] *= left;
	share[TT_IN_TILT] = 1 - left;
}

static void widen_all(tt_evaluation *a, const tt_properties *q, double radians, const double weight[GRID], double none)
{
	tt_properties *p = &a->r->properties;
	tt_uncertainty *u = &a->r->uncertainty;
	double square = radians * radians;
	for (size_t i = 0; i < p->n_values + p->n_offsets; i++) {
		bool offset = i >= p->n_values;
		tt_property *to = offset ? &p->offset[i - p->n_values].stress : &p->value[i];
		double then = offset ? q->offset[i - p->n_values].stress.value : q->value[i].value;
		mixture m = {weight, none, (then - to->value) / square, false};
		if (!offset && i == TT_PROP_YOUNGS_MODULUS) {
			m.inverse = true;
			m.rise = (1 / to->value - 1 / then) / square;
		}
		double before = to->u;
		widen(&m, to, u->share && i < u->n_properties ? u->share[i] : NULL);
		if (u->rest && i < u->n_properties && to->u > before) u->rest[i] *= before * before / (to->u * to->u);
	}
}

/* ---- words ---- */

static void say(tt_evaluation *a, double counted)
{
	const tt_tilt_limit *t = &a->r->tilt;
	const tt_properties *p = &a->r->properties;
	static const char begin[] = "taken as exact, for no specimen.tilt is stated: that the specimen lies in the "
	                            "picture's plane";
	char yield[96] = "", total[96] = "", counts[120] = "nothing of it counts in the intervals";
	double E = p->value[TT_PROP_YOUNGS_MODULUS].value, Y = p->value[TT_PROP_YIELD_STRENGTH].value;
	if (isnan(t->modulus_Pa)) {
		tt_warn(&a->r->warnings,
		        "%s; the elastic part has too few frames to tell whether it straightens under load, by "
		        "which Young's modulus would be too small",
		        begin);
		return;
	}
	if (isfinite(t->yield_Pa))
		tt_snprintf(yield, sizeof yield, ", the yield strength off by %s",
		            TT_DIGITS(100 * fabs(t->yield_Pa / Y), 1, "%"));
	if (isfinite(t->total_elongation))
		tt_snprintf(total, sizeof total, ", the total elongation %s (absolute) too large",
		            TT_DIGITS(-100 * t->total_elongation, 2, "%"));
	if (counted > 0)
		tt_snprintf(counts, sizeof counts,
		            "as far as the curve speaks for it (%.0f %%) it counts in the intervals", 100 * counted);
	tt_warn(&a->r->warnings,
	        "%s; the curve does not exclude that it was tilted by up to %.1f° and straightened in the elastic "
	        "part: Young's modulus would be %s too small%s%s; %s",
	        begin, t->hidden_deg, TT_DIGITS(100 * t->modulus_Pa / (E + t->modulus_Pa), 2, "%"), yield, total,
	        counts);
}

static void alarm_of(tt_evaluation *a, double limit)
{
	/* a likelihood 150 times that of none is very strong evidence (Kass & Raftery 1995, section 3.2); less than
	 * LEAST, an interpolant's bias may bend, too */
	static const double SURE = 150, LEAST = 1.5e-4;
	const tt_tilt_limit *t = &a->r->tilt;
	if (!(t->probability > SURE * ODDS * (1 - t->probability) && -t->bend > LEAST)) return;
	/* what straightens over the window alone leaves an eighth of the square */
	double change = sqrt(-8 * t->bend), window = (TO - FROM) * limit;
	double E = a->r->properties.value[TT_PROP_YOUNGS_MODULUS].value;
	tt_warn(&a->r->warnings,
	        "the elastic part of the curve stiffens with load: its strain bends away from a line by %s; metals do "
	        "not do so, a specimen whose out-of-plane tilt changes by about %.1f° does: Young's modulus may be "
	        "wrong by %.0f %%; specimen.tilt takes a known tilt off",
	        TT_VALUE(-100 * t->bend, 100 * t->u_bend, "%"), DEG * change,
	        100 * 0.5 * change * change / (window / E));
}

tt_status tt_tilt_check(tt_evaluation *a, const tt_property_input *in, const tt_property_options *options,
                        tt_error *err)
{
	const tt_properties *p = &a->r->properties;
	tt_tilt_limit *t = &a->r->tilt;
	*t = (tt_tilt_limit){NAN, NAN, NAN, NAN, NAN, NAN, NAN};
	double limit = p->value[TT_PROP_PROPORTIONAL_LIMIT].value, E = p->value[TT_PROP_YOUNGS_MODULUS].value;
	if (!(limit > 0)) limit = p->value[TT_PROP_YIELD_STRENGTH].value;
	if (tt_tilt_told(a->test) || !(E > 0) || !(limit > 0)) return TT_OK;
	bend b;
	tt_properties q = {0};
	double weight[GRID], hidden = NAN;
	bool known = bend_of(a, limit, &b);
	if (known) {
		t->bend = b.value;
		t->u_bend = b.u;
		t->probability = weigh(&b, weight);
		/* a metal that softens makes no tilt less possible than one that does not */
		double most = fmax(-b.value, 0) + tt_t_quantile(0.95, b.freedom) * b.u;
		hidden = sqrt(-most / bend_by(1));
		t->hidden_deg = DEG * hidden;
		tt_status st = without(a, in, options, hidden, limit, &q, err);
		if (st != TT_OK) return st;
		t->modulus_Pa = q.value[TT_PROP_YOUNGS_MODULUS].value - E;
		t->yield_Pa = q.value[TT_PROP_YIELD_STRENGTH].value - p->value[TT_PROP_YIELD_STRENGTH].value;
		t->total_elongation =
		    q.value[TT_PROP_TOTAL_ELONGATION].value - p->value[TT_PROP_TOTAL_ELONGATION].value;
		alarm_of(a, limit);
	}
	/* an edge's own error within a pixel bends the curve as well: there the bend says nothing of a tilt */
	double share = known && a->test->gauge.feature != TT_FEATURE_EDGE ? spoken_for(t->probability) : 0;
	say(a, share);
	for (int k = 0; k < GRID && share > 0; k++)
		weight[k] *= share / t->probability;
	if (share > 0) widen_all(a, &q, hidden, weight, 1 - share);
	tt_properties_clear(&q);
	return TT_OK;
}
