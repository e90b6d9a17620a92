/* The inner loops over pixels. Each table of kernels does the same arithmetic: plain C, AVX2, AVX-512;
 * the best that the processor has is chosen once, at run time.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_KERNELS_H
#define TT_DIC_KERNELS_H

#include "temtensile/core.h"

enum {
	TT_DIC_LANES = 16, /* pixels in a word of a subset's mask */
	TT_DIC_MAX_SIDE = 301,
	TT_DIC_PLAIN_REACH = 2,
	TT_DIC_MAX_GROUPS = (TT_DIC_MAX_SIDE + TT_DIC_LANES - 1) / TT_DIC_LANES
};

/* A square window of the reference: rows of `side` pixels, `stride` floats apart; all three planes alike. f can be
 * read 2 pixels beyond the window to all sides. */
typedef struct tt_subset {
	const float *f;       /* grey level, less the reference's offset */
	const float *wx, *wy; /* the smoothed gradient that weighs the residual */
	ptrdiff_t stride;
	int side;             /* odd */
	const uint16_t *mask; /* side rows of (side + 15) / 16 words, bit i of word k = pixel 16 k + i; NULL: all */
} tt_subset;

/* Where the subset's pixels lie in the deformed image: with dx, dy counted from the subset's centre,
 * x = x[0] + x[1] dx + x[2] dy + x[3] dx² + x[4] dx dy + x[5] dy², counted from the coefficient at `coef`; y alike.
 * Kept small (|x[0]|, |y[0]| < 1) so that single precision resolves 1e-6 px. */
typedef struct tt_lookup {
	const float *coef;
	ptrdiff_t stride;
	float x[6], y[6];
	float g0; /* subtracted from the interpolated grey level before it is summed */
} tt_lookup;

/* The plain difference s = a (f[1] - f[-1]) + b (f[2] - f[-2]) of fourth order. */
#define TT_DIC_PLAIN_A (2.0f / 3)
#define TT_DIC_PLAIN_B (-1.0f / 12)

/* Sums over a subset's pixels: g the interpolated grey level less g0; wx[k], wy[k]: weight × g × monomial k of
 * 1, dx, dy, dx², dx dy, dy² (only those of the order asked for are set: 1, 3 or 6). */
typedef struct tt_sums {
	double g, gg, fg;
	double wx[6], wy[6];
} tt_sums;

/* Sums over a subset of the reference alone. m_*[k]: monomial k of degree ≤ 2 × order in the order
 * 1, x, y, x², xy, y², x³, x²y, xy², y³, x⁴, x³y, x²y², xy³, y⁴. */
typedef struct tt_moments {
	double n, f, ff;
	double wx[6], wy[6];   /* weight × monomial */
	double fwx[6], fwy[6]; /* grey level × weight × monomial */
	double xx[15];         /* wx sx × monomial, s the plain difference */
	double xy[15];         /* (wx sy + wy sx) / 2 × monomial */
	double yy[15];         /* wy sy × monomial */
	double ww;             /* wx² + wy² */
} tt_moments;

typedef struct tt_kernels {
	const char *name; /* "c", "avx2", "avx512" */
	/* Spline of degree 3 or 5 at the warped pixels. The rectangle of coefficients under the pixels must exist,
	 * 16 floats beyond its right edge must be readable. */
	void (*sums_cubic)(const tt_subset *s, const tt_lookup *at, int order, tt_sums *out);
	void (*sums_quintic)(const tt_subset *s, const tt_lookup *at, int order, tt_sums *out);
	/* The same for an undeformed subset at a whole pixel, where the spline is the image itself: g at the subset's
	 * first pixel, stride in bytes; g0 subtracted. */
	void (*sums_whole)(const tt_subset *s, const void *g, ptrdiff_t stride, tt_pixel type, float g0, int order,
	                   tt_sums *out);
	void (*moments)(const tt_subset *s, int order, tt_moments *out);
	/* out[i] = (float)(in[i] - offset) × gain for a row of pixels. */
	void (*load_row)(const void *in, tt_pixel type, int n, float offset, float gain, float *out);
	/* One pole of the recursive spline filter (Unser 1999, box 2), in place, without gain, mirrored ends:
	 * down the columns, or along the rows of a w × h block. Rows are 16-float aligned; stride is a multiple of
	 * 16, h rows are followed by readable and writable ones up to a multiple of 16.
	 * scratch: 16 × max(w, 16) floats, 64-byte aligned. */
	void (*pole_columns)(float *a, int w, int h, ptrdiff_t stride, float z, int horizon);
	void (*pole_rows)(float *a, int w, int h, ptrdiff_t stride, float z, int horizon, float *scratch);
	/* out[i] = sum over k of taps[k] in[i + k], i < n, for n_taps taps. */
	void (*fir_row)(const float *in, int n, const float *taps, int n_taps, float *out);
	/* out[i] = sum over k of taps[k] in[i + k stride]. */
	void (*fir_column)(const float *in, ptrdiff_t stride, int n, const float *taps, int n_taps, float *out);
	/* out[i] = sum of t[j] a[i + j] over nt pixels, the numerator of a correlation, for i < n. Adds to out. */
	void (*correlate_row)(const float *a, int n, const float *t, int nt, float *out);
} tt_kernels;

/* The table in use: the best of the processor, or what TEMTENSILE_SIMD=c|avx2|avx512 asks for when it has it. */
const tt_kernels *tt_kernels_best(void);
/* By name; NULL when this build or this processor does not have it. */
const tt_kernels *tt_kernels_named(const char *name);

extern const tt_kernels tt_kernels_c, tt_kernels_avx2, tt_kernels_avx512; /* the last two on x86 only */

#endif
