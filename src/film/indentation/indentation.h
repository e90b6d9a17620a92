/* Hardness and moduli of a film from its indents.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_INDENTATION_H
#define TT_FILM_INDENTATION_H

#include "film/indentation/area.h"
#include "film/indentation/layered.h"
#include "film/result.h"

/* What moves the result, as changes from the stated values: of β, thickness, substrate (relative for all but Poisson's
 * ratios), of the area by its reference's modulus (relative), of the frame's compliance (m/N), and normal multiples of
 * the area function's jackknife. */
typedef struct tt_indentation_shift {
	double beta, thickness, substrate_modulus, substrate_poisson, reference_modulus, frame_compliance;
	const double *area; /* as many as the area function's m; NULL: none */
} tt_indentation_shift;

typedef struct tt_indentation_value {
	double hardness_Pa, reduced_Pa, plane_strain_Pa; /* plane_strain: E/(1−ν²) of the film */
} tt_indentation_value;

typedef struct tt_spread {
	double relative; /* standard uncertainty of the mean from the scatter between indents, relative */
	double freedom;  /* of it; infinite: not from a scatter */
	double slope;    /* change across the window, relative */
	double u_slope;
	double plateau; /* standard uncertainty for a change that is more than scatter: |slope|/√12; 0: flat */
	double sd;      /* between indents, relative */
} tt_spread;

typedef struct tt_indentation {
	const tt_film_description *d;
	tt_indents *indents;
	tt_area area;
	bool own_area; /* the instrument's own areas, point by point */
	bool layered;  /* a film on a substrate; else a bulk specimen */
	double beta, epsilon, compliance;
	double reference_reduced_Pa;
	double u_reference;                 /* of the area by the reference's modulus, relative; 0: no reference */
	double hardness_m[2], modulus_m[2]; /* windows */
	size_t used;                        /* indents */
	tt_spread hardness, reduced, plane_strain;
} tt_indentation;

/* Reads, rejects, fits the area function, checks the windows. Warnings and inputs go to out. *reason: why there is
 * nothing to evaluate though the files are good (all tests drift …), else empty. */
tt_status tt_indentation_open(const tt_film_description *d, tt_film_result *out, tt_indentation **made,
                              char reason[600], tt_error *err);
void tt_indentation_free(tt_indentation *i);
/* Means over windows and indents. thin: at most 25 points of each window (for draws). */
tt_indentation_value tt_indentation_at(const tt_indentation *i, const tt_indentation_shift *shift, double film_poisson,
                                       bool thin);
/* Fills the spreads for a film's Poisson's ratio. */
void tt_indentation_spread(tt_indentation *i, double film_poisson);
/* Figures, indentation.csv, indents.csv. */
tt_status tt_indentation_report(const tt_indentation *i, double film_poisson, tt_film_result *out, tt_error *err);

#endif
