/* Aligning the clocks of the log and the images.
 *
 * For every trial offset the images' elongation is fitted by e0 + scale (d − d0) − scale C F (linear least squares);
 * the residuals' likelihood, tempered by their correlation, is the offset's probability. Peaks of it are the
 * candidates; the fracture that both saw bounds it to one frame interval. SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sentence.h"
#include "evaluate/clock/gaps.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/fit.h"

enum {
	FEWEST_FRAMES = 8,
	MOST_COARSE = 600, /* frames in the wide search; more are averaged */
	MOST_TABLE = 200000,
};

/* Regressors at an instant: e = e0 + v[X] scale + v[FORCE] (-scale C) + v[NECK] gain. */
enum { X, FORCE, NECK, REGRESSORS };

/* What the log says of the gauge at each instant between contact and fracture, slack or the log's end. NECK is the
 * displacement since the largest force: from there on the gauge has another share of the motion. */
typedef struct table {
	double from, step, per_step, to; /* per_step: 1 / step */
	size_t n;
	double (*v)[REGRESSORS];      /* close to the rows */
	double (*smooth)[REGRESSORS]; /* over a wide window: instruments free of the rows' noise */
	double (*speed)[REGRESSORS];  /* their change per second, from the wide window */
	bool breaks;                  /* ends with the fracture */
	bool slackens;                /* ends with an unloaded specimen, whose length stays */
	bool necks;
} table;

typedef struct frames {
	double *t, *e, *w; /* w: 1 / variance, less where runs of frames do not fit */
	double *stated;    /* 1 / variance */
	double share;      /* camera's frames in one of these */
	size_t *index;
	size_t n;
} frames;

/* One trial of offset and rate. */
typedef struct trial {
	double e0, b[REGRESSORS];
	double rss; /* weighted by w */
	size_t matched, loaded, contradicted, unknown;
	double lo, hi; /* range of the elongation matched */
} trial;

typedef struct problem {
	const tt_sync_input *in;
	table log;
	frames all, coarse;
	double interval;         /* between frames, median */
	double variance;         /* of the residuals in units of 1 / w: >= 1, misfit of the model counted */
	double tau;              /* correlation of the residuals */
	double frac_lo, frac_hi; /* allowed by the fracture at rate 1; NaN */
	tt_sync_wide *wide;      /* the widest search, once it was made; may be NULL */
} problem;

/* ---- The log's side ---- */

static void table_free(table *t)
{
	free(t->v);
	free(t->smooth);
	free(t->speed);
}

/* An unbroken specimen goes slack when it is unloaded; what the punch does then is no elongation. */
static double slack_from(const tt_mechanics *m, double to, double half)
{
	enum { POINTS = 2000 };
	for (int i = 1; i <= POINTS; i++) {
		tt_mechanics_sample s;
		const double t = m->max_force_time_s + (to - m->max_force_time_s) * i / POINTS;
		tt_mechanics_at(m, t, half, &s);
		if (s.force_N < 0.005 * m->max_force_N) return t;
	}
	return to;
}

/* Between cycles the punch may be off the device: what it does there is no elongation, and the gauge stays as it was
 * when the punch left. */
static const tt_touch *off_device(const tt_mechanics *m, double at)
{
	for (size_t i = 0; i < m->n_away; i++)
		if (at > m->away[i].from_s && at < m->away[i].to_s) return &m->away[i];
	return NULL;
}

static void set_row(const tt_mechanics *m, double at, double half, double x_neck, double *v, double *speed)
{
	tt_mechanics_sample s;
	const tt_touch *off = off_device(m, at);
	if (off) at = nextafter(off->from_s, -INFINITY); /* on the device's side of the edge */
	tt_mechanics_at(m, at, half, &s);
	if (s.outside) tt_mechanics_over_gap(m, at, half, &s);
	const double x = s.displacement_m, slope = m->k + 2 * m->k2 * x + m->air.slope_N_per_m;
	const bool neck = at > m->max_force_time_s;
	v[X] = x;
	v[FORCE] = off ? 0 : s.force_N;
	v[NECK] = neck ? x - x_neck : 0;
	if (!speed) return;
	if (off) {
		speed[X] = speed[FORCE] = speed[NECK] = 0;
		return;
	}
	speed[X] = isfinite(s.displacement_rate_m_per_s) ? s.displacement_rate_m_per_s : 0;
	speed[FORCE] = isfinite(s.force_rate_N_per_s) ? s.force_rate_N_per_s - slope * speed[X] : 0;
	speed[NECK] = neck ? speed[X] : 0;
}

/* noise: of one frame's elongation. */
static tt_status table_make(const tt_mechanics *m, double interval, double noise, table *t, tt_error *err)
{
	const double row = (m->time_s[m->n - 1] - m->time_s[0]) / (double)(m->n - 1);
	t->breaks = !isnan(m->fracture_time_s);
	t->from = fmax(m->contact_time_s, m->time_s[0]); /* a log that begins on the device begins later */
	t->to = t->breaks ? m->fracture_time_s : !isnan(m->release_time_s) ? m->release_time_s : m->time_s[m->n - 1];
	/* what a saturated channel shows matches nothing */
	for (size_t i = 0; i < m->n_holes; i++)
		if (m->hole[i].saturated && m->hole[i].to_s > t->from && m->hole[i].from_s < t->to &&
		    m->hole[i].from_s > t->from + 0.2 * (t->to - t->from)) {
			t->to = m->hole[i].from_s;
			t->breaks = false;
		}
	const double wide = fmax(2.5 * interval, 0.01 * (t->to - t->from));
	/* as many rows as make the log's noise small against the images', but not so many that a kink is lost */
	const double rows = pow(m->displacement_noise_m / (0.3 * noise), 2);
	const double half = fmax(fmax(interval / 2, 2 * row), fmin(rows * row / 2, wide / 2));
	if (!t->breaks) {
		const double slack = slack_from(m, t->to, half);
		t->slackens = slack < t->to || !isnan(m->release_time_s);
		t->to = slack;
	}
	if (!(t->to > t->from))
		return tt_fail(err, TT_ERR_FAILED, "the force log ends at contact: nothing to align the clocks with");
	t->step = fmax(interval / 4, row / 2);
	t->step = fmax(t->step, (t->to - t->from) / MOST_TABLE);
	t->n = (size_t)ceil((t->to - t->from) / t->step) + 1;
	t->step = (t->to - t->from) / (double)(t->n - 1);
	t->per_step = 1 / t->step;
	t->v = malloc(t->n * sizeof *t->v);
	t->smooth = malloc(t->n * sizeof *t->smooth);
	t->speed = malloc(t->n * sizeof *t->speed);
	if (!t->v || !t->smooth || !t->speed) return tt_fail_memory(err, "the clocks' alignment");
	tt_mechanics_sample top, end;
	tt_mechanics_at(m, m->max_force_time_s, half, &top);
	tt_mechanics_at(m, t->to - 1e-6 * t->step, half, &end);
	t->necks = t->to - m->max_force_time_s > 5 * interval && end.displacement_m > 1.05 * top.displacement_m;
	for (size_t i = 0; i < t->n; i++) {
		/* the last value belongs to this side of the fracture */
		const double at = i + 1 == t->n ? t->to - 1e-6 * t->step : t->from + t->step * (double)i;
		set_row(m, at, half, top.displacement_m, t->v[i], NULL);
		set_row(m, at, wide, top.displacement_m, t->smooth[i], t->speed[i]);
	}
	return TT_OK;
}

enum place { BEFORE, WITHIN, AFTER, UNKNOWN };

static void mix(double (*rows)[REGRESSORS], size_t i, double r, double *out)
{
	for (int k = 0; k < REGRESSORS; k++)
		out[k] = rows[i][k] + r * (rows[i + 1][k] - rows[i][k]);
}

static enum place look_at(const table *l, double t, double (*rows)[REGRESSORS], double *out)
{
	out[X] = out[FORCE] = out[NECK] = 0;
	if (t <= l->from) return BEFORE;
	if (t >= l->to && l->slackens) {
		/* the length stays: no speed */
		for (int k = 0; k < REGRESSORS; k++)
			out[k] = rows == l->speed ? 0 : rows[l->n - 1][k];
		return WITHIN;
	}
	if (t >= l->to) return l->breaks ? AFTER : UNKNOWN;
	const double q = (t - l->from) * l->per_step;
	size_t i = (size_t)q;
	if (i > l->n - 2) i = l->n - 2;
	mix(rows, i, q - (double)i, out);
	return WITHIN;
}

static enum place look(const table *l, double t, double *v)
{
	return look_at(l, t, l->v, v);
}

/* ---- The images' side ---- */

static void frames_free(frames *f)
{
	free(f->t);
	free(f->index);
}

static bool frames_new(frames *f, size_t n)
{
	f->n = 0;
	f->share = 1;
	f->t = malloc((4 * n + 1) * sizeof(double));
	f->index = malloc((n + 1) * sizeof(size_t));
	f->e = f->t ? f->t + n : NULL;
	f->w = f->t ? f->e + n : NULL;
	f->stated = f->t ? f->w + n : NULL;
	return f->t && f->index;
}

static tt_status take_frames(problem *p, tt_error *err)
{
	const tt_sync_input *in = p->in;
	if (!frames_new(&p->all, in->n)) return tt_fail_memory(err, "the clocks' alignment");
	frames *a = &p->all;
	const size_t end =
	    in->fracture_frame >= 0 && (size_t)in->fracture_frame < in->n ? (size_t)in->fracture_frame : in->n;
	for (size_t i = 0; i < end; i++) {
		if (!isfinite(in->elongation_m[i]) || !isfinite(in->time_s[i])) continue;
		if (a->n && in->time_s[i] <= a->t[a->n - 1]) continue;
		a->t[a->n] = in->time_s[i];
		a->e[a->n] = in->elongation_m[i];
		a->index[a->n++] = i;
	}
	if (a->n < FEWEST_FRAMES)
		return tt_fail(err, TT_ERR_FAILED,
		               "only %zu frames with a gauge length to align the clocks with; expected at least %d",
		               a->n, FEWEST_FRAMES);
	double *gap = malloc(a->n * sizeof *gap);
	if (!gap) return tt_fail_memory(err, "the clocks' alignment");
	for (size_t i = 1; i < a->n; i++)
		gap[i - 1] = a->t[i] - a->t[i - 1];
	p->interval = tt_median(gap, a->n - 1);
	free(gap);
	double lo = INFINITY, hi = -INFINITY;
	for (size_t i = 0; i < a->n; i++) {
		lo = fmin(lo, a->e[i]);
		hi = fmax(hi, a->e[i]);
	}
	const double scatter = fmax(tt_noise_std(a->e, a->n), 1e-6 * (hi - lo));
	if (!(scatter > 0))
		return tt_fail(err, TT_ERR_FAILED,
		               "the gauge's length never changes: nothing to align the clocks with");
	for (size_t i = 0; i < a->n; i++) {
		const double u = in->u_m ? in->u_m[a->index[i]] : NAN;
		/* what the scatter shows is there, whatever was stated */
		a->w[i] = 1 / pow(u > 0 ? fmax(u, scatter) : scatter, 2);
	}
	return TT_OK;
}

/* When nobody says in which frame the specimen broke, a step of more than everything before is taken for it: what was
 * tracked afterwards is no elongation. A step and back again is an outlier. */
static void cut_at_jump(const tt_sync_input *in, frames *a)
{
	if (in->fracture_frame >= 0) return;
	double lo = INFINITY, hi = -INFINITY;
	for (size_t i = 0; i + 3 < a->n; i++) {
		lo = fmin(lo, a->e[i]);
		hi = fmax(hi, a->e[i]);
		const double range = fmax(hi - lo, 20 / sqrt(a->w[i]));
		if (i < FEWEST_FRAMES || a->e[i + 1] - a->e[i] < range) continue;
		if (a->e[i + 2] - a->e[i] < range || a->e[i + 3] - a->e[i] < range) continue;
		a->n = i + 1;
		return;
	}
}

/* Frames far from their neighbours' line get next to no weight. */
static void mute_outliers(frames *a)
{
	for (size_t i = 2; i + 2 < a->n; i++) {
		double v[4] = {a->e[i - 2], a->e[i - 1], a->e[i + 1], a->e[i + 2]}, sorted[4];
		memcpy(sorted, v, sizeof v);
		const double mid = tt_median(sorted, 4), spread = sorted[3] - sorted[0];
		if (fabs(a->e[i] - mid) > 2 * spread + 10 / sqrt(a->w[i])) a->w[i] *= 1e-6;
	}
	memcpy(a->stated, a->w, a->n * sizeof *a->w);
}

static tt_status make_coarse(problem *p, tt_error *err)
{
	const frames *a = &p->all;
	const size_t size = 1 + (a->n - 1) / MOST_COARSE;
	if (!frames_new(&p->coarse, a->n / size + 1)) return tt_fail_memory(err, "the clocks' alignment");
	frames *c = &p->coarse;
	c->share = (double)size;
	for (size_t i = 0; i + size <= a->n; i += size) {
		double t = 0, e = 0, w = 0;
		for (size_t j = i; j < i + size; j++) {
			t += a->w[j] * a->t[j];
			e += a->w[j] * a->e[j];
			w += a->w[j];
		}
		c->t[c->n] = t / w;
		c->e[c->n] = e / w;
		c->w[c->n++] = w;
	}
	return TT_OK;
}

/* ---- A trial ---- */

static double residual_of(const trial *r, double e, const double *v)
{
	return e - r->e0 - r->b[X] * v[X] - r->b[FORCE] * v[FORCE] - r->b[NECK] * v[NECK];
}

/* Which regressors take part. */
typedef struct use {
	bool compliant, necks;
} use;

static int gather(use u, const double *v, double *phi)
{
	int p = 0;
	phi[p++] = 1;
	phi[p++] = v[X];
	if (u.compliant) phi[p++] = v[FORCE];
	if (u.necks) phi[p++] = v[NECK];
	return p;
}

/* Normal equations of a trial with all regressors: any of them alone is a part of these, so that one pass over the
 * frames serves every model; and sums over frames add up, so that a gap's place costs no pass of its own. */
typedef struct sums {
	double a[1 + REGRESSORS][1 + REGRESSORS], b[1 + REGRESSORS], yy;
	size_t matched, loaded, contradicted, unknown;
} sums;

static void add_frame(const problem *p, double t, double e, double w, sums *s)
{
	double phi[1 + REGRESSORS] = {1};
	const enum place where = look(&p->log, t, phi + 1);
	if (where == AFTER || where == UNKNOWN) {
		s->contradicted += where == AFTER;
		s->unknown += where == UNKNOWN;
		return;
	}
	s->matched++;
	s->loaded += where == WITHIN;
	for (int i = 0; i <= REGRESSORS; i++) {
		const double q = w * phi[i];
		for (int j = 0; j <= i; j++)
			s->a[i][j] += q * phi[j];
		s->b[i] += q * e;
	}
	s->yy += w * e * e;
}

/* Factors by least squares with the regressors in use, and the residual sum by the normal equations. false: nothing
 * determines them, or they cannot be. */
static bool solve_sums(const sums *s, use u, trial *r)
{
	int column[1 + REGRESSORS], n = 0;
	double theta[TT_LSQ_MAX] = {0};
	column[n++] = 0;
	column[n++] = 1 + X;
	if (u.compliant) column[n++] = 1 + FORCE;
	if (u.necks) column[n++] = 1 + NECK;
	tt_lsq l;
	tt_lsq_start(&l, n);
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < n; j++)
			l.a[i][j] = i >= j ? s->a[column[i]][column[j]] : s->a[column[j]][column[i]];
		l.b[i] = s->b[column[i]];
	}
	if (!tt_lsq_solve(&l, theta, NULL)) return false;
	memset(r->b, 0, sizeof r->b);
	r->e0 = theta[0];
	r->rss = s->yy;
	for (int i = 0; i < n; i++) {
		r->rss -= theta[i] * l.b[i];
		if (i > 0) r->b[column[i] - 1] = theta[i];
	}
	/* the gauge follows the punch, and what lies between takes up motion, never adds to it */
	return r->b[X] > 0 && r->b[FORCE] <= 0 && r->b[X] + r->b[NECK] > 0;
}

/* The richest model that can be. */
static bool solve_any(const problem *p, const sums *s, trial *r)
{
	const bool n = p->log.necks;
	return solve_sums(s, (use){true, n}, r) || (n && solve_sums(s, (use){true, false}, r)) ||
	       (n && solve_sums(s, (use){false, true}, r)) || solve_sums(s, (use){false, false}, r);
}

/* The residual sum, and the range of the elongation matched, frame by frame. */
static void sum_residuals(const problem *p, const frames *a, double offset, double rate, trial *r)
{
	r->rss = 0;
	for (size_t i = 0; i < a->n; i++) {
		double v[REGRESSORS];
		const enum place where = look(&p->log, rate * (a->t[i] - offset), v);
		if (where == AFTER || where == UNKNOWN) continue;
		const double e = residual_of(r, a->e[i], v);
		r->rss += a->w[i] * e * e;
		r->lo = fmin(r->lo, a->e[i]);
		r->hi = fmax(r->hi, a->e[i]);
	}
}

/* false: the offset leaves nothing to compare. exact: residuals are summed frame by frame; otherwise by the normal
 * equations, unless they lose too many digits. */
static bool try_offset_by(const problem *p, const frames *a, double offset, double rate, bool exact, trial *r)
{
	static const double DIGITS = 1e-6;
	sums s = {.yy = 0};
	for (size_t i = 0; i < a->n; i++)
		add_frame(p, rate * (a->t[i] - offset), a->e[i], a->w[i], &s);
	*r = (trial){.lo = INFINITY, .hi = -INFINITY};
	if (!solve_any(p, &s, r)) return false;
	r->matched = s.matched;
	r->loaded = s.loaded;
	r->contradicted = s.contradicted;
	r->unknown = s.unknown;
	if (exact || !(r->rss > DIGITS * s.yy)) sum_residuals(p, a, offset, rate, r);
	return r->loaded >= FEWEST_FRAMES / 2;
}

static bool try_offset(const problem *p, const frames *a, double offset, double rate, trial *r)
{
	return try_offset_by(p, a, offset, rate, true, r);
}

/* Of the frames that lie behind the log's fracture or its end. */
static double cost_apart(const problem *p, const frames *a, const trial *r)
{
	const double broken = p->in->cost_broken > 0 ? p->in->cost_broken : 9,
	             beyond = p->in->cost_beyond > 0 ? p->in->cost_beyond : 3;
	return a->share * (broken * (double)r->contradicted + beyond * (double)r->unknown);
}

static double cost_of(const problem *p, const frames *a, const trial *r)
{
	return r->rss / p->variance + cost_apart(p, a, r);
}

/* - log probability by the match. */
static double surprise(const problem *p, const frames *a, double offset, double rate)
{
	trial r;
	if (!try_offset_by(p, a, offset, rate, false, &r)) return INFINITY;
	return cost_of(p, a, &r) / (2 * p->tau);
}

/* Runs of frames that do not fit (a bend contour that crosses the gauge, a neck outside it) lose weight: by the mean
 * residual of neighbours, in units of its median over the record (Tukey's biweight beyond two of them). */
static void reweight(problem *p, double offset, double rate)
{
	frames *a = &p->all;
	trial r;
	double *e = malloc(3 * a->n * sizeof *e), *run = e + a->n, *sorted = run + a->n;
	size_t *of = malloc(a->n * sizeof *of), n = 0;
	if (e && of && try_offset(p, a, offset, rate, &r)) {
		for (size_t i = 0; i < a->n; i++) {
			double v[REGRESSORS];
			enum place where = look(&p->log, rate * (a->t[i] - offset), v);
			a->w[i] = a->stated[i];
			if (where == AFTER || where == UNKNOWN) continue;
			of[n] = i;
			e[n++] = residual_of(&r, a->e[i], v) * sqrt(a->stated[i]);
		}
		const size_t half = n / 60 > 3 ? n / 60 : 3;
		for (size_t i = 0; i < n; i++) {
			const size_t lo = i > half ? i - half : 0, hi = i + half + 1 < n ? i + half + 1 : n;
			run[i] = 0;
			for (size_t j = lo; j < hi; j++)
				run[i] += e[j] / (double)(hi - lo);
			sorted[i] = fabs(run[i]);
		}
		const double scale = fmax(TT_SD_OF_MAD * tt_median(sorted, n), 1 / sqrt(2 * (double)half + 1));
		for (size_t i = 0; i < n; i++) {
			const double z = (fabs(run[i]) / scale - 2) / 4;
			if (z > 0) a->w[of[i]] *= z < 1 ? pow(1 - z * z, 2) + 1e-4 : 1e-4;
		}
	}
	free(e);
	free(of);
}

/* Scatter and correlation of the residuals at an offset. */
static void learn_residuals(problem *p, double offset, double rate)
{
	trial r;
	p->variance = 1;
	p->tau = 1;
	if (!try_offset(p, &p->all, offset, rate, &r)) return;
	double *e = malloc(p->all.n * sizeof *e);
	if (!e) return;
	size_t n = 0;
	for (size_t i = 0; i < p->all.n; i++) {
		double v[REGRESSORS];
		enum place where = look(&p->log, rate * (p->all.t[i] - offset), v);
		if (where == AFTER || where == UNKNOWN || p->all.w[i] < 0.1 * p->all.stated[i]) continue;
		e[n++] = residual_of(&r, p->all.e[i], v) * sqrt(p->all.w[i]);
	}
	p->variance = fmax(1, r.rss / fmax(1, (double)n - 5));
	p->tau = tt_noise_inflation(e, n);
	free(e);
}

/* ---- Probability over offsets ---- */

typedef struct peak {
	double lo, hi; /* its basin */
	double best;   /* offset of least surprise */
	double mean, u;
	double least; /* surprise at best */
	double log_mass;
} peak;

/* A peak that is e^-60 as probable as the best one is left as the grid has it. */
static void leave(double step, peak *k)
{
	k->mean = k->best;
	k->u = step / sqrt(12);
	k->log_mass = log(step) - k->least;
}

/* Mean, spread and mass of the probability between lo and hi; zooms until the peak is resolved. Of long recordings the
 * averaged frames serve: what they leave open is the refinement's. */
static void integrate(const problem *p, double rate, peak *k)
{
	enum { POINTS = 160, ZOOMS = 6 };
	const frames *a = p->coarse.share > 1 ? &p->coarse : &p->all;
	double lo = k->lo, hi = k->hi;
	for (int zoom = 0;; zoom++) {
		double s[POINTS + 1], sum = 0, mean = 0, square = 0;
		const double step = (hi - lo) / POINTS;
		k->least = INFINITY;
		for (int i = 0; i <= POINTS; i++) {
			const double at = lo + step * i;
			s[i] = surprise(p, a, at, rate);
			if (s[i] < k->least) {
				k->least = s[i];
				k->best = at;
			}
		}
		if (!isfinite(k->least)) {
			k->log_mass = -INFINITY;
			k->mean = k->best = (lo + hi) / 2;
			k->u = (hi - lo) / sqrt(12);
			return;
		}
		for (int i = 0; i <= POINTS; i++) {
			const double w = exp(k->least - s[i]), x = step * i;
			sum += w;
			mean += w * x;
			square += w * x * x;
		}
		mean /= sum;
		k->mean = lo + mean;
		k->u = sqrt(fmax(0, square / sum - mean * mean));
		k->log_mass = log(sum * step) - k->least;
		if (k->u > 4 * step || zoom == ZOOMS) {
			k->u = hypot(k->u, step / sqrt(12));
			return;
		}
		const double half = 6 * fmax(k->u, step);
		const double centre = k->best;
		lo = fmax(k->lo, centre - half);
		hi = fmin(k->hi, centre + half);
	}
}

static void integrate_all(const problem *p, double rate, double step, peak *k, size_t n)
{
	static const double NEGLIGIBLE = 60;
	const frames *a = p->coarse.share > 1 ? &p->coarse : &p->all;
	double least = INFINITY;
	for (size_t i = 0; i < n; i++) {
		k[i].least = surprise(p, a, k[i].best, rate); /* by what is now known of the residuals */
		least = fmin(least, k[i].least);
	}
	for (size_t i = 0; i < n; i++)
		if (k[i].least > least + NEGLIGIBLE)
			leave(step, &k[i]);
		else
			integrate(p, rate, &k[i]);
}

/* Trials on a grid of offsets: what they find does not depend on how residuals are weighed against each other. */
typedef struct grid {
	double lo, step, *rss, *apart; /* rss NaN: the offset leaves nothing to compare */
	size_t n;
} grid;

static bool grid_make(const problem *p, double rate, double lo, double hi, double step, grid *g)
{
	g->lo = lo;
	g->step = step;
	g->n = (size_t)ceil((hi - lo) / step) + 1;
	g->rss = malloc(2 * g->n * sizeof *g->rss);
	g->apart = g->rss + g->n;
	for (size_t i = 0; g->rss && i < g->n; i++) {
		trial r;
		const bool ok = try_offset_by(p, &p->coarse, lo + step * (double)i, rate, false, &r);
		g->rss[i] = ok ? r.rss : NAN;
		g->apart[i] = ok ? cost_apart(p, &p->coarse, &r) : 0;
	}
	return g->rss != NULL;
}

/* Local minima of the surprise on the grid; at most TT_SYNC_MAX_CANDIDATES, best first. */
static size_t find_peaks(const problem *p, const grid *g, peak *out, tt_error *err)
{
	const size_t n = g->n;
	const double lo = g->lo, step = g->step;
	double *s = malloc(n * sizeof *s);
	if (!s) {
		tt_fail_memory(err, "the clocks' alignment");
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		s[i] = isnan(g->rss[i]) ? INFINITY : (g->rss[i] / p->variance + g->apart[i]) / (2 * p->tau);
	/* the deepest first; others only at a distance, so that the rows' noise does not fill the list */
	const double apart = fmax(4 * p->interval, 3 * step);
	size_t count = 0;
	while (count < TT_SYNC_MAX_CANDIDATES) {
		size_t best = n;
		for (size_t i = 0; i < n; i++) {
			bool near = !isfinite(s[i]) || (i > 0 && s[i - 1] < s[i]) || (i + 1 < n && s[i + 1] < s[i]);
			for (size_t k = 0; k < count && !near; k++)
				near = fabs(lo + step * (double)i - out[k].best) < apart;
			if (!near && (best == n || s[i] < s[best])) best = i;
		}
		if (best == n) break;
		size_t a = best, z = best;
		while (a > 0 && isfinite(s[a - 1]) && s[a - 1] >= s[a])
			a--;
		while (z + 1 < n && isfinite(s[z + 1]) && s[z + 1] >= s[z])
			z++;
		out[count++] = (peak){.lo = lo + step * ((double)a - 1),
		                      .hi = lo + step * ((double)z + 1),
		                      .best = lo + step * (double)best,
		                      .least = s[best]};
	}
	free(s);
	return count;
}

/* ---- Refinement ---- */

/* An instant in both clocks: video_s = offset + log_s / rate. */
typedef struct instant {
	double video_s, log_s, u;
} instant;

/* Variances of the estimate A⁻¹ psi^T residual: the diagonal of A⁻¹ B A⁻ᵀ, B = sum psi psi^T w. */
static double sandwich(const tt_lsq *b, double inv[TT_LSQ_MAX][TT_LSQ_MAX], int k)
{
	double v = 0;
	for (int i = 0; i < b->p; i++)
		for (int j = 0; j < b->p; j++)
			v += inv[k][i] * b->a[i][j] * inv[k][j];
	return v;
}

/* Solves sum psi residual = 0 for the regressors' factors, the offset and, if asked, the rate by Newton's rule. psi are
 * the regressors and the model's change with the offset from the wide window: the rows' noise is in the residuals but
 * not in psi, so it makes no false minima. known: an instant that both clocks show, or NULL. */
static bool refine(const problem *p, bool free_rate, const instant *known, double *offset, double *rate,
                   double *u_offset, double *u_rate)
{
	enum { ROUNDS = 40 };
	const frames *a = &p->all;
	const double var = p->variance * p->tau, start = *offset;
	trial r;
	if (!try_offset(p, a, *offset, *rate, &r)) return false;
	const use u = {r.b[FORCE] < 0, r.b[NECK] != 0};
	for (int round = 0; round < ROUNDS; round++) {
		tt_lsq l, b;
		double v[REGRESSORS] = {0}, smooth[REGRESSORS], speed[REGRESSORS], phi[TT_LSQ_MAX], psi[TT_LSQ_MAX];
		int n = gather(u, v, phi);
		const int at = n++, rate_at = free_rate ? n++ : 0;
		tt_lsq_start(&l, n);
		tt_lsq_start(&b, n);
		for (size_t i = 0; i < a->n; i++) {
			const double t = *rate * (a->t[i] - *offset);
			enum place where = look(&p->log, t, v);
			if (where == AFTER || where == UNKNOWN) continue;
			look_at(&p->log, t, p->log.smooth, smooth);
			look_at(&p->log, t, p->log.speed, speed);
			const double change = r.b[X] * speed[X] + r.b[FORCE] * speed[FORCE] + r.b[NECK] * speed[NECK];
			gather(u, v, phi);
			gather(u, smooth, psi);
			phi[at] = psi[at] = -*rate * change;
			if (free_rate) phi[rate_at] = psi[rate_at] = change * (a->t[i] - *offset);
			tt_lsq_add_instrument(&l, psi, phi, residual_of(&r, a->e[i], v), a->w[i] / var);
			tt_lsq_add(&b, psi, 0, a->w[i] / var);
		}
		if (known) {
			const double w = 1 / (known->u * known->u);
			memset(phi, 0, sizeof phi);
			phi[at] = 1;
			if (free_rate) phi[rate_at] = -known->log_s / (*rate * *rate);
			tt_lsq_add(&l, phi, known->video_s - (*offset + known->log_s / *rate), w);
			tt_lsq_add(&b, phi, 0, w);
		}
		double theta[TT_LSQ_MAX], inv[TT_LSQ_MAX][TT_LSQ_MAX];
		if (!tt_lsq_solve(&l, theta, inv)) return false;
		/* far from the solution the linear model promises too much */
		const double most = 4 * p->interval, step = theta[at] > most    ? most
		                                            : theta[at] < -most ? -most
		                                                                : theta[at];
		int k = 0;
		r.e0 += theta[k++];
		r.b[X] += theta[k++];
		if (u.compliant) r.b[FORCE] += theta[k++];
		if (u.necks) r.b[NECK] += theta[k++];
		*offset += step;
		*u_offset = sqrt(sandwich(&b, inv, at));
		if (free_rate) {
			*rate += theta[rate_at];
			*u_rate = sqrt(sandwich(&b, inv, rate_at));
		}
		if (!(fabs(*rate - 1) < 0.05) || fabs(*offset - start) > 30) return false;
		if (fabs(theta[at]) < 1e-3 * *u_offset && (!free_rate || fabs(theta[rate_at]) < 1e-3 * *u_rate))
			return true;
	}
	return true;
}

/* ---- The result ---- */

void tt_sync_result_free(tt_sync_result *r)
{
	free(r->frame);
	free(r->log_time_s);
	free(r->elongation_m);
	free(r->predicted_m);
	r->frame = NULL;
	r->log_time_s = r->elongation_m = r->predicted_m = NULL;
	r->n = 0;
}

/* Match at the offset decided: parameters with u, and the arrays. */
static tt_status describe_match(problem *p, tt_sync_result *out, tt_error *err)
{
	const frames *a = &p->all;
	trial r;
	const double offset = out->log_starts_at_s, rate = out->rate;
	learn_residuals(p, offset, rate);
	if (!try_offset(p, a, offset, rate, &r)) return TT_OK;
	out->frame = malloc(a->n * sizeof *out->frame);
	out->log_time_s = malloc(a->n * sizeof(double));
	out->elongation_m = malloc(a->n * sizeof(double));
	out->predicted_m = malloc(a->n * sizeof(double));
	if (!out->frame || !out->log_time_s || !out->elongation_m || !out->predicted_m)
		return tt_fail_memory(err, "the clocks' match");
	out->scale = r.b[X];
	out->compliance_m_per_N = -r.b[FORCE] / r.b[X];
	out->offset_m = r.e0;
	out->n_matched = r.matched;
	const use u = {r.b[FORCE] < 0, r.b[NECK] != 0};
	tt_lsq l;
	double v[REGRESSORS] = {0}, phi[TT_LSQ_MAX], sum = 0;
	tt_lsq_start(&l, gather(u, v, phi));
	for (size_t i = 0; i < a->n; i++) {
		const double t = rate * (a->t[i] - offset);
		enum place where = look(&p->log, t, v);
		if (where == AFTER || where == UNKNOWN) continue;
		/* by scale and C: e = e0 + scale (x - C f) + … */
		gather(u, v, phi);
		phi[1] = v[X] - out->compliance_m_per_N * v[FORCE];
		if (u.compliant) phi[2] = -r.b[X] * v[FORCE];
		tt_lsq_add(&l, phi, 0, a->w[i] / (p->variance * p->tau));
		const double e = residual_of(&r, a->e[i], v);
		out->frame[out->n] = a->index[i];
		out->log_time_s[out->n] = t;
		out->elongation_m[out->n] = a->e[i];
		out->predicted_m[out->n] = a->e[i] - e;
		sum += e * e;
		out->n++;
	}
	double theta[TT_LSQ_MAX], inv[TT_LSQ_MAX][TT_LSQ_MAX];
	if (tt_lsq_solve(&l, theta, inv)) {
		out->u_scale = sqrt(inv[1][1]);
		out->u_compliance_m_per_N = u.compliant ? sqrt(inv[2][2]) : NAN;
	}
	out->rms_m = sqrt(sum / (double)out->n);
	return TT_OK;
}

static void list_candidates(const problem *p, const peak *k, size_t n, double rate, tt_sync_result *out)
{
	double top = -INFINITY, sum = 0;
	for (size_t i = 0; i < n; i++)
		top = fmax(top, k[i].log_mass);
	out->n_candidates = 0;
	for (size_t i = 0; i < n; i++)
		sum += exp(k[i].log_mass - top);
	for (size_t i = 0; i < n; i++) {
		trial r;
		if (!isfinite(k[i].log_mass)) continue;
		tt_sync_candidate c = {k[i].mean, k[i].u, exp(k[i].log_mass - top) / sum, NAN, 0};
		if (try_offset(p, &p->all, k[i].best, rate, &r)) {
			c.n = r.matched;
			c.rms_m = sqrt(r.rss / p->all.w[0] / (double)r.matched);
		}
		size_t at = out->n_candidates++;
		while (at > 0 && out->candidate[at - 1].probability < c.probability) {
			out->candidate[at] = out->candidate[at - 1];
			at--;
		}
		out->candidate[at] = c;
	}
}

static tt_status ambiguous(const tt_sync_result *r, const char *why, tt_error *err)
{
	char list[400] = "";
	size_t len = 0;
	for (size_t i = 0; i < r->n_candidates && i < 4 && len < sizeof list; i++)
		len += (size_t)snprintf(list + len, sizeof list - len, "%s%s (probability %s)", i ? ", " : "",
		                        TT_VALUE(r->candidate[i].log_starts_at_s, r->candidate[i].u_s, "s"),
		                        TT_DIGITS(r->candidate[i].probability, 2, ""));
	return tt_fail(err, TT_ERR_FAILED,
	               "the evidence for the clocks is ambiguous: %s; candidates for log_starts_at: %s; "
	               "expected one (give sync.log_starts_at)",
	               why, len ? list : "none");
}

static void set_fracture_interval(problem *p)
{
	const tt_sync_input *in = p->in;
	const tt_mechanics *m = in->mechanics;
	p->frac_lo = p->frac_hi = NAN;
	if (in->fracture_frame < 1 || (size_t)in->fracture_frame >= in->n || isnan(m->fracture_time_s)) return;
	const size_t f = (size_t)in->fracture_frame;
	const double rate = in->find_rate || isnan(in->rate.value) ? 1 : in->rate.value;
	/* the last picture that is surely a whole specimen's */
	size_t whole = f - 1;
	while (in->flag && whole > 0 && (in->flag[whole] & (TT_ROW_DUPLICATE | TT_ROW_DAMAGED | TT_ROW_LOST)))
		whole--;
	p->frac_lo = in->time_s[whole] - m->fracture_time_s / rate;
	p->frac_hi = in->time_s[f] - m->fracture_time_s / rate;
}

/* The fracture in both clocks; an exposure in which it falls may be called either way. */
static instant fracture_instant(const problem *p)
{
	const tt_sync_input *in = p->in;
	const double rate = in->find_rate || isnan(in->rate.value) ? 1 : in->rate.value;
	const double tf = in->mechanics->fracture_time_s, blur = in->exposure_s > 0 ? in->exposure_s / 2 : 0;
	return (instant){(p->frac_lo + p->frac_hi) / 2 + tf / rate, tf,
	                 hypot(p->frac_hi - p->frac_lo, blur) / sqrt(12)};
}

/* Does the match alone determine the offset? Not when it is as wide as the search or as a tenth of the test. */
static bool determined(const problem *p, const tt_sync_result *r)
{
	return r->n_candidates > 0 && r->candidate[0].u_s < 0.05 * (p->log.to - p->log.from);
}

/* A second candidate that cannot be told from the first. */
static bool rivalled(const problem *p, const tt_sync_result *r)
{
	for (size_t i = 1; i < r->n_candidates; i++) {
		const tt_sync_candidate *a = &r->candidate[0], *b = &r->candidate[i];
		const double apart = fabs(a->log_starts_at_s - b->log_starts_at_s);
		if (b->probability > 0.01 && apart > fmax(p->interval, 2 * a->u_s)) return true;
	}
	return false;
}

/* Every offset at which some frames fall between contact and the end. */
static void widest(const problem *p, double rate, double *lo, double *hi)
{
	const frames *a = &p->all;
	*lo = a->t[0] - p->log.to / rate + p->interval;
	*hi = a->t[a->n - 1] - p->log.from / rate - p->interval;
}

/* Search from lo to hi by the match alone; fills the candidates. */
static tt_status search(problem *p, double rate, double lo, double hi, tt_sync_result *out, tt_error *err)
{
	const frames *a = &p->all;
	const double step = fmax(p->interval * (double)(1 + (a->n - 1) / MOST_COARSE) / 2, (hi - lo) / 20000);
	peak k[TT_SYNC_MAX_CANDIDATES];
	p->variance = p->tau = 1;
	memcpy(p->all.w, p->all.stated, p->all.n * sizeof *p->all.w); /* nothing stays of an earlier search */
	if (!(hi > lo)) return tt_fail(err, TT_ERR_FAILED, "video and force log are too short to align their clocks");
	grid g;
	if (!grid_make(p, rate, lo, hi, step, &g)) return tt_fail_memory(err, "the clocks' alignment");
	size_t n = find_peaks(p, &g, k, err);
	if (n) {
		learn_residuals(p, k[0].best, rate);
		n = find_peaks(p, &g, k, err);
	}
	free(g.rss);
	if (!n)
		return tt_fail(err, TT_ERR_FAILED,
		               "no offset of the clocks lets the images' elongation follow the log");
	integrate_all(p, rate, step, k, n);
	/* the finer scale may have found a better fit, whose residuals are the right measure */
	size_t best = 0;
	for (size_t i = 1; i < n; i++)
		if (k[i].least < k[best].least) best = i;
	learn_residuals(p, k[best].best, rate);
	integrate_all(p, rate, step, k, n);
	list_candidates(p, k, n, rate, out);
	if (!determined(p, out)) return TT_OK;
	enum { ROUNDS = 6 };
	double offset = out->candidate[0].log_starts_at_s, u = out->candidate[0].u_s, u_refined, u_rate, same = rate;
	for (int i = 0; i < ROUNDS && out->candidate[0].u_s < 2 * p->interval; i++) {
		double to = offset;
		if (!refine(p, false, NULL, &to, &same, &u_refined, &u_rate)) break;
		if (fabs(to - out->candidate[0].log_starts_at_s) > 4 * p->interval) break;
		offset = to;
		u = u_refined;
		reweight(p, offset, rate);
		learn_residuals(p, offset, rate);
	}
	out->candidate[0].log_starts_at_s = offset;
	out->candidate[0].u_s = u;
	out->match_only_s = out->candidate[0].log_starts_at_s;
	out->u_match_only_s = u;
	return TT_OK;
}

static void remember_wide(const problem *p, tt_status st, double rate, const tt_sync_result *r, const tt_error *err)
{
	tt_sync_wide *w = p->wide;
	if (!w || w->filled) return;
	w->weight = malloc((p->all.n + 1) * sizeof *w->weight);
	if (!w->weight) return; /* it is searched again */
	memcpy(w->weight, p->all.w, p->all.n * sizeof *w->weight);
	w->filled = true;
	w->rate = rate;
	w->variance = p->variance;
	w->tau = p->tau;
	w->status = st;
	w->error = *err;
	memcpy(w->candidate, r->candidate, sizeof w->candidate);
	w->n_candidates = r->n_candidates;
	w->match_only_s = r->match_only_s;
	w->u_match_only_s = r->u_match_only_s;
}

/* The search over every offset; what it finds at a rate is kept for who asks again with the same frames and log. */
static tt_status search_wide(problem *p, double rate, tt_sync_result *out, tt_error *err)
{
	const tt_sync_wide *w = p->wide;
	if (!w || !w->filled || w->rate != rate) {
		double lo, hi;
		tt_error own = {.message = ""};
		widest(p, rate, &lo, &hi);
		tt_status st = search(p, rate, lo, hi, out, &own);
		remember_wide(p, st, rate, out, &own);
		if (st != TT_OK) *err = own;
		return st;
	}
	memcpy(p->all.w, w->weight, p->all.n * sizeof *w->weight);
	p->variance = w->variance;
	p->tau = w->tau;
	memcpy(out->candidate, w->candidate, sizeof out->candidate);
	out->n_candidates = w->n_candidates;
	out->match_only_s = w->match_only_s;
	out->u_match_only_s = w->u_match_only_s;
	if (w->status != TT_OK) *err = w->error;
	return w->status;
}

void tt_sync_wide_clear(tt_sync_wide *w)
{
	free(w->weight);
	*w = (tt_sync_wide){.filled = false};
}

/* The fracture bounds the offset; the match chooses within, if it agrees. */
static tt_status combine(const problem *p, tt_sync_result *out, tt_strings *warnings, tt_error *err)
{
	const double mid = (p->frac_lo + p->frac_hi) / 2, width = p->frac_hi - p->frac_lo;
	const bool known = !isnan(out->match_only_s) && !rivalled(p, out);
	const double beyond = fmax(0, fabs(out->match_only_s - mid) - width / 2);
	/* clocks of different rate shift the one against the other */
	const double drift = p->in->find_rate ? 0.02 * fabs(p->in->mechanics->fracture_time_s) : 0;
	if (known && beyond > 4 * hypot(out->u_match_only_s, width / 2) + drift) {
		char why[200];
		snprintf(why, sizeof why, "by the frame of fracture log_starts_at is %s to %s, by the elongation %s",
		         TT_DIGITS(p->frac_lo, 5, ""), TT_DIGITS(p->frac_hi, 5, "s"),
		         TT_VALUE(out->match_only_s, out->u_match_only_s, "s"));
		return ambiguous(out, why, err);
	}
	out->used_fracture = true;
	double lo = p->frac_lo, hi = p->frac_hi, sum = 0, mean = 0, square = 0;
	/* the normal curve of the match cut to the interval */
	enum { POINTS = 200 };
	/* a match that is not much sharper than a frame may pull away from the truth: then the middle is the safest */
	const bool sharp = known && !p->in->find_rate && out->u_match_only_s < width / 5;
	for (int i = 0; i < POINTS; i++) {
		const double at = lo + (hi - lo) * (i + 0.5) / POINTS;
		const double off = at - out->match_only_s, u = out->u_match_only_s;
		const double w = sharp ? exp((beyond * beyond - off * off) / (2 * u * u)) : 1;
		sum += w;
		mean += w * (at - mid);
		square += w * (at - mid) * (at - mid);
	}
	mean /= sum;
	out->log_starts_at_s = mid + mean;
	const double blur = p->in->exposure_s > 0 ? p->in->exposure_s / 2 / sqrt(12) : 0;
	const double u_instant = hypot(p->in->mechanics->u_fracture_time_s, blur);
	out->u_log_starts_at_s = hypot(sqrt(fmax(0, square / sum - mean * mean)), u_instant);
	/* A sharp match that points outside: one of the two is wrong by as much, and either may be. */
	if (sharp && beyond > out->u_match_only_s) {
		const double edge = out->match_only_s > mid ? p->frac_hi : p->frac_lo;
		out->log_starts_at_s = (edge + out->match_only_s) / 2;
		out->u_log_starts_at_s = hypot(beyond / sqrt(3), out->u_match_only_s);
	}
	if (sharp && beyond > 3 * out->u_match_only_s)
		tt_warn(warnings,
		        "the frame of fracture and the elongation place log_starts_at %s apart: at %s to %s "
		        "and at %s",
		        TT_DIGITS(beyond, 2, "s"), TT_DIGITS(p->frac_lo, 5, ""), TT_DIGITS(p->frac_hi, 5, "s"),
		        TT_VALUE(out->match_only_s, out->u_match_only_s, "s"));
	return TT_OK;
}

/* How well an offset matches: RMS of the residuals over the range of the elongation; INFINITY when it cannot be. */
static double misfit(const problem *p, double offset, double rate, size_t *loaded)
{
	const frames *a = &p->all;
	trial r;
	double w = 0;
	*loaded = 0;
	if (!try_offset(p, a, offset, rate, &r) || !(r.hi > r.lo)) return INFINITY;
	for (size_t i = 0; i < a->n; i++)
		w += a->w[i] / (double)a->n;
	*loaded = r.loaded;
	return sqrt(r.rss / (w * (double)r.matched)) / (r.hi - r.lo);
}

/* Both saw the fracture: its frame bounds the search, unless the elongation does not fit there, or another offset at
 * which as many frames are loaded fits several times better. (Where few frames are left to match, any fits.) */
static bool search_at_fracture(problem *p, double rate, tt_sync_result *out)
{
	enum { MARGIN = 3 };
	static const double FITS = 0.03, BETTER = 3, AS_MANY = 0.8;
	const double drift = p->in->find_rate ? 0.02 * fabs(p->in->mechanics->fracture_time_s) : 0;
	const double margin = MARGIN * p->interval + drift;
	tt_sync_result wide = *out, narrow = *out;
	tt_error ignored;
	double lo, hi;
	size_t here, there;
	widest(p, rate, &lo, &hi);
	if (search_wide(p, rate, &wide, &ignored) != TT_OK) wide.n_candidates = 0;
	if (search(p, rate, fmax(lo, p->frac_lo - margin), fmin(hi, p->frac_hi + margin), &narrow, &ignored) != TT_OK ||
	    isnan(narrow.match_only_s))
		return false;
	const double at_fracture = misfit(p, narrow.match_only_s, rate, &here);
	if (!(at_fracture < FITS)) return false;
	for (size_t i = 0; i < wide.n_candidates; i++) {
		const double at = wide.candidate[i].log_starts_at_s;
		if (at > p->frac_lo - margin && at < p->frac_hi + margin) continue;
		const double rival = misfit(p, at, rate, &there);
		if ((double)there >= AS_MANY * (double)here && BETTER * rival < at_fracture) return false;
	}
	*out = narrow;
	return true;
}

/* Offset and rate together, from where the offset alone was found. */
static tt_status find_rate(problem *p, const instant *known, tt_sync_result *out, tt_error *err)
{
	double offset = out->log_starts_at_s, rate = 1, u_offset = NAN, u_rate = NAN;
	for (int round = 0; round < 2; round++) {
		learn_residuals(p, offset, rate);
		if (!refine(p, true, known, &offset, &rate, &u_offset, &u_rate))
			return tt_fail(err, TT_ERR_FAILED,
			               "the rate of the clocks cannot be found: the match does not determine it");
	}
	out->log_starts_at_s = offset;
	out->u_log_starts_at_s = u_offset;
	out->rate = rate;
	out->u_rate = u_rate;
	return TT_OK;
}

static tt_status find(problem *p, tt_sync_result *out, tt_strings *warnings, tt_error *err)
{
	const tt_sync_input *in = p->in;
	const double rate = in->find_rate || isnan(in->rate.value) ? 1 : in->rate.value;
	out->rate = rate;
	out->u_rate = in->find_rate || isnan(in->rate.value) ? 0 : in->rate.u;
	const bool seen = !isnan(p->frac_lo);
	tt_status st = seen && search_at_fracture(p, rate, out) ? TT_OK : search_wide(p, rate, out, err);
	if (st && !seen) return st;
	if (seen) {
		if ((st = combine(p, out, warnings, err))) return st;
	} else {
		if (rivalled(p, out)) return ambiguous(out, "several offsets match the elongation about as well", err);
		if (!determined(p, out)) return ambiguous(out, "the elongation fits over a wide range of offsets", err);
		out->log_starts_at_s = out->candidate[0].log_starts_at_s;
		out->u_log_starts_at_s = out->candidate[0].u_s;
	}
	/* what smoothing the log over a frame and interpolating it can shift */
	out->u_log_starts_at_s = hypot(out->u_log_starts_at_s, 0.04 * p->interval);
	if (in->find_rate) {
		const instant fracture = fracture_instant(p);
		if ((st = find_rate(p, seen ? &fracture : NULL, out, err))) return st;
	}
	snprintf(out->text, sizeof out->text, "%s%s", seen ? "fracture seen by both and elongation" : "elongation",
	         in->find_rate ? ", rate free" : "");
	if (out->u_log_starts_at_s > p->interval)
		tt_warn(warnings, "the clocks' offset is uncertain by %s, more than a frame",
		        TT_DIGITS(out->u_log_starts_at_s, 2, "s"));
	return TT_OK;
}

/* A given offset: does the evidence contradict it? */
static tt_status check_given(problem *p, tt_sync_result *out, tt_strings *warnings, tt_error *err)
{
	const tt_sync_input *in = p->in;
	out->rate = isnan(in->rate.value) ? 1 : in->rate.value;
	out->u_rate = isnan(in->rate.value) ? 0 : in->rate.u;
	out->log_starts_at_s = in->given.value;
	out->u_log_starts_at_s = in->given.u;
	snprintf(out->text, sizeof out->text, "given");
	tt_error ignored;
	bool found = !isnan(p->frac_lo) && search_at_fracture(p, out->rate, out);
	if (!found) found = search_wide(p, out->rate, out, &ignored) == TT_OK;
	if (found && determined(p, out) && !rivalled(p, out)) {
		const double off = fabs(out->match_only_s - in->given.value);
		/* a match is not believed to less than half a frame, whatever its scatter says */
		if (off > 2 * hypot(out->u_match_only_s, in->given.u) && off > p->interval / 2) {
			out->given_contradicted = true;
			tt_warn(warnings, "log_starts_at is given as %s, but the elongation matches the log at %s",
			        TT_VALUE(in->given.value, in->given.u, "s"),
			        TT_VALUE(out->match_only_s, out->u_match_only_s, "s"));
		}
	}
	const double slack = fmax(3 * in->given.u, 0.5 * p->interval);
	if (in->given.value < p->frac_lo - slack || in->given.value > p->frac_hi + slack) {
		out->given_contradicted = true;
		tt_warn(warnings,
		        "log_starts_at is given as %s, but images and log show the fracture together only between "
		        "%s and %s",
		        TT_VALUE(in->given.value, in->given.u, "s"), TT_DIGITS(p->frac_lo, 5, ""),
		        TT_DIGITS(p->frac_hi, 5, "s"));
	}
	if (!in->find_rate) return TT_OK;
	const instant zero = {in->given.value, 0, fmax(in->given.u, 1e-3 * p->interval)};
	return find_rate(p, &zero, out, err);
}

tt_status tt_sync_find(const tt_sync_input *in, tt_sync_result *out, tt_strings *warnings, tt_error *err)
{
	tt_sync_wide wide = {.filled = false};
	tt_status st = tt_sync_find_knowing(in, &wide, out, warnings, err);
	tt_sync_wide_clear(&wide);
	return st;
}

tt_status tt_sync_find_knowing(const tt_sync_input *in, tt_sync_wide *wide, tt_sync_result *out, tt_strings *warnings,
                               tt_error *err)
{
	memset(out, 0, sizeof *out);
	out->rate = 1;
	out->log_starts_at_s = out->u_log_starts_at_s = out->match_only_s = out->u_match_only_s = NAN;
	out->scale = out->u_scale = out->compliance_m_per_N = out->u_compliance_m_per_N = NAN;
	out->offset_m = out->rms_m = NAN;
	problem p = {.in = in, .variance = 1, .tau = 1, .wide = wide};
	set_fracture_interval(&p);
	tt_status st = take_frames(&p, err);
	if (!st) {
		set_fracture_interval(&p);
		cut_at_jump(in, &p.all);
		mute_outliers(&p.all);
		st = make_coarse(&p, err);
	}
	if (!st) st = table_make(in->mechanics, p.interval, 1 / sqrt(p.all.w[0]), &p.log, err);
	out->fracture_lo_s = p.frac_lo;
	out->fracture_hi_s = p.frac_hi;
	if (!st) st = isnan(in->given.value) ? find(&p, out, warnings, err) : check_given(&p, out, warnings, err);
	if (!st) st = describe_match(&p, out, err);
	/* a given clock needs no match, unless its rate is to be found */
	if (st && !isnan(in->given.value) && !in->find_rate) {
		out->log_starts_at_s = in->given.value;
		out->u_log_starts_at_s = in->given.u;
		out->rate = isnan(in->rate.value) ? 1 : in->rate.value;
		out->u_rate = isnan(in->rate.value) ? 0 : in->rate.u;
		snprintf(out->text, sizeof out->text, "given");
		st = TT_OK;
	}
	table_free(&p.log);
	frames_free(&p.all);
	frames_free(&p.coarse);
	return st;
}

/* ---- One gap ---- */

/* first[i]: sums over frames 0 … i - 1 that lie `lag` earlier. */
static void sum_up(const problem *p, const frames *a, double lag, double offset, double rate, sums *first)
{
	first[0] = (sums){.yy = 0};
	for (size_t i = 0; i < a->n; i++) {
		first[i + 1] = first[i];
		add_frame(p, rate * (a->t[i] - lag - offset), a->e[i], a->w[i], &first[i + 1]);
	}
}

/* front[at] and what back has from there on. */
static sums joined(const sums *front, const sums *back, size_t at, size_t n)
{
	sums s = front[at];
	for (int i = 0; i <= REGRESSORS; i++) {
		for (int j = 0; j <= i; j++)
			s.a[i][j] += back[n].a[i][j] - back[at].a[i][j];
		s.b[i] += back[n].b[i] - back[at].b[i];
	}
	s.yy += back[n].yy - back[at].yy;
	s.loaded += back[n].loaded - back[at].loaded;
	s.contradicted += back[n].contradicted - back[at].contradicted;
	s.unknown += back[n].unknown - back[at].unknown;
	return s;
}

/* What rss_with_gap gives, to within rounding. */
static double rss_of_sums(const problem *p, const sums *s)
{
	trial r;
	if (s->contradicted + s->unknown > 0 || s->loaded < FEWEST_FRAMES / 2 || !solve_any(p, s, &r)) return INFINITY;
	return r.rss;
}

/* Residuals when the frames up to `at` lie `lag` earlier and the others stay. */
static double rss_with_gap(const problem *p, const frames *a, double *moved, size_t at, double lag, double offset,
                           double rate)
{
	frames f = *a;
	trial r;
	f.t = moved;
	for (size_t i = 0; i < a->n; i++)
		moved[i] = a->t[i] - (i <= at ? lag : 0);
	if (!try_offset(p, &f, offset, rate, &r) || r.contradicted + r.unknown > 0) return INFINITY;
	return r.rss;
}

/* A gap: m frames behind frame `at`; the later part's clock is moved by `off` steps. */
typedef struct gap_trial {
	size_t at;
	int m;
	double rss;
} gap_trial;

/* All gaps to try: places first, first + step … <= last, m_lo … m_hi frames missing, offsets -most_off … most_off
 * steps. */
typedef struct gap_grid {
	size_t first, step, last;
	int m_lo, m_hi, most_off;
	double off_step;
} gap_grid;

static size_t places_of(const gap_grid *g)
{
	return g->last < g->first ? 0 : (g->last - g->first) / g->step + 1;
}

/* The best of the grid, if it is better than *best: found by the sums, settled among those within their rounding by the
 * residuals themselves. */
static bool try_gaps(const problem *p, const frames *a, const tt_sync_result *plain, const gap_grid *g, gap_trial *best)
{
	static const double ROUNDING = 1e-6, CANCELLED = 1e-12; /* of the residuals; of what they are left over from */
	const size_t places = places_of(g), offs = (size_t)(2 * g->most_off + 1), ms = (size_t)(g->m_hi - g->m_lo + 1);
	if (!places || g->m_hi < g->m_lo) return true;
	double *rss = malloc(places * ms * offs * sizeof *rss), *moved = malloc((a->n + 1) * sizeof *moved),
	       least = best->rss;
	sums *front = malloc(2 * (a->n + 1) * sizeof *front), *back = front + a->n + 1;
	const bool ok = rss && moved && front;
	for (size_t k = 0; ok && k < offs; k++) {
		const double offset = plain->log_starts_at_s + g->off_step * ((double)k - g->most_off) * p->interval;
		sum_up(p, a, 0, offset, plain->rate, back);
		for (size_t j = 0; j < ms; j++) {
			sum_up(p, a, (g->m_lo + (int)j) * p->interval, offset, plain->rate, front);
			for (size_t i = 0; i < places; i++) {
				const sums s = joined(front, back, g->first + i * g->step + 1, a->n);
				const double r = rss[(i * ms + j) * offs + k] = rss_of_sums(p, &s);
				least = fmin(least, r);
			}
		}
	}
	const double margin = ok ? ROUNDING * fabs(least) + CANCELLED * back[a->n].yy : 0;
	for (size_t i = 0; ok && i < places * ms * offs; i++) {
		if (!(rss[i] <= least + margin) || !isfinite(rss[i])) continue;
		const size_t at = g->first + i / (ms * offs) * g->step, k = i % offs;
		const int m = g->m_lo + (int)(i / offs % ms);
		const double r = rss_with_gap(
		    p, a, moved, at, m * p->interval,
		    plain->log_starts_at_s + g->off_step * ((double)k - g->most_off) * p->interval, plain->rate);
		if (r < best->rss) *best = (gap_trial){at, m, r};
	}
	free(rss);
	free(moved);
	free(front);
	return ok;
}

bool tt_sync_one_gap(const tt_sync_input *in, const tt_sync_result *plain, tt_clock_gap *gap)
{
	enum { PLACES = 80, MOST_MISSING = 48 };
	problem p = {.in = in, .variance = 1, .tau = 1};
	tt_error ignored;
	set_fracture_interval(&p);
	bool ok = take_frames(&p, &ignored) == TT_OK;
	if (ok) {
		cut_at_jump(in, &p.all);
		mute_outliers(&p.all);
		ok = make_coarse(&p, &ignored) == TT_OK &&
		     table_make(in->mechanics, p.interval, 1 / sqrt(p.all.w[0]), &p.log, &ignored) == TT_OK;
	}
	const frames *a = &p.coarse;
	const size_t step = ok && a->n > PLACES ? a->n / PLACES : 1;
	gap_trial best = {step, 1, INFINITY};
	if (ok && a->n > 2 * step) {
		/* the fracture bounds the later part to a frame */
		const gap_grid wide = {step, step, a->n - step - 1, 1, MOST_MISSING, 1, 0.4};
		ok = try_gaps(&p, a, plain, &wide, &best);
		const size_t from = best.at > 2 * step ? best.at - 2 * step : 1, to = best.at + 2 * step;
		const gap_grid fine = {from, 1,  to + 2 > a->n ? a->n - 2 : to, best.m > 3 ? best.m - 3 : 1, best.m + 3,
		                       8,    0.1};
		ok = ok && try_gaps(&p, a, plain, &fine, &best);
	}
	if (ok && isfinite(best.rss)) *gap = (tt_clock_gap){a->t[best.at] + 1e-6 * p.interval, best.m * p.interval};
	table_free(&p.log);
	frames_free(&p.all);
	frames_free(&p.coarse);
	return ok && isfinite(best.rss);
}
