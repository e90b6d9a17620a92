/* Measures that the accuracy test and the accuracy benchmark share.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_ACCURACY_H
#define TT_TESTS_ACCURACY_H

#include "synth.h"

enum { ACC_SIZE = 512, ACC_MOST = 72 * 72 };

/* A square of points over the middle of a 512 × 512 image: `across` points a side, step × across = 432. */
typedef struct acc_grid {
	int n;
	double xy[2 * ACC_MOST];
	tt_dic_point p[ACC_MOST];
} acc_grid;
void acc_grid_fill(acc_grid *g, int across);

/* What 33 × 33 affine gives from the whole-pixel start (plus the gradient exx when it is large). */
typedef struct acc_result {
	int kept;
	double mean, std;     /* of u's error over the kept points, px */
	double against_bound; /* rms of error / bound, when bound was given */
	double u_noise;       /* rms of the reported u_noise_px */
	double slope;         /* of the least-squares line of u over x, less exx */
} acc_result;
acc_result acc_run(const tt_image *ref, const tt_image *def, acc_grid *g, const tt_dic_options *o, double ux,
                   double exx, const double *bound);
/* The affine Cramér–Rao bound of u for unit noise in both images, from the exact grey levels. */
void acc_bound(const float *exact, const acc_grid *g, int subset_px, double *out);

/* Largest |mean error of u| over shifts 0 … 1 in `steps` steps, pooled over textures; errors: steps + 1 pooled means.
 */
double acc_bias(tt_interpolation ip, int textures, int steps, int across, double sigma, double *errors);

#endif
