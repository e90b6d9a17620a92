/* The subset kernels in terms of a vector of VN floats; included by kernels_c.c, kernels_avx2.c and kernels_avx512.c,
 * which define the vector's operations and how the spline is looked up (along_row, one_pixel, is_regular).
 *
 * All give the same bits: every sum is that of 16 lanes, each its own, which are added in the same order at the end;
 * shorter vectors take the lanes in turn. Products and sums are contracted where v_fma says so and nowhere else
 * (-ffp-contract=off).
 *
 * A vector holds VN neighbouring pixels of a row, and rows follow each other in the inner loop, so that moments in
 * dx are taken once at the end, lane by lane. Whatever is left of a row beyond whole groups of 16 is masked, or, when
 * it is a few pixels (33 = 2 × 16 + 1), done pixel by pixel with the taps as the vector. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#ifndef TT_DIC_KERNELS_VECTOR_H
#define TT_DIC_KERNELS_VECTOR_H

#include "dic/kernels_weights.h"

enum { FEW_COLUMNS = 3, LANES = TT_DIC_LANES, TURNS = LANES / VN };

/* The sum of all lanes: eight and eight, four and four, …; a: TURNS of them. */
#define SUM_OF(a, what) v_sum(TURNS == 2 ? v_add((a)[0].what, (a)[TURNS - 1].what) : (a)[0].what)

/* Sums over the rows of VN columns; powers of dy. */
typedef struct column_sums {
	vf g, gg, fg, wx[3], wy[3];
} column_sums;

INLINE void add_row(column_sums *a, const tt_subset *s, ptrdiff_t at, vf g, float dy, const int order)
{
	vf wx = v_loadu(s->wx + at), wy = v_loadu(s->wy + at);
	a->g = v_add(a->g, g);
	a->gg = v_fma(g, g, a->gg);
	a->fg = v_fma(v_loadu(s->f + at), g, a->fg);
	a->wx[0] = v_fma(wx, g, a->wx[0]);
	a->wy[0] = v_fma(wy, g, a->wy[0]);
	if (order == 0) return;
	vf yg = v_mul(v_set1(dy), g);
	a->wx[1] = v_fma(wx, yg, a->wx[1]);
	a->wy[1] = v_fma(wy, yg, a->wy[1]);
	if (order == 1) return;
	vf yyg = v_mul(v_set1(dy), yg);
	a->wx[2] = v_fma(wx, yyg, a->wx[2]);
	a->wy[2] = v_fma(wy, yyg, a->wy[2]);
}

/* Lane sums of all columns so far, multiplied by their powers of dx; reduced once at the end. */
typedef struct vector_sums {
	vf g, gg, fg, wx[6], wy[6];
} vector_sums;

INLINE void columns_into(const column_sums *a, vf dx, const int order, vector_sums *out)
{
	out->g = v_add(out->g, a->g);
	out->gg = v_add(out->gg, a->gg);
	out->fg = v_add(out->fg, a->fg);
	out->wx[0] = v_add(out->wx[0], a->wx[0]);
	out->wy[0] = v_add(out->wy[0], a->wy[0]);
	if (order == 0) return;
	out->wx[1] = v_fma(dx, a->wx[0], out->wx[1]);
	out->wy[1] = v_fma(dx, a->wy[0], out->wy[1]);
	out->wx[2] = v_add(out->wx[2], a->wx[1]);
	out->wy[2] = v_add(out->wy[2], a->wy[1]);
	if (order == 1) return;
	vf xx = v_mul(dx, dx);
	out->wx[3] = v_fma(xx, a->wx[0], out->wx[3]);
	out->wy[3] = v_fma(xx, a->wy[0], out->wy[3]);
	out->wx[4] = v_fma(dx, a->wx[1], out->wx[4]);
	out->wy[4] = v_fma(dx, a->wy[1], out->wy[4]);
	out->wx[5] = v_add(out->wx[5], a->wx[2]);
	out->wy[5] = v_add(out->wy[5], a->wy[2]);
}

INLINE void reduce_sums(const vector_sums *a, const int order, tt_sums *out)
{
	out->g += SUM_OF(a, g);
	out->gg += SUM_OF(a, gg);
	out->fg += SUM_OF(a, fg);
	for (int k = 0; k < (order == 0 ? 1 : order == 1 ? 3 : 6); k++) {
		out->wx[k] += SUM_OF(a, wx[k]);
		out->wy[k] += SUM_OF(a, wy[k]);
	}
}

/* Columns in groups of all lanes that need no mask. */
INLINE int whole_groups(const tt_subset *s)
{
	return s->mask ? 0 : s->side / LANES * LANES;
}

/* Whose turn pixels (columns of a row, or rows of a column) are from this one on. */
INLINE int turn_of(int pixel)
{
	return pixel / VN % TURNS;
}

INLINE vm row_mask(const tt_subset *s, int column, int row)
{
	int groups = (s->side + TT_DIC_LANES - 1) / TT_DIC_LANES, left = s->side - column;
	unsigned bits = 0xffff;
	if (s->mask) bits = (unsigned)s->mask[row * groups + column / TT_DIC_LANES] >> (column % TT_DIC_LANES);
	if (left < VN) bits &= (1u << left) - 1;
	return m_bits(bits);
}

INLINE void add_columns(const tt_subset *s, const tt_lookup *at, int column, const int taps, const int order,
                        const int masked, vector_sums *out)
{
	column_sums a;
	memset(&a, 0, sizeof a);
	vf dx = v_add(v_iota(), v_set1((float)(column - s->side / 2)));
	vf at_x = v_fma(dx, v_set1(at->x[1]), v_set1(at->x[0])), at_y = v_fma(dx, v_set1(at->y[1]), v_set1(at->y[0]));
	for (int j = 0; j < s->side; j++) {
		float dy = (float)(j - s->side / 2);
		vf x, y;
		if (order < 2) {
			x = v_fma(v_set1(dy), v_set1(at->x[2]), at_x);
			y = v_fma(v_set1(dy), v_set1(at->y[2]), at_y);
		} else {
			x = position(at->x, dx, v_set1(dy), order);
			y = position(at->y, dx, v_set1(dy), order);
		}
		vm lanes = masked ? row_mask(s, column, j) : m_bits(0xffff);
		vf g = along_row(at, x, y, lanes, taps, order);
		if (masked) g = v_keep(lanes, g);
		add_row(&a, s, j * s->stride + column, g, dy, order);
	}
	columns_into(&a, dx, order, out);
}

/* One column, VN rows at a time: the weights as vectors, then each pixel with its taps side by side. */
INLINE void add_column(const tt_subset *s, const tt_lookup *at, int column, const int taps, const int order,
                       tt_sums *out)
{
	float dx = (float)(column - s->side / 2), sum[3] = {0}, swx[3] = {0}, swy[3] = {0};
	for (int j = 0; j < s->side; j += VN) {
		_Alignas(64) float wu[6][VN], wv[6][VN];
		_Alignas(64) int ix[VN], iy[VN];
		vf dy = v_add(v_iota(), v_set1((float)(j - s->side / 2)));
		vf x = position(at->x, v_set1(dx), dy, order), y = position(at->y, v_set1(dx), dy, order);
		vf bx = v_floor(x), by = v_floor(y), u[6], v[6];
		weights_of(v_sub(x, bx), u, taps);
		weights_of(v_sub(y, by), v, taps);
		vi_store(ix, v_toint(bx));
		vi_store(iy, v_toint(by));
		for (int t = 0; t < taps; t++) {
			v_store(wu[t], u[t]);
			v_store(wv[t], v[t]);
		}
		int rows = s->side - j < VN ? s->side - j : VN;
		for (int k = 0; k < rows; k++) {
			const float *c = at->coef + (iy[k] - taps / 2 + 1) * at->stride + ix[k] - taps / 2 + 1;
			float g = one_pixel(c, at->stride, &wu[0][k], &wv[0][k], taps) - at->g0;
			ptrdiff_t p = (j + k) * s->stride + column;
			float fy = (float)(j + k - s->side / 2), gx = s->wx[p] * g, gy = s->wy[p] * g;
			sum[0] += g;
			sum[1] += g * g;
			sum[2] += s->f[p] * g;
			swx[0] += gx;
			swy[0] += gy;
			swx[1] += gx * fy;
			swy[1] += gy * fy;
			swx[2] += gx * fy * fy;
			swy[2] += gy * fy * fy;
		}
	}
	out->g += sum[0];
	out->gg += sum[1];
	out->fg += sum[2];
	const float *w[2] = {swx, swy};
	double *to[2] = {out->wx, out->wy};
	for (int k = 0; k < 2; k++) {
		to[k][0] += w[k][0];
		if (order == 0) continue;
		to[k][1] += dx * w[k][0];
		to[k][2] += w[k][1];
		if (order == 1) continue;
		to[k][3] += dx * dx * w[k][0];
		to[k][4] += dx * w[k][1];
		to[k][5] += w[k][2];
	}
}

INLINE void sums_spline(const tt_subset *s, const tt_lookup *at, const int taps, const int order, tt_sums *out)
{
	vector_sums v[TURNS];
	memset(out, 0, sizeof *out);
	memset(v, 0, sizeof v);
	int column = 0, whole = whole_groups(s);
	for (; column < whole; column += VN)
		add_columns(s, at, column, taps, order, 0, &v[turn_of(column)]);
	if (s->mask || s->side - column > FEW_COLUMNS)
		for (; column < s->side; column += VN)
			add_columns(s, at, column, taps, order, 1, &v[turn_of(column)]);
	for (; column < s->side; column++)
		add_column(s, at, column, taps, order, out);
	reduce_sums(v, order, out);
}

static void sums_cubic(const tt_subset *s, const tt_lookup *at, int order, tt_sums *out)
{
	if (!is_regular(s, at, 4))
		tt_kernels_c.sums_cubic(s, at, order, out);
	else if (order == 0)
		sums_spline(s, at, 4, 0, out);
	else if (order == 1)
		sums_spline(s, at, 4, 1, out);
	else
		sums_spline(s, at, 4, 2, out);
}

static void sums_quintic(const tt_subset *s, const tt_lookup *at, int order, tt_sums *out)
{
	if (!is_regular(s, at, 6))
		tt_kernels_c.sums_quintic(s, at, order, out);
	else if (order == 0)
		sums_spline(s, at, 6, 0, out);
	else if (order == 1)
		sums_spline(s, at, 6, 1, out);
	else
		sums_spline(s, at, 6, 2, out);
}

/* Up to VN rows of one column. */
INLINE vf lanes_of(const float *p, ptrdiff_t stride, int n)
{
	return v_gather(p, stride, m_bits(n < VN ? (1u << n) - 1 : 0xffff));
}

INLINE void whole_columns(const tt_subset *s, const char *g, ptrdiff_t stride, const tt_pixel type, float g0,
                          int column, const int order, const int masked, vector_sums *out)
{
	column_sums a;
	memset(&a, 0, sizeof a);
	int left = s->side - column < VN ? s->side - column : VN;
	for (int j = 0; j < s->side; j++) {
		vf v = v_sub(v_pixels(g + j * stride, type, column, left), v_set1(g0));
		if (masked) v = v_keep(row_mask(s, column, j), v);
		add_row(&a, s, j * s->stride + column, v, (float)(j - s->side / 2), order);
	}
	columns_into(&a, v_add(v_iota(), v_set1((float)(column - s->side / 2))), order, out);
}

/* One column, VN rows at a time. */
INLINE void whole_column(const tt_subset *s, const char *g, ptrdiff_t stride, const tt_pixel type, float g0, int column,
                         const int order, vector_sums *out)
{
	column_sums a[TURNS];
	memset(a, 0, sizeof a);
	for (int j = 0; j < s->side; j += VN) {
		column_sums *to = &a[turn_of(j)];
		_Alignas(64) float v[VN];
		int n = s->side - j < VN ? s->side - j : VN;
		for (int k = 0; k < VN; k++) {
			const char *row = g + (j + (k < n ? k : 0)) * stride;
			v[k] = type == TT_U8    ? (float)((const uint8_t *)row)[column]
			       : type == TT_U16 ? (float)((const uint16_t *)(const void *)row)[column]
			                        : ((const float *)(const void *)row)[column];
		}
		vm m = m_bits(n < VN ? (1u << n) - 1 : 0xffff);
		vf x = v_keep(m, v_sub(v_load(v), v_set1(g0))), dy = v_add(v_iota(), v_set1((float)(j - s->side / 2)));
		ptrdiff_t at = j * s->stride + column;
		vf wx = v_mul(x, lanes_of(s->wx + at, s->stride, n)), wy = v_mul(x, lanes_of(s->wy + at, s->stride, n));
		to->g = v_add(to->g, x);
		to->gg = v_fma(x, x, to->gg);
		to->fg = v_fma(lanes_of(s->f + at, s->stride, n), x, to->fg);
		for (int k = 0; k <= order; k++, wx = v_mul(wx, dy), wy = v_mul(wy, dy)) {
			to->wx[k] = v_add(to->wx[k], wx);
			to->wy[k] = v_add(to->wy[k], wy);
		}
	}
	for (int t = 0; t < TURNS; t++)
		columns_into(&a[t], v_set1((float)(column - s->side / 2)), order, &out[t]);
}

INLINE void whole_of_order(const tt_subset *s, const char *g, ptrdiff_t stride, const tt_pixel type, float g0,
                           const int order, tt_sums *out)
{
	vector_sums v[TURNS];
	memset(v, 0, sizeof v);
	int column = 0, whole = whole_groups(s);
	for (; column < whole; column += VN)
		whole_columns(s, g, stride, type, g0, column, order, 0, &v[turn_of(column)]);
	if (s->mask || s->side - column > FEW_COLUMNS)
		for (; column < s->side; column += VN)
			whole_columns(s, g, stride, type, g0, column, order, 1, &v[turn_of(column)]);
	for (; column < s->side; column++)
		whole_column(s, g, stride, type, g0, column, order, v);
	reduce_sums(v, order, out);
}

INLINE void whole_of_type(const tt_subset *s, const char *g, ptrdiff_t stride, const tt_pixel type, float g0, int order,
                          tt_sums *out)
{
	if (order == 0)
		whole_of_order(s, g, stride, type, g0, 0, out);
	else if (order == 1)
		whole_of_order(s, g, stride, type, g0, 1, out);
	else
		whole_of_order(s, g, stride, type, g0, 2, out);
}

static void sums_whole(const tt_subset *s, const void *g, ptrdiff_t stride, tt_pixel type, float g0, int order,
                       tt_sums *out)
{
	memset(out, 0, sizeof *out);
	switch (type) {
	case TT_U8: whole_of_type(s, g, stride, TT_U8, g0, order, out); return;
	case TT_U16: whole_of_type(s, g, stride, TT_U16, g0, order, out); return;
	case TT_F32: whole_of_type(s, g, stride, TT_F32, g0, order, out); return;
	}
}

INLINE vf plain_difference(const float *f, ptrdiff_t step)
{
	vf a = v_sub(v_loadu(f + step), v_loadu(f - step)), b = v_sub(v_loadu(f + 2 * step), v_loadu(f - 2 * step));
	return v_fma(a, v_set1(TT_DIC_PLAIN_A), v_mul(b, v_set1(TT_DIC_PLAIN_B)));
}

/* Sums over the lanes; powers of dy. */
typedef struct moment_sums {
	vf n, f, ff, ww, wx[3], wy[3], fwx[3], fwy[3], h[3][5];
} moment_sums;

INLINE void add_moments(moment_sums *a, vf one, vf f, vf wx, vf wy, vf sx, vf sy, vf dy, const int order)
{
	a->n = v_add(a->n, one);
	a->f = v_add(a->f, f);
	a->ff = v_fma(f, f, a->ff);
	a->ww = v_fma(wx, wx, v_fma(wy, wy, a->ww));
	vf fwx = v_mul(f, wx), fwy = v_mul(f, wy), y = v_set1(1);
	vf xx = v_mul(wx, sx), xy = v_fma(wx, sy, v_mul(wy, sx)), yy = v_mul(wy, sy);
#pragma GCC unroll 5
	for (int k = 0; k <= 2 * order; k++) {
		if (k <= order) {
			a->wx[k] = v_fma(y, wx, a->wx[k]);
			a->wy[k] = v_fma(y, wy, a->wy[k]);
			a->fwx[k] = v_fma(y, fwx, a->fwx[k]);
			a->fwy[k] = v_fma(y, fwy, a->fwy[k]);
		}
		a->h[0][k] = v_fma(y, xx, a->h[0][k]);
		a->h[1][k] = v_fma(y, xy, a->h[1][k]);
		a->h[2][k] = v_fma(y, yy, a->h[2][k]);
		y = v_mul(y, dy);
	}
}

/* The same by monomials (by degree, then by the power of dy), all columns so far; reduced once at the end. */
typedef struct vector_moments {
	vf n, f, ff, ww, wx[6], wy[6], fwx[6], fwy[6], h[3][15];
} vector_moments;

INLINE void moments_into(const moment_sums *a, vf dx, const int order, vector_moments *out)
{
	vf power[5];
	out->n = v_add(out->n, a->n);
	out->f = v_add(out->f, a->f);
	out->ff = v_add(out->ff, a->ff);
	out->ww = v_add(out->ww, a->ww);
	power[0] = v_set1(1);
	for (int k = 1; k <= 2 * order; k++)
		power[k] = v_mul(power[k - 1], dx);
	for (int degree = 0, at = 0; degree <= 2 * order; degree++)
		for (int b = 0; b <= degree; b++, at++) {
			vf x = power[degree - b];
			if (degree <= order) {
				out->wx[at] = v_fma(x, a->wx[b], out->wx[at]);
				out->wy[at] = v_fma(x, a->wy[b], out->wy[at]);
				out->fwx[at] = v_fma(x, a->fwx[b], out->fwx[at]);
				out->fwy[at] = v_fma(x, a->fwy[b], out->fwy[at]);
			}
			for (int c = 0; c < 3; c++)
				out->h[c][at] = v_fma(x, a->h[c][b], out->h[c][at]);
		}
}

INLINE void reduce_moments(const vector_moments *a, const int order, tt_moments *out)
{
	out->n = SUM_OF(a, n);
	out->f = SUM_OF(a, f);
	out->ff = SUM_OF(a, ff);
	out->ww = SUM_OF(a, ww);
	for (int k = 0; k < (order + 1) * (order + 2) / 2; k++) {
		out->wx[k] = SUM_OF(a, wx[k]);
		out->wy[k] = SUM_OF(a, wy[k]);
		out->fwx[k] = SUM_OF(a, fwx[k]);
		out->fwy[k] = SUM_OF(a, fwy[k]);
	}
	for (int k = 0; k < (2 * order + 1) * (2 * order + 2) / 2; k++) {
		out->xx[k] = SUM_OF(a, h[0][k]);
		out->xy[k] = 0.5 * SUM_OF(a, h[1][k]);
		out->yy[k] = SUM_OF(a, h[2][k]);
	}
}

INLINE void moment_columns(const tt_subset *s, int column, const int order, const int masked, vector_moments *out)
{
	moment_sums a;
	memset(&a, 0, sizeof a);
	for (int j = 0; j < s->side; j++) {
		ptrdiff_t at = j * s->stride + column;
		vf f = v_loadu(s->f + at), wx = v_loadu(s->wx + at), wy = v_loadu(s->wy + at), one = v_set1(1);
		vf sx = plain_difference(s->f + at, 1), sy = plain_difference(s->f + at, s->stride);
		if (masked) {
			vm m = row_mask(s, column, j);
			one = v_keep(m, one);
			f = v_keep(m, f);
			wx = v_keep(m, wx);
			wy = v_keep(m, wy);
		}
		add_moments(&a, one, f, wx, wy, sx, sy, v_set1((float)(j - s->side / 2)), order);
	}
	moments_into(&a, v_add(v_iota(), v_set1((float)(column - s->side / 2))), order, out);
}

/* One column, copied out of its rows, VN of them at a time. */
INLINE void moment_column(const tt_subset *s, int column, const int order, vector_moments *out)
{
	enum { R = TT_DIC_PLAIN_REACH, N = TT_DIC_MAX_SIDE + 2 * R + VN };
	float f[2 * R + 1][N], w[2][N];
	int side = s->side;
	moment_sums a[TURNS];
	memset(a, 0, sizeof a);
	for (int j = -R; j < side + R; j++)
		for (int i = -R; i <= R; i++)
			f[i + R][j + R] = s->f[j * s->stride + column + i];
	for (int j = 0; j < side; j++) {
		w[0][j] = s->wx[j * s->stride + column];
		w[1][j] = s->wy[j * s->stride + column];
	}
	for (int j = side; j < side + VN; j++) {
		w[0][j] = w[1][j] = 0;
		for (int i = 0; i <= 2 * R; i++)
			f[i][j + 2 * R] = 0;
	}
	for (int j = 0; j < side; j += VN) {
		vm m = m_bits(side - j < VN ? (1u << (side - j)) - 1 : 0xffff);
		vf at_1 = v_sub(v_loadu(f[R + 1] + j + R), v_loadu(f[R - 1] + j + R));
		vf at_2 = v_sub(v_loadu(f[R + 2] + j + R), v_loadu(f[R - 2] + j + R));
		vf sx = v_fma(at_1, v_set1(TT_DIC_PLAIN_A), v_mul(at_2, v_set1(TT_DIC_PLAIN_B)));
		add_moments(&a[turn_of(j)], v_keep(m, v_set1(1)), v_keep(m, v_loadu(f[R] + j + R)), v_loadu(w[0] + j),
		            v_loadu(w[1] + j), sx, plain_difference(f[R] + j + R, 1),
		            v_add(v_iota(), v_set1((float)(j - side / 2))), order);
	}
	for (int t = 0; t < TURNS; t++)
		moments_into(&a[t], v_set1((float)(column - side / 2)), order, &out[t]);
}

INLINE void moments_of_order(const tt_subset *s, const int order, tt_moments *out)
{
	vector_moments v[TURNS];
	memset(v, 0, sizeof v);
	int column = 0, whole = whole_groups(s);
	for (; column < whole; column += VN)
		moment_columns(s, column, order, 0, &v[turn_of(column)]);
	if (s->mask || s->side - column > FEW_COLUMNS)
		for (; column < s->side; column += VN)
			moment_columns(s, column, order, 1, &v[turn_of(column)]);
	for (; column < s->side; column++)
		moment_column(s, column, order, v);
	reduce_moments(v, order, out);
}

static void moments(const tt_subset *s, int order, tt_moments *out)
{
	memset(out, 0, sizeof *out);
	if (order == 0)
		moments_of_order(s, 0, out);
	else if (order == 1)
		moments_of_order(s, 1, out);
	else
		moments_of_order(s, 2, out);
}

/* Rows are filtered VN at a time: transposed into the strip, along it, and back. */
static void pole_rows(float *a, int w, int h, ptrdiff_t stride, float z, int horizon, float *strip)
{
	for (int y = 0; y < h; y += VN) {
		float *rows = a + y * stride;
		int blocks = (w + VN - 1) / VN;
		for (int b = 0; b < blocks; b++)
			v_transpose(rows + b * VN, stride, strip + b * VN * VN, VN);
		pole_columns(strip, VN, w, VN, z, horizon);
		for (int b = 0; b < blocks; b++)
			v_transpose(strip + b * VN * VN, VN, rows + b * VN, stride);
	}
}

#endif
