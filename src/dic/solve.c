/* Inverse compositional Gauss–Newton for ZNSSD (Baker & Matthews 2004; Pan, Li & Tong 2013), in the form of an
 * estimating equation: with w_k the smoothed reference gradient times the shape function's monomials,
 *
 *     b_k(p) = Σ w̃_k (f̃ - r g̃(p)) = 0,   r = |f̃| / |g̃|,   ~: less the mean over the subset,
 *
 * is solved by Newton steps with the Jacobian Σ w̃_k s_j, s the plain gradient. The smoothing of w changes neither
 * the solution of a noiseless pair nor the speed of convergence; what it does for the bias and the scatter is
 * measured in tests/dic. Because f̃'s part of b is known beforehand, a step needs only the sums of w_k g, g, g².
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/solve.h"

#include <math.h>

/* How far a subset may overhang the image while it converges, and at the end. */
static const double overhang_on_the_way = 6, overhang_at_the_end = 0.5;

static bool is_whole(const tt_warp *w)
{
	for (int k = 1; k < 6; k++)
		if (w->u[k] != 0 || w->v[k] != 0) return false;
	return w->u[0] == rint(w->u[0]) && w->v[0] == rint(w->v[0]);
}

static void grow(double box[4], double x, double y)
{
	box[0] = fmin(box[0], x);
	box[1] = fmin(box[1], y);
	box[2] = fmax(box[2], x);
	box[3] = fmax(box[3], y);
}

static void corner(const tt_prepared *p, const tt_warp *w, double dx, double dy, double box[4])
{
	double u, v;
	tt_warp_at(w, dx, dy, &u, &v);
	grow(box, p->cx + dx + u, p->cy + dy + v);
}

/* The box of the warped rectangle of valid pixels; for the second order the edges' bulge is added. */
static void warped_box(const tt_prepared *p, const tt_warp *w, int order, double box[4])
{
	box[0] = box[1] = INFINITY;
	box[2] = box[3] = -INFINITY;
	corner(p, w, p->left, p->top, box);
	corner(p, w, p->right, p->top, box);
	corner(p, w, p->left, p->bottom, box);
	corner(p, w, p->right, p->bottom, box);
	if (order < 2) return;
	double hx = (p->right - p->left) / 2.0, hy = (p->bottom - p->top) / 2.0;
	double bu = fabs(w->u[3]) * hx * hx / 2 + fabs(w->u[5]) * hy * hy / 2;
	double bv = fabs(w->v[3]) * hx * hx / 2 + fabs(w->v[5]) * hy * hy / 2;
	box[0] -= bu;
	box[1] -= bv;
	box[2] += bu;
	box[3] += bv;
}

/* The box of the warped valid pixels themselves, for masks whose corners are empty. */
static void warped_box_of_mask(const tt_prepared *p, const tt_warp *w, int side, double box[4])
{
	int groups = (side + TT_DIC_LANES - 1) / TT_DIC_LANES, half = side / 2;
	box[0] = box[1] = INFINITY;
	box[2] = box[3] = -INFINITY;
	for (int j = 0; j < side; j++) {
		const uint16_t *row = p->mask + j * groups;
		int first = -1, last = -1;
		for (int i = 0; i < side; i++)
			if (row[i / TT_DIC_LANES] >> (i % TT_DIC_LANES) & 1) {
				if (first < 0) first = i;
				last = i;
			}
		if (first < 0) continue;
		corner(p, w, first - half, j - half, box);
		corner(p, w, last - half, j - half, box);
	}
}

static bool inside(const double box[4], int width, int height, double overhang)
{
	return box[0] >= -overhang && box[1] >= -overhang && box[2] <= width - 1 + overhang &&
	       box[3] <= height - 1 + overhang;
}

/* As above; looks closer when only a masked subset's empty corners are outside. */
static bool is_inside(const tt_dic_reference *r, const tt_prepared *p, const tt_warp *w, double box[4], double overhang)
{
	double sum = 0;
	for (int k = 0; k < 6; k++)
		sum += w->u[k] + w->v[k];
	if (!isfinite(sum)) return false;
	warped_box(p, w, r->options.order, box);
	if (inside(box, r->width, r->height, overhang)) return true;
	if (!p->mask || !(box[0] > -1e6 && box[1] > -1e6 && box[2] < 1e6 && box[3] < 1e6)) return false;
	warped_box_of_mask(p, w, r->options.subset_px, box);
	return inside(box, r->width, r->height, overhang);
}

void tt_solve_box(const tt_dic_reference *r, const tt_prepared *p, const tt_warp *w, double box[4])
{
	warped_box(p, w, r->options.order, box);
}

/* May the vector kernels read the coefficients under all lanes, masked ones and those right of the subset too? */
static bool is_readable(const tt_prepared *p, const tt_warp *w, const tt_spline *s, int side, const double near_box[4])
{
	/* lanes reach 15 pixels beyond the subset, which the kernels never stretch to more than 28 */
	if (inside(near_box, s->width, s->height, -28) && !p->mask) return true;
	double box[4] = {INFINITY, INFINITY, -INFINITY, -INFINITY};
	int h = side / 2, right = (side + TT_DIC_LANES - 1) / TT_DIC_LANES * TT_DIC_LANES - 1 - h;
	corner(p, w, -h, -h, box);
	corner(p, w, right, -h, box);
	corner(p, w, -h, h, box);
	corner(p, w, right, h, box);
	double bulge = (fabs(w->u[3]) + fabs(w->u[5]) + fabs(w->v[3]) + fabs(w->v[5])) * right * right / 2;
	return inside(box, s->width, s->height, TT_SPLINE_PAD - 4 - bulge);
}

static void sums_at(const tt_dic_reference *r, const tt_prepared *p, const tt_spline *s, const tt_warp *w,
                    const double box[4], float g0, tt_sums *sums)
{
	tt_subset subset = tt_reference_subset(r, p);
	int half = subset.side / 2;
	if (!s->blur && is_whole(w)) {
		int x = p->cx + (int)w->u[0] - half, y = p->cy + (int)w->v[0] - half;
		if (x >= 0 && y >= 0 && x + subset.side <= s->width && y + subset.side <= s->height) {
			const tt_image *im = s->image;
			const char *at =
			    (const char *)im->data + y * im->stride + (ptrdiff_t)(tt_pixel_size(im->type) * (size_t)x);
			r->kernels->sums_whole(&subset, at, im->stride, im->type, g0 + s->offset, r->options.order,
			                       sums);
			return;
		}
	}
	double x = p->cx + w->u[0], y = p->cy + w->v[0];
	int bx = (int)floor(x), by = (int)floor(y);
	tt_lookup at = {s->origin + by * s->stride + bx,
	                s->stride,
	                {(float)(x - bx), (float)(1 + w->u[1]), (float)w->u[2], (float)(w->u[3] / 2), (float)w->u[4],
	                 (float)(w->u[5] / 2)},
	                {(float)(y - by), (float)w->v[1], (float)(1 + w->v[2]), (float)(w->v[3] / 2), (float)w->v[4],
	                 (float)(w->v[5] / 2)},
	                g0};
	const tt_kernels *k = is_readable(p, w, s, subset.side, box) ? r->kernels : &tt_kernels_c;
	if (s->degree == TT_BSPLINE_CUBIC)
		k->sums_cubic(&subset, &at, r->options.order, sums);
	else
		k->sums_quintic(&subset, &at, r->options.order, sums);
}

/* x = (L Lᵀ)⁻¹ x */
static void back_substitute(const double *l, int n, double *x)
{
	const double *row = l;
	for (int i = 0; i < n; i++) {
		double s = x[i];
		for (int k = 0; k < i; k++)
			s -= row[k] * x[k];
		x[i] = s / row[i];
		row += i + 1;
	}
	for (int i = n - 1; i >= 0; i--) {
		double s = x[i];
		for (int k = i + 1; k < n; k++)
			s -= l[k * (k + 1) / 2 + i] * x[k];
		x[i] = s / l[i * (i + 1) / 2 + i];
	}
}

/* Where there is nothing to correlate, any failure on the way is its fault. */
static tt_solve_result end_with(tt_solve *state, const tt_prepared *p, tt_dic_flag flag)
{
	state->flag = flag && p->weak && state->iterations > 0 ? TT_DIC_NO_TEXTURE : flag;
	return TT_SOLVED;
}

/* The Newton step as a warp. */
static tt_warp step_of(const double *b, int order)
{
	int n = tt_warp_terms(order);
	tt_warp d = {{0}, {0}};
	for (int k = 0; k < n; k++) {
		d.u[k] = -b[k];
		d.v[k] = -b[n + k];
	}
	return d;
}

tt_solve_result tt_solve_point(const tt_dic_reference *r, const tt_prepared *p, const tt_spline *spline,
                               tt_solve *state)
{
	const tt_dic_options *o = &r->options;
	int terms = tt_warp_terms(o->order), n = 2 * terms;
	/* the monomials dx², dy² of the sums belong to the parameters with a factor 1/2 */
	static const double half_of[6] = {1, 1, 1, 0.5, 1, 0.5};
	float g0 = p->mean;
	if (p->flag) return end_with(state, p, p->flag);
	for (;;) {
		if (!is_inside(r, p, &state->warp, state->box, overhang_on_the_way))
			return end_with(state, p, TT_DIC_OUTSIDE);
		if (!tt_spline_has(spline, state->box[0], state->box[1], state->box[2], state->box[3]))
			return TT_SOLVE_WAIT;
		if (state->iterations >= o->max_iterations) return end_with(state, p, TT_DIC_DIVERGED);
		tt_sums s;
		sums_at(r, p, spline, &state->warp, state->box, g0, &s);
		double mean = s.g / p->n, gg = s.gg - s.g * mean;
		if (!(gg > 1e-9 * s.gg)) return end_with(state, p, TT_DIC_LOW_ZNCC);
		double norm = sqrt(gg), ratio = p->norm / norm, b[12];
		state->zncc = (s.fg - p->sum * mean) / (p->norm * norm);
		for (int k = 0; k < terms; k++) {
			b[k] = p->c[k] - ratio * (s.wx[k] * half_of[k] - p->m[k] * s.g);
			b[terms + k] = p->c[terms + k] - ratio * (s.wy[k] * half_of[k] - p->m[terms + k] * s.g);
		}
		back_substitute(p->l, n, b);
		tt_warp d = step_of(b, o->order);
		double increment = hypot(d.u[0], d.v[0]);
		state->iterations++;
		if (!(increment < o->subset_px)) return end_with(state, p, TT_DIC_DIVERGED);
		if (!tt_warp_update(&state->warp, &d, o->order)) return end_with(state, p, TT_DIC_DIVERGED);
		g0 += (float)mean;
		if (increment < o->max_increment_px) break;
	}
	if (!is_inside(r, p, &state->warp, state->box, overhang_at_the_end)) return end_with(state, p, TT_DIC_OUTSIDE);
	if (state->zncc < p->min_zncc) return end_with(state, p, TT_DIC_LOW_ZNCC);
	return end_with(state, p, TT_DIC_OK);
}
