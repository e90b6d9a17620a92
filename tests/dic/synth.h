/* Exact image pairs: a sum of random Gaussians evaluated at the analytic inverse of the motion.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_SYNTH_H
#define TT_TESTS_SYNTH_H

#include "temtensile/dic.h"

/* A random number generator that is the same everywhere (splitmix64). */
typedef struct synth_rng {
	uint64_t state;
} synth_rng;
double synth_uniform(synth_rng *r); /* 0 … 1 */
double synth_normal(synth_rng *r);

typedef struct synth_texture synth_texture;

/* Gaussians of the given sigma, one per 3 sigma², over a width × height image and `border` px around it; the sum
 * goes through tanh to the standard deviation `contrast` about `mean`, within mean ± 1.85 contrast: nothing is clipped.
 */
synth_texture *synth_texture_new(uint64_t seed, int width, int height, int border, double sigma, double mean,
                                 double contrast);
void synth_texture_free(synth_texture *t);

/* A material point x goes to c + A (x - c) + b, c the image's centre. */
typedef struct synth_motion {
	double a[4]; /* row-major 2 × 2 */
	double b[2];
} synth_motion;
#define SYNTH_STILL ((synth_motion){{1, 0, 0, 1}, {0, 0}})
synth_motion synth_shift(double ux, double uy);
synth_motion synth_stretch(double exx, double eyy);
synth_motion synth_turn(double degrees);
/* The displacement of the material point (x, y). */
void synth_displacement(const synth_texture *t, const synth_motion *m, double x, double y, double *u, double *v);

/* Exact grey levels, width × height doubles, malloc'ed. */
float *synth_render(const synth_texture *t, const synth_motion *m);
/* gain × grey + offset + noise, rounded and clipped to 0 … top, as 8 or 16 bit or float (unrounded); owned pixels. */
tt_image synth_image(const float *exact, int width, int height, tt_pixel type, double gain, double offset, double noise,
                     uint64_t seed);
void synth_image_free(tt_image *im);

#endif
