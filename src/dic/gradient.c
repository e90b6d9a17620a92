/* The gradient that weighs the residual decides bias and scatter as much as the interpolant does. Tried on exact
 * pairs (sums of Gaussians of sigma 2 and of 1.2 px, 8 bit): largest bias over shifts 0 … 1 with cubic | quintic in
 * 1e-4 px, and the scatter against the affine Cramér–Rao bound at noise 2 (sigma 2 and 1.2) and 10 (sigma 2):
 *
 *                                            sigma 2        sigma 1.2      scatter
 *     plain sixth-order difference           5.3 | 0.80     26  | 3.6      1.006  1.044  1.12
 *     derivative of Gaussian 0.7             3.7 | 0.65     18  | 2.3      1.011  1.057  1.03
 *     derivative of Gaussian 1               2.7 | 0.68     12  | 1.4      1.027  1.104  1.03
 *     Savitzky–Golay, 5 × 5 points           4.9 | 0.76     23  | 3.5      1.006  1.048  1.05
 *     Savitzky–Golay, 7 × 7 points           2.8 | 0.65     9.7 | 0.58     1.015  1.088  1.03
 *     Savitzky–Golay slope, binomial across  2.8 | 0.65     9.8 | 0.6      1.011  1.07   1.03   (this one)
 *     Savitzky–Golay, 9 × 9 points           1.8 | 0.69     4.5 | 0.40     1.040  1.246  1.04
 *
 * (0.6 is what 8-bit rounding leaves of the mean of a few such textures.) Being flat in the pass band, the polynomial
 * fit loses less signal than a Gaussian that suppresses the frequencies where the interpolant errs as well; across the
 * slope only the noise matters, and a short binomial is enough.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/gradient.h"

/* slope: seven taps exact for polynomials up to the fourth degree; 0.8 of Savitzky & Golay's (1964, table V: -22 67 58
 * over 252, the least noise) and 0.2 of the one that vanishes to second order at the Nyquist frequency (Holoborodko 2008:
 * -5 12 39 over 96). */
static const tt_gradient filters = {
	.smooth = {0, 0, 0.25f, 0.5f, 0.25f, 0, 0},
	.slope = {0.080257937f, -0.237698413f, -0.265376984f, 0, 0.265376984f, 0.237698413f, -0.080257937f},
	.noise_gain = 0.157110,
};

const tt_gradient *tt_gradient_filters(void)
{
	return &filters;
}
