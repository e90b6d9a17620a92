/* Lines through rows of a log, and where rows lie.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_NUMERIC_FIT_H
#define TT_NUMERIC_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "numeric/lsq.h"
#include "numeric/statistics.h"

/* y = value + slope (x - at), with standard uncertainties from the residuals (inflated by their correlation). */
typedef struct tt_line {
	double at, value, slope;
	double u_value, u_slope;
	double rms;       /* of the residuals, n - 2 degrees of freedom */
	double inflation; /* of the variance by correlation, >= 1 */
	size_t n;
} tt_line;

bool tt_line_fit(const double *x, const double *y, size_t n, double at, tt_line *out);
static inline double tt_line_at(const tt_line *l, double x)
{
	return l->value + l->slope * (x - l->at);
}

/* First row with time >= t, in 0 … n. */
size_t tt_row_at(const double *time, size_t n, double t);

#endif
