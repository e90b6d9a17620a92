/* Digital image correlation: pixels in, pixels out.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_DIC_H
#define TEMTENSILE_DIC_H

#include "temtensile/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* True (prefiltered) B-splines (Unser 1999). Quintic is the default: its bias stays below 1e-4 px (33 × 33 subsets, 8
 * bit) also on texture as fine as Gaussians of sigma 1.2 px, where cubic has 1e-3; it costs 1.5 to 1.9 times the time.
 * On texture of sigma 2 px and more both err by less than 3e-4 px, less than noise of one grey level does. The error
 * curves are printed by tests/dic/bench_accuracy. */
typedef enum tt_interpolation { TT_BSPLINE_CUBIC = 3, TT_BSPLINE_QUINTIC = 5 } tt_interpolation;

typedef enum tt_dic_flag {
	TT_DIC_OK = 0,
	TT_DIC_NO_TEXTURE,
	TT_DIC_LOW_ZNCC,
	TT_DIC_DIVERGED,
	TT_DIC_OUTSIDE,
	TT_DIC_AMBIGUOUS,   /* other places fit as well: texture that repeats, or a match by chance */
	TT_DIC_INCONSISTENT /* disagrees with all its neighbours */
} tt_dic_flag;

TT_API const char *tt_dic_flag_name(tt_dic_flag f); /* "", "no-texture", "low-zncc", "diverged", "outside", "ambiguous",
                                                       "inconsistent" */

typedef struct tt_dic_options {
	int subset_px; /* side of the square or diameter of the circle, odd, 9 … 301 */
	bool circular;
	int order; /* shape function: 0 translation, 1 affine, 2 quadratic */
	tt_interpolation interpolation;
	double prefilter_sigma_px; /* Gaussian on both images before anything; 0: none (default) */
	double highpass_sigma_px; /* what a Gaussian of this sigma leaves is taken off every frame of a recording before
	                             it is followed: light that varies slowly over the subset; 0: none (default). Not
	                             used by tt_dic_field */
	double max_increment_px;  /* convergence: largest displacement increment; default 1e-3 */
	int max_iterations;       /* default 30 */
	double min_zncc;          /* below: TT_DIC_LOW_ZNCC; default 0.6 */
	bool expect_zncc; /* min_zncc is for subsets without noise: each one's limit is that share of what its own
	                     signal-to-noise ratio lets expect, not below what chance gives; default false */
	double min_valid_fraction; /* of a subset's pixels inside the region of interest; default 0.5 */
	double within_px;  /* tt_dic_field: no point can have moved farther, so that a texture that repeats beyond is no
	                      doubt; 0: not known (default) */
	double noise_grey; /* image noise (std, grey levels) when known; NaN: estimated from the reference */
} tt_dic_options;

TT_API tt_dic_options tt_dic_defaults(void);

/* One point's motion. p holds the shape function's parameters about the subset's centre:
 * order 0: u v; order 1: u ux uy v vx vy; order 2: u ux uy uxx uxy uyy v vx vy vxx vxy vyy
 * (u(dx,dy) = u + ux dx + uy dy + uxx dx²/2 + uxy dx dy + uyy dy²/2), pixels. */
typedef struct tt_dic_point {
	double x, y; /* in the reference image */
	double p[12];
	double u, v;       /* displacement of the centre */
	double zncc;       /* 1 - ZNSSD/2, -1 … 1 */
	double u_noise_px; /* standard uncertainty of u from image noise, sqrt(2) sigma / sqrt(SSSIG) scaled to the
	                      shape function's Cramér–Rao bound */
	double v_noise_px;
	int iterations;
	tt_dic_flag flag;
} tt_dic_point;

/* The reference image with its points: steepest-descent images and Hessians, computed once.
 * mask: 0 outside the region of interest (TT_U8, the reference's size), or NULL. The image is copied as needed. */
typedef struct tt_dic_reference tt_dic_reference;
TT_API tt_status tt_dic_reference_new(const tt_image *image, const tt_image *mask, const double *xy, size_t n,
                                      const tt_dic_options *options, const tt_job *job, tt_dic_reference **out,
                                      tt_error *err);
TT_API void tt_dic_reference_free(tt_dic_reference *r);
TT_API size_t tt_dic_reference_count(const tt_dic_reference *r);

/* One image against the reference, each point from the start that the caller gives: points[i].p (unused terms 0) is
 * read in the reference's order and replaced by the result. n points of the reference, all of them. */
TT_API tt_status tt_dic_solve(const tt_dic_reference *r, const tt_image *deformed, const tt_job *job,
                              tt_dic_point *points, tt_error *err);

/* Follows the reference's points through frames: predicts from the last frames, IC-GN, searches a lost point
 * again (wide, NCC) when asked. Allocates nothing per frame once its work areas have grown. */
typedef struct tt_dic_tracker tt_dic_tracker;
typedef struct tt_dic_step_options {
	const uint8_t *active; /* per point: 0 = skip (keeps its last state); NULL: all */
	bool search_again;     /* lost points are searched over the whole frame with their neighbours' help */
	double max_jump_px;    /* a result farther than this from its prediction is refused; 0: no limit */
	size_t number; /* of the frame: decides which of the points lost for long are tried in it, so that it does
	                  not matter with which frame the tracker began; 0: they are counted */
} tt_dic_step_options;
TT_API tt_status tt_dic_tracker_new(tt_dic_reference *r, const tt_job *job, tt_dic_tracker **out, tt_error *err);
TT_API void tt_dic_tracker_free(tt_dic_tracker *t);
/* points: n results, in the reference's order, flag set for those that could not be followed. Prediction uses
 * time when given (NaN: equal steps). */
TT_API tt_status tt_dic_tracker_step(tt_dic_tracker *t, const tt_image *frame, double time_s,
                                     const tt_dic_step_options *options, tt_dic_point *points, tt_error *err);
/* Replaces the reference under the points by the given frame at their present positions (reference update); the
 * motion reported stays relative to the first reference; the accumulated uncertainty enters u_noise_px. A lost point
 * starts again where the nearest that is not lost (within four subsets) says that it is, with the uncertainty of that.
 */
TT_API tt_status tt_dic_tracker_update_reference(tt_dic_tracker *t, const tt_image *frame, tt_error *err);

/* A whole field between two images with its own start (coarse NCC, then reliability-guided propagation). points: x, y
 * given, the rest filled. Then the found motion must fit significantly better than the best other places: each group of
 * points that agree with their neighbours is judged from a few of them; a field is grown again from a place that fits
 * better; a group that does not stand out is flagged. */
TT_API tt_status tt_dic_field(const tt_image *reference, const tt_image *deformed, const tt_image *mask,
                              const tt_dic_options *options, const tt_job *job, tt_dic_point *points, size_t n,
                              tt_error *err);
/* A region of interest as a mask for the functions above: out, width × height bytes, is 255 where a pixel's centre lies
 * in roi (width 0: everywhere), in the polygon (pairs x, y; vertices 0: everywhere) and on non-zero mask (NULL:
 * everywhere), else 0. An empty region is an error. */
TT_API tt_status tt_dic_roi_mask(int width, int height, tt_rect roi, const double *polygon, size_t vertices,
                                 const tt_image *mask, uint8_t *out, tt_error *err);
/* A grid of points, step_px apart, whose subsets lie inside roi ∩ mask to at least min_valid_fraction.
 * malloc'ed into *points. roi width 0: whole image. */
TT_API tt_status tt_dic_grid(int width, int height, tt_rect roi, const tt_image *mask, int step_px,
                             const tt_dic_options *options, tt_dic_point **points, size_t *n, tt_error *err);

/* Strain from displacements by least squares over a window of window_px around each point (virtual strain gauge). */
typedef enum tt_strain_measure {
	TT_STRAIN_ENGINEERING,
	TT_STRAIN_GREEN_LAGRANGE,
	TT_STRAIN_LOGARITHMIC
} tt_strain_measure;
typedef struct tt_dic_strain {
	double ux, uy, vx, vy, exx, eyy, exy; /* NaN where too few trusted points */
} tt_dic_strain;
TT_API tt_status tt_dic_strains(const tt_dic_point *points, size_t n, int step_px, double window_px,
                                tt_strain_measure m, const tt_job *job, tt_dic_strain *out, tt_error *err);

/* Noise of one image: robust standard deviation of its finest detail (Immerkær 1996 with a median), grey levels,
 * inside mask when given. */
TT_API double tt_image_noise(const tt_image *image, const tt_image *mask);

/* The subset side that the texture asks for: smallest odd side whose median sigma_u at the noise is below
 * target_px, over the places that have texture. */
TT_API int tt_dic_choose_subset(const tt_image *image, const tt_image *mask, tt_rect roi, double noise_grey,
                                double target_px);
/* The smallest side, 9 … 91, at which 19 of 20 subsets resemble no other place of the reference nearby: below it a
 * subset may be found where it is not, however little noise there is. 0: there is none (a lattice). */
TT_API int tt_dic_unique_side(const tt_image *image, const tt_image *mask, tt_rect roi);

#ifdef __cplusplus
}
#endif
#endif
