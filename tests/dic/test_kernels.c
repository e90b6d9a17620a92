/* Every optimised kernel against its plain-C twin on random input.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "dic/kernels.h"
#include "synth.h"

enum { W = 512, H = 400, STRIDE = 640, TRIES = 60 };

static float *plane[4]; /* f, wx, wy, coefficients */
static synth_rng rng = {12345};

static double between(double lo, double hi)
{
	return lo + (hi - lo) * synth_uniform(&rng);
}

static void make_planes(void)
{
	for (int k = 0; k < 4; k++) {
		if (!plane[k]) plane[k] = aligned_alloc(64, sizeof(float) * STRIDE * H);
		for (int i = 0; i < STRIDE * H; i++)
			plane[k][i] = (float)between(-100, 100);
	}
}

static const tt_kernels *others[2];

static int find_others(void)
{
	int n = 0;
	static const char *const name[] = {"avx2", "avx512"};
	for (int k = 0; k < 2; k++) {
		const tt_kernels *t = tt_kernels_named(name[k]);
		if (t)
			others[n++] = t;
		else
			check_note("%s is not to be had here", name[k]);
	}
	if (!n) CHECK_SKIP("plain C only on this machine");
	return n;
}

static const int sides[] = {9, 15, 17, 21, 25, 31, 33, 35, 41, 47, 49, 101, 301};

static void random_subset(tt_subset *s, uint16_t *mask, int masked)
{
	s->side = sides[(int)between(0, sizeof sides / sizeof *sides)];
	ptrdiff_t at = (ptrdiff_t)between(40, 50) * STRIDE + (ptrdiff_t)between(40, 56);
	*s = (tt_subset){plane[0] + at, plane[1] + at, plane[2] + at, STRIDE, s->side, masked ? mask : NULL};
	for (int i = 0; i < TT_DIC_MAX_SIDE * TT_DIC_MAX_GROUPS; i++)
		mask[i] = (uint16_t)between(0, 65536);
	/* no bits beyond the side */
	int groups = (s->side + 15) / 16, left = s->side % 16;
	for (int j = 0; j < s->side && left; j++)
		mask[j * groups + groups - 1] &= (uint16_t)((1u << left) - 1);
}

/* As large as the sum of the magnitudes may be: what rounding is measured by. */
static double scale_of(const tt_subset *s, int degree)
{
	return s->side * s->side * 100.0 * 200.0 * pow(s->side / 2.0, degree);
}

static void compare(const char *what, const char *name, const double *a, const double *b, int n, double scale)
{
	for (int k = 0; k < n; k++)
		CHECK_MSG(fabs(a[k] - b[k]) <= 2e-6 * scale, "%s, %s, sum %d: %.9g, plain C %.9g (scale %.3g)", name,
		          what, k, a[k], b[k], scale);
}

static void compare_sums(const char *what, const tt_kernels *t, const tt_subset *s, int order, const tt_sums *a,
                         const tt_sums *b)
{
	compare(what, t->name, &a->g, &b->g, 1, scale_of(s, 0) / 100);
	compare(what, t->name, &a->gg, &b->gg, 1, scale_of(s, 0) * 2);
	compare(what, t->name, &a->fg, &b->fg, 1, scale_of(s, 0));
	for (int k = 0; k < (order + 1) * (order + 2) / 2; k++) {
		int degree = k == 0 ? 0 : k < 3 ? 1 : 2;
		compare(what, t->name, &a->wx[k], &b->wx[k], 1, scale_of(s, degree));
		compare(what, t->name, &a->wy[k], &b->wy[k], 1, scale_of(s, degree));
	}
}

static void spline_sums(void)
{
	int n = find_others();
	static uint16_t mask[TT_DIC_MAX_SIDE * TT_DIC_MAX_GROUPS];
	make_planes();
	int compared = 0;
	for (int k = 0; k < n; k++)
		for (int i = 0; i < 4 * TRIES; i++) {
			tt_subset s = {0};
			random_subset(&s, mask, i % 3 == 0);
			int order = i % 4 == 3 ? 2 : i % 4;
			/* random grey levels make steep splines: gradients such that positions agree to single
			 * precision */
			double g = s.side > 60 ? 0.02 : 0.2, c = s.side > 60 ? 0 : 2e-4;
			tt_lookup at = {plane[3] + (ptrdiff_t)STRIDE * 190 + 230,
			                STRIDE,
			                {(float)between(0, 1), 1, 0, 0, 0, 0},
			                {(float)between(0, 1), 0, 1, 0, 0, 0},
			                (float)between(-5, 5)};
			if (s.side > 200) at.coef = plane[3] + (ptrdiff_t)STRIDE * 195 + 250;
			if (order > 0)
				for (int p = 1; p < 3; p++) {
					at.x[p] += (float)between(-g, g);
					at.y[p] += (float)between(-g, g);
				}
			if (order > 1)
				for (int p = 3; p < 6; p++) {
					at.x[p] = (float)between(-c, c);
					at.y[p] = (float)between(-c, c);
				}
			tt_sums a, b;
			others[k]->sums_cubic(&s, &at, order, &a);
			tt_kernels_c.sums_cubic(&s, &at, order, &b);
			compare_sums("cubic", others[k], &s, order, &a, &b);
			others[k]->sums_quintic(&s, &at, order, &a);
			tt_kernels_c.sums_quintic(&s, &at, order, &b);
			compare_sums("quintic", others[k], &s, order, &a, &b);
			compared++;
		}
	CHECK(compared >= 4 * TRIES);
}

static void whole_sums(void)
{
	int n = find_others();
	static uint16_t mask[TT_DIC_MAX_SIDE * TT_DIC_MAX_GROUPS];
	static const tt_pixel types[] = {TT_U8, TT_U16, TT_F32};
	make_planes();
	char *image = malloc((size_t)W * H * 4);
	for (int k = 0; k < n; k++)
		for (int i = 0; i < TRIES; i++) {
			tt_subset s = {0};
			random_subset(&s, mask, i % 3 == 0);
			tt_pixel type = types[i % 3];
			for (int p = 0; p < W * H; p++) {
				if (type == TT_U8) ((uint8_t *)image)[p] = (uint8_t)between(0, 200);
				if (type == TT_U16) ((uint16_t *)(void *)image)[p] = (uint16_t)between(0, 200);
				if (type == TT_F32) ((float *)(void *)image)[p] = (float)between(-100, 100);
			}
			ptrdiff_t stride = (ptrdiff_t)(W * tt_pixel_size(type));
			/* the last rows and columns of the image: nothing beyond may be read */
			const char *at =
			    image + (H - s.side) * stride + (ptrdiff_t)((size_t)(W - s.side) * tt_pixel_size(type));
			tt_sums a, b;
			others[k]->sums_whole(&s, at, stride, type, 7.5f, i % 3, &a);
			tt_kernels_c.sums_whole(&s, at, stride, type, 7.5f, i % 3, &b);
			compare_sums("whole", others[k], &s, i % 3, &a, &b);
		}
	free(image);
}

static void reference_moments(void)
{
	int n = find_others();
	static uint16_t mask[TT_DIC_MAX_SIDE * TT_DIC_MAX_GROUPS];
	make_planes();
	for (int k = 0; k < n; k++)
		for (int i = 0; i < TRIES; i++) {
			tt_subset s = {0};
			random_subset(&s, mask, i % 3 == 0);
			int order = i / 3 % 3;
			tt_moments a, b;
			others[k]->moments(&s, order, &a);
			tt_kernels_c.moments(&s, order, &b);
			double unit = scale_of(&s, 0);
			compare("n", others[k]->name, &a.n, &b.n, 1, 1e-3);
			compare("f", others[k]->name, &a.f, &b.f, 1, unit / 100);
			compare("ff", others[k]->name, &a.ff, &b.ff, 1, unit);
			compare("ww", others[k]->name, &a.ww, &b.ww, 1, unit);
			for (int m = 0, degree = 0; degree <= 2 * order; degree++)
				for (int q = 0; q <= degree; q++, m++) {
					double scale = scale_of(&s, degree);
					if (degree <= order) {
						compare("wx", others[k]->name, &a.wx[m], &b.wx[m], 1, scale / 100);
						compare("fwx", others[k]->name, &a.fwx[m], &b.fwx[m], 1, scale);
						compare("wy", others[k]->name, &a.wy[m], &b.wy[m], 1, scale / 100);
						compare("fwy", others[k]->name, &a.fwy[m], &b.fwy[m], 1, scale);
					}
					compare("xx", others[k]->name, &a.xx[m], &b.xx[m], 1, scale);
					compare("xy", others[k]->name, &a.xy[m], &b.xy[m], 1, scale);
					compare("yy", others[k]->name, &a.yy[m], &b.yy[m], 1, scale);
				}
		}
}

static void close_floats(const char *what, const char *name, const float *a, const float *b, int w, int h, int stride,
                         double tol)
{
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++)
			CHECK_MSG(fabs((double)a[y * stride + x] - (double)b[y * stride + x]) <= tol,
			          "%s, %s at %d, %d: %g, plain C %g", name, what, x, y, (double)a[y * stride + x],
			          (double)b[y * stride + x]);
}

static void filters(void)
{
	int n = find_others();
	enum { S = 192 };
	float *a = aligned_alloc(64, sizeof(float) * S * S), *b = aligned_alloc(64, sizeof(float) * S * S);
	float *scratch = aligned_alloc(64, sizeof(float) * 16 * S), taps[9], out[2][S] = {{0}};
	for (int k = 0; k < n; k++)
		for (int i = 0; i < TRIES; i++) {
			int w = (int)between(9, 176), h = (int)between(9, 176);
			float z = (float)between(-0.45, -0.02);
			for (int p = 0; p < S * S; p++)
				a[p] = b[p] = (float)between(-100, 100);
			others[k]->pole_columns(a, w, h, S, z, 25);
			tt_kernels_c.pole_columns(b, w, h, S, z, 25);
			close_floats("pole down", others[k]->name, a, b, w, h, S, 2e-4);
			for (int p = 0; p < S * S; p++)
				a[p] = b[p] = (float)between(-100, 100);
			others[k]->pole_rows(a, w, h, S, z, 25, scratch);
			tt_kernels_c.pole_rows(b, w, h, S, z, 25, scratch);
			close_floats("pole along", others[k]->name, a, b, w, h, S, 2e-4);
			for (int t = 0; t < 9; t++)
				taps[t] = (float)between(-1, 1);
			others[k]->fir_row(b, w - 8, taps, 9, out[0]);
			tt_kernels_c.fir_row(b, w - 8, taps, 9, out[1]);
			close_floats("taps along", others[k]->name, out[0], out[1], w - 8, 1, S, 2e-3);
			others[k]->fir_column(b, S, w, taps, 9, out[0]);
			tt_kernels_c.fir_column(b, S, w, taps, 9, out[1]);
			close_floats("taps down", others[k]->name, out[0], out[1], w, 1, S, 2e-3);
			memset(out, 0, sizeof out);
			others[k]->correlate_row(b, w - 8, taps, 9, out[0]);
			tt_kernels_c.correlate_row(b, w - 8, taps, 9, out[1]);
			close_floats("correlation", others[k]->name, out[0], out[1], w - 8, 1, S, 2e-3);
			uint16_t px[S];
			for (int p = 0; p < w; p++)
				px[p] = (uint16_t)between(0, 65535);
			others[k]->load_row(px, TT_U16, w, 30000, 0.5f, out[0]);
			tt_kernels_c.load_row(px, TT_U16, w, 30000, 0.5f, out[1]);
			close_floats("16 bit", others[k]->name, out[0], out[1], w, 1, S, 0);
			others[k]->load_row(px, TT_U8, w, 128, 6, out[0]);
			tt_kernels_c.load_row(px, TT_U8, w, 128, 6, out[1]);
			close_floats("8 bit", others[k]->name, out[0], out[1], w, 1, S, 0);
		}
	free(a);
	free(b);
	free(scratch);
}

static const check_case cases[] = {
    {"sums at spline positions equal plain C", spline_sums},
    {"sums at whole pixels equal plain C", whole_sums},
    {"moments of the reference equal plain C", reference_moments},
    {"filters equal plain C", filters},
};
CHECK_MAIN(cases)
