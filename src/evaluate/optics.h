/* Tell-tales of what a microscope does to lengths: nothing is taken off here, each is told.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_OPTICS_H
#define TT_EVALUATE_OPTICS_H

#include "evaluate/evaluation.h"

/* Length of a reading without a radial distortion k (of half the diagonal, video.distortion), px. */
double tt_straight_length(const tt_source_info *info, double k, const tt_gauge_reading *r);

/* The length before contact must stand still: what it creeps by there goes on under load. Said, and laid on u_strain.
 */
tt_status tt_unsteady_check(tt_evaluation *a, tt_error *err);
/* The specimen drifts through the picture: what a distortion of 1 % would make of the strain, where nothing is said of
 * it. */
void tt_lens_check(tt_evaluation *a);
/* What a tilt that changes under load may have done (tt_tilt_limit), where nothing is said of one: told, and laid on
 * the properties' u and intervals as far as the curve speaks for it. After the draws; in, options: the properties'. */
tt_status tt_tilt_check(tt_evaluation *a, const tt_property_input *in, const tt_property_options *options,
                        tt_error *err);

#endif
