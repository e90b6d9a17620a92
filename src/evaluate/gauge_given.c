/* A given gauge against the specimen that is seen: ends on the grips, beside the bar, or across it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "evaluate/evaluation.h"

/* Part of the gauge that may lie beyond the section before it is said: the section's end is a rounded shoulder, found
 * to about a hundredth of its length. */
static const double BEYOND = 0.02;
/* Change of strain by a turned gauge that is said. A bar that stretches by e along its axis and shrinks by 0.35 e
 * across it (Poisson's ratio of metals and metallic glasses) shows e (1 - 1.35 sin² t) along a line turned by t. */
static const double POISSON = 0.35, TURNED = 0.005;

typedef struct bar {
	double from[2], axis[2], length; /* of the parallel section */
	double axis_deg;
} bar;

static bar bar_of(const tt_gauge_choice *c)
{
	bar b = {.from = {c->section[0][0], c->section[0][1]}, .axis_deg = c->axis_deg};
	double dx = c->section[1][0] - c->section[0][0], dy = c->section[1][1] - c->section[0][1];
	b.length = hypot(dx, dy);
	b.axis[0] = dx / b.length;
	b.axis[1] = dy / b.length;
	return b;
}

/* One end: how far beyond the section, and how far beside the axis. */
static void check_end(tt_evaluation *a, const bar *b, const char *name, const double at[2], double gauge_px)
{
	const tt_gauge_choice *c = &a->o->choice;
	double dx = at[0] - b->from[0], dy = at[1] - b->from[1];
	double along = dx * b->axis[0] + dy * b->axis[1], across = fabs(dx * b->axis[1] - dy * b->axis[0]);
	int end = along < b->length / 2 ? 0 : 1;
	double beyond = end ? along - b->length : -along;
	if (beyond > BEYOND * gauge_px && c->end[end] == TT_END_SHOULDER)
		tt_warn(
		    &a->r->warnings,
		    "%s (%.0f, %.0f) lies on the grip, %.0f px beyond the parallel section that the images show: the "
		    "gauge holds a part that hardly stretches, and strain, Young's modulus and elongations are not "
		    "those of the section",
		    name, at[0], at[1], beyond);
	if (across > c->width_px / 2)
		tt_warn(&a->r->warnings,
		        "%s (%.0f, %.0f) lies %.0f px beside the axis of the bar that the images show, "
		        "outside its %.0f px of width",
		        name, at[0], at[1], across, c->width_px);
}

void tt_evaluate_gauge_given(tt_evaluation *a)
{
	const tt_gauge_choice *c = &a->o->choice;
	const double *from = a->test->gauge.from, *to = a->test->gauge.to;
	if (a->test->gauge.automatic || !(c->width_px > 0) || !(c->section_length_px > 0)) return;
	const bar b = bar_of(c);
	const double gauge_px = hypot(to[0] - from[0], to[1] - from[1]);
	check_end(a, &b, "gauge.from", from, gauge_px);
	check_end(a, &b, "gauge.to", to, gauge_px);
	double sine = fabs((to[0] - from[0]) * b.axis[1] - (to[1] - from[1]) * b.axis[0]) / gauge_px;
	double turned = asin(fmin(1, sine)) * 180 / acos(-1), least = turned - 2 * fmax(0, c->u_axis_deg);
	double lost = least > 0 ? (1 + POISSON) * pow(sin(least * acos(-1) / 180), 2) : 0;
	if (lost > TURNED)
		tt_warn(&a->r->warnings,
		        "the given gauge is turned by %.1f° against the axis of the bar that the images show: its "
		        "strain is "
		        "%.1f %% too small",
		        turned, 100 * (1 + POISSON) * sine * sine);
}
