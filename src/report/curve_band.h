/* The band of a stress-strain curve's 95 % uncertainty.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_CURVE_BAND_H
#define TT_REPORT_CURVE_BAND_H

#include "temtensile/report.h"

/* 95 % of a normal distribution. */
#define TT_BAND_COVERAGE 1.959964

/* Rows of a curve with the standard uncertainties of both coordinates, 0 where unknown. */
typedef struct tt_curve_path {
	size_t n;
	double *x, *y, *ux, *uy;
} tt_curve_path;

/* Room for n rows; p->n = 0. */
bool tt_curve_path_alloc(tt_curve_path *p, size_t n);
/* One row more; NaN uncertainties are unknown. */
void tt_curve_path_add(tt_curve_path *p, double x, double y, double ux, double uy);
/* Whether any row has an uncertainty. */
bool tt_curve_path_is_uncertain(const tt_curve_path *p);
void tt_curve_path_free(tt_curve_path *p);

/* The envelope of the rows' 95 % ellipses along the smoothed curve, in a light tint of `colour`; nothing where no row
 * has an uncertainty. Scales as tt_series has them; name: in the key, may be NULL. False: no memory. */
bool tt_figure_band(tt_figure *f, const tt_curve_path *rows, unsigned colour, double x_scale, double y_scale,
                    const char *name);

#endif
