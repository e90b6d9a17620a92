/* The gradient that weighs the residual decides bias and scatter as much as the interpolant does. Tried on exact
 * pairs (tests/dic: sums of Gaussians of sigma 2 and of 1.2 px, 8 bit, 33 × 33 affine): largest bias over shifts 0 … 1
 * with cubic | quintic in 1e-4 px, and the scatter with quintic against the affine Cramér–Rao bound at noise 2 and 10:
 *
 *                                                     bias                     scatter
 *                                            sigma 2      sigma 1.2      sigma 2       sigma 1.2
 *     plain sixth-order difference           5.8 | 1.16   26.1 | 3.93   1.023  1.142   1.069  1.028
 *     derivative of Gaussian 0.7             4.2 | 0.89   17.7 | 2.47   1.026  1.046   1.084  1.027
 *     derivative of Gaussian 1               3.2 | 0.77   12.1 | 1.43   1.041  1.047   1.130  1.078
 *     Savitzky–Golay, 5 × 5 points           5.3 | 1.09   23.5 | 3.83   1.021  1.073   1.083  1.021
 *     Savitzky–Golay, 7 × 7 points           3.2 | 0.72    9.7 | 0.71   1.032  1.045   1.120  1.074
 *     Savitzky–Golay, 9 × 9 points           2.3 | 0.76    4.4 | 0.50   1.059  1.062   1.277  1.235
 *     Savitzky–Golay 7, binomial across      3.2 | 0.72    9.5 | 0.66   1.029  1.041   1.098  1.052
 *     Holoborodko 9, binomial across         3.4 | 0.72   11.8 | 1.19   1.029  1.039   1.101  1.050
 *     the one below                          3.4 | 0.72   10.8 | 0.89   1.028  1.040   1.094  1.046
 *
 * (About 0.7 is what 8-bit rounding leaves of the mean of four textures.) Being flat in the pass band, the polynomial
 * fit loses less signal than a Gaussian that suppresses the frequencies where the interpolant errs as well; across the
 * slope only the noise matters, and a short binomial is enough. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/gradient.h"

/* slope: seven taps exact for polynomials up to the fourth degree; 0.8 of Savitzky & Golay's (1964, table V: -22 67 58
 * over 252, the least noise) and 0.2 of the one that vanishes to second order at the Nyquist frequency (Holoborodko
 * 2008: -5 12 39 over 96). */
static const tt_gradient filters = {
    .smooth = {0, 0, 0.25f, 0.5f, 0.25f, 0, 0},
    .slope = {0.080257937f, -0.237698413f, -0.265376984f, 0, 0.265376984f, 0.237698413f, -0.080257937f},
    .noise_gain = 0.157110,
};

const tt_gradient *tt_gradient_filters(void)
{
	return &filters;
}
