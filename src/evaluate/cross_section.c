/* The section that the stress refers to.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "evaluate/evaluation.h"

/* A wedge is as strong as its smallest section. */
void tt_evaluate_section(tt_evaluation *a)
{
	const tt_profile *w = &a->test->specimen.width, *t = &a->test->specimen.thickness;
	double best = INFINITY, at = 0;
	for (int i = 0; i <= 100; i++) {
		double area = tt_profile_at(w, i / 100.0).value * tt_profile_at(t, i / 100.0).value;
		if (area < best) {
			best = area;
			at = i / 100.0;
		}
	}
	a->r->width = tt_profile_at(w, at);
	a->r->thickness = tt_profile_at(t, at);
	if (w->n == 1 && t->n == 1)
		snprintf(a->r->section, sizeof a->r->section, "uniform");
	else
		snprintf(a->r->section, sizeof a->r->section, "the smallest, at %.2f of the gauge", at);
}
