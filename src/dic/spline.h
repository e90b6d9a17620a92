/* B-spline coefficients of a frame, computed only in the tiles where subsets look.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_SPLINE_H
#define TT_DIC_SPLINE_H

#include "core/threads.h"
#include "dic/kernels.h"
#include "temtensile/dic.h"

enum {
	TT_SPLINE_TILE = 64,
	TT_SPLINE_PAD = 16 /* mirrored coefficients beyond the image's edges: a subset may overhang so far on its way */
};

typedef struct tt_spline {
	int width, height, degree;
	double sigma; /* of the Gaussian before the spline, 0: none */
	const tt_kernels *kernels;
	const tt_image *image;
	float offset;  /* subtracted from every pixel: keeps 16-bit and float images' depth in single precision */
	float *origin; /* coefficient of pixel (0, 0) */
	ptrdiff_t stride;
	/* the rest is private */
	float *data;
	int tiles_x, tiles_y;
	uint8_t *state;
	uint32_t *queue;
	size_t queued;
	float *scratch;
	size_t scratch_each;
	float *blur;
	int blur_taps;
} tt_spline;

/* workers: how many threads may fill tiles at a time. */
tt_status tt_spline_init(tt_spline *s, int width, int height, int degree, double sigma, int workers,
                         const tt_kernels *kernels, tt_error *err);
void tt_spline_free(tt_spline *s);
/* Forgets all tiles; image is borrowed until the next call. */
void tt_spline_begin(tt_spline *s, const tt_image *image, float offset);
/* Are the coefficients under [x0, x1] × [y0, y1] (warped pixels' positions) there? */
bool tt_spline_has(const tt_spline *s, double x0, double y0, double x1, double y1);
/* Queues the missing tiles under the box. Not thread-safe. */
void tt_spline_want(tt_spline *s, double x0, double y0, double x1, double y1);
/* Computes the queued tiles. */
void tt_spline_fill(tt_spline *s, tt_pool *pool);

/* Taps of a sampled Gaussian of unit sum, 2 r + 1 of them, malloc'ed. */
float *tt_gauss_taps(double sigma, int *n);

#endif
