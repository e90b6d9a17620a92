/* The curve of the section that the stress refers to.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "jobs/analysis.h"

/* A wedge is as strong as its smallest section. */
static void choose_section(tt_analysis *a)
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
	a->width = tt_profile_at(w, at);
	a->thickness = tt_profile_at(t, at);
	if (w->n == 1 && t->n == 1)
		snprintf(a->section, sizeof a->section, "uniform");
	else
		snprintf(a->section, sizeof a->section, "the smallest, at %.2f of the gauge", at);
}

tt_status tt_stage_curve(tt_analysis *a, tt_error *err)
{
	choose_section(a);
	tt_curve_input in = {.n = a->track.n,
	                     .number = a->track.number,
	                     .time_s = a->track.time_s,
	                     .flag = a->flag,
	                     .reading = a->track.reading,
	                     .mechanics = a->mechanics,
	                     .clock = a->clock,
	                     .width = a->width,
	                     .thickness = a->thickness,
	                     .zero = a->test->gauge.zero,
	                     .u_lag_frames = tt_codec_lag_frames(tt_source_info_of(a->source)->lossy_prediction)};
	return tt_curve_build(&in, &a->curve, &a->zero, &a->report->warnings, err);
}
