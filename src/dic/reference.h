/* The reference image: its grey levels and gradients as planes, and what IC-GN needs of each point.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_REFERENCE_H
#define TT_DIC_REFERENCE_H

#include "core/threads.h"
#include "dic/kernels.h"
#include "temtensile/dic.h"

/* All planes alike; pixel (x, y) of the image is at (y - y0) * stride + x - x0. */
typedef struct tt_planes {
	int x0, y0, width, height;
	ptrdiff_t stride;
	float *f, *wx, *wy;
} tt_planes;

/* One point, ready for IC-GN. The numbers c, m, l lie in one block: see tt_prepared_numbers. */
typedef struct tt_prepared {
	int cx, cy;                   /* the subset's centre, the pixel nearest to the point */
	int n;                        /* valid pixels */
	int left, top, right, bottom; /* box of the valid pixels, from the centre */
	float mean;                   /* of the grey levels, less the reference's offset */
	double sum, norm;             /* Σ f, sqrt(Σ (f - mean)²) */
	double u_noise, v_noise;
	double min_zncc;      /* below it the match is not trusted */
	bool weak;            /* the gradients are no more than noise makes */
	tt_dic_flag flag;     /* NO_TEXTURE or OUTSIDE: cannot be followed */
	const uint16_t *mask; /* NULL: all pixels */
	double *c;            /* Σ w̃_k f̃ */
	double *m;            /* mean of w_k */
	double *l;            /* Cholesky factor of the Hessian, packed by rows */
} tt_prepared;

struct tt_dic_reference {
	tt_dic_options options;
	int width, height;
	float offset;
	double noise_grey;
	const tt_kernels *kernels;
	tt_planes planes;
	uint8_t *mask;    /* copy, width × height, or NULL */
	uint16_t *circle; /* the circular subset's mask, or NULL */
	size_t n;
	double *xy;
	tt_prepared *point; /* NULL when points are prepared on the fly */
	double *numbers;
	uint16_t *masks;
	size_t masks_used; /* points that have a mask of their own */
};

size_t tt_prepared_numbers(int order); /* doubles for c, m, l */
size_t tt_mask_words(int side);

/* As tt_dic_reference_new; prepare false leaves the points to tt_reference_prepare. */
tt_status tt_reference_build(const tt_image *image, const tt_image *mask, const double *xy, size_t n,
                             const tt_dic_options *options, tt_pool *pool, bool prepare, tt_dic_reference **out,
                             tt_error *err);
/* Prepares the point at (x, y) into *p, whose c points to room for the numbers; mask: room for a mask's words. */
void tt_reference_prepare(const tt_dic_reference *r, double x, double y, tt_prepared *p, double *numbers,
                          uint16_t *mask);
/* Can this be an image at all, and of the given size (0: any)? */
tt_status tt_dic_check_image(const tt_image *image, int width, int height, const char *what, tt_error *err);
tt_status tt_dic_check_options(const tt_dic_options *o, tt_error *err);

/* The first pixel of the point's subset in every plane. */
static inline tt_subset tt_reference_subset(const tt_dic_reference *r, const tt_prepared *p)
{
	const tt_planes *q = &r->planes;
	int half = r->options.subset_px / 2;
	ptrdiff_t at = (p->cy - half - q->y0) * q->stride + (p->cx - half - q->x0);
	return (tt_subset){q->f + at, q->wx + at, q->wy + at, q->stride, r->options.subset_px, p->mask};
}

#endif
