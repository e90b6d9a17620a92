/* A diffractogram or reflectivity curve as the parts of a film use it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_CURVE_H
#define TT_FILM_CURVE_H

#include "film/result.h"

typedef struct tt_film_scan {
	size_t n;
	double *two_theta; /* degrees, rising */
	double *y, *sigma; /* intensity and its standard uncertainty: the file's, or from counting and scatter */
	double wavelength_m;
	bool counted; /* sigma follows from counting */
} tt_film_scan;

/* Reads path; wavelength (m, NaN: the file's, else Cu Kα1 with a warning) as the description says; over_q: the axis of
 * a file that does not say is q. Adds the file to the inputs, its warnings to the warnings. */
tt_status tt_film_scan_read(const char *path, long range, bool over_q, double wavelength, const char *key,
                            tt_film_result *out, tt_film_scan *scan, tt_error *err);
void tt_film_scan_clear(tt_film_scan *scan);

#endif
