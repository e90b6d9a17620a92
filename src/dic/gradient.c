/* Derivative-of-Gaussian weights and a plain sixth-order difference.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/gradient.h"

/* w: a Gaussian of sigma 1 and its derivative, sampled, scaled so that the sum of `smooth` and the response of
 * `slope` to a unit ramp are one. s: the central difference of sixth order. */
static const tt_gradient filters = {
	.smooth = {1.338306246e-04f, 4.431861620e-03f, 5.399112742e-02f, 2.419714457e-01f, 3.989434694e-01f,
	           2.419714457e-01f, 5.399112742e-02f, 4.431861620e-03f, 1.338306246e-04f},
	.slope = {-5.353610445e-04f, -1.329654221e-02f, -1.079900301e-01f, -2.419888689e-01f, 0, 2.419888689e-01f,
	          1.079900301e-01f, 1.329654221e-02f, 5.353610445e-04f},
	.plain = {0, -1.0f / 60, 3.0f / 20, -3.0f / 4, 0, 3.0f / 4, -3.0f / 20, 1.0f / 60, 0},
	.noise_gain = 0.132062,
};

const tt_gradient *tt_gradient_filters(void)
{
	return &filters;
}
