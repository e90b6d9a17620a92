/* The elastic line of a curve.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_PROPERTIES_MODULUS_H
#define TT_EVALUATE_PROPERTIES_MODULUS_H

#include "evaluate/properties/series.h"

/* strain = zero + stress / modulus over rows first … last of the series. */
typedef struct tt_line {
	double modulus, zero, r2;
	size_t first, last, count;
	size_t range_first, range_last; /* the range that was searched */
	double scatter;                 /* standard deviation of strain about the line */
	const char *reason;             /* why there is none (static text), NULL when found */
} tt_line;

/* The series must be smoothed. Strain is regressed on stress, since strain is the noisy one; the noise of stress is
 * taken off its variance (Fuller 1987, Measurement Error Models, eq. 1.2.5).
 *
 * Window by itself: among all ranges of rows between 5 % and 85 % of a reference stress, which belong to the first
 * loading and span at least a quarter of it, the one whose slope has the smallest root-mean-square error: its standard
 * error plus what a significant second-order term changes over half of the range; only ranges as steep as the steepest
 * (within 15 % and their own error) count. The reference is the last stress at which the departure from a first line,
 * found in the same way over the whole loading, is below 5e-4. With options.slack_start the search begins at 20 %. */
bool tt_line_find(tt_series *s, const tt_property_options *o, tt_line *line);

/* Brings the series' u_strain up to the scatter that the elastic part shows, finds slow errors there (polynomials of
 * degree 2 to 7 over the searched range against the noise of rows), and sets what these add, so that windows are judged
 * by both. To be called once, before properties are taken. */
tt_status tt_line_tune(tt_series *s, const tt_property_options *o, double bias, double bias_time, tt_error *err);
/* Fills *out from the line of a tuned series: its uncertainty from white noise, from the slow error seen and from a
 * stated one (bias, bias_time). */
tt_status tt_line_describe(const tt_series *s, const tt_line *line, double bias, double bias_time, tt_elastic_line *out,
                           tt_error *err);
/* The slow error's correlation time when the caller states none: a quarter of the elastic part. */
double tt_line_default_time(const tt_series *s, const tt_line *line);

#endif
