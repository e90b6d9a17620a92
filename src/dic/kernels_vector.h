/* The subset kernels in terms of a vector of VN floats; included by kernels_avx2.c and kernels_avx512.c, which
 * define the vector's operations.
 *
 * A vector holds VN neighbouring pixels of a row, and rows follow each other in the inner loop, so that moments in
 * dx are taken once at the end, lane by lane. The warped pixels of a vector lie near each other: their coefficients
 * are two loads a row and a permutation for each tap, no gather. Whatever is left of a row beyond whole vectors is
 * a masked vector, or, when it is a few pixels (33 = 2 × 16 + 1), done pixel by pixel with the taps as the vector.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_KERNELS_VECTOR_H
#define TT_DIC_KERNELS_VECTOR_H

#define INLINE static inline __attribute__((always_inline))

enum { FEW_COLUMNS = 3 };

INLINE void weights_cubic(vf t, vf w[6])
{
	vf s = v_sub(v_set1(1), t), t2 = v_mul(t, t), s2 = v_mul(s, s), one = v_set1(1);
	w[0] = v_mul(s2, v_mul(s, v_set1(1.0f / 6)));
	w[3] = v_mul(t2, v_mul(t, v_set1(1.0f / 6)));
	w[1] = v_fma(t2, v_fms(t, v_set1(0.5f), one), v_set1(2.0f / 3));
	/* the four weights' sum is one: adders are idle, multipliers are not */
	w[2] = v_sub(v_sub(v_sub(one, w[0]), w[3]), w[1]);
}

INLINE vf quintic_inner(vf t2, vf t)
{
	vf a = v_fma(t, v_set1(-1.0f / 12), v_set1(0.25f));
	a = v_fma(t2, a, v_set1(-0.5f));
	return v_fma(t2, a, v_set1(0.55f));
}

INLINE void weights_quintic(vf t, vf w[6])
{
	vf s = v_sub(v_set1(1), t), t2 = v_mul(t, t), s2 = v_mul(s, s);
	w[0] = v_mul(v_mul(s2, s2), v_mul(s, v_set1(1.0f / 120)));
	w[5] = v_mul(v_mul(t2, t2), v_mul(t, v_set1(1.0f / 120)));
	w[2] = quintic_inner(t2, t);
	w[3] = quintic_inner(s2, s);
	/* (26 - 50 t + 20 t² + 20 t³ - 20 t⁴ + 5 t⁵) / 120 */
	vf a = v_fma(t, v_set1(1.0f / 24), v_set1(-1.0f / 6));
	a = v_fma(t, a, v_set1(1.0f / 6));
	a = v_fma(t, a, v_set1(1.0f / 6));
	a = v_fma(t, a, v_set1(-5.0f / 12));
	w[1] = v_fma(t, a, v_set1(13.0f / 60));
	/* the six weights' sum is one */
	w[4] = v_sub(v_sub(v_sub(v_set1(1), v_add(w[0], w[5])), v_add(w[2], w[3])), w[1]);
}

INLINE void weights_of(vf t, vf w[6], const int taps)
{
	if (taps == 4)
		weights_cubic(t, w);
	else
		weights_quintic(t, w);
}

/* Positions of the pixels (dx, dy), one of them a vector. */
INLINE vf position(const float p[6], vf dx, vf dy, const int order)
{
	if (order < 2) return v_fma(dy, v_set1(p[2]), v_fma(dx, v_set1(p[1]), v_set1(p[0])));
	vf a = v_fma(dy, v_fma(dy, v_set1(p[5]), v_set1(p[2])), v_set1(p[0]));
	vf b = v_fma(dy, v_set1(p[4]), v_set1(p[1]));
	return v_fma(dx, v_fma(dx, v_set1(p[3]), b), a);
}

/* The spline at VN positions along a row, less g0. */
INLINE vf along_row(const tt_lookup *at, vf x, vf y, const int taps, const int order)
{
	vf bx = v_floor(x), by = v_floor(y), u[6], v[6];
	vi ix = v_toint(bx), iy = v_toint(by);
	int x0 = vi_first(ix), ya = vi_first(iy), yb = vi_last(iy);
	int y0 = ya < yb ? ya : yb, y1 = ya < yb ? yb : ya;
	if (order == 2) {
		y0 = vi_min(iy);
		y1 = vi_max(iy);
	}
	weights_of(v_sub(x, bx), u, taps);
	weights_of(v_sub(y, by), v, taps);
	vi index[6];
	index[0] = vi_sub(ix, vi_set1(x0));
	for (int t = 1; t < taps; t++)
		index[t] = vi_add(index[0], vi_set1(t));
	const float *c = at->coef + (y0 - taps / 2 + 1) * at->stride + x0 - taps / 2 + 1;
	vf g = v_set1(-at->g0);
	if (y0 == y1 && vi_equal(index[0], vi_iota())) {
		/* neighbours are neighbours: each tap is a plain load */
#pragma GCC unroll 6
		for (int r = 0; r < taps; r++, c += at->stride) {
			vf lo = v_loadu(c), hi = v_loadu(c + VN), h = v_mul(u[0], lo);
			h = v_fma(u[1], V_SHIFT(lo, hi, c, 1), h);
			h = v_fma(u[2], V_SHIFT(lo, hi, c, 2), h);
			h = v_fma(u[3], V_SHIFT(lo, hi, c, 3), h);
			if (taps == 6) {
				h = v_fma(u[4], V_SHIFT(lo, hi, c, 4), h);
				h = v_fma(u[5], V_SHIFT(lo, hi, c, 5), h);
			}
			g = v_fma(v[r], h, g);
		}
		return g;
	}
	if (y0 == y1) {
#pragma GCC unroll 6
		for (int r = 0; r < taps; r++, c += at->stride) {
			vf lo = v_loadu(c), hi = v_loadu(c + VN);
			vf h = v_mul(u[0], v_pick2(lo, index[0], hi));
#pragma GCC unroll 6
			for (int t = 1; t < taps; t++)
				h = v_fma(u[t], v_pick2(lo, index[t], hi), h);
			g = v_fma(v[r], h, g);
		}
		return g;
	}
	/* lanes lie in different rows: each row's weight is picked lane by lane */
	vi below = vi_sub(iy, vi_set1(y0));
	for (int r = 0; r < taps + y1 - y0; r++, c += at->stride) {
		vf lo = v_loadu(c), hi = v_loadu(c + VN);
		vf h = v_mul(u[0], v_pick2(lo, index[0], hi)), w = v_set1(0);
#pragma GCC unroll 6
		for (int t = 1; t < taps; t++)
			h = v_fma(u[t], v_pick2(lo, index[t], hi), h);
#pragma GCC unroll 6
		for (int t = 0; t < taps; t++)
			w = v_where(below, vi_set1(r - t), v[t], w);
		g = v_fma(w, h, g);
	}
	return g;
}

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
	out->g += v_sum(a->g);
	out->gg += v_sum(a->gg);
	out->fg += v_sum(a->fg);
	for (int k = 0; k < (order == 0 ? 1 : order == 1 ? 3 : 6); k++) {
		out->wx[k] += v_sum(a->wx[k]);
		out->wy[k] += v_sum(a->wy[k]);
	}
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
		vf g = along_row(at, x, y, taps, order);
		if (masked) g = v_keep(row_mask(s, column, j), g);
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
			float g;
			if (taps == 4) {
				__m128 h = _mm_mul_ps(_mm_set1_ps(wv[0][k]), _mm_loadu_ps(c));
				for (int r = 1; r < 4; r++)
					h = _mm_fmadd_ps(_mm_set1_ps(wv[r][k]), _mm_loadu_ps(c + r * at->stride), h);
				h = _mm_mul_ps(h, _mm_setr_ps(wu[0][k], wu[1][k], wu[2][k], wu[3][k]));
				h = _mm_add_ps(h, _mm_movehl_ps(h, h));
				g = _mm_cvtss_f32(_mm_add_ss(h, _mm_movehdup_ps(h)));
			} else {
				__m256 h = _mm256_mul_ps(_mm256_set1_ps(wv[0][k]), _mm256_loadu_ps(c));
				for (int r = 1; r < 6; r++)
					h = _mm256_fmadd_ps(_mm256_set1_ps(wv[r][k]),
					                    _mm256_loadu_ps(c + r * at->stride), h);
				h = _mm256_mul_ps(h, _mm256_setr_ps(wu[0][k], wu[1][k], wu[2][k], wu[3][k], wu[4][k],
				                                    wu[5][k], 0, 0));
				__m128 q = _mm_add_ps(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1));
				q = _mm_add_ps(q, _mm_movehl_ps(q, q));
				g = _mm_cvtss_f32(_mm_add_ss(q, _mm_movehdup_ps(q)));
			}
			g -= at->g0;
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
	vector_sums v;
	memset(out, 0, sizeof *out);
	memset(&v, 0, sizeof v);
	int column = 0, whole = s->mask ? 0 : s->side / VN * VN;
	for (; column < whole; column += VN)
		add_columns(s, at, column, taps, order, 0, &v);
	if (s->mask || s->side - column > FEW_COLUMNS)
		for (; column < s->side; column += VN)
			add_columns(s, at, column, taps, order, 1, &v);
	for (; column < s->side; column++)
		add_column(s, at, column, taps, order, out);
	reduce_sums(&v, order, out);
}

/* Do VN neighbours always lie within two vectors, from left to right, and not across too many rows? */
static int is_regular(const tt_subset *s, const tt_lookup *at, int taps)
{
	float half = (float)(s->side / 2) + VN, bend = half * (2 * fabsf(at->x[3]) + fabsf(at->x[4]));
	float least = at->x[1] - bend, most = at->x[1] + bend;
	float slope = fabsf(at->y[1]) + half * (2 * fabsf(at->y[3]) + fabsf(at->y[4]));
	return least > 0 && most * (VN - 1) + (float)taps + 1 <= 2 * VN - 1 && slope <= 1;
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

/* The lanes are VN columns of one row (across 0), or VN rows of one column (across 1). */
INLINE vf lanes_of(const float *p, ptrdiff_t stride, const int across, int n)
{
	return across ? v_gather(p, stride, m_bits(n < VN ? (1u << n) - 1 : 0xffff)) : v_loadu(p);
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
	column_sums a;
	memset(&a, 0, sizeof a);
	for (int j = 0; j < s->side; j += VN) {
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
		vf wx = v_mul(x, lanes_of(s->wx + at, s->stride, 1, n)),
		   wy = v_mul(x, lanes_of(s->wy + at, s->stride, 1, n));
		a.g = v_add(a.g, x);
		a.gg = v_fma(x, x, a.gg);
		a.fg = v_fma(lanes_of(s->f + at, s->stride, 1, n), x, a.fg);
		for (int k = 0; k <= order; k++, wx = v_mul(wx, dy), wy = v_mul(wy, dy)) {
			a.wx[k] = v_add(a.wx[k], wx);
			a.wy[k] = v_add(a.wy[k], wy);
		}
	}
	columns_into(&a, v_set1((float)(column - s->side / 2)), order, out);
}

INLINE void whole_of_order(const tt_subset *s, const char *g, ptrdiff_t stride, const tt_pixel type, float g0,
                           const int order, tt_sums *out)
{
	vector_sums v;
	memset(&v, 0, sizeof v);
	int column = 0, whole = s->mask ? 0 : s->side / VN * VN;
	for (; column < whole; column += VN)
		whole_columns(s, g, stride, type, g0, column, order, 0, &v);
	if (s->mask || s->side - column > FEW_COLUMNS)
		for (; column < s->side; column += VN)
			whole_columns(s, g, stride, type, g0, column, order, 1, &v);
	for (; column < s->side; column++)
		whole_column(s, g, stride, type, g0, column, order, &v);
	reduce_sums(&v, order, out);
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
	out->n = v_sum(a->n);
	out->f = v_sum(a->f);
	out->ff = v_sum(a->ff);
	out->ww = v_sum(a->ww);
	for (int k = 0; k < (order + 1) * (order + 2) / 2; k++) {
		out->wx[k] = v_sum(a->wx[k]);
		out->wy[k] = v_sum(a->wy[k]);
		out->fwx[k] = v_sum(a->fwx[k]);
		out->fwy[k] = v_sum(a->fwy[k]);
	}
	for (int k = 0; k < (2 * order + 1) * (2 * order + 2) / 2; k++) {
		out->xx[k] = v_sum(a->h[0][k]);
		out->xy[k] = 0.5 * v_sum(a->h[1][k]);
		out->yy[k] = v_sum(a->h[2][k]);
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
	moment_sums a;
	memset(&a, 0, sizeof a);
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
		add_moments(&a, v_keep(m, v_set1(1)), v_keep(m, v_loadu(f[R] + j + R)), v_loadu(w[0] + j),
		            v_loadu(w[1] + j), sx, plain_difference(f[R] + j + R, 1),
		            v_add(v_iota(), v_set1((float)(j - side / 2))), order);
	}
	moments_into(&a, v_set1((float)(column - side / 2)), order, out);
}

INLINE void moments_of_order(const tt_subset *s, const int order, tt_moments *out)
{
	vector_moments v;
	memset(&v, 0, sizeof v);
	int column = 0, whole = s->mask ? 0 : s->side / VN * VN;
	for (; column < whole; column += VN)
		moment_columns(s, column, order, 0, &v);
	if (s->mask || s->side - column > FEW_COLUMNS)
		for (; column < s->side; column += VN)
			moment_columns(s, column, order, 1, &v);
	for (; column < s->side; column++)
		moment_column(s, column, order, &v);
	reduce_moments(&v, order, out);
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
