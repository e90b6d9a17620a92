/* Where the punch touches the device: the change of slope of force and displacement.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_MECHANICS_CONTACT_H
#define TT_MECHANICS_CONTACT_H

#include "mechanics/air.h"

typedef struct tt_contact {
	double time_s, u_time_s;
	double d0_m, u_d0_m;
	size_t row; /* first row at or after contact */
	bool given;
	bool in_air; /* there is a part in air before it */
	tt_air_force air;
	double rms_N;     /* of the force about F_air */
	double inflation; /* of its variance by correlation */
	char text[256], air_text[256];
} tt_contact;

/* A kink y = a + b (x - x(at)) + r max(0, t - at) with x = t or another channel; the instant `at` is searched between
 * lo and hi by least squares over rows first … last - 1. */
typedef struct tt_kink {
	double at, u_at;
	double value, u_value; /* a: at the kink */
	double before, after;  /* b, r */
	double u_after;
	double rss;
	size_t n;
} tt_kink;

/* x NULL: constant before. false when it cannot be fitted. */
bool tt_kink_fit(const double *t, const double *y, const double *x, size_t first, size_t last, double lo, double hi,
                 tt_kink *out);

/* Means of four pieces of the residuals of rows first … last - 1 stay within four of their standard deviations: the
 * kink describes the rows. variance: of one row. */
bool tt_kink_describes(const double *t, const double *y, const double *x, const tt_kink *k, size_t first, size_t last,
                       double variance);

/* Contact near rows air_last (the last in air) to sure (surely on the device), from the first row of r on. Error: no
 * part in air, no kink. */
tt_status tt_contact_fit(const tt_trace *r, size_t air_last, size_t sure, double level, tt_contact *c, tt_error *err);
/* The instant is the caller's. in_air: false when no row lies before it. */
tt_status tt_contact_given(const tt_trace *r, tt_quantity given, double level, tt_contact *c, tt_error *err);

#endif
