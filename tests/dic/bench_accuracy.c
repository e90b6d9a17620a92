/* The error curves of both interpolants, all 5184 points, fine and ordinary texture.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "accuracy.h"

static void curves(void)
{
	enum { STEPS = 20, TEXTURES = 8 };
	static const double sigma[] = {2, 1.2};
	for (int k = 0; k < 2; k++) {
		double cubic[STEPS + 1], quintic[STEPS + 1];
		double c = acc_bias(TT_BSPLINE_CUBIC, TEXTURES, STEPS, 72, sigma[k], cubic);
		double q = acc_bias(TT_BSPLINE_QUINTIC, TEXTURES, STEPS, 72, sigma[k], quintic);
		check_note("texture of Gaussians of sigma %g px, 8 bit, no noise, %d textures, 33 x 33 affine",
		           sigma[k], TEXTURES);
		check_note("shift, px | bias of u, 1e-4 px: cubic | quintic");
		for (int i = 0; i <= STEPS; i++)
			check_note("%.2f | %+.2f | %+.2f", (double)i / STEPS, 1e4 * cubic[i], 1e4 * quintic[i]);
		check_note("largest: cubic %.2e px, quintic %.2e px", c, q);
	}
}

static const check_case cases[] = {{"error curves of both interpolants", curves}};
CHECK_MAIN(cases)
