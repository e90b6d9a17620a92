/* Inside the mechanics: what the steps of a fit hand on to each other, and the steps.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_MECHANICS_WORK_H
#define TT_MECHANICS_WORK_H

#include "mechanics/mechanics.h"
#include "mechanics/stays.h"

typedef struct tt_work {
	const tt_force_log *log;
	const tt_mechanics_options *opt;
	tt_mechanics *m;
	tt_strings *warnings;
	tt_stays stays;
	tt_contact contact;
	tt_release release;
	tt_fracture fracture;
	double level;
	double *logged_d, *logged_f; /* before drift was taken off; NULL: none was */
} tt_work;

/* Noise of rows (standard deviation, their unit) with a floor, so that noiseless rows divide nothing by zero. */
double tt_rows_noise(const double *y, size_t n);
/* Into m, rows with increasing time; a clock that stands or runs back loses its row. */
tt_status tt_rows_copy(const tt_force_log *log, tt_mechanics *m, tt_strings *warnings, tt_error *err);
void tt_rows_compliance_off(tt_mechanics *m, const tt_contact *c, double compliance, double sign);

/* The steps, in their order. w->warnings may be NULL: nothing is told. */

tt_status tt_work_contact(tt_work *w, tt_error *err);
tt_status tt_work_keep_touches(const tt_trace *r, const tt_stays *s, tt_mechanics *m, tt_error *err);
void tt_work_tell_touches(const tt_work *w);
tt_status tt_work_drift_off(tt_work *w, tt_error *err);
tt_status tt_work_edges(tt_work *w, tt_error *err);
tt_status tt_work_check_holes(tt_work *w, tt_error *err);

/* The images' displacement with its zero at contact, the mean of the frames before it; *zeroed: there are such frames,
 * and the zero is known to *u_zero. */
tt_status tt_work_image(tt_work *w, double *u_zero, bool *zeroed, tt_error *err);
/* Springs (fit->found; else why). *shift: what d0 moves by when the line is made to pass through contact. */
void tt_work_spring_after_fracture(tt_work *w, tt_spring_fit *fit, double *shift, double *u_d0, char *why,
                                   size_t why_size);
void tt_work_spring_from_image(const tt_work *w, double u_zero, tt_spring_fit *fit, double *shift, char *why,
                               size_t why_size);
tt_status tt_work_spring_empty_run(const tt_work *w, tt_spring_fit *fit, tt_error *err);
/* k and k2 of m from the source that the options name. */
tt_status tt_work_spring(tt_work *w, tt_error *err);

void tt_work_control(tt_work *w);
void tt_work_rates(tt_work *w);
void tt_work_largest(tt_work *w, tt_strings *warnings);
void tt_work_tell_drift(tt_work *w, double with, double without);
void tt_work_rest(tt_work *w);
void tt_work_compare_air(const tt_work *w);

#endif
