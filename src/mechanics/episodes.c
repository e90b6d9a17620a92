/* The stays of the punch on the device: touches, cycles, the test itself.
 *
 * Displacement is cut at its turning points. On each leg the force is predicted from a line in displacement and time
 * that is learnt block by block from the turning point on, where the punch is farthest away; a CUSUM of the innovations
 * (Page 1954, Biometrika 41, 100) raises the alarm where the force grows faster. A leg that returns is looked at
 * backwards. So neither drift of the force nor the instrument's own spring passes for contact: they belong to the line.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/episodes.h"

#include <math.h>
#include <stdlib.h>

#include "numeric/fit.h"

typedef struct blocks {
	double *t, *d, *f;
	size_t n, size; /* rows a block */
	double noise_d, noise_f, range_d, range_f;
} blocks;

static void blocks_free(blocks *b)
{
	free(b->t);
}

static tt_status blocks_make(const tt_trace *r, blocks *b, tt_error *err)
{
	enum { MOST = 4000 };
	b->size = 1 + (r->n - 1) / MOST;
	b->n = r->n / b->size;
	b->t = malloc(3 * (b->n + 1) * sizeof *b->t);
	if (!b->t) return tt_fail_memory(err, "the search for contact");
	b->d = b->t + b->n + 1;
	b->f = b->d + b->n + 1;
	double lo[2] = {INFINITY, INFINITY}, hi[2] = {-INFINITY, -INFINITY};
	for (size_t i = 0; i < b->n; i++) {
		double t = 0, d = 0, f = 0;
		for (size_t j = i * b->size; j < (i + 1) * b->size; j++) {
			t += r->t[j];
			d += r->d[j];
			f += r->f[j];
		}
		b->t[i] = t / (double)b->size;
		b->d[i] = d / (double)b->size;
		b->f[i] = f / (double)b->size;
		lo[0] = fmin(lo[0], b->d[i]);
		hi[0] = fmax(hi[0], b->d[i]);
		lo[1] = fmin(lo[1], b->f[i]);
		hi[1] = fmax(hi[1], b->f[i]);
	}
	b->range_d = hi[0] - lo[0];
	b->range_f = hi[1] - lo[1];
	b->noise_d = fmax(tt_noise_std(b->d, b->n), 1e-7 * b->range_d);
	b->noise_f = fmax(tt_noise_std(b->f, b->n), 1e-5 * b->range_f);
	return TT_OK;
}

/* ---- Turning points ---- */

/* Blocks at which the displacement turns by more than its noise, first and last included. */
static size_t turning_points(const blocks *b, size_t *turn, size_t most)
{
	const double least = fmax(12 * b->noise_d, 1e-3 * b->range_d);
	size_t n = 0, lo = 0, hi = 0, way = 0; /* way: 0 unknown, 1 up, 2 down */
	turn[n++] = 0;
	for (size_t i = 1; i < b->n; i++) {
		if (b->d[i] > b->d[hi]) hi = i;
		if (b->d[i] < b->d[lo]) lo = i;
		if (way != 2 && b->d[hi] - b->d[i] > least && n < most) {
			if (hi > turn[n - 1]) turn[n++] = hi;
			way = 2;
			lo = i;
		} else if (way != 1 && b->d[i] - b->d[lo] > least && n < most) {
			if (lo > turn[n - 1]) turn[n++] = lo;
			way = 1;
			hi = i;
		} else if (way == 2 && b->d[i] <= b->d[lo]) {
			lo = i;
		} else if (way == 1 && b->d[i] >= b->d[hi]) {
			hi = i;
		}
		if (way == 1) lo = b->d[i] < b->d[lo] || lo < hi ? hi : lo;
		if (way == 2) hi = b->d[i] > b->d[hi] || hi < lo ? lo : hi;
	}
	if (n < most && turn[n - 1] < b->n - 1) turn[n++] = b->n - 1;
	return n;
}

/* ---- One leg ---- */

typedef struct line3 {
	tt_lsq l;
	double theta[TT_LSQ_MAX], inv[TT_LSQ_MAX][TT_LSQ_MAX];
	double f0, d0, t0, span_d, span_t;
} line3;

/* What is known of the slope in air before a leg shows it, N/m: mean and standard deviation. */
typedef struct prior {
	double slope, u;
} prior;

/* Springs of transducers reach 600 N/m; a loaded device reaches more. */
static const prior USUAL = {0, 300}, ANY = {0, 5000};

/* The force drifts by less than a thousandth of its range in a second (0.05 µN/s were seen with ranges of 200 µN). */
static void line_start(line3 *a, const blocks *b, size_t at, size_t end, prior slope)
{
	const double whole = fmax(fabs(b->t[end] - b->t[at]), 1e-9);
	*a = (line3){.f0 = b->f[at], .d0 = b->d[at], .t0 = b->t[at], .span_d = b->range_d, .span_t = whole};
	tt_lsq_start(&a->l, 3);
	const double weight = pow(b->noise_f / (slope.u * a->span_d), 2);
	a->l.a[1][1] = weight;
	a->l.b[1] = weight * slope.slope * a->span_d;
	a->l.a[2][2] = pow(b->noise_f / (1e-3 * b->range_f * whole), 2);
}

static void line_learn(line3 *a, const blocks *b, size_t i)
{
	const double phi[3] = {1, (b->d[i] - a->d0) / a->span_d, (b->t[i] - a->t0) / a->span_t};
	tt_lsq_add(&a->l, phi, b->f[i] - a->f0, 1);
	tt_lsq_solve(&a->l, a->theta, a->inv);
}

static double line_at(const line3 *a, const blocks *b, size_t i, double *variance)
{
	const double phi[3] = {1, (b->d[i] - a->d0) / a->span_d, (b->t[i] - a->t0) / a->span_t};
	double f = a->f0;
	*variance = 0;
	for (int p = 0; p < 3; p++) {
		f += phi[p] * a->theta[p];
		for (int q = 0; q < 3; q++)
			*variance += phi[p] * phi[q] * a->inv[p][q];
	}
	return f;
}

typedef struct leg_contact {
	bool found, at_once; /* at_once: from where the punch was farthest on, no air was seen to move in */
	bool all_air;        /* a rise, but only that of the instrument's own spring */
	size_t onset, sure;  /* last block in air; block in which the rise is beyond doubt */
	double slope, u_slope, load;
} leg_contact;

/* Slope dF/dd from block `onset` on, over a way that is long against the noise; INFINITY where there is no such way. */
static double slope_onwards(const blocks *b, size_t onset, size_t end, long step)
{
	tt_lsq l;
	tt_lsq_start(&l, 2);
	double theta[TT_LSQ_MAX], inv[TT_LSQ_MAX][TT_LSQ_MAX], way = 0;
	for (size_t i = onset;; i = (size_t)((long)i + step)) {
		const double x = b->d[i] - b->d[onset];
		tt_lsq_add(&l, (double[]){1, x / b->range_d}, b->f[i] - b->f[onset], 1);
		way = fmax(way, x);
		if (i == end || way > 40 * b->noise_d) break;
	}
	if (way < 15 * b->noise_d) return INFINITY;
	return tt_lsq_solve(&l, theta, inv) ? theta[1] / b->range_d : INFINITY;
}

/* Does the displacement run much faster after block `onset` than as long before it? */
static bool sets_off(const blocks *b, size_t from, size_t onset, size_t end, long step)
{
	size_t i = onset;
	while (i != end && b->d[i] - b->d[onset] < 15 * b->noise_d)
		i = (size_t)((long)i + step);
	const size_t after = i > onset ? i - onset : onset - i, room = onset > from ? onset - from : from - onset;
	const size_t before = after < room ? after : room;
	if (before == 0) return true;
	const double way = b->d[onset] - b->d[(size_t)((long)onset - step * (long)before)];
	return b->d[i] - b->d[onset] > 3 * way * (double)after / (double)before + 6 * b->noise_d;
}

/* Of the line's slope, N/m: its scatter, and what noise of the displacement takes from a slope over a short way. */
static double line_u_slope(const line3 *a, const blocks *b, double noise)
{
	const double stat = noise * sqrt(a->inv[1][1]) / a->span_d, nd = b->noise_d / a->span_d;
	return hypot(stat, 2 * a->theta[1] / a->span_d * fmin(1, a->l.n * nd * nd * a->inv[1][1]));
}

/* From block `from`, where the punch is farthest away, towards `to`. */
static leg_contact leg_find(const blocks *b, size_t from, size_t to, prior air)
{
	enum { START = 5, LAG = 6 };
	leg_contact c = {.found = false};
	const size_t n = to > from ? to - from : from - to;
	const long step = to > from ? 1 : -1;
	if (n < 2 * START) return c;
	line3 a;
	line_start(&a, b, from, to, air);
	for (size_t i = 0; i < START; i++)
		line_learn(&a, b, (size_t)((long)from + step * (long)i));
	leg_contact at_once = {.found = false};
	bool again = false;
	double s = 0;
	size_t onset = START, learnt = START;
	for (size_t i = START; i <= n; i++) {
		const size_t at = (size_t)((long)from + step * (long)i);
		double v, f = line_at(&a, b, at, &v);
		const double noise = hypot(b->noise_f, b->noise_d * a.theta[1] / a.span_d);
		const double z = (b->f[at] - f) / (noise * sqrt(1 + v));
		s = fmax(0, s + z - 0.75);
		if (s == 0) onset = i;
		if (s <= 15) {
			/* a few blocks behind: a rise must not teach the line before it is seen */
			for (; learnt + LAG <= i || (s == 0 && learnt <= i); learnt++)
				line_learn(&a, b, (size_t)((long)from + step * (long)learnt));
			continue;
		}
		/* the alarm: does the force go on above the line, and is it steeper? */
		double top = 0;
		size_t below = 0, top_i = i;
		for (size_t k = i; k <= n; k++) {
			const size_t row = (size_t)((long)from + step * (long)k);
			const double over = b->f[row] - line_at(&a, b, row, &v);
			if (over > top) {
				top = over;
				top_i = k;
			}
			below = over < 2 * noise * sqrt(1 + v) ? below + 1 : 0;
			if (below == 3 && top < 30 * noise) break;
		}
		if (below == 3 && top < 30 * noise) {
			for (; i <= n && below; i++) { /* a jolt: what came after it is air again */
				const size_t row = (size_t)((long)from + step * (long)i);
				line_learn(&a, b, row);
				if (b->f[row] - line_at(&a, b, row, &v) < 2 * noise * sqrt(1 + v)) below--;
			}
			s = 0;
			onset = learnt = i;
			continue;
		}
		const size_t o = (size_t)((long)from + step * (long)onset),
		             p = (size_t)((long)from + step * (long)top_i);
		const double moved = b->d[o] - b->d[from];
		const double slope = a.theta[1] / a.span_d, u_slope = line_u_slope(&a, b, noise);
		/* A rise as the punch sets off is that of the instrument's own spring: contact does not speed it up,
		 * and it seldom rests just at the device. Nor is a rise contact that is no steeper than the line. The
		 * line learns it, and only a further rise is contact; without one the first was. */
		const double onwards = slope_onwards(b, at, to, step);
		const bool known = air.u < USUAL.u, fits = known && fabs(onwards - air.slope) < air.u;
		const bool off = !known && !again && (moved < 15 * b->noise_d || sets_off(b, from, o, to, step));
		const bool own_spring = fits || off || onwards - slope < 4 * u_slope;
		if (own_spring && b->d[to] - b->d[from] > 80 * b->noise_d) {
			const double reach = fmax(40 * b->noise_d, moved + 25 * b->noise_d);
			size_t k = i;
			while (k < n && b->d[(size_t)((long)from + step * (long)k)] - b->d[from] < reach)
				k++;
			if (!again) {
				at_once =
				    (leg_contact){top > 10 * noise && !fits, true, fits, o, at, slope, u_slope, top};
				line_start(&a, b, from, to, known ? air : ANY);
				learnt = 0;
			}
			again = true;
			for (; learnt < k; learnt++)
				line_learn(&a, b, (size_t)((long)from + step * (long)learnt));
			i = onset = k;
			s = 0;
			continue;
		}
		const double further = b->d[p] - b->d[o];
		c.found = top > 10 * noise && (further <= 0 || top / further > 0.25 * fabs(slope));
		c.onset = o;
		c.sure = at;
		c.slope = slope;
		c.u_slope = u_slope;
		c.load = top;
		return c.found || !again ? c : at_once;
	}
	return again ? at_once : c;
}

/* ---- Episodes ---- */

typedef struct list {
	tt_episode *e;
	size_t n, capacity;
} list;

static tt_episode *add(list *l)
{
	if (l->n == l->capacity) {
		const size_t capacity = l->capacity ? 2 * l->capacity : 8;
		tt_episode *more = realloc(l->e, capacity * sizeof *more);
		if (!more) return NULL;
		l->e = more;
		l->capacity = capacity;
	}
	l->e[l->n] = (tt_episode){0};
	return &l->e[l->n++];
}

static void raise_peak(tt_episode *e, const blocks *b, size_t from, size_t to, double load)
{
	size_t best = from;
	for (size_t i = from; i <= to; i++)
		if (b->f[i] > b->f[best]) best = i;
	if (load > e->load_N || e->peak < e->touch) {
		e->load_N = fmax(load, e->load_N);
		e->peak = best * b->size;
	}
}

/* A rise without a way that a device's stiffness would need is a jump, such as a fracture looked at backwards. way:
 * from the onset to the leg's end. */
static bool plausible(const leg_contact *c, double onwards, const blocks *b, double way)
{
	return isfinite(onwards) || c->load < ANY.u * (fmax(way, 0) + 15 * b->noise_d);
}

/* The slope in air is the instrument's own and the same on all legs: that of the leg that tells it best. */
static prior slope_in_air(const blocks *b, const size_t *turn, size_t n_turn)
{
	/* N/m: more is a device; less than a spring that is taken off by a twentieth too much (of 600) is none */
	static const double MOST = 1000, LEAST = -30;
	prior best = {INFINITY, 0};
	for (size_t k = 0; k + 1 < n_turn; k++) {
		const bool up = b->d[turn[k + 1]] > b->d[turn[k]];
		const size_t from = turn[k + !up], to = turn[k + up];
		const leg_contact c = leg_find(b, from, to, USUAL);
		const double u = 4 * c.u_slope + 0.05 * fabs(c.slope) + 3;
		if (!c.found || c.at_once || c.slope > MOST || c.slope + u < LEAST ||
		    b->d[c.onset] - b->d[from] < 40 * b->noise_d ||
		    !plausible(&c, slope_onwards(b, c.sure, to, to > from ? 1 : -1), b, b->d[to] - b->d[c.onset]))
			continue;
		/* a device, bare or slack, adds to the slope: the lower of two well-known ones is that of air */
		if (u < USUAL.u && c.slope + u < best.slope + best.u) best = (prior){c.slope, u};
	}
	return isfinite(best.slope) ? best : USUAL;
}

/* The way from block `low` to the onset has the slope of air, and is long enough to have shown that of the device. */
static bool in_air(const leg_contact *c, const blocks *b, size_t high, size_t low, prior air)
{
	const double moved = b->d[c->onset] - b->d[low], noise = hypot(b->noise_f, b->noise_d * c->slope);
	const double steeper = slope_onwards(b, c->sure, high, low < high ? 1 : -1);
	return plausible(c, steeper, b, b->d[high] - b->d[c->onset]) && moved > 15 * b->noise_d &&
	       fabs(c->slope - air.slope) < 2 * (air.u + c->u_slope) && moved * (steeper - c->slope) > 40 * noise;
}

/* The first leg that shows contact comes down from block `high`: the log begins on the device. */
static tt_status begin_loaded(const blocks *b, size_t high, const leg_contact *c, size_t rows, list *l, tt_error *err)
{
	tt_episode *e = add(l);
	if (!e) return tt_fail_memory(err, "the search for contact");
	*e = (tt_episode){.leave = rows, .air_slope = c->slope, .from_start = true};
	raise_peak(e, b, 0, high, c->load);
	return TT_OK;
}

static tt_status walk(const blocks *b, const size_t *turn, size_t n_turn, size_t rows, list *l, tt_error *err)
{
	const prior air_slope = slope_in_air(b, turn, n_turn);
	bool on = false;
	size_t air = 0;                 /* block from which on it is in air */
	size_t down = 0, down_sure = 0; /* block at which the force stopped falling, with no air behind it; 0: none */
	for (size_t k = 0; k + 1 < n_turn; k++) {
		const size_t from = turn[k], to = turn[k + 1];
		const bool up = b->d[to] > b->d[from];
		const leg_contact c = up ? leg_find(b, from, to, air_slope) : leg_find(b, to, from, air_slope);
		if (up && b->d[to] - b->d[from] > 40 * b->noise_d) down = 0;
		if (up && on && c.found && c.load > 0) {
			/* on the device, yet a bend: only the way down before it can say that it had left */
			raise_peak(&l->e[l->n - 1], b, from, to, c.load);
		} else if (up && !on && c.found) {
			tt_episode *e = add(l);
			if (!e) return tt_fail_memory(err, "the search for contact");
			*e = (tt_episode){.air_first = air * b->size,
			                  .approach = from * b->size,
			                  .touch = c.onset * b->size,
			                  .sure = c.sure * b->size,
			                  .leave = rows,
			                  .air_slope = c.slope};
			raise_peak(e, b, c.onset, to, c.load);
			on = true;
		} else if (up && on) {
			raise_peak(&l->e[l->n - 1], b, from, to, 0);
		} else if (!up && on && c.all_air && !c.found) {
			/* what little load there was does not show above the spring's */
			l->e[l->n - 1].leave = from * b->size;
			l->e[l->n - 1].sure_on = from * b->size;
			air = from;
			on = false;
		} else if (!up && (c.at_once || (c.found && !in_air(&c, b, from, to, air_slope)))) {
			/* down to its end the force falls with the displacement: no air was seen */
			if (!on && !l->n && c.onset > from) {
				tt_status st = begin_loaded(b, from, &c, rows, l, err);
				if (st) return st;
				on = true;
			}
			if (!on) continue;
			raise_peak(&l->e[l->n - 1], b, from, to, 0);
			down = c.onset + 1;
			down_sure = c.sure;
		} else if (!up && c.found) {
			if (!on && !l->n && c.onset > from) {
				tt_status st = begin_loaded(b, from, &c, rows, l, err);
				if (st) return st;
				on = true;
			}
			if (!on) continue;
			raise_peak(&l->e[l->n - 1], b, from, c.onset, c.load);
			l->e[l->n - 1].leave = (c.onset + 1) * b->size;
			l->e[l->n - 1].sure_on = c.sure * b->size;
			air = c.onset + 1;
			on = false;
		}
	}
	if (on && down) { /* it was never loaded again */
		l->e[l->n - 1].leave = down * b->size;
		l->e[l->n - 1].sure_on = down_sure * b->size;
	}
	return TT_OK;
}

tt_status tt_episodes_find(const tt_trace *r, tt_episode **out, size_t *n, tt_error *err)
{
	enum { MOST_TURNS = 400 };
	size_t turn[MOST_TURNS];
	blocks b;
	list l = {0};
	*out = NULL;
	*n = 0;
	tt_status st = blocks_make(r, &b, err);
	if (st) return st;
	if (b.n > 20 && b.range_d > 0) {
		const size_t turns = turning_points(&b, turn, MOST_TURNS);
		st = walk(&b, turn, turns, r->n, &l, err);
	}
	blocks_free(&b);
	if (st) {
		free(l.e);
		return st;
	}
	*out = l.e;
	*n = l.n;
	return TT_OK;
}
