/* Sharp peaks of crystalline phases in a diffractogram: listed, not identified.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_DIFFRACTION_SHARP_H
#define TT_FILM_DIFFRACTION_SHARP_H

#include "film/diffraction/hump.h"

typedef struct tt_sharp_peak {
	tt_hump_value position, fwhm, height; /* height above what is below the peak */
} tt_sharp_peak;

/* Finds peaks narrower than `widest` (in x) that rise above a running median of 3 · widest by more than six of its
 * noise, and fits each by a pseudo-Voigt on a line. masked[i] becomes true within 1.5 widths of a peak (and stays true
 * where it was). *peaks is malloc'ed, in rising order. */
tt_status tt_sharp_find(const double *x, const double *y, const double *sigma, size_t n, double widest, bool *masked,
                        tt_sharp_peak **peaks, size_t *count, tt_error *err);

#endif
