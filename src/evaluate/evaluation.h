/* One evaluation while it is made: what goes in, read only, and the result that the steps fill one after another.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_EVALUATION_H
#define TT_EVALUATE_EVALUATION_H

#include "evaluate/curve.h"
#include "observe/observation.h"
#include "temtensile/evaluate.h"

typedef struct tt_evaluation {
	const tt_observation *o;
	const tt_force_log *log, *empty_run;
	const tt_test *test;
	const tt_evaluate_options *options;
	const tt_job *job;
	tt_result *r;
	tt_separation separation; /* as the description says, or as the frames that are used show it */
	double u_optics; /* of the strain, slow: what is not known of what was taken off, or only told, of the optics */
} tt_evaluation;

static inline bool tt_fracture_given(const tt_test *t)
{
	return t->fracture.none || t->fracture.frame >= 0;
}

/* Frames that are left out, and the separation that the others show or the description gives. */
tt_status tt_evaluate_frames(tt_evaluation *e, tt_error *err);
/* What the description decides by hand, each beside what the program finds. */
void tt_evaluate_overrides(tt_evaluation *e);
/* Mechanics of the log, clocks, fracture frame. */
tt_status tt_evaluate_clock(tt_evaluation *e, tt_error *err);
/* The section that the stress refers to. */
void tt_evaluate_section(tt_evaluation *e);
tt_status tt_evaluate_properties(tt_evaluation *e, tt_error *err);
/* Width profile, neck, onset. */
tt_status tt_evaluate_necking(tt_evaluation *e, tt_error *err);
void tt_necking_clear(tt_necking *n);
/* Which frames have to be seen again. */
tt_status tt_evaluate_look(tt_evaluation *e, tt_error *err);
/* The properties as measurements. */
tt_status tt_evaluate_measurements(tt_evaluation *e, tt_error *err);

/* `displacement: image`: displacement (m, any zero) at the middle of each exposure in the log's clock, from the extra
 * points; repeated and damaged frames left out, NaN where lost. Room for as many values as frames. Returns their
 * number. */
size_t tt_image_displacement(const tt_evaluation *e, double *log_time_s, double *displacement_m);

/* A frame before fracture whose strain is known and that is no repetition. */
bool tt_frame_intact(const tt_evaluation *e, size_t i);

/* Warns when the device's parts in the images (two places followed beside the gauge) open by less than the log's
 * displacement says: a compliance between punch and device that was not stated. */
void tt_compliance_check(tt_evaluation *a);

/* What the images say against a gauge that is given. */
void tt_evaluate_gauge_given(tt_evaluation *a);

#endif
