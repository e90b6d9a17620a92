/* Every kernel against the definition in double precision, and all against each other to the last bit, on random input.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "kernels_double.h"
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

static const tt_kernels *all[3]; /* plain C first */

static int find_all(void)
{
	int n = 0;
	static const char *const name[] = {"c", "avx2", "avx512"};
	for (int k = 0; k < 3; k++) {
		const tt_kernels *t = tt_kernels_named(name[k]);
		if (t)
			all[n++] = t;
		else
			check_note("%s is not to be had here", name[k]);
	}
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
		CHECK_MSG(fabs(a[k] - b[k]) <= 2e-6 * scale, "%s, %s, sum %d: %.9g, by definition %.9g (scale %.3g)",
		          name, what, k, a[k], b[k], scale);
}

/* Numbers alike: equal, zeros of either sign too. */
static void same(const char *what, const char *name, const double *a, const double *b, size_t bytes)
{
	for (size_t k = 0; k < bytes / sizeof *a; k++)
		CHECK_MSG(a[k] == b[k], "%s, %s, sum %zu: %.17g, plain C %.17g", name, what, k, a[k], b[k]);
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

typedef void spline_kernel(const tt_subset *s, const tt_lookup *at, int order, tt_sums *out);

/* Of one degree: plain C by the definition, the others by plain C. */
static void check_spline(const char *what, spline_kernel *const *kernel, int n, spline_kernel *definition,
                         const tt_subset *s, const tt_lookup *at, int order)
{
	tt_sums first = {0}, other, truth;
	kernel[0](s, at, order, &first);
	definition(s, at, order, &truth);
	compare_sums(what, all[0], s, order, &first, &truth);
	for (int k = 1; k < n; k++) {
		memset(&other, 0, sizeof other);
		kernel[k](s, at, order, &other);
		same(what, all[k]->name, &other.g, &first.g, sizeof other);
	}
}

static void spline_sums(void)
{
	int n = find_all();
	static uint16_t mask[TT_DIC_MAX_SIDE * TT_DIC_MAX_GROUPS];
	spline_kernel *cubic[3], *quintic[3];
	for (int k = 0; k < n; k++) {
		cubic[k] = all[k]->sums_cubic;
		quintic[k] = all[k]->sums_quintic;
	}
	make_planes();
	for (int i = 0; i < 6 * TRIES; i++) {
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
		check_spline("cubic", cubic, n, double_cubic, &s, &at, order);
		check_spline("quintic", quintic, n, double_quintic, &s, &at, order);
	}
}

static void whole_sums(void)
{
	int n = find_all();
	static uint16_t mask[TT_DIC_MAX_SIDE * TT_DIC_MAX_GROUPS];
	static const tt_pixel types[] = {TT_U8, TT_U16, TT_F32};
	make_planes();
	char *image = malloc((size_t)W * H * 4);
	for (int i = 0; i < TRIES; i++) {
		tt_subset s = {0};
		random_subset(&s, mask, i % 4 == 0);
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
		tt_sums first = {0}, other, truth;
		int order = i / 3 % 3;
		all[0]->sums_whole(&s, at, stride, type, 7.5f, order, &first);
		double_whole(&s, at, stride, type, 7.5f, order, &truth);
		compare_sums("whole", all[0], &s, order, &first, &truth);
		for (int k = 1; k < n; k++) {
			memset(&other, 0, sizeof other);
			all[k]->sums_whole(&s, at, stride, type, 7.5f, order, &other);
			same("whole", all[k]->name, &other.g, &first.g, sizeof other);
		}
	}
	free(image);
}

static void compare_moments(const tt_subset *s, int order, const tt_moments *a, const tt_moments *b)
{
	double unit = scale_of(s, 0);
	const char *name = all[0]->name;
	compare("n", name, &a->n, &b->n, 1, 1e-3);
	compare("f", name, &a->f, &b->f, 1, unit / 100);
	compare("ff", name, &a->ff, &b->ff, 1, unit);
	compare("ww", name, &a->ww, &b->ww, 1, unit);
	for (int m = 0, degree = 0; degree <= 2 * order; degree++)
		for (int q = 0; q <= degree; q++, m++) {
			double scale = scale_of(s, degree);
			if (degree <= order) {
				compare("wx", name, &a->wx[m], &b->wx[m], 1, scale / 100);
				compare("fwx", name, &a->fwx[m], &b->fwx[m], 1, scale);
				compare("wy", name, &a->wy[m], &b->wy[m], 1, scale / 100);
				compare("fwy", name, &a->fwy[m], &b->fwy[m], 1, scale);
			}
			compare("xx", name, &a->xx[m], &b->xx[m], 1, scale);
			compare("xy", name, &a->xy[m], &b->xy[m], 1, scale);
			compare("yy", name, &a->yy[m], &b->yy[m], 1, scale);
		}
}

static void reference_moments(void)
{
	int n = find_all();
	static uint16_t mask[TT_DIC_MAX_SIDE * TT_DIC_MAX_GROUPS];
	make_planes();
	for (int i = 0; i < TRIES; i++) {
		tt_subset s = {0};
		random_subset(&s, mask, i % 4 == 0);
		int order = i / 3 % 3;
		tt_moments first = {0}, other, truth;
		all[0]->moments(&s, order, &first);
		double_moments(&s, order, &truth);
		compare_moments(&s, order, &first, &truth);
		for (int k = 1; k < n; k++) {
			memset(&other, 0, sizeof other);
			all[k]->moments(&s, order, &other);
			same("moments", all[k]->name, &other.n, &first.n, sizeof other);
		}
	}
}

static void same_floats(const char *what, const char *name, const float *a, const float *b, int w, int h, int stride)
{
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++)
			CHECK_MSG(a[y * stride + x] == b[y * stride + x], "%s, %s at %d, %d: %.9g, plain C %.9g", name,
			          what, x, y, (double)a[y * stride + x], (double)b[y * stride + x]);
}

enum { S = 192 };

/* What one table makes of the same random numbers. */
typedef struct filtered {
	float down[S * S], along[S * S], row[5][S];
	int w, h;
} filtered;

static void filter(const tt_kernels *k, uint64_t seed, filtered *out)
{
	_Alignas(64) static float scratch[16 * S];
	float taps[9];
	uint16_t px[S];
	rng.state = seed;
	memset(out, 0, sizeof *out);
	out->w = (int)between(9, 176);
	out->h = (int)between(9, 176);
	float z = (float)between(-0.45, -0.02);
	for (int p = 0; p < S * S; p++)
		out->down[p] = out->along[p] = (float)between(-100, 100);
	for (int t = 0; t < 9; t++)
		taps[t] = (float)between(-1, 1);
	for (int p = 0; p < S; p++)
		px[p] = (uint16_t)between(0, 65535);
	k->pole_columns(out->down, out->w, out->h, S, z, 25);
	k->pole_rows(out->along, out->w, out->h, S, z, 25, scratch);
	k->fir_row(out->along, out->w - 8, taps, 9, out->row[0]);
	k->fir_column(out->along, S, out->w, taps, 9, out->row[1]);
	k->correlate_row(out->along, out->w - 8, taps, 9, out->row[2]);
	k->load_row(px, TT_U16, out->w, 30000, 0.37f, out->row[3]);
	k->load_row(px, TT_U8, out->w, 128, 6.1f, out->row[4]);
}

static void filters(void)
{
	int n = find_all();
	filtered *a = aligned_alloc(64, (sizeof *a + 63) / 64 * 64), *b = aligned_alloc(64, (sizeof *a + 63) / 64 * 64);
	for (int i = 0; i < TRIES; i++) {
		filter(all[0], 100 + (uint64_t)i, a);
		for (int k = 1; k < n; k++) {
			const char *name = all[k]->name;
			filter(all[k], 100 + (uint64_t)i, b);
			same_floats("pole down", name, b->down, a->down, a->w, a->h, S);
			same_floats("pole along", name, b->along, a->along, a->w, a->h, S);
			same_floats("rows", name, b->row[0], a->row[0], a->w, 5, S);
		}
	}
	free(a);
	free(b);
}

static const check_case cases[] = {
    {"sums at spline positions", spline_sums},
    {"sums at whole pixels", whole_sums},
    {"moments of the reference", reference_moments},
    {"filters", filters},
};
CHECK_MAIN(cases)
