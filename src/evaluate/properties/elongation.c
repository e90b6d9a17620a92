/* Strain at the instant of fracture.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/properties/elongation.h"

#include <math.h>

typedef struct tail {
	size_t n;
	double x[TT_SERIES_TAIL], e[TT_SERIES_TAIL], u[TT_SERIES_TAIL]; /* last row first */
} tail;

/* Rows of the last fifth of the strain, at least so many: farther back the curve need not be the same line. */
enum { FEWEST = 8 };

static bool near_end(const tail *q, double e)
{
	return q->n < FEWEST || e > 0.8 * q->e[0];
}

static void take_tail(const tt_series *s, bool by_displacement, tail *q)
{
	q->n = 0;
	if (!by_displacement)
		for (size_t i = s->n_extra; i-- > 0 && q->n < TT_SERIES_TAIL && near_end(q, s->extra_e[i]);) {
			q->x[q->n] = s->extra_t[i];
			q->e[q->n] = s->extra_e[i];
			q->u[q->n++] = s->extra_ue[i];
		}
	for (size_t i = s->n; i-- > 0 && q->n < TT_SERIES_TAIL && near_end(q, s->e[i]);) {
		q->x[q->n] = by_displacement ? s->d[i] : s->t[i];
		q->e[q->n] = s->e[i];
		q->u[q->n++] = s->ue[i];
		if (!isfinite(q->x[q->n - 1])) {
			q->n--;
			break;
		}
	}
}

typedef struct extrapolated {
	double value, at_last, slope, x_first;
	bool ok;
} extrapolated;

/* One-sided local line to x, its width by the rule of smooth.c. */
static extrapolated extrapolate(const tail *q, double x)
{
	static const size_t counts[] = {3, 4, 5, 6, 8, 10, 13, 17, 22, 28, 36, 48, 64};
	extrapolated best = {0};
	double lo = -INFINITY, hi = INFINITY;
	for (size_t k = 0; k < sizeof counts / sizeof *counts && counts[k] <= q->n; k++) {
		double n = (double)counts[k], mx = 0, my = 0, sxx = 0, sxy = 0, u2 = 0;
		for (size_t i = 0; i < counts[k]; i++) {
			mx += q->x[i] / n;
			my += q->e[i] / n;
			u2 += q->u[i] * q->u[i] / n;
		}
		for (size_t i = 0; i < counts[k]; i++) {
			sxx += (q->x[i] - mx) * (q->x[i] - mx);
			sxy += (q->x[i] - mx) * (q->e[i] - my);
		}
		if (!(sxx > 0)) continue;
		double b = sxy / sxx, v = my + b * (x - mx), w = 2 * sqrt(u2 * (1 / n + (x - mx) * (x - mx) / sxx));
		lo = fmax(lo, v - w);
		hi = fmin(hi, v + w);
		if (lo > hi) break;
		best = (extrapolated){v, my + b * (q->x[0] - mx), b, q->x[counts[k] - 1], true};
	}
	return best;
}

/* Strain per second over the last rows that `extrapolate` used. */
static double rate_at_end(const tt_series *s)
{
	tail q;
	take_tail(s, false, &q);
	if (q.n == 0) return 0;
	extrapolated e = extrapolate(&q, q.x[0]);
	return e.ok ? fabs(e.slope) : 0;
}

tt_fracture_strain tt_fracture_strain_find(const tt_series *s)
{
	tt_fracture_strain f = {NAN, NAN, NAN, NAN, false};
	if (!s->fractured || s->n + s->n_extra < 3) return f;
	tail q;
	f.by_displacement = s->n_extra == 0 && isfinite(s->d_f);
	take_tail(s, f.by_displacement, &q);
	if (f.by_displacement && q.n < 3) {
		f.by_displacement = false;
		take_tail(s, false, &q);
	}
	f.t_last = s->n_extra ? s->extra_t[s->n_extra - 1] : s->t[s->n - 1];
	bool instant = f.by_displacement || isfinite(s->t_f);
	double x = f.by_displacement ? s->d_f : instant ? s->t_f : f.t_last + 0.5 * s->interval;
	/* an instant before the last intact row is the clocks' and the log's noise: followed, but not farther than a
	 * row */
	x = fmax(x, q.x[1]);
	extrapolated e = extrapolate(&q, x);
	if (!e.ok) return f;
	double added = e.value - e.at_last, rate = rate_at_end(s);
	double unknown = instant ? (f.by_displacement ? 0.05 : 0.25) * fabs(added) : rate * s->interval / sqrt(12);
	f.strain = e.value;
	f.last = e.at_last;
	f.u_model = hypot(hypot(unknown, rate * s->ut_f), s->ue_f);
	return f;
}
