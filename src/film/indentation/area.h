/* The projected area of contact as a function of contact depth.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_AREA_H
#define TT_FILM_AREA_H

#include "film/indentation/indents.h"

/* A = Σ c_k h^p_k, p = 2, 1, 1/2, 1/4, 1/8 …, h in nm, A in nm² (Oliver & Pharr 1992, eq. 17). */
typedef struct tt_area {
	size_t n;
	double c[TT_AREA_TERMS];
	double compliance;      /* of the frame, m/N, found with it (0: none was sought) */
	double lowest, deepest; /* contact depths that it was fitted over, m; NaN: not known */
	double rms;             /* relative, of the fit */
	/* Jackknife over the reference's indents: leaving out one changes c and the compliance by these, already times
	 * √((m−1)/m); independent standard normal multiples of them are draws of the area function. */
	size_t m;
	double (*change)[TT_AREA_TERMS + 1];
	double freedom; /* m − 1 */
	size_t indents; /* used */
} tt_area;

void tt_area_clear(tt_area *a);
/* m² at contact depth h_c (m); NaN where it is not positive. */
double tt_area_at(const double *c, size_t n, double contact_depth);

/* Fits it to indents on a reference of known reduced modulus: A = π/4 (S/(β E_r))², relative weights. As many terms (1
 * … 5) as lower the error in predicting an indent that was left out. depth_m: depths used, NaN: from 30 nm on.
 * fit_frame: also the frame's compliance that makes S²/P flat. path names the file in messages. */
tt_status tt_area_fit(const tt_indents *s, const char *path, double reduced_Pa, double beta, double epsilon,
                      const double depth_m[2], bool fit_frame, tt_area *out, tt_strings *warnings, tt_error *err);

/* Change of S²/P over the deeper half of the indents, relative, and its standard uncertainty from the scatter between
 * indents, with that additional compliance of the frame (m/N). */
void tt_flatness(const tt_indents *s, double compliance, double *change, double *u);

#endif
