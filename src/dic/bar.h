/* The whole bar as one body: global correlation of all its pixels, for films whose texture is too weak for subsets.
 * Hild and Roux (2006, Strain 42, 69; 2012, Exp. Mech. 52, 1503), with two things of its own: the reference's gradient
 * is smoothed and serves as an instrument only (its noise weighs the residual but has no part in it, so that weak
 * texture under strong noise biases nothing), and what departs from a uniform strain is shrunk as far as its own noise
 * demands (empirical Bayes).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_BAR_H
#define TT_DIC_BAR_H

#include "temtensile/dic.h"

/* Places along the axis count from `from` in the reference frame, places across along the normal (-axis[1], axis[0]).
 */
typedef struct tt_bar_options {
	double from[2], axis[2]; /* px; unit vector */
	double lo, hi;           /* the part of the bar that is used */
	double end[2];           /* of the gauge */
	double half_px;          /* of the bar's width */
	double segment_px;       /* between the knots of what departs from a uniform strain */
	double smooth_px;        /* standard deviation of the instrument's Gaussian: about that of the grains */
	double noise_grey;       /* standard deviation of the image's noise */
	double contrast_grey;    /* grey level beside the bar less the bar's */
} tt_bar_options;

typedef struct tt_bar_reading {
	bool ok;
	double axial[2], lateral[2]; /* displacement of the gauge's ends, px */
	double elongation_px, u_px;  /* of the gauge; u from the residuals and what the departures may be */
	double contraction;          /* of the width, 1 - w / w0 */
	double zncc;                 /* of the bar's inside, with the smoothed reference; NaN: not known */
	double gap_px, gap_at_px;    /* of the surroundings' grey right across the bar; 0, NaN: none is seen */
	int iterations;
} tt_bar_reading;

typedef struct tt_bar tt_bar;

/* TT_ERR_FAILED when the bar has too few pixels in the frame. The image is copied as needed. */
tt_status tt_bar_new(const tt_image *reference, const tt_bar_options *options, const tt_job *job, tt_bar **out,
                     tt_error *err);
void tt_bar_free(tt_bar *b);
/* The next frame. Starts from the last frames' motion. What comes out does not depend on the threads. */
tt_status tt_bar_step(tt_bar *b, const tt_image *frame, double time_s, tt_bar_reading *out, tt_error *err);
/* Displacement of a place of the reference as the last frame that was read shows it, px in the image. */
void tt_bar_motion(const tt_bar *b, double along, double across, double motion[2]);

#endif
