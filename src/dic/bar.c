/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/bar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dic/spline.h"
#include "numeric/dense.h"
#include "numeric/statistics.h"

/* Parameters: uniform axial motion and strain, lateral motion, rotation, bow, contraction; departures from the uniform
 * strain; gain and offset at GREYS places along the bar, linear between them. */
enum {
	AXIAL,
	STRAIN,
	LATERAL,
	TURN,
	BOW,
	NARROW,
	BASE, /* how many of these */
	MOST_DEPARTURES = 16,
	GREYS = 4,
	MOST = BASE + MOST_DEPARTURES + 2 * GREYS,
	CHUNKS = 32, /* their sums are added in order, whoever made them */
	MOST_PIXELS = 60000,
	MOST_ROUNDS = 16,
	MATRIX_EVERY = 8, /* frames that one matrix serves: it changes as slowly as the strain */
	FIRST = 8,        /* frames that tell what the correlation ought to be */
	PATIENCE = 6,     /* frames in a row in which a lost bar is looked for; then in every REST-th */
	REST = 8,
	MEMORY = 16, /* frames over which the usual departures are averaged */
	REACH = 3,   /* px of axial motion beyond the prediction that are looked for */
	MOST_ROWS = 1024
};
static const double BESIDE_PX = 3;    /* surroundings that are used on either side: the edges' own blur */
static const double ENOUGH_PX = 1e-3; /* a step of the gauge's ends that ends the iteration */
static const double NEARLY_PX = 0.05; /* … and one that is no end at all */
static const double SURE_SHARE = 0.8;
static const double LEAST_SHARE = 0.5;   /* of the correlation of the first frames */
static const double LEAST_EXCESS = 0.03; /* departures are always allowed this share of their noise's variance */
static const double FREE_TAU2 = 4;       /* px²: hardly any shrinkage */
static const double GAP_LEVEL = 0.5, GAP_ROWS = 0.7;

typedef struct pixel {
	float x, y;    /* from the reference's origin of coordinates */
	float t, n;    /* along the bar, -1 … 1; across, px */
	float f, calm; /* grey level, the same smoothed */
	float ga, gl;  /* smoothed gradient along the axis and across */
	float hat;     /* place among the grey levels' supports, 0 … GREYS - 1 */
	float w[4];    /* the four B-splines that are not 0 here, … */
	int16_t first; /* … and the number of the first */
	int16_t row;   /* across, whole px; -1: beside the bar */
} pixel;

/* Sums over some of the pixels. */
typedef struct sums {
	double b[MOST];
	double a[MOST][MOST]; /* instrument × derivative */
	double z[MOST][MOST]; /* instrument × instrument */
	double rr;
	size_t n;                   /* pixels inside the frame */
	double c, cc, i, ii, ci, m; /* of the inside: smoothed reference, frame */
	double most[MOST_ROWS];     /* largest residual towards the surroundings in each row across, … */
	float at[MOST_ROWS];        /* … where, … */
	uint16_t wide[MOST_ROWS];   /* … and how many pixels exceed the level */
} sums;

struct tt_bar {
	tt_bar_options o;
	int width, height;
	double middle, reach; /* of the part used: along = middle + reach t */
	size_t departures, p; /* numbers of parameters */
	pixel *px;
	double mean[MOST_DEPARTURES], slope[MOST_DEPARTURES]; /* shares of a constant and a line in each B-spline */
	size_t n, rows;
	double seen_rows[MOST_ROWS];
	tt_pool *pool;
	tt_spline spline;
	sums *sum; /* CHUNKS */
	double theta[MOST], before[MOST], t_now, t_before;
	size_t found; /* frames that were read: the first is the reference itself */
	double lu[MOST * MOST], a[MOST * MOST], z[MOST * MOST];
	size_t order[MOST];
	bool has_matrix;
	size_t matrix_frame, frames, lost; /* lost: frames in a row */
	double usual[MOST];
	double u_px;           /* of the last frame's elongation */
	double excess;         /* mean square of the departures beyond their noise, px² */
	double tau2, variance; /* of the departures, px²; of a residual, without the reference's noise, grey² */
	double first_zncc[FIRST];
	size_t n_first;
};

void tt_bar_free(tt_bar *b)
{
	if (!b) return;
	tt_spline_free(&b->spline);
	tt_pool_free(b->pool);
	free(b->px);
	free(b->sum);
	free(b);
}

/* ---- the model ---- */

/* Cubic B-splines on equal segments over -1 … 1: the four that are not 0 at t; returns the number of the first. */
static size_t splines_at(size_t n, double t, double w[4])
{
	double x = 0.5 * (t + 1) * (double)(n - 3);
	int k = (int)floor(x);
	k = k < 0 ? 0 : k > (int)n - 4 ? (int)n - 4 : k;
	double u = x - k, v = 1 - u;
	w[0] = v * v * v / 6;
	w[1] = (3 * u * u * u - 6 * u * u + 4) / 6;
	w[2] = (3 * v * v * v - 6 * v * v + 4) / 6;
	w[3] = u * u * u / 6;
	return (size_t)k;
}

/* Departures are B-splines less their shares of a constant and a line, so that they mean no uniform strain. */
static void find_shares(tt_bar *b)
{
	enum { STEPS = 256 };
	double w[4], squares = 0;
	for (int i = 0; i < STEPS; i++) {
		double t = (2 * i + 1.0) / STEPS - 1;
		size_t k = splines_at(b->departures, t, w);
		squares += t * t;
		for (size_t j = 0; j < 4; j++) {
			b->mean[k + j] += w[j] / STEPS;
			b->slope[k + j] += w[j] * t;
		}
	}
	for (size_t k = 0; k < b->departures; k++)
		b->slope[k] /= squares;
}

/* Sums and matrices are made with plain B-splines, of which four at a time are not 0; a departure is its B-spline less
 * mean × AXIAL less slope × STRAIN. */
static void to_plain(const tt_bar *b, const double *theta, double *plain)
{
	memcpy(plain, theta, b->p * sizeof *plain);
	for (size_t k = 0; k < b->departures; k++) {
		plain[AXIAL] -= b->mean[k] * theta[BASE + k];
		plain[STRAIN] -= b->slope[k] * theta[BASE + k];
	}
}

static void vector_from_plain(const tt_bar *b, double *v)
{
	for (size_t k = 0; k < b->departures; k++)
		v[BASE + k] -= b->mean[k] * v[AXIAL] + b->slope[k] * v[STRAIN];
}

static void matrix_from_plain(const tt_bar *b, double (*a)[MOST])
{
	for (size_t r = 0; r < b->p; r++)
		vector_from_plain(b, a[r]);
	for (size_t k = 0; k < b->departures; k++)
		for (size_t c = 0; c < b->p; c++)
			a[BASE + k][c] -= b->mean[k] * a[AXIAL][c] + b->slope[k] * a[STRAIN][c];
}

/* Displacement along the axis and across; plain: of to_plain. */
static void displace(const tt_bar *b, const double *plain, double t, double n, const double w[4], size_t first,
                     double *axial, double *lateral)
{
	const double *d = plain + BASE + first;
	*axial = plain[AXIAL] + plain[STRAIN] * t - plain[TURN] * n / b->reach + w[0] * d[0] + w[1] * d[1] +
	         w[2] * d[2] + w[3] * d[3];
	*lateral = plain[LATERAL] + plain[TURN] * t + plain[BOW] * (t * t - 1.0 / 3) + plain[NARROW] * n / b->o.half_px;
}

/* Weights of the two supports about a pixel; returns the first. */
static size_t supports(const pixel *p, double w[2])
{
	int k = (int)p->hat;
	if (k > GREYS - 2) k = GREYS - 2;
	w[1] = (double)p->hat - k;
	w[0] = 1 - w[1];
	return (size_t)k;
}

static double grey_of(const tt_bar *b, const double *theta, const pixel *p)
{
	const double *gain = theta + BASE + b->departures, *offset = gain + GREYS;
	double w[2], f = (double)p->f;
	size_t k = supports(p, w);
	return (w[0] * gain[k] + w[1] * gain[k + 1]) * f + w[0] * offset[k] + w[1] * offset[k + 1];
}

/* ---- the frame ---- */

static void cubic_weights(double t, double w[4], double s[4])
{
	double v = 1 - t;
	w[0] = v * v * v / 6;
	w[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
	w[2] = (3 * v * v * v - 6 * v * v + 4) / 6;
	w[3] = t * t * t / 6;
	if (!s) return;
	s[0] = -0.5 * v * v;
	s[1] = 1.5 * t * t - 2 * t;
	s[2] = -1.5 * v * v + 2 * v;
	s[3] = 0.5 * t * t;
}

static bool inside(const tt_bar *b, double x, double y)
{
	return x >= 0 && y >= 0 && x <= b->width - 1 && y <= b->height - 1;
}

static double grey_at(const tt_bar *b, double x, double y)
{
	int ix = (int)x, iy = (int)y;
	double wx[4], wy[4], sum = 0;
	cubic_weights(x - ix, wx, NULL);
	cubic_weights(y - iy, wy, NULL);
	const float *c = b->spline.origin + (ptrdiff_t)(iy - 1) * b->spline.stride + ix - 1;
	for (int j = 0; j < 4; j++, c += b->spline.stride)
		sum +=
		    wy[j] * (wx[0] * (double)c[0] + wx[1] * (double)c[1] + wx[2] * (double)c[2] + wx[3] * (double)c[3]);
	return sum;
}

static double slope_at(const tt_bar *b, double x, double y, double *gx, double *gy)
{
	int ix = (int)x, iy = (int)y;
	double wx[4], wy[4], sx[4], sy[4], sum = 0;
	cubic_weights(x - ix, wx, sx);
	cubic_weights(y - iy, wy, sy);
	*gx = *gy = 0;
	const float *c = b->spline.origin + (ptrdiff_t)(iy - 1) * b->spline.stride + ix - 1;
	for (int j = 0; j < 4; j++, c += b->spline.stride) {
		double row = 0, slope = 0;
		for (int i = 0; i < 4; i++) {
			row += wx[i] * (double)c[i];
			slope += sx[i] * (double)c[i];
		}
		sum += wy[j] * row;
		*gx += wy[j] * slope;
		*gy += sy[j] * row;
	}
	return sum;
}

typedef enum purpose { RESIDUALS, MATRIX, JUDGE, SEARCH } purpose;

typedef struct work {
	tt_bar *b;
	double plain[MOST];
	purpose aim;
	double shift; /* SEARCH: more axial motion */
} work;

/* What a pixel's numbers weigh: those of the fixed parameters (BASE), of four B-splines, of two gains and two offsets.
 */
enum { LOCAL = BASE + 8 };
typedef struct local {
	double z[LOCAL], j[LOCAL]; /* instrument and derivative */
	size_t at[LOCAL];          /* the parameters that they belong to */
} local;

static void geometry(const tt_bar *b, const pixel *p, double along, double across, double *z)
{
	double t = (double)p->t, n = (double)p->n;
	z[AXIAL] = along;
	z[STRAIN] = along * t;
	z[LATERAL] = across;
	z[TURN] = across * t - along * n / b->reach;
	z[BOW] = across * (t * t - 1.0 / 3);
	z[NARROW] = across * n / b->o.half_px;
	for (size_t k = 0; k < 4; k++)
		z[BASE + k] = along * (double)p->w[k];
}

static void add_matrix(const tt_bar *b, const pixel *p, const double g[2], sums *s)
{
	local l;
	double w[2], a = g[0] * b->o.axis[0] + g[1] * b->o.axis[1], c = -g[0] * b->o.axis[1] + g[1] * b->o.axis[0];
	size_t gain = BASE + b->departures, first = supports(p, w);
	geometry(b, p, (double)p->ga, (double)p->gl, l.z);
	geometry(b, p, a, c, l.j);
	for (size_t k = 0; k < BASE + 4; k++)
		l.at[k] = k < BASE ? k : k + (size_t)p->first;
	for (size_t k = 0; k < 2; k++) {
		l.z[BASE + 4 + k] = -w[k] * (double)p->calm;
		l.j[BASE + 4 + k] = -w[k] * (double)p->f;
		l.z[BASE + 6 + k] = l.j[BASE + 6 + k] = -w[k];
		l.at[BASE + 4 + k] = gain + first + k;
		l.at[BASE + 6 + k] = gain + GREYS + first + k;
	}
	for (size_t r = 0; r < LOCAL; r++)
		for (size_t k = 0; k < LOCAL; k++) {
			s->a[l.at[r]][l.at[k]] += l.z[r] * l.j[k];
			s->z[l.at[r]][l.at[k]] += l.z[r] * l.z[k];
		}
}

static void add_residual(const tt_bar *b, const pixel *p, double r, sums *s)
{
	double z[BASE + 4], w[2];
	size_t gain = BASE + b->departures, first = supports(p, w);
	geometry(b, p, (double)p->ga * r, (double)p->gl * r, z);
	for (size_t k = 0; k < BASE; k++)
		s->b[k] += z[k];
	for (size_t k = 0; k < 4; k++)
		s->b[BASE + (size_t)p->first + k] += z[BASE + k];
	for (size_t k = 0; k < 2; k++) {
		s->b[gain + first + k] -= w[k] * (double)p->calm * r;
		s->b[gain + GREYS + first + k] -= w[k] * r;
	}
	s->rr += r * r;
}

static void add_likeness(const pixel *p, double grey, sums *s)
{
	double c = (double)p->calm;
	s->m++;
	s->c += c;
	s->cc += c * c;
	s->i += grey;
	s->ii += grey * grey;
	s->ci += c * grey;
}

static void judge_pixel(const tt_bar *b, const pixel *p, double grey, double residual, sums *s)
{
	add_likeness(p, grey, s);
	double towards = b->o.contrast_grey > 0 ? residual : -residual;
	if (towards > s->most[p->row]) {
		s->most[p->row] = towards;
		s->at[p->row] = p->t;
	}
	s->wide[p->row] += towards > GAP_LEVEL * fabs(b->o.contrast_grey);
}

static void take_pixel(const work *w, const pixel *p, sums *s)
{
	const tt_bar *b = w->b;
	double axial, lateral, g[2] = {0, 0};
	const double basis[4] = {(double)p->w[0], (double)p->w[1], (double)p->w[2], (double)p->w[3]};
	displace(b, w->plain, (double)p->t, (double)p->n, basis, (size_t)p->first, &axial, &lateral);
	axial += w->shift;
	double x = (double)p->x + axial * b->o.axis[0] - lateral * b->o.axis[1];
	double y = (double)p->y + axial * b->o.axis[1] + lateral * b->o.axis[0];
	if (!inside(b, x, y)) return;
	s->n++;
	if (w->aim == SEARCH) {
		if (p->row >= 0) add_likeness(p, grey_at(b, x, y), s);
		return;
	}
	double grey = w->aim == MATRIX ? slope_at(b, x, y, &g[0], &g[1]) : grey_at(b, x, y);
	double r = grey - grey_of(b, w->plain, p);
	add_residual(b, p, r, s);
	if (w->aim == MATRIX) add_matrix(b, p, g, s);
	if (w->aim == JUDGE && p->row >= 0) judge_pixel(b, p, grey, r, s);
}

static void clear_sums(purpose aim, sums *s)
{
	if (aim == MATRIX || aim == JUDGE) {
		memset(s, 0, sizeof *s);
		return;
	}
	memset(s->b, 0, sizeof s->b);
	s->rr = s->c = s->cc = s->i = s->ii = s->ci = s->m = 0;
	s->n = 0;
}

static void take_chunks(void *ctx, int worker, size_t first, size_t last)
{
	const work *w = ctx;
	tt_bar *b = w->b;
	(void)worker;
	size_t every = w->aim == SEARCH ? 3 : 1;
	for (size_t c = first; c < last; c++) {
		sums *s = &b->sum[c];
		clear_sums(w->aim, s);
		size_t from = b->n * c / CHUNKS, to = b->n * (c + 1) / CHUNKS;
		for (size_t i = from; i < to; i += every)
			take_pixel(w, &b->px[i], s);
	}
}

/* All pixels; the sums of the first chunk are then those of all. */
static sums *sum_up(tt_bar *b, const double *theta, purpose aim, double shift)
{
	work w = {.b = b, .aim = aim, .shift = shift};
	to_plain(b, theta, w.plain);
	tt_pool_for(b->pool, CHUNKS, 1, take_chunks, &w);
	sums *s = &b->sum[0];
	for (size_t c = 1; c < CHUNKS; c++) {
		const sums *o = &b->sum[c];
		for (size_t k = 0; k < b->p; k++)
			s->b[k] += o->b[k];
		s->rr += o->rr, s->n += o->n;
		s->c += o->c, s->cc += o->cc, s->i += o->i, s->ii += o->ii, s->ci += o->ci, s->m += o->m;
		for (size_t r = 0; aim == MATRIX && r < b->p; r++)
			for (size_t k = 0; k < b->p; k++) {
				s->a[r][k] += o->a[r][k];
				s->z[r][k] += o->z[r][k];
			}
		for (size_t r = 0; aim == JUDGE && r < b->rows; r++) {
			if (o->most[r] > s->most[r]) s->most[r] = o->most[r], s->at[r] = o->at[r];
			s->wide[r] = (uint16_t)(s->wide[r] + o->wide[r]);
		}
	}
	vector_from_plain(b, s->b);
	if (aim == MATRIX) {
		matrix_from_plain(b, s->a);
		matrix_from_plain(b, s->z);
	}
	return s;
}

static double correlation(const sums *s)
{
	double vc = s->cc - s->c * s->c / s->m, vi = s->ii - s->i * s->i / s->m;
	return s->m > 16 && vc > 0 && vi > 0 ? (s->ci - s->c * s->i / s->m) / sqrt(vc * vi) : NAN;
}

/* ---- solving ---- */

/* What the departures' spread adds to the matrix: s² / (α τ²), α the instrument's share of signal (the matrix over the
 * instrument's square). */
static double shrinkage(const tt_bar *b)
{
	double a = 0, z = 0;
	for (size_t k = BASE; k < BASE + b->departures; k++) {
		a += b->a[k * b->p + k];
		z += b->z[k * b->p + k];
	}
	return a > 0 ? b->variance * z / (a * b->tau2) : 0;
}

static bool decompose(tt_bar *b)
{
	double more = shrinkage(b);
	memcpy(b->lu, b->a, b->p * b->p * sizeof *b->lu);
	for (size_t k = BASE; k < BASE + b->departures; k++)
		b->lu[k * b->p + k] += more;
	return tt_lu(b->lu, b->p, b->order);
}

static bool make_matrix(tt_bar *b, const double *theta)
{
	const sums *s = sum_up(b, theta, MATRIX, 0);
	for (size_t r = 0; r < b->p; r++)
		for (size_t c = 0; c < b->p; c++) {
			b->a[r * b->p + c] = s->a[r][c];
			b->z[r * b->p + c] = s->z[r][c];
		}
	b->has_matrix = decompose(b);
	b->matrix_frame = b->frames;
	return b->has_matrix;
}

/* Displacement along the axis of the gauge's ends as a row of weights. */
static void end_row(const tt_bar *b, int end, double *row)
{
	double t = (b->o.end[end] - b->middle) / b->reach, w[4];
	memset(row, 0, b->p * sizeof *row);
	row[AXIAL] = 1;
	row[STRAIN] = t;
	size_t first = splines_at(b->departures, t, w);
	for (size_t k = 0; k < 4; k++)
		row[BASE + first + k] = w[k];
	vector_from_plain(b, row);
}

/* One round; returns the largest step of the gauge's ends, px. */
static double round_of(tt_bar *b, double *theta, double damp)
{
	const sums *s = sum_up(b, theta, RESIDUALS, 0);
	double step[MOST], row[MOST], most = 0, more = shrinkage(b);
	for (size_t k = 0; k < b->p; k++)
		step[k] = -s->b[k];
	for (size_t k = BASE; k < BASE + b->departures; k++)
		step[k] -= more * (theta[k] - b->usual[k]);
	tt_lu_solve(b->lu, b->p, b->order, step);
	for (int e = 0; e < 2; e++) {
		double moved = 0;
		end_row(b, e, row);
		for (size_t k = 0; k < b->p; k++)
			moved += row[k] * step[k];
		most = fmax(most, fabs(moved));
	}
	most = fmax(most, fabs(step[LATERAL]));
	damp *= most > 2 ? 2 / most : 1; /* no leaps */
	for (size_t k = 0; k < b->p; k++)
		theta[k] += damp * step[k];
	return isfinite(most) ? most : INFINITY;
}

/* Covariance of the departures and variance of the gauge's elongation: the estimate is linear in the residuals,
 * (A + shrinkage)⁻¹ instrument; what the shrinkage hides has a variance of τ². */
static double elongation_variance(const tt_bar *b, double *trace)
{
	double h[MOST], e[2][MOST], column[MOST];
	for (int k = 0; k < 2; k++)
		end_row(b, k, e[k]);
	double more = shrinkage(b), noise = 0, hidden = 0;
	*trace = 0;
	/* rows of the inverse by solving for unit vectors: w = (A + Λ)⁻ᵀ h needs all columns */
	for (size_t k = 0; k < b->p; k++)
		h[k] = 0;
	double inverse_row[MOST][MOST];
	for (size_t c = 0; c < b->p; c++) {
		for (size_t k = 0; k < b->p; k++)
			column[k] = k == c;
		tt_lu_solve(b->lu, b->p, b->order, column);
		for (size_t k = 0; k < b->p; k++) {
			inverse_row[k][c] = column[k];
			h[c] += (e[1][k] - e[0][k]) * column[k];
		}
	}
	for (size_t r = 0; r < b->p; r++)
		for (size_t c = 0; c < b->p; c++)
			noise += h[r] * b->z[r * b->p + c] * h[c];
	for (size_t k = BASE; k < BASE + b->departures; k++) {
		hidden += more * h[k] * more * h[k] * b->tau2;
		double v = 0;
		for (size_t r = 0; r < b->p; r++)
			for (size_t c = 0; c < b->p; c++)
				v += inverse_row[k][r] * b->z[r * b->p + c] * inverse_row[k][c];
		double kept = 0;
		for (size_t r = BASE; r < BASE + b->departures; r++)
			kept += more * inverse_row[k][r] * more * inverse_row[k][r] * b->tau2;
		*trace += v * b->variance + kept;
	}
	return noise * b->variance + hidden;
}

/* ---- one frame ---- */

static void predict(const tt_bar *b, double time, double *theta)
{
	memcpy(theta, b->theta, b->p * sizeof *theta);
	double span = b->t_now - b->t_before, ahead = time - b->t_now;
	if (b->found < 3 || !(span > 0) || !(ahead > 0)) return;
	double f = fmin(ahead / span, 2);
	for (size_t k = 0; k < BASE; k++)
		theta[k] += f * (b->theta[k] - b->before[k]);
}

/* The whole shift along the axis at which the bar looks most like itself; nothing when none is clearly better. */
static void search(tt_bar *b, double *theta)
{
	double z[2 * REACH + 1];
	int best = REACH;
	for (int k = 0; k <= 2 * REACH; k++) {
		const sums *s = sum_up(b, theta, SEARCH, k - REACH);
		z[k] = correlation(s);
		if (z[k] > z[best] || isnan(z[best])) best = k;
	}
	if (best == REACH || isnan(z[best])) return;
	theta[AXIAL] += best - REACH;
}

static void read_gap(const tt_bar *b, const sums *s, tt_bar_reading *out)
{
	double at = 0, wide = 0;
	size_t rows = 0, open = 0;
	out->gap_px = 0;
	out->gap_at_px = NAN;
	if (!(fabs(b->o.contrast_grey) * GAP_LEVEL > 5 * b->o.noise_grey)) return;
	for (size_t r = 0; r < b->rows; r++) {
		if (b->seen_rows[r] == 0) continue;
		rows++;
		if (!(s->most[r] > GAP_LEVEL * fabs(b->o.contrast_grey))) continue;
		open++;
		wide += s->wide[r];
		at += b->middle + b->reach * (double)s->at[r];
	}
	if (rows < 4 || (double)open < GAP_ROWS * (double)rows) return;
	if (wide / (double)open > 0.5 * b->reach) return; /* no gap, another picture */
	out->gap_px = wide / (double)open;
	out->gap_at_px = at / (double)open;
}

static void remember(tt_bar *b, const double *theta, double time, double zncc)
{
	memcpy(b->before, b->theta, b->p * sizeof *b->before);
	b->t_before = b->t_now;
	memcpy(b->theta, theta, b->p * sizeof *b->theta);
	b->t_now = time;
	if (b->found > 0 && b->n_first < FIRST) b->first_zncc[b->n_first++] = zncc;
	b->found++;
}

/* Departures' usual values (the reference's own noise has its share in all of them) follow slowly. Their spread about
 * those: what they scatter by without the shrinkage, less what noise does, over the last frames. trace: sum of the
 * variances that are left to them, each C τ² / (C + τ²), C without the shrinkage. */
static void update_spread(tt_bar *b, const double *theta, double trace)
{
	double n = (double)b->departures, left = trace / n, sum = 0, share = 1 / fmin((double)b->found, MEMORY);
	double noise = left < 0.99 * b->tau2 ? b->tau2 * left / (b->tau2 - left) : 100 * left;
	double kept = b->tau2 / (b->tau2 + noise);
	for (size_t k = BASE; k < BASE + b->departures; k++) {
		double off = theta[k] - b->usual[k];
		sum += off * off;
		b->usual[k] += share * off;
	}
	if (b->found <= MEMORY) return; /* nearly free at first: the usual values are not known */
	b->excess += share * (sum / (n * kept * kept) - noise - b->excess);
	b->tau2 = fmax(LEAST_EXCESS * noise, b->excess);
}

/* Rounds until the ends stand still, to a small part of what is known of them; false: they do not. */
static bool solve(tt_bar *b, double *theta, int *rounds)
{
	double step = INFINITY, enough = fmax(ENOUGH_PX, 0.03 * b->u_px);
	if (!b->has_matrix || b->frames >= b->matrix_frame + MATRIX_EVERY) make_matrix(b, theta);
	for (*rounds = 0; *rounds < MOST_ROUNDS && step > enough; ++*rounds) {
		/* a matrix made beside the place is too small, and its steps too long */
		if (*rounds == 4 || *rounds == 8) make_matrix(b, theta);
		if (!b->has_matrix) return false;
		step = round_of(b, theta, *rounds < 6 ? 1 : 0.6);
		if (!isfinite(step)) return false;
	}
	return step < fmax(NEARLY_PX, 0.3 * b->u_px);
}

/* Does the bar look as it did in the first frames? */
static bool looks_alike(const tt_bar *b, double zncc, double share)
{
	if (b->n_first < 3) return true;
	double v[FIRST];
	memcpy(v, b->first_zncc, b->n_first * sizeof *v);
	return zncc > share * tt_median(v, b->n_first);
}

/* From the prediction; where that leads to something else, from the likeliest place about it. */
static const sums *find(tt_bar *b, const double *predicted, double *theta, int *rounds)
{
	const sums *s = NULL;
	memcpy(theta, predicted, b->p * sizeof *theta);
	if (b->n_first >= 3 && solve(b, theta, rounds)) {
		s = sum_up(b, theta, JUDGE, 0);
		if (looks_alike(b, correlation(s), SURE_SHARE)) return s;
	}
	memcpy(theta, predicted, b->p * sizeof *theta);
	b->has_matrix = false;
	search(b, theta);
	return solve(b, theta, rounds) ? sum_up(b, theta, JUDGE, 0) : NULL;
}

static bool trusted(const tt_bar *b, double zncc, size_t inner)
{
	return zncc > 4 / sqrt((double)inner) && looks_alike(b, zncc, LEAST_SHARE);
}

static void report(const tt_bar *b, const double *theta, tt_bar_reading *out)
{
	double row[MOST];
	for (int e = 0; e < 2; e++) {
		double t = (b->o.end[e] - b->middle) / b->reach;
		end_row(b, e, row);
		out->axial[e] = 0;
		for (size_t k = 0; k < b->p; k++)
			out->axial[e] += row[k] * theta[k];
		out->lateral[e] = theta[LATERAL] + theta[TURN] * t + theta[BOW] * (t * t - 1.0 / 3);
	}
	out->elongation_px = out->axial[1] - out->axial[0];
	out->contraction = -theta[NARROW] / b->o.half_px;
}

/* The residuals hold the noise of both frames, a change of length only that of its own: the reference's is in all. */
static double own_variance(const tt_bar *b, const sums *s)
{
	double all = s->n > b->p ? s->rr / (double)(s->n - b->p) : 2 * b->o.noise_grey * b->o.noise_grey;
	return fmin(all, fmax(0.5 * all, all - b->o.noise_grey * b->o.noise_grey));
}

tt_status tt_bar_step(tt_bar *b, const tt_image *frame, double time_s, tt_bar_reading *out, tt_error *err)
{
	double predicted[MOST], theta[MOST], time = isnan(time_s) ? b->t_now + 1 : time_s, trace;
	if (!frame || !frame->data || frame->width != b->width || frame->height != b->height)
		return tt_fail(err, TT_ERR_USAGE, "a frame of %d x %d px, the reference has %d x %d",
		               frame ? frame->width : 0, frame ? frame->height : 0, b->width, b->height);
	*out = (tt_bar_reading){.elongation_px = NAN, .u_px = NAN, .zncc = NAN, .gap_at_px = NAN, .contraction = NAN};
	if (b->found == 0) { /* the reference itself: its noise is its own texture */
		out->ok = true;
		out->elongation_px = out->contraction = 0;
		out->zncc = 1;
		remember(b, b->theta, time, 1);
		return TT_OK;
	}
	bool rests = b->lost > PATIENCE && b->frames % REST != 0;
	b->frames++;
	if (rests) return TT_OK;
	tt_spline_begin(&b->spline, frame, 0);
	tt_spline_want(&b->spline, 0, 0, b->width - 1, b->height - 1);
	tt_spline_fill(&b->spline, b->pool);
	predict(b, time, predicted);
	b->lost++; /* unless it is found */
	const sums *s = find(b, predicted, theta, &out->iterations);
	if (!s) {
		b->has_matrix = false;
		read_gap(b, sum_up(b, predicted, JUDGE, 0), out);
		return TT_OK;
	}
	out->zncc = correlation(s);
	read_gap(b, s, out);
	report(b, theta, out);
	b->variance = own_variance(b, s);
	out->ok = 5 * s->n >= 4 * b->n && out->gap_px == 0 && trusted(b, out->zncc, (size_t)s->m);
	out->u_px = sqrt(elongation_variance(b, &trace));
	if (!out->ok) return TT_OK;
	b->u_px = out->u_px;
	b->lost = 0;
	remember(b, theta, time, out->zncc);
	update_spread(b, theta, trace);
	b->has_matrix = decompose(b);
	return TT_OK;
}

void tt_bar_motion(const tt_bar *b, double along, double across, double motion[2])
{
	double t = (along - b->middle) / b->reach, plain[MOST], w[4], axial, lateral;
	/* beyond the part that is used, the uniform strain goes on */
	size_t first = splines_at(b->departures, fmin(fmax(t, -1), 1), w);
	to_plain(b, b->theta, plain);
	displace(b, plain, t, across, w, first, &axial, &lateral);
	motion[0] = axial * b->o.axis[0] - lateral * b->o.axis[1];
	motion[1] = axial * b->o.axis[1] + lateral * b->o.axis[0];
}

/* ---- the reference ---- */

/* Value and slopes of the image under a Gaussian at a pixel. */
static bool smooth_at(const tt_image *im, int x, int y, double sigma, double offset, double out[3])
{
	int r = (int)ceil(3 * sigma);
	if (x < r || y < r || x >= im->width - r || y >= im->height - r) return false;
	double sum = 0;
	out[0] = out[1] = out[2] = 0;
	for (int j = -r; j <= r; j++)
		for (int i = -r; i <= r; i++) {
			double w = exp(-0.5 * (i * i + j * j) / (sigma * sigma)),
			       g = tt_image_at(im, x + i, y + j) - offset;
			sum += w;
			out[0] += w * g;
			out[1] += w * i * g;
			out[2] += w * j * g;
		}
	out[0] /= sum;
	out[1] /= sum * sigma * sigma;
	out[2] /= sum * sigma * sigma;
	return true;
}

static bool place(const tt_bar *b, int x, int y, double *along, double *across)
{
	double dx = x - b->o.from[0], dy = y - b->o.from[1];
	*along = dx * b->o.axis[0] + dy * b->o.axis[1];
	*across = -dx * b->o.axis[1] + dy * b->o.axis[0];
	return *along >= b->o.lo && *along <= b->o.hi && fabs(*across) <= b->o.half_px + BESIDE_PX;
}

static void add_pixel(tt_bar *b, const tt_image *im, int x, int y, double along, double across)
{
	double v[3], w[4];
	if (!smooth_at(im, x, y, b->o.smooth_px, 0, v)) return;
	pixel *p = &b->px[b->n];
	*p = (pixel){.x = (float)x,
	             .y = (float)y,
	             .t = (float)((along - b->middle) / b->reach),
	             .n = (float)across,
	             .f = (float)tt_image_at(im, x, y),
	             .calm = (float)v[0],
	             .ga = (float)(v[1] * b->o.axis[0] + v[2] * b->o.axis[1]),
	             .gl = (float)(-v[1] * b->o.axis[1] + v[2] * b->o.axis[0]),
	             .row = -1};
	p->hat = 0.5f * (p->t + 1) * (GREYS - 1);
	if (fabs(across) < b->o.half_px - 2) {
		long row = lround(across + b->o.half_px);
		if (row >= 0 && row < MOST_ROWS) {
			p->row = (int16_t)row;
			b->seen_rows[row] = 1;
			if ((size_t)row + 1 > b->rows) b->rows = (size_t)row + 1;
		}
	}
	p->first = (int16_t)splines_at(b->departures, (double)p->t, w);
	for (size_t k = 0; k < 4; k++)
		p->w[k] = (float)w[k];
	b->n++;
}

static tt_status list_pixels(tt_bar *b, const tt_image *im, tt_error *err)
{
	enum { FEWEST = 400 };
	double along, across;
	size_t count = 0;
	for (int y = 0; y < im->height; y++)
		for (int x = 0; x < im->width; x++)
			count += place(b, x, y, &along, &across);
	b->px = malloc((count + 1) * sizeof *b->px);
	if (!b->px) return tt_fail_memory(err, "the bar's pixels");
	/* every so-manieth: what more would gain is less than what it costs */
	size_t every = count / MOST_PIXELS + 1, k = 0;
	for (int y = 0; y < im->height; y++)
		for (int x = 0; x < im->width; x++)
			if (place(b, x, y, &along, &across) && k++ % every == 0) add_pixel(b, im, x, y, along, across);
	if (b->n < FEWEST)
		return tt_fail(err, TT_ERR_FAILED,
		               "only %zu pixels of the bar lie inside the frame, expected at least %d", b->n, FEWEST);
	return TT_OK;
}

tt_status tt_bar_new(const tt_image *reference, const tt_bar_options *options, const tt_job *job, tt_bar **out,
                     tt_error *err)
{
	*out = NULL;
	tt_bar *b = calloc(1, sizeof *b);
	if (!b) return tt_fail_memory(err, "the bar");
	b->o = *options;
	b->width = reference->width;
	b->height = reference->height;
	b->middle = 0.5 * (options->lo + options->hi);
	b->reach = 0.5 * (options->hi - options->lo);
	double segments = round((options->hi - options->lo) / options->segment_px);
	b->departures = (size_t)fmin(fmax(segments + 3, 4), MOST_DEPARTURES);
	b->p = BASE + b->departures + 2 * GREYS;
	find_shares(b);
	b->tau2 = FREE_TAU2;
	b->variance = options->noise_grey * options->noise_grey;
	for (size_t k = 0; k < GREYS; k++)
		b->theta[BASE + b->departures + k] = 1;
	b->sum = malloc(CHUNKS * sizeof *b->sum);
	tt_status st = b->sum ? tt_pool_new(tt_job_threads(job), &b->pool, err) : tt_fail_memory(err, "the bar's sums");
	if (st == TT_OK)
		st = tt_spline_init(&b->spline, b->width, b->height, TT_BSPLINE_CUBIC, 0, tt_pool_size(b->pool),
		                    tt_kernels_best(), err);
	if (st == TT_OK) st = list_pixels(b, reference, err);
	if (st == TT_OK)
		*out = b;
	else
		tt_bar_free(b);
	return st;
}
